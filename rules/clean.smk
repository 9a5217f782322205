"""Floor 1, clean: each raw table, as its publisher exports it, becomes a tidy, checked table."""


rule clean_yearbook:
    """Yearbook exports of one theme, in the catalog's units, gaps interpolated and flagged."""
    input:
        raw=lambda wildcards: raw(*needed_tables(wildcards.theme)),
        provinces=from_workflow("resources/provinces.csv"),
        code=modules("helpers", "exports", "yearbook", "cleaning"),
    output:
        "results/clean/{theme}.csv",
    log:
        "results/logs/clean_yearbook/{theme}.log",
    benchmark:
        "results/benchmarks/clean_yearbook/{theme}.tsv"
    conda:
        "../envs/environment.yaml"
    params:
        tables=lambda wildcards: needed_tables(wildcards.theme),
        provinces=PROVINCES,
        interpolation=config["cleaning"]["interpolation"],
        # only electricity's provinces have to add up: fuels are known not to
        total_tolerance=lambda wildcards: (
            config["cleaning"]["total_tolerance"] if wildcards.theme == "electricity" else None
        ),
        # for messages; what a result depends on is in `tables`
        catalog=from_workflow("resources/catalog.csv"),
    script:
        "../scripts/clean_yearbook.py"


rule clean_robots:
    """Robots by industry and year of one country, each robot counted once."""
    input:
        raw=lambda wildcards: raw(f"robots_{wildcards.country}"),
        code=modules("helpers", "exports", "yearbook", "cleaning", "ifr"),
    output:
        "results/clean/robots_{country}.csv",
    log:
        "results/logs/clean_robots/{country}.log",
    benchmark:
        "results/benchmarks/clean_robots/{country}.tsv"
    conda:
        "../envs/environment.yaml"
    params:
        entry=lambda wildcards: CATALOG[f"robots_{wildcards.country}"],
        path=lambda wildcards: raw_path(f"robots_{wildcards.country}"),
        # the lagged exposure needs the year before the study
        first=lambda wildcards: FIRST - 1 if wildcards.country == "china" else FIRST,
        last=LAST,
        total_tolerance=config["cleaning"]["total_tolerance"],
    script:
        "../scripts/clean_robots.py"


rule clean_census:
    """Employment by province and industrial division in the base year."""
    input:
        raw=raw(BASE_EMPLOYMENT),
        provinces=from_workflow("resources/provinces.csv"),
        code=modules("helpers", "exports", "yearbook", "cleaning", "employment"),
    output:
        f"results/clean/{BASE_EMPLOYMENT}.csv",
    log:
        "results/logs/clean_census.log",
    benchmark:
        "results/benchmarks/clean_census.tsv"
    conda:
        "../envs/environment.yaml"
    params:
        entry=CATALOG.get(BASE_EMPLOYMENT),
        path=lambda wildcards: raw_path(BASE_EMPLOYMENT),
        total_tolerance=config["cleaning"]["total_tolerance"],
    script:
        "../scripts/clean_census.py"


rule clean_foreign_employment:
    """Employment by industry of the instrument's country in its base year."""
    input:
        raw=raw(FOREIGN_EMPLOYMENT),
        code=modules("helpers", "exports", "yearbook", "cleaning", "employment"),
    output:
        f"results/clean/{FOREIGN_EMPLOYMENT}.csv",
    log:
        "results/logs/clean_foreign_employment.log",
    benchmark:
        "results/benchmarks/clean_foreign_employment.tsv"
    conda:
        "../envs/environment.yaml"
    params:
        entry=CATALOG.get(FOREIGN_EMPLOYMENT),
        path=lambda wildcards: raw_path(FOREIGN_EMPLOYMENT),
        total_tolerance=config["cleaning"]["total_tolerance"],
    script:
        "../scripts/clean_foreign_employment.py"
