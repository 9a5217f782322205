"""Tables for people: one layout as HTML and as LaTeX, the tidy CSV beside them, the codebook's names."""

from __future__ import annotations

import math
import re
import textwrap
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from html import escape
from pathlib import Path

from study.helpers import read_rows, write_rows
from study.output.pages import page

FIELDS = (
    "table",
    "column",
    "dependent",
    "group",
    "term",
    "estimate",
    "statistic",
    "stars",
    "std_error",
    "p_value",
)
NOT_ESTIMATED = "not estimated"  # the term of a column that failed
STAR_LEVELS = "*** p < 0.01, ** p < 0.05, * p < 0.1"

_TEX = {
    "\\": r"\textbackslash{}",
    "{": r"\{",
    "}": r"\}",
    "$": r"\$",
    "&": r"\&",
    "#": r"\#",
    "%": r"\%",
    "_": r"\_",
    "^": r"\textasciicircum{}",
    "~": r"\textasciitilde{}",
    "[": "{[}",  # `\\` would take a bracket at the start of the next row as its argument
    "<": r"\textless{}",
    ">": r"\textgreater{}",
    "−": "$-$",
    "–": "--",
    "²": r"\textsuperscript{2}",
}


@dataclass(frozen=True)
class Layout:
    """A table as it is printed: cells are finished text, the first cell of a row is its label.

    `header` rows hold (text, columns spanned); `blocks` of rows are set apart by a rule; `note` is a warning
    to print prominently (such as simulated inputs), empty if there is none.
    """

    label: str
    title: str
    header: Sequence[Sequence[tuple[str, int]]]
    blocks: Sequence[Sequence[Sequence[str]]]
    notes: Sequence[str] = field(default_factory=tuple)
    note: str = ""

    @property
    def caption(self) -> str:
        """`Table 2. Title` for a table called table_2, else the title alone."""
        number = table_number(self.label)
        return f"Table {number}. {self.title}" if number != self.label else self.title


def table_number(name: str) -> str:
    """`2` for `table_2`; another name stays as it is."""
    return name.removeprefix("table_")


def read_codebook(path: str | Path) -> dict[str, dict[str, str]]:
    """Rows of the codebook by variable name."""
    return {row["name"]: row for row in read_rows(path)}


def entry(codebook: dict[str, dict[str, str]], name: str, key: str) -> str:
    """What the codebook says of a variable, e.g. its `symbol`; the variable's name where it says nothing."""
    return codebook.get(name, {}).get(key) or name


def exact(number: float | int | None) -> str:
    """Twelve significant digits for the CSV; empty for a missing number."""
    if number is None or (isinstance(number, float) and math.isnan(number)):
        return ""
    return str(number) if isinstance(number, int) else f"{number:.12g}"


def shown(number: float | None) -> str:
    """Three decimals, or three significant digits where those would print as zero or run long."""
    if number is None or math.isnan(number):
        return ""
    fixed = number == 0 or 0.0005 <= abs(number) < 1e6
    return (f"{number:.3f}" if fixed else f"{number:.3g}").replace("-", "−")


def shown_p_value(p_value: float) -> str:
    """Three decimals, or `<0.001`."""
    return "<0.001" if p_value < 0.001 else f"{p_value:.3f}"


def write_tidy(rows: Iterable[dict[str, str]], path: str | Path) -> None:
    """The table as CSV, one row a number, columns `FIELDS`; a missing field is an empty cell."""
    write_rows(path, list(FIELDS), [tuple(row.get(name, "") for name in FIELDS) for row in rows])


def render_html(layout: Layout) -> str:
    """A page of its own: three rules, no assets."""
    head = "\n".join(_html_header(row) for row in layout.header)
    bodies = "\n".join(
        "<tbody>\n" + "\n".join(_html_row(row) for row in block) + "\n</tbody>" for block in layout.blocks
    )
    notes = " ".join(escape(note) for note in layout.notes)
    body = (
        f"<figure>\n<table>\n<caption>{escape(layout.caption)}</caption>\n<thead>\n{head}\n</thead>\n{bodies}\n</table>\n"
        f"<figcaption>Notes: {notes}</figcaption>\n</figure>"
    )
    return page(layout.caption, body, layout.note)


def render_tex(layout: Layout) -> str:
    """A `table` environment to `\\input`, no wider than the text; the preamble needs `booktabs` and `graphicx`."""
    columns = sum(span for _, span in layout.header[0])
    lines = [r"\begin{table}[htbp]", r"\centering", rf"\caption{{{tex(layout.title)}}}"]
    lines += [rf"\label{{tab:{layout.label}}}", r"\resizebox{\ifdim\width>\linewidth\linewidth\else\width\fi}{!}{%"]
    lines += [rf"\begin{{tabular}}{{l{'c' * (columns - 1)}}}", r"\toprule"]
    for row in layout.header:
        lines += _tex_header(row)
    for block in layout.blocks:
        lines.append(r"\midrule")
        lines += [" & ".join(_tex_cell(cell) for cell in row) + r" \\" for row in block]
    notes = " ".join(tex(note) for note in layout.notes)
    warning = rf"\textbf{{{tex(layout.note)}}} " if layout.note else ""
    lines += [r"\bottomrule", r"\end{tabular}}", r"\par\smallskip", r"\begin{minipage}{0.95\linewidth}"]
    lines += [rf"\footnotesize {warning}\textit{{Notes:}} {notes}", r"\end{minipage}", r"\end{table}"]
    return "\n".join(lines) + "\n"


def tex(text: str) -> str:
    """Text with LaTeX's special characters escaped."""
    return "".join(_TEX.get(character, character) for character in text)


def _stacked(text: str, span: int = 1) -> str:
    """A heading on as many lines as its columns' width asks for."""
    lines = [tex(line) for line in textwrap.wrap(text, 18 * span)]
    return r"\shortstack{" + r" \\ ".join(lines) + "}" if len(lines) > 1 else tex(text)


def _split_stars(cell: str) -> tuple[str, str]:
    """Number and stars of a cell such as `−0.482***`."""
    return re.fullmatch(r"(.*?)(\**)", cell, flags=re.DOTALL).groups()


def _html_row(row: Sequence[str]) -> str:
    cells = [_split_stars(cell) for cell in row]
    texts = [escape(text) + (f"<sup>{stars}</sup>" if stars else "") for text, stars in cells]
    return f'<tr><th scope="row">{texts[0]}</th>' + "".join(f"<td>{text}</td>" for text in texts[1:]) + "</tr>"


def _html_header(row: Sequence[tuple[str, int]]) -> str:
    return (
        "<tr>"
        + "".join(
            f'<th scope="colgroup" class="span" colspan="{span}">{escape(text)}</th>'
            if span > 1 and text
            else f'<th scope="col">{escape(text)}</th>' * span
            for text, span in row
        )
        + "</tr>"
    )


def _tex_cell(cell: str) -> str:
    text, stars = _split_stars(cell)
    return tex(text) + (rf"\textsuperscript{{{stars}}}" if stars else "")


def _tex_header(row: Sequence[tuple[str, int]]) -> list[str]:
    """The row and, under each heading that spans columns, a rule."""
    cells = [
        rf"\multicolumn{{{span}}}{{c}}{{{_stacked(text, span)}}}" if span > 1 else _stacked(text) for text, span in row
    ]
    rules, first = [], 1
    for text, span in row:
        if span > 1 and text:
            rules.append(rf"\cmidrule(lr){{{first}-{first + span - 1}}}")
        first += span
    return [" & ".join(cells) + r" \\", *rules]
