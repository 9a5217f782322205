"""A table in parts: several files, or sheets of one, put together or left out."""

from pathlib import Path

import pytest
from openpyxl import Workbook
from study.checks.raw_parts import read_raw
from study.files.catalog_entries import load_catalog
from study.helpers import InputError, read_rows
from study.plan.sources import find_sources, source
from study.publishers.every_form import reader_tables, theme_reader

ROOT = Path(__file__).parents[1]
CATALOG = load_catalog(ROOT / "resources" / "catalog.csv")
ROWS = {row["key"]: row for row in read_rows(ROOT / "resources" / "catalog.csv")}
TABLES = reader_tables(*(ROOT / "resources" / f"{name}.csv" for name in ("provinces", "balance", "cities")))
GDP = "指标：地区生产总值(亿元)\n"


def page(first, figures, title=""):
    """A table of Beijing and Hebei from a year on; `figures` of Beijing, Hebei's are 1000 more."""
    years = ",".join(f"{first + i}年" for i in range(len(figures)))
    others = [float(figure) + 1000 if figure[:1].isdigit() else "" for figure in figures]
    return f"{title}地区,{years}\n北京市,{','.join(figures)}\n河北省,{','.join(map(str, others))}\n"


def parts(folder, *texts):
    """Files a.csv, b.csv, ... in a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = [folder / f"{letter}.csv" for letter, _ in zip("abc", texts, strict=False)]
    for path, text in zip(paths, texts, strict=True):
        path.write_text(text, "utf-8")
    return [str(path) for path in paths]


def read(files, **choice):
    return read_raw(source(files, "name", **choice), CATALOG["gdp"], theme_reader("accounts", TABLES))


def test_files_that_do_not_say_what_they_are_of_are_parts_of_their_folders_table(tmp_path):
    files = parts(tmp_path, page(2013, ["20000", "22000"]), page(2015, ["24000", "26000"]))
    table = read(files, unit="亿元")
    assert table.unit == "亿元" and table.years == [2013, 2014, 2015, 2016]
    assert table.values["beijing", 2013] == 20000 and table.values["hebei", 2016] == 27000
    both = parts(tmp_path, page(2013, ["20000", "22000"]), page(2015, ["24000"], GDP))
    assert read(both, unit="亿元").years == [2013, 2014, 2015]
    with pytest.raises(InputError, match=r"b\.csv: the unit is '亿元', in .*a\.csv it is '\(none\)'"):
        read(both)


def test_a_file_without_a_title_is_a_part_beside_one_whose_title_is_named(tmp_path, caplog):
    named = page(2013, ["20000", "22000"], "指标：现价总量(亿元)\n")
    files = parts(tmp_path, page(2015, ["24000"]), named)
    table = read(files, title="现价总量", unit="亿元")
    assert table.years == [2013, 2014, 2015] and table.values["beijing", 2015] == 24000
    assert "a.csv: says no title; read as a part of gdp" in caplog.text and "left out" not in caplog.text
    with pytest.raises(InputError, match=r"a\.csv: the file does not say what it is of.*leave `title` out"):
        read(files[:1], title="现价总量")


def test_a_part_that_is_left_out_is_told(tmp_path, caplog):
    other = page(2013, ["2000"], "指标：年末常住人口(万人)\n")
    assert read(parts(tmp_path, page(2014, ["22000"], GDP), other)).years == [2014]
    assert "b.csv: no indicator called 地区生产总值" in caplog.text and "The file is left out." in caplog.text


def test_a_cell_that_cannot_be_read_leaves_another_parts_figure(tmp_path):
    good, bad = page(2013, ["20000", "22000"], GDP), page(2013, ["20000", "x"], GDP)
    for texts in ((good, bad), (bad, good)):
        table = read(parts(tmp_path, *texts))
        assert table.values["beijing", 2014] == 22000 and not table.faults
        assert table.values["hebei", 2013] == 21000
    assert "found 'x'" in read(parts(tmp_path, bad, bad)).faults["beijing", 2014]


def test_two_figures_of_a_cell_are_not_settled_by_a_third(tmp_path):
    texts = [page(2013, [figure], GDP) for figure in ("20000", "20001", "20001")]
    assert "20001 for beijing 2013, but 20000 in" in read(parts(tmp_path, *texts)).faults["beijing", 2013]
    twice = f"{GDP}地区,2013年\n北京市,20000\n北京市,20001\n"
    for order in ((twice, texts[0]), (texts[0], twice)):
        table = read(parts(tmp_path / "twice", *order))
        assert table.values["beijing", 2013] is None and "北京市" in table.faults["beijing", 2013]


def test_a_column_of_sources_and_a_row_that_is_called_so_end_no_table(tmp_path):
    rows = [f"数据来源：统计年鉴,{name},{year},20000" for name in ("北京", "合计", "河北") for year in (2013, 2014)]
    text = "\n".join(["数据来源,省份,年份,地区生产总值(亿元)", *rows, "注：见年鉴,,,", "来源：年鉴,,,"])
    assert len(read(parts(tmp_path, text)).values) == 4
    text = (
        "Beijing\nIndicators,2013,2014\nPopulation (10000 persons),2115,2152\nSources of Funds for Investment,1,2\n"
        "Gross Regional Product (100 million yuan),19801,21331\nSource of the data: NBS,,\nand so on,,\n"
    )
    table = read(parts(tmp_path, text))
    assert table.values == {("beijing", 2013): 19801, ("beijing", 2014): 21331} and "NBS" in table.notes


def test_sheets_in_two_units_are_told_as_such(tmp_path):
    book = Workbook()
    for unit, first in (("亿元", 2010), ("千万元", 2014)):
        sheet = book.create_sheet(unit)
        for row in ([f"地区生产总值({unit})"], ["地区", first, first + 1], ["北京", 20000, 22000]):
            sheet.append(row)
    book.remove(book["Sheet"])
    book.save(tmp_path / "x.xlsx")
    with pytest.raises(InputError, match="in 亿元 for 2010 to 2011 and in 千万元 for 2014 to 2015"):
        read([str(tmp_path / "x.xlsx")])


@pytest.mark.parametrize("unit", ["%", "2010=100", "上年=100"])
def test_another_quantity_under_the_title_is_no_part(tmp_path, unit):
    title = f"指标：地区生产总值({unit})\n"
    files = parts(tmp_path / "raw", page(2013, ["20000"], GDP), page(2013, ["107.5"], title))

    def found():
        return find_sources(str(tmp_path / "raw"), {"gdp": ROWS["gdp"]}, {}, TABLES, tmp_path / "cache.json")["gdp"]

    assert found()["files"] == files[:1]
    Path(files[0]).unlink()
    assert found()["files"] == files[1:]  # alone it is told what it is
