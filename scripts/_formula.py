"""Regression formulas in fixest's syntax, `y ~ x1 + x2 + $controls | effect1 + effect2`, as plain data."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from _helpers import InputError

COVARIANCES = ("iid", "robust")
COLUMN_KEYS = ("formula", "group", "vcov")
_NAME = re.compile(r"[^\W\d]\w*")


@dataclass(frozen=True)
class Regression:
    """One column of a regression table.

    `absorbed` are the fixed effects; none means ordinary least squares with a constant. `vcov` is one of
    `COVARIANCES`; `group` is the heading above the column.
    """

    dependent: str
    regressors: tuple[str, ...]
    absorbed: tuple[str, ...] = ()
    vcov: str = "robust"
    group: str = ""

    @property
    def formula(self) -> str:
        """The formula with `$controls` written out."""
        formula = f"{self.dependent} ~ {' + '.join(self.regressors)}"
        return f"{formula} | {' + '.join(self.absorbed)}" if self.absorbed else formula


def parse_column(column: str | Mapping, controls: Sequence[str] = ()) -> Regression:
    """One entry of a table's `columns`: a formula, or a mapping of `formula`, `group` and `vcov`.

    Raises InputError for an unknown key, an unknown `vcov`, and whatever `parse_formula` refuses.
    """
    if isinstance(column, str):
        return parse_formula(column, controls)
    if not isinstance(column, Mapping):
        raise InputError(f"a column is a formula or a mapping with a `formula` key; found {column!r}.")
    unknown = [key for key in column if key not in COLUMN_KEYS]
    if unknown:
        raise InputError(f"unknown key `{unknown[0]}`; a column takes {_listed(COLUMN_KEYS)}.")
    if not isinstance(column.get("formula"), str):
        raise InputError("the column has no `formula`; write e.g. `formula: y ~ x | province + year`.")
    vcov = column.get("vcov", "robust")
    if vcov not in COVARIANCES:
        raise InputError(f"unknown vcov `{vcov}`; expected {_listed(COVARIANCES)}.")
    parsed = parse_formula(column["formula"], controls)
    return replace(parsed, vcov=vcov, group=str(column.get("group", "")))


def parse_formula(formula: str, controls: Sequence[str] = ()) -> Regression:
    """`formula` with `$controls` replaced by `controls`, in the order written.

    Raises InputError when a part or a term cannot be read, a variable appears twice, or the formula asks for
    instrumental variables.
    """
    parts = [part.strip() for part in formula.split("|")]
    if len(parts) > 2 or any("~" in part for part in parts[1:]):
        raise InputError(
            f"instrumental variables are not supported yet; found a part `{parts[-1]}` after the absorbed "
            f"effects of `{formula}`. Write `y ~ x1 + x2 | effect1 + effect2`."
        )
    sides = parts[0].split("~")
    if len(sides) != 2:
        raise InputError(
            f"cannot read the formula `{formula}`: expected one `~` between the dependent variable and the "
            "regressors, as in `y ~ x1 + x2 | effect1 + effect2`."
        )
    (dependent, *more) = _read_terms(sides[0], (), formula)
    if more:
        raise InputError(f"expected one dependent variable before `~` in `{formula}`; found {1 + len(more)}.")
    regressors = _read_terms(sides[1], controls, formula)
    absorbed = _read_terms(parts[1], (), formula) if len(parts) == 2 else ()
    _refuse_repetition(dependent, regressors, absorbed, formula)
    return Regression(dependent, regressors, absorbed)


def _read_terms(text: str, controls: Sequence[str], formula: str) -> tuple[str, ...]:
    """Variable names of `a + b + $controls`."""
    names: list[str] = []
    for term in (part.strip() for part in text.split("+")):
        if term == "$controls" and controls:
            names.extend(controls)
        elif term == "$controls":
            raise InputError(f"no `controls` for `$controls` in `{formula}`: list them under that key.")
        elif _NAME.fullmatch(term):
            names.append(term)
        elif term:
            raise InputError(
                f"cannot read the term `{term}` of `{formula}`: a term is the name of a panel variable "
                "or, among the regressors, `$controls`. Make transformed variables in the panel."
            )
        else:
            raise InputError(f"a term is missing in `{formula}`: a `+`, `~` or `|` has nothing beside it.")
    return tuple(names)


def _refuse_repetition(dependent: str, regressors: tuple[str, ...], absorbed: tuple[str, ...], formula: str) -> None:
    if dependent in regressors:
        raise InputError(f"the dependent variable `{dependent}` is also a regressor of `{formula}`.")
    if dependent in absorbed:
        raise InputError(f"the dependent variable `{dependent}` is also an absorbed effect of `{formula}`.")
    for kind, names in (("a regressor", regressors), ("an absorbed effect", absorbed)):
        for name in names:
            if names.count(name) > 1:
                raise InputError(
                    f"`{name}` appears {names.count(name)} times as {kind} of `{formula}` "
                    "(`$controls` counted); keep one."
                )
    both = [name for name in regressors if name in absorbed]
    if both:
        raise InputError(f"`{both[0]}` is both a regressor and an absorbed effect of `{formula}`; keep one.")


def _listed(names: Sequence[str]) -> str:
    return ", ".join(f"`{name}`" for name in names[:-1]) + f" or `{names[-1]}`"
