"""Which raw tables a study uses, which of their years, and where they are."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING

from study.files.catalog_entries import catalog_entry
from study.files.finding import folder_tables
from study.helpers import InputError
from study.plan.books import Book, find_books
from study.plan.catalog import CATALOG, check_catalog, own_rows
from study.plan.schema import read_schema
from study.plan.sources import by_name, find_sources
from study.publishers.every_form import ReaderTables, reader_tables
from study.publishers.untitled import has_census, has_major_groups, has_robots
from study.variables.choices import chosen_activities, chosen_indicators
from study.variables.quantities import is_amount
from study.words.forms import form_of

if TYPE_CHECKING:
    from study.plan.study import Study

# resources/<name>.csv that tell the readers of yearbooks what they meet.
READER_TABLES = ("provinces", "balance", "cities")
# Themes whose tables have one year, which the config names.
ONE_YEAR = ("census", "us_employment")
# Forms whose tables have no figure by province and year: only the exposure's rules read them.
NOT_BY_PROVINCE = ("robots", "census", "foreign_employment")
SOURCES_CACHE = ".snakemake/inputs.json"
# Cells of a catalog row that say what a table is called and in which units, of all that a book is read by.
READ_BY = ("key", "title_zh", "title_en", "conversion", "aliases")


@dataclass(frozen=True, eq=False)
class RawTables:
    """The raw tables of a study by catalog key: needed years, paths, what is there; a ready panel has none."""

    study: Study

    # --- the catalog and what the config chooses of it -----------------------------------------------------------

    @cached_property
    def catalog(self) -> dict[str, dict[str, str]]:
        """Rows of resources/catalog.csv and of the config's `catalog.own` by key; InputError where one cannot be
        right."""
        rows = [row | {"place": f"{CATALOG}, row {line}"} for line, row in self.study.lines("catalog")]
        themes = {row["theme"] for row in rows if form_of(row["theme"]) not in NOT_BY_PROVINCE}
        rows += own_rows(self.study.given.get("catalog", {}).get("own", []), themes)
        check_catalog(rows, read_schema(self.study.home / "rules/catalog.schema.yaml"))
        return {row["key"]: {name: cell for name, cell in row.items() if name != "place"} for row in rows}

    @cached_property
    def own(self) -> set[str]:
        """Keys of the config's own raw tables."""
        return {row["key"] for row in self.study.given.get("catalog", {}).get("own", [])}

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

    @property
    def country(self) -> str:
        """Country whose robots make the instrument; empty in a study without."""
        return self.study.given.get("exposure", {}).get("instrument", {}).get("country", "")

    @cached_property
    def base_employment(self) -> str:
        """Key of employment by province and industry in the base year of the exposure; empty in a study without."""
        return f"employment_{self.study.given['exposure']['base_year']}" if "exposure" in self.study.given else ""

    @cached_property
    def foreign_employment(self) -> str:
        """Key of employment by industry in the instrument's country; empty in a study without."""
        if not self.country:
            return ""
        return f"{self.country}_employment_{self.study.given['exposure']['instrument']['base_year']}"

    @cached_property
    def robots(self) -> list[str]:
        """Keys of the robot counts, China's and those of the instrument's country; none in a study without."""
        return list(dict.fromkeys(["robots_china", f"robots_{self.country}"])) if self.country else []

    @cached_property
    def activities(self) -> list[dict[str, str]]:
        """Rows of resources/activities.csv that the config's scopes have."""
        emissions = self.study.given.get("emissions")
        return chosen_activities(self.study.rows("activities"), emissions["scopes"]) if emissions else []

    @cached_property
    def indicators(self) -> list[dict[str, str]]:
        """Rows of resources/indicators.csv that the config chooses."""
        names = self.study.given["variables"]["intelligence"].get("indicators")
        return chosen_indicators(self.study.rows("indicators"), names, self.catalog)

    @cached_property
    def indicator_tables(self) -> list[str]:
        """Catalog keys that the indicators are made of."""
        keys = [row[part] for row in self.indicators for part in ("numerator", "denominator") if row[part]]
        return list(dict.fromkeys(keys))

    @cached_property
    def emission_tables(self) -> list[str]:
        """Catalog keys that emissions are made of: fuels, or the totals of CEADs' inventories."""
        emissions = self.study.given.get("emissions", {"source": "", "fuels": []})
        return ["co2_inventory"] if emissions["source"] == "ceads" else list(emissions["fuels"])

    # --- which of them, and which years --------------------------------------------------------------------------

    @property
    def used(self) -> list[str]:
        """Catalog keys of every raw table that the study uses."""
        return list(self.study.derived.raw_needs)

    def one_year(self, key: str) -> int | None:
        """The year of a table that has one year alone; None for others."""
        exposure, theme = self.study.given.get("exposure"), self.row(key)["theme"]
        if not exposure or theme not in ONE_YEAR:
            return None
        census = theme == "census"
        return exposure["base_year"] if census else exposure["instrument"]["base_year"]

    def span(self, key: str, first: int) -> tuple[int, int] | None:
        """First and last year to be read of a raw table needed from `first` on; None where it has none of them."""
        if year := self.one_year(key):
            return year, year
        if not self.catalog[key]["years"]:
            return (first, self.years[1])
        since, until = self.coverage[key]
        first, last = max(first, since), min(self.years[1], until or self.years[1])
        return (first, last) if first <= last else None

    # --- where they are ------------------------------------------------------------------------------------------

    def row(self, key: str) -> dict[str, str]:
        """The catalog's row of a key; InputError for an unknown one."""
        if key not in self.catalog:
            raise InputError(f"resources/catalog.csv has no table {key!r}; add a row, or change the config.")
        return self.catalog[key]

    def path(self, key: str) -> str:
        """Where the raw table of a catalog key is expected under its own name; InputError for an unknown key."""
        return os.path.join(self.study.given["inputs"], self.row(key)["file"])  # noqa: PTH118 (as the user wrote it)

    @cached_property
    def sources(self) -> dict[str, dict]:
        """Catalog key -> where its raw table is (`plan.sources.source`), for every table that the study uses."""
        return self._find(self.used)

    def _find(self, keys: Iterable[str]) -> dict[str, dict]:
        rows, given = {key: self.row(key) for key in keys}, self.study.given
        choices = {key: choice for key, choice in given.get("sources", {}).items() if key in rows}
        formulas = given["cleaning"]["formulas"]
        return find_sources(
            given["inputs"], rows, choices, self._reader_tables, SOURCES_CACHE, self._untitled, formulas
        )

    def source(self, key: str) -> dict:
        """Where one raw table is; where it is expected, if it is not there. A table that the study does not use is
        looked for when its cleaned one is asked for by name."""
        return self.sources[key] if key in self.sources else self._find([key])[key]

    def files(self, *keys: str) -> list[str]:
        """The files of raw tables that exist; a missing one is the cleaning script's clear error, also after a first
        run."""
        return sorted({path for key in keys for path in self.source(key)["files"] if Path(path).exists()})

    def is_there(self, key: str) -> bool:
        """Whether a raw table was found."""
        where = self.source(key)
        return bool(where["files"] or where["problem"])

    @cached_property
    def books(self) -> dict[str, Book]:
        """Files that hold several of the used tables, and are read once for all of them."""
        sound = [key for key in self.used if not self.source(key)["problem"]]
        forms = {key: form_of(self.catalog[key]["theme"]) for key in sound}
        return find_books({key: self.files(key) for key in sound}, forms)

    def books_of(self, form: str) -> list[str]:
        """Names of the books of one form."""
        return [name for name, book in self.books.items() if book.form == form]

    def printed(self, key: str) -> list[str]:
        """The folder of the book that a table is in; nothing for a table that is read by its own job."""
        return [f"results/printed/{name}" for name, book in self.books.items() if key in book.keys]

    def own_files(self, key: str) -> list[str]:
        """The files that the job of a table itself reads: none where it is in a book."""
        return [] if self.printed(key) else self.files(key)

    @cached_property
    def _reader_tables(self) -> ReaderTables:
        return reader_tables(*(self.study.from_workflow(f"resources/{name}.csv") for name in READER_TABLES))

    @cached_property
    def _untitled(self) -> Mapping[str, Callable[[str], bool]]:
        """Catalog key -> whether a file has that table, for tables that no title tells."""
        industries, leaf_sets = (self.study.from_workflow(f"resources/{name}.csv") for name in ("industries", "robots"))
        if not self.robots:
            return {}
        formulas = self.study.given["cleaning"]["formulas"]
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
            formulas=formulas,
        )
        tests[self.foreign_employment] = partial(
            has_major_groups,
            entry=foreign,
            year=exposure["instrument"]["base_year"],
            industries=industries,
            formulas=formulas,
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

    def read_by(self, form: str) -> list[str]:
        """Catalog keys of the tables that the rule `clean_<form>` reads; of robots and employment by industry none in a
        study without exposure."""
        if form in NOT_BY_PROVINCE and "exposure" not in self.study.given:
            return []
        return [key for key, row in self.catalog.items() if form_of(row["theme"]) == form]

    def job(self, key: str) -> dict:
        """What the rule of a raw table has to know of it: where it is, what it should be, the years that are needed."""
        return {
            "path": self.path(key),
            "source": self.source(key),
            "missing": [] if self.is_there(key) else self.missing,
            **self.expected(key),
        }

    def expected(self, key: str) -> dict:
        """What a raw table should be and hold, wherever it is."""
        need = self.study.derived.raw_needs.get(key)
        first, last = self.span(key, need.first if need else self.years[0]) or self.years
        return {
            "entry": self.catalog[key],
            "first": first,
            "last": last,
            "asked_by": need.asked_by if need else "study.years",
            "national": key in self.study.derived.national,
            "summable": is_amount(self.catalog[key]["unit"]),
            "blank_is_nil": self.blank_is_nil(key),
        }

    def book_job(self, name: str) -> dict[str, dict]:
        """What the rule of a book has to know of each table in it: where it is, and what it is called; no more, so
        that a table's bounds and the study's years read no book again."""
        return {
            key: {
                "source": self.source(key),
                "entry": {name: cell if name in READ_BY else "" for name, cell in self.catalog[key].items()},
            }
            for key in self.books[name].keys
        }

    @cached_property
    def missing(self) -> list[str]:
        """Every raw table that the study uses and that is not there, each with its path, titles and publisher."""
        absent = [key for key in self.used if not self.is_there(key)]
        return [f"{key}: {self.path(key)} ({catalog_entry(self.catalog[key]).describe()})" for key in absent]

    def blank_is_nil(self, key: str) -> bool:
        """Whether an empty cell is none used, as energy yearbooks leave it empty."""
        row = self.catalog[key]
        return row["theme"] in ("energy", "activities") and row["sign"] != "positive"

    def has_to_add_up(self, key: str) -> bool:
        """Whether the provinces have to add up to the national row: fuels are known not to."""
        return self.catalog[key]["theme"] == "electricity"

    def has_list(self, key: str) -> bool:
        """Whether its rule lists the cells that were made up."""
        return self.catalog[key]["theme"] not in ONE_YEAR

    def cleaning(self, key: str) -> dict:
        """What the config's section `cleaning` says of one table."""
        cleaning = self.study.given["cleaning"]
        interpolation = cleaning["interpolation"]
        if isinstance(interpolation, Mapping) and "whole_years" in interpolation:
            whole_years = {name: years for name, years in interpolation["whole_years"].items() if name == key}
            interpolation = {name: value for name, value in interpolation.items() if name != "whole_years"}
            interpolation |= {"whole_years": whole_years} if whole_years else {}
        return {
            "interpolation": interpolation,
            "suspects": cleaning["suspects"],
            "accepted": self.study.accepted.get(key, []),
            "left_out": self.study.left_out.get(key, []),
            "total_tolerance": cleaning["total_tolerance"] if self.has_to_add_up(key) else None,
        }
