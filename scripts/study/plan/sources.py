"""Which files of the inputs folder hold which raw table: by the config, by name, or by the titles inside."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from study.checks.units import convert
from study.files.catalog_entries import CatalogEntry, catalog_entry, entry_names
from study.files.finding import folder_tables, is_table
from study.files.workbooks import FORMULAS_REFUSED
from study.helpers import InputError
from study.plan.kept import keep, read_kept, version_of
from study.publishers.every_form import ReaderTables, every_reader
from study.words.titles import named_by, plain_name
from study.words.units import find_index_base, find_unit

# Modules that tell what a file holds.
READERS = ("study/publishers/every_form.py", "study/publishers/untitled.py")


def source(files: Iterable[str] = (), how: str = "", problem: str = "", **choice: str) -> dict:
    """Where a raw table is: its files, how they were found (`name`, `title`, `config`), what is wrong with that.

    choice : `title` of the indicator in the files, its `unit` where they name none, the `sheet` of a workbook.
    """
    return {"files": list(files), "how": how, "problem": problem, "title": "", "unit": "", "sheet": ""} | choice


def by_name(inputs: str, file: str) -> dict:
    """The table under its own name (`yearbook/gdp.csv`), with another ending, or as a folder of its parts."""
    path = Path(inputs, file)
    if not path.parent.is_dir():
        return source()
    found = sorted(
        str(entry)
        for entry in path.parent.iterdir()
        if (entry.name == path.stem and entry.is_dir())
        or (entry.stem == path.stem and is_table(entry) and entry.is_file())
    )
    if len(found) > 1:
        return source(found, "name", f"{' and '.join(found)} are both there; keep the one that is meant.")
    if found and Path(found[0]).is_dir():
        files = folder_tables(found[0])
        problem = "" if files else f"{found[0]}: the folder has no table in it."
        return source(files, "name", problem)
    return source(found, "name" if found else "")


def by_config(inputs: str, key: str, choice: dict) -> dict:
    """The table where the config's `sources` says it is."""
    path = Path(inputs, choice["file"])
    rest = {name: str(value) for name, value in choice.items() if name != "file"}
    if path.is_dir():
        return source(folder_tables(path), "config", **rest)
    if not path.is_file():
        return source(how="config", problem=f"sources.{key}: there is no file {path}.", **rest)
    return source([str(path)], "config", **rest)


def find_sources(
    inputs: str,
    rows: dict[str, dict[str, str]],
    choices: dict[str, dict],
    tables: ReaderTables,
    cache: str | Path,
    others: Mapping[str, Callable[[str], bool]] | None = None,
    formulas: str = FORMULAS_REFUSED,
) -> dict[str, dict]:
    """Key -> `source` of each raw table; one without files was not found.

    rows : catalog rows by key. choices : the config's `sources`. tables : what readers know. others : key -> whether a
    file has that table, for tables without a title. formulas : the config's cleaning.formulas. Files are looked into
    only where a table is found neither by the config nor by its name; what was read is kept in `cache`, with the files'
    sizes and times, since Snakemake asks this again for every job.
    """
    unknown = sorted(set(choices) - set(rows))
    if unknown:
        raise InputError(f"sources: resources/catalog.csv has no table {', '.join(unknown)}.")
    found = {
        key: by_config(inputs, key, choices[key]) if key in choices else by_name(inputs, row["file"])
        for key, row in rows.items()
    }
    absent = [key for key, where in found.items() if not where["files"] and not where["problem"]]
    if not absent:
        return found
    claimed = {file for where in found.values() for file in where["files"] if where["how"] == "name"}
    files = [file for file in folder_tables(inputs) if file not in claimed]
    untitled = {key: others[key] for key in absent if key in others} if others else {}
    titles = titles_of(files, tables, cache, untitled, formulas)
    entries = {key: catalog_entry(row) for key, row in rows.items()}
    names = {key: entry_names(entry) for key, entry in entries.items()}
    plain = {key: set(map(plain_name, its)) for key, its in names.items()}
    held = {
        file: [(key, unit) for forms, unit in zip(its["titles"], its["units"], strict=True)
               for key in named_by(forms, names)]
        for file, its in titles.items()
    }  # fmt: skip
    for key in absent:
        named = [file for file in files if any(key == name for name, _ in held[file])]
        # growth rates or an index under the same title stop no amounts; alone they are told what they are
        holding = [
            file for file in named if any(key == name and _may_be(entries[key], unit) for name, unit in held[file])
        ] or named
        twins = [other for other in rows if other != key and plain[other] & plain[key]]
        if holding and twins:
            problem = (
                f"{holding[0]} may be {' or '.join([key, *twins])}, which have a title in common; name the file under "
                f"`sources`, as in sources: {{{key}: {{file: ...}}}}."
            )
            found[key] = source(how="title", problem=problem)
        elif holding:
            found[key] = source(holding, "title")
    return found


def titles_of(
    files: list[str],
    tables: ReaderTables,
    cache: str | Path,
    others: Mapping[str, Callable[[str], bool]],
    formulas: str = FORMULAS_REFUSED,
) -> dict[str, dict]:
    """File -> the ways to say the title of each of its indicators, their printed units, and why it could not be read,
    where it could not.

    The key of a table without a title that the file has, by `others`, counts as a title.
    """
    version = " ".join((version_of(READERS), formulas, *others))
    known = read_kept(cache, version)
    result, new = {}, False
    for file in files:
        stat = Path(file).stat()
        mark = [stat.st_size, stat.st_mtime_ns]
        if file in known and known[file]["mark"] == mark:
            result[file] = known[file]
            continue
        new = True
        result[file] = {"mark": mark, **_titles(file, tables, others, formulas)}
    if new:
        keep(cache, version, result)
    return result


def _titles(file: str, tables: ReaderTables, others: Mapping[str, Callable[[str], bool]], formulas: str) -> dict:
    stem = Path(file).stem
    if held := [key for key, has in others.items() if has(file)]:
        return {"titles": [[key] for key in held], "units": [""] * len(held), "problem": ""}
    try:
        found = every_reader(tables, formulas)(file)
    except InputError as error:
        return {"titles": [], "units": [], "problem": str(error)}
    return {
        "titles": [draft.names() or [stem] for draft in found],
        "units": [draft.unit for draft in found],
        "problem": "",
    }


def _may_be(entry: CatalogEntry, unit: str) -> bool:
    """Whether a printed unit is one of the entry's quantity, or none that is known."""
    own = find_unit(entry.unit)
    if own and own.dimension == "CNY per USD":  # printed in yuan alone, too
        return True
    try:
        convert(unit, entry, "")
    except InputError:
        return not (find_unit(unit) or find_index_base(unit))
    return True
