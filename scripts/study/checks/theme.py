"""All raw tables of a theme -> its cleaned table."""

from __future__ import annotations

from collections.abc import Callable

from study.checks.catalog_table import clean_table
from study.checks.crosschecks import report_crosschecks
from study.files.catalog_entries import catalog_entry, load_catalog, require_files
from study.helpers import logger, write_rows

HEADER = ["province", "year", "indicator", "value", "imputed", "rule"]


def clean_theme(params, read: Callable, output: str) -> None:
    """Read every table of a theme, in the catalog's units, gaps interpolated and flagged, and write them together.

    params : of the rule. read : how a file is read (`publishers.forms.reader`). Raises InputError for the first table
    that is missing, cannot be read or has figures that cannot be right.
    """
    entries = {key: catalog_entry(need["entry"]) for key, need in params.tables.items()}
    require_files((need["path"], entries[key], need["source"]) for key, need in params.tables.items())
    for path in params.absent:
        logger.warning("%s is not there; what is made of it is left out", path)
    catalog = load_catalog(params.catalog)
    rows, rules = [], {}
    for key, need in params.tables.items():
        rows += clean_table(
            need["source"],
            entries[key],
            catalog,
            read,
            params.provinces,
            range(need["first"], need["last"] + 1),
            params.interpolation,
            params.total_tolerance,
            blank_is_nil=need["blank_is_nil"],
            suspects=params.suspects,
            accepted=params.accepted.get(key, ()),
            rules=rules,
        )
    report_crosschecks(rows, params.suspects, params.accepted)
    write_rows(output, HEADER, [(*row, rules.get(row[:3], "")) for row in sorted(rows)])
