"""Names as parts of file names."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    pass


def slug(name: str) -> str:
    """File-name form of a unit's name: lower case, letters and digits of any script kept, the rest `_`."""
    text = unicodedata.normalize("NFC", name.strip()).lower()
    kept = (c if unicodedata.category(c)[0] in "LMN" else "_" for c in text)
    return "_".join(part for part in "".join(kept).split("_") if part)
