"""Reader of a ready panel: names, keys, missing marks, figures that productivity models can use."""

import pytest
from _helpers import InputError
from _panel import check_production, read_panel, unit_slugs
from import_panel import to_frame

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
    frame = to_frame(header, rows)
    assert frame["Y"].tolist()[:3] == [1.5, 2.0, 3.0]
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
        ("2001Q2,,c", "2001Q3,9,c\n中部,2001Q4,9,c", "Y", r"中部 has no row for 2001Q2 but"),
    ],
)
def test_production_figures_are_checked_by_cell(tmp_path, old, new, variable, expected):
    path = panel_file(tmp_path, PANEL.replace(",Y,", ",GDP,").replace(old, new, 1 if old else 0))
    columns = {**COLUMNS, "Y": "GDP"}
    header, rows, lines = read_panel(path, columns)
    with pytest.raises(InputError, match=expected):
        check_production(path, header, rows, lines, {variable: True}, columns)


def test_a_zero_is_refused_only_where_slacks_are_shares_of_it(tmp_path):
    path = panel_file(tmp_path, PANEL.replace("2001Q2,2,", "2001Q2,0,").replace("2001Q2,,", "2001Q2,4,"))
    panel = read_panel(path, COLUMNS)
    check_production(path, *panel, {"Y": False}, COLUMNS)
    with pytest.raises(InputError, match="expected a number above zero, for a"):
        check_production(path, *panel, {"Y": True}, COLUMNS)
    path = panel_file(tmp_path, PANEL.replace("2001Q2,2,", "2001Q2,-2,").replace("2001Q2,,", "2001Q2,4,"))
    with pytest.raises(InputError, match="found '-2', expected a number that is not negative"):
        check_production(path, *read_panel(path, COLUMNS), {"Y": False}, COLUMNS)


def test_missing_marks_of_statistical_programs_are_missing():
    frame = to_frame(["province", "year", "x"], [["NA", "1", "."], ["a", "1", "NA"], ["b", "1", "2.5"]])
    assert frame["province"].tolist() == ["NA", "a", "b"]
    assert frame["x"].isna().tolist() == [True, True, False]


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
        (PANEL.replace(",", ";"), COLUMNS, "parted by semicolons"),
        (PANEL.replace(",", "\t"), COLUMNS, "parted by tabs"),
    ],
)  # fmt: skip
def test_bad_panels_are_refused(tmp_path, text, columns, expected):
    with pytest.raises(InputError, match=expected):
        path = panel_file(tmp_path, text)
        unit_slugs(*read_panel(path, columns)[:2], path)
