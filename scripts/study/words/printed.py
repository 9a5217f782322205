"""What every reader of a publisher's table needs: cells with their places, numbers, units' and provinces' names."""

from __future__ import annotations

import math
import re
import unicodedata
from pathlib import Path

from study.helpers import InputError

CHINESE = re.compile(r"[㐀-鿿]")
NUMBER = re.compile(r"[+-]?(\d+|\d{1,3}(,\d{3})+)(\.\d*)?([eE][+-]?\d+)?|[+-]?\.\d+")
SIZES = (1e-12, 1e20)  # of figures; beyond them are slips of the power, and codes for missing ones such as 8.99e307
MOST_QUOTED = 60  # characters of a cell in a message
# How publishers and spreadsheets print "no figure"; compared after blanks and full-width forms are gone.
MISSING_MARKS = {"", "-", "--", "..", "...", "na", "none", *"—–―…", "——", "……"}


def place(path: str | Path, line: int, column: int | None = None) -> str:
    """How messages name a cell: file, row from 1 and spreadsheet column letter."""
    if column is None:
        return f"{path}, row {line}"
    letters = ""
    number = column + 1
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return f"{path}, row {line}, column {letters}"


# Full-width ASCII and the ideographic blank to what they stand for; nothing else, for NFKC would turn a footnote mark
# such as ① or ² into a digit of the figure before it.
HALF_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0x3000: 0x20, 0x2212: 0x2D}
FOOTNOTE = re.compile(r"[①-⑳⑴-⒇¹²³*※]+$|[\[(]注?\d?[)\]]$")


class Formula(str):
    """A workbook's cell that is a formula: as the value stored with it, or as it is written and refused where needed.

    `fault` is what is said of a needed one; empty where the stored value was taken.
    """

    fault: str

    def __new__(cls, text: str, fault: str = "") -> Formula:
        cell = super().__new__(cls, text)
        cell.fault = fault
        return cell


def check_formula(text: str, where: str) -> None:
    """InputError for a needed cell that is a formula whose stored value is not taken."""
    if isinstance(text, Formula) and text.fault:
        raise InputError(f"{where}: {text.fault}")


def parse_number(text: str, where: str) -> float | None:
    """A printed figure as a number, None for an empty cell or a mark of a missing one.

    Thousands separators, full-width digits and blanks around are allowed. Raises InputError naming the place for
    anything else, a formula among it whose stored value is not taken.
    """
    check_formula(text, where)
    plain = text.translate(HALF_WIDTH).strip()
    if plain.lower() in MISSING_MARKS:
        return None
    number = float(plain.replace(",", "")) if plain.isascii() and NUMBER.fullmatch(plain) else math.nan
    if not math.isfinite(number):
        hint = " Write per cents without the sign, under a header with the unit %." if plain.endswith("%") else ""
        hint = " Write decimals with a point." if re.fullmatch(r"[+-]?\d+,\d+", plain) else hint
        raise InputError(f"{where}: found {shortened(text)!r}, expected a number or an empty cell.{hint}")
    if number and not SIZES[0] <= abs(number) <= SIZES[1]:
        raise InputError(f"{where}: found {shortened(text)!r}, and no statistic has a figure of that size; mistyped?")
    return number


def is_figure(text: str) -> bool:
    """Whether a cell is a printed number, signs of a missing one aside."""
    plain = text.translate(HALF_WIDTH).strip()
    return plain.isascii() and bool(NUMBER.fullmatch(plain))


def parse_count(text: str, where: str, of: str, most: float = math.inf, *, empty: bool = False) -> float | None:
    """A printed number of persons, robots or patents: zero or more. None for an empty cell where one may be `empty`;
    else, and for anything that is no such number, InputError."""
    value = parse_number(text, where)
    if not (empty if value is None else 0 <= value <= most):
        raise InputError(f"{where}: found {shortened(text)!r}, expected a number {of} (0 if none).")
    return value


def shortened(text: str) -> str:
    """A cell for a message, cut where it is long."""
    return text if len(text) <= MOST_QUOTED else f"{text[:MOST_QUOTED]}..."


def squeeze(text: str) -> str:
    """A name without any blanks, full-width forms folded, invisible marks gone: `北　京` and `北 京` are `北京`."""
    folded = unicodedata.normalize("NFKC", text)
    return "".join(c for c in folded if not c.isspace() and unicodedata.category(c) != "Cf")
