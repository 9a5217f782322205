"""The panel way in: a study folder with its own config, run from outside the repository."""

from pathlib import Path

import pandas as pd
import pytest
from conftest import ROOT, SHARED, command, needs_shared, snakemake, write_config

VECTOR = SHARED / "vectors" / "dea" / "self_sbmddf_china30_2013_2015_KLE"
MODEL = {
    "measure": "sbm_ddf", "inputs": ["K", "L", "E"], "good_outputs": ["Y"], "bad_outputs": ["CO2"],
}  # fmt: skip
PUBLISHED_COLUMNS = {"index": "GML", "efficiency_change": "EC", "technical_change": "BPC", "cumulative": "cumGML"}


@needs_shared
def test_thirty_provinces_from_a_ready_panel(tmp_path):
    folder = tmp_path / "my study"
    folder.mkdir()
    models = [{**MODEL, "name": "gml_crs"}, {**MODEL, "name": "gml_vrs", "returns": "vrs"}]
    write_config(
        folder,
        {
            "panel": {"path": str(VECTOR / "data.csv"), "columns": {"province": "Province"}},
            "productivity": {"models": models},
        },
    )
    run = snakemake(ROOT / "Snakefile", folder, "--cores", "2")
    assert run.returncode == 0, run.stdout + run.stderr
    expected = pd.read_csv(VECTOR / "expected.csv").sort_values(["Province", "year"])
    for returns in ("crs", "vrs"):
        index = pd.read_csv(folder / "results" / "productivity" / f"gml_{returns}.csv")
        assert index["province"].tolist() == expected["Province"].tolist()
        assert index["year"].tolist() == expected["year"].tolist()
        for ours, theirs in PUBLISHED_COLUMNS.items():
            assert index[ours].to_numpy() == pytest.approx(
                expected[f"{theirs}_{returns}"].to_numpy(), abs=1e-9, nan_ok=True
            )
    panel = pd.read_csv(folder / "results" / "panel.csv")
    assert panel["gtfp"].to_numpy() == pytest.approx(expected["cumGML_crs"].to_numpy(), abs=1e-9)


def test_any_unit_and_period_names_and_tables(tmp_path):
    units = ["Île-de-France", "中部 地区", "NA", "Unit, 4", "b5"]
    periods = ["2001H1", "2001H2", "2002H1", "2002H2"]
    rows = [
        (
            unit,
            period,
            10.0 + u + t,
            5.0 + u * t % 3,
            7.0 + u + 2 * t - (u * t) % 4,
            3.0 + (u + t) % 5,
            (u * 7 + t * 3) % 11,
        )
        for u, unit in enumerate(units)
        for t, period in enumerate(periods)
    ]
    frame = pd.DataFrame(rows, columns=["who", "when", "k", "l", "y", "b", "treated"])
    folder = tmp_path / "study"
    folder.mkdir()
    frame.to_csv(folder / "mine.csv", index=False)
    model = {"name": "mine", "measure": "sbm_ddf", "inputs": ["k", "l"], "good_outputs": ["y"], "bad_outputs": ["b"]}
    write_config(
        folder,
        {
            "panel": {"path": "mine.csv", "columns": {"province": "who", "year": "when"}},
            "productivity": {"models": [model]},
            "tables": {"effect": {"columns": ["gtfp ~ treated | province + year"]}},
        },
    )
    run = command(ROOT / "Snakefile", folder, "--cores", "2")
    assert run.returncode == 0, run.stdout + run.stderr
    index = pd.read_csv(folder / "results" / "productivity" / "mine.csv", keep_default_na=False)
    assert sorted(set(index["province"])) == sorted(units)
    assert list(dict.fromkeys(index["year"])) == periods
    assert (folder / "results" / "dea" / "mine" / "île_de_france.csv").is_file()
    table = pd.read_csv(folder / "results" / "tables" / "effect.csv")
    assert set(table["dependent"]) == {"GTFP"}
    assert "imulated" not in Path(folder / "results" / "tables" / "effect.html").read_text("utf-8")
