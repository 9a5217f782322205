"""Tables of yearbooks as printed: one series of figures by province and year for each indicator of a file.

A table has three axes (province, year, indicator): two run down and across, the third is said once, above the header,
in the sheet's or the file's name. All six layouts are read here, in the National Bureau of Statistics' classic and
2025-26 exports, the energy yearbook's tables by region and provincial yearbooks; vendors' forms and data sets in
`publishers.vendors`.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

from study.files.preamble import Preamble, read_preamble
from study.files.series import Body, Draft, NoTable, merge_draft
from study.files.sheets import Row, Sheet
from study.files.table_rows import unnamed_columns
from study.helpers import InputError, logger
from study.publishers.vendors import check_further, not_annual, read_long, read_vendor, split_series, vendor_header
from study.words.headings import heading_kind, heading_kinds
from study.words.notes import begins_note
from study.words.printed import CHINESE, NUMBER, Formula, check_formula, place, shortened, squeeze
from study.words.regions import find_province, is_no_province, known_province, province_in
from study.words.titles import bare_label, page_says, split_title
from study.words.years import year_in, year_of, years_in

# What UTF-8 or GBK looks like read as the other or as Western text.
GARBLED = re.compile("\ufffd|锘|Ã|[ä-é][\x80-¿Œ-ž–-€]")


# Sheets' names that say nothing.
PLAIN_SHEET = re.compile(r"(sheet|工作表|表|数据|data|table)?\s*[\d().]*", re.IGNORECASE)


def read_drafts(path: str | Path, sheets: list[Sheet], names: dict[str, str]) -> list[Draft]:
    """Every indicator of a file's sheets; those without a table (notes, contents), or that cannot be read, are left out
    with a line in the log if another has one. Raises InputError where none has."""
    drafts: dict[tuple[str, str], Draft] = {}
    reasons: list[InputError] = []
    for sheet in sheets:
        named = "" if len(sheets) == 1 or PLAIN_SHEET.fullmatch(sheet.name) else sheet.name
        try:
            found = read_sheet(sheet, names, _hint(Path(path), names))
        except InputError as error:
            reasons.append(error)
            continue
        for draft in found:
            # a sheet may say what the table on it does not
            if named and not draft.title:
                title, unit, draft.english = split_title(named)
                draft.parts = (title,)
                draft.in_unit(unit, sheet.source)
            merge_draft(drafts, draft)
    if not drafts:
        raise InputError(str(next((reason for reason in reasons if not isinstance(reason, NoTable)), reasons[0])))
    for reason in reasons:
        # a sheet that has a header is one of figures
        level = logging.INFO if isinstance(reason, NoTable) else logging.WARNING
        logger.log(level, "%s The sheet is left out.", reason)
    return list(drafts.values())


def read_sheet(sheet: Sheet, names: dict[str, str], stem: str) -> list[Draft]:
    """The indicators of one sheet; `stem` is the file's name, which may say the province, the year or the title."""
    for at, row in enumerate(sheet.rows):
        kinds = heading_kinds(row.cells)
        if vendor_header(row, names):
            return read_vendor(sheet, at, names)
        years = [column for column, cell in enumerate(row.cells) if column and year_of(cell)]
        if years and (kinds[0] or row.get(0) == "") and not year_of(row.get(0)) and _is_header(row, kinds, years):
            return _years_across(sheet, at, kinds, names, stem)
        if "province" in kinds and "year" in kinds:
            return read_long(sheet, at, kinds, names)
        provinces = [cell for cell in row.cells[1:] if known_province(cell, names)]
        headed = kinds[0] not in ("", "code") or not row.get(0)
        if len(provinces) > 1 and not known_province(row.get(0), names) and headed:
            return _provinces_across(sheet, at, kinds[0], names, stem)
        if kinds and kinds[0] in ("province", "year") and any(row.cells[1:]):
            return _indicators_across(sheet, at, kinds[0], names, stem)
    garbled = any(GARBLED.search(cell) for row in sheet.rows[:9] for cell in row.cells)
    code = next((row.get(0) for row in sheet.rows if heading_kind(row.get(0)) == "code"), "")
    begins = next(" | ".join(filter(None, row.cells)) for row in sheet.rows if any(row.cells))
    raise NoTable(
        f"{sheet.source}: no header row found; the file begins {shortened(begins)!r}, expected a row that begins with "
        "地区, 指标, 年份 or Region and goes on with years, provinces or indicators, as the publisher's export has it."
        + (f" Delete the first column ({code})." if code else "")
        + (" The text is garbled: it was saved in a wrong encoding; download the file again." if garbled else "")
    )


