"""Malformed inputs, workbooks of provinces: energy balances and emission inventories."""

from __future__ import annotations

from collections.abc import Callable

import test_balance
import test_inventory
from _malformed import Case, Table, xlsx


def balance(row: str, fuel: str, value: object):
    """A change into a balance of Beijing with one figure changed."""

    def change(_: Table) -> bytes:
        table = test_balance.figures()
        table[test_balance.ROW[row]][test_balance.COLUMN[fuel]] = value
        return xlsx(test_balance.bilingual(table=table))

    return change


def inventory(change: Callable[[list[list[object]]], object]):
    """A change into an inventory of Beijing, changed in place."""

    def changed(_: Table) -> bytes:
        lines = [list(line) for line in test_inventory.inventory()]
        change(lines)
        return xlsx(lines, change=lambda book: setattr(book.worksheets[0], "title", "Beijing2019"))

    return changed


def pages(*titles: str):
    """A change into a workbook of balances with these titles."""
    return lambda _: xlsx(
        *(test_balance.bilingual(title, test_balance.figures(i + 1)) for i, title in enumerate(titles))
    )


BALANCES = [
    ("text", balance("total", "原煤", "n.d."), "row 26, column D: found 'n.d.', expected a number"),
    (
        "a part above its whole",
        balance("industry", "原煤", 9000),
        "row 20, column D: 工业 of 原煤 is 9000, above the 消费量合计 of",
    ),
    (
        "no province in the title",
        pages("能源平衡表(实物量)-2019"),
        "neither title, sheet nor file name says the province",
    ),
    ("no year in the title", pages("北京能源平衡表(实物量)"), "neither title, sheet nor file name says the year"),
    (
        "a balance twice",
        pages(test_balance.TITLE, test_balance.TITLE),
        "Sheet2, row 6, column D: 原煤 of beijing 2019 stands already",
    ),
    (
        "an unknown unit",
        lambda _: xlsx(
            test_balance.bilingual(
                fuels=[(z, e, ("万磅", "104 lb")) if z == "原煤" else (z, e, u) for z, e, u in test_balance.FUELS]
            )
        ),
        "row 6, column D: 原煤 is in",
    ),
    (
        "a fuel missing",
        lambda _: xlsx(test_balance.bilingual(fuels=[f for f in test_balance.FUELS if f[0] != "原煤"])),
        "no column 原煤 .Raw Coal. in the balance",
    ),
    (
        "a fuel twice",
        lambda _: xlsx(
            test_balance.bilingual(fuels=[(z.replace("焦炭", "原煤"), e, u) for z, e, u in test_balance.FUELS])
        ),
        "row 6, column F: 原煤 of beijing 2019 stands already",
    ),
    (
        "a row missing",
        lambda _: xlsx([line for line in test_balance.bilingual() if not (line and str(line[0]).startswith("六"))]),
        "no row 消费量合计 in the balance",
    ),
]
INVENTORIES = [
    (
        "text",
        inventory(lambda rows: rows[5].__setitem__(8, "n.d.")),
        "row 6, column I: found 'n.d.', expected a number",
    ),
    (
        "a figure ten times",
        inventory(lambda rows: rows[5].__setitem__(8, rows[5][8] * 10)),
        "row 4, column I: the total is 82.5, its 7 sectors add up to",
    ),
    (
        "another unit",
        inventory(lambda rows: rows[1].__setitem__(slice(1, None), ["lb"] * (len(rows[1]) - 1))),
        "row 2, column B: found the unit 'lb', expected Mt",
    ),
    ("no total", inventory(lambda rows: rows.pop(3)), "no header row found; the file begins 'Emission_Inventory"),
    (
        "a sector missing",
        inventory(lambda rows: rows.pop(5)),
        "row 4, column I: the total is 82.5, its 6 sectors add up to",
    ),
    (
        "a sector twice",
        inventory(lambda rows: rows.insert(5, list(rows[5]))),
        "row 7, column A: 'Coal Mining and Dressing' stands already in row 6",
    ),
]
ENERGY = [
    Case(
        "balance: a positive input",
        "power_raw_coal",
        balance("thermal", "原煤", 40),
        "row 14, column D: the input of 原煤 is 40",
        file="balances.xlsx",
    ),
    *(Case(f"balance: {name}", "raw_coal", change, says, file="balances.xlsx") for name, change, says in BALANCES),
    *(
        Case(f"inventory: {name}", "co2_inventory", change, says, file="inventories.xlsx")
        for name, change, says in INVENTORIES
    ),
]
