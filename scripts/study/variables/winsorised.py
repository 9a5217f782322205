"""Winsorising by variable over the pooled province-years, and a list of what was moved."""

from __future__ import annotations

from collections.abc import Collection, Mapping

import numpy as np
import pandas as pd

from study.checks.amounts import TEXT, TWO_VALUES, no_amount
from study.files.tables import KEYS
from study.helpers import InputError

CHOSEN = "by choice"
WINSORISED_COLUMNS = ["variable", "left_alone", "observed", "lower", "upper", "below", "above"]


def winsorise(values: np.ndarray, lower: float, upper: float) -> np.ndarray:
    """Values below the `lower` percentile or above the `upper` one set to it; missing values stay missing.

    The percentile is Stata's (`_pctile`, `summarize, detail`): numpy's `averaged_inverted_cdf`.
    """
    low, high = np.percentile(values[~np.isnan(values)], [lower, upper], method="averaged_inverted_cdf")
    return np.clip(values, low, high)


def left_alone(panel: pd.DataFrame, variables: Collection[str] = (), keep: Collection[str] = ()) -> dict[str, str]:
    """Each column but the keys -> why it is not winsorised, empty if it is.

    variables : only these are winsorised, also where `no_amount` takes them for a code or event time; text and
    indicators stay. keep : all amounts but these. None of either: all amounts.
    """
    reasons = {}
    for name in panel.columns.drop(KEYS):
        if (variables and name not in variables) or name in keep:
            reasons[name] = CHOSEN
        else:
            reasons[name] = no_amount(panel, name)
            if name in variables:
                reasons[name] = reasons[name] if reasons[name] in (TEXT, TWO_VALUES) else ""
    return reasons


def winsorise_panel(
    panel: pd.DataFrame, lower: float, upper: float, variables: Collection[str] = (), keep: Collection[str] = ()
) -> pd.DataFrame:
    """The panel with its amounts winsorised over the pooled province-years.

    variables, keep : as `left_alone` takes them. InputError for an infinite value, which a percentile hides.
    """
    moved = panel.copy()
    for name, reason in left_alone(panel, variables, keep).items():
        if reason:
            continue
        values = panel[name].to_numpy(dtype=float)
        if np.isinf(values).any():
            row = panel.loc[np.isinf(values)].iloc[0]
            raise InputError(f"{name} of {row['province']} {row['year']} is infinite; correct what it is made from.")
        moved[name] = winsorise(values, lower, upper)
    return moved


def list_cells(panel: pd.DataFrame, moved: pd.DataFrame, reasons: Mapping[str, str]) -> pd.DataFrame:
    """One row a variable of `reasons`, columns `WINSORISED_COLUMNS`: bounds, cells set to each, or why it stays."""
    rows = []
    for name, reason in reasons.items():
        row = {"variable": name, "left_alone": reason, "observed": int(panel[name].notna().sum())}
        if not reason:
            row |= {"lower": moved[name].min(), "upper": moved[name].max()}
            row |= {"below": int((panel[name] < moved[name]).sum()), "above": int((panel[name] > moved[name]).sum())}
        rows.append(row)
    return pd.DataFrame(rows, columns=WINSORISED_COLUMNS).astype({"below": "Int64", "above": "Int64"})


def winsorised(panel: pd.DataFrame, settings: Mapping | None) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The panel with its amounts winsorised as the config's cleaning.winsorise says, and `list_cells` of it; without
    settings the panel as it is and an empty list."""
    moved, reasons = panel, {}
    if settings:
        chosen = settings.get("variables", ()), settings.get("except", ())
        moved = winsorise_panel(panel, settings["lower"], settings["upper"], *chosen)
        reasons = left_alone(panel, *chosen)
    return moved, list_cells(panel, moved, reasons)
