"""Malformed inputs, the table's build: headers, rows and columns missing, twice, shifted or swapped, in every form."""

from __future__ import annotations

from collections.abc import Callable

from _malformed import Case, Table
from _malformed_cells import chained

HEBEI = "河北"


def drop_row(name: str):
    """A change that takes a province out."""
    return lambda t: Table(t.key, [row for row in t.rows if not (row and row[0].startswith(name))])


def drop_column(year: int):
    """A change that takes a year out, header and figures."""

    def change(good: Table) -> Table:
        at = good.column(year)
        return Table(good.key, [row[:at] + row[at + 1 :] if len(row) > at else row for row in good.rows])

    return change


def head(year: int, text: str):
    """A change of a year's header cell."""

    def change(good: Table) -> Table:
        good.rows[good.head][good.column(year)] = text
        return good

    return change


def label(text: str, name: str = HEBEI):
    """A change of a row's label."""

    def change(good: Table) -> Table:
        good.rows[good.row(name)][0] = text
        return good

    return change


def row(change: Callable[[list[str]], list[str]], name: str = HEBEI):
    """A change of a whole row, by its label, or of the header."""

    def changed(good: Table) -> Table:
        at = good.head if name == "header" else good.row(name)
        good.rows[at] = change(good.rows[at])
        return good

    return changed


def add(*rows: list[str], at: str = HEBEI):
    """A change that puts rows above a province's."""

    def change(good: Table) -> Table:
        where = good.row(at)
        good.rows[where:where] = [list(row) for row in rows]
        return good

    return change


def copy_row(source: str, target: str):
    """A change that gives a province another's figures."""

    def change(good: Table) -> Table:
        good.rows[good.row(target)][1:] = good.rows[good.row(source)][1:]
        return good

    return change


def copy_column(source: int, target: int):
    """A change that gives a year another's figures."""

    def change(good: Table) -> Table:
        for at in good.body:
            good.rows[at][good.column(target)] = good.rows[at][good.column(source)]
        return good

    return change


def swap_heads(one: int, other: int):
    """A change that swaps the headers of two years."""

    def change(good: Table) -> Table:
        cells, a, b = good.rows[good.head], good.column(one), good.column(other)
        cells[a], cells[b] = cells[b], cells[a]
        return good

    return change


def swap_labels(one: str, other: str):
    """A change that swaps the labels of two provinces."""

    def change(good: Table) -> Table:
        a, b = good.row(one), good.row(other)
        good.rows[a][0], good.rows[b][0] = good.rows[b][0], good.rows[a][0]
        return good

    return change


def of_year(factors: dict[str, float], first: int, last: int = 2022):
    """A change of some provinces' figures from a year on, as another vintage has them."""

    def change(good: Table) -> Table:
        for name, factor in factors.items():
            for year in range(first, last + 1):
                good.put(name, year, lambda v, factor=factor: v * factor)
        return good

    return change


def broken(year: int, name: str = HEBEI):
    """A change that empties a cell."""
    return lambda t: t.put(name, year, "")


def emptied(name: str):
    """A change that empties a row."""
    return row(lambda cells: cells[:1] + [""] * (len(cells) - 1), name)


def empty_column(year: int):
    """A change that empties a column."""

    def change(good: Table) -> Table:
        for at in good.body:
            good.rows[at][good.column(year)] = ""
        return good

    return change


def as_text(mark: str, quote: bool = False):
    """A change of the mark between cells."""
    return lambda t: "\n".join(mark.join(f'"{c}"' if quote else c for c in row) for row in t.rows).encode("gb18030")


def decimal_commas(good: Table) -> bytes:
    """The table parted by commas with decimal commas, unquoted."""
    return "\n".join(",".join(cell.replace(".", ",") for cell in row) for row in good.rows).encode("gb18030")


