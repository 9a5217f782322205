"""What a config cannot hold: keys it does not know, numbers that are none, names that are no file's."""

import datetime

import pytest
import yaml
from conftest import ROOT, default_config
from study.helpers import InputError
from study.plan.config import slugged, slugged_cells
from study.plan.schema import check_file_names, check_schema, check_values, dotted
from study.words.regions import province_names

SCHEMA = yaml.safe_load((ROOT / "rules" / "config.schema.yaml").read_text("utf-8"))
PROVINCES = province_names(ROOT / "resources" / "provinces.csv")


def column(**keys: object) -> dict:
    """A table of one column."""
    return {"columns": [{"formula": "y ~ x", **keys}]}


def changed(where: list, value: object) -> dict:
    """The default config with one value more, or another."""
    config = part = default_config()
    for key in where[:-1]:
        part = part[key]
    part[where[-1]] = value
    return config


@pytest.mark.parametrize(
    ("where", "value", "message"),
    [
        (["cleaning", "winsorize"], {}, "cleaning.winsorize: unknown key `winsorize`; did you mean `winsorise`?"),
        (["cleaning", "interpolate"], "linear", "unknown key `interpolate`; did you mean `interpolation`?"),
        (["cleaning", "impute"], "linear", "unknown key `impute`; did you mean `interpolation`?"),
        (["study", "exclude_provinces"], [], "study.exclude_provinces: unknown key `exclude_provinces`; did you mean"),
        (["study", "Years"], [], "unknown key `Years`; did you mean `years`?"),
        (["winsorise"], {}, "unknown key `winsorise`; `cleaning.winsorise` is where it belongs"),
        (["models"], [], "unknown key `models`; `productivity.models` is where it belongs"),
        (["productivity", "models", 0, "rts"], "crs", "item 1, rts: unknown key `rts`; did you mean `returns`?"),
        (["productivity", "models", 0, "undesirable_outputs"], [], "did you mean `bad_outputs`?"),
        (["tables", "a"], column(robust=True), "tables.a, column 1, robust: unknown key `robust`; did you mean `vcov`"),
        (["tables", "a"], column(fixed_effects="i"), "did you mean `formula`, `y ~ x | effects"),
        (["tables", "a"], column(**{"if": "x > 1"}), "did you mean `sample`?"),
        (["tables", "a"], column(weight="w"), "did you mean `weights`?"),
        (["cleaning", "winsorise"], {"lower:5": None, "upper:95": None}, "a colon needs a blank after it, `lower: 5`."),
        (["productivity", "models", 0, "returns"], "CRS", "'CRS' is not one of ['crs', 'vrs']; did you mean crs?"),
        (["productivity", "models", 0, "returns"], None, "returns: nothing stands after the colon"),
        (["study", "years"], "2013，2022", "found the full-width comma `，`"),
        (["inputs"], False, "inputs: False is not of type 'string'; YAML takes a bare yes, no, on or off for a truth"),
        (["emissions", "factors"], "x", "emissions.factors: 'x' is not one of ['china', 'ipcc_tier1']."),
        (["capital", "depreciation"], float("nan"), "capital.depreciation: found nan, which is no number"),
        (["cleaning", "winsorise", "upper"], float("inf"), "cleaning.winsorise.upper: found inf, which is no number"),
        (["tables", "a"], column(split={"by": "x", "at": float("-inf")}), "column 1, split.at: found -inf"),
        (["tables", "a\n"], {"columns": ["y ~ x"]}, "tables: the key 'a\\n' has a line break"),
        (["figures", " a"], {"variables": ["y"]}, "figures: the key ' a' has"),
        (["tables", 3], {"columns": ["y ~ x"]}, "tables: the key 3 is no text"),
        (["productivity", "models", 0, "base_year"], datetime.date(2013, 1, 1), "YAML takes 2013-01-01 for a date"),
    ],
)  # fmt: skip
def test_a_key_or_value_that_does_not_fit_is_told_with_what_is_meant(where, value, message):
    with pytest.raises(InputError) as error:
        check_schema(changed(where, value), SCHEMA)
    assert message in str(error.value)
    assert "\n" not in str(error.value)


