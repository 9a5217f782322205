"""Printed names of provinces -> slugs (resources/provinces.csv)."""

from __future__ import annotations

from pathlib import Path

from study.helpers import InputError, workflow_rows
from study.words.printed import FOOTNOTE, check_formula, squeeze


def province_names(path: str | Path) -> dict[str, str]:
    """Every printed form of a province's name -> slug (resources/provinces.csv), and 全国 -> `china`."""
    nation = ("全国", "全国合计", "全国总计", "全国总量", "nationaltotal", "national", "wholecountry")
    names = dict.fromkeys(nation, "china")
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
    return names[chinese] if chinese in names and names.get(latin) == names[chinese] else None


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
