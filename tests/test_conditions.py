"""Conditions on rows: what they may say, said before any data are read, and which rows they hold in."""

import numpy as np
import pandas as pd
import pytest
from study.helpers import InputError
from study.regression.conditions import Variable, parse_condition


@pytest.fixture(scope="module")
def rows():
    return pd.DataFrame(
        {
            "a": [-1.5, 0, 1, np.nan, 3],
            "b": [1, 1, 2, 2, 3],
            "GDP per capita (元)": [1.0, 2, 3, 4, np.nan],
            "x.1": [1.0, 2, 3, 4, 5],
            "2013_level": [5.0, 4, 3, 2, 1],
            "class": ["p", "q", "p", "q", None],
            "省份": ["北京", "上海", "北京", None, "天津"],
            "ｘ": [1.0, 0, 0, 0, 0],
            "year": ["2013", "2014", "2015", "2016", "2017"],
            "opened": [2014, 2014, 2014, 2017, 2017],
            "code": ["110101199001011234", "110101199001011235", None, "1", "2"],
            "_cons": [1.0, 2, 3, 4, 5],
        }
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("0 < a", [2, 4]),
        ("3 >= a", [0, 1, 2, 4]),
        ("'p' == class", [0, 2]),
        ("a > -2", [0, 1, 2, 4]),
        ("-2 < a <= 0", [0, 1]),
        ("0 <= a < b", [1, 2]),
        ("`GDP per capita (元)` > 1", [1, 2, 3]),
        ("not `GDP per capita (元)` > 1", [0]),
        ("`x.1` in [1, 5] and `2013_level` <= 4", [4]),
        ("省份 == '北京' or `省份` == '天津'", [0, 2, 4]),
        ("ｘ == 1", [0]),
        ("class != 'p'", [1, 3]),
        ("year >= opened", [1, 2, 4]),
        ("year not in (2013, 2014)", [2, 3, 4]),
        ("code == 110101199001011235", [1]),
        ("code != 110101199001011235", [0, 3, 4]),
        ("code in [110101199001011234, 2] and code > 110101199001011233", [0]),
        ("_cons > 4", [4]),
        ("not not (a == 0 or (b == 3))", [1, 4]),
        ("a < 1e5 and b > .5", [0, 1, 2, 4]),
        ("class == \"p\" and class != 'q'", [0, 2]),
    ],
)
def test_rows_in_which_a_condition_holds(rows, text, expected):
    assert np.flatnonzero(parse_condition(text).holds(rows)).tolist() == expected


def test_variables_are_listed_once_in_order():
    text = "`a b` > 3 and not (c < `a b` or 1 < d <= e) and f in ['g', \"h\"]"
    assert parse_condition(text).variables == ("a b", "c", "d", "e", "f")
    assert parse_condition("3 < x").root.left == Variable("x")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("-ai > -100", "cannot read `-ai`"),
        ("[x, 3] == 3", "cannot compare .*`\\[x, 3\\]`"),
        ("x in [[1]]", "cannot compare .* a list holds numbers or quoted texts; found `\\[\\[1\\]\\]`"),
        ("x in [1, 'a']", "has numbers and texts"),
        ("x in []", "a list holds numbers"),
        ("x in 'abc'", "cannot compare"),
        ("x in y", "cannot compare"),
        ("1 in x", "cannot compare"),
        ("x == [1, 2]", "cannot compare"),
        ("1 < 2", "cannot compare"),
        ("x == None", "`None` in the sample .* is no value"),
        ("x < nan", "`nan` in the sample .* is no value"),
        ("x < inf", "is no value"),
        ("x < 1e999", "is no finite number"),
        ("x < " + "9" * 400, "is no finite number"),
        ("x is 3", "cannot read"),
        ("x == 3j", "cannot read"),
        ("x == b'a'", "cannot read"),
        ("x == ...", "cannot read"),
        ("x == f'a'", "cannot read"),
        ("(x := 3) > 2", "cannot read"),
        ("x + 1 > 2", r"cannot read `x \+ 1`"),
        ("log(x) > 2", r"cannot read `log\(x\)`"),
        ("x.real > 2", r"cannot read `x.real`.* stands in backticks"),
        ("[x > 1]", "cannot read"),
        ("x > 1 if y else z", "cannot read"),
        ("lambda: x", "cannot read"),
        ("(x > 1) == (y > 2)", "cannot read"),
        ("x > 1 # all", "cannot read"),
        ("GDP per capita > 1", "cannot read the sample .* stands in backticks, .* panel.columns"),
        ("`a b > 1", "cannot read the sample"),
        ("2013_level > 1", "cannot read the sample"),
        ("x = 1", "cannot read the sample `x = 1`; write `==` in place of `=`"),
        ("x > 1 &", "write `and` in place of `&`"),
        ("x ＞ 1", "write `>` in place of `＞`"),
        ("x", "not made of comparisons"),
        ("x > 1 and 3", "not made of comparisons"),
        ("not " * 1000 + "x > 1", "more than 50 brackets or `not`|cannot read"),
        ("not " * 60 + "x > 1", "more than 50 brackets or `not`"),
        ("(" * 1000 + "x > 1" + ")" * 1000, "cannot read"),
        ("x > 1 and " * 2000 + "x > 1", "has 20005 characters"),
        ("x == '\0'", "cannot read"),
    ],
)
def test_what_is_no_condition_is_refused_before_any_data(text, message):
    with pytest.raises(InputError, match=message) as refusal:
        parse_condition(text)
    assert len(str(refusal.value)) < 1000


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("b == 4", "`b` is nowhere 4"),
        ("4 != b", "`b` is nowhere 4"),
        ("`x.1` in [1, 7]", "`x.1` is nowhere 7"),
        ("b == '1'", "`b` is nowhere '1' in the panel, whose values are numbers: write it without quotes"),
        ("b > '1'", "cannot compare"),
        ("class > 1", "cannot compare"),
        ("class == b", "cannot compare"),
        ("b == 99999999999999999999999", "nowhere"),
        ("b in [1, 99999999999999999999999]", "nowhere"),
    ],
)
def test_what_the_panel_does_not_have_is_refused(rows, text, message):
    with pytest.raises(InputError, match=message):
        parse_condition(text).holds(rows)
