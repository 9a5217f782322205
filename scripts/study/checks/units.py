"""Printed units: what quantity a header's unit measures, and what brings a figure into the catalog's unit.

resources/units.csv has the units themselves, Chinese and English, with their factor to a base unit; SCALES are what
stands before them (`亿元`, `100 million yuan`, `10^8 CNY`, and `108 cu.m` where a superscript was lost). The English
spellings are those of the National Bureau of Statistics' English edition and the China Energy Statistical Yearbook.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from study.helpers import RESOURCES, InputError, logger, workflow_rows
from study.words.printed import squeeze

UNIT_TABLE = RESOURCES / "units.csv"
MOST_SINGLE_SLIPS = 5  # figures that are mistyped, not in another unit

SCALES = {
    "百": 1e2, "千": 1e3, "万": 1e4, "十万": 1e5, "百万": 1e6, "千万": 1e7, "亿": 1e8, "十亿": 1e9, "百亿": 1e10,
    "万亿": 1e12,
    "100": 1e2, "1000": 1e3, "thousand": 1e3, "10000": 1e4, "10thousand": 1e4, "tenthousand": 1e4, "100000": 1e5,
    "million": 1e6, "10million": 1e7, "100million": 1e8, "hundredmillion": 1e8, "100000000": 1e8, "billion": 1e9,
    "10billion": 1e10, "trillion": 1e12,
    "103": 1e3, "104": 1e4, "106": 1e6, "107": 1e7, "108": 1e8, "109": 1e9, "1010": 1e10,
}  # fmt: skip
PREVIOUS_YEAR = "previous year = 100"  # the catalog's unit of every index
PREVIOUS = re.compile(r"上年|上一年|上年同期|去年|(the)?(preceding|previous|prior|last)year|thesameperiod(of)?lastyear")
INDEX = re.compile(r"(?:以)?(.+?)(?:=|为)(1|100)(?:\.0+)?")


@dataclass(frozen=True)
class Unit:
    """A unit as `factor` times the base unit of its `dimension`."""

    dimension: str
    factor: float


@dataclass(frozen=True)
class Conversion:
    """How printed figures come into the catalog's unit.

    factor : multiplies a printed figure. base_year : of an index on a fixed base, to be divided by its year before;
    None otherwise. base : that year's figure. dimension : of a unit the catalog does not name itself, whose figures
    have yet to be looked at; empty otherwise. read_as : the catalog's own printed unit nearest to it.
    """

    factor: float
    base_year: int | None = None
    base: float = 100.0
    dimension: str = ""
    read_as: str = ""


def unit_key(printed: str) -> str:
    """A printed unit without what varies: blanks, outer brackets, `单位:`, thousands commas, powers' signs, dots.

    `(10 000 tons)`, `10,000 tons` and `10000 tons` are one, so are `10^8 cu.m`, `10⁸ cu m` and `108 cu.m`. Upper case
    is kept, for Mt is not mt.
    """
    text = re.sub(r"^(单位|计量单位|unit)s?:", "", squeeze(printed), flags=re.IGNORECASE)
    while re.fullmatch(r"[(\[][^()\[\]]*[)\]]", text):
        text = text[1:-1]
    text = re.sub(r"(?<=\d),(?=\d{3})", "", text)
    text = re.sub(r"(?<=10)(\^|\*\*|~)\{?(?=\d)|(?<=[a-z])\^(?=\d)|}|[·×]|(?<=[a-zA-Z])[.-](?=[a-zA-Z]|$)", "", text)
    return re.sub(r"^(rmb|人民币)(?=.*(yuan|元))", "", text, flags=re.IGNORECASE)


@cache
def known_units() -> dict[str, Unit]:
    """The workflow's units (`load_units`)."""
    return load_units(UNIT_TABLE)


def load_units(path: str | Path) -> dict[str, Unit]:
    """Units of a table as resources/units.csv by `unit_key`; InputError for a factor that is no positive number."""
    units = {}
    for row in workflow_rows(path):
        try:
            factor = float(row["factor"])
        except (KeyError, TypeError, ValueError):
            factor = math.nan
        if not 0 < factor < math.inf:
            raise InputError(
                f"{path}: the factor of {row.get('printed')!r} is {row.get('factor')!r}, expected a number above zero."
            )
        units[unit_key(row["printed"])] = Unit(row["dimension"], factor)
    return units


