"""Floor 1, clean: each raw table, as its publisher exports it, becomes a tidy, checked table, and a list of the cells
that were made up in it or accepted in doubt.

These jobs come first: what is wrong with the inputs is told before anything long begins. Which rule reads a table is
said by its theme in resources/catalog.csv (study/words/forms.py).
"""


# A table of a few megabytes each, a second or two: less than a cluster takes to start a job.
localrules:
    clean_book,
    clean_balance_book,
    clean_yearbook,
    clean_balances,
    clean_inventory,
    clean_patents,
    clean_robots,
    clean_census,
    clean_foreign_employment,


rule clean_book:
    """Files that hold several tables of the study, read once for all of them."""
    input:
        raw=lambda wildcards: STUDY.raw_tables.books[wildcards.book].files,
        code=imports_of("clean_book"),
    output:
        directory("results/printed/{book}"),
    log:
        "results/logs/clean_book/{book}.log",
    benchmark:
        "results/benchmarks/clean_book/{book}.tsv"
    wildcard_constraints:
        book=one_of(STUDY.raw_tables.books_of("yearbook")),
    priority: 100
    conda:
        "../envs/environment.yaml"
    params:
        contents=lambda wildcards: contents_of("clean_book", STUDY.raw_tables.books[wildcards.book].files),
        rows=marks_of("provinces", "units"),
        tables=lambda wildcards: STUDY.raw_tables.book_job(wildcards.book),
        formulas=config["cleaning"]["formulas"],
    script:
        "../scripts/clean/clean_book.py"


rule clean_balance_book:
    """Energy balances, read once for all the tables that the study takes from them."""
    input:
        raw=lambda wildcards: STUDY.raw_tables.books[wildcards.book].files,
        code=imports_of("clean_balance_book"),
    output:
        directory("results/printed/{book}"),
    log:
        "results/logs/clean_balance_book/{book}.log",
    benchmark:
        "results/benchmarks/clean_balance_book/{book}.tsv"
    wildcard_constraints:
        book=one_of(STUDY.raw_tables.books_of("balances")),
    priority: 100
    conda:
        "../envs/environment.yaml"
    params:
        contents=lambda wildcards: contents_of("clean_balance_book", STUDY.raw_tables.books[wildcards.book].files),
        rows=marks_of("provinces", "balance", "units"),
        tables=lambda wildcards: STUDY.raw_tables.book_job(wildcards.book),
        formulas=config["cleaning"]["formulas"],
    script:
        "../scripts/clean/clean_balance_book.py"


rule clean_yearbook:
    """A table that stands in yearbooks, in the catalog's unit, gaps interpolated and flagged."""
    input:
        raw=lambda wildcards: STUDY.raw_tables.own_files(wildcards.key),
        printed=lambda wildcards: STUDY.raw_tables.printed(wildcards.key),
        code=imports_of("clean_yearbook"),
    output:
        cells="results/clean/{key}.csv",
        made="results/clean/imputed/{key}.csv",
    log:
        "results/logs/clean_yearbook/{key}.log",
    benchmark:
        "results/benchmarks/clean_yearbook/{key}.tsv"
    wildcard_constraints:
        key=one_of(STUDY.raw_tables.read_by("yearbook")),
    priority: 100
    conda:
        "../envs/environment.yaml"
    params:
        contents=lambda wildcards: contents_of("clean_yearbook", STUDY.raw_tables.own_files(wildcards.key)),
        rows=marks_of("provinces", "units", "levels", "shares"),
        job=lambda wildcards: STUDY.raw_tables.job(wildcards.key),
        cleaning=lambda wildcards: STUDY.raw_tables.cleaning(wildcards.key),
        formulas=config["cleaning"]["formulas"],
        provinces=list(STUDY.units),
        # what other tables are called; what a result depends on is in `job`
        catalog=from_workflow("resources/catalog.csv"),
    script:
        "../scripts/clean/clean_yearbook.py"


rule clean_balances:
    """A table that stands in energy balances or beside them: fuels, electricity, activities."""
    input:
        raw=lambda wildcards: STUDY.raw_tables.own_files(wildcards.key),
        printed=lambda wildcards: STUDY.raw_tables.printed(wildcards.key),
        code=imports_of("clean_balances"),
    output:
        cells="results/clean/{key}.csv",
        made="results/clean/imputed/{key}.csv",
    log:
        "results/logs/clean_balances/{key}.log",
    benchmark:
        "results/benchmarks/clean_balances/{key}.tsv"
    wildcard_constraints:
        key=one_of(STUDY.raw_tables.read_by("balances")),
    priority: 100
    conda:
        "../envs/environment.yaml"
    params:
        contents=lambda wildcards: contents_of("clean_balances", STUDY.raw_tables.own_files(wildcards.key)),
        rows=marks_of("provinces", "balance", "units", "levels", "shares"),
        job=lambda wildcards: STUDY.raw_tables.job(wildcards.key),
        cleaning=lambda wildcards: STUDY.raw_tables.cleaning(wildcards.key),
        formulas=config["cleaning"]["formulas"],
        provinces=list(STUDY.units),
        # what other tables are called; what a result depends on is in `job`
        catalog=from_workflow("resources/catalog.csv"),
    script:
        "../scripts/clean/clean_balances.py"


