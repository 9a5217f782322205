"""Floor 2, derive: a variable a file, from the cleaned tables; which variable is made of what: resources/variables.csv."""


# A second each, on the provinces' tables: less than a cluster takes to start a job.
localrules:
    derive_variable,
    derive_co2,
    derive_real_gdp,
    derive_capital,
    derive_production,
    derive_exposure,
    derive_instrument,
    derive_upgrading,
    derive_intelligence,
    derive_scopes,
    derive_regions,
    derive_imputed,


rule derive_variable:
    """A variable that a formula makes of raw tables and other variables, in its unit."""
    input:
        cells=lambda wildcards: STUDY.derived.cells(wildcards.variable),
        parts=lambda wildcards: STUDY.derived.parts(wildcards.variable),
        # raw tables that its own are checked against, where the study has them
        beside=lambda wildcards: STUDY.derived.beside(wildcards.variable),
        code=imports_of("derive_variable"),
    output:
        "results/derived/{variable}.csv",
    log:
        "results/logs/derive_variable/{variable}.log",
    benchmark:
        "results/benchmarks/derive_variable/{variable}.tsv"
    conda:
        "../envs/environment.yaml"
    params:
        contents=lambda wildcards: contents_of("derive_variable"),
        rows=marks_of("units", "levels", "shares"),
        job=lambda wildcards: STUDY.variables.job(wildcards.variable),
        provinces=list(STUDY.units),
        suspects=config["cleaning"]["suspects"],
        accepted=lambda wildcards: STUDY.derived.accepted(wildcards.variable),
    script:
        "../scripts/derive/derive_variable.py"


rule derive_co2:
    """CO2 of each province-year from its total consumption of fuels (IPCC 2006), or from an inventory."""
    input:
        cells=lambda wildcards: STUDY.derived.cells("co2"),
        beside=lambda wildcards: STUDY.derived.beside("co2"),
        code=imports_of("derive_co2"),
    output:
        "results/derived/co2.csv",
    log:
        "results/logs/derive_co2.log",
    benchmark:
        "results/benchmarks/derive_co2.tsv"
    conda:
        "../envs/environment.yaml"
    params:
        contents=lambda wildcards: contents_of("derive_co2"),
        rows=marks_of("fuels:co2", "levels", "shares"),
        source=lambda wildcards: config["emissions"]["source"],
        factors=lambda wildcards: config["emissions"]["factors"],
        fuels=lambda wildcards: config["emissions"]["fuels"],
        first=lambda wildcards: STUDY.derived.first_year("co2"),
        suspects=config["cleaning"]["suspects"],
        accepted=lambda wildcards: STUDY.derived.accepted("co2"),
    script:
        "../scripts/derive/derive_co2.py"


rule derive_real_gdp:
    """Real GDP: the base year's nominal GDP chained by the GDP index."""
    input:
        cells=lambda wildcards: STUDY.derived.cells("real_gdp"),
        code=imports_of("derive_real_gdp"),
    output:
        "results/derived/real_gdp.csv",
    log:
        "results/logs/derive_real_gdp.log",
    benchmark:
        "results/benchmarks/derive_real_gdp.tsv"
    conda:
        "../envs/environment.yaml"
    params:
        contents=lambda wildcards: contents_of("derive_real_gdp"),
        rows=marks_of("levels", "shares"),
        base_year=lambda wildcards: config["capital"]["base_year"],
        first=lambda wildcards: STUDY.derived.first_year("real_gdp"),
        suspects=config["cleaning"]["suspects"],
        accepted=lambda wildcards: STUDY.derived.accepted("real_gdp"),
    script:
        "../scripts/derive/derive_real_gdp.py"


