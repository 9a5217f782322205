"""One raw table out of energy balances, or as yearbooks print it -> one tidy, checked table."""

from study.checks.raw_table import clean_raw_table
from study.files.unchanged import reads
from study.helpers import start_log
from study.publishers.balance import is_balance, read_balances
from study.publishers.balance_items import load_balance_items
from study.publishers.forms import form, reader
from study.words.regions import province_names


@reads("raw")
def main(snakemake) -> None:
    """Clean the table."""
    start_log(snakemake)
    provinces = province_names(snakemake.input.provinces)
    items = load_balance_items(snakemake.input.balance)
    balances = form(is_balance, lambda pages, stem: read_balances(pages, provinces, items, stem))
    clean_raw_table(snakemake.params, reader(provinces, balances, named="balances"), snakemake.output)


if "snakemake" in globals():
    main(snakemake)  # noqa: F821
