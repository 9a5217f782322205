"""Tables for programs: the tidy CSV, a row a number, with the columns of the published tables and two more."""

from __future__ import annotations

import math
from collections.abc import Iterable
from pathlib import Path

from study.helpers import write_rows

TIDY_COLUMNS = (
    "table",
    "column",
    "dependent",
    "group",
    "term",
    "estimate",
    "statistic",
    "stars",
    "std_error",
    "p_value",
)
NOT_ESTIMATED = "not estimated"  # the term of a column that failed


def table_number(name: str) -> str:
    """`2` for `table_2`; another name stays as it is."""
    return name.removeprefix("table_")


def exact(number: float | int | None) -> str:
    """Twelve significant digits for the CSV; empty for a missing number."""
    if number is None or (isinstance(number, float) and math.isnan(number)):
        return ""
    return str(number) if isinstance(number, int) else f"{number:.12g}"


def write_tidy(rows: Iterable[dict[str, str]], path: str | Path) -> None:
    """The table as CSV, one row a number, columns `TIDY_COLUMNS`; a missing field is an empty cell."""
    write_rows(path, list(TIDY_COLUMNS), [tuple(row.get(name, "") for name in TIDY_COLUMNS) for row in rows])
