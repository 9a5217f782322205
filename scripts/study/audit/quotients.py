"""t statistics that were divided out before typing: `0.011 (0.006)` typed as 0.011 and t = 1.833.

The division makes three decimals of what the print knows to one digit. Where the t of a table all are the quotient of
the coefficient and a short number, too often for chance, that number is taken for the standard error that was printed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from study.audit.rounding import Cell, Printed

# Chance with which the t of a table may all be such quotients although they were printed.
CHANCE = 1e-4
MOST_DECIMALS = 6


def find_quotients(columns: Iterable[Mapping[str, Cell | str]]) -> dict[str, int]:
    """Table -> decimals of the divisors, for the tables whose t are quotients; none that types a standard error."""
    tables: dict[str, dict[tuple[str, str], Cell]] = {}
    typed = set()
    for cell in (cell for column in columns for cell in column.values() if isinstance(cell, Cell)):
        if cell.error is not None:
            typed.add(cell.table)
        elif cell.kind == "t" and cell.estimate.value and cell.statistic.value:
            # a pair of figures that comes again says nothing more
            tables.setdefault(cell.table, {})[cell.estimate.text, cell.statistic.text] = cell
    found = {table: _decimals(list(cells.values())) for table, cells in tables.items() if table not in typed}
    return {table: decimals for table, decimals in found.items() if decimals is not None}


def with_divisor(cell: Cell, decimals: int | None) -> Cell:
    """The cell with the standard error of so many decimals that its t was divided by, in place of t."""
    if decimals is None or cell.kind != "t":
        return cell
    divisor = _divisor(cell, decimals)
    return replace(cell, statistic=None, error=Printed.read(f"{divisor:.{decimals}f}")) if divisor else cell


def _decimals(cells: list[Cell]) -> int | None:
    """Fewest decimals of the divisors under which all t are quotients, unless chance explains it."""
    for decimals in range(1, MOST_DECIMALS + 1):
        chance = 1.0
        for cell in cells:
            chance *= _chance(cell, decimals)
        if 0 < chance < CHANCE:
            return decimals
    return None


def _divisor(cell: Cell, decimals: int) -> float:
    """The standard error of so many decimals that gives the typed t; 0 where none does."""
    b, t = abs(cell.estimate.value), abs(cell.statistic.value)
    divisor = round(b / t, decimals) if t else 0.0
    half = cell.statistic.half * (1 + 1e-9)
    # rounded, or cut after the last digit
    return divisor if divisor and -half <= b / divisor - t <= 2 * half else 0.0


def _chance(cell: Cell, decimals: int) -> float:
    """Share of the t near this one that are quotients by numbers of so many decimals; 0 where this one is none."""
    divisor = _divisor(cell, decimals)
    if not divisor:
        return 0.0
    spacing = abs(cell.estimate.value) * 10.0**-decimals / divisor**2
    return min(1.0, 3 * cell.statistic.half / spacing)
