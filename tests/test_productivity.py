"""Indices from scores: published-data values, identities, what an infeasible or missing period does."""

import numpy as np
import pandas as pd
import pytest
from _helpers import InputError, read_table, write_table
from _productivity import productivity_change
from index_productivity import infeasible_cells, read_scores
from solve_dea import read_production, solve_unit, write_scores
from test_lp import MODEL, read_vector, simulated_rows


def scores_of(rows, model, folder):
    """Scores as the index job sees them: written by the solving job and read back."""
    panel = read_production(rows, model)
    paths = [folder / f"{unit}.csv" for unit in panel.units]
    for unit, path in zip(panel.units, paths, strict=True):
        write_scores(solve_unit(panel, unit, model), panel.variables, path)
    return read_scores(paths)


def typed_scores(*rows):
    """Scores typed as (province, year, reference, score); None is infeasible."""
    table = pd.DataFrame(rows, columns=["province", "year", "reference", "score"])
    table["score"] = table["score"].astype(float)
    return table.assign(status=np.where(table["score"].isna(), "infeasible", "optimal"))


@pytest.mark.parametrize("returns", ["crs", "vrs"])
@pytest.mark.parametrize(
    ("technology", "names"),
    [
        ("global", {"index": "GML", "technical_change": "BPC", "cumulative": "cumGML"}),
        ("contemporaneous", {"index": "ML", "technical_change": "MLTC"}),
    ],
)
def test_indices_of_30_provinces(technology, names, returns, tmp_path):
    data, expected = read_vector("self_sbmddf_china30_2013_2015_KLE")
    scores = scores_of(data, MODEL | {"technology": technology, "returns": returns}, tmp_path)
    table = productivity_change(scores, technology)
    assert len(table) == 90
    for row in table.to_dict("records"):
        wanted = expected[row["province"], row["year"]]
        for ours, theirs in {**names, "efficiency_change": "EC"}.items():
            text = wanted[f"{theirs}_{returns}"]
            if text:
                assert row[ours] == pytest.approx(float(text), abs=1e-9)
            else:
                assert np.isnan(row[ours])
        change = wanted[f"{names['index']}_{returns}"]
        assert row["status"] == ("first" if row["year"] == "2013" else "optimal" if change else "infeasible")


def test_cumulative_global_index_telescopes(tmp_path):
    scores = scores_of(simulated_rows(6, 5, seed=8), MODEL, tmp_path)
    table = productivity_change(scores, "global")
    level = scores[scores["reference"] == "global"].set_index(["province", "year"])["score"]
    for row in table.itertuples():
        direct = (1 + level[row.province, "2013"]) / (1 + level[row.province, row.year])
        assert row.cumulative == pytest.approx(direct, rel=1e-12)


def test_formulas_by_hand():
    scores = typed_scores(
        ("a", "1", "own", 0.5), ("a", "1", "next", 0.8), ("a", "2", "own", 0.2), ("a", "2", "previous", 0.0)
    )
    table = productivity_change(scores, "contemporaneous")
    second = table.iloc[1]
    assert second["index"] == pytest.approx(np.sqrt(1.5 / 1.0 * 1.8 / 1.2))
    assert second["efficiency_change"] == pytest.approx(1.5 / 1.2)
    assert second["technical_change"] * second["efficiency_change"] == pytest.approx(second["index"])


def test_infeasible_cell_empties_the_index_and_the_chain_after_it(tmp_path):
    rows = [("a", year, "own", 0.1) for year in "1234"]
    rows += [("a", year, "previous", None if year == "3" else 0.2) for year in "234"]
    rows += [("a", year, "next", 0.3) for year in "123"]
    scores = typed_scores(*rows)
    table = productivity_change(scores, "contemporaneous")
    assert list(table["status"]) == ["first", "optimal", "infeasible", "optimal"]
    assert list(table["index"].isna()) == [True, False, True, False]
    assert list(table["cumulative"].isna()) == [False, False, True, True]
    assert list(table["efficiency_change"].isna()) == [True, False, False, False]  # own scores only
    assert infeasible_cells(scores, ["province", "year", "reference"]) == ["a 3 previous"]
    write_table(table, tmp_path / "index.csv")
    first = (tmp_path / "index.csv").read_text().splitlines()[:2]
    assert first == [
        "province,year,index,efficiency_change,technical_change,cumulative,status",
        "a,1,,,,1,first",
    ]
    pd.testing.assert_frame_equal(read_table(tmp_path / "index.csv"), table.reset_index(drop=True), check_dtype=False)


def test_units_may_enter_late_and_leave_early_but_not_skip_a_period():
    rows = [("a", y, r, 0.1) for y in ("9", "10", "11") for r in ("global", "own")]
    late = [("b", y, r, 0.2) for y in ("10", "11") for r in ("global", "own")]
    table = productivity_change(typed_scores(*rows, *late), "global")
    assert list(table.loc[table["province"] == "b", "status"]) == ["first", "optimal"]
    assert list(table.loc[table["province"] == "a", "year"]) == ["9", "10", "11"]
    gap = [("b", y, r, 0.2) for y in ("9", "11") for r in ("global", "own")]
    with pytest.raises(InputError, match="b has no observation in 10 but has before and after"):
        productivity_change(typed_scores(*rows, *gap), "global")


def test_score_lost_on_the_way_is_not_called_infeasible():
    scores = typed_scores(("a", "1", "global", 0.1), ("a", "1", "own", 0.1))
    scores.loc[0, "score"] = np.nan
    with pytest.raises(ValueError, match="a 1 global"):
        productivity_change(scores, "global")
