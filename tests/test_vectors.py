"""Published distances and indices, reproduced through the configuration; and a handful of them typed in."""

import re
from typing import NamedTuple

import numpy as np
import pandas as pd
import pytest
from conftest import ROOT, SHARED, needs_shared, snakemake, write_config
from solve_dea import solve_units
from study.dea.models import complete_model, model_variables
from study.dea.production import read_production

VECTORS = SHARED / "vectors" / "dea"

KEYS = ["province", "year"]
THEIR_KEYS = {
    **dict.fromkeys(("Province", "province", "dmu", "DMU", "DMUS", "id"), "province"),
    **dict.fromkeys(("year", "period", "t"), "year"),
}
KLE = "self_sbmddf_china30_2013_2015_KLE"
DEABOOK = "deabook_china30_ml_co2dir_contemp_vrs_kuosmanen"


class Vector(NamedTuple):
    """Models of one folder, and which expression in their results each published column is.

    Columns of the results: `<model>_index` and the like, `<model>_<reference>_score` and `..._slack_K`, and the data.
    """

    models: list[dict]
    published: list[tuple[str, str]]


def model(name, inputs, goods, bads=(), **options):
    return {"name": name, "inputs": [*inputs], "good_outputs": [*goods], "bad_outputs": [*bads], **options}


KLYC = (["K", "L"], ["Y"], ["CO2"])
KLEYC = (["K", "L", "E"], ["Y"], ["CO2"])
MILLS = (["D-Input1", "D-Input2"], ["D-Output1", "D-Output2"], ["UD-Output1"])
TONE = (["Input1", "Input2"], ["Output1", "Output2"])
XYB = ("x", "y", "b")
CONTEMPORANEOUS = {"technology": "contemporaneous"}
OUTPUTS_DDF = {"measure": "ddf", "direction": "outputs"}
DEAENV = {"g_0_y_b": "outputs", "g_ones": "ones", "g_x_y_b": "own_values", "g_mean": "mean"}  # column -> direction
KLE_COLUMNS = {
    "SG": "global_{}_global_score",
    **{f"slackG_{name}": f"global_{{}}_global_slack_{name} / {name}" for name in ("K", "L", "E", "Y", "CO2")},
    "St": "contemporaneous_{}_own_score",
    "Sprev": "contemporaneous_{}_previous_score",
    "Snext": "contemporaneous_{}_next_score",
    "GML": "global_{}_index",
    "EC": "global_{}_efficiency_change",
    "BPC": "global_{}_technical_change",
    "cumGML": "global_{}_cumulative",
    "ML": "contemporaneous_{}_index",
    "MLTC": "contemporaneous_{}_technical_change",
}


def changes(name, index, efficiency, technical):
    """The three columns of a published index as expressions in the results of model `name`."""
    kinds = {index: "index", efficiency: "efficiency_change", technical: "technical_change"}
    return [(column, f"{name}_{kind}") for column, kind in kinds.items()]


STUDIES = {
    "gtfpch_nddf_w1111": Vector(
        [
            model("nddf", *KLYC, measure="nddf", weights="ones", disposability="weak", **CONTEMPORANEOUS),
            model("sbm", *KLYC, measure="sbm_ddf", **CONTEMPORANEOUS),
        ],
        # two inputs, one good and one bad: the slacks-based weights are four quarters
        [("Dv", "nddf_own_score"), ("Dv", "4 * sbm_own_score")]
        + [(f"B_{x}", f"{name}_own_slack_{x} / {x}") for x in ("K", "L", "Y", "CO2") for name in ("nddf", "sbm")],
    ),
    "gtfpch_gml_radial_crs_weak": Vector(
        [model("gml", *KLYC, **OUTPUTS_DDF, disposability="weak", technology="global", index="malmquist_luenberger")],
        changes("gml", "TFPCH", "TECH", "TECCH"),
    ),
    "gtfpch_luenberger_nddf_contemp_infeasible": Vector(
        [
            model("nddf", ["labor", "capital", "energy"], ["gdp"], ["co2"], measure="nddf", direction=["gdp", "co2"],
                  weights={"gdp": 0.5, "co2": 0.5}, disposability="weak", index="luenberger", **CONTEMPORANEOUS)
        ],
        changes("nddf", "TFPCH", "TECH", "TECCH"),
    ),
    DEABOOK: Vector(
        [
            model("ml", *KLEYC, measure="ddf", direction="bads", returns="vrs", disposability="weak_kuosmanen",
                  index="malmquist_emission", **CONTEMPORANEOUS)
        ],
        changes("ml", "MQ", "MEFFCH", "MTECHCH"),
    ),
    "dear_china31_malmquist_glob": Vector(
        [model("mi", ["capital", "labor"], ["GIOV"], measure="ddf", direction="inputs", index="malmquist")],
        changes("mi", "MI", "EC", "TC"),
    ),
    "tone2001_sbm": Vector(
        [
            model("crs", *TONE, measure="sbm", returns="crs"),
            model("vrs", *TONE, measure="sbm", returns="vrs"),
            model("radial", *TONE, measure="ddf", direction="inputs", returns="crs"),
        ],
        [("sbm_crs", "crs_own_score"), ("sbm_vrs", "vrs_own_score"), ("ccr", "1 - radial_own_score")],
    ),
    "tone2003_sbm_bad_crs": Vector([model("sbm", ["x"], ["yg"], ["yb"], measure="sbm")], [("eff", "sbm_own_score")]),
    "huabian2007_sbm_bad_vrs": Vector(
        [model("sbm", *MILLS, measure="sbm", returns="vrs")], [("eff", "sbm_own_score")]
    ),
    "jl_deaenv_directions": Vector(
        [model(direction, *XYB, measure="ddf", direction=direction) for direction in DEAENV.values()],
        [(column, f"{direction}_own_score") for column, direction in DEAENV.items()],
    ),
    "jl_malmluen_2period": Vector(
        [model("ml", *XYB, **OUTPUTS_DDF, **CONTEMPORANEOUS, index="malmquist_luenberger")],
        changes("ml", "ML", "EC", "TC"),
    ),
    KLE: Vector(
        [
            model(f"{technology}_{returns}", *KLEYC, measure="sbm_ddf", technology=technology, returns=returns)
            for technology in ("global", "contemporaneous")
            for returns in ("crs", "vrs")
        ],
        [
            (f"{column}_{returns}", expression.format(returns))
            for column, expression in KLE_COLUMNS.items()
            for returns in ("crs", "vrs")
        ],
    ),
}  # fmt: skip


