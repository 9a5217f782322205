"""The panel -> the panel with every continuous variable winsorised."""

import numpy as np
import pandas as pd
from _helpers import logger, read_table, start_log, write_table


def winsorise(values: np.ndarray, lower: float, upper: float) -> np.ndarray:
    """Values below the `lower` percentile or above the `upper` one set to it; missing values stay missing.

    The percentile is Stata's (`_pctile`, `summarize, detail`): numpy's `averaged_inverted_cdf`.
    """
    low, high = np.percentile(values[~np.isnan(values)], [lower, upper], method="averaged_inverted_cdf")
    return np.clip(values, low, high)


def winsorise_panel(panel: pd.DataFrame, lower: float, upper: float) -> pd.DataFrame:
    """Every numeric column winsorised over the pooled province-years; two-valued indicators and text stay."""
    panel = panel.copy()
    for name in panel.columns.drop(["province", "year"]):
        column = panel[name]
        if not pd.api.types.is_numeric_dtype(column) or column.nunique() <= 2:
            continue
        values = column.to_numpy(dtype=float)
        panel[name] = winsorise(values, lower, upper)
        logger.info("%s: %d of %d values moved", name, (panel[name] != values)[~np.isnan(values)].sum(), len(values))
    return panel


def main(snakemake) -> None:
    """Write panel_winsorised.csv; without percentiles in the config it equals panel.csv."""
    start_log(snakemake)
    panel = read_table(snakemake.input.panel)
    if snakemake.params.percentiles:
        panel = winsorise_panel(panel, **snakemake.params.percentiles)
    write_table(panel, snakemake.output[0])


if "snakemake" in globals():
    main(snakemake)  # noqa: F821
