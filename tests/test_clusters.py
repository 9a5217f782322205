"""Several and combined clusters, the constant's variance under them, singletons that are kept, dropped instruments."""

import json

import numpy as np
import pandas as pd
import pytest
from _dense import dense, fit, prepare, simulate, term, without_singletons
from _printed import tidy
from estimate_table import estimate_table, to_json
from study.helpers import InputError
from study.output.printed_regressions import read_column
from study.regression.instruments import instrument_tests
from tabulate_table import write_notes

BOTH = ["province", "year"]


@pytest.fixture(scope="module")
def simulated():
    return simulate()


@pytest.fixture(scope="module")
def data(simulated):
    return without_singletons(simulated, *BOTH)


MANY = [
    ["province", "year", "sector"],
    ["region", "year", "sector"],
    ["region^sector"],
    ["province^year"],
    ["year^region", "sector"],
    ["region^sector", "year", "province"],
]


@pytest.mark.parametrize("vcov", MANY, ids=str)
@pytest.mark.parametrize("absorbed", [[], BOTH, ["region^sector", "year"]], ids=str)
def test_clusters_of_combinations_and_three_ways(simulated, absorbed, vcov):
    weights = "weight" if len(vcov) == 3 else None
    formula = "y ~ x1 + x2" + (f" | {' + '.join(absorbed)}" if absorbed else "")
    estimates = fit(simulated, formula, vcov, **({"weights": weights} if weights else {}))
    cells = simulated.assign(**{"region^sector": simulated["region"].astype(str) + simulated["sector"].astype(str)})
    sample = without_singletons(cells, *absorbed) if absorbed else cells
    expected = dense(sample, ["x1", "x2"], absorbed, vcov, weights=weights)
    units = np.outer([1, 1e9], [1, 1e9])
    np.testing.assert_allclose(estimates.covariance[:2, :2] * units, expected.v[:2, :2] * units, rtol=1e-8, atol=1e-12)
    counts = [sample[name.split("^")].drop_duplicates().shape[0] for name in vcov]
    assert [estimates.stats[f"n_clusters_{name}"] for name in vcov] == counts
    assert estimates.stats["df_resid"] == min(expected.df, *(count - 1 for count in counts))


def test_instruments_under_three_way_clusters(data):
    vcov = ["province", "year", "sector"]
    formula = "y ~ x1 + x2 | province + year | d ~ z1 + z2 + z3"
    expected = dense(data, ["x1", "x2"], BOTH, vcov, ["d"], ["z1", "z2", "z3"])
    found = fit(data, formula, vcov)
    np.testing.assert_allclose(found.coefficients, expected.b, rtol=1e-8)
    assert found.covariance[0, 0] == pytest.approx(expected.v[0, 0], rel=1e-7)
    assert instrument_tests(prepare(data, formula, vcov), [])["cragg_donald_f"] > 0


@pytest.mark.parametrize("vcov", [["region", "sector"], ["sector", "year", "region"]], ids=str)
@pytest.mark.parametrize("effects", ["", "| province + year "])
def test_instruments_without_other_regressors(data, effects, vcov):
    column = {"formula": f"y ~ 1 {effects}| d ~ z1 + z2", "vcov": {"cluster": vcov}}
    [found] = estimate_table(data, "t", [column])
    expected = dense(data, [], effects.strip("| ").split(" + ") if effects else [], vcov, ["d"], ["z1", "z2"])
    assert found["terms"][0]["estimate"] == pytest.approx(expected.b[0], rel=1e-8)
    assert found["terms"][0]["std_error"] == pytest.approx(np.sqrt(expected.v[0, 0]), rel=1e-8)
    assert 0 < found["first_stages"][0]["stats"]["partial_r2"] < 1


@pytest.mark.parametrize("vcov", [["region", "sector"], ["province", "year"], ["sector", "year", "region"]], ids=str)
@pytest.mark.parametrize(("regressors", "shift"), [(["x1"], 0), (["x1"], 0.3), (["x1", "x2"], 0), (["x1", "x2"], -40)])
def test_constant_is_repaired_in_the_given_units(simulated, vcov, regressors, shift):
    """reghdfe: eigenvalues of slopes and constant together, means added back; the slopes keep their own."""
    absorbed = ["region", "sector"]
    moved = simulated.assign(x1=simulated["x1"] - simulated["x1"].mean() + shift, x2=simulated["x2"] / 1e9)
    sample = without_singletons(moved, *absorbed)
    raw = dense(sample, regressors, absorbed, vcov).v
    values, vectors = np.linalg.eigh(raw)
    repaired = vectors @ np.diag(values.clip(min=0)) @ vectors.T
    found = fit(moved, f"y ~ {' + '.join(regressors)} | region + sector", vcov)
    assert found.covariance[-1] == pytest.approx(repaired[-1], rel=1e-6, abs=1e-12)
    if np.linalg.eigvalsh(raw[:-1, :-1]).min() > 0:
        np.testing.assert_allclose(found.covariance[:-1, :-1], raw[:-1, :-1], rtol=1e-8)
    if regressors == ["x1"] and vcov == absorbed:
        assert values.min() < 0
        assert found.covariance[-1, -1] > 1.1 * raw[-1, -1]


