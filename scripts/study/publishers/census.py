"""Tables of a census of employment in whichever arrangement -> printed counts by province and industry.

Arrangements read: provinces across and industries down, the reverse, a sheet or file a province, a sheet or file an
industry, and long data sets.
"""

from __future__ import annotations

from study.files.sheets import Row, Sheet
from study.helpers import InputError
from study.publishers.census_layout import (
    CENSUS_NOTE,
    CODE_HEADS,
    NAME_HEADS,
    PROVINCE_HEADS,
    YEAR_HEADS,
    Cell,
    Reading,
    body_start,
    check_year,
    column_headings,
    column_unit,
    employment_column,
    filled_cells,
    known_province,
    label_columns,
    long_header,
    mentioned_province,
    named_by,
    plain_heading,
    province_column,
    province_of,
    province_row,
    read_count,
    row_industry,
    row_province,
    rows_of_year,
)
from study.publishers.divisions import Industry
from study.publishers.employment_counts import find_unit, restore_zeros
from study.words.printed import place


def read_sheet(sheet: Sheet, stem: str, reading: Reading) -> list[tuple[Cell, bool]]:
    """Counts of one sheet, each with whether the unit was stated (else in printed units).

    stem : the file's name, which may name the province or the industry.
    """
    rows = [row for row in sheet.rows if any(row.cells)]
    long = long_header(rows)
    if long is not None:
        return list(_long(sheet, rows, long, reading))
    across, down = province_row(rows, reading.names), province_column(rows, reading.names)
    if across and across[1] >= max(2, down[1] if down else 0):
        return list(_provinces_across(sheet, rows, across[0], reading))
    if down and down[1] >= 2:
        return list(_provinces_down(sheet, stem, rows, down[0], reading))
    return list(_one_province(sheet, stem, rows, reading))


# --- arrangements -------------------------------------------------------------------------------------------------


def _provinces_across(sheet: Sheet, rows: list[Row], at: int, reading: Reading):
    header = rows[at]
    columns = [c for c, cell in enumerate(header.cells) if province_of(cell, reading.names)]
    first = columns[0]
    body_at = body_start(sheet, rows, at + 1, range(first), reading)
    below = [row for row in rows[at + 1 : body_at] if not CENSUS_NOTE.match(row.get(0))]
    chosen: dict[str, int] = {}
    width = max(len(row.cells) for row in rows)
    for column, end in zip(columns, [*columns[1:], width], strict=True):
        where = place(sheet.source, header.line, column)
        province = known_province(header.get(column), reading.names, where)
        if province in chosen:
            raise InputError(f"{where}: {header.get(column)!r} appears twice.")
        parts = {c: " ".join(filter(None, (row.get(c) for row in below))) for c in range(column, end)}
        several = {c: text for c, text in parts.items() if text}
        chosen[province] = employment_column(sheet, header, several) if len(several) > 1 else column
    strange = [c for c in set(range(first, len(header.cells))).difference(columns) if header.get(c)]
    for column in sorted(strange):
        known_province(header.get(column), reading.names, place(sheet.source, header.line, column))
    factor = find_unit([cell for row in rows[:body_at] for cell in row.cells], reading.units, sheet.source)
    check_year(sheet, rows[:at], reading)
    for row in rows[body_at:]:
        industry = row_industry(sheet, row, range(first), chosen.values(), reading)
        if industry:
            for province, column in chosen.items():
                yield read_count(sheet, row, column, province, industry, factor)


def _provinces_down(sheet: Sheet, stem: str, rows: list[Row], column: int, reading: Reading):
    body_at = next(i for i, row in enumerate(rows) if province_of(row.get(column), reading.names))
    head = rows[:body_at]
    check_year(sheet, head, reading)
    width = max(len(row.cells) for row in rows)
    industries: dict[int, Industry] = {}
    headings = [row for row in head if len(filled_cells(row)) > 1]
    for c in range(column + 1, width):
        labels = [row.get(c) for row in headings if row.get(c)]
        if labels and (found := reading.divisions.find(labels, place(sheet.source, head[-1].line, c))):
            industries[c] = found
    if any(found.kind in ("division", "either") for found in industries.values()):
        yield from _industries_across(sheet, rows, body_at, column, industries, reading)
        return
    found = named_by(sheet, stem, head, reading.divisions.mentioned)
    if found is None:
        raise InputError(
            f"{sheet.source}: provinces stand in rows, but neither the columns nor the title, the sheet's or the "
            "file's name says an industry; name the sheet by its division (such as 06煤炭开采和洗选业)."
        )
    values = {c: text for c, text in column_headings(head, width).items() if c > column}
    chosen = employment_column(sheet, head[-1] if head else rows[0], values, rows[body_at:])
    factor = column_unit(sheet, head, chosen, reading)
    for row in rows[body_at:]:
        if province := row_province(sheet, row, column, [chosen], reading):
            yield read_count(sheet, row, chosen, province, found, factor)


