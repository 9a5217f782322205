"""Counts of green patents by province or city, or as yearbooks print them -> one tidy, checked table."""

from study.checks.raw_table import clean_raw_table
from study.files.unchanged import reads
from study.files.whole import run_job
from study.helpers import start_log, workflow_table
from study.publishers.cities import load_cities
from study.publishers.forms import reader
from study.publishers.patents import patent_form
from study.words.regions import province_names


@reads("raw")
def main(snakemake) -> None:
    """Clean the counts of patents."""
    start_log(snakemake)
    provinces = province_names(workflow_table("provinces"))
    patents = patent_form(provinces, load_cities(workflow_table("cities")))
    read = reader(provinces, patents, named="patents", formulas=snakemake.params.formulas)
    clean_raw_table(snakemake.params, read, snakemake.output)


if "snakemake" in globals():
    run_job(main, snakemake)  # noqa: F821
