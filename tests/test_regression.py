"""Fixed-effects estimates: published numbers, dense dummies, and the mistakes that are refused."""

import json
import math
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from _formula import parse_column, parse_formula
from _helpers import InputError
from _regression import count_absorbed, drop_singletons, fit_fixed_effects
from estimate_table import estimate_table, stars, to_json
from linearmodels.panel import PanelOLS

VECTORS = Path(__file__).parents[2] / "shared" / "vectors" / "econ" / "01_reghdfe_cigar"


def fit(data, formula, vcov="robust"):
    return fit_fixed_effects(data, parse_column({"formula": formula, "vcov": vcov}))


def term(estimates, name):
    return estimates.table.set_index("term").loc[name]


# Published numbers -------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def published():
    if not VECTORS.is_dir():
        pytest.skip(f"the published reghdfe vectors are not at {VECTORS}")
    table = pd.read_csv(VECTORS / "expected.csv").set_index(["case", "quantity"])
    return table, pd.read_csv(VECTORS / "cigar.csv"), pd.read_csv(VECTORS / "empluk.csv")


def agrees(published, case, quantity, value):
    row = published[0].loc[(case, quantity)]
    assert value == pytest.approx(row["value"], abs=row["tolerance"], rel=0), (case, quantity)


def test_cigar_one_way(published):
    cigar = published[1]
    iid = fit(cigar, "Sales ~ Price | State", "iid")
    agrees(published, "Sales~Price|State; vce=ols", "se[Price]", term(iid, "Price")["std_error"])
    agrees(published, "Sales~Price|State; vce=ols", "F", iid.stats["f"])
    robust = fit(cigar, "Sales ~ Price | State")
    agrees(published, "Sales~Price|State; vce=robust", "se[Price]", term(robust, "Price")["std_error"])
    two = fit(cigar, "Sales ~ Price + Pimin | State")
    agrees(published, "Sales~Price+Pimin|State; vce=cluster State", "r2", two.stats["r2"])
    agrees(published, "Sales~Price+Pimin|State; vce=cluster State", "r2_a", two.stats["r2_adjusted"])


def test_cigar_and_empluk_two_way(published):
    _, cigar, empluk = published
    estimate = term(fit(cigar, "Sales ~ Price | State + Year", "iid"), "Price")["estimate"]
    agrees(published, "Sales~Price|State+Year; vce=ols", "b[Price]", estimate)
    estimate = term(fit(empluk, "Wage ~ Emp | Firm + Year", "iid"), "Emp")["estimate"]
    agrees(published, "Wage~Emp|Firm+Year (EmplUK, unbalanced); vce=ols", "b[Emp]", estimate)


def test_empluk_unbalanced(published):
    empluk = published[2]
    estimates = fit(empluk[empluk["Firm"] > 30], "Wage ~ Emp | Firm", "iid")
    case = "Wage~Emp|Firm, Firm>30 (EmplUK)"
    agrees(published, case, "b[Emp]", term(estimates, "Emp")["estimate"])
    agrees(published, case, "se[Emp]", term(estimates, "Emp")["std_error"])
    agrees(published, case, "r2", estimates.stats["r2"])
    agrees(published, case, "r2_a", estimates.stats["r2_adjusted"])
    agrees(published, case, "N", estimates.stats["n"])


def test_cigar_singletons(published):
    cigar = published[1].copy()
    cigar["n"] = np.maximum(np.arange(1, len(cigar) + 1), 60)
    estimates = fit(cigar, "Sales ~ Price | n")
    case = "singletons: n=max(row,60) (1-based), Sales~Price|n; cluster State"
    agrees(published, case, "N after drop", estimates.stats["n"])
    agrees(published, "singletons keepsingletons", "N", estimates.stats["n"] + estimates.stats["n_singletons"])


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
    """Unbalanced, text and number ids, no panel index, heteroskedastic, regressors of far units."""
    rng = np.random.default_rng(20250701)
    n = 260
    data = pd.DataFrame(
        {
            "firm": [f"f{i}" for i in rng.integers(0, 31, n)],
            "year": rng.integers(2013, 2023, n),
            "sector": rng.integers(0, 7, n).astype(float),
        }
    )
    data["x1"] = rng.normal(size=n) + data["year"] - 2013
    data["x2"] = 1e9 * (5 + rng.normal(size=n) + 0.3 * data["sector"])
    data["y"] = 0.4 * data["x1"] - 2e-10 * data["x2"] + 0.2 * data["sector"]
    data["y"] += rng.normal(size=n) * (0.5 + 0.2 * np.abs(data["x1"]))
    return data


