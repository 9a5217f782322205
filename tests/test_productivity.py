"""Indices from scores: published values, formulas by hand, identities, what an infeasible or missing period does.

Scores come typed, from the vectors, or from the small program of `distance`, never from the workflow's own solver.
"""

import csv

import numpy as np
import pandas as pd
import pytest
from conftest import ABSENT, SHARED
from index_productivity import cells_of, read_scores
from scipy.optimize import linprog
from study.dea.indices import (
    BIENNIAL,
    CHANGE_MISSING,
    PROGRAM_COLUMNS,
    SUPER,
    UNUSED,
    infeasible_programs,
    productivity_change,
    scale_components,
)
from study.dea.models import complete_model
from study.files.tables import read_table, write_table
from study.helpers import InputError
from study.output.tables import render_html
from tabulate_productivity import HEADINGS, lay_out_productivity, summarise

VECTORS = SHARED / "vectors" / "dea"
CHANGES = ["index", "efficiency_change", "technical_change"]


def model_of(**options):
    """A completed model; without options the global Malmquist-Luenberger one."""
    base = {"name": "m", "measure": "sbm_ddf", "inputs": ["K"], "good_outputs": ["Y"], "bad_outputs": ["C"]}
    return complete_model(base | options)


GLOBAL = model_of()
MIXED = model_of(technology="contemporaneous")
MIXED_LUENBERGER = {"technology": "contemporaneous", "index": "luenberger"}
LUENBERGER = model_of(**MIXED_LUENBERGER)


def typed_scores(*rows):
    """Scores typed as (province, year, reference, score); None is infeasible."""
    table = pd.DataFrame(rows, columns=["province", "year", "reference", "score"])
    table["score"] = table["score"].astype(float)
    return table.assign(status=np.where(table["score"].isna(), "infeasible", "optimal"))


def scores_by_reference(unit="a", first=1, **references):
    """Rows of one unit from lists by reference, one number a period from `first`; "" is no program."""
    return [
        (unit, str(first + place), reference, score)
        for reference, values in references.items()
        for place, score in enumerate(values)
        if score != ""
    ]


def random_scores(seed, references=("own", "global"), units="abc", periods=6):
    """A balanced panel of scores between 0 and 1.5."""
    random = np.random.default_rng(seed)
    return typed_scores(
        *((u, str(2013 + t), r, random.uniform(0, 1.5)) for u in units for t in range(periods) for r in references)
    )


# Two periods of one unit in every technology.
PAIR = scores_by_reference(own=[0.5, 0.2], next=[0.8, ""], previous=["", 0.1])
BIENNIAL_PAIR = scores_by_reference(biennial_next=[0.9, ""], biennial_previous=["", 0.4])


def second_period(rows, **options):
    """Changes of the second period of typed rows."""
    return productivity_change(typed_scores(*rows), model_of(**options)).iloc[1]


def test_mixed_period_index_by_hand():
    row = second_period(PAIR, technology="contemporaneous")
    assert row["index"] == pytest.approx(np.sqrt(1.5 / 1.1 * 1.8 / 1.2), rel=1e-14)
    assert row["efficiency_change"] == pytest.approx(1.5 / 1.2, rel=1e-14)
    assert row["technical_change"] == pytest.approx(np.sqrt(1.5 / 1.1 * 1.8 / 1.2) / (1.5 / 1.2), rel=1e-14)
    assert row["cumulative"] == row["index"]
    for technology in ("sequential", "window"):  # other programs, the same formula
        assert second_period(PAIR, technology=technology)["index"] == row["index"]


def test_global_index_by_hand():
    row = second_period(scores_by_reference(own=[0.5, 0.2], **{"global": [0.7, 0.3]}))
    assert list(row[CHANGES]) == pytest.approx([1.7 / 1.3, 1.5 / 1.2, 1.7 / 1.3 / (1.5 / 1.2)], rel=1e-14)


