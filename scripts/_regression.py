"""Least squares with absorbed fixed effects, numbers as Stata's reghdfe prints them (iid and robust).

linearmodels' AbsorbingLS partials the effects out, estimates and gives the covariance without a small-sample
factor; this module adds what reghdfe does around it: singletons, absorbed degrees of freedom, the factor,
the constant. Notation: N observations, K slopes, df_a absorbed degrees of freedom.

References: Correia (2016), Linear models with high-dimensional fixed effects; reghdfe 6, `Regression.mata`
and `DoF.mata`.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from difflib import get_close_matches

import numpy as np
import pandas as pd
from _formula import Regression
from _helpers import InputError
from linearmodels.iv.absorbing import AbsorbingLS
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from scipy.special import fdtrc, stdtr, stdtrit

CONSTANT = "_cons"
_COVARIANCE = {"iid": "unadjusted", "robust": "robust"}
# Krylov iterations to machine precision: alternating projections stop early where effects hardly overlap.
_ABSORPTION = {"atol": 1e-14, "btol": 1e-14, "conlim": 0, "maxiter": 100_000}
_ABSORBED = 1e-10  # within over total sum of squares; linearmodels' own limit for regressors
_PERFECT_FIT = 1e-12  # residual over within sum of squares


@dataclass(frozen=True)
class Estimates:
    """Coefficients (K+1,) and covariance (K+1, K+1), slopes in formula order and then the constant."""

    terms: tuple[str, ...]
    coefficients: np.ndarray
    covariance: np.ndarray
    stats: dict[str, float]

    @property
    def table(self) -> pd.DataFrame:
        """One row a term: estimate, std_error, t statistic, p_value and 95% interval from t(df_resid)."""
        df_resid = self.stats["df_resid"]
        error = np.sqrt(np.diag(self.covariance))
        statistic = self.coefficients / error
        margin = stdtrit(df_resid, 0.975) * error
        return pd.DataFrame(
            {
                "term": self.terms,
                "estimate": self.coefficients,
                "std_error": error,
                "statistic": statistic,
                "p_value": 2 * stdtr(df_resid, -np.abs(statistic)),
                "ci_low": self.coefficients - margin,
                "ci_high": self.coefficients + margin,
            }
        )


def fit_fixed_effects(data: pd.DataFrame, regression: Regression) -> Estimates:
    """Estimate `regression` on `data` (one row an observation), as `reghdfe y x, absorb(...)` does.

    iid: V = RSS/(N-K-df_a) (X'X)^-1; robust: V = N/(N-K-df_a) x HC0, with X the regressors after partialling
    out, their means added back, and a constant. So the constant is ybar - xbar'b, and it equals, with its
    standard error, the one of a regression on dummies whose effects average zero over the sample.

    `stats`: n, n_missing (rows dropped for a missing value), n_singletons, df_absorbed (df_a), df_resid,
    r2 (overall, effects included), r2_adjusted, r2_within, rmse, f and f_p_value (all slopes zero).
    The result does not depend on the order of the rows.

    Raises InputError where the regression cannot be estimated, naming the term and the reason.
    """
    check_variables(data, regression)
    complete = data.dropna(subset=[regression.dependent, *regression.regressors, *regression.absorbed])
    if complete.empty:
        raise InputError("no row has a value for every variable of the formula.")
    sample, effects = drop_singletons(complete, regression.absorbed)
    if sample.empty:
        raise InputError(
            f"all {len(complete)} observations are singletons of {_joined(regression.absorbed)}: "
            "each effect needs levels that occur at least twice."
        )
    order = np.lexsort([sample[name] for name in (*regression.regressors, regression.dependent)] + effects)
    sample, effects = sample.iloc[order], [codes[order] for codes in effects]

    n, k = len(sample), len(regression.regressors)
    df_absorbed = count_absorbed(effects)
    df_resid = n - k - df_absorbed
    if df_resid < 1:
        raise InputError(f"{n} observations are too few for {k} slopes and {df_absorbed} absorbed degrees of freedom.")
    fit, coefficients, covariance = _estimate(sample, effects, regression)
    covariance *= n / df_resid
    rss_share = fit.resid_ss / fit.total_ss
    f = _f_statistic(coefficients[:k], covariance[:k, :k])
    stats = {
        "n": n,
        "n_missing": len(data) - len(complete),
        "n_singletons": len(complete) - n,
        "df_absorbed": df_absorbed,
        "df_resid": df_resid,
        "r2": 1 - rss_share,
        "r2_adjusted": 1 - rss_share * (n - 1) / df_resid,
        "r2_within": fit.absorbed_rsquared,
        "rmse": np.sqrt(fit.resid_ss / df_resid) * np.std(sample[regression.dependent].to_numpy(float)),
        "f": f,
        "f_p_value": fdtrc(k, df_resid, f),
    }
    return Estimates((*regression.regressors, CONSTANT), coefficients, covariance, stats)


def check_variables(data: pd.DataFrame, regression: Regression) -> None:
    """Raise InputError unless every variable is there, dependent and regressors numbers, none infinite."""
    numeric = (regression.dependent, *regression.regressors)
    for name in (*numeric, *regression.absorbed):
        if name not in data.columns:
            close = get_close_matches(name, data.columns, n=1)
            hint = f"did you mean `{close[0]}`?" if close else f"it has {', '.join(map(str, data.columns))}."
            raise InputError(f"the panel has no variable `{name}`; {hint}")
    for name in numeric:
        if not pd.api.types.is_numeric_dtype(data[name]):
            text = np.flatnonzero(pd.to_numeric(data[name], errors="coerce").isna() & data[name].notna())
            found = f", e.g. {data[name].iloc[text[0]]!r} in row {text[0] + 1}" if len(text) else ""
            raise InputError(f"the variable `{name}` must hold numbers; it holds text{found}.")
        infinite = np.isinf(data[name].to_numpy(float, na_value=np.nan))
        if infinite.any():
            raise InputError(
                f"the variable `{name}` is infinite in {infinite.sum()} row(s), the first being row "
                f"{int(infinite.argmax()) + 1}: leave the cell empty or correct the transformation."
            )


def drop_singletons(data: pd.DataFrame, absorbed: tuple[str, ...]) -> tuple[pd.DataFrame, list[np.ndarray]]:
    """Drop, until none is left, the observations that are alone in a level of an effect (Correia 2015).

    Returns the remaining rows and, for each effect, the codes (N,) of their levels. Without effects the
    constant is the one effect.
    """
    keep = np.ones(len(data), dtype=bool)
    codes = [pd.factorize(data[name], sort=True)[0] for name in absorbed]
    while True:
        alone = np.zeros(len(data), dtype=bool)
        for level in codes:
            alone |= keep & (np.bincount(level[keep], minlength=len(data))[level] == 1)
        if not alone.any():
            break
        keep &= ~alone
    remaining = [np.unique(level[keep], return_inverse=True)[1] for level in codes]
    return data[keep], remaining or [np.zeros(len(data), dtype=int)]


def count_absorbed(effects: list[np.ndarray]) -> int:
    """Degrees of freedom the effects absorb, df_a, from their level codes (N,).

    As reghdfe counts: all levels of the first; of each later one the levels less the connected components
    (mobility groups) it forms with an earlier effect, the largest number among them. Exact for one and two
    effects (Abowd, Creecy and Kramarz 2002); from the third on, redundant levels that no pair of effects
    shows are counted as absorbed.
    """
    levels = [int(codes.max()) + 1 for codes in effects]
    absorbed = levels[0]
    for later in range(1, len(effects)):
        groups = [_count_components(effects[earlier], effects[later]) for earlier in range(later)]
        absorbed += levels[later] - max(groups)
    return absorbed


def _count_components(first: np.ndarray, second: np.ndarray) -> int:
    """Connected components of the graph that joins levels occurring in one observation."""
    offset = int(first.max()) + 1
    size = offset + int(second.max()) + 1
    graph = coo_array((np.ones(len(first)), (first, second + offset)), shape=(size, size))
    return connected_components(graph, directed=False)[0]


def _estimate(sample: pd.DataFrame, effects: list[np.ndarray], regression: Regression):
    """Fit on standardised variables, so that units do not matter, and return to the given ones.

    Returns linearmodels' results (dependent in standard deviations), the coefficients (K+1,) and their
    covariance (K+1, K+1) without small-sample factor.
    """
    names = [regression.dependent, *regression.regressors]
    values = sample[names].to_numpy(float)
    constant = [name for name, spread in zip(names, np.ptp(values, axis=0), strict=True) if spread == 0]
    if constant:
        raise InputError(f"`{constant[0]}` has the same value in all {len(sample)} observations of the sample.")
    mean, scale = values.mean(axis=0), values.std(axis=0)
    standardised = pd.DataFrame((values - mean) / scale, columns=names)
    fit = _absorb(standardised, regression, effects)

    k = len(regression.regressors)
    slope = scale[0] / scale[1:]
    back = np.zeros((k + 1, k + 1))  # slopes and constant in the given units, from the standardised ones
    back[:k, :k] = np.diag(slope)
    back[k, :k] = -mean[1:] * slope
    back[k, k] = scale[0]
    standardised_coefficients = fit.params.to_numpy()
    coefficients = back @ standardised_coefficients
    coefficients[k] += mean[0]
    return fit, coefficients, back @ fit.cov.to_numpy() @ back.T


def _absorb(standardised: pd.DataFrame, regression: Regression, effects: list[np.ndarray]):
    """linearmodels' fit of the standardised variables and a constant; InputError where not identified."""
    regressors = list(regression.regressors)
    fit = _fit_absorbing(standardised, regression, regressors, effects)
    omitted = [name for name in regressors if name not in fit.params.index]
    over = f"within {_joined(regression.absorbed)}" if regression.absorbed else "in the sample"
    for name in omitted:
        alone = _fit_absorbing(standardised, regression, [name], effects)
        if name not in alone.params.index:
            raise InputError(f"the regressor `{name}` does not vary {over}, so it has no coefficient; leave it out.")
        before = _joined(regressors[: regressors.index(name)])
        raise InputError(f"the regressor `{name}` is collinear {over} with {before}; leave one out.")
    within = fit.model.absorbed_dependent.to_numpy()
    if np.mean(within**2) < _ABSORBED:
        raise InputError(f"the dependent variable `{regression.dependent}` does not vary {over}.")
    if 1 - fit.absorbed_rsquared < _PERFECT_FIT:
        raise InputError(f"the residuals are zero: `{regression.dependent}` is an exact sum of regressors and effects.")
    return fit


def _fit_absorbing(
    standardised: pd.DataFrame, regression: Regression, regressors: list[str], effects: list[np.ndarray]
):
    exog = standardised[regressors].assign(**{CONSTANT: 1.0})
    absorb = pd.DataFrame({f"effect{i}": pd.Categorical(codes) for i, codes in enumerate(effects)})
    model = AbsorbingLS(standardised[regression.dependent], exog, absorb=absorb, drop_absorbed=True)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # an omitted regressor: the caller says which and why
        return model.fit(
            cov_type=_COVARIANCE[regression.vcov],
            debiased=False,
            method="lsmr",
            absorb_options=_ABSORPTION,
            use_cache=False,
        )


def _f_statistic(slopes: np.ndarray, covariance: np.ndarray) -> float:
    """Wald statistic of all slopes over their number; missing, as in reghdfe, for a singular covariance."""
    error = np.sqrt(np.diag(covariance))
    correlation = covariance / np.outer(error, error)
    if not np.isfinite(correlation).all() or np.linalg.matrix_rank(correlation) < len(slopes):
        return np.nan
    t = slopes / error
    return t @ np.linalg.solve(correlation, t) / len(slopes)


def _joined(names) -> str:
    return " and ".join(f"`{name}`" for name in names)
