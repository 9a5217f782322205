"""Formulas and column mappings of the config."""

import pytest
from study.helpers import InputError
from study.regression.formula import Indirect, Regression, Split, parse_column, parse_formula


def test_formula_with_controls_and_effects():
    parsed = parse_formula("ln_co2 ~ ai + $controls | province + year", ["open", "fin"])
    assert parsed == Regression("ln_co2", ("ai", "open", "fin"), ("province", "year"))
    assert parsed.formula == "ln_co2 ~ ai + open + fin | province + year"


def test_formula_without_effects_and_with_chinese_names():
    parsed = parse_formula("碳排放~  机器人+x_1")
    assert parsed == Regression("碳排放", ("机器人", "x_1"))
    assert parsed.formula == "碳排放 ~ 机器人 + x_1"


def test_mapping_sets_group_and_vcov():
    parsed = parse_column({"formula": "y ~ x | i", "group": "East", "vcov": "iid"})
    assert (parsed.group, parsed.vcov, parsed.covariance) == ("East", "iid", "iid")
    assert parse_column("y ~ x | i").covariance == "robust"


@pytest.mark.parametrize("given", ["i", ["i"], "i + t", ["i", "t"]])
def test_clusters(given):
    parsed = parse_column({"formula": "y ~ x | i", "vcov": {"cluster": given}})
    assert (parsed.vcov, parsed.clusters) == ("cluster", ("i", "t")[: 2 if "t" in given else 1])
    assert parsed.covariance == ("cluster: i + t" if "t" in given else "cluster: i")


def test_instruments():
    parsed = parse_formula("y ~ x + $controls | i + t | d + e ~ z1 + z2:w", ["open"])
    assert (parsed.regressors, parsed.absorbed) == (("x", "open"), ("i", "t"))
    assert (parsed.endogenous, parsed.instruments) == (("d", "e"), ("z1", "z2:w"))
    assert parsed.slopes == ("d", "e", "x", "open")
    assert parsed.formula == "y ~ x + open | i + t | d + e ~ z1 + z2:w"
    assert parse_formula(parsed.formula) == parsed
    pooled = parse_formula("y ~ 1 | d ~ z")
    assert (pooled.regressors, pooled.absorbed, pooled.formula) == ((), (), "y ~ 1 | d ~ z")
    assert parse_formula("y ~ 1 | i | d ~ z").absorbed == ("i",)


def test_products_and_combined_effects():
    parsed = parse_formula("y ~ x + x:w + $controls:high | i^high + t", ["open", "fin"])
    assert parsed.regressors == ("x", "x:w", "open:high", "fin:high")
    assert parsed.absorbed == ("i^high", "t")


def test_variables_are_what_the_panel_has_to_hold():
    column = {
        "formula": "y ~ x + x:high + $controls:high | i^high + t | d ~ z:w",
        "sample": "m == 0 and not x > 3",
        "split": {"by": "s"},
        "weights": "v",
        "vcov": {"cluster": ["c", "i"]},
    }
    parsed = parse_column(column, ["open"])
    assert parsed.numbers == ("y", "d", "x", "open", "z", "w", "v", "s")
    assert parsed.categories == ("i", "t", "c")
    assert parsed.variables == (*parsed.numbers, "i", "t", "c", "m")
    assert parsed.split == Split("s", "median", "")
    sided = parse_column(column | {"split": {"by": "s", "at": 2.5, "side": "low"}}, ["open"])
    assert sided.split == Split("s", 2.5, "low")
    assert "high" in sided.numbers


def test_indirect_effect():
    parsed = parse_column({"formula": "y ~ a + m | i", "indirect": {"of": "a", "through": "m"}})
    assert parsed.indirect == Indirect("a", "m")


