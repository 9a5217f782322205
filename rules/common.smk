"""Names, input functions and wildcard constraints that the floors share."""

import os
import re
from functools import cache

import yaml
from _catalog import check_catalog
from _config import check_config, check_variables, named_variables
from _formula import parse_column
from _helpers import InputError, read_rows
from _locate import find_sources, source
from _models import check_base_year, complete_model, model_variables, own_valued, program_options, scale_pairs
from _needs import raw_needs
from _panel import check_production, read_panel, unit_slugs
from _raw import reader_tables
from _variables import SECTORS, chosen_activities, chosen_indicators, definitions


def from_workflow(path):
    """One of the workflow's own files, relative to the working directory."""
    return os.path.relpath(Path(workflow.basedir) / path)


def modules(*names):
    """The shared modules a script imports, directly or through another: inputs, since Snakemake does not see them."""
    return [from_workflow(f"scripts/_{name}.py") for name in names]


# --- the study: units, years, variables ----------------------------------------------------------------------------

RAW = "panel" not in config
STUDY = config.get("study", {})
INPUTS = config.get("inputs", "")
CATALOG_ROWS = read_rows(from_workflow("resources/catalog.csv"))
CATALOG = {row["key"]: row for row in CATALOG_ROWS}
CHECKS = config.get("cleaning", {})
EMISSIONS = config.get("emissions", {}).get("source", "fuels")
PRODUCTIVITY = config.get("productivity", {})
MODELS = {model["name"]: complete_model(model) for model in PRODUCTIVITY.get("models", [])}
MAIN_MODEL = PRODUCTIVITY.get("main") or next((model["name"] for model in PRODUCTIVITY.get("models", [])), None)
# Column of the panel -> the model whose cumulative index it is; the main model's comes first.
INDICES = {"gtfp": MAIN_MODEL} | {f"gtfp_{name}": name for name in MODELS if name != MAIN_MODEL} if MODELS else {}
TABLES = config.get("tables", {})
FIGURES = config.get("figures", {})
HYPOTHESES = config.get("hypotheses", [])
CONTROLS = config.get("controls", [])
WINSORISE = config.get("cleaning", {}).get("winsorise")
# What derive_production makes; the models of a raw study use these.
PRODUCTION = ["labour", "capital", "energy_total", "real_gdp", "co2"]
# variables of the models -> whether some model needs them above zero
VARIABLES = {}
for model in MODELS.values():
    for name in model_variables(model):
        VARIABLES[name] = VARIABLES.get(name, False) or name in own_valued(model)
ENGINE = PRODUCTIVITY.get("engine", "auto")
UNITS_PER_JOB = int(PRODUCTIVITY.get("units_per_job", 1))  # a schema's integer may be 2.0
BOOTSTRAP = PRODUCTIVITY.get("bootstrap", {})
SCALE = scale_pairs(MODELS)
if RAW:
    FIRST, LAST = STUDY["years"]
    BASE_EMPLOYMENT = f"employment_{config['exposure']['base_year']}"
    INSTRUMENT = config["exposure"]["instrument"]
    FOREIGN_EMPLOYMENT = f"{INSTRUMENT['country']}_employment_{INSTRUMENT['base_year']}"
    CHOICES = config["variables"]


def covered(key):
    """First and last year of a table that the catalog names, None where it leaves the end open."""
    since, _, until = CATALOG[key]["years"].partition("-")
    return int(since or FIRST), int(until) if until else None


def panel_study():
    """Units (file-name form -> name), columns and periods of the user's panel."""
    path, columns = config["panel"]["path"], config["panel"]["columns"]
    header, rows, lines = read_panel(path, columns)
    check_production(path, header, rows, lines, VARIABLES, columns)
    periods = list(dict.fromkeys(row[header.index("year")] for row in rows))
    taken = sorted(set(header) & set(INDICES))
    if taken:
        raise InputError(f"{path}: the models make {', '.join(taken)}; give the file's column another name.")
    return unit_slugs(header, rows, path), [*header, *INDICES], periods


