"""Least squares and two-stage least squares with absorbed fixed effects: what Stata's reghdfe and ivreghdfe print.

The effects are partialled out of every variable, linearmodels estimates and gives the covariance without a
small-sample factor, and this module adds what Stata does around it: absorbed degrees of freedom, the factor, the
constant. Notation: N observations, K slopes, df_a absorbed degrees of freedom, G clusters.

References: Correia (2016), Linear models with high-dimensional fixed effects; reghdfe 6, `Regression.mata` and
`DoF.mata`; Baum, Schaffer and Stillman (2007), Stata Journal 7(4), ivreg2.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from linearmodels.iv import IV2SLS
from scipy.special import fdtrc, stdtr, stdtrit

from study.helpers import InputError, logger
from study.regression.absorption import count_absorbed, count_not_nested, partial_out
from study.regression.formula import Regression
from study.regression.samples import Sample, draw_sample, joined
from study.regression.terms import CONSTANT

ENTITY = "province"  # whose means the within-entity R2 takes out
_COVARIANCE = {"iid": "unadjusted", "robust": "robust", "cluster": "clustered"}
_ABSORBED = 1e-10  # what is left of a variable's sum of squares when effects or other terms explain it
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
        variance = np.diag(self.covariance)
        error = np.sqrt(np.where(variance > 0, variance, np.nan))  # zero: repaired, without a test
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


@dataclass(frozen=True)
class Design:
    """A regression ready to estimate: its sample, and every term standardised and partialled out.

    `within` (N, p), `mean` (p,) and `scale` (p,) run as `sample.terms`; standardised variables make results
    independent of units. `regressors` and `instruments` are those that are kept; `dropped` the collinear ones.
    """

    regression: Regression
    sample: Sample
    within: np.ndarray
    mean: np.ndarray
    scale: np.ndarray
    regressors: tuple[str, ...]
    instruments: tuple[str, ...]
    dropped: tuple[str, ...]

    @property
    def n(self) -> int:
        """Number of observations."""
        return len(self.within)

    @property
    def slopes(self) -> tuple[str, ...]:
        """Terms with a coefficient, endogenous ones first."""
        return (*self.regression.endogenous, *self.regressors)

    def columns(self, terms: Sequence[str]) -> np.ndarray:
        """The partialled terms (N, len(terms))."""
        return self.within[:, [self.sample.terms.index(term) for term in terms]]

    @property
    def df_absorbed(self) -> int:
        """df_a."""
        return count_absorbed(list(self.sample.effects.values()))

    @property
    def df_lost(self) -> int:
        """What the variance's factor takes from N besides slopes: df_a, clustered df_a' and one if effects are nested.

        The one stands for the constant, which then is a parameter that no counted effect includes.
        """
        if not self.sample.clusters:
            return self.df_absorbed
        df, nested = count_not_nested(list(self.sample.effects.values()), list(self.sample.clusters.values()))
        return df + nested

    @property
    def n_clusters(self) -> dict[str, int]:
        """Number of clusters by cluster variable."""
        return {name: int(codes.max()) + 1 for name, codes in self.sample.clusters.items()}

    def factor(self, n_terms: int) -> float:
        """Small-sample factor of a variance with `n_terms` slopes.

        iid and robust N/(N-K-df_a); clustered (N-1)/(N-K-df_a'-n) x G/(G-1), G the smallest number of clusters, as in
        reghdfe. ivreghdfe sets n = 0 where some effect is not nested, which changes standard errors by about 0.2% here.
        """
        if not self.sample.clusters:
            return self.n / (self.n - n_terms - self.df_lost)
        g = min(self.n_clusters.values())
        return (self.n - 1) / (self.n - n_terms - self.df_lost) * g / (g - 1)

    def df_resid(self, n_terms: int) -> int:
        """Degrees of freedom of t: N-K-df_a, with clusters at most G-1."""
        df = self.n - n_terms - self.df_absorbed
        return min([df, *(count - 1 for count in self.n_clusters.values())])


def fit(data: pd.DataFrame, regression: Regression) -> Estimates:
    """Estimate `regression` on `data` (one row an observation): `estimate(prepare(data, regression))`."""
    return estimate(prepare(data, regression))


def prepare(data: pd.DataFrame, regression: Regression, winsorised: pd.DataFrame | None = None) -> Design:
    """Draw the sample, partial the effects out and look for every reason not to estimate.

    winsorised : where the terms' values are taken from (`draw_sample`).

    Raises InputError naming the term and the reason: whatever `draw_sample` refuses, a term without variation, a
    collinear one (unless the regression drops them), too few observations or clusters, a perfect fit.
    """
    sample = draw_sample(data, regression, winsorised)
    for name, codes in sample.clusters.items():
        if codes.max() < 1:
            raise InputError(f"too few clusters: `{name}` has one value in the sample, and two at least are needed.")
    spread = np.ptp(sample.values, axis=0)
    optional = {*regression.regressors, *regression.instruments} if regression.collinear == "drop" else set()
    for term, width in zip(sample.terms, spread, strict=True):
        if width == 0 and term not in optional:
            raise InputError(f"`{term}` has the same value in all {len(sample.values)} observations of the sample.")
    # about the first value, so that a large offset takes no digits from the variation
    first = sample.values[0]
    deviations = sample.values - first
    centre = np.average(deviations, axis=0, weights=sample.weights)
    deviations -= centre
    largest = np.where(spread == 0, 1.0, np.abs(deviations).max(axis=0))  # whose square may be no number
    scale = largest * np.sqrt(np.average((deviations / largest) ** 2, axis=0, weights=sample.weights))
    scale = np.where(spread == 0, 1.0, scale)
    within = partial_out(deviations / scale, list(sample.effects.values()), np.sqrt(sample.weights))
    mean = first + centre
    design = Design(regression, sample, within, mean, scale, regression.regressors, regression.instruments, ())
    if np.average(design.columns([regression.dependent])[:, 0] ** 2, weights=sample.weights) < _ABSORBED:
        raise InputError(f"the dependent variable `{regression.dependent}` does not vary {_over(regression)}.")
    kept, instruments, dropped = _independent_terms(design)
    design = Design(regression, sample, within, mean, scale, kept, instruments, dropped)
    terms = len(kept) + max(len(regression.endogenous), len(instruments))
    if design.n - terms - max(design.df_absorbed, design.df_lost) < 1:
        raise InputError(
            f"{design.n} observations are too few for {terms} slopes and {design.df_absorbed} absorbed degrees of "
            "freedom."
        )
    if not regression.endogenous and _unexplained(design) < _PERFECT_FIT:
        raise InputError(f"the residuals are zero: `{regression.dependent}` is an exact sum of regressors and effects.")
    if regression.indirect:
        for name in (regression.indirect.treatment, regression.indirect.mediator):
            if name in dropped:
                raise InputError(f"indirect: `{name}` is dropped as collinear; put it before the other regressors.")
    return design


def estimate(design: Design) -> Estimates:
    """Coefficients and their covariance, as `reghdfe y x, absorb(...)` or `ivreghdfe y x (d = z), absorb(...) small`.

    iid: V = RSS/(N-K-df_a) (X'X)^-1; robust and clustered: `Design.factor` x HC0 or CR0, with X the regressors after
    partialling out (instrumented ones projected), their means added back, and a constant. So the constant is
    ybar - xbar'b, and it equals, with its standard error, the one of a regression on dummies whose effects average
    zero over the sample.

    `stats`: n, n_missing (rows dropped for a missing value), n_singletons (dropped), n_singletons_kept (where they
    are), df_absorbed (df_a), df_resid, r2 (overall,
    effects included), r2_adjusted, r2_within (all effects taken out), r2_within_entity (province means taken out, as
    xtivreg and ivreghdfe with year dummies print it; absent without province effects), rmse, f and f_p_value (all
    slopes zero), covariance_rank (of the slopes), n_clusters_<variable>.
    """
    regression, weights = design.regression, design.sample.weights
    terms = design.slopes
    coefficients, covariance, residuals = least_squares(
        design, regression.dependent, design.regressors, regression.endogenous, design.instruments
    )
    k = len(terms)
    rss = weights @ residuals**2  # of the standardised dependent variable, whose total is N
    within = weights @ design.columns([regression.dependent])[:, 0] ** 2
    df_model = design.n - k - design.df_absorbed
    f = wald(coefficients[:k], covariance[:k, :k]) / k
    stats = {
        "n": design.n,
        "n_missing": design.sample.n_missing,
        "n_singletons": design.sample.n_singletons,
        "df_absorbed": design.df_absorbed,
        "df_resid": design.df_resid(k),
        "r2": 1 - rss / design.n,
        "r2_adjusted": 1 - rss / design.n * (design.n - 1) / df_model,
        "r2_within": 1 - rss / within,
    }
    if regression.singletons == "keep":
        stats["n_singletons_kept"] = design.sample.n_singletons_kept
    if ENTITY in design.sample.effects:
        stats["r2_within_entity"] = 1 - rss / _entity_sum_of_squares(design)
    scale = design.scale[design.sample.terms.index(regression.dependent)]
    stats |= {"rmse": np.sqrt(rss / df_model) * scale, "f": f, "f_p_value": fdtrc(k, design.df_resid(k), f)}
    stats["covariance_rank"] = covariance_rank(covariance[:k, :k])
    stats |= {f"n_clusters_{name}": count for name, count in design.n_clusters.items()}
    return Estimates((*terms, CONSTANT), coefficients, covariance, stats)


def least_squares(
    design: Design,
    dependent: str,
    regressors: Sequence[str],
    endogenous: Sequence[str] = (),
    instruments: Sequence[str] = (),
    repair: bool = True,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """linearmodels' (two-stage) least squares of one partialled term on others and a constant.

    Returns coefficients (K+1,) and covariance (K+1, K+1) with the small-sample factor, in the given units, endogenous
    ones first and the constant last; and the residuals (N,) of the standardised dependent variable. repair : whether
    negative eigenvalues of a covariance by several clusters are set to zero.
    """
    exogenous = np.column_stack([design.columns(regressors), np.ones(design.n)])
    model = IV2SLS(
        design.columns([dependent]),
        exogenous,
        design.columns(endogenous) if endogenous else None,
        design.columns(instruments) if endogenous else None,
        weights=design.sample.weights,
    )
    result, matrix = _fit_covariance(model, design)
    # linearmodels puts the endogenous regressors after the constant
    k, first = len(regressors) + len(endogenous), len(regressors) + 1
    order = [*range(first, k + 1), *range(len(regressors)), len(regressors)]
    coefficients = result.params.to_numpy()[order]
    covariance = matrix[np.ix_(order, order)] * design.factor(k)
    residuals = design.columns([dependent])[:, 0] - exogenous @ coefficients[len(endogenous) :]
    if endogenous:
        residuals = residuals - design.columns(endogenous) @ coefficients[: len(endogenous)]

    at = [design.sample.terms.index(term) for term in (dependent, *endogenous, *regressors)]
    scale, mean = design.scale[at], design.mean[at]
    units = np.append(scale[0] / scale[1:], scale[0])
    back = np.diag(units)
    back[-1, :-1] = -mean[1:] * units[:-1]
    coefficients = back @ coefficients
    coefficients[-1] += mean[0]
    raw = back @ covariance @ back.T
    if len(design.sample.clusters) < 2 or not repair:
        return coefficients, raw, residuals
    # as in reghdfe, slopes are not changed for the constant, whose variance is negative where clusters are effects; its
    # own is that of the whole matrix in the given units, so it is not free of them
    slopes = _positive(covariance[:k, :k])
    if not np.array_equal(slopes, covariance[:k, :k]):
        logger.warning("covariance of %s by several clusters: negative eigenvalues set to zero", dependent)
    raw = _positive(raw, 0.0)
    raw[:k, :k] = back[:k, :k] @ slopes @ back[:k, :k].T
    return coefficients, raw, residuals


def wald(coefficients: np.ndarray, covariance: np.ndarray) -> float:
    """Wald statistic of all coefficients (k,) zero; missing, as in reghdfe, for a singular covariance (k, k)."""
    if covariance_rank(covariance) < len(coefficients):
        return np.nan
    error = np.sqrt(np.diag(covariance))
    t = coefficients / error
    return float(t @ np.linalg.solve(covariance / np.outer(error, error), t))


def covariance_rank(covariance: np.ndarray) -> int:
    """Rank of a covariance (k, k) whatever the units; terms without a variance count as none."""
    error = np.sqrt(np.diag(covariance).clip(min=0))
    kept = np.isfinite(error) & (error > 0)
    correlation = covariance[np.ix_(kept, kept)] / np.outer(error[kept], error[kept])
    return int(np.linalg.matrix_rank(correlation)) if kept.any() and np.isfinite(correlation).all() else 0


def _positive(covariance: np.ndarray, rounding: float = 1e-12) -> np.ndarray:
    """A covariance by several clusters with negative eigenvalues set to zero (Cameron, Gelbach and Miller 2011).

    rounding : share of the largest eigenvalue below which a negative one is left alone.
    """
    values, vectors = np.linalg.eigh(covariance)
    if values.min() >= -rounding * values.max():
        return covariance
    # what the negative ones contribute is taken out: entries that they hardly touch keep their digits
    negative = vectors[:, values < 0]
    return covariance - negative @ np.diag(values[values < 0]) @ negative.T


def _fit_covariance(model: IV2SLS, design: Design):
    """linearmodels' result and covariance (K+1, K+1) without a small-sample factor."""
    kind = _COVARIANCE[design.regression.vcov]
    parts = [
        (sign, model.fit(cov_type=kind, debiased=False, clusters=codes)) for sign, codes in design.sample.cluster_parts
    ]
    if not parts:
        result = model.fit(cov_type=kind, debiased=False)
        return result, result.cov.to_numpy()
    return parts[0][1], sum(sign * result.cov.to_numpy() for sign, result in parts)


def _entity_sum_of_squares(design: Design) -> float:
    """Sum of squares of the standardised dependent variable about its entity means."""
    sample = design.sample
    dependent = design.regression.dependent
    at = sample.terms.index(dependent)
    y = (sample.column(dependent) - design.mean[at]) / design.scale[at]
    codes, weights = sample.effects[ENTITY], sample.weights
    means = np.bincount(codes, weights * y) / np.bincount(codes, weights)
    return weights @ (y - means[codes]) ** 2


def _independent_terms(design: Design) -> tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]:
    """Exogenous regressors and instruments that are kept, and those of both that are dropped as collinear.

    Each is compared with what stands before it, regressors first. Raises InputError for a collinear one unless
    dropping is asked for, where fewer instruments than endogenous regressors are left, and for a collinear endogenous
    regressor.
    """
    regression, root = design.regression, np.sqrt(design.sample.weights)[:, None]
    basis = np.empty((design.n, 0))
    kept, instruments, dropped = [], [], []
    for kind, terms in (
        ("regressor", regression.regressors),
        ("instrument", regression.instruments),
        ("endogenous regressor", regression.endogenous),
    ):
        before = basis if kind != "endogenous regressor" else basis[:, : len(kept)]
        names = list(kept)
        for term in terms:
            column = design.columns([term])[:, 0] * root[:, 0]
            rest = column - before @ (before.T @ column)
            rest -= before @ (before.T @ rest)  # once more, for orthogonality to rounding
            if column @ column < _ABSORBED * design.n:
                fault = (
                    f"the {kind} `{term}` does not vary {_over(regression)}, so it has no coefficient; leave it out."
                )
            elif rest @ rest < _ABSORBED * (column @ column):
                others = joined(names) if names else "the absorbed effects"
                fault = f"the {kind} `{term}` is collinear {_over(regression)} with {others}; leave one out."
            else:
                before = np.column_stack([before, rest / np.sqrt(rest @ rest)])
                names.append(term)
                if kind != "endogenous regressor":
                    (kept if kind == "regressor" else instruments).append(term)
                continue
            if kind == "endogenous regressor" or regression.collinear != "drop":
                raise InputError(fault)
            logger.warning("dropped: %s", fault)
            dropped.append(term)
        if kind != "endogenous regressor":
            basis = before
    if len(instruments) < len(regression.endogenous):
        raise InputError(
            f"{len(regression.endogenous)} endogenous regressors but {len(instruments)} instrument(s) after dropping "
            f"the collinear {joined(dropped)}; as many instruments are needed at least."
        )
    for term in regression.endogenous:
        column = design.columns([term])[:, 0] * root[:, 0]
        rest = column - basis @ (basis.T @ column)
        if rest @ rest < _ABSORBED * (column @ column):
            raise InputError(
                f"the endogenous regressor `{term}` is {_over(regression)} an exact sum of instruments and regressors."
            )
    if not kept and not regression.endogenous:
        raise InputError("no regressor is left after dropping the collinear ones.")
    return tuple(kept), tuple(instruments), tuple(dropped)


def _unexplained(design: Design) -> float:
    """Residual over within sum of squares of the dependent variable on the regressors."""
    root = np.sqrt(design.sample.weights)[:, None]
    y, x = (design.columns(terms) * root for terms in ([design.regression.dependent], design.regressors))
    rest = y - x @ np.linalg.lstsq(x, y, rcond=None)[0]
    return float(np.sum(rest**2) / np.sum(y**2))


def _over(regression: Regression) -> str:
    return f"within {joined(regression.absorbed)}" if regression.absorbed else "in the sample"
