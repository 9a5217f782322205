"""Checks of instrumental-variable columns beside least squares: ratio, Hausman's z, what their R2 can be."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

from scipy.special import ndtr

from study.audit.coefficients import degrees_of_freedom
from study.audit.printed_tables import Column, Setting, Tables, row_of, say, say_p
from study.audit.rounding import Cell, Interval

LARGE_RATIO = 2.0  # an IV estimate beyond twice least squares, or of the other sign, wants an explanation


def check_ratios(tables: Tables) -> Iterator[dict]:
    """IV over least squares, and Hausman's z = (b_IV - b_LS) / sqrt(se_IV^2 - se_LS^2).

    The z takes least squares as efficient under the null (Hausman 1978); with robust standard errors it is a guide.
    """
    for column in tables.columns:
        baseline = tables.baseline(column) if tables.is_iv(column) else None
        if baseline is None:
            continue
        term = tables.endogenous(column)
        iv, ls = column.coefficients[term], baseline.coefficients[term]
        if not ls.estimate.value:
            continue
        ratio = iv.estimate.value / ls.estimate.value
        bounds = Interval(-math.inf, math.inf)
        if 0 not in ls.estimate.range:
            bounds = iv.estimate.range / ls.estimate.range
        large = bounds.low > LARGE_RATIO or bounds.high < 0
        finding = (
            f"{iv.estimate.text} by IV against {ls.estimate.text} by least squares in {baseline.place}: ratio "
            f"{say(ratio, 2)}"
        )
        open_ = not large and (ratio > LARGE_RATIO or ratio < 0)
        finding += ", which rounding leaves open." if open_ else "."
        verdict, severity = ("note", "A") if large else ("borderline", "") if open_ else ("agrees", "")
        numbers = {"printed": iv.estimate.text, "recomputed": ratio, "severity": severity}
        yield row_of("iv_ratio", iv, finding, verdict, **numbers)
        if iv.std_error and ls.std_error and iv.std_error > ls.std_error:
            z = (iv.estimate.value - ls.estimate.value) / math.sqrt(iv.std_error**2 - ls.std_error**2)
            p = 2 * float(ndtr(-abs(z)))
            admitted = hausman_p_values(iv, ls)
            finding = f"IV less least squares of {baseline.place}: Hausman z = {z:.2f}, {say_p(p)}"
            finding += ": the difference is not significant." if admitted.low >= 0.1 else "."
            numbers = {"printed": iv.estimate.text, "recomputed": z, "low": p, "high": p}
            yield row_of("hausman", iv, finding, "note", kind="inference", **numbers)


def hausman_p_values(iv: Cell, ls: Cell) -> Interval:
    """p-values of Hausman's z that the rounding admits."""
    gap = (iv.estimate.range - ls.estimate.range).magnitude
    least = iv.std_errors.low**2 - ls.std_errors.high**2
    most = iv.std_errors.high**2 - ls.std_errors.low**2
    z = gap.over(Interval(math.sqrt(max(least, 0.0)), math.sqrt(max(most, 0.0))))
    return Interval(2 * float(ndtr(-z.high)), 2 * float(ndtr(-z.low)))


@dataclass(frozen=True)
class Explained:
    """What an IV R2, read as two-way-within, would make the regressor of interest alone explain."""

    share: Interval
    t: Interval  # classical |t| of that regressor


def explained_alone(short: Interval, long: Interval, iv: Interval, df: float) -> Explained:
    """Share of the within variance that the regressor of `short` explains, if `iv` were the within R2 of `long`.

    (1 - R2_short) / (1 - R2_long) is the ratio of the residual sums of squares of two least-squares columns with one
    dependent; least squares leaves no more than IV, 1 - R2_iv of the within variance. So the regressor alone leaves at
    most their product. t^2 = share x df / (1 - share).
    """
    one = Interval(1, 1)
    left = (one - short) / (one - long) * (one - iv)
    share = Interval(max(0.0, 1 - left.high), max(0.0, 1 - left.low))
    t = [math.sqrt(end * df / (1 - end)) if end < 1 else math.inf for end in (share.low, share.high)]
    return Explained(share, Interval(*t))


