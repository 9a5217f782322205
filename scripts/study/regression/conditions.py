"""Conditions on rows, such as `municipality == 0 and year > 2014`: what they may say, and which rows they hold in.

A condition compares a variable with a number, a quoted text, another variable, or a list of numbers or texts (`in`,
`not in`); comparisons are chained (`0 < x <= 3`) and joined by `and`, `or`, `not` and brackets. It is read before any
data are, and every other form is refused then.
"""

from __future__ import annotations

import ast
import operator
import re
from dataclasses import dataclass
from functools import reduce
from typing import TYPE_CHECKING

from study.helpers import InputError
from study.regression.terms import QUOTING
from study.words.numbers import as_numbers

if TYPE_CHECKING:
    import pandas as pd

DEEPEST_CONDITION = 50  # brackets and `not` within each other
LONGEST = 10_000  # characters
LARGEST = 1e300  # beyond it a constant is a slip or infinite
_EXAMPLE = "as in `municipality == 0 and year > 2014`"
_TOKEN = re.compile(
    r"""(?P<text>'(?:\\.|[^'\\])*'|"(?:\\.|[^"\\])*")|(?P<number>(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)"""
    r"|`(?P<quoted>[^`]+)`|(?P<name>[^\W\d]\w*)"
)
_PYTHON_WORDS = ("and", "or", "not", "in", "True", "False")
_NO_VALUES = ("none", "nan", "inf", "null", "infinity")
_OPERATORS = {
    ast.Lt: "<",
    ast.LtE: "<=",
    ast.Gt: ">",
    ast.GtE: ">=",
    ast.Eq: "==",
    ast.NotEq: "!=",
    ast.In: "in",
    ast.NotIn: "not in",
}
EQUALITIES = ("==", "!=", "in", "not in")  # of which a constant that the variable never has is a slip
# What other programs and keyboards write -> what stands here.
_PLAIN_OPERATORS = {"&&": "and", "||": "or", "&": "and", "|": "or", "AND": "and", "OR": "or", "NOT": "not", "IN": "in"}
_PLAIN_OPERATORS |= {
    "<>": "!=",
    "≥": ">=",
    "≤": "<=",
    "≠": "!=",
    "＞": ">",
    "＜": "<",
    "＝": "==",
    "“": '"',
    "”": '"',
    "=": "==",
}
_SLIP = re.compile(r"&&|\|\||[&|≥≤≠＞＜＝“”]|\b(?:AND|OR|NOT|IN)\b|<>|(?<![=!<>])=(?!=)")
_REVERSED = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "==": "==", "!=": "!="}
_COMPARE = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "==": operator.eq,
    "!=": operator.ne,
    "in": lambda values, listed: values.isin(listed),
    "not in": lambda values, listed: ~values.isin(listed),
}


@dataclass(frozen=True)
class Variable:
    """A variable of the panel."""

    name: str


@dataclass(frozen=True)
class Comparison:
    """`left` (a variable) compared with a variable, a constant, or for `in` and `not in` a list of constants."""

    left: Variable
    sign: str
    right: Variable | float | str | tuple

    @property
    def constants(self) -> tuple[float | str, ...]:
        """What the variable is compared with, where that is no variable: numbers, or texts."""
        if isinstance(self.right, Variable):
            return ()
        return self.right if isinstance(self.right, tuple) else (self.right,)

    @property
    def variables(self) -> tuple[str, ...]:
        """Names of the variables."""
        return (self.left.name, self.right.name) if isinstance(self.right, Variable) else (self.left.name,)


@dataclass(frozen=True)
class Joined:
    """Parts of which `all` or `any` hold, or one that does not (`not`)."""

    how: str
    parts: tuple[Comparison | Joined, ...]

    @property
    def variables(self) -> tuple[str, ...]:
        """Names of the variables, in order of appearance."""
        return tuple(dict.fromkeys(name for part in self.parts for name in part.variables))


