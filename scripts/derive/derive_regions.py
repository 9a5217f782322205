"""resources/provinces.csv -> what kind of region a province is."""

from study.files.whole import run_job
from study.helpers import start_log, workflow_rows, workflow_table, write_rows


def main(snakemake) -> None:
    """Write `municipality` (0 or 1), the same in every year."""
    start_log(snakemake)
    params = snakemake.params
    municipality = {row["province"]: row["municipality"] for row in workflow_rows(workflow_table("provinces"))}
    years = range(params.first, params.last + 1)
    rows = [(province, year, municipality[province]) for province in sorted(params.provinces) for year in years]
    write_rows(snakemake.output[0], ["province", "year", "municipality"], rows)


if "snakemake" in globals():
    run_job(main, snakemake)  # noqa: F821
