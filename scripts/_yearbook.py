"""Readers of statistical-yearbook exports: one function a form, one dispatch.

Forms read: the National Bureau of Statistics' classic export (three header lines, `地区,2024年,...`), its 2025-26
site (same body, cells ending in a tab, no indicator line), its national export (`指标,2024年,...`) and the energy
yearbook's tables by region (bilingual names, unit line, years ascending).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path

from _exports import Row, find_province, parse_number, place, read_export, squeeze
from _helpers import InputError

YEAR = re.compile(r"(\d{4})年?")
NOTE = re.compile(r"注|数据来源|资料来源|Note|Data Source|Source", re.IGNORECASE)
UNIT_IN_TITLE = re.compile(r"(.*)[(（]([^()（）]+)[)）]")


@dataclass
class Yearbook:
    """One table as printed. `values[(province, year)]` is the figure or None for an empty cell, in `unit`.

    `places` names each cell for messages; `title` and `unit` are empty where the file does not say them.
    """

    path: str
    form: str
    title: str
    unit: str
    years: list[int]
    values: dict[tuple[str, int], float | None] = field(default_factory=dict)
    places: dict[tuple[str, int], str] = field(default_factory=dict)

    @property
    def provinces(self) -> list[str]:
        """Slugs in printed order, `china` for a national row."""
        return list(dict.fromkeys(province for province, _ in self.values))


def read_yearbook(path: str | Path, names: dict[str, str]) -> Yearbook:
    """Read one yearbook table in whichever form it has.

    `names` maps printed province names to slugs (`_exports.province_names`). Raises InputError naming file, row and
    column for an unknown form or province, a duplicated province or year, a ragged row or a cell that is no number.
    """
    rows = read_export(path)
    for header_at, header in enumerate(rows):
        key = squeeze(header.get(0)).lower()
        if key in FORMS and any(YEAR.fullmatch(cell) for cell in header.cells):
            return FORMS[key](str(path), rows[:header_at], header, rows[header_at + 1 :], names)
    raise InputError(
        f"{path}: no header row found; expected a row that begins with {' or '.join(HEADER_WORDS)} and goes on with "
        "years, as the publisher's csv export has it."
    )


def _by_region(path: str, preamble: list[Row], header: Row, body: list[Row], names: dict[str, str]) -> Yearbook:
    """NBS exports by province, classic and 2025-26, and the energy yearbook's tables (a second name column)."""
    bilingual = header.get(1).lower() == "region"
    if bilingual:
        title = squeeze(re.sub(r"^[\d\-–.]+", "", preamble[0].get(0))) if preamble else ""
        unit = next((m[1] for row in preamble if (m := re.match(r"单位[:：](.+)", squeeze(row.get(0))))), "")
        form = "energy by region"
    else:
        title, unit = _indicator(preamble)
        form = "classic" if title else "new site"
    table = Yearbook(path, form, title, unit, [])
    years = _year_columns(path, header, 2 if bilingual else 1)
    table.years = sorted(years)
    _read_body(table, body, years, names, lambda name, where: find_province(name, names, where))
    return table


def _national(path: str, preamble: list[Row], header: Row, body: list[Row], names: dict[str, str]) -> Yearbook:
    """NBS national exports: indicators down, with the unit in the row's name; the file may hold one indicator."""
    table = Yearbook(path, "national", "", "", [])
    years = _year_columns(path, header, 1)
    table.years = sorted(years)

    def keep_title(name: str, where: str) -> str:
        if table.title:
            raise InputError(f"{where}: a second indicator {name!r}; export {table.title!r} alone.")
        table.title, table.unit = _split_unit(name)
        return "china"

    _read_body(table, body, years, names, keep_title)
    return table


HEADER_WORDS = ("地区", "Region", "指标")
FORMS = {"地区": _by_region, "region": _by_region, "指标": _national}


def _indicator(preamble: list[Row]) -> tuple[str, str]:
    for row in preamble:
        if match := re.match(r"指标[:：](.+)", row.get(0)):
            return _split_unit(match[1])
    return "", ""


def _split_unit(title: str) -> tuple[str, str]:
    match = UNIT_IN_TITLE.fullmatch(title.strip())
    return (match[1].strip(), squeeze(match[2])) if match else (title.strip(), "")


def _year_columns(path: str, header: Row, first: int) -> dict[int, int]:
    """Year -> column, from the header row."""
    years: dict[int, int] = {}
    for column, text in enumerate(header.cells[first:], first):
        if text == "":
            continue
        match = YEAR.fullmatch(text)
        if not match:
            raise InputError(f"{place(path, header.line, column)}: found {text!r}, expected a year such as 2022年.")
        if int(match[1]) in years:
            raise InputError(f"{place(path, header.line, column)}: the year {match[1]} appears twice.")
        years[int(match[1])] = column
    return years


def _read_body(table: Yearbook, body: list[Row], years: dict[int, int], names: dict[str, str], find) -> None:
    """Fill `values` from the rows above the notes; `find(name, where)` gives a row's province."""
    lines: dict[str, int] = {}
    in_notes = False
    last_column = max(years.values())
    for row in body:
        where = place(table.path, row.line)
        if not any(row.cells):
            continue
        if NOTE.match(row.get(0)):
            in_notes = True
        if in_notes:
            # A note may run on over several lines; a province below it is a second table.
            if squeeze(row.get(0)).lower() in names:
                raise InputError(f"{where}: {row.get(0)!r} stands below the notes; keep one table in a file.")
            continue
        province = find(row.get(0), place(table.path, row.line, 0))
        if province in lines:
            raise InputError(f"{where}: {row.get(0)!r} ({province}) stands already in row {lines[province]}.")
        lines[province] = row.line
        if len(row.cells) <= last_column:
            raise InputError(f"{where}: {len(row.cells)} cells where the header has {last_column + 1}; row cut short?")
        for column, text in enumerate(row.cells[last_column + 1 :], last_column + 1):
            if text:
                raise InputError(f"{place(table.path, row.line, column)}: {text!r} stands right of the last year.")
        for year, column in years.items():
            where = place(table.path, row.line, column)
            table.values[province, year] = parse_number(row.get(column), where)
            table.places[province, year] = where
    if not table.values:
        raise InputError(f"{table.path}: no rows of figures below the header.")
