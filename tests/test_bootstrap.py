"""The bootstrap of a global technology: draws, scores against subsamples, intervals, and its two scripts."""

import csv
import shutil
from types import SimpleNamespace

import index_bootstrap
import numpy as np
import pandas as pd
import pytest
import solve_bootstrap
import yaml
from conftest import ROOT, snakemake, write_config
from index_bootstrap import bootstrap_table, read_replicates
from solve_bootstrap import score_rows, solve_block
from study.dea.bootstrap import (
    change_reach,
    convergence_rate,
    draw,
    error_factor,
    largest_scores,
    replicate_scores,
    score_reaches,
    towards,
)
from study.dea.indices import productivity_change, program_levels
from study.dea.lp import measure
from study.dea.models import complete_model
from study.dea.production import read_production
from study.dea.subsampling import block_replicates, check_asked, check_bootstrap, subsample_size
from study.helpers import InputError, read_rows

MODEL = complete_model(
    {"name": "gml", "measure": "sbm_ddf", "inputs": ["K", "L"], "good_outputs": ["Y"], "bad_outputs": ["C"]}
)
VARIABLES = ["K", "L", "Y", "C"]
SETTINGS = {"replications": 12, "blocks": 3, "subsample": 0.7, "level": 90, "seed": 5}
PROVINCES, YEARS = 9, 4
NO_LIMITS = np.full(PROVINCES * YEARS, np.inf)  # of the slacks-based distance's scores: its good may grow at will


def production_rows(provinces=PROVINCES, years=YEARS):
    """Rows of text of an invented panel with progress of 3% a year, provinces out of order."""
    random = np.random.default_rng(3)
    rows = []
    for province in range(provinces)[::-1]:
        size, lost = random.normal(0, 0.6), abs(random.normal(0, 0.3))
        for year in range(years):
            k, labour, c = np.exp(size + random.normal(0, 0.3, 3))
            y = k**0.4 * labour**0.35 * c**0.25 * np.exp(0.03 * year - lost)
            values = dict(zip(VARIABLES, map(str, (k, labour, y, c)), strict=True))
            rows.append({"province": f"p{province}", "year": str(2013 + year), **values})
    return rows


@pytest.fixture(scope="module")
def panel():
    return read_production(production_rows(), MODEL)


def estimates(panel, model):
    """Scores (N,) against the whole global technology, through the function the study's scores come from."""
    return measure(panel.values, panel.values, np.arange(len(panel.unit)), panel.values, model).score


def score_table(panel, model):
    """The scores as solve_dea's tables hold them, `own` left out."""
    return pd.DataFrame(
        {
            "province": np.array(panel.units)[panel.unit],
            "year": np.array(panel.periods)[panel.period],
            "reference": "global",
            "score": estimates(panel, model),
            "status": "optimal",
        }
    )


def levels_and_replicates(panel, model, settings=SETTINGS):
    """Global levels and the replicates (B, N) in their order."""
    levels = program_levels(score_table(panel, model), model)
    found = [solve_block(panel, model, settings, block) for block in range(1, settings["blocks"] + 1)]
    order = np.lexsort((panel.period, panel.unit))
    return levels, np.array([scores[order] for block in found for scores in block.values()])


# --- draws --------------------------------------------------------------------------------------------------------


def test_subsample_is_a_power_of_the_provinces_and_never_all():
    assert [subsample_size(30, power) for power in (0.5, 0.6, 0.7, 0.8)] == [5, 8, 11, 15]
    assert subsample_size(4, 0.7) == 3
    with pytest.raises(InputError, match="all of them"):
        subsample_size(2, 0.9)
    for power in (0, 1, 1.2):
        with pytest.raises(InputError, match="between 0 and 1"):
            subsample_size(30, power)


def test_draws_are_without_replacement_and_differ_by_replicate_and_seed():
    one = draw(1, 1, 30, 11)
    assert len(set(one)) == 11 and (np.diff(one) > 0).all() and set(one) <= set(range(30))
    assert np.array_equal(one, draw(1, 1, 30, 11))
    assert not np.array_equal(one, draw(1, 2, 30, 11))
    assert not np.array_equal(one, draw(2, 1, 30, 11))
    share = np.bincount(np.concatenate([draw(1, number, 30, 11) for number in range(3000)])) / 3000
    assert np.abs(share - 11 / 30).max() < 0.04  # 4.5 standard errors


