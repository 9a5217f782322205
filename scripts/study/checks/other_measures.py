"""Another measure than amounts that a table's figures show: an index, logarithms, growth, shares, standardised
figures. Each function takes a cross-section and gives the reading that it identifies, or None."""

from __future__ import annotations

import math
from itertools import pairwise
from statistics import fmean, median, pstdev

from study.checks.cross_section import LIKE_SPREAD, MANY, CrossSection, Reading
from study.checks.likeness import (
    Figures,
    by_year,
    log_spread,
    means,
    median_distance,
    over_years,
    rank_correlation,
    ranks,
    slope_and_correlation,
)
from study.checks.other_units import other_unit, per_head_of_few
from study.words.units import PREVIOUS_YEAR, find_unit

INDEX_RANGE, INDEX_SPREAD = (80, 145), 0.12  # of the catalog's indices, previous year = 100; genuine ones spread to .06
GROWTH_RANGE, GROWTH_DEVIATION = (-40, 80), 8  # %, and over the provinces of a year in percentage points


def find_reading(section: CrossSection) -> Reading | None:
    """Another measure or unit that the figures of a table of amounts show, None where none is identified."""
    if found := fixed_base(section) or _standardised(section) or _coded(section):
        return found
    if section.is_amount:
        return per_head_of_few(section)
    readings = (_parts_of_total, _logarithms, _previous_year, other_unit, _growth, _old_base, _differences)
    readings += (per_head_of_few,)
    return next((found for reading in readings if (found := reading(section))), None)


def fixed_base(section: CrossSection) -> Reading | None:
    """An index on a fixed base: in one year, and no other, every province has 100 or 1."""
    years = by_year(section.figures)
    if section.provinces < 3 or len(years) < 2:
        return None
    for base in (100, 1):
        flat = [year for year, row in years.items() if all(abs(v / base - 1) < 1e-6 for v in row.values())]
        if len(flat) != 1 or len(years[flat[0]]) < 3:
            continue
        others = {cell: value for cell, value in section.figures.items() if cell[1] != flat[0]}
        spread = log_spread(others)
        whole = base == 1 and all(value == int(value) for value in others.values())  # counts may be 1 everywhere
        if min(others.values()) > 0 and not whole and spread is not None and spread < 0.7:
            evidence = f"in {flat[0]} every province has {base}"
            return Reading(f"an index on a fixed base, {flat[0]} = {base}", evidence)
    return None


def _standardised(section: CrossSection) -> Reading | None:
    """Standardised figures: mean 0 and standard deviation 1, of the table or of each year."""

    def is_standard(values: list[float]) -> bool:
        n = len(values)
        # divided by the standard deviation of the sample or of the population
        return abs(fmean(values)) < 0.02 and abs(pstdev(values) - 1) < 0.02 + 1 / n

    values = list(section.figures.values())
    if len(values) < 10 or not min(values) < 0 < max(values):
        return None
    rows = [list(row.values()) for row in by_year(section.figures).values()]
    if is_standard(values) or (len(rows) > 1 and all(len(row) >= 3 and is_standard(row) for row in rows)):
        evidence = f"mean {fmean(values):.2g}, standard deviation {pstdev(values):.3g}"
        return Reading("standardised figures", evidence)
    return None


def _coded(section: CrossSection) -> Reading | None:
    """What no amounts are, whatever their level: dummies, ranks, figures brought to the span of 0 to 1."""
    values, years = list(section.figures.values()), by_year(section.figures)
    if len(values) < 10:
        return None
    if set(values) == {0, 1}:
        return Reading("a dummy", "every figure is 0 or 1") if section.provinces >= MANY else None
    rows = [list(row.values()) for row in years.values()]
    if all(len(row) >= 5 and sorted(row) == sorted(ranks(row)) for row in rows):
        return Reading("ranks", f"in every year they are 1 to {len(rows[-1])}")
    provinces: dict[str, list[float]] = {}
    for (province, _), value in section.figures.items():
        provinces.setdefault(province, []).append(value)
    for top in (1, 100):
        for parts in ([values], rows, list(provinces.values())):
            spans = all(len(part) >= 3 and (min(part), max(part)) == (0, top) for part in parts)
            if spans and not all(value == int(value) for value in values):
                evidence = f"the smallest is 0 and the largest {top}{', each time' if len(parts) > 1 else ''}"
                return Reading(f"figures brought to the span of 0 to {top}", evidence)
    return None


