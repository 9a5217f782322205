"""The order of periods: read from labels that say the time, else from the file, else refused; and down to the index."""

import random
import re
import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import yaml
from conftest import ROOT, snakemake
from index_productivity import read_scores
from plot_trends import summarise_by_year
from solve_dea import solve_units, write_scores
from study.dea.indices import productivity_change
from study.dea.models import complete_model
from study.dea.production import read_production
from study.files.panel import read_panel, read_periods
from study.files.panel_figures import panel_cells
from study.files.tables import read_table, write_table
from study.helpers import InputError, read_rows
from study.output.codebook import codebook_rows
from study.words.period_labels import read_labels
from study.words.periods import describe_order, describe_steps, order_periods, sorting_key

CASES = Path(__file__).parent / "data" / "dea"

ORDERED = {
    "years": [
        "2009 2010 2013", "FY2013 FY2014", "FY98 FY99 FY00", "2013/14 2014/15", "2013-14 2014-15", "2009-2010 2010-11",
        "2010-11 2011-12", "二〇〇九年 二〇一〇年 二〇一三年", "2013财年 2014财年",
    ],
    "half-years": ["2013H1 2013H2 2014H1", "H1_2013 H2_2013 H1_2014", "2013年上半年 2013年下半年 2014年上半年"],
    "half-years of one year": ["上半年 下半年"],
    "quarters": [
        "2013Q1 2013Q2 2014Q1", "Q1_2013 Q2_2013 Q1_2014", "1Q2013 4Q2013 1Q2014", "2013-Q1 2013-Q4 2014-Q1",
        "2013q4 2014q1", "Q1-98 Q1-99 Q1-00", "2013年第一季度 2013年第四季度 2014年第一季度", "2013年1季度 2013年4季度",
        "1st_quarter_2013 2nd_quarter_2013", "Q3_FY13 Q4_FY13 Q1_FY14", "2013/14_Q1 2013/14_Q4 2014/15_Q1",
        "2013_年_1_季度 2013_年_4_季度", "2013Q1 Q2_2013 2013年三季度",
    ],
    "quarters of one year": ["一季度 二季度 三季度 四季度", "第一季度 第二季度 第三季度 第四季度", "Q1 Q2 Q3 Q4"],
    "months": [
        "2013-01 2013-02 2013-12 2014-01", "201309 201310 201401", "20139 201310 201312 20141", "2013m1 2013m2 2013m10",
        "Jan_2013 Feb_2013 Aug_2013 Jan_2014", "January_2013 April_2013 September_2013", "Nov-13 Dec-13 Jan-14",
        "2013年1月 2013年9月 2013年10月", "2013年一月 2013年十月 2013年十二月", "2013年3月末 2013年12月末",
        "01/2013 02/2013 12/2013 01/2014",
        "2013.1 2013.9 2013.10 2013.12", "Sept_2013 Oct_2013",
    ],
    "months of one year": ["Jan Feb Apr Aug", "一月 二月 九月 十月 十二月", "1月 9月 10月"],
    "dates": [
        "2013-03-31 2013-06-30 2014-03-31", "2013/3/31 2013/10/31", "31mar2013 30jun2013 31dec2013",
        "20130331 20130630",
        "2013年3月31日 2013年10月31日", "Mar_31,_2013 Jun_30,_2013 Dec_31,_2013",
    ],
    "dates with the day first": [
        "31/03/2013 30/06/2013 31/12/2013 31/03/2014", "31.01.2013 28.02.2013", "13/01/98 01/02/98",
    ],
    "dates with the month first": ["03/31/2013 06/30/2013 12/31/2013 03/31/2014"],
    "weeks": ["2013-W05 2013-W10 2014-W01", "2013年第9周 2013年第10周", "Week_9_2013 Week_10_2013"],
    "numbers": ["9 10 11", "-2 -1 0 1", "2013.25 2013.5 2013.75 2014", "一 二 九 十 十一 二十 二十一"],
    "numbered periods": [
        "第一期 第二期 第九期 第十期 第十二期", "第9期 第10期", "t1 t2 t10", "wave_9 wave_10", "period_9 period_10",
    ],
    "event time": ["t-2 t-1 t t+1"],
    "spans of years": ["1996-2000 2001-2005 2006-2010"],
    "five-year plans": ["十五 十一五 十二五 十三五"],
}  # fmt: skip


