"""Published tables as they are printed: cells with their rounding, columns, and what each column is.

A column is a regression if one of its numbers has a statistic; the columns n, mean, sd, min and max describe variables.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from _helpers import InputError
from _published import ANSWERS, FIELDS, NUMBER, is_moment, published_std_error, read_published_rows

ROW_FIELDS = ("check", "table", "column", "dependent", "term", "printed", "recomputed", "low", "high")
ROW_FIELDS += ("verdict", "kind", "severity", "finding")
CONSTANT = "_cons"
LEVELS = (0.1, 0.05, 0.01)
# How papers call the effects they absorb; the config may name others.
ENTITY = (
    "province",
    "city",
    "region",
    "state",
    "county",
    "country",
    "firm",
    "industry",
    "individual",
    "entity",
    "unit",
)
PERIOD = ("year", "quarter", "month", "period", "time")

_INSTRUMENTED = re.compile(r"\biv\b|2sls|tsls|instrument|second.stage|phase.two", re.IGNORECASE)
_STRENGTH = re.compile(r"kleibergen|cragg|\bkp\b|^first.stage f\b", re.IGNORECASE)


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
        match = NUMBER.fullmatch(text)
        if not match:
            raise ValueError(text)
        decimals = len(match[3] or match[4] or "")
        return cls(text, float(text), 0.5 * 10.0 ** (int(match[6] or 0) - decimals))

    @property
    def range(self) -> Interval:
        return Interval(self.value - self.half, self.value + self.half)

    @property
    def decimals(self) -> int:
        return len(self.text.partition(".")[2])


@dataclass(frozen=True)
class Cell:
    """One printed number with its place."""

    table: str
    column: str
    dependent: str
    group: str
    term: str
    estimate: Printed
    statistic: Printed | None
    stars: str

    @property
    def std_error(self) -> float | None:
        """|estimate / t|; None where either is printed as zero."""
        return published_std_error(self.estimate.value, self.statistic.value) if self.statistic else None


@dataclass(frozen=True)
class Column:
    """One printed regression: coefficients have a statistic, figures (N, R2) none, answers are Yes or No."""

    table: str
    column: str
    dependent: str
    group: str
    coefficients: Mapping[str, Cell] = field(default_factory=dict)
    figures: Mapping[str, Cell] = field(default_factory=dict)
    answers: Mapping[str, str] = field(default_factory=dict)

    @property
    def slopes(self) -> list[str]:
        return [term for term in self.coefficients if term != CONSTANT]

    @property
    def focus(self) -> str:
        """The regressor of interest: the first one printed; empty if only a constant is."""
        return next(iter(self.slopes), "")

    @property
    def n(self) -> int | None:
        return round(self.figures["N"].estimate.value) if "N" in self.figures else None

    @property
    def instrumented(self) -> bool:
        """Says IV in its heading, or prints a statistic of instrument strength."""
        return bool(_INSTRUMENTED.search(self.group)) or any(map(_STRENGTH.search, self.figures))

    @property
    def place(self) -> str:
        return f"Table {self.table} ({self.column})"

    def figure(self, pattern: str) -> Cell | None:
        """The first figure whose name matches `pattern`."""
        return next((cell for name, cell in self.figures.items() if re.search(pattern, name, re.IGNORECASE)), None)


@dataclass(frozen=True)
class Tables:
    """All published tables: regressions in order, and moments of variables (term -> moment -> cell)."""

    columns: Sequence[Column]
    moments: Mapping[str, Mapping[str, Cell]]

    @property
    def cells(self) -> list[Cell]:
        return [cell for column in self.columns for cell in column.coefficients.values()]

    def moment(self, term: str, name: str) -> Printed | None:
        cell = self.moments.get(term, {}).get(name)
        return cell.estimate if cell else None

    def is_first_stage(self, column: Column) -> bool:
        """Explains what is a regressor of an instrumented column of the same table."""
        return any(
            other.instrumented and other.table == column.table and column.dependent in other.slopes
            for other in self.columns
        )

    def is_iv(self, column: Column) -> bool:
        return column.instrumented and not self.is_first_stage(column)

    def first_stage(self, column: Column) -> Column | None:
        """The first stage of an IV column in its own table: the nearest before it, else the first."""
        stages = [c for c in self.columns if c.table == column.table and c.dependent in column.slopes]
        before = [stage for stage in stages if natural(stage.column) < natural(column.column)]
        return before[-1] if before else next(iter(stages), None)

    def baseline(self, column: Column) -> Column | None:
        """The least-squares column beside an IV one: same dependent, regressor and N.

        Of its own table, else of columns without a heading of their own (which would say what else differs); the one
        with most regressors.
        """
        focus = self.endogenous(column)
        same = [
            other
            for other in self.columns
            if (other.dependent, other.n) == (column.dependent, column.n)
            and focus in other.slopes
            and not other.instrumented
        ]
        near = [other for other in same if other.table == column.table] or [c for c in same if not c.group]
        return max(near, key=lambda other: len(other.slopes), default=None)

    def endogenous(self, column: Column) -> str:
        """The instrumented regressor of an IV column; the regressor of interest of any other."""
        stage = self.first_stage(column) if self.is_iv(column) else None
        return stage.dependent if stage else column.focus

    def instruments(self, stage: Column, column: Column) -> list[str]:
        """What the first stage has and the second has not."""
        return [term for term in stage.slopes if term not in column.slopes]

    def splits(self) -> list[list[Column]]:
        """Columns that divide one sample into groups: one table, dependent and set of regressors, several headings.

        Their N add up to no more than the largest N printed; without N the headings must differ in one word only.
        """
        total = max((column.n for column in self.columns if column.n), default=0)
        found: dict[tuple, list[Column]] = {}
        for column in self.columns:
            if column.group and not column.instrumented and not self.is_first_stage(column):
                found.setdefault((column.table, column.dependent, frozenset(column.slopes)), []).append(column)
        return [columns for columns in found.values() if _is_split(columns, total)]


def _is_split(columns: Sequence[Column], total: int) -> bool:
    if len(columns) < 2 or len({column.group for column in columns}) < len(columns):
        return False
    sizes = [column.n for column in columns]
    if None not in sizes:
        return sum(sizes) <= total
    words = [column.group.lower().split() for column in columns]
    return len(set(map(len, words))) == 1 and sum(len(set(places)) > 1 for places in zip(*words, strict=True)) == 1


@dataclass(frozen=True)
class Setting:
    """What the tables cannot say: the panel's size, effects' names, star levels, and what some variables are."""

    units: int
    periods: int
    entity: Sequence[str] = ENTITY
    period: Sequence[str] = PERIOD
    levels: Sequence[float] = LEVELS
    log_totals: Mapping[str, Mapping] = field(default_factory=dict)
    shares: Sequence[str] = ()
    growth: Mapping[str, float] = field(default_factory=dict)

    @classmethod
    def of(cls, audit: Mapping) -> Setting:
        """From the config's section `audit`, in which units and periods are always set."""
        effects = audit.get("effects", {})
        return cls(
            units=int(audit["units"]),
            periods=int(audit["periods"]),
            entity=[name.lower() for name in effects.get("entity", ENTITY)],
            period=[name.lower() for name in effects.get("period", PERIOD)],
            levels=sorted(audit.get("levels", LEVELS), reverse=True),
            log_totals=audit.get("log_totals", {}),
            shares=audit.get("shares", []),
            growth=audit.get("growth", {}),
        )

    def effects(self, column: Column, names: Sequence[str]) -> list[str]:
        """The rows of a column that say Yes to an effect of these names."""
        return [term for term, answer in column.answers.items() if answer == "Yes" and term.lower() in names]


