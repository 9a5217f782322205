"""Tables of yearbooks, vendors and data sets: which arrangement a sheet has, and what its columns say.

A table has three axes (province, year, indicator): two run down and across, the third is said once, above the header,
in the sheet's or the file's name, or beside one of the others (`北京:GDP`). The arrangements are those of the National
Bureau of Statistics' classic and 2025-26 exports, the energy yearbook's tables by region, provincial yearbooks,
vendors' series and data sets; `publishers.grid` reads them all.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterable
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

from study.files.preamble import Preamble, read_preamble
from study.files.series import Draft, NoTable, merge_draft
from study.files.sheets import Row, Sheet
from study.helpers import InputError, logger
from study.publishers.grid import BESIDE, Grid, Said, split_series
from study.words.headings import FURTHER, heading_kind, heading_kinds
from study.words.notes import begins_note
from study.words.printed import CHINESE, Formula, check_formula, is_figure, shortened, squeeze
from study.words.regions import find_province, is_no_province, known_province, province_in
from study.words.titles import bare_label, read_unit, split_title, split_unit
from study.words.years import year_in, year_of, years_in

# What UTF-8 or GBK looks like read as the other or as Western text.
GARBLED = re.compile("\ufffd|锘|Ã|[ä-é][\x80-¿Œ-ž–-€]")

# Sheets' names that say nothing.
PLAIN_SHEET = re.compile(r"(sheet|工作表|表|数据|data|table)?\s*[\d().]*", re.IGNORECASE)
# What the columns of labels say of their rows.
LABELS = ("province", "year", "indicator", "unit", "frequency")


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
    # a sheet that has a header is one of figures
    without = [reason for reason in reasons if isinstance(reason, NoTable)]
    refused = [reason for reason in reasons if not isinstance(reason, NoTable)]
    for level, several in ((logging.INFO, without), (logging.WARNING, refused)):
        if several:
            more = f", and so are {len(several) - 1} more" if len(several) > 1 else ""
            logger.log(level, "%s The sheet is left out%s.", several[0], more)
    return list(drafts.values())


def read_sheet(sheet: Sheet, names: dict[str, str], stem: str) -> list[Draft]:
    """The indicators of one sheet; `stem` is the file's name, which may say the province, the year or the title."""
    for at, row in enumerate(sheet.rows):
        kinds = heading_kinds(row.cells)
        if _names_series(row, names):
            return _series_across(sheet, at, names)
        years = [column for column, cell in enumerate(row.cells) if column and year_of(cell)]
        if years and (kinds[0] or row.get(0) == "") and not year_of(row.get(0)) and _is_header(row, kinds, years):
            return _years_across(sheet, at, kinds, names, stem)
        provinces = [cell for cell in row.cells[1:] if known_province(cell, names)]
        headed = kinds[0] not in ("", "code") or not row.get(0)
        if len(provinces) > 1 and not known_province(row.get(0), names) and headed:
            return _provinces_across(sheet, at, kinds[0], names, stem)
        keyed = {"province", "year"} <= set(kinds) or (kinds and kinds[0] in ("province", "year"))
        if keyed and any(row.cells[1:]):
            return _indicators_across(sheet, at, kinds, names, stem)
    garbled = any(GARBLED.search(cell) for row in sheet.rows[:9] for cell in row.cells)
    code = next((row.get(0) for row in sheet.rows if heading_kind(row.get(0)) == "code"), "")
    begins = next(" | ".join(filter(None, row.cells)) for row in sheet.rows if any(row.cells))
    raise NoTable(
        f"{sheet.source}: no header row found; the file begins {shortened(begins)!r}, expected a row that begins with "
        "地区, 指标, 年份 or Region and goes on with years, provinces or indicators, as the publisher's export has it."
        + (f" Delete the first column ({code})." if code else "")
        + (" The text is garbled: it was saved in a wrong encoding; download the file again." if garbled else "")
    )


