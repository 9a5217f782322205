"""Energy balances by province: the printed forms of many editions read alike, and refusals that name the cell."""

import csv
import logging
from pathlib import Path

import pytest
from openpyxl import Workbook
from study.checks.cleaning import convert_units
from study.files.catalog_entries import load_catalog
from study.files.sheets import read_sheets
from study.helpers import InputError, read_rows
from study.publishers.balance import is_balance, read_balances
from study.publishers.balance_items import load_balance_items, read_unit
from study.words.regions import province_names

ROOT = Path(__file__).parents[1]
NAMES = province_names(ROOT / "resources" / "provinces.csv")
ITEMS = load_balance_items(ROOT / "resources" / "balance.csv")
TITLE = "5-1 北京能源平衡表(实物量)-2019"

TONNES, GAS, HEAT, POWER = (
    ("万吨", "104 tn"),
    ("亿立方米", "108 cu.m"),
    ("万百万千焦", "1010 kJ"),
    ("亿千瓦小时", "108 kWh"),
)
FUELS = [
    ("煤合计", "Coal Total", TONNES),
    ("原煤", "Raw Coal", TONNES),
    ("洗精煤", "Cleaned Coal", TONNES),
    ("焦炭", "Coke", TONNES),
    ("焦炉煤气", "Coke Oven Gas", GAS),
    ("油品合计", "Petroleum Products Total", TONNES),
    ("原油", "Crude Oil", TONNES),
    ("汽油", "Gasoline", TONNES),
    ("煤油", "Kerosene", TONNES),
    ("柴油", "Diesel Oil", TONNES),
    ("燃料油", "Fuel Oil", TONNES),
    ("液化石油气", "LPG", TONNES),
    ("天然气", "Natural Gas", GAS),
    ("液化天然气", "LNG", TONNES),
    ("热力", "Heat", HEAT),
    ("电力", "Electricity", POWER),
    ("其他能源", "Other Energy", ("万吨标准煤", "104 tce")),
]
ROWS = [
    ("一、可供本地区消费的能源量", "Total Primary Energy Supply"),
    ("1.一次能源生产量", "Indigenous Production"),
    ("2.外省(区、市)调入量", "Recovery/Moving In from Other Provinces"),
    ("3.进口量", "Import"),
    ("5.本省(区、市)调出量(-)", "Sending Out to Other Provinces"),
    ("6.出口量(-)", "Export"),
    ("二、加工转换投入(-)产出(+)量", "Input(-) & Output(+) of Transformation"),
    ("1.火力发电", "Thermal Power"),
    ("2.供热", "Heating Supply"),
    ("3.炼焦", "Coking"),
    ("三、损失量", "Losses"),
    ("四、终端消费量", "Total Final Consumption"),
    ("1.农、林、牧、渔业", "Agriculture, Forestry, Animal Husbandry and Fishery"),
    ("2.工业", "Industry"),
    ("#用作原料、材料", "Non-Energy Use"),
    ("3.建筑业", "Construction"),
    ("4.交通运输、仓储和邮政业", "Transport, Storage and Post"),
    ("7.居民生活", "Residential Consumption"),
    ("五、平衡差额", "Statistical Difference"),
    ("六、消费量合计", "Total Energy Consumption"),
]
NAMED = [
    *(
        "supply",
        "production",
        "inflow",
        "import",
        "outflow",
        "export",
        "transformation",
        "thermal",
        "heating",
        "coking",
    ),
    *("losses", "final", "farming", "industry", "feedstock", "construction", "transport", "residential"),
    *("difference", "total"),
]
ROW = {name: at for at, name in enumerate(NAMED)}
COLUMN = {zh: column for column, (zh, _, _) in enumerate(FUELS)}


def figures(scale=1):
    """A balance of made-up figures, rows of ROWS by columns of FUELS; what each fuel has grows with its column."""
    table = [[None] * len(FUELS) for _ in ROWS]
    for column, (fuel, _, _) in enumerate(FUELS):
        unit = scale * (column + 1)
        given = {"inflow": 30, "outflow": -8, "farming": 1, "industry": 10, "feedstock": 4, "construction": 2}
        given |= {"transport": 5, "residential": 3, "losses": 1, "final": 21}
        if fuel in ("原煤", "天然气"):
            given |= {"thermal": -20, "heating": -6, "coking": -2}
        if fuel == "热力":
            given["thermal"] = 12
        given["total"] = 22 - sum(min(given.get(name, 0), 0) for name in ("thermal", "heating", "coking"))
        for name, value in given.items():
            table[ROW[name]][column] = value * unit
    return table


