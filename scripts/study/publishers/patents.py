"""Reader of green patent counts: vendors' tables by province or city, IPC class and year -> applications by province.

Forms read: long (a row a city, class and year) and wide (years across), Chinese or English headings, in any number of
sheets. Parts are added (cities, IPC classes, inventions and utility models, own and joint applications, months);
printed totals are compared with their parts and never added to them; grants are left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from itertools import pairwise
from typing import NamedTuple

from study.files.series import Draft, Yearbook
from study.files.sheets import Row, Sheet
from study.files.table_rows import again, rows_above_notes
from study.helpers import InputError, logger
from study.publishers.cities import Cities, find_city
from study.publishers.forms import Form
from study.publishers.patent_headings import (
    APPLIED,
    GRANTED,
    GREEN,
    HEADER_WITHIN,
    OF_WHICH,
    PATENT_KINDS,
    PLACES,
    Columns,
    OtherCount,
    check_columns,
    counts_green,
    find_columns,
    key_of,
    patent_columns,
    told_by,
    year_of_table,
)
from study.publishers.yearbook import read_drafts
from study.words.headings import TOTALS
from study.words.printed import Formula, is_figure, parse_number, squeeze
from study.words.regions import PARTS_OF_CHINA, find_province, is_outside
from study.words.titles import plain_name, split_unit
from study.words.years import year_of

PATENTS_TITLE = "green_patents"
PATENTS_UNIT = "件"
PARTS_MISS = 0.01  # of a printed total: what its parts may miss it by
# What administrative codes print for the districts of a municipality and for what no prefecture administers.
_NO_CITY_WORDS = "市辖区 县 省直辖 省直辖县 省直辖县级行政区划 省直辖县级行政单位 自治区直辖县级行政区划"
NO_CITY = _NO_CITY_WORDS.split()


class What(NamedTuple):
    """What a figure counts; an empty part is a printed total over it. Parts are added in this order."""

    province: str
    year: int
    city: str = ""
    district: str = ""
    ipc: str = ""
    ipc2: str = ""
    kind: str = ""
    mode: str = ""
    month: str = ""


class Count(NamedTuple):
    """One printed figure, what it counts and where it stands."""

    what: What
    text: str
    where: str


def patent_form(names: dict[str, str], cities: Cities) -> Form:
    """Patents as one of the forms that a file may have; a vendor's panel may hold other indicators beside them."""

    def indicators(path: str, sheets: list[Sheet]) -> list[Draft | Yearbook] | None:
        pages = [(sheet, head) for sheet in sheets if (head := patent_columns(sheet))]
        if not pages:
            return None
        others: list[Draft | Yearbook] = []
        with suppress(InputError):
            others = read_drafts(path, sheets, names)
        if others and not any(_may_be_green(*page) for page in pages):
            return others
        try:
            counts = read_patents([sheet for sheet, _ in pages], names, cities)
        except InputError as error:
            # told to a study that takes the patents, while the other indicators are good
            others = [other for other in others if not any(map(counts_green, other.names()))]
            if not others:
                raise
            return [*others, Draft(path, "patents", (PATENTS_TITLE,), PATENTS_UNIT, problem=str(error))]
        heads = [head for _, head in pages if isinstance(head, Columns)]
        printed = [row.get(value.column) for head in heads for row in head.header for value in head.values]
        counted = {plain_name(split_unit(cell)[0]) for cell in printed if cell}
        return [counts, *(other for other in others if not counted.intersection(_called(other)))]

    return indicators


def _called(draft: Draft) -> set[str]:
    """Ways to say an indicator's title, of a header of several levels also the lowest."""
    return set(map(plain_name, (*draft.names(), draft.parts[-1])))


def _may_be_green(sheet: Sheet, head: Columns | InputError) -> bool:
    """Whether a table is one of green patents, or one whose columns are refused and name green ones."""
    if isinstance(head, Columns):
        return head.says_green
    return any(GREEN.search(cell) for row in sheet.rows[:HEADER_WITHIN] for cell in row.cells)


