"""The configuration: every key described, and contradictions refused before anything runs."""

import copy

import pytest
import yaml
from conftest import ROOT, default_config
from study.helpers import InputError
from study.plan.config import check_config, check_variables, named_variables
from study.plan.schema import check_schema

SCHEMA = yaml.safe_load((ROOT / "rules" / "config.schema.yaml").read_text("utf-8"))
COLUMNS = [
    "province", "year", "ln_co2", "gtfp", "ai", "open", "density", "fin", "gov", "energy", "urban", "ai_lag1", "ai_us",
    "gtfp_ml", "ln_co2_scopes", "intelligence_index", "energy_efficiency", "green_patents", "industrial_upgrading",
    "regulation", "industrialisation", "municipality",
]  # fmt: skip


@pytest.fixture(autouse=True)
def at_root(monkeypatch):
    monkeypatch.chdir(ROOT)


def check(config):
    production = ["labour", "capital", "energy_total", "real_gdp", "co2"]
    coverage = {"gdp": (2000, None), "gross_fixed_capital_formation": (2000, 2017)}
    check_config(config, production, [f"table_{number}" for number in range(1, 9)], coverage)
    check_variables(config, COLUMNS)


def described(schema, path=""):
    """(path, has a description) of every key of the schema, and objects that would take unknown keys."""
    for name, part in schema.get("properties", {}).items():
        yield f"{path}.{name}", "description" in part
        yield from described(part, f"{path}.{name}")
    for key in ("items", "additionalProperties"):
        if isinstance(schema.get(key), dict):
            yield from described(schema[key], f"{path}[]")
    if "properties" in schema:
        yield f"{path} refuses unknown keys", schema.get("additionalProperties") is False


def test_every_key_has_a_description_and_unknown_ones_are_refused():
    assert [path for path, fine in described(SCHEMA) if not fine] == []


def test_the_choices_of_the_default_study_have_a_comment():
    lines = (ROOT / "config.yaml").read_text("utf-8").splitlines()
    for key in ("interpolation", "total_tolerance", "winsorise", "factors", "fuels", "base_year", "depreciation",
                "initial_stock", "price_continued_by", "robots", "per_workers", "unspecified", "returns", "scopes",
                "energy_efficiency", "industrial_upgrading", "intelligence"):  # fmt: skip
        assert any(line.strip().startswith(f"{key}:") and "#" in line for line in lines), key


def test_the_default_study_is_sound():
    check(default_config())


def claim(term):
    evidence = [{"table": "table_2", "columns": [1], "term": term, "sign": "positive"}]
    return {"name": "H", "claim": "It is so", "evidence": evidence}


UNUSED_SPLIT = {"formula": "ai ~ open", "split": {"by": "fin"}}
INDIRECT = {"formula": "ai ~ open + fin | province", "indirect": {"of": "open", "through": "fin"}}


