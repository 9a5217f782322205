"""Single changes of a study of raw tables and of the workflow, each with the jobs that it makes run first.

The first jobs are known from what a change means, by the names of `_jobs`; what follows from them is the plan's.
"""

from pathlib import Path
from typing import NamedTuple

from changes import Change, comment, resource, setting
from conftest import ROOT
from study.plan.imports import imports_of

SCRIPTS = ROOT / "scripts"
FLOORS = ("clean", "derive", "productivity", "panel", "estimate", "present")
PRINTED = ("clean_yearbook", "clean_balances", "clean_patents")  # tables by province and year
CROSSCHECKED_IN = ("derive_variable", "derive_co2", "derive_real_gdp", "derive_upgrading", "derive_imputed")
COMPARED_WITH_LEVELS = (*PRINTED, *CROSSCHECKED_IN, "tabulate_description")
EMPLOYED = ("clean_census", "clean_foreign_employment")
COUNTS = ("clean_robots", *EMPLOYED)
EXPOSURE = ("derived/ai", "derived/ai_us")
SOLVED = ("dea/ml/*", "tables/productivity")  # the second model's programs, and the page that says what it is
WINSORISED = ("panel_winsorised", "estimates/*")
COMPARED = ("replication/scorecard",)
ANOTHER = {"name": "vrs", "measure": "sbm_ddf", "inputs": ["capital", "energy_total"], "good_outputs": ["real_gdp"],
           "bad_outputs": ["co2"], "returns": "vrs"}  # fmt: skip


class Case(NamedTuple):
    """A change, and the jobs that run first because of it; a rule's name stands for all its jobs."""

    change: Change
    first: tuple[str, ...] = ()


def raw_tables(study) -> list[Case]:
    """A line at the end of each raw table."""
    raw = study.raw_tables
    return [
        Case(Change("raw table", key, f"study/{path}", "", "\n"), (f"clean/{key}",))
        for key in raw.used
        for path in raw.files(key)
    ]


def code() -> list[Case]:
    """A comment in each script and module, and in each template of pages."""
    used = {
        script.stem: imports_of(script, SCRIPTS) for script in SCRIPTS.glob("*/*.py") if script.parent.name in FLOORS
    }
    files = sorted(path for path in SCRIPTS.rglob("*.py") if path.relative_to(SCRIPTS).parts[0] in (*FLOORS, "study"))
    cases = [
        Case(
            comment("code", path.relative_to(SCRIPTS).with_suffix("").as_posix()),
            tuple(r for r in used if path in used[r]),
        )
        for path in files
        if path.name != "__init__.py"
    ]
    for path in sorted(SCRIPTS.rglob("*.html")):
        change = Change("code", path.name, f"workflow/scripts/{path.relative_to(SCRIPTS).as_posix()}", "", "\n")
        cases.append(Case(change, tuple(rule for rule in used if path in used[rule])))
    return cases


