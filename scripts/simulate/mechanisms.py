"""Simulated tables of the variables beyond the baseline: sectors, regulation, green patents, intelligence, scopes.

Each has a random stream of its own and is made from the simulated economy, so the tables of the baseline keep their
bytes. Truth: industrial upgrading, green patents and ln CO2 of scopes 1-3 are province + year + winsorised regressors x
coefficients of Jiang (2025) + noise; the intelligence indicators rise with winsorised exposure.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np

from simulate.economy import EXCLUDED, START, STUDY, WINSORISED, YEARS, Economy, in_study, smooth_noise, stream
from simulate.tables import Table, since

FIRST_PRINTED = 2012  # first year of these tables; a year before the study, as in the energy tables

# On AI, Open, Density, Fin, Gov, Energy and Urban: Jiang (2025), Table 6 columns 3 and 5, Table 5 column 3.
PATENT_COEFFICIENTS = (0.667, -0.117, 16.561, 0.057, 0.087, -0.138, -0.401)
UPGRADING_COEFFICIENTS = (0.097, 0.131, 1.634, 0.031, 0.092, -0.762, 0.202)
SCOPE_COEFFICIENTS = (-0.300, 0.158, 4.884, 0.029, 0.173, 4.043, -0.481)
# Noise sized so that AI comes near the published t (4.9, 2.0, -2.0); standard errors are proportional to noise.
PATENT_NOISE_SD, UPGRADING_NOISE_SD, SCOPE_NOISE_SD = 0.075, 0.022, 0.105
PATENT_TREND, UPGRADING_TREND, SCOPE_TREND = 0.09, 0.008, 0.009  # rise of the mean a year

REGULATION_MEDIAN = 0.0025  # completed investment / industrial value added
REGULATION_LEVEL_SD, REGULATION_NOISE_SD, REGULATION_PERSISTENCE = 0.35, 0.5, 0.5  # log points: provinces change halves
REGULATION_TREND = -0.06  # log points a year

# Latent intelligence (0 to about 1) per unit of winsorised exposure; about 35 points of the index, so that
# coefficients on the index are of the published size. Noise is small beside it: the index stands in for exposure.
AI_ON_INTELLIGENCE = 0.15
INTELLIGENCE_TREND, INTELLIGENCE_NOISE_SD, INDICATOR_NOISE_SD = 0.012, 0.001, 0.003

# Levels of 2013-2022: primary and tertiary share of value added %; green patents per 10^4 persons; power that flows in
# from other provinces, % of consumption; latent intelligence in 2013, %. Rounded, and no statistics. The leaders in
# patents and intelligence are alike, and so are the last: winsorising then cuts each in a year or two, not one always.
MECHANISM_LEVELS = """
province       primary tertiary patents inflow smart
beijing            0.5     81.5    2.40     60    38
tianjin            1.4     60.0    2.30     25    36
hebei             10.5     49.0    0.95     20    14
shanxi             5.8     46.5    0.90    -35    12
inner_mongolia    11.0     45.5    0.85    -45    11
liaoning           8.6     52.0    1.20     15    18
jilin             11.8     51.0    1.05    -10    14
heilongjiang      21.0     49.5    1.00     -5    13
shanghai           0.4     71.5    2.40     45    38
jiangsu            4.8     52.0    2.35     12    37
zhejiang           3.7     54.5    2.35     25    37
anhui              9.0     50.0    1.40    -15    20
fujian             6.8     46.5    1.40     -5    24
jiangxi            9.2     47.0    1.05      5    16
shandong           7.8     52.0    1.45     12    22
henan             10.2     47.0    1.05     10    16
hubei             10.0     50.0    1.30    -28    20
hunan              9.6     52.0    1.15     10    17
guangdong          4.4     55.0    2.40     22    38
guangxi           16.0     49.0    0.90      5    13
hainan            21.5     58.5    0.85      5    11
chongqing          6.9     53.0    1.40     20    21
sichuan           11.2     51.0    1.20    -32    19
guizhou           14.2     50.5    0.85    -35    11
yunnan            14.5     50.0    0.85    -40    11
tibet              9.5     54.0    0.80     10     10
shaanxi            8.4     46.0    1.30    -20    20
gansu             13.5     53.5    0.85    -15    11
qinghai           10.2     48.5    0.85     -5     11
ningxia            8.0     47.5    0.88    -25    11
xinjiang          15.0     48.5    0.85    -20     11
"""
# Weights of fuels in scope 1, before a province's own raw coal and gas.
SCOPE_1_WEIGHTS = {
    "industry_raw_coal": 24, "industry_coke": 12, "industry_diesel": 2, "industry_fuel_oil": 1,
    "industry_natural_gas": 5, "power_raw_coal": 40, "power_natural_gas": 2, "construction_gasoline": 0.6,
    "construction_diesel": 1.4, "transport_gasoline": 4, "transport_kerosene": 2, "transport_diesel": 5,
    "transport_natural_gas": 1,
}  # fmt: skip
PROCESS_SHARES = {"cement_clinker": 0.05, "calcium_carbide": 0.012, "plate_glass": 0.001}  # of the scopes' CO2
NOT_MADE = {  # provinces whose row of a product is empty
    "cement_clinker": ("shanghai",),
    "plate_glass": ("beijing", "shanghai", "ningxia", "qinghai"),
    "calcium_carbide": ("beijing", "tianjin", "shanghai", "jiangsu", "zhejiang", "guangdong", "hainan", "fujian"),
}
HEAT_INFLOW = {"beijing": 600.0, "hebei": -700.0, "tianjin": 90.0}  # 10^10 kJ; elsewhere an empty row

# Indicators: value at latent intelligence 0 and its rise per unit of it, in the printed ratio.
INDICATORS = {
    "optical_cable": (0.5, 9.0),  # km per km2
    "broadband_ports": (0.15, 1.1),  # a resident
    "information_employment": (0.002, 0.02),  # share of employment
    "software_revenue": (0.005, 0.18),  # of GDP
    "new_product_sales": (0.04, 0.35),  # of industrial revenue
    "ecommerce_enterprises": (3.0, 16.0),  # %
    "technology_contracts": (0.002, 0.06),  # of GDP
    "invention_patents": (0.2, 14.0),  # per 10^4 residents
    "industrial_cost": (0.88, -0.10),  # of industrial revenue
}
GAP_YEARS = {"green_patents": 2016, "ecommerce_enterprises": 2018}  # one empty cell each, in hebei and hunan
GAP_PROVINCES = {"green_patents": "hebei", "ecommerce_enterprises": "hunan"}


class Mechanisms(NamedTuple):
    """Latent variables, arrays (31, 23)."""

    upgrading: np.ndarray  # 2 + tertiary share - primary share
    primary: np.ndarray  # share of value added
    patents: np.ndarray  # per 10^4 persons
    ln_co2_scopes: np.ndarray  # ln 10^4 t
    intelligence: np.ndarray  # about 0 to 1
    regulation: np.ndarray  # ratio


def levels() -> dict[str, np.ndarray]:
    """Columns of MECHANISM_LEVELS by name, without the provinces (their order is that of the economy)."""
    lines = [line.split() for line in MECHANISM_LEVELS.strip().splitlines()]
    return {name: np.array([float(line[at]) for line in lines[1:]]) for at, name in enumerate(lines[0]) if at}


def regressors(economy: Economy) -> np.ndarray:
    """AI and the controls (7, 31, 23), winsorised at the study's pooled percentiles as the regressions see them."""
    kept = in_study(economy.provinces)
    values = (
        economy.exposure,
        economy.openness,
        economy.population / economy.area[:, None] / 1e4,
        economy.finance,
        economy.government,
        economy.electricity / economy.national_electricity,
        economy.urban,
    )
    bounds = [np.percentile(x[kept, STUDY], WINSORISED, method="averaged_inverted_cdf") for x in values]
    return np.stack([np.clip(x, *bound) for x, bound in zip(values, bounds, strict=True)])


