"""The whole workflow on a small study: only what is outdated runs again, mistakes are told, bytes repeat."""

import csv
import os
import re
import shutil
from contextlib import contextmanager
from pathlib import Path

import pytest
import yaml
from conftest import ROOT, planned_jobs, small_config, snakemake, tree, write_config

CATALOG = {row["key"]: row for row in csv.DictReader((ROOT / "resources" / "catalog.csv").open(encoding="utf-8"))}
COMPARED = {"compare_published": 1, "compare_hypotheses": 1, "plot_comparison": 1}
ESTIMATES = {"estimate_table": 1, "tabulate_table": 1, **COMPARED}
PANEL = {"build_panel": 1, "winsorise_panel": 1}
DESCRIPTION = {"tabulate_description": 1}
SHOWN = {**DESCRIPTION, "plot_trends": 1}  # the figure shows ai, ln_co2 and gtfp
INDEX = {"solve_dea": 8, "index_productivity": 2, "tabulate_productivity": 1}  # two models of four provinces
ONE_MODEL = {"solve_dea": 4, "index_productivity": 1, "tabulate_productivity": 1}


@contextmanager
def changed(path: Path, content: bytes | None):
    """The file with other content, or without it, for a while."""
    before = path.read_bytes()
    if content is None:
        path.unlink()
    else:
        path.write_bytes(content)
    try:
        yield
    finally:
        path.write_bytes(before)


def with_config(folder: Path, config: dict):
    return changed(folder / "config.yaml", yaml.safe_dump(config, allow_unicode=True).encode())


def fix_figure(path: Path, province: str, encoding: str = "gbk") -> bytes:
    """The table with one more unit in the 2015 figure of a province."""
    lines = path.read_bytes().decode(encoding).splitlines(keepends=True)
    header = next(line for line in lines if line.startswith("地"))
    column = next(i for i, cell in enumerate(header.split(",")) if cell.strip() in ("2015", "2015年"))
    at = next(i for i, line in enumerate(lines) if "".join(line.split(",")[0].split()) in (province, province[:2]))
    cells = lines[at].split(",")
    cells[column] = re.sub(r"\d+", lambda digits: str(int(digits[0]) + 1), cells[column], count=1)
    lines[at] = ",".join(cells)
    return "".join(lines).encode(encoding)


def dry_run(study, *targets):
    return planned_jobs(snakemake(*study, "--cores", "2", "--dry-run", *targets))


def test_everything_asked_for_is_made(small_study):
    results = small_study[1] / "results"
    names = ["panel.csv", "panel_winsorised.csv", "codebook.csv", "imputed.csv"]
    for name in (*names, "productivity/gml.csv", "productivity/ml_infeasible.csv"):
        assert (results / name).is_file()
    for form in ("csv", "html", "tex"):
        assert (results / "tables" / f"table_1.{form}").is_file()
        assert (results / "tables" / f"table_2.{form}").is_file()
    assert len((results / "panel.csv").read_text().splitlines()) == 1 + 4 * 6
    # csv tables with a fixed form have no place for it
    readable = [*(results / "tables").glob("*.html"), *(results / "tables").glob("*.tex")]
    for path in [
        *readable,
        results / "estimates/table_2.json",
        results / "figures/trends.svg",
        results / "codebook.csv",
    ]:
        assert "imulated inputs" in path.read_text("utf-8"), path


def test_nothing_runs_after_a_clean_run(small_study):
    assert dry_run(small_study) == {}


def test_nothing_runs_after_touching_inputs(small_study):
    for path in (small_study[1] / "raw").rglob("*.*"):
        os.utime(path)
    assert dry_run(small_study) == {}


def test_a_fixed_loans_figure_reruns_no_linear_program(small_study):
    path = small_study[1] / "raw" / CATALOG["loans"]["file"]
    with changed(path, fix_figure(path, "北京市")):
        derived = {"derive_variable": 1, "derive_imputed": 1}  # fin alone
        assert dry_run(small_study) == {"clean_yearbook": 1, **derived, **PANEL, **DESCRIPTION, **ESTIMATES}


def test_a_fixed_robot_figure_reruns_no_linear_program(small_study):
    path = small_study[1] / "raw" / CATALOG["robots_china"]["file"]
    content = path.read_bytes()
    assert content.count(b"2015,24,") == 1
    with changed(path, re.sub(rb"(2015,24,.*,)\d+", rb"\g<1>123", content)):
        derived = {"derive_exposure": 1, "derive_imputed": 1}
        assert dry_run(small_study) == {"clean_robots": 1, **derived, **PANEL, **SHOWN, **ESTIMATES}


