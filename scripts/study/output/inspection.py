"""What a raw table is like: what it lacks, what was filled, what looks wrong; for the page of `snakemake check`."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Iterable

from study.checks.catalog_table import clean_table
from study.checks.not_observed import ACCEPTED, INTERPOLATED, LEFT_OUT, MADE, NIL, STORED
from study.checks.raw_parts import read_raw
from study.files.catalog_entries import CatalogEntry
from study.files.series import Yearbook
from study.helpers import InputError, logger

INSPECTION_COLUMNS = [
    *["table", "title_zh", "title_en", "status", "file", "found_by", "provinces_lacking", "years_lacking"],
    *[*MADE, "unit_printed", "unit", "vintage", "warnings", "remarks", "needed_by", "published"],
]
TABLE_STATUSES = ["missing", "refused", "contradiction", "warnings", "unused file", "found", "not needed"]
CENSUS = re.compile(
    r"第[一二三四五六七八九十]+次(?:全国)?(?:经济|人口|农业)普查|\w+th (?:national )?(?:economic|population) census",
    re.I,
)


class Listener(logging.Handler):
    """Collects the warnings that reading a table gives."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.texts: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Keep a warning's text, once."""
        text = record.getMessage()
        if text not in self.texts:
            self.texts.append(text)

    def __enter__(self) -> Listener:
        logger.addHandler(self)
        return self

    def __exit__(self, *_: object) -> None:
        logger.removeHandler(self)


def inspect_table(need: dict, entry: CatalogEntry, study: Callable[[], dict[str, object]]) -> dict[str, object]:
    """A row of the page, INSPECTION_COLUMNS -> value; `study` reads the table and gives what it found, or raises
    InputError.

    need : `path`, `source`, `needed_by` (tables of the study) and `needed` of the raw table.
    """
    row: dict[str, object] = dict.fromkeys(INSPECTION_COLUMNS, "") | {
        "table": entry.key,
        "title_zh": entry.title_zh,
        "title_en": entry.title_en,
        "unit": entry.unit,
        "needed_by": ", ".join(need["needed_by"]),
        "published": entry.where,
    }
    source = need["source"]
    if not need["needed"]:
        return row | {"status": "not needed"}
    if not source["files"] and not source["problem"]:
        return row | {"status": "missing", "file": need["path"]}
    more = f" and {len(source['files']) - 1} more" if len(source["files"]) > 1 else ""
    row |= {"file": f"{(source['files'] or [need['path']])[0]}{more}", "found_by": source["how"]}
    with Listener() as heard:
        try:
            row |= study()
            row["status"] = "warnings" if heard.texts else "found"
        except InputError as error:
            row |= error.found if isinstance(error, Refused) else {}
            row["status"] = "refused"
            heard.texts.append(str(error))
    return row | {"warnings": "\n".join(heard.texts)}


class Refused(InputError):
    """A table that can be read but not used; `found` is what was seen of it before."""

    def __init__(self, error: InputError, found: dict[str, object]) -> None:
        super().__init__(str(error))
        self.found = found


def study_yearbook(
    need: dict,
    entry: CatalogEntry,
    catalog: dict[str, CatalogEntry],
    read: Callable,
    provinces: list[str],
    choices: dict[str, object],
    rules: dict[tuple[str, int, str], str],
) -> tuple[dict[str, object], list[tuple[str, int, str, float, int]]]:
    """What a yearbook table lacks, its unit and vintage, and its cleaned cells.

    rules : as in `clean_table`. Raises InputError, or Refused.
    """
    table = read_raw(need["source"], entry, read)
    found = coverage(table, entry, ["china"] if entry.level == "national" else provinces, need["first"], need["last"])
    years = range(need["first"], need["last"] + 1)
    remarks: list[str] = []
    try:
        cells = clean_table(
            need["source"],
            entry,
            catalog,
            read,
            provinces,
            years,
            blank_is_nil=need["blank_is_nil"],
            national=need["national"],
            summable=need["summable"],
            asked_by=need["asked_by"],
            rules=rules,
            remarks=remarks,
            **choices,
        )
    except InputError as error:
        raise Refused(error, found) from None
    finally:
        found["remarks"] = "\n".join(remarks)
    if need["blank_is_nil"]:
        found["provinces_lacking"] = ""  # blank rows are nil
    return found, cells


def count_made(rules: Iterable[str]) -> dict[str, int]:
    """Cells of a table by what made them, from the rule of each: columns of the page."""
    kinds = {INTERPOLATED: "interpolated", LEFT_OUT: "interpolated", NIL: "nil", STORED: "from_formulas"}
    counts = dict.fromkeys(MADE, 0)
    for rule in rules:
        counts["accepted" if rule.startswith(ACCEPTED) else kinds.get(rule, "made_otherwise")] += 1
    return counts


def coverage(table: Yearbook, entry: CatalogEntry, wanted: Iterable[str], first: int, last: int) -> dict[str, object]:
    """Provinces and years of the study that the table has no figure of, its printed unit, its vintage."""
    years = list(range(first, last + 1)) if entry.years else table.years[-1:]
    lacking = {province: [year for year in years if table.values.get((province, year)) is None] for province in wanted}
    whole = [province for province, gaps in lacking.items() if len(gaps) == len(years)]
    absent = [year for year in years if all(year in gaps for gaps in lacking.values())]
    filled = [year for (_, year), value in table.values.items() if value is not None]
    censuses = ", ".join(dict.fromkeys(CENSUS.findall(table.notes)))
    return {
        "provinces_lacking": ", ".join(whole),
        "years_lacking": ", ".join(map(str, absent)),
        "unit_printed": table.unit,
        "vintage": "; ".join(filter(None, [f"to {max(filled)}" if filled else "", censuses and f"notes: {censuses}"])),
    }
