"""Malformed inputs, rows of resources/catalog.csv and the inputs folder: tricks with paths, files twice or missing."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from pathlib import Path

import yaml
from _malformed import CATALOG, RESOURCES, ROOT, TABLES, Table, clean_source, table, xlsx
from study.files.catalog_entries import catalog_entry, require_files
from study.helpers import read_rows
from study.plan.catalog import check_catalog
from study.plan.sources import find_sources

SCHEMA = yaml.safe_load((ROOT / "rules" / "catalog.schema.yaml").read_text("utf-8"))
ROWS = read_rows(RESOURCES / "catalog.csv")
GDP = 2  # row of the catalog


def read_catalog(text: str) -> None:
    """A catalog read and checked as Snakemake does when it reads the config, then as the rules read its rows."""
    rows = list(csv.DictReader(io.StringIO(text)))
    check_catalog(rows, SCHEMA)
    for row in rows:
        catalog_entry(row)


def catalog_text(change: Callable[[list[dict]], object] = lambda rows: None) -> str:
    """The catalog as text, its rows changed in place."""
    rows = [dict(row) for row in ROWS]
    change(rows)
    file = io.StringIO(newline="")
    writer = csv.DictWriter(file, list(dict.fromkeys(name for row in rows for name in row)), restval="")
    writer.writeheader()
    writer.writerows(rows)
    return file.getvalue()


def cell(**cells: str):
    """A change of cells of GDP's row."""
    return lambda rows: rows[GDP - 2].update(cells)


# name, change, what is said besides the row; of the row of GDP
PATHS = [
    *("../gdp.csv", "yearbook/../../gdp.csv", "./gdp.csv", "yearbook/./gdp.csv", "/etc/passwd.csv", "//host/gdp.csv"),
    *("~/gdp.csv", "~root/gdp.csv", "..\\gdp.csv", "yearbook\\gdp.csv", "C:/gdp.csv", "C:\\gdp.csv", "file:///gdp.csv"),
    *(
        "yearbook/gdp",
        "yearbook/",
        "..",
        ".",
        " gdp.csv",
        "gdp*.csv",
        "gdp?.csv",
        "gdp|x.csv",
        '"gdp".csv',
        "<gdp>.csv",
    ),
    *(
        "gdp.csv\x00.xlsx",
        "gdp.csv\n",
        "year\nbook/gdp.csv",
        "yearbook/\tgdp.csv",
        "$HOME/../gdp.csv",
        "yearbook/gdp.CSV",
    ),
    *("yearbook//../gdp.csv", "a/..", "{key}.csv"),
]
CONVERSIONS = [
    *(
        "亿元",
        "=1",
        "亿元=",
        "亿元=x",
        "亿元=0",
        "亿元=-1",
        "亿元=1e999",
        "亿元=nan",
        "亿元=inf",
        "亿元=1,5",
        "亿元=1;",
        "亿元=1;万元",
    ),
    *("亿元=1;万元=0", "亿元==", "亿元=1e", "亿元=.", "亿元=+-1", "亿元=0x10", "亿元=1;亿元=2", "亿元=０.1"),
]
CELLS = [
    ("key", ["", "GDP", "g d p", "gdp-1", "1gdp", "../gdp", "gdp_index", "国内"]),
    ("theme", ["", "Accounts", "a/b", "accounts accounts"]),
    ("title_en", [""]),
    ("unit", [""]),
    ("where", [""]),
    ("years", ["20-", "2000-201", "2000 2017", "x", "2000--2017", "2022-2000"]),
    ("sign", ["negative", "Positive", "+", "zero"]),
    ("minimum", ["x", "1,5", "1e999", "--1", ".", "300001", "1.2.3"]),
    ("maximum", ["x", "4", "nan", "inf", "-inf", "1_000"]),
    ("change", ["x", "1", "0", "0.5", "-2", "1e3", ".", "1.2.3"]),
]
CATALOGS = [
    *((f"file {path!r}", cell(file=path), "row 2, column file") for path in PATHS),
    *((f"conversion {text!r}", cell(conversion=text), "conversion") for text in CONVERSIONS),
    *((f"{name} {text!r}", cell(**{name: text}), name) for name, texts in CELLS for text in texts),
    (
        "a key twice",
        lambda rows: rows.append(rows[5] | {"file": "yearbook/x.csv"}),
        "column key: .* stands already in row 7",
    ),
    ("a file twice", lambda rows: rows.append(rows[5] | {"key": "x"}), "column file: .* stands already in row 7"),
    ("a column too many", cell(note="x"), "row 2: .*'note' was unexpected"),
    (
        "a column mistyped",
        lambda rows: [row.update(tittle=row.pop("title_en")) for row in rows],
        "row 1: no column title_en",
    ),
    *(
        (f"no column {name}", lambda rows, name=name: [row.pop(name) for row in rows], f"row 1: no column {name}")
        for name in ("unit", "title_zh", "conversion", "years", "key")
    ),
]
TEXTS = [
    (
        "an unquoted comma",
        lambda text: text.replace('"data.stats.gov.cn, annual', "data.stats.gov.cn, annual", 1).replace(
            'accounts",positive', "accounts,positive", 1
        ),
        "row 2",
    ),
    ("a catalog cut short", lambda text: text[: text.index("10^8 CNY")], "row 2: .* is a required property"),
    ("a heading misspelt", lambda text: text.replace(",level,", ",evel,", 1), "row [13]: .*'evel'"),
    ("a heading too many", lambda text: "\n".join(text.replace("aliases", "aliases,x", 1).splitlines()), "fewer cells"),
    ("a catalog without its header", lambda text: text.partition("\n")[2], "row 1: no column key, theme, file"),
    ("nothing", lambda text: "", "resources/catalog.csv: no rows"),
    ("another mark", lambda text: text.replace(",", ";"), "row 1: no column key"),
    ("a web page", lambda text: "<html><body>x</body></html>\n<p>y</p>\n", "row 1: no column key"),
]