@dataclass(frozen=True)
class Condition:
    """A condition as it is written, and its comparisons."""

    text: str
    root: Comparison | Joined

    @property
    def variables(self) -> tuple[str, ...]:
        """Names of the variables, each once."""
        return tuple(dict.fromkeys(self.root.variables))

    @property
    def comparisons(self) -> list[Comparison]:
        """Every comparison of the condition."""
        return _comparisons(self.root)

    def check(self, data: pd.DataFrame) -> None:
        """Raise InputError for a constant that its variable never equals, and for text compared with numbers."""
        for one in self.comparisons:
            for value in one.constants if one.sign in EQUALITIES else ():
                values = data[one.left.name]
                values = _exact_numbers(values) if _is_number(value) else values
                if not values.eq(value).any():
                    numbers = isinstance(value, str) and _is_numeric(values)
                    hint = ", whose values are numbers: write it without quotes" if numbers else ""
                    raise InputError(
                        f"`{one.left.name}` is nowhere {value!r} in the panel{hint}; correct the sample `{self.text}`."
                    )

    def holds(self, data: pd.DataFrame) -> pd.Series:
        """Whether the condition holds in each row (N,) of `data`; a comparison with a missing value does not."""
        self.check(data)
        return self._evaluate(self.root, data)

    def _evaluate(self, part: Comparison | Joined, data: pd.DataFrame) -> pd.Series:
        if isinstance(part, Comparison):
            return self._compare(part, data)
        found = [self._evaluate(inner, data) for inner in part.parts]
        if part.how == "not":
            return ~found[0] & data[list(part.variables)].notna().all(axis=1)  # a missing value is not known
        return reduce(operator.and_ if part.how == "all" else operator.or_, found)

    def _compare(self, one: Comparison, data: pd.DataFrame) -> pd.Series:
        values, right = data[one.left.name], one.right
        left, known = values, values.notna()
        if isinstance(right, Variable):
            right = data[right.name]
            known &= right.notna()
            numbers = as_numbers(left), as_numbers(right)
            alike = _is_numeric(numbers[0]) == _is_numeric(numbers[1])
            left, right = numbers if alike and _is_numeric(numbers[0]) else (left, right)
        elif _is_number(one.constants[0]):
            left = _exact_numbers(values)
            alike = left is not values or _is_numeric(values)
        else:
            alike = not _is_numeric(left)
        if not alike:
            raise InputError(
                f"cannot compare in the sample `{self.text}`: compare numbers with numbers and quoted text with text."
            )
        right = right[known] if isinstance(one.right, Variable) else right
        result = known.copy()
        result[known] = _COMPARE[one.sign](left[known], right).astype(bool)
        return result


def parse_condition(text: str) -> Condition:
    """The condition that a text says; InputError, which quotes it, for anything but comparisons of variables."""
    if len(text) > LONGEST:
        raise InputError(f"the sample `{text[:60]}...` has {len(text)} characters; {LONGEST} are read at most.")
    names: list[str] = []
    source = _TOKEN.sub(lambda token: _stand_in(token, names, text), text.strip())
    try:
        tree = ast.parse(source, mode="eval").body
    except (SyntaxError, ValueError, MemoryError, RecursionError):
        tree = None
    if tree is None or re.search("[#`]", _TOKEN.sub("", text.strip())):
        slip = _SLIP.search(_TOKEN.sub(lambda token: token[0] if token[0].isupper() else "", text))
        meant = (
            f"`{_PLAIN_OPERATORS[slip[0]]}` in place of `{slip[0]}`" if slip else f"a condition, {_EXAMPLE}; {QUOTING}"
        )
        raise InputError(f"cannot read the sample `{_cut(text)}`; write {meant}.")
    if _depth(tree) > DEEPEST_CONDITION:
        raise InputError(
            f"the sample `{_cut(text)}` has more than {DEEPEST_CONDITION} brackets or `not` within each other."
        )
    return Condition(text, _Reader(text, names).condition(tree))


def condition_variables(text: str) -> tuple[str, ...]:
    """Variables of a condition, each once; none for an empty text. Raises whatever `parse_condition` refuses."""
    return parse_condition(text).variables if text else ()


