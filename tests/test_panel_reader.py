"""Reader of a ready panel: names, keys, missing marks, figures that productivity models can use."""

import datetime

import numpy as np
import openpyxl
import pandas as pd
import pytest
from study.checks.panel_roles import check_production
from study.files.panel import is_missing, read_panel, read_periods, unit_slugs
from study.files.panel_figures import panel_cells
from study.helpers import InputError

PANEL = 'Place,Period,Y,note\n"Île, A",2001Q1,1.5,a\n"Île, A",2001Q2,2,b\n中部,2001Q1,3,\n中部,2001Q2,,c\n'


def panel_file(tmp_path, text=PANEL):
    path = tmp_path / "panel.csv"
    path.write_text(text, encoding="utf-8")
    return path


COLUMNS = {"province": "Place", "year": "Period"}


def test_panel_columns_are_renamed_and_units_keep_their_names(tmp_path):
    path = panel_file(tmp_path)
    header, rows, lines = read_panel(path, COLUMNS)
    assert header == ["province", "year", "Y", "note"]
    assert lines == [2, 3, 4, 5]
    assert unit_slugs(header, rows, path) == {"île_a": "Île, A", "中部": "中部"}
    frame, figures = panel_cells(header, rows)
    assert figures == ["Y"]
    assert frame["Y"].fillna("").tolist() == ["1.5", "2", "3", ""]
    assert frame["note"].tolist() == ["a", "b", "", "c"]


@pytest.mark.parametrize(
    ("old", "new", "variable", "expected"),
    [
        ("", "", "Y", r"row 5, column GDP \(中部, 2001Q2\): found an empty cell, expected a number above zero"),
        ("2001Q2,2,", "2001Q2,0,", "Y", r"row 3, column GDP \(.*, 2001Q2\): found '0'"),
        ("2001Q2,2,", "2001Q2,NA,", "Y", r"row 3, column GDP \(.*, 2001Q2\): found 'NA'"),
        ("2001Q2,2,", "2001Q2,x,", "Y", r"row 3, column GDP \(.*, 2001Q2\): found 'x'"),
        ("", "", "note", r"row 2, column note \(.*\): found 'a'"),
        ("", "", "Z", r"models use Z; the panel has province, year, Y, note"),
    ],
)
def test_production_figures_are_checked_by_cell(tmp_path, old, new, variable, expected):
    path = panel_file(tmp_path, PANEL.replace(",Y,", ",GDP,").replace(old, new, 1 if old else 0))
    columns = {**COLUMNS, "Y": "GDP"}
    header, rows, lines = read_panel(path, columns)
    with pytest.raises(InputError, match=expected):
        check_production(path, header, rows, lines, {variable: "above zero"}, columns)


def test_a_zero_is_refused_only_where_slacks_are_shares_of_it(tmp_path):
    path = panel_file(tmp_path, PANEL.replace("2001Q2,2,", "2001Q2,0,").replace("2001Q2,,", "2001Q2,4,"))
    panel = read_panel(path, COLUMNS)
    check_production(path, *panel, {"Y": "not negative"}, COLUMNS)
    with pytest.raises(InputError, match="expected a number above zero, for a"):
        check_production(path, *panel, {"Y": "above zero"}, COLUMNS)
    path = panel_file(tmp_path, PANEL.replace("2001Q2,2,", "2001Q2,-2,").replace("2001Q2,,", "2001Q2,4,"))
    with pytest.raises(InputError, match="found '-2', expected a number that is not negative"):
        check_production(path, *read_panel(path, COLUMNS), {"Y": "not negative"}, COLUMNS)


def test_missing_marks_of_statistical_programs_are_missing():
    frame, _ = panel_cells(["province", "year", "x"], [["NA", "1", "."], ["a", "1", "NA"], ["b", "1", "2.5"]])
    assert frame["province"].tolist() == ["NA", "a", "b"]
    assert frame["x"].fillna("").tolist() == ["", "", "2.5"]


