"""Runs and jobs that are killed, full and read-only disks, no memory, two runs at once, odd folders: the same results
afterwards, and nothing half-written on the way."""

import os
import random
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest
from conftest import ROOT, assert_same_bytes, copy_workflow, small_config, tree, write_config
from study.helpers import OUT_OF_MEMORY

pytestmark = [pytest.mark.slow, pytest.mark.skipif(sys.platform != "linux", reason="signals and mounts of Linux")]

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGKILL)
KILLS = 20  # a study: two studies from nothing
AT_ONCE = 2  # jobs


def start(snakefile: Path, folder: Path, *arguments: str, before: tuple[str, ...] = (), **options) -> subprocess.Popen:
    """A run in a process group of its own, whose output goes to a file beside the study's folder."""
    command = [*before, sys.executable, "-m", "snakemake", "--snakefile", str(snakefile), "--directory", str(folder)]
    with folder.with_suffix(".said").open("wb") as said:
        return subprocess.Popen(
            [*command, "--cores", str(AT_ONCE), *arguments],
            stdout=said,
            stderr=said,
            cwd=folder.parent,
            start_new_session=True,
            **options,
        )


def ended(run: subprocess.Popen, folder: Path) -> tuple[int, str]:
    """Exit code and output of a run."""
    code = run.wait(timeout=900)
    return code, folder.with_suffix(".said").read_bytes().decode("utf-8", "replace")


def run_to_end(snakefile: Path, folder: Path, *arguments: str, **options) -> str:
    code, said = ended(start(snakefile, folder, *arguments, **options), folder)
    assert code == 0, said
    return said


def refused(snakefile: Path, folder: Path, *arguments: str, **options) -> str:
    code, said = ended(start(snakefile, folder, *arguments, **options), folder)
    assert code != 0, said
    return said


def named(folder: Path) -> dict[str, bytes]:
    """Name -> content of each result under its own name, drafts left out."""
    return {name: content for name, content in tree(folder).items() if ".unfinished-" not in name}


def unfinished(folder: Path) -> list[Path]:
    return list(folder.rglob(".unfinished-*"))


def jobs_done(folder: Path) -> int:
    return sum(1 for _ in (folder / "results/benchmarks").rglob("*.tsv"))


def scripts_of(run: subprocess.Popen) -> list[psutil.Process]:
    """Processes of a run's jobs."""
    found = []
    for process in psutil.Process(run.pid).children(recursive=True):
        try:
            if any("/.snakemake/scripts/" in word for word in process.cmdline()):
                found.append(process)
        except psutil.Error:  # it has ended meanwhile
            continue
    return found


def strike(run: subprocess.Popen, whom: str, number: signal.Signals) -> bool:
    """Send a signal to the run, to its whole process group as a terminal does, or to one of its jobs; whether it was
    sent."""
    try:
        if whom == "group":
            os.killpg(run.pid, number)
        elif whom == "run":
            os.kill(run.pid, number)
        else:
            while run.poll() is None:
                if jobs := scripts_of(run):
                    jobs[0].send_signal(number)
                    return True
                time.sleep(0.02)
            return False
    except (ProcessLookupError, psutil.Error):
        return False
    return run.poll() is None or run.returncode != 0


@pytest.mark.parametrize("seed", [1, 2])
def test_a_run_that_is_killed_again_and_again_ends_with_the_same_bytes(small_study, tmp_path, seed):
    """From a fresh clone, a signal about every twentieth of the way: to the run, its group, one job."""
    chance = random.Random(seed)
    expected = tree(small_study[1] / "results")
    total = jobs_done(small_study[1])
    snakefile, folder = copy_workflow(tmp_path / "workflow"), tmp_path / "study"
    shutil.copytree(small_study[1] / "raw", folder / "raw")
    write_config(folder, small_config())
    blows = [(whom, number) for whom in ("run", "group", "job") for number in SIGNALS] * 3
    chance.shuffle(blows)
    struck = 0
    while struck < KILLS:
        whom, number = blows[struck]
        done = jobs_done(folder)
        moment = done + 1 + int((total - done) / (KILLS - struck) * chance.random()) if struck else 0
        run = start(snakefile, folder)
        while run.poll() is None and jobs_done(folder) < moment:
            time.sleep(0.02)
        time.sleep(chance.uniform(0, 0.6 if struck else 2))
        struck += strike(run, whom, number)
        code, said = ended(run, folder)
        assert "cleanup-metadata" not in said
        if whom == "job" and number == signal.SIGKILL and code:
            assert OUT_OF_MEMORY in said, said
        # whatever has its name is whole
        now = named(folder / "results")
        assert [name for name in now if now[name] != expected.get(name)] == [], (struck, whom, number)
        if code == 0:  # ended before the blow: the last floors once more
            last = ("estimate", "tabulate", "plot", "compare", "tables", "figures", "replication")
            for path in list((folder / "results").rglob("*.*")):
                if any(part.startswith(last) for part in path.relative_to(folder).parts):
                    path.unlink()
        if list((folder / ".snakemake").glob("locks/*")):  # jobs of the killed run may still be writing
            assert number == signal.SIGKILL
            if struck % 3 == 0:
                assert re.search(r"^    snakemake --unlock ", refused(snakefile, folder), re.MULTILINE)
            run_to_end(snakefile, folder, "--unlock")
    run_to_end(snakefile, folder)
    assert tree(folder / "results") == expected
    assert unfinished(folder) == []
    assert "Nothing to be done" in run_to_end(snakefile, folder)


