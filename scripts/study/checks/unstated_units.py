"""A column without a printed unit, tested by its cross-section: whether figures over provinces and years look like
amounts of their table, or like another measure or unit.

A table is refused only where another reading is identified: an index, logarithms, growth, shares, figures per head,
another unit. What is merely unlike is told, for not every table is of all provinces, or of this country's.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

from study.checks.cross_section import FAR, CrossSection, Reading
from study.checks.levels import known_shares
from study.checks.likeness import by_year
from study.checks.other_measures import find_reading, other_scale
from study.checks.other_units import FAR_ALONE
from study.files.catalog_entries import CatalogEntry
from study.helpers import InputError, logger
from study.words.units import PREVIOUS_YEAR, find_unit

NOT_AMOUNTS = ("share", "CNY per USD")  # dimensions of resources/units.csv that are not summed over provinces


def check_cross_section(where: str, printed: Mapping, entry: CatalogEntry, unit: str) -> None:
    """Raise InputError where figures read in a `unit` that nothing states are another measure or in another unit; warn
    where they are unlike what the table has.

    where : the file. printed : (province, year) -> figure or None. unit : of `entry.conversion`, or the catalog's own.
    """
    if entry.level == "national":
        return
    known = known_shares()["persons"]
    figures = {cell: value for cell, value in printed.items() if value is not None and cell[0] in known}
    if not figures:
        return
    section = CrossSection(entry, figures, entry.conversion.get(unit, 1.0))
    dimension = find_unit(entry.unit)
    if entry.unit == PREVIOUS_YEAR or (dimension and dimension.dimension in NOT_AMOUNTS):
        found = other_scale(section)
    elif dimension and entry.sign != "any":
        found = find_reading(section)
        if not found or not found.is_certain:
            _tell_what_is_unlike(where, section, found)
    else:
        return
    if found and found.is_certain:
        raise InputError(_refusal(where, section, found, unit))


def _refusal(where: str, section: CrossSection, found: Reading, unit: str) -> str:
    """The message that refuses a table read as what it does not look like."""
    key = section.entry.key

    def named(choice: str) -> str:
        return f"sources: {{{key}: {{file: ..., {choice}}}}}"

    convert = f"if they are in {found.unit}, say so: {named(f'unit: {found.unit}')}; " if found.unit else ""
    return (
        f"{where}: no unit is printed, and what is read as {key} looks like {found.words}: {found.evidence}. "
        f"Name another column or file for {key} ({named('title: ...')}); {convert}if they are {key} in {unit} "
        f"nevertheless, state that: {named(f'unit: {unit}')}."
    )


def _tell_what_is_unlike(where: str, section: CrossSection, possible: Reading | None) -> None:
    """Warn of a spread, an order or a level that the table's figures do not have, and of another reading that is
    `possible`."""
    found = [f"they may be {possible.words} ({possible.evidence})"] if possible else []
    if section.provinces >= 5 and section.is_narrow:
        found.append(f"the provinces are more alike ({section.range}) than amounts are")
    if section.expected and section.order is not None and section.provinces >= 10 and section.order < 0.3:
        last = max(by_year(section.figures).items(), key=lambda year: (len(year[1]), year[0]))
        largest = sorted(last[1], key=last[1].__getitem__)
        found.append(
            f"their order is another one (in {last[0]} the largest are {', '.join(largest[:-4:-1])}, the smallest "
            f"{', '.join(largest[:3])})"
        )
    if section.off is not None and abs(section.off) > (FAR if section.provinces >= 3 else FAR_ALONE):
        times = f"{math.exp(section.off):.2g}"
        found.append(f"typical figures are {times} times what the nation's total and the provinces' size suggest")
    if found:
        logger.warning(
            "%s: no unit is printed, and the figures are unlike %s in %s: %s; is it the right column? A unit that is "
            "stated is not doubted: sources: {%s: {file: ..., unit: ...}}",
            *(where, section.entry.key, section.entry.unit, "; ".join(found), section.entry.key),
        )
