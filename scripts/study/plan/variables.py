"""The derived variables a study can have: a row each, by what it is made of and from which years on."""

from __future__ import annotations

import math
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cached_property
from string import Formatter
from typing import TYPE_CHECKING

from study.files.catalog_entries import CATALOG_SIGNS
from study.files.tables import KEYS
from study.helpers import InputError
from study.output.codebook import CODEBOOK_COLUMNS
from study.variables.formulas import Formula, bare, parse_formula, scale_to

if TYPE_CHECKING:
    from study.plan.study import Study

TABLE = "resources/variables.csv"
COLUMNS = (
    *CODEBOOK_COLUMNS,
    *("raw_tables", "checked_against", "formula", "rule", "sections", "since", "choice", "sign", "minimum", "maximum"),
)
NAME = re.compile(r"[a-z][a-z0-9_]*(\{country\})?")
BASE_YEAR = "capital.base_year"
# The columns of a panel that has all sections of the config, in their order.
LEADING = ("ln_co2", "gtfp", "ai", "open", "density", "fin", "gov", "energy", "urban")
# What continues a series -> that series: needed from the year after it ends, if it is chosen at all.
CONTINUES = {
    "retail_price_index": "investment_price_index",
    "fixed_asset_investment_growth": "gross_fixed_capital_formation",
}
# Files of results/derived/ that are no variable.
NOT_VARIABLES = ("production", "imported", "intelligence_weights", "scope_emissions", "high")
# What a row of `variables.own` may leave out -> what stands in.
OWN_VARIABLE = {"transformation": "by formula", "label_zh": ""}


@dataclass(frozen=True)
class Variable:
    """A derived variable: a row of resources/variables.csv or of the config's `variables.own`.

    tables, variables : raw tables and other variables that its formula names or its rule reads -> years before the
    variable's own first from which on each is needed. written : how the formula names each of them.
    """

    name: str
    row: Mapping[str, str]
    where: str
    formula: Formula | None
    tables: Mapping[str, int]
    variables: Mapping[str, int]
    written: Mapping[str, tuple[str, str]]

    @property
    def checked_against(self) -> list[str]:
        """Raw tables that its own are compared with, where the study has them."""
        return _listed(self.row.get("checked_against"))

    @property
    def sections(self) -> list[str]:
        """Sections of the config that its rule reads."""
        return _listed(self.row.get("sections"))

    @property
    def from_base_year(self) -> bool:
        """Whether it is made of all years since `capital.base_year`."""
        return self.row.get("since") == BASE_YEAR


def _listed(text: str | None) -> list[str]:
    return [part for part in (text or "").split(";") if part]


