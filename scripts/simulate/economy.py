"""The simulated economy: 31 provinces, 2000-2022, with a known effect of robots on CO2 and on efficiency.

Order of causation: robots and the employment of 2004 give the exposure (module simulate.robots); the exposure and six
controls, winsorised as the study winsorises them, give CO2; capital, labour, energy, CO2 and an inefficiency that
falls with the exposure give output. Everything later (trade from openness, investment from capital, fuels from CO2)
is arithmetic backwards from these to the tables a publisher would print.

All panels are arrays (31 provinces, 23 years from 2000), rows in the order of simulate.facts.PROVINCE_FACTS.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import NamedTuple
from zlib import crc32

import numpy as np

from simulate import facts

SEED = 2546  # of the example
_seed = ContextVar("seed", default=SEED)

FIRST_YEAR, LAST_YEAR = 2000, 2022
YEARS = tuple(range(FIRST_YEAR, LAST_YEAR + 1))
STUDY = slice(2013 - FIRST_YEAR, None)  # columns of the study's years, 2013-2022
START = 2013 - FIRST_YEAR
EXCLUDED = "tibet"  # not in the study, hence not in percentiles and means

# The truth. Jiang (2025), Table 2, column 2: coefficients of ln CO2 on the winsorised regressors.
CO2_COEFFICIENTS = {
    "ai": -0.482,
    "open": -0.159,
    "density": 14.699,
    "fin": -0.110,
    "gov": 0.307,
    "energy": 13.663,
    "urban": 1.198,
}
CO2_NOISE_SD = 0.115  # log points, independent over province-years
CO2_TREND = 0.009  # growth of mean ln CO2 a year
WINSORISED = (5, 95)  # percentiles of the study's pooled province-years

# Production: ln Y = sum of elasticity x ln input - inefficiency + constant.
ELASTICITIES = {"capital": 0.35, "labour": 0.25, "energy_total": 0.25, "co2": 0.15}
AI_ON_INEFFICIENCY = -2.2  # fall of inefficiency (log points, before softplus) per unit of exposure gained since 2013
INEFFICIENCY_MEAN, INEFFICIENCY_SD = 2.5, 0.3  # of 2013
LEADERS = {"beijing": 0.6, "shanghai": 0.7, "guangdong": 1.5, "jiangsu": 1.6}  # levels of 2013 nearer the frontier
INEFFICIENCY_DRIFT = 0.012  # a year: what would happen without robots
LEVEL_JUMP_SD = 0.48  # lasting gains unrelated to robots ...
LEVEL_JUMP_YEARS = 3.5  # ... reached with this time constant, in years
INEFFICIENCY_NOISE_SD = 0.012  # innovation of a random walk
INPUT_SHARE = 0.8  # an efficiency gain of 1% cuts labour and energy by this % and so raises output by 0.6%, for
# 0.6 + (0.25 + 0.25) x 0.8 = 1

DEPRECIATION = 0.1096
CAPITAL_GROWTH = (0.088, 0.046)  # net growth of capital, 2013 and 2022, linear between
INVESTMENT_NOISE_SD = 0.008  # share of last year's capital
ENERGY_GROWTH, LABOUR_GROWTH = 0.055, 0.036  # a year, before efficiency gains cut them
MEAN_LN_CAPITAL = 10.5  # 2013, 10^8 CNY of 2000
MEAN_LN_LABOUR = 7.65  # 2013, 10^4 persons
MEAN_LN_ENERGY = 9.25  # 2013, 10^4 tce
LABOUR_FOLLOWS_POPULATION = 0.8  # 0: labour follows the province's economic size only; 1: its population only


class Economy(NamedTuple):
    """The latent economy; arrays (31, 23) unless noted, zero or meaningless before a table's first year."""

    provinces: tuple[str, ...]
    area: np.ndarray  # (31,) 10^4 km2
    population: np.ndarray  # 10^4 persons, whole numbers
    urban: np.ndarray  # share, four decimals
    electricity: np.ndarray  # 10^8 kWh, two decimals
    national_electricity: np.ndarray  # (23,) as printed: nearly the provinces' sum
    openness: np.ndarray  # trade/GDP
    finance: np.ndarray  # loans/GDP
    government: np.ndarray  # budget expenditure/GDP
    exposure: np.ndarray  # robots installed per 1,000 workers of 2004
    co2: np.ndarray  # 10^4 t
    labour: np.ndarray  # 10^4 persons
    energy: np.ndarray  # 10^4 tce
    investment: np.ndarray  # 10^8 CNY of 2000
    real_gdp: np.ndarray  # 10^8 CNY of 2000
    deflator: np.ndarray  # 2000 = 1


