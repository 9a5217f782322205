"""Reader of green patent counts: look-alikes of vendors' tables, and refusals."""

import csv
import logging
from pathlib import Path

import pytest
from study.checks.catalog_table import clean_table
from study.checks.raw_parts import read_raw
from study.files.catalog_entries import load_catalog
from study.files.sheets import read_sheets
from study.helpers import InputError, read_rows
from study.plan.sources import find_sources, source
from study.publishers.cities import find_city, load_cities
from study.publishers.every_form import reader_tables, theme_reader
from study.publishers.patent_headings import patent_columns
from study.publishers.patents import read_patents
from study.words.regions import province_names

ROOT = Path(__file__).parents[1]
NAMES = province_names(ROOT / "resources" / "provinces.csv")
CITIES = load_cities(ROOT / "resources" / "cities.csv")
CATALOG = load_catalog(ROOT / "resources" / "catalog.csv")
TABLES = reader_tables(*(ROOT / "resources" / f"{name}.csv" for name in ("provinces", "balance", "cities")))


def read(tmp_path, text, name="绿色专利.csv", encoding="utf-8-sig"):
    path = tmp_path / name
    path.write_bytes(text.encode(encoding))
    return read_patents(read_sheets(path), NAMES, CITIES)


def figures(table):
    return {f"{province} {year}": value for (province, year), value in table.values.items()}


LONG = """年份,省份,城市,IPC分类号,绿色专利申请量
2013,浙江省,杭州市,F03D,10
2013,浙江省,杭州市,B09B,5
2013,浙江省,宁波市,F03D,7
2013,北京市,北京市,F03D,20
2014,浙江省,杭州市,F03D,11
2014,浙江省,宁波市,B09B,8
2014,北京市,北京市,F03D,25
数据来源：某数据库
"""
SUMS = {"zhejiang 2013": 22, "zhejiang 2014": 19, "beijing 2013": 20, "beijing 2014": 25}

SPLIT = """省份,城市,年份,绿色发明专利申请数,绿色实用新型专利申请数,绿色专利申请总数,绿色发明专利授权数,\
绿色实用新型专利授权数
浙江,杭州,2013,9,6,15,3,4
浙江,宁波,2013,4,3,7,1,1
北京,北京,2013,12,8,20,5,5
浙江,杭州,2014,6,5,11,3,4
浙江,宁波,2014,4,4,8,1,1
北京,北京,2014,15,10,25,5,5
"""

WIDE = """各城市绿色专利申请量（件）
省份,城市,IPC主分类,2014年,2013年
浙江省,杭州市,F03D,11,10
,,B09B,,5
,宁波市,F03D,,7
,,B09B,8,
北京市,北京市,F03D,25,20
注：按申请日统计
"""

ENGLISH = """year,province,city,ipc,applications
2013,Zhejiang,Hangzhou,F03D,10
2013,Zhejiang,Hangzhou,B09B,5
2013,Zhejiang,Ningbo City,F03D,7
2013,Beijing,Beijing,F03D,20
2014,Zhejiang,Hangzhou,F03D,11
2014,Zhejiang,Ningbo,B09B,8
2014,Beijing,Beijing,F03D,25
"""

TOTALLED = """年份,省份,城市,IPC主分类,申请量
2013,浙江省,合计,合计,22
2013,浙江省,杭州市,小计,15
2013,浙江省,杭州市,F03D,10
2013,浙江省,杭州市,B09B,5
2013,浙江省,杭州市,其中：F03D9,4
2013,浙江省,宁波市,F03D,7
2013,北京市,全市,F03D,20
2013,国外,,F03D,900
2013,台湾省,台北市,F03D,90
2014,浙江省,全省,合计,19
2014,浙江省,杭州市,F03D,11
2014,浙江省,宁波市,B09B,8
2014,北京市,北京市,F03D,25
"""

CITY_ONLY = """城市,年份,绿色专利申请数
杭州市,2013,15
宁波市,2013,7
北京市,2013,20
杭州,2014,11
宁波,2014,8
北京,2014,25
"""

