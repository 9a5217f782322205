"""Checks of descriptive statistics: what moments admit, totals, shares, indices; and effects in their terms."""

from __future__ import annotations

import math
from collections.abc import Iterator
from itertools import product

from study.audit.constants import comparable
from study.audit.printed_tables import Setting, Tables, row_of, say
from study.audit.rounding import Interval, Printed

FAR_FROM_MEAN = 5.0  # standard deviations from the mean worth a note
LARGE_FACTOR = 2.0  # an effect that halves or doubles a total over the sample's range


def check_moments(tables: Tables, setting: Setting) -> Iterator[dict]:
    """min <= mean <= max; sd^2 <= n/(n-1) (max - mean)(mean - min) (Bhatia and Davis 2000); n = units x periods."""
    for term, cells in tables.moments.items():
        n, mean, sd, low, high = (tables.moment(term, name) for name in ("n", "mean", "sd", "min", "max"))
        if None not in (mean, low, high):
            ordered = low.range.low <= mean.range.high and mean.range.low <= high.range.high
            finding = f"min {low.text}, mean {mean.text}, max {high.text}"
            verdict, severity = ("agrees", "") if ordered else ("impossible", "B")
            yield row_of("order", cells["mean"], finding + ".", verdict, severity=severity, printed=mean.text)
        if None not in (mean, sd, low, high) and sd.value > 0:
            small = n.value / (n.value - 1) if n and n.value > 1 else 1.0
            room = max(0.0, high.range.high - mean.range.low) * max(0.0, mean.range.high - low.range.low)
            bound = math.sqrt(small * room)
            fits = sd.range.low <= bound
            finding = f"sd {sd.text}; the range admits at most {say(bound)}."
            verdict, severity = ("agrees", "") if fits else ("impossible", "B")
            numbers = {"printed": sd.text, "recomputed": bound, "severity": severity}
            yield row_of("sd_bound", cells["sd"], finding, verdict, **numbers)
            for name, end in (("min", low), ("max", high)):
                far = abs(end.value - mean.value) / sd.value
                admitted = (end.range - mean.range).magnitude.over(Interval(max(sd.range.low, 0.0), sd.range.high))
                finding = f"{name} {end.text} is {far:.1f} standard deviations from the mean."
                verdict = "note" if admitted.low > FAR_FROM_MEAN else "agrees"
                yield row_of("range", cells[name], finding, verdict, printed=end.text, recomputed=far)
        if n:
            full = setting.full
            fits = n.value == full
            finding = f"n {n.text}; {setting.product} = {full}."
            yield row_of(
                "described_n", cells["n"], finding, "agrees" if fits else "note", printed=n.text, recomputed=full
            )


def _exp(x: float) -> float:
    """exp, finite and above zero also for a number typed wrongly."""
    return math.exp(max(-700.0, min(x, 700.0)))


def least_mean_of_exponentials(mean: float, sd: float, low: float) -> float:
    """Smallest mean of exp(x) that a distribution on [low, inf) with this mean and sd can have.

    The one with a mass at `low` and one other point: exp, 1, x and x^2 form a Chebyshev system (Karlin and Studden
    1966).
    """
    gap = mean - low
    weight = gap**2 / (gap**2 + sd**2)
    return weight * _exp(mean + sd**2 / gap) + (1 - weight) * _exp(low)


def check_log_totals(tables: Tables, setting: Setting) -> Iterator[dict]:
    """The largest of a logged national quantity is below the nation's; so is the least sum that its moments admit.

    Unit and national total are the config's, so that both are inferences.
    """
    for term, known in setting.log_totals.items():
        cells, unit, national = tables.moments.get(term, {}), known["unit"], known["national"]
        name = known.get("name", "units")
        assumed = f"the national total of {national:g} {name} ({known.get('source', 'no source given')}; the config's)"
        high = tables.moment(term, "max")
        if high:
            total = _exp(high.value) * unit
            bounds = {"low": _exp(high.range.low) * unit, "high": _exp(high.range.high) * unit}
            above = bounds["low"] > national
            finding = (
                f"max {high.text} is exp({high.text}) x {unit:g} = {say(total, 1)} {name} for one unit and period, "
                f"{'above' if above else 'not above'} {assumed}."
            )
            verdict, severity = ("impossible", "B") if above else ("agrees", "")
            numbers = {"printed": high.text, "recomputed": total, "kind": "inference", "severity": severity} | bounds
            yield row_of("log_total", cells["max"], finding, verdict, **numbers)
        moments = [tables.moment(term, key) for key in ("mean", "sd", "min")]
        if None in moments or moments[0].range.low <= moments[2].range.high:
            continue
        ends = [(each.range.low, each.range.high) for each in moments]
        sums = [least_mean_of_exponentials(*corner) * unit * setting.units for corner in product(*ends)]
        at = least_mean_of_exponentials(*(each.value for each in moments)) * unit * setting.units
        above = min(sums) > national
        finding = (
            f"geometric mean {say(_exp(moments[0].value) * unit, 2)} {name}; {setting.units} units with this mean, sd "
            f"and min add up to at least {say(at, 1)} {name} a period, {'more' if above else 'no more'} than "
            f"{assumed}."
        )
        numbers = {"printed": moments[0].text, "recomputed": at, "low": min(sums), "high": max(sums)}
        verdict, severity = ("differs", "C") if above else ("agrees", "")
        yield row_of("log_sum", cells["mean"], finding, verdict, kind="inference", severity=severity, **numbers)


