"""Least squares with absorbed effects: published numbers, dense dummies, and the mistakes that are refused."""

import json
import logging
import math
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from _dense import dense, fit, read_vectors, simulate, term, without_singletons
from estimate_table import estimate_table, to_json
from linearmodels.panel import PanelOLS
from study.regression.absorption import count_absorbed, count_not_nested, find_singletons
from study.regression.stars import stars_of

# Published numbers -------------------------------------------------------------------------------------

# case of reghdfe's vectors -> firms or cigarettes, formula, covariance
CIGAR_CASES = {
    "Sales~Price|State; vce=ols": ("Sales ~ Price | State", "iid"),
    "Sales~Price|State; vce=robust": ("Sales ~ Price | State", "robust"),
    "Sales~Price|State; vce=cluster Year": ("Sales ~ Price | State", ["Year"]),
    "Sales~Price|State; vce=cluster State (nested)": ("Sales ~ Price | State", ["State"]),
    "Sales~Price|State; vce=cluster State Year (two-way)": ("Sales ~ Price | State", ["State", "Year"]),
    "Sales~Price+Pimin|State; vce=cluster State": ("Sales ~ Price + Pimin | State", ["State"]),
    "Sales~Price|State+Year; vce=ols": ("Sales ~ Price | State + Year", "iid"),
    "Wage~Emp|Firm+Year (EmplUK, unbalanced); vce=ols": ("Wage ~ Emp | Firm + Year", "iid"),
    "Wage~Emp|Firm, Firm>30 (EmplUK)": ("Wage ~ Emp | Firm", "iid"),
    "singletons: n=max(row,60) (1-based), Sales~Price|n; cluster State": ("Sales ~ Price | n", ["State"]),
}


def test_every_number_of_reghdfe_cigar():
    expected, folder = read_vectors("01_reghdfe_cigar")
    cigar, firms = (pd.read_csv(folder / f"{name}.csv") for name in ("cigar", "empluk"))
    cigar["n"] = np.maximum(np.arange(1, len(cigar) + 1), 60)
    found = {}
    for case, (formula, vcov) in CIGAR_CASES.items():
        keys = {"sample": "Firm > 30"} if "Firm>30" in case else {}
        estimates = fit(firms if "EmplUK" in case else cigar, formula, vcov, **keys)
        stats = estimates.stats
        numbers = {"F": stats["f"], "r2": stats["r2"], "r2_a": stats["r2_adjusted"], "N": stats["n"]}
        for row in estimates.table.to_dict("records"):
            numbers |= {f"b[{row['term']}]": row["estimate"], f"se[{row['term']}]": row["std_error"]}
        found |= {(case, name): value for name, value in (numbers | {"N after drop": stats["n"]}).items()}
    found["singletons keepsingletons", "N"] = stats["n"] + stats["n_singletons"]
    for key, row in expected.iterrows():
        assert found[key] == pytest.approx(row["value"], abs=row["tolerance"], rel=0), key


def test_grunfeld_as_stata_prints_it():
    """Stata, `webuse grunfeld`, `xtreg invest mvalue kstock, fe`; statsmodels has the data and an 11th firm.

    Stata holds the data in single precision, which shows in the seventh digit of the constant.
    """
    grunfeld = pytest.importorskip("statsmodels.datasets").grunfeld.load_pandas().data
    single = dict.fromkeys(["invest", "value", "capital"], "float32")
    data = grunfeld[grunfeld["firm"] != "American Steel"].astype(single)
    estimates = fit(data, "invest ~ value + capital | firm", "iid")
    printed = {
        "value": (0.1101238, 0.0118567, 9.29, 0.0867345, 0.1335131),
        "capital": (0.3100653, 0.0173545, 17.87, 0.2758308, 0.3442999),
        "_cons": (-58.74393, 12.45369, -4.72, -83.31086, -34.177),
    }
    for name, numbers in printed.items():
        row = term(estimates, name)[["estimate", "std_error", "statistic", "ci_low", "ci_high"]]
        for value, number in zip(row, numbers, strict=True):
            half_a_digit = 0.005 if number == round(number, 2) else 5e-8 if abs(number) < 1 else 5e-6
            assert value == pytest.approx(number, abs=half_a_digit, rel=0), name
    assert estimates.stats["n"] == 200
    assert estimates.stats["df_resid"] == 188
    assert estimates.stats["f"] == pytest.approx(309.01, abs=0.005)
    assert estimates.stats["r2_within"] == pytest.approx(0.7668, abs=5e-5)
    assert estimates.stats["rmse"] == pytest.approx(52.767964, abs=5e-6)  # Stata's sigma_e


