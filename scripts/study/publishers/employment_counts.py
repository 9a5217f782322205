"""What readers of employment by industry share: units, counts, years, codes and the size of the whole."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from study.files.sheets import Row, Sheet
from study.helpers import InputError, logger
from study.words.printed import parse_count, squeeze
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
            factor = persons_in(stated[1])
            if factor is None:
                raise InputError(f"{where}: the unit is {stated[1]}; expected one of {', '.join(units)}.")
            return factor
    return None


@dataclass(frozen=True)
class Wanted:
    """What is read of a table: the year, the catalog's units in persons, the factor of figures that state none, and how
    far parts may be from their printed total."""

    year: int | None
    units: Mapping[str, float]
    stated: float | None
    tolerance: float

    def factor(self, sheet: Sheet, at: int, heading: str = "") -> float | None:
        """Persons in the unit that a heading or the lines above the header state, else the config."""
        above = [cell for row in sheet.rows[:at] for cell in row.cells]
        return find_factor([heading, *above], self.units, sheet.source) or self.stated


def configured_factor(unit: str, units: Mapping[str, float], source: str) -> float | None:
    """Persons in the unit that the config gives the table; InputError for one that the catalog does not have."""
    if unit and unit not in units:
        raise InputError(f"{source}: the config gives the unit {unit!r}; expected one of {', '.join(units)}.")
    return units.get(unit)


def count(sheet: Sheet, row: Row, column: int, *, empty: bool = False) -> float | None:
    """A number employed; InputError for a negative cell, and for an empty one unless it may be `empty`."""
    return parse_count(row.get(column), sheet.place(row, column), "employed", empty=empty)


def rows_of_year(
    sheet: Sheet,
    header: Row,
    body: list[Row],
    column: int,
    year: int | None,
    read: Callable[[str], int | None] = year_of,
) -> list[Row]:
    """The rows of the year, or of the one that there is; InputError where no row, or no one year, is left."""
    years = {read(row.get(column)) for row in body}
    wanted = year if year is not None or len(years) > 1 else next(iter(years), None)
    kept = [row for row in body if wanted is not None and read(row.get(column)) == wanted]
    if not kept:
        listed = ", ".join(sorted({row.get(column) for row in body}))
        raise InputError(
            f"{sheet.place(header, column)}: no rows of {year or 'one year alone'}; the file has "
            f"{listed or 'no years'}."
        )
    return kept


def check_size(source: str, persons: float, plausible: tuple[float, float]) -> None:
    """InputError where all employed together are less or more than plausible: the unit is not that of the counts."""
    low, high = plausible
    if not low <= persons <= high:
        raise InputError(
            f"{source}: all employed add up to {persons:.6g} persons, plausible are {low:g} to {high:g}; is the unit "
            "that the table states that of its counts?"
        )


def restore_zeros(codes: list[str], source: str) -> list[str]:
    """Two-digit codes of a column that a data set keeps as numbers: 6 -> 06, with a line in the log.

    Only where every code is a number of one or two digits and none begins with a zero; else as they are.
    """
    filled = [code for code in codes if code]
    numeric = filled and all(re.fullmatch(r"[1-9]\d?", code) for code in filled)
    if not numeric or all(len(code) == 2 for code in filled):
        return codes
    logger.info("%s: the codes are numbers; leading zeros restored (%s)", source, ", ".join(
        f"{code} to 0{code}" for code in dict.fromkeys(filled) if len(code) == 1))  # fmt: skip
    return [code and code.zfill(2) for code in codes]
