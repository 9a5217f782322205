"""CEADs emission inventories: editions of the workbook read alike, and refusals that name the cell."""

import csv
import logging
from pathlib import Path

import pandas as pd
import pytest
from derive_co2 import inventory_emissions
from openpyxl import Workbook
from study.files.sheets import read_sheets
from study.helpers import InputError
from study.publishers.inventory import is_inventory, read_inventories
from study.words.regions import province_names

ROOT = Path(__file__).parents[1]
NAMES = province_names(ROOT / "resources" / "provinces.csv")
FUELS = ["Raw Coal", "Cleaned Coal", "Coke", "Crude Oil", "Gasoline", "Natural Gas", "Process"]
SECTORS = [
    "Farming, Forestry, Animal Husbandry, Fishery and Water Conservancy      ",
    "Coal Mining and Dressing                                 ",
    "Nonmetal Mineral Products",
    "Production and Supply of Electric Power, Steam and Hot Water   ",
    "Others  ",
    "Urban",
    "Rural",
]
REFERENCES = [["1. Xu et al. (2017). Scientific Data."], ["2. Shan et al. (2018). Scientific Data."]]


def sectors(scale=1.0):
    """Emissions by sector and fuel; only minerals have process emissions."""
    table = [[scale * (row + 1) * (column + 1) / 8 for column in range(len(FUELS))] for row in range(len(SECTORS))]
    for row, line in enumerate(table):
        line[-1] = 9 * scale if row == 2 else None
    return table


def total(table):
    return sum(value or 0 for line in table for value in line)


def inventory(
    table=None, corner="Emission_Inventory", row="TotalEmissions", column="Scope_1_Total", unit="Mt", mark="_"
):
    """A sheet of the newer edition: scope 2 right of the total, an empty line above it, references below."""
    table = table or sectors()
    sums = [sum(line[at] or 0 for line in table) for at in range(len(FUELS))]
    lines = [[corner, *(fuel.replace(" ", mark) for fuel in FUELS), column, "Scope_2_Heat", "Other_Energy"]]
    lines += [["unit", *[unit] * (len(FUELS) + 1)], [], [row, *sums, total(table), 50, 60]]
    lines += [[name, *line, total([line]), 5, 6] for name, line in zip(SECTORS, table, strict=True)]
    return lines + REFERENCES


def old(table=None):
    """A sheet of the older edition: an empty corner, `Total Consumption`, heat and electricity left of the total."""
    lines = inventory(table, None, "Total Consumption", "Total", "mt", " ")[: 4 + len(SECTORS)]
    lines = [[*line[:8], *([None] * 2), *line[8:9]] for line in lines]
    lines[0][8:10] = ["Heat", "Electricity"]
    lines[3][8:10] = [700, 800]
    return lines


def write(path, sheets):
    if isinstance(sheets, list):
        with path.open("w", newline="", encoding="utf-8") as file:
            csv.writer(file).writerows(sheets)
        return path
    book = Workbook()
    book.remove(book.active)
    for name, lines in sheets.items():
        sheet = book.create_sheet(name)
        for line in lines:
            sheet.append(line)
    book.save(path)
    return path


def read(*paths):
    return read_inventories([sheet for path in paths for sheet in read_sheets(path)], NAMES)


TOTAL = total(sectors())


# --- forms --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("sheet", "slug"),
    [
        ("Beijing2019", "beijing"),
        ("Beijing 2019", "beijing"),
        ("InnerMongolia2019", "inner_mongolia"),
        ("Inner mongolia2019", "inner_mongolia"),
        ("Inner_Mongolia_2019", "inner_mongolia"),
        ("Shaanxi2019", "shaanxi"),
        ("Shanxi2019", "shanxi"),
        ("2019Guangxi", "guangxi"),
        ("北京2019", "beijing"),
        ("China2019", "china"),
    ],
)
def test_sheets_named_by_province_and_year(tmp_path, sheet, slug):
    table = read(write(tmp_path / "Emission_Inventories_for_30_Provinces_2019.xlsx", {sheet: inventory()}))
    assert table.values == {(slug, 2019): pytest.approx(TOTAL)}
    assert (table.title, table.unit, table.years) == ("co2_inventory", "百万吨", [2019])


