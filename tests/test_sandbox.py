"""What a run touches: it writes to its study's results, its state, caches and temporary files, reads no data from
elsewhere and needs no network."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from hashlib import sha256
from importlib.util import source_from_cache
from pathlib import Path

import pytest
from conftest import ROOT, assert_same_bytes, small_config, write_config
from study.plan.dry_run import planned_jobs
from test_rules import tables_of

pytestmark = pytest.mark.slow
# Calls that open, make, move or delete files, and those that speak to other machines.
FILE_CALLS = "open,openat,openat2,creat,rename,renameat,renameat2,unlink,unlinkat,mkdir,mkdirat,rmdir,truncate"
FILE_CALLS += ",link,linkat,symlink,symlinkat,mknod,mknodat"
NETWORK_CALLS = "connect,sendto,sendmsg"
CALL = re.compile(r"(\d+) +(\w+)\((.*)\) += (-?\d+)(?:<(.*)>)?")
HERE = re.compile(r"AT_FDCWD<([^>]*)>")
NAMED = re.compile(r'(?:(?:AT_FDCWD|\d+)<([^>]*)>, )?"((?:[^"\\]|\\.)*)"')  # a path and the folder it is relative to
SYSTEM = (
    "/usr",
    "/lib",
    "/lib64",
    "/bin",
    "/etc",
    "/proc",
    "/sys",
    "/dev",
    "/run",
    "/var/lib",
    "/var/cache/fontconfig",
)
DEVICES = ("/dev/null", "/dev/tty", "/dev/urandom", "/dev/shm")
MADE_FOLDERS = ("home", "cache", "temp")


def run_study(folder: Path, *before: str) -> subprocess.CompletedProcess:
    """The small study in `folder/study`, run by a command put before Snakemake's; home, cache and temporary files are
    folders beside it."""
    study = folder / "study"
    shutil.copytree(ROOT / "resources" / "example", study / "raw")
    write_config(study, small_config())
    for name in MADE_FOLDERS:
        (folder / name).mkdir()
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith(("XDG_", "MPL", "PYTHON"))},
        "HOME": str(folder / "home"),
        "XDG_CACHE_HOME": str(folder / "cache"),
        "TMPDIR": str(folder / "temp"),
    }
    command = ["-m", "snakemake", "--snakefile", str(ROOT / "Snakefile"), "--directory", str(study), "--cores", "2"]
    return subprocess.run(
        [*before, sys.executable, *command], capture_output=True, text=True, env=environment, cwd=folder, timeout=1500
    )


@pytest.fixture(scope="module")
def traced(tmp_path_factory) -> tuple[Path, list[tuple[str, str, bool, list[str]]]]:
    """(Folder of a run, its calls that succeeded: process, name, whether it changes something, absolute paths)."""
    if not shutil.which("strace"):
        pytest.skip("no strace, which shows the files that are opened")
    folder = tmp_path_factory.mktemp("traced").resolve()
    trace = folder / "trace"
    calls = f"trace={FILE_CALLS},{NETWORK_CALLS}"
    # -y writes out the folder that a path is relative to, and the file that was opened
    run = run_study(folder, "strace", "-f", "--seccomp-bpf", "-qq", "-y", "-s", "4096", "-e", calls, "-o", str(trace))
    if "PTRACE" in run.stderr or not trace.exists():
        pytest.skip(f"strace is not permitted: {run.stderr[:200]}")
    assert run.returncode == 0, run.stdout + run.stderr
    return folder, list(parsed(trace.read_text("utf-8", "replace"), folder / "study"))


def parsed(trace: str, start: Path):
    """The calls of a trace that succeeded; a call that was interrupted by another process's is put together."""
    here: dict[str, str] = {}
    begun: dict[str, str] = {}
    for line in trace.splitlines():
        pid = line.split(" ", 1)[0]
        if line.endswith("<unfinished ...>"):
            begun[pid] = line.removesuffix(" <unfinished ...>")
            continue
        if resumed := re.match(r"\d+ +<\.\.\. \w+ resumed>(.*)", line):
            line = begun.pop(pid) + resumed[1]
        if not (call := CALL.match(line)):
            continue
        _, name, arguments, code, opened = call.groups()
        if found := HERE.search(arguments):
            here[pid] = found[1]
        if name in NETWORK_CALLS.split(","):
            yield pid, name, True, [arguments]
        elif int(code) >= 0:
            base = here.get(pid, str(start))
            named = [os.path.normpath(Path(folder or base, path)) for folder, path in NAMED.findall(arguments)]
            paths = [opened] if opened else named
            changes = not name.startswith("open") or re.search("O_(WRONLY|RDWR|CREAT)", arguments) is not None
            yield pid, name, changes, paths


def is_below(path: str, *folders: str | Path) -> bool:
    return any(path == str(folder) or path.startswith(f"{folder}/") for folder in folders)


