"""Regression columns of the config as plain data: fixest's formula syntax and the keys around it.

`y ~ x1 + x2 + $controls | effect1 + effect2 | endogenous ~ instrument1 + instrument2`; `a:b` is the product of two
variables, `a^b` the effect of each combination of two.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from _helpers import InputError

COVARIANCES = ("iid", "robust")
COLUMN_KEYS = ("formula", "group", "vcov", "sample", "split", "weights", "collinear", "indirect")
CONSTANT = "_cons"  # Stata's name of the constant among the terms
HIGH = "high"  # what a split without `side` calls its indicator of the upper part
_FORM = "`y ~ x1 + x2 | effect1 + effect2 | endogenous ~ instrument`"
_NAME = re.compile(r"[^\W\d]\w*")
_COMPARISONS = (ast.Eq, ast.NotEq, ast.Lt, ast.LtE, ast.Gt, ast.GtE, ast.In, ast.NotIn)
_SAMPLE_NODES = (ast.Expression, ast.BoolOp, ast.And, ast.Or, ast.UnaryOp, ast.Not, ast.USub, ast.Compare, ast.Name)
_SAMPLE_NODES += (ast.Load, ast.Constant, ast.List, ast.Tuple, *_COMPARISONS)


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
    condition on rows; `weights` names a variable; `collinear` is `stop` or `drop`; `group` is the heading above the
    column.
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
    indirect: Indirect | None = None
    group: str = ""

    @property
    def formula(self) -> str:
        """The formula with `$controls` written out."""
        formula = f"{self.dependent} ~ {' + '.join(self.regressors) or '1'}"
        if self.absorbed:
            formula += f" | {' + '.join(self.absorbed)}"
        if self.endogenous:
            formula += f" | {' + '.join(self.endogenous)} ~ {' + '.join(self.instruments)}"
        return formula

    @property
    def slopes(self) -> tuple[str, ...]:
        """The terms with a coefficient, endogenous ones first as Stata prints them."""
        return (*self.endogenous, *self.regressors)

    @property
    def covariance(self) -> str:
        """`iid`, `robust` or e.g. `cluster: province + year`."""
        return f"cluster: {' + '.join(self.clusters)}" if self.clusters else self.vcov

    @property
    def numbers(self) -> tuple[str, ...]:
        """Variables that have to hold numbers, each once."""
        terms = (self.dependent, *self.slopes, *self.instruments)
        names = [part for term in terms for part in term.split(":")]
        names += [name for name in (self.weights, self.split.by if self.split else "") if name]
        return tuple(dict.fromkeys(name for name in names if not self._is_indicator(name)))

    @property
    def variables(self) -> tuple[str, ...]:
        """Every variable of the panel that the column uses, each once."""
        names = [*self.numbers, *self.categories, *sample_variables(self.sample)]
        return tuple(dict.fromkeys(names))

    @property
    def categories(self) -> tuple[str, ...]:
        """Variables whose values are names: absorbed effects and clusters, each once."""
        names = [part for effect in self.absorbed for part in effect.split("^")] + list(self.clusters)
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
    collinear = column.get("collinear", "stop")
    if collinear not in ("stop", "drop"):
        raise InputError(f"unknown collinear `{collinear}`; expected `stop` or `drop`.")
    sample = str(column.get("sample", ""))
    sample_variables(sample)
    parsed = replace(
        parse_formula(column["formula"], controls),
        vcov=vcov,
        clusters=clusters,
        sample=sample,
        split=_read_split(column["split"]) if "split" in column else None,
        weights=_read_name(column, "weights"),
        collinear=collinear,
        group=str(column.get("group", "")),
    )
    terms = (*parsed.slopes, *parsed.instruments, *parsed.absorbed)
    if parsed.split and not parsed.split.side and HIGH not in [part for term in terms for part in _unordered(term)]:
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
    parts = [part.strip() for part in formula.split("|")]
    last = parts.pop() if len(parts) > 1 and "~" in parts[-1] else ""
    sides = parts[0].split("~")
    if len(sides) != 2:
        raise InputError(
            f"cannot read the formula `{formula}`: expected one `~` between the dependent variable and the "
            f"regressors, as in {_FORM}."
        )
    if len(parts) > 2 or any("~" in part for part in parts[1:]) or last.count("~") > 1:
        raise InputError(f"cannot read the formula `{formula}`: expected at most three parts, {_FORM}.")
    (dependent, *more) = _read_terms(sides[0], (), formula, "")
    if more:
        raise InputError(f"expected one dependent variable before `~` in `{formula}`; found {1 + len(more)}.")
    only_constant = last and sides[1].strip() == "1"
    regressors = () if only_constant else _read_terms(sides[1], controls, formula, ":")
    absorbed = _read_terms(parts[1], (), formula, "^") if len(parts) == 2 else ()
    endogenous, instruments = (), ()
    if last:
        endogenous, instruments = (_read_terms(side, (), formula, ":") for side in last.split("~"))
    _refuse_repetition(dependent, regressors, absorbed, endogenous, instruments, formula)
    if len(instruments) < len(endogenous):
        raise InputError(
            f"{len(endogenous)} endogenous regressors but {len(instruments)} instrument(s) in `{formula}`; "
            "as many instruments are needed at least."
        )
    return Regression(dependent, regressors, absorbed, endogenous, instruments)


def sample_variables(sample: str) -> tuple[str, ...]:
    """Variables of a condition such as `municipality == 0 and year > 2014`, each once.

    A condition compares variables with numbers, quoted text or lists of them (`in`, `not in`), joined by `and`, `or`,
    `not`. Raises InputError for anything else.
    """
    if not sample:
        return ()
    example = "as in `municipality == 0 and year > 2014`"
    try:
        tree = ast.parse(sample.strip(), mode="eval")
    except SyntaxError:
        raise InputError(f"cannot read the sample `{sample}`; write a condition, {example}.") from None
    for node in ast.walk(tree):
        if not isinstance(node, _SAMPLE_NODES):
            found = ast.unparse(node) or type(node).__name__.lower()
            raise InputError(f"cannot read `{found}` in the sample `{sample}`; compare variables, {example}.")
    if not _is_condition(tree.body):
        raise InputError(f"the sample `{sample}` is not made of comparisons; write a condition, {example}.")
    return tuple(dict.fromkeys(node.id for node in ast.walk(tree) if isinstance(node, ast.Name)))


def _is_condition(node: ast.expr) -> bool:
    """Whether a part of a sample is a comparison, or comparisons joined by `and`, `or`, `not`."""
    if isinstance(node, ast.BoolOp):
        return all(map(_is_condition, node.values))
    if isinstance(node, ast.UnaryOp):
        return isinstance(node.op, ast.Not) and _is_condition(node.operand)
    return isinstance(node, ast.Compare)


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
    clusters = tuple(name.strip() for text in clusters for name in text.split("+"))
    if not all(_NAME.fullmatch(name) for name in clusters) or not 1 <= len(set(clusters)) == len(clusters) <= 2:
        raise InputError(f"vcov: cluster by one variable or two different ones; found {given!r}.")
    return "cluster", clusters


def _read_split(split) -> Split:
    if not isinstance(split, Mapping) or not set(split) <= {"by", "at", "side"} or "by" not in split:
        raise InputError(f"cannot read the split {split!r}; write e.g. {{by: regulation, at: median, side: high}}.")
    at, side = split.get("at", "median"), split.get("side", "")
    if at != "median" and (isinstance(at, bool) or not isinstance(at, (int, float))):
        raise InputError(f"a split is at `median` or at a number; found {at!r}.")
    if side not in ("", "high", "low"):
        raise InputError(f"unknown side `{side}` of a split; expected `high` or `low`, or none for both.")
    return Split(_read_name(split, "by"), at, side)


def _read_indirect(indirect, regression: Regression) -> Indirect:
    if not isinstance(indirect, Mapping) or set(indirect) != {"of", "through"}:
        raise InputError(f"cannot read indirect {indirect!r}; write e.g. {{of: ai, through: energy_efficiency}}.")
    found = Indirect(_read_name(indirect, "of"), _read_name(indirect, "through"))
    for name in (found.treatment, found.mediator):
        if name not in regression.regressors:
            raise InputError(f"indirect: `{name}` is no regressor of `{regression.formula}`.")
    if found.treatment == found.mediator or regression.endogenous:
        raise InputError("indirect: treatment and mediator differ, and both are exogenous regressors.")
    return found


def _read_name(mapping: Mapping, key: str) -> str:
    name = mapping.get(key, "")
    if key in mapping and not (isinstance(name, str) and _NAME.fullmatch(name)):
        raise InputError(f"{key}: expected the name of a panel variable; found {name!r}.")
    return name


def _read_terms(text: str, controls: Sequence[str], formula: str, joint: str) -> tuple[str, ...]:
    """Variable names of `a + b + $controls`; `joint` is the sign that may join names of one term (`:`, `^`)."""
    names: list[str] = []
    for term in (part.strip() for part in text.split("+")):
        parts = [part.strip() for part in term.split(joint)] if joint else [term]
        if "$controls" in parts and not controls:
            raise InputError(f"no `controls` for `$controls` in `{formula}`: list them under that key.")
        if not term or not all(parts):
            raise InputError(f"a term is missing in `{formula}`: a `+`, `~` or `|` has nothing beside it.")
        if not all(_NAME.fullmatch(part) or (part == "$controls" and joint == ":") for part in parts):
            raise InputError(
                f"cannot read the term `{term}` of `{formula}`: a term is the name of a panel variable; among the "
                "regressors also `$controls` or a product `a:b`, among the effects `a^b`. Make transformed variables "
                "in the panel."
            )
        expanded = [""]
        for part in parts:
            values = controls if part == "$controls" else (part,)
            expanded = [f"{head}{joint if head else ''}{value}" for value in values for head in expanded]
        names.extend(expanded)
    return tuple(names)


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
    return tuple(sorted(re.split("[:^]", term)))
