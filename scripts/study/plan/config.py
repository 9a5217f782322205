"""Checks of the configuration that a schema cannot make: references between keys, years, formulas."""

from __future__ import annotations

import re
from collections.abc import Iterable
from difflib import get_close_matches
from pathlib import Path

from study.audit.published import PLACE, published_path
from study.dea.models import check_model, complete_model, model_variables
from study.helpers import InputError, workflow_rows
from study.regression.formula import bootstrap_block, parse_column
from study.regression.terms import CONSTANT, HIGH, names_of, unquoted
from study.words.regions import known_province, province_names

# A cell under cleaning.accept: a province by any name and a year.
CELL = re.compile(r"(.*\S)\s*((?:19|20)\d{2})年?")


def check_config(
    config: dict, variables: Iterable[str], published: Iterable[str], coverage: dict[str, tuple[int, int | None]]
) -> None:
    """Raise InputError naming the key where the configuration contradicts itself or a formula cannot be read.

    variables : what productivity models may use. published : names of the typed tables. coverage :
    first and last year (None: still published) of the raw tables by catalog key; not looked at for a ready panel.
    """
    if "panel" not in config:
        check_years(config["study"]["years"], config.get("capital"), coverage)
        if not Path(config["inputs"]).is_dir():
            raise InputError(f"inputs: there is no folder {config['inputs']}; paths are relative to {Path.cwd()}.")
    check_models(config.get("productivity", {}), set(variables))
    named_variables(config)
    tables, describe = config.get("tables", {}), config.get("describe", {})
    names = [hypothesis["name"] for hypothesis in config.get("hypotheses", [])]
    for name in names:
        if names.count(name) > 1:
            raise InputError(f"hypotheses: two are called {name}; give each a name of its own.")
    lower = {name.lower() for name in tables}
    if "productivity" in lower:
        raise InputError("tables: results/tables/productivity.csv is the table of the models; choose another name.")
    if describe and "table_1" in lower:
        raise InputError("tables: table_1 is made by `describe`; give the regression table another name.")
    compared = {f"tables.{name}": table for name, table in tables.items()} | {"describe": describe}
    for where, table in compared.items():
        for name in (table.get("published"), table.get("published_pairs", {}).get("table")):
            if name and published_path(name, {known: Path(known) for known in published}) is None:
                raise InputError(
                    f"{where}: {config.get('published', PLACE)} has no {name.removesuffix('.csv')}.csv; it has "
                    f"{', '.join(sorted(published)) or 'none'}."
                )


def check_names(config: dict, tables: Iterable[str], provinces: Iterable[str]) -> None:
    """Raise InputError for a raw table or province that `sources`, `cleaning.accept` or `cleaning.missing` misspell.

    tables : keys of the catalog. provinces : slugs, as cells have them after `slugged_cells`.
    """
    tables, provinces = list(tables), [*provinces, "china"]
    named = {f"cleaning.{name}": config["cleaning"].get(name, {}) for name in ("accept", "missing")}
    for where, keys in {"sources": config.get("sources", {}), **named}.items():
        for key in keys:
            if key not in tables:
                raise InputError(f"{where}: resources/catalog.csv has no table {key!r}{_near(key, tables)}.")
    interpolation = config["cleaning"].get("interpolation", "")
    for key in interpolation.get("whole_years", {}) if isinstance(interpolation, dict) else ():
        if key not in tables:
            raise InputError(
                f"cleaning.interpolation.whole_years: resources/catalog.csv has no table {key!r}{_near(key, tables)}."
            )
    chosen = [(f"{where}.{key}", cell) for where, its in named.items() for key in its for cell in its[key]]
    for where, cell in chosen:
        name = cell.rsplit(maxsplit=1)[0]
        if name not in provinces and cell != "all":
            raise InputError(f"{where}: no province {name!r}{_near(name, provinces)}.")


def slugged(provinces: Iterable[str], names: dict[str, str]) -> list[str]:
    """Slugs of provinces that the config gives by any name of `names` (`province_names`); an unknown name stays."""
    return [known_province(name, names) or name for name in provinces]


def study_provinces(excluded: Iterable[str], path: str | Path) -> list[str]:
    """Slugs of the provinces of resources/provinces.csv (`path`) without the `excluded` ones, given by any name.

    Raises InputError for an unknown one, and where none is left.
    """
    provinces, left_out = [row["province"] for row in workflow_rows(path)], set(slugged(excluded, province_names(path)))
    if unknown := sorted(left_out - set(provinces)):
        raise InputError(f"study.excluded_provinces: unknown {', '.join(unknown)}; there are {', '.join(provinces)}.")
    chosen = sorted(name for name in provinces if name not in left_out)
    if not chosen:
        raise InputError("study.excluded_provinces: no province is left.")
    return chosen


def slugged_cells(chosen: dict[str, list[str]], names: dict[str, str], of: str = "accept") -> dict[str, list[str]]:
    """`cleaning.accept`, or another key `of` that section, with its cells as `tianjin 2018`, whatever name of `names`
    the province has there.

    Raises InputError for what is neither a province and a year nor, in `accept`, `all`.
    """
    cells: dict[str, list[str]] = {}
    for key, given in chosen.items():
        cells[key] = []
        for cell in given:
            parts = CELL.fullmatch(cell)
            if not parts and (cell != "all" or of != "accept"):
                whole = ", or `all` for a whole column or table" if of == "accept" else ""
                raise InputError(
                    f"cleaning.{of}.{key}: found {cell!r}, expected a province and a year, as in `tianjin 2018`{whole}."
                )
            cells[key].append(f"{slugged([parts[1]], names)[0]} {parts[2]}" if parts else cell)
    return cells


