"""`snakemake check` of a ready panel: types, gaps, duplicates, zeros for the models, all problems at once."""

import csv
import re
import shutil
from types import SimpleNamespace

import pytest
from check_panel import PANEL_CHECK_COLUMNS, inspect_panel
from conftest import ROOT, snakemake, write_config
from study.checks.panel_contents import check_figures, check_samples, read_column
from study.dea.models import VALUE_SIGNS
from study.files.panel import read_panel
from study.helpers import InputError

MODEL = {"name": "gml", "measure": "sbm_ddf", "inputs": ["K", "L"], "good_outputs": ["Y"], "bad_outputs": ["C"]}
BAD = """city,year,K,L,Y,C,x,w,region,const,blank
a,2010,1,2,3,1,0,5,east,1,
a,2011,2,3,4,0,1,6,east,1,
a,2011,2,3,4,0,1,6,east,1,
b,2010,3,-2,5,2,0,7,west,1,
b,2011,4,2,6,3,1,see note,west,1,
c,2010,1,2,3,,0,8,west,1,
c,2011,1,2,3,1,0,9,west,1,
c,2012,1,2,3,1,1,10,west,1,
,2012,1,2,3,1,1,10,west,1,
"""
TABLES = {
    "main": {
        "columns": [
            "Y ~ w | province + year",
            {"formula": "Y ~ K | province + year", "sample": "region == 'north'"},
            "gtfp ~ nope | province + year",
            "gtfp ~ x | province + year",
        ]
    }
}


@pytest.fixture
def bad(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "panel.csv").write_text(BAD, encoding="utf-8")
    return tmp_path


def test_every_problem_is_listed_at_once(bad):
    params = SimpleNamespace(variables=dict.fromkeys("KLYC", VALUE_SIGNS[2]), indices=["gtfp"])
    rows = inspect_panel("panel.csv", {"province": "city"}, {"tables": TABLES}, [MODEL], params)
    problems = [row["remarks"] for row in rows if row["status"] == "problem"]
    expected = [
        "panel.csv, row 10, column A: no province.",
        "panel.csv, row 4: a 2011 stands already in row 3.",
        "panel.csv, row 5, column L (b, 2010): found '-2'",
        "panel.csv, row 3, column C (a, 2011): found '0'",
        "panel.csv, row 7, column C (c, 2010): found an empty cell",
        "tables.main, column 3: no variable nope",
        "tables.main, column 1: w has to hold numbers; panel.csv, row 6, column H holds 'see note' (1 of 7",
        "tables.main, column 2: `region` is nowhere 'north' in the panel",
    ]
    for message in expected:
        assert [text for text in problems if text.startswith(message)], (message, problems)
    assert len(problems) == len(expected)
    whole = next(row for row in rows if row["kind"] == "panel")
    assert whole["remarks"].splitlines() == [
        "3 units, 3 periods in this order: 2010, 2011, 2012",
        "2 of 9 unit-periods have no row: a: 2012; b: 2012",
    ]
    columns = {row["column"]: row for row in rows if row["column"]}
    kinds = {name: row["kind"] for name, row in columns.items()}
    assert kinds == dict.fromkeys(["K", "L", "Y", "C", "x", "const"], "numbers") | {
        "w": "mixed", "region": "text", "blank": "empty"
    }  # fmt: skip
    cells = {name: columns["C"][name] for name in ("filled", "missing", "zeros", "negative", "minimum", "maximum")}
    assert cells == {"filled": 6, "missing": 1, "zeros": 1, "negative": 0, "minimum": 0, "maximum": 3}
    assert columns["L"]["negative"] == 1
    assert columns["const"]["remarks"] == "the same in every row"
    assert columns["C"]["used_by"] == "model gml"
    assert columns["K"]["used_by"] == "model gml, main"
    assert list(rows[0]) == PANEL_CHECK_COLUMNS


