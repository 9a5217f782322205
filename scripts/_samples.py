"""From the panel to the observations of one regression: conditions, splits, products, combined effects, singletons."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from difflib import get_close_matches
from functools import reduce
from operator import and_, or_

import numpy as np
import pandas as pd
from _absorption import find_singletons
from _formula import HIGH, Regression
from _helpers import InputError

_OPERATORS = {
    ast.Lt: lambda a, b: a < b,
    ast.LtE: lambda a, b: a <= b,
    ast.Gt: lambda a, b: a > b,
    ast.GtE: lambda a, b: a >= b,
    ast.Eq: lambda a, b: a == b,
    ast.NotEq: lambda a, b: (a != b) & a.notna() & (b.notna() if isinstance(b, pd.Series) else True),
    ast.In: lambda a, b: a.isin(b),
    ast.NotIn: lambda a, b: ~a.isin(b) & a.notna(),
}


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

    def column(self, term: str) -> np.ndarray:
        """Values (N,) of a term."""
        return self.values[:, self.terms.index(term)]


def draw_sample(data: pd.DataFrame, regression: Regression) -> Sample:
    """The observations of `regression` in `data` (one row an observation).

    Rows outside the condition or the split's side, with a missing value, and singletons are left out, in this order;
    the last two are counted. A median is taken over all rows of the condition where the variable is observed.
    Raises InputError where a variable is unknown, holds text or an infinite number, or no observation is left.
    """
    check_variables(data, regression)
    data = data.assign(**{name: _as_numbers(data[name]) for name in regression.numbers})
    chosen, description, high, unknown = _choose_rows(data, regression)
    complete = chosen.dropna(subset=[*regression.numbers, *regression.categories])
    if complete.empty:
        raise InputError("no row has a value for every variable of the formula.")
    names = {effect: effect.split("^") for effect in regression.absorbed}
    effects = {effect: _codes(complete, parts) for effect, parts in names.items()}
    alone = find_singletons(list(effects.values())) if effects else np.zeros(len(complete), dtype=bool)
    if alone.all():
        raise InputError(
            f"all {len(complete)} observations are singletons of {joined(regression.absorbed)}: "
            "each effect needs levels that occur at least twice."
        )
    kept = complete[~alone]
    terms = tuple(dict.fromkeys((regression.dependent, *regression.slopes, *regression.instruments)))
    values = np.column_stack([_product(kept, term) for term in terms])
    effects = {effect: _codes(kept, parts) for effect, parts in names.items()}
    clusters = {name: _codes(kept, [name]) for name in regression.clusters}
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
        int(alone.sum()),
        description,
        high,
    )


def check_variables(data: pd.DataFrame, regression: Regression) -> None:
    """Raise InputError unless every variable is there and those that have to be numbers are finite ones."""
    for name in regression.variables:
        if name not in data.columns:
            close = get_close_matches(name, data.columns, n=1)
            hint = f"did you mean `{close[0]}`?" if close else f"it has {', '.join(map(str, data.columns))}."
            raise InputError(f"the panel has no variable `{name}`; {hint}")
    for name in regression.numbers:
        if not pd.api.types.is_numeric_dtype(_as_numbers(data[name])):
            text = np.flatnonzero(pd.to_numeric(data[name], errors="coerce").isna() & data[name].notna())
            found = f", e.g. {data[name].iloc[text[0]]!r} in row {text[0] + 1}" if len(text) else ""
            raise InputError(f"the variable `{name}` must hold numbers; it holds text{found}.")
        infinite = np.isinf(_as_numbers(data[name]).to_numpy(float, na_value=np.nan))
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
        _check_constants(data, regression.sample)
        condition = _evaluate(ast.parse(regression.sample.strip(), mode="eval").body, data, regression.sample)
        data = data[condition.to_numpy(bool)]
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
            raise InputError(f"the panel has a variable `{HIGH}`, the name of the split's indicator; rename it.")
        data = data.assign(**{HIGH: (by > at).astype(float)})
        return data, "; ".join(description), f"{split.by} > {words}", 0
    side = by > at if split.side == "high" else by <= at
    description.append(f"{split.by} {'>' if split.side == 'high' else '<='} {words}")
    if not side.any():
        raise InputError(f"no row of the panel is in the sample `{description[-1]}`.")
    return data[side], "; ".join(description), "", int(by.isna().sum())


def _evaluate(node: ast.expr, data: pd.DataFrame, sample: str):
    """Value of a condition's part: a Series of the panel, a constant or a list."""
    if isinstance(node, ast.Name):
        return data[node.id]
    if isinstance(node, (ast.Constant, ast.List, ast.Tuple)) or (
        isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub)
    ):
        return ast.literal_eval(node)
    if isinstance(node, ast.UnaryOp):
        names = [inner.id for inner in ast.walk(node) if isinstance(inner, ast.Name)]
        return ~_evaluate(node.operand, data, sample) & data[names].notna().all(axis=1)  # a missing value is not known
    if isinstance(node, ast.BoolOp):
        parts = [_evaluate(value, data, sample) for value in node.values]
        return reduce(and_ if isinstance(node.op, ast.And) else or_, parts)
    result = pd.Series(True, index=data.index)
    left = _evaluate(node.left, data, sample)
    for operator, comparator in zip(node.ops, node.comparators, strict=True):
        try:
            right = _evaluate(comparator, data, sample)
            result &= _OPERATORS[type(operator)](_like(left, right), _like(right, left))
        except (TypeError, ValueError, AttributeError):
            raise InputError(
                f"cannot compare in the sample `{sample}`: compare numbers with numbers and quoted text with text, "
                "the variable first."
            ) from None
        left = right
    return result


