"""What is made up inside series: how long a gap, which rule, who is told of it."""

import csv
from pathlib import Path

import pytest
from check import summary
from study.checks.catalog_table import clean_table
from study.checks.gaps import inner_gaps, read_interpolation
from study.checks.not_observed import count_lines, run_summary
from study.files.catalog_entries import load_catalog
from study.files.sheets import read_sheets
from study.helpers import InputError, write_rows
from study.output.inspection import study_yearbook
from study.plan.config import check_names
from study.publishers.every_form import reader_tables, theme_reader
from study.variables.made_up import count_cells, made_cells
from study.words.printed import squeeze
from tabulate_description import lay_out_description

ROOT = Path(__file__).parents[1]
EXAMPLE = ROOT / "resources" / "example"
CATALOG = load_catalog(ROOT / "resources" / "catalog.csv")
TABLES = reader_tables(*(ROOT / "resources" / f"{name}.csv" for name in ("provinces", "balance", "cities")))
PROVINCES = sorted({*TABLES.provinces.values()} - {"china", "tibet"})
YEARS = range(2013, 2023)
SHORT = {"method": "linear", "longest_gap": 2}


def source(path):
    return {"files": [str(path)], "problem": "", "title": "", "unit": "", "sheet": "", "how": ""}


def printed(key):
    """Rows of the example's table, without the notes below it."""
    rows = [list(row.cells) for row in read_sheets(EXAMPLE / CATALOG[key].file)[0].rows]
    return [row for i, row in enumerate(rows) if i < 4 or len(row) > 2]


def spoilt(tmp_path, key, change, drop=()):
    """The example's table with cells replaced: `change` gives a cell's text by (province, year, text)."""
    rows = printed(key)
    at = next(i for i, row in enumerate(rows) if sum(cell.startswith("20") for cell in row) > 5)
    years = {j: int(cell[:4]) for j, cell in enumerate(rows[at]) if cell[:4].isdigit()}
    for row in rows[at + 1 :]:
        province = TABLES.provinces.get(squeeze(row[0]))
        for j, year in years.items():
            if province and j < len(row):
                row[j] = change(province, year, row[j])
    kept = [[cell for j, cell in enumerate(row) if years.get(j) not in drop] for row in rows]
    path = tmp_path / f"{key}.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows(kept)
    return path


def blanked(tmp_path, key, provinces, years, drop=()):
    return spoilt(tmp_path, key, lambda p, y, text: "" if p in provinces and y in years else text, drop)


def clean(path, key, interpolation, provinces=PROVINCES, **choices):
    """Rows of a table, and the rule of each cell."""
    rules = {}
    rows = clean_table(
        source(path),
        CATALOG[key],
        CATALOG,
        theme_reader(CATALOG[key].theme, TABLES),
        provinces,
        YEARS,
        interpolation,
        None,
        rules=rules,
        **choices,
    )
    return rows, rules


EVERY = {*PROVINCES, "tibet", "china"}


# --- how long -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("drop", [(), range(2015, 2022)])
def test_years_that_no_province_has_are_not_made_up_without_the_users_word(tmp_path, drop):
    """210 of employment's 300 cells, whether the columns are empty or are not there."""
    path = blanked(tmp_path, "employment", EVERY, range(2015, 2022), drop)
    years = "2015, 2016, 2017, 2018, 2019, 2020, 2021"
    with pytest.raises(InputError) as error:
        clean(path, "employment", SHORT)
    assert years in str(error.value) and "cleaning.interpolation.whole_years" in str(error.value)
    named = {"whole_years": {"employment": list(range(2015, 2022))}}
    with pytest.raises(InputError) as error:
        clean(path, "employment", SHORT | named)
    text = str(error.value)
    assert "employment: gaps longer than 2 years are not interpolated:" in text and str(path) in text
    assert "beijing" in text and "2015 to 2021, 7 years" in text
    assert "raise cleaning.interpolation.longest_gap to 7" in text and "study.excluded_provinces" in text
    assert "sources: {employment: {file: ...}}" in text
    rows, rules = clean(path, "employment", SHORT | named | {"longest_gap": 7})
    assert sum(row[4] for row in rows) == 210
    assert {year for _, year, _ in rules} == set(range(2015, 2022))
    # the word for one table says nothing of another
    with pytest.raises(InputError, match="2015"):
        clean(path, "employment", SHORT | {"whole_years": {"gdp": list(range(2015, 2022))}, "longest_gap": 7})


