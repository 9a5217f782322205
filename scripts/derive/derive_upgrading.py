"""Value added and employment of three sectors -> upgrading of the industrial structure."""

import pandas as pd
from study.checks.crosschecks import report_crosschecks
from study.files.tables import read_table, write_table
from study.files.whole import run_job
from study.helpers import InputError, logger, start_log
from study.variables.choices import SECTORS
from study.variables.cleaned_series import read_cleaned, select_series
from study.variables.figures import cleaned_rows

# Beyond this relative gap a sector's table is surely another table or another unit, not a revision of the accounts.
GROSS_GAP = 0.1


def by_sector(cells: pd.DataFrame, name: str) -> pd.DataFrame:
    """Figures of `<name>_<sector>` by (province, year), a column a sector."""
    return pd.DataFrame({sector: select_series(cells, f"{name}_{sector}") for sector in SECTORS})


def weighted_shares(value_added: pd.DataFrame) -> pd.Series:
    """sum_m m x share_m, m = 1, 2, 3 for primary, secondary, tertiary; between 1 and 3."""
    shares = value_added.div(value_added.sum(axis=1), axis=0)
    return sum(weight * shares[sector] for weight, sector in enumerate(SECTORS, 1))


def weighted_productivity(value_added: pd.DataFrame, employment: pd.DataFrame, deflator: pd.Series) -> pd.Series:
    """sum_m share_m x (Y_m / L_m) / pooled mean of Y_m / L_m, m over three sectors; 1 is the pooled average.

    value_added : 10^8 CNY, current prices. employment : 10^4 persons. deflator : the province's implicit GDP deflator,
    base year = 1, for all sectors: official sector deflators by province are not published. Shares are of current
    value added.
    """
    shares = value_added.div(value_added.sum(axis=1), axis=0)
    productivity = value_added.div(deflator, axis=0) / employment
    return (shares * productivity / productivity.mean()).sum(axis=1, skipna=False)


def report_gap(parts: pd.DataFrame, total: pd.Series, what: str, tolerance: float, largest: float | None) -> None:
    """Log how far the sectors' sum is from the total; warn beyond `tolerance`, raise InputError beyond `largest`."""
    gap = parts.sum(axis=1) / total.reindex(parts.index) - 1
    (province, year), worst = (at := gap.abs().idxmax()), gap[at]
    text = f"{what}: the sectors' sum is off by up to {worst:+.2%} ({province} {year})"
    if largest is not None and not gap.abs().max() <= largest:
        raise InputError(f"{text}, more than {largest:.0%}; is one of the tables another one, or in another unit?")
    count = (gap.abs() > tolerance).sum()
    if count:
        logger.warning("%s, beyond %.1f%% in %d province-years", text, 100 * tolerance, count)
    else:
        logger.info("%s", text)


def main(snakemake) -> None:
    """Write `industrial_upgrading` of the study's province-years."""
    start_log(snakemake)
    params = snakemake.params
    regions = [row for row in cleaned_rows(snakemake.input.cells) if row[0] != "china"]
    cells = read_cleaned(snakemake.input.cells, params.first)
    value_added = by_sector(cells, "value_added")
    gdp = select_series(cells, "gdp").reindex(value_added.index)
    report_gap(value_added, gdp, "value added against GDP", params.total_tolerance, GROSS_GAP)
    report_crosschecks(regions, params.suspects, params.accepted)
    if params.upgrading == "labour_productivity":
        employment = by_sector(cells, "employment")
        total = select_series(cells, "employment")
        report_gap(employment, total, "employment against the total", params.total_tolerance, None)
        real_gdp = read_table(*snakemake.input.real_gdp).set_index(["province", "year"])["real_gdp"]
        upgrading = weighted_productivity(value_added, employment, gdp / real_gdp.reindex(gdp.index))
    else:
        upgrading = weighted_shares(value_added)
    write_table(upgrading.rename("industrial_upgrading").reset_index(), snakemake.output[0])


if "snakemake" in globals():
    run_job(main, snakemake)  # noqa: F821