def bilingual(title=TITLE, table=None, rows=ROWS, fuels=FUELS):
    """The yearbook's page: title in both languages, heads and units over several lines, notes below."""
    english = "Energy Balance of Beijing (Physical Quantity) - 2019" if title == TITLE else ""
    lines = [[title], [english], ["项 目", "Item"], [None, None], [None, None], [None, None]]
    for zh, en, (unit, printed) in fuels:
        lines[2].append(zh[:1])
        lines[3].append(zh[1:])
        lines[4].append(en)
        lines[5].append(f"{unit}\n({printed})")
    lines += [[zh, en, *line] for (zh, en), line in zip(rows, table or figures(), strict=True)]
    return [*lines, ["注:消费量合计按实物量计算,不包括回收能。"]]


def chinese(title=TITLE, table=None, rows=ROWS, fuels=FUELS):
    """One language: heads in one line, units in the next."""
    lines = [[title]] if title else []
    lines += [["项目", *(zh for zh, _, _ in fuels)], [None, *(f"({unit[0]})" for _, _, unit in fuels)]]
    return lines + [[zh, *line] for (zh, _), line in zip(rows, table or figures(), strict=True)]


def write(path, sheets, merge=()):
    """A workbook from sheet name -> lines, or a text file from lines."""
    if isinstance(sheets, list):
        with path.open("w", newline="", encoding="gb18030") as file:
            csv.writer(file).writerows(sheets)
        return path
    book = Workbook()
    book.remove(book.active)
    for name, lines in sheets.items():
        sheet = book.create_sheet(name)
        for line in lines:
            sheet.append(line)
        for cells in merge:
            sheet.merge_cells(cells)
    book.save(path)
    return path


def read(*paths, keys=None):
    items = {key: ITEMS[key] for key in keys} if keys else ITEMS
    tables = read_balances([sheet for path in paths for sheet in read_sheets(path)], NAMES, items)
    return {table.title: table for table in tables}


def check_beijing(tables, scale=1, cell=("beijing", 2019)):
    """Every key of the made-up balance, from its column number and its share."""
    for key, (fuel, share) in {
        **{"raw_coal": ("原煤", 50), "coke": ("焦炭", 22), "crude_oil": ("原油", 22), "gasoline": ("汽油", 22)},
        **{"kerosene": ("煤油", 22), "diesel": ("柴油", 22), "fuel_oil": ("燃料油", 22), "lpg": ("液化石油气", 22)},
        **{"natural_gas": ("天然气", 50), "electricity": ("电力", 22), "industry_raw_coal": ("原煤", 10)},
        **{"industry_coke": ("焦炭", 10), "industry_diesel": ("柴油", 10), "industry_fuel_oil": ("燃料油", 10)},
        **{"industry_natural_gas": ("天然气", 10), "power_raw_coal": ("原煤", 26), "power_natural_gas": ("天然气", 26)},
        **{"construction_gasoline": ("汽油", 2), "construction_diesel": ("柴油", 2), "transport_gasoline": ("汽油", 5)},
        **{"transport_kerosene": ("煤油", 5), "transport_diesel": ("柴油", 5), "transport_natural_gas": ("天然气", 5)},
        **{"net_electricity": ("电力", 22), "net_heat": ("热力", 22)},
    }.items():
        if key in tables:
            assert tables[key].values[cell] == pytest.approx(share * scale * (COLUMN[fuel] + 1)), key


# --- forms --------------------------------------------------------------------------------------------------------


def test_bilingual_page_with_split_heads_and_merged_cells(tmp_path):
    path = write(
        tmp_path / "balances.xlsx", {"北京": bilingual()}, merge=["A1:S1", "A2:S2", "A27:S27", "A3:A6", "B3:B6"]
    )
    tables = read(path)
    assert list(tables) == list(ITEMS)
    check_beijing(tables)
    assert tables["raw_coal"].unit == "万吨" and tables["net_heat"].unit == "万百万千焦"
    assert tables["raw_coal"].places["beijing", 2019] == f"{path}, row 26, column D"


def test_units_are_the_catalogs(tmp_path):
    catalog = load_catalog(ROOT / "resources" / "catalog.csv")
    for key, table in read(write(tmp_path / "b.xlsx", {"北京": bilingual()})).items():
        assert convert_units(table, catalog[key]) == table.values
    for row in read_rows(ROOT / "resources" / "balance.csv"):
        assert row["key"] in catalog


