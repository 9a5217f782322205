"""Text that is a number, read without loss: what of a table's cells becomes a number and what stays a name."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

# As Python and statistical programs write numbers.
FIGURE = re.compile(r"[+-]?(?:(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?|inf)")
WHOLE = re.compile(r"([+-]?[0-9]+)(\.0*)?")
# Zeros before a whole number are part of a code, such as 0012 or 010 of a telephone area.
LEADING_ZERO = re.compile(r"[+-]?0[0-9]+")
INTEGER = re.compile(r"[+-]?[0-9]+")
DIGITS_KEPT = 15  # decimal digits that every double keeps
LONGEST_READ = 4_000  # digits; Python reads no integer of more than 4,300
LONGEST_INTEGER = 18  # characters, so that 64 bits hold it


def is_exact(text: str) -> bool:
    """Whether a figure survives as a double: it does not overflow, and a whole number keeps every digit."""
    whole = WHOLE.fullmatch(text)
    if whole and len(whole[1]) > DIGITS_KEPT:
        return len(whole[1]) < 300 and int(float(text)) == int(whole[1])
    return "inf" in text or abs(float(text)) != float("inf")


def number_key(text: str) -> int | float | str:
    """What figures that are one number share, however they are written: 1, 01, 1.0 and 1e0."""
    whole = WHOLE.fullmatch(text)
    if whole and len(whole[1]) > LONGEST_READ:
        return whole[1].lstrip("+0")
    return int(whole[1]) if whole else float(text)


def as_numbers(column: pd.Series) -> pd.Series:
    """A text column as numbers if each of its cells is a figure that a double keeps; else unchanged, as numbers are.

    Integers of 64 bits if all are whole and none is missing, else doubles.
    """
    import numpy as np
    import pandas as pd

    if pd.api.types.is_numeric_dtype(column):
        return column
    texts = column.dropna().astype(str)
    # the first cell tells most columns of words, before all cells are looked at
    if texts.empty or not FIGURE.fullmatch(texts.iloc[0]) or not _all_are(FIGURE, texts):
        return column
    long = texts[texts.str.len() > DIGITS_KEPT]
    if not all(map(is_exact, long[long.str.fullmatch(WHOLE.pattern)])):
        return column
    if len(texts) == len(column) and texts.str.len().max() <= LONGEST_INTEGER and _all_are(INTEGER, texts):
        return texts.astype(np.int64)
    values = texts.astype(np.float64)
    if not all("inf" in text for text in texts[np.isinf(values)]):
        return column
    return values.reindex(column.index)


def plain_numbers(column: pd.Series) -> pd.Series:
    """A column of a table's text cells as numbers if nothing is lost: as `as_numbers`, and none has zeros before it.

    An empty column is one of missing numbers.
    """
    numbers = as_numbers(column)
    if numbers is column:
        return column.astype(float) if column.isna().all() else column
    coded = column.dropna().str.fullmatch(LEADING_ZERO.pattern)
    return column if coded.any() else numbers


def _all_are(pattern: re.Pattern, texts: pd.Series) -> bool:
    return bool(texts.str.fullmatch(pattern.pattern).all())


def why_no_numbers(column: pd.Series) -> str:
    """What keeps a text column from being numbers: its first such cell, for a message that goes on from `it holds`."""
    for row, text in enumerate(column, 1):
        if isinstance(text, str) and not FIGURE.fullmatch(text):
            return f"text, e.g. {text!r} in row {row}"
    for row, text in enumerate(column, 1):
        if isinstance(text, str) and not is_exact(text):
            return (
                f"whole numbers of more digits than a number keeps, e.g. {text!r} in row {row}, which are codes: they "
                "can be absorbed, clustered by and compared as quoted text"
            )
    return "text"