def test_one_year_that_no_province_has(tmp_path):
    path = blanked(tmp_path, "employment", EVERY, [2015])
    for choice in ("linear", SHORT, {"method": "linear", "longest_gap": 9}):
        with pytest.raises(InputError, match=r"employment: no province has a figure of 2015, and a whole year is not"):
            clean(path, "employment", choice)
    rows, rules = clean(path, "employment", SHORT | {"whole_years": {"employment": [2015]}})
    assert {row[0] for row in rows if row[1] == 2015 and row[4]} == set(PROVINCES)
    assert rules["beijing", 2015, "employment"] == "linear interpolation inside the series"
    around = {row[1]: row[3] for row in rows if row[0] == "beijing"}
    assert around[2015] == pytest.approx((around[2014] + around[2016]) / 2)


def test_a_year_that_only_a_province_outside_the_study_has_is_missing_too(tmp_path):
    path = blanked(tmp_path, "employment", set(PROVINCES), [2015])
    with pytest.raises(InputError, match="no province has a figure of 2015"):
        clean(path, "employment", SHORT)
    path = blanked(tmp_path, "employment", set(PROVINCES) - {"hebei"}, [2015])
    assert sum(row[4] for row in clean(path, "employment", SHORT)[0] if row[1] == 2015) == 29
    # one province in a study: the others of its table have the year
    path = blanked(tmp_path, "employment", {"hebei"}, [2015])
    assert [row[1] for row in clean(path, "employment", SHORT, ["hebei"])[0] if row[4]] == [2015]


def test_a_year_of_a_national_series_is_a_whole_year(tmp_path):
    rows = printed("exchange_rate")
    at = next(i for i, row in enumerate(rows) if any(cell.startswith("2015") for cell in row))
    column = next(j for j, cell in enumerate(rows[at]) if cell.startswith("2015"))
    for row in rows[at + 1 :]:
        if len(row) > column:
            row[column] = ""
    path = tmp_path / "rate.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows(rows)
    with pytest.raises(InputError, match="exchange_rate: no province has a figure of 2015"):
        clean(path, "exchange_rate", SHORT)


@pytest.mark.parametrize(
    ("years", "limit", "passes"),
    [
        ((2016, 2017), 2, True),
        ((2016, 2017, 2018), 2, False),
        ((2016, 2017, 2018), 3, True),
        ((2016,), 1, True),
        ((2016, 2017), 1, False),
        (range(2010, 2014), 2, False),  # all of the gap counts, not its part in the study
        (range(2005, 2013), 2, True),  # nothing of it is used
    ],
)
def test_a_gap_of_one_province_is_filled_up_to_the_limit(tmp_path, years, limit, passes):
    path = blanked(tmp_path, "population", {"gansu"}, years)
    choice = {"method": "linear", "longest_gap": limit}
    before = {row[:2] for row in clean(EXAMPLE / CATALOG["population"].file, "population", choice)[0] if row[4]}
    if passes:
        found = {row[:2] for row in clean(path, "population", choice)[0] if row[4]} - before
        assert found == {("gansu", year) for year in years if year >= 2013}
        return
    with pytest.raises(InputError, match=rf"population: gaps longer than {limit} years? .*\n  gansu: {years[0]} to"):
        clean(path, "population", choice)


def test_an_index_is_not_filled_for_eight_years(tmp_path):
    path = blanked(tmp_path, "gdp_index", {"hebei", "gansu"}, range(2014, 2022))
    with pytest.raises(
        InputError, match=r"gdp_index: gaps longer than 2 years .*\n  gansu, hebei: 2014 to 2021, 8 years"
    ):
        clean(path, "gdp_index", SHORT)
    path = blanked(tmp_path, "gdp_index", {"hebei"}, [2014, 2015, 2016])
    with pytest.raises(InputError, match=r"hebei: 2014 to 2016, 3 years"):
        clean(path, "gdp_index", "linear")  # the plain word has the limit of two years


