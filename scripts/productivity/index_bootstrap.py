"""Confidence intervals of one model's scores, index and cumulative index, from the scores of bootstrap replicates."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pandas as pd
from study.dea.bootstrap import change_reach, error_factor, largest_scores, score_reaches, towards
from study.dea.indices import SCORE_COLUMNS, base_rows, contracts, efficiency, program_levels
from study.dea.models import complete_model
from study.dea.production import read_production
from study.dea.subsampling import check_bootstrap, subsample_size
from study.files.tables import KEYS, read_tables, write_table
from study.files.whole import run_job
from study.helpers import each_row, logger, start_log

WIDE = np.log(2)  # of logs: an interval longer than this covers a factor above two


def read_replicates(paths: Sequence[str | Path], keys: pd.DataFrame) -> np.ndarray:
    """Scores (B, N) of all replicates, observations in the order of `keys` (`province, year`).

    ValueError if a replicate's observations are not exactly those, or a replicate is there twice.
    """
    table = read_tables(paths)
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


def lowest_levels(largest: np.ndarray, model: Mapping) -> np.ndarray:
    """Levels L of the largest scores an observation can have, -inf where there is no bound; the highest level is 0."""
    if model["index"] == "luenberger":
        return -largest
    with np.errstate(divide="ignore"):
        return np.log1p(-largest) if contracts(model) else -np.log1p(largest)


def change_since(levels: np.ndarray, at: np.ndarray) -> np.ndarray:
    """Levels (..., N) less those of the observations at places `at` (N,); nan where that is -1."""
    return np.where(at < 0, np.nan, levels - levels[..., at])


def bootstrap_table(
    scores: pd.DataFrame, replicates: np.ndarray, largest: np.ndarray, model: Mapping, settings: Mapping
) -> pd.DataFrame:
    """Table of scores, index and cumulative index with their intervals, one row an observation.

    `scores`: the global rows of `program_levels`; `replicates` (B, N) and the `largest` possible scores (N,) in their
    order; `settings`: `subsample`, `level` in per cent. Bounds of an index are those of its log (of a Luenberger
    itself), and no bound is beyond what scores between 0 and the largest give. The index is empty in a unit's first
    period and after a gap; the cumulative one runs from the first period or from the model's `base_year`.
    `replications` is the number of replicates behind the row's least supported interval: those whose scores exist and
    have a level. `wide` names the row's quantities whose interval of efficiencies or of changes covers a factor above
    two (Luenberger: is longer than log 2).
    """
    provinces, place = scores["province"], scores["place"].to_numpy()
    count = provinces.nunique()
    factor = error_factor(subsample_size(count, settings["subsample"]), count, model)
    estimate, level = scores["score"].to_numpy(), scores["level"].to_numpy()
    levels, lowest = score_levels(replicates, model), lowest_levels(largest, model)
    replicates = np.where(np.isnan(levels), np.nan, replicates)

    places = np.arange(len(scores))
    follows = provinces.duplicated().to_numpy() & (place == np.roll(place, 1) + 1)
    before = np.where(follows, places - 1, -1)
    base = base_rows(scores, model)
    since = provinces.map(pd.Series(places)[base].set_axis(provinces[base])).fillna(-1).astype(int).to_numpy()
    ratio = (lambda change: change) if model["index"] == "luenberger" else np.exp
    origin = 1.0 if model["index"] == "luenberger" else 0.0

    least, most, mean = score_reaches(estimate, replicates, factor, settings["level"])
    columns = {
        "score": estimate,
        "score_corrected": towards(estimate, mean, largest),
        "score_low": towards(estimate, least, largest),
        "score_high": towards(estimate, most, largest),
    }
    lengths = {"score": score_lengths(columns["score_low"], columns["score_high"], model)}
    used = (~np.isnan(replicates)).sum(axis=0)
    for name, at, start in (("index", before, 0.0), ("cumulative", since, origin)):
        change, changes = change_since(level, at), change_since(levels, at)
        reach = change_reach(change, changes, factor, settings["level"])
        low, high = -towards(-change, reach, -lowest), towards(change, reach, -lowest[at])
        for suffix, value in zip(("", "_low", "_high"), (change, low, high), strict=True):
            columns[name + suffix] = start + ratio(value)
        lengths[name] = high - low
        used = np.where(np.isnan(change), used, np.minimum(used, (~np.isnan(changes)).sum(axis=0)))
    wide = [" ".join(name for name, length in lengths.items() if length[row] > WIDE) for row in places]
    return scores[KEYS].assign(**columns, replications=used, wide=wide)


def score_lengths(low: np.ndarray, high: np.ndarray, model: Mapping) -> np.ndarray:
    """Lengths (N,) of intervals of scores as levels; infinite where the upper bound leaves no efficiency."""
    lengths = -np.diff(score_levels(np.array([low, high]), model), axis=0)[0]
    return np.where(np.isnan(lengths) & ~np.isnan(high), np.inf, lengths)


def panel_limits(production: str | Path, model: Mapping, keys: pd.DataFrame) -> np.ndarray:
    """Largest possible scores (N,) of a production table's observations, in the order of `keys` (`province, year`)."""
    panel = read_production(each_row(production), model, str(production))
    observed = pd.MultiIndex.from_arrays([np.array(panel.units)[panel.unit], np.array(panel.periods)[panel.period]])
    return pd.Series(largest_scores(panel, model), observed)[pd.MultiIndex.from_frame(keys)].to_numpy()


def main(snakemake) -> None:
    """Intervals of one model from its scores and its replicates."""
    start_log(snakemake)
    model = complete_model(snakemake.params.model)
    check_bootstrap(model)
    settings = snakemake.params.bootstrap
    scores = read_tables(snakemake.input.scores, columns=SCORE_COLUMNS)
    levels = program_levels(scores, model)
    levels = levels[levels["reference"] == "global"].reset_index(drop=True)
    replicates = read_replicates(snakemake.input.replicates, levels[KEYS])
    largest = panel_limits(snakemake.input.production, model, levels[KEYS])
    table = bootstrap_table(levels, replicates, largest, model, settings)
    write_table(table, snakemake.output[0])
    changes = table["index"].notna()
    no_change = 0.0 if model["index"] == "luenberger" else 1.0
    clear = changes & ((table["index_low"] > no_change) | (table["index_high"] < no_change))
    provinces = table["province"].nunique()
    logger.info(
        "model %s: %d replicates of %d of %d units; %d of %d changes differ from none at %g%%",
        *(model["name"], len(replicates), subsample_size(provinces, settings["subsample"]), provinces),
        *(clear.sum(), changes.sum(), settings["level"]),
    )
    short = table["replications"] < len(replicates)
    if short.any():
        logger.warning(
            "model %s: %d of %d rows lack replicates whose score is missing; the fewest left are %d of %d",
            *(model["name"], short.sum(), len(table), table["replications"].min(), len(replicates)),
        )
    wide = table[table["wide"] != ""]
    if len(wide):
        logger.warning(
            "model %s: %d of %d rows have an interval that covers a factor above two (column wide); they rest on %d to "
            "%d replications (column replications)",
            *(model["name"], len(wide), len(table), wide["replications"].min(), wide["replications"].max()),
        )


if "snakemake" in globals():
    run_job(main, snakemake)  # noqa: F821
