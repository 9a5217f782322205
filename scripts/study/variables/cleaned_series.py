"""Cleaned tables as one long data frame, and one indicator out of it; national rows are under province `china`."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import pandas as pd

from study.files.tables import read_table


def read_cleaned(paths: Iterable[str], first: int | None = None) -> pd.DataFrame:
    """Cleaned tables one below the other, columns `province, year, value, imputed` and `indicator`, the table's key.

    first : the first year that is wanted; a table may begin before it, for another variable.
    """
    cells = pd.concat([read_table(path).assign(indicator=Path(path).stem) for path in paths], ignore_index=True)
    return cells if first is None else cells[cells["year"].astype(int) >= first]


def select_series(cells: pd.DataFrame, indicator: str) -> pd.Series:
    """One indicator's values by (province, year), without the national row."""
    chosen = cells[(cells["indicator"] == indicator) & (cells["province"] != "china")]
    return chosen.set_index(["province", "year"])["value"]