def read_patents(sheets: list[Sheet], names: dict[str, str], cities: Cities) -> Yearbook:
    """Applications for green patents by province and year, in pieces (件).

    names : printed province -> slug (`regions.province_names`); cities : `cities.load_cities`. A printed total that its
    parts miss is warned of (cities, classes) or in doubt (inventions and utility models). A province without any figure
    in a year is None there; blank cells count no patent where other classes of the city are printed, and a city missing
    in some years is warned of. A province-year with a figure that cannot be read or stands there twice is a fault of
    the table. Raises InputError naming file, row and column.
    """
    source = sheets[0].source
    counts = _read_sheets(sheets, names, cities)
    _check_classes(counts)
    kinds = {count.what.kind for count in counts}
    if kinds == {"design"}:
        raise OtherCount(f"{source}: designs alone are counted (外观设计), and no class of the green ones has designs")
    if len(kinds) == 1 and kinds != {""}:
        logger.warning("%s: counts of one kind of patents alone (%s), no total", source, *kinds)
    groups: dict[tuple[str, int], list[Count]] = {}
    for count in counts:
        groups.setdefault(count.what[:2], []).append(count)
    table = Yearbook(source, "patents", PATENTS_TITLE, PATENTS_UNIT, sorted({year for _, year in groups}))
    for province in dict.fromkeys(province for province, _ in groups):
        for year in table.years:
            _add_cell(table, (province, year), groups.get((province, year), []))
    _warn_of_gaps(source, counts)
    return table


def _read_sheets(sheets: list[Sheet], names: dict[str, str], cities: Cities) -> list[Count]:
    """The counts of all sheets; those that count something else are left out where others count applications."""
    counts: list[Count] = []
    others: list[OtherCount] = []
    for sheet in sheets:
        try:
            if head := find_columns(sheet):
                check_columns(sheet, head)
                counts += _read_sheet(sheet, head, names, cities)
            else:
                logger.info("%s: no table of patents here, left out", sheet.source)
        except OtherCount as error:
            others.append(error)
    if others and not counts:
        raise others[0]
    for error in others:
        logger.warning("%s The sheet is left out.", error)
    if not counts:
        raise InputError(
            f"{sheets[0].source}: no table of green patents found; expected a header row with a year (年份), a "
            "province or city (省份, 城市) and a column of applications (申请数), or years across."
        )
    return counts


def _add_cell(table: Yearbook, cell: tuple[str, int], group: list[Count]) -> None:
    """Put the sum of a province-year's counts to a table, None where there are none."""
    table.places[cell] = group[0].where if group else f"{table.path}, {cell[0]} {cell[1]} (not in the table)"
    if any(isinstance(count.text, Formula) for count in group):
        table.formulas.add(cell)
    values: dict[Count, float | None] = {}
    met: dict = {}
    doubts: list[str] = []
    try:
        for count in group:
            what, value = count.what, parse_number(count.text, count.where)
            called = " ".join(filter(None, (what.city or what.province, str(what.year), what.ipc)))
            if fault := again(met, what, count.where, called):
                raise InputError(fault)
            # of a figure that stands alone `checks.needed` tells as much
            if len(group) > 1 and value is not None and (value < 0 or value != round(value)):
                doubts.append(
                    f"{count.where}: found '{value:g}', expected a number of patents (whole, 0 or more); are these "
                    "figures per head, logarithms or shares?"
                )
            values[count] = value
        table.values[cell] = _sum(values, What._fields[2:], doubts)
        table.doubts |= {cell: doubts[0]} if doubts else {}
    except InputError as error:
        table.refuse(cell, str(error))


