"""Which columns of a vendor's table of patents say what a row counts, and which hold the applications."""

from __future__ import annotations

import re
from dataclasses import dataclass

from study.files.sheets import Row, Sheet
from study.helpers import InputError, logger
from study.words.printed import place, squeeze
from study.words.titles import read_words, word_pattern
from study.words.units import find_unit

# Headings of the columns that say what a row counts; compared without blanks, case, brackets and marks.
COUNTED_BY = {
    "year": "年份 年度 年 申请年份 申请年度 申请年 统计年份 统计年度 时间 year applicationyear yr",
    "month": "月份 月 申请月份 month",
    "province": "省份 省 省级 所属省份 所在省份 省市 省名 省份名称 province provincename prov",
    "city": "城市 市 地级市 城市名称 所属城市 所在城市 地市 市级 地市名称 city cityname prefecture",
    "place": "地区 区域 地区名称 行政区 行政区划 地域 region area regionname location",
    "district": "区县 县 县区 县级 区县名称 district county",
    "ipc": "ipc分类号 ipc主分类 ipc主分类号 ipc分类 ipc ipc大类 ipc小类 ipc号 主分类 主分类号 分类号 "
    "一级分类 一级分类号 技术领域 绿色分类 绿色专利分类 绿色技术分类 ipcclass ipccode ipcsubclass ipcmainclass class",
    "kind": "专利类型 类型 专利种类 种类 patenttype type kind",
    "stage": "申请授权 统计口径 口径 阶段 指标 指标名称 stage indicator",
}
NAME_OF = {name: key for key, names in COUNTED_BY.items() for name in names.split()}
PLACES = {"province", "city", "place"}
APPLIED = re.compile(r"申请(?![人日号])|appl(y|ied|ic)|filed|filing")
GRANTED = re.compile(r"授权|获得|获批|grant|authori[sz]")
GREEN = re.compile(r"绿色|green")
PATENT = re.compile(r"专利(?!权人|号)|patent|发明(?!人)|实用新型|invention|utility")
# Headings of figures that a column beside them explains.
PLAIN_COUNT = {"数量", "数值", "值", "件数", "数", "专利数", "value", "count", "counts", "number", "num", "n"}
# What the heading of a count consists of, beside the words that stand beside any name (`words.title_words`).
COUNT_WORDS = word_pattern(
    "绿色|专利|发明|实用新型|外观设计|申请|受理|授权|获得|获批|独立|联合|合作|公开|公告|国内|技术|型|类|件|项|个|小计",
    "green|patents?|inventions?|utility|utilities|models?|designs?|applications?|applied|apply|app|filed|filings?|granted|"
    "grants?|authori[sz](?:ed|ation)|joint(?:ly)?|independent(?:ly)?|sole|counts?|num(?:ber)?s?|no|n|cnt|technolog(?:y|ies)|"
    "tech|domestic|ipc|inv|um|gp|quantity|pieces?|sum",
)
OF_WHICH = re.compile(r"#|其中|ofwhich")
PATENT_KINDS = (
    ("invention", re.compile(r"发明|invention")),
    ("utility", re.compile(r"实用新型|utility")),
    ("design", re.compile(r"外观|design")),
)
MODES = (("own", re.compile(r"独立|independent|sole")), ("joint", re.compile(r"联合|合作|joint")))
YEAR_PRINTED = re.compile(r"(?<!\d)((?:19|20)\d{2})(?:\.0)?(?!\d)")


@dataclass
class Columns:
    """What the columns of a table hold: `keys` those of COUNTED_BY, `values` (column, year or None, kind, mode)."""

    line: int
    body: int
    keys: dict[str, int]
    values: list[tuple[int, int | None, str, str]]


def kind_of(text: str) -> str:
    """Inventions, utility models or designs that a heading or label names, else empty."""
    return next((name for name, words in PATENT_KINDS if words.search(text.lower())), "")


def plain(text: str) -> str:
    """A heading for comparison: no blanks, brackets (and what they hold), marks; lower case."""
    return re.sub(r"[_\-./'\"·:]", "", re.sub(r"[(\[【].*?[)\]】]", "", squeeze(text).lower()))


def is_patent_table(sheet: Sheet) -> bool:
    """Whether a sheet counts patents by city, by IPC class, or in columns named for patents.

    A plain table of provinces and years is none: it says what it counts in its title only, as any yearbook table.
    """
    top = plain(" ".join(cell for row in sheet.rows[:30] for cell in row.cells))
    if not re.search(r"ipc|分类号|\bclass", top) and not APPLIED.search(top) and not PATENT.search(top):
        return False
    try:
        head = find_columns(sheet)
    except InputError:
        return True  # a table of patents that cannot be used
    if head is None:
        return False
    rows = sheet.rows[: head.body]
    headings = [plain(row.get(column)) for row in rows for column, *_ in head.values]
    named = any(words.search(text) for text in headings for words in (PATENT, APPLIED))
    title = squeeze(" ".join(cell for row in rows for cell in row.cells)).lower()
    return "ipc" in head.keys or named or ("city" in head.keys and bool(PATENT.search(title)))


def is_panel(sheet: Sheet) -> bool:
    """Whether patents are counted by province and year alone, so that other columns may be other tables."""
    try:
        head = find_columns(sheet)
    except InputError:
        return False
    return head is not None and not {"ipc", "city"} & head.keys.keys()


