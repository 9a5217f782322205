"""Checks of single coefficients: signs, standard errors, stars against t under three conventions.

Every check allows for the rounding of all figures that go into it; a fact holds for every value they may stand for.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from statistics import median

from scipy.special import ndtr, stdtr, stdtrit

from study.audit.printed_tables import Column, Setting, Tables, row_of, say, say_p, say_range
from study.audit.rounding import Cell, Interval, normal_size
from study.regression.stars import stars_of

# check -> what the p-value is taken from
CONVENTIONS = {
    "stars_residual_df": "t with N - K - absorbed degrees of freedom",
    "stars_normal": "the normal distribution",
    "stars_clusters": "t with G - 1 degrees of freedom, G the units",
}
PRINTED_P = "stars_p"
MISMATCHES = ("differs", "impossible")
# A standard error and a t this many times off what the same term has elsewhere are not chance.
OUTLIER = 20
IMPOSSIBLE_P = 1e-6  # no reader's star levels leave such a p-value without stars


@dataclass(frozen=True)
class Degrees:
    """Residual degrees of freedom and units of a regression: ranges where N leaves them open."""

    residual: Interval
    units: Interval

    @property
    def exact(self) -> bool:
        return self.residual.low == self.residual.high

    def say(self) -> str:
        if self.exact:
            return f"{self.residual.high:.0f}"
        return f"{self.residual.low:.0f} to {self.residual.high:.0f}"


def degrees_of_freedom(column: Column, tables: Tables, setting: Setting) -> Degrees | None:
    """N - K - absorbed, the absorbed effects being units + periods - 1; None without N.

    A balanced N says how many units there are. In an uneven N, or a group of a split, which may cut through units,
    they lie between N / periods and N / 2: a unit seen once is a singleton, which is dropped. With further dimensions
    what is absorbed may be a unit's cells of them, such as its industries.
    """
    n = column.n
    if n is None:
        return None
    periods = setting.periods
    split = any(column in columns for columns in tables.splits())
    series = setting.units * setting.series
    if n % periods == 0 and n <= series * periods and not split and setting.series == 1:
        units = (n // periods, n // periods)
    else:
        most = max(n // 2, 1) if n > series * periods else min(series, max(n // 2, 1))
        # more than units x periods: of a dimension not known, units may be any number from the panel's own
        least = setting.units if n > series * periods else -(-n // (periods * setting.series))
        units = (min(least, most), most)
    regressors = len(column.slopes) + _hidden_controls(column, tables)
    entity, period = (setting.effects(column, names) for names in (setting.entity, setting.period))

    def residual(count: int) -> int:
        absorbed = (count if entity else 0) + (periods if period else 0) - bool(entity and period)
        return max(n - regressors - max(absorbed, 1), 1)

    return Degrees(Interval(residual(units[1]), residual(units[0])), Interval(*units))


def _hidden_controls(column: Column, tables: Tables) -> int:
    """Regressors behind a row `Control variables: Yes`: as many as the longest column prints beside its first."""
    if not any("control" in term.lower() and answer == "Yes" for term, answer in column.answers.items()):
        return 0
    return max((len(other.slopes) - 1 for other in tables.columns), default=0)


def sizes(cell: Cell, degrees: Interval | None) -> Interval:
    """|t| by the rounding of what is printed, under degrees of freedom (None: normal) where an interval is printed."""
    return _scaled(cell.sizes, cell, degrees)


def _scaled(size: Interval, cell: Cell, degrees: Interval | None) -> Interval:
    """|t| of an interval, which is its half-width's critical value over the normal one times larger."""
    if cell.kind != "interval" or degrees is None:
        return size
    tail, normal = (1 + cell.level) / 2, normal_size(1 - cell.level)
    critical = [float(stdtrit(end, tail)) / normal for end in (degrees.high, degrees.low)]
    return Interval(size.low * critical[0], size.high * critical[1])


