"""One raw table of a catalog row -> its cleaned table, and the list of what was made up in it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from study.checks.catalog_table import clean_table
from study.checks.printed_tables import printed_table
from study.files.catalog_entries import catalog_entry, load_catalog, require_files
from study.helpers import write_rows

CLEANED_COLUMNS = ["province", "year", "value", "imputed"]
MADE_COLUMNS = ["province", "year", "indicator", "value", "rule"]


def clean_raw_table(params, read: Callable, output, printed: Iterable[str] = ()) -> None:
    """Read one table, in the catalog's units, gaps interpolated and flagged, and write it with what was made up.

    params : of the rule, `job` (`plan.raw_tables.RawTables.job`) and `cleaning` among them. read : how a file is read
    (`publishers.forms.reader`). printed : the folder of the book that the table was read from with others, if there is
    one. Raises InputError where the table is missing, cannot be read or has figures that cannot be right.
    """
    job: Mapping = params.job
    entry = catalog_entry(job["entry"])
    require_files(job["path"], entry, job["source"], job["missing"])
    rules: dict[tuple[str, int, str], str] = {}
    rows = clean_table(
        job["source"],
        entry,
        load_catalog(params.catalog),
        read,
        params.provinces,
        range(job["first"], job["last"] + 1),
        blank_is_nil=job["blank_is_nil"],
        national=job["national"],
        summable=job["summable"],
        asked_by=job["asked_by"],
        rules=rules,
        table=next((printed_table(folder, entry.key) for folder in printed), None),
        **params.cleaning,
    )
    write_rows(output.cells, CLEANED_COLUMNS, [(province, year, *cell) for province, year, _, *cell in sorted(rows)])
    made = [(*row[:4], rules[row[:3]]) for row in sorted(rows) if row[:3] in rules]
    write_rows(output.made, MADE_COLUMNS, made)
