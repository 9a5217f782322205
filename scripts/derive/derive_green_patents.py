"""Applications for green patents and population -> green technological progress."""

from _cells import select_series
from _helpers import read_table, start_log, write_table


def main(snakemake) -> None:
    """Write `green_patents`, applications per 10^4 residents."""
    start_log(snakemake)
    patents = select_series(read_table(snakemake.input.patents), "green_patents")
    population = select_series(read_table(snakemake.input.population), "population")  # 10^4 persons
    rate = patents / population.reindex(patents.index)
    write_table(rate.rename("green_patents").reset_index(), snakemake.output[0])


if "snakemake" in globals():
    main(snakemake)  # noqa: F821
