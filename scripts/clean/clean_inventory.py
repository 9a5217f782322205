"""Emission inventories of provinces, or a table of their totals -> one tidy, checked table."""

from study.checks.raw_table import clean_raw_table
from study.files.unchanged import reads
from study.files.whole import run_job
from study.helpers import start_log, workflow_table
from study.publishers.forms import form, reader
from study.publishers.inventory import is_inventory, read_inventories
from study.words.regions import province_names


@reads("raw")
def main(snakemake) -> None:
    """Clean the totals of the inventories."""
    start_log(snakemake)
    provinces = province_names(workflow_table("provinces"))
    inventories = form(is_inventory, lambda pages, stem: [read_inventories(pages, provinces, stem)])
    read = reader(provinces, inventories, named="inventory", formulas=snakemake.params.formulas)
    clean_raw_table(snakemake.params, read, snakemake.output)


if "snakemake" in globals():
    run_job(main, snakemake)  # noqa: F821