def _hint(path: Path, names: dict[str, str]) -> str:
    """A file's name, with its folder's where only that is a province (a folder for each province)."""
    folder = path.parent.name if known_province(path.parent.name, names) else ""
    return path.stem if province_in(path.stem, names) else f"{path.stem} {folder}".strip()


def _is_header(row: Row, kinds: list[str], years: list[int]) -> bool:
    """Whether years across head a table: beside them stand words for what runs down only."""
    if kinds[0]:
        return True
    others = [cell for column, cell in enumerate(row.cells) if cell and not kinds[column] and not year_of(cell)]
    return all(isinstance(cell, Formula) for cell in others) and len(years) > 1


# --- layouts ------------------------------------------------------------------------------------------------------


def _years_across(sheet: Sheet, at: int, kinds: list[str], names: dict[str, str], stem: str) -> list[Draft]:
    """Provinces or indicators down, or both in two columns; years across."""
    header, preamble = sheet.rows[at], read_preamble(sheet.source, sheet.rows[:at], names)
    first = next(column for column, cell in enumerate(header.cells) if column and year_of(cell))
    years = _year_columns(sheet.source, _without_calculated(sheet, at), first)
    for number, cell in enumerate(header.cells[:first]):
        if years_in(cell):
            where = sheet.place(header, number)
            raise InputError(f"{where}: found {cell!r}, expected a year such as 2022年, or a word for what runs down.")
    column, seconds, unnamed, others = _label_columns(sheet, at, kinds[:first], names)
    last = max(place for place, cell in enumerate(header.cells) if cell)
    unnamed += [place for place in unnamed_columns(header, last) if place > first]
    bilingual = "province" in column and bool(seconds)
    if "indicator" in column and "province" not in column:
        return _indicators_down(sheet, at, years, column, unnamed, preamble, names, stem)
    drafts: dict[tuple[str, ...], Draft] = {}
    form = "energy by region" if bilingual else _form(preamble)
    body = Body(sheet, at, last, names, unnamed)
    for row in body.rows():
        province = body.province(row, column["province"])
        if province is None:
            continue
        other = next((row.get(c) for c in seconds if known_province(row.get(c), names) not in (None, province)), None)
        if other:
            raise InputError(f"{sheet.place(row)}: {row.get(column['province'])!r} and {other!r} are two provinces.")
        label = row.get(column["indicator"]) if "indicator" in column else ""
        title, unit, english = split_title(label) if label else (preamble.title, preamble.unit, preamble.english)
        parts = (title, *(text for place in others if (text := row.get(place)) and not known_province(text, names)))
        if "frequency" in column and body.leave_out(
            not_annual(row.get(column["frequency"]), sheet.place(row, column["frequency"]))
        ):
            continue
        again = body.again((province, *parts), row, column["province"])
        draft = drafts.setdefault(parts, Draft(sheet.source, form, parts, unit, english=english))
        draft.page = page_says(preamble.title, draft.title) if label else ""
        for stated in (unit, row.get(column["unit"]) if "unit" in column else "", "" if unit else preamble.unit):
            draft.in_unit(squeeze(stated), sheet.place(row))
        _add_row(sheet, draft, row, years, lambda year, province=province: (province, year), again)
    return body.finish(drafts.values())


