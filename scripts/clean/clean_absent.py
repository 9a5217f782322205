"""A raw table that is not there -> one clear error."""

from study.files.catalog_entries import catalog_entry, require_files
from study.helpers import start_log, write_rows


def main(snakemake) -> None:
    """Say what is missing; a table that has come in the meantime leaves an empty mark."""
    start_log(snakemake)
    params = snakemake.params
    require_files([(params.path, catalog_entry(params.entry), params.source)])
    write_rows(snakemake.output[0], ["table"], [(snakemake.wildcards.key,)])


if "snakemake" in globals():
    main(snakemake)  # noqa: F821
