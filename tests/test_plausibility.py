"""Suspect figures: each rule fires on a planted fault and on nothing in clean tables, simulated and genuine."""

import logging
import math
import re
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from _tables import read_yearbook
from conftest import SHARED, needs_shared
from study.checks.cleaning import convert_units
from study.checks.plausibility import find_suspects, find_vintage_break
from study.checks.raw_parts import pick_indicator
from study.checks.suspects import report_suspects
from study.files.catalog_entries import load_catalog
from study.files.series import Yearbook
from study.files.sheets import read_sheets
from study.helpers import InputError
from study.publishers.yearbook import read_drafts
from study.words.regions import province_names

ROOT = Path(__file__).parents[1]
EXAMPLE = ROOT / "resources" / "example"
REAL = SHARED / "real" / "nbs"
CATALOG = load_catalog(ROOT / "resources" / "catalog.csv")
NAMES = province_names(ROOT / "resources" / "provinces.csv")
SLUGS = list(dict.fromkeys(NAMES.values()))
PROVINCES = [slug for slug in SLUGS if slug != "china"]
YEARBOOKS = sorted(
    key
    for key, entry in CATALOG.items()
    if entry.file.startswith(("yearbook/", "energy/")) and entry.file.endswith(".csv")
)
YEARS = range(2010, 2020)


@cache
def example(key):
    """A table of the simulated study; copy before changing it."""
    path = EXAMPLE / CATALOG[key].file
    drafts = read_drafts(path, read_sheets(path), NAMES)
    return pick_indicator(path, drafts, CATALOG[key], "", alone=True).parse()


def suspects_of(table, key, provinces=SLUGS, years=None):
    entry = CATALOG[key]
    return find_suspects(table, convert_units(table, entry), entry, provinces, years)


def made(key="gdp", rows=None):
    """A table in the catalog's unit: 31 provinces growing by about 8% a year, each a little differently."""
    random = np.random.default_rng(7)
    values = {}
    for i, province in enumerate(PROVINCES):
        level = 2000 * math.exp(i / 10)
        for year in YEARS:
            values[province, year] = round(level, 2)
            level *= 1.08 + 0.01 * random.standard_normal()
    for province, series in (rows or {}).items():
        values |= {(province, year): value for year, value in zip(YEARS, series, strict=True)}
    places = {(p, y): f"{key}.csv, row {PROVINCES.index(p) + 5 if p in PROVINCES else 4}" for p, y in values}
    return Yearbook(f"{key}.csv", "classic", "", "", list(YEARS), values, places)


def with_cells(table, cells):
    """The table with some figures changed, by a function of the old figure or to a new one."""
    values = table.values | {c: new(table.values[c]) if callable(new) else new for c, new in cells.items()}
    return replace(table, values=values)


def rules(found):
    return [(suspect.rule, suspect.cells[0]) for suspect in found]


# --- clean tables ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("key", YEARBOOKS)
def test_the_simulated_study_has_no_suspect(key):
    assert suspects_of(example(key), key) == []


@needs_shared
@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("gdp_gbk_lf_quoted_note.csv", "gdp"),
        ("gdp_gbk_crlf_20years.csv", "gdp"),
        ("secondary_value_added_resaved_utf8.csv", "value_added_secondary"),
        ("budget_expenditure_newsite_utf8bom_tabs.csv", "budget_expenditure"),
        ("population_english.csv", "population"),
    ],
)
def test_genuine_exports_of_one_vintage_have_no_suspect(name, key):
    assert suspects_of(read_yearbook(REAL / name, NAMES), key) == []


@needs_shared
def test_a_genuine_export_that_mixes_vintages_is_named():
    found = suspects_of(read_yearbook(REAL / "gdp_biff8.xls", NAMES), "gdp")
    assert [suspect.rule for suspect in found] == ["vintage"]
    broken = ["tianjin", "jilin", "heilongjiang", "shandong", "yunnan", "hebei", "anhui"]
    assert found[0].cells == tuple((province, 2018) for province in broken)
    assert "tianjin 2015 16538.2, 2016 17885.4, 2017 [18549.2], 2018 [13362.9], 2019 14104.3" in found[0].message


