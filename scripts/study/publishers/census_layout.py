"""Where a table of the census has its provinces, industries and counts, whatever its arrangement."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

from study.files.sheets import Row, Sheet
from study.files.table_rows import check_width, rows_above_notes, said_once
from study.helpers import InputError, logger
from study.publishers.divisions import Divisions, Industry
from study.publishers.employment_counts import Wanted, find_factor
from study.words.headings import bare_heading, exact_kind, heading_kind
from study.words.printed import is_figure, squeeze
from study.words.regions import find_province, known_province, province_in
from study.words.units import find_unit
from study.words.years import EDITION, years_in

EMPLOYED_HEADING = re.compile(r"从业|就业|职工人数|employ|engaged|workers|^emp$")
PART_OF = re.compile(r"#|其中|女|female|平均工资|工资|报酬|wage|%|比重|占比|增长|rate|share")
NATIONAL_CENSUS = re.compile(r"全国(第?[一二三四五]次)?经济普查|第?[一二三四五]次全国")
STANDARD = re.compile(r"GB/?T?\s*4754\s*[-—–]\s*\d{4}", re.IGNORECASE)
HEAD_ROWS, LABEL_COLUMNS = 15, 6  # in which a header and the names of a row's province or industry are looked for


class Cell(NamedTuple):
    """A count as printed: `step` is what one unit of its last digit is worth, `factor` the persons in its unit, None
    where it is not stated."""

    province: str
    industry: Industry
    value: float | None
    step: float
    where: str
    factor: float | None


@dataclass
class Page:
    """A sheet of the census and what reading it needs: the file's name, printed province -> slug, the divisions, what
    is wanted of it."""

    sheet: Sheet
    stem: str
    names: dict[str, str]
    divisions: Divisions
    wanted: Wanted

    def __post_init__(self) -> None:
        self.place = self.sheet.place
        self.rows = [row for row in self.sheet.rows if any(row.cells)]
        self.width = max(len(row.cells) for row in self.rows)

    # - where things stand -

    def is_province(self, text: str) -> bool:
        """Whether a cell is a province's name, or the nation's."""
        return known_province(text, self.names) is not None

    def data_set_header(self) -> tuple[int, int, int | None, list[int]] | None:
        """The header of a data set and its columns: of provinces, of years, of industries, that of codes first."""
        for at, row in enumerate(self.rows[:HEAD_ROWS]):
            heads = list(map(bare_heading, row.cells))
            kinds = list(map(heading_kind, heads))
            named = [c for c, kind in enumerate(kinds) if kind in ("industry", "indicator")]
            labels = [c for c, head in enumerate(heads) if _is_code(head)][:1] + named[:1]
            # a data set has few columns; a table with industries across may begin with 地区 and 行业 too
            employed = len(heads) <= 5 or any(map(EMPLOYED_HEADING.search, heads))
            if "province" in kinds and labels and employed:
                return at, kinds.index("province"), kinds.index("year") if "year" in kinds else None, labels
        return None

    def fullest_row(self, is_it: Callable[[str], bool]) -> tuple[int, int]:
        """The row with most cells of a kind, and how many."""
        found = [sum(map(is_it, row.cells)) for row in self.rows[:HEAD_ROWS]]
        return found.index(max(found)), max(found)

    def fullest_column(self, is_it: Callable[[str], bool]) -> tuple[int, int]:
        """The column with most cells of a kind, and how many."""
        found = [sum(is_it(row.get(c)) for row in self.rows) for c in range(LABEL_COLUMNS)]
        return found.index(max(found)), max(found)

    def label_columns(self) -> range:
        """The first columns, up to the one that names industries: by their names, else by codes under a heading."""
        column, names = self.fullest_column(self.divisions.is_name)
        coded = (c for row in self.rows[:HEAD_ROWS] for c in range(LABEL_COLUMNS) if _is_code(bare_heading(row.get(c))))
        last = column if names >= 2 else next(coded, None)
        if last is None:
            raise InputError(
                f"{self.sheet.source}: no header row found; expected provinces across or down, or one province with "
                "its industries down and a column 从业人员, or columns 省份, 行业代码, 从业人员."
            )
        return range(last + 1)

    def body_start(self, start: int, labels: range) -> int:
        """The first row from `start` that names an industry beside a figure."""
        for at, row in enumerate(self.rows[start:], start):
            counted = has_figures(row, range(labels.stop, self.width))
            if counted and self.divisions.find([row.get(c) for c in labels], self.place(row, 0)):
                return at
        raise InputError(
            f"{self.sheet.source}: no header row found with industries below it; expected divisions of GB/T "
            "4754-2002, by code under a heading 代码 or by name."
        )

    def begin(self, start: int, dated: bool = False) -> None:
        """Part the rows into `head` and `below`; InputError where nothing stands above, or, but for `dated` rows, what
        says another year."""
        self.head, self.below = self.rows[:start], self.rows[start:]
        if not start:
            raise InputError(f"{self.sheet.source}: no header row found above the first row of counts.")
        if not dated:
            self._check_year()

    def above(self, head: list[Row]) -> dict[int, list[str]]:
        """The texts above each column that has some; lines with one cell are titles."""
        lines = [row for row in head if _filled(row) > 1]
        texts = {c: [row.get(c) for row in lines if row.get(c)] for c in range(self.width)}
        return {c: found for c, found in texts.items() if found}

    def industries_across(self, side: int) -> dict[int, dict]:
        """The columns of counts of the industries right of a column; empty where no division is among them."""
        above = self.above(self.head)
        read = {c: self.divisions.find(texts, self.place(self.head[-1], c)) for c, texts in above.items() if c > side}
        found = {c: {"industry": industry} for c, industry in read.items() if industry}
        if not any(said["industry"].kind in ("division", "either") for said in found.values()):
            return {}
        return self.one_each(self.head[-1], found, above)

    def one_each(self, header: Row, starts: dict[int, dict], above: dict[int, list[str]]) -> dict[int, dict]:
        """The column of counts of each province or industry, and what that is: the only one with text up to the next,
        else among several that of persons employed. Columns without the name (merged) are parts of the one before."""
        columns = {}
        for (start, said), end in zip(starts.items(), [*list(starts)[1:], self.width], strict=True):
            several = {c: above[c] for c in range(start, end) if c in above}
            columns[self.employed_among(header, several) if len(several) > 1 else start] = said
        return columns

    def one_column(self, side: int, **said: object) -> dict[int, dict]:
        """The column of counts right of the labels, and what the page says of it."""
        above = {c: texts for c, texts in self.above(self.head).items() if c > side}
        return {self.employed_among(self.head[-1], above, self.below): said}

    def employed_among(self, header: Row, above: dict[int, list[str]], body: Iterable[Row] = ()) -> int:
        """The column of persons employed by the texts above; the one of figures in `body` where the title says so."""
        plain = {c: squeeze("".join(texts)).lower() for c, texts in above.items()}
        employed = [c for c, text in plain.items() if EMPLOYED_HEADING.search(text)]
        found = [c for c in employed if not PART_OF.search(plain[c])]
        if len(found) > 1:
            ends = [c for c in found if re.search(r"期末|年末|合计|总计|小计|total", plain[c])]
            found = ends if len(ends) == 1 else found
        titles = (EMPLOYED_HEADING.search(squeeze(cell).lower()) for row in self.rows[:10] for cell in row.cells)
        if not employed and any(titles):
            figures = {c for row in body for c in plain if is_figure(row.get(c))}
            found = list(figures) if len(figures) == 1 else []
        if len(found) != 1:
            listed = ", ".join(repr(" ".join(texts)) for texts in above.values())
            raise InputError(
                f"{self.place(header)}: {'no column' if not found else 'more than one column'} of persons employed "
                f"(从业人员) among {listed or 'the headings'}; keep the one to use under that heading."
            )
        return found[0]

    # - what the words above say -

    def factors(self, columns: Collection[int]) -> dict[int, float | None]:
        """Persons in the unit above each column, else anywhere in the head; InputError where a column's is another."""
        units, above, factors = self.wanted.units, self.above(self.head), {}
        stated = find_factor((cell for row in self.head for cell in row.cells), units, self.sheet.source)
        for column in columns:
            own = above.get(column, [])
            for unit in re.findall(r"[(]([^()]+)[)]", squeeze(" ".join(own))):
                if (other := find_unit(unit)) and other.dimension != "persons":
                    where = self.place(self.head[-1], column)
                    raise InputError(f"{where}: the unit is {unit}; expected one of {', '.join(units)}.")
            factors[column] = find_factor(own, units, self.sheet.source) or stated
        return factors

    def said(self, what: str) -> object:
        """The province or the industry that the sheet's name, a title or the file's name says; InputError where none
        does, or two of them differ."""
        titles = [cell for row in self.head if _filled(row) == 1 for cell in row.cells]
        says = {"province": (self._province_said, "北京"), "industry": (self.divisions.mentioned, "06煤炭开采和洗选业")}
        find, example = says[what]
        found = said_once(self.sheet.source, (self.sheet.name, *titles, self.stem), find, "what the table is of")
        if found is None:
            raise InputError(
                f"{self.sheet.source}: neither the columns nor the title nor the sheet's or the file's name says the "
                f"{what}; name the sheet or the file by it (such as {example})."
            )
        return found

    def _province_said(self, text: str) -> str:
        """The province, or the nation, that a title or name says."""
        return province_in(text, self.names) or ("china" if "全国" in NATIONAL_CENSUS.sub("", squeeze(text)) else "")

    def _check_year(self) -> None:
        """Raise InputError where the titles say another year; codes of four digits across are none."""
        titles = [cell for row in self.head for cell in row.cells if "年" in cell or _filled(row) == 1]
        years = set().union(*(years_in(STANDARD.sub("", title)) for title in titles if not EDITION.search(title)))
        year = self.wanted.year
        if year and years and year not in years:
            raise InputError(f"{self.sheet.source}: the title says {min(years)}; the study needs {year}.")

    # - rows -

    def body(self, columns: Collection[int]) -> Iterator[tuple[Row, bool]]:
        """The rows above the notes, each with whether it has counts: those have to be as wide as the header."""
        last = max(self.above(self.head))
        for row in rows_above_notes(self.sheet, self.below, lambda row: has_figures(row, columns)):
            counted = has_figures(row, columns)
            if counted:
                check_width(self.sheet, row, last)
            yield row, counted

    def province_rows(self, side: int, columns: Collection[int]) -> Iterator[tuple[Row, dict]]:
        """The rows with counts or a province's name in a column, with the province."""
        for row, counted in self.body(columns):
            if counted or self.is_province(row.get(side)):
                yield row, {"province": self.province(row, side)}

    def industry_rows(self, labels: range, columns: Collection[int]) -> Iterator[tuple[Row, dict]]:
        """The rows that name an industry, with it; rows that only say what is part of another left out.

        InputError where counts stand beside no known industry, or under a heading of codes beside none.
        """
        coded = next((c for c in labels if any(_is_code(bare_heading(line.get(c))) for line in self.head)), None)
        for row, counted in self.body(columns):
            texts = [row.get(c) for c in labels]
            if any(re.match("#|其中", squeeze(text)) for text in texts):
                logger.info("%s: %s is part of the row above", self.place(row), " ".join(filter(None, texts)))
                continue
            found = self.divisions.find(texts, self.place(row, 0), needed=counted)
            if counted and coded is not None and found.kind == "division" and not re.search(r"\d\d", row.get(coded)):
                raise InputError(
                    f"{self.place(row, coded)}: found {row.get(coded)!r}, expected a division's code of two digits, as "
                    f"in {found.code}."
                )
            if found:
                yield row, {"industry": found}

    def province(self, row: Row, column: int) -> str:
        """The province of a cell, a sum as the nation; InputError for any other."""
        name = row.get(column)
        if re.fullmatch(r"(合计|总计)(total)?|total", squeeze(name).lower()):
            return "china"
        return find_province(name, self.names, self.place(row, column))

    def cell(self, row: Row, column: int, factor: float | None, province: str, industry: Industry) -> Cell:
        """The count in a cell."""
        value = self.wanted.count(self.sheet, row, column, empty=True)
        decimals = 0 if value is None else len(row.get(column).partition(".")[2])
        return Cell(province, industry, value, 10.0**-decimals, self.place(row, column), factor)


def _is_code(head: str) -> bool:
    """Whether a heading is that of industry codes."""
    return exact_kind(head) == "industry code" or head in ("代码", "code")


def _filled(row: Row) -> int:
    """How many cells are not empty."""
    return sum(map(bool, row.cells))


def has_figures(row: Row, columns: Collection[int]) -> bool:
    """Whether a row has a figure in one of the columns."""
    return any(is_figure(row.get(c)) for c in columns)
