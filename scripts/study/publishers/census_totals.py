"""Printed counts of a census -> employment by province and division: nothing twice, nothing missing, totals met."""

from __future__ import annotations

from dataclasses import replace

from study.checks.totals import check_sum
from study.helpers import InputError, logger
from study.publishers.census_layout import Cell
from study.publishers.divisions import INDUSTRY_SECTIONS, Industry, only_division, section_of

# Persons employed in China in 2004 by the census or by the labour force survey: what a table without a unit must add
# up to, about, in the unit it is in (752 million employed, China Statistical Yearbook 2005; 215 million in legal units
# and 94 million in individual businesses outside farming, census communique of 2005).
PLAUSIBLE = (5e7, 1.2e9)


def with_unit(cells: list[tuple[Cell, bool]], units: dict[str, float], source: str, unit: str = "") -> list[Cell]:
    """Cells in persons; where no unit is stated, `unit`, else the one that makes the country's employment plausible."""
    bare = [cell for cell, stated in cells if not stated]
    if bare and len(bare) < len(cells):
        raise InputError(
            f"{bare[0].where}: no unit is stated here, but elsewhere in {source}; state it (单位：人) in all."
        )
    if not bare:
        return [cell for cell, _ in cells]
    total = sum(c.value or 0 for c in bare if c.industry.kind in ("division", "either") and c.province != "china")
    fitting = [name for name, factor in units.items() if PLAUSIBLE[0] <= total * factor <= PLAUSIBLE[1]]
    fitting = [unit] if unit else fitting
    if len(fitting) != 1:
        raise InputError(
            f"{source}: no unit is stated and the counts add up to {total:.6g}, which could be "
            f"{' or '.join(fitting) if fitting else 'none of ' + ', '.join(units)}; write the unit in the heading, as "
            "in 从业人员(人)."
        )
    factor = units[fitting[0]]
    logger.warning("%s: no unit is stated; read as %s, which makes %.6g persons in all", source, fitting[0],
                   total * factor)  # fmt: skip
    return [
        replace(cell, value=None if cell.value is None else cell.value * factor, step=cell.step * factor)
        for cell in bare
    ]


def settle(cells: list[Cell]) -> dict[str, dict[Industry, Cell]]:
    """Province -> industry -> cell, each once. 房地产业 and 教育 twice are the section and its division.

    Raises InputError for a cell printed twice and for groups of three digits without their division.
    """
    table: dict[str, dict[Industry, Cell]] = {}
    # those that may be a section or a division take the place that is left
    for cell in sorted(cells, key=lambda cell: cell.industry.kind == "either"):
        industry = cell.industry
        if industry.kind in ("sum", "finer"):
            continue
        row = table.setdefault(cell.province, {})
        if industry.kind == "either":
            places = [Industry("division", only_division(industry.code)), Industry("section", industry.code)]
            industry = next((one for one in places if one not in row), places[0])
        if industry in row:
            raise InputError(
                f"{cell.where}: {industry.kind} {industry.code} of {cell.province} appears twice, before in "
                f"{row[industry].where}."
            )
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
    table: dict[str, dict[Industry, Cell]], required: set[str], source: str, tolerance: float
) -> list[tuple[str, str, float]]:
    """Rows (province, division, persons), complete and met by the printed totals.

    A division without a figure counts as nil only where the province's printed total or section shows that nothing is
    missing; else, as for a missing province, InputError.
    """
    regions = sorted(province for province in table if province != "china")
    absent = sorted(required - set(regions))
    if absent:
        raise InputError(
            f"{source}: no figures for {', '.join(absent)}; national employment by industry needs every province of "
            "resources/provinces.csv."
        )
    codes = sorted({i.code for row in table.values() for i in row if i.kind == "division"})
    if not codes:
        raise InputError(f"{source}: no divisions (two-digit codes or their names) with figures.")
    filled = {
        province: {i.code: cell.value for i, cell in row.items() if i.kind == "division" and cell.value is not None}
        for province, row in table.items()
    }
    gaps = []
    for province, code in ((province, code) for province in regions for code in codes if code not in filled[province]):
        if _nothing_missing(table[province], filled[province], section_of(code)):
            logger.info("%s: division %s of %s has no figure; its printed total shows that it is nil", source, code,
                        province)  # fmt: skip
        else:
            cell = table[province].get(Industry("division", code))
            gaps.append(f"  {province}, division {code}" + (f" ({cell.where})" if cell else ""))
    if gaps:
        shown = "\n".join(gaps[:10]) + (f"\n  and {len(gaps) - 10} more" if len(gaps) > 10 else "")
        raise InputError(f"{source}: counts that are missing (write 0 where nobody is employed):\n{shown}")
    for province in regions:
        filled[province] = {code: filled[province].get(code, 0.0) for code in codes}
    _check_totals(table, filled, codes, regions, source, tolerance)
    _warn_of_absent(codes, source)
    return sorted((province, code, filled[province][code]) for province in regions for code in codes)


def _nothing_missing(row: dict[Industry, Cell], filled: dict[str, float], letter: str) -> bool:
    """Whether a printed section or total is all there, up to the rounding of its parts."""
    for whole, parts in (
        (row.get(Industry("section", letter)), {c: v for c, v in filled.items() if section_of(c) == letter}),
        (row.get(Industry("total", "")), filled),
    ):
        if whole and whole.value is not None:
            # counts of persons add up exactly; rounded ones to within some steps, the more the parts
            rounding = whole.step * (1 + len(parts) ** 0.5 / 2) if whole.step != 1 else 0.5
            return abs(sum(parts.values()) - whole.value) <= rounding
    return False


def _check_totals(
    table: dict[str, dict[Industry, Cell]],
    filled: dict[str, dict[str, float]],
    codes: list[str],
    regions: list[str],
    source: str,
    tolerance: float,
) -> None:
    for code in codes:
        if (total := filled.get("china", {}).get(code)) is not None:
            parts = sum(filled[province][code] for province in regions)
            check_sum(source, f"division {code} over provinces", parts, total, tolerance)
    for province, row in table.items():
        for industry, cell in row.items():
            if industry.kind not in ("section", "total") or cell.value is None:
                continue
            parts = [
                v for c, v in filled[province].items() if industry.kind == "total" or section_of(c) == industry.code
            ]
            if industry.kind == "section" and not parts:
                raise InputError(
                    f"{cell.where}: section {industry.code} of {province} has no divisions in the table; give its "
                    "counts by division."
                )
            if province == "china" and len(parts) < (len(codes) if industry.kind == "total" else 1):
                continue
            what = f"{province} over divisions" + (f" of section {industry.code}" if industry.code else "")
            check_sum(cell.where, what, sum(parts), cell.value, tolerance)


def _warn_of_absent(codes: list[str], source: str) -> None:
    """Warn of sections without any division: an economic census leaves farming out, and shares are then of the rest."""
    missing = [letter for letter, (_, first, last) in INDUSTRY_SECTIONS.items()
               if letter != "T" and not any(first <= int(code) <= last for code in codes)]  # fmt: skip
    if missing:
        logger.warning("%s: no division of %s; employment shares are of the other sections", source,
                       ", ".join(f"{letter} {INDUSTRY_SECTIONS[letter][0]}" for letter in missing))  # fmt: skip
