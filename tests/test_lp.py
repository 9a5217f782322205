"""Distances against published and independent numbers, their certificates, and what is refused."""

import csv
import re
import subprocess
import sys
from pathlib import Path

import _lp
import numpy as np
import pytest
import solve_dea
from _helpers import InputError
from _lp import (
    CertificateError,
    SlackProgram,
    block_weights,
    certify_infeasibility,
    certify_optimum,
    own_program,
)
from scipy.optimize import linprog

VECTORS = Path(__file__).parents[2] / "shared" / "vectors" / "dea"

MODEL = {
    "name": "gml",
    "measure": "sbm_ddf",
    "inputs": ["K", "L", "E"],
    "good_outputs": ["Y"],
    "bad_outputs": ["CO2"],
    "direction": "own_values",
    "weights": "equal_blocks",
    "returns": "crs",
    "disposability": "strong",
    "technology": "global",
    "index": "malmquist_luenberger",
    "infeasible": "missing",
}
KLYC = MODEL | {"inputs": ["K", "L"], "technology": "contemporaneous"}

# Year 2013 of example.dta in kerrydu/gtfpch (commit a0fa116) and its published result file
# gtfpch/ex.teddf.nonr.result: non-radial distance Dv, unit weights, own direction, contemporaneous CRS. With
# two inputs, one good and one bad it is four times the slacks-based distance. The first three units span the
# frontier, so the other provinces of the file are not needed.
PUBLISHED_2013 = {  # K, L, Y, CO2, Dv
    "Beijing": (24637.60546875, 1141.0, 9249.392578125, 84418936.0, 0.0),
    "Guangdong": (77582.1015625, 6117.68, 42364.203125, 522797888.0, 0.0),
    "Shanghai": (28806.416015625, 1368.91, 16902.8671875, 217540800.0, 0.0),
    "Hebei": (64201.47265625, 4183.93, 20422.634765625, 773640704.0, 1.72282120402661),
    "Shanxi": (28143.400390625, 1844.20, 7874.1708984375, 667992320.0, 2.05385256345428),
    "Shaanxi": (35340.94140625, 2058.0, 8369.341796875, 317155968.0, 1.92743206074532),
    "Sichuan": (55786.4765625, 4817.31, 19159.0234375, 305286720.0, 1.28492053381722),
}


def read_vector(name):
    """Data rows of a vector folder with the workflow's key names, and its expected rows by (unit, period)."""
    folder = VECTORS / name
    if not folder.exists():
        pytest.skip(f"no vectors at {folder}")
    data, expected = (list(csv.DictReader((folder / f).open())) for f in ("data.csv", "expected.csv"))
    for row in data:
        row["province"] = row.pop("Province")
    return data, {(row["Province"], row["year"]): row for row in expected}


def solve_all(rows, model):
    """Results of every unit, by (unit, period, reference), through the script's own functions."""
    panel = solve_dea.read_production(rows, model)
    results = [row for unit in panel.units for row in solve_dea.solve_unit(panel, unit, model)]
    return {(row["province"], row["year"], row["reference"]): row for row in results}


def simulated_rows(units, periods, seed, noise=0.3):
    """Positive panel with sizes that differ by orders of magnitude."""
    random = np.random.default_rng(seed)
    sizes = random.normal(0, 1.5, units)
    return [
        {"province": f"u{i}", "year": str(2013 + t)}
        | {v: repr(float(np.exp(sizes[i] + noise * random.normal()))) for v in ("K", "L", "E", "Y", "CO2")}
        for i in range(units)
        for t in range(periods)
    ]


def test_published_figures_2013():
    names = ("K", "L", "Y", "CO2")
    rows = [
        {"province": unit, "year": "2013", **dict(zip(names, map(repr, values), strict=False))}
        for unit, values in PUBLISHED_2013.items()
    ]
    results = solve_all(rows, KLYC)
    for unit, values in PUBLISHED_2013.items():
        assert 4 * results[unit, "2013", "own"]["score"] == pytest.approx(values[-1], abs=5e-7)


