"""Vendors' forms (series across, `北京:指标`, dates down) and data sets (a row a province and year)."""

from __future__ import annotations

import re
from collections.abc import Mapping

from study.files.preamble import read_preamble
from study.files.series import Draft, NoTable, merge_draft
from study.files.sheets import Row, Sheet
from study.files.table_rows import check_width, unnamed_columns
from study.helpers import InputError, logger
from study.words.headings import FURTHER, heading_kind
from study.words.notes import begins_note
from study.words.printed import NUMBER, check_formula, squeeze
from study.words.regions import find_province, is_no_province, known_province
from study.words.titles import page_says, split_title, split_unit
from study.words.years import year_of

COUNTRY = {"中国", "全国", "cn", "china"}
ANNUAL = {"年", "年度", "yearly", "annual", "a", "y", ""}
DATE_WITHIN = re.compile(r"(19|20)\d\d\s*[-/.年]")
# What stands in rows or columns beside the names of series.
BESIDE_SERIES = ("country", "province", "frequency", "unit", "about", "code")


def split_series(text: str, names: dict[str, str]) -> tuple[str, str]:
    """(province, indicator) of a series' name such as `北京:地区生产总值` or `地区生产总值:北京`; the province is empty
    where the name has none. `中国:` before a province is left out, alone it is the nation."""
    parts = [part.strip() for part in re.split(r"[:：]", text) if part.strip()]
    if len(parts) < 2:
        return "", text.strip()
    provinces = [part for part in parts if names.get(squeeze(part).lower(), "china") != "china"]
    rest = [part for part in parts if part not in provinces and squeeze(part).lower() not in COUNTRY]
    if len(provinces) == 1:
        return names[squeeze(provinces[0]).lower()], ":".join(rest)
    nation = any(squeeze(part).lower() in COUNTRY for part in parts)
    return ("china", ":".join(rest)) if nation and not provinces else ("", text.strip())


def vendor_header(row: Row, names: dict[str, str]) -> bool:
    """Whether a row names series, one a column."""
    series = [cell for cell in row.cells[1:] if cell and split_series(cell, names)[0]]
    kind = heading_kind(row.get(0))
    return bool(series) and (kind in ("indicator", "year") or not row.get(0)) and len(series) * 2 > len(row.cells) - 1


def read_vendor(sheet: Sheet, at: int, names: dict[str, str]) -> list[Draft]:
    """Series across, rows of unit and identifiers, then a row a date.

    Series that are not annual or of no province are left out with a line in the log, as are dates within a year where
    no annual series has a figure. Raises InputError where no annual series of a province is left.
    """
    header = sheet.rows[at]
    series = {column: name for column, name in enumerate(header.cells) if column and name}
    last = max(series)
    units: dict[int, str] = {}
    left: dict[int, str] = {}
    for column, name in series.items():
        if not split_series(name, names)[0]:
            where = sheet.place(header, column)
            left[column] = f"{where}: found {name!r}, expected a province and an indicator such as 北京:GDP."
    body: dict[int, list[Row]] = {}
    within = ""
    noted = False
    for row in sheet.rows[at + 1 :]:
        if not any(row.cells):
            continue
        if (kind := heading_kind(row.get(0))) in BESIDE_SERIES:
            if kind == "unit":
                units = {column: squeeze(cell) for column, cell in enumerate(row.cells)}
            elif kind == "frequency":
                for column in series:
                    if fault := not_annual(row.get(column), sheet.place(row, column)):
                        left.setdefault(column, fault)
            continue
        if begins_note(row.cells) or noted:
            noted = True
            _refuse_below_notes(sheet, row, year_of(row.get(0)) is not None)
            continue
        check_formula(row.get(0), sheet.place(row, 0))
        year = year_of(row.get(0))
        if year is None and DATE_WITHIN.match(row.get(0)) and not any(row.get(c) for c in series if c not in left):
            within = within or f"{sheet.place(row, 0)}: {row.get(0)!r} is a date within a year."
            continue
        if year is None:
            raise InputError(f"{sheet.place(row, 0)}: found {row.get(0)!r}, expected a year's date such as 2012-12-31.")
        check_width(sheet, row, last, unnamed_columns(header, last))
        body.setdefault(year, []).append(row)
    for text in filter(None, [*left.values(), within]):
        logger.warning("%s Left out.", text)
    drafts: dict[tuple[str, str], Draft] = {}
    seen: dict[tuple[str, str], Draft] = {}
    # a monthly series may stand beside the annual one of its name
    for column, name in sorted(series.items(), key=lambda item: item[0] in left):
        province, title = split_series(name, names)
        if not province or (column in left and (province, split_unit(title)[0]) in seen):
            continue
        title, unit, english = split_title(title)
        draft = Draft(sheet.source, "vendor", (title,), unit, english=english)
        draft.in_unit(units.get(column, ""), sheet.place(header, column))
        if (province, title) in seen:
            where = sheet.place(header, column)
            seen[province, title].problem = f"{where}: a second column is called {name!r}."
            continue
        seen[province, title] = draft
        for year, rows in body.items():
            # a year's first and last month may both stand here
            filled = [row for row in rows if row.get(column)] or rows[:1]
            for row in filled:
                draft.add(province, year, row.get(column), sheet.place(row, column), left.get(column, ""))
    for draft in seen.values():
        merge_draft(drafts, draft)
    found = [draft for draft in drafts.values() if draft.cells]
    if not found:
        reason = next(iter(left.values()), f"{sheet.source}: no rows that begin with a date below the names.")
        raise InputError(reason)
    return found


