"""Distances against independent programs in textbook form, against numbers by hand, and on hard data."""

import csv
import itertools
import os
import subprocess
import sys
import tracemalloc
from pathlib import Path

import numpy as np
import pytest
import solve_dea
from conftest import ABSENT, SHARED
from scipy.optimize import linprog
from study.dea import lp
from study.dea.certificate import CERTIFIED_VIOLATION
from study.dea.lp import fingerprint, measure
from study.dea.models import check_model, complete_model
from study.dea.production import Panel, read_production
from study.helpers import InputError

ENGINES = ("highs", "batched")
VECTORS = SHARED / "vectors" / "dea" / "self_sbmddf_china30_2013_2015_KLE"
TIGHT = {"primal_feasibility_tolerance": 1e-10, "dual_feasibility_tolerance": 1e-10}


def model(measure="sbm_ddf", inputs="K L", goods="Y", bads="CO2", **options):
    """A completed and checked model."""
    roles = {"inputs": inputs.split(), "good_outputs": goods.split(), "bad_outputs": bads.split()}
    technology = "contemporaneous" if measure == "super_sbm" else "global"
    completed = complete_model({"name": "gml", "measure": measure, "technology": technology, **roles, **options})
    check_model(completed)
    return completed


MEASURES = ("sbm_ddf", "nddf", "additive", "ddf", "sbm", "super_sbm")
DIRECTIONS = {
    "own_values": {"K": 1 / 6, "L": 1 / 6, "E": 1 / 6, "Y": 1 / 4, "CO2": 1 / 4},
    "inputs": {"K": 1 / 3, "L": 1 / 3, "E": 1 / 3},
    "outputs": {"Y": 1 / 2, "CO2": 1 / 2},
    "bads": {"CO2": 1},
    "ones": {"K": 1 / 6, "L": 1 / 6, "E": 1 / 6, "Y": 1 / 4, "CO2": 1 / 4},
    "mean": {"K": 1 / 6, "L": 1 / 6, "E": 1 / 6, "Y": 1 / 4, "CO2": 1 / 4},
    "range": {"K": 1 / 6, "L": 1 / 6, "E": 1 / 6, "Y": 1 / 4, "CO2": 1 / 4},
    ("L", "Y"): {"L": 1 / 2, "Y": 1 / 2},
    (("K", 0.5), ("CO2", 2.0)): {"K": 1 / 2, "CO2": 1 / 2},
}
THIRDS = {"K": 1 / 9, "L": 1 / 9, "E": 1 / 9, "Y": 1 / 3, "CO2": 1 / 3}


def stated(direction):
    """A direction as the configuration writes it."""
    if isinstance(direction, str):
        return direction
    return dict(direction) if isinstance(direction[0], tuple) else list(direction)


def every_model():
    """(id, model, weights of each variable) of each combination of options that makes sense."""
    options = {
        "returns": ("crs", "vrs"),
        "disposability": ("strong", "weak", "weak_kuosmanen", "weak_uniform"),
        "direction": tuple(DIRECTIONS),
    }
    for name, *values in itertools.product(MEASURES, *options.values()):
        chosen = dict(zip(options, values, strict=True))
        weights = DIRECTIONS[chosen["direction"]]
        if name == "nddf" and weights == DIRECTIONS["own_values"]:
            weights, chosen["weights"] = THIRDS, "thirds"
        if name == "additive":
            weights = dict.fromkeys(weights, 1.0)
        text = "-".join([name, *map(str, values)])
        try:
            yield pytest.param(
                model(name, "K L E", **chosen | {"direction": stated(chosen["direction"])}), weights, id=text
            )
        except InputError:
            continue


def amounts(unit, reference, panel, chosen, weights):
    """Amounts (R,) of the direction."""
    names = chosen["inputs"] + chosen["good_outputs"] + chosen["bad_outputs"]
    moved = np.isin(names, list(weights))
    if chosen["measure"] == "ddf" and chosen["direction"] == "range":
        to_ideal = [
            reference[row].max() - unit[row] if name in chosen["good_outputs"] else unit[row] - reference[row].min()
            for row, name in enumerate(names)
        ]
        return np.array(to_ideal)
    fixed = {"ones": np.ones(len(unit)), "mean": panel.mean(axis=1), "range": panel.max(axis=1) - panel.min(axis=1)}
    if isinstance(chosen["direction"], dict):
        return np.array([chosen["direction"].get(name, 0.0) for name in names])
    return moved * fixed.get(str(chosen["direction"]), unit)