def test_published_nonradial_distances_of_30_provinces():
    data, expected = read_vector("gtfpch_nddf_w1111")
    results = solve_all(data, KLYC)
    for (unit, period), row in expected.items():
        assert 4 * results[unit, period, "own"]["score"] == pytest.approx(float(row["Dv"]), abs=5e-7)
        for name in ("K", "L", "Y", "CO2"):  # the optimal slacks of this vector are unique
            own = next(d for d in data if (d["province"], d["year"]) == (unit, period))
            share = results[unit, period, "own"][f"slack_{name}"] / float(own[name])
            assert share == pytest.approx(float(row[f"B_{name}"]), abs=1e-6)


@pytest.mark.parametrize("returns", ["crs", "vrs"])
@pytest.mark.parametrize("technology", ["global", "contemporaneous"])
def test_scores_of_30_provinces_in_every_reference(technology, returns):
    data, expected = read_vector("self_sbmddf_china30_2013_2015_KLE")
    model = MODEL | {"technology": technology, "returns": returns}
    results = solve_all(data, model)
    names = {"global": "SG", "own": "St", "previous": "Sprev", "next": "Snext"}
    weights = dict(zip(("K", "L", "E", "Y", "CO2"), block_weights(3, 1, 1), strict=True))
    values = {(row["province"], row["year"]): row for row in data}
    assert len(results) == {"global": 180, "contemporaneous": 210}[technology]
    for (unit, period, reference), row in results.items():
        wanted = expected[unit, period][f"{names[reference]}_{returns}"]
        assert row["status"] == ("optimal" if wanted else "infeasible")
        assert row["gap"] <= 1e-9
        if wanted:
            assert row["score"] == pytest.approx(float(wanted), abs=1e-9)
            shares = (w * row[f"slack_{v}"] / float(values[unit, period][v]) for v, w in weights.items())
            assert sum(shares) == pytest.approx(row["score"], abs=1e-12)
        else:
            assert row["score"] is None
            assert row["slack_K"] is None


@pytest.mark.parametrize("returns", ["crs", "vrs"])
def test_scores_do_not_depend_on_units_of_measurement(returns):
    # Yuan for 10^8 yuan, persons for 10^4, tce for Mt, kg for Mt, and as far the other way.
    factors = {"K": 1e8, "L": 1e4, "E": 1e6, "Y": 1e8, "CO2": 1e9}
    rows = simulated_rows(12, 3, seed=7)
    scaled = [row | {v: repr(float(row[v]) * factor) for v, factor in factors.items()} for row in rows]
    shrunk = [row | {v: repr(float(row[v]) / factor) for v, factor in factors.items()} for row in rows]
    for technology in ("global", "contemporaneous"):
        model = MODEL | {"returns": returns, "technology": technology}
        base = solve_all(rows, model)
        for changed in (solve_all(scaled, model), solve_all(shrunk, model)):
            for key, row in base.items():
                assert changed[key]["status"] == row["status"]
                if row["status"] == "optimal":
                    assert changed[key]["score"] == pytest.approx(row["score"], abs=1e-9)


@pytest.mark.parametrize("returns", ["crs", "vrs"])
@pytest.mark.parametrize("technology", ["global", "contemporaneous"])
def test_real_provinces_in_yuan_persons_and_kilograms(returns, technology):
    # the vector's money is in 10^8 yuan, labour in 10^4 persons, energy in Mt, CO2 in t
    data, expected = read_vector("self_sbmddf_china30_2013_2015_KLE")
    factors = {"K": 1e8, "L": 1e4, "E": 1e6, "Y": 1e8, "CO2": 1e3}
    scaled = [row | {v: repr(float(row[v]) * factor) for v, factor in factors.items()} for row in data]
    columns = {"global": "SG", "own": "St", "previous": "Sprev", "next": "Snext"}
    for key, row in solve_all(scaled, MODEL | {"returns": returns, "technology": technology}).items():
        printed = expected[key[:2]][f"{columns[key[2]]}_{returns}"]
        if row["status"] == "infeasible":
            assert printed == ""
        else:
            assert row["score"] == pytest.approx(float(printed), abs=1e-9)


