"""Pure and scale parts of one productivity index, from the same model under constant and under variable returns."""

from study.dea.indices import BIENNIAL, scale_components
from study.files.tables import read_table, write_table
from study.files.whole import run_job
from study.helpers import logger, start_log


def main(snakemake) -> None:
    """Split a model's changes with the help of its twin under variable returns."""
    start_log(snakemake)
    constant = read_table(snakemake.input.constant)
    lists = (snakemake.input.constant_infeasible, snakemake.input.variable_infeasible)
    moved = [(read_table(path)["treatment"] == BIENNIAL).any() for path in lists]
    comparable = moved[0] == moved[1]
    table = scale_components(constant, read_table(snakemake.input.variable), snakemake.params.index, comparable)
    write_table(table, snakemake.output[0])
    logger.info(
        "%d changes, %d split into pure and scale parts",
        *((constant["status"] != "first").sum(), table.notna().all(axis=1).sum()),
    )
    if not comparable:
        logger.warning(
            "%s: only one of the two indices moved to the biennial technology, so technical change has no parts; give "
            "both models technology biennial",
            snakemake.wildcards.model,
        )


if "snakemake" in globals():
    run_job(main, snakemake)  # noqa: F821