@pytest.mark.parametrize(
    ("printed", "unit"),
    [
        ("(104 tn)", ("万吨", 1)),
        ("万吨 (10^4 tn)", ("万吨", 1)),
        ("(10⁴ tons)", ("万吨", 1)),
        ("亿立方米\n(10^8 cu.m)", ("亿立方米", 1)),
        ("108 m3", ("亿立方米", 1)),
        ("万立方米", ("亿立方米", 1e-4)),
        ("亿千瓦时", ("亿千瓦小时", 1)),
        ("百亿千焦", ("万百万千焦", 1)),
        ("万吨标准煤", ("万吨标准煤", 1)),
        ("万吨 (108 kWh)", None),
        ("原煤", None),
    ],
)
def test_printed_units(printed, unit):
    assert read_unit(printed) == unit


@pytest.mark.parametrize(
    "title",
    [
        "北京能源平衡表（实物量）—2019",
        "表6-1 北京市能源平衡表(实物量) 2019年",
        "6-1  北 京 能 源 平 衡 表（实物量）－2019",
        "2019年北京地区能源平衡表（实物量）",
    ],
)
def test_titles(tmp_path, title):
    check_beijing(read(write(tmp_path / "page.csv", chinese(title))))


def test_english_edition(tmp_path):
    lines = [["5-5 Energy Balance of Inner Mongolia (Physical Quantity) - 2019"], ["Item", *(en for _, en, _ in FUELS)]]
    lines += [["", *(printed for _, _, (_, printed) in FUELS)]]
    lines += [[f"{'I' * (at % 3)} {en}", *line] for at, ((_, en), line) in enumerate(zip(ROWS, figures(), strict=True))]
    check_beijing(read(write(tmp_path / "page.xlsx", {"Sheet1": lines})), cell=("inner_mongolia", 2019))


def test_english_names_right_of_the_figures(tmp_path):
    lines = [[*line, en] for line, en in zip(chinese(), ["", "Item", "", *(en for _, en in ROWS)], strict=True)]
    check_beijing(read(write(tmp_path / "page.xlsx", {"5-1": lines})))


@pytest.mark.parametrize(
    ("file", "sheet"), [("2019.xlsx", "北京"), ("北京_2019.xlsx", "Sheet1"), ("北京.xlsx", "2019年")]
)
def test_province_and_year_from_sheet_and_file(tmp_path, file, sheet):
    check_beijing(read(write(tmp_path / file, {sheet: chinese("")})))


def test_sheet_named_like_the_title(tmp_path):
    lines = chinese("能源平衡表(实物量)")
    path = write(
        tmp_path / "分省.xlsx", {"6-1 北京能源平衡表(实物量)-2019": lines, "6-27 陕西能源平衡表(实物量)-2019": lines}
    )
    tables = read(path)
    check_beijing(tables)
    check_beijing(tables, cell=("shaanxi", 2019))
    assert "shanxi" not in tables["coke"].provinces


def test_old_wording(tmp_path):
    old = {
        "2.工业": "(二) 工　业",
        "四、终端消费量": "(四)终端消费量",
        "4.交通运输、仓储和邮政业": "4、交通运输、仓储及邮电通讯业",
        "2.外省(区、市)调入量": "外省（区、市）调入量",
        "六、消费量合计": "六．消费量合计",
        "1.火力发电": "火力发电①",
        "二、加工转换投入(-)产出(+)量": "二.加工转换投入(－)产出(＋)量",
    }
    rows = [(old.get(zh, zh), en) for zh, en in ROWS]
    check_beijing(read(write(tmp_path / "page.xlsx", {"北京": chinese(rows=rows)})))


def test_continuation_below_and_on_another_sheet(tmp_path):
    table = figures()
    halves = [([line[:9] for line in table], FUELS[:9]), ([line[9:] for line in table], FUELS[9:])]
    first, second = [chinese(TITLE, *half[:1], fuels=half[1]) for half in halves]
    second[0] = ["续表 5-1"]
    check_beijing(read(write(tmp_path / "below.xlsx", {"北京": first + second})))
    check_beijing(read(write(tmp_path / "bare.xlsx", {"北京": first + second[1:]})))
    check_beijing(read(write(tmp_path / "sheets.xlsx", {"北京": first, "续": second})))


