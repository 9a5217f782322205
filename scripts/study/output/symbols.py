"""What variables and terms are called in print: the codebook's symbols and labels."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from study.helpers import read_rows
from study.regression.terms import CONSTANT, HIGH, names_of


def read_codebook(path: str | Path) -> dict[str, dict[str, str]]:
    """Rows of the codebook by variable name."""
    return {row["name"]: row for row in read_rows(path)}


def entry(codebook: dict[str, dict[str, str]], name: str, key: str) -> str:
    """What the codebook says of a variable, e.g. its `symbol`; the variable's name where it says nothing."""
    return codebook.get(name, {}).get(key) or name


def symbol(codebook: Mapping[str, Mapping[str, str]], term: str) -> str:
    """What a term is called in print: `AI` for ai, `AI × High` for ai:high; a variable _cons keeps its backticks."""
    names = names_of(term)
    label = " × ".join("High" if name == HIGH else entry(codebook, name, "symbol") for name in names)
    return term if label == CONSTANT else label
