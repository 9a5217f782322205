"""One table against another: sectors and GDP, total and final consumption, growth and the index."""

import logging
from pathlib import Path

import pytest
from _tables import read_yearbook
from study.checks.cleaning import convert_units
from study.checks.crosschecks import (
    FUEL_USES,
    QUOTIENTS,
    SECTORS_VALUE_ADDED,
    WHOLES,
    growth_against_index,
    part_of_whole,
    quotient_out_of_line,
    report_crosschecks,
    sectors_against_gdp,
    total_below_final,
    total_not_final,
)
from study.files.catalog_entries import load_catalog
from study.helpers import InputError
from study.words.regions import province_names

ROOT = Path(__file__).parents[1]
CATALOG = load_catalog(ROOT / "resources" / "catalog.csv")
NAMES = province_names(ROOT / "resources" / "provinces.csv")


def example(key):
    return convert_units(read_yearbook(ROOT / "resources" / "example" / CATALOG[key].file, NAMES), CATALOG[key])


GDP = {("hebei", 2015): 1000.0, ("hebei", 2016): 1080.0, ("hebei", 2017): None}
SHARES = {"primary": 0.1, "secondary": 0.4, "tertiary": 0.5}
SECTOR_FIGURES = {s: {c: None if v is None else v * share for c, v in GDP.items()} for s, share in SHARES.items()}


def test_sectors_that_add_up():
    assert sectors_against_gdp(*SECTOR_FIGURES.values(), GDP, 0.001) == []


def test_sectors_that_do_not_add_up_name_the_cell():
    secondary = SECTOR_FIGURES["secondary"] | {("hebei", 2016): 342.0}
    (suspect,) = sectors_against_gdp(SECTOR_FIGURES["primary"], secondary, SECTOR_FIGURES["tertiary"], GDP, 0.01)
    assert suspect.cells == (("hebei", 2016),) and suspect.value == 1080 and suspect.expected == "990"
    assert "secondary 342 and tertiary 540 add up to 990, GDP is 1080 (-8.33%, allowed 1.00%)" in suspect.message
    assert "2015 1000, 2016 [1080]" in suspect.message


def test_cells_that_a_table_lacks_are_not_checked():
    assert sectors_against_gdp({}, SECTOR_FIGURES["secondary"], SECTOR_FIGURES["tertiary"], GDP, 0.001) == []
    assert sectors_against_gdp(*SECTOR_FIGURES.values(), {("hebei", 2015): 1000.0}, 0.001) == []


def test_sectors_against_a_gdp_of_nil():
    (suspect,) = sectors_against_gdp(*({("hebei", 2015): 1.0},) * 3, {("hebei", 2015): 0.0}, 0.01)
    assert "add up to 3, GDP is 0;" in suspect.message


def test_the_simulated_sectors_add_up():
    sectors = [example(f"value_added_{sector}") for sector in SHARES]
    assert sectors_against_gdp(*sectors, example("gdp"), 0.01) == []


def test_total_consumption_of_the_simulated_study():
    assert total_not_final(example("raw_coal"), example("energy_total")) == []


def test_final_consumption_is_noticed():
    coal = {cell: None if v is None else 0.25 * v for cell, v in example("raw_coal").items()}
    (suspect,) = total_not_final(coal, example("energy_total"))
    assert suspect.key == "raw_coal" and "Is it final consumption?" in suspect.message


def test_industrys_final_consumption_is_noticed():
    (suspect,) = total_not_final(example("industry_raw_coal"), example("energy_total"))
    assert suspect.rule == "total not final"


