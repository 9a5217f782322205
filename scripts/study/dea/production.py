"""The productivity floor's one input as arrays: observations of a model's variables, checked against the model."""

from __future__ import annotations

import math
from array import array
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import chain
from operator import itemgetter
from pathlib import Path
from typing import NamedTuple

import numpy as np

from study.dea.models import (
    NEGATIVE,
    RANGES,
    ROLES,
    VALUE_SIGNS,
    directed,
    model_variables,
    needed_sign,
    range_directional,
)
from study.dea.programs import direction_amounts
from study.helpers import InputError
from study.words.periods import order_periods


class Panel(NamedTuple):
    """Observations of a model's variables, ordered by period and unit.

    `values` (R, N) with rows inputs, goods, bads; `unit` and `period` (N,) places in `units` and `periods`; `starts`
    (T + 1,): where each period's observations begin, so that a run of periods is a slice.
    """

    variables: tuple[str, ...]
    periods: tuple[str, ...]
    units: tuple[str, ...]
    values: np.ndarray
    unit: np.ndarray
    period: np.ndarray
    starts: np.ndarray

    def spanned(self, places: range) -> slice:
        """Observations of a run of periods, given by place."""
        return slice(int(self.starts[places.start]), int(self.starts[places.stop]))


def read_production(
    rows: Iterable[Mapping[str, str | None]], model: Mapping, source: str | Path = "production.csv"
) -> Panel:
    """Panel of a model's variables from rows of text with `province` and `year`, each looked at once and not kept.

    Raises InputError for a column that is missing, a province-year given twice, and, before anything is solved, for
    values that are missing or not finite, for negative ones where the program changes with the origin of a variable,
    for zeros of a variable that is measured in own values (a slack relative to nothing has no meaning), and for
    observations without any input or any good.
    """
    variables = model_variables(model)
    rows = iter(rows)
    first = next(rows, {})
    for column in ("province", "year", *variables):
        if column not in first:
            raise InputError(
                f"model {model['name']}: {source} has no column {column}; its columns: {', '.join(first) or 'none'}"
            )
    units: dict[str, int] = {}  # name -> its place among the names as they come
    periods: dict[str, int] = {}
    unit, period, values = array("q"), array("q"), array("d")
    unread: dict[int, list[str | None]] = {}  # the rows with a cell that is no number
    for at, (name, when, *texts) in enumerate(map(itemgetter("province", "year", *variables), chain([first], rows))):
        unit.append(units.setdefault(name, len(units)))
        period.append(periods.setdefault(when, len(periods)))
        try:
            values.extend([*map(float, texts)])
        except (TypeError, ValueError):
            values.extend(map(_number, texts))
            unread[at] = texts
    names, times = list(units), list(periods)

    def key(at: int) -> tuple[str, str]:
        return names[unit[at]], times[period[at]]

    ordered, order = tuple(sorted(names)), order_periods(map(key, range(len(unit))), names=times).names
    unit_places, period_places = _places(names, ordered)[unit], _places(times, order)[period]
    sort = np.lexsort((unit_places, period_places))
    unit_places, period_places = unit_places[sort], period_places[sort]
    again = (np.diff(unit_places) == 0) & (np.diff(period_places) == 0)
    if again.any():
        raise InputError("{}: {} has more than one row for {}".format(source, *key(sort[1:][again].min())))
    table = np.array(values).reshape(-1, len(variables)).T
    _check_values(table, key, unread, model)
    _check_direction(table, model)
    starts = np.searchsorted(period_places, np.arange(len(order) + 1))
    return Panel(variables, order, ordered, np.ascontiguousarray(table[:, sort]), unit_places, period_places, starts)


def _places(names: Sequence[str], ordered: Sequence[str]) -> np.ndarray:
    """The place of each name in the order."""
    place = {name: at for at, name in enumerate(ordered)}
    return np.array([place[name] for name in names], dtype=np.int64)


def _number(text: str | None) -> float:
    """A cell as a number; nan if it is empty or no number."""
    try:
        return float(text or "nan")
    except ValueError:
        return math.nan


def _check_values(
    values: np.ndarray,
    key: Callable[[int], tuple[str, str]],
    unread: Mapping[int, Sequence[str | None]],
    model: Mapping,
) -> None:
    """Raise InputError naming unit, period and variable of values for which the model's program has no meaning.

    key : unit and period of a row. unread : the cells of rows where one is no number.
    """
    variables = model_variables(model)
    needed = [needed_sign(model, variable) for variable in variables]
    lowest = np.array(
        [{VALUE_SIGNS[0]: -math.inf, VALUE_SIGNS[1]: 0.0, VALUE_SIGNS[2]: math.ulp(0.0)}[sign] for sign in needed]
    )
    sound = np.isfinite(values) & (values >= lowest[:, None])
    refused = [
        "{} of {} in {} is {}".format(variables[row], *key(at), _shown(values[row, at], unread.get(int(at)), row))
        for at, row in np.argwhere(~sound.T)
    ]
    if refused:
        rest = f"; and {len(refused) - 5} more" if len(refused) > 5 else ""
        expected = "a finite number above zero, for the direction moves a variable by shares of the unit's own value"
        if set(needed) != {VALUE_SIGNS[2]}:
            free, _, own = (
                ", ".join(name for name, needs in zip(variables, needed, strict=True) if needs == sign)
                for sign in VALUE_SIGNS
            )
            expected = (
                f"a finite number, not negative{f' (but {free} may be)' if free else ''}, and above zero where the "
                f"direction moves own values ({own or 'none'})"
            )
        hint = f" {NEGATIVE}" if (np.isfinite(values) & (values < 0) & ~sound).any() else ""
        raise InputError(
            f"model {model['name']}: {'; '.join(refused[:5])}{rest}. Every value must be {expected}.{hint}"
        )
    # with negative values among them they are measured from another origin, and nil is not nothing
    shifted = (values < 0).any(axis=1)
    for role, rows_of_role in _role_rows(model):
        empty = np.flatnonzero(~(values[rows_of_role] > 0).any(axis=0))
        if role != "bad_outputs" and not shifted[rows_of_role].any() and len(empty):
            raise InputError(
                "model {}: all {} of {} in {} are zero; a reference ".format(model["name"], role, *key(empty[0]))
                + "observation needs at least one input and one good output above zero."
            )


def _shown(value: float, texts: Sequence[str | None] | None, row: int) -> str:
    """A refused value as messages show it: its text where the row has one that is no number."""
    if texts is not None:
        return texts[row] or "missing"
    return repr(float(value)).removesuffix(".0")


def _check_direction(values: np.ndarray, model: Mapping) -> None:
    """Raise InputError where a variable moves by a mean or range that is zero, so that it would move by nothing.

    The range directional measure keeps the rows of variables that are at their best, and needs nothing.
    """
    if range_directional(model):
        return
    amounts = direction_amounts(values, values, model)[:, 0]
    moved = np.isin(model_variables(model), directed(model))
    idle = np.flatnonzero(moved & (amounts == 0)) if model["direction"] in ("mean", *RANGES) else []
    if len(idle):
        names = ", ".join(np.array(model_variables(model))[idle])
        raise InputError(
            f"model {model['name']}: the {str(model['direction']).split('_')[0]} of {names} is zero: the direction "
            "moves it by nothing. Leave it out of the model, or choose another direction."
        )


def _role_rows(model: Mapping) -> list[tuple[str, slice]]:
    """Rows of each role's variables."""
    ends = np.cumsum([0, *(len(model[role]) for role in ROLES)])
    return [(role, slice(start, end)) for role, start, end in zip(ROLES, ends[:-1], ends[1:], strict=True)]