def check_shares(tables: Tables, setting: Setting) -> Iterator[dict]:
    """The mean of units' shares of a total is 1 / units."""
    for term in setting.shares:
        mean = tables.moment(term, "mean")
        if mean is None:
            continue
        expected = 1 / setting.units
        fits = expected in mean.range
        finding = f"mean {mean.text}; a share of a total, as the config has it, of {setting.units} units has mean "
        finding += say(expected, 4) + (": it measures a unit's size." if fits else ".")
        verdict, severity = ("agrees", "") if fits else ("differs", "B")
        numbers = {"printed": mean.text, "recomputed": expected, "kind": "inference", "severity": severity}
        yield row_of("share", tables.moments[term]["mean"], finding, verdict, **numbers)


def check_growth(tables: Tables, setting: Setting) -> Iterator[dict]:
    """An index of yearly changes has a plausible mean; a much larger one is a cumulated level."""
    for term, largest in setting.growth.items():
        mean = tables.moment(term, "mean")
        if mean is None:
            continue
        change = mean.value - 1
        cumulated = mean.range.low - 1 > largest
        finding = (
            f"mean {mean.text} as a change from period to period would be {change:.1%} a period, x "
            f"{_compounded(mean.value, setting.periods - 1)} in {setting.periods - 1} changes"
        )
        finding += f"; above the config's {largest:.0%} it is a cumulated level, base 1." if cumulated else "."
        verdict, severity = ("note", "C") if cumulated else ("agrees", "")
        numbers = {"printed": mean.text, "recomputed": change, "severity": severity}
        yield row_of("growth", tables.moments[term]["mean"], finding, verdict, kind="inference", **numbers)


def _compounded(change: float, times: int) -> str:
    """A change that comes so many times, for a sentence."""
    try:
        return say(change**times, 2)
    except OverflowError:
        return "more than 1e+308"


def check_sizes(tables: Tables, setting: Setting) -> Iterator[dict]:
    """The effect of one standard deviation of the regressor of interest, and of its whole range for a logged total.

    exp(b sd) - 1 for a dependent variable in logs; else in standard deviations of the dependent variable.
    """
    for column in tables.columns:
        if not (comparable(column, tables) or tables.is_iv(column)) or not column.slopes:
            continue
        cell = column.coefficients[tables.endogenous(column)]
        sd, low, high = (tables.moment(cell.term, name) for name in ("sd", "min", "max"))
        if sd is None:
            continue
        b = cell.estimate.value
        numbers = {"printed": cell.estimate.text, "kind": "inference"}
        if column.dependent in setting.log_totals:
            change = _exp(b * sd.value) - 1
            finding = f"one standard deviation of {cell.term} ({sd.text}) goes with {change:+.1%} of {column.dependent}"
            severity = ""
            if low and high:
                factor = _exp(b * (high.value - low.value))
                exponents = (cell.estimate.range * (high.range - low.range)).magnitude
                severity = "A" if exponents.low > math.log(LARGE_FACTOR) else ""
                finding += f"; from its min to its max, x {say(factor, 2)}"
            yield row_of("size", cell, finding + ".", "note", recomputed=change, severity=severity, **numbers)
            continue
        scale: Printed | None = tables.moment(column.dependent, "sd")
        if scale and scale.value:
            change = b * sd.value / scale.value
            finding = (
                f"one standard deviation of {cell.term} goes with {say(change, 2)} standard deviations of "
                f"{column.dependent}."
            )
            yield row_of("size", cell, finding, "note", recomputed=change, **numbers)
