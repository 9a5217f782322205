"""Reader of green patent counts: vendors' tables by province or city, IPC class and year -> applications by province.

Forms read: long (a row a city, class and year) and wide (years across), Chinese or English headings, in any number of
sheets. Parts are added (cities, IPC classes, inventions and utility models, own and joint applications, months);
printed totals are compared with their parts and never added to them; grants are left out.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, replace

from study.files.series import Draft, Yearbook
from study.files.sheets import Row, Sheet
from study.files.table_rows import rows_above_notes
from study.helpers import InputError, logger
from study.publishers.cities import Cities, find_city
from study.publishers.forms import Form
from study.publishers.patent_headings import (
    HEADER_WITHIN,
    OF_WHICH,
    PLACES,
    Columns,
    OtherCount,
    check_columns,
    find_columns,
    is_patent_table,
    key_of,
    says_green,
    year_of_table,
)
from study.publishers.patent_words import APPLIED, GRANTED, GREEN, counts_green, kind_of
from study.publishers.yearbook import read_drafts
from study.words.headings import TOTALS
from study.words.printed import Formula, is_figure, parse_number, squeeze
from study.words.regions import PARTS_OF_CHINA, find_province, is_outside
from study.words.titles import plain_name, split_unit
from study.words.years import year_of

PATENTS_TITLE = "green_patents"
PATENTS_UNIT = "件"
# What administrative codes print for the districts of a municipality and for what no prefecture administers.
NO_CITY = {"市辖区", "县", "省直辖", "省直辖县", "省直辖县级行政区划", "省直辖县级行政单位"}
NO_CITY |= {"自治区直辖县级行政区划"}
# In this order parts are looked for; empty is a printed total over the dimension.
PATENT_DIMENSIONS = ("city", "district", "ipc", "ipc2", "kind", "mode", "month")


@dataclass(frozen=True)
class Count:
    """One printed figure and what it counts."""

    province: str
    year: int
    value: float | None
    where: str
    city: str = ""
    district: str = ""
    ipc: str = ""
    ipc2: str = ""
    kind: str = ""
    mode: str = ""
    month: str = ""
    fault: str = ""
    is_formula: bool = False


def patent_form(names: dict[str, str], cities: Cities) -> Form:
    """Patents as one of the forms that a file may have; a vendor's panel may hold other indicators beside them."""

    def indicators(path: str, sheets: list[Sheet]) -> list[Draft | Yearbook] | None:
        pages = [sheet for sheet in sheets if is_patent_table(sheet)]
        if not pages:
            return None
        others: list[Draft | Yearbook] = []
        with suppress(InputError):
            others = read_drafts(path, sheets, names)
        if others and not any(map(_may_be_green, pages)):
            return others
        try:
            counts = read_patents(pages, names, cities)
        except InputError as error:
            # told to a study that takes the patents, while the other indicators are good
            others = [other for other in others if not any(map(counts_green, other.names()))]
            if not others:
                raise
            return [*others, Draft(path, "patents", (PATENTS_TITLE,), PATENTS_UNIT, problem=str(error))]
        counted = {
            plain_name(split_unit(page.rows[head.body - 1].get(column))[0])
            for page, head in _columns_of(pages)
            for column, *_ in head.values
        }
        return [counts, *(other for other in others if not counted.intersection(map(plain_name, other.names())))]

    return indicators


def _columns_of(pages: Iterable[Sheet]) -> list[tuple[Sheet, Columns]]:
    """The columns of each page that has applications."""
    found = []
    for page in pages:
        with suppress(InputError):
            if head := find_columns(page):
                found.append((page, head))
    return found


def _may_be_green(page: Sheet) -> bool:
    """Whether a page is one of green patents, or one whose columns are refused and name green ones."""
    if heads := _columns_of([page]):
        return says_green(heads[0][1])
    return any(GREEN.search(cell.lower()) for row in page.rows[:HEADER_WITHIN] for cell in row.cells)


def read_patents(sheets: Iterable[Sheet], names: dict[str, str], cities: Cities, tolerance: float = 0.01) -> Yearbook:
    """Applications for green patents by province and year, in pieces (件).

    names : printed province -> slug (`regions.province_names`); cities : `cities.load_cities`; tolerance : largest
    relative gap between a printed total and its parts, beyond which the log warns (cities, classes) or the figure is in
    doubt (inventions and utility models). A province without any figure in a year is None there; blank cells count no
    patent where other classes of the city are printed, and a city missing in some years is warned of. A province-year
    with a figure that cannot be read or stands there twice is a fault of the table. Raises InputError naming file, row
    and column.
    """
    sheets = list(sheets)
    source = sheets[0].source if sheets else "the table"
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
            f"{source}: no table of green patents found; expected a header row with a year (年份), a province or city "
            "(省份, 城市) and a column of applications (申请数), or years across."
        )
    _check_classes(counts)
    kinds = {count.kind for count in counts}
    if kinds == {"design"}:
        raise OtherCount(f"{source}: designs alone are counted (外观设计), and no class of the green ones has designs.")
    if len(kinds) == 1 and kinds != {""}:
        logger.warning("%s: counts of one kind of patents alone (%s), no total", source, *kinds)
    table = Yearbook(source, "patents", PATENTS_TITLE, PATENTS_UNIT, sorted({count.year for count in counts}))
    groups: dict[tuple[str, int], list[Count]] = {}
    for count in counts:
        groups.setdefault((count.province, count.year), []).append(count)
    for cell in ((p, y) for p in dict.fromkeys(count.province for count in counts) for y in table.years):
        group = groups.get(cell, [])
        table.places[cell] = group[0].where if group else f"{source}, {cell[0]} {cell[1]} (not in the table)"
        table.formulas |= {cell} if any(count.is_formula for count in group) else set()
        try:
            for count in group:
                if count.fault:
                    raise InputError(count.fault)
            # of a figure that stands alone `checks.needed` tells as much
            doubts = [_impossible(count) for count in group if len(group) > 1 and _is_impossible(count.value)]
            table.values[cell] = _sum(group, PATENT_DIMENSIONS, tolerance, doubts) if group else None
            table.doubts |= {cell: doubts[0]} if doubts else {}
        except InputError as error:
            table.refuse(cell, str(error))
    _warn_of_gaps(source, counts)
    return table


