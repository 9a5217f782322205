"""Formulas of variables: read against a whitelist, their units worked out, evaluated by province and year.

A formula is arithmetic over raw tables and variables: + - * / **, numbers, log(), growth(), lag() and national(). A
name that is both a raw table and a variable is written raw(name) or variable(name).

Powers of ten between units are converted by themselves. One that is written as a factor (`100 * loans / gdp`, in %)
converts number and unit alike, so that nothing is converted twice; where the declared unit then says another one, the
formula is refused.
"""

from __future__ import annotations

import ast
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction

from study.checks.suspects import MOST_SHOWN
from study.helpers import InputError
from study.variables.quantities import OWN_SCALE, Quantity, logarithm, parse_unit, power_of_ten
from study.words.units import PREVIOUS_YEAR

LONGEST_FORMULA = 500  # characters
LARGEST_NUMBER = 10**15  # a number
MOST_PARTS = 100  # numbers, names and operations
HIGHEST_POWER = 4
MOST_YEARS_BACK = 5
NATION = "china"
# Function -> years before its own for which its argument is needed.
FUNCTIONS = {"log": 0, "growth": 1, "lag": 1, "national": 0}
QUALIFIERS = ("raw", "variable")  # say which of the two a name is
SIGNS_OF_OPERATORS = {ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/", ast.Pow: "**"}
ALLOWED = "+ - * / **, numbers, raw tables, variables, log(), growth(), lag(), national(), raw() and variable()"
HINTS = {
    "^": "a power is written **",
    "×": "a product is written *",
    "÷": "a quotient is written /",
    "（": "brackets are ( and )",
    "ln(": "the natural logarithm is log()",
    "=": "the formula alone stands here, without the variable's name",
}

Cell = tuple[str, int]
Figures = Mapping[Cell, float]


@dataclass(frozen=True)
class Formula:
    """A formula that was read.

    names : what it is made of, as written (`gdp`, `raw(green_patents)`) -> years before a variable's first from which
    on it is needed. national : those whose figure of the nation it needs.
    """

    text: str
    names: Mapping[str, int]
    national: frozenset[str]
    tree: ast.expr = field(compare=False, repr=False)


def parse_formula(text: str, where: str) -> Formula:
    """Read a formula; InputError, beginning with `where`, for whatever is not in the whitelist."""

    def refused(problem: str, node: ast.AST | None = None) -> InputError:
        at = f" at character {node.col_offset + 1}" if node is not None and hasattr(node, "col_offset") else ""
        hint = next((f"; {hint}" for sign, hint in HINTS.items() if sign in text), "")
        shown = text if len(text) <= 80 else f"{text[:80]}..."
        return InputError(f"{where}: the formula `{shown}` {problem}{at}{hint}. Allowed are {ALLOWED}.")

    if not text.strip():
        raise refused("is empty")
    if len(text) > LONGEST_FORMULA:
        raise refused(f"has {len(text)} characters, more than {LONGEST_FORMULA}")
    if not text.isascii():
        raise refused("has signs that no formula has")
    try:
        tree = ast.parse(text.strip(), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        raise refused("cannot be read") from None
    if sum(1 for _ in ast.walk(tree)) > 3 * MOST_PARTS:
        raise refused("is too long")
    names: dict[str, int] = {}
    national: set[str] = set()

    def look(node: ast.AST, back: int) -> None:
        if back > MOST_YEARS_BACK:
            raise refused(f"goes back more than {MOST_YEARS_BACK} years", node)
        match node:
            case ast.Constant(value=bool() | str() | bytes() | complex() | None):
                raise refused(f"has {node.value!r}, which is no number,", node)
            case ast.Constant(value=value) if abs(value) < LARGEST_NUMBER:
                return
            case ast.Name(id=name) if name in (*FUNCTIONS, *QUALIFIERS):
                raise refused(f"needs brackets after {name}", node)
            case ast.Name() | ast.Call(func=ast.Name(id="raw" | "variable"), args=[ast.Name()], keywords=[]):
                name = ast.unparse(node)
                names[name] = max(back, names.get(name, 0))
            case ast.UnaryOp(op=ast.USub(), operand=operand):
                look(operand, back)
            case ast.BinOp(op=ast.Pow(), left=left, right=ast.Constant(value=int() as power)) if (
                not isinstance(power, bool) and 0 < power <= HIGHEST_POWER
            ):
                look(left, back)
            case ast.BinOp(op=ast.Add() | ast.Sub() | ast.Mult() | ast.Div(), left=left, right=right):
                look(left, back)
                look(right, back)
            case ast.Call(func=ast.Name(id=name), args=[argument], keywords=[]) if name in FUNCTIONS:
                if name == "national":
                    if not _is_name(argument):
                        raise refused("takes the nation's figure of something else than a raw table", node)
                    national.add(ast.unparse(argument))
                look(argument, back + FUNCTIONS[name])
            case ast.Call(func=ast.Name(id=name)):
                known = name in (*FUNCTIONS, *QUALIFIERS)
                what = f"gives {name}() not one argument of its kind" if known else f"calls {name}()"
                raise refused(what, node)
            case ast.BinOp(op=ast.Pow()):
                raise refused(f"has a power that is no whole number of 1 to {HIGHEST_POWER}", node)
            case _:
                raise refused("has what no formula can have", node)

    look(tree, 0)
    if not names:
        raise refused("names no raw table or variable")
    return Formula(text.strip(), names, frozenset(national), tree)


def _is_name(node: ast.AST) -> bool:
    match node:
        case ast.Name() | ast.Call(func=ast.Name(id="raw" | "variable"), args=[ast.Name()], keywords=[]):
            return True
    return False


def bare(name: str) -> tuple[str, str]:
    """A formula's name as qualifier and name: (`raw`, `green_patents`), or (``, `gdp`)."""
    qualifier, bracket, inner = name.partition("(")
    return (qualifier, inner.removesuffix(")")) if bracket else ("", name)


def unit_of(formula: Formula, units: Mapping[str, str], where: str) -> Quantity:
    """The unit of a formula's value, from the `units` of its names; InputError where units cannot be added."""
    known = {name: parse_unit(units[name]) for name in formula.names}

    def unit(node: ast.AST, in_log: bool = False) -> Quantity:
        match node:
            case ast.Constant():
                return Quantity()
            case ast.Name() | ast.Call(func=ast.Name(id="raw" | "variable")):
                return known[ast.unparse(node)]
            case ast.UnaryOp(operand=operand):
                return unit(operand)
            case ast.BinOp(op=ast.Pow(), left=left, right=ast.Constant(value=power)):
                base, result = unit(left), Quantity()
                for _ in range(power):
                    result = result.times(base)
                return result
            case ast.BinOp(op=ast.Mult() | ast.Div() as op, left=left, right=right):
                return factor(left).times(factor(right), 1 if isinstance(op, ast.Mult) else -1)
            case ast.BinOp(op=op, left=left, right=right):
                first, second = unit(left), unit(right)
                if in_log and _counts_in(left, second):  # log(1 + x)
                    return second
                if in_log and _counts_in(right, first):
                    return first
                logs = isinstance(op, ast.Add) and _is_log(first)
                written = first.scale != second.scale and bool(conversions(left) + conversions(right))
                if first.bases != second.bases or logs or written:
                    texts = [f"{ast.unparse(side)} ({one})" for side, one in ((left, first), (right, second))]
                    verb = "added to" if isinstance(op, ast.Add) else "subtracted from"
                    texts = texts if isinstance(op, ast.Add) else texts[::-1]
                    raise InputError(f"{where}: {texts[0]} cannot be {verb} {texts[1]}: other units.")
                return Quantity() if isinstance(op, ast.Sub) and _is_log(first) else first
            case ast.Call(func=ast.Name(id="log"), args=[argument]):
                return logarithm(unit(argument, in_log=True))
            case ast.Call(func=ast.Name(id="growth"), args=[argument]):
                inner = ast.unparse(argument)
                if _is_log(unit(argument)) or units.get(inner) == PREVIOUS_YEAR:
                    raise InputError(f"{where}: growth({inner}) is of what is a growth or a logarithm already.")
                return Quantity()
            case ast.Call(args=[argument]):
                return unit(argument)

    def factor(node: ast.AST) -> Quantity:
        return Quantity(1 / Fraction(repr(node.value))) if _converts(node) else unit(node)

    return unit(formula.tree)


def _converts(node: ast.AST) -> bool:
    """Whether a number is a power of ten that changes a unit's: 100 and more, a hundredth and less."""
    if not isinstance(node, ast.Constant):
        return False
    power = power_of_ten(Fraction(repr(node.value))) if node.value > 0 else None
    return power is not None and abs(power) >= 2


def conversions(node: ast.AST) -> list[str]:
    """The powers of ten that are written as factors in a formula."""
    products = [
        part for part in ast.walk(node) if isinstance(part, ast.BinOp) and isinstance(part.op, (ast.Mult, ast.Div))
    ]
    return [ast.unparse(side) for part in products for side in (part.left, part.right) if _converts(side)]


def _is_log(unit: Quantity) -> bool:
    return len(unit.bases) == 1 and (unit.bases[0][0] == "ln" or unit.bases[0][0].startswith("ln("))


def _counts_in(node: ast.AST, other: Quantity) -> bool:
    """Whether a term is a number that counts in the unit of the other one, as in log(1 + x)."""
    return isinstance(node, ast.Constant) and bool(other.bases)


def scale_to(formula: Formula, units: Mapping[str, str], declared: str, where: str) -> Fraction:
    """What brings a formula's value into the `declared` unit as a factor; InputError where that is another one."""
    found, wanted = unit_of(formula, units, where), parse_unit(declared)
    if found.bases != wanted.bases:
        raise InputError(
            f"{where}: the formula `{formula.text}` is in {found}, the unit says {declared or 'nothing'!r}; "
            "correct one of the two."
        )
    if OWN_SCALE.fullmatch(declared):
        return Fraction(1)
    scale = found.scale / wanted.scale
    if scale != 1 and (written := conversions(formula.tree)):
        raise InputError(
            f"{where}: the formula `{formula.text}` is in {found} with its factor {written[0]}, the unit says "
            f"{declared!r}; leave powers of ten out, they are converted by themselves, or correct the unit."
        )
    return scale


def evaluate(
    formula: Formula,
    tables: Mapping[str, Figures],
    cells: Sequence[Cell],
    units: Mapping[str, str],
    declared: str,
    where: str,
) -> dict[Cell, float]:
    """The formula's value in the `declared` unit at each of `cells` (province, year).

    tables : name -> figures in its unit; a series of the nation alone has them under `china`. Raises InputError naming
    every cell that lacks a figure or has no finite value.
    """
    scale = scale_to(formula, units, declared, where)
    nation_alone = {name for name, table in tables.items() if table and {cell[0] for cell in table} == {NATION}}

    def listed(bad: Sequence[Cell]) -> str:
        texts = [f"{province} {year}" for province, year in dict.fromkeys(bad)]
        more = f" and {len(texts) - MOST_SHOWN} more" if len(texts) > MOST_SHOWN else ""
        return ", ".join(texts[:MOST_SHOWN]) + more

    def figures(name: str, at: Sequence[Cell], national: bool) -> list[float]:
        table, of_nation = tables[name], national or name in nation_alone
        wanted = [(NATION, year) if of_nation else (province, year) for province, year in at]
        lacking = [cell for cell in wanted if table.get(cell) is None]
        if not lacking:
            return [table[cell] for cell in wanted]
        if national:
            years = ", ".join(map(str, sorted({year for _, year in lacking})))
            raise InputError(
                f"{where}: {name} has no figure of the nation for {years}: no national row (全国) is printed, and not "
                f"all provinces can be summed up. Export {name} with its national row, or fill in what is lacking "
                f"(results/logs says which provinces)."
            )
        raise InputError(f"{where}: {name} has no figure of {listed(lacking)}.")

    def applied(sign: str, compute: Callable[[float, float], float], pairs, at: Sequence[Cell]) -> list[float]:
        values, bad = [], []
        for cell, (left, right) in zip(at, pairs, strict=True):
            try:
                values.append(compute(left, right))
            except (ZeroDivisionError, OverflowError):
                bad.append(cell)
        if bad:
            what = "is divided by zero" if sign == "/" else "is too large"
            raise InputError(f"{where}: the formula `{formula.text}` {what} in {listed(bad)}.")
        return values

    def value(node: ast.AST, at: Sequence[Cell]) -> list[float]:
        match node:
            case ast.Constant(value=number):
                return [float(number)] * len(at)
            case ast.Name() | ast.Call(func=ast.Name(id="raw" | "variable")):
                return figures(ast.unparse(node), at, national=False)
            case ast.UnaryOp(operand=operand):
                return [-one for one in value(operand, at)]
            case ast.BinOp(op=op, left=left, right=right):
                sign = SIGNS_OF_OPERATORS[type(op)]
                first, second = value(left, at), value(right, at)
                if sign in "+-":
                    ratio = ratio_of(left, right)
                    second = [_scaled(one, ratio) for one in second]
                return applied(sign, COMPUTE[sign], zip(first, second, strict=True), at)
            case ast.Call(func=ast.Name(id="national"), args=[argument]):
                return figures(ast.unparse(argument), at, national=True)
            case ast.Call(func=ast.Name(id="log"), args=[argument]):
                return logarithms(value(argument, at), at)
            case ast.Call(func=ast.Name(id=name), args=[argument]):
                before = value(argument, [(province, year - 1) for province, year in at])
                if name == "lag":
                    return before
                pairs = zip(value(argument, at), before, strict=True)
                return applied("/", lambda now, then: now / then - 1, pairs, at)

    def ratio_of(left: ast.AST, right: ast.AST) -> Fraction:
        """What brings the right side into the left's unit."""
        first, second = (unit_of(replace(formula, tree=node), units, where) for node in (left, right))
        return second.scale / first.scale if first.bases == second.bases else Fraction(1)

    def logarithms(values: list[float], at: Sequence[Cell]) -> list[float]:
        import numpy as np

        if bad := [cell for cell, one in zip(at, values, strict=True) if not one > 0]:
            raise InputError(f"{where}: the logarithm in `{formula.text}` is of zero or less in {listed(bad)}.")
        return np.log(np.array(values)).tolist()

    result = [_scaled(one, scale) for one in value(formula.tree, cells)]
    if bad := [cell for cell, one in zip(cells, result, strict=True) if not math.isfinite(one)]:
        raise InputError(f"{where}: the formula `{formula.text}` has no finite value in {listed(bad)}.")
    return dict(zip(cells, result, strict=True))


COMPUTE: dict[str, Callable[[float, float], float]] = {
    "+": lambda left, right: left + right,
    "-": lambda left, right: left - right,
    "*": lambda left, right: left * right,
    "/": lambda left, right: left / right,
    "**": lambda left, right: left**right,
}


def _scaled(value: float, scale: Fraction) -> float:
    """A value times an exact scale; a power of ten below one divides, so that no digit is lost."""
    power = power_of_ten(scale)
    if power is None:
        return value * float(scale)
    return value * 10.0**power if power >= 0 else value / 10.0**-power
