"""The plan of a study as an object: what its config says, what its raw tables allow; without Snakemake."""

import copy
import dataclasses
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from _plan import EXAMPLE, MODEL, SCHEMA, panel_study, raw_study, write_panel
from conftest import ROOT, default_config
from study.plan import kept, sources
from study.plan.command import asked_bootstraps, asks_check_alone, last_words
from study.plan.refusals import check_study
from study.plan.schema import with_defaults
from study.plan.targets import all_results, one_of
from study.regression import formula

# Sections that a study of ratios of yearbooks' tables goes without.
SHORT = dict.fromkeys(("emissions", "capital", "exposure", "productivity"))


@pytest.fixture(autouse=True)
def in_a_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def inputs(tmp_path):
    """The example's tables in a folder of the study."""
    shutil.copytree(EXAMPLE, tmp_path / "raw")
    return tmp_path / "raw"


def test_a_study_needs_no_snakemake(tmp_path):
    code = (
        "import sys; sys.modules['snakemake'] = None\n"
        "from _plan import raw_study\n"
        "from study.plan.refusals import check_study\n"
        "from study.plan.targets import all_results\n"
        "study = raw_study(); check_study(study); print(len(all_results(study)))"
    )
    paths = f"import sys; sys.path[:0] = [{str(ROOT / 'scripts')!r}, {str(ROOT / 'tests')!r}]\n"
    run = subprocess.run(
        [sys.executable, "-c", paths + code], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert run.returncode == 0, run.stderr
    assert int(run.stdout) == len(all_results(raw_study()))


def test_a_study_is_frozen_and_leaves_its_config_alone():
    study = raw_study(cleaning={"accept": {"gdp": ["天津市 2018"]}}, periods={"name": "period"})
    before = copy.deepcopy(study.given)
    check_study(study)
    all_results(study)
    study.derived.checked_tables()
    assert study.given == before
    assert study.config["cleaning"]["accept"] == study.accepted == {"gdp": ["tianjin 2018"]}
    with pytest.raises(dataclasses.FrozenInstanceError):
        study.given = {}


def test_each_formula_is_read_once():
    study = raw_study()
    formula._parse_formula.cache_clear()
    check_study(study)
    study.derived.checked_tables()
    assert study.derived.unmade_tables == {}
    columns = [column for table in study.tables.values() for column in table["columns"]]
    different = {column if isinstance(column, str) else column["formula"] for column in columns}
    assert formula._parse_formula.cache_info().misses == len(different) < len(columns)


def test_the_default_study():
    study = raw_study()
    assert len(study.units) == 30 and "tibet" not in study.units and study.jobs == list(study.units)
    assert study.periods.names == tuple(map(str, range(2013, 2023)))
    assert study.indices == {"gtfp": "gml", "gtfp_ml": "ml"}
    assert study.model_signs == dict.fromkeys(["labour", "capital", "energy_total", "real_gdp", "co2"], "above zero")
    assert study.derived.panel_columns[:11] == [
        "province", "year", "ln_co2", "gtfp", "ai", "open", "density", "fin", "gov", "energy", "urban"
    ]  # fmt: skip
    assert study.production == ["labour", "capital", "energy_total", "real_gdp", "co2"]
    assert {"ai_us", "municipality", "gtfp_ml"} < set(study.columns)
    assert study.categories == ["province", "year"]
    assert study.simulated.startswith("Simulated inputs") and study.simulated in study.compared_note
    assert Path(study.from_workflow("resources/units.csv")).resolve() == ROOT / "resources/units.csv"
    assert not Path(study.from_workflow("resources/units.csv")).is_absolute()


def test_provinces_are_left_out_by_any_name_and_shared_out_among_jobs():
    study = raw_study(study={"excluded_provinces": ["西藏自治区", "Hainan"]}, productivity={"units_per_job": 8})
    assert len(study.units) == 29 and not {"tibet", "hainan"} & set(study.units)
    assert study.jobs == ["00001", "00002", "00003", "00004"]


def test_an_index_is_in_the_panel_where_it_is_named():
    assert raw_study().panel_indices == {"gtfp": "gml", "gtfp_ml": "ml"}
    table_2 = {"table_2": default_config()["tables"]["table_2"]}
    alone = raw_study(tables=table_2, hypotheses=None)
    assert alone.panel_indices == {"gtfp": "gml"}
    assert not {"green_patents", "optical_cable", "value_added_primary", "robots_us"} & set(alone.raw_tables.used)
    assert {"gdp", "gdp_index", "employment", "electricity", "robots_china"} < set(alone.raw_tables.used)
    assert raw_study(productivity={"main": "ml"}).indices == {"gtfp": "ml", "gtfp_gml": "gml"}


def test_formulas_take_the_studys_own_names_of_units_and_periods():
    given = {"t": {"title": "T", "columns": [{"formula": "ai ~ open | region + wave", "sample": "wave > 2014"}]}}
    study = raw_study(
        units={"name": "region"}, periods={"name": "wave"}, tables=given, hypotheses=None, figures=None, audit=None
    )
    (column,) = study.tables["t"]["columns"]
    assert column == {"formula": "ai ~ open | province + year", "sample": "year > 2014"}
    assert study.config["tables"] is study.tables
    assert study.table_variables("t") == ["ai", "open", "province", "year"]


def spans(study):
    """Raw table -> first and last year that the study reads of it."""
    return {key: study.raw_tables.span(key, need.first) for key, need in study.derived.raw_needs.items()}


def test_raw_tables_are_needed_for_the_years_that_the_study_uses():
    study = raw_study()
    assert spans(study) | {
        "gdp": (2000, 2022),
        "gdp_index": (2001, 2022),
        "gross_fixed_capital_formation": (2000, 2017),
        "investment_price_index": (2001, 2019),
        "retail_price_index": (2020, 2022),
        "fixed_asset_investment_growth": (2018, 2022),
        "employment": (2013, 2022),
        "robots_china": (2012, 2022),
        "robots_us": (2013, 2022),
        "employment_2004": (2004, 2004),
    } == spans(study)
    deflated = raw_study(capital={"price_continued_by": "gdp_deflator"}, study={"years": [2013, 2016]})
    assert {"retail_price_index", "fixed_asset_investment_growth"}.isdisjoint(deflated.raw_tables.used)


def test_a_year_is_asked_for_by_the_key_of_the_config_that_needs_it():
    needs = raw_study().derived.raw_needs
    assert needs["gdp"].asked_by == needs["gross_fixed_capital_formation"].asked_by == "capital.base_year"
    assert needs["loans"].asked_by == "study.years"
    assert needs["robots_china"].asked_by == "study.years, and lag() or growth() in a formula"
    assert needs["employment_2004"].asked_by == "study.years"  # one year, whatever is made of others


def test_a_variable_in_a_formula_asks_for_the_years_before():
    own = {"name": "gov_growth", "unit": "ratio", "formula": "growth(gov)"}
    study = raw_study(variables={"own": [own]}, controls=None, tables=None, hypotheses=None, figures=None,
                      describe={"variables": ["gov_growth"], "published": None, "differs": None}, **SHORT)  # fmt: skip
    assert study.derived.made == {"gov_growth": 2013, "gov": 2012}
    assert spans(study) == {"gdp": (2012, 2022), "budget_expenditure": (2012, 2022)}
    assert study.variables.job("gov")["first"] == 2012 and study.derived.panel_columns[2:] == ["gov_growth"]


def test_the_source_of_emissions_decides_on_the_tables():
    fuels, inventory = raw_study(), raw_study(emissions={"source": "ceads"})
    assert list(fuels.derived.needs_of("co2")) == default_config()["emissions"]["fuels"]
    assert list(inventory.derived.needs_of("ln_co2")) == ["co2_inventory"]
    assert "co2_inventory" in inventory.raw_tables.used and "raw_coal" not in inventory.raw_tables.used
    assert "energy_total" in inventory.raw_tables.used


def test_each_raw_table_is_read_by_one_rule():
    raw = raw_study().raw_tables
    forms = ("yearbook", "balances", "inventory", "patents", "robots", "census", "foreign_employment")
    read = {form: raw.read_by(form) for form in forms}
    assert read["inventory"] == ["co2_inventory"] and read["patents"] == ["green_patents"]
    assert {"raw_coal", "electricity", "net_heat"} < set(read["balances"]) and "gdp" in read["yearbook"]
    assert sorted(key for keys in read.values() for key in keys) == sorted(raw.catalog)


def test_what_a_job_is_told_of_its_raw_table():
    raw = raw_study().raw_tables
    gdp = raw.job("gdp")
    assert gdp["source"]["how"] == "name" and raw.files("gdp") == [str(Path(EXAMPLE, "yearbook/gdp.csv"))]
    assert (gdp["first"], gdp["last"], gdp["missing"]) == (2000, 2022, [])
    assert raw.job("coke")["blank_is_nil"] and not gdp["blank_is_nil"]
    assert raw.job("electricity")["national"] and not raw.job("raw_coal")["national"]


def test_what_cleaning_says_of_other_tables_is_not_told():
    cleaning = {
        "interpolation": {"method": "linear", "longest_gap": 3, "whole_years": {"gdp": [2014], "loans": [2015]}},
        "accept": {"gdp": ["tianjin 2018"], "loans": ["hebei 2014"]},
    }
    told = raw_study(cleaning=cleaning).raw_tables.cleaning("gdp")
    assert told["interpolation"] == {"method": "linear", "longest_gap": 3, "whole_years": {"gdp": [2014]}}
    assert told["accepted"] == ["tianjin 2018"] and told["total_tolerance"] is None


def test_needs_of_variables():
    derived = raw_study().derived
    assert set(derived.needs_of("ai_us")) == {"robots_us", "us_employment_1990", "employment_2004"}
    assert derived.needs_of("gtfp_ml") == derived.needs_of("gtfp")
    assert set(derived.needs_of("gtfp")) > {"gdp", "employment", "coke", "energy_total"}
    assert set(derived.needs_of("fin")) == {"loans", "gdp"}
    assert derived.needs_of("municipality") == derived.needs_of("province") == {}


def test_what_lacks_a_raw_table_is_left_out_and_told(inputs):
    for name in ("ifr/united_states.csv", "yearbook/trade.csv"):
        (inputs / name).unlink()
    study = raw_study(inputs="raw")
    check_study(study)
    derived, raw = study.derived, study.raw_tables
    assert derived.left_out == {"open": ["trade"], "ai_us": ["robots_us"]}
    assert not {"open", "ai_us"} & set(derived.panel_columns) and "fin" in derived.panel_columns
    assert "results/clean/imputed/robots_china.csv" in derived.imputed
    assert "results/clean/imputed/robots_us.csv" not in derived.imputed
    assert raw.files("trade") == [] and not raw.is_there("trade")
    lines = raw.job("trade")["missing"]
    assert [line.partition(":")[0] for line in lines] == ["trade", "robots_us"] and "raw/yearbook/trade.csv" in lines[0]
    assert derived.unmade_tables["table_4"] == ["trade", "robots_us"]
    assert derived.unmade_tables["table_2"] == ["trade"]
    assert "table_1" in derived.needed_by("trade") and "table_2" not in derived.needed_by("robots_us")
    told = last_words(study, ["all"], failed=True)
    assert "table_2 lacks raw tables: trade (uv run snakemake check)\n" in told
    assert last_words(study, ["all"]) == ""


def test_an_index_of_gdp_that_is_not_there_stops_only_what_is_made_of_it(inputs):
    (inputs / "yearbook/gdp_index.csv").unlink()
    derived = raw_study(inputs="raw").derived
    assert set(derived.left_out) == {"gtfp", "gtfp_ml", "energy_efficiency"}
    assert "fin" in derived.panel_columns and "results/derived/imputed/capital.csv" in derived.imputed


def test_a_study_needs_the_sections_that_its_variables_are_made_of():
    describe = {"variables": ["gov", "urban"], "published": None, "differs": None}
    others = dict.fromkeys(("tables", "hypotheses", "figures", "audit"))
    study = raw_study(controls=["gov", "urban"], describe=describe, **others, **SHORT)
    check_study(study)
    assert study.derived.panel_columns == ["province", "year", "gov", "urban"]
    assert spans(study) == dict.fromkeys(("gdp", "budget_expenditure", "urbanisation"), (2013, 2022))
    assert "ai" not in study.columns and study.variables.lacking_sections("ln_co2") == ["emissions"]


def test_the_check_knows_every_table_of_the_catalog(inputs):
    (inputs / "yearbook/notes.csv").write_text("just, notes\n")
    study = raw_study(inputs="raw", tables={"table_2": default_config()["tables"]["table_2"]}, hypotheses=None)
    tables = study.derived.checked_tables()
    assert list(tables) == list(study.raw_tables.catalog)
    assert tables["gdp"]["needed"] and tables["gdp"]["needed_by"] == ["table_1", "table_2"]
    assert not tables["green_patents"]["needed"] and tables["green_patents"]["source"]["files"] == []
    assert tables["robots_china"]["first"] == 2013 and tables["employment_2004"]["year"] == 2004
    assert study.raw_tables.unused_files == ["raw/yearbook/notes.csv"]


def test_what_files_hold_is_read_anew_when_a_reader_changes(tmp_path, monkeypatch):
    for name in ("scripts", "resources"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("example", "__pycache__"))
    monkeypatch.setattr(kept, "SCRIPTS", tmp_path / "scripts")
    monkeypatch.setattr(kept, "RESOURCES", tmp_path / "resources")
    versions = [kept.version_of(sources.READERS)]
    for name in ("scripts/study/files/biff.py", "resources/cities.csv", "scripts/study/dea/lp.py"):
        with (tmp_path / name).open("a") as file:
            file.write("\n")
        versions.append(kept.version_of(sources.READERS))
    assert len(set(versions[:3])) == 3, "a reader of workbooks and a table of cities count"
    assert versions[3] == versions[2], "a linear program does not"


def test_published_tables_that_ours_are_compared_with():
    typed = raw_study().typed_tables
    assert list(typed.compared) == ["table_1", *(f"table_{number}" for number in range(2, 9))]
    assert typed.compared["table_2"].endswith("resources/published/table_2.csv")
    assert typed.pairs("table_7b") == typed.compared["table_7"] and typed.pairs("table_2") == []
    assert typed.evidence == ["table_2", "table_3", "table_4", "table_5", "table_6", "table_6b", "table_7", "table_8"]
    assert "table_6b" not in typed.compared_evidence
    assert [said["name"] for said in typed.said] == list(typed.compared)
    assert typed.audited


def test_a_panel_study(tmp_path):
    write_panel(tmp_path)
    study = panel_study(productivity={"models": [MODEL]}, describe={"variables": ["y", "gtfp"]})
    check_study(study)
    assert study.units == {"city_1": "City 1", "city_2": "City 2", "city_3": "City 3"}
    assert study.columns == ["province", "year", "y", "x", "z", "gtfp"]
    assert study.tables["main"]["columns"] == ["y ~ x + z | province + year"]
    assert study.periods.names == ("2010", "2011", "2012", "2013") and not study.simulated
    assert study.derived.sources_of(["y", "gtfp", "year"]) == {
        "y": "results/derived/imported.csv",
        "gtfp": "results/productivity/gml.csv",
    }
    assert study.derived.panel_columns == ["province", "year", "gtfp", "y", "x", "z"] and study.derived.lacks("y") == []
    assert not study.typed_tables.audited
    results = all_results(study)
    assert "results/tables/main.tex" in results and "results/tables/table_1.csv" in results
    assert not [file for file in results if "imputed" in file or "replication" in file]


def test_figures_against_published_ones_need_a_published_table():
    assert "results/figures/replication.png" in all_results(raw_study())
    tables = {"t": {"title": "T", "columns": ["ai ~ open | province + year"]}}
    describe = {key: part for key, part in default_config()["describe"].items() if key not in ("published", "differs")}
    study = raw_study(tables=tables, hypotheses=None)
    study = dataclasses.replace(study, given=study.given | {"describe": describe})
    results = all_results(study)
    assert "results/figures/trends.png" in results and "results/figures/replication.png" not in results


def test_defaults_are_those_that_snakemake_would_fill_in():
    from snakemake.utils import validate

    few = {"panel": {"path": "p.csv"}, "describe": {"variables": ["y"]}}
    for config in (default_config(), few, few | {"productivity": {"models": [MODEL], "bootstrap": {}}}):
        filled = copy.deepcopy(config)
        validate(filled, str(ROOT / "rules" / "config.schema.yaml"))
        ours = with_defaults(config, SCHEMA)
        assert ours == filled
        assert repr(ours) == repr(filled), "params are compared by their text"


def test_a_wildcard_takes_names_as_they_are():
    assert one_of(["a.b", "c+"]) == r"a\.b|c\+"
    assert one_of([]) == "(?!)"


def test_what_a_command_asks_for():
    assert asks_check_alone(["check"]) and asks_check_alone(["--cores", "2", "results/check.csv", "check"])
    assert not asks_check_alone(["check", "results/panel.csv"]) and not asks_check_alone(["--cores", "2"])
    words = ["--cores", "2", "results/productivity/gml_bootstrap.csv", "results/productivity/gml.csv"]
    assert asked_bootstraps(words) == ["gml"]
