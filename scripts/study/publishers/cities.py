"""Printed names of Chinese cities -> city and province (resources/cities.csv)."""

from __future__ import annotations

import difflib
import re
from pathlib import Path

from study.helpers import InputError, workflow_rows
from study.words.printed import FOOTNOTE, squeeze

# What English tables print after a city's name.
ENGLISH_KINDS = re.compile(r"\s+(city|shi|municipality|prefecture|league|autonomous prefecture|meng|zhou)$")
# A printed name, as `_key` has it -> the (city, province) that it may be: one for a full Chinese name.
Cities = dict[str, set[tuple[str, str]]]


def load_cities(path: str | Path) -> Cities:
    """Cities of resources/cities.csv; a former name (`now 襄阳市` in its note) counts as the present city."""
    full: Cities = {}
    short: Cities = {}
    for row in workflow_rows(path):
        renamed = re.match(r"now (\S+)", row["note"])
        pair = (renamed[1] if renamed else row["city"], row["province"])
        full[squeeze(row["city"])] = {pair}
        forms = [row["short_zh"], *row["name_en"].split(";")]
        # vendors drop the nationality of a prefecture: 恩施州, 白沙县, 海南州
        forms += [row["short_zh"] + row["city"][-1]] if row["city"][-1] in "州县" else []
        for form in forms:
            short.setdefault(_key(form), set()).add(pair)
    return short | full


def _key(text: str) -> str:
    plain = FOOTNOTE.sub("", text.strip()).lower()
    plain = ENGLISH_KINDS.sub("", plain) if plain.isascii() else plain
    return squeeze(plain).replace("'", "").replace("’", "")


def find_city(text: str, province: str, cities: Cities, names: dict[str, str], where: str) -> tuple[str, str]:
    """(city, province) of a printed name; the city is empty where the name is a province's own (a total of it).

    `province` is the slug its row names, empty where it names none: then a name that several provinces have, or that is
    a city's and a province's, is an InputError, as is a city of another province and an unknown name.
    """
    key = _key(text)
    own = names.get(squeeze(text).lower(), names.get(key, ""))
    found = sorted(cities.get(key, ())) + ([("", own)] if own else [])
    homes = sorted({home for _, home in found})
    if not found:
        near = difflib.get_close_matches(key, [*cities, *names], n=3)
        hint = f" (did you mean {', '.join(near)}?)" if near else ""
        raise InputError(f"{where}: unknown city {text!r}{hint}; resources/cities.csv lists the names.")
    if province and province not in homes:
        raise InputError(
            f"{where}: {text!r} is in {' or '.join(homes)}, but its row says {province}; mend one of them."
        )
    if not province and (len(homes) > 1 or (own and len(found) > 1 and not _is_one_city(own, cities))):
        several = [f"{city} ({home})" if city else f"the province {home}" for city, home in found]
        raise InputError(
            f"{where}: {text!r} may be {' or '.join(several)}; add a column with the province, or write the city's "
            "full Chinese name."
        )
    return next(pair for pair in found if pair[1] == (province or homes[0]))


def _is_one_city(province: str, cities: Cities) -> bool:
    """Whether a province is a municipality."""
    return len({city for pairs in cities.values() for city, home in pairs if home == province}) == 1
