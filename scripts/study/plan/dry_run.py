"""The jobs that a Snakemake command would run, asked of Snakemake itself in a dry run, which takes no lock."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from argparse import Namespace
from collections.abc import Sequence
from difflib import get_close_matches
from typing import NamedTuple

from study.helpers import SCRIPTS, InputError


class Job(NamedTuple):
    """A planned job; files are as Snakemake calls them, from the study's folder, modules among inputs."""

    rule: str
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    reason: str


def planned_jobs(command: Sequence[str], start: str, targets: Sequence[str], *options: str) -> list[Job]:
    """Jobs that the same command would run for other targets; a rule that makes no file is none.

    command : the words after `snakemake` of the run that asks. start : the folder that it was given in. targets :
    rules or files; none is the default. options : further ones of Snakemake. Raises InputError with Snakemake's words
    where it makes no plan.
    """
    # Snakemake plans no job aloud where both rules and progress are hushed
    mine = ["--dry-run", *options, "--logger", "planned", "--quiet", "host"]
    words = [sys.executable, "-m", "snakemake", *without_targets(command), *mine, "--", *targets]
    path = os.pathsep.join(filter(None, (str(SCRIPTS), os.environ.get("PYTHONPATH"))))
    utf8 = {"PYTHONPATH": path, "PYTHONIOENCODING": "utf-8"}
    run = subprocess.run(words, capture_output=True, text=True, encoding="utf-8", cwd=start, env=os.environ | utf8)
    if run.returncode:
        raise InputError(run.stderr.strip() or "Snakemake makes no plan and does not say why.")
    lines = [json.loads(line) for line in run.stdout.splitlines() if line.startswith('{"rule_name"')]
    jobs = [Job(line["rule_name"], tuple(line["input"]), tuple(line["output"]), line["reason"]) for line in lines]
    forced = forces(command)
    return sorted(job if forced else unforced(job) for job in jobs if job.outputs)


def unforced(job: Job) -> Job:
    """A job of a command that forces none: under `rerun-incomplete` Snakemake calls one forced that was interrupted."""
    half_made = f"Incomplete output files: {', '.join(job.outputs)}"
    return job._replace(reason=half_made) if job.reason == "Forced execution" else job


def forces(command: Sequence[str]) -> bool:
    """Whether a command has jobs run that are not outdated."""
    options = options_of(command)
    return bool(options.force or options.forceall or options.forcerun)


def options_of(command: Sequence[str]) -> Namespace:
    """A command as Snakemake reads it."""
    from snakemake.cli import get_argument_parser

    return get_argument_parser().parse_known_args(list(command))[0]


def targets_of(command: Sequence[str]) -> set[str]:
    """The targets that a command names."""
    return set(options_of(command).targets)


def without_targets(command: Sequence[str]) -> list[str]:
    """A command's options: of words that are a target and an option's value, too, the one is left that is the value."""
    words = list(command[: command.index("--")] if "--" in command else command)
    for target in targets_of(words):
        fewer = (words[:at] + words[at + 1 :] for at, word in enumerate(words) if word == target)
        named_twice = [word for word in words if word != target]
        words = next((rest for rest in fewer if target not in targets_of(rest)), named_twice)
    return words


def no_such_target(target: str, known: Sequence[str]) -> str:
    """What is said of a target that no rule makes. known : targets of which one may be meant."""
    meant = get_close_matches(target, known, 1, 0.5)
    hint = f"is `{meant[0]}` meant?" if meant else "name a file of results/, or leave `ask` out to ask for all."
    return f"ask.target: no rule makes `{target}`; {hint}"
