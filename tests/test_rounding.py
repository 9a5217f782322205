"""Printed figures and what their rounding leaves open: coefficients with t, standard error, interval or p-value."""

import math

import pytest
from study.audit.published import PUBLISHED_COLUMNS, UNCERTAINTY, read_published_rows
from study.audit.quotients import find_quotients
from study.audit.rounding import Cell, Interval, PValue, read_cell
from study.helpers import InputError


def cell(estimate="0.011", stars="", **printed) -> Cell:
    row = (
        dict.fromkeys(PUBLISHED_COLUMNS + UNCERTAINTY, "")
        | {"estimate": estimate, "stars": stars, "term": "AI"}
        | printed
    )
    return read_cell(row)


@pytest.mark.parametrize(
    ("printed", "low", "high"),
    [
        ({"statistic": "-3.782"}, 3.7815, 3.7825),
        ({"std_error": "0.006"}, 0.0105 / 0.0065, 0.0115 / 0.0055),  # 1.62 and 2.09
        ({"std_error": "0.000"}, 0.0105 / 0.0005, math.inf),
        ({"p_value": "0.05"}, 1.9189, 2.0047),
        ({"p_value": "0.000"}, 3.4808, math.inf),
        ({"p_value": "<0.01"}, 2.5758, math.inf),
        ({"p_value": ">0.1"}, 0.0, 1.6449),
        ({"ci_low": "-0.001", "ci_high": "0.023"}, 0.0105 * 3.91993 / 0.025, 0.0115 * 3.91993 / 0.023),
        ({"ci_low": "0.011", "ci_high": "0.011"}, 0.0105 * 3.91993 / 0.001, math.inf),
    ],
)
def test_sizes_hold_every_t_that_the_figures_admit(printed, low, high):
    assert cell(**printed).sizes.low == pytest.approx(low, rel=1e-4)
    assert cell(**printed).sizes.high == pytest.approx(high, rel=1e-4)


def test_standard_errors_and_t_of_the_figures_as_they_stand():
    printed = cell("-0.500", std_error="0.250")
    assert (printed.std_error, printed.t, printed.kind) == (0.25, -2.0, "std_error")
    assert (printed.std_errors.low, printed.std_errors.high) == pytest.approx((0.2495, 0.2505))
    assert cell("0.010", std_error="0.000").t is None and cell("0.010", std_error="0.000").std_error is None
    assert cell("0.000", std_error="0.012").t == 0 and cell("0.000", std_error="0.012").std_error == 0.012
    assert cell("0.500", statistic="2.00").std_error == 0.25
    assert cell("0.000", statistic="1.00").std_error is None
    ninety = read_cell(
        dict.fromkeys(PUBLISHED_COLUMNS, "") | {"estimate": "1", "ci_low": "0.0", "ci_high": "2.0"}, 0.90
    )
    assert ninety.std_error == pytest.approx(1 / 1.644854, rel=1e-5)
    assert cell("-0.5", p_value="0.05").t == pytest.approx(-1.959964, rel=1e-5)
    assert cell("-0.5", p_value="<0.05").t is None


def test_a_standard_error_printed_as_zero_is_unbounded_below_its_last_digit():
    assert cell("0.000", std_error="0.000").sizes == Interval(0.0, math.inf)
    assert cell("0.000", std_error="0.000").std_errors == Interval(0.0, 0.0005)


def test_a_bound_of_p_has_no_value():
    assert PValue.read("<0.001").value is None and PValue.read("0.032").value == 0.032
    assert PValue.read("<0.001").range.high < 0.001 == pytest.approx(PValue.read("<0.001").range.high)


# --- as typed -------------------------------------------------------------------------------------------------------


def read(tmp_path, *lines, header=(*PUBLISHED_COLUMNS, "std_error")):
    path = tmp_path / "t.csv"
    path.write_text("\n".join([",".join(header), *lines]) + "\n", encoding="utf-8")
    return read_published_rows(path)


