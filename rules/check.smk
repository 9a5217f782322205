"""`snakemake check`: what is to be said of the study's inputs, raw tables or a ready panel."""


localrules:
    check,


rule check:
    """What is to be said of the inputs, printed at each call; fails where a panel cannot be used."""
    input:
        table="results/check.csv",
        code=imports_of("check"),
    log:
        "results/logs/check.log",
    conda:
        "../envs/environment.yaml"
    script:
        "../scripts/clean/check.py"
