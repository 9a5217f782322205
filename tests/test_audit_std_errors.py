"""The audit of tables that print standard errors, p-values or intervals: a fact holds for all that the print admits."""

import csv
import math
import random
import re
import shutil
from pathlib import Path

import pytest
from _typed import CRITICAL, SETTING, one
from conftest import ROOT, snakemake
from study.audit.coefficients import (
    check_decimals,
    check_figures,
    check_quotients,
    check_signs,
    check_standard_errors,
    check_stars,
    degrees_of_freedom,
)
from study.audit.printed_tables import Setting, read_published
from study.audit.published import PUBLISHED_COLUMNS, UNCERTAINTY
from study.audit.ratios import check_r2, check_ratios
from study.audit.samples import check_group_differences, check_reversals, check_sample_sizes, check_splits
from study.audit.stages import (
    check_duplicates,
    check_first_stage,
    check_instruments,
    check_printed_f,
    check_rank_test,
    check_tf,
)
from tabulate_audit import audit

CASE = Path(__file__).parent / "data" / "audit_standard_errors"
EFFECTS = ("1,Y,,Province,Yes,,,,,,", "1,Y,,Year,Yes,,,,,,")


def tables(tmp_path, *lines, level=95):
    """Tables from lines without their first cell; the columns are all that a typed table may have."""
    path = tmp_path / "table.csv"
    path.write_text(
        "\n".join([",".join(PUBLISHED_COLUMNS + UNCERTAINTY), *(f"9,{line}" for line in lines)]) + "\n", "utf-8"
    )
    return read_published([path], level)


def star(tmp_path, estimate, stars, std_error="", p_value="", low="", high="", check="stars_residual_df"):
    lines = (f"1,Y,,AI,{estimate},,{stars},{std_error},{p_value},{low},{high}", "1,Y,,N,300,,,,,,", *EFFECTS)
    rows = {row["check"]: row for row in check_stars(tables(tmp_path, *lines), SETTING)}
    return rows[check]


# --- the case -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["table_2", "divided"])
def test_coefficients_of_short_standard_errors_are_accused_of_nothing(name):
    read = read_published([CASE / f"{name}.csv"])
    rows = audit(read, SETTING, CRITICAL)
    assert not [row for row in rows if row["severity"]]
    assert {row["verdict"] for row in rows} <= {"agrees", "borderline", "note"}
    found = one(row for row in rows if (row["check"], row["term"]) == ("stars_normal", "AI"))
    assert (found["printed"], found["verdict"], found["kind"]) == ("0.011** (0.006)", "borderline", "inference")
    assert "1.615 to 2.091" in found["finding"]
    # two-sided normal p of 2.091 and 1.615
    assert (found["low"], found["high"]) == pytest.approx((0.03653, 0.10623), abs=5e-5)
    assert bool(read.quotients) == (name == "divided")
    assert len(list(check_quotients(read))) == (name == "divided")


# --- stars ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("estimate", "std_error", "stars", "verdict", "kind"),
    [
        ("0.050", "(0.049)", "***", "differs", "fact"),
        ("0.050", "(0.049)", "", "agrees", "inference"),
        ("0.011", "(0.006)", "***", "differs", "fact"),  # t of 2.09 at most
        ("0.011", "(0.006)", "**", "borderline", "inference"),
        ("0.011", "(0.006)", "", "borderline", "inference"),  # t of 1.62 at least
        ("0.020", "(0.006)", "", "differs", "inference"),  # three stars or two, whatever the rounding
        ("0.001", "(0.000)", "*", "agrees", "inference"),  # t is one or more
        ("0.001", "(0.000)", "", "agrees", "inference"),
        ("0.000", "(0.000)", "***", "agrees", "inference"),
        ("0.010", "(0.000)", "", "impossible", "fact"),  # t is nineteen or more
        ("0.010", "(0.000)", "***", "agrees", "inference"),
        ("0.000", "(0.100)", "*", "differs", "fact"),
        ("-1,234", "(100)", "***", "agrees", "inference"),
    ],
)
def test_stars_against_a_standard_error(tmp_path, estimate, std_error, stars, verdict, kind):
    row = star(tmp_path, f'"{estimate}"', stars, std_error)
    assert (row["verdict"], row["kind"], bool(row["severity"])) == (verdict, kind, verdict in ("differs", "impossible"))


