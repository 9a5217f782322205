"""Which columns of the panel are amounts: winsorising moves these and leaves indicators, codes and event time alone."""

from __future__ import annotations

import numpy as np
import pandas as pd

TWO_VALUES = "two values"
CODE = "code"
EVENT_TIME = "event time"
TEXT = "text"
MOST_CODES = 20  # more different values than a classification of one digit or a time around an event has
ROWS_A_CODE = 5  # fewer rows a value are no repetition that would tell a classification from an amount
SAME = 0.9  # share of steps without change: a unit's code is seldom revised, an amount nearly always


def no_amount(panel: pd.DataFrame, name: str) -> str:
    """Why a column is no amount: `TEXT`, `TWO_VALUES`, `CODE` or `EVENT_TIME`; empty for an amount.

    panel : one row a `province` and `year`, in the order of time within each province. Two values at most are an
    indicator. A column of whole numbers only is a code if it has few values (`MOST_CODES`, each in `ROWS_A_CODE` rows
    on average), or one value a period, or if a unit keeps its value in `SAME` of the steps from one period to the next;
    it is event time if it never falls and rises by one a period at most. No other column is consulted.
    """
    if not pd.api.types.is_numeric_dtype(panel[name]):
        return TEXT
    rows = panel[panel[name].notna()]
    values = rows[name].astype(float)
    if values.nunique() <= 2:
        return TWO_VALUES
    if not (values == np.round(values)).all():
        return ""
    if values.nunique() <= min(MOST_CODES, len(values) / ROWS_A_CODE):
        return CODE
    periods = values.groupby(rows["year"].to_numpy())
    if periods.size().max() > 1 and periods.nunique().max() == 1:
        return CODE
    steps = values.groupby(rows["province"].to_numpy()).diff().dropna()
    if steps.empty:
        return ""
    if (steps == 0).mean() >= SAME:
        return CODE
    passed = _periods_passed(panel, rows).loc[steps.index]
    return EVENT_TIME if ((steps >= 0) & (steps <= passed)).all() else ""


def _periods_passed(panel: pd.DataFrame, rows: pd.DataFrame) -> pd.Series:
    """Periods from a unit's row before to each of `rows`, by the rows of the unit that has most; one if these lack any.

    Where the periods are years with gaps among them, the years if they are more.
    """
    counts = panel.groupby("province").size()
    longest = panel.loc[panel["province"] == counts.idxmax(), "year"]
    places = {period: place for place, period in enumerate(longest)}
    units = rows["province"].to_numpy()
    steps = rows["year"].map(places).groupby(units).diff()
    years = pd.to_numeric(rows["year"], errors="coerce").groupby(units).diff()
    return np.fmax(steps, years).fillna(1)
