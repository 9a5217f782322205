"""Pictures of the workflow: its rules, its files, what one table is made of. Nothing else is made of them."""

from pathlib import Path

RULES_FILES = sorted(f"rules/{path.name}" for path in Path(workflow.basedir, "rules").glob("*.smk"))


localrules:
    plot_graph,


rule plot_graph:
    """One graph as a picture and in Mermaid's language, of the jobs that Snakemake plans."""
    input:
        rules=[from_workflow("Snakefile"), *map(from_workflow, RULES_FILES)],
        code=imports_of("plot_graph"),
    output:
        svg="results/graphs/{graph}.svg",
        mermaid="results/graphs/{graph}.mmd",
    log:
        "results/logs/plot_graph/{graph}.log",
    benchmark:
        "results/benchmarks/plot_graph/{graph}.tsv"
    conda:
        "../envs/environment.yaml"
    params:
        contents=lambda wildcards: contents_of("plot_graph"),
        study={key: value for key, value in STUDY.config.items() if key != "ask"},
        variables=(
            [(row["name"], row["formula"], row["rule"]) for row in STUDY.variables.described] if STUDY.is_raw else []
        ),
        raw_tables=raw(*STUDY.raw_tables.used) if STUDY.is_raw else [],
        table=lambda wildcards: table_files(STUDY).get(wildcards.graph.removeprefix("lineage_"), ""),
        names={row["name"]: row.get("label_en", "") for row in STUDY.codebook_rows}
        | {model: column for column, model in STUDY.indices.items()},
        folders=["results", *([config["inputs"]] if STUDY.is_raw else []), from_workflow("")],
        title=config.get("study", {}).get("title", ""),
        # params that ask for outputs are not compared: another command is no reason to draw again
        command=lambda wildcards, output: STUDY.command,
        start=lambda wildcards, output: workflow.rundir,
    script:
        "../scripts/present/plot_graph.py"
