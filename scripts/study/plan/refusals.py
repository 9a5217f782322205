"""Everything for which a study is refused when Snakemake starts, before any job."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from study.checks.panel_contents import check_figures, check_samples
from study.checks.panel_roles import check_categories, check_production
from study.dea.models import check_base_year
from study.dea.subsampling import check_asked
from study.files.unchanged import check_dates
from study.helpers import InputError
from study.plan.command import asked_bootstraps, check_command
from study.plan.config import check_config, check_names, check_variables, check_winsorise, named_variables
from study.plan.panel_outline import keep_outline
from study.plan.raw_tables import NOT_BY_PROVINCE
from study.plan.workflow_tables import ESTIMATED, READ
from study.words.forms import form_of

if TYPE_CHECKING:
    from study.plan.study import Study

MOST_JOBS = 50_000  # of linear programs; Snakemake takes minutes and gigabytes to plan as many
# Folders of results/ that jobs read.
RESULTS = (
    *("", "clean", "clean/imputed", "derived", "derived/imputed", "productivity", "estimates", "winsorised", "tables"),
    "replication",
)


def check_study(study: Study, main: bool = True) -> None:
    """Raise InputError for the first thing that keeps a study from being made.

    With the check of a ready panel alone asked for, what is wrong with the panel is left to its page. A panel that an
    earlier start found sound is not read again (`panel_outline`). main : look at
    the command and for files dated ahead of the clock, too, as the main process does once for its jobs.
    """
    if main:
        check_command(study.command)
    if {"{", "}"} & set(str(study.home)):
        raise InputError(f"{study.home}: Snakemake takes braces for names of its own; rename the workflow's folder.")
    typed = study.typed_tables.by_name
    if study.is_raw:
        check_raw_names(study)
    elif not (study.checked_alone or study.kept_outline):
        check_panel(study)
    if not study.is_raw:
        for section in ("variables", "catalog"):
            if study.given.get(section, {}).get("own"):
                raise InputError(
                    f"{section}.own: rows are for studies of raw tables; give a ready panel the column in its file."
                )
    check_config(
        study.config,
        variables=[name for name in study.variables.known if name != "gtfp"]
        if study.is_raw
        else {*study.columns, *(study.model_signs if study.checked_alone else ())},
        published=typed,
        coverage=study.raw_tables.coverage if study.is_raw else {},
    )
    if study.is_raw:
        study.variables.check()
    for model in () if study.checked_alone else study.models.values():
        check_base_year(model, study.periods.names)
    check_jobs(len(study.models), len(study.units), study.units_per_job)
    for name in asked_bootstraps(study.command):
        check_asked(name, study.models, study.bootstrap, len(study.units))
    if has_own_columns(study):
        check_sections(study)
        check_variables(study.config, study.columns)
        check_winsorise(study.config, study.columns)
    if study.is_raw:
        cells = dict.fromkeys(study.columns, ()) | {"province": list(study.units), "year": study.periods.names}
        check_samples(cells, study.tables, study.given.get("controls", []))
        check_raw_tables(study)
    study.marks_of(*(READ if study.is_raw else ESTIMATED))  # refuses tables of the workflow that cannot be read
    if main:
        check_dates(dated_files(study))
    study.typed_tables.check_differences(has_own_columns(study))
    if not (study.is_raw or study.checked_alone or study.kept_outline):
        keep_outline(study, study.outline_mark)
        study.forget_panel()


def check_jobs(models: int, units: int, units_per_job: int) -> None:
    """Raise InputError where the linear programs are more jobs than Snakemake plans in reasonable time."""
    jobs = models * -(-units // units_per_job)
    if jobs > MOST_JOBS:
        raise InputError(
            f"productivity.units_per_job: {units_per_job} makes {jobs:,} jobs of {models} models and {units:,} units, "
            f"and Snakemake plans no more than {MOST_JOBS:,} in reasonable time; set it to some thousand."
        )


def has_own_columns(study: Study) -> bool:
    """Whether what the config names has to be a column of the panel.

    A panel laid over the default study (--configfile from the root) still carries that study's tables: one floor may be
    asked of it, and the scripts tell a missing variable.
    """
    return study.is_raw or not ("inputs" in study.given or study.checked_alone)


def check_raw_names(study: Study) -> None:
    """Raise InputError where the config of a raw study names a province or raw table that there is none of."""
    catalog = study.raw_tables.catalog
    _ = study.units  # refuses what it cannot be made of, like all that is only asked for here
    check_names(study.config, catalog, [row["province"] for row in study.rows("provinces")])
    for where, keys in (("accept", study.accepted), ("missing", study.left_out)):
        for key in keys:
            if form_of(catalog[key]["theme"]) in NOT_BY_PROVINCE:
                raise InputError(
                    f"cleaning.{where}: {key} has no figures by province and year that could be named here; correct "
                    "its file."
                )
    _ = study.raw_tables.activities, study.raw_tables.indicators


def check_sections(study: Study) -> None:
    """Raise InputError where a raw study names a variable for which its config lacks a section."""
    if not study.is_raw:
        return
    named = {"productivity.models": study.production} | named_variables(study.config)
    for where, names in named.items():
        for name in names:
            if lacking := study.variables.lacking_sections(name):
                sections = " and ".join(f"`{section}`" for section in lacking)
                raise InputError(
                    f"{where}: {name} is made as the section {sections} of the config says, which is not there; add it "
                    "(docs/config.md has one to copy), or leave the variable out."
                )


def check_raw_tables(study: Study) -> None:
    """Raise InputError where the catalog has no table for a choice of the config, or a raw table is not where it is
    said to be."""
    raw = study.raw_tables
    for key in filter(None, (*raw.robots, raw.base_employment, raw.foreign_employment)):
        raw.path(key)
    _ = raw.sources


def check_panel(study: Study) -> None:
    """Raise InputError where the user's panel cannot be read or does not hold what models and regressions need."""
    panel, controls = study.given["panel"], study.given.get("controls", [])
    path, (header, rows, lines) = panel["path"], study.panel_file
    named_variables(study.config)  # tells a formula that cannot be read with its table and column
    for name in sorted(study.panel_formulas.keys() & {*study.named, *study.model_signs}):
        raise InputError(f"{study.panel_formulas[name]} The study uses the column {name}.")
    check_categories(path, header, rows, lines, study.categories)
    _ = study.periods
    check_production(path, header, rows, lines, study.model_signs, panel["columns"])
    if taken := sorted(set(header) & set(study.indices)):
        raise InputError(f"{path}: the models make {', '.join(taken)}; give the file's column another name.")
    check_figures(path, header, rows, lines, study.tables, controls)
    check_samples(
        dict(zip(header, zip(*rows, strict=True), strict=True)) | dict.fromkeys(study.indices, ()),
        study.tables,
        controls,
    )
    _ = study.units


def dated_files(study: Study) -> list[str]:
    """Files and folders of what jobs read: the workflow's own, the user's, and results that come from elsewhere."""
    code = [path for kind in ("*.py", "*.html") for path in (study.home / "scripts").rglob(kind)]
    workflows = [study.from_workflow(folder) for folder in ("resources", "resources/published")]
    workflows += sorted(map(os.path.relpath, {path.parent for path in code}))
    users = study.raw_tables.files(*study.raw_tables.used) if study.is_raw else [study.given["panel"]["path"]]
    typed = study.typed_tables.files if study.typed_tables.audited else []
    return [*workflows, *users, *typed, *(str(Path("results", folder)) for folder in RESULTS)]
