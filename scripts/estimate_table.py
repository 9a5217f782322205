"""The regressions of one table, from the winsorised panel to a JSON file."""

import json
import math
from collections.abc import Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import pandas as pd
from _formula import parse_column
from _helpers import InputError, logger, read_rows, read_table, stars, start_log
from _instruments import first_stages, instrument_tests
from _mediation import indirect_effect
from _regression import Design, Estimates, estimate, prepare


def estimate_table(
    panel: pd.DataFrame,
    table: str,
    columns: Sequence[str | Mapping],
    controls: Sequence[str] = (),
    bootstrap: Mapping | None = None,
    critical_values: Sequence[Mapping[str, str]] = (),
) -> list[dict]:
    """One dictionary a column of `table`, estimated on `panel` (one row a province-year).

    bootstrap : of the columns with an indirect effect. critical_values : rows of resources/stock_yogo.csv. Every column
    is read, looked up and prepared before the first estimation. Raises InputError that names the table, the column and
    the term.
    """
    designs = []
    for number, column in enumerate(columns, start=1):
        with located(table, number):
            designs.append(prepare(panel, parse_column(column, controls)))
    results = []
    for number, design in enumerate(designs, start=1):
        with located(table, number):
            estimates = estimate(design)
            results.append(describe_column(str(number), design, estimates))
            if design.sample.high:
                results[-1]["high"] = design.sample.high
            if design.regression.endogenous:
                results[-1] |= describe_instruments(design, results[-1]["stats"], critical_values)
            if design.regression.indirect:
                results[-1]["indirect"] = indirect_effect(design, bootstrap)
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
    return results


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


def describe_instruments(design: Design, stats: dict, critical_values: Sequence[Mapping[str, str]]) -> dict:
    """What an instrumental-variables column has besides: its variables, first stages, and `stats` with the tests."""
    return {
        "endogenous": list(design.regression.endogenous),
        "instruments": list(design.instruments),
        "first_stages": [
            {"dependent": name, "terms": describe_terms(stage), "stats": dict(stage.stats)}
            for name, stage in first_stages(design).items()
        ],
        "stats": stats | instrument_tests(design, critical_values),
    }


def describe_terms(estimates: Estimates) -> list[dict]:
    """One dictionary a term, with stars."""
    terms = estimates.table
    terms.insert(5, "stars", [stars(p_value) for p_value in terms["p_value"]])
    return terms.to_dict("records")


def to_json(columns: list[dict]) -> str:
    """JSON with twelve significant digits; a number that is not finite becomes null."""

    def rounded(value):
        if isinstance(value, dict):
            return {key: rounded(item) for key, item in value.items()}
        if isinstance(value, list):
            return [rounded(item) for item in value]
        if isinstance(value, float):
            return float(f"{value:.12g}") if math.isfinite(value) else None
        return value

    return json.dumps(rounded(columns), indent=1, ensure_ascii=False, allow_nan=False) + "\n"


@contextmanager
def located(table: str, column: int):
    """Say in an InputError which column of which table it comes from."""
    try:
        yield
    except InputError as error:
        raise InputError(f"{table}, column {column}: {error}") from None


def main(snakemake) -> None:
    start_log(snakemake)
    params = snakemake.params
    columns = estimate_table(
        read_table(snakemake.input.panel),
        snakemake.wildcards.table,
        list(params.columns),
        list(params.controls),
        params.bootstrap,
        read_rows(snakemake.input.critical_values),
    )
    if params.note:
        columns = [column | {"note": params.note} for column in columns]
    Path(snakemake.output[0]).write_text(to_json(columns), encoding="utf-8")


if "snakemake" in globals():
    main(snakemake)  # noqa: F821
