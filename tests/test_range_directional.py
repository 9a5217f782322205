"""Negative values: the range directional measure, and what does not change with a variable's origin; SBM over some."""

import shutil

import numpy as np
import pandas as pd
import pytest
import solve_dea
import yaml
from conftest import ROOT, SHARED, needs_shared, planned_jobs, snakemake
from scipy.optimize import linprog
from study.dea.bootstrap import replicate_scores
from study.dea.lp import measure
from study.dea.models import check_model, complete_model, model_variables, needed_sign, signed
from study.dea.production import read_production
from study.dea.programs import lift
from study.helpers import InputError, read_rows
from test_lp import ENGINES, TIGHT, model

CASE = ROOT / "tests" / "data" / "dea" / "c08b_negative_output_range"
LATER = SHARED / "vectors" / "later" / "dea"
VRS = {"returns": "vrs"}
RDM = {"measure": "ddf", "direction": "range"} | VRS


def best_factor(data, unit, chosen, amounts):
    """max beta of one unit against `data` by scipy, as printed: X l <= x - beta g, Y l >= y + beta g, sum l = 1."""
    signs = np.repeat([1.0, -1.0, 1.0], [len(chosen[role]) for role in ("inputs", "good_outputs", "bad_outputs")])
    count = data.shape[1]
    found = linprog(
        np.r_[np.zeros(count), -1.0],
        A_ub=np.hstack([signs[:, None] * data, amounts[:, None]]),
        b_ub=signs * unit,
        A_eq=np.r_[np.ones(count), 0.0][None],
        b_eq=[1.0],
        bounds=[(0, None)] * count + [(None, None)],
        method="highs-ds",
        options=TIGHT,
    )
    assert found.status == 0, found.message
    return -found.fun


def to_the_best(data, unit, chosen, roles=("inputs", "good_outputs", "bad_outputs")):
    """Amounts (R,) of Portela, Thanassoulis and Simpson (2004): from the unit to each variable's best value."""
    moved = [name for role in roles for name in chosen[role]]
    amounts = [
        0.0 if name not in moved else data[row].max() - unit[row] if name in chosen["good_outputs"]
        else unit[row] - data[row].min()
        for row, name in enumerate(model_variables(chosen))
    ]  # fmt: skip
    return np.array(amounts)


def signed_data(units, seed, rows=5):
    """Values around nil, of sizes that differ by row, with some zeros."""
    random = np.random.default_rng(seed)
    data = random.normal(0, 10.0 ** random.integers(-2, 7, rows)[:, None], (rows, units))
    data[random.uniform(size=data.shape) < 0.05] = 0.0
    return data


def own(data, chosen, engine="highs"):
    return measure(data, data, np.arange(data.shape[1]), data, chosen, engine)


# --- the range directional measure --------------------------------------------------------------------------------


@pytest.mark.parametrize("engine", ENGINES)
def test_the_case_is_solved_and_certified(engine):
    config = yaml.safe_load((CASE / "config.yaml").read_text("utf-8"))
    chosen = complete_model(config["productivity"]["models"][0])
    panel = read_production(read_rows(CASE / "panel.csv"), chosen)
    assert panel.values.min() == -12.5
    rows = solve_dea.solve_units(panel, np.arange(len(panel.units)), chosen, engine)
    assert len(rows) == 48 and all(row["status"] == "optimal" and row["gap"] <= 1e-9 for row in rows)
    for row in rows:
        at = (panel.unit == panel.units.index(row["province"])) & (panel.period == panel.periods.index(row["year"]))
        set_ = panel.values if row["reference"] == "global" else panel.values[:, panel.period == panel.period[at][0]]
        unit = panel.values[:, at][:, 0]
        amounts = to_the_best(set_, unit, chosen)
        assert row["score"] == pytest.approx(best_factor(set_, unit, chosen, amounts), abs=1e-9)
        assert -1e-12 <= row["score"] <= 1
        slack = [row[f"slack_{name}"] for name in panel.variables]
        assert (np.array(slack) >= row["score"] * amounts - 1e-9).all()  # the factor's part, and free disposal
    # the unit that made -12.5 is far from the best: by hand, its worst variable does not bound it
    worst = next(row for row in rows if (row["province"], row["year"], row["reference"]) == ("U01", "2016", "global"))
    assert worst["score"] == max(row["score"] for row in rows if row["reference"] == "global")


