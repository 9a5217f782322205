"""First stages and tests of an instrumental-variables regression: what Stata's ivreghdfe and ivreg2 print.

All tests work on variables from which the absorbed effects and the exogenous regressors are partialled out. K1
endogenous regressors Y (N, K1), L excluded instruments Z (N, L); df_a, N and the small-sample factor as in
least_squares.

References: Kleibergen and Paap (2006), Journal of Econometrics 133; Cragg and Donald (1993), Econometric Theory 9;
Stock and Yogo (2005), Testing for weak instruments in linear IV regression, Tables 5.1 and 5.2; Baum, Schaffer and
Stillman (2007), Stata Journal 7(4).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from scipy.linalg import solve_triangular
from scipy.special import chdtrc, fdtrc

from study.regression.least_squares import Design, Estimates, least_squares, wald
from study.regression.terms import CONSTANT

_LEAST_EIGENVALUE = 1e-10  # smallest eigenvalue of a correlation matrix that counts as positive
_VANISHING = 1e-10  # root mean square of a score, over the largest, that is zero but for rounding


def first_stages(design: Design) -> dict[str, Estimates]:
    """The regression of each endogenous regressor on instruments and exogenous regressors.

    Coefficients as `estimate` gives them, in the given units; `stats` has n, df_resid, f and f_p_value (all excluded
    instruments zero, by the regression's own covariance, missing where clustering leaves that indefinite) and
    partial_r2 (of the excluded instruments). Instruments of a group in which the regressor does not vary, as where
    each group has its own, are no part of the test: its numerator counts the others, as Stata's `test` does.
    """
    stages = {}
    regressors = (*design.instruments, *design.regressors)
    count = len(design.instruments)
    for name in design.regression.endogenous:
        coefficients, covariance, residuals = least_squares(design, name, regressors)
        _, _, without = least_squares(design, name, design.regressors, repair=False)
        weights = design.sample.weights
        tested = least_squares(design, name, regressors, repair=False)[1][:count, :count]
        count_tested, f = _joint_test(design, coefficients[:count], tested, residuals)
        df_resid = design.df_resid(len(regressors))
        stats = {
            "n": design.n,
            "df_resid": df_resid,
            "f": f,
            "f_p_value": fdtrc(count_tested, df_resid, f),
            "partial_r2": 1 - (weights @ residuals**2) / (weights @ without**2),
        }
        stages[name] = Estimates((*regressors, CONSTANT), coefficients, covariance, stats)
    return stages


def instrument_tests(design: Design, critical_values: Sequence[Mapping[str, str]]) -> dict[str, float]:
    """Underidentification, weak identification and overidentification, by name.

    kleibergen_paap_lm, _lm_df, _lm_p_value (iid: Anderson's canonical-correlation LM); kleibergen_paap_f (iid: equal
    to the next); cragg_donald_f; stock_yogo_size_10, ... (of `critical_values`, rows of resources/stock_yogo.csv:
    they hold for the Cragg-Donald F under homoskedasticity); overid (Sargan's statistic with iid, else Hansen's J of
    two-step GMM), overid_df, overid_p_value, where there are more instruments than endogenous regressors. A statistic
    is missing where too few clusters, or two-way clustering, leave the scores' covariance not positive definite.
    """
    n, k1, count = design.n, len(design.regression.endogenous), len(design.instruments)
    root = np.sqrt(design.sample.weights)[:, None]
    controls = design.columns(design.regressors) * root
    regression = design.regression
    dependent, y, z = (
        _residuals(design.columns(terms) * root, controls)
        for terms in ([regression.dependent], regression.endogenous, design.instruments)
    )
    df = count - k1 + 1
    lm = n * _rank_statistic(design, y, z, y)
    residuals = _residuals(y, z)
    # the chi-square of the unrestricted model, with the small-sample factor of a regression on all instruments
    total = len(design.regressors) + count
    f = n * _rank_statistic(design, y, z, residuals) / design.factor(total) / count
    smallest = _smallest_canonical(y, z)
    tests = {
        "kleibergen_paap_lm": lm,
        "kleibergen_paap_lm_df": df,
        "kleibergen_paap_lm_p_value": chdtrc(df, lm),
        "kleibergen_paap_f": f,
        "cragg_donald_f": smallest / (1 - smallest) * (n - total - design.df_absorbed) / count,
    }
    for row in critical_values:
        if (int(row["endogenous"]), int(row["instruments"])) == (k1, count):
            tests |= {f"stock_yogo_{key}": float(row[key]) for key in list(row)[2:] if row[key]}
    if count > k1:
        tests["overid"] = _overidentification(design, dependent, y, z)
        tests["overid_df"] = count - k1
        tests["overid_p_value"] = chdtrc(count - k1, tests["overid"])
    return tests


def score_covariance(design: Design, scores: np.ndarray) -> np.ndarray:
    """Mean outer product (m, m) of scores (N, m); with clusters of their sums, several ways by inclusion-exclusion."""

    def summed(codes):
        sums = np.array([np.bincount(codes, column) for column in scores.T])
        return sums @ sums.T / len(scores)

    parts = design.sample.cluster_parts
    return sum(sign * summed(codes) for sign, codes in parts) if parts else scores.T @ scores / len(scores)


def _rank_statistic(design: Design, y: np.ndarray, z: np.ndarray, errors: np.ndarray) -> float:
    """Kleibergen and Paap's rk statistic over N, of the null that Z'Y has rank K1 - 1.

    `errors` (N, K1): Y itself for the LM form, residuals of Y on Z for the Wald form.
    """
    n, k1 = y.shape
    left, right = (np.linalg.qr(part) for part in (z, y))
    theta = left[0].T @ right[0]  # (L, K1): its singular values are the canonical correlations
    left = left[0] * np.sqrt(n)
    right = solve_triangular(right[1], errors.T, trans="T").T * np.sqrt(n)
    # what is orthogonal to the K1 - 1 larger singular directions; the statistic is the same in any basis of that
    # space, so the paper's normalisation, whose inverse need not exist, is left out
    u, _, vt = np.linalg.svd(theta)
    turn = np.kron(vt[k1 - 1 :], u[:, k1 - 1 :].T)
    small = (u[:, k1 - 1 :].T @ theta @ vt[k1 - 1 :].T).ravel()
    if design.regression.vcov == "iid":
        spread = np.kron(right.T @ right / n, np.eye(left.shape[1]))
    else:
        scores = np.einsum("nk,nl->nkl", right, left).reshape(n, -1)
        spread = score_covariance(design, scores)
        moments, kept = _varying(scores), _varying(scores @ turn.T)
        turn, small = kept.T @ turn, kept.T @ small
        if not _definite(moments.T @ spread @ moments):
            return np.nan
    variance = turn @ spread @ turn.T
    return float(small @ np.linalg.solve(variance, small)) if _definite(variance) else np.nan


def _joint_test(
    design: Design, coefficients: np.ndarray, covariance: np.ndarray, residuals: np.ndarray
) -> tuple[int, float]:
    """Number of restrictions and F of the excluded instruments' coefficients (L,) being zero; F missing if indefinite.

    residuals (N,) : of the standardised first stage. Instruments whose scores vanish in every observation have the
    coefficient zero and no variance, and restrict nothing.
    """
    if design.regression.vcov != "iid":
        root = np.sqrt(design.sample.weights)[:, None]
        z = _residuals(design.columns(design.instruments) * root, design.columns(design.regressors) * root)
        q, r = np.linalg.qr(z)
        kept = _varying(q * residuals[:, None] * root)
        if kept.shape[1] < len(coefficients):
            at = [design.sample.terms.index(term) for term in design.instruments]
            turn = kept.T @ r @ np.diag(design.scale[at])
            coefficients, covariance = turn @ coefficients, turn @ covariance @ turn.T
    count = len(coefficients)
    return count, wald(coefficients, covariance) / count if count and _definite(covariance) else np.nan


def _varying(scores: np.ndarray) -> np.ndarray:
    """Basis (m, r) of the combinations of scores (N, m) that do not vanish in every observation.

    A regressor and an instrument of different groups have a product that is zero everywhere: it restricts nothing.
    """
    _, values, basis = np.linalg.svd(scores, full_matrices=False)
    return basis[values > _VANISHING * values[0]].T


def _smallest_canonical(y: np.ndarray, z: np.ndarray) -> float:
    """Smallest squared canonical correlation of Y and Z."""
    qy, qz = np.linalg.qr(y)[0], np.linalg.qr(z)[0]
    return float(np.linalg.svd(qz.T @ qy, compute_uv=False).min() ** 2)


def _overidentification(design: Design, y: np.ndarray, x: np.ndarray, z: np.ndarray) -> float:
    """Sargan's statistic (iid), else Hansen's J: two-step GMM weighted by the scores of two-stage least squares.

    y (N, 1), x (N, K1), z (N, L) : without effects and exogenous regressors, whose moments fit exactly and do not
    change J. Missing where the scores' covariance is not positive definite, for want of clusters.
    """
    n = design.n
    q = np.linalg.qr(z)[0]
    u = y - x @ np.linalg.lstsq(q.T @ x, q.T @ y, rcond=None)[0]
    if design.regression.vcov == "iid":
        return float(n * np.sum((q.T @ u) ** 2) / np.sum(u**2))
    spread = score_covariance(design, q * u)
    if not _definite(spread):
        return np.nan
    weight = np.linalg.inv(spread)
    moments = q.T @ x
    beta = np.linalg.solve(moments.T @ weight @ moments, moments.T @ weight @ q.T @ y)
    g = (q.T @ (y - x @ beta))[:, 0]
    return float(g @ weight @ g / n)


def _definite(matrix: np.ndarray) -> bool:
    """Whether a symmetric matrix is positive definite, whatever the units."""
    scale = np.sqrt(np.diag(matrix).clip(min=0))
    return bool((scale > 0).all() and np.linalg.eigvalsh(matrix / np.outer(scale, scale)).min() > _LEAST_EIGENVALUE)


def _residuals(values: np.ndarray, regressors: np.ndarray) -> np.ndarray:
    """Residuals of the columns of `values` on `regressors`."""
    return values - regressors @ np.linalg.lstsq(regressors, values, rcond=None)[0] if regressors.size else values
