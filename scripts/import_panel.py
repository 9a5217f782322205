"""A ready panel -> production.csv for the productivity floor, and the panel's columns."""

import pandas as pd
from _exports import HALF_WIDTH, parse_number
from _files import mark_of, reads
from _helpers import InputError, logger, start_log, write_table
from _numbers import FIGURE
from _panel import KEYS, is_missing, read_panel
from _periods import describe_order, describe_steps, order_periods, sorting_key

LOGICAL = {"true": "1", "false": "0"}


def figure_text(text: str) -> str | None:
    """The text of a figure as programs read it, without thousands marks; empty if missing, None if it is no figure."""
    if is_missing(text):
        return ""
    try:
        if parse_number(text, "") is None:
            return ""
    except InputError:
        return LOGICAL.get(text.lower())
    plain = text.translate(HALF_WIDTH).strip()
    return plain if FIGURE.fullmatch(plain) else plain.replace(",", "")


def panel_cells(header: list[str], rows: list[list[str]]) -> tuple[pd.DataFrame, list[str]]:
    """The panel as a table of text, digit for digit, and which columns hold figures; in those a missing mark is None.

    A column of figures and missing marks holds figures, true and false being 1 and 0; any other keeps its cells as they
    are. Warns of a column that is text because of a few cells among figures.
    """
    table = pd.DataFrame(rows, columns=header, dtype=object)
    figures = []
    for name in table.columns.drop(list(KEYS)):
        cells = [figure_text(text) for text in table[name]]
        filled = sum(not is_missing(text) for text in table[name])
        # true and false beside figures are text
        others = [place for place, text in enumerate(table[name]) if cells[place] is None or text.lower() in LOGICAL]
        if len(others) in (0, filled) and None not in cells:
            table[name] = [text or None for text in cells]
            figures.append(name)
        elif len(others) < filled / 2:
            row = table.iloc[others[0]]
            logger.warning(
                "column %s: %d of %d cells are no figures, such as %r (%s, %s); the column is kept as text",
                *(name, len(others), filled, row[name], *row[list(KEYS)]),
            )
    return table, figures


@reads("panel")
def main(snakemake) -> None:
    """Write production.csv, with every column of figures so that a new model finds its variables there, and the panel.

    Rows are sorted by unit and period: where the labels do not say the order, it is that of each unit's rows from here.
    """
    start_log(snakemake)
    params = snakemake.params
    header, rows, lines = read_panel(params.path, params.columns)
    table, figures = panel_cells(header, rows)
    if mark_of(set(table["province"])) != params.units:
        raise InputError(
            f"{params.path}: other units than when the run began; it was saved since. Run the same command again."
        )
    observations = [*table[list(KEYS)].itertuples(index=False, name=None)]
    try:
        periods = order_periods(observations, lines)
        logger.info("%s %s", describe_order(periods), describe_steps(periods))
    except InputError as error:
        # the Snakefile refuses it where a model or a figure needs the order
        logger.info("rows are sorted by the periods' names, for nothing here needs their order in time: %s", error)
    places = sorting_key(observations)
    write_table(table[[*KEYS, *figures]], snakemake.output.production, periods=places)
    write_table(table, snakemake.output.columns, periods=places)


if "snakemake" in globals():
    main(snakemake)  # noqa: F821
