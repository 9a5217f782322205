"""Certificates against wrong bases, wrong rays, changed data, and optima found by another solver."""

from dataclasses import replace

import numpy as np
import pytest
import solve_dea
from scipy.optimize import linprog
from study.dea import highs, lp, simplex
from study.dea.certificate import (
    CERTIFIED_VIOLATION,
    basis_matrices,
    certify_infeasible,
    certify_optima,
    column_sizes,
    reaches,
)
from study.dea.lp import CertificateError, certify, measure
from study.dea.production import Panel
from study.dea.programs import Proposal, direction_amounts, state_programs, state_technology
from test_lp import ENGINES, TIGHT, model, simulated

VRS = {"returns": "vrs"}
FORMS = {
    **{name: ({"measure": name}, False) for name in ("sbm_ddf", "nddf", "additive", "ddf", "sbm")},
    **{f"{name} vrs": ({"measure": name} | VRS, False) for name in ("sbm_ddf", "ddf", "sbm")},
    "weak": ({"disposability": "weak", "direction": ["L", "Y"]}, False),
    "weak radial": ({"measure": "ddf", "disposability": "weak"}, False),
    "kuosmanen": (VRS | {"disposability": "weak_kuosmanen", "direction": "outputs"}, False),
    "kuosmanen radial": (VRS | {"measure": "ddf", "disposability": "weak_kuosmanen"}, False),
    "uniform": (VRS | {"disposability": "weak_uniform", "direction": ["Y"]}, False),
    "uniform radial": (VRS | {"measure": "ddf", "disposability": "weak_uniform", "direction": "outputs"}, False),
    "ones": ({"direction": "ones"}, False),
    "ones radial": ({"measure": "ddf", "direction": "ones"} | VRS, False),
    "mapping": ({"measure": "nddf", "direction": {"Y": 2, "CO2": 0.5}, "weights": {"Y": 3, "CO2": 1}}, False),
    "outside": ({}, True),
    "outside vrs": (VRS, True),
    "outside kuosmanen": (VRS | {"disposability": "weak_kuosmanen"}, True),
    "super_sbm": ({"measure": "super_sbm"}, True),
    "super_sbm of members": ({"measure": "super_sbm"}, True),
    "super_sbm vrs": ({"measure": "super_sbm"} | VRS, True),
}
COUNT = 14


def stated(form, seed=5):
    """Programs of a form: units of the reference or, outside, strangers of which some are beyond it.

    Members measured from outside are left out of their own reference.
    """
    options, outside = FORMS[form]
    members = form.endswith("of members")
    chosen = model(**{"inputs": "K L E"} | options)
    reference = simulated(COUNT, seed)
    units = simulated(6, seed + 1) * np.array([0.7, 0.7, 0.7, 1.5, 0.7])[:, None]
    if members or not outside:
        units = reference[:, :6]
    panel = np.hstack([reference, units])
    technology = state_technology(reference, chosen)
    amounts, excluded = direction_amounts(units, panel, chosen), np.arange(6) if members else None
    return state_programs(technology, units, amounts, chosen, outside=outside, excluded=excluded)


def dense(programs, unit):
    """Costs, equalities and right-hand sides of one program, as the docstring of `dea.programs` states it."""
    one = programs.take(np.array([unit]))
    columns = one.technology.columns / one.own[0][:, None] * (one.technology.observation != one.excluded)
    equalities = np.hstack([columns, one.local[0]])
    return np.r_[np.zeros(columns.shape[1]), one.costs[0]], equalities, one.right[0]


def optimise(costs, equalities, right, **limits):
    """Largest value of costs @ x and its point, by scipy."""
    found = linprog(-costs, A_eq=equalities, b_eq=right, method="highs-ds", options=TIGHT, **limits)
    assert found.status == 0, found.message
    return -found.fun, found.x


def repeated(programs, unit, count):
    return programs.take(np.full(count, unit))


@pytest.mark.parametrize("form", FORMS)
def test_the_best_basis_is_certified_with_the_optimum(form):
    programs = stated(form)
    results = certify_optima(programs, highs.propose(programs).basis)
    assert (results.gap <= CERTIFIED_VIOLATION).all()
    for unit in range(len(programs)):
        assert results.objective[unit] == pytest.approx(optimise(*dense(programs, unit))[0], abs=1e-9)
    assert np.ptp(results.objective) > 0.01