@pytest.mark.parametrize("returns", ["crs", "vrs"])
def test_against_an_independent_solver(returns):
    data = simulated_rows(9, 3, seed=3)
    model = MODEL | {"returns": returns, "technology": "contemporaneous"}
    panel = solve_dea.read_production(data, model)
    signs, weights = np.array([1, 1, 1, -1, 1]), np.array([1 / 6, 1 / 6, 1 / 6, 1 / 4, 1 / 4])
    tight = {"primal_feasibility_tolerance": 1e-10, "dual_feasibility_tolerance": 1e-10}
    seen = set()
    for (unit, period, reference), row in solve_all(data, model).items():
        spanned = solve_dea.reference_periods(reference, period, panel.periods)
        own = panel.values[unit, period]
        peers = np.column_stack([v for (_, p), v in panel.values.items() if p in spanned]) / own[:, None]
        equalities, right = np.hstack([peers, np.diag(signs)]), np.ones(5)
        if returns == "vrs":
            equalities = np.vstack([equalities, np.r_[np.ones(peers.shape[1]), np.zeros(5)]])
            right = np.ones(6)
        cost = np.r_[np.zeros(peers.shape[1]), -weights]
        check = linprog(cost, A_eq=equalities, b_eq=right, method="highs-ds", options=tight)
        seen.add(row["status"])
        assert row["status"] == {0: "optimal", 2: "infeasible"}[check.status]
        if check.status == 0:
            assert row["score"] == pytest.approx(-check.fun, abs=1e-9)
    assert seen == {"optimal", "infeasible"}


def test_two_units_by_hand():
    # b needs twice a's inputs and bad for the same good. At a's scale half of each input and of the bad is
    # slack: S = 1/2 [(1/3)(3 x 1/2) + (1/2)(0 + 1/2)] = 3/8. At twice a's scale the good's slack is 100% and
    # there is no other: 1/2 x (1/2) x 1 = 1/4, which is less.
    rows = [
        {"province": "a", "year": "1", "K": "1", "L": "1", "E": "1", "Y": "1", "CO2": "1"},
        {"province": "b", "year": "1", "K": "2", "L": "2", "E": "2", "Y": "1", "CO2": "2"},
    ]
    results = solve_all(rows, MODEL)
    assert results["a", "1", "global"]["score"] == 0
    row = results["b", "1", "global"]
    assert row["score"] == pytest.approx(3 / 8, abs=1e-15)
    slacks = [row[f"slack_{v}"] for v in ("K", "L", "E", "Y", "CO2")]
    assert slacks == pytest.approx([1, 1, 1, 0, 1], abs=1e-15)


def test_infeasible_by_hand():
    # One reference unit: b's inputs fall short of what its output needs, by half.
    reference, unit = np.ones((5, 1)), np.array([1.0, 1.0, 1.0, 2.0, 1.0])
    program = SlackProgram(reference, np.array([1.0, 1, 1, -1, 1]), block_weights(3, 1, 1))
    result = program.solve(unit)
    assert result.status == "infeasible"
    assert result.gap <= 1e-9
    assert np.isnan(result.score)
    assert np.isnan(result.slacks).all()


@pytest.fixture
def proposal():
    """A program with its optimal basis: 3 inputs, a good, a bad, 20 reference units."""
    random = np.random.default_rng(5)
    reference = np.exp(random.normal(size=(5, 20)))
    statement = (reference, np.array([1.0, 1, 1, -1, 1]), block_weights(3, 1, 1), "crs")
    technology = SlackProgram(*statement)
    for unit in reference.T:
        _, basis, _ = technology._solver.propose(unit)
        program = own_program(reference, unit, *statement[1:])
        proof = certify_optimum(program, basis)
        if proof.score > 0.5:
            return technology, unit, program, basis, proof
    raise AssertionError("no inefficient unit")


