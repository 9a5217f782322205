"""What every reader does with the rows of a table: end at the notes, refuse shifted rows, meet each key once."""

from __future__ import annotations

from collections.abc import Callable, Collection, Hashable, Iterable
from pathlib import Path

from study.files.sheets import Row, Sheet
from study.helpers import InputError
from study.words.notes import begins_note
from study.words.printed import Formula, is_figure


def rows_above_notes(
    sheet: Sheet,
    rows: Iterable[Row],
    is_data: Callable[[Row], bool],
    last: int | None = None,
    unnamed: Collection[int] = (),
) -> list[Row]:
    """The filled rows up to the first note; those below it are notes, too. InputError for one of them that has figures
    (`is_data`), and for a row above them that is shifted, where the header's `last` column is given (`check_width`)."""
    kept, notes = split_at_notes(rows)
    for row in kept if last is not None else ():
        check_width(sheet, row, last, unnamed)
    for row in notes:
        if is_data(row) and not begins_note(row.cells):
            raise InputError(f"{sheet.place(row)}: {row.get(0)!r} stands below the notes; keep one table on a sheet.")
    return kept


def split_at_notes(
    rows: Iterable[Row], is_data: Callable[[Row], bool] = lambda row: False
) -> tuple[list[Row], list[Row]]:
    """The filled rows above the first note, and those from there on; a row may name its source and be one of figures
    (`is_data`)."""
    filled = [row for row in rows if any(row.cells)]
    notes = (at for at, row in enumerate(filled) if begins_note(row.cells) and not is_data(row))
    at = next(notes, len(filled))
    return filled[:at], filled[at:]


def check_width(sheet: Sheet, row: Row, last: int, unnamed: Collection[int] = ()) -> None:
    """InputError for a row that ends before the header's last column, goes on behind it or has a figure in one of the
    `unnamed` columns: a header or a row that is shifted."""
    # spreadsheets leave out empty cells at a row's end, text exports do not
    keeps_blanks = not sheet.name and Path(sheet.source).suffix.lower() in (".csv", ".txt", "")
    if keeps_blanks and len(row.cells) <= last:
        raise InputError(f"{sheet.place(row)}: {len(row.cells)} cells where the header has {last + 1}; row cut short?")
    for column, text in enumerate(row.cells):
        if isinstance(text, Formula):
            continue  # what a user has added up is no shifted figure
        if text and column > last:
            raise InputError(f"{sheet.place(row, column)}: {text!r} stands right of the last column that has a header.")
        if column in unnamed and is_figure(text):
            raise InputError(
                f"{sheet.place(row, column)}: {text!r} stands in a column without a name in the header; has the header "
                "shifted?"
            )


def again(met: dict[Hashable, str], key: Hashable, where: str, what: str) -> str:
    """What is to be said of a key that stands already in `met` (key -> place); empty for the first, which is noted."""
    before = met.setdefault(key, where)
    return "" if before == where else f"{where}: {what} stands already in {before}; keep one of the two."


def said_once(source: str, texts: Iterable[str], find: Callable[[str], object], what: str) -> object:
    """What title, sheet's name and file's name say by `find`, None where none says it; InputError where two differ."""
    found: dict[object, str] = {}
    for text in filter(None, texts):
        if value := find(text):
            found.setdefault(value, text)
    if len(found) > 1:
        raise InputError(
            f"{source}: {' and '.join(map(repr, found.values()))} do not agree on {what}; correct the wrong one."
        )
    return next(iter(found), None)
