"""Which raw tables the study needs, where they are, and what can be made of those that are there."""

from functools import cache, partial

from study.checks.cleaning import catalog_entry
from study.plan.sources import by_name, find_sources, folder_tables, source
from study.plan.made_of import raw_needs
from study.publishers.indicators import reader_tables
from study.publishers.untitled import has_census, has_major_groups, has_robots

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


def reader_files(theme):
    """Those of them that a theme's tables are read with, so that a change in one reruns no other theme."""
    names = {"energy": ["balance"], "electricity": ["balance"], "activities": ["balance"], "patents": ["cities"]}
    return [from_workflow(f"resources/{name}.csv") for name in ["provinces", *names.get(theme, [])]]


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
        return find_sources(
            INPUTS, rows, config.get("sources", {}), tables, ".snakemake/inputs.json", untitled_tables(tables)
        )
    except InputError as error:
        raise WorkflowError(str(error)) from None


def untitled_tables(tables):
    """Catalog key -> whether a file has that table, for tables that no title tells."""
    industries, leaf_sets = (from_workflow(f"resources/{name}.csv") for name in ("industries", "robots"))
    census, foreign = (catalog_entry(CATALOG[key]) for key in (BASE_EMPLOYMENT, FOREIGN_EMPLOYMENT))
    base_year, foreign_year = config["exposure"]["base_year"], INSTRUMENT["base_year"]
    return {
        **{
            f"robots_{country}": partial(has_robots, country=country, years=range(FIRST, LAST + 1), leaf_sets=leaf_sets)
            for country in ("china", INSTRUMENT["country"])
        },
        BASE_EMPLOYMENT: partial(
            has_census, names=tables.provinces, entry=census, year=base_year, industries=industries
        ),
        FOREIGN_EMPLOYMENT: partial(has_major_groups, entry=foreign, year=foreign_year, industries=industries),
    }


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

    A control can be made without the others: what is missing among their tables is asked for by `lacking` alone.
    """
    tables = {}
    for key, (first, last) in theme_tables(theme).items():
        if theme == "controls" and not is_there(key):
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


def absent_tables(theme):
    """Paths of a theme's tables that it goes without."""
    return [raw_path(key) for key in theme_tables(theme) if key not in needed_tables(theme)]


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


def lacks(*variables):
    """Raw tables of variables that are not there."""
    return [key for key in CATALOG if any(key in needs_of(name) for name in variables) and not is_there(key)]


# Derived table -> its variables of the panel.
MADE = {
    "co2": ["ln_co2"],
    "exposure": ["ai", "ai_lag1"],
    "controls": ["open", "density", "fin", "gov", "energy", "urban"],
    "instrument": [f"ai_{INSTRUMENT['country']}"] if RAW else [],
    **{table: made["variables"] for table, made in OPTIONAL.items()},
}


def panel_tables():
    """Derived tables that the study's panel is made of, if their raw tables are there."""
    return ["co2", "exposure", "controls", "instrument", *USED]


def left_out():
    """Variables that the panel goes without because raw tables are missing -> these tables."""
    if not RAW:
        return {}
    names = [*PANEL_INDICES, *(name for table in panel_tables() for name in MADE[table])]
    return {name: missing for name in names if (missing := lacks(name))}


def panel_sources():
    """The derived tables whose columns make the panel; what lacks raw tables is asked for by who needs it."""
    if not RAW:
        return ["results/derived/imported.csv"]
    missing = left_out()
    tables = [table for table in panel_tables() if not all(name in missing for name in MADE[table])]
    return [f"results/derived/{table}.csv" for table in tables or panel_tables()]


def panel_indices():
    """Columns of the panel that are cumulative indices -> their models, if their raw tables are there."""
    return {column: model for column, model in PANEL_INDICES.items() if column not in left_out()}


def lacking(*variables):
    """Raw tables that some variables lack: asking for them stops the job that needs them, and tells which they are."""
    return [f"results/clean/absent/{key}.csv" for key in lacks(*variables)] if RAW else []


def table_variables(table):
    """Variables that a regression table names."""
    return [name for column in TABLES[table]["columns"] for name in parse_column(column, CONTROLS).variables]


def control_themes():
    """Cleaned themes that the controls are made of, accounts and electricity if these can be read."""
    themes = ["controls", "accounts", "electricity"]
    return [theme for theme in themes if theme == "controls" or all(map(is_there, theme_tables(theme)))]


def imputed_themes():
    """Cleaned themes whose raw tables are there: what was not observed in them is listed."""
    return [theme for theme in USED_THEMES if all(map(is_there, needed_tables(theme)))]


def imputed_robots():
    """Robot counts that are not printed, of the countries whose table is there."""
    countries = dict.fromkeys(["china", INSTRUMENT["country"]])
    return [f"results/clean/imputed/robots_{country}.csv" for country in countries if is_there(f"robots_{country}")]


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
        needed = key in used and (is_there(key) or bool(needed_by(key)) or key in needs_of("gtfp"))
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


def unused_files():
    """Files of the inputs folder that no table of the catalog is taken from."""
    used = {file for where in raw_sources().values() for file in where["files"]}
    used.update(file for row in CATALOG.values() for file in by_name(INPUTS, row["file"])["files"])
    return [file for file in folder_tables(INPUTS) if file not in used]


def unmade_tables():
    """Tables of the study that lack raw tables -> which."""
    named = {name: table_variables(name) for name in TABLES} | {
        "table_1": config.get("describe", {}).get("variables", [])
    }
    return {name: missing for name, variables in sorted(named.items()) if (missing := lacks(*variables))}


def dated_files():
    """Files and folders of what jobs read: the workflow's own, the user's, and results that come from elsewhere."""
    folders = ["", "clean", "clean/imputed", "cells", "derived", "productivity", "estimates", "tables", "replication"]
    workflows = [from_workflow(folder) for folder in ("resources", "resources/published")]
    workflows += sorted({os.path.relpath(path.parent) for path in (Path(workflow.basedir) / "scripts").rglob("*.py")})
    users = raw(*study_tables()) if RAW else [config["panel"]["path"]]
    typed = published_files() if audited() else []
    return [*workflows, *users, *typed, *(os.path.join("results", folder) for folder in folders)]


if workflow.is_main_process:
    try:
        check_dates(dated_files())
    except InputError as error:
        raise WorkflowError(str(error)) from None


def say_made_up():
    """A run's last lines, also of a quiet one: the cells that were made up or accepted."""
    # `snakemake check` has said it of the tables as they are now
    if RAW and "check" not in workflow.dag_settings.targets:
        print(run_summary("results/imputed_counts.csv"), end="", file=sys.stderr)


# Of several handlers Snakemake keeps the last alone: all that a run says at its end stands here.
onsuccess:
    say_made_up()


onerror:
    say_made_up()
    for name, missing in (unmade_tables() if RAW else {}).items():
        print(f"{name} lacks raw tables: {', '.join(missing)} (snakemake check)", file=sys.stderr)


wildcard_constraints:
    theme=one_of(THEMES),
    key="[a-z0-9_]+",