def natural(text: str) -> tuple:
    """Sort key in which 10 comes after 9."""
    return tuple((int(part), "") if part.isdecimal() else (-1, part) for part in re.split(r"(\d+)", text) if part)


def stars_of(p: float, levels: Sequence[float]) -> str:
    """One star a level that p is below."""
    return "*" * sum(p < level for level in levels)


def say(value: float, digits: int = 3) -> str:
    """A number for a sentence: `digits` decimals, or significant digits where it is small."""
    return f"{value:.{digits}f}" if abs(value) >= 10.0 ** (1 - digits) or value == 0 else f"{value:.{digits}g}"


def say_range(interval: Interval, digits: int = 3) -> str:
    return f"[{say(interval.low, digits)}, {say(interval.high, digits)}]"


def say_p(p: float) -> str:
    return f"p = {p:.4f}" if p >= 0.00005 else f"p = {p:.0e}" if p else "p = 0"


def row_of(check: str, of: Cell | Column | None, finding: str, verdict: str, **cells) -> dict:
    """A row of the audit. cells : printed, recomputed, low, high, kind (`fact` unless given), severity, term."""
    place = {name: getattr(of, name, "") for name in ("table", "column", "dependent", "term")} if of else {}
    sentence = finding[0].upper() + finding[1:]
    row = {"check": check, "verdict": verdict, "finding": sentence, "kind": "fact"} | place | cells
    unknown = set(row) - set(ROW_FIELDS)
    assert not unknown, unknown
    return {name: row.get(name, "") for name in ROW_FIELDS}