def typed(study) -> list[Case]:
    """A figure in the first, the middle and the last row of each of the published tables."""
    tables, cases = study.typed_tables, []
    for name, path in tables.by_name.items():
        first = ["replication/audit", *(COMPARED if path in map(Path, tables.compared.values()) else [])]
        first += [f"tables/{table}" for table in study.tables if path == Path(tables.pairs(table) or ".")]
        lines = [line for line in path.read_text("utf-8").splitlines()[1:] if line.split(",")[5][-1:].isdigit()]
        for line in (lines[0], lines[len(lines) // 2], lines[-1]):
            cells = line.split(",")
            other = ",".join([*cells[:5], f"{cells[5]}1", *cells[6:]])
            cases.append(Case(resource(f"{name}: {line}", f"published/{name}", line, other), tuple(first)))
    return cases


def rows() -> list[Case]:
    """Cells of three rows of each of the workflow's tables."""
    return [
        Case(resource(f"{table}: {old} -> {new}", table, old, new), first)
        for table, changes in ROWS.items()
        for old, new, first in changes
    ]


def settings() -> list[Case]:
    """A value of each key of the config."""
    return [Case(setting(key, key, value), tuple(first)) for key, value, *first in SETTINGS]


ROWS = {
    "activities": (
        ("0.538", "0.540", ("derived/ln_co2_scopes",)),
        ("fuel_oil,,,1,resources/fuels.csv", "fuel_oil,,,1,factors of fuels", ()),
        ("kerosene,,,1,", "kerosene,,,1.5,", ("derived/ln_co2_scopes",)),
    ),
    "balance": (
        ("焦炭;Coke,+total", "焦炭;Coke;Cokes,+total", ("clean_balances",)),
        ("原油;Crude Oil,+total", "原油;Crude Oil;Crude,+total", ("clean_balances",)),
        ("柴油;Diesel Oil;Diesel,+final/construction", "柴油;Diesel,+final/construction", ("clean_balances",)),
    ),
    "catalog": (
        ("positive,5,300000", "positive,5,310000", ("clean/gdp",)),
        ("人民币各项贷款余额;", "各项贷款余额;", ("clean/loans",)),
        ("co2_inventory,", "co2_inventory,", ()),
    ),
    "cities": (
        ("Yanbian,jilin,", "Yanbian,jilin,checked", ()),
        ("Harbin;Haerbin,heilongjiang,", "Harbin;Haerbin;Harbeen,heilongjiang,", ("clean_patents",)),
        ("Diqing,yunnan,", "Deqen,yunnan,", ("clean_patents",)),
    ),
    "fuels": (
        ("20908,kJ/kg,26.37,0.94", "20908,kJ/kg,26.47,0.94", ("derived/co2", "derived/ln_co2_scopes")),
        ("ipcc_tier1,raw_coal,原煤,", "ipcc_tier1,raw_coal,煤,", ()),
        ("NCV: GB/T 2589-2008 appendix A", "GB/T 2589-2008", ()),
    ),
    "indicators": (
        (",infrastructure,+,optical_cable", ",infrastructure,-,optical_cable", ("derived/intelligence_index",)),
        ("Optical cable per land area", "Optical cable per area", ("derived/intelligence_index",)),
        ("broadband_ports,population", "broadband_ports,area", ("derived/intelligence_index",)),
    ),
    "industries": (
        ("橡胶制品业,22,", "橡胶制品业,23,", EXPOSURE),
        ("塑料制品业,22,", "塑料制品,22,", ("clean_census",)),
        ('Museums, botanical and zoological gardens",90,', 'Museums",90,', ()),
    ),
    "levels": (
        ("10^8 CNY,gdp,18900", "10^8 CNY,gdp,18800", COMPARED_WITH_LEVELS),
        ("reference exchange rate, annual average", "exchange rate, annual average", ()),
        ("4.78,8.35", "4.78,8.45", COMPARED_WITH_LEVELS),
    ),
    "provinces": (
        ("Hebei,,130000", "Hebei,Ji,130000", (*PRINTED, "clean_census")),
        ("Beijing,,110000,1", "Beijing,,110001,1", ()),
        ("Tianjin,,120000,1", "Tianjin,,120000,0", ("derived/municipality",)),
    ),
    "robots": (
        ("Industrial machinery", "Machinery", ("clean_robots",)),
        ("Computers and peripheral equipment", "Computers", ("clean_robots",)),
        ("World Robotics Industrial Robots", "World Robotics", ()),
    ),
    "shares": (
        ("beijing,1960,23000", "beijing,1961,23000", COMPARED_WITH_LEVELS),
        ("beijing,1960", "beijing,1960.0", ()),
        ("three digits, for the size", "for the size", ()),
    ),
    "stock_yogo": (
        ("1,1,16.38", "1,1,16.39", ("estimates/*",)),
        ("1,2,19.93", "1,2,19.94", ("estimates/*",)),
        ("11.59", "11.60", ("estimates/*",)),
    ),
    "tf_critical_values": (
        ("18.66", "18.67", ("replication/audit", "replication/hypotheses")),
        ("9.74", "9.75", ("replication/audit", "replication/hypotheses")),
        ("2.1,", "2.10,", ()),
    ),
    "units": (
        ("元,CNY,yuan,1", "圆,CNY,yuan,1", (*PRINTED, *EMPLOYED, "derive_variable")),
        (
            "tons of coal equivalent,energy,tce,1",
            "tons of coal equivalents,energy,tce,1",
            (*PRINTED, *EMPLOYED, "derive_variable"),
        ),
        ("weight case of 50 kg,1", "weight case of 50 kg,1.0", ()),
    ),
    "us_industries": (
        ("Domestic industries,", "Home industries,", ("clean_foreign_employment",)),
        ("outside the country", "abroad", ()),
        ("Full-time and part-time employees,,,", "Full-time and part-time employees,,,all", ()),
    ),
    "variables": (
        ("Resident population / land", "Residents / land", ()),
        ("budget_expenditure / gdp", "1 * budget_expenditure / gdp", ("derived/gov",)),
        ("金融发展水平", "金融发展", ()),
    ),
}
# Key of the config, another value, the jobs that run first.
SETTINGS = (
    ("study.title", "Another title"),
    # capital runs from its base year on
    ("study.years", [2014, 2022], "derive_variable", "derived/co2", "derived/real_gdp", *EXPOSURE,
     "derived/municipality",
     "derived/industrial_upgrading", "derived/intelligence_index", "derived/ln_co2_scopes", "derived/production",
     "estimates/*", "figures/trends", "tables/table_1", "panel"),
    ("inputs", "raw2", "clean/*"),
    ("study.excluded_provinces", ["tibet", "qinghai"], *PRINTED, *EXPOSURE, "derived/municipality"),
    ("sources", {"gdp": {"file": "yearbook/gdp.csv", "unit": "亿元"}}, "clean/gdp"),
    ("cleaning.interpolation", {"method": "linear", "longest_gap": 3}, *PRINTED),
    ("cleaning.interpolation.method", "none", *PRINTED),
    ("cleaning.interpolation.whole_years", {"employment": [2015]}, "clean/employment"),
    ("cleaning.total_tolerance", 0.01, *COUNTS, "clean/electricity", "derived/industrial_upgrading"),
    ("cleaning.suspects", "warning", *PRINTED, "derive_variable", "derived/co2", "derived/real_gdp",
     "derived/industrial_upgrading"),
    ("cleaning.accept", {"loans": ["beijing 2015"]}, "clean/loans", "imputed", "tables/table_1"),
    ("cleaning.missing", {"loans": ["beijing 2015"]}, "clean/loans"),
    ("cleaning.formulas", "values", *PRINTED, *COUNTS),
    ("cleaning.winsorise.lower", 1, *WINSORISED),
    ("cleaning.winsorise.upper", 99, *WINSORISED),
    ("cleaning.winsorise.variables", ["ai"], *WINSORISED),
    ("cleaning.winsorise.except", ["ai"], *WINSORISED),
    ("emissions.factors", "ipcc_tier1", "derived/co2", "derived/ln_co2_scopes"),
    ("emissions.fuels", ["raw_coal", "coke", "crude_oil"], "derived/co2"),
    ("emissions.scopes", [1, 2], "derived/ln_co2_scopes"),
    ("capital.base_year", 2001, "derived/real_gdp", "derived/capital"),
    ("capital.depreciation", 0.1, "derived/capital"),
    ("capital.initial_stock", "tenth", "derived/capital"),
    ("capital.price_continued_by", "gdp_deflator", "derived/capital"),
    ("exposure.robots", "operational_stock", "clean_robots", *EXPOSURE),
    ("exposure.per_workers", 100, *EXPOSURE),
    ("exposure.unspecified", "spread", *EXPOSURE),
    ("productivity.engine", "highs", "dea/*"),
    ("productivity.units_per_job", 7, "dea/*"),
    ("productivity.bootstrap.replications", 50),
    ("productivity.bootstrap.blocks", 5),
    ("productivity.bootstrap.subsample", 0.5),
    ("productivity.bootstrap.level", 90),
    ("productivity.bootstrap.seed", 7),
    ("productivity.models.+", ANOTHER, "dea/vrs/*", "tables/productivity"),
    ("productivity.models.1.measure", "ddf", *SOLVED),
    ("productivity.models.1.inputs", ["capital", "energy_total"], *SOLVED),
    ("productivity.models.1.direction", "mean", *SOLVED),
    ("productivity.models.1.weights", "ones", *SOLVED),
    ("productivity.models.1.returns", "vrs", *SOLVED),
    ("productivity.models.1.disposability", "weak", *SOLVED),
    ("productivity.models.1.technology", "sequential", *SOLVED),
    ("productivity.models.1.index", "luenberger", "productivity/ml", "tables/productivity"),
    ("productivity.models.1.infeasible", "missing", *SOLVED),
    ("productivity.models.1.base_year", 2015, "productivity/ml", "tables/productivity"),
    ("variables.energy_efficiency", "energy_per_gdp", "derived/energy_efficiency"),
    ("variables.industrial_upgrading", "labour_productivity", "derived/industrial_upgrading"),
    ("variables.intelligence.method", "principal_component", "derived/intelligence_index"),
    ("variables.intelligence.indicators", ["optical_cable_density", "broadband_ports_per_head"],
     "derived/intelligence_index"),
    ("variables.own", [{"name": "trade_share", "symbol": "T", "unit": "ratio", "formula": "loans / gdp"}]),
    ("catalog", {"own": [{"key": "loans_other", "file": "yearbook/loans_other.csv", "title_en": "Loans",
                          "unit": "10^8 CNY", "where": "own"}]}),
    ("controls", ["open", "density", "fin", "gov", "energy"], "estimates/*"),
    ("describe.title", "Moments", "tables/table_1"),
    ("describe.variables", ["ln_co2", "ai"], "tables/table_1"),
    ("describe.differs", [{"columns": ["mean"], "terms": ["gtfp"], "why": "vintage", "reason": "later"}], *COMPARED),
    ("describe.published", "table_1.csv"),
    ("tables.table_2.title", "Baseline", "tables/table_2"),
    ("tables.table_2.note", "Read with care.", "tables/table_2"),
    ("tables.table_2.differs", [{"columns": [4], "terms": ["ai"], "why": "method", "reason": "not said"}], *COMPARED),
    ("tables.table_2.published", "table_3", *COMPARED, "replication/hypotheses"),
    ("tables.table_2.columns.+", "ln_co2 ~ ai + open | province + year", "estimates/table_2"),
    ("tables.table_7b.published_pairs", {"table": "table_8", "columns": [[1, 3], [2, 4]]}, "tables/table_7b"),
    ("tables.table_6b.bootstrap.replications", 500, "estimates/table_6b"),
    ("tables.table_6b.bootstrap.block", "year", "estimates/table_6b"),
    ("tables.table_6b.bootstrap.level", 90, "estimates/table_6b"),
    ("tables.table_6b.bootstrap.seed", 1, "estimates/table_6b"),
    ("tables.table_7.columns.0.group", "high", "estimates/table_7"),
    ("tables.table_7.columns.0.split", {"by": "regulation", "at": 0.1, "side": "high"}, "estimates/table_7"),
    ("tables.table_5.columns.4.sample", "municipality == 1", "estimates/table_5"),
    ("tables.table_5.columns.4.weights", "density", "estimates/table_5"),
    ("tables.table_5.columns.4.vcov", {"cluster": "province"}, "estimates/table_5"),
    ("tables.table_5.columns.4.singletons", "keep", "estimates/table_5"),
    ("tables.table_5.columns.4.collinear", "drop", "estimates/table_5"),
    ("tables.table_6b.columns.0.indirect", {"of": "ai", "through": "open"}, "estimates/table_6b"),
    ("published", "typed", "replication/*", "tables/table_7b", "tables/table_8b"),
    ("audit.units", 31, "replication/audit"),
    ("audit.periods", 9, "replication/audit"),
    ("audit.further_dimensions", {"city": 3}, "replication/audit"),
    ("audit.interval", 90, "replication/audit", "tables/table_7b", "tables/table_8b", *COMPARED,
     "replication/hypotheses"),
    ("audit.effects", {"entity": ["Province"], "period": ["Year"]}, "replication/audit"),
    ("audit.levels", [0.05, 0.01, 0.001], "replication/audit", "replication/hypotheses"),
    ("audit.log_totals.Co2", {"unit": 1.0e-5, "national": 12.0, "name": "Gt", "source": "another year"},
     "replication/audit"),
    ("audit.shares", [], "replication/audit"),
    ("audit.growth", {"GTFP": 0.06}, "replication/audit"),
    ("figures.trends.title", "Trends", "figures/trends"),
    ("figures.trends.variables", ["ai", "ln_co2"], "figures/trends"),
    ("figures.replication.title", "Ours", "figures/replication"),
    ("figures.replication.coefficient", "ai_us", "figures/replication"),
    ("hypotheses.0.name", "First", "replication/hypotheses"),
    ("hypotheses.0.claim", "AI reduces CO2", "replication/hypotheses"),
    ("hypotheses.0.evidence.0.columns", [1], "replication/hypotheses"),
    ("hypotheses.0.evidence.0.table", "table_3", "replication/hypotheses"),
    ("hypotheses.0.evidence.0.term", "open", "replication/hypotheses"),
    ("hypotheses.0.evidence.0.necessary", True, "replication/hypotheses"),
    ("hypotheses.0.evidence.0.sign", "positive", "replication/hypotheses"),
    ("units", {"name": "region"}, "tabulate_table", "figures/trends"),
    ("periods", {"name": "wave"}, "tabulate_table", "figures/trends"),
)  # fmt: skip
# Keys that the default study has no other value for -> where they are tried.
ELSEWHERE = {
    "panel": "a study of raw tables has none: tests/test_panel_study.py",
    "emissions.source": "inventories are no part of the example: tests/test_wild.py",
    "capital.investment_continued_by": "there is one way",
    "exposure.base_year": "the catalog has one census",
    "exposure.instrument": "the catalog has one other country",
    "productivity.main": "tables name the second model's index: SMALL below",
    "ask": "changes no result: tests/test_why.py",
}
# Of the small study alone.
SMALL = (Case(setting("productivity.main", "productivity.main", "ml")),)
