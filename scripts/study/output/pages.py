"""Web pages of the workflow: each stands alone, without scripts, fonts or images from elsewhere."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from html import escape

_CSS = """
body { font: 15px/1.45 "Times New Roman", Times, serif; color: #111; margin: 2em; }
figure { display: table; margin: 0 auto; max-width: 100%; overflow-x: auto; }
.warning { background: #fff3cd; border: 1px solid #b58900; padding: .5em .8em; margin: 0 0 1em; }
table { border-collapse: collapse; border-top: 2px solid; border-bottom: 2px solid; width: 100%; }
caption { caption-side: top; text-align: left; font-weight: bold; padding-bottom: .5em; }
th, td { padding: .12em .9em; text-align: center; font-weight: normal; white-space: nowrap; }
th:first-child, td:first-child { text-align: left; padding-left: .2em; }
thead tr:last-child > *, tbody:not(:last-child) tr:last-child > * { border-bottom: 1px solid; }
tbody tr:first-child > * { padding-top: .4em; }
tbody tr:last-child > *, thead tr:last-child > * { padding-bottom: .4em; }
thead th { white-space: normal; vertical-align: bottom; }
th.span { border-bottom: 1px solid; }
figcaption { display: table-caption; caption-side: bottom; font-size: 13px; padding-top: .5em; }
main { max-width: 72em; margin: 0 auto; }
main.wide { max-width: none; }
main.wide td { vertical-align: top; min-width: 5em; font-size: 13px; overflow-wrap: anywhere; }
main.wide td:first-child { white-space: normal; }
main table { margin-bottom: 1.6em; }
main td { white-space: normal; }
main td:first-child { white-space: nowrap; }
td.text { text-align: left; white-space: normal; }
tr.bad > * { background: #fdecea; }
tr.good > * { background: #eef7ee; }
"""


def page(title: str, body: str, note: str = "") -> str:
    """A whole page around `body` (HTML); `note` is a warning to print first, such as simulated inputs."""
    warning = f'<p class="warning">{escape(note)}</p>\n' if note else ""
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(title)}</title>\n<style>{_CSS}</style>\n</head>\n<body>\n{warning}{body}\n</body>\n</html>\n"
    )


def html_table(
    header: Sequence[str],
    rows: Iterable[Sequence[str]],
    caption: str = "",
    text_columns: Sequence[int] = (),
    classes: Mapping[int, str] | None = None,
) -> str:
    """A plain table: one header row, cells of plain text, the first cell of a row its label.

    text_columns : positions of columns that hold sentences, which wrap and stand at the left. classes : row number ->
    `bad` or `good`, which colours the row.
    """
    lines = ["<table>"]
    if caption:
        lines.append(f"<caption>{escape(caption)}</caption>")
    lines.append("<thead><tr>" + "".join(f'<th scope="col">{escape(text)}</th>' for text in header) + "</tr></thead>")
    lines.append("<tbody>")
    for number, row in enumerate(rows):
        colour = f' class="{classes[number]}"' if classes and number in classes else ""
        cells = "".join(
            f'<td class="text">{escape(text)}</td>' if position in text_columns else f"<td>{escape(text)}</td>"
            for position, text in enumerate(row)
        )
        lines.append(f"<tr{colour}>{cells}</tr>")
    return "\n".join([*lines, "</tbody>", "</table>"])
