"""Input files that do not keep still: saved while a job reads them, or dated ahead of the clock."""

from __future__ import annotations

import hashlib
import os
import shlex
import stat
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta
from functools import wraps
from pathlib import Path
from types import MappingProxyType

from study.helpers import InputError

CLOCK_TOLERANCE = 10.0  # seconds that the clocks of a network's disks are apart; a start waits for so long
MOST_READ = 2**28  # bytes of a file that is read to tell a change; of a larger one size and time tell it
MOST_HASHED = 2**32  # bytes of a file beyond what is read as a table of any kind: size and time are its mark
MOST_FILES_NAMED = 5  # files that a message names
CONTENT_MARK = "content-"  # what a mark of a file's content begins with, among the params of a job
ROWS_MARK = "sha256-"  # and one of what is read of the rows of a table


def content(path: str | Path) -> str:
    """A mark of a file's content; empty where it cannot be read or is no file, such as a pipe."""
    try:
        status = Path(path).stat()
        return _place(status) if status.st_size > MOST_READ else digest(path)
    except OSError:
        return ""


def digest(path: str | Path) -> str:
    """SHA-256 of a file, of one that is larger than any table its size and date. OSError where it is no file."""
    status = Path(path).stat()
    if not stat.S_ISREG(status.st_mode):
        raise OSError(f"{path} is no file")
    if status.st_size > MOST_HASHED:
        return _place(status)
    with Path(path).open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _place(status: os.stat_result) -> str:
    return f"{status.st_size} {status.st_mtime_ns} {status.st_ino}"


def content_mark(digest: str) -> str:
    """A file's mark among the params of a job (`plan.contents`), short enough for what Snakemake says of them."""
    return f"{CONTENT_MARK}{digest[:16] if ' ' not in digest else digest}"


def mark_of(names: Iterable[str]) -> str:
    """A mark of a set of names."""
    return hashlib.sha256("\n".join(sorted(names)).encode()).hexdigest()


@contextmanager
def unchanged(paths: Iterable[str | Path], planned: Mapping[str, str] = MappingProxyType({})) -> Iterator[None]:
    """Raise InputError at the end of a block if one of the files is no longer what it was at its start, or when the run
    was planned.

    planned : files' marks in the plan, which Snakemake keeps as those of what was read.

    What the block wrote may then be of the old content or of both; Snakemake deletes the outputs of a job that fails.
    It notes an input's checksum when the job's process has ended, some tenths of a second after the last look here: a
    file saved in that moment is taken for the one that was read.
    """
    before = {str(path): content(path) for path in paths}
    fault = None
    try:
        yield
    except InputError as error:  # of a file half saved, perhaps
        fault = error
    changed = [path for path, mark in before.items() if content(path) != mark]
    changed += [path for path in before if path in planned and _mark(path) != planned[path] and path not in changed]
    if changed:
        raise InputError(
            f"{', '.join(changed[:MOST_FILES_NAMED])}: saved, moved or deleted during this run, so that the results "
            "would be of the old figures or of both. Run the same command again."
        ) from None
    if fault:
        raise fault


def _mark(path: str) -> str:
    """A file's mark as the plan has it."""
    try:
        return content_mark(digest(path))
    except OSError:
        return CONTENT_MARK


def reads(*names: str) -> Callable[[Callable], Callable]:
    """Decorator of a script's `main`: its inputs of these names, files of the user, are `unchanged` while it runs, and
    since it was planned."""

    def guard(main: Callable) -> Callable:
        @wraps(main)
        def guarded(snakemake) -> None:
            given = [getattr(snakemake.input, name) for name in names]
            files = [path for one in given for path in ([one] if isinstance(one, str) else one)]
            with unchanged(files, getattr(snakemake.params, "contents", {})):
                main(snakemake)

        return guarded

    return guard


def check_dates(places: Iterable[str | Path], tolerance: float = CLOCK_TOLERANCE) -> None:
    """Raise InputError where a file is dated ahead of the clock: Snakemake would refuse each result made of it as older
    than its input, after the job's work. Waits where the latest is ahead by no more than `tolerance` seconds.

    places : files, and folders whose files (not those of folders in them) count.
    """
    places = list(places)
    now = time.time()
    ahead = {path: dated for path in _files(places) if (dated := _dated(path)) > now}
    if not ahead:
        return
    last = max(ahead, key=lambda path: ahead[path])
    if ahead[last] - now <= tolerance:
        time.sleep(ahead[last] - now)
        return
    shown = sorted(ahead)[:MOST_FILES_NAMED]
    more = f", and {len(ahead) - len(shown)} more" if len(ahead) > len(shown) else ""
    folders = {Path(path).parent for path in ahead}
    folders = sorted(str(folder) for folder in folders if folders.isdisjoint(folder.parents))
    whole = [os.path.abspath(path) for path in (folders if more else shown)]  # noqa: PTH100 (links stay)
    cure = f"find {shlex.join(whole)} -type f -exec touch {{}} +" if more else f"touch {shlex.join(whole)}"
    raise InputError(
        f"{', '.join(shown)}{more}: dated up to {datetime.fromtimestamp(ahead[last]):%Y-%m-%d %H:%M:%S}, "
        f"{timedelta(seconds=round(ahead[last] - now))} ahead of this computer's clock "
        f"({datetime.fromtimestamp(now):%Y-%m-%d %H:%M:%S}), as files of an archive from another time zone are. "
        f"Every result would count as older than its input. Give them today's date, `{cure}`, or set the clock if "
        "it is wrong."
    )


def _files(places: Iterable[str | Path]) -> Iterator[str]:
    for place in places:
        if Path(place).is_dir():
            yield from (entry.path for entry in os.scandir(place) if not entry.is_dir())
        elif Path(place).exists():
            yield str(place)


def _dated(path: str) -> float:
    """A file's time of modification, or its link's where that is later; 0 for a link to nothing."""
    try:
        return max(Path(path).stat().st_mtime, Path(path).lstat().st_mtime)
    except OSError:
        return 0.0
