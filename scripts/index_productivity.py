"""Productivity index of one model from the provinces' distances."""

from collections.abc import Sequence
from pathlib import Path

import pandas as pd
from _helpers import logger, read_table, start_log, write_table
from _productivity import productivity_change


def read_scores(paths: Sequence[str | Path]) -> pd.DataFrame:
    """Scores of all provinces, one row a program: `province, year, reference, score, status, ...`."""
    return pd.concat([read_table(path) for path in paths], ignore_index=True)


def infeasible_cells(table: pd.DataFrame, columns: Sequence[str]) -> list[str]:
    """Names of the infeasible rows of a table, in its order, from some of its columns."""
    cells = table.loc[table["status"] == "infeasible", list(columns)]
    return [" ".join(cell) for cell in cells.itertuples(index=False)]


def main(snakemake) -> None:
    """Chain one model's scores into its index."""
    start_log(snakemake)
    model = snakemake.params.model
    scores = read_scores(snakemake.input.scores)
    index = productivity_change(scores, model["technology"])
    write_table(index, snakemake.output[0])
    programs = infeasible_cells(scores, ["province", "year", "reference"])
    changes = infeasible_cells(index, ["province", "year"])
    logger.info(
        "model %s: %d programs, %d infeasible: %s",
        *(model["name"], len(scores), len(programs), ", ".join(programs) or "none"),
    )
    logger.info(
        "%d changes, %d missing for an infeasible program: %s",
        *((index["status"] != "first").sum(), len(changes), ", ".join(changes) or "none"),
    )


if "snakemake" in globals():
    main(snakemake)  # noqa: F821
