"""Years as tables print them, in headers, rows, titles and names. Every reader of a raw table takes the same ones."""

from __future__ import annotations

import re
from pathlib import Path

from study.words.printed import squeeze

# Words that mark a year's figures as preliminary or revised, in brackets behind the year.
_VINTAGE = r"(?:\([^)]*(?:核算|快报|修订|初步|普查|prelim|revis)[^)]*\))?"
_YEAR = re.compile(
    rf"(?:x|[cf]?y|yr|year)?[._]?((?:19|20)\d\d)(?:\.0+)?(?:年?(?:底|末)|年度?|年末数)?{_VINTAGE}", re.IGNORECASE
)
_DATE = re.compile(r"((?:19|20)\d\d)[-/.年](\d{1,2})[-/.月](\d{1,2})日?")
YEAR_INSIDE = re.compile(r"(?<!\d)((?:19|20)\d\d)(?:\.0)?(?!\d)")
EDITION = re.compile(r"年鉴|yearbook", re.IGNORECASE)


def year_name(text: str) -> int | None:
    """The year that a text names: `2022`, `2022年`, `2022年底`, `X2013`, `yr.2013`, `2022年(快报)`; else None."""
    match = _YEAR.fullmatch(squeeze(text))
    return int(match[1]) if match else None


def year_of(text: str) -> int | None:
    """The year of a year's name or of a day in its first or last month, such as `2022-12-31`; None for any other, a
    month among them."""
    if (year := year_name(text)) is not None:
        return year
    match = _DATE.fullmatch(squeeze(text))
    return int(match[1]) if match and int(match[2]) in (1, 12) else None


def years_in(text: str) -> set[int]:
    """The years that a title or a name mentions."""
    return set(map(int, YEAR_INSIDE.findall(text)))


def year_in(path: str | Path) -> int | None:
    """The one year that a file's or sheet's name has, else None; a yearbook's is its edition, the year after."""
    years = set() if EDITION.search(str(path)) else years_in(Path(path).name)
    return years.pop() if len(years) == 1 else None
