"""Printed counts of a census -> employment by province and division: nothing twice, nothing missing, totals met."""

from __future__ import annotations

from study.checks.totals import check_sum
from study.files.table_rows import again
from study.helpers import InputError, logger
from study.publishers.census_layout import Cell
from study.publishers.divisions import INDUSTRY_SECTIONS, Industry, only_division, section_of
from study.publishers.employment_counts import Wanted

# Persons employed in China in 2004 by the census or by the labour force survey: what a table without a unit must add
# up to, about, in the unit it is in (752 million employed, China Statistical Yearbook 2005; 215 million in legal units
# and 94 million in individual businesses outside farming, census communique of 2005).
PLAUSIBLE = (5e7, 1.2e9)
MOST_LISTED = 10  # missing counts in a message
ALL_INDUSTRIES = Industry("total", "")


def in_persons(cells: list[Cell], wanted: Wanted) -> list[Cell]:
    """Cells in persons; where none states a unit by the config's, else by the one that makes the country's employment
    plausible. InputError where only some state one."""
    bare = [cell for cell in cells if cell.factor is None]
    if bare and len(bare) < len(cells):
        raise InputError(
            f"{bare[0].where}: no unit is stated here, but elsewhere in {wanted.source}; state it (单位：人) in all."
        )
    guessed = _plausible_factor(bare, wanted) if bare else None
    factors = [cell.factor or guessed for cell in cells]
    return [
        cell._replace(value=cell.value and cell.value * factor, step=cell.step * factor)
        for cell, factor in zip(cells, factors, strict=True)
    ]


def _plausible_factor(cells: list[Cell], wanted: Wanted) -> float:
    """Persons in the unit of counts that state none."""
    divisions = [cell for cell in cells if cell.industry.kind in ("division", "either") and cell.province != "china"]
    total = sum(cell.value or 0 for cell in divisions)
    fitting = [name for name, factor in wanted.units.items() if PLAUSIBLE[0] <= total * factor <= PLAUSIBLE[1]]
    name, *others = ([wanted.unit] if wanted.unit else fitting) or [""]
    if others or not name:
        raise InputError(
            f"{wanted.source}: no unit is stated and the counts add up to {total:.6g}, which could be "
            f"{' or '.join(fitting) or 'none of ' + ', '.join(wanted.units)}; write the unit in the heading, as in "
            "从业人员(人)."
        )
    persons = total * wanted.units[name]
    logger.warning("%s: no unit is stated; read as %s, which makes %.6g persons in all", wanted.source, name, persons)
    return wanted.units[name]


def settle(cells: list[Cell]) -> dict[str, dict[Industry, Cell]]:
    """Province -> industry -> cell, each once. 房地产业 and 教育 twice are the section and its division.

    Raises InputError for a cell printed twice and for groups of three digits without their division.
    """
    table: dict[str, dict[Industry, Cell]] = {}
    met: dict[tuple[str, Industry], str] = {}
    # those that may be a section or a division take the place that is left
    for cell in sorted(cells, key=lambda cell: cell.industry.kind == "either"):
        industry = cell.industry
        if industry.kind in ("sum", "finer"):
            continue
        row = table.setdefault(cell.province, {})
        if industry.kind == "either":
            places = [Industry("division", only_division(industry.code)), Industry("section", industry.code)]
            industry = next((one for one in places if one not in row), places[0])
        what = f"{industry.kind} {industry.code} of {cell.province}"
        if fault := again(met, (cell.province, industry), cell.where, what):
            raise InputError(fault)
        row[industry] = cell
    finer = [cell for cell in cells if cell.industry.kind == "finer"]
    for cell in finer:
        if Industry("division", cell.industry.code) not in table.get(cell.province, {}):
            raise InputError(
                f"{cell.where}: a group of division {cell.industry.code} without the division's own row; give the "
                "counts by division (two digits)."
            )
    if finer:
        logger.info("%d rows of groups below the divisions left out", len(finer))
    return table