CNRDS = """统计年度,省份,城市,当年独立申请的绿色发明数量,当年独立申请的绿色实用新型数量,\
当年联合申请的绿色发明数量,当年联合申请的绿色实用新型数量,当年独立获得的绿色发明数量
2013,浙江,杭州,6,4,3,2,1
2013,浙江,宁波,4,2,1,0,1
2013,北京,北京,10,5,3,2,1
2014,浙江,杭州,5,3,2,1,1
2014,浙江,宁波,4,2,1,1,1
2014,北京,北京,12,6,4,3,1
"""

KIND_ROWS = """年份,省份,专利类型,统计口径,绿色专利数量
2013,浙江省,发明专利,申请,13
2013,浙江省,实用新型,申请,9
2013,浙江省,发明专利,授权,5
2013,北京市,合计,申请,20
2013,北京市,发明专利,申请,12
2013,北京市,实用新型,申请,8
2014,浙江省,发明专利,申请,10
2014,浙江省,实用新型,申请,9
2014,北京市,发明专利,申请,15
2014,北京市,实用新型,申请,10
"""

TWO_LINES = """绿色专利申请与授权
省份,城市,2013年,,2014年,
,,申请量,授权量,申请量,授权量
浙江省,杭州市,15,3,11,3
浙江省,宁波市,7,1,8,1
北京市,北京市,20,9,25,9
"""

MONTHS = """申请年份,申请月份,省份,城市,绿色专利申请数
2013,1,浙江省,杭州市,8
2013,2,浙江省,杭州市,7
2013,1,浙江省,宁波市,7
2013,1,北京市,北京市,20
2014,1,浙江省,杭州市,11
2014,1,浙江省,宁波市,8
2014,1,北京市,北京市,25
"""

CLASSES = """年份,地区,绿色分类,一级分类,申请量
2013,浙江省,替代能源生产类,合计,15
2013,浙江省,替代能源生产类,风能,10
2013,浙江省,替代能源生产类,太阳能,5
2013,浙江省,废弃物管理类,垃圾处理,7
2013,北京市,替代能源生产类,风能,20
2014,浙江省,替代能源生产类,风能,19
2014,北京市,替代能源生产类,风能,25
"""

DIRTY = """年 份,省　份,城 市,ＩＰＣ分类号,申请量（件）
2013年,浙 江,杭　州,F03D 1/00,"10 "
2013年,浙 江,杭　州,B09B 3/00,５
2013年,浙 江,宁 波*,F03D 1/00,7
2013年,北 京,北 京,F03D 1/00,20
2014年,浙 江,杭　州,F03D 1/00,11
2014年,浙 江,宁 波,B09B 3/00,8
2014年,北 京,北 京,F03D 1/00,25
"""

ALL_AND_GREEN = """省份,年份,专利申请数,绿色专利申请数,绿色专利占比,绿色专利授权数
浙江省,2013,900,22,2.4,7
浙江省,2014,900,19,2.1,7
北京市,2013,800,20,2.5,7
北京市,2014,800,25,3.1,7
"""

YEAR_IN_HEADING = """省份,城市,2013年申请量,2013年授权量,2014年申请量,2014年授权量
浙江省,杭州市,15,3,11,3
浙江省,宁波市,7,1,8,1
北京市,北京市,20,9,25,9
"""

DISTRICTS = """年份,省份,城市,区县,绿色专利申请量
2013,浙江省,杭州市,合计,15
2013,浙江省,杭州市,西湖区,9
2013,浙江省,杭州市,余杭区,6
2013,浙江省,宁波市,鄞州区,7
2013,北京市,市辖区,海淀区,20
2014,浙江省,杭州市,西湖区,11
2014,浙江省,宁波市,鄞州区,8
2014,北京市,市辖区,海淀区,25
"""

TABS = LONG.replace(",", "\t")
SEMICOLONS = LONG.replace(",", ";")