def test_forms_of_the_choice():
    assert read_interpolation("linear") == read_interpolation(SHORT) == read_interpolation({})
    assert read_interpolation({"method": "none"}).method == read_interpolation("none").method == "none"
    with pytest.raises(InputError, match="'cubic', expected linear or none"):
        read_interpolation({"method": "cubic"})
    assert inner_gaps([2010, 2012, 2013, 2016], [True, False, True, True]) == [(2011, 2012), (2014, 2015)]
    assert inner_gaps([2010, 2011], [False, True]) == []


def test_whole_years_of_a_table_that_is_not_there_are_refused():
    config = {"cleaning": {"interpolation": SHORT | {"whole_years": {"employmnt": [2015]}}}}
    with pytest.raises(
        InputError, match=r"interpolation.whole_years: .* no table 'employmnt'; did you mean employment"
    ):
        check_names(config, CATALOG, PROVINCES)


def test_no_gap_is_filled_where_none_is_the_method(tmp_path):
    path = blanked(tmp_path, "population", {"gansu"}, [2016])
    for choice in ("none", {"method": "none", "whole_years": {"population": [2016]}}):
        with pytest.raises(InputError, match=r"cleaning.interpolation is none(?s:.*)gansu 2016"):
            clean(path, "population", choice)


# --- which rule -----------------------------------------------------------------------------------------------------


def test_a_gap_between_two_printed_zeros_is_interpolated_and_a_blank_row_is_nil(tmp_path):
    def change(province, year, text):
        zeros = {2014: "0", 2015: "", 2016: "0"}
        return zeros.get(year, text) if province == "hebei" else "" if province == "gansu" else text

    rows, rules = clean(spoilt(tmp_path, "natural_gas", change), "natural_gas", SHORT, blank_is_nil=True)
    figures = {row[:2]: row[3:] for row in rows}
    assert figures["hebei", 2015] == (0, 1) and figures["gansu", 2015] == (0, 1) and figures["hebei", 2014] == (0, 0)
    assert rules["hebei", 2015, "natural_gas"] == "linear interpolation inside the series"
    assert {rules["gansu", year, "natural_gas"] for year in YEARS} == {"blank read as nil"}
    assert {cell[:2] for cell in rules} == {row[:2] for row in rows if row[4]}
    path = tmp_path / "made.csv"
    header = ["province", "year", "indicator", "value", "rule"]
    write_rows(path, header, [(*row[:4], rules[row[:3]]) for row in rows if row[:3] in rules])
    listed = made_cells([str(path)], [], {})
    assert [cell[4] for cell in listed if cell[0] == "hebei"] == ["linear interpolation inside the series"]
    assert ("natural_gas", "blank read as nil", 10) in count_cells(listed)


def test_a_sum_over_provinces_says_so(tmp_path):
    path = blanked(tmp_path, "electricity", {"china"}, range(1990, 2030))
    text = path.read_text("utf-8")
    path.write_text("".join(f"{row}\n" for row in text.splitlines() if "全" not in row), "utf-8")
    assert "china" not in {row[0] for row in clean(path, "electricity", SHORT)[0]}  # no variable needs it
    rows, rules = clean(path, "electricity", SHORT, national=True)
    assert {rules["china", year, "electricity"] for year in YEARS} == {"sum over the provinces"}
    assert sum(row[4] for row in rows if row[0] == "china") == 10


REVISED = {"tianjin": 0.67, "jilin": 0.75, "heilongjiang": 0.79, "shandong": 0.7, "yunnan": 1.15}


def mixed(tmp_path):
    """GDP of two vintages: five provinces revised from 2018."""
    return spoilt(
        tmp_path,
        "gdp",
        lambda p, y, text: f"{float(text) * REVISED[p]:.1f}" if text and p in REVISED and y >= 2018 else text,
    )


def test_accepted_cells_of_mixed_vintages_are_counted(tmp_path):
    path = mixed(tmp_path)
    with pytest.raises(InputError, match="vintage"):
        clean(path, "gdp", SHORT)
    accepted = [f"{province} 2018" for province in REVISED]
    _, rules = clean(path, "gdp", SHORT, accepted=accepted)
    assert {cell[:2] for cell, rule in rules.items() if rule == "accepted in cleaning.accept (vintage)"} == {
        (province, 2018) for province in REVISED
    }
    rules = {}
    need = {"source": source(path), "first": 2013, "last": 2022, "blank_is_nil": False, "national": False}
    need["summable"] = True
    need["asked_by"] = "study.years"
    choices = {"interpolation": SHORT, "total_tolerance": None, "accepted": accepted}
    study_yearbook(need, CATALOG["gdp"], CATALOG, theme_reader("accounts", TABLES), PROVINCES, choices, rules)
    assert sum(rule.startswith("accepted") for rule in rules.values()) == 5


