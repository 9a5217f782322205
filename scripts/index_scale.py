"""Pure and scale parts of one productivity index, from the same model under constant and under variable returns."""

from _helpers import logger, read_table, start_log, write_table
from _productivity import scale_components


def main(snakemake) -> None:
    """Split a model's changes with the help of its twin under variable returns."""
    start_log(snakemake)
    constant = read_table(snakemake.input.constant)
    table = scale_components(constant, read_table(snakemake.input.variable), snakemake.params.index)
    write_table(table, snakemake.output[0])
    logger.info(
        "%d changes, %d split into pure and scale parts",
        *((constant["status"] != "first").sum(), table.notna().all(axis=1).sum()),
    )


if "snakemake" in globals():
    main(snakemake)  # noqa: F821
