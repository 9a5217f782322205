"""What the plan says of the panel's columns -> the codebook."""

from study.files.whole import run_job
from study.helpers import start_log, write_rows
from study.output.codebook import CODEBOOK_COLUMNS


def main(snakemake) -> None:
    """Write codebook.csv."""
    start_log(snakemake)
    write_rows(snakemake.output[0], CODEBOOK_COLUMNS, snakemake.params.rows)


if "snakemake" in globals():
    run_job(main, snakemake)  # noqa: F821