@pytest.mark.parametrize(("replications", "blocks"), [(1000, 10), (10, 3), (7, 7), (5, 1)])
def test_blocks_share_out_every_replicate_once(replications, blocks):
    shares = [list(block_replicates(replications, blocks, block)) for block in range(1, blocks + 1)]
    assert [number for share in shares for number in share] == list(range(1, replications + 1))
    assert max(map(len, shares)) - min(map(len, shares)) <= 1


def test_more_blocks_than_replicates_are_refused():
    with pytest.raises(InputError, match="11 blocks of 10"):
        block_replicates(10, 11, 1)


def test_results_do_not_depend_on_blocks(panel):
    def found(blocks):
        settings = SETTINGS | {"blocks": blocks}
        return {
            number: scores
            for block in range(1, blocks + 1)
            for number, scores in solve_block(panel, MODEL, settings, block).items()
        }

    few, many = found(2), found(4)
    assert list(few) == list(many) == list(range(1, 13))
    for number in few:
        np.testing.assert_array_equal(few[number], many[number])


# --- scores -------------------------------------------------------------------------------------------------------

MEASURES = [
    {"measure": "sbm_ddf"},
    {"measure": "sbm_ddf", "returns": "vrs"},
    {"measure": "ddf"},
    {"measure": "ddf", "direction": "outputs", "returns": "vrs"},
    {"measure": "nddf", "disposability": "weak"},
    {"measure": "additive", "index": "luenberger"},
]


@pytest.mark.parametrize("options", MEASURES, ids=lambda options: "-".join(options.values()))
def test_all_provinces_give_the_scores_and_fewer_never_more(panel, options):
    model = complete_model({key: MODEL[key] for key in ("name", "inputs", "good_outputs", "bad_outputs")} | options)
    whole = replicate_scores(panel, model, np.arange(PROVINCES))
    expected = estimates(panel, model)
    np.testing.assert_allclose(whole, expected, rtol=0, atol=1e-9 * max(1.0, np.abs(expected).max()))
    beyond = 0
    for number in range(5):
        scores = replicate_scores(panel, model, draw(0, number, PROVINCES, 4))
        assert (scores[~np.isnan(scores)] <= whole[~np.isnan(scores)] + 1e-9).all()
        beyond += (scores < -1e-6).sum()
        if model["returns"] == "crs":
            assert np.isfinite(scores).all()  # idleness is always possible
    assert beyond > 0  # some observation lies outside some subsample's technology


def test_a_unit_beyond_the_subsample_by_hand():
    """One input, one good: B makes 2 of 1, A 1 of 1. Against A, B retreats its good by half, weight 1/2: S = -1/4."""
    rows = [
        {"province": name, "year": "1", "K": "1", "Y": good} for name, good in (("A", "1"), ("B", "2"), ("C", "0.5"))
    ]
    model = complete_model(
        {"name": "m", "measure": "sbm_ddf", "inputs": ["K"], "good_outputs": ["Y"], "bad_outputs": []}
    )
    scores = replicate_scores(read_production(rows, model), model, np.array([0]))
    # C lacks its own good once more (1/2 x 100%), or half of its input (1/2 x 50%)
    np.testing.assert_allclose(scores, [0.0, -0.25, 0.5], atol=1e-12)


