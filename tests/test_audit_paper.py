"""The audit of published tables as a whole: the paper's tables, another paper's, and the files it writes."""

import csv
from collections import Counter
from pathlib import Path
from types import SimpleNamespace

import pytest
import yaml
from _typed import CRITICAL, HEADER, SETTING, one
from conftest import SHARED, default_config, needs_shared, planned_jobs, snakemake, write_config
from study.audit.printed_tables import ROW_FIELDS, Setting, read_published
from study.helpers import InputError
from study.output.audit_page import CHECKS, render_audit
from tabulate_audit import audit, main

ROOT = Path(__file__).parents[1]
PUBLISHED = sorted((ROOT / "resources" / "published").glob("*.csv"))


@pytest.fixture(scope="module")
def paper():
    config = yaml.safe_load((ROOT / "config.yaml").read_text("utf-8"))
    return audit(read_published(PUBLISHED), Setting.of(config["audit"]), CRITICAL)


def found(rows, check, table="", column="", term=None) -> dict:
    return one(
        row
        for row in rows
        if (row["check"], row["table"], row["column"]) == (check, table, column) and term in (None, row["term"])
    )


def test_the_papers_stars(paper):
    convention = {row["term"]: (row["printed"], row["recomputed"]) for row in paper if row["check"] == "convention"}
    assert convention == {
        "stars_residual_df": ("188", 2),
        "stars_normal": ("188", 5),
        "stars_clusters": ("188", 12),
    }
    assert {row["verdict"] for row in paper if row["check"] == "sign"} == {"agrees"}
    ai = found(paper, "stars_residual_df", "5", "3", "AI")
    assert (ai["printed"], ai["recomputed"], ai["severity"], ai["kind"]) == ("-1.989***", "**", "A", "fact")
    assert "0.0478" in ai["finding"] and "0.0467" in found(paper, "stars_normal", "5", "3", "AI")["finding"]
    urban = found(paper, "stars_residual_df", "5", "3", "Urban")
    assert (urban["verdict"], urban["severity"]) == ("impossible", "B")
    normal = {
        (r["table"], r["column"], r["term"]) for r in paper if r["check"] == "stars_normal" and "diff" in r["verdict"]
    }
    assert {("5", "4", "Fin"), ("7", "3", "Energy"), ("8", "1", "Urban")} < normal
    lost = {
        (r["table"], r["column"]): r["recomputed"]
        for r in paper
        if r["check"] == "stars_clusters" and r["term"] == "AI" and r["verdict"] != "agrees"
    }
    assert lost == {("6", "5"): "*", ("7", "1"): "", ("7", "4"): "*", ("5", "3"): "*"}


def test_the_papers_instruments(paper):
    f = found(paper, "first_stage_f", "4", "2")
    assert round(f["recomputed"], 2) == 13.42
    assert f["severity"] == "A" and "1.319" in f["finding"]
    f = found(paper, "first_stage_f", "3", "2")
    assert round(f["recomputed"], 1) == 402.2
    assert f["verdict"] == "agrees" and "1.148" in f["finding"]
    tf = {(r["table"], r["column"], round(r["low"], 2)): round(r["recomputed"], 3) for r in paper if r["check"] == "tf"}
    assert (tf["4", "2", 2.99], tf["4", "4", 2.99]) == (0.153, 0.155)
    assert (tf["6", "2", 2.99], tf["6", "4", 2.99], tf["6", "6", 2.99]) == (0.049, 0.068, 0.096)
    assert {r["kind"] for r in paper if r["check"] == "tf" and r["table"] == "6"} == {"inference"}
    kp = found(paper, "kp_bound", "3", "2")
    assert (kp["printed"], kp["high"], kp["kind"]) == ("55.485", 30, "fact")
    assert found(paper, "kp_stars", "3", "2")["recomputed"] == pytest.approx(9e-14, rel=0.06)
    assert round(found(paper, "kp_stars", "4", "2")["recomputed"], 4) == 0.0007
    assert [(r["table"], r["column"]) for r in paper if r["check"] == "duplicate"] == [("3", "3"), ("4", "3")]
    windows = {r["table"]: (round(r["low"], 4), round(r["high"], 4)) for r in paper if r["check"] == "partial_r2"}
    assert windows == {"3": (0.9367, 0.9398), "4": (0.9372, 0.9383)}
    assert found(paper, "lag_sample", "3", "1")["recomputed"] == 270
    assert found(paper, "unit_ratio", "4", "1")["verdict"] == "differs"
    assert found(paper, "unit_ratio", "3", "1")["verdict"] == "agrees"
    assert found(paper, "printed_f", "6", "2")["verdict"] == "differs"


