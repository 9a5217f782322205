"""From the simulated economy to the figures each table prints: rounded, with the gaps real tables have.

The study's formulas run backwards here: trade from openness, investment at current prices from capital, fuels from CO2.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

from simulate import facts
from simulate.economy import FIRST_YEAR, YEARS, Economy, in_study, stream

ENERGY_YEARS = range(2012, 2023)
GFCF_LAST, PRICE_LAST = (
    2017,
    2019,
)  # last years of capital formation and of its price index, as in the real tables

# Cells left empty: how many a table, and the first year that may be one. Small in number and invisible in moments:
# they show what the cleaning does, not what missing data do to results.
EMPTY_CELLS = {
    "gdp": (1, 2003),
    "gdp_index": (1, 2003),
    "gross_fixed_capital_formation": (1, 2007),
    "investment_price_index": (1, 2003),
    "employment": (3, 2014),
    "population": (1, 2014),
    "urbanisation": (1, 2014),
    "trade": (2, 2014),
    "loans": (2, 2014),
    "budget_expenditure": (1, 2014),
    "energy_total": (2, 2014),
    "diesel": (1, 2014),
    "natural_gas": (1, 2014),
}
GAP_CANDIDATES = 0.25  # share of cells a table's stream allows to be a gap


class Table(NamedTuple):
    """Figures of one table: `values` (31, years), nan = an empty cell, printed with `decimals`."""

    years: tuple[int, ...]
    values: np.ndarray
    decimals: int
    national: np.ndarray | None = None  # (years,) the row of the whole country, where the table has one


def since(year: int) -> slice:
    """Columns of an economy's panel from `year` on."""
    return slice(year - FIRST_YEAR, None)


def chained_index(levels: np.ndarray, decimals: int = 1) -> np.ndarray:
    """Index, previous year = 100, (31, n - 1), of `levels` (31, n), rounded as printed.

    Each year's figure is set against the level the printed figures have reached, so that rounding never accumulates.
    """
    reached = levels[:, 0].copy()
    printed = np.empty((len(levels), levels.shape[1] - 1))
    for year in range(1, levels.shape[1]):
        printed[:, year - 1] = np.round(100 * levels[:, year] / reached, decimals)
        reached *= printed[:, year - 1] / 100
    return printed


def price_index(key: str, growth: Sequence[float], sd: float) -> np.ndarray:
    """Price index, previous year = 100, one decimal: national growth and a province's own deviation (% points)."""
    noise = stream(key).standard_normal((31, len(growth)))
    return np.round(100 + np.array(growth) + sd * noise, 1)


def account_tables(economy: Economy) -> dict[str, Table]:
    """National accounts: GDP at current prices and its index of volume."""
    return {
        "gdp": Table(YEARS, np.round(economy.real_gdp * economy.deflator, 2), 2),
        "gdp_index": Table(YEARS[1:], chained_index(economy.real_gdp), 1),
    }


def capital_tables(economy: Economy) -> dict[str, Table]:
    """Capital formation, its price index, and the two series that continue them when they end."""
    investment_price = price_index("investment_price_index", facts.INVESTMENT_PRICE_GROWTH, 0.7)
    retail_price = price_index("retail_price_index", facts.RETAIL_PRICE_GROWTH, 0.4)
    price_growth = np.hstack([investment_price, retail_price[:, PRICE_LAST - FIRST_YEAR :]])
    price = np.hstack([np.ones((31, 1)), np.cumprod(price_growth / 100, axis=1)])
    nominal = np.round(economy.investment * price, 2)
    end = GFCF_LAST - FIRST_YEAR
    # While capital formation is published, investment in fixed assets is another series that grows much like it.
    early = 100 * (nominal[:, 4 : end + 1] / nominal[:, 3:end] - 1)
    early += 1.2 * stream("fixed_asset_investment_growth").standard_normal(early.shape)
    late = chained_index(nominal[:, end:]) - 100
    return {
        "gross_fixed_capital_formation": Table(YEARS[: end + 1], nominal[:, : end + 1], 2),
        "investment_price_index": Table(YEARS[1 : PRICE_LAST - FIRST_YEAR + 1], investment_price, 1),
        "retail_price_index": Table(YEARS[1:], retail_price, 1),
        "fixed_asset_investment_growth": Table(YEARS[4:], np.hstack([np.round(early, 1), late]), 1),
    }


