"""From a table as printed to the study's cells: title, units, required cells, interpolation, totals."""

from __future__ import annotations

import logging
import math
from collections.abc import Collection, Mapping, Sequence
from itertools import pairwise

from study.checks.gaps import ANY_GAP, Interpolation, check_gaps, inner_gaps, read_interpolation
from study.checks.not_observed import INTERPOLATED, NIL
from study.checks.units import chain_index, check_scale, convert
from study.checks.unstated_units import check_cross_section
from study.files.catalog_entries import CATALOG_SIGNS, CatalogEntry, entry_names
from study.files.series import Yearbook
from study.helpers import InputError, logger
from study.words.printed import squeeze

MOST_LISTED = 20  # lines of a message


# What a title must not say unless the catalog's does: another population, or what is left after transformation.
OTHER_MATTERS = {
    "样本": "a sample survey's count of persons in the sample, not the population",
    "抽样": "a sample survey's count of persons in the sample, not the population",
    "人均": "a figure per head",
    "percapita": "a figure per head",
    "不变价": "figures at constant prices; current prices are meant",
    "可比价": "figures at constant prices; current prices are meant",
    "constantprice": "figures at constant prices; current prices are meant",
    "累计": "figures of part of a year",
    "户籍": "registered, not resident population",
    "城镇单位": "employment in urban units alone",
    "增速": "a rate of growth",
    "增长率": "a rate of growth",
    "指数": "an index",
    "终端": "final consumption, without what power plants and refineries transform; total consumption is meant",
    "final": "final consumption, without what power plants and refineries transform; total consumption is meant",
    "sample": "a sample survey's count of persons in the sample, not the population",
}


def check_title(table: Yearbook, entry: CatalogEntry, catalog: dict[str, CatalogEntry]) -> None:
    """Raise InputError where the file is titled as another table; warn of an unknown title."""
    printed = table.names()
    if not table.title or printed & entry_names(entry):
        return
    for other in catalog.values():
        if printed & entry_names(other):
            raise InputError(
                f"{table.path}: this is {table.title}, the table of {other.key}; {entry.key} is "
                f"{entry.title_zh or entry.title_en}. Save the right table under this name, or, if it "
                f"is meant, name its title: sources: {{{entry.key}: {{file: ..., title: {table.title}}}}}."
            )
    title = squeeze(table.title).lower()
    for word, matter in OTHER_MATTERS.items():
        if word in title and word not in squeeze(entry.title_zh + entry.title_en).lower():
            raise InputError(f"{table.path}: titled {table.title}: {matter}. {entry.key} is {entry.describe()}.")
    logger.warning("%s: titled %s, the catalog expects %s; is it the same?", table.path, table.title, entry.title_zh)


def convert_units(table: Yearbook, entry: CatalogEntry) -> dict[tuple[str, int], float | None]:
    """The printed figures in the catalog's unit.

    A file that names no unit (the 2025-26 site) has the catalog's first one, if its figures look like that
    (`checks.unstated_units`). An index on a fixed base becomes one on
    the previous year, and its years without a year before leave `table`. Raises InputError for a unit that is unknown,
    of another quantity, or contradicted by the figures (`checks.units`).
    """
    unit = table.unit or _unstated_unit(table, entry)
    if not table.unit:
        check_cross_section(table.path, table.values, entry, unit)
    rule = convert(unit, entry, table.path)
    if rule.base_year is not None:
        return chain_index(table, rule)
    values = {cell: None if value is None else value * rule.factor for cell, value in table.values.items()}
    if rule.dimension:
        check_scale(table.path, unit, rule, entry, table.values, values)
    elif rule.factor != 1 or rule.read_as:
        logger.info("%s: %s from %s, x %.6g", table.path, entry.unit, unit, rule.factor)
    return values


def _unstated_unit(table: Yearbook, entry: CatalogEntry) -> str:
    """The unit of a file that names none: the catalog's, or of several the one in which the figures are plausible.

    Raises InputError where none or several are.
    """
    units = list(entry.conversion) or [entry.unit]
    if len(set(entry.conversion.values())) > 1:
        low = -math.inf if entry.minimum is None else entry.minimum
        high = math.inf if entry.maximum is None else entry.maximum
        figures = [value for (province, _), value in table.values.items() if value is not None and province != "china"]
        units = [unit for unit in units if all(low <= figure * entry.conversion[unit] <= high for figure in figures)]
        if len(units) != 1:
            fit = " and ".join(units) if units else "none of " + ", ".join(entry.conversion)
            raise InputError(
                f"{table.path}: no unit is printed, and by their size the figures of {entry.key} may be in {fit}; say "
                f"which it is in the config: sources: {{{entry.key}: {{file: ..., unit: ...}}}}."
            )
    level = logging.WARNING if table.form == "data set" or len(entry.conversion) > 1 else logging.INFO
    logger.log(level, "%s: no unit printed, read as %s", table.path, units[0])
    return units[0]


