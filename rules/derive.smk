"""Floor 2, derive: the study's variables from the cleaned tables."""

from study.plan.made_of import PRODUCTION


rule derive_co2:
    """CO2 of each province-year from its total consumption of fuels (IPCC 2006)."""
    input:
        energy=f"results/clean/{'inventory' if config['emissions']['source'] == 'ceads' else 'energy'}.csv",
        fuels=from_workflow("resources/fuels.csv"),
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
        source=config["emissions"]["source"],
        factors=config["emissions"]["factors"],
        fuels=config["emissions"]["fuels"],
    script:
        "../scripts/derive/derive_co2.py"


rule derive_real_gdp:
    """Real GDP: the base year's nominal GDP chained by the GDP index."""
    input:
        accounts="results/clean/accounts.csv",
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
        base_year=config["capital"]["base_year"],
        first=config["study"]["years"][0],
    script:
        "../scripts/derive/derive_real_gdp.py"


rule derive_capital:
    """Capital stock by perpetual inventory, with flags of continued investment and prices."""
    input:
        investment="results/clean/capital.csv",
        # where the GDP deflator continues the investment price index
        accounts=["results/clean/accounts.csv"] if config["capital"]["price_continued_by"] == "gdp_deflator" else [],
        code=imports_of("derive_capital"),
    output:
        "results/derived/capital.csv",
    log:
        "results/logs/derive_capital.log",
    benchmark:
        "results/benchmarks/derive_capital.tsv"
    conda:
        "../envs/environment.yaml"
    params:
        **config["capital"],
        last=config["study"]["years"][1],
    script:
        "../scripts/derive/derive_capital.py"


rule derive_production:
    """The productivity models' variables: the one file the productivity floor reads."""
    input:
        labour="results/clean/labour.csv",
        energy="results/clean/energy.csv",
        capital="results/derived/capital.csv",
        real_gdp="results/derived/real_gdp.csv",
        co2="results/derived/co2.csv",
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
        variables=list(PRODUCTION),
    script:
        "../scripts/derive/derive_production.py"


rule derive_exposure:
    """Each province's exposure to robots (shift-share), with its lag."""
    input:
        robots="results/clean/robots_china.csv",
        employment=f"results/clean/{STUDY.raw_tables.base_employment}.csv",
        crosswalk=from_workflow("resources/industries.csv"),
        code=imports_of("derive_exposure"),
    output:
        "results/derived/exposure.csv",
    log:
        "results/logs/derive_exposure.log",
    benchmark:
        "results/benchmarks/derive_exposure.tsv"
    conda:
        "../envs/environment.yaml"
    params:
        robots=config["exposure"]["robots"],
        per_workers=config["exposure"]["per_workers"],
        unspecified=config["exposure"]["unspecified"],
        provinces=list(STUDY.units),
        first=config["study"]["years"][0],
        last=config["study"]["years"][1],
    script:
        "../scripts/derive/derive_exposure.py"


rule derive_instrument:
    """Exposure to another country's robots, the instrument."""
    input:
        robots=f"results/clean/robots_{config['exposure']['instrument']['country']}.csv",
        foreign_employment=f"results/clean/{STUDY.raw_tables.foreign_employment}.csv",
        employment=f"results/clean/{STUDY.raw_tables.base_employment}.csv",
        crosswalk=from_workflow("resources/industries.csv"),
        code=imports_of("derive_instrument"),
    output:
        "results/derived/instrument.csv",
    log:
        "results/logs/derive_instrument.log",
    benchmark:
        "results/benchmarks/derive_instrument.tsv"
    conda:
        "../envs/environment.yaml"
    params:
        country=config["exposure"]["instrument"]["country"],
        robots=config["exposure"]["robots"],
        per_workers=config["exposure"]["per_workers"],
        unspecified=config["exposure"]["unspecified"],
        provinces=list(STUDY.units),
        first=config["study"]["years"][0],
        last=config["study"]["years"][1],
    script:
        "../scripts/derive/derive_instrument.py"


rule derive_controls:
    """Openness, density, finance, government, energy and urbanisation."""
    input:
        cells=expand("results/clean/{theme}.csv", theme=STUDY.derived.control_themes),
        code=imports_of("derive_controls"),
    output:
        "results/derived/controls.csv",
    log:
        "results/logs/derive_controls.log",
    benchmark:
        "results/benchmarks/derive_controls.tsv"
    conda:
        "../envs/environment.yaml"
    params:
        first=config["study"]["years"][0],
        last=config["study"]["years"][1],
    script:
        "../scripts/derive/derive_controls.py"


rule derive_efficiency:
    """Real GDP per unit of energy, or its inverse."""
    input:
        real_gdp="results/derived/real_gdp.csv",
        energy="results/clean/energy.csv",
        code=imports_of("derive_efficiency"),
    output:
        "results/derived/efficiency.csv",
    log:
        "results/logs/derive_efficiency.log",
    benchmark:
        "results/benchmarks/derive_efficiency.tsv"
    conda:
        "../envs/environment.yaml"
    params:
        definition=config["variables"]["energy_efficiency"],
    script:
        "../scripts/derive/derive_efficiency.py"


