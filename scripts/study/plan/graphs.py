"""The workflow's graphs, of the jobs that Snakemake plans: rules, files by folder, one table's lineage.

Units of a model are one box; modules are left out, and the workflow's tables of which the config's settings are made
(catalog, variables, indicators, activities).
"""

from __future__ import annotations

import textwrap
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from pathlib import PurePosixPath

from study.helpers import SCRIPTS
from study.output.graphs import Graph, Node
from study.plan.causes import PROGRAMS
from study.plan.dry_run import Job
from study.plan.imports import script_of, tables_read

WRAP = 26  # letters of a variable's name on a line
FLOOR_FOLDERS = ("results/clean", "results/derived")  # which a lineage leaves out of paths: its columns say them
LISTED = 4  # files of one rule in one folder that a box names; what is made of a table that has its own box


def floor_of(rule: str) -> str:
    """The floor on which a rule's script stands."""
    return script_of(rule, SCRIPTS).parent.name


def rule_graph(jobs: Sequence[Job], folders: Sequence[str]) -> Graph:
    """Rules, each with the number of its jobs, and which reads which's files.

    folders : which are left out of paths, the workflow's own last.
    """
    counts = Counter(job.rule for job in jobs)
    edges = _edges(jobs, folders, lambda job, path: job.rule if job else "")
    nodes = {rule: Node(_rule_lines(rule, number), floor_of(rule)) for rule, number in sorted(counts.items())}
    return Graph(nodes, {edge for edge in edges if "" not in edge})


def file_graph(jobs: Sequence[Job], folders: Sequence[str]) -> Graph:
    """Files by the rule that makes them and by folder, and which are made of which; folders as in `rule_graph`."""
    own = {path for job in jobs for path in _own_tables(job, folders)}

    def box(job: Job | None, path: str) -> str:
        return path if path in own else f"{job.rule if job else ''} {_folder(path)}"

    by_output = _by_output(jobs)
    raw = {path for job in jobs for path in _data(job, folders)} - by_output.keys()
    boxes: dict[str, list[str]] = {}
    for path in sorted({*by_output, *raw}):
        boxes.setdefault(box(by_output.get(path), path), []).append(path)
    rules = {name: by_output[paths[0]].rule if paths[0] in by_output else "" for name, paths in boxes.items()}
    nodes = {
        name: Node(_file_lines(paths, rules[name], folders), floor_of(rules[name]) if rules[name] else "raw")
        for name, paths in boxes.items()
    }
    return _merged(Graph(nodes, _edges(jobs, folders, box)), own, folders)


def lineage(jobs: Sequence[Job], folders: Sequence[str], target: str, names: Mapping[str, str]) -> Graph:
    """Every file from which a table is made, a box each; those of a model's units are one, and so are the workflow's
    tables of which many are made.

    folders : as in `rule_graph`. target : the table's file. names : variable or model -> what
    people call it or its index.
    """
    by_output = _by_output(jobs)
    units = Counter(map(_folder, by_output))
    own = {path for job in jobs for path in _own_tables(job, folders)}

    def box(job: Job | None, path: str) -> str:
        return _folder(path) if job and job.rule in PROGRAMS else path

    nodes: dict[str, Node] = {}
    edges: set[tuple[str, str]] = set()
    ahead, seen = [target], set()
    while ahead:
        path = ahead.pop()
        if path in seen:
            continue
        seen.add(path)
        job = by_output.get(path)
        name = box(job, path)
        if name != path:
            lines = (f"{shortened(name, folders)}/", f"linear programs ×{units[name]}")
        else:
            named = _folder(path) in ("results/derived", "results/productivity")
            said = textwrap.wrap(names.get(PurePosixPath(path).stem, ""), WRAP) if named else []
            lines = (shortened(path, [*FLOOR_FOLDERS, *folders]), *said)
        nodes[name] = Node(lines, floor_of(job.rule) if job else "raw")
        sources = _data(job, folders) if job else []
        edges |= {(box(by_output.get(source), source), name) for source in sources}
        ahead += sources
    return _merged(Graph(nodes, edges), own, folders)


def _edges(jobs: Iterable[Job], folders: Sequence[str], box: Callable[[Job | None, str], str]) -> set[tuple[str, str]]:
    """Pairs of boxes of which the second has a file made of one of the first."""
    by_output = _by_output(jobs)
    pairs = {
        (box(by_output.get(source), source), box(job, path))
        for job in jobs
        for path in job.outputs
        for source in _data(job, folders)
    }
    return {(source, target) for source, target in pairs if source != target}


def _by_output(jobs: Iterable[Job]) -> dict[str, Job]:
    return {path: job for job in jobs for path in job.outputs}


def _data(job: Job, folders: Sequence[str]) -> list[str]:
    """A job's inputs without the workflow's modules and templates, and the workflow's own tables that it reads."""
    code = PurePosixPath(folders[-1], "scripts")
    given = [path for path in job.inputs if not PurePosixPath(path).is_relative_to(code)]
    return [*given, *_own_tables(job, folders)]


def _own_tables(job: Job, folders: Sequence[str]) -> list[str]:
    """The workflow's own tables that a job reads: none is an input, for their bytes do not count."""
    names = tables_read(script_of(job.rule, SCRIPTS), SCRIPTS)
    return [str(PurePosixPath(folders[-1], "resources", f"{name}.csv")) for name in names]


def _merged(graph: Graph, own: Collection[str], folders: Sequence[str]) -> Graph:
    """The graph with one box of those of the workflow's own tables of which many boxes are made: all that clean
    tables read names and units."""
    made = Counter(source for source, _ in graph.edges)
    shared = sorted(path for path in own if made[path] > LISTED)
    if not shared:
        return graph
    name = _folder(shared[0])
    lines = (f"{shortened(name, folders)}/", *(PurePosixPath(path).stem for path in shared))
    nodes = {path: node for path, node in graph.nodes.items() if path not in shared} | {name: Node(lines, "raw")}
    return Graph(nodes, {(name if source in shared else source, target) for source, target in graph.edges})


def _folder(path: str) -> str:
    return str(PurePosixPath(path).parent)


def _rule_lines(rule: str, jobs: int) -> tuple[str, ...]:
    """A rule's name on two lines, that boxes be narrow, and how many jobs it has."""
    verb, _, noun = rule.partition("_")
    return f"{verb}_", noun if jobs == 1 else f"{noun} ×{jobs}"


def _file_lines(paths: Sequence[str], rule: str, folders: Sequence[str]) -> tuple[str, ...]:
    """A box of one rule's files in one folder: the folder, their names or how many, and in which forms."""
    names = sorted({PurePosixPath(path).stem for path in paths})
    forms = sorted({PurePosixPath(path).suffix.removeprefix(".") for path in paths})
    many = len(names) > LISTED or rule in PROGRAMS  # a unit's name says nothing, and small studies look like large ones
    shown = [f"{len(names)} file{'s' * (len(names) > 1)}", *([f"by {rule}"] if rule else [])] if many else names
    return f"{shortened(_folder(paths[0]), folders)}/", *shown, *([f"({', '.join(forms)})"] if forms != ["csv"] else [])


def shortened(path: str, folders: Sequence[str]) -> str:
    """A path from the innermost of some folders, the first that it lies in."""
    inside = PurePosixPath(path)
    return next((str(inside.relative_to(one)) for one in folders if PurePosixPath(one) in inside.parents), path)
