"""Tables of one theme as published -> one tidy, checked table in the catalog's units, gaps interpolated and flagged."""

from study.checks.cleaning import catalog_entry, load_catalog, require_files
from study.checks.crosschecks import report_crosschecks
from study.files.unchanged import reads
from study.helpers import logger, start_log, write_rows
from study.publishers.indicators import clean_table, reader, reader_tables


@reads("raw")
def main(snakemake) -> None:
    """Clean every table of the theme."""
    start_log(snakemake)
    params = snakemake.params
    entries = {key: catalog_entry(need["entry"]) for key, need in params.tables.items()}
    require_files((need["path"], entries[key], need["source"]) for key, need in params.tables.items())
    for path in params.absent:
        logger.warning("%s is not there; what is made of it is left out", path)
    catalog = load_catalog(params.catalog)
    read = reader(reader_tables(*params.reader_tables))
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
    header = ["province", "year", "indicator", "value", "imputed", "rule"]
    write_rows(snakemake.output[0], header, [(*row, rules.get(row[:3], "")) for row in sorted(rows)])


if "snakemake" in globals():
    main(snakemake)  # noqa: F821
