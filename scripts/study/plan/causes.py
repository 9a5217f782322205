"""What made results outdated, a sentence a cause, out of the reasons that Snakemake has for its planned jobs."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import PurePosixPath

from study.files.unchanged import CONTENT_MARK, ROWS_MARK
from study.plan.contents import ALL_SCRIPTS
from study.plan.dry_run import Job
from study.plan.schema import dotted

# Each reason that Snakemake gives, as it begins.
REASONS = {
    "Missing output files": "missing",
    "Incomplete output files": "incomplete",
    "Updated input files": "changed",
    "Input files updated by another job": "below",
    "Set of input files has changed since last execution": "inputs",
    "Code has changed since last execution": "code",
    "Params have changed since last execution": "params",
    "Software environment definition has changed since last execution": "software",
    "Forced execution": "forced",
}
_STARTS = re.compile(rf"(?:^|; )({'|'.join(REASONS)})(?:: |(?=;|$))")
_PARAMS = re.compile(r".*?: before: (.*?) now: (.*?)\s*", re.DOTALL)
PROGRAMS = frozenset({"solve_dea", "solve_bootstrap"})  # rules whose jobs are linear programs
SURE = 4  # characters of a value that is known by itself, as a year is
SETTING_WIDTH = 60  # characters of a setting that a sentence shows
BEFORE = 20  # of these before the first that differs
NAMED_FILES = 3  # files of one folder that a sentence names

# A kind and what it is about: files for `changed`; a key, what it was and is for `config` and `told`; a table, a rule.
Cause = tuple[str, ...]


def explain(jobs: Sequence[Job], config: Mapping, home: str, lacking: Sequence[str] = ()) -> list[str]:
    """A sentence a cause, those first from which most jobs follow.

    jobs : what Snakemake plans. config : the study's, where changed settings are looked up. home : the workflow's
    folder as Snakemake's paths have it, which sentences leave out. lacking : raw tables that are not there.
    """
    made = {path for job in jobs for path in job.outputs}
    absent = [text for text in lacking if f"results/clean/{text.partition(':')[0]}.csv" in made]
    failing = [f"Not there: {'; '.join(absent)}. The jobs that clean them fail, and nothing is made of them."]
    return [*told_causes(jobs, config, home), *(failing if absent else [])]


def told_causes(jobs: Sequence[Job], config: Mapping, home: str) -> list[str]:
    """The sentences for what Snakemake plans."""
    if not jobs:
        return ["Nothing is outdated."]
    parts = [split_reason(job.reason) for job in jobs]
    if all("missing" in part for part in parts):
        return [f"Nothing of it has been made yet: {counted(jobs)}."]
    new = {path for job, part in zip(jobs, parts, strict=True) if "missing" in part for path in job.outputs}
    causes: dict[Cause, list[int]] = {}
    for at, (job, part) in enumerate(zip(jobs, parts, strict=True)):
        if "below" in part and not new.isdisjoint(job.inputs):
            part.pop("missing", None)  # what is made of missing files is told with these
        for cause in causes_of(job, part, config):
            causes.setdefault(cause, []).append(at)
    if any(cause[0] == "inputs" for cause in causes):  # jobs are told which files there are: settings, too
        told = [cause for cause in causes if cause[0] in ("inputs", "told")]
        causes["inputs", ""] = sorted({at for cause in told for at in causes.pop(cause)})
    causes = one_effect_once(causes, home)
    reached = {cause: below(roots, jobs) for cause, roots in causes.items()}
    said = [
        sentence(cause, [jobs[at] for at in causes[cause]], [jobs[at] for at in sorted(reached[cause])], home)
        for cause in sorted(causes, key=lambda cause: (-len(reached[cause]) - len(causes[cause]), cause))
    ]
    return said if len(said) == 1 else [*said, f"All together: {counted(jobs)}."]


def one_effect_once(causes: Mapping[Cause, list[int]], home: str) -> dict[Cause, list[int]]:
    """Causes, those of files with the same effect as one; of many scripts, which have each their own, as one, too."""
    scripts = [
        cause for cause in causes if cause[0] == "changed" and _bare(cause[1], home).startswith(f"{ALL_SCRIPTS}/")
    ]
    many = {*scripts} if len(scripts) > NAMED_FILES else set()
    files: dict[tuple[int, ...], list[str]] = {}
    found: dict[Cause, list[int]] = {}
    for cause, roots in causes.items():
        if cause in many:
            found["scripts", ""] = sorted({*found.get(("scripts", ""), ()), *roots})
        elif cause[0] == "changed":
            files.setdefault(tuple(roots), []).append(cause[1])
        else:
            found[cause] = sorted({*found.get(cause, ()), *roots})
    return found | {("changed", *paths): list(roots) for roots, paths in files.items()}


def _bare(path: str, home: str) -> str:
    """A path of the workflow's from its own folder; any other as it is."""
    return path.removeprefix(f"{home}/")