@needs_shared
def test_faults_planted_in_a_genuine_export():
    table = read_yearbook(REAL / "gdp_gbk_crlf_20years.csv", NAMES)
    # as published before the fourth census
    (suspect,) = suspects_of(with_cells(table, {("heilongjiang", 2017): 15902.68}), "gdp")
    assert suspect.rule == "vintage" and suspect.cells == (("heilongjiang", 2017),)
    (suspect,) = suspects_of(with_cells(table, {("tianjin", 2017): 18549.19}), "gdp")
    assert suspect.rule == "change" and suspect.cells == (("tianjin", 2017),)
    for province in PROVINCES:
        for year in (2010, 2017):
            found = suspects_of(with_cells(table, {(province, year): lambda v: v * 10}), "gdp")
            assert rules(found) == [("jump", (province, year))]


@needs_shared
def test_two_genuine_exports_of_different_years_in_one_table():
    old = read_yearbook(REAL / "gdp_gbk_lf_quoted_note.csv", NAMES)
    new = read_yearbook(REAL / "gdp_gbk_crlf_20years.csv", NAMES)
    values = {**new.values, **{cell: value for cell, value in old.values.items() if cell[1] >= 2006}}
    (suspect,) = suspects_of(replace(new, values=values), "gdp")
    assert suspect.rule == "vintage" and ("tianjin", 2018) in suspect.cells and ("jilin", 2018) in suspect.cells


def test_the_made_table_is_clean():
    assert suspects_of(made(), "gdp") == []


# --- range, shares, signs -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("key", "cell", "value"),
    [
        ("gdp_index", ("hebei", 2013), 8.2),
        ("gdp_index", ("hebei", 2013), 1082.0),
        ("investment_price_index", ("hebei", 2013), 0.5),
        ("fixed_asset_investment_growth", ("hebei", 2013), 2000.0),
        ("urbanisation", ("hebei", 2013), 0.48),
        ("raw_coal", ("hebei", 2013), -31.0),
        ("ecommerce_enterprises", ("hebei", 2013), 0.05),
        ("retail_price_index", ("hebei", 2022), 1.02),
    ],
)
def test_a_figure_outside_the_catalogs_range(key, cell, value):
    found = suspects_of(with_cells(example(key), {cell: value}), key)
    assert cell in [suspect.cells[0] for suspect in found] and len(found) == 1
    assert found[0].rule in ("range", "jump")


def test_a_suspect_says_where_what_and_beside_what():
    index = with_cells(example("gdp_index"), {("hebei", 2013): 8.2})
    (suspect,) = suspects_of(index, "gdp_index")
    near = [index.values["hebei", year] for year in (2011, 2012, 2014, 2015)]
    assert suspect.value == 8.2 and suspect.key == "gdp_index" and suspect.place == index.places["hebei", 2013]
    assert suspect.neighbours == "2011 {:.6g}, 2012 {:.6g}, 2013 [8.2], 2014 {:.6g}, 2015 {:.6g}".format(*near)
    assert suspect.message.startswith(f"{suspect.place}: hebei 2013 is 8.2, plausible are 80 to 145")


def test_a_message_has_the_printed_figure_where_it_was_converted():
    (suspect,) = suspects_of(with_cells(example("urbanisation"), {("hebei", 2013): 481.2}), "urbanisation")
    assert suspect.rule == "share" and "is 4.812 (printed 481.2), a share above 1" in suspect.message


def test_a_share_above_1_is_named_once():
    found = suspects_of(with_cells(example("urbanisation"), {("hebei", 2013): 100.5}), "urbanisation")
    assert rules(found) == [("share", ("hebei", 2013))]


def test_a_national_row_is_not_held_to_a_provinces_range():
    table = made("gdp", {"china": [412119.3, 487940, 538580, 592963, 643563, 688858, 746395, 832036, 919281, 986515]})
    assert suspects_of(table, "gdp") == []


def test_a_national_table_is_held_to_its_range():
    rate = with_cells(example("exchange_rate"), {("china", 2013): 6.1932})
    assert [s.cells[0] for s in suspects_of(rate, "exchange_rate", ["china"])] == [("china", 2013)]


def test_a_table_in_another_unit_is_one_suspect():
    table = made()
    (suspect,) = suspects_of(with_cells(table, {cell: lambda v: v * 1e4 for cell in table.values}), "gdp")
    assert suspect.rule == "range" and "310 of 310 figures are outside 5 to 300000" in suspect.message
    assert "is the unit right" in suspect.message