@pytest.mark.parametrize(("kind", "text"), [(kind, text) for kind, texts in ORDERED.items() for text in texts])
def test_labels_that_say_a_time_are_read_as_it(kind, text):
    labels = [label.replace("_", " ") for label in text.split()]
    for seed in range(5):
        shuffled = random.Random(seed).sample(labels, len(labels))
        assert read_labels(shuffled).kind == kind
        periods = order_periods([("a", label) for label in shuffled])
        assert [*periods.names] == labels
        assert periods.how == f"in the order of time, read as {kind}"


@pytest.mark.parametrize(
    "text",
    ["before during after", "13-Jan 13-Feb", "t-1 t-2 t-3", "5_years_ago 10_years_ago", "I II III", "统一前 统一后",
     "a1b2 a2b1", "# 2013 2014", "改革前 改革中 改革后", "lag1 lag2"],
)  # fmt: skip
def test_other_labels_say_no_time(text):
    labels = [label.replace("_", " ") for label in text.split()]
    assert read_labels(labels) is None
    rows = [("a", label) for label in labels] + [("b", label) for label in labels]
    periods = order_periods(rows)
    assert [*periods.names] == labels
    assert "the order of the file, the same for all units" in describe_order(periods)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("03/04/2013 04/03/2013", r"'03/04/2013' can be 2013-04-03 \(dates with the day first\) or 2013-03-04 \(dates"),
        ("01/04/2013 01/07/2013", r"can be 2013-04-01 .* or 2013-01-04"),
        ("13/03/31 13/06/30", r"can be 2031-03-13 .* or 2013-03-31 \(dates with the year first\)"),
        ("2013.2 2013.11", "'2013.11' can be a month .* or a decimal number"),
        ("2013Q1 Q1_2013", "'2013Q1' and 'Q1 2013' are the same time; write them alike"),
        ("t1 t01", "are the same time"),
        ("FY2013 2013", "are the same time"),
    ],
)
def test_labels_that_mean_two_things_or_one_twice_are_refused(text, message):
    labels = [label.replace("_", " ") for label in text.split()]
    with pytest.raises(InputError, match=message):
        order_periods([("a", label) for label in labels])
    with pytest.raises(InputError, match=r"panel.csv, row [23], column B: .*" + message):
        read_periods({f"panel.csv, row {row}, column B": label for row, label in enumerate(labels, 2)})


@pytest.mark.parametrize(
    "labels", [["2013", "2014", "2013Q1"], ["2013Q1", "2013Q2", "2013-01"], ["2013", "2014", "合计"], ["Q1 2013", "Q2"]]
)
def test_two_kinds_in_one_column_are_refused(labels):
    places = {f"row {row}": label for row, label in enumerate(labels)}
    with pytest.raises(InputError, match=r"row \d: found the period .* where others are like"):
        read_periods(places)


def rows_of(**units):
    return [(unit, period) for unit, periods in units.items() for period in periods.split()]


def test_the_files_order_is_that_of_all_units_together():
    rows = rows_of(a="before during", b="during after", c="before after")
    assert order_periods(rows).names == ("before", "during", "after")
    # sorted by period instead of by unit
    assert order_periods([("a", "before"), ("b", "before"), ("a", "after"), ("b", "after")]).names == (
        "before",
        "after",
    )
    assert order_periods(rows_of(a="baseline")).names == ("baseline",)


