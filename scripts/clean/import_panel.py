"""A ready panel -> production.csv for the productivity floor, and the panel's columns."""

from study.files.panel import read_panel
from study.files.panel_figures import panel_cells
from study.files.tables import KEYS, write_table
from study.files.unchanged import mark_of, reads
from study.files.whole import run_job
from study.helpers import InputError, logger, start_log
from study.words.periods import describe_order, describe_steps, order_periods, sorting_key


@reads("panel")
def main(snakemake) -> None:
    """Write production.csv, with every column of figures so that a new model finds its variables there, and the panel.

    Rows are sorted by unit and period: where the labels do not say the order, it is that of each unit's rows from here.
    """
    start_log(snakemake)
    params = snakemake.params
    header, rows, lines = read_panel(params.path, params.columns)
    table, figures = panel_cells(header, rows)
    # its mark in the plan is taken a moment after its units
    if mark_of(set(table["province"])) != params.units:
        raise InputError(
            f"{params.path}: other units than when the run began; it was saved since. Run the same command again."
        )
    observations = [*table[KEYS].itertuples(index=False, name=None)]
    try:
        periods = order_periods(observations, lines)
        logger.info("%s %s", describe_order(periods), describe_steps(periods))
    except InputError as error:
        # the Snakefile refuses it where a model or a figure needs the order
        logger.info("rows are sorted by the periods' names, for nothing here needs their order in time: %s", error)
    places = sorting_key(observations)
    write_table(table[[*KEYS, *figures]], snakemake.output.production, periods=places)
    write_table(table, snakemake.output.columns, periods=places)


if "snakemake" in globals():
    run_job(main, snakemake)  # noqa: F821
