"""What is refused before any job, as a function: the first message that a study gets."""

import dataclasses
import os
import re
import shutil
import time
from pathlib import Path

import pytest
from _plan import EXAMPLE, MODEL, panel_study, raw_study, write_panel
from conftest import ROOT, default_config
from study.helpers import InputError
from study.plan.command import LOCKLESS, check_command
from study.plan.dry_run import options_of
from study.plan.kept import keep, read_kept
from study.plan.refusals import check_study, dated_files

TABLE_2 = default_config()["tables"]["table_2"]
MODELS = {"productivity": {"models": [MODEL]}}
ONE_COLUMN = {"title": "T", "columns": ["ai ~ open | province + year"]}


@pytest.fixture(autouse=True)
def in_a_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def refused(study, message):
    with pytest.raises(InputError, match=re.escape(message)):
        check_study(study)


def one_column(**keys):
    """Sections of a raw study with one table of one column and nothing else that names variables."""
    table = {"title": "T", "columns": [{"formula": "ai ~ open | province + year"} | keys]}
    return {"tables": {"t": table}, "hypotheses": None, "figures": None}


@pytest.mark.parametrize(
    ("command", "locks", "message"),
    [
        ("why results/a.csv", False, "why takes no other target (results/a.csv), which would be made; ask: "),
        ("-n why -- a", False, "why takes no other target (a)"),
        ("--cores 1 a why b", False, "why takes no other target (a)"),
        ("why", False, ""),
        ("--directory why a", False, ""),
        ("why", True, "    snakemake --unlock why\n"),
        ("check", True, "    snakemake --unlock check\n"),
        ("results/graphs/rulegraph.svg", True, "    snakemake --unlock results/graphs/rulegraph.svg\n"),
        ("", True, "    snakemake --unlock\n"),
        ("--touch", True, "    snakemake --unlock --touch\n"),
        ("why --unlock", True, ""),
        ("why --nolock", True, ""),
        ("why -n", True, ""),
        ("--report", True, ""),
        ("--summary", True, ""),
    ],
)  # fmt: skip
def test_what_a_command_may_not_ask(command, locks, message):
    """Snakemake takes every lock of a folder away after a run that shares no file with those that hold them."""
    if locks:
        Path(".snakemake/locks").mkdir(parents=True)
        Path(".snakemake/locks/0.output.lock").write_text("results/x.csv\n")
    if message:
        with pytest.raises(InputError, match=re.escape(message)):
            check_command(command.split())
    else:
        check_command(command.split())


def test_the_main_process_alone_looks_for_locks():
    Path(".snakemake/locks").mkdir(parents=True)
    Path(".snakemake/locks/0.output.lock").write_text("results/x.csv\n")
    check_study(raw_study(), main=False)  # as a job of the run that holds it
    refused(raw_study(), "an earlier run in this folder was killed and left its lock")


def test_options_without_locks_are_snakemakes():
    assert [name for name in LOCKLESS if not hasattr(options_of([]), name)] == []


def test_nothing_is_kept_where_the_disk_does_not_take_it(tmp_path):
    keep(tmp_path / "new/a.json", "1", {"x": 1})
    assert read_kept(tmp_path / "new/a.json", "1") == {"x": 1}
    (tmp_path / "file").write_text("")
    keep(tmp_path / "file/a.json", "1", {"x": 1})  # no folder can be made
    (tmp_path / "full/a.json/b").mkdir(parents=True)
    keep(tmp_path / "full/a.json", "1", {"x": 1})  # the draft does not get its name
    assert [path.name for path in (tmp_path / "full").iterdir()] == ["a.json"]
    assert [path.name for path in (tmp_path / "new").iterdir()] == ["a.json"]


def test_the_default_study_is_not_refused():
    check_study(raw_study())


