"""Malformed inputs, single figures and units: text in numbers, figures that cannot be, units that are not theirs."""

from _malformed import Case, Table, table


def growth(good: Table) -> Table:
    """An index as its growth in %: 7.5 for 107.5."""
    for row in good.body:
        good.rows[row][1:] = [f"{float(cell) - 100:.1f}" if cell else "" for cell in good.rows[row][1:]]
    return good


def titled(good: Table, title: str) -> Table:
    """The export of the newer site with the older one's line of the title."""
    good.rows.insert(1, [f"指标：{title}"])
    return good


def chained(good: Table) -> Table:
    """An index on the previous year as one on a fixed base, under the same header."""
    for row in good.body:
        level, figures = 100.0, []
        for cell in reversed(good.rows[row][1:]):
            level *= float(cell or 100) / 100
            figures.append(f"{level:.1f}")
        good.rows[row][1:] = figures[::-1]
    return good


def cell(text):
    """A change of the figure of 河北 in 2015."""
    return lambda good: good.put("河北", 2015, text)


A_NUMBER = "expected a number or an empty cell"
# what stands in a cell of GDP instead of 29973.25
TEXTS = [
    *("n.d.", "abc", "1O45.2", "l045.2", "2997З.25", "29 973.25", "29973.25*", "29973.25①", "29973.25²", "(29973.25)"),
    *("29973.25亿", "29973.25%", "￥29973.25", "$29973.25", "约29973", "<29973", ">29973", "29973.25 r", "29973?"),
    *("29973.2.5", "29973..25", "299,73.25", "29973,25", "29.973,25", "2,99,73.25", ",29973", "29973,", "--29973"),
    *("29973-", "+-29973", "- 29973", "1.2E", "1e999", "1e5.5", "e5", "inf", "-inf", "nan", "NaN", "0x7515", "1_000"),
    *("2015-06-30", "29973/25", "1;2", "29973\n27633", "29973.25\t27633.34", "٢٩٩٧٣", "二万九千", "½", "Ⅳ", "IV"),
    *("TRUE", "=B5*2", "+B5", "@SUM(B5)", "#REF!", "#DIV/0!", "#N/A", "#VALUE!", "########", "'29973.25"),
    *("***", "×", "x", "保密", "暂无数据", "同上", '"', "<br>", "&nbsp;", "[1]", "29973.25[1]", "29973.25(注)", "."),
]
SUSPECT = "suspect figures? of"
POSITIVE = "have to be above zero"
# a figure of GDP in one cell -> what is said of it
FIGURES = [
    ("ten times too large", lambda v: 10 * v, "10 times its neighbours .decimal point or unit"),
    ("a tenth", lambda v: v / 10, "a 10th of its neighbours"),
    ("a hundredth", lambda v: v / 100, "a 100th of its neighbours"),
    ("the point lost", lambda v: 100 * v, "about 100 times its neighbours"),
    ("in 10^4 CNY", lambda v: 1e4 * v, "10000 times its neighbours"),
    ("more than doubled", lambda v: 2.3 * v, r"2\.\d+ times 2014, plausible are"),
    ("the first figure lost", lambda v: v % 10000, "times 2014, plausible are"),
    ("negative", lambda v: -v, POSITIVE),
    ("zero", "0", POSITIVE),
    ("nil of the wrong sign", "-0.01", POSITIVE),
    ("a power by mistake", "2.9973E+25", "no statistic has a figure of that size"),
    ("the year", "2015", "0.0729 times 2014, plausible are 17270.8 to 44213.3"),
]
# a figure of another table -> what is said of it; province and year of the cell are 河北 2015
OTHER_FIGURES = [
    ("gdp_index", "growth for an index", "7.5", "hebei 2015 is 7.5, plausible are 80 to 145"),
    ("gdp_index", "a ratio for an index", "1.075", "about a 100th of its neighbours"),
    ("gdp_index", "a base of 1978 in one cell", "4321.5", "is 4321.5, plausible are 80 to 145"),
    ("gdp_index", "a negative index", "-7.5", POSITIVE),
    ("population", "nobody", "0", POSITIVE),
    ("population", "ten times the people", lambda v: 10 * v, "about 10 times its neighbours"),
    ("population", "half of the people", lambda v: v / 2, "times 2014, plausible are"),
    ("raw_coal", "negative coal", "-20", "have to be zero or more"),
    ("raw_coal", "no coal between two years", "0", "nil between two figures .missing, not nil"),
    ("raw_coal", "coal in t", lambda v: 1e4 * v, "10000 times its neighbours"),
    ("electricity", "electricity ten times", lambda v: 10 * v, "10 times its neighbours"),
    ("trade", "trade in USD", lambda v: 1e3 * v, "neighbours"),
    ("trade", "no trade", "0", POSITIVE),
    ("loans", "loans ten times", lambda v: 10 * v, "10 times its neighbours"),
    ("loans", "negative loans", lambda v: -v, POSITIVE),
    ("urbanisation", "a share above 1", "155", "a share above 1"),
    ("urbanisation", "a share of one for a percentage", "0.55", "printed 0.55., about a 100th of its neighbours"),
    ("green_patents", "patents below nil", "-3", "have to be zero or more"),
    ("green_patents", "patents times ten", lambda v: 10 * v, "10 times its neighbours"),
    ("investment_price_index", "inflation for a price index", "2.1", "is 2.1, plausible are 80 to 140"),
    ("fixed_asset_investment_growth", "an index for growth", "1107.5", "is 1107.5, plausible are"),
]
# whole tables in another unit than they say
UNITS = [
    (
        "gdp",
        "亿元 above figures in 万元",
        lambda t: t.scale(1e4),
        "figures are outside 5 to 300000 10.8 CNY.* is the unit right",
    ),
    ("gdp", "亿元 above figures in 元", lambda t: t.scale(1e8), "is the unit right"),
    (
        "gdp",
        "万元 above figures in 亿元",
        lambda t: t.replace("(亿元)", "(万元)"),
        "'万元', the figures look like 亿元",
    ),
    (
        "gdp",
        "half of the rows in 万元",
        lambda t: t.scale(1e4, slice(0, 16)),
        "160 of 300 figures are outside 5 to 300000 .* is the unit right",
    ),
    (
        "gdp",
        "half of the years in 万元",
        lambda t: t.scale(1e4, columns=lambda y: y > 2015),
        "30 of 30 provinces are about 10000 times their figures of 2015 .* are the columns in two units",
    ),
    (
        "gdp",
        "US dollars",
        lambda t: t.replace("(亿元)", "(亿美元)"),
        "'亿美元', a unit of .*resources/catalog.csv takes 亿元",
    ),
    (
        "gdp",
        "tonnes",
        lambda t: t.replace("(亿元)", "(万吨)"),
        "'万吨', a unit of mass.*resources/catalog.csv takes 亿元",
    ),
    (
        "gdp",
        "a unit that is none",
        lambda t: t.replace("(亿元)", "(亿)"),
        "has '亿', which is not known",
    ),
    (
        "gdp",
        "an index for GDP",
        lambda t: t.replace("(亿元)", "(上年=100)"),
        "an index .上年=100., not a figure in a unit",
    ),
    ("population", "no unit above figures in persons", lambda t: t.scale(1e4), "looks like persons: .*unit: 人}"),
    (
        "population",
        "人 above figures in 万人",
        lambda t: titled(t, "年末常住人口(人)"),
        "'人', the figures look like 万人",
    ),
    (
        "population",
        "万人 above figures in persons",
        lambda t: titled(t, "年末常住人口(万人)").scale(1e4),
        "outside 150 to 15000",
    ),
    ("population", "persons of a sample", lambda t: titled(t, "人口抽样调查样本数(人)").scale(10), "sample survey"),
    (
        "population",
        "a sample's title in 万人",
        lambda t: titled(t, "人口抽样调查人口数(万人)"),
        "a sample survey's count",
    ),
    ("population", "households", lambda t: titled(t, "年末常住人口(万户)"), "'万户'"),
    (
        "population",
        "millions of persons",
        lambda t: titled(t, "年末常住人口(百万人)"),
        "'百万人', the figures look like 万人",
    ),
    ("trade", "亿美元 above figures in 千美元", lambda t: t.replace("(千美元)", "(亿美元)"), "is the unit right"),
    (
        "trade",
        "万美元 above figures in 千美元",
        lambda t: t.replace("(千美元)", "(万美元)"),
        "plausible are 0.02 to 40000",
    ),
    ("trade", "yuan for dollars", lambda t: t.replace("(千美元)", "(亿元)"), "'亿元', a unit of"),
    ("gdp_index", "growth for indices", growth, "have to be above zero"),
    ("gdp_index", "ratios for indices", lambda t: t.scale(0.01), "outside 80 to 145"),
    ("gdp_index", "another base than the header says", chained, "300 of 300 figures are outside 80 to 145"),
    (
        "gdp_index",
        "a base year whose figure is not the base",
        lambda t: t.replace("上年=100", "2005=100"),
        "the header says 2005=100, but beijing 2005 is",
    ),
    ("gdp_index", "percent for an index", lambda t: t.replace("(上年=100)", "(%)"), "'%'"),
    ("urbanisation", "shares of one under %", lambda t: t.scale(0.01), "299 of 299 figures are outside 0.08 to 1"),
    ("urbanisation", "percentages times 100", lambda t: t.scale(100), "figures are outside 0 to 1.* is the unit right"),
    (
        "urbanisation",
        "percentages without a unit, times 100",
        lambda t: t.replace("(%)", "").scale(100),
        "figures are outside 0 to 1.* is the unit right",
    ),
    ("urbanisation", "per mille in the header", lambda t: t.replace("(%)", "(‰)"), "‰"),
    ("raw_coal", "tce for t", lambda t: t.replace("万吨", "万吨标准煤"), "'万吨标准煤', a unit of"),
    (
        "raw_coal",
        "10^8 t above figures in 10^4 t",
        lambda t: t.replace("万吨", "亿吨").replace("(10 000 tons)", ""),
        "'亿吨', the figures look like 万吨",
    ),
    (
        "raw_coal",
        "final consumption",
        lambda t: t.replace("分地区原煤消费量", "分地区原煤终端消费量"),
        "final consumption, without what power plants",
    ),
    (
        "electricity",
        "10^4 kWh above figures in 10^8 kWh",
        lambda t: t.replace("亿千瓦小时", "万千瓦小时").replace("(100 million kWh)", ""),
        "'万千瓦小时', the figures look like 亿千瓦小时",
    ),
    (
        "electricity",
        "tonnes of power",
        lambda t: t.replace("亿千瓦小时", "万吨").replace("(100 million kWh)", ""),
        "'万吨', a unit of mass",
    ),
    ("area", "km2 under 万平方公里", lambda t: t.scale(1e4), "outside 0.5 to 170"),
    ("area", "hectares in the header", lambda t: t.replace("万平方公里", "公顷"), "'公顷'"),
    ("exchange_rate", "yuan a dollar under 100 dollars", lambda t: t.scale(0.01), "outside 4 to 10"),
    ("exchange_rate", "yen", lambda t: t.replace("(元)", "(日元)"), "'日元'"),
    (
        "loans",
        "万元 above figures in 亿元",
        lambda t: t.replace("(亿元)", "(万元)"),
        "'万元', the figures look like 亿元",
    ),
    ("green_patents", "persons for patents", lambda t: t.replace("(件)", "(人)"), "'人'"),
]
# tables under another's name
TITLES = [
    ("population", "gdp", "this is 地区生产总值, the table of gdp; population is 年末常住人口"),
    ("raw_coal", "coke", "this is 分地区焦炭消费量, the table of coke; raw_coal is"),
    ("value_added_primary", "value_added_secondary", "the table of value_added_secondary"),
    ("budget_expenditure", "loans", "the table of loans"),
    ("gdp", "exchange_rate", "the table of exchange_rate"),
    ("gdp", "raw_coal", "the table of raw_coal"),
    ("robots_china", "gdp", "row 1: no table of robots; it begins '数据库：分省年度数据'"),
    ("employment_2004", "gdp", "neither the columns nor the title .* says the industry; name the sheet"),
    ("us_employment_1990", "gdp", "no header row found; expected SIC,Industry,Employment"),
    ("gdp", "robots_china", "row 1, column C: the rows are parted by industry"),
    ("gdp", "employment_2004", "no header row found; the file begins '按行业大类和地区分的就业人员"),
    ("green_patents", "invention_patents", "the table of invention_patents"),
]


CELLS = [
    *(Case(f"text {text!r}", "gdp", cell(text), A_NUMBER, ("河北", 2015)) for text in TEXTS),
    *(Case(f"figure: {name}", "gdp", cell(to), says, ("河北", 2015)) for name, to, says in FIGURES),
    *(Case(f"{key}: {name}", key, cell(to), says, ("河北", 2015)) for key, name, to, says in OTHER_FIGURES),
    Case(
        "electricity: a figure a fifth too large",
        "electricity",
        cell(lambda v: 1.2 * v),
        "the provinces of 2015 add up to 60403.8, the national row says 59731",
        ("全国", 2015),
    ),
    *(Case(f"unit of {key}: {name}", key, change, says) for key, name, change, says in UNITS),
    *(
        Case(f"{other} under the name of {key}", key, lambda _, other=other: table(other), says)
        for key, other, says in TITLES
    ),
]
