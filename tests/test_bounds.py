"""Absurd input is refused in time and memory: with one message, its file's name, and before its data is read.

The files are read in one process of their own, whose peak memory is asserted; a hang ends by the process's time limit.
"""

from __future__ import annotations

import gzip
import json
import os
import struct
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from conftest import ROOT, default_config, snakemake, write_config
from pyarrow import parquet
from study.files.bounds import (
    LONGEST_CELL,
    MOST_CELLS_READ,
    MOST_ELEMENTS,
    MOST_MEMBERS,
    MOST_SHEETS,
    check_archive,
    most_cells,
)
from study.files.data_sets import _check_parquet
from study.files.panel import TIMES_LARGER
from study.helpers import MOST_SAID, InputError
from study.plan.schema import read_schema

MOST_MEMORY = 500  # MB
SCHEMA = read_schema(ROOT / "rules/config.schema.yaml")
SHEET = "xl/worksheets/sheet1.xml"
SPREADSHEET = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
RELATIONSHIPS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"

# A line of JSON in, reader and path; a line out, what the InputError says, and the process's peak memory in MB.
READER = """
import json, re, signal, sys
from pathlib import Path
from _malformed import read
from study.files.panel import read_panel, unit_slugs
from study.helpers import InputError

def panel(path):
    header, rows, _ = read_panel(path)
    unit_slugs(header, rows, path)

for line in sys.stdin:
    signal.alarm(120)  # ends the process: a hang
    reader, path = json.loads(line)
    try:
        panel(path) if reader == "panel" else read([Path(path)], reader)
        said = "no error"
    except InputError as error:
        said = str(error)
    peak = re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())
    print(json.dumps([said, int(peak[1]) // 1024]), flush=True)
"""


@pytest.fixture(scope="module")
def refusal():
    """(reader, path) -> what it says; a reader is `panel` or a key of the catalog."""
    paths = os.pathsep.join(str(ROOT / name) for name in ("scripts", "tests"))
    child = subprocess.Popen(
        [sys.executable, "-c", READER],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=os.environ | {"PYTHONPATH": paths},
    )

    def said(reader: str, path: Path) -> str:
        print(json.dumps([reader, str(path)]), file=child.stdin, flush=True)
        answer = child.stdout.readline()
        assert answer, f"{path}: the reader has died or hung"
        message, peak = json.loads(answer)
        assert peak < MOST_MEMORY, message
        assert str(path) in message and len(message) <= sum(MOST_SAID) + 10, message
        return message

    yield said
    child.stdin.close()
    child.wait(timeout=60)


def workbook(
    path: Path, sheet: bytes, sheets: int = 1, shared: bytes = b"", declared: int = 0, columns: bytes = b""
) -> Path:
    """A workbook of the XML of a sheet's rows; `declared`: its size by the directory, if not the true one; `columns`:
    what stands before the rows."""
    kinds = {"rels": "package.relationships", "xml": "officedocument.spreadsheetml"}
    listed = "".join(f'<sheet name="S{n}" sheetId="{n}" r:id="a"/>' for n in range(1, sheets + 1))
    parts = {
        "[Content_Types].xml": '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        + "".join(
            f'<Override PartName="/xl/{name}.xml" '
            f'ContentType="application/vnd.openxmlformats-{kinds["xml"]}.{kind}+xml"/>'
            for name, kind in (("workbook", "sheet.main"), ("sharedStrings", "sharedStrings"))
        )
        + "</Types>",
        "_rels/.rels": f'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        f'<Relationship Id="a" Type="{RELATIONSHIPS}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/'
        f'relationships"><Relationship Id="a" Type="{RELATIONSHIPS}/worksheet" Target="worksheets/sheet1.xml"/>'
        "</Relationships>",
        "xl/workbook.xml": f'<workbook {SPREADSHEET} xmlns:r="{RELATIONSHIPS}"><sheets>{listed}</sheets></workbook>',
        "xl/sharedStrings.xml": b"<sst " + SPREADSHEET.encode() + b">" + shared + b"</sst>",
        SHEET: b"<worksheet %s>%s<sheetData>%s</sheetData></worksheet>" % (SPREADSHEET.encode(), columns, sheet),
    }
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in parts.items():
            archive.writestr(name, text)
        archive.getinfo(SHEET).file_size = declared or archive.getinfo(SHEET).file_size
    return path


