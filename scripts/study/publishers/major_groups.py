"""Employment by SIC code of any depth -> by major group (two digits), each person once, every group there."""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple

from study.files.table_rows import again
from study.helpers import InputError, logger, workflow_rows


class Figure(NamedTuple):
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
    seen: dict[str, str] = {}
    for code, _, where in figures:
        if fault := again(seen, code, where, f"SIC {code}"):
            raise InputError(fault)
    amounts: dict[str, float] = {}
    covered: dict[str, str] = {}
    for figure in sorted(figures, key=lambda figure: not figure.code.isdigit()):
        code = figure.code
        if code.isdigit() and any(code[:n] in seen for n in range(2, len(code))):
            continue
        members = [code[:2]] if code.isdigit() else _members(figure, industries or {}, covered)
        amounts[members[0]] = amounts.get(members[0], 0.0) + figure.persons
        covered = dict.fromkeys(members, figure.where) | covered
    if absent := sorted(set(industries or {}) - set(covered)):
        raise InputError(
            f"{source}: no employment for the SIC major groups {', '.join(absent)}, which resources/industries.csv "
            "needs; add them (a table of manufacturing alone does not do), or take them out of the crosswalk."
        )
    return sorted(amounts.items())


def _members(figure: Figure, industries: dict[str, tuple], covered: dict[str, str]) -> list[str]:
    """The major groups of one figure for several, those that exist by the crosswalk; InputError for one that is
    `covered` by another figure, and for groups of different robot industries."""
    code, where = figure.code, figure.where
    first, *others = code.split("+")
    if others:
        members = [group for group in (first, *others) if not industries or group in industries]
    else:
        first, last = code.split("-")
        members = [group for group in sorted(industries) if first <= group <= last]
    members = members or [first]
    if twice := [group for group in members if group in covered]:
        raise InputError(f"{where}: SIC {code} contains {twice[0]}, which {covered[twice[0]]} has too; keep one.")
    if len({industries.get(group) for group in members}) > 1:
        raise InputError(
            f"{where}: one figure for SIC {code}, which resources/industries.csv gives to different robot industries; "
            "give the major groups one by one."
        )
    logger.info("%s: one figure for SIC %s; it stands at %s", where, code, members[0])
    return members
