"""Any file a publisher or a spreadsheet gives -> sheets of text cells with their places; told by content, not name.

Delimited text (UTF-8, UTF-16, GB18030; commas, tabs, semicolons), BIFF8 .xls, .xlsx, Stata .dta, parquet. What is none
of these is refused with what it is and how to get the right file.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Collection, Iterable
from pathlib import Path

from study.files.bounds import MOST_BYTES, MOST_COLUMNS, check_cells, check_row, most_cells
from study.files.data_sets import read_parquet, read_stata
from study.files.encodings import decode
from study.files.rows import Row, Sheet, indent_of, trimmed
from study.files.workbooks import cell_text, read_xls, read_xlsx
from study.helpers import InputError, logger

OTHER_KINDS = (
    (b"%PDF", "a PDF document; export the table as csv or xlsx"),
    (b"\x1f\x8b", "a gzip archive; unpack it"),
    (b"Rar!", "a RAR archive; unpack it"),
    (b"7z\xbc\xaf", "a 7z archive; unpack it"),
    (b"\x89PNG", "a picture; get the table as csv or xlsx"),
    (b"\xff\xd8\xff", "a picture; get the table as csv or xlsx"),
    (b"MIME-Version:", "a web page saved as one file; open it in a spreadsheet and save it as xlsx"),
    (b"{\\rtf", "a text document; export the table as csv or xlsx"),
)
HTML = re.compile(
    rb"\s*(?>(<!--.*?-->\s*)*)<(!doctype|html|head|body|table|script|meta|div|p\b|h1)", re.IGNORECASE | re.DOTALL
)
JSON = re.compile(rb'\s*(\{\s*"|\[\s*[{\[])')
XML = re.compile(rb"\s*<\?xml", re.IGNORECASE)
# First byte of the formats before Stata 13 (104 to 115); later ones begin with a tag.
OLD_STATA = {104, 105, 108, 110, 111, 112, 113, 114, 115}


def read_sheets(
    path: str | Path, labelled: Collection[str] | None = None, times: int = 1, formulas: str = ""
) -> list[Sheet]:
    """The sheets of a file that are neither empty nor hidden. Figures of workbooks come as text that reads back to the
    same number.

    labelled : the variables of a Stata file that come as their value labels, None for all that have labels. times : how
    many times as large as a raw table text and data sets may be. formulas : the config's cleaning.formulas; empty where
    it does not decide on the file. Raises InputError where the file is missing, empty, too large, of another kind,
    damaged, or locked with a password.
    """
    path = Path(path)
    try:
        if not path.is_file():
            raise InputError(f"{path}: file not found.")
        size = path.stat().st_size
        with path.open("rb") as file:
            head = file.read(4096)
    except (OSError, ValueError) as error:
        raise InputError(f"{path}: the file cannot be opened ({error}).") from None
    if size > (most := MOST_BYTES * times):
        raise InputError(
            f"{path}: {size / 2**20:.0f} MB, and {'panels' if times > 1 else 'tables of yearbooks'} have less than "
            f"{most / 2**20:.0f}; is this the right file?"
        )
    blanks = b" \t\r\n\0\xef\xbb\xbf"
    if not head.strip(blanks):
        with path.open("rb") as file:
            begin = file.read(MOST_BYTES)
        if not begin.strip(blanks):
            empty = "the file is" if size <= MOST_BYTES else f"the first {MOST_BYTES / 2**20:.0f} MB of the file are"
            raise InputError(f"{path}: {empty} empty; download the table again.")
    sheets = [
        sheet
        for sheet in _read(path, head, labelled, most_cells(size, times), formulas)
        if any(any(row.cells) for row in sheet.rows)
    ]
    if not sheets:
        raise InputError(f"{path}: the file has no cell that is not empty; download the table again.")
    return sheets


def _read(path: Path, head: bytes, labelled: Collection[str] | None, most: int, formulas: str) -> list[Sheet]:
    """The sheets by the reader that the first bytes ask for; InputError for kinds that hold no table."""
    for mark, what in OTHER_KINDS:
        if head.startswith(mark):
            raise InputError(f"{path}: this is {what}.")
    bare = head.removeprefix(b"\xef\xbb\xbf")
    if head.startswith(b"PK"):
        return read_xlsx(path, formulas)
    if head.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        return read_xls(path, formulas)
    if head.startswith(b"PAR1"):
        return _data_set(path, *read_parquet(path, most))
    if head.startswith(b"<stata_dta>") or (head[0] in OLD_STATA and head[1:2] in (b"\1", b"\2") and b"\0" in head):
        return _data_set(path, *read_stata(path, labelled, most))
    if HTML.match(bare) or (XML.match(bare) and b"<html" in bare.lower()):
        raise InputError(
            f"{path}: this is a web page, perhaps the site's error or log-in page, not a table; download the table "
            "again, or open the page and save the table as csv or xlsx."
        )
    if XML.match(bare):
        raise InputError(f"{path}: this is an XML document; open it in a spreadsheet and save it as xlsx.")
    if JSON.match(bare):
        raise InputError(
            f"{path}: this is a web service's answer or its error message (JSON), not a table; export the table as csv "
            "or xlsx."
        )
    return _read_text(path, most)


# --- text ---------------------------------------------------------------------------------------------------------


def delimiter(lines: list[str]) -> str:
    """What parts the cells of delimited text: the mark of most lines that have one."""
    return max(";\t,", key=[_mark(line) for line in lines].count)


def _mark(line: str) -> str:
    """The mark that parts a line's cells, empty where it has none."""
    commas, semicolons = line.count(","), line.count(";")
    # Decimal commas may be as many as the semicolons between cells; the site of 2025-26 puts a tab before each comma.
    if semicolons and semicolons >= commas:
        return ";"
    tabs = len(re.findall(r"\t(?!,|$)", line))
    return "\t" if tabs and tabs >= commas else "," if commas else ""


