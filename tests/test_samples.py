"""Which rows a column is estimated on, products and combined effects; and each mistake, named before any estimation."""

import json

import numpy as np
import pandas as pd
import pytest
from _dense import column, fit, prepare, simulate, small_sample, term, without_singletons
from estimate_table import estimate_table, to_json
from study.helpers import InputError
from study.regression.samples import draw_sample
from study.regression.terms import CONSTANT

# Conditions ----------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def simulated():
    return simulate()


@pytest.fixture(scope="module")
def rows():
    return pd.DataFrame(
        {
            "y": np.arange(8.0),
            "a": [-1.5, 0, 1, 2, 3, 4, np.nan, 6],
            "b": [1, 1, 2, 2, 3, 3, 4, 4],
            "name": ["x", "x", "y", "y", "z", "z", None, "w"],
        }
    )


def chosen(data, regression):
    return draw_sample(data, regression).column("y").tolist()


@pytest.mark.parametrize(
    ("sample", "expected"),
    [
        ("a > 1", [3, 4, 5, 7]),
        ("a >= 1", [2, 3, 4, 5, 7]),
        ("a < 1", [0, 1]),
        ("a <= 1", [0, 1, 2]),
        ("a == -1.5", [0]),
        ("a != 0", [0, 2, 3, 4, 5, 7]),  # a missing value is neither equal nor unequal
        ("not a == 0", [0, 2, 3, 4, 5, 7]),
        ("not (a == 0 or b == 4)", [0, 2, 3, 4, 5]),
        ("a in [0, 1, 6]", [1, 2, 7]),
        ("a not in (0, 1)", [0, 3, 4, 5, 7]),
        ("a in [-1.5, 2]", [0, 3]),
        ("0 < a <= 3", [2, 3, 4]),
        ("b < a", [5, 7]),
        ("name == 'x'", [0, 1]),
        ("name != 'x'", [2, 3, 4, 5, 7]),
        ("name in ['x', 'z'] and b > 1", [4, 5]),
        ("name == 'x' or b == 4", [0, 1, 6, 7]),
        ("not name in ['x', 'z'] and not b == 4", [2, 3]),
        ("a > 100 or b == 1", [0, 1]),
    ],
)
def test_conditions(rows, sample, expected):
    assert chosen(rows, column("y ~ b", sample=sample)) == expected
    assert draw_sample(rows, column("y ~ b", sample=sample)).description == sample


def test_only_the_variables_of_the_formula_have_to_be_there(rows):
    sample = draw_sample(rows, column("y ~ b", sample="name == 'w' or b < 4"))
    assert (len(sample.values), sample.n_missing) == (7, 0)
    for formula, keys, missing in (
        ("y ~ a", {}, 1),
        ("y ~ b:a", {}, 1),
        ("y ~ b | name", {}, 1),
        ("y ~ 1 | b ~ a", {}, 1),
        ("y ~ b", {"vcov": ["name"]}, 1),
        ("y ~ b", {"weights": "b"}, 0),
        ("y ~ b", {"split": {"by": "a", "side": "low"}}, 1),
        ("y ~ b", {"sample": "a > 0"}, 0),
    ):
        assert draw_sample(rows, column(formula, **keys)).n_missing == missing, formula


# Splits --------------------------------------------------------------------------------------------------


def test_the_median_is_pooled_over_the_condition_and_ties_are_low(rows):
    def half(side, **keys):
        return chosen(rows, column("y ~ b", split={"by": "a", "side": side, **keys}))

    # of -1.5, 0, 1, 2, 3, 4, 6
    assert (half("low"), half("high")) == ([0, 1, 2, 3], [4, 5, 7])
    assert (half("low", at=1), half("high", at=1)) == ([0, 1, 2], [3, 4, 5, 7])
    low = column("y ~ b", sample="b > 1", split={"by": "a", "side": "low"})
    assert chosen(rows, low) == [2, 3, 4]  # of 1, 2, 3, 4, 6
    assert draw_sample(rows, low).description == "b > 1; a <= 3 (median)"
    even = column("y ~ b", sample="b < 4", split={"by": "a", "side": "high"})
    assert draw_sample(rows, even).description == "b < 4; a > 1.5 (median)"
    indicator = draw_sample(rows, column("y ~ b + high", split={"by": "a"}))
    assert indicator.column("y")[indicator.column("high") == 1].tolist() == half("high")
    assert (indicator.description, indicator.high) == ("", "a > 2 (median)")
    # the median is of all rows of the condition, whatever else is missing there
    gaps = rows.assign(c=np.where(rows["a"] > 2, np.nan, rows["b"]))
    assert chosen(gaps, column("y ~ c", split={"by": "a", "side": "low"})) == [0, 1, 2, 3]


