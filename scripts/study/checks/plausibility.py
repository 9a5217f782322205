"""Suspect figures of a yearbook table: implausible sizes, breaks in time, copied rows, mixed data vintages.

Every rule looks at one table in the catalog's unit. Limits (smallest and largest figure, largest yearly change) are
the catalog's; the rules' own thresholds stand below. A suspect is not proof of a mistake: `suspects` turns them into
an error or warnings, and lets pass the cells that the user has verified.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence
from dataclasses import replace
from itertools import pairwise
from statistics import median

from study.checks.suspects import Cells, Suspect

ACCOUNTS = ("accounts", "structure")  # themes whose amounts of money censuses revise
STEADY = 1.6  # largest ratio of two figures on one side of a break that make the side a level
SMALL_IF_NIL_IS_POSSIBLE = 0.05  # of the provinces' median: a few plants, whose figures may jump
SMALL = 0.01
# Breaks between vintages: in robust standard deviations of growth relative to the provinces' median, and at least.
BREAK, NAMED_BREAK, LEAST_SPREAD, LEAST_PROVINCES = 6, 4, 0.02, 10


class _Levels:
    """A table's printed figures as series in time, and how messages show them."""

    def __init__(self, table, values: Cells, entry, provinces: Collection[str]):
        self.table, self.values, self.entry = table, values, entry
        self.years = sorted({year for _, year in values})
        every = list(dict.fromkeys(province for province, _ in values))
        self.regions = [province for province in every if province != "china"]
        self.provinces = [province for province in every if province in provinces]
        self.series = {
            province: [(year, v) for year in self.years if (v := values.get((province, year))) is not None]
            for province in every
        }
        share = SMALL_IF_NIL_IS_POSSIBLE if entry.sign == "zero_or_more" else SMALL
        # different figures that copied rows share: more for indices and rates, which have few digits
        self.least_equal = 6 if entry.unit in ("previous year = 100", "%") else 3
        self.small = {}
        for year in self.years:
            figures = [v for province in self.regions or every if (v := values.get((province, year)))]
            self.small[year] = share * median(list(map(abs, figures))) if figures else 0.0

    def neighbours(self, province: str, *at: int) -> str:
        """The series from two years before to two after, the years `at` in brackets."""
        first, last = self.years.index(min(at)), self.years.index(max(at))
        shown = []
        for year in self.years[max(0, first - 2) : last + 3]:
            text = "-" if (value := self.values.get((province, year))) is None else f"{value:.6g}"
            shown.append(f"{year} [{text}]" if year in at else f"{year} {text}")
        return ", ".join(shown)

    def suspect(self, rule: str, cell: tuple[str, int], what: str, expected: str, *also: int) -> Suspect:
        """A suspect of one cell; `also` are other years to bracket among its neighbours."""
        province, year = cell
        value, printed = self.values.get(cell), self.table.values.get(cell)
        as_printed = f" (printed {printed:.6g})" if printed is not None and printed != value else ""
        where, near = self.table.places.get(cell, self.table.path), self.neighbours(province, year, *also)
        message = f"{where}: {province} {year} is {value:.6g}{as_printed}, {what}; {near}"
        return Suspect(rule, self.entry.key, (cell,), where, value, expected, near, message)

    def summary(
        self, rule: str, cells: list[tuple[str, int]], text: str, expected: str, years=(), whole: bool = False
    ) -> Suspect:
        """A suspect of several cells, at the first one's place."""
        where, near = self.table.places.get(cells[0], self.table.path), self.neighbours(*cells[0])
        value, text = self.values.get(cells[0]), f"{where}: {text}"
        return Suspect(rule, self.entry.key, tuple(cells), where, value, expected, near, text, tuple(years), whole)


