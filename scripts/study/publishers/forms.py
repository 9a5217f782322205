"""A file read by the publishers' forms that it may have; a rule's script puts the readers of its tables together."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache, lru_cache, partial
from pathlib import Path

from study.files.finding import chosen_sheets
from study.files.series import Draft, Yearbook
from study.files.sheets import Sheet, read_sheets
from study.files.workbooks import FORMULAS_REFUSED
from study.helpers import InputError
from study.publishers.yearbook import read_drafts
from study.words.forms import other_form

# From a file's path and sheets to its indicators; None where none of the sheets has the form.
Form = Callable[[str, list[Sheet]], "list[Draft | Yearbook] | None"]


def form(is_one: Callable[[Sheet], bool], read: Callable[[list[Sheet], str], list[Yearbook]]) -> Form:
    """A form that `is_one` recognises by the sheet and `read` reads from such sheets and the file's bare name."""

    def indicators(path: str, sheets: list[Sheet]) -> list[Yearbook] | None:
        pages = [sheet for sheet in sheets if is_one(sheet)]
        return read(pages, Path(path).stem) if pages else None

    return indicators


def reader(
    provinces: Mapping[str, str], *forms: Form, named: str = "", formulas: str = FORMULAS_REFUSED
) -> Callable[[str, str], list[Draft | Yearbook]]:
    """How a file is read, by path and sheet (all of them if empty): by the first of `forms` that it has, else as a
    yearbook's tables, vendors' and data sets among them.

    provinces : printed name -> slug (`regions.province_names`). named : of `words.forms`, the form that a rule reads; a
    file that is refused and looks like another one is told so. formulas : the config's cleaning.formulas. What is asked
    for again is not read again, a refusal neither: a workbook of balances holds twenty tables. The reader raises
    InputError where a file has no table or cannot be read.
    """
    # sheets of one workbook are asked for in turn
    sheets_of = lru_cache(maxsize=1)(partial(read_sheets, formulas=formulas))

    def indicators(path: str, sheet: str) -> list[Draft | Yearbook]:
        sheets = chosen_sheets(path, sheets_of(path), sheet)
        try:
            for one in forms:
                if (found := one(path, sheets)) is not None:
                    return found
            return read_drafts(path, sheets, provinces)
        except InputError as error:
            if not named:
                raise
            cells = (cell for page in sheets for row in page.rows for cell in row.cells)
            raise InputError(f"{error}{other_form(cells, named)}") from None

    @cache
    def outcome(path: str, sheet: str) -> list[Draft | Yearbook] | InputError:
        try:
            return indicators(path, sheet)
        except InputError as error:
            return error

    def read(path: str, sheet: str = "") -> list[Draft | Yearbook]:
        found = outcome(path, sheet)
        if isinstance(found, InputError):
            raise found
        return found

    return read
