"""Employment by industry of the instrument's country in its base year -> tidy counts of persons."""

from _cleaning import load_catalog, require_files
from _employment import read_major_groups
from _helpers import start_log, write_rows


def main(snakemake) -> None:
    """Clean the table of the instrument's country."""
    start_log(snakemake)
    params = snakemake.params
    catalog = load_catalog(snakemake.input.catalog)
    require_files({params.key: params.path}, catalog)
    rows = read_major_groups(params.path, catalog[params.key].conversion)
    write_rows(snakemake.output[0], ["industry", "employment"], rows)


if "snakemake" in globals():
    main(snakemake)  # noqa: F821
