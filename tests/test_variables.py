"""Efficiency, structure, regulation, intelligence and scopes: each against hand figures, and made only where named."""

import csv
import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from _plan import raw_study
from conftest import make_study, planned_jobs, small_config, snakemake, write_config
from derive_intelligence import check_varies, component_index, entropy_index, entropy_weights, indicator_values
from derive_scopes import activity_factors, log_total, scope_emissions
from derive_upgrading import by_sector, report_gap, weighted_productivity, weighted_shares
from study.helpers import InputError, read_rows
from study.variables.choices import chosen_activities, chosen_indicators
from study.variables.emissions import emission_factors
from test_derive import by_formula
from test_workflow import CATALOG, assert_told, changed, fix_figure, with_config

RESOURCES = Path(__file__).parents[1] / "resources"
CELLS = pd.MultiIndex.from_tuples([("a", "2013"), ("a", "2014")], names=["province", "year"])
SECTORS = ["primary", "secondary", "tertiary"]


def long(rows):
    return pd.DataFrame(rows, columns=["province", "year", "indicator", "value"])


# --- by a formula -----------------------------------------------------------------------------------------------------


def test_energy_efficiency_and_intensity_are_inverse():
    tables = {"real_gdp": {("a", 2013): 300.0}, "energy_total": {("a", 2013): 200.0}}
    # 10^8 CNY per 10^4 tce are 10^4 CNY per tce
    assert by_formula("energy_efficiency", tables, [("a", 2013)], energy_efficiency="gdp_per_energy") == [1.5]
    intensity = by_formula("energy_efficiency", tables, [("a", 2013)], energy_efficiency="energy_per_gdp")
    assert intensity == pytest.approx([2 / 3])


def test_further_ratios_by_their_definitions():
    tables = {
        "green_patents": 6000.0, "population": 2000.0, "value_added_secondary": 400.0, "gdp": 1000.0,
        "pollution_control_investment": 7.0, "industrial_value_added": 350.0,
    }  # fmt: skip
    tables = {name: {("a", 2013): value} for name, value in tables.items()}
    # 6000 applications of 2000 x 10^4 persons
    expected = {"green_patents": 3.0, "industrialisation": 0.4, "regulation": 0.02}
    assert {name: by_formula(name, tables, [("a", 2013)])[0] for name in expected} == pytest.approx(expected)


def test_regulation_is_checked_against_what_contains_industry_where_the_study_has_it():
    beside = ["results/clean/gdp.csv", "results/clean/value_added_secondary.csv"]
    assert raw_study().derived.beside("regulation") == beside
    tables = {"t": {"columns": ["regulation ~ ai | province + year"]}}
    alone = raw_study(tables=tables, describe=None, figures=None)
    assert alone.derived.beside("regulation") == beside[:1]


# --- structure --------------------------------------------------------------------------------------------------------


def test_weighted_shares_run_from_one_to_three():
    value_added = pd.DataFrame([[10.0, 40.0, 50.0], [0.0, 0.0, 7.0]], CELLS, SECTORS)
    # 1 x .1 + 2 x .4 + 3 x .5 = 2.4
    assert weighted_shares(value_added).tolist() == pytest.approx([2.4, 3.0])


def test_weighted_productivity_is_real_and_relative_to_the_pooled_mean():
    value_added = pd.DataFrame([[10.0, 40.0, 50.0], [40.0, 80.0, 80.0]], CELLS, SECTORS)
    employment = pd.DataFrame([[10.0, 10.0, 10.0], [20.0, 10.0, 10.0]], CELLS, SECTORS)
    deflator = pd.Series([1.0, 2.0], CELLS)
    # real Y/L: 1, 4, 5 and 20/20 = 1, 40/10 = 4, 40/10 = 4; pooled means 1, 4, 4.5
    first = 0.1 * 1 + 0.4 * 1 + 0.5 * 5 / 4.5
    second = 0.2 * 1 + 0.4 * 1 + 0.4 * 4 / 4.5
    assert weighted_productivity(value_added, employment, deflator).tolist() == pytest.approx([first, second])


def test_sectors_are_read_without_the_national_row():
    rows = [(p, "2013", f"value_added_{s}", 1.0) for p in ("a", "china") for s in SECTORS]
    assert by_sector(long(rows), "value_added").index.tolist() == [("a", "2013")]


