"""What brings printed figures into the catalog's unit, and whether the header's unit is theirs."""

from __future__ import annotations

import math
from dataclasses import dataclass

from study.helpers import InputError, logger
from study.words.printed import squeeze
from study.words.units import PREVIOUS_YEAR, find_index_base, find_unit, unit_key

MOST_SINGLE_SLIPS = 5  # figures that are mistyped, not in another unit


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