class Textbook:
    """One unit's program as the papers print it, with inequalities where a variable has no weighted slack.

    Columns: lambda (J), mu (J, Kuosmanen's idle intensities), slacks (R), the radial factor, and theta. Every
    variable is measured in the unit's own value beforehand, which leaves scores as they are.
    """

    def __init__(self, reference, unit, panel, chosen, weights, outside=False):
        own = np.where(unit > 0, unit, 1.0)
        self.data, self.unit = reference / own[:, None], unit / own
        self.inputs, self.goods, self.bads = (len(chosen[role]) for role in ("inputs", "good_outputs", "bad_outputs"))
        self.chosen, self.outside = chosen, outside
        names = chosen["inputs"] + chosen["good_outputs"] + chosen["bad_outputs"]
        self.weights = np.array([weights.get(name, 0.0) for name in names])
        self.direction = amounts(unit, reference, panel, chosen, weights) / own
        self.count, self.size = self.data.shape[1], len(unit)
        self.width = 2 * self.count + self.size + 2

    def constraints(self):
        """A_ub, b_ub, A_eq, b_eq, and bounds of the columns."""
        chosen, count, beta, theta = self.chosen, self.count, self.width - 2, self.width - 1
        radial, uniform = chosen["measure"] == "ddf", chosen["disposability"] == "weak_uniform"
        kuosmanen = chosen["disposability"] == "weak_kuosmanen"
        below, limits, equal, right = [], [], [], []
        for row in range(self.size):
            role = "input" if row < self.inputs else "good" if row < self.inputs + self.goods else "bad"
            sign = -1.0 if role == "good" else 1.0
            line = np.zeros(self.width)
            line[:count] = self.data[row]
            if role == "input" and kuosmanen:
                line[count : 2 * count] = self.data[row]
            line[2 * count + row] = sign * (-1 if self.outside else 1) * self.direction[row]
            limit = self.unit[row]
            if radial:
                line[2 * count + row], line[beta] = 0.0, sign * self.direction[row]
            if uniform and role == "input":
                line[theta], limit = -self.unit[row], 0.0
            tied = role == "bad" and chosen["disposability"] != "strong" and not (self.outside and self.weights[row])
            if tied:
                equal.append(line)
                right.append(limit)
            else:
                below.append(sign * line)
                limits.append(sign * limit)
        if chosen["returns"] == "vrs":
            line = np.r_[np.ones(2 * count), np.zeros(self.size + 2)]
            line[theta] = -1.0 if uniform else 0.0
            equal.append(line)
            right.append(0.0 if uniform else 1.0)
        moved = [(0, None if weight else 0) for weight in self.weights]
        factors = [(None, None) if radial else (0, 0), (0, 1 if uniform else 0)]
        bounds = [(0, None)] * count + [(0, None if kuosmanen else 0)] * count + moved + factors
        return below, limits, equal, right, bounds

    def optimise(self, costs):
        """Smallest value of costs @ columns, and its point; None where there is no feasible point."""
        below, limits, equal, right, bounds = self.constraints()
        equalities = {"A_eq": np.array(equal), "b_eq": right} if equal else {}
        inequalities = {"A_ub": np.array(below), "b_ub": limits} if below else {}
        found = linprog(costs, **inequalities, **equalities, bounds=bounds, method="highs-ds", options=TIGHT)
        assert found.status in (0, 2), found.message
        return found if found.status == 0 else None

    def score(self):
        """The measure's score; None where infeasible."""
        if self.chosen["measure"] in ("sbm", "super_sbm"):
            return self.ratio()
        costs = np.zeros(self.width)
        if self.chosen["measure"] == "ddf":
            costs[-2] = -1.0
        else:
            costs[2 * self.count : -2] = self.weights if self.outside else -self.weights
        found = self.optimise(costs)
        return None if found is None else -found.fun

    def ratio(self):
        """Tone's ratio by Dinkelbach's method: the root rho of min numerator - rho x denominator = 0."""
        way = 1.0 if self.outside else -1.0
        above, under = np.zeros(self.width), np.zeros(self.width)
        slacks = slice(2 * self.count, self.width - 2)
        counted, is_input = self.weights > 0, np.arange(self.size) < self.inputs
        above[slacks] = way * (counted & is_input) / max((counted & is_input).sum(), 1)
        under[slacks] = -way * (counted & ~is_input) / max((counted & ~is_input).sum(), 1)
        found = self.optimise(-under if self.outside else above)
        for _ in range(50):
            if found is None or 1 + under @ found.x <= 1e-9:
                return None
            rho = (1 + above @ found.x) / (1 + under @ found.x)
            found = self.optimise(above - rho * under)
            if abs((1 + above @ found.x) - rho * (1 + under @ found.x)) < 1e-13:
                return rho
        raise AssertionError("Dinkelbach's method did not converge")