def far(rows: int) -> bytes:
    """Rows with one cell, in the last column that there is."""
    return b"".join(b'<row r="%d"><c r="XFD%d"><v>1</v></c></row>' % (row, row) for row in range(1, rows + 1))


TEXT = b"<si><t>%s</t></si>"


def dense(element: bytes, count: int, letters: bytes) -> bytes:
    """So many times the element, with 1,200 random letters in `letters` after each 200 kB: 150 times its packing."""
    random = np.random.default_rng(1)
    block, times = element * (200_000 // len(element)), count * len(element) // 200_000 + 1
    return b"".join(block + letters % random.integers(97, 123, 1200, "u1").tobytes() for _ in range(times))


def text(*rows: str) -> Callable[[Path], object]:
    return lambda path: path.write_text("\n".join(rows) + "\n", "utf-8")


def data_set(rows: int, **columns: object) -> Callable[[Path], object]:
    return lambda path: parquet.write_table(pa.table(columns).take(pa.array(np.zeros(rows, "i4"))), path)


def long_texts(path: Path) -> None:
    """One text of 20,000 letters in 20,000 cells, stored once."""
    cells = pa.DictionaryArray.from_arrays(pa.array(np.zeros(20_000, "i4")), pa.array(["x" * 20_000]))
    parquet.write_table(pa.table({"province": cells, "year": np.full(20_000, 2013)}), path, store_schema=False)


def many_observations(path: Path) -> None:
    """A Stata file whose header promises two billion."""
    pd.DataFrame({"province": ["x"], "year": [2013]}).to_stata(path, write_index=False, version=118)
    data = path.read_bytes()
    at = data.index(b"<N>") + 3
    path.write_bytes(data[:at] + struct.pack("<Q", 2 * 10**9) + data[at + 8 :])


def narrow_cells(path: Path) -> None:
    """A Stata file of 4.2 million cells of one byte, which take eight each as numbers."""
    pd.DataFrame(np.zeros((100_000, 42), "i1")).add_prefix("x").to_stata(path, write_index=False)


def sparse(path: Path) -> None:
    with path.open("wb") as file:
        file.truncate(10 * 2**30)


def hole(path: Path, begin: bytes) -> None:
    """1.9 GB of nothing after the begin."""
    path.write_bytes(begin)
    os.truncate(path, 1_900 * 2**20)


def wide(count: int) -> tuple[str, str]:
    return ",".join(f"x{n}" for n in range(count)), ",".join(["1.5"] * count)


NAMES, FIGURES = wide(200_000)
KEPT, KEPT_FIGURES = wide(60_000)
YEARS = ",".join(f"{2000 + n % 23}年" for n in range(60_000))

# name of the file -> how it is made, who reads it, what is said
CASES: dict[str, tuple[Callable[[Path], object], str, str]] = {
    "columns.csv": (text(f"province,year,{NAMES}", f"a,2013,{FIGURES}"), "panel", "row 1: more than 120,000 columns"),
    "columns_of_years.csv": (text(f"地区,{FIGURES}", f"河北省,{FIGURES}"), "gdp", "row 1: more than 120,000 columns"),
    "columns_of_counts.csv": (text(f"地区,{NAMES}", f"河北省,{FIGURES}"), "employment_2004", "more than 120,000 colu"),
    # fewer than are read: a reader that goes over them for each of them would not end
    "column_twice.csv": (text(f"province,year,x0,{KEPT}", f"a,2013,1,{KEPT_FIGURES}"), "panel", "are called x0"),
    "no_unit.csv": (text(f"name,year,{KEPT}", f"a,2013,{KEPT_FIGURES}"), "panel", "no column 'province'"),
    "wide.csv": (text(f"name,{KEPT.replace('x', 'y20')}", f"a,{KEPT_FIGURES}"), "panel", "the file is wide"),
    "census.csv": (text(f"地区,{YEARS}", *[f"{p},{KEPT_FIGURES}" for p in ("河北省", "山西省")]), "employment_2004",
                   "neither the columns nor the title"),
    "commas.csv": (text("," * 10**6), "gdp", "row 1: more than 120,000 columns"),
    "lines.csv": (text("a" + "\n" * 5 * 10**6), "gdp", "more than 4,000,000 cells"),
    "cells.csv": (text("a" + ",\n" * 4_100_000), "gdp", "more than 4,000,000 cells"),
    "long_cell.csv": (text("province,year", f"{'x' * (LONGEST_CELL + 1)},1"), "panel", "row 2: a cell of 10,001 char"),
    "period.csv": (text("province,year", f"a,{'9' * 5000}"), "panel", "a period of 5,000 characters"),
    "unit.csv": (text("province,year,x,y", f"{'市' * 100},2013,1,1"), "panel", "has 300 bytes; file names take 240"),
    "sparse.csv": (sparse, "gdp", "10240 MB"),
    "panel.csv": (sparse, "panel", "10240 MB"),
    "hole.csv": (lambda path: hole(path, b""), "panel", "the first 64 MB of the file are empty"),
    "hole_below.csv": (lambda path: hole(path, b"province,year,x\na,2013,1\n"), "panel", "this is no text file"),
    "hole_utf16.csv": (lambda path: hole(path, "province,year,x\n".encode("utf-16")), "panel", "this is no text file"),
    "line.csv": (lambda path: path.write_bytes(b"province,year,x\n" + b"a," * 20 * 2**20), "panel", "than 16 MB"),
    "pipe.csv": (os.mkfifo, "gdp", "file not found"),
    "device.csv": (lambda path: path.symlink_to("/dev/zero"), "panel", "file not found"),
    "loop.csv": (lambda path: path.symlink_to(path.name), "employment_2004", "file not found"),
    "packed.csv": (lambda path: path.write_bytes(gzip.compress(b"0" * 10**7)), "panel", "gzip archive; unpack it"),
    "unpacks.xlsx": (lambda path: workbook(path, b"<row/>", declared=2**31), "gdp", "unpacks to 2,048 MB"),
    "row.xlsx": (lambda path: workbook(path, b"<row>" + b"<c/>" * 10**6 + b"</row>"), "panel", "times its size"),
    "rows.xlsx": (lambda path: workbook(path, b"<row/>" * 10**6), "gdp", "times its size"),
    "texts.xlsx": (lambda path: workbook(path, b"<row/>", shared=b"<si/>" * 10**6), "gdp", "times its size"),
    "dense_row.xlsx": (lambda path: workbook(path, b"<row>" + dense(b"<c/>", 10**6, b"<c x='%s'/>") + b"</row>"),
                       "gdp", "sheet1.xml in it lists more than 1,000,000 formats and names"),
    "dense_columns.xlsx": (lambda path: workbook(path, b"<row/>", columns=dense(b"<col/>", 10**6, b"<col x='%s'/>")),
                           "gdp", "sheet1.xml in it lists more than 1,000,000 formats and names"),
    "dense_texts.xlsx": (lambda path: workbook(path, b"<row/>", shared=dense(b"<si/>", 4 * 10**6, TEXT)),
                         "gdp", "sharedStrings.xml in it lists more than 4,000,000 texts"),
    "far.xlsx": (lambda path: workbook(path, far(300)), "gdp", "more than 4,000,000 cells, blank ones counted"),
    "row_number.xlsx": (lambda path: workbook(path, far(1) + b'<row r="900000000"><c/></row>'), "gdp", "1,048,576 r"),
    "sheets.xlsx": (lambda path: workbook(path, b"<row/>", sheets=MOST_SHEETS + 1), "panel", "more than 4,096 sheets"),
    "formats.xlsx": (lambda path: workbook(path, b"<row/>", sheets=10**6 // 40), "panel", "more than 4,096 sheets"),
    "directory.xlsx": (lambda path: path.write_bytes(b"PK\3\4" + b"PK\1\2" * (MOST_MEMBERS + 1)), "gdp", "50,000 f"),
    "rows.parquet": (data_set(4_000_001, x=[1]), "panel", "more than 4,000,000 cells, blank ones counted; is this the "
                     "right file? As csv, a panel of few different values may have more."),
    "texts.parquet": (long_texts, "panel", "text of more than 256 million characters"),
    "list.parquet": (data_set(1, province=[[0] * 10**6]), "panel", "column province: found 'list<"),
    "observations.dta": (many_observations, "panel", "cannot be read, damaged or cut off"),
    "narrow.dta": (narrow_cells, "gdp", "more than 4,000,000 cells"),
}  # fmt: skip


@pytest.mark.skipif(sys.platform != "linux", reason="peak memory is read from /proc")
@pytest.mark.parametrize("name", CASES)
def test_absurd_tables_are_refused_in_little_memory(tmp_path, refusal, name):
    make, reader, expected = CASES[name]
    make(tmp_path / name)
    assert expected in refusal(reader, tmp_path / name)


def test_a_panel_of_indicators_is_read_as_parquet(tmp_path):
    random = np.random.default_rng(1)
    columns = {f"d{n}": random.integers(0, 2, 200_000, "i1") for n in range(30)}
    parquet.write_table(pa.table(columns | {"x": random.random(200_000)}), path := tmp_path / "panel.parquet")
    with parquet.ParquetFile(path) as file:
        _check_parquet(path, file, most_cells(path.stat().st_size, TIMES_LARGER))
        with pytest.raises(InputError, match="more than 4,000,000 cells"):
            _check_parquet(path, file, MOST_CELLS_READ)


def test_rows_of_any_number_and_name_space_are_read(tmp_path):
    rows = dense(b"<x:row><x:c/></x:row>", 400_000, b"<x:row><x:c x='%s'/></x:row>")
    assert rows.count(b"<") > MOST_ELEMENTS
    assert SHEET in check_archive(workbook(tmp_path / "rows.xlsx", rows))


# --- the real command ----------------------------------------------------------------------------------------------

COMMAND = """
import atexit, re, sys
from pathlib import Path
from snakemake.cli import main
peak = lambda: re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())[1]
atexit.register(lambda: print("peak", peak()))
main(sys.argv[1:])
"""


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="peak memory is read from /proc")
@pytest.mark.parametrize(
    "name", ["columns.csv", "unit.csv", "row.xlsx", "texts.parquet", "observations.dta", "pipe.csv"]
)
def test_the_command_refuses_an_absurd_panel(tmp_path, name):
    make, _, expected = CASES[name]
    make(tmp_path / name)
    model = {"name": "gml", "measure": "ddf", "inputs": ["x"], "good_outputs": ["y"], "bad_outputs": []}
    write_config(tmp_path, {"panel": {"path": name}, "productivity": {"models": [model]}})
    arguments = ["--snakefile", str(ROOT / "Snakefile"), "--directory", str(tmp_path), "--dry-run"]
    run = subprocess.run([sys.executable, "-c", COMMAND, *arguments], capture_output=True, text=True, timeout=300)
    said = run.stdout + run.stderr
    assert run.returncode and f"{name}" in said and expected in said and "Traceback" not in said, said
    assert int(run.stdout.rpartition("peak ")[2]) < MOST_MEMORY * 1024
    assert not (tmp_path / "results").exists()


def test_the_command_refuses_a_billion_blocks(tmp_path):
    config = default_config()
    config["productivity"]["bootstrap"] = {"blocks": 10**9}
    write_config(tmp_path, config)
    run = snakemake(ROOT / "Snakefile", tmp_path, "--dry-run")
    said = run.stdout + run.stderr
    assert run.returncode and "productivity.bootstrap.blocks: 1000000000 is greater than the maximum of 5000" in said