def test_accepted_figures_that_contradict_another_table_are_counted(tmp_path):
    """Sectors in three tables, GDP in another: the gap shows where all tables are."""

    def table(key, value, imputed=0):
        path = tmp_path / f"{key}.csv"
        write_rows(path, ["province", "year", "value", "imputed"], [("hebei", 2015, value, imputed)])
        return str(path)

    sectors = [table(f"value_added_{name}", 300.0) for name in ("primary", "secondary", "tertiary")]
    cleaned = [*sectors, table("gdp", 1000.0)]
    told = ("hebei", "2015", "gdp", 1000.0, "accepted in cleaning.accept (sectors)")
    assert made_cells([], cleaned, {"gdp": ["hebei 2015"]}) == [told]
    assert made_cells([], cleaned, {"gdp": ["hebei 2014"]}) == made_cells([], cleaned, {}) == []
    assert made_cells([], sectors, {"gdp": ["hebei 2015"]}) == []
    # a cell that is listed already keeps its rule
    made = tmp_path / "made.csv"
    listed = (*told[:4], "accepted in cleaning.accept (vintage)")
    write_rows(made, ["province", "year", "indicator", "value", "rule"], [listed])
    assert made_cells([str(made)], cleaned, {"gdp": ["hebei 2015"]}) == [listed]


# --- who is told ----------------------------------------------------------------------------------------------------

COUNTS = [("coke", "blank read as nil", 10), ("gdp", "accepted in cleaning.accept (vintage)", 1),
          ("net_heat", "blank read as nil", 80)]  # fmt: skip
LINES = ["blank read as nil: 90 cells (coke 10, net_heat 80)", "accepted in cleaning.accept (vintage): 1 cell (gdp 1)"]


def test_counts_in_words(tmp_path):
    assert count_lines(COUNTS) == LINES
    assert run_summary(tmp_path / "none.csv") == ""
    path = tmp_path / "counts.csv"
    path.write_text("indicator,rule,cells\n", "utf-8")
    assert run_summary(path) == ""
    path.write_text("indicator,rule,cells\n" + "".join(f"{a},{b},{c}\n" for a, b, c in COUNTS), "utf-8")
    assert run_summary(path).splitlines() == [
        f"Cells made up, calculated or accepted in doubt, by raw table ({path}):", *(f"  {line}" for line in LINES)
    ]  # fmt: skip


def test_the_description_says_what_was_made_up():
    described = {"x": {"n": 2, "mean": 1.0, "sd": 0.5, "min": 0.5, "max": 1.5}}
    codebook = {"x": {"label_en": "X", "symbol": "x"}}
    notes = lay_out_description(described, "table_1", "T", codebook, made=LINES).notes
    assert (
        notes[-1] == f"Cells of the raw tables that were made up, calculated or accepted in doubt: {'; '.join(LINES)}."
    )
    assert len(lay_out_description(described, "table_1", "T", codebook).notes) == len(notes) - 1


def test_check_counts_by_table():
    row = dict.fromkeys(("title_zh", "title_en", "file", "warnings", "needed_by", "published"), "")
    rows = [
        row
        | {"table": "gdp", "status": "found", "interpolated": "2", "nil": "0", "made_otherwise": "0", "accepted": "5"}
        | {"from_formulas": "4", "remarks": "2 cells of gdp that the study does not use cannot be read"},
        row
        | {"table": "coke", "status": "found", "interpolated": "1", "nil": "10", "made_otherwise": "", "accepted": ""}
        | {"from_formulas": "", "remarks": ""},
    ]
    text = summary(rows)
    lines = ["  interpolated: 3 cells (coke 1, gdp 2)", "  nil: 10 cells (coke 10)", "  accepted: 5 cells (gdp 5)"]
    lines += ["  from formulas: 4 cells (gdp 4)", "remarks: 1"]
    lines += ["    2 cells of gdp that the study does not use cannot be read"]
    assert all(line in text.splitlines() for line in lines)