def test_wage_panel_two_way_as_wooldridge_prints_it():
    """Wooldridge, Introductory Econometrics, Table 14.2, fixed effects and year dummies; 545 men, 1980-87."""
    from linearmodels.datasets import wage_panel

    estimates = fit(wage_panel.load(), "lwage ~ expersq + married + union | nr + year", "iid")
    printed = {"expersq": (-0.0052, 0.0007, 4), "married": (0.047, 0.018, 3), "union": (0.080, 0.019, 3)}
    for name, (estimate, error, digits) in printed.items():
        assert round(term(estimates, name)["estimate"], digits) == estimate
        assert round(term(estimates, name)["std_error"], digits) == error


@pytest.mark.parametrize(("vcov", "section"), [("iid", "pooled-conventional-"), ("robust", "pooled-robust-")])
def test_without_effects_as_stata_regress(vcov, section):
    """Stata's `regress y x1-x5, vce(ols | robust)` on linearmodels' simulated panel, from its tests."""
    import linearmodels

    folder = Path(linearmodels.__file__).parent / "tests" / "panel" / "results"
    if not (folder / "stata-panel-simulated-results.txt").is_file():
        pytest.skip("linearmodels is installed without its tests")
    text = (folder / "stata-panel-simulated-results.txt").read_text()
    lines = text.split(f"!{section}-!####################\n")[1].splitlines()
    names = [f"x{i}" for i in range(1, 6)] + ["_cons"]
    start = next(i for i, line in enumerate(lines) if line.startswith("x1\t"))
    cells = np.array([float(line.split("\t")[1]) for line in lines[start : start + 18]]).reshape(6, 3)
    printed = dict(zip(names, cells, strict=True))
    estimates = fit(pd.read_stata(folder / "simulated-panel.dta"), "y ~ x1 + x2 + x3 + x4 + x5", vcov)
    for name, (estimate, statistic, p_value) in printed.items():
        row = term(estimates, name)
        assert row["estimate"] == pytest.approx(estimate, rel=1e-9)
        assert row["statistic"] == pytest.approx(statistic, rel=1e-9)
        assert row["p_value"] == pytest.approx(p_value, rel=1e-5)


# Independent computation ---------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def simulated():
    return simulate()


COVARIANCES = ["iid", "robust", ["region"], ["province"], ["sector"], ["province", "sector"], ["sector", "region"]]
THREE = ["year", "province", "sector"]
CASES = [(effects, vcov) for effects in ([], ["province"], ["province", "year"]) for vcov in COVARIANCES]


@pytest.mark.parametrize("weights", [None, "weight"])
@pytest.mark.parametrize(("absorbed", "vcov"), [*CASES, (THREE, "robust"), (THREE, ["region"])], ids=str)
def test_equals_dense_dummies(simulated, absorbed, vcov, weights):
    """The panel has 31 provinces, each in one of 9 regions, and 7 sectors: the smallest number of clusters counts."""
    formula = "y ~ x1 + x2" + (f" | {' + '.join(absorbed)}" if absorbed else "")
    estimates = fit(simulated, formula, vcov, **({"weights": weights} if weights else {}))
    sample = without_singletons(simulated, *absorbed) if absorbed else simulated
    expected = dense(sample, ["x1", "x2"], absorbed, vcov, weights=weights)
    assert estimates.terms == ("x1", "x2", "_cons")
    np.testing.assert_allclose(estimates.coefficients, expected.b, rtol=1e-9)
    units = np.array([1, 1e9, 1])
    size = 2 if len(vcov) == 2 else 3  # two ways, the constant's variance may be below zero and is repaired
    scaled = [(v * np.outer(units, units))[:size, :size] for v in (estimates.covariance, expected.v)]
    np.testing.assert_allclose(*scaled, rtol=1e-8, atol=1e-12)
    stats = estimates.stats
    assert stats["r2"] == pytest.approx(expected.r2, rel=1e-10)
    assert stats["r2_within"] == pytest.approx(expected.r2_within, rel=1e-9)
    assert stats["r2_adjusted"] == pytest.approx(1 - (1 - expected.r2) * (len(sample) - 1) / expected.df, rel=1e-9)
    groups = [sample[name].nunique() - 1 for name in vcov] if isinstance(vcov, list) else []
    assert stats["df_resid"] == min(expected.df, *groups, len(sample))
    b, v = expected.b[:2] * units[:2], expected.v[:2, :2] * np.outer(units[:2], units[:2])
    assert stats["f"] == pytest.approx(b @ np.linalg.solve(v, b) / 2, rel=1e-7)
    assert stats["rmse"] == pytest.approx(math.sqrt(expected.rss / expected.df), rel=1e-9)


