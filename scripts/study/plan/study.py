"""The study: what its config says of units, periods, models, variables and tables, worked out once a start."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import NamedTuple, TypeVar

from study.dea.models import BLOCK, VALUE_SIGNS, complete_model, model_variables, needed_sign, scale_pairs
from study.files.panel import read_panel, unit_slugs
from study.helpers import InputError, workflow_lines
from study.output.codebook import CODEBOOK_COLUMNS, codebook_rows
from study.plan.codebook_choices import codebook_choices
from study.plan.command import asks_check_alone
from study.plan.config import named_variables, slugged_cells, study_provinces
from study.plan.derived import Derived
from study.plan.imports import imports_of, script_of
from study.plan.panel_outline import Outline, kept_outline, outline_mark
from study.plan.raw_tables import RawTables
from study.plan.typed_tables import TypedTables
from study.plan.variables import Variables
from study.plan.workflow_tables import mark_rows
from study.regression.formula import Regression, parse_column
from study.regression.terms import unquoted
from study.words.key_names import aliases, key_names, with_key_columns
from study.words.periods import Periods, order_periods
from study.words.regions import province_names

T = TypeVar("T")
# The usual variables of the models, in their order in results/derived/production.csv.
PRODUCTION = ("labour", "capital", "energy_total", "real_gdp", "co2")


class PanelFile(NamedTuple):
    """A ready panel as read: header in our names, rows of text cells, each row's line in the file."""

    header: list[str]
    rows: list[list[str]]
    lines: list[int]


