"""A ready panel -> one page that says what its columns hold, and everything that keeps the study from using it."""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pandas as pd
from study.checks.panel_contents import MOST_CELLS_NAMED, Column, odd_cells, read_column
from study.checks.panel_roles import check_categories, check_production
from study.dea.models import check_base_year, model_variables
from study.files.panel import read_panel, unit_slugs
from study.files.panel_figures import panel_cells
from study.files.tables import KEYS
from study.files.unchanged import reads
from study.files.whole import run_job
from study.helpers import InputError, start_log, write_rows
from study.output.in_print import shortened_list
from study.output.pages import PlainTable, render
from study.plan.config import unknown_variables
from study.regression.formula import parse_column
from study.regression.least_squares import prepare
from study.words.numbers import plain_numbers
from study.words.periods import order_periods

PANEL_CHECK_COLUMNS = [
    *["column", "file_column", "status", "kind", "filled", "missing", "zeros", "negative", "minimum", "maximum"],
    *["used_by", "remarks"],
]
COLUMN_STATUSES = ["problem", "warnings", "found"]
MOST_GAPS = 6  # units that a remark names


def row_of(**cells: object) -> dict[str, object]:
    """A row of the page, PANEL_CHECK_COLUMNS -> value."""
    return dict.fromkeys(PANEL_CHECK_COLUMNS, "") | cells


def faults_of(check: Callable, *arguments: object) -> list[str]:
    """What a check refuses, as a list of at most one message."""
    try:
        check(*arguments)
    except InputError as error:
        return [str(error)]
    return []


def inspect_panel(path: str, columns: Mapping[str, str], config: Mapping, models: list[Mapping], params) -> list[dict]:
    """Rows of the page: every problem, then the panel as a whole, then each column.

    columns : our name -> the file's. params : `variables` that the models use, as `check_production` takes them, and
    `indices`, the columns that the models make.
    """
    faults: list[str] = []
    formulas: dict[str, str] = {}
    try:
        header, rows, lines = read_panel(path, columns, faults, formulas)
    except InputError as error:
        return [row_of(status="problem", remarks=text) for text in [*faults, str(error)]]
    if not rows:
        return [row_of(status="problem", remarks=text) for text in faults]
    read = {name: read_column(name, [row[at] for row in rows]) for at, name in enumerate(header)}
    faults += faults_of(unit_slugs, header, rows, path)
    for name in sorted(set(header) & set(params.indices)):
        faults.append(f"{path}: the models make {name}; give the file's column another name.")
    for name, needed in params.variables.items():
        faults += model_faults(path, header, rows, lines, {name: needed}, columns, read.get(name))
    places = [header.index(key) for key in KEYS]
    keys = [tuple(row[place] for place in places) for row in rows]
    periods = list(dict.fromkeys(period for _, period in keys))
    try:
        periods = [*order_periods(keys, lines).names]
    except InputError as error:
        if models or any("variables" in figure for figure in config.get("figures", {}).values()):
            faults.append(f"{path}: {error}")
    for model in models:
        faults += faults_of(check_base_year, model, periods)
    names = [
        name
        for table in config.get("tables", {}).values()
        for column in table["columns"]
        for name in parse_column(column, config.get("controls", [])).categories
    ]
    faults += faults_of(check_categories, path, header, rows, lines, names)
    faults += unknown_variables(config, [*header, *params.indices])
    texts = {
        name: odd_cells(column, header, rows, lines, path)
        for name, column in read.items()
        if column.odd or column.inexact
    }
    faults += regression_faults(frame(header, rows), config, texts)
    users = used_by(config, models)
    faults += [f"{formulas[name]} The study uses the column {name}." for name in formulas if name in users]
    described = [
        column_row(column, columns.get(name, name), users.get(name, []), header, rows, lines, path)
        for name, column in read.items()
        if name not in KEYS
    ]
    for row in described:
        if row["column"] in formulas and row["column"] not in users:
            told = f"not used: {formulas[row['column']]}"
            row |= {"status": "warnings", "remarks": "\n".join(filter(None, (row["remarks"], told)))}
    described.sort(key=lambda row: COLUMN_STATUSES.index(row["status"]))
    problems = [row_of(status="problem", remarks=text) for text in dict.fromkeys(faults)]
    return [*problems, panel_row(path, keys, periods), *described]


def model_faults(
    path: str,
    header: list[str],
    rows: list[list[str]],
    lines: list[int],
    variable: Mapping[str, object],
    columns: Mapping[str, str],
    column: Column | None,
) -> list[str]:
    """What keeps the models from using a variable: the first cells of each kind of fault, and how many there are."""
    odd = [at for at, value in enumerate(column.values if column else ()) if not value > 0]  # nan among them
    cells = []
    for at in odd:
        alone = slice(at, at + 1)
        cells += faults_of(check_production, path, header, rows[alone], lines[alone], variable, columns)
    if not cells:
        return faults_of(check_production, path, header, rows, lines, variable, columns)
    more = len(cells) - MOST_CELLS_NAMED
    return [
        *cells[:MOST_CELLS_NAMED],
        *([f"{path}: {more} more cells of {column.name} are like these."] if more > 0 else []),
    ]


def frame(header: list[str], rows: list[list[str]]) -> pd.DataFrame:
    """The panel as regressions read it, digit for digit (`import_panel`, `read_table`)."""
    table, figures = panel_cells(header, rows)
    return table.assign(**{name: plain_numbers(table[name]) for name in figures})


