"""Random panels and random columns against least squares on explicit dummies, each variable less its first value."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from _dense import indicators, labels, small_sample, spread, without_singletons
from hypothesis import given, settings
from hypothesis import strategies as st
from study.helpers import InputError
from study.regression.formula import parse_column
from study.regression.least_squares import fit

TOLERANCE = 1e-8
WELL_CONDITIONED = 0.03  # smallest singular value of unit columns from which numbers are compared

# What a unit's code may look like
CODES = {
    "text": lambda code: f"u{code}",
    "number": lambda code: code,
    "decimal": lambda code: code + 0.5,
    "long": lambda code: 110_101_199_001_011_000 + code,
    "chinese": lambda code: "省市区县"[code % 4] + str(code),
}
OFFSETS = (0.0, 0.0, 5.0, -1e3, 1e6, -1e9, 1e12)
EFFECTS = (
    (),
    ("unit",),
    ("unit", "year"),
    ("year", "unit"),
    ("unit", "year^group"),
    ("unit^group", "year"),
    ("group",),
)
CLUSTERS = ("unit", "year", "group", "region", "unit^group", "region^year")
INSTRUMENTED = {"d": (("z1",), ("z1", "z2"), ("z1", "z2", "z3")), "d + e": (("z1", "z2"), ("z3", "z1", "z2"))}
# Conditions in the config's words, and by pandas
CONDITIONS = {
    "": lambda data: data["x1"].notna() | True,
    "group != 2": lambda data: data["group"] != 2,
    "not group in [1, 2]": lambda data: ~data["group"].isin([1, 2]),
    "year > 2014 and flag == 'a'": lambda data: (data["year"] > 2014) & (data["flag"] == "a"),
    "2013 < year <= 2017 or `raw x` > 0": lambda data: data["year"].between(2014, 2017) | (data["raw x"] > 0),
    "0.5 >= `raw x` or flag != 'a'": lambda data: (data["raw x"] <= 0.5) | (data["flag"] != "a"),
}


@st.composite
def studies(draw):
    """A panel (DataFrame) and a column of the config."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    units, years = draw(st.integers(4, 14)), draw(st.integers(3, 8))
    n = units * years
    unit, year = np.repeat(np.arange(units), years), np.tile(np.arange(years), units)
    code = CODES[draw(st.sampled_from(sorted(CODES)))]
    data = pd.DataFrame({"unit": [code(one) for one in unit], "year": 2013 + year, "region": unit % 3})
    data["group"] = rng.integers(1, draw(st.integers(2, 5)) + 1, n)
    data["flag"] = rng.choice(["a", "b"], n)
    data["weight"] = rng.uniform(0.3, 3, n)
    effect = rng.normal(size=units)[unit] + rng.normal(size=years)[year]
    cause = rng.normal(size=n)
    x, z = (rng.normal(size=(n, 3)) + 0.5 * effect[:, None] for _ in range(2))
    data["raw x"] = x[:, 0]
    pure = {f"x{at}": x[:, at - 1] for at in (1, 2, 3)} | {f"z{at}": z[:, at - 1] for at in (1, 2, 3)}
    pure["d"] = z[:, 0] + 0.5 * z[:, 1] + x[:, 0] + cause + rng.normal(size=n)
    pure["e"] = z[:, 2] - 0.7 * z[:, 1] - 0.5 * cause + rng.normal(size=n)
    pure["y"] = pure["d"] - x[:, 1] + cause + effect + rng.normal(size=n) * (1 + np.abs(x[:, 0]))
    for name, values in pure.items():
        data[name] = values * draw(st.sampled_from([1.0, 1.0, 37.5, 1e4])) + draw(st.sampled_from(OFFSETS))
    if draw(st.booleans()):
        data.loc[rng.random(n) < 0.06, "x1"] = np.nan
    data = data[rng.random(n) < draw(st.sampled_from([1.0, 0.9, 0.7]))].sample(frac=1, random_state=0)

    endogenous = draw(st.sampled_from(["", "", *INSTRUMENTED]))
    regressors = draw(st.lists(st.sampled_from(["x1", "x2", "x3", "x2:group"]), min_size=not endogenous, unique=True))
    effects = draw(st.sampled_from(EFFECTS))
    column = {"formula": f"y ~ {' + '.join(regressors) or '1'}"}
    column["formula"] += f" | {' + '.join(effects)}" if effects else ""
    if endogenous:
        column["formula"] += f" | {endogenous} ~ {' + '.join(draw(st.sampled_from(INSTRUMENTED[endogenous])))}"
    clusters = draw(st.lists(st.sampled_from(CLUSTERS), max_size=3, unique=True))
    column["vcov"] = {"cluster": clusters} if clusters else draw(st.sampled_from(["iid", "robust"]))
    column["sample"] = draw(st.sampled_from(sorted(CONDITIONS)))
    column["singletons"] = draw(st.sampled_from(["drop", "keep"]))
    if draw(st.booleans()):
        column["weights"] = "weight"
    return data, column


