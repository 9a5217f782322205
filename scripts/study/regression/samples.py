"""From the panel to the observations of one regression: conditions, splits, products, combined effects, singletons."""

from __future__ import annotations

from dataclasses import dataclass
from difflib import get_close_matches
from itertools import combinations

import numpy as np
import pandas as pd

from study.helpers import InputError
from study.regression.absorption import find_singletons
from study.regression.conditions import parse_condition
from study.regression.formula import Regression
from study.regression.terms import HIGH, names_of
from study.words.numbers import as_numbers, why_no_numbers


@dataclass(frozen=True)
class Sample:
    """Observations of one regression, N rows in an order that does not depend on the panel's.

    `values` (N, p) are the numbers of `terms`: dependent variable, slopes, instruments. `effects` and `clusters` are
    level codes (N,) by name; without effects the constant is the one effect. `weights` (N,) average one.
    `description` is the condition in words and numbers, `high` what the indicator of a split stands for.
    """

    terms: tuple[str, ...]
    values: np.ndarray
    effects: dict[str, np.ndarray]
    clusters: dict[str, np.ndarray]
    weights: np.ndarray
    n_missing: int
    n_singletons: int
    description: str = ""
    high: str = ""
    n_singletons_kept: int = 0

    @property
    def cluster_parts(self) -> list[tuple[int, np.ndarray]]:
        """Sign and codes (N,) of each set of clusters: a covariance by several is the sum of signed one-way ones.

        Inclusion and exclusion (Cameron, Gelbach and Miller 2011): each variable, less the combinations of two, plus
        that of three.
        """
        clusters = list(self.clusters.values())
        sets = [chosen for size in range(1, len(clusters) + 1) for chosen in combinations(clusters, size)]
        return [((-1) ** (len(chosen) + 1), _combined(chosen)) for chosen in sets]

    def column(self, term: str) -> np.ndarray:
        """Values (N,) of a term."""
        return self.values[:, self.terms.index(term)]


def draw_sample(data: pd.DataFrame, regression: Regression, winsorised: pd.DataFrame | None = None) -> Sample:
    """The observations of `regression` in `data` (one row an observation).

    winsorised : `data` with its amounts winsorised, row by row; the terms' values are taken from it, while conditions,
    splits, weights, effects and clusters read `data`. None: from `data`, too.

    Rows outside the condition or the split's side, with a missing value, and singletons (unless they are kept) are left
    out, in this order; the last two are counted. A median is taken over all rows of the condition where the variable
    is observed. Raises InputError where a variable is unknown, holds text or an infinite number, or no observation is
    left.
    """
    check_variables(data, regression)
    data = data.assign(**{name: as_numbers(data[name]) for name in regression.numbers})
    chosen, description, high, unknown = _choose_rows(data, regression)
    complete = chosen.dropna(subset=[*regression.numbers, *regression.categories])
    if complete.empty:
        raise InputError("no row has a value for every variable of the formula.")
    effects = {effect: _codes(complete, effect) for effect in regression.absorbed}
    alone = find_singletons(list(effects.values())) if effects else np.zeros(len(complete), dtype=bool)
    if alone.all():
        raise InputError(
            f"all {len(complete)} observations are singletons of {joined(regression.absorbed)}: "
            "each effect needs levels that occur at least twice."
        )
    n_singletons, dropping = int(alone.sum()), regression.singletons == "drop"
    kept = complete[~alone] if dropping else complete
    terms = tuple(dict.fromkeys((regression.dependent, *regression.slopes, *regression.instruments)))
    amounts = kept if winsorised is None else _with_amounts(kept, winsorised, regression)
    values = np.column_stack([_product(amounts, term) for term in terms])
    if not np.isfinite(values).all():
        infinite = terms[int(np.argmin(np.isfinite(values).all(axis=0)))]
        raise InputError(f"the product `{infinite}` is too large for a number; rescale its variables in the panel.")
    effects = {effect: _codes(kept, effect) for effect in regression.absorbed}
    clusters = {cluster: _codes(kept, cluster) for cluster in regression.clusters}
    weights = kept[regression.weights].to_numpy(float) if regression.weights else np.ones(len(kept))
    if (weights <= 0).any():
        raise InputError(f"the weights `{regression.weights}` have to be above zero; {(weights <= 0).sum()} are not.")
    order = np.lexsort([weights, *values.T, *clusters.values(), *effects.values()])
    return Sample(
        terms,
        values[order],
        {name: codes[order] for name, codes in effects.items()} or {"": np.zeros(len(kept), dtype=int)},
        {name: codes[order] for name, codes in clusters.items()},
        (weights / weights.mean())[order],
        len(chosen) - len(complete) + unknown,
        n_singletons if dropping else 0,
        description,
        high,
        0 if dropping else n_singletons,
    )


