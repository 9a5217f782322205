"""Columns of a regression table as they are printed: symbols in place of names, statistics named, published pairs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from study.audit.published import is_coefficient, published_difference
from study.audit.rounding import read_cell
from study.helpers import InputError
from study.output.symbols import symbol
from study.regression.stars import stars_of
from study.regression.terms import CONSTANT

# name in the CSV -> (name in the estimates, label in print); those that a column does not have are left out
STATISTICS = {
    "N": ("n", "N"),
    "R2": ("r2", "R²"),
    "R2_within": ("r2_within", "Within R²"),
    "R2_within_entity": ("r2_within_entity", "Within-{unit} R²"),
    "F": ("f", "F, all slopes"),
    "Kleibergen-Paap rk LM": ("kleibergen_paap_lm", "Kleibergen–Paap rk LM"),
    "Kleibergen-Paap rk Wald F": ("kleibergen_paap_f", "Kleibergen–Paap rk Wald F"),
    "Cragg-Donald Wald F": ("cragg_donald_f", "Cragg–Donald Wald F"),
    "Stock-Yogo 10% size": ("stock_yogo_size_10", "Stock–Yogo value, 10% size"),
    "Overidentification": ("overid", "Overidentification test"),
}
_ONLY_IV = {"R2_within_entity"}  # printed beside instruments only; every column's estimates have it
_ANNOTATED = {"Kleibergen-Paap rk LM", "Overidentification"}  # tests with a p-value of their own, hence stars
_TERM_NUMBERS = ("estimate", "std_error", "statistic", "p_value", "stars")


@dataclass
class Column:
    """One printed column. `terms` holds estimate, std_error, statistic, p_value and stars by label.

    `failed` is why a column was not estimated; it then has no terms and no statistics.
    """

    column: str
    dependent: str
    group: str
    terms: dict[str, dict]
    absorbed: list[str] = field(default_factory=list)
    dropped: list[str] = field(default_factory=list)
    statistics: dict[str, dict] = field(default_factory=dict)
    indirect: dict[str, dict] = field(default_factory=dict)
    published: bool = False
    failed: str = ""


def read_column(column: Mapping, codebook: Mapping[str, Mapping[str, str]]) -> Column:
    """A column of results/estimates/{table}.json in the codebook's symbols."""
    terms: dict[str, dict] = {}
    for term in column["terms"]:
        label = symbol(codebook, term["term"])
        # two variables may share a symbol, as where the paper replaces one by another
        terms[f"{label} ({term['term']})" if label in terms else label] = {name: term[name] for name in _TERM_NUMBERS}
    dropped = column.get("dropped", [])
    statistics = {}
    for name, (key, _) in STATISTICS.items():
        value = column["stats"].get(key)
        if value is None or (name in _ONLY_IV and not column.get("endogenous")):
            continue
        statistics[name] = {"estimate": value}
        if name in _ANNOTATED:
            p_value = column["stats"][f"{key}_p_value"]
            statistics[name] |= {"p_value": p_value, "stars": stars_of(p_value)}
    for stage in column.get("first_stages", []):
        one = len(column["first_stages"]) == 1
        name = "First-stage F" if one else f"First-stage F ({symbol(codebook, stage['dependent'])})"
        statistics[name] = {"estimate": stage["stats"]["f"]}
    return Column(
        column["column"],
        symbol(codebook, column["dependent"]),
        column["group"],
        terms,
        [symbol(codebook, effect) for effect in column["absorbed"]],
        # an instrument has no row, kept or dropped
        [symbol(codebook, term) for term in dropped if term not in column.get("dropped_instruments", [])],
        statistics,
        _indirect_rows(column["indirect"], codebook) if "indirect" in column else {},
        failed=column.get("failed", ""),
    )


def pair_columns(
    published: Sequence[Mapping[str, str]], pairs: Sequence[Sequence], interval: float = 95
) -> list[Column]:
    """Differences of two published columns, first less second, one printed column a pair.

    published : rows of `read_published_rows`. interval : coverage of their intervals in percent. The statistic is z of
    `published_difference`: the two samples are taken as independent. A term meets our `term × High`; a difference of
    constants has no counterpart and is left out.
    Raises InputError for a column that the published table does not have, and for two dependent variables.
    """
    columns = []
    for first, second in pairs:
        sides = [_published_column(published, str(number)) for number in (first, second)]
        dependents = [next(iter(side.values()))["dependent"] for side in sides]
        if dependents[0] != dependents[1]:
            raise InputError(
                f"published_pairs: column {first} explains {dependents[0]}, column {second} {dependents[1]}; give two "
                "columns of one dependent variable."
            )
        terms = {}
        for term in [name for name in sides[0] if name in sides[1] and name != CONSTANT]:
            cells = [read_cell(side[term], interval / 100) for side in sides]
            found = published_difference(*((cell.estimate.value, cell.t, cell.std_error) for cell in cells))
            if found:
                numbers = dict(zip(("estimate", "std_error", "statistic", "p_value"), found, strict=True))
                terms[f"{term} × High"] = numbers | {"stars": stars_of(found[3])}
        group = f"published table {published[0]['table']}"
        columns.append(Column(f"{first}-{second}", dependents[0], group, terms, published=True))
    return columns


def in_order(lists: Iterable[Iterable[str]]) -> list[str]:
    """Each name once, in order of first appearance."""
    return list(dict.fromkeys(name for names in lists for name in names))


def _published_column(published: Sequence[Mapping[str, str]], number: str) -> dict[str, Mapping[str, str]]:
    """Coefficients of a published column by term."""
    found = {row["term"]: row for row in published if row["column"] == number and is_coefficient(row)}
    if not found:
        columns = ", ".join(in_order([row["column"] for row in published]))
        raise InputError(
            f"published_pairs: published table {published[0]['table']} has no coefficients in column {number}; its "
            f"columns are {columns}."
        )
    return found


def _indirect_rows(indirect: Mapping, codebook: Mapping[str, Mapping[str, str]]) -> dict[str, dict]:
    """Rows of the indirect effect: the first step, the product, its interval's ends."""
    tail = (100 - indirect["level"]) / 2
    first = {name: indirect[key] for name, key in (("estimate", "a"), *((n, f"a_{n}") for n in _TERM_NUMBERS[1:4]))}
    effect = {
        name: indirect[key] for name, key in (("estimate", "effect"), *((n, n) for n in ("std_error", "p_value")))
    }
    return {
        f"{symbol(codebook, indirect['treatment'])} -> mediator": first | {"stars": stars_of(first["p_value"])},
        "Indirect effect": effect | {"stars": stars_of(effect["p_value"])},
        f"Indirect effect, {tail:g}%": {"estimate": indirect["ci_low"]},
        f"Indirect effect, {100 - tail:g}%": {"estimate": indirect["ci_high"]},
    }