def test_the_coal_share_is_of_all_provinces():
    provinces = [f"p{i:02d}" for i in range(12)]
    energy = {(p, 2015): 100.0 for p in provinces}
    coal = {(p, 2015): 42.0 for p in provinces}  # 30.0006 tce of 100
    assert total_not_final(coal, energy) == []
    (suspect,) = total_not_final(dict.fromkeys(coal, 41.9), energy)
    assert suspect.value == pytest.approx(12 * 41.9 * 0.7143) and suspect.expected == "360"
    # the national row counts nothing, and a few provinces may burn little coal
    assert total_not_final(coal | {("china", 2015): 0.0}, energy | {("china", 2015): 1e6}) == []
    assert total_not_final({("p00", 2015): 1.0}, energy) == []


def test_a_total_below_its_uses_names_them():
    total = {("hebei", 2015): 100.0, ("hebei", 2016): 100.0, ("hebei", 2017): None}
    finals = {
        "industry_diesel": {("hebei", 2015): 60.0, ("hebei", 2016): 60.0, ("hebei", 2017): 1.0},
        "transport_diesel": {("hebei", 2015): 40.5, ("hebei", 2016): 52.0},
    }
    (suspect,) = total_below_final("diesel", total, finals)
    assert suspect.cells == (("hebei", 2016),) and suspect.expected == ">= 112"
    assert "(industry_diesel 60, transport_diesel 52; 112 together)" in suspect.message
    assert "So are 0 more of 2 cells" in suspect.message


def test_a_fuel_is_one_suspect_of_all_its_cells():
    total = {(p, y): 10.0 for p in ("hebei", "shanxi") for y in range(2013, 2016)}
    (suspect,) = total_below_final("coke", total, {"industry_coke": dict.fromkeys(total, 12.0)})
    assert suspect.cells == tuple(sorted(total)) and "So are 5 more of 6 cells" in suspect.message
    assert total_below_final("coke", total, {"industry_coke": dict.fromkeys(total, 10.0)}) == []
    assert total_below_final("coke", total, {}) == []


def test_growth_of_the_simulated_study_fits_its_index():
    assert growth_against_index(example("gdp"), example("gdp_index")) == []


def test_a_mistyped_gdp_does_not_fit_the_index():
    gdp = {("hebei", y): 1000 * 1.1 ** (y - 2013) for y in range(2013, 2018)} | {("hebei", 2015): 12100.0}
    index = {("hebei", y): 107.0 for y in range(2014, 2018)}
    up, down = growth_against_index(gdp, index)
    assert (up.cells, down.cells) == ((("hebei", 2015),), (("hebei", 2016),))
    assert "the index is 107 (previous year = 100)" in up.message and "2014 1100, 2015 [12100], 2016 1331" in up.message


def test_an_index_on_another_base_does_not_fit():
    gdp = {("hebei", y): 1000 * 1.1 ** (y - 2013) for y in range(2013, 2016)}
    found = growth_against_index(gdp, {("hebei", 2014): 250.0, ("hebei", 2015): 107.0})
    assert [suspect.cells[0] for suspect in found] == [("hebei", 2014)]


@pytest.mark.parametrize(("nominal", "index", "fits"), [
    (0.776, 97.5, True),  # Liaoning 2016
    (1.476, 121.0, True),  # 1994
    (0.7, 100.0, False), (1.55, 105.0, False), (1.1, 0.0, True),
])  # fmt: skip
def test_the_limits_of_the_deflator(nominal, index, fits):
    gdp = {("liaoning", 2015): 28669.0, ("liaoning", 2016): 28669.0 * nominal}
    assert (growth_against_index(gdp, {("liaoning", 2016): index}) == []) is fits


INDUSTRY = {("hebei", 2015): 30.0, ("hebei", 2016): 50.0, ("hebei", 2017): None}


def test_industry_is_part_of_the_secondary_sector():
    equal = {("hebei", 2015): 30.0, ("hebei", 2016): 60.0, ("hebei", 2017): 1.0}
    assert part_of_whole("industrial_value_added", INDUSTRY, "value_added_secondary", equal) == []
    less = equal | {("hebei", 2016): 45.0}
    (suspect,) = part_of_whole("industrial_value_added", INDUSTRY, "value_added_secondary", less)
    assert suspect.cells == (("hebei", 2016),) and suspect.key == "industrial_value_added"
    assert suspect.value == 50 and suspect.expected == "<= 45"
    assert "hebei 2016: industrial_value_added is 50, more than value_added_secondary, 45" in suspect.message
    assert "2015 30, 2016 [50]" in suspect.message


