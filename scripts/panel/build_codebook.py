"""The panel's columns -> the codebook, with the study's choices written into the definitions."""

import csv

from study.helpers import read_rows, start_log, write_rows
from study.output.codebook import CODEBOOK_COLUMNS, codebook_rows


def main(snakemake) -> None:
    """Write codebook.csv."""
    start_log(snakemake)
    with open(snakemake.input.panel, newline="", encoding="utf-8") as file:  # noqa: PTH123
        names = next(csv.reader(file))
    params = snakemake.params
    rows = codebook_rows(names, read_rows(snakemake.input.variables), params.choices, params.note, params.path)
    write_rows(snakemake.output[0], CODEBOOK_COLUMNS, rows)


if "snakemake" in globals():
    main(snakemake)  # noqa: F821
