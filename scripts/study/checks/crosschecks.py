"""Checks of one cleaned table against another: parts against a total, growth against an index, total against final,
quotients (GDP per head) against what the nation's totals suggest.

Figures are {(province, year): value} in the catalog's units. Every check looks only at cells that all its tables have.
The provinces' sum against a national row is `cleaning.check_total`; the sectors' largest gap over a whole study is
logged by `derive_upgrading`, while the checks here name the cells.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from statistics import median

from study.checks.levels import expected_figure
from study.checks.likeness import log_ratios
from study.checks.not_observed import accepted_rule
from study.checks.suspects import Cells, Suspect, report_suspects

# tce per t of raw coal: GB/T 2589, appendix A, 0.7143 kgce/kg in the editions of 2008 and 2020 (5,000 over 7,000 kcal).
RAW_COAL_TCE = 0.7143
# Coal is over half of China's energy consumption (55% to 73% in 2000-2023, China Statistical Yearbook, composition of
# energy consumption); its final consumption, without power, heating and coking, is about a quarter of the total.
LEAST_COAL_SHARE = 0.3
# Nominal over real growth of a province: about 0.8 in Liaoning 2016 (22,247 after 28,669 10^8 CNY, index 97.5) and 1.25
# in the inflation of 1994, the extremes since 1990.
DEFLATOR = (0.75, 1.4)
SECTORS_VALUE_ADDED = ("value_added_primary", "value_added_secondary", "value_added_tertiary")
MOST_SINGLE_CELLS = 10  # beyond, two tables contradict each other and not single cells
SECTOR_GAP = 0.01  # of GDP; tables of one vintage agree to rounding
# Uses of a fuel by sectors that do not overlap (resources/catalog.csv, energy balances).
FUEL_USES = {
    "raw_coal": ("industry_raw_coal", "power_raw_coal"),
    "coke": ("industry_coke",),
    "gasoline": ("construction_gasoline", "transport_gasoline"),
    "kerosene": ("transport_kerosene",),
    "diesel": ("industry_diesel", "construction_diesel", "transport_diesel"),
    "fuel_oil": ("industry_fuel_oil",),
    "natural_gas": ("industry_natural_gas", "power_natural_gas", "transport_natural_gas"),
}
# Tables that contain another -> the part, whose figures cannot be larger.
WHOLES = {"gdp": "industrial_value_added", "value_added_secondary": "industrial_value_added"}
# Quotients of two tables -> largest ratio of a province-year's, up or down, to what the nation's totals and the
# provinces' size (checks.levels) suggest. Yearbooks' figures of 1993-2024 are within 1.9 for money and persons; energy
# per GDP of single provinces went further apart.
QUOTIENTS = {("gdp", "population"): 4, ("budget_expenditure", "gdp"): 4, ("energy_total", "gdp"): 8}
TENFOLD = math.sqrt(10)  # of a median quotient: nearer to ten times or a tenth than to once
FEW_PROVINCES = 5  # fewer may all be peculiar
CROSSCHECKED = {
    *(key for pair in QUOTIENTS for key in pair),
    *("gdp", "gdp_index", "raw_coal", "energy_total", *SECTORS_VALUE_ADDED),
    *FUEL_USES,
    *(use for uses in FUEL_USES.values() for use in uses),
    *WHOLES.values(),
}


def _known(*tables: Cells) -> list[tuple[str, int]]:
    """Cells that every table has a figure for, in order."""
    return sorted(cell for cell in tables[0] if all(table.get(cell) is not None for table in tables))


def _around(cells: Cells, province: str, year: int) -> str:
    """A series from two years before to two after, the year in brackets."""
    shown = ((y, cells.get((province, y))) for y in range(year - 2, year + 3))
    return ", ".join(f"{y} [{v:.6g}]" if y == year else f"{y} {v:.6g}" for y, v in shown if v is not None)


def sectors_against_gdp(
    primary: Cells, secondary: Cells, tertiary: Cells, gdp: Cells, tolerance: float
) -> list[Suspect]:
    """Cells where the three sectors' value added is off GDP by more than `tolerance` of it; all in 10^8 CNY.

    Sectors and GDP of one vintage agree to rounding; a gap in one cell is a mistyped figure, a gap in many cells
    tables of two vintages.
    """
    found = []
    for province, year in _known(primary, secondary, tertiary, gdp):
        cell = (province, year)
        parts, total = primary[cell] + secondary[cell] + tertiary[cell], gdp[cell]
        if abs(parts - total) > tolerance * abs(total):
            near = _around(gdp, province, year)
            gap = f" ({parts / total - 1:+.2%}, allowed {tolerance:.2%})" if total else ""
            text = (
                f"{province} {year}: primary {primary[cell]:.6g}, secondary {secondary[cell]:.6g} and tertiary "
                f"{tertiary[cell]:.6g} add up to {parts:.6g}, GDP is {total:.6g}{gap}; GDP {near}. A mistyped "
                "figure, or tables of two vintages?"
            )
            found.append(Suspect("sectors", "gdp", (cell,), "", total, f"{parts:.6g}", near, text))
    if len(found) > MOST_SINGLE_CELLS:
        text = f"{found[0].message} So are {len(found) - 1} more cells"
        return [replace(found[0], cells=tuple(suspect.cells[0] for suspect in found), message=text, whole=True)]
    return found


def total_not_final(raw_coal: Cells, energy_total: Cells, least: float = LEAST_COAL_SHARE) -> list[Suspect]:
    """One suspect where raw coal is too small a part of all energy to be *total* consumption.

    raw_coal : 10^4 t. energy_total : 10^4 tce. Sums over all provinces and years both tables have, without the national
    row: single provinces may burn little coal.
    """
    cells = [cell for cell in _known(raw_coal, energy_total) if cell[0] != "china"]
    coal = RAW_COAL_TCE * sum(raw_coal[cell] for cell in cells)
    energy = sum(energy_total[cell] for cell in cells)
    # the national composition says nothing of a few provinces
    if len({province for province, _ in cells}) < 10 or energy <= 0 or coal >= least * energy:
        return []
    text = (
        f"raw coal is {coal / energy:.0%} of all energy consumption over {len(cells)} province-years ({coal:.6g} of "
        f"{energy:.6g} 10^4 tce, {RAW_COAL_TCE} tce a t), at least {least:.0%} is expected. Is it final consumption? "
        "The study needs total consumption by region, with power stations, heating and coking"
    )
    return [Suspect("total not final", "raw_coal", (cells[0],), "", coal, f"{least * energy:.6g}", "", text)]


def total_below_final(key: str, total: Cells, finals: dict[str, Cells], tolerance: float = 0.01) -> list[Suspect]:
    """One suspect with all cells where a fuel's total consumption is below the sum of its uses by single sectors.

    key : the fuel's catalog key. finals : catalog key -> figures, in the total's unit, of uses that do not overlap
    (`industry_diesel`, `transport_diesel`). A use without a figure in a cell counts as nil there.
    """
    uses = {
        cell: {name: cells[cell] for name, cells in finals.items() if cells.get(cell) is not None}
        for cell in _known(total)
    }
    below = [cell for cell in uses if sum(uses[cell].values()) > total[cell] + tolerance * abs(total[cell])]
    if not below:
        return []
    first = below[0]
    province, year = first
    used = sum(uses[first].values())
    near = _around(total, province, year)
    parts = ", ".join(f"{name} {value:.6g}" for name, value in uses[first].items())
    text = (
        f"{province} {year}: total consumption of {key} is {total[first]:.6g}, less than its uses ({parts}; {used:.6g} "
        f"together); {near}. So are {len(below) - 1} more of {len(uses)} cells. Is the total table final "
        "consumption, or another fuel?"
    )
    return [Suspect("total below final", key, tuple(below), "", total[first], f">= {used:.6g}", near, text)]


def growth_against_index(
    gdp: Cells, gdp_index: Cells, low: float = DEFLATOR[0], high: float = DEFLATOR[1]
) -> list[Suspect]:
    """Cells whose implied deflator, nominal growth over the index (previous year = 100) / 100, is not within low..high.

    gdp : 10^8 CNY, current prices. The cell named is the later year's; the figure at fault may be the GDP of either
    year or the index.
    """
    found = []
    for province, year in _known(gdp, gdp_index):
        now, before, index = gdp[province, year], gdp.get((province, year - 1)), gdp_index[province, year]
        if before is None or min(before, now, index) <= 0:
            continue
        deflator = now / before / (index / 100)
        if not low <= deflator <= high:
            near = _around(gdp, province, year)
            text = (
                f"{province} {year}: GDP grew by {now / before - 1:+.1%} in current prices ({near}), the index is "
                f"{index:.6g} (previous year = 100), so that prices would be {deflator:.3g} times the year before; "
                f"plausible are {low:g} to {high:g}. A mistyped figure, two vintages, or an index on another base?"
            )
            expected = f"{before * index / 100 * low:.6g} to {before * index / 100 * high:.6g}"
            found.append(Suspect("growth", "gdp", ((province, year),), "", now, expected, near, text))
    return found


def part_of_whole(part: str, figures: Cells, whole: str, wholes: Cells) -> list[Suspect]:
    """Cells in which a table is larger than the one that contains it, both in one unit."""
    found = []
    for province, year in _known(figures, wholes):
        cell, value, total = (province, year), figures[province, year], wholes[province, year]
        if value > total:
            near = _around(figures, province, year)
            text = (
                f"{province} {year}: {part} is {value:.6g}, more than {whole}, {total:.6g}, which contains it; {near}. "
                "A mistyped figure in one of the two?"
            )
            found.append(Suspect("part above whole", part, (cell,), "", value, f"<= {total:.6g}", near, text))
    return found


def quotient_out_of_line(above: str, figures: Cells, below: str, others: Cells, most: float) -> list[Suspect]:
    """Cells whose quotient of two tables is more than `most` times, up or down, what the nation's totals and the
    provinces' size suggest; one suspect with all cells where the median is: a table in another unit, per head."""
    quotients, suggested = {}, {}
    for cell in _known(figures, others):
        expected = [expected_figure(key, *cell) for key in (above, below)]
        if all(expected) and min(figures[cell], others[cell]) > 0:
            quotients[cell], suggested[cell] = figures[cell] / others[cell], expected[0] / expected[1]
    ratios = log_ratios(quotients, suggested)
    if not ratios:
        return []
    middle, provinces = median(list(ratios.values())), {province for province, _ in ratios}
    whole = abs(middle) > math.log(TENFOLD if len(provinces) >= FEW_PROVINCES else most)
    found = []
    for province, year in [cell for cell, ratio in ratios.items() if whole or abs(ratio) > math.log(most)]:
        cell = (province, year)
        near, times = _around(figures, province, year), math.exp(ratios[cell])
        text = (
            f"{province} {year}: {above} over {below} is {quotients[cell]:.3g}, {times:.2g} times what the nation's "
            f"totals and the province's size suggest; {above} {near}; {below} {_around(others, province, year)}. A "
            "mistyped figure in one of the two?"
        )
        expected = f"about {suggested[cell] * others[cell]:.3g}"
        found.append(Suspect("quotient", above, (cell,), "", figures[cell], expected, near, text))
    if not whole or not found:
        return found
    text = (
        f"{above} over {below} is {math.exp(middle):.2g} times what the nation's totals suggest, by the median of "
        f"{len(ratios)} cells. {found[0].message.partition('. A mistyped')[0]}. Is one of the two in another unit, per "
        "head, an index?"
    )
    cells = tuple(suspect.cells[0] for suspect in found)
    return [replace(found[0], rule="another unit", cells=cells, message=text, whole=True)]


