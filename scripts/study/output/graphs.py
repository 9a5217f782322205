"""Graphs of rules and files as pictures (SVG) and as text (Mermaid): boxes by floor, lines from left to right."""

from __future__ import annotations

import unicodedata
from collections.abc import Hashable, Mapping
from typing import NamedTuple
from xml.etree import ElementTree

from study.output.layered import Lane, columns_of, heights, ordered, with_lanes

SVG_NAMESPACE = "http://www.w3.org/2000/svg"
# Floors in their order, with the colour of their boxes (Okabe and Ito's hues, lightened).
FLOOR_COLOURS = {
    "raw": "#e8e8e8",
    "clean": "#cde6f7",
    "derive": "#c9ebdd",
    "productivity": "#fbe6b8",
    "panel": "#f9d9c3",
    "estimate": "#f0d3e4",
    "present": "#d9dcf3",
}
FONT = "DejaVu Sans Mono, Menlo, Consolas, monospace"
SIZE = 14.0  # of letters, in pixels
LETTER_WIDTH = 0.605 * SIZE  # width of the widest of these fonts
LINE = 17.0
PAD = 7.0
COLUMN_GAP = 32.0  # between columns
SPACE = 9.0  # between boxes
LANE = 2.0  # height of a lane
MARGIN = 16.0
ARROW = (7.0, 3.5)  # length and half the width of an arrowhead
LINE_COLOUR = "#7a7a7a"
HEADING_HEIGHT = 34.0  # above the boxes


class Node(NamedTuple):
    """A box: its lines of text, the first of which is its name; its floor."""

    lines: tuple[str, ...]
    floor: str


class Graph(NamedTuple):
    """Boxes by a name of their own, and which is made of which."""

    nodes: dict[str, Node]
    edges: set[tuple[str, str]]


class _Layout(NamedTuple):
    """Column and middle of each box and lane, lines from column to column, left edge and width of each column."""

    columns: dict[Hashable, int]
    edges: list[tuple[Hashable, Hashable]]
    middles: dict[Hashable, float]
    lefts: list[float]
    widths: list[float]


def text_width(text: str) -> float:
    """Width of a line, in pixels; Chinese characters are as wide as high."""
    return sum(SIZE if unicodedata.east_asian_width(letter) in "WF" else LETTER_WIDTH for letter in text)


def box_size(node: Node) -> tuple[float, float]:
    """Width and height of a box, in pixels."""
    return max(map(text_width, node.lines)) + 2 * PAD, len(node.lines) * LINE + PAD


def as_mermaid(graph: Graph) -> str:
    """The graph in Mermaid's language, one subgraph a floor."""
    numbers = {name: f"n{at}" if not name.isidentifier() else name for at, name in enumerate(sorted(graph.nodes))}
    lines = ["flowchart LR"]
    for floor in FLOOR_COLOURS:
        names = sorted(name for name, node in graph.nodes.items() if node.floor == floor)
        texts = {
            name: "<br>".join(graph.nodes[name].lines).replace("_<br>", "_").replace('"', "#quot;") for name in names
        }
        if names:
            lines += [
                f"    subgraph {floor}",
                *(f'        {numbers[name]}["{texts[name]}"]' for name in names),
                "    end",
            ]
    lines += [f"    {numbers[source]} --> {numbers[target]}" for source, target in sorted(graph.edges)]
    return "\n".join([*lines, ""])


def as_svg(graph: Graph, title: str) -> str:
    """The graph as a picture, the same bytes for the same graph; a line that closes a circle is left out."""
    at = _layout(graph)
    width = at.lefts[-1] + at.widths[-1] + MARGIN
    height = max(at.middles[name] + box_size(node)[1] / 2 for name, node in graph.nodes.items()) + MARGIN
    size = {"viewBox": f"0 0 {width:.0f} {height:.0f}", "width": f"{width:.0f}"}
    root = ElementTree.Element("svg", {"xmlns": SVG_NAMESPACE, "role": "img"} | size)
    root.set("font-family", FONT)
    root.set("font-size", f"{SIZE:g}")
    ElementTree.SubElement(root, "title").text = title
    _rect(root, 0, 0, width, height, "#ffffff")
    _draw_heads(root, graph.nodes, at)
    _draw_lines(root, graph.nodes, at)
    for name in sorted(graph.nodes):
        _draw_box(root, graph.nodes[name], at.lefts[at.columns[name]], at.middles[name])
    _draw_arrowheads(root, graph.nodes, at)
    ElementTree.indent(root)
    return ElementTree.tostring(root, encoding="unicode") + "\n"


