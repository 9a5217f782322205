"""Productivity index of one model from the provinces' distances, and the programs that had no solution."""

from collections.abc import Sequence
from pathlib import Path

import pandas as pd
from study.dea.indices import (
    BIENNIAL,
    SCORE_COLUMNS,
    gap_changes,
    infeasible_programs,
    observed_periods,
    productivity_change,
)
from study.files.tables import read_tables, write_table
from study.files.whole import run_job
from study.helpers import logger, start_log
from study.words.periods import describe_order, describe_steps


def read_scores(paths: Sequence[str | Path]) -> pd.DataFrame:
    """Scores of all provinces, one row a program: `province, year, reference, score, status`."""
    return read_tables(paths, columns=SCORE_COLUMNS)


def cells_of(status: str, table: pd.DataFrame, columns: Sequence[str]) -> list[str]:
    """Names of the rows of a table that have a status, in its order, from some of its columns."""
    cells = table.loc[table["status"] == status, list(columns)]
    return [" ".join(cell) for cell in cells.itertuples(index=False)]


def main(snakemake) -> None:
    """Chain one model's scores into its index."""
    start_log(snakemake)
    model = snakemake.params.model
    scores = read_scores(snakemake.input.scores)
    index = productivity_change(scores, model)
    infeasible = infeasible_programs(scores, model)
    write_table(index, snakemake.output.index)
    gaps = gap_changes(index)
    periods = observed_periods(scores)
    listed = pd.concat([infeasible, gaps]) if len(gaps) else infeasible
    write_table(listed, snakemake.output.infeasible, periods=periods.places)
    programs = cells_of("infeasible", scores, ["province", "year", "reference"])
    changes = cells_of("infeasible", index, ["province", "year"])
    logger.info("%s %s", describe_order(periods), describe_steps(periods))
    logger.info(
        "model %s: %d programs, %d infeasible: %s",
        *(model["name"], len(scores), len(programs), ", ".join(programs) or "none"),
    )
    logger.info(
        "%d changes, %d missing for an infeasible program: %s",
        *((index["status"] != "first").sum(), len(changes), ", ".join(changes) or "none"),
    )
    if len(gaps):
        logger.warning(
            "model %s: %d changes are empty, for the unit is not observed the period before: %s",
            *(model["name"], len(gaps), ", ".join(cells_of("gap", index, ["province", "year"]))),
        )
    empty = index.groupby("province")["cumulative"].count()
    if (empty == 0).any():
        logger.warning(
            "model %s: no cumulative level, for they are not observed in the base year %s: %s",
            *(model["name"], model.get("base_year"), ", ".join(empty.index[empty == 0])),
        )
    moved = (infeasible["treatment"] == BIENNIAL).sum()
    if moved:
        logger.warning(
            "model %s: %d of %d mixed-period programs have no solution; the whole index is on the biennial technology",
            *(model["name"], moved, scores["reference"].isin(["previous", "next"]).sum()),
        )


if "snakemake" in globals():
    run_job(main, snakemake)  # noqa: F821
