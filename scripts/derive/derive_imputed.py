"""Lists of made-up cells a table -> every cell that was not observed or is accepted in doubt, with its rule."""

from study.files.whole import run_job
from study.helpers import start_log, write_rows
from study.variables.made_up import count_cells, made_cells


def main(snakemake) -> None:
    """Write the list and its counts."""
    start_log(snakemake)
    cells = made_cells(snakemake.input.made, snakemake.input.contradicted, snakemake.params.accepted)
    write_rows(snakemake.output.cells, ["province", "year", "indicator", "value", "rule"], cells, digits=12)
    write_rows(snakemake.output.counts, ["indicator", "rule", "cells"], count_cells(cells))


if "snakemake" in globals():
    run_job(main, snakemake)  # noqa: F821
