"""The order of a panel's periods: what their labels say of time (`words.period_labels`), else the order of the file."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from graphlib import CycleError, TopologicalSorter
from itertools import pairwise
from typing import NamedTuple

from study.helpers import InputError
from study.words.period_labels import read_labels

MOST_PERIODS_LISTED = 24  # periods in a sentence
CURE = (
    "write labels that say the time, such as 2013Q1, 2013-01, 2013-03-31 or 1, 2, 3, or put the rows of every unit "
    "in one order"
)


class Periods(NamedTuple):
    """A panel's periods, earliest first.

    `how` says where the order is from. `unit` (`year`, `quarter`, ...) is what `steps` counts, the time from each
    period to the next; None where the labels do not say how far apart they are.
    """

    names: tuple[str, ...]
    how: str
    unit: str | None = None
    steps: tuple[float, ...] | None = None

    @property
    def places(self) -> dict[str, int]:
        """Place of each period, from 0."""
        return {name: place for place, name in enumerate(self.names)}


def order_periods(
    observations: Iterable[tuple[str, str]], lines: Sequence[int] = (), names: Sequence[str] = ()
) -> Periods:
    """Periods of pairs (unit, period) in the order of time that their labels say, else in that of each unit's rows.

    lines : the row of each pair in the user's file, for messages. names : the periods, each once as they come, where
    they are known: the pairs are then looked at only where labels do not say the order. The rows' order counts where it
    is the same for all units and leaves no two periods open. Raises InputError where it does not, where two labels mean
    the same time, and where dates can be read in two ways.
    """
    if not names:
        observations = list(observations)
        names = list(dict.fromkeys(period for _, period in observations))
    reading = read_labels(names)
    if reading is None:
        if len(names) < 2:
            return Periods(tuple(names), "there is one")
        return Periods(
            tuple(_file_order(list(observations), lines)), "in the order of the file, the same for all units"
        )
    ordered = sorted(names, key=reading.keys.get)
    steps = None
    if reading.unit:
        steps = tuple(float(reading.keys[late] - reading.keys[early]) for early, late in pairwise(ordered))
    return Periods(tuple(ordered), f"in the order of time, read as {reading.kind}", reading.unit, steps)


def sorting_key(observations: Iterable[tuple[str, str]]) -> dict[str, int]:
    """Place of each period for the rows of a table: as `order_periods`, by name where periods have no order.

    For tables that only have to be written alike each time; what compares periods asks `order_periods`.
    """
    observations = list(observations)
    try:
        return order_periods(observations).places
    except InputError:
        return {name: place for place, name in enumerate(sorted({period for _, period in observations}))}


def _file_order(observations: list[tuple[str, str]], lines: Sequence[int]) -> list[str]:
    """Periods in the one order that all units' rows agree on; InputError where there is none, or more than one."""
    rows: dict[str, list[int]] = {}
    for at, (unit, _) in enumerate(observations):
        rows.setdefault(unit, []).append(at)
    follows: dict[tuple[str, str], tuple[int, int]] = {}
    for at in rows.values():
        for first, second in pairwise(at):
            follows.setdefault((observations[first][1], observations[second][1]), (first, second))
    sorter = TopologicalSorter(dict.fromkeys((period for _, period in observations), ()))
    for early, late in follows:
        sorter.add(late, early)
    try:
        sorter.prepare()
    except CycleError as error:
        opposed = next(((early, late) for early, late in follows if (late, early) in follows), None)
        circle = [*opposed, opposed[0]] if opposed else error.args[1]
        said = [_said(observations, lines, *follows[pair]) for pair in pairwise(circle)]
        raise InputError(
            f"the periods' labels do not say their order, and the file's is not the same for all units: "
            f"{'; '.join(said)}; {CURE}."
        ) from None
    ordered = []
    while sorter.is_active():
        ready = sorter.get_ready()
        if len(ready) > 1:
            raise InputError(
                f"the periods' labels do not say their order, and no unit's rows tell which of {ready[0]!r} and "
                f"{ready[1]!r} is earlier; {CURE}."
            )
        ordered += ready
        sorter.done(*ready)
    return ordered


def _said(observations: list[tuple[str, str]], lines: Sequence[int], first: int, second: int) -> str:
    """That a unit has one period before another, with the rows."""
    (unit, early), (_, late) = observations[first], observations[second]
    where = f" (rows {lines[first]} and {lines[second]})" if lines else ""
    return f"{unit} has {early!r} before {late!r}{where}"


def describe_order(periods: Periods) -> str:
    """A sentence: the periods in their order, and where the order is from."""
    names = [*periods.names]
    listed = ", ".join(names)
    if len(names) > MOST_PERIODS_LISTED:
        listed = f"{', '.join(names[: MOST_PERIODS_LISTED - 3])}, ..., {', '.join(names[-2:])}"
    return f"{len(names)} periods {periods.how}: {listed}."


def describe_steps(periods: Periods) -> str:
    """A sentence on unequal distances between periods, empty where they are equal or the labels do not tell them."""
    if not periods.steps or len(set(periods.steps)) == 1:
        return ""
    usual = max(sorted(set(periods.steps)), key=periods.steps.count)
    often = periods.steps.count(usual) > 1
    apart = [
        f"{early} to {late} ({_counted(step, periods.unit)})"
        for (early, late), step in zip(pairwise(periods.names), periods.steps, strict=True)
        if step != usual or not often
    ]
    if len(apart) > MOST_PERIODS_LISTED:
        apart = [*apart[: MOST_PERIODS_LISTED - 1], f"{len(apart) - MOST_PERIODS_LISTED + 1} more"]
    others = f"; the others over {_counted(usual, periods.unit)}" if often else ""
    return (
        "Periods are not equally far apart: a change is over the period before in the panel, whatever the distance, "
        f"and is not brought to one {periods.unit}: {', '.join(apart)}{others}."
    )


def _counted(number: int, unit: str) -> str:
    return f"{number:g} {unit}{'s' if number != 1 else ''}"
