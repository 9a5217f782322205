"""Instruments by group: rank statistics that no order of variables changes, and columns that fail alone."""

import itertools
import json
import logging
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from _dense import indicators, outside, prepare, small_sample, spread
from _printed import tidy
from compare_published import compare_rows
from estimate_table import estimate_table, to_json
from scipy.linalg import null_space
from scipy.stats import chi2
from study.regression.instruments import first_stages, instrument_tests
from tabulate_table import lay_out_table, read_column, write_notes

FOLDER = Path(__file__).parent / "data" / "iv_by_group"
EFFECTS = ["province", "year^east"]
RANK = ("kleibergen_paap_lm", "kleibergen_paap_f", "cragg_donald_f")


def by_group(seed, per_group=1, units=None):
    """A panel with an endogenous regressor and its instruments of eastern and of western units."""
    rng = np.random.default_rng(seed)
    units, years = units or rng.integers(8, 30), rng.integers(4, 9)
    east = np.repeat(np.arange(units) < max(3, units * rng.uniform(0.2, 0.8) // 1), years)
    data = pd.DataFrame({"province": np.repeat(np.arange(units), years), "year": np.tile(np.arange(years), units)})
    cause = rng.normal(size=len(data))
    z = rng.normal(size=(len(data), per_group))
    x = z.sum(axis=1) * rng.uniform(0.1, 1) + cause + rng.normal(size=len(data))
    data = data.assign(east=east.astype(int), y=x + cause + rng.normal(size=len(data)), x_e=x * east, x_w=x * ~east)
    for number, column in enumerate(z.T, 1):
        data[f"z{number}_e"], data[f"z{number}_w"] = column * east, column * ~east
    return data


def rank_statistics(data, endogenous, instruments, vcov):
    """LM and Wald F of Kleibergen and Paap by explicit dummies: null spaces, and a generalised inverse.

    theta of the standardised variables has rank K1 - 1 under the null; with B its K1 - 1 larger right singular vectors
    and theta B the span of the left ones, rk = N vec(A' theta b)' [(b' x A') V (b' x A')']^+ vec(A' theta b), where
    A and b span what is orthogonal to them.
    """
    n = len(data)
    dummies = np.column_stack([indicators(data, name) for name in EFFECTS])
    y, z = (outside(dummies, data[list(names)].to_numpy(float)) for names in (endogenous, instruments))
    half_y, half_z = (np.linalg.inv(np.linalg.cholesky(part.T @ part / n)) for part in (y, z))
    theta = half_z @ (z.T @ y / n) @ half_y.T
    vectors = np.linalg.eigh(theta.T @ theta)[1]
    a, b = null_space((theta @ vectors[:, 1:]).T), vectors[:, :1]
    found = []
    for errors in (y, outside(z, y)):
        moments = np.einsum("ni,nj->nij", errors @ half_y.T @ b, z @ half_z.T @ a).reshape(n, -1)
        inverse = np.linalg.pinv(spread(data, moments, vcov) / n, rcond=1e-9, hermitian=True)
        small = (a.T @ theta @ b).ravel()
        found.append(n * small @ inverse @ small)
    lm, wald = found
    absorbed = [name.replace("year^east", "cell") for name in EFFECTS]
    cells = data.assign(cell=data["year"].astype(str) + " " + data["east"].astype(str))
    return lm, wald / small_sample(cells, len(instruments), absorbed, vcov) / len(instruments)


def found_statistics(data, endogenous, instruments, vcov):
    formula = f"y ~ 1 | {' + '.join(EFFECTS)} | {' + '.join(endogenous)} ~ {' + '.join(instruments)}"
    tests = instrument_tests(prepare(data, formula, vcov), [])
    return [tests[name] for name in RANK]


@pytest.mark.parametrize("seed", range(24))
def test_one_instrument_a_group_in_every_order(seed):
    data, vcov = by_group(seed), ["province"] if seed % 2 else "robust"
    expected = rank_statistics(data, ["x_e", "x_w"], ["z1_e", "z1_w"], vcov)
    orders = itertools.product(itertools.permutations(["x_e", "x_w"]), itertools.permutations(["z1_e", "z1_w"]))
    found = [found_statistics(data, *order, vcov) for order in orders]
    assert found[0][:2] == pytest.approx(expected, rel=1e-7)
    for other in found[1:]:
        assert other == pytest.approx(found[0], rel=1e-8)


@pytest.mark.parametrize("vcov", ["iid", "robust", ["province"]], ids=str)
@pytest.mark.parametrize("seed", range(5))
def test_several_instruments_a_group_and_any_basis_of_them(seed, vcov):
    """What vanishes in every observation, such as eastern instruments times western regressors, restricts nothing."""
    data = by_group(100 + seed, per_group=2, units=16)
    instruments = ["z1_e", "z2_e", "z1_w", "z2_w"]
    base = found_statistics(data, ["x_e", "x_w"], instruments, vcov)
    assert np.isfinite(base).all()
    if vcov != "iid":
        assert base[:2] == pytest.approx(rank_statistics(data, ["x_e", "x_w"], instruments, vcov), rel=1e-7)
    for order in list(itertools.permutations(instruments))[1::5]:
        assert found_statistics(data, ["x_w", "x_e"], order, vcov) == pytest.approx(base, rel=1e-8)
    rng = np.random.default_rng(seed)
    mixed = data.copy()
    mixed[instruments] = data[instruments] @ (rng.normal(size=(4, 4)) * [1, 1e6, 1e-3, 7])
    mixed[["x_e", "x_w"]] = data[["x_e", "x_w"]] @ [[1, 1], [2, -3e4]]
    assert found_statistics(mixed, ["x_e", "x_w"], instruments, vcov) == pytest.approx(base, rel=1e-6)


@pytest.mark.parametrize("name", ["panel", "fails_10_2"])
def test_a_table_of_heterogeneous_effects_is_whole(name):
    data = pd.read_csv(FOLDER / f"{name}.csv")
    formulas = [
        f"y ~ 1 | province + year^east | {x} ~ {z}"
        for x, z in itertools.product(("x_e + x_w", "x_w + x_e"), ("z_e + z_w", "z_w + z_e"))
    ]
    columns = json.loads(to_json(estimate_table(data, "t", formulas)))
    expected = rank_statistics(data, ["x_e", "x_w"], ["z_e", "z_w"], "robust")
    for column in columns:
        stats = column["stats"]
        assert [stats[key] for key in RANK[:2]] == pytest.approx(expected, rel=1e-8)
        assert stats["kleibergen_paap_lm_p_value"] == pytest.approx(chi2.sf(expected[0], 1), rel=1e-8)
        terms = {row["term"]: row["estimate"] for row in column["terms"]}
        first = {row["term"]: row["estimate"] for row in columns[0]["terms"]}
        assert terms == pytest.approx(first, rel=1e-8)


@pytest.mark.parametrize("vcov", ["robust", ["province"]], ids=str)
def test_first_stage_of_a_group_tests_its_own_instruments(vcov):
    """The other group's coefficients are zero in any sample: F is that of the group's regression."""
    data = by_group(7, per_group=2, units=20)
    instruments = ["z1_e", "z1_w", "z2_e", "z2_w"]
    formula = f"y ~ 1 | province + year^east | x_e + x_w ~ {' + '.join(instruments)}"
    for name, stage in first_stages(prepare(data, formula, vcov)).items():
        n = len(data)
        dummies = np.column_stack([indicators(data, effect) for effect in EFFECTS])
        own = [z for z in instruments if z[-2:] == name[-2:]]
        y, z = outside(dummies, data[[name]].to_numpy()), outside(dummies, data[own].to_numpy())
        b = np.linalg.lstsq(z, y, rcond=None)[0]
        bread = np.linalg.inv(z.T @ z)
        v = bread @ spread(data, z * (y - z @ b), vcov) @ bread
        cells = data.assign(cell=data["year"].astype(str) + " " + data["east"].astype(str))
        v *= small_sample(cells, len(instruments), ["province", "cell"], vcov)
        assert stage.stats["f"] == pytest.approx((b.T @ np.linalg.inv(v) @ b).item() / 2, rel=1e-7)
        assert 0 < stage.stats["f_p_value"] < 1
        assert n == stage.stats["n"]


# A column that fails -------------------------------------------------------------------------------------


def failing(monkeypatch, where, error, column):
    """The function fails for the regression of `column`'s dependent variable."""
    import estimate_table as module

    original = getattr(module, where)

    def fails(*arguments):
        regression = next(getattr(one, "regression", one) for one in arguments if not isinstance(one, pd.DataFrame))
        if regression.dependent == column:
            raise error
        return original(*arguments)

    monkeypatch.setattr(module, where, fails)


@pytest.mark.parametrize("where", ["prepare", "estimate", "instrument_tests"])
@pytest.mark.parametrize(
    "error", [np.linalg.LinAlgError("Singular matrix"), FloatingPointError("overflow"), ValueError("array holds NaN")]
)
def test_a_numerical_failure_takes_its_own_column_only(monkeypatch, caplog, where, error):
    data = pd.read_csv(FOLDER / "panel.csv")
    data["w"] = data["y"]
    formulas = [f"{y} ~ 1 | province + year^east | x_e + x_w ~ z_e + z_w" for y in ("y", "w", "y")]
    whole = json.loads(to_json(estimate_table(data, "t", formulas)))
    failing(monkeypatch, where, error, "w")
    with caplog.at_level(logging.WARNING, "study"):
        columns = json.loads(to_json(estimate_table(data, "t", formulas)))
    assert [columns[0], columns[2]] == [whole[0], whole[2]]
    assert columns[1]["failed"] == f"{type(error).__name__}: {error}"
    assert (columns[1]["terms"], columns[1]["stats"], columns[1]["dependent"]) == ([], {}, "w")
    assert f"t, column 2 is not estimated: {type(error).__name__}: {error}" in caplog.text
    rows = tidy(columns, "t")
    assert [row["estimate"] for row in rows if row["column"] == "2" and row["term"] == "not estimated"] == [
        columns[1]["failed"]
    ]
    assert {row["column"] for row in rows if row["term"] == "x_e"} == {"1", "3"}
    layout = lay_out_table([read_column(column, {}) for column in columns], "t", "")
    assert layout.blocks[0][0] == ["", "", "not estimated", ""]
    notes = " ".join(write_notes(columns, {}, None, False))
    assert f"Column 2 is not estimated: {columns[1]['failed']}." in notes


def test_estimates_that_are_not_finite_are_a_failure(monkeypatch):
    import estimate_table as module

    data = pd.read_csv(FOLDER / "panel.csv")
    original = module.estimate

    def infinite(design):
        found = original(design)
        if design.regression.regressors == ("z",):
            found.coefficients[0] = np.inf
        return found

    monkeypatch.setattr(module, "estimate", infinite)
    first, second = estimate_table(data, "t", ["y ~ z | province", "y ~ x | province"])
    assert first["failed"] == "the estimates are not finite"
    assert "failed" not in second
    assert second["terms"]
    # a table of such columns alone is still written, and compared: nothing in it meets a published number
    alone = json.loads(to_json(estimate_table(data, "t", ["y ~ z | province"])))
    assert "Column 1 is not estimated" in " ".join(write_notes(alone, {}, None, False))
    assert [row["term"] for row in tidy(alone, "t")] == ["not estimated", "Province"]
    published = {"table": "t", "column": "1", "dependent": "y", "group": "", "term": "z"}
    numbers = {"estimate": "0.5", "statistic": "2.1", "stars": "**"}
    [row] = compare_rows(tidy(alone, "t"), [published | numbers])
    assert (row["published"], row.get("estimate")) == ("0.5", None)
