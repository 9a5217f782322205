"""The audit of published tables: each check where it must fire and where it must not, then on the paper's tables."""

import math
from pathlib import Path

import pytest
from _audit import Printed, Setting, read_published
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

ROOT = Path(__file__).parents[1]
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
