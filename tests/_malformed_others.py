"""Malformed inputs, the other publishers: robots, employment, patents."""

from __future__ import annotations

import re
from collections.abc import Callable

from _malformed import Case, Table, xlsx

# --- robots -------------------------------------------------------------------------------------------------------


def line(start: str, change: Callable[[list[str]], list[str]] | None = None):
    """A change of the rows that begin so, or without it their removal."""

    def changed(good: Table) -> Table:
        rows = []
        for row in good.rows:
            if not ",".join(row).startswith(start):
                rows.append(row)
            elif change:
                rows.append(change(list(row)))
        assert rows != good.rows
        return Table(good.key, rows)

    return changed


def cell(column: int, text: str | Callable[[str], str]):
    """A change of one cell of a row."""
    return lambda row: [*row[:column], text(row[column]) if callable(text) else text, *row[column + 1 :]]


def twice(start: str, change: Callable[[list[str]], list[str]] = lambda row: row):
    """A change that puts the rows that begin so in twice."""
    return lambda t: Table(
        t.key,
        [copy for row in t.rows for copy in ([row, change(list(row))] if ",".join(row).startswith(start) else [row])],
    )


def columns(change: Callable[[list[str]], list[str]]):
    """A change of every row."""
    return lambda t: Table(t.key, [change(list(row)) for row in t.rows])


def swapped_heads(one: int, other: int):
    """A change that swaps two names of the header."""

    def change(good: Table) -> Table:
        head = list(good.rows[0])
        head[one], head[other] = head[other], head[one]
        return Table(good.key, [head, *good.rows[1:]])

    return change


ROBOTS = [
    ("text for robots", line("2015,29,", cell(5, "n.d.")), "row 426, column F: found 'n.d.', expected a number"),
    (
        "a negative number of robots",
        line("2015,29,", cell(5, "-5")),
        "row 426, column F: found '-5', expected a number of robots",
    ),
    ("no figure", line("2015,13-15,", cell(5, "")), "row 403, column F: found '', expected a number of robots"),
    (
        "more robots than there are",
        line("2015,29,", cell(5, "1e12")),
        "column F: found '1e12', expected a number of robots",
    ),
    (
        "ten times the robots",
        line("2015,29,", cell(5, lambda v: v + "0")),
        "row 426, column F: 29 has 136560 installations in 2015, its children",
    ),
    (
        "a total of another year",
        line("2015,000,", cell(5, "5998")),
        "installations of 2015 over industries adds up to 84000, the printed total says 5998",
    ),
    (
        "an industry missing",
        line("2015,13-15,"),
        "no row for industry 13-15 in 2015 .installations.; the export has to list",
    ),
    ("a year missing", line("2015,"), "no rows of CN for 2015; the study needs 2013 to 2022"),
    (
        "an industry twice",
        twice("2015,29,"),
        "installations of industry 29 in 2015 stand already in .*row 426, column F; keep one",
    ),
    ("a year twice", line("2014,", cell(0, "2015")), "in 2015 stand already in"),
    ("no year", line("2015,29,", cell(0, "")), "row 426, column A: no year; found ''"),
    ("a year that is none", line("2015,29,", cell(0, "20l5")), "row 426, column A: no year; found '20l5'"),
    (
        "no code of the industry",
        line("2015,29,", lambda row: [row[0], "", "", *row[3:]]),
        "row 426, column B: figures without an industry",
    ),
    (
        "code and name of two industries",
        line("2015,29,", cell(2, "30-Other vehicles")),
        "row 426: the code '29' and the name .* are two industries",
    ),
    ("two countries in a row", line("2015,29,", cell(3, "US")), "row 426: US and China are two countries"),
    (
        "no country",
        line("2015,29,", lambda row: [*row[:3], "", "", *row[5:]]),
        "row 426, column D: figures without a country",
    ),
    (
        "another country",
        columns(lambda row: [*row[:3], *(("KR", "Rep. of Korea") if row[3] == "CN" else row[3:5]), *row[5:]]),
        "no rows of country CN; the file has KR",
    ),
    ("no column of installations", columns(lambda row: row[:5] + row[6:]), "row 1: no column delivered"),
    (
        "installations twice",
        columns(lambda row: [*row, row[5] if row[5] != "delivered" else "installations"]),
        "row 1, column H: a second column of installations",
    ),
    (
        "installations and stock swapped",
        swapped_heads(5, 6),
        "CN has more installations than operational stock in 10 of 10 years",
    ),
    ("year and code swapped", swapped_heads(0, 1), "no year; found"),
    ("no header", lambda t: Table(t.key, t.rows[1:]), "row 1: no table of robots; it begins '2006 . 000"),
    (
        "the header moved right",
        lambda t: Table(t.key, [["", *t.rows[0]], *t.rows[1:]]),
        "row 2, column B: no year; found '000'",
    ),
    (
        "a figure behind the last name",
        line("2015,29,", lambda row: [*row, "7"]),
        "row 426, column H: found '7', where the header has no name",
    ),
    (
        "rows cut short",
        line("2015,13-15,", lambda row: row[:5]),
        "row 403, column F: found '', expected a number of robots",
    ),
    (
        "a formula",
        lambda t: xlsx([[*r[:5], "=A9", r[6]] if r[:2] == [2015, "13-15"] else r for r in t.typed()]),
        "row 403, column F: found the formula .=A9., expected a figure; paste the value, or set cleaning.formulas",
    ),
]

