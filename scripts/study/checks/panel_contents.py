"""What the columns of a panel hold: figures, text or both; and what formulas and conditions ask of them in vain."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from study.files.panel import is_missing
from study.files.panel_figures import LOGICAL, figure_text
from study.files.tables import KEYS
from study.helpers import InputError
from study.regression.conditions import EQUALITIES, Comparison, parse_condition
from study.regression.formula import parse_column
from study.words.numbers import DIGITS_KEPT, LEADING_ZERO, is_exact, number_key
from study.words.printed import place

_DECIMAL = re.compile(r"-?[0-9]+(\.[0-9]+)?")
MOST_CELLS_NAMED = 3  # that a message names


@dataclass(frozen=True)
class Column:
    """A column of the panel: `texts` (N,) of its cells; `values` (N,), nan where missing or no figure; `odd`, places
    (rows from 0) of cells that are no figures; how many are `filled` and `missing`; whether it has truth values."""

    name: str
    texts: tuple[str, ...]
    values: tuple[float, ...]
    odd: tuple[int, ...]
    filled: int
    missing: int
    logical: bool

    @property
    def kind(self) -> str:
        """`numbers`, `codes`, `truth values`, `text`, `mixed` (text among more figures), or `empty`.

        Codes are figures that stay the text they are: with zeros before them, or of more digits than a number keeps.
        """
        if not self.filled:
            return "empty"
        if self.logical:
            return "truth values"
        if not self.odd:
            return "codes" if self.inexact or any(map(LEADING_ZERO.fullmatch, self.texts)) else "numbers"
        return "mixed" if len(self.odd) < self.filled / 2 else "text"

    @property
    def holds_text(self) -> bool:
        """Whether the cells stay the text they are."""
        return self.kind in ("text", "mixed", "codes")

    @property
    def inexact(self) -> list[int]:
        """Places of whole numbers of more digits than a number keeps, which are no amounts."""
        return [at for at, text in enumerate(self.texts) if _is_long_code(text)]

    @property
    def figures(self) -> list[float]:
        """The figures that there are."""
        return [value for value in self.values if not math.isnan(value)]


def read_column(name: str, texts: Sequence[str]) -> Column:
    """A column of text cells."""
    values, odd, missing = [], [], 0
    for at, text in enumerate(texts):
        value = _figure(text)
        if value is None:
            missing += is_missing(text)
            if not is_missing(text):
                odd.append(at)
        values.append(math.nan if value is None else value)
    filled = len(texts) - missing
    logical = bool(odd) and len(odd) == filled and all(texts[at].lower() in LOGICAL for at in odd)
    if logical:
        values = [math.nan if is_missing(text) else float(LOGICAL[text.lower()]) for text in texts]
    return Column(name, tuple(texts), tuple(values), () if logical else tuple(odd), filled, missing, logical)


def _figure(text: str) -> float | None:
    """A cell's figure; None for a missing one and for text."""
    if len(text) <= DIGITS_KEPT and _DECIMAL.fullmatch(text):  # most cells, told at once
        return float(text)
    figure = None if text.lower() in LOGICAL else figure_text(text)
    return float(figure) if figure else None


def _is_long_code(text: str) -> bool:
    if len(text) <= DIGITS_KEPT:
        return False
    figure = figure_text(text)
    return bool(figure) and not is_exact(figure)


def check_figures(
    path: str, header: list[str], rows: list[list[str]], lines: list[int], tables: Mapping, controls: Sequence[str]
) -> None:
    """Raise InputError where a regression needs figures of a column that holds text, in its formula or its condition,
    before anything is solved."""
    read: dict[str, Column] = {}
    for table, choices in tables.items():
        for number, column in enumerate(choices["columns"], 1):
            regression = parse_column(column, controls)
            needed = dict.fromkeys(compared_with_numbers(regression.sample), f"in the sample `{regression.sample}`")
            needed |= dict.fromkeys(regression.numbers, "")
            for name, where in needed.items():
                if name in header and name not in read:
                    at = header.index(name)
                    read[name] = read_column(name, [row[at] for row in rows])
                # a condition compares long codes digit by digit
                if name in read and (read[name].odd or (not where and read[name].inexact)):
                    cells = odd_cells(read[name], header, rows, lines, path)
                    what = f"{name} {where + ' ' if where else ''}has to hold numbers"
                    raise InputError(f"tables.{table}, column {number}: {what}; {cells}.")


def compared_with_numbers(sample: str) -> list[str]:
    """Variables that a condition compares with numbers."""
    comparisons = parse_condition(sample).comparisons if sample else []
    return [one.left.name for one in comparisons if any(isinstance(value, (int, float)) for value in one.constants)]


def check_samples(columns: Mapping[str, Sequence[str]], tables: Mapping, controls: Sequence[str]) -> None:
    """Raise InputError where a condition compares figures with quoted text, or with a constant that its variable never
    has, before anything is solved.

    columns : variable -> its cells; of one without cells it is known alone that it holds figures.
    """
    for table, choices in tables.items():
        for number, column in enumerate(choices["columns"], 1):
            sample = parse_column(column, controls).sample
            for one in parse_condition(sample).comparisons if sample else []:
                if one.left.name in columns and (fault := _misfit(one, columns[one.left.name])):
                    raise InputError(f"tables.{table}, column {number}: {fault}; correct the sample `{sample}`.")


def _misfit(one: Comparison, texts: Sequence[str]) -> str:
    """What keeps a comparison with constants from having a meaning for a variable's cells; else empty."""
    name = one.left.name
    quoted = [value for value in one.constants if isinstance(value, str)]
    if quoted and name not in KEYS and not read_column(name, texts).holds_text:
        return f"`{name}` holds numbers, which are compared without quotes; found {quoted[0]!r}"
    if not texts or not one.constants or one.sign not in EQUALITIES:
        return ""
    found = set(texts) if quoted else {number_key(text) for text in map(figure_text, texts) if text}
    absent = [value for value in one.constants if value not in found]
    return f"`{name}` is nowhere {absent[0]!r} in the panel" if absent else ""


def odd_cells(column: Column, header: list[str], rows: list[list[str]], lines: list[int], path: str) -> str:
    """The cells of a column that are no amounts, text or else long codes, a few of them with their places."""
    at, odd = header.index(column.name), column.odd or column.inexact
    cells = [f"{place(path, lines[row], at)} holds {rows[row][at][:40]!r}" for row in odd[:MOST_CELLS_NAMED]]
    more = f", and {len(odd) - MOST_CELLS_NAMED} more" if len(odd) > MOST_CELLS_NAMED else ""
    what = "no numbers" if column.odd else f"codes of more than the {DIGITS_KEPT} digits that a number keeps"
    return f"{'; '.join(cells)}{more} ({len(odd)} of {column.filled} filled cells are {what})"
