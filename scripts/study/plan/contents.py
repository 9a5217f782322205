"""Marks of the contents of files, as params of the rules that read them.

Snakemake compares the content of an input only where it is dated after the results. A corrected table that comes by
mail, out of an archive or a backup keeps its date, which may be earlier. The files stand a second time in each rule,
for Snakemake does not compare a param that is a function of `input`.
"""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from study.files.unchanged import CONTENT_MARK, content_mark, digest
from study.plan.kept import keep, read_kept

CACHE = ".snakemake/contents.json"
CACHE_VERSION = "1"
KEPT_FROM = 2**20  # bytes of a file whose digest is kept from one start to the next
SETTLED = 2.0  # seconds after which a file that is saved again has another date on any disk
ALL_SCRIPTS = "scripts"  # the name of a rule's script and modules, all together


class Contents:
    """Marks of contents; a start reads a file once, and a large one only where its size or dates are new.

    modules : the script and modules of a rule (`Study.imports_of`).
    """

    def __init__(self, modules: Callable[[str], Sequence[str]]):
        self._modules = modules
        self._marks: dict[str, str] = {}
        self._code: dict[str, str] = {}

    def of_rule(self, rule: str, *files: str | Iterable[str]) -> dict[str, str]:
        """Each of a rule's input files that no rule makes -> its mark; its script and modules have one together.

        files : paths and lists of them, as Snakemake takes them for inputs.
        """
        if rule not in self._code:
            marks = "\n".join(f"{Path(path).name} {self.mark(path)}" for path in self._modules(rule))
            self._code[rule] = content_mark(hashlib.sha256(marks.encode()).hexdigest())
        paths = [path for one in files for path in ([one] if isinstance(one, str) else one)]
        return {path: self.mark(path) for path in paths} | {ALL_SCRIPTS: self._code[rule]}

    def mark(self, path: str) -> str:
        """A file's mark, empty after its beginning where it cannot be read."""
        if path not in self._marks:
            try:
                self._marks[path] = content_mark(kept_digest(path))
            except OSError:  # told by the job, or by Snakemake
                self._marks[path] = CONTENT_MARK
        return self._marks[path]


def kept_digest(path: str | Path) -> str:
    """A file's digest, a large one's as it was kept under its size and dates."""
    status = Path(path).stat()
    if status.st_size < KEPT_FROM:
        return digest(path)
    known, place = read_kept(CACHE, CACHE_VERSION), os.path.abspath(path)  # noqa: PTH100 (links stay)
    state = [status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino]
    if known.get(place, [None])[:-1] == state:
        return known[place][-1]
    found = digest(path)
    if time.time() - max(status.st_mtime, status.st_ctime) > SETTLED:
        there = {path: kept for path, kept in known.items() if Path(path).exists()}
        keep(CACHE, CACHE_VERSION, there | {place: [*state, found]})
    return found