# --- employment ---------------------------------------------------------------------------------------------------


def census(change: Callable[[list[list[str]]], object]):
    """A change of the census's rows in place."""

    def changed(good: Table) -> Table:
        change(good.rows)
        return good

    return changed


def at(number: int, column: int, text: str):
    """A change of a cell, counted from 1."""
    return census(lambda rows: rows[number - 1].__setitem__(column - 1, text))


def whole(rows: list[list[str]]) -> None:
    """Every count of the census in 10^4 persons."""
    for row in rows[3:]:
        row[2:] = [f"{float(c) / 1e4:.4f}" if re.fullmatch(r"\d+", c) else c for c in row[2:]]


CENSUS = [
    ("text for a count", at(6, 5, "n.d."), "row 6, column E: found 'n.d.', expected a number"),
    ("a negative count", at(6, 5, "-1"), "row 6, column E: found '-1', expected a number employed"),
    (
        "no count",
        at(6, 5, ""),
        "counts that are missing .write 0 where nobody is employed.:\n  tianjin, division 01 .*row 6, column E",
    ),
    ("ten times the persons", at(6, 5, "96353000"), "division 01 over provinces adds up to"),
    (
        "a division twice",
        census(lambda rows: rows.insert(6, list(rows[5]))),
        "row 7, column C: division 01 of china stands already in .*row 6, column C",
    ),
    ("a division missing", census(lambda rows: rows.pop(5)), "over divisions adds up to"),
    ("a code that lost its zero", at(6, 1, "1"), "row 6, column A: code '1' has lost its leading zero"),
    ("a code mistyped", at(6, 1, "0l"), "row 6, column A: found '0l', expected a division's code of two digits"),
    ("a code lost", at(6, 1, ""), "row 6, column A: found '', expected a division's code of two digits"),
    ("a code that is none", at(6, 1, "99"), "row 6, column A: '99' is no division of GB/T 4754-2002"),
    (
        "a figure behind the last province",
        census(lambda rows: rows[6].append("5")),
        "row 7, column AI: '5' stands right of",
    ),
    ("a province twice", at(3, 5, "北京"), "row 3, column E: '北京' stands already in .*row 3, column D"),
    ("an unknown province", at(3, 5, "天京"), "row 3, column E: unknown province '天京'"),
    (
        "a province missing",
        census(lambda rows: [row.__delitem__(slice(5, 6)) for row in rows[2:]]),
        "no figures for hebei",
    ),
    ("no unit", at(2, 1, ""), "give the unit .none.; expected one of 人, 万人"),
    ("another unit", at(2, 1, "单位：个"), "the unit is 个; expected one of 人, 万人"),
    ("万人 above persons", at(2, 1, "单位：万人"), "all employed add up to .* persons, plausible are"),
    ("人 above 10^4 persons", census(whole), "all employed add up to .* persons, plausible are"),
    (
        "no header",
        census(lambda rows: rows.pop(2)),
        "neither the columns nor the title nor the sheet's or the file's name says the province",
    ),
    ("the header moved right", census(lambda rows: rows[2].insert(2, "")), "row 4: 34 cells where the header has 35"),
    (
        "a row moved right",
        census(lambda rows: rows[6].insert(2, "")),
        "row 7, column AI: '182812' stands right of the last column",
    ),
    (
        "a row cut short",
        census(lambda rows: rows[6].__delitem__(slice(9, None))),
        "row 7: 9 cells where the header has 34; row cut short",
    ),
    (
        "the rows of divisions gone",
        census(lambda rows: rows.__delitem__(slice(4, None))),
        "no divisions .two-digit codes or their names. with figures",
    ),
]
US = [
    ("text for a count", at(5, 3, "(D)"), "row 5, column C: found '.D.', expected a number"),
    ("a negative count", at(5, 3, "-907.2"), "row 5, column C: found '-907.2', expected a number employed"),
    ("no count", at(5, 3, ""), "row 5, column C: found '', expected a number employed"),
    ("ten times the persons", at(5, 3, "9072"), "division A over major groups adds up to"),
    (
        "a group twice",
        census(lambda rows: rows.insert(5, list(rows[4]))),
        "row 6, column C: SIC 01 stands already in .*row 5, column C",
    ),
    ("a group missing", census(lambda rows: rows.pop(4)), "division A over major groups adds up to"),
    ("a code that lost its zero", at(5, 1, "1"), "row 5, column A: code '1' has lost its leading zero"),
    ("a code mistyped", at(5, 1, "O1"), "row 5, column A: found 'O1', expected a SIC 1987 code"),
    (
        "a decimal comma",
        census(lambda rows: rows[4].__setitem__(slice(2, 3), ["907", "2"])),
        "row 5, column D: '2' stands right",
    ),
    ("no unit", at(2, 1, ""), "no unit of 'Employment'; .* known are thousands, persons"),
    ("another unit", at(2, 1, "(In millions)"), "all employed add up to 1.* persons, plausible are"),
    (
        "persons above thousands",
        at(2, 1, "(In persons)"),
        "all employed add up to 1.* persons, plausible are 2e.07 to 3e.08",
    ),
    (
        "thousands above persons",
        census(
            lambda rows: [
                row.__setitem__(2, str(float(row[2].replace(",", "")) * 1000)) for row in rows[3:] if len(row) > 2
            ]
        ),
        "all employed add up to 1.* persons, plausible are",
    ),
    ("no header", census(lambda rows: rows.pop(2)), "no header row found; expected SIC,Industry,Employment"),
    ("the groups gone", census(lambda rows: rows.__delitem__(slice(3, None))), "no rows with a two-digit SIC code"),
]

