"""Printed names of Chinese cities -> city and province (resources/cities.csv)."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path

from study.helpers import InputError, workflow_rows
from study.words.printed import FOOTNOTE, squeeze

# What English tables print after a city's name.
ENGLISH_KINDS = re.compile(r"\s+(city|shi|municipality|prefecture|league|autonomous prefecture|meng|zhou)$")


@dataclass
class Cities:
    """`full` is a full Chinese name -> (city, province); `short` any other printed form -> the set of such pairs."""

    full: dict[str, tuple[str, str]] = field(default_factory=dict)
    short: dict[str, set[tuple[str, str]]] = field(default_factory=dict)


def load_cities(path: str | Path) -> Cities:
    """Cities of resources/cities.csv; a former name (`now 襄阳市` in its note) counts as the present city."""
    cities = Cities()
    for row in workflow_rows(path):
        renamed = re.match(r"now (\S+)", row["note"])
        pair = (renamed[1] if renamed else row["city"], row["province"])
        cities.full[squeeze(row["city"])] = pair
        forms = [row["short_zh"], *row["name_en"].split(";")]
        # vendors drop the nationality of a prefecture: 恩施州, 白沙县, 海南州
        forms += [row["short_zh"] + row["city"][-1]] if row["city"][-1] in "州县" else []
        for form in forms:
            cities.short.setdefault(_key(form), set()).add(pair)
    return cities


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
    exact = cities.full.get(key)
    pairs = {exact} if exact else cities.short.get(key, set())
    if province:
        inside = {pair for pair in pairs if pair[1] == province}
        if inside:
            return min(inside)
        if own == province:
            return "", province
        if pairs or own:
            home = sorted({pair[1] for pair in pairs} | ({own} if own else set()))
            raise InputError(
                f"{where}: {text!r} is in {' or '.join(home)}, but its row says {province}; mend one of them."
            )
    elif exact:
        return exact
    elif pairs:
        homes = {pair[1] for pair in pairs} | ({own} if own else set())
        if len(homes) > 1 or (own and own not in municipalities(cities)):
            several = sorted(f"{city} ({home})" for city, home in pairs) + ([f"the province {own}"] if own else [])
            raise InputError(
                f"{where}: {text!r} may be {' or '.join(several)}; add a column with the province, or write the city's "
                "full Chinese name."
            )
        return min(pairs)
    elif own:
        return "", own
    import difflib

    near = difflib.get_close_matches(key, [*cities.full, *cities.short, *names], n=3)
    hint = f" (did you mean {', '.join(near)}?)" if near else ""
    raise InputError(f"{where}: unknown city {text!r}{hint}; resources/cities.csv lists the names.")


def municipalities(cities: Cities) -> set[str]:
    """Provinces that are one city."""
    count: dict[str, int] = {}
    for _, province in cities.full.values():
        count[province] = count.get(province, 0) + 1
    return {province for province, number in count.items() if number == 1}
