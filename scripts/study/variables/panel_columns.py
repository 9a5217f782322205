"""The panel of some variables, joined from the files that have them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import pandas as pd

from study.files.tables import KEYS, read_cells, sorted_rows
from study.helpers import InputError
from study.words.numbers import plain_numbers
from study.words.periods import sorting_key

# Files whose column `cumulative` is the variable.
INDICES = Path("results/productivity")


def panel_cells(sources: Mapping[str, str], years: Sequence[int] | None = None) -> pd.DataFrame:
    """The variables side by side, one row a province-year in the panel's order, every cell the text it is.

    sources : variable -> file that has it, results/derived/<variable>.csv, results/productivity/<model>.csv or the
    imported panel. years : first and last of the study; files may begin before it. None leaves no row out. Raises
    InputError where the files have other province-years.
    """
    names: dict[str, list[str]] = {}
    for name, path in sources.items():
        names.setdefault(path, []).append(name)
    tables = [_columns(path, wanted, years) for path, wanted in names.items()]
    panel = join_tables(tables)
    # joining sorts the rows by name; their order says the periods' where the labels do not
    periods = sorting_key(tables[0][KEYS].itertuples(index=False, name=None))
    return sorted_rows(panel[[*KEYS, *sources]], KEYS, periods).reset_index(drop=True)


def read_panel_of(sources: Mapping[str, str], years: Sequence[int] | None = None) -> pd.DataFrame:
    """The panel of `panel_cells` with its numbers as numbers, as `files.tables.read_table` reads a table."""
    panel = panel_cells(sources, years)
    return panel.assign(**{name: plain_numbers(panel[name]) for name in sources})


def _columns(path: str, names: Sequence[str], years: Sequence[int] | None) -> pd.DataFrame:
    """The wanted columns of one file, under the variables' names."""
    if Path(path).parent == INDICES:
        table = read_cells(path, [*KEYS, "cumulative"]).rename(columns={"cumulative": names[0]})
    else:
        table = read_cells(path, [*KEYS, *names])
    if years is None:
        return table
    return table[table["year"].astype(int).between(years[0], years[1])].reset_index(drop=True)


def join_tables(tables: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """All columns of the tables side by side; each has `province, year` once a row.

    Raises InputError where a table has other province-years than the first, or a column comes twice.
    """
    panel = tables[0]
    for table in tables[1:]:
        if common := set(panel) & set(table) - set(KEYS):
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
    return panel