def test_what_no_subsample_can_bring_in_reach_is_missing():
    """Under VRS with the bad fixed, no reference that makes more of the bad can stand for a unit that makes less."""
    rows = [
        {"province": name, "year": "1", "K": "1", "Y": "1", "C": bad}
        for name, bad in (("A", "1"), ("B", "0.5"), ("C", "2"))
    ]
    model = complete_model(
        {
            **{"name": "m", "measure": "nddf", "direction": ["Y"], "returns": "vrs"},
            **{"inputs": ["K"], "good_outputs": ["Y"], "bad_outputs": ["C"]},
        }
    )
    scores = replicate_scores(read_production(rows, model), model, np.array([0]))
    np.testing.assert_allclose(scores, [0.0, np.nan, 0.0], atol=1e-12)


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        ({"measure": "sbm"}, "measure sbm"),
        ({"technology": "contemporaneous"}, "technology contemporaneous"),
        ({"technology": "biennial"}, "technology biennial"),
        ({"measure": "super_sbm", "technology": "sequential"}, "technology sequential"),
        ({"measure": "sbm", "direction": ["K", "C"]}, "measure sbm"),
    ],
)
def test_models_without_a_meaning_are_refused(options, reason):
    with pytest.raises(InputError, match=f"model gml has {reason}"):
        check_bootstrap(MODEL | options)


# --- intervals ----------------------------------------------------------------------------------------------------


def test_rates_of_convergence():
    assert convergence_rate(MODEL) == pytest.approx(2 / 4)
    assert convergence_rate(MODEL | {"returns": "vrs"}) == pytest.approx(2 / 5)
    assert convergence_rate(MODEL | {"inputs": ["K", "L", "E"]}) == pytest.approx(2 / 5)
    assert error_factor(15, 30, MODEL) == pytest.approx(1 / (2**0.5 - 1))  # Kneip, Simar and Wilson (2015) at n/2
    assert error_factor(1, 10_000, MODEL) == pytest.approx(0.01, rel=0.02)  # (m/n)^kappa where m/n is small


NO_LIMIT = np.array([np.inf])


def test_reaches_by_hand():
    """Replicates 0..10 below an estimate of 10 by 10..0: the 5% and 95% points of the errors are 0.5 and 9.5."""
    replicates = np.arange(11.0)[:, None]
    reaches = score_reaches(np.array([10.0]), replicates, 0.5, 90)
    assert [reach[0] for reach in reaches] == pytest.approx([0.5 * 0.5, 0.5 * 9.5, 0.5 * 5])
    assert [towards(np.array([10.0]), reach, NO_LIMIT)[0] for reach in reaches] == pytest.approx([10.25, 14.75, 12.5])
    # of an estimate of 7 the deviations are -7..3, without their signs 0, 1, 1, 2, 2, 3, 3, 4, 5, 6, 7
    assert change_reach(np.array([7.0]), replicates, 0.5, 90)[0] == pytest.approx(0.5 * 6)
    # what a subsample seems to find worse than the whole sample is rounding
    assert [reach[0] for reach in score_reaches(np.array([0.0]), np.full((5, 1), 1e-13), 1.0, 90)] == [0, 0, 0]


def test_missing_replicates_are_left_out_and_nothing_left_is_missing():
    replicates = np.array([[1.0, np.nan], [np.nan, np.nan], [3.0, np.nan]])
    estimate = np.array([4.0, 4.0])
    np.testing.assert_allclose(
        score_reaches(estimate, replicates, 1.0, 50), [[1.5, np.nan], [2.5, np.nan], [2, np.nan]]
    )
    np.testing.assert_allclose(change_reach(estimate, replicates, 1.0, 50), [2, np.nan])
    for limit in (np.inf, 5.0):
        assert np.isnan(towards(estimate, np.array([2, np.nan]), np.array([limit, limit]))).tolist() == [False, True]


def test_a_bound_is_that_of_kneip_simar_and_wilson_for_farrells_efficiency():
    """E / (1 + factor x quantile of (E* / E - 1)) of the radial input efficiency E = 1 - beta; and the first order."""
    estimate, replicates, factor = np.array([0.3]), 0.3 - np.linspace(0.05, 3, 60)[:, None], 1.4
    efficiency = 1 - 0.3
    ratios = (1 - replicates[:, 0]) / efficiency - 1
    _, most, mean = score_reaches(estimate, replicates, factor, 90)
    high = towards(estimate, most, np.array([1.0]))[0]
    assert high == pytest.approx(1 - efficiency / (1 + factor * np.quantile(ratios, 0.95)))
    assert 0.3 < towards(estimate, mean, np.array([1.0]))[0] < high < 1 < 0.3 + most[0]
    assert towards(estimate, np.array([1e-6]), np.array([1.0]))[0] == pytest.approx(0.3 + 1e-6, abs=1e-11)
    assert towards(np.array([1.0]), np.array([0.5]), np.array([1.0]))[0] == 1