def test_biennial_index_by_hand():
    row = second_period(PAIR[:2] + BIENNIAL_PAIR, technology="biennial")
    assert list(row[CHANGES]) == pytest.approx([1.9 / 1.4, 1.5 / 1.2, 1.9 / 1.4 / (1.5 / 1.2)], rel=1e-14)


def test_luenberger_indicators_by_hand():
    row = second_period(PAIR, technology="contemporaneous", index="luenberger")
    assert list(row[CHANGES]) == pytest.approx([0.5 * ((0.5 - 0.1) + (0.8 - 0.2)), 0.3, 0.2], abs=1e-15)
    assert row["cumulative"] == pytest.approx(1.5, abs=1e-15)
    row = second_period(scores_by_reference(own=[0.5, 0.2], **{"global": [0.7, 0.3]}), index="luenberger")
    assert list(row[CHANGES]) == pytest.approx([0.4, 0.3, 0.1], abs=1e-15)
    row = second_period(PAIR[:2] + BIENNIAL_PAIR, technology="biennial", index="luenberger")
    assert list(row[CHANGES]) == pytest.approx([0.5, 0.3, 0.2], abs=1e-15)


@pytest.mark.parametrize("measure", ["sbm", "super_sbm"])
def test_efficiencies_need_no_turning(measure):
    row = second_period(PAIR, measure=measure, technology="contemporaneous")
    assert row["index"] == pytest.approx(np.sqrt(0.1 / 0.5 * 0.2 / 0.8), rel=1e-14)
    assert row["efficiency_change"] == pytest.approx(0.2 / 0.5, rel=1e-14)


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        # theta = 1 - S; the inverse distances multiply as they stand
        ({"direction": "inputs", "index": "malmquist"}, np.sqrt(0.9 / 0.5 * 0.8 / 0.2)),
        ({"direction": ["K"], "index": "malmquist"}, np.sqrt(0.9 / 0.5 * 0.8 / 0.2)),
        ({"direction": "bads", "index": "malmquist_emission", "bad_outputs": ["C"]}, np.sqrt(0.9 / 0.5 * 0.8 / 0.2)),
        # D = 1 / (1 + S)
        ({"direction": "outputs", "index": "malmquist"}, np.sqrt(1.5 / 1.1 * 1.8 / 1.2)),
        ({"direction": "bads", "bad_outputs": ["C"]}, np.sqrt(1.5 / 1.1 * 1.8 / 1.2)),
    ],
)
def test_radial_factor_of_a_malmquist_index(options, expected):
    row = second_period(PAIR, **{"measure": "ddf", "technology": "contemporaneous", "bad_outputs": []} | options)
    assert row["index"] == pytest.approx(expected, rel=1e-14)


def test_score_that_makes_no_efficiency_above_zero_is_missing():
    for previous, options in (
        (-1, {}),
        (-2, {}),
        (1, {"index": "malmquist", "direction": "inputs", "bad_outputs": []}),
    ):
        model = model_of(measure="ddf", technology="contemporaneous", **options)
        scores = typed_scores(*PAIR[:3], ("a", "2", "previous", previous))
        row = productivity_change(scores, model).iloc[1]
        assert row["status"] == "infeasible"
        assert np.isnan(row["index"])
        assert row["efficiency_change"] > 0
        table = infeasible_programs(scores, model)
        assert table[["year", "reference", "treatment"]].to_numpy().tolist() == [["2", "previous", CHANGE_MISSING]]
    # A difference needs no efficiency.
    row = second_period([*PAIR[:3], ("a", "2", "previous", -2)], measure="ddf", **MIXED_LUENBERGER)
    assert row["index"] == pytest.approx(0.5 * ((0.5 + 2) + (0.8 - 0.2)))


