"""What the command asks for, known before Snakemake tells its targets, what it may not, and what a run says last."""

from __future__ import annotations

import re
import signal
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from study.checks.not_observed import run_summary
from study.helpers import InputError
from study.plan.advice import locked
from study.plan.dry_run import options_of, targets_of
from study.plan.processes import other_runs, started_by

if TYPE_CHECKING:
    from study.plan.study import Study

# The targets that are the check of the inputs.
CHECK = frozenset({"check", "results/check.csv", "results/check.html"})
TOLD = frozenset({"check", "why"})  # rules after which nothing is said of cells
LOCKS = Path(".snakemake/locks")
# Options of Snakemake with which it runs no job, and the one that does without locks.
LOCKLESS = (
    *("dryrun", "unlock", "nolock", "lint", "list_target_rules", "list_rules", "print_compilation", "report"),
    *("generate_unit_tests", "dag", "rulegraph", "filegraph", "d3dag", "summary", "detailed_summary", "archive"),
    *("list_changes", "list_input_changes", "list_params_changes", "list_untracked", "cleanup_metadata"),
)
_BOOTSTRAP = re.compile(r"(?:.*/)?results/productivity/([^/]+)_bootstrap\.csv")


def check_command(command: Sequence[str]) -> None:
    """Raise InputError for `why` with another target, and for a run in a folder with locks.

    Snakemake lets runs into a locked folder that share no file with the first, as `why` does with any, and takes all
    locks away at their end.
    """
    if "why" in command and {"why"} < (targets := targets_of(command)):
        other = min(targets - {"why"})
        raise InputError(
            f"why takes no other target ({other}), which would be made; ask: uv run snakemake why --config "
            f"'ask={{target: {other}}}'"
        )
    if not any(LOCKS.glob("*.lock")):
        return
    options = options_of(command)
    if not any(getattr(options, name, None) for name in LOCKLESS):
        raise InputError(locked(command, other_runs(Path.cwd()), started_by(command)))


def answer_to_sigterm() -> None:
    """Let what answers to SIGTERM answer in a thread of its own.

    Snakemake's scheduler takes its lock to answer, in the thread that may hold it already: both would wait for ever.
    """
    answer = signal.getsignal(signal.SIGTERM)
    if callable(answer):
        signal.signal(signal.SIGTERM, lambda *told: threading.Thread(target=answer, args=told, daemon=True).start())


def asks_check_alone(command: Sequence[str]) -> bool:
    """Whether a command, the words after `snakemake`, asks for the check of the inputs and nothing else."""
    return not CHECK.isdisjoint(command) and targets_of(command) <= CHECK


def asked_bootstraps(command: Sequence[str]) -> list[str]:
    """Models whose intervals are among the words of a command."""
    return sorted(match[1] for match in map(_BOOTSTRAP.fullmatch, command) if match)


def last_words(study: Study, targets: Sequence[str], failed: bool = False) -> str:
    """A run's last lines, also of a quiet one: the cells that were made up, calculated or accepted; where it failed,
    what those tables lack that cannot be made.

    targets : the run's; `check` has told of the cells already, as the raw tables are now, and `why` is of others.
    """
    if not study.is_raw:
        return ""
    said = "" if TOLD & {*targets} else run_summary("results/imputed_counts.csv")
    if failed:
        for name, missing in study.derived.unmade_tables.items():
            said += f"{name} lacks raw tables: {', '.join(missing)} (uv run snakemake check)\n"
    return said
