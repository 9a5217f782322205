"""What readers of employment by industry share: units, counts, data sets, codes and the size of the whole."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from study.files.finding import chosen_sheets
from study.files.sheets import Row, Sheet, read_sheets
from study.files.table_rows import check_width, rows_above_notes
from study.helpers import InputError, logger
from study.words.printed import Formula, is_figure, parse_count, squeeze
from study.words.units import find_unit
from study.words.years import year_of

MOST_ABOVE = 20  # rows in which a header is looked for


def persons_in(unit: str) -> float | None:
    """Persons in a printed unit (`万人`, `个、人`, `Thousands of employees`, `In thousands`); None for any other."""
    for part in re.split(r"[,、/]", squeeze(unit).lower().removeprefix("单位:")):
        plain = re.sub(r"^in(?=thou|mill|pers)|(?<=thousand)s|(?<=million)s|(?<=[ds])of", "", part)
        # tables of employment may say the scale alone
        found = find_unit(plain) or (find_unit(f"{plain}persons") if plain.isalpha() else None)
        if found and found.dimension == "persons":
            return found.factor
    return None


def find_factor(texts: Iterable[str], units: Iterable[str], where: str) -> float | None:
    """Persons in the unit named in the first of `texts` that names one, in brackets or behind `单位：`.

    None where none does; InputError where `单位：` is followed by no unit of persons.
    """
    for text in map(squeeze, texts):
        for unit in re.findall(r"[(\[]([^()\[\]]+)[)\]]", text):
            if (factor := persons_in(unit)) is not None:
                return factor
        if stated := re.search(r"单位:([^()\s]+)", text):
            if (factor := persons_in(stated[1])) is not None:
                return factor
            raise InputError(f"{where}: the unit is {stated[1]}; expected one of {', '.join(units)}.")
    return None


@dataclass
class Wanted:
    """What is read of a table: `source` names it in messages; `units` are the catalog's in persons, and parts may be as
    far from their printed total as `tolerance` says.

    year : the one wanted, which data sets may hold among others. sheet : the only one to read. unit : of figures that
    state none. plausible : least and most persons in all; beyond, the unit is not that of the counts. formulas : the
    config's cleaning.formulas. taken : gets the places of counts that are the values stored with formulas. InputError
    for a `unit` that the catalog does not have.
    """

    source: str
    units: Mapping[str, float]
    tolerance: float
    year: int | None = None
    sheet: str = ""
    unit: str = ""
    plausible: tuple[float, float] = (0, math.inf)
    formulas: str = ""
    taken: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        if self.unit and self.unit not in self.units:
            raise InputError(
                f"{self.source}: the config gives the unit {self.unit!r}; expected one of {', '.join(self.units)}."
            )

    def sheets(self, files: Iterable[Path]) -> list[tuple[str, Sheet]]:
        """The sheets of the files, each with its file's name."""
        read = [(file, read_sheets(file, formulas=self.formulas)) for file in files]
        return [(file.stem, sheet) for file, found in read for sheet in chosen_sheets(file, found, self.sheet)]

    def factor(self, sheet: Sheet, at: int, heading: str = "") -> float | None:
        """Persons in the unit that a heading or the lines above the header state, else the config."""
        above = [cell for row in sheet.rows[:at] for cell in row.cells]
        return find_factor([heading, *above], self.units, sheet.source) or self.units.get(self.unit)

    def count(self, sheet: Sheet, row: Row, column: int, *, empty: bool = False) -> float | None:
        """A number employed as printed; InputError for a negative cell, for an empty one unless it may be `empty`."""
        where = sheet.place(row, column)
        value = parse_count(row.get(column), where, "employed", empty=empty)
        if isinstance(row.get(column), Formula) and value is not None:
            self.taken.append(where)
        return value

    def observations(
        self, sheet: Sheet, rows: list[Row], value_at: int, code_at: int | None, year_at: int | None
    ) -> list[tuple[Row, str]]:
        """The rows of a data set, `rows` from its header on, each with its code: those above the notes, as wide as the
        header, of the year wanted; the zeros of codes restored. None for a column that is not there."""
        header, *below = rows
        body = rows_above_notes(sheet, below, lambda row: is_figure(row.get(value_at)))
        body = [row for row in body if len(row.cells) > 1]
        for row in body:
            check_width(sheet, row, max(column for column, cell in enumerate(header.cells) if cell))
        if year_at is not None:
            body = self._of_year(sheet, header, body, year_at)
        codes = [""] * len(body)
        if code_at is not None:
            codes = restore_zeros([row.get(code_at) for row in body], sheet.place(header, code_at))
        return list(zip(body, codes, strict=True))

    def _of_year(self, sheet: Sheet, header: Row, body: list[Row], column: int) -> list[Row]:
        """The rows of the year, or of the one that there is; InputError where no row, or no one year, is left."""
        years = [_year(row.get(column)) for row in body]
        wanted = years[0] if self.year is None and len(set(years)) == 1 else self.year
        kept = [row for row, year in zip(body, years, strict=True) if wanted is not None and year == wanted]
        if not kept:
            listed = ", ".join(sorted({row.get(column) for row in body})) or "no years"
            raise InputError(
                f"{sheet.place(header, column)}: no rows of {self.year or 'one year alone'}; the file has {listed}."
            )
        return kept

    def finish(self, persons: float) -> None:
        """List the formulas whose values were taken; InputError where all employed together are less or more than
        plausible, for the unit is then not that of the counts."""
        if self.taken:
            places = "\n  ".join(self.taken)
            logger.warning(
                "%s: %d counts are the values stored with formulas:\n  %s", self.source, len(self.taken), places
            )
        low, high = self.plausible
        if not low <= persons <= high:
            raise InputError(
                f"{self.source}: all employed add up to {persons:.6g} persons, plausible are {low:g} to {high:g}; is "
                "the unit that the table states that of its counts?"
            )


def _year(text: str) -> int | None:
    """A year, of two digits in some editions of the NBER-CES database."""
    return 1900 + int(text) if re.fullmatch(r"[5-9]\d", text) else year_of(text)


def restore_zeros(codes: list[str], where: str) -> list[str]:
    """Two-digit codes of a column that a data set keeps as numbers: 6 -> 06, with a line in the log.

    Only where every code is a number of one or two digits and none begins with a zero; else as they are.
    """
    short = dict.fromkeys(code for code in codes if len(code) == 1)
    if not short or not all(re.fullmatch(r"[1-9]\d?", code) for code in filter(None, codes)):
        return codes
    restored = ", ".join(f"{code} to 0{code}" for code in short)
    logger.info("%s: the codes are numbers; leading zeros restored (%s)", where, restored)
    return [code and code.zfill(2) for code in codes]
