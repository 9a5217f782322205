"""Variables of any name: in backticks in formulas and conditions, as they are where one name alone may stand."""

import json
import re

import numpy as np
import pandas as pd
import pytest
from _dense import fit
from _printed import tidy
from compare_hypotheses import evidence_term, read_evidence
from conftest import ROOT, snakemake, write_config
from estimate_table import estimate_table, to_json
from study.helpers import InputError
from study.output.symbols import symbol
from study.plan.config import check_variables, named_variables
from study.regression.formula import parse_column, parse_formula
from study.regression.terms import names_of, split_outside, term_of, written
from tabulate_table import lay_out_table, read_column, write_notes

ODD = {
    "y": "CO2 per head (t)",
    "x1": "GDP per capita",
    "x2": "2013_level",
    "x3": "人均 GDP（元）",
    "x4": "_cons",
    "x5": "co2-share",
    "z1": "z.1",
    "z2": "a:b ~ c|d + e^f",
    "unit": "city code",
    "group": "1st^tier",
    "weight": "pop. (10^4)",
}


@pytest.fixture(scope="module")
def plain():
    rng = np.random.default_rng(3)
    data = pd.DataFrame(rng.normal(size=(80, 8)), columns=["y", "x1", "x2", "x3", "x4", "x5", "z1", "z2"])
    data = data.assign(unit=np.repeat(range(10), 8), year=np.tile(range(2013, 2021), 10), weight=rng.uniform(1, 2, 80))
    return data.assign(group=data["unit"] % 3, x1=data["x1"] + data["z1"])


@pytest.fixture(scope="module")
def odd(plain):
    return plain.rename(columns=ODD)


def quoted(text, names=ODD):
    """A formula or condition with the odd names in place of the plain ones."""
    return re.sub(r"\w+", lambda match: f"`{names[match[0]]}`" if match[0] in names else match[0], text)


@pytest.mark.parametrize(
    ("formula", "keys"),
    [
        ("y ~ x1 + x2 + x3 + x4 + x5", {}),
        ("y ~ x1 + x4:x5 + x2:x3 | unit + year^group", {"vcov": {"cluster": "unit^year"}}),
        ("y ~ x1 + x2 | unit + year", {"vcov": {"cluster": ["unit", "year", "group"]}, "weights": "weight"}),
        ("y ~ x3 | unit | x1 ~ z1 + z2", {"sample": "x5 > -1 and not x4 < -2 or group in [1, 2]"}),
        ("y ~ x1 + x2:high | unit^high", {"split": {"by": "x5"}}),
        ("y ~ x1 + x4 | unit", {"split": {"by": "x4", "at": 0, "side": "low"}}),
        ("x4 ~ x1 + y | unit", {}),
    ],
)
def test_odd_names_give_the_numbers_of_plain_ones(plain, odd, formula, keys):
    def renamed(value):
        if isinstance(value, dict):
            return {key: renamed(item) if key not in ("side", "at") else item for key, item in value.items()}
        return [renamed(item) for item in value] if isinstance(value, list) else quoted(value)

    column = parse_column({"formula": quoted(formula), **renamed(keys)})
    assert parse_formula(column.formula).formula == column.formula
    expected = json.loads(to_json(estimate_table(plain, "t", [{"formula": formula, **keys}])))[0]
    found = json.loads(to_json(estimate_table(odd, "t", [{"formula": quoted(formula), **renamed(keys)}])))[0]
    assert [row["estimate"] for row in found["terms"]] == [row["estimate"] for row in expected["terms"]]
    assert [row["std_error"] for row in found["terms"]] == [row["std_error"] for row in expected["terms"]]
    assert list(found["stats"].values()) == list(expected["stats"].values())
    assert found["terms"][-1]["term"] == "_cons"
    rows = tidy([found], "t")
    assert len(rows) == len(tidy([expected], "t"))
    notes = " ".join(write_notes([found], {}, None, False))
    if "unit^year" in str(keys):
        assert "clustered by city code^year, 80 clusters" in notes