LOOK_ALIKES = {
    "long": LONG,
    "inventions and utility models": SPLIT,
    "years across, merged names": WIDE,
    "english": ENGLISH,
    "totals, of which, abroad": TOTALLED,
    "cities only": CITY_ONLY,
    "own and joint": CNRDS,
    "kind and stage in rows": KIND_ROWS,
    "two header lines": TWO_LINES,
    "months": MONTHS,
    "two levels of classes": CLASSES,
    "blanks and full-width forms": DIRTY,
    "all patents beside green ones": ALL_AND_GREEN,
    "year in the heading": YEAR_IN_HEADING,
    "districts": DISTRICTS,
    "tabs": TABS,
    "semicolons": SEMICOLONS,
}


@pytest.mark.parametrize("form", LOOK_ALIKES)
def test_look_alikes_give_the_same_sums(tmp_path, form):
    table = read(tmp_path, LOOK_ALIKES[form])
    assert figures(table) == SUMS
    assert (table.title, table.unit, table.years) == ("green_patents", "件", [2013, 2014])
    assert patent_columns(read_sheets(tmp_path / "绿色专利.csv")[0])


@pytest.mark.parametrize("encoding", ["gbk", "utf-8", "utf-16"])
def test_encodings(tmp_path, encoding):
    assert figures(read(tmp_path, SPLIT, encoding=encoding)) == SUMS


def frame(text):
    import pandas as pd

    table = pd.DataFrame(list(csv.DictReader(text.splitlines())))
    for name in ("年份", "绿色专利申请数", "year", "applications"):
        if name in table:
            table[name] = table[name].astype(float)
    return table


def test_data_sets(tmp_path):
    frame(CITY_ONLY).to_parquet(tmp_path / "绿色专利.parquet")
    frame(ENGLISH).to_stata(tmp_path / "green.dta", write_index=False, version=118)
    frame(LONG.rpartition("数据来源")[0]).to_excel(tmp_path / "green.xlsx", index=False)
    for path in tmp_path.iterdir():
        assert figures(read_patents(read_sheets(path), NAMES, CITIES)) == SUMS


def test_a_workbook_with_a_sheet_a_year_and_a_cover(tmp_path):
    import openpyxl

    book = openpyxl.Workbook()
    book.active.title = "说明"
    book.active["A1"] = "本数据库收录绿色专利"
    for year, figures_of_year in ((2013, (15, 7, 20)), (2014, (11, 8, 25))):
        sheet = book.create_sheet(str(year))
        sheet.append(["省份", "城市", "绿色专利申请量"])
        for province, city, n in zip(
            ["浙江省", None, "北京市"], ["杭州市", "宁波市", "北京市"], figures_of_year, strict=True
        ):
            sheet.append([province, city, n])
    book.save(tmp_path / "green.xlsx")
    assert figures(read_patents(read_sheets(tmp_path / "green.xlsx"), NAMES, CITIES)) == SUMS


def test_a_sheet_a_province(tmp_path):
    import openpyxl

    book = openpyxl.Workbook()
    book.active.title = "浙江"
    book.create_sheet("北京市")
    for sheet, values in zip(book, ((22, 19), (20, 25)), strict=True):
        sheet.append(["年份", "IPC分类号", "申请量"])
        for year, value in zip((2013, 2014), values, strict=True):
            sheet.append([year, "F03D", value])
    book.save(tmp_path / "green.xlsx")
    assert figures(read_patents(read_sheets(tmp_path / "green.xlsx"), NAMES, CITIES)) == SUMS


def test_a_country_row_stands_apart(tmp_path):
    table = read(tmp_path, "年份,省份,绿色专利申请量\n2013,全国,42\n2013,浙江省,22\n2013,北京市,20\n")
    assert figures(table) == {"china 2013": 42, "zhejiang 2013": 22, "beijing 2013": 20}


def test_a_province_missing_in_a_year_is_absent(tmp_path, caplog):
    table = read(tmp_path, LONG.replace("2014,北京市,北京市,F03D,25\n", ""))
    assert table.values["beijing", 2014] is None
    assert "not in the table" in table.places["beijing", 2014]


