"""Large panels: a start reads the panel once for its content, and chunks of any size give the same bytes."""

import copy
import json
from pathlib import Path

import numpy as np
import pytest
from _plan import MODEL, panel_study, write_panel
from solve_dea import find_units, solve_blocks, write_peers, write_scores
from study.checks.panel_roles import check_production
from study.dea.models import BLOCK, VALUE_SIGNS, complete_model
from study.dea.production import read_production
from study.files.panel_figures import figure_text, panel_cells
from study.helpers import InputError, each_row
from study.plan import panel_outline, study
from study.plan.panel_outline import OUTLINE_CACHE
from study.plan.refusals import check_study
from study.plan.targets import all_results

PRODUCTIVITY = {"models": [MODEL | {"technology": "contemporaneous"}], "units_per_job": 2}


@pytest.fixture(autouse=True)
def in_a_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    write_panel(tmp_path)


@pytest.fixture
def readings(monkeypatch):
    """Names of the panels that were read, one a reading."""
    read = []

    def counted(path, columns, **more):
        read.append(str(path))
        return study_reader(path, columns, **more)

    study_reader = study.read_panel
    monkeypatch.setattr(study, "read_panel", counted)
    return read


def start(**sections):
    """A start of the study, as the Snakefile makes it: what it plans of the panel."""
    made = panel_study(**{"productivity": copy.deepcopy(PRODUCTIVITY)} | sections)
    check_study(made)
    return made


def planned(made):
    return made.units, made.periods, made.columns, made.jobs, made.derived.panel_columns, all_results(made)


def test_a_panel_is_read_once_for_its_content(readings):
    first = planned(start())
    assert readings == ["panel.csv"]
    assert planned(start()) == first
    assert planned(start()) == first
    assert readings == ["panel.csv"]
    assert first[0] == {"city_1": "City 1", "city_2": "City 2", "city_3": "City 3"}
    assert first[1].names == ("2010", "2011", "2012", "2013")
    assert first[1].steps == (1.0, 1.0, 1.0)
    assert first[3] == ["00001", "00002"]


def test_a_job_plans_without_reading_the_panel(monkeypatch):
    first = planned(start())
    monkeypatch.setattr(study, "read_panel", None)
    assert planned(start()) == first


def test_the_rows_are_not_held_while_jobs_run():
    assert "panel_file" not in vars(start())


def test_other_content_of_the_same_size_and_date_is_read_anew(readings, tmp_path):
    import os

    start()
    before = Path("panel.csv").stat()
    Path("panel.csv").write_text(Path("panel.csv").read_text("utf-8").replace("City 3", "City 4"), "utf-8")
    os.utime("panel.csv", ns=(before.st_atime_ns, before.st_mtime_ns))
    assert list(start().units) == ["city_1", "city_2", "city_4"]
    assert len(readings) == 2


def test_another_config_checks_the_panel_anew(readings):
    start()
    with pytest.raises(InputError, match=r"panel.csv: productivity.models use water"):
        start(productivity={"models": [MODEL | {"inputs": ["water"]}]})
    start(panel={"path": "panel.csv", "columns": {"province": "city", "year": "period", "w": "x"}}, productivity=None,
          tables=None)  # fmt: skip
    assert len(readings) == 3


def test_another_version_of_the_workflow_reads_it_anew(readings, monkeypatch):
    start()
    monkeypatch.setattr(panel_outline, "version_of", lambda modules: "another")
    start()
    assert len(readings) == 2


@pytest.mark.parametrize("text", ["", "{", "[]", '{"version": 1}'])
def test_a_damaged_note_is_no_note(text, readings):
    first = planned(start())
    Path(OUTLINE_CACHE).write_text(text)
    assert planned(start()) == first
    assert len(readings) == 2


def test_a_panel_with_a_fault_is_told_at_each_start(tmp_path):
    rows = ["a,2010,1,1,1", "a,2011,1,0,1"]
    write_panel(tmp_path, rows)
    for _ in range(2):
        with pytest.raises(InputError, match=r"panel.csv, row 3, column x \(a, 2011\): found '0'"):
            start(tables=None)
    assert not Path(OUTLINE_CACHE).exists()


