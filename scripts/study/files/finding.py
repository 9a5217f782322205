"""Which files of a path or a folder, and which sheets of a file, may hold raw tables."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

from study.files.sheets import Sheet
from study.helpers import InputError

MOST_FILES = 20_000  # tables below a folder; pages by province and year of thirty tables are as many
MOST_ENTRIES = 200_000  # files and folders that are looked at for them
DEEPEST_FOLDER = 32  # levels
SUFFIXES = (".csv", ".txt", ".tsv", ".xls", ".xlsx", ".xlsm", ".dta", ".parquet")


def is_table(path: Path) -> bool:
    """Whether a file may be a raw table, by its name: not hidden, no spreadsheet's lock file, a format that is read."""
    return path.suffix.lower() in SUFFIXES and not path.name.startswith((".", "~$")) and path.name != "SIMULATED.txt"


def folder_tables(folder: str | Path) -> list[str]:
    """Every file below a folder that may be a raw table, sorted; links to folders, pipes and devices are none.

    Raises InputError for a folder that is too large or too deep to be one of raw tables.
    """
    found, entries, top = [], 0, len(Path(folder).parts)
    for root, folders, files in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        entries += len(folders) + len(files)
        found += [str(path) for name in sorted(files) if is_table(path := Path(root, name)) and path.is_file()]
        deep = bool(folders) and len(Path(root).parts) - top >= DEEPEST_FOLDER
        if deep or entries > MOST_ENTRIES or len(found) > MOST_FILES:
            many = (
                f"more than {MOST_FILES:,} tables" if len(found) > MOST_FILES else f"more than {MOST_ENTRIES:,} files"
            )
            raise InputError(
                f"{folder}: {f'folders of more than {DEEPEST_FOLDER} levels' if deep else many} below it; `inputs` and "
                "`sources` name a folder that holds the study's raw tables alone."
            )
    return found


def table_files(paths: str | Path | Iterable[str | Path]) -> list[Path]:
    """The files of a table: a path itself, several, or those of a folder; InputError where there is none."""
    files = []
    for path in map(Path, [paths] if isinstance(paths, str | Path) else paths):
        inside = list(map(Path, folder_tables(path))) if path.is_dir() else [path]
        if not inside:
            raise InputError(f"{path}: the folder is empty of tables; put the publisher's files in it.")
        files += inside
    if not files:
        raise InputError("no file of the table; put the publisher's files into the inputs folder.")
    return files


def chosen_sheets(path: str | Path, sheets: list[Sheet], name: str) -> list[Sheet]:
    """The sheet of that name, all of them without a name; InputError with the names there are."""
    chosen = [sheet for sheet in sheets if name in ("", sheet.name)]
    if not chosen:
        names = ", ".join(sheet.name for sheet in sheets if sheet.name) or "none"
        raise InputError(f"{path}: no sheet {name!r}; those that are filled: {names}.")
    return chosen