def test_a_city_missing_in_a_year_is_warned_of(tmp_path, caplog):
    caplog.set_level(logging.WARNING, "study")
    table = read(tmp_path, CITY_ONLY.replace("宁波,2014,8\n", ""))
    assert table.values["zhejiang", 2014] == 11
    assert "宁波市 2014" in caplog.text


def test_totals_that_differ_are_warned_of(tmp_path, caplog):
    caplog.set_level(logging.WARNING, "study")
    table = read(tmp_path, TOTALLED.replace("浙江省,合计,合计,22", "浙江省,合计,合计,30"))
    assert table.values["zhejiang", 2013] == 22
    assert "the printed total is 30, its parts by city add up to 22" in caplog.text


def test_parts_of_the_country_are_no_cities(tmp_path):
    table = read(tmp_path, "年份,省份,地区,绿色专利申请量\n2013,浙江省,东部,22\n2013,四川省,西部地区,20\n")
    assert figures(table) == {"zhejiang 2013": 22, "sichuan 2013": 20}


def test_nil_is_not_missing(tmp_path):
    table = read(tmp_path, "年份,省份,绿色专利申请量\n2013,西藏自治区,0\n2014,西藏自治区,\n")
    assert figures(table) == {"tibet 2013": 0, "tibet 2014": None}


def test_other_tables_are_no_patent_tables(tmp_path):
    for text in ("地区,2022年,2021年\n北京市,1,2\n", "年份,省份,gdp\n2013,北京市,5\n", "a,b\n1,2\n"):
        path = tmp_path / "t.csv"
        path.write_text(text, encoding="utf-8")
        assert patent_columns(read_sheets(path)[0]) is None


def test_cities_of_china():
    rows = list(csv.DictReader((ROOT / "resources" / "cities.csv").open(encoding="utf-8")))
    now = [row for row in rows if not row["note"]]
    municipalities = {"北京市", "天津市", "上海市", "重庆市"}
    assert len([row for row in now if row["city"] not in municipalities]) == 333
    assert len([row for row in now if row["city"].endswith("自治州")]) == 30
    assert len([row for row in now if row["city"].endswith("地区")]) == 7
    assert len([row for row in now if row["city"].endswith("盟")]) == 3
    assert len({row["city"] for row in rows}) == len(rows)
    assert {row["province"] for row in rows} == set(NAMES.values()) - {"china"}


@pytest.mark.parametrize(
    ("text", "province", "expected"),
    [
        ("吉林市", "", ("吉林市", "jilin")),
        ("吉林", "jilin", ("吉林市", "jilin")),
        ("吉林省", "", ("", "jilin")),
        ("河北", "", ("", "hebei")),
        ("海南州", "", ("海南藏族自治州", "qinghai")),
        ("海南", "qinghai", ("海南藏族自治州", "qinghai")),
        ("海南", "hainan", ("", "hainan")),
        ("Suzhou", "anhui", ("宿州市", "anhui")),
        ("Xi'an", "", ("西安市", "shaanxi")),
        ("Xian", "", ("西安市", "shaanxi")),
        ("恩施州", "", ("恩施土家族苗族自治州", "hubei")),
        ("襄樊", "", ("襄阳市", "hubei")),
        ("思茅市", "", ("普洱市", "yunnan")),
        ("莱芜", "", ("莱芜市", "shandong")),
        ("巢湖市", "anhui", ("巢湖市", "anhui")),
        ("神农架", "", ("神农架林区", "hubei")),
        ("石河子", "xinjiang", ("石河子市", "xinjiang")),
        ("重庆", "", ("重庆市", "chongqing")),
        ("Urumqi", "", ("乌鲁木齐市", "xinjiang")),
    ],
)
def test_names_of_cities(text, province, expected):
    assert find_city(text, province, CITIES, NAMES, "here") == expected


@pytest.mark.parametrize(
    "text", ["吉林", "海南", "Suzhou", "Yichun", "Fuzhou", "Taizhou", "Yulin", "Jilin", "Hainan", "大宛市", "杭洲市"]
)
def test_names_that_say_too_little(text):
    with pytest.raises(InputError, match=f"here: .*{text}"):
        find_city(text, "", CITIES, NAMES, "here")


