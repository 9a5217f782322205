"""Workbooks, .xlsx and Excel 97's .xls -> sheets of text cells; a cell that is a formula is kept as one.

A formula is judged where its cell is needed (`words.printed.check_formula`), for most stand in columns and on sheets
that no table is taken from.
"""

from __future__ import annotations

import datetime
import io
import math
import warnings
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from study.files.biff import Locked, special_cells
from study.files.bounds import (
    MOST_CELLS_READ,
    MOST_ROWS,
    TABLES_ALONE,
    check_archive,
    check_cells,
    check_row,
    check_text,
)
from study.files.data_sets import said
from study.files.rows import Row, Sheet, indent_of, trimmed
from study.helpers import InputError
from study.words.printed import Formula, shortened

# What the config's cleaning.formulas may be: a needed cell that is a formula is refused, or its stored value is taken.
FORMULAS_REFUSED, FORMULAS_TAKEN = "refuse", "values"
EXCEL_97_FORMULA = "="  # stands for the text of one, which is not read


def cell_text(value: object) -> str:
    """A workbook's or data set's cell as text: whole numbers without `.0`, dates as 2001-12-31, missing as empty,
    logical values as TRUE and FALSE.
    """
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return ""
    if isinstance(value, Formula):
        return value
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, float) and value.is_integer() and abs(value) < 2**53:
        return str(int(value))
    if isinstance(value, float):
        return repr(float(value))
    if isinstance(value, datetime.datetime):
        # date() of a day outside Python's calendar, which Stata can hold, is an error
        return f"{value.year:04d}-{value.month:02d}-{value.day:02d}"
    return trimmed(str(value))


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


def read_xlsx(path: Path, formulas: str = "") -> list[Sheet]:
    """The visible sheets of a workbook. formulas : what is done with a needed cell that is one, as cleaning.formulas;
    empty where no config decides on it. Raises InputError for what is no workbook, or a damaged one."""
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
    try:
        met: dict[str, dict[tuple[int, int], str]] = {}
        sheets = _load(path, lambda sheet: _with_formulas(sheet, formulas, met.setdefault(sheet.title, {})))
        if formulas == FORMULAS_TAKEN and any(met.values()):
            # what is stored with formulas, only a second load tells
            return _load(path, lambda sheet: _with_values(sheet, met[sheet.title]), stored=True)
        return sheets
    except InputError:
        raise
    except Exception as error:
        raise InputError(
            f"{path}: a damaged workbook ({type(error).__name__}: {said(error)}); save it anew as xlsx."
        ) from None


def _load(path: Path, rows_of: Callable[[object], Iterator[list[object]]], stored: bool = False) -> list[Sheet]:
    """The visible sheets of a workbook, by what `rows_of` makes of each; formulas as such, or as the values `stored`
    with them."""
    import openpyxl

    # an open file, for openpyxl goes by the name; what it warns of, other programs' styles, is no data
    with path.open("rb") as file, warnings.catch_warnings(action="ignore"):
        book = openpyxl.load_workbook(file, read_only=True, data_only=stored)
        shown = [sheet for sheet in book.worksheets if sheet.sheet_state == "visible"]
        for sheet in shown:
            sheet.reset_dimensions()  # some programs write a wrong one, which would cut the table
        return _sheets(path, [(sheet.title, rows_of(sheet)) for sheet in shown])


def _with_formulas(sheet, formulas: str, met: dict[tuple[int, int], str]) -> Iterator[list[object]]:
    """Rows of values and formulas; the places of formulas, row and column from 0, go into `met`."""
    for line, row in enumerate(sheet.iter_rows()):
        cells = []
        for column, cell in enumerate(row):
            if cell.data_type == "f":
                written = str(getattr(cell.value, "text", cell.value))  # of several cells, an object
                met[line, column] = written
                cells.append(Formula(written, _refused(written, formulas)))
            else:
                cells.append(_shown(cell))
        yield cells


def _with_values(sheet, met: dict[tuple[int, int], str]) -> Iterator[list[object]]:
    """Rows of values, those of the formulas `met` marked as such."""
    for line, row in enumerate(sheet.iter_rows()):
        yield [
            # an empty text, as =IF(B3>0,B3,"") gives, is told by the kind of the cell alone
            _taken(met[line, column], cell_text(_shown(cell)), cell.data_type == "str")
            if (line, column) in met
            else _shown(cell)
            for column, cell in enumerate(row)
        ]


def _shown(cell) -> object:
    """A cell's value, with its percent sign where it is formatted as a percentage: 0.05 is shown, and meant, as 5%."""
    if isinstance(cell.value, (int, float)) and "%" in (cell.number_format or "") and not isinstance(cell.value, bool):
        return f"{100 * cell.value:.12g}%"
    return cell.value


def _named(written: str) -> str:
    return "a formula" if written == EXCEL_97_FORMULA else f"the formula {shortened(written)!r}"


def _refused(written: str, formulas: str) -> str:
    """What is said of a needed cell that is a formula."""
    choice = f", or set cleaning.formulas: {FORMULAS_TAKEN}" if formulas else " in its place"
    return f"found {_named(written)}, expected a figure; paste the value{choice}."


def _taken(written: str, stored: str, is_calculated: bool) -> Formula:
    """A formula as the value that is stored with it, which may be an empty text; refused where there is none."""
    if stored or is_calculated:
        return Formula(stored)
    return Formula(
        written,
        f"found {_named(written)} without a value stored with it; let a spreadsheet calculate it and "
        "save the file anew, or paste the value.",
    )


def read_xls(path: Path, formulas: str = "") -> list[Sheet]:
    """The visible sheets of an Excel 97-2003 workbook; `formulas` and refusals as in `read_xlsx`."""
    import python_calamine

    data = path.read_bytes()
    try:
        special = special_cells(data, MOST_CELLS_READ)
        book = python_calamine.load_workbook(io.BytesIO(data))
        tables = []
        for marked, sheet in zip(special, book.sheets_metadata, strict=True):
            if sheet.visible != python_calamine.SheetVisibleEnum.Visible:
                continue
            rows = book.get_sheet_by_name(sheet.name).to_python(skip_empty_area=False)
            for (row, column), text in marked.errors.items():
                rows[row][column] = text
            for row, column in marked.formulas:
                _mark_formula(rows, row, column, formulas)
            tables.append((sheet.name, rows))
        return _sheets(path, tables)
    except InputError:
        raise
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


def _mark_formula(rows: list[list[object]], row: int, column: int, formulas: str) -> None:
    """Make a cell of an Excel 97 workbook the formula that it is; its text is not read."""
    # the reader leaves out cells without a value at the table's end
    rows += [[] for _ in range(row + 1 - len(rows))]
    rows[row] += [""] * (column + 1 - len(rows[row]))
    if formulas == FORMULAS_TAKEN:
        # an empty text may be a result, and is what some programs write for a formula that was never calculated
        rows[row][column] = _taken(EXCEL_97_FORMULA, cell_text(rows[row][column]), False)
    else:
        rows[row][column] = Formula(EXCEL_97_FORMULA, _refused(EXCEL_97_FORMULA, formulas))
