"""CO2 emission inventories of provinces (CEADs workbooks, IPCC sectoral approach) -> one table of total emissions.

A sheet is a province-year: fuels across, then `Process` (cement) and the total of scope 1; a unit line; the line of
the total; the sectors. Editions differ in the total's name (`Total`, `Scope_1_Total`; `Total Consumption`,
`TotalEmissions`), in the corner cell and in what follows the total (heat and electricity of scope 2). References may
stand below.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from pathlib import Path

from study.files.series import Yearbook
from study.files.sheets import Row, Sheet
from study.helpers import InputError, logger
from study.words.printed import Formula, parse_number, squeeze
from study.words.regions import find_province, province_in
from study.words.units import Unit, find_unit
from study.words.years import year_in

INVENTORY_TITLE = "co2_inventory"
INVENTORY_UNIT = "百万吨"
MT = Unit("mass", 1e6)
TOTAL_COLUMNS = ("scope1total", "total")
TOTAL_ROWS = ("totalemissions", "totalemission", "totalconsumption", "total")
# Indirect emissions, which the total of scope 1 leaves out wherever they stand.
SCOPE_2 = ("heat", "electricity", "scope2heat", "scope2electricity", "otherenergy", "scope2total")
NO_PROVINCE = {
    "note",
    "notes",
    "readme",
    "sum",
    "sums",
    "summary",
    "content",
    "contents",
    "index",
    "reference",
    "references",
}
# A total may miss its parts by rounding; no province emits as much as the limit.
INVENTORY_ROUNDING_SHARE, INVENTORY_ROUNDING, MOST_EMITTED = 0.01, 0.05, 3000.0


@dataclass(frozen=True)
class _Layout:
    """Where an inventory's header, total and parts stand."""

    header: int
    total: int
    parts: list[int]


@dataclass(frozen=True)
class _Total:
    """A province-year's total in Mt and its cell, or its fault; `doubt` is of a figure that may be right."""

    where: str
    value: float | None = None
    fault: str = ""
    doubt: str = ""
    is_formula: bool = False


def is_inventory(sheet: Sheet) -> bool:
    """Whether a sheet has a header of fuels from raw coal on and, below, a line of the total."""
    at = _header_line(sheet)
    return at is not None and any(_fold(row.get(0)) in TOTAL_ROWS for row in sheet.rows[at + 1 :])


def read_inventories(sheets: list[Sheet], names: dict[str, str], hint: str = "") -> Yearbook:
    """Scope 1 CO2 of each province-year in Mt, burning of fuels and industrial processes (`Process`) together.

    `hint` stands for the files' names, which say the year or the province where the sheets' names do not. Sheets of
    notes and sums are left out with a line in the log. A province-year that has no sheet where others have one is None.

    What is wrong with one province-year's total is a fault of the table there: two sheets of it, another layout, an
    unknown unit, a cell that is no number. A total that misses the sum of its parts by more than 1 % + 0.05 Mt, or that
    no province emits, is a doubt. Raises InputError, naming file and sheet, for an unknown province, and a year that is
    not said.
    """
    found: dict[tuple[str, int], _Total] = {}
    for sheet in sheets:
        path = sheet.source.removesuffix(f", sheet {sheet.name}")
        stem = hint or Path(path).stem
        if not _is_wanted(sheet, names, stem):
            continue
        where = _province_year(sheet, names, stem)
        try:
            total = _total(sheet, math.inf if where[0] == "china" else MOST_EMITTED)
        except InputError as error:
            total = _Total(sheet.source, fault=str(error))
        if where in found:
            first = found[where].where
            second = f"{total.where}: a second inventory of {where[0]} {where[1]}, the first is in {first}; keep one."
            total = _Total(first, fault=second)
        found[where] = total
    if not found:
        files = ", ".join(dict.fromkeys(sheet.source for sheet in sheets))
        raise InputError(
            f"{files}: no emission inventory of a province; expected sheets such as Beijing2019 with fuels across and "
            "sectors down, as CEADs publishes them."
        )
    files = list(dict.fromkeys(sheet.source for sheet in sheets))
    path = files[0] if len(files) == 1 else f"{files[0]} and {len(files) - 1} more"
    table = Yearbook(path, "inventory", INVENTORY_TITLE, INVENTORY_UNIT, sorted({year for _, year in found}))
    for cell in [(province, year) for province in dict.fromkeys(p for p, _ in found) for year in table.years]:
        total = found.get(cell, _Total(f"no inventory of {cell[0]} {cell[1]}"))
        table.values[cell], table.places[cell] = total.value, total.where
        table.doubts |= {cell: total.doubt} if total.doubt else {}
        table.formulas |= {cell} if total.is_formula else set()
        if total.fault:
            table.refuse(cell, total.fault)
    return table