def employment(
    table: dict[str, dict[Industry, Cell]], required: set[str], wanted: Wanted
) -> list[tuple[str, str, float]]:
    """Rows (province, division, persons), complete and met by the printed totals.

    A division without a figure counts as nil only where the province's printed total or section shows that nothing is
    missing; else, as for a missing province, InputError.
    """
    source, regions = wanted.source, sorted(table.keys() - {"china"})
    if absent := sorted(required - set(regions)):
        raise InputError(
            f"{source}: no figures for {', '.join(absent)}; national employment by industry needs every province of "
            "resources/provinces.csv."
        )
    codes = sorted({industry.code for row in table.values() for industry in row if industry.kind == "division"})
    if not codes:
        raise InputError(f"{source}: no divisions (two-digit codes or their names) with figures.")
    filled = {
        province: {i.code: cell.value for i, cell in row.items() if i.kind == "division" and cell.value is not None}
        for province, row in table.items()
    }
    gaps = []
    for province in regions:
        gaps += _gaps(province, table[province], filled[province], codes, source)
    if gaps:
        more = f"\n  and {len(gaps) - MOST_LISTED} more" if len(gaps) > MOST_LISTED else ""
        shown = "\n".join(gaps[:MOST_LISTED])
        raise InputError(f"{source}: counts that are missing (write 0 where nobody is employed):\n{shown}{more}")
    for province in regions:
        filled[province] = {code: filled[province].get(code, 0.0) for code in codes}
    for code, total in filled.get("china", {}).items():
        parts = sum(filled[province][code] for province in regions)
        check_sum(source, f"division {code} over provinces", parts, total, wanted.tolerance)
    for province, row in table.items():
        _check_wholes(province, row, filled[province], codes, wanted.tolerance)
    _warn_of_absent(codes, source)
    return sorted((province, code, filled[province][code]) for province in regions for code in codes)


def _parts(whole: Industry, filled: dict[str, float]) -> list[float]:
    """The figures of the divisions of a section or of all industries."""
    return [value for code, value in filled.items() if whole == ALL_INDUSTRIES or section_of(code) == whole.code]


def _gaps(
    province: str, row: dict[Industry, Cell], filled: dict[str, float], codes: list[str], source: str
) -> list[str]:
    """The divisions of a province without a figure, for a message; what a printed sum shows to be nil is no gap."""
    gaps = []
    for code in (code for code in codes if code not in filled):
        if _nothing_missing(row, filled, code):
            told = "%s: division %s of %s has no figure; its printed total shows that it is nil"
            logger.info(told, source, code, province)
        else:
            cell = row.get(Industry("division", code))
            gaps.append(f"  {province}, division {code}" + (f" ({cell.where})" if cell else ""))
    return gaps


def _nothing_missing(row: dict[Industry, Cell], filled: dict[str, float], code: str) -> bool:
    """Whether the printed section of a division, else the total, is all there, up to the rounding of its parts."""
    for whole in (Industry("section", section_of(code)), ALL_INDUSTRIES):
        cell = row.get(whole)
        if cell and cell.value is not None:
            parts = _parts(whole, filled)
            # counts of persons add up exactly; rounded ones to within some steps, the more the parts
            rounding = cell.step * (1 + len(parts) ** 0.5 / 2) if cell.step != 1 else 0.5
            return abs(sum(parts) - cell.value) <= rounding
    return False


def _check_wholes(
    province: str, row: dict[Industry, Cell], filled: dict[str, float], codes: list[str], tolerance: float
) -> None:
    """InputError where a section or the total is not the sum of its divisions; the nation may lack some of them."""
    for whole, cell in row.items():
        if whole.kind not in ("section", "total") or cell.value is None:
            continue
        parts = _parts(whole, filled)
        if whole.kind == "section" and not parts:
            raise InputError(
                f"{cell.where}: section {whole.code} of {province} has no divisions in the table; give its counts by "
                "division."
            )
        if province == "china" and whole == ALL_INDUSTRIES and len(parts) < len(codes):
            continue
        what = f"{province} over divisions" + (f" of section {whole.code}" if whole.code else "")
        check_sum(cell.where, what, sum(parts), cell.value, tolerance)


def _warn_of_absent(codes: list[str], source: str) -> None:
    """Warn of sections without any division: an economic census leaves farming out, and shares are then of the rest."""
    there = {section_of(code) for code in codes} | {"T"}
    if missing := [f"{letter} {name}" for letter, (name, *_) in INDUSTRY_SECTIONS.items() if letter not in there]:
        logger.warning("%s: no division of %s; employment shares are of the other sections", source, ", ".join(missing))