# --- the inputs folder --------------------------------------------------------------------------------------------


def page(good: Table, name: str, change: Callable[[str], str] = lambda text: text) -> bytes:
    """A province's page: indicators down, years across."""
    cells = good.rows[good.row(name)][1:]
    years, unit = ",".join(good.rows[good.head][1:]), "地区生产总值(亿元)"
    lines = ["数据库：分省年度数据", f"地区：{name}", "时间：2000-2022", f"指标,{years}", f"{unit},{','.join(cells)}"]
    text = "\n".join([*lines, "数据来源：国家统计局", ""])
    return change(text).encode("gb18030")


def pages(folder: Path, **changes: Callable[[str], str]) -> Path:
    """A folder with a page for each province."""
    good, target = table("gdp"), folder / "yearbook" / "gdp"
    target.mkdir(parents=True)
    for row in good.body:
        name = good.rows[row][0]
        (target / f"{name}.csv").write_bytes(page(good, name, changes.get(name[:2], lambda text: text)))
    return target


def put(folder: Path, name: str, content: bytes) -> Path:
    """A file of the inputs folder."""
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


def read_folder(folder: Path, key: str, choice: dict | None = None) -> list[tuple]:
    """A table out of an inputs folder as the rules find and read it."""
    rows = {row["key"]: row for row in ROWS if row["key"] == key}
    choices = {} if choice is None else {key: choice}
    found = find_sources(str(folder), rows, choices, TABLES, folder.parent / "cache.json")[key]
    require_files(str(folder / CATALOG[key].file), CATALOG[key], found)
    return clean_source(found, key)


def good(folder: Path) -> None:
    """The example's table at its place."""
    put(folder, "yearbook/gdp.csv", table("gdp").csv())


def two_formats(folder: Path) -> None:
    good(folder)
    put(folder, "yearbook/gdp.xlsx", xlsx(table("gdp").typed()))


def a_folder_and_a_file(folder: Path) -> None:
    good(folder)
    pages(folder)


def a_folder_for_a_file(folder: Path) -> None:
    put(folder, "yearbook/gdp.csv/readme.md", b"x")


def an_empty_folder(folder: Path) -> None:
    (folder / "yearbook" / "gdp").mkdir(parents=True)


def a_folder_of_other_files(folder: Path) -> None:
    put(folder, "yearbook/gdp/~$gdp.xlsx", b"x")
    put(folder, "yearbook/gdp/.gdp.csv", b"x")
    put(folder, "yearbook/gdp/readme.md", b"x")


def a_page_missing(folder: Path) -> None:
    (pages(folder) / "河北省.csv").unlink()


