"""Catalog, units, titles, signs, required cells, interpolation and totals of yearbook tables."""

from pathlib import Path

import pytest
from study.checks.catalog_table import clean_table
from study.checks.cleaning import add_national_row, check_title, check_total, convert_units, select_cells
from study.checks.needed import find_impossible, report_impossible
from study.files.catalog_entries import catalog_entry, load_catalog, require_files
from study.files.series import Yearbook
from study.helpers import InputError, read_rows
from study.plan.sources import source
from study.publishers.every_form import reader_tables, theme_reader
from study.words.regions import province_names

ROOT = Path(__file__).parents[1]
EXAMPLE = ROOT / "resources" / "example"
CATALOG = load_catalog(ROOT / "resources" / "catalog.csv")
NAMES = province_names(ROOT / "resources" / "provinces.csv")
TABLES = reader_tables(*(ROOT / "resources" / f"{name}.csv" for name in ("provinces", "balance", "cities")))


def test_an_unknown_sign_in_the_catalog_is_refused():
    row = read_rows(ROOT / "resources" / "catalog.csv")[0]
    assert catalog_entry(row | {"sign": None}).sign == "positive"
    with pytest.raises(InputError, match="sign of gdp is 'posiitve'"):
        catalog_entry(row | {"sign": "posiitve"})


def table(rows, unit="亿元", first=2013):
    """A yearbook table from province -> figures of consecutive years."""
    years = list(range(first, first + len(next(iter(rows.values())))))
    values = {(p, y): v for p, series in rows.items() for y, v in zip(years, series, strict=True)}
    places = {cell: f"table.csv, row {i}" for i, cell in enumerate(values)}
    return Yearbook("table.csv", "classic", "", unit, years, values, places)


def test_catalog_tables_are_in_the_example():
    for entry in CATALOG.values():
        # CEADs' inventories are an alternative to the fuels, chosen by emissions.source
        assert (EXAMPLE / entry.file).is_file() or entry.key == "co2_inventory", entry.key


def test_units_are_converted_and_unknown_ones_refused():
    trade = table({"beijing": [1e5, None]}, unit="千美元")
    assert convert_units(trade, CATALOG["trade"]) == {("beijing", 2013): 1.0, ("beijing", 2014): None}
    with pytest.raises(InputError, match=r"'人'.*万人.*population"):
        convert_units(table({"beijing": [1.0]}, unit="人"), CATALOG["population"])


def test_a_file_without_unit_takes_the_catalogs():
    assert convert_units(table({"beijing": [50.0]}, unit=""), CATALOG["urbanisation"])["beijing", 2013] == 0.5


def test_gaps_inside_a_series_are_interpolated_and_flagged():
    gappy = table({"beijing": [1.0, None, None, 4.0]})
    cells = select_cells(gappy, gappy.values, ["beijing"], range(2013, 2017))
    assert cells == [
        ("beijing", 2013, 1.0, 0), ("beijing", 2014, 2.0, 1), ("beijing", 2015, 3.0, 1), ("beijing", 2016, 4.0, 0),
    ]  # fmt: skip


@pytest.mark.parametrize("series", [[None, 2.0, 3.0], [1.0, 2.0, None], [None, 1.0, None]])
def test_a_gap_at_an_end_is_an_error_naming_every_cell(series):
    gappy = table({"beijing": series})
    with pytest.raises(InputError) as error:
        select_cells(gappy, gappy.values, ["beijing"], range(2013, 2016))
    for year, value in zip(range(2013, 2016), series, strict=True):
        assert (f"beijing {year}" in str(error.value)) == (value is None)


def test_a_blank_that_means_nil_is_flagged():
    balance = table({"beijing": [5.0, 0.0]})
    balance.nil = {("beijing", 2014)}
    assert select_cells(balance, balance.values, ["beijing"], range(2013, 2015)) == [
        ("beijing", 2013, 5.0, 0), ("beijing", 2014, 0.0, 1),
    ]  # fmt: skip


