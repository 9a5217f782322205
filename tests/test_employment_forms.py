"""Employment by industry in the forms its publishers give: look-alikes with known sums, and refusals."""

import csv
import logging
import random
from pathlib import Path

import pytest
from _formulas import with_formulas
from study.helpers import InputError
from study.publishers.census import read_census
from study.publishers.divisions import INDUSTRY_SECTIONS, division_titles
from study.publishers.major_groups import group_industries
from study.publishers.us_accounts import _lines
from study.publishers.us_employment import read_major_groups
from study.words.regions import province_names

ROOT = Path(__file__).parents[1]
NAMES = province_names(ROOT / "resources" / "provinces.csv")
TITLES = division_titles(ROOT / "resources" / "industries.csv")
GROUPS = group_industries(ROOT / "resources" / "industries.csv")
PRINTED = {row["province"]: row for row in csv.DictReader((ROOT / "resources/provinces.csv").open(encoding="utf-8"))}
UNITS = {"人": 1.0, "万人": 1e4}
PERSONS = {
    (province, code): 2000 * (i + 1) + 10 * k
    for i, province in enumerate(sorted(PRINTED))
    for k, code in enumerate(sorted(TITLES))
}
EXPECTED = sorted((province, code, float(n)) for (province, code), n in PERSONS.items())


def parts(province, letter=None):
    first, last = INDUSTRY_SECTIONS[letter][1:] if letter else (1, 99)
    return sum(n for (p, code), n in PERSONS.items() if p == province and first <= int(code) <= last)


def country(value):
    return sum(value(province) for province in PRINTED)


def rows_of(value):
    """(code, name, figure) down the classification: total, sections, divisions; `value(code)` gives the figure."""
    yield "", "总 计", value("")
    for letter, (name, first, last) in INDUSTRY_SECTIONS.items():
        if letter != "T":
            yield letter, name, value(letter)
            for code in sorted(TITLES):
                if first <= int(code) <= last:
                    yield code, TITLES[code], value(code)


def figure(province):
    return lambda code: PERSONS[province, code] if code.isdigit() else parts(province, code or None)


def book(path, sheets):
    import openpyxl

    workbook = openpyxl.Workbook()
    workbook.remove(workbook.active)
    for name, rows in sheets.items():
        sheet = workbook.create_sheet(name)
        for row in rows:
            sheet.append(list(row))
    workbook.save(path)
    return path


def text(path, rows, encoding="gbk"):
    path.parent.mkdir(exist_ok=True)
    with path.open("w", newline="", encoding=encoding) as file:
        csv.writer(file).writerows(rows)
    return path


def across(scale=1, title="按行业大类和地区分的就业人员(2004年)", unit="单位：人", head=("代码", "行业")):
    slugs = list(PRINTED)
    yield [title]
    yield [unit]
    yield [*head, "全国", *(PRINTED[s]["short_zh"] for s in slugs)]
    for code, name, _ in rows_of(lambda code: 0):
        counts = [figure(s)(code) for s in slugs]
        yield [code, name, sum(counts) / scale, *(n / scale for n in counts)]
    yield ["注：模拟。"]