def check_variables(data: pd.DataFrame, regression: Regression) -> None:
    """Raise InputError unless every variable is there and those that have to be numbers are finite ones."""
    for name in regression.variables:
        if name not in data.columns:
            close = get_close_matches(name, data.columns, n=1)
            hint = f"did you mean `{close[0]}`?" if close else f"it has {', '.join(map(str, data.columns))}."
            raise InputError(f"the panel has no variable `{name}`; {hint}")
    for name in regression.numbers:
        if not pd.api.types.is_numeric_dtype(as_numbers(data[name])):
            raise InputError(f"the variable `{name}` must hold numbers; it holds {why_no_numbers(data[name])}.")
        infinite = np.isinf(as_numbers(data[name]).to_numpy(float, na_value=np.nan))
        if infinite.any():
            raise InputError(
                f"the variable `{name}` is infinite in {infinite.sum()} row(s), the first being row "
                f"{int(infinite.argmax()) + 1}: leave the cell empty or correct the transformation."
            )


def joined(names) -> str:
    """`a` and `b`."""
    return " and ".join(f"`{name}`" for name in names)


def _choose_rows(data: pd.DataFrame, regression: Regression) -> tuple[pd.DataFrame, str, str, int]:
    """Rows of the condition and of the split's side, both in words; what `high` is; how many rows have no side."""
    description = []
    if regression.sample:
        data = data[parse_condition(regression.sample).holds(data).to_numpy(bool)]
        description.append(regression.sample)
        if data.empty:
            raise InputError(f"no row of the panel is in the sample `{regression.sample}`.")
    split = regression.split
    if split is None:
        return data, "; ".join(description), "", 0
    by = data[split.by]
    if by.notna().sum() == 0:
        raise InputError(f"the split variable `{split.by}` has no value in the sample.")
    at = float(np.median(by.dropna())) if split.at == "median" else float(split.at)
    words = f"{at:.6g} (median)" if split.at == "median" else f"{at:.6g}"
    if not split.side:
        if HIGH in data.columns:
            raise InputError(
                f"the panel has a variable `{HIGH}`, the name of the split's indicator; rename it, for a "
                "ready panel under panel.columns."
            )
        data = data.assign(**{HIGH: (by > at).astype(float)})
        return data, "; ".join(description), f"{split.by} > {words}", 0
    side = by > at if split.side == "high" else by <= at
    description.append(f"{split.by} {'>' if split.side == 'high' else '<='} {words}")
    if not side.any():
        raise InputError(f"no row of the panel is in the sample `{description[-1]}`.")
    return data[side], "; ".join(description), "", int(by.isna().sum())


def _codes(data: pd.DataFrame, term: str) -> np.ndarray:
    """Level codes (N,) of a variable or of the combinations `a^b`, numbered in sorted order."""
    return data.groupby(list(names_of(term)), sort=True).ngroup().to_numpy()


def _combined(codes: tuple[np.ndarray, ...]) -> np.ndarray:
    """Level codes (N,) of the combinations of several level codes."""
    return codes[0] if len(codes) == 1 else np.unique(np.column_stack(codes), axis=0, return_inverse=True)[1].ravel()


def _with_amounts(kept: pd.DataFrame, winsorised: pd.DataFrame, regression: Regression) -> pd.DataFrame:
    """The rows `kept` with the regression's numbers as the winsorised panel has them."""
    names = [name for name in regression.numbers if pd.api.types.is_numeric_dtype(winsorised[name])]
    return kept.assign(**{name: winsorised.loc[kept.index, name] for name in names})


def _product(data: pd.DataFrame, term: str) -> np.ndarray:
    """Values (N,) of a variable or of a product `a:b`."""
    return np.prod([data[name].to_numpy(float) for name in names_of(term)], axis=0)