@pytest.mark.parametrize(
    ("p_value", "stars", "verdict"),
    [
        ("0.032", "**", "agrees"),
        ("0.032", "***", "differs"),
        ("0.032", "", "differs"),
        ("0.05", "**", "borderline"),  # 0.045 to 0.055
        ("0.05", "*", "agrees"),
        ("0.000", "***", "agrees"),
        ("0.000", "", "differs"),
        ("<0.01", "***", "agrees"),
        ("<0.01", "**", "differs"),
        ("<0.05", "***", "agrees"),
        ("<0.05", "*", "differs"),
        (">0.1", "", "agrees"),
    ],
)
def test_stars_against_a_printed_p_value(tmp_path, p_value, stars, verdict):
    row = star(tmp_path, "0.5", stars, p_value=p_value, check="stars_p")
    assert (row["verdict"], row["kind"]) == (verdict, "fact" if verdict == "differs" else "inference")


@pytest.mark.parametrize(
    ("low", "high", "stars", "verdict", "kind"),
    [
        ("0.10", "0.90", "**", "agrees", "inference"),
        ("0.10", "0.90", "", "differs", "inference"),
        ("-0.10", "1.10", "**", "differs", "fact"),  # it holds zero
        ("0.00", "1.01", "**", "borderline", "inference"),
        ("0.01", "0.99", "*", "differs", "inference"),  # zero is outside: p is below 0.05
    ],
)
def test_stars_against_an_interval(tmp_path, low, high, stars, verdict, kind):
    row = star(tmp_path, "0.50", stars, low=low, high=high)
    assert (row["verdict"], row["kind"]) == (verdict, kind)


def test_an_interval_of_ninety_percent_has_another_standard_error(tmp_path):
    line = "1,Y,,AI,0.50,,,,,0.00,1.00"
    errors = [one(tables(tmp_path, line, level=level).cells).std_error for level in (90, 95)]
    assert errors == pytest.approx([0.5 / 1.644854, 0.5 / 1.959964], rel=1e-5)


def test_no_convention_is_chosen_by_cells_that_print_p(tmp_path):
    rows = list(check_stars(tables(tmp_path, "1,Y,,AI,0.5,,**,,0.03,,", "1,Y,,N,300,,,,,,"), SETTING))
    assert [row["check"] for row in rows] == ["stars_p"]


# --- other checks of single coefficients ----------------------------------------------------------------------------


def test_figures_of_one_coefficient_agree_within_their_rounding(tmp_path):
    def verdicts(*cells):
        return [(row["verdict"], row["kind"]) for row in check_figures(tables(tmp_path, f"1,Y,,AI,{','.join(cells)}"))]

    assert verdicts("0.011", "1.9", "", "0.006", "", "", "") == [("agrees", "fact")]
    assert verdicts("0.011", "2.2", "", "0.006", "", "", "") == [("differs", "fact")]
    assert verdicts("0.50", "2.00", "", "", "0.046", "", "") == [("agrees", "inference")]
    assert verdicts("0.50", "2.00", "", "", "0.010", "", "") == [("differs", "inference")]  # normal: 0.0455 at least
    assert verdicts("0.50", "2.00", "", "0.25", "", "0.01", "0.99") == [("agrees", "inference")]
    assert verdicts("0.50", "", "", "0.25", "", "", "") == []


def test_signs_of_intervals(tmp_path):
    read = tables(tmp_path, "1,Y,,A,0.50,,,,,0.60,0.90", "1,Y,,B,0.5,,,,,0.1,0.9", "1,Y,,C,-0.5,,,0.1,,,")
    assert [(row["term"], row["verdict"]) for row in check_signs(read)] == [("A", "impossible"), ("B", "agrees")]


