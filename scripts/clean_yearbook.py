"""Yearbook exports of one theme -> one tidy, checked table in the catalog's units, gaps interpolated and flagged."""

from _cleaning import (
    CatalogEntry,
    add_national_row,
    catalog_entry,
    check_sign,
    check_title,
    check_total,
    convert_units,
    load_catalog,
    require_files,
    select_cells,
)
from _exports import province_names
from _helpers import start_log, write_rows
from _yearbook import read_yearbook

# Shares of the national figure are a variable of the study.
NEEDS_TOTAL = {"electricity"}


def clean_table(
    path: str,
    entry: CatalogEntry,
    catalog: dict[str, CatalogEntry],
    names: dict[str, str],
    provinces: list[str],
    years: range,
    interpolation: str,
    total_tolerance: float | None,
    blank_is_nil: bool = False,
) -> list[tuple[str, int, str, float, int]]:
    """Rows (province, year, indicator, value, imputed) of one raw table for the study's provinces and years.

    A national series, or a national row beside the provinces, comes as province `china`. total_tolerance : largest gap
    between the provinces' sum and the national row; None only reports it. Raises InputError.
    """
    table = read_yearbook(path, names)
    check_title(table, entry, catalog)
    values = convert_units(table, entry)
    check_total(table, values, years, total_tolerance)
    if table.form == "national":
        wanted = ["china"]
    elif entry.key in NEEDS_TOTAL:
        add_national_row(table, values)
        wanted = [*provinces, "china"]
    elif all(values.get(("china", year)) is not None for year in years):
        wanted = [*provinces, "china"]
    else:
        wanted = provinces
    check_sign(table, entry, wanted)
    if not entry.years:
        # A table without years (land area) has one column; its figure holds in every year.
        last = table.years[-1]
        cells = select_cells(table, values, wanted, range(last, last + 1), interpolation)
        cells = [(province, year, value, imputed) for province, _, value, imputed in cells for year in years]
    else:
        cells = select_cells(table, values, wanted, years, interpolation, blank_is_nil)
    return [(province, year, entry.key, value, imputed) for province, year, value, imputed in cells]


def main(snakemake) -> None:
    """Clean every table of the theme."""
    start_log(snakemake)
    params = snakemake.params
    entries = {key: catalog_entry(need["entry"]) for key, need in params.tables.items()}
    require_files({need["path"]: entries[key] for key, need in params.tables.items()})
    catalog = load_catalog(params.catalog)
    names = province_names(snakemake.input.provinces)
    rows = []
    for key, need in params.tables.items():
        rows += clean_table(
            need["path"],
            entries[key],
            catalog,
            names,
            params.provinces,
            range(need["first"], need["last"] + 1),
            params.interpolation,
            params.total_tolerance,
            blank_is_nil=need["blank_is_nil"],
        )
    write_rows(snakemake.output[0], ["province", "year", "indicator", "value", "imputed"], sorted(rows))


if "snakemake" in globals():
    main(snakemake)  # noqa: F821
