"""A panel of cities is called by its own names: in tables, figures, notes, codebook, and in the config's formulas."""

import pandas as pd
import pytest
from _printed import CODEBOOK, estimated
from plot_trends import plot_trends
from study.output.codebook import CODEBOOK_COLUMNS, codebook_rows
from study.words.key_names import aliases, capital, key_names, plural_of, rename_variables, with_key_columns
from tabulate_table import lay_out_table, read_column, write_notes

CITY = key_names({"units": {"name": "city", "name_zh": "城市"}, "periods": {"name": "quarter"}})
TERM = (1.0, 1.0, 1.0, 0.3, "")


def test_names_and_their_defaults():
    assert key_names({})["province"] == {"name": "province", "plural": "provinces", "name_zh": "省份"}
    assert CITY["province"] == {"name": "city", "plural": "cities", "name_zh": "城市"}
    assert CITY["year"] == {"name": "quarter", "plural": "quarters", "name_zh": ""}
    assert key_names({"units": {"name": "Kreis", "plural": "Kreise"}})["province"]["plural"] == "Kreise"


@pytest.mark.parametrize(
    ("name", "plural"),
    [("county", "counties"), ("firm", "firms"), ("day", "days"), ("branch", "branches"), ("census", "censuses"),
     ("prefecture-level city", "prefecture-level cities"), ("城市", "城市")],
)  # fmt: skip
def test_plurals(name, plural):
    assert plural_of(name) == plural


def test_formulas_take_the_studys_own_names():
    names = aliases({"units": {"name": "city"}, "periods": {"name": "quarter"}}, ["province", "year", "x", "city_size"])
    assert names == {"city": "province", "quarter": "year"}
    tables = {
        "t": {
            "title": "Every city",
            "columns": [
                "y ~ x + city_size | city + quarter^city",
                {"formula": "y ~ x | city", "group": "city", "vcov": {"cluster": ["city", "`quarter`"]},
                 "weights": "city size", "sample": "city != 'city' and quarter > \"quarter\""},
            ],
            "bootstrap": {"block": "city", "level": 95},
        }
    }  # fmt: skip
    assert with_key_columns(tables, names) == {
        "t": {
            "title": "Every city",
            "columns": [
                "y ~ x + city_size | province + year^province",
                {"formula": "y ~ x | province", "group": "city", "vcov": {"cluster": ["province", "year"]},
                 "weights": "city size", "sample": "province != 'city' and year > \"quarter\""},
            ],
            "bootstrap": {"block": "province", "level": 95},
        }
    }  # fmt: skip
    assert rename_variables("`prefecture-level city` > 1", {"prefecture-level city": "province"}) == "province > 1"
    assert rename_variables("`GDP per city` + 2city", {"city": "province"}) == "`GDP per city` + 2city"
    # the file's name of a key column, and a column of that name, which is meant then
    ids = {"panel": {"columns": {"province": "city_id", "x": "z"}}}
    assert aliases(ids, ["province", "year", "x"]) == {"city_id": "province"}
    assert "city" not in aliases({"units": {"name": "city"}}, ["province", "year", "city"])


def test_tables_and_notes_say_city():
    codebook = CODEBOOK | {"province": {"symbol": "City"}, "year": {"symbol": "Quarter"}}
    column = estimated("1", {"ai": TERM, "_cons": TERM}, vcov="cluster: province + year")
    column |= {"sample": "province != 'province' and year > 3", "endogenous": ["ai"], "instruments": ["open"]}
    column["stats"] |= {"n_clusters_province": 30, "n_clusters_year": 9, "r2_within_entity": 0.4}
    notes = write_notes([column], codebook, None, False, names=CITY)
    text = " ".join(notes)
    assert "clustered by city, 30 clusters and quarter, 9 clusters" in text
    assert "Sample of column 1: city != 'province' and quarter > 3." in text
    assert "after city means are taken out (within-city, which" in text
    layout = lay_out_table([read_column(column, codebook)], "t", "T", notes, names=CITY)
    labels = [row[0] for block in layout.blocks for row in block]
    assert {"City effects", "Quarter effects", "Within-city R²"} <= set(labels)
    plain = " ".join(write_notes([column], CODEBOOK, None, False))
    assert "clustered by province, 30 clusters and year" in plain
    assert "within-province" in plain


def test_figures_say_city():
    panel = pd.DataFrame({"province": list("aabb"), "year": ["1", "2"] * 2, "ai": [1.0, 2.0, 3.0, 4.0]})
    figure = plot_trends(panel, ["ai"], "", CODEBOOK, names=CITY)
    words = " ".join(text.get_text() for legend in figure.legends for text in legend.get_texts())
    words += " ".join(text.get_text() for axis in figure.axes if axis.get_legend() for text in axis.get_legend().texts)
    assert "Median city" in words
    assert "Middle half of cities" in words
    assert "Quarter" in [axis.get_xlabel() for axis in figure.axes]


def test_the_codebook_has_both_names():
    variables = [{"name": "province", "symbol": "Province", "label_en": "Province", "label_zh": "省份", "unit": "",
                  "definition": "", "source": "", "transformation": ""}]  # fmt: skip
    rows = codebook_rows(["province", "x"], variables, {"keys": CITY}, "", "mine.csv")
    assert rows[0][:4] == ("province", "City", "City", "城市")
    assert codebook_rows(["province"], variables, {"keys": key_names({})}, "", "")[0][:4] == (
        *("province", "Province", "Province"),
        "省份",
    )
    assert capital("prefecture-level city") == "Prefecture-level city"


def test_the_index_counts_from_the_first_of_the_study_s_own_periods():
    index = {"gtfp": {"model": "gml", "measure": "ddf", "returns": "crs", "technology": "global", "index": "malmquist"}}
    row = dict.fromkeys(CODEBOOK_COLUMNS, "") | {"name": "gtfp", "unit": "first {period} = 1"}
    for config, unit in (({}, "first year = 1"), ({"periods": {"name": "quarter"}}, "first quarter = 1")):
        choices = {"keys": key_names(config), "indices": index, "variables": "Y"}
        [found] = codebook_rows(["gtfp"], [row], choices, "", "panel.csv")
        assert found[CODEBOOK_COLUMNS.index("unit")] == unit
