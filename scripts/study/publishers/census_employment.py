"""Readers of employment by industry: the Chinese census by province and division, and United States major groups."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from pathlib import Path

from study.files.series import check_width
from study.files.sheets import Row, Sheet, read_sheets
from study.helpers import InputError, read_rows
from study.publishers.census import read_sheet
from study.publishers.census_layout import Reading
from study.publishers.census_totals import employment, settle, with_unit
from study.publishers.divisions import Divisions
from study.publishers.employment_counts import check_size, check_sum, count, unit_factor
from study.publishers.us_employment import read_other_forms
from study.words.printed import NUMBER, place, squeeze
from study.words.regions import find_province

DIVISION = re.compile(r"\d{2}")
SECTION = re.compile(r"[A-Z]")
CODE = re.compile(r"[A-Z]|\d{2,4}")  # a section, a division or major group, a finer group
TOTALS = re.compile(r"总计|合计|(all|total)", re.IGNORECASE)
# Persons employed in the United States: 31 million on payrolls in 1939, 161 million employed in 2024 (Bureau of Labor
# Statistics, Current Employment Statistics and Current Population Survey).
UNITED_STATES = (2e7, 3e8)


def division_titles(path: str | Path) -> dict[str, str]:
    """GB/T 4754-2002 division -> Chinese name (resources/industries.csv)."""
    return {row["code"]: row["name"] for row in read_rows(path) if row["source"] == "gbt4754_2002"}


def group_industries(path: str | Path) -> dict[str, tuple]:
    """SIC 1987 major group -> the robot industries it goes to, with weights (resources/industries.csv)."""
    groups: dict[str, list] = {}
    for row in read_rows(path):
        if row["source"] == "sic1987":
            groups.setdefault(row["code"], []).append((row["ifr_industry"], row["weight"]))
    return {code: tuple(sorted(industries)) for code, industries in groups.items()}


def table_files(paths: str | Path | Iterable[str | Path]) -> list[Path]:
    """The files of a path: itself, or those of a folder, without hidden ones and spreadsheets' lock files."""
    several = [paths] if isinstance(paths, (str, Path)) else paths
    files = []
    for path in map(Path, several):
        inside = sorted(file for file in path.rglob("*") if file.is_file()) if path.is_dir() else [path]
        files += [file for file in inside if not file.name.startswith((".", "~$")) or file == path]
        if path.is_dir() and not inside:
            raise InputError(f"{path}: the folder is empty; put the tables of the provinces in it.")
    return files


def read_census(
    path: str | Path | Iterable[str | Path],
    names: dict[str, str],
    units: dict[str, float],
    tolerance: float,
    *,
    titles: dict[str, str] | None = None,
    year: int | None = None,
    sheet: str = "",
    unit: str = "",
    plausible: tuple[float, float] = (0, math.inf),
) -> list[tuple[str, str, float]]:
    """Rows (province, GB/T 4754-2002 division, persons employed) of the census, section rows left out.

    path : a file, a folder, or several files. `units` maps the printed unit to persons. titles : division -> Chinese
    name (`division_titles`), without which only the arrangement with 代码 in its header is read. year : the census
    year, which data sets may hold among others. sheet : the only sheet to read. unit : of figures that state none.
    plausible : least and most persons in all (`census_totals.PLAUSIBLE`); beyond, the unit is not that of the counts.
    Arrangements: one whose header begins with 代码 and names the provinces, and those of `publishers.census`. Raises
    InputError naming file, row and column for an unknown province, industry or unit, a division or province listed
    twice, a cell that is no count, counts that are missing, and provinces or divisions that do not add to the printed
    totals within `tolerance`.
    """
    files = table_files(path)
    sheets = [(table, file.stem) for file in files for table in _sheets_of(file, sheet)]
    source = str(path) if isinstance(path, (str, Path)) else ", ".join(map(str, files))
    if len(sheets) == 1:
        table = sheets[0][0]
        at = next((i for i, row in enumerate(table.rows) if squeeze(row.get(0)) == "代码"), None)
        if at is not None and table.rows[at].get(2) and not _is_long(table.rows[at]):
            rows = _read_crossed(table, at, names, units, tolerance, titles)
            check_size(source, sum(count for *_, count in rows), plausible)
            return rows
    if titles is None:
        raise InputError(
            f"{source}: no header row found; expected a row that begins 代码,行业,全国 and names the provinces."
        )
    reading = Reading(names, Divisions(titles), units, year)
    cells = [cell for table, stem in sheets for cell in read_sheet(table, stem, reading)]
    settled = settle(with_unit(cells, units, source, unit))
    rows = employment(settled, set(names.values()) - {"china"}, titles, source, tolerance)
    check_size(source, sum(count for *_, count in rows), plausible)
    return rows


