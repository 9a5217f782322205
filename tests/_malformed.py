"""Good files of the example, ways to spoil them, and the cleaning rule's own path through a spoilt one."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from openpyxl import Workbook
from study.checks.catalog_table import clean_table
from study.checks.crosschecks import report_crosschecks
from study.files.catalog_entries import load_catalog
from study.files.encodings import decode
from study.plan.sources import source
from study.publishers.census_employment import division_titles, read_census
from study.publishers.census_totals import PLAUSIBLE
from study.publishers.every_form import reader_tables, theme_reader
from study.publishers.ifr import read_robots
from study.publishers.major_group_employment import UNITED_STATES, group_industries, read_major_groups
from study.words.printed import place, squeeze
from study.words.regions import province_names
from study.words.years import year_of

ROOT = Path(__file__).parents[1]
RESOURCES = ROOT / "resources"
EXAMPLE = RESOURCES / "example"
CATALOG = load_catalog(RESOURCES / "catalog.csv")
NAMES = province_names(RESOURCES / "provinces.csv")
TABLES = reader_tables(*(RESOURCES / f"{name}.csv" for name in ("provinces", "balance", "cities")))
PROVINCES = [slug for slug in dict.fromkeys(NAMES.values()) if slug not in ("china", "tibet")]
YEARS = range(2013, 2023)
TOLERANCE = 0.005


@dataclass
class Table:
    """A raw table of the example as rows of cells, to be changed and written."""

    key: str
    rows: list[list[str]]

    @property
    def head(self) -> int:
        """Index of the header row."""
        return next(i for i, row in enumerate(self.rows) if sum(year_of(cell) is not None for cell in row[1:]) > 0)

    def row(self, name: str) -> int:
        """Index of a row by the first letters of its label."""
        return next(i for i, row in enumerate(self.rows) if row and squeeze(row[0]).startswith(name))

    def column(self, year: int) -> int:
        """Index of a year's column."""
        return next(i for i, cell in enumerate(self.rows[self.head]) if year_of(cell) == year)

    def cell(self, name: str, year: int) -> tuple[int, int]:
        """Row and column of a figure."""
        return self.row(name), self.column(year)

    def figure(self, name: str, year: int) -> float:
        """A figure as a number."""
        row, column = self.cell(name, year)
        return float(self.rows[row][column])

    def put(self, name: str, year: int, text: object) -> Table:
        """The table with a figure changed: to a text, or by a function of the old figure."""
        row, column = self.cell(name, year)
        self.rows[row][column] = f"{text(self.figure(name, year)):.2f}" if callable(text) else str(text)
        return self

    @property
    def body(self) -> range:
        """Indices of the rows that begin with a province or the nation."""
        return range(self.head + 1, 1 + max(i for i, row in enumerate(self.rows) if row and squeeze(row[0]) in LABELS))

    def scale(
        self, factor: float, rows: slice = slice(None), columns: Callable[[int], bool] = lambda year: True
    ) -> Table:
        """The table with the figures of some rows and years times a factor."""
        for row in list(self.body)[rows]:
            for column, head in enumerate(self.rows[self.head]):
                cell = self.rows[row][column].strip() if column < len(self.rows[row]) else ""
                if year_of(head) and columns(year_of(head)) and re.fullmatch(r"-?[\d.]+", cell):
                    self.rows[row][column] = f"{float(cell) * factor:.10g}"
        return self

    def text(self, mark: str = ",", end: str = "\n") -> str:
        """The table as delimited text."""
        file = io.StringIO(newline="")
        csv.writer(file, delimiter=mark, lineterminator=end).writerows(self.rows)
        return file.getvalue()

    def csv(self, encoding: str = "gb18030") -> bytes:
        """The table as delimited text in an encoding."""
        return self.text().encode(encoding)

    def replace(self, old: str, new: str, count: int = -1) -> Table:
        """The table with a text replaced in all cells; it has to be there."""
        assert old in self.text()
        return Table(self.key, [[cell.replace(old, new, count) for cell in row] for row in self.rows])

    def typed(self) -> list[list[object]]:
        """Rows for a workbook: figures as numbers, empty cells as None."""
        return [[float(c) if re.fullmatch(r"-?\d+(\.\d+)?", c) else c or None for c in row] for row in self.rows]


