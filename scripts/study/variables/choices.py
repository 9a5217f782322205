"""What the config chooses among activities and indicators; light imports only."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from study.helpers import InputError

SECTORS = ("primary", "secondary", "tertiary")
DIRECTIONS = {"+": 1.0, "-": -1.0}


def chosen_activities(rows: Iterable[Mapping[str, str]], scopes: Collection[int]) -> list[dict[str, str]]:
    """Rows of resources/activities.csv that belong to the scopes, by key, without their sources; InputError for a scope
    without any."""
    chosen = [
        {name: cell for name, cell in row.items() if name != "source"} for row in rows if int(row["scope"]) in scopes
    ]
    chosen.sort(key=lambda row: row["key"])  # sums do not depend on the file's order
    empty = sorted(set(scopes) - {int(row["scope"]) for row in chosen})
    if empty:
        raise InputError(f"emissions.scopes: resources/activities.csv has no activity of scope {empty[0]}.")
    return chosen


def chosen_indicators(
    rows: Iterable[Mapping[str, str]], names: Collection[str] | None, catalog: Collection[str]
) -> list[dict[str, str]]:
    """Rows of resources/indicators.csv by the config's names (None: all), in the file's order.

    Raises InputError for an unknown name, a direction that is neither + nor -, a table the catalog does not have and
    fewer than two indicators.
    """
    rows = [dict(row) for row in rows]
    known = [row["name"] for row in rows]
    unknown = [name for name in names or () if name not in known]
    if unknown:
        raise InputError(
            f"variables.intelligence.indicators: no {', '.join(unknown)} in resources/indicators.csv; it has "
            f"{', '.join(known)}."
        )
    chosen = [row for row in rows if names is None or row["name"] in names]
    if len(chosen) < 2:
        raise InputError("variables.intelligence.indicators: an index takes two indicators or more.")
    for row in chosen:
        if row["direction"] not in DIRECTIONS:
            raise InputError(
                f"resources/indicators.csv: the direction of {row['name']} is {row['direction']!r}, expected + or -."
            )
        absent = [row[part] for part in ("numerator", "denominator") if row[part] and row[part] not in catalog]
        if absent or not row["numerator"]:
            raise InputError(
                f"resources/indicators.csv: {row['name']} is made from {absent[0] if absent else 'nothing'}, which is "
                "no key of resources/catalog.csv."
            )
    return chosen
