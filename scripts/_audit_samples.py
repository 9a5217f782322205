"""Checks of samples and groups: N against the panel, groups of a split, differences between them."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

from _audit import Cell, Column, Setting, Tables, row_of, say_p
from _audit_cells import degrees_of_freedom
from _published import published_difference


def check_sample_sizes(tables: Tables, setting: Setting) -> Iterator[dict]:
    """N is units x periods, a whole number of units, or uneven."""
    full = setting.units * setting.periods
    splits = [column for columns in tables.splits() for column in columns]
    for column in tables.columns:
        degrees = degrees_of_freedom(column, tables, setting)
        if degrees is None:
            continue
        cell, n = column.figures["N"], column.n
        df = f"; {degrees.say()} residual degrees of freedom."
        verdict, kind, severity = "agrees", "fact", ""
        if n == full:
            finding = f"N = {n} = {setting.units} units x {setting.periods} periods"
        elif n > full:
            finding = f"N = {n} is more than {setting.units} units x {setting.periods} periods = {full}"
            verdict, severity = "differs", "B"
        elif n % setting.periods == 0 and column not in splits:
            finding, kind = (
                f"N = {n} = {n // setting.periods} units x {setting.periods} periods, if units are whole",
                "inference",
            )
        else:
            verdict, kind = "note", "inference"
            finding = f"N = {n}: {degrees.units.low:.0f} to {degrees.units.high:.0f} units, not all in every period"
        yield row_of("sample", cell, finding + df, verdict, kind=kind, severity=severity, printed=cell.estimate.text)


def check_splits(tables: Tables, setting: Setting) -> Iterator[dict]:
    """Groups of a split add up to the whole sample; what lacks are singletons, units with one period in a group."""
    full = setting.units * setting.periods
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
                pairs = [(cell.estimate.value, cell.statistic.value) for cell in (a, b)]
                found = published_difference(*pairs)
                if found:
                    yield _difference_row(a, b, *found[2:], of_interest=term == first.focus)


def _difference_row(first: Cell, second: Cell, z: float, p: float, of_interest: bool) -> dict:
    finding = (
        f"{first.group} {first.estimate.text}{first.stars} less {second.group} {second.estimate.text}{second.stars}: "
        f"z = {z:.2f}, {say_p(p)}"
    )
    numbers = {"printed": f"{first.estimate.text}; {second.estimate.text}", "recomputed": z, "low": p, "high": p}
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
        if main is None or main is column:
            continue
        cell, reference = column.coefficients[column.focus], main.coefficients[column.focus]
        if not (_significant(cell) and _significant(reference)):
            continue
        reversed_ = cell.estimate.value * reference.estimate.value < 0
        finding = f"{cell.estimate.text} ({cell.statistic.text}) where {main.place} has {reference.estimate.text}"
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
    return abs(cell.statistic.value) > 1.96


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