@dataclass(frozen=True, eq=False)
class Study:
    """One study, of raw tables or of a ready panel; what is asked of it is worked out once.

    given : its config with the schema's defaults; it stays as it is. home : the workflow's folder. command : the words
    after `snakemake`. Paths are relative to the working directory, the study's folder. A property raises InputError
    where the config or a file keeps it from being known; `plan.refusals.check_study` asks for all of them.
    """

    given: Mapping
    home: Path
    command: tuple[str, ...] = ()

    # --- the workflow's own files --------------------------------------------------------------------------------

    def from_workflow(self, path: str) -> str:
        """One of the workflow's own files, relative to the working directory."""
        return os.path.relpath(self.home / path)

    def imports_of(self, rule: str) -> list[str]:
        """A rule's script and the shared modules it imports, inputs all: Snakemake does not see a changed import."""
        scripts = self.home / "scripts"
        return [os.path.relpath(path) for path in imports_of(script_of(rule, scripts), scripts)]

    def lines(self, name: str) -> list[tuple[int, dict[str, str]]]:
        """Rows of one of the workflow's tables, resources/<name>.csv, each with its line in the file."""
        return workflow_lines(self.from_workflow(f"resources/{name}.csv"))

    def rows(self, name: str) -> list[dict[str, str]]:
        """Rows of one of the workflow's tables, resources/<name>.csv."""
        return [row for _, row in self.lines(name)]

    def marks_of(self, *parts: str) -> dict[str, str]:
        """Part of the workflow's tables -> a mark of the rows that rules read there (`workflow_tables.READ`)."""
        for part in parts:
            if part not in self._marks:
                self._marks[part] = mark_rows(self, part)
        return {part: self._marks[part] for part in parts}

    @cached_property
    def _marks(self) -> dict[str, str]:
        return {}

    # --- what the config says, in the study's own names ----------------------------------------------------------

    @cached_property
    def is_raw(self) -> bool:
        """Whether the study is made of raw tables, not of a ready panel."""
        return "panel" not in self.given

    @cached_property
    def checked_alone(self) -> bool:
        """Whether the check of a ready panel alone is asked for: what is wrong with it is for the page, not for an
        error at the first fault."""
        return not self.is_raw and asks_check_alone(self.command)

    @cached_property
    def config(self) -> dict:
        """The config with key columns and accepted cells called as files have them."""
        config = dict(self.given)
        if "tables" in config:
            config["tables"] = self.tables
        if self.is_raw:
            config["cleaning"] = config["cleaning"] | {"accept": self.accepted, "missing": self.left_out}
        return config

    @cached_property
    def key_names(self) -> dict[str, dict[str, str]]:
        """Key column -> what units and periods are called."""
        return key_names(self.given)

    @cached_property
    def tables(self) -> dict[str, dict]:
        """Regression tables of the config by name, their variables by the panel's names."""
        return with_key_columns(self.given.get("tables", {}), aliases(self.given, self.columns))

    @cached_property
    def regressions(self) -> dict[str, tuple[Regression, ...]]:
        """Regression table -> its columns."""
        controls = self.given.get("controls", [])
        return {
            name: tuple(parse_column(column, controls) for column in table["columns"])
            for name, table in self.tables.items()
        }

    @cached_property
    def named(self) -> frozenset[str]:
        """Every variable that the config names, in whichever key."""
        return frozenset(name for names in named_variables(self.config).values() for name in names)

    @cached_property
    def accepted(self) -> dict[str, list[str]]:
        """Raw table -> the suspect figures that the config accepts, as `tianjin 2018`."""
        return self._cells_of("accept")

    @cached_property
    def left_out(self) -> dict[str, list[str]]:
        """Raw table -> the figures that the config has read as empty, as `tianjin 2018`."""
        return self._cells_of("missing")

    def _cells_of(self, key: str) -> dict[str, list[str]]:
        names = province_names(self.from_workflow("resources/provinces.csv"))
        return slugged_cells(self.given["cleaning"][key], names, key)

    # --- productivity models -------------------------------------------------------------------------------------

    @cached_property
    def productivity(self) -> Mapping:
        """The config's section of the models; empty in a study without."""
        return self.given.get("productivity", {})

    @cached_property
    def models(self) -> dict[str, dict]:
        """Productivity models by name, completed."""
        return {model["name"]: complete_model(model) for model in self.productivity.get("models", [])}

    @cached_property
    def indices(self) -> dict[str, str]:
        """Column of the panel -> the model whose cumulative index it is; the main model's, gtfp, comes first."""
        if not self.models:
            return {}
        main = self.productivity.get("main") or next(iter(self.models))
        return {"gtfp": main} | {f"gtfp_{name}": name for name in self.models if name != main}

    @cached_property
    def panel_indices(self) -> dict[str, str]:
        """Those of `indices` that the study's panel has: the main model's is always there, another's only where it is
        named, so that a model in itself reruns no table."""
        return {column: name for column, name in self.indices.items() if column == "gtfp" or column in self.named}

    def production_of(self, model: str) -> list[str]:
        """Variables of one model; none for a model that there is not."""
        return model_variables(self.models[model]) if model in self.models else []

    @cached_property
    def production(self) -> list[str]:
        """Variables of the models of a raw study, in the order of results/derived/production.csv."""
        named = {name for model in self.models for name in self.production_of(model)} if self.is_raw else set()
        return [name for name in PRODUCTION if name in named] + sorted(named.difference(PRODUCTION))

    @cached_property
    def model_signs(self) -> dict[str, str]:
        """Variable of the models -> the sign that the strictest of them needs."""
        signs: dict[str, str] = {}
        for model in self.models.values():
            for name in model_variables(model):
                signs[name] = max(signs.get(name, VALUE_SIGNS[0]), needed_sign(model, name), key=VALUE_SIGNS.index)
        return signs

    @cached_property
    def scale_pairs(self) -> dict[str, str]:
        """CRS model -> its VRS twin."""
        return scale_pairs(self.models)

    @cached_property
    def bootstrap(self) -> Mapping:
        """The config's bootstrap of the models; empty in a study without."""
        return self.productivity.get("bootstrap", {})

    @cached_property
    def units_per_job(self) -> int:
        """Units whose linear programs one job solves; of large jobs a whole number of blocks, so that the last digits
        of a score do not depend on the size."""
        units = int(self.productivity.get("units_per_job", 1))  # a schema's integer may be 2.0
        return units if units < BLOCK else -(-units // BLOCK) * BLOCK

    @cached_property
    def jobs(self) -> list[str]:
        """What stands in {province}'s place: a unit, or in large studies the number of a chunk of units."""
        if self.units_per_job == 1:
            return list(self.units)
        return [f"{chunk:05d}" for chunk in range(1, -(-len(self.units) // self.units_per_job) + 1)]

    # --- the panel: units, columns, periods ----------------------------------------------------------------------

    @cached_property
    def panel_file(self) -> PanelFile:
        """The user's panel; without columns where it cannot be read and its check alone is asked for."""
        panel = self.given["panel"]
        return self._unless_checked(
            lambda: PanelFile(*read_panel(panel["path"], panel["columns"], formulas=self.panel_formulas)),
            PanelFile([], [], []),
        )

    @cached_property
    def panel_formulas(self) -> dict[str, str]:
        """Column of the panel that holds a formula -> what is said of it; filled as the panel is read."""
        return {}

    @cached_property
    def units(self) -> dict[str, str]:
        """Units of the panel, file-name form -> name."""
        if self.is_raw:
            provinces = self.from_workflow("resources/provinces.csv")
            return {name: name for name in study_provinces(self.given["study"]["excluded_provinces"], provinces)}
        return self.outline.units

    @cached_property
    def columns(self) -> list[str]:
        """Columns that the panel may have: what the derive floor makes or the user's file has, and the indices."""
        if not self.is_raw:
            return [*self.outline.header, *self.indices]
        return ["province", "year", *self.variables.names, *self.indices]

    @cached_property
    def periods(self) -> Periods:
        """Periods of the panel, in order if something uses the order."""
        if self.is_raw:
            first, last = self.given["study"]["years"]
            return order_periods(("", str(year)) for year in range(first, last + 1))
        return self.outline.periods

    @cached_property
    def panel_there(self) -> list[str]:
        """The user's panel; an empty list where it is no file, which its check tells."""
        return [path for path in [self.given["panel"]["path"]] if Path(path).is_file()]

    @cached_property
    def outline(self) -> Outline:
        """Columns, units and periods of the user's panel; the panel itself is not read if they were kept."""
        return self.kept_outline or self._read_outline()

    @cached_property
    def kept_outline(self) -> Outline | None:
        """The outline of a panel that a start before this one found sound, the same in content and config."""
        return None if self.checked_alone else kept_outline(self.outline_mark)

    @cached_property
    def outline_mark(self) -> str:
        """What the panel's outline is kept under, as the panel is when it is first asked for."""
        return outline_mark(self)

    def forget_panel(self) -> None:
        """Leave the panel's rows, gigabytes in large studies; its outline stays."""
        _ = self.outline
        vars(self).pop("panel_file", None)

    def _read_outline(self) -> Outline:
        header, rows, lines = self.panel_file
        units = self._unless_checked(lambda: unit_slugs(header, rows, self.given["panel"]["path"]), {})
        return Outline(header, units, self._read_periods(header, rows, lines))

    def _read_periods(self, header: list[str], rows: list[list[str]], lines: list[int]) -> Periods:
        if not rows:
            return Periods((), "not read")
        observations = [tuple(row[header.index(key)] for key in ("province", "year")) for row in rows]
        if self.models or any("variables" in figure for figure in self.given.get("figures", {}).values()):
            return self._unless_checked(lambda: self._order(observations, lines), Periods((), "not read"))
        return Periods(tuple(sorted({period for _, period in observations})), "by name")

    @cached_property
    def categories(self) -> list[str]:
        """Variables that some regression absorbs or clusters by: their values are names, not amounts."""
        columns = [column for table in self.regressions.values() for column in table]
        return sorted({name for column in columns for name in column.categories})

    def table_variables(self, table: str) -> list[str]:
        """Variables that a regression table names."""
        return [name for column in self.regressions[table] for name in column.variables]

    @property
    def described(self) -> list[str]:
        """Variables of Table 1."""
        return list(map(unquoted, self.given.get("describe", {}).get("variables", [])))

    def drawn(self, figure: str) -> list[str]:
        """Variables of a figure over time."""
        return list(map(unquoted, self.given["figures"][figure]["variables"]))

    @property
    def span(self) -> tuple[int, int] | None:
        """First and last year of a study of raw tables, whose variables' files may begin before; None for a panel."""
        return self.raw_tables.years if self.is_raw else None

    # --- what jobs are told --------------------------------------------------------------------------------------

    def controls_of(self, table: str) -> list[str]:
        """The config's controls, for a table whose formulas name them."""
        return self.given.get("controls", []) if "$controls" in str(self.tables[table]["columns"]) else []

    def printed(self, table: str) -> dict:
        """What a table's page and caption are told of it, beside its estimates."""
        told = {key: part for key, part in self.tables[table].items() if key in ("title", "note", "published_pairs")}
        told |= {"bootstrap": True} if "bootstrap" in self.tables[table] else {}
        pairs = {"interval": self.given.get("audit", {}).get("interval", 95)} if "published_pairs" in told else {}
        return told | pairs

    @cached_property
    def codebook(self) -> list[tuple[str, ...]]:
        """Rows of the codebook: the panel's columns, with the study's choices written into their definitions."""
        panel = "" if self.is_raw else self.given["panel"]["path"]
        columns = self.derived.panel_columns
        return codebook_rows(columns, self.codebook_rows, self.codebook_choices, self.simulated, panel)

    @cached_property
    def codebook_rows(self) -> list[dict[str, str]]:
        """What variables are called and defined as: the workflow's rows, and the config's own."""
        rows = self.variables.described if self.is_raw else self.rows("variables")
        wanted = (*CODEBOOK_COLUMNS, "own")
        return [{name: row[name] for name in wanted if name in row} for row in rows]

    @cached_property
    def simulated(self) -> str:
        """What pages say of simulated inputs; empty for others."""
        if self.is_raw and Path(self.given["inputs"], "SIMULATED.txt").exists():
            return "Simulated inputs: the raw tables are simulated, not observed."
        return ""

    @cached_property
    def compared_note(self) -> str:
        """What pages say of simulated inputs that set our numbers beside published ones."""
        if not self.simulated:
            return ""
        return (
            f"{self.simulated} They were made with the published coefficients as their truth: agreement is by "
            "construction and is no evidence."
        )

    @cached_property
    def codebook_choices(self) -> dict:
        """The study's choices that the definitions of variables name."""
        return codebook_choices(self)

    # --- its parts -----------------------------------------------------------------------------------------------

    @cached_property
    def variables(self) -> Variables:
        """The variables that a raw study can have, each with what it is made of."""
        return Variables(self)

    @cached_property
    def raw_tables(self) -> RawTables:
        """The raw tables that the study uses."""
        return RawTables(self)

    @cached_property
    def derived(self) -> Derived:
        """What can be made of the raw tables that are there."""
        return Derived(self)

    @cached_property
    def typed_tables(self) -> TypedTables:
        """The published tables that ours are compared with."""
        return TypedTables(self)

    def _order(self, observations: list[tuple[str, ...]], lines: list[int]) -> Periods:
        """The panel's periods in order; InputError naming its file where they have none."""
        try:
            return order_periods(observations, lines)
        except InputError as error:
            raise InputError(f"{self.given['panel']['path']}: {error}") from None

    def _unless_checked(self, read: Callable[[], T], otherwise: T) -> T:
        """What is read of the panel; `otherwise` where it cannot be, if the check alone is asked for and tells why."""
        try:
            return read()
        except InputError:
            if not self.checked_alone:
                raise
            return otherwise
