"""Web pages of the workflow, from the templates beside this module: each stands alone, without scripts, fonts or images
from elsewhere, and whatever text it is given is printed as it is typed."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

TEMPLATES = Path(__file__).parent / "templates"


@dataclass(frozen=True)
class PlainTable:
    """A table of one header row and cells of plain text, the first cell of a row its label.

    text_columns : positions of columns that hold sentences, which wrap and stand at the left. classes : row number ->
    `bad` or `good`, which colours the row.
    """

    header: Sequence[str]
    rows: Sequence[Sequence[str]]
    caption: str = ""
    text_columns: Collection[int] = ()
    classes: Mapping[int, str] = field(default_factory=dict)


def render(template: str, **values: object) -> str:
    """The page of a template and its values; `note` is a warning to print first, such as simulated inputs.

    The template's name is written out where this is called: `plan.imports` reads from the text which files a page is
    made of.
    """
    return environment().get_template(template).render(values)


@cache
def environment():
    """Where templates are found, and that every value is escaped and none may be missing."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined  # here, as not every job that imports this prints

    return Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
