"""Checks of constants: reghdfe's constant is ybar - xbar'b, so regressions and descriptive statistics must meet."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from study.audit.printed_tables import Column, Tables, row_of, say, say_range
from study.audit.rounding import Interval, Printed
from study.regression.terms import CONSTANT

Draw = Callable[[Printed], float]


@dataclass(frozen=True)
class Reconciled:
    """Means of a regressor and of the one of interest under which all constants fit.

    `admits` is the worst case of rounding (first order), `likely` holds 95% of independent rounding errors.
    """

    term: str
    focus: str
    mean: float
    admits: Interval
    likely: Interval
    focus_mean: float
    focus_admits: Interval


def comparable(column: Column, tables: Tables) -> bool:
    """Least squares without a heading, on the described sample: its variables are those of the descriptive table."""
    plain = not column.group and not column.instrumented and not tables.is_first_stage(column)
    return plain and _described(column, tables, [column.dependent, *column.slopes])


def _described(column: Column, tables: Tables, terms: Sequence[str]) -> bool:
    """All have a mean, over as many observations as the column's."""
    n = [tables.moment(term, "n") for term in terms]
    means = all(tables.moment(term, "mean") for term in terms)
    return bool(terms) and means and all(each is None or column.n in (None, round(each.value)) for each in n)


def implied(column: Column, tables: Tables) -> Interval:
    """xbar'b within rounding."""
    total = Interval(0.0, 0.0)
    for term in column.slopes:
        total += column.coefficients[term].estimate.range * tables.moment(term, "mean").range
    return total


def check_constants(tables: Tables) -> Iterator[dict]:
    """Printed constants against ybar - xbar'b of the descriptive means; then whose mean would reconcile them."""
    columns = [c for c in tables.columns if CONSTANT in c.coefficients and c.slopes and comparable(c, tables)]
    rows = []
    for column in columns:
        cell, mean = column.coefficients[CONSTANT], tables.moment(column.dependent, "mean")
        bounds = mean.range - implied(column, tables)
        middle = (bounds.low + bounds.high) / 2
        fits = bounds.meets(cell.estimate.range)
        finding = (
            f"described means imply {say(middle)}, within {say((bounds.high - bounds.low) / 2)} by rounding; printed "
            f"{cell.estimate.text}"
        )
        finding += "." if fits else ": the regression's data are not those described."
        numbers = {"printed": cell.estimate.text, "recomputed": middle, "low": bounds.low, "high": bounds.high}
        verdict, severity = ("agrees", "") if fits else ("differs", "B")
        rows.append(row_of("constant", cell, finding, verdict, kind="inference", severity=severity, **numbers))
    yield from rows
    if any(row["verdict"] == "differs" for row in rows):
        for found in reconcile(columns, tables):
            yield _reconciled_row(found, columns, tables)


def _reconciled_row(found: Reconciled, columns: Sequence[Column], tables: Tables) -> dict:
    cell = tables.moments[found.term]["mean"]
    finding = (
        f"all {len(columns)} constants fit a mean of {found.term} of {say(found.mean, 4)} (worst case of rounding "
        f"{say_range(found.admits, 4)}, 95% {say_range(found.likely, 4)}) and of {found.focus} of "
        f"{say(found.focus_mean)} {say_range(found.focus_admits)}, the dependent variables' means left free; "
        f"described: {cell.estimate.text} and {tables.moment(found.focus, 'mean').text}"
    )
    known = not found.admits.meets(cell.estimate.range)
    finding += ". The regressions use other data, such as winsorised, than are described." if known else "."
    numbers = {"printed": cell.estimate.text, "recomputed": found.mean, "kind": "inference"}
    numbers |= {"low": found.likely.low, "high": found.likely.high}
    return row_of("reconciled_mean", cell, finding, "differs" if known else "note", severity="B" * known, **numbers)


