"""Any file -> sheets of text cells: every format read to the right cells, every damaged file refused in one message.

tests/data/*.xls are Excel 97 workbooks with made-up figures, written with xlwt 1.3.
"""

import datetime
import io
import random
import resource
import struct
import time
import zipfile
from pathlib import Path

import numpy as np
import openpyxl
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from study.files.sheets import MOST_BYTES, read_sheets
from study.helpers import InputError
from study.words.printed import Formula, parse_number

ROOT = Path(__file__).parents[1]
XLS = {path.stem: path.read_bytes() for path in sorted((ROOT / "tests" / "data").glob("*.xls"))}
TABLE = '地区,2013年,2012年\n北京市,"1,234.5",0.10\n天津市,,-3\n'
CELLS = [("地区", "2013年", "2012年"), ("北京市", "1,234.5", "0.10"), ("天津市", "", "-3")]


def read(tmp_path, data: bytes, name="table.csv"):
    path = tmp_path / name
    path.write_bytes(data)
    return read_sheets(path)


def cells(tmp_path, data: bytes, name="table.csv"):
    (sheet,) = read(tmp_path, data, name)
    return [row.cells for row in sheet.rows]


def workbook(*sheets, **names) -> bytes:
    """An xlsx file of (title, rows) sheets."""
    book = openpyxl.Workbook()
    book.remove(book.active)
    for title, rows in sheets:
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append(row)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def stata(table, **options) -> bytes:
    file = io.BytesIO()
    table.to_stata(file, write_index=False, **options)
    return file.getvalue()


def parquet(table) -> bytes:
    file = io.BytesIO()
    table.to_parquet(file)
    return file.getvalue()


SHEET = "xl/worksheets/sheet1.xml"


def replaced(data: bytes, old: bytes, new: bytes, member: str = SHEET, **added: bytes) -> bytes:
    """An xlsx file with a text of one of its parts replaced, and parts added."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as source, zipfile.ZipFile(out, "w") as target:
        for name in source.namelist():
            part = source.read(name)
            assert name != member or old in part
            target.writestr(name, part.replace(old, new, 1) if name == member else part)
        for name, part in added.items():
            target.writestr(name.replace("__", "/") + ".xml", part)
    return out.getvalue()


def shared(data: bytes, text: str, number: int = 0) -> bytes:
    """An xlsx file with a cell's text in the table of shared ones, as Excel stores it."""
    space = b'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
    inline = f't="inlineStr"><is><t>{text}</t></is>'.encode()
    data = replaced(data, inline, f't="s"><v>{number}</v>'.encode())
    kind = b"application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"
    override = b'<Override PartName="/xl/sharedStrings.xml" ContentType="' + kind + b'"/></Types>'
    table = b"<sst " + space + b"><si><r><t>" + text[:1].encode() + b"</t></r><r><t>" + text[1:].encode()
    table += b"</t></r></si></sst>"
    return replaced(data, b"</Types>", override, "[Content_Types].xml", xl__sharedStrings=table)


# --- text -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk", "gb18030", "utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_encodings_and_line_ends(tmp_path, encoding, end):
    data = TABLE.replace("\n", end).encode(encoding)
    if encoding == "utf-16-le":
        data = b"\xff\xfe" + data
    if encoding == "utf-16-be":
        data = b"\xfe\xff" + data
    (sheet,) = read(tmp_path, data)
    assert [row.cells for row in sheet.rows] == CELLS
    assert [row.line for row in sheet.rows] == [1, 2, 3]
    assert (sheet.name, sheet.source) == ("", str(tmp_path / "table.csv"))


