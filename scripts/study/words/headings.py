"""What stands around the figures of a table: words of header cells, years, titles with units, the lines above."""

from __future__ import annotations

import re
from pathlib import Path

from study.words.printed import squeeze

# A year as printed, perhaps as a date of its first or last day, or marked as preliminary or revised.
YEAR = re.compile(
    r"((?:19|20)\d\d)(?:\.0)?年?(?:底|末|度)?(?:-(?:12-31|01-01))?(?:\([^)]*(?:核算|快报|修订|初步|普查|prelim|revis)[^)]*\))?",
    re.IGNORECASE,
)
DATE = re.compile(r"((?:19|20)\d\d)(?:[-/.年](\d{1,2})(?:[-/.月](\d{1,2})日?)?月?)?年?")
EDITION = re.compile(r"年鉴|yearbook", re.IGNORECASE)
NOTE = re.compile(
    r"[\"'“]?((注释?|附注|说明|备注)\s*([:：\d①-⑳(（.、]|$)|数据来源|资料来源|来源[:：]|Notes?\b|Data\s*Sources?|Sources?\b)",
    re.IGNORECASE,
)
# What a row may be of besides a province, a year and an indicator: such tables have to be summed up or cut out first.
FURTHER = {
    word: what
    for what, words in {
        "cities": "城市 地级市 市 区县 县 县区 city cities county prefecture",
        "industries": "产业 行业 门类 部门 sector industryname industryid",
        "quarters or months": "季度 季 月份 月 quarter month",
    }.items()
    for word in words.split()
}
UNIT_IN_TITLE = re.compile(r"(.*\S)\s*[(（\[【]([^()（）\[\]【】]+)[)）\]】]")
# Words that a header cell consists of, Chinese and English, and what stands below (or right of) it.
PROVINCE_WORDS = (
    "地区 省份 省 省市 省区市 省市区 行政区 地区名称 省份名称 所属省份 省级行政区 "
    "region province provinces area provincename provname"
)
YEAR_WORDS = "年份 年度 年 时间 时期 日期 统计年度 year years time period date"
INDICATOR_WORDS = "指标 指标名称 项目 指标项 变量 item items indicator indicators variable series"
UNIT_WORDS = "单位 计量单位 unit units"
VALUE_WORDS = "数值 值 指标值 value values obsvalue"
HEADING_KINDS = {
    word: kind
    for kind, words in {
        "province": PROVINCE_WORDS,
        "year": YEAR_WORDS,
        "indicator": INDICATOR_WORDS,
        "unit": UNIT_WORDS,
        "value": VALUE_WORDS,
    }.items()
    for word in words.split()
}
CHINESE = re.compile(r"[㐀-鿿]")


def heading_kind(text: str) -> str:
    """`province`, `year`, `indicator`, `unit` or `value` for a header cell that is such a word, in one or two
    languages (`地区 Region`); empty for any other."""
    plain = squeeze(text).lower()
    if plain in HEADING_KINDS:
        return HEADING_KINDS[plain]
    chinese = "".join(c for c in plain if CHINESE.match(c))
    latin = "".join(c for c in plain if c.isascii() and c.isalpha())
    kinds = {HEADING_KINDS.get(chinese), HEADING_KINDS.get(latin)}
    return (kinds.pop() or "") if chinese and latin and len(kinds) == 1 else ""


def year_of(text: str) -> int | None:
    """The year that a header cell or row label is, such as `2022年`, `2022` or `2022年底`; None for any other."""
    match = YEAR.fullmatch(squeeze(text))
    return int(match[1]) if match else None


def annual_year(text: str) -> int | None:
    """The year of a year's name or of a date in its first or last month, such as `2022-12-31`; None for any other."""
    match = DATE.fullmatch(squeeze(text))
    return year_of(text) or (int(match[1]) if match and int(match[2] or 12) in (1, 12) else None)


def split_unit(title: str) -> tuple[str, str]:
    """A title and the unit in its last brackets, empty where it has none. An index's base counts as a unit."""
    bare = chinese_part(title.strip())
    match = UNIT_IN_TITLE.fullmatch(bare)
    return (match[1].strip(), squeeze(match[2])) if match else (bare, "")


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


def year_in(path: str | Path) -> int | None:
    """The one year that a file's or sheet's name has, else None; a yearbook's is its edition, the year after."""
    if EDITION.search(str(path)):
        return None
    years = set(re.findall(r"(?<!\d)((?:19|20)\d\d)(?!\d)", Path(path).name))
    return int(years.pop()) if len(years) == 1 else None


def chinese_part(text: str) -> str:
    """A bilingual cell's Chinese name: `第一产业 Primary Industry` without the English, but `人均GDP` whole."""
    match = re.search(r"[A-Za-z][A-Za-z0-9 ,.'&/()-]*$", text)
    if not match or not CHINESE.search(text[: match.start()]):
        return text
    apart = text[: match.start()][-1] in " \u3000)）]" or re.search("[a-z]", match[0])
    return text[: match.start()].strip() if apart else text


def bare_label(text: str) -> tuple[str, bool]:
    """A name without the marks of a sub-item (`#`, `其中：`) or its number (`一、`, `1.`); whether it is a sub-item."""
    bare = re.sub(r"^\s*(#|＃|\*|其中[:：]?|of which[:：]?)\s*", "", text, flags=re.IGNORECASE)
    inner = bare != text
    bare = re.sub(
        r"^([一二三四五六七八九十]+[、.．]|[(（][一二三四五六七八九十\d]+[)）]|\d{1,2}[、.．])\s*(?=\D)", "", bare
    )
    return bare.strip(), inner
