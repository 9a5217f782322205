"""Places of a graph's boxes and lines in columns from left to right (Sugiyama, Tagawa and Toda 1981).

Columns are floors, a floor that reads itself takes several; lines that pass a column keep a lane in it, which all lines
of one source share. The order in a column is by barycentres, the heights by least squares: what is joined lies level.
"""

from __future__ import annotations

import itertools
from collections.abc import Hashable, Iterable, Mapping, Sequence
from typing import NamedTuple

SWEEPS = 24
Column = list[Hashable]


class Lane(NamedTuple):
    """Where lines of one source pass a column."""

    source: str
    column: int


def columns_of(floors: Mapping[str, int], edges: Iterable[tuple[str, str]]) -> dict[str, int]:
    """Column of each node: right of all that it reads and not left of its floor.

    floors : node -> number of its floor. An edge that closes a circle does not count.
    """
    reads: dict[str, list[str]] = {name: [] for name in floors}
    for source, target in sorted(edges):
        if not _leads(target, source, reads):
            reads[target].append(source)
    depth: dict[str, int] = {}
    starts, start = {}, 0
    for floor in sorted(set(floors.values())):
        starts[floor] = start
        for name in (name for name in floors if floors[name] == floor):
            _place(name, floors, reads, starts, depth)
        start = max(depth[name] for name in floors if floors[name] == floor) + 1
    return depth


def _leads(source: str, target: str, reads: Mapping[str, Sequence[str]]) -> bool:
    """Whether `target` is made of `source`, through others too."""
    ahead, seen = [target], set()
    while ahead:
        name = ahead.pop()
        if name == source:
            return True
        if name not in seen:
            seen.add(name)
            ahead += reads[name]
    return False


def _place(name: str, floors: Mapping, reads: Mapping, starts: Mapping, depth: dict[str, int]) -> int:
    """Column of one node, and of those that it reads."""
    if name not in depth:
        before = [_place(source, floors, reads, starts, depth) + 1 for source in reads[name]]
        depth[name] = max([starts.get(floors[name], 0), *before])
    return depth[name]


def with_lanes(columns: Mapping[str, int], edges: Iterable[tuple[str, str]]) -> list[tuple[Hashable, Hashable]]:
    """Edges from column to column: one that passes columns goes through its source's lane in each."""
    short: dict[tuple[Hashable, Hashable], None] = {}
    for source, target in sorted(edges):
        passed = [Lane(source, column) for column in range(columns[source] + 1, columns[target])]
        stops = [source, *passed, target]
        short |= dict.fromkeys(itertools.pairwise(stops))
    return list(short)


def ordered(columns: Sequence[Column], edges: Sequence[tuple[Hashable, Hashable]]) -> list[Column]:
    """The columns, each in the order that crosses the fewest lines of those tried."""
    best = current = [list(column) for column in columns]
    fewest = crossings(best, edges)
    for sweep in range(SWEEPS):
        forth = sweep % 2 == 0
        neighbours = _neighbours(edges, back=forth)
        current = [list(column) for column in current]
        steps = range(1, len(current)) if forth else range(len(current) - 2, -1, -1)
        for at in steps:
            beside = current[at - 1 if forth else at + 1]
            places = {name: place for place, name in enumerate(beside)}
            joined = {name: [places[n] for n in neighbours.get(name, ()) if n in places] for name in current[at]}
            wanted = {name: _mean(joined[name], place) for place, name in enumerate(current[at])}
            current[at].sort(key=wanted.__getitem__)
        if (crossed := crossings(current, edges)) < fewest:
            best, fewest = current, crossed
    return best


def _neighbours(edges: Iterable[tuple[Hashable, Hashable]], back: bool) -> dict[Hashable, list[Hashable]]:
    """What each node is joined with on its left (back) or right."""
    found: dict[Hashable, list[Hashable]] = {}
    for source, target in edges:
        found.setdefault(target if back else source, []).append(source if back else target)
    return found


def _mean(values: Sequence[float], otherwise: float) -> float:
    return sum(values) / len(values) if values else otherwise


def crossings(columns: Sequence[Column], edges: Iterable[tuple[Hashable, Hashable]]) -> int:
    """Pairs of lines between neighbouring columns that cross."""
    spots = {name: (at, place) for at, column in enumerate(columns) for place, name in enumerate(column)}
    gaps: dict[int, list[tuple[int, int]]] = {}
    for source, target in edges:
        gaps.setdefault(spots[source][0], []).append((spots[source][1], spots[target][1]))
    return sum(
        (one[0] - other[0]) * (one[1] - other[1]) < 0
        for lines in gaps.values()
        for at, one in enumerate(lines)
        for other in lines[:at]
    )


def heights(
    columns: Sequence[Column], edges: Sequence[tuple[Hashable, Hashable]], sizes: Mapping[Hashable, float], space: float
) -> dict[Hashable, float]:
    """Height of each node's middle, the topmost edge at 0.

    sizes : how high each is; between two of a column is `space` at least.
    """
    middles: dict[Hashable, float] = {}
    for column in columns:
        for name, offset in zip(column, _offsets(column, sizes, space), strict=True):
            middles[name] = offset
    for sweep in range(SWEEPS):
        forth = sweep % 2 == 0
        neighbours = _neighbours(edges, back=forth)
        for column in columns if forth else reversed(columns):
            wanted = [_mean([middles[n] for n in neighbours.get(name, ())], middles[name]) for name in column]
            middles |= zip(column, spread(wanted, _offsets(column, sizes, space)), strict=True)
    top = min((middles[name] - sizes[name] / 2 for name in middles), default=0)
    return {name: middle - top for name, middle in middles.items()}


def _offsets(column: Column, sizes: Mapping[Hashable, float], space: float) -> list[float]:
    """Middles of a column's nodes that lie as close as may be."""
    found, end = [], 0.0
    for name in column:
        found.append(end + sizes[name] / 2)
        end += sizes[name] + space
    return found


def spread(wanted: Sequence[float], offsets: Sequence[float]) -> list[float]:
    """Places nearest to those wanted, in least squares, that are as far apart as the offsets at least.

    By pooling adjacent violators, as in isotonic regression.
    """
    blocks: list[tuple[float, int]] = []
    for value in (want - offset for want, offset in zip(wanted, offsets, strict=True)):
        size = 1
        while blocks and blocks[-1][0] >= value:
            before, many = blocks.pop()
            value, size = (before * many + value * size) / (many + size), size + many
        blocks.append((value, size))
    values = [value for value, size in blocks for _ in range(size)]
    return [value + offset for value, offset in zip(values, offsets, strict=True)]
