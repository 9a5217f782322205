"""A ready panel -> production.csv for the productivity floor, and the panel's columns."""

import pandas as pd
from _exports import parse_number
from _files import mark_of, reads
from _helpers import InputError, logger, start_log, write_table
from _panel import KEYS, is_missing, read_panel

LOGICAL = {"true": 1.0, "false": 0.0}


def to_frame(header: list[str], rows: list[list[str]]) -> pd.DataFrame:
    """The panel as a table: a column of figures and missing marks is numeric, any other stays text; keys are text.

    True and false are 1 and 0. Warns of a column that is text because of a few cells among figures.
    """
    table = pd.DataFrame(rows, columns=header)
    for name in table.columns.drop(list(KEYS)):
        values, others = [], []
        for row, text in zip(rows, table[name], strict=True):
            try:
                value = None if is_missing(text) else parse_number(text, "")
                values.append(float("nan") if value is None else value)
            except InputError:
                values.append(LOGICAL.get(text.lower()))
                others.append((text, *(row[header.index(key)] for key in KEYS)))
        filled = sum(not is_missing(text) for text in table[name])
        if len(others) in (0, filled) and None not in values:
            table[name] = values
        elif len(others) < filled / 2:
            text, unit, period = others[0]
            logger.warning(
                "column %s: %d of %d cells are no figures, such as %r (%s, %s); the column is kept as text",
                *(name, len(others), filled, text, unit, period),
            )
    return table


@reads("panel")
def main(snakemake) -> None:
    """Write production.csv, with every numeric column so that a new model finds its variables there, and the panel."""
    start_log(snakemake)
    params = snakemake.params
    table = to_frame(*read_panel(params.path, params.columns)[:2])
    if mark_of(set(table["province"])) != params.units:
        raise InputError(
            f"{params.path}: other units than when the run began; it was saved since. Run the same command again."
        )
    numeric = [name for name in table if name not in KEYS and pd.api.types.is_numeric_dtype(table[name])]
    write_table(table[[*KEYS, *numeric]], snakemake.output.production)
    write_table(table, snakemake.output.columns)


if "snakemake" in globals():
    main(snakemake)  # noqa: F821