@pytest.mark.parametrize(
    ("formula", "message"),
    [
        ("y ~ x | i | z ~ w | v", "at most three parts"),
        ("y ~ x | i | t | z ~ w", "at most three parts"),
        ("y ~ x | i ~ t | z", "at most three parts"),
        ("y ~ x | i | z ~ w ~ v", "at most three parts"),
        ("y ~ x | i | z ~", "a term is missing"),
        ("y ~ x | i | d + e ~ z", r"2 endogenous regressors but 1 instrument\(s\)"),
        ("y ~ x | i | d ~ x", "`x` is both a regressor and an instrument"),
        ("y ~ d | i | d ~ z", "`d` is both a regressor and an endogenous regressor"),
        ("y ~ x | i | d ~ d", "`d` is both an endogenous regressor and an instrument"),
        ("y ~ x | i | d ~ i", "`i` is both an absorbed effect and an instrument"),
        ("y ~ x | i | d ~ z + z", "`z` appears 2 times as an instrument"),
        ("y ~ x | i | y ~ z", "`y` is also an endogenous regressor"),
        ("y ~ x | i | d ~ y", "`y` is also an instrument"),
        ("y ~ a:b + b:a | i", "`a:b` appears 2 times as a regressor"),
        ("y ~ a:b | i | d ~ b:a", "`b:a` is both a regressor and an instrument"),
        ("y ~ a: | i", "a term is missing"),
        ("y ~ x | i:t", "cannot read the term `i:t`"),
        ("y:x ~ x | i", "cannot read the term `y:x`"),
        ("y ~ x^2 | i", r"cannot read the term `x\^2`"),
        ("y x | i", "expected one `~`"),
        ("y ~ x ~ z", "expected one `~`"),
        ("y + w ~ x", "expected one dependent variable before `~` .* found 2"),
        ("y ~ log(x) | i", r"cannot read the term `log\(x\)`"),
        ("y ~ x*z | i", r"cannot read the term `x\*z`"),
        ("y ~ 1 | i", "cannot read the term `1`"),
        ("y ~ x + | i", "a term is missing"),
        ("y ~ | i", "a term is missing"),
        ("y ~ x |", "a term is missing"),
        (" ~ x", "a term is missing"),
        ("y ~ x + z + x | i", "`x` appears 2 times as a regressor"),
        ("y ~ open + $controls | i", "`open` appears 2 times as a regressor"),
        ("y ~ x | i + i", "`i` appears 2 times as an absorbed effect"),
        ("y ~ x + y | i", "dependent variable `y` is also a regressor"),
        ("y ~ x | y", "dependent variable `y` is also an absorbed effect"),
        ("y ~ x + i | i", "`i` is both a regressor and an absorbed effect"),
    ],
)
def test_unreadable_formula_is_refused(formula, message):
    with pytest.raises(InputError, match=message):
        parse_formula(formula, ["open"])


def test_controls_without_a_list_are_refused():
    with pytest.raises(InputError, match=r"no `controls` for `\$controls`"):
        parse_formula("y ~ x + $controls | i")


@pytest.mark.parametrize(
    ("column", "message"),
    [
        ({"formula": "y ~ x", "smaple": "a == 0"}, "unknown key `smaple`; .* `formula`, `group`, .* or `indirect`"),
        ({"formula": "y ~ x", "vcov": "hc3"}, "unknown vcov `hc3`"),
        ({"formula": "y ~ x", "vcov": {"clusters": "i"}}, "unknown vcov"),
        ({"formula": "y ~ x", "vcov": {"cluster": ["i", "i"]}}, "by one variable or two different ones"),
        ({"formula": "y ~ x", "vcov": {"cluster": list("itsu")}}, "by one variable or two different ones, 3 at most"),
        ({"formula": "y ~ x", "vcov": {"cluster": ["i^t", "t^i"]}}, "by one variable or two different ones"),
        ({"formula": "y ~ x", "vcov": {"cluster": "i^i"}}, "by one variable or two different ones"),
        ({"formula": "y ~ x", "singletons": "count"}, "unknown singletons `count`; expected `drop` or `keep`"),
        ({"formula": "y ~ x", "vcov": {"cluster": []}}, "by one variable or two different ones"),
        ({"formula": "y ~ x", "split": "s"}, "cannot read the split"),
        ({"formula": "y ~ x", "split": {"at": 3}}, "cannot read the split"),
        ({"formula": "y ~ x", "split": {"by": "s", "at": "mean"}}, "at `median` or at a number; found 'mean'"),
        ({"formula": "y ~ x", "split": {"by": "s", "at": float("nan")}}, "at `median` or at a number; found nan"),
        ({"formula": "y ~ x", "split": {"by": "s", "at": True}}, "at `median` or at a number; found True"),
        ({"formula": "y ~ x", "split": {"by": "s", "side": "upper"}}, "unknown side `upper`"),
        ({"formula": "y ~ x", "split": {"by": "a b"}}, "by: expected the name of a panel variable"),
        ({"formula": "y ~ x", "weights": 3}, "weights: expected the name of a panel variable"),
        ({"formula": "y ~ x", "collinear": "ignore"}, "unknown collinear `ignore`"),
        ({"formula": "y ~ x", "sample": "x ="}, "cannot read the sample"),
        ({"formula": "y ~ x + m", "indirect": {"of": "x"}}, "cannot read indirect"),
        ({"formula": "y ~ x + m", "indirect": {"of": "x", "through": "n"}}, "`n` is no regressor"),
        ({"formula": "y ~ x + m", "indirect": {"of": "x", "through": "x"}}, "treatment and mediator differ"),
        ({"formula": "y ~ x + m | i | d ~ z", "indirect": {"of": "x", "through": "m"}}, "both are exogenous"),
        ({"formula": "y ~ x | i | d ~ z", "indirect": {"of": "d", "through": "x"}}, "`d` is no regressor"),
        ({"group": "East"}, "no `formula`"),
        (["y ~ x"], "a formula or a mapping"),
    ],
)
def test_unreadable_column_is_refused(column, message):
    with pytest.raises(InputError, match=message):
        parse_column(column)
