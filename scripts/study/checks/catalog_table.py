"""The table of a catalog entry out of the files that hold it, and the study's cells of it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from pathlib import Path

from study.checks.cleaning import (
    add_national_row,
    check_coverage,
    check_sign,
    check_title,
    check_total,
    convert_units,
    select_cells,
)
from study.checks.gaps import Interpolation, read_interpolation
from study.checks.not_observed import SUMMED, accepted_rule
from study.checks.plausibility import find_suspects
from study.checks.suspects import report_suspects
from study.files.catalog_entries import CatalogEntry, entry_names
from study.files.series import Draft, Yearbook
from study.helpers import InputError, logger
from study.words.printed import squeeze


def read_raw(source: dict, entry: CatalogEntry, read: Callable) -> Yearbook:
    """The table of `entry` out of the files of `source` (`plan.sources.source`), parts of several files put together.

    read : how a file is read (`reader`). Raises InputError for a problem of the source, files without the table,
    several indicators that could be it, and parts that contradict each other.
    """
    if source["problem"]:
        raise InputError(f"{entry.key}: {source['problem']}")
    table: Yearbook | None = None
    reasons = []
    for path in source["files"]:
        try:
            drafts = read(path, source["sheet"])
            part = pick_indicator(path, drafts, entry, source["title"], alone=len(source["files"]) == 1).parse()
        except Absent as error:
            reasons.append(error)
            continue
        if source["unit"] and part.unit and squeeze(source["unit"]) != part.unit:
            raise InputError(
                f"{path}: the unit printed is {part.unit!r}, sources.{entry.key} says {source['unit']!r}; one is wrong."
            )
        part.unit = part.unit or squeeze(source["unit"])
        table = part if table is None else join_parts(table, part)
    if table is None:
        raise InputError(str(reasons[0]) if reasons else f"{entry.key}: no file of it.")
    return table


class Absent(InputError):
    """A file that does not have the table that is wanted."""


def pick_indicator(
    path: str | Path, drafts: list[Draft | Yearbook], entry: CatalogEntry, title: str, alone: bool
) -> Draft | Yearbook:
    """The indicator of a file that is the entry's: by `title` where the config names it, else by the catalog's names.

    A file with one indicator of another name is taken where it stands `alone` under the table's name: `check_title`
    then tells what it is.
    """
    wanted = {squeeze(title).lower()} if title else entry_names(entry)
    chosen = [draft for draft in drafts if wanted & draft.names()]
    if len(chosen) > 1:
        fitting = [draft for draft in chosen if draft.unit in entry.conversion]
        chosen = fitting if len(fitting) == 1 else chosen
    if len(chosen) > 1:
        units = " and ".join(f"{draft.title} ({draft.unit or 'no unit'})" for draft in chosen)
        raise InputError(f"{path}: {entry.key} could be {units}; name one under sources.{entry.key} in the config.")
    if chosen:
        return chosen[0]
    if len(drafts) == 1 and not title and alone:
        return drafts[0]
    titles = ", ".join(dict.fromkeys(draft.title or "(no title)" for draft in drafts[:12]))
    raise Absent(
        f"{path}: no indicator called {title or entry.title_zh or entry.title_en} ({entry.key}); the file has {titles}"
        f"{', ...' if len(drafts) > 12 else ''}. Name the one that is meant in the config, sources: {{{entry.key}: "
        "{file: ..., title: ...}}."
    )


def join_parts(table: Yearbook, part: Yearbook) -> Yearbook:
    """Two files' parts of a table as one. Raises InputError where units differ or a cell has two figures."""
    if table.unit != part.unit:
        raise InputError(
            f"{part.path}: the unit is {part.unit or '(none)'!r}, in {table.path} it is {table.unit or '(none)'!r}; "
            "the parts of a table have to agree."
        )
    if squeeze(table.title) != squeeze(part.title):
        logger.warning("%s: titled %s, %s is %s; is it one series?", part.path, part.title, table.path, table.title)
    for cell, value in part.values.items():
        if cell in table.values and table.values[cell] is not None and value not in (None, table.values[cell]):
            raise InputError(
                f"{part.places[cell]}: {value:g} for {cell[0]} {cell[1]}, but {table.values[cell]:g} in "
                f"{table.places[cell]}; keep one of the two (two vintages of the same series?)."
            )
        if table.values.get(cell) is None:
            table.values[cell], table.places[cell] = value, part.places[cell]
    table.years = sorted({year for _, year in table.values})
    table.nil |= part.nil
    table.notes = "\n".join(dict.fromkeys(filter(None, (table.notes, part.notes))))
    return table


