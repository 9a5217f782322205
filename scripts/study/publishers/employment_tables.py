"""What tables of employment share: their files and sheets, and which rows are divisions or major groups."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

from study.files.row_width import check_width
from study.files.sheets import Row, Sheet, read_sheets
from study.helpers import InputError
from study.words.printed import NUMBER, place, squeeze

DIVISION = re.compile(r"\d{2}")
SECTION = re.compile(r"[A-Z]")
INDUSTRY_CODE = re.compile(r"[A-Z]|\d{2,4}")  # a section, a division or major group, a finer group
TOTAL_LABEL = re.compile(r"总计|合计|(all|total)", re.IGNORECASE)


def table_files(paths: str | Path | Iterable[str | Path]) -> list[Path]:
    """The files of a path: itself, or those of a folder, without hidden ones and spreadsheets' lock files."""
    several = [paths] if isinstance(paths, (str, Path)) else paths
    files = []
    for path in map(Path, several):
        inside = sorted(file for file in path.rglob("*") if file.is_file()) if path.is_dir() else [path]
        files += [file for file in inside if not file.name.startswith((".", "~$")) or file == path]
        if path.is_dir() and not inside:
            raise InputError(f"{path}: the folder is empty; put the tables of the provinces in it.")
    return files


def sheets_of(file: Path, name: str) -> list[Sheet]:
    """The sheets of a file, or the one that is named; InputError where it has none of that name."""
    sheets = read_sheets(file)
    if not name or all(not sheet.name for sheet in sheets):
        return sheets
    chosen = [sheet for sheet in sheets if sheet.name == name]
    if not chosen:
        listed = ", ".join(sheet.name for sheet in sheets)
        raise InputError(f"{file}: no sheet {name!r}; its sheets are {listed}.")
    return chosen


def is_division(sheet: Sheet, row: Row, last: int) -> bool:
    """Whether the row's code has two digits, of the rows that have a figure.

    InputError for a lost leading zero, any other code than a section's letter, a finer group's digits or none beside a
    total, and for a cell right of the `last` column.
    """
    code, where = row.get(0), place(sheet.source, row.line, 0)
    if not any(NUMBER.fullmatch(cell) for cell in row.cells[2:]):
        return DIVISION.fullmatch(code) is not None
    check_width(sheet, row, last)
    if code.isdecimal() and len(code) < 2:
        raise InputError(f"{where}: code {code!r} has lost its leading zero; write '0{code}'.")
    if not (INDUSTRY_CODE.fullmatch(code) or (not code and TOTAL_LABEL.match(squeeze(row.get(1))))):
        raise InputError(f"{where}: found {code!r}, expected a division's code of two digits, as in 06.")
    return DIVISION.fullmatch(code) is not None
