"""How vendors' tables of patents say what they count: in the headings of their columns, and around the table."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from study.files.preamble import stated_unit
from study.files.sheets import Row, Sheet
from study.files.table_rows import again
from study.helpers import InputError, logger
from study.publishers.yearbook import PLAIN_SHEET
from study.words.headings import bare_heading, exact_kind
from study.words.notes import begins_note
from study.words.printed import is_figure, squeeze
from study.words.titles import changes_in, is_ratio, read_unit, read_words, unit_behind, word_pattern
from study.words.units import find_unit
from study.words.years import YEAR_INSIDE, year_of, years_in

APPLIED = re.compile(r"申请(?![人日号])|appl(y|ied|ic)|filed|filing", re.IGNORECASE)
# a grant is announced (公告); what is 公开 is an application of a year before
GRANTED = re.compile(r"授权|获得|获批|公告|grant|authori[sz]", re.IGNORECASE)
GREEN = re.compile(r"绿色|green", re.IGNORECASE)
PATENT = re.compile(r"专利(?!权人|号)|patent|发明(?!人)|实用新型|invention|utility", re.IGNORECASE)
_STAGED = re.compile(f"{APPLIED.pattern}|{GRANTED.pattern}", re.IGNORECASE)
_COUNTED = re.compile(f"{_STAGED.pattern}|{PATENT.pattern}", re.IGNORECASE)
# What the heading of a count consists of, beside the words that stand beside any name (`words.title_words`).
COUNT_WORDS = word_pattern(
    "绿色|专利|发明|实用新型|外观设计|申请|受理|授权|获得|获批|独立|联合|合作|公告|国内|技术|型|类|件|项|个|小计|主要指标",
    "green|patents?|inventions?|utility|utilities|models?|designs?|applications?|applied|apply|app|filed|filings?|granted|"
    "grants?|authori[sz](?:ed|ation)|joint(?:ly)?|independent(?:ly)?|sole|counts?|num(?:ber)?s?|no|n|cnt|technolog(?:y|ies)|"
    "tech|domestic|ipc|inv|um|gp|quantity|pieces?|sum",
)
PATENT_KINDS = {"invention": "发明|invention", "utility": "实用新型|utility", "design": "外观|design"}
MODES = {"own": "独立|independent|sole", "joint": "联合|合作|joint"}
# Words of titles that read as a change, or a part, in the name of a measure: 各城市, by IPC class.
_OF_TITLES = re.compile(
    r"(各|地级|分)?(城市|市)(层面|级)?|单位[:：]|申请单位|(ipc|patent)?[ _]?(class(es)?|types?)", re.IGNORECASE
)
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


def told_by(text: str, kinds: dict[str, str]) -> str:
    """The first of some kinds (kind -> pattern) that a heading or label names, else empty."""
    return next((kind for kind, words in kinds.items() if re.search(words, text.lower())), "")


def counts_green(heading: str) -> bool:
    """Whether a heading is wholly one of applications for green patents."""
    text = bare_heading(heading)
    return bool(GREEN.search(text)) and not GRANTED.search(text) and read_words(heading, COUNT_WORDS).is_it


def is_count(unit: str) -> bool:
    """Whether a unit, if any is printed, is that of single patents: `件`, `个`, `件（项）`."""
    reading = read_words(unit, COUNT_WORDS)
    found = find_unit(reading.unit)
    single = found is not None and found.factor == 1 and found.dimension in ("items", "pieces of equipment")
    return reading.is_it and (single or not reading.unit)


# --- what is said around a table ------------------------------------------------------------------------------------


class Around(NamedTuple):
    """What is said around a table: the unit above its header, and its titles: the lines above the header, the sheet's
    name and the file's, each empty where it says nothing."""

    unit: str
    above: str
    sheet: str
    file: str

    @property
    def titles(self) -> list[str]:
        """The titles, nearest first."""
        return list(filter(None, (self.above, self.sheet, self.file)))

    def granted(self) -> tuple[bool | None, str]:
        """Whether the nearest title that says either grants or applications says grants, and that title; else None."""
        for title in self.titles:
            granted = bool(GRANTED.search(title))
            if granted != bool(APPLIED.search(title)):
                return granted, title
        return None, ""

    def changes(self) -> tuple[str, set[str]]:
        """The title that says what was done to the figures, and what that is; an empty set where none does."""
        # a file's name is no title: it counts where all of it is understood
        said = {title: _changes(title) for title in (self.above, self.sheet)}
        said.setdefault(self.file, _known_changes(YEAR_INSIDE.sub(" ", self.file)))
        return next(((title, changes) for title, changes in said.items() if changes), ("", set()))


