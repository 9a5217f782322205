"""Results are whole or not there: jobs write in folders of their own and move what is finished."""

import os
import signal
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
from conftest import ROOT
from study.files.whole import run_job, whole

SCRIPTS = ROOT / "scripts"


def left(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


def test_files_and_folders_appear_together_at_the_end(tmp_path):
    (tmp_path / "sub").mkdir()
    paths = [str(tmp_path / name) for name in ("a.csv", "sub/b.svg", "book")]
    with whole(paths) as drafts:
        assert [Path(draft).name for draft in drafts] == ["a.csv", "b.svg", "book"]  # writers look at the ending
        Path(drafts[0]).write_text("a")
        Path(drafts[1]).write_text("b")
        Path(drafts[2]).mkdir()
        (Path(drafts[2]) / "c.json").write_text("c")
        assert not any(Path(path).exists() for path in paths)
    assert left(tmp_path) == ["a.csv", "book/c.json", "sub/b.svg"]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.csv", "book", "sub"]


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt, SystemExit])
def test_a_failed_job_leaves_nothing_and_touches_nothing(tmp_path, error):
    (tmp_path / "a").write_text("before")
    with pytest.raises(error), whole([str(tmp_path / "a"), str(tmp_path / "b")]) as drafts:
        for draft in drafts:
            Path(draft).write_text("half")
        raise error
    assert left(tmp_path) == ["a"]
    assert (tmp_path / "a").read_text() == "before"
    assert len(list(tmp_path.iterdir())) == 1


def test_an_output_that_was_not_written_is_an_error_before_any_other_appears(tmp_path):
    with pytest.raises(FileNotFoundError, match="b"), whole([str(tmp_path / "a"), str(tmp_path / "b")]) as drafts:
        Path(drafts[0]).write_text("a")
    assert left(tmp_path) == []


def test_what_a_killed_job_left_is_taken_away_by_the_next(tmp_path):
    path = str(tmp_path / ("x" * 250 + ".csv"))  # nearly as long as a name can be
    child = os.fork()
    if child == 0:
        with whole([path]) as drafts:
            Path(drafts[0]).write_text("half")
            os.kill(os.getpid(), signal.SIGKILL)
    os.waitpid(child, 0)
    assert [name.split("/")[-1] for name in left(tmp_path)] == [Path(path).name]
    assert not Path(path).exists()
    with whole([path]) as drafts:
        Path(drafts[0]).write_text("all")
    assert Path(path).read_text() == "all"
    assert list(tmp_path.iterdir()) == [Path(path)]


def test_a_job_that_outlived_its_run_replaces_nothing(tmp_path):
    path = tmp_path / "a"
    orphan, new = whole([str(path)]), whole([str(path)])
    Path(orphan.__enter__()[0]).write_text("old figures")
    Path(new.__enter__()[0]).write_text("new figures")
    with pytest.raises(FileNotFoundError):
        orphan.__exit__(None, None, None)
    assert not path.exists()
    new.__exit__(None, None, None)
    assert path.read_text() == "new figures"
    assert len(list(tmp_path.iterdir())) == 1


FLOORS = ("clean", "derive", "productivity", "panel", "estimate", "present")


def test_every_script_runs_through_the_one_door():
    scripts = [path for path in SCRIPTS.glob("*/*.py") if path.parent.name in FLOORS]
    assert len(scripts) > 35
    for path in scripts:
        text = path.read_text("utf-8")
        assert text.endswith('\n\n\nif "snakemake" in globals():\n    run_job(main, snakemake)  # noqa: F821\n'), path


def test_a_jobs_outputs_keep_their_names(tmp_path):
    from snakemake.iocontainers import OutputFiles

    names = {"csv": str(tmp_path / "t.csv"), "parts": [str(tmp_path / "1.csv"), str(tmp_path / "2.csv")]}
    output = OutputFiles(toclone=[names["csv"], *names["parts"]])
    output._set_name("csv", 0)
    output._set_name("parts", 1, end=3)
    job = SimpleNamespace(output=output, rule="solve_dea")

    def main(given):
        assert given.rule == "solve_dea"
        assert [given.output.csv, *given.output.parts] == list(given.output)
        for path in given.output:
            Path(path).write_text(Path(path).name)

    run_job(main, job)
    assert left(tmp_path) == ["1.csv", "2.csv", "t.csv"]
    assert job.output.csv == names["csv"]  # Snakemake's own object is as it was


def test_a_file_larger_than_the_system_allows_is_told(tmp_path):
    code = f"""
import resource, sys
sys.path.insert(0, {str(SCRIPTS)!r})
from types import SimpleNamespace
from study.files.whole import whole
from study.helpers import start_log
start_log(SimpleNamespace(log=["log"], rule="clean_book"))
resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))
with whole(["a.csv"]) as drafts, open(drafts[0], "w") as file:
    file.write("x" * 2000)
"""
    run = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True)
    told = "A file could not be written: a file would be larger than the system allows"
    assert run.returncode == 1
    assert run.stderr.strip().startswith(f"Error in clean_book: {told}")
    assert told in (tmp_path / "log").read_text()
    assert left(tmp_path) == ["log"]
