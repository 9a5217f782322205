"""The catalog of raw tables, the config's own rows among them, checked against its schema when the config is read."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from study.files.catalog_entries import catalog_entry
from study.helpers import InputError
from study.plan.variable_rows import NOT_NAMES

CATALOG = "resources/catalog.csv"
# What a row of `catalog.own` may leave out -> what stands in; a theme of one's own is read as a yearbook's tables are.
OWN_TABLE = {
    "theme": "own",
    "years": "1949-",
    "conversion": "",
    "sign": "positive",
    **dict.fromkeys(("title_zh", "level", "minimum", "maximum", "change", "aliases"), ""),
}
# Columns that the readers of a row take for granted; the others may be left out.
CATALOG_COLUMNS = ("key", "theme", "file", "title_zh", "title_en", "unit", "conversion", "years", "where")


def own_rows(own: Iterable[Mapping[str, object]], themes: Collection[str]) -> list[dict[str, str]]:
    """Rows of the config's `catalog.own` as those of the file, with their `place`; InputError for a theme that is not
    among `themes` and for a key that no formula could name."""
    rows = []
    for number, given in enumerate(own, 1):
        row = OWN_TABLE | {name: str(value) for name, value in given.items()}
        place = f"config, catalog.own, item {number} ({row['key']})"
        if row["theme"] not in (OWN_TABLE["theme"], *themes):
            raise InputError(
                f"{place}, column theme: found {row['theme']!r}, expected nothing or {', '.join(sorted(themes))}."
            )
        if row["key"] in NOT_NAMES:
            raise InputError(f"{place}, column key: nothing can be called {row['key']}; choose another key.")
        rows.append(row | {"years": "" if row["years"] == "none" else row["years"], "place": place})
    return rows


def check_catalog(rows: Iterable[Mapping[str, str]], schema: dict) -> None:
    """Raise InputError naming row and column of the catalog where a row does not fit `schema` (JSON Schema), for a
    number that is none or no limit, and for a key or file that stands twice.

    rows : those of one's own with the `place` where each stands.
    """
    from jsonschema import Draft202012Validator

    validator = Draft202012Validator(schema)
    seen: dict[tuple[str, str], str] = {}
    rows = list(rows)
    if not rows:
        raise InputError(f"{CATALOG}: no rows; every raw table of the study needs one.")
    if absent := [name for name in CATALOG_COLUMNS if name not in rows[0]]:
        raise InputError(f"{CATALOG}, row 1: no column {', '.join(absent)}.")
    for line, given in enumerate(rows, 2):
        place = given.get("place") or f"{CATALOG}, row {line}"
        row = {name: value for name, value in given.items() if name != "place"}
        filled = {name: value for name, value in row.items() if value not in (None, "") and name is not None}
        if None in row:
            raise InputError(f"{place}: more cells than the header has columns; quote commas.")
        error = next(iter(sorted(validator.iter_errors(filled), key=lambda error: list(error.path))), None)
        if error:
            where = f", column {error.path[0]}" if error.path else ""
            hint = error.schema.get("description", "") if error.path else ""
            raise InputError(f"{place}{where}: {error.message}. {hint}".strip())
        if None in row.values():
            raise InputError(f"{place}: fewer cells than the header has columns; leave a cell empty between commas.")
        if unknown := sorted(set(row) - set(schema["properties"])):
            raise InputError(f"{CATALOG}, row 1: unknown column {', '.join(map(repr, unknown))}; take it out.")
        for name, text in filled.items():
            if not text.isprintable():
                raise InputError(
                    f"{place}, column {name}: {text!r} has a line break, a tab or another control character."
                )
        since, _, until = row["years"].partition("-")
        if until and until < since:
            raise InputError(f"{place}, column years: {row['years']!r} ends before it begins.")
        try:
            catalog_entry(row)
        except InputError as error:
            raise InputError(str(error).replace(CATALOG, place.split(", row ")[0])) from None
        for name in ("key", "file"):
            if (name, row[name]) in seen:
                raise InputError(f"{place}, column {name}: {row[name]!r} stands already in {seen[name, row[name]]}.")
            seen[name, row[name]] = place.removeprefix(f"{CATALOG}, ")