def _layout(graph: Graph) -> _Layout:
    """Places of the boxes, and of the lanes in which lines pass columns."""
    nodes = {name: graph.nodes[name] for name in sorted(graph.nodes)}
    column_of = columns_of({name: list(FLOOR_COLOURS).index(node.floor) for name, node in nodes.items()}, graph.edges)
    edges = with_lanes(column_of, {edge for edge in graph.edges if column_of[edge[0]] < column_of[edge[1]]})
    column_of |= {stop: stop.column for edge in edges for stop in edge if isinstance(stop, Lane)}
    columns: list[list] = [[] for _ in range(max(column_of.values()) + 1)]
    for stop, column in column_of.items():
        columns[column].append(stop)
    columns = ordered(columns, edges)
    sizes = {stop: box_size(nodes[stop])[1] if stop in nodes else LANE for stop in column_of}
    middles = {stop: HEADING_HEIGHT + MARGIN + y for stop, y in heights(columns, edges, sizes, SPACE).items()}
    widths = [max([box_size(nodes[stop])[0] for stop in column if stop in nodes], default=0) for column in columns]
    lefts = [MARGIN + sum(widths[:column]) + COLUMN_GAP * column for column in range(len(widths))]
    return _Layout(column_of, edges, middles, lefts, widths)


def _curve(x0: float, y0: float, x1: float, y1: float) -> str:
    """A line that leaves and comes in level, and turns in the gap before its end."""
    turn = max(x1 - COLUMN_GAP, x0)
    middle = (turn + x1) / 2
    return f"M {x0:.1f} {y0:.1f} H {turn:.1f} C {middle:.1f} {y0:.1f} {middle:.1f} {y1:.1f} {x1:.1f} {y1:.1f}"


def _rect(parent: ElementTree.Element, x: float, y: float, width: float, height: float, fill: str) -> None:
    place = {"x": f"{x:.1f}", "y": f"{y:.1f}", "width": f"{width:.1f}", "height": f"{height:.1f}"}
    ElementTree.SubElement(parent, "rect", place | {"rx": "4", "fill": fill})


def _text(parent: ElementTree.Element, x: float, y: float, text: str, **style: str) -> None:
    ElementTree.SubElement(parent, "text", {"x": f"{x:.1f}", "y": f"{y:.1f}"} | style).text = text


def _draw_heads(root: ElementTree.Element, nodes: Mapping[str, Node], at: _Layout) -> None:
    """The floors' names over their columns."""
    for floor, colour in FLOOR_COLOURS.items():
        mine = sorted({at.columns[name] for name, node in nodes.items() if node.floor == floor})
        if mine:
            first, last = at.lefts[mine[0]], at.lefts[mine[-1]] + at.widths[mine[-1]]
            _rect(root, first, MARGIN, last - first, LINE + PAD, colour)
            _text(root, first + PAD, MARGIN + LINE, floor, **{"font-weight": "bold"})


def _draw_lines(root: ElementTree.Element, nodes: Mapping[str, Node], at: _Layout) -> None:
    """What is made of what; a line goes through a lane to the end of its column."""
    lines = ElementTree.SubElement(root, "g", fill="none", stroke=LINE_COLOUR)
    for source, target in at.edges:
        column, following = at.columns[source], at.columns[target]
        wide = box_size(nodes[source])[0] if source in nodes else at.widths[column]
        path = _curve(at.lefts[column] + wide, at.middles[source], at.lefts[following], at.middles[target])
        passed = "" if target in nodes else f" H {at.lefts[following] + at.widths[following]:.1f}"
        ElementTree.SubElement(lines, "path", d=path + passed)


def _draw_arrowheads(root: ElementTree.Element, nodes: Mapping[str, Node], at: _Layout) -> None:
    """One before each box that is made of others, where all its lines end."""
    length, half = ARROW
    heads = ElementTree.SubElement(root, "g", fill=LINE_COLOUR)
    for name in sorted({target for _, target in at.edges if target in nodes}):
        x, y = at.lefts[at.columns[name]], at.middles[name]
        corners = ((x, y), (x - length, y - half), (x - length, y + half))
        ElementTree.SubElement(heads, "polygon", points=" ".join(f"{left:.1f},{top:.1f}" for left, top in corners))


def _draw_box(root: ElementTree.Element, node: Node, left: float, middle: float) -> None:
    wide, high = box_size(node)
    top = middle - high / 2
    _rect(root, left, top, wide, high, FLOOR_COLOURS[node.floor])
    for at, line in enumerate(node.lines):
        _text(root, left + PAD, top + (at + 0.8) * LINE + PAD / 4, line, **({} if at == 0 else {"fill": "#444444"}))