def test_certificate_refuses_every_other_basis(proposal):
    _, _, program, basis, proof = proposal
    assert proof.gap <= 1e-12
    outside = [column for column in range(len(program.costs)) if column not in basis]
    for place in range(len(basis)):
        for column in outside:
            tampered = basis.copy()
            tampered[place] = column
            other = certify_optimum(program, tampered)
            assert other.gap > 1e-9 or other.score == pytest.approx(proof.score, abs=1e-9)
    assert certify_optimum(program, np.full_like(basis, basis[0])).gap == np.inf
    assert certify_optimum(program, -np.arange(5, dtype=basis.dtype) - 1).gap >= 1  # nothing produced at all


def test_certificate_sees_changed_data(proposal):
    _, _, program, basis, proof = proposal
    # The same basis under a reference unit that is better by far: its column now has a wrong reduced cost.
    columns = program.columns.copy()
    column = next(j for j in range(20) if j not in basis)
    columns[3, column] *= 1e3
    assert certify_optimum(program._replace(columns=columns), basis).gap > 1e-3
    assert proof.gap <= 1e-12


def test_ray_certificate_refuses_a_feasible_program(proposal):
    _, _, program, _, _ = proposal
    random = np.random.default_rng(0)
    for ray in random.normal(size=(200, 5)):
        assert certify_infeasibility(program, ray).gap > 1e-9
    assert certify_infeasibility(program, np.zeros(5)).gap == np.inf


def tamper(monkeypatch, times):
    """Make the solver's first `times` proposals wrong; returns the list of calls."""
    honest, calls = _lp._Solver.propose, []

    def propose(self, unit):
        status, basis, ray = honest(self, unit)
        calls.append(status)
        wrong = np.arange(len(basis), dtype=basis.dtype)  # the first reference units
        return status, wrong if len(calls) <= times else basis, ray

    monkeypatch.setattr(_lp._Solver, "propose", propose)
    return calls


def test_a_failed_certificate_is_solved_again(proposal, monkeypatch):
    technology, unit, _, _, proof = proposal
    for wrong in (1, 2):
        calls = tamper(monkeypatch, wrong)
        result = technology.solve(unit)
        monkeypatch.undo()
        assert len(calls) == result.attempts == wrong + 1
        assert result.score == pytest.approx(proof.score, abs=1e-12)


def test_no_number_without_a_certificate(proposal, monkeypatch):
    technology, unit, *_ = proposal
    tamper(monkeypatch, 99)
    with pytest.raises(CertificateError, match="no solution verified"):
        technology.solve(unit)


def test_infeasible_is_never_believed_for_a_unit_of_the_reference_set(proposal, monkeypatch):
    technology, unit, *_ = proposal
    ray = np.array([-1.0, -1, -1, 1, -1])
    monkeypatch.setattr(_lp._Solver, "propose", lambda self, unit: ("Infeasible", None, ray))
    with pytest.raises(CertificateError):
        technology.solve(unit)


def test_error_names_the_program(monkeypatch):
    rows = simulated_rows(5, 2, seed=1)
    panel = solve_dea.read_production(rows, MODEL)
    tamper(monkeypatch, 10**6)
    with pytest.raises(CertificateError, match="model gml, u0 in 2013, reference global"):
        solve_dea.solve_unit(panel, "u0", MODEL)


@pytest.mark.parametrize(
    ("text", "shown"), [("0", "0"), ("-3.5", "-3.5"), ("inf", "inf"), ("", "missing"), ("n/a", "n/a")]
)
def test_values_that_have_no_own_direction_are_refused(text, shown):
    rows = simulated_rows(3, 2, seed=2)
    rows[3]["CO2"] = text
    with pytest.raises(InputError, match=re.escape(f"model gml: CO2 of u1 in 2014 is {shown}.")):
        solve_dea.read_production(rows, MODEL)