@pytest.mark.parametrize("whole", ["gdp", "value_added_secondary"])
def test_industry_above_what_contains_it_stops_unless_it_is_accepted(whole, caplog):
    rows = rows_of({"industrial_value_added": INDUSTRY, whole: {("hebei", 2015): 30.0, ("hebei", 2016): 45.0}})
    with pytest.raises(InputError, match=r"(?s)^1 suspect figure of industrial_value_added:.*part above whole"):
        report_crosschecks(rows)
    report_crosschecks(rows, accepted={"industrial_value_added": ["hebei 2016"]})
    report_crosschecks(rows_of({"industrial_value_added": INDUSTRY, whole: {("hebei", 2016): 50.0}}))
    with caplog.at_level(logging.WARNING, logger="study"):
        report_crosschecks(rows, "warning")
    assert f"more than {whole}, 45" in caplog.text


def test_the_simulated_industry_is_part_of_its_wholes():
    industry = example("industrial_value_added")
    for whole in ("gdp", "value_added_secondary"):
        assert part_of_whole("industrial_value_added", industry, whole, example(whole)) == []


def rows_of(tables):
    """Cleaned rows of {indicator: cells}, none imputed."""
    return [(p, y, key, v, 0) for key, cells in tables.items() for (p, y), v in cells.items() if v is not None]


def test_the_tables_of_the_checks_are_in_the_catalog():
    assert {*SECTORS_VALUE_ADDED, "gdp", "gdp_index", "raw_coal", "energy_total"} <= CATALOG.keys()
    for whole, part in WHOLES.items():
        assert CATALOG[whole].unit == CATALOG[part].unit == "10^8 CNY"
    for fuel, uses in FUEL_USES.items():
        assert {CATALOG[use].unit for use in uses} == {CATALOG[fuel].unit}


def test_the_simulated_study_passes_every_check():
    keys = [
        "gdp",
        "gdp_index",
        *SECTORS_VALUE_ADDED,
        "raw_coal",
        "energy_total",
        "industry_raw_coal",
        "transport_diesel",
    ]
    report_crosschecks(rows_of({key: example(key) for key in keys}), simulated=True)
    report_crosschecks([])


def test_contradictions_are_errors_or_warnings(caplog):
    rows = rows_of({"gdp": GDP | {("hebei", 2016): 10800.0}, "gdp_index": {("hebei", 2016): 107.0}})
    with pytest.raises(InputError, match=r"(?s)^1 suspect figure of gdp:.*\[growth\].*gdp: \[hebei 2016\]"):
        report_crosschecks(rows)
    with caplog.at_level(logging.INFO, logger="study"):
        report_crosschecks(rows, "warning")
        report_crosschecks(rows, "error", {"gdp": ["hebei 2016"]})
    assert [record.levelname for record in caplog.records] == ["WARNING", "INFO"]


def test_sectors_are_checked_where_all_are_there():
    tables = {"gdp": GDP} | dict(zip(SECTORS_VALUE_ADDED, SECTOR_FIGURES.values(), strict=True))
    report_crosschecks(rows_of(tables))
    tables["value_added_primary"] = {("hebei", 2015): 10.0}
    with pytest.raises(InputError, match="primary 10, secondary 400"):
        report_crosschecks(rows_of(tables))
    del tables["value_added_tertiary"]
    report_crosschecks(rows_of(tables))


