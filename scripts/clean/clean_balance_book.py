"""Energy balances -> each table that the study takes from them, read."""

from study.checks.printed_tables import print_tables
from study.files.unchanged import reads
from study.files.whole import run_job
from study.helpers import start_log, workflow_table
from study.publishers.balance import balance_form
from study.publishers.balance_items import load_balance_items
from study.publishers.forms import reader
from study.words.regions import province_names


@reads("raw")
def main(snakemake) -> None:
    """Read the balances."""
    start_log(snakemake)
    provinces = province_names(workflow_table("provinces"))
    balances = balance_form(provinces, load_balance_items(workflow_table("balance")))
    read = reader(provinces, balances, named="balances", formulas=snakemake.params.formulas)
    print_tables(snakemake.params.tables, read, snakemake.output[0])


if "snakemake" in globals():
    run_job(main, snakemake)  # noqa: F821
