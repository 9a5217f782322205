"""What rules read of the workflow's own tables, resources/*.csv: a job is outdated where that has changed, not where
a comment, a blank line, a note or the order of rows has."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from study.checks.levels import load_levels, load_shares
from study.files.unchanged import ROWS_MARK
from study.helpers import workflow_rows
from study.publishers.balance_items import load_balance_items
from study.publishers.cities import load_cities
from study.publishers.divisions import division_titles
from study.publishers.major_groups import group_industries
from study.regression.tf import read_critical_values
from study.variables.crosswalk import crosswalk_weights
from study.variables.emissions import fuel_components
from study.words.regions import province_names
from study.words.units import load_units

if TYPE_CHECKING:
    from study.plan.study import Study


def _without(*columns: str) -> Callable[[Path, Study], list[dict[str, str]]]:
    """Reads all rows, in their order, which says something, but for columns of notes."""

    def read(path: Path, study: Study) -> list[dict[str, str]]:
        return [{name: cell for name, cell in row.items() if name not in columns} for row in workflow_rows(path)]

    return read


def _fuels_of(fuels: Callable[[Study], Iterable[str]]) -> Callable[[Path, Study], dict]:
    """Reads the components of some fuels in the config's set of factors; nothing in a study without emissions."""

    def read(path: Path, study: Study) -> dict:
        emissions = study.given.get("emissions")
        if not emissions:
            return {}
        components = fuel_components(path, emissions["factors"])
        return {fuel: components.get(fuel) for fuel in fuels(study)}

    return read


# Table, or table and part of it -> what rules read of it, by the jobs' own readers where they have some.
READ: Mapping[str, Callable[[Path, Study], object]] = {
    "balance": lambda path, study: load_balance_items(path),
    "cities": lambda path, study: load_cities(path),
    "fuels:co2": _fuels_of(lambda study: study.given["emissions"]["fuels"]),
    "fuels:scopes": _fuels_of(lambda study: sorted({row["fuel"] for row in study.raw_tables.activities} - {""})),
    "industries:divisions": lambda path, study: division_titles(path),
    "industries:gbt4754_2002": lambda path, study: crosswalk_weights(path, "gbt4754_2002"),
    "industries:groups": lambda path, study: group_industries(path),
    "industries:sic1987": lambda path, study: crosswalk_weights(path, "sic1987"),
    "levels": lambda path, study: load_levels(path),
    "provinces": lambda path, study: province_names(path),
    "provinces:regions": lambda path, study: {row["province"]: row["municipality"] for row in workflow_rows(path)},
    "robots": _without("source"),
    "shares": lambda path, study: load_shares(path),
    "stock_yogo": lambda path, study: sorted(map(sorted, map(dict.items, workflow_rows(path)))),
    "tf_critical_values": lambda path, study: read_critical_values(path),
    "units": lambda path, study: load_units(path),
    "us_industries": _without("note"),
}
# Those of any study; the others are for raw tables.
ESTIMATED = ("stock_yogo", "tf_critical_values")


def mark_rows(study: Study, part: str) -> str:
    """A mark of what rules read of a table (a key of READ), the same in any order of rows that says nothing."""
    path = Path(study.from_workflow(f"resources/{part.partition(':')[0]}.csv"))
    text = json.dumps(_plain(READ[part](path, study)), ensure_ascii=False)
    return f"{ROWS_MARK}{hashlib.sha256(text.encode()).hexdigest()}"


def _plain(read: object) -> object:
    """What was read as lists of text and numbers, in an order that does not depend on the file's where that says
    nothing: mappings by key, sets sorted."""
    if is_dataclass(read):
        return [_plain(getattr(read, field.name)) for field in fields(read)]
    if isinstance(read, Mapping):
        return sorted(([_plain(key), _plain(value)] for key, value in read.items()), key=json.dumps)
    if isinstance(read, set | frozenset):
        return sorted(map(_plain, read), key=json.dumps)
    if isinstance(read, list | tuple):
        return [_plain(part) for part in read]
    return read
