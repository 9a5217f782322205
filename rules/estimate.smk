"""Floor 5, estimate: the regressions of one table."""


rule estimate_table:
    """Every column of one table, with reghdfe's semantics."""
    input:
        panel="results/panel_winsorised.csv",
        code=modules("helpers", "formula", "regression"),
    output:
        "results/estimates/{table}.json",
    log:
        "results/logs/estimate_table/{table}.log",
    benchmark:
        "results/benchmarks/estimate_table/{table}.tsv"
    conda:
        "../envs/environment.yaml"
    params:
        columns=lambda wildcards: TABLES[wildcards.table]["columns"],
        controls=CONTROLS,
        note=SIMULATED,
    script:
        "../scripts/estimate_table.py"
