"""Cleaned tables and capital -> every cell that was not observed or is accepted in doubt, with its rule."""

import pandas as pd
from study.checks.crosschecks import accepted_contradictions
from study.files.tables import read_table, write_table
from study.helpers import start_log


def imputed_cells(
    cleaned: list[pd.DataFrame],
    capital: pd.DataFrame | None,
    price_rule: str,
    investment_rule: str,
    robots: list[pd.DataFrame] = (),
    accepted: dict[str, list[str]] | None = None,
) -> pd.DataFrame:
    """Rows (province, year, indicator, value, rule).

    cleaned : long tables with the column `rule`, empty for what is printed and in no doubt. capital : real investment
    (10^8 CNY of the base year) and its price (base year = 1) with the flags of the years they are continued in; None
    without it. robots : counts that are not printed, with their rules, the country as province. accepted : verified
    cells by table (config cleaning.accept); those that contradict another table are found here, where all tables are.
    """
    cells = with_contradictions(pd.concat(cleaned, ignore_index=True), accepted or {})
    tables = [cells[cells["rule"].notna()]]
    if capital is not None:
        investment = capital[capital["investment_imputed"] == 1].rename(columns={"real_investment": "value"})
        price = capital[capital["price_imputed"] == 1].rename(columns={"investment_price": "value"})
        tables += [
            investment.assign(indicator="real_investment", rule=f"continued by {investment_rule}"),
            price.assign(indicator="investment_price", rule=f"continued by {price_rule}"),
        ]
    columns = ["province", "year", "indicator", "value", "rule"]
    filled = [table[columns] for table in (*tables, *robots) if len(table)]
    return pd.concat(filled) if filled else pd.DataFrame(columns=columns)


def with_contradictions(cells: pd.DataFrame, accepted: dict[str, list[str]]) -> pd.DataFrame:
    """The cells with the rule of those that contradict another table and are accepted."""
    columns = (cells["province"], cells["year"].astype(int), cells["indicator"])
    rules = accepted_contradictions(zip(*columns, cells["value"], cells["imputed"], strict=True), accepted)
    doubted = [rules.get(cell) for cell in zip(*columns, strict=True)]
    return cells.assign(rule=cells["rule"].fillna(pd.Series(doubted, cells.index, dtype=object)))


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
        params.accepted,
    )
    write_table(table, snakemake.output.cells, keys=("indicator", "province", "year"), digits=12)
    write_table(count_cells(table), snakemake.output.counts, keys=("indicator", "rule"))


if "snakemake" in globals():
    main(snakemake)  # noqa: F821
