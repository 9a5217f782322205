"""Config, catalog, panel and raw tables spoilt at random: what is raised is InputError alone, naming the file, and
nothing is written. `test_malformed` spoils single cells and says what has to be read."""

from __future__ import annotations

import copy
import io
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pandas as pd
import pytest
import yaml
from _malformed import CATALOG, EXAMPLE, Table, read, table, xlsx
from _malformed_catalog import SCHEMA, catalog_text
from conftest import ROOT, default_config
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from study.files.catalog_entries import catalog_entry
from study.helpers import InputError, read_rows
from study.plan.catalog import check_catalog
from study.plan.read_config import read_config
from study.plan.refusals import check_study
from study.plan.schema import check_file_names, check_schema, read_schema, with_defaults
from study.plan.study import Study

FEW, MANY = 25, 300
CONFIG_SCHEMA = read_schema(ROOT / "rules/config.schema.yaml")
KEYS = ("gdp", "raw_coal", "robots_china", "employment_2004", "us_employment_1990", "green_patents")
amounts = pytest.mark.parametrize("examples", [FEW, pytest.param(MANY, marks=pytest.mark.slow)])
# What breaks readers: marks of the formats, ends of numbers, names that are others' in file systems.
PIECES = [
    *(",", ";", "\t", "\n", "\r", '"', "\0", "\ufeff", "\u3000", "\x1a", "\u2028", " ", "", "-", "--", "...", "％"),
    *("1e999", "-1e308", "nan", "inf", "9" * 400, "0x10", "１２３", "1,2,3", "²", "①", "1_000", "TRUE", "NA", "#REF!"),
    *(
        "年",
        "2013年",
        "2013",
        "0",
        "20135",
        "省",
        "河北省",
        "合计",
        "注：",
        "单位：",
        "亿元",
        "(万元)",
        "(",
        "）",
        "Year",
    ),
    *("province", "year", "../../etc/passwd", "/dev/zero", "~", "{province}", "%s", "$(id)", "`id`", "con", "a" * 300),
    *(": ", "- ", "&a", "*a", "!!python/object:os.system", "|", "{", "}", "[", "]", "?", "#", "'", "<<: ", "\\", "："),
]
pieces = st.one_of(st.sampled_from(PIECES), st.text(max_size=6))
values = st.recursive(
    st.one_of(
        st.none(), st.booleans(), st.integers(), st.floats(), pieces, st.sampled_from([0, -1, 10**9, 2**70, 1.0, 2.0])
    ),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(pieces, inner, max_size=3)),
    max_leaves=5,
)


def fuzz(check: Callable[[object], None], strategy: st.SearchStrategy, examples: int) -> None:
    """Check examples of a strategy, the same ones at each run."""
    quiet = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.large_base_example]
    settings(max_examples=examples, derandomize=True, deadline=None, database=None, suppress_health_check=quiet)(
        given(strategy)(check)
    )()


@st.composite
def spoilt(draw, good: bytes) -> bytes:
    """Bytes with one to four spans cut, replaced, doubled or moved."""
    data = bytearray(good)
    for _ in range(draw(st.integers(1, 4))):
        at, length = draw(st.integers(0, len(data))), draw(st.one_of(st.integers(0, 4), st.integers(0, 400)))
        span = bytes(data[at : at + length])
        put = draw(st.one_of(st.binary(max_size=4), pieces.map(lambda text: text.encode("utf-8", "surrogatepass"))))
        data[at : at + length] = draw(st.sampled_from([put, span + span, span[::-1], b"", bytes(length)]))
    return bytes(data)


@st.composite
def spoilt_rows(draw, rows: list[list[str]]) -> list[list[str]]:
    """Rows of cells with one to four cells, rows or columns changed."""
    rows = [list(row) for row in rows]
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, len(rows) - 1))
        column = draw(st.integers(0, max(0, len(rows[at]) - 1)))
        how = draw(st.sampled_from(["cell", "cell", "cell", "cut", "twice", "shift", "swap", "column"]))
        if how == "cell" and rows[at]:
            rows[at][column] = draw(pieces)
        elif how == "cut":
            del rows[at][column:]
        elif how == "twice":
            rows.insert(at, list(rows[at]))
        elif how == "shift":
            rows[at].insert(column, draw(pieces))
        elif how == "swap":
            other = draw(st.integers(0, len(rows) - 1))
            rows[at], rows[other] = rows[other], rows[at]
        else:
            rows = [[cell for place, cell in enumerate(row) if place != column] for row in rows]
    return rows


def entries(folder: Path) -> list[Path]:
    return [path for path in sorted(folder.rglob("*")) if ".snakemake" not in path.parts]


# --- config --------------------------------------------------------------------------------------------------------


@cache
def raw_config() -> dict:
    return default_config() | {"inputs": str(EXAMPLE)}


def panel_config() -> dict:
    model = {"name": "gml", "measure": "ddf", "inputs": ["k"], "good_outputs": ["y"], "bad_outputs": ["b"]}
    column = {"formula": "y ~ k + $controls | province + year", "vcov": {"cluster": "province"}, "sample": "k > 1"}
    return {
        "panel": {"path": "panel.csv", "columns": {"province": "city"}},
        "productivity": {"models": [model | {"technology": "window", "width": 3}]},
        "controls": ["b"],
        "tables": {"main": {"columns": [column]}},
        "describe": {"variables": ["y", "k"]},
    }


def paths(value: object, path: tuple = ()) -> list[tuple]:
    """Paths of every key and item below a value."""
    parts = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [found for key, part in parts for found in ((*path, key), *paths(part, (*path, key)))]


