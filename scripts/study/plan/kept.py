"""What a start works out of large files and keeps in .snakemake for the next, and for each job on a cluster."""

from __future__ import annotations

import hashlib
import json
import tempfile
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from study.helpers import RESOURCES, SCRIPTS
from study.plan.imports import imports_of


def read_kept(path: str | Path, version: str) -> dict:
    """What was kept under this version; empty where there is nothing, or what another version made."""
    try:
        kept = json.loads(Path(path).read_text("utf-8"))
        return kept["kept"] if kept["version"] == version else {}
    except (OSError, ValueError, KeyError, TypeError):
        return {}


def keep(path: str | Path, version: str, values: dict) -> None:
    """Keep values in a file, whole or not at all: jobs read it at the same time.

    Where the disk does not take it nothing is kept, and nothing said: the run itself will say it.
    """
    text = json.dumps({"version": version, "kept": values})
    with suppress(OSError):
        Path(path).parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=Path(path).parent) as folder:
            draft = Path(folder, "draft")
            draft.write_text(text, "utf-8")
            draft.replace(path)


def version_of(modules: Iterable[str]) -> str:
    """Changes when one of the modules (below scripts/), what it imports or a table of the workflow does: what older
    ones made of a file is worked out anew."""
    code = {path for name in modules for path in imports_of(SCRIPTS / name, SCRIPTS)}
    files = [*sorted(code), *sorted(RESOURCES.glob("*.csv"))]
    return hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()
