"""The sign and range that a variable's row says, against its figures."""

from __future__ import annotations

from collections.abc import Mapping

from study.checks.suspects import MOST_SHOWN
from study.files.catalog_entries import CATALOG_SIGNS
from study.helpers import InputError


def check_range(name: str, figures: Mapping[tuple[str, int], float], expected: Mapping[str, object]) -> None:
    """Raise InputError naming the figures that are not as `expected` says: `sign` (of CATALOG_SIGNS), `minimum`,
    `maximum` and `where` the row stands."""
    sign, low, high = expected.get("sign", "any"), expected.get("minimum"), expected.get("maximum")
    texts = [CATALOG_SIGNS[sign]] if sign != "any" else []
    texts += [f"at least {low:g}"] if low is not None else []
    texts += [f"at most {high:g}"] if high is not None else []
    bad = [
        f"  {province} {year}: {value:g}"
        for (province, year), value in sorted(figures.items())
        if (sign == "positive" and not value > 0)
        or (sign == "zero_or_more" and not value >= 0)
        or (low is not None and value < low)
        or (high is not None and value > high)
    ]
    if bad:
        more = [f"  and {len(bad) - MOST_SHOWN} more"] if len(bad) > MOST_SHOWN else []
        raise InputError(
            f"{name} out of range, expected {', '.join(texts)} ({expected['where']}); correct the raw tables:\n"
            + "\n".join(bad[:MOST_SHOWN] + more)
        )