def test_the_format_is_told_by_content_not_by_name(tmp_path):
    assert cells(tmp_path, TABLE.encode(), "table.xls") == CELLS
    assert cells(tmp_path, workbook(("a", CELLS)), "table.csv") == CELLS
    assert cells(tmp_path, parquet(pd.DataFrame({"a": [1]})), "table.dta") == [("a",), ("1",)]
    assert read(tmp_path, XLS["province_table"], "table.csv")[0].rows[1].cells[0] == "地区"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a\tb\n1\t2,5\n", [("a", "b"), ("1", "2,5")]),
        ("a\t,b\t,\n1\t,\t,\n", [("a", "b", ""), ("1", "", "")]),
        ("a;b;c\n1.234,5;2,5;x\n", [("a", "b", "c"), ("1234.5", "2.5", "x")]),
        ("a;b;c\n1.234;2,5;1.234.567\n", [("a", "b", "c"), ("1234", "2.5", "1234567")]),
        ("a;b;c\n1.25;2,500;x\n", [("a", "b", "c"), ("1.25", "2,500", "x")]),
        ('a,b\n"two\nlines",2\n"say ""so""",3\n', [("a", "b"), ("two\nlines", "2"), ('say "so"', "3")]),
        ("\xa0a\xa0, b\u3000\n1 , 2\t\n", [("a", "b"), ("1", "2")]),
        ('\ufeff\ufeff"a",b\n\ufeff1,2\n', [("a", "b"), ("1", "2")]),
        ("a,b,\n\n,,\n1\n", [("a", "b", ""), ("1",)]),
        ("=A1,+1\n@x,-\n", [("=A1", "+1"), ("@x", "-")]),
        ("Île,x\nRéunion,1\n", [("Île", "x"), ("Réunion", "1")]),
    ],
)
def test_text_is_read_cell_by_cell(tmp_path, text, expected):
    assert cells(tmp_path, text.encode()) == expected


def test_a_records_line_is_its_first_in_the_file(tmp_path):
    for end in ("\n", "\r\n"):
        (sheet,) = read(tmp_path, 'h\n\n"a\nb\nc",1\nx,2\n'.replace("\n", end).encode())
        assert [row.line for row in sheet.rows] == [1, 3, 6]


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"", "the file is empty"),
        (b" \r\n\t\n", "the file is empty"),
        (b"\xef\xbb\xbf", "the file is empty"),
        (b"\0" * 5000, "the file is empty"),
        (b",,\n,,\n", "no cell that is not empty"),
        ("　\n".encode(), "no cell that is not empty"),
        (b"a,b\n1,\0\n", "no text file"),
        (b"a,b\n1,\1\2\3\n", "no text file"),
        ("a,b\n1,2\n".encode("utf-16-le"), "no text file"),
        ("a,b\n1,2\n".encode("utf-32"), "no text file"),
        (b"\xff\xfea", "neither UTF-8 nor GBK"),
        ("地区,值\n".encode()[:-3], "neither UTF-8 nor GBK"),
        ("Île-de-France,1\nRhône,2\n".encode("cp1252"), r"neither UTF-8 nor GBK text \(it looks like"),
        ("臺灣地區,國內生產總額\n".encode("big5"), "neither UTF-8 nor GBK"),
        (b'a,b\nx,"1\n2,3\n', "row 2: broken quoting"),
        (b'a,b\n1,2\n"x"y,1\n', "row 3: broken quoting"),
        (b"a,b\n" + b"x" * 200_000 + b",1\n", "row 2: broken quoting .field larger than field limit"),
        (b"a;b;c\n1.234,5;2.75;x\n", "both '1.234,5' and '2.75' stand here"),
        (b"a;b;c\n1,234;2;x\n", "'1,234' may be a decimal or thousands"),
        (b"<html><body><table><tr><td>1", "this is a web page"),
        (b"\xef\xbb\xbf\r\n<!DOCTYPE html>", "this is a web page"),
        (b"<!-- x -->" * 300 + b"<table>", "this is a web page"),
        (b'<?xml version="1.0"?><html>', "this is a web page"),
        (b'<?xml version="1.0"?><Workbook>', "this is an XML document"),
        (b"MIME-Version: 1.0\r\nContent-Type: multipart/related", "web page saved as one file"),
        (b"%PDF-1.7\n%\xe2\xe3", "a PDF document"),
        (b"\x1f\x8b\x08\0\0", "a gzip archive"),
        (b"Rar!\x1a\x07", "a RAR archive"),
        (b"7z\xbc\xaf\x27\x1c", "a 7z archive"),
        (b"\x89PNG\r\n\x1a\n", "a picture"),
        (b"{\\rtf1 x", "a text document"),
        (b"," * 4_100_000, "row 1: more than 120,000 columns"),
        (b",\n" * 2_100_000, "more than 4,000,000 cells"),
    ],
)  # fmt: skip
def test_files_that_hold_no_text_table_are_refused(tmp_path, data, expected):
    started = time.process_time()
    with pytest.raises(InputError, match=expected) as error:
        read(tmp_path, data, "given.csv")
    assert str(error.value).startswith(str(tmp_path / "given.csv"))
    assert time.process_time() - started < 2