def test_the_case_passes_the_checks_at_start(tmp_path):
    folder = shutil.copytree(CASE, tmp_path / "study")
    jobs = planned_jobs(snakemake(ROOT / "Snakefile", folder, "--dry-run"))
    assert jobs["solve_dea"] == 1


@needs_shared
@pytest.mark.parametrize("engine", ENGINES)
def test_published_numbers_of_thirty_provinces(engine):
    folder = LATER / "rdm_china30_2014_signed"
    expected = pd.read_csv(folder / "expected.csv", index_col="Province")
    rows = [row | {"province": row["Province"], "year": "2014"} for row in read_rows(folder / "data.csv")]
    for column, direction in (("beta_no", "range"), ("beta_io", "range_inputs"), ("beta_oo", "range_outputs")):
        chosen = model("ddf", "K L E", "Y growth", "", direction=direction, **VRS)
        panel = read_production(rows, chosen)
        found = own(panel.values, chosen, engine)
        assert (found.gap <= 1e-9).all()
        assert found.score == pytest.approx(expected.loc[list(panel.units), column].to_numpy(), abs=1e-8)


@pytest.mark.parametrize("direction", ["range", "range_inputs", "range_outputs"])
@pytest.mark.parametrize("seed", range(4))
def test_any_signs_against_the_textbook(direction, seed):
    chosen = model("ddf", "K L E", direction=direction, **VRS)
    data = signed_data(14, seed)
    roles = {"range_inputs": ("inputs",), "range_outputs": ("good_outputs", "bad_outputs")}
    found = [own(data, chosen, engine) for engine in ENGINES]
    for place, unit in enumerate(data.T):
        amounts = to_the_best(
            data, unit, chosen, roles.get(direction, (*roles["range_inputs"], *roles["range_outputs"]))
        )
        wanted = best_factor(data, unit, chosen, amounts)
        for distances in found:
            assert distances.score[place] == pytest.approx(wanted, abs=1e-8)
            assert distances.gap[place] <= 1e-9 and -1e-9 <= distances.score[place] <= 1


@pytest.mark.parametrize("engine", ENGINES)
def test_a_variable_at_its_best_keeps_its_row_and_a_unit_at_the_best_of_all_is_efficient(engine):
    """a = (1, -1) has least K, b = (4, 3) most Y, and the way from (4, -1) to (1, 3) meets their line halfway.

    With d = (1, 3) beside them, a lacks Y alone and b has too much K alone.
    """
    chosen = model("ddf", "K", "Y", "", direction="range", **VRS)
    data = np.array([[1.0, 4.0, 4.0], [-1.0, 3.0, -1.0]])
    assert own(data, chosen, engine).score == pytest.approx([0, 0, 1 / 2], abs=1e-12)
    alone = np.hstack([data, [[1.0], [3.0]]])
    found = own(alone, chosen, engine)
    assert found.score == pytest.approx([1, 1, 1, 0], abs=1e-12)
    assert (found.gap <= 1e-9).all()
    same = np.tile([[2.0], [-1.0]], 3)
    assert own(same, chosen, engine).score == pytest.approx([0, 0, 0], abs=1e-12)


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        ({"returns": "crs"}, "is the range directional measure, which is of variable returns: write returns vrs"),
        ({"disposability": "weak_kuosmanen"}, "with bads as inputs: write strong"),
        ({"technology": "contemporaneous"}, "another period's (contemporaneous technology) may lie beyond them"),
        ({"technology": "sequential"}, "may lie beyond them. Choose technology global or biennial"),
    ],
)
def test_what_the_range_directional_measure_is_not(options, reason):
    with pytest.raises(InputError) as error:
        model(**{"inputs": "K L"} | RDM | options)
    assert reason in str(error.value)


