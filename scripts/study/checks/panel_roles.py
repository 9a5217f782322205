"""Columns of a ready panel in the roles that the config gives them: names of groups, variables of models."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

from study.dea.models import NEGATIVE, VALUE_SIGNS
from study.files.panel import is_missing
from study.files.tables import KEYS
from study.helpers import InputError
from study.words.numbers import FIGURE, WHOLE, number_key
from study.words.printed import HALF_WIDTH, parse_number, place

# A code of twelve digits or more as spreadsheets show and save it, and as doubles beyond 2^53 are written.
ROUNDED = re.compile(r"[+-]?\d(\.\d*)?[eE]\+?(1[1-9]|[2-9]\d)")

# A figure that is in order for every model, as most are: a few digits that are not all zeros, no sign, no power.
ABOVE_ZERO = re.compile(r"[1-9][0-9]{0,14}(\.[0-9]*)?|0?\.0{0,5}[1-9][0-9]*", re.ASCII)


def check_categories(
    path: str | Path, header: list[str], rows: list[list[str]], lines: list[int], categories: Iterable[str]
) -> None:
    """Raise InputError where units, or a column whose values are names, have two spellings of one number: 1 and 01.

    They may be one or two; nothing guesses which. Refused as well: long codes that a spreadsheet has rounded, 1.1E+17,
    so that several are one. categories : variables that regressions absorb or cluster by.
    """
    for name in dict.fromkeys(["province", *categories]):
        column = header.index(name) if name in header and name != "year" else None
        if column is None:
            continue
        texts: dict[str, int] = {}
        for line, row in zip(lines, rows, strict=True):
            texts.setdefault(row[column].translate(HALF_WIDTH).strip(), line)
        texts = {text: line for text, line in texts.items() if not is_missing(text)}
        rounded = next((text for text in texts if ROUNDED.fullmatch(text)), None)
        if rounded and all(map(FIGURE.fullmatch, texts)):
            raise InputError(
                f"{place(path, texts[rounded], column)}: {name} is {rounded!r}, and its values are used as names. Long "
                "codes that a spreadsheet keeps as numbers lose digits, and several become one: format the column as "
                "text where the codes are whole, and save the file again."
            )
        # among other text only whole numbers are numbers: 1e5 may be a code
        spelling = FIGURE if all(map(FIGURE.fullmatch, texts)) else WHOLE
        seen: dict[int | float, str] = {}
        for text, line in texts.items():
            if not spelling.fullmatch(text):
                continue
            other = seen.setdefault(number_key(text), text)
            if other != text:
                raise InputError(
                    f"{place(path, line, column)}: {name} is {text!r} here and {other!r} in row {texts[other]}, which "
                    "are one number. The values are used as names: write them alike if they are one, and with a letter "
                    "before them if they are two."
                )


def check_production(
    path: str | Path,
    header: list[str],
    rows: list[list[str]],
    lines: list[int],
    variables: dict[str, str],
    columns: dict[str, str],
) -> None:
    """Raise InputError unless the productivity models' variables are figures of the sign that `variables` says.

    `variables` : name -> one of `dea.models.VALUE_SIGNS`. The message names row and column (`columns`: our name -> the
    file's). Nothing is checked without variables.
    """
    if not variables:
        return
    if "gtfp" in header:
        raise InputError(
            f"{path}: the column gtfp would clash with the main model's index; rename it in panel.columns."
        )
    absent = [name for name in variables if name not in header]
    if absent:
        raise InputError(
            f"{path}: productivity.models use {', '.join(absent)}; the panel has {', '.join(header)}. "
            "Rename them in panel.columns or in the model."
        )
    places = {name: header.index(name) for name in variables}
    for line, row in zip(lines, rows, strict=True):
        for name, sign in variables.items():
            text = row[places[name]]
            if ABOVE_ZERO.fullmatch(text):  # nearly all cells, told at once
                continue
            unit, period = (row[header.index(key)] for key in KEYS)
            where = f"{place(path, line)}, column {columns.get(name, name)} ({unit}, {period})"
            value = None if is_missing(text) else parse_number(text, where)
            if value is None or (value < 0 and sign != VALUE_SIGNS[0]) or (value == 0 and sign == VALUE_SIGNS[2]):
                found = repr(text) if text else "an empty cell"
                expected = dict(zip(VALUE_SIGNS, ("of any sign", "that is not negative", "above zero"), strict=True))[
                    sign
                ]
                why = ", for a model's direction moves it by shares of the unit's own value" * (sign == VALUE_SIGNS[2])
                hint = f" {NEGATIVE}" if value is not None and value < 0 else ""
                raise InputError(f"{where}: found {found}, expected a number {expected}{why}.{hint}")
