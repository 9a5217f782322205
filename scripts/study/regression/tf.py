"""The tF test of an instrumental-variables coefficient (Lee, McCrary, Moreira and Porter 2022, AER 112).

One endogenous regressor and one instrument: the weaker the first stage, the larger the t that is significant at 5%.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Sequence
from pathlib import Path

from study.helpers import workflow_rows

CriticalValues = Sequence[tuple[float, float]]


def read_critical_values(path: str | Path) -> list[tuple[float, float]]:
    """Their table: pairs of the square root of the first-stage F, ascending, and the 5% critical |t|."""
    return sorted((float(row["root_f"]), float(row["critical_value"])) for row in workflow_rows(path))


def critical_value(f: float, table: CriticalValues) -> float:
    """5% critical |t| at the first-stage F, which is to be robust as the second stage's standard error is.

    Linear in the square root of F between the entries of `table`, 1.96 beyond the last; infinite below the first, where
    their interval is unbounded or nearly so, and where F is not a number.
    """
    root = math.sqrt(max(f, 0.0))
    if not root >= table[0][0]:
        return math.inf
    place = bisect_right(table, root, key=lambda entry: entry[0])
    if place == len(table):
        return table[-1][1]
    (left, high), (right, low) = table[place - 1 : place + 1]
    return high + (root - left) * (low - high) / (right - left)


def adjusted_p(t: float, f: float, table: CriticalValues) -> float:
    """p-value of t once the standard error is stretched by critical / 1.96 (their tF standard error); 1 if infinite."""
    critical = critical_value(f, table)
    return math.erfc(abs(t) * 1.96 / critical / math.sqrt(2)) if math.isfinite(critical) else 1.0