def find_suspects(
    table,
    values: Cells,
    entry,
    provinces: Collection[str],
    years: Collection[int] | None = None,
    judged: Collection[tuple[str, int]] | None = None,
) -> list[Suspect]:
    """Every suspect of `provinces` in one table; with `years`, only those with a figure in one of them.

    table : a Yearbook, for places and printed figures. values : its figures in the catalog's unit. entry : the
    catalog's. judged : the cells that are compared with each other, all if not given; the others only show how
    provinces grow in an ordinary year. A cell that several rules suspect is given once, by the rule that says most
    of it.
    """
    own = values if judged is None else {cell: value for cell, value in values.items() if cell in judged}
    levels = _Levels(table, own, entry, provinces)
    found: list[Suspect] = []
    jumps, explained = _jumps(levels)
    for suspects in (_shares(levels), jumps, _outside_range(levels, explained), _flips(levels)):
        seen = {cell for suspect in found for cell in suspect.cells}
        found += [suspect for suspect in suspects if not seen.intersection(suspect.cells)]
    found += _changes(levels, explained.union(*(suspect.cells for suspect in found)))
    explained = explained.union(*(suspect.cells for suspect in found))
    others = {cell: None if cell in explained else value for cell, value in values.items()}
    found += _equal_rows(levels) + _equal_years(levels)
    breaks = find_vintage_break(table, others, entry, provinces)
    found += [s for s in breaks if all((name, year - back) in own for name, year in s.cells for back in (0, 1))]
    doubted = [{*s.years, *(year for _, year in s.cells)} for s in found]
    return [s for s, its in zip(found, doubted, strict=True) if years is None or its.intersection(years)]


def _shares(levels: _Levels) -> list[Suspect]:
    cells = [(p, y) for p in levels.provinces for y, _ in levels.series[p] if levels.entry.unit == "share"]
    return _beyond(levels, "share", cells, -math.inf, 1, "a share above 1", "0 to 1")


def _outside_range(levels: _Levels, explained: Collection[tuple[str, int]]) -> list[Suspect]:
    """Figures beyond the catalog's limits; a national row beside provinces is not held to them."""
    low, high = levels.entry.minimum, levels.entry.maximum
    low, high = -math.inf if low is None else low, math.inf if high is None else high
    expected = f"{low:g} to {high:g} {levels.entry.unit}"
    provinces = [p for p in levels.provinces if p != "china" or not levels.regions]
    cells = [(p, y) for p in provinces for y, _ in levels.series[p] if (p, y) not in explained]
    return _beyond(levels, "range", cells, low, high, f"plausible are {expected}", expected)


def _beyond(levels: _Levels, rule: str, cells: list, low: float, high: float, what: str, expected: str):
    """A suspect for each figure outside low..high, or one for all where they are most of the table."""
    outside = [cell for cell in cells if not low <= levels.values[cell] <= high]
    if len(outside) <= max(3, len(cells) / 2):
        return [levels.suspect(rule, cell, what, expected) for cell in outside]
    (province, year), years = outside[0], {year for _, year in outside}
    text = (
        f"{len(outside)} of {len(cells)} figures are outside {expected}, the first {province} {year}, "
        f"{levels.values[province, year]:.6g}; is the unit right, and the table?"
    )
    return [levels.summary(rule, outside[:1], text, expected, years, whole=True)]


def _power_of_ten(ratio: float) -> int:
    """k where a ratio is about 10^k, k not 0 (8 to 12.5 for 10, wider above); else 0."""
    if ratio <= 0:
        return 0
    exponent = round(math.log10(ratio))
    return exponent if abs(math.log10(ratio) - exponent) <= (0.097 if abs(exponent) == 1 else 0.2) else 0


