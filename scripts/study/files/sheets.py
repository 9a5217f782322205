"""Any file a publisher or a spreadsheet gives -> sheets of text cells with their places; told by content, not name.

Delimited text (UTF-8, UTF-16, GB18030; commas, tabs, semicolons), BIFF8 .xls, .xlsx, Stata .dta, parquet. What is none
of these is refused with what it is and how to get the right file.
"""

from __future__ import annotations

import csv
import datetime
import io
import math
import re
import warnings
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from study.files.biff import Formula, Locked, error_cells
from study.files.bounds import (
    MOST_BYTES,
    MOST_CELLS_READ,
    MOST_COLUMNS,
    MOST_ROWS,
    TABLES_ALONE,
    check_archive,
    check_cells,
    check_row,
    check_text,
    most_cells,
)
from study.files.data_sets import read_parquet, read_stata, said
from study.files.encodings import decode
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


def read_sheets(path: str | Path, labelled: Collection[str] | None = None, times: int = 1) -> list[Sheet]:
    """The sheets of a file that are neither empty nor hidden. Figures of workbooks come as text that reads back to the
    same number.

    labelled : the variables of a Stata file that come as their value labels, None for all that have labels. times : how
    many times as large as a raw table text and data sets may be. Raises InputError where the file is missing, empty,
    too large, of another kind, damaged, locked with a password, or holds a formula.
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
        for sheet in _read(path, head, labelled, most_cells(size, times))
        if any(any(row.cells) for row in sheet.rows)
    ]
    if not sheets:
        raise InputError(f"{path}: the file has no cell that is not empty; download the table again.")
    return sheets


def _read(path: Path, head: bytes, labelled: Collection[str] | None, most: int) -> list[Sheet]:
    """The sheets by the reader that the first bytes ask for; InputError for kinds that hold no table."""
    for mark, what in OTHER_KINDS:
        if head.startswith(mark):
            raise InputError(f"{path}: this is {what}.")
    bare = head.removeprefix(b"\xef\xbb\xbf")
    if head.startswith(b"PK"):
        return _read_xlsx(path)
    if head.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        return _read_xls(path)
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


def _trimmed(text: str) -> str:
    """A cell without outer blanks; byte order marks stay where files were joined."""
    return text.replace("\ufeff", "").strip()


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
                rows.append(Row(line, tuple(map(_trimmed, cells)), indent_of(cells[0])))
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


# --- workbooks ----------------------------------------------------------------------------------------------------


def cell_text(value: object) -> str:
    """A workbook's or data set's cell as text: whole numbers without `.0`, dates as 2001-12-31, missing as empty,
    logical values as TRUE and FALSE.
    """
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return ""
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, float) and value.is_integer() and abs(value) < 2**53:
        return str(int(value))
    if isinstance(value, float):
        return repr(float(value))
    if isinstance(value, datetime.datetime):
        # date() of a day outside Python's calendar, which Stata can hold, is an error
        return f"{value.year:04d}-{value.month:02d}-{value.day:02d}"
    return _trimmed(str(value))


def _sheets(path: Path, tables: Iterable[tuple[str, Iterable[Iterable[object]]]]) -> list[Sheet]:
    """Sheets of a workbook from (name, rows of values)."""
    sheets, cells, characters = [], 0, 0
    for name, values in tables:
        rows = []
        for line, row in enumerate(values, 1):
            if line > MOST_ROWS:
                raise InputError(f"{path}, sheet {name}: more than {MOST_ROWS:,} rows; {TABLES_ALONE}")
            cells += len(row)
            check_cells(path, cells, MOST_CELLS_READ)
            texts = [cell_text(value) for value in row]
            while texts and not texts[-1]:
                texts.pop()
            check_row(path, line, len(texts), max(map(len, texts), default=0))
            characters += sum(map(len, texts))
            check_text(path, characters)
            if texts:
                rows.append(Row(line, tuple(texts), indent_of(row[0])))
        sheets.append((name, rows))
    several = sum(bool(rows) for _, rows in sheets) > 1
    return [Sheet(f"{path}, sheet {name}" if several else str(path), name, rows) for name, rows in sheets]


def _read_xlsx(path: Path) -> list[Sheet]:
    try:
        names = check_archive(path)
    except InputError:
        raise
    except Exception as error:  # zipfile raises many kinds on a damaged directory
        raise InputError(f"{path}: a damaged or cut-off workbook ({said(error)}); download it again.") from None
    if "xl/workbook.bin" in names:
        raise InputError(f"{path}: a binary workbook (xlsb); save it as xlsx.")
    if "xl/workbook.xml" not in names:
        raise InputError(f"{path}: a zip archive without a workbook in it; unpack it, or save the table as xlsx.")
    import openpyxl

    try:
        # an open file, for openpyxl goes by the name; what it warns of, other programs' styles, is no data
        with path.open("rb") as file, warnings.catch_warnings(action="ignore"):
            book = openpyxl.load_workbook(file, read_only=True)
            shown = [sheet for sheet in book.worksheets if sheet.sheet_state == "visible"]
            return _sheets(path, [(sheet.title, _xlsx_rows(path, sheet)) for sheet in shown])
    except InputError:
        raise
    except Exception as error:
        raise InputError(
            f"{path}: a damaged workbook ({type(error).__name__}: {said(error)}); save it anew as xlsx."
        ) from None


def _xlsx_rows(path: Path, sheet) -> Iterator[list[object]]:
    sheet.reset_dimensions()  # some programs write a wrong one, which would cut the table
    for row in sheet.iter_rows():
        for cell in row:
            if cell.data_type == "f":
                formula = getattr(cell.value, "text", cell.value)  # of several cells, an object
                found = f"the formula {str(formula)[:60]!r}"
                raise _formula(path, sheet.title, cell.coordinate, found)
        yield [_shown(cell) for cell in row]


def _shown(cell) -> object:
    """A cell's value, with its percent sign where it is formatted as a percentage: 0.05 is shown, and meant, as 5%."""
    if isinstance(cell.value, (int, float)) and "%" in (cell.number_format or "") and not isinstance(cell.value, bool):
        return f"{100 * cell.value:.12g}%"
    return cell.value


