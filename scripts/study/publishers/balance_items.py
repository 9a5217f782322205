"""Words of an energy balance: its items and units as editions print them, and where each catalog key stands in it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from study.helpers import InputError, workflow_rows
from study.words.printed import CHINESE, squeeze

# Item -> how Chinese and English editions print it, numbering and marks aside. Parts count inside their section only.
BALANCE_SECTIONS = {
    "supply": ("可供(本地区)?消费的?能源(总)?量", "(total)?primaryenergysupply|total(energy)?available.*"),
    "transformation": ("加工转换投入.*", ".*transformation"),
    "losses": ("损失量?", "loss(es)?"),
    "final": ("终端(能源)?消费量?", "(total)?final(energy)?consumption"),
    "difference": ("平衡差额", "statisticaldifference|balance"),
    "total": ("(能源)?消费量?合计", "total(energy)?consumption|(energy)?consumption(in)?total"),
}
PARTS = {
    "supply": {
        "inflow": ("外省(区市)?调入量?", ".*(movingin|transferin|inflow).*provinces"),
        "outflow": ("本省(区市)?调出量?", "(sendingout|movingout|transferout|outflow).*provinces"),
    },
    "transformation": {
        "thermal_power": ("火力发电", "thermalpower(generation)?"),
        "heating": ("供热", "heat(ing)?supply|heating"),
    },
    "final": {
        "industry": ("工业", "industry"),
        "construction": ("建筑业", "construction"),
        "transport": ("交通运输.*", "transport.*"),
    },
}
# How messages call a row.
ROW_NAMES = {
    "supply": "可供本地区消费的能源量",
    "transformation": "加工转换投入(-)产出(+)量",
    "losses": "损失量",
    "final": "终端消费量",
    "total": "消费量合计",
    "supply/inflow": "外省(区、市)调入量",
    "supply/outflow": "本省(区、市)调出量(-)",
    "transformation/thermal_power": "火力发电",
    "transformation/heating": "供热",
    "final/industry": "工业",
    "final/construction": "建筑业",
    "final/transport": "交通运输、仓储和邮政业",
}
# Unit -> factor and other ways to print it, marks and raised digits aside: 10^4 tn is printed 104 tn.
UNIT_FORMS = {
    "万吨": {
        1: "万吨 104tn 104t 104ton 104tons 104tonnes 10000tn 10000tons",
        0.1: "千吨 103tn kt",
        1e-4: "吨 t tn tons",
    },
    "亿立方米": {
        1: "亿立方米 亿立方 108cum 108m3 100millioncum",
        0.01: "百万立方米 106cum",
        1e-4: "万立方米 104cum 104m3",
    },
    "亿千瓦小时": {
        1: "亿千瓦小时 亿千瓦时 108kwh 100millionkwh",
        0.01: "百万千瓦小时 百万千瓦时 gwh",
        1e-4: "万千瓦小时 万千瓦时 104kwh",
    },
    "万百万千焦": {
        1: "万百万千焦 百亿千焦 万吉焦 1010kj 104gj",
        0.1: "太焦 十亿千焦 109kj tj",
        1e-4: "百万千焦 吉焦 106kj gj",
    },
    "万吨标准煤": {1: "万吨标准煤 万吨标煤 104tce 10000tce"},
}
BALANCE_UNITS = {
    form: (unit, float(factor))
    for unit, factors in UNIT_FORMS.items()
    for factor, forms in factors.items()
    for form in forms.split()
}
BRACKET = re.compile(r"(.*)[(（]([^()（）]*)[)）]", re.DOTALL)


@dataclass(frozen=True)
class BalanceItem:
    """Where a catalog key stands: the fuel's printed names, its rows with the sign each counts by, the unit."""

    key: str
    fuel: tuple[str, ...]
    rows: tuple[tuple[str, int], ...]
    unit: str


def load_balance_items(path: str | Path) -> dict[str, BalanceItem]:
    """resources/balance.csv by catalog key. `rows` is written `+total` or `-section/part;-section/part`."""
    items = {}
    for row in workflow_rows(path):
        rows = tuple((text[1:], -1 if text[0] == "-" else 1) for text in row["rows"].split(";"))
        unknown = [name for name, _ in rows if name not in ROW_NAMES]
        if unknown or row["unit"] not in UNIT_FORMS:
            raise InputError(f"{path}: {row['key']} asks for the row {unknown} in {row['unit']!r}; neither may be new.")
        items[row["key"]] = BalanceItem(row["key"], tuple(row["fuel"].split(";")), rows, row["unit"])
    return items


@lru_cache(maxsize=4096)  # editions repeat their headings and labels on every page
def fold_name(text: str) -> tuple[str, str]:
    """The Chinese and the Latin letters of a name, numbering, marks and blanks gone."""
    plain = squeeze(text).lower()
    chinese = "".join(c for c in plain if CHINESE.match(c))
    return re.sub("^[一二三四五六七八九十]+", "", chinese), re.sub("[^a-z]", "", plain)


def is_printed(text: str, forms: tuple[str, str]) -> bool:
    """Whether a label is an item; the Chinese decides where it is there."""
    chinese, latin = fold_name(text)
    return bool(re.fullmatch(forms[0], chinese) if chinese else latin and re.fullmatch(f"[ivx]*({forms[1]})", latin))


def section_of(text: str) -> str:
    """The section that a label heads, empty for any other."""
    return next((name for name, forms in BALANCE_SECTIONS.items() if text and is_printed(text, forms)), "")


def read_unit(text: str) -> tuple[str, float] | None:
    """Unit and factor of a printed unit, in one or two languages; None for anything else."""
    plain = re.sub(r"[^0-9a-z㐀-鿿]", "", squeeze(text).lower())
    chinese = "".join(c for c in plain if CHINESE.match(c))
    found = {BALANCE_UNITS.get(part) for part in (chinese, plain.replace(chinese, "") if chinese else plain) if part}
    return found.pop() if len(found) == 1 else None


def split_units(cell: str) -> tuple[str, list[str]]:
    """A header cell's name and the units that stand behind it in brackets, or alone."""
    if read_unit(cell):
        return "", [cell]
    units = []
    while (match := BRACKET.fullmatch(cell.strip())) and read_unit(match[2]):
        cell = match[1]
        units.append(match[2])
    return cell, units
