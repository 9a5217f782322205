"""Robots by industry and base-year employment -> each province's exposure to robots."""

import pandas as pd
from study.files.tables import read_table, write_table
from study.files.whole import run_job
from study.helpers import start_log, workflow_table
from study.variables.shift_share import employment_shares, exposure, load_crosswalk, robot_density, to_ifr


def province_exposure(
    robots: pd.DataFrame,
    employment: pd.DataFrame,
    crosswalk: pd.DataFrame,
    measure: str,
    per_workers: float,
    unspecified: str,
) -> pd.DataFrame:
    """AI_it by province (rows) and year (columns), national and provincial employment from the same census."""
    by_ifr = to_ifr(employment, crosswalk)
    national = by_ifr.groupby("industry", as_index=False)["employment"].sum()
    density = robot_density(robots, national, measure, per_workers, unspecified)
    return exposure(employment_shares(employment, by_ifr), density)


def main(snakemake) -> None:
    """Write `ai` of the study's provinces and years."""
    start_log(snakemake)
    params = snakemake.params
    table = province_exposure(
        read_table(snakemake.input.robots),
        read_table(snakemake.input.employment, text=("industry",)),
        load_crosswalk(workflow_table("industries"), "gbt4754_2002"),
        params.robots,
        params.per_workers,
        params.unspecified,
    )
    rows = [
        {"province": province, "year": str(year), "ai": table.at[province, str(year)]}
        for province in params.provinces
        for year in range(params.first, params.last + 1)
    ]
    write_table(pd.DataFrame(rows), snakemake.output[0])


if "snakemake" in globals():
    run_job(main, snakemake)  # noqa: F821