def p_values(cell: Cell, degrees: Interval | None) -> Interval:
    """Two-sided p-values that the rounding and the degrees of freedom (None: normal) admit; the printed one's own."""
    if cell.kind == "p":
        return cell.p_value.range
    size = sizes(cell, degrees)
    low, high = _p_of(size.high, degrees and degrees.high), _p_of(size.low, degrees and degrees.low)
    if cell.kind == "interval":  # it tells on which side of its own level p is, whatever the distribution
        level, (first, last) = round(1 - cell.level, 12), (end.range for end in cell.ends)
        if first.low > 0 or last.high < 0:
            below = math.nextafter(level, 0)
            low, high = min(low, below), min(high, below)
        elif first.high < 0 < last.low:
            low, high = max(low, level), max(high, level)
    return Interval(low, high)


def _p_of(size: float, degrees: float | None) -> float:
    return 2 * float(ndtr(-size) if degrees is None else stdtr(degrees, -size))


def check_signs(tables: Tables) -> Iterator[dict]:
    """A coefficient and its t have one sign, unless one is printed as zero; it lies within its interval."""
    for cell in tables.cells:
        b, t = cell.estimate, cell.statistic
        if t is not None:
            agrees = 0 in b.range or 0 in t.range or (b.value > 0) == (t.value > 0)
            finding = f"coefficient {b.text} and t {t.text} " + ("agree in sign." if agrees else "have opposite signs.")
            pair = f"{b.text} ({t.text})"
        elif cell.ends is not None:
            low, high = cell.ends
            agrees = low.range.low <= b.range.high and b.range.low <= high.range.high
            finding = (
                f"coefficient {b.text} is {'' if agrees else 'not '}within its interval {low.text} to {high.text}."
            )
            pair = cell.pair
        else:
            continue
        severity = "" if agrees else "A" if _of_interest(cell, tables) else "B"
        yield row_of("sign", cell, finding, "agrees" if agrees else "impossible", printed=pair, severity=severity)


def check_figures(tables: Tables) -> Iterator[dict]:
    """Where several of t, standard error, interval and p-value are printed, they agree within their rounding.

    Standard errors of each (t and the standard error without any distribution: a fact; an interval and p under the
    normal distribution, to which t distributions add: an inference).
    """
    for cell in tables.cells:
        parts = {
            "t": cell.statistic and {"error": None, "ends": None, "p_value": None},
            "the standard error": cell.error and {"statistic": None, "ends": None, "p_value": None},
            "the interval": cell.ends and {"statistic": None, "error": None, "p_value": None},
            "p": cell.p_value and {"statistic": None, "error": None, "ends": None},
        }
        known = {name: replace(cell, **others) for name, others in parts.items() if others}
        if len(known) < 2:
            continue
        (first, one), *others = known.items()
        apart = [name for name, other in others if not _agree(one, other)]
        finding = f"{cell.pair}: {', '.join(known)} agree."
        if apart:
            finding = f"{cell.pair}: {' and '.join(apart)} {'do' if len(apart) > 1 else 'does'} not fit {first}."
        kind = "inference" if {"the interval", "p"} & {first, *(apart or known)} else "fact"
        verdict, severity = ("differs", "B") if apart else ("agrees", "")
        yield row_of("figures", cell, finding, verdict, printed=cell.pair, kind=kind, severity=severity)


def _agree(one: Cell, other: Cell) -> bool:
    """Whether two figures of one coefficient can go together, by whatever degrees of freedom."""
    if {one.kind, other.kind} == {"t", "std_error"}:
        return one.sizes.meets(other.sizes)
    sides = []
    for cell in (one, other):
        ends = [p_values(cell, degrees) for degrees in (None, Interval(1, 1))]
        sides.append(Interval(min(end.low for end in ends), max(end.high for end in ends)))
    return sides[0].meets(sides[1])


