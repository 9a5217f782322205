"""Employment by SIC code of any depth -> by major group (two digits), each person once, every group there."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from study.helpers import InputError, logger, workflow_rows


@dataclass(frozen=True)
class Figure:
    """Persons employed in a SIC code: two to four digits, or several major groups (`91-97`, `84+87+89`)."""

    code: str
    persons: float
    where: str


def group_industries(path: str | Path) -> dict[str, tuple]:
    """SIC 1987 major group -> the robot industries it goes to, with weights (resources/industries.csv)."""
    groups: dict[str, list] = {}
    for row in workflow_rows(path):
        if row["source"] == "sic1987":
            groups.setdefault(row["code"], []).append((row["ifr_industry"], row["weight"]))
    return {code: tuple(sorted(industries)) for code, industries in groups.items()}


def plain_code(text: str, where: str) -> str:
    """A printed SIC code without what marks it as a parent: `20--`, `2000` and `20` are one; `201`, `2011` stay.

    No SIC 1987 code of three or four digits ends in a zero. Empty for a division's letter and for all industries.
    """
    code = text.strip().removeprefix("SIC").strip()
    if re.fullmatch(r"[A-Ka-k]?|0+|-+|total|all", code, re.IGNORECASE):
        return ""
    if re.fullmatch(r"\d{2}-\d{2}", code):
        return code
    code = code.rstrip("-\\/")
    if re.fullmatch(r"\d", code):
        raise InputError(f"{where}: code {code!r} has lost its leading zero; write '0{code}'.")
    if not re.fullmatch(r"\d{2,4}", code):
        raise InputError(f"{where}: found {text!r}, expected a SIC 1987 code of two, three or four digits.")
    return code[:2] + code[2:].rstrip("0")


def major_groups(figures: list[Figure], industries: dict[str, tuple] | None, source: str) -> list[tuple[str, float]]:
    """Rows (major group, persons). A code whose parent is printed is part of it and not added.

    industries : major group -> where the crosswalk puts it; None leaves completeness unchecked. Raises InputError for a
    code twice, a group inside a printed range, and groups of the crosswalk that are missing.
    """
    seen: dict[str, Figure] = {}
    for figure in figures:
        if figure.code in seen:
            raise InputError(f"{figure.where}: SIC {figure.code} appears twice, before in {seen[figure.code].where}.")
        seen[figure.code] = figure
    amounts: dict[str, float] = {}
    covered: dict[str, Figure] = {}
    for code, figure in seen.items():
        if code.isdigit():
            if any(code[:n] in seen for n in range(2, len(code))):
                continue
            amounts[code[:2]] = amounts.get(code[:2], 0.0) + figure.persons
            covered.setdefault(code[:2], figure)
    for code, figure in seen.items():
        if code.isdigit():
            continue
        members = _members(code, industries)
        twice = [group for group in members if group in covered]
        if twice:
            raise InputError(
                f"{figure.where}: SIC {code} contains {twice[0]}, which {covered[twice[0]].where} has too; keep one."
            )
        if industries and len({industries[group] for group in members}) > 1:
            raise InputError(
                f"{figure.where}: one figure for SIC {code}, which resources/industries.csv gives to different "
                "robot industries; give the major groups one by one."
            )
        logger.info("%s: one figure for SIC %s; it stands at %s", figure.where, code, members[0])
        amounts[members[0]] = figure.persons
        covered |= dict.fromkeys(members, figure)
    absent = sorted(set(industries or {}) - set(covered))
    if absent:
        raise InputError(
            f"{source}: no employment for the SIC major groups {', '.join(absent)}, which resources/industries.csv "
            "needs; add them (a table of manufacturing alone does not do), or take them out of the crosswalk."
        )
    return sorted(amounts.items())


def _members(code: str, industries: dict[str, tuple] | None) -> list[str]:
    """The major groups of `84+87+89` or of a range; of a range only those that exist, by the crosswalk."""
    if "+" in code:
        groups = code.split("+")
        return [group for group in groups if not industries or group in industries] or groups[:1]
    first, _, last = code.partition("-")
    inside = [group for group in sorted(industries or {}) if first <= group <= last]
    return inside or [first]
