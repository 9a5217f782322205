"""Raw tables as resources/catalog.csv expects them: titles, units, plausible figures, and whether a file is there."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from study.helpers import InputError, workflow_rows
from study.words.printed import squeeze

# `sign` of a catalog row -> what its figures have to be; an empty one is `positive`.
CATALOG_SIGNS = {"positive": "above zero", "zero_or_more": "zero or more", "any": ""}


@dataclass(frozen=True)
class CatalogEntry:
    """One raw table of resources/catalog.csv.

    `conversion` maps a printed unit to its factor into `unit`; `level` is `national` for a series of the nation alone;
    `sign` is one of CATALOG_SIGNS. `minimum` and `maximum`
    bound a province's plausible figure, in `unit`; `change` is the largest plausible ratio of the figures of two years,
    up or down. None is unchecked.
    """

    key: str
    theme: str
    file: str
    title_zh: str
    title_en: str
    unit: str
    conversion: dict[str, float]
    years: str
    where: str
    level: str = ""
    sign: str = "positive"
    minimum: float | None = None
    maximum: float | None = None
    change: float | None = None
    aliases: str = ""

    def describe(self) -> str:
        """What the table is called and where it is published, for messages."""
        title = f"{self.title_zh} / {self.title_en}" if self.title_zh else self.title_en
        return f"{title}; {self.where}"


def catalog_entry(row: dict[str, str]) -> CatalogEntry:
    """A row of the catalog. A conversion is written `printed unit=factor`, several parted by `;`."""
    pairs = (pair.rpartition("=") for pair in row["conversion"].split(";") if pair)
    sign = row.get("sign") or "positive"
    if sign not in CATALOG_SIGNS:
        raise InputError(
            f"resources/catalog.csv: the sign of {row['key']} is {sign!r}, expected {', '.join(CATALOG_SIGNS)}."
        )
    pairs = [(squeeze(unit), _catalog_number(row, "conversion", factor or "?")) for unit, _, factor in pairs]
    conversion = dict(pairs)
    if len(conversion) < len(pairs) or not all(factor > 0 for factor in conversion.values()):
        raise InputError(
            f"resources/catalog.csv: the conversion of {row['key']} is {row['conversion']!r}, expected each unit once, "
            "with a factor above zero."
        )
    limits = {name: _catalog_number(row, name, row.get(name)) for name in ("minimum", "maximum", "change")}
    low, high, change = limits.values()
    if low is not None and high is not None and low > high:
        raise InputError(f"resources/catalog.csv: {row['key']} has the minimum {low:g} above the maximum {high:g}.")
    if change is not None and change <= 1:
        raise InputError(
            f"resources/catalog.csv: the change of {row['key']} is {change:g}, expected a ratio above 1 or nothing."
        )
    aliases = row.get("aliases") or ""
    return CatalogEntry(**row | {"conversion": conversion, "sign": sign, "aliases": aliases} | limits)


def _catalog_number(row: dict[str, str], column: str, text: str | None) -> float | None:
    """A number of a catalog row, None for an empty one."""
    try:
        number = float(text) if text else None
    except ValueError:
        number = math.nan
    if number is not None and not math.isfinite(number):
        raise InputError(f"resources/catalog.csv: the {column} of {row['key']} is {text!r}, expected a number.")
    return number


def entry_names(entry: CatalogEntry) -> list[str]:
    """How the entry's table may be called in a file: its key, its titles, its other names."""
    return [name for name in (entry.key, entry.title_zh, entry.title_en, *entry.aliases.split(";")) if name]


def load_catalog(path: str | Path) -> dict[str, CatalogEntry]:
    """The catalog by key."""
    return {row["key"]: catalog_entry(row) for row in workflow_rows(path)}


def require_files(path: str, entry: CatalogEntry, source: dict, missing: Iterable[str] = ()) -> None:
    """Raise InputError where a raw table was not found, or for what is wrong with where it was (`sources.source`).

    path : where it is expected. missing : all that the study lacks, each as `key: path (titles; publisher)`, so that
    one message tells of them all.
    """
    if source["problem"]:
        raise InputError(f"{entry.key}: {source['problem']}")
    if not any(Path(file).is_file() for file in source["files"]):
        lines = [f"  {line}" for line in missing] or [f"  {entry.key}: {path} ({entry.describe()})"]
        raise InputError(
            "raw tables not found; put each at its path (any file whose title says what it is will do), name its file "
            "under `sources`, or change `inputs` in the config; `uv run snakemake check` lists all:\n"
            + "\n".join(lines)
        )
