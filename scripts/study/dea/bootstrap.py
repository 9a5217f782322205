"""Bootstrap of a global technology: subsamples of provinces, scores against them, intervals from them.

The frontier is estimated, so scores are too: inefficiency against the observed best is never more than against the true
frontier. Copies of the sample drawn with replacement do not show by how much, for the frontier is a maximum; subsamples
do (m out of n without replacement: Kneip, Simar and Wilson 2008, Econometric Theory 24; directional distances: Simar,
Vanhems and Wilson 2012, Eur. J. Oper. Res. 220). For productivity change one draw serves all periods, so that their
common errors cancel (Simar and Wilson 1999, ibid. 115; Kneip, Simar and Wilson 2021, Econometric Theory 37).

What is drawn is provinces with their whole histories: a province's years depend on each other, and a global technology
pools all years. Every observation is then held against the subsample's technology.

A subsample of m shows the error of m less the error of n. With errors in proportion to n^-kappa that is (n/m)^kappa - 1
times the error of n, so deviations are divided by it. Textbooks multiply them by (m/n)^kappa, which is the same in the
limit of m/n = 0; at half the sample ours is the bias estimate of Kneip, Simar and Wilson (2015, Econometric Theory 31).

The rates of convergence are proved for radial and directional distances. For slacks-based measures they are carried
over, not proved; tests/benchmarks/coverage.py measures how often the intervals hold the truth. With 30 provinces
nominal 95% intervals held 92 to 98% of true indices there, 60 to 80% with the textbooks' factor. The corrected score
came nearer to the truth than the score for the slacks-based measure under CRS; for the radial one, and under VRS, it
overshot by as much or more: read it beside its interval.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from study.dea.lp import CertificateError, solve
from study.dea.models import directed, model_variables, slack_weights
from study.dea.production import Panel
from study.dea.programs import direction_amounts, lift, state_programs, state_technology, variable_signs


def draw(seed: int, replicate: int, provinces: int, size: int) -> np.ndarray:
    """Places (size,) of the provinces of one replicate, ascending; each replicate has its own stream."""
    return np.sort(np.random.default_rng([seed, replicate]).choice(provinces, size, replace=False))


def replicate_scores(panel: Panel, model: Mapping, provinces: np.ndarray) -> np.ndarray:
    """Scores S (N,) of all observations against the technology of some provinces' histories.

    An observation that the technology does not reach has S <= 0: the radial factor is of either sign, and a slack
    measure is taken from the super-efficiency program. nan where that has no solution either, as under VRS where no
    reference makes as little of a bad that does not move. Raises CertificateError where a score cannot be verified.
    """
    values = panel.values + lift(panel.values)
    technology = state_technology(values[:, np.isin(panel.unit, provinces)], model)
    amounts = direction_amounts(panel.values, panel.values, model)
    scores = np.full(len(panel.unit), np.nan)
    pending = np.arange(len(scores))
    for outside in (False, True) if model["measure"] != "ddf" else (False,):
        programs = state_programs(technology, values[:, pending], amounts[:, pending], model, outside=outside)
        try:
            results, _ = solve(programs, "batched")
        except CertificateError as error:
            at = pending[error.unit]
            unit = f"{panel.units[panel.unit[at]]} in {panel.periods[panel.period[at]]}"
            raise CertificateError(f"model {model['name']}, {unit}: {error}", int(at)) from error
        scores[pending] = np.where(results.feasible, results.objective * programs.value + 0.0, np.nan)
        pending = pending[~results.feasible]
        if not len(pending):
            break
    return scores


def convergence_rate(model: Mapping) -> float:
    """Power kappa of n in the rate of convergence: 2 / (p + q) under CRS, 2 / (p + q + 1) under VRS.

    p inputs, q outputs, good and bad (Kneip, Simar and Wilson 2008; CRS: Park, Jeong and Simar 2010, Eur. J. Oper. Res.
    205).
    """
    return 2 / (len(model_variables(model)) + (model["returns"] == "vrs"))


def error_factor(size: int, provinces: int, model: Mapping) -> float:
    """Error of the whole sample of n provinces per deviation of a subsample of m from it: 1 / ((n/m)^kappa - 1).

    Only the ratio n/m enters, which is the same in provinces and in observations of a full panel.
    """
    return 1 / ((provinces / size) ** convergence_rate(model) - 1)


def largest_scores(panel: Panel, model: Mapping) -> np.ndarray:
    """Score (N,) each observation would have if what its direction shrinks were nil; inf if a good's slack counts.

    Inputs and bads cannot be negative, so the radial factor is at most the least v / g of those that move, 1 in shares
    of own values, and the slack measures' at most the sum of w v / g where no good moves. Variables that have negative
    observations set no bound.
    """
    amounts = direction_amounts(panel.values, panel.values, model)
    moved = np.isin(model_variables(model), directed(model))
    shrinks = moved & (variable_signs(model) > 0)
    bounded = (shrinks & (panel.values >= 0).all(axis=1))[:, None]
    room = np.where(bounded, panel.values / np.where(amounts > 0, amounts, 1.0), np.inf)
    if model["measure"] == "ddf":
        return room.min(axis=0)
    if (moved & ~shrinks).any():
        return np.full(len(panel.unit), np.inf)
    weights = slack_weights(model)
    rows = [place for place, name in enumerate(model_variables(model)) if name in weights]
    return np.array([weights[model_variables(model)[row]] for row in rows]) @ room[rows]


def towards(estimate: np.ndarray, reach: np.ndarray, limit: np.ndarray) -> np.ndarray:
    """Bounds (N,) that lie `reach` >= 0 above the estimates to first order, and never beyond `limit`; inf is none.

    theta + reach / (1 + reach / G) with G = limit - theta: what is left to the limit is divided by 1 + reach / G. For
    the radial factor of inputs G is Farrell's efficiency E = 1 - beta, and E / (1 + factor x quantile of (E* / E - 1))
    is the bound of Kneip, Simar and Wilson (2008), which work with ratios for this reason.
    """
    left = np.maximum(limit - estimate, 0.0)
    with np.errstate(invalid="ignore", divide="ignore"):
        return estimate + np.where(reach > 0, reach / (1 + reach / left), reach)


def score_reaches(
    estimate: np.ndarray, replicates: np.ndarray, factor: float, level: float
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """How far (N,) the lower bound at `level` per cent, the upper one and the corrected score lie above the estimate.

    `replicates` (B, N), nan where missing; nan where none is left. -factor times quantiles, with equal tails, and the
    mean of the deviations theta* - theta; none is above zero, for a subsample's technology is never larger, so what is
    there is rounding.
    """
    deviations, empty = _deviations(estimate, replicates)
    errors = factor * np.maximum(-deviations, 0.0)
    tail = (1 - level / 100) / 2
    reaches = (*np.nanquantile(errors, [tail, 1 - tail], axis=0), np.nanmean(errors, axis=0))
    return tuple(np.where(empty, np.nan, reach) for reach in reaches)


def change_reach(estimate: np.ndarray, replicates: np.ndarray, factor: float, level: float) -> np.ndarray:
    """Half the length (N,) of a change's interval at `level` per cent: factor x quantile of |theta* - theta|.

    For changes, whose error may have either sign (symmetric intervals: Politis, Romano and Wolf 1999, Subsampling).
    Arguments as of `score_reaches`.
    """
    deviations, empty = _deviations(estimate, replicates)
    return np.where(empty, np.nan, factor * np.nanquantile(np.abs(deviations), level / 100, axis=0))


def _deviations(estimate: np.ndarray, replicates: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """theta* - theta (B, N), and where (N,) none is left; there it is 0, so that no function warns of it."""
    deviations = replicates - estimate
    empty = np.isnan(deviations).all(axis=0)
    return np.where(empty, 0.0, deviations), empty
