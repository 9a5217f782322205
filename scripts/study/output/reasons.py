"""Why published numbers and ours may differ, as the config says of a table, and which pairs do not compare at all."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from study.audit.published import is_coefficient
from study.helpers import InputError
from study.output.symbols import symbol

UNIT_DIFFERS = "unit"  # the one reason for which a pair is not compared


@dataclass(frozen=True)
class Reason:
    """One entry of a table's `differs`: columns and terms (as printed) it holds for, None for all."""

    why: str
    sentence: str
    columns: frozenset[str] | None
    terms: frozenset[str] | None

    @property
    def said(self) -> str:
        return f"{self.why}: {self.sentence}"

    def holds_for(self, row: Mapping[str, str]) -> bool:
        """Whether it holds for a published number; another unit, without terms, is that of coefficients alone."""
        if self.columns is not None and row["column"] not in self.columns:
            return False
        if self.terms is None:
            return self.why != UNIT_DIFFERS or is_coefficient(row)
        return row["term"] in self.terms


def read_reasons(entries: Iterable[Mapping], codebook: Mapping[str, Mapping[str, str]]) -> list[Reason]:
    """Entries of `differs`; a variable's name stands for its symbol, any other term for itself."""
    return [
        Reason(
            entry["why"],
            entry["reason"],
            frozenset(map(str, entry["columns"])) if "columns" in entry else None,
            frozenset(symbol(codebook, term) for term in entry["terms"]) if "terms" in entry else None,
        )
        for entry in entries
    ]


def check_reasons(name: str, reasons: Sequence[Reason], published: Sequence[Mapping[str, str]]) -> None:
    """Raise InputError for a reason that holds for no number of the published table.

    name : our table, for the message.
    """
    for reason in reasons:
        if any(reason.holds_for(row) for row in published):
            continue
        columns = ", ".join(dict.fromkeys(row["column"] for row in published))
        terms = ", ".join(dict.fromkeys(row["term"] for row in published))
        raise InputError(
            f"{name}, differs: no number of the published table is in columns {_said(reason.columns)} and terms "
            f"{_said(reason.terms)} ({reason.said}). It has columns {columns}; terms {terms}."
        )


def check_columns(name: str, entries: Iterable[Mapping], published: Sequence[Mapping[str, str]]) -> None:
    """Raise InputError for an entry of `differs` that names a column which the published table does not have.

    name : our table, for the message.
    """
    columns = list(dict.fromkeys(row["column"] for row in published))
    for entry in entries:
        absent = [str(column) for column in entry.get("columns", []) if str(column) not in columns]
        if absent:
            raise InputError(
                f"{name}, differs: the published table has no column {', '.join(absent)} ({entry['reason']}). It has "
                f"{', '.join(columns)}."
            )


def _said(names: frozenset[str] | None) -> str:
    return "all" if names is None else ", ".join(sorted(names))
