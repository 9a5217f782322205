"""`snakemake why`: what is outdated and why, of everything or of `ask.target`."""


localrules:
    why,


rule why:
    """What is outdated and what made it so, a sentence a cause, printed at each call."""
    input:
        code=imports_of("why"),
    log:
        "results/logs/why.log",
    conda:
        "../envs/environment.yaml"
    params:
        target=config.get("ask", {}).get("target", ""),
        known=[*all_results(STUDY), "all", "refresh", "rulegraph", "filegraph"],
        command=STUDY.command,
        start=workflow.rundir,
        home=from_workflow(""),
        config=STUDY.config,
        lacking=[text.partition(" (")[0] for text in STUDY.raw_tables.missing] if STUDY.is_raw else [],
    script:
        "../scripts/present/why.py"