@pytest.mark.parametrize("typed", ["0.006", "(0.006)", "[0.006]", "（0.006）", " ( 0.006 ) "])
def test_standard_errors_are_read_as_printed(tmp_path, typed):
    [row] = read(tmp_path, f"2,1,Y,,AI,0.011,,**,{typed}")
    assert row["std_error"] == "0.006"


def test_minus_signs_thousands_and_zeros_as_printed(tmp_path):
    typed = ["AI,−0.0110,,**,(0.000)", 'B,"-1,234.50",,,"(1,000)"', 'N,"2,830",,,', "C,–.5,,,.1"]
    rows = read(tmp_path, *(f"2,1,Y,,{cells}" for cells in typed))
    assert [(row["estimate"], row["std_error"]) for row in rows] == [
        ("-0.0110", "0.000"),
        ("-1234.50", "1000"),
        ("2830", ""),
        ("-.5", ".1"),
    ]


def test_a_file_without_t_needs_no_column_for_it(tmp_path):
    header = [name for name in PUBLISHED_COLUMNS if name != "statistic"]
    [row] = read(tmp_path, "2,1,Y,,AI,0.5,*,0.25", header=(*header, "std_error"))
    assert (row["statistic"], row["std_error"]) == ("", "0.25")
    [row] = read(tmp_path, "2,1,Y,,AI,0.5,*,0.01,0.99", header=(*header, "ci_low", "ci_high"))
    assert (row["ci_low"], row["ci_high"]) == ("0.01", "0.99")
    with pytest.raises(InputError, match=r"t\.csv, line 1: no column statistic"):
        read(tmp_path, "2,1,Y,,AI,0.5,*", header=header)


ALL = (*PUBLISHED_COLUMNS, *UNCERTAINTY)


@pytest.mark.parametrize(
    ("cells", "message"),
    [
        ("0.5,,*,-0.1,,,", "column `std_error`: found -0.1; a standard error is not negative"),
        ("0.5,,*,x,,,", "column `std_error`: found 'x'; expected a standard error or nothing"),
        ("0.5,,*,,1.2,,", "column `p_value`: found 1.2; a p-value is between 0 and 1"),
        ("0.5,,*,,,0.1,", "columns `ci_low` and `ci_high`: one is empty"),
        ("0.5,,*,,,0.9,0.1", "columns `ci_low` and `ci_high`: 0.9 is above 0.1"),
        ("0.5,(2.0),*,,,,", r"column `statistic`: found '\(2.0\)'; expected a t .* in the column `std_error`"),
        ('"0,677",2.0,*,,,,', "column `estimate`: found '0,677'; expected a number, Yes or No. Decimals stand after a"),
    ],
)
def test_what_is_no_figure_is_refused_with_its_place(tmp_path, cells, message):
    with pytest.raises(InputError, match=rf"t\.csv, line 2, {message}"):
        read(tmp_path, f"2,1,Y,,AI,{cells}", header=ALL)


# --- divided before typing ------------------------------------------------------------------------------------------


def cells_of(*pairs):
    return [{str(place): cell(b, statistic=t, table="2") for place, (b, t) in enumerate(pairs)}]


def test_quotients_of_short_numbers_are_told_from_printed_t():
    divided = cells_of(("0.011", "1.833"), ("0.012", "1.714"), ("0.004", "1.333"), ("-7.6178", "-205.886"))
    assert find_quotients(divided) == {"2": 3}
    printed = cells_of(("0.011", "1.834"), ("0.012", "1.714"), ("0.004", "1.333"), ("-7.6178", "-205.886"))
    assert find_quotients(printed) == {}
    # the coefficients have so many digits that any t is a quotient
    assert find_quotients(cells_of(("-0.482", "-3.509"), ("0.283", "1.700"))) == {}
    # a table that types standard errors was not divided
    beside = [divided[0] | {"other": cell("0.5", std_error="0.2", table="2")}]
    assert find_quotients(beside) == {}
    # one could be chance, however often it is printed
    assert find_quotients(cells_of(*[("0.011", "1.833")] * 9)) == {}
    assert find_quotients(cells_of(("0.011", "1.833"))) == {}
