"""Simulated robots by industry and employment of the base years, and the exposure they imply."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

from simulate import facts
from simulate.economy import FIRST_YEAR, YEARS, province_facts, stream

FACTORY_POWER = 0.5  # how strongly the typed weight of manufacturing shapes a province's employment
SPECIALISATION_SD = 1.2  # log points: how far provinces differ in the mix of manufacturing divisions
WANDER_SD = 0.20  # log points a year: random walk of an industry's share in installations, a country's own part ...
COMMON_WANDER_SD = 0.22  # ... and the part both countries share
LEAF_WANDER_SD = 0.05  # the same for the parts of an industry
US_SHARE_SD = 0.25  # lasting difference of the United States' industry mix from the typed one
LIFE = 12  # years a robot stays in the operational stock (the federation's convention)

ROBOT_YEARS = {"china": tuple(range(2006, 2023)), "us": tuple(range(2011, 2023))}


class Robots(NamedTuple):
    """A country's table: {code: counts by year} for every row printed, parents included."""

    years: tuple[int, ...]
    delivered: dict[str, np.ndarray]
    operational_stock: dict[str, np.ndarray]


def leaf_codes() -> list[str]:
    """Industries of the robot table without children, in its order."""
    parents = {parent for _, parent, _, _ in facts.ROBOT_INDUSTRIES.values()}
    return [code for code in facts.ROBOT_INDUSTRIES if code not in parents]


def industry_of(code: str) -> str:
    """The industry a leaf counts in for the study's crosswalk: its ancestor 26-27 or 29, or itself."""
    while code not in ("26-27", "29") and facts.ROBOT_INDUSTRIES[code][1] in ("26-27", "29", "293"):
        code = facts.ROBOT_INDUSTRIES[code][1]
    return code