def textbook(reference, unit, panel, chosen, weights=None, outside=False, member=-1):
    """Score by the textbook; None where infeasible. `member`: the unit's place in the reference, or -1."""
    ratio = chosen["measure"] in ("sbm", "super_sbm")
    if ratio and weights is None:
        weights = dict.fromkeys(chosen["inputs"] + chosen["good_outputs"] + chosen["bad_outputs"], 1)
    if chosen["measure"] != "super_sbm":
        return Textbook(reference, unit, panel, chosen, weights, outside).score()
    score = Textbook(reference, unit, panel, chosen, weights).score()
    if score is not None and score < 1 - 1e-9:
        return score
    others = np.delete(reference, member, axis=1) if member >= 0 else reference
    return Textbook(others, unit, panel, chosen, weights, outside=True).score()


def simulated(units, seed, noise=0.4, rows=5, spread=1.0):
    """Positive observations (rows, units) of sizes that differ by orders of magnitude."""
    random = np.random.default_rng(seed)
    return np.exp(spread * random.normal(size=units) + noise * random.normal(size=(rows, units)))


def measured(reference, units, chosen, engine, members=None, outside=False):
    """Distances of units to a reference, none a member unless told; the panel is both."""
    members = np.full(units.shape[1], -1) if members is None else members
    return measure(reference, units, members, np.hstack([reference, units]), chosen, engine, outside)


@pytest.mark.parametrize(("chosen", "weights"), [*every_model()])
def test_every_measure_against_its_textbook_program(chosen, weights):
    reference, strangers = simulated(12, seed=3), simulated(6, seed=4)
    units, members = np.hstack([reference[:, :8], strangers]), np.r_[np.arange(8), np.full(6, -1)]
    if chosen["measure"] == "ddf" and chosen["direction"] == "range":  # of units of the reference set alone
        units, members = reference, np.arange(12)
    panel = np.hstack([reference, strangers])
    found = {engine: measure(reference, units, members, panel, chosen, engine) for engine in ENGINES}
    for place in range(units.shape[1]):
        wanted = textbook(reference, units[:, place], panel, chosen, weights, member=members[place])
        for distances in found.values():
            assert distances.status[place] == ("infeasible" if wanted is None else "optimal")
            assert distances.gap[place] <= CERTIFIED_VIOLATION
            assert distances.score[place] == pytest.approx(np.nan if wanted is None else wanted, abs=1e-8, nan_ok=True)
    if chosen["measure"] in ("sbm", "super_sbm", "ddf"):
        return
    beyond = np.flatnonzero(found["highs"].status == "infeasible")
    if not len(beyond):
        return
    for engine in ENGINES:
        supers = measure(reference, units[:, beyond], members[beyond], panel, chosen, engine, outside=True)
        for place, unit in enumerate(units[:, beyond].T):
            wanted = textbook(reference, unit, panel, chosen, weights, outside=True)
            assert supers.status[place] == ("infeasible" if wanted is None else "optimal")
            if wanted is not None:
                assert wanted < 0
                assert supers.score[place] == pytest.approx(wanted, abs=1e-8)


def test_the_comparison_reaches_every_measure_and_infeasible_programs():
    assert {param.values[0]["measure"] for param in every_model()} == set(MEASURES)
    reference, strangers = simulated(12, seed=3), simulated(6, seed=4)
    for name, options in itertools.product(("sbm_ddf", "sbm"), ({"returns": "crs"}, {"returns": "vrs"})):
        statuses = measured(reference, strangers, model(name, "K L E", **options), "highs").status
        assert set(statuses) == {"optimal", "infeasible"}


