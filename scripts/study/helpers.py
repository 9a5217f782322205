"""Logging, errors and table files that every script shares; importing it costs nothing heavy."""

from __future__ import annotations

import csv
import errno
import logging
import os
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import zip_longest
from pathlib import Path
from typing import TextIO

logger = logging.getLogger("study")

SCRIPTS = Path(__file__).resolve().parents[1]
RESOURCES = SCRIPTS.parent / "resources"  # the workflow's own tables


MOST_SAID = (3_000, 1_000)  # characters of a line's begin and end that a message shows: it may quote a long cell


class InputError(Exception):
    """A mistake in the user's data or configuration: shown as one message, never as a traceback."""

    def __str__(self) -> str:
        begin, end = MOST_SAID
        lines = super().__str__().split("\n")
        return "\n".join(line if len(line) <= begin + end else f"{line[:begin]} [...] {line[-end:]}" for line in lines)


OUT_OF_MEMORY = (
    "there is not enough memory. Run fewer jobs at a time (--cores 1), or smaller ones (a lower `units_per_job`), then "
    "the same command again."
)
# What is said of a library that cannot be loaded, of a thread or process that there is no room for, and by libraries
# that have an error of their own for it, as pandas' reader of CSV.
_MEMORY_WORDS = ("cannot allocate memory", "failed to map segment", "can't start new thread", "memoryerror")
_MEMORY_WORDS += ("out of memory", "bad_alloc", "unable to allocate")
# What Python, and pandas, say of a library that stopped without an error of its own, as most do where memory ends.
_WITHOUT_ERROR = ("without exception set", "on source failed")
_DISK_FAULTS = {
    errno.ENOSPC: "the disk is full. Make room on it, then run the same command again.",
    errno.EDQUOT: "your share of the disk is used up. Make room on it, then run the same command again.",
    errno.EFBIG: "a file would be larger than the system allows (`ulimit -f`, or the kind of disk).",
    errno.EROFS: "the disk is mounted for reading alone. Run the study in a folder that can be written.",
    errno.EACCES: "this user may not read or write it. Change the rights (`ls -l` shows them), or run the study in a "
    "folder of your own (--directory).",
    errno.EIO: "the disk failed, or the network that it hangs on. Run the same command again once it works.",
}
_DISK_FAULTS |= {errno.EPERM: _DISK_FAULTS[errno.EACCES]}


def machine_fault(error: BaseException) -> str:
    """What an error says of the computer, not of data or code, and the cure; empty for any other error."""
    number = error.errno if isinstance(error, OSError) else None
    words = str(error).lower()
    if isinstance(error, MemoryError) or number == errno.ENOMEM:
        return OUT_OF_MEMORY
    if isinstance(error, ImportError | RuntimeError | ValueError) and any(word in words for word in _MEMORY_WORDS):
        return OUT_OF_MEMORY
    if isinstance(error, SystemError | RuntimeError | ValueError) and any(word in words for word in _WITHOUT_ERROR):
        return f"a library stopped without an error. Where nothing else says why, {OUT_OF_MEMORY}"
    if number in _DISK_FAULTS:
        return f"{error.filename or 'A file could not be written'}: {_DISK_FAULTS[number]}"
    return ""


def start_log(snakemake, warn: bool = True) -> None:
    """Send the job's messages to its log file, and uncaught errors to the log and the terminal.

    warn : print warnings on the terminal, too.
    """

    def log_uncaught(kind, error, traceback):
        if told := str(error) if issubclass(kind, InputError) else machine_fault(error):
            logger.error("%s", told)
            print(f"\nError in {snakemake.rule}: {told}\n", file=sys.stderr)
        else:
            logger.critical("unexpected error", exc_info=(kind, error, traceback))
            print(f"\nUnexpected {kind.__name__} in {snakemake.rule}: {error}\n", file=sys.stderr)
            print(f"The traceback is in {snakemake.log[0]}.", file=sys.stderr)

    sys.excepthook = log_uncaught
    logging.raiseExceptions = False  # what cannot be written to the log, of a full disk, is on the terminal
    handler = logging.FileHandler(snakemake.log[0], mode="w", encoding="utf-8")
    handler.setFormatter(logging.Formatter("%(levelname)s: %(message)s"))
    logger.addHandler(handler)
    terminal = logging.StreamHandler()
    terminal.setLevel(logging.WARNING if warn else logging.CRITICAL)
    terminal.setFormatter(logging.Formatter(f"%(levelname)s in {snakemake.rule}: %(message)s"))
    terminal.addFilter(lambda record: record.levelno == logging.WARNING)
    logger.addHandler(terminal)
    logger.setLevel(logging.INFO)
    logging.captureWarnings(True)
    logging.getLogger("py.warnings").addHandler(handler)


