"""Reader of a ready panel: one row a unit and period, columns renamed to the study's names."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from pathlib import Path

from study.files.sheets import MOST_BYTES, Row, Sheet, read_sheets
from study.files.tables import KEYS
from study.files.wide_panel import periods_across, units_across, wide_message
from study.helpers import FORMULA_MARKS, InputError, logger, plain_cell
from study.words.period_labels import kind_of, read_labels
from study.words.printed import MISSING_MARKS, Formula, check_formula, place
from study.words.slugs import slug
from study.words.years import year_name

# A panel may be so many times as large as a raw table: 10 million rows of a dozen columns.
TIMES_LARGER = 32
MOST_PANEL_BYTES = TIMES_LARGER * MOST_BYTES
LONGEST_UNIT = 240  # bytes of a unit's name; with `.csv` a file name has at most 255
LONGEST_PERIOD = 200  # characters
# Stata writes . and .a to .z, R and pandas NA and NaN, spreadsheets #N/A for a missing number.
MISSING_FIGURE = re.compile(r"\.[a-z]?|nan|n\.a\.|n/a|#n/a|<na>|null", re.IGNORECASE)
DATE_CELL = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})")
FOUR_DIGITS = re.compile(r"(\d{4})(\.0+|年度?)?")  # of a year of any century


def is_missing(text: str) -> bool:
    """Whether a cell of a column of figures holds no figure: empty or a mark of a statistical program or publisher."""
    return text.lower() in MISSING_MARKS or MISSING_FIGURE.fullmatch(text) is not None


def read_panel(
    path: str | Path,
    columns: dict[str, str] | None = None,
    faults: list[str] | None = None,
    formulas: dict[str, str] | None = None,
) -> tuple[list[str], list[list[str]], list[int]]:
    """Header in our names, rows of text cells, and each row's line in the file (csv, xlsx, xls, dta or parquet).

    columns : our name -> the file's name; other columns keep their names, a column without a name (row numbers) is
    left out. Of several sheets the one that has the key columns is taken. Of a Stata file's value labels the keys have
    the label, other variables the number. Periods that are one day a year, such as 2013-12-31, become the year. Text
    that a spreadsheet would run as a formula has an apostrophe before it (`plain_cell`), so that names are the same
    on every output. Raises InputError naming file, row and column for a missing or duplicated column, an empty key, a
    unit-period that appears twice, periods of two kinds, a row of another length, and a file with periods across.
    faults : where given, an empty key and a unit-period that appears twice are noted there instead, and their rows
    left out. formulas : takes, for each column that holds a formula, what is to be said of the first where the study
    uses the column; its cells are text. A key that is one is refused.
    """
    columns = columns or {}
    formulas = {} if formulas is None else formulas
    theirs = {their: our for our, their in columns.items()}
    if len(theirs) < len(columns):
        twice = sorted(our for our, their in columns.items() if list(columns.values()).count(their) > 1)
        raise InputError(f"panel.columns: {' and '.join(twice)} are the same column {columns[twice[0]]!r} of the file.")
    keys = [columns.get(key, key) for key in KEYS]
    sheet = _find_sheet(path, read_sheets(path, labelled=keys, times=TIMES_LARGER), keys)
    source = sheet.source
    rows = _from_header(sheet, keys)
    header = list(rows[0].cells)
    across = None if keys[1] in header else periods_across(sheet.rows)
    if across:
        raise InputError(wide_message(source, across))
    absent = [name for name in theirs if name not in header]
    if absent:
        raise InputError(
            f"{source}: panel.columns names {', '.join(absent)}; the file has the columns "
            f"{', '.join(filter(None, header))}."
        )
    names = [plain_cell(theirs.get(name, name)) for name in header]
    twice = sorted(name for name, count in Counter(names).items() if name and count > 1)
    if twice:
        raise InputError(f"{source}, row {rows[0].line}: {_called_alike(twice[0], header, columns)}")
    for key in KEYS:
        if key not in names:
            hint = units_across(header, names.index("year"), rows[1:]) if "year" in names else ""
            raise InputError(
                f"{source}: no column {key!r}; say which column it is, as in panel: {{columns: {{{key}: "
                f"{next(filter(None, header))}}}}}. The file has {', '.join(filter(None, header))}.{hint}"
            )
    if len(rows) == 1:
        raise InputError(f"{source}: no rows below the header.")
    unit, period = (names.index(key) for key in KEYS)
    kept = [column for column, name in enumerate(names) if name]
    body = [_fitted(sheet, row, len(header)) for row in rows[1:]]
    for row in body:
        for key, column in zip(KEYS, (unit, period), strict=True):
            check_formula(row.cells[column], place(source, row.line, column))
            if not row.cells[column]:
                _note(f"{place(source, row.line, column)}: no {key}.", faults)
        if (length := len(row.cells[period])) > LONGEST_PERIOD:
            raise InputError(
                f"{place(source, row.line, period)}: a period of {length:,} characters; is {header[period]!r} the "
                "column of periods?"
            )
    body = [row for row in body if row.cells[unit] and row.cells[period]]
    periods = read_periods({place(source, row.line, period): row.cells[period] for row in body})
    table, seen = [], {}
    for row, when in zip(body, periods, strict=True):
        # what begins with no mark of a formula is plain, and that is nearly all
        odd = {c: text for c, text in enumerate(row.cells) if text[:1] in FORMULA_MARKS and not is_missing(text)}
        cells = list(row.cells)
        for column, text in odd.items():
            cells[column] = plain_cell(text)
            if isinstance(text, Formula):
                formulas.setdefault(names[column], f"{place(source, row.line, column)}: {text.fault}")
        cells[unit], cells[period] = plain_cell(cells[unit]), plain_cell(when)
        key = cells[unit], cells[period]
        if key in seen:
            _note(f"{place(source, row.line)}: {key[0]} {key[1]} stands already in row {seen[key]}.", faults)
            continue
        seen[key] = row.line
        table.append([cells[column] for column in kept])
    return [names[column] for column in kept], table, list(seen.values())


def _note(fault: str, faults: list[str] | None) -> None:
    """A fault of a row among others, or raised as the only one."""
    if faults is None:
        raise InputError(fault)
    faults.append(fault)


def _called_alike(name: str, header: list[str], columns: dict[str, str]) -> str:
    """That two columns have one of our names, and the way out: the file's own column of that name gets another."""
    if header.count(name) == 1 and columns.get(name, name) != name:
        other = {"province": "prov", "year": "yr"}.get(name, f"{name}_2")
        return (
            f"two columns are called {name}: {columns[name]}, by panel.columns, and the file's own {name}. Give that "
            f"one another name, panel: {{columns: {{{name}: {columns[name]}, {other}: {name}}}}}."
        )
    return f"two columns are called {name}; rename one in the file."


