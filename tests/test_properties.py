"""What must hold of distances on any data: invariances, orders, balances, prices and chains, of both engines."""

import numpy as np
import pandas as pd
import pytest
import solve_dea
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from study.dea.certificate import CERTIFIED_VIOLATION
from study.dea.indices import productivity_change
from study.dea.lp import measure
from study.dea.models import slack_weights
from study.dea.production import Panel
from test_lp import ENGINES, Textbook, model, simulated

RATIOS = ("sbm", "super_sbm")
MEASURES = ("sbm_ddf", "ddf", "nddf", "sbm", "super_sbm", "additive")
KINDS = [(name, returns) for name in MEASURES for returns in ("crs", "vrs")]
every_kind = pytest.mark.parametrize(("name", "returns"), KINDS)
quick = settings(deadline=None, derandomize=True, max_examples=12)
NAMES = ("K", "L", "Y", "CO2")


def chosen_model(name, returns="crs", **options):
    weights = {"weights": {"K": 0.1, "L": 0.2, "Y": 0.3, "CO2": 0.4}} if name == "nddf" else {}
    return model(name, **{"returns": returns} | weights | options)


@st.composite
def panels(draw, least=1, most=10, rows=4):
    """Positive observations (rows, units): ties, integers, collinear columns, copies, sizes far apart, one unit."""
    count = draw(st.integers(least, most))
    random = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    smooth = np.exp(0.5 * random.normal(size=(rows, count)))
    kind = draw(st.sampled_from(["integers", "rounded", "smooth", "collinear", "copies", "sizes"]))
    if kind == "integers":
        return random.integers(1, 4, size=(rows, count)).astype(float)
    if kind == "rounded":
        return np.ceil(10 * smooth) / 10
    if kind == "collinear":
        return smooth[:, [0]] * random.integers(1, 4, size=count) * (1 + 1e-4 * random.normal(size=smooth.shape))
    if kind == "copies":
        return smooth[:, random.integers(0, max(1, count // 2), size=count)]
    return smooth * np.exp(2.0 * random.normal(size=count)) if kind == "sizes" else smooth


def scores(reference, units, chosen, engine="highs", members=None):
    members = np.full(units.shape[1], -1) if members is None else members
    return measure(reference, units, members, np.hstack([reference, units]), chosen, engine)


def own(data, chosen, engine="highs"):
    """Distances of all observations to their own technology."""
    return measure(data, data, np.arange(data.shape[1]), data, chosen, engine)


def close(score, tolerance=2e-9):
    """Scores that agree to the certificate: relative to 1 + |score|."""
    return pytest.approx(score, rel=tolerance, abs=tolerance, nan_ok=True)


@every_kind
@quick
@given(data=panels(), powers=st.lists(st.integers(-6, 9), min_size=4, max_size=4))
def test_units_of_measurement_do_not_matter(name, returns, data, powers):
    chosen = chosen_model(name, returns)
    factors = 10.0 ** np.array(powers)[:, None]
    for engine in ENGINES:
        base, other = own(data, chosen, engine), own(data * factors, chosen, engine)
        assert (other.status == base.status).all()
        assert other.score == close(base.score)


@every_kind
@quick
@given(data=panels(), strangers=panels(most=4), seed=st.integers(0, 99))
def test_order_and_copies_of_observations_do_not_matter(name, returns, data, strangers, seed):
    chosen = chosen_model(name, returns)
    order = np.random.default_rng(seed).permutation(data.shape[1])
    for engine in ENGINES:
        base = own(data, chosen, engine).score
        assert own(data[:, order], chosen, engine).score == close(base[order])
        if name != "super_sbm":  # a copy of a unit stays in its reference
            twice = own(np.hstack([data, data]), chosen, engine)
            assert twice.score == close(np.tile(base, 2))
        away = scores(data, strangers, chosen, engine)
        copied = scores(np.hstack([data, data[:, order]]), strangers, chosen, engine)
        assert (copied.status == away.status).all()
        assert copied.score == close(away.score)


@every_kind
@quick
@given(data=panels(least=2), strangers=panels(most=5))
def test_a_larger_technology_never_makes_a_unit_better(name, returns, data, strangers):
    chosen = chosen_model(name, returns)
    ratio = name in RATIOS
    for engine in ENGINES:
        small = scores(data[:, : data.shape[1] // 2], strangers, chosen, engine)
        large = scores(data, strangers, chosen, engine)
        reached = small.status == "optimal"
        assert (large.status[reached] == "optimal").all()
        change = (large.score - small.score)[reached] * (-1 if ratio else 1)
        assert (change >= -2e-9 * (1 + np.abs(large.score[reached]))).all()


@every_kind
@quick
@given(data=panels())
def test_engines_agree_and_a_member_is_never_better_than_its_frontier(name, returns, data):
    chosen = chosen_model(name, returns)
    highs, batched = (own(data, chosen, engine) for engine in ENGINES)
    assert (highs.status == batched.status).all()
    assert batched.score == close(highs.score, 1e-9)
    for distances in (highs, batched):
        if name == "super_sbm":
            continue
        assert (distances.status == "optimal").all()
        assert (distances.gap <= CERTIFIED_VIOLATION).all()
        inside = 1 - distances.score if name == "sbm" else distances.score
        assert (inside >= -1e-9).all()
        assert name != "sbm" or (distances.score > 0).all()
        assert (np.abs(inside) < 1e-8).any()  # someone is on the frontier
        if name != "ddf":  # on the frontier exactly where nothing is slack
            assert ((np.abs(distances.slacks) / data.T).max(axis=1) < 1e-7)[inside < 1e-9].all()


@every_kind
@quick
@given(data=panels(), strangers=panels(most=5))
def test_engines_agree_on_strangers_and_who_is_out_of_reach(name, returns, data, strangers):
    chosen = chosen_model(name, returns)
    highs, batched = (scores(data, strangers, chosen, engine) for engine in ENGINES)
    assert (highs.status == batched.status).all()
    assert batched.score == close(highs.score, 1e-9)
    if name in RATIOS:
        return
    members = np.full(strangers.shape[1], -1)
    panel = np.hstack([data, strangers])
    supers = [measure(data, strangers, members, panel, chosen, engine, outside=True) for engine in ENGINES]
    assert (supers[0].status == "optimal").all()
    assert supers[1].score == close(supers[0].score, 1e-9)
    if name == "ddf":
        assert supers[0].score == close(highs.score)
        return
    beyond = highs.status == "infeasible"
    assert (supers[0].score[beyond] < 0).all()
    assert (np.abs(supers[0].score[~beyond]) <= 1e-9).all()


@pytest.mark.parametrize("name", ["sbm_ddf", "ddf", "nddf", "sbm", "additive"])
@quick
@given(data=panels(), strangers=panels(most=5))
def test_constant_returns_see_no_less_inefficiency(name, data, strangers):
    for engine in ENGINES:
        crs, vrs = (scores(data, strangers, chosen_model(name, returns), engine) for returns in ("crs", "vrs"))
        both = vrs.status == "optimal"
        assert (crs.status[both] == "optimal").all()
        difference = (crs.score - vrs.score)[both] * (-1 if name == "sbm" else 1)
        assert (difference >= -2e-9 * (1 + np.abs(crs.score[both]))).all()


@pytest.mark.parametrize("direction", ["outputs", "bads", ["Y"]])
@pytest.mark.parametrize("name", ["sbm_ddf", "ddf", "additive"])
@quick
@given(data=panels())
def test_a_stricter_disposability_never_shows_more_inefficiency(name, direction, data):
    options = {"direction": direction}
    for engine in ENGINES:
        strong, weak = (own(data, model(name, disposability=kind, **options), engine) for kind in ("strong", "weak"))
        # nested too: one abatement factor for all is one for each; but strong disposability under VRS, which cannot
        # scale an observation down, holds neither
        each, one = (
            own(data, model(name, returns="vrs", disposability=kind, **options), engine)
            for kind in ("weak_kuosmanen", "weak_uniform")
        )
        for loose, tight in ((strong, weak), (each, one)):
            assert (tight.status == "optimal").all()
            assert (loose.score >= tight.score - 2e-9 * (1 + np.abs(loose.score))).all()


def balances(data, distances, unit):
    """What the unit less its slacks has over its peers' combination, in own values (R,)."""
    peers = distances.peers[unit]
    combined = sum((weight * data[:, at] for at, weight in peers), np.zeros(len(data)))
    signs = np.array([1.0, 1.0, -1.0, 1.0])
    return signs * (data[:, unit] - signs * distances.slacks[unit] - combined) / data[:, unit]


@every_kind
@quick
@given(data=panels())
def test_slacks_and_peers_are_the_point_compared_with(name, returns, data):
    chosen = chosen_model(name, returns)
    for engine in ENGINES:
        distances = own(data, chosen, engine)
        for unit in np.flatnonzero(distances.status == "optimal"):
            shares = distances.slacks[unit] / data[:, unit]
            weights = [weight for _, weight in distances.peers[unit]]
            assert all(weight > 0 for weight in weights)
            assert returns == "crs" or sum(weights) == pytest.approx(1, abs=1e-9)
            assert (np.abs(balances(data, distances, unit)) <= 1e-9 * (1 + np.abs(shares))).all()
            score = distances.score[unit]
            if name == "super_sbm" and score >= 1 - 1e-9:
                shares = np.minimum(shares, 0.0)  # what it gives up; what it leaves unused is no retreat
            if name in RATIOS:
                rho = (1 - shares[:2].mean()) / (1 + shares[2:].mean())
                assert rho == pytest.approx(score, abs=2e-9 * (1 + score))
            elif name == "ddf":  # the radial part and disposal, of which one variable has none
                assert shares.min() == pytest.approx(score, abs=2e-9)
            else:
                parts = [slack_weights(chosen)[variable] * share for variable, share in zip(NAMES, shares, strict=True)]
                assert sum(parts) == close(score)


@pytest.mark.parametrize("disposability", ["weak", "weak_kuosmanen", "strong"])
@quick
@given(data=panels())
def test_the_balance_of_bads_is_as_the_disposability_says(disposability, data):
    returns = "vrs" if disposability == "weak_kuosmanen" else "crs"
    for name, direction in (("sbm_ddf", ["Y"]), ("ddf", "outputs")):
        chosen = model(name, returns=returns, disposability=disposability, direction=direction)
        distances = own(data, chosen)
        for unit in range(data.shape[1]):
            shares = distances.slacks[unit] / data[:, unit]
            left = balances(data, distances, unit)
            ends = 1e-9 * (1 + np.abs(shares))
            assert (np.abs(left[:2]) <= ends[:2]).all()
            if disposability == "weak_kuosmanen":  # peers' idle intensities use inputs and make nothing
                assert (left[2:] * [1, -1] >= -ends[2:]).all()
            else:
                assert (np.abs(left) <= ends).all()
            moved = distances.score[unit] if name == "ddf" else 0.0
            least = shares[3] - moved
            assert least >= -1e-9
            assert disposability == "strong" or least <= 1e-9


@pytest.mark.parametrize("name", ["sbm_ddf", "ddf", "nddf", "additive"])
@quick
@given(seed=st.integers(0, 10**6))
def test_shadow_prices_are_slopes_of_the_score(name, seed):
    # along fixed amounts, so that the direction stays when y and b change: the score falls by dS/dy as y grows, rises
    # by dS/db as b grows, and the price of b in units of y is the slope of the frontier: (dS/db) / -(dS/dy)
    data = simulated(10, seed, rows=4, spread=0.3)
    weights = dict.fromkeys(NAMES, 1.0 if name == "additive" else 0.25)
    if name == "nddf":
        weights = {"K": 0.1, "L": 0.2, "Y": 0.3, "CO2": 0.4}
    chosen = chosen_model(name, direction=dict.fromkeys(NAMES, 1.0))
    worst = int(np.argmax(own(data, chosen).score))
    reference, unit = np.delete(data, worst, axis=1), data[:, worst]
    found = scores(reference, unit[:, None], chosen)

    def slope(row, step):
        moved = unit.copy()
        moved[row] += step
        score = Textbook(reference, moved, data, chosen, weights).score()
        return None if score is None else (score - base) / step

    base = Textbook(reference, unit, data, chosen, weights).score()
    assume(base is not None and base > 0.01)
    slopes = {row: [slope(row, way * 1e-4 * unit[row]) for way in (-1, 1)] for row in (2, 3)}
    assume(all(None not in pair and abs(pair[0] - pair[1]) < 1e-6 for pair in slopes.values()))  # a unique dual
    good, bad = slopes[2][0], slopes[3][0]
    assert good <= 1e-6
    assert bad >= -1e-6
    if good < -1e-3:
        assert found.shadow_prices[0, 0] == pytest.approx(bad / -good, rel=1e-4, abs=1e-5)


@every_kind
@quick
@given(data=panels())
def test_shadow_prices_are_not_negative_under_strong_disposability(name, returns, data):
    for engine in ENGINES:
        prices = own(data, chosen_model(name, returns), engine).shadow_prices
        assert (prices[np.isfinite(prices)] >= -1e-7).all()


def test_a_shadow_price_that_is_not_unique_is_left_out():
    data = simulated(12, 7, rows=4)
    found = own(data, chosen_model("sbm_ddf"))
    frontier = found.score == 0
    assert 0 < frontier.sum() < 12
    assert np.isnan(found.shadow_prices[frontier]).all()
    assert np.isfinite(found.shadow_prices[~frontier]).all()


@st.composite
def balanced(draw):
    """A panel of some units over three periods."""
    data = draw(panels(least=2, most=5))
    units = data.shape[1]
    random = np.random.default_rng(draw(st.integers(0, 999)))
    values = np.hstack([data * np.exp(0.1 * step * random.normal(size=data.shape)) for step in range(3)])
    names = tuple(f"u{at}" for at in range(units))
    unit, period = np.tile(np.arange(units), 3), np.repeat(np.arange(3), units)
    return Panel(NAMES, ("2013", "2014", "2015"), names, values, unit, period, np.arange(4) * units)


@pytest.mark.parametrize("returns", ["crs", "vrs"])
@pytest.mark.parametrize(("name", "index"), [("sbm_ddf", "malmquist_luenberger"), ("sbm", "malmquist_luenberger"),
                                             ("ddf", "luenberger")])  # fmt: skip
@quick
@given(panel=balanced())
def test_the_global_index_is_circular(name, index, returns, panel):
    chosen = chosen_model(name, returns, index=index)
    tables = []
    for engine in ENGINES:
        rows = solve_dea.solve_units(panel, np.arange(len(panel.units)), chosen, engine)
        solved = pd.DataFrame(rows)[["province", "year", "reference", "score", "status"]]
        tables.append(productivity_change(solved, chosen))
    pd.testing.assert_frame_equal(*tables, rtol=1e-8, atol=1e-8)
    levels = solved[solved["reference"] == "global"].set_index(["province", "year"])["score"]
    level = levels if name == "sbm" else -levels if index == "luenberger" else 1 / (1 + levels)
    for province, table in tables[1].groupby("province"):
        second, third = table["index"].iloc[1:]
        first, last = level[province, "2013"], level[province, "2015"]
        if index == "luenberger":
            assert second + third == pytest.approx(last - first, abs=1e-12)
            assert table["cumulative"].tolist() == pytest.approx([1, 1 + second, 1 + last - first], abs=1e-12)
        else:
            assert second * third == pytest.approx(last / first, rel=1e-12)
            assert table["cumulative"].tolist() == pytest.approx([1, second, last / first], rel=1e-12)
        parts = table["efficiency_change"], table["technical_change"]
        whole = parts[0] + parts[1] if index == "luenberger" else parts[0] * parts[1]
        assert whole.iloc[1:].tolist() == pytest.approx(table["index"].iloc[1:].tolist(), rel=1e-12)


@pytest.mark.parametrize("returns", ["crs", "vrs"])
@quick
@given(panel=balanced())
def test_only_strangers_are_infeasible_and_their_super_score_is_negative(returns, panel):
    for engine in ENGINES:
        chosen = chosen_model("sbm_ddf", returns, technology="contemporaneous", infeasible="super")
        rows = solve_dea.solve_units(panel, np.arange(len(panel.units)), chosen, engine)
        found = {(row["province"], row["year"], row["reference"]): row for row in rows}
        for (unit, year, reference), row in found.items():
            if row["status"] == "infeasible":
                assert reference in ("previous", "next")
                assert found[unit, year, f"{reference}_super"]["score"] < 0
            elif reference.endswith("_super"):
                assert found[unit, year, reference.removesuffix("_super")]["status"] == "infeasible"


@every_kind
@pytest.mark.parametrize("engine", ENGINES)
def test_more_variables_than_units_and_one_unit(name, returns, engine):
    for count in (1, 2, 3):
        data = simulated(count, seed=count, rows=8)
        chosen = model(name, "A B C", "D E", "F G H", returns=returns)
        distances = own(data, chosen, engine)
        if name == "super_sbm":
            assert ((distances.score >= 1) | (distances.status == "infeasible")).all()
        else:
            assert distances.score == pytest.approx(np.full(count, float(name == "sbm")), abs=1e-9)
