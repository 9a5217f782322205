"""Whether a table's rows are as wide as its header: what a shifted or cut row shows."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

from study.files.sheets import Row, Sheet
from study.helpers import InputError
from study.words.printed import NUMBER, Formula, place


def check_width(sheet: Sheet, row: Row, last: int, unnamed: Collection[int] = ()) -> None:
    """InputError for a row that ends before the header's last column, goes on behind it or has a figure in one of the
    `unnamed` columns: a header or a row that is shifted."""
    # spreadsheets leave out empty cells at a row's end, text exports do not
    keeps_blanks = not sheet.name and Path(sheet.source).suffix.lower() in (".csv", ".txt", "")
    if keeps_blanks and len(row.cells) <= last:
        where = place(sheet.source, row.line)
        raise InputError(f"{where}: {len(row.cells)} cells where the header has {last + 1}; row cut short?")
    for column, text in enumerate(row.cells[last + 1 :], last + 1):
        if text and not isinstance(text, Formula):  # what a user has added up is no shifted figure
            where = place(sheet.source, row.line, column)
            raise InputError(f"{where}: {text!r} stands right of the last column that has a header.")
    for column in unnamed:
        if NUMBER.fullmatch(row.get(column)) and not isinstance(row.get(column), Formula):
            raise InputError(
                f"{place(sheet.source, row.line, column)}: {row.get(column)!r} stands in a column without a name in "
                "the header; has the header shifted?"
            )


def unnamed_columns(header: Row, last: int) -> list[int]:
    """Columns right of the first whose header cell is empty."""
    return [column for column in range(1, last) if not header.get(column)]
