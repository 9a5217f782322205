"""What the default study costs: CPU seconds of its jobs, of each rule, and of a start with nothing to do.

    python tests/benchmarks/cost.py
    python tests/benchmarks/cost.py ../before . --runs 3 --repeats 9

Each workflow (a checkout; this one unless others are named) runs in a copy of its own, from no results, all in one
session of this program, turn by turn. CPU is user and system of all processes; neighbours on a busy machine make it
dearer, never cheaper. What the jobs cost is the full run less a run with nothing to do, so it holds what Snakemake does
around each job; what a rule costs is the processes of its jobs alone, timed by the shell that Snakemake starts for
each. (Snakemake's own benchmark files miss jobs that are shorter than half a second.) A start is set against two
Snakefiles that have nothing to do either: one with the study's rules, jobs, inputs and outputs, logs, benchmarks,
environment and params, its jobs trivial, and one with a single rule.

All is measured with bytecode, also where PYTHONDONTWRITEBYTECODE is set, unless `--no-bytecode` asks what it costs to
go without any, the standard library's included. `import pandas` is the yardstick between machines.
"""

from __future__ import annotations

import argparse
import re
import shutil
import sys
import tempfile
from collections import defaultdict
from pathlib import Path
from statistics import median
from typing import NamedTuple

from study_copy import NO_BYTECODE, ROOT, Copy, Run, check_bytecode, copy_study, run, snakemake

# Sourced by each shell of a job: at its end, the script that it ran and what it and its children took.
TIME_JOB = """trap '{ echo "$BASH_EXECUTION_STRING"; times; } > "$JOB_TIMES/$$.$RANDOM"' EXIT\n"""
SCRIPT = re.compile(r"\.snakemake/scripts/\w+\.(\w+)\.py")
MINUTES = re.compile(r"(\d+)m([\d.]+)s")
TRIVIAL, ONE = ", the same jobs, trivial", "one rule"

# One rule of the study with trivial jobs: as many inputs and outputs, and what every rule of the workflow has.
TRIVIAL_RULE = """

rule {rule}:
    input:
        lambda wildcards: {inputs}[int(wildcards.job)],
    output:
        {outputs},
    log:
        "logs/{rule}/{{job}}.log",
    benchmark:
        "benchmarks/{rule}/{{job}}.tsv"
    conda:
        "envs/environment.yaml"
    params:
        rule="{rule}",
    shell:
        "touch {{output}}"
"""
ONE_RULE = """\
rule all:
    output:
        "made.txt",
    shell:
        "touch {output}"
"""


class Job(NamedTuple):
    """A job of the study: its rule, the files that it reads and those that it makes."""

    rule: str
    inputs: list[str]
    outputs: list[str]


def study_jobs(copy: Copy) -> list[Job]:
    """The jobs of a study that has been run, as Snakemake's own summary tells them."""
    summary = snakemake(copy, "--detailed-summary").output.splitlines()
    names, *lines = [line.split("\t") for line in summary if "\t" in line]
    jobs = {}  # by log: each job has its own
    for row in (dict(zip(names, line, strict=True)) for line in lines):
        job = jobs.setdefault(row["log-file(s)"], Job(row["rule"], row["input-file(s)"].split(","), []))
        job.outputs.append(row["output_file"])
    return list(jobs.values())


def given_files(jobs: list[Job]) -> list[str]:
    """The files that jobs read and no job makes."""
    return sorted({file for job in jobs for file in job.inputs} - {file for job in jobs for file in job.outputs})


def trivial_snakefile(jobs: list[Job]) -> str:
    """Text of a Snakefile with the same rules, jobs, inputs and outputs, whose jobs only touch their outputs."""
    by_rule = defaultdict(list)
    for job in jobs:
        by_rule[job.rule].append(job)
    names = {file: f"given/{place}.txt" for place, file in enumerate(given_files(jobs))}
    for rule, same in by_rule.items():
        for place, job in enumerate(same):
            names |= {file: f"made/{rule}/{place}_{output}.txt" for output, file in enumerate(job.outputs)}
    text = f"rule all:\n    input:\n        {[names[file] for job in jobs for file in job.outputs]},\n"
    for rule, same in by_rule.items():
        inputs = [[names[file] for file in job.inputs] for job in same]
        outputs = ", ".join(f'"made/{rule}/{{job}}_{output}.txt"' for output in range(len(same[0].outputs)))
        text += TRIVIAL_RULE.format(rule=rule, inputs=inputs, outputs=outputs)
    return text


def make_trivial(folder: Path, snakefile: str, files: int, root: Path) -> Copy:
    """A study whose Snakefile is this text, with so many given files and the workflow's profile, after its run."""
    copy = Copy(folder / "workflow", folder / "study")
    (copy.study / "given").mkdir(parents=True)
    for file in range(files):
        (copy.study / "given" / f"{file}.txt").write_text(f"{file}\n")
    for name in ("envs", "profiles"):
        shutil.copytree(root / name, copy.workflow / name)
    (copy.workflow / "Snakefile").write_text(snakefile)
    snakemake(copy, "--cores", "2", "--quiet", "all")
    return copy


def rule_costs(folder: Path) -> dict[str, list[float]]:
    """Rule -> CPU seconds of each of its jobs, from the files that their shells wrote."""
    costs = defaultdict(list)
    for file in folder.iterdir():
        text = file.read_text("utf-8")
        if script := SCRIPT.search(text):
            spent = MINUTES.findall(text[script.end() :])
            costs[script[1]].append(sum(60 * int(minutes) + float(seconds) for minutes, seconds in spent))
    return costs