@pytest.mark.parametrize("form", FORMS)
def test_every_neighbouring_basis_is_refused_or_has_the_same_score(form):
    programs = stated(form)
    bases = highs.propose(programs).basis
    rows = bases.shape[1]
    columns = np.arange(-rows, programs.technology.columns.shape[1] + programs.local.shape[2])
    for unit in range(len(programs)):
        outside = np.setdiff1d(columns, bases[unit])
        neighbours = np.repeat(bases[unit][None], rows * len(outside), axis=0)
        neighbours[np.arange(len(neighbours)), np.repeat(np.arange(rows), len(outside))] = np.tile(outside, rows)
        results = certify_optima(repeated(programs, unit, len(neighbours)), neighbours)
        optimum, _ = optimise(*dense(programs, unit))
        believed = results.gap <= CERTIFIED_VIOLATION
        scale = 1 + abs(optimum)
        assert np.abs(results.objective[believed] - optimum).max(initial=0) <= 2e-9 * scale
        assert (results.gap > 1e-6).any()


@pytest.mark.parametrize("form", FORMS)
def test_the_gap_bounds_the_error_of_any_basis(form):
    programs = stated(form)
    random = np.random.default_rng(0)
    rows, width = programs.own.shape[1], programs.technology.columns.shape[1] + programs.local.shape[2]
    best = highs.propose(programs).basis
    for unit in range(len(programs)):
        wrong = np.array([random.permutation(np.arange(-1, width))[:rows] for _ in range(400)])
        near = np.repeat(best[unit][None], 400, axis=0)
        for basis in near:
            places = random.choice(rows, 2, replace=False)
            basis[places] = random.choice(width, 2, replace=False)
        bases = np.vstack([wrong, near])
        results = certify_optima(repeated(programs, unit, len(bases)), bases)
        optimum, _ = optimise(*dense(programs, unit))
        error = np.abs(results.objective - optimum)
        several = repeated(programs, unit, len(bases))
        bound = results.gap * (1 + np.abs(results.objective)) * (1 + 1e-9) + 1e-9
        balances = np.einsum("nij,nj->ni", basis_matrices(several, bases), results.point) - several.right
        feasible = np.abs(balances).max(axis=1) <= CERTIFIED_VIOLATION
        assert (np.isfinite(results.gap) & feasible).any()
        assert (error <= bound)[feasible].all()
        assert (optimum - results.objective <= 2 * bound).all()  # a point cut to zero may be too good, not too bad


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("share", [1.0, 0.5])
def test_reaches_hold_for_every_point_that_is_as_good(form, share):
    # over all points whose objective is at least the one given: the optimum, or a worse one between it and none
    programs = stated(form)
    sizes, units = column_sizes(programs)
    count = programs.technology.columns.shape[1]
    for unit in range(0, len(programs), 2):
        costs, equalities, right = dense(programs, unit)
        optimum, _ = optimise(costs, equalities, right)
        objective = optimum - (1 - share) * (1 + abs(optimum))
        bounds = reaches(programs.take(np.array([unit])), np.array([objective]))
        used = programs.technology.observation != programs.take(np.array([unit])).excluded
        sums = [np.r_[used * weights, np.zeros(len(costs) - count)] for weights in (sizes / units[unit], 1.0)]
        targets = [*sums, *np.eye(len(costs))[count:]]
        caps = [bounds.sizes[0], bounds.shares[0], *bounds.local[0]]
        zeros = [[]] if programs.retreat is None else [[count], [count + 1]]  # one part of a factor of either sign
        good = {"A_eq": equalities, "b_eq": right, "A_ub": -costs[None], "b_ub": [1e-9 - objective]}
        for target, cap in zip(targets, caps, strict=True):
            for zero in zeros if np.isfinite(cap) else []:
                ranges = [(0, 0 if column in zero else None) for column in range(len(costs))]
                found = linprog(-target, **good, bounds=ranges, method="highs-ds", options=TIGHT)
                assert found.status in (0, 2), found.message
                assert found.status == 2 or -found.fun <= cap * (1 + 1e-6) + 1e-6