def test_comments_before_no_web_page_take_no_time(tmp_path):
    started = time.process_time()
    assert cells(tmp_path, b"<!---->" * 500 + b"x") == [("<!---->" * 500 + "x",)]
    assert time.process_time() - started < 2


def test_missing_and_too_large_files_and_folders_are_refused(tmp_path):
    for path in (tmp_path / "none.csv", tmp_path):
        with pytest.raises(InputError, match="file not found"):
            read_sheets(path)
    with pytest.raises(InputError, match=r"file not found|cannot be opened"):
        read_sheets(f"{tmp_path}/\0.csv")
    path = tmp_path / "large.csv"
    with path.open("wb") as file:
        file.truncate(MOST_BYTES + 1)
    with pytest.raises(InputError, match=r"large.csv: 64 MB, and tables of yearbooks have less"):
        read_sheets(path)


# --- xlsx -----------------------------------------------------------------------------------------------------------


def test_cells_of_a_workbook(tmp_path):
    rows = [
        ["\xa0地区 ", 2013, 2013.0, 0.1, 1 / 3, -2e-7, 1e20, True, False, None, "x\ny"],
        [],
        [datetime.date(2013, 12, 31), datetime.datetime(2013, 1, 2, 13, 30), "5267 ", "'=1", None, None],
        [None, "#DIV/0!", "#N/A"],
    ]
    (sheet,) = read(tmp_path, workbook(("Sheet1", rows)), "book.xlsx")
    assert [(row.line, row.cells) for row in sheet.rows] == [
        (1, ("地区", "2013", "2013", "0.1", repr(1 / 3), "-2e-07", "1e+20", "TRUE", "FALSE", "", "x\ny")),
        (3, ("2013-12-31", "2013-01-02", "5267", "'=1")),
        (4, ("", "#DIV/0!", "#N/A")),
    ]
    assert (sheet.name, sheet.source) == ("Sheet1", str(tmp_path / "book.xlsx"))


def test_sheets_hidden_empty_and_merged(tmp_path):
    book = openpyxl.Workbook()
    book.active.title = "空"
    first, second, hidden = (book.create_sheet(name) for name in ("一", "two", "lists"))
    first["B2"] = "head"
    first.merge_cells("B2:D3")
    first["D4"] = 5
    second["A1"] = 1
    hidden["A1"] = "choices"
    hidden.sheet_state = "hidden"
    chart = openpyxl.chart.BarChart()
    chart.add_data(openpyxl.chart.Reference(first, min_col=4, min_row=4))
    book.create_chartsheet("chart").add_chart(chart)
    book.save(tmp_path / "b.xlsx")
    one, two = read_sheets(tmp_path / "b.xlsx")
    assert [(row.line, row.cells) for row in one.rows] == [(2, ("", "head")), (4, ("", "", "", "5"))]
    assert [one.name, two.name, two.rows[0].cells] == ["一", "two", ("1",)]
    assert one.source == f"{tmp_path / 'b.xlsx'}, sheet 一"


@pytest.mark.parametrize("formula", ["=1+1", "=SUM(A1:A3)", "=cmd|' /C calc'!A0"])
def test_a_formula_is_refused_where_it_is_needed(tmp_path, formula):
    (sheet,) = read(tmp_path, workbook(("s", [["a", "b"], [None, None], ["x", 1, formula]])), "f.xlsx")
    cell = sheet.rows[1].cells[2]
    assert cell == formula and isinstance(cell, Formula)
    with pytest.raises(InputError) as error:
        parse_number(cell, "f.xlsx, row 3, column C")
    assert f"f.xlsx, row 3, column C: found the formula {formula!r}, expected a figure" in str(error.value)