def around(sheet: Sheet, header_at: int) -> Around:
    """What is said around the table whose header is a row of a sheet; notes say nothing."""
    lines = [cell for row in sheet.rows[:header_at] if not begins_note(row.cells) for cell in row.cells if cell]
    unit = next(filter(None, [*map(stated_unit, lines), *map(unit_behind, lines)]), "")
    above = " ".join(line for line in lines if not stated_unit(line) or PATENT.search(line))
    name = "" if PLAIN_SHEET.fullmatch(sheet.name) else sheet.name
    file = Path(sheet.source.removesuffix(f", sheet {sheet.name}")).stem
    return Around(unit, above, name, file if GREEN.search(file) or _COUNTED.search(file) else "")


def _known_changes(text: str) -> set[str]:
    """What a text says was done to counts of patents, if all of it is understood."""
    reading = read_words(text, COUNT_WORDS)
    return set() if reading.unknown else set(reading.changes)


def _changes(title: str) -> set[str]:
    """What a title says was done to the counts of patents; of several measures in it, to those that are of patents."""
    found: set[str] = set()
    for piece in re.split("[与和及、，,；;+&]", _OF_TITLES.sub(" ", title)):
        text = squeeze(piece)
        if APPLIED.search(text) or PATENT.search(text):
            found |= changes_in(piece)
        elif len(text) > 1:
            found |= _known_changes(piece)
        if any(map(is_ratio, filter(None, re.split(r"[\s()（）\[\]【】_:：]+", piece)))):
            found.add("figures per head, area or unit")
    return found


# --- the header -----------------------------------------------------------------------------------------------------


class Value(NamedTuple):
    """A column of counts, called `heading` without years and unit; kind and mode are empty for a total over them."""

    column: int
    year: int | None
    kind: str
    mode: str
    heading: str
    unit: str


@dataclass(frozen=True)
class Columns:
    """What the columns of a table hold: the header's place on the sheet, its row or two rows, `key_of` -> column of
    what its rows count, the columns of applications, what is said around it."""

    at: int
    header: list[Row]
    keys: dict[str, int]
    values: list[Value]
    around: Around

    @property
    def says_green(self) -> bool:
        """Whether the patents are green by header or titles; classes are those of the green ones."""
        called = [value.heading for value in self.values] + self.around.titles
        return "ipc" in self.keys or any(map(GREEN.search, called))


class OtherCount(InputError):
    """A table of patents whose figures are no counts of applications: grants, figures per head, logarithms."""

    def __init__(self, found: str, cure: str = "") -> None:
        super().__init__(f"{found}. Counts of applications (绿色专利申请数) are wanted; export those{cure}.")


def key_of(heading: str) -> str:
    """What a row counts by in the column of a heading, empty for none."""
    plain = bare_heading(heading)
    return NAME_OF.get(plain) or KEY_OF_KIND.get(exact_kind(plain), "")


