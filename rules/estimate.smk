"""Floor 5, estimate: the regressions of one table."""


rule estimate_table:
    """Every column of one table, with reghdfe's and ivreghdfe's semantics."""
    input:
        variables=lambda wildcards: files_of(STUDY.table_variables(wildcards.table)),
        code=imports_of("estimate_table"),
    output:
        estimates="results/estimates/{table}.json",
        winsorised="results/winsorised/{table}.csv",
    log:
        "results/logs/estimate_table/{table}.log",
    benchmark:
        "results/benchmarks/estimate_table/{table}.tsv"
    conda:
        "../envs/environment.yaml"
    params:
        contents=lambda wildcards: contents_of("estimate_table"),
        rows=marks_of("stock_yogo"),
        sources=lambda wildcards: STUDY.derived.sources_of(STUDY.table_variables(wildcards.table)),
        years=STUDY.span,
        winsorise=config.get("cleaning", {}).get("winsorise"),
        columns=lambda wildcards: STUDY.tables[wildcards.table]["columns"],
        controls=lambda wildcards: STUDY.controls_of(wildcards.table),
        bootstrap=lambda wildcards: STUDY.tables[wildcards.table].get("bootstrap"),
        note=STUDY.simulated,
    script:
        "../scripts/estimate/estimate_table.py"
