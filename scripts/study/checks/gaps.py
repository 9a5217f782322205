"""Gaps inside series: which ones may be interpolated (config cleaning.interpolation), and messages about the others."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from study.helpers import InputError

LONGEST_GAP = 2  # years, where the config does not say
INTERPOLATION_METHODS = ("linear", "none")


@dataclass(frozen=True)
class Interpolation:
    """How gaps between two figures of a province are filled.

    `method` is one of INTERPOLATION_METHODS; `longest_gap` is the longest run of years without a figure that is filled;
    `whole_years` maps a table of the catalog to the years that no province has and that may be made up all the same.
    """

    method: str = "linear"
    longest_gap: float = LONGEST_GAP
    whole_years: Mapping[str, Collection[int]] = field(default_factory=dict)


ANY_GAP = Interpolation(longest_gap=math.inf)  # without limits, whole years too


def read_interpolation(choice: str | Mapping | Interpolation) -> Interpolation:
    """The config's cleaning.interpolation, a method alone or a mapping; InputError for another method."""
    if isinstance(choice, Interpolation):
        return choice
    rule = Interpolation(choice) if isinstance(choice, str) else Interpolation(**choice)
    if rule.method not in INTERPOLATION_METHODS:
        raise InputError(f"cleaning.interpolation is {rule.method!r}, expected {' or '.join(INTERPOLATION_METHODS)}.")
    return rule


def inner_gaps(years: Sequence[int], printed: Sequence[bool]) -> list[tuple[int, int]]:
    """(first, last) year of each run without a figure between two figures; years without a column are in a run, too."""
    known = [year for year, there in zip(years, printed, strict=True) if there]
    return [(before + 1, after - 1) for before, after in pairwise(known) if after - before > 1]


def span(first: int, last: int) -> str:
    """Years for a message."""
    return str(first) if first == last else f"{first} to {last}"


def check_gaps(
    path: str,
    key: str,
    gaps: Mapping[str, Sequence[tuple[int, int]]],
    whole: Collection[int],
    rule: Interpolation,
    nil_is_possible: bool = False,
) -> None:
    """Raise InputError for the gaps and the whole years that `rule` does not let be made up, with what can be done.

    key : of the catalog. gaps : province -> its gaps (first, last year) that reach into the study. whole : years of the
    study that no province has. nil_is_possible : a blank may also mean that none was used.
    """
    refused = sorted(set(whole) - set(rule.whole_years.get(key, ())))
    messages = []
    if refused:
        years = ", ".join(map(str, refused))
        messages.append(
            f"{key}: no province has a figure of {years}, and a whole year is not made up. Export {years} too, name a "
            f"source that has it (sources: {{{key}: {{file: ...}}}}) or change study.years; if you want it made up all "
            f"the same, say so: cleaning.interpolation.whole_years: {{{key}: [{years}]}}"
        )
    long: dict[tuple[int, int], list[str]] = {}
    for province, its in gaps.items():
        for first, last in its:
            if last - first + 1 > rule.longest_gap:
                long.setdefault((first, last), []).append(province)
    if long:
        lines = [f"  {', '.join(who)}: {span(*gap)}, {gap[1] - gap[0] + 1} years" for gap, who in sorted(long.items())]
        most = max(last - first + 1 for first, last in long)
        nil = "write 0 where none was used, " if nil_is_possible else ""
        messages.append(
            f"{key}: gaps longer than {rule.longest_gap:g} year{'s' if rule.longest_gap > 1 else ''} are not "
            "interpolated:\n" + "\n".join(lines) + f"\nSupply the figures, {nil}name a source that has them (sources: "
            f"{{{key}: {{file: ...}}}}), leave the provinces out (study.excluded_provinces), or raise "
            f"cleaning.interpolation.longest_gap to {most}"
        )
    if messages:
        raise InputError("\n".join(f"{path}: {message}." for message in messages))