def test_a_gap_of_sectors_is_reported_and_a_gross_one_refused(caplog):
    parts = pd.DataFrame([[10.0, 40.0, 50.0], [10.0, 40.0, 52.0]], CELLS, SECTORS)
    total = pd.Series([100.0, 100.0], CELLS)
    report_gap(parts, total, "value added", 0.005, 0.1)
    assert "off by up to +2.00% (a 2014), beyond 0.5% in 1 province-years" in caplog.text
    with pytest.raises(InputError, match=r"\+2.00% \(a 2014\), more than 1%"):
        report_gap(parts, total, "value added", 0.005, 0.01)
    report_gap(parts, total / 10, "employment", 0.005, None)


# --- intelligence -----------------------------------------------------------------------------------------------------


def test_indicators_are_ratios_or_figures_as_they_are():
    rows = [{"name": "x", "numerator": "n", "denominator": "d"}, {"name": "y", "numerator": "n", "denominator": ""}]
    values = indicator_values(long([("a", "2013", "n", 6.0), ("a", "2013", "d", 4.0)]), rows)
    assert values.loc["a", "2013"].to_dict() == {"x": 1.5, "y": 6.0}


def test_entropy_weights_by_hand():
    # first: shares 0, 1/3, 2/3 -> e = (1/3 ln 3 + 2/3 ln 1.5)/ln 3; second: 0, 0, 1 -> e = 0
    scores = np.array([[0.0, 0.0], [0.5, 0.0], [1.0, 1.0]])
    entropy = (np.log(3) / 3 + 2 / 3 * np.log(1.5)) / np.log(3)
    first, second = (1 - entropy) / (2 - entropy), 1 / (2 - entropy)
    assert entropy_weights(scores) == pytest.approx([first, second])


def test_entropy_index_signs_directions():
    # the second falls where the first rises and counts against: both scores are 0, 1/2, 1
    values = np.array([[1.0, 30.0], [2.0, 20.0], [3.0, 10.0]])
    index, weights = entropy_index(values, np.array([1.0, -1.0]))
    assert weights == pytest.approx([0.5, 0.5])
    assert index == pytest.approx([0, 50, 100])


def test_first_component_by_hand():
    # two standardised indicators with a positive correlation: loadings (1, 1)/sqrt 2, whatever the variances
    values = np.array([[1.0, -10.0], [2.0, -30.0], [3.0, -20.0], [4.0, -40.0]])
    index, loadings = component_index(values, np.array([1.0, -1.0]))
    assert loadings == pytest.approx([2**-0.5] * 2)
    standardised = (np.array([1.0, 2, 3, 4]) + np.array([1.0, 3, 2, 4]) - 5) / 3  # equal spreads: sums suffice
    assert index == pytest.approx(100 * (standardised - standardised.min()) / np.ptp(standardised))
    flipped, same = component_index(-values, np.array([1.0, -1.0]))
    assert same.sum() > 0
    assert flipped == pytest.approx(100 - index)


def test_a_constant_indicator_is_refused():
    check_varies(pd.DataFrame({"x": [1.0, 1.1]}))
    with pytest.raises(InputError, match="indicator y is the same in all"):
        check_varies(pd.DataFrame({"x": [1.0, 2.0], "y": [0.3, 0.3]}))


def test_indicators_are_chosen_by_name():
    rows, catalog = read_rows(RESOURCES / "indicators.csv"), list(CATALOG)
    assert len(chosen_indicators(rows, None, catalog)) == len(rows)
    chosen = chosen_indicators(rows, ["invention_patents", "software_revenue"], catalog)
    assert [row["name"] for row in chosen] == ["software_revenue", "invention_patents"]
    with pytest.raises(InputError, match=r"no robots in resources/indicators\.csv"):
        chosen_indicators(rows, ["robots", "software_revenue"], catalog)
    with pytest.raises(InputError, match="two indicators"):
        chosen_indicators(rows, ["software_revenue"], catalog)
    with pytest.raises(InputError, match="expected \\+ or -"):
        chosen_indicators([row | {"direction": "up"} for row in rows], None, catalog)
    with pytest.raises(InputError, match="made from optical_cable, which is no key"):
        chosen_indicators(rows, None, [key for key in catalog if key != "optical_cable"])


