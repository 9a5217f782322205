"""Cleaned tables and capital -> the list of every cell that was not observed, with the rule that made it."""

import pandas as pd
from _helpers import read_table, start_log, write_table


def imputed_cells(
    cleaned: list[pd.DataFrame],
    capital: pd.DataFrame | None,
    price_rule: str,
    investment_rule: str,
    robots: list[pd.DataFrame] = (),
) -> pd.DataFrame:
    """Rows (province, year, indicator, value, rule).

    cleaned : long tables with the flag `imputed`: interpolated, or zeros for blank cells of what is not used, or, in
    the nation's row, sums over provinces where no national figure is printed. capital : real investment (10^8 CNY of
    the base year) and its price (base year = 1) with the flags of the years they are continued in; None without it.
    robots : counts that are not printed, with their rules, the country as province.
    """
    cells = pd.concat(cleaned)
    made = cells["imputed"] == 1
    # interpolation between figures above zero never gives zero
    cells["rule"] = (made & (cells["value"] == 0)).map(
        {True: "blank read as nil", False: "linear interpolation inside the series"}
    )
    whole = made.groupby([cells["province"], cells["indicator"]]).transform("all")
    cells.loc[whole & (cells["province"] == "china"), "rule"] = "sum over the provinces"
    tables = [cells[made]]
    if capital is not None:
        investment = capital[capital["investment_imputed"] == 1].rename(columns={"real_investment": "value"})
        price = capital[capital["price_imputed"] == 1].rename(columns={"investment_price": "value"})
        tables += [
            investment.assign(indicator="real_investment", rule=f"continued by {investment_rule}"),
            price.assign(indicator="investment_price", rule=f"continued by {price_rule}"),
        ]
    columns = ["province", "year", "indicator", "value", "rule"]
    return pd.concat([table[columns] for table in (*tables, *robots) if len(table)])


def count_cells(table: pd.DataFrame) -> pd.DataFrame:
    """Number of cells by indicator and rule, from `imputed_cells`."""
    return table.groupby(["indicator", "rule"]).size().rename("cells").reset_index()


def main(snakemake) -> None:
    """Write the list and its counts."""
    start_log(snakemake)
    params = snakemake.params
    table = imputed_cells(
        [read_table(path) for path in snakemake.input.cleaned],
        next((read_table(path) for path in snakemake.input.capital), None),
        params.price_continued_by,
        params.investment_continued_by,
        [read_table(path) for path in snakemake.input.robots],
    )
    write_table(table, snakemake.output.cells, keys=("indicator", "province", "year"), digits=12)
    write_table(count_cells(table), snakemake.output.counts, keys=("indicator", "rule"))


if "snakemake" in globals():
    main(snakemake)  # noqa: F821