def dense(data, regressors, absorbed, robust):
    """Least squares on explicit dummies that average zero over the sample, with a constant: b, V, R2s, df."""
    x = data[regressors].to_numpy(float)
    y = data["y"].to_numpy(float)
    dummies = np.column_stack([pd.get_dummies(data[name].astype(str), dtype=float) for name in absorbed])
    dummies -= dummies.mean(axis=0)
    left, singular, _ = np.linalg.svd(dummies, full_matrices=False)
    basis = left[:, singular > 1e-9 * singular[0]]
    scale = x.std(axis=0)
    design = np.column_stack([x / scale, np.ones(len(x)), basis])
    inverse = np.linalg.inv(design.T @ design)
    b = inverse @ design.T @ y
    residual = y - design @ b
    df = len(y) - design.shape[1]
    meat = design.T @ (design * (residual**2)[:, None]) * len(y) / df
    v = inverse @ meat @ inverse if robust else inverse * (residual @ residual) / df
    k = len(regressors) + 1
    unit = np.append(scale, 1)
    effects = np.column_stack([np.ones(len(y)), basis])
    within = y - effects @ np.linalg.lstsq(effects, y, rcond=None)[0]
    r2 = 1 - residual @ residual / np.sum((y - y.mean()) ** 2)
    return b[:k] / unit, v[:k, :k] / np.outer(unit, unit), r2, 1 - residual @ residual / (within @ within), df


@pytest.mark.parametrize("vcov", ["iid", "robust"])
@pytest.mark.parametrize("absorbed", [["firm"], ["firm", "year"], ["year", "firm", "sector"]])
def test_equals_dense_dummies(simulated, absorbed, vcov):
    estimates = fit(simulated, f"y ~ x1 + x2 | {' + '.join(absorbed)}", vcov)
    sample, _ = drop_singletons(simulated, tuple(absorbed))
    b, v, r2, r2_within, df = dense(sample, ["x1", "x2"], absorbed, vcov == "robust")
    assert estimates.terms == ("x1", "x2", "_cons")
    np.testing.assert_allclose(estimates.coefficients, b, rtol=1e-9)
    np.testing.assert_allclose(estimates.covariance, v, rtol=1e-8)
    assert estimates.stats["r2"] == pytest.approx(r2, rel=1e-11)
    assert estimates.stats["r2_within"] == pytest.approx(r2_within, rel=1e-9)
    assert estimates.stats["df_resid"] == df
    units = np.array([1, 1e9])
    wald = (b[:2] * units) @ np.linalg.solve(v[:2, :2] * np.outer(units, units), b[:2] * units) / 2
    assert estimates.stats["f"] == pytest.approx(wald, rel=1e-8)


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
    sample, _ = drop_singletons(simulated, ("firm", "year"))
    b1, b2, constant = fit(sample, "y ~ x1 + x2 | firm + year").coefficients
    expected = sample["y"].mean() - b1 * sample["x1"].mean() - b2 * sample["x2"].mean()
    assert constant == pytest.approx(expected, rel=1e-10)


def test_f_is_t_squared_for_one_slope(simulated):
    estimates = fit(simulated, "y ~ x1 | firm + year")
    assert estimates.stats["f"] == pytest.approx(term(estimates, "x1")["statistic"] ** 2, rel=1e-12)
    assert estimates.stats["f_p_value"] == pytest.approx(term(estimates, "x1")["p_value"], rel=1e-9)


def test_units_do_not_matter(simulated):
    before = fit(simulated, "y ~ x1 + x2 | firm + year")
    after = fit(simulated.assign(x2=simulated["x2"] * 1e-12, y=simulated["y"] * 1e6), "y ~ x1 + x2 | firm + year")
    np.testing.assert_allclose(after.table["statistic"], before.table["statistic"], rtol=1e-9)
    assert after.stats["f"] == pytest.approx(before.stats["f"], rel=1e-9)


def test_row_order_does_not_matter(simulated):
    columns = ["y ~ x1 + x2 | firm + year", "y ~ x1 | sector + firm + year"]
    expected = to_json(estimate_table(simulated, "t", columns))
    for seed in range(3):
        shuffled = simulated.sample(frac=1, random_state=seed).reset_index(drop=True)
        assert to_json(estimate_table(shuffled, "t", columns)) == expected


