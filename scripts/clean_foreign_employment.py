"""Employment by industry of the instrument's country in its base year -> tidy counts of persons."""

from _cleaning import catalog_entry, require_files
from _employment import read_major_groups
from _helpers import start_log, write_rows


def main(snakemake) -> None:
    """Clean the table of the instrument's country."""
    start_log(snakemake)
    params = snakemake.params
    entry = catalog_entry(params.entry)
    require_files({params.path: entry})
    rows = read_major_groups(params.path, entry.conversion, params.total_tolerance)
    write_rows(snakemake.output[0], ["industry", "employment"], rows)


if "snakemake" in globals():
    main(snakemake)  # noqa: F821
