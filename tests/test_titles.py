"""Printed names of figures, read whole: a name with something beside it is its table where that changes nothing."""

from pathlib import Path

import pytest
from study.checks.cleaning import convert_units
from study.checks.raw_parts import pick_indicator
from study.checks.units import convert
from study.files.catalog_entries import entry_names, load_catalog
from study.files.series import Draft
from study.helpers import InputError
from study.words.titles import halves, named_by, plain_name, read_title, split_title, split_unit

CATALOG = load_catalog(Path(__file__).parents[1] / "resources" / "catalog.csv")
NAMES = {
    key: entry_names(entry)
    for key, entry in CATALOG.items()
    if entry.theme not in ("robots", "census", "us_employment", "inventory")
}
EXACT = {plain_name(name) for names in NAMES.values() for name in names}
# What is done to a column and how it is then called, before and behind, in both languages.
DECORATED = {
    "logarithm": "ln{} ln_{} log{} log({}) ln({}) {}_ln {}ln {}_log {}(取对数) {}的对数 {}对数 取对数{} lg{} log|of|{}",
    "per head": "人均{} 每万人{} 每人{} {}_pc {}|per|capita {}_per_capita {}PerCapita {}(件/万人) {}密度 {}强度 单位{} "
    "{}_intensity",
    "growth": "{}增长率 {}增速 {}同比增长 {}_growth {}|growth|rate growth|of|{} {}_gr g_{} {}YoY {}增幅 {}变化率",
    "lag": "L.{} L1.{} L1_{} l_{} lag_{} {}_lag1 {}_lag {}滞后一期 滞后一期{} 滞后1期的{} lagged|{} F.{} {}_lead1 "
    "上期{} {}_t-1",
    "index": "{}指数 {}_index {}|index index|of|{} {}_idx 定基{}",
    "share": "{}占比 {}比重 {}占GDP比重 {}_share {}|share share|of|{} {}份额 {}_ratio",
    "standardised": "{}(标准化) 标准化{} std_{} {}_std z_{} {}_z zscore_{} {}归一化 standardised|{} {}_norm c_{}",
    "squared": "{}平方 {}的平方 {}_sq {}sq {}^2 {}² {}2 sqrt_{} squared|{} {}|squared {}二次项 {}_x",
    "differenced": "D.{} d_{} dln{} Δ{} {}_diff {}差分",
    "other": "ihs_{} {}_w {}缩尾 实际{} real|{} {}(不变价) {}_dummy {}排名 {}_hat {}预测值 平均{} average|{} {}累计 "
    "{}_cum 农村{} 新增{} {}_foo foo_{} x1_{} {}_v2",
}  # fmt: skip
DECORATIONS = [form.replace("|", " ") for forms in DECORATED.values() for form in forms.split()]


@pytest.mark.parametrize("key", NAMES)
def test_a_decorated_name_is_not_its_table(key):
    other = Draft("x.csv", "data set", ("another",), "")
    for name in NAMES[key]:
        drafts = [Draft("x.csv", "data set", split_unit(form.format(name))[:1], "") for form in DECORATIONS]
        # the index of GDP is a table of its own
        drafts = [draft for draft in drafts if plain_name(draft.title) not in EXACT]
        assert len(drafts) > len(DECORATIONS) - 5
        with pytest.raises(InputError, match="no indicator called"):
            pick_indicator("x.csv", [*drafts, other], CATALOG[key], "", False)
    for draft in drafts:
        assert named_by(draft.names(), NAMES) == []


HARMLESS = "年末{} {}(年末) {}合计 全社会{} 各地区{} 分省{} {}_total {}(当年价格) {}|by|region total|{} {}数据"


@pytest.mark.parametrize(
    "key", ["gdp", "population", "employment", "energy_total", "loans", "software_revenue", "area"]
)
def test_words_that_change_nothing_leave_a_name_what_it_is(key):
    for name in NAMES[key]:
        for form in HARMLESS.split():
            assert named_by([split_unit(form.replace("|", " ").format(name))[0]], NAMES) == [key]


STYLES = "{}_{u} {}/{u} {}，{u} {},{u} {}|{u} {}({u}) {}（{u}） {}[{u}] {}(单位:{u}) {}:{u} {}_({u})"
UNITS = [
    ("gdp", "亿元", 1), ("gdp", "百亿元", 100), ("gdp", "万元", 1e-4), ("gdp", "10^8 CNY", 1),
    ("gdp", "billion yuan", 10), ("population", "万人", 1), ("population", "人", 1e-4), ("population", "千人", 0.1),
    ("raw_coal", "万吨", 1), ("energy_total", "万吨标准煤", 1), ("energy_total", "10^4 tce", 1),
    ("trade", "亿美元", 1), ("trade", "千美元", 1e-5), ("natural_gas", "亿立方米", 1),
    ("electricity", "亿千瓦时", 1), ("urbanisation", "%", 0.01),
    ("green_patents", "件", 1), ("gdp_index", "上年=100", 1), ("area", "平方公里", 1e-4), ("loans", "万亿元", 1e4),
]  # fmt: skip


