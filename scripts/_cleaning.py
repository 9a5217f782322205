"""From a table as printed to the study's cells: catalog, units, required cells, interpolation, totals."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from _exports import squeeze
from _helpers import InputError, logger, read_rows
from _yearbook import Yearbook

# `sign` of a catalog row -> what its figures have to be; an empty one is `positive`.
SIGNS = {"positive": "above zero", "zero_or_more": "zero or more", "any": ""}


@dataclass(frozen=True)
class CatalogEntry:
    """One raw table of resources/catalog.csv.

    `conversion` maps a printed unit to its factor into `unit`; `sign` is one of SIGNS.
    """

    key: str
    theme: str
    file: str
    title_zh: str
    title_en: str
    unit: str
    conversion: dict[str, float]
    years: str
    where: str
    sign: str = "positive"

    def describe(self) -> str:
        """What the table is called and where it is published, for messages."""
        title = f"{self.title_zh} / {self.title_en}" if self.title_zh else self.title_en
        return f"{title}; {self.where}"


def catalog_entry(row: dict[str, str]) -> CatalogEntry:
    """A row of the catalog. A conversion is written `printed unit=factor`, several parted by `;`."""
    pairs = (pair.rpartition("=") for pair in row["conversion"].split(";") if pair)
    sign = row.get("sign") or "positive"
    if sign not in SIGNS:
        raise InputError(f"resources/catalog.csv: the sign of {row['key']} is {sign!r}, expected {', '.join(SIGNS)}.")
    conversion = {squeeze(unit): float(factor) for unit, _, factor in pairs}
    return CatalogEntry(**row | {"conversion": conversion, "sign": sign})


def load_catalog(path: str | Path) -> dict[str, CatalogEntry]:
    """The catalog by key."""
    return {row["key"]: catalog_entry(row) for row in read_rows(path)}


def require_files(paths: dict[str, CatalogEntry]) -> None:
    """Raise InputError listing every raw table (path -> entry) that is not there, with its titles and publisher."""
    missing = [
        f"  {entry.key}: {path} ({entry.describe()})" for path, entry in paths.items() if not Path(path).is_file()
    ]
    if missing:
        raise InputError(
            "raw tables not found; put each at its path, or change `inputs` in the config:\n" + "\n".join(missing)
        )


def check_title(table: Yearbook, entry: CatalogEntry, catalog: dict[str, CatalogEntry]) -> None:
    """Raise InputError where the file is titled as another of the catalog's tables; warn of an unknown title."""
    printed = squeeze(table.title)
    if not printed or printed == squeeze(entry.title_zh):
        return
    for other in catalog.values():
        if printed == squeeze(other.title_zh):
            raise InputError(
                f"{table.path}: this is {table.title}, the table of {other.key}; {entry.key} is {entry.title_zh}. "
                "Save the right table under this name."
            )
    logger.warning("%s: titled %s, the catalog expects %s; is it the same?", table.path, table.title, entry.title_zh)


def convert_units(table: Yearbook, entry: CatalogEntry) -> dict[tuple[str, int], float | None]:
    """The printed figures in the catalog's unit.

    A file that names no unit (the 2025-26 site) has the catalog's first one. Raises InputError for a unit the catalog
    does not convert.
    """
    unit = table.unit or next(iter(entry.conversion))
    if not table.unit:
        logger.info("%s: no unit printed, read as %s", table.path, unit)
    if unit not in entry.conversion:
        raise InputError(
            f"{table.path}: the header gives the unit {unit!r}; resources/catalog.csv takes "
            f"{' or '.join(entry.conversion)} for {entry.key}. Is this the right table? If so, add the conversion."
        )
    factor = entry.conversion[unit]
    return {cell: None if value is None else value * factor for cell, value in table.values.items()}


def check_sign(table: Yearbook, entry: CatalogEntry, provinces: list[str]) -> None:
    """Raise InputError naming every figure of `provinces` whose sign is not the catalog's."""
    if entry.sign == "any":
        return
    nil_is_possible = entry.sign == "zero_or_more"
    bad = [
        f"  {province} {year} ({table.places[province, year]}): {value:g}"
        for (province, year), value in table.values.items()
        if province in provinces and value is not None and (value < 0 or (value == 0 and not nil_is_possible))
    ]
    if bad:
        raise InputError(f"{table.path}: figures of {entry.key} have to be {SIGNS[entry.sign]}:\n" + "\n".join(bad))


