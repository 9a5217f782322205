"""What the figures share: style, fonts, and files that are the same bytes at every run."""

from __future__ import annotations

from matplotlib import font_manager, rc_context
from matplotlib.figure import Figure

# Okabe and Ito (2008), safe for colour-blind readers
BLUE = "#0072B2"
ORANGE = "#D55E00"
_CHINESE_FONTS = ("Noto Sans CJK SC", "Source Han Sans SC", "Microsoft YaHei", "PingFang SC", "SimHei")


def style() -> dict:
    """Plain axes; DejaVu first, then whatever Chinese font this machine has."""
    installed = {font.name for font in font_manager.fontManager.ttflist}
    return {
        "font.family": ["DejaVu Sans", *(name for name in _CHINESE_FONTS if name in installed)],
        "font.size": 9,
        "axes.spines.top": False,
        "axes.spines.right": False,
        "axes.grid": True,
        "axes.axisbelow": True,
        "grid.color": "#e5e5e5",
        "grid.linewidth": 0.7,
    }


def save(figure: Figure, png: str, svg: str) -> None:
    """Write both files without date or version, so that the same figure gives the same bytes."""
    with rc_context({"svg.hashsalt": "figure"}):
        figure.savefig(png, dpi=200, metadata={"Software": None})
        figure.savefig(svg, metadata={"Date": None, "Creator": None})