def test_a_run_writes_to_results_state_caches_and_temporary_files_alone(traced):
    folder, calls = traced
    allowed = [folder / "study/results", folder / "study/.snakemake", folder / "temp", *DEVICES]
    allowed += [folder / "cache/snakemake", folder / "cache/matplotlib", folder / "home/.config/matplotlib"]
    parents = {str(parent) for path in allowed[4:] for parent in Path(path).parents}
    written = {
        path for _, name, changes, paths in calls if changes and name not in NETWORK_CALLS.split(",") for path in paths
    }
    assert any(is_below(path, folder / "study/results/tables") for path in written)  # the trace has the jobs' files
    elsewhere = {
        path for path in written if not is_below(path, *allowed) and path not in parents and not is_below(path, ROOT)
    }
    assert not elsewhere
    # of the workflow's own folder, Python's compiled modules
    assert not {path for path in written if is_below(path, ROOT) and "/__pycache__" not in path}


def test_a_run_reads_no_data_from_elsewhere(traced):
    folder, calls = traced
    installed = {sys.prefix, sys.base_prefix, str(Path(sys.executable).resolve().parents[1])}
    known = [folder, ROOT, *installed, *SYSTEM]
    opened = {path for _, name, changes, paths in calls if name.startswith("open") and not changes for path in paths}
    assert str(folder / "study/raw/yearbook/gdp.csv") in opened
    # folders are looked through on the way to what is in them
    assert not {path for path in opened if not is_below(path, *known) and not Path(path).is_dir()}


def source_of(path: str) -> str:
    """The module that Python opened in compiled form; any other file as it is."""
    return source_from_cache(path) if path.endswith(".pyc") else path


def test_a_job_reads_what_its_rule_declares_alone(traced):
    """What a job opens of the study and the workflow is among its inputs, or a table whose rows are in its params."""
    folder, calls = traced
    study = folder / "study"
    command = ["--snakefile", str(ROOT / "Snakefile"), "--directory", str(study), "--cores", "1", "--forceall"]
    # the folder that a job writes in is called by its first output
    jobs = {sha256(job.outputs[0].encode()).hexdigest()[:16]: job for job in planned_jobs(command, str(folder), [])}
    whose = {}
    for pid, _, changes, paths in calls:
        if changes and (found := re.search(r"/\.unfinished-(\w{16})", " ".join(paths))):
            whose[pid] = jobs[found[1]]
    assert set(whose.values()) == set(jobs.values())
    undeclared = set()
    for pid, name, changes, paths in calls:
        if pid not in whose or changes or not name.startswith("open"):
            continue
        job = whose[pid]
        declared = [os.path.normpath(study / path) for path in (*job.inputs, *job.outputs)]
        declared += [str(ROOT / f"resources/{table}.csv") for table in tables_of(job.rule)]
        mine = [str(study / ".snakemake/scripts"), str(study / "results/logs" / job.rule), *declared]
        for path in map(source_of, paths):
            ours = is_below(path, study, ROOT) and not is_below(path, sys.prefix) and not Path(path).is_dir()
            if ours and "/.unfinished-" not in path and Path(path).name != "__init__.py" and not is_below(path, *mine):
                undeclared.add((job.rule, os.path.relpath(path, ROOT)))
    assert not undeclared


def test_a_run_speaks_to_no_other_machine(traced):
    _, calls = traced
    spoken = {paths[0] for _, name, _, paths in calls if name in NETWORK_CALLS.split(",")}
    assert not {arguments for arguments in spoken if "AF_INET" in arguments or "AF_NETLINK" in arguments}


def test_a_run_without_any_network_gives_the_same_results(traced, tmp_path):
    isolated = ["unshare", "--net"] if os.geteuid() == 0 else ["unshare", "--map-root-user", "--net"]
    if not shutil.which("unshare") or subprocess.run([*isolated, "true"], capture_output=True).returncode:
        pytest.skip("no namespace without interfaces can be made here")
    run = run_study(tmp_path, *isolated)
    assert run.returncode == 0, run.stdout + run.stderr
    assert_same_bytes(tmp_path / "study" / "results", traced[0] / "study" / "results")


def test_a_slow_disk_gives_the_same_results(traced, tmp_path):
    # strace holds each call that makes, moves, syncs or deletes a file back for 30 ms
    calls = "rename,mkdir,unlink,rmdir,fsync"
    slowed = ["-e", f"trace={calls}", "-e", f"inject={calls}:delay_enter=30000"]
    run = run_study(tmp_path, "strace", "-f", "--seccomp-bpf", "-qq", "-o", os.devnull, *slowed)
    assert run.returncode == 0, run.stdout + run.stderr
    assert_same_bytes(tmp_path / "study" / "results", traced[0] / "study" / "results")
