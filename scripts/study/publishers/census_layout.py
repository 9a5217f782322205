"""Where a table of the census has its provinces, industries and counts, whatever its arrangement."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass

from study.files.sheets import Row, Sheet
from study.files.table_rows import check_width, rows_above_notes
from study.helpers import InputError, logger
from study.publishers.divisions import Divisions, Industry
from study.publishers.employment_counts import count, find_factor
from study.words.headings import bare_heading, exact_kind
from study.words.printed import is_figure, squeeze
from study.words.regions import find_province, known_province, province_in
from study.words.units import find_unit
from study.words.years import EDITION, years_in

EMPLOYED_HEADING = re.compile(r"从业|就业|职工人数|employ|engaged|workers|^emp$")
PART_OF = re.compile(r"#|其中|女|female|平均工资|工资|报酬|wage|%|比重|占比|增长|rate|share")
NATIONAL_CENSUS = re.compile(r"全国(第?[一二三四五]次)?经济普查|第?[一二三四五]次全国")
STANDARD = re.compile(r"GB/?T?\s*4754\s*[-—–]\s*\d{4}", re.IGNORECASE)
HEAD_ROWS, LABEL_COLUMNS = 15, 6  # in which a header and the names of a row's province or industry are looked for


@dataclass(frozen=True)
class Cell:
    """A printed count in persons. `step` is what one unit of its last printed digit is worth, in persons."""

    province: str
    industry: Industry
    value: float | None
    step: float
    where: str


@dataclass
class Page:
    """A sheet of the census and what reading it needs: the file's name, printed province -> slug, the divisions, the
    catalog's units, the year wanted."""

    sheet: Sheet
    stem: str
    names: dict[str, str]
    divisions: Divisions
    units: Collection[str]
    year: int | None

    def __post_init__(self) -> None:
        self.rows = [row for row in self.sheet.rows if any(row.cells)]
        self.width = max(len(row.cells) for row in self.rows)

    def place(self, row: Row, column: int | None = None) -> str:
        """How messages name a cell."""
        return self.sheet.place(row, column)

    # - where things stand -

    def is_province(self, text: str) -> bool:
        """Whether a cell is a province's name, or the nation's."""
        return known_province(text, self.names) is not None

    def long_header(self) -> int | None:
        """The header of a data set: columns of provinces, of industries and of their employment."""
        for at, row in enumerate(self.rows[:HEAD_ROWS]):
            heads = [bare_heading(cell) for cell in row.cells]
            # a data set has few columns; a table with industries across may begin with 地区 and 行业 too
            employed = any(map(EMPLOYED_HEADING.search, heads)) or len(row.cells) <= 5
            if "province" in self.kinds(row) and self.label_kinds(row) and employed:
                return at
        return None

    def kinds(self, header: Row) -> list[str]:
        """What the columns below a header are (`words.headings`), a region's as a province's."""
        kinds = [exact_kind(bare_heading(cell)) for cell in header.cells]
        return ["province" if kind == "region" else kind for kind in kinds]

    def label_kinds(self, header: Row) -> list[int]:
        """The columns that name industries, that of codes first."""
        kinds = self.kinds(header)
        named = [c for c, kind in enumerate(kinds) if kind in ("industry", "indicator")]
        return [c for c in range(len(kinds)) if self.has_codes(header, c)][:1] + named[:1]

    def has_codes(self, header: Row, column: int) -> bool:
        """Whether a heading is that of industry codes."""
        head = bare_heading(header.get(column))
        return exact_kind(head) == "industry code" or head in ("代码", "code")

    def province_row(self) -> tuple[int, int]:
        """The row with most provinces across, and how many."""
        found = [sum(map(self.is_province, row.cells)) for row in self.rows[:HEAD_ROWS]]
        return found.index(max(found)), max(found)

    def province_column(self) -> tuple[int, int]:
        """The column with most provinces down, and how many."""
        found = [sum(self.is_province(row.get(c)) for row in self.rows) for c in range(LABEL_COLUMNS)]
        return found.index(max(found)), max(found)

    def label_columns(self) -> range | None:
        """The first columns, up to the one that names industries: by their names, else by codes under a heading."""
        found = [sum(self.divisions.is_name(row.get(c)) for row in self.rows) for c in range(LABEL_COLUMNS)]
        if max(found) >= 2:
            return range(found.index(max(found)) + 1)
        coded = (c for row in self.rows[:HEAD_ROWS] for c in range(LABEL_COLUMNS) if self.has_codes(row, c))
        return next((range(c + 1) for c in coded), None)

    def body_start(self, start: int, labels: range) -> int:
        """The first row from `start` that names an industry beside a figure."""
        for at, row in enumerate(self.rows[start:], start):
            if has_figures(row, range(labels.stop, len(row.cells))) and self.named_industry(row, labels):
                return at
        raise InputError(
            f"{self.sheet.source}: no header row found with industries below it; expected divisions of GB/T "
            "4754-2002, by code under a heading 代码 or by name."
        )

    def headings(self, head: list[Row]) -> dict[int, str]:
        """Text above each column that has some; lines with one cell are titles."""
        lines = [row for row in head if len(filled_cells(row)) > 1]
        texts = {c: " ".join(filter(None, (row.get(c) for row in lines))) for c in range(self.width)}
        return {c: text for c, text in texts.items() if text}

    def employment_column(self, header: Row, texts: dict[int, str], body: list[Row] = ()) -> int:
        """The column of persons employed among those headed by `texts`; the one of figures where the title says so."""
        plain = {c: squeeze(text).lower() for c, text in texts.items()}
        employed = [c for c, text in plain.items() if EMPLOYED_HEADING.search(text)]
        found = [c for c in employed if not PART_OF.search(plain[c])]
        if len(found) > 1:
            ends = [c for c in found if re.search(r"期末|年末|合计|总计|小计|total", plain[c])]
            found = ends if len(ends) == 1 else found
        title = (EMPLOYED_HEADING.search(squeeze(cell).lower()) for row in self.rows[:10] for cell in row.cells)
        if not employed and any(title):
            figures = {c for row in body for c in plain if is_figure(row.get(c))}
            found = list(figures) if len(figures) == 1 else []
        if len(found) != 1:
            listed = ", ".join(map(repr, texts.values()))
            raise InputError(
                f"{self.place(header)}: {'no column' if not found else 'more than one column'} of persons employed "
                f"(从业人员) among {listed or 'the headings'}; keep the one to use under that heading."
            )
        return found[0]

    # - what the words above say -

    def factor(self, head: list[Row], column: int | None = None) -> float | None:
        """Persons in the unit above a column, else anywhere in the head; InputError where the column's is another."""
        own = [row.get(column) for row in head if len(filled_cells(row)) > 1] if column is not None else []
        for unit in re.findall(r"[(]([^()]+)[)]", squeeze(" ".join(own))):
            if (other := find_unit(unit)) and other.dimension != "persons":
                where = self.place(head[-1], column)
                raise InputError(f"{where}: the unit is {unit}; expected one of {', '.join(self.units)}.")
        return find_factor([*own, *(cell for row in head for cell in row.cells)], self.units, self.sheet.source)

    def said(self, head: list[Row], find: Callable[[str], object]):
        """What the sheet's name, the title or the file's name says; InputError where two of them differ."""
        titles = [cell for row in head if len(filled_cells(row)) == 1 for cell in row.cells if cell]
        found = {}
        for text in (self.sheet.name, *titles, self.stem):
            if text and (value := find(text)):
                found.setdefault(value, text)
        if len(found) > 1:
            raise InputError(
                f"{self.sheet.source}: {' and '.join(map(repr, found.values()))} do not agree on what the table is "
                "of; correct the wrong one."
            )
        return next(iter(found), None)

    def province_said(self, text: str) -> str:
        """The province, or the nation, that a title or name says."""
        return province_in(text, self.names) or ("china" if "全国" in NATIONAL_CENSUS.sub("", squeeze(text)) else "")

    def check_year(self, head: list[Row]) -> None:
        """Raise InputError where the titles say another year; codes of four digits across are none."""
        titles = [cell for row in head for cell in row.cells if "年" in cell or len(filled_cells(row)) == 1]
        years = set().union(*(years_in(STANDARD.sub("", title)) for title in titles if not EDITION.search(title)))
        if self.year and years and self.year not in years:
            raise InputError(f"{self.sheet.source}: the title says {min(years)}; the study needs {self.year}.")

    # - rows -

    def body(self, head: list[Row], columns: Collection[int]) -> Iterator[Row]:
        """The rows between the lines above and the notes; those with figures have to be as wide as the header."""
        last = max(self.headings(head), default=self.width)
        for row in rows_above_notes(self.sheet, self.rows[len(head) :], lambda row: has_figures(row, columns)):
            if has_figures(row, columns) and last < self.width:
                check_width(self.sheet, row, last)
            yield row

    def named_industry(self, row: Row, labels: Collection[int]) -> Industry | None:
        """The industry of a row by its codes and names, None for none."""
        return self.divisions.find([row.get(c) for c in labels], self.place(row, next(iter(labels), 0)))

    def industry(self, row: Row, labels: range, columns: Collection[int], head: list[Row]) -> Industry | None:
        """The industry of a row, None for rows without figures and rows that only say what is part of another.

        InputError where figures stand beside no known industry, or under a heading of codes beside none.
        """
        texts = [row.get(c) for c in labels]
        if any(re.match(r"#|其中", squeeze(text)) for text in texts):
            logger.info("%s: %s is part of the row above", self.place(row), " ".join(filter(None, texts)))
            return None
        found = self.named_industry(row, labels)
        if not has_figures(row, columns):
            return found
        coded = next((c for c in labels if any(self.has_codes(line, c) for line in head)), None)
        if coded is not None and found and found.kind == "division" and not re.search(r"\d\d", row.get(coded)):
            raise InputError(
                f"{self.place(row, coded)}: found {row.get(coded)!r}, expected a division's code of two digits, as in "
                f"{found.code}."
            )
        if found is None:
            raise self.divisions.unknown(texts, self.place(row, labels.start))
        return found

    def province(self, row: Row, column: int) -> str:
        """The province of a cell, a sum as the nation; InputError for any other."""
        name = row.get(column)
        if re.fullmatch(r"(合计|总计)(total)?|total", squeeze(name).lower()):
            return "china"
        return find_province(name, self.names, self.place(row, column))

    def count(
        self, row: Row, column: int, province: str, industry: Industry, factor: float | None
    ) -> tuple[Cell, bool]:
        """The count of a cell, and whether its unit is known."""
        value = count(self.sheet, row, column, empty=True)
        decimals = 0 if value is None else len(row.get(column).partition(".")[2])
        scale = factor or 1.0
        scaled = None if value is None else value * scale
        return Cell(province, industry, scaled, scale * 10.0**-decimals, self.place(row, column)), factor is not None


def filled_cells(row: Row) -> list[str]:
    """The cells that are not empty."""
    return [cell for cell in row.cells if cell]


def has_figures(row: Row, columns: Collection[int]) -> bool:
    """Whether a row has a figure in one of the columns."""
    return any(is_figure(row.get(c)) for c in columns)
