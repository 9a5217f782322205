"""Every raw table of the study -> one page that says what is there, what is missing and what looks wrong."""

from functools import cache
from pathlib import Path

from study.checks.crosschecks import accepted_contradictions, find_contradictions, report_crosschecks
from study.checks.not_observed import ACCEPTED, MADE, STORED, with_listed
from study.files.catalog_entries import CatalogEntry, catalog_entry, entry_names
from study.files.series import Draft
from study.files.unchanged import reads
from study.files.whole import run_job
from study.helpers import InputError, start_log, workflow_table, write_rows
from study.output.in_print import shortened_list
from study.output.inspection import (
    INSPECTION_COLUMNS,
    TABLE_STATUSES,
    Listener,
    count_made,
    inspect_table,
    study_yearbook,
)
from study.output.pages import PlainTable, render
from study.publishers.census import read_census
from study.publishers.census_totals import PLAUSIBLE
from study.publishers.divisions import division_titles
from study.publishers.every_form import every_reader, reader_tables, theme_reader
from study.publishers.ifr import read_robots
from study.publishers.major_groups import group_industries
from study.publishers.us_employment import UNITED_STATES, read_major_groups
from study.words.regions import province_names
from study.words.titles import best_reading, named_by


def study_other(need: dict, entry: CatalogEntry, params) -> dict[str, object]:
    """Reads a table of robots or employment as its cleaning rule does; InputError where that would stop."""
    source = need["source"]
    if source["problem"]:
        raise InputError(source["problem"])
    choices = {"year": need["year"], "sheet": source["sheet"], "unit": source["unit"]}
    if entry.theme == "robots":
        years, made = range(need["first"], need["last"] + 1), []
        read_robots(
            source["files"],
            entry.key.removeprefix("robots_"),
            years,
            params.total_tolerance,
            measure=params.measure,
            made=made,
            formulas=params.formulas,
        )
        return count_made(rule for *_, rule in made)
    taken: list[str] = []
    choices |= {"formulas": params.formulas, "taken": taken}
    files, units, tolerance = source["files"], entry.conversion, params.total_tolerance
    if entry.theme == "census":
        names, titles = province_names(workflow_table("provinces")), division_titles(workflow_table("industries"))
        read_census(files, names, units, tolerance, titles=titles, plausible=PLAUSIBLE, **choices)
    else:
        groups = group_industries(workflow_table("industries"))
        read_major_groups(files, units, tolerance, industries=groups, plausible=UNITED_STATES, **choices)
    return count_made([STORED] * len(taken))


def unused_file(file: str, tables: dict[str, dict], read) -> dict[str, object]:
    """The row of a file that no table of the study is taken from, with what it seems to hold."""
    try:
        drafts = [draft for draft in read(file, "") if draft.title]
    except InputError as error:
        return dict.fromkeys(INSPECTION_COLUMNS, "") | {"status": "unused file", "file": file, "warnings": str(error)}
    names = {key: entry_names(catalog_entry(need["entry"])) for key, need in tables.items()}
    found = "; ".join(f"{draft.title}: {_seems(draft, names, tables)}" for draft in drafts)
    advice = "names no indicator; give it its table's name in resources/catalog.csv, or name it under `sources`"
    return dict.fromkeys(INSPECTION_COLUMNS, "") | {"status": "unused file", "file": file, "warnings": found or advice}


def _seems(draft, names: dict[str, list[str]], tables: dict[str, dict]) -> str:
    """Which table of the study an indicator is, or why it is none of those that its name has."""
    if isinstance(draft, Draft) and draft.problem:
        return draft.problem
    if keys := named_by(draft.names(), names):
        files = tables[keys[0]]["source"]["files"]
        return f"{keys[0]}, which is read from {files[0]}" if files else keys[0]
    near = [(key, reading) for key, its in names.items() if (reading := best_reading(draft.names(), its))]
    return "; ".join(f"not {key}, for it {reading.describe()}" for key, reading in near[:2]) or "no table here"


def accepted_for_nothing(
    cells: list[tuple], rules: dict[tuple[str, int, str], str], accepted: dict[str, list[str]], simulated: bool
) -> dict[str, list[str]]:
    """Table -> cells that the config accepts and that no check of the table or against others doubts."""
    found = find_contradictions(cells, simulated)
    doubted = {(*cell, key) for key, suspects, _ in found for one in suspects for cell in one.cells}
    doubted |= {cell for cell, rule in rules.items() if rule.startswith(ACCEPTED)}
    idle: dict[str, list[str]] = {}
    for province, year, key, *_ in cells:
        if f"{province} {year}" in accepted.get(key, ()) and (province, year, key) not in doubted:
            idle.setdefault(key, []).append(f"{province} {year}")
    return idle


