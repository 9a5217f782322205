"""A ready panel -> production.csv for the productivity floor, and the panel's columns."""

import pandas as pd
from _exports import parse_number, place
from _helpers import InputError, start_log, write_table
from _panel import KEYS, read_panel
from _productivity import period_places

# How statistical programs write a missing number.
MISSING = {"", ".", "NA", "NaN", "nan"}


def to_frame(header: list[str], rows: list[list[str]]) -> pd.DataFrame:
    """The panel as a table: a column of figures and missing marks is numeric, any other stays text; keys are text."""
    table = pd.DataFrame(rows, columns=header)
    for name in table.columns.drop(list(KEYS)):
        try:
            table[name] = [float("nan") if text in MISSING else parse_number(text, "") for text in table[name]]
        except InputError:
            continue
    return table


def production_table(
    path: str, header: list[str], rows: list[list[str]], lines: list[int], variables: list[str], columns: dict[str, str]
) -> pd.DataFrame:
    """Keys and the productivity models' variables.

    columns : our name -> the file's, for messages. Raises InputError naming row and column for anything but a figure
    above zero, of which slacks are shares, and a gap in a unit's periods, over which there is no index of change.
    """
    absent = [name for name in variables if name not in header]
    if absent:
        raise InputError(
            f"{path}: productivity.models use {', '.join(absent)}; the panel has {', '.join(header)}. "
            "Rename them in panel.columns or in the model."
        )
    for line, row in zip(lines, rows, strict=True):
        for name in variables:
            text = row[header.index(name)]
            where = f"{place(path, line)}, column {columns.get(name, name)}"
            value = None if text in MISSING else parse_number(text, where)
            if value is None or value <= 0:
                found = repr(text) if text else "an empty cell"
                raise InputError(f"{where}: found {found}, expected a number above zero.")
    table = to_frame(header, rows)[[*KEYS, *variables]]
    if variables:
        period_places(table)
    return table


def main(snakemake) -> None:
    """Write both tables."""
    start_log(snakemake)
    params = snakemake.params
    header, rows, lines = read_panel(params.path, params.columns)
    if params.variables and "gtfp" in header:
        raise InputError(
            f"{params.path}: the column gtfp would clash with the main model's index; rename it in panel.columns."
        )
    production = production_table(params.path, header, rows, lines, params.variables, params.columns)
    write_table(production, snakemake.output.production)
    write_table(to_frame(header, rows), snakemake.output.columns)


if "snakemake" in globals():
    main(snakemake)  # noqa: F821
