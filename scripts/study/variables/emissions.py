"""Emission factors of fuels from their components (IPCC 2006)."""

from __future__ import annotations

import pandas as pd

CARBON_TO_CO2 = 44 / 12


def emission_factors(components: pd.DataFrame, factor_set: str) -> pd.Series:
    """kg CO2 per kg of fuel (natural gas: per m3), index `fuel`.

    Net calorific value (kJ/kg) x carbon content (kg C/GJ) x oxidation share x 44/12 (IPCC 2006, vol. 2, ch. 1).
    """
    chosen = components[components["factor_set"] == factor_set].set_index("fuel")
    gigajoule = chosen["ncv"] * 1e-6
    return gigajoule * chosen["carbon_content"] * chosen["oxidation"] * CARBON_TO_CO2