rule clean_inventory:
    """Total CO2 of provinces from published inventories."""
    input:
        raw=lambda wildcards: raw(wildcards.key),
        code=imports_of("clean_inventory"),
    output:
        cells="results/clean/{key}.csv",
        made="results/clean/imputed/{key}.csv",
    log:
        "results/logs/clean_inventory/{key}.log",
    benchmark:
        "results/benchmarks/clean_inventory/{key}.tsv"
    wildcard_constraints:
        key=one_of(STUDY.raw_tables.read_by("inventory")),
    priority: 100
    conda:
        "../envs/environment.yaml"
    params:
        contents=lambda wildcards: contents_of("clean_inventory", raw(wildcards.key)),
        rows=marks_of("provinces", "units", "levels", "shares"),
        job=lambda wildcards: STUDY.raw_tables.job(wildcards.key),
        cleaning=lambda wildcards: STUDY.raw_tables.cleaning(wildcards.key),
        formulas=config["cleaning"]["formulas"],
        provinces=list(STUDY.units),
        # what other tables are called; what a result depends on is in `job`
        catalog=from_workflow("resources/catalog.csv"),
    script:
        "../scripts/clean/clean_inventory.py"


rule clean_patents:
    """Applications for green patents."""
    input:
        raw=lambda wildcards: raw(wildcards.key),
        code=imports_of("clean_patents"),
    output:
        cells="results/clean/{key}.csv",
        made="results/clean/imputed/{key}.csv",
    log:
        "results/logs/clean_patents/{key}.log",
    benchmark:
        "results/benchmarks/clean_patents/{key}.tsv"
    wildcard_constraints:
        key=one_of(STUDY.raw_tables.read_by("patents")),
    priority: 100
    conda:
        "../envs/environment.yaml"
    params:
        contents=lambda wildcards: contents_of("clean_patents", raw(wildcards.key)),
        rows=marks_of("provinces", "cities", "units", "levels", "shares"),
        job=lambda wildcards: STUDY.raw_tables.job(wildcards.key),
        cleaning=lambda wildcards: STUDY.raw_tables.cleaning(wildcards.key),
        formulas=config["cleaning"]["formulas"],
        provinces=list(STUDY.units),
        # what other tables are called; what a result depends on is in `job`
        catalog=from_workflow("resources/catalog.csv"),
    script:
        "../scripts/clean/clean_patents.py"


rule clean_robots:
    """Robots by industry and year of one country, each robot counted once."""
    input:
        raw=lambda wildcards: raw(f"robots_{wildcards.country}"),
        code=imports_of("clean_robots"),
    output:
        cells="results/clean/robots_{country}.csv",
        made="results/clean/imputed/robots_{country}.csv",
    log:
        "results/logs/clean_robots/{country}.log",
    benchmark:
        "results/benchmarks/clean_robots/{country}.tsv"
    wildcard_constraints:
        country=one_of(key.removeprefix("robots_") for key in STUDY.raw_tables.read_by("robots")),
    priority: 100
    conda:
        "../envs/environment.yaml"
    params:
        contents=lambda wildcards: contents_of("clean_robots", raw(f"robots_{wildcards.country}")),
        rows=marks_of("robots"),
        job=lambda wildcards: STUDY.raw_tables.job(f"robots_{wildcards.country}"),
        total_tolerance=config["cleaning"]["total_tolerance"],
        measure=lambda wildcards: config["exposure"]["robots"],
        formulas=config["cleaning"]["formulas"],
    script:
        "../scripts/clean/clean_robots.py"


rule clean_census:
    """Employment by province and industrial division in the base year."""
    input:
        raw=lambda wildcards: raw(wildcards.key),
        code=imports_of("clean_census"),
    output:
        "results/clean/{key}.csv",
    log:
        "results/logs/clean_census/{key}.log",
    benchmark:
        "results/benchmarks/clean_census/{key}.tsv"
    wildcard_constraints:
        key=one_of(STUDY.raw_tables.read_by("census")),
    priority: 100
    conda:
        "../envs/environment.yaml"
    params:
        contents=lambda wildcards: contents_of("clean_census", raw(wildcards.key)),
        rows=marks_of("provinces", "industries:divisions", "units"),
        job=lambda wildcards: STUDY.raw_tables.job(wildcards.key),
        year=lambda wildcards: config["exposure"]["base_year"],
        formulas=config["cleaning"]["formulas"],
        total_tolerance=config["cleaning"]["total_tolerance"],
    script:
        "../scripts/clean/clean_census.py"


rule clean_foreign_employment:
    """Employment by industry of the instrument's country in its base year."""
    input:
        raw=lambda wildcards: raw(wildcards.key),
        code=imports_of("clean_foreign_employment"),
    output:
        "results/clean/{key}.csv",
    log:
        "results/logs/clean_foreign_employment/{key}.log",
    benchmark:
        "results/benchmarks/clean_foreign_employment/{key}.tsv"
    wildcard_constraints:
        key=one_of(STUDY.raw_tables.read_by("foreign_employment")),
    priority: 100
    conda:
        "../envs/environment.yaml"
    params:
        contents=lambda wildcards: contents_of("clean_foreign_employment", raw(wildcards.key)),
        rows=marks_of("industries:groups", "units", "us_industries"),
        job=lambda wildcards: STUDY.raw_tables.job(wildcards.key),
        year=lambda wildcards: config["exposure"]["instrument"]["base_year"],
        formulas=config["cleaning"]["formulas"],
        total_tolerance=config["cleaning"]["total_tolerance"],
    script:
        "../scripts/clean/clean_foreign_employment.py"
