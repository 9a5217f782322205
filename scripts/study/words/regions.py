"""Printed names of provinces -> slugs (resources/provinces.csv), and what stands among them without being one."""

from __future__ import annotations

import re
from pathlib import Path

from study.helpers import InputError, workflow_rows
from study.words.headings import PLACE_TOTALS
from study.words.printed import CHINESE, FOOTNOTE, check_formula, squeeze

# Rows that sum provinces up or do not belong to one; they are left out where they are printed among provinces.
_PARTS_OF_CHINA = """
东部 中部 西部 东北 华北 华东 华南 华中 中南 西南 西北 沿海 内地 东部地区 中部地区 西部地区 东北地区 华北地区 华东地区
华中地区 华南地区 中南地区 西南地区 西北地区 eastern central western northeast east west easternregion centralregion
westernregion
"""
# What a user has calculated below a table, and the cities that the state plans apart from their provinces.
_NO_PLACES = """
不分地区 总和 地区合计 各省合计 兵团 新疆生产建设兵团 sum
平均 平均值 均值 全国平均 地区平均 最大值 最小值 标准差 中位数 mean average max min sd
大连 宁波 厦门 青岛 深圳 大连市 宁波市 厦门市 青岛市 深圳市
"""
# Places that are none of the provinces, squeezed and in small letters.
_OUTSIDE = re.compile(
    r"(?:中国)?(?:台湾|香港|澳门).{0,6}|(?:国外|境外|海外|国际|其他|其它|未知|不详|空白).{0,4}|"
    r"(?:taiwan|hongkong|maca[uo]|foreign|overseas|others?|unknown).*"
)
PARTS_OF_CHINA = set(_PARTS_OF_CHINA.split())
NOT_PROVINCES = PARTS_OF_CHINA | PLACE_TOTALS | set(_NO_PLACES.split())
_NATION_WORDS = "全国 中国 全国合计 全国总计 全国总量 china national nationaltotal wholecountry"
NATION_NAMES = _NATION_WORDS.split()


def province_names(path: str | Path) -> dict[str, str]:
    """Every printed form of a province's name -> slug (resources/provinces.csv), and 全国 -> `china`."""
    names = dict.fromkeys(NATION_NAMES, "china")
    for row in workflow_rows(path):
        forms = [row["province"], row["name_zh"], row["short_zh"], row["name_en"], *row["aliases"].split(";")]
        names.update({squeeze(form).lower(): row["province"] for form in forms if form})
    return names


def known_province(name: str, names: dict[str, str]) -> str | None:
    """The slug of a printed province name, which may carry a footnote mark or stand in two languages; None if none."""
    plain = squeeze(FOOTNOTE.sub("", name.strip())).lower()
    if plain in names:
        return names[plain]
    chinese = "".join(c for c in plain if not c.isascii())
    latin = "".join(c for c in plain if c.isascii())
    in_english = "china" if latin == "total" else names.get(latin)
    return in_english if in_english and names.get(chinese) == in_english else None


def find_province(name: str, names: dict[str, str], where: str) -> str:
    """The slug of a printed province name; InputError with the near spellings where there is none, or for a formula."""
    check_formula(name, where)
    slug = known_province(name, names)
    if slug is None:
        import difflib

        near = difflib.get_close_matches(squeeze(name).lower(), names, n=3)
        hint = f" (did you mean {', '.join(near)}?)" if near else ""
        raise InputError(f"{where}: unknown province {name!r}{hint}; resources/provinces.csv lists the names.")
    return slug


def is_no_province(name: str) -> bool:
    """Whether a row is a sum over provinces, or a place that is none of them."""
    return squeeze(name).lower() in NOT_PROVINCES or is_outside(name)


def is_outside(name: str) -> bool:
    """Whether a place is none of the provinces: Taiwan, Hong Kong, Macao, abroad, others, unknown."""
    return bool(_OUTSIDE.fullmatch(squeeze(name).lower()))


def province_in(text: str, names: dict[str, str]) -> str:
    """The one province that a file's or sheet's name or a title names, else empty."""
    plain = squeeze(text).lower()
    if plain in names:
        return names[plain]
    words = set(re.findall(r"[a-z]+", text.lower()))
    found = {
        slug: form
        for form, slug in sorted(names.items(), key=lambda item: len(item[0]))
        if slug != "china" and (form in plain if CHINESE.search(form) else _spoken(form, text, words))
    }
    return next(iter(found)) if len(found) == 1 else ""


def _spoken(form: str, text: str, words: set[str]) -> bool:
    """Whether a name in Latin letters stands in a text as words of its own: `shanxi` is not in `shaanxi`."""
    return form in words or (len(form) > 8 and form in re.sub(r"[^a-z]", "", text.lower()))