def regression_faults(panel: pd.DataFrame, config: Mapping, texts: Mapping[str, str]) -> Iterator[str]:
    """What stops a column of a table before its estimation: text, an empty sample, terms without variation.

    texts : variable -> its cells that are no figures, in words. Columns that use an index of the models, or a variable
    that is not there, are left out.
    """
    for table, choices in config.get("tables", {}).items():
        for number, column in enumerate(choices["columns"], 1):
            regression = parse_column(column, config.get("controls", []))
            if not set(regression.variables) <= set(panel):
                continue
            faults = [f"{name} has to hold numbers; {texts[name]}." for name in regression.numbers if name in texts]
            for fault in faults or faults_of(prepare, panel, regression):
                yield f"tables.{table}, column {number}: {fault}"


def used_by(config: Mapping, models: list[Mapping]) -> dict[str, list[str]]:
    """Variable -> the models, tables and figures that use it."""
    users: dict[str, list[str]] = {}
    named = [(f"model {model['name']}", model_variables(model)) for model in models]
    for table, choices in config.get("tables", {}).items():
        parsed = [parse_column(column, config.get("controls", [])) for column in choices["columns"]]
        named.append((table, [name for regression in parsed for name in regression.variables]))
    named.append(("table_1", config.get("describe", {}).get("variables", [])))
    named += [(name, figure.get("variables", [])) for name, figure in config.get("figures", {}).items()]
    for user, variables in named:
        for name in dict.fromkeys(variables):
            users.setdefault(name, []).append(user)
    return users


def panel_row(path: str, keys: list[tuple[str, str]], periods: list[str]) -> dict[str, object]:
    """Units, periods in their order, and the unit-periods without a row."""
    units = list(dict.fromkeys(unit for unit, _ in keys))
    there = set(keys)
    gaps = {unit: [period for period in periods if (unit, period) not in there] for unit in units}
    gaps = {unit: lacking for unit, lacking in gaps.items() if lacking}
    remarks = f"{len(units)} units, {len(periods)} periods in this order: {shortened_list(', '.join(periods), 12)}"
    if gaps:
        named = [f"{unit}: {shortened_list(', '.join(lacking))}" for unit, lacking in list(gaps.items())[:MOST_GAPS]]
        more = f"; and {len(gaps) - MOST_GAPS} more units" if len(gaps) > MOST_GAPS else ""
        absent = sum(map(len, gaps.values()))
        remarks += f"\n{absent} of {len(units) * len(periods)} unit-periods have no row: {'; '.join(named)}{more}"
    return row_of(
        status="warnings" if gaps else "found", file_column=path, kind="panel", filled=len(keys), remarks=remarks
    )


def column_row(
    column: Column,
    file_column: str,
    users: list[str],
    header: list[str],
    rows: list[list[str]],
    lines: list[int],
    path: str,
) -> dict[str, object]:
    """What a column holds, and what looks wrong with it."""
    figures, remarks = [] if column.kind == "codes" else column.figures, []
    if column.kind == "mixed":
        remarks.append(f"text among figures, so it is no variable of a model or regression: "
                       f"{odd_cells(column, header, rows, lines, path)}")  # fmt: skip
    if column.kind == "empty":
        remarks.append("no cell is filled")
    if column.filled > 1 and len({row[header.index(column.name)] for row in rows} - {""}) == 1:
        remarks.append("the same in every row")
    return row_of(
        column=column.name,
        file_column=file_column,
        status="warnings" if remarks else "found",
        kind=column.kind,
        filled=column.filled,
        missing=column.missing,
        zeros=sum(value == 0 for value in figures) if figures else "",
        negative=sum(value < 0 for value in figures) if figures else "",
        minimum=min(figures) if figures else "",
        maximum=max(figures) if figures else "",
        used_by=", ".join(users),
        remarks="\n".join(remarks),
    )


def check_page(rows: list[dict[str, object]]) -> str:
    """The page: one table, problems first."""
    colours = {"problem": "bad", "found": "good"}
    classes = {at: colours[str(row["status"])] for at, row in enumerate(rows) if row["status"] in colours}
    counts = ", ".join(f"{sum(row['status'] == status for row in rows)} {status}" for status in COLUMN_STATUSES)
    header = [name.replace("_", " ") for name in PANEL_CHECK_COLUMNS]
    cells = [
        [f"{row[name]:.6g}" if isinstance(row[name], float) else str(row[name]) for name in PANEL_CHECK_COLUMNS]
        for row in rows
    ]
    sentences = [0, 1, len(PANEL_CHECK_COLUMNS) - 2, len(PANEL_CHECK_COLUMNS) - 1]
    table = PlainTable(header, cells, f"Panel and its columns: {counts}", sentences, classes)
    return render("inputs.html", title="The study's panel", note="", table=table)


@reads("panel")
def main(snakemake) -> None:
    """Write the table and the page."""
    start_log(snakemake, warn=False)  # they are on the page
    params = snakemake.params
    rows = inspect_panel(params.path, params.columns, params.config, params.models, params)
    write_rows(
        snakemake.output.csv, PANEL_CHECK_COLUMNS, [tuple(row[name] for name in PANEL_CHECK_COLUMNS) for row in rows]
    )
    Path(snakemake.output.html).write_text(check_page(rows), encoding="utf-8")


if "snakemake" in globals():
    run_job(main, snakemake)  # noqa: F821
