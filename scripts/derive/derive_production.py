"""The models' variables, a file each -> the one table the productivity floor reads."""

from collections.abc import Mapping
from pathlib import Path

from study.files.whole import run_job
from study.helpers import InputError, start_log, write_rows
from study.variables.figures import Figures, variable_figures


def check_positive(columns: Mapping[str, Figures]) -> None:
    """Raise InputError naming every cell that is not above zero: inputs and outputs are measured as shares of it."""
    bad = [
        f"{province} {year}: {name} is {value:g}"
        for name, figures in columns.items()
        for (province, year), value in sorted(figures.items())
        if not value > 0
    ]
    if bad:
        raise InputError("productivity needs figures above zero; correct the raw tables:\n  " + "\n  ".join(bad))


def main(snakemake) -> None:
    """Write production.csv: one row a province-year of the study."""
    start_log(snakemake)
    params, columns = snakemake.params, {}
    for path in snakemake.input.variables:
        name = Path(path).stem
        figures = variable_figures(path, name)
        columns[name] = {cell: value for cell, value in figures.items() if params.first <= cell[1] <= params.last}
    check_positive(columns)
    cells = sorted(columns[params.variables[0]])
    for name, figures in columns.items():
        if sorted(figures) != cells:
            province, year = sorted({*figures} ^ {*cells})[0]
            raise InputError(f"{name} and {params.variables[0]} are of other province-years, first {province} {year}.")
    rows = [(*cell, *(columns[name][cell] for name in params.variables)) for cell in cells]
    write_rows(snakemake.output[0], ["province", "year", *params.variables], rows)


if "snakemake" in globals():
    run_job(main, snakemake)  # noqa: F821