def one_table(folder: Path) -> Path:
    """A study folder of which `CLEAN` and what it needs can be made."""
    (folder / "raw/yearbook").mkdir(parents=True)
    for name in ("loans", "gdp"):
        shutil.copy(ROOT / f"resources/example/yearbook/{name}.csv", folder / "raw/yearbook")
    write_config(folder, small_config())
    return folder


MADE = "results/derived/fin.csv"


def with_mount(mount: str) -> tuple[str, ...]:
    """Words before a command that runs in a study folder's mount that no other process sees; what it leaves in
    `results` is copied to `kept`. mount : shell words, run in the study folder, which is `$0`."""
    if subprocess.run(["unshare", "--mount", "true"], capture_output=True).returncode:
        pytest.skip("mounts need root")
    return ("unshare", "--mount", "sh", "-c", f'cd "$0" && {mount} && "$@"; code=$?; cp -r results kept; exit $code')


def made_as_before(snakefile: Path, folder: Path, reference: Path) -> None:
    """The same command, after the mend, makes what an undisturbed run makes."""
    run_to_end(snakefile, folder, MADE)
    for name in (MADE, "results/clean/loans.csv", "results/clean/gdp.csv"):
        assert (folder / name).read_bytes() == (reference / name).read_bytes()
    assert unfinished(folder) == []


@pytest.mark.parametrize("size", ["4k", "16k", "28k"])
def test_a_full_disk_is_told(small_study, tmp_path, size):
    """Full at the log, at a first result, and at a benchmark that Snakemake writes."""
    snakefile, reference = small_study
    folder = one_table(tmp_path / "study")
    (folder / "results").mkdir()
    mount = with_mount(f"mount -t tmpfs -o size={size} tmpfs results")
    said = refused(snakefile, folder, MADE, before=(*mount, str(folder)))
    assert "the disk is full. Make room on it, then run the same command again." in said
    assert "not enough memory" not in said
    kept, expected = named(folder / "kept"), tree(reference / "results")
    assert [name for name in kept if kept[name] != expected[name]] == []
    assert unfinished(folder / "kept") == []
    shutil.rmtree(folder / "results")
    (folder / "kept").rename(folder / "results")
    made_as_before(snakefile, folder, reference)


def test_a_disk_mounted_for_reading_alone_is_told(small_study, tmp_path):
    folder = one_table(tmp_path / "study")
    (folder / "results").mkdir()
    mount = with_mount("mount --bind results results && mount -o remount,bind,ro results")
    said = refused(small_study[0], folder, MADE, before=(*mount, str(folder)))
    assert "results/clean: the disk is mounted for reading alone" in said
    made_as_before(small_study[0], folder, small_study[1])


@pytest.mark.parametrize("name", ["results", "results/clean", "results/logs/clean_yearbook", "."])
def test_a_folder_that_the_user_may_not_write_is_told(small_study, tmp_path, name):
    folder = one_table(tmp_path / "study")
    (folder / name).mkdir(parents=True, exist_ok=True)
    (folder / name).chmod(0o555)
    before = ("setpriv", "--bounding-set=-all") if os.geteuid() == 0 else ()  # root without the rights of root
    said = refused(small_study[0], folder, MADE, before=before)
    (folder / name).chmod(0o755)
    assert "this user may not read or write it. Change the rights" in said
    assert "not enough memory" not in said
    made_as_before(small_study[0], folder, small_study[1])


# Python runs a module of this name at its start. A job's command names a script in Snakemake's folder.
LIMIT_OF_JOBS = """
import resource, sys
if any(".snakemake/scripts" in word for word in sys.orig_argv):
    resource.setrlimit(resource.RLIMIT_AS, ({limit}, {limit}))
"""


