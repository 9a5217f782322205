"""Instrumental variables: Stata's published numbers, and first stages and tests by their formulas on dense dummies."""

import json
import os
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest
from _dense import dense, fit, outside, prepare, read_vectors, simulate, small_sample, spread, term, without_singletons
from _printed import tidy
from conftest import ROOT
from estimate_table import estimate_table, to_json
from scipy.stats import chi2, f
from study.helpers import read_rows
from study.regression.instruments import first_stages, instrument_tests
from tabulate_table import write_notes

STOCK_YOGO = read_rows(ROOT / "resources" / "stock_yogo.csv")
CONTROLS = ["x1", "x2"]
BOTH = ["province", "year"]

# Published numbers -------------------------------------------------------------------------------------


def ivreg2_numbers(data, formula, vcov, small):
    """What ivreg2 stores, by the names of the vectors; without `small` its variance has no N/(N-K)."""
    design = prepare(data, formula, vcov)
    estimates = fit(data, formula, vcov)
    tests, stats = instrument_tests(design, STOCK_YOGO), estimates.stats
    n, k = stats["n"], len(estimates.terms)
    factor = 1 if small else np.sqrt((n - k) / n)
    numbers = {
        "r2": stats["r2"],
        "N": n,
        "rmse": stats["rmse"] * factor,
        "rss": stats["rmse"] ** 2 * (n - k),
        "idstat": tests["kleibergen_paap_lm"],
        "iddf": tests["kleibergen_paap_lm_df"],
        "idp": tests["kleibergen_paap_lm_p_value"],
        "cdf": tests["cragg_donald_f"],
        "widstat": tests["kleibergen_paap_f"],
        "j": tests.get("overid", 0),  # ivreg2 stores 0 where there is nothing to test
    }
    for row in estimates.table.to_dict("records"):
        numbers |= {f"b[{row['term']}]": row["estimate"], f"se[{row['term']}]": row["std_error"] * factor}
    return numbers | {"sargan": numbers["j"]}


def agrees(expected, numbers, skipped=()):
    for name, row in expected.iterrows():
        if name not in skipped:
            assert float(row["tolerance"].removeprefix("rel ")) == 1e-6
            assert numbers[name] == pytest.approx(row["value"], rel=1e-6, abs=1e-12), name


@pytest.mark.parametrize("small", ["", "_small"])
@pytest.mark.parametrize(("name", "vcov"), [("iid", "iid"), ("hc1", "robust")])
@pytest.mark.parametrize(("case", "instruments"), [("card_just_id", "nearc4"), ("card_overid", "nearc2 + nearc4")])
def test_card_as_ivreg2_prints_it(case, instruments, name, vcov, small):
    expected, folder = read_vectors("03_ivreg2_card")
    formula = f"lwage ~ exper + expersq + black + south | educ ~ {instruments}"
    numbers = ivreg2_numbers(pd.read_csv(folder / "card.csv"), formula, vcov, small)
    # the Anderson-Rubin statistics are no part of a column
    agrees(expected.loc[f"{case};{name}{small}"], numbers, ["arf", "archi2"])


@pytest.mark.parametrize("small", ["", "_small"])
@pytest.mark.parametrize(("name", "vcov"), [("iid", "iid"), ("hc1", "robust")])
def test_card_with_absorbed_degrees_of_freedom(name, vcov, small):
    """`dofminus(1) sdofminus(1)`: the same estimates with two degrees of freedom fewer.

    No absorbed effect does that, but two controls orthogonal to everything do. ivreg2 also takes dofminus from the N
    of the LM statistic and of the variance without `small`, which here is put in by hand: xtivreg2 counts effects
    there, ivreghdfe does not, and nor do we.
    """
    expected, folder = read_vectors("03_ivreg2_card")
    data = pd.read_csv(folder / "card.csv")
    x = np.column_stack([np.ones(len(data)), data])
    noise = np.random.default_rng(1).normal(size=(len(data), 2))
    data[["c1", "c2"]] = noise - x @ np.linalg.lstsq(x, noise, rcond=None)[0]
    formula = "lwage ~ exper + expersq + black + south + c1 + c2 | educ ~ nearc4"
    numbers = ivreg2_numbers(data, formula, vcov, small)
    n = len(data)
    numbers["idstat"] *= (n - 1) / n
    numbers["idp"] = chi2.sf(numbers["idstat"], 1)
    for key in numbers:
        if key.startswith("se[") and not small:
            numbers[key] *= np.sqrt(n / (n - 1))
    agrees(expected.loc[f"card_just_id_dofminus;{name}{small}"], numbers, ["arf", "archi2"])


