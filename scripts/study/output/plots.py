"""What the figures share: style, fonts, and files that are the same bytes at every run."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Sequence

from matplotlib import font_manager, rc_context
from matplotlib.axes import Axes
from matplotlib.figure import Figure

# Okabe and Ito (2008), safe for colour-blind readers
BLUE = "#0072B2"
ORANGE = "#D55E00"
_CHINESE_FONTS = ("Noto Sans CJK SC", "Source Han Sans SC", "Microsoft YaHei", "PingFang SC", "SimHei")


def draw_panels(
    panels: Sequence[Callable[[Axes], None]],
    columns: int,
    width: float,
    heights: Sequence[float],
    title: str,
    note: str,
) -> Figure:
    """A figure of panels, `columns` a row, with one legend under the title and `note` as footer.

    panels : each draws on the axes it is given; the legend is the first one's. width, heights of the rows : inches.
    """
    footer = textwrap.wrap(note, int(11 * width))
    top, bottom = 0.68, 0.08 + 0.14 * len(footer)  # inches kept for title and legend, and for the note
    height = sum(heights) + top + bottom
    with rc_context(_style()):
        figure = Figure(figsize=(width, height), layout="constrained")
        figure.get_layout_engine().set(rect=(0, bottom / height, 1, 1 - (top + bottom) / height), wspace=0.05)
        axes = figure.subplots(len(heights), columns, squeeze=False, gridspec_kw={"height_ratios": heights})
        for axis, draw in zip(axes.flat, panels, strict=False):
            draw(axis)
        for axis in axes.flat[len(panels) :]:
            axis.set_axis_off()
        left = 0.08 / width
        figure.text(left, 1 - 0.08 / height, title, ha="left", va="top", fontsize=12, fontweight="bold")
        figure.legend(
            *axes.flat[0].get_legend_handles_labels(),
            loc="upper left",
            bbox_to_anchor=(left, 1 - 0.32 / height),
            ncols=2,
            frameon=False,
            borderaxespad=0,
            borderpad=0.2,
        )
        figure.text(left, 0.06 / height, "\n".join(footer), ha="left", va="bottom", fontsize=8, color="#555555")
    return figure


def _style() -> dict:
    """Plain axes; DejaVu first, then whatever Chinese font this machine has."""
    installed = {font.name for font in font_manager.fontManager.ttflist}
    return {
        "font.family": ["DejaVu Sans", *(name for name in _CHINESE_FONTS if name in installed)],
        "font.size": 9,
        "text.parse_math": False,  # titles and labels are printed as they are typed, dollars too
        "axes.spines.top": False,
        "axes.spines.right": False,
        "axes.grid": True,
        "axes.axisbelow": True,
        "grid.color": "#e5e5e5",
        "grid.linewidth": 0.7,
    }


def save(figure: Figure, png: str, svg: str) -> None:
    """Write both files without date or version, so that the same figure gives the same bytes."""
    with rc_context({"svg.hashsalt": "figure", "text.parse_math": False}):
        figure.savefig(png, dpi=200, metadata={"Software": None})
        figure.savefig(svg, metadata={"Date": None, "Creator": None})
