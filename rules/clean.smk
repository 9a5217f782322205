"""Floor 1, clean: each raw table, as its publisher exports it, becomes a tidy, checked table.

These jobs come first: what is wrong with the inputs is told before anything long begins.
"""


rule clean_yearbook:
    """Tables of one theme that stand in yearbooks, in the catalog's units, gaps interpolated and flagged."""
    input:
        raw=lambda wildcards: raw(*STUDY.raw_tables.needed(wildcards.theme)),
        provinces=from_workflow("resources/provinces.csv"),
        units=from_workflow("resources/units.csv"),
        code=imports_of("clean_yearbook"),
    output:
        "results/clean/{theme}.csv",
    log:
        "results/logs/clean_yearbook/{theme}.log",
    benchmark:
        "results/benchmarks/clean_yearbook/{theme}.tsv"
    wildcard_constraints:
        theme=one_of(STUDY.raw_tables.themes_read_by("yearbook")),
    priority: 100
    conda:
        "../envs/environment.yaml"
    params:
        tables=lambda wildcards: STUDY.raw_tables.needed(wildcards.theme),
        provinces=list(STUDY.units),
        interpolation=config["cleaning"]["interpolation"],
        suspects=config["cleaning"]["suspects"],
        accepted=lambda wildcards: STUDY.raw_tables.accepted(STUDY.raw_tables.needed(wildcards.theme)),
        absent=lambda wildcards: STUDY.raw_tables.absent(wildcards.theme),
        total_tolerance=None,
        # what other tables are called; what a result depends on is in `tables`
        catalog=from_workflow("resources/catalog.csv"),
    script:
        "../scripts/clean/clean_yearbook.py"


rule clean_balances:
    """Tables of one theme that stand in energy balances or beside them: fuels, electricity, activities."""
    input:
        raw=lambda wildcards: raw(*STUDY.raw_tables.needed(wildcards.theme)),
        provinces=from_workflow("resources/provinces.csv"),
        balance=from_workflow("resources/balance.csv"),
        units=from_workflow("resources/units.csv"),
        code=imports_of("clean_balances"),
    output:
        "results/clean/{theme}.csv",
    log:
        "results/logs/clean_balances/{theme}.log",
    benchmark:
        "results/benchmarks/clean_balances/{theme}.tsv"
    wildcard_constraints:
        theme=one_of(STUDY.raw_tables.themes_read_by("balances")),
    priority: 100
    conda:
        "../envs/environment.yaml"
    params:
        tables=lambda wildcards: STUDY.raw_tables.needed(wildcards.theme),
        provinces=list(STUDY.units),
        interpolation=config["cleaning"]["interpolation"],
        suspects=config["cleaning"]["suspects"],
        accepted=lambda wildcards: STUDY.raw_tables.accepted(STUDY.raw_tables.needed(wildcards.theme)),
        absent=lambda wildcards: STUDY.raw_tables.absent(wildcards.theme),
        # only electricity's provinces have to add up: fuels are known not to
        total_tolerance=lambda wildcards: (
            config["cleaning"]["total_tolerance"] if wildcards.theme == "electricity" else None
        ),
        # what other tables are called; what a result depends on is in `tables`
        catalog=from_workflow("resources/catalog.csv"),
    script:
        "../scripts/clean/clean_balances.py"


rule clean_inventory:
    """Total CO2 of provinces from published inventories."""
    input:
        raw=lambda wildcards: raw(*STUDY.raw_tables.needed("inventory")),
        provinces=from_workflow("resources/provinces.csv"),
        units=from_workflow("resources/units.csv"),
        code=imports_of("clean_inventory"),
    output:
        "results/clean/inventory.csv",
    log:
        "results/logs/clean_inventory.log",
    benchmark:
        "results/benchmarks/clean_inventory.tsv"
    priority: 100
    conda:
        "../envs/environment.yaml"
    params:
        tables=lambda wildcards: STUDY.raw_tables.needed("inventory"),
        provinces=list(STUDY.units),
        interpolation=config["cleaning"]["interpolation"],
        suspects=config["cleaning"]["suspects"],
        accepted=lambda wildcards: STUDY.raw_tables.accepted(STUDY.raw_tables.needed("inventory")),
        absent=lambda wildcards: STUDY.raw_tables.absent("inventory"),
        total_tolerance=None,
        # what other tables are called; what a result depends on is in `tables`
        catalog=from_workflow("resources/catalog.csv"),
    script:
        "../scripts/clean/clean_inventory.py"


