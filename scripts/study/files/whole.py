"""Results appear whole or not at all: written in a folder of the job's own, moved to their place at its end."""

from __future__ import annotations

import errno
import hashlib
import os
import secrets
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from copy import copy
from pathlib import Path

# File systems that cannot say whether data is on the disk answer so.
_CANNOT_SYNC = (errno.EINVAL, errno.ENOSYS, errno.EOPNOTSUPP)


def run_job(main: Callable, snakemake) -> None:
    """Run a script's `main`; what it writes under the names in `snakemake.output` is moved there when all is written.

    snakemake : the object that Snakemake gives a script.
    """
    with whole([str(path) for path in snakemake.output]) as drafts:
        job, names = copy(snakemake), dict(zip(snakemake.output, drafts, strict=True))
        job.output = type(snakemake.output)(toclone=snakemake.output, custom_map=names.get)
        main(job)


@contextmanager
def whole(paths: Sequence[str]) -> Iterator[list[str]]:
    """Names to write in place of `paths`, the same in folders beside them; moved at the end, deleted on an error.

    paths : files or folders in folders that are there. The drafts of an earlier job for the same paths are taken away:
    they are left from one that was killed, or belong to one that outlived the run it was part of. Such a job then
    fails, and what it made of older inputs does not replace what is made now.
    """
    if not paths:
        yield []
        return
    # not the first output's name, which may be as long as a name can be
    mark, token = hashlib.sha256(paths[0].encode()).hexdigest()[:16], secrets.token_hex(8)
    folders = {parent: parent / f".unfinished-{mark}" for parent in {Path(path).parent for path in paths}}
    for folder in folders.values():
        with suppress(FileNotFoundError):  # moved first: at once nothing can be written or moved in it any more
            shutil.rmtree(folder.rename(folder.with_name(f".unfinished-{token}")), ignore_errors=True)
        (folder / token).mkdir(parents=True)
    drafts = [str(folders[Path(path).parent] / token / Path(path).name) for path in paths]
    try:
        yield drafts
        for draft in drafts:
            _to_disk(draft)
        for draft, path in zip(drafts, paths, strict=True):
            if Path(path).is_dir():  # cannot be replaced by another
                shutil.rmtree(path)
            Path(draft).replace(path)
    finally:
        for folder in folders.values():
            shutil.rmtree(folder / token, ignore_errors=True)
            with suppress(OSError):  # a later job's drafts are in it
                folder.rmdir()


def _to_disk(path: str) -> None:
    """Wait until a file, or each in a folder, is on the disk: else a name may outlive a power cut without its data."""
    if Path(path).is_dir():
        for entry in os.scandir(path):
            _to_disk(entry.path)
        return
    with Path(path).open("rb+") as file:
        try:
            os.fsync(file.fileno())
        except OSError as error:
            if error.errno not in _CANNOT_SYNC:
                raise
