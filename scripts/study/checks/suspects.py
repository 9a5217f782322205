"""Suspect figures, and what is made of them: an error, a warning, or nothing where the user has verified them."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from study.helpers import InputError, logger

Cells = dict[tuple[str, int], float | None]
MOST_SHOWN = 20


@dataclass(frozen=True)
class Suspect:
    """Figures that a rule finds implausible.

    key : of the catalog. cells : (province, year) of the figures, which are also what the user accepts. place : the
    first one's in the file. value, expected, neighbours : for messages; `message` says all of it. years : of what else
    is in doubt where a cell stands for a row, a column or the table. whole : it stands for more than its row.
    """

    rule: str
    key: str
    cells: tuple[tuple[str, int], ...]
    place: str
    value: float | None
    expected: str
    neighbours: str
    message: str
    years: tuple[int, ...] = ()
    whole: bool = False

    @property
    def to_accept(self) -> list[str]:
        """What the user accepts it by: one cell does not answer for a column or a table."""
        return ["all"] if self.whole else [f"{province} {year}" for province, year in self.cells]

    def is_accepted(self, accepted: Collection[str]) -> bool:
        """Whether the user has verified all of it (config cleaning.accept, the table's list)."""
        return set(self.to_accept) <= set(accepted)

    def doubted(self, cells: Collection[tuple[str, int]]) -> list[tuple[str, int]]:
        """Those of a table's cells that are in doubt: the suspect's own, or the rows or columns they stand for."""
        if not self.years:
            return [cell for cell in self.cells if cell in cells]
        provinces = {province for province, _ in self.cells}
        years = {*self.years, *(year for _, year in self.cells)}
        return [(name, year) for name, year in cells if year in years and (self.whole or name in provinces)]


def listed(lines: list[str]) -> str:
    """Lines of a message, the first MOST_SHOWN of them."""
    more = [f"  and {len(lines) - MOST_SHOWN} more"] if len(lines) > MOST_SHOWN else []
    return "\n".join(lines[:MOST_SHOWN] + more)


def report_suspects(
    suspects: Collection[Suspect], key: str, mode: str = "error", accepted: Collection[str] = ()
) -> None:
    """Raise one InputError with all suspects (mode `error`), or log each as a warning (mode `warning`).

    key : of the catalog. accepted : cells of this table that the user has verified (config cleaning.accept), as in
    `tianjin 2018`, or `all`, which a column or table in doubt takes. A suspect whose cells are all accepted is
    logged as information only.
    """
    if mode not in ("error", "warning"):
        raise InputError(f"cleaning.suspects is {mode!r}, expected error or warning.")
    open_ones: dict[Suspect, list[str]] = {}
    for suspect in suspects:
        if suspect.is_accepted(accepted):
            logger.info("accepted (%s): %s", suspect.rule, suspect.message)
        elif mode == "warning":
            logger.warning("suspect figure (%s): %s", suspect.rule, suspect.message)
        else:
            open_ones[suspect] = [cell for cell in suspect.to_accept if cell not in accepted]
    if not open_ones:
        return
    shown = list(open_ones)[:MOST_SHOWN]
    lines = listed([f"  {suspect.message} [{suspect.rule}]" for suspect in open_ones])
    accept = ", ".join(dict.fromkeys(cell for suspect in shown for cell in open_ones[suspect]))
    raise InputError(
        f"{len(open_ones)} suspect figure{'s' if len(open_ones) > 1 else ''} of {key}:\n{lines}\n"
        "Correct the figures in the file; or, where you have verified them, accept the cells in the config, "
        f"cleaning.accept: {{{key}: [{accept}]}}; or set cleaning.suspects: warning."
    )