@pytest.mark.parametrize("engine", ENGINES)
def test_a_super_efficiency_that_no_retreat_gives_is_infeasible(engine):
    # Under VRS the only other unit emits ten times as much: 1 - (0 + 9)/2 < 0, so that no ratio has a meaning.
    reference = np.array([[1.0, 1], [1, 1], [1, 10]])
    found = measured(reference, reference, model("super_sbm", "K", returns="vrs"), engine, members=np.arange(2))
    assert found.status[0] == "infeasible"
    assert found.score[1] == pytest.approx(1 / (1 + 0.9 / 2))


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("name", ["sbm_ddf", "ddf"])
def test_zeros_of_variables_that_the_direction_leaves_alone(name, engine):
    # Two ways to make the good, each without the other's input; b and d need twice as much.
    reference = np.array([[1.0, 2, 0, 0], [0, 0, 1, 2], [1, 1, 1, 1]])
    chosen = model(name, bads="", direction="outputs")
    found = measured(reference, reference, chosen, engine, members=np.arange(4))
    assert found.score == pytest.approx([0, 1, 0, 1])


@pytest.mark.parametrize("engine", ENGINES)
def test_zeros_against_the_textbook(engine):
    data = simulated(20, seed=8)
    data[0, ::3], data[1, 1::3], data[3, ::4], data[4, ::5] = 0.0, 0.0, 0.0, 0.0
    for name, returns in itertools.product(("sbm_ddf", "ddf"), ("crs", "vrs")):
        chosen = model(name, "K L", "Y Z", direction=["Y"], returns=returns)
        data[2] = np.maximum(data[2], 0.01)
        found = measured(data, data, chosen, engine, members=np.arange(20))
        wanted = [textbook(data, unit, data, chosen, {"Y": 1.0}) for unit in data.T]
        assert found.score == pytest.approx(wanted, abs=1e-8)


@pytest.mark.parametrize("engine", ENGINES)
def test_observations_proportional_but_for_rounding(engine):
    data = np.array(
        [
            [1.662187889, 0.8310940434, 0.8310940275, 2.493281782, 2.493282105, 2.493282058],
            [3.28769418, 1.643847525, 1.643847328, 4.931541006, 4.931541102, 4.931541745],
            [2.46225095, 1.231125347, 1.231125587, 3.693376346, 3.693375992, 3.693376172],
            [1.468241327, 0.7341205626, 0.7341206155, 2.202361631, 2.202361965, 2.202362165],
        ]
    )
    found = measured(data, data, model("ddf", direction="bads"), engine, members=np.arange(6))
    assert found.score[[0, 2, 3]] == pytest.approx(0, abs=2e-9)  # 0 in rational arithmetic


@pytest.mark.parametrize("engine", ENGINES)
def test_two_units_by_hand(engine):
    # b needs twice a's inputs and bad for the same good. At a's scale half of each input and of the bad is slack:
    # S = 1/2 [(1/3)(3 x 1/2) + (1/2)(0 + 1/2)] = 3/8. At twice a's scale the good's slack is 100% and there is no
    # other: 1/2 x (1/2) x 1 = 1/4, which is less. Tone's rho is (1 - 1/2) / (1 + 1/4) = 2/5 there, 1 / (1 + 1/2) here.
    reference = np.array([[1.0, 2], [1, 2], [1, 2], [1, 1], [1, 2]])
    wanted = {"sbm_ddf": 3 / 8, "additive": 2, "ddf": 1 / 3, "sbm": 2 / 5, "super_sbm": 2 / 5}
    for name, score in wanted.items():
        found = measured(reference, reference, model(name, "K L E"), engine, members=np.arange(2))
        assert found.score[1] == pytest.approx(score, abs=1e-15)
    found = measured(reference, reference, model("sbm_ddf", "K L E"), engine, members=np.arange(2))
    assert found.score[0] == 0
    assert found.slacks[1] == pytest.approx([1, 1, 1, 0, 1], abs=1e-15)
    assert found.peers == [[(0, 1.0)], [(0, 1.0)]]
    # Against b alone, a gives up half its good (b at half scale): 1 / (1 - 1/2 x 1/2) = 4/3.
    alone = measured(reference, reference, model("super_sbm", "K L E"), engine, members=np.arange(2))
    assert alone.score[0] == pytest.approx(4 / 3, abs=1e-15)