def test_workbook_of_a_year(tmp_path, caplog):
    sheets = {"NOTE": [["Unit: mt CO2"]], "Sum": [["", "Raw Coal", "Total"], ["Beijing", 1, 2]]}
    sheets |= {"Beijing": old(), "Shanxi": old(sectors(2)), "Shaanxi": old(sectors(3)), "Sources": [["Guan et al."]]}
    with caplog.at_level(logging.INFO, "study"):
        table = read(path := write(tmp_path / "Emission_inventories_for_30_provinces_1997.xlsx", sheets))
    assert table.provinces == ["beijing", "shanxi", "shaanxi"]
    assert table.values["shaanxi", 1997] == pytest.approx(3 * TOTAL)
    assert table.places["shanxi", 1997] == f"{path}, sheet Shanxi, row 4, column K"
    for name in ("NOTE", "Sum", "Sources"):
        assert f"sheet {name}: " in caplog.text


def test_scope_1_with_processes_is_the_total(tmp_path):
    table = read(
        write(tmp_path / "a.xlsx", {"Hebei2015": inventory(corner="Emission Inventory", row="Total Emissions")})
    )
    assert table.values["hebei", 2015] == pytest.approx(TOTAL)
    assert pytest.approx(28 * 21 / 8 + 9) == TOTAL


def test_workbook_of_a_province(tmp_path):
    table = read(write(tmp_path / "Hebei.xlsx", {"2018": inventory(), "2019": inventory(sectors(2))}))
    assert table.values == {("hebei", 2018): pytest.approx(TOTAL), ("hebei", 2019): pytest.approx(2 * TOTAL)}


def test_text_file_of_a_province_year(tmp_path):
    assert read(write(tmp_path / "Hebei 2018.csv", inventory())).values == {("hebei", 2018): pytest.approx(TOTAL)}


def test_files_of_several_years(tmp_path):
    first = write(tmp_path / "1.xlsx", {"Hebei2018": inventory(), "Hunan2018": inventory(sectors(2))})
    table = read(first, write(tmp_path / "2.xlsx", {"Hunan2019": old(sectors(3))}))
    assert table.years == [2018, 2019]
    assert table.values["hebei", 2019] is None
    assert table.places["hebei", 2019] == "no inventory of hebei 2019"
    assert table.values["hunan", 2019] == pytest.approx(3 * TOTAL)


@pytest.mark.parametrize(
    ("unit", "factor"), [("Mt CO2", 1), ("Million Tonnes", 1), ("MtCO₂", 1), ("10^4 t", 0.01), ("kt", 0.001)]
)
def test_units(tmp_path, unit, factor):
    table = read(write(tmp_path / "a.xlsx", {"Hebei2018": inventory(sectors(1 / factor), unit=unit)}))
    assert table.values["hebei", 2018] == pytest.approx(TOTAL)


def test_unit_in_the_label_and_no_unit(tmp_path, caplog):
    lines = inventory(sectors(100))
    lines[1] = ["Unit: 10^4 t"]
    assert read(write(tmp_path / "a.xlsx", {"Hebei2018": lines})).values["hebei", 2018] == pytest.approx(TOTAL)
    lines = inventory()
    lines[1] = [None, *lines[1][1:]]
    assert read(write(tmp_path / "b.xlsx", {"Hebei2018": lines})).values["hebei", 2018] == pytest.approx(TOTAL)
    with caplog.at_level(logging.WARNING, "study"):
        read(write(tmp_path / "c.xlsx", {"Hebei2018": inventory()[:1] + inventory()[2:]}))
    assert "no unit line, read as Mt" in caplog.text


def test_title_above_and_total_below(tmp_path):
    lines = inventory()
    lines = [["Emission inventory of Hebei"], [], *lines[:2], *lines[4 : 4 + len(SECTORS)], lines[3]]
    assert read(write(tmp_path / "a.xlsx", {"Hebei2018": lines})).values["hebei", 2018] == pytest.approx(TOTAL)


def test_rounding_is_allowed(tmp_path):
    lines = inventory()
    lines[3][8] *= 1.009
    assert read(write(tmp_path / "a.xlsx", {"Hebei2018": lines})).values["hebei", 2018] == pytest.approx(1.009 * TOTAL)


def test_other_tables_are_no_inventory(tmp_path):
    assert not is_inventory(read_sheets(write(tmp_path / "a.csv", [["地区", "2019年"], ["北京", 3]]))[0])
    assert is_inventory(read_sheets(write(tmp_path / "b.csv", old()))[0])


# --- refusals -----------------------------------------------------------------------------------------------------


def change(row, column, value):
    lines = inventory()
    lines[row][column] = value
    return {"Hebei2018": lines}