def _is_impossible(value: float | None) -> bool:
    return value is not None and (value < 0 or value != round(value))


def _impossible(count: Count) -> str:
    return (
        f"{count.where}: found '{count.value:g}', expected a number of patents (whole, 0 or more); are these figures "
        "per head, logarithms or shares?"
    )


def _sum(counts: list[Count], dimensions: tuple[str, ...], tolerance: float, doubts: list[str]) -> float | None:
    """The sum over parts, dimension by dimension, or the printed total where there are no parts. doubts : takes what is
    to be said of inventions and utility models that miss their total."""
    if not dimensions:
        if len(counts) > 1:
            first, second = counts[:2]
            what = " ".join(filter(None, [second.city or second.province, str(second.year), second.ipc]))
            raise InputError(f"{second.where}: {what} stands already in {first.where}; keep one of the two.")
        return counts[0].value
    dimension, rest = dimensions[0], dimensions[1:]
    parts: dict[str, list[Count]] = {}
    for count in counts:
        parts.setdefault(getattr(count, dimension), []).append(count)
    whole = parts.pop("", None)
    total = _sum(whole, rest, tolerance, doubts) if whole else None
    values = [value for part in parts.values() if (value := _sum(part, rest, tolerance, doubts)) is not None]
    if not values:
        return total
    added = sum(values)
    if total is not None and abs(added - total) > tolerance * max(total, added):
        text = f"{whole[0].where}: the printed total is {total:g}, its parts by {dimension} add up to {added:g}"
        if dimension == "kind":
            doubts.append(f"{text}; look for a mistyped figure, or remove the column that is wrong.")
        else:
            logger.warning("%s; the parts are used", text)
    return added


def _check_classes(counts: list[Count]) -> None:
    """Raise InputError where an IPC class and a class inside it are both printed: they would be counted twice."""
    classes: dict[str, str] = {}
    for count in counts:
        classes.setdefault(count.ipc, count.where)
    for child in sorted(classes):
        if not re.fullmatch(r"[A-H](\d{2}([A-Z](\d+(/\d+)?)?)?)?", child):
            continue
        # section A, class A01, subclass A01B, main group A01B1, group A01B1/02
        for parent in {child[:1], child[:3], child[:4], child.partition("/")[0]} - {child}:
            if parent in classes:
                raise InputError(
                    f"{classes[child]}: the class {child} lies inside {parent} ({classes[parent]}); patents would "
                    "count twice, so keep the classes of one level."
                )


def _warn_of_gaps(source: str, counts: list[Count]) -> None:
    """Warn of cities without a figure in a year in which the table has other cities of their province."""
    printed: dict[str, dict[str, set[int]]] = {}
    years: dict[str, set[int]] = {}
    for count in counts:
        known = printed.setdefault(count.province, {}).setdefault(count.city, set()) if count.city else None
        if count.value is not None:
            years.setdefault(count.province, set()).add(count.year)
            if known is not None:
                known.add(count.year)
    for province, towns in printed.items():
        gaps = {
            city: years.get(province, set()) - has for city, has in towns.items() if years.get(province, set()) - has
        }
        if gaps:
            text = "; ".join(f"{city} {', '.join(map(str, sorted(gap)))}" for city, gap in sorted(gaps.items()))
            logger.warning("%s: %s lacks cities in some years, which lowers its sum there: %s", source, province, text)


# --- one sheet ----------------------------------------------------------------------------------------------------