@dataclass(frozen=True, eq=False)
class Variables:
    """The variables of a study of raw tables by name, and what they need; a ready panel brings its own."""

    study: Study

    @cached_property
    def rows(self) -> list[dict[str, str]]:
        """Rows of resources/variables.csv that the config's choices take, then those of `variables.own`; a row of one's
        own stands in the place of the workflow's row of that name."""
        given = self.study.given
        chosen, country = given.get("variables", {}), given.get("exposure", {}).get("instrument", {}).get("country")
        rows = {}
        for row in check_rows(self.study.rows("variables")):
            choice = chosen.get(row["name"])
            if row.get("choice") and isinstance(choice, str) and choice != row["choice"]:
                continue
            if "{country}" in row["name"]:
                if not country:
                    continue
                row = row | {"name": row["name"].format(country=country)}
            rows[row["name"]] = row | {"where": f"{TABLE}, {row['name']}"}
        taken = {*NOT_VARIABLES, *self.study.indices, *(name for name, row in rows.items() if not row.get("formula"))}
        seen: set[str] = set()
        for number, own in enumerate(chosen.get("own", []), 1):
            name = own["name"]
            if name in taken or name in seen:
                why = "stands twice" if name in seen else "is made by a rule of the workflow"
                raise InputError(f"variables.own, item {number}: {name} {why}; choose another name.")
            seen.add(name)
            row = OWN_VARIABLE | {"symbol": name, "label_en": name, "definition": own["formula"]}
            row |= {key: str(value) for key, value in own.items()}
            rows[name] = row | {"where": f"variables.own, item {number} ({name})", "own": "1"}
        return list(rows.values())

    @cached_property
    def known(self) -> dict[str, Variable]:
        """Every variable that is made by a formula or a rule, by name; InputError where one cannot be."""
        names = [row["name"] for row in self.rows if row.get("formula") or row.get("rule")]
        return {row["name"]: self._variable(row, names) for row in self.rows if row["name"] in names}

    def _variable(self, row: Mapping[str, str], names: Collection[str]) -> Variable:
        """A row as a variable; names : of the rows."""
        name, where, catalog = row["name"], row["where"], self.study.raw_tables.catalog
        if not row.get("formula"):
            production = {*self.study.production_of(self.study.indices.get(name, ""))}
            parts = self._parts_of(row)
            variables = [part for part in parts if part in production or (part in names and part not in catalog)]
            tables = [part for part in parts if part not in variables]
            return Variable(name, row, where, None, dict.fromkeys(tables, 0), dict.fromkeys(variables, 0), {})
        formula = parse_formula(row["formula"], where)
        # the models' index is made after all formulas
        others = {one["name"]: one.get("formula") for one in self.rows if one["name"] in names} | {name: name}
        others.pop("gtfp", None)
        written = {text: _kind(text, catalog, others, where) for text in formula.names}
        tables, variables = (
            {part: formula.names[text] for text, (found, part) in written.items() if found == kind}
            for kind in ("raw", "variable")
        )
        if name in variables:
            raise InputError(f"{where}: {name} cannot be made of itself.")
        if others := [text for text in formula.national if written[text][0] != "raw"]:
            raise InputError(
                f"{where}: national({others[0]}) is of a variable; only raw tables have a figure of the nation."
            )
        return Variable(name, row, where, formula, tables, variables, written)

    def _parts_of(self, row: Mapping[str, str]) -> list[str]:
        """What a rule makes a variable of, words in braces filled in as the config chooses."""
        parts: list[str] = []
        for part in _listed(row.get("raw_tables")):
            words = [word for _, word, _, _ in Formatter().parse(part) if word]
            if part == f"{{{''.join(words)}}}":
                parts += self._words(words[0], row["name"])
            else:
                parts.append(part.format(**{word: self._words(word, row["name"])[0] for word in words}))
        return list(dict.fromkeys(parts))

    def _words(self, word: str, variable: str) -> list[str]:
        """What a word in braces under `raw_tables` stands for in this study; none where its section is missing."""
        study, raw = self.study, self.study.raw_tables
        if word == "production":
            return study.production_of(study.indices.get(variable, ""))
        if word == "investment":
            capital = study.given.get("capital", {})
            prices = {"gdp_deflator": ["gdp", "gdp_index"]}.get(
                capital.get("price_continued_by", ""), [capital.get("price_continued_by", "")]
            )
            continued = [*prices, capital.get("investment_continued_by", "")]
            return ["gross_fixed_capital_formation", "investment_price_index", *filter(None, continued)]
        words: dict[str, list[str]] = {
            "emissions": raw.emission_tables,
            "indicators": raw.indicator_tables,
            "activities": [row["key"] for row in raw.activities],
            "base_employment": [raw.base_employment],
            "foreign_employment": [raw.foreign_employment],
            "country": [raw.country],
        }
        return [name for name in words[word] if name]

    # --- asked by name -------------------------------------------------------------------------------------------

    def of(self, name: str, above: tuple[str, ...] = ()) -> Variable:
        """A variable; InputError where there is none of that name, or where `above`, made of it, has it already.

        Another productivity model's index is made as gtfp is.
        """
        if name in above:
            raise InputError(f"{self.known[name].where}: {' -> '.join((*above, name))} goes in a circle.")
        if name in self.study.indices and name not in self.known:
            return self._variable(self.known["gtfp"].row | {"name": name}, self.known)
        if name not in self.known:
            raise InputError(f"there is no variable {name!r}; resources/variables.csv has {', '.join(self.known)}.")
        return self.known[name]

    @cached_property
    def names(self) -> list[str]:
        """Columns that a panel of this study may have: variables whose sections the config has, without indices."""
        return [name for name in self.known if name != "gtfp" and not self.lacking_sections(name)]

    def lacking_sections(self, name: str) -> list[str]:
        """Sections that the config would need to have for a variable, and has not."""
        found: list[str] = []
        ahead, seen = [name], set()
        while ahead:
            variable = self.known.get(ahead.pop())
            if variable is None or variable.name in seen:
                continue
            seen.add(variable.name)
            found += [section for section in variable.sections if section not in self.study.given]
            ahead += variable.variables
        return list(dict.fromkeys(found))

    # --- what jobs and pages are told ----------------------------------------------------------------------------

    @cached_property
    def described(self) -> list[dict[str, str]]:
        """The rows for the codebook; one's own without a `source` has the publishers of its raw tables."""
        catalog, rows = self.study.raw_tables.catalog, []
        for row in self.rows:
            if "own" in row and "source" not in row:
                where = [catalog[part]["where"] for part in self.known[row["name"]].tables]
                row = row | {"source": "; ".join(dict.fromkeys(filter(None, where)))}
            rows.append(row)
        return rows

    @cached_property
    def formulas(self) -> list[str]:
        """Variables that a formula makes."""
        return [name for name, variable in self.known.items() if variable.formula]

    @cached_property
    def units(self) -> dict[str, str]:
        """Unit of every variable, with the study's choices filled in."""
        choices = self.study.codebook_choices
        return {
            name: variable.row["unit"] if "own" in variable.row else fill(variable.row["unit"], choices)
            for name, variable in self.known.items()
        }

    def job(self, name: str) -> dict:
        """What the rule of a formula's variable has to know: formula, units, years and range."""
        variable, raw = self.known[name], self.study.raw_tables
        units = {
            text: raw.catalog[part]["unit"] if kind == "raw" else self.units[part]
            for text, (kind, part) in variable.written.items()
        }
        limits = {key: float(text) for key in ("minimum", "maximum") if (text := variable.row.get(key))}
        return {
            "where": variable.where,
            "formula": variable.row["formula"],
            "unit": self.units[name],
            "units": units,
            "written": dict(variable.written),
            "first": self.study.derived.first_year(name),
            "last": raw.years[1],
            "sign": variable.row.get("sign") or "any",
            **limits,
        }

    def check(self) -> None:
        """Raise InputError for the first formula that cannot be right: a name or unit that does not fit, a circle."""
        for name in self.formulas:
            if not self.lacking_sections(name):
                for _ in self.study.derived.below(name):
                    pass
                job = self.job(name)
                scale_to(self.known[name].formula, job["units"], job["unit"], job["where"])


