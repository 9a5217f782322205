"""Malformed inputs, workbooks and data sets: damaged, locked, with formulas and errors, sheets that contradict."""

from __future__ import annotations

import datetime
import io
import math
import zipfile
from collections.abc import Callable

import pandas as pd
import test_sheets
from _malformed import ROOT, Case, Table, xlsx
from _malformed_forms import figures
from openpyxl.worksheet.worksheet import Worksheet

SHEET = "xl/worksheets/sheet1.xml"
XLS = (ROOT / "tests" / "data" / "province_table.xls").read_bytes()


def book(change: Callable[[Worksheet], object] = lambda sheet: None, *more: Callable[[Table], list[list[object]]]):
    """A change into a workbook, whose first sheet is then changed; `more` make further sheets of the good table."""
    return lambda good: xlsx(
        good.typed(), *(make(good) for make in more), change=lambda book: change(book.worksheets[0])
    )


def to(cell: str, value: object):
    """A change of one cell, of the figure of 河北 in 2015 as I7."""
    return book(lambda sheet: sheet.__setitem__(cell, value))


def inside(old: bytes, new: bytes, member: str = SHEET):
    """A change of a text inside a part of the workbook's archive, or of the whole part."""

    def change(good: Table | bytes) -> bytes:
        out, data = io.BytesIO(), good if isinstance(good, bytes) else xlsx(good.typed())
        with zipfile.ZipFile(io.BytesIO(data)) as source, zipfile.ZipFile(out, "w") as target:
            for name in source.namelist():
                part = source.read(name)
                if name == member:
                    assert old in part
                    part = part.replace(old, new, 1) if old else new
                target.writestr(name, part)
        return out.getvalue()

    return change


def bomb(good: Table) -> bytes:
    """A workbook whose sheet has a cell of entities of entities, a billion characters in the end."""
    entities = b"".join(b"<!ENTITY e%d '%s'>" % (i, b"&e%d;" % (i - 1) * 10) for i in range(1, 10))
    data = inside(b"<v>29973.25</v>", b"<v>&e9;</v>")(good)
    return inside(b"<worksheet", b"<!DOCTYPE x [<!ENTITY e0 'lol'>" + entities + b"]><worksheet")(data)


def without(member: str):
    """A change that takes a part out of the workbook's archive."""

    def change(good: Table) -> bytes:
        out = io.BytesIO()
        with zipfile.ZipFile(io.BytesIO(xlsx(good.typed()))) as source, zipfile.ZipFile(out, "w") as target:
            for name in source.namelist():
                if name != member:
                    target.writestr(name, source.read(name))
        return out.getvalue()

    return change


def part(make: Callable[[Table], bytes], share: float):
    """A change that cuts a file off after a share of its bytes."""
    return lambda good: make(good)[: int(len(make(good)) * share)]


def hidden(sheet: Worksheet) -> None:
    """The only filled sheet hidden, an empty one shown."""
    sheet.sheet_state = "hidden"
    sheet.parent.create_sheet("shown")


def other_figures(good: Table) -> list[list[object]]:
    """A second sheet of the same years with other figures."""
    return good.scale(1.01).typed()


def frame(good: Table) -> pd.DataFrame:
    """The table as a data set with Latin names."""
    rows = [(name, year, float(value)) for name, its in figures(good).items() for year, value in its.items()]
    return pd.DataFrame(rows, columns=["province", "year", "gdp"])


def data_set(change: Callable[[pd.DataFrame], pd.DataFrame] = lambda data: data, form: str = "parquet"):
    """A change into a data set, changed before it is written."""

    def changed(good: Table) -> bytes:
        file, data = io.BytesIO(), change(frame(good))
        if form == "parquet":
            data.to_parquet(file)
        else:
            data.to_stata(file, write_index=False, version=118)
        return file.getvalue()

    return changed


def assign(name: str, value: Callable[[pd.DataFrame], object]):
    """A change of one column."""
    return lambda data: data.assign(**{name: value(data)})