def _read_sheet(sheet: Sheet, head: Columns, names: dict[str, str], cities: Cities) -> list[Count]:
    keys = head.keys
    fixed_year = None
    if "year" not in keys and head.values[0][1] is None:
        fixed_year = year_of_table(sheet, head)
    fixed_province = ""
    if not keys.keys() & PLACES:
        fixed_province = find_province(sheet.name, names, f"{sheet.source} (sheet's name, for want of a column)")
    counts: list[Count] = []
    last: dict[str, str] = {}
    columns = [column for column, *_ in head.values]
    body = rows_above_notes(
        sheet, sheet.rows[head.body :], lambda row: bool(row.get(0)) and any(is_figure(row.get(c)) for c in columns)
    )
    merged = _merged(body, keys)
    grants = 0
    for row in body:
        texts = {key: row.get(column) for key, column in keys.items()}
        if all(key_of(text) == key for key, text in texts.items()):
            continue  # the header printed again
        _fill(texts, last, merged)
        last = dict(texts)
        labels = [
            squeeze(texts.get(key, "")).lower() for key in ("province", "city", "place", "district", "ipc", "kind")
        ]
        if any(OF_WHICH.match(label) for label in labels):
            logger.info("%s: a part of the row above (%s), not added", sheet.place(row), "其中")
            continue
        if any(map(is_outside, labels[:3])):
            logger.info("%s: %s is no province, left out", sheet.place(row), " ".join(filter(None, labels)))
            continue
        if "stage" in keys:
            if GRANTED.search(texts["stage"].lower()):
                grants += 1
                continue
            if not APPLIED.search(texts["stage"].lower()):
                raise InputError(
                    f"{sheet.place(row, keys['stage'])}: found {texts['stage']!r}, expected applications "
                    "(申请) or grants (授权)."
                )
        base = _what(sheet, row, texts, keys, names, cities, fixed_province, fixed_year)
        for column, year, kind, mode in head.values:
            where = sheet.place(row, column)
            more = {"kind": kind} if kind else {}
            count = replace(base, year=year or base.year, where=where, mode=mode, **more)
            try:
                value = parse_number(row.get(column), where)
                counts.append(replace(count, value=value, is_formula=isinstance(row.get(column), Formula)))
            except InputError as error:
                counts.append(replace(count, fault=str(error)))
    if grants and not counts:
        raise OtherCount(
            f"{sheet.place(head, keys['stage'])}: all {grants} rows are of granted patents; applications "
            "(申请) are wanted, export those."
        )
    if not counts:
        raise InputError(f"{sheet.place(head)}: no rows of figures below the header.")
    return counts


def _what(
    sheet: Sheet,
    row: Row,
    texts: dict[str, str],
    keys: dict[str, int],
    names: dict[str, str],
    cities: Cities,
    fixed_province: str,
    fixed_year: int | None,
) -> Count:
    """What a row counts, without its figure."""

    def where(key: str) -> str:
        return sheet.place(row, keys[key])

    def part(key: str) -> str:
        text = squeeze(texts.get(key, ""))
        region = key == "place" and "province" in keys and text.lower() in PARTS_OF_CHINA
        return "" if region or text.lower() in TOTALS else text

    year = fixed_year or 0
    if "year" in keys:
        year = year_of(texts["year"])
        if year is None:
            raise InputError(f"{where('year')}: found {texts['year']!r}, expected a year such as 2015.")
    province = fixed_province
    if "province" in keys:
        text = part("province")
        if text:
            province = find_province(texts["province"], names, where("province"))
        elif squeeze(texts["province"]):
            province = "china"
    town = "city" if "city" in keys else "place" if "place" in keys else ""
    city = ""
    if town and part(town) in NO_CITY and province:
        city = part(town)
    elif town and part(town):
        city, province = find_city(texts[town], province, cities, names, where(town))
    elif town and texts[town] and not province:
        # a total without a province is the country's
        province = "china"
    if not province:
        key = "province" if "province" in keys else town
        raise InputError(f"{where(key)}: the row names no province and no city; fill them, or remove the row.")
    kind = kind_of(texts.get("kind", "")) or kind_of(texts.get("stage", ""))
    if part("kind") and not kind and not GREEN.search(texts["kind"].lower()) and not APPLIED.search(texts["kind"]):
        raise InputError(
            f"{where('kind')}: found {texts['kind']!r}, expected 发明 or 实用新型 (invention, utility model)."
        )
    ipc, ipc2 = part("ipc").upper(), part("ipc2").upper()
    return Count(province, year, None, "", city, part("district"), ipc, ipc2, kind, "", part("month"))


def _merged(rows: list[Row], keys: dict[str, int]) -> set[str]:
    """Columns that print a name once, in the first of its rows: some cells empty, no name twice running."""
    merged = set()
    for key in keys.keys() & {"year", "city", "district", *PLACES}:
        cells = [row.get(keys[key]) for row in rows if any(row.cells)]
        filled = [cell for cell in cells if cell]
        again = any(a == b for a, b in itertools.pairwise(cells) if a)
        if len(filled) < len(cells) and cells[0] and not again:
            merged.add(key)
    return merged


def _fill(texts: dict[str, str], last: dict[str, str], merged: set[str]) -> None:
    """Fill names of `merged` columns from the row above; a coarser name that is printed leaves the finer ones empty."""
    if not last:
        return
    if "year" in merged and not texts["year"]:
        texts["year"] = last["year"]
    for key in ("province", "city", "place", "district"):
        if key not in texts:
            continue
        finer = any(texts.get(name) for name in ("city", "place", "district", "ipc") if name != key)
        if texts[key] or key not in merged or not finer:
            return
        texts[key] = last[key]