def two_way(
    level: np.ndarray, trend: float, coefficients: tuple[float, ...], x: np.ndarray, noise: np.ndarray, kept: np.ndarray
) -> np.ndarray:
    """Province + year + x'coefficients + noise (31, 23).

    The province's effect keeps its mean over the study at `level`; the year's makes the mean over provinces grow by
    `trend` a year.
    """
    fitted = np.tensordot(coefficients, x, axes=1)
    centred = fitted - fitted[:, STUDY].mean(axis=1, keepdims=True)
    steps = np.arange(len(YEARS)) - START - 4.5
    return level[:, None] + centred - centred[kept].mean(axis=0) + trend * steps + noise


def simulate_mechanisms(economy: Economy, ln_co2: np.ndarray) -> Mechanisms:
    """The latent variables; `ln_co2` (31,) is the typed level of CO2."""
    known, kept, x = levels(), in_study(economy.provinces), regressors(economy)
    shape = economy.co2.shape
    steps = np.arange(len(YEARS)) - START - 4.5

    def noise(key: str, sd: float) -> np.ndarray:
        return sd * stream(f"latent: {key}").standard_normal(shape)

    primary = known["primary"][:, None] / 100 * np.exp(-0.02 * steps)
    primary *= np.exp(smooth_noise(stream("latent: primary"), shape, 0.02, 0.6))
    upgrading = 2 + (known["tertiary"] - known["primary"]) / 100
    log_regulation = np.log(REGULATION_MEDIAN) + REGULATION_TREND * steps
    rng = stream("latent: regulation")
    log_regulation = log_regulation + REGULATION_LEVEL_SD * rng.standard_normal((shape[0], 1))
    log_regulation += smooth_noise(rng, shape, REGULATION_NOISE_SD, REGULATION_PERSISTENCE)
    intelligence = known["smart"][:, None] / 100 + INTELLIGENCE_TREND * (steps + 4.5)
    intelligence = intelligence + AI_ON_INTELLIGENCE * x[0] + noise("intelligence", INTELLIGENCE_NOISE_SD)
    return Mechanisms(
        upgrading=two_way(
            upgrading, UPGRADING_TREND, UPGRADING_COEFFICIENTS, x, noise("upgrading", UPGRADING_NOISE_SD), kept
        ),
        primary=primary,
        patents=two_way(
            known["patents"], PATENT_TREND, PATENT_COEFFICIENTS, x, noise("patents", PATENT_NOISE_SD), kept
        ),
        ln_co2_scopes=two_way(ln_co2 - 0.1, SCOPE_TREND, SCOPE_COEFFICIENTS, x, noise("scopes", SCOPE_NOISE_SD), kept),
        intelligence=intelligence,
        regulation=np.exp(log_regulation),
    )


