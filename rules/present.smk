"""Floor 6, present: tables, figures and the comparison with the published numbers."""

from study.audit.published import PLACE
from study.regression.stars import STAR_LEVELS


# These read finished tables; the other two read whole panels, which may have millions of rows.
localrules:
    tabulate_table,
    tabulate_productivity,
    compare_hypotheses,
    plot_comparison,
    compare_published,
    tabulate_audit,


rule tabulate_table:
    """One regression table as data, as a web page and as LaTeX."""
    input:
        estimates="results/estimates/{table}.json",
        codebook="results/codebook.csv",
        winsorised="results/winsorised/{table}.csv",
        published=lambda wildcards: STUDY.typed_tables.pairs(wildcards.table),
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
        contents=lambda wildcards: contents_of("tabulate_table", STUDY.typed_tables.pairs(wildcards.table)),
        table=lambda wildcards: STUDY.printed(wildcards.table),
        note=STUDY.simulated,
        winsorise=config.get("cleaning", {}).get("winsorise"),
        names=STUDY.key_names,
    script:
        "../scripts/present/tabulate_table.py"


rule tabulate_description:
    """Table 1: moments of the panel before winsorising."""
    input:
        variables=files_of(STUDY.described),
        codebook="results/codebook.csv",
        made=STUDY.derived.imputed_files(STUDY.described),
        contradicted=STUDY.derived.contradicted_of(STUDY.described),
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
        contents=lambda wildcards: contents_of("tabulate_description"),
        rows=marks_of("levels", "shares"),
        variables=STUDY.described,
        title=config.get("describe", {}).get("title", ""),
        sources=STUDY.derived.sources_of(STUDY.described),
        years=STUDY.span,
        accepted=STUDY.derived.accepted_of(STUDY.described),
        note=STUDY.simulated,
    script:
        "../scripts/present/tabulate_description.py"


rule tabulate_productivity:
    """Each productivity model: what it is, its programs without a solution, its mean changes."""
    input:
        index=expand("results/productivity/{model}.csv", model=list(STUDY.models)),
        infeasible=expand("results/productivity/{model}_infeasible.csv", model=list(STUDY.models)),
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
        contents=lambda wildcards: contents_of("tabulate_productivity"),
        models=list(STUDY.models.values()),
        note=STUDY.simulated,
    script:
        "../scripts/present/tabulate_productivity.py"


rule compare_hypotheses:
    """Each hypothesis with the columns that speak to it and a verdict from their numbers."""
    input:
        estimates=expand("results/estimates/{table}.json", table=STUDY.typed_tables.evidence),
        published=[STUDY.typed_tables.compared[name] for name in STUDY.typed_tables.compared_evidence],
        audit="results/replication/audit.csv" if STUDY.typed_tables.audited else [],
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
        contents=lambda wildcards: contents_of(
            "compare_hypotheses", [STUDY.typed_tables.compared[name] for name in STUDY.typed_tables.compared_evidence]
        ),
        rows=marks_of("tf_critical_values"),
        hypotheses=config.get("hypotheses", []),
        tables=STUDY.typed_tables.evidence,
        compared=STUDY.typed_tables.compared_evidence,
        levels=config.get("audit", {}).get("levels", list(STAR_LEVELS)),
        interval=config.get("audit", {}).get("interval", 95),
        note=STUDY.compared_note,
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
        contents=lambda wildcards: contents_of("plot_comparison"),
        figure=lambda wildcards: config["figures"][wildcards.comparison],
        note=STUDY.compared_note,
    script:
        "../scripts/present/plot_comparison.py"


rule plot_trends:
    """Variables over time: median and quartiles across the units."""
    input:
        variables=lambda wildcards: files_of(STUDY.drawn(wildcards.figure)),
        codebook="results/codebook.csv",
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
        contents=lambda wildcards: contents_of("plot_trends"),
        figure=lambda wildcards: config["figures"][wildcards.figure],
        sources=lambda wildcards: STUDY.derived.sources_of(STUDY.drawn(wildcards.figure)),
        years=STUDY.span,
        note=STUDY.simulated,
        names=STUDY.key_names,
    script:
        "../scripts/present/plot_trends.py"


rule compare_published:
    """Each published figure beside ours."""
    input:
        tables=expand("results/tables/{table}.csv", table=list(STUDY.typed_tables.compared)),
        published=list(STUDY.typed_tables.compared.values()),
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
        contents=lambda wildcards: contents_of("compare_published", list(STUDY.typed_tables.compared.values())),
        note=STUDY.compared_note,
        settings=STUDY.typed_tables.said,
        interval=config.get("audit", {}).get("interval", 95),
        inputs="simulated" if STUDY.simulated else "raw" if STUDY.is_raw else "panel",
    script:
        "../scripts/present/compare_published.py"


rule tabulate_audit:
    """The published tables checked against themselves."""
    input:
        published=STUDY.typed_tables.files,
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
        contents=lambda wildcards: contents_of("tabulate_audit", STUDY.typed_tables.files),
        rows=marks_of("tf_critical_values"),
        audit={"units": len(STUDY.units), "periods": len(STUDY.periods.names)} | config.get("audit", {}),
        place=lambda wildcards: config.get("published", PLACE),
        untyped=STUDY.typed_tables.untyped,
    script:
        "../scripts/present/tabulate_audit.py"