@pytest.mark.parametrize("engine", ENGINES)
def test_the_gap_bounds_the_error_on_nearly_collinear_data(engine):
    data = np.array(
        [
            [1.66218789, 0.831094043, 0.831094027, 2.49328178, 2.4932821, 2.49328206],
            [3.28769418, 1.64384753, 1.64384733, 4.93154101, 4.9315411, 4.93154175],
            [2.46225095, 1.23112535, 1.23112559, 3.69337635, 3.69337599, 3.69337617],
            [1.46824133, 0.734120563, 0.734120615, 2.20236163, 2.20236197, 2.20236216],
        ]
    )
    found = measure(data, data[:, :1], np.zeros(1, int), data, model("ddf", direction="bads"), engine)
    exact = 1.4945007964197225e-07  # best of all bases in rational arithmetic
    assert abs(found.score[0] - exact) <= found.gap[0] + 1e-15


def test_singular_and_missing_bases_prove_nothing():
    programs = stated("sbm_ddf")
    rows = programs.own.shape[1]
    best = highs.propose(programs).basis
    for basis in (np.zeros(rows, int), np.full(rows, -1 - rows), np.array([0, 0, *best[0, 2:]])):
        results = certify_optima(programs, np.tile(basis, (len(programs), 1)))
        assert (results.gap > 1).all()
    assert (certify_optima(programs, np.tile(-1 - np.arange(rows), (len(programs), 1))).gap >= 1).all()
    mixed = best.copy()
    mixed[2] = 0  # one singular matrix in a block leaves the others alone
    gaps = certify_optima(programs, mixed).gap
    assert np.isinf(gaps[2])
    assert (np.delete(gaps, 2) <= CERTIFIED_VIOLATION).all()


@pytest.mark.parametrize("form", FORMS)
def test_changed_data_is_seen(form):
    programs = stated(form)
    bases = highs.propose(programs).basis
    idle = np.setdiff1d(np.arange(COUNT), bases)[0]
    columns = programs.technology.columns.copy()
    columns[:3, programs.technology.observation == idle] /= 1e3
    columns[4, programs.technology.observation == idle] /= 1e3
    changed = replace(programs, technology=replace(programs.technology, columns=columns))
    moved = [optimise(*dense(changed, unit))[0] > optimise(*dense(programs, unit))[0] + 1e-3 for unit in range(6)]
    assert any(moved)
    assert (certify_optima(changed, bases).gap[moved] > 1e-6).all()


@pytest.mark.parametrize("form", FORMS)
def test_no_ray_proves_a_feasible_program_infeasible(form):
    programs = stated(form)
    random = np.random.default_rng(0)
    for unit in range(len(programs)):
        rays = random.normal(size=(300, programs.own.shape[1]))
        rays[::3] = np.round(rays[::3])
        rays[0], rays[1] = 0.0, [-1.0] * 3 + [1.0] + [-1.0] * (rays.shape[1] - 4)
        # the multipliers of the optimum are the most tempting ray
        rays[2] = certify_optima(programs, highs.propose(programs).basis).multipliers[unit]
        with np.errstate(all="ignore"):
            assert (certify_infeasible(repeated(programs, unit, 300), rays) > CERTIFIED_VIOLATION).all()


@pytest.mark.parametrize("form", [form for form, (_, outside) in FORMS.items() if not outside])
def test_a_sound_ray_proves_and_a_turned_one_does_not(form):
    options, _ = FORMS[form]
    chosen = model(**{"inputs": "K L E"} | options)
    reference = simulated(COUNT, 5)
    units = reference[:, :4] * np.array([0.1, 0.1, 0.1, 10, 0.1])[:, None]
    panel = np.hstack([reference, units])
    programs = state_programs(
        state_technology(reference, chosen), units, direction_amounts(units, panel, chosen), chosen
    )
    proposal = highs.propose(programs)
    beyond = np.isfinite(proposal.rays).all(axis=1)
    for unit in range(len(programs)):
        costs, equalities, right = dense(programs, unit)
        found = linprog(-costs, A_eq=equalities, b_eq=right, method="highs-ds", options=TIGHT)
        assert beyond[unit] == (found.status == 2)
    results = certify(programs, proposal)
    assert (results.feasible == ~beyond).all()
    assert (results.gap <= CERTIFIED_VIOLATION).all()
    if beyond.any():
        few, rays = programs.take(beyond), proposal.rays[beyond]
        assert (certify_infeasible(few, -7 * rays) <= CERTIFIED_VIOLATION).all()  # neither sign nor length matters
        assert (certify_infeasible(few, np.roll(rays, 1, axis=1)) > CERTIFIED_VIOLATION).all()


