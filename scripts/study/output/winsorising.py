"""What a table says of winsorising: which of its variables, at which percentiles, how many cells."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from study.output.printed_regressions import in_order
from study.output.symbols import symbol
from study.regression.terms import CONSTANT, names_of


def winsorising_notes(
    columns: Sequence[Mapping],
    codebook: Mapping,
    percentiles: Mapping[str, float] | None,
    winsorised: Sequence[Mapping[str, str]],
) -> list[str]:
    """Which of the terms' variables were winsorised, how many of the panel's cells that moved, and which were not.

    columns : of the estimates' JSON. percentiles : `lower` and `upper`, None where nothing is winsorised. winsorised :
    rows of results/winsorised.csv.
    """
    if not percentiles:
        return ["Variables not winsorised."]
    used = in_order(_term_variables(column) for column in columns)
    rows = {row["variable"]: row for row in winsorised}
    moved: dict[str, list[str]] = {}
    left: dict[str, list[str]] = {}
    for name in used:
        if name in rows:
            row, label = rows[name], symbol(codebook, name)
            if row["left_alone"]:
                left.setdefault(row["left_alone"], []).append(label)
            else:
                moved.setdefault(label, []).append(f"{row['below']} + {row['above']}")
    notes = []
    at = f"winsorised at percentiles {percentiles['lower']:g} and {percentiles['upper']:g}"
    if moved:
        alike: dict[str, list[str]] = {}
        for label, counts in moved.items():
            alike.setdefault(", ".join(dict.fromkeys(counts)), []).append(label)
        cells = [
            f"{', '.join(labels)} ({counts}{' each' if len(labels) > 1 else ''})" for counts, labels in alike.items()
        ]
        notes.append(f"Variables {at} (cells of the panel moved, below + above): {'; '.join(cells)}.")
    elif winsorised:
        notes.append(f"None of the variables is {at}.")
    else:
        notes.append(f"Variables {at}.")
    if left:
        kinds = [f"{', '.join(dict.fromkeys(labels))} ({reason})" for reason, labels in left.items()]
        notes.append(f"Not winsorised: {'; '.join(kinds)}.")
    return notes


def _term_variables(column: Mapping) -> list[str]:
    """Variables of the terms of one column of the estimates' JSON: dependent variable, regressors, instruments."""
    terms = [term["term"] for term in column["terms"] if term["term"] != CONSTANT]
    terms = [column["dependent"], *terms, *column.get("dropped", []), *column.get("instruments", [])]
    return [name for term in terms for name in names_of(term)]
