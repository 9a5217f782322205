"""Catalog, units, required cells, interpolation, totals; robots and employment; the panel way in."""

from pathlib import Path

import pytest
from _cleaning import (
    add_national_row,
    check_sign,
    check_title,
    check_total,
    convert_units,
    load_catalog,
    require_files,
    select_cells,
)
from _employment import read_census, read_major_groups
from _exports import province_names
from _helpers import InputError
from _ifr import LEAVES, read_robots
from _panel import check_production, read_panel, unit_slugs
from _yearbook import Yearbook
from clean_yearbook import clean_table
from import_panel import to_frame

ROOT = Path(__file__).parents[1]
EXAMPLE = ROOT / "resources" / "example"
CATALOG = load_catalog(ROOT / "resources" / "catalog.csv")
NAMES = province_names(ROOT / "resources" / "provinces.csv")


def table(rows, unit="亿元", first=2013):
    """A yearbook table from province -> figures of consecutive years."""
    years = list(range(first, first + len(next(iter(rows.values())))))
    values = {(p, y): v for p, series in rows.items() for y, v in zip(years, series, strict=True)}
    places = {cell: f"table.csv, row {i}" for i, cell in enumerate(values)}
    return Yearbook("table.csv", "classic", "", unit, years, values, places)


def test_catalog_tables_are_in_the_example():
    for entry in CATALOG.values():
        assert (EXAMPLE / entry.file).is_file(), entry.key


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


def test_another_tables_title_is_refused(caplog):
    wrong = table({"beijing": [1.0]})
    wrong.title = "地区生产总值"
    with pytest.raises(InputError, match=r"table of gdp; loans is 金融机构"):
        check_title(wrong, CATALOG["loans"], CATALOG)
    check_title(wrong, CATALOG["gdp"], CATALOG)
    wrong.title = "各项贷款"
    with caplog.at_level("WARNING", logger="study"):
        check_title(wrong, CATALOG["loans"], CATALOG)
    assert "titled 各项贷款" in caplog.text


def test_missing_provinces_and_years_are_named():
    short = table({"beijing": [1.0, 2.0]})
    with pytest.raises(InputError, match="no row for hebei, shanxi"):
        select_cells(short, short.values, ["beijing", "hebei", "shanxi"], range(2013, 2015))
    with pytest.raises(InputError, match="no column for 2015, 2016"):
        select_cells(short, short.values, ["beijing"], range(2013, 2017))


def test_missing_files_are_listed_with_their_titles(tmp_path):
    with pytest.raises(InputError) as error:
        require_files({str(tmp_path / "a.csv"): CATALOG["loans"], str(tmp_path / "b.csv"): CATALOG["trade"]})
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
    add_national_row(parts, parts.values)
    assert parts.values["china", 2013] == 62
    with pytest.raises(InputError, match="all 31 provinces"):
        add_national_row(table({"beijing": [1.0]}), {})


def test_land_area_holds_in_every_year():
    rows = clean_table(
        str(EXAMPLE / "yearbook" / "area.csv"),
        CATALOG["area"],
        CATALOG,
        NAMES,
        ["beijing"],
        range(2013, 2016),
        "linear",
        0.01,
    )
    assert [row[1] for row in rows] == [2013, 2014, 2015]
    assert len({row[3] for row in rows}) == 1


def example_table(key, tmp_path, old=b"", new=b"", tolerance=0.005, blank_is_nil=False):
    """One example table cleaned after a change of its bytes."""
    content = (EXAMPLE / CATALOG[key].file).read_bytes()
    assert old in content
    path = tmp_path / "table.csv"
    path.write_bytes(content.replace(old, new, 1))
    return clean_table(
        str(path),
        CATALOG[key],
        CATALOG,
        NAMES,
        ["beijing", "hainan"],
        range(2013, 2023),
        "linear",
        tolerance,
        blank_is_nil,
    )


def test_electricity_has_to_add_up(tmp_path):
    line = (EXAMPLE / CATALOG["electricity"].file).read_bytes().decode("gbk").splitlines()[4]
    total = line.split(",")[-1].encode()
    assert len(example_table("electricity", tmp_path)) == 3 * 10
    with pytest.raises(InputError, match="add up to"):
        example_table("electricity", tmp_path, total, b"9" + total)
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
    ],
)
def test_figures_of_an_impossible_sign_are_refused(key, value, expected):
    figures = table({"beijing": [1.0, value]})
    if expected is None:
        check_sign(figures, CATALOG[key])
    else:
        with pytest.raises(InputError, match=rf"{expected}:\n  beijing 2014 \(table.csv, row 1\)"):
            check_sign(figures, CATALOG[key])


# --- robots -------------------------------------------------------------------------------------------------------

ROBOTS = "Year,industrycode,industry,countrycode,country,delivered,op_stock\n"


