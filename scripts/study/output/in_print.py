"""Numbers and lists as tables and pages print them."""

from __future__ import annotations

import math


def shown(number: float | None) -> str:
    """Three decimals, or three significant digits where those would print as zero or run long."""
    if number is None or math.isnan(number):
        return ""
    fixed = number == 0 or 0.0005 <= abs(number) < 1e6
    return (f"{number:.3f}" if fixed else f"{number:.3g}").replace("-", "−")


def shown_p_value(p_value: float) -> str:
    """Three decimals, or `<0.001`."""
    return "<0.001" if p_value < 0.001 else f"{p_value:.3f}"


def shortened_list(text: str, most: int = 6) -> str:
    """A list parted by commas, cut where it is long."""
    parts = text.split(", ")
    return text if len(parts) <= most else f"{', '.join(parts[: most - 2])} and {len(parts) - most + 2} more"