def read_vector(name):
    """Data, with a year where it is one cross-section, and expected table of a folder with the workflow's keys.

    Expected slacks become shares of the unit's own values, for which a tolerance is meant.
    """
    data = pd.read_csv(VECTORS / name / "data.csv", dtype=str).rename(columns=THEIR_KEYS)
    expected = pd.read_csv(VECTORS / name / "expected.csv").rename(columns=THEIR_KEYS)
    if "year" not in data:
        data["year"] = "2000"
    if "year" not in expected:
        expected["year"] = data["year"].iloc[-1]  # the one cross-section, or the later of two periods
    expected = expected.astype({"province": str, "year": str}).set_index(KEYS).drop(columns="pair", errors="ignore")
    own = data.set_index(KEYS).astype(float)
    for column in expected.filter(like="slackG_"):
        expected[column] /= own[column.split("_")[1]]
    return data, expected


def tolerance(name):
    """What the folder's README says; the slacks-based vector says nothing and is held to the certificate's."""
    stated = re.search(r"tolerance used: (\S+)", (VECTORS / name / "README.md").read_text("utf-8"))
    return float(stated[1]) if stated else 1e-9


def read_results(folder, name):
    """Index and scores of one model, one row a province-year, columns called after model, reference and number."""
    kinds = {"province": str, "year": str}
    index = pd.read_csv(folder / "productivity" / f"{name}.csv", dtype=kinds).set_index(KEYS).add_prefix(f"{name}_")
    scores = pd.concat([pd.read_csv(path, dtype=kinds) for path in sorted((folder / "dea" / name).glob("*.csv"))])
    numbers = ["score", *(column for column in scores if column.startswith("slack_"))]
    assert (scores["score"].isna() == (scores["status"] == "infeasible")).all()
    assert (scores["gap"] <= 1e-9).all()
    scores = scores.pivot(index=KEYS, columns="reference", values=numbers)
    scores.columns = [f"{name}_{reference}_{number}" for number, reference in scores.columns]
    return index.join(scores)


@pytest.fixture(scope="module")
def solved(tmp_path_factory):
    """Results of all models of a vector's folder by one run of the workflow, made once an engine."""
    results = {}

    def solve(name, engine="auto"):
        if (name, engine) not in results:
            folder = tmp_path_factory.mktemp("vector")
            data, _ = read_vector(name)
            data.to_csv(folder / "panel.csv", index=False)
            models = STUDIES[name].models
            productivity = {"engine": engine, "units_per_job": 1000, "models": models}
            write_config(folder, {"panel": {"path": "panel.csv", "columns": {}}, "productivity": productivity})
            targets = [f"results/productivity/{entry['name']}.csv" for entry in models]
            run = snakemake(ROOT / "Snakefile", folder, "--cores", "2", *targets)
            assert run.returncode == 0, run.stdout + run.stderr
            table = data.set_index(KEYS).astype(float)
            results[name, engine] = table.join([read_results(folder / "results", entry["name"]) for entry in models])
        return results[name, engine]

    return solve


@needs_shared
def test_every_vector_and_every_published_column_is_compared():
    assert set(STUDIES) == {path.name for path in VECTORS.iterdir()}
    for name, vector in STUDIES.items():
        assert {column for column, _ in vector.published} == set(read_vector(name)[1]), name


@needs_shared
@pytest.mark.parametrize(
    ("name", "engine"),
    [(name, engine) for name in STUDIES for engine in (("highs", "batched") if name in (KLE, DEABOOK) else ("auto",))],
)
def test_published_numbers_come_out_of_the_configuration(solved, name, engine):
    table, (_, expected) = solved(name, engine), read_vector(name)
    for column, expression in STUDIES[name].published:
        ours, theirs = table.eval(expression).reindex(expected.index).to_numpy(), expected[column].to_numpy()
        assert (np.isnan(ours) == np.isnan(theirs)).all(), f"{column}: other cells are empty"
        assert ours == pytest.approx(theirs, abs=tolerance(name), rel=0, nan_ok=True), column