@pytest.mark.parametrize(
    ("options", "largest"),
    [
        ({"measure": "ddf"}, 1),
        ({"measure": "ddf", "direction": "bads"}, 1),
        ({"measure": "ddf", "direction": ["Y"]}, np.inf),
        ({"measure": "sbm_ddf"}, np.inf),
        ({"measure": "nddf", "direction": ["K", "C"], "weights": {"K": 0.5, "C": 2}}, 2.5),
        ({"measure": "ddf", "direction": {"K": 2, "Y": 5, "C": 0.5}}, 3 / 2),
        ({"measure": "additive", "direction": {"K": 2, "C": 0.5}}, 3 / 2 + 1 / 0.5),
    ],
)
def test_the_largest_score_is_that_of_nil_inputs_and_bads(options, largest):
    model = complete_model({key: MODEL[key] for key in ("name", "inputs", "good_outputs", "bad_outputs")} | options)
    rows = [{"province": "a", "year": "1", "K": "3", "L": "9", "Y": "4", "C": "1"}]
    assert largest_scores(read_production(rows, model), model).tolist() == pytest.approx([largest])


BOUNDED = [
    ({"measure": "ddf"}, (0, 1), (1 / 2, 2)),
    ({"measure": "ddf", "index": "luenberger"}, (0, 1), (-1, 1)),
    ({"measure": "ddf", "direction": "inputs", "bad_outputs": [], "index": "malmquist"}, (0, 1), (0, np.inf)),
    ({"measure": "ddf", "direction": "bads", "index": "malmquist_emission"}, (0, 1), (0, np.inf)),
    ({"measure": "nddf", "direction": ["K", "C"], "returns": "vrs"}, (0, 1), (1 / 2, 2)),
    ({"measure": "sbm_ddf", "returns": "vrs"}, (0, np.inf), (0, np.inf)),
]


@pytest.mark.parametrize(("options", "scores", "changes"), BOUNDED, ids=lambda case: str(case)[:40])
def test_every_interval_is_within_what_its_measure_can_be(options, scores, changes):
    model = complete_model({key: MODEL[key] for key in ("name", "inputs", "good_outputs", "bad_outputs")} | options)
    panel = read_production(production_rows(), model)
    levels, replicates = levels_and_replicates(panel, model)
    largest = largest_scores(panel, model)
    # far deviations, as of a province alone in its corner
    table = bootstrap_table(
        levels, replicates - 5 * (levels["score"].to_numpy() - replicates), largest, model, SETTINGS
    )
    for name in ("score_low", "score_high", "score_corrected"):
        assert table[name].between(*scores).all(), name
    origin = 1 if model["index"] == "luenberger" else 0
    for name, start in (("index", 0), ("cumulative", origin)):
        for bound in (table[f"{name}_low"].dropna(), table[f"{name}_high"].dropna()):
            assert len(bound) and bound.between(*(start + limit for limit in changes), inclusive="both").all(), name
        assert (table[f"{name}_low"].dropna() <= table[name][table[f"{name}_low"].notna()]).all()


@pytest.mark.parametrize("index", ["malmquist_luenberger", "luenberger"])
def test_a_change_is_bounded_by_what_the_scores_of_its_two_periods_can_be(index):
    """In given amounts the largest score is each observation's own: K / .7 or C / .3, whichever is less."""
    model = MODEL | {"measure": "ddf", "direction": {"K": 0.7, "C": 0.3}, "index": index}
    panel = read_production(production_rows(), model)
    levels, replicates = levels_and_replicates(panel, model)
    replicates = replicates - 50 * (levels["score"].to_numpy() - replicates)
    largest = largest_scores(panel, model)[np.lexsort((panel.period, panel.unit))]
    table = bootstrap_table(levels, replicates, largest, model, SETTINGS)
    later = np.flatnonzero(table["index"].notna())
    now, before = largest[later], largest[later - 1]
    low, high = (-now, before) if index == "luenberger" else (1 / (1 + now), 1 + before)
    assert (table["score_high"] <= largest).all()
    assert (table["index_low"][later] >= low).all() and (table["index_high"][later] <= high).all()
    assert (table["index_low"][later] < low + 0.1 * (table["index"][later] - low)).any()  # and near it


