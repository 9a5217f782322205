"""The panel -> the panel with its amounts winsorised, and a list of what was moved."""

from study.files.tables import read_table, write_table
from study.files.whole import run_job
from study.helpers import logger, start_log
from study.variables.winsorised import winsorised


def main(snakemake) -> None:
    """Write panel_winsorised.csv and winsorised.csv; without percentiles the panel as it is and an empty list."""
    start_log(snakemake)
    settings = snakemake.params.winsorise or {}
    moved, cells = winsorised(read_table(snakemake.input.panel), settings)
    reasons = dict(zip(cells["variable"], cells["left_alone"], strict=True))
    for name in settings.get("variables", ()):
        if reason := reasons.get(name, "not in the panel"):
            logger.warning("cleaning.winsorise.variables: %s is not winsorised: %s", name, reason)
    for row in cells.to_dict("records"):
        if row["left_alone"]:
            logger.info("%s is left as it is: %s", row["variable"], row["left_alone"])
        else:
            logger.info(
                "%(variable)s: %(below)d cells below %(lower)g, %(above)d above %(upper)g moved there, of %(observed)d",
                row,
            )
    write_table(moved, snakemake.output.panel)
    write_table(cells, snakemake.output.cells, keys=())


if "snakemake" in globals():
    run_job(main, snakemake)  # noqa: F821