def _fold(text: str) -> str:
    """A heading in small letters and digits: `Scope_1_Total` and `Scope 1 Total` are `scope1total`."""
    return re.sub("[^a-z0-9㐀-鿿]", "", squeeze(text).lower())


def _megatonnes(unit: str) -> float | None:
    """Mt in a printed unit of emissions (`Mt CO2`, `10^4 t`); None for any other. Mt is printed mt, too."""
    bare = re.sub(r"(of)?co2e?$", "", squeeze(unit), flags=re.IGNORECASE)
    found = find_unit("Mt" if bare.lower() == "mt" else bare)
    return found.factor / MT.factor if found and found.dimension == MT.dimension else None


def _header_line(sheet: Sheet) -> int | None:
    return next((at for at, row in enumerate(sheet.rows[:10]) if "rawcoal" in map(_fold, row.cells)), None)


def _is_wanted(sheet: Sheet, names: dict[str, str], stem: str) -> bool:
    """Whether to read a sheet; InputError for one named as a province that is no inventory."""
    bare = re.sub("[0-9]", "", _fold(sheet.name))
    if bare in NO_PROVINCE or bare == "total":
        logger.info("%s: left out, it is no province's", sheet.source)
        return False
    if is_inventory(sheet):
        return True
    if province_in(sheet.name or stem, names):
        raise InputError(
            f"{sheet.source}: no emission inventory; expected a header with Raw Coal and a row Total Emissions or "
            "Total Consumption below it, as CEADs publishes them."
        )
    logger.info("%s: no inventory, left out", sheet.source)
    return False


def _province_year(sheet: Sheet, names: dict[str, str], stem: str) -> tuple[str, int]:
    """From the sheet's name, else the file's."""
    spelt = re.sub(r"[\s_-]*(19|20)\d\d[\s_-]*", " ", sheet.name).strip()
    generic = re.fullmatch(r"(sheet|table|工作表)?\s*\d*", spelt, re.IGNORECASE)
    if not generic and _fold(spelt) == "china":
        province = "china"
    elif not generic:
        province = names.get(_fold(spelt)) or find_province(spelt.replace("_", " "), names, sheet.source)
    else:
        province = province_in(stem, names)
    in_sheet, in_stem = year_in(sheet.name), year_in(stem)
    if in_sheet and in_stem and in_sheet != in_stem:
        raise InputError(
            f"{sheet.source}: the sheet's name says {in_sheet}, the file's {in_stem}; correct the one that is wrong."
        )
    year = in_sheet or in_stem
    if not province or not year:
        raise InputError(
            f"{sheet.source}: neither the sheet's nor the file's name says the {'year' if province else 'province'}; "
            "name the sheet as CEADs does, Beijing2019."
        )
    return province, year


def _total(sheet: Sheet, limit: float) -> _Total:
    """The total of scope 1 in Mt and its cell, checked against its parts and against `limit`; InputError where it
    cannot be read."""
    layout = _layout(sheet)
    body = sheet.rows[layout.header + 1 :]
    totals = [row for row in body if _fold(row.get(0)) in TOTAL_ROWS]
    if len(totals) > 1:
        raise InputError(
            f"{sheet.place(totals[1], 0)}: a second row of the total, the first is row {totals[0].line}; "
            "keep one inventory in a sheet."
        )
    factor = _unit(sheet, body, layout)
    body = [row for row in body if row is not totals[0] and not _is_unit_line(row)]
    sectors = _sectors(sheet, body, layout)
    where = sheet.place(totals[0], layout.total)
    total = parse_number(totals[0].get(layout.total), where)
    if total is None:
        raise InputError(f"{where}: the total is empty; get the whole inventory.")
    doubt = ""
    try:
        for what, parts in (
            ("sectors", [_figure(sheet, row, layout.total) for row in sectors]),
            ("fuels and processes", [_figure(sheet, totals[0], column) for column in layout.parts]),
        ):
            if abs(sum(parts) - total) > INVENTORY_ROUNDING_SHARE * abs(total) + INVENTORY_ROUNDING / factor:
                doubt = doubt or (
                    f"{where}: the total is {total:g}, its {len(parts)} {what} add up to {sum(parts):g}; look for a "
                    "mistyped figure, or for rows and columns that were deleted."
                )
    except InputError as error:
        doubt = f"{error} The total of {total:g} ({where}) cannot be checked."
    if not 0 < total * factor < limit:
        doubt = (
            f"{where}: {total * factor:g} Mt CO2 in a year cannot be right (expected above 0, below {limit:g}); is the "
            "unit?"
        )
    return _Total(where, total * factor, doubt=doubt, is_formula=isinstance(totals[0].get(layout.total), Formula))


