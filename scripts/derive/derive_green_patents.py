"""Applications for green patents and population -> green technological progress."""

from study.files.tables import read_table, write_table
from study.helpers import start_log
from study.variables.cleaned_series import select_series


def main(snakemake) -> None:
    """Write `green_patents`, applications per 10^4 residents."""
    start_log(snakemake)
    patents = select_series(read_table(snakemake.input.patents), "green_patents")
    population = select_series(read_table(snakemake.input.population), "population")  # 10^4 persons
    rate = patents / population.reindex(patents.index)
    write_table(rate.rename("green_patents").reset_index(), snakemake.output[0])


if "snakemake" in globals():
    main(snakemake)  # noqa: F821
