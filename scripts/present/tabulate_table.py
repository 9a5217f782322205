"""A regression table from its estimates: tidy CSV, HTML and LaTeX."""

import json
from collections.abc import Mapping, Sequence
from itertools import groupby
from pathlib import Path

from study.audit.published import read_published_rows
from study.files.whole import run_job
from study.helpers import read_rows, start_log
from study.output.in_print import shown, shown_p_value
from study.output.printed_regressions import STATISTICS, Column, in_order, pair_columns, read_column
from study.output.symbols import entry, read_codebook, symbol
from study.output.tables import Layout, render_html, render_tex
from study.output.tidy import NOT_ESTIMATED, exact, table_number, write_tidy
from study.output.winsorising import winsorising_notes
from study.regression.stars import describe_stars
from study.regression.terms import CONSTANT, names_of, split_outside, term_of
from study.words.key_names import PROVINCES_AND_YEARS, rename_variables

_COVARIANCE_NAMES = {"iid": "homoskedastic", "robust": "heteroskedasticity-robust"}
_NUMBERS = ("estimate", "statistic", "std_error", "p_value")


def tidy_table(columns: Sequence[Column], table: str) -> list[dict[str, str]]:
    """Rows of the CSV: terms, constant, indirect effects, absorbed effects (Yes or No), statistics.

    As in the published tables, rows run by term and then by column; a collinear term that was dropped says so.
    """

    def row(column: Column, term: str, numbers: Mapping) -> dict[str, str]:
        return {
            "table": table_number(table),
            "column": column.column,
            "dependent": column.dependent,
            "group": column.group,
            "term": term,
            "stars": numbers.get("stars", ""),
        } | {key: exact(numbers.get(key)) for key in _NUMBERS}

    rows = [row(column, NOT_ESTIMATED, {}) | {"estimate": column.failed} for column in columns if column.failed]
    for term in _terms(columns):
        for column in columns:
            if term in column.terms:
                rows.append(row(column, term, column.terms[term]))
            elif term in column.dropped:
                rows.append(row(column, term, {}) | {"estimate": "dropped"})
    for term in in_order(column.indirect for column in columns):
        rows += [row(column, term, column.indirect[term]) for column in columns if term in column.indirect]
    for effect in in_order(column.absorbed for column in columns):
        for column in _ours(columns):
            rows.append(row(column, effect, {}) | {"estimate": "Yes" if effect in column.absorbed else "No"})
    for name in _statistics(columns):
        rows += [row(column, name, column.statistics[name]) for column in columns if name in column.statistics]
    return rows


def lay_out_table(
    columns: Sequence[Column],
    table: str,
    title: str,
    notes: Sequence[str] = (),
    warning: str = "",
    names: Mapping[str, Mapping[str, str]] = PROVINCES_AND_YEARS,
) -> Layout:
    """The printed table: coefficient with stars, t statistic in parentheses beneath.

    warning : to print prominently, such as simulated inputs. names : what the key columns hold (`key_names`).
    """
    header = [[("", 1), *((f"({column.column.replace('-', ') − (')})", 1) for column in columns)]]
    if any(column.group for column in columns):
        runs = groupby(columns, key=lambda column: column.group)
        header.insert(0, [("", 1), *((group, len(list(run))) for group, run in runs)])
    header.append([("", 1), *((column.dependent, 1) for column in columns)])
    coefficients = []
    for term in _terms(columns):
        name = "Constant" if term == CONSTANT else term
        coefficients.append([name, *(_estimate(column, term) for column in columns)])
        coefficients.append(["", *(_statistic(column, term) for column in columns)])
    failed = ["", *(NOT_ESTIMATED if column.failed else "" for column in columns)]
    blocks = [[failed, *coefficients] if any(failed) else coefficients]
    if any(column.indirect for column in columns):
        blocks.append(_indirect_block(columns))
    summary = []
    for effect in in_order(column.absorbed for column in columns):
        answers = ["" if column.published else "Yes" if effect in column.absorbed else "No" for column in columns]
        summary.append([f"{effect} effects", *answers])
    for name in _statistics(columns):
        label = STATISTICS[name][1].format(unit=names["province"]["name"]) if name in STATISTICS else name
        found = [column.statistics.get(name) for column in columns]
        summary.append([label, *(_number(cell, name) if cell else "" for cell in found)])
    return Layout(table, title, header, [*blocks, summary], notes, warning)