@pytest.mark.parametrize(
    ("units", "message"),
    [
        (
            {"a": "before after", "b": "after before"},
            r"a has 'before' before 'after' \(rows 2 and 3\); b has 'after' before 'before' \(rows 4 and 5\); write",
        ),
        ({"a": "x y", "b": "y z", "c": "z x"}, r"a has 'x' before 'y' \(rows 2 and 3\); .*c has 'z' before 'x'"),
        ({"a": "before during", "b": "before after"}, "no unit's rows tell which of 'during' and 'after' is earlier"),
        ({"a": "before", "b": "after"}, "no unit's rows tell which of 'before' and 'after' is earlier; write labels"),
    ],
)
def test_an_order_that_the_file_does_not_say_is_refused(units, message):
    rows = rows_of(**units)
    with pytest.raises(InputError, match=message):
        order_periods(rows, range(2, 2 + len(rows)))
    assert set(sorting_key(rows)) == {period for _, period in rows}  # tables are written all the same


def test_the_files_order_survives_the_workflows_tables(tmp_path):
    rows = rows_of(b="wet dry cold", a="wet dry cold")
    table = pd.DataFrame(rows, columns=["province", "year"]).assign(x=range(6))
    write_table(table, tmp_path / "t.csv")
    back = read_table(tmp_path / "t.csv")
    assert back["year"].tolist() == ["wet", "dry", "cold"] * 2
    assert back["x"].tolist() == [3, 4, 5, 0, 1, 2]
    assert summarise_by_year(back, "x")["year"].tolist() == ["wet", "dry", "cold"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2013 2014 2015", ""),
        ("2013 2015 2020", r"2013 to 2015 \(2 years\), 2015 to 2020 \(5 years\)\.$"),
        ("2013 2014 2015 2018", r": 2015 to 2018 \(3 years\); the others over 1 year\.$"),
        ("2013Q1 2013Q2 2013Q4", r"2013Q1 to 2013Q2 \(1 quarter\), 2013Q2 to 2013Q4 \(2 quarters\)"),
        ("2013-03-31 2013-06-30 2013-09-30 2013-12-31", ""),
        ("31/03/2013 30/06/2013 31/12/2013", r"31/03/2013 to 30/06/2013 \(3 months\), .*\(6 months\)"),
        ("wave1 wave2 wave5 wave6", r"wave2 to wave5 \(3 periods\); the others over 1 period"),
        ("20131 20132 20133 20134 20141", ""),
        ("before after", ""),
    ],
)
def test_unequal_distances_are_said(text, expected):
    said = describe_steps(order_periods(rows_of(a=text)))
    assert re.search(expected, said) if expected else said == ""
    if expected:
        assert "a change is over the period before in the panel" in said


def test_many_periods_are_listed_shortly():
    said = describe_order(order_periods([("a", str(year)) for year in range(1900, 2000)]))
    assert said.startswith("100 periods in the order of time, read as years: 1900, 1901,")
    assert said.endswith(", ..., 1998, 1999.")


def test_the_codebook_says_unequal_distances():
    variables = [dict.fromkeys(("symbol", "label_en", "label_zh", "unit", "source", "transformation"), "")]
    variables[0] |= {"name": "gtfp", "definition": "Index of {model}"}
    choices = {"indices": {"gtfp": {"model": "m"}}}
    for steps, expected in (("", "Index of m"), ("Periods are apart.", "Index of m. Periods are apart")):
        [row] = codebook_rows(["gtfp"], variables, choices | {"steps": steps}, "", "panel.csv")
        assert row[5] == expected


# --- to the index ---------------------------------------------------------------------------------------------------

[MODEL] = yaml.safe_load((CASES / "c07c_quarter_first" / "config.yaml").read_text("utf-8"))["productivity"]["models"]