def check_standard_errors(tables: Tables) -> Iterator[dict]:
    """Standard errors, printed or coefficient / t with its rounding interval, beside the same term's elsewhere."""
    for cell in tables.cells:
        printed, what = cell.pair, "printed" if cell.kind == "std_error" else "implied"
        bounds = cell.std_errors
        if cell.std_error is None or not math.isfinite(bounds.high):
            finding = f"{printed}: the rounding leaves the standard error open."
            yield row_of("std_error", cell, finding, "note", printed=printed)
            continue
        others = [
            other
            for other in tables.cells
            if (other.term, other.dependent) == (cell.term, cell.dependent) and other is not cell and other.std_error
        ]
        finding = f"{what} standard error {say(cell.std_error)} {say_range(bounds)}."
        numbers = {"printed": printed, "recomputed": cell.std_error, "low": bounds.low, "high": bounds.high}
        # another unit moves the standard error but not t
        usual = [_medians([getattr(other, name) for other in others]) for name in ("std_errors", "sizes")]
        if len(others) >= 2 and _far(bounds, usual[0]) and _far(cell.sizes, usual[1]):
            finding = (
                f"{what} standard error {say(cell.std_error)} against a median of "
                f"{say(median(other.std_error for other in others))} in the {len(others)} other columns explaining "
                f"{cell.dependent}, and |t| {abs(cell.t):g} against {say(median(abs(other.t) for other in others))}."
            )
            yield row_of("std_error", cell, finding, "differs", kind="inference", severity="B", **numbers)
            continue
        yield row_of("std_error", cell, finding, "agrees", **numbers)


def _medians(ranges: Sequence[Interval]) -> Interval:
    """The median of numbers known within ranges."""
    if not ranges:
        return Interval(0.0, math.inf)
    return Interval(median(each.low for each in ranges), median(each.high for each in ranges))


def _far(value: Interval, usual: Interval) -> bool:
    """Whether all of a range is beyond `OUTLIER` times, or below that part of, all of another."""
    return value.high < usual.low / OUTLIER or value.low > usual.high * OUTLIER


def check_stars(tables: Tables, setting: Setting) -> Iterator[dict]:
    """Stars of each coefficient against its t, under each of `CONVENTIONS`; then what each leaves unexplained.

    A cell differs only if no values that round to the printed figures give the printed stars; one that prints p is held
    against that. The convention with fewest mismatches is taken as the paper's; the severity of a mismatch is given
    under that one only. Of a paper that prints no stars nothing is said but that.
    """
    if lacking := _lacking_stars(tables, setting):
        finding = (
            f"no coefficient has a star, though {lacking} are significant: taken as a paper that prints no stars; they "
            "are not checked."
        )
        yield row_of("convention", None, finding, "note", kind="inference", printed="none", recomputed=lacking)
        return
    rows = {name: [] for name in CONVENTIONS}
    counted = {name: [0, 0] for name in CONVENTIONS}  # mismatches, cells
    for column in tables.columns:
        sources = _sources(degrees_of_freedom(column, tables, setting))
        for cell in column.coefficients.values():
            if cell.kind == "p":
                row = _check_stars(PRINTED_P, cell, None, setting)
                yield _severe(row, cell, tables)
                continue
            for name, degrees in sources.items():
                row = _check_stars(name, cell, degrees, setting)
                rows[name].append((cell, row))
                if len(sources) == len(CONVENTIONS):  # only cells that all conventions speak of compare them
                    counted[name][0] += row["verdict"] in MISMATCHES
                    counted[name][1] += 1
    compared = counted["stars_normal"][1]
    best = min(CONVENTIONS, key=lambda name: counted[name][0]) if compared else "stars_normal"
    known = {cell for cell, _ in rows[best]}
    for name, found in rows.items():
        for cell, row in found:
            # a cell that the paper's convention cannot speak of is held against the normal distribution
            yield _severe(row, cell, tables) if name == best or cell not in known else row
    for name, source in CONVENTIONS.items() if compared else ():
        wrong = counted[name][0]
        finding = f"{wrong} of {compared} cells do not fit {source}"
        finding += ", the fewest: taken as the paper's convention." if name == best else "."
        numbers = {"printed": str(compared), "recomputed": wrong}
        yield row_of("convention", None, finding, "note", term=name, kind="inference", **numbers)