def _parts_of_total(section: CrossSection) -> Reading | None:
    """Shares of the national total: the provinces of each year add up to 100 or to 1."""
    years = {year: row for year, row in by_year(section.figures).items() if len(row) >= 28}
    if len(years) < (1 if section.expected else 2):
        return None
    for total, words in ((100, "%"), (1, "as fractions")):
        if all(abs(math.fsum(row.values()) / total - 1) < 0.01 for row in years.values()):
            return Reading(f"shares of the national total, {words}", f"the provinces of each year add up to {total}")
    return None


def _logarithms(section: CrossSection) -> Reading | None:
    """Logarithms: with a province's size they rise by a constant, where amounts rise in proportion."""
    figures, sizes = section.figures, section.sizes
    if not section.may_be_other or all(value == int(value) for value in figures.values()):  # counts
        return None
    for base, words in ((math.e, "natural logarithms"), (10, "logarithms to base 10")):
        if section.provinces < 3:
            near = [figures[cell] * math.log(base) - math.log(amount) for cell, amount in section.expected.items()]
            # a level in logarithms is far below that of amounts
            if near and median_distance(near) < 0.4 and (section.off is None or section.off < -3):
                return Reading(words, f"the figures are {section.range}")
            continue
        found = [
            slope_and_correlation([math.log(sizes[p, year]) for p in row if (p, year) in sizes],
                                  [v * math.log(base) for p, v in row.items() if (p, year) in sizes])
            for year, row in by_year(figures).items() if sum((p, year) in sizes for p in row) >= 3
        ]  # fmt: skip
        if not found:
            continue
        slope, likeness = median([s for s, _ in found]), median([r for _, r in found])
        alike = likeness > (0.75 if section.provinces >= MANY else 0.9)
        narrow = min(figures.values()) <= 0 or section.is_narrow
        if alike and narrow and 0.6 <= slope <= 1.5 and _in_range_as_powers(section, base):
            evidence = f"the figures are {section.range} and rise with the logarithm of the provinces' size"
            return Reading(words, evidence)
    return None


def _in_range_as_powers(section: CrossSection, base: float) -> bool:
    """Whether `base` to the power of most figures is a plausible amount; not asked where figures may be logarithms of
    another unit than the catalog's, which their level tells."""
    if section.expected:
        return True
    low, high = section.entry.minimum or 0, section.entry.maximum or math.inf
    powers = [math.exp(min(value * math.log(base), 700)) * section.factor for value in section.figures.values()]
    return sum(low <= power <= high for power in powers) >= 0.9 * len(powers)


def _previous_year(section: CrossSection) -> Reading | None:
    """An index on the previous year: nearly every figure within the catalog's bounds of indices, provinces alike."""
    values = list(section.figures.values())
    if find_unit(section.entry.unit).dimension == "items" and all(value == int(value) for value in values):
        return None  # counts, which an index is not
    for base in (100, 1):
        low, high = (limit * base / 100 for limit in INDEX_RANGE)
        if sum(low <= value <= high for value in values) < 0.95 * len(values):
            continue
        if section.spread is not None:
            alike = log_spread(section.figures) < INDEX_SPREAD and section.spread < LIKE_SPREAD[0]
        else:
            alike = section.expected and section.may_be_other and len(values) >= 3 and _is_level(section.figures)
        if alike:
            evidence = f"the figures of all provinces are {section.range}"
            few = section.off is None and len(values) < 10  # which amounts may be by chance
            return Reading(f"an index, previous year = {base}", evidence, is_certain=not few)
    return None