def one_province(slug, name_first=True):
    """Bilingual headers over three lines, as a provincial census yearbook prints them."""
    yield [f"{PRINTED[slug]['name_zh']}2004年按行业分组的法人单位数和从业人员"]
    yield ["", "", "", "单位：个、人"]
    yield ["行 业", "Sector", "单位数", "从业人员", ""]
    yield ["", "", "(个)", "(人)", "其中：女性"]
    yield ["", "", "Number of Units", "Employed Persons", "Female"]
    for code, name, n in rows_of(figure(slug)):
        mark = f"{'一二三四五六七八九十'[ord(code) % 10]}、" if code.isalpha() else ""
        yield [f"{mark}{name}" if name_first else f"{code}{name}", "Industry", 3, n, n // 2]
        if code == "06":
            yield ["  其中：烟煤", "of which", 1, n // 3, 1]
    yield ["注：1.不含个体。"]


def long(province="short_zh", year=None):
    for slug in PRINTED:
        for code in sorted(TITLES):
            yield [*([year] if year else []), PRINTED[slug][province], code, PERSONS[slug, code]]


def census(path, **options):
    return read_census(path, NAMES, UNITS, 0.001, titles=TITLES, **options)


def test_provinces_across_as_before(tmp_path):
    path = text(tmp_path / "census.csv", across())
    assert census(path) == read_census(path, NAMES, UNITS, 0.001) == EXPECTED


def test_provinces_across_without_codes_in_a_workbook(tmp_path):
    rows = [[row[1] if len(row) > 1 else row[0], *row[2:]] for row in across()]
    assert census(book(tmp_path / "census.xlsx", {"表1": rows})) == EXPECTED


def test_provinces_across_with_two_columns_each(tmp_path):
    def doubled():
        for row in across(head=("行业代码", "行业名称")):
            if len(row) < 5:
                yield row
                continue
            header = row[2] == "全国"
            yield row[:2] + [cell for n in row[2:] for cell in ((n, "") if header else (7, n))]
            if header:
                yield ["", ""] + ["单位数", "从业人员"] * (len(row) - 2)

    assert census(text(tmp_path / "census.csv", doubled())) == EXPECTED


def test_provinces_down_and_divisions_across(tmp_path):
    codes = [(code, name) for code, name, _ in rows_of(lambda code: 0)]
    rows = [
        ["2004年各地区分行业从业人员"],
        ["单位：万人"],
        ["地区", *(name for _, name in codes)],
        ["", *(c for c, _ in codes)],
    ]
    rows += [["全 国", *(country(lambda s, c=code: figure(s)(c)) / 1e4 for code, _ in codes)]]
    rows += [[PRINTED[s]["name_zh"], *(figure(s)(code) / 1e4 for code, _ in codes)] for s in PRINTED]
    assert [(p, c, round(n, 6)) for p, c, n in census(text(tmp_path / "census.csv", rows))] == EXPECTED


def test_a_sheet_a_province(tmp_path):
    sheets = {PRINTED[slug]["short_zh"]: one_province(slug) for slug in PRINTED}
    assert census(book(tmp_path / "census.xlsx", sheets)) == EXPECTED


def test_a_file_a_province(tmp_path):
    for slug in PRINTED:
        rows = [row for row in one_province(slug, name_first=False) if "法人" not in row[0]]
        text(tmp_path / "census" / f"2004经济普查_{PRINTED[slug]['name_zh']}.csv", rows)
    (tmp_path / "census" / "~$lock.xlsx").write_bytes(b"x")
    assert census(tmp_path / "census", year=2004) == EXPECTED
    assert census(sorted((tmp_path / "census").glob("2004*"))) == EXPECTED


def test_a_file_a_province_named_in_english(tmp_path):
    for slug in PRINTED:
        rows = [row for row in one_province(slug) if "法人" not in row[0]]
        text(tmp_path / "census" / f"census_{slug}.csv", rows, "utf-8-sig")
    assert census(tmp_path / "census") == EXPECTED


def test_a_sheet_an_industry(tmp_path):
    sheets = {}
    for code, name in sorted(TITLES.items()):
        rows = [[f"各地区{name}从业人员数"], ["地 区 Region", "单位数(个)", "从业人员(人)"]]
        rows += [["全 国 National", 9, country(lambda s, c=code: PERSONS[s, c])]]
        rows += [[f"{PRINTED[s]['short_zh']} {PRINTED[s]['name_en']}", 9, PERSONS[s, code]] for s in PRINTED]
        sheets[f"{code}{name}"[:31]] = rows
    assert census(book(tmp_path / "census.xlsx", sheets)) == EXPECTED


@pytest.mark.parametrize("ending", ["csv", "xlsx", "dta", "parquet"])
@pytest.mark.parametrize("numeric", [True, False])
def test_long_data_sets(tmp_path, caplog, ending, numeric):
    import pandas as pd

    caplog.set_level(logging.INFO, "study")
    table = pd.DataFrame(list(long("name_zh")), columns=["province", "industry_code", "employment"])
    if numeric:
        table["industry_code"] = table["industry_code"].astype(int)
    path = tmp_path / f"census.{ending}"
    if ending == "csv":
        table.to_csv(path, index=False)
    elif ending == "xlsx":
        table.to_excel(path, index=False)
    elif ending == "dta":
        table.to_stata(path, write_index=False, version=118)
    else:
        table.to_parquet(path)
    if numeric or ending != "parquet":
        assert census(path, year=2004)[:2] == [("anhui", "01", 2000.0), ("anhui", "02", 2010.0)]
    assert census(path) == EXPECTED
    assert ("leading zeros restored (1 to 01" in caplog.text) == numeric
    assert "read as 人" in caplog.text


def test_long_with_years_and_names_and_unit(tmp_path):
    rows = [["年份", "地区", "行业", "从业人员(万人)"]]
    for year, more in ((2004, 0), (2008, 5)):
        rows += [[year, p, TITLES[code], (n + more) / 1e4] for _, p, code, n in long(year=year)]
    got = census(text(tmp_path / "census.csv", rows), year=2004)
    assert [(p, c, round(n, 6)) for p, c, n in got] == EXPECTED


def test_a_division_that_a_total_shows_to_be_nil(tmp_path, caplog):
    caplog.set_level(logging.INFO, "study")
    rows = {PRINTED[slug]["short_zh"]: list(one_province(slug)) for slug in PRINTED}
    mine = rows["北京"]
    lost = PERSONS["beijing", "11"]
    for row in mine:
        if row[0] == "总 计" or (row[0].endswith("采矿业") and row[0] != "其他采矿业"):
            row[3] -= lost
    rows["北京"] = [row for row in mine if row[0] != "其他采矿业"]
    got = census(book(tmp_path / "census.xlsx", rows))
    assert ("beijing", "11", 0.0) in got
    assert len(got) == len(EXPECTED)
    assert "division 11 of beijing has no figure" in caplog.text


def test_a_census_without_farming_is_warned_of(tmp_path, caplog):
    rows = [row for row in long() if int(row[1]) > 5]
    path = text(tmp_path / "census.csv", [["省份", "行业代码", "从业人员(人)"], *rows])
    assert census(path) == [row for row in EXPECTED if int(row[1]) > 5]
    assert "no division of A 农、林、牧、渔业" in caplog.text


def spoil(rows, changes):
    rows = [list(row) for row in rows]
    for (line, column), value in changes.items():
        rows[line][column] = value
    return rows


LONG_HEAD = ["省份", "行业代码", "从业人员(人)"]
BAD_LONG = [
    ({(5, 0): "京北"}, "row 6, column A: unknown province '京北'"),
    ({(5, 0): ""}, "row 6, column A: unknown province ''"),
    ({(5, 1): "12"}, "row 6, column B: '12' is no division of GB/T 4754-2002"),
    ({(5, 1): "煤矿业"}, "row 6, column B: unknown industry '煤矿业'"),
    ({(5, 1): "汽车制造业"}, "row 6, column B: '汽车制造业' is an industry of GB/T 4754-2011"),
    ({(5, 1): "6"}, "row 6, column B: code '6' has lost its leading zero; write '06'"),
    ({(5, 1): "04"}, "row 6, column C: division 04 of beijing stands already in .*row 5, column C"),
    ({(5, 1): "0511"}, "row 6, column C: a group of division 05 without"),
    ({(5, 1): ""}, "row 6, column B: unknown industry ''"),
    ({(5, 2): "many"}, "row 6, column C: found 'many'"),
    ({(5, 2): "-3"}, "row 6, column C: found '-3'"),
    ({(5, 2): ""}, r"beijing, division 05 \(.*row 6, column C\)"),
    ({(0, 2): "从业人员(户)"}, "row 1, column C: the unit is 户"),
    ({(0, 2): "单位数"}, "row 1: no column of persons employed"),
    ({(0, 1): "甲"}, "neither the columns nor the title"),
]


@pytest.mark.parametrize("k", range(len(BAD_LONG)))
def test_bad_data_sets_are_refused(tmp_path, k):
    changes, expected = BAD_LONG[k]
    path = text(tmp_path / "census.csv", spoil([LONG_HEAD, *long()], changes))
    with pytest.raises(InputError, match=expected) as error:
        census(path)
    assert "census.csv" in str(error.value)


def test_bad_sets_of_tables_are_refused(tmp_path):
    def refused(match, path, **options):
        with pytest.raises(InputError, match=match) as error:
            census(path, **options)
        assert "census" in str(error.value)

    refused("file not found", tmp_path / "census.csv")
    (tmp_path / "census_empty").mkdir()
    refused("the folder is empty", tmp_path / "census_empty")
    lacking = [LONG_HEAD, *(row for row in long() if row[0] != "西藏")]
    refused("no figures for tibet", text(tmp_path / "census1.csv", lacking))
    years = [["年份", *LONG_HEAD], *long(year=2004), *long(year=2008)]
    refused("no rows of one year alone; the file has 2004, 2008", text(tmp_path / "census2.csv", years))
    refused("no rows of 2013; the file has 2004, 2008", tmp_path / "census2.csv", year=2013)
    two = [[*LONG_HEAD, "从业人员平均数"], *([*row, 1] for row in long())]
    refused("more than one column of persons employed", text(tmp_path / "census3.csv", two))
    small = [["省份", "行业代码", "从业人员"], *([p, c, 1] for p, c, _ in long())]
    refused("no unit is stated and the counts add up to", text(tmp_path / "census4.csv", small))
    sheets = {PRINTED[slug]["short_zh"]: list(one_province(slug)) for slug in PRINTED}
    wrong = sheets | {"北京": list(one_province("tianjin"))}
    refused("do not agree on what the table is", book(tmp_path / "census5.xlsx", wrong))
    unnamed = {f"Sheet{k}": rows[1:] for k, rows in enumerate(sheets.values())}
    refused("says the province", book(tmp_path / "census6.xlsx", unnamed))
    twice = sheets | {"北京 (2)": list(one_province("beijing"))}
    refused("of beijing stands already in", book(tmp_path / "census7.xlsx", twice))
    typo = sheets | {"北京": spoil(one_province("beijing"), {(12, 3): 99_000_000})}
    refused("sheet 北京, row .*adds up to", book(tmp_path / "census8.xlsx", typo))
    strange = sheets | {"北京": spoil(one_province("beijing"), {(14, 0): "炭煤采选"})}
    refused("unknown industry '炭煤采选", book(tmp_path / "census9.xlsx", strange))
    later = spoil(one_province("beijing"), {(0, 0): "北京市2008年按行业分组"})
    refused("the title says 2008", book(tmp_path / "census10.xlsx", sheets | {"北京": later}), year=2004)
    other = [
        row if len(row) < 3 else ["行业", *row[2:]] if row[0] == "代码" else row[1:] for row in across(unit="单位：户")
    ]
    refused("the unit is 户", text(tmp_path / "census11.csv", other))
    disagree = spoil(across(head=("行业代码", "行业")), {(12, 0): "09"})
    refused("row 13, column A: .*names two industries", text(tmp_path / "census12.csv", disagree))
    bad = spoil(across(head=("行业代码", "行业")), {(2, 4): "天晶"})
    refused("row 3, column E: unknown province '天晶'", text(tmp_path / "census13.csv", bad))
    again = spoil(across(head=("行业代码", "行业")), {(2, 4): "北京"})
    refused("row 3, column E: '北京' stands already in .*row 3, column D", text(tmp_path / "census14.csv", again))
    more = spoil(across(head=("行业代码", "行业")), {(6, 4): 5_000_000})
    refused("adds up to", text(tmp_path / "census15.csv", more))
    (tmp_path / "census16.csv").write_text("a,b\n1,2\n")
    refused("no header row found", tmp_path / "census16.csv")


# --- United States ------------------------------------------------------------------------------------------------

US_UNITS = {"thousands": 1000.0, "persons": 1.0}
THOUSANDS = {code: 100.0 + k for k, code in enumerate(GROUPS)}
US = sorted((code, n * 1000) for code, n in THOUSANDS.items())


def groups(path, **options):
    return read_major_groups(path, US_UNITS, 0.001, **({"industries": GROUPS, "year": 1990} | options))


def accounts(years=(1989, 1990, 1991), unit="[Thousands of employees]", code_column=False):
    """Table 6.4C; every line of the leaves has 100 + its position, times the year's last digit."""
    lines = _lines()
    children = {i: [k for k, child in enumerate(lines) if child.parent == i] for i in range(len(lines))}

    def value(i):
        return sum(map(value, children[i])) if children[i] else 100 + i

    def depth(i):
        return 0 if lines[i].parent is None else 1 + depth(lines[i].parent)

    yield ["Table 6.4C. Full-Time and Part-Time Employees by Industry"]
    yield [unit]
    yield ["Annual data from 1987 to 2000"]
    yield ["Bureau of Economic Analysis"]
    yield [""]
    extra = [""] if code_column else []
    yield ["Line", "", *extra, *years]
    for i, line in enumerate(lines):
        mark = "\\1\\" if line.name == "Domestic industries" else ""
        code = [f"A{4400 + i}C"] if code_column else []
        yield [i + 1, "    " * depth(i) + line.name + mark, *code, *(value(i) * (year - 1980) // 10 for year in years)]
    yield ["Legend / Footnotes:"]
    yield ["1. Consists of industries of the United States, with 1987 SIC."]


def account_value(names):
    lines = [line.name for line in _lines()]
    return sum(100 + lines.index(name) for name in names) * 1000.0


def check_accounts(got):
    rows = dict(got)
    assert rows["20"] == account_value(["Food and kindred products"])
    assert rows["37"] == account_value(["Motor vehicles and equipment", "Other transportation equipment"])
    assert rows["01"] == account_value(["Farms"])
    assert rows["15"] == account_value(["Construction"])
    assert rows["82"] == account_value(["Educational services", "Education"])
    assert rows["84"] == account_value(["Other services", "Private households"])
    lines = _lines()
    leaves = [i for i in range(len(lines)) if not any(line.parent == i for line in lines)]
    outside = {"Rest of the world"}
    assert sum(rows.values()) == sum(100 + i for i in leaves if lines[i].name not in outside) * 1000


def test_table_6_4c(tmp_path):
    check_accounts(groups(text(tmp_path / "us.csv", accounts(), "utf-8")))


def test_table_6_4c_in_the_workbook_of_section_6(tmp_path):
    hours = [["Table 6.9C. Hours Worked by Full-Time and Part-Time Employees by Industry"], *list(accounts())[1:]]
    wages = [["Table 6.3C. Wages and Salaries by Industry"], ["[Millions of dollars]"], *list(accounts())[2:]]
    late = [["Table 6.4D. Full-Time and Part-Time Employees by Industry"], *list(accounts(years=(1998, 1999)))[1:]]
    sheets = {"60300C Ann": wages, "60400C Ann": accounts(code_column=True), "60400D Ann": late, "60900C Ann": hours}
    check_accounts(groups(book(tmp_path / "us.xlsx", sheets)))


def test_lines_meet_the_crosswalk():
    used = set()
    for line in _lines():
        if "-" in line.sic:
            first, last = line.sic.split("-")
            members = [code for code in GROUPS if first <= code <= last]
        else:
            members = line.sic.split("+") if line.sic else []
        assert len({GROUPS[code] for code in members}) <= 1, line
        used |= set(members)
    assert used == set(GROUPS)


def series(codes=None, months=False, adjusted=False):
    yield ["series_id", "year", "period", "value", "footnote_codes"]
    for code in codes or [*GROUPS, "00"]:
        for season in "SU" if adjusted else "U":
            name = f"EE{season}30{code}0001"
            for year in (1989, 1990):
                n = THOUSANDS.get(code, 9999) + (year == 1989)
                periods = [f"M{m:02d}" for m in range(1, 13)] if months or season == "S" else ["M01", "M13"]
                for k, period in enumerate(periods):
                    yield [name, year, period, n + (k - 5.5 if len(periods) == 12 else 50 - 50 * k), ""]
            yield [f"EEU30{code}0006", 1990, "M13", 15.5, ""] if season == "U" else [name, 1991, "M01", 1, ""]


@pytest.mark.parametrize("months", [True, False])
@pytest.mark.parametrize("adjusted", [True, False])
def test_current_employment_statistics(tmp_path, months, adjusted):
    # SIC 91 to 93 in these series are governments, so the table has no 94 to 97 of its own
    got = dict(groups(text(tmp_path / "us.csv", series(months=months, adjusted=adjusted), "utf-8")))
    assert got == pytest.approx(dict(US))


def test_current_employment_statistics_count_government_by_owner(tmp_path, caplog):
    codes = [code for code in GROUPS if code < "94"]
    got = dict(groups(text(tmp_path / "us.csv", series(codes), "utf-8")))
    assert got["91"] == pytest.approx(1000 * sum(THOUSANDS[code] for code in ("91", "92", "93")))
    assert "92" not in got
    assert "counted by owner" in caplog.text


def test_series_with_a_sic_column(tmp_path):
    rows = [["series_id", "sic", "year", "period", "value"]]
    rows += [[f"CEU{k:010d}", code, 1990, "M13", n] for k, (code, n) in enumerate(THOUSANDS.items())]
    assert groups(text(tmp_path / "us.csv", rows, "utf-8")) == US
    numbers = [rows[0], *([row[0], int(row[1]), *row[2:]] for row in rows[1:])]
    assert groups(text(tmp_path / "us.csv", numbers, "utf-8")) == US


def test_the_config_names_sheet_and_unit(tmp_path):
    rows = [["sic", "emp"], *([code, n] for code, n in THOUSANDS.items())]
    path = book(tmp_path / "us.xlsx", {"notes": [["x"]], "data": rows})
    assert groups(path, sheet="data", unit="thousands") == US
    with pytest.raises(InputError, match=r"us\.xlsx: no sheet 'Data'; those that are filled: notes, data"):
        groups(path, sheet="Data")
    with pytest.raises(InputError, match="the config gives the unit 'millions'"):
        groups(path, sheet="data", unit="millions")
    long_rows = [["省份", "行业代码", "从业人员"], *([p, c, n / 1e4] for p, c, n in long())]
    got = census(book(tmp_path / "census.xlsx", {"notes": [["x"]], "data": long_rows}), sheet="data", unit="万人")
    assert [(p, c, round(n, 6)) for p, c, n in got] == EXPECTED


def test_major_groups_in_a_workbook_with_divisions(tmp_path):
    rows = [["Employment by industry, United States, 1990"], ["(In thousands)"], ["SIC", "Industry", "Employment"]]
    rows += [[code, "x", n] for code, n in THOUSANDS.items()]
    assert groups(book(tmp_path / "us.xlsx", {"a": rows})) == US


@pytest.mark.parametrize("ending", ["csv", "xlsx", "dta"])
def test_long_sic_of_two_digits(tmp_path, ending):
    import pandas as pd

    data = [(int(code), year, n + (year != 1990)) for year in (1989, 1990) for code, n in THOUSANDS.items()]
    table = pd.DataFrame(
        data, columns=["sic", "year", "employment_in_thousands" if ending == "dta" else "emp (thousands)"]
    )
    path = tmp_path / f"us.{ending}"
    if ending == "csv":
        table.to_csv(path, index=False)
    elif ending == "xlsx":
        table.to_excel(path, index=False)
    else:
        table.to_stata(path, write_index=False, version=118)
    assert groups(path) == US


def test_long_sic_of_mixed_depth_counts_each_person_once(tmp_path):
    rows = [["sic", "industry", "employment (persons)"]]
    rows += [[code, "", n * 1000] for code, n in THOUSANDS.items() if code not in ("20", "28", "37")]
    rows += [["20--", "a parent", 100], ["201", "a child", 60], ["2011", "its child", 50], ["2020", "another", 40]]
    rows += [["283", "", 5], ["2841", "", 6], ["2842", "", 7], ["3700", "", 12], ["371", "", 12]]
    got = dict(groups(text(tmp_path / "us.csv", rows, "utf-8")))
    assert (got["20"], got["28"], got["37"]) == (100, 18, 12)


def test_nber_ces(tmp_path):
    rows = [["sic", "year", "emp", "pay", "prode", "vship"]]
    rows += [[sic, year, 10.5, 1, 1, 1] for year in (1989, 1990) for sic in ("2011", "2013", "3711", "3999")]
    path = text(tmp_path / "us.csv", rows, "utf-8")
    made = {code: GROUPS[code] for code in ("20", "37", "39")}
    assert groups(path, industries=made) == [("20", 21000.0), ("37", 10500.0), ("39", 10500.0)]
    with pytest.raises(InputError, match="no employment for the SIC major groups 01, 02, 07"):
        groups(path)


PLAIN = [["sic", "year", "employment (thousands)"], *([code, 1990, n] for code, n in THOUSANDS.items())]
US_BAD = [
    (lambda: spoil(accounts(), {(1, 0): "[Millions of dollars]"}), "no unit above the header"),
    (lambda: spoil(accounts(), {(5, 3): 1995}), "row 6: no column for 1990; years here: 1989, 1991, 1995"),
    (lambda: spoil(accounts(), {(30, 1): "Bread"}), "row 31, column B: 'Bread' is no line of table 6.4C"),
    (lambda: spoil(accounts(), {(30, 1): "Farms"}), "row 31, column B: 'Farms' stands out of the table's order"),
    (lambda: spoil(accounts(), {(30, 1): ""}), "row 31, column B: the line has no name"),
    (lambda: spoil(accounts(), {(30, 3): "n.s."}), "row 31, column D: found 'n.s.'"),
    (lambda: spoil(accounts(), {(30, 3): ""}), "row 31, column D: found ''"),
    (lambda: spoil(accounts(), {(30, 0): "x"}), "row 31, column A: found 'x', expected a line number"),
    (lambda: spoil(accounts(), {(18, 3): 99999}), "row 19, column D: Manufacturing adds up to"),
    (lambda: [row for k, row in enumerate(accounts()) if k != 13], "no lines Metal mining; export the whole"),
    (lambda: [["Table 6.3C. Wages and Salaries by Industry"], *list(accounts())[1:]], "this is 'Table 6.3C. Wages"),
    (lambda: [row for row in series() if row[2] != "M13"], "no annual average .*M02, M03"),
    (lambda: spoil(series(), {(3, 2): "Q01"}), "row 4, column C: found 'Q01', expected M01 to M13"),
    (lambda: [*series(), list(series())[3]], "EEU30010001 1990 M01 stands already in .*row 4, column A"),
    (lambda: spoil(series(), {(3, 3): "-"}), "row 4, column D: found '-'"),
    (
        lambda: spoil(series(), {(3, 0): "CES3000000001"}),
        "row 4, column A: the series 'CES3000000001' names no SIC code",
    ),
    (lambda: [row for row in series() if row[1] != 1990], "no rows of 1990; the file has 1989"),
    (lambda: [[c for k, c in enumerate(row) if k != 1] for row in series()], "row 1: no column year"),
    (lambda: [*series(), ["EEU40010001", 1990, "M13", 5, ""]], "EEU30010001 and EEU40010001 are both"),
    (lambda: spoil(PLAIN, {(0, 2): "employment"}), "row 1: no unit of 'employment'"),
    (lambda: spoil(PLAIN, {(3, 0): "7"}), "row 4, column A: code '7' has lost its leading zero"),
    (lambda: spoil(PLAIN, {(3, 0): "02"}), "row 4, column C: SIC 02 stands already in .*row 3, column C"),
    (lambda: spoil(PLAIN, {(3, 0): "12345"}), "row 4, column A: found '12345'"),
    (lambda: spoil(PLAIN, {(3, 0): "food"}), "row 4, column A: found 'food'"),
    (lambda: spoil(PLAIN, {(3, 2): "(D)"}), r"row 4, column C: found '\(D\)'"),
    (lambda: spoil(PLAIN, {(3, 2): ""}), "row 4, column C: found ''"),
    (lambda: spoil(PLAIN, {(3, 1): 1991}), "major groups 07, which"),
    (lambda: [[*PLAIN[0], "emp"], *([*row, 1] for row in PLAIN[1:])], "are both employment"),
    (lambda: [["sic", "employment (thousands)"], ["10-14", 5]], "no employment for the SIC major groups 01"),
    (lambda: [*PLAIN, ["50-51", 1990, 9]], "SIC 50-51 contains 50, which"),
    (lambda: [*(r for r in PLAIN if r[0] not in ("29", "30")), ["29-30", 1990, 9]], "to different robot industries"),
    (lambda: [["sic", "emp (thousands)"], [2011, 1], [201, 1], [3711, 1]], "so that 201 may be 0201"),
    (lambda: [["naics", "emp"], ["311", 5]], "the industries are NAICS; no header row found"),
    (lambda: [["a", "b"], ["1", "2"]], "no header row found"),
]


@pytest.mark.parametrize("k", range(len(US_BAD)))
def test_bad_tables_of_the_united_states_are_refused(tmp_path, k):
    rows, expected = US_BAD[k]
    path = text(tmp_path / "us.csv", rows(), "utf-8")
    with pytest.raises(InputError, match=expected) as error:
        groups(path)
    assert "us.csv" in str(error.value)


def test_years_have_to_be_told_apart(tmp_path):
    rows = [PLAIN[0], *([c, y, n] for y in (1989, 1990) for c, n in THOUSANDS.items())]
    with pytest.raises(InputError, match="no rows of one year alone; the file has 1989, 1990"):
        groups(text(tmp_path / "us.csv", rows, "utf-8"), year=None)


# --- formulas -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("read", "rows", "cells"),
    [
        (census, across, ["E7", "C4"]),
        (census, lambda: [LONG_HEAD, *long()], ["C6"]),
        (groups, lambda: PLAIN, ["C4"]),
        (groups, series, ["D5"]),
        (groups, accounts, ["D30", "D31"]),
    ],
)
def test_formulas_are_refused_or_their_stored_values_taken_and_listed(tmp_path, caplog, read, rows, cells):
    path, taken = book(tmp_path / "table.xlsx", {"a": rows()}), []
    expected = read(path, formulas="values", taken=taken)
    assert not taken and "formulas" not in caplog.text
    with_formulas(path, cells)
    with pytest.raises(InputError, match=r"found the formula '=B5\*1\.08', .* or set cleaning\.formulas: values"):
        read(path, formulas="refuse")
    assert read(path, formulas="values", taken=taken) == expected
    places = [f"{path}, row {cell[1:]}, column {cell[0]}" for cell in cells]
    assert sorted(taken) == sorted(places)
    told = [record for record in caplog.records if "the values stored with formulas" in record.message]
    assert [record.levelname for record in told] == ["WARNING"]
    assert all(place in told[0].message for place in places)


@pytest.mark.parametrize("seed", range(60))
def test_spoilt_cells_are_read_or_refused(tmp_path, seed):
    """Whatever stands in a cell, a table is read or refused, and never ends otherwise."""
    draw = random.Random(seed)
    chinese = seed % 2 == 0
    if chinese:
        made = draw.choice(
            [lambda: list(across(head=("行业", "名称"))), lambda: [LONG_HEAD, *long()], lambda: list(across())]
        )
    else:
        made = draw.choice([lambda: list(accounts()), lambda: list(series()), lambda: PLAIN])
    rows = [list(row) for row in made()]
    for _ in range(3):
        row = draw.choice(rows[: draw.choice([8, len(rows)])])
        row[draw.randrange(len(row))] = draw.choice(
            ["", "x", "-5", "1990", "全国", "06", "合计", "Line", "注", "sic", "②"]
        )
    path = text(tmp_path / "table.csv", rows, "utf-8")
    try:
        census(path) if chinese else groups(path)
    except InputError as error:
        assert "table.csv" in str(error)
