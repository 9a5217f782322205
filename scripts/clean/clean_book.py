"""A file with many tables, or files that have them together, as yearbooks and vendors print them -> each table read."""

from study.checks.printed_tables import print_tables
from study.files.unchanged import reads
from study.files.whole import run_job
from study.helpers import start_log, workflow_table
from study.publishers.forms import reader
from study.words.regions import province_names


@reads("raw")
def main(snakemake) -> None:
    """Read the tables."""
    start_log(snakemake)
    provinces = province_names(workflow_table("provinces"))
    read = reader(provinces, named="yearbook", formulas=snakemake.params.formulas)
    print_tables(snakemake.params.tables, read, snakemake.output[0])


if "snakemake" in globals():
    run_job(main, snakemake)  # noqa: F821