def _checked_mark(path: Path, text: str, most: int) -> str:
    """What parts the cells of a text; InputError where it has more lines, or a line more cells, than are read."""
    check_cells(path, max(map(text.count, "\r\n")), most)
    lines = text.splitlines()
    mark = delimiter(lines)
    check_cells(path, text.count(mark) // 2, most)  # half of them may be thousands marks
    for line, content in enumerate(lines, 1):
        if len(content) >= MOST_COLUMNS:
            check_row(path, line, content.count(mark) + 1, 0)
    return mark


def _read_text(path: Path, most: int) -> list[Sheet]:
    text = decode(path)
    mark = _checked_mark(path, text, most)
    reader = csv.reader(io.StringIO(text, newline=""), strict=True, delimiter=mark)
    rows, line, met = [], 1, 0
    try:
        for cells in reader:
            # a quoted cell may run over several lines: the record's place is its first
            met += len(cells)
            if met > most:
                break
            if any(cells):
                check_row(path, line, len(cells), max(map(len, cells)))
                rows.append(Row(line, tuple(map(trimmed, cells)), indent_of(cells[0])))
            line = reader.line_num + 1
    except csv.Error as error:
        raise InputError(f"{path}, row {line}: broken quoting ({error}).") from None
    check_cells(path, met, most)
    last = rows[-1].cells[-1] if len(rows) > 1 else ""
    if last[-1:].isdigit() and not text.endswith(("\n", "\r")):
        logger.warning("%s, row %d: the file ends with %r, without a line end; is the figure cut off?", path,
                       rows[-1].line, last)  # fmt: skip
    if mark == ";":
        rows = _decimal_points(path, rows)
    return [Sheet(str(path), "", rows)]


DOTTED = re.compile(r"[+-]?\d+\.\d+")
COMMA = re.compile(r"[+-]?\d{1,3}(\.\d{3})*,\d+|[+-]?\d+,\d+")
# where decimals have commas, points part thousands
DOTTED_THOUSANDS = re.compile(r"[+-]?\d{1,3}(\.\d{3})+")
GROUPED = re.compile(r"[+-]?\d{1,3}(,\d{3})+")


def _decimal_points(path: Path, rows: list[Row]) -> list[Row]:
    """Figures of a file parted by semicolons with decimal points, where it writes decimal commas.

    Raises InputError where 1,234 could be either.
    """
    cells = dict.fromkeys(cell for row in rows for cell in row.cells)
    if not any(map(COMMA.fullmatch, cells)):
        points = [cell for cell in cells if DOTTED.fullmatch(cell)]
        if points and all(map(DOTTED_THOUSANDS.fullmatch, points)):
            raise InputError(
                f"{path}: {points[0]!r} may be a decimal or thousands; write the figures without thousands marks, or "
                "part the cells by commas."
            )
        return rows
    certain = [cell for cell in cells if COMMA.fullmatch(cell) and not GROUPED.fullmatch(cell)]
    dotted = [cell for cell in cells if DOTTED.fullmatch(cell) and not DOTTED_THOUSANDS.fullmatch(cell)]
    if dotted and certain:
        raise InputError(f"{path}: both {certain[0]!r} and {dotted[0]!r} stand here; write all decimals with a point.")
    if dotted:
        return rows
    if not certain:
        example = next(cell for cell in cells if GROUPED.fullmatch(cell))
        raise InputError(
            f"{path}: {example!r} may be a decimal or thousands; write the figures without thousands marks."
        )

    def pointed(cell: str) -> str:
        figure = COMMA.fullmatch(cell) or DOTTED_THOUSANDS.fullmatch(cell)
        return cell.replace(".", "").replace(",", ".") if figure else cell

    return [Row(row.line, tuple(map(pointed, row.cells)), row.indent) for row in rows]


# --- data sets -------------------------------------------------------------------------------------------------------


def _data_set(path: Path, names: list[str], columns: list[list[object]], titles: Iterable[str] = ()) -> list[Sheet]:
    """A data set as a sheet: variable names in line 1, observation i in line i + 1; the variables' labels as titles."""
    rows = zip(*(map(cell_text, column) for column in columns), strict=True)
    body = [Row(line, cells) for line, cells in enumerate(rows, 2)]
    return [Sheet(str(path), "", [Row(1, tuple(map(trimmed, names))), *body], tuple(map(trimmed, titles)))]
