"""Printed numbers with what rounding leaves open: intervals, and a coefficient with the uncertainty printed beside it.

Tables print a coefficient's uncertainty as t, standard error, confidence interval or p-value. What the others are then
is an interval, by the rounding of every figure that goes into it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from statistics import NormalDist

from study.audit.published import TYPED_NUMBER, half_unit, is_coefficient


@dataclass(frozen=True)
class Interval:
    """The values that a printed number, or what is computed from some, may stand for."""

    low: float
    high: float

    def __add__(self, other: Interval) -> Interval:
        return Interval(self.low + other.low, self.high + other.high)

    def __sub__(self, other: Interval) -> Interval:
        return Interval(self.low - other.high, self.high - other.low)

    def __mul__(self, other: Interval) -> Interval:
        ends = [a * b for a in (self.low, self.high) for b in (other.low, other.high)]
        return Interval(min(ends), max(ends))

    def __truediv__(self, other: Interval) -> Interval:
        if other.low <= 0 <= other.high:
            raise ZeroDivisionError(f"the divisor {other} may be zero")
        return self * Interval(1 / other.high, 1 / other.low)

    def __contains__(self, value: float) -> bool:
        return self.low <= value <= self.high

    def meets(self, other: Interval) -> bool:
        return self.low <= other.high and other.low <= self.high

    def over(self, divisor: Interval) -> Interval:
        """Quotient of two sizes (no end below zero): unbounded above where the divisor may be zero."""
        low = self.low / divisor.high if divisor.high > 0 else math.inf
        return Interval(low, self.high / divisor.low if divisor.low > 0 else math.inf)

    @property
    def magnitude(self) -> Interval:
        """Range of the absolute value."""
        ends = sorted((abs(self.low), abs(self.high)))
        return Interval(0.0 if 0 in self else ends[0], ends[1])


@dataclass(frozen=True)
class Printed:
    """A number as printed: its text, its value, and half a unit of its last digit."""

    text: str
    value: float
    half: float

    @classmethod
    def read(cls, text: str) -> Printed:
        """Raise ValueError for what is not a plain decimal number."""
        if not TYPED_NUMBER.fullmatch(text):
            raise ValueError(text)
        return cls(text, float(text), half_unit(text))

    @property
    def range(self) -> Interval:
        return Interval(self.value - self.half, self.value + self.half)

    @property
    def decimals(self) -> int:
        return len(self.text.partition(".")[2])


def normal_size(p: float) -> float:
    """|z| with this two-sided p-value under the normal distribution."""
    if p <= 0:
        return math.inf
    return -NormalDist().inv_cdf(p / 2) if p < 1 else 0.0


@dataclass(frozen=True)
class PValue:
    """A p-value as printed: `0.032` with its rounding, `<0.001` or `>0.1` one side of it."""

    text: str
    range: Interval

    @classmethod
    def read(cls, text: str) -> PValue:
        """Raise ValueError for what is neither a plain decimal number nor one after < or >."""
        number = Printed.read(text.lstrip("<>"))
        if text.startswith("<"):
            return cls(text, Interval(0.0, math.nextafter(number.value, 0.0)))
        if text.startswith(">"):
            return cls(text, Interval(math.nextafter(number.value, 1.0), 1.0))
        return cls(text, Interval(max(0.0, number.range.low), min(1.0, number.range.high)))

    @property
    def value(self) -> float | None:
        """The printed number; None for a bound."""
        return None if self.text[0] in "<>" else float(self.text)


@dataclass(frozen=True)
class Cell:
    """One printed number with its place and what is printed of its uncertainty.

    `kind` says which figure the others are computed from: the first that is printed of t, standard error, interval (of
    coverage `level`), p-value. The last two need a distribution; here it is the normal one.
    """

    table: str
    column: str
    dependent: str
    group: str
    term: str
    estimate: Printed
    stars: str
    statistic: Printed | None = None
    error: Printed | None = None
    ends: tuple[Printed, Printed] | None = None
    p_value: PValue | None = None
    level: float = 0.95

    @property
    def kind(self) -> str:
        """`t`, `std_error`, `interval`, `p`, or nothing."""
        figures = {"t": self.statistic, "std_error": self.error, "interval": self.ends, "p": self.p_value}
        return next((kind for kind, figure in figures.items() if figure is not None), "")

    @property
    def assumes_normal(self) -> bool:
        """Whether t and standard error are computed by the normal distribution."""
        return self.kind in ("interval", "p")

    @property
    def sizes(self) -> Interval:
        """|t|, by the rounding of all that is printed."""
        b = self.estimate.range.magnitude
        if self.kind == "t":
            return self.statistic.range.magnitude
        if self.kind == "p":
            return Interval(normal_size(self.p_value.range.high), normal_size(self.p_value.range.low))
        return b.over(self.std_errors)

    @property
    def std_errors(self) -> Interval:
        """The standard error, by the rounding of all that is printed; unbounded above where t may be zero."""
        if self.kind == "std_error":
            return Interval(max(0.0, self.error.range.low), self.error.range.high)
        if self.kind == "interval":
            width = self.ends[1].range - self.ends[0].range
            both = 2 * normal_size(1 - self.level)
            return Interval(max(0.0, width.low) / both, width.high / both)
        return self.estimate.range.magnitude.over(self.sizes)

    @property
    def t(self) -> float | None:
        """t of the figures as they stand; None where one is zero that divides, and for a bound of p."""
        if self.kind == "t":
            return self.statistic.value
        if self.kind == "p":
            p = self.p_value.value
            return math.copysign(normal_size(p), self.estimate.value) if p else None
        return self.estimate.value / self.std_error if self.std_error else None

    @property
    def std_error(self) -> float | None:
        """Standard error of the figures as they stand; None where one is zero that divides, and for a bound of p."""
        if self.kind == "std_error":
            return self.error.value or None
        if self.kind == "interval":
            return (self.ends[1].value - self.ends[0].value) / (2 * normal_size(1 - self.level)) or None
        if self.kind == "":
            return None
        return abs(self.estimate.value / self.t) if self.estimate.value and self.t else None

    @property
    def shown(self) -> str:
        """The uncertainty as printed, with the stars; a standard error with its coefficient."""
        if self.kind == "t":
            return f"{self.statistic.text}{self.stars}"
        if self.kind == "std_error":
            return f"{self.estimate.text}{self.stars} ({self.error.text})"
        if self.kind == "interval":
            return f"{self.ends[0].text}; {self.ends[1].text}{self.stars}"
        return f"p {self.p_value.text}{self.stars}" if self.kind == "p" else self.estimate.text

    @property
    def pair(self) -> str:
        """Coefficient and uncertainty as printed: `-0.482 (-3.509)`."""
        return f"{self.estimate.text} ({', '.join(figure.text for figure in self.figures)})"

    @property
    def figures(self) -> list[Printed | PValue]:
        """Every figure printed beside the coefficient."""
        return [f for f in (self.statistic, self.error, *(self.ends or ()), self.p_value) if f is not None]


def read_cell(row: dict[str, str], level: float = 0.95) -> Cell:
    """The cell of a row of `read_published_rows`. level : coverage of the intervals."""
    number = {name: Printed.read(row[name]) if row.get(name) else None for name in ("statistic", "std_error")}
    ends = tuple(Printed.read(row[name]) for name in ("ci_low", "ci_high")) if row.get("ci_low") else None
    coefficient = is_coefficient(row)
    return Cell(
        *(row.get(name, "") for name in ("table", "column", "dependent", "group", "term")),
        estimate=Printed.read(row["estimate"]),
        stars=row.get("stars", ""),
        statistic=number["statistic"],
        error=number["std_error"],
        ends=ends,
        p_value=PValue.read(row["p_value"]) if row.get("p_value") and coefficient else None,
        level=level,
    )