def with_parents(leaves: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Every row of the table in its order: leaves as given, parents the exact sum of their children."""
    counts = dict(leaves)

    def count(code: str) -> np.ndarray:
        if code not in counts:
            children = [child for child, row in facts.ROBOT_INDUSTRIES.items() if row[1] == code]
            counts[code] = sum(count(child) for child in children)
        return counts[code]

    return {code: count(code) for code in facts.ROBOT_INDUSTRIES}


def simulate_shares(country: str) -> np.ndarray:
    """Shares of leaves in a country's installations (leaves, years): typed shares that wander.

    Both countries' random walks have a part in common (what robots can do), so that the United States' robots
    say something about China's: the instrument's relevance.
    """
    leaves, years = leaf_codes(), ROBOT_YEARS[country]
    column = {"china": 2, "us": 3}[country]
    base = np.log([facts.ROBOT_INDUSTRIES[code][column] for code in leaves])
    industries = [industry_of(code) for code in leaves]
    names = list(dict.fromkeys(industries))
    of_leaf = [names.index(industry) for industry in industries]
    shape = (len(names), len(YEARS))
    common = stream("latent: robot industries").standard_normal(shape) * COMMON_WANDER_SD
    rng = stream(f"robots_{country}")
    if country == "us":
        base = base + (US_SHARE_SD * rng.standard_normal(len(names)))[of_leaf]
    own = rng.standard_normal(shape) * WANDER_SD
    parts = rng.standard_normal((len(leaves), len(YEARS))) * LEAF_WANDER_SD
    walk = np.cumsum((own + common)[of_leaf] + parts, axis=1)
    walk -= walk[:, [2016 - FIRST_YEAR]]  # typed shares hold in the middle of the study
    weights = np.exp(base[:, None] + walk)[:, years[0] - FIRST_YEAR :]
    return weights / weights.sum(axis=0)


def simulate_robots(country: str) -> Robots:
    """Installations and operational stock by industry, whole numbers; a robot leaves the stock after LIFE years."""
    totals = {"china": facts.CHINA_INSTALLATIONS, "us": facts.US_INSTALLATIONS}[country]
    years = ROBOT_YEARS[country]
    shares = simulate_shares(country)
    delivered = np.round(shares * 1000 * np.array([totals[year] for year in years])).astype(int)
    initial = np.round(shares[:, 0] * 1000 * facts.INITIAL_STOCK[country]).astype(int)
    stock, level = np.empty_like(delivered), initial
    for year in range(len(years)):
        # What stood at the start leaves evenly over LIFE years, what came later after LIFE years.
        leaving = initial * (year + 1) // LIFE - initial * year // LIFE if year < LIFE else delivered[:, year - LIFE]
        level = level + delivered[:, year] - leaving
        stock[:, year] = level
    leaves = leaf_codes()
    return Robots(
        years,
        with_parents(dict(zip(leaves, delivered, strict=True))),
        with_parents(dict(zip(leaves, stock, strict=True))),
    )


def divisions() -> dict[str, list[str]]:
    """Two-digit divisions of GB/T 4754-2002 by section letter; 12, 38, 64 are not in use."""
    unused = {12, 38, 64}
    return {
        section: [f"{number:02d}" for number in range(first, last + 1) if number not in unused]
        for section, (first, last) in facts.SECTION_DIVISIONS.items()
    }


def simulate_employment_2004() -> dict[str, np.ndarray]:
    """Persons employed in 2004 by division, {code: (31,)}: whole numbers.

    A province's employment is a share of its population; agriculture falls and services rise with its urban share,
    manufacturing follows its typed weight, and its mix of divisions is random.
    """
    known = province_facts()
    rng = stream("employment_2004")
    count = len(known["province"])
    urban = known["urb13"] / 100 - 0.12  # about the share of 2004
    workers = 0.49 * known["pop13"] * 1e4 * (1 + 0.03 * rng.standard_normal(count))
    tilt = {section: 1 - urban if section == "A" else 0.35 + urban for section in facts.SECTION_EMPLOYMENT}
    tilt["C"] = known["factory"] ** FACTORY_POWER
    tilt["B"] = 0.4 + known["coal"] / 100
    weights = {}
    for section, codes in divisions().items():
        spread = SPECIALISATION_SD if section in "BC" else 0.1
        base = np.array([facts.DIVISION_WEIGHTS.get(code, 1.0) for code in codes])
        mix = base * np.exp(spread * rng.standard_normal((count, len(codes))))
        mix /= mix.sum(axis=1, keepdims=True)
        size = facts.SECTION_EMPLOYMENT[section][1] * tilt[section]
        weights.update(zip(codes, (mix * size[:, None]).T, strict=True))
    total = sum(weights.values())
    return {code: np.round(workers * weight / total).astype(int) for code, weight in weights.items()}


def simulate_us_employment() -> dict[str, float]:
    """Thousands employed in the United States in 1990 by SIC major group, one decimal."""
    rng = stream("us_employment_1990")
    rough = {code: value for _, groups in facts.US_DIVISIONS.values() for code, value in groups.items()}
    noise = 1 + 0.01 * rng.standard_normal(len(rough))
    return {code: round(value * factor, 1) for (code, value), factor in zip(rough.items(), noise, strict=True)}


def by_ifr_industry(
    employment: Mapping[str, np.ndarray], crosswalk: Sequence[Mapping[str, str]], source: str
) -> dict[str, np.ndarray]:
    """Employment of robot industries from divisions through resources/industries.csv (weights of one source)."""
    result: dict[str, np.ndarray] = {}
    for row in crosswalk:
        if row["source"] == source:
            share = float(row["weight"]) * np.asarray(employment[row["code"]], dtype=float)
            result[row["ifr_industry"]] = result.get(row["ifr_industry"], 0.0) + share
    return result


def exposure(
    robots: Robots, local: Mapping[str, np.ndarray], workers: np.ndarray, base: Mapping[str, float]
) -> np.ndarray:
    """Robots installed per 1,000 workers (31, 23): sum_j (L_ij / L_i)(R_jt / L_j) x 1000.

    `local` is L_ij and `workers` L_i of 2004 in persons; `base` is L_j of the robots' country in persons. Robots of
    unspecified industries are left out. Years before the robot table are zero.
    """
    result = np.zeros((len(workers), len(YEARS)))
    for industry, persons in local.items():
        rate = robots.delivered[industry] / base[industry]
        result[:, robots.years[0] - FIRST_YEAR :] += (persons / workers)[:, None] * rate * 1000
    return result


def china_exposure(
    robots: Robots, employment: Mapping[str, np.ndarray], crosswalk: Sequence[Mapping[str, str]]
) -> np.ndarray:
    """The study's exposure to China's robots (31, 23)."""
    local = by_ifr_industry(employment, crosswalk, "gbt4754_2002")
    return exposure(robots, local, sum(employment.values()), {j: persons.sum() for j, persons in local.items()})