def _page(sheet: Sheet, at: int, names: dict[str, str], stem: str, *, needs_year: bool = False) -> Preamble:
    """What the lines above a header say of title, unit, province and year, else the names of sheet and file."""
    page = read_preamble(sheet.source, sheet.rows[:at], names)
    province = page.province or province_in(sheet.name, names) or province_in(stem, names)
    year = page.year or year_in(sheet.name) or year_in(stem)
    if needs_year and year is None:
        raise InputError(f"{sheet.source}: no year; neither the lines above the header nor a name say which one.")
    return replace(page, province=province, year=year)


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


# --- arrangements -------------------------------------------------------------------------------------------------


def _years_across(sheet: Sheet, at: int, kinds: list[str], names: dict[str, str], stem: str) -> list[Draft]:
    """Provinces or indicators down, or both in two columns; years across."""
    header, page = sheet.rows[at], _page(sheet, at, names, stem)
    first = next(column for column, cell in enumerate(header.cells) if column and year_of(cell))
    for number, cell in enumerate(header.cells[:first]):
        if years_in(cell):
            where = sheet.place(header, number)
            raise InputError(f"{where}: found {cell!r}, expected a year such as 2022年, or a word for what runs down.")
    columns = _year_columns(sheet, _without_calculated(sheet, at), first)
    labels = _label_columns(sheet, at, kinds[:first], names)
    if "province" not in labels:
        form = "single province" if page.province else "national"
    elif len(labels["province"]) > 1:
        form = "energy by region"
    elif page.title:
        form = "classic"
    else:
        form = "new site" if page.classic else "bare"
    return Grid(sheet, names, page, at, at + 1, form, labels, columns).read()


def _provinces_across(sheet: Sheet, at: int, kind: str, names: dict[str, str], stem: str) -> list[Draft]:
    """Provinces across; years down (one indicator), or indicators down (one year)."""
    header = sheet.rows[at]
    columns = {
        column: Said(province=find_province(cell, names, sheet.place(header, column)))
        for column, cell in enumerate(header.cells)
        if column and cell and not heading_kind(cell) and not is_no_province(cell)
    }
    years = kind == "year" or any(year_of(row.get(0)) for row in sheet.rows[at + 1 :])
    page = _page(sheet, at, names, stem, needs_year=not years)
    form, label = ("transposed", "year") if years else ("one year", "indicator")
    return Grid(sheet, names, page, at, at + 1, form, {label: [0]}, columns).read()


def _names_series(row: Row, names: dict[str, str]) -> bool:
    """Whether a row names series (`北京:GDP`), one a column."""
    series = [cell for cell in row.cells[1:] if cell and split_series(cell, names)[0]]
    kind = heading_kind(row.get(0))
    return bool(series) and (kind in ("indicator", "year") or not row.get(0)) and len(series) * 2 > len(row.cells) - 1


def _series_across(sheet: Sheet, at: int, names: dict[str, str]) -> list[Draft]:
    """A vendor's series across, each of a province and an indicator; rows of units and the like, then a row a date."""
    header, columns = sheet.rows[at], {}
    for column, name in enumerate(header.cells):
        province, title = split_series(name, names)
        if column and name and not province:
            where = sheet.place(header, column)
            logger.warning(
                "%s: found %r, expected a province and an indicator such as 北京:GDP. Left out.", where, name
            )
        elif column and name:
            title, unit, english = split_title(title)
            columns[column] = Said(province, parts=(title,), unit=unit, english=english)
    return Grid(sheet, names, Preamble(), at, at + 1, "vendor", {"year": [0]}, columns).read()


