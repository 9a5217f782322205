"""What typical fixes cost beside a full run of the default study: wall clock, CPU, jobs, memory, as ratios.

    python tests/benchmarks/workflow.py
    python tests/benchmarks/workflow.py --runs 3 --only "control fix" "coal fix"

A copy of this checkout runs its default study from nothing; then each fix is made alone in a copy of the finished
study, and the same command runs what it made outdated. `refresh` fixes run `snakemake refresh` first. CPU is user and
system of the command and of all processes below it, and peak memory that of the largest of them, both as the system
counts them (getrusage), with bytecode. All is measured in one session, the full run again with each round, the least of
`--runs` rounds taken: neighbours on a busy machine make a run dearer, never cheaper.
"""

from __future__ import annotations

import argparse
import csv
import shutil
import sys
import tempfile
from pathlib import Path
from typing import NamedTuple

from changes import CHANGES, Change, figure, resource, setting
from reruns import make_change
from study_copy import ROOT, Copy, check_bytecode, copy_study, planned_jobs, snakemake

BY_NAME = {change.name: change for change in CHANGES}
LOANS = figure("loans of one province and year", "yearbook/loans", "58826.75", "58926.75")
NOMINAL = figure("nominal GDP of a year outside the chain", "yearbook/gdp", "11397.86", "11398.86")
ACCEPTED = setting("a figure accepted that is not in doubt", "cleaning.accept", {"loans": ["beijing 2015"]})
# Fix -> what is changed, whether `refresh` runs first, and the largest share of a full run's CPU that it may take.
FIXES: dict[str, tuple[Change | None, bool, float | None]] = {
    "nothing to do": (None, False, None),
    "control fix": (LOANS, False, 0.25),
    "robot fix": (BY_NAME["robots in China"], False, None),
    "coal fix": (BY_NAME["raw coal (energy)"], False, 0.75),
    "spec line": (BY_NAME["a table's column"], False, 0.15),
    "winsorising": (BY_NAME["winsorising"], False, None),
    "a table's title": (BY_NAME["a table's title"], False, None),
    "a third productivity model": (BY_NAME["a third model"], False, None),
    "a comment in fuels.csv": (resource("comment", "fuels", "", "# checked\n"), False, None),
    "an accepted figure": (ACCEPTED, False, None),
    "an accepted figure, refresh first": (ACCEPTED, True, None),
    "a nominal GDP that no chain uses": (NOMINAL, False, None),
    "a nominal GDP that no chain uses, refresh first": (NOMINAL, True, None),
}


class Cost(NamedTuple):
    """What a command cost: seconds on the clock, CPU seconds, jobs run, MB of its largest process."""

    wall: float
    cpu: float
    jobs: int
    memory: float


def run_study(copy: Copy, *targets: str) -> Cost:
    """Run what is outdated."""
    done = snakemake(copy, "--cores", "2", *targets)
    return Cost(done.wall, done.cpu, sum(planned_jobs(done.output).values()), done.memory)


def run_fix(copy: Copy, change: Change | None, refresh: bool, target: Path) -> Cost:
    """Make a change in a copy of a finished study, and run it, in two commands where `refresh` comes first."""
    shutil.copytree(copy.workflow.parent, target, copy_function=shutil.copy2)
    other = Copy(target / "workflow", target / "study")
    if change:
        make_change(other, change)
    costs = [run_study(other, "refresh")] if refresh else []
    costs.append(run_study(other))
    shutil.rmtree(target)
    return Cost(*(sum(column) for column in list(zip(*costs, strict=True))[:3]), max(cost.memory for cost in costs))


def least(costs: list[Cost]) -> Cost:
    """The least of each figure over some runs."""
    return Cost(*map(min, zip(*costs, strict=True)))


def measure(names: list[str], runs: int) -> tuple[Cost, dict[str, Cost]]:
    """The cost of a full run, and of each fix."""
    full: list[Cost] = []
    fixes: dict[str, list[Cost]] = {name: [] for name in names}
    with tempfile.TemporaryDirectory() as folder:
        for number in range(runs):
            copy = copy_study(ROOT, Path(folder) / f"study_{number}")
            full.append(run_study(copy))
            for name in names:
                change, refresh, _ = FIXES[name]
                fixes[name].append(run_fix(copy, change, refresh, Path(folder) / "fixed"))
            shutil.rmtree(copy.workflow.parent)
    return least(full), {name: least(costs) for name, costs in fixes.items()}


def main() -> None:
    """Print the table, and end with an error where a fix takes more than its share."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=1, help="rounds, the least of which counts")
    parser.add_argument("--only", nargs="+", metavar="FIX", help=", ".join(FIXES))
    parser.add_argument("--csv", type=Path, help="file of the table")
    options = parser.parse_args()
    names = options.only or list(FIXES)
    if unknown := set(names) - FIXES.keys():
        sys.exit(f"No fix is called {', '.join(sorted(unknown))}")
    check_bytecode()
    full, fixes = measure(names, options.runs)
    rows, over = [], []
    for name, cost in {"full run": full, **fixes}.items():
        share = FIXES[name][2] if name in FIXES else None
        target = f"{share:.0%}" if share else ""
        rows.append(
            [name, cost.jobs, f"{cost.wall:.1f}", f"{cost.wall / full.wall:.0%}", f"{cost.cpu:.1f}",
             f"{cost.cpu / full.cpu:.0%}", target, f"{cost.memory:.0f}"]
        )  # fmt: skip
        if share and cost.cpu > share * full.cpu:
            over.append(f"{name} takes {cost.cpu / full.cpu:.0%} of a full run, more than {target}")
    header = ["fix", "jobs", "seconds", "of full", "CPU s", "of full", "target", "peak MB"]
    for row in [header, *rows]:
        print("{:50s} {:>5} {:>8} {:>8} {:>7} {:>8} {:>7} {:>8}".format(*row))
    if options.csv:
        with options.csv.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows([header, *rows])
    if over:
        sys.exit("\n".join(over))


if __name__ == "__main__":
    main()
