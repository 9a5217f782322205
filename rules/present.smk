"""Floor 6, present: tables, figures and the comparison with the published numbers."""

from study.audit.published import read_published_rows
from study.output.reasons import check_columns, check_reasons, read_reasons
from study.output.codebook import codebook_symbols

try:
    for ours, path in published_tables().items():
        if entries := (TABLES | {"table_1": config.get("describe", {})})[ours].get("differs"):
            rows = read_published_rows(path)
            check_columns(ours, entries, rows)
            if RAW or not ("inputs" in config or CHECKED_ALONE):  # else the panel's columns are not this study's
                variables = read_rows(from_workflow("resources/variables.csv"))
                symbols = codebook_symbols(
                    list(COLUMNS), variables, codebook_choices(), "" if RAW else config["panel"]["path"]
                )
                check_reasons(ours, read_reasons(entries, symbols), rows)
except InputError as error:
    raise WorkflowError(str(error)) from None


rule tabulate_table:
    """One regression table as data, as a web page and as LaTeX."""
    input:
        estimates="results/estimates/{table}.json",
        codebook="results/codebook.csv",
        winsorised="results/winsorised.csv",
        published=lambda wildcards: published_pairs(wildcards.table),
        code=imports_of("tabulate_table"),
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
        interval=INTERVAL,
        names=KEY_NAMES,
    script:
        "../scripts/present/tabulate_table.py"


rule tabulate_description:
    """Table 1: moments of the panel before winsorising."""
    input:
        panel="results/panel.csv",
        codebook="results/codebook.csv",
        lacking=lacking(*config.get("describe", {}).get("variables", [])),
        imputed=["results/imputed_counts.csv"] if RAW else [],
        code=imports_of("tabulate_description"),
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
        "../scripts/present/tabulate_description.py"


rule tabulate_productivity:
    """Each productivity model: what it is, its programs without a solution, its mean changes."""
    input:
        index=expand("results/productivity/{model}.csv", model=list(MODELS)),
        infeasible=expand("results/productivity/{model}_infeasible.csv", model=list(MODELS)),
        code=imports_of("tabulate_productivity"),
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
        "../scripts/present/tabulate_productivity.py"


rule compare_hypotheses:
    """Each hypothesis with the columns that speak to it and a verdict from their numbers."""
    input:
        estimates=expand("results/estimates/{table}.json", table=evidence_tables()),
        published=[published_tables()[name] for name in compared_evidence()],
        audit="results/replication/audit.csv" if audited() else [],
        critical_values=from_workflow("resources/tf_critical_values.csv"),
        codebook="results/codebook.csv",
        code=imports_of("compare_hypotheses"),
    output:
        csv="results/replication/hypotheses.csv",
        html=report(
            "results/replication/hypotheses.html",
            caption="captions/hypotheses.rst",
            category="Replication",
            subcategory="Hypotheses",
        ),
    log:
        "results/logs/compare_hypotheses.log",
    benchmark:
        "results/benchmarks/compare_hypotheses.tsv"
    conda:
        "../envs/environment.yaml"
    params:
        hypotheses=HYPOTHESES,
        tables=evidence_tables(),
        compared=compared_evidence(),
        levels=config.get("audit", {}).get("levels", [0.1, 0.05, 0.01]),
        interval=INTERVAL,
        note=COMPARED,
    script:
        "../scripts/present/compare_hypotheses.py"


rule plot_comparison:
    """Published coefficients of one variable against ours."""
    input:
        scorecard="results/replication/scorecard.csv",
        codebook="results/codebook.csv",
        code=imports_of("plot_comparison"),
    output:
        png=report(
            "results/figures/{comparison}.png",
            caption="captions/comparison.rst",
            category="Figures",
            subcategory="Published and ours",
            labels={"figure": "{comparison}"},
        ),
        svg="results/figures/{comparison}.svg",
    log:
        "results/logs/plot_comparison/{comparison}.log",
    benchmark:
        "results/benchmarks/plot_comparison/{comparison}.tsv"
    conda:
        "../envs/environment.yaml"
    params:
        figure=lambda wildcards: FIGURES[wildcards.comparison],
        note=COMPARED,
    script:
        "../scripts/present/plot_comparison.py"


rule plot_trends:
    """Variables over time: median and quartiles across the units."""
    input:
        panel="results/panel.csv",
        codebook="results/codebook.csv",
        lacking=lambda wildcards: lacking(*FIGURES[wildcards.figure]["variables"]),
        code=imports_of("plot_trends"),
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
        names=KEY_NAMES,
    script:
        "../scripts/present/plot_trends.py"


rule compare_published:
    """Each published figure beside ours."""
    input:
        tables=expand("results/tables/{table}.csv", table=list(published_tables())),
        published=list(published_tables().values()),
        codebook="results/codebook.csv",
        code=imports_of("compare_published"),
    output:
        csv="results/replication/scorecard.csv",
        html=report(
            "results/replication/scorecard.html",
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
        note=COMPARED,
        settings=compared_settings(),
        interval=INTERVAL,
        inputs="simulated" if SIMULATED else "raw" if RAW else "panel",
    script:
        "../scripts/present/compare_published.py"


rule tabulate_audit:
    """The published tables checked against themselves."""
    input:
        published=published_files(),
        critical_values=from_workflow("resources/tf_critical_values.csv"),
        code=imports_of("tabulate_audit"),
    output:
        csv="results/replication/audit.csv",
        html=report(
            "results/replication/audit.html",
            caption="captions/audit.rst",
            category="Replication",
            subcategory="Audit",
        ),
    log:
        "results/logs/tabulate_audit.log",
    benchmark:
        "results/benchmarks/tabulate_audit.tsv"
    conda:
        "../envs/environment.yaml"
    params:
        audit={"units": len(UNITS), "periods": len(PERIODS.names)} | config.get("audit", {}),
        place=lambda wildcards: config.get("published", PLACE),
        untyped=UNTYPED,
    script:
        "../scripts/present/tabulate_audit.py"