def find_unit(printed: str, units: dict[str, Unit] | None = None) -> Unit | None:
    """The unit a header names, None for an unknown one or two in one cell that disagree.

    A bilingual cell (`万吨 (10 000 tons)`) is one unit where both languages say the same.
    """
    units = known_units() if units is None else units
    key = unit_key(printed)
    if found := _scaled(key, units) or _scaled(key.lower(), units):
        return found
    parts = [part for part in re.split(r"[()/;,\[\]]|(?<=[一-鿿])(?=[0-9A-Za-z])", key) if part]
    if len(parts) < 2:
        return None
    named = {_scaled(part, units) or _scaled(part.lower(), units) for part in parts}
    return named.pop() if len(named) == 1 else None


def _scaled(key: str, units: dict[str, Unit]) -> Unit | None:
    """A unit of the table, alone or with one of SCALES before it (`100 million yuan`) or behind it (`USD million`)."""
    if key in units:
        return units[key]
    for scale in sorted(SCALES, key=len, reverse=True):
        for unit in (key.removeprefix(scale), key.removesuffix(scale)):
            if unit != key and unit in units:
                return Unit(units[unit].dimension, units[unit].factor * SCALES[scale])
    return None


def find_index_base(printed: str) -> tuple[int | None, float] | None:
    """Base of an index's header: (year, figure of that year), year None for the previous year; None for no index.

    `上年=100` is (None, 100), `1952=1` is (1952, 1), `(preceding year=100)` is (None, 100).
    """
    key = re.sub(r"\(?%\)?$", "", unit_key(printed)).lower()
    found = set()
    for part in [part for part in re.split(r"[()]", key) if part]:
        match = INDEX.fullmatch(part)
        if not match:
            return None
        if PREVIOUS.fullmatch(match[1]):
            found.add((None, float(match[2])))
        elif year := re.fullmatch(r"(?:year)?(\d{4})年?(?:year)?", match[1]):
            found.add((int(year[1]), float(match[2])))
        else:
            return None
    return found.pop() if len(found) == 1 else None


def convert(printed: str, entry, where: str) -> Conversion:
    """What brings figures in the unit `printed` into the unit of the catalog's `entry`.

    The catalog's own conversion comes first; another unit of the same quantity is converted by the ratio of the two
    units' factors; an index on a fixed base is chained where the catalog's is on the previous year. Raises InputError,
    beginning with `where`, for an unknown unit and for a unit of another quantity.
    """
    squeezed = squeeze(printed)
    own = {unit_key(unit): factor for unit, factor in entry.conversion.items()}
    if squeezed in entry.conversion:
        return Conversion(entry.conversion[squeezed])
    if unit_key(printed) in own:
        return Conversion(own[unit_key(printed)])
    takes = " or ".join(entry.conversion) or entry.unit
    base = find_index_base(printed)
    if base is not None and entry.unit == PREVIOUS_YEAR:
        return Conversion(100 / base[1], base_year=base[0], base=base[1])
    unit = find_unit(printed)
    named = [(name, find_unit(name), factor) for name, factor in [*entry.conversion.items(), (entry.unit, 1.0)]]
    if unit:
        same = [(name, known, factor) for name, known, factor in named if known and known.dimension == unit.dimension]
        if same:
            # of units of one quantity the nearest in size reads best in messages; the factor is the same from each
            name, known, factor = min(same, key=lambda triple: abs(math.log(unit.factor / triple[1].factor)))
            if unit.factor == known.factor:
                return Conversion(factor, read_as=name)
            # twelve digits, or 亿元 from 万元 might be 0.00010000000000000002
            return Conversion(float(f"{factor * unit.factor / known.factor:.12g}"), None, 100.0, unit.dimension, name)
    dimensions = dict.fromkeys(known.dimension for _, known, _ in named if known)
    if base is not None:
        found = f"an index ({printed}), not a figure in a unit"
    elif unit:
        found = f"a unit of {unit.dimension}, not of {' or '.join(dimensions) or entry.unit}"
    else:
        found = "a unit that resources/units.csv does not know"
    raise InputError(
        f"{where}: the header gives the unit {printed!r}, {found}; resources/catalog.csv takes {takes} for {entry.key} "
        f"({entry.describe()}). Is this the right table? If so, correct the header's unit, or add the conversion to "
        "the catalog."
    )


