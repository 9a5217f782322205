"""Employment by industry of the United States, on the SIC of 1987, as its agencies publish it.

Forms read: table 6.4C of the national accounts (Bureau of Economic Analysis), flat extracts of Current Employment
Statistics (Bureau of Labor Statistics, series EE...), and tables with a SIC code a row: major groups below their
divisions, or data sets such as the NBER-CES manufacturing database.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

from study.checks.totals import check_sum
from study.files.finding import table_files
from study.files.sheets import Row, Sheet
from study.files.table_rows import again
from study.helpers import InputError, logger
from study.publishers.employment_counts import MOST_ABOVE, Wanted
from study.publishers.major_groups import Figure, major_groups, plain_code
from study.publishers.us_accounts import read_accounts, table_of_accounts
from study.words.headings import bare_heading, exact_kind

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
    industries: dict[str, tuple] | None = None,
    **choices: object,
) -> list[tuple[str, float]]:
    """Rows (SIC 1987 major group, persons employed) of the United States in the year wanted.

    industries : major group -> where the crosswalk puts it (`major_groups.group_industries`); with it every group of
    the crosswalk has to be there, and a figure for several groups stands at the first of them where the crosswalk
    treats them alike. units, tolerance, choices (`year`, `sheet`, ...) : as in `employment_counts.Wanted`. Raises
    InputError naming file, row and column for an unknown unit or industry, a group listed twice, a cell that is no
    count, missing groups or years, and parts that do not add to printed totals within `tolerance`.
    """
    files = table_files(path)
    wanted = Wanted(str(files[0]), units, tolerance, **choices)
    rows = major_groups(_figures([sheet for _, sheet in wanted.sheets(files)], wanted), industries, wanted.source)
    wanted.finish(sum(persons for _, persons in rows))
    return rows


def _figures(sheets: list[Sheet], wanted: Wanted) -> list[Figure]:
    """The figures of every sheet that has a table; InputError where none has."""
    tables = [(sheet, at) for sheet in sheets if (at := table_of_accounts(sheet)) is not None]
    if tables:
        return read_accounts(tables, wanted)
    figures: list[Figure] = []
    headed, met = False, []
    for sheet in sheets:
        above = [[bare_heading(cell) for cell in row.cells] for row in sheet.rows[:MOST_ABOVE]]
        met += [head for heads in above for head in heads]
        at = next((at for at, heads in enumerate(above) if _is_header(heads)), None)
        if at is None:
            logger.info("%s: no header row found here, left out", sheet.source)
            continue
        headed = True
        read = _series if set(above[at]) >= SERIES_HEADS else _data_set
        figures += read(sheet, at, above[at], wanted)
    if figures:
        return figures
    if headed:
        raise InputError(
            f"{wanted.source}: no rows with a two-digit SIC code, or one of more digits, below the header."
        )
    raise InputError(
        f"{wanted.source}: {'the industries are NAICS; ' if any('naics' in head for head in met) else ''}no header row "
        "found; expected SIC,Industry,Employment, or BEA's table 6.4C (Line, names, years), or columns sic, year and "
        "employment, or series_id, year, period, value."
    )


def _is_header(heads: list[str]) -> bool:
    return set(heads) >= SERIES_HEADS or (_code_column(heads) is not None and any(map(EMPLOYED.fullmatch, heads)))


def _code_column(heads: list[str]) -> int | None:
    """The column of SIC codes, that of most digits where a data set has several."""
    coded = [column for column, head in enumerate(heads) if exact_kind(head) == "industry code"]
    order = {"sic4": 0, "sic3": 2, "sic2": 3}
    return min(coded, key=lambda column: order.get(heads[column], 1), default=None)


def _rows(sheet: Sheet, at: int, heads: list[str], value_at: int, wanted: Wanted) -> list[tuple[Row, str]]:
    """The rows of a data set with their SIC codes; InputError where they lost zeros so that 201 may be 0201."""
    code_at, year_at = _code_column(heads), heads.index("year") if "year" in heads else None
    rows = wanted.observations(sheet, sheet.rows[at:], value_at, code_at, year_at)
    codes = [code for _, code in rows]
    lengths = sorted({len(code) for code in codes})
    # agriculture (01, 02, 07 to 09) is what loses a zero
    doubtful = [code for code in codes if len(code) < lengths[-1] and code[:1] in tuple("12789")]
    if doubtful and all(re.fullmatch(r"[1-9]\d{,3}", code) for code in codes):
        raise InputError(
            f"{sheet.place(sheet.rows[at], code_at)}: the codes are numbers of {' and '.join(map(str, lengths))} "
            f"digits, so that {doubtful[0]} may be 0{doubtful[0]}; write the codes as text with their leading zeros."
        )
    return rows


# --- Bureau of Labor Statistics, Current Employment Statistics ----------------------------------------------------


def _series(sheet: Sheet, at: int, heads: list[str], wanted: Wanted) -> list[Figure]:
    """Annual averages (M13, else the mean of twelve months) of all employees by SIC code."""
    if "year" not in heads:
        raise InputError(f"{sheet.place(sheet.rows[at])}: no column year.")
    series_at, year_at, period_at, value_at = map(heads.index, ("seriesid", "year", "period", "value"))
    factor = wanted.factor(sheet, at, sheet.rows[at].get(value_at)) or 1000.0  # the bureau's own unit
    months: dict[str, dict[str, dict[str, float]]] = {}
    met: dict[tuple[str, str], str] = {}
    places: dict[str, str] = {}
    for row, printed in _rows(sheet, at, heads, value_at, wanted):
        where = sheet.place(row, series_at)
        series, period = row.get(series_at).upper(), row.get(period_at).upper()
        code = _series_code(series, printed, where)
        if not code:
            continue
        if not re.fullmatch(r"M(0[1-9]|1[0-3])", period):
            raise InputError(f"{sheet.place(row, period_at)}: found {period!r}, expected M01 to M13.")
        if fault := again(met, (code, series, period), where, f"{series} {row.get(year_at)} {period}"):
            raise InputError(fault)
        months.setdefault(code, {}).setdefault(series, {})[period] = wanted.count(sheet, row, value_at)
        places.setdefault(code, where)
    return _government(
        [Figure(code, factor * _annual(code, found, places[code]), places[code]) for code, found in months.items()]
    )


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


def _annual(code: str, series: dict[str, dict[str, float]], where: str) -> float:
    """The annual average of a code, from its series' figures by month; InputError for two series or missing months."""
    if len(series) > 1:
        # the same industry adjusted for the season and not: annual averages are of the latter
        series = {name: values for name, values in series.items() if name[2:3] != "S"} or series
    if len(series) > 1:
        raise InputError(f"{where}: {' and '.join(series)} are both all employees of SIC {code}; keep one.")
    values = next(iter(series.values()))
    if "M13" in values:
        return values["M13"]
    if absent := [month for month in (f"M{number:02d}" for number in range(1, 13)) if month not in values]:
        raise InputError(f"{where}: no annual average (M13), and for a mean of months {', '.join(absent)} are missing.")
    return sum(values.values()) / 12