rule derive_capital:
    """Capital stock by perpetual inventory, with flags and a list of continued investment and prices."""
    input:
        cells=lambda wildcards: STUDY.derived.cells("capital"),
        code=imports_of("derive_capital"),
    output:
        capital="results/derived/capital.csv",
        made="results/derived/imputed/capital.csv",
    log:
        "results/logs/derive_capital.log",
    benchmark:
        "results/benchmarks/derive_capital.tsv"
    conda:
        "../envs/environment.yaml"
    params:
        contents=lambda wildcards: contents_of("derive_capital"),
        capital=lambda wildcards: config["capital"],
        last=config["study"]["years"][1],
    script:
        "../scripts/derive/derive_capital.py"


rule derive_production:
    """The productivity models' variables: the one file the productivity floor reads."""
    input:
        variables=[STUDY.derived.file(name) for name in STUDY.production],
        code=imports_of("derive_production"),
    output:
        "results/derived/production.csv",
    log:
        "results/logs/derive_production.log",
    benchmark:
        "results/benchmarks/derive_production.tsv"
    conda:
        "../envs/environment.yaml"
    params:
        contents=lambda wildcards: contents_of("derive_production"),
        variables=STUDY.production,
        first=config["study"]["years"][0],
        last=config["study"]["years"][1],
    script:
        "../scripts/derive/derive_production.py"


rule derive_exposure:
    """Each province's exposure to robots (shift-share)."""
    input:
        robots="results/clean/robots_china.csv",
        employment=lambda wildcards: f"results/clean/{STUDY.raw_tables.base_employment}.csv",
        code=imports_of("derive_exposure"),
    output:
        "results/derived/ai.csv",
    log:
        "results/logs/derive_exposure.log",
    benchmark:
        "results/benchmarks/derive_exposure.tsv"
    conda:
        "../envs/environment.yaml"
    params:
        contents=lambda wildcards: contents_of("derive_exposure"),
        rows=marks_of("industries:gbt4754_2002"),
        robots=lambda wildcards: config["exposure"]["robots"],
        per_workers=lambda wildcards: config["exposure"]["per_workers"],
        unspecified=lambda wildcards: config["exposure"]["unspecified"],
        provinces=list(STUDY.units),
        first=lambda wildcards: STUDY.derived.first_year("ai"),
        last=config["study"]["years"][1],
    script:
        "../scripts/derive/derive_exposure.py"


rule derive_instrument:
    """Exposure to another country's robots, the instrument."""
    input:
        robots="results/clean/robots_{country}.csv",
        foreign_employment=lambda wildcards: f"results/clean/{STUDY.raw_tables.foreign_employment}.csv",
        employment=lambda wildcards: f"results/clean/{STUDY.raw_tables.base_employment}.csv",
        code=imports_of("derive_instrument"),
    output:
        "results/derived/ai_{country}.csv",
    log:
        "results/logs/derive_instrument/{country}.log",
    benchmark:
        "results/benchmarks/derive_instrument/{country}.tsv"
    wildcard_constraints:
        country=one_of(filter(None, [STUDY.raw_tables.country])),
    conda:
        "../envs/environment.yaml"
    params:
        contents=lambda wildcards: contents_of("derive_instrument"),
        rows=marks_of("industries:gbt4754_2002", "industries:sic1987"),
        robots=lambda wildcards: config["exposure"]["robots"],
        per_workers=lambda wildcards: config["exposure"]["per_workers"],
        unspecified=lambda wildcards: config["exposure"]["unspecified"],
        provinces=list(STUDY.units),
        first=lambda wildcards: STUDY.derived.first_year(f"ai_{wildcards.country}"),
        last=config["study"]["years"][1],
    script:
        "../scripts/derive/derive_instrument.py"


