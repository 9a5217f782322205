"""Names of variables and their products as the config writes them: plain, or in backticks where a name needs them.

A plain name has letters of any script, digits and `_`, and does not begin with a digit; any other (`GDP per capita`,
`2013_level`, `x.1`) stands in backticks. A term is one name, or names joined by `:` (product) or `^` (combination); it
is kept without backticks unless a name has a sign in it that parts terms, or is that of the constant.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

CONSTANT = "_cons"  # Stata's name of the constant among the terms
HIGH = "high"  # what a split without `side` calls its indicator of the upper part
PLAIN = re.compile(r"[^\W\d]\w*")
QUOTING = (
    "a name with blanks, signs or a leading digit stands in backticks, as in `GDP per capita`, or gets another name "
    "under panel.columns"
)
_QUOTED = re.compile("`[^`]+`")
_TERM_SIGNS = re.compile(r"[:^+~|`$]")


def split_outside(text: str, signs: str) -> list[str]:
    """Parts of a text between `signs`, those within backticks not counted; blanks around the parts are left out."""
    parts = [""]
    for piece in re.split(f"(`[^`]*`|[{re.escape(signs)}])", text):
        if piece and piece in signs:
            parts.append("")
        else:
            parts[-1] += piece
    return [part.strip() for part in parts]


def read_name(text: str) -> str | None:
    """The variable that a plain or a quoted name means; None where it is neither."""
    if _QUOTED.fullmatch(text):
        return text[1:-1].strip() or None
    return text if PLAIN.fullmatch(text) else None


def unquoted(text: str) -> str:
    """A name where one name alone may stand, so that any text is one: without backticks if it has them."""
    return read_name(text) or text


def term_of(names: Iterable[str], sign: str = ":") -> str:
    """The term that joins variables."""
    return sign.join(f"`{name}`" if _TERM_SIGNS.search(name) or name == CONSTANT else name for name in names)


def names_of(term: str) -> tuple[str, ...]:
    """The variables that a term joins."""
    return tuple(map(unquoted, split_outside(term, ":^")))


def written(term: str) -> str:
    """A term as a formula has it: names that are not plain in backticks."""
    sign = next((sign for sign in ":^" if len(split_outside(term, sign)) > 1), "")
    return sign.join(name if PLAIN.fullmatch(name) and name != CONSTANT else f"`{name}`" for name in names_of(term))
