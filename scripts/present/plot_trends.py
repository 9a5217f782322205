"""Variables over the years: the median unit and the middle half, one panel a variable."""

import re
import textwrap
from collections.abc import Mapping, Sequence
from functools import partial

import pandas as pd
from matplotlib.figure import Figure
from study.files.whole import run_job
from study.helpers import InputError, start_log
from study.output.plots import BLUE, draw_panels, save
from study.output.symbols import entry, read_codebook
from study.regression.terms import unquoted
from study.variables.panel_columns import read_panel_of
from study.words.key_names import PROVINCES_AND_YEARS, capital
from study.words.periods import order_periods

VARIABLES_PER_ROW = 3
TICK_LETTERS = 24  # of all labels of periods on one axis: six years, four quarters of a year
_SUPERSCRIPT = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")


def summarise_by_year(panel: pd.DataFrame, variable: str) -> pd.DataFrame:
    """Median and quartiles across units: one row a period with data, in period order.

    Columns: year (text), median, lower and upper (25th and 75th percentile, linear interpolation). Raises
    InputError for a variable the panel lacks or that is not numeric.
    """
    if variable not in panel.columns:
        raise InputError(
            f"figures: the panel has no variable `{variable}`; it has {', '.join(map(str, panel.columns))}."
        )
    if panel[variable].dtype.kind not in "iufb":
        raise InputError(f"figures: the variable `{variable}` must hold numbers; it holds text.")
    if panel[variable].isna().all():
        raise InputError(f"figures: the variable `{variable}` has no value in the panel.")
    periods = panel["year"].astype(str)
    quartiles = panel[variable].groupby(periods).quantile([0.25, 0.5, 0.75]).unstack()
    quartiles = quartiles.dropna()
    names = order_periods(zip(panel["province"], periods, strict=True)).names
    quartiles = quartiles.loc[[name for name in names if name in quartiles.index]]
    quartiles.columns = ["lower", "median", "upper"]
    return quartiles.rename_axis("year").reset_index()


def period_positions(years: Sequence[str]) -> list[float]:
    """Where to draw the periods: at their numbers, or one after another if any is not a number."""
    try:
        return [float(year) for year in years]
    except ValueError:
        return [float(place) for place in range(len(years))]


def plot_trends(
    panel: pd.DataFrame,
    variables: Sequence[str],
    title: str,
    codebook: dict[str, dict[str, str]],
    note: str = "",
    names: Mapping[str, Mapping[str, str]] = PROVINCES_AND_YEARS,
) -> Figure:
    """Panels side by side, `VARIABLES_PER_ROW` a row; labels and units from the codebook; `note` as footer.

    names : what the panel's units and periods are called (`key_names`).
    """
    columns = min(len(variables), VARIABLES_PER_ROW)
    heights = [2.9] * -(-len(variables) // VARIABLES_PER_ROW)
    draw = [
        partial(_draw, summary=summarise_by_year(panel, variable), variable=variable, codebook=codebook, names=names)
        for variable in variables
    ]
    return draw_panels(draw, columns, max(3.5 * columns, 5.5), heights, title, note)


def _draw(axis, summary: pd.DataFrame, variable: str, codebook: dict[str, dict[str, str]], names: Mapping) -> None:
    unit_name = names["province"]
    x = period_positions(summary["year"])
    axis.fill_between(
        x,
        summary["lower"],
        summary["upper"],
        color=BLUE,
        alpha=0.22,
        linewidth=0,
        label=f"Middle half of {unit_name['plural']} (25th to 75th percentile)",
    )
    axis.plot(
        x, summary["median"], color=BLUE, linewidth=2, marker="o", markersize=3.5, label=f"Median {unit_name['name']}"
    )
    step = -(-len(x) // max(TICK_LETTERS // max(map(len, summary["year"])), 2))
    axis.set_xticks(x[::step], summary["year"][::step])
    axis.margins(x=0.03)
    label = textwrap.fill(entry(codebook, variable, "label_en"), 36)
    axis.set_title(label, loc="left", fontsize=10)
    symbol = entry(codebook, variable, "symbol")
    unit = codebook.get(variable, {}).get("unit", "")
    axis.set_ylabel(textwrap.fill(f"{symbol}, {_raise_exponents(unit)}" if unit else symbol, 34))
    axis.set_xlabel(capital(names["year"]["name"]))


def _raise_exponents(unit: str) -> str:
    """`10⁴ t` for `10^4 t`."""
    return re.sub(r"\^(\d+)", lambda power: power[1].translate(_SUPERSCRIPT), unit)


def main(snakemake) -> None:
    start_log(snakemake)
    choice = snakemake.params.figure
    figure = plot_trends(
        read_panel_of(snakemake.params.sources, snakemake.params.years),
        list(map(unquoted, choice["variables"])),
        choice.get("title", ""),
        read_codebook(snakemake.input.codebook),
        snakemake.params.note,
        snakemake.params.names,
    )
    save(figure, snakemake.output.png, snakemake.output.svg)


if "snakemake" in globals():
    run_job(main, snakemake)  # noqa: F821
