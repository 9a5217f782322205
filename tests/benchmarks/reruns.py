"""Which jobs each of eighty single changes runs again, and that these are enough.

    python tests/benchmarks/reruns.py --csv reruns.csv
    python tests/benchmarks/reruns.py --verify

A copy of the workflow (this checkout's unless another is named) runs its default study; then each change of
`changes.py` is made alone, a dry run tells what it plans, and the change is taken back, time stamps included. A dry
run counts a job as planned where an input will be made again, as a run does. `--verify` makes the changes of results
one by one, lets the study run what it plans, and compares all its results byte by byte with those of a run from
nothing; so much computing takes about as long as two full runs a change.
"""

from __future__ import annotations

import argparse
import csv
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import yaml
from changes import CHANGES, VERIFIED, Change
from study_copy import ROOT, Copy, copy_study, planned_jobs, snakemake

NOT_RESULTS = {"logs", "benchmarks"}  # folders of results/ that hold what a run took
NAMED = 5  # files that a message names


def make_change(copy: Copy, change: Change) -> None:
    """Make a change in a copy; stops where its file does not hold the text that it replaces."""
    path = copy.workflow.parent / change.file
    content = path.read_bytes()
    if change.key:
        content = changed_config(content, change)
    elif change.old is not None:
        old, new = change.old.encode(), change.new.encode()
        if old not in content:
            sys.exit(f"{change.name}: {change.file} does not hold {change.old!r}")
        content = content.replace(old, new, 1) if old else content + new
    path.write_bytes(content)


def changed_config(content: bytes, change: Change) -> bytes:
    """The config with one key changed."""
    config = yaml.safe_load(content)
    *place, last = change.key.split(".")
    at = config
    for key in place:
        at = at[int(key) if isinstance(at, list) else key]
    if last == "+":
        at.append(change.value)
    else:
        at[int(last) if isinstance(at, list) else last] = change.value
    return yaml.safe_dump(config, allow_unicode=True, sort_keys=False).encode()


@contextmanager
def changed(copy: Copy, change: Change) -> Iterator[None]:
    """A change that is taken back at the end, with the file's time stamps."""
    path = copy.workflow.parent / change.file
    content, status = path.read_bytes(), path.stat()
    make_change(copy, change)
    try:
        yield
    finally:
        path.write_bytes(content)
        os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))


def planned(copy: Copy) -> dict[str, int]:
    """Rule -> number of jobs that a run would start."""
    return planned_jobs(snakemake(copy, "--dry-run").output)


def print_reruns(copy: Copy, changes: Sequence[Change], file: Path | None) -> None:
    """A row a change: its jobs, linear programs among them, and how many of each rule; also as csv."""
    rows = []
    print(f"{'kind':10s} {'change':52s} {'jobs':>4s} {'LPs':>4s}  by rule")
    for change in changes:
        with changed(copy, change):
            jobs = planned(copy)
        rules = ", ".join(f"{rule} {count}" if count > 1 else rule for rule, count in jobs.items())
        rows.append([change.kind, change.name, sum(jobs.values()), jobs.get("solve_dea", 0), rules])
        print("{:10s} {:52s} {:4d} {:4d}  {}".format(*rows[-1]), flush=True)
    if left := planned(copy):
        sys.exit(f"All changes were taken back, and still a run would start {left}")
    jobs, programs = (sum(row[column] for row in rows) for column in (2, 3))
    print(f"{len(rows)} changes: {jobs} jobs, {programs} of them linear programs")
    if file:
        with file.open("w", encoding="utf-8", newline="") as target:
            csv.writer(target).writerows([["kind", "change", "jobs", "solve_dea", "rules"], *rows])


def results(copy: Copy) -> dict[str, bytes]:
    """Path below results/ -> content of each file of results."""
    folder = copy.study / "results"
    files = (path.relative_to(folder) for path in folder.rglob("*") if path.is_file())
    return {str(file): (folder / file).read_bytes() for file in files if file.parts[0] not in NOT_RESULTS}


def run_changed(copy: Copy, change: Change, target: Path, *left_behind: str) -> dict[str, bytes]:
    """The results of a changed study, run in a copy of its own that lacks some names of the study's folder."""
    shutil.copytree(copy.workflow.parent, target, ignore=shutil.ignore_patterns(*left_behind))
    other = Copy(target / "workflow", target / "study")
    make_change(other, change)
    snakemake(other, "--cores", "2", "--quiet", "all")
    found = results(other)
    shutil.rmtree(target)
    return found


def verify(copy: Copy, changes: Sequence[Change], folder: Path) -> None:
    """Stop with the names of the files that a changed study left as they were before, if there are any."""
    before, wrong = results(copy), []
    for change in changes:
        again = run_changed(copy, change, folder / "again")
        fresh = run_changed(copy, change, folder / "fresh", "results", ".snakemake")
        different = sorted(file for file, content in fresh.items() if again.get(file) != content)
        moved = sum(before.get(file) != content for file, content in fresh.items())
        left = len(again.keys() - fresh.keys())
        print(f"{change.name:52s} of {len(fresh)} files {moved} changed, {len(different)} unlike ", end="")
        print(f"a run from nothing; {left} more left from before", flush=True)
        if different:
            wrong.append(f"{change.name}: {', '.join(different[:NAMED])}" + (" ..." if different[NAMED:] else ""))
    if wrong:
        sys.exit("\n".join(["Less runs again than needed:", *wrong]))


def main() -> None:
    """Run the study, then print what each change runs again, or check it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("workflow", nargs="?", type=Path, default=ROOT, help="checkout; this one by default")
    parser.add_argument("--only", nargs="+", metavar="CHANGE", help="names of changes")
    parser.add_argument("--csv", type=Path, help="file of the table")
    parser.add_argument("--verify", action="store_true", help="compare results with those of a run from nothing")
    options = parser.parse_args()
    names = options.only or (VERIFIED if options.verify else [change.name for change in CHANGES])
    if unknown := set(names) - {change.name for change in CHANGES}:
        sys.exit(f"No change is called {', '.join(sorted(unknown))}")
    changes = [change for change in CHANGES if change.name in names]
    with tempfile.TemporaryDirectory() as folder:
        copy = copy_study(options.workflow, Path(folder) / "study")
        snakemake(copy, "--cores", "2", "--quiet", "all")
        if options.verify:
            verify(copy, changes, Path(folder))
        else:
            print_reruns(copy, changes, options.csv)


if __name__ == "__main__":
    main()
