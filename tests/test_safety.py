"""No cell of an output is a formula to a spreadsheet, and names stay the same on every output."""

import csv
import io

import pandas as pd
import pytest
from study.files.panel import read_panel, unit_slugs
from study.files.panel_figures import panel_cells
from study.files.tables import read_table, write_table
from study.helpers import plain_cell, read_rows, write_rows

COMMAND = "=cmd|' /C calc'!A0"


@pytest.mark.parametrize(
    "text",
    [COMMAND, "=1", "+1+1", "-2+3", "-2-3", "-2*3", "@x", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "＝1+1", "--", "-x",
     "+86 10", "-1|x", "-0.5 (2)+1", "-2 x!A1.", "=-1"],
)  # fmt: skip
def test_formulas_get_an_apostrophe_once(text):
    assert plain_cell(text) == f"'{text}"
    assert plain_cell(plain_cell(text)) == plain_cell(text)


@pytest.mark.parametrize(
    "value",
    ["", "+", "-", "=", "@", "-1", "+1.5", "-1,234.5", "-.5", "-1e-07", "+2E+3", "-2.", "x=1", "a@b", "'=1", "北京",
     "−1+1", "-0.677 (-3.782)", "-2.10***", "-0.1; -0.2",
     "-0.435 by IV against -0.482 by least squares in Table 2 (2): ratio 0.90.", -1, -1.5, None, True],
)  # fmt: skip
def test_figures_signs_and_plain_text_stay(value):
    assert plain_cell(value) is value


def test_writers_leave_no_formula_and_touch_no_figure(tmp_path):
    path = tmp_path / "rows.csv"
    write_rows(path, ["name", "@x", "-"], [(COMMAND, -1.5, "+"), ("-2+3", -2, None)])
    assert path.read_text("utf-8") == f"name,'@x,-\n'{COMMAND},-1.5,+\n'-2+3,-2,\n"
    table = pd.DataFrame(
        {
            "province": ["b", COMMAND], "year": ["2013", "2013"], "@x": [-1.5, None],
            "=t": ["+1+1", None], "sign": pd.Categorical(["-", "-x"]), "mixed": pd.Series([-0.5, "-a"], dtype=object),
        }
    )  # fmt: skip
    before = table.copy()
    write_table(table, path)
    pd.testing.assert_frame_equal(table, before)
    rows = list(csv.reader(io.StringIO(path.read_text("utf-8"))))
    assert rows == [
        ["province", "year", "'@x", "'=t", "sign", "mixed"],
        [f"'{COMMAND}", "2013", "", "", "'-x", "'-a"],
        ["b", "2013", "-1.5", "'+1+1", "-", "-0.5"],
    ]
    again = tmp_path / "again.csv"
    write_table(read_table(path), again)
    assert again.read_bytes() == path.read_bytes()


def test_a_table_without_formulas_keeps_its_bytes(tmp_path):
    table = pd.DataFrame({"province": ["a", "b"], "year": ["2013", "2013"], "x": [-1 / 3, None], "sign": ["+", "-"]})
    write_table(table, tmp_path / "ours.csv")
    table.to_csv(tmp_path / "plain.csv", index=False, lineterminator="\n")
    assert (tmp_path / "ours.csv").read_bytes() == (tmp_path / "plain.csv").read_bytes()


def test_a_panels_names_are_plain_from_the_start(tmp_path):
    path = tmp_path / "panel.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows(
            [
                ["who", "when", "@x", "renamed=", "text"],
                [COMMAND, "-5", "-1.5", "1", "+1+1"],
                [COMMAND, "-4", "-2", "2", "--"],
                ["b", "-5", "--", "3", "-2+3"],
            ]
        )
    header, rows, _ = read_panel(path, {"province": "who", "year": "when", "y": "renamed="})
    assert header == ["province", "year", "'@x", "y", "text"]
    assert rows == [
        [f"'{COMMAND}", "-5", "-1.5", "1", "'+1+1"],
        [f"'{COMMAND}", "-4", "-2", "2", "--"],
        ["b", "-5", "--", "3", "'-2+3"],
    ]
    assert unit_slugs(header, rows, path) == {"cmd_c_calc_a0": f"'{COMMAND}", "b": "b"}
    frame, _ = panel_cells(header, rows)
    assert frame["'@x"].tolist()[:2] == ["-1.5", "-2"]
    out = tmp_path / "imported.csv"
    write_table(frame, out)
    back, table = read_table(out), read_rows(out)
    merged = back.merge(frame, on=["province", "year"])
    assert len(merged) == 3
    assert {row["province"] for row in table} == {f"'{COMMAND}", "b"}
    assert back["'@x"].tolist()[0] == -1.5
    assert [row["text"] for row in table] == ["'+1+1", "'--", "'-2+3"]


def test_a_column_with_a_formulas_name_can_be_renamed(tmp_path):
    path = tmp_path / "panel.csv"
    path.write_text("who,when,@x\na,1,2\n", encoding="utf-8")
    header, rows, _ = read_panel(path, {"province": "who", "year": "when", "x": "@x"})
    assert (header, rows) == (["province", "year", "x"], [["a", "1", "2"]])