def split_reason(reason: str) -> dict[str, str]:
    """Kind of each part of a reason -> what Snakemake adds to it; a text that it does not know is `other`."""
    starts = list(_STARTS.finditer(reason))
    ends = [*(start.start() for start in starts[1:]), len(reason)]
    parts = {REASONS[start[1]]: reason[start.end() : end] for start, end in zip(starts, ends, strict=False)}
    return parts or {"other": reason}


def causes_of(job: Job, part: Mapping[str, str], config: Mapping) -> list[Cause]:
    """What itself made a job outdated, beside other jobs: the kind and what it is about.

    A file that is missing is cause enough, and a changed key of the config may well change files and other settings.
    """
    if alone := [(kind, job.rule) for kind in ("missing", "incomplete") if kind in part]:
        return alone[:1]
    found: list[Cause] = [("changed", path) for path in named_in(part.get("changed", ""), job.inputs)]
    found += changed_settings(part["params"], config) if "params" in part else []
    if any(cause[0] == "config" for cause in found):
        found = [cause for cause in found if cause[0] != "told"]
    elif "inputs" in part:
        found.append(("inputs", ""))
    return found + [(kind, text) for kind, text in part.items() if kind in ("code", "software", "forced", "other")]


def named_in(text: str, paths: Iterable[str]) -> list[str]:
    """Those of some paths that a list of Snakemake's names; a path may itself hold a comma."""
    return [path for path in paths if f", {path}, " in f", {text}, "]


def below(roots: Iterable[int], jobs: Sequence[Job]) -> set[int]:
    """Places of the jobs that follow from some of them, these left out."""
    readers: dict[str, set[int]] = {}
    for at, job in enumerate(jobs):
        for path in job.inputs:
            readers.setdefault(path, set()).add(at)
    ahead, found = list(roots), set(roots)
    while ahead:
        new = set().union(*(readers.get(path, ()) for path in jobs[ahead.pop()].outputs)) - found
        found |= new
        ahead += new
    return found.difference(roots)


# --- settings that changed ------------------------------------------------------------------------------------------


def changed_settings(text: str, config: Mapping) -> list[Cause]:
    """Changed rows of tables, keys of the config and whatever else is among a rule's params, of Snakemake's text."""
    match = _PARAMS.fullmatch(text)
    before, now = (_values(part) for part in match.groups()) if match else (None, None)
    if before is None or now is None:
        return [("told", "", "", text.strip())]
    found: list[Cause] = []
    for old, new in _pairs(before, now):
        kind = _kind(old) or _kind(new)
        if kind == "contents":
            # a file that came or went is told with the inputs; results from before there were marks as of other scripts
            changed = [path for path in new if old.get(path, new[path]) != new[path]] if old and new else [ALL_SCRIPTS]
            found += [("scripts", "") if path == ALL_SCRIPTS else ("changed", path) for path in changed]
            continue
        if kind == "rows":
            parts = {*(old or {}).items()} ^ {*(new or {}).items()}
            found += [("rows", part.partition(":")[0]) for part, _ in parts]
            continue
        for path, was, is_ in differences(old, new):
            at = in_config(config, new, path, is_)
            found.append(("config" if at else "told", at, *_shown(was, is_)))
    return list(dict.fromkeys(found))