def test_two_provinces_below_each_other(tmp_path):
    lines = [*chinese(), [], *chinese("5-2 天津能源平衡表(实物量)-2019", figures(2))]
    tables = read(write(tmp_path / "all.xlsx", {"balances": lines}))
    check_beijing(tables)
    check_beijing(tables, 2, ("tianjin", 2019))


def test_units_merged_in_brackets_and_in_multiples(tmp_path):
    merged = chinese()
    blanks = [None] * 3
    merged[2] = [None, "(万吨)", *blanks, "(亿立方米)", "(万吨)", *blanks, *blanks, "(亿立方米)", "(万吨)"]
    merged[2] += ["(百亿千焦)", "(亿千瓦小时)", "(万吨标准煤)"]
    check_beijing(read(write(tmp_path / "merged.xlsx", {"北京": merged}, merge=["B3:E3", "G3:M3"])))
    brackets = [[TITLE], ["项目", *(f"{zh} {en}（{u}）({p})" for zh, en, (u, p) in FUELS)], *chinese()[3:]]
    check_beijing(read(write(tmp_path / "brackets.xlsx", {"北京": brackets})))
    tonnes = figures()
    for line in tonnes:
        line[COLUMN["原煤"]] = line[COLUMN["原煤"]] and line[COLUMN["原煤"]] * 10000
    lines = chinese(table=tonnes)
    lines[2][1 + COLUMN["原煤"]] = "(吨)"
    check_beijing(read(write(tmp_path / "tonnes.xlsx", {"北京": lines})))


def test_heads_with_footnotes_and_groups(tmp_path):
    lines = chinese()
    lines[1][1 + COLUMN["原煤"]] = "原煤①"
    lines.insert(1, [None, None, "煤炭"])
    check_beijing(read(write(tmp_path / "page.xlsx", {"北京": lines})))


def test_missing_units_are_warned_of(tmp_path, caplog):
    lines = [line for at, line in enumerate(chinese()) if at != 2]
    with caplog.at_level(logging.WARNING, "study"):
        check_beijing(read(write(tmp_path / "page.xlsx", {"北京": lines})))
    assert "no unit printed for 天然气, read as 亿立方米" in caplog.text


def test_other_sheets_are_left_out(tmp_path, caplog):
    coefficients = [["各种能源折标准煤参考系数"], *chinese("")]
    contents = [["目录"], ["5-1 北京能源平衡表(实物量)"], ["5-2 天津能源平衡表(实物量)"]]
    standard = chinese("5-1 北京能源平衡表(标准量)-2019")
    nation = chinese("4-1 全国能源平衡表(实物量)-2019")
    sheets = {
        "目录": contents,
        "全国": nation,
        "全国续": chinese("续表 4-1"),
        "6-1": chinese(),
        "6-2": standard,
        "系数": coefficients,
    }
    with caplog.at_level(logging.INFO, "study"):
        tables = read(write(tmp_path / "yearbook.xlsx", sheets))
    assert tables["coke"].provinces == ["beijing"]
    check_beijing(tables)
    for reason in (
        "sheet 目录: no energy",
        "sheet 全国: the national",
        "sheet 6-2: a balance in standard",
        "sheet 系数: no",
    ):
        assert reason in caplog.text


def test_edition_is_not_the_year(tmp_path, caplog):
    lines = [["中国能源统计年鉴2020"], *chinese()]
    check_beijing(read(write(tmp_path / "中国能源统计年鉴2020.xlsx", {"北京": lines})))
    with caplog.at_level(logging.WARNING, "study"):
        check_beijing(read(write(tmp_path / "balances2020.xlsx", {"北京": chinese()})))
    assert "the balance is of 2019, the file's name says 2020; read as 2019" in caplog.text


def test_files_of_several_years(tmp_path):
    paths = [
        write(tmp_path / f"{name}_{year}.xlsx", {"Sheet1": chinese("", figures(scale))})
        for name, year, scale in [("北京", 2018, 1), ("北京", 2019, 2), ("天津", 2019, 3)]
    ]
    tables = read(*paths)
    coke = tables["coke"]
    assert coke.years == [2018, 2019] and coke.provinces == ["beijing", "tianjin"]
    check_beijing(tables, 1, ("beijing", 2018))
    check_beijing(tables, 3, ("tianjin", 2019))
    assert coke.values["tianjin", 2018] is None and coke.nil == set()
    assert coke.places["tianjin", 2018] == "no energy balance of tianjin 2018"


