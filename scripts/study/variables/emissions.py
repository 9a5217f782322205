"""Emission factors of fuels from their components (IPCC 2006)."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from study.helpers import InputError, workflow_rows

CARBON_TO_CO2 = 44 / 12


class Components(NamedTuple):
    """Of a fuel: net calorific value in kJ/kg (natural gas: kJ/m3), carbon content in kg C/GJ, share oxidised."""

    ncv: float
    carbon_content: float
    oxidation: float


def fuel_components(path: str | Path, factor_set: str) -> dict[str, Components]:
    """Components of each fuel of one set of factors (resources/fuels.csv); InputError for one that is no number."""
    found = {}
    for row in workflow_rows(path):
        if row["factor_set"] == factor_set:
            try:
                found[row["fuel"]] = Components(*(float(row[name]) for name in Components._fields))
            except ValueError as error:
                raise InputError(f"{path}: {row['fuel']} of {factor_set}: {error}; expected a number.") from None
    return found


def emission_factors(path: str | Path, factor_set: str) -> dict[str, float]:
    """Fuel -> kg CO2 per kg (natural gas: per m3), of one set of factors.

    Net calorific value (kJ/kg) x carbon content (kg C/GJ) x oxidation share x 44/12 (IPCC 2006, vol. 2, ch. 1).
    """
    return {
        fuel: one.ncv * 1e-6 * one.carbon_content * one.oxidation * CARBON_TO_CO2
        for fuel, one in fuel_components(path, factor_set).items()
    }