def _formula(path: Path, sheet: str, cell: str, found: str = "a formula") -> InputError:
    column, row = re.fullmatch(r"([A-Z]+)(\d+)", cell).groups()
    return InputError(
        f"{path}, sheet {sheet}, row {row}, column {column}: found {found}, expected a figure; paste the values in its "
        "place."
    )


def _read_xls(path: Path) -> list[Sheet]:
    import python_calamine

    data = path.read_bytes()
    try:
        errors = error_cells(data, MOST_CELLS_READ)
        book = python_calamine.load_workbook(io.BytesIO(data))
        tables = []
        for marked, sheet in zip(errors, book.sheets_metadata, strict=True):
            if sheet.visible != python_calamine.SheetVisibleEnum.Visible:
                continue
            rows = book.get_sheet_by_name(sheet.name).to_python(skip_empty_area=False)
            for (row, column), text in marked.items():
                rows[row][column] = text
            tables.append((sheet.name, rows))
        return _sheets(path, tables)
    except InputError:
        raise
    except Formula as error:
        from openpyxl.utils import get_column_letter

        sheet, row, column = error.args
        raise _formula(path, sheet, f"{get_column_letter(column + 1)}{row + 1}") from None
    except (Locked, python_calamine.PasswordError):
        raise InputError(f"{path}: the workbook is locked with a password; save it without.") from None
    except BaseException as error:
        # a panic of the library on a damaged file is no Exception
        if isinstance(error, (KeyboardInterrupt, SystemExit)):
            raise
        raise InputError(
            f"{path}: no workbook that can be read, damaged, cut off, or older than Excel 97 ({said(error)}); "
            "save it anew as xlsx."
        ) from None


def _data_set(path: Path, names: list[str], columns: list[list[object]], titles: Iterable[str] = ()) -> list[Sheet]:
    """A data set as a sheet: variable names in line 1, observation i in line i + 1; the variables' labels as titles."""
    rows = zip(*(map(cell_text, column) for column in columns), strict=True)
    body = [Row(line, cells) for line, cells in enumerate(rows, 2)]
    return [Sheet(str(path), "", [Row(1, tuple(map(_trimmed, names))), *body], tuple(map(_trimmed, titles)))]
