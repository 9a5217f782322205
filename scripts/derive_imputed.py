"""Cleaned tables and capital -> the list of every cell that was not observed, with the rule that made it."""

import pandas as pd
from _helpers import read_table, start_log, write_table


def imputed_cells(
    cleaned: list[pd.DataFrame], capital: pd.DataFrame, price_rule: str, investment_rule: str
) -> pd.DataFrame:
    """Rows (province, year, indicator, value, rule).

    cleaned : long tables with the flag `imputed` (interpolated). capital : flags of continued investment (10^8 CNY of
    the base year) and of continued prices, which are listed without a value of their own.
    """
    interpolated = pd.concat(cleaned)
    interpolated = interpolated[interpolated["imputed"] == 1].assign(rule="linear interpolation inside the series")
    investment = capital[capital["investment_imputed"] == 1].rename(columns={"real_investment": "value"})
    investment = investment.assign(indicator="real_investment", rule=f"continued by {investment_rule}")
    price = capital[capital["price_imputed"] == 1].assign(
        indicator="investment_price_index", value=float("nan"), rule=f"continued by {price_rule}"
    )
    columns = ["province", "year", "indicator", "value", "rule"]
    return pd.concat(
        [table[columns] for table in (interpolated, investment, price) if len(table)] or [interpolated[columns]]
    )


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
