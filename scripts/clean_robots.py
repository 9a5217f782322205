"""The federation's robot counts of one country -> installations and stock by industry, each robot once."""

from _cleaning import catalog_entry, require_files
from _helpers import start_log, write_rows
from _ifr import MEASURES, read_robots

# The federation's country codes where they differ from the upper-case name.
COUNTRY_CODES = {"china": "CN"}


def main(snakemake) -> None:
    """Clean one country's export."""
    start_log(snakemake)
    params = snakemake.params
    require_files({params.path: catalog_entry(params.entry)})
    country = COUNTRY_CODES.get(snakemake.wildcards.country, snakemake.wildcards.country.upper())
    rows = read_robots(params.path, country, range(params.first, params.last + 1), params.total_tolerance)
    write_rows(snakemake.output[0], ["industry", "year", *MEASURES], sorted(rows))


if "snakemake" in globals():
    main(snakemake)  # noqa: F821