# --- patents ------------------------------------------------------------------------------------------------------

PATENTS = [
    ["年份", "省份", "城市", "IPC分类号", "绿色发明申请数"],
    *(
        [str(year), "河北省", city, ipc, str(100 * year % 97 + 7)]
        for year in (2015, 2016)
        for city in ("石家庄市", "唐山市")
        for ipc in ("H01L", "F03D")
    ),
]


def patents(change: Callable[[list[list[str]]], object]):
    """A change into a vendor's table of green patents by city and class, changed in place."""

    def changed(good: Table) -> Table:
        rows = [list(row) for row in PATENTS]
        change(rows)
        return Table(good.key, rows)

    return changed


def put(number: int, column: int, text: str):
    """A change of a cell, counted from 1."""
    return lambda rows: rows[number - 1].__setitem__(column - 1, text)


GREEN = [
    (
        "a city of another province",
        patents(put(3, 3, "太原市")),
        "row 3, column C: '太原市' is in shanxi, but its row says hebei",
    ),
    ("an unknown city", patents(put(3, 3, "石头庄市")), "row 3, column C: unknown city '石头庄市'"),
    ("an unknown province", patents(put(3, 2, "河地省")), "row 3, column B: unknown province '河地省'"),
    (
        "a row twice",
        patents(lambda rows: rows.insert(3, rows[2])),
        "row 4, column E: .* stands already in .*row 3, column E",
    ),
    ("text for patents", patents(put(3, 5, "n.d.")), "row 3, column E: found 'n.d.', expected a number"),
    ("a year that is none", patents(put(3, 1, "2O15")), "row 3, column A"),
    ("a class inside another", patents(put(3, 4, "H01")), "the class .* lies inside"),
    (
        "no column of applications",
        patents(lambda rows: [row.pop() for row in rows]),
        "row 1, column C: the rows are parted by 城市",
    ),
]


OTHERS = [
    *(Case(f"robots: {name}", "robots_china", change, says) for name, change, says in ROBOTS),
    *(Case(f"census: {name}", "employment_2004", change, says) for name, change, says in CENSUS),
    *(Case(f"US employment: {name}", "us_employment_1990", change, says) for name, change, says in US),
    *(Case(f"patents: {name}", "green_patents", change, says) for name, change, says in GREEN),
]