@pytest.mark.parametrize(
    ("option", "value"),
    [("measure", "ddf"), ("returns", "nirs"), ("technology", "biennial"), ("index", "luenberger")],
)
def test_options_without_a_solver_are_refused(option, value):
    with pytest.raises(InputError, match=f"model gml: {option} `{value}` is not available"):
        solve_dea.check_model(MODEL | {option: value})


def test_misfits_of_model_and_table_are_named():
    rows = simulated_rows(2, 1, seed=2)
    with pytest.raises(InputError, match="has no column water; its columns: province, year, K, L, E, Y, CO2"):
        solve_dea.read_production(rows, MODEL | {"inputs": ["K", "water"]})
    with pytest.raises(InputError, match="K has more than one role"):
        solve_dea.check_model(MODEL | {"bad_outputs": ["K"]})
    with pytest.raises(InputError, match="u0 has more than one row for 2013"):
        solve_dea.read_production([*rows, rows[0]], MODEL)


def test_unbalanced_panel_and_neighbouring_periods():
    rows = [row for row in simulated_rows(6, 3, seed=4) if (row["province"], row["year"]) != ("u2", "2014")]
    model = MODEL | {"technology": "contemporaneous"}
    panel = solve_dea.read_production(rows, model)
    assert solve_dea.reference_set(panel, ["2014"]).shape == (5, 5)
    keys = [(row["year"], row["reference"]) for row in solve_dea.solve_unit(panel, "u2", model)]
    assert keys == [("2013", "own"), ("2013", "next"), ("2015", "own"), ("2015", "previous")]
    periods = ("9", "10", "12")
    assert solve_dea.reference_periods("next", "10", periods) == ("12",)
    assert solve_dea.reference_periods("previous", "9", periods) == ()


def test_units_are_found_by_file_name():
    rows = [
        row | {"province": name}
        for name in ("Inner Mongolia", "内蒙古", "a-b", "a b")
        for row in simulated_rows(1, 1, seed=0)
    ]
    panel = solve_dea.read_production(rows, MODEL)
    assert solve_dea.find_unit(panel, "inner_mongolia") == "Inner Mongolia"
    assert solve_dea.find_unit(panel, "内蒙古") == "内蒙古"
    with pytest.raises(InputError, match="a b and a-b"):
        solve_dea.find_unit(panel, "a_b")
    with pytest.raises(InputError, match="no province"):
        solve_dea.find_unit(panel, "tibet")


def test_written_table(tmp_path):
    rows = simulated_rows(8, 2, seed=3)
    model = MODEL | {"technology": "contemporaneous"}
    panel = solve_dea.read_production(rows, model)
    solved = [row for unit in panel.units for row in solve_dea.solve_unit(panel, unit, model)]
    solve_dea.write_scores(solved, panel.variables, tmp_path / "scores.csv")
    table = list(csv.DictReader((tmp_path / "scores.csv").open()))
    assert list(table[0]) == [
        "province",
        "year",
        "reference",
        "score",
        "status",
        "gap",
        "slack_K",
        "slack_L",
        "slack_E",
        "slack_Y",
        "slack_CO2",
    ]
    assert {row["status"] for row in table} == {"optimal", "infeasible"}
    for row in table:
        assert (row["score"] == "") == (row["slack_Y"] == "") == (row["status"] == "infeasible")
        assert float(row["gap"]) <= 1e-9


def test_the_small_job_loads_no_heavy_library():
    code = "import sys, solve_dea; print(sorted({'pandas', 'scipy', 'matplotlib'} & set(sys.modules)))"
    scripts = Path(solve_dea.__file__).parent
    done = subprocess.run([sys.executable, "-c", code], cwd=scripts, capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_solver_is_silent(capfd):
    solve_all(simulated_rows(3, 2, seed=1), MODEL)
    assert capfd.readouterr().out == ""