MALFORMED = [
    (
        LONG,
        "2013,浙江省,杭州市,B09B,5",
        "2013,浙江省,杭州市,F03D,5",
        "row 3, column E: 杭州市 2013 F03D stands already",
    ),
    (LONG, "浙江省,宁波市,F03D,7", "浙江省,宁波市,F03D,x", "row 4, column E: found 'x'"),
    (LONG, "浙江省,宁波市,F03D,7", "浙江省,宁波市,F03D,-7", "row 4, column E: found '-7'"),
    (LONG, "2013,浙江省,宁波市", "13,浙江省,宁波市", "row 4, column A: found '13', expected a year"),
    (LONG, "2013,浙江省,宁波市", "2013,折江省,宁波市", "row 4, column B: unknown province '折江省'"),
    (LONG, "浙江省,宁波市", "浙江省,宁坡市", "row 4, column C: unknown city '宁坡市'"),
    (
        LONG,
        "2013,浙江省,宁波市",
        "2013,江苏省,宁波市",
        "row 4, column C: '宁波市' is in zhejiang, but its row says jiangsu",
    ),
    (LONG, "浙江省,宁波市,F03D,7", "浙江省,宁波市,F03,7", "row 2, column E: the class F03D lies inside F03 "),
    (LONG, "绿色专利申请量", "绿色专利授权量", "row 1, column E: the columns count granted patents only"),
    (LONG, "绿色专利申请量", "金额", "no table of green patents found"),
    (LONG, "年份", "序号", "row 1: no column of years"),
    (LONG, "省份,城市", "甲,乙", "unknown province ''"),
    (LONG, "绿色专利申请量", "绿色专利申请量(万件)", "万件"),
    (LONG, LONG.partition("\n")[2], "", "row 1: no rows of figures"),
    (LONG, "2014,北京市,北京市", "2014,,", "row 8, column B: the row names no province"),
    (LONG, "2014,北京市,北京市", ",北京市,北京市", "row 8, column A: found '', expected a year"),
    (SPLIT, "2013,9,6,15", "2013,9,6,51", "row 2, column F: the printed total is 51, its parts by kind add up to 15"),
    (
        SPLIT,
        "绿色实用新型专利申请数",
        "绿色发明专利申请数",
        "row 1, column E: what '绿色发明专利申请数' counts stands already in .* row 1, column D",
    ),
    (SPLIT, "宁波,2013", "杭州,2013", "row 3, column D: 杭州市 2013 stands already"),
    (SPLIT, "北京,北京,2013", "河北,北京,2013", "row 4, column B: '北京' is in beijing"),
    (WIDE, "2013年", "2014年", "row 2, column E: what '2014年' counts stands already"),
    (WIDE, "IPC主分类", "年份", "row 2, column D: the table has a column of years and years across"),
    (WIDE, "F03D,25,20", "F03D,25,二十", "row 7, column E: found '二十'"),
    (WIDE, "北京市,北京市", "北平市,北平市", "row 7, column A: unknown province '北平市'"),
    (ENGLISH, "Ningbo City", "Ningbu", "row 4, column C: unknown city 'Ningbu' .*ningbo"),
    (ENGLISH, "applications", "grants", "granted patents only"),
    (ENGLISH, "2014,Beijing", "20l4,Beijing", "row 8, column A: found '20l4'"),
    (CITY_ONLY, "宁波市,2013", "吉林,2013", "row 3, column A: '吉林' may be"),
    (CITY_ONLY, "宁波市,2013", "海南,2013", "row 3, column A: '海南' may be"),
    (CITY_ONLY, "宁波市,2013", "Yichun,2013", "row 3, column A: 'Yichun' may be"),
    (CITY_ONLY, "杭州,2014", "杭州市,2013", "row 5, column C: 杭州市 2013 stands already"),
    (CITY_ONLY, "宁波市,2013,7", "宁波市,2013,7①", "row 3, column C: found '7①'"),
    (CITY_ONLY, "宁波市,2013,7", "宁波市,,7.5.1", "row 3, column B: found '', expected a year"),
    (KIND_ROWS, "2013,浙江省,实用新型", "2013,浙江省,发明专利", "row 3, column E: zhejiang 2013 stands already"),
    (KIND_ROWS, "2013,浙江省,实用新型", "2013,浙江省,商标", "row 3, column C: found '商标'"),
    (KIND_ROWS, "实用新型,申请,9\n2013", "实用新型,受理,9\n2013", "row 3, column D: found '受理'"),
    (KIND_ROWS, "合计,申请,20", "合计,申请,200", "row 5, column E: the printed total is 200"),
    (
        YEAR_IN_HEADING,
        "2014年申请量",
        "2013年申请量",
        "row 1, column E: what '2013年申请量' counts stands already in .* row 1, column C",
    ),
    (TWO_LINES, "2014年", "2013年", "counts stands already in .* row 2, column C"),
    (MONTHS, "2013,2,浙江省", "2013,1,浙江省", "row 3, column E: 杭州市 2013 stands already"),
    (CLASSES, "太阳能", "风能", "row 4, column E: zhejiang 2013 替代能源生产类 stands already"),
    (DISTRICTS, "余杭区", "西湖区", "row 4, column E: 杭州市 2013 stands already"),
    (ALL_AND_GREEN, "绿色专利申请数", "绿色专利数授权", "row 1, column C: '专利申请数' does not count green patents"),
]