def check_scale(path: str, printed: str, rule: Conversion, entry, printed_values, values) -> None:
    """Raise InputError where figures converted by a unit's ratio show that the header's unit is not theirs.

    For persons every figure has to be inside the catalog's range: a column in 10^4 persons under the header 人, or a
    sample survey's count, would else become a tenthousandth or hundredth of the population. For other quantities the
    header is refused where most converted figures are outside; a single one is a suspect cell, not a wrong unit.
    National rows are left out, as the range is a province's.
    """
    low = -math.inf if entry.minimum is None else entry.minimum
    high = math.inf if entry.maximum is None else entry.maximum
    regions = {province for province, _ in values} - {"china"}
    figures = {cell: v for cell, v in values.items() if v is not None and (cell[0] in regions or not regions)}
    outside = [cell for cell, value in figures.items() if not low <= value <= high]
    persons = rule.dimension == "persons"
    if outside and (persons or len(outside) > len(figures) / 2):
        province, year = outside[0]
        raw = [printed_values[cell] for cell in outside]
        if all(low <= value * entry.conversion.get(rule.read_as, 1) <= high for value in raw):
            guess = f"the figures look like {rule.read_as}"
        elif persons:
            guess = f"the figures look like a sample survey's, or like another unit than {rule.read_as}"
        else:
            guess = "the figures look like another unit"
        cells = ", ".join(" ".join(map(str, cell)) for cell in outside)
        few = len(outside) <= min(MOST_SINGLE_SLIPS, len(figures) / 2)
        alone = f"; or have the figures read as empty, cleaning.missing: {{{entry.key}: [{cells}]}}" if few else ""
        raise InputError(
            f"{path}: the header gives the unit {printed!r}, {guess}: {province} {year} would be "
            f"{figures[outside[0]]:g} {entry.unit} for {entry.key}, plausible are {low:g} to {high:g} "
            f"({len(outside)} of {len(figures)} figures are outside). Correct the header's unit, or export the right "
            f"table{alone}."
        )
    log = logger.warning if persons else logger.info
    log("%s: %s from %s, x %.6g", path, rule.read_as, printed, rule.factor)


def chain_index(table, rule: Conversion) -> dict[tuple[str, int], float | None]:
    """An index on a fixed base as previous year = 100; figures of years without a year before leave `table`.

    A figure is missing where either year's is. Where either is not above zero, or is of a base year whose figure is not
    the base, it is one of the table's faults. Raises InputError where no two years follow each other, and where most
    figures of the base year are not the base: the header is wrong, in whichever years.
    """
    wrong = {}
    based = [value for (_, year), value in table.values.items() if year == rule.base_year and value is not None]
    unlike = [value for value in based if abs(value / rule.base - 1) > 0.005]
    for (province, year), value in table.values.items():
        where = table.places.get((province, year), table.path)
        if value is not None and value <= 0:
            wrong[province, year] = f"{where}: found {value:g}, an index ({table.unit}) has to be above zero."
        if value is not None and year == rule.base_year and abs(value / rule.base - 1) > 0.005:
            wrong[province, year] = (
                f"{where}: the header says {table.unit}, but {province} {year} is {value:g}; correct the header or the "
                "figure."
            )
            if len(unlike) > len(based) / 2:
                raise InputError(wrong[province, year])
    kept = [year for year in table.years if year - 1 in table.years]
    if not kept:
        raise InputError(
            f"{table.path}: an index with base {table.unit} is divided by the year before, and no two years here "
            "follow each other; export all years."
        )
    left = ", ".join(str(year) for year in table.years if year not in kept)
    logger.info("%s: %s divided by the year before, %s left out", table.path, table.unit, left)
    wrong |= table.faults
    printed, taken, out = table.values, table.formulas, table.left_out
    table.years, table.values, table.faults, table.formulas, table.left_out = kept, {}, {}, set(), set()
    values: dict[tuple[str, int], float | None] = {}
    for cell in [(province, year) for province in dict.fromkeys(p for p, _ in printed) for year in kept]:
        before = cell[0], cell[1] - 1
        table.values[cell] = printed.get(cell)
        table.formulas |= {cell} if cell in taken or before in taken else set()
        table.left_out |= {cell} if cell in out or before in out else set()
        if fault := wrong.get(cell) or wrong.get(before):
            table.refuse(cell, fault)
        pair = printed.get(before), table.values[cell]
        values[cell] = None if None in pair or before in wrong else 100 * pair[1] / pair[0]
    return values