def test_a_sound_panel_has_no_problem(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    rows = [f"u{u},{t},{(u * 3 + t * 7) % 11},{(u * t) % 5}" for u in range(6) for t in range(2010, 2016)]
    (tmp_path / "p.csv").write_text("\n".join(["province,year,y,x", *rows]), encoding="utf-8")
    tables = {"main": {"columns": ["y ~ x | province + year"]}}
    found = inspect_panel("p.csv", {}, {"tables": tables}, [], SimpleNamespace(variables={}, indices=[]))
    assert [row["status"] for row in found] == ["found"] * 3
    assert found[0]["remarks"] == "6 units, 6 periods in this order: 2010, 2011, 2012, 2013, 2014, 2015"


@pytest.mark.parametrize(
    ("texts", "kind", "odd"),
    [
        (["1", "1,234.5", "-2e3", "", ".", "NA"], "numbers", ()),
        (["TRUE", "false", ""], "truth values", ()),
        (["east", "west", ""], "text", (0, 1)),
        (["1", "2", "3", "n.s.", "1_000"], "mixed", (3, 4)),
        (["1", "inf"], "text", (1,)),
        (["", "--"], "empty", ()),
    ],
)
def test_kinds_of_columns(texts, kind, odd):
    column = read_column("x", texts)
    assert (column.kind, column.odd) == (kind, odd)
    assert column.filled + column.missing == len(texts)


def test_text_where_a_regression_needs_figures_is_told_at_start(bad):
    header, rows, lines = read_panel("panel.csv", {"province": "city"}, [])
    with pytest.raises(
        InputError, match=r"^tables\.main, column 1: w has to hold numbers; panel\.csv, row 6, column H"
    ):
        check_figures("panel.csv", header, rows, lines, TABLES, [])
    tables = {"main": {"columns": [{"formula": "Y ~ x | region", "sample": "region == 'east' or not x > 3"}]}}
    check_figures("panel.csv", header, rows, lines, tables, [])
    tables["main"]["columns"][0]["sample"] = "x > 3 and not (region in [1, 2])"
    with pytest.raises(InputError) as error:
        check_figures("panel.csv", header, rows, lines, tables, [])
    assert str(error.value).startswith(
        "tables.main, column 1: region in the sample `x > 3 and not (region in [1, 2])` has"
    )
    assert "panel.csv, row 2, column I holds 'east'" in str(error.value)


def test_check_fails_with_all_problems_of_a_panel_and_passes_a_sound_one(bad):
    model = MODEL | {"base_year": 2009}
    config = {"panel": {"path": "panel.csv", "columns": {"province": "city"}}, "productivity": {"models": [model]}}
    write_config(bad, config | {"tables": TABLES})
    run = snakemake(ROOT / "Snakefile", bad, "--cores", "1", "check")
    assert run.returncode != 0
    assert "Traceback" not in run.stdout + run.stderr
    for text in ("no province.", "stands already in row 3", "found '-2'", "found '0'", "nope", "'see note'", "'north'"):
        assert text in run.stdout, run.stdout + run.stderr
    assert "base_year 2009 is none of the periods 2010, 2011, 2012" in " ".join(run.stdout.split())
    assert "Error in check: 9 problems of the panel, listed above." in run.stderr
    rows = list(csv.DictReader((bad / "results" / "check.csv").open(encoding="utf-8")))
    assert sum(row["status"] == "problem" for row in rows) == 9
    assert "see note" in (bad / "results" / "check.html").read_text("utf-8")
    # what the study itself says is the first of them
    run = snakemake(ROOT / "Snakefile", bad, "--cores", "1", "--dry-run")
    assert run.returncode != 0
    assert "panel.csv, row 10, column A: no province." in run.stdout + run.stderr


def test_the_way_out_of_two_columns_with_one_name(tmp_path):
    shutil.copytree(ROOT / "tests" / "data" / "panel_city_and_province", tmp_path / "study")
    path = tmp_path / "study" / "panel.csv"
    with pytest.raises(InputError) as error:
        read_panel(path, {"province": "city"})
    assert "panel: {columns: {province: city, prov: province}}" in str(error.value)
    header, rows, _ = read_panel(path, {"province": "city", "prov": "province"})
    assert header == ["province", "prov", "year", "y", "x"]
    assert rows[0][:3] == ["c0", "p0", "2010"]
    assert len(rows) == 120
    with pytest.raises(InputError, match=r"columns: \{year: x, yr: year\}"):
        read_panel(path, {"province": "city", "prov": "province", "year": "x"})
    with pytest.raises(InputError, match=r"columns: \{y: x, y_2: y\}"):
        read_panel(path, {"province": "city", "prov": "province", "y": "x"})


def test_two_columns_of_the_file_with_one_name_are_told(tmp_path):
    (tmp_path / "p.csv").write_text("province,year,x,x\na,2010,1,2\n")
    with pytest.raises(InputError, match=r"two columns are called x; rename one in the file\."):
        read_panel(tmp_path / "p.csv")


CODED = "province,year,y,x,block,area\n" + "".join(
    f"u{unit},{year},{(unit * 7 + year * 3) % 11},{(unit * 5 + year) % 7},91{unit // 2:016d},0{unit // 2}\n"
    for unit in range(8)
    for year in range(2010, 2014)
)


def test_long_codes_part_groups_in_the_check_as_in_the_run(tmp_path, monkeypatch):
    # 18 digits: as doubles the four codes were one, and the check refused what the run takes
    monkeypatch.chdir(tmp_path)
    (tmp_path / "panel.csv").write_text(CODED, encoding="utf-8")
    column = {"formula": "y ~ x | province + year", "vcov": {"cluster": "block"}, "sample": "block > 1 and area < 3"}
    params = SimpleNamespace(variables={}, indices=[])
    rows = inspect_panel("panel.csv", {}, {"tables": {"t": {"columns": [column]}}}, [], params)
    assert [row["remarks"] for row in rows if row["status"] == "problem"] == []
    assert {row["column"]: row["kind"] for row in rows[1:]} == {
        **{"y": "numbers", "x": "numbers"},
        **{"block": "codes", "area": "codes"},
    }


def test_a_long_code_is_no_amount_which_is_told_at_start(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "panel.csv").write_text(CODED, encoding="utf-8")
    tables = {"t": {"columns": ["y ~ x + block | province + year"]}}
    message = r"block has to hold numbers; panel.csv, row 10, column E holds '9100.*24 of 32 filled cells are codes"
    with pytest.raises(InputError, match=message):
        check_figures("panel.csv", *read_panel("panel.csv"), tables, [])
    tables = {"t": {"columns": ["y ~ x + area | province + year"]}}  # 01 is an amount where a formula says so
    check_figures("panel.csv", *read_panel("panel.csv"), tables, [])


CELLS = {
    "province": ["a", "a", "b"],
    "year": ["2013", "2014", "2013"],
    "x": ["1.0", "", "3"],
    "region": ["east", "east", "west"],
    "block": ["910000000000000001", "910000000000000002", "910000000000000002"],
    "gtfp": [],
}


@pytest.mark.parametrize(
    ("sample", "message"),
    [
        ("x > '3'", "`x` holds numbers, which are compared without quotes; found '3'"),
        ("gtfp < '3'", "`gtfp` holds numbers"),
        ("x == 2", "`x` is nowhere 2 in the panel"),
        ("x != 2 or region == 'east'", "`x` is nowhere 2 in the panel"),
        ("region in ['east', 'north']", "`region` is nowhere 'north' in the panel"),
        ("year == 2015", "`year` is nowhere 2015 in the panel"),
        ("province == 'A'", "`province` is nowhere 'A' in the panel"),
        ("block == 910000000000000003", "`block` is nowhere 910000000000000003 in the panel"),
    ],
)
def test_a_constant_that_does_not_fit_its_variable_is_told_at_start(sample, message):
    tables = {"t": {"columns": [{"formula": "y ~ x", "sample": sample}]}}
    with pytest.raises(InputError, match=re.escape(f"tables.t, column 1: {message}")):
        check_samples(CELLS, tables, [])


@pytest.mark.parametrize(
    "sample",
    [
        *(
            "x == 1 and x != 3.0",
            "gtfp == 7",
            "region > 'f'",
            "year in [2013, 2014]",
            "year == '2013'",
            "unknown == 'z'",
        ),
        *("unknown == 'z'", "block == 910000000000000002", "block == '910000000000000001'", "x > year", "3 < x"),
    ],
)
def test_a_constant_that_fits_passes(sample):
    check_samples(CELLS, {"t": {"columns": [{"formula": "y ~ x", "sample": sample}]}}, [])
