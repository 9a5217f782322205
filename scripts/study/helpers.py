"""Logging, errors and table files that every script shares; importing it costs nothing heavy."""

from __future__ import annotations

import csv
import logging
import re
import sys
from pathlib import Path

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


def start_log(snakemake, warn: bool = True) -> None:
    """Send the job's messages to its log file, and uncaught errors to the log and the terminal.

    warn : print warnings on the terminal, too.
    """
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

    def log_uncaught(kind, error, traceback):
        if issubclass(kind, InputError):
            logger.error("%s", error)
            print(f"\nError in {snakemake.rule}: {error}\n", file=sys.stderr)
        else:
            logger.critical("unexpected error", exc_info=(kind, error, traceback))
            print(f"\nUnexpected {kind.__name__} in {snakemake.rule}: {error}\n", file=sys.stderr)
            print(f"The traceback is in {snakemake.log[0]}.", file=sys.stderr)

    sys.excepthook = log_uncaught


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
    try:
        with Path(path).open(newline="", encoding="utf-8-sig") as file:
            return list(csv.DictReader(file))
    except UnicodeDecodeError:
        raise InputError(f"{path}: no UTF-8 text; save it as CSV UTF-8.") from None
    except csv.Error as error:
        raise InputError(f"{path}: no table of comma-separated text ({error}); save it as CSV UTF-8.") from None


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