@pytest.mark.parametrize(
    ("text", "columns", "expected"),
    [
        (PANEL, {"province": "Place"}, "no column 'year'"),
        (PANEL, COLUMNS | {"capital": "K"}, "panel.columns names K"),
        (PANEL.replace("2001Q2,2", "2001Q1,2"), COLUMNS, "row 3: Île, A 2001Q1 stands already in row 2"),
        (PANEL.replace("note", "Y"), COLUMNS, "two columns are called Y"),
        (PANEL.replace("中部,2001Q1,3,", "中部,2001Q1,3"), COLUMNS, "row 4: 3 cells where the header has 4"),
        (PANEL.replace("中部,2001Q1", ",2001Q1"), COLUMNS, "row 4, column A: no province"),
        (PANEL.replace("中部", '"ÎLE A"'), COLUMNS, "both become 'île_a'"),
        (PANEL.splitlines()[0] + "\n", COLUMNS, "no rows"),
        (PANEL, COLUMNS | {"Y": "Y", "K": "Y"}, "K and Y are the same column 'Y'"),
        (PANEL.replace("2001Q2,2,b", "2001Q2,2,b,9"), COLUMNS, "row 3: 5 cells where the header has 4"),
        (PANEL.replace("2001Q2,2", "2002-12-31,2"), COLUMNS,
         "row 3, column B: found the period '2002-12-31' where others are like '2001Q1'"),
        (PANEL.replace("Q1", "Q9").replace(",2001Q9,1.5", ",期间,1.5"), COLUMNS,
         "row 2, column B: found the period '期间' where"),
        (PANEL.replace("2001Q", "1905-07-0"), COLUMNS, "found '1905-07-01': the column holds years"),
    ],
)  # fmt: skip
def test_bad_panels_are_refused(tmp_path, text, columns, expected):
    with pytest.raises(InputError, match=expected):
        path = panel_file(tmp_path, text)
        unit_slugs(*read_panel(path, columns)[:2], path)


# --- formats --------------------------------------------------------------------------------------------------------

TABLE = pd.DataFrame(
    {
        "Place": ["北京", "北京", "天津", "天津"],
        "Period": [2013, 2014, 2013, 2014],
        "Y": [1.5, 2.5, 3.25, np.nan],
        "treated": [0, 1, 0, 1],
        "note": ["a", "", "c", "d"],
    }
)
HEADER = ["province", "year", "Y", "treated", "note"]
ROWS = [
    ["北京", "2013", "1.5", "0", "a"],
    ["北京", "2014", "2.5", "1", ""],
    ["天津", "2013", "3.25", "0", "c"],
    ["天津", "2014", "", "1", "d"],
]


def excel(path, **sheets):
    with pd.ExcelWriter(path) as book:
        for name, table in sheets.items():
            table.to_excel(book, sheet_name=name, index=False)
    return path


def text_file(path, **options):
    TABLE.to_csv(path, index=False, **options)
    return path


def stata_file(path, table=TABLE, **options):
    table.to_stata(path, write_index=False, **options)
    return path


def parquet_file(path, table=TABLE):
    table.to_parquet(path)
    return path


@pytest.mark.parametrize(
    "write",
    [
        lambda path: text_file(path / "p.csv"),
        lambda path: text_file(path / "p.csv", encoding="gbk", lineterminator="\r\n"),
        lambda path: text_file(path / "p.txt", sep="\t", encoding="utf-16"),
        lambda path: text_file(path / "p.csv", sep=";", encoding="utf-8-sig"),
        lambda path: text_file(path / "p.csv", sep=";", decimal=","),
        lambda path: excel(path / "p.xlsx", Sheet1=TABLE),
        lambda path: excel(path / "p.xlsx", notes=pd.DataFrame({"by": ["me"]}), data=TABLE),
        lambda path: stata_file(path / "p.dta", version=118),
        lambda path: stata_file(path / "p.dta", version=119, value_labels={"treated": {0: "no", 1: "yes"}}),
        lambda path: stata_file(path / "p.dta", TABLE.assign(Place=[1, 1, 2, 2]), version=118,
                                value_labels={"Place": {1: "北京", 2: "天津"}}),
        lambda path: stata_file(
            path / "p.dta",
            TABLE.assign(Period=pd.to_datetime(TABLE["Period"].astype(str), format="%Y")),
            version=118, convert_dates={"Period": "ty"},
        ),
        lambda path: parquet_file(path / "p.parquet"),
        lambda path: parquet_file(path / "p.parquet", TABLE.assign(Place=TABLE["Place"].astype("category"))),
        lambda path: parquet_file(path / "p.parquet", TABLE.set_index(["Place", "Period"])),
        lambda path: parquet_file(path / "p.parquet", TABLE.assign(Period=TABLE["Period"].astype(float))),
    ],
)  # fmt: skip
def test_every_format_gives_the_same_panel(tmp_path, write):
    header, rows, lines = read_panel(write(tmp_path), COLUMNS)
    assert (header, rows) == (HEADER, ROWS)
    assert lines == [2, 3, 4, 5]
    frame, figures = panel_cells(header, rows)
    assert figures == ["Y", "treated"]
    assert frame["Y"].fillna("").tolist() == ["1.5", "2.5", "3.25", ""]
    assert frame["treated"].tolist() == ["0", "1", "0", "1"]


