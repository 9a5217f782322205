"""Reader of a ready panel: one row a unit and period, columns renamed to the study's names."""

from __future__ import annotations

from pathlib import Path

from _exports import parse_number, place, read_export
from _helpers import InputError, period_gaps, slug

KEYS = ("province", "year")
# How statistical programs write a missing number.
MISSING = {"", ".", "NA", "NaN", "nan"}


def read_panel(path: str | Path, columns: dict[str, str] | None = None) -> tuple[list[str], list[list[str]], list[int]]:
    """Header in our names, rows of text cells, and each row's line in the file.

    columns : our name -> the file's name; other columns keep their names, a column without a name (row numbers) is
    left out. Raises InputError naming file, row and column for a missing or duplicated column, an empty key, a
    unit-period that appears twice, and a row of another length.
    """
    rows = [row for row in read_export(path) if any(row.cells)]
    header = list(rows[0].cells)
    theirs = {their: our for our, their in (columns or {}).items()}
    absent = [name for name in theirs if name not in header]
    if absent:
        raise InputError(
            f"{path}: panel.columns names {', '.join(absent)}; the file has the columns "
            f"{', '.join(filter(None, header))}."
        )
    names = [theirs.get(name, name) for name in header]
    twice = sorted({name for name in names if name and names.count(name) > 1})
    if twice:
        raise InputError(f"{path}, row 1: two columns are called {', '.join(twice)}.")
    for key in KEYS:
        if key not in names:
            raise InputError(
                f"{path}: no column {key!r}; say which column it is, as in panel: {{columns: {{{key}: "
                f"{next(filter(None, header))}}}}}. The file has {', '.join(filter(None, header))}."
            )
    kept = [column for column, name in enumerate(names) if name]
    at = {key: names.index(key) for key in KEYS}
    table, lines, seen = [], [], {}
    for row in rows[1:]:
        if len(row.cells) != len(header):
            raise InputError(f"{place(path, row.line)}: {len(row.cells)} cells where the header has {len(header)}.")
        for key in KEYS:
            if not row.cells[at[key]]:
                raise InputError(f"{place(path, row.line, at[key])}: no {key}.")
        cell = tuple(row.cells[at[key]] for key in KEYS)
        if cell in seen:
            raise InputError(f"{place(path, row.line)}: {cell[0]} {cell[1]} stands already in row {seen[cell]}.")
        seen[cell] = row.line
        table.append([row.cells[column] for column in kept])
        lines.append(row.line)
    if not table:
        raise InputError(f"{path}: no rows below the header.")
    return [names[column] for column in kept], table, lines


def unit_slugs(header: list[str], rows: list[list[str]], path: str | Path) -> dict[str, str]:
    """File-name form -> name of each unit of the panel; InputError where two names have one form or a name has none."""
    units: dict[str, str] = {}
    for name in dict.fromkeys(row[header.index("province")] for row in rows):
        form = slug(name)
        if not form:
            raise InputError(f"{path}: the unit name {name!r} has neither letters nor digits.")
        if form in units:
            raise InputError(
                f"{path}: the units {units[form]!r} and {name!r} both become {form!r} in file names; rename one."
            )
        units[form] = name
    return units


def check_production(
    path: str | Path,
    header: list[str],
    rows: list[list[str]],
    lines: list[int],
    variables: dict[str, bool],
    columns: dict[str, str],
) -> None:
    """Raise InputError unless the productivity models' variables are figures, above zero where `variables` says so.

    The message names row and column (`columns`: our name -> the file's). A unit that is absent in a period between its
    first and last is refused too: there is no index of change over a gap. Nothing is checked without variables.
    """
    if not variables:
        return
    if "gtfp" in header:
        raise InputError(
            f"{path}: the column gtfp would clash with the main model's index; rename it in panel.columns."
        )
    absent = [name for name in variables if name not in header]
    if absent:
        raise InputError(
            f"{path}: productivity.models use {', '.join(absent)}; the panel has {', '.join(header)}. "
            "Rename them in panel.columns or in the model."
        )
    for line, row in zip(lines, rows, strict=True):
        for name, above_zero in variables.items():
            text = row[header.index(name)]
            unit, period = (row[header.index(key)] for key in KEYS)
            where = f"{place(path, line)}, column {columns.get(name, name)} ({unit}, {period})"
            value = None if text in MISSING else parse_number(text, where)
            if value is None or value < 0 or (value == 0 and above_zero):
                found = repr(text) if text else "an empty cell"
                expected = "that is not negative"
                if above_zero:
                    expected = "above zero, for a model's direction moves it by shares of the unit's own value"
                raise InputError(f"{where}: found {found}, expected a number {expected}.")
    keys = [header.index(key) for key in KEYS]
    for unit, gap in period_gaps(tuple(row[column] for column in keys) for row in rows).items():
        raise InputError(
            f"{path}: {unit} has no row for {', '.join(gap)} but has rows before and after; an index of change needs "
            "every period between. Supply the rows, or leave the unit out."
        )