BAD = {
    "text in the total": (change(3, 8, "about 90"), "row 4, column I: found 'about 90'"),
    "text in a fuel": (change(3, 1, "1,2,3"), "row 4, column B: found '1,2,3'"),
    "text in a sector": (change(6, 8, "12 Mt"), "row 7, column I: found '12 Mt'"),
    "no total": (change(3, 8, None), "row 4, column I: the total is empty"),
    "mistyped total": (change(3, 8, 900), "row 4, column I: the total is 900, its 7 sectors add up to 82.5"),
    "mistyped sector": (change(6, 8, 200), "its 7 sectors add up to"),
    "mistyped fuel": (change(3, 1, 35), "its 7 fuels and processes add up to"),
    "sector deleted": ({"Hebei2018": inventory()[:7] + inventory()[8:]}, "its 6 sectors add up to"),
    "fuel deleted": (
        {"Hebei2018": [line[:1] + line[1:3] + line[4:] for line in inventory()]},
        "its 6 fuels and processes",
    ),
    "tonnes named Mt": ({"Hebei2018": inventory(sectors(1e6))}, "Mt CO2 in a year cannot be right"),
    "nil": ({"Hebei2018": inventory(sectors(0))}, "row 4, column I: 0 Mt CO2"),
    "unknown unit": ({"Hebei2018": inventory(unit="tce")}, "row 2, column B: found the unit 'tce'"),
    "unknown unit in the label": (change(1, 0, "Unit: tce"), "row 2, column A: found the unit 'tce'"),
    "two units": (change(1, 4, "10^4 t"), "row 2: the units Mt and 10\\^4 t stand in one inventory"),
    "no total column": ({"Hebei2018": inventory(column="Sum")}, "row 1: no column Total or Scope_1_Total"),
    "no total row": ({"Hebei2018": inventory(row="All")}, "no emission inventory; expected a header with Raw Coal"),
    "two total rows": ({"Hebei2018": [*inventory(), inventory()[3]]}, "row 14, column A: a second row of the total"),
    "heading twice": (change(0, 2, "Raw_Coal"), "row 1, column C: the heading 'Raw_Coal' is there twice"),
    "sector twice": (change(7, 0, "Urban"), "row 10, column A: 'Urban' stands already in row 8"),
    "sector without name": (change(7, 0, None), "row 8, column A: figures without a sector's name"),
    "no header": ({"Hebei2018": inventory()[1:]}, "no emission inventory; expected a header with Raw Coal"),
    "unknown province": ({"Hebie2018": inventory()}, "unknown province 'Hebie' .did you mean hebei"),
    "no year": ({"Hebei": inventory()}, "says the year"),
    "no province": ({"2018": inventory()}, "says the province"),
    "province twice": (
        {"Hebei2018": inventory(), "Hebei 2018": inventory()},
        "sheet Hebei 2018, row 4, column I: a second inventory of hebei 2018, the first is in .*sheet Hebei2018, row 4",
    ),
    "notes alone": ({"NOTE": [["Unit"]]}, "no emission inventory of a province"),
    "another table": ({"a": [["x", 1]]}, "no emission inventory of a province"),
}


@pytest.mark.parametrize("case", BAD)
def test_refusals_name_the_cell(tmp_path, case):
    sheets, message = BAD[case]
    path = write(tmp_path / "book.xlsx", sheets)
    with pytest.raises(InputError, match=message) as error:
        table = read(path)
        raise InputError("\n".join([*table.faults.values(), *table.doubts.values()]))
    assert str(path) in str(error.value)


def test_year_of_sheet_and_file(tmp_path):
    with pytest.raises(InputError, match="the sheet's name says 2018, the file's 2019"):
        read(write(tmp_path / "inventories 2019.xlsx", {"Hebei2018": inventory()}))


# --- derived ------------------------------------------------------------------------------------------------------


def test_inventory_is_taken_as_it_is():
    cells = pd.DataFrame(
        [
            ("china", "2019", "co2_inventory", 990000.0, 0),
            ("hebei", "2019", "co2_inventory", 91000.0, 0),
            ("beijing", "2019", "co2_inventory", 8800.5, 0),
            ("beijing", "2019", "other", 1.0, 0),
        ],
        columns=["province", "year", "indicator", "value", "imputed"],
    )
    assert inventory_emissions(cells).to_dict() == {("hebei", "2019"): 91000.0, ("beijing", "2019"): 8800.5}
    with pytest.raises(InputError, match="no co2_inventory of any province"):
        inventory_emissions(cells[:1])
