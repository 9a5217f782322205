"""A graph of the workflow as a picture and as Mermaid text."""

from pathlib import Path

from study.files.whole import run_job
from study.helpers import start_log
from study.output.graphs import as_mermaid, as_svg
from study.plan.dry_run import planned_jobs
from study.plan.graphs import file_graph, lineage, rule_graph


def main(snakemake) -> None:
    """Ask Snakemake for all jobs of the study, or of one table, and draw them."""
    start_log(snakemake)
    params = snakemake.params
    targets = [params.table] if params.table else []
    jobs = planned_jobs(params.command, params.start, targets, "--forceall")
    if targets:
        graph = lineage(jobs, params.folders, params.table, params.names)
    else:
        graph = {"rulegraph": rule_graph, "filegraph": file_graph}[snakemake.wildcards.graph](jobs, params.folders)
    Path(snakemake.output.mermaid).write_text(as_mermaid(graph), encoding="utf-8", newline="\n")
    Path(snakemake.output.svg).write_text(
        as_svg(graph, f"{snakemake.wildcards.graph}: {params.title}"), encoding="utf-8", newline="\n"
    )


if "snakemake" in globals():
    run_job(main, snakemake)  # noqa: F821
