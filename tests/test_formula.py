"""Formulas and column mappings of the config."""

import pytest
from _formula import Regression, parse_column, parse_formula
from _helpers import InputError


def test_formula_with_controls_and_effects():
    parsed = parse_formula("ln_co2 ~ ai + $controls | province + year", ["open", "fin"])
    assert parsed == Regression("ln_co2", ("ai", "open", "fin"), ("province", "year"), "robust", "")
    assert parsed.formula == "ln_co2 ~ ai + open + fin | province + year"


def test_formula_without_effects_and_with_chinese_names():
    parsed = parse_formula("碳排放~  机器人+x_1")
    assert parsed == Regression("碳排放", ("机器人", "x_1"))
    assert parsed.formula == "碳排放 ~ 机器人 + x_1"


def test_mapping_sets_group_and_vcov():
    parsed = parse_column({"formula": "y ~ x | i", "group": "East", "vcov": "iid"})
    assert (parsed.group, parsed.vcov) == ("East", "iid")
    assert parse_column("y ~ x | i").vcov == "robust"


@pytest.mark.parametrize(
    ("formula", "message"),
    [
        ("y ~ x | i | z ~ w", "instrumental variables are not supported yet"),
        ("y ~ x | z ~ w", "instrumental variables are not supported yet"),
        ("y x | i", "expected one `~`"),
        ("y ~ x ~ z", "expected one `~`"),
        ("y + w ~ x", "expected one dependent variable before `~` .* found 2"),
        ("y ~ log(x) | i", r"cannot read the term `log\(x\)`"),
        ("y ~ x*z | i", r"cannot read the term `x\*z`"),
        ("y ~ x | i^t", r"cannot read the term `i\^t`"),
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
        ({"formula": "y ~ x", "sample": "a == 0"}, "unknown key `sample`; .* `formula`, `group` or `vcov`"),
        ({"formula": "y ~ x", "vcov": {"cluster": "i"}}, "unknown vcov .*cluster.* `iid` or `robust`"),
        ({"formula": "y ~ x", "vcov": "hc3"}, "unknown vcov `hc3`"),
        ({"group": "East"}, "no `formula`"),
        (["y ~ x"], "a formula or a mapping"),
    ],
)
def test_unreadable_column_is_refused(column, message):
    with pytest.raises(InputError, match=message):
        parse_column(column)
