"""Regression columns of the config as plain data: fixest's formula syntax and the keys around it.

`y ~ x1 + x2 + $controls | effect1 + effect2 | endogenous ~ instrument1 + instrument2`; `a:b` is the product of two
variables, `a^b` the effect of each combination of two.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache

from study.helpers import InputError
from study.regression.conditions import condition_variables
from study.regression.terms import CONSTANT, HIGH, QUOTING, names_of, read_name, split_outside, term_of, written

COVARIANCES = ("iid", "robust")
COLUMN_KEYS = ("formula", "group", "vcov", "sample", "split", "weights", "collinear", "singletons", "indirect")
MOST_CLUSTERS = 3
ROW = "row"  # the block of a bootstrap that draws single rows
_FORM = "`y ~ x1 + x2 | effect1 + effect2 | endogenous ~ instrument`"


@dataclass(frozen=True)
class Split:
    """Part of a sample: `by` above `at` (side `high`) or not above it (`low`).

    `at` is `median` (pooled over the sample) or a number. Without a side all rows stay and the indicator `high` of
    the upper part is a variable of the formula.
    """

    by: str
    at: str | float = "median"
    side: str = ""


@dataclass(frozen=True)
class Indirect:
    """The effect of `treatment` on the dependent variable that runs through `mediator`."""

    treatment: str
    mediator: str


@dataclass(frozen=True)
class Regression:
    """One column of a regression table.

    `regressors` are exogenous; `absorbed` are the fixed effects, none meaning a constant; `endogenous` regressors are
    instrumented by `instruments`. `vcov` is `iid`, `robust` or `cluster`, the last with `clusters`. `sample` is a
    condition on rows; `weights` names a variable; `collinear` is `stop` or `drop`, `singletons` `drop` or `keep`;
    `group` is the heading above the column. Terms are those of `regression.terms`; `weights` is a name.
    """

    dependent: str
    regressors: tuple[str, ...]
    absorbed: tuple[str, ...] = ()
    endogenous: tuple[str, ...] = ()
    instruments: tuple[str, ...] = ()
    vcov: str = "robust"
    clusters: tuple[str, ...] = ()
    sample: str = ""
    split: Split | None = None
    weights: str = ""
    collinear: str = "stop"
    singletons: str = "drop"
    indirect: Indirect | None = None
    group: str = ""

    @property
    def formula(self) -> str:
        """The formula with `$controls` written out."""
        formula = f"{written(self.dependent)} ~ {_sum(self.regressors) or '1'}"
        if self.absorbed:
            formula += f" | {_sum(self.absorbed)}"
        if self.endogenous:
            formula += f" | {_sum(self.endogenous)} ~ {_sum(self.instruments)}"
        return formula

    @property
    def slopes(self) -> tuple[str, ...]:
        """The terms with a coefficient, endogenous ones first as Stata prints them."""
        return (*self.endogenous, *self.regressors)

    @property
    def covariance(self) -> str:
        """`iid`, `robust` or e.g. `cluster: province + year`."""
        return f"cluster: {_sum(self.clusters)}" if self.clusters else self.vcov

    @property
    def numbers(self) -> tuple[str, ...]:
        """Variables that have to hold numbers, each once."""
        terms = (self.dependent, *self.slopes, *self.instruments)
        names = [name for term in terms for name in names_of(term)]
        names += [name for name in (self.weights, self.split.by if self.split else "") if name]
        return tuple(dict.fromkeys(name for name in names if not self._is_indicator(name)))

    @property
    def variables(self) -> tuple[str, ...]:
        """Every variable of the panel that the column uses, each once."""
        names = [*self.numbers, *self.categories, *condition_variables(self.sample)]
        return tuple(dict.fromkeys(names))

    @property
    def categories(self) -> tuple[str, ...]:
        """Variables whose values are names: absorbed effects and clusters, each once."""
        names = [name for term in (*self.absorbed, *self.clusters) for name in names_of(term)]
        return tuple(dict.fromkeys(name for name in names if not self._is_indicator(name)))

    def _is_indicator(self, name: str) -> bool:
        return name == HIGH and self.split is not None and not self.split.side


def parse_column(column: str | Mapping, controls: Sequence[str] = ()) -> Regression:
    """One entry of a table's `columns`: a formula, or a mapping of `COLUMN_KEYS`.

    Raises InputError for an unknown key or value, and whatever `parse_formula` refuses.
    """
    if isinstance(column, str):
        return parse_formula(column, controls)
    if not isinstance(column, Mapping):
        raise InputError(f"a column is a formula or a mapping with a `formula` key; found {column!r}.")
    unknown = [key for key in column if key not in COLUMN_KEYS]
    if unknown:
        raise InputError(f"unknown key `{unknown[0]}`; a column takes {listed(COLUMN_KEYS)}.")
    if not isinstance(column.get("formula"), str):
        raise InputError("the column has no `formula`; write e.g. `formula: y ~ x | province + year`.")
    vcov, clusters = _read_vcov(column.get("vcov", "robust"))
    collinear = _read_choice(column, "collinear", ("stop", "drop"))
    sample = str(column.get("sample", ""))
    condition_variables(sample)
    parsed = replace(
        parse_formula(column["formula"], controls),
        vcov=vcov,
        clusters=clusters,
        sample=sample,
        split=_read_split(column["split"]) if "split" in column else None,
        weights=_read_name(column, "weights"),
        collinear=collinear,
        singletons=_read_choice(column, "singletons", ("drop", "keep")),
        group=str(column.get("group", "")),
    )
    terms = (*parsed.slopes, *parsed.instruments, *parsed.absorbed)
    if parsed.split and not parsed.split.side and HIGH not in [name for term in terms for name in names_of(term)]:
        raise InputError(
            "the split has no `side` and the formula does not use `high`, so it would change nothing; add "
            "`side: high` or `side: low`, or a term such as `ai:high`."
        )
    if "indirect" in column:
        parsed = replace(parsed, indirect=_read_indirect(column["indirect"], parsed))
    return parsed


def parse_formula(formula: str, controls: Sequence[str] = ()) -> Regression:
    """`formula` with `$controls` replaced by `controls`, in the order written.

    Raises InputError when a part or a term cannot be read, a variable has two roles, or there are fewer instruments
    than endogenous regressors.
    """
    return _parse_formula(formula, tuple(controls))


@cache  # a start asks for each column many times
def _parse_formula(formula: str, controls: tuple[str, ...]) -> Regression:
    parts = split_outside(formula, "|")
    last = split_outside(parts.pop(), "~") if len(parts) > 1 and len(split_outside(parts[-1], "~")) > 1 else []
    sides = split_outside(parts[0], "~")
    if len(sides) != 2:
        raise InputError(
            f"cannot read the formula `{formula}`: expected one `~` between the dependent variable and the "
            f"regressors, as in {_FORM}."
        )
    if len(parts) > 2 or any(len(split_outside(part, "~")) > 1 for part in parts[1:]) or len(last) > 2:
        raise InputError(f"cannot read the formula `{formula}`: expected at most three parts, {_FORM}.")
    (dependent, *more) = _read_terms(sides[0], (), formula, "")
    if more:
        raise InputError(f"expected one dependent variable before `~` in `{formula}`; found {1 + len(more)}.")
    only_constant = last and sides[1] == "1"
    regressors = () if only_constant else _read_terms(sides[1], controls, formula, ":")
    absorbed = _read_terms(parts[1], (), formula, "^") if len(parts) == 2 else ()
    endogenous, instruments = (), ()
    if last:
        endogenous, instruments = (_read_terms(side, (), formula, ":") for side in last)
    _refuse_repetition(dependent, regressors, absorbed, endogenous, instruments, formula)
    if len(instruments) < len(endogenous):
        raise InputError(
            f"{len(endogenous)} endogenous regressors but {len(instruments)} instrument(s) in `{formula}`; "
            "as many instruments are needed at least."
        )
    return Regression(dependent, regressors, absorbed, endogenous, instruments)


def bootstrap_block(bootstrap: Mapping, regression: Regression) -> str:
    """The absorbed effect or cluster whose units a bootstrap draws, empty where it draws rows.

    Raises InputError for another variable.
    """
    block = term_of(names_of(bootstrap.get("block", ROW)), "^")
    if block in (*regression.absorbed, *regression.clusters):
        return block
    if block != ROW:
        raise InputError(
            f"bootstrap.block `{block}` is no absorbed effect or cluster of `{regression.formula}`; leave `block` out "
            "to draw single rows, as in a cross-section."
        )
    return ""


def listed(names: Sequence[str]) -> str:
    """`a`, `b` or `c`."""
    return ", ".join(f"`{name}`" for name in names[:-1]) + f" or `{names[-1]}`"


def _read_vcov(vcov) -> tuple[str, tuple[str, ...]]:
    """Kind and clusters of `iid`, `robust`, `{cluster: province}` or `{cluster: [province, year]}`."""
    if isinstance(vcov, str) and vcov in COVARIANCES:
        return vcov, ()
    if not isinstance(vcov, Mapping) or list(vcov) != ["cluster"]:
        raise InputError(f"unknown vcov `{vcov}`; expected {listed((*COVARIANCES, '{cluster: province}'))}.")
    given = vcov["cluster"]
    clusters = tuple(map(str, given)) if isinstance(given, Sequence) and not isinstance(given, str) else (str(given),)
    clusters = [split_outside(cluster, "^") for text in clusters for cluster in split_outside(text, "+")]
    names = [tuple(map(read_name, parts)) for parts in clusters]
    different = {tuple(sorted(parts)) for parts in names if None not in parts and len(set(parts)) == len(parts)}
    if not 1 <= len(different) == len(clusters) <= MOST_CLUSTERS:
        raise InputError(
            f"vcov: cluster by one variable or two different ones, {MOST_CLUSTERS} at most, where `a^b` is each "
            f"combination of two; found {given!r}; {QUOTING}."
        )
    return "cluster", tuple(term_of(parts, "^") for parts in names)


def _read_choice(column: Mapping, key: str, choices: tuple[str, ...]) -> str:
    """One of the choices of a key, the first where it is absent."""
    chosen = column.get(key, choices[0])
    if chosen not in choices:
        raise InputError(f"unknown {key} `{chosen}`; expected {listed(choices)}.")
    return chosen


def _read_split(split) -> Split:
    if not isinstance(split, Mapping) or not set(split) <= {"by", "at", "side"} or "by" not in split:
        raise InputError(f"cannot read the split {split!r}; write e.g. {{by: regulation, at: median, side: high}}.")
    at, side = split.get("at", "median"), split.get("side", "")
    if at != "median" and (isinstance(at, bool) or not isinstance(at, (int, float)) or not abs(at) < math.inf):
        raise InputError(f"a split is at `median` or at a number; found {at!r}.")
    if side not in ("", "high", "low"):
        raise InputError(f"unknown side `{side}` of a split; expected `high` or `low`, or none for both.")
    return Split(_read_name(split, "by"), at, side)


def _read_indirect(indirect, regression: Regression) -> Indirect:
    if not isinstance(indirect, Mapping) or set(indirect) != {"of", "through"}:
        raise InputError(f"cannot read indirect {indirect!r}; write e.g. {{of: ai, through: energy_efficiency}}.")
    found = Indirect(*(term_of([_read_name(indirect, key)]) for key in ("of", "through")))
    for name in (found.treatment, found.mediator):
        if name not in regression.regressors:
            raise InputError(f"indirect: `{name}` is no regressor of `{regression.formula}`.")
    if found.treatment == found.mediator or regression.endogenous:
        raise InputError("indirect: treatment and mediator differ, and both are exogenous regressors.")
    return found


def _read_name(mapping: Mapping, key: str) -> str:
    if key not in mapping:
        return ""
    name = read_name(mapping[key].strip()) if isinstance(mapping[key], str) else None
    if name is None:
        raise InputError(f"{key}: expected the name of a panel variable; found {mapping[key]!r}; {QUOTING}.")
    return name


def _read_terms(text: str, controls: Sequence[str], formula: str, joint: str) -> tuple[str, ...]:
    """Terms of `a + b + $controls`; `joint` is the sign that may join names of one term (`:`, `^`)."""
    terms: list[str] = []
    for term in split_outside(text, "+"):
        parts = split_outside(term, joint) if joint else [term]
        if "$controls" in parts and not controls:
            raise InputError(f"no `controls` for `$controls` in `{formula}`: list them under that key.")
        if not term or not all(parts):
            raise InputError(f"a term is missing in `{formula}`: a `+`, `~` or `|` has nothing beside it.")
        if CONSTANT in parts:
            raise InputError(
                f"`{CONSTANT}` in `{formula}` is the constant's name among the terms, which no formula lists; a "
                f"variable of that name stands in backticks or gets another name under panel.columns."
            )
        if not all(read_name(part) or (part == "$controls" and joint == ":") for part in parts):
            raise InputError(
                f"cannot read the term `{term}` of `{formula}`: a term is the name of a panel variable; among the "
                f"regressors also `$controls` or a product `a:b`, among the effects `a^b`; {QUOTING}. Make transformed "
                "variables in the panel."
            )
        expanded: list[tuple[str, ...]] = [()]
        for part in parts:
            values = [names_of(control) for control in controls] if part == "$controls" else [(read_name(part),)]
            expanded = [head + value for value in values for head in expanded]
        terms += [term_of(names, joint) for names in expanded]
    return tuple(terms)


def _refuse_repetition(dependent, regressors, absorbed, endogenous, instruments, formula) -> None:
    """InputError where a variable has two roles or one role twice; a product's order does not matter."""
    roles = {
        "a regressor": regressors,
        "an absorbed effect": absorbed,
        "an endogenous regressor": endogenous,
        "an instrument": instruments,
    }
    for role, names in roles.items():
        if dependent in names:
            raise InputError(f"the dependent variable `{dependent}` is also {role} of `{formula}`.")
        for name in names:
            if (count := [_unordered(other) for other in names].count(_unordered(name))) > 1:
                raise InputError(
                    f"`{name}` appears {count} times as {role} of `{formula}` (`$controls` counted); keep one."
                )
    seen: dict[tuple[str, ...], str] = {}
    for role, names in roles.items():
        for name in names:
            if seen.setdefault(_unordered(name), role) != role:
                raise InputError(f"`{name}` is both {seen[_unordered(name)]} and {role} of `{formula}`; keep one.")


def _unordered(term: str) -> tuple[str, ...]:
    return tuple(sorted(names_of(term)))


def _sum(terms: Sequence[str]) -> str:
    """Terms as a formula writes them."""
    return " + ".join(map(written, terms))