def read_published(paths: Iterable[str | Path]) -> Tables:
    """Read tidy published tables; raises InputError naming file, line and column of what is not one."""
    cells: dict[tuple[str, ...], dict[str, Cell | str]] = {}
    moments: dict[str, dict[str, Cell]] = {}
    seen: set[tuple[str, ...]] = set()
    for path in paths:
        for row in read_published_rows(path, seen):
            content = row["estimate"] if row["estimate"] in ANSWERS else _cell(row)
            if is_moment(row):
                # a variable described twice keeps its first description
                moments.setdefault(row["term"], {}).setdefault(row["column"], content)
            else:
                cells.setdefault(tuple(row[name] for name in FIELDS[:4]), {})[row["term"]] = content
    columns = [_column(key, terms) for key, terms in cells.items()]
    regressions = [column for column in columns if column.coefficients]
    return Tables(sorted(regressions, key=lambda c: (natural(c.table), natural(c.column))), moments)


def _cell(row: Mapping[str, str]) -> Cell:
    return Cell(
        *(row[name] for name in FIELDS[:5]),
        estimate=Printed.read(row["estimate"]),
        statistic=Printed.read(row["statistic"]) if row["statistic"] else None,
        stars=row["stars"],
    )


def _column(key: Sequence[str], terms: Mapping[str, Cell | str]) -> Column:
    numbers = {term: cell for term, cell in terms.items() if isinstance(cell, Cell)}
    return Column(
        *key,
        coefficients={term: cell for term, cell in numbers.items() if cell.statistic is not None},
        figures={term: cell for term, cell in numbers.items() if cell.statistic is None},
        answers={term: text for term, text in terms.items() if isinstance(text, str)},
    )


def refuse_unknown_names(audit: Mapping, tables: Tables) -> None:
    """Raise one InputError for all names in the config's section `audit` that no published table has."""
    columns = tables.columns
    variables = [*tables.moments, *(name for column in columns for name in (column.dependent, *column.slopes))]
    answers = [name for column in columns for name in column.answers]
    named = {key: (audit.get(key, ()), variables) for key in ("log_totals", "shares", "growth")}
    named |= {f"effects.{key}": (names, answers) for key, names in audit.get("effects", {}).items()}
    faults = []
    for key, (names, there) in named.items():
        known = {name.lower() if there is answers else name for name in there}
        unknown = [name for name in names if (name.lower() if there is answers else name) not in known]
        if unknown:
            kind = "rows with Yes or No" if there is answers else "variables"
            faults.append(
                f"audit.{key}: no published table has {', '.join(map(repr, unknown))}; its {kind} are "
                f"{', '.join(dict.fromkeys(there)) or 'none'}."
            )
    if faults:
        raise InputError("\n".join(faults))
