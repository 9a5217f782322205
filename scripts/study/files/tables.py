"""The workflow's own tables as data frames: read without loss, written sorted and to the last bit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from study.helpers import plain_cell

if TYPE_CHECKING:
    import pandas as pd

KEYS = ["province", "year"]  # the columns that name a row of every panel


def read_cells(path: str | Path, columns: Sequence[str] | None = None) -> pd.DataFrame:
    """One of the workflow's own CSV tables, or some of its columns, every cell the text it is; an empty one is
    missing."""
    import pandas as pd

    return pd.read_csv(path, dtype=str, keep_default_na=False, na_values=[""], usecols=columns)


def read_table(path: str | Path, text: tuple[str, ...] = ()) -> pd.DataFrame:
    """One of the workflow's own CSV tables; `province`, `year` and the columns `text` are text, an empty cell missing.

    Another column is numbers, to the last bit, if all its cells are and none would lose a digit (`words.numbers`);
    codes with more digits than a number keeps, or with zeros before them, stay the text they are.
    """
    return read_tables([path], text)


def read_tables(
    paths: Sequence[str | Path], text: tuple[str, ...] = (), columns: Sequence[str] | None = None
) -> pd.DataFrame:
    """Tables of the same columns, or some of them, one below the other, read as by `read_table`: a column is numbers in
    all or none."""
    import pandas as pd

    from study.words.numbers import plain_numbers

    table = pd.concat([read_cells(path, columns) for path in paths], ignore_index=True)
    return table.assign(**{name: plain_numbers(table[name]) for name in table if name not in (*KEYS, *text)})


def sorted_rows(
    table: pd.DataFrame, keys: Sequence[str] = KEYS, periods: Mapping[str, int] | None = None
) -> pd.DataFrame:
    """The table sorted by `keys`, years in the order of `periods` (place of each; by default as labels or rows say)."""
    from study.words.periods import sorting_key

    if "year" not in keys:
        return table.sort_values(list(keys)) if keys else table
    years = table["year"].astype(str)
    order = periods or sorting_key(zip(table.get("province", years), years, strict=True))
    return table.sort_values(
        list(keys), key=lambda column: column.astype(str).map(order) if column.name == "year" else column
    )


def write_table(
    table: pd.DataFrame,
    path: str | Path,
    keys: Sequence[str] = KEYS,
    periods: Mapping[str, int] | None = None,
    digits: int | None = None,
) -> None:
    """Write a table as UTF-8 CSV sorted by `keys`, numbers to the last bit, no text a formula.

    periods : place of each `year`; by default what the table's own labels or rows say (`words.periods.sorting_key`).
    digits : significant ones of a number, in tables that people read and no job does; by default all.
    """
    table = table.rename(columns=plain_cell)
    for name in table.columns[[kind.kind not in "biufc" for kind in table.dtypes]]:
        cells = [plain_cell(cell) for cell in table[name]]
        if any(plain is not cell for plain, cell in zip(cells, table[name], strict=True)):
            table[name] = cells
    table = sorted_rows(table, keys, periods)
    rounded = f"%.{digits}g" if digits else None
    table.to_csv(path, index=False, float_format=rounded, lineterminator="\n", encoding="utf-8")
