"""How large a province's figure is about: the nation's totals by year (resources/levels.csv), spread over the provinces
by their size (resources/shares.csv). For telling units and measures apart, never in place of a figure."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from pathlib import Path

from study.helpers import RESOURCES, InputError, workflow_rows

LEVEL_TABLE = RESOURCES / "levels.csv"
SHARE_TABLE = RESOURCES / "shares.csv"
YEARS_BEYOND = 5  # years before the first and after the last total in which the growth beside them is carried on


@dataclass(frozen=True)
class Level:
    """Totals of the nation (or one figure of it, an exchange rate) as `points` (year, figure) in `unit`; `shares` is
    the column of resources/shares.csv by which provinces have part in it, empty for none."""

    unit: str
    shares: str
    points: tuple[tuple[int, float], ...]

    def at(self, year: int) -> float | None:
        """The figure of a year, log-linear between two points; None too far beyond the ends."""
        first, last = self.points[0][0], self.points[-1][0]
        if not first - YEARS_BEYOND <= year <= last + YEARS_BEYOND:
            return None
        spans = list(pairwise(self.points))
        (y0, v0), (y1, v1) = next((span for span in spans if year <= span[1][0]), spans[-1])
        return v0 * (v1 / v0) ** ((year - y0) / (y1 - y0))


def _above_zero(path: str | Path, row: dict[str, str], column: str) -> float:
    """A number above zero in a cell; InputError for anything else."""
    try:
        number = float(row[column])
    except ValueError:
        number = math.nan
    if not 0 < number < math.inf:
        name = next(iter(row.values()))
        raise InputError(f"{path}: {column} of {name} is {row[column]!r}, expected a number above zero or nothing.")
    return number


def load_levels(path: str | Path) -> dict[str, Level]:
    """Levels by catalog key from a table as resources/levels.csv, whose columns of figures are named by their year."""
    levels = {}
    for row in workflow_rows(path):
        points = [(int(name), _above_zero(path, row, name)) for name in row if name.isdigit() and row[name]]
        if len(points) < 2:
            raise InputError(f"{path}: {row['table']} has a figure of {len(points)} years, expected two or more.")
        levels[row["table"]] = Level(row["unit"], row["shares"], tuple(sorted(points)))
    return levels


def load_shares(path: str | Path) -> dict[str, dict[str, float]]:
    """Column -> province -> its part of the column's sum, from a table as resources/shares.csv."""
    rows = workflow_rows(path)
    shares = {}
    for column in [name for name in rows[0] if name != "province"]:
        figures = {row["province"]: _above_zero(path, row, column) for row in rows if row[column]}
        total = sum(figures.values())
        shares[column] = {province: figure / total for province, figure in figures.items()}
    return shares


@cache
def known_levels() -> dict[str, Level]:
    """The workflow's levels (`load_levels`)."""
    return load_levels(LEVEL_TABLE)


@cache
def known_shares() -> dict[str, dict[str, float]]:
    """The workflow's shares (`load_shares`)."""
    return load_shares(SHARE_TABLE)


def expected_figure(key: str, province: str, year: int) -> float | None:
    """About what a table's figure of a province and year is, in the catalog's unit; None where nothing is known."""
    level = known_levels().get(key)
    share = known_shares()[level.shares].get(province) if level and level.shares else None
    total = level.at(year) if level else None
    return None if share is None or total is None else share * total
