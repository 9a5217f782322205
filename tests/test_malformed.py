"""Malformed raw inputs: each is refused with one clear message that names file and place, and nothing is written."""

from __future__ import annotations

import math
import re
import shutil
import time
import unicodedata
from collections.abc import Callable
from pathlib import Path

import pytest
from _malformed import CATALOG, EXAMPLE, NAMES, PROVINCES, ROOT, YEARS, Case, clean, read, table, tables_of, xlsx
from _malformed_books import WORKBOOKS
from _malformed_catalog import CATALOGS, FOLDERS, ROWS, SCHEMA, TEXTS, catalog_text, read_catalog, read_folder
from _malformed_cells import CELLS
from _malformed_energy import ENERGY
from _malformed_files import FILES
from _malformed_forms import FORMED
from _malformed_others import OTHERS
from _malformed_shapes import SHAPES, of_year
from conftest import copy_workflow, small_config, snakemake, write_config
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from study.files.catalog_entries import catalog_entry
from study.helpers import InputError
from study.plan.catalog import check_catalog
from study.words.regions import known_province
from study.words.years import year_of

CAPITAL = Case(
    "capital: a formula",
    "investment_price_index",
    lambda t: xlsx([*t.typed()[:4], ["=A1"], *t.typed()[4:]]),
    "row 5, column A: found the formula",
)
CASES = [CAPITAL, *FILES, *CELLS, *SHAPES, *FORMED, *WORKBOOKS, *OTHERS, *ENERGY]
LONGEST = 8000  # characters of a message: twenty lines of figures
quick = settings(deadline=None, derandomize=True, max_examples=60)


def refused(run: Callable[[], object], says: str, *names: str) -> str:
    """The message of the InputError that the run raises within five seconds; it matches `says` and has all `names`."""
    started = time.process_time()
    with pytest.raises(InputError) as caught:
        run()
    message = str(caught.value)
    assert time.process_time() - started < 5
    assert re.search(says, message, re.DOTALL), message
    assert all(name in message for name in names), message
    assert "Traceback" not in message and len(message) < LONGEST
    return message


def test_every_case_has_a_name_of_its_own():
    names = [*(case.name for case in CASES), *(name for name, *_ in (*CATALOGS, *TEXTS, *FOLDERS))]
    assert len(set(names)) == len(names) >= 170


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_malformed_table_is_refused_with_file_and_place(tmp_path, case: Case):
    path = case.write(tmp_path)
    before = sorted(tmp_path.rglob("*"))
    refused(lambda: read([path], case.key), case.says, str(path), *([case.where(path)] if case.cell else []))
    assert sorted(tmp_path.rglob("*")) == before


def test_the_good_tables_are_read(tmp_path):
    for key in sorted({case.key for case in CASES} - {"co2_inventory"}):
        assert read([tables_of(tmp_path, {key: table(key)})[key]], key)


def test_a_file_cut_off_inside_its_last_figure_is_warned_of(tmp_path, caplog):
    """What is left of a figure is one, so that nothing but the missing line end shows it."""
    path = tmp_path / "gdp.csv"
    path.write_bytes(table("gdp").csv().partition('"注'.encode("gbk"))[0].rstrip()[:-1])
    read([path], "gdp")
    last = table("gdp").rows[34][-1][:-1]
    assert f"{path}, row 35: the file ends with '{last}', without a line end" in caplog.text


# --- two tables of a theme ----------------------------------------------------------------------------------------

PAIRS = [
    (
        "a row of GDP of another vintage",
        {"gdp": of_year({"河北": 1.42}, 2015), "gdp_index": None},
        "hebei 2015: GDP grew by",
    ),
    (
        "an index of another base, in one cell",
        {"gdp": None, "gdp_index": lambda t: t.put("河北", 2015, "145")},
        "hebei 2015: GDP grew by .* the index is 145",
    ),
    (
        "a sector mistyped",
        {
            "gdp": None,
            "value_added_primary": None,
            "value_added_secondary": None,
            "value_added_tertiary": lambda t: t.put("河北", 2015, lambda v: 1.1 * v),
        },
        "hebei 2015: primary .* add up to",
    ),
    (
        "sectors of another vintage",
        {
            "gdp": lambda t: t.scale(1.03),
            "value_added_primary": None,
            "value_added_secondary": None,
            "value_added_tertiary": None,
        },
        "So are 299 more cells",
    ),
    (
        "final for total consumption",
        {"raw_coal": lambda t: t.scale(0.2), "energy_total": None},
        "raw coal is .* of all energy consumption .* Is it final consumption",
    ),
]