def robot_file(tmp_path, changes=(), drop=()):
    """One year in which leaf k has k+1 robots; `changes` and `drop` spoil it."""
    counts = {code: k + 1 for k, code in enumerate(LEAVES)}
    counts |= {"99": 5, "229": 2, "289": 3}
    counts["000"] = sum(counts.values())
    counts["D"] = 1000  # a parent, never read
    counts |= dict(changes)
    lines = [f"2013,{code},x,CN,China,{n},{n}" for code, n in counts.items() if code not in drop]
    path = tmp_path / "robots.csv"
    path.write_text(ROBOTS + "\n".join(lines) + "\n", encoding="utf-8")
    return path


def test_every_robot_is_counted_once(tmp_path):
    rows = read_robots(robot_file(tmp_path), "CN", range(2013, 2014), 0.0)
    assert [row[0] for row in rows] == [*LEAVES, "99"]
    assert rows[-1] == ("99", 2013, 10, 10)
    assert sum(row[2] for row in rows) == sum(range(1, len(LEAVES) + 1)) + 10


def test_a_leaf_listed_by_its_children_is_their_sum(tmp_path):
    path = robot_file(tmp_path, changes={"291": 10, "293": 4, "299": 1}, drop={"29"})
    rows = read_robots(path, "CN", range(2013, 2014), 0.0)
    assert {row[0]: row[2] for row in rows}["29"] == LEAVES.index("29") + 1


@pytest.mark.parametrize(
    ("changes", "drop", "expected"),
    [
        ({"24": 99}, (), "add up to"),
        ({"24": -1}, (), "number of robots"),
        ({"24": "many"}, (), "'many'"),
        ({"24": ""}, (), "''"),
        ({}, ("24",), "no row for industry 24 in 2013"),
    ],
)
def test_bad_robot_tables_are_refused(tmp_path, changes, drop, expected):
    with pytest.raises(InputError, match=expected):
        read_robots(robot_file(tmp_path, changes, drop), "CN", range(2013, 2014), 0.001)


def test_robot_years_countries_and_headers_are_checked(tmp_path):
    path = robot_file(tmp_path)
    with pytest.raises(InputError, match="no rows of CN for 2014"):
        read_robots(path, "CN", range(2013, 2015), 0.001)
    with pytest.raises(InputError, match="no rows of country US; the file has CN"):
        read_robots(path, "US", range(2013, 2014), 0.001)
    path.write_text(path.read_text().replace("delivered", "supplied"), encoding="utf-8")
    with pytest.raises(InputError, match="row 1: no column delivered"):
        read_robots(path, "CN", range(2013, 2014), 0.001)


# --- employment ---------------------------------------------------------------------------------------------------

CENSUS = (
    "表\n单位：万人\n代码,行业,全国,北京,天津\n,总计,10,6,4\nA,农业部门,7,4,3\n01,农业,7,4,3\n06,煤炭,3,2,1\n注：。\n"
)


TWO = {"全国": "china", "北京": "beijing", "天津": "tianjin"}


def test_a_census_needs_every_province(tmp_path):
    path = tmp_path / "census.csv"
    path.write_bytes(CENSUS.encode("gbk"))
    with pytest.raises(InputError, match=r"row 3: no column for anhui, chongqing"):
        read_census(path, NAMES, {"万人": 1e4}, 0.001)


def test_census_divisions_in_persons(tmp_path):
    path = tmp_path / "census.csv"
    path.write_bytes(CENSUS.encode("gbk"))
    rows = read_census(path, TWO, {"人": 1, "万人": 1e4}, 0.001)
    assert rows == [("beijing", "01", 4e4), ("beijing", "06", 2e4), ("tianjin", "01", 3e4), ("tianjin", "06", 1e4)]


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("06,煤炭", "01,煤炭", "division 01 appears twice"),
        ("06,煤炭", "6,煤炭", "row 7, column A: code '6' has lost its leading zero"),
        ("7,4,3\n06", "7,4,x\n06", "'x'"),
        ("06,煤炭,3,2,1", "06,煤炭,3,2,2", "adds up to"),
        ("单位：万人", "单位：户", "户"),
        ("天津", "北京", "appears twice"),
        ("代码", "编号", "no header row"),
    ],
)
def test_bad_census_tables_are_refused(tmp_path, old, new, expected):
    path = tmp_path / "census.csv"
    path.write_bytes(CENSUS.replace(old, new, 1).encode("gbk"))
    with pytest.raises(InputError, match=expected):
        read_census(path, TWO, {"人": 1, "万人": 1e4}, 0.001)


GROUPS = '(In thousands)\nSIC,Industry,Employment\nD,Factories,"1,671.5"\n20,Food,"1,661.5"\n21,Tobacco,10\nSource: x\n'


