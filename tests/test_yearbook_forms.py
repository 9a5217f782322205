"""Look-alikes of every form that yearbook tables come in, each with the values that have to be read from it."""

from pathlib import Path

import pandas as pd
import pytest
from _tables import read_yearbook
from conftest import SHARED, needs_shared
from openpyxl import Workbook
from study.files.series import Yearbook
from study.files.sheets import read_sheets
from study.helpers import InputError
from study.publishers.yearbook import read_drafts
from study.words.regions import province_names

ROOT = Path(__file__).parents[1]
REAL = SHARED / "real" / "nbs"
NAMES = province_names(ROOT / "resources" / "provinces.csv")

# what all look-alikes of one indicator say, in one form or another
GDP = {("beijing", 2021): 40269.6, ("beijing", 2020): 36102.6, ("shanxi", 2021): 22590.2, ("shanxi", 2020): 17835.6,
       ("shaanxi", 2021): 29801.0, ("shaanxi", 2020): None}  # fmt: skip

CLASSIC = """数据库：分省年度数据
指标：地区生产总值(亿元)
时间：2020-2021
地区,2021年,2020年
北京市,40269.6,36102.6
山西省,22590.2,17835.6
陕西省,29801.0,
注：1.本表按当年价格计算。
　　　2.2020年数据为第四次全国经济普查后的修订数据。
数据来源：国家统计局
"""
BODY = CLASSIC.split("时间：2020-2021\n")[1].split("注：")[0]
NEW_SITE = (
    "\ufeff数据库：分省年度数据 \n时间：2020年-2021年 \n"
    + "".join("\t,".join(line.split(",")) + "\t,\n" for line in BODY.splitlines())
    + "注：1. 注。\n数据来源：国家统计局\n"
)
RESAVED = "\n".join(line + "," * (2 - line.count(",")) for line in CLASSIC.splitlines())
ENGLISH = """Database：Annual by Province
Indicators：Gross Regional Product(100 million yuan)
Year：LATEST2
Region,2021,2020
Beijing,40269.6,36102.6
Shanxi,22590.2,17835.6
Shaanxi,29801.0,
"Note:Data are calculated at current prices, in yuan."
Data Sources：National Bureau of Statistics
"""
TRANSPOSED = """数据库：分省年度数据
指标：地区生产总值(亿元)
时间：
时间,北京市,山西省,陕西省
2021年,40269.6,22590.2,29801.0
2020年,36102.6,17835.6,
数据来源：国家统计局
"""
WIND = """指标名称,北京:地区生产总值,山西:地区生产总值,陕西:地区生产总值
频率,年,年,年
单位,亿元,亿元,亿元
指标ID,M0000001,M0000002,M0000003
时间区间,2020:2021,2020:2021,2020:2020
2020-12-31,36102.6,17835.6,
2021-12-31,40269.6,22590.2,29801.0
数据来源：Wind
"""
ENERGY = """4-3 分地区原煤消费量
4-3 Raw Coal Consumption by Region
单位：万吨,,,(10 000 tons)
地  区,Region,2020,2021
北  京,Beijing,36102.6,40269.6
山  西,Shanxi,17835.6,22590.2
陕  西,Shaanxi,,29801.0
"""


def drafts_of(path: Path):
    return read_drafts(path, read_sheets(path), NAMES)


def swapped(text: str, pairs: dict[str, str] | None = None, **more: str) -> str:
    for old, new in {**(pairs or {}), **more}.items():
        assert old in text
        text = text.replace(old, new)
    return text


