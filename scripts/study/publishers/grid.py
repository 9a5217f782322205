"""Tables of provinces, years and indicators -> one series of figures by province and year for each indicator.

A figure's province, year and indicator are each said by its row, by its column or, where both are silent, by the page:
the lines above the header, the names of sheet and file. `publishers.yearbook` finds out what a sheet's columns say;
here the rows are read, whatever the arrangement.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from study.files.preamble import Preamble
from study.files.series import Draft, merge_draft
from study.files.sheets import Row, Sheet
from study.files.table_rows import check_width, split_at_notes
from study.helpers import InputError, logger
from study.words.headings import heading_kind
from study.words.printed import CHINESE, Formula, check_formula, is_figure, squeeze
from study.words.regions import NATION_NAMES, find_province, is_no_province, known_province
from study.words.titles import bare_label, page_says, split_title
from study.words.years import year_of

ANNUAL = {"年", "年度", "yearly", "annual", "a", "y", ""}
DATE_WITHIN = re.compile(r"(19|20)\d\d\s*[-/.年]")
# What rows below a header say of the columns above them; among series' names the province stands there, too.
BESIDE = ("country", "frequency", "unit", "about", "code")


@dataclass(frozen=True)
class Said:
    """What a row or a column says of its figures.

    `parts` are the indicator's names, outermost first; `beside` the unit in a column or row of units; `english` and
    `label` other names of the indicator (`series.Draft`); `left_out` the reason why its figures are not taken.
    """

    province: str = ""
    year: int | None = None
    parts: tuple[str, ...] = ()
    unit: str = ""
    beside: str = ""
    english: str = ""
    label: str = ""
    below_heading: bool = False
    left_out: str = ""


@dataclass
class Outer:
    """The row of indicators that rows below it may be parts of; `filled`: it has figures of its own."""

    title: str = ""
    unit: str = ""
    indent: int = 0
    filled: bool = False
    province: str = ""


@dataclass
class Grid:
    """A sheet whose columns are understood. at, body : rows of the header and of the first row below it. labels : kind
    (province, year, indicator, part, unit, frequency) -> its columns. columns : those of figures. page : what holds
    where rows and columns are silent. form : the arrangement's name."""

    sheet: Sheet
    names: dict[str, str]
    page: Preamble
    at: int
    body: int
    form: str
    labels: dict[str, list[int]]
    columns: dict[int, Said]
    drafts: dict[tuple, Draft] = field(default_factory=dict)
    said_as: dict[tuple, Draft] = field(default_factory=dict)
    outer: Outer = field(default_factory=Outer)
    waiting: list[tuple[Draft, tuple[str, int], str, str, str]] = field(default_factory=list)
    units: dict[str, str] = field(default_factory=dict)
    left: str = ""

    def read(self) -> list[Draft]:
        """The indicators. Raises InputError, naming row and column, for an unknown province, what is no year, a shifted
        row, a second table, and where there are no figures."""
        self._read_beside()
        rows, notes = split_at_notes(self.sheet.rows[self.body :], self._is_labelled)
        below = next(filter(self._has_key, notes), None)
        if below:
            raise InputError(
                f"{self.sheet.place(below)}: {below.get(self._first())!r} stands below the notes; keep one table on a "
                "sheet."
            )
        for row in self._checked(rows):
            said = self._row(row)
            for column, head in self.columns.items() if said else ():
                self._take(row, column, said, head)
        drafts = self._finish()
        for draft in drafts:
            draft.notes = "\n".join(" ".join(filter(None, row.cells)) for row in notes)
        return drafts

    def _first(self) -> int:
        return min(column for columns in self.labels.values() for column in columns)

    def _cell(self, row: Row, kind: str) -> str:
        """A row's label of a kind, empty where the table has none."""
        return row.get(self.labels[kind][0]) if kind in self.labels else ""

    def _has_key(self, row: Row) -> bool:
        """Whether a row is of a province or a year, as no note is."""
        if "province" in self.labels:
            return known_province(self._cell(row, "province"), self.names) is not None
        return year_of(self._cell(row, "year")) is not None or known_province(row.get(0), self.names) is not None

    def _is_labelled(self, row: Row) -> bool:
        """Whether a row has a province or a year, or a sum over provinces, though its first cell names a source."""
        return self._has_key(row) or ("province" in self.labels and is_no_province(self._cell(row, "province")))

    # - rows below the header that say more of the columns, and rows of figures -

    def _read_beside(self) -> None:
        """Take units and frequencies from the rows between header and figures."""
        beside = (*BESIDE, "province") if self.form == "vendor" else BESIDE
        while self.body < len(self.sheet.rows):
            row = self.sheet.rows[self.body]
            kind = heading_kind(row.get(0))
            if any(row.cells) and kind not in beside:
                return
            self.body += 1
            for column, head in self.columns.items():
                if kind == "unit":
                    self.columns[column] = replace(head, beside=squeeze(row.get(column)))
                elif kind == "frequency" and not head.left_out:
                    fault = not_annual(row.get(column), self.sheet.place(row, column))
                    self.columns[column] = replace(head, left_out=fault)

    def _checked(self, rows: list[Row]) -> Iterator[Row]:
        """The rows of figures, each as wide as the header."""
        heads = self.sheet.rows[self.at : self.body]
        named = {column for row in heads for column, cell in enumerate(row.cells) if cell}
        labels = {column for columns in self.labels.values() for column in columns}
        unnamed = set(range(1, max(named))) - named - labels
        for row in rows:
            if heading_kind(row.get(0)):
                if any(map(year_of, row.cells[1:])) or (_in_chinese(row) and _in_chinese(heads[0])):
                    raise InputError(
                        f"{self.sheet.place(row)}: a second header stands here; keep one table on a sheet."
                    )
                continue  # the header's second language
            check_width(self.sheet, row, max(named), unnamed)
            yield row

    # - what a row says -

    def _row(self, row: Row) -> Said | None:
        """None for a row that is none of figures: a sum over provinces, a heading, a month."""
        province = self._province(row)
        if province is None or self._is_within_a_year(row):
            return None
        year = None
        if "year" in self.labels:
            where = self.sheet.place(row, self.labels["year"][0])
            check_formula(self._cell(row, "year"), where)
            year = year_of(self._cell(row, "year"))
            if year is None:
                raise InputError(
                    f"{where}: found {self._cell(row, 'year')!r}, expected a year such as 2022年 or 2022-12-31."
                )
        fault = ""
        if "frequency" in self.labels:
            fault = not_annual(self._cell(row, "frequency"), self.sheet.place(row, self.labels["frequency"][0]))
        said = Said(province, year, beside=squeeze(self._cell(row, "unit")), left_out=fault)
        if "indicator" in self.labels:
            return self._indicator(row, said)
        parts = self._further_parts(row)
        return replace(said, parts=(self.page.title, *parts)) if parts else said

    def _province(self, row: Row) -> str | None:
        """The row's province, empty where the table has none down; None for a sum over some of them."""
        columns = self.labels.get("province", [])
        if not columns:
            return ""
        name = row.get(columns[0])
        figures = [row.get(column) for column in self.columns if row.get(column)]
        calculated = figures and all(isinstance(cell, Formula) for cell in figures)
        if is_no_province(name) or (calculated and not known_province(name, self.names)):
            logger.info("%s: %r is no province, left out", self.sheet.place(row), str(name))
            return None
        province = find_province(name, self.names, self.sheet.place(row, columns[0]))
        for text in map(row.get, columns[1:]):
            if known_province(text, self.names) not in (None, province):
                raise InputError(f"{self.sheet.place(row)}: {name!r} and {text!r} are two provinces.")
        return province

    def _is_within_a_year(self, row: Row) -> bool:
        """Whether a row is of a day within the year, at which no series that is taken has a figure."""
        text = self._cell(row, "year")
        if year_of(text) is not None or not DATE_WITHIN.match(text):
            return False
        if any(row.get(column) for column, head in self.columns.items() if not head.left_out):
            return False
        self._leave_out(f"{self.sheet.place(row, self.labels['year'][0])}: {text!r} is a date within a year.")
        return True

    def _indicator(self, row: Row, said: Said) -> Said | None:
        """A row's indicator, below that of the row it is a part of; None for a heading without figures."""
        at = self.labels["indicator"][0]
        where, label = self.sheet.place(row, at), row.get(at)
        province, title = split_series(label, self.names)
        if province and said.province not in ("", province):
            raise InputError(f"{where}: {label!r} is not of {said.province}, as the row says.")
        title, unit, english = split_title(title)
        title, inner = bare_label(title)
        outer = self.outer if self.outer.province == said.province else Outer()
        inner = inner or (at == 0 and row.indent > outer.indent)
        # a unit of its own, be it in a column, goes before that of what it is a part of
        unit = unit or (outer.unit if inner and not said.beside else "")
        filled = any(row.get(column) for column in self.columns)
        if not inner:
            self.outer = Outer(title, unit or said.beside, row.indent, filled, said.province)
        if not filled and not said.province and said.year is None:
            return None  # a heading of the rows below it
        if not title and not said.province:
            raise InputError(f"{where}: a row of figures without a name.")
        parts = (outer.title, title) if inner and outer.title else (title,) if title else ()
        parts += self._further_parts(row)
        heading = inner and bool(outer.title) and not outer.filled
        return replace(
            said, province=said.province or province, parts=parts, unit=unit, english=english, below_heading=heading
        )

    def _further_parts(self, row: Row) -> tuple[str, ...]:
        """What a row's further labels say of its indicator."""
        texts = [row.get(column) for column in self.labels.get("part", [])]
        return tuple(text for text in texts if text and not known_province(text, self.names))

    # - cells -

    def _take(self, row: Row, column: int, said: Said, head: Said) -> None:
        """Put a cell to the draft of its indicator."""
        where, text = self.sheet.place(row, column), row.get(column)
        words = (said.parts, said.unit, said.beside, head.parts, head.unit, head.beside)
        draft = self.said_as.get(words) or self.said_as.setdefault(words, self._draft(said, head, where))
        cell = (
            said.province or head.province or self.page.province or "china",
            said.year or head.year or self.page.year,
        )
        before, first = draft.cells.get(cell, ("", ""))
        if fault := said.left_out or head.left_out:
            self.waiting.append((draft, cell, text, where, fault))
        elif not before:
            draft.cells[cell] = text, where
        elif text:  # a year's first and last day may both stand here, one of them empty
            draft.add(*cell, text, where, self._again(first, row, column, said, draft.title))

    def _again(self, first: str, row: Row, column: int, said: Said, title: str) -> str:
        """What is to be said of a figure that stands already in the cell `first` of the table.

        InputError for a year that stands twice where a column of provinces would say whose years they are."""
        before = first.rpartition(", column")[0]
        if before == self.sheet.place(row):
            header = self.sheet.rows[self.at]
            where, name = self.sheet.place(header, column), header.get(column)
            return f"{where}: a second column is called {name!r}; name one apart, or cut the other out."
        title = "" if self.columns[column].parts else title
        what = ", ".join(filter(None, (said.province, str(said.year or ""), title)))
        before = before.removeprefix(f"{self.sheet.source}, ")
        text = f"{self.sheet.place(row)}: {row.get(self._first())!r} ({what}) stands already in {before}"
        if not {"province", "indicator"} & set(self.labels) and not self.columns[column].province:
            raise InputError(f"{text}; whose years are they? Add a column of provinces (省份).")
        return f"{text}; keep one of the two."

    def _draft(self, said: Said, head: Said, where: str) -> Draft:
        """The draft of an indicator; its unit is the nearest: in its name, beside it, above the table."""
        parts = (*said.parts, *head.parts)
        unit, beside = said.unit or head.unit, said.beside or head.beside
        if said.beside and head.parts:
            self.units.setdefault(said.beside, where)  # of which column is told at the end
            beside = head.beside
        # a page may have one name in two units; in a table of provinces it is a mistake
        apart = head.unit if "province" in self.labels else unit or beside
        key = (*(squeeze(part).lower() for part in parts), apart)
        if key not in self.drafts:
            english = said.english or head.english or ("" if parts else self.page.english)
            draft = Draft(self.sheet.source, self.form, parts or (self.page.title,), unit, english=english)
            draft.label, draft.below_heading = head.label, said.below_heading
            draft.page = page_says(self.page.title, draft.title) if parts else ""
            self.drafts[key] = draft
        draft = self.drafts[key]
        for stated in (unit, beside, "" if unit or (parts and beside) else self.page.unit):
            draft.in_unit(stated, where)
        return draft

    def _leave_out(self, reason: str) -> None:
        if not self.left:
            logger.warning("%s Left out.", reason)
        self.left = self.left or reason

    def _finish(self) -> list[Draft]:
        """The drafts, each once; figures that were left out are told where their series has no others."""
        taken = {(draft.title, province) for draft in self.drafts.values() for province, _ in draft.cells}
        for draft, cell, text, where, fault in self.waiting:
            if (draft.title, cell[0]) not in taken:
                draft.add(*cell, text, where, fault)
        for fault in dict.fromkeys(fault for *_, fault in self.waiting):
            logger.warning("%s Left out.", fault)
        found = [draft for draft in self.drafts.values() if draft.cells]
        if not found:
            raise InputError(self.left or f"{self.sheet.source}: no rows of figures below the header.")
        if any(head.parts for head in self.columns.values()):
            self._say_more(found)
        merged: dict[tuple[str, str], Draft] = {}
        for draft in found:
            merge_draft(merged, draft)
        return list(merged.values())

    def _say_more(self, drafts: list[Draft]) -> None:
        """What other columns of a data set say of its figures: a column of units (unit -> its first place) of their
        unit, one of words of what they are (`性别` 男, `类型` 增速)."""
        words = [draft for draft in drafts if not any(is_figure(text) for text, _ in draft.cells.values())]
        figures = [draft for draft in drafts if draft not in words]
        said = dict.fromkeys(text for draft in words for text, _ in draft.cells.values() if text)
        for draft in figures:
            draft.page = draft.page or next(filter(None, (page_says(text, draft.title) for text in said)), "")
            for unit, where in self.units.items():
                if len(figures) == 1:
                    draft.in_unit(unit, where)
                elif not draft.unit:
                    draft.problem = f"{where}: the unit {unit!r} stands in a column; of which of the others is it?"