def test_major_groups_in_persons(tmp_path):
    path = tmp_path / "us.csv"
    path.write_text(GROUPS)
    assert read_major_groups(path, {"thousands": 1000}, 0.001) == [("20", 1661500), ("21", 10000)]


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("thousands", "millions", "millions"),
        ("21,Tobacco,10\n", "", "division D over major groups adds up to 1661.5"),
        ("21,Tobacco", "20,Tobacco", "major group 20 appears twice"),
        ("21,Tobacco,10", "21,Tobacco,", "row 5, column C"),
    ],
)
def test_bad_major_groups_are_refused(tmp_path, old, new, expected):
    path = tmp_path / "us.csv"
    path.write_text(GROUPS.replace(old, new, 1))
    with pytest.raises(InputError, match=expected):
        read_major_groups(path, {"thousands": 1000}, 0.001)


# --- a ready panel ------------------------------------------------------------------------------------------------

PANEL = 'Place,Period,Y,note\n"Île, A",2001Q1,1.5,a\n"Île, A",2001Q2,2,b\n中部,2001Q1,3,\n中部,2001Q2,,c\n'


def panel_file(tmp_path, text=PANEL):
    path = tmp_path / "panel.csv"
    path.write_text(text, encoding="utf-8")
    return path


COLUMNS = {"province": "Place", "year": "Period"}


def test_panel_columns_are_renamed_and_units_keep_their_names(tmp_path):
    path = panel_file(tmp_path)
    header, rows, lines = read_panel(path, COLUMNS)
    assert header == ["province", "year", "Y", "note"]
    assert lines == [2, 3, 4, 5]
    assert unit_slugs(header, rows, path) == {"île_a": "Île, A", "中部": "中部"}
    frame = to_frame(header, rows)
    assert frame["Y"].tolist()[:3] == [1.5, 2.0, 3.0]
    assert frame["note"].tolist() == ["a", "b", "", "c"]


@pytest.mark.parametrize(
    ("old", "new", "variable", "expected"),
    [
        ("", "", "Y", r"row 5, column GDP: found an empty cell, expected a number above zero"),
        ("2001Q2,2,", "2001Q2,0,", "Y", r"row 3, column GDP: found '0'"),
        ("2001Q2,2,", "2001Q2,NA,", "Y", r"row 3, column GDP: found 'NA'"),
        ("2001Q2,2,", "2001Q2,x,", "Y", r"row 3, column GDP: found 'x'"),
        ("", "", "note", r"row 2, column note: found 'a'"),
        ("", "", "Z", r"models use Z; the panel has province, year, Y, note"),
        ("2001Q2,,c", "2001Q3,9,c\n中部,2001Q4,9,c", "Y", r"中部 has no row for 2001Q2 but"),
    ],
)
def test_production_figures_are_checked_by_cell(tmp_path, old, new, variable, expected):
    path = panel_file(tmp_path, PANEL.replace(",Y,", ",GDP,").replace(old, new, 1 if old else 0))
    columns = {**COLUMNS, "Y": "GDP"}
    header, rows, lines = read_panel(path, columns)
    with pytest.raises(InputError, match=expected):
        check_production(path, header, rows, lines, [variable], columns)


def test_missing_marks_of_statistical_programs_are_missing():
    frame = to_frame(["province", "year", "x"], [["NA", "1", "."], ["a", "1", "NA"], ["b", "1", "2.5"]])
    assert frame["province"].tolist() == ["NA", "a", "b"]
    assert frame["x"].isna().tolist() == [True, True, False]


@pytest.mark.parametrize(
    ("text", "columns", "expected"),
    [
        (PANEL, {"province": "Place"}, "no column 'year'"),
        (PANEL, COLUMNS | {"capital": "K"}, "panel.columns names K"),
        (PANEL.replace("2001Q2,2", "2001Q1,2"), COLUMNS, "row 3: Île, A 2001Q1 stands already in row 2"),
        (PANEL.replace("note", "Y"), COLUMNS, "two columns are called Y"),
        (PANEL.replace("中部,2001Q1,3,", "中部,2001Q1,3"), COLUMNS, "row 4: 3 cells where the header has 4"),
        (PANEL.replace("中部,2001Q1", ",2001Q1"), COLUMNS, "row 4, column A: no province"),
        (PANEL.replace("中部", '"ÎLE A"'), COLUMNS, "both become 'île_a'"),
        (PANEL.splitlines()[0] + "\n", COLUMNS, "no rows"),
        (PANEL.replace(",", ";"), COLUMNS, "parted by semicolons"),
        (PANEL.replace(",", "\t"), COLUMNS, "parted by tabs"),
    ],
)  # fmt: skip
def test_bad_panels_are_refused(tmp_path, text, columns, expected):
    with pytest.raises(InputError, match=expected):
        path = panel_file(tmp_path, text)
        unit_slugs(*read_panel(path, columns)[:2], path)
