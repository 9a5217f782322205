"""Employment by industry of the United States, on the SIC of 1987, as its agencies publish it.

Forms read: table 6.4C of the national accounts (Bureau of Economic Analysis), flat extracts of Current Employment
Statistics (Bureau of Labor Statistics, series EE...), and tables with a SIC code a row: major groups below their
divisions, or data sets such as the NBER-CES manufacturing database.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from pathlib import Path

from study.checks.totals import check_sum
from study.files.finding import chosen_sheets, table_files
from study.files.sheets import Row, Sheet, read_sheets
from study.files.table_rows import check_width, rows_above_notes
from study.helpers import InputError, logger
from study.publishers.employment_counts import (
    MOST_ABOVE,
    Wanted,
    check_size,
    configured_factor,
    count,
    restore_zeros,
    rows_of_year,
)
from study.publishers.major_groups import Figure, major_groups, plain_code
from study.publishers.us_accounts import read_accounts, table_of_accounts
from study.words.headings import bare_heading, exact_kind
from study.words.printed import is_figure
from study.words.years import year_of

# Persons employed in the United States: 31 million on payrolls in 1939, 161 million employed in 2024 (Bureau of Labor
# Statistics, Current Employment Statistics and Current Population Survey).
UNITED_STATES = (2e7, 3e8)
EMPLOYED = re.compile(
    r"emp(loyment|loyees)?(inthousands|000s?|thousands)?|allemployees|numberofemployees|totalemployment|persons"
)
NBER = {"pay", "prode", "prodh", "prodw", "vship", "matcost", "vadd", "invest", "cap", "equip", "plant", "piship"}
SERIES_HEADS = {"seriesid", "period", "value"}
# Codes of government in the Current Employment Statistics, which counts it by owner and not by SIC.
GOVERNMENT = ("91", "92", "93")


def read_major_groups(
    path: str | Path | Iterable[str | Path],
    units: dict[str, float],
    tolerance: float,
    *,
    year: int | None = None,
    industries: dict[str, tuple] | None = None,
    sheet: str = "",
    unit: str = "",
    plausible: tuple[float, float] = (0, math.inf),
) -> list[tuple[str, float]]:
    """Rows (SIC 1987 major group, persons employed) of the United States in `year`.

    industries : major group -> where the crosswalk puts it (`major_groups.group_industries`); with it every group of
    the crosswalk has to be there, and a figure for several groups stands at the first of them where the crosswalk
    treats them alike. units, sheet, unit, plausible (`UNITED_STATES`) : as in `census.read_census`. Raises InputError
    naming file, row and column for an unknown unit or industry, a group listed twice, a cell that is no count, missing
    groups or years, and parts that do not add to printed totals within `tolerance`.
    """
    sheets = [page for file in table_files(path) for page in chosen_sheets(file, read_sheets(file), sheet)]
    source = sheets[0].source
    wanted = Wanted(year, units, configured_factor(unit, units, source), tolerance)
    rows = major_groups(_figures(sheets, wanted), industries, source)
    check_size(source, sum(persons for _, persons in rows), plausible)
    return rows


def _figures(sheets: list[Sheet], wanted: Wanted) -> list[Figure]:
    tables = [(sheet, at) for sheet in sheets if (at := table_of_accounts(sheet)) is not None]
    if tables:
        return read_accounts(tables, wanted)
    figures: list[Figure] = []
    headed = False
    for sheet in sheets:
        at = next((at for at, row in enumerate(sheet.rows[:MOST_ABOVE]) if _is_header(row)), None)
        if at is None:
            logger.info("%s: no header row found here, left out", sheet.source)
            continue
        headed = True
        heads = [bare_heading(cell) for cell in sheet.rows[at].cells]
        read = _series if set(heads) >= SERIES_HEADS else _data_set
        figures += read(sheet, at, heads, wanted)
    source = sheets[0].source
    if headed and not figures:
        raise InputError(f"{source}: no rows with a two-digit SIC code, or one of more digits, below the header.")
    if not figures:
        cells = (bare_heading(cell) for sheet in sheets for row in sheet.rows[:MOST_ABOVE] for cell in row.cells)
        naics = any("naics" in cell for cell in cells)
        raise InputError(
            f"{source}: {'the industries are NAICS; ' if naics else ''}no header row found; expected "
            "SIC,Industry,Employment, or BEA's table 6.4C (Line, names, years), or columns sic, year and employment, "
            "or series_id, year, period, value."
        )
    return figures


def _is_header(row: Row) -> bool:
    heads = [bare_heading(cell) for cell in row.cells]
    return set(heads) >= SERIES_HEADS or (_code_column(heads) is not None and any(map(EMPLOYED.fullmatch, heads)))


def _code_column(heads: list[str]) -> int | None:
    """The column of SIC codes, that of most digits where a data set has several."""
    coded = [column for column, head in enumerate(heads) if exact_kind(head) == "industry code"]
    order = {"sic4": 0, "sic3": 2, "sic2": 3}
    return min(coded, key=lambda column: order.get(heads[column], 1), default=None)


# --- Bureau of Labor Statistics, Current Employment Statistics ----------------------------------------------------


def _series(sheet: Sheet, at: int, heads: list[str], wanted: Wanted) -> list[Figure]:
    """Annual averages (M13, else the mean of twelve months) of all employees by SIC code."""
    header = sheet.rows[at]
    if "year" not in heads:
        raise InputError(f"{sheet.place(header)}: no column year.")
    series_at, year_at, period_at, value_at = (heads.index(name) for name in ("seriesid", "year", "period", "value"))
    code_at = _code_column(heads)
    factor = wanted.factor(sheet, at, header.get(value_at)) or 1000.0  # the bureau's own unit
    months: dict[str, dict[str, dict[str, float]]] = {}
    places: dict[str, str] = {}
    body = _body(sheet, at, heads, value_at)
    body = rows_of_year(sheet, header, body, year_at, wanted.year)
    codes = _restore([row.get(code_at) for row in body], sheet, header, code_at) if code_at is not None else []
    for row, printed in zip(body, codes or [""] * len(body), strict=True):
        where = sheet.place(row, series_at)
        series, period = row.get(series_at).upper(), row.get(period_at).upper()
        code = _series_code(series, printed, where)
        if not code:
            continue
        if not re.fullmatch(r"M(0[1-9]|1[0-3])", period):
            raise InputError(f"{sheet.place(row, period_at)}: found {period!r}, expected M01 to M13.")
        values = months.setdefault(code, {}).setdefault(series, {})
        if period in values:
            raise InputError(f"{where}: {series} {row.get(year_at)} {period} appears twice.")
        values[period] = count(sheet, row, value_at)
        places.setdefault(code, where)
    figures = []
    for code, by_series in months.items():
        if len(by_series) > 1:
            # the same industry adjusted for the season and not: annual averages are of the latter
            by_series = {name: v for name, v in by_series.items() if name[2:3] != "S"} or by_series
        if len(by_series) > 1:
            raise InputError(
                f"{places[code]}: {' and '.join(by_series)} are both all employees of SIC {code}; keep one."
            )
        figures.append(Figure(code, factor * _annual(next(iter(by_series.values())), places[code]), places[code]))
    return _government(figures)


def _series_code(series: str, code: str, where: str) -> str:
    """The SIC code of a series of all employees; empty for hours and earnings, and for sums above major groups.

    An EE series is EE, S or U (season), two digits of the division, four of the SIC, two of the data type.
    """
    parts = re.fullmatch(r"EE[SU](\d{2})(\d{4})(\d{2})", series)
    if parts and parts[3] != "01":
        return ""
    if code and not re.fullmatch(r"\d{5,6}", code):
        return plain_code(code, where)
    digits = code.zfill(6)[2:] if code else parts[2] if parts else ""
    if not digits:
        raise InputError(
            f"{where}: the series {series!r} names no SIC code (series by SIC begin with EE, those by NAICS with CE); "
            "add a column sic."
        )
    return plain_code(digits, where)


def _annual(values: dict[str, float], where: str) -> float:
    if "M13" in values:
        return values["M13"]
    absent = [f"M{month:02d}" for month in range(1, 13) if f"M{month:02d}" not in values]
    if absent:
        raise InputError(f"{where}: no annual average (M13), and for a mean of months {', '.join(absent)} are missing.")
    return sum(values.values()) / 12


def _government(figures: list[Figure]) -> list[Figure]:
    """Federal, state and local government as one figure for public administration."""
    own = [figure for figure in figures if figure.code in GOVERNMENT]
    later = any(figure.code[:2] in ("94", "95", "96", "97") for figure in figures)
    if not own or later:
        return figures
    logger.warning("%s: government is counted by owner; it stands for SIC 91-97, its schools too", own[0].where)
    total = Figure("91-97", sum(figure.persons for figure in own), own[0].where)
    return [figure for figure in figures if figure.code[:2] not in GOVERNMENT] + [total]


# --- tables with a code a row -------------------------------------------------------------------------------------


def _data_set(sheet: Sheet, at: int, heads: list[str], wanted: Wanted) -> list[Figure]:
    """Rows of a SIC code, a year where there are several, and employment; divisions (letters) are checked as sums."""
    header = sheet.rows[at]
    code_at = _code_column(heads)
    employed = [column for column, head in enumerate(heads) if EMPLOYED.fullmatch(head)]
    if len(employed) > 1:
        both = " and ".join(heads[column] for column in employed)
        raise InputError(f"{sheet.place(header)}: {both} are both employment; keep one.")
    value_at = employed[0]
    body = _body(sheet, at, heads, value_at)
    if "year" in heads:
        body = rows_of_year(sheet, header, body, heads.index("year"), wanted.year, _year)
    factor = _unit(sheet, at, heads, header.get(value_at), wanted)
    figures: list[Figure] = []
    divisions: dict[str, tuple[Figure, int]] = {}  # the printed sum, and at which figure its groups begin
    codes = _restore([row.get(code_at) for row in body], sheet, header, code_at)
    for row, text in zip(body, codes, strict=True):
        code, where = plain_code(text, sheet.place(row, code_at)), sheet.place(row, value_at)
        if code:
            figures.append(Figure(code, factor * count(sheet, row, value_at), where))
        elif re.fullmatch("[A-K]", text) and row.get(value_at):
            divisions[text] = Figure(text, count(sheet, row, value_at), where), len(figures)
        elif not text and row.get(value_at) and not re.search(r"\b(all|total)\b", " ".join(row.cells).lower()):
            raise InputError(f"{sheet.place(row, code_at)}: a figure without a SIC code; which is it?")
    if all(len(figure.code) == 2 for figure in figures) and len({figure.code for figure in figures}) == len(figures):
        ends = [*(start for _, start in divisions.values()), len(figures)][1:]
        for (name, (whole, start)), end in zip(divisions.items(), ends, strict=True):
            parts = sum(figure.persons for figure in figures[start:end]) / factor
            check_sum(whole.where, f"division {name} over major groups", parts, whole.persons, wanted.tolerance)
    return figures


def _body(sheet: Sheet, at: int, heads: list[str], value_at: int) -> list[Row]:
    """The rows between the header and the notes, those with figures as wide as the header."""
    rows = rows_above_notes(sheet, sheet.rows[at + 1 :], lambda row: is_figure(row.get(value_at)))
    rows = [row for row in rows if len(row.cells) > 1]
    for row in rows:
        check_width(sheet, row, max(column for column, head in enumerate(heads) if head))
    return rows


def _year(text: str) -> int | None:
    """A year, of two digits in some editions of the NBER-CES database."""
    return 1900 + int(text) if re.fullmatch(r"[5-9]\d", text) else year_of(text)


def _unit(sheet: Sheet, at: int, heads: list[str], heading: str, wanted: Wanted) -> float:
    if (factor := wanted.factor(sheet, at, heading)) is not None:
        return factor
    if re.search(r"thousand|000", heading.lower()):
        return 1000.0
    if len(NBER & set(heads)) >= 2:
        logger.info("%s: read as the NBER-CES database, employment in thousands", sheet.source)
        return 1000.0
    raise InputError(
        f"{sheet.place(sheet.rows[at])}: no unit of {heading!r}; write it in the heading, as in "
        f"employment (thousands), or above it, as in (In thousands); known are {', '.join(wanted.units)}."
    )


def _restore(codes: list[str], sheet: Sheet, header: Row, column: int) -> list[str]:
    """Codes with the zeros that a numeric column loses; InputError where 201 may be 0201."""
    where = sheet.place(header, column)
    numeric = all(re.fullmatch(r"[1-9]\d{,3}", code) for code in codes)
    lengths = {len(code) for code in codes}
    if not numeric or max(lengths, default=2) <= 2:
        return restore_zeros(codes, where)
    # agriculture (01, 02, 07 to 09) is what loses a zero
    doubtful = [code for code in codes if len(code) < max(lengths) and code[0] in "12789"]
    if len(lengths) > 1 and doubtful:
        raise InputError(
            f"{where}: the codes are numbers of {' and '.join(map(str, sorted(lengths)))} digits, so that "
            f"{doubtful[0]} may be 0{doubtful[0]}; write the codes as text with their leading zeros."
        )
    return codes