@pytest.mark.parametrize(("key", "unit", "factor"), UNITS)
@pytest.mark.parametrize("style", [*STYLES.split(), "{}\n{u}", "{}\n({u})"])
def test_a_unit_behind_any_mark_is_told_from_the_title(key, unit, factor, style):
    for name in NAMES[key]:
        title, printed = split_unit(style.replace("|", " ").format(name, u=unit))
        draft = pick_indicator("x.csv", [Draft("x.csv", "data set", (title,), printed)], CATALOG[key], "", False)
        assert convert(draft.unit, CATALOG[key], "x.csv").factor == pytest.approx(factor)


@pytest.mark.parametrize(
    ("key", "title"),
    [
        ("gdp", "GDP_美元"),
        ("gdp", "GDP/亿美元"),
        ("gdp", "GDP %"),
        ("gdp", "GDP (current US$)"),
        ("raw_coal", "原煤消费量_万吨标准煤"),
        ("energy_total", "能源消费总量/PJ"),
        ("population", "常住人口/亿元"),
        ("trade", "进出口总额_亿元"),
        ("electricity", "用电量_万吨标准煤"),
    ],
)
def test_a_unit_of_another_quantity_is_refused(key, title):
    name, unit = split_unit(title)
    draft = pick_indicator("x.csv", [Draft("x.csv", "data set", (name,), unit)], CATALOG[key], "", False)
    with pytest.raises(InputError, match="the header gives the unit"):
        convert(draft.unit, CATALOG[key], "x.csv")


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("地区生产总值(亿元)", ("地区生产总值", "亿元")),
        ("地区生产总值（亿元，当年价）", ("地区生产总值", "亿元")),
        ("地区生产总值(当年价，亿元)", ("地区生产总值", "亿元")),
        ("地区生产总值(当年价)(亿元)", ("地区生产总值(当年价)", "亿元")),
        ("地区生产总值(亿元，2000年价)", ("地区生产总值(亿元，2000年价)", "")),
        ("专利(取对数)", ("专利(取对数)", "")),
        ("地区生产总值(宏量)", ("地区生产总值(宏量)", "")),
        ("年末常住人口（0-14岁）", ("年末常住人口（0-14岁）", "")),
        ("进出口总额（出口）", ("进出口总额（出口）", "")),
        ("原煤消费量 Raw Coal (10 000 tce)", ("原煤消费量", "10000tce")),
        ("电力消费量(亿千瓦小时) Electricity Consumption (100 million kW.h)", ("电力消费量", "亿千瓦小时")),
        ("地区生产总值(亿元)\nGross Regional Product\n(100 million yuan)", ("地区生产总值", "亿元")),
        ("地区生产总值(亿元) GRP (10 000 yuan)", ("地区生产总值", "亿元; 10000yuan")),
        ("人民币对美元汇率(美元=100)(元)", ("人民币对美元汇率(美元=100)", "元")),
        ("固定资产投资(不含农户)增速(%)", ("固定资产投资(不含农户)增速", "%")),
        ("GRP (100 million yuan)", ("GRP", "100millionyuan")),
        ("指数(上年=100)", ("指数", "上年=100")),
        ("能源 (万吨标准煤)", ("能源", "万吨标准煤")),
    ],
)
def test_the_last_brackets_are_a_unit_or_belong_to_the_title(text, parts):
    assert split_unit(text) == parts


def test_a_unit_in_the_name_and_another_in_brackets_contradict():
    draft = Draft("x.csv", "data set", ("GDP_亿元",), "万元")
    with pytest.raises(InputError, match="GDP_亿元 says the unit '亿元', and '万元' is printed"):
        pick_indicator("x.csv", [draft], CATALOG["gdp"], "", False)


@pytest.mark.parametrize(
    ("title", "is_it"),
    [
        ("资本形成总额:固定资本形成总额", True),
        ("支出法地区生产总值:资本形成总额:固定资本形成总额", True),
        ("固定资本形成总额:固定资本形成总额", True),
        ("国民经济核算：固定资本形成总额", True),
        ("城镇:固定资本形成总额", False),
        ("第二产业:固定资本形成总额", False),
        ("某开发区:固定资本形成总额", False),
        ("固定资本形成总额:同比", False),
        ("固定资本形成总额:建筑安装工程", False),
    ],
)
def test_levels_are_read_by_the_last_one(title, is_it):
    assert read_title(title, NAMES["gross_fixed_capital_formation"]).is_it is is_it


