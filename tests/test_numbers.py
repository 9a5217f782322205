"""A user's cells go through the workflow's tables unchanged: codes as the text they were, numbers to the last bit."""

import json
import random
import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from conftest import ROOT, snakemake
from study.checks.panel_roles import check_categories
from study.files.panel import read_panel
from study.files.panel_figures import figure_text
from study.files.panel_figures import panel_cells as imported_cells
from study.files.tables import read_cells, read_table, write_table
from study.helpers import InputError, write_rows
from study.regression.formula import parse_column
from study.regression.least_squares import fit
from study.regression.samples import draw_sample
from study.variables.panel_columns import panel_cells, read_panel_of
from study.words.numbers import as_numbers, is_exact, number_key, plain_numbers

DATA = Path(__file__).parent / "data"
CODES = [f"11000001234500000{last}" for last in range(1, 7)]  # one double for all


def imported(tmp_path, table, name="panel.csv"):
    """The panel's columns as import_panel and build_panel leave them, read back."""
    path = tmp_path / name
    if name.endswith(".csv"):
        table.to_csv(path, index=False)
    elif name.endswith(".parquet"):
        table.to_parquet(path)
    elif name.endswith(".xlsx"):
        table.to_excel(path, index=False)
    else:
        table.to_stata(path, write_index=False)
    header, rows, _ = read_panel(path)
    write_table(imported_cells(header, rows)[0], tmp_path / "imported.csv")
    sources = {name: str(tmp_path / "imported.csv") for name in table.columns.drop(["province", "year"])}
    write_table(panel_cells(sources), tmp_path / "results.csv", keys=())
    numbers = read_table(tmp_path / "results.csv")
    # estimates read the variables' file as the panel is read
    pd.testing.assert_frame_equal(read_panel_of(sources), numbers)
    return read_cells(tmp_path / "results.csv"), numbers


def panel_of(**columns):
    length = len(next(iter(columns.values())))
    return pd.DataFrame({"province": [f"u{at}" for at in range(length)], "year": ["2013"] * length, **columns})


def test_floats_come_back_to_the_last_bit(tmp_path):
    generator = random.Random(1)
    values = [generator.uniform(-1, 1) * 10.0 ** generator.randint(-300, 300) for _ in range(2000)]
    values += [1e12 + generator.random() for _ in range(100)] + [5e-324, 1.7976931348623157e308, 2.0**53, -0.0]
    table = panel_of(x=values)
    write_table(table, tmp_path / "a.csv", keys=())
    write_rows(tmp_path / "b.csv", list(table), list(table.itertuples(index=False, name=None)))
    assert (tmp_path / "a.csv").read_bytes() == (tmp_path / "b.csv").read_bytes()
    assert read_table(tmp_path / "a.csv")["x"].tolist() == values


@pytest.mark.parametrize(
    "cells",
    [
        ["0012", "012", "12a"], ["0012", "0013"], ["NA", "CN", "US"], ["inf", "nan", "x"], ["True", "yes", "no"],
        ["1e5", "a1f", "2b"], [*CODES[:2], ""], CODES[:3], ["110000012345000", "", "110000012345001"], ["12", "", "7"],
        ["1.50", "2.25", "0.10"], ["9007199254740993", "9007199254740992", ""], ["99999999999999999999999", "1x", "2"],
        ["0.1234567890123456789", "1", ""], ["+5", "-5", "0"],
    ],
)  # fmt: skip
def test_text_of_cells_stays(tmp_path, cells):
    text, _ = imported(tmp_path, panel_of(x=cells, y=["1"] * len(cells)))
    assert text["x"].fillna("").tolist() == cells


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        (["12", "7"], [12, 7]),
        (["12", ""], [12.0, None]),
        (["110000012345000", ""], [110000012345000.0, None]),
        (["1e5", "2.5"], [1e5, 2.5]),
        (["9007199254740992", "1"], [2**53, 1]),
        (["9007199254740993", "1"], ["9007199254740993", "1"]),
        (["110000012345678901.0", "1"], ["110000012345678901.0", "1"]),
        (["0012", "7"], ["0012", "7"]),
        (["0.5", "0"], [0.5, 0.0]),
        (["1e999", "1"], ["1e999", "1"]),
        (["nan", "1"], ["nan", "1"]),
        (["True", "False"], ["True", "False"]),
        (["", ""], [None, None]),
    ],
)
def test_a_column_is_numbers_where_nothing_is_lost(cells, expected):
    column = plain_numbers(pd.Series([cell or None for cell in cells], dtype="str"))
    assert [None if pd.isna(cell) else cell for cell in column] == expected