def test_figures_outside_the_study_belong_to_the_series():
    gappy = table({"beijing": [1.0, None, 3.0]}, first=2012)
    assert select_cells(gappy, gappy.values, ["beijing"], range(2013, 2015)) == [
        ("beijing", 2013, 2.0, 1), ("beijing", 2014, 3.0, 0),
    ]  # fmt: skip


def test_gaps_are_filled_by_years_not_by_columns():
    uneven = Yearbook(
        "t.csv", "classic", "", "亿元", [2010, 2012, 2015], {("a", 2010): 1.0, ("a", 2012): None, ("a", 2015): 6.0}
    )
    assert select_cells(uneven, uneven.values, ["a"], [2012])[0][2] == pytest.approx(3.0)


def test_no_interpolation_refuses_gaps():
    gappy = table({"beijing": [1.0, None, 3.0]})
    with pytest.raises(InputError, match=r"interpolation is none.*\n.*beijing 2014"):
        select_cells(gappy, gappy.values, ["beijing"], range(2013, 2016), interpolation="none")


def test_a_blank_row_of_a_fuel_is_nil_but_a_partial_one_is_not():
    fuel = table({"beijing": [None, None], "tianjin": [1.0, None]})
    assert select_cells(fuel, fuel.values, ["beijing"], range(2013, 2015), blank_is_nil=True) == [
        ("beijing", 2013, 0.0, 1), ("beijing", 2014, 0.0, 1),
    ]  # fmt: skip
    with pytest.raises(InputError, match="tianjin 2014"):
        select_cells(fuel, fuel.values, ["tianjin"], range(2013, 2015), blank_is_nil=True)


def test_an_empty_row_is_told_apart_from_a_gap():
    with pytest.raises(InputError, match=r"row of tibet is empty.*excluded_provinces"):
        empty = table({"tibet": [None, None]})
        select_cells(empty, empty.values, ["tibet"], range(2013, 2015))


def test_another_tables_title_is_refused():
    wrong = table({"beijing": [1.0]})
    wrong.title = "地区生产总值"
    with pytest.raises(InputError, match=r"table of gdp; loans is 金融机构"):
        check_title(wrong, CATALOG["loans"], CATALOG)
    check_title(wrong, CATALOG["gdp"], CATALOG)
    wrong.title = "各项贷款"
    with pytest.raises(InputError, match=r"titled 各项贷款, a name that the catalog does not have.*title: 各项贷款"):
        check_title(wrong, CATALOG["loans"], CATALOG)


def test_missing_provinces_and_years_are_named():
    short = table({"beijing": [1.0, 2.0]})
    with pytest.raises(InputError, match="no row for hebei, shanxi"):
        select_cells(short, short.values, ["beijing", "hebei", "shanxi"], range(2013, 2015))
    with pytest.raises(InputError, match="no column for 2015, 2016"):
        select_cells(short, short.values, ["beijing"], range(2013, 2017))


def test_missing_files_are_listed_with_their_titles(tmp_path):
    missing = [
        f"{key}: {tmp_path}/{name}.csv ({CATALOG[key].describe()})" for name, key in (("a", "loans"), ("b", "trade"))
    ]
    with pytest.raises(InputError) as error:
        require_files(str(tmp_path / "a.csv"), CATALOG["loans"], source(), missing)
    for part in ("loans", "a.csv", "金融机构人民币各项贷款余额", "Outstanding loans", "b.csv"):
        assert part in str(error.value)


def all_provinces(value):
    return {slug: [value] for slug in sorted(set(NAMES.values()) - {"china"})}


def test_totals_beyond_the_tolerance_stop():
    parts = table({**all_provinces(1.0), "china": [31.1]})
    check_total(parts, parts.values, range(2013, 2014), 0.01)
    check_total(parts, parts.values, range(2013, 2014), None)
    with pytest.raises(InputError, match=r"add up to 31, .* 31\.1"):
        check_total(parts, parts.values, range(2013, 2014), 0.001)