def test_indicators_cover_three_dimensions():
    rows = read_rows(RESOURCES / "indicators.csv")
    assert {row["dimension"] for row in rows} == {
        "infrastructure",
        "production_application",
        "competitiveness_and_efficiency",
    }


# --- scopes -----------------------------------------------------------------------------------------------------------


def activity(key, scope, fuel="", factor="", scale="1"):
    return {"key": key, "scope": scope, "fuel": fuel, "factor": factor, "scale": scale}


def test_scopes_are_activities_times_factors():
    rows = [activity("coal", "1", "raw_coal"), activity("power", "2", factor="0.5", scale="10"), activity("x", "3", "",
            "0.2")]  # fmt: skip
    factors = activity_factors(rows, pd.Series({"raw_coal": 2.0}))
    assert factors.tolist() == [2.0, 5.0, 0.2]
    cells = long([("a", "2013", "coal", 10.0), ("a", "2013", "power", -3.0), ("a", "2013", "x", 100.0)])
    emissions = scope_emissions(cells, rows, factors)
    assert emissions.loc["a", "2013"].tolist() == [20.0, -15.0, 20.0]
    assert log_total(emissions).item() == pytest.approx(np.log(25))


def test_scopes_that_add_to_nothing_have_no_logarithm():
    emissions = pd.DataFrame({"scope_1": [5.0, 5.0], "scope_2": [-4.0, -5.0]}, CELLS)
    with pytest.raises(InputError, match="a 2014: 0"):
        log_total(emissions)


def test_an_activity_needs_a_fuel_or_a_factor():
    for row in (activity("k", "1"), activity("k", "1", "raw_coal", "2"), activity("k", "1", "peat")):
        with pytest.raises(InputError, match="k needs either a fuel"):
            activity_factors([row], pd.Series({"raw_coal": 2.0}))


def test_shipped_activities_have_factors_sources_and_tables():
    rows = read_rows(RESOURCES / "activities.csv")
    for factor_set in ("china", "ipcc_tier1"):
        factors = activity_factors(rows, emission_factors(RESOURCES / "fuels.csv", factor_set))
        assert (factors > 0).all()
        # 10^8 kWh = 10^5 MWh; x 0.5810 t = 5.81 x 10^4 t
        assert factors["net_electricity"] == pytest.approx(5.81)
        assert factors["cement_clinker"] == pytest.approx(0.538)
    assert all(row["source"] for row in rows)
    assert {row["key"] for row in rows} == {key for key, row in CATALOG.items() if row["theme"] == "activities"}


def test_activities_are_chosen_by_scope():
    rows = read_rows(RESOURCES / "activities.csv")
    assert {row["scope"] for row in chosen_activities(rows, [1, 3])} == {"1", "3"}
    with pytest.raises(InputError, match="no activity of scope 2"):
        chosen_activities([row for row in rows if row["scope"] != "2"], [1, 2])


# --- the workflow -----------------------------------------------------------------------------------------------------

FURTHER = [
    "energy_efficiency", "green_patents", "industrial_upgrading", "industrialisation", "regulation",
    "intelligence_index", "ln_co2_scopes", "gtfp_ml", "municipality",
]  # fmt: skip
BELOW = {"derive_imputed": 1, "build_panel": 1, "winsorise_panel": 1}
TARGETS = ["results/panel_winsorised.csv", "results/codebook.csv", "results/imputed_counts.csv"]


def baseline_config():
    """The small study with the baseline's variables alone."""
    config = small_config()
    config["tables"] = {"table_2": config["tables"]["table_2"]}
    for key in ("describe", "figures"):
        config.pop(key, None)
    return config


def further_config():
    """The baseline and one regression a further variable."""
    config = baseline_config()
    columns = [f"{name} ~ ai | province + year" for name in FURTHER if name != "municipality"]
    columns += ["ln_co2 ~ ai + municipality | year", "ln_co2 ~ $controls | province + year | ai ~ ai_us"]
    config["tables"]["further"] = {"columns": columns}
    return config


@pytest.fixture(scope="module")
def further_study(tmp_path_factory):
    """(Snakefile, folder) of the small study with the further variables, made as far as the panel."""
    return make_study(tmp_path_factory, further_config(), *TARGETS)


