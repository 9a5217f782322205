"""Processes of this computer: runs in the same folder, and how this one was started."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple


class Runs(NamedTuple):
    """Other runs of Snakemake on this computer.

    here : numbers of the processes at work in the folder. unseen : `12 of ann`, where another user's folder may not be
    seen.
    """

    here: tuple[int, ...] = ()
    unseen: tuple[str, ...] = ()


def other_runs(folder: Path) -> Runs:
    """Snakemakes at work in a folder, or perhaps in it, other than this one and its ancestors."""
    import psutil

    own = {os.getpid(), *(parent.pid for parent in psutil.Process().parents())}
    here, unseen = [], []
    for process in psutil.process_iter(["cwd", "cmdline", "username"]):
        if process.pid in own or not runs_snakemake(process.info["cmdline"] or ()):
            continue
        if process.info["cwd"] == str(folder):
            here.append(process.pid)
        elif process.info["cwd"] is None:
            unseen.append(f"{process.pid} of {process.info['username']}")
    return Runs(tuple(sorted(here)), tuple(sorted(unseen)))


def runs_snakemake(words: Sequence[str]) -> bool:
    """Whether a process is Snakemake's own, by its words; `uv run snakemake` is not, but waits for one."""
    names = [Path(word).stem.lower() for word in words[:4]]
    return "snakemake" in names and names[0].startswith(("python", "pypy", "snakemake"))


def started_by(command: Sequence[str]) -> list[str]:
    """The words before `snakemake` that started this run, where they are uv's, such as `uv run --group slurm`.

    command : the words after `snakemake`.
    """
    import psutil

    try:
        words = psutil.Process().parent().cmdline()
    except (psutil.Error, AttributeError):  # the parent has ended, or belongs to another
        return []
    before = words[: len(words) - len(command)]
    return ["uv", *before[1:-1]] if before[-1:] == ["snakemake"] and Path(before[0]).stem == "uv" else []
