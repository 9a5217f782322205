"""A config as people's editors save it: read where only one thing can be meant, else refused with line and column."""

from types import SimpleNamespace

import pytest
import yaml
from conftest import ROOT
from study.helpers import InputError
from study.plan.read_config import read_config, same_config, study_config

STUDY = """panel:
  path: p.csv
  columns: {province: city, year: period}
cleaning:
  winsorise: {lower: 5, upper: 95}
tables:
  main:
    title: 主表：基准，“结果”【一】
    columns:
      - y ~ x | province + year
"""


def settings(*configfiles, **others):
    """What Snakemake keeps of the command line."""
    return SimpleNamespace(**{"configfiles": configfiles, "config_args": [], "replace_workflow_config": False} | others)


@pytest.fixture
def told(tmp_path):
    """What is said of a config, without the folder."""

    def read(text):
        path = tmp_path / "config.yaml"
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        with pytest.raises(InputError) as error:
            read_config(path)
        assert "\n" not in str(error.value)
        return str(error.value).removeprefix(f"{tmp_path}/config.yaml").removeprefix(", ")

    return read


@pytest.mark.parametrize(
    "data",
    [
        STUDY.encode(),
        STUDY.encode("utf-8-sig"),
        STUDY.encode("gbk"),
        STUDY.encode("utf-16"),
        b"\xfe\xff" + STUDY.encode("utf-16-be"),
        STUDY.replace("\n", "\r\n").encode("utf-16-le"),
        STUDY.replace("\n", "\r").encode("gb18030"),
        STUDY.replace("path: p", "path:\tp").replace("upper: 95}", "upper: 95}\t# tail").encode(),
        STUDY.replace("{province", "{\n\t\tprovince").encode(),
    ],
)
def test_encodings_line_ends_and_tabs_between_values_are_read(tmp_path, data):
    (tmp_path / "config.yaml").write_bytes(data)
    assert read_config(tmp_path / "config.yaml").values == yaml.safe_load(STUDY)


