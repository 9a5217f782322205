"""A unit without some inner period: it stays, its scores are there, its changes over the gap are empty and listed."""

import json
import shutil

import numpy as np
import pandas as pd
import pytest
import solve_dea
import yaml
from conftest import ROOT, snakemake, write_config
from study.dea.indices import (
    GAP,
    UNUSED,
    base_rows,
    gap_changes,
    infeasible_programs,
    productivity_change,
    program_levels,
    scale_components,
)
from study.dea.models import complete_model
from study.dea.production import read_production
from study.helpers import read_rows
from tabulate_productivity import gap_note, lay_out_productivity, summarise
from test_productivity import model_of, random_scores, typed_scores

CASE = ROOT / "tests" / "data" / "dea" / "c01_gap_year"
GLOBAL = model_of()
TECHNOLOGIES = {
    "global": ("own", "global"),
    "contemporaneous": ("own", "previous", "next"),
    "biennial": ("own", "biennial_previous", "biennial_next"),
}


def without(scores, unit, *years):
    """Scores of a unit that is not observed in some years."""
    return scores[(scores["province"] != unit) | ~scores["year"].isin(years)].reset_index(drop=True)


def test_changes_over_a_gap_by_hand():
    """S = .5, (none), .2, .1: no change in 3, (1 + .2) / (1 + .1) in 4; cumulative is 1.5 / (1 + S) throughout."""
    rows = [("a", str(t), r, 0.3) for t in range(1, 5) for r in ("own", "global")]
    rows += [("b", t, r, s) for t, s in (("1", 0.5), ("3", 0.2), ("4", 0.1)) for r in ("own", "global")]
    table = productivity_change(typed_scores(*rows), GLOBAL)
    b = table[table["province"] == "b"]
    assert b["status"].tolist() == ["first", "gap", "optimal"]
    assert b.iloc[1][["index", "efficiency_change", "technical_change"]].isna().all()
    assert b.iloc[2]["index"] == pytest.approx(1.2 / 1.1)
    assert b["cumulative"].tolist() == pytest.approx([1, 1.5 / 1.2, 1.5 / 1.1])
    # a year that nobody has is no period, so nothing is missing in it
    assert productivity_change(typed_scores(*rows[-6:]), GLOBAL)["status"].tolist() == ["first", "optimal", "optimal"]


@pytest.mark.parametrize("technology", TECHNOLOGIES)
@pytest.mark.parametrize("index", ["malmquist_luenberger", "luenberger"])
def test_a_gap_takes_away_the_changes_at_both_its_ends_and_no_other(technology, index):
    model = model_of(technology=technology, index=index)
    scores = random_scores(7, TECHNOLOGIES[technology])
    whole = productivity_change(scores, model)
    table = productivity_change(without(scores, "b", "2015", "2016"), model)
    whole = whole[(whole["province"] != "b") | ~whole["year"].isin(["2015", "2016"])].reset_index(drop=True)
    over = (table["province"] == "b") & (table["year"] == "2017")
    changes = ["index", "efficiency_change", "technical_change"]
    assert over.sum() == 1 and table.loc[over, changes].isna().all(axis=None)
    assert table.loc[over, "status"].tolist() == ["gap"] and (table.loc[~over, "status"] != "gap").all()
    pd.testing.assert_frame_equal(table.loc[~over, changes], whole.loc[~over, changes])
    after = (table["province"] == "b") & (table["year"] >= "2017")
    if technology == "global":  # levels against one technology compare across any gap
        np.testing.assert_allclose(table["cumulative"], whole["cumulative"], rtol=1e-12)
    else:
        assert table.loc[after, "cumulative"].isna().all()
        np.testing.assert_allclose(table.loc[~after, "cumulative"], whole.loc[~after, "cumulative"], rtol=1e-12)


@pytest.mark.parametrize("technology", TECHNOLOGIES)
@pytest.mark.parametrize("base", ["2014", "2015", "2017"])
def test_the_cumulative_index_of_a_base_year_beside_a_gap(technology, base):
    model = model_of(technology=technology, base_year=base)
    scores = random_scores(8, TECHNOLOGIES[technology])
    table = productivity_change(without(scores, "b", "2015"), model)
    b = table[table["province"] == "b"].set_index("year")["cumulative"]
    if base == "2015":
        assert b.isna().all()  # not observed then
        return
    assert b[base] == 1
    same_side = [year for year in b.index if (year > "2015") == (base > "2015")]
    assert b[same_side].notna().all()
    assert b.drop(same_side).notna().all() == (technology == "global")
    others = productivity_change(scores, model)
    np.testing.assert_allclose(
        table.loc[table["province"] != "b", "cumulative"], others.loc[others["province"] != "b", "cumulative"]
    )
    levels = program_levels(without(scores, "b", "2015"), model)
    assert base_rows(levels.drop_duplicates(["province", "year"]), model).sum() == 3


def test_programs_against_a_neighbour_in_which_the_unit_is_missing_count_for_nothing():
    model = model_of(technology="contemporaneous", infeasible="biennial")
    rows = [
        (unit, str(t), reference, 0.2)
        for unit in "ab"
        for t in range(1, 5)
        for reference in ("own", "previous", "next", "biennial_previous", "biennial_next")
        if not (t == 1 and "previous" in reference) and not (t == 4 and "next" in reference)
    ]
    scores = without(typed_scores(*rows), "b", "3")
    lost = (scores["province"] == "b") & (scores["year"] == "4") & (scores["reference"] == "previous")
    scores.loc[lost, ["score", "status"]] = [np.nan, "infeasible"]
    listed = infeasible_programs(scores, model)
    assert listed[["province", "year", "reference", "treatment"]].to_numpy().tolist() == [
        ["b", "4", "previous", UNUSED]
    ]
    # the index did not move to the biennial technology for it
    assert productivity_change(scores, model)["status"].tolist()[-1] == "gap"


