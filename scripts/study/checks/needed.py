"""Which cells of a raw table the study needs, and what is wrong with them alone.

Needed are the years of the study in the provinces of the study, and the figures on both sides of a gap there. A cell
that cannot be read, or cannot be right, stops the study where it is needed, and is counted elsewhere.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable

from study.checks.gaps import Interpolation
from study.checks.suspects import MOST_SHOWN, Cells, Suspect, listed
from study.files.catalog_entries import CATALOG_SIGNS, CatalogEntry
from study.files.series import Yearbook
from study.helpers import InputError, logger
from study.words.units import Unit, find_unit

Cell = tuple[str, int]
SINGLE_ITEMS = Unit("items", 1.0)  # of resources/units.csv: patents and applications, one by one


def leave_out(table: Yearbook, cells: Iterable[str], key: str) -> None:
    """Read as empty what the config says is missing (`cleaning.missing`, as in `tianjin 2018`)."""
    for text in cells:
        province, year = text.rsplit(maxsplit=1)
        cell = province, int(year)
        if cell not in table.faults and table.values.get(cell) is None:
            logger.warning("cleaning.missing: %s of %s has no figure that could be left out", text, key)
            continue
        logger.info("%s: %s is read as empty (cleaning.missing)", table.places[cell], text)
        table.values[cell] = None
        table.left_out.add(cell)
        table.faults.pop(cell, None)
        table.doubts.pop(cell, None)
        table.nil.discard(cell)
        table.formulas.discard(cell)


def _spans(
    values: Cells, province: str, years: Collection[int], interpolation: Interpolation
) -> Iterable[tuple[float, float]]:
    """The years around each gap in `years`: of the last figure before and of the first behind it, infinite where there
    is none."""
    known = [year for name, year in values if name == province and values[name, year] is not None]
    for year in years:
        if values.get((province, year)) is None and interpolation.method == "linear":
            yield (
                max((other for other in known if other < year), default=-math.inf),
                min((other for other in known if other > year), default=math.inf),
            )


def needed_cells(
    values: Cells, provinces: Iterable[str], years: Collection[int], interpolation: Interpolation
) -> set[Cell]:
    """The cells of `years`, and those of other years that a gap in them is interpolated from."""
    cells = set()
    for province in provinces:
        cells |= {(province, year) for year in years}
        for ends in _spans(values, province, years, interpolation):
            cells |= {(province, year) for year in ends if math.isfinite(year)}
    return cells


def needed_faults(
    table: Yearbook, provinces: Iterable[str], years: Collection[int], interpolation: Interpolation
) -> dict[Cell, str]:
    """The faults among the cells of `years`, and among those that a gap in them would be interpolated from."""
    found = {}
    faulty = {province for province, _ in table.faults}
    for province in [name for name in provinces if name in faulty]:
        its = sorted(year for name, year in table.faults if name == province)
        empty = [year for year in years if year not in its]
        spans = [*_spans(table.values, province, empty, interpolation)]
        for year in its:
            if year in years or any(before < year < behind for before, behind in spans):
                found[province, year] = table.faults[province, year]
    return found


def judge_faults(
    table: Yearbook,
    key: str,
    provinces: Iterable[str],
    years: Collection[int],
    interpolation: Interpolation,
    remarks: list[str] | None = None,
) -> None:
    """Raise InputError naming every needed cell that cannot be read; count the others in the log and in `remarks`."""
    needed = needed_faults(table, provinces, years, interpolation)
    if needed:
        together: dict[str, list[str]] = {}
        for cell, fault in needed.items():
            together.setdefault(fault, []).append(_named(cell))
        lines = [f"  {_counted(cells)}: {fault}" for fault, cells in together.items()]
        if len(needed) > 1:
            told = f"{table.path}: {len(needed)} figures of {key} cannot be taken:\n{listed(lines)}"
        else:
            told = f"{next(iter(needed.values()))} It is {key} of {_named(*needed)}."
        raise InputError(f"{told}\n{_ways_out(table.values, key, [*needed], interpolation)}")
    tell_unused([*table.faults.values()], f"of {key} that the study does not use cannot be read", remarks)


def _ways_out(values: Cells, key: str, cells: list[Cell], interpolation: Interpolation) -> str:
    """What to do about cells that cannot be taken: those in gaps that are filled may be left out, the others not."""
    gaps = []
    for province, year in cells:
        for before, behind in _spans(values, province, [year], interpolation):
            length = behind - before - 1
            gaps += [(province, year)] if math.isfinite(length) and length <= interpolation.longest_gap else []
    others = list(dict.fromkeys(province for province, year in cells if (province, year) not in gaps))
    ways = []
    if gaps:
        ways.append(
            "Where there is no other figure, have it read as empty, and then filled as other gaps are, "
            f"cleaning.missing: {{{key}: [{', '.join(map(_named, gaps[:MOST_SHOWN]))}]}}."
        )
    if others:
        few = others if len(others) <= MOST_SHOWN / 2 else []
        exclude = ", ".join(province for province in few if province != "china")
        ways.append(
            f"Correct the file for {', '.join(few) or 'provinces'} whose figures could not be filled (of a row that "
            f"stands twice, take one out){f', or add {exclude} to study.excluded_provinces' if exclude else ''}."
        )
    return " ".join(ways)


def tell_unused(texts: list[str], what: str, remarks: list[str] | None) -> None:
    """Count in the log and in `remarks` the cells with which something is wrong where it does not matter."""
    if texts:
        text = f"{len(texts)} cell{'s' if len(texts) > 1 else ''} {what}; the first: {texts[0]}"
        logger.info("%s", text)
        if remarks is not None:
            remarks.append(text)


def _named(cell: Cell) -> str:
    return f"{cell[0]} {cell[1]}"


def _counted(cells: list[str]) -> str:
    """The first names of a list, and how many more there are."""
    more = len(cells) - MOST_SHOWN
    return ", ".join(cells[:MOST_SHOWN]) + (f" and {more} more" if more > 0 else "")


def find_impossible(table: Yearbook, entry: CatalogEntry, cells: Collection[Cell]) -> list[Suspect]:
    """Figures of `cells` that cannot be right: of another sign than the catalog's, a fraction where single things are
    counted, or against others of their page."""
    nil_is_possible = entry.sign == "zero_or_more"
    counted = find_unit(table.unit or entry.unit) == SINGLE_ITEMS
    found = []
    for cell, value in table.values.items():
        if cell not in cells or value is None:
            continue
        where = table.places[cell]
        if doubt := table.doubts.get(cell):
            found.append(Suspect("contradiction", entry.key, (cell,), where, value, "", "", doubt))
        elif entry.sign != "any" and (value < 0 or (value == 0 and not nil_is_possible)):
            expected = CATALOG_SIGNS[entry.sign]
            text = f"{where}: {_named(cell)} is {value:g}, figures of {entry.key} have to be {expected}"
            found.append(Suspect("sign", entry.key, (cell,), where, value, expected, "", text))
        elif counted and value != round(value):
            text = (
                f"{where}: {_named(cell)} is {value:g}, and {entry.key} counts whole {entry.unit}; are these "
                "logarithms, figures per head or shares?"
            )
            found.append(Suspect("count", entry.key, (cell,), where, value, f"{round(value)}", "", text))
    return found


def report_impossible(found: Collection[Suspect], key: str, accepted: Collection[str]) -> None:
    """Raise InputError for figures that cannot be right and are not accepted (cleaning.accept)."""
    still = [one for one in found if not one.is_accepted(accepted)]
    for one in found:
        if one not in still:
            logger.info("accepted (%s): %s", one.rule, one.message)
    if still:
        cells = ", ".join(_named(one.cells[0]) for one in still[:MOST_SHOWN])
        lines = [f"  {one.message} [{one.rule}]" for one in still]
        raise InputError(
            f"{len(still)} figure{'s' if len(still) > 1 else ''} of {key} cannot be right:\n{listed(lines)}\nCorrect "
            f"the file; or, where you have verified them, accept the cells in the config, cleaning.accept: {{{key}: "
            f"[{cells}]}}; or have them read as empty, and then filled as other gaps are, cleaning.missing: {{{key}: "
            f"[{cells}]}}."
        )