def patent_columns(sheet: Sheet) -> Columns | InputError | None:
    """The columns of a sheet that counts patents by city, by IPC class, or in columns named for patents, or why they
    cannot be used; None for any other.

    A plain table of provinces and years is none: it says what it counts in its title only, as any yearbook table.
    """
    cells = [cell for row in sheet.rows[:HEADER_WITHIN] if not begins_note(row.cells) for cell in row.cells]
    top = bare_heading(" ".join(cells))
    words = (PATENT, APPLIED)
    called = any(map(PATENT.search, around(sheet, 0).titles)) or any(word.search(top) for word in words)
    if not called and not re.search(r"ipc|分类号|\bclass", top):
        return None
    try:
        head = find_columns(sheet)
    except InputError as error:
        return error
    if head is None:
        return None
    titles = head.around.titles[:1] + [bare_heading(cell) for row in head.header for cell in row.cells]
    of_cities = "city" in head.keys and any(map(PATENT.search, titles))
    named = any(word.search(value.heading) for value in head.values for word in words)
    return head if "ipc" in head.keys or of_cities or named else None


def find_columns(sheet: Sheet) -> Columns | None:
    """The header of a table of patents, None where the sheet has none."""
    for at, row in enumerate(sheet.rows[:HEADER_WITHIN]):
        keys: dict[str, int] = {}
        for column, cell in enumerate(row.cells):
            key = key_of(cell)
            keys.setdefault("ipc2" if key == "ipc" and "ipc" in keys else key, column)
        keys.pop("", None)
        if not keys.keys() & (PLACES | {"year"}) or _has_figures(row):
            continue
        header = [row, *(below for below in sheet.rows[at + 1 : at + 2] if _goes_on(below, keys))]
        values = _values(sheet, header, keys)
        named = any(PATENT.search(bare_heading(row.get(value.column))) for value in values)
        if values and (keys.keys() & (PLACES | {"ipc"}) or named):
            return Columns(at, header, keys, values, around(sheet, at))
    return None


def check_columns(sheet: Sheet, head: Columns) -> None:
    """InputError where what is said around a table makes its figures no single green applications.

    A heading that says what a column counts goes before what a title says of the stage, and its unit before the one
    above the header; what was done to the figures counts wherever it is said.
    """
    where, unit = sheet.place(head.header[0]), head.around.unit
    title, changes = head.around.changes()
    if changes:
        raise OtherCount(
            f"{where}: the table is titled {title!r}, which reads as {' and '.join(sorted(changes))}",
            ", or, where the figures are such counts, mend the title",
        )
    if unit and not is_count(unit) and not any(value.unit for value in head.values):
        found = find_unit(unit)
        said = f"{where}: the figures are in {unit} by the lines above"
        if found and found.dimension == "items":
            raise InputError(f"{said}; bring them into pieces (件), or write (件) behind the heading if they are.")
        raise OtherCount(said, ", or, where the unit is of other columns, write (件) behind the heading of this one")
    granted, title = head.around.granted()
    told = "stage" in head.keys or any(APPLIED.search(value.heading) for value in head.values)
    if granted and not told:
        raise OtherCount(f"{where}: the table is titled {title!r}, which is of granted patents")
    if not head.says_green:
        called = ", ".join(value.heading for value in head.values)
        raise OtherCount(
            f"{where}: nothing says that these patents ({called}) are green ones",
            ", or, where the figures are such counts, say so in the heading, in the title or in the file's name",
        )
    if granted is None and not told:
        logger.warning("%s: nothing says whether applications or grants are counted; read as applications", where)


def _has_figures(row: Row) -> bool:
    """Whether a row has figures other than years, as no header has."""
    return any(is_figure(cell) and not year_of(cell) for cell in row.cells)


def _goes_on(below: Row, keys: dict[str, int]) -> bool:
    """Whether the line below a header is its second one: it names no place and no figure, and is no note, or has the
    columns' units."""
    if _has_figures(below):
        return False
    of_units = any(map(read_unit, below.cells)) and not any(map(year_of, below.cells))
    if exact_kind(below.get(0)) == "unit" or of_units:
        return True
    if begins_note(below.cells) or any(cell and not key_of(cell) for cell in map(below.get, keys.values())):
        return False
    words = map(bare_heading, below.cells)
    return any(_STAGED.search(word) or YEAR_INSIDE.search(word) for word in words)


