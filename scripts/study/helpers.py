"""Logging and table input/output that every script shares; importing it costs nothing heavy."""

from __future__ import annotations

import csv
import logging
import re
import sys
import unicodedata
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from _errors import InputError

if TYPE_CHECKING:
    import pandas as pd

logger = logging.getLogger("study")


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


def read_cells(path: str | Path) -> pd.DataFrame:
    """One of the workflow's own CSV tables, every cell the text it is; an empty one is missing."""
    import pandas as pd

    return pd.read_csv(path, dtype=str, keep_default_na=False, na_values=[""])


def read_table(path: str | Path, text: tuple[str, ...] = ()) -> pd.DataFrame:
    """One of the workflow's own CSV tables; `province`, `year` and the columns `text` are text, an empty cell missing.

    Another column is numbers, to the last bit, if all its cells are and none would lose a digit (`_numbers`); codes
    with more digits than a number keeps, or with zeros before them, stay the text they are.
    """
    from _numbers import plain_numbers

    table = read_cells(path)
    return table.assign(
        **{name: plain_numbers(table[name]) for name in table if name not in ("province", "year", *text)}
    )


def write_table(
    table: pd.DataFrame,
    path: str | Path,
    keys: tuple[str, ...] = ("province", "year"),
    periods: Mapping[str, int] | None = None,
    digits: int | None = None,
) -> None:
    """Write a table as UTF-8 CSV sorted by `keys`, numbers to the last bit, no text a formula.

    periods : place of each `year`; by default what the table's own labels or rows say (`_periods.sorting_key`).
    digits : significant ones of a number, in tables that people read and no job does; by default all.
    """
    from _periods import sorting_key

    table = table.rename(columns=plain_cell)
    for name in table.columns[[kind.kind not in "biufc" for kind in table.dtypes]]:
        cells = [plain_cell(cell) for cell in table[name]]
        if any(plain is not cell for plain, cell in zip(cells, table[name], strict=True)):
            table[name] = cells
    if "year" in keys:
        years = table["year"].astype(str)
        order = periods or sorting_key(zip(table.get("province", years), years, strict=True))
        table = table.sort_values(
            list(keys), key=lambda column: column.astype(str).map(order) if column.name == "year" else column
        )
    elif keys:
        table = table.sort_values(list(keys))
    rounded = f"%.{digits}g" if digits else None
    table.to_csv(path, index=False, float_format=rounded, lineterminator="\n", encoding="utf-8")
