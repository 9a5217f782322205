"""Cells of a ready panel: which text is a figure, and the panel as a table that loses none of its digits."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from study.files.panel import is_missing
from study.files.tables import KEYS
from study.helpers import InputError, logger
from study.words.numbers import FIGURE
from study.words.printed import HALF_WIDTH, parse_number

if TYPE_CHECKING:
    import pandas as pd

# A figure of the usual size as programs write it.
USUAL_FIGURE = re.compile(r"-?(?:[1-9][0-9]{0,14}(?:\.[0-9]*)?|0\.0{0,5}[1-9][0-9]*|0)", re.ASCII)
LOGICAL = {"true": "1", "false": "0"}


def figure_text(text: str) -> str | None:
    """The text of a figure as programs read it, without thousands marks; empty if missing, None if it is no figure."""
    if USUAL_FIGURE.fullmatch(text):  # nearly all cells, told at once
        return text
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
    import pandas as pd

    table = pd.DataFrame(rows, columns=header, dtype=object)
    figures = []
    for name in table.columns.drop(KEYS):
        texts = table[name].tolist()
        cells = [figure_text(text) for text in texts]
        if cells == texts and "" not in texts:
            figures.append(name)
            continue
        filled = sum(not is_missing(text) for text in texts)
        # true and false beside figures are text
        others = [place for place, text in enumerate(texts) if cells[place] is None or text.lower() in LOGICAL]
        if len(others) in (0, filled) and None not in cells:
            table[name] = [text or None for text in cells]
            figures.append(name)
        elif len(others) < filled / 2:
            row = table.iloc[others[0]]
            logger.warning(
                "column %s: %d of %d cells are no figures, such as %r (%s, %s); the column is kept as text",
                *(name, len(others), filled, row[name], *row[KEYS]),
            )
    return table, figures
