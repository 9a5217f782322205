"""Which columns of a vendor's table of patents say what a row counts, and which hold the applications."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from study.files.sheets import Row, Sheet
from study.helpers import InputError, logger
from study.publishers.patent_words import (
    APPLIED,
    COUNT_WORDS,
    GRANTED,
    GREEN,
    PATENT,
    Around,
    around,
    is_count,
    kind_of,
)
from study.words.headings import bare_heading, exact_kind
from study.words.notes import begins_note
from study.words.printed import is_figure, place
from study.words.titles import read_words
from study.words.units import find_unit
from study.words.years import YEAR_INSIDE, year_of, years_in

# What a row counts by the heading of a column, beside the headings that any table has (`words.headings`).
PATENT_HEADINGS = {
    "year": "申请年份 申请年度 申请年 applicationyear",
    "month": "申请月份",
    "ipc": "ipc分类号 ipc主分类 ipc主分类号 ipc分类 ipc ipc大类 ipc小类 ipc号 主分类 主分类号 分类号 "
    "一级分类 一级分类号 技术领域 绿色分类 绿色专利分类 绿色技术分类 ipcclass ipccode ipcsubclass ipcmainclass class",
    "kind": "专利类型 类型 专利种类 种类 patenttype type kind",
    "stage": "申请授权 统计口径 口径 阶段 stage",
}
NAME_OF = {name: key for key, names in PATENT_HEADINGS.items() for name in names.split()}
# Kinds of `words.headings` -> what a row counts by; a region is a province or a city.
KEY_OF_KIND = {
    **{kind: kind for kind in ("year", "month", "province", "city", "district")},
    "region": "place",
    "indicator": "stage",
}
HEADER_WITHIN = 30  # rows of a sheet's begin, in which a header is looked for
PLACES = {"province", "city", "place"}
# Headings of figures that a column beside them explains.
PLAIN_COUNT = {"数量", "数值", "值", "件数", "数", "专利数", "value", "count", "counts", "number", "num", "n"}
OF_WHICH = re.compile(r"#|其中|ofwhich")
MODES = (("own", re.compile(r"独立|independent|sole")), ("joint", re.compile(r"联合|合作|joint")))


@dataclass
class Columns:
    """What the columns of a table hold.

    at : the header's row on the sheet, `line` in the file; body : the first row below it. keys : `key_of` -> column.
    values : (column, year or None, kind, mode) of the applications, `headings` what those are called without years.
    says_unit : one of these says its unit.
    """

    at: int
    line: int
    body: int
    keys: dict[str, int]
    around: Around
    values: list[tuple[int, int | None, str, str]] = field(default_factory=list)
    headings: list[str] = field(default_factory=list)
    says_unit: bool = False


class OtherCount(InputError):
    """A table of patents whose figures are no counts of applications: grants, figures per head, logarithms."""


def key_of(heading: str) -> str:
    """What a row counts by in the column of a heading, empty for none."""
    plain = bare_heading(heading)
    return NAME_OF.get(plain) or KEY_OF_KIND.get(exact_kind(plain), "")


def is_patent_table(sheet: Sheet) -> bool:
    """Whether a sheet counts patents by city, by IPC class, or in columns named for patents.

    A plain table of provinces and years is none: it says what it counts in its title only, as any yearbook table.
    """
    top = bare_heading(
        " ".join(cell for row in sheet.rows[:HEADER_WITHIN] if not begins_note(row.cells) for cell in row.cells)
    )
    called = any(PATENT.search(title.lower()) for title in around(sheet, 0).titles)
    if not called and not any(re.search(words, top) for words in (r"ipc|分类号|\bclass", APPLIED, PATENT)):
        return False
    try:
        head = find_columns(sheet)
    except InputError:
        return True  # a table of patents that cannot be used
    if head is None:
        return False
    header = [bare_heading(cell) for row in sheet.rows[head.at : head.body] for cell in row.cells]
    named = any(words.search(text) for text in head.headings for words in (PATENT, APPLIED))
    titled = head.around.names_patents or any(map(PATENT.search, header))
    return "ipc" in head.keys or named or ("city" in head.keys and titled)


def find_columns(sheet: Sheet) -> Columns | None:
    """The header of a table of patents, None where the sheet has none."""
    for at, row in enumerate(sheet.rows[:HEADER_WITHIN]):
        keys: dict[str, int] = {}
        for column, cell in enumerate(row.cells):
            key = key_of(cell)
            key = "ipc2" if key == "ipc" and "ipc" in keys else key
            if key and key not in keys:
                keys[key] = column
        if not keys.keys() & (PLACES | {"year"}) or _has_figures(row):
            continue
        second = sheet.rows[at + 1] if at + 1 < len(sheet.rows) else Row(row.line, ())
        head = Columns(at, row.line, at + 1, keys, around(sheet, at))
        if _goes_on(second, keys):
            head.body += 1
        _add_values(head, sheet, row, second if head.body > at + 1 else None)
        if head.values and (keys.keys() & PLACES or "ipc" in keys or _named(head.values, row)):
            return head
    return None


def check_columns(sheet: Sheet, head: Columns) -> None:
    """InputError where what is said around a table makes its figures no single green applications.

    A heading that says what a column counts goes before what a title says of the stage, and its unit before the one
    above the header; what was done to the figures counts wherever it is said.
    """
    where, said = sheet.place(head), head.around
    title, changes = said.changes()
    wanted = "Counts of applications (绿色专利申请数) are wanted"
    if changes:
        raise OtherCount(
            f"{where}: the table is titled {title!r}, which reads as {' and '.join(sorted(changes))}. {wanted}; export "
            "those, or, where the figures are such counts, mend the title."
        )
    if said.unit and not head.says_unit and not is_count(said.unit):
        found = find_unit(said.unit)
        error = InputError if found and found.dimension == "items" else OtherCount
        raise error(
            f"{where}: the figures are in {said.unit} by the lines above. {wanted}, in pieces (件); export those, or, "
            "where the unit is of other columns, write (件) behind the heading of this one."
        )
    stage, title = said.stage
    told = "stage" in head.keys or any(map(APPLIED.search, head.headings))
    if stage == "granted" and not told:
        raise OtherCount(
            f"{where}: the table is titled {title!r}, which is of granted patents. {wanted}; export those."
        )
    if not says_green(head):
        raise OtherCount(
            f"{where}: nothing says that these patents ({', '.join(head.headings)}) are green ones. {wanted}; where "
            "the figures are such counts, say so in the heading, in the title or in the file's name."
        )
    if not stage and not told:
        logger.warning("%s: nothing says whether applications or grants are counted; read as applications", where)


def says_green(head: Columns) -> bool:
    """Whether a table is one of green patents by its header or its titles; classes are those of the green ones."""
    return "ipc" in head.keys or head.around.says_green or any(map(GREEN.search, head.headings))


def _has_figures(row: Row) -> bool:
    """Whether a row has figures other than years, as no header has."""
    return any(is_figure(cell) and not year_of(cell) for cell in row.cells)


def _goes_on(second: Row, keys: dict[str, int]) -> bool:
    """Whether the line below a header is its second one: it names no place and no figure, and is no note."""
    if begins_note(second.cells) or any(cell and not key_of(cell) for cell in map(second.get, keys.values())):
        return False
    words = [bare_heading(cell) for cell in second.cells]
    said = any(APPLIED.search(word) or GRANTED.search(word) or YEAR_INSIDE.search(word) for word in words)
    return said and not _has_figures(second)


def _named(values: list[tuple[int, int | None, str, str]], row: Row) -> bool:
    return any(PATENT.search(bare_heading(row.get(column))) for column, *_ in values)


def _year_apart(heading: str) -> tuple[int | None, str]:
    """The year that a header cell is, or has in it, and what else it says."""
    if year := year_of(heading):
        return year, ""
    if match := YEAR_INSIDE.search(heading):
        return int(match[1]), re.sub("^ *年", " ", heading[: match.start()] + heading[match.end() :])
    return None, heading


def _add_values(head: Columns, sheet: Sheet, row: Row, second: Row | None) -> None:
    """Put the columns of applications to `head`; kind and mode are empty for a total over them."""
    keys = head.keys
    found: list[tuple[int, int | None, str, str]] = []
    texts: dict[int, str] = {}
    units: dict[int, str] = {}
    doubtful: list[str] = []
    above = ""
    width = max(len(row.cells), len(second.cells) if second else 0)
    for column in range(width):
        if column in keys.values():
            continue
        top = row.get(column) or (above if second and second.get(column) else "")
        above = top
        parts = [_year_apart(cell) for cell in (top, second.get(column) if second else "")]
        year = next((year for year, _ in parts if year), None)
        heading = " ".join(text for _, text in parts)
        text = bare_heading(heading)
        text = "" if text in {"年度", "y", "year", "yr"} else text
        if OF_WHICH.match(text):
            continue
        explained = text in PLAIN_COUNT and keys.keys() & {"ipc", "kind", "stage"}
        if not (year or explained or APPLIED.search(text) or GRANTED.search(text) or PATENT.search(text)):
            continue
        if year and text and not (APPLIED.search(text) or GRANTED.search(text) or PATENT.search(text)):
            continue
        reading = read_words(heading, COUNT_WORDS)
        if not reading.is_it or not is_count(reading.unit):
            where = sheet.place(row, column)
            doubtful.append(f"{where}: {heading.strip()!r} {reading.describe() or f'is in {reading.unit}'}")
            continue
        texts[column], units[column] = text, reading.unit
        kind = kind_of(text)
        mode = next((name for name, words in MODES if words.search(text)), "")
        found.append((column, year, kind, mode))
    # a row with a year alone may be one of a vendor's series (北京:绿色专利申请量, annual)
    if doubtful and not found and keys.keys() & (PLACES | {"ipc"}):
        raise OtherCount(
            f"{'; '.join(doubtful)}. Counts of applications (绿色专利申请数) are wanted; export those, or, where the "
            "figures are such counts, call the column so."
        )
    for text in doubtful:
        logger.info("%s: no count, left out", text)
    applied = [value for value in found if not GRANTED.search(texts[value[0]])]
    if found and not applied:
        raise OtherCount(
            f"{sheet.place(row, found[0][0])}: the columns count granted patents only "
            f"({', '.join(texts[value[0]] for value in found)}); applications (申请) are wanted, export those."
        )
    if (
        applied
        and not any(GREEN.search(texts[value[0]]) for value in applied)
        and GREEN.search(" ".join(texts.values()))
    ):
        raise InputError(
            f"{sheet.place(row, applied[0][0])}: {texts[applied[0][0]]!r} does not count green patents, "
            "as other columns do; green applications (绿色专利申请) are wanted."
        )
    if any(GREEN.search(texts[value[0]]) for value in applied):
        applied = [value for value in applied if GREEN.search(texts[value[0]])]
    years = [value for value in applied if value[1] is not None]
    if years and "year" in keys:
        raise InputError(
            f"{sheet.place(row, years[0][0])}: the table has a column of years and years across; keep one."
        )
    values = years or applied
    seen: dict[tuple, int] = {}
    for column, *what in values:
        if tuple(what) in seen:
            raise InputError(
                f"{sheet.place(row, column)}: {row.get(column) or texts[column]!r} counts the same as "
                f"column {place('', 0, seen[tuple(what)])[-1]}; keep the one to use."
            )
        seen[tuple(what)] = column
    head.values, head.headings = values, [texts[column] for column, *_ in values]
    head.says_unit = any(units[column] for column, *_ in values)


def year_of_table(sheet: Sheet, head: Columns) -> int:
    """The year of a table without years: from the sheet's name, else from the lines above the header."""
    above = [cell for row in sheet.rows if row.line < head.line for cell in row.cells]
    for texts in ([sheet.name], above):
        years = set().union(*map(years_in, texts))
        if len(years) == 1:
            logger.info("%s: no column of years, read as %d", sheet.source, min(years))
            return min(years)
    raise InputError(
        f"{sheet.place(head)}: no column of years (年份), no years across and no single year in the "
        "sheet's name or title; add a column 年份."
    )