@pytest.mark.parametrize(("changes", "says"), [case[1:] for case in PAIRS], ids=[case[0] for case in PAIRS])
def test_tables_that_contradict_each_other_are_refused(tmp_path, changes, says):
    clean(tables_of(tmp_path, {key: table(key) for key in changes}))
    tables = {key: change(table(key)) if change else table(key) for key, change in changes.items()}
    refused(lambda: clean(tables_of(tmp_path, tables)), says)


# --- catalog and folder -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("change", "says"), [case[1:] for case in CATALOGS], ids=[case[0] for case in CATALOGS])
def test_a_malformed_row_of_the_catalog_is_refused(change, says):
    refused(lambda: read_catalog(catalog_text(change)), says, "resources/catalog.csv")


@pytest.mark.parametrize(("change", "says"), [case[1:] for case in TEXTS], ids=[case[0] for case in TEXTS])
def test_a_catalog_that_is_no_table_is_refused(change, says):
    refused(lambda: read_catalog(change(catalog_text())), says, "resources/catalog.csv")


def test_the_catalog_as_it_is_fits():
    read_catalog(catalog_text())


@pytest.mark.parametrize(("build", "choice", "says"), [case[1:] for case in FOLDERS], ids=[case[0] for case in FOLDERS])
def test_files_that_are_not_where_they_should_be_are_told(tmp_path, build, choice, says):
    folder = tmp_path / "raw"
    folder.mkdir()
    build(folder)
    refused(lambda: read_folder(folder, "gdp", choice), says)


# --- fuzzing ------------------------------------------------------------------------------------------------------

GOOD = table("gdp").csv()


@pytest.fixture(scope="module")
def truth(tmp_path_factory) -> dict[tuple[str, int], tuple[float, int]]:
    """Province and year -> value and whether it is imputed, of the good table of GDP."""
    return figures(tmp_path_factory.mktemp("good") / "gdp.csv", GOOD)


def figures(path: Path, data: bytes) -> dict[tuple[str, int], tuple[float, int]]:
    """The cells that are read from bytes; tidy, whatever they say."""
    path.write_bytes(data)
    rows = read([path], "gdp")
    cells = {(province, year): (value, imputed) for province, year, _, value, imputed in rows}
    assert set(cells) == {(province, year) for province in PROVINCES for year in YEARS} and len(rows) == len(cells)
    assert all(0 < value < math.inf and imputed in (0, 1) for value, imputed in cells.values())
    return cells


@st.composite
def spoilt_bytes(draw):
    """(The good file with one to three spans of bytes cut, put in or replaced, their number)."""
    data, count = bytearray(GOOD), draw(st.integers(1, 3))
    for _ in range(count):
        at = draw(st.integers(0, len(data) - 1))
        put = draw(
            st.one_of(st.binary(max_size=3), st.sampled_from([b",", b"\n", b'"', b"\0", b";", b"\t", b"-", b"0"]))
        )
        data[at : at + draw(st.integers(0, 3))] = put
    return bytes(data), count


@quick
@given(spoilt=spoilt_bytes())
def test_bytes_at_random_change_no_row_but_their_own(truth, tmp_path_factory, spoilt):
    data, count = spoilt
    try:
        read_back = figures(tmp_path_factory.mktemp("fuzz") / "gdp.csv", data)
    except InputError:
        return
    assert len({cell[0] for cell in truth if read_back[cell] != truth[cell]}) <= count


SAME = [
    *(lambda t: t, lambda t: f" {t} ", lambda t: f"\u3000{t}\xa0", lambda t: f"{float(t):,.2f}", lambda t: f"+{t}"),
    *(lambda t: t.translate({ord(c): ord(c) + 0xFEE0 for c in "0123456789."}), lambda t: f"{float(t):.6e}"),
    *(lambda t: f"{t}000", lambda t: f"000{t}", lambda t: f"\ufeff{t}"),
]


@quick
@given(
    row=st.integers(0, 30),
    column=st.integers(1, 23),
    text=st.one_of(
        st.sampled_from(SAME),
        st.text(max_size=12),
        st.from_regex(r"[-+]?[0-9]{1,6}([.,][0-9]{1,3}){0,2}[eE%亿*]?[0-9]?", fullmatch=True),
        st.floats().map(repr),
    ),
)
def test_a_cell_at_random_is_read_as_it_says_or_refused(truth, tmp_path_factory, row, column, text):
    good = table("gdp")
    at = good.body[row]
    cell = good.rows[at][column]
    if callable(text):
        text = text(cell or "1")
        same = bool(cell)
    else:
        same = False
    good.rows[at][column] = text
    place = known_province(good.rows[at][0], NAMES), year_of(good.rows[good.head][column])
    try:
        read_back = figures(tmp_path_factory.mktemp("fuzz") / "gdp.csv", good.csv("utf-8"))
    except InputError:
        assert not same, text
        return
    others = {cell for cell in truth if read_back[cell] != truth[cell]} - {place}
    # an empty cell is filled by its neighbours, and one that was empty is filled no longer
    assert all(truth[cell][1] or read_back[cell][1] for cell in others)
    if place in truth and not read_back[place][1]:
        plain = unicodedata.normalize("NFKC", text).replace(",", "").replace("\ufeff", "").strip()
        assert read_back[place][0] == pytest.approx(float(plain), rel=1e-12)