# Cells that begin so are formulas to a spreadsheet (OWASP, "CSV Injection"), unless they are figures.
FORMULA_MARKS = frozenset("=+-@\t\r\n＝＋－＠")
_CSV_FIGURE = r"[+-]?(\d[\d,]*(\.\d*)?|\.\d+)([eE][+-]?\d+)?"
# A figure as papers print it too: stars, t in brackets, a second figure after a semicolon, a sentence of plain words.
PRINTED_FIGURES = re.compile(
    rf"{_CSV_FIGURE}\*{{0,3}}( \({_CSV_FIGURE}\)|; {_CSV_FIGURE}\*{{0,3}})*( [a-z][A-Za-z0-9 .,:;()-]*\.)?"
)


def plain_cell(text: object) -> object:
    """A text that a spreadsheet would run as a formula with an apostrophe before it; anything else as it is.

    Figures and single characters, such as the sign of an indicator, are no formulas.
    """
    if not isinstance(text, str) or len(text) < 2 or text[0] not in FORMULA_MARKS or PRINTED_FIGURES.fullmatch(text):
        return text
    return f"'{text}"


def read_rows(path: str | Path) -> list[dict[str, str]]:
    """Rows of a small CSV as dictionaries of text, without loading pandas; InputError where it is no UTF-8 table."""
    return list(each_row(path))


def each_row(path: str | Path) -> Iterator[dict[str, str]]:
    """The same rows one by one, for a table that need not be in memory whole; a short row has None for its last."""
    with _csv_text(path) as file:
        reader = csv.reader(file)
        header = next(reader, [])
        for cells in reader:
            if cells:
                yield dict(zip_longest(header, cells))


@contextmanager
def _csv_text(path: str | Path) -> Iterator[TextIO]:
    """A CSV file, open; InputError where it is no UTF-8 table."""
    try:
        with Path(path).open(newline="", encoding="utf-8-sig") as file:
            yield file
    except UnicodeDecodeError:
        raise InputError(f"{path}: no UTF-8 text; save it as CSV UTF-8.") from None
    except csv.Error as error:
        raise InputError(f"{path}: no table of comma-separated text ({error}); save it as CSV UTF-8.") from None


def workflow_table(name: str) -> str:
    """Path of one of the workflow's own tables, resources/<name>.csv, from the working directory, as messages have it.

    A rule that reads one has a mark of what it reads there among its `params` (`plan.workflow_tables`).
    """
    return os.path.relpath(RESOURCES / f"{name}.csv")


def workflow_lines(path: str | Path) -> list[tuple[int, dict[str, str]]]:
    """Line in the file and row of one of the workflow's own tables; blank rows and lines that begin with # are none."""
    with _csv_text(path) as file:
        # an empty line in a comment's place keeps the count of lines
        lines = ("\n" if line.lstrip(' \t"').startswith("#") else line for line in file)
        above = csv.reader(lines)
        header = next(filter(None, above), [])
        reader = csv.DictReader(lines, header)
        return [(above.line_num + reader.line_num, row) for row in reader if any(row.values())]


def workflow_rows(path: str | Path) -> list[dict[str, str]]:
    """Rows of one of the workflow's own tables (`workflow_lines`)."""
    return [row for _, row in workflow_lines(path)]


def write_rows(path: str | Path, header: list[str], rows: list[tuple], digits: int | None = None) -> None:
    """Write rows as the same CSV as `write_table`, in the order given, without loading pandas.

    digits : significant ones of a number, in tables that people read and no job does; by default all.
    """

    def written(cell: object) -> object:
        if isinstance(cell, float):
            return f"{cell:.{digits}g}" if digits else float.__repr__(cell)
        return plain_cell(cell)

    with Path(path).open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(map(plain_cell, header))
        writer.writerows(map(written, row) for row in rows)