@pytest.mark.parametrize("k", range(len(MALFORMED)))
def test_malformed_tables_are_refused(tmp_path, k):
    text, old, new, expected = MALFORMED[k]
    assert old in text
    with pytest.raises(InputError, match=expected.replace("^", r"\^")) as error:
        table = read(tmp_path, text.replace(old, new, 1))
        raise InputError("\n".join([*table.faults.values(), *table.doubts.values()]))
    assert "绿色专利.csv" in str(error.value)


COUNTS = "北京市,2013,100\n北京市,2014,110\n河北省,2013,50\n河北省,2014,55\n"
CITY_COUNTS = "省份,城市,年份,绿色专利数量\n北京市,北京市,2013,100\n河北省,保定市,2013,50\n"
KEYS = "省份,年份"


def clean(tmp_path, text, name="green_patents.csv", **choices):
    (tmp_path / name).write_text(text, encoding="utf-8-sig")
    rows = clean_table(
        source([str(tmp_path / name)]), CATALOG["green_patents"], CATALOG, theme_reader("patents", TABLES),
        ["beijing", "hebei"], range(2013, 2015), "linear", None, suspects="warning", **choices,
    )  # fmt: skip
    return [value for *_, value, _ in rows]


@pytest.mark.parametrize(
    ("above", "message"),
    [
        ("绿色专利申请强度\n单位：件/万人\n", "titled '绿色专利申请强度', which reads as figures per head"),
        ("绿色专利申请\n单位：件/万人\n", "in 件/万人 by the lines above"),
        ("绿色专利申请（件/万人）\n", "reads as figures per head"),
        ("单位：百件\n", "in 百件 by the lines above"),
        ("各省人均绿色专利申请\n", "reads as figures per head"),
        ("绿色专利申请数的自然对数\n", "reads as logarithms"),
        ("（取对数）\n", "reads as logarithms"),
        ("Green patents (growth rate)\n", "and growth"),
    ],
)
@pytest.mark.parametrize("more", ["", ",GDP(亿元)"])
def test_lines_above_say_that_the_figures_are_no_counts(tmp_path, above, message, more):
    text = f"{KEYS},绿色专利申请数{more}\n" + COUNTS.replace("\n", ",900\n" if more else "\n")
    with pytest.raises(InputError, match=message):
        clean(tmp_path, above + text)


@pytest.mark.parametrize(
    "above",
    [
        "各城市绿色专利申请情况\n",
        "单位：件\n",
        "（单位：个）\n",
        "单位：件、项\n",
        "人均GDP与绿色专利申请数\n",
        "注：人均GDP另见\n",
        "Green patent applications by IPC class\n",
        "绿色专利申请与授权\n",
    ],
)
def test_lines_above_that_leave_the_counts_what_they_are(tmp_path, above):
    assert clean(tmp_path, f"{above}{KEYS},绿色专利申请数\n{COUNTS}") == [100, 110, 50, 55]


