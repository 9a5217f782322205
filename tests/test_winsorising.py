"""What winsorising reaches: amounts among the terms of formulas, and nothing else; what the log and the notes say."""

import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import yaml
from _printed import CODEBOOK, estimated
from conftest import ROOT, snakemake, write_config
from estimate_table import estimate_table
from study.checks.amounts import no_amount
from study.files.tables import read_table
from study.helpers import InputError
from study.plan.config import check_winsorise
from study.regression.formula import parse_column
from study.regression.least_squares import fit, prepare
from study.variables.winsorised import left_alone, list_cells, winsorise_panel
from study.variables.winsorised import winsorised as as_the_config_says
from tabulate_table import write_notes

CASE = Path(__file__).parent / "data" / "winsorised_codes"


def city_panel(units: int = 30, years: int = 20, seed: int = 1) -> pd.DataFrame:
    """A balanced panel with amounts, indicators, codes and event time; rows in the order of the panel's file."""
    random = np.random.default_rng(seed)
    unit = np.repeat(np.arange(units), years)
    year = np.tile(np.arange(2001, 2001 + years), units)
    treated = np.where(unit < 10, 2006 + unit, 0)
    x = random.normal(size=len(unit))
    panel = pd.DataFrame({"province": [f"c{u:03d}" for u in unit], "year": year.astype(str), "x": x})
    panel["y"] = 2 * x + unit / 10 + random.normal(size=len(unit)) ** 3
    panel["gdp"] = np.round(1e4 * np.exp(random.normal(size=len(unit))))
    panel["tier"] = 1.0 + (unit >= 2) + (unit >= 12)
    panel["code"] = 110000 + 100.0 * unit
    panel["post"] = ((treated > 0) & (year >= treated)).astype(float)
    panel["rel"] = np.where(treated > 0, np.clip(year - treated, -9, 12), np.nan)
    panel["never"] = panel["rel"].fillna(-1)
    panel["quarter"] = year * 10.0 + 1
    panel["grade"] = random.integers(1, 6, size=len(unit)).astype(float)
    panel["weight"] = np.exp(random.normal(size=len(unit)))
    return panel


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        *[("x", ""), ("y", ""), ("gdp", ""), ("weight", "")],
        *[("post", "two values"), ("tier", "code"), ("code", "code"), ("quarter", "code"), ("grade", "code")],
    ],
)
def test_codes_and_indicators_are_no_amounts(name, reason):
    panel = city_panel()
    assert no_amount(panel, name) == reason
    # no other column is consulted
    assert no_amount(panel[["province", "year", name]], name) == reason


def test_event_time_is_no_amount_however_long_and_whatever_the_gaps():
    panel = city_panel(years=60)
    panel["rel"] = panel["year"].astype(int) - 2030 + panel["province"].str[1:].astype(int) % 7
    assert panel["rel"].nunique() > 60
    assert no_amount(panel, "rel") == "event time"
    some = panel[panel["year"].isin(["2001", "2003", "2008", "2020", "2021", "2050"])]
    assert no_amount(some.assign(rel=some["rel"] * 1.0), "rel") == "event time"
    # periods with names, and a unit that is absent in some of them
    named = panel.assign(year="t" + panel["year"])
    assert no_amount(named[~((named["province"] == "c004") & named["year"].between("t2010", "t2015"))], "rel") == (
        "event time"
    )
    assert no_amount(city_panel(), "rel") in ("code", "event time")
    assert no_amount(city_panel(), "never") in ("code", "event time")


def test_a_code_that_is_seldom_revised_is_a_code_and_rounded_amounts_are_amounts():
    panel = city_panel(units=40, years=10)
    panel["sector"] = 1000.0 + panel["province"].str[1:].astype(int)
    panel.loc[panel["province"].isin(["c003", "c009"]) & (panel["year"] > "2005"), "sector"] += 500
    assert no_amount(panel, "sector") == "code"
    assert no_amount(panel, "gdp") == ""
    # a cross-section says nothing of constancy
    assert no_amount(panel[panel["year"] == "2001"], "gdp") == ""


def test_conditions_splits_weights_effects_and_clusters_read_the_panel_as_it_is():
    panel = city_panel()
    winsorised = panel.assign(
        **{name: panel[name].clip(*panel[name].quantile([0.05, 0.95])) for name in panel if panel[name].dtype == float}
    )
    for keys in (
        {"sample": "tier > 1"},
        {"sample": "code != 110000 and rel < 4"},
        {"split": {"by": "code", "at": 110000, "side": "high"}},
        {"weights": "weight"},
        {"vcov": {"cluster": "code"}},
    ):
        column = parse_column({"formula": "y ~ x | code + year", **keys})
        design = prepare(panel, column, winsorised)
        # the same rows, with the terms' values put in by hand
        expected = fit(panel.assign(x=winsorised["x"], y=winsorised["y"]), column)
        assert design.n == expected.stats["n"]
        assert estimate_table(panel, "t", [{"formula": "y ~ x | code + year", **keys}], terms=winsorised)[0]["terms"][
            0
        ]["estimate"] == pytest.approx(expected.coefficients[0], rel=1e-12)


def test_the_indicator_of_a_split_is_of_the_panel_as_it_is():
    panel = city_panel()
    winsorised = winsorise_panel(panel, 5, 95)
    high = float(panel["x"].quantile(0.94))
    column = {"formula": "y ~ x + x:high + high | province + year", "split": {"by": "x", "at": high}}
    design = prepare(panel, parse_column(column), winsorised)
    assert design.sample.column("high").sum() == (panel["x"] > high).sum() == 36
    assert design.sample.column("x").max() == winsorised["x"].max() < panel["x"].max()
    assert np.count_nonzero(design.sample.column("x:high")) == 36


