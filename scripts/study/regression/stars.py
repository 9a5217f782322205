"""Stars of significance: their levels stand here alone."""

from __future__ import annotations

from collections.abc import Sequence

STAR_LEVELS = (0.1, 0.05, 0.01)  # of one, two and three stars


def stars_of(p_value: float, levels: Sequence[float] = STAR_LEVELS) -> str:
    """One star a level that p is below."""
    return "*" * sum(p_value < level for level in levels)


def describe_stars(levels: Sequence[float] = STAR_LEVELS) -> str:
    """`*** p < 0.01, ** p < 0.05, * p < 0.1`."""
    return ", ".join(f"{'*' * (at + 1)} p < {level:g}" for at, level in reversed(list(enumerate(levels))))