def test_a_fixed_coal_figure_reruns_every_linear_program(small_study):
    path = small_study[1] / "raw" / CATALOG["raw_coal"]["file"]
    derived = {"derive_co2": 1, "derive_variable": 1, "derive_production": 1, "derive_imputed": 1}
    with changed(path, fix_figure(path, "北京市")):
        assert dry_run(small_study) == {"clean_balances": 1, **derived, **INDEX, **PANEL, **SHOWN, **ESTIMATES}


def test_a_changed_percentile_reruns_the_regressions_but_not_table_1(small_study):
    config = small_config()
    config["cleaning"]["winsorise"]["upper"] = 97.5
    with with_config(small_study[1], config):
        assert dry_run(small_study) == {"winsorise_panel": 1, **ESTIMATES}


def test_a_new_column_runs_one_estimate_table(small_study):
    config = small_config()
    config["tables"]["table_2"]["columns"].append("ln_co2 ~ ai + gov | province + year")
    with with_config(small_study[1], config):
        assert dry_run(small_study) == ESTIMATES


def test_a_new_table_runs_one_estimate_table(small_study):
    config = small_config()
    config["tables"]["table_a"] = {"columns": ["ln_co2 ~ fin | province + year"]}
    with with_config(small_study[1], config):
        assert dry_run(small_study) == {"estimate_table": 1, "tabulate_table": 1}


def test_a_first_lag_reruns_what_is_made_of_the_variable_and_its_earlier_years(small_study):
    config = small_config()
    config["tables"]["table_a"] = {"columns": ["ln_co2 ~ ai_lag1 | province + year"]}
    with with_config(small_study[1], config):
        derived = {"clean_robots": 1, "derive_exposure": 1, "derive_variable": 1, "derive_imputed": 1}
        tables = {**COMPARED, "estimate_table": 2, "tabulate_table": 2}
        assert dry_run(small_study) == {**derived, **PANEL, "build_codebook": 1, **SHOWN, **tables}


def test_a_new_model_solves_only_its_own_programs(small_study):
    config = small_config()
    config["productivity"]["models"].append(config["productivity"]["models"][0] | {"name": "gml_vrs", "returns": "vrs"})
    with with_config(small_study[1], config):
        # gml and gml_vrs differ in returns alone
        assert dry_run(small_study) == ONE_MODEL | {"index_scale": 1}


def test_a_named_index_of_another_model_is_in_the_panel(small_study):
    config = small_config()
    config["tables"]["table_2"]["columns"].append("gtfp_ml ~ ai | province + year")
    with with_config(small_study[1], config):
        assert dry_run(small_study) == {**PANEL, "build_codebook": 1, **SHOWN, **ESTIMATES}


def test_a_claim_or_a_note_reruns_the_pages_that_show_it(small_study):
    config = small_config()
    config["hypotheses"][0]["claim"] = "In other words"
    with with_config(small_study[1], config):
        assert dry_run(small_study) == {"compare_hypotheses": 1}
    config = small_config()
    config["tables"]["table_2"]["note"] = "Read with care."
    with with_config(small_study[1], config):
        assert dry_run(small_study) == {"tabulate_table": 1, "compare_published": 1, "plot_comparison": 1}


def test_an_index_or_a_base_year_of_a_model_reruns_no_linear_program(small_study):
    config = small_config()
    config["productivity"]["models"][1] |= {"index": "luenberger", "base_year": 2015}
    with with_config(small_study[1], config):
        assert dry_run(small_study) == {"index_productivity": 1, "tabulate_productivity": 1}


def test_units_per_job_changes_the_linear_programs_jobs_alone(small_study):
    config = small_config()
    config["productivity"]["units_per_job"] = 3
    with with_config(small_study[1], config):
        assert dry_run(small_study) == {**INDEX, "solve_dea": 4, **PANEL, **SHOWN, **ESTIMATES}


