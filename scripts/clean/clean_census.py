"""The census of employment by province and industrial division -> tidy, checked counts of persons."""

from study.files.catalog_entries import catalog_entry, require_files
from study.files.unchanged import reads
from study.files.whole import run_job
from study.helpers import start_log, workflow_table, write_rows
from study.publishers.census import read_census
from study.publishers.census_totals import PLAUSIBLE
from study.publishers.divisions import division_titles
from study.words.regions import province_names


@reads("raw")
def main(snakemake) -> None:
    """Clean the base year's census; every province stays, national industry totals need them all."""
    start_log(snakemake)
    params = snakemake.params
    job = params.job
    entry = catalog_entry(job["entry"])
    require_files(job["path"], entry, job["source"], job["missing"])
    rows = read_census(
        job["source"]["files"],
        province_names(workflow_table("provinces")),
        entry.conversion,
        params.total_tolerance,
        titles=division_titles(workflow_table("industries")),
        year=params.year,
        sheet=job["source"]["sheet"],
        unit=job["source"]["unit"],
        plausible=PLAUSIBLE,
        formulas=params.formulas,
    )
    write_rows(snakemake.output[0], ["province", "industry", "employment"], rows)


if "snakemake" in globals():
    run_job(main, snakemake)  # noqa: F821
