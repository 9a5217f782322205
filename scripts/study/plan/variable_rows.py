"""Rows of variables, those of resources/variables.csv and of the config's `variables.own`, checked."""

from __future__ import annotations

import keyword
import math
import re
from collections.abc import Collection, Iterable, Mapping
from string import Formatter

from study.files.catalog_entries import CATALOG_SIGNS
from study.files.tables import KEYS
from study.helpers import InputError
from study.output.codebook import CODEBOOK_COLUMNS
from study.variables.formulas import FUNCTIONS, QUALIFIERS

TABLE = "resources/variables.csv"
COLUMNS = (
    *CODEBOOK_COLUMNS,
    *("raw_tables", "checked_against", "formula", "rule", "sections", "since", "choice", "sign", "minimum", "maximum"),
)
NAME = re.compile(r"[a-z][a-z0-9_]*(\{country\})?")
# Files of results/derived/ that are no variable, and what `split` calls its half.
NOT_VARIABLES = ("production", "imported", "intelligence_weights", "scope_emissions", "high")
# Words that no formula could name.
NOT_NAMES = {*keyword.kwlist, *FUNCTIONS, *QUALIFIERS}
SECTIONS = ("emissions", "capital", "exposure", "productivity")
BASE_YEAR = "capital.base_year"
STUDY_YEARS = "study.years"  # of a variable that is pooled over the study's years: it has no others
# Words in braces under `raw_tables`, which the config fills in.
WORDS = {
    *("production", "investment", "emissions", "indicators", "activities", "base_employment", "foreign_employment"),
    "country",
}
# What a row of `variables.own` may leave out -> what stands in.
OWN_VARIABLE = dict.fromkeys(COLUMNS, "") | {"transformation": "by formula"}


def listed(text: str | None) -> list[str]:
    """Parts of a cell, parted by `;`."""
    return [part.strip() for part in (text or "").split(";") if part.strip()]


def check_rows(
    lines: Iterable[tuple[int, dict[str, str]]], catalog: Collection[str], choices: Collection[str]
) -> list[dict[str, str]]:
    """The rows of resources/variables.csv; InputError naming row and column where one cannot be right.

    lines : each row's line in the file and the row. catalog : keys of the raw tables. choices : keys of the config's
    section `variables`, defaults among them.
    """
    lines = list(lines)
    rows = [row for _, row in lines]
    if absent := [name for name in COLUMNS if name not in (rows or [{}])[0]]:
        raise InputError(f"{TABLE}, row 1: no column {', '.join(absent)}.")
    names = {row["name"] for row in rows}
    seen: dict[tuple[str, str], int] = {}
    for line, row in lines:
        where = f"{TABLE}, row {line}"
        if None in row or None in row.values():
            raise InputError(f"{where}: more or fewer cells than the header has columns; quote commas.")
        _check_name(row["name"], f"{where}, column name")
        if (row["name"], row["choice"]) in seen or (row["choice"] and (row["name"], "") in seen):
            raise InputError(f"{where}, column name: {row['name']} stands already in a row above.")
        seen[row["name"], row["choice"]] = line
        if row["name"] not in KEYS and bool(row["formula"]) == bool(row["rule"]):
            raise InputError(f"{where}: {row['name']} needs a formula or a rule that makes it, one of the two.")
        if row["choice"] and row["name"] not in choices:
            raise InputError(
                f"{where}, column choice: {row['name']} is no key of `variables` in rules/config.schema.yaml, so that "
                "nothing could choose."
            )
        _check_range(row, where)
        _among(where, "since", listed(row["since"]), (BASE_YEAR, STUDY_YEARS))
        _among(where, "sections", listed(row["sections"]), SECTIONS)
        _among(where, "checked_against", listed(row["checked_against"]), catalog)
        for part in listed(row["raw_tables"]):
            words = [word for _, word, _, _ in Formatter().parse(part) if word]
            _among(where, "raw_tables", words or [part], WORDS if words else {*catalog, *names})
    return rows


def own_rows(own: Iterable[Mapping[str, object]], taken: Collection[str]) -> list[dict[str, str]]:
    """Rows of the config's `variables.own` as those of the file; InputError for a name that stands twice or that
    nothing could be called, and for one that is `taken` by what a rule makes."""
    rows: list[dict[str, str]] = []
    for number, given in enumerate(own, 1):
        name, where = str(given["name"]), f"variables.own, item {number}"
        if name in taken or name in (row["name"] for row in rows):
            why = "is made by a rule of the workflow" if name in taken else "stands twice"
            raise InputError(f"{where}: {name} {why}; choose another name.")
        _check_name(name, where)
        row = OWN_VARIABLE | {"symbol": name, "label_en": name, "definition": str(given["formula"])}
        row |= {key: str(value) for key, value in given.items()}
        _check_range(row, f"{where} ({name})")
        rows.append(row | {"where": f"{where} ({name})", "own": "1"})
    return rows


def _check_name(name: str, where: str) -> None:
    if not NAME.fullmatch(name):
        raise InputError(f"{where}: found {name!r}, expected lower-case letters, digits and _, a letter first.")
    if name in NOT_NAMES or name in NOT_VARIABLES:
        raise InputError(f"{where}: nothing can be called {name}; choose another name.")


def _check_range(row: Mapping[str, str], where: str) -> None:
    """Raise InputError for a sign that is none, a limit that is no number, and a range without numbers."""
    if row["sign"] and row["sign"] not in CATALOG_SIGNS:
        _among(where, "sign", [row["sign"]], CATALOG_SIGNS)
    limits = {}
    for column in ("minimum", "maximum"):
        try:
            limits[column] = float(row[column]) if row[column] else None
        except ValueError:
            limits[column] = math.nan
        if limits[column] is not None and not math.isfinite(limits[column]):
            raise InputError(f"{where}, column {column}: found {row[column]!r}, expected a number or nothing.")
    low, high = limits.values()
    if low is not None and high is not None and low > high:
        raise InputError(f"{where}: the minimum {low:g} is above the maximum {high:g}.")


def _among(where: str, column: str, found: Iterable[str], known: Collection[str]) -> None:
    for one in found:
        if one not in known:
            shown = ", ".join(sorted(known)) if len(known) < 12 else "a key of resources/catalog.csv or a variable"
            raise InputError(f"{where}, column {column}: found {one!r}, expected {shown}.")