def test_the_sum_stands_in_for_a_national_row_that_is_not_printed():
    parts = table(all_provinces(2.0))
    assert add_national_row(parts, parts.values, range(2013, 2014))
    assert parts.values["china", 2013] == 62
    assert not add_national_row(table({"beijing": [1.0]}), {}, range(2013, 2014))


def test_a_national_figure_that_cannot_be_summed_is_left_out_and_told(caplog):
    parts = table({**all_provinces(2.0), "tibet": [None]})
    assert add_national_row(parts, parts.values, range(2013, 2014))
    assert parts.values["china", 2013] is None
    assert "no national figure of 2013, none is printed for tibet" in caplog.text


def test_land_area_holds_in_every_year():
    rows = clean_table(
        source([str(EXAMPLE / "yearbook" / "area.csv")]),
        CATALOG["area"],
        CATALOG,
        theme_reader("controls", TABLES),
        ["beijing"],
        range(2013, 2016),
        "linear",
        0.01,
    )
    assert [row[1] for row in rows] == [2013, 2014, 2015]
    assert len({row[3] for row in rows}) == 1


def example_table(key, tmp_path, old=b"", new=b"", tolerance=0.005, blank_is_nil=False, suspects="error"):
    """One example table cleaned after a change of its bytes."""
    content = (EXAMPLE / CATALOG[key].file).read_bytes()
    assert old in content
    path = tmp_path / "table.csv"
    path.write_bytes(content.replace(old, new, 1))
    return clean_table(
        source([str(path)]),
        CATALOG[key],
        CATALOG,
        theme_reader(CATALOG[key].theme, TABLES),
        ["beijing", "hainan"],
        range(2013, 2023),
        "linear",
        tolerance,
        blank_is_nil,
        suspects,
    )


def test_electricity_has_to_add_up(tmp_path):
    line = (EXAMPLE / CATALOG["electricity"].file).read_bytes().decode("gbk").splitlines()[4]
    total = line.split(",")[-1].encode()
    assert len(example_table("electricity", tmp_path)) == 3 * 10
    with pytest.raises(InputError, match="add up to"):
        example_table("electricity", tmp_path, total, b"9" + total, suspects="warning")
    example_table("electricity", tmp_path, total, b"9" + total, tolerance=None, suspects="warning")
    with pytest.raises(
        InputError, match=r"(?s)row 5, column M: china 2022.*cleaning.accept: {electricity: \[china 2022\]}"
    ):
        example_table("electricity", tmp_path, total, b"9" + total, tolerance=None)


def test_a_fuel_a_province_does_not_burn_is_nil(tmp_path):
    rows = example_table("coke", tmp_path, blank_is_nil=True)
    assert {row[3:] for row in rows if row[0] == "hainan"} == {(0.0, 1)}
    with pytest.raises(InputError, match="row of hainan is empty"):
        example_table("coke", tmp_path)


@pytest.mark.parametrize(
    ("key", "value", "expected"),
    [
        ("loans", 0.0, "above zero"),
        ("loans", -5.0, "above zero"),
        ("energy_total", 0.0, "above zero"),
        ("raw_coal", -1.0, "zero or more"),
        ("raw_coal", 0.0, None),
        ("fixed_asset_investment_growth", -3.0, None),
        ("net_electricity", -3.0, None),
        ("green_patents", 0.0, None),
        ("cement_clinker", -1.0, "zero or more"),
        ("value_added_primary", 0.0, "above zero"),
    ],
)
def test_figures_of_an_impossible_sign_are_refused(key, value, expected):
    figures, cells = table({"beijing": [1.0, value]}), {("beijing", 2013), ("beijing", 2014)}
    found = find_impossible(figures, CATALOG[key], cells)
    assert [one.cells for one in found] == ([] if expected is None else [(("beijing", 2014),)])
    if expected:
        says = rf"table.csv, row 1: beijing 2014 is {value:g}, figures of {key} have to be {expected}"
        with pytest.raises(InputError, match=says):
            report_impossible(found, key, [])
        report_impossible(found, key, ["beijing 2014"])
    assert not find_impossible(figures, CATALOG[key], {("beijing", 2013), ("tianjin", 2014)})