def test_a_formula_of_several_cells_is_refused_in_words(tmp_path):
    book = openpyxl.Workbook()
    book.active["B2"] = openpyxl.worksheet.formula.ArrayFormula("B2:B3", "=A1:A2*2")
    book.save(tmp_path / "f.xlsx")
    (sheet,) = read_sheets(tmp_path / "f.xlsx")
    assert sheet.rows[0].cells[1] == "=A1:A2*2"
    assert "found the formula '=A1:A2*2'" in sheet.rows[0].cells[1].fault


@pytest.mark.parametrize(("value", "shown"), [(b"<v>3.5</v>", "3.5"), (b"<v></v>", "=1+1"), (b"", "=1+1")])
def test_the_value_stored_with_a_formula_is_taken_where_it_is_asked_for(tmp_path, value, shown):
    plain = workbook(("s", [["a", "b"], ["x", 123456]]), ("other", [["c", 5]]))
    data = replaced(plain, b"<v>123456</v>", b"<f>1+1</f>" + value)
    (tmp_path / "f.xlsx").write_bytes(data)
    first, other = read_sheets(tmp_path / "f.xlsx", formulas="values")
    assert first.rows[1].cells == ("x", shown) and other.rows[0].cells == ("c", "5")
    cell = first.rows[1].cells[1]
    if value == b"<v>3.5</v>":
        assert parse_number(cell, "") == 3.5
    else:
        with pytest.raises(InputError, match=r"the formula '=1\+1' without a value stored with it; let a spreadsheet"):
            parse_number(cell, "f.xlsx, row 2")


def test_a_wrong_dimension_does_not_cut_the_table(tmp_path):
    data = replaced(workbook(("s", CELLS)), b'ref="A1:C3"', b'ref="A1"')
    assert cells(tmp_path, data) == CELLS


def test_a_cell_at_the_far_corner_costs_little(tmp_path):
    book = openpyxl.Workbook()
    book.active["A1"] = "a"
    book.active["XFD1048576"] = "z"
    book.save(tmp_path / "far.xlsx")
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    started = time.process_time()
    (sheet,) = read_sheets(tmp_path / "far.xlsx")
    assert [(row.line, len(row.cells), row.cells[-1]) for row in sheet.rows] == [(1, 1, "a"), (1048576, 16384, "z")]
    assert time.process_time() - started < 2
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 100_000  # kB


def zipped(**parts: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, text in parts.items():
            archive.writestr(name.replace("__", "/").replace("_", "."), text)
    return out.getvalue()


BOMB = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">' + "".join(
    f'<!ENTITY {after} "{f"&{before};" * 10}">' for before, after in zip("abcdefgh", "bcdefghi", strict=True)
)


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (zipped(table_csv="a,b\n1,2\n"), "zip archive without a workbook"),
        (zipped(content_xml="<x/>", mimetype="application/vnd.oasis.opendocument.spreadsheet"), "without a workbook"),
        (zipped(xl__workbook_bin="x"), "binary workbook"),
        (zipped(xl__workbook_xml="x"), "damaged workbook"),
        (b"PK\x03\x04" + bytes(100), "damaged or cut-off"),
        (b"PK\x05\x06" + bytes(18), "without a workbook"),
        (replaced(workbook(("s", CELLS)), b"</sheetData>", b""), "damaged workbook"),
        (replaced(workbook(("s", CELLS)), b'r="A1"', b'r="1A"'), "damaged workbook"),
        (replaced(workbook(("s", [[1]])), b"<v>1</v>", b"<v>one</v>"), "damaged workbook"),
        (shared(workbook(("s", CELLS)), "地区", 99), "damaged workbook"),
        (replaced(workbook(("s", CELLS)), b"<sheetData>", b"<sheetData>&i;"), "damaged"),
    ],
)  # fmt: skip
def test_workbooks_that_are_none_are_refused(tmp_path, data, expected):
    started = time.process_time()
    with pytest.raises(InputError, match=expected) as error:
        read(tmp_path, data, "given.xlsx")
    assert str(error.value).startswith(str(tmp_path / "given.xlsx"))
    assert time.process_time() - started < 2


