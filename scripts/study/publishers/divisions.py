"""Printed names and codes of GB/T 4754-2002 industries -> divisions, sections, totals."""

from __future__ import annotations

import difflib
import re
from pathlib import Path
from typing import NamedTuple

from study.helpers import InputError, workflow_rows
from study.words.printed import FOOTNOTE, squeeze
from study.words.titles import bare_label

# Sections of GB/T 4754-2002 with their first and last division.
INDUSTRY_SECTIONS = {
    "A": ("农、林、牧、渔业", 1, 5), "B": ("采矿业", 6, 11),
    "C": ("制造业", 13, 43), "D": ("电力、燃气及水的生产和供应业", 44, 46),
    "E": ("建筑业", 47, 50), "F": ("交通运输、仓储和邮政业", 51, 59),
    "G": ("信息传输、计算机服务和软件业", 60, 62), "H": ("批发和零售业", 63, 65),
    "I": ("住宿和餐饮业", 66, 67), "J": ("金融业", 68, 71),
    "K": ("房地产业", 72, 72), "L": ("租赁和商务服务业", 73, 74),
    "M": ("科学研究、技术服务和地质勘查业", 75, 78), "N": ("水利、环境和公共设施管理业", 79, 81),
    "O": ("居民服务和其他服务业", 82, 83), "P": ("教育", 84, 84),
    "Q": ("卫生、社会保障和社会福利业", 85, 87), "R": ("文化、体育和娱乐业", 88, 92),
    "S": ("公共管理和社会组织", 93, 97), "T": ("国际组织", 98, 98),
}  # fmt: skip
INDUSTRY_TOTALS = {"总计", "合计", "全部", "全行业", "行业合计", "全国总计", "total", "grandtotal"}
# Sums over sections that yearbooks print between them.
SUMS = {"第一产业", "第二产业", "第三产业", "工业", "服务业"}
SUMS |= {"primaryindustry", "secondaryindustry", "tertiaryindustry"}
# Divisions that only the editions after 2002 have.
LATER = ("汽车制造业", "开采辅助活动", "橡胶和塑料制品业", "酒、饮料和精制茶制造业", "货币金融服务", "其他制造业")


class Industry(NamedTuple):
    """`kind` is division, section, total, sum, finer (three or four digits), or either (房地产业 and 教育 are the names
    of a section and of its only division); `code` has two digits, or is the section's letter."""

    kind: str
    code: str


def division_titles(path: str | Path) -> dict[str, str]:
    """GB/T 4754-2002 division -> Chinese name (resources/industries.csv)."""
    return {row["code"]: row["name"] for row in workflow_rows(path) if row["source"] == "gbt4754_2002"}


