"""What the machine does to a run is told with its cure."""

import errno
import logging
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path
from types import SimpleNamespace

import pytest
from conftest import ROOT, copy_workflow, small_config, snakemake, write_config
from pandas.errors import ParserError
from study.helpers import OUT_OF_MEMORY, machine_fault
from study.plan.advice import adviser, cure, incomplete, locked, says_why
from study.plan.processes import Runs, other_runs, runs_snakemake, started_by

SCRIPTS = ROOT / "scripts"


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (MemoryError(), OUT_OF_MEMORY),
        (OSError(errno.ENOMEM, "Cannot allocate memory"), OUT_OF_MEMORY),
        (ImportError("libopenblas.so: failed to map segment from shared object"), OUT_OF_MEMORY),
        (RuntimeError("can't start new thread"), OUT_OF_MEMORY),
        (ParserError("Error tokenizing data. C error: out of memory"), OUT_OF_MEMORY),
        (SystemError("error return without exception set"), "a library stopped without an error. Where nothing else"),
        (ParserError("C error: Calling read(nbytes) on source failed."), "a library stopped without an error. Where"),
        (OSError(errno.ENOSPC, "", "results/a.csv"), "results/a.csv: the disk is full"),
        (OSError(errno.ENOSPC, ""), "A file could not be written: the disk is full"),
        (OSError(errno.EROFS, "", "results"), "results: the disk is mounted for reading alone"),
        (PermissionError(errno.EACCES, "", "raw/a.csv"), "raw/a.csv: this user may not read or write it"),
    ],
)  # fmt: skip
def test_a_fault_of_the_machine_is_told_with_its_cure(error, told):
    assert machine_fault(error).startswith(told)


@pytest.mark.parametrize(
    "error",
    [
        *(ValueError("memory"), ImportError("No module named 'pandas'"), SystemError("x")),
        FileNotFoundError(errno.ENOENT, "", "a"),
    ],
)
def test_another_error_is_left_as_it_is(error):
    assert machine_fault(error) == ""


@pytest.mark.parametrize(
    ("message", "told"),
    [
        ("Command 'x' died with <Signals.SIGKILL: 9>.", "(SIGKILL). Where nobody else did, there is not enough"),
        ("Command 'x' returned non-zero exit status 137.", "(SIGKILL)"),
        ("Command 'x' returned non-zero exit status 139.", "(SIGSEGV)"),
        ("Command 'x' died with <Signals.SIGTERM: 15>.", "a job was told to end (SIGTERM)"),
        ("OSError: [Errno 28] No space left on device", "Error: A file could not be written: the disk is full."),
        ("[Errno 13] Permission denied: 'results/clean'", "Error: results/clean: this user may not"),
        ("can't start new thread", f"Error: {OUT_OF_MEMORY}"),
        ('MemoryError in file "Snakefile", line 19.', f"Error: {OUT_OF_MEMORY}"),
        ("SystemError: error return without exception set", f"Where nothing else says why, {OUT_OF_MEMORY}"),
        ("Command 'x' returned non-zero exit status 1.", ""),
        ("At least one job did not complete successfully.", ""),
    ],
)  # fmt: skip
def test_an_error_of_snakemakes_gets_its_cure(message, told):
    assert told in cure(message)
    assert bool(told) == bool(cure(message))


def test_a_sigterm_while_the_scheduler_holds_its_lock_is_answered_afterwards():
    code = f"""
import os, signal, sys, threading, time
sys.path.insert(0, {str(SCRIPTS)!r})
from study.plan.command import answer_to_sigterm
lock, answered = threading.Lock(), threading.Event()
def answer(*told):
    with lock:
        answered.set()
answer_to_sigterm()  # where nothing answers yet
assert signal.getsignal(signal.SIGTERM) is signal.SIG_DFL
signal.signal(signal.SIGTERM, answer)
answer_to_sigterm()
with lock:
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(0.2)
    assert not answered.is_set()
assert answered.wait(20)
"""
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)


@pytest.mark.parametrize(
    ("kind", "message", "memory"),
    [
        ("RuleException", "Command 'x' died with <Signals.SIGTERM: 15>.", False),
        ("MissingOutputException", "Job 3 completed successfully, but some output files are missing.", False),
        ("RuleException", "Command 'x' returned non-zero exit status 1.", True),
    ],
)
def test_a_job_whose_error_has_said_why_had_no_lack_of_memory(tmp_path, caplog, kind, message, memory):
    log = tmp_path / "a.log"
    log.write_text("INFO: begun\n")
    advise = adviser([])
    failed = logging.makeLogRecord({"name": "x", "msg": message, "levelno": logging.ERROR, "exception": kind})
    job = logging.makeLogRecord(
        {"name": "x", "msg": "Error in rule a", "levelno": logging.ERROR, "rule_name": "a", "log": [str(log)]}
    )
    assert advise(failed)
    assert advise(job)
    assert (OUT_OF_MEMORY in failed.getMessage() + caplog.text) == memory
    caplog.clear()
    assert advise(job)  # of another job
    assert OUT_OF_MEMORY in caplog.text


