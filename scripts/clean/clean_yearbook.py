"""Tables of one theme as yearbooks and vendors print them -> one tidy, checked table."""

from study.checks.theme import clean_theme
from study.files.unchanged import reads
from study.helpers import start_log
from study.publishers.forms import reader
from study.words.regions import province_names


@reads("raw")
def main(snakemake) -> None:
    """Clean every table of the theme."""
    start_log(snakemake)
    provinces = province_names(snakemake.input.provinces)
    clean_theme(snakemake.params, reader(provinces, named="yearbook"), snakemake.output[0])


if "snakemake" in globals():
    main(snakemake)  # noqa: F821
