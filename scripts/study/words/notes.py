"""Lines below or above a table that are no part of it: notes, sources, footers. Every reader knows the same ones."""

from __future__ import annotations

import re
from collections.abc import Iterable

_NOTE = re.compile(
    r"[\"'“(（*]?\s*("
    r"(注释?|附注|说明|备注)\s*([:：\d①-⑳(（.、]|$)|(数据|资料)(来源|取自)|来源\s*[:：]|(数据|资料)?(来自|摘自)|"
    r"(general |foot)?notes?\b(?!books?)|"
    r"(data\s*)?sources?\b(?!\s*(id|code|of\s+(?!(the\s+)?(data|figures|statistics)))\b))",
    re.IGNORECASE,
)


def is_note(text: str) -> bool:
    """Whether a cell begins a note or names the source: `注：`, `附注：`, `来源：`, `数据来源：Wind`, `Source:`."""
    return bool(_NOTE.match(text))


def begins_note(cells: Iterable[str]) -> bool:
    """Whether a row is a note: its first filled cell says so."""
    return is_note(next(filter(None, cells), ""))