def test_the_bootstrap_is_a_target_of_its_own_in_blocks(small_study):
    config = small_config()
    config["productivity"]["bootstrap"] = {"replications": 40, "blocks": 2}
    with with_config(small_study[1], config):
        assert dry_run(small_study) == {}
        target = "results/productivity/gml_bootstrap.csv"
        assert dry_run(small_study, target) == {"solve_bootstrap": 2, "index_bootstrap": 1}
        run = snakemake(*small_study, "--cores", "2", target)
        assert run.returncode == 0, run.stdout + run.stderr
        rows = list(csv.DictReader((small_study[1] / target).open(encoding="utf-8")))
        assert len(rows) == 24
        assert all(row["replications"] == "40" for row in rows)
    shutil.rmtree(small_study[1] / "results" / "bootstrap")
    (small_study[1] / target).unlink()


def test_writing_a_default_out_is_no_change(small_study):
    config = small_config()
    model = config["productivity"]["models"][0]
    config["productivity"]["models"][0] = {"infeasible": "missing", **dict(reversed(model.items()))}
    with with_config(small_study[1], config):
        assert dry_run(small_study) == {}


def test_refresh_stops_what_comes_out_as_it_was(small_study):
    config = small_config()
    config["cleaning"]["accept"] = {"loans": ["beijing 2015"]}  # not in doubt: no byte of the loans changes
    before = tree(small_study[1] / "results")
    with with_config(small_study[1], config):
        assert dry_run(small_study)["estimate_table"] == 1
        run = snakemake(*small_study, "--cores", "2", "refresh")
        assert run.returncode == 0, run.stdout + run.stderr
        assert dry_run(small_study) == {**DESCRIPTION, "compare_published": 1, "plot_comparison": 1}
    run = snakemake(*small_study, "--cores", "2", "refresh")
    assert run.returncode == 0, run.stdout + run.stderr
    assert dry_run(small_study) == {}
    assert tree(small_study[1] / "results") == before


def test_a_looser_tolerance_reruns_no_linear_program(small_study):
    config = small_config()
    config["cleaning"]["total_tolerance"] = 0.01
    with with_config(small_study[1], config):
        assert "solve_dea" not in dry_run(small_study)


def test_a_new_row_of_the_catalog_reruns_nothing(small_study):
    catalog = small_study[0].parent / "resources" / "catalog.csv"
    with changed(
        catalog, catalog.read_bytes() + b"rain,weather,yearbook/rain.csv,x,Rain,mm,mm=1,2000-,nowhere,,,,,,\n"
    ):
        assert dry_run(small_study) == {}


def test_a_changed_module_reruns_its_rules_and_what_is_downstream(small_study):
    module = small_study[0].parent / "scripts" / "study" / "dea" / "indices.py"
    with changed(module, module.read_bytes() + b"\n# a remark\n"):
        below = {"index_productivity": 2, "tabulate_productivity": 1, **PANEL, **SHOWN, **ESTIMATES}
        assert dry_run(small_study) == below


def test_one_floor_can_be_asked_for_by_file_name(small_study):
    path = small_study[1] / "raw" / CATALOG["raw_coal"]["file"]
    with changed(path, fix_figure(path, "北京市")):
        jobs = dry_run(small_study, "results/productivity/gml.csv")
    derived = {"clean_balances": 1, "derive_co2": 1, "derive_production": 1}
    assert jobs == {**derived, "solve_dea": 4, "index_productivity": 1}


def assert_told(run, *parts):
    """The run failed with one clear message and no traceback."""
    text = run.stdout + run.stderr
    assert run.returncode != 0, text
    assert "Traceback" not in text
    for part in parts:
        assert part in text, text


def test_a_deleted_raw_table_is_told_after_a_first_run(small_study):
    path = small_study[1] / "raw" / CATALOG["loans"]["file"]
    before = tree(small_study[1] / "results")
    with changed(path, None):
        assert "clean_yearbook" in dry_run(small_study)
        run = snakemake(*small_study, "--cores", "2")
        assert_told(run, "loans: raw/yearbook/loans.csv", "金融机构人民币各项贷款余额")
    # the failed job's output is gone, never half-written; the fixed study runs through again
    run = snakemake(*small_study, "--cores", "2")
    assert run.returncode == 0
    assert dry_run(small_study) == {}
    # made by the command before, by forked children now (see conftest.py)
    assert tree(small_study[1] / "results") == before


def test_a_deleted_raw_table_is_told_before_a_first_run(small_study, tmp_path):
    shutil.copytree(small_study[1] / "raw", tmp_path / "raw")
    (tmp_path / "raw" / CATALOG["robots_us"]["file"]).unlink()
    write_config(tmp_path, small_config())
    run = snakemake(small_study[0], tmp_path, "--cores", "2", "results/derived/ai_us.csv")
    assert_told(run, "robots_us: raw/ifr/united_states.csv")


