"""A study in a folder of its own: `--snakefile Snakefile --directory my_study` and nothing else."""

import json
import os
import re
import shutil
import time
from html import escape

import pytest
import yaml
from conftest import command, copy_workflow, planned_jobs, snakemake
from humanfriendly import parse_size
from study.files.panel import MOST_PANEL_BYTES

PANEL = "\n".join(
    ["city,period,y,x,z"]
    + [f"u{u},{t},{(u * 3 + t * 7) % 11},{(u * t) % 5},{(u + t * t) % 7}" for u in range(8) for t in range(2010, 2016)]
)
NOTE = "See x_, **|y|** and `z` <b>.\n\n.. raw:: html\n\n   <script>alert(1)<\\/script>\n\n.. include:: config.yaml"
CONFIG = {
    "panel": {"path": "panel.csv", "columns": {"province": "city", "year": "period"}},
    "cleaning": {"winsorise": {"lower": 5, "upper": 95}},
    "tables": {"main": {"title": "主表：基准", "note": NOTE, "columns": ["y ~ x + z | province + year"]}},
}
BELOW_PANEL = {"winsorise_panel": 1, "estimate_table": 1, "tabulate_table": 1}


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    """(Snakefile, folder) of a complete run of a small ready panel; its config in GBK, as Notepad saves it in China."""
    snakefile = copy_workflow(tmp_path_factory.mktemp("workflow"))
    folder = tmp_path_factory.mktemp("my study")
    (folder / "panel.csv").write_text(PANEL + "\n", encoding="utf-8")
    (folder / "config.yaml").write_bytes(yaml.safe_dump(CONFIG, allow_unicode=True).encode("gbk"))
    run = command(snakefile, folder, "--cores", "2")
    assert run.returncode == 0, run.stdout + run.stderr
    return snakefile, folder


@pytest.fixture
def copied(study, tmp_path):
    """The same with nothing run yet, to be spoilt."""
    snakefile = copy_workflow(tmp_path / "workflow")
    folder = tmp_path / "study"
    folder.mkdir()
    for name in ("panel.csv", "config.yaml"):
        shutil.copy(study[1] / name, folder)
    return snakefile, folder


def dry_run(study, *arguments):
    return planned_jobs(snakemake(*study, "--dry-run", *arguments))


def refused(run, *parts):
    text = run.stdout + run.stderr
    assert run.returncode != 0, text
    assert "Traceback" not in text
    for part in parts:
        assert part in text, text


def test_the_folder_is_enough_and_its_title_is_read(study):
    table = (study[1] / "results" / "tables" / "main.html").read_text("utf-8")
    assert "主表：基准" in table
    assert dry_run(study) == {}


def test_a_note_is_printed_as_typed_on_the_page_and_in_the_report(study):
    typed = escape(" ".join(NOTE.split()))
    page = (study[1] / "results" / "tables" / "main.html").read_text("utf-8")
    assert typed in " ".join(page.replace("&#39;", "&#x27;").replace("&#34;", "&quot;").split())
    run = snakemake(*study, "--report", "report.html")
    assert run.returncode == 0, run.stdout + run.stderr
    report = (study[1] / "report.html").read_text("utf-8")
    results = json.loads(re.search(r"var results = (\{.*\});$", report, re.MULTILINE)[1])
    caption = results["results/tables/main.html"]["caption"]
    assert typed in caption
    assert set(re.findall(r"<\w+", caption)) == {"<p"}


def test_configfile_gives_the_same_and_config_is_laid_over(study, tmp_path):
    other = tmp_path / "other.yaml"
    other.write_text(yaml.safe_dump(CONFIG), encoding="utf-8")
    assert dry_run(study, "--configfile", str(other)) == {}
    assert dry_run(study, "--config", "cleaning={winsorise: {lower: 1, upper: 99}}") == BELOW_PANEL
    # the folder's config is read below --configfile, key by key
    other.write_text("cleaning: {winsorise: {lower: 1}}\n", encoding="utf-8")
    assert dry_run(study, "--configfile", str(other)) == BELOW_PANEL


def test_a_fault_of_the_config_is_one_message_with_its_place(study, tmp_path):
    shutil.copy(study[1] / "panel.csv", tmp_path)
    (tmp_path / "config.yaml").write_text("panel: {path: panel.csv}\npanel: {path: b.csv}\n")
    told = "config.yaml, line 2, column 1: the key `panel` stands already in line 1"
    refused(snakemake(study[0], tmp_path, "--dry-run"), told)
    (tmp_path / "config.yaml").unlink()
    refused(snakemake(study[0], tmp_path, "--dry-run"), f"there is no config.yaml in {tmp_path}")


def test_a_touched_script_reruns_nothing_and_an_edited_one_its_rule(study):
    scripts = study[0].parent / "scripts"
    for path in [*scripts.rglob("*.py"), *scripts.rglob("*.html"), study[1] / "panel.csv"]:
        os.utime(path)
    assert dry_run(study) == {}
    for name, expected in (
        ("present/tabulate_table.py", {"tabulate_table": 1}),
        ("study/output/templates/page.html", {"tabulate_table": 1}),
        ("study/regression/absorption.py", {"estimate_table": 1, "tabulate_table": 1}),
    ):
        before = (scripts / name).read_bytes()
        (scripts / name).write_bytes(before + b"\n# a remark\n")
        try:
            assert dry_run(study) == expected, name
        finally:
            (scripts / name).write_bytes(before)


