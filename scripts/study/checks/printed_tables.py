"""Tables of one book, read once for all jobs that clean one of them: a JSON file a catalog key.

A book is the files that several raw tables of a study are taken from, and the form that they are read in
(`plan.books`).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path

from study.checks.raw_parts import read_raw
from study.files.catalog_entries import catalog_entry
from study.files.series import Yearbook
from study.helpers import InputError


def print_tables(tables: Mapping[str, dict], read: Callable, folder: str | Path) -> None:
    """Write `<folder>/<key>.json` of each table: the table as read, or why it cannot be read.

    tables : catalog key -> `source` and `entry` (`plan.raw_tables.RawTables.book_job`). read : how a file is read
    (`publishers.forms.reader`). A table that is refused is told by the job that cleans it, so that it stops no other.
    """
    Path(folder).mkdir(parents=True, exist_ok=True)
    for key, table in tables.items():
        try:
            told = as_json(read_raw(table["source"], catalog_entry(table["entry"]), read))
        except InputError as error:
            told = {"refused": str(error)}
        _file(folder, key).write_text(json.dumps(told, ensure_ascii=False), encoding="utf-8")


def printed_table(folder: str | Path, key: str) -> Yearbook:
    """A table of a book as `read_raw` gave it; InputError with what it said where it refused the table."""
    told = json.loads(_file(folder, key).read_text("utf-8"))
    if "refused" in told:
        raise InputError(told["refused"])
    cells = told.pop("cells")
    table = Yearbook(**told)
    for province, year, value, where, marks in cells:
        cell = province, year
        table.values[cell], table.places[cell] = value, where
        table.nil |= {cell} if "nil" in marks else set()
        table.formulas |= {cell} if "formula" in marks else set()
        for name in ("faults", "doubts"):
            getattr(table, name).update({cell: marks[name]} if name in marks else {})
    return table


def as_json(table: Yearbook) -> dict:
    """A table with its cells in printed order, each as province, year, value (None if empty), place, and what else is
    known of it: that an empty one is nil, that it was a formula, what is wrong with it."""

    def marks(cell: tuple[str, int]) -> dict[str, object]:
        told = {"nil": cell in table.nil, "formula": cell in table.formulas}
        told |= {"faults": table.faults.get(cell), "doubts": table.doubts.get(cell)}
        return {name: mark for name, mark in told.items() if mark}

    cells = [(*cell, value, table.places[cell], marks(cell)) for cell, value in table.values.items()]
    said = {name: getattr(table, name) for name in ("path", "form", "title", "unit", "years", "notes", "forms")}
    return said | {"cells": cells}


def _file(folder: str | Path, key: str) -> Path:
    return Path(folder, f"{key}.json")