def _sum(values: dict[Count, float | None], dimensions: tuple[str, ...], doubts: list[str]) -> float | None:
    """The sum over parts, dimension by dimension, or the printed total where there are no parts. doubts : takes what is
    to be said of inventions and utility models that miss their total."""
    if not dimensions or not values:
        return next(iter(values.values()), None)
    dimension, rest = dimensions[0], dimensions[1:]
    parts: dict[str, dict[Count, float | None]] = {}
    for count, value in values.items():
        parts.setdefault(getattr(count.what, dimension), {})[count] = value
    whole = parts.pop("", {})
    total = _sum(whole, rest, doubts)
    sums = [value for part in parts.values() if (value := _sum(part, rest, doubts)) is not None]
    if not sums:
        return total
    added = sum(sums)
    if total is not None and abs(added - total) > PARTS_MISS * max(total, added):
        where = next(iter(whole)).where
        text = f"{where}: the printed total is {total:g}, its parts by {dimension} add up to {added:g}"
        if dimension == "kind":
            doubts.append(f"{text}; look for a mistyped figure, or remove the column that is wrong.")
        else:
            logger.warning("%s; the parts are used", text)
    return added


def _check_classes(counts: list[Count]) -> None:
    """Raise InputError where an IPC class and a class inside it are both printed: they would be counted twice."""
    classes: dict[str, str] = {}
    for count in counts:
        classes.setdefault(count.what.ipc, count.where)
    for child in sorted(classes):
        if not re.fullmatch(r"[A-H](\d{2}([A-Z](\d+(/\d+)?)?)?)?", child):
            continue
        # section A, class A01, subclass A01B, main group A01B1, group A01B1/02
        for parent in (child[:1], child[:3], child[:4], child.partition("/")[0]):
            if parent != child and parent in classes:
                raise InputError(
                    f"{classes[child]}: the class {child} lies inside {parent} ({classes[parent]}); patents would "
                    "count twice, so keep the classes of one level."
                )


def _warn_of_gaps(source: str, counts: list[Count]) -> None:
    """Warn of cities without a figure in a year in which the table has other cities of their province."""
    years: dict[str, set[int]] = {}
    towns: dict[tuple[str, str], set[int]] = {}
    for what, text, _ in counts:
        printed = {what.year} if is_figure(text) else set()
        years.setdefault(what.province, set()).update(printed)
        if what.city:
            towns.setdefault((what.province, what.city), set()).update(printed)
    gaps: dict[str, list[str]] = {}
    for (province, city), has in sorted(towns.items()):
        if missing := sorted(years[province] - has):
            gaps.setdefault(province, []).append(f"{city} {', '.join(map(str, missing))}")
    for province, said in gaps.items():
        text = "; ".join(said)
        logger.warning("%s: %s lacks cities in some years, which lowers its sum there: %s", source, province, text)


# --- one sheet ----------------------------------------------------------------------------------------------------


def _read_sheet(sheet: Sheet, head: Columns, names: dict[str, str], cities: Cities) -> list[Count]:
    """The counts of a sheet, whose name and title say the year and the province that no column does."""
    keys, first = head.keys, head.header[0]
    year = 0 if "year" in keys or head.values[0].year else year_of_table(sheet, head)
    province = ""
    if not keys.keys() & PLACES:
        province = find_province(sheet.name, names, f"{sheet.source} (sheet's name, for want of a column)")
    counts: list[Count] = []
    grants = 0
    for row, texts in _rows(sheet, head):
        where = {key: sheet.place(row, column) for key, column in keys.items()}
        stage = texts.get("stage", "申请")
        if GRANTED.search(stage):
            grants += 1
            continue
        if not APPLIED.search(stage):
            raise InputError(f"{where['stage']}: found {stage!r}, expected applications (申请) or grants (授权).")
        if "year" in keys and not (year := year_of(texts["year"])):
            raise InputError(f"{where['year']}: found {texts['year']!r}, expected a year such as 2015.")
        place = _place(texts, where, names, cities, province)
        parts = {key: _part(texts.get(key, "")).upper() for key in ("district", "ipc", "ipc2", "month")}
        what = What(place[0], year, place[1], kind=_kind(texts, where), **parts)
        for value in head.values:
            own = what._replace(year=value.year or year, kind=value.kind or what.kind, mode=value.mode)
            counts.append(Count(own, row.get(value.column), sheet.place(row, value.column)))
    if grants and not counts:
        raise OtherCount(f"{sheet.place(first, keys['stage'])}: all {grants} rows are of granted patents")
    if not counts:
        raise InputError(f"{sheet.place(first)}: no rows of figures below the header.")
    return counts