def test_standard_errors_that_are_printed(tmp_path):
    lines = [f"{n},Y,,AI,0.50,,,{se},,," for n, se in ((1, "0.20"), (2, "0.25"), (3, "0.22"), (4, "0.00"), (5, "9"))]
    rows = list(check_standard_errors(tables(tmp_path, *lines)))
    # 0.00 may be 0.005, whose t of 99 is far, or less; 9 is 8.5 or more
    assert [row["verdict"] for row in rows] == ["agrees", "agrees", "agrees", "note", "differs"]
    assert (rows[0]["recomputed"], rows[0]["low"], rows[0]["high"]) == pytest.approx((0.2, 0.195, 0.205))
    assert [row["printed"] for row in check_decimals(tables(tmp_path, *lines))] == []
    lines = ["1,Y,,A,0.50,,,0.20,,,", "1,Y,,B,0.50,,,0.21,,,", "1,Y,,C,0.50,,,22,,,"]
    assert [row["printed"] for row in check_decimals(tables(tmp_path, *lines))] == ["22"]


# --- instruments ----------------------------------------------------------------------------------------------------


def stages(tmp_path, first, second, stars="**", *more):
    lines = (f"1,AI,IV - first stage,Z,{first[0]},,***,{first[1]},,,", f"2,Y,IV,AI,{second[0]},,{stars},{second[1]},,,")
    return tables(tmp_path, *lines, *more)


@pytest.mark.parametrize(
    ("first", "verdict", "severity"),
    [
        (("0.037", "0.010"), "differs", "A"),  # t of 3.9 at most, F of 15.6
        (("0.04", "0.01"), "borderline", ""),  # t of 2.3 to 9
        (("0.1", "0.0"), "borderline", ""),  # one or more
        (("0.990", "0.100"), "agrees", ""),
    ],
)
def test_a_first_stage_is_weak_only_for_all_that_its_figures_admit(tmp_path, first, verdict, severity):
    row = one(check_first_stage(stages(tmp_path, first, ("1.00", "0.40"))))
    assert (row["verdict"], row["severity"], row["kind"]) == (verdict, severity, "fact")


def test_tf_is_lost_only_for_all_that_the_figures_admit(tmp_path):
    def verdict(first, second, stars="**"):
        row = one(check_tf(stages(tmp_path, first, second, stars), CRITICAL, SETTING))
        return row["verdict"], row["severity"], row["kind"]

    assert verdict(("0.366", "0.100"), ("1.000", "0.450")) == ("differs", "A", "fact")
    assert verdict(("0.4", "0.1"), ("1.0", "0.4")) == ("borderline", "", "fact")
    assert verdict(("0.366", "0.100"), ("0.1", "0.0")) == ("borderline", "", "fact")
    assert verdict(("20.00", "0.10"), ("1.000", "0.300"), "***") == ("agrees", "", "fact")
    read = tables(tmp_path, "1,AI,IV - first stage,Z,1,,***,,0.001,,", "2,Y,IV,AI,1,,**,,0.03,,")
    assert one(check_tf(read, CRITICAL, SETTING))["kind"] == "inference"  # t by the normal distribution


def test_an_lm_at_a_limit_of_its_stars_is_no_mistake(tmp_path):
    def verdict(lm, stars):
        lm_line = f"2,Y,IV,Kleibergen-Paap rk LM,{lm},,{stars},,,,"
        read = stages(tmp_path, ("1.0", "0.1"), ("1.0", "0.4"), "**", "2,Y,IV,N,300,,,,,,", lm_line)
        return {row["check"]: row["verdict"] for row in check_rank_test(read, SETTING)}["kp_stars"]

    assert verdict("3.8", "**") == "borderline"  # 3.75 to 3.85; the limit is 3.841
    assert verdict("3.80", "**") == "differs"
    assert verdict("3.9", "**") == "agrees"


def test_printed_f_that_round_alike_are_one(tmp_path):
    def verdict(*values):
        lines = [
            line
            for n, f in enumerate(values, 1)
            for line in (f"{n},Y{n},IV,AI,1,2.0,**,,,,", f"{n},Y{n},IV,F,{f},,,,,,")
        ]
        return one(check_printed_f(tables(tmp_path, *lines)))["verdict"]

    assert verdict("15.9", "15.93") == "agrees"
    assert verdict("15.9", "16.0", "15.9") == "agrees"  # 15.95 rounds to either
    assert verdict("15.90", "15.93") == "differs"