def full_run(copy: Copy, cores: int, environment: dict) -> tuple[Run, dict[str, list[float]]]:
    """A run of the study from no results, and what its rules cost."""
    times = copy.study.parent / "times"
    for folder in (copy.study / "results", times):
        shutil.rmtree(folder, ignore_errors=True)
    times.mkdir()
    (trap := times.with_suffix(".sh")).write_text(TIME_JOB)
    done = snakemake(
        copy, "--cores", str(cores), "--quiet", "all", BASH_ENV=str(trap), JOB_TIMES=str(times), **environment
    )
    return done, rule_costs(times)


def starts(copies: dict[str, Copy], repeats: int, environment: dict) -> dict[str, Run]:
    """Name -> a run with nothing to do, its seconds medians of runs taken in turn."""
    taken = defaultdict(list)
    for turn in range(repeats + 1):
        for name, copy in copies.items():
            done = snakemake(copy, "--cores", "1", **environment)
            if "Nothing to be done" not in done.output:
                sys.exit(f"{name} had something to do:\n{done.output}")
            if turn:  # the first warms up
                taken[name].append(done)
    return {
        name: Run("", *(median(column) for column in list(zip(*runs, strict=True))[1:])) for name, runs in taken.items()
    }


def print_rules(costs: dict[str, dict[str, list[float]]]) -> None:
    """CPU seconds of each rule's jobs, the dearest rule first, a column a workflow."""
    costs = {
        name: found | {"all": [spent for jobs in found.values() for spent in jobs]} for name, found in costs.items()
    }
    rules = {
        rule: max(sum(found.get(rule, [])) for found in costs.values()) for found in costs.values() for rule in found
    }
    print("\nCPU seconds of the processes of each rule's jobs: in all (jobs x mean)")
    print(f"  {'':26s}" + "  ".join(f"{name[-22:]:>22s}" for name in costs))
    for rule in sorted(rules, key=rules.get, reverse=True):
        cells = []
        for found in costs.values():
            spent = found.get(rule, [])
            cells.append(f"{sum(spent):7.2f} ({len(spent):3d} x {sum(spent) / len(spent):5.2f})" if spent else "-")
        print(f"  {rule:26s}" + "  ".join(f"{cell:>22s}" for cell in cells))


def measure(options: argparse.Namespace, folder: Path) -> None:
    """Measure in copies below `folder`, and print."""
    environment = {}
    if options.no_bytecode:
        environment = NO_BYTECODE | {"PYTHONPYCACHEPREFIX": str(folder / "no_bytecode")}
    pandas = [sys.executable, "-c", "import pandas"]
    yardstick = median(run(pandas, folder, **environment).cpu for _ in range(options.repeats))
    print(f"{'Without' if options.no_bytecode else 'With'} bytecode; import pandas: {yardstick:.2f} CPU s")

    copies = {str(root): copy_study(root, folder / f"study_{place}") for place, root in enumerate(options.workflows)}
    full, costs, jobs = {}, {}, {}
    for name in list(copies) * options.runs:  # in turn
        done, by_rule = full_run(copies[name], options.cores, environment)
        if name not in full or done.cpu < full[name].cpu:
            full[name], costs[name] = done, by_rule
    for place, root in enumerate(options.workflows):
        name = str(root)
        jobs[name] = study_jobs(copies[name])
        if (timed := sum(map(len, costs[name].values()))) != len(jobs[name]):
            sys.exit(f"{name}: {timed} of {len(jobs[name])} jobs were timed")
        text, files = trivial_snakefile(jobs[name]), len(given_files(jobs[name]))
        copies[name + TRIVIAL] = make_trivial(folder / f"trivial_{place}", text, files, root)
    copies[ONE] = make_trivial(folder / "one", ONE_RULE, 0, options.workflows[0])
    spent = starts(copies, options.repeats, environment)

    print(f"\nFull run on {options.cores} cores, cheapest of {options.runs}: CPU seconds")
    for name, done in full.items():
        idle = spent[name].cpu
        print(f"  {name}: {len(jobs[name])} jobs with {sum(len(job.inputs) for job in jobs[name])} inputs, ", end="")
        print(f"{len(given_files(jobs[name]))} files given")
        print(f"    run {done.cpu:.1f} - nothing to do {idle:.1f} = jobs {done.cpu - idle:.1f}", end="")
        print(f" = {(done.cpu - idle) / yardstick:.0f} x import pandas; on the clock {done.wall:.0f} s")
    print(f"\nA start with nothing to do, median of {options.repeats}: CPU s, s on the clock")
    for name, start in spent.items():
        print(f"  {start.cpu:6.2f} {start.wall:6.2f}  {name}")
    for name in full:
        start, trivial, one = spent[name], spent[name + TRIVIAL], spent[ONE]
        print(f"  {name}: {start.cpu / trivial.cpu:.2f} times the same jobs, trivial ", end="")
        print(f"(on the clock {start.wall / trivial.wall:.2f}), ", end="")
        print(f"{start.cpu / one.cpu:.2f} times one rule ({start.wall / one.wall:.2f})")
    print_rules(costs)


def main() -> None:
    """Print what each workflow costs."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("workflows", nargs="*", type=Path, default=[ROOT], help="checkouts; this one by default")
    parser.add_argument("--repeats", type=int, default=7, help="starts of each; their median counts")
    parser.add_argument("--runs", type=int, default=1, help="full runs of each, in turn; the cheapest counts")
    parser.add_argument("--cores", type=int, default=1, help="of the full run")
    parser.add_argument("--no-bytecode", action="store_true")
    options = parser.parse_args()
    check_bytecode()
    with tempfile.TemporaryDirectory() as folder:
        measure(options, Path(folder))


if __name__ == "__main__":
    main()
