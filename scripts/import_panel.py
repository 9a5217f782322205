"""A ready panel -> production.csv for the productivity floor, and the panel's columns."""

import pandas as pd
from _exports import parse_number
from _helpers import InputError, start_log, write_table
from _panel import KEYS, MISSING, read_panel


def to_frame(header: list[str], rows: list[list[str]]) -> pd.DataFrame:
    """The panel as a table: a column of figures and missing marks is numeric, any other stays text; keys are text."""
    table = pd.DataFrame(rows, columns=header)
    for name in table.columns.drop(list(KEYS)):
        try:
            table[name] = [float("nan") if text in MISSING else parse_number(text, "") for text in table[name]]
        except InputError:
            continue
    return table


def main(snakemake) -> None:
    """Write production.csv, with every numeric column so that a new model finds its variables there, and the panel."""
    start_log(snakemake)
    params = snakemake.params
    table = to_frame(*read_panel(params.path, params.columns)[:2])
    numeric = [name for name in table if name not in KEYS and pd.api.types.is_numeric_dtype(table[name])]
    write_table(table[[*KEYS, *numeric]], snakemake.output.production)
    write_table(table, snakemake.output.columns)


if "snakemake" in globals():
    main(snakemake)  # noqa: F821
