"""Employment by province and division of GB/T 4754-2002, from the tables of a Chinese census in any arrangement.

Arrangements read: provinces across and industries down, the reverse, a sheet or file a province, a sheet or file an
industry, and long data sets. All are one grid: a count's province and industry are said by its row, by its column, or
by the page.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from study.files.finding import table_files
from study.files.sheets import Row
from study.files.table_rows import again
from study.helpers import InputError, workflow_table
from study.publishers.census_layout import Cell, Page
from study.publishers.census_totals import employment, in_persons, settle
from study.publishers.divisions import Divisions, division_titles
from study.publishers.employment_counts import Wanted

Said = dict[str, object]  # the `province` or the `industry` that a row, a column or the page says
Grid = tuple[Iterable[tuple[Row, Said]], dict[int, Said]]  # rows and columns of counts


def read_census(
    path: str | Path | Iterable[str | Path],
    names: dict[str, str],
    units: dict[str, float],
    tolerance: float,
    *,
    titles: dict[str, str] | None = None,
    **choices: object,
) -> list[tuple[str, str, float]]:
    """Rows (province, GB/T 4754-2002 division, persons employed) of the census, section rows left out.

    path : a file, a folder, or several files. names : printed province -> slug. units : those of the catalog, in
    persons, which figures without a unit may be in. titles : division -> Chinese name (`division_titles`), by default
    the workflow's. tolerance, choices (`year`, `sheet`, ...) : as in `employment_counts.Wanted`. Raises InputError
    naming file, row and column for an unknown province, industry or unit, a division or province listed twice, a cell
    that is no count, counts that are missing, and provinces or divisions that do not add to the printed totals.
    """
    files = table_files(path)
    source = str(path) if isinstance(path, (str, Path)) else ", ".join(map(str, files))
    wanted = Wanted(source, units, tolerance, **choices)
    divisions = Divisions(titles or division_titles(workflow_table("industries")))
    pages = [Page(sheet, stem, names, divisions, wanted) for stem, sheet in wanted.sheets(files)]
    table = settle(in_persons([cell for page in pages for cell in _cells(page)], wanted))
    rows = employment(table, set(names.values()) - {"china"}, wanted)
    wanted.finish(sum(persons for *_, persons in rows))
    return rows


def _cells(page: Page) -> Iterator[Cell]:
    """The counts of a page: what a column says goes with what a row says."""
    rows, columns = _data_set(page) or _table(page)
    factors = page.factors(columns)
    for row, said in rows:
        for column, own in columns.items():
            yield page.cell(row, column, factors[column], **said, **own)


def _data_set(page: Page) -> Grid | None:
    """A province and an industry a row, and a year where there are several; None for a page that is no data set."""
    found = page.data_set_header()
    if not found:
        return None
    at, province_at, year_at, (label, *more) = found
    page.begin(at + 1, dated=year_at is not None)
    others = {c: [text] for c, text in enumerate(page.rows[at].cells) if c not in (province_at, year_at, label, *more)}
    column = page.employed_among(page.rows[at], others)
    rows = page.wanted.observations(page.sheet, page.rows[at:], column, label, year_at)

    def said(row: Row, code: str) -> Said:
        industry = page.divisions.find([code, *map(row.get, more)], page.place(row, label), needed=True)
        return {"province": page.province(row, province_at), "industry": industry}

    return ((row, said(row, code)) for row, code in rows), {column: {}}


def _table(page: Page) -> Grid:
    """The rows name industries and the columns provinces, or the other way round; what neither names, the page does."""
    top, across = page.fullest_row(page.is_province)
    side, down = page.fullest_column(page.is_province)
    if across >= max(2, down):
        return _provinces_across(page, top)
    if down >= 2:
        page.begin(next(at for at, row in enumerate(page.rows) if page.is_province(row.get(side))))
        columns = page.industries_across(side) or page.one_column(side, industry=page.said("industry"))
        return page.province_rows(side, columns), columns
    labels = page.label_columns()
    page.begin(page.body_start(0, labels))
    columns = page.one_column(labels[-1], province=page.said("province"))
    return page.industry_rows(labels, columns), columns


def _provinces_across(page: Page, top: int) -> Grid:
    """Several columns of a province, its name merged into the first, are told apart by the line below."""
    header = page.rows[top]
    provinces: dict[int, Said] = {}
    met: dict[str, str] = {}
    for column, name in enumerate(header.cells):
        if name and (provinces or page.is_province(name)):
            province = page.province(header, column)  # refuses what is none
            if page.is_province(name):
                if fault := again(met, province, page.place(header, column), repr(name)):
                    raise InputError(fault)
                provinces[column] = {"province": province}
    labels = range(min(provinces))
    page.begin(page.body_start(top + 1, labels))
    columns = page.one_each(header, provinces, page.above(page.head[top + 1 :]))
    if not page.wanted.unit and None in page.factors(columns).values():
        raise InputError(
            f"{page.sheet.source}: the lines above the provinces give the unit (none); expected one of "
            f"{', '.join(page.wanted.units)} (written 单位：人)."
        )
    return page.industry_rows(labels, columns), columns