def structure_tables(economy: Economy, latent: Mechanisms, gdp: np.ndarray) -> dict[str, np.ndarray]:
    """Value added and employment of three sectors, industrial value added, pollution control; `gdp` as printed."""
    primary = np.round(gdp * latent.primary, 2)
    tertiary = np.round(gdp * (latent.upgrading - 2 + latent.primary), 2)
    secondary = np.round(gdp - primary - tertiary, 2)
    rng = stream("employment_primary")
    # A sector's workers are more, in proportion to its product, the less it is worth an hour.
    farmers = np.clip(0.06 + 2.2 * latent.primary, 0.02, 0.6) * np.exp(0.02 * rng.standard_normal(gdp.shape))
    makers = (1 - farmers) * 0.85 * secondary / (secondary + tertiary)
    employment = {"primary": farmers, "secondary": makers, "tertiary": 1 - farmers - makers}
    rng = stream("industrial_value_added")
    part = 0.82 + 0.05 * np.clip(rng.standard_normal((len(gdp), 1)), -2, 2) + 0.006 * rng.standard_normal(gdp.shape)
    industry = np.round(secondary * part, 2)
    tables = {"value_added_primary": primary, "value_added_secondary": secondary, "value_added_tertiary": tertiary}
    tables |= {f"employment_{sector}": np.round(economy.labour * share, 2) for sector, share in employment.items()}
    tables["industrial_value_added"] = industry
    tables["pollution_control_investment"] = np.round(latent.regulation * industry * 1e4)  # 10^8 to 10^4 CNY
    return tables


def indicator_tables(economy: Economy, latent: Mechanisms, gdp: np.ndarray) -> dict[str, np.ndarray]:
    """The intelligence indicators' tables, in the units printed."""

    def ratio(key: str) -> np.ndarray:
        base, rise = INDICATORS[key]
        noise = INDICATOR_NOISE_SD * stream(key).standard_normal(gdp.shape)
        return base + rise * np.maximum(latent.intelligence + noise, 0.01)

    rng = stream("industrial_revenue")
    revenue = np.round(gdp * 1.1 * np.exp(0.2 * rng.standard_normal((len(gdp), 1))), 1)
    return {
        "optical_cable": np.round(ratio("optical_cable") * economy.area[:, None] * 1e4),  # km
        "broadband_ports": np.round(ratio("broadband_ports") * economy.population, 1),
        "information_employment": np.round(ratio("information_employment") * economy.labour, 2),
        "software_revenue": np.round(ratio("software_revenue") * gdp * 1e4),
        "new_product_sales": np.round(ratio("new_product_sales") * revenue * 1e4),
        "industrial_revenue": revenue,
        "industrial_cost": np.round(ratio("industrial_cost") * revenue, 1),
        "ecommerce_enterprises": np.round(ratio("ecommerce_enterprises"), 1),
        "technology_contracts": np.round(ratio("technology_contracts") * gdp, 2),
        "invention_patents": np.round(ratio("invention_patents") * economy.population),
    }