def test_slopes_and_ratios_at_a_limit(tmp_path):
    def slope(b):
        return one(check_instruments(stages(tmp_path, (b, "0.1"), ("1.0", "0.4")), SETTING))["verdict"]

    assert [slope(b) for b in ("10", "10.4", "11", "0.1", "0.04")] == [
        "agrees",
        "differs",
        "differs",
        "agrees",
        "differs",
    ]

    def ratio(iv, ls):
        lines = (f"1,Y,FE,AI,{ls},,***,0.1,,,", f"2,Y,IV,AI,{iv},,**,0.4,,,")
        row = next(check_ratios(tables(tmp_path, *lines)))
        return row["verdict"], row["severity"]

    assert ratio("1.1", "0.5") == ("borderline", "")  # 1.05 / 0.55 to 1.15 / 0.45
    assert ratio("1.300", "0.500") == ("note", "A")
    assert ratio("-0.0", "0.5") == ("agrees", "")
    assert ratio("-0.5", "0.5") == ("note", "A")


def test_columns_that_differ_in_a_standard_error_are_no_duplicates(tmp_path):
    lines = ["1,AI,a,Z,1.2,,***,0.3,,,", "2,AI,b,Z,1.2,,***,0.4,,,", "3,AI,c,Z,1.2,,***,0.3,,,"]
    assert one(check_duplicates(tables(tmp_path, *lines)))["column"] == "3"


def test_r2_of_instrumented_columns_takes_standard_errors(tmp_path):
    lines = ["1,Y,FE,AI,0.5,,***,0.1,,,", "1,Y,FE,N,300,,,,,,", "1,Y,FE,R2,0.90,,,,,,", "2,Y,IV,AI,0.6,,**,0.3,,,"]
    lines += ["2,Y,IV,N,300,,,,,,"]
    for r2, verdict in (("0.30", "differs"), ("0.90", "agrees")):
        read = tables(tmp_path, *lines, f"2,Y,IV,R2,{r2},,,,,,")
        assert one(check_r2(read, SETTING))["verdict"] == verdict
    # a standard error of nought leaves the R2 open
    lines[0] = "1,Y,FE,AI,0.5,,***,0.0,,,"
    assert not list(check_r2(tables(tmp_path, *lines, "2,Y,IV,R2,0.30,,,,,,"), SETTING))


# --- groups and samples ---------------------------------------------------------------------------------------------


def groups(tmp_path, first, second):
    lines = [f"1,Y,high x,AI,{first[0]},,{first[2]},{first[1]},,,", "1,Y,high x,N,146,,,,,,"]
    lines += [f"2,Y,low x,AI,{second[0]},,{second[2]},{second[1]},,,", "2,Y,low x,N,149,,,,,,"]
    return tables(tmp_path, *lines, "3,Y,,AI,0.600,,***,0.100,,,", "3,Y,,N,300,,,,,,")


def test_differences_of_groups_by_their_rounding(tmp_path):
    row = one(check_group_differences(groups(tmp_path, ("0.60", "0.30", "*"), ("-0.40", "0.40", ""))))
    assert row["recomputed"] == pytest.approx(2.0)
    assert row["verdict"] == "agrees"
    row = one(check_group_differences(groups(tmp_path, ("0.424", "0.250", "*"), ("0.191", "0.271", ""))))
    assert (row["verdict"], row["severity"]) == ("differs", "A")
    # z of 1.62, which rounding takes to either side of 1.645
    row = one(check_group_differences(groups(tmp_path, ("0.10", "0.06", "*"), ("0.00", "0.01", ""))))
    assert (row["verdict"], row["severity"]) == ("borderline", "")


