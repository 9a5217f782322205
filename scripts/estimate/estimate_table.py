"""The regressions of one table, from the files of its variables to a JSON file."""

import json
import math
from collections.abc import Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pandas as pd
from study.files.tables import write_table
from study.files.whole import run_job
from study.helpers import InputError, logger, start_log, workflow_rows, workflow_table
from study.regression.formula import Regression, parse_column
from study.regression.instruments import first_stages, instrument_tests
from study.regression.least_squares import Design, Estimates, estimate, prepare
from study.regression.mediation import indirect_effect
from study.regression.stars import stars_of
from study.variables.panel_columns import read_panel_of
from study.variables.winsorised import winsorised

NOT_FINITE = "the estimates are not finite"


def estimate_table(
    panel: pd.DataFrame,
    table: str,
    columns: Sequence[str | Mapping],
    controls: Sequence[str] = (),
    bootstrap: Mapping | None = None,
    critical_values: Sequence[Mapping[str, str]] = (),
    terms: pd.DataFrame | None = None,
) -> list[dict]:
    """One dictionary a column of `table`, estimated on `panel` (one row a province-year).

    terms : the panel with its amounts winsorised, which the formulas' terms are taken from; None for the panel's.
    bootstrap : of the columns with an indirect effect. critical_values : rows of resources/stock_yogo.csv. Every column
    is read, looked up and prepared before the first estimation. A column whose numbers fail (a singular matrix, an
    overflow) says so under `failed` and has no terms; the others are estimated. Raises InputError that names the table,
    the column and the term.
    """
    designs, results = {}, {}
    parsed = []
    for number, column in enumerate(columns, start=1):
        with located(table, number):
            parsed.append(parse_column(column, controls))
    for number, regression in enumerate(parsed, start=1):
        with located(table, number), isolated(table, number, regression, results):
            designs[number] = prepare(panel, regression, terms)
    for number, design in designs.items():
        with located(table, number), isolated(table, number, design.regression, results):
            results[number] = estimate_column(number, design, bootstrap, critical_values)
    return [results[number] for number in sorted(results)]


def estimate_column(
    number: int, design: Design, bootstrap: Mapping | None, critical_values: Sequence[Mapping[str, str]]
) -> dict:
    """One column's dictionary; FloatingPointError where its estimates are not finite."""
    estimates = estimate(design)
    if not (np.isfinite(estimates.coefficients).all() and np.isfinite(estimates.covariance).all()):
        raise FloatingPointError(NOT_FINITE)
    result = describe_column(str(number), design, estimates)
    if design.sample.high:
        result["high"] = design.sample.high
    if design.regression.endogenous:
        result |= describe_instruments(design, result["stats"], critical_values)
    if design.regression.indirect:
        result["indirect"] = indirect_effect(design, bootstrap)
    stats = estimates.stats
    logger.info(
        "column %d: %s: N = %d (dropped: %d rows with missing values, %d singletons), residual df %d",
        number,
        design.regression.formula,
        stats["n"],
        stats["n_missing"],
        stats["n_singletons"],
        stats["df_resid"],
    )
    return result


def describe_column(column: str, design: Design, estimates: Estimates) -> dict:
    """The contract's dictionary of one column; an empty `sample` means all rows. `dropped` names collinear terms."""
    regression = design.regression
    return {
        "column": column,
        "formula": regression.formula,
        "sample": design.sample.description,
        "vcov": regression.covariance,
        "dependent": regression.dependent,
        "group": regression.group,
        "absorbed": list(regression.absorbed),
        "weights": regression.weights,
        "dropped": list(design.dropped),
        "terms": describe_terms(estimates),
        "stats": dict(estimates.stats),
    }


def describe_failure(column: str, regression: Regression, reason: str) -> dict:
    """The dictionary of a column that is not estimated: what was asked, no terms, and why under `failed`."""
    return {
        "column": column,
        "formula": regression.formula,
        "sample": regression.sample,
        "vcov": regression.covariance,
        "dependent": regression.dependent,
        "group": regression.group,
        "absorbed": list(regression.absorbed),
        "weights": regression.weights,
        "dropped": [],
        "terms": [],
        "stats": {},
        "failed": reason,
    }


def describe_instruments(design: Design, stats: dict, critical_values: Sequence[Mapping[str, str]]) -> dict:
    """What an instrumental-variables column has besides: its variables, first stages, and `stats` with the tests."""
    left_out = [term for term in design.dropped if term in design.regression.instruments]
    return {
        "endogenous": list(design.regression.endogenous),
        "instruments": list(design.instruments),
        **({"dropped_instruments": left_out} if left_out else {}),
        "first_stages": [
            {"dependent": name, "terms": describe_terms(stage), "stats": dict(stage.stats)}
            for name, stage in first_stages(design).items()
        ],
        "stats": stats | instrument_tests(design, critical_values),
    }


def describe_terms(estimates: Estimates) -> list[dict]:
    """One dictionary a term, with stars."""
    terms = estimates.table
    terms.insert(5, "stars", [stars_of(p_value) for p_value in terms["p_value"]])
    return terms.to_dict("records")


def to_json(columns: list[dict]) -> str:
    """JSON, numbers to the last bit; one that is not finite becomes null."""

    def finite(value):
        if isinstance(value, dict):
            return {key: finite(item) for key, item in value.items()}
        if isinstance(value, list):
            return [finite(item) for item in value]
        if isinstance(value, float):
            return float(value) if math.isfinite(value) else None
        return value

    return json.dumps(finite(columns), indent=1, ensure_ascii=False, allow_nan=False) + "\n"


@contextmanager
def located(table: str, column: int):
    """Say in an InputError which column of which table it comes from."""
    try:
        yield
    except InputError as error:
        raise InputError(f"{table}, column {column}: {error}") from None


@contextmanager
def isolated(table: str, column: int, regression: Regression, results: dict[int, dict]):
    """Put a numerical failure into the column's place among `results`, with a warning; a user's mistake goes through.

    Not a number and failed factorisations are ValueError to numpy, scipy and linearmodels.
    """
    try:
        yield
    except (ArithmeticError, ValueError) as error:
        reason = str(error) if str(error) == NOT_FINITE else f"{type(error).__name__}: {error}"
        logger.warning("%s, column %d is not estimated: %s", table, column, reason)
        logger.info("column %d", column, exc_info=True)
        results[column] = describe_failure(str(column), regression, reason)


def main(snakemake) -> None:
    start_log(snakemake)
    params = snakemake.params
    panel = read_panel_of(params.sources, params.years)
    terms, moved = winsorised(panel, params.winsorise)
    columns = estimate_table(
        panel,
        snakemake.wildcards.table,
        list(params.columns),
        list(params.controls),
        params.bootstrap,
        workflow_rows(workflow_table("stock_yogo")),
        terms,
    )
    if params.note:
        columns = [column | {"note": params.note} for column in columns]
    Path(snakemake.output.estimates).write_text(to_json(columns), encoding="utf-8")
    write_table(moved, snakemake.output.winsorised, keys=())


if "snakemake" in globals():
    run_job(main, snakemake)  # noqa: F821
