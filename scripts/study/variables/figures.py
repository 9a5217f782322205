"""Cleaned tables and derived variables as plain figures by province and year; light imports only."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from study.helpers import read_rows, write_rows

Figures = dict[tuple[str, int], float]


def cleaned_rows(paths: Iterable[str]) -> list[tuple[str, int, str, float, int]]:
    """Rows (province, year, table, value, imputed) of cleaned tables, `results/clean/<table>.csv`."""
    return [
        (row["province"], int(row["year"]), Path(path).stem, float(row["value"]), int(row["imputed"]))
        for path in paths
        for row in read_rows(path)
    ]


def cleaned_figures(path: str) -> Figures:
    """Figures of one cleaned table; the nation's are under `china`."""
    return {(row["province"], int(row["year"])): float(row["value"]) for row in read_rows(path)}


def variable_figures(path: str, name: str) -> Figures:
    """Figures of a variable in its file; an empty cell is left out."""
    return {(row["province"], int(row["year"])): float(row[name]) for row in read_rows(path) if row[name]}


def write_variable(path: str, name: str, figures: Mapping[tuple[str, int], float]) -> None:
    """Write `results/derived/<name>.csv`: one row a province-year, sorted."""
    rows = [(province, year, figures[province, year]) for province, year in sorted(figures)]
    write_rows(path, ["province", "year", name], rows)