@pytest.mark.parametrize(
    ("section", "key", "value", "message"),
    [
        (None, "inputs", "nowhere", "inputs: there is no folder nowhere"),
        ("study", "years", [2022, 2013], "study.years: the first year 2022"),
        ("capital", "base_year", 2014, "capital.base_year: 2014"),
        ("study", "years", [2001, 2004], "capital.initial_stock: shan"),
        ("capital", "base_year", 1995, "capital.base_year: 1995, but gdp is there for 2000 to now"),
        ("productivity", "main", "gmll", "'gmll' is none of the models gml"),
        ("describe", "variables", ["ai", "gdp"], "describe: no variable gdp"),
        ("describe", "published", "table_9", "describe: resources/published has no table_9"),
        (
            "describe",
            "published",
            "paper/table_9.csv",
            "describe: resources/published has no paper/table_9.csv; it has",
        ),
        ("tables", "table_1", {"columns": ["ai ~ open"]}, "table_1 is made by `describe`"),
        ("tables", "a", {"columns": ["ai ~ open", "ai ~ opne | year"]}, "tables.a, column 2: no variable opne"),
        ("tables", "a", {"columns": ["ai ~ open | year | fin + gov ~ urban"]}, "tables.a, column 1: 2 endogenous"),
        ("tables", "a", {"columns": ["ai open"]}, "tables.a, column 1: cannot read"),
        ("tables", "a", {"columns": ["ai ~ open"], "published": "table_9"}, "tables.a: resources/published has no"),
        ("tables", "a", {"columns": ["ai ~ opne"]}, "no variable opne; did you mean open?"),
        ("tables", "a", {"columns": [UNUSED_SPLIT]}, "the split has no `side` and the formula does not use `high`"),
        ("tables", "a", {"columns": [INDIRECT], "bootstrap": {"block": "provnce"}}, "bootstrap.block `provnce` is no"),
        ("tables", "a", {"columns": ["ai ~ open"], "published_pairs": {"table": "table_9"}}, "has no table_9.csv"),
        ("figures", "b", {"variables": ["x"]}, "figures.b: no variable x"),
        ("figures", "b", {"coefficient": "x"}, "figures.b: no variable x"),
        ("figures", "b", {"title": "B"}, "figures.b: give `variables` (over time) or `coefficient`"),
        (None, "hypotheses", [claim("ai"), claim("open")], "hypotheses: two are called H"),
        (None, "hypotheses", [claim("aii")], "hypotheses, H: no variable aii"),
    ],
)
def test_contradictions_are_refused(section, key, value, message):
    config = default_config()
    (config[section] if section else config)[key] = value
    with pytest.raises(InputError) as error:
        check(config)
    assert message in str(error.value)


def test_controls_and_models_are_checked():
    config = default_config()
    config["controls"].append("rain")
    config["tables"] = {}
    with pytest.raises(InputError, match="controls: no variable rain"):
        check(config)
    config = default_config()
    config["productivity"]["models"].append(copy.deepcopy(config["productivity"]["models"][0]))
    with pytest.raises(InputError, match="two models are called gml"):
        check(config)
    config["productivity"]["models"][-1] |= {"name": "other", "bad_outputs": ["labour"]}
    with pytest.raises(InputError, match="other: has labour in two roles"):
        check(config)
    config["productivity"]["models"][-1] |= {"bad_outputs": ["coal"]}
    with pytest.raises(InputError, match=r"other uses coal; there are capital, co2"):
        check(config)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"tabels": {}}, "config: tabels: unknown key `tabels`; did you mean `tables`?"),
        ({"emissions": {"factors": "x", "fuels": ["coke"]}}, "config: emissions.factors: 'x' is not one of ['china'"),
        ({"figures": {"trends": {"variables": ["ai"], "colour": 1}}}, "config: figures.trends.colour: unknown key"),
    ],
)  # fmt: skip
def test_a_key_that_does_not_fit_the_schema_is_one_line(change, message):
    with pytest.raises(InputError) as error:
        check_schema(default_config() | change, SCHEMA)
    assert str(error.value).startswith(message)
    assert "\n" not in str(error.value)


def test_every_variable_of_a_column_is_named():
    column = {
        "formula": "y ~ x + x:w + x:high | i^high + t | d ~ z1:v + z2",
        "vcov": {"cluster": ["c1", "c2"]},
        "weights": "aw",
        "split": {"by": "s"},
        "sample": "m == 0 or n > 1",
    }
    named = named_variables({"tables": {"a": {"columns": ["y ~ x", column]}}})
    assert named["tables.a, column 1"] == ["y", "x"]
    expected = {*("y", "x", "w", "i", "t", "d", "z1", "v", "z2", "c1", "c2", "aw", "s", "m", "n")}
    assert set(named["tables.a, column 2"]) == expected


def test_an_indirect_effect_needs_a_bootstrap():
    table = {"columns": ["y ~ a", {"formula": "y ~ a + m | i", "indirect": {"of": "a", "through": "m"}}]}
    with pytest.raises(InputError, match=r"tables\.b, column 2: a column with `indirect` needs .* `bootstrap`"):
        named_variables({"tables": {"b": table}})
    table["bootstrap"] = {"replications": 10, "block": "i", "level": 95, "seed": 1}
    assert named_variables({"tables": {"b": table}})["tables.b, column 2"] == ["y", "a", "m", "i"]