def test_table_is_the_formula_of_logs(panel):
    levels, replicates = levels_and_replicates(panel, MODEL)
    table = bootstrap_table(levels, replicates, NO_LIMITS, MODEL, SETTINGS)
    assert len(table) == PROVINCES * YEARS and (table["replications"] == 12).all()
    change = productivity_change(score_table(panel, MODEL), MODEL)
    np.testing.assert_allclose(table["index"], change["index"])
    np.testing.assert_allclose(table["cumulative"], change["cumulative"])

    factor = 1 / ((9 / 5) ** (2 / 4) - 1)  # 9^.7 = 4.66 provinces, 2 inputs and 2 outputs under CRS
    row, first = 6, 4  # the second province's third year, its first one
    scores, estimate = replicates[:, row], levels["score"][row]
    errors = np.quantile(scores - estimate, [0.95, 0.05])
    assert table["score_low"][row] == pytest.approx(estimate - factor * errors[0])
    assert table["score_high"][row] == pytest.approx(estimate - factor * errors[1])
    assert table["score_corrected"][row] == pytest.approx(estimate - factor * (scores - estimate).mean())
    for name, at in (("index", row - 1), ("cumulative", first)):
        value = np.log((1 + levels["score"][at]) / (1 + estimate))
        reach = factor * np.quantile(np.abs(np.log((1 + replicates[:, at]) / (1 + scores)) - value), 0.9)
        bounds = table.loc[row, [f"{name}_low", f"{name}_high"]].astype(float)
        np.testing.assert_allclose(bounds, np.exp([value - reach, value + reach]))


def test_bounds_are_ordered_and_first_years_have_no_index(panel):
    levels, replicates = levels_and_replicates(panel, MODEL)
    table = bootstrap_table(levels, replicates, NO_LIMITS, MODEL, SETTINGS)
    assert (table["score"] <= table["score_low"] + 1e-9).all()  # the estimate is never above the truth
    assert (table["score_low"] <= table["score_corrected"]).all()
    assert (table["score_corrected"] <= table["score_high"]).all()
    first = ~table["province"].duplicated()
    assert table.loc[first, ["index", "index_low", "index_high"]].isna().all(axis=None)
    assert table.loc[~first].notna().all(axis=None)
    assert (table.loc[first, "wide"].str.contains("index") == False).all()  # noqa: E712
    assert (table.loc[first, ["cumulative", "cumulative_low", "cumulative_high"]] == 1).all(axis=None)
    wider = bootstrap_table(levels, replicates, NO_LIMITS, MODEL, SETTINGS | {"level": 99})
    assert (wider["index_high"][~first] >= table["index_high"][~first]).all()
    assert (wider["index_low"][~first] <= table["index_low"][~first]).all()


@pytest.mark.parametrize("measured", ["sbm_ddf", "ddf"])
def test_base_year_and_luenberger(panel, measured):
    model = MODEL | {"measure": measured, "index": "luenberger", "base_year": "2014"}
    levels, replicates = levels_and_replicates(panel, model)
    table = bootstrap_table(levels, replicates, largest_scores(panel, model), model, SETTINGS)
    base = table["year"] == "2014"
    assert (table.loc[base, ["cumulative", "cumulative_low", "cumulative_high"]] == 1).all(axis=None)
    scores = levels["score"].to_numpy()
    later = np.flatnonzero(table["index"].notna())
    np.testing.assert_allclose(table["index"][later], scores[later - 1] - scores[later], atol=1e-12)
    assert table["cumulative"][4] == pytest.approx(1 + scores[5] - scores[4])
    change = table["index"].to_numpy()[later]
    deviations = replicates[:, later - 1] - replicates[:, later] - change
    reach = error_factor(5, 9, model) * np.quantile(np.abs(deviations), 0.9, axis=0)
    limit = np.full(len(later), 1.0 if measured == "ddf" else np.inf)
    np.testing.assert_allclose(table["index_high"][later], towards(change, reach, limit))
    np.testing.assert_allclose(table["index_low"][later], -towards(-change, reach, limit))


