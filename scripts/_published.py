"""Published tables as they are typed: one csv read and checked, and the difference of two of their coefficients.

The tables are tidy (`FIELDS`), one row a printed number; resources/published/README.md says what the columns hold.
"""

from __future__ import annotations

import csv
import math
import re
from pathlib import Path

from _helpers import InputError

FIELDS = ("table", "column", "dependent", "group", "term", "estimate", "statistic", "stars")
MOMENTS = ("n", "mean", "sd", "min", "max")
ANSWERS = ("Yes", "No")
STARS = ("", "*", "**", "***")
NUMBER = re.compile(r"[+-]?(\d+(\.(\d*))?|\.(\d+))([eE]([+-]?\d+))?")

Pair = tuple[float | str, float | str | None]


def read_published_rows(path: str | Path, seen: set[tuple[str, ...]] | None = None) -> list[dict[str, str]]:
    """Rows of one published table, keys `FIELDS`, every cell stripped text.

    An estimate is a plain decimal number, Yes or No; beside a number the statistic is one or empty, and the stars are
    among `STARS`. Raises InputError naming file, line, column, what was found and what was expected; also for a number
    that is there twice, but for moments, of which a variable may have several descriptions.

    seen : places (the first five cells) that must not come again, to which these are added, where files go together.
    """
    path = Path(path)
    seen = set() if seen is None else seen
    rows = []
    for line, row in _rows(path):
        where = f"{path.name}, line {line}"
        if row["estimate"] not in ANSWERS:
            _check_number(where, "estimate", row["estimate"], "a number, Yes or No")
            if row["statistic"]:
                _check_number(where, "statistic", row["statistic"], "a t statistic or nothing")
            if row["stars"] not in STARS:
                raise InputError(f"{where}, column `stars`: found {row['stars']!r}; expected nothing, *, ** or ***.")
        place = tuple(row[name] for name in FIELDS[:5])
        if not is_moment(row):
            if place in seen:
                raise InputError(f"{where}, column `term`: {row['term']!r} is there twice in column {row['column']}.")
            seen.add(place)
        rows.append(row)
    return rows


def is_moment(row: dict[str, str]) -> bool:
    """Whether a row describes a variable rather than a regression."""
    return row["column"] in MOMENTS and not row["statistic"] and row["estimate"] not in ANSWERS


def _rows(path: Path) -> list[tuple[int, dict[str, str]]]:
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:  # spreadsheets put a mark before UTF-8
            reader = csv.DictReader(file)
            header = reader.fieldnames or []
            missing = [name for name in FIELDS if name not in header]
            if missing:
                found = ", ".join(header) or "an empty file"
                raise InputError(
                    f"{path.name}, line 1: no column {', '.join(missing)}; found {found}; expected {', '.join(FIELDS)}."
                )
            rows = [(reader.line_num, row) for row in reader]
    except UnicodeDecodeError:
        raise InputError(f"{path.name}: the text is not UTF-8; save it as `CSV UTF-8`.") from None
    for line, row in rows:
        if None in row or None in row.values():
            raise InputError(f"{path.name}, line {line}: expected {len(header)} cells; a comma in a name needs quotes.")
    return [(line, {name: row[name].strip() for name in FIELDS}) for line, row in rows]


def _check_number(where: str, name: str, text: str, expected: str) -> None:
    if not NUMBER.fullmatch(text):
        raise InputError(f"{where}, column `{name}`: found {text!r}; expected {expected}.")


def published_std_error(estimate: float, statistic: float) -> float | None:
    """|estimate / t|, what a table that prints t leaves of a standard error; None where either is printed as zero."""
    return abs(estimate / statistic) if estimate and statistic else None


def published_difference(first: Pair, second: Pair) -> tuple[float, float, float, float] | None:
    """(difference, std_error, z, p_value) of first - second, each (estimate, t), numbers or their text.

    z = (b_1 - b_2) / sqrt(se_1^2 + se_2^2), each se = |b / t|, the two estimates being independent (disjoint samples);
    p_value is two-sided, from the normal distribution. None where a standard error cannot be formed: no t, or an
    estimate or t printed as zero.
    """
    if any(statistic in (None, "") for _, statistic in (first, second)):
        return None
    (b_1, t_1), (b_2, t_2) = ((float(estimate), float(statistic)) for estimate, statistic in (first, second))
    errors = published_std_error(b_1, t_1), published_std_error(b_2, t_2)
    if None in errors:
        return None
    difference, std_error = b_1 - b_2, math.hypot(*errors)
    z = difference / std_error
    return difference, std_error, z, math.erfc(abs(z) / math.sqrt(2))
