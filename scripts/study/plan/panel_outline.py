"""What the plan needs to know of a ready panel, kept from one start to the next.

A start reads and checks the panel once for each content of it, config and version of the workflow; later starts, and
the jobs of a cluster, each of which starts Snakemake anew, compare the content and read what was kept.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from study.files.panel import MOST_PANEL_BYTES
from study.plan.contents import kept_digest
from study.plan.kept import keep, read_kept, version_of
from study.words.periods import Periods

if TYPE_CHECKING:
    from study.plan.study import Study

OUTLINE_CACHE = ".snakemake/panel.json"


class Outline(NamedTuple):
    """A panel's columns in our names, its units (file-name form -> name) and its periods."""

    header: list[str]
    units: dict[str, str]
    periods: Periods


def outline_mark(study: Study) -> str:
    """Changes with the panel's content, the config or the workflow; empty where the panel is no file to be read."""
    path = Path(study.given["panel"]["path"])
    try:
        if not path.is_file() or path.stat().st_size > MOST_PANEL_BYTES:
            return ""
        found = kept_digest(path)
    except OSError:
        return ""
    asked = {key: part for key, part in study.given.items() if key != "ask"}  # a question changes no panel
    config = json.dumps(asked, sort_keys=True, default=str)
    code = version_of(["study/plan/refusals.py", "study/plan/study.py"])
    return hashlib.sha256("\n".join([found, config, code]).encode()).hexdigest()


def kept_outline(mark: str) -> Outline | None:
    """The outline of a panel that was read and checked under this mark; None where there is none."""
    kept = read_kept(OUTLINE_CACHE, mark) if mark else {}
    if not kept:
        return None
    names, how, unit, steps = kept["periods"]
    periods = Periods(tuple(names), how, unit, None if steps is None else tuple(steps))
    return Outline(kept["header"], kept["units"], periods)


def keep_outline(study: Study, mark: str) -> None:
    """Keep the outline of a panel that was found sound, unless it was saved while it was read."""
    if mark and outline_mark(study) == mark:
        keep(OUTLINE_CACHE, mark, study.outline._asdict())
