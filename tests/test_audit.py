"""The audit of published tables: each check where it must fire and where it must not, then on the paper's tables."""

import csv
import math
from collections import Counter
from pathlib import Path
from types import SimpleNamespace

import pytest
import yaml
from _audit import ROW_FIELDS, Printed, Setting, read_published
from _audit_cells import (
    check_decimals,
    check_signs,
    check_standard_errors,
    check_stars,
    degrees_of_freedom,
)
from _audit_constants import check_constants, check_implied_means
from _audit_moments import (
    check_growth,
    check_log_totals,
    check_moments,
    check_shares,
    check_sizes,
    least_mean_of_exponentials,
)
from _audit_page import CHECKS, render_audit
from _audit_ratios import check_r2, check_ratios
from _audit_samples import (
    check_effect_names,
    check_group_differences,
    check_reversals,
    check_sample_sizes,
    check_splits,
)
from _audit_stages import (
    adjusted_p,
    check_duplicates,
    check_first_stage,
    check_first_stage_samples,
    check_instruments,
    check_iv_constants,
    check_printed_f,
    check_rank_test,
    check_tf,
    critical_value,
)
from _helpers import InputError, read_rows
from conftest import default_config, planned_jobs, snakemake, write_config
from tabulate_audit import audit, main

ROOT = Path(__file__).parents[1]
PUBLISHED = sorted((ROOT / "resources" / "published").glob("*.csv"))
SHARED = ROOT.parent / "shared"
HEADER = "table,column,dependent,group,term,estimate,statistic,stars"
CRITICAL = [
    (float(row["root_f"]), float(row["critical_value"]))
    for row in read_rows(ROOT / "resources" / "tf_critical_values.csv")
]
SETTING = Setting.of({"units": 30, "periods": 10})
EFFECTS = ("1,Y,,Province,Yes,,", "1,Y,,Year,Yes,,")


def typed(tmp_path, *lines: str, name: str = "table.csv"):
    """Tables from lines without their first cell, the table's number 9."""
    path = tmp_path / name
    path.write_text("\n".join([HEADER, *(f"9,{line}" for line in lines)]) + "\n", encoding="utf-8")
    return read_published([path])


def one(rows) -> dict:
    [row] = rows
    return row


# --- reading --------------------------------------------------------------------------------------------------------


def test_rounding_of_printed_numbers():
    assert Printed.read("-0.677").range.low == pytest.approx(-0.6775)
    assert Printed.read("300").half == 0.5
    assert Printed.read("1.20e-3").half == pytest.approx(5e-6)
    for text in ("", "0,677", "−0.5", "1.2.3", "nan", "0.5*"):
        with pytest.raises(ValueError):
            Printed.read(text)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("table,column\n", "t.csv, line 1: no column dependent, group"),
        (f"{HEADER}\n2,1,Y,,AI,much,1.2,\n", "t.csv, line 2, column `estimate`: found 'much'; expected a number"),
        (f"{HEADER}\n2,1,Y,,AI,0.1,(1.2),\n", r"t.csv, line 2, column `statistic`: found '\(1.2\)'; expected a t"),
        (f"{HEADER}\n2,1,Y,,AI,0.1,1.2,+\n", r"t.csv, line 2, column `stars`: found '\+'; expected nothing, \*"),
        (f"{HEADER}\n2,1,Y,,AI,0.1,1.2\n", "t.csv, line 2: expected 8 cells"),
        (f"{HEADER}\n2,1,Y,,AI,0,1,,\n", "t.csv, line 2: expected 8 cells"),
        (f"{HEADER}\n2,1,Y,,AI,0.1,1,\n2,1,Y,,AI,0.2,1,\n", "t.csv, line 3, column `term`: 'AI' is there twice"),
    ],
)
def test_malformed_tables_are_refused_with_their_place(tmp_path, text, message):
    path = tmp_path / "t.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=message):
        read_published([path])


def test_spreadsheet_exports_are_read(tmp_path):
    path = tmp_path / "t.csv"
    path.write_text(f"\ufeff{HEADER},std_error\r\n2,1,Y,, AI ,0.1,1.2,,0.08\r\n", encoding="utf-8")
    assert read_published([path]).columns[0].slopes == ["AI"]
    path.write_bytes("表,列".encode("gb18030"))
    with pytest.raises(InputError, match="not UTF-8"):
        read_published([path])


