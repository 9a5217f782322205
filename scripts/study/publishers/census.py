"""Employment by province and division of GB/T 4754-2002, from the tables of a Chinese census in any arrangement.

Arrangements read: provinces across and industries down, the reverse, a sheet or file a province, a sheet or file an
industry, and long data sets.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from pathlib import Path

from study.files.finding import chosen_sheets, table_files
from study.files.sheets import read_sheets
from study.helpers import InputError, workflow_table
from study.publishers.census_layout import Cell, Page, filled_cells, has_figures
from study.publishers.census_totals import employment, settle, with_unit
from study.publishers.divisions import Divisions, Industry, division_titles
from study.publishers.employment_counts import check_size, configured_factor, restore_zeros, rows_of_year

Counts = Iterator[tuple[Cell, bool]]


def read_census(
    path: str | Path | Iterable[str | Path],
    names: dict[str, str],
    units: dict[str, float],
    tolerance: float,
    *,
    titles: dict[str, str] | None = None,
    year: int | None = None,
    sheet: str = "",
    unit: str = "",
    plausible: tuple[float, float] = (0, math.inf),
) -> list[tuple[str, str, float]]:
    """Rows (province, GB/T 4754-2002 division, persons employed) of the census, section rows left out.

    path : a file, a folder, or several files. names : printed province -> slug. `units` are those of the catalog, in
    persons: what figures without a unit may be in. titles : division -> Chinese name (`division_titles`), by default
    the workflow's. year : the census year, which data sets may hold among others. sheet : the only one to read. unit :
    of figures that state none. plausible : least and most persons in all (`census_totals.PLAUSIBLE`); beyond, the unit
    is not that of the counts. Raises InputError naming file, row and column for an unknown province, industry or unit,
    a division or province listed twice, a cell that is no count, counts that are missing, and provinces or divisions
    that do not add to the printed totals within `tolerance`.
    """
    files = table_files(path)
    divisions = Divisions(titles or division_titles(workflow_table("industries")))
    source = str(path) if isinstance(path, (str, Path)) else ", ".join(map(str, files))
    configured_factor(unit, units, source)
    pages = [
        Page(table, file.stem, names, divisions, list(units), year)
        for file in files
        for table in chosen_sheets(file, read_sheets(file), sheet)
    ]
    cells = [cell for page in pages for cell in read_page(page, bool(unit))]
    settled = settle(with_unit(cells, units, source, unit))
    rows = employment(settled, set(names.values()) - {"china"}, source, tolerance)
    check_size(source, sum(persons for *_, persons in rows), plausible)
    return rows


def read_page(page: Page, has_unit: bool) -> Counts:
    """Counts of one sheet, each with whether the unit was stated (else in printed units)."""
    long = page.long_header()
    if long is not None:
        return _long(page, long)
    (row, across), (column, down) = page.province_row(), page.province_column()
    if across >= max(2, down):
        return _provinces_across(page, row, has_unit)
    return _provinces_down(page, column) if down >= 2 else _one_province(page)


def _provinces_across(page: Page, at: int, has_unit: bool) -> Counts:
    """Several columns of a province, its name merged into the first, are told apart by the line below."""
    header = page.rows[at]
    columns = [c for c, cell in enumerate(header.cells) if page.is_province(cell)]
    labels = range(columns[0])
    body_at = page.body_start(at + 1, labels)
    head = page.rows[:body_at]
    below = page.headings(head[at + 1 :])
    chosen: dict[str, int] = {}
    for column, end in zip(columns, [*columns[1:], page.width], strict=True):
        province = page.province(header, column)
        if province in chosen:
            raise InputError(f"{page.place(header, column)}: {header.get(column)!r} appears twice.")
        several = {c: below[c] for c in range(column, end) if c in below}
        chosen[province] = page.employment_column(header, several) if len(several) > 1 else column
    for column, name in enumerate(header.cells):
        if name and column > labels.stop and column not in columns:
            page.province(header, column)  # refuses it
    factor = page.factor(head)
    if factor is None and not has_unit:
        raise InputError(
            f"{page.sheet.source}: the lines above the provinces give the unit (none); expected one of "
            f"{', '.join(page.units)} (written 单位：人)."
        )
    page.check_year(head[:at])
    for row in page.body(head, chosen.values()):
        if industry := page.industry(row, labels, chosen.values(), head):
            for province, column in chosen.items():
                yield page.count(row, column, province, industry, factor)


def _provinces_down(page: Page, column: int) -> Counts:
    """One industry, or several across; columns of an industry without its name (merged) are its parts."""
    body_at = next(at for at, row in enumerate(page.rows) if page.is_province(row.get(column)))
    head = page.rows[:body_at]
    if not head:
        raise InputError(f"{page.sheet.source}: no header row found above the provinces.")
    page.check_year(head)
    headed = [row for row in head if len(filled_cells(row)) > 1]
    industries: dict[int, Industry] = {}
    for c in range(column + 1, page.width):
        labels = [row.get(c) for row in headed if row.get(c)]
        if labels and (found := page.divisions.find(labels, page.place(head[-1], c))):
            industries[c] = found
    texts = {c: text for c, text in page.headings(head).items() if c > column}
    chosen: dict[int, Industry] = {}
    if any(found.kind in ("division", "either") for found in industries.values()):
        starts = list(industries)
        for start, end in zip(starts, [*starts[1:], page.width], strict=True):
            several = {c: texts[c] for c in range(start, end) if c in texts}
            several_columns = len(several) > 1
            chosen[page.employment_column(head[-1], several) if several_columns else start] = industries[start]
        factor = page.factor(head)
    else:
        industry = page.said(head, page.divisions.mentioned)
        if industry is None:
            raise InputError(
                f"{page.sheet.source}: provinces stand in rows, but neither the columns nor the title, the sheet's or "
                "the file's name says an industry; name the sheet by its division (such as 06煤炭开采和洗选业)."
            )
        only = page.employment_column(head[-1], texts, page.rows[body_at:])
        chosen, factor = {only: industry}, page.factor(head, only)
    for row in page.body(head, chosen):
        if has_figures(row, chosen) or page.is_province(row.get(column)):
            province = page.province(row, column)
            for c, industry in chosen.items():
                yield page.count(row, c, province, industry, factor)


def _one_province(page: Page) -> Counts:
    labels = page.label_columns()
    if labels is None:
        raise InputError(
            f"{page.sheet.source}: no header row found; expected provinces across or down, or one province with its "
            "industries down and a column 从业人员, or columns 省份, 行业代码, 从业人员."
        )
    body_at = page.body_start(0, labels)
    head = page.rows[:body_at]
    page.check_year(head)
    province = page.said(head, page.province_said)
    if province is None:
        raise InputError(
            f"{page.sheet.source}: neither the title nor the sheet's or the file's name says the province; name the "
            "sheet or the file by it."
        )
    if not head:
        raise InputError(f"{page.sheet.source}: no header row found above the industries.")
    texts = {c: text for c, text in page.headings(head).items() if c not in labels}
    chosen = page.employment_column(head[-1], texts, page.rows[body_at:])
    factor = page.factor(head, chosen)
    for row in page.body(head, [chosen]):
        if industry := page.industry(row, labels, [chosen], head):
            yield page.count(row, chosen, province, industry, factor)


def _long(page: Page, at: int) -> Counts:
    header, head = page.rows[at], page.rows[: at + 1]
    kinds, labels = page.kinds(header), page.label_kinds(header)
    province_at = kinds.index("province")
    year_at = kinds.index("year") if "year" in kinds else None
    values = {c: text for c, text in enumerate(header.cells) if c not in (province_at, year_at, *labels)}
    chosen = page.employment_column(header, values)
    factor = page.factor(head, chosen)
    body = list(page.body(head, [chosen]))
    if year_at is not None:
        body = rows_of_year(page.sheet, header, body, year_at, page.year)
    else:
        page.check_year(head[:-1])
    codes = restore_zeros([row.get(labels[0]) for row in body], page.place(header, labels[0]))
    for row, code in zip(body, codes, strict=True):
        where, texts = page.place(row, labels[0]), [code, *(row.get(c) for c in labels[1:])]
        industry = page.divisions.find(texts, where)
        if industry is None:
            raise page.divisions.unknown(texts, where)
        yield page.count(row, chosen, page.province(row, province_at), industry, factor)
