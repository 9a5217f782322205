"""Names, input functions and wildcard constraints that the floors share."""

import os
import re
import sys

from study.plan.catalog import check_catalog
from study.plan.config import (
    check_config,
    check_names,
    check_variables,
    check_winsorise,
    named_variables,
    slugged,
    slugged_cells,
)
from study.words.regions import province_names
from study.files.unchanged import check_dates, mark_of
from study.regression.formula import parse_column
from study.helpers import read_rows
from study.plan.imports import imports_of as imported_files, script_of
from study.words.key_names import aliases, key_names, with_key_columns
from study.checks.not_observed import run_summary
from study.dea.models import (
    SIGNS,
    check_base_year,
    complete_model,
    model_variables,
    needed_sign,
    program_options,
    scale_pairs,
)
from study.checks.panel_roles import check_categories, check_production
from study.files.panel import read_panel, unit_slugs
from study.checks.panel_contents import check_figures, check_samples
from study.words.periods import Periods, describe_steps, order_periods
from study.audit.published import PLACE, find_published, published_path
from study.dea.subsampling import check_asked
from study.variables.choices import SECTORS, chosen_activities, chosen_indicators, definitions


def from_workflow(path):
    """One of the workflow's own files, relative to the working directory."""
    return os.path.relpath(Path(workflow.basedir) / path)


def imports_of(rule):
    """A script and the shared modules it imports, inputs all, since Snakemake does not see a changed import."""
    scripts = Path(workflow.basedir) / "scripts"
    return [os.path.relpath(path) for path in imported_files(script_of(rule, scripts), scripts)]


# --- the study: units, years, variables ----------------------------------------------------------------------------

RAW = "panel" not in config
STUDY = config.get("study", {})
INPUTS = config.get("inputs", "")
try:
    CATALOG_ROWS = read_rows(from_workflow("resources/catalog.csv"))
    check_catalog(
        CATALOG_ROWS, yaml.safe_load((Path(workflow.basedir) / "rules/catalog.schema.yaml").read_text("utf-8"))
    )
except InputError as error:
    raise WorkflowError(str(error)) from None
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
INTERVAL = config.get("audit", {}).get("interval", 95)  # coverage of published confidence intervals
HYPOTHESES = config.get("hypotheses", [])
CONTROLS = config.get("controls", [])
WINSORISE = config.get("cleaning", {}).get("winsorise")
# what units and periods are called, by key column
KEY_NAMES = key_names(config)
# What derive_production makes; the models of a raw study use these.
PRODUCTION = ["labour", "capital", "energy_total", "real_gdp", "co2"]
# variables of the models -> the sign that the strictest of them needs
VARIABLES = {}
for model in MODELS.values():
    for name in model_variables(model):
        VARIABLES[name] = max(VARIABLES.get(name, SIGNS[0]), needed_sign(model, name), key=SIGNS.index)
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


def categories():
    """Variables that some regression absorbs or clusters by: their values are names, not amounts."""
    parsed = [parse_column(column, CONTROLS) for table in TABLES.values() for column in table["columns"]]
    return sorted({name for regression in parsed for name in regression.categories})


def panel_study():
    """Units (file-name form -> name), columns and periods of the user's panel, ordered if something uses the order."""
    path, columns = config["panel"]["path"], config["panel"]["columns"]
    header, rows, lines = read_panel(path, columns)
    TABLES.update(with_key_columns(TABLES, aliases(config, [*header, *INDICES])))
    named_variables(config)  # tells a formula that cannot be read with its table and column
    check_categories(path, header, rows, lines, categories())
    observations = [tuple(row[header.index(key)] for key in ("province", "year")) for row in rows]
    if MODELS or any("variables" in figure for figure in FIGURES.values()):
        periods = order_periods(observations, lines)
    else:
        periods = Periods(tuple(sorted({period for _, period in observations})), "by name")
    check_production(path, header, rows, lines, VARIABLES, columns)
    taken = sorted(set(header) & set(INDICES))
    if taken:
        raise InputError(f"{path}: the models make {', '.join(taken)}; give the file's column another name.")
    check_figures(path, header, rows, lines, TABLES, CONTROLS)
    check_samples(dict(zip(header, zip(*rows))) | dict.fromkeys(INDICES, ()), TABLES, CONTROLS)
    return unit_slugs(header, rows, path), [*header, *INDICES], periods


def asked_targets():
    """Targets that the command names; Snakemake itself tells them only after the rules are read."""
    from snakemake.cli import get_argument_parser

    return get_argument_parser().parse_known_args(sys.argv[1:])[0].targets


def checked_alone():
    """Whether the command asks for the check of a ready panel alone: what is wrong with it is for the page, not for an
    error at the first fault."""
    names = {"check", "results/check.csv", "results/check.html"}
    return not RAW and not names.isdisjoint(sys.argv) and set(asked_targets()) <= names


def raw_study():
    """The study's provinces, the variables that the derive floor makes, and the years."""
    provinces = from_workflow("resources/provinces.csv")
    slugs, names = [row["province"] for row in read_rows(provinces)], province_names(provinces)
    excluded = slugged(STUDY["excluded_provinces"], names)
    unknown = sorted(set(excluded) - set(slugs))
    if unknown:
        raise InputError(f"study.excluded_provinces: unknown {', '.join(unknown)}; there are {', '.join(slugs)}.")
    if not set(slugs) - set(excluded):
        raise InputError("study.excluded_provinces: no province is left.")
    config["cleaning"]["accept"] = slugged_cells(config["cleaning"]["accept"], names)
    check_names(config, CATALOG, slugs)
    columns = [row["name"] for row in read_rows(from_workflow("resources/variables.csv"))]
    columns = [name.format(country=INSTRUMENT["country"]) for name in columns if name != "gtfp"] + list(INDICES)
    TABLES.update(with_key_columns(TABLES, aliases(config, columns)))
    units = {slug: slug for slug in slugs if slug not in excluded}
    return units, columns, order_periods(("", str(year)) for year in range(FIRST, LAST + 1))


