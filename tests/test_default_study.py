"""The default study's output against the paper's moments and the simulation's known truth."""

import csv
import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from conftest import ROOT, SHARED, default_config, needs_shared, snakemake
from scipy import stats
from simulate.economy import CO2_COEFFICIENTS
from study.files.tables import read_table
from study.regression.formula import parse_column
from study.regression.least_squares import fit

# Jiang (2025), Table 1
PUBLISHED = pd.read_csv(ROOT / "resources" / "published" / "table_1.csv").pivot(
    index="term", columns="column", values="estimate"
)


@pytest.fixture(scope="module")
def tables(default_study):
    return {name: pd.read_csv(default_study / "tables" / f"{name}.csv", dtype=str) for name in ("table_1", "table_2")}


def moment(tables, term, statistic):
    table = tables["table_1"]
    return float(table.loc[(table["term"] == term) & (table["column"] == statistic), "estimate"].item())


def test_thirty_provinces_and_ten_years(default_study):
    panel = read_table(default_study / "panel.csv")
    assert len(panel) == 300
    assert panel["province"].nunique() == 30
    assert "tibet" not in set(panel["province"])
    assert sorted(set(panel["year"])) == [str(year) for year in range(2013, 2023)]
    assert not panel.isna().any(axis=None)


@pytest.mark.parametrize("term", ["AI", "Open", "Density", "Fin", "Gov", "Energy", "Urban", "Co2"])
def test_moments_are_near_the_papers(tables, term):
    assert moment(tables, term, "mean") == pytest.approx(float(PUBLISHED.at[term, "mean"]), rel=0.05)
    assert moment(tables, term, "sd") == pytest.approx(float(PUBLISHED.at[term, "sd"]), rel=0.15)


def test_gtfp_moments_are_near_the_papers(tables):
    assert moment(tables, "GTFP", "mean") == pytest.approx(float(PUBLISHED.at["GTFP", "mean"]), abs=0.1)
    assert moment(tables, "GTFP", "sd") == pytest.approx(float(PUBLISHED.at["GTFP", "sd"]), abs=0.1)


def test_the_simulated_truth_is_table_2_column_2():
    published = pd.read_csv(ROOT / "resources" / "published" / "table_2.csv", dtype=str)
    column = published[(published["column"] == "2") & ~published["term"].isin(["_cons", "Year", "Province", "N", "R2"])]
    assert {term.lower(): float(value) for term, value in zip(column["term"], column["estimate"], strict=True)} == (
        pytest.approx(CO2_COEFFICIENTS)
    )


def test_the_co2_equation_recovers_its_truth(default_study):
    config = default_config()
    regression = parse_column(config["tables"]["table_2"]["columns"][1], config["controls"])
    estimates = fit(read_table(default_study / "panel_winsorised.csv"), regression)
    terms = [term for term in estimates.terms if term != "_cons"]
    assert set(terms) == set(CO2_COEFFICIENTS)
    at = [list(estimates.terms).index(term) for term in terms]
    difference = np.asarray(estimates.coefficients)[at] - [CO2_COEFFICIENTS[term] for term in terms]
    covariance = np.asarray(estimates.covariance)[np.ix_(at, at)]
    assert (np.abs(difference) / np.sqrt(np.diag(covariance)) < 2.5).all()
    wald = difference @ np.linalg.solve(covariance, difference) / len(terms)
    assert stats.f.sf(wald, len(terms), estimates.stats["df_resid"]) > 0.05


def coefficient(default_study, column, term):
    columns = json.loads((default_study / "estimates" / "table_2.json").read_text())
    return next(row for row in columns[column - 1]["terms"] if row["term"] == term)


@pytest.mark.parametrize("column", [3, 4])
def test_ai_raises_gtfp(default_study, column):
    row = coefficient(default_study, column, "ai")
    assert row["estimate"] > 0
    assert row["p_value"] < 0.01


@pytest.mark.parametrize("column", [1, 2])
def test_ai_lowers_co2(default_study, column):
    row = coefficient(default_study, column, "ai")
    assert row["estimate"] < 0
    assert row["p_value"] < 0.05


