"""Total consumption of fuels by the IPCC 2006 formula, or a published inventory -> carbon dioxide emissions."""

import pandas as pd
from study.checks.crosschecks import report_crosschecks
from study.files.tables import write_table
from study.files.whole import run_job
from study.helpers import InputError, logger, start_log, workflow_table
from study.variables.cleaned_series import read_cleaned
from study.variables.emissions import emission_factors
from study.variables.figures import cleaned_rows


def fuel_emissions(energy: pd.DataFrame, factors: pd.Series, fuels: list[str]) -> pd.Series:
    """CO2 in 10^4 t, index (province, year).

    energy : long table `province, year, indicator, value`; fuels in 10^4 t, natural gas in 10^8 m3.
    """
    consumption = energy.pivot(index=["province", "year"], columns="indicator", values="value")[fuels]
    # 10^8 m3 x kg CO2 per m3 = 10^8 kg = 10 x 10^4 t
    scale = pd.Series({fuel: 10.0 if fuel == "natural_gas" else 1.0 for fuel in fuels})
    return (consumption * factors[fuels] * scale).sum(axis=1, skipna=False)


def inventory_emissions(inventory: pd.DataFrame) -> pd.Series:
    """CO2 in 10^4 t, index (province, year), as a published inventory has it (CEADs: fuels and cement).

    inventory : long table `province, year, indicator, value`, indicator `co2_inventory`. Raises InputError where it has
    no such rows.
    """
    rows = inventory[(inventory["indicator"] == "co2_inventory") & (inventory["province"] != "china")]
    if rows.empty:
        raise InputError("the cleaned inventory has no co2_inventory of any province; is the raw table the right one?")
    return rows.set_index(["province", "year"])["value"]


def emissions_of_fuels(snakemake) -> pd.Series:
    """CO2 from the cleaned energy table; log the factors, and the provinces' sum beside the national figure."""
    params = snakemake.params
    factors = pd.Series(emission_factors(workflow_table("fuels"), params.factors))
    for fuel in params.fuels:
        logger.info("%s: %.4f kg CO2 per %s", fuel, factors[fuel], "m3" if fuel == "natural_gas" else "kg")
    energy = read_cleaned(snakemake.input.cells, params.first)
    emissions = fuel_emissions(energy[energy["province"] != "china"], factors, params.fuels)
    national = energy[(energy["province"] == "china") & energy["indicator"].isin(params.fuels)]
    if national["indicator"].nunique() == len(params.fuels):
        total = fuel_emissions(national, factors, params.fuels)
        for year, sum_of_provinces in emissions.groupby("year").sum().items():
            logger.info("%s: the study's provinces emit %.1f Mt CO2, the national row gives %.1f Mt (total consumption "
                        "counts coke and oil products twice)", year, sum_of_provinces / 100,
                        total["china", year] / 100)  # fmt: skip
    return emissions


def main(snakemake) -> None:
    """Write `co2` (10^4 t), from the source that the config names: `fuels` or `ceads`."""
    start_log(snakemake)
    params, files = snakemake.params, snakemake.input
    report_crosschecks(cleaned_rows([*files.cells, *files.beside]), params.suspects, params.accepted)
    if params.source == "ceads":
        emissions = inventory_emissions(read_cleaned(files.cells, params.first))
    else:
        emissions = emissions_of_fuels(snakemake)
    for (province, year), value in emissions.items():
        if not value > 0:
            raise InputError(f"CO2 of {province} {year} is {value:g}, expected above zero; exclude the province?")
    write_table(emissions.rename("co2").reset_index(), snakemake.output[0])


if "snakemake" in globals():
    run_job(main, snakemake)  # noqa: F821
