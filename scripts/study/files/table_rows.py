"""The rows of a table between its header and its notes."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from study.files.sheets import Row, Sheet
from study.helpers import InputError
from study.words.notes import begins_note
from study.words.printed import place


def rows_above_notes(sheet: Sheet, rows: Iterable[Row], is_data: Callable[[Row], bool]) -> list[Row]:
    """The filled rows up to the first note; those below it are notes, too. InputError for one that has figures."""
    kept, noted = [], False
    for row in filter(lambda row: any(row.cells), rows):
        noted = noted or begins_note(row.cells)
        if not noted:
            kept.append(row)
        elif is_data(row) and not begins_note(row.cells):
            where = place(sheet.source, row.line)
            raise InputError(f"{where}: {row.get(0)!r} stands below the notes; keep one table on a sheet.")
    return kept
