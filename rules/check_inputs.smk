"""Beside the floors: what is there of the raw tables, what is missing, what looks wrong."""


localrules:
    check_inputs,


rule check_inputs:
    """Every raw table of the catalog, whether all of them are there or not."""
    input:
        raw=raw(*STUDY.raw_tables.used),
        code=imports_of("check_inputs"),
    output:
        csv="results/check.csv",
        html=report("results/check.html", caption="captions/check.rst", category="Data", subcategory="Raw tables"),
    log:
        "results/logs/check_inputs.log",
    benchmark:
        "results/benchmarks/check_inputs.tsv"
    conda:
        "../envs/environment.yaml"
    params:
        contents=lambda wildcards: contents_of("check_inputs", raw(*STUDY.raw_tables.used)),
        rows=marks_of(
            "provinces",
            "balance",
            "cities",
            "units",
            "levels",
            "shares",
            "robots",
            "us_industries",
            "industries:divisions",
            "industries:groups",
        ),
        tables=STUDY.derived.checked_tables(),
        unused=STUDY.raw_tables.unused_files,
        provinces=list(STUDY.units),
        interpolation=config["cleaning"]["interpolation"],
        suspects=config["cleaning"]["suspects"],
        accepted=STUDY.accepted,
        left_out=STUDY.left_out,
        formulas=config["cleaning"]["formulas"],
        total_tolerance=config["cleaning"]["total_tolerance"],
        measure=lambda wildcards: config["exposure"]["robots"] if "exposure" in config else None,
        note=STUDY.simulated,
    script:
        "../scripts/clean/check_inputs.py"
