"""One change at a time: what a dry run plans is what the plan of the study says is outdated, no more and no less."""

import os
from contextlib import contextmanager

import pytest
import yaml
from _changes import Case, code, raw_tables, rows, settings
from _jobs import jobs_of, outdated
from _plan import SCHEMA
from conftest import default_config, make_study, planned_jobs, snakemake
from reruns import changed_config
from study.plan.schema import with_defaults
from study.plan.study import Study


def study_at(snakefile, folder):
    """The plan of a study as its config is now, from its folder."""
    config = yaml.safe_load((folder / "config.yaml").read_text("utf-8"))
    return Study(with_defaults(config, SCHEMA), snakefile.parent)


@contextmanager
def changed(snakefile, folder, change):
    """The study or its workflow with one change, taken back at the end with the file's time stamps."""
    root, _, rest = change.file.partition("/")
    path = (folder if root == "study" else snakefile.parent) / rest
    content, status = path.read_bytes(), path.stat()
    if change.key:
        path.write_bytes(changed_config(content, change))
    else:
        assert change.old.encode() in content, f"{change.file} does not hold {change.old!r}"
        path.write_bytes(
            content.replace(change.old.encode(), change.new.encode(), 1)
            if change.old
            else content + change.new.encode()
        )
    try:
        yield
    finally:
        path.write_bytes(content)
        os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))


def difference(study, case: Case) -> str:
    """What a dry run plans beside what it should, empty where they are the same."""
    before = jobs_of(study_at(*study))
    with changed(*study, case.change):
        planned = planned_jobs(snakemake(*study, "--cores", "2", "--dry-run"))
        expected = dict(outdated(before, jobs_of(study_at(*study)), case.first))
    more = {rule: jobs for rule, jobs in planned.items() if jobs != expected.get(rule)}
    less = {rule: jobs for rule, jobs in expected.items() if jobs != planned.get(rule)}
    return f"{case.change.kind}, {case.change.name}: planned {more}, expected {less}" if more or less else ""


@pytest.fixture(scope="module")
def default_run(tmp_path_factory):
    """(Snakefile, folder) of the default study after a run in a workflow of its own."""
    return make_study(tmp_path_factory, default_config() | {"inputs": "raw"})


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["raw tables", "code", "rows", "settings"])
def test_what_is_outdated_is_planned_and_nothing_else(default_run, kind, monkeypatch):
    monkeypatch.chdir(default_run[1])
    cases = {"raw tables": lambda: raw_tables(study_at(*default_run)), "code": code, "rows": rows, "settings": settings}
    wrong = list(filter(None, (difference(default_run, case) for case in cases[kind]())))
    assert not wrong, "\n".join(wrong)
