"""Indirect effects: the product of two regressions, and replications as regressions on explicit resamples."""

import numpy as np
import pandas as pd
import pytest
from _dense import fit, prepare, simulate, term, without_singletons
from _printed import tidy
from estimate_table import estimate_table
from study.helpers import InputError
from study.regression.mediation import _unit_products, indirect_effect, indirect_of_products, replicate_indirect_effects
from tabulate_table import write_notes

BOOTSTRAP = {"replications": 60, "block": "province", "level": 90, "seed": 7}
INDIRECT = {"of": "d", "through": "e"}
FORMULA = "y ~ x1 + d + e + x2 | province + year"


@pytest.fixture(scope="module")
def data():
    return simulate()


def product(data, treatment="d", mediator="e", effects="province + year", **keys):
    """a x b of two regressions."""
    a = term(fit(data, f"{mediator} ~ {treatment} + x1 + x2 | {effects}", **keys), treatment)["estimate"]
    b = term(fit(data, f"y ~ {treatment} + {mediator} + x1 + x2 | {effects}", **keys), mediator)["estimate"]
    return a * b


def resample(data, counts):
    """Each province's rows as often as drawn, every copy a province of its own."""
    parts = []
    for name, count in zip(sorted(data["province"].unique()), counts, strict=True):
        own = data[data["province"] == name]
        parts += [own.assign(province=f"{name}/{copy}") for copy in range(count)]
    return pd.concat(parts, ignore_index=True)


def draws(data, bootstrap):
    """Counts of provinces by replication, in the order of their codes."""
    count = data["province"].nunique()
    generator = np.random.default_rng(bootstrap["seed"])
    return generator.multinomial(count, np.full(count, 1 / count), size=bootstrap["replications"])


@pytest.mark.parametrize("keys", [{}, {"weights": "weight"}], ids=str)
def test_every_unit_once_is_the_product_of_two_regressions(data, keys):
    design = prepare(data, FORMULA, indirect=INDIRECT, **keys)
    products, n_terms = _unit_products(design, design.sample.effects["province"])
    assert len(products) == data["province"].nunique()
    once = indirect_of_products(design, products.sum(axis=0)[None], n_terms)
    assert once == pytest.approx([product(data, **keys)], rel=1e-9)
    assert indirect_effect(design, BOOTSTRAP)["effect"] == pytest.approx(once[0], rel=1e-9)


@pytest.mark.parametrize(
    ("effects", "keys"),
    [
        ("province + year", {}),
        ("year + province", {"weights": "weight"}),
        ("province", {}),
        ("province + year^region", {}),
        ("province + province^sector + year", {"weights": "weight"}),
    ],
    ids=str,
)
def test_a_replication_is_a_regression_on_the_resample(data, effects, keys):
    # units are drawn from the sample, in which singletons are no more; those of a draw fit exactly and do not count
    names = effects.split(" + ")
    cells = data.assign(**{name: data[name.split("^")].astype(str).agg(" ".join, axis=1) for name in names})
    data = data.loc[without_singletons(cells, *names).index]
    design = prepare(data, f"y ~ d + e + x1 + x2 | {effects}", indirect=INDIRECT, **keys)
    assert design.sample.n_singletons == 0
    bootstrap = BOOTSTRAP | {"replications": 3}
    found = replicate_indirect_effects(design, bootstrap)
    for effect, counts in zip(found, draws(data, bootstrap), strict=True):
        assert effect == pytest.approx(product(resample(data, counts), effects=effects, **keys), rel=1e-7)