def _government(figures: list[Figure]) -> list[Figure]:
    """Federal, state and local government as one figure for public administration."""
    own = [figure for figure in figures if figure.code in GOVERNMENT]
    if not own or any(figure.code[:2] in ("94", "95", "96", "97") for figure in figures):
        return figures
    logger.warning("%s: government is counted by owner; it stands for SIC 91-97, its schools too", own[0].where)
    total = Figure("91-97", sum(figure.persons for figure in own), own[0].where)
    return [figure for figure in figures if figure.code[:2] not in GOVERNMENT] + [total]


# --- tables with a code a row -------------------------------------------------------------------------------------


def _data_set(sheet: Sheet, at: int, heads: list[str], wanted: Wanted) -> list[Figure]:
    """Rows of a SIC code, a year where there are several, and employment; divisions (letters) are checked as sums."""
    value_at, *more = (column for column, head in enumerate(heads) if EMPLOYED.fullmatch(head))
    if more:
        both = " and ".join(heads[column] for column in (value_at, *more))
        raise InputError(f"{sheet.place(sheet.rows[at])}: {both} are both employment; keep one.")
    rows, code_at = _rows(sheet, at, heads, value_at, wanted), _code_column(heads)
    factor = _unit(sheet, at, heads, sheet.rows[at].get(value_at), wanted)
    figures: list[Figure] = []
    divisions: dict[str, tuple[Figure, int]] = {}  # the printed sum, and at which figure its groups begin
    for row, text in rows:
        code, where = plain_code(text, sheet.place(row, code_at)), sheet.place(row, value_at)
        if code:
            figures.append(Figure(code, factor * wanted.count(sheet, row, value_at), where))
        elif re.fullmatch("[A-K]", text) and row.get(value_at):
            divisions[text] = Figure(text, wanted.count(sheet, row, value_at), where), len(figures)
        elif not text and row.get(value_at) and not re.search(r"\b(all|total)\b", " ".join(row.cells).lower()):
            raise InputError(f"{sheet.place(row, code_at)}: a figure without a SIC code; which is it?")
    if all(len(figure.code) == 2 for figure in figures) and len({figure.code for figure in figures}) == len(figures):
        ends = [*(start for _, start in divisions.values()), len(figures)][1:]
        for (whole, start), end in zip(divisions.values(), ends, strict=True):
            parts = sum(figure.persons for figure in figures[start:end]) / factor
            check_sum(whole.where, f"division {whole.code} over major groups", parts, whole.persons, wanted.tolerance)
    return figures


def _unit(sheet: Sheet, at: int, heads: list[str], heading: str, wanted: Wanted) -> float:
    """Persons in the unit of a data set; InputError where nothing says it."""
    if (factor := wanted.factor(sheet, at, heading)) is not None:
        return factor
    if len(NBER & set(heads)) >= 2:
        logger.info("%s: read as the NBER-CES database, employment in thousands", sheet.source)
        return 1000.0
    if re.search(r"thousand|000", heading.lower()):
        return 1000.0
    raise InputError(
        f"{sheet.place(sheet.rows[at])}: no unit of {heading!r}; write it in the heading, as in "
        f"employment (thousands), or above it, as in (In thousands); known are {', '.join(wanted.units)}."
    )