def text_forms():
    """Name -> (bytes, form, title, unit) of files that say GDP."""
    crlf = CLASSIC.replace("\n", "\r\n")
    spaced = swapped(BODY, 北京市="北 京", 山西省="山　西", 陕西省="陕 西", 地区="地　区")
    dirty = swapped(spaced, {"40269.6": '"40,269.6 "', "22590.2": "２２５９０．２", "29801.0,": "29801.0,—"})
    commas = {".6": ",6", ".2": ",2", ".0": ",0"}
    noted = swapped(CLASSIC, {"注：1.": '"注：1.', "数据。\n": '数据。"\n'})
    garbled = ENGLISH.encode("gbk").replace("：".encode("gbk"), b"???")
    english = ("classic", "Gross Regional Product", "100millionyuan")
    classic = ("classic", "地区生产总值", "亿元")
    yield "gbk", (CLASSIC.encode("gbk"), *classic)
    yield "gbk crlf", (crlf.encode("gbk"), *classic)
    yield "gb18030", (CLASSIC.encode("gb18030"), *classic)
    yield "utf-8", (CLASSIC.encode(), *classic)
    yield "utf-8 bom crlf", (crlf.encode("utf-8-sig"), *classic)
    yield "utf-16", (CLASSIC.encode("utf-16"), *classic)
    yield "resaved, padded with commas", (RESAVED.encode("utf-8-sig"), *classic)
    yield "tabs", (CLASSIC.replace(",", "\t").encode("utf-16"), *classic)
    yield "semicolons, decimal commas", (swapped(CLASSIC.replace(",", ";"), commas).encode(), *classic)
    yield "quoted note over two lines", (noted.encode("gbk"), *classic)
    yield "2025-26 site", (NEW_SITE.encode(), "new site", "", "")
    marked = NEW_SITE.replace("29801.0\t,\t", "29801.0\t,..\t")
    yield "2025-26 site, missing marks", (marked.encode(), "new site", "", "")
    yield "English edition", (ENGLISH.encode("gbk"), *english)
    yield "English edition, garbled colons", (garbled, *english)
    yield "transposed", (TRANSPOSED.encode("gbk"), "transposed", "地区生产总值", "亿元")
    yield "stripped by hand", (BODY.encode("gbk"), "bare", "", "")
    yield "stripped by hand, dirty", (dirty.encode("gbk"), "bare", "", "")
    yield "stripped by hand, no corner", (BODY.replace("地区", "").encode(), "bare", "", "")
    yield "no year sign", (BODY.replace("年", "").encode(), "bare", "", "")
    yield "short names", (BODY.replace("市,", ",").replace("省,", ",").encode(), "bare", "", "")
    vendor = ("vendor", "地区生产总值", "亿元")
    yield "vendor", (WIND.encode("gbk"), *vendor)
    yield "vendor, years alone", (WIND.replace("-12-31", "").encode(), *vendor)
    slashes = swapped(WIND, {"-12-31": "/12/31", "北京:": "中国:北京:"})
    yield "vendor, slashes and the nation before", (slashes.encode(), *vendor)
    yield "vendor, province behind", (WIND.replace("北京:地区生产总值", "地区生产总值:北京").encode(), *vendor)
    yield "energy yearbook by region", (ENERGY.encode("gbk"), "energy by region", "分地区原煤消费量", "万吨")
    yield "regional sums between", (CLASSIC.replace("山西省", "华北,1,2\n山西省").encode(), *classic)
    yield "footnote mark at a name", (CLASSIC.replace("北京市", "北京市①").encode(), *classic)


FORMS = dict(text_forms())


@pytest.mark.parametrize("name", FORMS)
def test_every_text_form_says_the_same(tmp_path, name):
    data, form, title, unit = FORMS[name]
    path = tmp_path / "table.csv"
    path.write_bytes(data)
    table = read_yearbook(path, NAMES)
    assert (table.form, table.title, table.unit) == (form, title, unit)
    assert table.values == GDP
    assert table.years == [2020, 2021]


def workbook(path: Path, rows, merge=(), **other_sheets) -> Path:
    book = Workbook()
    for title, lines in {"数据": rows, **other_sheets}.items():
        sheet = book.active if title == "数据" else book.create_sheet()
        sheet.title = title
        for row in lines:
            sheet.append(row)
    for area in merge:
        book["数据"].merge_cells(area)
    book.save(path)
    return path


