"""The regressions of one table, from the winsorised panel to a JSON file."""

import json
import math
from collections.abc import Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import pandas as pd
from _formula import Regression, parse_column
from _helpers import InputError, logger, read_table, start_log
from _regression import Estimates, check_variables, fit_fixed_effects


def estimate_table(
    panel: pd.DataFrame, table: str, columns: Sequence[str | Mapping], controls: Sequence[str] = ()
) -> list[dict]:
    """One dictionary a column of `table`, estimated on `panel` (one row a province-year).

    Every formula is read and every variable looked up before the first estimation. Raises InputError that
    names the table, the column and the formula.
    """
    regressions = []
    for number, column in enumerate(columns, start=1):
        with located(table, number):
            regressions.append(parse_column(column, controls))
            check_variables(panel, regressions[-1])
    results = []
    for number, regression in enumerate(regressions, start=1):
        with located(table, number):
            estimates = fit_fixed_effects(panel, regression)
        stats = estimates.stats
        logger.info(
            "column %d: %s: N = %d (dropped: %d rows with missing values, %d singletons), residual df %d",
            number,
            regression.formula,
            stats["n"],
            stats["n_missing"],
            stats["n_singletons"],
            stats["df_resid"],
        )
        results.append(describe_column(str(number), regression, estimates))
    return results


def describe_column(column: str, regression: Regression, estimates: Estimates) -> dict:
    """The contract's dictionary of one column; `sample` is empty, which means all rows."""
    terms = estimates.table
    terms.insert(5, "stars", [stars(p_value) for p_value in terms["p_value"]])
    return {
        "column": column,
        "formula": regression.formula,
        "sample": "",
        "vcov": regression.vcov,
        "dependent": regression.dependent,
        "group": regression.group,
        "absorbed": list(regression.absorbed),
        "terms": terms.to_dict("records"),
        "stats": dict(estimates.stats),
    }


def stars(p_value: float) -> str:
    """*** p < .01, ** p < .05, * p < .1."""
    return "*" * sum(p_value < level for level in (0.01, 0.05, 0.1))


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
    panel = read_table(snakemake.input.panel)
    columns = estimate_table(
        panel, snakemake.wildcards.table, list(snakemake.params.columns), list(snakemake.params.controls)
    )
    if snakemake.params.note:
        columns = [column | {"note": snakemake.params.note} for column in columns]
    Path(snakemake.output[0]).write_text(to_json(columns), encoding="utf-8")


if "snakemake" in globals():
    main(snakemake)  # noqa: F821