# --- single cells ---------------------------------------------------------------------------------------------------


def test_signs(tmp_path):
    tables = typed(tmp_path, "1,Y,,AI,0.5,-2.0,**", "1,Y,,B,-0.5,-2.0,**", "1,Y,,C,0.000,-0.01,")
    assert [row["verdict"] for row in check_signs(tables)] == ["impossible", "agrees", "agrees"]
    assert next(check_signs(tables))["severity"] == "A"


def test_implied_standard_errors(tmp_path):
    lines = [f"{n},Y,,AI,0.50,{t}," for n, t in ((1, "1.00"), (2, "1.10"), (3, "0.90"), (4, "90.0"))]
    rows = list(check_standard_errors(typed(tmp_path, *lines, "5,Y,,AI,0.5,0.00,", "6,Y,,AI,0.0005,1.00,")))
    assert [row["verdict"] for row in rows] == ["agrees", "agrees", "agrees", "differs", "note", "agrees"]
    assert rows[0]["low"] == pytest.approx(0.495 / 1.005)
    assert rows[0]["high"] == pytest.approx(0.505 / 0.995)


@pytest.mark.parametrize(
    ("t", "stars", "verdict"),
    [
        ("2.700", "***", "agrees"),
        ("2.700", "**", "differs"),
        ("1.5", "*", "differs"),
        ("2.576", "***", "borderline"),  # 2.5765 would be below 1% on the normal, not on t(254)
        ("50.0", "", "impossible"),
        ("0.000", "", "agrees"),
    ],
)
def test_stars(tmp_path, t, stars, verdict):
    lines = ("1,Y,,AI,0.5," + f"{t},{stars}", "1,Y,,N,300,,", *EFFECTS)
    rows = {row["check"]: row for row in check_stars(typed(tmp_path, *lines), SETTING)}
    if verdict == "borderline":
        assert rows["stars_residual_df"]["verdict"] == "differs"
        assert rows["stars_normal"]["verdict"] in ("agrees", "borderline")
    else:
        assert rows["stars_residual_df"]["verdict"] == verdict


def test_a_rounded_t_at_the_limit_is_borderline(tmp_path):
    rows = check_stars(typed(tmp_path, "1,Y,,AI,0.5,2.0,", "1,Y,,B,0.5,1.6,*"), SETTING)
    verdicts = {row["term"]: row["verdict"] for row in rows if row["check"] == "stars_normal"}
    assert verdicts == {"AI": "differs", "B": "borderline"}


def test_a_lost_decimal_point_is_named(tmp_path):
    tables = typed(tmp_path, "1,Y,,AI,-0.481,-202,", "1,Y,,B,0.5,2.000,**", "1,Y,,C,0.5,2.100,**")
    row = next(row for row in check_stars(tables, SETTING) if row["term"] == "AI")
    assert "-0.202 would fit" in row["finding"]
    assert one(check_decimals(tables))["printed"] == "-202"


def test_star_levels_are_the_settings(tmp_path):
    tables = typed(tmp_path, "1,Y,,AI,0.5,2.700,**")
    strict = Setting.of({"units": 30, "periods": 10, "levels": [0.05, 0.01, 0.001]})
    assert [row["verdict"] for row in check_stars(tables, strict) if row["check"] == "stars_normal"] == ["agrees"]


def test_degrees_of_freedom(tmp_path):
    lines = [f"1,Y,,{term},0.5,2.0,**" for term in "ABCDEFG"] + ["1,Y,,_cons,1.0,2.0,**"]
    tables = typed(tmp_path, *lines, "1,Y,,N,300,,", *EFFECTS)
    assert degrees_of_freedom(tables.columns[0], tables, SETTING).say() == "254"
    tables = typed(tmp_path, *lines, "1,Y,,N,260,,", *EFFECTS)
    assert degrees_of_freedom(tables.columns[0], tables, SETTING).say() == "218"
    tables = typed(tmp_path, *lines, "1,Y,,N,146,,", *EFFECTS)
    assert degrees_of_freedom(tables.columns[0], tables, SETTING).say() == "100 to 115"
    tables = typed(tmp_path, *lines, "1,Y,,N,300,,")
    assert degrees_of_freedom(tables.columns[0], tables, SETTING).say() == "292"
    assert degrees_of_freedom(typed(tmp_path, *lines).columns[0], tables, SETTING) is None


