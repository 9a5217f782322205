"""A wide panel, years or units across as columns: recognised by its header, and told how to make it long."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from study.files.sheets import Row
from study.words.period_labels import kind_of

_HEADED_PERIOD = r"(?:19|20)\d{2}(?:[-_. ]?[QqHh][1-4])?"
_PERIOD_LAST = re.compile(rf"(?P<stem>.*?)(?P<mark>[ _.-]*)(?P<period>{_HEADED_PERIOD})(?:年度?|\.0+)?")
_PERIOD_IN_BRACKETS = re.compile(rf"(?P<stem>.*?)(?P<mark>[ _.-]*)[(（\[](?P<period>{_HEADED_PERIOD})年?[)）\]]")
_PERIOD_FIRST = re.compile(rf"(?P<period>{_HEADED_PERIOD})(?:年度?)?(?P<mark>[ _.-]*)(?P<stem>\D.*)")
_YEAR_IN_HEADING = re.compile(r"(?:19|20)\d{2}")
_ROWS = 10  # filled rows from the top that may be the header


class Across(NamedTuple):
    """Columns of a header that are one per period: their names, the variables' names and what joins both.

    `last`: whether the period stands after the variable's name, as programs want it. `unit`: the first other column.
    """

    line: int
    columns: tuple[str, ...]
    stems: tuple[str, ...]
    mark: str
    last: bool
    unit: str


def periods_across(rows: Sequence[Row]) -> Across | None:
    """The columns of periods in the first header that has some, two at least of one variable; None where none has.

    A row of data holds amounts that look like years: a header has more filled cells than any row above it, by two, for
    a column of row numbers has no heading.
    """
    widest = 0
    for row in [row for row in rows if any(row.cells)][:_ROWS]:
        filled = sum(map(bool, row.cells))
        if widest and filled < widest + 2:
            continue
        widest = filled
        for form in (_PERIOD_LAST, _PERIOD_IN_BRACKETS, _PERIOD_FIRST):
            parts = {cell: match for cell in row.cells if (match := form.fullmatch(cell.strip()))}
            periods: dict[str, set[str]] = {}
            for match in parts.values():
                periods.setdefault(match["stem"], set()).add(match["period"])
            stems = tuple(stem for stem, found in periods.items() if len(found) > 1)
            if stems:
                columns = tuple(cell for cell, match in parts.items() if len(periods[match["stem"]]) > 1)
                others = _others(row, columns)
                mark = parts[columns[0]]["mark"]
                return Across(row.line, columns, stems, mark, form is _PERIOD_LAST, others[0] if others else "province")
        columns = _dated(row)
        if len(columns) > 1:
            others = _others(row, columns)
            return Across(row.line, columns, ("",), "", True, others[0] if others else "province")
    return None


def _others(row: Row, columns: Sequence[str]) -> list[str]:
    """The filled cells of a header beside `columns`."""
    known = set(columns)
    return [cell for cell in row.cells if cell and cell not in known]


def _dated(row: Row) -> tuple[str, ...]:
    """The cells of a header that as a whole are quarters, months or dates with their year, such as Q1 2013."""
    return tuple(
        cell for cell in row.cells if _YEAR_IN_HEADING.search(cell) and kind_of(cell) not in ("number", "word")
    )


def wide_message(source: str, across: Across) -> str:
    """What is wrong with a wide file and how to make it long, in Stata and in pandas."""
    shown = ", ".join(across.columns[:3]) + (", ..." if len(across.columns) > 3 else "")
    text = (
        f"{source}, row {across.line}: the file is wide, with a column a period ({shown}); needed is the long form, a "
        "row a unit and period, with a column of units and one of periods. "
    )
    unit, stems, mark = across.unit, across.stems, across.mark
    if stems == ("",):
        text += (
            f"In pandas: table.melt({unit!r}, var_name='year', value_name='gdp'), gdp being what the figures are. In "
            f"Stata: give the columns names such as gdp2013, then reshape long gdp, i({unit}) j(year)."
        )
    else:
        if not across.last:
            mark = "_"
            text += f"Rename the columns first so that the period comes last ({stems[0]}_2013). "
        # Stata takes no other mark into a name
        names = " ".join(f"{stem}_" if mark == "_" else stem for stem in stems)
        text += (
            f"In Stata: reshape long {names}, i({unit}) j(year). In pandas: pandas.wide_to_long(table, {list(stems)}, "
            f"i={unit!r}, j='year'{f', sep={mark!r}' if mark else ''}).reset_index()."
        )
    return text + " Where a column does hold the periods, name it: panel: {columns: {year: its name}}."


def units_across(header: Sequence[str], period: int, rows: Sequence[Row]) -> str:
    """A sentence for a file without a column of units in which each period stands once, as it does with units across.

    `period` : place of the column of periods. Empty where it does not look so.
    """
    periods = [row.cells[period] for row in rows if period < len(row.cells) and row.cells[period]]
    others = [name for place, name in enumerate(header) if name and place != period]
    if len(periods) < 2 or len(set(periods)) < len(periods) or len(others) < 2:
        return ""
    return (
        f" Each period stands once: if the file is wide, with a column a unit ({', '.join(others[:3])}), make it long, "
        f"a row a unit and period; in pandas: table.melt({header[period]!r}, var_name='province', value_name='gdp'), "
        "gdp being what the figures are."
    )
