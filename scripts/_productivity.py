"""Indices of productivity change from distance scores."""

from __future__ import annotations

import numpy as np
import pandas as pd
from _helpers import InputError, period_gaps, period_key

KEYS = ["province", "year"]
COLUMNS = [*KEYS, "index", "efficiency_change", "technical_change", "cumulative", "status"]


def wide_scores(scores: pd.DataFrame) -> pd.DataFrame:
    """One row a unit and period in the panel's order, one column a reference; nan where infeasible.

    `scores` has `province, year, reference, score, status` (text keys), one row a program. `place` is the
    period's position in the panel's list. Raises InputError naming the gap when a unit is absent between its first
    and last period: change over a missing period is not change of one period.
    """
    blank = scores["score"].isna() != (scores["status"] == "infeasible")
    if blank.any():
        cells = scores.loc[blank, [*KEYS, "reference"]].agg(" ".join, axis=1)
        raise ValueError(f"scores and statuses disagree: {', '.join(cells)}")
    wide = scores.pivot(index=KEYS, columns="reference", values="score").reset_index()
    for unit, gap in period_gaps(wide[KEYS].itertuples(index=False, name=None)).items():
        raise InputError(
            f"{unit} has no observation in {', '.join(gap)} but has before and after; an index of change needs every "
            "period between a unit's first and last. Supply the rows, or leave the unit out."
        )
    order = period_key(wide["year"])
    wide["place"] = wide["year"].map({period: place for place, period in enumerate(sorted(order, key=order.get))})
    return wide.sort_values(["province", "place"], ignore_index=True)


def global_malmquist_luenberger(wide: pd.DataFrame) -> pd.DataFrame:
    """Global Malmquist-Luenberger index (Oh 2010, J. Prod. Anal. 34) of each period over the one before.

    GML = (1 + S^G_t) / (1 + S^G_{t+1}); efficiency change (1 + S^t_t) / (1 + S^{t+1}_{t+1}); best-practice
    (technical) change is GML / efficiency change. Above 1 is progress. `wide` from `wide_scores`, with
    columns `global` and `own`; nan in a unit's first period and where a score is missing.
    """
    now = 1 + wide[["global", "own"]]
    before = now.groupby(wide["province"]).shift()
    change = before / now
    return pd.DataFrame(
        {
            "index": change["global"],
            "efficiency_change": change["own"],
            "technical_change": change["global"] / change["own"],
        }
    )


def malmquist_luenberger(wide: pd.DataFrame) -> pd.DataFrame:
    """Malmquist-Luenberger index (Chung, Färe and Grosskopf 1997, J. Environ. Manage. 51) of each period.

    ML = sqrt{(1 + S^t_t) / (1 + S^t_{t+1}) x (1 + S^{t+1}_t) / (1 + S^{t+1}_{t+1})}, superscript the
    technology's period: S^t_{t+1} is column `previous` of t+1, S^{t+1}_t column `next` of t. Efficiency
    change uses `own` scores only, so it stands where a mixed-period program is infeasible; technical change
    is ML / efficiency change.
    """
    now = 1 + wide.reindex(columns=["own", "previous", "next"])  # a one-period panel has no neighbours
    before = now.groupby(wide["province"]).shift()
    efficiency = before["own"] / now["own"]
    index = np.sqrt(before["own"] / now["previous"] * before["next"] / now["own"])
    return pd.DataFrame({"index": index, "efficiency_change": efficiency, "technical_change": index / efficiency})


def productivity_change(scores: pd.DataFrame, technology: str) -> pd.DataFrame:
    """Table `province, year, index, efficiency_change, technical_change, cumulative, status` from scores.

    `technology` is `global` (GML) or `contemporaneous` (ML). A unit's first period has no change,
    `cumulative` 1 and status `first`; later ones are `optimal`, or `infeasible` when a score of the index is
    missing, and then `cumulative`, the running product, is empty from there on. The global cumulative must
    telescope to (1 + S^G_first) / (1 + S^G_t); ArithmeticError if it does not to 1e-12.
    """
    wide = wide_scores(scores)
    changes = {"global": global_malmquist_luenberger, "contemporaneous": malmquist_luenberger}[technology](wide)
    table = pd.concat([wide[KEYS], changes], axis=1)
    first = ~table["province"].duplicated()
    factors = table["index"].mask(first, 1.0)
    table["cumulative"] = factors.groupby(table["province"]).cumprod(skipna=False)
    table["status"] = np.where(first, "first", np.where(table["index"].isna(), "infeasible", "optimal"))
    if technology == "global":
        start = wide.groupby("province")["global"].transform("first")
        direct = (1 + start) / (1 + wide["global"])
        if not np.allclose(table["cumulative"], direct, rtol=1e-12, atol=0, equal_nan=True):
            raise ArithmeticError("the cumulative global index does not telescope")
    return table[COLUMNS]