def chosen_rows():
    """Rows of resources/activities.csv and resources/indicators.csv that the config chooses."""
    activities = read_rows(from_workflow("resources/activities.csv"))
    indicators = read_rows(from_workflow("resources/indicators.csv"))
    names = CHOICES["intelligence"].get("indicators")
    return chosen_activities(activities, config["emissions"]["scopes"]), chosen_indicators(indicators, names, CATALOG)


def asked_bootstraps():
    """Models whose intervals are among the targets of the command, which Snakemake does not tell at this point."""
    found = (re.fullmatch(r"(.*/)?results/productivity/([^/]+)_bootstrap\.csv", word) for word in sys.argv[1:])
    return sorted(match[2] for match in found if match)


CHECKED_ALONE = checked_alone()
try:
    # name -> file of the typed tables, and csv files that lie beside them and are none
    if "published" in config:
        PUBLISHED, UNTYPED = find_published(config["published"])
    else:
        PUBLISHED, UNTYPED = find_published(from_workflow(PLACE), may_be_empty=True)
    try:
        UNITS, COLUMNS, PERIODS = raw_study() if RAW else panel_study()
    except InputError:
        if not CHECKED_ALONE:
            raise
        UNITS, COLUMNS, PERIODS = {}, list(INDICES), Periods((), "not read")
    if RAW:
        ACTIVITIES, INDICATORS = chosen_rows()
    check_config(
        config,
        variables=PRODUCTION if RAW else {*COLUMNS, *(VARIABLES if CHECKED_ALONE else [])},
        published=PUBLISHED,
        coverage={key: covered(key) for key in CATALOG} if RAW else {},
    )
    for model in [] if CHECKED_ALONE else MODELS.values():
        check_base_year(model, PERIODS.names)
    for name in asked_bootstraps():
        check_asked(name, MODELS, BOOTSTRAP, len(UNITS))
    # A panel laid over the default study (--configfile from the root) still carries that study's tables; one floor
    # may be asked of it, and the scripts tell a missing variable.
    if RAW or not ("inputs" in config or CHECKED_ALONE):
        check_variables(config, COLUMNS)
        check_winsorise(config, COLUMNS)
    if RAW:
        check_samples(dict.fromkeys(COLUMNS, ()) | {"province": list(UNITS), "year": PERIODS.names}, TABLES, CONTROLS)
except InputError as error:
    raise WorkflowError(str(error)) from None

PROVINCES = list(UNITS)
# what stands in {province}'s place: a province, or in large studies the number of a chunk of units
CHUNKS = range(1, -(-len(UNITS) // UNITS_PER_JOB) + 1)
JOBS = PROVINCES if UNITS_PER_JOB == 1 else [f"{chunk:05d}" for chunk in CHUNKS]

# --- what pages say of the inputs -----------------------------------------------------------------------------------


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
    choices = {"variables": "; ".join(VARIABLES), "keys": KEY_NAMES}
    choices["indices"] = {column: {"model": name, **model_choices(name)} for column, name in PANEL_INDICES.items()}
    choices["steps"] = describe_steps(PERIODS)
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
    """Name of each of our tables -> the file of the published one it is compared with."""
    named = {"table_1": config["describe"]} if "describe" in config else {}
    named |= TABLES
    return {
        name: os.path.normpath(published_path(table["published"], PUBLISHED))
        for name, table in named.items()
        if "published" in table
    }


def published_pairs(table):
    """The published table whose columns one of ours sets against each other."""
    pairs = TABLES[table].get("published_pairs")
    return os.path.normpath(published_path(pairs["table"], PUBLISHED)) if pairs else []


def audited():
    """Whether the published tables are checked: a study of one's own that names none leaves the workflow's alone."""
    named = "audit" in config or "published" in config or bool(published_tables())
    return bool(published_files()) and named


def compared_settings():
    """What the tables that are compared say of it: their notes, and why pairs of numbers may differ; in their order."""
    named = {"table_1": config.get("describe", {})} | TABLES
    return [
        {key: named[ours].get(key, "") for key in ("note", "differs")} | {"name": ours} for ours in published_tables()
    ]


def published_files():
    """Every published table: those of the folder, and those that a table names by their path."""
    files = [os.path.normpath(path) for path in PUBLISHED.values()] + list(published_tables().values())
    return list(dict.fromkeys(files))


def evidence_tables():
    """Tables of this study whose columns speak to a hypothesis."""
    named = {evidence["table"] for hypothesis in HYPOTHESES for evidence in hypothesis["evidence"]}
    return sorted(named.intersection(TABLES))


def compared_evidence():
    """Those of them that are compared with a published table."""
    return [name for name in evidence_tables() if "published" in TABLES[name]]


def all_results():
    """Everything the config asks for."""
    files = [f"results/{name}.csv" for name in ("panel", "panel_winsorised", "winsorised", "codebook")]
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
    country="[a-z_]+",
    province=one_of(JOBS),
    model=one_of(MODELS),
    block="[0-9]+",
    table=one_of(TABLES),
    figure=one_of([name for name, figure in FIGURES.items() if "variables" in figure]),
    comparison=one_of([name for name, figure in FIGURES.items() if "coefficient" in figure]),
