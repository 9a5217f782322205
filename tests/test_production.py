"""The production table as arrays: order, spans, refusals; a job's units; the written tables of scores and peers."""

import csv
import re

import numpy as np
import pytest
from solve_dea import find_units, solve_units, write_peers, write_scores
from study.dea.models import complete_model
from study.dea.production import read_production
from study.helpers import InputError

VARIABLES = ("k", "l", "y", "b")
MODEL = complete_model(
    {"name": "m", "measure": "sbm_ddf", "inputs": ["k", "l"], "good_outputs": ["y"], "bad_outputs": ["b"]}
)


def production(*lines, header=("province", "year", *VARIABLES)):
    """Rows of text as read from production.csv, one a line of cells."""
    return [dict(zip(header, line.split(","), strict=True)) for line in lines]


def small_rows(**cells):
    """Two units in two periods; `cells` are those of b in 2002."""
    rows = production("a,2001,1,2,3,4", "a,2002,1,2,4,4", "b,2001,2,2,3,4", "b,2002,2,3,3,5")
    rows[-1] |= cells
    return rows


def test_observations_are_ordered_by_period_and_unit_and_rows_by_role():
    header = ("b", "province", "y", "year", "l", "k", "other")
    rows = production(
        *("1,z,2,10,3,4,x", "5,a,6,9,7,8,x", "9,z,10,9,11,12,x", "13,a,14,10,15,16,x", "17,a,18,12,19,20,x"),
        header=header,
    )
    panel = read_production(rows, MODEL)
    assert panel.variables == VARIABLES
    assert panel.periods == ("9", "10", "12")
    assert panel.units == ("a", "z")
    assert panel.unit.tolist() == [0, 1, 0, 1, 0]
    assert panel.period.tolist() == [0, 0, 1, 1, 2]
    assert panel.values.T.tolist() == [[8, 7, 6, 5], [12, 11, 10, 9], [16, 15, 14, 13], [4, 3, 2, 1], [20, 19, 18, 17]]
    assert panel.starts.tolist() == [0, 2, 4, 5]


def test_a_run_of_periods_is_a_slice_of_the_observations():
    rows = production(*(f"u{u},{t},1,2,3,4" for t, units in ((1, 3), (2, 1), (3, 2)) for u in range(units)))
    panel = read_production(rows, MODEL)
    spans = {places: panel.spanned(range(*places)) for places in ((0, 1), (1, 2), (2, 3), (0, 2), (0, 3))}
    assert {places: (span.start, span.stop) for places, span in spans.items()} == {
        (0, 1): (0, 3),
        (1, 2): (3, 4),
        (2, 3): (4, 6),
        (0, 2): (0, 4),
        (0, 3): (0, 6),
    }


def test_periods_that_are_no_numbers_sort_naturally():
    rows = production("a,2013-10,1,2,3,4", "a,2013-9,1,2,3,4", "a,2014-1,1,2,3,4")
    assert read_production(rows, MODEL).periods == ("2013-9", "2013-10", "2014-1")


@pytest.mark.parametrize(
    ("text", "shown"),
    [("0", "0"), ("-3.5", "-3.5"), ("inf", "inf"), ("-inf", "-inf"), ("nan", "nan"), ("", "missing"), ("n/a", "n/a"),
     (None, "missing")],
)  # fmt: skip
@pytest.mark.parametrize("variable", VARIABLES)
def test_values_without_a_meaning_are_refused_by_unit_period_and_variable(variable, text, shown):
    message = f"model m: {variable} of b in 2002 is {shown}. Every value must be a finite number above zero"
    with pytest.raises(InputError, match=re.escape(message)):
        read_production(small_rows(**{variable: text}), MODEL)


@pytest.mark.parametrize("direction", [["k", "l", "y"], "inputs", "ones", "mean", {"b": 1}])
def test_a_zero_is_allowed_where_the_direction_takes_no_share_of_it(direction):
    panel = read_production(small_rows(b="0"), MODEL | {"direction": direction})
    assert panel.values[3].tolist() == [4, 4, 4, 0]


