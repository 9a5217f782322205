"""What the derived tables and the variables of the panel are made of, whichever study it is."""

from __future__ import annotations

from collections.abc import Callable, Iterable

# Variable -> raw tables (keys of resources/catalog.csv) and themes (all tables that the study needs of one).
NEEDS = {
    "ln_co2": ["emissions"],
    "gtfp": ["theme:accounts", "theme:capital", "theme:labour", "energy_total", "emissions"],
    "ai": ["robots", "base_employment"],
    "ai_lag1": ["robots", "base_employment"],
    "ai_foreign": ["foreign_robots", "foreign_employment", "base_employment"],
    "open": ["trade", "exchange_rate", "gdp"],
    "density": ["population", "area"],
    "fin": ["loans", "gdp"],
    "gov": ["budget_expenditure", "gdp"],
    "energy": ["electricity"],
    "urban": ["urbanisation"],
    "energy_efficiency": ["theme:accounts", "energy_total"],
    "industrial_upgrading": ["theme:structure", "theme:accounts"],
    "industrialisation": ["theme:structure", "gdp"],
    "green_patents": ["theme:patents", "population"],
    "regulation": ["theme:regulation", "gdp"],
    "intelligence_index": ["theme:intelligence", "indicators"],
    "ln_co2_scopes": ["theme:activities"],
    "municipality": [],
}

# Themes of raw tables that every study reads. The linear programs need the first four; a fix in the others reruns none.
BASE_THEMES = ("accounts", "capital", "labour", "energy", "electricity", "controls")
# Derived tables that a study makes only where its config names one of their variables -> the theme of raw tables that
# only they need: who does not use a variable need not have its raw tables.
OPTIONAL_THEMES = {
    "efficiency": None,
    "structure": "structure",
    "green_patents": "patents",
    "regulation": "regulation",
    "intelligence": "intelligence",
    "scopes": "activities",
    "regions": None,
}
# Derived table -> its variables of the panel; the instrument's is named by its country.
DERIVED_VARIABLES = {
    "co2": ("ln_co2",),
    "exposure": ("ai", "ai_lag1"),
    "controls": ("open", "density", "fin", "gov", "energy", "urban"),
    "instrument": ("ai_{country}",),
    "efficiency": ("energy_efficiency",),
    "structure": ("industrial_upgrading", "industrialisation"),
    "green_patents": ("green_patents",),
    "regulation": ("regulation",),
    "intelligence": ("intelligence_index",),
    "scopes": ("ln_co2_scopes",),
    "regions": ("municipality",),
}
# What derive_production makes; the models of a raw study use these.
PRODUCTION = ("labour", "capital", "energy_total", "real_gdp", "co2")


def raw_needs(variable: str, aliases: dict[str, list[str]], theme_tables: Callable[[str], Iterable[str]]) -> set[str]:
    """Catalog keys that a variable is made of; empty for a variable that this module does not know.

    aliases : what words such as `robots` stand for in this study. theme_tables : the keys a study needs of a theme.
    """
    keys: set[str] = set()
    for need in NEEDS.get(variable, []):
        if need.startswith("theme:"):
            keys.update(theme_tables(need.removeprefix("theme:")))
        else:
            keys.update(aliases.get(need, [need]))
    return keys
