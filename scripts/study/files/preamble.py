"""The lines above a table's header: title, unit, province and year where they say them."""

from __future__ import annotations

import re
from dataclasses import dataclass

from study.files.sheets import Row
from study.words.printed import CHINESE, HALF_WIDTH, place, squeeze
from study.words.regions import find_province, province_in
from study.words.titles import read_unit, same_unit, split_title
from study.words.years import EDITION, year_of


@dataclass(frozen=True)
class Preamble:
    """What the lines above a table's header say; empty or None where they do not."""

    title: str = ""
    english: str = ""
    unit: str = ""
    province: str = ""
    year: int | None = None
    classic: bool = False


NUMBERING = re.compile(
    r"(表|Table)?\s*[A-Z]?\d{1,3}([-–—.]\d+)*[.、\s]\s*|(表|Table)?\s*\d+([-–—.]\d+)+", re.IGNORECASE
)


YEAR_IN_TITLE = re.compile(r"[(（\s—–-]*((?:19|20)\d\d)年?[)）]?$|^((?:19|20)\d\d)年")


def read_preamble(source: str, rows: list[Row], names: dict[str, str]) -> Preamble:
    """The lines above a header: `指标：`, `地区：`, `时间：`, `单位：` where they stand, else the first one as title.

    Raises InputError for a page of a place that is no province.
    """
    found: dict = {}
    headings: list[str] = []
    units: list[str] = []
    for row in rows:
        for text in filter(None, row.cells):
            plain = squeeze(text)
            if match := re.match(r"(指标|Indicators?)\W+(.+)", text, re.IGNORECASE):
                title, unit, english = split_title(match[2])
                # the English edition's title may have brackets of its own before those of the unit
                found |= {"title": title, "english": english, "classic": True} | ({"unit": unit} if unit else {})
            elif match := re.fullmatch(r"(地区|Region)[:：](.+)", plain, re.IGNORECASE):
                found |= {"classic": True, "province": find_province(match[2], names, place(source, row.line))}
            elif match := re.fullmatch(r"(时间|Time|Year)[:：](.*)", plain, re.IGNORECASE):
                found |= {"classic": True}
                if year := year_of(match[2]):
                    found["year"] = year
            elif re.match(r"(数据库|Database)\W", plain, re.IGNORECASE):
                found |= {"classic": True}
            elif unit := stated_unit(text):
                units.append(unit)
            elif not EDITION.search(text):
                headings.append(text)
    if headings and not found.get("classic"):
        heading = headings[0]
        title, unit, english = split_title(_plain_title(heading))
        years = {int(match[1] or match[2]) for text in headings if (match := YEAR_IN_TITLE.search(text.strip()))}
        if len(years) == 1:
            found.setdefault("year", years.pop())
        title = squeeze(title) if CHINESE.search(title) else title
        found = {"title": title, "english": english} | ({"unit": unit} if unit else {}) | found
        found.setdefault("province", province_in(heading, names))
    if units and found.get("unit") and not same_unit(units[0], found["unit"]):
        units = [f"{found['unit']}; {units[0]}"]  # no unit that is known: one of the two is wrong
    return Preamble(**found | ({"unit": units[0]} if units else {}))


def stated_unit(text: str) -> str:
    """The unit that a cell above a table states: `单位：亿元（当年价）`, `(万吨标准煤)`; empty for others."""
    text = text.translate(HALF_WIDTH)
    if match := re.search(r"(?:单\s*位|units?)\s*:\s*(.+)", text, re.IGNORECASE | re.DOTALL):
        return read_unit(match[1]) or squeeze(re.split(r"[\s)]", match[1].strip())[0])
    return read_unit(text) if re.fullmatch(r"\s*\(.*\)\s*", text) else ""


def _plain_title(heading: str) -> str:
    """A printed title without its number and year."""
    bare = NUMBERING.sub("", heading.strip(), count=1) if NUMBERING.match(heading.strip()) else heading.strip()
    return re.sub(r"[(（]((?:19|20)\d\d)年?(底|末)?[)）]", "", bare).strip()
