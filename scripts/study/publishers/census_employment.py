"""Employment by province and division of GB/T 4754-2002, from the tables of a Chinese census."""

from __future__ import annotations

import math
from collections.abc import Iterable
from pathlib import Path

from study.files.sheets import Row, Sheet
from study.helpers import InputError, workflow_rows
from study.publishers.census import read_sheet
from study.publishers.census_layout import Reading
from study.publishers.census_totals import employment, settle, with_unit
from study.publishers.divisions import Divisions
from study.publishers.employment_counts import check_size, check_sum, count, unit_factor
from study.publishers.employment_tables import is_division, sheets_of, table_files
from study.words.printed import place, squeeze
from study.words.regions import find_province


def division_titles(path: str | Path) -> dict[str, str]:
    """GB/T 4754-2002 division -> Chinese name (resources/industries.csv)."""
    return {row["code"]: row["name"] for row in workflow_rows(path) if row["source"] == "gbt4754_2002"}


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
    sheets = [(table, file.stem) for file in files for table in sheets_of(file, sheet)]
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
        if not is_division(sheet, row, len(header.cells) - 1):
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


def _counts(path: str | Path, row: Row, provinces: dict[str, int]) -> dict[str, float]:
    return {province: count(path, row, column) for province, column in provinces.items()}