def test_a_score_without_an_efficiency_is_counted_as_missing(panel):
    levels, replicates = levels_and_replicates(panel, MODEL)
    replicates = replicates.copy()
    replicates[0, 5], replicates[1, 5], replicates[2, 6] = -1.0, -1.5, np.nan
    table = bootstrap_table(levels, replicates, NO_LIMITS, MODEL, SETTINGS)
    # row 5's score lacks two, row 6 has a change from row 5, row 7 from row 6
    assert table["replications"][4:8].tolist() == [12, 10, 9, 11]
    kept = bootstrap_table(levels, replicates[3:], NO_LIMITS, MODEL, SETTINGS)
    assert table["index_high"][6] == pytest.approx(kept["index_high"][6])
    kept = bootstrap_table(levels, replicates[2:], NO_LIMITS, MODEL, SETTINGS)
    assert table["score_high"][5] == pytest.approx(kept["score_high"][5])


# --- scripts ------------------------------------------------------------------------------------------------------


def job(tmp_path, inputs, output, model=MODEL, **wildcards):
    """What Snakemake hands a script, of what the two scripts read."""
    return SimpleNamespace(
        input=SimpleNamespace(**inputs),
        output=[str(output)],
        log=[str(tmp_path / "log")],
        rule="rule",
        params=SimpleNamespace(model=model, bootstrap=SETTINGS),
        wildcards=SimpleNamespace(**wildcards),
    )


def test_intervals_that_cover_more_than_a_factor_of_two_are_marked(panel):
    levels, replicates = levels_and_replicates(panel, MODEL)
    replicates[:, 4:12] -= 2.5 * (levels["score"].to_numpy() - replicates)[:, 4:12]  # a province alone in its corner
    table = bootstrap_table(levels, replicates, NO_LIMITS, MODEL, SETTINGS)
    for name in ("index", "cumulative"):
        factor = table[f"{name}_high"] / table[f"{name}_low"]
        marked = table["wide"].str.split().map(lambda names, name=name: name in names)
        assert (marked == (factor > 2)).all()
    marked = table["wide"].str.split().map(lambda names: "score" in names)
    assert (marked == ((1 + table["score_high"]) / (1 + table["score_low"]) > 2)).all()
    assert 0 < (table["wide"] != "").sum() < len(table)


def test_a_change_over_a_gap_has_no_interval_and_a_level_has_one(panel):
    levels, replicates = levels_and_replicates(panel, MODEL)
    there = np.arange(len(levels)) != 5  # the second province's second year
    scores = score_table(panel, MODEL)
    scores = scores[(scores["province"] != "p1") | (scores["year"] != "2014")]
    short = program_levels(scores, MODEL).reset_index(drop=True)
    table = bootstrap_table(short, replicates[:, there], NO_LIMITS[there], MODEL, SETTINGS)
    whole = bootstrap_table(levels, replicates, NO_LIMITS, MODEL, SETTINGS)[there].reset_index(drop=True)
    assert table.loc[5, ["province", "year"]].tolist() == ["p1", "2015"]
    assert table.loc[5, ["index", "index_low", "index_high"]].isna().all()
    kept = [name for name in table if not name.startswith("index") and name not in ("wide", "replications")]
    pd.testing.assert_frame_equal(table[kept], whole[kept])
    pd.testing.assert_frame_equal(table.drop(index=5), whole.drop(index=5))