rule clean_patents:
    """Applications for green patents."""
    input:
        raw=lambda wildcards: raw(*STUDY.raw_tables.needed("patents")),
        provinces=from_workflow("resources/provinces.csv"),
        cities=from_workflow("resources/cities.csv"),
        units=from_workflow("resources/units.csv"),
        code=imports_of("clean_patents"),
    output:
        "results/clean/patents.csv",
    log:
        "results/logs/clean_patents.log",
    benchmark:
        "results/benchmarks/clean_patents.tsv"
    priority: 100
    conda:
        "../envs/environment.yaml"
    params:
        tables=lambda wildcards: STUDY.raw_tables.needed("patents"),
        provinces=list(STUDY.units),
        interpolation=config["cleaning"]["interpolation"],
        suspects=config["cleaning"]["suspects"],
        accepted=lambda wildcards: STUDY.raw_tables.accepted(STUDY.raw_tables.needed("patents")),
        absent=lambda wildcards: STUDY.raw_tables.absent("patents"),
        total_tolerance=None,
        # what other tables are called; what a result depends on is in `tables`
        catalog=from_workflow("resources/catalog.csv"),
    script:
        "../scripts/clean/clean_patents.py"


rule clean_robots:
    """Robots by industry and year of one country, each robot counted once."""
    input:
        raw=lambda wildcards: raw(f"robots_{wildcards.country}"),
        leaf_sets=from_workflow("resources/robots.csv"),
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
        entry=lambda wildcards: STUDY.raw_tables.catalog[f"robots_{wildcards.country}"],
        path=lambda wildcards: STUDY.raw_tables.path(f"robots_{wildcards.country}"),
        source=lambda wildcards: STUDY.raw_tables.source(f"robots_{wildcards.country}"),
        # the lagged exposure needs the year before the study
        first=lambda wildcards: config["study"]["years"][0] - (1 if wildcards.country == "china" else 0),
        last=config["study"]["years"][1],
        total_tolerance=config["cleaning"]["total_tolerance"],
        measure=config["exposure"]["robots"],
    script:
        "../scripts/clean/clean_robots.py"


rule clean_census:
    """Employment by province and industrial division in the base year."""
    input:
        raw=raw(STUDY.raw_tables.base_employment),
        provinces=from_workflow("resources/provinces.csv"),
        industries=from_workflow("resources/industries.csv"),
        code=imports_of("clean_census"),
    output:
        f"results/clean/{STUDY.raw_tables.base_employment}.csv",
    log:
        "results/logs/clean_census.log",
    benchmark:
        "results/benchmarks/clean_census.tsv"
    priority: 100
    conda:
        "../envs/environment.yaml"
    params:
        entry=STUDY.raw_tables.catalog[STUDY.raw_tables.base_employment],
        path=lambda wildcards: STUDY.raw_tables.path(STUDY.raw_tables.base_employment),
        source=lambda wildcards: STUDY.raw_tables.source(STUDY.raw_tables.base_employment),
        year=config["exposure"]["base_year"],
        total_tolerance=config["cleaning"]["total_tolerance"],
    script:
        "../scripts/clean/clean_census.py"


rule clean_foreign_employment:
    """Employment by industry of the instrument's country in its base year."""
    input:
        raw=raw(STUDY.raw_tables.foreign_employment),
        industries=from_workflow("resources/industries.csv"),
        us_industries=from_workflow("resources/us_industries.csv"),
        code=imports_of("clean_foreign_employment"),
    output:
        f"results/clean/{STUDY.raw_tables.foreign_employment}.csv",
    log:
        "results/logs/clean_foreign_employment.log",
    benchmark:
        "results/benchmarks/clean_foreign_employment.tsv"
    priority: 100
    conda:
        "../envs/environment.yaml"
    params:
        entry=STUDY.raw_tables.catalog[STUDY.raw_tables.foreign_employment],
        path=lambda wildcards: STUDY.raw_tables.path(STUDY.raw_tables.foreign_employment),
        source=lambda wildcards: STUDY.raw_tables.source(STUDY.raw_tables.foreign_employment),
        year=config["exposure"]["instrument"]["base_year"],
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
        entry=lambda wildcards: STUDY.raw_tables.catalog[wildcards.key],
        path=lambda wildcards: STUDY.raw_tables.path(wildcards.key),
        source=lambda wildcards: STUDY.raw_tables.source(wildcards.key),
    script:
        "../scripts/clean/clean_absent.py"