def _values(text: str) -> list | None:
    """Values of params as Snakemake prints a set of them; None where they are no plain values."""
    if text == "<nothing exclusive>":
        return []
    try:
        return list(ast.literal_eval(f"[{text}]"))
    except (SyntaxError, ValueError):
        return None


def _kind(value: object) -> str:
    """What a param is: the marks of `contents` of files (`plan.contents`), those of `rows` of tables
    (`plan.workflow_tables`), or empty for a setting."""
    if isinstance(value, dict) and value:
        for kind, mark in (("contents", CONTENT_MARK), ("rows", ROWS_MARK)):
            if all(str(part).startswith(mark) for part in value.values()):
                return kind
    return ""


def _pairs(before: list, now: list) -> Iterator[tuple[object, object]]:
    """What was with what is, the likest first: Snakemake says params without their names."""
    rest = sorted(before, key=repr)
    for new in sorted(now, key=repr):
        of_its_kind = [value for value in rest if _kind(value) == _kind(new)]
        old = max(of_its_kind, key=lambda value: _likeness(value, new), default=None)
        if old is not None:
            rest.remove(old)
        yield old, new
    yield from ((old, None) for old in rest)


def _likeness(one: object, other: object) -> tuple[bool, float]:
    """Whether two values are of one type, and the share of what they have in common."""
    parts = [
        set(map(repr, value.items() if isinstance(value, dict) else value if isinstance(value, list | tuple) else ()))
        for value in (one, other)
    ]
    return type(one) is type(other), len(parts[0] & parts[1]) / (len(parts[0] | parts[1]) or 1)


def differences(old: object, new: object, path: tuple = ()) -> Iterator[tuple[tuple, object, object]]:
    """(path inside it, what was, what is) of each difference of two values; None is nothing."""
    if isinstance(old, dict) and isinstance(new, dict):
        for key in (*old, *(key for key in new if key not in old)):
            if old.get(key) != new.get(key):
                yield from differences(old.get(key), new.get(key), (*path, key))
    elif isinstance(old, list | tuple) and isinstance(new, list | tuple) and len(old) == len(new):
        for at, pair in enumerate(zip(old, new, strict=True)):
            if pair[0] != pair[1]:
                yield from differences(*pair, (*path, at))
    elif isinstance(old, list | tuple) and isinstance(new, list | tuple):
        taken, added = ([item for item in one if item not in other] for one, other in ((old, new), (new, old)))
        yield path, taken or None, added or None
    else:
        yield path, old, new


def in_config(config: Mapping, whole: object, path: tuple, value: object) -> str:
    """Where a changed setting stands in the config; empty where that is not sure.

    whole : the param as it is; path, value : of the difference inside it. A mapping or list is found as a whole, a
    single value by its key and itself.
    """
    places = list(_places(config, ()))
    spots = [(*at, *path) for at, found in places if found == whole and isinstance(whole, dict | list)]
    if not spots and path and isinstance(path[-1], str):
        spots = [at for at, found in places if found == value and at[-1] == path[-1]]
    if not spots and isinstance(value, int | float | str) and len(str(value)) >= SURE:
        spots = [at for at, found in places if found == value and type(found) is type(value)]
    return dotted(spots[0]) if len(spots) == 1 else ""


def _places(value: object, path: tuple) -> Iterator[tuple[tuple, object]]:
    """Path and value of everything in a config."""
    items = value.items() if isinstance(value, Mapping) else enumerate(value) if isinstance(value, list) else ()
    for key, part in items:
        yield (*path, key), part
        yield from _places(part, (*path, key))


