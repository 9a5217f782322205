"""Which shared modules a script imports, read from the text of the imports."""

import re
from functools import cache
from pathlib import Path

_IMPORT = re.compile(r"^\s*(?:from|import)\s+(_\w+)", re.MULTILINE)


def imports_of(script: Path) -> list[Path]:
    """The script itself and every module of its folder that it imports, directly or through another, in order of name.

    Modules begin with `_`; an import inside a function counts, too.
    """
    found, ahead = set(), [script]
    while ahead:
        file = ahead.pop()
        if file not in found:
            found.add(file)
            ahead.extend(_imported(file))
    return sorted(found)


@cache
def _imported(file: Path) -> list[Path]:
    """The modules of a file's folder that the file itself imports."""
    named = (file.parent / f"{name}.py" for name in _IMPORT.findall(file.read_text("utf-8")))
    return [path for path in named if path.is_file()]
