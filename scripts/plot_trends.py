"""Variables over the years: the median province and the middle half, one panel a variable."""

import re
import textwrap
from collections.abc import Sequence
from functools import partial

import pandas as pd
from _helpers import InputError, period_key, read_table, start_log
from _plots import BLUE, draw_panels, save
from _tables import entry, read_codebook
from _terms import unquoted
from matplotlib.figure import Figure

PANELS_PER_ROW = 3
TICKS = 6  # at most this many year labels a panel
_SUPERSCRIPT = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")


def summarise_by_year(panel: pd.DataFrame, variable: str) -> pd.DataFrame:
    """Median and quartiles across provinces: one row a period with data, in period order.

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
    order = period_key(quartiles.index)
    quartiles = quartiles.loc[sorted(quartiles.index, key=order.get)]
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
) -> Figure:
    """Panels side by side, `PANELS_PER_ROW` a row; labels and units from the codebook; `note` as footer."""
    columns = min(len(variables), PANELS_PER_ROW)
    heights = [2.9] * -(-len(variables) // PANELS_PER_ROW)
    draw = [
        partial(_draw, summary=summarise_by_year(panel, variable), variable=variable, codebook=codebook)
        for variable in variables
    ]
    return draw_panels(draw, columns, max(3.5 * columns, 5.5), heights, title, note)


def _draw(axis, summary: pd.DataFrame, variable: str, codebook: dict[str, dict[str, str]]) -> None:
    x = period_positions(summary["year"])
    axis.fill_between(
        x,
        summary["lower"],
        summary["upper"],
        color=BLUE,
        alpha=0.22,
        linewidth=0,
        label="Middle half of provinces (25th to 75th percentile)",
    )
    axis.plot(x, summary["median"], color=BLUE, linewidth=2, marker="o", markersize=3.5, label="Median province")
    step = -(-len(x) // TICKS)
    axis.set_xticks(x[::step], summary["year"][::step])
    axis.margins(x=0.03)
    label = textwrap.fill(entry(codebook, variable, "label_en"), 36)
    axis.set_title(label, loc="left", fontsize=10)
    symbol = entry(codebook, variable, "symbol")
    unit = codebook.get(variable, {}).get("unit", "")
    axis.set_ylabel(textwrap.fill(f"{symbol}, {_raise_exponents(unit)}" if unit else symbol, 34))
    axis.set_xlabel(entry(codebook, "year", "symbol").capitalize())


def _raise_exponents(unit: str) -> str:
    """`10⁴ t` for `10^4 t`."""
    return re.sub(r"\^(\d+)", lambda power: power[1].translate(_SUPERSCRIPT), unit)


def main(snakemake) -> None:
    start_log(snakemake)
    choice = snakemake.params.figure
    figure = plot_trends(
        read_table(snakemake.input.panel),
        list(map(unquoted, choice["variables"])),
        choice.get("title", ""),
        read_codebook(snakemake.input.codebook),
        snakemake.params.note,
    )
    save(figure, snakemake.output.png, snakemake.output.svg)


if "snakemake" in globals():
    main(snakemake)  # noqa: F821
