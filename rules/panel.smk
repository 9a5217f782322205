"""Floor 4, panel: one checked province-year table, its winsorised twin, its codebook."""


# Reads no panel; the others may be given millions of rows.
localrules:
    build_codebook,


rule build_panel:
    """All variables of the study, one row a province-year; gtfp is the main model's cumulative index."""
    input:
        variables=files_of(STUDY.derived.panel_columns),
        code=imports_of("build_panel"),
    output:
        "results/panel.csv",
    log:
        "results/logs/build_panel.log",
    benchmark:
        "results/benchmarks/build_panel.tsv"
    conda:
        "../envs/environment.yaml"
    params:
        contents=lambda wildcards: contents_of("build_panel"),
        sources=STUDY.derived.sources_of(STUDY.derived.panel_columns),
        years=STUDY.span,
        left_out=STUDY.derived.left_out,
    script:
        "../scripts/panel/build_panel.py"


rule winsorise_panel:
    """The panel with its amounts winsorised as the config says, and what was moved."""
    input:
        panel="results/panel.csv",
        code=imports_of("winsorise_panel"),
    output:
        panel="results/panel_winsorised.csv",
        cells="results/winsorised.csv",
    log:
        "results/logs/winsorise_panel.log",
    benchmark:
        "results/benchmarks/winsorise_panel.tsv"
    conda:
        "../envs/environment.yaml"
    params:
        contents=lambda wildcards: contents_of("winsorise_panel"),
        winsorise=config.get("cleaning", {}).get("winsorise"),
    script:
        "../scripts/panel/winsorise_panel.py"


rule build_codebook:
    """What each column of the panel is: symbol, labels, unit, definition, source, transformation."""
    input:
        code=imports_of("build_codebook"),
    output:
        "results/codebook.csv",
    log:
        "results/logs/build_codebook.log",
    benchmark:
        "results/benchmarks/build_codebook.tsv"
    conda:
        "../envs/environment.yaml"
    params:
        contents=lambda wildcards: contents_of("build_codebook"),
        rows=STUDY.codebook,
    script:
        "../scripts/panel/build_codebook.py"