@pytest.mark.parametrize("megabytes", range(60, 300, 40))
def test_too_little_memory_for_a_job_is_told(small_study, tmp_path, megabytes):
    """Whichever fails first: a library that the job loads, or its work."""
    snakefile, reference = small_study
    folder = tmp_path / "study"  # beside the workflow as the reference is: its inputs have the same names
    shutil.copytree(reference, folder)
    (folder / "results/panel_winsorised.csv").unlink()
    (tmp_path / "sitecustomize.py").write_text(LIMIT_OF_JOBS.format(limit=megabytes * 2**20))
    limited = {**os.environ, "PYTHONPATH": str(tmp_path)}
    said = refused(snakefile, folder, "results/panel_winsorised.csv", env=limited)
    assert OUT_OF_MEMORY in said
    if list((folder / ".snakemake").glob("locks/*")):
        run_to_end(snakefile, folder, "--unlock")
    run_to_end(snakefile, folder)
    assert_same_bytes(folder / "results", reference / "results")


def test_a_second_run_in_a_folder_is_refused_in_words(small_study, tmp_path):
    snakefile, reference = small_study
    folder = tmp_path  # as far from the workflow as the reference: its inputs have the same names
    shutil.copytree(reference, folder, dirs_exist_ok=True)
    again = ("--forceall",)  # long enough for a second to begin
    first = start(snakefile, folder, *again)
    while not list((folder / ".snakemake").glob("locks/*")):
        assert first.poll() is None
        time.sleep(0.02)
    command = [sys.executable, "-m", "snakemake", "--snakefile", str(snakefile), "--directory", str(folder), *again]
    second = subprocess.run(command, capture_output=True, text=True)
    assert second.returncode != 0
    assert f"another run is going on in this folder (process {first.pid})" in second.stderr
    assert "--unlock" not in second.stderr
    assert ended(first, folder)[0] == 0
    assert_same_bytes(folder / "results", reference / "results")


def gbk_environment(folder: Path) -> dict[str, str]:
    """Environment of a Chinese system of old; its locale is made in a folder of its own."""
    made = subprocess.run(["localedef", "-i", "zh_CN", "-f", "GBK", str(folder / "zh_CN.GBK")], capture_output=True)
    if made.returncode:
        pytest.skip("no localedef with GBK")
    return {"LOCPATH": str(folder), "LANG": "zh_CN.GBK", "LC_ALL": "zh_CN.GBK"}


@pytest.mark.parametrize("locale", ["C.UTF-8", "C", "zh_CN.GBK"])
@pytest.mark.parametrize("name", ['a study of 100% "robots"', "it's 数据 & $HOME; #1"])
def test_any_folder_and_locale_give_the_same_bytes(small_study, tmp_path, name, locale):
    home = tmp_path / name
    home.mkdir()
    (tmp_path / "locales").mkdir()
    language = gbk_environment(tmp_path / "locales") if "GBK" in locale else {"LC_ALL": locale}
    snakefile, folder = copy_workflow(home / "workflow"), one_table(home / "a {study}")
    run_to_end(snakefile, folder, MADE, env={**os.environ, **language})
    made_as_before(snakefile, folder, small_study[1])


def test_units_with_chinese_names_in_a_gbk_locale(tmp_path):
    (tmp_path / "locales").mkdir()
    language = gbk_environment(tmp_path / "locales")
    folders = [tmp_path / "gbk/study", tmp_path / "utf/study"]
    for folder in folders:
        folder.mkdir(parents=True)
        rows = [
            f"{unit},{year},{x + year % 7},{x},{2 * x + year % 3},{x / 2 + year % 2}"
            for x, unit in enumerate(("北京", "上海", "重庆"), 3)
            for year in (2015, 2016, 2017)
        ]
        (folder / "panel.csv").write_text("\n".join(["省份,年份,k,l,y,c", *rows]), encoding="utf-8")
        model = {"name": "gml", "measure": "ddf", "inputs": ["k", "l"], "good_outputs": ["y"], "bad_outputs": ["c"]}
        columns = {"province": "省份", "year": "年份"}
        write_config(folder, {"panel": {"path": "panel.csv", "columns": columns}, "productivity": {"models": [model]}})
    run_to_end(ROOT / "Snakefile", folders[0], "results/productivity/gml.csv", env={**os.environ, **language})
    run_to_end(ROOT / "Snakefile", folders[1], "results/productivity/gml.csv")
    first, second = (folder / "results/productivity/gml.csv" for folder in folders)
    assert "北京" in first.read_text("utf-8")
    assert first.read_bytes() == second.read_bytes()


def test_dates_of_whole_seconds_rerun_nothing(small_study, tmp_path):
    """As on disks that keep even seconds alone."""
    snakefile, reference = small_study
    shutil.copytree(reference, tmp_path, dirs_exist_ok=True)
    for path in [tmp_path, *tmp_path.rglob("*")]:
        even = path.stat().st_mtime_ns // (2 * 10**9) * 2 * 10**9
        os.utime(path, ns=(even, even))
    assert "Nothing to be done" in run_to_end(snakefile, tmp_path)