def test_every_score_is_certified(default_study):
    for path in sorted((default_study / "dea" / "gml").glob("*.csv")):
        scores = pd.read_csv(path)
        assert (scores["status"] == "optimal").all()
        assert (scores["gap"] <= 1e-9).all()
        assert (scores["score"] >= 0).all()


def test_gml_telescopes(default_study):
    index = read_table(default_study / "productivity" / "gml.csv")
    scores = pd.concat(read_table(path) for path in (default_study / "dea" / "gml").glob("*.csv"))
    level = 1 + scores[scores["reference"] == "global"].set_index(["province", "year"])["score"]
    cumulative = index.set_index(["province", "year"])["cumulative"]
    first = level.xs("2013", level="year").reindex(cumulative.index.get_level_values("province")).to_numpy()
    np.testing.assert_allclose(cumulative, first / level.reindex(cumulative.index), rtol=1e-11)


def test_scorecard_has_every_published_figure(default_study):
    scorecard = pd.read_csv(default_study / "replication" / "scorecard.csv")
    folder = ROOT / "resources" / "published"
    published = pd.concat(pd.read_csv(folder / f"table_{n}.csv", dtype=str) for n in range(1, 9))
    assert len(scorecard) == (published["estimate"] != "Yes").sum()
    assert scorecard["estimate"].notna().all()
    slopes = scorecard[scorecard["published_statistic"].notna()]
    assert (slopes["difference_in_se"].notna() == slopes["not_compared"].isna()).all()
    units = slopes[slopes["not_compared"].notna()]
    assert set(zip(units["table"], units["column"], strict=True)) == {
        (table, column) for table, columns in ((4, "13"), (5, "12"), (6, "12")) for column in columns
    }
    whole = scorecard[(scorecard["term"] == "N") & scorecard["table"].isin([2, 3, 4, 5, 6])]
    assert (whole["estimate"] == whole["published"]).all()  # 300, and 260 without municipalities


@needs_shared
def test_typed_tables_are_the_published_ones():
    for path in (ROOT / "resources" / "published").glob("table_*.csv"):
        assert path.read_text() == (SHARED / "published" / path.name).read_text()


def test_the_lag_is_the_year_before(default_study):
    ai = read_table(default_study / "panel.csv").pivot(index="province", columns="year", values=["ai", "ai_lag1"])
    for year in range(2014, 2023):
        assert ai["ai_lag1"][str(year)].tolist() == ai["ai"][str(year - 1)].tolist()
    assert (ai["ai_lag1"]["2013"] < ai["ai"]["2013"]).mean() > 0.8


def test_electricity_shares_of_all_provinces_add_to_one(default_study):
    log = Path(default_study / "logs" / "clean_balances" / "electricity.log").read_text("utf-8")
    assert log.count("31 provinces add up to") == 10
    panel = read_table(default_study / "panel.csv")
    shares = panel.groupby("year")["energy"].sum()
    # thirty of 31 provinces: Tibet uses about a thousandth
    assert shares.between(0.99, 1.001).all()


def test_the_default_study_has_no_suspect_and_checks_every_table(default_study):
    folder = default_study.parent
    run = snakemake(ROOT / "Snakefile", folder, "--cores", "2", "check")
    assert run.returncode == 0, run.stdout + run.stderr
    rows = list(csv.DictReader((default_study / "check.csv").open(encoding="utf-8")))
    catalog = list(csv.DictReader((ROOT / "resources" / "catalog.csv").open(encoding="utf-8")))
    assert sorted(row["table"] for row in rows) == sorted(row["key"] for row in catalog)
    warned = {row["table"]: row["warnings"] for row in rows if row["status"] == "warnings"}
    assert warned.keys() == {"diesel", "natural_gas"}
    assert "guangxi 2018 is empty" in warned["diesel"]
    assert {row["status"] for row in rows} == {"found", "warnings", "not needed"}
    assert set(default_config()["tables"]) <= {name for row in rows for name in row["needed_by"].split(", ")}