def test_a_bad_figure_is_told_with_its_place(small_study):
    path = small_study[1] / "raw" / CATALOG["loans"]["file"]
    figure = r"\n(北京市,(?:[\d.]+,){4})[\d.]+".encode("gbk")  # of 2018, the study's last year
    with changed(path, re.sub(figure, r"\n\g<1>n.a.".encode("gbk"), path.read_bytes())):
        run = snakemake(*small_study, "--cores", "2", "results/clean/loans.csv")
        assert_told(run, "raw/yearbook/loans.csv, row 5, column F: found 'n.a.', expected a number")
    snakemake(*small_study, "--cores", "2")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda config: config.update(tabels={}), "tabels"),
        (lambda config: config["capital"].update(depresiation=0.1), "depresiation"),
        (lambda config: config["productivity"]["models"][0].update(retruns="vrs"), "retruns"),
        (lambda config: config["tables"]["table_2"]["columns"].append({"formula": "y ~ x", "vcv": "iid"}), "vcv"),
        (lambda config: config["emissions"].update(factors="ipcc"), "ipcc"),
        (lambda config: config.pop("exposure"), "exposure"),
        (lambda config: config["productivity"].update(main="gmll"), "gmll"),
        (lambda config: config["study"]["excluded_provinces"].append("tibbet"), "tibbet"),
        (lambda config: config.update(panel={"path": "nowhere.csv"}), "nowhere.csv: file not found"),
    ],
)
def test_a_mistake_in_the_config_is_refused_by_name(small_study, change, message):
    config = small_config()
    change(config)
    with with_config(small_study[1], config):
        assert_told(snakemake(*small_study, "--cores", "2", "--dry-run"), message)


def test_an_unknown_variable_is_told_before_estimation(small_study):
    config = small_config()
    config["tables"]["table_2"]["columns"][1] = "ln_co2 ~ ai + opne | province + year"
    with with_config(small_study[1], config):
        assert_told(snakemake(*small_study, "--cores", "2"), "table_2", "opne")
    snakemake(*small_study, "--cores", "2")


@pytest.mark.slow
def test_every_other_choice_runs(small_study, tmp_path):
    shutil.copytree(small_study[1] / "raw", tmp_path / "raw")
    config = small_config()
    config["emissions"]["factors"] = "ipcc_tier1"
    config["capital"] |= {"initial_stock": "tenth", "price_continued_by": "gdp_deflator"}
    config["exposure"] |= {"robots": "operational_stock", "per_workers": 100, "unspecified": "spread"}
    config["study"]["years"] = [2014, 2022]
    del config["cleaning"]["winsorise"]
    model = config["productivity"]["models"][0] | {"returns": "vrs", "technology": "contemporaneous", "name": "ml"}
    config["productivity"] = {"models": [model]}
    write_config(tmp_path, config)
    run = snakemake(small_study[0], tmp_path, "--cores", "2", "results/panel_winsorised.csv", "results/imputed.csv")
    assert run.returncode == 0, run.stdout + run.stderr
    assert (tmp_path / "results/panel_winsorised.csv").read_bytes() == (tmp_path / "results/panel.csv").read_bytes()
    ours, theirs = (folder / "results" / "derived" for folder in (tmp_path, small_study[1]))
    for name in ("co2", "capital", "ai"):
        rows = [list(csv.reader((folder / f"{name}.csv").open(encoding="utf-8"))) for folder in (ours, theirs)]
        assert set(map(tuple, rows[0][1:])).isdisjoint(map(tuple, rows[1][1:])), name
    imputed = (tmp_path / "results" / "imputed.csv").read_text("utf-8")
    assert "continued by gdp_deflator" in imputed
    last = run.stderr.rstrip().splitlines()[-8:]
    assert "Cells made up, calculated or accepted in doubt, by raw table (results/imputed_counts.csv):" in last
    assert any(line.startswith("  continued by gdp_deflator: ") for line in last)


def test_the_report_holds_tables_and_figures(small_study):
    run = snakemake(*small_study, "--report", "report.html")
    assert run.returncode == 0, run.stdout + run.stderr
    html = (small_study[1] / "report.html").read_text("utf-8")
    assert not re.search(r'(src|href)="https?://', html)
    for name in (
        "results/tables/table_2.html",
        "results/tables/productivity.html",
        "results/figures/trends.png",
        "results/replication/scorecard.csv",
    ):
        assert name in html
