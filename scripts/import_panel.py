"""A ready panel -> production.csv for the productivity floor, and the panel's columns."""

import pandas as pd
from _exports import parse_number, place
from _helpers import InputError, start_log, write_table
from _panel import KEYS, read_panel


def to_frame(header: list[str], rows: list[list[str]]) -> pd.DataFrame:
    """The panel as a table: a column of figures (or empty cells) is numeric, any other stays text; keys are text."""
    table = pd.DataFrame(rows, columns=header)
    for name in table.columns.drop(list(KEYS)):
        try:
            table[name] = [parse_number(text, "") for text in table[name]]
        except InputError:
            continue
        table[name] = table[name].astype(float)
    return table


def production_table(path: str, table: pd.DataFrame, lines: list[int], variables: list[str]) -> pd.DataFrame:
    """Keys and the productivity models' variables; InputError naming row and column for anything but a figure
    above zero, of which slacks are shares."""
    absent = [name for name in variables if name not in table]
    if absent:
        raise InputError(
            f"{path}: productivity.models use {', '.join(absent)}; the panel has {', '.join(table.columns)}. "
            "Rename them in panel.columns or in the model."
        )
    for name in variables:
        for line, value in zip(lines, table[name], strict=True):
            if not (isinstance(value, float) and value > 0):
                found = "an empty cell" if value != value else repr(value)
                raise InputError(f"{place(path, line)}, column {name}: found {found}, expected a number above zero.")
    return table[[*KEYS, *variables]]


def main(snakemake) -> None:
    """Write both tables."""
    start_log(snakemake)
    params = snakemake.params
    header, rows, lines = read_panel(params.path, params.columns)
    if params.variables and "gtfp" in header:
        raise InputError(
            f"{params.path}: the column gtfp would clash with the main model's index; rename it in panel.columns."
        )
    table = to_frame(header, rows)
    write_table(production_table(params.path, table, lines, params.variables), snakemake.output.production)
    write_table(table, snakemake.output.columns)


if "snakemake" in globals():
    main(snakemake)  # noqa: F821
