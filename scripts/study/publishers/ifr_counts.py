"""What the tables of robots say of one country: its cells, and the labels that are no known industry."""

from __future__ import annotations

from dataclasses import dataclass, field

from study.helpers import InputError
from study.words.printed import MISSING_MARKS, squeeze

MEASURES = ("installations", "operational_stock")
MOST_FIGURES = 6  # years of an unknown label in a message


@dataclass(frozen=True)
class Cell:
    """A figure as printed, and where."""

    text: str
    where: str


@dataclass
class Unknown:
    """A code or label that is no known industry: its first place, its name beside a code, its figures as printed.

    `counted` is the industry that the name beside the code is, empty where there is none and nothing is counted.
    """

    where: str
    name: str = ""
    counted: str = ""
    figures: dict[tuple[int, str], str] = field(default_factory=dict)

    def listed(self) -> str:
        """The figures for a message, as in `installations 2013 5, 2014 6`."""
        parts = []
        for measure in MEASURES:
            its = [f"{year} {text}" for (year, one), text in sorted(self.figures.items()) if one == measure]
            more = f" and {len(its) - MOST_FIGURES} more years" if len(its) > MOST_FIGURES else ""
            parts += [f"{measure} {', '.join(its[:MOST_FIGURES])}{more}"] if its else []
        return "; ".join(parts) or "no figures"


@dataclass
class Counts:
    """One country's cells by (industry code, year, measure), and what else the files say.

    `countries` are those in the files and `met` is whether the wanted one is; `unknown` has the labels that are no
    industry, `lacking` a measure to why it has no cells.
    """

    cells: dict[tuple[str, int, str], Cell] = field(default_factory=dict)
    countries: set[str] = field(default_factory=set)
    met: bool = False
    unknown: dict[str, Unknown] = field(default_factory=dict)
    lacking: dict[str, str] = field(default_factory=dict)

    def add(self, code: str, year: int, measure: str, cell: Cell) -> None:
        """Take a cell; InputError where the same one stands elsewhere."""
        other = self.cells.get((code, year, measure))
        if other:
            raise InputError(
                f"{cell.where}: {measure} of industry {code} in {year} stand already in {other.where}; keep one."
            )
        self.cells[code, year, measure] = cell


def is_missing(cell: Cell | None) -> bool:
    """Whether there is no figure: no cell, an empty one or a mark such as `n.a.`."""
    return cell is None or squeeze(cell.text).lower() in MISSING_MARKS