def test_a_lost_minus_in_a_net_flow():
    flows = example("net_electricity")
    steady = with_cells(flows, {("hebei", year): 500.0 + year % 3 for year in flows.years})
    assert suspects_of(steady, "net_electricity") == []
    assert rules(suspects_of(with_cells(steady, {("hebei", 2015): -502.0}), "net_electricity")) == [
        ("sign", ("hebei", 2015))
    ]


def test_a_change_of_sign_of_another_size_or_of_growth_is_none():
    flows = example("net_electricity")
    steady = with_cells(flows, {("hebei", year): 500.0 + year % 3 for year in flows.years})
    assert suspects_of(with_cells(steady, {("hebei", 2015): -20.0}), "net_electricity") == []
    growth = example("fixed_asset_investment_growth")
    rows = {("hebei", year): 12.0 for year in growth.years} | {("hebei", 2016): -12.0}
    assert suspects_of(with_cells(growth, rows), "fixed_asset_investment_growth") == []


# --- time -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("factor", [10, 0.1, 11.5, 1 / 9, 100, 0.01, 1e4])
def test_a_cell_off_by_a_power_of_ten(factor):
    found = suspects_of(with_cells(made(), {("hebei", 2014): lambda v: v * factor}), "gdp")
    assert rules(found) == [("jump", ("hebei", 2014))]
    assert "decimal point" in found[0].message


def test_the_expected_figure_of_a_jump():
    table = with_cells(made(), {("hebei", 2014): 4820.0, ("hebei", 2013): 450.0, ("hebei", 2015): 500.0})
    suspect = next(s for s in suspects_of(table, "gdp") if s.cells == (("hebei", 2014),))
    assert suspect.expected == "about 482"