@pytest.mark.parametrize("engine", ENGINES)
def test_infeasible_by_hand(engine):
    # One reference unit: the inputs fall short of what the unit's output needs, by half.
    reference, unit = np.ones((5, 1)), np.array([[1.0], [1], [1], [2], [1]])
    found = measured(reference, unit, model("sbm_ddf", "K L E"), engine)
    assert found.status.tolist() == ["infeasible"]
    assert found.gap[0] <= CERTIFIED_VIOLATION
    for numbers in (found.score, found.slacks, found.shadow_prices):
        assert np.isnan(numbers).all()
    assert found.peers == [[]]
    # Half the good given up costs 1/4 x 1/2; a doubling of all others would cost 1/6 x 3 + 1/4.
    assert measured(reference, unit, model("sbm_ddf", "K L E"), engine, outside=True).score[0] == -1 / 8
    # 2 (1 + beta) of the good from 1 - beta of the others: beta = -1/3.
    assert measured(reference, unit, model("ddf", "K L E"), engine).score[0] == pytest.approx(-1 / 3, abs=1e-15)


def read_china():
    """Panel of 30 real provinces, 2013-2015, and expected numbers by (unit, period)."""
    if not SHARED.is_dir():
        pytest.skip(ABSENT)
    data, expected = (list(csv.DictReader((VECTORS / name).open())) for name in ("data.csv", "expected.csv"))
    rows = [row | {"province": row["Province"]} for row in data]
    return rows, {(row["Province"], row["year"]): row for row in expected}


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("returns", ["crs", "vrs"])
@pytest.mark.parametrize("technology", ["global", "contemporaneous"])
def test_real_provinces_in_yuan_persons_and_kilograms(returns, technology, engine):
    # the vector's money is in 10^8 yuan, labour in 10^4 persons, energy in Mt, CO2 in t
    rows, expected = read_china()
    factors = {"K": 1e8, "L": 1e4, "E": 1e6, "Y": 1e8, "CO2": 1e3}
    rows = [row | {name: repr(float(row[name]) * factor) for name, factor in factors.items()} for row in rows]
    chosen = model("sbm_ddf", "K L E", returns=returns, technology=technology)
    panel = read_production(rows, chosen)
    columns = {"global": "SG", "own": "St", "previous": "Sprev", "next": "Snext"}
    solved = solve_dea.solve_units(panel, np.arange(len(panel.units)), chosen, engine)
    assert len(solved) == {"global": 180, "contemporaneous": 210}[technology]
    for row in solved:
        printed = expected[row["province"], row["year"]][f"{columns[row['reference']]}_{returns}"]
        assert row["gap"] <= CERTIFIED_VIOLATION
        assert (row["status"], row["score"]) == (
            ("optimal", pytest.approx(float(printed), abs=1e-9)) if printed else ("infeasible", None)
        )


def test_references_and_fingerprints_of_an_unbalanced_panel():
    values = simulated(8, seed=4)
    unit, period = np.array([0, 1, 2, 0, 1, 0, 1, 2]), np.array([0, 0, 0, 1, 1, 2, 2, 2])
    panel = Panel(("K", "L", "E", "Y", "CO2"), ("9", "10", "12"), ("a", "b", "c"), values, unit, period,
                  np.array([0, 3, 5, 8]))  # fmt: skip
    chosen = model("sbm_ddf", "K L E", technology="contemporaneous")
    solved = solve_dea.solve_units(panel, np.arange(3), chosen)
    keys = [(row["year"], row["reference"]) for row in solved if row["province"] == "c"]
    assert keys == [("9", "own"), ("9", "next"), ("12", "own"), ("12", "previous")]
    spans = {"9": values[:, :3], "10": values[:, 3:5], "12": values[:, 5:]}
    neighbour = {"own": 0, "previous": -1, "next": 1}
    for row in solved:
        year = panel.periods[panel.periods.index(row["year"]) + neighbour[row["reference"]]]
        assert row["technology"] == fingerprint(spans[year], chosen)
        assert all(panel.periods[period[at]] == year for at, _ in row["peers"])
    assert len({row["technology"] for row in solved}) == 3
    other = [
        fingerprint(values, chosen),
        fingerprint(values[:, ::-1], chosen),
        fingerprint(np.nextafter(values, 2), chosen),
        fingerprint(values, chosen | {"returns": "vrs"}),
        fingerprint(values, chosen | {"disposability": "weak"}),
        fingerprint(values, chosen | {"inputs": ["K", "L"], "good_outputs": ["E", "Y"]}),
    ]
    assert len(set(other)) == len(other)
    assert fingerprint(np.asfortranarray(values), chosen | {"measure": "ddf"}) == other[0]


