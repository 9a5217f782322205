"""Real GDP and total energy consumption -> energy efficiency, or energy intensity."""

import pandas as pd
from study.files.tables import read_table, write_table
from study.helpers import start_log
from study.variables.cleaned_series import select_series


def energy_efficiency(real_gdp: pd.Series, energy: pd.Series, definition: str) -> pd.Series:
    """Real GDP (10^8 CNY) and energy (10^4 tce) -> 10^4 CNY per tce, or tce per 10^4 CNY for `energy_per_gdp`.

    Jiang (2025), section 6, speaks of energy per GDP, but the sign it reports fits GDP per energy.
    """
    ratio = real_gdp / energy  # 10^8 CNY per 10^4 tce = 10^4 CNY per tce
    return ratio if definition == "gdp_per_energy" else 1 / ratio


def main(snakemake) -> None:
    """Write `energy_efficiency` of the study's province-years."""
    start_log(snakemake)
    real_gdp = read_table(snakemake.input.real_gdp).set_index(["province", "year"])["real_gdp"]
    energy = select_series(read_table(snakemake.input.energy), "energy_total").reindex(real_gdp.index)
    ratio = energy_efficiency(real_gdp, energy, snakemake.params.definition)
    write_table(ratio.rename("energy_efficiency").reset_index(), snakemake.output[0])


if "snakemake" in globals():
    main(snakemake)  # noqa: F821
