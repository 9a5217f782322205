"""Formulas of variables and their units."""

import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from study.helpers import InputError
from study.variables.formulas import evaluate, parse_formula, scale_to, unit_of
from study.variables.quantities import parse_unit, power_of_ten

UNITS = {
    "gdp": "10^8 CNY",
    "budget": "10^8 CNY",
    "real_gdp": "10^8 CNY of 2000 prices",
    "trade": "10^8 USD",
    "exchange_rate": "CNY per USD",
    "population": "10^4 persons",
    "area": "10^4 km2",
    "energy_total": "10^4 tce",
    "electricity": "10^8 kWh",
    "co2": "10^4 t",
    "ai": "robots (installations) per 1000 workers",
    "patents": "applications",
    "loans": "亿元",
    "deposits": "100 million yuan",
    "rents": "10^4 CNY",
    "rate": "%",
    "gdp_index": "previous year = 100",
}
CELLS = [("hebei", 2013), ("hebei", 2014), ("shanxi", 2013), ("shanxi", 2014)]


def value(text, declared, **tables):
    """The formula at CELLS, from a figure a cell and, where there are more, the years before and the nation's."""
    formula = parse_formula(text, "x")
    return evaluate(formula, tables, CELLS, UNITS, declared, "x")


def of(*figures, before=(), china=()):
    """Figures at CELLS, of the year before them (hebei, shanxi) and of the nation in 2013 and 2014."""
    table = dict(zip(CELLS, figures, strict=False))
    table |= dict(zip([("hebei", 2012), ("shanxi", 2012)], before, strict=False))
    return table | dict(zip([("china", 2013), ("china", 2014)], china, strict=False))


@pytest.mark.parametrize(
    ("text", "declared", "tables", "first"),
    [
        ("trade * exchange_rate / gdp", "ratio", {"trade": of(10, 1, 1, 1), "exchange_rate": of(china=(6.2, 6.1)),
                                                   "gdp": of(124, 1, 1, 1)}, 10 * 6.2 / 124),
        ("population / area", "10^4 persons per km2",
         {"population": of(7000, 1, 1, 1), "area": of(18, 1, 1, 1)}, 7000 / 18 / 1e4),
        ("electricity / national(electricity)", "share", {"electricity": of(3, 1, 1, 1, china=(50, 60))}, 3 / 50),
        ("real_gdp / energy_total", "10^4 CNY per tce of 2000 prices",
         {"real_gdp": of(12000, 1, 1, 1), "energy_total": of(9000, 1, 1, 1)}, 12000 / 9000),
        ("log(co2)", "ln(10^4 t)", {"co2": of(math.e, 1, 1, 1)}, 1.0),
        ("log(1 + patents)", "ln(applications)", {"patents": of(0, 1, 2, 3)}, 0.0),
        ("log(gdp) - log(budget)", "ratio",
         {"gdp": of(100, 1, 1, 1), "budget": of(25, 1, 1, 1)}, math.log(100) - math.log(25)),
        ("growth(gdp)", "%", {"gdp": of(110, 1, 1, 1, before=(100, 1))}, (110 / 100 - 1) * 100),
        ("lag(ai)", "robots (installations) per 1000 workers", {"ai": of(2, 1, 1, 1, before=(1.5, 1))}, 1.5),
        ("loans / gdp", "ratio", {"loans": of(50, 1, 1, 1), "gdp": of(100, 1, 1, 1)}, 0.5),
        ("deposits / loans", "ratio", {"loans": of(50, 1, 1, 1), "deposits": of(100, 1, 1, 1)}, 2.0),
        ("gdp + rents", "10^8 CNY", {"gdp": of(3, 1, 1, 1), "rents": of(20000, 1, 1, 1)}, 5.0),
        ("gdp - rents", "10^4 CNY", {"gdp": of(3, 1, 1, 1), "rents": of(20000, 1, 1, 1)}, 1e4),
        ("-rate * 2 ** 3", "ratio", {"rate": of(5, 1, 1, 1)}, -0.4),
        ("log(1 + rate)", "ln", {"rate": of(5, 0, 0, 0)}, math.log(1.05)),
        ("rate + 1", "%", {"rate": of(5, 0, 0, 0)}, 105.0),
        ("gdp / (1 + rate / 1)", "10^8 CNY", {"gdp": of(105, 1, 1, 1), "rate": of(5, 0, 0, 0)}, 100.0),
        ("gdp_index", "ratio", {"gdp_index": of(107.5, 1, 1, 1)}, 1.075),
        ("gdp_index / 100", "ratio", {"gdp_index": of(107.5, 1, 1, 1)}, 1.075),
        ("gdp_index", "index", {"gdp_index": of(107.5, 1, 1, 1)}, 107.5),
        ("rate / 100", "share", {"rate": of(5, 1, 1, 1)}, 0.05),
        ("100 * loans / gdp", "%", {"loans": of(50, 1, 1, 1), "gdp": of(100, 1, 1, 1)}, 50.0),
        ("loans / gdp", "%", {"loans": of(50, 1, 1, 1), "gdp": of(100, 1, 1, 1)}, 50.0),
        ("growth(gdp) * 100", "%", {"gdp": of(110, 1, 1, 1, before=(100, 1))}, (110 / 100 - 1) * 100),
        ("population / area / 1e4", "10^4 persons per km2",
         {"population": of(7000, 1, 1, 1), "area": of(18, 1, 1, 1)}, 7000 / 18 / 1e4),
        ("gdp + rents / 1e4", "10^8 CNY", {"gdp": of(3, 1, 1, 1), "rents": of(20000, 1, 1, 1)}, 5.0),
        ("0.1 * gdp + 0.9 * budget", "10^8 CNY", {"gdp": of(3, 1, 1, 1), "budget": of(2, 1, 1, 1)}, 0.1 * 3 + 0.9 * 2),
    ],
)  # fmt: skip
def test_a_formula_is_worked_out_in_its_unit(text, declared, tables, first):
    assert value(text, declared, **tables)["hebei", 2013] == pytest.approx(first, rel=1e-15)