def _check_constants(data: pd.DataFrame, sample: str) -> None:
    """Raise InputError for values that the variables they are compared with never have: slips."""
    for node in ast.walk(ast.parse(sample.strip(), mode="eval")):
        if not isinstance(node, ast.Compare) or not isinstance(node.left, ast.Name):
            continue
        for operator, comparator in zip(node.ops, node.comparators, strict=True):
            if not isinstance(operator, (ast.Eq, ast.NotEq, ast.In, ast.NotIn)) or _names_variables(comparator):
                continue
            values = ast.literal_eval(comparator)
            for value in values if isinstance(values, (list, tuple)) else [values]:
                if not _like(data[node.left.id], value).eq(value).any():
                    raise InputError(
                        f"`{node.left.id}` is nowhere {value!r} in the panel; correct the sample `{sample}`."
                    )


def _like(series, value):
    """A text variable as numbers where it is compared with numbers and all its values are numbers, as years are."""
    values = value if isinstance(value, (list, tuple)) else [value]
    numbers = all(isinstance(one, (int, float)) for one in values)
    return _as_numbers(series) if numbers and isinstance(series, pd.Series) else series


def _as_numbers(series: pd.Series) -> pd.Series:
    """The variable as numbers if it is text and every value is one; else unchanged."""
    if pd.api.types.is_numeric_dtype(series):
        return series
    numbers = pd.to_numeric(series, errors="coerce")
    return numbers if (numbers.notna() | series.isna()).all() and numbers.notna().any() else series


def _names_variables(node: ast.expr) -> bool:
    """Whether a part of a condition names variables."""
    return any(isinstance(inner, ast.Name) for inner in ast.walk(node))


def _codes(data: pd.DataFrame, names: list[str]) -> np.ndarray:
    """Level codes (N,) of the combinations of `names`, numbered in sorted order."""
    return data.groupby(names, sort=True).ngroup().to_numpy()


def _product(data: pd.DataFrame, term: str) -> np.ndarray:
    """Values (N,) of a variable or of a product `a:b`."""
    return np.prod([data[name].to_numpy(float) for name in term.split(":")], axis=0)
