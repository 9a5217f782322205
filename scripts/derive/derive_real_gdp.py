"""Nominal GDP of the base year, chained by the GDP index -> real GDP."""

import pandas as pd
from study.files.tables import read_table, write_table
from study.helpers import start_log


def chain_gdp(accounts: pd.DataFrame, base_year: int) -> pd.DataFrame:
    """Real GDP in 10^8 CNY of the base year: rows years (int), columns provinces.

    accounts : long table with `gdp` (nominal, 10^8 CNY) and `gdp_index` (previous year = 100).
    """
    wide = accounts.assign(year=accounts["year"].astype(int)).pivot(
        index="year", columns=["indicator", "province"], values="value"
    )
    growth = wide["gdp_index"].loc[base_year + 1 :] / 100
    level = pd.concat([wide["gdp"].loc[[base_year]], growth])
    return level.cumprod()


def main(snakemake) -> None:
    """Write `real_gdp` of the study's years."""
    start_log(snakemake)
    accounts = read_table(snakemake.input.accounts)
    real_gdp = chain_gdp(accounts[accounts["province"] != "china"], snakemake.params.base_year)
    table = real_gdp.loc[snakemake.params.first :].stack().rename("real_gdp").reset_index()
    table["year"] = table["year"].astype(str)
    write_table(table[["province", "year", "real_gdp"]], snakemake.output[0])


if "snakemake" in globals():
    main(snakemake)  # noqa: F821
