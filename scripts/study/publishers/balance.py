"""Provincial energy balances in physical quantity (China Energy Statistical Yearbook) -> one table a catalog key.

A balance has the items down (supply, transformation, losses, final and total consumption) and the fuels across, a name
and a unit above each. An empty cell of a printed balance means that the province has none of it. Energy in total (tce)
is not in it: quantities of different fuels have no sum.
"""

from __future__ import annotations

import re
from itertools import takewhile
from pathlib import Path

from study.files.series import Yearbook
from study.files.sheets import Sheet
from study.helpers import InputError, logger
from study.publishers.balance_checks import HEADS, LETTER, TITLE_LINE, Balance, Block, find_doubt
from study.publishers.balance_items import (
    PARTS,
    ROW_NAMES,
    BalanceItem,
    fold_name,
    is_printed,
    read_unit,
    section_of,
    split_units,
)
from study.publishers.forms import Form, form
from study.words.printed import Formula, place, squeeze
from study.words.regions import find_province, province_in
from study.words.years import EDITION, year_in, year_of, years_in


def is_balance(sheet: Sheet) -> bool:
    """Whether a sheet has an energy balance's items down and something other than years across (a series over time)."""
    labels = _label_columns(sheet)
    top = squeeze("".join(cell for row in sheet.rows[:3] for cell in row.cells))
    if not labels or re.search("参考系数|折标准?煤|conversionfactor", top, re.IGNORECASE):
        return False
    above = takewhile(lambda row: not any(section_of(row.get(column)) for column in labels), sheet.rows)
    cells = [cell for row in above for column, cell in enumerate(row.cells) if column not in labels]
    return sum(not year_of(cell) and fold_name(cell) != ("", "") for cell in cells) > 1


def balance_form(names: dict[str, str], items: dict[str, BalanceItem]) -> Form:
    """How balances are told and read among a file's sheets (`publishers.forms.reader`)."""
    return form(is_balance, lambda pages, stem: read_balances(pages, names, items, stem))


def read_balances(
    sheets: list[Sheet], names: dict[str, str], items: dict[str, BalanceItem], hint: str = ""
) -> list[Yearbook]:
    """One table a catalog key (its `title`) over all provinces and years of the sheets, in the key's unit.

    An empty cell is 0 and in `nil`; a sum is nil where all its cells are. A province-year without a balance is None
    where others have one. Net inflow is from and to other provinces of the country, without imports and exports. `hint`
    stands for the files' names, which say the province or the year where title and sheet do not. Sheets that are no
    balance, and those of standard coal, are left out with a line in the log. What is wrong with a key's own figure of a
    province-year is a fault of its table there: a fuel, row or unit that is not found or is printed twice, a cell that
    is no number; a positive input to transformation and a part above its whole are doubts of the figure.

    Raises InputError, naming file and sheet, for a balance without province or year, or with two that contradict each
    other.
    """
    balances: dict[tuple[str, int], Balance] = {}
    before: tuple[str, tuple[str, int] | None] = "", None
    for sheet in filter(_is_wanted, sheets):
        path = sheet.source.removesuffix(f", sheet {sheet.name}")
        for at, block in enumerate(_blocks(sheet, _label_columns(sheet))):
            continued = at or "续" in block.title + sheet.name or "continued" in block.title.lower()
            inherited = before[1] if before[0] == path and continued else None
            if continued and before == (path, None) and not province_in(block.title, names):
                continue  # the national balance goes on
            where = _province_year(block, names, hint or Path(path).stem, inherited)
            before = path, where
            if where:
                _add_block(balances.setdefault(where, Balance(sheet.source)), block, where, items)
    if not balances:
        files = ", ".join(dict.fromkeys(sheet.source for sheet in sheets))
        what = "no energy balance of a province in physical quantity (能源平衡表(实物量))"
        raise InputError(f"{files}: {what}; put the energy yearbook's balances here.")
    return [_table(item, balances) for item in items.values()]


def _label_columns(sheet: Sheet) -> list[int]:
    """Columns that name the items, the Chinese one first; empty where final use or transformation are not named."""
    found: dict[int, set[str]] = {}
    chinese: set[int] = set()
    for row in sheet.rows:
        for column, cell in enumerate(row.cells):
            if section := LETTER.search(cell) and section_of(cell):
                found.setdefault(column, set()).add(section)
                chinese |= {column} if fold_name(cell)[0] else set()
    columns = [column for column, sections in found.items() if len(sections) > 1]
    named = set().union(*(found[column] for column in columns))
    return sorted(columns, key=lambda c: (c not in chinese, c)) if {"final", "transformation"} <= named else []