def test_reversals_are_significant_for_certain(tmp_path):
    def found(*first):
        return [row["severity"] for row in check_reversals(groups(tmp_path, first, ("0.1", "0.9", "")))]

    assert found("-0.664", "0.300", "**") == ["A"]
    assert found("-0.011", "0.006", "**") == []  # t of 1.62 to 2.09
    assert found("-0.0", "0.0", "***") == []


@pytest.mark.parametrize(
    ("n", "further", "verdict", "kind", "severity"),
    [
        ("300", None, "agrees", "fact", ""),
        ("310", None, "differs", "inference", "B"),
        ("9000", None, "note", "inference", ""),
        ("9,000", {"industry": 30}, "agrees", "fact", ""),
        ("8,700", {"industry": 30}, "note", "inference", ""),
        ("9,001", {"industry": 30}, "differs", "fact", "B"),
    ],
)
def test_n_of_a_panel_with_a_third_dimension(tmp_path, n, further, verdict, kind, severity):
    setting = Setting.of({"units": 30, "periods": 10} | ({"further_dimensions": further} if further else {}))
    read = tables(tmp_path, "1,Y,,AI,1.0,,**,0.4,,,", f'1,Y,,N,"{n}",,,,,,')
    row = one(check_sample_sizes(read, setting))
    assert (row["verdict"], row["kind"], row["severity"]) == (verdict, kind, severity)
    assert ("further_dimensions" in row["finding"]) == (kind == "inference" and further is None)
    assert ("30 units x 10 periods x 30 industry" in row["finding"]) == bool(further)


def test_splits_of_a_panel_with_a_third_dimension(tmp_path):
    setting = Setting.of({"units": 30, "periods": 10, "further_dimensions": {"industry": 2}})
    read = groups(tmp_path, ("0.4", "0.1", "*"), ("0.2", "0.1", ""))
    assert "305 less than 600" in one(check_splits(read, setting))["finding"]


def test_degrees_of_freedom_of_a_third_dimension_are_a_range(tmp_path):
    read = tables(tmp_path, "1,Y,,AI,1.0,,**,0.4,,,", "1,Y,,N,9000,,,,,,", *EFFECTS)
    [column] = read.columns
    unknown = degrees_of_freedom(column, read, SETTING)
    known = degrees_of_freedom(
        column, read, Setting.of({"units": 30, "periods": 10, "further_dimensions": {"sector": 30}})
    )
    # units alone, or every cell seen twice, are absorbed
    assert (unknown.residual.low, unknown.residual.high) == (9000 - 1 - 4509, 9000 - 1 - 39)
    assert (unknown.units.low, known.units.low, known.units.high) == (30, 30, 900)
    assert (known.residual.low, known.residual.high) == (9000 - 1 - 909, 9000 - 1 - 39)


@pytest.mark.parametrize("seed", range(20))
def test_no_fact_is_held_against_regressions_that_were_rounded(tmp_path, seed):
    """True coefficients and standard errors, stars of their normal p-values, printed with few digits in any form."""
    rng, lines = random.Random(seed), []
    for column in range(1, 9):
        lines += [f"{column},Y,,_cons,1.00,50.0,***,,,,", f"{column},Y,,N,300,,,,,,"]
        for term in "ABCD":
            std_error, digits = 10 ** rng.uniform(-3, 0), rng.randint(2, 4)
            b = rng.gauss(0, 2) * std_error
            p = math.erfc(abs(b / std_error) / math.sqrt(2))
            low, high = (b + side * 1.959964 * std_error for side in (-1, 1))
            forms = [f"{b / std_error:.2f},{{}},,,,", f",{{}},{std_error:.{digits}f},,,", f",{{}},,{p:.{digits}f},,"]
            forms += [
                f",{{}},,,{low:.{digits}f},{high:.{digits}f}",
                f"{b / std_error:.2f},{{}},({std_error:.{digits}f}),,,",
            ]
            stars = "*" * sum(p < level for level in (0.1, 0.05, 0.01))
            lines.append(f"{column},Y,,{term},{b:.{digits}f},{rng.choice(forms).format(stars)}")
    rows = audit(tables(tmp_path, *lines), SETTING, CRITICAL)
    accused = [row for row in rows if row["kind"] == "fact" and row["verdict"] in ("differs", "impossible")]
    assert not [row for row in accused if row["check"] not in ("decimals", "reversal")]
    assert {row["check"] for row in rows} >= {"stars_normal", "stars_p", "figures", "sign"}


