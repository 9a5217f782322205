"""Scores of one block of a model's bootstrap replicates, each against a subsample of provinces, all certified."""

from collections.abc import Mapping

import numpy as np
from study.dea.bootstrap import draw, replicate_scores
from study.dea.models import check_model, complete_model
from study.dea.production import Panel, read_production
from study.dea.subsampling import block_replicates, check_bootstrap, subsample_size
from study.files.whole import run_job
from study.helpers import each_row, logger, start_log, write_rows

REPLICATE_COLUMNS = ["replicate", "province", "year", "score"]


def solve_block(panel: Panel, model: Mapping, settings: Mapping, block: int) -> dict[int, np.ndarray]:
    """Scores (N,) of all observations in each replicate of a block, by the replicate's number.

    `settings`: `replications`, `blocks`, `subsample`, `seed`.
    """
    provinces = len(panel.units)
    size = subsample_size(provinces, settings["subsample"])
    numbers = block_replicates(settings["replications"], settings["blocks"], block)
    return {
        number: replicate_scores(panel, model, draw(settings["seed"], number, provinces, size)) for number in numbers
    }


def score_rows(panel: Panel, scores: Mapping[int, np.ndarray]) -> list[tuple]:
    """Rows `replicate, province, year, score`, ordered so; an empty score is missing."""
    order = np.lexsort((panel.period, panel.unit))
    keys = [(panel.units[panel.unit[at]], panel.periods[panel.period[at]]) for at in order]
    return [
        (replicate, *key, "" if np.isnan(score) else float(score))
        for replicate, found in scores.items()
        for key, score in zip(keys, found[order], strict=True)
    ]


def main(snakemake) -> None:
    """Solve one block of replicates of one model."""
    start_log(snakemake)
    model = complete_model(snakemake.params.model)
    check_model(model)
    check_bootstrap(model)
    panel = read_production(each_row(snakemake.input.production), model, snakemake.input.production)
    scores = solve_block(panel, model, snakemake.params.bootstrap, int(snakemake.wildcards.block))
    write_rows(snakemake.output[0], REPLICATE_COLUMNS, score_rows(panel, scores))
    found = np.array(list(scores.values()))
    logger.info(
        "model %s: %d replicates of %d scores; %.1f%% beyond their subsample's technology, %d without a score",
        *(model["name"], len(found), len(panel.unit), 100 * (found < 0).mean(), np.isnan(found).sum()),
    )


if "snakemake" in globals():
    run_job(main, snakemake)  # noqa: F821
