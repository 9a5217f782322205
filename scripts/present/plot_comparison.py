"""Published coefficients of one variable against ours, with their 95% intervals."""

import textwrap
from collections.abc import Mapping, Sequence
from functools import partial

from matplotlib.figure import Figure
from study.files.whole import run_job
from study.helpers import logger, read_rows, start_log
from study.output.plots import BLUE, ORANGE, draw_panels, save
from study.output.symbols import entry, read_codebook
from study.regression.terms import unquoted

OUTCOMES_PER_ROW = 2
_NORMAL_975 = 1.959964


def coefficient_rows(scorecard: Sequence[Mapping[str, str]], symbol: str) -> dict[str, list[dict]]:
    """By dependent variable, one row a column of a table: label, and (estimate, standard error) of both sides.

    Pairs that are not compared are left out. Our standard errors are estimate over t, the published ones as printed or
    what the print leaves of them.
    """
    panels: dict[str, list[dict]] = {}
    for row in scorecard:
        if row["term"] != symbol or row.get("not_compared"):
            continue
        if not ((row["published_statistic"] or row.get("published_std_error")) and row["statistic"]):
            continue
        sides = {}
        for side, names in (("published", ("published", "published_statistic")), ("ours", ("estimate", "statistic"))):
            estimate, statistic = (float(row[name] or 0) for name in names)
            sides[side] = (estimate, abs(estimate / statistic) if statistic else 0.0)
        if row.get("published_std_error"):
            sides["published"] = (sides["published"][0], float(row["published_std_error"]))
        label = f"Table {row['table']} ({row['column']})" + (f" {row['group']}" if row["group"] else "")
        panels.setdefault(row["dependent"], []).append({"label": label, **sides})
    return panels


def left_out(scorecard: Sequence[Mapping[str, str]], symbol: str) -> str:
    """A sentence on the coefficients that the figure leaves out because the units differ; empty if there are none."""
    columns: dict[str, list[str]] = {}
    for row in scorecard:
        if row["term"] == symbol and row.get("not_compared"):
            columns.setdefault(row["table"], []).append(row["column"])
    places = [f"Table {table} ({', '.join(numbers)})" for table, numbers in columns.items()]
    return f"Left out, as the units differ: {', '.join(places)}." if places else ""


def plot_comparison(panels: Mapping[str, Sequence[dict]], symbol: str, title: str, note: str = "") -> Figure:
    """One panel a dependent variable, rows of coefficients: published above, ours below; `note` as footer."""
    names = list(panels)
    rows = [names[start : start + OUTCOMES_PER_ROW] for start in range(0, len(names), OUTCOMES_PER_ROW)]
    heights = [0.3 * max(len(panels[name]) for name in row) + 0.66 for row in rows]
    draw = [partial(_draw, dependent=name, symbol=symbol, rows=panels[name]) for name in names]
    return draw_panels(draw, OUTCOMES_PER_ROW, 11.5, heights, title, note)


def _draw(axis, dependent: str, symbol: str, rows: Sequence[dict]) -> None:
    sides = (("published", "Published ± 1.96 standard errors, as printed or from its t", ORANGE, -0.16, "D"),)
    sides += (("ours", "Ours ± 1.96 standard errors", BLUE, 0.16, "o"),)
    for side, label, colour, offset, marker in sides:
        axis.errorbar(
            [row[side][0] for row in rows],
            [place + offset for place in range(len(rows))],
            xerr=[_NORMAL_975 * row[side][1] for row in rows],
            fmt=marker,
            color=colour,
            markersize=4,
            linewidth=1.3,
            label=label,
        )
    axis.axvline(0, color="#333333", linewidth=0.8)
    axis.set_yticks(range(len(rows)), [textwrap.shorten(row["label"], 46, placeholder="…") for row in rows])
    axis.set_ylim(len(rows) - 0.4, -0.6)
    axis.grid(axis="y", visible=False)
    axis.set_title(dependent, loc="left", fontsize=10)
    axis.set_xlabel(f"coefficient of {symbol}")


def main(snakemake) -> None:
    start_log(snakemake)
    choice = snakemake.params.figure
    symbol = entry(read_codebook(snakemake.input.codebook), unquoted(choice["coefficient"]), "symbol")
    scorecard = read_rows(snakemake.input.scorecard)
    panels = coefficient_rows(scorecard, symbol)
    if not panels:
        logger.warning("the scorecard compares no coefficient of %s with a standard error on both sides", symbol)
        panels = {"nothing to compare": []}
    note = " ".join(filter(None, (snakemake.params.note, left_out(scorecard, symbol))))
    figure = plot_comparison(panels, symbol, choice.get("title", ""), note)
    save(figure, snakemake.output.png, snakemake.output.svg)


if "snakemake" in globals():
    run_job(main, snakemake)  # noqa: F821