class Divisions:
    """The divisions' names; `find` reads the labels of a row."""

    def __init__(self, titles: dict[str, str]):
        """titles : code -> Chinese name (resources/industries.csv)."""
        self.titles = titles
        self.names = {_key(name): Industry("division", code) for code, name in titles.items()}
        for letter, (name, first, last) in INDUSTRY_SECTIONS.items():
            if first == last:
                self.names[_key(name)] = Industry("either", letter)
            self.names.setdefault(_key(name), Industry("section", letter))
        self.names |= dict.fromkeys(INDUSTRY_TOTALS, Industry("total", "")) | dict.fromkeys(SUMS, Industry("sum", ""))

    def is_name(self, text: str) -> bool:
        """Whether a cell is an industry's name, its code before it or not."""
        return _key(re.sub(r"^\d+", "", squeeze(text))) in self.names

    def find(self, labels: list[str], where: str, needed: bool = False) -> Industry | None:
        """The industry that the cells of a row name by code, name or both; None where no cell is known.

        Raises InputError for a code without its leading zero, a code that the edition does not have, a name that
        contradicts the code beside it, and for no known cell where one is `needed`.
        """
        found: Industry | None = None
        for industry in filter(None, (self._read(label, where) for label in labels if label)):
            if found and not _agree(found, industry):
                raise InputError(
                    f"{where}: {' '.join(labels)!r} names two industries, {found.code or found.kind} and "
                    f"{industry.code or industry.kind} of GB/T 4754-2002; is the table in a later edition?"
                )
            if not found or found.kind == "either":
                found = industry
        if needed and not found:
            raise InputError(f"{where}: {self._unknown(list(filter(None, labels)))}")
        return found

    def _unknown(self, labels: list[str]) -> str:
        """What is to be said of a row with counts whose labels name no industry."""
        keys = list(map(_key, labels))
        if any(_key(name) in keys for name in LATER):
            return (
                f"{' '.join(labels)!r} is an industry of GB/T 4754-2011 or later; the table has to be in the edition "
                "of 2002, as the census of 2004 is."
            )
        near = [name for key in keys for name in difflib.get_close_matches(key, self.names, n=2)]
        hint = f" (did you mean {', '.join(near)}?)" if near else ""
        return f"unknown industry {' '.join(labels)!r}{hint}; resources/industries.csv lists the divisions."

    def mentioned(self, text: str) -> Industry | None:
        """The division that a title or a name mentions: the longest name in it, else a code at its beginning."""
        key = _key(text)
        inside = [name for name, found in self.names.items() if found.code and len(name) > 1 and name in key]
        if inside:
            kind, code = self.names[max(inside, key=lambda name: (len(name), name))]
            code = only_division(code) if kind == "either" else code
            return Industry("division", code) if kind != "section" else None
        match = re.match(r"[A-T]?(\d{2})(?!\d)", squeeze(text))
        return Industry("division", match[1]) if match and match[1] in self.titles else None

    def _read(self, label: str, where: str) -> Industry | None:
        """The industry that one cell names; None for none."""
        text = squeeze(FOOTNOTE.sub("", label.strip()))
        if re.fullmatch(r"\d", text):
            raise InputError(f"{where}: code {text!r} has lost its leading zero; write '0{text}'.")
        if match := re.fullmatch(r"[A-T]?(\d{2})(\d{1,2})?", text):
            if match[1] not in {*self.titles, "98"}:
                raise InputError(f"{where}: {label!r} is no division of GB/T 4754-2002.")
            return Industry("finer" if match[2] else "division", match[1])
        if match := re.fullmatch(r"[A-T]?(\d{2})[.、:\-]?(\D.*)", text):
            name, division = self.names.get(_key(match[2])), Industry("division", match[1])
            if name and not _agree(name, division):
                raise InputError(f"{where}: {label!r}: {match[2]} is {name.code} in GB/T 4754-2002.")
            return name and division
        if match := re.fullmatch(r"([A-T])([.、:\-]?([^\x00-\x7f].*))?", text):
            return Industry("section", match[1]) if not match[2] or _key(match[3]) in self.names else None
        bare, _ = bare_label(text)
        # bilingual editions print the English name in the same cell
        return self.names.get(_key(bare if bare.isascii() else re.sub(r"[A-Za-z].*", "", bare)))


def _agree(one: Industry, other: Industry) -> bool:
    """Whether two industries that the cells of a row name can be one: a group of three digits may have the name of its
    division, and a section that has one division may have that one's code."""
    kinds = {one.kind, other.kind}
    return kinds <= {"finer", "division", "either"} if "finer" in kinds else bool(_codes(one) & _codes(other))


def _codes(industry: Industry) -> set[str]:
    """What an industry's code may be; a total has none."""
    kind, code = industry
    return {code or kind, only_division(code)} if kind == "either" else {code or kind}


def _key(name: str) -> str:
    """A name without blanks and marks; 和 and 及 and 与 are one word."""
    return re.sub(r"[和与]", "及", re.sub(r"[^\w]", "", squeeze(name).lower()))


def only_division(letter: str) -> str:
    """The division of a section that has one."""
    return f"{INDUSTRY_SECTIONS[letter][1]:02d}"


def section_of(code: str) -> str:
    """The letter of a division's section."""
    return next((letter for letter, (_, first, last) in INDUSTRY_SECTIONS.items() if first <= int(code) <= last), "")