@st.composite
def spoilt_config(draw, good: dict) -> dict:
    """A config with one to three of its values changed, put under another key, or left out."""
    config = copy.deepcopy(good)
    for _ in range(draw(st.integers(1, 3))):
        path = draw(st.sampled_from(paths(config) or [()]))
        if not path:
            break
        part = config
        for key in path[:-1]:
            part = part[key]
        how = draw(st.sampled_from(["value", "value", "out", "key"]))
        if how == "value":
            part[path[-1]] = draw(values)
        elif how == "key" and isinstance(part, dict):
            part[draw(pieces)] = part.pop(path[-1])
        else:
            del part[path[-1]]
    return config


def start(folder: Path, given_config: dict) -> None:
    """What the Snakefile does with a config before any job."""
    check_schema(given_config, CONFIG_SCHEMA)
    check_file_names(given_config)
    check_study(Study(with_defaults(given_config, CONFIG_SCHEMA), ROOT, ()), main=False)


PANEL = ["city,year,y,k,b", *(f"{unit},{year},{year - 2000 + place},{place + 2},{3 * place + 1}"
         for place, unit in enumerate(("北京", "b", "c d", "-e")) for year in range(2013, 2018))]  # fmt: skip


@pytest.fixture
def folder(tmp_path, monkeypatch) -> Path:
    """A study's folder, the working directory, with a panel."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "panel.csv").write_text("\n".join(PANEL) + "\n", "utf-8")
    return tmp_path


@amounts
@pytest.mark.parametrize("good", [raw_config, panel_config], ids=["raw", "panel"])
def test_values_of_a_config_at_random(folder, good, examples):
    start(folder, good())
    before = entries(folder)

    def check(config: dict) -> None:
        try:
            start(folder, config)
        except InputError as error:
            assert str(error)
        assert entries(folder) == before

    fuzz(check, spoilt_config(good()), examples)


@amounts
def test_bytes_of_a_config_at_random(folder, examples):
    path = folder / "config.yaml"
    good = yaml.safe_dump(panel_config(), allow_unicode=True).encode()

    def check(data: bytes) -> None:
        path.write_bytes(data)
        try:
            config = read_config(path).values
        except InputError as error:
            assert str(path) in str(error)
            return
        try:
            start(folder, config)
        except InputError as error:
            assert str(error)

    fuzz(check, spoilt(good), examples)


# --- catalog -------------------------------------------------------------------------------------------------------


@amounts
def test_bytes_of_the_catalog_at_random(tmp_path, examples):
    path = tmp_path / "catalog.csv"
    good = "".join(catalog_text().splitlines(keepends=True)[:5]).encode()

    def check(data: bytes) -> None:
        path.write_bytes(data)
        try:
            rows = read_rows(path)
            check_catalog(rows, SCHEMA)
            for row in rows:
                catalog_entry(row)
        except InputError as error:
            assert path.name in str(error)

    fuzz(check, spoilt(good), examples)


# --- panel ---------------------------------------------------------------------------------------------------------


def panel_bytes(ending: str) -> bytes:
    """The panel in one of the formats."""
    cells = [line.split(",") for line in PANEL]
    if ending == "csv":
        return ("\n".join(PANEL) + "\n").encode()
    if ending == "xlsx":
        return xlsx(Table("panel", cells).typed())
    frame = pd.DataFrame(cells[1:], columns=cells[0]).astype(dict.fromkeys("ykb", float) | {"year": int})
    file = io.BytesIO()
    if ending == "dta":
        frame.to_stata(file, write_index=False, version=118, value_labels={"b": {1: "one", 4: "four"}})
    else:
        frame.to_parquet(file)
    return file.getvalue()


def check_panel_file(folder: Path, path: Path) -> None:
    config = panel_config()
    config["panel"]["path"] = path.name
    before = entries(folder)
    try:
        start(folder, config)
    except InputError as error:
        assert path.name in str(error)
    assert entries(folder) == before


@amounts
@pytest.mark.parametrize("ending", ["csv", "xlsx", "dta", "parquet"])
def test_bytes_of_a_panel_at_random(folder, ending, examples):
    path = folder / f"spoilt.{ending}"

    def check(data: bytes) -> None:
        path.write_bytes(data)
        check_panel_file(folder, path)

    fuzz(check, spoilt(panel_bytes(ending)), examples)


@amounts
def test_cells_of_a_panel_at_random(folder, examples):
    path = folder / "spoilt.csv"

    def check(rows: list[list[str]]) -> None:
        path.write_bytes(Table("panel", rows).text().encode("utf-8", "surrogatepass"))
        check_panel_file(folder, path)

    fuzz(check, spoilt_rows([line.split(",") for line in PANEL]), examples)


# --- raw tables ----------------------------------------------------------------------------------------------------


def check_raw_file(path: Path, key: str, data: bytes) -> None:
    path.write_bytes(data)
    before = entries(path.parent)
    try:
        assert read([path], key)
    except InputError as error:
        assert path.name in str(error)
    assert entries(path.parent) == before


@amounts
@pytest.mark.parametrize("key", KEYS)
def test_bytes_of_a_raw_table_at_random(tmp_path, key, examples):
    good = table(key).csv()
    path = tmp_path / Path(CATALOG[key].file).name
    fuzz(lambda data: check_raw_file(path, key, data), spoilt(good), examples)


@amounts
@pytest.mark.parametrize("key", KEYS)
def test_cells_of_a_raw_table_at_random(tmp_path, key, examples):
    path = tmp_path / Path(CATALOG[key].file).name
    fuzz(
        lambda rows: check_raw_file(path, key, Table(key, rows).text().encode("utf-8", "surrogatepass")),
        spoilt_rows(table(key).rows),
        examples,
    )
