"""Cells that were made up, calculated or accepted in doubt, from the lists that cleaning writes a table."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping

from study.checks.crosschecks import accepted_contradictions
from study.checks.not_observed import with_listed
from study.helpers import read_rows
from study.variables.figures import cleaned_rows

Cell = tuple[str, str, str, float, str]  # province, year, indicator, value, rule


def made_cells(
    lists: Iterable[str], contradicted: Iterable[str], accepted: Mapping[str, Collection[str]]
) -> list[Cell]:
    """Cells of the `lists` (results/clean/imputed/), and those of cleaned tables that contradict another one of them
    and are accepted, sorted by indicator, province, year.

    contradicted : results/clean/<table>.csv in which these are looked for. accepted : the config's cleaning.accept. A
    cell that is listed as made up stays as it is.
    """
    cells: dict[tuple[str, str, str], Cell] = {}
    for path in lists:
        for row in read_rows(path):
            cell = (row["province"], row["year"], row["indicator"], float(row["value"]), row["rule"])
            cells[cell[:3]] = cell
    rows = cleaned_rows(contradicted) if accepted else []
    rules = accepted_contradictions(rows, accepted)
    for province, year, indicator, value, _ in rows:
        if rule := rules.get((province, year, indicator)):
            place = (province, str(year), indicator)
            cells[place] = (*place, value, with_listed(rule, cells[place][-1]) if place in cells else rule)
    return sorted(cells.values(), key=lambda cell: (cell[2], *cell[:2]))


def count_cells(cells: Iterable[Cell]) -> list[tuple[str, str, int]]:
    """(Indicator, rule, number of cells), sorted."""
    counts = Counter((indicator, rule) for _, _, indicator, _, rule in cells)
    return [(*key, counts[key]) for key in sorted(counts)]