def activity_tables(
    economy: Economy, latent: Mechanisms, coal: np.ndarray, activities: Mapping[str, float]
) -> dict[str, np.ndarray]:
    """Activities of scopes 1-3 whose emissions add to the latent total, nan for an empty row.

    coal : raw coal's share of CO2, %. activities : key -> 10^4 t CO2 per printed unit.
    """
    total = np.exp(latent.ln_co2_scopes)
    used = np.ones(total.shape, dtype=bool)
    used[economy.provinces.index(EXCLUDED)] = False
    share = levels()["inflow"][:, None] / 100 + 0.02 * stream("net_electricity").standard_normal(total.shape)
    tables = {"net_electricity": np.round(share * economy.electricity, 2)}
    heat = np.array([HEAT_INFLOW.get(province, np.nan) for province in economy.provinces])[:, None]
    tables["net_heat"] = np.round(heat * (1 + 0.05 * stream("net_heat").standard_normal(total.shape)), 2)
    for key, part in PROCESS_SHARES.items():
        made = np.array([province not in NOT_MADE[key] for province in economy.provinces])[:, None]
        amount = part * total / activities[key] * np.exp(0.1 * stream(key).standard_normal(total.shape))
        tables[key] = np.round(np.where(made, amount, np.nan), 2)
    rest = total - sum(np.nan_to_num(values) * activities[key] for key, values in tables.items())
    weights = {}
    for key, weight in SCOPE_1_WEIGHTS.items():
        tilt = coal / 55 if key.endswith("raw_coal") else (2 - coal / 60 if key.endswith("natural_gas") else 1)
        noise = 0.05 * stream(key).standard_normal(total.shape)
        weights[key] = (weight * tilt * np.ones(len(coal)))[:, None] * np.exp(noise)
    for key, weight in weights.items():
        tables[key] = np.round(rest * weight / sum(weights.values()) / activities[key], 2)
    return {key: np.where(used, values, np.nan) for key, values in tables.items()}


DECIMALS = {
    "pollution_control_investment": 0, "green_patents": 0, "optical_cable": 0, "software_revenue": 0,
    "new_product_sales": 0, "invention_patents": 0, "broadband_ports": 1, "industrial_revenue": 1,
    "industrial_cost": 1, "ecommerce_enterprises": 1,
}  # fmt: skip


def mechanism_tables(
    economy: Economy,
    gdp: np.ndarray,
    typed: Mapping[str, np.ndarray],
    activities: Mapping[str, float],
    energy_keys: frozenset[str],
) -> dict[str, Table]:
    """Every table beyond the baseline by catalog key.

    gdp : (31, 23) as printed, without gaps. typed : columns of simulate.facts.PROVINCE_FACTS. activities : key -> 10^4
    t CO2 per printed unit. energy_keys : tables in the energy yearbook's form, which has a national row.
    """
    latent = simulate_mechanisms(economy, typed["ln_co2"])
    tables = structure_tables(economy, latent, gdp)
    tables["green_patents"] = np.round(latent.patents * economy.population)
    tables |= indicator_tables(economy, latent, gdp)
    tables |= activity_tables(economy, latent, typed["coal"], activities)
    columns = since(FIRST_PRINTED)
    years = YEARS[columns]
    printed = {}
    for key, values in tables.items():
        values = values[:, columns].copy()
        if key in GAP_YEARS:
            values[economy.provinces.index(GAP_PROVINCES[key]), years.index(GAP_YEARS[key])] = np.nan
        national = None
        if key in energy_keys:
            gap = np.clip(0.001 * stream(f"{key}: national").standard_normal(len(years)), -0.002, 0.002)
            national = np.round(np.nansum(values, axis=0) * (1 + gap), 2)
        printed[key] = Table(years, values, DECIMALS.get(key, 2), national)
    return printed