@pytest.mark.parametrize(("mark", "lines"), [(";", [2, 3]), ("\t", [2, 3])])
def test_tabs_and_semicolons_part_cells(tmp_path, mark, lines):
    text = PANEL.replace('"Île, A"', "Île")
    header, rows, _ = read_panel(panel_file(tmp_path, text.replace(",", mark)), COLUMNS)
    assert header == ["province", "year", "Y", "note"]
    assert rows == [
        ["Île", "2001Q1", "1.5", "a"], ["Île", "2001Q2", "2", "b"],
        ["中部", "2001Q1", "3", ""], ["中部", "2001Q2", "", "c"],
    ]  # fmt: skip


def test_of_several_sheets_the_one_with_the_keys_is_taken_or_all_are_named(tmp_path):
    path = excel(tmp_path / "p.xlsx", first=TABLE, second=TABLE, readme=pd.DataFrame({"x": ["y"]}))
    with pytest.raises(InputError, match=r"2 of the 3 sheets has the columns Place and Period \(first, second\)"):
        read_panel(path, COLUMNS)
    with pytest.raises(InputError, match=r"none of the 3 sheets has the columns province and year \(first, second, re"):
        read_panel(path)
    path = excel(tmp_path / "p.xlsx", readme=pd.DataFrame({"x": ["y"]}), data=pd.concat([TABLE, TABLE.iloc[:1]]))
    with pytest.raises(InputError, match=r"p.xlsx, sheet data, row 6: 北京 2013 stands already in row 2"):
        read_panel(path, COLUMNS)


def test_titles_above_the_header_and_empty_cells_of_workbooks(tmp_path):
    book = openpyxl.Workbook()
    for row in [["A panel"], [], ["Place", "Period", "Y", "note"], ["a", 2013, 1.5], ["a", 2014, None, "x"], [None]]:
        book.active.append(row)
    book.save(tmp_path / "p.xlsx")
    header, rows, lines = read_panel(tmp_path / "p.xlsx", COLUMNS)
    assert header == ["province", "year", "Y", "note"]
    assert rows == [["a", "2013", "1.5", ""], ["a", "2014", "", "x"]]
    assert lines == [4, 5]


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        (["a", "=B1", 1], "row 2, column B: found the formula '=B1', expected a figure; paste the value in its place"),
        (["a", None, 1], "row 2, column B: no year"),
        (["a", datetime.date(1905, 7, 5), 1], "row 2, column B: found '1905-07-05': the column holds years"),
        (["a", 2013, 1, 5], "row 2: 4 cells where the header has 3"),
    ],
)
def test_bad_workbooks_are_refused(tmp_path, cells, expected):
    book = openpyxl.Workbook()
    book.active.append(["province", "year", "Y"])
    book.active.append(cells)
    book.save(tmp_path / "p.xlsx")
    with pytest.raises(InputError, match=expected):
        read_panel(tmp_path / "p.xlsx")


def test_a_formula_is_told_by_its_column(tmp_path):
    book = openpyxl.Workbook()
    for row in [["province", "year", "Y", "note"], ["a", 2013, 1.5, "=C2*2", "=1+1"], ["a", 2014, 2, "=C3*2"]]:
        book.active.append(row)
    book.save(tmp_path / "p.xlsx")
    formulas = {}
    header, rows, _ = read_panel(tmp_path / "p.xlsx", formulas=formulas)
    assert header == ["province", "year", "Y", "note"]
    assert rows == [["a", "2013", "1.5", "'=C2*2"], ["a", "2014", "2", "'=C3*2"]]
    assert list(formulas) == ["note"] and "row 2, column D: found the formula '=C2*2'" in formulas["note"]


