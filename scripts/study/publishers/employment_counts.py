"""What readers of employment by industry share: units, counts and the check of printed totals."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

from study.files.sheets import Row
from study.helpers import InputError, logger
from study.words.printed import parse_number, place, squeeze

# Printed forms of units -> the catalog's words for them.
SAME_UNIT = {
    "10000persons": "万人",
    "persons": "人",
    "person": "人",
    "thousandsofemployees": "thousands",
    "thousandsofpersons": "thousands",
    "inthousands": "thousands",
    "thousand": "thousands",
    "千人": "thousands",
    "employees": "persons",
    "numberofemployees": "persons",
}


def unit_factor(path: str | Path, preamble: list[Row], units: dict[str, float]) -> float:
    """Persons in one printed unit, from the lines above the header; InputError where they name none of `units`."""
    text = " ".join(squeeze(cell).lower() for row in preamble for cell in row.cells)
    stated = re.search(r"单位:(\S+)|\(in(\w+)\)", text)
    unit = (stated[1] or stated[2]) if stated else ""
    if unit not in units:
        raise InputError(
            f"{path}: the lines above the header give the unit {unit or '(none)'}; expected one of {', '.join(units)} "
            "(written 单位：人, or (In thousands))."
        )
    return units[unit]


def find_unit(texts: Iterable[str], units: dict[str, float], where: str) -> float | None:
    """Persons in one unit named in the first of `texts` that names one (`单位：个、人`, `(万人)`, `[Thousands]`).

    None where none does; InputError where `单位` is followed by no unit of employment.
    """
    for text in texts:
        plain = squeeze(text).lower()
        for stated in re.findall(r"[(\[]([^()\[\]]+)[)\]]", plain):
            for part in re.split(r"[,、/]", stated.removeprefix("单位:")):
                unit = part if part in units else SAME_UNIT.get(part, part)
                if unit in units:
                    return units[unit]
        match = re.search(r"单位:([^()\s]+)", plain)
        if match:
            parts = [p if p in units else SAME_UNIT.get(p, p) for p in re.split(r"[,、/]", match[1])]
            found = [units[part] for part in parts if part in units]
            if not found:
                raise InputError(f"{where}: the unit is {match[1]}; expected one of {', '.join(units)}.")
            return found[0]
    return None


def count(path: str | Path, row: Row, column: int) -> float:
    """A number of persons; InputError for an empty or negative cell."""
    where = place(path, row.line, column)
    value = parse_number(row.get(column), where)
    if value is None or value < 0:
        raise InputError(f"{where}: found {row.get(column)!r}, expected a number employed (0 if none).")
    return value


def check_sum(path: str | Path, what: str, parts: float, total: float, tolerance: float) -> None:
    """Log how far parts are from their printed total; InputError beyond the relative `tolerance`."""
    gap = parts / total - 1 if total else float(parts != 0)
    if abs(gap) > tolerance:
        raise InputError(
            f"{path}: {what} adds up to {parts:.6g}, the printed total says {total:.6g} ({gap:+.2%}, allowed "
            f"{tolerance:.2%}). Look for a mistyped or missing figure, or raise cleaning.total_tolerance."
        )
    logger.info("%s: %s adds up to %.6g of %.6g", path, what, parts, total)


def check_size(source: str, persons: float, plausible: tuple[float, float]) -> None:
    """InputError where all employed together are less or more than plausible: the unit is not that of the counts."""
    low, high = plausible
    if not low <= persons <= high:
        raise InputError(
            f"{source}: all employed add up to {persons:.6g} persons, plausible are {low:g} to {high:g}; is the unit "
            "that the table states that of its counts?"
        )


def restore_zeros(codes: list[str], source: str) -> list[str]:
    """Two-digit codes of a column that a data set keeps as numbers: 6 -> 06, with a line in the log.

    Only where every code is a number of one or two digits and none begins with a zero; else as they are.
    """
    filled = [code for code in codes if code]
    numeric = filled and all(re.fullmatch(r"[1-9]\d?", code) for code in filled)
    if not numeric or all(len(code) == 2 for code in filled):
        return codes
    logger.info("%s: the codes are numbers; leading zeros restored (%s)", source, ", ".join(
        f"{code} to 0{code}" for code in dict.fromkeys(filled) if len(code) == 1))  # fmt: skip
    return [code and code.zfill(2) for code in codes]