def test_both_halves_are_the_whole_and_singletons_are_counted_after_the_split(simulated):
    data = simulated.assign(x2=simulated["x2"].where(simulated.index > 20))
    samples = [
        draw_sample(data, column("y ~ x2 | province + year", split={"by": "weight", "side": side}))
        for side in ("high", "low")
    ]
    whole = draw_sample(data, column("y ~ x2 | province + year"))
    counts = [(len(s.values), s.n_missing, s.n_singletons) for s in samples]
    assert np.sum(counts) == len(data) == len(whole.values) + whole.n_missing + whole.n_singletons
    assert sum(alone for *_, alone in counts) > whole.n_singletons
    upper = data["weight"] > data["weight"].median()
    for rows_of_side, sample in zip((data[upper], data[~upper]), samples, strict=True):
        complete = rows_of_side.dropna(subset="x2")
        assert len(sample.values) == len(without_singletons(complete, "province", "year"))


def test_the_indicator_of_the_upper_half(simulated):
    explicit = simulated.assign(up=(simulated["weight"] > simulated["weight"].median()).astype(float))
    found = fit(
        simulated, "y ~ x1 + x1:high + high | province^high + year^high", split={"by": "weight"}, collinear="drop"
    )
    assert found.terms == ("x1", "x1:high", CONSTANT)
    found = fit(simulated, "y ~ x1 + x1:high + high | province + year", split={"by": "weight"})
    expected = fit(explicit, "y ~ x1 + x1:up + up | province + year")
    np.testing.assert_array_equal(found.coefficients, expected.coefficients)
    numbers = prepare(
        simulated.assign(weight=simulated["weight"].where(simulated.index > 9)), "y ~ high", split={"by": "weight"}
    )
    assert numbers.sample.n_missing == 10


def test_products_and_combined_effects(simulated):
    explicit = simulated.assign(
        product=simulated["x1"] * simulated["weight"],
        cell=simulated["region"].astype(str) + " " + simulated["year"].astype(str),
    )
    found = fit(simulated, "y ~ x1 + x1:weight | region^year", ["region"])
    expected = fit(explicit, "y ~ x1 + product | cell", ["region"])
    np.testing.assert_allclose(found.coefficients, expected.coefficients, rtol=1e-9)
    np.testing.assert_allclose(found.covariance, expected.covariance, rtol=1e-8)
    assert found.stats == pytest.approx(expected.stats)
    assert small_sample(explicit, 2, ["cell"], ["region"]) > 1  # the combinations are nested in regions


def test_full_interaction_is_the_difference_of_the_halves(simulated):
    split = {"by": "weight"}
    formula = "y ~ x1 + x1:high + x2 + x2:high | province^high + year^high"
    joint = fit(simulated, formula, split=split)
    high, low = (fit(simulated, "y ~ x1 + x2 | province + year", split=split | {"side": s}) for s in ("high", "low"))
    assert joint.stats["n"] == high.stats["n"] + low.stats["n"]
    assert joint.stats["df_absorbed"] == high.stats["df_absorbed"] + low.stats["df_absorbed"]
    for name in ("x1", "x2"):
        one, other = term(high, name), term(low, name)
        difference = one["estimate"] - other["estimate"]
        assert term(joint, f"{name}:high")["estimate"] == pytest.approx(difference, rel=1e-8)
        assert term(joint, name)["estimate"] == pytest.approx(other["estimate"], rel=1e-8)
        # HC0 of disjoint halves add up
        parts = [
            row["std_error"] ** 2 * half.stats["df_resid"] / half.stats["n"]
            for row, half in ((one, high), (other, low))
        ]
        factor = joint.stats["n"] / joint.stats["df_resid"]
        assert term(joint, f"{name}:high")["std_error"] ** 2 == pytest.approx(factor * sum(parts), rel=1e-8)


def test_weights_are_relative(simulated):
    double = simulated.assign(weight=simulated["weight"] * 7)
    one, other = (fit(table, "y ~ x1 | province", weights="weight") for table in (simulated, double))
    np.testing.assert_allclose(one.covariance, other.covariance, rtol=1e-10)
    assert prepare(simulated, "y ~ x1", weights="weight").sample.weights.mean() == pytest.approx(1)


# Collinear terms -----------------------------------------------------------------------------------------