def distance(peers, own, roles, moved, bads="strong", weights=None, kuosmanen=False):
    """Directional distance of `own` (R,) to `peers` (R, J) in own values; nan if infeasible.

    `roles` holds x, y or b a row, `moved` the rows of the direction. One radial factor of any sign, or with `weights`
    one factor from zero a row of `moved`. `kuosmanen`: variable returns, an abatement factor an observation.
    """
    roles, peers = np.array(list(roles)), peers / own[:, None]
    direction = np.zeros((len(own), len(moved)))
    direction[moved, range(len(moved))] = np.where(roles[moved] == "y", -1.0, 1.0)
    if weights is None:
        direction, weights, bounds = direction.sum(axis=1, keepdims=True), [1.0], (None, None)
    else:
        bounds = (0, None)
    abated = peers * (roles == "x")[:, None] if kuosmanen else peers[:, :0]
    columns = np.hstack([peers, abated, direction])
    intensities = columns.shape[1] - len(weights)
    equal = (roles == "b") & (bads == "weak")
    sign = np.where(roles == "y", -1.0, 1.0)[~equal]
    rows, right = columns[equal], np.ones(equal.sum())
    if kuosmanen:
        rows = np.vstack([rows, np.r_[np.ones(intensities), np.zeros(len(weights))]])
        right = np.ones(len(rows))
    result = linprog(
        -np.r_[np.zeros(intensities), weights],
        A_ub=columns[~equal] * sign[:, None],
        b_ub=sign,
        A_eq=rows if len(rows) else None,
        b_eq=right if len(rows) else None,
        bounds=[(0, None)] * intensities + [bounds] * len(weights),
        method="highs-ds",
        options={"primal_feasibility_tolerance": 1e-10, "dual_feasibility_tolerance": 1e-10},
    )
    assert result.status in (0, 2)
    return -result.fun if result.status == 0 else None


def vector_scores(data, keys, variables, technology, **options):
    """Scores of a vector's data in every reference that an index of the technology needs."""
    values = {tuple(row[k] for k in keys): np.array([float(row[v]) for v in variables]) for row in data}
    periods = sorted({period for _, period in values}, key=int)
    rows = []
    for (unit, period), own in values.items():
        place = periods.index(period)
        spans = {"own": periods[place : place + 1], "global": periods}
        if technology != "global":
            spans = {
                "own": spans["own"],
                "previous": periods[max(place - 1, 0) : place],
                "next": periods[place + 1 :][:1],
            }
        for reference, span in spans.items():
            if span:
                peers = np.column_stack([v for (_, p), v in values.items() if p in span])
                rows.append((unit, period, reference, distance(peers, own, **options)))
    return typed_scores(*rows)


def read_vector(name):
    """Rows of `data.csv` and `expected.csv` of a vector."""
    folder = VECTORS / name
    if not SHARED.is_dir():
        pytest.skip(ABSENT)
    return [list(csv.DictReader((folder / f).open(encoding="utf-8"))) for f in ("data.csv", "expected.csv")]


PUBLISHED = {  # vector: keys, variables, model, program, index and its parts as published, tolerance
    "gtfpch_gml_radial_crs_weak": (
        *(("Province", "year"), ("K", "L", "Y", "CO2"), {"technology": "global"}),
        {"roles": "xxyb", "moved": [2, 3], "bads": "weak"},
        *(("TFPCH", "TECH", "TECCH"), 2e-6),
    ),
    "jl_malmluen_2period": (
        *(("dmu", "period"), ("x", "y", "b"), {"technology": "contemporaneous"}),
        {"roles": "xyb", "moved": [1, 2]},
        *(("ML", "EC", "TC"), 1e-9),
    ),
    "gtfpch_luenberger_nddf_contemp_infeasible": (
        *(("id", "t"), ("labor", "capital", "energy", "gdp", "co2"), MIXED_LUENBERGER | {"measure": "nddf"}),
        {"roles": "xxxyb", "moved": [3, 4], "bads": "weak", "weights": [0.5, 0.5]},
        *(("TFPCH", "TECH", "TECCH"), 2e-7),
    ),
    "dear_china31_malmquist_glob": (
        *(("province", "year"), ("capital", "labor", "GIOV")),
        {"technology": "global", "index": "malmquist", "direction": "inputs", "bad_outputs": []},
        {"roles": "xxy", "moved": [0, 1]},
        *(("MI", "EC", "TC"), 1e-8),
    ),
    "deabook_china30_ml_co2dir_contemp_vrs_kuosmanen": (
        *(("dmu", "year"), ("K", "L", "E", "Y", "CO2")),
        {"technology": "contemporaneous", "index": "malmquist_emission", "direction": "bads", "returns": "vrs"},
        {"roles": "xxxyb", "moved": [4], "bads": "weak", "kuosmanen": True},
        *(("MQ", "MEFFCH", "MTECHCH"), 5e-6),
    ),
}