def _sheets_of(file: Path, name: str) -> list[Sheet]:
    """The sheets of a file, or the one that is named; InputError where it has none of that name."""
    sheets = read_sheets(file)
    if not name or all(not sheet.name for sheet in sheets):
        return sheets
    chosen = [sheet for sheet in sheets if sheet.name == name]
    if not chosen:
        listed = ", ".join(sheet.name for sheet in sheets)
        raise InputError(f"{file}: no sheet {name!r}; its sheets are {listed}.")
    return chosen


def _is_long(header: Row) -> bool:
    return any(squeeze(cell) in ("省份", "地区", "省", "年份") for cell in header.cells)


def _read_crossed(
    sheet: Sheet,
    at: int,
    names: dict[str, str],
    units: dict[str, float],
    tolerance: float,
    titles: dict[str, str] | None,
) -> list[tuple[str, str, float]]:
    """The table with 代码,行业 and provinces across, in which every cell has to be filled."""
    path, rows = sheet.source, sheet.rows
    factor = unit_factor(path, rows[:at], units)
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
    employed: dict[str, dict[str, float]] = {}
    printed_total: dict[str, float] = {}
    for row in rows[at + 1 :]:
        code, label = row.get(0), squeeze(row.get(1))
        if label == "总计":
            printed_total = _counts(path, row, provinces)
        if not _is_division(sheet, row, len(header.cells) - 1):
            continue
        if titles and code not in titles:
            raise InputError(f"{place(path, row.line, 0)}: {code!r} is no division of GB/T 4754-2002 (01 to 98).")
        if code in employed:
            raise InputError(f"{place(path, row.line)}: division {code} appears twice.")
        employed[code] = _counts(path, row, provinces)
    if not employed:
        raise InputError(f"{path}: no rows with a two-digit division code below the header.")
    regions = [province for province in provinces if province != "china"]
    if "china" in provinces:
        for code, counts in employed.items():
            parts = sum(counts[province] for province in regions)
            check_sum(path, f"division {code} over provinces", parts, counts["china"], tolerance)
    for province, total in printed_total.items():
        parts = sum(counts[province] for counts in employed.values())
        check_sum(path, f"{province} over divisions", parts, total, tolerance)
    return sorted(
        (province, code, counts[province] * factor) for code, counts in employed.items() for province in regions
    )


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
    sheets = [table for file in files for table in _sheets_of(file, sheet)]
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
        if not _is_division(sheet, row, 2):
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


def _is_division(sheet: Sheet, row: Row, last: int) -> bool:
    """Whether the row's code has two digits, of the rows that have a figure.

    InputError for a lost leading zero, any other code than a section's letter, a finer group's digits or none beside a
    total, and for a cell right of the `last` column.
    """
    code, where = row.get(0), place(sheet.source, row.line, 0)
    if not any(NUMBER.fullmatch(cell) for cell in row.cells[2:]):
        return DIVISION.fullmatch(code) is not None
    check_width(sheet, row, last)
    if code.isdecimal() and len(code) < 2:
        raise InputError(f"{where}: code {code!r} has lost its leading zero; write '0{code}'.")
    if not (CODE.fullmatch(code) or (not code and TOTALS.match(squeeze(row.get(1))))):
        raise InputError(f"{where}: found {code!r}, expected a division's code of two digits, as in 06.")
    return DIVISION.fullmatch(code) is not None


def _counts(path: str | Path, row: Row, provinces: dict[str, int]) -> dict[str, float]:
    return {province: count(path, row, column) for province, column in provinces.items()}