def report_crosschecks(
    rows: Iterable[tuple[str, int, str, float, int]],
    mode: str = "error",
    accepted: Mapping[str, Collection[str]] | None = None,
    simulated: bool = False,
) -> None:
    """Report the suspects of `find_contradictions`.

    mode : `error` or `warning`, as in `report_suspects`; fuels' uses only ever warn, as balances and the tables by
    region are revised apart. accepted : catalog key -> verified cells, as in `tianjin 2018`.
    """
    for key, suspects, may_stop in find_contradictions(rows, simulated):
        report_suspects(suspects, key, mode if may_stop else "warning", (accepted or {}).get(key, ()))


def accepted_contradictions(
    rows: Iterable[tuple[str, int, str, float, int]], accepted: Mapping[str, Collection[str]]
) -> dict[tuple[str, int, str], str]:
    """(Province, year, indicator) -> rule of the figures that contradict another table and are accepted."""
    found = [(key, one) for key, suspects, _ in find_contradictions(rows) for one in suspects]
    return {
        (*cell, key): accepted_rule(one.rule)
        for key, one in found
        if one.is_accepted(accepted.get(key, ()))
        for cell in one.cells
    }


def find_contradictions(
    rows: Iterable[tuple[str, int, str, float, int]], simulated: bool = False
) -> list[tuple[str, list[Suspect], bool]]:
    """Every check whose tables are among `rows` (province, year, indicator, value, imputed): table, suspects, whether
    these may stop a run.

    simulated : the example's uses of fuels are drawn apart from the totals, and are not compared. Imputed figures are
    left out.
    """
    tables: dict[str, Cells] = {}
    for province, year, indicator, value, imputed in rows:
        if not imputed:
            tables.setdefault(indicator, {})[province, year] = value
    gdp: list[Suspect] = []
    if {"gdp", *SECTORS_VALUE_ADDED} <= tables.keys():
        gdp += sectors_against_gdp(*(tables[key] for key in SECTORS_VALUE_ADDED), tables["gdp"], SECTOR_GAP)
    if {"gdp", "gdp_index"} <= tables.keys():
        gdp += growth_against_index(tables["gdp"], tables["gdp_index"])
    found = [("gdp", gdp, True)]
    for whole, part in WHOLES.items():
        if {whole, part} <= tables.keys():
            found.append((part, part_of_whole(part, tables[part], whole, tables[whole]), True))
    for (above, below), most in QUOTIENTS.items():
        if {above, below} <= tables.keys():
            suspects = quotient_out_of_line(above, tables[above], below, tables[below], most)
            found.append((above, suspects, True))
    if {"raw_coal", "energy_total"} <= tables.keys():
        found.append(("raw_coal", total_not_final(tables["raw_coal"], tables["energy_total"]), True))
    for fuel, uses in FUEL_USES.items():
        finals = {key: tables[key] for key in uses if key in tables}
        if fuel in tables and finals and not simulated:
            found.append((fuel, total_below_final(fuel, tables[fuel], finals), False))
    return found