@pytest.mark.parametrize("name", PUBLISHED)
def test_published_indices(name):
    keys, variables, options, program, columns, tolerance = PUBLISHED[name]
    data, expected = read_vector(name)
    scores = vector_scores(data, keys, variables, options["technology"], **program)
    model = model_of(**{"measure": "ddf"} | options)
    table = productivity_change(scores, model).set_index(["province", "year"])
    periods = sorted({row[keys[1]] for row in data}, key=int)
    assert len(table) == len(data)
    for wanted in expected:
        row = table.loc[wanted[keys[0]], wanted.get(keys[1], periods[-1])]
        for ours, theirs in zip(CHANGES, columns, strict=True):
            printed = float(wanted[theirs] or "nan")
            assert row[ours] == pytest.approx(printed, abs=tolerance, nan_ok=True)
        assert row["status"] == ("optimal" if wanted[columns[0]] else "infeasible")
    missing = sum(not wanted[columns[0]] for wanted in expected)
    assert (table["status"] == "infeasible").sum() == missing
    assert (infeasible_programs(scores, model)["treatment"] == CHANGE_MISSING).sum() >= missing


@pytest.mark.parametrize("returns", ["crs", "vrs"])
@pytest.mark.parametrize(
    ("technology", "names"),
    [
        ("global", {"index": "GML", "technical_change": "BPC", "cumulative": "cumGML"}),
        ("contemporaneous", {"index": "ML", "technical_change": "MLTC"}),
    ],
)
def test_indices_of_30_provinces(technology, names, returns, tmp_path):
    _, expected = read_vector("self_sbmddf_china30_2013_2015_KLE")
    mixed = {"own": "St", "previous": "Sprev", "next": "Snext"}
    columns = {"own": "St", "global": "SG"} if technology == "global" else mixed
    absent = {"2013": "previous", "2015": "next"}  # an empty cell there is no program, elsewhere an infeasible one
    rows = [
        (row["Province"], row["year"], reference, float(cell) if cell else None)
        for row in expected
        for reference, column in columns.items()
        if (cell := row[f"{column}_{returns}"]) or absent.get(row["year"]) != reference
    ]
    write_table(typed_scores(*rows), tmp_path / "scores.csv")  # as the index job reads them
    table = productivity_change(read_scores([tmp_path / "scores.csv"]), model_of(technology=technology))
    assert len(table) == 90
    by_key = {(row["Province"], row["year"]): row for row in expected}
    for row in table.to_dict("records"):
        wanted = by_key[row["province"], row["year"]]
        for ours, theirs in {**names, "efficiency_change": "EC"}.items():
            assert row[ours] == pytest.approx(float(wanted[f"{theirs}_{returns}"] or "nan"), abs=1e-9, nan_ok=True)
        change = wanted[f"{names['index']}_{returns}"]
        assert row["status"] == ("first" if row["year"] == "2013" else "optimal" if change else "infeasible")