def _label_columns(
    sheet: Sheet, at: int, kinds: list[str], names: dict[str, str]
) -> tuple[dict[str, int], list[int], list[int], list[int]]:
    """What the columns before the years hold, kind -> column; those with the province in a second language; those that
    nothing says what they are, which may have no figure; and those whose words say more of what is counted.

    Columns without a heading are told by what stands below: names of provinces, other words, or running numbers.
    Raises InputError for a column that parts the rows of a province (cities, industries, months).
    """
    header, rows = sheet.rows[at], [row for row in sheet.rows[at + 1 :] if any(row.cells)]
    found = dict(enumerate(kinds))
    for column in [column for column in found if not header.get(column)]:
        texts = [row.get(column) for row in rows if row.get(column) and not begins_note(row.cells)]
        words = [text for text in texts if not NUMBER.fullmatch(text)]
        known = sum(known_province(text, names) is not None or is_no_province(text) for text in words)
        if "province" not in kinds and (known * 2 > len(texts) or (known and len(kinds) == 1)):
            found[column] = "province"
        elif len(words) * 2 > len(texts) and "indicator" not in found.values():
            found[column] = "indicator"
        elif texts == [str(number) for number in range(1, len(texts) + 1)]:
            found[column] = "code"
    check_further(sheet, header, found)
    wanted = ("province", "indicator", "unit", "frequency")
    column = {kind: place for place, kind in reversed(found.items()) if kind in wanted}
    if "province" not in column and "indicator" not in column:
        column["indicator"] = 0
    seconds = [place for place, kind in found.items() if kind == "province" and place != column["province"]]
    unknown = [place for place, kind in found.items() if place not in column.values() and not kind]
    unnamed = [place for place in unknown if place and not header.get(place)]
    return column, seconds, unnamed, [place for place in unknown if header.get(place)]


def _indicators_down(sheet, at, years, column, unnamed, preamble: Preamble, names, stem) -> list[Draft]:
    """Indicators down, with the unit in the row's name, years across: a province's page, or a national table.

    A row may name the province, too: `北京:地区生产总值`.
    """
    fixed = preamble.province or province_in(sheet.name, names) or province_in(stem, names)
    form = "single province" if fixed else "national"
    drafts: dict[tuple[str, str], Draft] = {}
    last = max(place for place, cell in enumerate(sheet.rows[at].cells) if cell)
    body = Body(sheet, at, last, names, unnamed)
    outer, outer_unit, outer_indent, outer_filled = "", "", 0, False
    for row in body.rows():
        label = row.get(column["indicator"])
        province, title = split_series(label, names)
        title, unit, english = split_title(title)
        title, inner = bare_label(title)
        beside = squeeze(row.get(column["unit"])) if "unit" in column else ""
        if "frequency" in column and body.leave_out(
            not_annual(row.get(column["frequency"]), sheet.place(row, column["frequency"]))
        ):
            continue
        inner = inner or row.indent > outer_indent
        parts = (outer, title) if inner and outer else (title,)
        own = unit = unit or beside or (outer_unit if inner else "")
        filled = any(row.get(c) for c in years.values())
        if not inner:
            outer, outer_unit, outer_indent, outer_filled = title, unit, row.indent, filled
        if not filled:
            continue  # a heading of the rows below it
        if not title:
            raise InputError(f"{sheet.place(row)}: a row of figures without a name.")
        province = province or fixed or "china"
        draft = drafts.setdefault(
            (*parts, unit), Draft(sheet.source, form, parts, own or preamble.unit, english=english)
        )
        draft.page = page_says(preamble.title, draft.title)
        draft.in_unit(beside, sheet.place(row))
        draft.below_heading = len(parts) > 1 and not outer_filled
        if again := body.again((province, *parts, unit), row, column["indicator"]):
            draft.problem = again  # the page's other indicators are good
            continue
        _add_row(sheet, draft, row, years, lambda year, province=province: (province, year), "")
    return body.finish(drafts.values())


