"""Applications for green patents and population -> green technological progress."""

from _helpers import read_table, start_log, write_table


def main(snakemake) -> None:
    """Write `green_patents`, applications per 10^4 residents."""
    start_log(snakemake)
    series = {}
    for name, indicator in (("patents", "green_patents"), ("population", "population")):
        cells = read_table(snakemake.input[name])
        cells = cells[(cells["indicator"] == indicator) & (cells["province"] != "china")]
        series[name] = cells.set_index(["province", "year"])["value"]
    # population is in 10^4 persons
    rate = series["patents"] / series["population"].reindex(series["patents"].index)
    write_table(rate.rename("green_patents").reset_index(), snakemake.output[0])


if "snakemake" in globals():
    main(snakemake)  # noqa: F821