@pytest.mark.parametrize("text", ["-1", "inf", ""])
def test_a_value_that_the_direction_does_not_move_must_still_be_a_number_not_negative(text):
    with pytest.raises(InputError, match=r"model m: b of b in 2002 is .*not negative.* \(k, l\)\."):
        read_production(small_rows(b=text), MODEL | {"direction": "inputs"})


def test_a_direction_of_amounts_moves_no_own_values():
    with pytest.raises(
        InputError, match=r"above zero where the direction moves own values \(none\)\. Negative values have"
    ):
        read_production(small_rows(b="-1"), MODEL | {"direction": "ones"})


def test_a_variable_that_the_direction_moves_by_nothing_is_refused():
    rows = [row | {"k": "2"} for row in small_rows()]
    with pytest.raises(InputError, match="the range of k is zero: the direction moves it by nothing"):
        read_production(rows, MODEL | {"direction": "range"})
    assert read_production(rows, MODEL | {"direction": "mean"}).variables == ("k", "l", "y", "b")


def test_five_faults_are_named_and_the_rest_counted():
    rows = production(*(f"u{u},2001,0,2,3,4" for u in range(8)))
    with pytest.raises(InputError) as error:
        read_production(rows, MODEL)
    assert str(error.value).count("k of u") == 5
    assert "k of u4 in 2001 is 0; and 3 more." in str(error.value)


@pytest.mark.parametrize(
    ("cells", "direction", "role"),
    [({"k": "0", "l": "0"}, "outputs", "inputs"), ({"y": "0"}, "inputs", "good_outputs")],
)
def test_an_observation_needs_some_input_and_some_good(cells, direction, role):
    with pytest.raises(InputError, match=f"model m: all {role} of b in 2002 are zero"):
        read_production(small_rows(**cells), MODEL | {"direction": direction})


def test_one_input_and_every_bad_may_be_zero_if_they_do_not_move():
    panel = read_production(small_rows(k="0", b="0"), MODEL | {"direction": ["y"]})
    assert panel.values[:, -1].tolist() == [0, 3, 3, 0]


def test_a_missing_column_and_a_second_row_are_refused_by_name():
    with pytest.raises(InputError, match="table has no column water; its columns: province, year, k, l, y, b"):
        read_production(small_rows(), MODEL | {"inputs": ["k", "water"]}, "table")
    with pytest.raises(InputError, match="no column province; its columns: none"):
        read_production([], MODEL)
    with pytest.raises(InputError, match="table: a has more than one row for 2001"):
        read_production([*small_rows(), *production("a,2001,5,5,5,5")], MODEL, "table")


def named_panel(*names):
    return read_production(production(*(f"{name},2001,1,2,3,4" for name in names)), MODEL)


def test_a_unit_is_found_by_its_file_name():
    panel = named_panel("Inner Mongolia", "内蒙古", "a-b", "a b")
    for wanted, name in (("inner_mongolia", "Inner Mongolia"), ("内蒙古", "内蒙古")):
        assert [panel.units[place] for place in find_units(panel, wanted, 1)] == [name]
    with pytest.raises(InputError, match="a b and a-b has the file name a_b"):
        find_units(panel, "a_b", 1)
    with pytest.raises(InputError, match=r"no unit of Inner Mongolia, .* has the file name tibet"):
        find_units(panel, "tibet", 1)


def test_chunks_hold_every_unit_once():
    panel = named_panel(*"abcdefg")
    chunks = [find_units(panel, wanted, 3).tolist() for wanted in ("00001", "00002", "00003")]
    assert chunks == [[0, 1, 2], [3, 4, 5], [6]]
    assert find_units(panel, "00001", 1000).tolist() == list(range(7))


def read_csv(path):
    return list(csv.DictReader(path.open(encoding="utf-8")))


@pytest.fixture
def out_of_reach():
    """Contemporaneous results of two units; in 2002 b makes more good of less than anyone did before."""
    rows = production("a,2001,1,1,1,1", "a,2002,1,1,1,1", "b,2001,2,2,1,2", "b,2002,1,1,4,1")
    panel = read_production(rows, MODEL)
    return panel, solve_units(panel, np.arange(2), MODEL | {"technology": "contemporaneous"})