def _blocks(sheet: Sheet, labels: list[int]) -> list[Block]:
    """The parts of a sheet: a new one begins at a title or a header below items."""
    blocks, block, section = [], Block(sheet, labels), ""
    for row in sheet.rows:
        label = next((row.get(column) for column in labels if row.get(column)), "")
        heads = any(HEADS.search(squeeze(cell)) for cell in row.cells)
        if block.rows and (heads or fold_name(label) in (("项目", ""), ("项目", "item"), ("", "item"))):
            blocks.append(block)
            block, section = Block(sheet, labels), ""
        section = section_of(label) or section
        name = section_of(label)
        if not name and label:
            part = next((part for part, forms in PARTS.get(section, {}).items() if is_printed(label, forms)), "")
            name = f"{section}/{part}" if part else ""
        if name in block.rows:
            block.twice[name] = (
                f"{sheet.place(row, labels[0])}: {label!r} stands already in row {block.rows[name].line}; "
                "keep one of the two."
            )
        elif name:
            block.rows[name] = row
        elif not block.rows:
            block.above.append(row)
        if section == "transformation" and name != section:
            block.inputs.append(row)
    return [*blocks, block] if block.rows else blocks


def _is_wanted(sheet: Sheet) -> bool:
    """Whether to read a sheet; InputError for one that is titled a balance and has not its items."""
    cells = [squeeze(cell) for row in sheet.rows for cell in row.cells]
    titled = [cell for cell in cells if re.search("能源平衡表|energybalanceof", cell, re.IGNORECASE)]
    if not is_balance(sheet):
        if len(titled) == 1:
            raise InputError(
                f"{sheet.source}: titled {titled[0]!r}, but a header of fuels, with {ROW_NAMES['transformation']} and "
                f"{ROW_NAMES['final']} among the rows below, is not found; get the whole table."
            )
        logger.info("%s: no energy balance, left out", sheet.source)
        return False
    text = "".join([squeeze(sheet.name), *titled]).lower()
    if re.search("标准量|standardquantity", text) and not re.search("实物量|physical", text):
        logger.info("%s: a balance in standard coal, left out; physical quantities are read", sheet.source)
        return False
    return True


def _province_year(
    block: Block, names: dict[str, str], stem: str, inherited: tuple[str, int] | None
) -> tuple[str, int] | None:
    """Province and year of a block: from its title, else its sheet's, else its file's name. None for the nation's."""
    source, title = block.sheet.source, block.title
    chinese, latin = fold_name(title)
    if re.search("(全国|中国)能源平衡表", chinese) or "energybalanceofchina" in latin:
        logger.info("%s: the national balance, left out", source)
        return None
    province = _province(block, names, stem)
    # A yearbook's own name has the year it comes out, a year or two after that of its tables.
    lines = [cell for row in block.above for cell in row.cells if not EDITION.search(cell)]
    printed = {year for cell in lines if TITLE_LINE.search(squeeze(cell)) or year_of(cell) for year in years_in(cell)}
    if len(printed) > 1:
        years = ", ".join(map(str, sorted(printed)))
        raise InputError(f"{source}: the title has the years {years}; keep the balance's own.")
    in_title, in_sheet = next(iter(printed), None), year_in(block.sheet.name)
    in_stem = None if EDITION.search(stem) else year_in(stem)
    if in_title and in_sheet and in_title != in_sheet:
        raise InputError(f"{source}: the title says {in_title}, the sheet's name {in_sheet}; correct the wrong one.")
    own = in_title or in_sheet
    if own and in_stem and own != in_stem:
        logger.warning("%s: the balance is of %d, the file's name says %d; read as %d", source, own, in_stem, own)
    province = province or (inherited[0] if inherited else "")
    year = own or (inherited[1] if inherited else in_stem)
    if not province or not year:
        raise InputError(
            f"{source}: neither title, sheet nor file name says the {'year' if province else 'province'} of this "
            "balance; write it into the title, as in 北京能源平衡表(实物量)-2019."
        )
    return province, year


def _province(block: Block, names: dict[str, str], stem: str) -> str:
    """The province that title, sheet or file name says; empty where none does. InputError for two or an unknown one."""
    source = block.sheet.source
    chinese, latin = fold_name(block.title)
    in_title, in_sheet, in_stem = (province_in(text, names) for text in (block.title, block.sheet.name, stem))
    spelt = re.match("(?:.*[表鉴])?(.*?)(?:各?地区|分省)?能源平衡表", chinese) or re.search(
        "energybalanceof([a-z]*?)(?:province|physical|standard|$)", latin
    )
    if not in_title and spelt and spelt[1]:
        return find_province(spelt[1], names, source)
    stated = list(dict.fromkeys(filter(None, (in_title, in_sheet))))
    if len(stated) == 1 and not (in_title and in_sheet) and in_stem not in ("", *stated):
        stated.append(in_stem)
    if len(stated) > 1:
        both = " and ".join(stated)
        raise InputError(f"{source}: title, sheet and file name say {both}; correct the one that is wrong.")
    return stated[0] if stated else in_stem


