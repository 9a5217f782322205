"""Investment and its prices -> capital stock by the perpetual inventory method (Shan 2008)."""

import numpy as np
import pandas as pd
from study.files.tables import write_table
from study.files.whole import run_job
from study.helpers import InputError, logger, start_log
from study.variables.cleaned_series import read_cleaned


def investment_prices(
    price_index: pd.DataFrame, continued_by: pd.DataFrame, base_year: int, years: range
) -> tuple[pd.DataFrame, pd.Series]:
    """Price level of investment, base year = 1: rows years, columns provinces; and the years it is continued in.

    Both arguments are indices, previous year = 100; `continued_by` serves after `price_index` ends.
    """
    index = price_index.reindex(years)
    continued = pd.Series(index.isna().all(axis=1), index=years)
    continued[base_year] = False
    index = index.where(~continued, continued_by.reindex(years), axis=0) / 100
    index.loc[base_year] = 1.0
    return index.cumprod(), continued


def nominal_investment(
    capital_formation: pd.DataFrame, growth: pd.DataFrame, years: range
) -> tuple[pd.DataFrame, pd.Series]:
    """Gross fixed capital formation in 10^8 CNY, continued by `growth` (%) after it ends; and the years so made."""
    investment = capital_formation.reindex(years).copy()
    continued = pd.Series(investment.isna().all(axis=1), index=years)
    for year in years[1:]:
        if continued[year]:
            investment.loc[year] = investment.loc[year - 1] * (1 + growth.loc[year] / 100)
    return investment, continued


def initial_stock(investment: pd.DataFrame, base_year: int, depreciation: float, rule: str) -> pd.Series:
    """Capital of the base year by province, from real investment (rows years, columns provinces).

    `shan`: I(base+1) / (depreciation + g), g the mean geometric growth of real investment over the base year and the
    five years after; `shan_base_year`: the same with I(base); `tenth`: I(base) / 10%.
    """
    if rule == "tenth":
        return investment.loc[base_year] / 0.10
    growth = (investment.loc[base_year + 5] / investment.loc[base_year]) ** (1 / 5) - 1
    first = investment.loc[base_year + 1 if rule == "shan" else base_year]
    return first / (depreciation + growth)


def perpetual_inventory(investment: pd.DataFrame, initial: pd.Series, depreciation: float) -> pd.DataFrame:
    """K_t = (1 - depreciation) K_{t-1} + I_t, from the first row's `initial` stock; same shape as `investment`."""
    stock = [initial.to_numpy()]
    for real_investment in investment.to_numpy()[1:]:
        stock.append((1 - depreciation) * stock[-1] + real_investment)
    return pd.DataFrame(np.array(stock), index=investment.index, columns=investment.columns)


def implicit_deflator(accounts: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """GDP deflator, previous year = 100: nominal growth over the GDP index."""
    return accounts["gdp"] / accounts["gdp"].shift() / (accounts["gdp_index"] / 100) * 100


def by_indicator(long: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """Each cleaned table as a table, rows years (int), columns provinces."""
    long = long[long["province"] != "china"].assign(year=lambda table: table["year"].astype(int))
    return {
        name: part.pivot(index="year", columns="province", values="value") for name, part in long.groupby("indicator")
    }


def continued_cells(table: pd.DataFrame, price_rule: str, investment_rule: str) -> pd.DataFrame:
    """Rows (province, year, indicator, value, rule) of the years in which investment or its price is continued."""
    investment = table[table["investment_imputed"] == 1].rename(columns={"real_investment": "value"})
    price = table[table["price_imputed"] == 1].rename(columns={"investment_price": "value"})
    made = [
        investment.assign(indicator="real_investment", rule=f"continued by {investment_rule}"),
        price.assign(indicator="investment_price", rule=f"continued by {price_rule}"),
    ]
    return pd.concat(made)[["province", "year", "indicator", "value", "rule"]]


def main(snakemake) -> None:
    """Write `capital` (10^8 CNY of the base year) with the flags of continued investment and prices."""
    start_log(snakemake)
    choices = snakemake.params.capital
    base_year, price_rule, investment_rule = (
        choices[key] for key in ("base_year", "price_continued_by", "investment_continued_by")
    )
    series = by_indicator(read_cleaned(snakemake.input.cells))
    if "gdp_index" in series:
        series["gdp_deflator"] = implicit_deflator(series)
    years = range(base_year, snakemake.params.last + 1)
    formation = series["gross_fixed_capital_formation"]
    nothing = pd.DataFrame(index=years, columns=formation.columns, dtype=float)
    prices, price_made = investment_prices(
        series["investment_price_index"], series.get(price_rule, nothing), base_year, years
    )
    nominal, investment_made = nominal_investment(formation, series.get(investment_rule, nothing), years)
    real = nominal / prices
    if not (real > 0).all(axis=None):
        year, province = real.where(~(real > 0)).stack(future_stack=True).dropna().index[0]
        raise InputError(f"real investment of {province} {year} is not positive.")
    logger.info(
        "continued values: %d of investment (%s), %d of its price (%s)",
        investment_made.sum() * real.shape[1], investment_rule,
        price_made.sum() * real.shape[1], price_rule,
    )  # fmt: skip
    initial = initial_stock(real, base_year, choices["depreciation"], choices["initial_stock"])
    table = perpetual_inventory(real, initial, choices["depreciation"]).stack().rename("capital").reset_index()
    table["investment_price"] = [
        prices.at[year, province] for year, province in zip(table["year"], table["province"], strict=True)
    ]
    table["real_investment"] = [
        real.at[year, province] for year, province in zip(table["year"], table["province"], strict=True)
    ]
    table["investment_imputed"] = table["year"].map(investment_made).astype(int)
    table["price_imputed"] = table["year"].map(price_made).astype(int)
    table["year"] = table["year"].astype(str)
    columns = ["province", "year", "capital", "real_investment", "investment_imputed"]
    columns += ["investment_price", "price_imputed"]
    write_table(table[columns], snakemake.output.capital)
    made = continued_cells(table, price_rule, investment_rule)
    write_table(made, snakemake.output.made, keys=("province", "year", "indicator"))


if "snakemake" in globals():
    run_job(main, snakemake)  # noqa: F821