def _find_sheet(path: str | Path, sheets: list[Sheet], keys: list[str]) -> Sheet:
    """The only sheet, or the only one with a row that has the key columns."""
    if len(sheets) == 1:
        return sheets[0]
    found = [sheet for sheet in sheets if any(set(keys) <= set(row.cells) for row in sheet.rows)]
    for sheet in [] if found else sheets:
        across = periods_across(sheet.rows)
        if across:
            raise InputError(wide_message(sheet.source, across))
    if len(found) != 1:
        names = ", ".join(sheet.name for sheet in found or sheets)
        raise InputError(
            f"{path}: {len(found) or 'none'} of the {len(sheets)} sheets has the columns {' and '.join(keys)} "
            f"({names}); keep the panel's sheet alone in the file, or name its columns in panel.columns."
        )
    logger.info("%s is read; the other sheets have no columns %s", found[0].source, " and ".join(keys))
    return found[0]


def _from_header(sheet: Sheet, keys: list[str]) -> list[Row]:
    """The sheet's rows that are not empty, from the header: the row that has the key columns, else the first."""
    rows = [row for row in sheet.rows if any(row.cells)]
    start = next((place for place, row in enumerate(rows) if set(keys) <= set(row.cells)), 0)
    if start:
        logger.info("%s: the header is row %d, what stands above is left out", sheet.source, rows[start].line)
    return rows[start:]