@pytest.mark.parametrize("options", ["", ", robust", ", small", ", small robust"])
def test_two_endogenous_regressors_as_ivreg2_prints_them(options):
    expected, folder = read_vectors("05_ivreg2_griliches76")
    data = pd.read_csv(folder / "griliches76.csv")
    years = sorted(data["year"].unique())[1:]
    dummies = {f"year{year:.0f}": (data["year"] == year).astype(float) for year in years}
    formula = f"lw ~ expr + tenure + rns + smsa + {' + '.join(dummies)} | s + iq ~ med + kww + age + mrt"
    vcov = "robust" if "robust" in options else "iid"
    numbers = ivreg2_numbers(data.assign(**dummies), formula, vcov, "small" in options)
    agrees(expected.loc[f"ivreg2 lw expr tenure rns smsa dyear* (s iq=med kww age mrt){options}"], numbers)
    absorbed = fit(data, "lw ~ expr + tenure + rns + smsa | year | s + iq ~ med + kww + age + mrt", vcov)
    assert term(absorbed, "s")["estimate"] == pytest.approx(numbers["b[s]"], rel=1e-9)
    scaled = numbers["se[iq]"] if "small" in options else numbers["se[iq]"] * np.sqrt(758 / (758 - 13))
    assert term(absorbed, "iq")["std_error"] == pytest.approx(scaled, rel=1e-9)


# Independent computation ---------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def data():
    return without_singletons(simulate(), *BOTH)


CASES = [("iid", None), ("robust", None), ("robust", "weight"), (["region"], "weight"), (["province", "sector"], None)]
CASES += [(["sector"], None)]


def both(data, endogenous, instruments, vcov, weights):
    """A regression's design, its estimates and their dense computation."""
    formula = f"y ~ x1 + x2 | province + year | {' + '.join(endogenous)} ~ {' + '.join(instruments)}"
    keys = {"weights": weights} if weights else {}
    expected = dense(data, CONTROLS, BOTH, vcov, endogenous, instruments, weights)
    return prepare(data, formula, vcov, **keys), fit(data, formula, vcov, **keys), expected


@pytest.mark.parametrize(("vcov", "weights"), CASES, ids=str)
@pytest.mark.parametrize("endogenous", [["d"], ["d", "e"]], ids=str)
def test_equals_dense_two_stage_least_squares(data, endogenous, vcov, weights):
    _, estimates, expected = both(data, endogenous, ["z1", "z2", "z3"], vcov, weights)
    assert estimates.terms == (*endogenous, "x1", "x2", "_cons")
    np.testing.assert_allclose(estimates.coefficients, expected.b, rtol=1e-8)
    units = np.array([*(1 for _ in endogenous), 1, 1e9, 1])
    size = slice(len(units) - (len(vcov) == 2))
    scaled = [(v * np.outer(units, units))[size, size] for v in (estimates.covariance, expected.v)]
    np.testing.assert_allclose(*scaled, rtol=1e-7, atol=1e-11)
    assert estimates.stats["r2"] == pytest.approx(expected.r2, rel=1e-9)
    assert estimates.stats["r2_within"] == pytest.approx(expected.r2_within, rel=1e-8)
    w = data[weights] / data[weights].mean() if weights else pd.Series(1.0, data.index)
    means = (w * data["y"]).groupby(data["province"]).sum() / w.groupby(data["province"]).sum()
    total = np.sum(w * (data["y"] - data["province"].map(means)) ** 2)
    assert estimates.stats["r2_within_entity"] == pytest.approx(1 - expected.rss / total, rel=1e-9)
    mean = {name: np.average(data[name], weights=w) for name in ("y", *endogenous, *CONTROLS)}
    slopes = zip((*endogenous, *CONTROLS), estimates.coefficients, strict=False)
    constant = mean["y"] - sum(b * mean[name] for name, b in slopes)
    assert estimates.coefficients[-1] == pytest.approx(constant, rel=1e-8)


@pytest.mark.parametrize(("vcov", "weights"), CASES, ids=str)
def test_first_stage_is_a_regression_of_its_own(data, vcov, weights):
    design, _, expected = both(data, ["d", "e"], ["z1", "z2", "z3"], vcov, weights)
    keys = {"weights": weights} if weights else {}
    for name, stage in first_stages(design).items():
        plain = fit(data, f"{name} ~ z1 + z2 + z3 + x1 + x2 | province + year", vcov, **keys)
        assert stage.terms == plain.terms
        np.testing.assert_allclose(stage.coefficients, plain.coefficients, rtol=1e-9)
        np.testing.assert_allclose(stage.covariance, plain.covariance, rtol=1e-8)
        b, v = plain.coefficients[:3], plain.covariance[:3, :3]
        wald = b @ np.linalg.inv(v) @ b / 3
        if len(vcov) != 2:  # two ways the printed covariance may be repaired, the test's is not
            assert stage.stats["f"] == pytest.approx(wald, rel=1e-7)
            assert stage.stats["f_p_value"] == pytest.approx(f.sf(wald, 3, plain.stats["df_resid"]), rel=1e-6)
        assert stage.stats["df_resid"] == plain.stats["df_resid"]
        y, z = expected.partial(name), expected.partial("z1", "z2", "z3")
        left = np.sum(outside(z, y) ** 2) / np.sum(y**2)
        assert stage.stats["partial_r2"] == pytest.approx(1 - left, rel=1e-8)