# --- as a study -----------------------------------------------------------------------------------------------------


def study(folder: Path, published: str) -> Path:
    folder.mkdir()
    shutil.copy(CASE / "table_2.csv", folder)
    cells = [f"{unit},{year},{place}" for place, unit in enumerate("ab") for year in (2013, 2014)]
    (folder / "panel.csv").write_text("\n".join(["province,year,y", *cells]) + "\n", encoding="utf-8")
    config = f"panel: {{path: panel.csv}}\n{published}\naudit: {{units: 30, periods: 10}}\n"
    (folder / "config.yaml").write_text(config, encoding="utf-8")
    return folder


def test_a_papers_tables_lie_in_the_studys_own_folder(tmp_path):
    folder = study(tmp_path / "study", "published: .")
    run = snakemake(ROOT / "Snakefile", folder, "--cores", "1", "results/replication/audit.csv")
    assert run.returncode == 0, run.stderr
    with (folder / "results" / "replication" / "audit.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert {row["dependent"] for row in rows} == {"carbon1", ""}
    assert not [row for row in rows if row["severity"]]
    html = (folder / "results" / "replication" / "audit.html").read_text("utf-8")
    assert "typed in the study&#39;s folder (table_2.csv)" in html
    log = (folder / "results" / "logs" / "tabulate_audit.log").read_text("utf-8")
    assert "panel.csv in . has other columns than a typed table and is left aside" in log


@pytest.mark.parametrize("named", ["table_2", "paper/second.csv"])
def test_a_table_names_its_published_one_by_name_or_path(tmp_path, named):
    folder = study(tmp_path / "study", "published: .")
    (folder / "paper").mkdir()
    shutil.copy(CASE / "table_2.csv", folder / "paper" / "second.csv")
    with (folder / "config.yaml").open("a", encoding="utf-8") as file:
        file.write(f"tables:\n  t: {{published: {named}, columns: [y ~ year]}}\n")
    run = snakemake(ROOT / "Snakefile", folder, "-n", "-p", "results/replication/scorecard.csv")
    assert run.returncode == 0, run.stdout + run.stderr
    rule = (run.stdout + run.stderr).split("rule compare_published:")[1]
    file = "paper/second.csv" if "/" in named else "table_2.csv"
    assert re.search(rf"input: .*\b{re.escape(file)},", rule)


def test_a_place_without_tables_stops_at_the_start(tmp_path):
    folder = study(tmp_path / "study", "published: paper")
    run = snakemake(ROOT / "Snakefile", folder, "-n")
    assert run.returncode and "published: there is no folder and no csv file paper" in run.stdout + run.stderr


# --- papers without stars -------------------------------------------------------------------------------------------


def test_a_paper_that_prints_no_stars_is_accused_of_none_missing(tmp_path):
    lines = ("1,Y,,AI,0.110,,,0.010,,,", "1,Y,,size,-0.500,,,0.040,,,", "1,Y,,lev,0.500,,,0.400,,,", "1,Y,,N,300,,,,,,")
    (row,) = check_stars(tables(tmp_path, *lines), SETTING)
    assert (row["check"], row["verdict"], row["severity"], row["recomputed"]) == ("convention", "note", "", 2)
    assert "prints no stars" in row["finding"]


@pytest.mark.parametrize("stars", ["", "***"])
def test_one_star_that_lacks_among_others_or_alone_is_told(tmp_path, stars):
    lines = (f"1,Y,,AI,0.110,,{stars},0.010,,,", "1,Y,,size,0.500,,,0.010,,,", "1,Y,,N,300,,,,,,")
    lines = lines if stars else lines[1:]
    found = [row for row in check_stars(tables(tmp_path, *lines), SETTING) if row["severity"]]
    assert [(row["term"], row["verdict"]) for row in found] == [("size", "impossible")]
