"""A simulated panel, and its regressions by linear algebra on explicit dummies: what the estimators must equal."""

from itertools import combinations
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from conftest import ABSENT, SHARED
from study.regression import least_squares as regression
from study.regression.formula import parse_column

VECTORS = SHARED / "vectors" / "econ"


def read_vectors(name):
    """Published numbers, rows (case, quantity) -> value and tolerance, and the folder of their data."""
    folder = VECTORS / name
    if not SHARED.is_dir():
        pytest.skip(ABSENT)
    return pd.read_csv(folder / "expected.csv").set_index(["case", "quantity"]), folder


def column(formula, vcov="robust", **keys):
    """A parsed column; `vcov` may be cluster names in a list."""
    return parse_column({"formula": formula, "vcov": {"cluster": vcov} if isinstance(vcov, list) else vcov, **keys})


def fit(data, formula, vcov="robust", **keys):
    return regression.fit(data, column(formula, vcov, **keys))


def prepare(data, formula, vcov="robust", **keys):
    return regression.prepare(data, column(formula, vcov, **keys))


def term(estimates, name):
    return estimates.table.set_index("term").loc[name]


def simulate(seed=20250701, n=260):
    """Unbalanced, text and number ids, provinces nested in regions, heteroskedastic, regressors of far units."""
    rng = np.random.default_rng(seed)
    number = rng.integers(0, 31, n)
    data = pd.DataFrame(
        {
            "province": [f"p{i}" for i in number],
            "year": rng.integers(2013, 2023, n),
            "sector": rng.integers(0, 7, n).astype(float),
            "region": number % 9,
            "weight": rng.uniform(0.2, 3, n),
        }
    )
    z = rng.normal(size=(n, 3)) + rng.normal(size=31)[number][:, None]
    data[["z1", "z2", "z3"]] = z * [1, 1e-4, 1]
    cause = rng.normal(size=n) + rng.normal(size=31)[number]
    data["x1"] = rng.normal(size=n) + data["year"] - 2013
    data["x2"] = 1e9 * (5 + rng.normal(size=n) + 0.3 * data["sector"])
    data["d"] = 0.6 * z[:, 0] + 0.4 * z[:, 1] + 0.3 * data["x1"] + cause + rng.normal(size=n)
    data["e"] = 0.7 * z[:, 2] - 0.3 * z[:, 0] + 0.5 * cause + rng.normal(size=n)
    data["y"] = 0.4 * data["x1"] - 2e-10 * data["x2"] + 0.2 * data["sector"] + 0.5 * data["d"] - cause
    data["y"] += rng.normal(size=n) * (0.5 + 0.2 * np.abs(data["x1"]))
    # slopes that differ between provinces and between sectors correlate the scores within both
    sector = data["sector"].astype(int)
    for x in (data["x1"], data["x2"] / 1e9, data["d"]):
        data["y"] += (x - x.mean()) * (rng.normal(size=31)[number] + rng.normal(size=7)[sector])
    return data


def without_singletons(data, *effects):
    """Rows left when levels that occur once are dropped again and again."""
    while True:
        counts = np.column_stack([data.groupby(effect)[effect].transform("size") for effect in effects])
        if (counts > 1).all():
            return data
        data = data[(counts > 1).all(axis=1)]


def labels(data, name):
    """Text (N,) of a category; `a^b` is that of combinations."""
    return data[name.split("^")].astype(str).agg(" ".join, axis=1)


def indicators(data, name):
    """Dummies (N, levels) of an effect; `a^b` is that of combinations."""
    return pd.get_dummies(labels(data, name), dtype=float).to_numpy()


def outside(matrix, values):
    """Residuals of the columns of `values` on those of `matrix`."""
    return values - matrix @ np.linalg.lstsq(matrix, values, rcond=None)[0]


def dense(
    data, regressors, absorbed=(), vcov="robust", endogenous=(), instruments=(), weights=None, dependent="y"
) -> SimpleNamespace:
    """(Two-stage) least squares with a constant and dummies that average zero over the sample.

    b and V of endogenous regressors, regressors and constant, R2s, and `partial`, which takes effects and regressors
    out of variables and multiplies by the root of the weights.
    """
    n, slopes = len(data), [*endogenous, *regressors]
    w = (data[weights] / data[weights].mean()).to_numpy() if weights else np.ones(n)
    root = np.sqrt(w)[:, None]
    y = data[dependent].to_numpy(float) * root[:, 0]
    scale = data[slopes].to_numpy(float).std(axis=0)
    basis = np.empty((n, 0))
    if absorbed:
        dummies = np.column_stack([indicators(data, name) for name in absorbed])
        left, singular, _ = np.linalg.svd(
            root * (dummies - np.average(dummies, axis=0, weights=w)), full_matrices=False
        )
        basis = left[:, singular > 1e-9 * singular[0]]
    effects = np.column_stack([root, basis])

    def values(names):
        found = data[list(names)].to_numpy(float)
        return root * found / found.std(axis=0)

    x = np.column_stack([values(slopes), effects])
    exogenous = np.column_stack([values(regressors), effects])
    first = np.linalg.qr(np.column_stack([values(instruments), exogenous]))[0]
    projected = first @ (first.T @ x) if endogenous else x
    bread = np.linalg.inv(projected.T @ projected)
    b = bread @ projected.T @ y
    residual = y - x @ b
    v = bread @ spread(data, projected * residual[:, None], vcov) @ bread
    if vcov == "iid":
        v = bread * (residual @ residual) / n
    factor = small_sample(data, len(slopes), absorbed, vcov)
    k, unit = len(slopes) + 1, np.append(scale, 1)
    rss = residual @ residual
    within = outside(effects, y)
    return SimpleNamespace(
        b=b[:k] / unit,
        v=factor * v[:k, :k] / np.outer(unit, unit),
        residual=residual,
        r2=1 - rss / np.sum(outside(root, y) ** 2),
        r2_within=1 - rss / (within @ within),
        df=n - len(slopes) - effects.shape[1],
        partial=lambda *names: outside(exogenous, values(names)),
        rss=rss,
    )


def small_sample(data, k, absorbed, vcov):
    """reghdfe's factor by ranks of dummy matrices and by pandas' group sizes; `a^b` is each combination of two."""

    def rank(names):
        return np.linalg.matrix_rank(np.column_stack([indicators(data, name) for name in names])) if names else 0

    def nested(effect, cluster):
        return (labels(data, cluster).groupby(labels(data, effect)).nunique() == 1).all()

    n, df_a = len(data), rank(absorbed) if absorbed else 1
    if not isinstance(vcov, list):
        return n / (n - k - df_a)
    inside = [name for name in absorbed if any(nested(name, cluster) for cluster in vcov)]
    g = min(labels(data, cluster).nunique() for cluster in vcov)
    return (n - 1) / (n - k - (df_a - rank(inside)) - bool(inside)) * g / (g - 1)


def spread(data, scores, vcov):
    """Sum of outer products of scores (N, m), or of their sums by cluster, by inclusion and exclusion."""
    if not isinstance(vcov, list):
        return scores.T @ scores
    total = 0
    for size in range(1, len(vcov) + 1):
        for names in combinations(vcov, size):
            sums = pd.DataFrame(scores).groupby([labels(data, name).to_numpy() for name in names]).sum().to_numpy()
            total = total - (-1) ** size * (sums.T @ sums)
    return total
