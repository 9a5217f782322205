"""Floor 3, productivity: linear programs of one province and one model; then the index."""


rule solve_dea:
    """Distance functions of one province in every year, each score with its certificate."""
    input:
        production="results/derived/production.csv",
        code=modules("helpers", "lp"),
    output:
        "results/dea/{model}/{province}.csv",
    log:
        "results/logs/solve_dea/{model}/{province}.log",
    benchmark:
        "results/benchmarks/solve_dea/{model}/{province}.tsv"
    conda:
        "../envs/environment.yaml"
    params:
        model=lambda wildcards: MODELS[wildcards.model],
    script:
        "../scripts/solve_dea.py"


rule index_productivity:
    """Productivity index, its decomposition and cumulative level from the scores."""
    input:
        scores=expand("results/dea/{{model}}/{province}.csv", province=PROVINCES),
        code=modules("helpers", "productivity"),
    output:
        "results/productivity/{model}.csv",
    log:
        "results/logs/index_productivity/{model}.log",
    benchmark:
        "results/benchmarks/index_productivity/{model}.tsv"
    conda:
        "../envs/environment.yaml"
    params:
        model=lambda wildcards: MODELS[wildcards.model],
    script:
        "../scripts/index_productivity.py"