def planned(study, *targets):
    return planned_jobs(snakemake(*study, "--cores", "2", "--dry-run", *(targets or TARGETS)))


def test_further_variables_are_in_the_panel_and_the_codebook(further_study):
    results = further_study[1] / "results"
    panel = pd.read_csv(results / "panel.csv")
    assert set(FURTHER) < set(panel)
    assert len(panel) == 24
    assert panel.notna().all(axis=None)
    assert set(panel.loc[panel["municipality"] == 1, "province"]) == {"beijing"}
    codebook = list(csv.DictReader((results / "codebook.csv").open(encoding="utf-8")))
    described = {row["name"]: row for row in codebook}
    assert all(described[name]["label_zh"] and described[name]["definition"] for name in FURTHER)
    ml = pd.read_csv(results / "productivity" / "ml.csv")
    assert panel["gtfp_ml"].tolist() == ml["cumulative"].tolist()
    weights = pd.read_csv(results / "derived" / "intelligence_weights.csv")
    assert weights["weight"].sum() == pytest.approx(1)
    assert "net_heat" in (results / "imputed_counts.csv").read_text("utf-8")


@pytest.mark.parametrize(
    ("key", "expected"),
    [
        ("green_patents", {"clean_patents": 1, "derive_variable": 1}),
        ("value_added_tertiary", {"clean_yearbook": 1, "derive_upgrading": 1}),
        # industrialisation, and regulation, which it is checked against
        ("value_added_secondary", {"clean_yearbook": 1, "derive_upgrading": 1, "derive_variable": 2}),
        ("pollution_control_investment", {"clean_yearbook": 1, "derive_variable": 1}),
        ("software_revenue", {"clean_yearbook": 1, "derive_intelligence": 1}),
        ("net_electricity", {"clean_balances": 1, "derive_scopes": 1}),
    ],
)
def test_a_fix_in_a_further_table_reruns_no_linear_program(further_study, key, expected):
    path = further_study[1] / "raw" / CATALOG[key]["file"]
    with changed(path, fix_figure(path, "北京市")):
        assert planned(further_study) == {**expected, **BELOW}


@pytest.mark.parametrize(
    ("module", "expected"),
    [
        ("patents", {"clean_patents": 1, "derive_variable": 1}),
        ("inventory", {}),
        ("us_employment", {"clean_foreign_employment": 1, "derive_instrument": 1}),
        ("census_layout", {"clean_census": 1, "derive_exposure": 1, "derive_instrument": 1}),
        ("ifr_labels", {"clean_robots": 2, "derive_exposure": 1, "derive_instrument": 1}),
    ],
)
def test_a_remark_in_a_reader_reruns_what_it_reads_and_no_linear_program(further_study, module, expected):
    path = further_study[0].parent / "scripts" / "study" / "publishers" / f"{module}.py"
    with changed(path, path.read_bytes() + b"\n# a remark\n"):
        found = planned(further_study)
    for rule in ("clean_yearbook", "clean_balances", "solve_dea", "index_productivity"):
        assert rule not in found
    cleaned = {rule: jobs for rule, jobs in found.items() if rule.startswith(("clean_", "derive_"))}
    cleaned.pop("derive_imputed", None)
    assert cleaned == expected


def test_a_definition_reruns_its_own_variable(further_study):
    config = further_config()
    config["variables"]["intelligence"] = {"method": "principal_component"}
    described = {"build_panel": 1, "winsorise_panel": 1, "build_codebook": 1}
    with with_config(further_study[1], config):
        assert planned(further_study) == {"derive_intelligence": 1, **described}
    config = further_config()
    config["emissions"]["scopes"] = [1, 2]
    with with_config(further_study[1], config):
        assert planned(further_study) == {"derive_scopes": 1, "derive_imputed": 1, **described}
    config = further_config()
    config["variables"]["energy_efficiency"] = "energy_per_gdp"
    with with_config(further_study[1], config):
        assert planned(further_study) == {"derive_variable": 1, **described}