def _lacking_stars(tables: Tables, setting: Setting) -> int:
    """Coefficients that all conventions star, where the paper stars none; 0 where it is but one, perhaps a slip."""
    if any(cell.stars for cell in tables.cells):
        return 0
    few = Interval(setting.fewest_clusters - 1, setting.fewest_clusters - 1)
    lacking = sum(bool(stars_of(p_values(cell, few).high, setting.levels)) for cell in tables.cells)
    return lacking if lacking > 1 else 0


def _severe(row: dict, cell: Cell, tables: Tables) -> dict:
    """The row with the severity of a mismatch."""
    return row | {"severity": "A" if _of_interest(cell, tables) else "B"} if row["verdict"] in MISMATCHES else row


def _sources(degrees: Degrees | None) -> dict[str, Interval | None]:
    """Convention -> degrees of freedom (None: normal); the two that need N are left out without it."""
    if degrees is None:
        return {"stars_normal": None}
    clusters = Interval(max(degrees.units.low - 1, 1), max(degrees.units.high - 1, 1))
    return {"stars_residual_df": degrees.residual, "stars_normal": None, "stars_clusters": clusters}


def _check_stars(check: str, cell: Cell, degrees: Interval | None, setting: Setting) -> dict:
    levels = setting.levels
    bounds = p_values(cell, degrees)
    p = _p_at(cell, degrees)
    recomputed = "" if p is None else stars_of(p, levels)
    numbers = {"printed": cell.shown, "recomputed": recomputed, "low": bounds.low, "high": bounds.high}
    numbers["kind"] = "inference"
    finding = f"{_say_size(cell, degrees, p)}: " + ("" if p is None else f"{_stars(recomputed)} expected, ")
    finding += f"{_stars(cell.stars)} printed"
    if p is not None and recomputed == cell.stars and bounds.high < 1:
        return row_of(check, cell, f"{finding}.", "agrees", **numbers)
    if len(stars_of(bounds.high, levels)) <= len(cell.stars) <= len(stars_of(bounds.low, levels)):
        verdict = "agrees" if p is None or recomputed == cell.stars else "borderline"
        cause = "t or N" if cell.kind == "t" else "p" if cell.kind == "p" else "the figures, or N,"
        return row_of(check, cell, f"{finding}; the rounding of {cause} admits it.", verdict, **numbers)
    if not cell.stars and bounds.high < IMPOSSIBLE_P:
        reading = _lost_point(cell, degrees, levels)
        # the fewest clusters that the panel allows are the least kind to a star
        few = p_values(cell, Interval(setting.fewest_clusters - 1, setting.fewest_clusters - 1))
        kind = "fact" if stars_of(few.high, levels) else "inference"
        return row_of(check, cell, f"{finding}: impossible{reading}.", "impossible", **numbers | {"kind": kind})
    # no degrees of freedom give what the normal distribution, the kindest to a t, or for an interval the fewest, do not
    kindest = min(p_values(cell, None).low, p_values(cell, Interval(1, 1)).low)
    fact = cell.kind == "p" or len(cell.stars) > len(stars_of(kindest, levels))
    return row_of(check, cell, f"{finding}.", "differs", **numbers | {"kind": "fact" if fact else "inference"})


