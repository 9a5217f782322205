"""From a table as printed to the study's cells: title, units, required cells, interpolation, totals."""

from __future__ import annotations

import logging
import math
from collections.abc import Collection, Mapping, Sequence
from itertools import pairwise

from study.checks.gaps import ANY_GAP, Interpolation, check_gaps, inner_gaps, read_interpolation
from study.checks.not_observed import INTERPOLATED, LEFT_OUT, NIL
from study.checks.suspects import listed
from study.checks.units import chain_index, check_scale, convert
from study.checks.unstated_units import check_cross_section
from study.files.catalog_entries import CatalogEntry, entry_names
from study.files.series import Yearbook
from study.helpers import InputError, logger
from study.words.titles import best_reading, changes_in, named_by


def check_title(table: Yearbook, entry: CatalogEntry, catalog: dict[str, CatalogEntry]) -> None:
    """Raise InputError where the file is titled as another table, or says of its figures what is not known."""
    if not table.title:
        return
    named = named_by(table.names(), {key: entry_names(other) for key, other in (catalog | {entry.key: entry}).items()})
    if entry.key in named:
        return
    reading = best_reading(table.names(), entry_names(entry))
    if named:
        said = f"this is {table.title}, the table of {' or '.join(named)}"
    elif reading:
        said = f"titled {table.title}, which {reading.describe()}"
    elif changes := changes_in(table.title) - changes_in(entry.title_zh + entry.title_en):
        said = f"titled {table.title}, which reads as {' and '.join(sorted(changes))}"
    else:
        said = f"titled {table.title}, a name that the catalog does not have"
    raise InputError(
        f"{table.path}: {said}; {entry.key} is {entry.describe()}. Save the right table under this name, or, if it is "
        f"meant, name its title: sources: {{{entry.key}: {{file: ..., title: {table.title}}}}}."
    )


def convert_units(
    table: Yearbook, entry: CatalogEntry, judged: Collection[tuple[str, int]] | None = None
) -> dict[tuple[str, int], float | None]:
    """The printed figures in the catalog's unit.

    A file that names no unit (the 2025-26 site) has the catalog's first one, if its figures look like that
    (`checks.unstated_units`). An index on a fixed base becomes one on the previous year, and its years without a year
    before leave `table`. judged : the cells whose figures may show that the unit is another one, all if not given.
    Raises InputError for a unit that is unknown, of another quantity, or contradicted by the figures (`checks.units`).
    """
    unit = table.unit or _unstated_unit(table, entry)
    if not table.unit:
        check_cross_section(table.path, table.values, entry, unit)
    rule = convert(unit, entry, table.path)
    if rule.base_year is not None:
        return chain_index(table, rule)
    values = {cell: None if value is None else value * rule.factor for cell, value in table.values.items()}
    if rule.dimension:
        figures = values if judged is None else {cell: value for cell, value in values.items() if cell in judged}
        check_scale(table.path, unit, rule, entry, table.values, figures)
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
        figures = [
            value
            for (province, _), value in table.values.items()
            if value is not None and (province == "china") == (entry.level == "national")
        ]
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
        left_out = {year for name, year in table.left_out if name == province}
        if not printed and blank_is_nil and not left_out:
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
                made[province, year] = LEFT_OUT if year in left_out else INTERPOLATED
                if blank_is_nil and year not in left_out:
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
        raise InputError(f"{table.path}: {reason}:\n{listed(gaps)}")
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