def test_a_message_has_the_line_where_the_file_has_the_key():
    config = changed(["cleaning", "winsorize"], {})
    with pytest.raises(InputError, match=r"^config\.yaml, line 7: cleaning\.winsorize: unknown key"):
        check_schema(config, SCHEMA, {("cleaning",): (5, 1), ("cleaning", "winsorize"): (7, 3)})
    with pytest.raises(InputError, match=r"^config\.yaml, line 5: cleaning\.winsorize: unknown key"):
        check_schema(config, SCHEMA, {("cleaning",): (5, 1)})
    with pytest.raises(InputError, match=r"^config: cleaning\.winsorize: unknown key"):
        check_schema(config, SCHEMA)


def test_items_are_counted_from_one():
    assert dotted(("tables", "main", "columns", 0, "split", "by")) == "tables.main, column 1, split.by"
    assert dotted(("controls", 2)) == "controls, item 3"


@pytest.mark.parametrize("text", ["a </script> b", "</SCRIPT x>", "<!-- a"])
def test_text_that_the_report_would_run_is_refused(text):
    found = text.removeprefix("a ")[: 4 if "!" in text else 8]
    message = rf"^config\.yaml, line 7: tables\.main\.note: found '{found}', which in the report would end a script"
    with pytest.raises(InputError, match=message):
        check_schema({"tables": {"main": {"note": text}}}, SCHEMA, {("tables", "main", "note"): (7, 3)})
    with pytest.raises(InputError, match=r"^config: panel\.columns\..*would end a script"):
        check_values({"panel": {"columns": {text: "x"}}}, {})


def test_sound_values_pass():
    check_values({"note": "<script>alert(1)< /script> & </b> p < 0.05"}, {})
    check_values({"a": [1, 2.5, "x", None, True], "中文": {"b": "c\nd"}}, {})
    check_schema(default_config(), SCHEMA)
    check_file_names(default_config())


@pytest.mark.parametrize(
    ("where", "value", "message"),
    [
        (["tables", "Table_2"], {"columns": ["y ~ x"]}, "tables: table_2 and Table_2 differ in capitals alone"),
        (["figures", "TRENDS"], {"variables": ["y"]}, "figures: trends and TRENDS differ in capitals alone"),
        (["productivity", "models", 1, "name"], "GML", "productivity.models: gml and GML differ in capitals alone"),
        (["productivity", "models", 1, "name"], "ml\n", "the name 'ml\\n' has a line break"),
        (["productivity", "models", 1, "name"], "gml_infeasible", "is a file of the model gml; choose another name"),
        (["productivity", "models", 1, "name"], "m" * 201, "has 201 bytes; files take 200"),
        (["tables", "t" * 300], {"columns": ["y ~ x"]}, "has 300 bytes; files take 200"),
        (["tables", "Con"], {"columns": ["y ~ x"]}, "tables: Con is no file's name on Windows"),
        (["figures", "lpt1"], {"variables": ["y"]}, "figures: lpt1 is no file's name on Windows"),
    ],
)
def test_names_that_cannot_be_files_are_refused(where, value, message):
    with pytest.raises(InputError) as error:
        check_file_names(changed(where, value))
    assert message in str(error.value)


@pytest.mark.parametrize(
    "name", ["tibet", "西藏", "西藏自治区", "Tibet", "TIBET", "Xizang", "Tibet Autonomous Region", "西 藏"]
)
def test_a_province_goes_by_any_of_its_names(name):
    assert slugged([name], PROVINCES) == ["tibet"]
    assert slugged_cells({"gdp": [f"{name} 2018", "all"]}, PROVINCES) == {"gdp": ["tibet 2018", "all"]}


def test_shanxi_is_not_shaanxi_and_an_unknown_name_stays():
    assert slugged(["山西", "陕西", "Shaanxi", "tibbet"], PROVINCES) == ["shanxi", "shaanxi", "shaanxi", "tibbet"]
    assert slugged_cells({"gdp": ["天津2018", "天津 2018年", "china 2015", "全国 2015"]}, PROVINCES) == {
        "gdp": ["tianjin 2018", "tianjin 2018", "china 2015", "china 2015"]
    }
    with pytest.raises(InputError, match=r"cleaning\.accept\.gdp: found 'tianjin', expected a province and a year"):
        slugged_cells({"gdp": ["tianjin"]}, PROVINCES)