def _near(name: str, names: list[str]) -> str:
    close = get_close_matches(name, names, n=1)
    return f"; did you mean {close[0]}?" if close else ""


def check_years(years: list[int], capital: dict | None, coverage: dict[str, tuple[int, int | None]]) -> None:
    """The study's years ascend, and the capital stock, if the config has it, starts early enough and where its tables
    have figures."""
    first, last = years
    if first > last:
        raise InputError(f"study.years: the first year {first} is after the last {last}.")
    if capital is None:
        return
    base = capital["base_year"]
    if base > first:
        raise InputError(f"capital.base_year: {base} is after the study's first year {first}.")
    for key in ("gdp", "gross_fixed_capital_formation"):
        since, until = coverage[key]
        if not since <= base <= (until or base):
            raise InputError(
                f"capital.base_year: {base}, but {key} is there for {since} to {until or 'now'} "
                "(resources/catalog.csv)."
            )
    if capital["initial_stock"] != "tenth" and base + 5 > last:
        raise InputError(
            f"capital.initial_stock: {capital['initial_stock']} takes the growth of investment over five years, but "
            f"{base} + 5 is after the study's last year {last}; choose `tenth` or an earlier base_year."
        )


def check_models(productivity: dict, known: set[str]) -> None:
    """Model names differ, the main one is among them, each makes sense and its variables are `known`."""
    models = productivity.get("models", [])
    names = [model["name"] for model in models]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise InputError(f"productivity.models: two models are called {', '.join(twice)}.")
    if names and productivity.get("main", names[0]) not in names:
        raise InputError(f"productivity.main: {productivity['main']!r} is none of the models {', '.join(names)}.")
    for model in models:
        check_model(complete_model(model))
        unknown = [name for name in model_variables(model) if name not in known]
        if unknown:
            close = get_close_matches(unknown[0], sorted(known), n=1)
            hint = f"did you mean {close[0]}? There" if close else "there"
            raise InputError(
                f"productivity.models: {model['name']} uses {', '.join(unknown)}; {hint} are "
                f"{', '.join(sorted(known))}."
            )


def named_variables(config: dict) -> dict[str, list[str]]:
    """Key of the configuration -> the panel's variables it names; InputError for a formula that cannot be read."""
    controls = config.get("controls", [])
    named = {"controls": [name for control in controls for name in names_of(control)]}
    named["describe"] = list(map(unquoted, config.get("describe", {}).get("variables", [])))
    for name, figure in config.get("figures", {}).items():
        if ("variables" in figure) == ("coefficient" in figure):
            raise InputError(f"figures.{name}: give `variables` (over time) or `coefficient` (published against ours).")
        named[f"figures.{name}"] = list(map(unquoted, figure.get("variables") or [figure["coefficient"]]))
    for hypothesis in config.get("hypotheses", []):
        # evidence from a table that this study does not have is shown as missing, and needs no variable
        evidence = [one for one in hypothesis["evidence"] if one["table"] in config.get("tables", {})]
        terms = [one["term"] for one in evidence if one["term"] not in ("indirect", CONSTANT)]
        names = [name for term in terms for name in names_of(term)]
        named[f"hypotheses, {hypothesis['name']}"] = [name for name in names if name != HIGH]
    for name, table in config.get("tables", {}).items():
        for number, column in enumerate(table["columns"], 1):
            where = f"tables.{name}, column {number}"
            try:
                regression = parse_column(column, controls)
            except InputError as error:
                raise InputError(f"{where}: {error}") from None
            if regression.indirect and "bootstrap" not in table:
                raise InputError(
                    f"{where}: a column with `indirect` needs the table's `bootstrap`, e.g. "
                    "{replications: 1000, block: province, level: 95, seed: 2025}; without `block` rows are drawn."
                )
            if regression.indirect:
                try:
                    bootstrap_block(table["bootstrap"], regression)
                except InputError as error:
                    raise InputError(f"{where}: {error}") from None
            named[where] = list(regression.variables)
    return named


def check_winsorise(config: dict, columns: Iterable[str]) -> None:
    """Raise InputError where `cleaning.winsorise` says two things, or names a key or none of the panel's `columns`."""
    settings = config.get("cleaning", {}).get("winsorise", {})
    if "variables" in settings and "except" in settings:
        raise InputError(
            "cleaning.winsorise: give `variables` (these alone are winsorised) or `except` (all amounts but these), "
            "not both."
        )
    columns = [name for name in columns if name not in ("province", "year")]
    for key in ("variables", "except"):
        for name in settings.get(key, []):
            if name not in columns:
                raise InputError(
                    f"cleaning.winsorise.{key}: no variable {name}{_near(name, columns)}; beside its keys the panel "
                    f"has {', '.join(sorted(columns))}."
                )


def check_variables(config: dict, columns: Iterable[str]) -> None:
    """Raise InputError where the configuration names a variable that is not one of the panel's `columns`."""
    for fault in unknown_variables(config, columns):
        raise InputError(fault)


def unknown_variables(config: dict, columns: Iterable[str]) -> list[str]:
    """One message for each key of the configuration that names a variable which is none of the panel's `columns`."""
    columns, faults = set(columns), []
    for where, names in named_variables(config).items():
        unknown = [name for name in names if name not in columns]
        if unknown:
            close = get_close_matches(unknown[0], sorted(columns), n=1)
            hint = f"did you mean {close[0]}? The" if close else "the"
            faults.append(f"{where}: no variable {', '.join(unknown)}; {hint} panel has {', '.join(sorted(columns))}.")
    return faults