def _industries_across(
    sheet: Sheet, rows: list[Row], body_at: int, column: int, industries: dict[int, Industry], reading: Reading
):
    """Provinces down and industries across; columns of an industry without its name (merged) are its parts."""
    head = rows[:body_at]
    starts = sorted(industries)
    width = max(len(row.cells) for row in rows)
    headings = column_headings(head, width)
    chosen: dict[int, Industry] = {}
    for start, end in zip(starts, [*starts[1:], width], strict=True):
        several = {c: headings.get(c, "") for c in range(start, end) if headings.get(c)}
        chosen[employment_column(sheet, head[-1], several) if len(several) > 1 else start] = industries[start]
    factor = find_unit([cell for row in head for cell in row.cells], reading.units, sheet.source)
    for row in rows[body_at:]:
        if province := row_province(sheet, row, column, chosen, reading):
            for c, industry in chosen.items():
                yield read_count(sheet, row, c, province, industry, factor)


def _one_province(sheet: Sheet, stem: str, rows: list[Row], reading: Reading):
    labels = label_columns(rows, reading)
    if labels is None:
        raise InputError(
            f"{sheet.source}: no header row found; expected provinces across or down, or one province with its "
            "industries down and a column 从业人员, or columns 省份, 行业代码, 从业人员."
        )
    body_at = body_start(sheet, rows, 0, labels, reading)
    head = rows[:body_at]
    check_year(sheet, head, reading)
    province = named_by(sheet, stem, head, lambda text: mentioned_province(text, reading.names))
    if province is None:
        raise InputError(
            f"{sheet.source}: neither the title nor the sheet's or the file's name says the province; name the "
            "sheet or the file by it."
        )
    width = max(len(row.cells) for row in rows)
    values = {c: text for c, text in column_headings(head, width).items() if c not in labels}
    chosen = employment_column(sheet, head[-1] if head else rows[0], values, rows[body_at:])
    factor = column_unit(sheet, head, chosen, reading)
    for row in rows[body_at:]:
        if industry := row_industry(sheet, row, labels, [chosen], reading):
            yield read_count(sheet, row, chosen, province, industry, factor)


def _long(sheet: Sheet, rows: list[Row], at: int, reading: Reading):
    header = rows[at]
    heads = [plain_heading(cell) for cell in header.cells]
    find = lambda words: next((c for c, head in enumerate(heads) if head in words), None)  # noqa: E731
    province_at, code_at, name_at, year_at = map(find, (PROVINCE_HEADS, CODE_HEADS, NAME_HEADS, YEAR_HEADS))
    labels = [c for c in (code_at, name_at) if c is not None]
    values = {c: header.get(c) for c in range(len(heads)) if c not in (province_at, code_at, name_at, year_at)}
    chosen = employment_column(sheet, header, values)
    factor = column_unit(sheet, rows[: at + 1], chosen, reading)
    body = [row for row in rows[at + 1 :] if not CENSUS_NOTE.match(row.get(0))]
    if year_at is not None:
        body = rows_of_year(sheet, header, body, year_at, reading.year)
    else:
        check_year(sheet, rows[:at], reading)
    codes = [row.get(labels[0]) for row in body]
    restored = restore_zeros(codes, place(sheet.source, header.line, labels[0]))
    for row, code in zip(body, restored, strict=True):
        where = place(sheet.source, row.line, labels[0])
        texts = [code, *(row.get(c) for c in labels[1:])]
        industry = reading.divisions.find(texts, where)
        if industry is None:
            raise reading.divisions.unknown(texts, where)
        province = known_province(row.get(province_at), reading.names, place(sheet.source, row.line, province_at))
        yield read_count(sheet, row, chosen, province, industry, factor)
