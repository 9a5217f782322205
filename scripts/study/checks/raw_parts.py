"""The table of a catalog entry out of the files that hold it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from study.files.catalog_entries import CatalogEntry, entry_names
from study.files.series import Draft, Yearbook
from study.helpers import InputError, logger
from study.words.printed import squeeze
from study.words.titles import Reading, best_reading, plain_name, same_unit, split_unit, unit_behind
from study.words.units import find_unit


def read_raw(source: dict, entry: CatalogEntry, read: Callable) -> Yearbook:
    """The table of `entry` out of the files of `source` (`plan.sources.source`), parts of several files put together.

    read : how a file is read (`reader`). Raises InputError for a problem of the source, files without the table,
    several indicators that could be it, and parts that contradict each other. Of files that were found by their titles
    those whose table is refused are left out with a warning where another has a good one.
    """
    if source["problem"]:
        raise InputError(f"{entry.key}: {source['problem']}")
    table: Yearbook | None = None
    reasons, found, untitled = [], [], []
    for path in source["files"]:
        drafts = read(path, source["sheet"])
        # files that do not say what they are of have it from the folder, as one has it from its name
        silent = not any(draft.title for draft in drafts)
        try:
            picked = pick_indicator(path, drafts, entry, source["title"], silent or len(source["files"]) == 1)
            if source["how"] == "title" and getattr(picked, "problem", ""):
                raise Absent(picked.problem)  # a refused table that a search found stops no good one of another file
            found.append((path, drafts, picked.parse()))
        except Absent as error:
            reasons.append(error)
            untitled += [(path, drafts, error)] if silent and len(drafts) == 1 else []
    for path, drafts, reason in untitled if found else ():
        logger.warning("%s: says no title; read as a part of %s, the title of which is named", path, entry.key)
        found.append((path, drafts, drafts[0].parse()))
        reasons.remove(reason)
    for path, drafts, part in found:
        _refuse_two_units(path, drafts, part)
        if source["unit"] and part.unit and squeeze(source["unit"]) != part.unit:
            raise InputError(
                f"{path}: the unit printed is {part.unit!r}, sources.{entry.key} says {source['unit']!r}; one is wrong."
            )
        part.unit = part.unit or squeeze(source["unit"])
        table = part if table is None else join_parts(table, part)
    if table is None:
        raise InputError(str(reasons[0]) if reasons else f"{entry.key}: no file of it.")
    for reason in reasons:
        logger.warning("%s The file is left out.", reason)
    return table


def _refuse_two_units(path: str, drafts: list[Draft | Yearbook], part: Yearbook) -> None:
    """InputError where a file has a table's further years on a sheet in another unit of the same quantity."""
    for other in drafts:
        units = find_unit(other.unit), find_unit(part.unit)
        if squeeze(other.title) != squeeze(part.title) or other.unit == part.unit or None in units:
            continue
        years = {year for _, year in getattr(other, "values", None) or other.cells} - set(part.years)
        if years and units[0].dimension == units[1].dimension:
            raise InputError(
                f"{path}: {part.title} is in {part.unit} for {part.years[0]} to {part.years[-1]} and in {other.unit} "
                f"for {min(years)} to {max(years)}; the parts of a table have to agree, bring them into one unit."
            )


class Absent(InputError):
    """A file that does not have the table that is wanted."""