def test_within_entity_r2_is_about_province_means(simulated):
    data = without_singletons(simulated, "province", "year")
    residual = dense(data, ["x1"], ["province", "year"]).residual
    total = np.sum((data["y"] - data.groupby("province")["y"].transform("mean")) ** 2)
    stats = fit(data, "y ~ x1 | province + year").stats
    assert stats["r2_within_entity"] == pytest.approx(1 - residual @ residual / total, rel=1e-10)
    assert "r2_within_entity" not in fit(data, "y ~ x1 | year").stats


@pytest.mark.parametrize("vcov", ["robust", ["province"], ["sector", "province"]], ids=str)
def test_order_of_effects_does_not_matter(simulated, vcov):
    one, other = (fit(simulated, f"y ~ x1 + x2 | {pair}", vcov) for pair in ("province + year", "year + province"))
    np.testing.assert_allclose(one.covariance, other.covariance, rtol=1e-9)
    assert {key: pytest.approx(value, rel=1e-9) for key, value in one.stats.items()} == other.stats


@pytest.mark.parametrize(
    ("clusters", "expected"), [(["region"], (9, True)), (["year"], (30, True)), (["sector"], (40, False))]
)
def test_effects_nested_in_clusters_cost_no_degrees_of_freedom(simulated, clusters, expected):
    data = without_singletons(simulated, "province", "year")
    codes = {name: data.groupby(name).ngroup().to_numpy() for name in ("province", "year", *clusters)}
    effects = [codes["province"], codes["year"]]
    for pair in (effects, effects[::-1]):
        assert count_not_nested(pair, [codes[name] for name in clusters]) == expected