def test_the_papers_iv_beside_least_squares(paper):
    ratio = {(r["table"], r["column"]): round(r["recomputed"], 2) for r in paper if r["check"] == "iv_ratio"}
    assert (ratio["4", "2"], ratio["4", "4"]) == (3.05, 2.87)
    assert [round(ratio["6", column], 1) for column in "246"] == [6.7, 1.8, 6.5]
    hausman = {(r["table"], r["column"]): round(r["recomputed"], 2) for r in paper if r["check"] == "hausman"}
    assert (hausman["4", "2"], hausman["4", "4"]) == (-1.50, 1.45)
    within = {(r["table"], r["column"]): r for r in paper if r["check"] == "r2_within"}
    assert round(within["3", "2"]["recomputed"], 1) == 9.5 and "26%" in within["3", "2"]["finding"]
    assert round(within["3", "4"]["recomputed"], 1) == 19.6 and "60%" in within["3", "4"]["finding"]


def test_the_papers_samples(paper):
    assert {r["recomputed"] for r in paper if r["check"] == "split"} == {295}
    assert "26 units" in found(paper, "sample", "5", "5")["finding"]
    assert "218" in found(paper, "sample", "5", "5")["finding"]
    z = {(r["table"], r["dependent"]): r for r in paper if r["check"] == "group_difference" and r["term"] == "AI"}
    assert {place: round(row["recomputed"], 2) for place, row in z.items()} == {
        ("7", "Co2"): -0.63,
        ("7", "GTFP"): 3.54,
        ("8", "Co2"): -0.03,
        ("8", "GTFP"): -5.97,
    }
    assert round(z["7", "Co2"]["low"], 2) == 0.53
    assert [row["severity"] for row in z.values()] == ["A", "", "A", ""]
    reversals = [(r["table"], r["column"]) for r in paper if r["check"] == "reversal" and r["severity"]]
    assert reversals == [("7", "4")]
    assert found(paper, "effect_names")["printed"] == "Province, City"


def test_the_papers_description(paper):
    total = found(paper, "log_total", "1", "max")
    assert (round(total["recomputed"], 1), total["kind"]) == (19.1, "inference")
    assert "above the national total of 11.9 Gt (China's fossil CO2 in 2023, Global" in total["finding"]
    assert round(found(paper, "range", "1", "max", "Co2")["recomputed"], 1) == 5.0
    constants = {row["column"]: round(row["recomputed"], 3) for row in paper if row["check"] == "constant"}
    assert constants == {"1": 10.615, "2": 8.822, "3": 0.948, "4": -0.558}
    allowed = [(row["high"] - row["low"]) / 2 for row in paper if row["check"] == "constant"]
    assert [round(each, 3) for each in allowed] == [0.001, 0.017, 0.001, 0.028]
    density = one(row for row in paper if row["check"] == "reconciled_mean")
    assert density["term"] == "Density"
    assert (round(density["low"], 4), round(density["high"], 4)) == (0.0391, 0.0393)
    means = {row["column"]: row for row in paper if row["check"] == "implied_mean"}
    assert round(means["1"]["recomputed"], 1) == 4.7 and "5.74" in means["1"]["finding"]
    assert round(means["5"]["recomputed"], 1) == 2.4
    assert found(paper, "growth", "1", "mean")["severity"] == "C"
    assert found(paper, "share", "1", "mean")["verdict"] == "agrees"
    size = {(row["table"], row["column"]): row for row in paper if row["check"] == "size" and row["dependent"] == "Co2"}
    assert round(size["2", "2"]["recomputed"], 3) == -0.063
    assert round(size["4", "2"]["recomputed"], 2) == -0.18 and "x 0.29" in size["4", "2"]["finding"]


@needs_shared
def test_typed_tables_are_all_the_published_ones():
    for path in (SHARED / "published").glob("*.csv"):
        assert (ROOT / "resources" / "published" / path.name).read_text("utf-8") == path.read_text("utf-8")


# --- whole runs -----------------------------------------------------------------------------------------------------


def run(tmp_path, files, audit_config=None) -> tuple[list[dict], str]:
    output = SimpleNamespace(csv=tmp_path / "audit.csv", html=tmp_path / "audit.html")
    inputs = SimpleNamespace(published=files, critical_values=ROOT / "resources" / "tf_critical_values.csv")
    audit_config = {"units": 30, "periods": 10} | (audit_config or {})
    params = SimpleNamespace(audit=audit_config, place="resources/published", untyped=[])
    main(SimpleNamespace(rule="tabulate_audit", log=[tmp_path / "log"], input=inputs, output=output, params=params))
    with output.csv.open(encoding="utf-8") as file:
        return list(csv.DictReader(file)), output.html.read_text("utf-8")