@pytest.mark.parametrize("name", ["p.xlsx", "p.dta", "p.parquet"])
def test_damaged_panels_are_refused(tmp_path, name):
    path = tmp_path / name
    {"p.xlsx": excel, "p.dta": stata_file, "p.parquet": parquet_file}[name](
        path, **({"s": TABLE} if name == "p.xlsx" else {"version": 118} if name == "p.dta" else {})
    )
    path.write_bytes(path.read_bytes()[:-40])
    with pytest.raises(InputError, match=f"{name}: a .*(damaged|cut off)"):
        read_panel(path, COLUMNS)
    path.write_bytes(b"<html><body>log in")
    with pytest.raises(InputError, match=f"{name}: this is a web page"):
        read_panel(path, COLUMNS)


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        (["2013", "2014"], ["2013", "2014"]),
        (["2013.0", "2014"], ["2013", "2014"]),
        (["2013年", "2014年度"], ["2013", "2014"]),
        (["X2013", "X2014"], ["2013", "2014"]),
        (["yr.2013", "yr.2014"], ["2013", "2014"]),
        (["2013年底", "2014年底"], ["2013", "2014"]),
        (["2013-12-31", "2014-12-31"], ["2013", "2014"]),
        (["2013/1/1", "2014/1/1"], ["2013", "2014"]),
        (["2013-03-31", "2013-06-30"], ["2013-03-31", "2013-06-30"]),
        (["2001Q1", "2001Q2"], ["2001Q1", "2001Q2"]),
        (["before", "after"], ["before", "after"]),
        (["-5", "0"], ["-5", "0"]),
        (["201301", "201302"], ["201301", "201302"]),
        (["1905-07-05", "1906-07-05"], ["1905", "1906"]),
    ],
)
def test_periods_are_understood(texts, expected):
    assert read_periods({str(place): text for place, text in enumerate(texts)}) == expected


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        (["年份", "2013", "2014"], "0: found the period '年份' where others are like '2013'"),
        (["2013", "2014", "2015-12-31"], "2: found the period '2015-12-31' where others are like '2013'"),
        (["2013-12-31", "2014-12-31", "total", "2012"], "(2|3): found the period '(total|2012)' where others"),
        (["1905-07-05", "1905-07-06"], "holds years but is formatted as dates"),
        (["1965-07-06"], "holds years but is formatted as dates"),
    ],
)
def test_periods_of_two_kinds_are_refused(texts, expected):
    with pytest.raises(InputError, match=expected):
        read_periods({str(place): text for place, text in enumerate(texts)})


def test_marks_of_missing_figures_and_logical_values():
    for mark in ["", ".", ".a", ".z", "NA", "NaN", "nan", "n.a.", "-", "--", "…", "#N/A", "<NA>", "NULL"]:
        assert is_missing(mark)
    for text in ["0", "..a", ".5", "x", "nano", "-1"]:
        assert not is_missing(text)
    rows = [["a", "1", ".b", "TRUE", "--"], ["a", "2", "-", "false", "x"], ["a", "3", "1,234.5", "NA", "y"]]
    frame, figures = panel_cells(["province", "year", "x", "flag", "text"], rows)
    assert figures == ["x", "flag"]
    assert frame["x"].fillna("").tolist() == ["", "", "1234.5"]
    assert frame["flag"].fillna("").tolist() == ["1", "0", ""]
    assert frame["text"].tolist() == ["--", "x", "y"]


def test_a_few_cells_of_text_among_figures_are_told(caplog):
    rows = [["a", "2013", "1"], ["a", "2014", "2"], ["b", "2013", "3"], ["b", "2014", "1.2.3"]]
    assert panel_cells(["province", "year", "x"], rows)[0]["x"].tolist() == ["1", "2", "3", "1.2.3"]
    assert "column x: 1 of 4 cells are no figures, such as '1.2.3' (b, 2014)" in caplog.text
