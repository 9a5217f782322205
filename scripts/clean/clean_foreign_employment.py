"""Employment by industry of the instrument's country in its base year -> tidy counts of persons."""

from study.files.catalog_entries import catalog_entry, require_files
from study.files.unchanged import reads
from study.files.whole import run_job
from study.helpers import start_log, workflow_table, write_rows
from study.publishers.major_groups import group_industries
from study.publishers.us_employment import UNITED_STATES, read_major_groups


@reads("raw")
def main(snakemake) -> None:
    """Clean the table of the instrument's country."""
    start_log(snakemake)
    params = snakemake.params
    job = params.job
    entry = catalog_entry(job["entry"])
    require_files(job["path"], entry, job["source"], job["missing"])
    rows = read_major_groups(
        job["source"]["files"],
        entry.conversion,
        params.total_tolerance,
        year=params.year,
        industries=group_industries(workflow_table("industries")),
        sheet=job["source"]["sheet"],
        unit=job["source"]["unit"],
        plausible=UNITED_STATES,
        formulas=params.formulas,
    )
    write_rows(snakemake.output[0], ["industry", "employment"], rows)


if "snakemake" in globals():
    run_job(main, snakemake)  # noqa: F821