def test_a_panel_saved_while_it_is_read_is_not_kept(monkeypatch, tmp_path):
    reader = study.read_panel

    def saved(path, columns, **more):
        found = reader(path, columns, **more)
        write_panel(tmp_path, ["a,2010,1,1,1", "a,2011,1,2,1"])
        return found

    monkeypatch.setattr(study, "read_panel", saved)
    assert len(start(tables=None).units) == 3
    assert not Path(OUTLINE_CACHE).exists()


def test_periods_without_steps_come_back_as_they_were(readings, tmp_path):
    write_panel(tmp_path, [f"{city},{when},{1 + city},{2 + city},3" for city in (1, 2) for when in ("before", "after")])
    first = planned(start(tables=None))
    assert first[1].names == ("before", "after")
    assert first[1].steps is None
    assert planned(start(tables=None)) == first
    assert len(readings) == 1
    assert json.loads(Path(OUTLINE_CACHE).read_text("utf-8"))["kept"]["units"] == {"1": "1", "2": "2"}


# --- chunks --------------------------------------------------------------------------------------------------------


def production_file(units=60, periods=3):
    random = np.random.default_rng(5)
    lines = ["province,year,x,y,z"]
    for unit in range(units):
        for year in range(periods):
            lines.append(f"u{unit:03d},{2000 + year}," + ",".join(map(repr, random.lognormal(1, 1, 3).tolist())))
    Path("production.csv").write_text("\n".join(lines) + "\n")


def solved(units, per_job, model):
    """Text of the tables of scores and of peers of all jobs, one below the other."""
    panel = read_production(each_row("production.csv"), model, "production.csv")
    parts = {"scores": "", "peers": ""}
    for chunk in range(1, -(-units // per_job) + 1):
        rows = solve_blocks(panel, find_units(panel, f"{chunk:05d}", per_job), model)
        for name, write in (("scores", write_scores), ("peers", write_peers)):
            write(rows, panel, "part.csv")
            header, _, body = Path("part.csv").read_text("utf-8").partition("\n")
            parts[name] += body if chunk > 1 else f"{header}\n{body}"
    return parts


@pytest.mark.parametrize("technology", ["contemporaneous", "global"])
def test_scores_and_peers_have_the_same_bytes_for_any_chunking(technology):
    units = 2 * BLOCK + 30
    production_file(units=units, periods=2)
    model = complete_model(MODEL | {"returns": "vrs", "technology": technology})
    together = solved(units, 1000, model)
    assert solved(units, BLOCK, model) == together
    assert solved(units, 2 * BLOCK, model) == together
    assert together["scores"].count("\n") == 1 + units * 4


@pytest.mark.parametrize(("asked", "taken"), [(1, 1), (7, 7), (199, 199), (200, 200), (201, 400), (1000, 1000)])
def test_large_jobs_are_whole_blocks(asked, taken):
    assert panel_study(productivity=PRODUCTIVITY | {"units_per_job": asked}).units_per_job == taken


def test_rows_are_taken_one_by_one(tmp_path):
    """No list of rows is made: the floor's table may have ten million."""
    production_file(units=2, periods=2)
    rows = each_row("production.csv")
    assert iter(rows) is rows
    assert read_production(rows, complete_model(MODEL)).values.shape == (3, 4)
    assert list(rows) == []


# --- figures told at once ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text", ["5", "5.", "0.5", ".5", "1e3", "1.50", "123456789012345", "1234567890123456", "0.0000001"]
)
def test_a_figure_told_at_once_is_the_one_that_is_read(text):
    assert figure_text(text) == text
    assert panel_cells(["province", "year", "x"], [["a", "1", text]])[1] == ["x"]


@pytest.mark.parametrize(
    ("text", "sound"),
    [("5", True), (".5", True), ("0.000", False), ("0", False), (".0", False), ("-1", False), ("1,000", True),
     ("00", False), ("1e21", False), ("1" * 22, False), ("0.0000000000001", False), ("٣", False)],
)  # fmt: skip
def test_values_above_zero_are_told_at_once_and_others_refused(text, sound):
    arguments = ("p.csv", ["province", "year", "x"], [["a", "1", text]], [2], {"x": VALUE_SIGNS[2]}, {})
    if sound:
        check_production(*arguments)
    else:
        with pytest.raises(InputError, match=r"p.csv, row 2, column x"):
            check_production(*arguments)