def not_annual(frequency: str, where: str) -> str:
    """What is to be said of a series that is not annual; empty for others."""
    annual = squeeze(frequency).lower() in ANNUAL
    return "" if annual else f"{where}: the frequency is {frequency!r}; export annual series."


def _refuse_below_notes(sheet: Sheet, row: Row, is_data: bool) -> None:
    """InputError where a row below the notes is one of figures."""
    if is_data:
        raise InputError(f"{sheet.place(row)}: {row.get(0)!r} stands below the notes; keep one table on a sheet.")


def check_further(sheet: Sheet, header: Row, kinds: Mapping[int, str]) -> None:
    """InputError for a column, of those of `kinds`, that parts the rows of a province further."""
    at = sheet.rows.index(header)
    for column, kind in kinds.items():
        what = FURTHER.get(kind, "")
        filled = next((row for row in sheet.rows[at + 1 :] if row.get(column)), None)
        if what and filled and (what.startswith("quarters") or not NUMBER.fullmatch(filled.get(column))):
            raise InputError(
                f"{sheet.place(header, column)}: the rows are parted by {header.get(column)} ({what}); a "
                "row a province and year is expected. Sum them up, or keep the provinces' own rows, and take the "
                "column out."
            )


def read_long(sheet: Sheet, at: int, kinds: list[str], names: dict[str, str]) -> list[Draft]:
    """A row a province and year: a column an indicator, or the indicator's name and its value in two columns.

    Rows of sums over provinces and rows wholly empty are passed over. Raises InputError for a column that parts rows
    further (cities, industries, months), for an unknown province and for what is no year.
    """
    header, preamble = sheet.rows[at], read_preamble(sheet.source, sheet.rows[:at], names)
    province_at, year_at = kinds.index("province"), kinds.index("year")
    check_further(sheet, header, dict(enumerate(kinds)))
    by_name = "indicator" in kinds and "value" in kinds
    last = max(column for column, name in enumerate(header.cells) if name)
    # without an indicator, values are of what the lines above or the file's name say
    held = () if by_name else ("", "about", "value")
    columns = [c for c, name in enumerate(header.cells) if name and kinds[c] in held]
    drafts: dict[str | int, Draft] = {}
    for column in columns:
        title, unit, english = split_title(header.get(column))
        title = preamble.title if kinds[column] == "value" else title
        label, its_unit = split_unit(sheet.titles[column]) if column < len(sheet.titles) else ("", "")
        draft = Draft(sheet.source, "data set", (title,), unit or its_unit, label=label, english=english)
        draft.page = "" if kinds[column] == "value" else page_says(preamble.title, title)
        drafts[column] = draft
    units: dict[str, str] = {}
    lines: dict[tuple, int] = {}
    noted = False
    for row in sheet.rows[at + 1 :]:
        if not any(row.cells):
            continue
        # a column may name the source in every row
        if noted or (begins_note(row.cells) and year_of(row.get(year_at)) is None):
            noted = True
            _refuse_below_notes(sheet, row, known_province(row.get(province_at), names) is not None)
            continue
        check_width(sheet, row, last)
        name = row.get(province_at)
        if is_no_province(name):
            continue
        province = find_province(name, names, sheet.place(row, province_at))
        check_formula(row.get(year_at), sheet.place(row, year_at))
        year = year_of(row.get(year_at))
        if year is None:
            where = sheet.place(row, year_at)
            raise InputError(f"{where}: found {row.get(year_at)!r}, expected a year such as 2013.")
        if "frequency" in kinds:
            at = kinds.index("frequency")
            if left := not_annual(row.get(at), sheet.place(row, at)):
                logger.warning("%s Left out.", left)
                continue
        label = row.get(kinds.index("indicator")) if by_name else ""
        unit_beside = squeeze(row.get(kinds.index("unit"))) if "unit" in kinds else ""
        units.setdefault(unit_beside, sheet.place(row))
        again = ""
        if (province, year, label) in lines:
            again = f"{sheet.place(row)}: {name} {year} {label} stands already in row {lines[province, year, label]}."
        lines[province, year, label] = row.line
        if by_name:
            title, unit, english = split_title(label)
            draft = drafts.setdefault(title, Draft(sheet.source, "data set", (title,), unit, english=english))
            draft.page = page_says(preamble.title, title)
            for stated in (unit, unit_beside):
                draft.in_unit(stated, sheet.place(row))
            value_at = kinds.index("value")
            draft.add(province, year, row.get(value_at), sheet.place(row, value_at), again)
        for column in columns:
            drafts[column].add(province, year, row.get(column), sheet.place(row, column), again)
    found = [draft for draft in drafts.values() if draft.cells]
    if not found:
        raise NoTable(f"{sheet.source}: no rows of figures below the header of a data set.")
    _say_more(found, {} if by_name else units, preamble.unit)
    return found


def _say_more(drafts: list[Draft], units: Mapping[str, str], unit_above: str) -> None:
    """What a data set's other columns say of its figures: a column of units (unit -> its first place) of their unit,
    one of words of what they are (`性别` 男, `类型` 增速). A unit above all holds where none is nearer."""
    words = [draft for draft in drafts if not any(NUMBER.fullmatch(text) for text, _ in draft.cells.values())]
    figures = [draft for draft in drafts if draft not in words]
    said = dict.fromkeys(text for draft in words for text, _ in draft.cells.values() if text)
    for draft in figures:
        draft.page = draft.page or next(filter(None, (page_says(text, draft.title) for text in said)), "")
        for unit, where in units.items():
            if unit and len(figures) > 1 and not draft.unit:
                draft.problem = f"{where}: the unit {unit!r} stands in a column; of which of the others is it?"
            elif len(figures) == 1:
                draft.in_unit(unit, where)
        draft.unit = draft.unit or unit_above
