"""The federation's robot counts of one country -> installations and stock by industry, each robot once."""

from study.files.catalog_entries import catalog_entry, require_files
from study.files.unchanged import reads
from study.files.whole import run_job
from study.helpers import start_log, write_rows
from study.publishers.ifr import read_robots
from study.publishers.ifr_counts import MEASURES


@reads("raw")
def main(snakemake) -> None:
    """Clean one country's table."""
    start_log(snakemake)
    params = snakemake.params
    job = params.job
    require_files(job["path"], catalog_entry(job["entry"]), job["source"], job["missing"])
    country, made = snakemake.wildcards.country, []
    rows = read_robots(
        job["source"]["files"],
        country,
        range(job["first"], job["last"] + 1),
        params.total_tolerance,
        measure=params.measure,
        made=made,
        formulas=params.formulas,
    )
    write_rows(snakemake.output.cells, ["industry", "year", *MEASURES], sorted(rows, key=lambda row: row[:2]))
    cells = [
        (country, year, f"{measure} of robots, industry {code}", robots, rule)
        for code, year, measure, robots, rule in made
    ]
    write_rows(snakemake.output.made, ["province", "year", "indicator", "value", "rule"], sorted(cells))


if "snakemake" in globals():
    run_job(main, snakemake)  # noqa: F821
