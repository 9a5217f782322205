"""Named indicators of three dimensions -> index of industrial intelligence, with the weight of each indicator."""

import numpy as np
import pandas as pd
from study.files.tables import write_table
from study.files.whole import run_job
from study.helpers import InputError, logger, start_log, write_rows
from study.variables.choices import DIRECTIONS
from study.variables.cleaned_series import read_cleaned


def indicator_values(cells: pd.DataFrame, indicators: list[dict[str, str]]) -> pd.DataFrame:
    """Numerator over denominator (none: the numerator itself) by (province, year), a column an indicator."""
    wide = cells.pivot(index=["province", "year"], columns="indicator", values="value")
    return pd.DataFrame(
        {
            row["name"]: wide[row["numerator"]] / (wide[row["denominator"]] if row["denominator"] else 1.0)
            for row in indicators
        }
    )


def check_whole(values: pd.DataFrame) -> None:
    """Raise InputError naming the first indicator and province-year without a finite value."""
    odd = ~np.isfinite(values)
    if odd.any(axis=None):
        (province, year), name = odd.stack().idxmax()[:2], odd.stack().idxmax()[2]
        raise InputError(f"the indicator {name} has no value in {province} {year}; correct its raw tables.")


def check_varies(values: pd.DataFrame) -> None:
    """Raise InputError for an indicator with one value in all province-years: nothing can be weighed by it."""
    constant = [name for name in values if np.ptp(values[name]) <= 1e-12 * np.abs(values[name]).max()]
    if constant:
        raise InputError(
            f"the indicator {', '.join(constant)} is the same in all province-years; leave it out of "
            "variables.intelligence.indicators, or correct its raw table."
        )


def entropy_weights(scores: np.ndarray) -> np.ndarray:
    """Weights (indicators,) that sum to 1, from scores (observations, indicators) in [0, 1], pooled province-years.

    p_ij = z_ij / sum_i z_ij, e_j = -sum_i p_ij ln p_ij / ln n with 0 ln 0 = 0, w_j = (1 - e_j) / sum_k (1 - e_k)
    (Shannon's entropy as a weight: what is spread evenly says little).
    """
    shares = scores / scores.sum(axis=0)
    logarithms = np.log(shares, out=np.zeros_like(shares), where=shares > 0)
    divergence = 1 + (shares * logarithms).sum(axis=0) / np.log(len(scores))
    return divergence / divergence.sum()


def entropy_index(values: np.ndarray, signs: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Index (observations,) in 0-100 and weights (indicators,): weighted mean of direction-signed min-max scores."""
    signed = values * signs
    scores = (signed - signed.min(axis=0)) / np.ptp(signed, axis=0)
    weights = entropy_weights(scores)
    return 100 * scores @ weights, weights


def component_index(values: np.ndarray, signs: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """First principal component of the standardised, direction-signed indicators, 0-100, and its loadings.

    Loadings have unit length; their sign is the one with a positive sum. The component's smallest value is 0, its
    largest 100.
    """
    signed = values * signs
    standardised = (signed - signed.mean(axis=0)) / signed.std(axis=0)
    _, spread, directions = np.linalg.svd(standardised, full_matrices=False)
    loadings = directions[0] * (1 if directions[0].sum() >= 0 else -1)
    logger.info("the first component explains %.1f%% of the variance", 100 * spread[0] ** 2 / (spread**2).sum())
    component = standardised @ loadings
    return 100 * (component - component.min()) / np.ptp(component), loadings


INDEX_METHODS = {"entropy": entropy_index, "principal_component": component_index}


def main(snakemake) -> None:
    """Write `intelligence_index` of the study's province-years and the weights."""
    start_log(snakemake)
    params = snakemake.params
    cells = read_cleaned(snakemake.input.cells, params.first)
    cells = cells[cells["province"] != "china"]
    values = indicator_values(cells, params.indicators)
    check_whole(values)
    check_varies(values)
    signs = np.array([DIRECTIONS[row["direction"]] for row in params.indicators])
    index, weights = INDEX_METHODS[params.method](values.to_numpy(), signs)
    rows = []
    for row, weight in zip(params.indicators, weights, strict=True):
        logger.info("%s (%s, %s): %.4f", row["name"], row["dimension"], row["direction"], weight)
        rows.append((*(row[key] for key in ("name", "label_en", "dimension", "direction")), float(weight)))
    header = ["indicator", "label", "dimension", "direction", "weight"]
    write_rows(snakemake.output.weights, header, rows)
    table = pd.Series(index, values.index, name="intelligence_index").reset_index()
    write_table(table, snakemake.output.index)


if "snakemake" in globals():
    run_job(main, snakemake)  # noqa: F821