@pytest.mark.parametrize(
    ("sections", "message"),
    [
        ({"study": {"excluded_provinces": ["atlantis"]}}, "study.excluded_provinces: unknown atlantis; there are"),
        ({"cleaning": {"accept": {"gdp": ["tianjin"]}}}, "cleaning.accept.gdp: found 'tianjin', expected a province"),
        ({"cleaning": {"accept": {"gdp": ["tianjing 2018"]}}}, "no province 'tianjing'; did you mean tianjin?"),
        ({"cleaning": {"accept": {"gpd": ["all"]}}}, "cleaning.accept: resources/catalog.csv has no table 'gpd'"),
        ({"sources": {"gpd": {"file": "x.csv"}}}, "sources: resources/catalog.csv has no table 'gpd'; did you mean"),
        ({"variables": {"intelligence": {"indicators": ["robots", "x"]}}}, "variables.intelligence.indicators: no "),
        ({"study": {"years": [2022, 2013]}}, "study.years: the first year 2022 is after the last 2013"),
        ({"capital": {"base_year": 2014}}, "capital.base_year: 2014 is after the study's first year 2013"),
        ({"inputs": "nowhere"}, "inputs: there is no folder nowhere; paths are relative to"),
        ({"exposure": {"base_year": 2010}}, "resources/catalog.csv has no table 'employment_2010'; add a row"),
        (
            {"exposure": {"instrument": {"country": "germany", "base_year": 1990}}} | one_column(),
            "resources/catalog.csv has no table 'robots_germany'; add a row, or change the config.",
        ),
        ({"productivity": {"main": "sbm"}}, "productivity.main: 'sbm' is none of the models gml, ml"),
        (MODELS, "productivity.models: gml uses x, y, z; there are"),
        ({"controls": ["opennes"]}, "controls: no variable opennes; did you mean open?"),
        ({"cleaning": {"winsorise": {"lower": 5, "upper": 95, "except": ["a"]}}}, "winsorise.except: no variable a"),
        ({"published": "nowhere"}, "published: there is no folder and no csv file nowhere"),
        ({"tables": {"t": TABLE_2 | {"published": "table_9"}}}, "tables.t: resources/published has no table_9.csv"),
        (
            {"tables": {"table_2": TABLE_2 | {"differs": [{"columns": [9], "why": "unit", "reason": "so"}]}}},
            "table_2, differs: the published table has no column 9 (so)",
        ),
        (
            {"tables": {"table_2": TABLE_2 | {"differs": [{"terms": ["gtfp"], "why": "unit", "reason": "so"}]}}},
            "table_2, differs: no number of the published table is in columns all and terms GTFP",
        ),
        (one_column(formula="ai ~ | province"), "tables.t, column 1: a term is missing in `ai ~ | province`"),
        (one_column(formula="ai ~ nothing"), "tables.t, column 1: no variable nothing; "),
        (one_column(sample="province == 'atlantis'"), "tables.t, column 1: `province` is nowhere 'atlantis'"),
        (one_column(sample="open == 'a lot'"), "tables.t, column 1: `open` holds numbers, which are compared without"),
        ({"tables": {"productivity": ONE_COLUMN}}, "results/tables/productivity.csv is the table of the models"),
    ],
)  # fmt: skip
def test_a_raw_study_is_refused(sections, message):
    refused(raw_study(**sections), message)


def test_a_study_without_a_province_is_refused():
    everyone = [line.split(",")[0] for line in (ROOT / "resources/provinces.csv").read_text("utf-8").splitlines()[1:]]
    refused(raw_study(study={"excluded_provinces": everyone}), "study.excluded_provinces: no province is left.")


def test_a_base_year_outside_the_study_is_refused():
    models = default_config()["productivity"]["models"]
    models[1]["base_year"] = 2012
    refused(
        raw_study(productivity={"models": models}), "productivity.models: ml: base_year 2012 is none of the periods"
    )


def test_intervals_that_cannot_be_made_are_refused():
    target = "results/productivity/{}_bootstrap.csv"
    refused(raw_study(target.format("sbm")), "productivity.models has no 'sbm'; its models: gml, ml.")
    refused(raw_study(target.format("ml")), "productivity.bootstrap: model ml has technology contemporaneous")
    check_study(raw_study(target.format("gml")))


def test_a_row_of_the_catalog_that_cannot_be_right_is_refused(tmp_path):
    for name in ("resources", "rules"):
        shutil.copytree(ROOT / name, tmp_path / "home" / name, ignore=shutil.ignore_patterns("example"))
    catalog = tmp_path / "home/resources/catalog.csv"
    text = catalog.read_text("utf-8")
    catalog.write_text(text.replace("\ngdp,accounts,yearbook/gdp.csv", "\ngdp,accounts,/yearbook/gdp.csv"), "utf-8")
    study = dataclasses.replace(raw_study(), home=tmp_path / "home")
    refused(study, "resources/catalog.csv, row 2, column file: '/yearbook/gdp.csv' does not match")