def select_cells(
    table: Yearbook,
    values: dict[tuple[str, int], float | None],
    provinces: list[str],
    years: range,
    interpolation: str = "linear",
    blank_is_nil: bool = False,
) -> list[tuple[str, int, float, int]]:
    """The study's cells (province, year, value, imputed), gaps inside a series filled by linear interpolation.

    A series is all the file has of a province, in years outside the study too. `blank_is_nil`: a province whose whole
    row is empty uses none of the fuel (energy yearbook); its value is 0, marked imputed. Raises InputError naming every
    cell for a province or year that is not in the file, a gap at a series' end, and any gap where `interpolation` is
    `none`.
    """
    absent = [province for province in provinces if province not in table.provinces]
    if absent:
        raise InputError(f"{table.path}: no row for {', '.join(absent)}; add the rows or exclude the provinces.")
    lacking = [str(year) for year in years if year not in table.years]
    if lacking:
        raise InputError(
            f"{table.path}: no column for {', '.join(lacking)}; the study needs {years[0]} to {years[-1]}. "
            "Export those years too, or change study.years."
        )
    cells, blank, gaps = [], [], []
    at = [table.years.index(year) for year in years]
    for province in provinces:
        series = np.array([np.nan if (v := values[province, year]) is None else v for year in table.years])
        printed = ~np.isnan(series)
        if not printed.any() and blank_is_nil:
            logger.info("%s: the row of %s is blank, read as nil", table.path, province)
            cells += [(province, year, 0.0, 1) for year in years]
            continue
        if not printed.any():
            blank.append(province)
            continue
        inside = ~printed & (np.cumsum(printed) > 0) & (np.cumsum(printed[::-1])[::-1] > 0)
        fillable = inside if interpolation == "linear" else np.zeros_like(inside)
        filled = np.where(fillable, np.interp(table.years, np.array(table.years)[printed], series[printed]), series)
        for year, k in zip(years, at, strict=True):
            if np.isnan(filled[k]):
                gaps.append(f"  {province} {year} ({table.places[province, year]})")
            elif fillable[k]:
                logger.info("%s: %s %d interpolated", table.path, province, year)
            cells.append((province, year, float(filled[k]), int(fillable[k])))
    if blank:
        raise InputError(
            f"{table.path}: the row of {', '.join(blank)} is empty; supply the figures, or add {', '.join(blank)} to "
            "study.excluded_provinces."
        )
    if gaps:
        reason = (
            "empty cells at the end of a series; interpolation works only between two figures, so fill them or "
            "shorten study.years"
            if interpolation == "linear"
            else "empty cells, and cleaning.interpolation is none"
        )
        raise InputError(f"{table.path}: {reason}:\n" + "\n".join(gaps))
    return cells


def check_total(
    table: Yearbook, values: dict[tuple[str, int], float | None], years: range, tolerance: float | None
) -> None:
    """Log the gap between the provinces' sum and the printed national row; raise InputError beyond `tolerance`.

    A tolerance of None only reports: provincial energy figures are known not to add up to the national one.
    """
    regions = [province for province in table.provinces if province != "china"]
    for year in years:
        total = values.get(("china", year))
        parts = [values.get((province, year)) for province in regions]
        if not total:
            continue
        if any(part is None for part in parts) or len(parts) < 31:
            logger.info("%s: %d is not checked against the national row, %d of 31 provinces are printed", table.path,
                        year, sum(part is not None for part in parts))  # fmt: skip
            continue
        gap = sum(parts) / total - 1
        logger.info("%s: in %d %d provinces add up to %.6g, national %.6g, gap %+.3f%%", table.path, year,
                    len(parts), sum(parts), total, 100 * gap)  # fmt: skip
        if tolerance is not None and abs(gap) > tolerance:
            raise InputError(
                f"{table.places['china', year]}: the provinces of {year} add up to {sum(parts):.6g}, the national row "
                f"says {total:.6g} ({gap:+.2%}, allowed {tolerance:.2%}). Look for a mistyped figure, or raise "
                "cleaning.total_tolerance."
            )


def add_national_row(table: Yearbook, values: dict[tuple[str, int], float | None]) -> None:
    """Give a table without a printed national row one: the sum over all 31 provinces, where all are printed."""
    if "china" in table.provinces:
        return
    if len(table.provinces) < 31:
        raise InputError(
            f"{table.path}: neither a national row (全国) nor all 31 provinces, {len(table.provinces)} are here; "
            "shares of the national figure need one or the other."
        )
    logger.info("%s: no national row, the sum over provinces stands in", table.path)
    for year in table.years:
        parts = [values[province, year] for province in table.provinces if province != "china"]
        values["china", year] = None if any(part is None for part in parts) else sum(parts)
        table.values["china", year] = values["china", year]
        table.places["china", year] = f"{table.path}, sum over provinces"