# --- instrumental variables -----------------------------------------------------------------------------------------


def two_stages(tmp_path, t="3.664", f="23.371", lm="11.522", second="-2.183,**", group="IV"):
    return typed(
        tmp_path,
        f"1,AI,{group} - first stage,Z,1.2,{t},***",
        f"1,AI,{group} - first stage,N,300,,",
        f"1,AI,{group} - first stage,R2,0.943,,",
        f"1,AI,{group} - first stage,Province,Yes,,",
        f"1,AI,{group} - first stage,Year,Yes,,",
        f"2,Y,{group},AI,-1.469,{second}",
        f"2,Y,{group},N,300,,",
        f"2,Y,{group},Province,Yes,,",
        f"2,Y,{group},Kleibergen-Paap rk LM,{lm},,***",
        f"2,Y,{group},Cragg-Donald Wald F,{f},,",
    )


def test_stages_are_recognised(tmp_path):
    tables = two_stages(tmp_path)
    first, second = tables.columns
    assert tables.is_first_stage(first) and not tables.is_iv(first)
    assert tables.is_iv(second) and tables.first_stage(second) is first
    # a mediator explained in one column and used in another makes no first stage
    tables = typed(tmp_path, "1,M,,AI,0.5,2.0,**", "2,Y,,AI,0.5,2.0,**", "2,Y,,M,0.5,2.0,**")
    assert not any(map(tables.is_first_stage, tables.columns))


@pytest.mark.parametrize(
    ("t", "f", "verdict"), [("3.664", "23.371", "differs"), ("9.000", "95.0", "agrees"), ("9.000", "81.0", "agrees")]
)
def test_first_stage_f(tmp_path, t, f, verdict):
    row = one(check_first_stage(two_stages(tmp_path, t=t, f=f)))
    assert row["verdict"] == verdict
    assert row["recomputed"] == pytest.approx(float(t) ** 2)
    assert ("not classical" in row["finding"]) == (f != "81.0")


def test_tf_values_are_the_published_ones():
    path = SHARED / "vectors" / "econ" / "12_tF_critical_values" / "expected.csv"
    if not path.is_file():
        pytest.skip(f"no published critical values at {path}")
    expected = [(float(row["case"].removeprefix("sqrtF=")), float(row["value"])) for row in read_rows(path)]
    assert expected == CRITICAL


def test_tf_critical_values():
    assert critical_value(2.0, CRITICAL) == 18.66
    assert critical_value(3.65, CRITICAL) == pytest.approx(3.00)
    assert critical_value(50, CRITICAL) == 1.96
    assert critical_value(1.9, CRITICAL) == math.inf
    assert adjusted_p(2.5, math.inf) == 1
    assert adjusted_p(1.96, 1.96) == pytest.approx(0.05, abs=1e-4)


def test_tf(tmp_path):
    assert one(check_tf(two_stages(tmp_path), CRITICAL, SETTING))["severity"] == "A"
    assert one(check_tf(two_stages(tmp_path, t="20.0"), CRITICAL, SETTING))["verdict"] == "agrees"
    assert one(check_tf(two_stages(tmp_path, second="-5.000,***"), CRITICAL, SETTING))["verdict"] == "agrees"
    assert one(check_tf(two_stages(tmp_path, second="-1.000,"), CRITICAL, SETTING))["verdict"] == "agrees"
    # the test is for one instrument
    tables = typed(tmp_path, "1,AI,IV,Z,1,3.0,***", "1,AI,IV,V,1,3.0,***", "2,Y,IV,AI,1,2.0,**")
    assert not list(check_tf(tables, CRITICAL, SETTING))


def test_rank_test(tmp_path):
    bound, stars = check_rank_test(two_stages(tmp_path), SETTING)
    assert (bound["verdict"], stars["verdict"]) == ("note", "agrees")
    assert "by period (10)" in bound["finding"] and "unit" not in bound["finding"]
    bound, _ = check_rank_test(two_stages(tmp_path, lm="55.0"), SETTING)
    assert (bound["verdict"], bound["severity"]) == ("note", "C")
    bound, _ = check_rank_test(two_stages(tmp_path, lm="301.0"), SETTING)
    assert bound["verdict"] == "impossible"
    bound, stars = check_rank_test(two_stages(tmp_path, lm="3.000"), SETTING)
    assert (bound["verdict"], stars["verdict"]) == ("agrees", "differs")