def raw_study():
    """The study's provinces, the variables that the derive floor makes, and the years."""
    slugs = [row["province"] for row in read_rows(from_workflow("resources/provinces.csv"))]
    unknown = sorted(set(STUDY["excluded_provinces"]) - set(slugs))
    if unknown:
        raise InputError(f"study.excluded_provinces: unknown {', '.join(unknown)}; there are {', '.join(slugs)}.")
    if not set(slugs) - set(STUDY["excluded_provinces"]):
        raise InputError("study.excluded_provinces: no province is left.")
    columns = [row["name"] for row in read_rows(from_workflow("resources/variables.csv"))]
    columns = [name.format(country=INSTRUMENT["country"]) for name in columns if name != "gtfp"] + list(INDICES)
    units = {slug: slug for slug in slugs if slug not in STUDY["excluded_provinces"]}
    return units, columns, [str(year) for year in range(FIRST, LAST + 1)]


def absorbed_effects():
    """Variables that some regression absorbs or clusters by: their values are names, not amounts."""
    return sorted(
        {
            effect
            for table in TABLES.values()
            for column in table["columns"]
            for effect in parse_column(column, CONTROLS).categories
        }
    )


def chosen_rows():
    """Rows of resources/activities.csv and resources/indicators.csv that the config chooses."""
    activities = read_rows(from_workflow("resources/activities.csv"))
    indicators = read_rows(from_workflow("resources/indicators.csv"))
    names = CHOICES["intelligence"].get("indicators")
    return chosen_activities(activities, config["emissions"]["scopes"]), chosen_indicators(indicators, names, CATALOG)


try:
    check_catalog(
        CATALOG_ROWS, yaml.safe_load((Path(workflow.basedir) / "rules/catalog.schema.yaml").read_text("utf-8"))
    )
    UNITS, COLUMNS, PERIODS = raw_study() if RAW else panel_study()
    if RAW:
        ACTIVITIES, INDICATORS = chosen_rows()
    check_config(
        config,
        variables=PRODUCTION if RAW else COLUMNS,
        published=[path.stem for path in Path(from_workflow("resources/published")).glob("*.csv")],
        coverage={key: covered(key) for key in CATALOG} if RAW else {},
    )
    for model in MODELS.values():
        check_base_year(model, PERIODS)
    # A panel laid over the default study (--configfile from the root) still carries that study's tables; one floor
    # may be asked of it, and the scripts tell a missing variable.
    if RAW or "inputs" not in config:
        check_variables(config, COLUMNS)
except InputError as error:
    raise WorkflowError(str(error)) from None