def test_interval_and_p_value(data):
    design = prepare(data, FORMULA, indirect=INDIRECT)
    found = indirect_effect(design, BOOTSTRAP)
    effects = replicate_indirect_effects(design, BOOTSTRAP)
    assert len(effects) == found["replications"] == 60
    assert (found["failed"], found["level"]) == (0, 90)
    assert [found["ci_low"], found["ci_high"]] == pytest.approx(np.quantile(effects, [0.05, 0.95]))
    assert found["std_error"] == pytest.approx(effects.std(ddof=1))
    below = min((effects < 0).sum(), (effects > 0).sum())
    assert found["p_value"] == pytest.approx(min(1, 2 * (below + 1) / 61))
    first = term(fit(data, "e ~ x1 + d + x2 | province + year"), "d")
    for key, name in (("estimate", "a"), ("std_error", "a_std_error"), ("statistic", "a_statistic")):
        assert found[name] == pytest.approx(first[key], rel=1e-9)
    assert found["a_p_value"] == pytest.approx(first["p_value"], rel=1e-7)
    assert (found["treatment"], found["mediator"]) == ("d", "e")


def test_p_value_counts_both_sides(data):
    """An effect around zero has replications on both sides; its p-value is not small, and never above one."""
    design = prepare(data.assign(d=np.random.default_rng(3).normal(size=len(data))), FORMULA, indirect=INDIRECT)
    effects = replicate_indirect_effects(design, BOOTSTRAP)
    sides = sorted([(effects < 0).sum(), (effects > 0).sum()])
    assert sides[0] > 5
    assert indirect_effect(design, BOOTSTRAP)["p_value"] == pytest.approx(min(1, 2 * (sides[0] + 1) / 61))


def test_the_seed_decides(data):
    design = prepare(data, FORMULA, indirect=INDIRECT)
    one, again, other = (indirect_effect(design, BOOTSTRAP | {"seed": seed}) for seed in (7, 7, 8))
    assert one == again
    assert one["effect"] == other["effect"]
    assert one["ci_low"] != other["ci_low"]
    shuffled = prepare(data.sample(frac=1, random_state=1), FORMULA, indirect=INDIRECT)
    assert indirect_effect(shuffled, BOOTSTRAP) == one


def test_units_of_the_variables_do_not_matter(data):
    one = replicate_indirect_effects(prepare(data, FORMULA, indirect=INDIRECT), BOOTSTRAP)
    changed = data.assign(y=data["y"] * 1e5, d=data["d"] * 1e-3 + 8, e=data["e"] * 1e7 - 5)
    other = replicate_indirect_effects(prepare(changed, FORMULA, indirect=INDIRECT), BOOTSTRAP)
    np.testing.assert_allclose(other, one * 1e8, rtol=1e-7)


def few_units(switching):
    """Twelve units whose treatment hardly varies but within the first `switching`: without them b and a are noise."""
    rng = np.random.default_rng(4)
    data = pd.DataFrame(
        {"province": np.repeat(range(12), 6), "e": rng.normal(size=72), "d": 1e-7 * rng.normal(size=72)}
    )
    inside = data["province"] < switching
    data.loc[inside, "d"] = rng.normal(size=inside.sum())
    data["y"] = data["d"] + data["e"] + rng.normal(size=72)
    return prepare(data, "y ~ d + e | province", indirect=INDIRECT)


def test_undetermined_draws_are_counted_and_left_out():
    found = indirect_effect(few_units(2), BOOTSTRAP)
    counts = np.random.default_rng(7).multinomial(12, np.full(12, 1 / 12), size=60)
    expected = (counts[:, :2].sum(axis=1) == 0).sum()
    assert found["failed"] == expected > 0
    assert found["replications"] == 60 - expected
    assert np.isfinite([found["ci_low"], found["ci_high"], found["std_error"]]).all()


def test_too_many_undetermined_draws_are_refused():
    design = few_units(1)
    first_unit = {seed: np.random.default_rng(seed).multinomial(12, [1 / 12] * 12, size=2)[:, 0] for seed in range(99)}
    seed = next(seed for seed, counts in first_unit.items() if (counts == 0).all())
    with pytest.raises(InputError, match="2 of 2 bootstrap draws have no estimate"):
        indirect_effect(design, BOOTSTRAP | {"seed": seed, "replications": 2})


# Single rows, and units that no effect absorbs --------------------------------------------------------------

ROWS = {"replications": 8, "level": 90, "seed": 3}