def test_files_left_half_made_are_never_to_be_declared_complete():
    from snakemake.exceptions import IncompleteFilesException

    record = logging.makeLogRecord(
        {"msg": str(IncompleteFilesException(["results/a.csv"])), "exception": "IncompleteFilesException"}
    )
    assert adviser([])(record)
    assert "cleanup-metadata" not in record.getMessage()
    assert "--rerun-incomplete" in record.getMessage()
    assert record.getMessage().rstrip().endswith("results/a.csv")
    assert incomplete("").count("\n") == 1


def test_the_command_that_unlocks_is_the_same_command():
    command = ["--directory", "my study", "-q", "rules", "--", "results/panel.csv"]
    same = "snakemake --unlock --directory 'my study' -q rules -- results/panel.csv\n"
    assert f"\n    {same}" in locked(command, Runs())
    start = ["uv", "run", "--group", "slurm"]
    assert f"\n    uv run --group slurm {same}" in locked(command, Runs(), start)
    assert "--unlock" not in locked([], Runs(here=(12,)))
    assert "process 12" in locked([], Runs(here=(12,)))
    unseen = locked(command, Runs(unseen=("12 of ann",)), start)
    assert "No run" not in unseen
    assert "process 12 of ann" in unseen
    assert f"uv run --group slurm {same}" in unseen


@pytest.mark.parametrize(
    ("words", "runs"),
    [
        (["/opt/.venv/bin/python3", "-m", "snakemake", "--cores", "8"], True),
        (["/opt/.venv/bin/python3.11", "/opt/.venv/bin/snakemake", "--cores", "8"], True),
        (["C:\\study\\.venv\\Scripts\\python.exe", "-m", "snakemake"], sys.platform == "win32"),
        (["uv", "run", "snakemake", "--directory", "my_study"], False),
        (["vim", "snakemake"], False),
        (["python", "a.py", "--of", "it", "snakemake"], False),
        ([], False),
    ],
)  # fmt: skip
def test_snakemake_is_known_by_the_words_of_its_process(words, runs):
    assert runs_snakemake(words) == runs


def test_runs_are_those_in_the_folder_and_those_that_may_not_be_seen(monkeypatch):
    snakemake_at_work = ["python", "-m", "snakemake"]
    seen = [
        (7_000_001, "/study", snakemake_at_work, "ann"),
        (7_000_002, "/study", ["uv", "run", "snakemake"], "ann"),
        (7_000_003, "/another", snakemake_at_work, "ann"),
        (7_000_004, None, snakemake_at_work, "bob"),
        (7_000_005, None, ["python", "a.py"], "bob"),
        (7_000_006, None, None, "bob"),
    ]
    processes = [
        SimpleNamespace(pid=pid, info={"cwd": cwd, "cmdline": words, "username": user})
        for pid, cwd, words, user in seen
    ]
    monkeypatch.setattr("psutil.process_iter", lambda fields: processes)
    assert other_runs(Path("/study")) == Runs((7_000_001,), ("7000004 of bob",))


@pytest.mark.parametrize(
    ("parent", "start"),
    [
        (["/usr/bin/uv", "run", "--group", "slurm", "snakemake", "--cores", "8"], ["uv", "run", "--group", "slurm"]),
        (["uv", "run", "--with", "snakemake", "snakemake", "--cores", "8"], ["uv", "run", "--with", "snakemake"]),
        (["bash", "snakemake", "--cores", "8"], []),
        (["bash"], []),
        (["uv", "run", "pytest", "--cores", "8"], []),
        ([], []),
    ],
)
def test_what_started_a_run_is_said_as_it_was_typed(monkeypatch, parent, start):
    process = SimpleNamespace(parent=lambda: SimpleNamespace(cmdline=lambda: parent))
    monkeypatch.setattr("psutil.Process", lambda: process)
    assert started_by(["--cores", "8"]) == start