def test_columns_printed_twice(tmp_path):
    tables = typed(tmp_path, "1,AI,a,Z,1.2,3.0,***", "2,AI,b,Z,1.2,3.0,***", "3,AI,c,Z,1.2,3.1,***")
    assert one(check_duplicates(tables))["column"] == "2"


def test_first_stage_samples(tmp_path):
    row = one(check_first_stage_samples(two_stages(tmp_path), SETTING))
    assert row["verdict"] == "note"  # nothing to compare with
    assert row["low"] < row["high"] < 0.943
    stages = [
        f"{table},{line}"
        for table, r2 in (("3", "0.980"), ("4", "0.943"))
        for line in (
            "1,AI,IV - first stage,Z,1.2,3.664,***",
            "1,AI,IV - first stage,N,300,,",
            f"1,AI,IV - first stage,R2,{r2},,",
            "2,Y,IV,AI,1.0,2.0,**",
            "2,Y,IV,Cragg-Donald Wald F,23.371,,",
        )
    ]
    path = tmp_path / "two.csv"
    path.write_text("\n".join([HEADER, *stages]) + "\n", encoding="utf-8")
    assert [row["verdict"] for row in check_first_stage_samples(read_published([path]), SETTING)] == ["differs"] * 2


def test_units_and_lags_of_instruments(tmp_path):
    tables = typed(tmp_path, "1,AI,IV,L.AI,25.0,3.0,***", "1,AI,IV,N,300,,", "2,Y,IV,AI,1,2.0,**")
    ratio, lag = check_instruments(tables, SETTING)
    assert (ratio["check"], ratio["verdict"]) == ("unit_ratio", "differs")
    assert (lag["check"], lag["recomputed"]) == ("lag_sample", 270)
    tables = typed(tmp_path, "1,AI,IV,L.AI,2.0,3.0,***", "1,AI,IV,N,270,,", "2,Y,IV,AI,1,2.0,**")
    assert one(check_instruments(tables, SETTING))["verdict"] == "agrees"


def test_printed_f(tmp_path):
    lines = ("1,Y,IV,AI,1,2.0,**", "1,Y,IV,F,{},,", "2,X,IV,AI,1,2.0,**", "2,X,IV,F,22.7,,")
    assert one(check_printed_f(typed(tmp_path, *(line.format("15.9") for line in lines))))["verdict"] == "differs"
    assert one(check_printed_f(typed(tmp_path, *(line.format("22.7") for line in lines))))["verdict"] == "agrees"


def test_constants_of_iv_columns(tmp_path):
    lines = ["1,Y,IV,AI,1,2.0,**", "1,Y,IV,_cons,1,2.0,**", "2,Y,FE,AI,1,2.0,**", "2,Y,FE,_cons,1,2.0,**"]
    effects = [f"{n},Y,{group},Province,Yes,," for n, group in ((1, "IV"), (2, "FE"))]
    assert one(check_iv_constants(typed(tmp_path, *lines, *effects)))["column"] == "1"


@pytest.mark.parametrize(("iv", "severity"), [("1.200", "A"), ("-0.100", "A"), ("0.600", "")])
def test_ratio_to_least_squares(tmp_path, iv, severity):
    tables = typed(tmp_path, "1,Y,FE,AI,0.500,5.0,***", f"2,Y,IV,AI,{iv},{'-' * (iv[0] == '-')}2.0,**")
    rows = list(check_ratios(tables))
    assert rows[0]["severity"] == severity
    assert rows[0]["recomputed"] == pytest.approx(float(iv) / 0.5)
    if iv == "1.200":
        assert rows[1]["recomputed"] == pytest.approx(0.7 / math.sqrt(0.6**2 - 0.1**2))


def test_r2_of_iv_columns(tmp_path):
    lines = ["1,Y,FE,AI,0.5,5.0,***", "1,Y,FE,N,300,,", "1,Y,FE,R2,0.90,,", "2,Y,IV,AI,0.6,2.0,**", "2,Y,IV,N,300,,"]
    assert one(check_r2(typed(tmp_path, *lines, "2,Y,IV,R2,0.30,,"), SETTING))["verdict"] == "differs"
    assert one(check_r2(typed(tmp_path, *lines, "2,Y,IV,R2,0.90,,"), SETTING))["verdict"] == "agrees"