def row_draws(data, bootstrap):
    """Rows of each replication, in the order in which a sample has them."""
    n = len(data)
    generator = np.random.default_rng(bootstrap["seed"])
    return generator.multinomial(n, np.full(n, 1 / n), size=bootstrap["replications"])


@pytest.mark.parametrize("effects", ["", "sector", "sector + year"])
@pytest.mark.parametrize("weights", ["", "weight"])
@pytest.mark.parametrize("block", [{}, {"block": "row"}], ids=str)
def test_rows_are_drawn_without_a_block(data, effects, weights, block):
    """A cross-section has no units to draw: a replication is a regression on rows drawn with replacement."""
    keys = {"weights": weights} if weights else {}
    right = f" | {effects}" if effects else ""
    design = prepare(data, f"y ~ d + e + x1 + x2{right}", indirect=INDIRECT, **keys)
    found = replicate_indirect_effects(design, ROWS | block)
    names = ("y", "d", "e", "x1", "x2")
    ordered = pd.DataFrame({name: design.sample.column(name) for name in names})
    ordered["weight"] = design.sample.weights
    for name, codes in design.sample.effects.items():
        ordered[name or "all"] = codes
    for effect, counts in zip(found, row_draws(ordered, ROWS), strict=True):
        drawn = ordered.loc[ordered.index.repeat(counts)].reset_index(drop=True)
        a, b = (
            fit(drawn, formula + right, singletons="keep", **keys).coefficients[0]
            for formula in ("e ~ d + x1 + x2", "y ~ e + d + x1 + x2")
        )
        assert effect == pytest.approx(a * b, rel=1e-7)
    assert indirect_effect(design, ROWS | block)["block"] == "row"


def test_a_cluster_is_a_block_too(data):
    """Provinces are drawn whole though no effect absorbs them; the intercept is each draw's own."""
    design = prepare(data, "y ~ d + e + x1", ["province"], indirect=INDIRECT)
    bootstrap = BOOTSTRAP | {"replications": 3}
    for effect, counts in zip(replicate_indirect_effects(design, bootstrap), draws(data, bootstrap), strict=True):
        drawn = resample(data, counts)
        a, b = (fit(drawn, formula).coefficients[0] for formula in ("e ~ d + x1", "y ~ e + d + x1"))
        assert effect == pytest.approx(a * b, rel=1e-7)
    assert "block" not in indirect_effect(design, bootstrap)


def test_an_unknown_block_is_refused(data):
    design = prepare(data, "y ~ d + e", indirect=INDIRECT)
    with pytest.raises(InputError, match=r"`province` is no absorbed effect or cluster .* leave `block` out"):
        indirect_effect(design, BOOTSTRAP)


def test_the_table_of_a_cross_section_says_that_rows_were_drawn(data):
    [found] = estimate_table(data, "t", [{"formula": "y ~ d + e + x1", "indirect": INDIRECT}], bootstrap=ROWS)
    rows = {row["term"]: row for row in tidy([found], "t")}
    assert float(rows["Indirect effect"]["estimate"]) == pytest.approx(found["indirect"]["effect"])
    assert "8 bootstrap draws of single rows" in " ".join(write_notes([found], {}, None, False))


def test_a_draw_does_not_rest_on_rounding():
    """Year dummies without the provinces' means add up to nothing: what rounding leaves of that sum must not count."""
    rng = np.random.default_rng(0)
    data = pd.DataFrame({"province": np.repeat(range(30), 10), "year": np.tile(range(10), 30)})
    data[["d", "e", "y"]] = rng.normal(size=(300, 3)) + 0.1 * data[["year"]].to_numpy()
    design = prepare(data, "y ~ d + e | province + year", indirect=INDIRECT)
    products, n_terms = _unit_products(design, design.sample.effects["province"])
    counts = rng.multinomial(30, np.full(30, 1 / 30), size=400)
    sums = np.tensordot(counts, products, axes=1)
    noise = 1e-16 * rng.normal(size=sums.shape) * np.abs(sums).max()
    found, other = (indirect_of_products(design, each, n_terms) for each in (sums, sums + noise + noise.mT))
    np.testing.assert_allclose(found, other, rtol=1e-8)