def test_the_other_definitions_run(further_study, tmp_path):
    shutil.copytree(further_study[1] / "raw", tmp_path / "raw")
    config = further_config()
    config["variables"] = {
        "energy_efficiency": "energy_per_gdp",
        "industrial_upgrading": "labour_productivity",
        "intelligence": {
            "method": "principal_component",
            "indicators": ["software_revenue", "ecommerce_enterprises", "industrial_cost"],
        },
    }
    config["emissions"]["scopes"] = [1]
    write_config(tmp_path, config)
    names = ["energy_efficiency", "industrial_upgrading", "industrialisation", "regulation"]
    names += ["intelligence_index", "ln_co2_scopes"]
    run = snakemake(further_study[0], tmp_path, "--cores", "2", *(f"results/derived/{name}.csv" for name in names))
    assert run.returncode == 0, run.stdout + run.stderr
    ours, theirs = (
        {name: pd.read_csv(folder / "results" / "derived" / f"{name}.csv") for name in names}
        for folder in (tmp_path, further_study[1])
    )
    product = ours["energy_efficiency"]["energy_efficiency"] * theirs["energy_efficiency"]["energy_efficiency"]
    assert product.to_numpy() == pytest.approx(1)
    assert 0.5 < ours["industrial_upgrading"]["industrial_upgrading"].mean() < 2
    assert not np.allclose(ours["intelligence_index"].iloc[:, 2], theirs["intelligence_index"].iloc[:, 2])
    assert len(pd.read_csv(tmp_path / "results" / "derived" / "intelligence_weights.csv")) == 3
    parts = pd.read_csv(further_study[1] / "results" / "derived" / "scope_emissions.csv")
    scopes = np.exp(ours["ln_co2_scopes"]["ln_co2_scopes"]).to_numpy()
    assert scopes == pytest.approx(parts["scope_1"].to_numpy(), rel=1e-9)
    for name in ("industrialisation", "regulation"):
        assert ours[name].equals(theirs[name])


def test_who_does_not_use_a_variable_needs_no_table_of_it(further_study, tmp_path):
    shutil.copytree(further_study[1] / "raw", tmp_path / "raw")
    optional = {"structure", "regulation", "patents", "intelligence", "activities"}
    for row in CATALOG.values():
        if row["theme"] in optional:
            (tmp_path / "raw" / row["file"]).unlink()
    config = baseline_config()
    del config["variables"]
    del config["emissions"]["scopes"]
    write_config(tmp_path, config)
    jobs = planned((further_study[0], tmp_path))
    assert not {"derive_upgrading", "derive_scopes", "derive_intelligence", "derive_instrument"} & set(jobs)
    assert not {"clean_patents", "clean_foreign_employment"} & set(jobs)
    # ln_co2 and the six controls, labour and energy_total
    assert jobs["derive_variable"] == 9
    # two accounts, three series of capital, employment and seven of controls; nine fuels, energy and electricity
    assert (jobs["clean_yearbook"], jobs["clean_balances"], jobs["clean_robots"]) == (13, 11, 1)
    # named, its missing tables are told with their titles
    config["tables"]["table_2"]["columns"].append("green_patents ~ ai | province + year")
    write_config(tmp_path, config)
    run = snakemake(further_study[0], tmp_path, "--cores", "2", "results/derived/green_patents.csv")
    assert_told(run, "green_patents: raw/yearbook/green_patents.csv", "绿色专利申请量")


def test_a_panel_may_not_have_a_column_that_the_models_make(tmp_path, further_study):
    (tmp_path / "mine.csv").write_text("province,year,k,y,gtfp_b\na,1,1,2,3\nb,1,2,3,4\n")
    models = [
        {"name": name, "measure": "sbm_ddf", "inputs": ["k"], "good_outputs": ["y"], "bad_outputs": []} for name in "ab"
    ]
    write_config(tmp_path, {"panel": {"path": "mine.csv"}, "productivity": {"models": models}})
    run = snakemake(further_study[0], tmp_path, "--cores", "1", "--dry-run")
    assert_told(run, "the models make gtfp_b")


def test_the_catalog_gives_every_further_table_a_title_and_a_place():
    keys = [row["key"] for row in CATALOG.values() if row["theme"] in ("structure", "regulation", "intelligence")]
    assert len(keys) > 15
    for key in keys:
        row = CATALOG[key]
        assert all(row[column] for column in ("title_zh", "title_en", "unit", "conversion", "where")), key
    assert {row["sign"] for row in CATALOG.values()} == {"any", "positive", "zero_or_more"}