def write_notes(
    columns: Sequence[Mapping],
    codebook: Mapping,
    percentiles: Mapping[str, float] | None,
    pairs: bool,
    winsorised: Sequence[Mapping[str, str]] = (),
    names: Mapping[str, Mapping[str, str]] = PROVINCES_AND_YEARS,
) -> list[str]:
    """What a reader has to know: standard errors, winsorising, samples, instruments, what was dropped.

    columns : of the estimates' JSON. percentiles : `lower` and `upper`, at which the variables are winsorised; None
    where they are not. pairs : whether differences of published columns are printed. winsorised : rows of
    results/winsorised.csv. names : what the key columns hold (`key_names`).
    """
    called = {key: name["name"] for key, name in names.items()}
    failures = [f"Column {c['column']} is not estimated: {c['failed']}." for c in columns if "failed" in c]
    columns = [column for column in columns if "failed" not in column]
    notes = (
        [f"t statistics in parentheses; standard errors: {_covariances(columns, called)}. {describe_stars()}."]
        if columns
        else []
    )
    notes = failures + notes
    notes += winsorising_notes(columns, codebook, percentiles, winsorised)
    # a column that the panel has is not what `own` stands for in a condition
    own = {key: name for key, name in called.items() if name not in codebook}
    for key, word in (("sample", "Sample"), ("high", "High"), ("weights", "Weights")):
        for text in in_order([column.get(key, "")] for column in columns):
            if text:
                words = rename_variables(text, own) if key == "sample" else text
                notes.append(f"{word} of {_numbers(columns, key, text)}: {words}.")
    notes += _shared_symbols(columns, codebook)
    for column in columns:
        if column.get("dropped"):
            dropped = ", ".join(symbol(codebook, term) for term in column["dropped"])
            notes.append(f"Dropped as collinear in column {column['column']}: {dropped}.")
    for key, what in (
        ("n_singletons", "Dropped singleton observations"),
        ("n_singletons_kept", "Kept singleton observations, which no slope rests on"),
        ("n_missing", "Dropped rows with missing values"),
    ):
        counts = [f"{c['stats'][key]} in column {c['column']}" for c in columns if c["stats"].get(key)]
        if counts:
            notes.append(f"{what}: {', '.join(counts)}.")
    notes += _instrument_notes(columns, codebook, called["province"])
    singular = [c["column"] for c in columns if c["stats"]["covariance_rank"] < len(c["terms"]) - 1]
    if singular:
        notes.append(
            f"F is left out of {_in_columns(singular)}: too few clusters for a joint test of all slopes, or negative "
            "eigenvalues of the two-way clustered covariance, set to zero."
        )
    if any("indirect" in column for column in columns):
        notes.append(_indirect_note([column for column in columns if "indirect" in column]))
    if pairs:
        notes.append(
            "Columns of published tables: difference of two published coefficients, z from their printed t or standard "
            "errors taken as independent, and its p-value."
        )
    return notes


def _shared_symbols(columns: Sequence[Mapping], codebook: Mapping) -> list[str]:
    """Which variable a symbol is in which columns, where it stands for several."""
    uses: dict[str, dict[str, list[str]]] = {}
    for column in columns:
        for name in (column["dependent"], *(term["term"] for term in column["terms"])):
            uses.setdefault(symbol(codebook, name), {}).setdefault(name, []).append(column["column"])
    return [
        f"{label} is {', '.join(f'{name} in {_in_columns(numbers)}' for name, numbers in names.items())}."
        for label, names in uses.items()
        if len(names) > 1
    ]


