"""Employment by industry of the United States' national accounts: table 6.4C of the Bureau of Economic Analysis."""

from __future__ import annotations

import difflib
import re
from typing import NamedTuple

from study.checks.totals import check_sum
from study.files.sheets import Sheet
from study.files.table_rows import rows_above_notes
from study.helpers import RESOURCES, InputError, workflow_rows
from study.publishers.employment_counts import MOST_ABOVE, Wanted
from study.publishers.major_groups import Figure
from study.words.years import year_of

US_INDUSTRIES = RESOURCES / "us_industries.csv"


class Line(NamedTuple):
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
    rows = enumerate(sheet.rows[:MOST_ABOVE])
    return next((at for at, row in rows if row.get(0).lower() == "line" and any(map(year_of, row.cells[1:]))), None)


def _choose(tables: list[tuple[Sheet, int]], year: int | None) -> tuple[Sheet, int]:
    """The table of employees of the year among a workbook's; the one table of a file whatever its title."""
    above = [" ".join(cell for row in sheet.rows[:at] for cell in row.cells) for sheet, at in tables]
    wanted, source = "full-time and part-time employees", tables[0][0].source
    if len(tables) == 1:
        other = re.search(r"table\s*6\.\d+[a-d]?[^,;]*", above[0], re.IGNORECASE)
        if other and wanted not in above[0].lower():
            raise InputError(f"{source}: this is {other[0]!r}; table 6.4C, {wanted} by industry, is wanted.")
        return tables[0]
    found = [
        (sheet, at)
        for (sheet, at), text in zip(tables, map(str.lower, above), strict=True)
        if f"{wanted} by industry" in text and "hours" not in text
        if year is None or year in map(year_of, sheet.rows[at].cells)
    ]
    if len(found) != 1:
        dated = f" with the year {year}" if year else ""
        raise InputError(
            f"{source}: {len(found)} sheets are table 6.4C ({wanted} by industry){dated}; keep the one to use."
        )
    return found[0]


def _year_column(sheet: Sheet, at: int, year: int | None) -> int:
    """The column of the year, or of the one that there is."""
    header = sheet.rows[at]
    years = {found: column for column, cell in enumerate(header.cells) if column and (found := year_of(cell))}
    column = next(iter(years.values())) if year is None and len(years) == 1 else years.get(year)
    if column is None:
        listed = ", ".join(map(str, sorted(years)))
        raise InputError(f"{sheet.place(header)}: no column for {year or 'one year'}; years here: {listed}.")
    return column


def read_accounts(tables: list[tuple[Sheet, int]], wanted: Wanted) -> list[Figure]:
    """Figures of the lines that are major groups, from the sheets that are such a table and where their headers are;
    sums are checked, never added. Raises InputError naming file, row and column."""
    sheet, at = _choose(tables, wanted.year)
    column = _year_column(sheet, at, wanted.year)
    factor = wanted.factor(sheet, at)
    if factor is None:
        raise InputError(f"{sheet.source}: no unit above the header; expected [Thousands of employees].")
    lines = _lines()
    printed = _printed(sheet, at, column, lines, wanted)
    if absent := [line.name for i, line in enumerate(lines) if line.sic and i not in printed]:
        raise InputError(f"{sheet.source}: no lines {'; '.join(absent)}; export the whole table 6.4C.")
    for i in sorted(printed, reverse=True):
        parts = [printed.get(k) for k, line in enumerate(lines) if line.parent == i]
        if parts and all(parts):
            total = sum(part.persons for part in parts)
            check_sum(printed[i].where, lines[i].name, total, printed[i].persons, wanted.tolerance)
    return _by_group(printed, factor)


def _printed(sheet: Sheet, at: int, column: int, lines: list[Line], wanted: Wanted) -> dict[int, Figure]:
    """Position of a line -> its figure as printed; InputError for a line that the table does not have there."""
    printed: dict[int, Figure] = {}
    for row in rows_above_notes(sheet, sheet.rows[at + 1 :], lambda row: row.get(0).isdecimal()):
        where, name = sheet.place(row, 1), row.get(1)
        if not row.get(0).isdecimal():
            if not row.get(column) or sum(map(bool, row.cells)) == 1:
                continue  # footnotes, the words Addenda or Legend
            raise InputError(f"{sheet.place(row, 0)}: found {row.get(0)!r}, expected a line number.")
        if not name:
            raise InputError(f"{where}: the line has no name.")
        matches = [i for i, line in enumerate(lines) if _words(line.name) == _words(name)]
        position = next((i for i in matches if i > max(printed, default=-1)), None)
        if position is None:
            near = difflib.get_close_matches(name, [line.name for line in lines], n=2)
            hint = f" (did you mean {', '.join(near)}?)" if near else ""
            problem = "stands out of the table's order, or twice" if matches else f"is no line of table 6.4C{hint}"
            raise InputError(f"{where}: {name!r} {problem}.")
        count = wanted.count(sheet, row, column)
        printed[position] = Figure(lines[position].sic, count, sheet.place(row, column))
    return printed


def _by_group(printed: dict[int, Figure], factor: float) -> list[Figure]:
    """One figure for the lines of the same major groups, and for those of which one is among the groups of another."""
    sums: dict[str, Figure] = {}
    for code, count, where in printed.values():
        if code:
            before = sums[code].persons if code in sums else 0.0
            sums[code] = Figure(code, before + factor * count, where)
    for code in [code for code in sums if "+" in code]:
        for part in [sums.pop(group) for group in code.split("+") if group in sums]:
            sums[code] = sums[code]._replace(persons=sums[code].persons + part.persons)
    return list(sums.values())