def split_series(text: str, names: dict[str, str]) -> tuple[str, str]:
    """(province, indicator) of a series' name such as `北京:地区生产总值` or `地区生产总值:北京`; the province is empty
    where the name has none. `中国:` before a province is left out, alone it is the nation."""
    parts = [part.strip() for part in re.split(r"[:：]", text) if part.strip()]
    if len(parts) < 2:
        return "", text.strip()
    nation = {*NATION_NAMES, "cn"}
    provinces = [part for part in parts if names.get(squeeze(part).lower(), "china") != "china"]
    rest = [part for part in parts if part not in provinces and squeeze(part).lower() not in nation]
    if len(provinces) == 1:
        return names[squeeze(provinces[0]).lower()], ":".join(rest)
    said = any(squeeze(part).lower() in nation for part in parts)
    return ("china", ":".join(rest)) if said and not provinces else ("", text.strip())


def not_annual(frequency: str, where: str) -> str:
    """What is to be said of a series that is not annual; empty for others."""
    annual = squeeze(frequency).lower() in ANNUAL
    return "" if annual else f"{where}: the frequency is {frequency!r}; export annual series."


def _in_chinese(row: Row) -> bool:
    """Whether cells right of the first are Chinese words other than a header's own (地区, 单位)."""
    return any(CHINESE.search(cell) and not heading_kind(cell) for cell in row.cells[1:])
