"""Small inputs that went wrong once, with the right value of each; forms and labels are those of genuine files."""

from pathlib import Path

import pytest
from conftest import ROOT
from study.checks.catalog_table import clean_table
from study.files.catalog_entries import load_catalog
from study.helpers import InputError
from study.plan.sources import source
from study.publishers.every_form import every_reader, reader_tables, theme_reader

CASES = Path(__file__).parent / "data" / "raw_cases"
CATALOG = load_catalog(ROOT / "resources" / "catalog.csv")
TABLES = reader_tables(*(ROOT / "resources" / f"{name}.csv" for name in ("provinces", "balance", "cities")))


def clean(name, key, years, provinces=("beijing", "xinjiang"), **choices):
    rows = clean_table(
        source([str(CASES / name)], **choices), CATALOG[key], CATALOG, theme_reader(CATALOG[key].theme, TABLES),
        list(provinces), range(years[0], years[1] + 1), "linear", None, suspects="warning",
    )  # fmt: skip
    return {(province, year): value for province, year, _, value, _ in rows}


@pytest.mark.parametrize(
    ("name", "key", "years", "message"),
    [
        ("patents_per_10000.csv", "green_patents", (2013, 2022), "reads as figures per head"),
        ("patents_log.csv", "green_patents", (2013, 2022), "reads as logarithms"),
        ("index_as_gdp.csv", "gdp", (2013, 2023), "looks like an index, previous year = 100"),
        (
            "unit_after_underscore_energy.csv",
            "energy_total",
            (2013, 2017),
            "the unit 'PJ', a unit of heat, not of energy",
        ),
    ],
)
def test_another_measure_is_refused(name, key, years, message):
    with pytest.raises(InputError, match=message):
        clean(name, key, years)


def test_a_unit_behind_an_underscore_is_converted():
    values = clean("unit_after_underscore_gdp.csv", "gdp", (2013, 2017))
    assert values["beijing", 2013] == 600 * 100
    assert values["xinjiang", 2017] == 5136 * 100


def test_a_vendors_export_with_the_country_first_and_dates_across():
    values = clean("wind_down_country_first.xlsx", "investment_price_index", (2001, 2003), ("beijing", "shanxi"))
    assert values == {
        ("beijing", 2001): 103.3, ("beijing", 2002): 102.2, ("beijing", 2003): 101.1,
        ("shanxi", 2001): 106.3, ("shanxi", 2002): 105.2, ("shanxi", 2003): 104.1,
    }  # fmt: skip


def test_years_outside_the_study_are_not_judged():
    values = clean("zero_before_study.csv", "retail_price_index", (2001, 2003))
    assert values["beijing", 2001] == 100.5
    assert values["beijing", 2002] == 102.0


def test_a_formula_on_another_sheet_stops_nothing():
    values = clean("formula_on_other_sheet.xlsx", "budget_expenditure", (2013, 2015), ("beijing", "tianjin"))
    assert values["beijing", 2015] == 300
    assert values["tianjin", 2013] == 283


def test_standardised_columns_are_no_counts():
    assert clean("panel_z_patents.csv", "gdp", (2013, 2017), ("beijing",))["beijing", 2017] == 1262.5
    assert clean("panel_z_patents.csv", "green_patents", (2013, 2017), ("beijing",))["beijing", 2013] == 50
    drafts = every_reader(TABLES)(str(CASES / "panel_z_patents.csv"), "")
    assert [draft.title for draft in drafts] == ["green_patents", "gdp", "z_green_invention_patents"]


def test_provinces_below_no_heading_are_found():
    values = clean("blank_header.xlsx", "budget_expenditure", (2013, 2015), ("beijing", "jilin"))
    assert values["beijing", 2015] == 120
    assert values["jilin", 2013] == 154


def test_yuan_for_one_dollar():
    assert clean("rate.csv", "exchange_rate", (2013, 2015))["china", 2014] == 6.25


def test_every_reader_knows_the_same_footers():
    patents = clean("footers/patents.csv", "green_patents", (2013, 2015), ("beijing",))
    assert patents == {("beijing", year): 2100 + year - 2000 for year in (2013, 2014, 2015)}
    drafts = every_reader(TABLES)(str(CASES / "footers" / "yearbook.csv"), "")
    assert drafts[0].parse().values["hebei", 2015] == 2115