def reconcile(columns: Sequence[Column], tables: Tables) -> list[Reconciled]:
    """Each regressor whose mean, with that of the regressor of interest, reconciles the constants.

    Differences of columns with one dependent leave out its mean: c_1 - c_2 = (b_2 - b_1)' xbar. The two means solve
    them by least squares, the others being as described; kept are solutions that leave nothing beyond rounding and lie
    within the described min and max. Needs two differences or more.
    """
    focus = Counter(column.focus for column in columns).most_common(1)[0][0]
    first: dict[str, Column] = {}
    pairs = [
        (first[column.dependent], column)
        for column in columns
        if first.setdefault(column.dependent, column) is not column
    ]
    if len(pairs) < 2:
        return []
    terms = list(dict.fromkeys(term for column in columns for term in column.slopes))
    numbers = [cell.estimate for column in columns for cell in column.coefficients.values()]
    numbers += [tables.moment(term, "mean") for term in terms]
    found = []
    for term in terms:
        if term == focus:
            continue
        solution, left = _solve(pairs, tables, (focus, term), lambda number: number.value)
        if solution is None:
            continue
        # each printed number moved by half a unit of its last digit, one at a time
        moves = []
        for number in numbers:
            moved, residual = _solve(pairs, tables, (focus, term), _raised(number))
            moves.append(
                np.append(moved - solution, residual - left) if moved is not None else np.full(2 + len(pairs), np.inf)
            )
        worst = np.abs(moves).sum(axis=0)
        # a rounding error is uniform: its standard deviation is half a unit over sqrt(3)
        likely = 1.96 * np.sqrt((np.square(moves) / 3).sum(axis=0))
        admits = [Interval(solution[i] - worst[i], solution[i] + worst[i]) for i in (0, 1)]
        exact = bool((np.abs(left) <= worst[2:] + 1e-12).all())
        if exact and all(_within(name, its, tables) for name, its in zip((focus, term), admits, strict=True)):
            spread = Interval(solution[1] - likely[1], solution[1] + likely[1])
            found.append(Reconciled(term, focus, solution[1], admits[1], spread, solution[0], admits[0]))
    return found


def _raised(number: Printed) -> Draw:
    return lambda other: other.value + (number.half if other is number else 0.0)


def _within(term: str, means: Interval, tables: Tables) -> bool:
    """The means meet the described range, which must be known."""
    low, high = tables.moment(term, "min"), tables.moment(term, "max")
    return low is not None and high is not None and means.meets(Interval(low.range.low, high.range.high))


def _solve(pairs, tables: Tables, free: tuple[str, str], value: Draw) -> tuple[np.ndarray | None, np.ndarray]:
    """Means of the `free` regressors, and what each difference of constants leaves; None if they are not identified."""
    matrix, right = [], []
    for first, second in pairs:
        slope = {
            term: _value(second, term, value) - _value(first, term, value)
            for term in dict.fromkeys([*first.slopes, *second.slopes])
        }
        rest = sum(b * value(tables.moment(term, "mean")) for term, b in slope.items() if term not in free)
        matrix.append([slope.get(term, 0.0) for term in free])
        right.append(_value(first, CONSTANT, value) - _value(second, CONSTANT, value) - rest)
    if np.linalg.matrix_rank(matrix) < len(free):
        return None, np.array(right)
    solution = np.linalg.lstsq(np.array(matrix), np.array(right), rcond=None)[0]
    return solution, np.array(right) - np.array(matrix) @ solution


def _value(column: Column, term: str, value: Draw) -> float:
    return value(column.coefficients[term].estimate) if term in column.coefficients else 0.0


def check_implied_means(tables: Tables) -> Iterator[dict]:
    """Mean of a dependent variable that is not described: its constant + xbar'b, also with reconciled means."""
    columns = [c for c in tables.columns if CONSTANT in c.coefficients and c.slopes and comparable(c, tables)]
    off = any(row["verdict"] == "differs" for row in check_constants(tables)) if columns else False
    others = reconcile(columns, tables) if off else []
    for column in tables.columns:
        if column.instrumented or tables.moment(column.dependent, "mean") or CONSTANT not in column.coefficients:
            continue
        if tables.is_first_stage(column) or not _described(column, tables, column.slopes):
            continue
        cell = column.coefficients[CONSTANT]
        bounds = cell.estimate.range + implied(column, tables)
        middle = (bounds.low + bounds.high) / 2
        finding = (
            f"{column.dependent} is not described; its constant implies a mean of {say(middle, 2)} "
            f"{say_range(bounds, 2)}"
        )
        for found in others:
            if found.term in column.slopes:
                b = column.coefficients[found.term].estimate.value
                other = middle + b * (found.mean - tables.moment(found.term, "mean").value)
                finding += f", or of {say(other, 2)} with the mean of {found.term} that fits the other constants"
        numbers = {"printed": cell.estimate.text, "recomputed": middle, "low": bounds.low, "high": bounds.high}
        yield row_of("implied_mean", cell, finding + ".", "note", kind="inference", **numbers)
