"""Published tables as typed: what is refused, differences of their coefficients, and the tF test."""

import math
import subprocess
import sys
from pathlib import Path

import pytest
from _typed import CRITICAL, HEADER
from conftest import SHARED, needs_shared
from study.audit.printed_tables import read_published
from study.audit.published import (
    PUBLISHED_COLUMNS,
    UNCERTAINTY,
    find_published,
    published_difference,
    published_path,
    read_published_rows,
)
from study.helpers import InputError, read_rows
from study.regression.tf import adjusted_p, critical_value

ROOT = Path(__file__).parents[1]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (f"{HEADER}\n2,1,Y,,AI,,1.2,\n", "t.csv, line 2, column `estimate`: found ''; expected a number, Yes or No"),
        ("table,column\n", "t.csv, line 1: no column dependent, group"),
        (f"{HEADER}\n2,1,Y,,AI,much,1.2,\n", "t.csv, line 2, column `estimate`: found 'much'; expected a number"),
        (f"{HEADER}\n2,1,Y,,AI,0.1,(1.2),\n", r"t.csv, line 2, column `statistic`: found '\(1.2\)'; expected a t"),
        (f"{HEADER}\n2,1,Y,,AI,0.1,1.2,+\n", r"t.csv, line 2, column `stars`: found '\+'; expected nothing, \*"),
        (f"{HEADER}\n2,1,Y,,AI,0.1,1.2\n", "t.csv, line 2: expected 8 cells"),
        (f"{HEADER}\n2,1,Y,,AI,0,1,,\n", "t.csv, line 2: expected 8 cells"),
        (f"{HEADER}\n2,1,Y,,AI,0.1,1,\n2,1,Y,,AI,0.2,1,\n", "t.csv, line 3, column `term`: 'AI' is there twice"),
    ],
)
def test_malformed_tables_are_refused_with_their_place(tmp_path, text, message):
    path = tmp_path / "t.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=message):
        read_published_rows(path)


def test_a_number_typed_twice_in_two_files_is_refused(tmp_path):
    paths = [tmp_path / "a.csv", tmp_path / "b.csv"]
    for path in paths:
        path.write_text(f"{HEADER}\n2,mean,,,AI,0.1,,\n2,mean,,,AI,0.1,,\n2,1,Y,,AI,0.1,1,\n", encoding="utf-8")
    assert len(read_published_rows(paths[0])) == len(read_published_rows(paths[1])) == 3
    with pytest.raises(InputError, match=r"b\.csv, line 4, column `term`: 'AI' is there twice"):
        read_published(paths)


def test_spreadsheet_exports_are_read(tmp_path):
    path = tmp_path / "t.csv"
    path.write_text(f"\ufeff{HEADER},std_error\r\n2,1,Y,, AI ,0.1,1.2,,0.08\r\n", encoding="utf-8")
    row = dict(zip(PUBLISHED_COLUMNS, ("2", "1", "Y", "", "AI", "0.1", "1.2", ""), strict=True))
    assert read_published_rows(path) == [row | dict.fromkeys(UNCERTAINTY, "") | {"std_error": "0.08"}]
    path.write_bytes("表,列".encode("gb18030"))
    with pytest.raises(InputError, match="not UTF-8"):
        read_published_rows(path)


def test_importing_the_reader_costs_nothing_heavy():
    heavy = "{'numpy', 'scipy', 'pandas'} & set(sys.modules)"
    code = f"import sys, study.audit.published, study.regression.tf; sys.exit(bool({heavy}))"
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT / "scripts", check=False).returncode == 0


# --- where they lie -------------------------------------------------------------------------------------------------


def test_typed_tables_are_told_from_other_files_of_a_folder(tmp_path):
    for name, text in {
        "table_2.csv": f"{HEADER}\n",
        "paper.CSV": "\ufeffterm,estimate,std_error\n",  # meant to be one: the reader says what it lacks
        "panel.csv": "province,year,y\n",
        "面板.csv": "",
        "notes.txt": HEADER,
    }.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    (tmp_path / "gbk.csv").write_bytes("省份,年份\n".encode("gb18030"))
    (tmp_path / "old.csv").mkdir()
    tables, aside = find_published(tmp_path)
    assert sorted(tables) == ["paper", "table_2"] and sorted(aside) == ["gbk.csv", "panel.csv", "面板.csv"]
    assert find_published(tmp_path / "panel.csv") == ({"panel": tmp_path / "panel.csv"}, [])
    assert published_path("table_2", tables) == published_path("table_2.csv", tables) == tmp_path / "table_2.csv"
    assert published_path(str(tmp_path / "panel.csv"), tables) == tmp_path / "panel.csv"
    assert published_path("table_3", tables) is published_path("table_3.csv", tables) is None