class _Reader:
    """From Python's syntax tree, in which variables are `v0_`, `v1_`, ..., to comparisons."""

    def __init__(self, text: str, names: list[str]):
        self.text, self.names = text, names

    def condition(self, node: ast.expr) -> Comparison | Joined:
        if isinstance(node, ast.BoolOp):
            how = "all" if isinstance(node.op, ast.And) else "any"
            return Joined(how, tuple(map(self.condition, node.values)))
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
            return Joined("not", (self.condition(node.operand),))
        if isinstance(node, ast.Compare):
            sides = [self.operand(side) for side in (node.left, *node.comparators)]
            pairs = zip(sides, node.ops, sides[1:], strict=False)
            compared = tuple(self.comparison(*pair) for pair in pairs)
            return compared[0] if len(compared) == 1 else Joined("all", compared)
        if not isinstance(node, (ast.Name, ast.Constant, ast.UnaryOp)):
            raise self.unreadable(node)
        raise InputError(f"the sample `{_cut(self.text)}` is not made of comparisons; write a condition, {_EXAMPLE}.")

    def comparison(self, left, sign: ast.cmpop, right) -> Comparison:
        sign = _OPERATORS[type(sign)]
        if sign in ("in", "not in"):
            if isinstance(left, Variable) and isinstance(right, tuple):
                return Comparison(left, sign, right)
        elif not isinstance(left, tuple) and not isinstance(right, tuple):
            if isinstance(left, Variable):
                return Comparison(left, sign, right)
            if isinstance(right, Variable):
                return Comparison(right, _REVERSED[sign], left)
        raise InputError(
            f"cannot compare in the sample `{self.text}`: a variable is compared with a number, a quoted text or a "
            f"variable, and by `in` with a list, {_EXAMPLE} or `region in ['east', 'west']`."
        )

    def operand(self, node: ast.expr) -> Variable | float | str | tuple:
        if isinstance(node, ast.Name):
            return Variable(self.names[int(node.id[1:-1])])
        if isinstance(node, (ast.List, ast.Tuple)):
            values = tuple(map(self.operand, node.elts))
            if not values or any(isinstance(value, (Variable, tuple)) for value in values):
                raise InputError(
                    f"cannot compare in the sample `{self.text}`: a list holds numbers or quoted texts; found "
                    f"`{self.shown(node)}`."
                )
            if len({_is_number(value) for value in values}) > 1:
                raise InputError(
                    f"cannot compare in the sample `{self.text}`: `{self.shown(node)}` has numbers and texts."
                )
            return values
        negative = isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub)
        constant = node.operand if negative else node
        value = constant.value if isinstance(constant, ast.Constant) else None
        if _is_number(value) and not (negative and isinstance(value, bool)):
            if abs(value) > LARGEST:
                raise InputError(f"`{_cut(str(value))}` in the sample `{_cut(self.text)}` is no finite number.")
            return -value if negative else value
        if isinstance(value, str) and not negative:
            return value
        raise self.unreadable(node)

    def unreadable(self, node: ast.expr) -> InputError:
        """The refusal of a part that is no comparison of variables."""
        return InputError(
            f"cannot read `{_cut(self.shown(node))}` in the sample `{_cut(self.text)}`; compare variables, {_EXAMPLE}; "
            f"{QUOTING}. Make transformed variables in the panel."
        )

    def shown(self, node: ast.expr) -> str:
        """A part of the condition with its own names."""
        found = ast.unparse(node) or type(node).__name__.lower()
        return re.sub(r"\bv(\d+)_\b", lambda match: self.names[int(match[1])], found)


def _stand_in(token: re.Match, names: list[str], text: str) -> str:
    """A token in Python's syntax: a variable's name, which may be any text, is replaced by `v0_`, `v1_`, ..."""
    name = token["quoted"] or token["name"]
    if name is None or token["name"] in _PYTHON_WORDS:
        return token[0]
    if token["name"] and token["name"].lower() in _NO_VALUES:
        raise InputError(
            f"`{name}` in the sample `{_cut(text)}` is no value to compare with; a row whose value is missing is in no "
            "condition. A variable of that name stands in backticks."
        )
    names.append(name.strip())
    return f"v{len(names) - 1}_"


def _comparisons(part: Comparison | Joined) -> list[Comparison]:
    """Every comparison of a part."""
    return [part] if isinstance(part, Comparison) else [one for inner in part.parts for one in _comparisons(inner)]


def _depth(tree: ast.AST) -> int:
    """Levels of a syntax tree, counted without recursion."""
    level, depth = [tree], 0
    while level:
        level, depth = [inner for node in level for inner in ast.iter_child_nodes(node)], depth + 1
    return depth


def _exact_numbers(series: pd.Series) -> pd.Series:
    """As `words.numbers.as_numbers`; long codes, whole numbers that a float would round, as integers of any length."""
    import pandas as pd

    numbers, texts = as_numbers(series), series.dropna().astype(str)
    if _is_numeric(numbers) or not texts.str.fullmatch(r"-?\d+").all():
        return numbers
    exact = [None if missing else int(text) for text, missing in zip(series, series.isna(), strict=True)]
    return pd.Series(exact, index=series.index, dtype=object)


def _is_number(value: object) -> bool:
    return isinstance(value, (int, float))


def _is_numeric(series: pd.Series) -> bool:
    return series.dtype.kind in "biuf"


def _cut(text: str) -> str:
    """A text that fits a message."""
    return text if len(text) <= 200 else f"{text[:200]}..."