# --- samples and groups ---------------------------------------------------------------------------------------------


def split_table(tmp_path, sizes=(146, 149), first="-0.424,-1.697,*", second="-0.191,-0.704,"):
    lines = [f"1,Y,high x,AI,{first}", f"1,Y,high x,N,{sizes[0]},,", "1,Y,high x,Year,Yes,,"]
    lines += [f"2,Y,low x,AI,{second}", f"2,Y,low x,N,{sizes[1]},,", "3,Y,,AI,0.6,3.3,***", "3,Y,,N,300,,"]
    return typed(tmp_path, *lines)


def test_splits_and_singletons(tmp_path):
    row = one(check_splits(split_table(tmp_path), SETTING))
    assert (row["severity"], row["recomputed"]) == ("A", 295)
    assert one(check_splits(split_table(tmp_path, (150, 150)), SETTING))["verdict"] == "agrees"
    assert one(check_splits(split_table(tmp_path, (140, 150)), SETTING))["severity"] == "C"
    # robustness columns of the whole sample are no groups
    assert not list(check_splits(split_table(tmp_path, (300, 260)), SETTING))


def test_differences_between_groups(tmp_path):
    row = one(check_group_differences(split_table(tmp_path)))
    assert (row["verdict"], row["severity"]) == ("differs", "A")
    assert row["recomputed"] == pytest.approx(-0.63, abs=0.005)
    row = one(check_group_differences(split_table(tmp_path, second="0.900,3.0,***")))
    assert row["verdict"] == "agrees"
    row = one(check_group_differences(split_table(tmp_path, first="-0.200,-0.70,")))
    assert (row["verdict"], row["severity"]) == ("note", "")


def test_reversed_signs(tmp_path):
    assert [r["verdict"] for r in check_reversals(split_table(tmp_path))] == []  # not significant
    rows = check_reversals(split_table(tmp_path, first="-0.664,-2.03,**"))
    assert one(rows)["severity"] == "A"
    assert one(check_reversals(split_table(tmp_path, first="0.664,2.03,**")))["verdict"] == "agrees"


def test_sample_sizes(tmp_path):
    def verdict(n):
        row = one(check_sample_sizes(typed(tmp_path, "1,Y,,AI,1,2.0,**", f"1,Y,,N,{n},,"), SETTING))
        return row["verdict"], row["kind"]

    assert verdict(300) == ("agrees", "fact")
    assert verdict(260) == ("agrees", "inference")
    assert verdict(295) == ("note", "inference")
    assert verdict(310) == ("differs", "fact")


def test_names_of_effects(tmp_path):
    lines = ["1,Y,,AI,1,2.0,**", "1,Y,,City,Yes,,", "2,Y,,AI,1,2.0,**"]
    assert one(check_effect_names(typed(tmp_path, *lines, "2,Y,,Province,Yes,,"), SETTING))["severity"] == "C"
    assert not list(check_effect_names(typed(tmp_path, *lines, "2,Y,,City,Yes,,"), SETTING))


# --- descriptive statistics -----------------------------------------------------------------------------------------


def described(tmp_path, mean="0.200", sd="0.100", low="0.050", high="0.900", extra=()):
    moments = {"n": "300", "mean": mean, "sd": sd, "min": low, "max": high}
    return typed(tmp_path, *(f"{name},,,X,{value},," for name, value in moments.items()), *extra)


def test_moments(tmp_path):
    def verdicts(**moments):
        return {row["check"]: row["verdict"] for row in check_moments(described(tmp_path, **moments), SETTING)}

    assert verdicts() == {
        "order": "agrees",
        "sd_bound": "agrees",
        "range": "note",  # the max is seven standard deviations away
        "described_n": "agrees",
    }
    assert verdicts(mean="0.950")["order"] == "impossible"
    assert verdicts(sd="0.500")["sd_bound"] == "impossible"
    assert verdicts(high="0.300")["range"] == "agrees"