def test_scripts_end_to_end(tmp_path, panel):
    production = tmp_path / "production.csv"
    with production.open("w", newline="") as file:
        writer = csv.DictWriter(file, ["province", "year", *VARIABLES])
        writer.writeheader()
        writer.writerows(production_rows())
    short = {key: MODEL[key] for key in ("name", "measure", "inputs", "good_outputs", "bad_outputs")}
    blocks = [tmp_path / f"{block}.csv" for block in (1, 2, 3)]
    for block, path in enumerate(blocks, 1):
        solve_bootstrap.main(job(tmp_path, {"production": str(production)}, path, short, block=str(block)))
    assert list(read_rows(blocks[0])[0]) == ["replicate", "province", "year", "score"]
    assert sum(len(read_rows(path)) for path in blocks) == 12 * PROVINCES * YEARS
    keys = [(int(row["replicate"]), row["province"], row["year"]) for row in read_rows(blocks[0])]
    assert keys == sorted(keys) and keys[0] == (1, "p0", "2013")
    bytes_ = blocks[1].read_bytes()
    solve_bootstrap.main(job(tmp_path, {"production": str(production)}, blocks[1], short, block="2"))
    assert blocks[1].read_bytes() == bytes_

    scores = tmp_path / "scores.csv"
    score_table(panel, MODEL).to_csv(scores, index=False)
    output = tmp_path / "gml_bootstrap.csv"
    inputs = {"production": str(production), "scores": [scores], "replicates": blocks[::-1]}
    index_bootstrap.main(job(tmp_path, inputs, output, short))
    table = pd.read_csv(output, dtype={"year": str, "wide": str}).fillna({"wide": ""})
    assert list(table) == [
        *("province", "year", "score", "score_corrected", "score_low", "score_high", "index", "index_low"),
        *("index_high", "cumulative", "cumulative_low", "cumulative_high", "replications", "wide"),
    ]
    expected = bootstrap_table(*levels_and_replicates(panel, MODEL), NO_LIMITS, MODEL, SETTINGS)
    pd.testing.assert_frame_equal(table, expected, check_dtype=False, rtol=1e-9)


def test_scripts_refuse_a_model_without_a_meaning(tmp_path):
    model = {key: MODEL[key] for key in ("name", "measure", "inputs", "good_outputs", "bad_outputs")}
    for script in (solve_bootstrap, index_bootstrap):
        with pytest.raises(InputError, match="technology biennial"):
            script.main(job(tmp_path, {}, tmp_path / "out", model | {"technology": "biennial"}))


@pytest.mark.parametrize("numbers", [[1], [1, 2]], ids=["in no replicate", "in one replicate"])
def test_replicates_of_other_observations_are_refused(tmp_path, panel, numbers):
    rows = score_rows(panel, {number: np.zeros(len(panel.unit)) for number in numbers})
    path = tmp_path / "1.csv"
    pd.DataFrame(rows[1:], columns=solve_bootstrap.REPLICATE_COLUMNS).to_csv(path, index=False)
    keys = program_levels(score_table(panel, MODEL), MODEL)[["province", "year"]]
    with pytest.raises(ValueError, match="made from other data"):
        read_replicates([path], keys)


def test_a_missing_score_is_an_empty_cell(tmp_path, panel):
    scores = np.linspace(0, 1, len(panel.unit))
    scores[0] = np.nan
    rows = score_rows(panel, {1: scores})
    path = tmp_path / "1.csv"
    pd.DataFrame(rows, columns=solve_bootstrap.REPLICATE_COLUMNS).to_csv(path, index=False)
    keys = program_levels(score_table(panel, MODEL), MODEL)[["province", "year"]]
    found = read_replicates([path], keys)
    np.testing.assert_allclose(found[0], scores[np.lexsort((panel.period, panel.unit))])


def test_intervals_hold_the_truth_about_as_often_as_they_say():
    """One input, one good, CRS: the true radial score is known, tanh(w / 2) at log-distance w."""
    model = complete_model({"name": "m", "measure": "ddf", "inputs": ["K"], "good_outputs": ["Y"], "bad_outputs": []})
    covered = []
    for run in range(20):
        random = np.random.default_rng(run)
        distance = random.exponential(0.3, 20)
        rows = [
            {"province": f"{place:02d}", "year": "1", "K": "1", "Y": repr(float(np.exp(-w)))}
            for place, w in enumerate(distance)
        ]
        panel = read_production(rows, model)
        estimate = replicate_scores(panel, model, np.arange(20))
        size = subsample_size(20, 0.6)
        replicates = np.array([replicate_scores(panel, model, draw(run, number, 20, size)) for number in range(30)])
        reaches = score_reaches(estimate, replicates, error_factor(size, 20, model), 95)
        low, high = (towards(estimate, reach, np.ones(20)) for reach in reaches[:2])
        covered.append(((low <= np.tanh(distance / 2)) & (np.tanh(distance / 2) <= high)).mean())
    assert 0.8 < np.mean(covered) <= 1


