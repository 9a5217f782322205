"""Tables for people: one layout as HTML and as LaTeX."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass, field

from study.output.pages import render
from study.output.tidy import table_number

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


def render_html(layout: Layout) -> str:
    """A page of its own: three rules, no assets."""
    blocks = [[[_split_stars(cell) for cell in row] for row in block] for block in layout.blocks]
    return render("table.html", layout=layout, blocks=blocks, note=layout.note)


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