# --- signs ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "free"),
    [
        (RDM, "K L Y CO2"),
        ({"direction": "range"} | VRS, "K L Y CO2"),
        ({"direction": "range"}, ""),
        ({"direction": "mean"} | VRS, ""),
        ({"direction": {"K": 1, "Y": 2}} | VRS, "K L Y CO2"),
        ({"direction": "inputs"} | VRS, "Y CO2"),
        ({"measure": "sbm", "direction": ["L", "CO2"]} | VRS, "K Y"),
        ({"direction": "range", "disposability": "weak_kuosmanen"} | VRS, ""),
        (VRS, ""),
    ],
)
def test_which_variables_may_have_any_sign(options, free):
    chosen = model(**options)
    assert signed(chosen) == tuple(free.split())
    for name in model_variables(chosen):
        row = {"province": "a", "year": "1", "K": "1", "L": "2", "Y": "3", "CO2": "4"}
        other = row | {"province": "b", "K": "5", "L": "6", "Y": "7", "CO2": "8"}
        if name in free.split():
            assert needed_sign(chosen, name) == "any sign"
            assert read_production([row | {name: "-2"}, other], chosen).values.min() == -2
        else:
            with pytest.raises(InputError, match=f"{name} of a in 1 is -2. Every value must be"):
                read_production([row | {name: "-2"}, other], chosen)


MEASURES = [
    RDM,
    {"measure": "sbm_ddf", "direction": "range"} | VRS,
    {"measure": "additive", "direction": "range"} | VRS,
    {"measure": "ddf", "direction": {"K": 2, "Y": 1}} | VRS,
    {"measure": "nddf", "direction": "ones"} | VRS,
]


@pytest.mark.parametrize("options", MEASURES, ids=lambda options: f"{options['measure']} {options['direction']}")
@pytest.mark.parametrize("engine", ENGINES)
def test_the_origin_of_a_variable_does_not_matter(options, engine):
    """The same data measured from another nil, of which the positive one is solved as it always was."""
    chosen = model(inputs="K L E", **options)
    data = np.random.default_rng(5).uniform(2, 9, (5, 16))
    assert not lift(data).any()
    moved = data - np.array([4.0, 0.0, 20.0, 5.0, 3.0])[:, None]
    assert (lift(moved)[:, 0] > 0).tolist() == [True, False, True, True, True]
    plain, signed_ = own(data, chosen, engine), own(moved, chosen, engine)
    assert (signed_.gap <= 1e-9).all() and (plain.score > 1e-3).sum() >= 3
    assert signed_.score == pytest.approx(plain.score, abs=1e-9)
    np.testing.assert_allclose(signed_.slacks, plain.slacks, atol=1e-7)


@pytest.mark.parametrize("name", ["ddf", "nddf"])
def test_the_origin_does_not_matter_to_subsamples_either(name):
    chosen = model(name, direction={"K": 2, "Y": 1}, returns="vrs")
    random = np.random.default_rng(6)
    rows = [
        {
            "province": f"p{unit}",
            "year": str(year),
            **dict(zip(["K", "L", "Y", "CO2"], random.uniform(2, 9, 4), strict=True)),
        }
        for unit in range(8)
        for year in (1, 2)
    ]
    there = [row | {"K": row["K"] - 5, "Y": row["Y"] - 20} for row in rows]
    plain, moved = (
        replicate_scores(
            read_production([{key: str(cell) for key, cell in row.items()} for row in data], chosen),
            chosen,
            np.array([0, 3, 5]),
        )
        for data in (rows, there)
    )
    assert (plain < -1e-3).any() and (plain > 1e-3).any()
    assert moved == pytest.approx(plain, abs=1e-9, nan_ok=True)


