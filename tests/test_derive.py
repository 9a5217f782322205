"""Emissions, real GDP, capital, exposure, controls, panel, winsorising and codebook, each against hand figures."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from _plan import raw_study
from derive_capital import (
    continued_cells,
    implicit_deflator,
    initial_stock,
    investment_prices,
    nominal_investment,
    perpetual_inventory,
)
from derive_co2 import fuel_emissions
from derive_exposure import province_exposure
from derive_instrument import foreign_exposure
from derive_production import check_positive
from derive_real_gdp import chain_gdp
from study.checks.variable_range import check_range
from study.files.tables import read_table, write_table
from study.helpers import InputError, read_rows, write_rows
from study.output.codebook import codebook_rows
from study.variables.crosswalk import crosswalk_weights
from study.variables.emissions import emission_factors
from study.variables.formulas import evaluate, parse_formula
from study.variables.made_up import count_cells, made_cells
from study.variables.panel_columns import join_tables, panel_cells, read_panel_of
from study.variables.shift_share import load_crosswalk, robot_density, to_ifr
from study.variables.winsorised import winsorise, winsorise_panel

RESOURCES = Path(__file__).parents[1] / "resources"
FUELS = ["raw_coal", "coke", "crude_oil", "gasoline", "kerosene", "diesel", "fuel_oil", "lpg", "natural_gas"]


def long(rows):
    return pd.DataFrame(rows, columns=["province", "year", "indicator", "value"])


def by_formula(name, tables, cells, **choices):
    """A variable's values at the cells, by its row of resources/variables.csv.

    tables : raw table or variable -> figures by (province, year). choices : keys of the config's `variables`.
    """
    job = raw_study(variables=choices).variables.job(name)
    formula = parse_formula(job["formula"], job["where"])
    return list(evaluate(formula, tables, cells, job["units"], job["unit"], job["where"]).values())


# --- emissions ----------------------------------------------------------------------------------------------------


def test_emission_factors_are_the_literatures():
    # kg CO2 per kg, natural gas per m3, as the Chinese provincial literature prints them to four decimals
    printed = [1.9003, 2.8604, 3.0202, 2.9251, 3.0179, 3.0959, 3.1705, 3.1013, 2.1622]
    factors = emission_factors(RESOURCES / "fuels.csv", "china")
    assert [round(factors[fuel], 4) for fuel in FUELS] == printed


def test_ipcc_factors_burn_all_carbon():
    components = pd.read_csv(RESOURCES / "fuels.csv")
    tier1 = components[components["factor_set"] == "ipcc_tier1"]
    assert (tier1["oxidation"] == 1).all()
    # IPCC 2006, table 1.4: crude oil 73,300 kg CO2/TJ, natural gas 56,100
    factors = pd.Series(emission_factors(RESOURCES / "fuels.csv", "ipcc_tier1")) / (
        tier1.set_index("fuel")["ncv"] * 1e-9
    )
    assert factors["crude_oil"] == pytest.approx(73300, rel=1e-3)
    assert factors["natural_gas"] == pytest.approx(56100, rel=1e-3)


def test_emissions_are_in_ten_thousand_tonnes():
    factors = pd.Series({"raw_coal": 2.0, "natural_gas": 2.2})
    energy = long([("beijing", "2013", "raw_coal", 100.0), ("beijing", "2013", "natural_gas", 3.0)])
    # 100 x 10^4 t x 2 = 200 x 10^4 t; 3 x 10^8 m3 x 2.2 kg = 6.6 x 10^8 kg = 66 x 10^4 t
    assert fuel_emissions(energy, factors, ["raw_coal", "natural_gas"])["beijing", "2013"] == pytest.approx(266)


# --- real GDP and capital -----------------------------------------------------------------------------------------


def test_real_gdp_chains_the_base_years_nominal_gdp():
    nominal = {("a", 2000): 100.0, ("a", 2001): 130.0, ("a", 2002): 150.0, ("b", 2000): 10.0}
    index = {("a", 2001): 110.0, ("a", 2002): 105.0, ("b", 2000): 999.0, ("b", 2001): 90.0, ("b", 2002): 100.0}
    real = chain_gdp(nominal, index, 2000)
    assert list(real) == [(province, year) for province in "ab" for year in (2000, 2001, 2002)]
    assert list(real.values()) == pytest.approx([100, 110, 115.5, 10, 9, 9])


def wide(values, first=2000):
    return pd.DataFrame({"a": values}, index=range(first, first + len(values)), dtype=float)


def test_prices_are_continued_after_the_index_ends():
    prices, continued = investment_prices(wide([110, 120], 2001), wide([999, 50], 2002), 2000, range(2000, 2004))
    assert prices["a"].tolist() == pytest.approx([1, 1.1, 1.32, 0.66])
    assert continued.tolist() == [False, False, False, True]


def test_investment_is_continued_by_growth_in_percent():
    investment, continued = nominal_investment(wide([10, 20]), wide([50, -10], 2002), range(2000, 2004))
    assert investment["a"].tolist() == pytest.approx([10, 20, 30, 27])
    assert continued.tolist() == [False, False, True, True]


def test_growth_for_the_initial_stock_is_that_of_the_five_years_after_the_base():
    real = wide([10.0, 30.0, 31.0, 32.0, 33.0, 20.0, 99.0])
    growth = (20 / 10) ** (1 / 5) - 1
    assert initial_stock(real, 2000, 0.1096, "shan")["a"] == pytest.approx(30 / (0.1096 + growth))


def test_initial_stock_rules():
    real = wide([10.0 * 1.1**t for t in range(7)])
    assert initial_stock(real, 2000, 0.1096, "shan")["a"] == pytest.approx(11 / (0.1096 + 0.1))
    assert initial_stock(real, 2000, 0.1096, "shan_base_year")["a"] == pytest.approx(10 / (0.1096 + 0.1))
    assert initial_stock(real, 2000, 0.1096, "tenth")["a"] == pytest.approx(100)


def test_perpetual_inventory():
    stock = perpetual_inventory(wide([5, 10, 20]), pd.Series({"a": 100.0}), 0.1)
    assert stock["a"].tolist() == pytest.approx([100, 100, 110])


def test_gdp_deflator_is_nominal_over_real_growth():
    accounts = {"gdp": wide([100, 132]), "gdp_index": wide([np.nan, 110])}
    assert implicit_deflator(accounts)["a"].loc[2001] == pytest.approx(120)


def test_imputed_cells_are_listed_with_their_rule(tmp_path):
    interpolated = "linear interpolation inside the series"
    rows = [
        ("a", "2014", "loans", 3.0, interpolated),
        ("b", "2013", "coke", 0.0, "blank read as nil"),
        ("c", "2013", "trade", 7.0, interpolated),  # a window that holds nothing but a gap of the longer series
        ("china", "2013", "electricity", 9.0, "sum over the provinces"),
        ("china", "2014", "electricity", 9.5, "sum over the provinces"),
        ("us", "2013", "robots", 3.5, "a rule"),
    ]
    for row in rows:
        same_table = [other for other in rows if other[2] == row[2]]
        write_rows(tmp_path / f"{row[2]}.csv", ["province", "year", "indicator", "value", "rule"], same_table)
    capital = pd.DataFrame(
        {"province": ["a", "a"], "year": ["2017", "2018"], "real_investment": [5.0, 6.0],
         "investment_price": [1.1, 1.2], "investment_imputed": [0, 1], "price_imputed": [0, 1]}
    )  # fmt: skip
    rules = ("retail_price_index", "fixed_asset_investment_growth")
    continued = tmp_path / "capital.csv"
    write_table(continued_cells(capital, *rules), continued, keys=("province", "year", "indicator"))
    lists = [*(tmp_path / f"{name}.csv" for name in ("trade", "robots", "loans", "electricity", "coke")), continued]
    cells = made_cells(lists, [], {})
    assert cells == [
        ("b", "2013", "coke", 0.0, "blank read as nil"),
        ("china", "2013", "electricity", 9.0, "sum over the provinces"),
        ("china", "2014", "electricity", 9.5, "sum over the provinces"),
        ("a", "2018", "investment_price", 1.2, "continued by retail_price_index"),
        ("a", "2014", "loans", 3.0, interpolated),
        ("a", "2018", "real_investment", 6.0, "continued by fixed_asset_investment_growth"),
        ("us", "2013", "robots", 3.5, "a rule"),
        ("c", "2013", "trade", 7.0, interpolated),
    ]
    assert [count for *_, count in count_cells([*cells, *cells])] == [2, 4, 2, 2, 2, 2, 2]
    assert count_cells(cells)[1] == ("electricity", "sum over the provinces", 2)
    observed = capital.assign(investment_imputed=0, price_imputed=0)
    write_table(continued_cells(observed, *rules), continued, keys=("province", "year", "indicator"))
    assert len(made_cells(lists, [], {})) == 6


def test_production_needs_figures_above_zero():
    def figures(first, second):
        return {("a", 2013): first, ("b", 2013): second}

    table = {"labour": figures(1.0, 2.0), "capital": figures(1.0, -3.0), "energy_total": figures(1.0, 1.0)}
    check_positive({name: table[name] for name in ("labour", "energy_total")})
    with pytest.raises(InputError, match=r"b 2013: capital is -3\n  a 2013: co2 is nan$"):
        check_positive(table | {"real_gdp": figures(1.0, 1.0), "co2": figures(np.nan, 1.0)})


# --- exposure -----------------------------------------------------------------------------------------------------

CROSSWALK = pd.DataFrame({"code": ["01", "02", "02"], "ifr_industry": ["24", "24", "29"], "weight": [1.0, 0.25, 0.75]})
EMPLOYMENT = pd.DataFrame(
    {
        "province": ["a", "a", "b", "b", "b"],
        "industry": ["01", "02", "01", "02", "77"],
        "employment": [100.0, 400.0, 300.0, 0.0, 200.0],
    }
)
ROBOTS = pd.DataFrame(
    {
        "industry": ["24", "29", "99"] * 2,
        "year": ["2012"] * 3 + ["2013"] * 3,
        "installations": [50.0, 30.0, 20.0, 100.0, 60.0, 16.0],
        "operational_stock": [500.0, 300.0, 0.0, 600.0, 360.0, 0.0],
    }
)


def test_exposure_is_shares_times_robots_per_worker():
    # L_24: a 100 + 100 = 200, b 300, nation 500; L_29: a 300, b 0, nation 300; L_a = 500, L_b = 500 (77 counts in L_b)
    table = province_exposure(ROBOTS, EMPLOYMENT, CROSSWALK, "installations", 1000, "drop")
    assert table.at["a", "2013"] == pytest.approx((200 / 500 * 100 / 500 + 300 / 500 * 60 / 300) * 1000)
    assert table.at["b", "2013"] == pytest.approx(300 / 500 * 100 / 500 * 1000)
    assert table.at["b", "2012"] == pytest.approx(300 / 500 * 50 / 500 * 1000)


def test_exposure_choices():
    spread = province_exposure(ROBOTS, EMPLOYMENT, CROSSWALK, "installations", 100, "spread")
    assert spread.at["b", "2013"] == pytest.approx(300 / 500 * 100 / 500 * 100 * (1 + 16 / 160))
    stock = province_exposure(ROBOTS, EMPLOYMENT, CROSSWALK, "operational_stock", 100, "drop")
    assert stock.at["b", "2013"] == pytest.approx(300 / 500 * 600 / 500 * 100)


def test_instrument_keeps_chinese_shares():
    foreign = pd.DataFrame({"industry": ["20", "37"], "employment": [1000.0, 2000.0]})
    foreign_crosswalk = pd.DataFrame({"code": ["20", "37"], "ifr_industry": ["24", "29"], "weight": [1.0, 1.0]})
    table = foreign_exposure(ROBOTS, foreign, EMPLOYMENT, CROSSWALK, foreign_crosswalk, "installations", 1000, "drop")
    assert table.at["a", "2013"] == pytest.approx((200 / 500 * 100 / 1000 + 300 / 500 * 60 / 2000) * 1000)


def test_industry_totals_are_national_also_for_a_study_of_few_provinces():
    # L_j counts every province of the census; leaving b out of the study changes nothing for a
    alone = EMPLOYMENT[EMPLOYMENT["province"] == "a"]
    table = province_exposure(ROBOTS, EMPLOYMENT, CROSSWALK, "installations", 1000, "drop")
    assert table.at["a", "2013"] != pytest.approx(
        province_exposure(ROBOTS, alone, CROSSWALK, "installations", 1000, "drop").at["a", "2013"]
    )


def test_unplaced_employment_is_logged(caplog):
    with caplog.at_level("WARNING", logger="study"):
        to_ifr(EMPLOYMENT, CROSSWALK)
    assert "no IFR industry takes 77: 20.00% of employment" in caplog.text


def test_robots_without_workers_are_refused():
    with pytest.raises(InputError, match="29"):
        robot_density(ROBOTS, pd.DataFrame({"industry": ["24"], "employment": [5.0]}), "installations", 1, "drop")


@pytest.mark.parametrize("source", ["gbt4754_2002", "sic1987"])
def test_shipped_crosswalks_add_to_one(source):
    crosswalk = load_crosswalk(RESOURCES / "industries.csv", source)
    assert len(crosswalk) > 50
    # a division that goes to several industries is parted among them, not counted in each
    codes = sorted(set(crosswalk["code"]))
    employment = pd.DataFrame({"industry": codes, "employment": [float(place) for place in range(1, len(codes) + 1)]})
    assert to_ifr(employment, crosswalk)["employment"].sum() == pytest.approx(employment["employment"].sum(), rel=1e-12)


def test_a_division_of_several_industries_is_parted_by_its_weights():
    rows = [row for row in crosswalk_weights(RESOURCES / "industries.csv", "sic1987") if row[0] == "28"]
    assert rows == [("28", "19", 0.4), ("28", "20-21", 0.6)]


def test_a_crosswalk_that_loses_workers_is_refused(tmp_path):
    path = tmp_path / "industries.csv"
    path.write_text(
        "source,code,name,ifr_industry,ifr_name,weight,note\nsic1987,37,x,29,x,0.4,\nsic1987,37,x,30,x,0.5,\n"
    )
    with pytest.raises(InputError, match=r"sic1987 37 add to 0\.9"):
        load_crosswalk(path, "sic1987")


# --- controls, panel ----------------------------------------------------------------------------------------------


def test_controls_by_their_definitions():
    tables = {
        "trade": 50.0, "gdp": 1000.0, "population": 2000.0, "area": 5.0, "loans": 1500.0,
        "budget_expenditure": 250.0, "electricity": 40.0, "urbanisation": 0.6,
    }  # fmt: skip
    tables = {name: {("a", 2013): value} for name, value in tables.items()}
    tables["electricity"]["china", 2013] = 1000.0
    tables["exchange_rate"] = {("china", 2013): 6.0}
    # 2000 x 10^4 persons on 5 x 10^4 km2 are 400 persons, 0.04 x 10^4 persons, per km2
    expected = {"open": 0.3, "density": 0.04, "fin": 1.5, "gov": 0.25, "energy": 0.04, "urban": 0.6}
    assert {name: by_formula(name, tables, [("a", 2013)])[0] for name in expected} == pytest.approx(expected)


def test_the_logarithm_and_the_lag_by_their_definitions():
    co2 = {("a", 2013): np.e, ("a", 2014): 1.0}
    assert by_formula("ln_co2", {"co2": co2}, list(co2)) == pytest.approx([1, 0])
    ai = {("a", 2012): 1.5, ("a", 2013): 2.5, ("a", 2014): 4.0}
    assert by_formula("ai_lag1", {"ai": ai}, list(co2)) == [1.5, 2.5]


def test_controls_out_of_range_are_refused():
    variables = raw_study().variables
    for name in ("open", "density", "fin", "gov", "energy", "urban"):
        check_range(name, {("a", 2013): 0.1}, variables.job(name))
        for value in (0.0, np.nan):
            with pytest.raises(InputError, match=f"{name} out of range, expected above zero"):
                check_range(name, {("a", 2013): value}, variables.job(name))
    with pytest.raises(
        InputError, match=r"urban out of range, .* at most 1 .*variables\.csv, urban.*\n  a 2013: 1\.2$"
    ):
        check_range("urban", {("a", 2013): 1.2, ("b", 2013): 0.5}, variables.job("urban"))
    with pytest.raises(InputError, match=r"energy out of range, .* at most 1 "):
        check_range("energy", {("a", 2013): 1.2}, variables.job("energy"))
    with pytest.raises(InputError, match=r"open out of range, .*\n  b 2013: -0\.1$"):
        check_range("open", {("a", 2013): 1.2, ("b", 2013): -0.1}, variables.job("open"))


def keyed(**columns):
    return pd.DataFrame({"province": ["a", "b"], "year": ["2013", "2013"], **columns})


def test_panel_joins_and_takes_the_cumulative_index(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    tables = {
        "derived/zeta": keyed(zeta=[1, 2]),
        # a file may have other columns, and years before the study
        "derived/ai": pd.concat([keyed(ai=[3, 4], made=[0, 1]), keyed(ai=[9, 9], made=[0, 0]).assign(year="2012")]),
        "productivity/gml": keyed(index=[1.1, 1.2], cumulative=[1.5, 1.6]),
        "productivity/ml": keyed(index=[1.1, 1.2], cumulative=[2.5, 2.6]),
    }
    for name, table in tables.items():
        (tmp_path / "results" / name).parent.mkdir(parents=True, exist_ok=True)
        write_table(table, tmp_path / "results" / f"{name}.csv")
    files = {"gtfp": "productivity/gml", "ai": "derived/ai", "zeta": "derived/zeta", "gtfp_ml": "productivity/ml"}
    sources = {name: f"results/{path}.csv" for name, path in files.items()}
    panel = panel_cells(sources, [2013, 2014])
    assert panel.columns.tolist() == ["province", "year", "gtfp", "ai", "zeta", "gtfp_ml"]
    assert panel["province"].tolist() == ["a", "b"]
    assert panel["ai"].tolist() == ["3", "4"]
    assert panel["gtfp"].tolist() == ["1.5", "1.6"]
    numbers = read_panel_of(sources, [2013, 2014])
    assert numbers["gtfp_ml"].tolist() == [2.5, 2.6]
    with pytest.raises(InputError, match="2 province-years are in one table of the panel only, the first is a 2012"):
        panel_cells(sources)


def test_a_panel_begins_with_the_papers_variables():
    named = {"t": {"columns": ["gtfp_ml ~ zeta + municipality + ai_us | province + year"]}}
    own = [{"name": "zeta", "unit": "ratio", "formula": "loans / gdp"}]
    columns = raw_study(tables=named, describe=None, figures=None, variables={"own": own}).derived.panel_columns
    leading = ["ln_co2", "gtfp", "ai", "open", "density", "fin", "gov", "energy", "urban"]
    assert columns == ["province", "year", *leading, "ai_us", "municipality", "zeta", "gtfp_ml"]


def test_panel_refuses_tables_that_do_not_meet():
    with pytest.raises(InputError, match="b 2013"):
        join_tables([keyed(x=[1, 2]), keyed(y=[1, 2]).iloc[:1]])
    with pytest.raises(InputError, match="column x"):
        join_tables([keyed(x=[1, 2]), keyed(x=[1, 2])])


def test_winsorising_uses_statas_percentile():
    # 20 ordered values: Stata's 5th percentile is the mean of the 1st and 2nd (np = 1 is whole), its 95th of 19th, 20th
    values = np.arange(1.0, 21.0)
    moved = winsorise(values, 5, 95)
    assert moved.min() == 1.5
    assert moved.max() == 19.5
    # 30 values: np = 1.5 is not whole, the 2nd value stands
    assert winsorise(np.arange(1.0, 31.0), 5, 95).min() == 2.0


def test_winsorising_leaves_indicators_text_and_gaps():
    panel = pd.DataFrame(
        {
            "province": list("abcd"),
            "year": ["1"] * 4,
            "x": [1.0, np.nan, 3.0, 100.0],
            "d": [0, 0, 0, 1],
            "t": list("wxyz"),
        }
    )
    moved = winsorise_panel(panel, 40, 60)
    assert moved["x"].tolist()[::3] == [3.0, 3.0]
    assert np.isnan(moved["x"][1])
    assert moved["d"].tolist() == [0, 0, 0, 1]
    assert moved["t"].tolist() == list("wxyz")


def test_winsorising_leaves_what_it_is_told_to_and_refuses_the_infinite():
    panel = pd.DataFrame(
        {"province": list("abcd"), "year": ["1"] * 4, "region": [1.0, 2.0, 3.0, 9.0], "x": [1.0, 2, 3, 9]}
    )
    moved = winsorise_panel(panel, 40, 60, keep=["region"])
    assert moved["region"].tolist() == [1, 2, 3, 9]
    assert moved["x"].tolist() == [2, 2, 3, 3]
    with pytest.raises(InputError, match="x of d 1 is infinite"):
        winsorise_panel(panel.replace(9.0, np.inf).assign(region=1.0), 40, 60)


MODEL = {"measure": "sbm_ddf", "returns": "crs", "technology": "global", "index": "malmquist_luenberger"}


def test_codebook_says_units_choices_and_simulation():
    variables = read_rows(RESOURCES / "variables.csv")
    choices = {"variables": "x", "fuels": 9, "factors": "china", "country": "us",
               "foreign_base_year": 1990, "robots": "installations", "per_workers": 1000, "base_year": 2004,
               "unspecified": "drop"}  # fmt: skip
    rows = {
        row[0]: row for row in codebook_rows(["province", "ai", "ai_us"], variables, choices, "Simulated inputs.", "")
    }
    assert rows["ai"][1] == "AI"
    assert rows["ai"][4] == "robots (installations) per 1000 workers"
    assert rows["ai"][6].startswith("Simulated inputs.")
    assert rows["ai_us"][1] == "IV"
    indices = {"gtfp": MODEL | {"model": "m"}, "gtfp_n": MODEL | {"model": "n", "returns": "vrs"}}
    choices = {"variables": "K; L", "indices": indices}
    own = codebook_rows(["gtfp", "gtfp_n", "K"], variables, choices, "", "mine.csv")
    assert [row[1] for row in own] == ["GTFP", "GTFP", "K"]
    assert "model m: sbm_ddf; crs; global technology" in own[0][5]
    assert "model n: sbm_ddf; vrs; global technology" in own[1][5]
    assert own[1][2] == "Green Total Factor Productivity (model n)"
    assert own[2] == ("K", "K", "K", "", "", "column of the panel", "mine.csv", "none")


def test_codebook_says_how_the_further_variables_are_made():
    choices = {"real_year": 2000, "scopes": "1 + 2", "factors": "china", "indicators": 9, "intelligence": "entropy"}
    names = ["energy_efficiency", "industrial_upgrading", "ln_co2_scopes", "intelligence_index", "municipality"]
    chosen = {"energy_efficiency": "energy_per_gdp", "industrial_upgrading": "labour_productivity"}
    variables = raw_study(variables=chosen).codebook_rows
    rows = {row[0]: row for row in codebook_rows(names, variables, choices, "", "")}
    assert rows["energy_efficiency"][4] == "tce per 10^4 CNY of 2000 prices"
    assert "implicit GDP deflator" in rows["industrial_upgrading"][5]
    assert "scopes 1 + 2" in rows["ln_co2_scopes"][5]
    assert rows["intelligence_index"][5].startswith("9 indicators")
    assert all(row[3] for row in rows.values())


# --- tables -------------------------------------------------------------------------------------------------------


def test_tables_keep_text_keys_and_sort_periods_as_numbers(tmp_path):
    table = pd.DataFrame({"province": ["NA", "NA", "NA"], "year": ["10", "9", "09.5"], "x": [1 / 3, np.nan, 2.0]})
    write_table(table, tmp_path / "t.csv")
    assert (tmp_path / "t.csv").read_bytes() == b"province,year,x\nNA,9,\nNA,09.5,2.0\nNA,10,0.3333333333333333\n"
    back = read_table(tmp_path / "t.csv")
    assert back["province"].tolist() == ["NA"] * 3
    assert back["year"].tolist() == ["9", "09.5", "10"]
    assert back["x"].tolist()[2] == 1 / 3


def test_both_writers_write_the_same_bytes(tmp_path):
    table = pd.DataFrame({"province": ["a", "b"], "year": ["1", "1"], "x": [1 / 3, 2e-9], "n": [1, 2]})
    write_table(table, tmp_path / "a.csv")
    write_rows(tmp_path / "b.csv", list(table), list(table.itertuples(index=False, name=None)))
    assert (tmp_path / "a.csv").read_bytes() == (tmp_path / "b.csv").read_bytes()