def has_nation(
    table: Yearbook,
    values: Mapping[tuple[str, int], float | None],
    years: range,
    interpolation: Interpolation,
    key: str,
    told: bool,
) -> bool:
    """Whether the table has the nation's figure of every year, printed or interpolated.

    told : warn where it has not. The provinces' figures are right without it; what needs the nation's stops.
    """
    if not told:
        return all(values.get(("china", year)) is not None for year in years)
    try:
        select_cells(table, values, ["china"], years, interpolation, key=key)
    except InputError:
        lacking = [str(year) for year in years if values.get(("china", year)) is None]
        logger.warning(
            "%s: no figure of the nation for %s, printed or summed; its others are left out too, and what needs them "
            "stops", table.path, ", ".join(lacking),
        )  # fmt: skip
        return False
    return True


def clean_table(
    source: dict,
    entry: CatalogEntry,
    catalog: dict[str, CatalogEntry],
    read: Callable,
    provinces: list[str],
    years: range,
    interpolation: str | Mapping | Interpolation,
    total_tolerance: float | None,
    blank_is_nil: bool = False,
    suspects: str = "error",
    accepted: Collection[str] = (),
    national: bool = False,
    asked_by: str = "study.years",
    rules: dict[tuple[str, int, str], str] | None = None,
) -> list[tuple[str, int, str, float, int]]:
    """Rows (province, year, indicator, value, imputed) of one raw table for the study's provinces and years.

    A national series, or a national row beside the provinces, comes as province `china`. source : where the table is
    (`sources.source`). read : how a file is read (`reader`). total_tolerance : largest gap between the provinces' sum
    and the national row; None only reports it. suspects : `error` or `warning`, for figures that are hardly possible;
    accepted : those that are right, as in `tianjin 2018`. interpolation : the config's. national : a variable needs the
    nation's figure, so that it is summed up where it is not printed. asked_by : the key of the config that the first
    year is for. rules : takes, by (province, year, indicator), the rule of each cell that is not printed, or that is
    printed, in doubt and accepted. Raises InputError.
    """
    interpolation = read_interpolation(interpolation)
    table = read_raw(source, entry, read)
    if not source["title"]:  # the config says that it is this one
        check_title(table, entry, catalog)
    values = convert_units(table, entry)
    summed = national and add_national_row(table, values, years)
    if entry.level == "national":
        wanted = ["china"]
    elif has_nation(table, values, years, interpolation, entry.key, told=national):
        wanted = [*provinces, "china"]
    else:
        wanted = provinces
    if entry.years:
        made_up = interpolation.whole_years.get(entry.key, ()) if interpolation.method == "linear" else ()
        check_coverage(table, wanted, years, made_up, asked_by)
    check_sign(table, entry, wanted)
    found = find_suspects(table, values, entry, wanted, years if entry.years else None)
    report_suspects(found, entry.key, suspects, accepted)
    if not summed:
        check_total(table, values, years, total_tolerance)  # last, for it names no single figure
    made: dict[tuple[str, int], str] = {}
    if not entry.years:
        # A table without years (land area) has one column; its figure holds in every year.
        last = table.years[-1]
        cells = select_cells(table, values, wanted, range(last, last + 1), interpolation, key=entry.key)
        cells = [(province, year, value, imputed) for province, _, value, imputed in cells for year in years]
    else:
        cells = select_cells(table, values, wanted, years, interpolation, blank_is_nil, entry.key, made, asked_by)
    if summed:
        made = {("china", year): SUMMED for year in years} | made
    if rules is not None:
        present = [(province, year) for province, year, *_ in cells]
        passed = [one for one in found if one.is_accepted(accepted)]
        doubted = {cell: accepted_rule(one.rule) for one in passed for cell in one.doubted(present)}
        rules |= {(*cell, entry.key): rule for cell, rule in (doubted | made).items()}
    return [(province, year, entry.key, value, int((province, year) in made)) for province, year, value, _ in cells]
