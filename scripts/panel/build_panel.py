"""Derived variables and the productivity indices -> the panel, one row a province-year."""

from pathlib import Path

import pandas as pd
from study.files.tables import KEYS, read_cells, write_table
from study.helpers import InputError, logger, start_log
from study.words.periods import sorting_key

LEADING = [*KEYS, "ln_co2", "gtfp", "ai", "open", "density", "fin", "gov", "energy", "urban"]


def join_panel(tables: list[pd.DataFrame], indices: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """All columns of the tables side by side, and the `cumulative` of each index under its name here.

    tables : each has `province, year` once a row and the same province-years. indices : column of the panel -> the
    table results/productivity/<model>.csv. Raises InputError where a table has other province-years than the first, or
    a column comes twice.
    """
    panel = tables[0]
    cumulative = [index[[*KEYS, "cumulative"]].rename(columns={"cumulative": name}) for name, index in indices.items()]
    tables = [*tables, *cumulative]
    for table in tables[1:]:
        common = set(panel) & set(table) - set(KEYS)
        if common:
            raise InputError(f"two tables of the panel have the column {', '.join(sorted(common))}.")
        joined = panel.merge(table, on=KEYS, how="outer", indicator=True, validate="1:1")
        odd = joined[joined["_merge"] != "both"]
        if len(odd):
            row = odd.iloc[0]
            raise InputError(
                f"{len(odd)} province-years are in one table of the panel only, the first is {row['province']} "
                f"{row['year']}."
            )
        panel = joined.drop(columns="_merge")
    leading = [name for name in LEADING if name in panel]
    return panel[leading + [name for name in panel if name not in LEADING]]


def main(snakemake) -> None:
    """Write panel.csv."""
    start_log(snakemake)
    for name, tables in snakemake.params.left_out.items():
        logger.warning("the panel goes without %s: raw tables are missing (%s)", name, ", ".join(tables))
    paths = [*snakemake.input.productivity]
    # cells stay the text they are: nothing is computed here
    indices = {name: read_cells(path) for name, path in zip(snakemake.params.indices, paths, strict=True)}
    # co2 in levels belongs to production.csv; the panel has its logarithm
    tables = [
        read_cells(path).drop(columns="co2") if Path(path).stem == "co2" else read_cells(path)
        for path in snakemake.input.columns
    ]
    panel = join_panel(tables, indices)
    for name, count in panel.isna().sum().items():
        if count:
            logger.warning("%s: %d cells are empty", name, count)
    # joining sorts the rows by name; their order says the periods' where the labels do not
    periods = sorting_key(tables[0][KEYS].itertuples(index=False, name=None))
    write_table(panel, snakemake.output[0], periods=periods)


if "snakemake" in globals():
    main(snakemake)  # noqa: F821
