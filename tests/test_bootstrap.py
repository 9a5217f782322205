"""The bootstrap of a global technology: draws, scores against subsamples, intervals, and its two scripts."""

import csv
from types import SimpleNamespace

import index_bootstrap
import numpy as np
import pandas as pd
import pytest
import solve_bootstrap
from _bootstrap import (
    block_replicates,
    check_bootstrap,
    convergence_rate,
    corrected,
    draw,
    error_factor,
    interval,
    replicate_scores,
    subsample_size,
    symmetric_interval,
)
from _helpers import InputError, read_rows
from _lp import measure
from _models import complete_model
from _production import read_production
from _productivity import productivity_change, program_levels
from index_bootstrap import bootstrap_table, read_replicates
from solve_bootstrap import score_rows, solve_block

MODEL = complete_model(
    {"name": "gml", "measure": "sbm_ddf", "inputs": ["K", "L"], "good_outputs": ["Y"], "bad_outputs": ["C"]}
)
VARIABLES = ["K", "L", "Y", "C"]
SETTINGS = {"replications": 12, "blocks": 3, "subsample": 0.7, "level": 90, "seed": 5}
PROVINCES, YEARS = 9, 4


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


def test_interval_and_correction_by_hand():
    """Replicates 0..10 below an estimate of 10 by 10..0: the 5% and 95% points of the errors are -9.5 and -0.5."""
    replicates = np.arange(11.0)[:, None]
    low, high = interval(np.array([10.0]), replicates, 0.5, 90)
    assert (low[0], high[0]) == pytest.approx((10 + 0.5 * 0.5, 10 + 0.5 * 9.5))
    assert corrected(np.array([10.0]), replicates, 0.5)[0] == pytest.approx(10 + 0.5 * 5)
    # of an estimate of 7 the deviations are -7..3, without their signs 0, 1, 1, 2, 2, 3, 3, 4, 5, 6, 7
    low, high = symmetric_interval(np.array([7.0]), replicates, 0.5, 90)
    assert (low[0], high[0]) == pytest.approx((7 - 0.5 * 6, 7 + 0.5 * 6))


def test_missing_replicates_are_left_out_and_nothing_left_is_missing():
    replicates = np.array([[1.0, np.nan], [np.nan, np.nan], [3.0, np.nan]])
    estimate = np.array([4.0, 4.0])
    low, high = interval(estimate, replicates, 1.0, 50)
    np.testing.assert_allclose([low, high], [[4 + 1.5, np.nan], [4 + 2.5, np.nan]])
    np.testing.assert_allclose(corrected(estimate, replicates, 1.0), [6, np.nan])
    np.testing.assert_allclose(symmetric_interval(estimate, replicates, 1.0, 50), [[2, np.nan], [6, np.nan]])


def test_table_is_the_formula_of_logs(panel):
    levels, replicates = levels_and_replicates(panel, MODEL)
    table = bootstrap_table(levels, replicates, MODEL, SETTINGS)
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
    table = bootstrap_table(levels, replicates, MODEL, SETTINGS)
    assert (table["score"] <= table["score_low"] + 1e-9).all()  # the estimate is never above the truth
    assert (table["score_low"] <= table["score_corrected"]).all()
    assert (table["score_corrected"] <= table["score_high"]).all()
    first = ~table["province"].duplicated()
    assert table.loc[first, ["index", "index_low", "index_high"]].isna().all(axis=None)
    assert table.loc[~first].notna().all(axis=None)
    assert (table.loc[first, ["cumulative", "cumulative_low", "cumulative_high"]] == 1).all(axis=None)
    wider = bootstrap_table(levels, replicates, MODEL, SETTINGS | {"level": 99})
    assert (wider["index_high"][~first] >= table["index_high"][~first]).all()
    assert (wider["index_low"][~first] <= table["index_low"][~first]).all()


@pytest.mark.parametrize("measured", ["sbm_ddf", "ddf"])
def test_base_year_and_luenberger(panel, measured):
    model = MODEL | {"measure": measured, "index": "luenberger", "base_year": "2014"}
    levels, replicates = levels_and_replicates(panel, model)
    table = bootstrap_table(levels, replicates, model, SETTINGS)
    base = table["year"] == "2014"
    assert (table.loc[base, ["cumulative", "cumulative_low", "cumulative_high"]] == 1).all(axis=None)
    scores = levels["score"].to_numpy()
    later = np.flatnonzero(table["index"].notna())
    np.testing.assert_allclose(table["index"][later], scores[later - 1] - scores[later], atol=1e-12)
    assert table["cumulative"][4] == pytest.approx(1 + scores[5] - scores[4])
    deviations = replicates[:, later - 1] - replicates[:, later] - table["index"].to_numpy()[later]
    reach = error_factor(5, 9, model) * np.quantile(np.abs(deviations), 0.9, axis=0)
    np.testing.assert_allclose(table["index_high"][later], table["index"][later] + reach)
    np.testing.assert_allclose(table["index_low"][later], table["index"][later] - reach)


def test_a_score_without_an_efficiency_is_counted_as_missing(panel):
    levels, replicates = levels_and_replicates(panel, MODEL)
    replicates = replicates.copy()
    replicates[0, 5], replicates[1, 5], replicates[2, 6] = -1.0, -1.5, np.nan
    table = bootstrap_table(levels, replicates, MODEL, SETTINGS)
    # row 5's score lacks two, row 6 has a change from row 5, row 7 from row 6
    assert table["replications"][4:8].tolist() == [12, 10, 9, 11]
    kept = bootstrap_table(levels, replicates[3:], MODEL, SETTINGS)
    assert table["index_high"][6] == pytest.approx(kept["index_high"][6])
    kept = bootstrap_table(levels, replicates[2:], MODEL, SETTINGS)
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
    index_bootstrap.main(job(tmp_path, {"scores": [scores], "replicates": blocks[::-1]}, output, short))
    table = pd.read_csv(output, dtype={"year": str})
    assert list(table) == [
        *("province", "year", "score", "score_corrected", "score_low", "score_high", "index", "index_low"),
        *("index_high", "cumulative", "cumulative_low", "cumulative_high", "replications"),
    ]
    expected = bootstrap_table(*levels_and_replicates(panel, MODEL), MODEL, SETTINGS)
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
    pd.DataFrame(rows[1:], columns=solve_bootstrap.HEADER).to_csv(path, index=False)
    keys = program_levels(score_table(panel, MODEL), MODEL)[["province", "year"]]
    with pytest.raises(ValueError, match="made from other data"):
        read_replicates([path], keys)


def test_a_missing_score_is_an_empty_cell(tmp_path, panel):
    scores = np.linspace(0, 1, len(panel.unit))
    scores[0] = np.nan
    rows = score_rows(panel, {1: scores})
    path = tmp_path / "1.csv"
    pd.DataFrame(rows, columns=solve_bootstrap.HEADER).to_csv(path, index=False)
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
        low, high = interval(estimate, replicates, error_factor(size, 20, model), 95)
        covered.append(((low <= np.tanh(distance / 2)) & (np.tanh(distance / 2) <= high)).mean())
    assert 0.8 < np.mean(covered) <= 1
