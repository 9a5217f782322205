"""Labels in the tables of the International Federation of Robotics: industries, countries, measures and years."""

from __future__ import annotations

import re
from functools import cache

from study.words.printed import squeeze

TOTAL = "000"
MEASURE_WORDS = {
    "installations": {"delivered", "deliveries", "delivery", "installations", "installation", "installed", "shipments",
                      "shipment"},
    "operational_stock": {"stock", "stocks", "opstock"},
}  # fmt: skip
# The federation's codes, with the other ways in which files and configs call the countries studies use most.
COUNTRIES = {
    "CN": ("CHN", "China", "People's Republic of China", "PR China", "中国"),
    "US": ("USA", "United States", "United States of America", "United States, North America", "美国"),
    "JP": ("JPN", "Japan"),
    "KR": ("KOR", "Korea", "South Korea", "Rep. of Korea", "Republic of Korea", "Korea, Republic of"),
    "DE": ("DEU", "GER", "Germany"),
    "TW": ("TWN", "Taiwan", "Taiwan, Province of China", "Chinese Taipei"),
    "UK": ("GB", "GBR", "United Kingdom"),
    "FR": ("FRA", "France"),
    "IT": ("ITA", "Italy"),
    "ES": ("ESP", "Spain"),
    "DK": ("DNK", "Denmark"),
    "FI": ("FIN", "Finland"),
    "SE": ("SWE", "Sweden"),
    "IN": ("IND", "India"),
    "HK": ("HKG", "Hong Kong", "Hong Kong, China", "China, Hong Kong"),
}
ENGLISH_WORDS = {"it", "in", "de", "es", "se", "fin", "ind"}


def letters(text: str) -> str:
    """The letters and digits of a label, in upper case."""
    return "".join(c for c in squeeze(text).upper() if c.isalnum())


ALIASES = {letters(name): code for code, names in COUNTRIES.items() for name in (code, *names)}


def normalise_code(text: str) -> str:
    """An industry code as the federation writes it: `AB` and `A–B` are `A-B`, a total that lost its zeros is `000`.

    A number that a spreadsheet or a data set keeps as `299.0` is `299`.
    """
    code = squeeze(text).upper().replace("–", "-").replace("—", "-").strip("'")
    code = re.sub(r"(?<=\d)\.0+$", "", code)
    return {"AB": "A-B", "0": TOTAL, "00": TOTAL}.get(code, code)


# Spreadsheets take 10-12 for a day of a month; no other code of the federation looks like a date.
AS_DATE = re.compile(r"\d{4}-(10-12|12-10)|12-Oct|10-Dec|Oct-12|Dec-10", re.IGNORECASE)
LABEL = re.compile(r"(A-?B|\d{1,4}-\d{1,4}|\d{1,4}|[A-Z](?:-[A-Z])?)\s*-\s*\D.*|(\d{1,4}(?:-\d{1,4})?)\s+\D.*")
PREFIX = re.compile(r"^(?:industry|branch)\s*[:_ ]\s*", re.IGNORECASE)
SHORTEST_CUT = 20  # letters of a name that an export has cut off and that still is that name


def industry_key(name: str) -> str:
    """A name of an industry as names are compared: lower case, without blanks."""
    return squeeze(name).lower()


def _without_scope(key: str) -> str:
    """A name without the addition `(non-automotive)`, which exports cut off in many places."""
    return key.partition("(non")[0]


def industry_names(codes: dict[str, str]) -> dict[str, str]:
    """Keys of `find_industry` -> code, from code -> name: codes, names in full, and names without `(non-automotive)`.

    A name in full goes before another's without its addition.
    """
    full = {industry_key(name): code for code, name in codes.items()}
    return {_without_scope(key): code for key, code in full.items()} | full | {code: code for code in codes}


def find_industry(text: str, names: dict[str, str]) -> str | None:
    """The code in a label such as `29`, `29-Automotive` or `Automotive`; None where the label is no known industry.

    names : from `industry_names`. A label that is a code or a name in full is that industry, before its parts are
    looked at: `Unspecified AutoParts` is not `Unspecified`.
    """
    if AS_DATE.fullmatch(text.strip()):
        return names.get("10-12")
    plain = PREFIX.sub("", text.strip().replace("–", "-").replace("—", "-"))
    if normalise_code(plain) in names:
        return normalise_code(plain) if len(plain) > 1 or not plain.islower() else None
    key = industry_key(plain)
    if key in names:
        return names[key]
    match = LABEL.fullmatch(plain)
    if match:
        return names.get(normalise_code(match[1] or match[2]))
    if _without_scope(key) in names:
        return names[_without_scope(key)]
    cut = {code for name, code in names.items() if len(key) >= SHORTEST_CUT and name.startswith(key)}
    return cut.pop() if len(cut) == 1 else None


@cache
def country_keys(text: str) -> frozenset[str]:
    """What a country's label may be compared by: `CN-China`, `CHN` and `China` all have `CN`."""
    plain = re.sub(r"\(.*", "", text).strip()
    match = re.fullmatch(r"([A-Z]{2})\s*[-–]\s*(\D.*)", plain)
    return frozenset(ALIASES.get(key, key) for key in map(letters, match.groups() if match else (plain,)) if key)


def named_countries(text: str) -> set[str]:
    """Codes of the countries that a title, sheet or file name holds."""
    words = re.findall(r"[^\W\d_]+", text)
    names = {
        ALIASES[joined]
        for start in range(len(words))
        for end in range(start + 1, min(start + 6, len(words) + 1))
        if len(joined := "".join(words[start:end]).upper()) > 3 and joined in ALIASES
    }
    codes = {ALIASES[w.upper()] for w in words if len(w) <= 3 and w.upper() in ALIASES and w not in ENGLISH_WORDS}
    return names or codes


def find_measure(text: str) -> str | None:
    """`installations` or `operational_stock` where a text names one of them, None where it names both or none."""
    words = set(re.findall(r"[a-z]+", text.lower()))
    found = [measure for measure, its in MEASURE_WORDS.items() if words & its]
    return found[0] if len(found) == 1 else None
