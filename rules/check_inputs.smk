"""Beside the floors: what is there of the raw tables, what is missing, what looks wrong."""


rule check_inputs:
    """Every raw table of the catalog, whether all of them are there or not."""
    input:
        raw=raw(*study_tables()),
        tables=[from_workflow(f"resources/{name}.csv") for name in READER_TABLES],
        units=[from_workflow(f"resources/{name}.csv") for name in ("units", "us_industries")],
        leaf_sets=from_workflow("resources/robots.csv"),
        industries=from_workflow("resources/industries.csv"),
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
        tables=checked_tables(),
        unused=unused_files(),
        provinces=PROVINCES,
        interpolation=config["cleaning"]["interpolation"],
        suspects=config["cleaning"]["suspects"],
        accepted=config["cleaning"]["accept"],
        total_tolerance=config["cleaning"]["total_tolerance"],
        catalog=from_workflow("resources/catalog.csv"),
        measure=config["exposure"]["robots"],
        note=SIMULATED,
    script:
        "../scripts/clean/check_inputs.py"