@quick
@given(
    name=st.sampled_from(sorted(ROWS[0])),
    text=st.one_of(
        st.text(max_size=15),
        st.from_regex(r"(\.\./|/|~|[a-z]{1,4}/){0,3}[a-z.]{1,5}\.[a-z]{0,4}", fullmatch=True),
        st.from_regex(r"亿元=-?[0-9.e]{1,5}(;万元=[0-9.e-]{1,5})?", fullmatch=True),
        st.floats().map(repr),
    ),
)
def test_a_cell_of_the_catalog_at_random_is_safe_or_refused(name, text):
    assume("\r" not in text)
    row = dict(ROWS[0]) | {name: text}
    try:
        check_catalog([row], SCHEMA)
        entry = catalog_entry(row)
    except InputError as error:
        assert "resources/catalog.csv" in str(error)
        return
    inputs = Path("/inputs")
    assert (inputs / entry.file).resolve() != inputs and (inputs / entry.file).resolve().is_relative_to(inputs)
    assert all(0 < factor < math.inf for factor in entry.conversion.values())
    assert re.fullmatch("[a-z][a-z0-9_]*", entry.key)


# --- the real command ---------------------------------------------------------------------------------------------

# name of a case above -> the file of results that must not be there
SPOILT = {
    "text 'n.d.'": "gdp",
    "loans: negative loans": "loans",
    "unit of raw_coal: final consumption": "raw_coal",
    "electricity: a figure a fifth too large": "electricity",
    "a login page as robots": "robots_china",
    "census: a division twice": "employment_2004",
    "US employment: persons above thousands": "us_employment_1990",
    "capital: a formula": "investment_price_index",
}


def test_the_command_refuses_with_file_and_place_and_writes_nothing(tmp_path):
    cases = {case.name: case for case in CASES}
    study, config = tmp_path / "study", small_config()
    shutil.copytree(EXAMPLE, study / "raw")
    write_config(study, config)
    targets = [f"results/clean/{name}.csv" for name in (*SPOILT.values(), "employment", "robots_us")]
    run = snakemake(ROOT / "Snakefile", study, "--cores", "2", *targets)
    assert run.returncode == 0, run.stdout + run.stderr
    before = {path: path.read_bytes() for path in (study / "results" / "clean").glob("*.csv")}
    for name in SPOILT:
        case = cases[name]
        path = study / "raw" / CATALOG[case.key].file
        path.write_bytes(case.write(tmp_path).read_bytes())
    run = snakemake(ROOT / "Snakefile", study, "--cores", "2", "--keep-going", *targets)
    said = run.stdout + run.stderr
    assert run.returncode != 0 and "Traceback" not in said, said
    for name, output in SPOILT.items():
        case = cases[name]
        message = re.search(rf"Error in clean_\w+: (.*raw/{CATALOG[case.key].file}.*?)\n\n", said, re.DOTALL)
        assert message and re.search(case.says, message[1], re.DOTALL), f"{name}\n{said}"
        assert said.count(message[1]) == 1
        assert not (study / "results" / "clean" / f"{output}.csv").exists()
    assert {path: path.read_bytes() for path in (study / "results" / "clean").glob("*.csv")} == {
        path: data for path, data in before.items() if path.stem not in SPOILT.values()
    }


def test_the_command_refuses_a_catalog_that_leads_out_of_the_folder(tmp_path):
    snakefile = copy_workflow(tmp_path / "workflow")
    study = tmp_path / "study"
    study.mkdir()
    write_config(study, small_config())
    text = catalog_text(lambda rows: rows[0].update(file="../../gdp.csv"))
    (snakefile.parent / "resources" / "catalog.csv").write_text(text, "utf-8")
    run = snakemake(snakefile, study, "--cores", "2", "--dry-run")
    said = run.stdout + run.stderr
    assert run.returncode != 0 and "Traceback" not in said, said
    assert "resources/catalog.csv, row 2, column file: '../../gdp.csv'" in said
    assert not (study / "results").exists()
