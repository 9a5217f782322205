"""The study's cells of a raw table, in the catalog's unit, checked and with gaps filled."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping

from study.checks.cleaning import (
    add_national_row,
    check_coverage,
    check_title,
    check_total,
    convert_units,
    select_cells,
)
from study.checks.gaps import Interpolation, read_interpolation
from study.checks.needed import (
    find_impossible,
    judge_faults,
    leave_out,
    needed_cells,
    report_impossible,
    tell_unused,
)
from study.checks.not_observed import STORED, SUMMED, accepted_rule
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
    left_out: Collection[str] = (),
    national: bool = False,
    summable: bool = True,
    asked_by: str = "study.years",
    rules: dict[tuple[str, int, str], str] | None = None,
    remarks: list[str] | None = None,
    table: Yearbook | None = None,
) -> list[tuple[str, int, str, float, int]]:
    """Rows (province, year, indicator, value, imputed) of one raw table for the study's provinces and years.

    A national series, or a national row beside the provinces, comes as province `china`. source : where the table is
    (`sources.source`). read : how a file is read (`reader`). total_tolerance : largest gap between the provinces' sum
    and the national row; None only reports it. suspects : `error` or `warning`, for figures that are hardly possible;
    accepted : those that are right, as in `tianjin 2018`; left_out : those that are read as empty. interpolation : the
    config's. national : a variable needs the nation's figure, so that it is summed up where it is not printed;
    summable : only if it is an amount. asked_by : the key of the config that the first year is for. rules : takes, by
    (province, year, indicator), the rule of each cell that is not printed as a figure, or that is in doubt and
    accepted. remarks : takes what is to be told of cells that are not needed. table : what the source holds, where it
    was read before (`checks.printed_tables`). Raises InputError.
    """
    interpolation = read_interpolation(interpolation)
    table = table or read_raw(source, entry, read)
    leave_out(table, left_out, entry.key)
    if not source["title"]:  # the config says that it is this one
        check_title(table, entry, catalog)
    # a table without years (land area) has one column, whose figure holds in every year
    printed = years if entry.years else range(table.years[-1], table.years[-1] + 1)
    own = ["china"] if entry.level == "national" else provinces
    values = convert_units(table, entry, needed_cells(table.values, own, printed, interpolation))
    judge_faults(table, entry.key, _read_of(table, own, national, summable), printed, interpolation, remarks)
    summed = national and summable and add_national_row(table, values, printed)
    if entry.level == "national":
        wanted = own
    elif has_nation(table, values, printed, interpolation, entry.key, told=national):
        wanted = [*provinces, "china"]
    else:
        wanted = provinces
    needed = needed_cells(values, wanted, printed, interpolation)
    impossible = find_impossible(table, entry, needed)
    report_impossible(impossible, entry.key, accepted)
    elsewhere = [one.message for one in find_impossible(table, entry, table.values.keys() - needed)]
    tell_unused(elsewhere, f"of {entry.key} that the study does not use cannot be right", remarks)
    if entry.years:
        made_up = interpolation.whole_years.get(entry.key, ()) if interpolation.method == "linear" else ()
        check_coverage(table, wanted, years, made_up, asked_by)
    # other provinces show what is usual in the same years
    judged = needed | {cell for cell in values if cell[1] in printed}
    found = find_suspects(table, values, entry, wanted, {year for _, year in needed} if entry.years else None, judged)
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
        passed = [one for one in [*found, *impossible] if one.is_accepted(accepted)]
        doubted = {cell: accepted_rule(one.rule) for one in passed for cell in one.doubted(present)}
        stored = {
            cell: STORED for cell in present if (cell if entry.years else (cell[0], printed[0])) in table.formulas
        }
        both = {cell: f"{doubted[cell]}; {STORED}" for cell in doubted.keys() & stored.keys()}
        rules |= {(*cell, entry.key): rule for cell, rule in (stored | doubted | both | made).items()}
    return [(province, year, entry.key, value, int((province, year) in made)) for province, year, value, _ in cells]


def _read_of(table: Yearbook, own: list[str], national: bool, summable: bool) -> list[str]:
    """Provinces whose figures a table is needed for: with the nation's, where it is needed, those that it is summed
    from if it is not printed."""
    if not national or "china" in own:
        return own
    return [*own, "china"] if "china" in table.provinces else table.provinces if summable else own