def test_years_before_are_asked_for():
    formula = parse_formula("lag(growth(gdp)) / gdp + lag(national(electricity)) * raw(gdp)", "x")
    assert formula.names == {"gdp": 2, "electricity": 1, "raw(gdp)": 0} and formula.national == {"electricity"}


@settings(deadline=None, max_examples=100, derandomize=True)
@given(st.lists(st.tuples(*[st.floats(1e-3, 1e6)] * 3), min_size=4, max_size=4))
def test_bits_are_numpys(rows):
    trade, rate, gdp = (np.array(column) for column in zip(*rows, strict=True))
    tables = {"trade": of(*trade.tolist()), "exchange_rate": of(*rate.tolist()), "gdp": of(*gdp.tolist())}
    assert list(value("trade * exchange_rate / gdp", "ratio", **tables).values()) == (trade * rate / gdp).tolist()
    assert list(value("log(gdp)", "ln(10^8 CNY)", **tables).values()) == np.log(gdp).tolist()
    tables = {"population": of(*trade.tolist()), "area": of(*gdp.tolist())}
    dense = value("population / area", "10^4 persons per km2", **tables)
    assert list(dense.values()) == (trade / gdp / 1e4).tolist()


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "is empty"),
        ("gdp /", "cannot be read"),
        ("__import__('os')", "calls __import__()"),
        ("gdp.real", "has what no formula can have"),
        ("gdp[0]", "has what no formula can have"),
        ("gdp > 1", "has what no formula can have"),
        ("gdp if gdp else 1", "has what no formula can have"),
        ("lambda: gdp", "has what no formula can have"),
        ("f'{gdp}'", "has what no formula can have"),
        ("[gdp]", "has what no formula can have"),
        ("gdp ^ 2", "a power is written **"),
        ("gdp ** 0.5", "a power that is no whole number of 1 to 4"),
        ("gdp ** 99", "a power that is no whole number of 1 to 4"),
        ("gdp ** -1", "a power that is no whole number of 1 to 4"),
        ("ln(gdp)", "the natural logarithm is log()"),
        ("log(gdp, 10)", "gives log() not one argument"),
        ("log", "needs brackets after log"),
        ("gdp（1）", "brackets are ( and )"),
        ("gov = budget / gdp", "without the variable's name"),
        ("'gdp'", "is no number"),
        ("True * gdp", "is no number"),
        ("1e999 * gdp", "has what no formula can have"),
        ("1 + 2", "names no raw table or variable"),
        ("national(gdp / 2)", "something else than a raw table"),
        ("raw(gdp + 1)", "gives raw() not one argument"),
        ("(" * 400 + "gdp" + ")" * 400, "more than 500"),
        ("+".join(["g"] * 200), "is too long"),
        ("-" * 400 + "g", "is too long"),
        ("9" * 400 + " * g", "has what no formula can have"),
        ("growth(" * 40 + "g" + ")" * 40, "goes back more than 5 years"),
    ],
)  # fmt: skip
def test_what_is_no_formula_is_refused(text, says):
    with pytest.raises(InputError) as error:
        parse_formula(text, "variables.own, item 1")
    assert str(error.value).startswith("variables.own, item 1: the formula ") and says in str(error.value)
    assert "Allowed are" in str(error.value)


