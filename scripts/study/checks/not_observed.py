"""Cells that were not observed, are formulas or accepted in doubt: the rules for them, and their counts in words."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from study.helpers import read_rows

# Rules, as the column `rule` of results/clean/ and results/imputed.csv has them; each is given where a cell is made.
INTERPOLATED = "linear interpolation inside the series"
LEFT_OUT = "left out by cleaning.missing, linear interpolation inside the series"
NIL = "blank read as nil"
SUMMED = "sum over the provinces"
ACCEPTED = "accepted in cleaning.accept"
STORED = "stored value of a formula"
# Columns of results/check.csv that count them.
MADE = ("interpolated", "nil", "made_otherwise", "from_formulas", "accepted")


def accepted_rule(suspects_rule: str) -> str:
    """The rule of a figure that one of the checks of plausibility doubts and the user accepted."""
    return f"{ACCEPTED} ({suspects_rule})"


def with_listed(accepted: str, listed: str) -> str:
    """The rule of a figure that contradicts another table and is accepted, and that its own table lists already: what
    was made up contradicts nothing, a formula's value may."""
    return f"{accepted}; {STORED}" if listed == STORED else listed


def read_counts(path: str | Path) -> list[tuple[str, str, int]]:
    """(Table, rule, cells) of results/imputed_counts.csv."""
    return [(row["indicator"], row["rule"], int(row["cells"])) for row in read_rows(path)]


def run_summary(path: str | Path) -> str:
    """What a run says last of results/imputed_counts.csv; empty where nothing was made up or the file is not there."""
    if not Path(path).is_file():
        return ""
    lines = [f"  {line}" for line in count_lines(read_counts(path))]
    heading = f"Cells made up, calculated or accepted in doubt, by raw table ({path}):"
    return "".join(f"{line}\n" for line in [heading, *lines]) if lines else ""


def count_lines(counts: Iterable[tuple[str, str, int]]) -> list[str]:
    """A line a rule, such as `blank read as nil: 90 cells (coke 10, net_heat 80)`, from (table, rule, cells)."""
    by_rule: dict[str, dict[str, int]] = {}
    for table, rule, cells in counts:
        tables = by_rule.setdefault(rule, {})
        tables[table] = tables.get(table, 0) + cells
    lines = []
    for rule in sorted(by_rule, key=lambda rule: (rule.startswith(ACCEPTED), rule)):
        tables, total = by_rule[rule], sum(by_rule[rule].values())
        listed = ", ".join(f"{table} {cells}" for table, cells in sorted(tables.items()))
        lines.append(f"{rule}: {total} cell{'s' if total > 1 else ''} ({listed})")
    return lines