@contextmanager
def seeded(seed: int) -> Iterator[None]:
    """Streams opened inside the block are those of another economy, in this thread alone."""
    token = _seed.set(seed)
    try:
        yield
    finally:
        _seed.reset(token)


def stream(key: str) -> np.random.Generator:
    """Random numbers of one table or one latent series; other keys' numbers do not depend on it."""
    return np.random.default_rng([_seed.get(), crc32(key.encode("ascii"))])


def province_facts() -> dict[str, np.ndarray]:
    """Columns of simulate.facts.PROVINCE_FACTS by name; `province` is text, the rest numbers."""
    lines = [line.split() for line in facts.PROVINCE_FACTS.strip().splitlines()]
    columns = dict(zip(lines[0], zip(*lines[1:], strict=True), strict=True))
    return {
        name: np.array(values) if name == "province" else np.array([float(value) for value in values])
        for name, values in columns.items()
    }


def in_study(provinces: Sequence[str]) -> np.ndarray:
    """(31,) whether a province belongs to the study."""
    return np.array([province != EXCLUDED for province in provinces])


def winsorise(values: np.ndarray) -> np.ndarray:
    """Values (provinces, years) held inside the study's pooled percentiles, by Stata's definition of a percentile."""
    low, high = np.percentile(values, WINSORISED, method="averaged_inverted_cdf")
    return np.clip(values, low, high)


def line_through(first: np.ndarray, last: np.ndarray, earlier: float) -> np.ndarray:
    """Straight lines from `first` (2013) to `last` (2022), (31, 23); before 2013 with `earlier` times the slope."""
    steps = np.arange(len(YEARS)) - START
    slope = (last - first)[:, None] / (LAST_YEAR - 2013)
    return first[:, None] + slope * np.where(steps < 0, earlier * steps, steps)


def smooth_noise(rng: np.random.Generator, shape: tuple[int, int], sd: float, persistence: float) -> np.ndarray:
    """Autoregressive noise with standard deviation `sd`, zero at its start in expectation."""
    shocks = rng.standard_normal(shape) * sd * (1 - persistence**2) ** 0.5
    noise = np.empty(shape)
    noise[:, 0] = rng.standard_normal(shape[0]) * sd
    for year in range(1, shape[1]):
        noise[:, year] = persistence * noise[:, year - 1] + shocks[:, year]
    return noise


