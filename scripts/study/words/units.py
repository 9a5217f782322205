"""Printed units: what quantity a header's unit measures, and how large it is.

resources/units.csv has the units themselves, Chinese and English, with their factor to a base unit; SCALES are what
stands before them (`亿元`, `100 million yuan`, `10^8 CNY`, and `108 cu.m` where a superscript was lost). The English
spellings are those of the National Bureau of Statistics' English edition and the China Energy Statistical Yearbook.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from study.helpers import RESOURCES, InputError, workflow_rows
from study.words.printed import squeeze

UNIT_TABLE = RESOURCES / "units.csv"

SCALES = {
    "百": 1e2, "千": 1e3, "万": 1e4, "十万": 1e5, "百万": 1e6, "千万": 1e7, "亿": 1e8, "十亿": 1e9, "百亿": 1e10,
    "万亿": 1e12,
    "100": 1e2, "1000": 1e3, "thousand": 1e3, "10000": 1e4, "10thousand": 1e4, "tenthousand": 1e4, "100000": 1e5,
    "million": 1e6, "10million": 1e7, "100million": 1e8, "hundredmillion": 1e8, "100000000": 1e8, "billion": 1e9,
    "10billion": 1e10, "trillion": 1e12,
    "103": 1e3, "104": 1e4, "106": 1e6, "107": 1e7, "108": 1e8, "109": 1e9, "1010": 1e10,
}  # fmt: skip
PREVIOUS_YEAR = "previous year = 100"  # the catalog's unit of every index
PREVIOUS = re.compile(r"上年|上一年|上年同期|去年|(the)?(preceding|previous|prior|last)year|thesameperiod(of)?lastyear")
INDEX = re.compile(r"(?:以)?(.+?)(?:=|为)(1|100)(?:\.0+)?")


@dataclass(frozen=True)
class Unit:
    """A unit as `factor` times the base unit of its `dimension`."""

    dimension: str
    factor: float


def unit_key(printed: str) -> str:
    """A printed unit without what varies: blanks, outer brackets, `单位:`, thousands commas, powers' signs, dots.

    `(10 000 tons)`, `10,000 tons` and `10000 tons` are one, so are `10^8 cu.m`, `10⁸ cu m` and `108 cu.m`. Upper case
    is kept, for Mt is not mt.
    """
    text = re.sub(r"^(单位|计量单位|unit)s?:", "", squeeze(printed), flags=re.IGNORECASE)
    while re.fullmatch(r"[(\[][^()\[\]]*[)\]]", text):
        text = text[1:-1]
    text = re.sub(r"(?<=\d),(?=\d{3})", "", text)
    text = re.sub(r"(?<=10)(\^|\*\*|~)\{?(?=\d)|(?<=[a-z])\^(?=\d)|}|[·×]|(?<=[a-zA-Z])[.-](?=[a-zA-Z]|$)", "", text)
    return re.sub(r"^(rmb|人民币)(?=.*(yuan|元))", "", text, flags=re.IGNORECASE)


@cache
def known_units() -> dict[str, Unit]:
    """The workflow's units (`load_units`)."""
    return load_units(UNIT_TABLE)


def load_units(path: str | Path) -> dict[str, Unit]:
    """Units of a table as resources/units.csv by `unit_key`; InputError for a factor that is no positive number."""
    units = {}
    for row in workflow_rows(path):
        try:
            factor = float(row["factor"])
        except (KeyError, TypeError, ValueError):
            factor = math.nan
        if not 0 < factor < math.inf:
            raise InputError(
                f"{path}: the factor of {row.get('printed')!r} is {row.get('factor')!r}, expected a number above zero."
            )
        units[unit_key(row["printed"])] = Unit(row["dimension"], factor)
    return units


def find_unit(printed: str, units: dict[str, Unit] | None = None) -> Unit | None:
    """The unit a header names, None for an unknown one or two in one cell that disagree.

    A bilingual cell (`万吨 (10 000 tons)`) is one unit where both languages say the same.
    """
    units = known_units() if units is None else units
    key = unit_key(printed)
    if found := _scaled(key, units) or _scaled(key.lower(), units):
        return found
    parts = [part for part in re.split(r"[()/;,\[\]]|(?<=[一-鿿])(?=[0-9A-Za-z])", key) if part]
    if len(parts) < 2:
        return None
    named = {_scaled(part, units) or _scaled(part.lower(), units) for part in parts}
    return named.pop() if len(named) == 1 else None


def _scaled(key: str, units: dict[str, Unit]) -> Unit | None:
    """A unit of the table, alone or with one of SCALES before it (`100 million yuan`) or behind it (`USD million`)."""
    if key in units:
        return units[key]
    for scale in sorted(SCALES, key=len, reverse=True):
        for unit in (key.removeprefix(scale), key.removesuffix(scale)):
            if unit != key and unit in units:
                return Unit(units[unit].dimension, units[unit].factor * SCALES[scale])
    return None


def find_index_base(printed: str) -> tuple[int | None, float] | None:
    """Base of an index's header: (year, figure of that year), year None for the previous year; None for no index.

    `上年=100` is (None, 100), `1952=1` is (1952, 1), `(preceding year=100)` is (None, 100).
    """
    key = re.sub(r"\(?%\)?$", "", unit_key(printed)).lower()
    found = set()
    for part in [part for part in re.split(r"[()]", key) if part]:
        match = INDEX.fullmatch(part)
        if not match:
            return None
        if PREVIOUS.fullmatch(match[1]):
            found.add((None, float(match[2])))
        elif year := re.fullmatch(r"(?:year)?(\d{4})年?(?:year)?", match[1]):
            found.add((int(year[1]), float(match[2])))
        else:
            return None
    return found.pop() if len(found) == 1 else None
