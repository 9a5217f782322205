"""Activities x factors -> CO2 of scopes 1, 2 and 3."""

from collections.abc import Mapping

import numpy as np
import pandas as pd
from study.files.tables import write_table
from study.files.whole import run_job
from study.helpers import InputError, logger, start_log, workflow_table
from study.variables.cleaned_series import read_cleaned
from study.variables.emissions import emission_factors


def activity_factors(activities: list[dict[str, str]], fuels: Mapping[str, float]) -> pd.Series:
    """10^4 t CO2 per catalog unit of each activity, index `key`.

    activities : rows of resources/activities.csv; a row with a `fuel` takes the factor of that fuel, another its own
    `factor`, either times `scale`. fuels : kg CO2 per kg (natural gas: per m3). Raises InputError for a row with
    neither, or with a fuel that has no factor.
    """
    factors = {}
    for row in activities:
        if bool(row["fuel"]) == bool(row["factor"]) or (row["fuel"] and row["fuel"] not in fuels):
            raise InputError(
                f"resources/activities.csv: {row['key']} needs either a fuel of resources/fuels.csv or a factor; "
                f"fuel is {row['fuel']!r}, factor {row['factor']!r}."
            )
        factor = fuels[row["fuel"]] if row["fuel"] else float(row["factor"])
        factors[row["key"]] = factor * float(row["scale"])
    return pd.Series(factors)


def scope_emissions(cells: pd.DataFrame, activities: list[dict[str, str]], factors: pd.Series) -> pd.DataFrame:
    """CO2 in 10^4 t by (province, year), a column `scope_<n>` a scope (Cong, Liu and Zhao 2014: scopes of cities).

    cells : long table `province, year, indicator, value` in the catalog's units. A scope may be negative where more
    power leaves a province than enters it.
    """
    wide = cells.pivot(index=["province", "year"], columns="indicator", values="value")
    scopes = sorted({int(row["scope"]) for row in activities})
    keys = {scope: [row["key"] for row in activities if int(row["scope"]) == scope] for scope in scopes}
    return pd.DataFrame({f"scope_{n}": (wide[keys[n]] * factors[keys[n]]).sum(axis=1, skipna=False) for n in scopes})


def log_total(emissions: pd.DataFrame) -> pd.Series:
    """Logarithm of the scopes' sum; InputError naming every province-year where it is not above zero."""
    total = emissions.sum(axis=1, skipna=False)
    bad = [f"  {province} {year}: {value:g}" for (province, year), value in total.items() if not value > 0]
    if bad:
        raise InputError(
            "emissions of the chosen scopes have no logarithm where more power leaves a province than it emits "
            "otherwise; correct the raw tables, or change emissions.scopes (10^4 t):\n" + "\n".join(bad)
        )
    return np.log(total)


def main(snakemake) -> None:
    """Write `ln_co2_scopes` (ln 10^4 t) and the scopes' emissions; log each factor and the sum over provinces."""
    start_log(snakemake)
    params = snakemake.params
    factors = activity_factors(params.activities, emission_factors(workflow_table("fuels"), params.factors))
    for row in params.activities:
        logger.info("scope %s, %s: %.6g x 10^4 t CO2 per unit", row["scope"], row["activity"], factors[row["key"]])
    cells = read_cleaned(snakemake.input.cells, params.first)
    emissions = scope_emissions(cells[cells["province"] != "china"], params.activities, factors)
    for year, sums in emissions.groupby("year").sum().iterrows():
        parts = ", ".join(f"{name.replace('_', ' ')} {value / 100:.1f}" for name, value in sums.items())
        logger.info("%s: the study's provinces emit, in Mt CO2, %s", year, parts)
    total = log_total(emissions)
    write_table(emissions.reset_index(), snakemake.output.parts)
    write_table(total.rename("ln_co2_scopes").reset_index(), snakemake.output.total)


if "snakemake" in globals():
    run_job(main, snakemake)  # noqa: F821