def test_an_observation_may_have_no_positive_good_where_goods_have_any_sign():
    chosen = model(**RDM)
    row = {"year": "1", "K": "1", "L": "2", "CO2": "4"}
    read_production([row | {"province": "a", "Y": "0"}, row | {"province": "b", "Y": "-3"}], chosen)
    with pytest.raises(InputError, match="all good_outputs of a in 1 are zero"):
        read_production([row | {"province": "a", "Y": "0"}, row | {"province": "b", "Y": "3"}], chosen)


# --- SBM over some of the variables -------------------------------------------------------------------------------

HOSPITALS = ("doctor nurse", "outpatient inpatient", "")
CHOSEN = {"x1": "doctor", "x2": "nurse", "y1": "outpatient"}


@needs_shared
@pytest.mark.parametrize("engine", ENGINES)
def test_subsets_of_twelve_hospitals(engine):
    folder = LATER / "self_sbm_subset_hospitals12"
    expected = pd.read_csv(folder / "expected.csv", index_col="DMU")
    rows = [row | {"province": row["DMU"], "year": "1"} for row in read_rows(folder / "data.csv")]
    for column in expected:
        *short, returns = column.split("_")
        chosen = model("sbm", *HOSPITALS, direction=[CHOSEN[name] for name in short], returns=returns)
        panel = read_production(rows, chosen)
        found = own(panel.values, chosen, engine)
        assert (found.gap <= 1e-9).all()
        assert found.score == pytest.approx(expected.loc[list(panel.units), column].to_numpy(), abs=1e-9), column


@pytest.mark.parametrize("engine", ENGINES)
def test_a_subset_by_hand_with_zeros_of_what_is_not_chosen(engine):
    """CRS. A makes 2 of (1, 0), B makes 1 of (2, 4); B could do with half of K: 1/2 of A, and has L to spare."""
    data = np.array([[1.0, 2.0], [0.0, 4.0], [2.0, 1.0]])
    chosen = model("sbm", "K L", "Y", "", direction=["K"])
    found = own(data, chosen, engine)
    assert found.score == pytest.approx([1, 1 / 4], abs=1e-12)
    assert found.slacks[1] == pytest.approx([1.5, 4, 0], abs=1e-12)  # L is free, and counts nothing
    chosen = model("sbm", "K L", "Y", "", direction=["Y"])
    assert own(data, chosen, engine).score == pytest.approx([1, 1 / 4], abs=1e-12)  # 2 x A makes 4
    everything = model("sbm", "K L", "Y", "", direction=["K", "L", "Y"])
    data[1, 0] = 1.0
    assert own(data, everything, engine).score == pytest.approx(
        own(data, model("sbm", "K L", "Y", "")).score, abs=1e-12
    )


@pytest.mark.parametrize("engine", ENGINES)
def test_slacks_of_a_good_that_no_unit_makes_are_in_its_own_units(engine):
    """Charnes and Cooper's divisor is undone in every row, also in one that is nil for all units held against it."""
    reference = np.array([[1.0, 1.0], [4.0, 2.0], [3.0, 0.0]])
    chosen = model("sbm", "K", "Y Z", "", direction=["Y"])
    unit = np.array([[1.0], [1.0], [0.0]])
    found = measure(reference, unit, np.array([-1]), np.hstack([reference, unit]), chosen, engine)
    assert found.score == pytest.approx([1 / 4])
    assert found.slacks[0] == pytest.approx([0, 3, 3])


def test_what_a_subset_cannot_be():
    for options in ({"direction": {"K": 1}}, {"direction": "range", "returns": "vrs"}, {"direction": "ones"}):
        with pytest.raises(InputError, match="and no amounts"):
            model("sbm", **options)
    with pytest.raises(InputError, match="direction names Q, which is none of its variables"):
        model("sbm", direction=["Q"])
    check_model(complete_model(model("sbm", direction="bads")))
