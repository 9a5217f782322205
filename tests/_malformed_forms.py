"""Malformed inputs, other forms of a table: provinces across, vendors' series, data sets, the newer export."""

from __future__ import annotations

from collections.abc import Callable

from _malformed import YEARS, Case, Table
from study.words.years import year_of


def figures(good: Table) -> dict[str, dict[int, str]]:
    """Label -> year -> figure, of the study's years."""
    columns = {year_of(cell): at for at, cell in enumerate(good.rows[good.head]) if year_of(cell) in YEARS}
    return {good.rows[at][0]: {y: good.rows[at][c] for y, c in sorted(columns.items())} for at in good.body}


def transposed(good: Table) -> list[list[str]]:
    """Provinces across, years down."""
    table = figures(good)
    rows = [["数据库：分省年度数据"], ["指标：地区生产总值(亿元)"], ["时间", *table]]
    return rows + [[f"{year}年", *(table[name][year] for name in table)] for year in YEARS]


def vendor(good: Table) -> list[list[str]]:
    """Series across, dates down."""
    table = figures(good)
    names = [f"{name}:地区生产总值" for name in table]
    rows = [
        ["指标名称", *names],
        ["频率", *["年"] * 31],
        ["单位", *["亿元"] * 31],
        ["指标ID", *[f"M{i}" for i in range(31)]],
    ]
    return rows + [[f"{year}-12-31", *(table[name][year] for name in table)] for year in YEARS]


def long(good: Table) -> list[list[str]]:
    """A row a province and year."""
    rows = [[name, str(year), value] for name, its in figures(good).items() for year, value in its.items()]
    return [["省份", "年份", "地区生产总值(亿元)"], *rows]


def named(good: Table) -> list[list[str]]:
    """A row a province and year, the indicator's name and unit in columns."""
    rows = [[name, y, "地区生产总值", v, "亿元"] for name, its in figures(good).items() for y, v in its.items()]
    return [["地区", "年份", "指标", "数值", "单位"], *([*map(str, cells)] for cells in rows)]


def indicators(good: Table) -> list[list[str]]:
    """Provinces and indicators down with their unit, years across."""
    rows = [[name, "地区生产总值", "亿元", *its.values()] for name, its in figures(good).items()]
    return [["地区", "指标", "单位", *map(str, YEARS)], *rows]


def site(good: Table) -> list[list[str]]:
    """The site of 2025-26: a tab behind each cell, no title."""
    rows = [[f"{cell}\t" for cell in row] for row in good.rows[good.head :]]
    return [["数据库：分省年度数据 "], ["时间：2000年-2022年 "], *rows]


def formed(form: Callable[[Table], list[list[str]]], change: Callable[[list[list[str]]], object] = lambda rows: None):
    """A change into another form, whose rows are then changed in place."""

    def changed(good: Table) -> Table:
        rows = form(good)
        change(rows)
        return Table(good.key, rows)

    return changed


def at(line: int, column: int, text: str):
    """A change of one cell, counted as in messages from 1."""
    return lambda rows: rows[line - 1].__setitem__(column - 1, text)


def insert(line: int, copy: int):
    """A change that puts a copy of a line at another place."""
    return lambda rows: rows.insert(line - 1, list(rows[copy - 1]))