rule derive_structure:
    """Upgrading of the industrial structure and industrialisation."""
    input:
        structure="results/clean/structure.csv",
        accounts="results/clean/accounts.csv",
        # upgrading by labour productivity is at constant prices
        labour=(
            ["results/clean/labour.csv"]
            if config["variables"]["industrial_upgrading"] == "labour_productivity"
            else []
        ),
        real_gdp=(
            ["results/derived/real_gdp.csv"]
            if config["variables"]["industrial_upgrading"] == "labour_productivity"
            else []
        ),
        code=imports_of("derive_structure"),
    output:
        "results/derived/structure.csv",
    log:
        "results/logs/derive_structure.log",
    benchmark:
        "results/benchmarks/derive_structure.tsv"
    conda:
        "../envs/environment.yaml"
    params:
        upgrading=config["variables"]["industrial_upgrading"],
        suspects=config["cleaning"]["suspects"],
        accepted=STUDY.accepted.get("gdp", []),
        total_tolerance=config["cleaning"]["total_tolerance"],
    script:
        "../scripts/derive/derive_structure.py"


rule derive_green_patents:
    """Applications for green patents per resident."""
    input:
        patents="results/clean/patents.csv",
        population="results/clean/controls.csv",
        code=imports_of("derive_green_patents"),
    output:
        "results/derived/green_patents.csv",
    log:
        "results/logs/derive_green_patents.log",
    benchmark:
        "results/benchmarks/derive_green_patents.tsv"
    conda:
        "../envs/environment.yaml"
    script:
        "../scripts/derive/derive_green_patents.py"


rule derive_regulation:
    """Investment in pollution control over industrial value added."""
    input:
        regulation="results/clean/regulation.csv",
        accounts="results/clean/accounts.csv",
        # the sectors' value added, which industry's is checked against where the study has it
        structure=["results/clean/structure.csv"] if "structure" in STUDY.optional_tables else [],
        code=imports_of("derive_regulation"),
    output:
        "results/derived/regulation.csv",
    log:
        "results/logs/derive_regulation.log",
    benchmark:
        "results/benchmarks/derive_regulation.tsv"
    conda:
        "../envs/environment.yaml"
    script:
        "../scripts/derive/derive_regulation.py"


rule derive_intelligence:
    """Index of industrial intelligence, and the weight of each indicator."""
    input:
        cells=expand("results/clean/{theme}.csv", theme=STUDY.derived.indicator_themes),
        code=imports_of("derive_intelligence"),
    output:
        index="results/derived/intelligence.csv",
        weights="results/derived/intelligence_weights.csv",
    log:
        "results/logs/derive_intelligence.log",
    benchmark:
        "results/benchmarks/derive_intelligence.tsv"
    conda:
        "../envs/environment.yaml"
    params:
        method=config["variables"]["intelligence"]["method"],
        indicators=STUDY.raw_tables.indicators,
        first=config["study"]["years"][0],
    script:
        "../scripts/derive/derive_intelligence.py"


rule derive_scopes:
    """CO2 by scopes: activities x factors."""
    input:
        activities="results/clean/activities.csv",
        fuels=from_workflow("resources/fuels.csv"),
        code=imports_of("derive_scopes"),
    output:
        total="results/derived/scopes.csv",
        parts="results/derived/scope_emissions.csv",
    log:
        "results/logs/derive_scopes.log",
    benchmark:
        "results/benchmarks/derive_scopes.tsv"
    conda:
        "../envs/environment.yaml"
    params:
        factors=config["emissions"]["factors"],
        activities=STUDY.raw_tables.activities,
    script:
        "../scripts/derive/derive_scopes.py"


rule derive_regions:
    """Municipalities directly under the central government."""
    input:
        provinces=from_workflow("resources/provinces.csv"),
        code=imports_of("derive_regions"),
    output:
        "results/derived/regions.csv",
    log:
        "results/logs/derive_regions.log",
    benchmark:
        "results/benchmarks/derive_regions.tsv"
    conda:
        "../envs/environment.yaml"
    params:
        provinces=list(STUDY.units),
        first=config["study"]["years"][0],
        last=config["study"]["years"][1],
    script:
        "../scripts/derive/derive_regions.py"


rule derive_imputed:
    """Every cell that was not observed or is accepted in doubt, with its rule."""
    input:
        cleaned=expand("results/clean/{theme}.csv", theme=STUDY.derived.imputed_themes),
        robots=expand("results/clean/imputed/{key}.csv", key=STUDY.derived.imputed_robots),
        capital=["results/derived/capital.csv"] if STUDY.derived.has_capital else [],
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
        accepted=STUDY.accepted,
        price_continued_by=config["capital"]["price_continued_by"],
        investment_continued_by=config["capital"]["investment_continued_by"],
    script:
        "../scripts/derive/derive_imputed.py"
