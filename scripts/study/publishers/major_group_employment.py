"""Employment of the United States by SIC major group, in whichever form."""

from __future__ import annotations

import math
from collections.abc import Iterable
from pathlib import Path

from study.files.sheets import Sheet
from study.helpers import InputError, workflow_rows
from study.publishers.employment_counts import check_size, check_sum, count, unit_factor
from study.publishers.employment_tables import SECTION, is_division, sheets_of, table_files
from study.publishers.us_employment import read_other_forms
from study.words.printed import place, squeeze

# Persons employed in the United States: 31 million on payrolls in 1939, 161 million employed in 2024 (Bureau of Labor
# Statistics, Current Employment Statistics and Current Population Survey).
UNITED_STATES = (2e7, 3e8)


def group_industries(path: str | Path) -> dict[str, tuple]:
    """SIC 1987 major group -> the robot industries it goes to, with weights (resources/industries.csv)."""
    groups: dict[str, list] = {}
    for row in workflow_rows(path):
        if row["source"] == "sic1987":
            groups.setdefault(row["code"], []).append((row["ifr_industry"], row["weight"]))
    return {code: tuple(sorted(industries)) for code, industries in groups.items()}


def read_major_groups(
    path: str | Path | Iterable[str | Path],
    units: dict[str, float],
    tolerance: float,
    *,
    year: int | None = None,
    industries: dict[str, tuple] | None = None,
    sheet: str = "",
    unit: str = "",
    plausible: tuple[float, float] = (0, math.inf),
) -> list[tuple[str, float]]:
    """Rows (SIC 1987 major group, persons employed) of the United States in `year`.

    Forms: SIC major groups under division rows, the unit in brackets above the header, as in `(In thousands)`; and
    those of `us_employment`. industries : major group -> where the crosswalk puts it (`group_industries`); with
    it every group of the crosswalk has to be there, and a figure for several groups stands at the first of them where
    the crosswalk treats them alike. sheet, unit, plausible (`UNITED_STATES`) : as in `read_census`. Raises InputError
    naming file, row and column for an unknown unit or industry, a group listed twice, a cell that is no count, missing
    groups or years, and parts that do not add to printed totals within `tolerance`.
    """
    files = table_files(path)
    sheets = [table for file in files for table in sheets_of(file, sheet)]
    rows = _major_groups(sheets, units, tolerance, year, industries, unit)
    check_size(sheets[0].source, sum(count for _, count in rows), plausible)
    return rows


def _major_groups(
    sheets: list[Sheet],
    units: dict[str, float],
    tolerance: float,
    year: int | None,
    industries: dict[str, tuple] | None,
    unit: str,
) -> list[tuple[str, float]]:
    if len(sheets) == 1:
        at = next((i for i, row in enumerate(sheets[0].rows) if row.get(0).upper() == "SIC"), None)
        if at is not None and _has_divisions(sheets[0], at):
            rows = _read_divisions(sheets[0], at, units, tolerance)
            absent = sorted(set(industries or {}) - {code for code, _ in rows})
            if absent:
                raise InputError(
                    f"{sheets[0].source}: no rows for the SIC major groups {', '.join(absent)}, which "
                    "resources/industries.csv needs; add them."
                )
            return rows
    return read_other_forms(sheets, units, tolerance, year, industries, unit)


def _has_divisions(sheet: Sheet, at: int) -> bool:
    """Whether it is the table of codes, names and one column of counts, not a data set."""
    header = [squeeze(cell).lower() for cell in sheet.rows[at].cells if cell]
    return header == ["sic", "industry", "employment"] and at > 0


def _read_divisions(sheet: Sheet, at: int, units: dict[str, float], tolerance: float) -> list[tuple[str, float]]:
    """Division rows (letters) are the totals of the major groups below them."""
    path, rows = sheet.source, sheet.rows
    factor = unit_factor(path, rows[:at], units)
    employed: dict[str, float] = {}
    totals: dict[str, float] = {}
    parts: dict[str, float] = {}
    division = ""
    for row in rows[at + 1 :]:
        code = row.get(0)
        if SECTION.fullmatch(code):
            division = code
            totals[division] = count(path, row, 2)
        if not is_division(sheet, row, 2):
            continue
        if code in employed:
            raise InputError(f"{place(path, row.line)}: major group {code} appears twice.")
        employed[code] = count(path, row, 2) * factor
        parts[division] = parts.get(division, 0.0) + employed[code] / factor
    if not employed:
        raise InputError(f"{path}: no rows with a two-digit SIC code below the header.")
    for name, total in totals.items():
        check_sum(path, f"division {name} over major groups", parts.get(name, 0.0), total, tolerance)
    return sorted(employed.items())