def rows_of(text: str) -> list[list]:
    def value(cell: str):
        return float(cell) if cell.replace(".", "").isdigit() else cell or None

    return [[value(cell) for cell in line.split(",")] for line in text.splitlines()]


def test_workbooks_say_the_same(tmp_path):
    path = workbook(tmp_path / "t.xlsx", rows_of(CLASSIC), 说明=[["本工作簿由统计局网站导出"]])
    table = read_yearbook(path, NAMES)
    assert (table.title, table.unit, table.values) == ("地区生产总值", "亿元", GDP)
    assert table.places["shanxi", 2021] == f"{path}, sheet 数据, row 6, column B"
    numeric = workbook(tmp_path / "n.xlsx", rows_of(BODY.replace("年", "")))
    assert read_yearbook(numeric, NAMES).values == GDP


def frame() -> pd.DataFrame:
    keys = sorted(GDP)
    return pd.DataFrame(
        {
            "省份": [p for p, _ in keys],
            "年份": [y for _, y in keys],
            "地区生产总值": [GDP[key] for key in keys],
            "备注": ["x"] * len(keys),
        }
    )


@pytest.mark.parametrize("suffix", ["csv", "xlsx", "parquet", "dta"])
def test_data_sets_hold_many_tables(tmp_path, suffix):
    path = tmp_path / f"panel.{suffix}"
    table = frame()
    if suffix == "csv":
        table.to_csv(path, index=False)
    elif suffix == "xlsx":
        table.to_excel(path, index=False)
    elif suffix == "parquet":
        table.to_parquet(path)
    else:
        # Stata's names are Latin before version 14 and its panels mostly are
        table.columns = ["province", "year", "gdp", "note"]
        table.to_stata(path, write_index=False, version=118)
    drafts = {draft.title: draft for draft in drafts_of(path)}
    assert drafts["gdp" if suffix == "dta" else "地区生产总值"].parse().values == GDP
    notes = drafts["note" if suffix == "dta" else "备注"].parse()
    assert notes.faults and all("expected a number" in fault for fault in notes.faults.values())


def read_all(path: Path) -> dict[str, Yearbook]:
    return {draft.title: draft.parse() for draft in drafts_of(path)}


def write(path: Path, text: str, encoding: str = "gbk") -> Path:
    path.parent.mkdir(exist_ok=True, parents=True)
    path.write_bytes(text.encode(encoding))
    return path


def test_a_single_provinces_page(tmp_path):
    page = (
        "数据库：分省年度数据\n地区：西藏自治区\n时间：最近3年\n指标,2022年,2021年,2020年\n"
        "地区生产总值(亿元),2132.6,2080.2,\n年末常住人口(万人),364,366,366\n数据来源：国家统计局\n"
    )
    tables = read_all(write(tmp_path / "x.csv", page))
    gdp, people = tables["地区生产总值"], tables["年末常住人口"]
    assert (gdp.form, gdp.unit, people.unit) == ("single province", "亿元", "万人")
    assert gdp.values == {("tibet", 2022): 2132.6, ("tibet", 2021): 2080.2, ("tibet", 2020): None}
    assert people.values["tibet", 2022] == 364


def test_a_national_page_with_an_empty_time_line(tmp_path):
    page = (
        "数据库：年度数据\n时间：\n指标,2024年,2023年\n人民币对美元汇率(美元=100)(元),712.17,704.67\n"
        "年底总人口(万人),140828,140967\n"
    )
    tables = read_all(write(tmp_path / "x.csv", page))
    assert tables["人民币对美元汇率(美元=100)"].unit == "元"
    assert tables["人民币对美元汇率(美元=100)"].values == {("china", 2024): 712.17, ("china", 2023): 704.67}
    assert tables["年底总人口"].form == "national"


