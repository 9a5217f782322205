"""What a study calls its units and periods: in print, and in the formulas of its config.

The columns are `province` and `year` in every file and every script, whatever the units and periods are.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

NAMING_SECTIONS = {"province": "units", "year": "periods"}  # key column -> section of the config that names it
CHINESE_KEY_NAMES = {"province": "省份", "year": "年份"}
# Text in quotes, a name in backticks, a plain name.
_NAME_IN_FORMULA = re.compile(r"""("[^"]*"|'[^']*')|`([^`]*)`|(?<!\w)([^\W\d]\w*)""")


def key_names(config: Mapping) -> dict[str, dict[str, str]]:
    """Key column -> `name`, `plural` and `name_zh` (empty if not given) of what it holds.

    Without a section in the config these are provinces and years.
    """
    names = {}
    for key, section in NAMING_SECTIONS.items():
        given = config.get(section, {})
        name = given.get("name", key)
        chinese = "" if "name" in given else CHINESE_KEY_NAMES[key]
        names[key] = {"name": name, "plural": plural_of(name), "name_zh": chinese} | given
    return names


def plural_of(name: str) -> str:
    """`cities` for city, `firms` for firm, `counties` for county; a name in another script has no plural of its own."""
    if not re.search("[A-Za-z]$", name):
        return name
    if re.search("[^aeiouAEIOU]y$", name):
        return f"{name[:-1]}ies"
    return f"{name}es" if re.search("(s|x|z|ch|sh)$", name) else f"{name}s"


PROVINCES_AND_YEARS = key_names({})


def capital(name: str) -> str:
    """The name as a heading begins with it: its first letter large."""
    return name[:1].upper() + name[1:]


def aliases(config: Mapping, columns: Iterable[str]) -> dict[str, str]:
    """Names of a key column -> the column: the study's own and the panel file's, where no column is called so."""
    taken = set(columns)
    theirs = config.get("panel", {}).get("columns", {})
    names = [(name, key) for key in NAMING_SECTIONS for name in (key_names(config)[key]["name"], theirs.get(key, key))]
    return {name: key for name, key in names if name not in taken}


def rename_variables(text: str, names: Mapping[str, str]) -> str:
    """A formula or condition with variables renamed; quoted text stays."""

    def renamed(word: re.Match) -> str:
        name = word[2] or word[3]
        return names[name] if name in names else word[0]

    return _NAME_IN_FORMULA.sub(renamed, text)


def with_key_columns(tables: Mapping, names: Mapping[str, str]) -> dict:
    """The config's `tables` with `names` (`aliases`) replaced by the key columns wherever a variable is named.

    A formula and a condition hold names among other words; any other text is one name, or names joined by `+` or `^`.
    """

    def renamed(value, key):
        if isinstance(value, Mapping):
            return {key: renamed(item, key) for key, item in value.items()}
        if isinstance(value, list):
            return [renamed(item, key) for item in value]
        if not isinstance(value, str) or key == "group":
            return value
        if key in ("columns", "formula", "sample"):
            return rename_variables(value, names)
        return "".join(names.get(part.strip(" `"), part) for part in re.split("([+^])", value))

    return {
        name: {key: renamed(value, key) if key in ("columns", "bootstrap") else value for key, value in table.items()}
        for name, table in tables.items()
    }