@needs_shared
@pytest.mark.parametrize("name", [KLE, DEABOOK])
def test_both_engines_give_the_same_scores_and_changes(solved, name):
    highs, batched = solved(name, "highs"), solved(name, "batched")
    columns = [column for column in highs if re.search("score$|index$|change$|cumulative$", column)]
    assert columns
    pd.testing.assert_frame_equal(highs[columns], batched[columns], rtol=0, atol=1e-9)


# --- without the folder of vectors ---------------------------------------------------------------------------------

# Year 2013 of example.dta in kerrydu/gtfpch (commit a0fa116) and its published result file
# gtfpch/ex.teddf.nonr.result: non-radial distance Dv, unit weights, own direction, contemporaneous CRS. The first
# three units span the frontier, so the other provinces of the file are not needed.
GTFPCH_2013 = {  # K, L, Y, CO2, Dv
    "Beijing": (24637.60546875, 1141.0, 9249.392578125, 84418936.0, 0.0),
    "Guangdong": (77582.1015625, 6117.68, 42364.203125, 522797888.0, 0.0),
    "Shanghai": (28806.416015625, 1368.91, 16902.8671875, 217540800.0, 0.0),
    "Hebei": (64201.47265625, 4183.93, 20422.634765625, 773640704.0, 1.72282120402661),
    "Shanxi": (28143.400390625, 1844.20, 7874.1708984375, 667992320.0, 2.05385256345428),
    "Shaanxi": (35340.94140625, 2058.0, 8369.341796875, 317155968.0, 1.92743206074532),
    "Sichuan": (55786.4765625, 4817.31, 19159.0234375, 305286720.0, 1.28492053381722),
}
# Environmental distances of test/deaenv.jl in javierbarbero/DataEnvelopmentAnalysis.jl (commit 338c0d2), printed in
# DEAMATLAB, working paper 2016/3, pages 27-28: five units, CRS, bads no more than the unit's.
DEAENV_UNITS = {"1": (1, 7, 2), "2": (1, 5, 5), "3": (1, 1, 3), "4": (1, 3, 3), "5": (1, 4, 2)}  # x, y, b
DEAENV_SCORES = {
    "outputs": [0, 2 / 5, 19 / 23, 5 / 9, 3 / 11],
    "ones": [0, 1 / 4, 3 / 4, 1 / 2, 3 / 8],
    "own_values": [0, 1 / 6, 3 / 4, 2 / 5, 3 / 11],
    "mean": [0, 2 / 11, 6 / 11, 4 / 11, 6 / 29],
}
# Data of Tone (2001), page 505, as in cran/deaR 1.5.3 (Tone2001), whose model_sbmeff gives these efficiencies.
TONE_UNITS = {"A": (4, 3, 2, 3), "B": (6, 3, 2, 3), "C": (8, 1, 6, 2), "D": (8, 1, 6, 1), "E": (2, 4, 1, 4)}
TONE_SCORES = {"crs": [79 / 99, 25 / 44, 1, 2 / 3, 1], "vrs": [9 / 11, 20 / 33, 1, 2 / 3, 1]}


def own_scores(units, model):
    """Scores of a cross-section: unit -> values of the model's variables in their order."""
    model = complete_model(model)
    variables = model_variables(model)
    rows = [
        {"province": unit, "year": "2013"} | {name: repr(value) for name, value in zip(variables, values, strict=True)}
        for unit, values in units.items()
    ]
    panel = read_production(rows, model)
    scores = {row["province"]: row["score"] for row in solve_units(panel, np.arange(len(panel.units)), model)}
    return [scores[unit] for unit in units]


@pytest.mark.parametrize(
    ("options", "factor"),
    [({"measure": "sbm_ddf"}, 4), ({"measure": "nddf", "weights": "ones", "disposability": "weak"}, 1)],
)
def test_published_nonradial_distances_of_2013(options, factor):
    units = {unit: values[:-1] for unit, values in GTFPCH_2013.items()}
    found = own_scores(units, model("m", *KLYC, **options, **CONTEMPORANEOUS))
    published = [values[-1] for values in GTFPCH_2013.values()]
    assert [factor * score for score in found] == pytest.approx(published, abs=5e-7)


@pytest.mark.parametrize("direction", DEAENV_SCORES)
def test_published_radial_distances_in_four_directions(direction):
    found = own_scores(DEAENV_UNITS, model("m", *XYB, measure="ddf", direction=direction))
    assert found == pytest.approx(DEAENV_SCORES[direction], abs=1e-10)


@pytest.mark.parametrize("returns", TONE_SCORES)
def test_slacks_based_efficiencies_of_tone_2001(returns):
    found = own_scores(TONE_UNITS, model("m", *TONE, measure="sbm", returns=returns))
    assert found == pytest.approx(TONE_SCORES[returns], abs=1e-9)