def test_entities_in_a_workbook_do_not_blow_up(tmp_path):
    data = replaced(workbook(("s", CELLS)), b"<worksheet", BOMB.encode() + b"]><worksheet")
    data = replaced(data, "地区".encode(), b"&i;")
    started = time.process_time()
    with pytest.raises(InputError, match="damaged workbook"):
        read(tmp_path, data, "bomb.xlsx")
    assert time.process_time() - started < 2


def test_text_that_is_shared_and_formatted_in_parts(tmp_path):
    assert cells(tmp_path, shared(workbook(("s", CELLS)), "地区")) == CELLS


def test_a_workbook_that_unpacks_beyond_measure_is_refused(tmp_path):
    path = tmp_path / "big.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", "")
        with archive.open("xl/worksheets/sheet1.xml", "w") as part:
            for _ in range(520):
                part.write(bytes(2**20))
    with pytest.raises(InputError, match=r"unpacks to 520 MB"):
        read_sheets(path)


def test_a_workbook_with_too_many_cells_is_refused(tmp_path, monkeypatch):
    for module in ("bounds", "workbooks"):
        monkeypatch.setattr(f"study.files.{module}.MOST_CELLS_READ", 100)
    for data in (
        workbook(("s", [[1] * 101])),
        stata(pd.DataFrame({"x": range(101)})),
        parquet(pd.DataFrame({"x": range(101)})),
    ):
        with pytest.raises(InputError, match="more than 100 cells"):
            read(tmp_path, data)


# --- xls ------------------------------------------------------------------------------------------------------------


def test_cells_of_an_excel_97_workbook(tmp_path):
    (sheet,) = read(tmp_path, XLS["province_table"], "t.xls")  # its other sheets are empty or hidden
    assert sheet.name == "分省年度数据"
    assert [(row.line, row.cells) for row in sheet.rows] == [
        (1, ("数据库：分省年度数据",)),
        (3, ("地区", "2013年", "2012年", "updated")),
        (4, ("北京市", "123.4", "0.1", "2014-02-01")),
        (5, ("天津市", "5267", "-2e-07", "2014-02-02")),
        (6, ("河北省", "12.50", "", "2013-12-31")),
        (7, ("山西省", "TRUE", "FALSE")),
    ]


def test_error_cells_of_an_excel_97_workbook_are_no_empty_ones(tmp_path):
    first, second = read(tmp_path, XLS["two_sheets_errors"], "t.xls")
    assert [first.name, second.name] == ["first", "第二"]
    assert [row.cells for row in first.rows] == [("x",), ("1.5", "#DIV/0!", "#N/A")]
    assert [row.cells for row in second.rows] == [("x",), ("2.5", "#DIV/0!", "#N/A")]


def test_a_formula_of_an_excel_97_workbook(tmp_path):
    def cell(data=XLS["formula"], **choice):
        (tmp_path / "t.xls").write_bytes(data)
        sheets = {sheet.name: sheet for sheet in read_sheets(tmp_path / "t.xls", **choice)}
        return next(row for row in sheets["合计"].rows if row.line == 5).get(27)

    with pytest.raises(InputError, match=r"column AB: found a formula, expected a figure"):
        parse_number(cell(), "row 5, column AB")
    with pytest.raises(InputError, match=r"found a formula without a value stored with it"):
        parse_number(cell(formulas="values"), "row 5, column AB")
    empty = bytes.fromhex("030000000000ffff")  # the last result, eight bytes: an empty text
    assert XLS["formula"].count(empty) == 1
    figure = cell(XLS["formula"].replace(empty, struct.pack("<d", 42.5)), formulas="values")
    assert figure == "42.5" and isinstance(figure, Formula) and not figure.fault
    assert isinstance(cell(XLS["formula"].replace(empty, struct.pack("<d", 42.5))), Formula)
    assert cell(XLS["formula"].replace(empty, bytes.fromhex("020007000000ffff")), formulas="values") == "#DIV/0!"


