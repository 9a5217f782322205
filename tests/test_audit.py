"""The audit of published tables: each check of cells, samples and descriptions where it must fire and where not."""

import math
from dataclasses import replace

import pytest
from _typed import EFFECTS, SETTING, one, typed
from study.audit.coefficients import check_decimals, check_signs, check_standard_errors, check_stars, degrees_of_freedom
from study.audit.constants import check_constants, check_implied_means
from study.audit.moments import (
    check_growth,
    check_log_totals,
    check_moments,
    check_shares,
    check_sizes,
    least_mean_of_exponentials,
)
from study.audit.printed_tables import Printed, Setting, refuse_unknown_names
from study.audit.samples import (
    check_effect_names,
    check_group_differences,
    check_reversals,
    check_sample_sizes,
    check_splits,
)
from study.helpers import InputError


def test_rounding_of_printed_numbers():
    assert Printed.read("-0.677").range.low == pytest.approx(-0.6775)
    assert Printed.read("300").half == 0.5
    assert Printed.read("1.20e-3").half == pytest.approx(5e-6)
    for text in ("", "0,677", "−0.5", "1.2.3", "nan", "0.5*"):
        with pytest.raises(ValueError):
            Printed.read(text)


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
    assert verdict(310) == ("differs", "inference")  # a third dimension is possible


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
    assert (largest["verdict"], largest["kind"]) == ("impossible", "inference")
    assert "exp(3.000) x 1 = 20.1 units" in largest["finding"]
    assert "above the national total of 20 units (no source given; the config's)" in largest["finding"]
    assert (largest["recomputed"], least["verdict"]) == (pytest.approx(math.exp(3)), "differs")
    share = one(check_shares(tables, setting))
    assert (share["verdict"], share["kind"]) == ("agrees", "inference")
    assert one(check_growth(tables, setting))["verdict"] == "agrees"
    tables = described(tmp_path, mean="1.200", low="0.010", high="2.900")
    assert next(check_log_totals(tables, setting))["verdict"] == "agrees"
    assert one(check_shares(tables, setting))["verdict"] == "differs"
    assert one(check_growth(tables, setting))["severity"] == "C"
    absurd = one(check_growth(tables, replace(setting, periods=10**5)))
    assert "x more than 1e+308 in 99999 changes" in absurd["finding"]
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


# --- names in the config --------------------------------------------------------------------------------------------


def test_names_that_no_table_has_are_refused(tmp_path):
    tables = described(tmp_path, extra=("1,Y,,X,-2.0,-3.0,***", "1,Y,,Province,Yes,,"))
    refuse_unknown_names({}, tables)
    fine = {"log_totals": {"Y": {}}, "shares": ["X"], "growth": {"X": 0.1}, "effects": {"entity": ["province"]}}
    refuse_unknown_names(fine, tables)
    for key in ("log_totals", "growth"):
        with pytest.raises(InputError, match=rf"^audit.{key}: no published table has 'Z'; its variables are X, Y\.$"):
            refuse_unknown_names(fine | {key: {"Z": 1, "X": 1}}, tables)
    with pytest.raises(InputError) as error:
        refuse_unknown_names({"shares": ["x"], "effects": {"period": ["Month", "Week"]}}, tables)
    assert str(error.value).splitlines() == [
        "audit.shares: no published table has 'x'; its variables are X, Y.",
        "audit.effects.period: no published table has 'Month', 'Week'; its rows with Yes or No are Province.",
    ]