def units(rows: list[list[str]]) -> None:
    """Half of the rows in another unit, said beside each figure, the figures left as they are."""
    where = rows[0].index("单位")
    for cells in rows[1 : len(rows) // 2]:
        cells[where] = "万元"


def remove(line: int):
    """A change that takes a line out."""
    return lambda rows: rows.pop(line - 1)


FORMS = [
    (
        "transposed: a province twice",
        formed(transposed, at(3, 3, "北京市")),
        "row 3, column C: a second column is called '北京市'",
    ),
    (
        "transposed: an unknown province",
        formed(transposed, at(3, 3, "天京市")),
        "row 3, column C: unknown province '天京市'",
    ),
    (
        "transposed: a year twice",
        formed(transposed, insert(5, 5)),
        "row 6: '2014年' .2014, 地区生产总值. stands already in row 5",
    ),
    ("transposed: a year missing", formed(transposed, remove(6)), "no column for 2015"),
    ("transposed: no year", formed(transposed, at(6, 1, "合计")), "row 6, column A: found '合计', expected a year"),
    ("transposed: text", formed(transposed, at(6, 4, "x")), "row 6, column D: found 'x', expected a number"),
    (
        "transposed: a row moved right",
        formed(transposed, lambda r: r[5].insert(1, "")),
        "row 6, column AG: .* stands right",
    ),
    (
        "transposed: a row cut short",
        formed(transposed, lambda r: r[5].pop()),
        "row 6: 31 cells where the header has 32",
    ),
    (
        "vendor: a series twice",
        formed(vendor, at(1, 3, "北京市:地区生产总值")),
        "row 1, column C: a second column is called '北京市:地区生产总值'",
    ),
    (
        "vendor: a name without a province",
        formed(vendor, at(1, 3, "地区生产总值")),
        "no row for tianjin",
    ),
    (
        "vendor: months",
        formed(vendor, at(2, 3, "月")),
        "row 2, column [A-Z]+: the frequency is '月'; export annual series",
    ),
    (
        "vendor: a date twice",
        formed(vendor, at(6, 1, "2013-01-01")),
        "row 6: '2013-01-01' .2013. stands already in row 5",
    ),
    (
        "vendor: a month",
        formed(vendor, at(6, 1, "2014-06-30")),
        "row 6, column A: found '2014-06-30', expected a year such as 2022年 or 2022-12-31",
    ),
    (
        "vendor: a date that is none",
        formed(vendor, at(6, 1, "昨天")),
        "row 6, column A: found '昨天', expected a year such as",
    ),
    ("vendor: a province in another unit", formed(vendor, at(3, 4, "万元")), "no row for hebei"),
    (
        "vendor: half of the provinces in another unit",
        formed(vendor, lambda r: r[2].__setitem__(slice(1, 15), ["万元"] * 14)),
        "no row for beijing, tianjin, hebei",
    ),
    ("vendor: text", formed(vendor, at(7, 4, "--x")), "row 7, column D: found '--x', expected a number"),
    (
        "vendor: a row cut short",
        formed(vendor, lambda r: r[6].__delitem__(slice(5, None))),
        "row 7: 5 cells where the header has 32; row cut short",
    ),
    (
        "vendor: a figure without a series",
        formed(vendor, lambda r: r[6].append("7.5")),
        "row 7, column AG: '7.5' stands right of the last column",
    ),
    ("long: a row twice", formed(long, insert(5, 4)), "row 5: '北京市' .beijing, 2015. stands already in row 4"),
    ("long: a row missing at the end of a series", formed(long, remove(31)), "hebei 2022 .not in the file"),
    ("long: an unknown province", formed(long, at(24, 1, "河地")), "row 24, column A: unknown province '河地'"),
    ("long: no year", formed(long, at(24, 2, "")), "row 24, column B: found '', expected a year"),
    ("long: text", formed(long, at(24, 3, "n.d.")), "row 24, column C: found 'n.d.', expected a number"),
    ("long: no figures", formed(long, lambda r: r.__delitem__(slice(1, None))), "no rows of figures below the header"),
    (
        "long: an indicator's column twice, one changed",
        formed(long, lambda r: [cells.append("5.0" if i else cells[2]) for i, cells in enumerate(r)]),
        "row 1, column [A-Z]: a second column is called",
    ),
    (
        "long: a figure without a name",
        formed(long, lambda r: r[9].append("7.5")),
        "row 10, column D: '7.5' stands right of the last column",
    ),
    (
        "named: two units",
        formed(named, units),
        "row 156, column D: 地区生产总值 is in 亿元 here and in 万元 above; bring the figures into one unit",
    ),
    ("named: no value at the end of a series", formed(named, at(31, 4, "")), "hebei 2022 .*row 31, column D"),
    (
        "named: a row twice",
        formed(named, insert(5, 4)),
        "row 5: '北京市' .beijing, 2015, 地区生产总值. stands already in row 4",
    ),
    (
        "indicators: two units",
        formed(indicators, units),
        "row 17, column D: 地区生产总值 is in 亿元 here and in 万元 above",
    ),
    (
        "indicators: a row twice",
        formed(indicators, insert(5, 4)),
        "row 5: '河北省' .hebei, 地区生产总值. stands already in row 4",
    ),
    ("site: a year twice", formed(site, at(3, 3, "2022年\t")), "row 3, column C: a second column is called '2022年'"),
    ("site: text", formed(site, at(6, 9, "x\t")), "row 6, column I: found 'x', expected a number"),
    ("site: a cell lost", formed(site, lambda r: r[5].pop(4)), "row 6: 23 cells where the header has 24"),
]
FORMED = [Case(name, "gdp", change, says) for name, change, says in FORMS]