def container(book: bytes, name="Workbook") -> bytes:
    """A compound file whose stream is so short that it lies in the container's small sectors."""
    minis = -(-len(book) // 64)
    sectors = -(-minis * 64 // 512)
    free, end = 0xFFFFFFFF, 0xFFFFFFFE
    head = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16) + struct.pack("<5H", 0x3E, 3, 0xFFFE, 9, 6) + bytes(6)
    head += struct.pack("<9I", 0, 1, 1, 0, 4096, 2, 1, end, 0) + struct.pack("<109I", 0, *[free] * 108)
    table = [0xFFFFFFFD, end, end, *range(4, 3 + sectors), end]
    links = [*range(1, minis), end]

    def entry(name, kind, child, start, size):
        text = name.encode("utf-16-le")
        packed = text.ljust(64, b"\0") + struct.pack("<HBB3I", len(text) + 2, kind, 1, free, free, child) + bytes(36)
        return packed + struct.pack("<IQ", start, size)

    listing = entry("Root Entry", 5, 1, 3, sectors * 512) + entry(name, 2, free, 0, len(book))
    blocks = [
        struct.pack(f"<{len(table)}I", *table).ljust(512, b"\xff"),
        listing.ljust(512, b"\0"),
        struct.pack(f"<{len(links)}I", *links).ljust(512, b"\xff"),
        book.ljust(sectors * 512, b"\0"),
    ]
    return head + b"".join(blocks)


def record(kind: int, body: bytes = b"") -> bytes:
    return struct.pack("<HH", kind, len(body)) + body


def excel_97(*cells: bytes, top=b"") -> bytes:
    """The stream of a workbook of one sheet with these records."""
    start = record(0x0809, struct.pack("<HHHHII", 0x0600, 5, 0, 0, 0, 0)) + top
    sheet = record(0x0809, struct.pack("<HHHHII", 0x0600, 0x10, 0, 0, 0, 0)) + b"".join(cells) + record(0x000A)
    offset = len(start) + 4 + 9 + 4
    return start + record(0x0085, struct.pack("<IHBBB", offset, 0, 1, 0, ord("s"))) + record(0x000A) + sheet


def number(row, column, value):
    return record(0x0203, struct.pack("<HHHd", row, column, 0, value))


SMALL = excel_97(number(0, 0, 1.5), number(2, 1, 7))


def test_a_workbook_in_small_sectors(tmp_path):
    (sheet,) = read(tmp_path, container(SMALL), "t.xls")
    assert [(row.line, row.cells) for row in sheet.rows] == [(1, ("1.5",)), (3, ("", "7"))]


SIZE = record(0x0200, struct.pack("<IIHHH", 0, 0xFFFFFFF0, 0, 0xFFF0, 0))
TEXTS = record(0x00FC, struct.pack("<II", 0x7FFFFFFF, 0x7FFFFFFF))


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (container(SMALL, "EncryptedPackage"), "locked with a password"),
        (container(excel_97(number(0, 0, 1), top=record(0x002F, bytes(6)))), "locked with a password"),
        (container(SMALL, "WordDocument"), "no workbook in it"),
        (container(excel_97(number(0, 0, 1), number(65535, 255, 1))), "more than 4,000,000 cells"),
        (container(excel_97(number(0, 0, 1), number(65535, 65535, 1))), "more than 4,000,000 cells"),
        (container(excel_97(SIZE, number(0, 0, 1))), "impossible size of a sheet"),
        (container(excel_97(number(0, 0, 1), top=TEXTS)), "more texts than fit"),
        (container(SMALL[:-4]), "cut off"),
        (container(SMALL[:-2] + b"\xff\xff"), "a record beyond the end"),
        (container(SMALL)[:1000], "beyond the end|cut off"),
        (container(SMALL)[:1536] + struct.pack("<2I", 1, 0) + container(SMALL)[1544:], "circle of sectors"),
        (container(SMALL)[:8] + bytes(600), "impossible sector size"),
        (container(SMALL)[:8], "cut off"),
    ],
)
def test_excel_97_workbooks_that_cannot_be_read_are_refused(tmp_path, data, expected):
    started = time.process_time()
    with pytest.raises(InputError, match=expected) as error:
        read(tmp_path, data, "given.xls")
    assert str(error.value).startswith(str(tmp_path / "given.xls"))
    assert time.process_time() - started < 2


# --- data sets ------------------------------------------------------------------------------------------------------