def _jumps(levels: _Levels) -> tuple[list[Suspect], set[tuple[str, int]]]:
    """Cells off by a power of ten from both neighbours, and levels that shift by one between two years.

    Also gives the cells of rows with a shift, which other rules need not name again. A shift of more than half of the
    provinces at once is one suspect.
    """
    if levels.entry.sign == "any":
        return [], set()
    cells, shifts = [], []
    for province in levels.provinces:
        series = [(year, value) for year, value in levels.series[province] if value > 0]
        spikes = {k for k in range(1, len(series) - 1) if _is_spike(levels, *series[k - 1 : k + 2])}
        for k in sorted(spikes):
            power = _power_of_ten(series[k][1] / math.sqrt(series[k - 1][1] * series[k + 1][1]))
            what, expected = f"about {_times(power)} its neighbours", f"about {series[k][1] / 10.0**power:.6g}"
            cells.append(levels.suspect("jump", (province, series[k][0]), f"{what} (decimal point or unit?)", expected))
        steady = [pair for k, pair in enumerate(series) if k not in spikes]
        for k in range(1, len(steady)):
            if power := _shift(levels, steady, k):
                shifts.append((province, steady[k - 1][0], steady[k][0], power))
    explained = {(shift[0], year) for shift in shifts for year, _ in levels.series[shift[0]]}
    whole = []
    for before, after in sorted({shift[1:3] for shift in shifts}):
        here = [shift for shift in shifts if shift[1:3] == (before, after)]
        if len(here) > max(2, len(levels.provinces) / 2):
            first, _, _, power = here[0]
            text = (
                f"{len(here)} of {len(levels.provinces)} provinces are about {_times(power)} their figures of {before} "
                f"from {after} on ({first}: {levels.neighbours(first, before, after)}); are the columns in two units?"
            )
            whole.append(levels.summary("jump", [(first, after)], text, "one unit in all columns", levels.years, True))
            shifts = [shift for shift in shifts if shift not in here]
    for province, before, after, power in shifts:
        what = f"about {_times(power)} {before} (decimal point, or two units in one row?)"
        suspect = levels.suspect("jump", (province, after), what, "one unit in the whole row", before)
        cells.append(replace(suspect, years=tuple(levels.years)))  # either side may be the wrong one
    return [*whole, *cells], explained


def _times(power: int) -> str:
    return f"{10**power} times" if power > 0 else f"a {10**-power}th of"


def _is_spike(levels: _Levels, before: tuple, at: tuple, after: tuple) -> bool:
    """One figure about a power of ten off two neighbours that are near each other and no small quantity."""
    level = math.sqrt(before[1] * after[1])
    near = after[0] - before[0] <= 6 and max(before[1] / after[1], after[1] / before[1]) <= 2
    return near and level >= levels.small[at[0]] and _power_of_ten(at[1] / level) != 0


def _shift(levels: _Levels, series: list[tuple[int, float]], k: int) -> int:
    """Power of ten by which a series shifts before its k-th figure, 0 for none.

    Both sides have to be steady, one of them over two figures at least. A step by ten from or to a small quantity may
    be genuine (a new plant); by 100 and more only among small ones.
    """

    def steady(pair: list[tuple[int, float]]) -> bool:
        return len(pair) < 2 or max(pair[0][1] / pair[1][1], pair[1][1] / pair[0][1]) <= STEADY

    before, after = series[max(0, k - 2) : k], series[k : k + 2]
    power = _power_of_ten(after[0][1] / before[-1][1])
    if not power or max(len(before), len(after)) < 2 or not (steady(before) and steady(after)):
        return 0
    sizes = sorted((before[-1][1], after[0][1]))
    size = sizes[0] if abs(power) == 1 else sizes[1]
    return power if size >= max(levels.small[before[-1][0]], levels.small[after[0][0]]) else 0