def test_a_units_line_is_not_of_the_column_that_says_its_own(tmp_path):
    text = f"单位：亿元\n{KEYS},绿色专利申请数(件),GDP\n" + COUNTS.replace("\n", ",900\n")
    assert clean(tmp_path, text) == [100, 110, 50, 55]


def test_grants_by_the_name_of_the_file_the_sheet_or_the_title(tmp_path, caplog):
    with pytest.raises(InputError, match="titled '绿色专利授权', which is of granted patents"):
        read(tmp_path, CITY_COUNTS, "绿色专利授权.csv")
    with pytest.raises(InputError, match="titled '各城市绿色专利获得', which is of granted patents"):
        read(tmp_path, "各城市绿色专利获得\n" + CITY_COUNTS, "绿色专利申请.csv")
    assert "applications or grants" not in caplog.text
    assert read(tmp_path, CITY_COUNTS).values["hebei", 2013] == 50
    assert "nothing says whether applications or grants are counted" in caplog.text


def book_of(path, sheets):
    import openpyxl

    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, text in sheets.items():
        sheet = book.create_sheet(name)
        for row in csv.reader(text.splitlines()):
            sheet.append([int(cell) if cell.isdigit() else cell for cell in row])
    book.save(path)
    return read_patents(read_sheets(path), NAMES, CITIES)


@pytest.mark.parametrize("other", ["授权", "绿色专利授权量", "人均申请", "绿色专利取对数"])
def test_a_sheet_of_another_measure_stops_no_sheet_of_applications(tmp_path, other, caplog):
    doubled = CITY_COUNTS.replace("100", "70")
    table = book_of(tmp_path / "绿色专利.xlsx", {"申请": CITY_COUNTS, other: doubled})
    assert figures(table) == {"beijing 2013": 100, "hebei 2013": 50}
    assert f"sheet {other}, row 1: " in caplog.text and "The sheet is left out." in caplog.text
    with pytest.raises(InputError, match=f"titled '{other}'"):
        book_of(tmp_path / "绿色专利.xlsx", {other: doubled, "说明": "无\n"})


@pytest.mark.parametrize(
    ("heading", "message"),
    [
        ("绿色专利公告量", "granted patents only"),
        ("绿色专利授权公告数", "granted patents only"),
        ("绿色专利公开量", "'公开量', which is not known"),
        ("绿色外观设计专利申请数", "designs alone are counted"),
    ],
)
def test_other_stages_and_designs_are_no_applications(tmp_path, heading, message):
    with pytest.raises(InputError, match=message):
        read(tmp_path, f"{KEYS},{heading}\n{COUNTS}", "x.csv")


@pytest.mark.parametrize("heading", ["外观设计申请", "专利申请数", "发明专利申请数"])
def test_patents_that_nothing_calls_green_are_none(tmp_path, heading):
    text = f"{KEYS},{heading}\n{COUNTS}"
    with pytest.raises(InputError, match=r"nothing says that these patents .* are green ones"):
        read(tmp_path, text, "x.csv")
    with pytest.raises(InputError, match=f"titled {heading}, a name that the catalog does not have"):
        clean(tmp_path, text, "x.csv")
    assert [draft.title for draft in theme_reader("patents", TABLES)(str(tmp_path / "x.csv"), "")] == [heading]


@pytest.mark.parametrize(
    "heading", ["绿色专利申请数(件)", "绿色专利申请量(件)", "绿色专利申请量（件）", "绿色专利申请数(项)"]
)
def test_a_unit_in_the_heading_makes_no_second_table(tmp_path, heading):
    assert clean(tmp_path, f"{KEYS},{heading}\n{COUNTS}") == [100, 110, 50, 55]
    panel = COUNTS.replace("\n", ",900\n")
    assert clean(tmp_path, f"{KEYS},{heading},GDP(亿元)\n{panel}") == [100, 110, 50, 55]
    drafts = theme_reader("patents", TABLES)(str(tmp_path / "green_patents.csv"), "")
    assert [draft.title for draft in drafts] == ["green_patents", "GDP"]