LABELS = {squeeze(name) for name in NAMES} | {"人民币对美元汇率(美元=100)(元)"}


@cache
def _example(key: str) -> tuple[tuple[str, ...], ...]:
    return tuple(map(tuple, csv.reader(io.StringIO(decode(EXAMPLE / CATALOG[key].file), newline=""))))


def table(key: str) -> Table:
    """The example's table."""
    return Table(key, [list(row) for row in _example(key)])


def xlsx(*sheets: list[list[object]], change: Callable = lambda book: None) -> bytes:
    """A workbook of rows, changed before it is saved."""
    book = Workbook()
    book.remove(book.active)
    for number, rows in enumerate(sheets, 1):
        sheet = book.create_sheet(f"Sheet{number}")
        for row in rows:
            sheet.append(row)
    change(book)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


@dataclass(frozen=True)
class Case:
    """One malformed input.

    key : the catalog's. change : the good table -> the bad one, or its bytes. says : what the message has to match.
    cell : label and year of the figure whose place has to be named; name : of the file, the catalog's by default.
    """

    name: str
    key: str
    change: Callable[[Table], Table | bytes]
    says: str
    cell: tuple[str, int] | None = None
    file: str = ""

    def write(self, folder: Path) -> Path:
        """The malformed file."""
        path = folder / (self.file or Path(CATALOG[self.key].file).name)
        good = table(self.key) if (EXAMPLE / CATALOG[self.key].file).is_file() else Table(self.key, [])
        changed = self.change(good)
        path.write_bytes(changed if isinstance(changed, bytes) else changed.csv())
        return path

    def where(self, path: Path) -> str:
        """The cell's place as messages name it, in the file as it was before the change."""
        row, column = table(self.key).cell(*self.cell)
        return place(path, row + 1, column)


def read(paths: list[Path], key: str, **choice: str) -> list[tuple]:
    """Rows of a table out of files, by the reader that the cleaning rule of its theme uses."""
    entry, files = CATALOG[key], [str(path) for path in paths]
    if entry.theme == "robots":
        return read_robots(files, key.removeprefix("robots_"), YEARS, TOLERANCE, "installations")
    industries = RESOURCES / "industries.csv"
    if entry.theme == "census":
        titles = division_titles(industries)
        return read_census(files, NAMES, entry.conversion, TOLERANCE, titles=titles, year=2004, plausible=PLAUSIBLE)
    if entry.theme == "us_employment":
        groups = group_industries(industries)
        return read_major_groups(
            files, entry.conversion, TOLERANCE, year=1990, industries=groups, plausible=UNITED_STATES
        )
    return clean_source(source(files, "name", **choice), key)


def clean_source(found: dict, key: str) -> list[tuple]:
    """Rows of a table of a yearbook from where it was found (`sources.source`), as the cleaning rule makes them."""
    entry = CATALOG[key]
    last = entry.years.partition("-")[2] or YEARS[-1]
    return clean_table(
        found,
        entry,
        CATALOG,
        theme_reader(entry.theme, TABLES),
        PROVINCES,
        range(YEARS[0], min(int(last), YEARS[-1]) + 1),
        "linear",
        TOLERANCE if entry.theme == "electricity" else None,
        blank_is_nil=entry.theme in ("energy", "activities") and entry.sign != "positive",
    )


def clean(tables: dict[str, Path]) -> None:
    """Clean tables of one theme and check them against each other, as the cleaning rule does."""
    rows = [row for key, path in tables.items() for row in read([path], key)]
    report_crosschecks(rows)


def tables_of(folder: Path, tables: dict[str, Table]) -> dict[str, Path]:
    """Tables written under their keys."""
    paths = {key: folder / f"{key}.csv" for key in tables}
    for key, path in paths.items():
        path.write_bytes(tables[key].csv())
    return paths