ONE_YEAR = "数据库：分省年度数据\n时间：2022年\n"
BY_INDICATOR = "地区,地区生产总值(亿元),人口(万人)\n北 京,41610.9,2184\n天 津,16311.3,1363\n"
BILINGUAL = """2-1 各地区主要指标(2022年)
地区 Region,地区生产总值 GRP (亿元),人口 Population (万人)
北京 Beijing,41610.9,2184
天津 Tianjin,16311.3,1363
"""


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("x.csv", ONE_YEAR + "指标,北京市,天津市\n地区生产总值(亿元),41610.9,16311.3\n人口(万人),2184,1363\n"),
        ("x.csv", ONE_YEAR + BY_INDICATOR),
        ("gdp_2022.csv", BY_INDICATOR),
        ("x.csv", BILINGUAL),
    ],
)
def test_one_year_of_several_indicators(tmp_path, name, text):
    tables = read_all(write(tmp_path / name, text))
    assert tables["地区生产总值"].values == {("beijing", 2022): 41610.9, ("tianjin", 2022): 16311.3}
    assert tables["地区生产总值"].unit == "亿元"
    assert tables["人口"].values["tianjin", 2022] == 1363
    assert tables["人口"].unit == "万人"


def test_a_provincial_yearbook_years_down(tmp_path):
    text = (
        "18-1 按三次产业分的就业人员\nEmployed Persons by Three Strata of Industry\n,,,,单位：万人\n"
        "年份,就业人员,第一产业,第二产业,第三产业\nYear,Employed Persons,Primary,Secondary,Tertiary\n"
        '2020,"1,163.6",28.4,196.7,938.5\n2021,1158.0,27.0,192.0,939.0\n注：1.年末数。\n'
    )
    for path in (tmp_path / "北京.csv", tmp_path / "北京" / "18-1.csv", tmp_path / "Beijing 18-1.csv"):
        tables = read_all(write(path, text))
        assert tables["就业人员"].values == {("beijing", 2020): 1163.6, ("beijing", 2021): 1158.0}
        assert (tables["第三产业"].values["beijing", 2021], tables["第三产业"].unit) == (939.0, "万人")


def test_a_provincial_yearbook_with_merged_headers(tmp_path):
    path = workbook(
        tmp_path / "山西统计年鉴 4-1.xlsx",
        [
            ["4-1 就业人员和地区生产总值", None, None, None, None],
            ["年份", "就业人员(万人)", None, None, "地区生产总值"],
            ["Year", "合计", "第一产业", "第二产业", "GRP"],
            [None, "Total", "Primary", "Secondary", "(亿元)"],
            [2020, 1736, 411, 431, 17835.6],
            ["2021年", 1720, 400, 430, 22590.2],
        ],
        merge=["B2:D2"],
    )
    drafts = drafts_of(path)
    by_name = {name.removesuffix(" GRP"): draft.parse() for draft in drafts for name in draft.names()}
    assert by_name["就业人员"].values == {("shanxi", 2020): 1736, ("shanxi", 2021): 1720}
    assert by_name["第一产业就业人员"].values["shanxi", 2021] == 400
    assert by_name["就业人员第二产业"].unit == "万人"
    assert (by_name["地区生产总值"].values["shanxi", 2021], by_name["地区生产总值"].unit) == (22590.2, "亿元")


def test_a_provincial_yearbook_years_across_with_indented_parts(tmp_path):
    text = (
        "陕西省主要经济指标\n项目 Item,2020,2021\n地区生产总值(亿元) GRP (100 million yuan),26181.9,29801.0\n"
        "  #第一产业 Primary Industry,2267.5,2409.4\n　　第二产业 Secondary Industry,11362.6,13802.5\n"
        "年末常住人口(万人),3955,3954\n"
        "就业人员(万人),,\n  第一产业,640,620\n"
    )
    drafts = drafts_of(write(tmp_path / "x.csv", text))
    tables = {draft.parts: draft.parse() for draft in drafts}
    assert tables["地区生产总值",].values == {("shaanxi", 2020): 26181.9, ("shaanxi", 2021): 29801.0}
    assert tables["地区生产总值", "第一产业"].unit == "亿元"
    assert tables["地区生产总值", "第二产业"].values["shaanxi", 2021] == 13802.5
    assert tables["年末常住人口",].values["shaanxi", 2020] == 3955
    assert tables["就业人员", "第一产业"].values["shaanxi", 2021] == 620