BOOKS = [
    (
        "a formula without its value",
        to("I7", "=H7*0.9"),
        "row 7, column I: found the formula '=H7.0.9', expected a figure; paste the value, or set cleaning.formulas",
    ),
    (
        "a formula with its value",
        inside(b"<v>29973.25</v>", b"<f>H7*0.9</f><v>29973.25</v>"),
        "row 7, column I: found the formula",
    ),
    ("a formula of another workbook", to("I7", "='[gdp 2015.xlsx]Sheet1'!B7"), "row 7, column I: found the formula"),
    ("a formula in the header", to("I4", "=H4-1"), "row 4, column I: found the formula '=H4-1'"),
    ("a formula for a province", to("A7", "=A6"), "row 7, column A: found the formula '=A6'"),
    ("a lost reference", to("I7", "#REF!"), "row 7, column I: found '#REF!', expected a number"),
    ("a division by nil", to("I7", "#DIV/0!"), "row 7, column I: found '#DIV/0!', expected a number"),
    ("nothing available", to("I7", "#N/A"), "row 7, column I: found '#N/A', expected a number"),
    (
        "a date for a figure",
        to("I7", datetime.datetime(1982, 1, 23)),
        "row 7, column I: found '1982-01-23', expected a number",
    ),
    ("a time for a figure", to("I7", datetime.time(12, 30)), "row 7, column I: found '12:30:00', expected a number"),
    ("a logical value", to("I7", True), "row 7, column I: found 'TRUE', expected a number"),
    ("text for a figure", to("I7", "29 973"), "row 7, column I: found '29 973', expected a number"),
    (
        "a figure in the last cell there is",
        lambda t: book(lambda s: s.__setitem__("XFD1048576", 5))(Table(t.key, t.rows[:35])),
        "row 1048576, column XFD: '5' stands right of the last column",
    ),
    ("a figure far right", to("XFD7", 5), "row 7, column XFD: '5' stands right of the last column"),
    (
        "a figure far below",
        lambda t: book(lambda s: s.__setitem__("B9999", 5))(Table(t.key, t.rows[:35])),
        "row 9999, column A: unknown province ''",
    ),
    (
        "a header's cell lost",
        lambda t: xlsx(moved(t.typed(), 4, 1)),
        "row 5, column X: .* stands right of the last column",
    ),
    (
        "the header moved right",
        lambda t: xlsx(shifted(t.typed(), 4)),
        "row 5, column B: .* stands in a column without a name in the header; has the header shifted",
    ),
    (
        "the header and its corner moved right",
        lambda t: xlsx([[None, *r] if i == 3 else r for i, r in enumerate(t.typed())]),
        "row 5, column B: unknown province '50904.43'",
    ),
    ("a row moved right", lambda t: xlsx(shifted(t.typed(), 7)), "row 7, column Y: .* stands right of the last column"),
    (
        "figures merged over the end",
        lambda t: xlsx(t.typed(), change=lambda b: b.worksheets[0].merge_cells("B7:C8")),
        "shanxi 2022",
    ),
    (
        "the label merged",
        lambda t: xlsx(t.typed(), change=lambda b: b.worksheets[0].merge_cells("A7:A8")),
        "row 8, column A: unknown province ''",
    ),
    (
        "two sheets that contradict",
        book(lambda s: None, other_figures),
        "Sheet2, row 5, column B: .* in .*Sheet1, row 5, column B; keep one",
    ),
    (
        "a name of the header's middle lost",
        lambda t: xlsx(shifted(t.typed(), 4, 7)),
        "row 5, column H: .* stands in a column without a name",
    ),
    ("only a hidden sheet", book(hidden), "no cell that is not empty"),
    ("no cells", lambda t: xlsx([]), "no cell that is not empty"),
    (
        "a note for a table",
        lambda t: xlsx([["本工作簿由统计局网站导出"]]),
        "no header row found; the file begins '本工作簿由统计局网站导出'",
    ),
    ("half of its bytes", part(book(), 0.5), "a damaged or cut-off workbook"),
    ("a tenth of its bytes", part(book(), 0.1), "a damaged or cut-off workbook"),
    ("all but its last bytes", part(book(), 0.999), "a damaged or cut-off workbook"),
    ("a damaged sheet", inside(b"</sheetData>", b"<"), "a damaged workbook"),
    ("a sheet that is none", inside(b"", b"<html></html>"), "no cell that is not empty"),
    ("a column that is none", inside(b'r="I7"', b'r="7I"'), "a damaged workbook .*7I"),
    ("a sheet missing", without(SHEET), "no cell that is not empty"),
    ("no list of its parts", without("[Content_Types].xml"), "a damaged workbook"),
    ("no list of its sheets", without("xl/workbook.xml"), "a zip archive without a workbook in it"),
    ("a figure that is none", inside(b"<v>29973.25</v>", b"<v>29973,25</v>"), "a damaged workbook"),
    ("entities that grow", bomb, "a damaged workbook"),
]
OLD_BOOKS = [
    (
        "locked with a password",
        lambda t: test_sheets.container(test_sheets.SMALL, "EncryptedPackage"),
        "the workbook is locked with a password; save it without",
    ),
    ("half of an old workbook", lambda t: XLS[: len(XLS) // 2], "no workbook that can be read, damaged, cut off"),
    ("an old workbook's first bytes", lambda t: XLS[:600], "no workbook that can be read, damaged, cut off"),
    (
        "an old workbook of zeros",
        lambda t: XLS[:512] + bytes(len(XLS) - 512),
        "no workbook that can be read, damaged, cut off",
    ),
    (
        "a text document of old",
        lambda t: XLS.replace("Workbook".encode("utf-16-le"), "WordDocu".encode("utf-16-le")),
        "no workbook that can be read",
    ),
]
SETS = [
    ("half of a parquet file", part(data_set(), 0.5), "a damaged parquet file", "parquet"),
    ("a parquet file's first bytes", part(data_set(), 0.02), "a damaged parquet file", "parquet"),
    ("all but the last byte of a parquet file", part(data_set(), 0.9999), "a damaged parquet file", "parquet"),
    (
        "lists in cells",
        data_set(assign("gdp", lambda d: [[v] for v in d.gdp])),
        "column gdp: found '.*', expected a number or text",
        "parquet",
    ),
    (
        "bytes in cells",
        data_set(assign("province", lambda d: [v.encode("gbk") for v in d.province])),
        "column province: found .* expected a number or text",
        "parquet",
    ),
    (
        "infinity in a cell",
        data_set(assign("gdp", lambda d: d.gdp.where(d.index != 22, float("inf")))),
        "row 24, column C: found 'inf', expected a number",
        "parquet",
    ),
    (
        "a year with a fraction",
        data_set(assign("year", lambda d: d.year + 0.5)),
        "row 2, column B: found '2013.5', expected a year such as",
        "parquet",
    ),
    (
        "years as dates of other days",
        data_set(assign("year", lambda d: [f"{y}Q1" for y in d.year])),
        "row 2, column B: found '2013Q1', expected a year",
        "parquet",
    ),
    (
        "codes for provinces",
        data_set(assign("province", lambda d: range(len(d)))),
        "row 2, column A: unknown province '0'",
        "parquet",
    ),
    (
        "a row twice in a data set",
        data_set(lambda d: pd.concat([d, d.iloc[[22]]])),
        "row 312: .*stands already in row 24",
        "parquet",
    ),
    (
        "half of a Stata file",
        part(data_set(form="dta"), 0.5),
        "a Stata file that cannot be read, damaged or cut off",
        "dta",
    ),
    ("a Stata file's first bytes", part(data_set(form="dta"), 0.02), "a Stata file that cannot be read", "dta"),
    (
        "all but the last bytes of a Stata file",
        part(data_set(form="dta"), 0.999),
        "a Stata file that cannot be read",
        "dta",
    ),
    (
        "text for figures in a Stata file",
        data_set(assign("gdp", lambda d: d.gdp.astype(str).where(d.index != 22, "n.d.")), "dta"),
        "row 24, column C: found 'n.d.', expected a number",
        "dta",
    ),
    (
        "no provinces in a Stata file",
        data_set(lambda d: d.drop(columns="province"), "dta"),
        "row 12: '2013' .2013. stands already in row 2",
        "dta",
    ),
    ("no years in a Stata file", data_set(lambda d: d.drop(columns="year").iloc[::10], "dta"), "no year", "dta"),
    (
        "no figures in a Stata file",
        data_set(lambda d: d.drop(columns="gdp"), "dta"),
        "no names of indicators in the header row 1",
        "dta",
    ),
    (
        "another variable in a Stata file",
        data_set(lambda d: d.rename(columns={"gdp": "lngdp"}).assign(x=1.0), "dta"),
        "no indicator called 地区生产总值 .gdp.; the file has lngdp",
        "dta",
    ),
    ("GDP in logs", data_set(assign("gdp", lambda d: d.gdp.map(math.log)), "dta"), "natural logarithms", "dta"),
]


def moved(rows: list[list[object]], line: int, column: int) -> list[list[object]]:
    """Rows with a cell of a line taken out, those right of it moved left."""
    del rows[line - 1][column]
    return rows


def shifted(rows: list[list[object]], line: int, column: int = 1) -> list[list[object]]:
    """Rows with an empty cell put into a line, behind its label."""
    rows[line - 1].insert(column, None)
    return rows


WORKBOOKS = [
    *(Case(f"workbook: {name}", "gdp", change, says, file="gdp.xlsx") for name, change, says in BOOKS),
    *(Case(f"workbook: {name}", "gdp", change, says, file="gdp.xls") for name, change, says in OLD_BOOKS),
    *(Case(f"data set: {name}", "gdp", change, says, file=f"gdp.{form}") for name, change, says, form in SETS),
]
