"""The catalog of raw tables checked against its schema when Snakemake reads the config."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from study.files.catalog_entries import catalog_entry
from study.helpers import InputError

# Columns that the readers of a row take for granted; the others may be left out.
CATALOG_COLUMNS = ("key", "theme", "file", "title_zh", "title_en", "unit", "conversion", "years", "where")


def check_catalog(rows: Iterable[Mapping[str, str]], schema: dict) -> None:
    """Raise InputError naming row and column of resources/catalog.csv where a row does not fit `schema` (JSON Schema),
    for a number that is none or no limit, and for a key or file that stands twice."""
    from jsonschema import Draft202012Validator

    validator = Draft202012Validator(schema)
    seen: dict[tuple[str, str], int] = {}
    rows = list(rows)
    if not rows:
        raise InputError("resources/catalog.csv: no rows; every raw table of the study needs one.")
    if absent := [name for name in CATALOG_COLUMNS if name not in rows[0]]:
        raise InputError(f"resources/catalog.csv, row 1: no column {', '.join(absent)}.")
    for line, row in enumerate(rows, 2):
        filled = {name: value for name, value in row.items() if value not in (None, "") and name is not None}
        if None in row:
            raise InputError(
                f"resources/catalog.csv, row {line}: more cells than the header has columns; quote commas."
            )
        error = next(iter(sorted(validator.iter_errors(filled), key=lambda error: list(error.path))), None)
        if error:
            where = f", column {error.path[0]}" if error.path else ""
            hint = error.schema.get("description", "") if error.path else ""
            raise InputError(f"resources/catalog.csv, row {line}{where}: {error.message}. {hint}".strip())
        for name, text in filled.items():
            if not text.isprintable():
                raise InputError(
                    f"resources/catalog.csv, row {line}, column {name}: {text!r} has a line break, a tab or another "
                    "control character."
                )
        since, _, until = row["years"].partition("-")
        if until and until < since:
            raise InputError(
                f"resources/catalog.csv, row {line}, column years: {row['years']!r} ends before it begins."
            )
        catalog_entry(row)
        for name in ("key", "file"):
            if (name, row[name]) in seen:
                raise InputError(
                    f"resources/catalog.csv, row {line}, column {name}: {row[name]!r} stands already in row "
                    f"{seen[name, row[name]]}."
                )
            seen[name, row[name]] = line