def _is_level(figures: Figures) -> bool:
    """Whether figures neither rise nor fall for long: no year's mean is far from another's."""
    by_years = list(means(figures, 1).values())
    return max(by_years) < 1.35 * min(by_years)


def _growth(section: CrossSection) -> Reading | None:
    """Rates of growth: small figures of both signs, or provinces that are alike and change places."""
    figures = section.figures
    if all(value == int(value) for value in figures.values()):  # counts
        return None
    for scale, words in ((1, "%"), (100, "as fractions")):
        values = [scale * value for value in figures.values()]
        low, high = GROWTH_RANGE
        inside = sum(low <= value <= high for value in values) >= 0.98 * len(values)
        if not inside or not 0.1 < median(list(map(abs, values))) < 30 or not section.may_be_other:
            continue
        apart = over_years(figures, lambda row: pstdev(list(row.values())))
        if apart is None or scale * apart > GROWTH_DEVIATION:
            continue
        persistence = _persistence(figures)
        negative = sum(value < 0 for value in values) > 0.01 * len(values)
        moving = persistence < 0.85 and section.provinces >= 5
        tiny = section.off is not None and section.off < -3
        unordered = section.order is not None and section.order < 0.3
        evidence = f"the figures are {section.range}, in the provinces of a year alike"
        if negative and persistence < 0.95:
            return Reading(f"rates of growth, {words}", evidence)
        if (section.is_narrow or unordered) and (moving or tiny):
            # amounts that are small and uneven, such as investment against pollution, change places, too
            certain = section.off is not None or (section.is_narrow and section.provinces >= MANY)
            return Reading(f"rates of growth, {words}", evidence, is_certain=certain)
    return None


def _persistence(figures: Figures) -> float:
    """Rank correlation over provinces of one year with the next, the median; amounts keep their places."""
    found = []
    for (_, before), (_, now) in pairwise(by_year(figures).items()):
        both = [province for province in now if province in before]
        if len(both) >= 3:
            found.append(rank_correlation([before[p] for p in both], [now[p] for p in both]))
    return median(found) if found else 1.0


def _old_base(section: CrossSection) -> Reading | None:
    """An index whose base year is not in the table: far from the level of amounts, in another order and more alike, and
    from year to year all rise alike, as real output did."""
    wide = section.spread is None or section.spread > 0.6
    if section.off is None or not section.may_be_other or wide or section.order is None or section.order > 0.5:
        return None
    figures = section.figures
    steps = [
        math.log(value / figures[p, y - 1])
        for (p, y), value in figures.items()
        if value > 0 and figures.get((p, y - 1), 0) > 0
    ]
    if len(steps) < section.provinces or not 0.04 < median(steps) < 0.25 or pstdev(steps) > 0.06:
        return None
    evidence = (
        f"the figures are {section.range}, more alike over provinces than amounts, in another order, and rise alike by "
        f"{math.expm1(median(steps)):.1%} a year"
    )
    return Reading("an index on a fixed base that is not in the table", evidence)


def _differences(section: CrossSection) -> Reading | None:
    """Differences from year to year, or other figures of both signs, under a table that has none below zero."""
    negative = sum(value < 0 for value in section.figures.values())
    if negative <= 0.1 * len(section.figures):
        return None
    return Reading("differences from year to year", f"{negative} of {len(section.figures)} are below zero")


def other_scale(section: CrossSection) -> Reading | None:
    """Of a table of indices or shares: an index on another base, a share as a fraction."""
    entry, values = section.entry, list(section.figures.values())
    if entry.unit == PREVIOUS_YEAR:
        if found := fixed_base(section):
            return Reading(found.words, found.evidence, found.words.rpartition(", ")[2].replace(" ", ""))
        low, high = (limit / 100 for limit in INDEX_RANGE)
        if all(low <= value <= high for value in values):
            return Reading("an index, previous year = 1", f"the figures are {section.range}", "上年=1")
    elif section.factor == 0.01 and entry.minimum and max(values) <= 1 and max(values) * 0.01 < entry.minimum:
        return Reading("fractions, not %", f"the figures are {section.range}", "share")
    return None