def index_of(tmp_path, table):
    """The index of a ready panel, every table on the way written and read back as the jobs do."""
    files = {name: tmp_path / f"{name}.csv" for name in ("panel", "production", "scores", "index")}
    model = complete_model(MODEL)
    table.to_csv(files["panel"], index=False)
    header, rows, _ = read_panel(files["panel"])
    cells, _ = panel_cells(header, rows)
    periods = sorting_key(cells[["province", "year"]].itertuples(index=False, name=None))
    write_table(cells, files["production"], periods=periods)
    panel = read_production(read_rows(files["production"]), model)
    write_scores(solve_units(panel, np.arange(len(panel.units)), model), panel, files["scores"])
    write_table(productivity_change(read_scores([files["scores"]]), model), files["index"])
    return read_table(files["index"])


def labels_of(given):
    """Each label of a case in its file's order -> the plain label of a quarter."""
    return {label: f"{2013 + at // 4}Q{1 + at % 4}" for at, label in enumerate(given["year"].unique())}


@pytest.mark.parametrize("case", ["c07c_quarter_first", "c07b_months_names", "c07d_cn_numeral"])
def test_the_index_is_that_of_the_same_data_with_plain_labels(tmp_path, case):
    given = pd.read_csv(CASES / case / "panel.csv", dtype=str)
    labels = labels_of(given)
    expected = index_of(tmp_path, given.assign(year=given["year"].map(labels)))
    found = index_of(tmp_path, given.sample(frac=1, random_state=1))
    pd.testing.assert_frame_equal(found.assign(year=found["year"].map(labels)), expected, check_exact=True)
    assert [*found["year"].unique()] == [*labels]


def test_words_in_the_files_order_come_through_to_the_index(tmp_path):
    given = pd.read_csv(CASES / "c07c_quarter_first" / "panel.csv", dtype=str)
    words = dict(zip(given["year"].unique(), ["zero", "wet", "dry", "cold", "hot", "mild", "after", "a"], strict=True))
    found = index_of(tmp_path, given.assign(year=given["year"].map(words)))
    expected = index_of(tmp_path, given)
    pd.testing.assert_frame_equal(found, expected.assign(year=expected["year"].map(words)), check_exact=True)


def test_the_order_is_logged_and_printed_and_a_file_without_one_is_refused(tmp_path):
    folder = tmp_path / "study"
    shutil.copytree(CASES / "c07c_quarter_first", folder)
    words = dict(zip(["Q1", "Q2", "Q3", "Q4"], ["wet", "hot", "dry", "cold"], strict=True))
    given = pd.read_csv(folder / "panel.csv", dtype=str)
    given = given[given["year"].str.endswith("2013")].assign(year=lambda rows: rows["year"].str[:2].map(words))
    given.to_csv(folder / "panel.csv", index=False)
    page = "results/tables/productivity.html"
    run = snakemake(ROOT / "Snakefile", folder, "--cores", "2", page)
    assert run.returncode == 0, run.stdout + run.stderr
    listed = "4 periods in the order of the file, the same for all units: wet, hot, dry, cold."
    for file in (page, "results/logs/import_panel.log", "results/logs/index_productivity/gml.log"):
        assert listed in (folder / file).read_text("utf-8")
    pd.concat([given.iloc[1:2], given.iloc[:1], given.iloc[2:]]).to_csv(folder / "panel.csv", index=False)
    run = snakemake(ROOT / "Snakefile", folder, "--cores", "1", "--dry-run")
    assert run.returncode != 0
    assert "U01 has 'hot' before 'wet' (rows 2 and 3); U02 has 'wet' before 'hot' (rows 6 and 7)" in (
        " ".join((run.stdout + run.stderr).split())
    )


def test_years_of_two_digits_across_a_century_are_refused():
    with pytest.raises(InputError, match="'98' and '00' can be the years 1998 and 2000 or plain numbers"):
        read_labels(["98", "99", "00", "01"])
    assert list(read_labels(["07", "08", "09", "10"]).keys.values()) == [7, 8, 9, 10]
    assert len(read_labels([f"{wave:02d}" for wave in range(100)]).keys) == 100
