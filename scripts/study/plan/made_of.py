"""Which raw tables a variable of the panel is made of, and so what of a study can be made from the files at hand."""

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
