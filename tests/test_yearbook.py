"""Readers of yearbook exports: genuine files where they are at hand, look-alikes of every form, and refusals."""

from pathlib import Path

import pytest
from _tables import read_yearbook
from conftest import SHARED, needs_shared
from study.helpers import InputError
from study.words.regions import find_province, province_names

ROOT = Path(__file__).parents[1]
REAL = SHARED / "real" / "nbs"
NAMES = province_names(ROOT / "resources" / "provinces.csv")
FULL = ["北京市", "山西省", "陕西省"]

CLASSIC = """数据库：分省年度数据
指标：地区生产总值(亿元)
时间：2020-2022
地区,2022年,2021年,2020年
北京市,30.5,20.25,10
山西省,6,,4
陕西省,9,8,7
注：本表按当年价格计算。
　　　另一行注，2021年数据。
数据来源：国家统计局
"""


def write(tmp_path, text, encoding="gbk"):
    path = tmp_path / "table.csv"
    path.write_bytes(text.encode(encoding))
    return path


@pytest.mark.parametrize("ending", ["\n", "\r\n"])
@pytest.mark.parametrize("encoding", ["gbk", "gb18030", "utf-8", "utf-8-sig"])
def test_classic_form(tmp_path, ending, encoding):
    table = read_yearbook(write(tmp_path, CLASSIC.replace("\n", ending), encoding), NAMES)
    assert (table.form, table.title, table.unit) == ("classic", "地区生产总值", "亿元")
    assert table.years == [2020, 2021, 2022]
    assert table.provinces == ["beijing", "shanxi", "shaanxi"]
    assert table.values["beijing", 2021] == 20.25
    assert table.values["shanxi", 2021] is None
    assert table.values["shaanxi", 2020] == 7
    assert table.places["shanxi", 2021].endswith("row 6, column C")


def test_unit_is_the_last_bracket(tmp_path):
    text = CLASSIC.replace("地区生产总值(亿元)", "地区生产总值指数(上年=100)")
    assert read_yearbook(write(tmp_path, text), NAMES).unit == "上年=100"


def test_new_site_form(tmp_path):
    body = "\n".join("\t,".join(line.split(",")) + "\t," for line in CLASSIC.splitlines()[3:7])
    text = f"数据库：分省年度数据 \n时间：2020年-2022年 \n{body}\n注：注。\n数据来源：国家统计局\n"
    table = read_yearbook(write(tmp_path, text, "utf-8-sig"), NAMES)
    assert (table.form, table.title, table.unit) == ("new site", "", "")
    assert table.values["beijing", 2022] == 30.5
    assert table.values["shanxi", 2021] is None


def test_national_form(tmp_path):
    text = (
        "数据库：年度数据\n时间：2021-2022\n指标,2022年,2021年\n人民币对美元汇率(美元=100)(元),672.61,645.15\n注：。\n"
    )
    table = read_yearbook(write(tmp_path, text), NAMES)
    assert (table.title, table.unit) == ("人民币对美元汇率(美元=100)", "元")
    assert table.values == {("china", 2022): 672.61, ("china", 2021): 645.15}


def test_energy_form(tmp_path):
    text = (
        "4-3 分地区原煤消费量\nConsumption of Raw Coal by Region\n单位：万吨,,,(10 000 tons)\n"
        '地  区,Region,2020,2021\n全  国,National Total,"1,300",31\n北  京,Beijing,12.5,13\n山  西,Shanxi,,\n注：。\n'
    )
    table = read_yearbook(write(tmp_path, text), NAMES)
    assert (table.form, table.title, table.unit) == ("energy by region", "分地区原煤消费量", "万吨")
    assert table.values["china", 2020] == 1300
    assert table.values["beijing", 2021] == 13
    assert table.values["shanxi", 2020] is None


def test_every_printed_name_of_a_province_is_one_slug():
    for name in ("陕西省", "陕西", "陕 西", "Shaanxi", "SHAANXI", "shaanxi"):
        assert find_province(name, NAMES, "") == "shaanxi"
    for name in ("内蒙古自治区", "内　蒙　古", "Inner Mongolia", "Neimenggu"):
        assert find_province(name, NAMES, "") == "inner_mongolia"
    assert find_province("山西省", NAMES, "") == "shanxi"


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("山西省,", "山东西,", ["row 6", "unknown province '山东西'"]),
        ("陕西省,", "山西省,", ["row 7", "row 6"]),
        ("2021年,", "2022年,", ["row 4, column C", "a second column is called '2022年'"]),
        ("2021年,", "2O21年,", ["row 4, column C", "2O21年"]),
        ("20.25", "20.2.5", ["row 5, column C", "20.2.5", "expected a number"]),
        ("20.25", "nan", ["row 5, column C", "nan"]),
        ("20.25", "1e999x", ["row 5, column C"]),
        ("30.5,20.25,10", "30.5,20.25", ["row 5", "3 cells where the header has 4"]),
        ("30.5,20.25,10", "30.5,20.25,10,7", ["row 5, column E", "'7'"]),
        ("地区,2022年", "企业,2022年", ["no header row"]),
        ("注：本表", "注：本表\n北京市,1,2,3\n", ["below the notes"]),
        ('注：本表', '"注：本表', ["broken quoting"]),
    ],
)  # fmt: skip
def test_bad_tables_are_refused_with_their_place(tmp_path, old, new, expected):
    assert old in CLASSIC
    path = write(tmp_path, CLASSIC.replace(old, new, 1))
    with pytest.raises(InputError) as error:
        read_yearbook(path, NAMES)
    for part in [str(path), *expected]:
        assert part in str(error.value)


@pytest.mark.parametrize("data", [b"", b"  \n", b"PK\x03\x04\0\0zip", b"\xff\xfe\x00"])
def test_files_that_are_no_tables_are_refused(tmp_path, data):
    path = tmp_path / "table.csv"
    path.write_bytes(data)
    with pytest.raises(InputError, match=r"table\.csv"):
        read_yearbook(path, NAMES)


def test_missing_file_is_named(tmp_path):
    with pytest.raises(InputError, match=r"nowhere\.csv: file not found"):
        read_yearbook(tmp_path / "nowhere.csv", NAMES)


@needs_shared
@pytest.mark.parametrize(
    ("file", "form", "unit", "years", "figures"),
    [
        (
            "gdp_gbk_lf_quoted_note.csv", "classic", "亿元", (1993, 2017),
            {("beijing", 2017): 28014.94, ("tianjin", 2017): 18549.19, ("shanxi", 2013): 12665.25,
             ("tibet", 2016): 1151.41, ("xinjiang", 2000): 1363.56},
        ),
        (
            "gdp_gbk_crlf_20years.csv", "classic", "亿元", (2006, 2024),
            {("beijing", 2024): 49670.2, ("tianjin", 2017): 12468.2, ("ningxia", 2006): 691.6},
        ),
        (
            "budget_expenditure_newsite_utf8bom_tabs.csv", "new site", "", (2011, 2025),
            {("beijing", 2024): 8396.49, ("beijing", 2025): None, ("xinjiang", 2011): 2284.49},
        ),
    ],
)  # fmt: skip
def test_genuine_exports_unedited(file, form, unit, years, figures):
    table = read_yearbook(REAL / file, NAMES)
    assert (table.form, table.unit) == (form, unit)
    assert len(table.provinces) == 31
    assert (table.years[0], table.years[-1]) == years
    assert len(table.values) == 31 * len(table.years)
    for cell, figure in figures.items():
        assert table.values[cell] == figure