DATA = pd.DataFrame(
    {
        "who": ["a", "b", ""],
        "year": [2013, 2014, 2015],
        "x": [1.5, np.nan, -2e-7],
        "day": pd.to_datetime(["2013-12-31", "2014-12-31", None]),
        "code": [1, 2, 1],
    }
)
DATA_CELLS = [
    ("who", "year", "x", "day", "code"),
    ("a", "2013", "1.5", "2013-12-31", "east"),
    ("b", "2014", "", "2014-12-31", "2"),
    ("", "2015", "-2e-07", "", "east"),
]


@pytest.mark.parametrize("version", [114, 117, 118, 119])
def test_stata_files_of_every_version(tmp_path, version):
    data = stata(DATA, version=version, value_labels={"code": {1: "east"}}, convert_dates={"day": "td"})
    (sheet,) = read(tmp_path, data, "t.dta")
    assert [row.cells for row in sheet.rows] == DATA_CELLS
    assert [row.line for row in sheet.rows] == [1, 2, 3, 4]
    (sheet,) = read_sheets_labelled(tmp_path / "t.dta", ["who"])
    assert [row.get(4) for row in sheet.rows] == ["code", "1", "2", "1"]


def read_sheets_labelled(path, labelled):
    return read_sheets(path, labelled=labelled)


@pytest.mark.parametrize("version", [114, 117])
@pytest.mark.parametrize("encoding", ["gbk", "utf-8"])
def test_chinese_text_of_old_stata_files(tmp_path, version, encoding):
    def stored(text):
        return text.encode(encoding).decode("latin-1")

    table = pd.DataFrame({"p": [stored("北京"), stored("内蒙古")], "code": [1, 2]})
    labels = {"code": {1: stored("东部"), 2: stored("西部")}}
    assert cells(tmp_path, stata(table, version=version, value_labels=labels)) == [
        ("p", "code"),
        ("北京", "东部"),
        ("内蒙古", "西部"),
    ]


def test_western_text_of_old_stata_files_stays(tmp_path):
    table = pd.DataFrame({"p": ["Île-de-France", "Rhône"]})
    assert cells(tmp_path, stata(table, version=114)) == [("p",), ("Île-de-France",), ("Rhône",)]


def test_two_values_with_one_label_keep_their_numbers(tmp_path, caplog):
    data = stata(DATA[["code"]], value_labels={"code": {1: "east", 2: "east"}})
    assert cells(tmp_path, data) == [("code",), ("1",), ("2",), ("1",)]
    assert "two values of code have one label" in caplog.text


def test_stata_years_and_large_numbers(tmp_path):
    table = pd.DataFrame(
        {"y": pd.to_datetime(["2013-01-01", "2014-01-01"]), "n": [10**9, 2], "f": np.float32([0.5, 3])}
    )
    assert cells(tmp_path, stata(table, convert_dates={"y": "ty"})) == [
        ("y", "n", "f"), ("2013-01-01", "1000000000", "0.5"), ("2014-01-01", "2", "3"),
    ]  # fmt: skip


def test_parquet(tmp_path):
    table = DATA.assign(flag=[True, False, None], label=pd.Categorical(["东", None, "西"]), big=[2**53 + 1, 0, 1])
    assert cells(tmp_path, parquet(table), "t.parquet") == [
        (*DATA_CELLS[0], "flag", "label", "big"),
        ("a", "2013", "1.5", "2013-12-31", "1", "TRUE", "东", "9007199254740993"),
        ("b", "2014", "", "2014-12-31", "2", "FALSE", "", "0"),
        ("", "2015", "-2e-07", "", "1", "", "西", "1"),
    ]
    indexed = DATA[["who", "year", "x"]].set_index(["who", "year"])
    assert cells(tmp_path, parquet(indexed)) == [row[:3] for row in DATA_CELLS]
    for odd in ([b"\xb1\xb1"], [[1, 2]]):
        with pytest.raises(InputError, match=r"column v: found .*, expected a number or text"):
            read(tmp_path, parquet(pd.DataFrame({"v": odd})))


# --- damaged files --------------------------------------------------------------------------------------------------

