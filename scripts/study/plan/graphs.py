"""The workflow's graphs, of the jobs that Snakemake plans: rules, files by folder, one table's lineage.

Units of a model are one box, modules are left out.
"""

from __future__ import annotations

import textwrap
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import PurePosixPath

from study.helpers import SCRIPTS
from study.output.graphs import Graph, Node
from study.plan.causes import PROGRAMS
from study.plan.dry_run import Job
from study.plan.imports import script_of

WRAP = 26  # letters of a variable's name on a line
FLOOR_FOLDERS = ("results/clean", "results/derived")  # which a lineage leaves out of paths: its columns say them
LISTED = 4  # files of one rule in one folder that a box names


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

    def box(job: Job | None, path: str) -> str:
        return f"{job.rule if job else ''} {_folder(path)}"

    by_output = _by_output(jobs)
    raw = {path for job in jobs for path in _data(job.inputs, folders)} - by_output.keys()
    boxes: dict[str, list[str]] = {}
    for path in sorted({*by_output, *raw}):
        boxes.setdefault(box(by_output.get(path), path), []).append(path)
    rules = {name: by_output[paths[0]].rule if paths[0] in by_output else "" for name, paths in boxes.items()}
    nodes = {
        name: Node(_file_lines(paths, rules[name], folders), floor_of(rules[name]) if rules[name] else "raw")
        for name, paths in boxes.items()
    }
    return Graph(nodes, _edges(jobs, folders, box))


def lineage(jobs: Sequence[Job], folders: Sequence[str], target: str, names: Mapping[str, str]) -> Graph:
    """Every file from which a table is made, a box each; those of a model's units are one.

    folders : as in `rule_graph`. target : the table's file. names : variable or model -> what
    people call it or its index.
    """
    by_output = _by_output(jobs)
    units = Counter(map(_folder, by_output))

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
        sources = _data(job.inputs, folders) if job else []
        edges |= {(box(by_output.get(source), source), name) for source in sources}
        ahead += sources
    return Graph(nodes, edges)


def _edges(jobs: Iterable[Job], folders: Sequence[str], box: Callable[[Job | None, str], str]) -> set[tuple[str, str]]:
    """Pairs of boxes of which the second has a file made of one of the first."""
    by_output = _by_output(jobs)
    pairs = {
        (box(by_output.get(source), source), box(job, path))
        for job in jobs
        for path in job.outputs
        for source in _data(job.inputs, folders)
    }
    return {(source, target) for source, target in pairs if source != target}


def _by_output(jobs: Iterable[Job]) -> dict[str, Job]:
    return {path: job for job in jobs for path in job.outputs}


def _data(paths: Iterable[str], folders: Sequence[str]) -> list[str]:
    """Inputs without the workflow's modules and templates."""
    code = PurePosixPath(folders[-1], "scripts")
    return [path for path in paths if not PurePosixPath(path).is_relative_to(code)]


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
    shown = names if len(names) <= LISTED else [f"{len(names)} files", *([f"by {rule}"] if rule else [])]
    return f"{shortened(_folder(paths[0]), folders)}/", *shown, *([f"({', '.join(forms)})"] if forms != ["csv"] else [])


def shortened(path: str, folders: Sequence[str]) -> str:
    """A path from the innermost of some folders, the first that it lies in."""
    inside = PurePosixPath(path)
    return next((str(inside.relative_to(one)) for one in folders if PurePosixPath(one) in inside.parents), path)