def test_auto_takes_the_batched_engine_from_a_hundred_programs_on(monkeypatch):
    used = []
    for name, entry in (("highs", "propose_hot"), ("batched", "propose_batched")):
        honest = getattr(lp, entry)

        def propose(*arguments, name=name, honest=honest, **options):
            used.append(name)
            return honest(*arguments, **options)

        monkeypatch.setattr(lp, entry, propose)
    reference = simulated(lp.BATCH, seed=1)
    measured(reference, reference, model("sbm_ddf", "K L E"), "auto")
    measured(reference, reference[:, 1:], model("sbm_ddf", "K L E"), "auto")
    assert used == ["batched", "highs"]


@pytest.mark.parametrize(
    "options", [{}, {"returns": "vrs", "disposability": "weak_kuosmanen"}, {"measure": "super_sbm"}]
)
def test_memory_of_the_batched_engine_does_not_grow_with_units_times_references(options):
    count = 6000
    reference = simulated(count, seed=2, noise=0.3, rows=3)
    tracemalloc.start()
    try:
        chosen = model(**{"inputs": "K"} | options)
        found = measure(reference, reference, np.arange(count), reference, chosen, "batched")
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert (found.attempts == 1).all()
    assert peak < count * count * 8 / 3


def hard_batches():
    """Observations on which a careless simplex cycles, stalls or divides by rounding."""
    random = np.random.default_rng(6)
    smooth = simulated(500, seed=7)
    return {
        "integers": random.integers(1, 4, size=(5, 500)).astype(float),
        "two digits": np.round(smooth, 2) + 0.01,
        "one digit": np.ceil(smooth),
        "sizes": simulated(500, seed=8, spread=3.0),
        "sizes and integers": np.tile(random.integers(1, 4, (5, 100)), 5) * 10.0 ** np.repeat(range(-2, 3), 100),
        "a hundred-millionfold": np.tile(random.integers(1, 4, (5, 100)), 5) * 10.0 ** np.repeat(range(-4, 5, 2), 100),
        "collinear": np.vstack([smooth[0], 2 * smooth[0], smooth[0] + 1e-9 * random.uniform(size=500), smooth[3:]]),
        "one frontier": smooth[:1] * np.array([[1.0], [2], [3], [1], [2]]),
    }


@pytest.mark.parametrize("returns", ["crs", "vrs"])
@pytest.mark.parametrize("name", MEASURES[:1] + MEASURES[2:])
@pytest.mark.parametrize("kind", hard_batches())
def test_hard_batches_come_out_the_same_of_both_engines(kind, name, returns):
    data = hard_batches()[kind]
    chosen = model(name, "K L E", returns=returns)
    batched, highs = (measured(data, data, chosen, engine, members=np.arange(500)) for engine in ("batched", "highs"))
    assert (batched.status == highs.status).all()
    assert batched.score == pytest.approx(highs.score, abs=1e-9, nan_ok=True, rel=1e-9)
    assert np.mean(batched.attempts) < 1.5
    everything = dict.fromkeys(("K", "L", "E", "Y", "CO2"), 1.0)
    for place in range(0, 500, 97):
        weights = everything if name == "additive" else DIRECTIONS["own_values"]
        wanted = textbook(data, data[:, place], data, chosen, weights, member=place)
        assert highs.score[place] == pytest.approx(np.nan if wanted is None else wanted, abs=1e-8, nan_ok=True)


def test_the_small_job_loads_no_heavy_library():
    code = "import sys, solve_dea; print(sorted({'pandas', 'scipy', 'matplotlib'} & set(sys.modules)))"
    scripts = Path(solve_dea.__file__).parent
    paths = os.pathsep.join(map(str, (scripts, scripts.parent)))
    environment = os.environ | {"PYTHONPATH": paths}
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


@pytest.mark.parametrize("engine", ENGINES)
def test_solver_is_silent(capfd, engine):
    reference = simulated(5, seed=1)
    measured(reference, reference, model("sbm_ddf", "K L E"), engine)
    assert capfd.readouterr().out == ""