def _provinces_across(sheet: Sheet, at: int, kind: str, names: dict[str, str], stem: str) -> list[Draft]:
    """Provinces across; years down (one indicator), or indicators down (one year)."""
    header, preamble = sheet.rows[at], read_preamble(sheet.source, sheet.rows[:at], names)
    provinces: dict[str, int] = {}
    for column, cell in enumerate(header.cells):
        if column == 0 or not cell or heading_kind(cell) or is_no_province(cell):
            continue
        province = find_province(cell, names, sheet.place(header, column))
        if province in provinces:
            raise InputError(f"{sheet.place(header, column)}: the province {cell!r} appears twice.")
        provinces[province] = column
    drafts: dict[str, Draft] = {}
    last = max(provinces.values())
    body = Body(sheet, at, last, names, unnamed_columns(header, last))
    fixed = preamble.year or year_in(sheet.name) or year_in(stem)
    for row in body.rows():
        check_formula(row.get(0), sheet.place(row, 0))
        year = year_of(row.get(0))
        if year is None and kind == "year":
            raise InputError(f"{sheet.place(row, 0)}: found {row.get(0)!r}, expected a year such as 2022年.")
        title, unit, english = (preamble.title, preamble.unit, preamble.english) if year else split_title(row.get(0))
        if year is None and fixed is None:
            raise InputError(f"{sheet.place(row, 0)}: no year; neither the lines above nor the name say one.")
        again = body.again((year, title), row, 0)
        form = "transposed" if year else "one year"
        draft = drafts.setdefault(title, Draft(sheet.source, form, (title,), unit or preamble.unit, english=english))
        draft.page = "" if year else page_says(preamble.title, title)
        _add_row(sheet, draft, row, provinces, lambda province, year=year: (province, year or fixed), again)
    return body.finish(drafts.values())


def _indicators_across(sheet: Sheet, at: int, kind: str, names: dict[str, str], stem: str) -> list[Draft]:
    """Indicators across, under one or more header rows; years down (one province) or provinces down (one year)."""
    preamble = read_preamble(sheet.source, sheet.rows[:at], names)
    key_of = year_of if kind == "year" else lambda text: known_province(text, names)
    end = next((i for i in range(at + 1, len(sheet.rows)) if key_of(sheet.rows[i].get(0))), None)
    if end is None:
        raise NoTable(f"{sheet.source}: no row below the header begins with a {kind}.")
    columns = header_parts(sheet.rows[at:end])
    if not columns:
        raise NoTable(f"{sheet.source}: no names of indicators in the header row {sheet.rows[at].line}.")
    fixed: str | int | None
    if kind == "year":
        fixed = preamble.province or province_in(sheet.name, names) or province_in(stem, names) or "china"
        form = "single province" if fixed != "china" else "national"
    else:
        fixed, form = preamble.year or year_in(sheet.name) or year_in(stem), "one year"
        if fixed is None:
            raise InputError(f"{sheet.source}: no year; neither the lines above the header nor a name say which one.")
    drafts = {
        c: Draft(
            *(sheet.source, form, parts, unit or preamble.unit),
            english=english,
            page=page_says(preamble.title, "".join(parts)),
        )
        for c, (parts, unit, english) in columns.items()
    }
    heads, last = sheet.rows[at:end], max(columns)
    unnamed = [column for column in range(1, last) if not any(row.get(column) for row in heads)]
    body = Body(sheet, end - 1, last, names, unnamed)
    for row in body.rows():
        check_formula(row.get(0), sheet.place(row, 0))
        key = body.province(row, 0) if kind == "province" else year_of(row.get(0))
        if key is None:
            if kind == "year":
                raise InputError(f"{sheet.place(row, 0)}: found {row.get(0)!r}, expected a year such as 2022.")
            continue
        again = body.again(key, row, 0)
        if again and kind == "year":
            raise InputError(again)  # whose years they are, a column would say
        for column, draft in drafts.items():
            province, year = (fixed, key) if kind == "year" else (key, fixed)
            draft.add(province, year, row.get(column), sheet.place(row, column), again)
    merged: dict[tuple[str, str], Draft] = {}
    for column, draft in drafts.items():
        if (squeeze(draft.title).lower(), draft.unit) in merged:
            where = sheet.place(sheet.rows[at], column)
            problem = f"{where}: a second column is called {draft.title!r}; name one apart, or cut the other out."
            merged[squeeze(draft.title).lower(), draft.unit].problem = problem
            continue
        merge_draft(merged, draft)
    return body.finish(merged.values())