@pytest.mark.parametrize(
    "header",
    [
        f"{KEYS},绿色专利申请数(取对数),GDP(亿元)",
        f"{KEYS},省人均绿色专利申请数,GDP(亿元)",
        f"各省人均绿色专利申请\n{KEYS},绿色专利申请数,GDP(亿元)",
    ],
)
def test_a_refused_page_that_a_search_finds_stops_no_good_file(tmp_path, header, caplog):
    raw = tmp_path / "raw"
    raw.mkdir()
    rows = {row["key"]: row for row in read_rows(ROOT / "resources" / "catalog.csv")}
    (raw / "a.csv").write_text(f"{header}\n" + COUNTS.replace("\n", ",900\n"), encoding="utf-8")

    def read_found():
        found = find_sources(str(raw), {"green_patents": rows["green_patents"]}, {}, TABLES, tmp_path / "cache.json")
        return read_raw(found["green_patents"], CATALOG["green_patents"], theme_reader("patents", TABLES))

    with pytest.raises(InputError, match=r"a\.csv, row [12]"):
        read_found()
    (raw / "b.csv").write_text(f"{KEYS},绿色专利申请数\n{COUNTS}", encoding="utf-8")
    assert list(read_found().values.values()) == [100, 110, 50, 55]
    assert "a.csv, row" in caplog.text and "The file is left out." in caplog.text


def test_fractions_are_in_doubt_and_may_be_accepted(tmp_path):
    text = f"{KEYS},绿色专利申请数\n{COUNTS}".replace("55", "55.5")
    with pytest.raises(InputError, match=r"hebei 2014 is 55.5, .*\n.*cleaning.accept: .*hebei 2014"):
        clean(tmp_path, text)
    assert clean(tmp_path, text, accepted=["hebei 2014"]) == [100, 110, 50, 55.5]
    cities = "省份,城市,年份,绿色专利申请数\n"
    for place, value in (("北京市,北京市", 9), ("河北省,保定市", 1.5), ("河北省,唐山市", 2.5)):
        cities += "".join(f"{place},{year},{value}\n" for year in (2013, 2014))
    with pytest.raises(InputError, match=r"row 4, column D: found '1.5', expected a number of patents"):
        clean(tmp_path, cities)
    assert clean(tmp_path, cities, accepted=["hebei 2013", "hebei 2014"]) == [9, 9, 4, 4]


@pytest.mark.parametrize("form", ["X{}", "yr.{}", "{}年底", "{}-12-31", "{}", "{}年"])
@pytest.mark.parametrize("above", ["", "各城市绿色专利申请量\n"])
def test_years_across_in_any_form_beside_cities(tmp_path, form, above):
    header = f"省份,城市,{form.format(2013)},{form.format(2014)}\n"
    rows = "北京市,北京市,100,110\n河北省,保定市,50,55\n河北省,唐山市,5,6\n来源：国家知识产权局\n"
    assert clean(tmp_path, above + header + rows) == [100, 110, 55, 61]


def test_years_below_the_name_of_the_count(tmp_path):
    text = "省份,城市,绿色专利申请量,\n,,2013,2014\n北京市,北京市,2013,110\n河北省,保定市,50,55\n附注：按申请日\n"
    assert clean(tmp_path, text) == [2013, 110, 50, 55]


@pytest.mark.parametrize("text", LOOK_ALIKES.values(), ids=LOOK_ALIKES)
def test_any_cell_spoilt_is_read_or_refused(tmp_path, text):
    lines = [line.split(",") for line in text.splitlines()]
    for i, row in enumerate(lines):
        for j in range(len(row)):
            for spoilt in ("", "?", "合计", "2013", "绿色专利申请量"):
                changed = [list(cells) for cells in lines]
                changed[i][j] = spoilt
                try:
                    read(tmp_path, "\n".join(",".join(cells) for cells in changed))
                except InputError as error:
                    assert str(error)
