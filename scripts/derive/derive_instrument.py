"""Robots of another country by industry, met with Chinese base-year shares -> the exposure instrument."""

import pandas as pd
from study.files.tables import read_table, write_table
from study.files.whole import run_job
from study.helpers import start_log, workflow_table
from study.variables.shift_share import employment_shares, exposure, load_crosswalk, robot_density, to_ifr


def foreign_exposure(
    robots: pd.DataFrame,
    foreign_employment: pd.DataFrame,
    employment: pd.DataFrame,
    crosswalk: pd.DataFrame,
    foreign_crosswalk: pd.DataFrame,
    measure: str,
    per_workers: float,
    unspecified: str,
) -> pd.DataFrame:
    """The instrument by province (rows) and year (columns): Chinese shares L_ij / L_i, foreign R_jt / L_j."""
    density = robot_density(robots, to_ifr(foreign_employment, foreign_crosswalk), measure, per_workers, unspecified)
    return exposure(employment_shares(employment, to_ifr(employment, crosswalk)), density)


def main(snakemake) -> None:
    """Write the instrument of the study's provinces and years."""
    start_log(snakemake)
    params = snakemake.params
    table = foreign_exposure(
        read_table(snakemake.input.robots),
        read_table(snakemake.input.foreign_employment, text=("industry",)),
        read_table(snakemake.input.employment, text=("industry",)),
        load_crosswalk(workflow_table("industries"), "gbt4754_2002"),
        load_crosswalk(workflow_table("industries"), "sic1987"),
        params.robots,
        params.per_workers,
        params.unspecified,
    )
    years = [str(year) for year in range(params.first, params.last + 1)]
    long = table.loc[params.provinces, years].stack().reset_index()
    write_table(long.set_axis(["province", "year", f"ai_{snakemake.wildcards.country}"], axis=1), snakemake.output[0])


if "snakemake" in globals():
    run_job(main, snakemake)  # noqa: F821
