"""The derived variables a study can have: a row each, by what it is made of and from which years on."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cached_property
from graphlib import CycleError, TopologicalSorter
from string import Formatter
from typing import TYPE_CHECKING

from study.helpers import InputError
from study.plan.raw_tables import NOT_BY_PROVINCE
from study.plan.variable_rows import BASE_YEAR, STUDY_YEARS, TABLE, check_rows, listed, own_rows
from study.variables.formulas import Formula, bare, parse_formula, scale_to
from study.words.forms import form_of

if TYPE_CHECKING:
    from study.plan.study import Study

# The columns of a panel that has all sections of the config, in their order.
LEADING = ("ln_co2", "gtfp", "ai", "open", "density", "fin", "gov", "energy", "urban")
# What continues a series -> that series: needed from the year after it ends, if it is chosen at all.
CONTINUES = {
    "retail_price_index": "investment_price_index",
    "fixed_asset_investment_growth": "gross_fixed_capital_formation",
}


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
        return listed(self.row["checked_against"])

    @property
    def sections(self) -> list[str]:
        """Sections of the config that its rule reads."""
        return listed(self.row["sections"])

    @property
    def from_base_year(self) -> bool:
        """Whether it is made of all years since `capital.base_year`."""
        return self.row["since"] == BASE_YEAR


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
        for row in check_rows(self.study.lines("variables"), self.study.raw_tables.catalog, chosen):
            choice = chosen.get(row["name"])
            if row["choice"] and choice != row["choice"]:
                continue
            if "{country}" in row["name"]:
                if not country:
                    continue
                row = row | {"name": row["name"].format(country=country)}
            rows[row["name"]] = row | {"where": f"{TABLE}, {row['name']}"}
        taken = {*self.study.indices, *(name for name, row in rows.items() if not row["formula"])}
        rows |= {row["name"]: row for row in own_rows(chosen.get("own", []), taken)}
        return list(rows.values())

    @cached_property
    def known(self) -> dict[str, Variable]:
        """Every variable that is made by a formula or a rule, by name; InputError where one cannot be."""
        names = [row["name"] for row in self.rows if row["formula"] or row["rule"]]
        return {row["name"]: self._variable(row, names) for row in self.rows if row["name"] in names}

    def _variable(self, row: Mapping[str, str], names: Collection[str]) -> Variable:
        """A row as a variable; names : of the rows."""
        name, where, catalog = row["name"], row["where"], self.study.raw_tables.catalog
        if not row["formula"]:
            production = {*self.study.production_of(self.study.indices.get(name, ""))}
            parts = self._parts_of(row)
            variables = [part for part in parts if part in production or (part in names and part not in catalog)]
            tables = [part for part in parts if part not in variables]
            return Variable(name, row, where, None, dict.fromkeys(tables, 0), dict.fromkeys(variables, 0), {})
        formula = parse_formula(row["formula"], where)
        own = "own" in row
        # rows of one's own take no name away from those of the workflow; an index is made after all formulas
        others = {
            one["name"]: one["formula"]
            for one in self.rows
            if one["name"] in names and one["name"] != "gtfp" and (own or "own" not in one)
        } | {name: name}
        catalog = {key: one for key, one in catalog.items() if own or key not in self.study.raw_tables.own}
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
        for part in listed(row["raw_tables"]):
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

    def of(self, name: str) -> Variable:
        """A variable; InputError where there is none of that name. Another productivity model's index is made as gtfp
        is."""
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
            if "own" in row and not row["source"]:
                variable = self.known[row["name"]]
                where = [catalog[part]["where"] for part in variable.tables]
                where += [self.known[part].row["source"] for part in variable.variables]
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
        limits = {key: float(text) for key in ("minimum", "maximum") if (text := variable.row[key])}
        return {
            # without the item's number: another one before it reruns nothing
            "where": f"variables.own, {name}" if "own" in variable.row else variable.where,
            "formula": variable.row["formula"],
            "unit": self.units[name],
            "units": units,
            "written": dict(variable.written),
            "first": self.study.derived.first_year(name),
            "last": raw.years[1],
            "sign": variable.row["sign"] or "any",
            **limits,
        }

    def check(self) -> None:
        """Raise InputError for the first formula that cannot be right - a unit that does not fit, a circle - and for
        years that the study asks of a variable or a raw table and that there are none of."""
        try:
            order = TopologicalSorter({name: variable.variables for name, variable in self.known.items()})
            order.prepare()
        except CycleError as error:
            circle = error.args[1][::-1]
            raise InputError(f"{self.known[circle[0]].where}: {' -> '.join(circle)} goes in a circle.") from None
        for name in self.formulas:
            if not self.lacking_sections(name):
                job = self.job(name)
                scale_to(self.known[name].formula, job["units"], job["unit"], job["where"])
        for name, first in self.study.derived.made.items():
            if name in self.known and not self.lacking_sections(name):
                self._check_years(self.known[name], first)

    def _check_years(self, variable: Variable, first: int) -> None:
        """Raise InputError where a variable is asked for from a `first` year on that it cannot have."""
        raw = self.study.raw_tables
        asked = f"variables: {variable.name} of {first} is needed, for lag() or growth() in another one's formula"
        if variable.row["since"] == STUDY_YEARS and first < raw.years[0]:
            raise InputError(f"{asked}, but it is made of all years of the study together and has no others.")
        if variable.from_base_year and first < (base := self.study.given["capital"]["base_year"]):
            raise InputError(f"{asked}, but begins with capital.base_year, {base}; give an earlier one.")
        for key, back in variable.tables.items() if variable.formula else ():
            since, until = raw.coverage[key]
            if raw.catalog[key]["years"] and not (since <= first - back and raw.years[1] <= (until or raw.years[1])):
                raise InputError(
                    f"{variable.where}: the formula needs {key} of {first - back} to {raw.years[1]}, and its row says "
                    f"that it is published for {since} to {until or 'now'}; change study.years or the formula, or "
                    "correct the row."
                )


def _kind(text: str, catalog: Collection[str], variables: Mapping[str, str | None], where: str) -> tuple[str, str]:
    """What a formula's name is, `raw` or `variable`, and its name; InputError where it is neither or could be both.

    variables : name -> formula; one whose formula is a raw table's name alone is that table.
    """
    qualifier, name = bare(text)
    known: Mapping[str, Collection[str]] = {"raw": catalog, "variable": variables, "": {*catalog, *variables}}
    if name not in known[qualifier]:
        near = get_close_matches(name, sorted({*catalog, *variables}), n=2)
        hint = f"; did you mean {' or '.join(near)}?" if near else "."
        raise InputError(
            f"{where}: the formula names {text!r}, no {qualifier or 'raw table or variable'}{hint} Raw tables are keys "
            "of resources/catalog.csv or `catalog.own`, variables stand in resources/variables.csv."
        )
    if qualifier == "variable" or name not in catalog:
        return "variable", name
    if form_of(catalog[name]["theme"]) in NOT_BY_PROVINCE:
        raise InputError(f"{where}: {name} is no table by province and year, so that no formula can be made of it.")
    if not qualifier and variables.get(name, name) != name:
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
