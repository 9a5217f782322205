"""One raw table out of energy balances, or as yearbooks print it -> one tidy, checked table."""

from study.checks.raw_table import clean_raw_table
from study.files.unchanged import reads
from study.files.whole import run_job
from study.helpers import start_log, workflow_table
from study.publishers.balance import balance_form
from study.publishers.balance_items import load_balance_items
from study.publishers.forms import reader
from study.words.regions import province_names


@reads("raw")
def main(snakemake) -> None:
    """Clean the table."""
    start_log(snakemake)
    provinces = province_names(workflow_table("provinces"))
    balances = balance_form(provinces, load_balance_items(workflow_table("balance")))
    read = reader(provinces, balances, named="balances", formulas=snakemake.params.formulas)
    clean_raw_table(snakemake.params, read, snakemake.output, snakemake.input.printed)


if "snakemake" in globals():
    run_job(main, snakemake)  # noqa: F821
