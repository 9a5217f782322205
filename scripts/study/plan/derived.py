"""What a study makes of its raw tables: which variables, from which years of which tables, and what lacks which."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from study.checks.crosschecks import CROSSCHECKED
from study.files.tables import KEYS
from study.helpers import InputError
from study.plan.sources import source
from study.plan.variable_rows import BASE_YEAR
from study.plan.variables import CONTINUES, LEADING, Variable
from study.variables.formulas import bare

if TYPE_CHECKING:
    from study.plan.study import Study

CONTINUED = "results/derived/imputed/capital.csv"  # years in which series of the capital stock are continued
# What asks for years before the study; the variable is not named, so that another one reruns nothing.
YEARS_BEFORE = "study.years, and lag() or growth() in a formula"


class Need(NamedTuple):
    """The first year that is needed of a raw table, and what asks for it."""

    first: int
    asked_by: str


@dataclass(frozen=True, eq=False)
class Derived:
    """Variables of a study with the files they are in and the raw tables that each needs; a ready panel lacks none."""

    study: Study

    # --- which variables -----------------------------------------------------------------------------------------

    @cached_property
    def panel_variables(self) -> list[str]:
        """Columns of a raw study's panel beside its keys, in their order: what the config names, and where it has every
        section the contract's nine."""
        study = self.study
        whole = all(section in study.given for section in ("emissions", "capital", "exposure", "productivity"))
        wanted = {*(LEADING if whole else ()), *study.panel_indices, *study.named} - {*KEYS}
        order = [*LEADING, *(name for name in study.variables.known if name not in LEADING), *study.indices]
        return [name for name in dict.fromkeys(order) if name in wanted]

    @cached_property
    def left_out(self) -> dict[str, list[str]]:
        """Variables that the panel goes without because raw tables are missing -> these tables."""
        if not self.study.is_raw:
            return {}
        return {name: missing for name in self.panel_variables if (missing := self.lacks(name))}

    @cached_property
    def panel_columns(self) -> list[str]:
        """Columns of the panel in their order. What lacks raw tables is asked for by who needs it; if nothing can be
        made, all is."""
        if not self.study.is_raw:
            header = [name for name in self.study.outline.header if name not in KEYS]
            leading = [name for name in LEADING if name in header or name in self.study.panel_indices]
            rest = [name for name in (*header, *self.study.panel_indices) if name not in leading]
            return [*KEYS, *leading, *rest]
        made = [name for name in self.panel_variables if name not in self.left_out]
        return [*KEYS, *(made or self.panel_variables)]

    @cached_property
    def made(self) -> dict[str, int]:
        """Every variable that the study makes, for the panel, the models or another variable -> its first year."""
        firsts: dict[str, int] = {}
        for name in (*self.panel_variables, *self.study.production):
            for variable, first in self._below(name, self._years[0]):
                firsts[variable.name] = min(first, firsts.get(variable.name, first))
        return firsts

    def first_year(self, name: str) -> int:
        """The first year that is made of a variable: the study's, or before it where another is made of its past."""
        return self.made.get(name, self._years[0])

    @property
    def _years(self) -> tuple[int, int]:
        return self.study.raw_tables.years

    # --- raw tables that they need -------------------------------------------------------------------------------

    def below(self, name: str) -> list[str]:
        """A variable and those it is made of."""
        return list(dict.fromkeys(variable.name for variable, _ in self._below(name, self._years[0])))

    def _below(self, name: str, first: int) -> Iterator[tuple[Variable, int]]:
        """A variable and those it is made of, each with the first years that are needed of it."""
        ahead, seen = [(name, first)], set()
        while ahead:
            name, first = ahead.pop()
            if (name, first) not in seen:
                seen.add((name, first))
                variable = self.study.variables.of(name)
                yield variable, first
                ahead += [(part, first - back) for part, back in variable.variables.items()]

    def _table_needs(self, variable: Variable, first: int) -> Iterator[tuple[str, Need]]:
        """Raw tables that a variable itself is made of, from which years on."""
        study, raw = self.study, self.study.raw_tables
        for part, back in variable.tables.items():
            start = first - back
            asked_by = YEARS_BEFORE if start < self._years[0] and not raw.one_year(part) else "study.years"
            if variable.from_base_year:
                start, asked_by = study.given["capital"]["base_year"], BASE_YEAR
                if part in CONTINUES:
                    start = max(start, (raw.coverage[CONTINUES[part]][1] or self._years[1]) + 1)
            yield part, Need(start, asked_by)

    @cached_property
    def _needs(self) -> dict[str, dict[str, Need]]:
        return {}

    def needs_of(self, name: str) -> dict[str, Need]:
        """Raw tables that a variable is made of, through others too -> from which year on."""
        if name in KEYS:
            return {}
        if name not in self._needs:
            needs: dict[str, Need] = {}
            for variable, first in self._below(name, self._years[0]):
                for key, need in self._table_needs(variable, first):
                    if self.study.raw_tables.span(key, need.first):
                        needs[key] = min(need, needs.get(key, need))
            self._needs[name] = needs
        return self._needs[name]

    @cached_property
    def raw_needs(self) -> dict[str, Need]:
        """Raw tables that the study uses -> from which year on, in the catalog's order."""
        needs: dict[str, Need] = {}
        for name in (*self.panel_variables, *self.study.production):
            for key, need in self.needs_of(name).items():
                needs[key] = min(need, needs.get(key, need))
        return {key: needs[key] for key in self.study.raw_tables.catalog if key in needs}

    def lacks(self, *names: str) -> list[str]:
        """Raw tables of variables that are not there."""
        if not self.study.is_raw:
            return []
        raw, needed = self.study.raw_tables, {key for name in names for key in self.needs_of(name)}
        return [key for key in raw.catalog if key in needed and not raw.is_there(key)]

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

    def file(self, name: str) -> str:
        """The file that has a variable."""
        if name in self.study.indices:
            return f"results/productivity/{self.study.indices[name]}.csv"
        return f"results/derived/{name}.csv" if self.study.is_raw else "results/derived/imported.csv"

    def sources_of(self, names: Iterable[str]) -> dict[str, str]:
        """Variable -> the file that has it; the keys are in every file."""
        return {name: self.file(name) for name in names if name not in KEYS}

    def files_of(self, names: Iterable[str]) -> list[str]:
        """Files of some variables, each once."""
        return list(dict.fromkeys(self.sources_of(names).values()))

    def cells(self, name: str) -> list[str]:
        """Cleaned tables that a variable itself is made of; InputError where its section is missing."""
        variable = self.study.variables.known[name]
        if lacking := self.study.variables.lacking_sections(name):
            raise InputError(f"{name} is made as the section `{lacking[0]}` of the config says, which is not there.")
        needs = self._table_needs(variable, self.first_year(name))
        keys = [key for key, need in needs if self.study.raw_tables.span(key, need.first)]
        return [f"results/clean/{key}.csv" for key in keys]

    def parts(self, name: str) -> list[str]:
        """Files of the variables that one is made of."""
        return list(map(self.file, self.study.variables.known[name].variables))

    def beside(self, name: str) -> list[str]:
        """Cleaned tables that those of a variable are checked against, where the study uses them and they are there."""
        raw = self.study.raw_tables
        against = self.study.variables.known[name].checked_against
        return [f"results/clean/{key}.csv" for key in against if key in self.raw_needs and raw.is_there(key)]

    def imputed_files(self, names: Iterable[str]) -> list[str]:
        """Lists of the cells that were made up, of the raw tables and the capital stock that variables are made of."""
        raw, names = self.study.raw_tables, [name for name in names if name not in KEYS]
        if not self.study.is_raw:
            return []
        needed = {key for name in names for key in self.needs_of(name)}
        files = [f"results/clean/imputed/{key}.csv" for key in raw.catalog if key in needed and raw.has_list(key)]
        below = {part for name in names for part in self.below(name)}
        return [*files, *([CONTINUED] if "capital" in below else [])]

    @cached_property
    def imputed(self) -> list[str]:
        """Lists of the made-up cells of every raw table that the study uses and has, and of the capital stock."""
        raw = self.study.raw_tables
        files = [
            f"results/clean/imputed/{key}.csv" for key in self.raw_needs if raw.is_there(key) and raw.has_list(key)
        ]
        return [*files, *([CONTINUED] if "capital" in self.made and not self.lacks("capital") else [])]

    def checked_tables(self) -> dict[str, dict]:
        """Every raw table of the catalog -> what `snakemake check` has to know of it."""
        raw, used, tables = self.study.raw_tables, self.raw_needs, {}
        for key in raw.catalog:
            needed_by = self.needed_by(key)
            needed = key in used and (raw.is_there(key) or bool(needed_by) or key in self._of_models)
            tables[key] = raw.expected(key) | {
                "path": raw.path(key),
                "source": raw.source(key) if needed else source(),
                "has_to_add_up": raw.has_to_add_up(key),
                "year": raw.one_year(key),
                "needed": needed,
                "needed_by": needed_by if needed else [],
            }
        return tables

    @cached_property
    def national(self) -> set[str]:
        """Raw tables whose figure of the nation a variable of the study needs."""
        known = self.study.variables.known
        formulas = [known[name].formula for name in self.made if name in known]
        return {bare(text)[1] for formula in formulas if formula for text in formula.national}

    def accepted(self, name: str) -> dict[str, list[str]]:
        """What the config accepts of the raw tables that a variable is made of or checked against."""
        if not self.study.accepted or name not in self.study.variables.known:
            return {}
        keys = [Path(path).stem for path in (*self.cells(name), *self.beside(name))]
        return {key: cells for key, cells in self.study.accepted.items() if key in keys}

    def accepted_of(self, names: Iterable[str]) -> dict[str, list[str]]:
        """What the config accepts of the raw tables that variables are made of or checked against, through others
        too."""
        used = self._with_checks(names)
        return {key: cells for key, cells in self.study.accepted.items() if key in used} if used else {}

    def contradicted_of(self, names: Iterable[str]) -> list[str]:
        """Cleaned tables of variables among which figures that contradict each other may have been accepted."""
        return [f"results/clean/{key}.csv" for key in self._with_checks(names) if key in CROSSCHECKED]

    def _with_checks(self, names: Iterable[str]) -> list[str]:
        """Raw tables, there, that variables are made of or checked against; none where nothing is accepted."""
        if not self.study.is_raw or not self.study.accepted:
            return []
        raw, names = self.study.raw_tables, [name for name in names if name not in KEYS]
        used = {key for name in names for key in self.needs_of(name)}
        below = {part for name in names for part in self.below(name)}
        used |= {Path(path).stem for part in below & self.study.variables.known.keys() for path in self.beside(part)}
        return [key for key in raw.catalog if key in used and raw.is_there(key)]

    @cached_property
    def _of_models(self) -> set[str]:
        return {key for name in self.study.production for key in self.needs_of(name)}
