"""Descriptive statistics of the panel before winsorising: tidy CSV, HTML and LaTeX."""

from collections.abc import Sequence
from pathlib import Path

import pandas as pd
from study.audit.published import MOMENTS
from study.checks.not_observed import count_lines
from study.files.whole import run_job
from study.helpers import InputError, start_log
from study.output.in_print import shown
from study.output.symbols import entry, read_codebook
from study.output.tables import Layout, render_html, render_tex
from study.output.tidy import exact, table_number, write_tidy
from study.variables.made_up import count_cells, made_cells
from study.variables.panel_columns import read_panel_of


def describe(panel: pd.DataFrame, variables: Sequence[str]) -> dict[str, dict[str, float]]:
    """`MOMENTS` of each variable over its non-missing province-years; sd divides by n - 1.

    Raises InputError for a variable the panel lacks or that is not numeric.
    """
    described = {}
    for name in variables:
        if name not in panel.columns:
            raise InputError(
                f"describe: the panel has no variable `{name}`; it has {', '.join(map(str, panel.columns))}."
            )
        if panel[name].dtype.kind not in "iufb":
            raise InputError(f"describe: the variable `{name}` must hold numbers; it holds text.")
        values = panel[name].dropna().astype(float)
        described[name] = {
            "n": len(values),
            "mean": values.mean(),
            "sd": values.std(ddof=1),
            "min": values.min(),
            "max": values.max(),
        }
    return described


def tidy_description(
    described: dict[str, dict[str, float]], table: str, codebook: dict[str, dict[str, str]]
) -> list[dict[str, str]]:
    """Rows of the CSV: a statistic is a column, a variable's symbol the term, its label the group."""
    return [
        {
            "table": table_number(table),
            "column": statistic,
            "group": entry(codebook, name, "label_en"),
            "term": entry(codebook, name, "symbol"),
            "estimate": exact(values[statistic]),
        }
        for name, values in described.items()
        for statistic in MOMENTS
    ]


def lay_out_description(
    described: dict[str, dict[str, float]],
    table: str,
    title: str,
    codebook: dict[str, dict[str, str]],
    note: str = "",
    made: Sequence[str] = (),
) -> Layout:
    """The printed table: variable, symbol, N, mean, standard deviation, minimum, maximum.

    made : what the notes say of cells that were made up, calculated or accepted in doubt, from
    `checks.not_observed.count_lines`.
    """
    names = ("Variable", "Symbol", "N", "Mean", "SD", "Min", "Max")
    rows = [
        [entry(codebook, name, "label_en"), entry(codebook, name, "symbol"), str(values["n"])]
        + [shown(values[statistic]) for statistic in MOMENTS[1:]]
        for name, values in described.items()
    ]
    notes = ["Before winsorising; SD is the sample standard deviation (n − 1)."]
    if made:
        notes.append(f"Cells of the raw tables that were made up, calculated or accepted in doubt: {'; '.join(made)}.")
    return Layout(table, title, [[(name, 1) for name in names]], [rows], notes, note)


def main(snakemake) -> None:
    start_log(snakemake)
    output, params, files = snakemake.output, snakemake.params, snakemake.input
    table = Path(output.csv).stem
    described = describe(read_panel_of(params.sources, params.years), params.variables)
    codebook = read_codebook(snakemake.input.codebook)
    write_tidy(tidy_description(described, table, codebook), output.csv)
    made = count_lines(count_cells(made_cells(files.made, files.contradicted, params.accepted)))
    layout = lay_out_description(described, table, params.title, codebook, params.note, made)
    Path(output.html).write_text(render_html(layout), encoding="utf-8")
    Path(output.tex).write_text(render_tex(layout), encoding="utf-8")


if "snakemake" in globals():
    run_job(main, snakemake)  # noqa: F821
