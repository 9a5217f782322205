"""One change at a time: what a dry run plans is what the plan of the study says is outdated, no more and no less."""

import os
import shutil
from contextlib import contextmanager

import pytest
import yaml
from _changes import ELSEWHERE, SETTINGS, SMALL, Case, code, raw_tables, rows, settings, typed
from _jobs import jobs_of, named, outdated
from _plan import SCHEMA, raw_study
from conftest import default_config, make_study, planned_jobs, snakemake
from reruns import changed_config
from study.plan.schema import with_defaults
from study.plan.study import Study

A_DAY = 86_400 * 10**9  # in nanoseconds


def study_at(snakefile, folder):
    """The plan of a study as its config is now, from its folder."""
    config = yaml.safe_load((folder / "config.yaml").read_text("utf-8"))
    return Study(with_defaults(config, SCHEMA), snakefile.parent)


@contextmanager
def changed(snakefile, folder, change):
    """The study or its workflow with one change, taken back at the end with the file's time stamps.

    The changed file is dated a day before the results, as one out of an archive may be: dates alone would not tell.
    """
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
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns - A_DAY))
    try:
        yield
    finally:
        path.write_bytes(content)
        os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))


def difference(study, case: Case) -> str:
    """What a dry run plans beside what it should, empty where they are the same."""
    before = study_at(*study)
    jobs, codebook = jobs_of(before), before.codebook
    tables = {key: before.raw_tables.expected(key) for key in before.raw_tables.used}
    with changed(*study, case.change):
        planned = planned_jobs(snakemake(*study, "--cores", "2", "--dry-run"))
        after = study_at(*study)
        first = [*case.first, *(["codebook"] if after.codebook != codebook else [])]
        first += [f"clean/{key}" for key in after.raw_tables.used if after.raw_tables.expected(key) != tables.get(key)]
        expected = dict(outdated(jobs, jobs_of(after), first))
    more = {rule: jobs for rule, jobs in planned.items() if jobs != expected.get(rule)}
    less = {rule: jobs for rule, jobs in expected.items() if jobs != planned.get(rule)}
    return f"{case.change.kind}, {case.change.name}: planned {more}, expected {less}" if more or less else ""


@pytest.fixture(scope="module")
def default_run(tmp_path_factory):
    """(Snakefile, folder) of the default study after a run in a workflow of its own; what it reads of the user stands
    there a second time."""
    snakefile, folder = make_study(tmp_path_factory, default_config() | {"inputs": "raw"})
    shutil.copytree(folder / "raw", folder / "raw2")
    shutil.copytree(snakefile.parent / "resources" / "published", folder / "typed")
    return snakefile, folder


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["raw tables", "code", "rows", "typed", "settings"])
def test_what_is_outdated_is_planned_and_nothing_else(default_run, kind, monkeypatch):
    monkeypatch.chdir(default_run[1])
    study = study_at(*default_run)
    cases = {"raw tables": lambda: raw_tables(study), "code": code, "rows": rows, "typed": lambda: typed(study)}
    cases["settings"] = settings
    wrong = list(filter(None, (difference(default_run, case) for case in cases[kind]())))
    assert not wrong, "\n".join(wrong)


# One of each kind for the fast suite, by name.
FAST = (
    *("loans", "raw_coal", "robots_china", "gdp", "employment", "urbanisation"),
    *("study/dea/lp", "study/dea/models", "study/regression/formula", "study/publishers/yearbook"),
    *("study/publishers/ifr", "study/checks/cleaning", "study/output/tables", "study/plan/derived", "table.html"),
    *("clean/clean_yearbook", "derive/derive_capital", "productivity/solve_dea", "estimate/estimate_table"),
    *("cities: Yanbian,jilin, -> Yanbian,jilin,checked", "fuels: NCV: GB/T 2589-2008 appendix A -> GB/T 2589-2008"),
    *("units: weight case of 50 kg,1 -> weight case of 50 kg,1.0", "stock_yogo: 1,2,19.93 -> 1,2,19.94"),
    *("provinces: Hebei,,130000 -> Hebei,Ji,130000", "industries: 橡胶制品业,22, -> 橡胶制品业,23,"),
    *("variables: Resident population / land -> Residents / land", "robots: Industrial machinery -> Machinery"),
    *("study.title", "cleaning.interpolation.whole_years", "cleaning.accept", "cleaning.winsorise.except"),
    *("capital.depreciation", "exposure.robots", "productivity.models.+", "productivity.models.1.direction"),
    *("productivity.models.1.index", "controls", "describe.title", "tables.table_2.title", "tables.table_2.columns.+"),
    *("audit.growth", "figures.trends.title", "hypotheses.0.claim"),
)


def test_the_jobs_that_cases_name_are_there():
    study = raw_study()
    jobs = jobs_of(study)
    first = {pattern for case in (*raw_tables(study), *rows(), *settings()) for pattern in case.first}
    assert {pattern for pattern in first if not named(jobs, pattern)} == {"dea/vrs/*"}  # of a model that is added


def leaves(schema, path=()):
    """Paths of the keys of a config that have no keys below them; * for names and numbers of items."""
    below = [((name,), part) for name, part in schema.get("properties", {}).items()]
    below += [(("*",), schema[kind]) for kind in ("items", "additionalProperties") if is_level(schema.get(kind))]
    if not below:
        yield path
    for step, part in below:
        yield from leaves(part, path + step)


def is_level(schema):
    return isinstance(schema, dict) and bool(schema.get("properties") or schema.get("items", {}).get("properties"))


def test_each_key_of_the_config_is_changed():
    keys = [key.split(".") for key, *_ in SETTINGS] + [key.split(".") for key in ELSEWHERE]

    def covers(key, leaf):
        return all(step in (part, "*") for part, step in zip(key, leaf, strict=False)) and len(key) <= len(leaf)

    left = [".".join(leaf) for leaf in leaves(SCHEMA) if not any(covers(key, leaf) for key in keys)]
    assert left == []


def test_one_change_of_each_kind(small_study, monkeypatch):
    monkeypatch.chdir(small_study[1])
    cases = [*raw_tables(study_at(*small_study)), *code(), *rows(), *settings()]
    cases = [*SMALL, *(case for case in cases if case.change.name in FAST)]
    assert len(cases) == len(FAST) + len(SMALL) >= 40
    wrong = list(filter(None, (difference(small_study, case) for case in cases)))
    assert not wrong, "\n".join(wrong)