def test_totals_shares_and_indices(tmp_path):
    tables = described(tmp_path, mean="0.033", low="0.010", high="3.000")
    audit_of = {"units": 30, "periods": 10, "log_totals": {"X": {"unit": 1, "national": 20.0}}, "shares": ["X"]}
    setting = Setting.of(audit_of | {"growth": {"X": 0.05}})
    largest, least = check_log_totals(tables, setting)
    assert largest["verdict"] == "impossible"
    assert (largest["recomputed"], least["verdict"]) == (pytest.approx(math.exp(3)), "differs")
    assert one(check_shares(tables, setting))["verdict"] == "agrees"
    assert one(check_growth(tables, setting))["verdict"] == "agrees"
    tables = described(tmp_path, mean="1.200", low="0.010", high="2.900")
    assert next(check_log_totals(tables, setting))["verdict"] == "agrees"
    assert one(check_shares(tables, setting))["verdict"] == "differs"
    assert one(check_growth(tables, setting))["severity"] == "C"
    for check in (check_log_totals, check_shares, check_growth):
        assert not list(check(tables, SETTING))  # nothing said, nothing checked


def test_least_mean_of_exponentials():
    import numpy as np

    rng = np.random.default_rng(1)
    for _ in range(200):
        x = rng.gamma(rng.uniform(0.3, 5), size=50)
        assert np.exp(x).mean() >= least_mean_of_exponentials(x.mean(), x.std(), x.min()) * (1 - 1e-12)


def test_constants_and_means_not_described(tmp_path):
    moments = [f"mean,,,{name},{value},," for name, value in (("Y", "2.000"), ("X", "0.500"))]
    fits = typed(tmp_path, *moments, "1,Y,,X,1.000,5.0,***", "1,Y,,_cons,1.500,9.0,***")
    assert one(check_constants(fits))["verdict"] == "agrees"
    off = typed(tmp_path, *moments, "1,Y,,X,1.000,5.0,***", "1,Y,,_cons,1.510,9.0,***")
    assert one(check_constants(off))["severity"] == "B"
    headed = typed(tmp_path, *moments, "1,Y,other data,X,1.000,5.0,***", "1,Y,other data,_cons,1.9,9.0,***")
    assert not list(check_constants(headed))
    other = typed(tmp_path, *moments, "1,V,,X,1.000,5.0,***", "1,V,,_cons,1.510,9.0,***")
    assert one(check_implied_means(other))["recomputed"] == pytest.approx(2.01)


def test_size_of_effects(tmp_path):
    tables = described(tmp_path, extra=("1,Y,,X,-2.0,-3.0,***", "mean,,,Y,9.0,,"))
    logs = Setting.of({"units": 30, "periods": 10, "log_totals": {"Y": {"unit": 1, "national": 1e9}}})
    row = one(check_sizes(tables, logs))
    assert row["recomputed"] == pytest.approx(math.exp(-0.2) - 1)
    assert row["severity"] == "A"  # exp(-2 x 0.85) is less than a half
    assert not list(check_sizes(tables, SETTING))


# --- the paper ------------------------------------------------------------------------------------------------------


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
    assert round(found(paper, "log_total", "1", "max")["recomputed"], 1) == 19.1
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


def test_typed_tables_are_all_the_published_ones():
    shared = SHARED / "published"
    if not shared.is_dir():
        pytest.skip("the published tables are not at hand")
    for path in shared.glob("*.csv"):
        assert (ROOT / "resources" / "published" / path.name).read_text("utf-8") == path.read_text("utf-8")


# --- whole runs -----------------------------------------------------------------------------------------------------


def run(tmp_path, files, audit_config=None) -> tuple[list[dict], str]:
    output = SimpleNamespace(csv=tmp_path / "audit.csv", html=tmp_path / "audit.html")
    inputs = SimpleNamespace(published=files, critical_values=ROOT / "resources" / "tf_critical_values.csv")
    params = SimpleNamespace(audit={"units": 30, "periods": 10} | (audit_config or {}))
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


def test_the_papers_files(tmp_path):
    rows, html = run(tmp_path, PUBLISHED)
    assert tuple(rows[0]) == ROW_FIELDS
    assert {row["kind"] for row in rows} == {"fact", "inference"}
    assert {row["severity"] for row in rows} == {"", "A", "B", "C"}
    assert not [row for row in rows if row["verdict"] == "agrees" and row["severity"]]
    assert {row["check"] for row in rows} <= set(CHECKS)
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
