"""Books: files that hold several raw tables of a study, read once for all of them where that saves more than it costs.

A folder of energy balances has all fuels on each page, a data set all indicators in its columns. Each raw table is a
job of its own; without a book each of these jobs would read the same files again.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from study.words.slugs import slug

# Form -> the rule that reads a book of it. An inventory and a count of patents are one table a file.
BOOK_RULES = {"yearbook": "clean_book", "balances": "clean_balance_book"}
# Bytes that jobs would read again before a book is worth its job. A job costs 0.2 CPU seconds, a megabyte 0.15 as text
# or Stata, 1 to 2.5 as workbooks or balances: small files are cheaper read again by each job.
FEWEST_BYTES_READ_AGAIN = 2**20
LONGEST_STEM = 40  # letters of a file's name in a book's: a letter has up to four bytes, a file's name 255


class Book(NamedTuple):
    """The form and the files of a book, and the catalog keys whose tables the study takes from it."""

    form: str
    files: tuple[str, ...]
    keys: tuple[str, ...]


def find_books(files: Mapping[str, list[str]], forms: Mapping[str, str]) -> dict[str, Book]:
    """Name -> book, for tables of one form that are in the same files. A name is the same at each start, whichever
    tables the study takes from the files.

    files : catalog key -> the files of its raw table, all there. forms : catalog key -> its form (`words.forms`).
    """
    groups: dict[tuple[str, tuple[str, ...]], list[str]] = {}
    for key, paths in files.items():
        if paths and forms[key] in BOOK_RULES:
            groups.setdefault((forms[key], tuple(paths)), []).append(key)
    return {
        book_name(form, paths): Book(form, paths, tuple(keys))
        for (form, paths), keys in groups.items()
        if (len(keys) - 1) * sum(Path(path).stat().st_size for path in paths) > FEWEST_BYTES_READ_AGAIN
    }


def book_name(form: str, paths: tuple[str, ...]) -> str:
    """The first file's name as part of a file's name, and a mark of the form and of all files."""
    mark = hashlib.sha256("\n".join((form, *paths)).encode()).hexdigest()[:8]
    return f"{slug(Path(paths[0]).stem)[:LONGEST_STEM]}_{mark}"