def _year_apart(heading: str) -> tuple[int | None, str]:
    """The year that a header cell is, or has in it, and what else it says."""
    if year := year_of(heading):
        return year, ""
    if match := YEAR_INSIDE.search(heading):
        return int(match[1]), re.sub("^ *年", " ", heading[: match.start()] + heading[match.end() :])
    return None, heading


def _headings(header: list[Row], keys: dict[str, int]) -> Iterator[tuple[int, int | None, str]]:
    """Column, year and heading without it of what is no key; a name above several columns is printed once."""
    first, second = header[0], header[1] if len(header) > 1 else Row(0, ())
    above = ""
    for column in range(max(len(row.cells) for row in header)):
        if column in keys.values():
            continue
        above = first.get(column) or (above if second.get(column) else "")
        years, texts = zip(*map(_year_apart, (above, second.get(column))), strict=True)
        yield column, next(filter(None, years), None), " ".join(texts)


def _values(sheet: Sheet, header: list[Row], keys: dict[str, int]) -> list[Value]:
    """The columns of applications. Raises InputError where those that there are count something else."""
    found: list[Value] = []
    doubtful: list[str] = []
    for column, year, heading in _headings(header, keys):
        text = bare_heading(heading)
        text = "" if text == "y" or exact_kind(text) == "year" else text
        explained = text in PLAIN_COUNT and bool(keys.keys() & {"ipc", "kind", "stage"})
        if OF_WHICH.match(text) or not (_COUNTED.search(text) or (not text if year else explained)):
            continue
        reading = read_words(heading, COUNT_WORDS)
        if reading.is_it and is_count(reading.unit):
            found.append(Value(column, year, told_by(text, PATENT_KINDS), told_by(text, MODES), text, reading.unit))
        else:
            said = reading.describe() or f"is in {reading.unit}"
            doubtful.append(f"{sheet.place(header[0], column)}: {heading.strip()!r} {said}")
    # a row with a year alone may be one of a vendor's series (北京:绿色专利申请量, annual)
    if doubtful and not found and keys.keys() & (PLACES | {"ipc"}):
        raise OtherCount("; ".join(doubtful), ", or, where the figures are such counts, call the column so")
    for text in doubtful:
        logger.info("%s: no count, left out", text)
    return _applications(sheet, header[0], found, "year" in keys) if found else []


def _applications(sheet: Sheet, row: Row, found: list[Value], has_years: bool) -> list[Value]:
    """Of columns of patents those of green applications, by years where some are."""
    applied = [value for value in found if not GRANTED.search(value.heading)]
    if not applied:
        called = ", ".join(value.heading for value in found)
        raise OtherCount(f"{sheet.place(row, found[0].column)}: the columns count granted patents only ({called})")
    green = [value for value in applied if GREEN.search(value.heading)]
    if not green and any(GREEN.search(value.heading) for value in found):
        raise InputError(
            f"{sheet.place(row, applied[0].column)}: {applied[0].heading!r} does not count green patents, as other "
            "columns do; green applications (绿色专利申请) are wanted."
        )
    values = green or applied
    values = [value for value in values if value.year] or values
    if values[0].year and has_years:
        raise InputError(
            f"{sheet.place(row, values[0].column)}: the table has a column of years and years across; keep one."
        )
    met: dict = {}
    for column, *what, heading, _ in values:
        called = f"what {row.get(column) or heading!r} counts"
        if fault := again(met, tuple(what), sheet.place(row, column), called):
            raise InputError(fault)
    return values


def year_of_table(sheet: Sheet, head: Columns) -> int:
    """The year of a table without years: from the sheet's name, else from the lines above the header."""
    above = " ".join(cell for row in sheet.rows[: head.at] for cell in row.cells)
    for text in (sheet.name, above):
        if len(years := years_in(text)) == 1:
            logger.info("%s: no column of years, read as %d", sheet.source, *years)
            return years.pop()
    raise InputError(
        f"{sheet.place(head.header[0])}: no column of years (年份), no years across and no single year in the "
        "sheet's name or title; add a column 年份."
    )
