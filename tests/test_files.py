"""Files that do not keep still: saved while a job reads them, or dated ahead of the clock."""

import os
import time
from pathlib import Path
from types import SimpleNamespace

import pytest
from conftest import ROOT
from study.files.unchanged import check_dates, content_mark, digest, mark_of, reads, unchanged
from study.helpers import InputError


def test_a_file_saved_while_it_is_read_is_refused(tmp_path):
    kept, saved = tmp_path / "kept.csv", tmp_path / "saved.csv"
    for path in (kept, saved):
        path.write_text("1\n")
    with unchanged([kept, saved]):
        os.utime(kept)  # the same content is no change
        saved.write_text("1\n")
    with pytest.raises(InputError) as error, unchanged([kept, saved]):
        saved.write_text("2\n")
    assert str(error.value).startswith(f"{saved}: saved, moved or deleted during this run")
    with pytest.raises(InputError, match=r"kept\.csv: saved, moved or deleted"), unchanged([kept]):
        kept.unlink()


def test_a_half_saved_file_is_told_as_saved_and_other_faults_as_they_are(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("1\n")
    with pytest.raises(InputError, match="saved, moved or deleted"), unchanged([path]):
        path.write_text('"')
        raise InputError("broken quoting")
    with pytest.raises(InputError, match="broken quoting"), unchanged([path]):
        raise InputError("broken quoting")


def test_the_inputs_of_a_script_are_watched_by_name(tmp_path):
    files = [tmp_path / f"{number}.csv" for number in range(3)]
    for path in files:
        path.write_text("1\n")
    given = SimpleNamespace(raw=list(map(str, files[:2])), panel=str(files[2]))

    @reads("raw", "panel")
    def main(snakemake):
        Path(snakemake.save).write_text("2\n")

    params = SimpleNamespace()
    for path in files:
        with pytest.raises(InputError, match=path.name):
            main(SimpleNamespace(input=given, params=params, save=path))
    main(SimpleNamespace(input=given, params=params, save=tmp_path / "other.csv"))


def test_a_file_saved_between_plan_and_job_is_refused(tmp_path):
    path, ran = tmp_path / "a.csv", []
    path.write_text("1\n")
    planned = {str(path): content_mark(digest(path)), "scripts": "content-0"}

    @reads("raw")
    def main(snakemake):
        ran.append(1)

    job = SimpleNamespace(input=SimpleNamespace(raw=[str(path)]), params=SimpleNamespace(contents=planned))
    main(job)
    path.write_text("2\n")
    with pytest.raises(InputError, match=r"a\.csv: saved, moved or deleted during this run"):
        main(job)
    path.unlink()
    with pytest.raises(InputError, match=r"a\.csv: saved, moved or deleted during this run"):
        main(job)
    assert len(ran) == 3


READ_THE_USERS_FILES = (
    *("clean_book", "clean_balance_book"),
    *("clean_yearbook", "clean_balances", "clean_inventory", "clean_patents", "clean_robots", "clean_census"),
    *("clean_foreign_employment", "check_inputs", "import_panel", "check_panel"),
)


@pytest.mark.parametrize("script", READ_THE_USERS_FILES)
def test_every_script_that_reads_the_users_files_watches_them(script):
    text = (ROOT / "scripts" / "clean" / f"{script}.py").read_text("utf-8")
    name = "panel" if "panel" in script else "raw"
    assert f'@reads("{name}")\ndef main(snakemake)' in text


def test_no_other_rule_reads_raw_files_or_the_panel():
    rules = "".join(path.read_text("utf-8") for path in sorted((ROOT / "rules").glob("*.smk")))
    assert rules.count("        raw=") == 10
    assert rules.count("panel=STUDY.panel_there,") + rules.count('panel=config["panel"]["path"],') == 2


def test_a_file_dated_ahead_is_told_with_the_cure(tmp_path):
    (tmp_path / "sub").mkdir()
    old, ahead, other = tmp_path / "old.csv", tmp_path / "ahead of time.csv", tmp_path / "sub" / "b.csv"
    for path in (old, ahead, other):
        path.touch()
    check_dates([tmp_path, other, tmp_path / "nowhere.csv"])
    os.utime(ahead, (time.time() + 8 * 3600,) * 2)
    with pytest.raises(InputError) as error:
        check_dates([tmp_path])
    assert str(error.value).startswith(f"{ahead}: dated up to ")
    assert ":59:5" in str(error.value) or "8:00:00 ahead" in str(error.value)
    assert f"`touch '{ahead}'`" in str(error.value)
    os.utime(other, (time.time() + 60,) * 2)
    check_dates([old, tmp_path / "nowhere"])
    with pytest.raises(InputError, match=r"sub/b\.csv"):
        check_dates([tmp_path / "sub"])


def test_many_files_dated_ahead_are_cured_by_folder(tmp_path):
    for folder in ("a", "a/in", "b"):
        (tmp_path / folder).mkdir()
        for number in range(4):
            path = tmp_path / folder / f"{number}.csv"
            path.touch()
            os.utime(path, (time.time() + 3600,) * 2)
    with pytest.raises(InputError) as error:
        check_dates([tmp_path / "a", tmp_path / "a/in", tmp_path / "b"])
    assert "and 7 more" in str(error.value)
    assert f"`find {tmp_path}/a {tmp_path}/b -type f -exec touch {{}} +`" in str(error.value)


def test_a_second_ahead_is_waited_for(tmp_path):
    path = tmp_path / "a.csv"
    path.touch()
    os.utime(path, (time.time() + 0.5,) * 2)
    check_dates([path])
    assert path.stat().st_mtime <= time.time()


def test_a_mark_does_not_depend_on_the_order():
    assert mark_of(["a", "b"]) == mark_of({"b": 1, "a": 2}) != mark_of(["a"])
