"""Trade, population, finance, budget, electricity and urbanisation -> the control variables of Jiang (2025), 4.2.3."""

import numpy as np
import pandas as pd
from study.files.tables import read_table, write_table
from study.helpers import InputError, logger, start_log

CONTROL_VARIABLES = ["open", "density", "fin", "gov", "energy", "urban"]


def derive_controls(cells: pd.DataFrame) -> pd.DataFrame:
    """Control variables by (province, year), those whose tables are among the cells.

    cells : long table `province, year, indicator, value` in the catalog's units: `trade` (10^8 USD), `exchange_rate`
    (CNY per USD, province `china`), `gdp`, `loans`, `budget_expenditure` (10^8 CNY), `population` (10^4 persons),
    `area` (10^4 km2), `electricity` (10^8 kWh, with `china`), `urbanisation` (share).
    """
    wide = cells.pivot(index=["province", "year"], columns="indicator", values="value")
    rows = wide.index.get_level_values("province") != "china"
    national, wide = wide[~rows].droplevel("province"), wide[rows]
    year = wide.index.get_level_values("year")

    def nation(name: str) -> np.ndarray:
        return national[name].reindex(year).to_numpy()

    formulas = {
        "open": (["trade", "exchange_rate", "gdp"], lambda: wide["trade"] * nation("exchange_rate") / wide["gdp"]),
        # persons per km2 are 10^4 persons per 10^4 km2; the paper counts 10^4 persons per km2
        "density": (["population", "area"], lambda: wide["population"] / wide["area"] / 1e4),
        "fin": (["loans", "gdp"], lambda: wide["loans"] / wide["gdp"]),
        "gov": (["budget_expenditure", "gdp"], lambda: wide["budget_expenditure"] / wide["gdp"]),
        "energy": (["electricity"], lambda: wide["electricity"] / nation("electricity")),
        "urban": (["urbanisation"], lambda: wide["urbanisation"]),
    }
    made = {name: formula() for name, (tables, formula) in formulas.items() if {*tables} <= {*wide.columns}}
    for name in formulas.keys() - made.keys():
        logger.warning("%s is left out: raw tables are missing", name)
    return pd.DataFrame(made)


def check_range(table: pd.DataFrame) -> None:
    """Raise InputError naming every control that is not above zero, and every share above 1."""
    upper = {"energy": 1.0, "urban": 1.0}
    bad = [
        f"{row['province']} {row['year']}: {name} is {row[name]:g}"
        for _, row in table.iterrows()
        for name in CONTROL_VARIABLES
        if name in table
        if not (np.isfinite(row[name]) and 0 < row[name] <= upper.get(name, np.inf))
    ]
    if bad:
        raise InputError("controls out of range; correct the raw tables:\n  " + "\n  ".join(bad))


def main(snakemake) -> None:
    """Write the controls of the study's province-years."""
    start_log(snakemake)
    params = snakemake.params
    cells = pd.concat([read_table(path) for path in (*snakemake.input.cells,)])
    years = {str(year) for year in range(params.first, params.last + 1)}
    table = derive_controls(cells[cells["year"].isin(years)]).reset_index()
    check_range(table)
    write_table(table, snakemake.output[0])


if "snakemake" in globals():
    main(snakemake)  # noqa: F821
