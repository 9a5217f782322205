"""The workflow as users run it: a study folder of its own, Snakemake as a command."""

import os
import re
import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest
import yaml

# A process of tests a core: threads of OpenBLAS would wait for one another. Jobs have the threads of their rule.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

ROOT = Path(__file__).parents[1]
# Numbers and files that others published; they lie beside the repository, not in it.
SHARED = ROOT.parent / "shared"
ABSENT = f"no {SHARED}"
needs_shared = pytest.mark.skipif(not SHARED.is_dir(), reason=ABSENT)
STUDIES = ("small_study", "default_study")  # fixtures of a whole run


@cache
def study_of(file: str) -> str:
    """The study that the tests of a file share with other files, or the file itself."""
    text = (ROOT / file).read_text("utf-8")
    return next((name for name in STUDIES if re.search(rf"def test\w*\([^)]*\b{name}\b", text)), file)


@cache
def has_runs(file: str) -> bool:
    """Whether tests of a file call Snakemake."""
    return re.search(r"\bsnakemake\(", (ROOT / file).read_text("utf-8")) is not None


def pytest_collection_modifyitems(items):
    """What takes longest begins: studies that are shared, then files whose tests run Snakemake."""
    files = {item: item.nodeid.partition("::")[0] for item in items}
    items.sort(key=lambda item: (study_of(files[item]) == files[item], not has_runs(files[item])))


def pytest_xdist_make_scheduler(config, log):
    """Tests that share a study stay in one process, as those of a file do.

    Read from the files: xdist's own groups get lost with pytest 9.2, which no longer lets a plugin rename a test.
    """
    from xdist.scheduler import LoadScopeScheduling

    class ByStudy(LoadScopeScheduling):
        def _split_scope(self, nodeid: str) -> str:
            return study_of(nodeid.partition("::")[0])

    return ByStudy(config, log)


def pytest_terminal_summary(terminalreporter):
    """How many tests could not run without the published numbers."""
    skipped = [report for report in terminalreporter.stats.get("skipped", []) if ABSENT in str(report.longrepr)]
    if skipped:
        terminalreporter.write_line(
            f"{len(skipped)} tests need published numbers or files, which are not at hand: {ABSENT}"
        )


def snakemake(snakefile: Path, folder: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess:
    """Run Snakemake on a study folder that holds a complete config.yaml; in a third of its time where Linux forks."""
    # Windows cannot fork, the Mac's own libraries do not always survive it, and a fork keeps its hash seed
    if sys.platform != "linux" or environment:
        return command(snakefile, folder, *arguments, **environment)
    from _forked import run_forked

    return run_forked(["--snakefile", str(snakefile), "--directory", str(folder), *arguments], folder.parent)


def command(snakefile: Path, folder: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess:
    """The same as users call it, every job a Python of its own."""
    return subprocess.run(
        [sys.executable, "-m", "snakemake", "--snakefile", str(snakefile), "--directory", str(folder), *arguments],
        capture_output=True,
        text=True,
        cwd=folder.parent,
        env={**os.environ, **environment},
        timeout=900,
    )


def planned_jobs(run: subprocess.CompletedProcess) -> dict[str, int]:
    """Rule -> number of jobs that a dry run announces, without `all`."""
    assert run.returncode == 0, run.stdout + run.stderr
    table = re.search(r"^job +count\n-+ +-+\n(.*?)^total ", run.stdout + run.stderr, re.MULTILINE | re.DOTALL)
    jobs = {} if table is None else {line.split()[0]: int(line.split()[1]) for line in table[1].splitlines()}
    jobs.pop("all", None)
    return jobs


def default_config() -> dict:
    return yaml.safe_load((ROOT / "config.yaml").read_text("utf-8"))


def write_config(folder: Path, config: dict) -> None:
    (folder / "config.yaml").write_text(yaml.safe_dump(config, allow_unicode=True), encoding="utf-8")


def small_config() -> dict:
    """Four provinces, six years, Table 2 alone (the others need more); raw tables in the study's own folder `raw`."""
    config = default_config()
    rows = (ROOT / "resources" / "provinces.csv").read_text("utf-8").splitlines()[1:]
    provinces = [row.split(",")[0] for row in rows]
    config["study"]["years"] = [2013, 2018]
    config["study"]["excluded_provinces"] = [p for p in provinces if p not in ("beijing", "hebei", "shanxi", "shaanxi")]
    config["inputs"] = "raw"
    config["tables"] = {"table_2": config["tables"]["table_2"]}
    return config


def tree(folder: Path) -> dict[str, bytes]:
    """Every file of a results folder that must repeat to the byte: all but logs and benchmarks."""
    skipped = {"logs", "benchmarks"}
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not skipped & set(path.relative_to(folder).parts)
    }


def assert_same_bytes(ours: Path, theirs: Path) -> None:
    """Two results folders hold the same files with the same bytes."""
    found, expected = tree(ours), tree(theirs)
    assert expected
    assert found.keys() == expected.keys()
    assert [name for name in found if found[name] != expected[name]] == []


def copy_workflow(target: Path) -> Path:
    """The workflow's files in a folder of their own, so that a test may change them; returns the Snakefile."""
    for name in ("rules", "scripts", "envs", "profiles"):
        shutil.copytree(ROOT / name, target / name)
    shutil.copytree(ROOT / "resources", target / "resources", ignore=shutil.ignore_patterns("example"))
    shutil.copy(ROOT / "Snakefile", target)
    return target / "Snakefile"


def make_study(tmp_path_factory, config: dict, *targets: str, run=snakemake) -> tuple[Path, Path]:
    """(Snakefile, folder) of a study on the example's tables, in folder `raw`, after a run in its own workflow."""
    snakefile = copy_workflow(tmp_path_factory.mktemp("workflow"))
    folder = tmp_path_factory.mktemp("study")
    shutil.copytree(ROOT / "resources" / "example", folder / "raw")
    write_config(folder, config)
    done = run(snakefile, folder, "--cores", "2", *targets)
    assert done.returncode == 0, done.stdout + done.stderr
    return snakefile, folder


@pytest.fixture(scope="session")
def small_study(tmp_path_factory):
    """(Snakefile, study folder) of the small study after a complete run; tests put back what they change."""
    return make_study(tmp_path_factory, small_config(), run=command)


@pytest.fixture(scope="session")
def default_study(tmp_path_factory):
    """Results folder of the default study, run in a folder of its own on the shipped example."""
    folder = tmp_path_factory.mktemp("default")
    config = default_config()
    config["inputs"] = str(ROOT / config["inputs"])
    write_config(folder, config)
    run = snakemake(ROOT / "Snakefile", folder, "--cores", "2")
    assert run.returncode == 0, run.stdout + run.stderr
    return folder / "results"
