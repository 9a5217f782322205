"""A provincial energy balance as read, and what cannot be right in it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field

from study.files.sheets import Row, Sheet
from study.helpers import InputError, logger
from study.publishers.balance_items import ROW_NAMES, BalanceItem
from study.words.printed import parse_number, place, squeeze

HEADS = re.compile("平衡表|energybalance|续表", re.IGNORECASE)
TITLE_LINE = re.compile(f"{HEADS.pattern}|实物量|physicalquantity|continued|单位:|units?:|年鉴|yearbook", re.IGNORECASE)
LETTER = re.compile("[A-Za-z㐀-鿿]")
# A part may pass its whole by rounding, not by more.
BALANCE_ROUNDING_SHARE, BALANCE_ROUNDING = 0.01, 0.1


@dataclass
class Block:
    """A header and the items below it; several make a balance that is continued."""

    sheet: Sheet
    labels: list[int]
    above: list[Row] = field(default_factory=list)
    rows: dict[str, Row] = field(default_factory=dict)
    inputs: list[Row] = field(default_factory=list)
    headed: set[int] = field(default_factory=set)

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
        return place(self.sheet.source, self.rows[row].line, column)

    def number(self, row: str, column: int) -> float | None:
        """The figure of an item's row in a column, None where the cell is empty; InputError for text."""
        return parse_number(self.rows[row].get(column), self.place(row, column))

    def need(self, row: str) -> None:
        """Raise InputError where the item is not printed."""
        if row not in self.rows:
            raise InputError(
                f"{self.sheet.source}: no row {ROW_NAMES[row]} in the balance; found "
                f"{', '.join(ROW_NAMES.get(name, name) for name in self.rows)}. Was the row deleted or renamed?"
            )


@dataclass
class Balance:
    """The balance of a province and a year: fuel -> block, column and factor of its unit."""

    source: str
    fuels: dict[tuple[str, ...], tuple[Block, int, float]] = field(default_factory=dict)

    @property
    def blocks(self) -> Iterator[Block]:
        """Each block once."""
        return iter({id(block): block for block, _, _ in self.fuels.values()}.values())

    def columns(self, block: Block) -> list[int]:
        """The columns of a block that hold one of the fuels."""
        return [column for other, column, _ in self.fuels.values() if other is block]


def check_found(balance: Balance, items: dict[str, BalanceItem]) -> None:
    """Raise InputError where a fuel or a row is not in the balance, the total is empty, or figures have no heading."""
    for item in items.values():
        if item.fuel not in balance.fuels:
            raise InputError(
                f"{balance.source}: no column {item.fuel[0]} ({item.fuel[1]}) in the balance; found "
                f"{', '.join(fuel[0] for fuel in balance.fuels) or 'none of the fuels'}. Was a page left out?"
            )
        block, _, _ = balance.fuels[item.fuel]
        for row in dict.fromkeys([*(name for name, _ in item.rows), "final", "total"]):
            block.need(row)
    for block in balance.blocks:
        columns = balance.columns(block)
        if all(block.number("total", column) is None for column in columns):
            raise InputError(f"{block.place('total', columns[0])}: the row {ROW_NAMES['total']} is empty; fill it.")
        for name, row in block.rows.items():
            for column, cell in enumerate(row.cells):
                if cell and column not in block.headed and column not in block.labels and not LETTER.search(cell):
                    where = block.place(name, column)
                    raise InputError(f"{where}: {cell!r} stands in a column without a heading; is a line shifted?")


def check_figures(balance: Balance, items: dict[str, BalanceItem]) -> None:
    """Raise InputError where a part passes its whole or an input is positive; log a total that does not add up."""
    for fuel, (block, column, _) in balance.fuels.items():
        parts = [name for name in block.rows if name.startswith("final/")]
        figures = {name: block.number(name, column) or 0.0 for name in (*parts, "final", "total")}
        for part, whole in [("final", "total"), *((part, "final") for part in parts)]:
            if figures[part] > figures[whole] * (1 + BALANCE_ROUNDING_SHARE) + BALANCE_ROUNDING:
                raise InputError(
                    f"{block.place(part, column)}: {ROW_NAMES[part]} of {fuel[0]} is {figures[part]:g}, above the "
                    f"{ROW_NAMES[whole]} of {figures[whole]:g} ({block.place(whole, column)}); mistyped, or "
                    "rows shifted?"
                )
        own = [row for item in items.values() if item.fuel == fuel for row in item.rows]
        for name in dict.fromkeys(name for name, sign in own if sign < 0):
            if (block.number(name, column) or 0.0) > 0:
                raise InputError(
                    f"{block.place(name, column)}: the input of {fuel[0]} is {block.rows[name].get(column)}; inputs to "
                    "transformation are negative in a balance. Correct the sign."
                )
        with suppress(InputError):  # a row that is not used may hold what it likes
            inputs = sum(min(parse_number(row.get(column), "") or 0.0, 0.0) for row in block.inputs)
            losses = block.number("losses", column) or 0.0 if "losses" in block.rows else 0.0
            total = figures["final"] + losses - inputs
            if abs(total - figures["total"]) > BALANCE_ROUNDING_SHARE * figures["total"] + BALANCE_ROUNDING:
                logger.info("%s: %s is %g, final use, losses and inputs add up to %g", block.place("total", column),
                            fuel[0], figures["total"], total)  # fmt: skip
