"""Industrial classifications -> the robot industries of the IFR (resources/industries.csv)."""

from __future__ import annotations

from pathlib import Path

from study.helpers import InputError, workflow_rows


def crosswalk_weights(path: str | Path, source: str) -> list[tuple[str, str, float]]:
    """Rows (code, ifr_industry, weight) of one source classification, sorted; the weights of each code add to 1.

    Raises InputError for a weight that is no number, and where they do not.
    """
    rows, sums = [], {}
    for row in workflow_rows(path):
        if row["source"] != source:
            continue
        try:
            weight = float(row["weight"])
        except ValueError:
            raise InputError(
                f"{path}: the weight of {source} {row['code']} is {row['weight']!r}, expected a number."
            ) from None
        rows.append((row["code"], row["ifr_industry"], weight))
        sums[row["code"]] = sums.get(row["code"], 0.0) + weight
    for code, total in sums.items():
        if not abs(total - 1) <= 1e-9:
            raise InputError(f"{path}: weights of {source} {code} add to {total:g}, expected 1.")
    return sorted(rows)
