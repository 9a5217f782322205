"""Employment by industry of the United States as its agencies publish it, on the SIC of 1987.

Forms read: table 6.4C of the national accounts (Bureau of Economic Analysis), flat extracts of Current Employment
Statistics (Bureau of Labor Statistics, series EE...), and data sets with a SIC code a row, such as the NBER-CES
manufacturing database.
"""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass

from study.files.sheets import Row, Sheet
from study.helpers import RESOURCES, InputError, logger, workflow_rows
from study.publishers.employment_counts import check_sum, find_unit, restore_zeros
from study.publishers.major_groups import Figure, major_groups, plain_code
from study.words.printed import parse_number, place, squeeze

US_INDUSTRIES = RESOURCES / "us_industries.csv"
SIC_HEADS = (
    "sic4",
    "sic",
    "siccode",
    "sic87",
    "sic1987",
    "sic871",
    "sic3",
    "sic2",
    "sicgroup",
    "majorgroup",
    "industrycode",
)
EMPLOYMENT_HEADINGS = (
    "emp",
    "employment",
    "employees",
    "allemployees",
    "numberofemployees",
    "totalemployment",
    "persons",
)
NBER = {"pay", "prode", "prodh", "prodw", "vship", "matcost", "vadd", "invest", "cap", "equip", "plant", "piship"}
YEAR_HEADING = re.compile(r"((?:19|20)\d{2})(?:\.0)?")
# Codes of government in the Current Employment Statistics, which counts it by owner and not by SIC.
GOVERNMENT = ("91", "92", "93")


def read_other_forms(
    sheets: list[Sheet],
    units: dict[str, float],
    tolerance: float,
    year: int | None,
    industries: dict[str, tuple] | None,
    unit: str = "",
) -> list[tuple[str, float]]:
    """Rows (major group, persons) of the sheets in whichever of the forms; `unit` is theirs where none is stated.

    Raises InputError.
    """
    source = sheets[0].source
    if unit and unit not in units:
        raise InputError(f"{source}: the config gives the unit {unit!r}; expected one of {', '.join(units)}.")
    stated = units.get(unit)
    tables = [(sheet, at) for sheet in sheets if (at := _table_of_accounts(sheet)) is not None]
    if tables:
        sheet, at = _choose(tables, year)
        return major_groups(_accounts(sheet, at, units, tolerance, year, stated), industries, sheet.source)
    figures: list[Figure] = []
    for sheet in sheets:
        at = next((i for i, row in enumerate(sheet.rows[:20]) if _is_header(row)), None)
        if at is None:
            logger.info("%s: no header row found here, left out", sheet.source)
            continue
        heads = [_plain(cell) for cell in sheet.rows[at].cells]
        read = _series if {"seriesid", "period", "value"} <= set(heads) else _data_set
        figures += read(sheet, at, heads, units, year, stated)
    if not figures:
        naics = any("naics" in _plain(cell) for sheet in sheets for row in sheet.rows[:20] for cell in row.cells)
        raise InputError(
            f"{source}: {'the industries are NAICS; ' if naics else ''}no header row found; expected "
            "SIC,Industry,Employment, or BEA's table 6.4C (Line, names, years), or columns sic, year and employment, "
            "or series_id, year, period, value."
        )
    return major_groups(figures, industries, source)


def _plain(text: str) -> str:
    return re.sub(r"[_\-./]", "", re.sub(r"[(\[].*?[)\]]", "", squeeze(text).lower()))


def _is_header(row: Row) -> bool:
    heads = {_plain(cell) for cell in row.cells}
    return {"seriesid", "period", "value"} <= heads or bool(heads & set(SIC_HEADS) and _employed(heads))


def _employed(heads) -> list[str]:
    return [
        head
        for head in heads
        if head in EMPLOYMENT_HEADINGS or re.fullmatch(r"emp(loyment|loyees)?(inthousands|000s?|thousands)?", head)
    ]


def _figure(sheet: Sheet, row: Row, column: int) -> float:
    where = place(sheet.source, row.line, column)
    value = parse_number(row.get(column), where)
    if value is None or value < 0:
        raise InputError(f"{where}: found {row.get(column)!r}, expected a number employed (0 if none).")
    return value


# --- Bureau of Economic Analysis, table 6.4C ----------------------------------------------------------------------


@dataclass(frozen=True)
class Line:
    """A line of the table: `parent` is the position of the line it is part of, `sic` its major groups."""

    name: str
    parent: int | None
    sic: str


def _lines() -> list[Line]:
    """The lines of table 6.4C as printed (resources/us_industries.csv); several have the same name."""
    lines: list[Line] = []
    for row in workflow_rows(US_INDUSTRIES):
        parent = next((i for i in reversed(range(len(lines))) if lines[i].name == row["parent"]), None)
        lines.append(Line(row["name"], parent, row["sic"]))
    return lines


def _words(name: str) -> str:
    """A line's name for comparison: no footnote mark, comma, `and`, plural."""
    bare = re.sub(r"\\.*?\\|\[.*?\]|\d+/?", "", name.lower()).replace("electrical", "electric")
    return " ".join(word.rstrip("s") for word in re.findall(r"[a-z]+", bare) if word != "and")


