"""Tables of robots and of employment by industry told by their content: they have no title that the catalog knows."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from study.files.catalog_entries import CatalogEntry
from study.helpers import InputError
from study.publishers.census import read_census
from study.publishers.divisions import division_titles
from study.publishers.ifr import load_leaf_set
from study.publishers.ifr_forms import read_counts
from study.publishers.major_groups import group_industries
from study.publishers.us_employment import read_major_groups


def has_robots(file: str, country: str, years: range, leaf_sets: str | Path) -> bool:
    """Whether a file holds robot counts that it says are of `country`."""
    try:
        counts = read_counts(file, country, load_leaf_set(leaf_sets, country, years).names)
    except InputError:
        return False
    return counts.met and bool(counts.cells)


def has_census(
    file: str, names: dict[str, str], entry: CatalogEntry, year: int, industries: str | Path, formulas: str
) -> bool:
    """Whether a file holds the whole census by province and division; parts of it are told by name alone."""
    titles = division_titles(industries)
    return _is_read(
        lambda: read_census(file, names, entry.conversion, 1.0, titles=titles, year=year, formulas=formulas)
    )


def has_major_groups(file: str, entry: CatalogEntry, year: int, industries: str | Path, formulas: str) -> bool:
    """Whether a file holds employment by SIC major group of every group that the crosswalk has."""
    groups = group_industries(industries)
    return _is_read(
        lambda: read_major_groups(file, entry.conversion, 1.0, year=year, industries=groups, formulas=formulas)
    )


def _is_read(read: Callable[[], object]) -> bool:
    try:
        read()
    except InputError:
        return False
    return True