def _add_block(balance: Balance, block: Block, where: tuple[str, int], items: dict[str, BalanceItem]) -> None:
    """Find the fuels of a block and their units; one that is there twice, or in another unit, is a fault."""
    fuels = {item.fuel: item.unit for item in items.values()}
    known = {fold_name(name): fuel for fuel in fuels for name in fuel}
    headings, units, clashes = _header(block)
    block.headed = {column for column, heading in headings.items() if heading}
    for column, heading in headings.items():
        chinese, latin = fold_name(heading)
        # a heading of several columns is merged into the first: 煤炭 above 原煤
        inner = re.sub("^(煤炭|石油|油品)", "", chinese)
        fuel = known.get((chinese, "")) or known.get((inner, "")) if chinese else known.get(("", latin))
        if fuel is None:
            continue
        cell = place(block.sheet.source, block.above[-1].line, column)
        if fuel in balance.fuels:
            other, at, _ = balance.fuels[fuel]
            before = place(other.sheet.source, other.above[-1].line, at)
            balance.faults[fuel] = (
                f"{cell}: {fuel[0]} of {where[0]} {where[1]} stands already at {before}; two balances of one "
                "province-year, or a column copied? Keep one."
            )
            continue
        text = units.get(column, "")
        unit, factor = read_unit(text) or (text, 1.0)
        if not unit:
            logger.warning("%s: no unit printed for %s, read as %s", cell, fuel[0], fuels[fuel])
        elif unit != fuels[fuel]:
            balance.faults[fuel] = (
                f"{cell}: {fuel[0]} is in {unit!r}, expected {fuels[fuel]}; correct the unit or the heading."
            )
        if column in clashes:
            balance.faults[fuel] = clashes[column]
        balance.fuels[fuel] = block, column, factor


def _header(block: Block) -> tuple[dict[int, str], dict[int, str], dict[int, str]]:
    """Heading and unit of each column, from lines whose cells may be split or merged, and what is to be said of columns
    with two units."""
    headings: dict[int, str] = {}
    units: dict[int, str] = {}
    clashes: dict[int, str] = {}
    lines = [row for row in block.above if not block.is_title(row)]
    width = max((len(row.cells) for row in lines), default=0)
    for row in lines:
        cells = {c: row.get(c) for c in range(width) if c not in block.labels and not year_of(row.get(c))}
        is_unit_line = sum(bool(read_unit(cell)) for cell in cells.values()) * 2 > sum(map(bool, cells.values()))
        unit = ""
        for column, cell in cells.items():
            if is_unit_line:
                # one unit above several columns is merged into the first
                found = [unit := cell or unit]
            else:
                name, found = split_units(cell)
                headings[column] = headings.get(column, "") + name
            for text in filter(None, found):
                if column in units and read_unit(units[column]) != read_unit(text):
                    clashes[column] = (
                        f"{block.sheet.place(row, column)}: found the unit {text!r} below "
                        f"{units[column]!r}; a column has one."
                    )
                units[column] = text
    stated = re.search(r"(?:单位|units?):([^\s()]+)", squeeze(block.title), re.IGNORECASE)
    stated_unit = stated[1] if stated else ""
    return headings, {column: units.get(column) or stated_unit for column in headings}, clashes


def _outflow_sign(block: Block, column: int, columns: list[int]) -> int:
    """1 where a column's outflow is printed negative, -1 where as an amount, as in all columns; InputError where it is
    positive and another's is negative."""
    row = "supply/outflow"
    own = block.number(row, column) or 0.0
    if own <= 0:
        return 1
    if any(block.figures(other).get(row, 0.0) < 0 for other in columns):
        raise InputError(
            f"{block.place(row, column)}: outflow to other provinces is positive here and negative in other columns; "
            "correct the sign."
        )
    logger.warning("%s: outflow is printed without a minus, and taken off", block.place(row, column))
    return -1


def _table(item: BalanceItem, balances: dict[tuple[str, int], Balance]) -> Yearbook:
    """The key's figures over all balances."""
    provinces = list(dict.fromkeys(province for province, _ in balances))
    years = sorted({year for _, year in balances})
    files = list(dict.fromkeys(balance.source for balance in balances.values()))
    path = files[0] if len(files) == 1 else f"{files[0]} and {len(files) - 1} more"
    table = Yearbook(path, "balance", item.key, item.unit, years)
    for cell in [(province, year) for province in provinces for year in years]:
        if cell not in balances:
            table.values[cell], table.places[cell] = None, f"no energy balance of {cell[0]} {cell[1]}"
            continue
        try:
            _add_figure(table, cell, item, balances[cell])
        except InputError as error:
            table.places.setdefault(cell, balances[cell].source)
            table.refuse(cell, str(error))
    return table


def _add_figure(table: Yearbook, cell: tuple[str, int], item: BalanceItem, balance: Balance) -> None:
    """The key's figure of one balance; InputError where it cannot be read."""
    block, column, factor = balance.find(item)
    table.places[cell] = block.place(item.rows[0][0], column)
    printed = []
    for row, sign in item.rows:
        if row == "supply/outflow":
            sign *= _outflow_sign(block, column, balance.columns(block))
        printed.append((block.number(row, column), sign))
        table.formulas |= {cell} if isinstance(block.rows[row].get(column), Formula) else set()
    table.values[cell] = factor * sum((value or 0.0) * sign for value, sign in printed)
    if all(value is None for value, _ in printed):
        table.nil.add(cell)
    if doubt := find_doubt(item, block, column):
        table.doubts[cell] = doubt