CENSUS = {"天津": 0.67, "吉林": 0.75, "黑龙江": 0.79, "山东": 0.86, "云南": 1.15}
# name, change, what is said; of GDP
BUILD = [
    ("a province missing", drop_row(HEBEI), "no row for hebei; add the rows or exclude the provinces"),
    ("two provinces missing", lambda t: drop_row("北京")(drop_row(HEBEI)(t)), "no row for beijing, hebei"),
    ("a year missing", drop_column(2015), "no column for 2015; the study needs 2013 to 2022"),
    ("years that end early", lambda t: drop_column(2022)(drop_column(2021)(t)), "no column for 2021, 2022"),
    (
        "a province twice",
        add([HEBEI + "省", *["100.00"] * 23]),
        "row 8: '河北省' .hebei, 地区生产总值. stands already in row 7",
    ),
    (
        "a province twice, in another spelling",
        add(["Hebei", *["100.00"] * 23]),
        "row 8: '河北省' .hebei, 地区生产总值. stands already in row 7",
    ),
    (
        "a province twice, with its own figures",
        lambda t: add(t.rows[t.row(HEBEI)])(t),
        "row 8: '河北省' .hebei, 地区生产总值. stands already",
    ),
    ("a year twice", head(2015, "2014年"), "row 4, column J: a second column is called '2014年'"),
    (
        "a year's column twice",
        lambda t: Table(t.key, [r[:3] + r[2:] for r in t.rows]),
        "row 4, column D: a second column is called '2021年'",
    ),
    ("a label mistyped", label("河地省"), "row 7, column A: unknown province '河地省' .did you mean"),
    ("a city for a province", label("石家庄市"), "row 7, column A: unknown province '石家庄市'"),
    ("no label", label(""), "row 7, column A: unknown province ''"),
    ("a figure for a label", label("29973.25"), "row 7, column A: unknown province '29973.25'"),
    ("a sum for a province", label("合计"), "no row for hebei"),
    (
        "the other province of its sound",
        label("山西省", "陕西"),
        "'山西省' .shanxi, 地区生产总值. stands already in row 8",
    ),
    ("a year mistyped", head(2015, "20I5年"), "row 4, column I: found '20I5年', expected a year such as 2022年"),
    ("a quarter for a year", head(2015, "2015年第1季度"), "row 4, column I: found '2015年第1季度', expected a year"),
    ("a month for a year", head(2015, "2015年6月"), "row 4, column I: found '2015年6月', expected a year"),
    ("half a year", head(2015, "2015.5"), "row 4, column I: found '2015.5', expected a year"),
    ("a year of three digits", head(2015, "215年"), "row 4, column I: found '215年', expected a year"),
    ("a year's name missing", head(2015, ""), "row 5, column I: .* stands in a column without a name in the header"),
    ("growth in a column", head(2015, "增速(%)"), "no column for 2015"),
    ("no header", lambda t: Table(t.key, t.rows[: t.head] + t.rows[t.head + 1 :]), "no header row found"),
    ("the header's corner lost, cells moved left", row(lambda c: c[1:], "header"), "no header row found"),
    ("the header moved right", row(lambda c: ["", *c], "header"), "row 5: 24 cells where the header has 25"),
    (
        "the header's years moved right",
        row(lambda c: [c[0], "", *c[1:]], "header"),
        "row 5: 24 cells where the header has 25",
    ),
    (
        "the header's years moved left",
        row(lambda c: [c[0], *c[2:]], "header"),
        "row 5, column X: .* stands right of the last column",
    ),
    (
        "the header twice",
        lambda t: add(t.rows[t.head])(t),
        "row 7: a second header stands here; keep one table on a sheet",
    ),
    (
        "the header below the table",
        lambda t: Table(t.key, [*t.rows[:3], *t.rows[4:36], t.rows[3], *t.rows[36:]]),
        "no rows of figures below the header",
    ),
    (
        "two tables, one below the other",
        lambda t: Table(t.key, t.rows[:-2] + t.rows[3:]),
        "row 36: a second header stands here; keep one table on a sheet",
    ),
    (
        "a second table below the notes",
        lambda t: Table(t.key, t.rows + t.rows[3:]),
        "stands below the notes; keep one table on a sheet",
    ),
    ("a row cut short", row(lambda c: c[:9]), "row 7: 9 cells where the header has 24; row cut short"),
    ("a row with a cell lost", row(lambda c: c[:5] + c[6:]), "row 7: 23 cells where the header has 24; row cut short"),
    (
        "a row with a figure too many",
        row(lambda c: [*c, "5.0"]),
        "row 7, column Y: '5.0' stands right of the last column",
    ),
    ("a row moved right", row(lambda c: [c[0], "", *c[1:]]), "row 7, column Y: .* stands right of the last column"),
    (
        "two rows in one",
        lambda t: row(lambda c: c + t.rows[7])(t),
        "row 7, column Y: .* stands right of the last column",
    ),
    (
        "thousands marks without quotes",
        lambda t: t.text().replace("29973.25", "29,973.25").encode("gb18030"),
        "row 7, column Y: .* stands right",
    ),
    ("decimal commas in a comma file", decimal_commas, "row 5, column Y: .* stands right of the last column"),
    ("a mark that is none", as_text("|"), "no header row found; the file begins '数据库：分省年度数据', expected"),
    ("blanks between the cells", as_text("  "), "no header row found"),
    (
        "every line one quoted cell",
        lambda t: "\n".join(f'"{",".join(r)}"' for r in t.rows).encode("gb18030"),
        "no header row found",
    ),
    (
        "a quote that is not closed",
        lambda t: t.text().replace("河北省,", '"河北省,').encode("gb18030"),
        "row 7: broken quoting",
    ),
    ("a gap at the end of a series", broken(2022), "empty cells at the end of a series.*hebei 2022 .*row 7, column B"),
    ("a province without figures", emptied(HEBEI), "the row of hebei is empty; supply the figures, or add hebei to"),
    (
        "a year without figures",
        empty_column(2022),
        "empty cells at the end of a series.*beijing 2022 .*row 5, column B",
    ),
    ("a province's figures copied", copy_row("山西", HEBEI), "the row of shanxi equals the row of hebei .*row 7"),
    ("a year's figures copied", copy_column(2016, 2015), "the column of 2016 equals the column of 2015"),
    (
        "two years swapped",
        swap_heads(2014, 2015),
        "row 4, column I: the years run 2016, 2014, 2015, 2013; have headers been swapped",
    ),
    ("two far years swapped", swap_heads(2005, 2022), "row 4, column C: the years run"),
    (
        "two provinces' figures swapped for some years",
        lambda t: swap_years(t, HEBEI, "海南", range(2013, 2017)),
        "suspect figures of gdp.*hebei 201",
    ),
    ("a mix of vintages", of_year(CENSUS, 2018), "mix data vintages, from before and after an economic census"),
    ("figures ten times from a year on", of_year({HEBEI: 10}, 2018), "hebei 2018 is .*two units in one row"),
    ("figures ten times in the study's first years", of_year({HEBEI: 10}, 2013, 2016), "two units in one row"),
]


