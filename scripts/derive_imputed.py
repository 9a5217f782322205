"""Cleaned tables and capital -> the list of every cell that was not observed, with the rule that made it."""

import pandas as pd
from _helpers import read_table, start_log, write_table


def imputed_cells(
    cleaned: list[pd.DataFrame], capital: pd.DataFrame, price_rule: str, investment_rule: str
) -> pd.DataFrame:
    """Rows (province, year, indicator, value, rule).

    cleaned : long tables with the flag `imputed`: interpolated, or, where a whole series is imputed zeros, a blank row
    read as nil. capital : real investment (10^8 CNY of the base year) and its
    price (base year = 1) with the flags of the years they are continued in.
    """
    cells = pd.concat(cleaned)
    series = cells.assign(nil=(cells["imputed"] == 1) & (cells["value"] == 0)).groupby(["province", "indicator"])
    nil = series["nil"].transform("all")
    cells["rule"] = nil.map({True: "blank row read as nil", False: "linear interpolation inside the series"})
    made = cells[cells["imputed"] == 1]
    investment = capital[capital["investment_imputed"] == 1].rename(columns={"real_investment": "value"})
    investment = investment.assign(indicator="real_investment", rule=f"continued by {investment_rule}")
    price = capital[capital["price_imputed"] == 1].rename(columns={"investment_price": "value"})
    price = price.assign(indicator="investment_price", rule=f"continued by {price_rule}")
    columns = ["province", "year", "indicator", "value", "rule"]
    return pd.concat([table[columns] for table in (made, investment, price)])


def count_cells(table: pd.DataFrame) -> pd.DataFrame:
    """Number of cells by indicator and rule, from `imputed_cells`."""
    return table.groupby(["indicator", "rule"]).size().rename("cells").reset_index()


def main(snakemake) -> None:
    """Write the list and its counts."""
    start_log(snakemake)
    params = snakemake.params
    table = imputed_cells(
        [read_table(path) for path in snakemake.input.cleaned],
        read_table(snakemake.input.capital),
        params.price_continued_by,
        params.investment_continued_by,
    )
    write_table(table, snakemake.output.cells, keys=("indicator", "province", "year"))
    write_table(count_cells(table), snakemake.output.counts, keys=("indicator", "rule"))


if "snakemake" in globals():
    main(snakemake)  # noqa: F821