TABLE_HEADER = [
    "table",
    "status",
    "file",
    "lacks",
    "cells made up, calculated or accepted",
    "unit",
    "figures",
    "what to do",
    "needed by",
]


def page_row(row: dict[str, object]) -> list[str]:
    """A table's row on the page: TABLE_HEADER -> text."""
    title = " / ".join(filter(None, (row["title_zh"], row["title_en"])))
    filled = {name.replace("_", " "): row[name] for name in MADE}
    told = "\n".join(filter(None, (str(row["warnings"]), str(row["remarks"]))))
    todo = f"published in {row['published']}" if row["status"] == "missing" else told
    return [
        ": ".join(filter(None, (str(row["table"]), title))),
        str(row["status"]),
        str(row["file"]),
        "; ".join(filter(None, (str(row["provinces_lacking"]), str(row["years_lacking"])))),
        ", ".join(f"{count} {how}" for how, count in filled.items() if count),
        " \u2192 ".join(dict.fromkeys(filter(None, (str(row["unit_printed"]), str(row["unit"]))))),
        str(row["vintage"]),
        todo,
        shortened_list(str(row["needed_by"])),
    ]


def check_page(rows: list[dict[str, object]], note: str) -> str:
    """The page: one table, what needs a hand first."""
    colours = {"missing": "bad", "refused": "bad", "contradiction": "bad", "found": "good"}
    classes = {i: colours[str(row["status"])] for i, row in enumerate(rows) if row["status"] in colours}
    counts = ", ".join(f"{sum(row['status'] == status for row in rows)} {status}" for status in TABLE_STATUSES)
    lines = [page_row(row) for row in rows]
    table = PlainTable(TABLE_HEADER, lines, f"Raw tables: {counts}", range(len(TABLE_HEADER)), classes)
    return render("inputs.html", title="Raw tables of the study", note=note, table=table)


@reads("raw")
def main(snakemake) -> None:
    """Write the table and the page."""
    start_log(snakemake, warn=False)  # they are on the page
    params = snakemake.params
    catalog = {key: catalog_entry(need["entry"]) for key, need in params.tables.items()}
    tables = reader_tables(workflow_table("provinces"), workflow_table("balance"), workflow_table("cities"))
    read = cache(lambda theme: theme_reader(theme, tables, params.formulas))
    read_any = every_reader(tables, params.formulas)
    cells, rules = [], {}

    def study(key: str, need: dict) -> dict[str, object]:
        if catalog[key].theme in ("robots", "census", "us_employment"):
            return study_other(need, catalog[key], params)
        choices = {
            "interpolation": params.interpolation,
            "suspects": params.suspects,
            "accepted": params.accepted.get(key, ()),
            "left_out": params.left_out.get(key, ()),
            "total_tolerance": params.total_tolerance if need["has_to_add_up"] else None,
        }
        found, cleaned = study_yearbook(
            need, catalog[key], catalog, read(catalog[key].theme), params.provinces, choices, rules
        )
        cells.extend(cleaned)
        return found

    rows = [
        inspect_table(need, catalog[key], lambda key=key, need=need: study(key, need))
        for key, need in params.tables.items()
    ]
    rows += [unused_file(file, params.tables, read_any) for file in params.unused]
    with Listener() as heard:
        report_crosschecks(cells, "warning", params.accepted, simulated=bool(params.note))
    contradicted = accepted_contradictions(cells, params.accepted)
    rules = contradicted | {
        cell: with_listed(contradicted[cell], rule) if cell in contradicted else rule for cell, rule in rules.items()
    }
    for row in rows:
        if row["table"] in {indicator for _, _, indicator, *_ in cells}:
            row |= count_made(rule for (*_, indicator), rule in rules.items() if indicator == row["table"])
    for key, idle in accepted_for_nothing(cells, rules, params.accepted, bool(params.note)).items():
        row = next(row for row in rows if row["table"] == key)
        idle = [cell for cell in idle if cell not in str(row["warnings"])]
        if idle and row["status"] != "refused":
            told = f"cleaning.accept: {', '.join(idle)} of {key} {'is' if len(idle) == 1 else 'are'} in no doubt"
            row["remarks"] = "\n".join(filter(None, (str(row["remarks"]), told)))
    rows += [
        dict.fromkeys(INSPECTION_COLUMNS, "") | {"status": "contradiction", "warnings": text} for text in heard.texts
    ]
    rows.sort(key=lambda row: TABLE_STATUSES.index(str(row["status"])))
    write_rows(
        snakemake.output.csv, INSPECTION_COLUMNS, [tuple(row[name] for name in INSPECTION_COLUMNS) for row in rows]
    )
    Path(snakemake.output.html).write_text(check_page(rows, params.note), encoding="utf-8")


if "snakemake" in globals():
    run_job(main, snakemake)  # noqa: F821
