"""Logging and table input/output that every script shares; importing it costs nothing heavy."""

from __future__ import annotations

import csv
import logging
import re
import sys
import unicodedata
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

logger = logging.getLogger("study")


class InputError(Exception):
    """A mistake in the user's data or configuration: shown as one message, never as a traceback."""


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


def slug(name: str) -> str:
    """File-name form of a unit's name: lower case, letters and digits of any script kept, the rest `_`."""
    text = unicodedata.normalize("NFC", name.strip()).lower()
    kept = (c if unicodedata.category(c)[0] in "LMN" else "_" for c in text)
    return "_".join(part for part in "".join(kept).split("_") if part)


def period_key(periods) -> dict[str, tuple]:
    """Sort key of each period name: numeric order if every name is a plain number, else natural order.

    Natural order compares runs of digits as numbers, so that `2013-9` comes before `2013-10`. Raises InputError where
    two names are the same number (`2013` and `2013.0`).
    """
    names = list(dict.fromkeys(periods))
    if all(re.fullmatch(r"-?[0-9]+(\.[0-9]+)?", name) for name in names):
        keys = {name: (float(name),) for name in names}
    else:
        keys = {
            name: tuple(
                (int(part), "") if part.isdecimal() else (-1, part) for part in re.split(r"(\d+)", name) if part
            )
            for name in names
        }
    counts = Counter(keys.values())
    same = [name for name in names if counts[keys[name]] > 1]
    if same:
        raise InputError(f"the periods {' and '.join(map(repr, same))} are the same number; write them alike.")
    return keys


def shortened_list(text: str, most: int = 6) -> str:
    """A list parted by commas, cut where it is long."""
    parts = text.split(", ")
    return text if len(parts) <= most else f"{', '.join(parts[: most - 2])} and {len(parts) - most + 2} more"


def stars(p_value: float) -> str:
    """*** p < .01, ** p < .05, * p < .1."""
    return "*" * sum(p_value < level for level in (0.01, 0.05, 0.1))


# Cells that begin so are formulas to a spreadsheet (OWASP, "CSV Injection"), unless they are figures.
FORMULA_MARKS = frozenset("=+-@\t\r\n＝＋－＠")
_FIGURE = r"[+-]?(\d[\d,]*(\.\d*)?|\.\d+)([eE][+-]?\d+)?"
# A figure as papers print it too: stars, t in brackets, a second figure after a semicolon, a sentence of plain words.
FIGURES = re.compile(rf"{_FIGURE}\*{{0,3}}( \({_FIGURE}\)|; {_FIGURE}\*{{0,3}})*( [a-z][A-Za-z0-9 .,:;()-]*\.)?")


def plain_cell(text: object) -> object:
    """A text that a spreadsheet would run as a formula with an apostrophe before it; anything else as it is.

    Figures and single characters, such as the sign of an indicator, are no formulas.
    """
    if not isinstance(text, str) or len(text) < 2 or text[0] not in FORMULA_MARKS or FIGURES.fullmatch(text):
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


def write_rows(path: str | Path, header: list[str], rows: list[tuple]) -> None:
    """Write rows as the same CSV as `write_table`, in the order given, without loading pandas."""
    with Path(path).open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(map(plain_cell, header))
        writer.writerows(
            [f"{cell:.12g}" if isinstance(cell, float) else plain_cell(cell) for cell in row] for row in rows
        )


def read_table(path: str | Path) -> pd.DataFrame:
    """One of the workflow's own CSV tables; `province` and `year` are text, an empty cell is missing."""
    import pandas as pd

    return pd.read_csv(
        path,
        dtype={"province": str, "year": str},
        keep_default_na=False,
        na_values=[""],
    )


def write_table(table: pd.DataFrame, path: str | Path, keys: tuple[str, ...] = ("province", "year")) -> None:
    """Write a table as UTF-8 CSV sorted by `keys`, numbers with twelve significant digits, no text a formula."""
    table = table.rename(columns=plain_cell)
    for name in table.columns[[kind.kind not in "biufc" for kind in table.dtypes]]:
        cells = [plain_cell(cell) for cell in table[name]]
        if any(plain is not cell for plain, cell in zip(cells, table[name], strict=True)):
            table[name] = cells
    if "year" in keys:
        order = period_key(table["year"].astype(str))
        table = table.sort_values(
            list(keys), key=lambda column: column.astype(str).map(order) if column.name == "year" else column
        )
    elif keys:
        table = table.sort_values(list(keys))
    table.to_csv(path, index=False, float_format="%.12g", lineterminator="\n", encoding="utf-8")