def header_parts(rows: list[Row]) -> dict[int, tuple[tuple[str, ...], str, str]]:
    """Column -> (header cells from the outermost in, unit, English), from header rows that may be merged and bilingual.

    An upper cell holds for the columns to its right that have none of their own but one below. English lines repeat the
    Chinese ones and are no part of the title; a cell that is only a bracket, or stands in a row of units, is the unit.
    """
    width = max(len(row.cells) for row in rows)
    columns: dict[int, tuple[tuple[str, ...], str, str]] = {}
    above = [list(row.cells) + [""] * (width - len(row.cells)) for row in rows]
    for number, cells in enumerate(above[:-1]):
        for column in range(2, width):
            below = any(lower[column] for lower in above[number + 1 :])
            if not cells[column] and below and cells[column - 1]:
                cells[column] = cells[column - 1]
    for column in range(1, width):
        parts, unit, english = [], "", []
        for cells in above:
            text = cells[column]
            bare, inside, beside = split_title(text)
            english.append(beside)
            if not text or heading_kind(text):
                continue
            if text[0] in "(（[" and text[-1] in ")）]":
                unit = unit or squeeze(text[1:-1])
                continue
            unit = inside or unit
            if CHINESE.search(bare) or not any(map(CHINESE.search, parts)):
                bare = bare_label(bare)[0]
                if bare and bare not in parts:
                    parts.append(bare)
            else:
                english.append(bare)
        if any(map(CHINESE.search, parts)):
            english += [part for part in parts if not CHINESE.search(part)]
            parts = [part for part in parts if CHINESE.search(part)]
        if parts:
            columns[column] = (tuple(parts), unit, " ".join(dict.fromkeys(filter(None, english))))
    return columns


def _form(preamble: Preamble) -> str:
    if preamble.title:
        return "classic"
    return "new site" if preamble.classic else "bare"


def _without_calculated(sheet: Sheet, at: int) -> Row:
    """The header in row `at` without the names of columns that a user has calculated: below are formulas alone."""
    cells = list(sheet.rows[at].cells)
    for column, name in enumerate(cells):
        below = [cell for row in sheet.rows[at + 1 :] if (cell := row.get(column))]
        if name and not year_of(name) and below and all(isinstance(cell, Formula) for cell in below):
            logger.info("%s: formulas, left out", sheet.place(sheet.rows[at], column))
            cells[column] = ""
    return Row(sheet.rows[at].line, tuple(cells))


def _year_columns(source: str, header: Row, first: int) -> dict[int, int]:
    """Year -> column, from the header row."""
    years: dict[int, int] = {}
    for column, text in enumerate(header.cells[first:], first):
        if text == "":
            continue
        check_formula(text, place(source, header.line, column))
        year = year_of(text)
        if year is None and not re.search(r"\d", text):
            logger.info("%s: %s is no year, left out", place(source, header.line, column), text)
            continue
        if year is None:
            raise InputError(f"{place(source, header.line, column)}: found {text!r}, expected a year such as 2022年.")
        if year in years:
            raise InputError(f"{place(source, header.line, column)}: the year {year} appears twice.")
        years[year] = column
    _check_order(source, header, years)
    return years


def _check_order(source: str, header: Row, years: dict[int, int]) -> None:
    """InputError where years rise and fall along the header more than once; a warning where they turn once.

    Exports run one way; a year added at the end, or two exports side by side, turn once.
    """
    listed = list(years)
    rises = [later > earlier for earlier, later in pairwise(listed)]
    turns = [k for k in range(1, len(rises)) if rises[k] != rises[k - 1]]
    if not turns:
        return
    where = place(source, header.line, years[listed[turns[0]]])
    text = f"{where}: the years run {', '.join(map(str, listed[max(0, turns[0] - 1) : turns[0] + 3]))}"
    if len(turns) > 1:
        raise InputError(f"{text}; have headers been swapped? Put the columns in order.")
    logger.warning("%s; is each header above its own figures?", text)


def _add_row(sheet: Sheet, draft: Draft, row: Row, columns: dict, key: Callable, again: str) -> None:
    for name, column in columns.items():
        draft.add(*key(name), row.get(column), sheet.place(row, column), again)