# Singletons ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("vcov", ["iid", "robust", ["province"], ["sector"], ["region"]], ids=str)
@pytest.mark.parametrize("absorbed", [["province"], BOTH], ids=str)
def test_singletons_are_kept_on_request(simulated, absorbed, vcov):
    """As xtreg and areg: they count in N, G and the degrees of freedom; no slope rests on them."""
    alone = simulated.head(4).assign(province=["q1", "q2", "q3", "q4"], region=[90, 91, 92, 93])
    data = pd.concat([simulated, alone], ignore_index=True)
    formula = f"y ~ x1 + x2 | {' + '.join(absorbed)}"
    kept, dropped = fit(data, formula, vcov, singletons="keep"), fit(data, formula, vcov)
    expected = dense(data, ["x1", "x2"], absorbed, vcov)
    np.testing.assert_allclose(kept.coefficients, expected.b, rtol=1e-8)
    units = np.outer([1, 1e9], [1, 1e9])
    np.testing.assert_allclose(kept.covariance[:2, :2] * units, expected.v[:2, :2] * units, rtol=1e-8, atol=1e-12)
    assert kept.coefficients[:2] == pytest.approx(dropped.coefficients[:2], rel=1e-9)
    assert (kept.stats["n"], kept.stats["n_singletons"]) == (len(data), 0)
    assert kept.stats["n_singletons_kept"] == dropped.stats["n_singletons"] >= 4
    assert "n_singletons_kept" not in dropped.stats
    if isinstance(vcov, list):
        assert kept.stats[f"n_clusters_{vcov[0]}"] == data[vcov[0]].nunique()


def test_a_lone_unit_counts_as_in_xtreg(simulated):
    """xtreg, fe vce(cluster): (N-1)/(N-K-1) x G/(G-1), the lone unit in N and G."""
    alone = simulated.head(1).assign(province="q1")
    data = pd.concat([simulated, alone], ignore_index=True)
    found = term(fit(data, "y ~ x1 | province", ["province"], singletons="keep"), "x1")
    x, y = (data[name] - data.groupby("province")[name].transform("mean") for name in ("x1", "y"))
    b = (x @ y) / (x @ x)
    scores = (x * (y - b * x)).groupby(data["province"]).sum()
    n, g = len(data), data["province"].nunique()
    error = np.sqrt(scores @ scores / (x @ x) ** 2 * (n - 1) / (n - 1 - 1) * g / (g - 1))
    assert found["estimate"] == pytest.approx(b, rel=1e-10)
    assert found["std_error"] == pytest.approx(error, rel=1e-10)


def test_the_table_says_that_singletons_are_kept(simulated):
    columns = [{"formula": "y ~ x1 | province + year", "singletons": choice} for choice in ("keep", "drop")]
    data = simulated.assign(province=simulated["province"].where(simulated.index > 2, simulated.index.astype(str)))
    kept, dropped = json.loads(to_json(estimate_table(data, "t", columns)))
    count = dropped["stats"]["n_singletons"]
    assert count >= 3
    assert kept["stats"]["n"] == dropped["stats"]["n"] + count
    notes = " ".join(write_notes([kept, dropped], {}, None, False))
    assert f"Kept singleton observations, which no slope rests on: {count} in column 1." in notes
    assert f"Dropped singleton observations: {count} in column 2." in notes


# Collinear instruments -----------------------------------------------------------------------------------


def test_collinear_instruments_are_dropped_on_request(data):
    more = data.assign(
        both=data["z1"] - 3 * data["z3"],
        like_x=2 * data["x1"] - 1,
        own=data["province"].str[1:].astype(float),
        same=4.0,
    )
    formula = "y ~ x1 | province + year | d + e ~ z1 + {} + z3"
    asked = {"formula": formula.format("like_x + own + z2 + same + both"), "collinear": "drop"}
    [found] = json.loads(to_json(estimate_table(more, "t", [asked])))
    [expected] = json.loads(to_json(estimate_table(data, "t", [formula.format("z2")])))
    # of three that are collinear the last is dropped: z3 stands after both
    assert found["instruments"] == ["z1", "z2", "both"]
    assert found["dropped"] == found["dropped_instruments"] == ["like_x", "own", "same", "z3"]
    for row, other in zip(found["terms"], expected["terms"], strict=True):
        assert row["estimate"] == pytest.approx(other["estimate"], rel=1e-8)
        assert row["std_error"] == pytest.approx(other["std_error"], rel=1e-8)
    for name in ("overid", "kleibergen_paap_f", "cragg_donald_f"):
        assert found["stats"][name] == pytest.approx(expected["stats"][name], rel=1e-6)
    assert read_column(found, {}).dropped == []
    assert "like_x" not in {row["term"] for row in tidy([found], "t")}
    assert "Dropped as collinear in column 1: like_x, own, same, z3." in " ".join(write_notes([found], {}, None, False))
    with pytest.raises(InputError, match="the instrument `like_x` is collinear"):
        estimate_table(more, "t", [asked | {"collinear": "stop", "formula": formula.format("like_x")}])
