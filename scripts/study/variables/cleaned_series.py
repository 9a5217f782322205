"""One indicator out of a cleaned table.

Such a table is long, `province, year, indicator, value`, national rows under province `china`.
"""

from __future__ import annotations

import pandas as pd


def select_series(cells: pd.DataFrame, indicator: str) -> pd.Series:
    """One indicator's values by (province, year), without the national row."""
    chosen = cells[(cells["indicator"] == indicator) & (cells["province"] != "china")]
    return chosen.set_index(["province", "year"])["value"]