def _instrument_notes(columns: Sequence[Mapping], codebook: Mapping, unit: str) -> list[str]:
    """Which instruments, and what the statistics of these columns are."""
    notes, groups = [], {}
    for column in columns:
        if column.get("endogenous"):
            sides = [_named(codebook, column[key]) for key in ("endogenous", "instruments")]
            groups.setdefault(f"{sides[0]} by {sides[1]}", []).append(column["column"])
    for what, numbers in groups.items():
        notes.append(f"Instrumented in {_in_columns(numbers)}: {what}.")
    if groups:
        notes.append(
            "First-stage F: excluded instruments zero in the first stage, by the column's own standard errors; F, all "
            "slopes: the second stage's coefficients zero. Kleibergen–Paap rk LM: underidentification, with stars from "
            "its chi-square p-value; neither it nor an F tests exogeneity. Stock–Yogo values hold for the Cragg–Donald "
            "F under homoskedasticity."
        )
    if any("r2_within_entity" in column["stats"] for column in columns if column.get("endogenous")):
        notes.append(
            f"R² of instrumented columns: overall, after all effects are taken out (within), and after {unit} means "
            f"are taken out (within-{unit}, which xtivreg prints)."
        )
    tests = ("kleibergen_paap_lm", "kleibergen_paap_f", "overid")
    lacking = [column["column"] for column in columns if any(column["stats"].get(test, 0) is None for test in tests)]
    if lacking:
        notes.append(f"Tests of instruments are left out of {_in_columns(lacking)} where clusters do not allow them.")
    if any("overid" in column["stats"] for column in columns):
        notes.append(
            "Overidentification test: Sargan with iid standard errors, else Hansen's J, stars from its p-value."
        )
    return notes


def _named(codebook: Mapping, terms: Sequence[str]) -> str:
    """Symbols with the codebook's labels: `IV (exposure to ...)`."""
    labels = [entry(codebook, term, "label_en") for term in terms]
    names = [symbol(codebook, term) for term in terms]
    return " and ".join(
        f"{name} ({label})" if label not in (name, term) else name
        for name, label, term in zip(names, labels, terms, strict=True)
    )


def _indirect_note(columns: Sequence[Mapping]) -> str:
    drawn = columns[0]["indirect"]
    what = "single rows" if drawn.get("block") else "whole units"
    failed = [
        f" In column {column['column']} {column['indirect']['failed']} draws leave it undetermined."
        for column in columns
        if column["indirect"]["failed"]
    ]
    controls = any(len(column["terms"]) > 3 for column in columns)  # besides treatment, mediator and constant
    return (
        "Indirect effect: coefficient of the treatment on the mediator times coefficient of the mediator on the "
        f"outcome; {drawn['level']:g}% percentile interval from {drawn['replications'] + drawn['failed']} bootstrap "
        f"draws of {what}, stars from the draws' p-value.{''.join(failed)} It is a mediated effect only if, given "
        "controls and effects, the treatment and then the mediator vary as if at random (no unobserved cause of "
        "mediator and outcome, none of them changed by the treatment), the treatment does not change what the mediator "
        "does, and the mediator is not itself caused by the outcome."
        + (" The treatment may move controls, too." if controls else "")
    )


def _indirect_block(columns: Sequence[Column]) -> list[list[str]]:
    """First steps, one a treatment, with their t, the product, and its interval on one line."""
    cells = [column.indirect for column in columns]
    _, effect, low, high = next(list(cell) for cell in cells if cell)
    block = []
    for first in in_order(list(cell)[:1] for cell in cells):
        block.append([first.replace("->", "→"), *(_starred(cell.get(first)) for cell in cells)])
        block.append(["", *(f"({shown(cell[first]['statistic'])})" if first in cell else "" for cell in cells)])
    block.append([effect, *(_starred(cell.get(effect)) for cell in cells)])
    ends = [f"[{shown(cell[low]['estimate'])}, {shown(cell[high]['estimate'])}]" if cell else "" for cell in cells]
    return [*block, ["", *ends]]


def _estimate(column: Column, term: str) -> str:
    return "dropped" if term in column.dropped else _starred(column.terms.get(term))


def _statistic(column: Column, term: str) -> str:
    found = column.terms.get(term)
    if not found:
        return ""
    if column.published:
        return f"(z {shown(found['statistic'])}, p {shown_p_value(found['p_value'])})"
    return f"({shown(found['statistic'])})"


def _starred(numbers: Mapping | None) -> str:
    return shown(numbers["estimate"]) + numbers["stars"] if numbers else ""


