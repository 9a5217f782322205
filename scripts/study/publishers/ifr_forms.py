"""The three forms of the robot tables of the International Federation of Robotics (IFR) -> cells of one country.

Long: a row a year, industry and country (`Year, industrycode, industry, countrycode, country, delivered, op_stock`).
Wide: one country and measure, rows such as `29-Automotive`, years across. By industry: one industry and measure, a
title of some rows, years down, columns such as `CN-China`. Text stays text here; `publishers.ifr` makes numbers of it.
"""

from __future__ import annotations

import os
import re
from collections.abc import Sequence, Set
from dataclasses import dataclass
from pathlib import Path

from study.files.finding import table_files
from study.files.sheets import Row, Sheet, read_sheets
from study.files.workbooks import FORMULAS_REFUSED
from study.helpers import InputError, logger
from study.publishers.ifr_counts import MEASURES, Cell, Counts, Unknown
from study.publishers.ifr_labels import (
    AS_DATE,
    COUNTRIES,
    country_keys,
    find_industry,
    find_measure,
    industry_key,
    letters,
    named_countries,
)
from study.words.headings import exact_kind
from study.words.printed import is_figure
from study.words.years import year_of

LONG_HEADER = "Year,industrycode,industry,countrycode,country,delivered,op_stock"
# What the columns of figures are called in the long form, letters and digits only; the first is the federation's name.
FIGURE_HEADINGS = {
    "installations": ("delivered", "deliveries", "installations", "installation", "installed", "shipments"),
    "operational_stock": ("opstock", "operationalstock", "stock"),
    "value": ("value", "robots", "units"),
}
FIGURE_OF = {heading: what for what, headings in FIGURE_HEADINGS.items() for heading in headings}
MEASURE_HEADINGS = {"installations": "delivered", "operational_stock": "op_stock"}
COLUMN_KINDS = ("year", "industry", "country", "indicator", *FIGURE_HEADINGS)
HEAD = 15  # rows in which a header is looked for
MOST_LABELS = 200  # rows that show which column has the industries


def common_folder(path: str | Path | Sequence[str | Path]) -> Path:
    """The folder that a file, or files, stand in or below; a folder itself."""
    several = [path] if isinstance(path, str | Path) else path
    folders = [one.absolute() if one.is_dir() else one.absolute().parent for one in map(Path, several)]
    return Path(os.path.commonpath(folders))


def read_counts(
    path: str | Path | Sequence[str | Path], country: str, names: dict[str, str], formulas: str = FORMULAS_REFUSED
) -> Counts:
    """Cells of one country from a file, files or a folder of files in any of the three forms. formulas : the config's
    cleaning.formulas.

    Raises InputError naming file and place for a file in none of them, a cell that stands twice, and a table that does
    not say which country, industry or measure it is.
    """
    counts, wanted = Counts(), country_keys(country)
    files = table_files(path)
    root = common_folder(path)
    for file in files:
        folders = [*reversed(file.absolute().parent.relative_to(root).parts), root.name]
        sheets = read_sheets(file, formulas=formulas)
        readers = [_Reader(sheet, [sheet.name, file.stem, *folders], wanted, names, counts) for sheet in sheets]
        read = [reader.read() for reader in readers]
        for sheet, form in zip(sheets, read, strict=True):
            logger.info("%s: %s", sheet.source, f"read as the {form} form" if form else "no table, left out")
        if not any(read):
            found = next(" | ".join(filter(None, row.cells)) for row in sheets[0].rows if any(row.cells))
            raise InputError(
                f"{sheets[0].source}, row 1: no table of robots; it begins {found[:80]!r}, expected the long form's "
                f"header ({LONG_HEADER}), industries such as 29-Automotive down and years across, or years down and "
                "countries such as CN-China across. Export the table again, or move the file away."
            )
    return counts


def _kind(heading: str) -> str:
    """Which of COLUMN_KINDS a heading is; empty for any other."""
    kind = FIGURE_OF.get(letters(heading).lower()) or exact_kind(heading)
    return "industry" if kind == "industry code" else kind


