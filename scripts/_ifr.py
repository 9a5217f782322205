"""Reader of the International Federation of Robotics' long export: parents and children in one column.

`LEAVES` is the one industry set used: each robot is counted once, never in a parent and its child. What the
federation could not place (`99`, and the unspecified rests of chemicals and metal) goes to `UNSPECIFIED`.
"""

from __future__ import annotations

from pathlib import Path

from _exports import parse_number, place, read_export, squeeze
from _helpers import InputError, logger

LEAVES = (
    "A-B", "C", "10-12", "13-15", "16", "17-18", "19", "20-21", "22", "23", "24", "25", "26-27", "28", "29", "30", "91",
    "E", "F", "P", "90",
)  # fmt: skip
UNSPECIFIED = ("99", "229", "289")
TOTAL = "000"
# Where an export lists only the children of a leaf, the leaf is their sum.
CHILDREN = {
    "26-27": ("260", "261", "262", "263", "265", "271", "275", "279"),
    "29": ("291", "293", "299"),
}
COLUMNS = {
    "year": "year",
    "industrycode": "industry",
    "countrycode": "country",
    "delivered": "installations",
    "op_stock": "operational_stock",
}
MEASURES = ("installations", "operational_stock")


def normalise_code(text: str) -> str:
    """An industry code as the federation writes it: `AB` and `A–B` are `A-B`."""
    code = squeeze(text).upper().replace("–", "-").replace("—", "-")
    return {"AB": "A-B", "0": TOTAL}.get(code, code)


def read_robots(path: str | Path, country: str, years: range, tolerance: float) -> list[tuple[str, int, float, float]]:
    """Rows (industry, year, installations, operational stock) of one country: `LEAVES` and one row `99` a year.

    Robots are counted in units. Raises InputError naming file, row and column for an unknown header, a code listed
    twice, a missing year or industry, a figure that is no count, and leaves that do not add to `000` within
    `tolerance`.
    """
    rows = read_export(path)
    header = [squeeze(cell).lower() for cell in rows[0].cells]
    missing = [name for name in COLUMNS if name not in header]
    if missing:
        raise InputError(
            f"{path}, row 1: no column {', '.join(missing)}; expected the long export's header "
            "Year,industrycode,industry,countrycode,country,delivered,op_stock."
        )
    column = {COLUMNS[name]: header.index(name) for name in COLUMNS}
    counts: dict[tuple[str, int], dict[str, float]] = {}
    lines: dict[tuple[str, int], int] = {}
    for row in rows[1:]:
        if not any(row.cells) or row.get(column["country"]).upper() != country:
            continue
        year = parse_number(row.get(column["year"]), place(path, row.line, column["year"]))
        if year is None or year != int(year):
            raise InputError(f"{place(path, row.line, column['year'])}: no year.")
        key = (normalise_code(row.get(column["industry"])), int(year))
        if key in counts:
            raise InputError(
                f"{place(path, row.line)}: industry {key[0]} of {key[1]} stands already in row {lines[key]}."
            )
        lines[key] = row.line
        counts[key] = {}
        for measure in MEASURES:
            where = place(path, row.line, column[measure])
            value = parse_number(row.get(column[measure]), where)
            if value is None or value < 0:
                raise InputError(
                    f"{where}: found {row.get(column[measure])!r}, expected a number of robots (0 if none)."
                )
            counts[key][measure] = value
    if not counts:
        found = sorted({row.get(column["country"]) for row in rows[1:]} - {""})
        raise InputError(f"{path}: no rows of country {country}; the file has {', '.join(found) or 'no country'}.")
    table = []
    for year in years:
        if not any(key[1] == year for key in counts):
            raise InputError(f"{path}: no rows of {country} for {year}; the study needs {years[0]} to {years[-1]}.")
        table += _industries_of_year(str(path), counts, year, tolerance)
    return table


def _industries_of_year(
    path: str, counts: dict[tuple[str, int], dict[str, float]], year: int, tolerance: float
) -> list[tuple[str, int, float, float]]:
    def count(code: str, measure: str) -> float:
        if (code, year) in counts:
            return counts[code, year][measure]
        children = [counts[child, year][measure] for child in CHILDREN.get(code, ()) if (child, year) in counts]
        if not children:
            raise InputError(
                f"{path}: no row for industry {code} in {year}; the export has to list {', '.join(LEAVES)}."
            )
        return sum(children)

    table = [(code, year, *(count(code, measure) for measure in MEASURES)) for code in LEAVES]
    rest = [sum(counts[code, year][m] for code in UNSPECIFIED if (code, year) in counts) for m in MEASURES]
    table.append(("99", year, *rest))
    if (TOTAL, year) not in counts:
        logger.warning("%s: no total (000) in %d, the sum of industries is not checked", path, year)
        return table
    for position, measure in enumerate(MEASURES, 2):
        total, parts = counts[TOTAL, year][measure], sum(row[position] for row in table)
        gap = parts / total - 1 if total else float(parts != 0)
        logger.info("%s: %d %s of the industries %.6g, total %.6g, gap %+.3f%%", path, year, measure, parts, total,
                    100 * gap)  # fmt: skip
        if abs(gap) > tolerance:
            raise InputError(
                f"{path}: {measure} of {year} add up to {parts:.6g} over industries, the total (000) says {total:.6g} "
                f"({gap:+.2%}, allowed {tolerance:.2%}). Look for a mistyped or missing industry, or raise "
                "cleaning.total_tolerance."
            )
    return table