def test_blank_is_nil(tmp_path):
    table = figures()
    for line in table:
        line[COLUMN["原油"]] = None
    table[ROW["heating"]][COLUMN["天然气"]] = "—"
    table[ROW["total"]][COLUMN["天然气"]] = 44 * 13
    tables = read(write(tmp_path / "page.xlsx", {"北京": chinese(table=table)}))
    cell = ("beijing", 2019)
    assert tables["crude_oil"].values[cell] == 0 and tables["crude_oil"].nil == {cell}
    assert tables["power_natural_gas"].values[cell] == 20 * 13 and tables["power_natural_gas"].nil == set()
    assert tables["raw_coal"].nil == set()


def test_net_inflow_leaves_out_trade_abroad_and_takes_amounts(tmp_path, caplog):
    table = figures()
    table[ROW["import"]][COLUMN["电力"]], table[ROW["export"]][COLUMN["电力"]] = 5, -7
    check_beijing(read(write(tmp_path / "page.xlsx", {"北京": chinese(table=table)}), keys=["net_electricity"]))
    table[ROW["outflow"]] = [-value for value in table[ROW["outflow"]]]
    with caplog.at_level(logging.WARNING, "study"):
        check_beijing(
            read(write(tmp_path / "amounts.xlsx", {"北京": chinese(table=table)}), keys=["net_electricity", "net_heat"])
        )
    assert "outflow is printed without a minus" in caplog.text


def test_totals_that_do_not_add_up_are_logged(tmp_path, caplog):
    table = figures()
    table[ROW["total"]][COLUMN["焦炭"]] = 100
    with caplog.at_level(logging.INFO, "study"):
        tables = read(write(tmp_path / "page.xlsx", {"北京": chinese(table=table)}))
    assert tables["coke"].values["beijing", 2019] == 100
    assert "row 23, column E: 焦炭 is 100, final use, losses and inputs add up to 88" in caplog.text


def test_series_over_years_are_no_balance(tmp_path):
    lines = [["指标", "2019年", "2018年"], *([zh, 2, 1] for zh, _ in ROWS)]
    assert not is_balance(read_sheets(write(tmp_path / "nbs.csv", lines))[0])
    assert is_balance(read_sheets(write(tmp_path / "page.csv", chinese()))[0])


# --- refusals -----------------------------------------------------------------------------------------------------


def change(row, fuel, value):
    """A Chinese page with one figure of another value."""
    table = figures()
    table[ROW[row]][COLUMN[fuel]] = value
    return chinese(table=table)


def without(*words):
    return [line for line in chinese() if not any(word in str(line[0]) for word in words)]


def renamed(old, new):
    return [[new if cell == old else cell for cell in line] for line in chinese()]


def printed_twice(word):
    lines = chinese()
    at = next(at for at, line in enumerate(lines) if word in str(line[0]))
    return [*lines[:at], lines[at], *lines[at:]]