# --- the ready panel of 30 provinces ------------------------------------------------------------------------------

CASE = ROOT / "tests" / "data" / "dea" / "b01_bootstrap_bound"


def case_study(folder, **changes):
    """A study of the case's panel whose section `productivity` has some keys replaced, or left out where None."""
    config = yaml.safe_load((CASE / "config.yaml").read_text("utf-8"))
    shutil.copy(CASE / "panel.csv", folder)
    config["productivity"] |= changes
    config["productivity"] = {key: value for key, value in config["productivity"].items() if value is not None}
    write_config(folder, config)
    return config


def test_radial_input_distances_of_thirty_provinces_stay_between_zero_and_one(tmp_path):
    """19 of 90 upper bounds, and as many corrected scores, were above 1: inputs below nil."""
    config = case_study(tmp_path)
    model = complete_model(config["productivity"]["models"][1])
    rows = [
        {"province": row["Province"], **{key: row[key] for key in ("year", "K", "L", "E", "Y")}}
        for row in read_rows(tmp_path / "panel.csv")
    ]
    panel = read_production(rows, model)
    settings = config["productivity"]["bootstrap"] | {"replications": 60}
    levels, replicates = levels_and_replicates(panel, model, settings)
    table = bootstrap_table(levels, replicates, largest_scores(panel, model), model, settings)
    assert len(table) == 90
    assert (table["score"] <= table["score_low"]).all() and (table["score_low"] <= table["score_high"]).all()
    assert (table["score_high"] < 1).all() and (table["score_corrected"] < 1).all()
    factor = error_factor(subsample_size(30, 0.6), 30, model)
    plain = levels["score"] + score_reaches(levels["score"].to_numpy(), replicates, factor, 95)[1]
    assert (plain > 1).sum() >= 10  # what would have lain beyond


@pytest.mark.parametrize(
    ("name", "changes", "reason"),
    [
        ("ml", {}, "productivity.bootstrap: model ml has technology contemporaneous"),
        ("ml", {"bootstrap": None}, "productivity.bootstrap: model ml has technology contemporaneous"),
        ("fg", {}, "productivity.models has no 'fg'; its models: sb, df"),
        ("sb", {"bootstrap": {"replications": 20, "blocks": 30}}, "30 blocks of 20 replications"),
        ("sb", {"bootstrap": {"subsample": 0.999}}, "is a subsample of 30, which is all of them"),
    ],
)
def test_what_has_no_bootstrap_is_refused_before_anything_is_solved(tmp_path, name, changes, reason):
    config = case_study(tmp_path, **changes)
    if name == "ml":
        config["productivity"]["models"].append(
            config["productivity"]["models"][0] | {"name": "ml", "technology": "contemporaneous"}
        )
        write_config(tmp_path, config)
    run = snakemake(ROOT / "Snakefile", tmp_path, "--cores", "1", f"results/productivity/{name}_bootstrap.csv")
    said = run.stdout + run.stderr
    assert run.returncode != 0 and reason in said, said
    assert "Traceback" not in said and "MissingRuleException" not in said
    assert not (tmp_path / "results").exists()


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        (
            {"measure": "ddf", "direction": "range", "returns": "vrs"},
            "moves each unit towards the best observed values",
        ),
        ({"measure": "sbm"}, "measure sbm"),
    ],
)
def test_a_model_asked_for_is_checked_by_name(options, reason):
    with pytest.raises(InputError, match=reason):
        check_asked("gml", {"gml": MODEL | options}, SETTINGS, 30)
    check_asked("gml", {"gml": MODEL}, SETTINGS, 30)