@pytest.mark.parametrize(("options", "base"), [({}, "2013"), ({"base_year": 2016}, "2016")])
def test_cumulative_global_index_is_circular(options, base):
    scores = random_scores(8)
    level = scores[scores["reference"] == "global"].set_index(["province", "year"])["score"]
    for index in ("malmquist_luenberger", "luenberger"):
        for row in productivity_change(scores, model_of(index=index, **options)).itertuples():
            start, end = level[row.province, base], level[row.province, row.year]
            direct = 1 + start - end if index == "luenberger" else (1 + start) / (1 + end)
            assert row.cumulative == pytest.approx(direct, rel=1e-12)


def test_large_scores_telescope():
    # An additive measure sums slacks in the variables' own units.
    scores = random_scores(9).assign(score=lambda table: table["score"] * 1e9)
    table = productivity_change(scores, model_of(measure="additive", index="luenberger"))
    assert (table["status"] != "infeasible").all()


def test_infeasible_cell_empties_the_index_and_the_chain_after_it(tmp_path):
    scores = typed_scores(*scores_by_reference(own=[0.1] * 4, previous=["", 0.2, None, 0.2], next=[0.3, 0.3, 0.3, ""]))
    table = productivity_change(scores, MIXED)
    assert list(table["status"]) == ["first", "optimal", "infeasible", "optimal"]
    assert list(table["index"].isna()) == [True, False, True, False]
    assert list(table["cumulative"].isna()) == [False, False, True, True]
    assert list(table["efficiency_change"].isna()) == [True, False, False, False]  # own scores only
    assert cells_of("infeasible", scores, ["province", "year", "reference"]) == ["a 3 previous"]
    write_table(table, tmp_path / "index.csv")
    first = (tmp_path / "index.csv").read_text().splitlines()[:2]
    assert first == [
        "province,year,index,efficiency_change,technical_change,cumulative,status",
        "a,1,,,,1.0,first",
    ]
    pd.testing.assert_frame_equal(read_table(tmp_path / "index.csv"), table.reset_index(drop=True), check_dtype=False)


def four_periods(**changed):
    """A complete unit b and a unit a over four periods, a's references as changed."""
    full = {"own": [0.1, 0.2, 0.3, 0.4], "previous": ["", 0.2, 0.3, 0.1], "next": [0.3, 0.5, 0.2, ""]}
    return [*scores_by_reference(**full | changed), *scores_by_reference(unit="b", **full)]


BIENNIAL_LISTS = {"biennial_next": [0.5, 0.6, 0.7, ""], "biennial_previous": ["", 0.4, 0.3, 0.2]}


def test_one_infeasible_program_moves_the_whole_index_to_the_biennial_technology():
    model = model_of(technology="contemporaneous", infeasible="biennial")
    unions = [row for unit in "ab" for row in scores_by_reference(unit=unit, **BIENNIAL_LISTS)]
    whole = productivity_change(typed_scores(*four_periods(), *unions), model)
    ordinary = productivity_change(typed_scores(*four_periods()), MIXED)
    pd.testing.assert_frame_equal(whole, ordinary)  # nothing infeasible: the mixed periods stand

    scores = typed_scores(*four_periods(previous=["", 0.2, None, 0.1]), *unions)
    moved = productivity_change(scores, model)
    for unit in "ab":
        index = moved.loc[moved["province"] == unit, "index"]
        assert list(index)[1:] == pytest.approx([1.5 / 1.4, 1.6 / 1.3, 1.7 / 1.2], rel=1e-14)
    assert set(moved["status"]) == {"first", "optimal"}
    table = infeasible_programs(scores, model)
    assert table.to_numpy().tolist() == [
        ["a", "3", "previous", "biennial", pytest.approx(np.nan, nan_ok=True), BIENNIAL]
    ]