PROVINCES = list(UNITS)
# what stands in {province}'s place: a province, or in large studies the number of a chunk of units
CHUNKS = range(1, -(-len(UNITS) // UNITS_PER_JOB) + 1)
JOBS = PROVINCES if UNITS_PER_JOB == 1 else [f"{chunk:05d}" for chunk in CHUNKS]
ABSORBED = absorbed_effects()

# --- raw tables ---------------------------------------------------------------------------------------------------


# The DEA reads the first four; a fix in the others reruns no linear program.
BASE_THEMES = ["accounts", "capital", "labour", "energy", "electricity", "controls"]
if EMISSIONS == "ceads":
    BASE_THEMES.append("inventory")
# Derived tables that a study makes only where its config names one of their variables, each with the theme of raw
# tables that only it needs: who does not use a variable need not have its raw tables.
OPTIONAL = {
    "efficiency": {"variables": ["energy_efficiency"], "theme": None},
    "structure": {"variables": ["industrial_upgrading", "industrialisation"], "theme": "structure"},
    "green_patents": {"variables": ["green_patents"], "theme": "patents"},
    "regulation": {"variables": ["regulation"], "theme": "regulation"},
    "intelligence": {"variables": ["intelligence_index"], "theme": "intelligence"},
    "scopes": {"variables": ["ln_co2_scopes"], "theme": "activities"},
    "regions": {"variables": ["municipality"], "theme": None},
}
# Every variable that the config names, in whichever key.
NAMED = {name for names in named_variables(config).values() for name in names}
# The main model's index is always there, another's only where it is named, so that a model in itself reruns no table.
PANEL_INDICES = {column: name for column, name in INDICES.items() if column == "gtfp" or column in NAMED}
USED = [table for table, made in OPTIONAL.items() if NAMED.intersection(made["variables"])] if RAW else []
THEMES = [*BASE_THEMES, *(made["theme"] for made in OPTIONAL.values() if made["theme"])]
USED_THEMES = [*BASE_THEMES, *(OPTIONAL[table]["theme"] for table in USED if OPTIONAL[table]["theme"])]


# resources/<name>.csv that tell the readers of yearbooks what they meet
READER_TABLES = ["provinces", "balance", "cities"]


def raw_path(key):
    """Where the raw table of a catalog key is expected under its own name."""
    if key not in CATALOG:
        raise WorkflowError(f"resources/catalog.csv has no table {key!r}; add a row, or change the config.")
    return os.path.join(INPUTS, CATALOG[key]["file"])


@cache
def raw_sources():
    """Catalog key -> where its raw table is, for every table that the study may use."""
    tables = reader_tables(*(from_workflow(f"resources/{name}.csv") for name in READER_TABLES))
    rows = {key: CATALOG[key] for key in study_tables()}
    try:
        return find_sources(INPUTS, rows, config.get("sources", {}), tables, ".snakemake/inputs.json")
    except InputError as error:
        raise WorkflowError(str(error)) from None


def raw_source(key):
    """Where one raw table is; where it is expected, if it is not there."""
    raw_path(key)
    return raw_sources().get(key) or source()


def raw(*keys):
    """The files of raw tables that exist; a missing one is the cleaning script's clear error, also after a first run."""
    return sorted({path for key in keys for path in raw_source(key)["files"] if os.path.exists(path)})


def is_there(key):
    """Whether a raw table was found."""
    return bool(raw_source(key)["files"] or raw_source(key)["problem"])


def chosen_tables(theme):
    """Catalog keys that the config chooses among a theme's raw tables; None where all are needed."""
    if theme == "energy":
        return ["energy_total", *(config["emissions"]["fuels"] if EMISSIONS == "fuels" else [])]
    if theme == "activities":
        return [row["key"] for row in ACTIVITIES]
    if theme == "intelligence":
        return [row[part] for row in INDICATORS for part in ("numerator", "denominator")]
    if theme == "structure" and CHOICES["industrial_upgrading"] == "shares":
        return [f"value_added_{sector}" for sector in SECTORS]
    return None


def theme_tables(theme):
    """Catalog keys of a theme -> first and last year that the study needs of each."""
    capital = config["capital"]
    chosen_keys = chosen_tables(theme)
    # what continues a series is needed from the year after that series ends, if it is chosen at all
    continues = {"retail_price_index": "investment_price_index"}
    continues["fixed_asset_investment_growth"] = "gross_fixed_capital_formation"
    chosen = (capital["price_continued_by"], capital["investment_continued_by"])
    tables = {}
    for key, row in CATALOG.items():
        if row["theme"] != theme or (key in continues and key not in chosen):
            continue
        if chosen_keys is not None and key not in chosen_keys:
            continue
        since, until = covered(key)
        first = max(capital["base_year"] if theme in ("accounts", "capital") else FIRST, since)
        if key in continues:
            first = max(first, (covered(continues[key])[1] or LAST) + 1)
        last = min(LAST, until or LAST)
        if first <= last:
            tables[key] = (first, last)
    return tables


def needed_tables(theme):
    """Catalog keys of a theme -> path, sources, entry and years that the study needs of each.

    A control that the config does not name needs no raw table.
    """
    tables = {}
    for key, (first, last) in theme_tables(theme).items():
        if theme == "controls" and not is_there(key) and key not in named_needs():
            continue
        row = CATALOG[key]
        tables[key] = dict(
            path=raw_path(key),
            source=raw_source(key),
            entry=row,
            first=first,
            last=last,
            # the energy yearbook leaves empty what a province does not use
            blank_is_nil=theme in ("energy", "activities") and row["sign"] != "positive",
        )
    return tables


def study_tables():
    """Catalog keys of every raw table that the study uses."""
    keys = [key for theme in USED_THEMES for key in theme_tables(theme)]
    others = [f"robots_{country}" for country in ("china", INSTRUMENT["country"])]
    return [*keys, *(key for key in [*others, BASE_EMPLOYMENT, FOREIGN_EMPLOYMENT] if key in CATALOG)]


def needs_of(variable):
    """Catalog keys that a variable of this study is made of."""
    aliases = {
        "emissions": list(theme_tables("inventory")) if EMISSIONS == "ceads" else config["emissions"]["fuels"],
        "robots": ["robots_china"],
        "base_employment": [BASE_EMPLOYMENT],
        "foreign_robots": [f"robots_{INSTRUMENT['country']}"],
        "foreign_employment": [FOREIGN_EMPLOYMENT],
        "indicators": [row[part] for row in INDICATORS for part in ("numerator", "denominator") if row[part]],
    }
    if variable == f"ai_{INSTRUMENT['country']}":
        variable = "ai_foreign"
    return raw_needs("gtfp" if variable in INDICES else variable, aliases, theme_tables)


@cache
def named_needs():
    """Catalog keys that some variable named in the config is made of."""
    return {key for variable in NAMED for key in needs_of(variable)}


def lacks(*variables):
    """Raw tables of variables that are not there."""
    return [key for key in CATALOG if any(key in needs_of(name) for name in variables) and not is_there(key)]


SIMULATED = (
    "Simulated inputs: the raw tables are simulated, not observed."
    if RAW and os.path.exists(os.path.join(INPUTS, "SIMULATED.txt"))
    else ""
)
# Pages that set our numbers beside published ones say more.
COMPARED = (
    f"{SIMULATED} They were made with the published coefficients as their truth: agreement is by construction and is "
    "no evidence."
    if SIMULATED
    else ""
)

# --- what the config asks for -------------------------------------------------------------------------------------


# Derived table -> its variables of the panel.
MADE = {
    "co2": ["ln_co2"],
    "exposure": ["ai", "ai_lag1"],
    "controls": ["open", "density", "fin", "gov", "energy", "urban"],
    "instrument": ["ai_foreign"],
    **{table: made["variables"] for table, made in OPTIONAL.items()},
}


def derived_lacks(table):
    """Raw tables that keep a derived table from being made; a control that nothing names keeps nothing."""
    names = [f"ai_{INSTRUMENT['country']}" if name == "ai_foreign" else name for name in MADE[table]]
    return lacks(*(name for name in names if table != "controls" or name in NAMED))


def left_out():
    """Variables that the panel goes without because raw tables are missing -> these."""
    if not RAW:
        return {}
    tables = {name: derived_lacks(name) for name in panel_tables()}
    return {f"results/derived/{name}.csv": keys for name, keys in tables.items() if keys}


def panel_tables():
    """Derived tables that the study's panel is made of, if their raw tables are there."""
    return ["co2", "exposure", "controls", "instrument", *USED]


def panel_sources():
    """The derived tables whose columns make the panel; what lacks raw tables is asked for by who needs it."""
    if not RAW:
        return ["results/derived/imported.csv"]
    files = [f"results/derived/{name}.csv" for name in panel_tables()]
    return [file for file in files if file not in left_out()] or files


def imputed_themes():
    """Cleaned themes whose raw tables are there: what was not observed in them is listed."""
    return [theme for theme in USED_THEMES if all(map(is_there, needed_tables(theme)))]


def imputed_capital():
    """The capital stock, where it can be made."""
    keys = [key for theme in ("capital", "accounts") for key in theme_tables(theme)]
    return [] if not all(map(is_there, keys)) else ["results/derived/capital.csv"]


def accepted_cells(tables):
    """Table -> suspect figures that the config accepts, of some tables."""
    return {key: cells for key, cells in config["cleaning"]["accept"].items() if key in tables}


def needed_by(key):
    """Tables of the study that need a raw table."""
    named = {name: table_variables(name) for name in TABLES}
    if "describe" in config:
        named["table_1"] = config["describe"]["variables"]
    return sorted(name for name, variables in named.items() if any(key in needs_of(one) for one in variables))


def checked_tables():
    """Every raw table of the catalog -> what `snakemake check` has to know of it."""
    years = {key: span for theme in USED_THEMES for key, span in theme_tables(theme).items()}
    used = study_tables()
    tables = {}
    for key, row in CATALOG.items():
        needed = key in used and (row["theme"] != "controls" or is_there(key) or key in named_needs())
        first, last = years.get(key, (FIRST, LAST))
        tables[key] = dict(
            path=raw_path(key),
            source=raw_source(key) if needed else source(),
            entry=row,
            first=FIRST - 1 if key == "robots_china" else first,
            last=last,
            blank_is_nil=row["theme"] in ("energy", "activities") and row["sign"] != "positive",
            has_to_add_up=row["theme"] == "electricity",
            year={"census": config["exposure"]["base_year"], "us_employment": INSTRUMENT["base_year"]}.get(
                row["theme"]
            ),
            needed=needed,
            needed_by=needed_by(key) if needed else [],
        )
    return tables


def panel_indices():
    """Columns of the panel that are cumulative indices -> their models, if their raw tables are there."""
    return {} if RAW and lacks("gtfp") and panel_sources() else PANEL_INDICES


def lacking(*variables):
    """What cannot be made for want of raw tables, of some variables: asking for it tells which are missing."""
    if not RAW:
        return []
    names = {f"ai_{INSTRUMENT['country']}": "ai_foreign"}
    wanted = {names.get(name, name) for name in variables}
    files = [f"results/derived/{table}.csv" for table in panel_tables() if wanted.intersection(MADE[table])]
    files = [file for file in files if file in left_out()]
    models = {INDICES[name] for name in variables if name in INDICES} if lacks("gtfp") else set()
    return files + [f"results/productivity/{model}.csv" for model in sorted(models)]


def table_variables(table):
    """Variables that a regression table names."""
    return [name for column in TABLES[table]["columns"] for name in parse_column(column, CONTROLS).variables]


def control_themes():
    """Cleaned themes that the controls are made of."""
    return [theme for theme in ("controls", "accounts", "electricity") if theme != "electricity" or has_electricity()]


def has_electricity():
    """Whether the share of national electricity can be made, or is asked for."""
    return is_there("electricity") or "energy" in NAMED


def deflator_source():
    """The accounts, where the GDP deflator continues the investment price index."""
    return ["results/clean/accounts.csv"] if config["capital"]["price_continued_by"] == "gdp_deflator" else []


def deflated_by():
    """Real GDP, where industrial upgrading counts labour productivity at constant prices."""
    return ["results/derived/real_gdp.csv"] if CHOICES["industrial_upgrading"] == "labour_productivity" else []


def secondary_source():
    """The sectors' value added, which industry's is checked against where the study has it."""
    return ["results/clean/structure.csv"] if "structure" in USED else []


def indicator_themes():
    """The cleaned themes that hold the indicators' raw tables."""
    keys = {row[part] for row in INDICATORS for part in ("numerator", "denominator") if row[part]}
    return sorted({CATALOG[key]["theme"] for key in keys})


def model_choices(name):
    """How a model makes its index."""
    return {key: MODELS.get(name, {}).get(key, "") for key in ("measure", "returns", "technology", "index")}


def codebook_choices():
    """The study's choices that the definitions of variables name."""
    choices = {"variables": "; ".join(VARIABLES)}
    choices["indices"] = {column: {"model": name, **model_choices(name)} for column, name in PANEL_INDICES.items()}
    if not RAW:
        return choices
    return choices | {
        "fuels": len(config["emissions"]["fuels"]),
        "factors": config["emissions"]["factors"],
        "country": INSTRUMENT["country"],
        "foreign_base_year": INSTRUMENT["base_year"],
        "real_year": config["capital"]["base_year"],
        "scopes": " + ".join(map(str, config["emissions"]["scopes"])),
        "intelligence": CHOICES["intelligence"]["method"],
        "indicators": len(INDICATORS),
        **definitions(CHOICES),
        **{key: config["exposure"][key] for key in ("robots", "per_workers", "base_year", "unspecified")},
    }


def published_tables():
    """Name of each of our tables -> the published one it is compared with."""
    named = {"table_1": config["describe"]} if "describe" in config else {}
    named |= TABLES
    return {name: table["published"] for name, table in named.items() if "published" in table}


def published_pairs(table):
    """The published table whose columns one of ours sets against each other."""
    pairs = TABLES[table].get("published_pairs")
    return from_workflow(f"resources/published/{pairs['table']}.csv") if pairs else []


def audited():
    """Whether the published tables are checked: a study of one's own without comparison leaves them alone."""
    return bool(published_files()) and ("audit" in config or bool(published_tables()))


def comparison_notes():
    """What the tables that are compared say of themselves, by the published table's name."""
    return {name: TABLES[ours]["note"] for ours, name in published_tables().items() if "note" in TABLES.get(ours, {})}


def published_files():
    """Every published table that is there, whatever its name."""
    folder = "resources/published"
    return [from_workflow(f"{folder}/{path.name}") for path in sorted(Path(from_workflow(folder)).glob("*.csv"))]


def evidence_tables():
    """Tables of this study whose columns speak to a hypothesis."""
    named = {evidence["table"] for hypothesis in HYPOTHESES for evidence in hypothesis["evidence"]}
    return sorted(named.intersection(TABLES))


def compared_evidence():
    """Those of them that are compared with a published table."""
    return [name for name in evidence_tables() if "published" in TABLES[name]]


def all_results():
    """Everything the config asks for."""
    files = ["results/panel.csv", "results/panel_winsorised.csv", "results/codebook.csv"]
    files += [f"results/productivity/{model}{part}.csv" for model in MODELS for part in ("", "_infeasible")]
    files += [f"results/productivity/{model}_scale.csv" for model in SCALE]
    files += [f"results/tables/productivity.{form}" for form in ("csv", "html") if MODELS]
    tables = ["table_1"] if "describe" in config else []
    files += [f"results/tables/{table}.{form}" for table in [*tables, *TABLES] for form in ("csv", "html", "tex")]
    figures = [name for name, figure in FIGURES.items() if "variables" in figure or published_tables()]
    files += [f"results/figures/{figure}.{form}" for figure in figures for form in ("png", "svg")]
    if published_tables():
        files += [f"results/replication/scorecard.{form}" for form in ("csv", "html")]
    files += [f"results/replication/hypotheses.{form}" for form in ("csv", "html") if HYPOTHESES]
    # a study of one's own has nothing to do with the published tables, unless it says so
    if audited():
        files += [f"results/replication/audit.{form}" for form in ("csv", "html")]
    if RAW:
        files += ["results/imputed.csv", "results/imputed_counts.csv"]
    return files


def one_of(names):
    """Regular expression of a wildcard that takes one of these names."""
    return "|".join(map(re.escape, names)) or "(?!)"


wildcard_constraints:
    theme=one_of(THEMES),
    country="[a-z_]+",
    province=one_of(JOBS),
    model=one_of(MODELS),
    block="[0-9]+",
    table=one_of(TABLES),
    figure=one_of([name for name, figure in FIGURES.items() if "variables" in figure]),
    comparison=one_of([name for name, figure in FIGURES.items() if "coefficient" in figure]),