def test_a_variable_called_as_the_constant_is_told_from_it(odd):
    column = {"formula": "`CO2 per head (t)` ~ `_cons` + `GDP per capita` | `city code`"}
    [found] = json.loads(to_json(estimate_table(odd, "t", [column])))
    assert [row["term"] for row in found["terms"]] == ["`_cons`", "GDP per capita", "_cons"]
    printed = read_column(found, {})
    assert list(printed.terms) == ["`_cons`", "GDP per capita", "_cons"]
    labels = [row[0] for row in lay_out_table([printed], "t", "").blocks[0][::2]]
    assert labels == ["`_cons`", "GDP per capita", "Constant"]
    with pytest.raises(InputError, match=r"`_cons` in .* is the constant's name .* backticks or .* panel.columns"):
        parse_formula("y ~ _cons + x")
    assert parse_formula("y ~ $controls", ["_cons", "a b"]).regressors == ("`_cons`", "a b")
    evidence = {"table": "t", "columns": [1], "sign": "positive"}
    claim = [{"name": "H", "claim": "", "evidence": [evidence | {"term": name} for name in ("`_cons`", "_cons")]}]
    rows = read_evidence(claim, {"t": [found]}, {}, [], {}, [])
    estimates = [found["terms"][place]["estimate"] for place in (0, 2)]
    assert [float(row["estimate"]) for row in rows] == pytest.approx(estimates, rel=1e-11)


@pytest.mark.parametrize(
    "formula",
    ["y ~ GDP per capita", "y ~ x.1 | i", "y ~ 2013_level", "y ~ co2-share | i", "y ~ x | 1st tier", "y ~ `a b"],
)
def test_the_message_says_how_to_name_them(formula):
    with pytest.raises(InputError, match=r"cannot read the term .* backticks, as in `GDP per capita`.* panel.columns"):
        parse_formula(formula)


@pytest.mark.parametrize("key", ["weights", "cluster", "by"])
def test_other_keys_say_so_too(key):
    keys = {
        "weights": {"weights": "a b"},
        "cluster": {"vcov": {"cluster": "a b"}},
        "by": {"split": {"by": "a b", "side": "low"}},
    }[key]
    with pytest.raises(InputError, match=r"found 'a b'; .* backticks, .* panel.columns"):
        parse_column({"formula": "y ~ x"} | keys)
    changed = json.loads(json.dumps(keys).replace("a b", "`a b`"))
    assert "a b" in parse_column({"formula": "y ~ x"} | changed).variables


def test_terms_and_names():
    assert split_outside("a + `b + c` +d", "+") == ["a", "`b + c`", "d"]
    assert names_of("`a:b`:c d") == ("a:b", "c d")
    assert term_of(["a:b", "c d"]) == "`a:b`:c d"
    assert written("`a:b`:c d") == "`a:b`:`c d`"
    assert written("region^year") == "region^year"
    assert symbol({"c d": {"symbol": "CD"}}, "`a:b`:c d") == "a:b × CD"
    assert [evidence_term(text) for text in ("indirect", "_cons", "`_cons`", "a b:high", "`x`")] == [
        *("indirect", "_cons", "`_cons`", "a b:high", "x"),
    ]


def test_the_config_may_name_them_with_backticks_or_without():
    config = {
        "controls": ["a b", "`c.d`"],
        "describe": {"variables": ["a b", "`c.d`"]},
        "figures": {"f": {"variables": ["`a b`", "c.d"]}},
        "tables": {"t": {"columns": ["`a b` ~ `c.d`:high | year"]}},
        "hypotheses": [
            {"name": "H", "claim": "", "evidence": [{"table": "t", "columns": [1], "term": "c.d", "sign": "positive"}]}
        ],
    }
    named = named_variables(config)
    assert named["controls"] == named["describe"] == named["figures.f"] == ["a b", "c.d"]
    assert named["hypotheses, H"] == ["c.d"]
    check_variables(config, ["a b", "c.d", "high", "year"])
    with pytest.raises(InputError, match="controls: no variable a b"):
        check_variables(config, ["c.d", "high", "year"])


