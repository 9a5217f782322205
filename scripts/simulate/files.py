"""The publishers' forms: text of each simulated file as its publisher would export it, down to bytes."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence

import numpy as np

from simulate import facts
from simulate.robots import Robots, divisions
from simulate.tables import Table

SIMULATED_ZH = "本表为模拟数据"  # stands in the notes of every Chinese table
CRLF = {"gdp", "employment", "loans", "investment_price_index", "electricity", "raw_coal", "exchange_rate"}
NEW_SITE = {
    "budget_expenditure",
    "population",
    "retail_price_index",
}  # tables in the form of the site of 2025-26
FULL_WIDTH_BLANK = {"raw_coal", "crude_oil", "diesel", "lpg", "energy_total"}  # inside two-character names

# Notes above the source line, where a table has more than the common one; a comma makes the export quote the line.
TABLE_NOTES = {
    "gdp": ["注：本表按当年价格计算,由模拟程序生成,{simulated}。"],
    "gdp_index": ["注：1.本表按不变价格计算。", "　　　2.{simulated}。"],
    "gross_fixed_capital_formation": ["注：{simulated},2018年及以后不再公布。"],
    "fixed_asset_investment_growth": ["注：1.固定资产投资不含农户,按名义增速计算。", "　　　2.{simulated}。"],
    "employment": ["注：{simulated}。"],
    "trade": ["注：1.按经营单位所在地分。", "　　　2.{simulated}, 单位为千美元。"],
    "urbanisation": ["注：{simulated}，按常住人口计算。"],
}

ENERGY_TITLES = {
    "raw_coal": "Raw Coal Consumption by Region",
    "coke": "Coke Consumption by Region",
    "crude_oil": "Crude Oil Consumption by Region",
    "gasoline": "Gasoline Consumption by Region",
    "kerosene": "Kerosene Consumption by Region",
    "diesel": "Diesel Oil Consumption by Region",
    "fuel_oil": "Fuel Oil Consumption by Region",
    "lpg": "LPG Consumption by Region",
    "natural_gas": "Natural Gas Consumption by Region",
    "energy_total": "Total Energy Consumption by Region",
    "electricity": "Electricity Consumption by Region",
    "net_electricity": "Net Inflow of Electricity by Region",
    "net_heat": "Net Inflow of Heat by Region",
}
ENERGY_UNITS = {
    "万吨": "(10 000 tons)",
    "亿立方米": "(100 million cu.m)",
    "万吨标准煤": "(10 000 tce)",
    "亿千瓦小时": "(100 million kWh)",
    "百亿千焦": "(10 billion kJ)",
}


def unit_zh(entry: Mapping[str, str]) -> str:
    """The unit a table prints: the first of the catalog's conversions, left of its last `=`; of an exchange rate the
    yuan alone, for its title says how many dollars they are for."""
    return entry["conversion"].split(";")[0].rsplit("=", 1)[0].partition("/")[0]


def first_conversion(entry: Mapping[str, str]) -> float:
    """Catalog units per printed unit, of the catalog's first conversion."""
    return float(entry["conversion"].split(";")[0].rsplit("=", 1)[1])


def printed(value: float, decimals: int) -> str:
    """A figure as printed; nothing for a missing one."""
    return "" if np.isnan(value) else f"{value:.{decimals}f}"


def csv_text(rows: Sequence[Sequence[object]], newline: str = "\n") -> str:
    """Rows as CSV, quoted only where needed."""
    buffer = io.StringIO()
    csv.writer(buffer, lineterminator=newline).writerows(rows)
    return buffer.getvalue()


def notes(key: str) -> list[list[str]]:
    """Note rows of a table of the statistics bureau, each one cell, the source last."""
    lines = [line.format(simulated=SIMULATED_ZH) for line in TABLE_NOTES.get(key, ["注：{simulated}。"])]
    return [[line] for line in [*lines, "数据来源：国家统计局"]]


def classic_form(key: str, table: Table, entry: Mapping[str, str], names: Sequence[str]) -> bytes:
    """The bureau's classic export: GBK, three header lines, newest year first."""
    order = range(len(table.years) - 1, -1, -1)
    rows = [
        ["数据库：分省年度数据"],
        [f"指标：{entry['title_zh']}({unit_zh(entry)})"],
        [f"时间：{table.years[0]}-{table.years[-1]}" if len(table.years) > 1 else f"时间：{table.years[0]}"],
        ["地区", *(f"{table.years[year]}年" for year in order)],
    ]
    for name, values in zip(names, table.values, strict=True):
        rows.append([name, *(printed(values[year], table.decimals) for year in order)])
    return csv_text(rows + notes(key), "\r\n" if key in CRLF else "\n").encode("gbk")