@pytest.mark.parametrize(
    ("text", "declared", "says"),
    [
        ("budget / real_gdp", "ratio", "is in CNY per CNY of 2000 prices, the unit says 'ratio'"),
        ("trade / gdp", "ratio", "is in USD per CNY"),
        ("trade * gdp", "ratio", "is in 10^16 CNY USD"),
        ("gdp", "10^8 USD", "is in 10^8 CNY"),
        ("log(gdp)", "ln(CNY)", "is in ln(10^8 CNY)"),
        ("log(gdp)", "10^8 CNY", "is in ln(10^8 CNY)"),
        ("population", "10^4 workers", "persons"),
        ("100 * loans / gdp", "ratio", "leave powers of ten out"),
        ("gdp_index / 1000", "ratio", "with its factor 1000"),
        ("growth(gdp_index)", "ratio", "a growth or a logarithm already"),
        ("growth(log(gdp))", "ratio", "a growth or a logarithm already"),
        ("0.01 * gdp + 0.99 * budget", "10^8 CNY", "other units"),
        ("log(gdp) + log(gdp)", "ln(10^8 CNY)", "other units"),
    ],
)  # fmt: skip
def test_another_unit_is_refused(text, declared, says):
    with pytest.raises(InputError) as error:
        scale_to(parse_formula(text, "x"), UNITS, declared, "x")
    assert says in str(error.value)


@pytest.mark.parametrize(
    "text", ["gdp + population", "gdp - trade", "gdp + 1", "log(gdp) + log(co2)", "gdp - real_gdp"]
)
def test_what_cannot_be_added_is_refused(text):
    with pytest.raises(InputError, match=r"cannot be (added to|subtracted from) .*: other units"):
        unit_of(parse_formula(text, "x"), UNITS, "x")


def test_what_a_cell_lacks_is_named():
    gdp = of(1, 2, 3)
    with pytest.raises(InputError, match=r"x: gdp has no figure of shanxi 2014\."):
        value("budget / gdp", "ratio", budget=of(1, 1, 1, 1), gdp=gdp)
    with pytest.raises(InputError, match=r"gdp has no figure of hebei 2012, shanxi 2012\."):
        value("growth(gdp)", "ratio", gdp=of(1, 2, 3, 4))
    with pytest.raises(InputError, match=r"electricity has no figure of the nation for 2014: .*全国"):
        value("electricity / national(electricity)", "share", electricity=of(1, 2, 3, 4, china=(10,)))
    with pytest.raises(InputError, match="exchange_rate has no figure of china 2014"):
        value(
            "trade * exchange_rate / gdp",
            "ratio",
            trade=of(1, 1, 1, 1),
            gdp=of(1, 1, 1, 1),
            exchange_rate=of(china=(6,)),
        )
    with pytest.raises(InputError, match=r"is divided by zero in hebei 2014, shanxi 2013\."):
        value("budget / gdp", "ratio", budget=of(1, 1, 1, 1), gdp=of(1, 0, 0, 1))
    with pytest.raises(InputError, match=r"the logarithm in `log\(gdp\)` is of zero or less in hebei 2014"):
        value("log(gdp)", "ln(10^8 CNY)", gdp=of(1, 0, 1, 1))
    with pytest.raises(InputError, match="has no finite value in hebei 2013"):
        value("gdp * gdp / gdp", "10^8 CNY", gdp=of(1e300, 1, 1, 1))


@pytest.mark.parametrize(
    ("text", "scale", "bases"),
    [
        ("10^8 CNY", 10**8, (("CNY", 1),)),
        ("10^4 persons per km2", 10**4, (("km", -2), ("persons", 1))),
        ("亿元", 10**8, (("CNY", 1),)),
        ("万吨标准煤", 10**4, (("tce", 1),)),
        ("10^10 kJ", 10**10, (("kJ", 1),)),
        ("%", Fraction(1, 100), ()),
        ("10^8 persons2 per km4", 10**8, (("km", -4), ("persons", 2))),
        ("CNY USD", 1, (("CNY", 1), ("USD", 1))),
        ("ln(10^4 t)2", 1, (("ln(10^4 t)", 2),)),
        ("points, 0 to 100", 1, ()),
        ("first year = 1", 1, ()),
        ("tce per 10^4 CNY of 2000 prices", Fraction(1, 10**4), (("CNY of 2000 prices", -1), ("tce", 1))),
        ("robots (operational_stock) per 1000 workers", Fraction(1, 1000),
         (("robots (operational_stock)", 1), ("workers", -1))),
    ],
)  # fmt: skip
def test_units_are_read(text, scale, bases):
    unit = parse_unit(text)
    assert (unit.scale, unit.bases) == (scale, bases)


@pytest.mark.parametrize(
    "text", ["gdp ** 2", "trade * gdp", "(population / area) ** 2", "log(gdp) ** 2", "gdp / population"]
)
def test_a_unit_that_a_message_writes_can_be_declared(text):
    formula = parse_formula(text, "x")
    assert scale_to(formula, UNITS, str(unit_of(formula, UNITS, "x")), "x") == 1


def test_a_scale_is_a_power_of_ten_or_none():
    assert [power_of_ten(Fraction(scale)) for scale in (1, 1000, Fraction(1, 100), 2, Fraction(3, 10), 50)] == [
        0, 3, -2, None, None, None
    ]  # fmt: skip