def test_a_place_without_tables_is_refused(tmp_path):
    with pytest.raises(InputError, match=r"published: there is no folder and no csv file .*nowhere"):
        find_published(tmp_path / "nowhere")
    (tmp_path / "panel.csv").write_text("province,year,y\n", encoding="utf-8")
    with pytest.raises(InputError, match=r"holds no typed table, .* table, column, .*; panel\.csv has other columns"):
        find_published(tmp_path)
    assert find_published(tmp_path, may_be_empty=True) == ({}, ["panel.csv"])


# --- differences ----------------------------------------------------------------------------------------------------


def test_difference_of_published_coefficients():
    # standard errors 0.3 and 0.4
    difference, std_error, z, p_value = published_difference((0.6, 2.0), (-0.4, -1.0))
    assert (difference, std_error, z) == pytest.approx((1.0, 0.5, 2.0))
    assert p_value == pytest.approx(0.04550026389635842)
    assert published_difference(("0.600", "2.000"), ("-0.400", "-1.000")) == (difference, std_error, z, p_value)
    assert published_difference((-0.4, -1.0), (0.6, 2.0)) == pytest.approx((-1.0, 0.5, -2.0, p_value))
    # a printed standard error goes before t
    assert published_difference((0.6, None, 0.3), (-0.4, -2.0, 0.4)) == (difference, std_error, z, p_value)
    # the sign of a misprinted t does not matter
    assert published_difference((0.6, -2.0), (-0.4, -1.0))[1] == pytest.approx(0.5)


@pytest.mark.parametrize("pair", [(0.0, 1.0), ("0.000", "0.010"), (0.5, 0.0), ("0.500", ""), (0.5, None)])
def test_difference_that_cannot_be_formed(pair):
    assert published_difference(pair, (0.6, 2.0)) is None
    assert published_difference((0.6, 2.0), pair) is None


# --- tF -------------------------------------------------------------------------------------------------------------


@needs_shared
def test_tf_values_are_the_published_ones():
    path = SHARED / "vectors" / "econ" / "12_tF_critical_values" / "expected.csv"
    expected = [(float(row["case"].removeprefix("sqrtF=")), float(row["value"])) for row in read_rows(path)]
    assert expected == CRITICAL


def test_tf_critical_values():
    assert critical_value(4.0, CRITICAL) == 18.66
    assert critical_value(3.65**2, CRITICAL) == pytest.approx(3.00)
    assert critical_value(2500, CRITICAL) == critical_value(math.inf, CRITICAL) == 1.96
    assert critical_value(CRITICAL[-1][0] ** 2, CRITICAL) == pytest.approx(1.96)
    for f in (1.9**2, 0, -1, math.nan):
        assert critical_value(f, CRITICAL) == math.inf
        assert adjusted_p(2.5, f, CRITICAL) == 1


def test_tf_critical_values_are_interpolated_linearly():
    import numpy as np

    roots = np.linspace(2.001, 12, 500)
    ours = [critical_value(root**2, CRITICAL) for root in roots]
    np.testing.assert_allclose(ours, np.interp(roots, *np.transpose(CRITICAL)), rtol=1e-12)


def test_tf_p_values():
    assert adjusted_p(1.96, 2500, CRITICAL) == pytest.approx(0.05, abs=1e-4)
    at = critical_value(12, CRITICAL)
    assert adjusted_p(-at, 12, CRITICAL) == pytest.approx(0.05, abs=1e-4)
    assert adjusted_p(0, 12, CRITICAL) == 1


def test_a_percent_sign_is_refused_with_the_cure(tmp_path):
    path = tmp_path / "table_2.csv"
    path.write_text(",".join(PUBLISHED_COLUMNS) + "\n2,1,Y,,AI,12.5%,2.1,**\n", encoding="utf-8")
    with pytest.raises(InputError, match=r"found '12.5%'; expected a number, Yes or No. Type it without %"):
        read_published_rows(path)