BAD = {
    "text": (change("total", "原煤", "五十"), "row 23, column C: found '五十'"),
    "footnote in a figure": (change("industry", "柴油", "12*a"), "row 17, column K: found '12\\*a'"),
    "two points": (change("inflow", "电力", "1.2.3"), "row 6, column Q: found '1.2.3'"),
    "final above total": (change("final", "焦炭", 900), "row 15, column E: 终端消费量 of 焦炭 is 900, above"),
    "sector above final": (change("industry", "柴油", 900), "row 17, column K: 工业 of 柴油 is 900"),
    "total blank": (change("total", "汽油", None), "row 15, column I: 终端消费量 of 汽油"),
    "positive input": (change("thermal", "原煤", 40), "row 11, column C: the input of 原煤 is 40"),
    "mixed outflow": (change("outflow", "电力", 99), "row 8, column Q: outflow to other provinces is positive here"),
    "no total": (without("消费量合计"), "no row 消费量合计"),
    "no inflow": (without("调入"), r"no row 外省\(区、市\)调入量"),
    "no transport": (without("交通"), "no row 交通运输、仓储和邮政业"),
    "no heating": (without("供热"), "no row 供热"),
    "no final": (without("终端"), r"page.xlsx: titled '5-1北京能源平衡表\(实物量\)-2019'"),
    "no items": (chinese()[:3], "get the whole table"),
    "item twice": (printed_twice("工业"), "row 18, column A: '2.工业' stands already in row 17"),
    "total twice": (printed_twice("消费量合计"), "row 24, column A"),
    "no fuel": (renamed("焦炭", "焦"), r"no column 焦炭 \(Coke\)"),
    "fuel twice": (renamed("洗精煤", "原煤"), "row 3, column D: 原煤 of beijing 2019 stands already at .*column C"),
    "wrong unit": (renamed("(亿立方米)", "(万吨)"), "row 3, column N: 天然气 is in '万吨', expected 亿立方米"),
    "unknown unit": (renamed("(亿千瓦小时)", "(兆瓦)"), r"row 3, column Q: 电力 is in '\(兆瓦\)'"),
    "standard coal": (renamed("(亿千瓦小时)", "(万吨标准煤)"), "电力 is in '万吨标准煤'"),
    "two units": ([*chinese()[:3], [None, None, "(吨)", *chinese()[2][3:]], *chinese()[3:]], "row 4, column C: found"),
    "empty total": ([*chinese()[:-1], ["六、消费量合计"]], "row 23, column .: the row 消费量合计 is empty"),
    "row shifted": ([[None, *line] if line[0] == "2.供热" else line for line in chinese()], "no row 供热"),
    "figures shifted": (
        [[line[0], None, *line[1:]] if line[0] == "2.外省(区、市)调入量" else line for line in chinese()],
        "row 6, column S: '510' stands in a column without a heading",
    ),
    "header shifted": (
        [[line[0], None, *line[1:]] if line[0] == "项目" else line for at, line in enumerate(chinese()) if at != 2],
        "row 5, column B: '30' stands in a column without a heading",
    ),
    "only standard": (chinese("北京能源平衡表(标准量)-2019"), "no energy balance of a province in physical quantity"),
    "misspelt province": (chinese("5-1 北惊能源平衡表(实物量)-2019"), "unknown province '北惊'"),
    "no province": (chinese("能源平衡表(实物量)-2019"), "says the province"),
    "no year": (chinese("北京能源平衡表(实物量)"), "says the year"),
    "two years": (chinese("北京能源平衡表(实物量)2018-2019"), "the title has the years 2018, 2019"),
    "no balance": ([["地区", "2019"], ["北京", 3]], "no energy balance of a province"),
    "misspelt in English": (
        [["Energy Balance of Bejing (Physical Quantity) - 2019"], *chinese("")],
        "unknown province 'bejing' .did you mean beijing",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", BAD)
def test_refusals_name_the_cell(tmp_path, case):
    lines, message = BAD[case]
    path = write(tmp_path / "page.xlsx", {"Sheet1": lines})
    with pytest.raises(InputError, match=message) as error:
        read_whole(path)
    assert str(path) in str(error.value)


def read_whole(*paths):
    """Raises InputError with what is wrong with any of the tables."""
    told = [text for table in read(*paths).values() for text in [*table.faults.values(), *table.doubts.values()]]
    if told:
        raise InputError("\n".join(told))


@pytest.mark.parametrize(
    ("sheets", "message"),
    [
        ({"天津": chinese()}, "title, sheet and file name say beijing and tianjin"),
        ({"2018": chinese()}, "the title says 2019, the sheet's name 2018"),
        (
            {"a": chinese(), "b": chinese()},
            r"sheet b, row 3, column C: 原煤 of beijing 2019 stands already at .*sheet a, row 3",
        ),
        ({"a": chinese(), "河北": [["河北能源平衡表(实物量)-2019"], ["无数据"]]}, "sheet 河北: titled '河北能源平衡表"),
    ],
)
def test_refusals_of_workbooks(tmp_path, sheets, message):
    with pytest.raises(InputError, match=message):
        read_whole(write(tmp_path / "book.xlsx", sheets))


def test_file_name_against_title(tmp_path):
    with pytest.raises(InputError, match="title, sheet and file name say beijing and tianjin"):
        read(write(tmp_path / "天津2019.xlsx", {"Sheet1": chinese()}))


def test_hint_stands_for_the_files_name(tmp_path):
    sheets = read_sheets(write(tmp_path / "a.xlsx", {"Sheet1": chinese("")}))
    (coke,) = read_balances(sheets, NAMES, {"coke": ITEMS["coke"]}, hint="河北_2016")
    assert coke.values == {("hebei", 2016): 22 * (COLUMN["焦炭"] + 1)}


def test_yearbooks_name_gives_no_year(tmp_path):
    with pytest.raises(InputError, match="says the year"):
        read(write(tmp_path / "中国能源统计年鉴2020.xlsx", {"北京": chinese("")}))
