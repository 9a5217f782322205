"""Checks of samples and groups: N against the panel, groups of a split, differences between them."""

from __future__ import annotations

import math
from collections.abc import Iterator
from itertools import combinations

from scipy.special import ndtr

from study.audit.coefficients import degrees_of_freedom
from study.audit.printed_tables import Column, Setting, Tables, row_of, say, say_p
from study.audit.published import published_difference
from study.audit.rounding import Cell, Interval

# N of so many times units x periods is of a panel with a further dimension rather than a slip.
FURTHER_DIMENSION_FACTOR = 2


def check_sample_sizes(tables: Tables, setting: Setting) -> Iterator[dict]:
    """N is units x periods, a whole number of units, or uneven; more only in a panel of further dimensions."""
    full = setting.full
    splits = [column for columns in tables.splits() for column in columns]
    for column in tables.columns:
        degrees = degrees_of_freedom(column, tables, setting)
        if degrees is None:
            continue
        cell, n = column.figures["N"], column.n
        df = f"; {degrees.say()} residual degrees of freedom."
        verdict, kind, severity = "agrees", "fact", ""
        if n == full:
            finding = f"N = {n} = {setting.product}"
        elif n > full:
            finding = f"N = {n} is more than {setting.product} = {full}"
            verdict, severity = "differs", "B"
            if not setting.further:
                kind = "inference"
                finding += ", if the panel has no third dimension, such as industry; else give audit.further_dimensions"
            if not setting.further and n >= FURTHER_DIMENSION_FACTOR * full:
                verdict, severity = "note", ""
                times = f"{n // full}" if n % full == 0 else say(n / full, 1)
                finding = (
                    f"N = {n} is {times} times {setting.product} = {full}: taken as a panel with a further dimension, "
                    "such as industry; audit.further_dimensions names it and its size, and N is held against that"
                )
        elif n % setting.periods == 0 and column not in splits and not setting.further:
            finding, kind = (
                f"N = {n} = {n // setting.periods} units x {setting.periods} periods, if units are whole",
                "inference",
            )
        else:
            verdict, kind = "note", "inference"
            units = f"{degrees.units.low:.0f} to {degrees.units.high:.0f} units"
            if setting.further:
                units = f"of {setting.product} = {full}"
            finding = f"N = {n}: {units}, not all in every period"
        yield row_of("sample", cell, finding + df, verdict, kind=kind, severity=severity, printed=cell.estimate.text)


def check_splits(tables: Tables, setting: Setting) -> Iterator[dict]:
    """Groups of a split add up to the whole sample; what lacks are singletons, units with one period in a group."""
    full = setting.full
    for columns in tables.splits():
        if any(column.n is None for column in columns):
            continue
        sizes = [column.n for column in columns]
        lost = full - sum(sizes)
        cell = columns[0].figures["N"]
        numbers = {"printed": " + ".join(map(str, sizes)), "recomputed": sum(sizes)}
        finding = f"{columns[0].dependent}: {' + '.join(map(str, sizes))} = {sum(sizes)}"
        if lost <= 0:
            yield row_of("split", cell, f"{finding}, no less than {full}.", "agrees", **numbers)
            continue
        whole = all(size % setting.periods == 0 for size in sizes)
        finding += f", {lost} less than {full}"
        if whole:
            yield row_of(
                "split", cell, f"{finding}: {lost // setting.periods} units left out.", "note", severity="C", **numbers
            )
            continue
        finding += (
            f" and not all multiples of {setting.periods}: in a complete panel the split is by unit and period, a unit "
            f"changes groups, and {lost} singletons were dropped; else values are missing."
        )
        yield row_of("split", cell, finding, "differs", kind="inference", severity="A", **numbers)


def check_group_differences(tables: Tables) -> Iterator[dict]:
    """z of each coefficient between the groups of a split; stars that differ do not make the coefficients differ."""
    for columns in tables.splits():
        for first, second in combinations(columns, 2):
            for term in first.slopes:
                a, b = first.coefficients[term], second.coefficients[term]
                found = published_difference(*((cell.estimate.value, cell.t, cell.std_error) for cell in (a, b)))
                if found:
                    yield _difference_row(a, b, *found[2:], of_interest=term == first.focus)


