"""Eighty single changes of the default study and its workflow, for `reruns.py`: one of each kind that people make."""

from __future__ import annotations

from typing import Any, NamedTuple


class Change(NamedTuple):
    """One change: of a file below the copy, a text in it and what takes its place (an empty text: at the end), or of a
    key of the config (place in it, dotted; `+` appends) and its new value; a file alone is touched."""

    kind: str
    name: str
    file: str
    old: str | None = None
    new: str = ""
    key: str = ""
    value: Any = None


def figure(name: str, file: str, old: str, new: str) -> Change:
    """A figure of a raw table."""
    return Change("raw table", name, f"study/raw/{file}.csv", old, new)


def resource(name: str, file: str, old: str, new: str) -> Change:
    """A cell of one of the workflow's own tables."""
    return Change("resource", name, f"workflow/resources/{file}.csv", old, new)


def comment(kind: str, module: str) -> Change:
    """A comment at the end of a module or script."""
    return Change(kind, module, f"workflow/scripts/{module}.py", "", "\n# A comment.\n")


def setting(name: str, key: str, value: Any) -> Change:
    """One key of the config."""
    return Change("config", name, "study/config.yaml", key=key, value=value)


GML_VRS = {
    "name": "gml_vrs",
    "measure": "sbm_ddf",
    "inputs": ["labour", "capital", "energy_total"],
    "good_outputs": ["real_gdp"],
    "bad_outputs": ["co2"],
    "returns": "vrs",
}
FUELS = ["raw_coal", "coke", "crude_oil", "gasoline", "kerosene", "diesel", "fuel_oil", "natural_gas"]
MODULES = (
    "publishers/patents",
    "publishers/us_employment",
    "publishers/census_layout",
    "publishers/balance",
    "publishers/yearbook",
    "publishers/grid",
    "publishers/ifr",
    "files/sheets",
    "checks/plausibility",
    "checks/units",
    "checks/cleaning",
    "words/headings",
    "dea/lp",
    "dea/programs",
    "dea/certificate",
    "dea/models",
    "regression/least_squares",
    "regression/formula",
    "regression/instruments",
    "regression/tf",
    "output/pages",
    "output/tables",
    "output/plots",
    "output/codebook",
    "audit/printed_tables",
    "helpers",
)
SCRIPTS = (
    "clean/clean_yearbook",
    "derive/derive_co2",
    "productivity/solve_dea",
    "panel/build_panel",
    "estimate/estimate_table",
    "present/tabulate_table",
)

CHANGES = (
    figure("robots in China", "ifr/china", "Textiles,CN,China,2002,", "Textiles,CN,China,2012,"),
    figure("robots in the United States", "ifr/united_states", "States,115,363", "States,116,363"),
    figure("employment by industry (census)", "census/employment_2004", ",59484,", ",59584,"),
    figure("US employment", "census/us_employment_1990", "907.2", "908.2"),
    figure("GDP (accounts)", "yearbook/gdp", "21118.12", "21128.12"),
    figure("gross fixed capital formation (capital)", "yearbook/gross_fixed_capital_formation", "3115.60", "3125.60"),
    figure("employment (labour)", "yearbook/employment", "1095.3", "1096.3"),
    figure("raw coal (energy)", "energy/raw_coal", "1210.10", "1212.10"),
    figure("electricity", "energy/electricity", "898.68", "899.68"),
    figure("net inflow of power (energy balance)", "energy/net_electricity", "554.11", "555.11"),
    figure("trade (controls)", "yearbook/trade", "50690208", "50990208"),
    figure("secondary value added (structure)", "yearbook/value_added_secondary", "4588.09", "4598.09"),
    figure("investment against pollution (regulation)", "yearbook/pollution_control_investment", "199702", "199802"),
    figure("green patents", "yearbook/green_patents", "3932", "3942"),
    figure("technology contracts (intelligence)", "yearbook/technology_contracts", "538.47", "539.47"),
    figure("primary employment, which the study does not use", "yearbook/employment_primary", "77.95", "78.05"),
    resource("a factor of processes", "activities", "0.538", "0.540"),
    resource("a name of coke in balances", "balance", "焦炭;Coke,+total", "焦炭;Coke;Cokes,+total"),
    resource("the largest plausible GDP", "catalog", "positive,5,300000", "positive,5,310000"),
    resource("a note on a city", "cities", "Chengde,hebei,", "Chengde,hebei,a note"),
    resource("a factor of fuels", "fuels", "26.37", "26.47"),
    resource("a label of an indicator", "indicators", "Optical cable per land area", "Optical cable per area"),
    resource("a US industry's crosswalk", "industries", 'fuels",C,Mining and quarrying', 'fuels",F,Construction'),
    resource(
        "a Chinese industry's note",
        "industries",
        "煤炭开采和洗选业,C,Mining and quarrying,1,",
        "煤炭开采和洗选业,C,Mining and quarrying,1,a note",
    ),
    resource("another name of a province", "provinces", "Hebei,,130000", "Hebei,Ji,130000"),
    resource("a note on robot counts", "robots", "too broad to stand in", "too wide to stand in"),
    resource("a critical value (Stock and Yogo)", "stock_yogo", "1,1,16.38", "1,1,16.39"),
    resource("a critical value (tF)", "tf_critical_values", "18.66", "18.67"),
    resource("a unit", "units", "人民币元,CNY,yuan,1", "人民币元,CNY,yuan,1\n圆,CNY,yuan,1"),
    resource("a note on a US industry", "us_industries", "outside the country", "abroad"),
    resource("a definition of a variable", "variables", "Resident population / land", "Residents / land"),
    resource("a published coefficient", "published/table_2", "-0.677", "-0.678"),
    *(comment("module", f"study/{module}") for module in MODULES),
    *(comment("script", script) for script in SCRIPTS),
    setting("the direction of the second model", "productivity.models.1.direction", "mean"),
    setting("a third model", "productivity.models.+", GML_VRS),
    setting("winsorising", "cleaning.winsorise", {"lower": 1, "upper": 99}),
    setting("the fuels of CO2", "emissions.fuels", FUELS),
    setting("the exposure's robots", "exposure.robots", "operational_stock"),
    setting("the base year of constant prices", "capital.base_year", 2001),
    setting("the study's years", "study.years", [2014, 2022]),
    setting("an excluded province", "study.excluded_provinces", ["tibet", "qinghai"]),
    setting("a table's title", "tables.table_2.title", "Baseline"),
    setting("a table's column", "tables.table_2.columns.+", "ln_co2 ~ ai + open | province + year"),
    setting("a figure's title", "figures.trends.title", "Trends"),
    setting("the audit's growth", "audit.growth", {"GTFP": 0.06}),
    setting("a hypothesis' claim", "hypotheses.0.claim", "AI reduces CO2"),
    Change("touch", "a raw table, touched", "study/raw/yearbook/gdp.csv"),
    Change("touch", "a module, touched", "workflow/scripts/study/dea/lp.py"),
    Change("touch", "the config, touched", "study/config.yaml"),
)

# Changes of results: what runs again has to give what a run from nothing gives.
VERIFIED = (
    "robots in China",
    "US employment",
    "GDP (accounts)",
    "raw coal (energy)",
    "trade (controls)",
    "green patents",
    "a factor of processes",
    "a US industry's crosswalk",
    "a critical value (Stock and Yogo)",
    "a published coefficient",
    "the direction of the second model",
    "winsorising",
    "an excluded province",
    "a table's column",
)