def dense(data, column):
    """Slopes, constant and their covariance; None where the data do not determine them well."""
    asked = parse_column(column)
    names = [name for term in (asked.dependent, *asked.slopes, *asked.instruments) for name in term.split(":")]
    data = data[CONDITIONS[asked.sample](data)].dropna(subset=names)
    if len(data) < 8:
        return None
    if asked.absorbed and asked.singletons == "drop":
        cells = data.assign(**{name: labels(data, name) for name in asked.absorbed})
        data = data.loc[without_singletons(cells, *asked.absorbed).index]
    vcov = list(asked.clusters) or asked.vcov
    groups = [labels(data, name).nunique() for name in asked.clusters] if len(data) else [0]
    n, k = len(data), len(asked.slopes)
    if n < 8 or min(groups, default=2) < 2:
        return None
    w = data["weight"] / data["weight"].mean() if asked.weights else pd.Series(1.0, data.index)
    root = np.sqrt(w.to_numpy())[:, None]
    dummies = [indicators(data, name) for name in asked.absorbed]
    left, singular, _ = np.linalg.svd(np.column_stack([root, *(root * part for part in dummies)]), full_matrices=False)
    basis = left[:, singular > 1e-9 * singular[0]]
    if n - basis.shape[1] - max(k, len(asked.instruments) + len(asked.regressors)) < 2:
        return None

    def columns(terms):
        """Partialled columns, and the means, of variables less their first value; products are made before."""
        values = np.column_stack(
            [np.empty((n, 0)), *(np.prod([data[p].to_numpy(float) for p in t.split(":")], axis=0) for t in terms)]
        )
        first = values[:1]
        values = (values - first) * root
        means = first[0] + (root * values).sum(axis=0) / n
        total = np.linalg.norm(values - root * (means - first), axis=0)
        values = values - basis @ (basis.T @ values)
        values -= basis @ (basis.T @ values)
        shares.extend(np.linalg.norm(values, axis=0) / np.where(total > 0, total, np.inf))
        return values, means

    shares: list[float] = []
    (y, mean_y), (x, mean_x), (exogenous, _) = map(columns, ([asked.dependent], asked.slopes, asked.regressors))
    instruments = np.column_stack([exogenous, columns(asked.instruments)[0]]) if asked.endogenous else x
    size, spans = np.linalg.norm(x, axis=0), [instruments, x]
    if min(shares) < 1e-4:  # what the effects leave of a variable
        return None
    if any(np.linalg.svd(s / np.linalg.norm(s, axis=0), compute_uv=False)[-1] < WELL_CONDITIONED for s in spans):
        return None
    q = np.linalg.qr(instruments / np.linalg.norm(instruments, axis=0))[0]
    projected = q @ (q.T @ (x / size))
    if np.linalg.svd(projected, compute_uv=False)[-1] < WELL_CONDITIONED:
        return None
    b = np.linalg.lstsq(projected, y, rcond=None)[0][:, 0]
    residual = y[:, 0] - x / size @ b
    if residual @ residual < 1e-6 * (y[:, 0] @ y[:, 0]):
        return None
    design = np.column_stack([projected, root])
    bread = np.linalg.inv(design.T @ design)
    v = bread @ spread(data, design * residual[:, None], vcov) @ bread
    v = bread * (residual @ residual) / n if vcov == "iid" else v
    v = v * small_sample(data, k, list(asked.absorbed), vcov)
    back = np.diag(np.append(1 / size, 1))
    back[-1, :-1] = -mean_x / size
    slopes = b / size
    return SimpleNamespace(
        n=n,
        df=min([n - k - basis.shape[1], *(count - 1 for count in groups if asked.clusters)]),
        slopes=slopes,
        constant=mean_y[0] - mean_x @ slopes,
        addends=abs(mean_y[0]) + np.abs(mean_x * slopes).sum(),
        v=back @ v @ back.T,
        definite=np.linalg.eigvalsh(v[:-1, :-1]).min() > 1e-9 * np.linalg.eigvalsh(v[:-1, :-1]).max(),
        several=len(asked.clusters) > 1,
    )


def compare(data, column):
    """Whether the column has numbers; they are then those of the dense dummies."""
    expected = dense(data, column)
    try:
        found = fit(data, parse_column(column))
    except InputError as refusal:
        assert expected is None or "is nowhere" in str(refusal), refusal
        return False
    if expected is None:
        return False
    k = len(expected.slopes)
    assert (found.stats["n"], found.stats["df_resid"]) == (expected.n, expected.df)
    error = np.sqrt(np.diag(expected.v)[:k].clip(min=0))
    near = np.maximum(np.abs(expected.slopes), error)
    assert (np.abs(found.coefficients[:k] - expected.slopes) <= TOLERANCE * near).all()
    assert abs(found.coefficients[k] - expected.constant) <= TOLERANCE * expected.addends
    if expected.definite:
        np.testing.assert_allclose(np.sqrt(np.diag(found.covariance)[:k]), error, rtol=TOLERANCE)
    if not expected.several:
        assert np.sqrt(found.covariance[k, k]) == pytest.approx(np.sqrt(expected.v[k, k]), rel=TOLERANCE)
    return True


@settings(max_examples=200, deadline=None, derandomize=True)
@given(study=studies())
def test_random_columns_of_random_panels(study):
    compare(*study)


def test_most_random_columns_are_compared():
    compared = []

    @settings(max_examples=40, deadline=None, derandomize=True)
    @given(study=studies())
    def count(study):
        compared.append(compare(*study))

    count()
    assert np.mean(compared) > 0.5