def control_tables(economy: Economy, gdp: np.ndarray) -> dict[str, Table]:
    """Employment and the controls' tables; `gdp` (31, 23) as printed turns ratios back into amounts."""
    rate = np.array(facts.EXCHANGE_RATE) / 100  # CNY per USD
    trade = economy.openness * gdp / rate * 1e5  # 10^8 USD to thousand USD
    return {
        "employment": Table(YEARS[5:], np.round(economy.labour[:, since(2005)], 1), 1),
        "population": Table(YEARS[5:], economy.population[:, since(2005)], 0),
        "urbanisation": Table(YEARS[5:], np.round(100 * economy.urban[:, since(2005)], 2), 2),
        "trade": Table(YEARS[5:], np.round(trade[:, since(2005)]), 0),
        "loans": Table(YEARS[5:], np.round(economy.finance * gdp, 2)[:, since(2005)], 2),
        "budget_expenditure": Table(YEARS[7:], np.round(economy.government * gdp, 2)[:, since(2007)], 2),
        "area": Table((2022,), economy.area[:, None], 2),
    }


def fuel_shares(provinces: Sequence[str], coal: np.ndarray) -> dict[str, np.ndarray]:
    """Shares of fuels in a province's CO2 (31, years), typed structure with a slow turn from coal to gas."""
    years = np.arange(len(ENERGY_YEARS)) - 5
    rest = sum(facts.FUEL_WEIGHTS.values())
    weights = {}
    for fuel in ("raw_coal", *facts.FUEL_WEIGHTS):
        rng = stream(fuel)
        noise = 0.03 * rng.standard_normal((len(provinces), len(years)))
        trend = facts.FUEL_TRENDS.get(fuel, 0.0) * years
        if fuel == "raw_coal":
            level = coal / 100
        else:
            level = (1 - coal / 100) * facts.FUEL_WEIGHTS[fuel] / rest
            level = level * np.exp(0.25 * rng.standard_normal(len(provinces)))
            level *= [facts.FUEL_TILTS.get(fuel, {}).get(province, 1.0) for province in provinces]
        weights[fuel] = level[:, None] * np.exp(trend + noise)
    total = sum(weights.values())
    return {fuel: weight / total for fuel, weight in weights.items()}


def energy_tables(economy: Economy, coal: np.ndarray, factors: Mapping[str, float]) -> dict[str, Table]:
    """The energy yearbook's tables; `factors` are kg CO2 per kg, natural gas per m3.

    The excluded province has electricity only. A fuel a province does not use is an empty row.
    """
    columns = since(ENERGY_YEARS[0])
    kept = in_study(economy.provinces)
    tables = {}
    for fuel, shares in fuel_shares(economy.provinces, coal).items():
        factor = factors[fuel] * (10 if fuel == "natural_gas" else 1)  # 10^8 m3 x kg/m3 x 10 = 10^4 t
        amounts = np.round(economy.co2[:, columns] * shares / factor, 2)
        amounts[~kept | (shares[:, 0] == 0)] = np.nan
        tables[fuel] = amounts
    tables["energy_total"] = np.round(economy.energy[:, columns], 2)
    tables["energy_total"][~kept] = np.nan
    printed = {}
    for key, values in tables.items():
        # A statistical discrepancy between the country and the sum of provinces, well inside half a percent.
        gap = np.clip(0.001 * stream(f"{key}: national").standard_normal(len(ENERGY_YEARS)), -0.002, 0.002)
        printed[key] = Table(tuple(ENERGY_YEARS), values, 2, np.round(np.nansum(values, axis=0) * (1 + gap), 2))
    printed["electricity"] = Table(
        tuple(ENERGY_YEARS), economy.electricity[:, columns], 2, economy.national_electricity[columns]
    )
    return printed


def open_gaps(key: str, table: Table, provinces: Sequence[str]) -> Table:
    """Empty a table's EMPTY_CELLS, in different provinces, where a line between the neighbours is nearly exact."""
    if key not in EMPTY_CELLS:
        return table
    count, first = EMPTY_CELLS[key]
    values = table.values.copy()
    inner = values[:, 1:-1]
    error = np.round(np.abs((values[:, :-2] + values[:, 2:]) / 2 / inner - 1), 9)
    allowed = stream(f"{key}: gaps").random(inner.shape) < GAP_CANDIDATES
    allowed &= (in_study(provinces)[:, None]) & (np.array(table.years[1:-1]) >= first)
    error[~allowed | np.isnan(error)] = np.inf
    rows: list[int] = []
    for cell in np.argsort(error, axis=None, kind="stable"):
        row, year = divmod(int(cell), inner.shape[1])
        if len(rows) < count and row not in rows:
            rows.append(row)
            values[row, year + 1] = np.nan
    return table._replace(values=values)


def raw_tables(economy: Economy, coal: np.ndarray, factors: Mapping[str, float]) -> dict[str, Table]:
    """Every table by province, {catalog key: figures}."""
    accounts = account_tables(economy)
    tables = accounts | capital_tables(economy) | control_tables(economy, accounts["gdp"].values)
    tables |= energy_tables(economy, coal, factors)
    return {key: open_gaps(key, table, economy.provinces) for key, table in tables.items()}
