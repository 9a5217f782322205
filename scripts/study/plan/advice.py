"""Snakemake's own errors with what they mean for a study, and what to do."""

from __future__ import annotations

import logging
import os
import re
import shlex
import shutil
import signal
import textwrap
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from study.helpers import OUT_OF_MEMORY, machine_fault
from study.plan.processes import Runs, other_runs, started_by

_KILLED = re.compile(r"died with <Signals\.(\w+)|non-zero exit status (1[3-9]\d)\b")
# How the system ends what it has no memory for, and how libraries end that get none.
_MEMORY_SIGNALS = ("SIGKILL", "SIGSEGV", "SIGBUS", "SIGABRT")
_LOCKED = "Error: Directory cannot be locked"  # what Snakemake tells a dry run, which needs no lock
_CALL = re.compile(r"\n\s+sbatch (call|script):")  # what Slurm's executor adds to a refusal
_SAID = 400  # characters of an executor's words
_LOGGED = re.compile(r"^(ERROR|CRITICAL): ", re.MULTILINE)  # how `start_log` writes what ends a job
_ERRNO = re.compile(r"\[Errno (\d+)\] [^:\n]*(?:: '([^'\n]*)')?")


def adviser(command: Sequence[str]) -> Callable[[logging.LogRecord], bool]:
    """A filter of Snakemake's logger that gives errors their cure and lets every record pass.

    command : the words after `snakemake`.
    """
    started = time.time()
    explained = []  # kinds of errors of jobs that said why; the job's own record follows each

    def advise(record: logging.LogRecord) -> bool:
        kind = getattr(record, "exception", None)
        if kind == "LockException":
            record.msg, record.args = f"Error: {locked(command, other_runs(Path.cwd()), started_by(command))}", ()
        elif kind == "IncompleteFilesException":
            record.msg, record.args = incomplete(record.getMessage()), ()
        elif kind:
            advice = cure(record.getMessage())
            if advice:
                record.msg, record.args = f"{record.getMessage()}\n{advice}", ()
            if advice or kind == "MissingOutputException":
                explained.append(kind)
        elif str(record.msg).startswith(_LOCKED):
            record.msg, record.args = locked_plan(other_runs(Path.cwd())), ()
        elif record.levelno == logging.ERROR and (logs := getattr(record, "log", None)):
            if explained:
                explained.pop()
            elif not says_why(logs, started):
                told = unlogged(getattr(record, "rule_msg", None) or "")
                logging.getLogger(record.name).error(f"Error in {record.rule_name}: {told}")
        return True

    return advise


def cure(message: str) -> str:
    """What to do after an error of Snakemake's own or of a job that was ended; empty where nothing is known."""
    if killed := _KILLED.search(message):
        name = killed[1] or _signal_name(int(killed[2]) - 128)
        if name in _MEMORY_SIGNALS:
            return f"Error: the system ended a job ({name}). Where nobody else did, {OUT_OF_MEMORY}"
        return f"Error: a job was told to end ({name}), by a user or a limit of time. Run the same command again."
    fault = _ERRNO.search(message)
    told = machine_fault(OSError(int(fault[1]), "", fault[2]) if fault else RuntimeError(message))
    return told and f"Error: {told}"


def _signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"


def unlogged(said: str) -> str:
    """What to say of a job whose log tells no error. said : the executor's words, empty where it has none; those of
    Slurm's begin with the job's number where it had taken the job, and are a refusal otherwise."""
    told = textwrap.shorten(_CALL.split(said)[0], _SAID, placeholder=" [...]")
    if told and not told.startswith("SLURM-job"):
        return told
    ended = "the job ended without an error in its log. Where nothing above says why, or a library could not be loaded,"
    return f"{told} {ended} {OUT_OF_MEMORY}".lstrip()


def locked_plan(runs: Runs) -> str:
    """What to say above the plan of a locked folder. runs : other runs, in it or perhaps in it."""
    if runs.here:
        going = ", ".join(map(str, runs.here))
        return f"Another run is going on in this folder (process {going}); planned is what it has not made yet."
    if runs.unseen:
        return f"A run locks this folder: one that was killed, or one that goes on (process {', '.join(runs.unseen)})."
    return "A run that was killed left its lock in this folder; the next run will say how it is taken away."


def locked(command: Sequence[str], runs: Runs, start: Sequence[str] = ()) -> str:
    """What to do where the folder is locked. runs : other runs, in it or perhaps in it. start : the words before
    `snakemake`, where the run was started by others."""
    if runs.here:
        return (
            f"another run is going on in this folder (process {', '.join(map(str, runs.here))}). Two at once would "
            "write the same files. Wait until it has ended, or stop it with Ctrl-C where it was started; then run the "
            "same command again."
        )
    if runs.unseen:
        told = (
            "a run locks this folder. Whether it goes on cannot be seen from here: Snakemake is at work for another "
            f"user (process {', '.join(runs.unseen)}), in this folder or in another. Ask them. If it is another, and "
            "none is at work on another computer that shares the folder"
        )
    else:
        told = (
            "an earlier run in this folder was killed and left its lock. No run that can be seen from here is going on "
            "in it; if none is on another computer that shares the folder"
        )
    return (
        f"{told}, take the lock away:\n\n"
        f"    {shlex.join([*start, 'snakemake', '--unlock', *command])}\n\n"
        "Then run the same command again: what was interrupted is made anew."
    )


def incomplete(message: str) -> str:
    """What to do where files were being made when a run was killed. message : Snakemake's, which ends with them."""
    files = message.partition("Incomplete files:\n")[2]
    return (
        "Error: a run was killed while it made the files below. Run the same command with --rerun-incomplete, or set "
        f"`rerun-incomplete: true` in your profile.\n{files}"
    )


def says_why(logs: Sequence[str], started: float) -> bool:
    """Whether a job has written an error to one of its logs since the run has started; true where it could not."""
    folder = Path(logs[0]).parent
    try:
        # some disks keep whole seconds, some of them even ones
        told = any(Path(log).stat().st_mtime >= started - 2 and _LOGGED.search(_text(log)) for log in logs)
        return told or not shutil.disk_usage(folder).free
    except FileNotFoundError:
        return not os.access(folder, os.W_OK)


def _text(log: str) -> str:
    return Path(log).read_text(encoding="utf-8", errors="replace")
