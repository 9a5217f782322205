"""Files that look like one thing and are another: read right, or refused."""

from pathlib import Path

import pandas as pd
import pytest
from openpyxl import Workbook
from study.checks.catalog_table import clean_table
from study.checks.suspects import report_suspects
from study.files.catalog_entries import load_catalog
from study.helpers import InputError, read_rows
from study.plan.config import check_names
from study.plan.sources import find_sources, source
from study.publishers.every_form import every_reader, reader_tables, theme_reader
from study.words.titles import plain_name

ROOT = Path(__file__).parents[1]
CATALOG = load_catalog(ROOT / "resources" / "catalog.csv")
TABLES = reader_tables(*(ROOT / "resources" / f"{name}.csv" for name in ("provinces", "balance", "cities")))
READ = every_reader(TABLES)


def write(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")
    return path


def clean(paths, key, provinces=("henan",), years=range(2013, 2015)):
    files = [str(path) for path in (paths if isinstance(paths, list) else [paths])]
    read = theme_reader(CATALOG[key].theme, TABLES)
    rows = clean_table(source(files), CATALOG[key], CATALOG, read, list(provinces), years, "linear", None)
    return {(row[0], row[1]): row[3] for row in rows}


def by_name(path):
    return {plain_name(name): draft for draft in READ(path) for name in draft.names()}


def refused(path, key, *parts, **choices):
    with pytest.raises(InputError) as error:
        clean(path, key, **choices)
    for part in parts:
        assert part in str(error.value)


@pytest.mark.parametrize("name", ["中国统计年鉴2021/C0309.csv", "统计年鉴2021 C0206.csv", "Yearbook 2021.csv"])
def test_the_year_of_the_edition_is_not_that_of_the_figures(tmp_path, name):
    text = "2-9 分地区地区生产总值\nGross Regional Product by Region\n(2020年)\n单位：亿元\n"
    text += "地区,地区生产总值(亿元)\n河南,54259.4\n北京,35943.3\n"
    assert clean(write(tmp_path / name, text), "gdp", years=range(2020, 2021)) == {("henan", 2020): 54259.4}
    bare = write(tmp_path / name.replace("2021", "2021a"), text.replace("(2020年)\n", ""))
    if "年鉴" in name or "Yearbook" in name:
        with pytest.raises(InputError, match="no year"):
            READ(bare)


def test_a_heading_that_names_the_yearbook_is_no_title_and_no_year(tmp_path):
    text = "2021年中国统计年鉴\n地区生产总值(亿元)\n(2020年)\n地区,地区生产总值(亿元)\n河南,54259.4\n"
    assert clean(write(tmp_path / "x.csv", text), "gdp", years=range(2020, 2021)) == {("henan", 2020): 54259.4}


def test_a_title_in_capitals_is_no_number(tmp_path):
    text = "GDP (100 million yuan)\n地区,2013,2014\n河南,32191,34938\n"
    assert "gdp" in by_name(write(tmp_path / "x.csv", text))
    numbered = write(tmp_path / "y.csv", text.replace("GDP", "C03-9 GDP"))
    assert "gdp" in by_name(numbered)


def test_without_a_unit_the_one_that_fits_is_taken_or_asked_for(tmp_path, caplog):
    dollars = write(tmp_path / "a.csv", "province,year,trade\nHenan,2013,5995000\nHenan,2014,6503000\n")
    refused(dollars, "trade", "a.csv", "no unit is printed", "sources: {trade: {file: ..., unit: ...}}")
    plain = write(tmp_path / "b.csv", "province,year,gdp\nHenan,2013,32191\nHenan,2014,34938\n")
    with caplog.at_level("WARNING", logger="study"):
        assert clean(plain, "gdp")["henan", 2014] == 34938
    assert "no unit printed, read as 亿元" in caplog.text


@pytest.mark.parametrize(
    ("column", "cell"),
    [("城市", "郑州"), ("city", "Zhengzhou"), ("产业", "第二产业"), ("行业", "采矿业"), ("季度", "1"), ("month", "12")],
)
def test_rows_that_are_parted_further_are_refused(tmp_path, column, cell):
    text = f"省份,{column},年份,地区生产总值(亿元)\n河南,{cell},2013,6200\n河南,{cell},2014,6800\n"
    refused(write(tmp_path / "x.csv", text), "gdp", "row 1, column B", f"parted by {column}")


def test_a_second_header_is_refused(tmp_path):
    down = (
        "河南主要指标\n指标,2013,2014\n地区生产总值(亿元),32191,34938\n指标,2018,2019\n年末常住人口(万人),9864,9901\n"
    )
    with pytest.raises(InputError, match="row 4: a second header"):
        READ(write(tmp_path / "河南.csv", down))
    across = "年份,地区生产总值\n2013,32191\n2014,34938\n年份,年末常住人口\n2013,9573\n2014,9645\n"
    with pytest.raises(InputError, match="row 4: a second header"):
        READ(write(tmp_path / "河南.csv", across))


@pytest.mark.parametrize(
    ("key", "title", "what"),
    [
        ("gdp", "人均地区生产总值(元)", "per head"),
        ("gdp", "地区生产总值(按不变价格计算)(亿元)", "constant prices"),
        ("gdp", "地区生产总值_累计值(亿元)", "part of a year"),
        ("population", "年末户籍人口(万人)", "registered"),
        ("population", "人口抽样调查样本人口数(人)", "sample survey"),
        ("employment", "城镇单位就业人员(万人)", "urban units"),
        ("raw_coal", "分地区原煤终端消费量(万吨)", "final consumption"),
    ],
)
def test_another_matter_under_the_tables_name_is_refused(tmp_path, key, title, what):
    text = f"数据库：分省年度数据\n指标：{title}\n时间：2013-2014\n地区,2014年,2013年\n河南省,34938,32191\n"
    refused(write(tmp_path / "x.csv", text), key, "x.csv", title.split("(")[0], what)


def test_registered_population_does_not_join_the_resident(tmp_path, caplog):
    head = "数据库：分省年度数据\n指标：{}(万人)\n时间：\n地区,{}年\n河南省,{}\n"
    one = write(tmp_path / "a.csv", head.format("常住人口", 2013, 9573))
    two = write(tmp_path / "b.csv", head.format("年末常住人口", 2014, 9645))
    with caplog.at_level("WARNING", logger="study"):
        assert clean([one, two], "population") == {("henan", 2013): 9573, ("henan", 2014): 9645}
    assert "titled 年末常住人口" in caplog.text
    assert "is it one series?" in caplog.text


def test_percentages_of_a_spreadsheet_are_refused(tmp_path):
    book = Workbook()
    sheet = book.active
    for row in [["指标：城镇人口比重(%)"], ["地区", "2013年", "2014年"], ["河南省", 0.438, 0.452]]:
        sheet.append(row)
    sheet["B3"].number_format = "0.0%"
    book.save(tmp_path / "x.xlsx")
    refused(tmp_path / "x.xlsx", "urbanisation", "row 3, column B", "'43.8%'", "without the sign")


def test_an_index_is_no_rate_of_growth(tmp_path):
    text = "地区,2013年,2014年\n河南,122.5,119.2\n北京,108.8,107.5\n天津,114.1,115.2\n"
    refused(write(tmp_path / "x.csv", text), "fixed_asset_investment_growth", "x.csv, row 2, column B", "122.5")


def test_thousands_points_are_not_decimals(tmp_path):
    path = write(tmp_path / "x.csv", "地区;2013年;2014年\n河南;32.191;34.938\n北京;21.134;22.926\n")
    refused(path, "gdp", "x.csv", "'32.191' may be a decimal or thousands")


def test_one_cell_does_not_answer_for_a_table(tmp_path):
    rows = "".join(f"{name},0.5,0.51\n" for name in ("河南", "北京", "天津", "河北"))
    path = write(tmp_path / "x.csv", f"指标：城镇人口比重(%)\n地区,2013年,2014年\n{rows}")
    provinces = ["henan", "beijing", "tianjin", "hebei"]
    refused(path, "urbanisation", "accept: {urbanisation: [all]}", provinces=provinces)
    report_suspects([], "urbanisation", "error", ["all"])


@pytest.mark.parametrize("year", ["2014年(初步核算)", "2014年（快报）", "2014-12-31"])
def test_marked_years_are_years(tmp_path, year):
    path = write(tmp_path / "x.csv", f"地区,{year},2013年\n河南,34938,32191\n")
    assert clean(path, "gdp") == {("henan", 2013): 32191, ("henan", 2014): 34938}


def test_a_year_that_cannot_be_read_is_not_left_out(tmp_path):
    path = write(tmp_path / "x.csv", "地区,2014年e,2013年\n河南,34938,32191\n")
    refused(path, "gdp", "row 1, column B: found '2014年e'", years=range(2013, 2014))


def test_a_panel_with_a_column_of_patents_has_its_other_columns(tmp_path):
    text = "province,year,gdp,population,invention_patents,green_patents\nHenan,2013,32191,9573,30,10\n"
    path = write(tmp_path / "p.csv", text + "Henan,2014,34938,9645,33,11\n")
    assert clean(path, "gdp")["henan", 2014] == 34938
    assert clean(path, "green_patents")["henan", 2014] == 11
    assert clean(path, "invention_patents")["henan", 2014] == 33


def test_headings_of_sections_are_no_part_of_titles(tmp_path):
    text = (
        "河南主要指标\n指标,2013,2014\n一、综合,,\n  地区生产总值(亿元),32191,34938\n"
        "  人均地区生产总值(元),34211,37072\n"
        "二、人口,,\n  年末常住人口(万人),9573,9645\n"
    )
    path = write(tmp_path / "x.csv", text)
    assert clean(path, "gdp") == {("henan", 2013): 32191, ("henan", 2014): 34938}
    assert clean(path, "population")["henan", 2014] == 9645


def test_an_index_beside_the_level_is_told_by_its_unit(tmp_path):
    text = (
        "河南\n年份,地区生产总值(亿元),第一产业(亿元),第一产业(上年=100),第二产业,第二产业\n"
        "2013,32191,4058,104.3,17806,110.0\n2014,34938,4160,104.1,17816,109.6\n"
    )
    drafts = READ(write(tmp_path / "河南.csv", text))
    assert clean(tmp_path / "河南.csv", "gdp")["henan", 2013] == 32191
    first = {draft.unit: draft.parse().values["henan", 2014] for draft in drafts if draft.title == "第一产业"}
    assert first == {"亿元": 4160, "上年=100": 104.1}
    second = next(draft for draft in drafts if draft.title == "第二产业")
    faults = second.parse().faults
    assert faults.keys() == {("henan", 2013), ("henan", 2014)}
    assert all("column F: a second column is called '第二产业'" in fault for fault in faults.values())


def test_sheets_without_titles_are_told_by_their_names(tmp_path):
    book = Workbook()
    for name, figures in (("GDP", (32191, 34938)), ("常住人口", (9573, 9645))):
        sheet = book.create_sheet(name)
        sheet.append(["地区", 2013, 2014])
        sheet.append(["河南", *figures])
    book.remove(book["Sheet"])
    book.save(tmp_path / "x.xlsx")
    assert clean(tmp_path / "x.xlsx", "population")["henan", 2013] == 9573


def test_notes_are_told_from_rows(tmp_path):
    text = "河南\n指标,2013,2014\n注册登记企业数(万个),10,11\n地区生产总值(亿元),32191,34938\n注：1.本表\n续\n"
    assert clean(write(tmp_path / "河南.csv", text), "gdp")["henan", 2013] == 32191
    rows = "province,year,gdp\nHenan,2013,1\nNote: revised\nHebei,2013,2\n"
    with pytest.raises(InputError, match="row 4: 'Hebei' stands below the notes"):
        READ(write(tmp_path / "y.csv", rows))


def test_a_folder_whose_name_holds_a_province_does_not_move_a_national_series(tmp_path):
    text = "数据库：年度数据\n时间：\n指标,2014年,2013年\n人民币对美元汇率(美元=100)(元),614.28,619.32\n"
    path = write(tmp_path / "广东研究" / "汇率.csv", text)
    assert clean(path, "exchange_rate") == pytest.approx({("china", 2013): 6.1932, ("china", 2014): 6.1428})


def test_a_column_of_numbers_before_the_names_is_passed_over(tmp_path):
    text = "序号,地区,2013年,2014年\n1,河南,32191,34938\n"
    assert READ(write(tmp_path / "x.csv", text))[0].parse().values == {("henan", 2013): 32191, ("henan", 2014): 34938}


@pytest.mark.parametrize("key", ["green_patents", "invention_patents"])
def test_counts_are_whole_numbers(tmp_path, key):
    title = CATALOG[key].title_zh
    text = "地区,2014年,2013年\n河南省,4.48,4.31\n"
    path = write(tmp_path / "x.csv", f"指标：{title}(件)\n{text}")
    refused(path, key, "henan 2013 is 4.31", "counts whole", "logarithms", f"cleaning.accept: {{{key}: [henan")
    whole = write(tmp_path / "y.csv", f"指标：{title}(件)\n{text}".replace("4.48", "448").replace("4.31", "431.0"))
    assert clean(whole, key)["henan", 2013] == 431


def test_series_that_the_study_does_not_use_stop_no_other(tmp_path, caplog):
    text = (
        "指标名称,北京:GDP,北京:用电量,北亰:GDP,北京:GDP\n频率,年,月,年,月\n单位,亿元,亿千瓦时,亿元,亿元\n"
        "2013-12-31,21134.6,75,1,999\n2014-06-30,,74,,998\n2014-12-31,22926,78,2,997\n数据来源：Wind\n"
    )
    path = write(tmp_path / "x.csv", text)
    with caplog.at_level("WARNING", logger="study"):
        assert clean(path, "gdp", ("beijing",)) == {("beijing", 2013): 21134.6, ("beijing", 2014): 22926}
    assert "column D: found '北亰:GDP'" in caplog.text
    with pytest.raises(InputError, match=r"row 2, column C: the frequency is '月'; export annual series"):
        clean(path, "electricity", ("beijing",))


def test_a_column_of_values_is_of_what_the_file_says(tmp_path):
    text = "province,year,value\nHenan,2013,32191\nHenan,2014,34938\n"
    assert clean(write(tmp_path / "gdp.csv", text), "gdp")["henan", 2013] == 32191
    titled = write(tmp_path / "x.csv", f"年末常住人口(万人)\n{text}".replace("32191", "9573").replace("34938", "9645"))
    assert clean(titled, "population")["henan", 2014] == 9645
    refused(titled, "gdp", "x.csv", "this is 年末常住人口, the table of population")


def test_the_labels_of_statas_variables_are_titles_with_units(tmp_path):
    table = pd.DataFrame(
        {"province": ["河南", "河南"], "year": [2013, 2014], "x1": [32191e4, 34938e4], "x2": [9573, 9645]}
    )
    labels = {"x1": "地区生产总值(万元)", "x2": "年末常住人口(万人)"}
    table.to_stata(tmp_path / "x.dta", write_index=False, version=118, variable_labels=labels)
    assert clean(tmp_path / "x.dta", "gdp")["henan", 2014] == pytest.approx(34938)
    assert clean(tmp_path / "x.dta", "population")["henan", 2013] == 9573


@pytest.mark.parametrize(
    ("config", "message"),
    [
        ({"sources": {"loan": {"file": "x.csv"}}, "cleaning": {}}, "sources: .* no table 'loan'; did you mean loans?"),
        ({"cleaning": {"accept": {"gpd": ["tianjin 2018"]}}}, "cleaning.accept: .* no table 'gpd'; did you mean gdp?"),
        ({"cleaning": {"accept": {"gdp": ["tianjn 2018"]}}}, "accept.gdp: no province 'tianjn'; did you mean tianjin?"),
    ],
)
def test_misspelt_names_of_tables_and_provinces_are_refused(config, message):
    with pytest.raises(InputError, match=message):
        check_names(config, CATALOG, set(TABLES.provinces.values()))
    check_names({"cleaning": {"accept": {"gdp": ["all"], "loans": ["henan 2013"]}}}, CATALOG, ["henan"])


def test_a_file_named_in_the_config_for_one_table_may_hold_others(tmp_path):
    write(tmp_path / "raw" / "panel.csv", "province,year,GRP,population\nHenan,2013,32191,9573\n")
    write(tmp_path / "raw" / "yearbook" / "loans.csv", "province,year,loans,area\nHenan,2013,23511,16.7\n")
    rows = {row["key"]: row for row in read_rows(ROOT / "resources" / "catalog.csv")}
    rows = {key: rows[key] for key in ("gdp", "population", "loans", "area")}
    choices = {"gdp": {"file": "panel.csv", "title": "GRP"}}
    found = find_sources(str(tmp_path / "raw"), rows, choices, TABLES, tmp_path / "cache" / "inputs.json")
    panel = str(tmp_path / "raw" / "panel.csv")
    assert {key: where["how"] for key, where in found.items()} == {
        "gdp": "config", "population": "title", "loans": "name", "area": "",
    }  # fmt: skip
    assert found["gdp"]["files"] == found["population"]["files"] == [panel]
    # a file under a table's own name is that table
    assert found["area"]["files"] == []


def test_rows_of_the_production_corps_are_left_out(tmp_path):
    text = "地区,2013年,2014年\n新疆,8443.8,9273.5\n新疆生产建设兵团,1499.9,1738.6\n"
    assert clean(write(tmp_path / "x.csv", text), "gdp", ["xinjiang"])["xinjiang", 2014] == 9273.5


@pytest.mark.parametrize(
    ("key", "text"),
    [
        ("employment", "浙江省农村就业人员\n单位：万人\n年份,就业人员,第一产业\n2013,4013,800\n2014,4020,790\n"),
        ("gdp", "浙江省不变价地区生产总值\n单位：亿元\n年份,地区生产总值,工业增加值\n2013,37334,1\n2014,40023,2\n"),
        ("value_added_primary", "浙江省增长速度\n年份,第一产业增加值,第二产业增加值\n2013,8.6,9\n2014,7.6,8\n"),
        ("population", "农村地区面板数据\n省份,年份,常住人口(万人),x\n浙江,2013,5498,1\n浙江,2014,5508,1\n"),
        ("employment", "省份,年份,类型,就业人员(万人)\n浙江,2013,城镇单位,1071\n浙江,2014,城镇单位,1100\n"),
        ("gdp", "指标：地区生产总值(亿元)\n省份,分类,2013年,2014年\n浙江,第一产业,1784,1777\n"),
        ("gdp", "各地区地区生产总值（1-2月）\n单位：亿元\n地区,2013年,2014年\n浙江,5100,5500\n"),
        ("gdp", "各地区地区生产总值（万元）\n单位：亿元\n地区,2013年,2014年\n浙江,37757,40173\n"),
        ("raw_coal", "地区,年份,原煤消费量,单位\n浙江,2013,14161,万吨标准煤\n浙江,2014,13824,万吨标准煤\n"),
        ("raw_coal", "分地区原煤消费量\n(万吨标准煤)\n地区,2013年,2014年\n浙江,14161,13824\n"),
        ("raw_coal", "地区,年份,原煤消费量 Raw Coal (10 000 tce)\n浙江,2013,14161\n浙江,2014,13824\n"),
        ("gdp", "指标：地区生产总值(亿元)\n省份,城市,2013年,2014年\n浙江,杭州,8344,9206\n"),
        ("gdp", "指标：地区生产总值(亿元)\n地区,2013年1月,2014年1月\n浙江,8344,9206\n"),
    ],
)
def test_what_a_page_or_a_column_says_of_all_figures_counts(tmp_path, key, text):
    with pytest.raises(InputError):
        clean(write(tmp_path / "浙江.csv", text), key, ("zhejiang",))


@pytest.mark.parametrize(
    ("key", "text", "value"),
    [
        ("raw_coal", "地区,年份,原煤消费量,单位\n浙江,2013,141610000,吨\n浙江,2014,138240000,吨\n", 14161),
        ("raw_coal", "分地区原煤消费量\n（吨）\n地区,2013年,2014年\n浙江,141610000,138240000\n", 14161),
        ("gdp", "各地区生产总值\n单位: 亿 元\n地区,2013年,2014年\n浙江,37757,40173\n", 37757),
        ("gdp", "各地区生产总值\n单位：亿元（当年价）\n地区,2013年,2014年\n浙江,37757,40173\n", 37757),
        ("gdp", "区域,年份,省份,GDP(亿元)\n华东,2013,浙江,37757\n华东,2014,浙江,40173\n", 37757),
        ("gdp", "地区,省份,2013年,2014年\n华东,浙江,37757,40173\n", 37757),
        (
            "gdp",
            "浙江省地区生产总值及指数\n年份,地区生产总值(亿元),指数(上年=100)\n2013,37757,108\n2014,40173,107\n",
            37757,
        ),
        (
            "pollution_control_investment",
            "各地区工业污染治理完成投资情况(2013年)\n地区,工业污染治理完成投资(万元)\n浙江,578000\n",
            57.8,
        ),
    ],
)
def test_units_and_regions_in_odd_places_are_read(tmp_path, key, text, value):
    years = range(2013, 2015 if "2014" in text else 2014)
    path = write(tmp_path / "x.csv", text)
    assert clean(path, key, ("zhejiang",), years=years)["zhejiang", 2013] == pytest.approx(value)


def test_a_column_beside_the_years_is_left_out(tmp_path):
    text = "指标：地区生产总值(亿元)\n地区,2013年,2014年,年均增长率(%),备注\n河南,32191,34938,8.5,快报\n"
    assert clean(write(tmp_path / "x.csv", text), "gdp") == {("henan", 2013): 32191, ("henan", 2014): 34938}
    refused(write(tmp_path / "y.csv", text.replace("2014年", "20l4年")), "gdp", "row 2, column C: found '20l4年'")


@pytest.mark.parametrize("label", ["平均", "全国平均", "标准差", "总和", "大连", "深圳市", "mean"])
def test_rows_that_are_no_province_below_a_table_are_left_out(tmp_path, label):
    text = f"地区,2013年,2014年\n河南,32191,34938\n{label},20000,21000\n"
    assert clean(write(tmp_path / "gdp.csv", f"指标：地区生产总值(亿元)\n{text}"), "gdp")["henan", 2014] == 34938


def test_a_part_is_one_of_its_own_provinces_row(tmp_path):
    rows = ["地区,指标,2013年,2014年", "北京,地区生产总值(亿元),19800,21330", "北京,#第一产业,160,159"]
    text = "\n".join([*rows, "天津,#第二产业,7276,7731\n"])
    found = {(draft.title, draft.unit): draft.parse().values for draft in READ(write(tmp_path / "t.csv", text))}
    assert found["地区生产总值第一产业", "亿元"]["beijing", 2013] == 160
    assert found["第二产业", ""] == {("tianjin", 2013): 7276, ("tianjin", 2014): 7731}