def _rows(sheet: Sheet, head: Columns) -> Iterator[tuple[Row, dict[str, str]]]:
    """The rows of counts with what their cells say by key, names that are printed once filled in."""

    def is_data(row: Row) -> bool:
        return bool(row.get(0)) and any(is_figure(row.get(value.column)) for value in head.values)

    body = rows_above_notes(sheet, sheet.rows[head.at + len(head.header) :], is_data)
    merged = _merged(body, head.keys)
    last: dict[str, str] = {}
    for row in body:
        texts = {key: row.get(column) for key, column in head.keys.items()}
        if all(key_of(text) == key for key, text in texts.items()):
            continue  # the header printed again
        _fill(texts, last, merged)
        last = dict(texts)
        places = [texts.get(key, "") for key in ("province", "city", "place")]
        labels = places + [texts.get(key, "") for key in ("district", "ipc", "kind")]
        if any(OF_WHICH.match(squeeze(label).lower()) for label in labels):
            logger.info("%s: a part of the row above, not added", sheet.place(row))
        elif any(map(is_outside, places)):
            logger.info("%s: %s is no province, left out", sheet.place(row), " ".join(filter(None, places)))
        else:
            yield row, texts


def _part(text: str) -> str:
    """A name without blanks, empty for a total."""
    plain = squeeze(text)
    return "" if plain.lower() in TOTALS else plain


def _place(
    texts: dict[str, str], where: dict[str, str], names: dict[str, str], cities: Cities, province: str
) -> tuple[str, str]:
    """Province and city of a row, the city empty for a total of the province. province : that of the sheet, or empty.
    Raises InputError where neither is known or told."""
    town = "city" if "city" in texts else "place"
    name = _part(texts.get(town, ""))
    if town == "place" and "province" in texts and name.lower() in PARTS_OF_CHINA:
        name = ""
    if printed := squeeze(texts.get("province", "")):
        province = find_province(texts["province"], names, where["province"]) if _part(printed) else "china"
    if name and not (province and name in NO_CITY):
        name, province = find_city(texts[town], province, cities, names, where[town])
    elif not province and texts.get(town):
        province = "china"  # a total without a province is the country's
    if not province:
        key = "province" if "province" in texts else town
        raise InputError(f"{where[key]}: the row names no province and no city; fill them, or remove the row.")
    return province, name


def _kind(texts: dict[str, str], where: dict[str, str]) -> str:
    """Inventions or utility models, as a row says; empty for both."""
    text = texts.get("kind", "")
    kind = told_by(text, PATENT_KINDS) or told_by(texts.get("stage", ""), PATENT_KINDS)
    if _part(text) and not kind and not GREEN.search(text) and not APPLIED.search(text):
        raise InputError(f"{where['kind']}: found {text!r}, expected 发明 or 实用新型 (invention, utility model).")
    return kind


def _merged(rows: list[Row], keys: dict[str, int]) -> set[str]:
    """Columns that print a name once, in the first of its rows: some cells empty, no name twice running."""
    merged = set()
    for key in keys.keys() & {"year", "district", *PLACES}:
        cells = [row.get(keys[key]) for row in rows]
        if "" in cells[1:] and cells[0] and not any(a and a == b for a, b in pairwise(cells)):
            merged.add(key)
    return merged


def _fill(texts: dict[str, str], last: dict[str, str], merged: set[str]) -> None:
    """Fill names of `merged` columns from the row above; a coarser name that is printed leaves the finer ones empty."""
    if "year" in merged:
        texts["year"] = texts["year"] or last.get("year", "")
    for key in ("province", "city", "place", "district"):
        if key not in texts:
            continue
        finer = any(texts.get(name) for name in ("city", "place", "district", "ipc") if name != key)
        if texts[key] or key not in merged or not finer:
            return
        texts[key] = last.get(key, "")