@pytest.mark.parametrize(
    ("said", "told", "memory"),
    [
        (None, "Error in solve_dea: the job ended without an error in its log. Where", True),
        (
            "SLURM sbatch failed. The error message was 'sbatch: error: invalid partition: x\nsbatch: error: failed'.\n"
            "    sbatch call:\n        sbatch -p x\n",
            "Error in solve_dea: SLURM sbatch failed. The error message was 'sbatch: error: invalid partition: x "
            "sbatch: error: failed'.",
            False,
        ),
        ("Job submission failed with exception: no sbatch", "submission failed with exception: no sbatch", False),
        ("SLURM-job '7' failed, SLURM status is: 'OUT_OF_MEMORY'.", "status is: 'OUT_OF_MEMORY'. the job ended", True),
    ],
)  # fmt: skip
def test_a_job_that_a_cluster_refused_had_no_lack_of_memory(tmp_path, caplog, said, told, memory):
    fields = {"levelno": logging.ERROR, "rule_name": "solve_dea", "log": [str(tmp_path / "a.log")], "rule_msg": said}
    record = logging.makeLogRecord({"name": "refusals", "msg": "Error in rule solve_dea"} | fields)
    assert adviser([])(record)
    assert told in caplog.text
    assert "sbatch call" not in caplog.text
    assert (OUT_OF_MEMORY in caplog.text) == memory


@pytest.mark.parametrize(
    ("runs", "told"),
    [
        (Runs(), "was killed"),
        (Runs(here=(12, 13)), "going on in this folder (process 12, 13)"),
        (Runs(unseen=("12 of ann",)), "or one that goes on (process 12 of ann)"),
    ],
)
def test_a_dry_run_in_a_locked_folder_is_told_whose_lock_it_is(monkeypatch, runs, told):
    monkeypatch.setattr("study.plan.advice.other_runs", lambda folder: runs)
    lock = "Error: Directory cannot be locked. Another Snakemake instance is running."
    record = logging.makeLogRecord({"msg": lock, "levelno": logging.INFO})
    assert adviser([])(record)
    assert told in record.getMessage()


def test_a_log_tells_why_where_it_holds_an_error_of_this_run(tmp_path):
    log = tmp_path / "a.log"
    assert not says_why([str(log)], time.time())
    log.write_text("INFO: 30 rows\nWARNING: no ERROR: here\n")
    assert not says_why([str(log)], time.time())
    for level in ("ERROR", "CRITICAL"):
        log.write_text(f"INFO: 30 rows\n{level}: no such column\n")
        assert says_why([str(log)], time.time())
        assert not says_why([str(log)], time.time() + 60)


@pytest.fixture
def study(tmp_path):
    """A study with one raw table, of which one job makes a clean one."""
    raw = tmp_path / "raw/yearbook"
    raw.mkdir(parents=True)
    shutil.copy(ROOT / "resources/example/yearbook/loans.csv", raw)
    write_config(tmp_path, small_config())
    return ROOT / "Snakefile", tmp_path


CLEAN = "results/clean/loans.csv"


def test_memory_that_ends_while_the_study_is_read_is_told(study, tmp_path):
    snakefile = copy_workflow(tmp_path / "workflow")
    text = snakefile.read_text("utf-8")
    assert "    check_study(STUDY" in text
    snakefile.write_text(text.replace("    check_study(STUDY", "    raise MemoryError\n    check_study(STUDY"), "utf-8")
    run = snakemake(snakefile, study[1], "--cores", "1", CLEAN)
    assert run.returncode != 0
    assert OUT_OF_MEMORY in run.stderr


def test_a_left_lock_and_a_half_made_file_are_told_and_mended(study):
    """As a run leaves a folder that was killed while its job wrote."""
    folder = study[1]
    (folder / ".snakemake/locks").mkdir(parents=True)
    (folder / ".snakemake/locks/0.output.lock").write_text(f"{CLEAN}\n")
    refused = snakemake(*study, "--cores", "1", CLEAN)
    assert refused.returncode != 0
    told = re.search(r"^ +snakemake --unlock .*results/clean/loans.csv$", refused.stderr, re.MULTILINE)
    assert told, refused.stderr
    assert "cleanup-metadata" not in refused.stderr
    assert "Traceback" not in refused.stderr
    dry = snakemake(*study, "--cores", "1", CLEAN, "--dry-run")
    assert dry.returncode == 0
    assert "--unlock" not in dry.stderr
    assert "A run that was killed left its lock in this folder" in dry.stdout + dry.stderr
    assert "Another Snakemake instance" not in dry.stdout + dry.stderr
    asked = snakemake(*study, "--cores", "1", "why")
    assert "snakemake --unlock" in asked.stderr
    assert asked.returncode != 0
    assert (folder / ".snakemake/locks/0.output.lock").exists()
    assert snakemake(*study, "--cores", "1", CLEAN, "--unlock").returncode == 0
    run = snakemake(*study, "--cores", "1", CLEAN)
    assert run.returncode == 0, run.stderr
    assert (folder / CLEAN).read_text("utf-8").startswith("province,year,value,imputed\n")