def test_collinear_terms_are_dropped_on_request_and_reported(simulated):
    data = simulated.assign(twice=2 * simulated["x1"] + 1, same=4.0, own=simulated["province"].str[1:].astype(int))
    asked = {"formula": "y ~ x1 + twice + same + own + x2 | province", "collinear": "drop"}
    [found] = json.loads(to_json(estimate_table(data, "t", [asked])))
    assert found["dropped"] == ["twice", "same", "own"]
    [expected] = json.loads(to_json(estimate_table(data, "t", ["y ~ x1 + x2 | province"])))
    assert found["terms"] == expected["terms"]
    assert found["stats"] == expected["stats"]
    assert found["formula"] == "y ~ x1 + twice + same + own + x2 | province"
    with pytest.raises(InputError, match="no regressor is left"):
        estimate_table(data, "t", [asked | {"formula": "y ~ own | province"}])


# Mistakes ------------------------------------------------------------------------------------------------

CLUSTER = {"vcov": {"cluster": "same"}}
INDIRECT = {"indirect": {"of": "twice", "through": "d"}}


@pytest.mark.parametrize(
    ("formula", "keys", "message"),
    [
        ("y ~ x11 | province", {}, "no variable `x11`; did you mean `x1`"),
        ("y ~ abracadabra | province", {}, "no variable `abracadabra`; it has province, year"),
        ("x11 ~ x1 | province", {}, "no variable `x11`"),
        ("y ~ x1:gone | province", {}, "no variable `gone`"),
        ("y ~ x1 | gone", {}, "no variable `gone`"),
        ("y ~ x1 | province^gone", {}, "no variable `gone`"),
        ("y ~ x1 | province | gone ~ z1", {}, "no variable `gone`"),
        ("y ~ x1 | province | d ~ gone", {}, "no variable `gone`"),
        ("y ~ x1", {"vcov": {"cluster": "gone"}}, "no variable `gone`"),
        ("y ~ x1", {"weights": "gone"}, "no variable `gone`"),
        ("y ~ x1", {"split": {"by": "gone", "side": "low"}}, "no variable `gone`"),
        ("y ~ x1", {"sample": "gone == 1"}, "no variable `gone`"),
        ("y ~ high", {}, "no variable `high`"),
        ("y ~ high", {"split": {"by": "x1", "side": "low"}}, "no variable `high`"),
        ("y ~ x1 + copy:high", {"split": {"by": "x1"}, "high": True}, "has a variable `high`"),
        ("y ~ text | province", {}, "`text` must hold numbers; it holds text, e.g. 'n.a.' in row 1"),
        ("y ~ x1 | province | d ~ text", {}, "`text` must hold numbers"),
        ("y ~ x1", {"weights": "text"}, "`text` must hold numbers"),
        ("y ~ x1", {"split": {"by": "text", "side": "low"}}, "`text` must hold numbers"),
        ("y ~ infinite | province", {}, r"`infinite` is infinite in 1 row\(s\), the first being row 6"),
        ("y ~ empty | province", {}, "no row has a value for every variable"),
        ("y ~ x1", {"split": {"by": "empty", "side": "low"}}, "split variable `empty` has no value in the sample"),
        ("y ~ x1", {"split": {"by": "x1", "at": 99, "side": "high"}}, "no row of the panel is in the sample `x1 > 99`"),
        ("y ~ x1", {"sample": "x1 > 99"}, "no row of the panel is in the sample `x1 > 99`"),
        ("y ~ same | province", {}, "`same` has the same value"),
        ("y ~ x1 | province | d ~ same", {}, "`same` has the same value"),
        ("y ~ x1 + own | province + year", {}, "the regressor `own` does not vary within `province` and `year`"),
        ("y ~ x1 | province | d ~ own", {}, "the instrument `own` does not vary within `province`"),
        ("y ~ x1 | province | own ~ z1", {}, "the endogenous regressor `own` does not vary within `province`"),
        ("own ~ x1 | province", {}, "dependent variable `own` does not vary within `province`"),
        ("y ~ x1 + twice | province", {}, "the regressor `twice` is collinear within `province` with `x1`"),
        ("y ~ x1 + twice", {}, "the regressor `twice` is collinear in the sample with `x1`"),
        ("y ~ x1 | province | d ~ z1 + twice", {}, "the instrument `twice` is collinear within `province` with `x1`"),
        ("y ~ x1 | province | d ~ twice", {"collinear": "drop"}, r"1 endogenous .* 0 instrument\(s\) after dropping"),
        ("y ~ x1 | province | d + e ~ z1 + own", {"collinear": "drop"}, r"1 instrument\(s\) after dropping .*`own`"),
        ("y ~ x1 | province | d + e ~ z1 + same", {"collinear": "drop"}, r"1 instrument\(s\) after dropping .*`same`"),
        ("y ~ x1 | province | d + copy ~ z1 + z2", {}, "endogenous regressor `copy` is collinear"),
        ("y ~ x1 | province | d ~ copy", {}, "endogenous regressor `d` is within `province` an exact sum of instr"),
        ("y ~ x1 + z1 | province | d ~ z1", {}, "`z1` is both a regressor and an instrument"),
        ("y ~ x1 | province | d + e ~ z1", {}, r"2 endogenous regressors but 1 instrument\(s\)"),
        ("y ~ x1", CLUSTER, "too few clusters: `same` has one value"),
        ("twice ~ x1 | province", {}, "the residuals are zero: `twice` is an exact sum"),
        ("exact ~ x1 + x2 | province", {}, "the residuals are zero: `exact` is an exact sum"),
        ("y ~ x1", {"weights": "zero"}, "the weights `zero` have to be above zero; 1 are not"),
        ("y ~ x1 | row", {}, "all 260 observations are singletons of `row`"),
        ("y ~ x1 | pair + half", {}, "260 observations are too few for 1 slopes and"),
        ("y ~ x1 + x2 | province", {"sample": "row < 3"}, "too few|singletons"),
        ("y ~ x1 + twice + d | province", INDIRECT | {"collinear": "drop"}, "indirect: `twice` is dropped"),
        ("y ~ x1", {"sample": "x1 =="}, "cannot read the sample `x1 ==`"),
        ("y ~ x1", {"sample": "len(x1) == 1"}, r"cannot read `len\(x1\)`"),
        ("y ~ x1", {"sample": "x1.real == 1"}, r"cannot read `x1\.real`"),
        ("y ~ x1", {"sample": "x1 + 1 == 2"}, r"cannot read `x1 \+ 1`"),
        ("y ~ x1", {"sample": "x1"}, "is not made of comparisons"),
        ("y ~ x1", {"sample": "x1 > 0 and d"}, "is not made of comparisons"),
        ("y ~ x1", {"sample": "-(x1 > 0)"}, "is not made of comparisons"),
        ("y ~ x1", {"sample": "province == 'q1'"}, "`province` is nowhere 'q1' in the panel"),
        ("y ~ x1", {"sample": "province != 'q1'"}, "`province` is nowhere 'q1'"),
        ("y ~ x1", {"sample": "province in ['p1', 'q1']"}, "`province` is nowhere 'q1'"),
        ("y ~ x1", {"sample": "sector not in [1, 99]"}, "`sector` is nowhere 99"),
        ("y ~ x1", {"sample": "sector == '1'"}, "`sector` is nowhere '1'"),
        ("y ~ x1", {"sample": "year > '2014'"}, "cannot compare in the sample .*text with text"),
        ("y ~ x1", {"sample": "sector == [1, 2]"}, "cannot compare|nowhere"),
        ("y ~ x1", {"sample": "sector in [x1]"}, "cannot compare"),
        ("y ~ x1", {"sample": "1 in sector"}, "cannot compare"),
    ],
)
def test_mistakes_are_named_before_any_estimation(simulated, monkeypatch, formula, keys, message):
    def refuse(*_):
        raise AssertionError("estimated before all columns were checked")

    monkeypatch.setattr("estimate_table.estimate", refuse)
    row = np.arange(len(simulated))
    data = simulated.assign(
        text="n.a.",
        infinite=np.where(row == 5, np.inf, simulated["x1"]),
        empty=np.nan,
        same=3.0,
        own=simulated["province"].str[1:].astype(float) ** 2,
        twice=2 * simulated["x1"] + 1,
        copy=1 - 3 * simulated["d"],
        exact=simulated["x1"] / 3 + simulated["x2"] / 7e9 + simulated["province"].str[1:].astype(float),
        zero=np.minimum(row, 1),
        row=row,
        pair=row // 2,
        half=(row + 1) // 2 % 130,
    )
    if keys.get("high"):
        data["high"] = 1.0
    asked = {"formula": formula} | {key: value for key, value in keys.items() if key != "high"}
    with pytest.raises(InputError, match=f"table_9, column 2: .*({message})"):
        estimate_table(data, "table_9", ["y ~ x1 | year", asked])


def test_the_constant_stands_last(simulated):
    assert fit(simulated, "y ~ x1 | province | d ~ z1").terms == ("d", "x1", CONSTANT)
