"""Raw tables and other variables -> the variable that a formula makes of them, in its unit."""

from pathlib import Path

from study.checks.crosschecks import report_crosschecks
from study.checks.variable_range import check_range
from study.files.whole import run_job
from study.helpers import start_log
from study.variables.figures import cleaned_figures, cleaned_rows, variable_figures, write_variable
from study.variables.formulas import evaluate, parse_formula


def main(snakemake) -> None:
    """Write the variable for the study's provinces, in its years and those before them that another one needs."""
    start_log(snakemake)
    params, files = snakemake.params, snakemake.input
    name, job = snakemake.wildcards.variable, params.job
    report_crosschecks(cleaned_rows([*files.cells, *files.beside]), params.suspects, params.accepted)
    found = {("raw", Path(path).stem): cleaned_figures(path) for path in files.cells}
    found |= {("variable", Path(path).stem): variable_figures(path, Path(path).stem) for path in files.parts}
    tables = {text: found[tuple(kind)] for text, kind in job["written"].items()}
    cells = [(province, year) for province in params.provinces for year in range(job["first"], job["last"] + 1)]
    formula = parse_formula(job["formula"], job["where"])
    figures = evaluate(formula, tables, cells, job["units"], job["unit"], job["where"])
    check_range(name, figures, job)
    write_variable(snakemake.output[0], name, figures)


if "snakemake" in globals():
    run_job(main, snakemake)  # noqa: F821