def swap_years(good: Table, one: str, other: str, years: range) -> Table:
    """The table with the figures of two provinces swapped in some years."""
    for year in years:
        a, b = good.figure(one, year), good.figure(other, year)
        good.put(one, year, b).put(other, year, a)
    return good


OTHERS = [
    ("raw_coal", "no row of the nation, a province missing", lambda t: drop_row("北　京")(t), "no row for beijing"),
    (
        "raw_coal",
        "two provinces' names swapped in one language",
        lambda t: swap_labels("河北", "山西")(t),
        "row 8: '山.*西' and 'Hebei' are two provinces",
    ),
    ("electricity", "a province missing", lambda t: drop_row("河　北")(drop_row("河  北")(t)), "no row for hebei"),
    (
        "electricity",
        "neither the nation nor all provinces",
        lambda t: Table(t.key, [r for r in t.rows if r and r[0][:1] not in "全河"]),
        "no row for hebei",
    ),
    (
        "area",
        "two columns of one year",
        lambda t: Table(t.key, [r + r[1:] for r in t.rows]),
        "row 4, column C: a second column is called '2022年'",
    ),
    ("area", "no figure of a province", emptied(HEBEI), "the row of hebei is empty"),
    ("exchange_rate", "a year missing", drop_column(2015), "no column for 2015"),
    (
        "exchange_rate",
        "the row twice",
        lambda t: Table(t.key, [*t.rows[:4], t.rows[3], *t.rows[4:]]),
        "row 5: .* stands already in row 4",
    ),
    ("exchange_rate", "no row", lambda t: Table(t.key, t.rows[:3]), "no rows of figures below the header"),
    (
        "gdp_index",
        "a year missing on a fixed base",
        lambda t: drop_column(2015)(chained(t).replace("上年", "2000")),
        "no column for 2015, 2016",
    ),
]
SHAPES = [
    *(Case(name, "gdp", change, says) for name, change, says in BUILD),
    *(Case(f"{key}: {name}", key, change, says) for key, name, change, says in OTHERS),
]
