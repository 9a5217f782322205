"""Variables, a file each -> the panel, one row a province-year."""

from study.files.tables import write_table
from study.files.whole import run_job
from study.helpers import logger, start_log
from study.variables.panel_columns import panel_cells


def main(snakemake) -> None:
    """Write panel.csv; cells stay the text they are, for nothing is computed here."""
    start_log(snakemake)
    for name, tables in snakemake.params.left_out.items():
        logger.warning("the panel goes without %s: raw tables are missing (%s)", name, ", ".join(tables))
    panel = panel_cells(snakemake.params.sources, snakemake.params.years)
    for name, count in panel.isna().sum().items():
        if count:
            logger.warning("%s: %d cells are empty", name, count)
    write_table(panel, snakemake.output[0], keys=())  # the rows are in order


if "snakemake" in globals():
    run_job(main, snakemake)  # noqa: F821
