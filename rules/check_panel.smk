"""Beside the floors: what a ready panel holds, and whatever keeps the study from using it."""


localrules:
    check_panel,


rule check_panel:
    """Every column of the panel, its units and periods, and all that is wrong with it at once."""
    input:
        panel=STUDY.panel_there,
        code=imports_of("check_panel"),
    output:
        csv="results/check.csv",
        html=report("results/check.html", caption="captions/check_panel.rst", category="Data", subcategory="Panel"),
    log:
        "results/logs/check_panel.log",
    benchmark:
        "results/benchmarks/check_panel.tsv"
    conda:
        "../envs/environment.yaml"
    params:
        contents=lambda wildcards: contents_of("check_panel", STUDY.panel_there),
        path=config["panel"]["path"],
        columns=config["panel"]["columns"],
        config={
            key: STUDY.config[key]
            for key in ("controls", "describe", "tables", "figures", "hypotheses")
            if key in STUDY.config
        },
        models=list(STUDY.models.values()),
        variables=STUDY.model_signs,
        indices=list(STUDY.indices),
    script:
        "../scripts/clean/check_panel.py"
