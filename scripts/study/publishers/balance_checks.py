"""A provincial energy balance as read, and what cannot be right in it."""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import dataclass, field

from study.files.sheets import Row, Sheet
from study.helpers import InputError, logger
from study.publishers.balance_items import ROW_NAMES, BalanceItem
from study.words.printed import MISSING_MARKS, parse_number, squeeze

HEADS = re.compile("平衡表|energybalance|续表", re.IGNORECASE)
TITLE_LINE = re.compile(f"{HEADS.pattern}|实物量|physicalquantity|continued|单位:|units?:|年鉴|yearbook", re.IGNORECASE)
LETTER = re.compile("[A-Za-z㐀-鿿]")
# A part may pass its whole by rounding, not by more.
BALANCE_ROUNDING_SHARE, BALANCE_ROUNDING = 0.01, 0.1


@dataclass
class Block:
    """A header and the items below it; several make a balance that is continued. `twice` are items that are printed
    again, with what is to be said of it; `read` keeps the figures of columns."""

    sheet: Sheet
    labels: list[int]
    above: list[Row] = field(default_factory=list)
    rows: dict[str, Row] = field(default_factory=dict)
    inputs: list[Row] = field(default_factory=list)
    headed: set[int] = field(default_factory=set)
    twice: dict[str, str] = field(default_factory=dict)
    read: dict[int, dict[str, float]] = field(default_factory=dict)

    @property
    def title(self) -> str:
        """The lines of the title, blanks gone."""
        return " ".join(cell for row in self.above if self.is_title(row) for cell in row.cells if cell)

    def is_title(self, row: Row) -> bool:
        """Whether a line above the items is no part of the header."""
        filled = [column for column, cell in enumerate(row.cells) if cell]
        return any(TITLE_LINE.search(squeeze(cell)) for cell in row.cells) or filled in ([0], [self.labels[0]])

    def place(self, row: str, column: int) -> str:
        """The cell of an item's row, for messages."""
        return self.sheet.place(self.rows[row], column)

    def number(self, row: str, column: int) -> float | None:
        """The figure of an item's row in a column, None where the cell is empty; InputError for text."""
        return parse_number(self.rows[row].get(column), self.place(row, column))

    def figures(self, column: int) -> dict[str, float]:
        """The figures of a column that can be read, an empty cell as 0."""
        if column not in self.read:
            self.read[column] = {}
            for name in self.rows:
                with suppress(InputError):
                    self.read[column][name] = self.number(name, column) or 0.0
        return self.read[column]

    def need(self, row: str) -> None:
        """Raise InputError where the item is not printed, or printed twice."""
        if row in self.twice:
            raise InputError(self.twice[row])
        if row not in self.rows:
            raise InputError(
                f"{self.sheet.source}: no row {ROW_NAMES[row]} in the balance; found "
                f"{', '.join(ROW_NAMES.get(name, name) for name in self.rows)}. Was the row deleted or renamed?"
            )


@dataclass
class Balance:
    """The balance of a province and a year: fuel -> block, column and factor of its unit, or what is wrong with it."""

    source: str
    fuels: dict[tuple[str, ...], tuple[Block, int, float]] = field(default_factory=dict)
    faults: dict[tuple[str, ...], str] = field(default_factory=dict)

    def columns(self, block: Block) -> list[int]:
        """The columns of a block that hold one of the fuels."""
        return [column for other, column, _ in self.fuels.values() if other is block]

    def find(self, item: BalanceItem) -> tuple[Block, int, float]:
        """Block, column and factor of an item's fuel; InputError where the fuel or one of the item's rows is not in the
        balance or there twice, all of its row of totals is empty, or figures of its rows have no heading."""
        if item.fuel in self.faults:
            raise InputError(self.faults[item.fuel])
        if item.fuel not in self.fuels:
            raise InputError(
                f"{self.source}: no column {item.fuel[0]} ({item.fuel[1]}) in the balance; found "
                f"{', '.join(fuel[0] for fuel in self.fuels) or 'none of the fuels'}. Was a page left out?"
            )
        block, column, factor = self.fuels[item.fuel]
        for name, _ in item.rows:
            block.need(name)
            cells = [block.rows[name].get(c).strip().lower() for c in self.columns(block)]
            if name == "total" and all(cell in MISSING_MARKS for cell in cells):
                raise InputError(f"{block.place(name, column)}: the row {ROW_NAMES[name]} is empty; fill it.")
            for at, cell in enumerate(block.rows[name].cells):
                if cell and at not in block.headed and at not in block.labels and not LETTER.search(cell):
                    where = block.place(name, at)
                    raise InputError(f"{where}: {cell!r} stands in a column without a heading; is a line shifted?")
        return block, column, factor


def find_doubt(item: BalanceItem, block: Block, column: int) -> str:
    """What is to be said of an item's figure that contradicts others of its column: a part above its whole, a positive
    input. Empty where nothing does; logs a total that does not add up."""
    fuel, figures = item.fuel[0], block.figures(column)
    for name, sign in item.rows:
        if sign < 0 and figures.get(name, 0.0) > 0:
            return (
                f"{block.place(name, column)}: the input of {fuel} is {block.rows[name].get(column)}; inputs to "
                "transformation are negative in a balance. Correct the sign."
            )
        pairs = [("final", name)] if name == "total" else [(name, "final")] if name.startswith("final/") else []
        pairs += [(part, name) for part in figures if name == "total" and part.startswith("final/")]
        for part, whole in pairs:
            if part not in figures or whole not in figures:
                continue
            if figures[part] > figures[whole] * (1 + BALANCE_ROUNDING_SHARE) + BALANCE_ROUNDING:
                return (
                    f"{block.place(part, column)}: {ROW_NAMES[part]} of {fuel} is {figures[part]:g}, above the "
                    f"{ROW_NAMES[whole]} of {figures[whole]:g} ({block.place(whole, column)}); mistyped, or rows "
                    "shifted?"
                )
    if item.rows[0][0] == "total" and "final" in figures:
        # a row that is not used may hold what it likes
        with suppress(InputError):
            inputs = sum(min(parse_number(row.get(column), "") or 0.0, 0.0) for row in block.inputs)
            total = figures["final"] + figures.get("losses", 0.0) - inputs
            if abs(total - figures["total"]) > BALANCE_ROUNDING_SHARE * figures["total"] + BALANCE_ROUNDING:
                logger.info("%s: %s is %g, final use, losses and inputs add up to %g", block.place("total", column),
                            fuel, figures["total"], total)  # fmt: skip
    return ""
