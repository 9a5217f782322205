"""Which shared modules a script imports, which templates its pages are made of and which of the workflow's tables it
reads, read from the text of the files.

One form of import is allowed, `from study.room.module import name`, and one of a page, `render` with the template's
name in quotes, so that one pattern each finds them all (a test holds it); reading the text with `ast` takes thirty
times as long.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

IMPORT = re.compile(r"^[ \t]*from (study(?:\.\w+)+) import ", re.MULTILINE)
PAGE = re.compile(r'\brender\(\s*"([^"]+)"')
INCLUDED = re.compile(r'{%-?\s*(?:extends|include|import|from)\s+"([^"]+)"')
TABLE_READ = re.compile(r'\bworkflow_table\("(\w+)"\)|\bRESOURCES / "(\w+)\.csv"')
TEMPLATE_FOLDER = "study/output/templates"


def script_of(rule: str, scripts: Path) -> Path:
    """The script of a rule, on whichever floor it lies."""
    return next(scripts.glob(f"*/{rule}.py"))


def imports_of(script: Path, scripts: Path) -> list[Path]:
    """The script itself and every module of `study` and template that it uses, directly or through another, in order
    of path.

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
    """The modules and templates that a module itself names; of a template, those that it extends or includes."""
    text = file.read_text("utf-8")
    modules = [f"{name.replace('.', '/')}.py" for name in IMPORT.findall(text)] if file.suffix == ".py" else []
    named = (PAGE if file.suffix == ".py" else INCLUDED).findall(text)
    return [scripts / path for path in dict.fromkeys([*modules, *(f"{TEMPLATE_FOLDER}/{name}" for name in named)])]


@cache
def tables_read(script: Path, scripts: Path) -> list[str]:
    """Names of the workflow's own tables, resources/<name>.csv, that a script or a module of its reads."""
    texts = [path.read_text("utf-8") for path in imports_of(script, scripts)]
    return sorted({"".join(names) for text in texts for names in TABLE_READ.findall(text)})