def test_a_raw_table_that_stands_twice_is_told_where_it_is_read(tmp_path):
    shutil.copytree(EXAMPLE, tmp_path / "raw")
    shutil.copy(tmp_path / "raw/yearbook/gdp.csv", tmp_path / "raw/yearbook/gdp.txt")
    study = raw_study(inputs="raw")
    check_study(study)
    assert "are both there" in study.raw_tables.source("gdp")["problem"]


def test_files_dated_ahead_of_the_clock_are_refused(tmp_path):
    shutil.copytree(EXAMPLE, tmp_path / "raw")
    study = raw_study(inputs="raw")
    assert "raw/yearbook/gdp.csv" in dated_files(study) and "results/derived" in dated_files(study)
    later = time.time() + 3600
    os.utime(tmp_path / "raw/yearbook/gdp.csv", (later, later))
    refused(study, "raw/yearbook/gdp.csv: dated up to")
    check_study(study, main=False)


@pytest.mark.parametrize(
    ("panel", "sections", "message"),
    [
        ({"header": "town,period,y,x,z"}, {}, "panel.csv: panel.columns names city; the file has the columns town"),
        ({"rows": ["a,2010,1,2,3", "a,2010,1,2,3"]}, {}, "row 3: a 2010 stands already in row 2."),
        ({}, {"tables": {"t": {"title": "T", "columns": ["y ~ x +"]}}}, "tables.t, column 1: a term is missing"),
        ({"rows": ["1,2010,1,2,3", "01,2010,1,2,3"]}, {}, "province is '01' here and '1' in row 2"),
        ({"rows": ["a,w,1,2,3", "a,v,1,2,3", "b,v,1,2,3", "b,w,1,2,3"]}, MODELS, "labels do not say"),
        ({"rows": ["a,2010,1,0,3", "a,2011,1,2,3"]}, MODELS, "found '0', expected a numb"),
        ({"header": "city,period,y,x,z,gtfp_b", "rows": ["a,2010,1,2,3,4", "a,2011,1,2,3,4"]},
         {"productivity": {"models": [MODEL, MODEL | {"name": "b"}]}}, "panel.csv: the models make gtfp_b; give the"),
        ({"rows": ["a,2010,1,much,3", "b,2010,1,2,3"]}, {}, "tables.main, column 1: x has to hold numbers; "),
        ({}, {"tables": {"t": {"title": "T", "columns": [{"formula": "y ~ x", "sample": "z == 9"}]}}}, "is nowhere 9"),
        ({"rows": ["a b,2010,1,2,3", "a_b,2010,1,2,3"]}, {}, "both become 'a_b' in file names; rename one."),
        ({}, {"productivity": {"models": [MODEL | {"inputs": ["w"]}]}}, "productivity.models use w; the panel has"),
        ({}, {"productivity": {"models": [MODEL | {"base_year": 2009}]}}, "base_year 2009 is none of the periods 2010"),
        ({}, {"tables": {"t": {"title": "T", "columns": ["y ~ w"]}}}, "tables.t, column 1: no variable w; "),
    ],
)  # fmt: skip
def test_a_panel_study_is_refused(tmp_path, panel, sections, message):
    write_panel(tmp_path, **panel)
    refused(panel_study(**sections), message)


def test_a_panel_that_is_not_there_is_refused():
    refused(panel_study(), "panel.csv")


def test_the_check_of_a_panel_leaves_what_is_wrong_to_its_page(tmp_path):
    write_panel(tmp_path, rows=["a,2010,1,much,3", "a,2010,1,2,3"])
    study = panel_study("check")
    check_study(study)
    assert study.units == {} and study.columns == [] and study.periods.how == "not read"
    assert study.config["tables"] == study.tables
    refused(panel_study("check", "results/panel.csv"), "panel.csv, row 3: a 2010 stands already")
    refused(
        panel_study("check", controls=["x"], tables={"t": {"title": "T", "columns": ["y ~"]}}), "tables.t, column 1"
    )


def test_a_panel_over_the_default_study_may_name_what_it_does_not_have(tmp_path):
    write_panel(tmp_path)
    panel = {"panel": {"path": "panel.csv", "columns": {"province": "city", "year": "period"}}}
    check_study(raw_study(productivity=None, describe=None, **panel))


def test_a_workflow_in_a_folder_with_braces_is_refused():
    study = dataclasses.replace(raw_study(), home=Path("/work {old}/workflow"))
    with pytest.raises(InputError, match=r"/work \{old\}/workflow: .*rename the workflow's folder"):
        check_study(study)
