"""Marks of contents tell a change that dates do not."""

import hashlib
import os
import time

import pytest
from _plan import PANEL, write_panel
from conftest import ROOT, planned_jobs, snakemake, write_config
from study.files.unchanged import CONTENT_MARK, content_mark
from study.plan.contents import ALL_SCRIPTS, KEPT_FROM, Contents, kept_digest

LARGE = b"x" * KEPT_FROM


@pytest.fixture(autouse=True)
def in_a_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def write(path, content, dated=1_000_000_000):
    path.write_bytes(content)
    os.utime(path, (dated, dated))
    return str(path)


def mark(path):
    return Contents(lambda rule: []).mark(path)


@pytest.mark.parametrize("size", [1, KEPT_FROM])
def test_a_mark_is_of_the_content_and_of_nothing_else(tmp_path, size):
    first = mark(write(tmp_path / "a.csv", b"x" * size))
    assert first.startswith(CONTENT_MARK)
    assert mark(write(tmp_path / "b.csv", b"x" * size, dated=2_000)) == first
    assert mark(write(tmp_path / "a.csv", b"y" * size)) != first  # of the same size and date


def test_marks_of_many_contents_are_all_different():
    assert len({content_mark(hashlib.sha256(str(number).encode()).hexdigest()) for number in range(100_000)}) == 100_000


def test_what_cannot_be_read_has_no_mark_and_no_error(tmp_path):
    assert mark("missing.csv") == mark(str(tmp_path)) == CONTENT_MARK


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes")
def test_a_pipe_is_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    assert mark(str(tmp_path / "pipe")) == CONTENT_MARK


@pytest.fixture
def read(monkeypatch):
    """Sizes of the large files that were read."""
    sizes = []

    def counted(file, kind):
        sizes.append(os.fstat(file.fileno()).st_size)
        return file_digest(file, kind)

    file_digest = hashlib.file_digest
    monkeypatch.setattr(hashlib, "file_digest", counted)
    return sizes


def settled(monkeypatch):
    """Let a minute pass."""
    now = time.time() + 60
    monkeypatch.setattr("study.plan.contents.time.time", lambda: now)


def test_a_large_file_is_read_once_while_its_size_and_dates_stay(tmp_path, monkeypatch, read):
    path = write(tmp_path / "a.csv", LARGE)
    settled(monkeypatch)
    assert kept_digest(path) == kept_digest(path) == hashlib.sha256(LARGE).hexdigest()
    assert len(read) == 1
    assert kept_digest(write(tmp_path / "b.csv", LARGE)) == kept_digest(path)
    assert len(read) == 2
    kept_digest(write(tmp_path / "a.csv", LARGE))  # another time of its change
    assert len(read) == 3


def test_a_file_saved_just_now_is_read_again(tmp_path, read):
    path = write(tmp_path / "a.csv", LARGE)
    assert kept_digest(path) == kept_digest(path)
    assert len(read) == 2


def test_a_rule_has_a_mark_for_each_file_and_one_for_its_code(tmp_path):
    raw = [write(tmp_path / name, name.encode()) for name in ("a.csv", "b.csv")]
    code = {rule: [write(tmp_path / name, b"1") for name in names] for rule, names in (("one", "ab"), ("two", "ac"))}
    contents = Contents(code.__getitem__)
    assert list(contents.of_rule("one", raw, raw[0])) == [*raw, ALL_SCRIPTS]
    assert contents.of_rule("one", raw[0], ()) == {
        raw[0]: contents.mark(raw[0]),
        ALL_SCRIPTS: contents.of_rule("one")[ALL_SCRIPTS],
    }
    before = Contents(code.__getitem__).of_rule("one")
    assert before != contents.of_rule("two")
    write(tmp_path / "b", b"2")
    assert Contents(code.__getitem__).of_rule("one") != before
    assert Contents(code.__getitem__).of_rule("two") == contents.of_rule("two")


def test_a_panel_dated_before_its_results_reruns_them(tmp_path):
    write_panel(tmp_path)
    write_config(tmp_path, PANEL)
    target = ("--cores", "1", "results/panel.csv")
    done = snakemake(ROOT / "Snakefile", tmp_path, *target)
    assert done.returncode == 0, done.stderr
    assert planned_jobs(snakemake(ROOT / "Snakefile", tmp_path, *target, "-n")) == {}
    path = tmp_path / "panel.csv"
    write(path, path.read_bytes().replace(b"City 1,2010,", b"City 1,2010,9"))
    assert "import_panel" in planned_jobs(snakemake(ROOT / "Snakefile", tmp_path, *target, "-n"))