def _figure(sheet: Sheet, row: Row, column: int) -> float:
    """A figure of an inventory, in which an empty cell is nil."""
    return parse_number(row.get(column), sheet.place(row, column)) or 0.0


def _layout(sheet: Sheet) -> _Layout:
    """Columns of the total and its parts; InputError where a heading lacks or is there twice."""
    at = _header_line(sheet)
    header = sheet.rows[at]
    folded = [_fold(cell) for cell in header.cells]
    twice = next((name for column, name in enumerate(folded) if name and name in folded[:column]), None)
    if twice:
        column = len(folded) - 1 - folded[::-1].index(twice)
        raise InputError(f"{sheet.place(header, column)}: the heading {header.get(column)!r} is there twice; keep one.")
    total = next((folded.index(name) for name in TOTAL_COLUMNS if name in folded), None)
    if total is None:
        raise InputError(
            f"{sheet.place(header)}: no column Total or Scope_1_Total; found {', '.join(filter(None, header.cells))}."
        )
    parts = [c for c, name in enumerate(folded[1:total], 1) if name and name not in SCOPE_2]
    if "process" not in folded:
        logger.warning("%s: no column Process, so emissions of cement are not in the total", sheet.source)
    return _Layout(at, total, parts)


def _is_unit_line(row: Row) -> bool:
    """Whether a row gives the units: it says so, or has nothing else."""
    return bool(re.match("units?|单位", _fold(row.get(0)))) or (
        not row.get(0) and any(row.cells) and all(map(_megatonnes, filter(None, row.cells)))
    )


def _unit(sheet: Sheet, body: list[Row], layout: _Layout) -> float:
    """Factor to Mt from the unit line; InputError for an unknown unit or several."""
    line = next(filter(_is_unit_line, body), None)
    if line is None:
        logger.warning("%s: no unit line, read as Mt", sheet.source)
        return 1.0
    units = {column: line.get(column) for column in (*layout.parts, layout.total) if line.get(column)}
    if stated := re.sub(r"^(units?|单位)\W*", "", squeeze(line.get(0)), flags=re.IGNORECASE):
        units[0] = stated
    for column, unit in units.items():
        if _megatonnes(unit) is None:
            raise InputError(f"{sheet.place(line, column)}: found the unit {unit!r}, expected Mt (million tonnes).")
    factors = {_megatonnes(unit) for unit in units.values()}
    if len(factors) > 1:
        raise InputError(
            f"{sheet.place(line)}: the units {' and '.join(dict.fromkeys(units.values()))} stand in one "
            "inventory; use one."
        )
    if not factors:
        logger.warning("%s: the unit line is empty, read as Mt", sheet.place(line))
    return factors.pop() if factors else 1.0


def _sectors(sheet: Sheet, body: list[Row], layout: _Layout) -> list[Row]:
    """The rows with figures, references and blank lines aside; InputError for one without a name or named twice."""
    sectors: dict[str, Row] = {}
    for row in body:
        if not any(row.get(column) for column in (*layout.parts, layout.total)):
            continue
        name = _fold(row.get(0))
        if not name:
            raise InputError(f"{sheet.place(row, 0)}: figures without a sector's name; which is it?")
        if name in sectors:
            raise InputError(
                f"{sheet.place(row, 0)}: {row.get(0)!r} stands already in row {sectors[name].line}; keep one."
            )
        sectors[name] = row
    return list(sectors.values())
