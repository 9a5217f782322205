"""Floor 5, estimate: the regressions of one table."""


rule estimate_table:
    """Every column of one table, with reghdfe's and ivreghdfe's semantics."""
    input:
        panel="results/panel.csv",
        winsorised="results/panel_winsorised.csv",
        lacking=lambda wildcards: expand(
            "results/clean/absent/{key}.csv", key=STUDY.derived.lacks(*STUDY.table_variables(wildcards.table))
        ),
        critical_values=from_workflow("resources/stock_yogo.csv"),
        code=imports_of("estimate_table"),
    output:
        "results/estimates/{table}.json",
    log:
        "results/logs/estimate_table/{table}.log",
    benchmark:
        "results/benchmarks/estimate_table/{table}.tsv"
    conda:
        "../envs/environment.yaml"
    params:
        columns=lambda wildcards: STUDY.tables[wildcards.table]["columns"],
        controls=config.get("controls", []),
        bootstrap=lambda wildcards: STUDY.tables[wildcards.table].get("bootstrap"),
        note=STUDY.simulated,
    script:
        "../scripts/estimate/estimate_table.py"
