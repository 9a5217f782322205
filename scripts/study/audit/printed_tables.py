"""Published tables as they are printed: cells with their rounding, columns, and what each column is.

A column is a regression if one of its numbers has a t, standard error, interval or p-value; the columns n, mean, sd,
min and max describe variables.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from study.audit.published import ANSWERS, PUBLISHED_COLUMNS, is_moment, read_published_rows
from study.audit.quotients import find_quotients, with_divisor
from study.audit.rounding import Cell, Interval, Printed, read_cell
from study.helpers import InputError
from study.regression.stars import STAR_LEVELS
from study.regression.terms import CONSTANT

ROW_FIELDS = ("check", "table", "column", "dependent", "term", "printed", "recomputed", "low", "high")
ROW_FIELDS += ("verdict", "kind", "severity", "finding")
# How papers call the effects they absorb; the config may name others.
UNIT_EFFECTS = (
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
PERIOD_EFFECTS = ("year", "quarter", "month", "period", "time")

_INSTRUMENTED = re.compile(r"\biv\b|2sls|tsls|instrument|second.stage|phase.two", re.IGNORECASE)
_STRENGTH = re.compile(r"kleibergen|cragg|\bkp\b|^first.stage f\b", re.IGNORECASE)


@dataclass(frozen=True)
class Column:
    """One printed regression: coefficients have a t or its like, figures (N, R2) none, answers are Yes or No."""

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
    """All published tables: regressions in order, and moments of variables (term -> moment -> cell).

    quotients : table -> decimals of the standard errors by which its coefficients were divided before typing, for the
    tables whose t read so.
    """

    columns: Sequence[Column]
    moments: Mapping[str, Mapping[str, Cell]]
    quotients: Mapping[str, int] = field(default_factory=dict)

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
    entity: Sequence[str] = UNIT_EFFECTS
    period: Sequence[str] = PERIOD_EFFECTS
    levels: Sequence[float] = STAR_LEVELS
    log_totals: Mapping[str, Mapping] = field(default_factory=dict)
    shares: Sequence[str] = ()
    growth: Mapping[str, float] = field(default_factory=dict)
    further: Mapping[str, int] = field(default_factory=dict)

    @property
    def series(self) -> int:
        """Cells of the panel's further dimensions a unit and period; 1 where there are none."""
        return math.prod(self.further.values())

    @property
    def full(self) -> int:
        """Observations of the complete panel."""
        return self.units * self.periods * self.series

    @property
    def product(self) -> str:
        """`30 units x 10 periods`, with what further dimensions there are."""
        return " x ".join(
            [
                f"{self.units} units",
                f"{self.periods} periods",
                *(f"{size} {name}" for name, size in self.further.items()),
            ]
        )

    @property
    def fewest_clusters(self) -> int:
        """Units or periods, whatever is less: no clustering by a dimension of the panel has fewer."""
        return max(2, min(self.units, self.periods, *self.further.values()))

    @classmethod
    def of(cls, audit: Mapping) -> Setting:
        """From the config's section `audit`, in which units and periods are always set."""
        effects = audit.get("effects", {})
        return cls(
            units=int(audit["units"]),
            periods=int(audit["periods"]),
            entity=[name.lower() for name in effects.get("entity", UNIT_EFFECTS)],
            period=[name.lower() for name in effects.get("period", PERIOD_EFFECTS)],
            levels=sorted(audit.get("levels", STAR_LEVELS), reverse=True),
            log_totals=audit.get("log_totals", {}),
            shares=audit.get("shares", []),
            growth=audit.get("growth", {}),
            further=audit.get("further_dimensions", {}),
        )

    def effects(self, column: Column, names: Sequence[str]) -> list[str]:
        """The rows of a column that say Yes to an effect of these names."""
        return [term for term, answer in column.answers.items() if answer == "Yes" and term.lower() in names]


def natural(text: str) -> tuple:
    """Sort key in which 10 comes after 9."""
    return tuple((int(part), "") if part.isdecimal() else (-1, part) for part in re.split(r"(\d+)", text) if part)


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


def read_published(paths: Iterable[str | Path], level: float = 95) -> Tables:
    """Read tidy published tables; raises InputError naming file, line and column of what is not one.

    level : coverage of printed confidence intervals in percent.
    """
    cells: dict[tuple[str, ...], dict[str, Cell | str]] = {}
    moments: dict[str, dict[str, Cell]] = {}
    seen: set[tuple[str, ...]] = set()
    for path in paths:
        for row in read_published_rows(path, seen):
            content = row["estimate"] if row["estimate"] in ANSWERS else read_cell(row, level / 100)
            if is_moment(row):
                # a variable described twice keeps its first description
                moments.setdefault(row["term"], {}).setdefault(row["column"], content)
            else:
                cells.setdefault(tuple(row[name] for name in PUBLISHED_COLUMNS[:4]), {})[row["term"]] = content
    quotients = find_quotients(cells.values())
    columns = [_column(key, terms, quotients) for key, terms in cells.items()]
    regressions = [column for column in columns if column.coefficients]
    return Tables(sorted(regressions, key=lambda c: (natural(c.table), natural(c.column))), moments, quotients)


def _column(key: Sequence[str], terms: Mapping[str, Cell | str], quotients: Mapping[str, int]) -> Column:
    numbers = {term: cell for term, cell in terms.items() if isinstance(cell, Cell)}
    decimals = quotients.get(key[0])
    return Column(
        *key,
        coefficients={term: with_divisor(cell, decimals) for term, cell in numbers.items() if cell.kind},
        figures={term: cell for term, cell in numbers.items() if not cell.kind},
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
