"""The study's cells of a raw table, in the catalog's unit, checked and with gaps filled."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping

from study.checks.cleaning import (
    add_national_row,
    check_coverage,
    check_sign,
    check_title,
    check_total,
    convert_units,
    select_cells,
)
from study.checks.gaps import Interpolation, read_interpolation
from study.checks.not_observed import SUMMED, accepted_rule
from study.checks.plausibility import find_suspects
from study.checks.raw_parts import read_raw
from study.checks.suspects import report_suspects
from study.files.catalog_entries import CatalogEntry
from study.files.series import Yearbook
from study.helpers import InputError, logger


def has_nation(
    table: Yearbook,
    values: Mapping[tuple[str, int], float | None],
    years: range,
    interpolation: Interpolation,
    key: str,
    told: bool,
) -> bool:
    """Whether the table has the nation's figure of every year, printed or interpolated.

    told : warn where it has not. The provinces' figures are right without it; what needs the nation's stops.
    """
    if not told:
        return all(values.get(("china", year)) is not None for year in years)
    try:
        select_cells(table, values, ["china"], years, interpolation, key=key)
    except InputError:
        lacking = [str(year) for year in years if values.get(("china", year)) is None]
        logger.warning(
            "%s: no figure of the nation for %s, printed or summed; its others are left out too, and what needs them "
            "stops", table.path, ", ".join(lacking),
        )  # fmt: skip
        return False
    return True


def clean_table(
    source: dict,
    entry: CatalogEntry,
    catalog: dict[str, CatalogEntry],
    read: Callable,
    provinces: list[str],
    years: range,
    interpolation: str | Mapping | Interpolation,
    total_tolerance: float | None,
    blank_is_nil: bool = False,
    suspects: str = "error",
    accepted: Collection[str] = (),
    national: bool = False,
    summable: bool = True,
    asked_by: str = "study.years",
    rules: dict[tuple[str, int, str], str] | None = None,
    table: Yearbook | None = None,
) -> list[tuple[str, int, str, float, int]]:
    """Rows (province, year, indicator, value, imputed) of one raw table for the study's provinces and years.

    A national series, or a national row beside the provinces, comes as province `china`. source : where the table is
    (`sources.source`). read : how a file is read (`reader`). total_tolerance : largest gap between the provinces' sum
    and the national row; None only reports it. suspects : `error` or `warning`, for figures that are hardly possible;
    accepted : those that are right, as in `tianjin 2018`. interpolation : the config's. national : a variable needs the
    nation's figure, so that it is summed up where it is not printed; summable : only if it is an amount. asked_by : the
    key of the config that the first year is for. rules : takes, by (province, year, indicator), the rule of each cell
    that is not printed, or that is printed, in doubt and accepted. table : what the source holds, where it was read
    before (`checks.printed_tables`). Raises InputError.
    """
    interpolation = read_interpolation(interpolation)
    table = table or read_raw(source, entry, read)
    if not source["title"]:  # the config says that it is this one
        check_title(table, entry, catalog)
    values = convert_units(table, entry)
    # a table without years (land area) has one column, whose figure holds in every year
    printed = years if entry.years else range(table.years[-1], table.years[-1] + 1)
    summed = national and summable and add_national_row(table, values, printed)
    if entry.level == "national":
        wanted = ["china"]
    elif has_nation(table, values, printed, interpolation, entry.key, told=national):
        wanted = [*provinces, "china"]
    else:
        wanted = provinces
    if entry.years:
        made_up = interpolation.whole_years.get(entry.key, ()) if interpolation.method == "linear" else ()
        check_coverage(table, wanted, years, made_up, asked_by)
    check_sign(table, entry, wanted)
    found = find_suspects(table, values, entry, wanted, years if entry.years else None)
    report_suspects(found, entry.key, suspects, accepted)
    if not summed:
        check_total(table, values, years, total_tolerance)  # last, for it names no single figure
    made: dict[tuple[str, int], str] = {}
    if not entry.years:
        cells = select_cells(table, values, wanted, printed, interpolation, key=entry.key)
        cells = [(province, year, value, imputed) for province, _, value, imputed in cells for year in years]
    else:
        cells = select_cells(table, values, wanted, years, interpolation, blank_is_nil, entry.key, made, asked_by)
    if summed:
        made = {("china", year): SUMMED for year in years} | made
    if rules is not None:
        present = [(province, year) for province, year, *_ in cells]
        passed = [one for one in found if one.is_accepted(accepted)]
        doubted = {cell: accepted_rule(one.rule) for one in passed for cell in one.doubted(present)}
        rules |= {(*cell, entry.key): rule for cell, rule in (doubted | made).items()}
    return [(province, year, entry.key, value, int((province, year) in made)) for province, year, value, _ in cells]
