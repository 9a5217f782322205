"""The panel -> the panel with every continuous variable winsorised."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from _helpers import InputError, logger, read_table, start_log, write_table


def winsorise(values: np.ndarray, lower: float, upper: float) -> np.ndarray:
    """Values below the `lower` percentile or above the `upper` one set to it; missing values stay missing.

    The percentile is Stata's (`_pctile`, `summarize, detail`): numpy's `averaged_inverted_cdf`.
    """
    low, high = np.percentile(values[~np.isnan(values)], [lower, upper], method="averaged_inverted_cdf")
    return np.clip(values, low, high)


def winsorise_panel(panel: pd.DataFrame, lower: float, upper: float, keep: Sequence[str] = ()) -> pd.DataFrame:
    """Every numeric column winsorised over the pooled province-years.

    Two-valued indicators, text, the keys and the columns `keep` (absorbed effects, whose values are names) stay. Raises
    InputError for an infinite value, which a percentile would hide.
    """
    panel = panel.copy()
    for name in panel.columns:
        column = panel[name]
        if name in ("province", "year", *keep) or not pd.api.types.is_numeric_dtype(column) or column.nunique() <= 2:
            continue
        values = column.to_numpy(dtype=float)
        if np.isinf(values).any():
            row = panel.loc[np.isinf(values)].iloc[0]
            raise InputError(f"{name} of {row['province']} {row['year']} is infinite; correct what it is made from.")
        panel[name] = winsorise(values, lower, upper)
        logger.info("%s: %d of %d values moved", name, (panel[name] != values)[~np.isnan(values)].sum(), len(values))
    return panel


def main(snakemake) -> None:
    """Write panel_winsorised.csv; without percentiles in the config it equals panel.csv."""
    start_log(snakemake)
    panel = read_table(snakemake.input.panel)
    if snakemake.params.percentiles:
        panel = winsorise_panel(panel, **snakemake.params.percentiles, keep=snakemake.params.keep)
    write_table(panel, snakemake.output[0])


if "snakemake" in globals():
    main(snakemake)  # noqa: F821
