"""What `snakemake` makes by default: everything that the config asks for."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING

from study.files.tables import KEYS

if TYPE_CHECKING:
    from study.plan.study import Study


def all_results(study: Study) -> list[str]:
    """Files of everything that the config asks for."""
    config, compared = study.given, bool(study.typed_tables.compared)
    files = [f"results/{name}.csv" for name in ("panel", "panel_winsorised", "winsorised", "codebook")]
    files += [f"results/productivity/{model}{part}.csv" for model in study.models for part in ("", "_infeasible")]
    files += [f"results/productivity/{model}_scale.csv" for model in study.scale_pairs]
    files += [f"results/tables/productivity.{form}" for form in ("csv", "html") if study.models]
    tables = [*(["table_1"] if "describe" in config else []), *study.tables]
    files += [f"results/tables/{table}.{form}" for table in tables for form in ("csv", "html", "tex")]
    figures = [*trends(study), *(comparisons(study) if compared else [])]
    files += [f"results/figures/{figure}.{form}" for figure in figures for form in ("png", "svg")]
    files += [f"results/replication/scorecard.{form}" for form in ("csv", "html") if compared]
    files += [f"results/replication/hypotheses.{form}" for form in ("csv", "html") if config.get("hypotheses")]
    files += [f"results/replication/audit.{form}" for form in ("csv", "html") if study.typed_tables.audited]
    if study.is_raw:
        files += ["results/imputed.csv", "results/imputed_counts.csv"]
    return files


def refreshed(study: Study) -> list[str]:
    """Cleaned tables and derived variables that can be made without a linear program, and the models' variables: made
    again alone, those whose bytes are the same as before leave everything below them as it is."""
    production = ["results/derived/production.csv"] if study.models else []
    if not study.is_raw:
        return ["results/derived/imported.csv", *production]
    derived = study.derived
    tables = [f"results/clean/{key}.csv" for key in derived.raw_needs if study.raw_tables.is_there(key)]
    variables = [
        derived.file(name)
        for name in derived.made
        if name not in KEYS and study.indices.keys().isdisjoint(derived.below(name)) and not derived.lacks(name)
    ]
    whole = [] if derived.lacks(*study.production) else production
    return [*tables, *variables, *whole, "results/imputed.csv"]


def table_files(study: Study) -> dict[str, str]:
    """Every table of the study -> its file of data."""
    tables = [*(["table_1"] if "describe" in study.given else []), *study.tables]
    tables += ["productivity"] if study.models else []
    return {table: f"results/tables/{table}.csv" for table in tables}


def trends(study: Study) -> list[str]:
    """Figures of variables over time."""
    return [name for name, figure in study.given.get("figures", {}).items() if "variables" in figure]


def comparisons(study: Study) -> list[str]:
    """Figures of published coefficients against ours."""
    return [name for name, figure in study.given.get("figures", {}).items() if "coefficient" in figure]


def one_of(names: Iterable[str]) -> str:
    """Regular expression of a wildcard that takes one of these names."""
    return "|".join(map(re.escape, names)) or "(?!)"