def test_a_score_that_makes_no_efficiency_moves_the_index_too():
    model = model_of(technology="contemporaneous", infeasible="biennial")
    unions = [row for unit in "ab" for row in scores_by_reference(unit=unit, **BIENNIAL_LISTS)]
    scores = typed_scores(*four_periods(previous=["", 0.2, -1.5, 0.1]), *unions)
    assert set(productivity_change(scores, model)["status"]) == {"first", "optimal"}
    assert list(infeasible_programs(scores, model)["treatment"]) == [BIENNIAL]


def test_program_that_no_change_uses_moves_nothing():
    # b enters in period 2: its distance to the technology of period 1 enters no change.
    late = scores_by_reference("b", 2, own=[0.2, 0.3], previous=[None, 0.3], next=[0.4, ""])
    scores = typed_scores(*scores_by_reference(own=[0.1] * 3, previous=["", 0.2, 0.2], next=[0.3, 0.3, ""]), *late)
    model = model_of(technology="contemporaneous", infeasible="biennial")
    assert list(productivity_change(scores, model)["status"]) == ["first", *["optimal"] * 2, "first", "optimal"]
    assert list(infeasible_programs(scores, model)["treatment"]) == [UNUSED]


@pytest.mark.parametrize("index", ["malmquist_luenberger", "luenberger"])
def test_super_scores_stand_in_only_above_minus_one(index):
    rows = four_periods(previous=["", None, None, None], next=[0.3, 0.5, None, ""])
    rows += scores_by_reference(previous_super=["", -0.4, -1.0, None])  # next of 3 has no super row at all
    scores = typed_scores(*rows)
    model = model_of(technology="contemporaneous", infeasible="super", index=index)
    a = productivity_change(scores, model).set_index(["province", "year"]).loc["a"]
    assert list(a["status"]) == ["first", "optimal", "infeasible", "infeasible"]
    by_hand = {"luenberger": 0.5 * (0.1 + 0.4 + 0.3 - 0.2)}.get(index, np.sqrt(1.1 / 0.6 * 1.3 / 1.2))
    assert a.loc["2", "index"] == pytest.approx(by_hand, rel=1e-14)
    table = infeasible_programs(scores, model)
    assert list(table.columns) == PROGRAM_COLUMNS
    assert table.drop(columns="score").to_numpy().tolist() == [
        ["a", "2", "previous", "super", SUPER],
        ["a", "3", "previous", "super", CHANGE_MISSING],
        ["a", "3", "next", "super", CHANGE_MISSING],
        ["a", "4", "previous", "super", CHANGE_MISSING],
    ]
    assert list(table["score"]) == pytest.approx([-0.4, np.nan, np.nan, np.nan], nan_ok=True)


def test_super_score_below_minus_one_is_a_radial_factor_where_the_index_contracts():
    model = model_of(
        measure="ddf", index="malmquist_emission", direction="bads", technology="contemporaneous", infeasible="super"
    )
    rows = [*PAIR[:3], ("a", "2", "previous", None), ("a", "2", "previous_super", -2)]
    change = productivity_change(typed_scores(*rows), model).iloc[1]
    assert change["index"] == pytest.approx(np.sqrt(3 / 0.5 * 0.8 / 0.2), rel=1e-14)


def test_infeasible_own_program_is_listed():
    # Super-efficiency under variable returns takes the unit out of its own set, which may leave none to reach it.
    model = model_of(measure="super_sbm", technology="biennial", returns="vrs")
    scores = typed_scores(*scores_by_reference(own=[0.5, None]), *BIENNIAL_PAIR)
    row = productivity_change(scores, model).iloc[1]
    assert row["index"] == pytest.approx(0.4 / 0.9)
    assert np.isnan(row["efficiency_change"])
    assert list(infeasible_programs(scores, model)["reference"]) == ["own"]


def test_nothing_infeasible_leaves_a_header(tmp_path):
    write_table(infeasible_programs(random_scores(1), GLOBAL), tmp_path / "none.csv")
    assert (tmp_path / "none.csv").read_text() == "province,year,reference,rule,score,treatment\n"