def test_final_coal_stops_and_uses_above_a_total_warn(caplog):
    coal = {cell: None if v is None else 0.25 * v for cell, v in example("raw_coal").items()}
    with pytest.raises(InputError, match=r"of raw_coal:"):
        report_crosschecks(rows_of({"raw_coal": coal, "energy_total": example("energy_total")}))
    rows = rows_of({"diesel": {("hebei", 2015): 10.0}, "transport_diesel": {("hebei", 2015): 12.0}})
    report_crosschecks(rows)
    assert "total consumption of diesel is 10, less than its uses" in caplog.text
    caplog.clear()
    report_crosschecks(rows, simulated=True)
    assert caplog.text == ""


def test_imputed_figures_are_not_compared():
    rows = [
        ("hebei", 2015, "gdp", 1000.0, 0),
        ("hebei", 2016, "gdp", 9000.0, 1),
        ("hebei", 2016, "gdp_index", 107.0, 0),
    ]
    report_crosschecks(rows)


REAL = ROOT.parent / "shared" / "real" / "nbs"
PER_HEAD_OF_TWO = {"population": {("hebei", 2015): 7425.0, ("tibet", 2015): 324.0, ("shanghai", 2015): 2415.0},
                   "gdp": {("hebei", 2015): 29806.0, ("tibet", 2015): 1026.0, ("shanghai", 2015): 25123.0},
                   "budget_expenditure": {("hebei", 2015): 5632.0, ("tibet", 2015): 1381.0, ("shanghai", 2015): 6192.0}
                   }  # fmt: skip


@pytest.mark.parametrize("pair", QUOTIENTS)
def test_quotients_of_the_example_are_in_line(pair):
    above, below = pair
    assert quotient_out_of_line(above, example(above), below, example(below), QUOTIENTS[pair]) == []


@pytest.mark.skipif(not REAL.is_dir(), reason="genuine yearbooks are not part of the repository")
@pytest.mark.parametrize("gdp", ["gdp_gbk_crlf_20years.csv", "gdp_gbk_lf_quoted_note.csv"])
def test_quotients_of_genuine_tables_are_in_line_and_tenfold_ones_are_not(gdp):
    def cells(name):
        return {cell: v for cell, v in read_yearbook(REAL / name, NAMES).values.items() if cell[0] != "china"}

    tables = {"gdp": cells(gdp), "population": cells("population_english.csv")}
    tables["budget_expenditure"] = cells("budget_expenditure_newsite_utf8bom_tabs.csv")
    report_crosschecks(rows_of(tables))
    tenth = {cell: None if value is None else value / 10 for cell, value in tables["gdp"].items()}
    with pytest.raises(InputError, match=r"budget_expenditure over gdp is 9\.\d times .* another unit"):
        report_crosschecks(rows_of({key: tables[key] for key in ("budget_expenditure",)} | {"gdp": tenth}))


def test_a_quotient_out_of_line_names_the_cell():
    report_crosschecks(rows_of(PER_HEAD_OF_TWO))
    tables = PER_HEAD_OF_TWO | {
        "budget_expenditure": PER_HEAD_OF_TWO["budget_expenditure"] | {("hebei", 2015): 56320.0}
    }
    with pytest.raises(
        InputError, match=r"(?s)^1 suspect .*hebei 2015: budget_expenditure over gdp is 1\.89, 9\.\d times"
    ):
        report_crosschecks(rows_of(tables))
    report_crosschecks(rows_of(tables), accepted={"budget_expenditure": ["hebei 2015"]})


def test_a_table_in_another_unit_is_one_suspect():
    tables = PER_HEAD_OF_TWO | {"gdp": {cell: value / 10 for cell, value in PER_HEAD_OF_TWO["gdp"].items()}}
    (suspect,) = quotient_out_of_line("gdp", tables["gdp"], "population", tables["population"], 4)
    assert suspect.rule == "another unit" and suspect.whole and len(suspect.cells) == 3
    assert "by the median of 3 cells" in suspect.message and suspect.to_accept == ["all"]
