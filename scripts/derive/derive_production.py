"""Labour, capital, energy, real GDP and CO2 -> the one table the productivity floor reads."""

from study.files.tables import read_table, write_table
from study.helpers import InputError, start_log


def check_positive(table, variables: list[str]) -> None:
    """Raise InputError naming every cell that is not above zero: inputs and outputs are measured as shares of it."""
    bad = [
        f"{row['province']} {row['year']}: {name} is {row[name]:g}"
        for _, row in table.iterrows()
        for name in variables
        if not row[name] > 0
    ]
    if bad:
        raise InputError("productivity needs figures above zero; correct the raw tables:\n  " + "\n  ".join(bad))


def main(snakemake) -> None:
    """Write production.csv: one row a province-year of the study."""
    start_log(snakemake)
    table = read_table(snakemake.input.real_gdp)
    for name, indicator in (("labour", "employment"), ("energy", "energy_total")):
        long = read_table(snakemake.input[name])
        long = long.loc[long["indicator"] == indicator, ["province", "year", "value"]]
        column = name if name == "labour" else indicator
        table = table.merge(long.rename(columns={"value": column}), on=["province", "year"], validate="1:1")
    for name in ("capital", "co2"):
        column = read_table(snakemake.input[name])[["province", "year", name]]
        table = table.merge(column, on=["province", "year"], validate="1:1")
    variables = snakemake.params.variables
    check_positive(table, variables)
    write_table(table[["province", "year", *variables]], snakemake.output[0])


if "snakemake" in globals():
    main(snakemake)  # noqa: F821