def _fitted(sheet: Sheet, row: Row, width: int) -> Row:
    """A row as wide as the header. Workbooks do not store empty cells; in text a short row is a broken one."""
    if len(row.cells) == width:
        return row
    cells = list(row.cells)
    while len(cells) > width and (not cells[-1] or isinstance(cells[-1], Formula)):
        cells.pop()
    if len(cells) > width or (len(cells) < width and not sheet.name):
        raise InputError(f"{sheet.place(row)}: {len(cells)} cells where the header has {width}.")
    return Row(row.line, (*cells, *[""] * (width - len(cells))))


def read_periods(periods: Mapping[str, str]) -> list[str]:
    """Periods as the study names them, from place -> text: 2013.0, 2013年 and one and the same day a year are 2013.

    Raises InputError where the texts are times of two kinds, some are words and others are not, two mean the same time
    or one can be read in two ways, and where years are formatted as dates (the day number 2013 is 1905-07-05 in
    spreadsheets, 1965-07-06 in Stata).
    """
    named = _named_by_year(periods)
    first: dict[str, str] = {}
    for where, text in zip(periods, named, strict=True):
        first.setdefault(text, where)
    try:
        readable = read_labels([*first]) is not None
    except InputError as error:
        where = next(where for text, where in first.items() if repr(text) in str(error))
        raise InputError(f"{where}: {error}") from None
    if not readable:
        _check_alike(dict(zip(periods, named, strict=True)))
    return named


def _check_alike(periods: Mapping[str, str]) -> None:
    """Raise InputError for periods, place -> text, that no panel has in one column."""
    kind = {text: kind_of(text) for text in periods.values()}
    kinds: dict[str, list[tuple[str, str]]] = {}
    for where, text in periods.items():
        kinds.setdefault(kind[text], []).append((where, text))
    mixed = "word" in kinds or not {"number", "word"} & set(kinds) or any(kind.startswith("dates") for kind in kinds)
    if len(kinds) > 1 and mixed:
        usual, odd = sorted(kinds.values(), key=len, reverse=True)[:2]
        raise InputError(
            f"{odd[0][0]}: found the period {odd[0][1]!r} where others are like {usual[0][1]!r}; write all alike, and "
            "take out rows of labels or notes."
        )


def _named_by_year(periods: Mapping[str, str]) -> list[str]:
    """Periods, place -> text, with the year in the place of what says no more: 2013.0, X2013, one day of each year."""
    dates = [DATE_CELL.fullmatch(text) for text in periods.values()]
    days = [tuple(map(int, found.groups())) for found in dates if found]
    for year in (1905, 1965):
        if len(days) == len(dates) and all(day[0] == year and 6 <= day[1] <= 10 for day in days):
            where, text = next(iter(periods.items()))
            raise InputError(
                f"{where}: found {text!r}: the column holds years but is formatted as dates; format it as numbers."
            )
    if len(days) == len(dates) and len({day[1:] for day in days}) == 1:
        return [f"{year}" for year, _, _ in days]
    if all(FOUR_DIGITS.fullmatch(text) for text in periods.values()):
        return [text[:4] for text in periods.values()]
    years = {text: year_name(text) for text in periods.values()}
    # FY2013 beside 2013 is told where the order is looked for
    plain = all(years.values()) and len(set(years.values())) == len(years)
    return [str(years[text]) if plain else text for text in periods.values()]


def unit_slugs(header: list[str], rows: list[list[str]], path: str | Path) -> dict[str, str]:
    """File-name form -> name of each unit of the panel; InputError where two names have one form or a name has none."""
    units: dict[str, str] = {}
    for name in dict.fromkeys(row[header.index("province")] for row in rows):
        form = slug(name)
        if not form:
            raise InputError(f"{path}: the unit name {name!r} has neither letters nor digits.")
        if len(form.encode()) > LONGEST_UNIT:
            raise InputError(
                f"{path}: the unit name {name[:40]!r}... has {len(form.encode())} bytes; file names take "
                f"{LONGEST_UNIT}. Shorten it."
            )
        if form in units:
            raise InputError(
                f"{path}: the units {units[form]!r} and {name!r} both become {form!r} in file names; rename one."
            )
        units[form] = name
    return units