def _table_of_accounts(sheet: Sheet) -> int | None:
    """Where the header Line, (blank), years is."""
    for at, row in enumerate(sheet.rows[:20]):
        if row.get(0).lower() == "line" and any(YEAR_HEADING.fullmatch(cell) for cell in row.cells[1:]):
            return at
    return None


def _choose(tables: list[tuple[Sheet, int]], year: int | None) -> tuple[Sheet, int]:
    """The table of employees of the year among a workbook's; the one table of a file whatever its title."""

    def has(table: tuple[Sheet, int], text: str) -> bool:
        sheet, at = table
        above = " ".join(cell for row in sheet.rows[:at] for cell in row.cells).lower()
        return text in above

    if len(tables) == 1:
        sheet, at = tables[0]
        above = " ".join(cell for row in sheet.rows[:at] for cell in row.cells)
        other = re.search(r"table\s*6\.\d+[a-d]?[^,;]*", above, re.IGNORECASE)
        if other and not has(tables[0], "full-time and part-time employees"):
            raise InputError(f"{sheet.source}: this is {other[0]!r}; table 6.4C, full-time and part-time employees by "
                             "industry, is wanted.")  # fmt: skip
        return tables[0]
    fitting = [t for t in tables if has(t, "full-time and part-time employees by industry") and not has(t, "hours")]
    dated = [t for t in fitting if year is None or any(cell == str(year) for cell in t[0].rows[t[1]].cells)]
    if len(dated) != 1:
        raise InputError(
            f"{tables[0][0].source}: {len(dated)} sheets are table 6.4C (full-time and part-time employees by industry)"
            f"{f' with the year {year}' if year else ''}; keep the one to use."
        )
    return dated[0]


def _year_column(sheet: Sheet, header: Row, year: int | None) -> int:
    years = {int(m[1]): c for c, cell in enumerate(header.cells) if c and (m := YEAR_HEADING.fullmatch(cell))}
    if year is None and len(years) == 1:
        return next(iter(years.values()))
    if year not in years:
        listed = ", ".join(map(str, sorted(years)))
        raise InputError(
            f"{place(sheet.source, header.line)}: no column for {year or 'one year'}; years here: {listed}."
        )
    return years[year]


def _accounts(
    sheet: Sheet, at: int, units: dict[str, float], tolerance: float, year: int | None, stated: float | None
) -> list[Figure]:
    """Figures of the lines that are major groups; sums are checked, never added."""
    header = sheet.rows[at]
    column = _year_column(sheet, header, year)
    factor = find_unit([cell for row in sheet.rows[:at] for cell in row.cells], units, sheet.source)
    factor = factor or stated
    if factor is None:
        raise InputError(f"{sheet.source}: no unit above the header; expected [Thousands of employees].")
    lines = _lines()
    printed: dict[int, tuple[float, str]] = {}
    last = -1
    for row in sheet.rows[at + 1 :]:
        if not row.get(0).isdecimal():
            if row.get(0) and len([cell for cell in row.cells if cell]) == 1:
                continue  # footnotes, the words Addenda or Legend
            if not row.get(column):
                continue
            raise InputError(f"{place(sheet.source, row.line, 0)}: found {row.get(0)!r}, expected a line number.")
        name = row.get(1)
        if not name:
            raise InputError(f"{place(sheet.source, row.line, 1)}: the line has no name.")
        matches = [i for i, line in enumerate(lines) if _words(line.name) == _words(name)]
        later = [i for i in matches if i > last]
        if not later:
            near = difflib.get_close_matches(name, [line.name for line in lines], n=2)
            problem = "stands out of the table's order, or twice" if matches else "is no line of table 6.4C"
            hint = f" (did you mean {', '.join(near)}?)" if near and not matches else ""
            raise InputError(f"{place(sheet.source, row.line, 1)}: {name!r} {problem}{hint}.")
        last = later[0]
        printed[last] = (_figure(sheet, row, column), place(sheet.source, row.line, column))
    absent = [line.name for i, line in enumerate(lines) if line.sic and i not in printed]
    if absent:
        raise InputError(f"{sheet.source}: no lines {'; '.join(absent)}; export the whole table 6.4C.")
    for i, line in reversed(list(enumerate(lines))):
        children = [k for k, child in enumerate(lines) if child.parent == i]
        if i in printed and children and all(k in printed for k in children):
            check_sum(printed[i][1], line.name, sum(printed[k][0] for k in children), printed[i][0], tolerance)
    sums: dict[str, Figure] = {}
    for i, line in enumerate(lines):
        if line.sic:
            value, where = printed[i]
            before = sums[line.sic].persons if line.sic in sums else 0.0
            sums[line.sic] = Figure(line.sic, before + value * factor, where)
    return _join_overlaps(sums)


def _join_overlaps(sums: dict[str, Figure]) -> list[Figure]:
    """A group with a line of its own that another line's groups contain: one figure for all of them."""
    for code in [code for code in sums if "+" in code]:
        for group in code.split("+"):
            if group in sums:
                part = sums.pop(group)
                sums[code] = Figure(code, sums[code].persons + part.persons, sums[code].where)
    return list(sums.values())


