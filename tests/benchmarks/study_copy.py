"""A copy of the workflow and of the default study, for programs that measure them, and Snakemake run on it."""

from __future__ import annotations

import compileall
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from importlib.util import cache_from_source, find_spec
from pathlib import Path
from typing import NamedTuple

import yaml

ROOT = Path(__file__).parents[2]
NO_BYTECODE = {"PYTHONDONTWRITEBYTECODE": "1"}
FOLDERS = ("rules", "scripts", "envs", "profiles")


class Copy(NamedTuple):
    """A copied workflow and the folder of its study, which holds config.yaml and the raw tables."""

    workflow: Path
    study: Path


class Run(NamedTuple):
    """What a command printed and cost: seconds on the clock, CPU seconds, user and system, with its children's, and MB
    of its largest process."""

    output: str
    wall: float
    cpu: float
    memory: float


def copy_study(root: Path, target: Path) -> Copy:
    """The workflow of folder `root` and its default study, in folders of their own below `target`, its modules
    compiled."""
    copy = Copy(target / "workflow", target / "study")
    for name in FOLDERS:
        shutil.copytree(root / name, copy.workflow / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copytree(root / "resources", copy.workflow / "resources", ignore=shutil.ignore_patterns("example"))
    shutil.copy(root / "Snakefile", copy.workflow)
    shutil.copytree(root / "resources" / "example", copy.study / "raw")
    config = yaml.safe_load((root / "config.yaml").read_text("utf-8"))
    write_config(copy, config | {"inputs": "raw"})
    compileall.compile_dir(copy.workflow / "scripts", quiet=1)
    return copy


def write_config(copy: Copy, config: Mapping) -> None:
    """The study's config.yaml."""
    text = yaml.safe_dump(config, allow_unicode=True, sort_keys=False)
    (copy.study / "config.yaml").write_text(text, encoding="utf-8")


def run(command: list[str], folder: Path, **environment: str) -> Run:
    """Run a command in a folder with bytecode, unless the environment says otherwise; stops where it fails."""
    inherited = {name: value for name, value in os.environ.items() if name not in NO_BYTECODE}
    start = time.perf_counter()
    with tempfile.TemporaryFile("w+", encoding="utf-8") as printed:
        process = subprocess.Popen(
            command, cwd=folder, env=inherited | environment, text=True, stdout=printed, stderr=subprocess.STDOUT
        )
        # its own and, for they have ended, its children's
        _, status, used = os.wait4(process.pid, 0)
        wall = time.perf_counter() - start
        process.returncode = os.waitstatus_to_exitcode(status)
        printed.seek(0)
        output = printed.read()
    if process.returncode:
        sys.exit(f"{' '.join(command)} failed:\n{output}")
    return Run(output, wall, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024)


def snakemake(copy: Copy, *arguments: str, **environment: str) -> Run:
    """Run Snakemake on the study, in its folder."""
    snakefile = os.path.relpath(copy.workflow / "Snakefile", copy.study)
    return run([sys.executable, "-m", "snakemake", "--snakefile", snakefile, *arguments], copy.study, **environment)


def check_bytecode() -> None:
    """Stop where installed packages are not compiled: each job would compile what it imports."""
    for package in ("linearmodels", "matplotlib", "pandas", "snakemake"):
        if not Path(cache_from_source(find_spec(package).origin)).exists():
            sys.exit(f"{package} has no bytecode; `uv sync --compile-bytecode` first.")


def planned_jobs(output: str) -> dict[str, int]:
    """Rule -> number of jobs that a dry run announces, without `all`."""
    table = re.search(r"^job +count\n-+ +-+\n(.*?)^total ", output, re.MULTILINE | re.DOTALL)
    jobs = {} if table is None else {line.split()[0]: int(line.split()[1]) for line in table[1].splitlines()}
    jobs.pop("all", None)
    return jobs