def check_sign(table: Yearbook, entry: CatalogEntry, provinces: list[str]) -> None:
    """Raise InputError naming every figure of `provinces` whose sign is not the catalog's."""
    if entry.sign == "any":
        return
    nil_is_possible = entry.sign == "zero_or_more"
    bad = [
        f"  {province} {year} ({table.places[province, year]}): {value:g}"
        for (province, year), value in table.values.items()
        if province in provinces and value is not None and (value < 0 or (value == 0 and not nil_is_possible))
    ]
    if bad:
        raise InputError(
            f"{table.path}: figures of {entry.key} have to be {CATALOG_SIGNS[entry.sign]}:\n{_listed(bad)}"
        )


def _listed(lines: list[str]) -> str:
    """Lines of a message, the first MOST_LISTED of them."""
    more = [f"  and {len(lines) - MOST_LISTED} more"] if len(lines) > MOST_LISTED else []
    return "\n".join(lines[:MOST_LISTED] + more)


def check_coverage(
    table: Yearbook, provinces: list[str], years: range, made: Collection[int] = (), asked_by: str = "study.years"
) -> None:
    """Raise InputError naming the provinces and years that the table does not have; years `made` need no column.

    asked_by : the key of the config that the first years are for.
    """
    absent = [province for province in provinces if province not in table.provinces]
    if absent:
        raise InputError(f"{table.path}: no row for {', '.join(absent)}; add the rows or exclude the provinces.")
    lacking = [str(year) for year in years if year not in table.years and year not in made]
    if lacking:
        raise InputError(
            f"{table.path}: no column for {', '.join(lacking)}; the study needs {years[0]} to {years[-1]} "
            f"({asked_by}). Export those years too, or change {changed_by(asked_by)}; a year between others that is "
            "not published can be interpolated if it is named in cleaning.interpolation.whole_years (more years in a "
            "row than longest_gap need that raised, too)."
        )


def changed_by(asked_by: str) -> str:
    """The keys of the config that decide on the years, where `asked_by` asks for the first."""
    return asked_by if asked_by.startswith("study.years") else f"{asked_by} (the first) or study.years (the last)"


def interpolated(years: Sequence[int], figures: Sequence[float | None]) -> list[float | None]:
    """A series with the gaps between two figures filled by the straight line through them; None beyond its ends."""
    filled = list(figures)
    known = [k for k, figure in enumerate(figures) if figure is not None]
    for before, after in pairwise(known):
        slope = (figures[after] - figures[before]) / (years[after] - years[before])
        for k in range(before + 1, after):
            filled[k] = slope * (years[k] - years[before]) + figures[before]
    return filled


