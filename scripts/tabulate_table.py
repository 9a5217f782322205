"""A regression table from its estimates: tidy CSV, HTML and LaTeX."""

import json
from collections.abc import Iterable
from itertools import groupby
from pathlib import Path

from _helpers import start_log
from _tables import (
    STAR_LEVELS,
    Layout,
    entry,
    exact,
    read_codebook,
    render_html,
    render_tex,
    shown,
    table_number,
    write_tidy,
)

CONSTANT = "_cons"
STATISTICS = {"N": "n", "R2": "r2", "R2_within": "r2_within"}  # name in the CSV, name in the estimates
_STATISTIC_LABELS = {"N": "N", "R2": "R²", "R2_within": "Within R²"}
_COVARIANCE_NAMES = {"iid": "homoskedastic", "robust": "heteroskedasticity-robust"}


def tidy_table(columns: list[dict], table: str, codebook: dict[str, dict[str, str]]) -> list[dict[str, str]]:
    """Rows of the CSV: regressors, constant, absorbed effects (Yes or No), N, R2 and within R2.

    Names are the codebook's symbols. As in the published tables, rows run by term and then by column.
    """
    absorbed = _in_order(column["absorbed"] for column in columns)
    rows = []
    for term in _terms(columns):
        for column in columns:
            found = _find(column, term)
            if found:
                rows.append(
                    _row(column, table, codebook, entry(codebook, term, "symbol"))
                    | {"stars": found["stars"]}
                    | {key: exact(found[key]) for key in ("estimate", "statistic", "std_error", "p_value")}
                )
    for effect in absorbed:
        for column in columns:
            answer = "Yes" if effect in column["absorbed"] else "No"
            rows.append(_row(column, table, codebook, entry(codebook, effect, "symbol")) | {"estimate": answer})
    for name, key in STATISTICS.items():
        for column in columns:
            rows.append(_row(column, table, codebook, name) | {"estimate": exact(column["stats"][key])})
    return rows


def lay_out_table(
    columns: list[dict],
    table: str,
    title: str,
    codebook: dict[str, dict[str, str]],
    note: str = "",
    percentiles: dict[str, float] | None = None,
) -> Layout:
    """The printed table: coefficient with stars, t statistic in parentheses beneath.

    percentiles : `lower` and `upper`, at which the variables are winsorised; None where they are not.
    """
    header = [[("", 1), *((f"({column['column']})", 1) for column in columns)]]
    if any(column["group"] for column in columns):
        runs = groupby(columns, key=lambda column: column["group"])
        header.insert(0, [("", 1), *((group, len(list(run))) for group, run in runs)])
    header.append([("", 1), *((entry(codebook, column["dependent"], "symbol"), 1) for column in columns)])
    coefficients = []
    for term in _terms(columns):
        found = [_find(column, term) for column in columns]
        name = "Constant" if term == CONSTANT else entry(codebook, term, "symbol")
        coefficients.append([name, *(shown(t["estimate"]) + t["stars"] if t else "" for t in found)])
        coefficients.append(["", *(f"({shown(t['statistic'])})" if t else "" for t in found)])
    summary = [
        [f"{entry(codebook, effect, 'symbol')} effects"]
        + ["Yes" if effect in column["absorbed"] else "No" for column in columns]
        for effect in _in_order(column["absorbed"] for column in columns)
    ]
    for name, key in STATISTICS.items():
        values = [column["stats"][key] for column in columns]
        summary.append([_STATISTIC_LABELS[name], *(str(v) if name == "N" else shown(v) for v in values)])
    return Layout(table, title, header, [coefficients, summary], _notes(columns, percentiles), note)


def _notes(columns: list[dict], percentiles: dict[str, float] | None) -> list[str]:
    notes = [f"t statistics in parentheses, from {_covariances(columns)} standard errors. {STAR_LEVELS}."]
    if percentiles:
        notes.append(f"Variables winsorised at percentiles {percentiles['lower']:g} and {percentiles['upper']:g}.")
    else:
        notes.append("Variables not winsorised.")
    for key, what in (("n_singletons", "singleton observations"), ("n_missing", "rows with missing values")):
        dropped = [(column["stats"][key], column["column"]) for column in columns if column["stats"][key]]
        if dropped:
            counts = ", ".join(f"{count} in column {column}" for count, column in dropped)
            notes.append(f"Dropped {what}: {counts}.")
    return notes


def _covariances(columns: list[dict]) -> str:
    """`robust`, or which columns have which kind."""
    kinds = _in_order([column["vcov"]] for column in columns)
    if len(kinds) == 1:
        return _COVARIANCE_NAMES[kinds[0]]
    return " and ".join(
        f"{_COVARIANCE_NAMES[kind]} (column {', '.join(c['column'] for c in columns if c['vcov'] == kind)})"
        for kind in kinds
    )


def _row(column: dict, table: str, codebook: dict[str, dict[str, str]], term: str) -> dict[str, str]:
    return {
        "table": table_number(table),
        "column": column["column"],
        "dependent": entry(codebook, column["dependent"], "symbol"),
        "group": column["group"],
        "term": term,
    }


def _terms(columns: list[dict]) -> list[str]:
    """Terms of all columns in order of first appearance, the constant last."""
    names = _in_order([term["term"] for term in column["terms"]] for column in columns)
    return sorted(names, key=lambda name: name == CONSTANT)


def _find(column: dict, term: str) -> dict | None:
    return next((found for found in column["terms"] if found["term"] == term), None)


def _in_order(lists: Iterable[Iterable[str]]) -> list[str]:
    return list(dict.fromkeys(name for names in lists for name in names))


def main(snakemake) -> None:
    start_log(snakemake)
    table, output = snakemake.wildcards.table, snakemake.output
    columns = json.loads(Path(snakemake.input.estimates).read_text(encoding="utf-8"))
    codebook = read_codebook(snakemake.input.codebook)
    write_tidy(tidy_table(columns, table, codebook), output.csv)
    title = snakemake.params.table.get("title", table)
    layout = lay_out_table(columns, table, title, codebook, snakemake.params.note, snakemake.params.winsorise)
    Path(output.html).write_text(render_html(layout), encoding="utf-8")
    Path(output.tex).write_text(render_tex(layout), encoding="utf-8")


if "snakemake" in globals():
    main(snakemake)  # noqa: F821