def test_variables_and_except_choose():
    panel = city_panel()
    assert {name for name, why in left_alone(panel).items() if not why} == {"x", "y", "gdp", "weight"}
    only = left_alone(panel, variables=["x", "rel", "post"])
    assert {name for name, why in only.items() if not why} == {"x", "rel"}
    assert (only["y"], only["post"]) == ("by choice", "two values")
    assert {name for name, why in left_alone(panel, keep=["y", "tier"]).items() if not why} == {*("x", "gdp", "weight")}


@pytest.mark.parametrize("chosen", [{}, {"variables": ["x", "rel"]}, {"except": ["y"]}])
def test_a_table_winsorises_its_variables_as_the_panel_does(chosen):
    panel, settings = city_panel(), {"lower": 5, "upper": 95, **chosen}
    whole, cells = as_the_config_says(panel, settings)
    assert cells["variable"].tolist() == panel.columns[2:].tolist()
    for names in (["x"], ["rel", "y"], ["code", "gdp", "post"]):
        alone, some = as_the_config_says(panel[["province", "year", *names]], settings)
        pd.testing.assert_frame_equal(alone, whole[["province", "year", *names]])
        pd.testing.assert_frame_equal(some, cells.set_index("variable").loc[names].reset_index())
    for nothing in (None, {}):
        same, listed = as_the_config_says(panel, nothing)
        pd.testing.assert_frame_equal(same, panel)
        assert listed.empty and listed.columns.tolist() == cells.columns.tolist()


def test_what_the_config_says_of_winsorising_is_checked():
    def check(**settings):
        check_winsorise(
            {"cleaning": {"winsorise": {"lower": 1, "upper": 99, **settings}}}, ["province", "year", "ai", "income"]
        )

    check(variables=["ai"])
    check_winsorise({}, ["ai"])
    with pytest.raises(InputError, match="not both"):
        check(variables=["ai"], **{"except": ["ai"]})
    with pytest.raises(InputError, match=r"winsorise\.except: no variable incme; did you mean income"):
        check(**{"except": ["incme"]})
    with pytest.raises(InputError, match=r"winsorise\.variables: no variable year"):
        check(variables=["year"])


def test_moved_cells_are_counted():
    panel = pd.DataFrame({"province": [f"p{i:02d}" for i in range(40)], "year": "1", "x": np.arange(40) + 0.5})
    panel.loc[5, "x"] = np.nan
    panel["d"] = (panel["x"] > 3).astype(float)
    moved = winsorise_panel(panel, 5, 95)
    cells = list_cells(panel, moved, left_alone(panel)).set_index("variable")
    assert cells.loc["x", ["observed", "lower", "upper", "below", "above"]].tolist() == [39, 1.5, 38.5, 1, 1]
    assert cells.loc["d", "left_alone"] == "two values"
    assert cells.loc["d", ["lower", "below"]].isna().all()


def test_notes_list_what_was_winsorised_and_how_many_cells():
    term = {"estimate": 1.0, "std_error": 1.0, "statistic": 1.0, "p_value": 0.3, "stars": ""}
    columns = [estimated("1", {"ai": term, "ai:post": term, "rel": term, "_cons": term})]
    row = {"left_alone": "", "below": "15", "above": "14"}
    rows = [
        *({"variable": "ln_co2", **row}, {"variable": "ai", **row, "below": "2"}, {"variable": "open", **row}),
        *({"variable": "post", "left_alone": "two values"}, {"variable": "rel", "left_alone": "event time"}),
    ]
    notes = write_notes(columns, CODEBOOK, {"lower": 5, "upper": 95}, False, rows)
    assert (
        "Variables winsorised at percentiles 5 and 95 (cells of the panel moved, below + above): "
        "Co2 (15 + 14); AI (2 + 14)." in notes
    )
    assert "Not winsorised: post (two values); rel (event time)." in notes


def test_a_study_without_first_tier_cities(tmp_path):
    shutil.copytree(CASE, tmp_path / "study")
    config = yaml.safe_load((CASE / "config.yaml").read_text("utf-8")) | {"units": {"name": "city", "name_zh": "城市"}}
    config["tables"]["t"]["columns"][0] = {"formula": "y ~ x | city + year", "vcov": {"cluster": "city"}}
    write_config(tmp_path / "study", config)
    run = snakemake(ROOT / "Snakefile", tmp_path / "study", "--cores", "1")
    assert run.returncode == 0, run.stdout + run.stderr
    results = tmp_path / "study" / "results"
    tidy = pd.read_csv(results / "tables" / "t.csv", dtype=str)
    assert tidy.loc[tidy["term"] == "N", "estimate"].tolist() == ["600", "576", "156"]
    cells = pd.read_csv(results / "winsorised.csv").set_index("variable")
    assert cells.loc["tier", "left_alone"] == "code"
    of_table = pd.read_csv(results / "winsorised" / "t.csv").set_index("variable")
    assert {"x", "y", "tier"} <= {*of_table.index}
    pd.testing.assert_frame_equal(of_table, cells.loc[of_table.index])
    moved = read_table(results / "panel_winsorised.csv")
    panel = read_table(results / "panel.csv")
    assert (moved["tier"] == panel["tier"]).all()
    for name in ("x", "y"):
        assert cells.loc[name, "below"] == (panel[name] < moved[name].min()).sum() == 30
    html = (results / "tables" / "t.html").read_text("utf-8")
    assert (
        "Variables winsorised at percentiles 5 and 95 (cells of the panel moved, below + above): y, x (30 + 30 each)."
        in html
    )
    assert "City effects" in html
    assert "clustered by city, 100 clusters" in html
    assert "rovince" not in html
    assert "x: 30 cells below" in (results / "logs" / "winsorise_panel.log").read_text("utf-8")