def test_the_default_config_is_what_any_yaml_reader_says():
    path = ROOT / "config.yaml"
    config = read_config(path)
    assert config.values == yaml.safe_load(path.read_text("utf-8"))
    lines = path.read_text("utf-8").splitlines()
    line, column = config.places["productivity", "models", 1, "infeasible"]
    assert lines[line - 1][column - 1 :].startswith("infeasible: super")


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("path: p", "path：p", "line 2, column 7: found the full-width colon `：`"),
        ("path: p.csv\n  columns: {province: city, year: period}", "path：p.csv", "line 2, column 7: found the full-"),
        ("panel:", "panel：", "line 1, column 6: found the full-width colon"),
        ("  main:", "  main：", "line 7, column 7: found the full-width colon"),
        ("5, upper", "5，upper", "line 5, column 23: found the full-width comma `，`, which YAML takes for text;"),
        ("{lower: 5, upper: 95}", "{lower：5，upper：95}", "line 5, column 20: found the full-width colon"),
        ("{lower: 5, upper: 95}", "［5，95］", "line 5, column 14: found the full-width bracket `［`"),
        ("{lower: 5, upper: 95}", "[5，95]", "line 5, column 16: found the full-width comma"),
        ("path: p.csv", "path: “p.csv”", "line 2, column 9: found the curly or full-width quotation mark `“`"),
        ("  path", "\u3000\u3000path", "line 2, column 1: found the full-width blank `U+3000`"),
        ("- y ~ x", "- formula：y ~ x", "line 10, column 16: found the full-width colon"),
        ("- y ~ x", "- {formula：y ~ x}", "line 10, column 17: found the full-width colon"),
        ("  path", "\tpath", "line 2, column 1: found a tab; indent with blanks"),
        ("period}", "period", "line 3, column 12: the bracket { is opened here and not closed"),
        ("path: p", 'path: "p', 'line 2, column 9: the quotation mark " is opened here and never closed'),
        ("path: p", "path:p", "line 2, column 7: no blank after the colon of `path`; write `path: `"),
        ("    columns:\n", "    columns\n", "line 9, column 5: a key without its colon"),
        ("tables:", " tables:", "line 6, column 2: the line is indented otherwise than its block"),
        ("tables:", "tables: " + "[" * 1000, "more than 40 levels of brackets or indentation"),
        ("tables:\n", "".join(f"{' ' * n}a:\n" for n in range(1000)) + "tables:\n", "more than 40 levels"),
        ("tables:", "x: &a [*a]\ntables:", "line 6, column 4: an alias of the block that it stands in has no end"),
        ("path: p.csv", "path: !!python/object:os.system p", "line 2, column 9: the tag"),
        ("path: p.csv", "path: !own p", "line 2, column 9: the tag `!own`"),
        ("path: p", "path: p\1", "line 2, column 10: found the control character U+0001"),
        ("  main:\n", "  main: {}\n  main:\n", "line 8, column 3: the key `tables.main` stands already in line 7"),
        ("tables:\n", "panel: {}\ntables:\n", "line 6, column 1: the key `panel` stands already in line 1"),
        ("year: period", "2013: period", "line 3, column 29: YAML takes the key `2013` for a number; put it in quotes"),
        ("year: period", "no: period", "line 3, column 29: YAML takes the key `no` for a truth value"),
        ("path: p.csv", "path: 2013-13-45", "line 2, column 9: YAML takes 2013-13-45 for a date"),
        ("lower: 5", "lower: 010", "line 5, column 22: YAML takes 010 for another number"),
        ("lower: 5", "lower: !!int x", "line 5, column 22: `x` is taken for a value of the kind int and is none"),
        ("lower: 5", "lower: !!bool x", "line 5, column 22: `x` is taken for a value of the kind bool"),
        ("lower: 5", f"lower: {'9' * 5000}", "line 5, column 22: `9999"),
        ("path: p.csv", 'path: "\\UFFFFFFFF"', "line 2, column 12: an escaped number that no character has"),
        ("- y ~ x | province + year", "- {formula: a, formula: b}", "the key `tables.main, column 1, formula` stands"),
        ("lower: 5", "lower: 1:30", "line 5, column 22: YAML takes 1:30 for another number"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told_with_line_and_column(told, old, new, message):
    assert old in STUDY
    assert message in told(STUDY.replace(old, new, 1))


def test_marks_in_a_title_are_not_blamed_for_a_fault_beside_it(told):
    text = STUDY.replace("title: 主表：", "title: 【主表】：“").replace("    columns:\n", "    columns\n")
    assert told(text).startswith("line 9, column 5: a key without its colon")


def test_a_bracket_with_nothing_behind_it_is_told(told):
    assert told("{\n").startswith("line 2, column 1: a bracket is opened above and not closed")


@pytest.mark.parametrize("text", ["", "# nothing\n", "\n\n"])
def test_an_empty_config_is_told(told, text):
    assert told(text).startswith(": the file")


@pytest.mark.parametrize("text", ["hello", "- a\n- b\n", "3"])
def test_a_config_without_keys_is_told(told, text):
    assert "a config is keys with values" in told(text)


@pytest.mark.parametrize("data", ["café: é ü ñ\n".encode("latin-1"), b"panel: \xff\xfe", "a: 省\n".encode("gbk")[:-2]])
def test_another_encoding_is_told(told, data):
    assert "neither UTF-8 nor UTF-16 nor GBK" in told(data)


def test_aliases_are_written_out_and_merged(tmp_path, monkeypatch):
    (tmp_path / "config.yaml").write_text("a: &x {b: 1, c: [2]}\nd: *x\ne: {<<: *x, b: 3}\n")
    monkeypatch.chdir(tmp_path)
    config = study_config({"a": {"b": 9}}, settings())
    assert config.values == {"a": {"b": 9, "c": [2]}, "d": {"b": 1, "c": [2]}, "e": {"b": 3, "c": [2]}}
    # a value that the command line lays over has no place in the file
    assert ("a", "b") not in config.places
    assert config.places["a",] == (1, 1)
    assert config.places["d",] == (2, 1)
    assert config.places["e", "b"] == (3, 13)


def test_a_folder_without_a_config_is_told(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(
        InputError, match=r"there is no config\.yaml in .*; a config elsewhere is named by --configfile"
    ):
        study_config({}, settings())
    assert study_config({"panel": {"path": "x"}}, settings("other.yaml")).values == {"panel": {"path": "x"}}
    (tmp_path / "config.yaml").write_text("study: {title: A}\n")
    replacing = settings("other.yaml", replace_workflow_config=True)
    assert study_config({"panel": {}}, replacing).values == {"panel": {}}
    assert study_config({}, replacing).values == {"study": {"title": "A"}}


def test_numbers_inside_a_mapping_of_the_command_line_are_numbers(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "config.yaml").write_text("cleaning: {winsorise: {lower: 5, upper: 95}}\n")
    # what Snakemake makes of --config, beside a --configfile
    given = {"cleaning": {"winsorise": {"lower": "1"}, "accept": {"gdp": ["tianjin 2018"]}}, "controls": ["x"], "n": 3}
    written = ["cleaning={winsorise: {lower: 1}}", "controls=[x]", "n=3"]
    assert study_config(given, settings(config_args=written)).values == {
        "cleaning": {"winsorise": {"lower": 1, "upper": 95}, "accept": {"gdp": ["tianjin 2018"]}},
        "controls": ["x"],
        "n": 3,
    }


def test_a_job_that_reads_the_config_again_finds_that_of_its_run(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "config.yaml"
    path.write_text("study: {title: A}\n")
    run = settings(config_args=["controls=[x]"])
    same_config(study_config({"controls": ["x"]}, run).values, {"controls": ["x"]}, run, main=True)
    key, mark = run.config_args[-1].split("=")
    job = {"controls": ["x"], key: mark}
    values = study_config(job, settings()).values
    assert values == {"study": {"title": "A"}, "controls": ["x"]}
    same_config(values, job, settings(), main=False)
    path.write_text("study: {title: B}\n")
    with pytest.raises(InputError, match=r"config\.yaml was edited since this run began"):
        same_config(study_config(job, settings()).values, job, settings(), main=False)
