"""Confidence intervals of one model's scores, index and cumulative index, from the scores of bootstrap replicates."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pandas as pd
from _bootstrap import check_bootstrap, corrected, error_factor, interval, subsample_size, symmetric_interval
from _helpers import logger, read_table, start_log, write_table
from _models import complete_model
from _productivity import KEYS, base_rows, efficiency, program_levels


def read_replicates(paths: Sequence[str | Path], keys: pd.DataFrame) -> np.ndarray:
    """Scores (B, N) of all replicates, observations in the order of `keys` (`province, year`).

    ValueError if a replicate's observations are not exactly those, or a replicate is there twice.
    """
    table = pd.concat([read_table(path) for path in paths], ignore_index=True)
    wide = table.pivot(index="replicate", columns=KEYS, values="score")
    wanted = pd.MultiIndex.from_frame(keys)
    if len(wide.columns) != len(wanted) or not wanted.isin(wide.columns).all() or len(table) != wide.size:
        raise ValueError("the replicates' observations are not those of the scores; were they made from other data?")
    return wide[wanted].to_numpy()


def score_levels(scores: np.ndarray, model: Mapping) -> np.ndarray:
    """Levels L of scores, whose differences are changes: log E, or -S for the Luenberger indicator; nan if unusable.

    Unusable is a score whose efficiency is not above zero; a slack measure's then says nothing to a Luenberger either.
    """
    level = efficiency(pd.DataFrame(scores), model).to_numpy()
    if model["index"] != "luenberger":
        return np.log(level)
    return -scores if model["measure"] == "ddf" else np.where(np.isnan(level), np.nan, -scores)


def change_since(levels: np.ndarray, at: np.ndarray) -> np.ndarray:
    """Levels (..., N) less those of the observations at places `at` (N,); nan where that is -1."""
    return np.where(at < 0, np.nan, levels - levels[..., at])


def bootstrap_table(scores: pd.DataFrame, replicates: np.ndarray, model: Mapping, settings: Mapping) -> pd.DataFrame:
    """Table of scores, index and cumulative index with their intervals, one row an observation.

    `scores`: the global rows of `program_levels`; `replicates` (B, N) in their order; `settings`: `subsample`, `level`
    in per cent. Bounds of an index are those of its log (of a Luenberger itself). The index is empty in a unit's first
    period, the cumulative one runs from there or from the model's `base_year`. `replications` is the number of
    replicates behind the row's least supported interval: those whose scores exist and have a level.
    """
    provinces = scores["province"]
    count = provinces.nunique()
    factor = error_factor(subsample_size(count, settings["subsample"]), count, model)
    estimate, level = scores["score"].to_numpy(), scores["level"].to_numpy()
    levels = score_levels(replicates, model)
    replicates = np.where(np.isnan(levels), np.nan, replicates)

    places = pd.Series(np.arange(len(scores)))
    before = places.where(provinces.duplicated(), 0).to_numpy() - 1
    base = base_rows(scores, model)
    since = provinces.map(places[base].set_axis(provinces[base])).fillna(-1).astype(int).to_numpy()
    ratio = (lambda change: change) if model["index"] == "luenberger" else np.exp
    origin = 1.0 if model["index"] == "luenberger" else 0.0

    low, high = interval(estimate, replicates, factor, settings["level"])
    columns = {
        "score": estimate,
        "score_corrected": corrected(estimate, replicates, factor),
        "score_low": low,
        "score_high": high,
    }
    used = (~np.isnan(replicates)).sum(axis=0)
    for name, at, start in (("index", before, 0.0), ("cumulative", since, origin)):
        change, changes = change_since(level, at), change_since(levels, at)
        bounds = symmetric_interval(change, changes, factor, settings["level"])
        for suffix, value in zip(("", "_low", "_high"), (change, *bounds), strict=True):
            columns[name + suffix] = start + ratio(value)
        used = np.where(np.isnan(change), used, np.minimum(used, (~np.isnan(changes)).sum(axis=0)))
    return scores[KEYS].assign(**columns, replications=used)


def main(snakemake) -> None:
    """Intervals of one model from its scores and its replicates."""
    start_log(snakemake)
    model = complete_model(snakemake.params.model)
    check_bootstrap(model)
    settings = snakemake.params.bootstrap
    scores = pd.concat([read_table(path) for path in snakemake.input.scores], ignore_index=True)
    levels = program_levels(scores, model)
    levels = levels[levels["reference"] == "global"].reset_index(drop=True)
    replicates = read_replicates(snakemake.input.replicates, levels[KEYS])
    table = bootstrap_table(levels, replicates, model, settings)
    write_table(table, snakemake.output[0])
    changes = table["index"].notna()
    no_change = 0.0 if model["index"] == "luenberger" else 1.0
    clear = changes & ((table["index_low"] > no_change) | (table["index_high"] < no_change))
    provinces = table["province"].nunique()
    logger.info(
        "model %s: %d replicates of %d of %d provinces; %d of %d changes differ from none at %g%%",
        *(model["name"], len(replicates), subsample_size(provinces, settings["subsample"]), provinces),
        *(clear.sum(), changes.sum(), settings["level"]),
    )
    short = table["replications"] < len(replicates)
    if short.any():
        logger.warning(
            "model %s: %d of %d rows lack replicates whose score is missing; the fewest left are %d of %d",
            *(model["name"], short.sum(), len(table), table["replications"].min(), len(replicates)),
        )


if "snakemake" in globals():
    main(snakemake)  # noqa: F821