def test_another_papers_faults_are_found(tmp_path):
    """Forty firms over five quarters, nine planted faults."""
    path = tmp_path / "other.csv"
    path.write_text(
        f"{HEADER}\n"
        "A1,n,,,Wage,200,,\nA1,mean,,,Wage,1.50,,\nA1,sd,,,Wage,0.20,,\nA1,min,,,Wage,1.00,,\nA1,max,,,Wage,2.00,,\n"
        "A1,n,,,Skill,200,,\nA1,mean,,,Skill,0.50,,\nA1,sd,,,Skill,0.90,,\nA1,min,,,Skill,0.00,,\nA1,max,,,Skill,1.00,,\n"
        "A2,1,Wage,,Skill,0.40,4.00,*\nA2,1,Wage,,_cons,1.80,9.00,***\nA2,1,Wage,,N,200,,\n"
        "A2,1,Wage,,Firm,Yes,,\nA2,1,Wage,,Quarter,Yes,,\n"
        "A2,2,Wage,old firms,Skill,-0.40,-3.00,***\nA2,2,Wage,old firms,N,97,,\n"
        "A2,3,Wage,young firms,Skill,-0.10,-0.60,\nA2,3,Wage,young firms,N,99,,\n"
        "A3,1,Skill,IV,School,0.20,2.50,**\nA3,2,Wage,IV,Skill,1.90,2.10,**\nA3,2,Wage,IV,N,210,,\n",
        encoding="utf-8",
    )
    rows, html = run(tmp_path, [path], {"units": 40, "periods": 5})
    severe = Counter(row["check"] for row in rows if row["severity"] in ("A", "B"))
    faults = ("sd_bound", "stars_residual_df", "constant", "split", "group_difference", "reversal", "first_stage_f")
    assert severe == Counter([*faults, "tf", "sample"])
    assert "Table" in html and "40 units" in html and "Jiang" not in html


def test_an_empty_folder_and_tables_without_regressions(tmp_path):
    rows, html = run(tmp_path, [])
    assert rows == [] and "holds no table" in html
    path = tmp_path / "words.csv"
    path.write_text(f"{HEADER}\n1,1,Y,,Year,Yes,,\n", encoding="utf-8")
    rows, html = run(tmp_path, [path])
    assert rows == [] and "No check applies" in html


def test_nothing_is_written_for_names_that_no_table_has(tmp_path):
    with pytest.raises(InputError, match=r"audit.shares: no published table has 'Enrgy'; .* Energy"):
        run(tmp_path, PUBLISHED, {"shares": ["Enrgy"]})
    assert not (tmp_path / "audit.csv").exists() and not (tmp_path / "audit.html").exists()


def test_the_papers_files(tmp_path):
    rows, html = run(tmp_path, PUBLISHED)
    assert tuple(rows[0]) == ROW_FIELDS
    assert {row["kind"] for row in rows} == {"fact", "inference"}
    assert {row["severity"] for row in rows} == {"", "A", "B", "C"}
    assert not [row for row in rows if row["verdict"] == "agrees" and row["severity"]]
    assert {row["check"] for row in rows} <= set(CHECKS)
    assert "typed in resources/published/ (" in html and "the section audit of the config" in html
    assert "Stock, J. H." in html and "Lee, D. S." in html
    # what goes in does not depend on the order of the files
    again, _ = run(tmp_path, PUBLISHED[::-1])
    assert Counter(map(str, again)) == Counter(map(str, rows))
    assert render_audit([], SETTING, ["a.csv"]).count("<table>") == 0


def test_only_studies_of_the_paper_plan_the_audit(tmp_path):
    config = default_config()
    config["inputs"] = str(ROOT / config["inputs"])
    target = ("-n", "--quiet", "rules")
    write_config(tmp_path, config)
    assert planned_jobs(snakemake(ROOT / "Snakefile", tmp_path, *target))["tabulate_audit"] == 1
    own = {key: value for key, value in config.items() if key != "audit"}
    for table in [own["describe"], *own["tables"].values()]:
        table.pop("published", None)
    write_config(tmp_path, own)
    assert "tabulate_audit" not in planned_jobs(snakemake(ROOT / "Snakefile", tmp_path, *target))