def magnitudes(count, seed, exponents=(7, 12, 12, 2)):
    """Data (4, count) whose variables are of very different magnitude: persons, yuan, yuan, kilograms."""
    return np.exp(np.random.default_rng(seed).normal(0, 0.5, (4, count))) * 10.0 ** np.array(exponents)[:, None]


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("direction", ["ones", "mean", {"Y": 1, "CO2": 0.5}])
@pytest.mark.parametrize("name", ["ddf", "nddf", "additive"])
def test_fixed_amounts_are_solved_in_yuan_and_kilograms(name, direction, engine):
    data = magnitudes(30, 3)
    chosen = model(name, "K L", direction=direction, returns="vrs")
    small = data / 10.0 ** np.array([[7], [12], [12], [2]])
    amounts = direction_amounts(data, data, chosen)[:, 0]
    sizes = zip(("K", "L", "Y", "CO2"), amounts, (7, 12, 12, 2), strict=True)
    scaled = {name: float(amount / 10.0**size) for name, amount, size in sizes if amount}
    found = measure(data, data, np.arange(30), data, chosen, engine)
    again = measure(small, small, np.arange(30), small, chosen | {"direction": scaled}, engine)
    assert found.score == pytest.approx(again.score, rel=1e-9, abs=1e-9 * again.score.max())


def test_a_wrong_radial_basis_is_refused_whatever_the_amounts():
    # the good's own value is ten orders of magnitude above the bad's, which bounds the factor
    data = magnitudes(12, 4)
    chosen = model("ddf", "K L", direction="ones", returns="vrs")
    programs = state_programs(state_technology(data, chosen), data, direction_amounts(data, data, chosen), chosen)
    best = highs.propose(programs).basis
    right = certify_optima(programs, best)
    assert (right.gap <= CERTIFIED_VIOLATION).all()
    for place in range(best.shape[1]):
        for column in range(data.shape[1]):
            wrong = best.copy()
            wrong[:, place] = column
            found = certify_optima(programs, wrong)
            error = np.abs(found.objective - right.objective) / (1 + np.abs(right.objective))
            assert ((found.gap > CERTIFIED_VIOLATION) | (error <= 2 * CERTIFIED_VIOLATION)).all()


def test_units_far_beyond_the_reference_are_infeasible():
    chosen = model(inputs="K L E")
    reference = simulated(COUNT, 5)
    units = reference[:, :4] * np.array([0.1, 0.1, 0.1, 10, 0.1])[:, None]
    assert (measure(reference, units, np.full(4, -1), units, chosen, "highs").status == "infeasible").all()


def test_an_excluded_column_in_the_basis_is_refused():
    reference = simulated(COUNT, 5)
    chosen = model("super_sbm", "K L E")
    technology = state_technology(reference, chosen)
    every = state_programs(technology, reference, reference, chosen, outside=True)
    without = replace(every, excluded=np.arange(COUNT))
    bases = highs.propose(every).basis
    uses = (bases == np.arange(COUNT)[:, None]).any(axis=1)
    assert uses.any()
    assert (certify_optima(without, bases).gap[uses] > CERTIFIED_VIOLATION).all()
    for propose in (highs.propose, simplex.propose):
        own = propose(without).basis
        assert (certify_optima(without, own).gap <= CERTIFIED_VIOLATION).all()
        assert not (own == np.arange(COUNT)[:, None]).any()


def tamper(monkeypatch, entry, times, units=slice(None)):
    """Make a solver's first `times` proposals wrong for some units; returns the sizes of its calls."""
    honest, calls = getattr(lp, entry), []

    def propose(programs, *arguments, **options):
        proposal = honest(programs, *arguments, **options)
        calls.append(len(programs))
        if len(calls) <= times:
            proposal.basis[units] = np.arange(programs.own.shape[1])  # the first observations
            proposal.rays[units] = np.nan
        return proposal

    monkeypatch.setattr(lp, entry, propose)
    return calls


def measured(form, engine="highs", units=1):
    options, outside = FORMS[form]
    chosen = model(**{"inputs": "K L E"} | options)
    reference = simulated(COUNT, 5)
    held = simulated(6, 6)[:, 1:2] * np.array([0.7, 0.7, 0.7, 1.5, 0.7])[:, None] if outside else reference[:, :units]
    members = np.full(held.shape[1], -1) if outside else np.arange(held.shape[1])
    return measure(reference, held, members, np.hstack([reference, held]), chosen, engine, outside)