def test_zeros_before_a_number_are_no_hindrance_to_an_amount():
    assert as_numbers(pd.Series(["0012", "7"])).tolist() == [12, 7]
    assert as_numbers(pd.Series(CODES)).tolist() == CODES
    assert not is_exact("1" + "0" * 400)


def test_marks_and_thousands_become_plain_figures():
    texts = ["1,234,567,890,123,456,789", "１２３", "NA", "－", "TRUE", "x"]
    assert [figure_text(text) for text in texts] == ["1234567890123456789", "123", "", "", "1", None]


@pytest.mark.parametrize("name", ["panel.csv", "panel.parquet"])
def test_codes_of_eighteen_digits_stay_apart_beside_an_empty_cell(tmp_path, name):
    table = panel_of(code=pd.array([int(code) for code in CODES[:3]] + [None], dtype="Int64"), x=[0.1, 0.2, 1 / 3, 4.0])
    text, numbers = imported(tmp_path, table, name)
    assert text["code"].fillna("").tolist() == [*CODES[:3], ""]
    assert numbers["x"].tolist() == [0.1, 0.2, 1 / 3, 4.0]


def test_codes_of_a_workbook(tmp_path):
    text, _ = imported(tmp_path, panel_of(code=[110000012345000, 110000012345001], long=CODES[:2]), "panel.xlsx")
    assert text["code"].tolist() == ["110000012345000", "110000012345001"]
    assert text["long"].tolist() == CODES[:2]  # cells of text


@pytest.mark.parametrize("cells", [["1.10E+17", "2.3E+17"], ["1.1E+14", "7"], [CODES[0], "1.1000001234567891e+17"]])
def test_codes_that_a_spreadsheet_has_rounded_are_refused_as_names(tmp_path, cells):
    path = tmp_path / "panel.csv"
    panel_of(code=cells).to_csv(path, index=False)
    panel = read_panel(path)
    with pytest.raises(
        InputError, match=r"panel.csv, row [23], column C: code is '1.1.*E?e?.1[47]', and its values are"
    ):
        check_categories(path, *panel, ["code"])
    check_categories(path, *panel, [])


def test_codes_of_sixteen_digits_in_a_stata_file(tmp_path):
    codes = [2.0**53 - 1, 2.0**53 - 2, 1234567890123456.0]
    text, _ = imported(tmp_path, panel_of(code=codes, x=[0.1, 0.2, 0.3]), "panel.dta")
    assert text["code"].tolist() == ["9007199254740991", "9007199254740990", "1234567890123456"]


