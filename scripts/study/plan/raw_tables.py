"""Which raw tables a study uses, which of their years, and where they are."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING

from study.files.catalog_entries import catalog_entry
from study.helpers import InputError
from study.plan.catalog import check_catalog
from study.plan.made_of import BASE_THEMES, OPTIONAL_THEMES
from study.plan.schema import read_schema
from study.plan.sources import by_name, find_sources, folder_tables, source
from study.publishers.every_form import ReaderTables, reader_tables
from study.publishers.untitled import has_census, has_major_groups, has_robots
from study.variables.choices import SECTORS, chosen_activities, chosen_indicators
from study.words.forms import form_of

if TYPE_CHECKING:
    from study.plan.study import Study

# resources/<name>.csv that tell the readers of yearbooks what they meet.
READER_TABLES = ("provinces", "balance", "cities")
# What continues a series -> that series: needed from the year after it ends, if it is chosen at all.
CONTINUES = {
    "retail_price_index": "investment_price_index",
    "fixed_asset_investment_growth": "gross_fixed_capital_formation",
}
SOURCES_CACHE = ".snakemake/inputs.json"


@dataclass(frozen=True, eq=False)
class RawTables:
    """The raw tables of a study by catalog key: needed years, paths, what is there; a ready panel has none."""

    study: Study

    # --- the catalog and what the config chooses of it -----------------------------------------------------------

    @cached_property
    def catalog(self) -> dict[str, dict[str, str]]:
        """Rows of resources/catalog.csv by key; InputError where one cannot be right."""
        rows = self.study.rows("catalog")
        check_catalog(rows, read_schema(self.study.home / "rules/catalog.schema.yaml"))
        return {row["key"]: row for row in rows}

    @cached_property
    def years(self) -> tuple[int, int]:
        """First and last year of the study."""
        return tuple(self.study.given["study"]["years"])

    @cached_property
    def coverage(self) -> dict[str, tuple[int, int | None]]:
        """Catalog key -> first and last year of the table, None where the catalog leaves the end open."""
        spans = {key: row["years"].partition("-") for key, row in self.catalog.items()}
        return {
            key: (int(since or self.years[0]), int(until) if until else None)
            for key, (since, _, until) in spans.items()
        }

    @cached_property
    def base_employment(self) -> str:
        """Key of employment by province and industry in the base year of the exposure."""
        return f"employment_{self.study.given['exposure']['base_year']}"

    @cached_property
    def foreign_employment(self) -> str:
        """Key of employment by industry in the instrument's country."""
        instrument = self.study.given["exposure"]["instrument"]
        return f"{instrument['country']}_employment_{instrument['base_year']}"

    @cached_property
    def robots(self) -> list[str]:
        """Keys of the robot counts, China's and those of the instrument's country."""
        return list(dict.fromkeys(["robots_china", f"robots_{self.study.given['exposure']['instrument']['country']}"]))

    @cached_property
    def activities(self) -> list[dict[str, str]]:
        """Rows of resources/activities.csv that the config's scopes have."""
        return chosen_activities(self.study.rows("activities"), self.study.given["emissions"]["scopes"])

    @cached_property
    def indicators(self) -> list[dict[str, str]]:
        """Rows of resources/indicators.csv that the config chooses."""
        names = self.study.given["variables"]["intelligence"].get("indicators")
        return chosen_indicators(self.study.rows("indicators"), names, self.catalog)

    @cached_property
    def indicator_tables(self) -> list[str]:
        """Catalog keys that the indicators are made of."""
        return [row[part] for row in self.indicators for part in ("numerator", "denominator") if row[part]]

    @cached_property
    def emission_tables(self) -> list[str]:
        """Catalog keys that emissions are made of: fuels, or the totals of CEADs' inventories."""
        emissions = self.study.given["emissions"]
        return list(self.theme_tables("inventory")) if emissions["source"] == "ceads" else emissions["fuels"]

    # --- themes --------------------------------------------------------------------------------------------------

    @cached_property
    def base_themes(self) -> list[str]:
        """Themes that the study uses whatever variables its config names."""
        inventory = self.study.given.get("emissions", {}).get("source") == "ceads"
        return [*BASE_THEMES, *(["inventory"] if inventory else [])]

    @cached_property
    def themes(self) -> list[str]:
        """Every theme that a study with this source of emissions can have."""
        return [*self.base_themes, *filter(None, OPTIONAL_THEMES.values())]

    @cached_property
    def used_themes(self) -> list[str]:
        """Themes whose tables the study uses."""
        optional = [OPTIONAL_THEMES[table] for table in self.study.optional_tables]
        return [*self.base_themes, *filter(None, optional)]

    @cached_property
    def _theme_tables(self) -> dict[str, dict[str, tuple[int, int]]]:
        themes = dict.fromkeys(row["theme"] for row in self.catalog.values())
        return {theme: self._years_needed(theme) for theme in themes}

    def theme_tables(self, theme: str) -> dict[str, tuple[int, int]]:
        """Catalog keys of a theme -> first and last year that the study needs of each."""
        return self._theme_tables.get(theme, {})

    def _years_needed(self, theme: str) -> dict[str, tuple[int, int]]:
        capital, chosen = self.study.given["capital"], self._chosen_tables(theme)
        continuing = (capital["price_continued_by"], capital["investment_continued_by"])
        tables = {}
        for key, row in self.catalog.items():
            if row["theme"] != theme or (key in CONTINUES and key not in continuing):
                continue
            if chosen is not None and key not in chosen:
                continue
            since, until = self.coverage[key]
            first = max(capital["base_year"] if theme in ("accounts", "capital") else self.years[0], since)
            if key in CONTINUES:
                first = max(first, (self.coverage[CONTINUES[key]][1] or self.years[1]) + 1)
            last = min(self.years[1], until or self.years[1])
            if first <= last:
                tables[key] = (first, last)
        return tables

    def _chosen_tables(self, theme: str) -> list[str] | None:
        """Catalog keys that the config chooses among a theme's raw tables; None where all are needed."""
        emissions, variables = self.study.given["emissions"], self.study.given["variables"]
        if theme == "energy":
            return ["energy_total", *(emissions["fuels"] if emissions["source"] == "fuels" else [])]
        if theme == "activities":
            return [row["key"] for row in self.activities]
        if theme == "intelligence":
            return self.indicator_tables
        if theme == "structure" and variables["industrial_upgrading"] == "shares":
            return [f"value_added_{sector}" for sector in SECTORS]
        return None

    @cached_property
    def used(self) -> list[str]:
        """Catalog keys of every raw table that the study uses."""
        keys = [key for theme in self.used_themes for key in self.theme_tables(theme)]
        others = [*self.robots, self.base_employment, self.foreign_employment]
        return [*keys, *(key for key in others if key in self.catalog)]

    # --- where they are ------------------------------------------------------------------------------------------

    def path(self, key: str) -> str:
        """Where the raw table of a catalog key is expected under its own name; InputError for an unknown key."""
        if key not in self.catalog:
            raise InputError(f"resources/catalog.csv has no table {key!r}; add a row, or change the config.")
        return os.path.join(self.study.given["inputs"], self.catalog[key]["file"])  # noqa: PTH118 (as the user wrote it)

    @cached_property
    def sources(self) -> dict[str, dict]:
        """Catalog key -> where its raw table is (`plan.sources.source`), for every table that the study uses."""
        rows = {key: self.catalog[key] for key in self.used}
        given = self.study.given
        return find_sources(
            given["inputs"], rows, given.get("sources", {}), self._reader_tables, SOURCES_CACHE, self._untitled
        )

    def source(self, key: str) -> dict:
        """Where one raw table is; where it is expected, if it is not there."""
        return self.sources.get(key) or source()

    def files(self, *keys: str) -> list[str]:
        """The files of raw tables that exist; a missing one is the cleaning script's clear error, also after a first
        run."""
        return sorted({path for key in keys for path in self.source(key)["files"] if Path(path).exists()})

    def is_there(self, key: str) -> bool:
        """Whether a raw table was found."""
        where = self.source(key)
        return bool(where["files"] or where["problem"])

    @cached_property
    def _reader_tables(self) -> ReaderTables:
        return reader_tables(*self.reader_tables)

    @cached_property
    def _untitled(self) -> Mapping[str, Callable[[str], bool]]:
        """Catalog key -> whether a file has that table, for tables that no title tells."""
        industries, leaf_sets = (self.study.from_workflow(f"resources/{name}.csv") for name in ("industries", "robots"))
        exposure, span = self.study.given["exposure"], range(self.years[0], self.years[1] + 1)
        census, foreign = (catalog_entry(self.catalog[key]) for key in (self.base_employment, self.foreign_employment))
        tests: dict[str, Callable[[str], bool]] = {
            key: partial(has_robots, country=key.removeprefix("robots_"), years=span, leaf_sets=leaf_sets)
            for key in self.robots
        }
        tests[self.base_employment] = partial(
            has_census,
            names=self._reader_tables.provinces,
            entry=census,
            year=exposure["base_year"],
            industries=industries,
        )
        tests[self.foreign_employment] = partial(
            has_major_groups, entry=foreign, year=exposure["instrument"]["base_year"], industries=industries
        )
        return tests

    @cached_property
    def unused_files(self) -> list[str]:
        """Files of the inputs folder that no table of the catalog is taken from."""
        inputs = self.study.given["inputs"]
        used = {file for where in self.sources.values() for file in where["files"]}
        used.update(file for row in self.catalog.values() for file in by_name(inputs, row["file"])["files"])
        return [file for file in folder_tables(inputs) if file not in used]

    # --- what the jobs that read them are told -------------------------------------------------------------------

    @cached_property
    def reader_tables(self) -> list[str]:
        """The workflow's tables that tell the readers of yearbooks what they meet."""
        return [self.study.from_workflow(f"resources/{name}.csv") for name in READER_TABLES]

    def themes_read_by(self, form: str) -> list[str]:
        """Themes whose tables the rule `clean_<form>` reads."""
        return [theme for theme in self.themes if form_of(theme) == form]

    def needed(self, theme: str) -> dict[str, dict]:
        """Catalog keys of a theme -> path, source, entry and years that the study needs of each.

        A control can be made without the others: what is missing among their tables is asked for by who needs it.
        """
        return {
            key: {
                "path": self.path(key),
                "source": self.source(key),
                "entry": self.catalog[key],
                "first": first,
                "last": last,
                "blank_is_nil": self.blank_is_nil(key),
            }
            for key, (first, last) in self.theme_tables(theme).items()
            if theme != "controls" or self.is_there(key)
        }

    def absent(self, theme: str) -> list[str]:
        """Paths of a theme's tables that it goes without."""
        needed = self.needed(theme)
        return [self.path(key) for key in self.theme_tables(theme) if key not in needed]

    def blank_is_nil(self, key: str) -> bool:
        """Whether an empty cell is none used, as energy yearbooks leave it empty."""
        row = self.catalog[key]
        return row["theme"] in ("energy", "activities") and row["sign"] != "positive"

    def accepted(self, keys: Collection[str]) -> dict[str, list[str]]:
        """Raw table -> suspect figures that the config accepts, of some tables."""
        return {key: cells for key, cells in self.study.accepted.items() if key in keys}