WHOLE = {
    "t.xlsx": workbook(("表", CELLS), ("n", [["x"], [1.5]])),
    "t.xls": XLS["two_sheets_errors"],
    "t.dta": stata(DATA, version=118, value_labels={"code": {1: "east"}}),
    "old.dta": stata(DATA, version=114, value_labels={"code": {1: "east"}}),
    "t.parquet": parquet(DATA),
    "t.csv": TABLE.encode("gbk"),
}


def read_or_refuse(tmp_path, data, name):
    """The cells, or None for a refusal in one message that names the file; within two seconds."""
    path = tmp_path / name
    path.write_bytes(data)
    started = time.process_time()
    try:
        found = [[row.cells for row in sheet.rows] for sheet in read_sheets(path)]
    except InputError as error:
        assert str(error).startswith(str(path))
        assert "\n" not in str(error).strip()
        found = None
    assert time.process_time() - started < 2
    return found


@pytest.mark.parametrize("name", [name for name in WHOLE if name != "t.csv"])
@pytest.mark.parametrize("share", [0.1, 0.3, 0.5, 0.7, 0.9, 0.97, 0.999])
def test_files_that_are_cut_off_are_refused(tmp_path, name, share):
    data = WHOLE[name]
    cut = data[: max(1, int(len(data) * share))]
    found = read_or_refuse(tmp_path, cut, name)
    assert found is None or found == read_or_refuse(tmp_path, data, name)
    if share < 0.9:
        assert found is None


@pytest.mark.parametrize("name", WHOLE)
@pytest.mark.parametrize("seed", range(40))
def test_damaged_files_are_read_or_refused(tmp_path, name, seed):
    draw = random.Random(seed)
    data = bytearray(WHOLE[name])
    for _ in range(draw.choice([1, 4, 40])):
        at = draw.randrange(len(data))
        kind = draw.choice(["flip", "zeros", "ones", "cut out"])
        if kind == "flip":
            data[at] ^= 1 << draw.randrange(8)
        elif kind == "cut out" and len(data) > 100:
            del data[at : at + draw.choice([1, 8, 64])]
        else:
            size = min(draw.choice([1, 4, 32]), len(data) - at)
            data[at : at + size] = (b"\xff" if kind == "ones" else b"\0") * size
    found = read_or_refuse(tmp_path, bytes(data), name)
    if name == "t.xlsx":  # its parts have check sums
        assert found is None or found == read_or_refuse(tmp_path, WHOLE[name], name)


@pytest.mark.parametrize("seed", range(12))
def test_noise_is_refused(tmp_path, seed):
    for start in (b"", b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"PAR1", b"<stata_dta>", b"\x72\x02", b"\0"):
        assert read_or_refuse(tmp_path, start + random.Random(seed).randbytes(3000), "noise.csv") is None


def test_many_columns(tmp_path):
    assert read_or_refuse(tmp_path, b"1," * 60_000 + b"1", "wide.csv") == [[("1",) * 60_001]]
    assert len(read_or_refuse(tmp_path, workbook(("s", [range(16384)])), "wide.xlsx")[0][0]) == 16384


STARTS = [
    b"",
    b"\xef\xbb\xbf",
    b"\xff\xfe",
    b"PK\x03\x04",
    b"PAR1",
    b"<stata_dta><header>",
    b"\x73\x01\x01\0",
    b"\x72\x02",
]


@settings(deadline=None, derandomize=True, max_examples=300)
@given(start=st.sampled_from(STARTS), body=st.binary(max_size=600))
def test_any_bytes_are_read_or_refused(tmp_path_factory, start, body):
    read_or_refuse(tmp_path_factory.getbasetemp(), start + body, "bytes.csv")


@settings(deadline=None, derandomize=True, max_examples=200)
@given(
    rows=st.lists(st.lists(st.text(st.characters(codec="gb18030"), max_size=12), min_size=2, max_size=4), min_size=1)
)
def test_any_text_is_read_or_refused(tmp_path_factory, rows):
    for mark in ",;\t":
        text = "\n".join(mark.join(row) for row in rows)
        for encoding in ("utf-8", "gb18030"):
            read_or_refuse(tmp_path_factory.getbasetemp(), text.encode(encoding), "text.csv")