rule derive_upgrading:
    """Upgrading of the industrial structure."""
    input:
        cells=lambda wildcards: STUDY.derived.cells("industrial_upgrading"),
        # upgrading by labour productivity is at constant prices
        real_gdp=lambda wildcards: STUDY.derived.parts("industrial_upgrading"),
        code=imports_of("derive_upgrading"),
    output:
        "results/derived/industrial_upgrading.csv",
    log:
        "results/logs/derive_upgrading.log",
    benchmark:
        "results/benchmarks/derive_upgrading.tsv"
    conda:
        "../envs/environment.yaml"
    params:
        contents=lambda wildcards: contents_of("derive_upgrading"),
        rows=marks_of("levels", "shares"),
        upgrading=config["variables"]["industrial_upgrading"],
        first=lambda wildcards: STUDY.derived.first_year("industrial_upgrading"),
        suspects=config["cleaning"]["suspects"],
        accepted=lambda wildcards: STUDY.derived.accepted("industrial_upgrading"),
        total_tolerance=config["cleaning"]["total_tolerance"],
    script:
        "../scripts/derive/derive_upgrading.py"


rule derive_intelligence:
    """Index of industrial intelligence, and the weight of each indicator."""
    input:
        cells=lambda wildcards: STUDY.derived.cells("intelligence_index"),
        code=imports_of("derive_intelligence"),
    output:
        index="results/derived/intelligence_index.csv",
        weights="results/derived/intelligence_weights.csv",
    log:
        "results/logs/derive_intelligence.log",
    benchmark:
        "results/benchmarks/derive_intelligence.tsv"
    conda:
        "../envs/environment.yaml"
    params:
        contents=lambda wildcards: contents_of("derive_intelligence"),
        method=config["variables"]["intelligence"]["method"],
        indicators=STUDY.raw_tables.indicators,
        first=lambda wildcards: STUDY.derived.first_year("intelligence_index"),
    script:
        "../scripts/derive/derive_intelligence.py"


rule derive_scopes:
    """CO2 by scopes: activities x factors."""
    input:
        cells=lambda wildcards: STUDY.derived.cells("ln_co2_scopes"),
        code=imports_of("derive_scopes"),
    output:
        total="results/derived/ln_co2_scopes.csv",
        parts="results/derived/scope_emissions.csv",
    log:
        "results/logs/derive_scopes.log",
    benchmark:
        "results/benchmarks/derive_scopes.tsv"
    conda:
        "../envs/environment.yaml"
    params:
        contents=lambda wildcards: contents_of("derive_scopes"),
        rows=marks_of("fuels:scopes"),
        factors=lambda wildcards: config["emissions"]["factors"],
        activities=STUDY.raw_tables.activities,
        first=lambda wildcards: STUDY.derived.first_year("ln_co2_scopes"),
    script:
        "../scripts/derive/derive_scopes.py"


rule derive_regions:
    """Municipalities directly under the central government."""
    input:
        code=imports_of("derive_regions"),
    output:
        "results/derived/municipality.csv",
    log:
        "results/logs/derive_regions.log",
    benchmark:
        "results/benchmarks/derive_regions.tsv"
    conda:
        "../envs/environment.yaml"
    params:
        contents=lambda wildcards: contents_of("derive_regions"),
        rows=marks_of("provinces:regions"),
        provinces=list(STUDY.units),
        first=lambda wildcards: STUDY.derived.first_year("municipality"),
        last=config["study"]["years"][1],
    script:
        "../scripts/derive/derive_regions.py"


rule derive_imputed:
    """Every cell that was not observed or is accepted in doubt, with its rule."""
    input:
        made=STUDY.derived.imputed,
        # cells that contradict another table and are accepted are found where both tables are
        contradicted=STUDY.derived.contradicted_of(STUDY.derived.made),
        code=imports_of("derive_imputed"),
    output:
        cells="results/imputed.csv",
        counts=report(
            "results/imputed_counts.csv", caption="captions/imputed.rst", category="Data", subcategory="Not observed"
        ),
    log:
        "results/logs/derive_imputed.log",
    benchmark:
        "results/benchmarks/derive_imputed.tsv"
    conda:
        "../envs/environment.yaml"
    params:
        contents=lambda wildcards: contents_of("derive_imputed"),
        rows=marks_of("levels", "shares"),
        accepted=STUDY.accepted,
    script:
        "../scripts/derive/derive_imputed.py"
