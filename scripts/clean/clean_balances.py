"""Tables of one theme out of energy balances, or as yearbooks print them -> one tidy, checked table."""

from study.checks.theme import clean_theme
from study.files.unchanged import reads
from study.helpers import start_log
from study.publishers.balance import is_balance, read_balances
from study.publishers.balance_items import load_balance_items
from study.publishers.forms import form, reader
from study.words.regions import province_names


@reads("raw")
def main(snakemake) -> None:
    """Clean every table of the theme."""
    start_log(snakemake)
    provinces = province_names(snakemake.input.provinces)
    items = load_balance_items(snakemake.input.balance)
    balances = form(is_balance, lambda pages, stem: read_balances(pages, provinces, items, stem))
    clean_theme(snakemake.params, reader(provinces, balances, named="balances"), snakemake.output[0])


if "snakemake" in globals():
    main(snakemake)  # noqa: F821