@dataclass
class _Reader:
    """One sheet and what is known about it from outside: `outside` are the names of sheet, file and folders."""

    sheet: Sheet
    outside: list[str]
    wanted: Set[str]
    names: dict[str, str]
    counts: Counts

    def read(self) -> str | None:
        """Take the sheet's cells; the form's name, None where it has none of the three."""
        head = self.sheet.rows[:HEAD]
        for at, row in enumerate(head):
            kinds = [_kind(cell) for cell in row.cells]
            if "year" in kinds and "industry" in kinds:
                self._check_width(at)
                self._read_long(at, kinds)
                return "long"
        for at, row in enumerate(head):
            if any(map(self._is_country, row.cells[1:])) and not year_of(row.get(0)) and self._has_years_below(at):
                self._check_width(at)
                self._read_by_industry(at)
                return "by-industry"
        years = [sum(year_of(cell) is not None for cell in row.cells) for row in head]
        at = years.index(max(years, default=0)) if any(years) else 0
        column = self._label_column(at) if any(years) else None
        if column is None:
            return None
        self._check_width(at)
        self._read_wide(at, column)
        return "wide"

    def _is_country(self, cell: str) -> bool:
        return bool(country_keys(cell) & {*COUNTRIES, *self.wanted} or re.match(r"[A-Z]{2} ?- ?[A-Z]", cell))

    def _has_years_below(self, at: int) -> bool:
        return any(year_of(row.get(0)) for row in self.sheet.rows[at + 1 :])

    def _check_width(self, at: int) -> None:
        """Raise InputError for a figure right of the header's last name: it may have lost one and be shifted."""
        width = max(j for j, cell in enumerate(self.sheet.rows[at].cells) if cell) + 1
        for row in self.sheet.rows[at + 1 :]:
            for j, cell in enumerate(row.cells[width:], width):
                if is_figure(cell) and not year_of(cell):
                    raise InputError(
                        f"{self._place(row, j)}: found {cell!r}, where the header has no name; name every column."
                    )

    def _meets(self, keys: Set[str]) -> bool:
        """Whether a country is the wanted one, which is noted."""
        self.counts.met |= bool(keys & self.wanted)
        return bool(keys & self.wanted)

    def _place(self, row: Row, column: int | None = None) -> str:
        return self.sheet.place(row, column)

    # - long -

    def _read_long(self, at: int, kinds: list[str]) -> None:
        header, rows = self.sheet.rows[at], self.sheet.rows[at + 1 :]
        columns = {kind: [j for j, its in enumerate(kinds) if its == kind] for kind in COLUMN_KINDS}
        for what in ("year", *MEASURES):
            if len(columns[what]) > 1:
                raise InputError(f"{self._place(header, columns[what][1])}: a second column of {what}; keep one.")
        coded = [exact_kind(cell) == "industry code" for cell in header.cells]
        industries = sorted(columns["industry"], key=lambda j: (not coded[j], -self._industries(rows, j), j))
        figures: dict[int, str | None] = {columns[measure][0]: measure for measure in MEASURES if columns[measure]}
        if not figures and columns["indicator"] and columns["value"]:
            figures = {columns["value"][0]: None}
        for measure in MEASURES:
            if None not in figures.values() and measure not in figures.values():
                self.counts.lacking[measure] = (
                    f"{self._place(header)}: no column {MEASURE_HEADINGS[measure]}; expected the long form's header "
                    f"{LONG_HEADER}."
                )
        self._read_rows(at, kinds, industries, {column: (None, measure) for column, measure in figures.items()})

    def _read_rows(
        self, at: int, kinds: list[str], labels: list[int], figures: dict[int, tuple[int | None, str | None]]
    ) -> None:
        """Rows of industries. figures : column -> its year and measure, None where the row or a title says it."""
        countries = [j for j, kind in enumerate(kinds) if kind == "country"]
        told = kinds.index("indicator") if "indicator" in kinds else None
        wide = all(year for year, _ in figures.values())
        head = self.sheet.rows[: at + 1]
        if not countries and not self._is_wanted(head):
            return
        for row in self.sheet.rows[at + 1 :]:
            texts = {j: row.get(j) for j in figures if row.get(j)}
            if wide and find_industry(row.get(labels[0]), self.names) is None:
                if not any(map(is_figure, texts.values())):
                    if find_measure(" ".join(row.cells)):  # a title between blocks; else a note, or blank
                        head = [row]
                    continue
                if all(map(year_of, texts.values())):
                    figures = {j: (year_of(text), None) for j, text in texts.items()}  # the header of another block
                    continue
            elif not wide and not texts and not any(row.get(j) for j in countries):
                continue  # a line below the table, or blank
            if countries and not self._row_is_wanted(row, countries):
                continue
            code = self._industry(row, labels)
            for column, (year, measure) in figures.items():
                year = year or self._told_year(row, kinds.index("year"))
                if measure is None:
                    measure = self._told_measure(row, told) if told is not None else self._measure(head)
                self._take(row, column, code, labels, year, measure)

    def _row_is_wanted(self, row: Row, columns: list[int]) -> bool:
        labels = [row.get(j) for j in columns if row.get(j)]
        if not labels:
            raise InputError(f"{self._place(row, columns[0])}: figures without a country; write its code, such as CN.")
        keys = set().union(*map(country_keys, labels))
        known = keys & set(COUNTRIES)
        self.counts.countries |= known or {labels[0]}
        if len(known) > 1:
            raise InputError(f"{self._place(row)}: {' and '.join(labels)} are two countries; which is it?")
        return self._meets(keys)

    def _told_year(self, row: Row, column: int) -> int:
        year = year_of(row.get(column))
        if year is None:
            raise InputError(f"{self._place(row, column)}: no year; found {row.get(column)!r}, expected such as 2013.")
        return year

    def _told_measure(self, row: Row, column: int) -> str:
        measure = find_measure(row.get(column))
        if measure is None:
            raise InputError(f"{self._place(row, column)}: found {row.get(column)!r}, expected delivered or op_stock.")
        return measure

    def _take(self, row: Row, column: int, code: str | None, labels: list[int], year: int, measure: str) -> None:
        """Take a cell of a row whose labels are in the columns `labels`; code : None for no known industry.

        Raises InputError where the same cell stands elsewhere.
        """
        label = row.get(labels[0])
        if find_industry(label, self.names) is None:
            name = next((row.get(j) for j in labels[1:] if row.get(j)), "")
            unknown = self.counts.unknown.setdefault(label, Unknown(self._place(row), name, code or ""))
            unknown.figures.setdefault((year, measure), row.get(column))
            if code and (code, year, measure) in self.counts.cells:
                raise InputError(
                    f"{self._place(row)}: {label!r} {name!r} is no code of resources/robots.csv ({unknown.listed()}); "
                    f"by its name it would be counted to {code}, which stands already in "
                    f"{self.counts.cells[code, year, measure].where}. Correct the code, or give it a row in "
                    "resources/robots.csv."
                )
        if code is not None:
            self.counts.add(code, year, measure, Cell(row.get(column), self._place(row, column)))

    def _industry(self, row: Row, columns: list[int]) -> str | None:
        """The row's industry, None for an unknown one; InputError where code and name are two industries."""
        label = row.get(columns[0])
        if not label:
            raise InputError(f"{self._place(row, columns[0])}: figures without an industry; write its code.")
        if AS_DATE.fullmatch(label):
            logger.warning("%s: %r is the code 10-12 that a spreadsheet took for a date", self._place(row), label)
        code = find_industry(label, self.names)
        others = {found: row.get(j) for j in columns[1:] if (found := find_industry(row.get(j), self.names))}
        if code is None:
            exact = {self.names[key] for j in columns[1:] if (key := industry_key(row.get(j))) in self.names}
            return next(iter(exact)) if len(exact) == 1 else None
        other = next((other for other in others if other != code), None)
        # parts of parts are also printed under the plain names of other industries, such as Metal for 2931
        if other and not (len(code) == 4 and len(other) < 4):
            raise InputError(
                f"{self._place(row)}: the code {label!r} and the name {others[other]!r} are two industries, {code} and "
                f"{other}; correct one (90 is other non-manufacturing, 91 other manufacturing)."
            )
        return code

    # - wide -

    def _industries(self, rows: list[Row], column: int) -> int:
        return sum(find_industry(row.get(column), self.names) is not None for row in rows[:MOST_LABELS])

    def _label_column(self, at: int) -> int | None:
        """The column before the years in which most cells are industries; None where none has any."""
        first = next(j for j, cell in enumerate(self.sheet.rows[at].cells) if year_of(cell))
        found = {j: self._industries(self.sheet.rows[at + 1 :], j) for j in range(first)}
        best = max(found, key=lambda j: (found[j], -j), default=None)
        return best if best is not None and found[best] else None

    def _read_wide(self, at: int, column: int) -> None:
        header = self.sheet.rows[at]
        kinds = [_kind(cell) for cell in header.cells]
        names = [j for j, kind in enumerate(kinds) if kind == "industry" and j != column]
        years = {j: (year, None) for j, cell in enumerate(header.cells) if (year := year_of(cell))}
        self._read_rows(at, kinds, [column, *names], years)

    # - by industry -

    def _read_by_industry(self, at: int) -> None:
        header = self.sheet.rows[at]
        columns = [j for j, cell in enumerate(header.cells) if j and country_keys(cell) & self.wanted]
        for cell in header.cells[1:]:
            self.counts.countries |= country_keys(cell) & set(COUNTRIES) or {cell} - {""}
        if not columns:
            return
        self.counts.met = True
        if len(columns) > 1:
            both = " and ".join(header.get(j) for j in columns)
            raise InputError(f"{self._place(header, columns[1])}: {both} are one country; keep one.")
        code, measure = self._title_industry(at), self._measure(self.sheet.rows[: at + 1])
        for row in self.sheet.rows[at + 1 :]:
            text, year = row.get(columns[0]), year_of(row.get(0))
            if year is not None or is_figure(text):
                year = self._told_year(row, 0)
                self.counts.add(code, year, measure, Cell(text, self._place(row, columns[0])))

    def _title_industry(self, at: int) -> str:
        """The industry that the lines above the header, the sheet and the file name say; InputError for none or two."""
        titles = [cell for row in self.sheet.rows[:at] for cell in row.cells if not cell.isdigit()]
        found = {code: title for title in titles if (code := find_industry(title, self.names))}
        for name in self.outside[:2]:
            tails = [name, *(name[match.end() :] for match in re.finditer(r"[_ ]+", name))]
            code = next((code for tail in tails if tail and (code := find_industry(tail, self.names))), None)
            if code:
                found.setdefault(code, name)
        if len(found) == 1:
            return next(iter(found))
        what = f"{' and '.join(map(repr, found.values()))} are different industries"
        raise InputError(
            f"{self.sheet.source}: {what if found else 'neither title nor file name says which industry it is'}; name "
            "the file as the federation does, such as `industry_29 - Automotive.xlsx`."
        )

    # - what a table is about -

    def _measure(self, head: list[Row]) -> str:
        """The measure that a title, the header or the names outside say; InputError where none or two are said."""
        inside = [" ".join(row.cells) for row in reversed(head)]
        said = {text: found for text in [*inside, *self.outside] if (found := find_measure(text))}
        measure = next(iter(said.values()), None)
        # the inputs folder may be called anything, the names below it are the table's
        other = next((text for text in said if said[text] != measure and text != self.outside[-1]), None)
        if other:
            raise InputError(f"{self.sheet.source}: {next(iter(said))!r} and {other!r} are two measures; which is it?")
        if measure is None:
            raise InputError(
                f"{self.sheet.source}: does not say whether these are installations or the operational stock; name the "
                "sheet, the file or its folder `installations` or `operational_stock`."
            )
        return measure

    def _is_wanted(self, head: list[Row]) -> bool:
        """Whether the title, the header or the names outside say the wanted country; InputError where none says any."""
        inside = [cell for row in reversed(head) for cell in row.cells]
        for text in [*inside, *self.outside]:
            found = (country_keys(text) & {*COUNTRIES, *self.wanted}) or named_countries(text)
            if len(found) == 1:
                self.counts.countries |= found
                return self._meets(found)
        raise InputError(
            f"{self.sheet.source}: does not say which country's robots these are; name the file after it, such as "
            "`china_installations.csv`."
        )