@pytest.mark.parametrize(("vcov", "weights"), CASES[1:], ids=str)
def test_one_instrument_statistics_by_their_formulas(data, vcov, weights):
    design, _, expected = both(data, ["d"], ["z1"], vcov, weights)
    tests = instrument_tests(design, STOCK_YOGO)
    z, x = expected.partial("z1"), expected.partial("d")
    lm = np.sum(z * x) ** 2 / spread(data, z * x, vcov)[0, 0]
    assert tests["kleibergen_paap_lm"] == pytest.approx(lm, rel=1e-8)
    assert tests["kleibergen_paap_lm_p_value"] == pytest.approx(chi2.sf(lm, 1), rel=1e-7)
    if isinstance(vcov, list) and len(vcov) == 1:
        assert lm <= data[vcov[0]].nunique()
    # Wald F is the squared t of the first stage, whose variance has the small-sample factor of its own slopes
    slope = np.sum(z * x) / np.sum(z**2)
    variance = spread(data, z * (x - slope * z), vcov)[0, 0] / np.sum(z**2) ** 2
    wald = slope**2 / variance / small_sample(data, 3, BOTH, vcov)
    assert tests["kleibergen_paap_f"] == pytest.approx(wald, rel=1e-8)
    assert tests["kleibergen_paap_f"] == pytest.approx(first_stages(design)["d"].stats["f"], rel=1e-8)
    r2 = np.sum(z * x) ** 2 / np.sum(z**2) / np.sum(x**2)
    n, df_a = len(data), data["province"].nunique() + data["year"].nunique() - 1
    assert tests["cragg_donald_f"] == pytest.approx(r2 / (1 - r2) * (n - 3 - df_a), rel=1e-8)
    assert tests["stock_yogo_size_10"] == 16.38
    assert not {"overid", "overid_df", "overid_p_value"} & set(tests)


def test_iid_statistics_are_canonical_correlations(data):
    design, _, expected = both(data, ["d", "e"], ["z1", "z2", "z3"], "iid", None)
    tests = instrument_tests(design, STOCK_YOGO)
    y, z = expected.partial("d", "e"), expected.partial("z1", "z2", "z3")
    r2 = np.linalg.eigvals(np.linalg.solve(y.T @ y, y.T @ z @ np.linalg.solve(z.T @ z, z.T @ y))).real.min()
    assert tests["kleibergen_paap_lm"] == pytest.approx(len(data) * r2, rel=1e-8)
    assert tests["kleibergen_paap_lm_df"] == 2
    expected_f = r2 / (1 - r2) * (len(data) - 5 - 40) / 3
    assert tests["cragg_donald_f"] == pytest.approx(expected_f, rel=1e-8)
    assert tests["kleibergen_paap_f"] == pytest.approx(expected_f, rel=1e-8)
    row = next(row for row in STOCK_YOGO if (row["endogenous"], row["instruments"]) == ("2", "3"))
    assert tests["stock_yogo_size_10"] == float(row["size_10"])


@pytest.mark.parametrize(("vcov", "weights"), CASES, ids=str)
@pytest.mark.parametrize("absorbed", [[], BOTH], ids=str)
def test_overidentification_by_its_formula(data, absorbed, vcov, weights):
    keys = {"weights": weights} if weights else {}
    effects = f"| {' + '.join(absorbed)}" if absorbed else ""
    tests = instrument_tests(prepare(data, f"y ~ x1 + x2 {effects} | d ~ z1 + z2 + z3", vcov, **keys), [])
    expected = dense(data, CONTROLS, absorbed, vcov, ["d"], ["z1", "z2", "z3"], weights)
    z, x, u = expected.partial("z1", "z2", "z3"), expected.partial("d"), expected.residual
    y = expected.partial("y")[:, 0] * data["y"].std(ddof=0)
    weight = np.linalg.inv(z.T @ z * (u @ u) / len(u) if vcov == "iid" else spread(data, z * u[:, None], vcov))
    zx, zy = z.T @ x, z.T @ y
    g = zy - zx @ np.linalg.solve(zx.T @ weight @ zx, zx.T @ weight @ zy)
    assert tests["overid"] == pytest.approx(g @ weight @ g, rel=1e-7)
    assert tests["overid_df"] == 2
    assert tests["overid_p_value"] == pytest.approx(chi2.sf(tests["overid"], 2), rel=1e-9)


