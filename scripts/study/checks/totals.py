"""Printed totals against the sum of their parts."""

from __future__ import annotations

from study.helpers import InputError, logger


def check_sum(where: str, what: str, parts: float, total: float, tolerance: float, more: str = "") -> None:
    """Log how far parts are from their printed total; InputError, with `more` at its end, beyond the relative
    `tolerance`."""
    gap = parts / total - 1 if total else float(parts != 0)
    if abs(gap) > tolerance:
        raise InputError(
            f"{where}: {what} adds up to {parts:.6g}, the printed total says {total:.6g} ({gap:+.2%}, allowed "
            f"{tolerance:.2%}). Look for a mistyped or missing figure, or raise cleaning.total_tolerance.{more}"
        )
    logger.info("%s: %s adds up to %.6g of %.6g", where, what, parts, total)
