"""What of a study can be made of the raw tables that are there, and what lacks which."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from study.plan.made_of import DERIVED_VARIABLES, raw_needs
from study.plan.sources import source

if TYPE_CHECKING:
    from study.plan.study import Study


@dataclass(frozen=True, eq=False)
class Derived:
    """Derived tables and variables of a study with the raw tables that each needs; a ready panel lacks none."""

    study: Study

    @cached_property
    def _country(self) -> str:
        return self.study.given["exposure"]["instrument"]["country"]

    def variables_of(self, table: str) -> list[str]:
        """Variables of the panel that a derived table has."""
        return [name.format(country=self._country) for name in DERIVED_VARIABLES[table]]

    # --- raw tables that variables need ---------------------------------------------------------------------------

    @cached_property
    def _needs(self) -> dict[str, set[str]]:
        return {}

    def needs_of(self, variable: str) -> set[str]:
        """Catalog keys that a variable of this study is made of."""
        if variable not in self._needs:
            raw = self.study.raw_tables
            aliases = {
                "emissions": raw.emission_tables,
                "robots": ["robots_china"],
                "base_employment": [raw.base_employment],
                "foreign_robots": [f"robots_{self._country}"],
                "foreign_employment": [raw.foreign_employment],
                "indicators": raw.indicator_tables,
            }
            known = {f"ai_{self._country}": "ai_foreign"} | dict.fromkeys(self.study.indices, "gtfp")
            self._needs[variable] = raw_needs(known.get(variable, variable), aliases, raw.theme_tables)
        return self._needs[variable]

    def lacks(self, *variables: str) -> list[str]:
        """Raw tables of variables that are not there."""
        if not self.study.is_raw:
            return []
        raw, needed = self.study.raw_tables, set().union(*map(self.needs_of, variables))
        return [key for key in raw.catalog if key in needed and not raw.is_there(key)]

    # --- the panel -----------------------------------------------------------------------------------------------

    @cached_property
    def tables(self) -> list[str]:
        """Derived tables that the study's panel is made of, if their raw tables are there."""
        return ["co2", "exposure", "controls", "instrument", *self.study.optional_tables]

    @cached_property
    def left_out(self) -> dict[str, list[str]]:
        """Variables that the panel goes without because raw tables are missing -> these tables."""
        if not self.study.is_raw:
            return {}
        names = [*self.study.panel_indices, *(name for table in self.tables for name in self.variables_of(table))]
        return {name: missing for name in names if (missing := self.lacks(name))}

    @cached_property
    def panel_sources(self) -> list[str]:
        """The derived tables whose columns make the panel; what lacks raw tables is asked for by who needs it."""
        if not self.study.is_raw:
            return ["imported"]
        made = [table for table in self.tables if not all(name in self.left_out for name in self.variables_of(table))]
        return made or self.tables

    @cached_property
    def panel_indices(self) -> dict[str, str]:
        """Columns of the panel that are cumulative indices -> their models, if their raw tables are there."""
        return {column: model for column, model in self.study.panel_indices.items() if column not in self.left_out}

    # --- tables of the study -------------------------------------------------------------------------------------

    @cached_property
    def _named_by_tables(self) -> dict[str, list[str]]:
        """Table of the study -> the variables that it names."""
        described = self.study.given.get("describe", {}).get("variables", [])
        return {name: self.study.table_variables(name) for name in self.study.tables} | {"table_1": described}

    def needed_by(self, key: str) -> list[str]:
        """Tables of the study that need a raw table."""
        return sorted(
            name
            for name, variables in self._named_by_tables.items()
            if any(key in self.needs_of(variable) for variable in variables)
        )

    @cached_property
    def unmade_tables(self) -> dict[str, list[str]]:
        """Tables of the study that lack raw tables -> which."""
        tables = sorted(self._named_by_tables.items())
        return {name: missing for name, variables in tables if (missing := self.lacks(*variables))}

    # --- what jobs read ------------------------------------------------------------------------------------------

    def _can_be_read(self, theme: str) -> bool:
        return all(map(self.study.raw_tables.is_there, self.study.raw_tables.theme_tables(theme)))

    @cached_property
    def control_themes(self) -> list[str]:
        """Cleaned themes that the controls are made of, accounts and electricity if these can be read."""
        return ["controls", *filter(self._can_be_read, ("accounts", "electricity"))]

    @cached_property
    def indicator_themes(self) -> list[str]:
        """Cleaned themes that hold the indicators' raw tables."""
        raw = self.study.raw_tables
        return sorted({raw.catalog[key]["theme"] for key in raw.indicator_tables})

    @cached_property
    def imputed_themes(self) -> list[str]:
        """Cleaned themes whose raw tables are there: what was not observed in them is listed."""
        raw = self.study.raw_tables
        return [theme for theme in raw.used_themes if all(map(raw.is_there, raw.needed(theme)))]

    @cached_property
    def imputed_robots(self) -> list[str]:
        """Tables of robot counts that are there: what they do not print is listed."""
        return [key for key in self.study.raw_tables.robots if self.study.raw_tables.is_there(key)]

    @cached_property
    def has_capital(self) -> bool:
        """Whether the capital stock can be made."""
        return self._can_be_read("capital") and self._can_be_read("accounts")

    def checked_tables(self) -> dict[str, dict]:
        """Every raw table of the catalog -> what `snakemake check` has to know of it."""
        raw, exposure = self.study.raw_tables, self.study.given["exposure"]
        spans = {key: span for theme in raw.used_themes for key, span in raw.theme_tables(theme).items()}
        years = {"census": exposure["base_year"], "us_employment": exposure["instrument"]["base_year"]}
        used, tables = set(raw.used), {}
        for key, row in raw.catalog.items():
            needed_by = self.needed_by(key)
            needed = key in used and (raw.is_there(key) or bool(needed_by) or key in self.needs_of("gtfp"))
            first, last = spans.get(key, raw.years)
            tables[key] = {
                "path": raw.path(key),
                "source": raw.source(key) if needed else source(),
                "entry": row,
                "first": raw.years[0] - 1 if key == "robots_china" else first,
                "last": last,
                "blank_is_nil": raw.blank_is_nil(key),
                "has_to_add_up": row["theme"] == "electricity",
                "year": years.get(row["theme"]),
                "needed": needed,
                "needed_by": needed_by if needed else [],
            }
        return tables