def code_panel():
    """Twelve firms in six groups that have long codes, seven years."""
    generator = np.random.default_rng(3)
    rows = [
        (f"f{firm:02d}", str(2013 + year), firm // 2, CODES[firm // 2], *generator.normal(size=2))
        for firm in range(12)
        for year in range(7)
    ]
    table = pd.DataFrame(rows, columns=["province", "year", "group", "code", "x", "e"])
    return table.assign(y=table["x"] + table["group"] + table["e"] + 1e12)


def test_long_codes_are_absorbed_clustered_and_compared_as_they_are(tmp_path):
    _, panel = imported(tmp_path, code_panel())
    short = {"formula": "y ~ x | group + year", "vcov": {"cluster": "group"}, "sample": "group in [1, 2, 3]"}
    long = {
        "formula": "y ~ x | code + year",
        "vcov": {"cluster": "code"},
        "sample": f"code in ['{CODES[1]}', '{CODES[2]}', '{CODES[3]}']",
    }
    first, second = (fit(panel, parse_column(column)) for column in (short, long))
    assert second.stats["n"] == 42
    assert second.stats["df_absorbed"] == first.stats["df_absorbed"] == 9
    pd.testing.assert_frame_equal(first.table, second.table)


def test_a_long_code_is_no_amount_and_compares_exactly(tmp_path):
    _, panel = imported(tmp_path, code_panel())
    with pytest.raises(
        InputError, match=rf"`code` must hold numbers; it holds whole numbers of more .*{CODES[0]}.* row 1"
    ):
        draw_sample(panel, parse_column("y ~ code | year"))
    for code in (CODES[1], f"'{CODES[1]}'"):
        sample = draw_sample(panel, parse_column({"formula": "y ~ x | year", "sample": f"code == {code}"}))
        assert len(sample.values) == 14
    with pytest.raises(InputError, match="nowhere '3' in the panel, whose values are numbers: write it without quotes"):
        draw_sample(panel, parse_column({"formula": "y ~ x | year", "sample": "group == '3'"}))


def test_a_column_is_a_name_here_and_an_amount_there(tmp_path):
    table = code_panel().assign(zone=lambda data: [f"0{group}" for group in data["group"]])
    _, panel = imported(tmp_path, table)
    assert panel["zone"].tolist() == table["zone"].tolist()
    absorbed = fit(panel, parse_column("y ~ x | zone + year"))
    assert (
        absorbed.table["estimate"].tolist()
        == fit(panel, parse_column("y ~ x | group + year")).table["estimate"].tolist()
    )
    amount, number = (fit(panel, parse_column(f"y ~ x + {name} | year")).table for name in ("zone", "group"))
    assert amount["estimate"].tolist() == number["estimate"].tolist()


def test_a_large_offset_keeps_its_variation(tmp_path):
    table = code_panel()
    _, panel = imported(tmp_path, table)
    assert panel["y"].tolist() == table["y"].tolist()


@pytest.mark.parametrize(
    ("cells", "message"),
    [
        (["1", "2", "1.0"], r"panel.csv, row 4, column C: code is '1.0' here and '1' in row 2"),
        (["01", "2", "1"], "code is '1' here and '01' in row 2"),
        (["A7", "007", "7"], "code is '7' here and '007' in row 3"),
        (["1e2", "100", "3"], "code is '100' here and '1e2' in row 2"),
    ],
)
def test_two_spellings_of_one_number_are_refused_as_names(tmp_path, cells, message):
    path = tmp_path / "panel.csv"
    panel_of(code=cells).to_csv(path, index=False)
    panel = read_panel(path)
    with pytest.raises(InputError, match=message):
        check_categories(path, *panel, ["code"])
    check_categories(path, *panel, [])


@pytest.mark.parametrize("cells", [["1", "2", "1"], ["1,000", "1000", "7"], ["1e5", "10e4", "a1f"], ["a", "A", ""]])
def test_other_names_are_not_touched(tmp_path, cells):
    path = tmp_path / "panel.csv"
    panel_of(code=cells).to_csv(path, index=False)
    if cells[0] == "1,000":
        panel = read_panel(path)
        cells = imported_cells(*panel[:2])[0]["code"].tolist()
        assert cells == ["1000", "1000", "7"]
        return
    check_categories(path, *read_panel(path), ["code"])


def test_the_study_with_wide_identifiers(tmp_path):
    folder = tmp_path / "study"
    shutil.copytree(DATA / "wide_ids", folder)
    run = snakemake(ROOT / "Snakefile", folder, "--cores", "2", "results/estimates/t.json", "results/panel.csv")
    assert run.returncode == 0, run.stdout + run.stderr
    short, long, _ = json.loads((folder / "results" / "estimates" / "t.json").read_text("utf-8"))
    assert short["terms"] == long["terms"]
    assert short["stats"] == long["stats"]
    assert long["terms"][0]["estimate"] == pytest.approx(1.038, abs=5e-4)
    assert long["stats"]["df_absorbed"] == 11
    given = pd.read_csv(folder / "panel.csv", dtype=str)
    pd.testing.assert_frame_equal(read_cells(folder / "results" / "panel.csv"), given, check_dtype=False)


def test_numbers_of_any_length_have_a_key():
    long = "9" * 9_000
    assert number_key(long) == number_key(f"+00{long}.0") != number_key(f"{long}1")
    assert number_key("01") == number_key("1.0") == number_key("1e0") == 1
