"""Floor 6, present: tables, figures and the comparison with the published numbers."""


rule tabulate_table:
    """One regression table as data, as a web page and as LaTeX."""
    input:
        estimates="results/estimates/{table}.json",
        codebook="results/codebook.csv",
        code=modules("helpers", "pages", "tables"),
    output:
        csv="results/tables/{table}.csv",
        html=report(
            "results/tables/{table}.html",
            caption="captions/table.rst",
            category="Tables",
            subcategory="Regressions",
            labels={"table": "{table}"},
        ),
        tex="results/tables/{table}.tex",
    log:
        "results/logs/tabulate_table/{table}.log",
    benchmark:
        "results/benchmarks/tabulate_table/{table}.tsv"
    conda:
        "../envs/environment.yaml"
    params:
        table=lambda wildcards: TABLES[wildcards.table],
        note=SIMULATED,
        winsorise=WINSORISE,
    script:
        "../scripts/tabulate_table.py"


rule tabulate_description:
    """Table 1: moments of the panel before winsorising."""
    input:
        panel="results/panel.csv",
        codebook="results/codebook.csv",
        code=modules("helpers", "pages", "tables"),
    output:
        csv="results/tables/table_1.csv",
        html=report(
            "results/tables/table_1.html",
            caption="captions/description.rst",
            category="Tables",
            subcategory="Description",
            labels={"table": "table_1"},
        ),
        tex="results/tables/table_1.tex",
    log:
        "results/logs/tabulate_description.log",
    benchmark:
        "results/benchmarks/tabulate_description.tsv"
    conda:
        "../envs/environment.yaml"
    params:
        describe=config.get("describe", {}),
        note=SIMULATED,
    script:
        "../scripts/tabulate_description.py"


rule tabulate_productivity:
    """Each productivity model: what it is, its programs without a solution, its mean changes."""
    input:
        index=expand("results/productivity/{model}.csv", model=list(MODELS)),
        infeasible=expand("results/productivity/{model}_infeasible.csv", model=list(MODELS)),
        code=modules("helpers", "models", "productivity", "pages", "tables"),
    output:
        csv="results/tables/productivity.csv",
        html=report(
            "results/tables/productivity.html",
            caption="captions/productivity.rst",
            category="Tables",
            subcategory="Productivity models",
            labels={"table": "productivity"},
        ),
    log:
        "results/logs/tabulate_productivity.log",
    benchmark:
        "results/benchmarks/tabulate_productivity.tsv"
    conda:
        "../envs/environment.yaml"
    params:
        models=list(MODELS.values()),
        note=SIMULATED,
    script:
        "../scripts/tabulate_productivity.py"


rule plot_trends:
    """Variables over time: median and quartiles across provinces."""
    input:
        panel="results/panel.csv",
        codebook="results/codebook.csv",
        code=modules("helpers", "pages", "tables"),
    output:
        png=report(
            "results/figures/{figure}.png",
            caption="captions/trends.rst",
            category="Figures",
            subcategory="Over time",
            labels={"figure": "{figure}"},
        ),
        svg="results/figures/{figure}.svg",
    log:
        "results/logs/plot_trends/{figure}.log",
    benchmark:
        "results/benchmarks/plot_trends/{figure}.tsv"
    conda:
        "../envs/environment.yaml"
    params:
        figure=lambda wildcards: FIGURES[wildcards.figure],
        note=SIMULATED,
    script:
        "../scripts/plot_trends.py"


rule compare_published:
    """Each published figure beside ours."""
    input:
        tables=expand("results/tables/{table}.csv", table=list(published_tables())),
        published=[from_workflow(f"resources/published/{name}.csv") for name in published_tables().values()],
        code=modules("helpers"),
    output:
        report(
            "results/replication/scorecard.csv",
            caption="captions/scorecard.rst",
            category="Replication",
            subcategory="Scorecard",
        ),
    log:
        "results/logs/compare_published.log",
    benchmark:
        "results/benchmarks/compare_published.tsv"
    conda:
        "../envs/environment.yaml"
    params:
        note=SIMULATED,
    script:
        "../scripts/compare_published.py"
