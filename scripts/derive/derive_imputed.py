"""Lists of made-up cells a table -> every cell that was not observed or is accepted in doubt, with its rule."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping

from study.checks.crosschecks import accepted_contradictions
from study.helpers import read_rows, start_log, write_rows
from study.variables.figures import cleaned_rows

Cell = tuple[str, str, str, float, str]


def with_contradictions(
    made: Iterable[Cell], rows: Collection[tuple[str, int, str, float, int]], accepted: Mapping[str, Collection[str]]
) -> list[Cell]:
    """Cells (province, year, indicator, value, rule) and, of the cleaned `rows`, those that contradict another table
    and are accepted (config cleaning.accept); a cell that was made up or is accepted already stays as it is listed."""
    listed = {cell[:3]: cell for cell in made}
    rules = accepted_contradictions(rows, accepted) if accepted else {}
    for province, year, indicator, value, _ in rows:
        if rule := rules.get((province, year, indicator)):
            cell = (province, str(year), indicator, value, rule)
            listed.setdefault(cell[:3], cell)
    return list(listed.values())


def main(snakemake) -> None:
    """Write the list and its counts."""
    start_log(snakemake)
    made = [
        (row["province"], row["year"], row["indicator"], float(row["value"]), row["rule"])
        for path in snakemake.input.made
        for row in read_rows(path)
    ]
    cells = with_contradictions(made, cleaned_rows(snakemake.input.contradicted), snakemake.params.accepted)
    cells.sort(key=lambda cell: (cell[2], *cell[:2]))
    write_rows(snakemake.output.cells, ["province", "year", "indicator", "value", "rule"], cells, digits=12)
    counts = Counter((indicator, rule) for _, _, indicator, _, rule in cells)
    write_rows(snakemake.output.counts, ["indicator", "rule", "cells"], [(*key, counts[key]) for key in sorted(counts)])


if "snakemake" in globals():
    main(snakemake)  # noqa: F821
