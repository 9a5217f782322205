"""Sheets of text cells with their places, as every reader takes them."""

from __future__ import annotations

from dataclasses import dataclass, field

from study.words.printed import place


@dataclass(frozen=True)
class Row:
    """One line of a table: its line number in the file (from 1) and its cells, outer blanks removed.

    `indent` is the number of blanks before the first cell's text: how yearbooks print what is part of the row above.
    """

    line: int
    cells: tuple[str, ...]
    indent: int = field(default=0, compare=False)

    def get(self, column: int) -> str:
        """The cell of a column (from 0), empty where the line is shorter."""
        return self.cells[column] if column < len(self.cells) else ""


def indent_of(cell: object) -> int:
    """Blanks before the text of a row's first cell, an ideographic one counted twice; 0 for what is no text."""
    if not isinstance(cell, str):
        return 0
    blanks = cell[: len(cell) - len(cell.lstrip())]
    return len(blanks) + blanks.count("\u3000")


@dataclass(frozen=True)
class Sheet:
    """One table of cells. `source` names it in messages (file, and sheet where there are several); `name` is the
    sheet's, empty for text files; `titles` are what a data set calls its columns beside their names."""

    source: str
    name: str
    rows: list[Row]
    titles: tuple[str, ...] = ()

    def place(self, row: Row, column: int | None = None) -> str:
        """How messages name a row, or one of its cells (`printed.place`)."""
        return place(self.source, row.line, column)


def trimmed(text: str) -> str:
    """A cell without outer blanks; byte order marks stay where files were joined."""
    return text.replace("\ufeff", "").strip()
