"""The workflow on a real Slurm of one node: the bytes of a local run, whatever ends its jobs."""

import re
import shlex
import shutil
import subprocess
import sys
import time
from pathlib import Path

import _slurm
import pytest
from conftest import ROOT, assert_same_bytes, command, planned_jobs, small_config, snakemake, write_config

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def cluster():
    if why := _slurm.missing():
        pytest.skip(f"no Slurm: {why}")
    pytest.importorskip("snakemake_executor_plugin_slurm", reason="no plugin: uv run --group slurm pytest -m slow")
    _slurm.start()
    yield
    _slurm.stop()


@pytest.fixture
def study(small_study, tmp_path):
    """(Snakefile, folder) of the small study without results; the workflow is that of the local run."""
    shutil.copytree(small_study[1] / "raw", tmp_path / "raw")
    write_config(tmp_path, small_config())
    return small_study[0], tmp_path


def on_cluster(study) -> list[str]:
    """Arguments for Snakemake: the profile, with a shorter wait for jobs that are over at once."""
    return [
        "--workflow-profile",
        str(study[0].parent / "envs" / "slurm"),
        "--slurm-init-seconds-before-status-checks=2",
    ]


def slurm(*command: str) -> str:
    return subprocess.run(command, capture_output=True, text=True, check=True, timeout=60).stdout.strip()


def until(found, seconds: int = 300):
    """What `found()` gives once it gives something."""
    ends = time.monotonic() + seconds
    while not (given := found()):
        assert time.monotonic() < ends, "waited in vain"
        time.sleep(0.05)
    return given


def begin(study, folder: Path) -> subprocess.Popen:
    """A run on the cluster, one program at a time; what it prints goes to a file."""
    command = [sys.executable, "-m", "snakemake", "--snakefile", str(study[0]), *on_cluster(study), "--cores", "1"]
    with (folder / "printed").open("a") as printed:
        return subprocess.Popen(command, cwd=study[1], stdout=printed, stderr=printed)


def test_the_profile_gives_the_bytes_of_a_local_run(cluster, small_study, study):
    run = command(*study, *on_cluster(study))  # the cluster's jobs are no children of this process
    printed = run.stdout + run.stderr
    assert run.returncode == 0, printed
    assert_same_bytes(study[1] / "results", small_study[1] / "results")
    assert planned_jobs(snakemake(*study, "--cores", "2", "--dry-run")) == {}
    # eight programs in one job of Slurm; each job says its memory and time
    assert len(re.findall("submitted with SLURM jobid", printed)) == 8
    assert "No wall time information" not in printed
    assert "No job memory information" not in printed


def test_jobs_that_slurm_ends_are_resumed_by_the_same_command(cluster, small_study, study, tmp_path):
    def running() -> str:
        return slurm("squeue", "-h", "-t", "R", "-o", "%i")

    # by hand, between two programs
    run = begin(study, tmp_path)
    until(lambda: list(study[1].glob("results/dea/*/*.csv")))
    slurm("scancel", running())
    assert run.wait(300) != 0
    # by its time limit: a job that hangs
    run = begin(study, tmp_path)
    job = until(running)
    slurm("scontrol", "update", f"JobId={job}", "TimeLimit=1")
    until(lambda: f"{job}.0" in slurm("squeue", "-h", "-s", "-o", "%i"))
    slurm("scancel", "--signal=STOP", job)
    assert run.wait(300) != 0
    assert slurm("squeue", "-h", "-t", "all", "-j", job, "-o", "%T") == "TIMEOUT"

    assert begin(study, tmp_path).wait(600) == 0, (tmp_path / "printed").read_text("utf-8")
    assert_same_bytes(study[1] / "results", small_study[1] / "results")


def test_a_whole_run_is_one_job(cluster, small_study, study):
    """The line of docs/clusters.md, with this interpreter and this study in the place of `uv run snakemake`."""
    [line] = re.findall("^sbatch .*--wrap.*$", (ROOT / "docs" / "clusters.md").read_text("utf-8"), re.MULTILINE)
    here = f"{shlex.quote(sys.executable)} -m snakemake --snakefile {shlex.quote(str(study[0]))}"
    assert "uv run --no-sync snakemake" in line
    line = line.replace("uv run --no-sync snakemake", here).replace("sbatch", "sbatch --wait", 1)
    run = subprocess.run(["sh", "-c", line], cwd=study[1], capture_output=True, text=True, timeout=900)
    assert run.returncode == 0, "\n".join(path.read_text("utf-8") for path in study[1].glob("slurm-*.out"))
    assert_same_bytes(study[1] / "results", small_study[1] / "results")