def check_rows(rows: list[dict[str, str]]) -> list[dict[str, str]]:
    """The rows of resources/variables.csv; InputError naming row and column where one cannot be right."""
    if absent := [name for name in COLUMNS if name not in (rows or [{}])[0]]:
        raise InputError(f"{TABLE}, row 1: no column {', '.join(absent)}.")
    seen: dict[tuple[str, str], int] = {}
    for line, row in enumerate(rows, 2):
        where = f"{TABLE}, row {line}"
        if None in row or None in row.values():
            raise InputError(f"{where}: more or fewer cells than the header has columns; quote commas.")
        if not NAME.fullmatch(row["name"]):
            raise InputError(
                f"{where}, column name: found {row['name']!r}, expected lower-case letters, digits and _, a letter "
                "first."
            )
        if (row["name"], row["choice"]) in seen:
            raise InputError(
                f"{where}, column name: {row['name']} stands already in row {seen[row['name'], row['choice']]}."
            )
        seen[row["name"], row["choice"]] = line
        if row["name"] not in KEYS and bool(row["formula"]) == bool(row["rule"]):
            raise InputError(f"{where}: {row['name']} needs a formula or a rule that makes it, one of the two.")
        if row["sign"] and row["sign"] not in CATALOG_SIGNS:
            raise InputError(
                f"{where}, column sign: found {row['sign']!r}, expected nothing or one of {', '.join(CATALOG_SIGNS)}."
            )
        for column in ("minimum", "maximum"):
            try:
                finite = math.isfinite(float(row[column] or 0))
            except ValueError:
                finite = False
            if not finite:
                raise InputError(f"{where}, column {column}: found {row[column]!r}, expected a number or nothing.")
    return rows


def _kind(text: str, catalog: Collection[str], variables: Mapping[str, str | None], where: str) -> tuple[str, str]:
    """What a formula's name is, `raw` or `variable`, and its name; InputError where it is neither or could be both.

    variables : name -> formula; one whose formula is a raw table's name alone is that table.
    """
    qualifier, name = bare(text)
    known = {"raw": catalog, "variable": variables}
    if qualifier and name in known[qualifier]:
        return qualifier, name
    if qualifier or not (name in catalog or name in variables):
        near = get_close_matches(name, sorted({*catalog, *variables}), n=2)
        hint = f"; did you mean {' or '.join(near)}?" if near else "."
        raise InputError(
            f"{where}: the formula names {text!r}, no {qualifier or 'raw table or variable'}{hint} Raw tables are keys "
            "of resources/catalog.csv or `catalog.own`, variables stand in resources/variables.csv."
        )
    if name not in catalog:
        return "variable", name
    if variables.get(name, name) != name:
        raise InputError(
            f"{where}: {name!r} is a raw table and a variable ({variables[name] or 'made by a rule'}); write "
            f"raw({name}) or variable({name})."
        )
    return "raw", name


def fill(text: str, choices: Mapping[str, object]) -> str:
    """A text with its {words} filled in; a word that this study does not know stays."""
    for word, choice in choices.items():
        text = text.replace(f"{{{word}}}", str(choice))
    return text