@pytest.mark.parametrize("clusters", [["pair"], ["pair", "year"]], ids=str)
def test_too_few_clusters_for_a_test_leave_it_out(data, clusters):
    """The scores' covariance has at most as many dimensions as clusters; inclusion-exclusion may make it indefinite."""
    few = data.assign(pair=np.arange(len(data)) % 2)
    column = {"formula": "y ~ x1 | province + year | d ~ z1 + z2 + z3", "vcov": {"cluster": clusters}}
    [found] = json.loads(to_json(estimate_table(few, "t", [column])))
    assert found["stats"]["kleibergen_paap_f"] is None
    assert found["stats"]["overid"] is found["stats"]["overid_p_value"] is None
    assert found["stats"]["cragg_donald_f"] > 0
    assert found["terms"][0]["std_error"] > 0
    rows = tidy([found], "t")
    assert "Overidentification" not in {row["term"] for row in rows}
    assert "Tests of instruments are left out of column 1" in " ".join(write_notes([found], {}, None, False))


@pytest.mark.parametrize("vcov", ["robust", ["region"]], ids=str)
def test_rank_statistics_do_not_depend_on_the_basis(data, vcov):
    """Instruments and endogenous regressors replaced by linear combinations of them span the same space."""
    mixed = data.assign(z1=data["z1"] + 3e3 * data["z2"], z3=data["z3"] - data["z1"], d=data["d"] - 2 * data["e"])
    formula = "y ~ x1 | province + year | d + e ~ z1 + z2 + z3"
    one, other = (instrument_tests(prepare(table, formula, vcov), STOCK_YOGO) for table in (data, mixed))
    assert other == pytest.approx(one, rel=1e-7)


# Invariance ----------------------------------------------------------------------------------------------

IV = {"formula": "y ~ x1 + x2 | province + year | d + e ~ z1 + z2 + z3"}
CLUSTERED = {**IV, "vcov": {"cluster": ["province", "sector"]}}


def numbers(data, columns=(IV, CLUSTERED)):
    """Everything a column holds that has no unit, by path."""
    found = {}
    for column in estimate_table(data, "t", list(columns), critical_values=STOCK_YOGO):
        stages = {stage["dependent"]: stage for stage in column.pop("first_stages", [])}
        for name, part in {"": column, **stages}.items():
            where = (column["vcov"], name)
            found |= {(*where, key): value for key, value in part["stats"].items() if key != "rmse"}
            slopes = [row for row in part["terms"] if row["term"] != "_cons"]
            found |= {(*where, row["term"], key): row[key] for row in slopes for key in ("statistic", "p_value")}
    return found


def test_rows_may_come_in_any_order(data):
    expected = to_json(estimate_table(data, "t", [IV, CLUSTERED]))
    shuffled = data.sample(frac=1, random_state=1)
    assert to_json(estimate_table(shuffled, "t", [IV, CLUSTERED])) == expected


@pytest.mark.parametrize("names", [["y"], ["d"], ["e", "x2"], ["z1", "z3"]])
def test_units_do_not_matter(data, names):
    changed = data.assign(**{name: data[name] * 1e7 - 3e7 for name in names})
    assert numbers(changed) == pytest.approx(numbers(data), rel=1e-6, abs=1e-12, nan_ok=True)


def test_ids_may_be_text_or_numbers(data):
    renamed = data.assign(province=data["province"].str[1:].astype(int), year="y" + data["year"].astype(str))
    assert numbers(renamed) == pytest.approx(numbers(data), rel=1e-9, nan_ok=True)


def test_hash_seed_does_not_matter():
    code = (
        "from _dense import simulate; from estimate_table import estimate_table, to_json\n"
        "column = {'formula': 'y ~ x1 | year + province | d ~ z1 + z2', 'vcov': {'cluster': ['province', 'sector']}}\n"
        "one = column | {'vcov': {'cluster': 'province'}}\n"
        "print(to_json(estimate_table(simulate(), 't', [column, one])))"
    )
    paths = os.pathsep.join(str(ROOT / name) for name in ("scripts", "scripts/estimate", "tests"))
    outputs = []
    for seed in "14":
        environment = {**os.environ, "PYTHONPATH": paths, "PYTHONHASHSEED": seed}
        run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=environment, check=True)
        outputs.append(run.stdout)
    assert '"kleibergen_paap_f"' in outputs[0]
    assert outputs[0] == outputs[1]