def a_page_twice(folder: Path) -> None:
    target = pages(folder)
    put(target, "河北省 (1).csv", page(table("gdp").scale(1.01), "河北省"))


def a_page_in_another_unit(folder: Path) -> None:
    pages(folder, 河北=lambda text: text.replace("亿元", "万元"))


def a_page_of_another_table(folder: Path) -> None:
    pages(folder, 河北=lambda text: text.replace("地区生产总值", "年末常住人口").replace("亿元", "万人"))


def a_page_without_its_province(folder: Path) -> None:
    target = pages(folder, 河北=lambda text: text.replace("地区：河北省", "地区："))
    (target / "河北省.csv").rename(target / "13.csv")


def a_damaged_page(folder: Path) -> None:
    put(pages(folder), "河北省.csv", b"<html>")


def text_in_a_page(folder: Path) -> None:
    pages(folder, 河北=lambda text: text.replace("29973.25", "n.d."))


def two_exports_by_title(folder: Path) -> None:
    put(folder, "分省年度数据.csv", table("gdp").csv())
    put(folder, "分省年度数据 (1).csv", table("gdp").scale(1.01).csv())


def nothing(folder: Path) -> None:
    folder.mkdir(exist_ok=True)


def a_file_that_is_named_otherwise(folder: Path) -> None:
    put(folder, "yearbook/gdp.ods", table("gdp").csv())


def two_sheets(folder: Path) -> None:
    put(folder, "book.xlsx", xlsx(table("gdp").typed(), table("population").typed()))


FOLDERS = [
    ("two formats", two_formats, None, "gdp.csv and .*gdp.xlsx are both there; keep the one that is meant"),
    ("a folder and a file", a_folder_and_a_file, None, "gdp and .*gdp.csv are both there"),
    ("a folder called gdp.csv", a_folder_for_a_file, None, "raw tables not found.*yearbook/gdp.csv .地区生产总值"),
    ("an empty folder", an_empty_folder, None, "yearbook/gdp: the folder has no table in it"),
    (
        "a folder of files that are no tables",
        a_folder_of_other_files,
        None,
        "yearbook/gdp: the folder has no table in it",
    ),
    ("no folder", nothing, None, "raw tables not found.*yearbook/gdp.csv .地区生产总值"),
    ("a format that is not read", a_file_that_is_named_otherwise, None, "raw tables not found"),
    ("a page missing", a_page_missing, None, "no row for hebei"),
    ("a page twice, of two vintages", a_page_twice, None, r"河北省 \(1\).csv, row 5, column|河北省.csv, row 5, column"),
    ("a page in another unit", a_page_in_another_unit, None, "河北省.csv: the unit is '万元', in .* it is '亿元'"),
    ("a page of another table", a_page_of_another_table, None, "no row for hebei"),
    ("a page without its province", a_page_without_its_province, None, "no row for hebei"),
    ("a damaged page", a_damaged_page, None, "河北省.csv: this is a web page"),
    ("text in a page", text_in_a_page, None, "河北省.csv, row 5, column I: found 'n.d.', expected a number"),
    ("two exports with one title", two_exports_by_title, None, "row 5, column B: .* keep one of the two"),
    ("a file in the config that is not there", nothing, {"file": "x.csv"}, "sources.gdp: there is no file .*x.csv"),
    (
        "a title that is not in the file",
        good,
        {"file": "yearbook/gdp.csv", "title": "国民总收入"},
        "gdp.csv: no indicator called 国民总收入",
    ),
    (
        "a sheet that is not in the file",
        two_sheets,
        {"file": "book.xlsx", "sheet": "x"},
        "book.xlsx: no sheet 'x'; those that are filled: Sheet1, Sheet2",
    ),
    (
        "a unit that is not the file's",
        good,
        {"file": "yearbook/gdp.csv", "unit": "万元"},
        "gdp.csv: the unit printed is '亿元', sources.gdp says '万元'",
    ),
    ("a folder in the config that is empty", an_empty_folder, {"file": "yearbook/gdp"}, "yearbook/gdp"),
    (
        "a text for a sheet's file",
        good,
        {"file": "yearbook/gdp.csv", "sheet": "数据"},
        "no sheet '数据'; those that are filled: none",
    ),
]
