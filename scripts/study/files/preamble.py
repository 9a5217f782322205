"""The lines above a table's header: title, unit, province and year where they say them."""

from __future__ import annotations

import re
from dataclasses import dataclass

from study.files.sheets import Row
from study.words.printed import CHINESE, place, squeeze
from study.words.regions import find_province, province_in
from study.words.titles import split_unit
from study.words.years import EDITION, year_of


@dataclass(frozen=True)
class Preamble:
    """What the lines above a table's header say; empty or None where they do not."""

    title: str = ""
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
    for row in rows:
        for text in filter(None, row.cells):
            plain = squeeze(text)
            if match := re.match(r"(指标|Indicators?)\W+(.+)", text, re.IGNORECASE):
                title, unit = split_unit(match[2])
                # the English edition's title may have brackets of its own before those of the unit
                found |= {"title": title, "classic": True} | ({"unit": unit} if unit else {})
            elif match := re.fullmatch(r"(地区|Region)[:：](.+)", plain, re.IGNORECASE):
                found |= {"classic": True, "province": find_province(match[2], names, place(source, row.line))}
            elif match := re.fullmatch(r"(时间|Time|Year)[:：](.*)", plain, re.IGNORECASE):
                found |= {"classic": True}
                if year := year_of(match[2]):
                    found["year"] = year
            elif re.match(r"(数据库|Database)\W", plain, re.IGNORECASE):
                found |= {"classic": True}
            elif unit := unit_in_line(text):
                found["unit"] = unit if "单位" in text else found.get("unit", unit)
            elif not EDITION.search(text):
                headings.append(text)
    if headings and not found.get("classic"):
        heading = headings[0]
        title, unit = split_unit(_plain_title(heading))
        years = {int(match[1] or match[2]) for text in headings if (match := YEAR_IN_TITLE.search(text.strip()))}
        if len(years) == 1:
            found.setdefault("year", years.pop())
        if year_of(unit):
            title, unit = split_unit(title)
        found = {"title": squeeze(title) if CHINESE.search(title) else title} | ({"unit": unit} if unit else {}) | found
        found.setdefault("province", province_in(heading, names))
    return Preamble(**found)


def unit_in_line(text: str) -> str:
    """The unit that a line above a table says (`单位：亿元`, `Unit: person`); empty where it says none."""
    chinese = re.search(r"单位[:：]\s*([^\s)）]+)", text.translate({0x3000: " "}))
    match = chinese or re.fullmatch(r"[(（]?Units?[:：](.+?)[)）]?", text.strip(), re.IGNORECASE)
    return squeeze(match[1]) if match else ""


def _plain_title(heading: str) -> str:
    """A printed title without its number and year."""
    bare = NUMBERING.sub("", heading.strip(), count=1) if NUMBERING.match(heading.strip()) else heading.strip()
    return re.sub(r"[(（]((?:19|20)\d\d)年?(底|末)?[)）]", "", bare).strip()
