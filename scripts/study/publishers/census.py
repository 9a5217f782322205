"""Employment by province and division of GB/T 4754-2002, from the tables of a Chinese census in any arrangement.

Arrangements read: provinces across and industries down, the reverse, a sheet or file a province, a sheet or file an
industry, and long data sets. All are one grid: a count's province and industry are said by its row, by its column, or
by the page.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from pathlib import Path

from study.files.sheets import Row
from study.helpers import InputError, workflow_table
from study.publishers.census_layout import Cell, Page
from study.publishers.census_totals import employment, in_persons, settle
from study.publishers.divisions import Divisions, division_titles
from study.publishers.employment_counts import Wanted, sheets_of

Said = dict[str, object]  # the `province` or the `industry` that a row, a column or the page says
Grid = tuple[Iterable[tuple[Row, Said]], dict[int, Said]]  # rows and columns of counts


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
    header = page.data_set_header()
    rows, columns = _table(page) if header is None else _data_set(page, header)
    factors = page.factors(columns)
    for row, said in rows:
        for column, own in columns.items():
            yield page.cell(row, column, factors[column], **said, **own)


def _table(page: Page) -> Grid:
    """The rows name industries and the columns provinces, or the other way round; what neither names, the page does."""
    (top, across), (side, down) = page.province_row(), page.province_column()
    if across >= max(2, down):
        return _provinces_across(page, top)
    if down >= 2:
        page.begin(next(at for at, row in enumerate(page.rows) if page.is_province(row.get(side))))
        columns = page.industries_across(side) or page.one_column(side, industry=page.said("industry"))
        return page.province_rows(side, columns), columns
    labels = page.label_columns()
    if labels is None:
        raise InputError(
            f"{page.sheet.source}: no header row found; expected provinces across or down, or one province with its "
            "industries down and a column 从业人员, or columns 省份, 行业代码, 从业人员."
        )
    page.begin(page.body_start(0, labels))
    columns = page.one_column(labels[-1], province=page.said("province"))
    return page.industry_rows(labels, columns), columns


def _provinces_across(page: Page, top: int) -> Grid:
    """Several columns of a province, its name merged into the first, are told apart by the line below."""
    provinces = page.provinces_across(page.rows[top])
    labels = range(min(provinces))
    page.begin(page.body_start(top + 1, labels))
    columns = page.one_each(page.rows[top], provinces, page.above(page.head[top + 1 :]))
    if not page.wanted.unit and None in page.factors(columns).values():
        raise InputError(
            f"{page.sheet.source}: the lines above the provinces give the unit (none); expected one of "
            f"{', '.join(page.wanted.units)} (written 单位：人)."
        )
    return page.industry_rows(labels, columns), columns


def _data_set(page: Page, at: int) -> Grid:
    """A province and an industry a row, and a year where there are several."""
    header, kinds = page.rows[at], page.kinds(page.rows[at])
    (label, *more), province_at = page.label_kinds(header), kinds.index("province")
    year_at = kinds.index("year") if "year" in kinds else None
    page.begin(at + 1, dated=year_at is not None)
    others = {province_at, year_at, label, *more}
    column = page.employed_among(header, {c: [text] for c, text in enumerate(header.cells) if c not in others})

    def said(row: Row, code: str) -> Said:
        labels = [code, *map(row.get, more)]
        industry = page.divisions.find(labels, page.place(row, label), needed=True)
        return {"province": page.province(row, province_at), "industry": industry}

    rows = page.wanted.observations(page.sheet, page.rows[at:], column, label, year_at)
    return (((row, said(row, code)) for row, code in rows), {column: {}})