def negative_two_way():
    """A panel whose scores of x offset each other within rows and columns: its two-way variance is below zero."""
    rng = np.random.default_rng(0)
    data = pd.DataFrame({"i": np.repeat(range(8), 8), "t": np.tile(range(8), 8), "x": 1.0, "w": rng.normal(size=64)})
    data["x"] = np.where((data["i"] + data["t"]) % 2, 1.0, -1.0) + 0.01 * rng.normal(size=64)
    data["y"] = 0.5 * data["x"] + (-1.0) ** (data["i"] // 2 + data["t"] // 2) + 0.3 * data["w"]
    return data


def test_negative_two_way_variance_has_no_test(caplog):
    data = negative_two_way()
    with caplog.at_level(logging.WARNING, "study"):
        row = term(fit(data, "y ~ x | i + t", ["i", "t"]), "x")
    assert "negative eigenvalues set to zero" in caplog.text
    assert np.isnan([row["std_error"], row["statistic"], row["p_value"]]).all()
    [column] = estimate_table(data, "t", [{"formula": "y ~ x | i + t", "vcov": {"cluster": ["i", "t"]}}])
    assert column["terms"][0]["stars"] == ""
    covariance = fit(data, "y ~ x + w | i + t", ["i", "t"]).covariance
    assert np.linalg.eigvalsh(covariance[:2, :2]).min() > -1e-15


def test_constant_of_two_way_clusters_changes_no_slope(simulated, caplog):
    centred = simulated.assign(x1=simulated["x1"] - simulated["x1"].mean())
    with caplog.at_level(logging.WARNING, "study"):
        estimates = fit(centred, "y ~ x1 | region + sector", ["region", "sector"])
    expected = dense(centred, ["x1"], ["region", "sector"], ["region", "sector"]).v
    assert expected[1, 1] < 0 < expected[0, 0]
    assert estimates.covariance[0, 0] == pytest.approx(expected[0, 0], rel=1e-9)
    assert estimates.covariance[1, 1] >= 0
    assert not caplog.text


def test_equals_panel_ols_on_a_balanced_panel():
    rng = np.random.default_rng(5)
    index = pd.MultiIndex.from_product([range(30), range(10)], names=["province", "year"])
    data = pd.DataFrame(rng.normal(size=(300, 3)), index, ["y", "x1", "x2"])
    data["y"] += data["x1"] * (1 + rng.normal(size=300))
    reference = PanelOLS(data["y"], data[["x1", "x2"]], entity_effects=True, time_effects=True)
    reference = reference.fit(cov_type="robust")
    estimates = fit(data.reset_index(), "y ~ x1 + x2 | province + year")
    rows = estimates.table.set_index("term").loc[["x1", "x2"]]
    np.testing.assert_allclose(rows["estimate"], reference.params, rtol=1e-11)
    np.testing.assert_allclose(rows["std_error"], reference.std_errors, rtol=1e-11)
    np.testing.assert_allclose(rows["p_value"], reference.pvalues, rtol=1e-8)
    assert estimates.stats["df_absorbed"] == 39
    assert estimates.stats["r2"] == pytest.approx(reference.rsquared_inclusive, rel=1e-11)
    assert estimates.stats["r2_within"] == pytest.approx(reference.rsquared, rel=1e-10)


def test_constant_is_mean_of_y_less_that_of_the_regressors(simulated):
    sample = without_singletons(simulated, "province", "year")
    b1, b2, constant = fit(sample, "y ~ x1 + x2 | province + year").coefficients
    expected = sample["y"].mean() - b1 * sample["x1"].mean() - b2 * sample["x2"].mean()
    assert constant == pytest.approx(expected, rel=1e-10)


def test_f_is_t_squared_for_one_slope(simulated):
    estimates = fit(simulated, "y ~ x1 | province + year")
    assert estimates.stats["f"] == pytest.approx(term(estimates, "x1")["statistic"] ** 2, rel=1e-12)
    assert estimates.stats["f_p_value"] == pytest.approx(term(estimates, "x1")["p_value"], rel=1e-9)


def test_units_do_not_matter(simulated):
    before = fit(simulated, "y ~ x1 + x2 | province + year")
    after = fit(simulated.assign(x2=simulated["x2"] * 1e-12, y=simulated["y"] * 1e6), "y ~ x1 + x2 | province + year")
    np.testing.assert_allclose(after.table["statistic"], before.table["statistic"], rtol=1e-9)
    assert after.stats["f"] == pytest.approx(before.stats["f"], rel=1e-9)


def test_row_order_does_not_matter(simulated):
    columns = ["y ~ x1 + x2 | province + year", "y ~ x1 | sector + province + year"]
    expected = to_json(estimate_table(simulated, "t", columns))
    for seed in range(3):
        shuffled = simulated.sample(frac=1, random_state=seed).reset_index(drop=True)
        assert to_json(estimate_table(shuffled, "t", columns)) == expected


def test_slow_overlap_of_effects_converges():
    """A long chain, each province sharing one year with the next: alternating projections stop early here."""
    row = np.arange(240)
    rng = np.random.default_rng(2)
    data = pd.DataFrame({"a": row // 4, "b": (row + 2) // 4, "x1": rng.normal(size=240) + row // 8})
    data["y"] = 0.5 * data["x1"] + rng.normal(size=240)
    expected = dense(data, ["x1"], ["a", "b"])
    estimates = fit(data, "y ~ x1 | a + b")
    np.testing.assert_allclose(estimates.coefficients, expected.b, rtol=1e-10)
    np.testing.assert_allclose(estimates.covariance, expected.v, rtol=1e-9)


# Samples and degrees of freedom ----------------------------------------------------------------------------


def test_singletons_are_dropped_until_none_is_left():
    # Dropping c leaves year 3 with one row, which leaves b alone in turn.
    effects = [pd.factorize(np.array(level))[0] for level in (list("aaaabbc"), [1, 1, 2, 2, 1, 3, 3])]
    assert find_singletons(effects).tolist() == [False] * 4 + [True] * 3
    assert find_singletons([]).tolist() == []


@pytest.mark.parametrize(
    ("effects", "expected"),
    [
        ([[0, 0, 1, 1, 2, 2]], 3),
        ([[0, 0, 1, 1, 2, 2], [0, 1, 0, 1, 0, 1]], 4),  # one component: 3 + 2 - 1
        ([[0, 0, 1, 1, 2, 2], [0, 1, 1, 0, 2, 3]], 5),  # two components: 3 + 4 - 2
        ([[0, 0, 1, 1, 2, 2, 3, 3], [0, 0, 0, 0, 1, 1, 1, 1]], 4),  # nested
        ([[0, 0, 1, 1, 2, 2, 3, 3], [0, 0, 0, 0, 1, 1, 1, 1], [0, 1, 0, 1, 0, 1, 0, 1]], 5),
        ([[0, 1, 0, 1, 0, 1, 0, 1], [0, 0, 0, 0, 1, 1, 1, 1], [0, 0, 1, 1, 2, 2, 3, 3]], 5),  # nested in the second
    ],
)
def test_absorbed_degrees_of_freedom(effects, expected):
    effects = [np.array(codes) for codes in effects]
    assert count_absorbed(effects) == expected
    dummies = np.column_stack([np.eye(codes.max() + 1)[codes] for codes in effects])
    assert np.linalg.matrix_rank(dummies) == expected


def test_missing_rows_are_dropped_and_counted(simulated):
    gaps = simulated.copy()
    gaps.loc[[3, 50], "x1"] = np.nan
    gaps.loc[60, "province"] = None
    gaps["unused"] = np.nan
    estimates = fit(gaps, "y ~ x1 | province")
    assert estimates.stats["n_missing"] == 3
    expected = fit(simulated.drop([3, 50, 60]), "y ~ x1 | province")
    np.testing.assert_array_equal(estimates.coefficients, expected.coefficients)


# The JSON ----------------------------------------------------------------------------------------------


def test_estimates_follow_the_contract(simulated):
    columns = ["y ~ x1 + $controls | province + year", {"formula": "y ~ x1", "vcov": "iid", "group": "Pooled"}]
    text = to_json(estimate_table(simulated, "table_2", columns, ["x2"]))
    first, second = json.loads(text)
    keys = ["column", "formula", "sample", "vcov", "dependent", "group", "absorbed", "weights", "dropped"]
    assert list(first) == [*keys, "terms", "stats"]
    assert text.endswith("]\n")
    assert (first["column"], first["formula"]) == ("1", "y ~ x1 + x2 | province + year")
    assert (first["vcov"], first["absorbed"], first["sample"]) == ("robust", ["province", "year"], "")
    assert [row["term"] for row in first["terms"]] == ["x1", "x2", "_cons"]
    fields = ["term", "estimate", "std_error", "statistic", "p_value", "stars", "ci_low", "ci_high"]
    assert list(first["terms"][0]) == fields
    assert (second["column"], second["group"], second["vcov"], second["absorbed"]) == (
        "2",
        "Pooled",
        "iid",
        [],
    )
    assert isinstance(first["stats"]["n"], int)
    row = first["terms"][0]
    assert row["statistic"] == pytest.approx(row["estimate"] / row["std_error"], rel=1e-10)
    assert row["ci_low"] + row["ci_high"] == pytest.approx(2 * row["estimate"], rel=1e-10)


def test_stars_and_json_of_every_digit():
    assert [stars_of(p) for p in (0.0099, 0.01, 0.0499, 0.05, 0.0999, 0.1)] == ["***", "**", "**", "*", "*", ""]
    back = json.loads(to_json([{"a": 1 / 3, "b": math.nan, "c": 3, "d": math.inf}]))
    assert back == [{"a": 1 / 3, "b": None, "c": 3, "d": None}]