def new_site_form(key: str, table: Table, names: Sequence[str]) -> bytes:
    """The export of the site of 2025-26: UTF-8 with BOM, cells ending in a tab, an empty newest year, no indicator."""
    newest = table.years[-1] + 1
    order = range(len(table.years) - 1, -1, -1)

    def line(cells: Sequence[str]) -> str:
        return "".join(f"{cell}\t," for cell in cells)

    lines = ["数据库：分省年度数据 ", f"时间：{table.years[0]}年-{newest}年 "]
    lines.append(line(["地区", f"{newest}年", *(f"{table.years[year]}年" for year in order)]))
    for name, values in zip(names, table.values, strict=True):
        lines.append(line([name, "", *(printed(values[year], table.decimals) for year in order)]))
    lines += [row[0] for row in notes(key)]
    return "\n".join(lines).encode("utf-8-sig")


def national_form(key: str, years: Sequence[int], values: Sequence[float], entry: Mapping[str, str]) -> bytes:
    """The bureau's national export: the indicator with its unit names the row."""
    order = range(len(years) - 1, -1, -1)
    rows = [
        ["数据库：年度数据"],
        [f"时间：{years[0]}-{years[-1]}"],
        ["指标", *(f"{years[year]}年" for year in order)],
        [f"{entry['title_zh']}({unit_zh(entry)})", *(f"{values[year]:.2f}" for year in order)],
    ]
    return csv_text(rows + notes(key), "\r\n" if key in CRLF else "\n").encode("gbk")


def spread_name(name: str, blank: str) -> str:
    """A two-character name with blanks inside, as the energy yearbook sets it."""
    return f"{name[0]}{blank}{name[1]}" if len(name) == 2 else name


def energy_form(
    key: str, number: int, table: Table, entry: Mapping[str, str], provinces: Sequence[Mapping[str, str]]
) -> bytes:
    """The energy yearbook's table by region: bilingual, GBK, years across, the country first, empty = nil."""
    blank = "　" if key in FULL_WIDTH_BLANK else "  "
    unit = unit_zh(entry)
    rows = [
        [f"4-{number} {entry['title_zh']}"],
        [f"4-{number} {ENERGY_TITLES.get(key) or entry['title_en'].title()}"],
        [f"单位：{unit}", *[""] * len(table.years), ENERGY_UNITS[unit]],
        ["地  区", "Region", *table.years],
        [spread_name("全国", blank), "National Total", *(printed(v, table.decimals) for v in table.national)],
    ]
    for province, values in zip(provinces, table.values, strict=True):
        names = [spread_name(province["short_zh"], blank), province["name_en"]]
        rows.append(names + [printed(value, table.decimals) for value in values])
    rows.append(["注：1.地区数据相加不等于全国,差额为统计误差。"])
    rows.append([f"　　　2.{SIMULATED_ZH}。"])
    return csv_text(rows, "\r\n" if key in CRLF else "\n").encode("gbk")


def robot_form(robots: Robots, country_code: str, country: str) -> bytes:
    """The robot federation's long export: parents and children in one column, codes are text."""
    rows: list[list[object]] = [["Year", "industrycode", "industry", "countrycode", "country", "delivered", "op_stock"]]
    for column, year in enumerate(robots.years):
        for code, (name, *_) in facts.ROBOT_INDUSTRIES.items():
            counts = robots.delivered[code][column], robots.operational_stock[code][column]
            rows.append([year, code, name, country_code, country, *map(int, counts)])
    return csv_text(rows).encode("utf-8")


def census_form(
    employment: Mapping[str, np.ndarray], titles: Mapping[str, str], provinces: Sequence[Mapping[str, str]]
) -> bytes:
    """The census table by division and region: sections with their divisions, the country before the provinces."""

    def line(code: str, name: str, counts: np.ndarray) -> list[object]:
        return [code, name, int(counts.sum()), *map(int, counts)]

    rows: list[list[object]] = [["按行业大类和地区分的就业人员(2004年)"], ["单位：人"]]
    rows.append(["代码", "行业", "全国", *(province["short_zh"] for province in provinces)])
    rows.append(line("", "总计", sum(employment.values())))
    for section, codes in divisions().items():
        rows.append(line(section, facts.SECTION_EMPLOYMENT[section][0], sum(employment[code] for code in codes)))
        rows += [line(code, titles[code], employment[code]) for code in codes]
    rows.append(["注：1.行业分类按《国民经济行业分类》(GB/T 4754-2002),包括农、林、牧、渔业。"])
    rows.append([f"　　　2.{SIMULATED_ZH}。"])
    return csv_text(rows).encode("gbk")


def us_employment_form(employment: Mapping[str, float], titles: Mapping[str, str]) -> bytes:
    """United States employment by SIC division and major group, thousands with separators."""
    rows: list[list[object]] = [["Employment by industry, United States, 1990"], ["(In thousands)"]]
    rows.append(["SIC", "Industry", "Employment"])
    for letter, (name, groups) in facts.US_DIVISIONS.items():
        rows.append([letter, name, f"{sum(employment[code] for code in groups):,.1f}"])
        rows += [[code, titles[code], f"{employment[code]:,.1f}"] for code in groups]
    rows.append(["Source: simulated figures, in the form of the Bureau of Labor Statistics"])
    return csv_text(rows).encode("utf-8")