def _say_size(cell: Cell, degrees: Interval | None, p: float | None) -> str:
    """`|t| = 3.782, p = 0.0002 from t(254)`, with what the rounding of a coefficient and its standard error admits."""
    if cell.kind == "p":
        return f"p {cell.p_value.text}"
    source = "normal" if degrees is None else f"t({_span(degrees)})"
    if cell.kind == "t":
        return f"|t| = {cell.statistic.text.lstrip('+-')}, {say_p(p)} from {source}"
    size, bounds = sizes(cell, degrees), p_values(cell, degrees)
    ends = f"{say(size.low)} to {say(size.high)}" if math.isfinite(size.high) else f"{say(size.low)} or more"
    admitted = f"{say_p(bounds.low)} to {say_p(bounds.high)[4:]}"
    if p is None:
        return f"|t| is {ends} by the rounding of {cell.pair}, {admitted} from {source}"
    at = f"|t| = {say(_size_at(cell, degrees))}, {ends} by the rounding of {cell.pair}"
    return f"{at}, {say_p(p)}, {admitted}, from {source}"


def _size_at(cell: Cell, degrees: Interval | None) -> float | None:
    """|t| of the figures as they stand, at the most degrees of freedom."""
    if cell.t is None:
        return None
    return _scaled(Interval(abs(cell.t), abs(cell.t)), cell, degrees).low


def _p_at(cell: Cell, degrees: Interval | None) -> float | None:
    """p-value of the figures as they stand, at the most degrees of freedom; None where they leave it open."""
    if cell.kind == "p":
        return cell.p_value.value
    size = _size_at(cell, degrees)
    return None if size is None else _p_of(size, degrees and degrees.high)


def _lost_point(cell: Cell, degrees: Interval | None, levels: Sequence[float]) -> str:
    """`; -0.202 would fit` where a t without decimals fits its stars once divided by a thousand."""
    if cell.kind != "t" or cell.statistic.decimals:
        return ""
    for digits in (1, 2, 3):
        t = cell.statistic.value / 10**digits
        p = _p_of(abs(t), degrees and degrees.high)
        if digits == cell.estimate.decimals and stars_of(p, levels) == cell.stars:
            return f"; with the decimal point lost, {t:.{digits}f} would fit"
    return ""


def check_decimals(tables: Tables) -> Iterator[dict]:
    """Numbers of a column are printed with one number of decimals: its t, or its standard errors."""
    for column in tables.columns:
        for kind, name in (("t", "t"), ("std_error", "standard error")):
            figures = [(cell, cell.figures[0]) for cell in column.coefficients.values() if cell.kind == kind]
            if not figures:
                continue
            usual = Counter(figure.decimals for _, figure in figures).most_common(1)[0][0]
            for cell, figure in figures:
                if figure.decimals != usual:
                    finding = f"The {name} {figure.text} has {figure.decimals} decimals, its column mostly {usual}."
                    yield row_of("decimals", cell, finding, "differs", printed=figure.text, severity="C")


def check_quotients(tables: Tables) -> Iterator[dict]:
    """Tables whose t were divided out before typing: the rounding of coefficient and standard error is allowed for."""
    for table, decimals in tables.quotients.items():
        column = next(column for column in tables.columns if column.table == table)
        cell = next(cell for cell in column.coefficients.values() if cell.kind == "std_error")
        finding = (
            f"every t of Table {table} is its coefficient over a number of {decimals} decimals, as {cell.pair}: taken "
            "as divided before typing, with those numbers as the standard errors printed; type them as std_error."
        )
        yield row_of("quotient", column, finding, "note", kind="inference", printed=cell.pair)


def _of_interest(cell: Cell, tables: Tables) -> bool:
    """Whether the cell is its column's regressor of interest."""
    return any(cell.term == column.focus and cell in column.coefficients.values() for column in tables.columns)


def _stars(stars: str) -> str:
    return stars or "no star"


def _span(degrees: Interval) -> str:
    ends = [f"{end:.0f}" for end in (degrees.low, degrees.high)]
    return ends[0] if ends[0] == ends[1] else " to ".join(ends)
