"""In place of floors 1 and 2 where the config has a `panel`: the user's own panel."""

from study.files.unchanged import mark_of


rule import_panel:
    """The panel's columns, and the numeric ones for the productivity floor."""
    input:
        panel=config["panel"]["path"],
        code=imports_of("import_panel"),
    output:
        production="results/derived/production.csv",
        columns="results/derived/imported.csv",
    log:
        "results/logs/import_panel.log",
    benchmark:
        "results/benchmarks/import_panel.tsv"
    conda:
        "../envs/environment.yaml"
    params:
        contents=lambda wildcards: contents_of("import_panel", config["panel"]["path"]),
        path=config["panel"]["path"],
        columns=config["panel"]["columns"],
        units=mark_of(STUDY.units.values()),  # the jobs that are planned
    script:
        "../scripts/clean/import_panel.py"