def test_a_vendors_table_with_series_down(tmp_path):
    text = (
        "指标名称,频率,单位,指标ID,2020,2021\n北京:地区生产总值,年,亿元,M1,36102.6,40269.6\n"
        "北京:常住人口,年,万人,M2,2189,2189\n"
        "山西:地区生产总值,年,亿元,M3,17835.6,22590.2\n数据来源：EPS\n"
    )
    tables = read_all(write(tmp_path / "x.csv", text))
    assert tables["地区生产总值"].values["shanxi", 2021] == 22590.2
    assert (tables["常住人口"].unit, tables["常住人口"].values["beijing", 2020]) == ("万人", 2189)


def test_a_vendors_table_of_provinces_and_indicators(tmp_path):
    text = (
        "地区,指标,单位,2020,2021\n北京,地区生产总值,亿元,1,2\n北京,人口,万人,3,4\n天津,地区生产总值,亿元,5,6\n"
        "天津,人口,万人,7,8\n"
    )
    tables = read_all(write(tmp_path / "x.csv", text))
    assert tables["人口"].values["tianjin", 2021] == 8
    assert tables["地区生产总值"].unit == "亿元"


def test_a_data_set_with_names_and_values_in_columns(tmp_path):
    text = (
        "地区,年份,指标,数值,单位\n北京,2020,地区生产总值,36102.6,亿元\n北京,2020,人口,2189,万人\n"
        "山西,2020-12-31,人口,3490,万人\n"
    )
    tables = read_all(write(tmp_path / "x.csv", text))
    assert tables["人口"].values == {("beijing", 2020): 2189, ("shanxi", 2020): 3490}
    assert tables["地区生产总值"].unit == "亿元"


def test_two_parts_of_a_series_on_two_sheets_are_one(tmp_path):
    one = [["地区", 2020], ["北京", 1], ["天津", 2]]
    two = [["地区", 2021], ["北京", 3], ["天津", 4]]
    path = workbook(tmp_path / "x.xlsx", one, Sheet2=two)
    assert read_yearbook(path, NAMES).values == {
        ("beijing", 2020): 1, ("tianjin", 2020): 2, ("beijing", 2021): 3, ("tianjin", 2021): 4,
    }  # fmt: skip
    two[0][1] = 2020
    path = workbook(tmp_path / "y.xlsx", one, Sheet2=two)
    with pytest.raises(InputError, match=r"Sheet2, row 2, column B.*'3' here and '1' in .*数据, row 2, column B"):
        read_yearbook(path, NAMES)


@needs_shared
@pytest.mark.parametrize(
    ("file", "title", "unit", "years", "figures"),
    [
        ("gdp_biff8.xls", "地区生产总值", "亿元", (2015, 2019),
         {("beijing", 2019): 35371.28, ("tianjin", 2017): 18549.19, ("tibet", 2015): 1026.39}),
        ("secondary_value_added_resaved_utf8.csv", "第二产业增加值", "亿元", (2000, 2023), {("xinjiang", 2000): 525.0}),
        ("population_english.csv", "Resident Population (year-end)", "10000persons", (2000, 2019),
         {("beijing", 2018): 2154.0, ("xinjiang", 2000): 1849.0, ("beijing", 2019): None}),
    ],
)  # fmt: skip
def test_genuine_exports_unedited(file, title, unit, years, figures):
    table = read_yearbook(REAL / file, NAMES)
    assert (table.title, table.unit, len(table.provinces)) == (title, unit, 31)
    assert (table.years[0], table.years[-1]) == years
    assert len(table.values) == 31 * len(table.years)
    assert {cell: table.values[cell] for cell in figures} == figures