def simulate_controls(known: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Population, urban share, electricity and the three ratios to GDP: typed levels, straight paths, small noise."""
    shape = (len(known["province"]), len(YEARS))
    population = line_through(known["pop13"], known["pop22"], 0.6)
    population *= 1 + smooth_noise(stream("latent: population"), shape, 0.004, 0.9)
    urban = line_through(known["urb13"], known["urb22"], 1.0)
    urban += smooth_noise(stream("latent: urban"), shape, 0.5, 0.8)
    power = np.exp(line_through(np.log(known["pwr13"]), np.log(known["pwr22"]), 1.6)) * 10  # 10^9 to 10^8 kWh
    power *= np.exp(smooth_noise(stream("latent: electricity"), shape, 0.035, 0.75))
    ratios = {}
    for name, column, earlier, sd in (
        ("openness", "opn", 0.0, 0.10),
        ("finance", "fin", 0.4, 0.06),
        ("government", "gov", 1.0, 0.06),
    ):
        level = line_through(known[column + "13"] / 100, known[column + "22"] / 100, earlier)
        level = np.maximum(level, 0.45 * level[:, [START]] * (np.arange(len(YEARS)) < START))
        ratios[name] = level * np.exp(smooth_noise(stream(f"latent: {name}"), shape, sd, 0.6))
    power = np.round(power, 2)
    discrepancy = np.clip(0.0005 * stream("electricity: national").standard_normal(len(YEARS)), -0.001, 0.001)
    return {
        "population": np.round(population),
        "urban": np.round(np.clip(urban, 15, 90), 2) / 100,
        "electricity": power,
        "national_electricity": np.round(power.sum(axis=0) * (1 + discrepancy), 2),
        **ratios,
    }


def simulate_co2(known: dict[str, np.ndarray], regressors: dict[str, np.ndarray]) -> np.ndarray:
    """CO2 (31, 23) in 10^4 t: ln CO2 = effect of province + effect of year + winsorised regressors x truth + noise.

    The province's effect absorbs the cross-section of the regressors, so that levels are the typed ones; the year's
    effect makes the mean grow by CO2_TREND. Years before 2013 use the same percentiles and are not in the study.
    """
    kept = in_study(known["province"])
    fitted = np.zeros_like(regressors["ai"])
    for name, coefficient in CO2_COEFFICIENTS.items():
        values = regressors[name]
        low, high = np.percentile(values[kept, STUDY], WINSORISED, method="averaged_inverted_cdf")
        fitted += coefficient * np.clip(values, low, high)
    level = known["ln_co2"] - fitted[:, STUDY].mean(axis=1)
    steps = np.arange(len(YEARS)) - START
    year = CO2_TREND * (steps - 4.5) - (fitted - fitted[:, STUDY].mean(axis=1)[:, None])[kept].mean(axis=0)
    noise = stream("latent: co2").standard_normal(fitted.shape) * CO2_NOISE_SD
    return np.exp(level[:, None] + year + fitted + noise)


def simulate_inefficiency(known: dict[str, np.ndarray], exposure: np.ndarray) -> np.ndarray:
    """Log inefficiency (31, 23) >= 0: softplus of level, robots, drift, lasting jumps and a random walk.

    The jumps are orthogonal to the rise of exposure: they spread productivity without standing in for robots. They
    come early and stay, because a province's own linear trend would be hard to tell from robots.
    """
    rng = stream("latent: inefficiency")
    kept, count = in_study(known["province"]), len(exposure)
    steps = np.maximum(np.arange(len(YEARS)) - START, 0)
    start = np.abs(INEFFICIENCY_MEAN + INEFFICIENCY_SD * rng.standard_normal(count))
    start = np.array([LEADERS.get(name, level) for name, level in zip(known["province"], start, strict=True)])
    gained = exposure - exposure[:, [START]]
    gained[:, :START] = 0
    design = np.column_stack([np.ones(count), gained[:, STUDY].mean(axis=1), gained[:, -1]])
    jump = rng.standard_normal(count)
    jump -= design @ np.linalg.lstsq(design[kept], jump[kept])[0]
    jump /= jump[kept].std()
    walk = np.cumsum(rng.standard_normal(exposure.shape) * (steps > 0), axis=1) * INEFFICIENCY_NOISE_SD
    index = start[:, None] + AI_ON_INEFFICIENCY * gained + INEFFICIENCY_DRIFT * steps + walk
    index -= LEVEL_JUMP_SD * jump[:, None] * (1 - np.exp(-steps / LEVEL_JUMP_YEARS))
    return np.log1p(np.exp(index))


def simulate_production(known: dict[str, np.ndarray], co2: np.ndarray, exposure: np.ndarray) -> dict[str, np.ndarray]:
    """Labour, energy, investment, real GDP and its deflator (31, 23), with the typed GDP of 2013 met.

    A province's size follows from its typed output and its inefficiency: the inefficient need more inputs for the
    same output. Investment makes capital grow as CAPITAL_GROWTH says; before 2013 it follows one national profile,
    from the initial stock by the study's rule K(2000) = I(2001)/(depreciation + growth of I over 2000-2005).
    """
    rng = stream("latent: production")
    kept, shape = in_study(known["province"]), co2.shape
    steps = np.arange(len(YEARS)) - START
    inefficiency = simulate_inefficiency(known, exposure)
    gain = inefficiency[:, [START]] - inefficiency
    deflator = chain(np.array(facts.DEFLATOR_GROWTH) + 0.6 * rng.standard_normal((shape[0], shape[1] - 1)))

    log_output = np.log(known["gdp"] * 10 / deflator[:, START])  # 10^9 current CNY to 10^8 CNY of 2000
    log_population = np.log(known["pop13"])
    people = LABOUR_FOLLOWS_POPULATION * (log_population - log_population[kept].mean())
    need = log_output + inefficiency[:, START] - ELASTICITIES["co2"] * np.log(co2[:, START])
    need -= ELASTICITIES["labour"] * people
    own_labour = 0.9 * (1 - LABOUR_FOLLOWS_POPULATION)
    scale = ELASTICITIES["capital"] + ELASTICITIES["energy_total"] + ELASTICITIES["labour"] * own_labour
    size = (need - need[kept].mean()) / scale

    investment, capital = simulate_investment(MEAN_LN_CAPITAL + size, rng)
    labour = MEAN_LN_LABOUR + own_labour * size + people + 0.05 * rng.standard_normal(shape[0])
    energy = MEAN_LN_ENERGY + size + 0.05 * rng.standard_normal(shape[0])
    log_labour = labour[:, None] + LABOUR_GROWTH * steps - INPUT_SHARE * gain
    log_energy = energy[:, None] + ENERGY_GROWTH * steps - INPUT_SHARE * gain
    log_labour += 0.006 * rng.standard_normal(shape)
    log_energy += 0.006 * rng.standard_normal(shape)
    log_gdp = (
        ELASTICITIES["capital"] * np.log(capital)
        + ELASTICITIES["labour"] * log_labour
        + ELASTICITIES["energy_total"] * log_energy
        + ELASTICITIES["co2"] * np.log(co2)
        - inefficiency
    )
    log_gdp += (log_output - log_gdp[:, START])[kept].mean()
    before = np.array(facts.GROWTH_BEFORE_2013) / 100 + 0.012 * rng.standard_normal((shape[0], START))
    backwards = np.cumsum(np.log1p(before)[:, ::-1], axis=1)[:, ::-1]
    log_gdp[:, :START] = log_gdp[:, [START]] - backwards
    return {
        "labour": np.exp(log_labour),
        "energy": np.exp(log_energy),
        "investment": investment,
        "real_gdp": np.exp(log_gdp),
        "deflator": deflator,
    }


def chain(growth: np.ndarray) -> np.ndarray:
    """Index (31, 23), 2000 = 1, from growth in % (31, 22)."""
    return np.concatenate([np.ones((len(growth), 1)), np.cumprod(1 + growth / 100, axis=1)], axis=1)


def simulate_investment(log_capital: np.ndarray, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Real investment and capital (31, 23) that meet `log_capital` (31,) in 2013 and grow as the parameters say."""
    count = len(log_capital)
    profile = chain(np.array(facts.INVESTMENT_GROWTH_BEFORE_2013) + 1.5 * rng.standard_normal((count, START - 1)))
    growth = np.linspace(*CAPITAL_GROWTH, LAST_YEAR - 2013 + 1)
    growth = growth + INVESTMENT_NOISE_SD * rng.standard_normal((count, len(growth)))
    mean_growth = (profile[:, 5] / profile[:, 0]) ** (1 / 5) - 1
    investment, capital = np.empty((2, count, len(YEARS)))
    investment[:, :START] = profile
    capital[:, 0] = profile[:, 1] / (DEPRECIATION + mean_growth)
    for year in range(1, len(YEARS)):
        if year >= START:
            investment[:, year] = (DEPRECIATION + growth[:, year - START]) * capital[:, year - 1]
        capital[:, year] = (1 - DEPRECIATION) * capital[:, year - 1] + investment[:, year]
    scale = np.exp(log_capital) / capital[:, START]
    return investment * scale[:, None], capital * scale[:, None]


def simulate_economy(exposure: np.ndarray) -> Economy:
    """The whole economy given the robot exposure (31, 23; zeros before robots are counted)."""
    known = province_facts()
    controls = simulate_controls(known)
    regressors = {
        "ai": exposure,
        "open": controls["openness"],
        "density": controls["population"] / known["area"][:, None] / 1e4,
        "fin": controls["finance"],
        "gov": controls["government"],
        "energy": controls["electricity"] / controls["national_electricity"],
        "urban": controls["urban"],
    }
    co2 = simulate_co2(known, regressors)
    production = simulate_production(known, co2, exposure)
    return Economy(
        provinces=tuple(str(name) for name in known["province"]),
        area=known["area"],
        exposure=exposure,
        co2=co2,
        **controls,
        **production,
    )
