"""Where a table of the census has its provinces, industries and counts, whatever its arrangement."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from study.files.sheets import Row, Sheet
from study.helpers import InputError, logger
from study.publishers.divisions import Divisions, Industry
from study.publishers.employment_counts import find_unit
from study.words.printed import FOOTNOTE, parse_number, place, squeeze
from study.words.regions import find_province

PROVINCE_HEADS = {"省份", "省", "地区", "省市", "省区市", "省份名称", "地区名称", "province", "provincename", "prov"}
PROVINCE_HEADS |= {"region", "area"}
CODE_HEADS = {
    "代码",
    "行业代码",
    "行业大类代码",
    "大类代码",
    "行业编码",
    "code",
    "industrycode",
    "industryid",
    "indcode",
}
CODE_HEADS |= {"ind", "sector", "divisioncode"}
NAME_HEADS = {
    "行业",
    "行业名称",
    "行业大类",
    "大类",
    "项目",
    "industry",
    "industryname",
    "division",
    "行业分类",
    "指标",
}
YEAR_HEADS = {"年份", "年", "年度", "year"}
EMPLOYED_HEADING = re.compile(r"从业|就业|职工人数|employ|engaged|workers|^emp$")
PART_OF = re.compile(r"#|其中|女|female|平均工资|工资|报酬|wage|%|比重|占比|增长|rate|share")
# Brackets in a heading that say it counts no persons.
OTHER_UNIT = re.compile(r"[(]((?:[万亿]?[元户个家])|%)[)]")
CENSUS_NOTE = re.compile(r"注[:：\d]|资料来源|数据来源|note|source", re.IGNORECASE)


@dataclass(frozen=True)
class Cell:
    """A printed count in persons. `step` is what one unit of its last printed digit is worth, in persons."""

    province: str
    industry: Industry
    value: float | None
    step: float
    where: str


@dataclass
class Reading:
    """What reading a sheet needs: printed province -> slug, the divisions, unit -> persons, the year wanted."""

    names: dict[str, str]
    divisions: Divisions
    units: dict[str, float]
    year: int | None


def plain_heading(text: str) -> str:
    return re.sub(r"[_\-./]", "", re.sub(r"\(.*?\)", "", squeeze(text).lower()))


def province_of(text: str, names: dict[str, str]) -> str:
    """The slug of a printed province (`北 京`, `北京 Beijing`), empty for anything else."""
    return names.get(_bare(text), "")


def _bare(text: str) -> str:
    plain = squeeze(FOOTNOTE.sub("", text.strip())).lower()
    return plain if plain.isascii() else re.sub(r"[a-z]+$", "", plain)


def known_province(text: str, names: dict[str, str], where: str) -> str:
    """The slug of a printed province; InputError where it is none."""
    return province_of(text, names) or find_province(text, names, where)


def filled_cells(row: Row) -> list[str]:
    return [cell for cell in row.cells if cell]


def is_number(text: str) -> bool:
    try:
        return parse_number(text, "") is not None
    except InputError:
        return False


def long_header(rows: list[Row]) -> int | None:
    for at, row in enumerate(rows[:15]):
        heads = {plain_heading(cell) for cell in row.cells}
        # a data set has few columns; a table with industries across may begin with 地区 and 行业 too
        employed = any(EMPLOYED_HEADING.search(head) for head in heads) or len(row.cells) <= 5
        if heads & PROVINCE_HEADS and heads & (CODE_HEADS | NAME_HEADS) and employed:
            return at
    return None


def province_row(rows: list[Row], names: dict[str, str]) -> tuple[int, int] | None:
    counts = [(sum(bool(province_of(cell, names)) for cell in row.cells), -at) for at, row in enumerate(rows[:15])]
    best = max(counts, default=(0, 0))
    return (-best[1], best[0]) if best[0] else None


def province_column(rows: list[Row], names: dict[str, str]) -> tuple[int, int] | None:
    counts = [(sum(bool(province_of(row.get(c), names)) for row in rows), -c) for c in range(6)]
    best = max(counts)
    return (-best[1], best[0]) if best[0] else None


def label_columns(rows: list[Row], reading: Reading) -> range | None:
    """The first columns, up to the one that names industries: by Chinese names, else by codes under a heading."""
    counts = []
    for c in range(6):
        known = [reading.divisions.names.get(re.sub(r"[和与]", "及", re.sub(r"\W|^\d+", "", squeeze(row.get(c)))))
                 for row in rows]  # fmt: skip
        counts.append((sum(found is not None for found in known), -c))
    best = max(counts)
    if best[0] >= 2:
        return range(-best[1] + 1)
    for row in rows[:15]:
        for c, cell in enumerate(row.cells[:6]):
            if plain_heading(cell) in CODE_HEADS:
                return range(c + 1)
    return None


def body_start(sheet: Sheet, rows: list[Row], start: int, labels: range, reading: Reading) -> int:
    """The first row from `start` that names an industry beside a figure."""
    for at in range(start, len(rows)):
        row = rows[at]
        if not any(is_number(row.get(c)) for c in range(labels.stop, len(row.cells))):
            continue
        if reading.divisions.find([row.get(c) for c in labels], place(sheet.source, row.line, 0)):
            return at
    raise InputError(
        f"{sheet.source}: no header row found with industries below it; expected divisions of GB/T 4754-2002, by code "
        "under a heading 代码 or by name."
    )


def row_industry(sheet: Sheet, row: Row, labels, columns, reading: Reading) -> Industry | None:
    """The industry of a row, None for rows without figures and rows that only say what is part of another."""
    texts = [row.get(c) for c in labels]
    numbers = any(is_number(row.get(c)) for c in columns)
    if CENSUS_NOTE.match(row.get(0)) and not numbers:
        return None
    if any(re.match(r"#|其中", squeeze(text)) for text in texts):
        logger.info("%s: %s is part of the row above", place(sheet.source, row.line), " ".join(filter(None, texts)))
        return None
    found = reading.divisions.find(texts, place(sheet.source, row.line, 0))
    if found is None and numbers:
        raise reading.divisions.unknown(texts, place(sheet.source, row.line, 0))
    return found


def row_province(sheet: Sheet, row: Row, column: int, columns, reading: Reading) -> str:
    if not any(is_number(row.get(c)) for c in columns) and not province_of(row.get(column), reading.names):
        return ""
    name = row.get(column)
    if squeeze(name).lower() in ("合计", "总计", "total"):
        return "china"
    return known_province(name, reading.names, place(sheet.source, row.line, column))


def column_headings(head: list[Row], width: int) -> dict[int, str]:
    """Text above each column; lines with one cell are titles."""
    lines = [row for row in head if len(filled_cells(row)) > 1]
    texts = {c: " ".join(filter(None, (row.get(c) for row in lines))) for c in range(width)}
    return {c: text for c, text in texts.items() if text}


def employment_column(sheet: Sheet, header: Row, texts: dict[int, str], body: Iterable[Row] = ()) -> int:
    """The column of persons employed among those headed by `texts`."""
    plain = {c: squeeze(text).lower() for c, text in texts.items()}
    found = [c for c, text in plain.items() if EMPLOYED_HEADING.search(text) and not PART_OF.search(text)]
    if len(found) > 1:
        ends = [c for c in found if re.search(r"期末|年末|合计|总计|小计|total", plain[c])]
        found = ends if len(ends) == 1 else found
    if not found and not any(EMPLOYED_HEADING.search(text) for text in plain.values()):
        figures = {c for row in body for c in range(len(row.cells)) if c in plain and is_number(row.get(c))}
        title = any(EMPLOYED_HEADING.search(squeeze(cell).lower()) for row in sheet.rows[:10] for cell in row.cells)
        found = sorted(figures) if len(figures) == 1 and title else []
    if len(found) != 1:
        listed = ", ".join(repr(text) for text in texts.values())
        raise InputError(
            f"{place(sheet.source, header.line)}: {'no column' if not found else 'more than one column'} of persons "
            f"employed (从业人员) among {listed or 'the headings'}; keep the one to use under that heading."
        )
    return found[0]


def column_unit(sheet: Sheet, head: list[Row], column: int, reading: Reading) -> float | None:
    own = [row.get(column) for row in head if len(filled_cells(row)) > 1]
    other = OTHER_UNIT.search(squeeze(" ".join(own)))
    if other:
        raise InputError(
            f"{place(sheet.source, head[-1].line, column)}: the unit is {other[1]}; expected one of "
            f"{', '.join(reading.units)}."
        )
    return find_unit([*own, *(cell for row in head for cell in row.cells)], reading.units, sheet.source)


def named_by(sheet: Sheet, stem: str, head: list[Row], find):
    """What the sheet's name, the title or the file's name says; InputError where two of them differ."""
    titles = [cell for row in head if len(filled_cells(row)) == 1 for cell in row.cells if cell]
    found = {}
    for text in (sheet.name, *titles, stem):
        if text and (value := find(text)) is not None:
            found.setdefault(value, text)
    if len(found) > 1:
        raise InputError(
            f"{sheet.source}: {' and '.join(repr(text) for text in found.values())} do not agree on what the table is "
            "of; correct the wrong one."
        )
    return next(iter(found), None)


def mentioned_province(text: str, names: dict[str, str]) -> str | None:
    plain = re.sub(r"全国(第?[一二三四五]次)?经济普查|第?[一二三四五]次全国", "", squeeze(text)).lower()
    if province_of(text, names):
        return province_of(text, names)
    found = {slug for name, slug in names.items() if not name.isascii() and name in plain}
    # 河南 in 云南省 is no match, since names are whole; English names only as whole words
    words = re.sub(r"[^a-z]+", " ", text.lower())
    found |= {slug for name, slug in names.items() if name.isascii() and f" {name.replace('_', ' ')} " in f" {words} "}
    regions = found - {"china"}
    return next(iter(regions or found)) if len(regions or found) == 1 else None


def check_year(sheet: Sheet, head: list[Row], reading: Reading) -> None:
    """Raise InputError where the titles say another year."""
    years = {int(year) for row in head for cell in row.cells for year in re.findall(r"((?:19|20)\d{2})\s*年", cell)}
    if reading.year and years and reading.year not in years:
        raise InputError(f"{sheet.source}: the title says {min(years)}; the study needs {reading.year}.")


def rows_of_year(sheet: Sheet, header: Row, body: list[Row], column: int, year: int | None) -> list[Row]:
    years = {row.get(column) for row in body}
    if year is None and len(years) > 1:
        raise InputError(
            f"{place(sheet.source, header.line, column)}: the years {', '.join(sorted(years))} are here; keep one."
        )
    kept = [row for row in body if year is None or re.sub(r"年$", "", row.get(column)) == str(year)]
    if not kept:
        raise InputError(
            f"{place(sheet.source, header.line, column)}: no rows of {year}; the file has {', '.join(sorted(years))}."
        )
    return kept


def read_count(sheet: Sheet, row: Row, column: int, province: str, industry: Industry, factor: float | None):
    """The count of a cell, and whether its unit is known."""
    where = place(sheet.source, row.line, column)
    value = parse_number(row.get(column), where)
    if value is not None and value < 0:
        raise InputError(f"{where}: found {row.get(column)!r}, expected a number employed (0 if none).")
    decimals = len(row.get(column).partition(".")[2]) if value is not None else 0
    scale = factor or 1.0
    cell = Cell(province, industry, None if value is None else value * scale, scale * 10.0**-decimals, where)
    return cell, factor is not None
