"""Employment by industry of the United States' national accounts: table 6.4C of the Bureau of Economic Analysis."""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass

from study.checks.totals import check_sum
from study.files.sheets import Row, Sheet
from study.files.table_rows import rows_above_notes
from study.helpers import RESOURCES, InputError, workflow_rows
from study.publishers.employment_counts import MOST_ABOVE, Wanted, count
from study.publishers.major_groups import Figure
from study.words.years import year_of

US_INDUSTRIES = RESOURCES / "us_industries.csv"


@dataclass(frozen=True)
class Line:
    """A line of the table: `parent` is the position of the line it is part of, `sic` its major groups."""

    name: str
    parent: int | None
    sic: str


def _lines() -> list[Line]:
    """The lines of table 6.4C as printed (resources/us_industries.csv); several have the same name."""
    lines: list[Line] = []
    for row in workflow_rows(US_INDUSTRIES):
        parent = next((i for i in reversed(range(len(lines))) if lines[i].name == row["parent"]), None)
        lines.append(Line(row["name"], parent, row["sic"]))
    return lines


def _words(name: str) -> str:
    """A line's name for comparison: no footnote mark, comma, `and`, plural."""
    bare = re.sub(r"\\.*?\\|\[.*?\]|\d+/?", "", name.lower()).replace("electrical", "electric")
    return " ".join(word.rstrip("s") for word in re.findall(r"[a-z]+", bare) if word != "and")


def table_of_accounts(sheet: Sheet) -> int | None:
    """Where the header Line, (blank), years is."""
    for at, row in enumerate(sheet.rows[:MOST_ABOVE]):
        if row.get(0).lower() == "line" and any(year_of(cell) for cell in row.cells[1:]):
            return at
    return None


def _choose(tables: list[tuple[Sheet, int]], year: int | None) -> tuple[Sheet, int]:
    """The table of employees of the year among a workbook's; the one table of a file whatever its title."""
    above = [" ".join(cell for row in sheet.rows[:at] for cell in row.cells) for sheet, at in tables]
    if len(tables) == 1:
        other = re.search(r"table\s*6\.\d+[a-d]?[^,;]*", above[0], re.IGNORECASE)
        if other and "full-time and part-time employees" not in above[0].lower():
            raise InputError(f"{tables[0][0].source}: this is {other[0]!r}; table 6.4C, full-time and part-time "
                             "employees by industry, is wanted.")  # fmt: skip
        return tables[0]
    found = [
        (sheet, at)
        for (sheet, at), text in zip(tables, map(str.lower, above), strict=True)
        if "full-time and part-time employees by industry" in text and "hours" not in text
        if year is None or year in map(year_of, sheet.rows[at].cells)
    ]
    if len(found) != 1:
        raise InputError(
            f"{tables[0][0].source}: {len(found)} sheets are table 6.4C (full-time and part-time employees by industry)"
            f"{f' with the year {year}' if year else ''}; keep the one to use."
        )
    return found[0]


def _year_column(sheet: Sheet, header: Row, year: int | None) -> int:
    years = {found: column for column, cell in enumerate(header.cells) if column and (found := year_of(cell))}
    if year is None and len(years) == 1:
        return next(iter(years.values()))
    if year not in years:
        listed = ", ".join(map(str, sorted(years)))
        where = sheet.place(header)
        raise InputError(f"{where}: no column for {year or 'one year'}; years here: {listed}.")
    return years[year]


def read_accounts(tables: list[tuple[Sheet, int]], wanted: Wanted) -> list[Figure]:
    """Figures of the lines that are major groups, from the sheets that are such a table and where their headers are;
    sums are checked, never added. Raises InputError naming file, row and column."""
    sheet, at = _choose(tables, wanted.year)
    column = _year_column(sheet, sheet.rows[at], wanted.year)
    factor = wanted.factor(sheet, at)
    if factor is None:
        raise InputError(f"{sheet.source}: no unit above the header; expected [Thousands of employees].")
    lines = _lines()
    printed: dict[int, Figure] = {}
    last = -1
    for row in rows_above_notes(sheet, sheet.rows[at + 1 :], lambda row: row.get(0).isdecimal()):
        where = sheet.place(row, 1)
        if not row.get(0).isdecimal():
            if not row.get(column) or sum(map(bool, row.cells)) == 1:
                continue  # footnotes, the words Addenda or Legend
            raise InputError(f"{sheet.place(row, 0)}: found {row.get(0)!r}, expected a line number.")
        name = row.get(1)
        if not name:
            raise InputError(f"{where}: the line has no name.")
        matches = [i for i, line in enumerate(lines) if _words(line.name) == _words(name)]
        later = [i for i in matches if i > last]
        if not later:
            near = difflib.get_close_matches(name, [line.name for line in lines], n=2)
            problem = "stands out of the table's order, or twice" if matches else "is no line of table 6.4C"
            hint = f" (did you mean {', '.join(near)}?)" if near and not matches else ""
            raise InputError(f"{where}: {name!r} {problem}{hint}.")
        last = later[0]
        printed[last] = Figure(lines[last].sic, count(sheet, row, column), sheet.place(row, column))
    absent = [line.name for i, line in enumerate(lines) if line.sic and i not in printed]
    if absent:
        raise InputError(f"{sheet.source}: no lines {'; '.join(absent)}; export the whole table 6.4C.")
    for i, line in reversed(list(enumerate(lines))):
        children = [k for k, child in enumerate(lines) if child.parent == i]
        if i in printed and children and all(k in printed for k in children):
            parts = sum(printed[k].persons for k in children)
            check_sum(printed[i].where, line.name, parts, printed[i].persons, wanted.tolerance)
    sums: dict[str, Figure] = {}
    for figure in printed.values():
        if figure.code:
            before = sums[figure.code].persons if figure.code in sums else 0.0
            sums[figure.code] = Figure(figure.code, before + factor * figure.persons, figure.where)
    return _join_overlaps(sums)


def _join_overlaps(sums: dict[str, Figure]) -> list[Figure]:
    """A group with a line of its own that another line's groups contain: one figure for all of them."""
    for code in [code for code in sums if "+" in code]:
        for group in code.split("+"):
            if group in sums:
                part = sums.pop(group)
                sums[code] = Figure(code, sums[code].persons + part.persons, sums[code].where)
    return list(sums.values())