def pick_indicator(
    path: str | Path, drafts: list[Draft | Yearbook], entry: CatalogEntry, title: str, alone: bool
) -> Draft | Yearbook:
    """The indicator of a file that is the entry's: by `title` where the config names it, else by the catalog's names,
    with the unit that the printed name says.

    A file with one indicator of another name is taken where it stands `alone` under the table's name: `check_title`
    then tells what it is.
    """
    named, unit = split_unit(title)
    names = [title, named] if title else entry_names(entry)
    read = [(draft, reading) for draft in drafts if (reading := best_reading(draft.names(), names))]
    if exact := [draft for draft in drafts if title and plain_name(draft.title) in map(plain_name, names)]:
        # what the config names is meant, whatever else is said of it
        exact = [draft for draft in exact if not unit or same_unit(unit, draft.unit)] or exact
        read = [(draft, Reading(draft.title)) for draft in exact]
    chosen = [with_unit(draft, reading, entry) for draft, reading in read if reading.is_it]
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
    if not any(draft.title for draft in drafts):
        raise Absent(
            f"{path}: the file does not say what it is of, so that no title can be named; leave `title` out of "
            f"sources.{entry.key} and say the unit: sources: {{{entry.key}: {{file: ..., unit: ...}}}}."
        )
    near = [f"{draft.title!r} {reading.describe()}" for draft, reading in read[:3]]
    titles = ", ".join(dict.fromkeys(draft.title or "(no title)" for draft in drafts[:12]))
    raise Absent(
        f"{path}: no indicator called {title or entry.title_zh or entry.title_en} ({entry.key}); the file has {titles}"
        f"{', ...' if len(drafts) > 12 else ''}{' (' + '; '.join(near) + ')' if near else ''}. Name the one that is "
        f"meant in the config, sources: {{{entry.key}: {{file: ..., title: ...}}}}."
    )


def with_unit(draft: Draft | Yearbook, reading: Reading, entry: CatalogEntry) -> Draft | Yearbook:
    """An indicator with the unit that its name says beside the title; InputError where another is printed.

    A title named in the config may end in a unit, and a name of the catalog say one (`人民币对美元汇率(美元=100)`).
    """
    said = reading.unit or next(filter(None, map(unit_behind, [*draft.names(), reading.name])), "")
    printed, wanted = find_unit(draft.unit), find_unit(entry.unit)
    if wanted and wanted.dimension == "CNY per USD" and printed and printed.dimension == "CNY":
        return replace(draft, unit=said)  # the yuan alone do not say for how many dollars they are
    if not said or same_unit(said, draft.unit):
        return draft
    if draft.unit:
        raise InputError(
            f"{draft.path}: {draft.title} says the unit {said!r}, and {draft.unit!r} is printed; one is wrong."
        )
    return replace(draft, unit=said)


def join_parts(table: Yearbook, part: Yearbook) -> Yearbook:
    """Two files' parts of a table as one, a cell that has two figures without any. Raises InputError where units
    differ."""
    if table.unit != part.unit:
        raise InputError(
            f"{part.path}: the unit is {part.unit or '(none)'!r}, in {table.path} it is {table.unit or '(none)'!r}; "
            "the parts of a table have to agree."
        )
    if squeeze(table.title) != squeeze(part.title):
        logger.warning("%s: titled %s, %s is %s; is it one series?", part.path, part.title, table.path, table.title)
    table.clashes |= part.clashes
    for cell, value in part.values.items():
        mine = table.values.get(cell)
        if cell in table.clashes or (cell in part.faults and mine is None):
            table.refuse(cell, part.faults.get(cell, ""))
        elif None not in (mine, value) and value != mine:
            table.clashes.add(cell)
            table.refuse(
                cell,
                f"{part.places[cell]}: {value:g} for {cell[0]} {cell[1]}, but {mine:g} in {table.places[cell]}; keep "
                "one of the two (two vintages of the same series?).",
            )
        elif mine is None and value is not None:
            # a cell that cannot be read in one file may be in the other
            if fault := table.faults.pop(cell, ""):
                logger.info("%s Taken from %s.", fault, part.places[cell])
            table.values[cell], table.places[cell] = value, part.places[cell]
            table.formulas |= {cell} & part.formulas
        elif mine is None:
            table.values.setdefault(cell, None)
        elif fault := part.faults.get(cell):
            logger.info("%s Taken from %s.", fault, table.places[cell])
        table.places.setdefault(cell, part.places[cell])
    table.doubts = part.doubts | table.doubts
    table.years = sorted({year for _, year in table.values})
    table.nil |= part.nil - table.faults.keys()
    table.notes = "\n".join(dict.fromkeys(filter(None, (table.notes, part.notes))))
    return table