def _number(cell: Mapping, name: str) -> str:
    if name == "N":
        return str(cell["estimate"])
    p_value = f" (p {shown_p_value(cell['p_value'])})" if name == "Overidentification" else ""
    return shown(cell["estimate"]) + cell.get("stars", "") + p_value


def _numbers(columns: Sequence[Mapping], key: str, text: str) -> str:
    """`columns 5, 6`, or `all columns`."""
    numbers = [column["column"] for column in columns if column.get(key) == text]
    return "all columns" if len(numbers) == len(columns) > 1 else _in_columns(numbers)


def _in_columns(numbers: Sequence[str]) -> str:
    """`column 5` or `columns 5, 6`."""
    return f"column{'s' if len(numbers) > 1 else ''} {', '.join(numbers)}"


def _covariances(columns: Sequence[Mapping], called: Mapping[str, str]) -> str:
    """`robust`, or which columns have which kind; clusters under the names they are `called`."""
    kinds = in_order([column["vcov"]] for column in columns)
    if len(kinds) == 1:
        return _covariance_name(kinds[0], columns, called)
    return ", ".join(f"{_covariance_name(kind, columns, called)} ({_numbers(columns, 'vcov', kind)})" for kind in kinds)


def _covariance_name(kind: str, columns: Sequence[Mapping], called: Mapping[str, str]) -> str:
    if kind in _COVARIANCE_NAMES:
        return _COVARIANCE_NAMES[kind]
    names = [term_of(names_of(term), "^") for term in split_outside(kind.removeprefix("cluster: "), "+")]
    stats = [column["stats"] for column in columns if column["vcov"] == kind]
    counts = [sorted({stat[f"n_clusters_{name}"] for stat in stats}) for name in names]
    names = ["^".join(called.get(part, part) for part in names_of(name)) for name in names]
    words = [f"{name}, {' or '.join(map(str, count))} clusters" for name, count in zip(names, counts, strict=True)]
    return f"clustered by {' and '.join(words)}"


def _ours(columns: Sequence[Column]) -> list[Column]:
    return [column for column in columns if not column.published]


def _terms(columns: Sequence[Column]) -> list[str]:
    """Terms of all columns, each column's own order kept where they allow it, the constant last."""
    names: list[str] = []
    for column in columns:
        terms = [*column.terms, *column.dropped]
        for place, term in enumerate(terms):
            if term not in names:
                after = [names.index(later) for later in terms[place:] if later in names and later != CONSTANT]
                names.insert(min(after, default=len(names)), term)
    return sorted(names, key=lambda name: name == CONSTANT)


def _statistics(columns: Sequence[Column]) -> list[str]:
    """Names of the statistics that some column has, in the order of STATISTICS, the first stages' before the tests'."""
    names = in_order(column.statistics for column in columns)
    known = list(STATISTICS)
    return sorted(names, key=lambda name: known.index(name) if name in known else known.index("F") + 0.5)


def main(snakemake) -> None:
    start_log(snakemake)
    table, settings, output = snakemake.wildcards.table, snakemake.params.table, snakemake.output
    estimates = json.loads(Path(snakemake.input.estimates).read_text(encoding="utf-8"))
    codebook = read_codebook(snakemake.input.codebook)
    columns = [read_column(column, codebook) for column in estimates]
    if "published_pairs" in settings:
        published = read_published_rows(snakemake.input.published)
        columns += pair_columns(published, settings["published_pairs"]["columns"], settings["interval"])
    write_tidy(tidy_table(columns, table), output.csv)
    winsorised, names = read_rows(snakemake.input.winsorised), snakemake.params.names
    notes = write_notes(
        estimates, codebook, snakemake.params.winsorise, "published_pairs" in settings, winsorised, names
    )
    notes += [settings["note"]] if "note" in settings else []
    layout = lay_out_table(columns, table, settings.get("title", table), notes, snakemake.params.note, names)
    Path(output.html).write_text(render_html(layout), encoding="utf-8")
    Path(output.tex).write_text(render_tex(layout), encoding="utf-8")


if "snakemake" in globals():
    run_job(main, snakemake)  # noqa: F821
