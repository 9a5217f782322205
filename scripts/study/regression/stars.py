"""Stars of significance: their levels stand here alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    pass


def stars(p_value: float) -> str:
    """*** p < .01, ** p < .05, * p < .1."""
    return "*" * sum(p_value < level for level in (0.01, 0.05, 0.1))