def _shown(*values: object) -> Iterator[str]:
    """Settings as a sentence shows them, long ones from about where they begin to differ; empty for none."""
    texts = []
    for value in values:
        listed = isinstance(value, list | tuple) and all(isinstance(item, str) for item in value)
        texts.append("" if value is None else ", ".join(value) if listed else str(value))
    alike = next((at for at, letters in enumerate(zip(*texts, strict=False)) if len({*letters}) > 1), 0)
    first = max(alike - BEFORE, 0) if max(map(len, texts)) > SETTING_WIDTH else 0
    for text in texts:
        part = text[first : first + SETTING_WIDTH]
        yield f"{'...' if first else ''}{part}{'...' if len(text) > first + SETTING_WIDTH else ''}"


# --- sentences ------------------------------------------------------------------------------------------------------


def sentence(cause: Cause, roots: Sequence[Job], reached: Sequence[Job], home: str) -> str:
    """One cause in words, and what follows from it.

    roots : the jobs that it made outdated itself. reached : those that follow from these.
    """
    kind, about = cause[0], cause[1] if len(cause) > 1 else ""
    files = [path for job in roots for path in named_in(split_reason(job.reason).get(kind, ""), job.outputs)]
    made = grouped(job.outputs[0] for job in roots)
    following = f", and from there {counted(reached, other=True)}" if reached else ""
    if kind in ("missing", "incomplete"):
        state = "missing" if kind == "missing" else "half made, for a run was interrupted"
        it = "they are" if len(files) > 1 else "it is"
        return f"{_listed(grouped(files))} {it.split()[1]} {state}: {it} made again{following}."
    one = len(roots) == 1
    jobs = len(made) > NAMED_FILES or (not one and {job.rule for job in roots} <= PROGRAMS)
    again = f"{counted(roots)} {'runs' if one else 'run'}" if jobs else f"{_listed(made)} {'is' if one else 'are'} made"
    changed = [_bare(path, home) for path in cause[1:]] if kind == "changed" else [about]
    words = {
        "changed": f"{_listed(grouped(changed))} {'was' if len(changed) == 1 else 'were'} changed",
        "scripts": "the workflow's scripts were changed",
        "rows": f"the rows of resources/{about}.csv were changed",
        "config": f"config: {about}{_change(*cause[2:])}",
        "told": f"a setting of theirs{_change(*cause[2:])}",
        "inputs": "files were added or taken away (raw tables, variables or modules)",
        "code": "the rule was changed",
        "software": "the software environment was changed",
        "forced": "an option of the command asks for it",
    }
    return f"{words.get(kind, about)}: {again} again{following}."


def _change(was: str = "", is_: str = "") -> str:
    """What became of a setting, after its name."""
    if was and is_:
        return f" was {was}, is {is_}"
    return f": {is_} was added" if is_ else f": {was} was taken away"


def counted(jobs: Sequence[Job], other: bool = False) -> str:
    """`60 jobs of linear programs and 41 other jobs`. other : jobs have been named before."""
    programs = sum(job.rule in PROGRAMS for job in jobs)
    others = len(jobs) - programs
    said = [f"{programs} job{'s' * (programs > 1)} of linear programs"] if programs else []
    said += [f"{others} {'other ' if programs or other else ''}job{'s' * (others > 1)}"] if others else []
    return " and ".join(said)


def grouped(paths: Iterable[str]) -> list[str]:
    """Files by name, those of a folder that has many as one: `results/dea/gml/ (30 files)`."""
    folders: dict[str, list[str]] = {}
    for path in dict.fromkeys(paths):
        folders.setdefault(str(PurePosixPath(path).parent), []).append(path)
    many = {
        folder: [f"{folder}/ ({len(files)} files)"] for folder, files in folders.items() if len(files) > NAMED_FILES
    }
    return [name for folder, files in folders.items() for name in many.get(folder, files)]


def _listed(names: Sequence[str]) -> str:
    """`a, b and c`."""
    return " and ".join(filter(None, (", ".join(names[:-1]), names[-1])))
