"""Floor 3, productivity: linear programs of one province and one model; then the index and its intervals."""

from study.dea.models import program_options


rule solve_dea:
    """Distance functions of one province in every year, each score with its certificate, peers and shadow prices."""
    input:
        production="results/derived/production.csv",
        code=imports_of("solve_dea"),
    output:
        scores="results/dea/{model}/{province}.csv",
        peers="results/peers/{model}/{province}.csv",
    log:
        "results/logs/solve_dea/{model}/{province}.log",
    benchmark:
        "results/benchmarks/solve_dea/{model}/{province}.tsv"
    conda:
        "../envs/environment.yaml"
    params:
        contents=lambda wildcards: contents_of("solve_dea"),
        model=lambda wildcards: program_options(STUDY.models[wildcards.model]),
        engine=config.get("productivity", {}).get("engine", "auto"),
        units_per_job=STUDY.units_per_job,
    script:
        "../scripts/productivity/solve_dea.py"


rule index_productivity:
    """Productivity index, its decomposition and cumulative level from the scores; the cells without a solution."""
    input:
        scores=expand("results/dea/{{model}}/{province}.csv", province=STUDY.jobs),
        code=imports_of("index_productivity"),
    output:
        index="results/productivity/{model}.csv",
        infeasible="results/productivity/{model}_infeasible.csv",
    log:
        "results/logs/index_productivity/{model}.log",
    benchmark:
        "results/benchmarks/index_productivity/{model}.tsv"
    conda:
        "../envs/environment.yaml"
    params:
        contents=lambda wildcards: contents_of("index_productivity"),
        model=lambda wildcards: STUDY.models[wildcards.model],
    script:
        "../scripts/productivity/index_productivity.py"


rule index_scale:
    """Pure and scale parts of efficiency and technical change, from a CRS model and its VRS twin."""
    input:
        constant="results/productivity/{model}.csv",
        variable=lambda wildcards: f"results/productivity/{STUDY.scale_pairs[wildcards.model]}.csv",
        constant_infeasible="results/productivity/{model}_infeasible.csv",
        variable_infeasible=lambda wildcards: f"results/productivity/{STUDY.scale_pairs[wildcards.model]}_infeasible.csv",
        code=imports_of("index_scale"),
    output:
        "results/productivity/{model}_scale.csv",
    log:
        "results/logs/index_scale/{model}.log",
    benchmark:
        "results/benchmarks/index_scale/{model}.tsv"
    wildcard_constraints:
        model=one_of(STUDY.scale_pairs),
    conda:
        "../envs/environment.yaml"
    params:
        contents=lambda wildcards: contents_of("index_scale"),
        index=lambda wildcards: STUDY.models[wildcards.model]["index"],
    script:
        "../scripts/productivity/index_scale.py"


rule solve_bootstrap:
    """Scores of all units against subsamples of the provinces: one block of the replications."""
    input:
        production="results/derived/production.csv",
        code=imports_of("solve_bootstrap"),
    output:
        "results/bootstrap/{model}/{block}.csv",
    log:
        "results/logs/solve_bootstrap/{model}/{block}.log",
    benchmark:
        "results/benchmarks/solve_bootstrap/{model}/{block}.tsv"
    conda:
        "../envs/environment.yaml"
    params:
        contents=lambda wildcards: contents_of("solve_bootstrap"),
        model=lambda wildcards: program_options(STUDY.models[wildcards.model]),
        bootstrap={key: value for key, value in STUDY.bootstrap.items() if key != "level"},
    script:
        "../scripts/productivity/solve_bootstrap.py"


rule index_bootstrap:
    """Confidence intervals of the index and the cumulative level, and bias-corrected scores."""
    input:
        production="results/derived/production.csv",
        scores=expand("results/dea/{{model}}/{province}.csv", province=STUDY.jobs),
        replicates=expand(
            "results/bootstrap/{{model}}/{block}.csv", block=range(1, STUDY.bootstrap.get("blocks", 0) + 1)
        ),
        code=imports_of("index_bootstrap"),
    output:
        "results/productivity/{model}_bootstrap.csv",
    log:
        "results/logs/index_bootstrap/{model}.log",
    benchmark:
        "results/benchmarks/index_bootstrap/{model}.tsv"
    conda:
        "../envs/environment.yaml"
    params:
        contents=lambda wildcards: contents_of("index_bootstrap"),
        model=lambda wildcards: STUDY.models[wildcards.model],
        bootstrap={key: value for key, value in STUDY.bootstrap.items() if key in ("subsample", "level")},
    script:
        "../scripts/productivity/index_bootstrap.py"
