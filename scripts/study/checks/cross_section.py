"""The cross-section of a table: how its figures over provinces and years compare with the size of the provinces."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from statistics import median

from study.checks.levels import expected_figure, known_levels, known_shares
from study.checks.likeness import Figures, log_ratios, log_spread, order_likeness
from study.files.catalog_entries import CatalogEntry
from study.words.units import find_unit

# The median figure is off its level beyond this ratio: genuine provinces of 1990-2023 are within it, units are not.
FAR = math.log(2.5)
MANY = 8  # provinces from which on their order says something
LIKE_SPREAD = (0.4, 2.5)  # spread of logarithms over provinces, relative to that of their sizes, that amounts have


@dataclass(frozen=True)
class Reading:
    """What figures look like: in words, what shows it, and the unit by which they can be read nevertheless, if any;
    whether nothing else has these figures, or it is told as a possibility alone."""

    words: str
    evidence: str
    unit: str = ""
    is_certain: bool = True


@dataclass(frozen=True)
class CrossSection:
    """Printed figures of a table by province and year, and what is known of the size of its provinces.

    figures : of provinces of resources/shares.csv. factor : brings them into the catalog's unit.
    """

    entry: CatalogEntry
    figures: Figures
    factor: float

    @cached_property
    def sizes(self) -> dict[tuple[str, int], float]:
        """Each cell's province by its part in the nation's total: of this table where it is known, else of persons or
        of GDP."""
        unit, level = find_unit(self.entry.unit), known_levels().get(self.entry.key)
        other = "persons" if unit and unit.dimension == "persons" else "gdp"
        shares = known_shares()[level.shares if level else other]
        return {cell: shares[cell[0]] for cell in self.figures if cell[0] in shares}

    @cached_property
    def expected(self) -> dict[tuple[str, int], float]:
        """About what amounts would be, in the unit of the figures; empty where the table's level is not known."""
        found = {cell: expected_figure(self.entry.key, *cell) for cell in self.figures}
        return {cell: value / self.factor for cell, value in found.items() if value is not None}

    @cached_property
    def provinces(self) -> int:
        """How many there are."""
        return len({province for province, _ in self.figures})

    @cached_property
    def spread(self) -> float | None:
        """Spread over provinces relative to that of their sizes; None where these are too alike to tell."""
        of_sizes, own = log_spread(self.sizes), log_spread(self.figures)
        return None if own is None or of_sizes is None or of_sizes < 0.3 else own / of_sizes

    @cached_property
    def order(self) -> float | None:
        """Rank correlation with the sizes; None for few provinces."""
        return order_likeness(self.figures, self.sizes) if self.provinces >= MANY else None

    @cached_property
    def off(self) -> float | None:
        """Median log ratio to the level of amounts; None where it is not known."""
        ratios = log_ratios(self.figures, self.expected)
        return median(list(ratios.values())) if ratios else None

    @property
    def may_be_other(self) -> bool:
        """Whether the level, if it is known, is not that of amounts."""
        return self.off is None or abs(self.off) > FAR

    @property
    def is_amount(self) -> bool:
        """Whether the level is known, and level, spread and order are those of amounts."""
        alike = self.spread is None or LIKE_SPREAD[0] <= self.spread <= LIKE_SPREAD[1]
        alike = alike and (self.order is None or self.order > 0.5)
        return self.off is not None and not self.may_be_other and alike

    @property
    def is_narrow(self) -> bool:
        """Whether figures over provinces are more alike than amounts can be."""
        return self.spread is not None and self.spread < LIKE_SPREAD[0]

    @property
    def range(self) -> str:
        """Smallest and largest figure, for messages."""
        return f"{min(self.figures.values()):.6g} to {max(self.figures.values()):.6g}"