def difference_p_values(first: Cell, second: Cell) -> Interval:
    """p-values of the difference of two coefficients that the rounding admits."""
    gap = (first.estimate.range - second.estimate.range).magnitude
    errors = [first.std_errors, second.std_errors]
    z = gap.over(Interval(math.hypot(*(e.low for e in errors)), math.hypot(*(e.high for e in errors))))
    return Interval(2 * float(ndtr(-z.high)), 2 * float(ndtr(-z.low)))


def _difference_row(first: Cell, second: Cell, z: float, p: float, of_interest: bool) -> dict:
    admitted = difference_p_values(first, second)
    finding = (
        f"{first.group} {first.estimate.text}{first.stars} less {second.group} {second.estimate.text}{second.stars}: "
        f"z = {z:.2f}, {say_p(p)}"
    )
    numbers = {"printed": f"{first.estimate.text}; {second.estimate.text}", "recomputed": z, "low": p, "high": p}
    if admitted.low < 0.1 <= admitted.high:
        finding += f"; rounding admits p from {say(admitted.low)} to {say(admitted.high)}."
        return row_of("group_difference", first, finding, "borderline", kind="inference", **numbers)
    if p < 0.1:
        return row_of("group_difference", first, finding + ".", "agrees", kind="inference", **numbers)
    finding += ": not significant" + (", although the stars differ." if first.stars != second.stars else ".")
    claimed = of_interest and first.stars != second.stars
    verdict, severity = ("differs", "A") if claimed else ("note", "")
    return row_of("group_difference", first, finding, verdict, kind="inference", severity=severity, **numbers)


def check_reversals(tables: Tables) -> Iterator[dict]:
    """The regressor of interest is nowhere significant at 5% with the sign opposite to the main column's.

    The main column of a dependent variable is the one without a heading that has most regressors.
    """
    for column in tables.columns:
        main = main_column(tables, column.dependent, column.focus)
        if main is None or main is column or not column.slopes:
            continue
        cell, reference = column.coefficients[column.focus], main.coefficients[column.focus]
        if not (_significant(cell) and _significant(reference)):
            continue
        reversed_ = cell.estimate.value * reference.estimate.value < 0
        finding = f"{cell.pair} where {main.place} has {reference.estimate.text}"
        finding += ": significant, with the opposite sign." if reversed_ else "."
        verdict, severity = ("differs", "A") if reversed_ else ("agrees", "")
        yield row_of("reversal", cell, finding, verdict, severity=severity, printed=cell.estimate.text)


def main_column(tables: Tables, dependent: str, focus: str) -> Column | None:
    """The least-squares column without a heading that has most regressors."""
    found = [
        column
        for column in tables.columns
        if (column.dependent, column.focus) == (dependent, focus) and not column.group and not column.instrumented
    ]
    return max(found, key=lambda column: len(column.slopes), default=None)


def _significant(cell: Cell) -> bool:
    """Whether the coefficient is for certain: beyond 1.96 standard errors, and not printed as zero."""
    return cell.sizes.low > 1.96 and 0 not in cell.estimate.range


def check_effect_names(tables: Tables, setting: Setting) -> Iterator[dict]:
    """Effects of units, and of periods, have one name in all tables."""
    for kind, names in (("unit", setting.entity), ("period", setting.period)):
        places: dict[str, list[str]] = {}
        for column in tables.columns:
            for effect in setting.effects(column, names):
                places.setdefault(effect, []).append(column.table)
        texts = [
            f"{name} in Table{'s' * (len(set(at)) > 1)} {', '.join(dict.fromkeys(at))}" for name, at in places.items()
        ]
        if len(texts) > 1:
            finding = f"{kind} effects are called {' and '.join(texts)}."
            yield row_of("effect_names", None, finding, "differs", term=kind, severity="C", printed=", ".join(places))