def _indicators_across(sheet: Sheet, at: int, kinds: list[str], names: dict[str, str], stem: str) -> list[Draft]:
    """A row a province, a year or both; a column an indicator, under one or more header rows, or the indicators' names
    and their values in two columns."""
    labels: dict[str, list[int]] = {}
    for column, kind in enumerate(kinds):
        if kind in LABELS:
            labels.setdefault(kind, []).append(column)
    check_further(sheet, at, kinds)
    by_name = "indicator" in labels and "value" in kinds
    if not by_name:
        labels.pop("indicator", None)
    keys = [column for kind in ("province", "year") for column in labels.get(kind, [])]
    end = next((i for i in range(at + 1, len(sheet.rows)) if _is_body(sheet.rows[i], keys, names)), None)
    if end is None:
        raise NoTable(f"{sheet.source}: no rows of figures below the header, row {sheet.rows[at].line}.")
    held = () if by_name else ("", "about")
    columns = {
        column: said
        for column, said in header_parts(sheet.rows[at:end]).items()
        if (kinds[column] if column < len(kinds) else "") in held
    }
    columns |= {column: Said() for column, kind in enumerate(kinds) if kind == "value"}
    for column, title in enumerate(sheet.titles):
        if column in columns:
            label, unit = split_unit(title)
            columns[column] = replace(columns[column], label=label, unit=columns[column].unit or unit)
    if not columns:
        raise NoTable(f"{sheet.source}: no names of indicators in the header row {sheet.rows[at].line}.")
    page = _page(sheet, at, names, stem, needs_year="year" not in labels)
    if len(keys) > 1:
        form = "data set"
    elif "province" in labels:
        form = "one year"
    else:
        form = "single province" if page.province else "national"
    return Grid(sheet, names, page, at, end, form, labels, dict(sorted(columns.items()))).read()


def _is_body(row: Row, keys: list[int], names: dict[str, str]) -> bool:
    """Whether a row below a header is none of the header's: it names a province or a year, or has figures."""
    if any(known_province(row.get(c), names) or is_no_province(row.get(c)) or year_of(row.get(c)) for c in keys):
        return True
    return heading_kind(row.get(0)) in BESIDE or any(is_figure(cell) and not year_of(cell) for cell in row.cells)


def header_parts(rows: list[Row]) -> dict[int, Said]:
    """Column -> its indicator, from header rows that may be merged and bilingual.

    An upper cell holds for the columns to its right that have none of their own but one below. English lines repeat the
    Chinese ones and are no part of the title; a cell that is only a bracket, or a unit below a name, is the unit.
    """
    width = max(len(row.cells) for row in rows)
    columns: dict[int, Said] = {}
    merged: set[tuple[int, int]] = set()  # cells that name several columns
    above = [list(row.cells) + [""] * (width - len(row.cells)) for row in rows]
    for number, cells in enumerate(above[:-1]):
        for column in range(2, width):
            below = any(lower[column] for lower in above[number + 1 :])
            if not cells[column] and below and cells[column - 1]:
                cells[column] = cells[column - 1]
                merged |= {(number, column - 1), (number, column)}
    for column in range(width):
        parts, unit, english, in_chinese = [], "", [], False
        for number, text in enumerate(cells[column] for cells in above):
            if number and (own := read_unit(text)):
                unit = unit or own
                continue
            bare, inside, beside = split_title(text)
            english.append(beside)
            if heading_kind(text) not in ("", "about"):
                continue
            if text and text[0] in "(（[" and text[-1] in ")）]":
                unit = unit or squeeze(text[1:-1])
                continue
            unit = inside or unit
            bare = bare_label(bare)[0]
            in_chinese |= bool(CHINESE.search(bare)) and (number, column) not in merged
            if bare and bare not in parts:
                parts.append(bare)
        if in_chinese:
            english += [part for part in parts if not CHINESE.search(part)]
            parts = [part for part in parts if CHINESE.search(part)]
        if parts:
            said = " ".join(dict.fromkeys(filter(None, english)))
            columns[column] = Said(parts=tuple(parts), unit=unit, english=said)
    return columns


