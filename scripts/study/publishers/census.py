"""Employment by province and division of GB/T 4754-2002, from the tables of a Chinese census in any arrangement.

Arrangements read: provinces across and industries down, the reverse, a sheet or file a province, a sheet or file an
industry, and long data sets. All are one grid: a count's province and industry are said by its row, by its column, or
by the page.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from study.files.sheets import Row
from study.files.table_rows import again
from study.helpers import InputError, workflow_table
from study.publishers.census_layout import Cell, Page, cells_of, has_figures
from study.publishers.census_totals import employment, in_persons, settle
from study.publishers.divisions import Divisions, division_titles
from study.publishers.employment_counts import Wanted, sheets_of


class Grid(NamedTuple):
    """Where a page has its counts: the lines above them, their columns and their rows, these two with the `province`
    or `industry` that each says."""

    head: list[Row]
    columns: dict[int, dict[str, object]]
    rows: Iterator[tuple[Row, dict[str, object]]]


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
    formulas: str = "",
    taken: list[str] | None = None,
) -> list[tuple[str, str, float]]:
    """Rows (province, GB/T 4754-2002 division, persons employed) of the census, section rows left out.

    path : a file, a folder, or several files. names : printed province -> slug. `units` are those of the catalog, in
    persons: what figures without a unit may be in. titles : division -> Chinese name (`division_titles`), by default
    the workflow's. year : the census year, which data sets may hold among others. sheet : the only one to read. unit :
    of figures that state none. plausible : least and most persons in all (`census_totals.PLAUSIBLE`); beyond, the unit
    is not that of the counts. formulas : the config's cleaning.formulas. taken : gets the places of counts that are the
    values stored with formulas. Raises InputError naming file, row and column for an unknown province, industry or
    unit, a division or province listed twice, a cell that is no count, counts that are missing, and provinces or
    divisions that do not add to the printed totals within `tolerance`.
    """
    path = path if isinstance(path, (str, Path)) else list(path)
    source = ", ".join(map(str, path)) if isinstance(path, list) else str(path)
    divisions = Divisions(titles or division_titles(workflow_table("industries")))
    wanted = Wanted(source, year, units, unit, tolerance, [] if taken is None else taken)
    pages = [Page(page, stem, names, divisions, wanted) for stem, page in sheets_of(path, sheet, formulas)]
    table = settle(in_persons([cell for page in pages for cell in _cells(page)], wanted))
    rows = employment(table, set(names.values()) - {"china"}, wanted)
    wanted.finish(sum(persons for *_, persons in rows), plausible)
    return rows


def _cells(page: Page) -> Iterator[Cell]:
    """The counts of a page: what a column says goes with what a row says."""
    head, columns, rows = _grid(page)
    factors = page.factors(head, columns)
    for row, said in rows:
        for column, own in columns.items():
            yield page.cell(row, column, factors[column], **said, **own)


def _grid(page: Page) -> Grid:
    long = page.data_set_header()
    if long is not None:
        return _data_set(page, long)
    (row, across), (column, down) = page.province_row(), page.province_column()
    if across >= max(2, down):
        return _provinces_across(page, row)
    return _provinces_down(page, column) if down >= 2 else _one_province(page)


def _provinces_across(page: Page, at: int) -> Grid:
    """Industries down; several columns of a province, its name merged into the first, are told apart by the line
    below."""
    header = page.rows[at]
    provinces: dict[int, dict[str, object]] = {}
    met: dict[str, str] = {}
    for column, name in enumerate(header.cells):
        if not name or not (provinces or page.is_province(name)):
            continue
        province = page.province(header, column)  # refuses what is none
        if page.is_province(name):
            if fault := again(met, province, page.place(header, column), repr(name)):
                raise InputError(fault)
            provinces[column] = {"province": province}
    labels = range(min(provinces))
    head = page.head(page.body_start(at + 1, labels), "industries")
    columns = _one_each(page, header, provinces, page.headings(head[at + 1 :]))
    if not page.wanted.unit and page.factor(cells_of(head)) is None:
        raise InputError(
            f"{page.sheet.source}: the lines above the provinces give the unit (none); expected one of "
            f"{', '.join(page.wanted.units)} (written 单位：人)."
        )
    return Grid(head, columns, page.industry_rows(head, labels, columns))


def _provinces_down(page: Page, at: int) -> Grid:
    """One industry, or several across; columns of an industry without its name (merged) are its parts."""
    start = next(k for k, row in enumerate(page.rows) if page.is_province(row.get(at)))
    head = page.head(start, "provinces")
    above = {c: texts for c, texts in page.above(head).items() if c > at}
    industries = {c: page.divisions.find(texts, page.place(head[-1], c)) for c, texts in above.items()}
    industries = {c: {"industry": found} for c, found in industries.items() if found}
    if any(said["industry"].kind in ("division", "either") for said in industries.values()):
        columns = _one_each(page, head[-1], industries, page.headings(head))
    else:
        industry = page.said(head, page.divisions.mentioned)
        if industry is None:
            raise InputError(
                f"{page.sheet.source}: provinces stand in rows, but neither the columns nor the title, the sheet's or "
                "the file's name says an industry; name the sheet by its division (such as 06煤炭开采和洗选业)."
            )
        columns = {page.employment_column(head, at, page.rows[start:]): {"industry": industry}}
    rows = (row for row in page.body(head, columns) if has_figures(row, columns) or page.is_province(row.get(at)))
    return Grid(head, columns, ((row, {"province": page.province(row, at)}) for row in rows))


def _one_province(page: Page) -> Grid:
    """Industries down, their employment in one of several columns."""
    labels = page.label_columns()
    if labels is None:
        raise InputError(
            f"{page.sheet.source}: no header row found; expected provinces across or down, or one province with its "
            "industries down and a column 从业人员, or columns 省份, 行业代码, 从业人员."
        )
    start = page.body_start(0, labels)
    head = page.head(start, "industries")
    province = page.said(head, page.province_said)
    if province is None:
        raise InputError(
            f"{page.sheet.source}: neither the title nor the sheet's or the file's name says the province; name the "
            "sheet or the file by it."
        )
    columns = {page.employment_column(head, labels[-1], page.rows[start:]): {"province": province}}
    return Grid(head, columns, page.industry_rows(head, labels, columns))


def _one_each(page: Page, header: Row, starts: dict[int, dict], texts: dict[int, str]) -> dict[int, dict]:
    """The column of counts of each province or industry across: the one with text up to the next, else among several
    that of persons employed."""
    columns = {}
    for (start, said), end in zip(starts.items(), [*list(starts)[1:], page.width], strict=True):
        several = {c: texts[c] for c in range(start, end) if c in texts}
        columns[page.employed_among(header, several) if len(several) > 1 else start] = said
    return columns


def _data_set(page: Page, at: int) -> Grid:
    """A province and an industry a row, and a year where there are several."""
    header, head, kinds = page.rows[at], page.rows[: at + 1], page.kinds(page.rows[at])
    labels, province_at = page.label_kinds(header), kinds.index("province")
    year_at = kinds.index("year") if "year" in kinds else None
    if year_at is None:
        page.check_year(head)
    values = {c: text for c, text in enumerate(header.cells) if c not in (province_at, year_at, *labels)}
    column = page.employed_among(header, values)
    rows = page.wanted.observations(page.sheet, page.rows[at:], column, labels[0], year_at)

    def said(row: Row, code: str) -> dict[str, object]:
        industry = page.industry(row, [code, *map(row.get, labels[1:])], labels[0])
        return {"province": page.province(row, province_at), "industry": industry}

    return Grid(head, {column: {}}, ((row, said(row, code)) for row, code in rows))
