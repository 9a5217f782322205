"""Floor 1, clean: each raw table, as its publisher exports it, becomes a tidy, checked table.

These jobs come first: what is wrong with the inputs is told before anything long begins.
"""


rule clean_yearbook:
    """Tables of one theme, in the catalog's units, gaps interpolated and flagged."""
    input:
        raw=lambda wildcards: raw(*needed_tables(wildcards.theme)),
        tables=lambda wildcards: reader_files(wildcards.theme),
        units=from_workflow("resources/units.csv"),
        code=imports_of("clean_yearbook"),
    output:
        "results/clean/{theme}.csv",
    log:
        "results/logs/clean_yearbook/{theme}.log",
    benchmark:
        "results/benchmarks/clean_yearbook/{theme}.tsv"
    priority: 100
    conda:
        "../envs/environment.yaml"
    params:
        tables=lambda wildcards: needed_tables(wildcards.theme),
        provinces=PROVINCES,
        interpolation=config["cleaning"]["interpolation"],
        suspects=config["cleaning"]["suspects"],
        accepted=lambda wildcards: accepted_cells(needed_tables(wildcards.theme)),
        absent=lambda wildcards: absent_tables(wildcards.theme),
        # only electricity's provinces have to add up: fuels are known not to
        total_tolerance=lambda wildcards: (
            config["cleaning"]["total_tolerance"] if wildcards.theme == "electricity" else None
        ),
        # what other tables are called; what a result depends on is in `tables`
        catalog=from_workflow("resources/catalog.csv"),
        reader_tables=[from_workflow(f"resources/{name}.csv") for name in READER_TABLES],
    script:
        "../scripts/clean/clean_yearbook.py"


rule clean_robots:
    """Robots by industry and year of one country, each robot counted once."""
    input:
        raw=lambda wildcards: raw(f"robots_{wildcards.country}"),
        leaf_sets=from_workflow("resources/robots.csv"),
        units=from_workflow("resources/units.csv"),
        code=imports_of("clean_robots"),
    output:
        robots="results/clean/robots_{country}.csv",
        imputed="results/clean/imputed/robots_{country}.csv",
    log:
        "results/logs/clean_robots/{country}.log",
    benchmark:
        "results/benchmarks/clean_robots/{country}.tsv"
    priority: 100
    conda:
        "../envs/environment.yaml"
    params:
        entry=lambda wildcards: CATALOG[f"robots_{wildcards.country}"],
        path=lambda wildcards: raw_path(f"robots_{wildcards.country}"),
        source=lambda wildcards: raw_source(f"robots_{wildcards.country}"),
        # the lagged exposure needs the year before the study
        first=lambda wildcards: FIRST - 1 if wildcards.country == "china" else FIRST,
        last=LAST,
        total_tolerance=config["cleaning"]["total_tolerance"],
        measure=config["exposure"]["robots"],
    script:
        "../scripts/clean/clean_robots.py"


rule clean_census:
    """Employment by province and industrial division in the base year."""
    input:
        raw=raw(BASE_EMPLOYMENT),
        provinces=from_workflow("resources/provinces.csv"),
        industries=from_workflow("resources/industries.csv"),
        tables=[from_workflow(f"resources/{name}.csv") for name in ("units", "us_industries")],
        code=imports_of("clean_census"),
    output:
        f"results/clean/{BASE_EMPLOYMENT}.csv",
    log:
        "results/logs/clean_census.log",
    benchmark:
        "results/benchmarks/clean_census.tsv"
    priority: 100
    conda:
        "../envs/environment.yaml"
    params:
        entry=CATALOG.get(BASE_EMPLOYMENT),
        path=lambda wildcards: raw_path(BASE_EMPLOYMENT),
        source=lambda wildcards: raw_source(BASE_EMPLOYMENT),
        year=config["exposure"]["base_year"],
        total_tolerance=config["cleaning"]["total_tolerance"],
    script:
        "../scripts/clean/clean_census.py"


rule clean_foreign_employment:
    """Employment by industry of the instrument's country in its base year."""
    input:
        raw=raw(FOREIGN_EMPLOYMENT),
        industries=from_workflow("resources/industries.csv"),
        tables=[from_workflow(f"resources/{name}.csv") for name in ("units", "us_industries")],
        code=imports_of("clean_foreign_employment"),
    output:
        f"results/clean/{FOREIGN_EMPLOYMENT}.csv",
    log:
        "results/logs/clean_foreign_employment.log",
    benchmark:
        "results/benchmarks/clean_foreign_employment.tsv"
    priority: 100
    conda:
        "../envs/environment.yaml"
    params:
        entry=CATALOG.get(FOREIGN_EMPLOYMENT),
        path=lambda wildcards: raw_path(FOREIGN_EMPLOYMENT),
        source=lambda wildcards: raw_source(FOREIGN_EMPLOYMENT),
        year=INSTRUMENT["base_year"],
        total_tolerance=config["cleaning"]["total_tolerance"],
    script:
        "../scripts/clean/clean_foreign_employment.py"


rule clean_absent:
    """A raw table that is not there: says which, and where it is published, to whatever needs it."""
    input:
        code=imports_of("clean_absent"),
    output:
        "results/clean/absent/{key}.csv",
    log:
        "results/logs/clean_absent/{key}.log",
    benchmark:
        "results/benchmarks/clean_absent/{key}.tsv"
    priority: 100
    conda:
        "../envs/environment.yaml"
    params:
        entry=lambda wildcards: CATALOG[wildcards.key],
        path=lambda wildcards: raw_path(wildcards.key),
        source=lambda wildcards: raw_source(wildcards.key),
    script:
        "../scripts/clean/clean_absent.py"