@pytest.mark.parametrize("key", ["raw_coal", "diesel", "natural_gas", "electricity", "population", "trade"])
def test_a_jump_in_any_table_with_years(key):
    table = example(key)
    year = table.years[len(table.years) // 2]
    province = next(p for p in ("jiangsu", "hebei") if table.values[p, year - 1] and table.values[p, year + 1])
    found = suspects_of(with_cells(table, {(province, year): lambda v: (v or 100) * 10}), key)
    assert [s.cells[0] for s in found] == [(province, year)]


@pytest.mark.parametrize("at", [2010, 2019])
def test_a_jump_at_either_end_of_a_series(at):
    found = suspects_of(with_cells(made(), {("hebei", at): lambda v: v * 10}), "gdp")
    assert rules(found) == [("jump", ("hebei", 2011 if at == 2010 else 2019))]


@pytest.mark.parametrize("factor", [10, 1e4, 1e-4, 100])
def test_two_units_in_one_row(factor):
    later = {("hebei", year): lambda v: v * factor for year in range(2015, 2020)}
    found = suspects_of(with_cells(made(), later), "gdp")
    assert ("jump", ("hebei", 2015)) in rules(found) and "two units in one row" in found[0].message
    assert {suspect.cells[0][0] for suspect in found} == {"hebei"}


def test_two_units_in_the_columns_are_one_suspect():
    later = {(p, year): lambda v: v / 1e4 for p in PROVINCES for year in range(2015, 2020)}
    found = suspects_of(with_cells(made(), later), "gdp")
    assert rules(found) == [("jump", (PROVINCES[0], 2015))]
    assert "31 of 31 provinces are about a 10000th of their figures of 2014 from 2015 on" in found[0].message


def test_a_new_plant_is_no_jump():
    # small beside the provinces' median
    coal = with_cells(example("crude_oil"), {("hebei", y): 0.3 if y < 2017 else 3.1 for y in range(2012, 2023)})
    assert suspects_of(coal, "crude_oil") == []


@pytest.mark.parametrize(
    ("factor", "limits"), [(1.9, r"times 2014, plausible are \d"), (0.5, r"is \S+ 0\.5\d* times 2014")]
)
def test_a_change_beyond_the_catalogs_largest(factor, limits):
    later = {("hebei", year): lambda v: v * factor for year in range(2015, 2020)}
    (suspect,) = suspects_of(with_cells(made(), later), "gdp")
    assert suspect.rule == "change" and suspect.cells == (("hebei", 2015),)
    assert re.search(limits, suspect.message) and "2014 [" in suspect.neighbours


def test_a_figure_too_high_is_one_suspect():
    found = suspects_of(with_cells(made(), {("hebei", 2014): lambda v: v * 2.4}), "gdp")
    assert rules(found) == [("change", ("hebei", 2014))]


def test_a_change_over_a_gap_may_be_larger():
    gap = {("hebei", 2014): None, ("hebei", 2015): None}
    later = {("hebei", year): lambda v: v * 1.9 for year in range(2016, 2020)}
    assert "change" not in [s.rule for s in suspects_of(with_cells(made(), gap | later), "gdp")]


def test_a_nil_between_figures_of_a_fuel():
    found = suspects_of(with_cells(example("diesel"), {("hebei", 2015): 0.0}), "diesel")
    assert rules(found) == [("change", ("hebei", 2015))] and "missing, not nil?" in found[0].message


# --- copies ---------------------------------------------------------------------------------------------------------


def test_a_copied_row():
    table = made()
    copied = {("shanxi", year): table.values["hebei", year] for year in YEARS}
    found = suspects_of(with_cells(table, copied), "gdp")
    assert rules(found) == [("equal rows", ("shanxi", 2010))]
    assert "the row of shanxi equals the row of hebei (gdp.csv, row 7)" in found[0].message


def test_a_copied_row_with_a_gap():
    table = made()
    copied = {("shanxi", year): table.values["hebei", year] for year in YEARS} | {("shanxi", 2012): None}
    assert [s.rule for s in suspects_of(with_cells(table, copied), "gdp")] == ["equal rows"]


def test_a_copied_column():
    table = made()
    copied = {(p, 2015): table.values[p, 2014] for p in PROVINCES}
    found = suspects_of(with_cells(table, copied), "gdp")
    assert ("equal years", ("beijing", 2015)) in rules(found)


def test_rows_of_nil_are_no_copies():
    rows = {(p, year): 0.0 for p in ("hebei", "shanxi") for year in range(2012, 2023)}
    rows |= {(p, 2014): 0.5 for p in ("hebei", "shanxi")}
    assert "equal rows" not in [s.rule for s in suspects_of(with_cells(example("crude_oil"), rows), "crude_oil")]


def test_an_index_may_agree_in_a_few_years():
    values = {
        (p, y): 101.0 + (y - 2010) / 10 + i * (y > 2013) for i, p in enumerate(PROVINCES) for y in range(2010, 2015)
    }
    table = Yearbook("index.csv", "classic", "", "上年=100", list(range(2010, 2014)), {}, {})
    table.values = {cell: value for cell, value in values.items() if cell[1] < 2014}
    assert "equal rows" not in [s.rule for s in suspects_of(table, "retail_price_index")]


def test_land_area_may_be_the_same_in_all_years():
    area = example("area")
    last = area.years[-1]
    twice = replace(
        area, years=[last - 1, last], values={(p, y): area.values[p, last] for p in PROVINCES for y in (last - 1, last)}
    )
    assert suspects_of(twice, "area") == []


# --- vintages -------------------------------------------------------------------------------------------------------

REVISED = {"tianjin": 0.67, "jilin": 0.75, "heilongjiang": 0.79, "shandong": 0.86, "yunnan": 1.15}


@pytest.mark.parametrize("key", ["gdp", "value_added_tertiary", "industrial_value_added"])
def test_a_mix_of_two_vintages(key):
    later = {(p, y): lambda v, f=f: v * f for p, f in REVISED.items() for y in range(2018, 2020)}
    (suspect,) = suspects_of(with_cells(made(), later), key)
    assert suspect.rule == "vintage" and set(suspect.cells) == {(p, 2018) for p in REVISED}
    assert "between 2017 and 2018" in suspect.message and "economic census" in suspect.message


def test_a_mix_is_found_with_three_years():
    later = {(p, 2019): lambda v, f=f: v * f for p, f in REVISED.items()}
    table = with_cells(made(), later)
    cells = {cell: value for cell, value in table.values.items() if cell[1] >= 2017}
    table = replace(table, years=[2017, 2018, 2019], values=cells)
    (suspect,) = suspects_of(table, "gdp")
    assert set(suspect.cells) == {(p, 2019) for p in REVISED}


def test_one_province_that_shrinks_is_no_mix():
    later = {("liaoning", y): lambda v: v * 0.72 for y in range(2016, 2020)}
    assert suspects_of(with_cells(made(), later), "gdp") == []


def test_one_figure_of_another_vintage():
    (suspect,) = suspects_of(with_cells(made(), {("tianjin", 2017): lambda v: v * 1.48}), "gdp")
    assert suspect.rule == "vintage" and suspect.cells == (("tianjin", 2017),)
    assert "and back in 2018" in suspect.message


def test_other_tables_have_no_vintages():
    later = {(p, y): lambda v, f=f: v * f for p, f in REVISED.items() for y in range(2018, 2020)}
    table = with_cells(made(), later)
    assert find_vintage_break(table, table.values, CATALOG["loans"], SLUGS) == []


def test_a_few_provinces_or_years_are_no_table_of_vintages():
    table = made()
    few = replace(table, values={c: v for c, v in table.values.items() if c[0] in PROVINCES[:4]})
    assert find_vintage_break(few, few.values, CATALOG["gdp"], SLUGS) == []
    short = replace(table, years=[2010, 2011], values={c: v for c, v in table.values.items() if c[1] < 2012})
    assert find_vintage_break(short, short.values, CATALOG["gdp"], SLUGS) == []


# --- what is looked at, and the report ------------------------------------------------------------------------------


def test_only_the_studys_provinces_and_years_are_looked_at():
    table = with_cells(made(), {("tibet", 2014): lambda v: v * 10})
    assert len(suspects_of(table, "gdp")) == 1
    assert suspects_of(table, "gdp", [p for p in PROVINCES if p != "tibet"]) == []
    assert suspects_of(table, "gdp", years=range(2016, 2020)) == []
    assert len(suspects_of(table, "gdp", years=range(2014, 2020))) == 1


@pytest.mark.parametrize("values", [{}, {("hebei", 2013): None}, {("hebei", 2013): 0.0}, {("china", 2013): 5.0}])
def test_tables_with_hardly_a_figure(values):
    table = Yearbook("t.csv", "classic", "", "", [2013], values, {})
    for key in ("gdp", "crude_oil", "net_electricity", "urbanisation"):
        assert all(s.rule in ("range", "share") for s in find_suspects(table, values, CATALOG[key], SLUGS))


def faulty():
    cells = {("hebei", 2014): lambda v: v * 10, ("tianjin", 2017): lambda v: v * 1.48}
    return suspects_of(with_cells(made(), cells), "gdp")


def test_suspects_are_one_error_with_the_cure():
    with pytest.raises(InputError) as error:
        report_suspects(faulty(), "gdp")
    message = str(error.value)
    assert message.startswith("2 suspect figures of gdp:\n  gdp.csv, row 7: hebei 2014 is ")
    assert "cleaning.accept: {gdp: [hebei 2014, tianjin 2017]}" in message
    assert "cleaning.suspects: warning" in message


def test_suspects_as_warnings(caplog):
    found = faulty()
    caplog.clear()
    with caplog.at_level(logging.INFO, logger="study"):
        report_suspects(found, "gdp", "warning")
    assert [record.levelname for record in caplog.records] == ["WARNING", "WARNING"]
    assert "hebei 2014" in caplog.text and "tianjin" in caplog.text


def test_accepted_cells_are_logged_only(caplog):
    found = faulty()
    caplog.clear()
    with caplog.at_level(logging.INFO, logger="study"):
        report_suspects(found, "gdp", "error", ["hebei 2014", "tianjin 2017"])
    assert [record.levelname for record in caplog.records] == ["INFO", "INFO"]
    with pytest.raises(InputError, match=r"^1 suspect figure of gdp"):
        report_suspects(faulty(), "gdp", "error", ["hebei 2014"])


def test_a_mix_is_accepted_by_all_its_cells():
    later = {(p, y): lambda v, f=f: v * f for p, f in REVISED.items() for y in range(2018, 2020)}
    found = suspects_of(with_cells(made(), later), "gdp")
    report_suspects(found, "gdp", "error", {f"{p} 2018" for p in REVISED})
    with pytest.raises(InputError, match=r"gdp: \[yunnan 2018\]"):
        report_suspects(found, "gdp", "error", {f"{p} 2018" for p in REVISED if p != "yunnan"})


def test_a_long_report_is_cut():
    cells = {(p, 2014): 9e6 + i for i, p in enumerate(PROVINCES)}
    with pytest.raises(InputError, match=r"(?s)^31 suspect figures.*\n  and 11 more\n"):
        report_suspects(suspects_of(with_cells(made(), cells), "gdp"), "gdp")


def test_no_suspects_and_an_unknown_mode():
    report_suspects([], "gdp")
    with pytest.raises(InputError, match="'off', expected error or warning"):
        report_suspects([], "gdp", "off")