def find_columns(sheet: Sheet) -> Columns | None:
    """The header of a table of patents, None where the sheet has none."""
    for at, row in enumerate(sheet.rows[:30]):
        keys: dict[str, int] = {}
        for column, cell in enumerate(row.cells):
            key = NAME_OF.get(plain(cell))
            key = "ipc2" if key == "ipc" and "ipc" in keys else key
            if key and key not in keys:
                keys[key] = column
        if not keys.keys() & (PLACES | {"year"}):
            continue
        second = sheet.rows[at + 1] if at + 1 < len(sheet.rows) else Row(row.line, ())
        # a second header line names no place and no figure
        two = any(second.cells) and not any(re.fullmatch(r"[\d.,]+", c) for c in second.cells) and any(
            APPLIED.search(plain(c)) or GRANTED.search(plain(c)) or YEAR_PRINTED.search(c) for c in second.cells
        )  # fmt: skip
        values = _value_columns(sheet, row, second if two else None, keys)
        if values and (keys.keys() & PLACES or "ipc" in keys or _named(values, row)):
            return Columns(row.line, at + 1 + two, keys, values)
    return None


def counts_green(heading: str) -> bool:
    """Whether a heading is wholly one of applications for green patents."""
    text = plain(heading)
    return bool(GREEN.search(text)) and not GRANTED.search(text) and read_words(heading, COUNT_WORDS).is_it


def _is_count(unit: str) -> bool:
    """Whether a unit, if any is printed, is that of single patents."""
    found = find_unit(unit) if unit else None
    return not unit or (found is not None and found.factor == 1 and found.dimension in ("items", "pieces of equipment"))


def _named(values: list[tuple[int, int | None, str, str]], row: Row) -> bool:
    return any(PATENT.search(plain(row.get(column))) for column, *_ in values)


def _value_columns(
    sheet: Sheet, row: Row, second: Row | None, keys: dict[str, int]
) -> list[tuple[int, int | None, str, str]]:
    """(column, year, kind, mode) of the columns of applications; kind and mode are empty for a total over them."""
    found: list[tuple[int, int | None, str, str]] = []
    texts: dict[int, str] = {}
    doubtful: list[str] = []
    above = ""
    width = max(len(row.cells), len(second.cells) if second else 0)
    for column in range(width):
        if column in keys.values():
            continue
        top = row.get(column) or (above if second and second.get(column) else "")
        above = top
        heading = f"{top} {second.get(column) if second else ''}"
        year = YEAR_PRINTED.search(heading)
        heading = re.sub("^ *年", " ", heading[: year.start()] + heading[year.end() :] if year else heading)
        text = plain(heading)
        text = "" if text in {"年度", "y", "year", "yr"} else text
        if OF_WHICH.match(text):
            continue
        explained = text in PLAIN_COUNT and keys.keys() & {"ipc", "kind", "stage"}
        if not (year or explained or APPLIED.search(text) or GRANTED.search(text) or PATENT.search(text)):
            continue
        if year and text and not (APPLIED.search(text) or GRANTED.search(text) or PATENT.search(text)):
            continue
        reading = read_words(heading, COUNT_WORDS)
        if not reading.is_it or not _is_count(reading.unit):
            where = place(sheet.source, row.line, column)
            doubtful.append(f"{where}: {heading.strip()!r} {reading.describe() or f'is in {reading.unit}'}")
            continue
        texts[column] = text
        kind = kind_of(text)
        mode = next((name for name, words in MODES if words.search(text)), "")
        found.append((column, int(year[1]) if year else None, kind, mode))
    if doubtful and not found:
        raise InputError(
            f"{'; '.join(doubtful)}. Counts of applications (绿色专利申请数) are wanted; export those, or, where the "
            "figures are such counts, call the column so."
        )
    for text in doubtful:
        logger.info("%s: no count, left out", text)
    applied = [value for value in found if not GRANTED.search(texts[value[0]])]
    if found and not applied:
        raise InputError(
            f"{place(sheet.source, row.line, found[0][0])}: the columns count granted patents only "
            f"({', '.join(texts[value[0]] for value in found)}); applications (申请) are wanted, export those."
        )
    if (
        applied
        and not any(GREEN.search(texts[value[0]]) for value in applied)
        and GREEN.search(" ".join(texts.values()))
    ):
        raise InputError(
            f"{place(sheet.source, row.line, applied[0][0])}: {texts[applied[0][0]]!r} does not count green patents, "
            "as other columns do; green applications (绿色专利申请) are wanted."
        )
    if any(GREEN.search(texts[value[0]]) for value in applied):
        applied = [value for value in applied if GREEN.search(texts[value[0]])]
    years = [value for value in applied if value[1] is not None]
    if years and "year" in keys:
        raise InputError(
            f"{place(sheet.source, row.line, years[0][0])}: the table has a column of years and years across; keep one."
        )
    values = years or applied
    seen: dict[tuple, int] = {}
    for column, *what in values:
        if tuple(what) in seen:
            raise InputError(
                f"{place(sheet.source, row.line, column)}: {row.get(column) or texts[column]!r} counts the same as "
                f"column {place('', 0, seen[tuple(what)])[-1]}; keep the one to use."
            )
        seen[tuple(what)] = column
    return values