def test_the_profile_compares_large_files_and_reruns_what_was_cut_short(study):
    profile = yaml.safe_load((study[0].parent / "profiles" / "default" / "config.yaml").read_text("utf-8"))
    assert profile["rerun-incomplete"] is True
    assert parse_size(profile["max-checksum-file-size"]) > MOST_PANEL_BYTES
    assert profile["rerun-triggers"] == ["mtime", "params", "input", "software-env"]


def test_a_panel_saved_while_it_is_read_leaves_no_result(copied):
    snakefile, folder = copied
    module = snakefile.parent / "scripts" / "clean" / "import_panel.py"
    saving = (
        'Path(params.path).write_text(Path(params.path).read_text("utf-8").replace("u1,2010,", "u1,2010,9"), "utf-8")'
    )
    text = "from pathlib import Path\n" + module.read_text("utf-8")
    lines = text.splitlines(keepends=True)
    at = next(number for number, line in enumerate(lines) if "read_panel(params.path" in line)
    module.write_text("".join([*lines[: at + 1], f"    {saving}\n", *lines[at + 1 :]]), encoding="utf-8")
    run = snakemake(snakefile, folder, "--cores", "1", "results/panel.csv")
    refused(run, "panel.csv: saved, moved or deleted during this run", "Run the same command again.")
    assert not (folder / "results" / "derived" / "imported.csv").exists()
    # nothing is taken for done
    module.write_text(text, encoding="utf-8")
    assert dry_run(copied, "results/panel.csv") == {"import_panel": 1, "build_panel": 1}


def test_units_that_came_after_the_start_are_refused(copied):
    snakefile, folder = copied
    module = snakefile.parent / "scripts" / "clean" / "import_panel.py"
    more = 'Path(params.path).open("a").write("new,2010,1,1,1\\n")'
    text = "from pathlib import Path\n" + module.read_text("utf-8")
    # saved between the start of the run and the job
    text = text.replace(
        'if "snakemake" in globals():\n', f'if "snakemake" in globals():\n    params = snakemake.params\n    {more}\n'
    )
    module.write_text(text, encoding="utf-8")
    refused(
        snakemake(snakefile, folder, "--cores", "1", "results/panel.csv"),
        "panel.csv: saved, moved or deleted during this run",
    )


def test_units_that_came_between_the_plan_of_jobs_and_their_marks_are_refused(copied):
    snakefile, folder = copied
    text, read = snakefile.read_text("utf-8"), "    check_study(STUDY, main=workflow.is_main_process)\n"
    assert read in text
    more = '    Path("panel.csv").open("a").write("new,2010,1,1,1\\n")\n'
    snakefile.write_text(text.replace(read, read + more), encoding="utf-8")
    refused(
        snakemake(snakefile, folder, "--cores", "1", "results/panel.csv"),
        "panel.csv: other units than when the run began",
    )


def test_a_file_dated_ahead_is_told_before_any_job(copied):
    snakefile, folder = copied
    ahead = time.time() + 8 * 3600
    script = snakefile.parent / "scripts" / "clean" / "import_panel.py"
    for path in (script, folder / "panel.csv"):
        os.utime(path, (ahead, ahead))
    told = ("import_panel.py, panel.csv: dated up to", f"touch {script} {folder}/panel.csv")
    refused(snakemake(snakefile, folder, "--cores", "1"), *told)
    assert not (folder / "results").exists()


def test_a_typed_table_dated_ahead_is_told_at_start(copied):
    typed = copied[1] / "typed" / "printed.csv"
    typed.parent.mkdir()
    shutil.copy(copied[0].parent / "resources" / "published" / "table_2.csv", typed)
    os.utime(typed, (time.time() + 7200,) * 2)
    config = yaml.safe_dump(CONFIG | {"published": "typed"}, allow_unicode=True)
    (copied[1] / "config.yaml").write_text(config, encoding="utf-8")
    refused(snakemake(*copied, "--dry-run"), "typed/printed.csv: dated up to")


@pytest.mark.parametrize(
    ("entry", "parts"), [({"terms": ["xx"]}, ["terms xx", "terms x, N"]), ({"columns": [2]}, ["no column 2"])]
)
def test_what_differs_names_wrongly_is_told_before_any_job(copied, entry, parts):
    typed = "table,column,dependent,group,term,estimate,stars,std_error\n1,1,y,,x,0.011,**,(0.006)\n1,1,y,,N,48,,\n"
    (copied[1] / "main.csv").write_text(typed, encoding="utf-8")
    main = CONFIG["tables"]["main"] | {
        "published": "main",
        "differs": [entry | {"why": "unit", "reason": "other unit"}],
    }
    config = CONFIG | {"published": ".", "tables": {"main": main}}
    (copied[1] / "config.yaml").write_text(yaml.safe_dump(config, allow_unicode=True), encoding="utf-8")
    refused(snakemake(*copied, "--dry-run"), "main, differs", "other unit", *parts)
    main["differs"] = [{"columns": [1], "terms": ["x"], "why": "unit", "reason": "other unit"}]
    (copied[1] / "config.yaml").write_text(yaml.safe_dump(config, allow_unicode=True), encoding="utf-8")
    assert dry_run(copied)["compare_published"] == 1