@pytest.mark.parametrize("form", FORMS)
def test_a_failed_certificate_is_solved_again(form, monkeypatch):
    honest = measured(form)
    assert honest.attempts.tolist() == [1]
    for wrong in (1, 2):
        hot, batched = tamper(monkeypatch, "propose_hot", wrong), tamper(monkeypatch, "propose_batched", 1)
        again = measured(form)
        monkeypatch.undo()
        assert len(batched) == 1
        assert len(hot) + 1 == again.attempts[0] == wrong + 2
        assert again.score == pytest.approx(honest.score, abs=1e-12)
        assert again.status.tolist() == honest.status.tolist()


@pytest.mark.parametrize("form", [form for form, (_, outside) in FORMS.items() if not outside])
def test_doubtful_units_of_the_batched_engine_go_to_highs(form, monkeypatch):
    honest = measured(form, "batched", COUNT)
    assert (honest.attempts == 1).all()
    batched = tamper(monkeypatch, "propose_batched", 1, [2, 5, 11])
    hot = tamper(monkeypatch, "propose_hot", 0)
    again = measured(form, "batched", COUNT)
    assert (batched, hot) == ([COUNT], [3])
    assert again.attempts.tolist() == [2 if unit in (2, 5, 11) else 1 for unit in range(COUNT)]
    assert again.score == pytest.approx(honest.score, abs=1e-12)


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("form", FORMS)
def test_no_number_without_a_certificate(form, engine, monkeypatch):
    for entry in ("propose_batched", "propose_hot"):
        tamper(monkeypatch, entry, 99)
    with pytest.raises(CertificateError, match="no solution verified") as error:
        measured(form, engine)
    assert error.value.unit == 0


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("form", [form for form, (_, outside) in FORMS.items() if not outside])
def test_infeasible_is_never_believed_of_a_unit_of_the_reference_set(form, engine, monkeypatch):
    def propose(programs, *_, **__):
        ray = np.where(np.arange(programs.own.shape[1]) == 3, 1.0, -1.0)
        shape = programs.own.shape
        return Proposal(np.full(shape, -1 - shape[1]), np.broadcast_to(ray, shape), ["Infeasible"] * len(programs))

    for entry in ("propose_batched", "propose_hot"):
        monkeypatch.setattr(lp, entry, propose)
    with pytest.raises(CertificateError):
        measured(form, engine)


def small_panel(units=5, periods=2):
    values = simulated(units * periods, 1)
    names = tuple(f"u{at}" for at in range(units))
    unit, period = np.tile(np.arange(units), periods), np.repeat(np.arange(periods), units)
    years = tuple(str(2013 + at) for at in range(periods))
    return Panel(("K", "L", "E", "Y", "CO2"), years, names, values, unit, period, np.arange(periods + 1) * units)


@pytest.mark.parametrize("name", ["sbm_ddf", "super_sbm"])
def test_error_names_the_one_program_that_fails(name, monkeypatch):
    panel = small_panel()
    wanted = {"sbm_ddf": ("global", 10), "super_sbm": ("own", 5)}[name]

    def tampered(honest):
        def propose(programs, *arguments, **options):
            proposal = honest(programs, *arguments, **options)
            whole = len(programs.technology.observation) == wanted[1]
            proposal.basis[(programs.own[:, 0] == panel.values[0, 2]) & whole] = np.arange(programs.own.shape[1])
            return proposal

        return propose

    for entry in ("propose_hot", "propose_batched"):
        monkeypatch.setattr(lp, entry, tampered(getattr(lp, entry)))
    with pytest.raises(CertificateError, match=f"model gml, u2 in 2013, reference {wanted[0]}: no solution verified"):
        solve_dea.solve_units(panel, np.arange(5), model(name, "K L E"))


def test_sizes_are_geometric_means_in_typical_sizes():
    programs = stated("sbm_ddf")
    columns, typical = programs.technology.columns, programs.technology.scale
    sizes, units = column_sizes(programs)
    assert sizes == pytest.approx(np.exp(np.log(columns / typical[:, None]).mean(axis=0)))
    assert units == pytest.approx(sizes[:6])