def test_gaps_are_listed_beside_the_infeasible_programs_and_counted():
    scores = without(random_scores(9), "b", "2015", "2017")
    index = productivity_change(scores, GLOBAL)
    listed = gap_changes(index)
    assert list(listed) == list(infeasible_programs(scores, GLOBAL))
    assert listed[["province", "year", "treatment"]].to_numpy().tolist() == [["b", "2016", GAP], ["b", "2018", GAP]]
    assert listed[["reference", "rule", "score"]].isna().all(axis=None)
    model = GLOBAL | {"name": "gml"}
    row = summarise(model, index, listed)
    assert [row[name] for name in ("changes", "changes_missing", "infeasible_programs")] == [13, 2, 0]
    (note,) = gap_note({"gml": index, "ml": productivity_change(random_scores(9), GLOBAL)})
    assert "not observed the period before (2 of gml)" in note
    assert gap_note({"ml": productivity_change(random_scores(9), GLOBAL)}) == ()
    assert lay_out_productivity(pd.DataFrame([row]), "", (note,)).notes[-1] == note


def test_scale_parts_of_a_change_over_a_gap_are_empty():
    crs, vrs = (productivity_change(without(random_scores(seed), "b", "2015"), GLOBAL) for seed in (1, 2))
    parts = scale_components(crs, vrs, "malmquist_luenberger")
    over = (parts["province"] == "b") & (parts["year"] == "2016")
    assert parts.loc[over].iloc[:, 2:].isna().all(axis=None)
    assert parts.loc[~over & (parts["year"] != "2013")].notna().all(axis=None)


def test_a_gap_moves_nobody_elses_frontier():
    """The unit's other observations span every technology, so its gap leaves all sets but that year's as they are."""
    config = yaml.safe_load((CASE / "config.yaml").read_text("utf-8"))
    model = complete_model(config["productivity"]["models"][0] | {"technology": "contemporaneous"})
    production = read_rows(CASE / "panel.csv")
    filled = [*production, dict(production[8], year="2014")]
    assert filled[-1]["province"] == "U03"
    solved = [
        solve_dea.solve_units(panel, np.arange(6), model)
        for panel in (read_production(rows, model) for rows in (production, filled))
    ]
    short, whole = ({(row["province"], row["year"], row["reference"]): row for row in rows} for rows in solved)
    assert len(short) == 23 + 17 + 17 and set(short) < set(whole)
    step = {"own": 0, "previous": -1, "next": 1}
    for key, row in short.items():
        if int(key[1]) + step[key[2]] != 2014:
            assert (row["score"], row["technology"]) == (whole[key]["score"], whole[key]["technology"])


def test_a_study_with_a_gap_through_the_workflow(tmp_path):
    """The case, with a model under variable returns, intervals, and a regression on the index."""
    config = yaml.safe_load((CASE / "config.yaml").read_text("utf-8"))
    gml, ml = config["productivity"]["models"]
    config["productivity"]["models"] = [gml, ml, gml | {"name": "vrs", "returns": "vrs"}]
    config["productivity"]["bootstrap"] = {"replications": 20, "blocks": 1, "subsample": 0.6}
    config["tables"] = {"effect": {"columns": ["gtfp ~ K | province + year"]}}
    shutil.copy(CASE / "panel.csv", tmp_path)
    write_config(tmp_path, config)
    run = snakemake(ROOT / "Snakefile", tmp_path, "--cores", "2", "all", "results/productivity/gml_bootstrap.csv")
    said = run.stdout + run.stderr
    assert run.returncode == 0, said
    assert "model gml: 1 changes are empty, for the unit is not observed the period before: U03 2015" in said
    results = tmp_path / "results"
    scores = pd.concat([pd.read_csv(path) for path in (results / "dea" / "gml").glob("*.csv")])
    assert len(scores) == 46 and (scores["status"] == "optimal").all() and (scores["gap"] <= 1e-9).all()
    index = pd.read_csv(results / "productivity" / "gml.csv").set_index(["province", "year"])
    level = scores[scores["reference"] == "global"].set_index(["province", "year"])["score"]
    assert index.loc[("U03", 2015), "status"] == "gap"
    assert index.loc["U03"]["cumulative"].tolist() == pytest.approx(
        [(1 + level["U03", 2013]) / (1 + level["U03", year]) for year in (2013, 2015, 2016)]
    )
    assert index["index"].isna().sum() == 7  # six first years and the change over the gap
    listed = pd.read_csv(results / "productivity" / "gml_infeasible.csv")
    assert listed[["province", "year", "treatment"]].to_numpy().tolist() == [["U03", 2015, GAP]]
    panel = pd.read_csv(results / "panel.csv")
    assert len(panel) == 23 and panel["gtfp"].notna().all()
    estimates = json.loads((results / "estimates" / "effect.json").read_text("utf-8"))
    assert estimates[0]["stats"]["n"] == 23
    intervals = pd.read_csv(results / "productivity" / "gml_bootstrap.csv").set_index(["province", "year"])
    assert np.isnan(intervals.loc[("U03", 2015), "index_low"]) and intervals["cumulative_low"].notna().all()
    assert "status gap" in (results / "tables" / "productivity.html").read_text("utf-8")
    assert (results / "productivity" / "gml_scale.csv").is_file() and (results / "tables" / "effect.csv").is_file()