# --- Bureau of Labor Statistics, Current Employment Statistics ----------------------------------------------------


def _series(
    sheet: Sheet, at: int, heads: list[str], units: dict[str, float], year: int | None, stated: float | None
) -> list[Figure]:
    """Annual averages (M13, else the mean of twelve months) of all employees by SIC code."""
    header = sheet.rows[at]
    if "year" not in heads:
        raise InputError(f"{place(sheet.source, header.line)}: no column year.")
    series_at, year_at, period_at, value_at = (heads.index(name) for name in ("seriesid", "year", "period", "value"))
    code_at = next((heads.index(name) for name in SIC_HEADS if name in heads), None)
    own = find_unit([header.get(value_at), *(c for row in sheet.rows[:at] for c in row.cells)], units, sheet.source)
    factor = own or stated or units.get("thousands", 1000.0)
    months: dict[str, dict[str, dict[str, float]]] = {}
    places: dict[str, str] = {}
    years = {row.get(year_at) for row in sheet.rows[at + 1 :] if any(row.cells)}
    wanted = str(year) if year is not None else (next(iter(years)) if len(years) == 1 else "")
    if wanted not in years:
        raise InputError(f"{place(sheet.source, header.line, year_at)}: no rows of {year or 'one year alone'}; the "
                         f"file has {', '.join(sorted(years))}.")  # fmt: skip
    body = [row for row in sheet.rows[at + 1 :] if row.get(year_at) == wanted]
    codes: list[str | None] = [None] * len(body)
    if code_at is not None:
        codes = [*_restore([row.get(code_at) for row in body], sheet, header, code_at)]
    for row, printed in zip(body, codes, strict=True):
        where = place(sheet.source, row.line, series_at)
        series = row.get(series_at).upper()
        code = _series_code(series, printed, where)
        if not code:
            continue
        period = row.get(period_at).upper()
        if not re.fullmatch(r"M(0[1-9]|1[0-3])", period):
            raise InputError(f"{place(sheet.source, row.line, period_at)}: found {period!r}, expected M01 to M13.")
        values = months.setdefault(code, {}).setdefault(series, {})
        if period in values:
            raise InputError(f"{where}: {series} {wanted} {period} appears twice.")
        values[period] = _figure(sheet, row, value_at)
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


def _series_code(series: str, code: str | None, where: str) -> str:
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


# --- data sets ----------------------------------------------------------------------------------------------------


def _data_set(
    sheet: Sheet, at: int, heads: list[str], units: dict[str, float], year: int | None, stated: float | None
) -> list[Figure]:
    """Rows of a SIC code, a year where there are several, and employment."""
    header = sheet.rows[at]
    code_at = next(heads.index(name) for name in SIC_HEADS if name in heads)
    found = _employed(heads)
    if len(found) > 1:
        raise InputError(f"{place(sheet.source, header.line)}: {' and '.join(found)} are both employment; keep one.")
    value_at = heads.index(found[0])
    body = [row for row in sheet.rows[at + 1 :] if row.get(code_at) and (row.get(value_at) or len(row.cells) > 1)]
    if "year" in heads:
        year_at = heads.index("year")
        years = {row.get(year_at) for row in body}
        wanted = {str(year), str(year)[2:]} if year is not None else (years if len(years) == 1 else set())
        body = [row for row in body if row.get(year_at) in wanted]
        if not body:
            raise InputError(f"{place(sheet.source, header.line, year_at)}: no rows of {year or 'one year alone'}; the "
                             f"file has {', '.join(sorted(years))}.")  # fmt: skip
    factor = _unit(sheet, at, heads, header.get(value_at), units, stated)
    codes = [row.get(code_at) for row in body]
    restored = _restore(codes, sheet, header, code_at)
    figures = []
    for row, text in zip(body, restored, strict=True):
        code = plain_code(text, place(sheet.source, row.line, code_at))
        if code:
            where = place(sheet.source, row.line, value_at)
            figures.append(Figure(code, factor * _figure(sheet, row, value_at), where))
    return figures


def _unit(
    sheet: Sheet, at: int, heads: list[str], heading: str, units: dict[str, float], stated: float | None
) -> float:
    own = find_unit([heading, *(cell for row in sheet.rows[:at] for cell in row.cells)], units, sheet.source)
    stated = own or stated
    if stated is not None:
        return stated
    if re.search(r"thousand|000", heading.lower()) and "thousands" in units:
        return units["thousands"]
    if len(NBER & set(heads)) >= 2 and "thousands" in units:
        logger.info("%s: read as the NBER-CES database, employment in thousands", sheet.source)
        return units["thousands"]
    raise InputError(
        f"{place(sheet.source, sheet.rows[at].line)}: no unit of {heading!r}; write it in the heading, as in "
        f"employment (thousands); known are {', '.join(units)}."
    )


def _restore(codes: list[str], sheet: Sheet, header: Row, column: int) -> list[str]:
    """Codes with the zeros that a numeric column loses; InputError where 201 may be 0201."""
    where = place(sheet.source, header.line, column)
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