@pytest.mark.parametrize("base", [2016, "2016"])
def test_base_year_chains_forward_and_backward(base):
    scores = random_scores(3, ("own", "previous", "next"))
    table = productivity_change(scores, MIXED | {"base_year": base})
    for _, unit in table.groupby("province"):
        index, level = list(unit["index"]), list(unit["cumulative"])
        assert level[3] == 1
        assert level[5] == pytest.approx(index[4] * index[5], rel=1e-13)
        assert level[0] == pytest.approx(1 / (index[1] * index[2] * index[3]), rel=1e-13)
    added = productivity_change(scores, LUENBERGER | {"base_year": base})
    unit = added[added["province"] == "a"]
    assert list(unit["cumulative"])[2] == pytest.approx(1 - list(unit["index"])[3], abs=1e-14)
    assert unit["status"].iloc[0] == "first"


def test_base_year_across_a_missing_change():
    rows = scores_by_reference(own=[0.1] * 5, previous=["", 0.2, None, 0.2, 0.2], next=[0.3] * 4 + [""])
    rows += scores_by_reference("b", 4, own=[0.1] * 2, previous=["", 0.2], next=[0.3, ""])
    for base, known in ((2, "12"), (3, "345"), (5, "345")):
        table = productivity_change(typed_scores(*rows), MIXED | {"base_year": base})
        a = table[table["province"] == "a"].set_index("year")["cumulative"]
        assert "".join(a.dropna().index) == known
        assert a[str(base)] == 1
        b = table[table["province"] == "b"]["cumulative"]
        assert b.notna().all() == (base == 5)  # not observed before period 4
        assert b.isna().all() == (base < 5)


def test_unknown_base_year_is_refused():
    with pytest.raises(InputError, match="m: base_year 2012 is none of the periods 2013, 2014, 2015"):
        productivity_change(random_scores(1, periods=3), GLOBAL | {"base_year": 2012})


@pytest.mark.parametrize("index", ["malmquist_luenberger", "luenberger"])
def test_scale_components_combine_to_the_index(index, tmp_path):
    paths = tmp_path / "crs.csv", tmp_path / "vrs.csv"
    model = LUENBERGER if index == "luenberger" else MIXED
    tables = [productivity_change(random_scores(s, ("own", "previous", "next")), model) for s in (4, 5)]
    for path, table in zip(paths, tables, strict=True):
        write_table(table, path)
    crs, vrs = tables
    parts = scale_components(crs, vrs, index)
    assert list(parts.columns) == [
        *("province", "year", "pure_efficiency_change", "scale_efficiency_change"),
        *("pure_technical_change", "scale_technical_change"),
    ]
    values = parts.iloc[:, 2:]
    whole = values.sum(axis=1, skipna=False) if index == "luenberger" else values.prod(axis=1, skipna=False)
    np.testing.assert_allclose(whole, crs["index"], rtol=1e-12, atol=1e-12)
    pd.testing.assert_series_equal(parts["pure_technical_change"], vrs["technical_change"], check_names=False)
    row, c, v = (table.iloc[1] for table in (parts, crs, vrs))
    undo = (lambda a, b: a - b) if index == "luenberger" else (lambda a, b: a / b)
    assert row["scale_efficiency_change"] == pytest.approx(undo(c["efficiency_change"], v["efficiency_change"]))
    assert row["scale_technical_change"] == pytest.approx(undo(c["technical_change"], v["technical_change"]))
    assert parts.iloc[0, 2:].isna().all()
    apart = scale_components(crs, vrs, index, comparable=False)
    assert apart.iloc[:, -2:].isna().all(axis=None)
    pd.testing.assert_frame_equal(apart.iloc[:, :-2], parts.iloc[:, :-2])
    scale_components(*map(read_table, paths), index)  # tables keep every digit
    with pytest.raises(ArithmeticError, match="do not combine"):
        scale_components(crs.assign(index=crs["index"] + 1e-6), vrs, index)