def overall_r2(gap: Interval, std_error: Interval, df: float, r2: Interval) -> Interval:
    """Overall R2 that an IV column has: its residual sum of squares is 1 + (gap / se)^2 / df times least squares'.

    gap = |b_IV - b_LS|, se and r2 of the least-squares column; exact with its classical standard error.
    """
    distance = gap.over(std_error)
    more = [1 + distance.low**2 / df, 1 + distance.high**2 / df]
    return Interval(1 - (1 - r2.low) * more[1], 1 - (1 - r2.high) * more[0])


def check_r2(tables: Tables, setting: Setting) -> Iterator[dict]:
    """Whether the R2 of IV columns is that of the least-squares ones (with the effects), or within both effects."""
    for column in tables.columns:
        baseline = tables.baseline(column) if tables.is_iv(column) else None
        if baseline is None or "R2" not in column.figures or "R2" not in baseline.figures:
            continue
        degrees = degrees_of_freedom(baseline, tables, setting)
        term = tables.endogenous(column)
        ls = baseline.coefficients[term]
        if not degrees or not ls.std_error:
            continue
        printed, r2 = column.figures["R2"], baseline.figures["R2"].estimate
        df = degrees.residual.low
        gap = (column.coefficients[term].estimate.range - ls.estimate.range).magnitude
        bounds = overall_r2(gap, ls.std_errors, df, r2.range)
        distance = abs(column.coefficients[term].estimate.value - ls.estimate.value) / ls.std_error
        point = 1 - (1 - r2.value) * (1 + distance**2 / df)
        numbers = {"printed": printed.estimate.text, "recomputed": point}
        numbers |= {"low": bounds.low, "high": bounds.high, "kind": "inference"}
        # a robust standard error may be half the classical one: then the excess is a quarter
        halved = Interval(ls.std_errors.low / 2, ls.std_errors.high)
        other = printed.estimate.range.high < overall_r2(gap, halved, df, r2.range).low
        finding = f"R2 {printed.estimate.text} beside {r2.text} in {baseline.place}; an R2 of that kind would be about "
        finding += f"{say(point)}"
        finding += ": two definitions of R2." if other else "."
        verdict, severity = ("differs", "B") if other else ("agrees", "")
        yield row_of("r2_overall", printed, finding, verdict, severity=severity, **numbers)
        yield from _within(column, baseline, tables, setting)


def _within(column: Column, baseline: Column, tables: Tables, setting: Setting) -> Iterator[dict]:
    term = tables.endogenous(column)
    short = next(
        (
            other
            for other in tables.columns
            if (other.table, other.dependent, other.n) == (baseline.table, baseline.dependent, baseline.n)
            and other.slopes == [term]
            and not other.instrumented
            and "R2" in other.figures
        ),
        None,
    )
    degrees = degrees_of_freedom(short, tables, setting) if short else None
    if degrees is None or short is baseline:
        return
    ranges = [each.figures["R2"].estimate.range for each in (short, baseline, column)]
    if ranges[1].high >= 1:
        return
    points = [
        Interval(value, value) for value in (each.figures["R2"].estimate.value for each in (short, baseline, column))
    ]
    bounds, point = (explained_alone(*values, degrees.residual.high) for values in (ranges, points))
    printed = short.coefficients[term]
    # robust standard errors seldom double the classical ones
    impossible = bounds.t.low > 2 * printed.sizes.high
    finding = (
        f"as R2 within both effects, {column.figures['R2'].estimate.text} would make {term} alone explain at least "
        f"{point.share.low:.0%}, classical |t| {say(point.t.low, 1)} in {short.place}, where {_said(printed)} is "
        "printed"
    )
    finding += ": it is another R2." if impossible else ": not excluded."
    verdict, severity = ("differs", "B") if impossible else ("agrees", "")
    numbers = {"printed": column.figures["R2"].estimate.text, "recomputed": point.t.low}
    numbers |= {"low": bounds.t.low, "high": bounds.t.high, "kind": "inference", "severity": severity}
    yield row_of("r2_within", column.figures["R2"], finding, verdict, **numbers)


def _said(cell: Cell) -> str:
    """|t| where it is printed, else the figure that is."""
    return f"{abs(cell.statistic.value):g}" if cell.kind == "t" else cell.shown