def test_slow_overlap_of_effects_converges():
    """A long chain, each firm sharing one year with the next: alternating projections stop early here."""
    row = np.arange(400)
    rng = np.random.default_rng(2)
    data = pd.DataFrame({"a": row // 4, "b": (row + 2) // 4, "x1": rng.normal(size=400) + row // 8})
    data["y"] = 0.5 * data["x1"] + rng.normal(size=400)
    b, v, *_ = dense(data, ["x1"], ["a", "b"], robust=True)
    estimates = fit(data, "y ~ x1 | a + b")
    np.testing.assert_allclose(estimates.coefficients, b, rtol=1e-10)
    np.testing.assert_allclose(estimates.covariance, v, rtol=1e-9)


# Samples and degrees of freedom ----------------------------------------------------------------------------


def test_singletons_are_dropped_until_none_is_left():
    # Dropping c leaves year 3 with one row, which leaves b alone in turn.
    data = pd.DataFrame({"i": list("aaaabbc"), "t": [1, 1, 2, 2, 1, 3, 3], "row": range(7)})
    kept, effects = drop_singletons(data, ("i", "t"))
    assert kept["row"].tolist() == [0, 1, 2, 3]
    assert [codes.tolist() for codes in effects] == [[0, 0, 0, 0], [0, 0, 1, 1]]


@pytest.mark.parametrize(
    ("effects", "expected"),
    [
        ([[0, 0, 1, 1, 2, 2]], 3),
        ([[0, 0, 1, 1, 2, 2], [0, 1, 0, 1, 0, 1]], 4),  # one component: 3 + 2 - 1
        ([[0, 0, 1, 1, 2, 2], [0, 1, 1, 0, 2, 3]], 5),  # two components: 3 + 4 - 2
        ([[0, 0, 1, 1, 2, 2, 3, 3], [0, 0, 0, 0, 1, 1, 1, 1]], 4),  # nested
        ([[0, 0, 1, 1, 2, 2, 3, 3], [0, 0, 0, 0, 1, 1, 1, 1], [0, 1, 0, 1, 0, 1, 0, 1]], 5),
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
    gaps.loc[60, "firm"] = None
    gaps["unused"] = np.nan
    estimates = fit(gaps, "y ~ x1 | firm")
    assert estimates.stats["n_missing"] == 3
    expected = fit(simulated.drop([3, 50, 60]), "y ~ x1 | firm")
    np.testing.assert_array_equal(estimates.coefficients, expected.coefficients)


# The JSON ----------------------------------------------------------------------------------------------


def test_estimates_follow_the_contract(simulated):
    columns = ["y ~ x1 + $controls | firm + year", {"formula": "y ~ x1", "vcov": "iid", "group": "Pooled"}]
    text = to_json(estimate_table(simulated, "table_2", columns, ["x2"]))
    first, second = json.loads(text)
    keys = ["column", "formula", "sample", "vcov", "dependent", "group", "absorbed", "terms", "stats"]
    assert list(first) == keys
    assert text.endswith("]\n")
    assert (first["column"], first["formula"]) == ("1", "y ~ x1 + x2 | firm + year")
    assert (first["vcov"], first["absorbed"], first["sample"]) == ("robust", ["firm", "year"], "")
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


def test_stars_and_rounding():
    assert [stars(p) for p in (0.0099, 0.01, 0.0499, 0.05, 0.0999, 0.1)] == ["***", "**", "**", "*", "*", ""]
    rounded = json.loads(to_json([{"a": 1 / 3, "b": math.nan, "c": 3, "d": math.inf}]))
    assert rounded == [{"a": 0.333333333333, "b": None, "c": 3, "d": None}]


# Mistakes ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("formula", "message"),
    [
        ("y ~ x11 | firm", "no variable `x11`; did you mean `x1`"),
        ("y ~ abracadabra | firm", "no variable `abracadabra`; it has firm, year"),
        ("y ~ x1 | region", "no variable `region`"),
        ("y ~ text | firm", "`text` must hold numbers; it holds text, e.g. 'n.a.' in row 1"),
        ("y ~ infinite | firm", r"`infinite` is infinite in 1 row\(s\), the first being row 6"),
        ("y ~ empty | firm", "no row has a value for every variable"),
        ("y ~ same | firm", "`same` has the same value"),
        ("y ~ x1 + by_firm | firm + year", "`by_firm` does not vary within `firm` and `year`"),
        ("y ~ x1 + twice | firm", "`twice` is collinear within `firm` with `x1`"),
        ("by_firm ~ x1 | firm", "dependent variable `by_firm` does not vary within `firm`"),
        ("twice ~ x1 | firm", "the residuals are zero: `twice` is an exact sum"),
        ("y ~ x1 | row", "all 260 observations are singletons of `row`"),
        ("y ~ x1 | pair + half", "260 observations are too few for 1 slopes and"),
    ],
)
def test_mistakes_name_table_column_and_variable(simulated, formula, message):
    row = np.arange(len(simulated))
    data = simulated.assign(
        text="n.a.",
        infinite=np.where(row == 5, np.inf, simulated["x1"]),
        empty=np.nan,
        same=3.0,
        by_firm=simulated["firm"].str[1:].astype(float) ** 2,
        twice=2 * simulated["x1"] + 1,
        row=row,
        pair=row // 2,
        half=(row + 1) // 2 % 130,
    )
    with pytest.raises(InputError, match=f"table_9, column 2: .*{message}"):
        estimate_table(data, "table_9", ["y ~ x1 | year", formula])


def test_every_column_is_checked_before_the_first_is_estimated(simulated, monkeypatch):
    def refuse(*_):
        raise AssertionError("estimated before all columns were checked")

    monkeypatch.setattr("estimate_table.fit_fixed_effects", refuse)
    with pytest.raises(InputError, match=r"table_2, column 2: .*`nothing`"):
        estimate_table(simulated, "table_2", ["y ~ x1 | year", "y ~ nothing | year"])


def test_parse_formula_is_what_fit_takes(simulated):
    estimates = fit_fixed_effects(simulated, parse_formula("y ~ x1 | firm"))
    assert estimates.stats["df_absorbed"] == simulated["firm"].nunique()