def test_units_may_enter_late_and_leave_early():
    rows = [("a", y, r, 0.1) for y in ("9", "10", "11") for r in ("global", "own")]
    late = [("b", y, r, 0.2) for y in ("10", "11") for r in ("global", "own")]
    table = productivity_change(typed_scores(*rows, *late), GLOBAL)
    assert list(table.loc[table["province"] == "b", "status"]) == ["first", "optimal"]
    assert list(table.loc[table["province"] == "a", "year"]) == ["9", "10", "11"]


def test_one_period_has_no_change():
    for model in (GLOBAL, MIXED, model_of(technology="biennial")):
        table = productivity_change(typed_scores(("a", "1", "own", 0.1), ("a", "1", "global", 0.2)), model)
        assert table[["cumulative", "status"]].to_numpy().tolist() == [[1, "first"]]


def test_score_lost_on_the_way_is_not_called_infeasible():
    scores = typed_scores(("a", "1", "global", 0.1), ("a", "1", "own", 0.1))
    scores.loc[0, "score"] = np.nan
    with pytest.raises(ValueError, match="a 1 global"):
        productivity_change(scores, GLOBAL)


def test_models_side_by_side():
    scores = typed_scores(*four_periods(previous=["", None, None, 0.1]), ("a", "2", "previous_super", -0.4))
    model = model_of(technology="window", width=3, infeasible="super", direction={"Y": 1, "C": 0.5})
    index = productivity_change(scores, model)
    row = summarise(model, index, infeasible_programs(scores, model))
    assert list(row) == list(HEADINGS)
    counts = ("changes", "changes_missing", "infeasible_programs", "super_scores", "moved_to_biennial")
    assert [row[name] for name in counts] == [6, 1, 2, 1, "no"]
    assert [row[name] for name in ("direction", "technology", "index")] == [
        "Y 1, C 0.5",
        "window of 3",
        "malmquist_luenberger",
    ]
    complete = index["index"].dropna()
    assert row["mean_index"] == pytest.approx(np.prod(complete) ** (1 / 5))
    assert row["mean_index"] == pytest.approx(row["mean_efficiency_change"] * row["mean_technical_change"])
    b = index[index["province"] == "b"]
    assert row["mean_cumulative"] == pytest.approx(b["cumulative"].iloc[-1])  # a's chain is broken
    added = productivity_change(scores, LUENBERGER)
    again = summarise(LUENBERGER | {"name": "second"}, added, infeasible_programs(scores, LUENBERGER))
    assert again["mean_index"] == pytest.approx(added["index"].mean())
    page = render_html(lay_out_productivity(pd.DataFrame([row, again]), "Simulated inputs."))
    assert "Simulated inputs." in page
    assert "malmquist_luenberger" in page
    assert page.count("<tr>") == len(HEADINGS)  # one of them the models' names


def test_table_of_a_model_that_moved_and_of_one_without_a_change():
    model = model_of(technology="contemporaneous", infeasible="biennial")
    unions = [row for unit in "ab" for row in scores_by_reference(unit=unit, **BIENNIAL_LISTS)]
    scores = typed_scores(*four_periods(previous=["", 0.2, None, 0.1]), *unions)
    row = summarise(model, productivity_change(scores, model), infeasible_programs(scores, model))
    assert (row["moved_to_biennial"], row["changes_missing"], row["infeasible_programs"]) == ("yes", 0, 1)
    single = typed_scores(("a", "1", "own", 0.1), ("a", "1", "global", 0.2))
    row = summarise(GLOBAL, productivity_change(single, GLOBAL), infeasible_programs(single, GLOBAL))
    assert np.isnan(row["mean_index"])
    assert lay_out_productivity(pd.DataFrame([row])).blocks[0][-4] == ["Mean index", ""]