def _label_columns(sheet: Sheet, at: int, kinds: list[str], names: dict[str, str]) -> dict[str, list[int]]:
    """Kind -> columns of the labels left of the years: the province in one or two languages, the indicator, and `part`s
    that say more of it.

    Columns without a heading are told by what stands below: names of provinces, other words, or running numbers.
    Raises InputError for a column that parts the rows of a province (cities, industries, months).
    """
    header, rows = sheet.rows[at], [row for row in sheet.rows[at + 1 :] if any(row.cells)]
    found = dict(enumerate(kinds))
    for column in [column for column in found if not header.get(column)]:
        texts = [row.get(column) for row in rows if row.get(column) and not begins_note(row.cells)]
        words = [text for text in texts if not is_figure(text)]
        known = sum(known_province(text, names) is not None or is_no_province(text) for text in words)
        if "province" not in kinds and (known * 2 > len(texts) or (known and len(kinds) == 1)):
            found[column] = "province"
        elif len(words) * 2 > len(texts) and "indicator" not in found.values():
            found[column] = "indicator"
        elif texts == [str(number) for number in range(1, len(texts) + 1)]:
            found[column] = "code"
    check_further(sheet, at, found.values())
    if not {"province", "indicator"} & set(found.values()):
        found[0] = "indicator"
    labels: dict[str, list[int]] = {}
    for column, kind in found.items():
        known = kind if kind in (*LABELS, "code") else "part" if not kind and header.get(column) else ""
        if known and (known not in labels or known in ("province", "code", "part")):
            labels.setdefault(known, []).append(column)
        elif known == "indicator":
            labels.setdefault("part", []).append(column)
    return labels


def check_further(sheet: Sheet, at: int, kinds: Iterable[str]) -> None:
    """InputError for a column, of those of `kinds`, that parts the rows of a province further."""
    for column, kind in enumerate(kinds):
        what = FURTHER.get(kind, "")
        filled = next((row for row in sheet.rows[at + 1 :] if row.get(column)), None)
        if what and filled and (what.startswith("quarters") or not is_figure(filled.get(column))):
            where, heading = sheet.place(sheet.rows[at], column), sheet.rows[at].get(column)
            raise InputError(
                f"{where}: the rows are parted by {heading} ({what}); a row a province and year is expected. Sum them "
                "up, or keep the provinces' own rows, and take the column out."
            )


def _without_calculated(sheet: Sheet, at: int) -> Row:
    """The header in row `at` without the names of columns that a user has calculated: below are formulas alone."""
    cells = list(sheet.rows[at].cells)
    for column, name in enumerate(cells):
        below = [cell for row in sheet.rows[at + 1 :] if (cell := row.get(column))]
        if name and not year_of(name) and below and all(isinstance(cell, Formula) for cell in below):
            logger.info("%s: formulas, left out", sheet.place(sheet.rows[at], column))
            cells[column] = ""
    return Row(sheet.rows[at].line, tuple(cells))


def _year_columns(sheet: Sheet, header: Row, first: int) -> dict[int, Said]:
    """Column -> year, from the header row."""
    years: dict[int, Said] = {}
    for column, text in enumerate(header.cells[first:], first):
        if text == "":
            continue
        where = sheet.place(header, column)
        check_formula(text, where)
        year = year_of(text)
        if year is None and re.search(r"\d", text):
            raise InputError(f"{where}: found {text!r}, expected a year such as 2022年.")
        if year is None:
            logger.info("%s: %s is no year, left out", where, text)
            continue
        years[column] = Said(year=year)
    _check_order(sheet, header, {column: said.year for column, said in years.items()})
    return years


def _check_order(sheet: Sheet, header: Row, years: dict[int, int]) -> None:
    """InputError where years rise and fall along the header more than once; a warning where they turn once.

    Exports run one way; a year added at the end, or two exports side by side, turn once.
    """
    columns, listed = list(years), list(years.values())
    rises = [later > earlier for earlier, later in pairwise(listed)]
    turns = [k for k in range(1, len(rises)) if rises[k] != rises[k - 1]]
    if not turns:
        return
    run = ", ".join(map(str, listed[max(0, turns[0] - 1) : turns[0] + 3]))
    text = f"{sheet.place(header, columns[turns[0]])}: the years run {run}"
    if len(turns) > 1:
        raise InputError(f"{text}; have headers been swapped? Put the columns in order.")
    logger.warning("%s; is each header above its own figures?", text)
