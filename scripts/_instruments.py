"""First stages and tests of an instrumental-variables regression: what Stata's ivreghdfe and ivreg2 print.

All tests work on variables from which the absorbed effects and the exogenous regressors are partialled out. K1
endogenous regressors Y (N, K1), L excluded instruments Z (N, L); df_a, N and the small-sample factor as in
_regression.

References: Kleibergen and Paap (2006), Journal of Econometrics 133; Cragg and Donald (1993), Econometric Theory 9;
Stock and Yogo (2005), Testing for weak instruments in linear IV regression, Tables 5.1 and 5.2; Baum, Schaffer and
Stillman (2007), Stata Journal 7(4).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from _regression import Design, Estimates, least_squares, wald
from _terms import CONSTANT
from scipy.linalg import cholesky, solve_triangular, sqrtm
from scipy.special import chdtrc, fdtrc

_SINGULAR = 1e-10  # smallest eigenvalue of a correlation matrix that counts as positive


def first_stages(design: Design) -> dict[str, Estimates]:
    """The regression of each endogenous regressor on instruments and exogenous regressors.

    Coefficients as `estimate` gives them, in the given units; `stats` has n, df_resid, f and f_p_value (all excluded
    instruments zero, by the regression's own covariance, missing where two-way clustering leaves that indefinite) and
    partial_r2 (of the excluded instruments).
    """
    stages = {}
    regressors = (*design.instruments, *design.regressors)
    count = len(design.instruments)
    for name in design.regression.endogenous:
        coefficients, covariance, residuals = least_squares(design, name, regressors)
        _, _, without = least_squares(design, name, design.regressors)
        weights = design.sample.weights
        tested = least_squares(design, name, regressors, repair=False)[1][:count, :count]
        f = wald(coefficients[:count], tested) / count if _definite(tested) else np.nan
        df_resid = design.df_resid(len(regressors))
        stats = {
            "n": design.n,
            "df_resid": df_resid,
            "f": f,
            "f_p_value": fdtrc(count, df_resid, f),
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
    clusters = list(design.sample.clusters.values())
    if not clusters:
        return scores.T @ scores / len(scores)

    def summed(codes):
        sums = np.array([np.bincount(codes, column) for column in scores.T])
        return sums @ sums.T / len(scores)

    total = sum(summed(codes) for codes in clusters)
    if len(clusters) == 2:
        total = total - summed(clusters[0] * (int(clusters[1].max()) + 1) + clusters[1])
    return total


def _rank_statistic(design: Design, y: np.ndarray, z: np.ndarray, errors: np.ndarray) -> float:
    """Kleibergen and Paap's rk statistic over N, of the null that Z'Y has rank K1 - 1.

    `errors` (N, K1): Y itself for the LM form, residuals of Y on Z for the Wald form.
    """
    n, k1 = y.shape
    count = z.shape[1]
    root_y = cholesky(y.T @ y / n, lower=True)
    root_z = cholesky(z.T @ z / n, lower=True)
    theta = solve_triangular(root_z, z.T @ y / n, lower=True)
    theta = solve_triangular(root_y, theta.T, lower=True).T  # (L, K1): its singular values are canonical correlations
    left = solve_triangular(root_z, z.T, lower=True).T
    right = solve_triangular(root_y, errors.T, lower=True).T
    if design.regression.vcov == "iid":
        spread = np.kron(right.T @ right / n, np.eye(count))
    else:
        scores = np.einsum("nk,nl->nkl", right, left).reshape(n, k1 * count)
        spread = score_covariance(design, scores)
    u, _, vt = np.linalg.svd(theta)
    q = k1 - 1
    u2, v2 = u[:, q:], vt.T[:, q:]
    a = u2 @ np.linalg.solve(u2[q:], sqrtm(u2[q:] @ u2[q:].T).real)
    b = sqrtm(v2[q:] @ v2[q:].T).real @ np.linalg.solve(v2[q:].T, v2.T)
    small = (a.T @ theta @ b.T).ravel()
    turn = np.kron(b, a.T)
    variance = turn @ spread @ turn.T
    if not (_definite(spread) and _definite(variance)):
        return np.nan
    return float(small @ np.linalg.solve(variance, small))


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
    return bool((scale > 0).all() and np.linalg.eigvalsh(matrix / np.outer(scale, scale)).min() > _SINGULAR)


def _residuals(values: np.ndarray, regressors: np.ndarray) -> np.ndarray:
    """Residuals of the columns of `values` on `regressors`."""
    return values - regressors @ np.linalg.lstsq(regressors, values, rcond=None)[0] if regressors.size else values
