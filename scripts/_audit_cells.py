"""Checks of single coefficients: signs, implied standard errors, stars against t under three conventions."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from statistics import median

from _audit import Cell, Column, Interval, Setting, Tables, row_of, say, say_p, say_range, stars_of
from scipy.special import ndtr, stdtr

# check -> what the p-value is taken from
CONVENTIONS = {
    "stars_residual_df": "t with N - K - absorbed degrees of freedom",
    "stars_normal": "the normal distribution",
    "stars_clusters": "t with G - 1 degrees of freedom, G the units",
}
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
    they lie between N / periods and N / 2: a unit seen once is a singleton, which is dropped.
    """
    n = column.n
    if n is None:
        return None
    periods = setting.periods
    split = any(column in columns for columns in tables.splits())
    if n % periods == 0 and n <= setting.units * periods and not split:
        units = (n // periods, n // periods)
    else:
        most = max(n // 2, 1) if n > setting.units * periods else min(setting.units, max(n // 2, 1))
        units = (min(-(-n // periods), most), most)
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


def p_values(cell: Cell, degrees: Interval | None) -> Interval:
    """Two-sided p-values that the rounded t and the degrees of freedom (None: normal) admit."""
    size = cell.statistic.range.magnitude
    if degrees is None:
        return Interval(2 * float(ndtr(-size.high)), 2 * float(ndtr(-size.low)))
    return Interval(2 * float(stdtr(degrees.high, -size.high)), 2 * float(stdtr(degrees.low, -size.low)))


def check_signs(tables: Tables) -> Iterator[dict]:
    """A coefficient and its t have one sign, unless one is printed as zero."""
    for cell in tables.cells:
        b, t = cell.estimate, cell.statistic
        zero = 0 in b.range or 0 in t.range
        agrees = zero or (b.value > 0) == (t.value > 0)
        finding = f"coefficient {b.text} and t {t.text} " + ("agree in sign." if agrees else "have opposite signs.")
        yield row_of(
            "sign",
            cell,
            finding,
            "agrees" if agrees else "impossible",
            printed=f"{b.text} ({t.text})",
            severity="" if agrees else "A" if _of_interest(cell, tables) else "B",
        )


def check_standard_errors(tables: Tables) -> Iterator[dict]:
    """Standard error = coefficient / t with its rounding interval, beside those of the same term elsewhere."""
    for cell in tables.cells:
        printed = f"{cell.estimate.text} ({cell.statistic.text})"
        b, t = cell.estimate.range.magnitude, cell.statistic.range.magnitude
        if cell.std_error is None or not t.low:
            finding = f"{printed}: the rounding leaves the standard error open."
            yield row_of("std_error", cell, finding, "note", printed=printed)
            continue
        bounds = b / t
        others = [
            other
            for other in tables.cells
            if (other.term, other.dependent) == (cell.term, cell.dependent) and other is not cell and other.std_error
        ]
        finding = f"implied standard error {say(cell.std_error)} {say_range(bounds)}."
        numbers = {"printed": printed, "recomputed": cell.std_error, "low": bounds.low, "high": bounds.high}
        if len(others) >= 2:
            usual = median(other.std_error for other in others)
            usual_t = median(abs(other.statistic.value) for other in others)
            # another unit moves the standard error but not t
            if _far(cell.std_error, usual) and _far(abs(cell.statistic.value), usual_t):
                finding = (
                    f"implied standard error {say(cell.std_error)} against a median of {say(usual)} in the "
                    f"{len(others)} other columns explaining {cell.dependent}, and |t| {abs(cell.statistic.value):g} "
                    f"against {say(usual_t)}."
                )
                yield row_of("std_error", cell, finding, "differs", kind="inference", severity="B", **numbers)
                continue
        yield row_of("std_error", cell, finding, "agrees", **numbers)


def _far(value: float, usual: float) -> bool:
    return not usual / OUTLIER <= value <= usual * OUTLIER


def check_stars(tables: Tables, setting: Setting) -> Iterator[dict]:
    """Stars of each coefficient against its t, under each of `CONVENTIONS`; then what each leaves unexplained.

    A cell differs only if no t that rounds to the printed one gives the printed stars. The convention with fewest
    mismatches is taken as the paper's; the severity of a mismatch is given under that one only.
    """
    rows = {name: [] for name in CONVENTIONS}
    counted = {name: [0, 0] for name in CONVENTIONS}  # mismatches, cells
    for column in tables.columns:
        sources = _sources(degrees_of_freedom(column, tables, setting))
        for cell in column.coefficients.values():
            for name, degrees in sources.items():
                row = _check_stars(name, cell, degrees, setting.levels)
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
            if row["verdict"] in MISMATCHES and (name == best or cell not in known):
                row["severity"] = "A" if _of_interest(cell, tables) else "B"
            yield row
    for name, source in CONVENTIONS.items() if compared else ():
        wrong = counted[name][0]
        finding = f"{wrong} of {compared} cells do not fit {source}"
        finding += ", the fewest: taken as the paper's convention." if name == best else "."
        numbers = {"printed": str(compared), "recomputed": wrong}
        yield row_of("convention", None, finding, "note", term=name, kind="inference", **numbers)


def _sources(degrees: Degrees | None) -> dict[str, Interval | None]:
    """Convention -> degrees of freedom (None: normal); the two that need N are left out without it."""
    if degrees is None:
        return {"stars_normal": None}
    clusters = Interval(max(degrees.units.low - 1, 1), max(degrees.units.high - 1, 1))
    return {"stars_residual_df": degrees.residual, "stars_normal": None, "stars_clusters": clusters}


def _check_stars(check: str, cell: Cell, degrees: Interval | None, levels: Sequence[float]) -> dict:
    bounds = p_values(cell, degrees)
    p = _p_at(cell, degrees)
    recomputed = stars_of(p, levels)
    source = "normal" if degrees is None else f"t({_span(degrees)})"
    numbers = {"printed": f"{cell.statistic.text}{cell.stars}", "recomputed": recomputed}
    numbers |= {"low": bounds.low, "high": bounds.high, "kind": "inference"}
    finding = f"|t| = {cell.statistic.text.lstrip('+-')}, {say_p(p)} from {source}: {_stars(recomputed)} expected, "
    finding += f"{_stars(cell.stars)} printed"
    if recomputed == cell.stars and bounds.high < 1:
        return row_of(check, cell, f"{finding}.", "agrees", **numbers)
    if len(stars_of(bounds.high, levels)) <= len(cell.stars) <= len(stars_of(bounds.low, levels)):
        verdict = "agrees" if recomputed == cell.stars else "borderline"
        return row_of(check, cell, f"{finding}; the rounding of t or N admits it.", verdict, **numbers)
    if not cell.stars and bounds.high < IMPOSSIBLE_P:
        reading = _lost_point(cell, degrees, levels)
        return row_of(check, cell, f"{finding}: impossible{reading}.", "impossible", **numbers | {"kind": "fact"})
    # no degrees of freedom give what the normal distribution, the kindest to a t, does not
    kind = "fact" if len(cell.stars) > len(stars_of(p_values(cell, None).low, levels)) else "inference"
    return row_of(check, cell, f"{finding}.", "differs", **numbers | {"kind": kind})


def _p_at(cell: Cell, degrees: Interval | None) -> float:
    """p-value of t as printed, at the most degrees of freedom."""
    size = abs(cell.statistic.value)
    return 2 * float(ndtr(-size) if degrees is None else stdtr(degrees.high, -size))


def _lost_point(cell: Cell, degrees: Interval | None, levels: Sequence[float]) -> str:
    """`; -0.202 would fit` where a t without decimals fits its stars once divided by a thousand."""
    if cell.statistic.decimals:
        return ""
    for digits in (1, 2, 3):
        t = cell.statistic.value / 10**digits
        size = abs(t)
        p = 2 * float(ndtr(-size) if degrees is None else stdtr(degrees.high, -size))
        if digits == cell.estimate.decimals and stars_of(p, levels) == cell.stars:
            return f"; with the decimal point lost, {t:.{digits}f} would fit"
    return ""


def check_decimals(tables: Tables) -> Iterator[dict]:
    """Numbers of a column are printed with one number of decimals."""
    for column in tables.columns:
        usual = Counter(cell.statistic.decimals for cell in column.coefficients.values()).most_common(1)[0][0]
        for cell in column.coefficients.values():
            if cell.statistic.decimals != usual:
                finding = (
                    f"The t {cell.statistic.text} has {cell.statistic.decimals} decimals, its column mostly {usual}."
                )
                yield row_of("decimals", cell, finding, "differs", printed=cell.statistic.text, severity="C")


def _of_interest(cell: Cell, tables: Tables) -> bool:
    """Whether the cell is its column's regressor of interest."""
    return any(cell.term == column.focus and cell in column.coefficients.values() for column in tables.columns)


def _stars(stars: str) -> str:
    return stars or "no star"


def _span(degrees: Interval) -> str:
    ends = [f"{end:.0f}" for end in (degrees.low, degrees.high)]
    return ends[0] if ends[0] == ends[1] else " to ".join(ends)
