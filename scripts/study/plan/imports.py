"""Which shared modules a script imports, read from the text of the imports.

One form of import is allowed, `from study.room.module import name`, so that one pattern finds them all (a test holds
it); reading the text with `ast` takes thirty times as long.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

IMPORT = re.compile(r"^[ \t]*from (study(?:\.\w+)+) import ", re.MULTILINE)


def script_of(rule: str, scripts: Path) -> Path:
    """The script of a rule, on whichever floor it lies."""
    return next(scripts.glob(f"*/{rule}.py"))


def imports_of(script: Path, scripts: Path) -> list[Path]:
    """The script itself and every module of `study` that it imports, directly or through another, in order of path.

    scripts : folder that holds the package. An import inside a function counts, too.
    """
    found, ahead = set(), [script]
    while ahead:
        file = ahead.pop()
        if file not in found:
            found.add(file)
            ahead += imported(file, scripts)
    return sorted(found)


@cache
def imported(file: Path, scripts: Path) -> list[Path]:
    """The modules of `study` that a file itself imports."""
    names = IMPORT.findall(file.read_text("utf-8"))
    return [scripts / f"{name.replace('.', '/')}.py" for name in dict.fromkeys(names)]
