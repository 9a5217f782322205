"""Readers of employment by industry: the Chinese census by province and division, and United States major groups."""

from __future__ import annotations

import re
from pathlib import Path

from _exports import Row, find_province, parse_number, place, read_export, squeeze
from _helpers import InputError, logger

DIVISION = re.compile(r"\d{2}")
SECTION = re.compile(r"[A-Z]")


def read_census(
    path: str | Path, names: dict[str, str], units: dict[str, float], tolerance: float
) -> list[tuple[str, str, float]]:
    """Rows (province, GB/T 4754-2002 division, persons employed) of the census table, section rows left out.

    `units` maps the printed unit to persons. The header row begins with 代码. Raises InputError naming file, row and
    column for an unknown province or unit, a division or province listed twice, a cell that is no count, and provinces
    or divisions that do not add to the printed totals within `tolerance`.
    """
    rows = read_export(path)
    at = next((i for i, row in enumerate(rows) if squeeze(row.get(0)) == "代码"), None)
    if at is None:
        raise InputError(
            f"{path}: no header row found; expected a row that begins 代码,行业,全国 and names the provinces."
        )
    factor = _unit_factor(path, rows[:at], units)
    header = rows[at]
    provinces: dict[str, int] = {}
    for column, name in enumerate(header.cells[2:], 2):
        if not name:
            continue
        province = find_province(name, names, place(path, header.line, column))
        if province in provinces:
            raise InputError(f"{place(path, header.line, column)}: {name!r} appears twice.")
        provinces[province] = column
    absent = sorted(set(names.values()) - {"china"} - set(provinces))
    if absent:
        raise InputError(
            f"{place(path, header.line)}: no column for {', '.join(absent)}; national employment by industry needs "
            "every province of resources/provinces.csv."
        )
    employment: dict[str, dict[str, float]] = {}
    printed_total: dict[str, float] = {}
    for row in rows[at + 1 :]:
        code, label = row.get(0), squeeze(row.get(1))
        if label == "总计":
            printed_total = _counts(path, row, provinces)
        if not _is_division(path, row):
            continue
        if code in employment:
            raise InputError(f"{place(path, row.line)}: division {code} appears twice.")
        employment[code] = _counts(path, row, provinces)
    if not employment:
        raise InputError(f"{path}: no rows with a two-digit division code below the header.")
    regions = [province for province in provinces if province != "china"]
    if "china" in provinces:
        for code, counts in employment.items():
            parts = sum(counts[province] for province in regions)
            _check(path, f"division {code} over provinces", parts, counts["china"], tolerance)
    for province, total in printed_total.items():
        parts = sum(counts[province] for counts in employment.values())
        _check(path, f"{province} over divisions", parts, total, tolerance)
    return sorted(
        (province, code, counts[province] * factor) for code, counts in employment.items() for province in regions
    )


def read_major_groups(path: str | Path, units: dict[str, float], tolerance: float) -> list[tuple[str, float]]:
    """Rows (SIC major group, persons employed); division rows (letters) are the totals of the groups below them.

    The header row begins with SIC; the unit stands above it in brackets, as in `(In thousands)`. Raises InputError
    naming file, row and column for an unknown unit, a group listed twice, a cell that is no count, and groups that do
    not add to their division within `tolerance`.
    """
    rows = read_export(path)
    at = next((i for i, row in enumerate(rows) if row.get(0).upper() == "SIC"), None)
    if at is None:
        raise InputError(f"{path}: no header row found; expected SIC,Industry,Employment.")
    factor = _unit_factor(path, rows[:at], units)
    employment: dict[str, float] = {}
    totals: dict[str, float] = {}
    parts: dict[str, float] = {}
    division = ""
    for row in rows[at + 1 :]:
        code = row.get(0)
        if SECTION.fullmatch(code):
            division = code
            totals[division] = _count(path, row, 2)
        if not _is_division(path, row):
            continue
        if code in employment:
            raise InputError(f"{place(path, row.line)}: major group {code} appears twice.")
        employment[code] = _count(path, row, 2) * factor
        parts[division] = parts.get(division, 0.0) + employment[code] / factor
    if not employment:
        raise InputError(f"{path}: no rows with a two-digit SIC code below the header.")
    for name, total in totals.items():
        _check(path, f"division {name} over major groups", parts.get(name, 0.0), total, tolerance)
    return sorted(employment.items())


def _is_division(path: str | Path, row: Row) -> bool:
    """Whether the row's code has two digits; a lost leading zero is an InputError."""
    code = row.get(0)
    if code.isdecimal() and len(code) < 2:
        raise InputError(f"{place(path, row.line, 0)}: code {code!r} has lost its leading zero; write '0{code}'.")
    return DIVISION.fullmatch(code) is not None


def _unit_factor(path: str | Path, preamble: list[Row], units: dict[str, float]) -> float:
    text = " ".join(squeeze(cell).lower() for row in preamble for cell in row.cells)
    stated = re.search(r"单位:(\S+)|\(in(\w+)\)", text)
    unit = (stated[1] or stated[2]) if stated else ""
    if unit not in units:
        raise InputError(
            f"{path}: the lines above the header give the unit {unit or '(none)'}; expected one of {', '.join(units)} "
            "(written 单位：人, or (In thousands))."
        )
    return units[unit]


def _counts(path: str | Path, row: Row, provinces: dict[str, int]) -> dict[str, float]:
    return {province: _count(path, row, column) for province, column in provinces.items()}


def _count(path: str | Path, row: Row, column: int) -> float:
    where = place(path, row.line, column)
    value = parse_number(row.get(column), where)
    if value is None or value < 0:
        raise InputError(f"{where}: found {row.get(column)!r}, expected a number employed (0 if none).")
    return value


def _check(path: str | Path, what: str, parts: float, total: float, tolerance: float) -> None:
    gap = parts / total - 1 if total else float(parts != 0)
    if abs(gap) > tolerance:
        raise InputError(
            f"{path}: {what} adds up to {parts:.6g}, the printed total says {total:.6g} ({gap:+.2%}, allowed "
            f"{tolerance:.2%}). Look for a mistyped or missing figure, or raise cleaning.total_tolerance."
        )
    logger.info("%s: %s adds up to %.6g of %.6g", path, what, parts, total)
