"""The jobs of a study as its plan tells them, and what has to run again after a change: what the rules do is held
against this.

A job is named by the file that it is for, without results/ and the ending: `clean/gdp`, `derived/ai`, `dea/gml/hebei`,
`productivity/gml`, `panel`, `estimates/table_2`, `tables/table_2`.
"""

from collections import Counter
from collections.abc import Iterable
from fnmatch import fnmatch
from typing import NamedTuple

from study.plan.targets import comparisons, trends
from study.plan.typed_tables import TypedTables
from study.words.forms import form_of


class Job(NamedTuple):
    """The rule of a job, and the jobs whose results it reads."""

    rule: str
    reads: tuple[str, ...]


def jobs_of(study) -> dict[str, Job]:
    """Every job of a study of raw tables that its results need, by name."""
    jobs = {**_tables(study), **_variables(study), **_models(study), **_panel(study), **_shown(study)}
    return {name: jobs[name] for name in _needed(study, jobs)}


def name_of(path: str) -> str:
    """The job that a result is for."""
    name = path.removeprefix("results/").rpartition(".")[0]
    return "imputed" if name == "imputed_counts" else name.replace("/imputed/", "/").removesuffix("_infeasible")


def _tables(study) -> dict[str, Job]:
    tables = study.raw_tables
    return {f"clean/{key}": Job(f"clean_{form_of(tables.catalog[key]['theme'])}", ()) for key in tables.used}


def _variables(study) -> dict[str, Job]:
    derived, jobs = study.derived, {}
    for name in derived.made:
        if name in study.indices or name not in study.variables.known:
            continue
        files = [*derived.cells(name), *derived.parts(name), *derived.beside(name)]
        rule = study.variables.known[name].row["rule"] or "derive_variable"
        jobs[f"derived/{name}"] = Job(rule, tuple(map(name_of, files)))
    made = [*derived.imputed, *derived.contradicted_of(derived.made)]
    jobs["imputed"] = Job("derive_imputed", tuple(map(name_of, made)))
    return jobs


def _models(study) -> dict[str, Job]:
    jobs = {"derived/production": Job("derive_production", tuple(f"derived/{name}" for name in study.production))}
    for model in study.models:
        solved = [f"dea/{model}/{unit}" for unit in study.jobs]
        jobs |= {name: Job("solve_dea", ("derived/production",)) for name in solved}
        jobs[f"productivity/{model}"] = Job("index_productivity", tuple(solved))
        if model in study.scale_pairs:
            pair = (f"productivity/{model}", f"productivity/{study.scale_pairs[model]}")
            jobs[f"productivity/{model}_scale"] = Job("index_scale", pair)
    if study.models:
        jobs["tables/productivity"] = Job("tabulate_productivity", tuple(f"productivity/{m}" for m in study.models))
    return jobs


def _panel(study) -> dict[str, Job]:
    return {
        "panel": Job("build_panel", _of_variables(study, study.derived.panel_columns)),
        "panel_winsorised": Job("winsorise_panel", ("panel",)),
        "codebook": Job("build_codebook", ()),
    }


def _of_variables(study, names: Iterable[str]) -> tuple[str, ...]:
    return tuple(map(name_of, study.derived.files_of(names)))


def _shown(study) -> dict[str, Job]:
    derived, typed = study.derived, study.typed_tables
    jobs = {
        f"estimates/{table}": Job("estimate_table", _of_variables(study, study.table_variables(table)))
        for table in study.tables
    }
    jobs |= {f"tables/{table}": Job("tabulate_table", (f"estimates/{table}", "codebook")) for table in study.tables}
    described = [*derived.files_of(study.described), *derived.imputed_files(study.described)]
    described += derived.contradicted_of(study.described)
    jobs["tables/table_1"] = Job("tabulate_description", (*map(name_of, described), "codebook"))
    for figure in trends(study):
        jobs[f"figures/{figure}"] = Job("plot_trends", (*_of_variables(study, study.drawn(figure)), "codebook"))
    for figure in comparisons(study):
        jobs[f"figures/{figure}"] = Job("plot_comparison", ("replication/scorecard", "codebook"))
    compared = tuple(f"tables/{table}" for table in typed.compared)
    jobs["replication/scorecard"] = Job("compare_published", (*compared, "codebook"))
    jobs |= _hypotheses(typed)
    return jobs


def _hypotheses(typed: TypedTables) -> dict[str, Job]:
    evidence = tuple(f"estimates/{table}" for table in typed.evidence)
    audit = ("replication/audit",) if typed.audited else ()
    return {
        "replication/audit": Job("tabulate_audit", ()),
        "replication/hypotheses": Job("compare_hypotheses", (*evidence, *audit, "codebook")),
    }


def _needed(study, jobs: dict[str, Job]) -> set[str]:
    """Jobs of what the config asks for and of all that it is made of."""
    from study.plan.targets import all_results

    needed, ahead = set(), [name_of(path) for path in all_results(study)]
    while ahead:
        name = "panel_winsorised" if (name := ahead.pop()) == "winsorised" else name
        if name not in needed:
            needed.add(name)
            ahead += jobs[name].reads
    return needed


def named(jobs: dict[str, Job], pattern: str) -> set[str]:
    """Jobs by a name, with * for any part, or by their rule."""
    return {name for name, job in jobs.items() if fnmatch(name, pattern) or job.rule == pattern}


def outdated(before: dict[str, Job], after: dict[str, Job], first: Iterable[str]) -> Counter:
    """Rule -> number of jobs of a changed study that run again: those `first` do, those that read other files than
    before or that there were none of, and all that read what one of these makes.

    first : as `named` takes them.
    """
    again = {name for name, job in after.items() if before.get(name) != job}
    for pattern in first:
        again |= named(after, pattern)
    while more := {name for name, job in after.items() if name not in again and not again.isdisjoint(job.reads)}:
        again |= more
    return Counter(after[name].rule for name in again)
