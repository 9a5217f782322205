"""Absurd folders, configs and numbers are refused before anything is planned or read."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from conftest import ROOT, default_config
from study.audit.published import LARGEST_TYPED, find_published, read_published_rows
from study.files.finding import DEEPEST_FOLDER, MOST_FILES, folder_tables
from study.files.unchanged import content
from study.helpers import MOST_SAID, InputError
from study.plan.read_config import LARGEST_CONFIG, read_config
from study.plan.refusals import MOST_JOBS, check_jobs
from study.plan.schema import check_schema, read_schema

SCHEMA = read_schema(ROOT / "rules/config.schema.yaml")


# --- folders and other files ---------------------------------------------------------------------------------------


def test_a_folder_of_too_many_tables_is_no_inputs_folder(tmp_path, monkeypatch):
    assert MOST_FILES == 20_000
    monkeypatch.setattr("study.files.finding.MOST_FILES", 20)
    for number in range(21):
        (tmp_path / f"{number}.csv").touch()
    with pytest.raises(InputError, match=f"{tmp_path}: more than 20 tables below it"):
        folder_tables(tmp_path)
    (tmp_path / "0.csv").unlink()
    assert len(folder_tables(tmp_path)) == 20
    monkeypatch.setattr("study.files.finding.MOST_ENTRIES", 19)
    with pytest.raises(InputError, match="more than 19 files below it"):
        folder_tables(tmp_path)


def test_a_deep_folder_is_no_inputs_folder(tmp_path):
    deepest = Path(tmp_path, *("d" * DEEPEST_FOLDER))
    deepest.mkdir(parents=True)
    (deepest / "gdp.csv").touch()
    assert folder_tables(tmp_path) == [str(deepest / "gdp.csv")]
    (deepest / "d").mkdir()
    with pytest.raises(InputError, match="folders of more than 32 levels below it"):
        folder_tables(tmp_path)


def test_loops_pipes_and_links_to_nothing_are_no_tables(tmp_path):
    (tmp_path / "folder").symlink_to(tmp_path)
    (tmp_path / "loop.csv").symlink_to("loop.csv")
    (tmp_path / "nothing.csv").symlink_to("nowhere.csv")
    (tmp_path / "device.csv").symlink_to("/dev/zero")
    os.mkfifo(tmp_path / "pipe.csv")
    (tmp_path / "gdp.csv").touch()
    assert folder_tables(tmp_path) == [str(tmp_path / "gdp.csv")]


def test_a_files_mark_reads_no_pipe_and_no_gigabytes(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    assert content(tmp_path / "pipe") == content("/dev/zero") == content(tmp_path / "none") == ""
    (tmp_path / "large").touch()
    os.truncate(tmp_path / "large", 10 * 2**30)
    before = content(tmp_path / "large")
    assert before == content(tmp_path / "large") != ""
    os.utime(tmp_path / "large", (0, 0))
    assert before != content(tmp_path / "large")


def test_a_config_of_gigabytes_is_no_config(tmp_path):
    path = tmp_path / "config.yaml"
    path.touch()
    os.truncate(path, 10 * 2**30)
    with pytest.raises(InputError, match=r"config.yaml: 10,240.0 MB, and a config has less than 0.5"):
        read_config(path)
    assert (ROOT / "config.yaml").stat().st_size < LARGEST_CONFIG / 20


def test_a_typed_table_of_gigabytes_is_none(tmp_path):
    path = tmp_path / "table_2.csv"
    header = "table,column,dependent,group,term,estimate,statistic,stars\n"
    with path.open("w") as file:
        file.write(header)
        file.truncate(10 * 2**30)
    assert find_published(tmp_path) == ({"table_2": path}, [])
    with pytest.raises(InputError, match=r"table_2.csv: 10,240 MB, and a typed table has less than 8"):
        read_published_rows(path)
    path.write_text(header + "x" * 200_000)
    assert path.stat().st_size < LARGEST_TYPED
    with pytest.raises(InputError, match=r"table_2.csv: no table of comma-separated text"):
        read_published_rows(path)


# --- numbers of the config -----------------------------------------------------------------------------------------

BILLION = 10**9
EVIDENCE = {"table": "t", "term": "x", "sign": "positive"}
NUMBERS = {
    "productivity.bootstrap.blocks": BILLION,
    "productivity.bootstrap.replications": BILLION,
    "productivity.units_per_job": 10**12,
    "study.years": [1, BILLION],
    "capital.base_year": -BILLION,
    "exposure.base_year": BILLION,
    "exposure.instrument.base_year": BILLION,
    "cleaning.interpolation": {"method": "linear", "longest_gap": BILLION},
    "cleaning.interpolation.whole_years": {"gdp": [BILLION]},
    "tables.table_2.bootstrap": {"replications": BILLION, "level": 95, "seed": 1},
    "tables.table_3.bootstrap": {"replications": 1000, "level": 95, "seed": 2**32},
    "productivity.bootstrap.seed": 1e30,
    "tables.table_4.published_pairs": {"table": "table_7", "columns": [[1, BILLION]]},
    "tables.table_5.published_pairs": {"table": "table_7", "columns": [[0, 1]]},
    "hypotheses": [{"name": "H1", "claim": "-", "evidence": [EVIDENCE | {"columns": [BILLION]}]}],
    "audit.units": BILLION,
    "audit.periods": BILLION,
    "audit.further_dimensions": {"industry": 1e30},
    "audit.growth": {"GTFP": 1e30},
}


@pytest.mark.parametrize("key", NUMBERS)
def test_numbers_that_plan_jobs_or_memory_have_a_largest(key):
    config = default_config()
    check_schema(config, SCHEMA)
    *above, last = key.split(".")
    part = config
    for name in above:
        if not isinstance(part.get(name), dict):
            part[name] = {}
        part = part[name]
    part[last] = NUMBERS[key]
    with pytest.raises(InputError, match=rf"config: {key}.*(greater|less) than the (max|min)imum of"):
        check_schema(config, SCHEMA)


def test_more_jobs_than_can_be_planned_need_larger_ones():
    check_jobs(models=2, units=MOST_JOBS // 2, units_per_job=1)
    check_jobs(models=2, units=10**6, units_per_job=1000)
    with pytest.raises(InputError, match="units_per_job: 1 makes 50,002 jobs of 2 models and 25,001 units"):
        check_jobs(models=2, units=MOST_JOBS // 2 + 1, units_per_job=1)


def test_a_message_shows_begin_and_end_of_what_is_long():
    begin, end = MOST_SAID
    assert str(InputError("x" * (begin + end))) == "x" * (begin + end)
    assert str(InputError("file" + "x" * 10**6 + "cure")) == f"file{'x' * (begin - 4)} [...] {'x' * (end - 4)}cure"