def test_scores_have_the_columns_of_the_contract_and_no_number_where_infeasible(out_of_reach, tmp_path):
    panel, rows = out_of_reach
    write_scores(rows, panel, tmp_path / "scores.csv")
    table = read_csv(tmp_path / "scores.csv")
    slacks = [f"slack_{name}" for name in VARIABLES]
    columns = ["province", "year", "reference", "score", "status", "gap", *slacks, "shadow_price_b", "technology"]
    assert list(table[0]) == columns
    assert [(row["province"], row["year"], row["reference"]) for row in table] == [
        *(("a", "2001", "own"), ("a", "2001", "next"), ("a", "2002", "own"), ("a", "2002", "previous")),
        *(("b", "2001", "own"), ("b", "2001", "next"), ("b", "2002", "own"), ("b", "2002", "previous")),
    ]
    # in 2002 b makes four times what the technology of 2001 can make of its inputs
    assert [row["status"] for row in table] == ["optimal"] * 7 + ["infeasible"]
    for row in table:
        numbers = [row[name] for name in ("score", *slacks)]
        assert all(number == "" for number in numbers) == (row["status"] == "infeasible")
        assert all(number != "" for number in numbers) == (row["status"] == "optimal")
        assert float(row["gap"]) <= 1e-9
    # half of both inputs and of the bad: (1/2)(1/2 + (1/2)(1/2)); 3/8 in the unit's own values, slacks in units
    assert [float(table[4][name]) for name in ("score", *slacks)] == pytest.approx([3 / 8, 1, 1, 0, 1], abs=1e-12)


def test_rows_against_one_technology_share_its_fingerprint(out_of_reach):
    marks = {}
    for row in out_of_reach[1]:
        shift = {"own": 0, "previous": -1, "next": 1}[row["reference"]]
        marks.setdefault(int(row["year"]) + shift, set()).add(row["technology"])
    assert all(len(found) == 1 for found in marks.values())
    assert len(set.union(*marks.values())) == len(marks) == 2


def test_a_model_without_bads_has_no_shadow_price(tmp_path):
    model = MODEL | {"bad_outputs": []}
    panel = read_production(small_rows(), model)
    write_scores(solve_units(panel, np.arange(2), model), panel, tmp_path / "scores.csv")
    columns = "province year reference score status gap slack_k slack_l slack_y technology"
    assert list(read_csv(tmp_path / "scores.csv")[0]) == columns.split()


def test_numbers_keep_every_digit_and_the_gap_two(tmp_path):
    panel = named_panel("a")
    row = {"province": "a", "year": "2001", "reference": "own", "score": 1 / 3, "status": "optimal", "gap": 1.2345e-12}
    row |= {f"slack_{name}": 2e6 / 3 for name in VARIABLES} | {"shadow_price_b": None, "technology": "f", "peers": []}
    write_scores([row], panel, tmp_path / "scores.csv")
    line = (tmp_path / "scores.csv").read_text("utf-8").splitlines()[1]
    assert line == "a,2001,own,0.3333333333333333,optimal,1.2e-12," + "666666.6666666666," * 4 + ",f"


def test_peers_name_who_spans_the_frontier_point_and_how_much(out_of_reach, tmp_path):
    panel, rows = out_of_reach
    write_peers(rows, panel, tmp_path / "peers.csv")
    table = read_csv(tmp_path / "peers.csv")
    assert list(table[0]) == ["province", "year", "reference", "peer_province", "peer_year", "intensity"]
    peers = {(row["province"], row["year"], row["reference"]): list(row.values())[3:] for row in table}
    assert len(table) == 7  # one peer a program, none of the infeasible one
    assert peers["b", "2001", "own"] == ["a", "2001", "1.0"]
    assert peers["b", "2001", "next"] == ["b", "2002", "2.0"]  # its inputs, eight times its good
    assert ("b", "2002", "previous") not in peers