def _changes(levels: _Levels, seen: Collection[tuple[str, int]]) -> list[Suspect]:
    """Ratios to the last printed year beyond the catalog's largest (its n-th power after n years), and a nil between
    two figures; small quantities left out."""
    if (limit := levels.entry.change) is None:
        return []
    found: list[Suspect] = []
    for province in levels.provinces:
        series = levels.series[province]
        for k, ((before, old), (year, new)) in enumerate(pairwise(series), 1):
            named = {*seen, *(suspect.cells[0] for suspect in found[-1:])}  # a figure too high is not two suspects
            cell, largest = (province, year), limit ** (year - before)
            if (province, before) in named or cell in named:
                continue
            if new == 0 and k + 1 < len(series) and min(old, series[k + 1][1]) > levels.small[year]:
                what = "nil between two figures (missing, not nil?)"
                found.append(levels.suspect("change", cell, what, "a figure, or an empty cell"))
            if min(old, new) <= 0 or old < levels.small[before] or new < levels.small[year]:
                continue
            if max(new / old, old / new) > largest:
                expected = f"{old / largest:.6g} to {old * largest:.6g}"
                what = f"{new / old:.3g} times {before}, plausible are {expected}"
                found.append(levels.suspect("change", cell, what, expected, before))
    return found


def _flips(levels: _Levels) -> list[Suspect]:
    """A lost or added minus: one figure of a series whose mirror image fits its steady neighbours.

    Only levels that may have either sign (net flows); rates of growth change sign at will, and the catalog's `sign`
    already refuses the others' negative figures.
    """
    if levels.entry.sign != "any" or levels.entry.unit == "%":
        return []
    found = []
    for province in levels.provinces:
        series = [(year, value) for year, value in levels.series[province] if value]
        if province == "china" or len(series) < 5:
            continue
        negative = [value < 0 for _, value in series]
        if min(sum(negative), len(series) - sum(negative)) != 1:
            continue
        k = negative.index(sum(negative) == 1)
        near = [abs(value) for _, value in series[max(0, k - 2) : k] + series[k + 1 : k + 3]]
        if max(near) <= 2 * min(near) and min(near) / 1.5 <= abs(series[k][1]) <= 1.5 * max(near):
            what = "of the other sign than every other year, and of their size (a lost or added minus?)"
            found.append(levels.suspect("sign", (province, series[k][0]), what, f"{-series[k][1]:.6g}"))
    return found


def _equal(one: list[float | None], other: list[float | None], least: int) -> bool:
    """Whether two rows (or columns) agree in every cell both have, `least` different figures besides nil among them."""
    common = [(a, b) for a, b in zip(one, other, strict=True) if a is not None and b is not None]
    filled = min(sum(v is not None for v in side) for side in (one, other))
    same = 2 * len(common) > filled and all(a == b for a, b in common)
    return same and len({a for a, _ in common} - {0}) >= least


def _equal_rows(levels: _Levels) -> list[Suspect]:
    rows = {p: [levels.values.get((p, y)) for y in levels.years] for p in levels.regions}
    found = []
    for k, province in enumerate(levels.regions):
        copies = (q for q in levels.regions[:k] if _equal(rows[q], rows[province], levels.least_equal))
        other = next(copies, None)
        if other and {province, other} & set(levels.provinces):
            named = province if province in levels.provinces else other
            year = levels.series[named][0][0]
            where = levels.table.places.get((other, year), levels.table.path)
            text = f"the row of {province} equals the row of {other} ({where}): {levels.neighbours(province, year)}"
            found.append(levels.summary("equal rows", [(named, year)], text, "a row of its own", levels.years))
    return found


def _equal_years(levels: _Levels) -> list[Suspect]:
    if not levels.entry.years:
        return []
    columns = {y: [levels.values.get((p, y)) for p in levels.regions] for y in levels.years}
    found = []
    for k, year in enumerate(levels.years):
        copies = (o for o in levels.years[:k] if _equal(columns[o], columns[year], levels.least_equal))
        other = next(copies, None)
        province = next((p for p in levels.provinces if levels.values.get((p, year)) is not None), None)
        if other is not None and province:
            text = f"the column of {year} equals the column of {other} ({province} {levels.values[province, year]:.6g})"
            found.append(levels.summary("equal years", [(province, year)], text, "a column of its own", [other], True))
    return found


