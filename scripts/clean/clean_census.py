"""The census of employment by province and industrial division -> tidy, checked counts of persons."""

from study.files.catalog_entries import catalog_entry, require_files
from study.files.unchanged import reads
from study.helpers import start_log, write_rows
from study.publishers.census_employment import division_titles, read_census
from study.publishers.census_totals import PLAUSIBLE
from study.words.regions import province_names


@reads("raw")
def main(snakemake) -> None:
    """Clean the base year's census; every province stays, national industry totals need them all."""
    start_log(snakemake)
    params = snakemake.params
    entry = catalog_entry(params.entry)
    require_files([(params.path, entry, params.source)])
    rows = read_census(
        params.source["files"],
        province_names(snakemake.input.provinces),
        entry.conversion,
        params.total_tolerance,
        titles=division_titles(snakemake.input.industries),
        year=params.year,
        sheet=params.source["sheet"],
        unit=params.source["unit"],
        plausible=PLAUSIBLE,
    )
    write_rows(snakemake.output[0], ["province", "industry", "employment"], rows)


if "snakemake" in globals():
    main(snakemake)  # noqa: F821
