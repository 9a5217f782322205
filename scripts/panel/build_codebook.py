"""The panel's columns -> the codebook, with the study's choices written into the definitions."""

from study.files.whole import run_job
from study.helpers import start_log, write_rows
from study.output.codebook import CODEBOOK_COLUMNS, codebook_rows


def main(snakemake) -> None:
    """Write codebook.csv."""
    start_log(snakemake)
    params = snakemake.params
    rows = codebook_rows(params.columns, params.variables, params.choices, params.note, params.path)
    write_rows(snakemake.output[0], CODEBOOK_COLUMNS, rows)


if "snakemake" in globals():
    run_job(main, snakemake)  # noqa: F821