def find_vintage_break(table, values: Cells, entry, provinces: Collection[str]) -> list[Suspect]:
    """Two years between which the figures of a few provinces come from different revisions of the national accounts.

    Censuses revise some provinces by a third and others hardly; a table pasted from yearbooks before and after one then
    breaks for those only. Growth is taken relative to the year's median over provinces; a province breaks where it is
    far (BREAK robust standard deviations, as ordinary in the years around) both off the others and off its own other
    years. Two provinces breaking in one year are a suspect, one is not: single provinces did revise or shrink (Liaoning
    2016). One that breaks and breaks back a year later is a single figure of another vintage.
    """
    if entry.theme not in ACCOUNTS or not entry.unit.endswith("CNY"):
        return []
    import numpy as np  # of the accounts alone: other tables' jobs do without

    levels = _Levels(table, values, entry, provinces)
    years = [year for year in levels.years if year - 1 in levels.years]
    if len(levels.regions) < LEAST_PROVINCES or len(years) < 2:
        return []
    figures = np.array([[values.get((p, y)) or math.nan for y in levels.years] for p in levels.regions])
    figures[figures <= 0] = math.nan
    columns = [levels.years.index(year) for year in years]
    growth = np.log(figures[:, columns] / figures[:, [c - 1 for c in columns]])
    printed = np.isfinite(growth).sum(axis=0) >= LEAST_PROVINCES
    years, growth = [y for y, ok in zip(years, printed, strict=True) if ok], growth[:, printed]
    rows = np.isfinite(growth).sum(axis=1) >= 2
    regions, growth = [p for p, ok in zip(levels.regions, rows, strict=True) if ok], growth[rows]
    if len(years) < 2 or len(regions) < LEAST_PROVINCES:
        return []
    medians = np.nanmedian(growth, axis=0)
    relative = growth - medians
    spread = np.array(_ordinary_spread((1.4826 * np.nanmedian(np.abs(relative), axis=0)).tolist()))
    own = np.stack([np.nanmedian(np.delete(relative, t, axis=1), axis=1) for t in range(len(years))], axis=1)
    nearest = np.where(np.abs(relative) < np.abs(relative - own), relative, relative - own)
    off = np.nan_to_num(np.where(relative * (relative - own) > 0, nearest, 0.0) / spread)
    found = []
    for t, year in enumerate(years):
        broken = np.abs(off[:, t]) >= BREAK
        what = "the table seems to mix data vintages, from before and after an economic census"
        order = [i for i in np.argsort(-np.abs(off[:, t]), kind="stable") if abs(off[i, t]) >= NAMED_BREAK]
        if not 2 <= broken.sum() <= len(regions) / 2:
            if t + 1 == len(years) or years[t + 1] != year + 1:
                continue
            order = np.flatnonzero(broken & (np.abs(off[:, t + 1]) >= BREAK) & (off[:, t] * off[:, t + 1] < 0))
            what = f"and back in {year + 1}: a figure of another data vintage, or a mistyped one"
        found += _vintage(levels, [regions[i] for i in order], year, math.expm1(medians[t]), what)
    return found


def _ordinary_spread(spreads: Sequence[float]) -> list[float]:
    """Spread of growth over provinces that a year without a break would have: of the three years before or of the
    three after, whichever is larger, as calm and stormy periods alternate."""
    sides = [[spreads[max(0, t - 3) : t], spreads[t + 1 : t + 4]] for t in range(len(spreads))]
    return [max(LEAST_SPREAD, *(median(side) for side in pair if len(side))) for pair in sides]


def _vintage(levels: _Levels, provinces: list[str], year: int, growth: float, what: str) -> list[Suspect]:
    if not (named := [province for province in provinces if province in levels.provinces]):
        return []
    rows = "; ".join(f"{province} {levels.neighbours(province, year - 1, year)}" for province in named)
    text = (
        f"{', '.join(named)}: figures break between {year - 1} and {year} off the other provinces (median growth "
        f"{growth:+.1%}) and off the row's other years, {what}: {rows}. Export all years anew on one day"
    )
    return [levels.summary("vintage", [(province, year) for province in named], text, f"growth near {growth:+.1%}")]