def select_cells(
    table: Yearbook,
    values: dict[tuple[str, int], float | None],
    provinces: list[str],
    years: range,
    interpolation: str | Mapping | Interpolation = ANY_GAP,
    blank_is_nil: bool = False,
    key: str = "",
    made: dict[tuple[str, int], str] | None = None,
    asked_by: str = "study.years",
) -> list[tuple[str, int, float, int]]:
    """The study's cells (province, year, value, imputed), gaps inside a series filled by linear interpolation.

    A series is all the file has of a province, in years outside the study too. `blank_is_nil`: a province whose whole
    row is empty uses none of the fuel (energy yearbook); its value is 0, marked imputed, as are the table's `nil`.
    key : of the catalog. made : takes the rule of each cell that is not printed. asked_by : as in `check_coverage`.
    Raises InputError naming every cell
    for a province or year that is not in the file, a gap at a series' end, a gap and a year without figures that
    `interpolation` does not let be filled.
    """
    made = {} if made is None else made
    interpolation = read_interpolation(interpolation)
    allowed = interpolation.whole_years.get(key, ()) if interpolation.method == "linear" else ()
    check_coverage(table, provinces, years, allowed, asked_by)
    cells, blank, gaps, inner = [], [], [], {}
    columns = sorted({*table.years, *(year for year in years if year in allowed)})
    at = [columns.index(year) for year in years]
    for province in provinces:
        series = [values.get((province, year)) for year in columns]
        printed = [k for k, figure in enumerate(series) if figure is not None]
        if not printed and blank_is_nil:
            logger.info("%s: the row of %s is blank, read as nil", table.path, province)
            cells += [(province, year, 0.0, 1) for year in years]
            made |= dict.fromkeys(((province, year) for year in years), NIL)
            continue
        if not printed:
            blank.append(province)
            continue
        filled = interpolated(columns, series) if interpolation.method == "linear" else series
        runs = inner_gaps(columns, [figure is not None for figure in series])
        inner[province] = [(first, last) for first, last in runs if any(first <= year <= last for year in years)]
        for year, k in zip(years, at, strict=True):
            if filled[k] is None:
                gaps.append(f"  {province} {year} ({table.places.get((province, year), 'not in the file')})")
            elif series[k] is None:
                made[province, year] = INTERPOLATED
                if blank_is_nil:
                    logger.warning("%s: %s %d is empty, interpolated; if none was used there, write 0", table.path,
                                   province, year)  # fmt: skip
                else:
                    logger.info("%s: %s %d interpolated", table.path, province, year)
            elif (province, year) in table.nil:
                made[province, year] = NIL
            cells.append((province, year, filled[k], int((province, year) in made)))
    if blank:
        raise InputError(
            f"{table.path}: the row of {', '.join(blank)} is empty; supply the figures, or add {', '.join(blank)} to "
            "study.excluded_provinces."
        )
    if gaps:
        reason = (
            "empty cells at the end of a series; interpolation works only between two figures, so fill them or change "
            f"{changed_by(asked_by)}"
            if interpolation.method == "linear"
            else "empty cells, and cleaning.interpolation is none"
        )
        raise InputError(f"{table.path}: {reason}:\n{_listed(gaps)}")
    if interpolation.method == "linear" and interpolation is not ANY_GAP:
        whole = _years_without_figures(table, values, provinces, years)
        check_gaps(table.path, key, inner, whole, interpolation, blank_is_nil)
    return cells


def _years_without_figures(
    table: Yearbook, values: dict[tuple[str, int], float | None], provinces: list[str], years: range
) -> list[int]:
    """Years in which no province has a figure: of those of the study that have some, or of the table's where these are
    fewer than two; of a national series the years that it has not."""
    known = {province for (province, _), value in values.items() if value is not None}
    regions = [province for province in provinces if province in known - {"china"}]
    if len(regions) < 2:
        regions = [province for province in table.provinces if province in known - {"china"}] or provinces
    return [year for year in years if all(values.get((province, year)) is None for province in regions)]


def check_total(
    table: Yearbook, values: dict[tuple[str, int], float | None], years: range, tolerance: float | None
) -> None:
    """Log the gap between the provinces' sum and the printed national row; raise InputError beyond `tolerance`.

    A tolerance of None only reports: provincial energy figures are known not to add up to the national one.
    """
    regions = [province for province in table.provinces if province != "china"]
    for year in years:
        total = values.get(("china", year))
        parts = [values.get((province, year)) for province in regions]
        if not total:
            continue
        if any(part is None for part in parts) or len(parts) < 31:
            logger.info("%s: %d is not checked against the national row, %d of 31 provinces are printed", table.path,
                        year, sum(part is not None for part in parts))  # fmt: skip
            continue
        gap = sum(parts) / total - 1
        logger.info("%s: in %d %d provinces add up to %.6g, national %.6g, gap %+.3f%%", table.path, year,
                    len(parts), sum(parts), total, 100 * gap)  # fmt: skip
        if tolerance is not None and abs(gap) > tolerance:
            raise InputError(
                f"{table.places['china', year]}: the provinces of {year} add up to {sum(parts):.6g}, the national row "
                f"says {total:.6g} ({gap:+.2%}, allowed {tolerance:.2%}). Look for a mistyped figure, or raise "
                "cleaning.total_tolerance."
            )


def add_national_row(table: Yearbook, values: dict[tuple[str, int], float | None], years: range) -> bool:
    """Give a table without a printed national row one: the sum over all 31 provinces, in the years in which all have a
    figure.

    Returns whether it did; what it could not sum is told.
    """
    if "china" in table.provinces:
        return False
    regions = table.provinces
    if len(regions) < 31:
        logger.warning("%s: neither a national row (全国) nor all 31 provinces, %d are here", table.path, len(regions))
        return False
    logger.info("%s: no national row, the sum over provinces stands in", table.path)
    for year in table.years:
        lacking = [province for province in regions if values[province, year] is None]
        if lacking and year in years:
            logger.warning("%s: no national figure of %d, none is printed for %s", table.path, year, ", ".join(lacking))
        values["china", year] = None if lacking else sum(values[province, year] for province in regions)
        table.values["china", year] = values["china", year]
        table.places["china", year] = f"{table.path}, sum over provinces"
    return True
