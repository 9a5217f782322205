"""Nominal GDP of the base year, chained by the GDP index -> real GDP."""

from collections.abc import Mapping

from study.checks.crosschecks import report_crosschecks
from study.files.whole import run_job
from study.helpers import start_log
from study.variables.figures import Figures, cleaned_rows, write_variable


def chain_gdp(
    gdp: Mapping[tuple[str, int], float], gdp_index: Mapping[tuple[str, int], float], base_year: int
) -> Figures:
    """Real GDP in 10^8 CNY of the base year, from that year on.

    gdp : nominal, 10^8 CNY. gdp_index : previous year = 100. The years of a province follow each other.
    """
    real = {}
    for province, year in sorted(gdp_index):
        if year == base_year + 1:
            real[province, base_year] = gdp[province, base_year]
        if year > base_year:
            real[province, year] = real[province, year - 1] * (gdp_index[province, year] / 100)
    return real


def main(snakemake) -> None:
    """Write `real_gdp` of the study's years."""
    start_log(snakemake)
    params = snakemake.params
    rows = cleaned_rows(snakemake.input.cells)
    report_crosschecks(rows, params.suspects, params.accepted)
    tables: dict[str, Figures] = {"gdp": {}, "gdp_index": {}}
    for province, year, table, value, _ in rows:
        if province != "china":
            tables[table][province, year] = value
    real = chain_gdp(tables["gdp"], tables["gdp_index"], params.base_year)
    write_variable(
        snakemake.output[0], "real_gdp", {cell: value for cell, value in real.items() if cell[1] >= params.first}
    )


if "snakemake" in globals():
    run_job(main, snakemake)  # noqa: F821