@pytest.mark.parametrize(
    ("title", "unit"),
    [
        ("1美元兑人民币（元）", "元/美元"), ("每美元兑人民币(元)", "元/美元"), ("100美元兑人民币（元）", "元/100美元"),
        ("人民币对美元汇率(美元=100)(元)", "美元=100"), ("美元兑人民币(元)", ""), ("人民币对美元汇率(元)", ""),
    ],
)  # fmt: skip
def test_how_many_dollars_the_yuan_are_for(title, unit):
    draft = Draft("x.csv", "national", split_unit(title)[:1], split_unit(title)[1])
    assert pick_indicator("x.csv", [draft], CATALOG["exchange_rate"], "", False).unit == unit


@pytest.mark.parametrize(
    ("cell", "chinese"),
    [
        ("第一产业 Primary Industry", "第一产业"),
        ("地区生产总值指数 Indices of Gross Regional Product", "地区生产总值指数"),
        ("人口Population", "人口"),
        ("北京 Beijing", "北京"),
        *(
            (text, text)
            for text in ("人均GDP", "专利 growth", "专利_ln", "原煤消费量 t", "用电量_GWh", "年末population")
        ),
    ],
)
def test_english_beside_chinese_is_a_translation_or_says_something_of_its_own(cell, chinese):
    assert halves(cell)[0] == chinese


def test_a_reading_says_what_was_done():
    assert read_title("人均GDP", NAMES["gdp"]).describe() == "reads as figures per head, area or unit"
    assert read_title("ln_GDP_foo", NAMES["gdp"]).describe() == "reads as logarithms and has 'foo', which is not known"
    assert read_title("人口", NAMES["gdp"]) is None


@pytest.mark.parametrize(("figure", "expected"), [("6.2", 6.2), ("620", 6.2)])
def test_yuan_for_an_unsaid_number_of_dollars_are_told_by_their_size(figure, expected):
    draft = Draft("x.csv", "national", ("美元兑人民币",), "元", {("china", 2013): (figure, "x.csv, row 2")})
    entry = CATALOG["exchange_rate"]
    table = pick_indicator("x.csv", [draft], entry, "", False).parse()
    assert convert_units(table, entry) == {("china", 2013): pytest.approx(expected)}
    doubtful = Draft("x.csv", "national", ("美元兑人民币",), "元", {("china", 2013): ("62", "x.csv, row 2")})
    with pytest.raises(InputError, match="no unit is printed, and by their size"):
        convert_units(pick_indicator("x.csv", [doubtful], entry, "", False).parse(), entry)


@pytest.mark.parametrize(
    ("key", "title", "is_it"),
    [
        ("trade", "进出口总额 Total Value of Imports and Exports", True),
        ("trade", "进出口总额 Exports", False),
        ("employment", "就业人员 Employed Persons", True),
        ("employment", "就业人员 Manufacturing", False),
        ("electricity", "用电量 Electricity Consumption by Region", True),
        ("electricity", "用电量 Residential", False),
        ("energy_total", "能源消费总量 Total Energy Consumption", True),
        ("energy_total", "能源消费总量 Coal", False),
        ("gdp", "地区生产总值 GRP", True),
        ("gdp", "地区生产总值 Deflator", False),
        ("gdp", "地区生产总值(GDP)", True),
        ("gdp", "地区生产总值（1-2月）", False),
        ("gdp", "地区生产总值(收入法)", True),
        ("gdp", "地区生产总值①", True),
        ("gdp", "一、地区生产总值", True),
        ("gdp", "2013年地区生产总值", True),
        ("budget_expenditure", "地方财政一般公共预算支出（教育）", False),
        ("population", "年末常住人口（0-14岁）", False),
        ("raw_coal", "原煤消费量 Raw Coal Consumption (10 000 tons)", True),
        ("urbanisation", "城镇化率(%) Urbanization Rate (%)", True),
    ],
)
def test_what_stands_beside_a_name_is_its_translation_or_another_thing(key, title, is_it):
    draft = Draft(
        "x.csv", "data set", split_title(title)[:1], split_title(title).unit, english=split_title(title).english
    )
    other = Draft("x.csv", "data set", ("another",), "")
    assert (named_by(draft.names(), NAMES) == [key]) is is_it
    if is_it:
        assert pick_indicator("x.csv", [draft, other], CATALOG[key], "", False).title == draft.title
    # what the config names as printed is meant
    assert pick_indicator("x.csv", [draft, other], CATALOG[key], title, False).title == draft.title