def test_indirect_effects_of_odd_names(plain, odd):
    bootstrap = {"replications": 20, "block": "city code", "level": 90, "seed": 1}
    formula = "y ~ x1 + x2 + x3 | unit"
    asked = {"formula": quoted(formula), "indirect": {"of": "`GDP per capita`", "through": "`2013_level`"}}
    [found] = estimate_table(odd, "t", [asked], bootstrap=bootstrap)
    asked = {"formula": formula, "indirect": {"of": "x1", "through": "x2"}}
    [expected] = estimate_table(plain, "t", [asked], bootstrap=bootstrap | {"block": "unit"})
    assert found["indirect"]["effect"] == expected["indirect"]["effect"]
    assert found["indirect"]["ci_low"] == expected["indirect"]["ci_low"]


@pytest.mark.slow
def test_a_study_whose_variables_have_such_names(tmp_path, odd):
    folder = tmp_path / "study"
    folder.mkdir()
    odd.assign(**{"K stock": 10 + odd["year"] % 7, "产出 (亿元)": 20 + odd["city code"]}).to_csv(
        folder / "panel.csv", index=False
    )
    columns = [
        {"formula": "`CO2 per head (t)` ~ `GDP per capita` + $controls | province + year", "weights": "`pop. (10^4)`"},
        {"formula": "`CO2 per head (t)` ~ level:`GDP per capita` + `_cons`", "sample": "`co2-share` > -1"},
        {"formula": "`CO2 per head (t)` ~ level + $controls", "vcov": {"cluster": "`1st^tier`^year"}},
        {
            "formula": "`CO2 per head (t)` ~ `GDP per capita` + level",
            "indirect": {"of": "`GDP per capita`", "through": "level"},
        },
    ]
    term = {"table": "t", "columns": [1], "sign": "positive"}
    model = {"name": "m", "measure": "sbm", "inputs": ["K stock"], "good_outputs": ["产出 (亿元)"], "bad_outputs": []}
    write_config(
        folder,
        {
            "panel": {"path": "panel.csv", "columns": {"province": "city code", "level": "2013_level"}},
            "productivity": {"models": [model], "units_per_job": 20},
            "controls": ["人均 GDP（元）", "`z.1`"],
            "describe": {"variables": ["GDP per capita", "`co2-share`", "_cons"]},
            "figures": {"trend": {"variables": ["`GDP per capita`", "z.1"]}},
            "tables": {"t": {"columns": columns, "bootstrap": {"replications": 100, "level": 95, "seed": 1}}},
            "hypotheses": [{"name": "H", "claim": "c", "evidence": [term | {"term": "GDP per capita"}]}],
        },
    )
    run = snakemake(ROOT / "Snakefile", folder, "--cores", "2")
    assert run.returncode == 0, run.stdout + run.stderr
    estimates = json.loads((folder / "results" / "estimates" / "t.json").read_text("utf-8"))
    renamed = odd.rename(columns={"2013_level": "level", "city code": "province"})
    for column, found in zip(columns[1:3], estimates[1:3], strict=True):
        keys = {key: value for key, value in column.items() if key not in ("formula", "vcov")}
        vcov = ["`1st^tier`^year"] if "vcov" in column else "robust"
        formula = column["formula"].replace("$controls", "`人均 GDP（元）` + `z.1`")
        expected = fit(renamed, formula, vcov, **keys)
        assert found["stats"]["n"] == expected.stats["n"]
    assert [row["term"] for row in estimates[1]["terms"]] == ["level:GDP per capita", "`_cons`", "_cons"]
    assert [row["term"] for row in estimates[0]["terms"]] == ["GDP per capita", "人均 GDP（元）", "z.1", "_cons"]
    assert estimates[3]["indirect"]["block"] == "row"
    described = pd.read_csv(folder / "results" / "tables" / "table_1.csv")
    assert set(described["term"]) == {"GDP per capita", "co2-share", "_cons"}
    hypotheses = pd.read_csv(folder / "results" / "replication" / "hypotheses.csv")
    assert hypotheses["estimate"].iloc[0] == pytest.approx(estimates[0]["terms"][0]["estimate"], rel=1e-9)
