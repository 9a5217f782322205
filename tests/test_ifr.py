"""Robot tables of the International Federation of Robotics in its three forms: look-alikes with made-up figures."""

import csv
import datetime
import logging
import string
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
from _formulas import with_formulas
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from study.checks.not_observed import STORED
from study.helpers import InputError
from study.publishers.ifr import LEAF_SETS, LEAVES, UNSPECIFIED, load_leaf_set, read_robots
from study.publishers.ifr_labels import country_keys, find_industry, named_countries, normalise_code
from study.words.years import year_of

ROOT = Path(__file__).parents[1]
SET = load_leaf_set(LEAF_SETS, "CN", range(2010, 2012))
PRINTED = {row["code"]: row["name"] for row in csv.DictReader(LEAF_SETS.open(encoding="utf-8")) if row["code"]}
HEADER = ["Year", "industrycode", "industry", "countrycode", "country", "delivered", "op_stock"]
YEARS = range(2010, 2012)
TOLERANCE = 0.001


def counts(year, times=1):
    """Every row of a year: the k-th industry without children has (k + 1) x (year - 2000) robots, parents their sum."""
    lowest = [code for code in SET.uses if code not in SET.children]
    robots = {code: (k + 1) * (year - 2000) * times for k, code in enumerate(lowest)}
    for code in reversed(list(SET.children)):
        robots[code] = sum(robots[child] for child in SET.children[code])
    robots["000"] = sum(robots[code] for code in (*LEAVES, *UNSPECIFIED))
    return {code: robots[code] for code in SET.uses}


def label(code):
    return PRINTED["000"] if code == "000" else f"{code}-{PRINTED[code]}"


def long_rows(years=YEARS, countries=(("CN", "China"),)):
    return [
        [str(year), code, label(code)[:52], *country, str(n), str(5 * n)]
        for country in countries
        for year in years
        for code, n in counts(year).items()
    ]


def write_csv(path, rows, delimiter=","):
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file, delimiter=delimiter).writerows(rows)
    return path


def write_xlsx(path, sheets):
    path.parent.mkdir(parents=True, exist_ok=True)
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    book.save(path)
    return path


def wide_rows(codes=None, times=1, years=YEARS, first="Industry"):
    by_year = {year: counts(year, times) for year in years}
    codes = list(codes or SET.uses)
    return [[first, *years]] + [[label(code), *(by_year[year][code] for year in years)] for code in codes]


def expected(years=YEARS, installations=1, operational_stock=5):
    rows = []
    for year in years:
        n = counts(year)
        for code in (*LEAVES, "99"):
            value = sum(n[part] for part in UNSPECIFIED) if code == "99" else n[code]
            scaled = [None if times is None else value * times for times in (installations, operational_stock)]
            rows.append((code, year, *scaled))
    return rows


def industry_rows(code, times=1, columns=("CN-China", "JP-Japan"), years=YEARS):
    """A sheet of the form by industry: two rows to skip, a header with an empty second cell, a row of units, a note."""
    rows = [["World Robotics"], [label(code)], ["Year", None, *columns], [None, None, *["units"] * len(columns)]]
    rows += [[year, None, *(counts(year, times)[code] * (1 + j) for j in range(len(columns)))] for year in years]
    return [*rows, ["Source: federation"]]


def write_industries(folder, times=1, codes=None, **options):
    for code in codes or SET.uses:
        name = f"industry_{code} - {PRINTED[code].replace('/', ' ')}.xlsx"
        write_xlsx(folder / name, {"Sheet1": industry_rows(code, times, **options)})
    return folder


def close(rows, wanted):
    assert [row[:2] for row in rows] == [row[:2] for row in wanted]
    for row, want in zip(rows, wanted, strict=True):
        assert row[2:] == tuple(None if w is None else pytest.approx(w) for w in want[2:]), row
    return True


# --- the leaf set ---------------------------------------------------------------------------------------------------


def test_the_leaf_set_is_the_crosswalks():
    assert SET.leaves == LEAVES
    assert tuple(SET.unspecified) == UNSPECIFIED
    with (ROOT / "resources" / "industries.csv").open(encoding="utf-8") as file:
        assert {row["ifr_industry"] for row in csv.DictReader(file)} == set(LEAVES)


def test_made_up_counts_add_up():
    n = counts(2010)
    assert n["000"] == sum(n[code] for code in (*LEAVES, *UNSPECIFIED))
    assert n["29"] == n["291"] + n["293"] + n["299"]


def test_labels():
    assert [normalise_code(code) for code in ("AB", "A–B", "0", "10-12", "'29")] == ["A-B", "A-B", "000", "10-12", "29"]
    found = {
        "29": "29", "29-Automotive": "29", "29 - Automotive": "29", "29 Automotive": "29", "Automotive": "29",
        "AB": "A-B", "A-B-Agriculture, forestry, fishing": "A-B", "000-All Industries": "000", "All industries": "000",
        "10-12-Food and beverages": "10-12", "2012-10-12": "10-12", "12-Oct": "10-12", "E-Electricity, gas": "E",
        "20-21-other chemical products n.e.c.": "20-21", "2931-Metal": "2931", "Electrical/electronics": "26-27",
        "Glass, ceramics, stone, mineral products (non-auto": "23", "industry_90 - All other": "90",
        "D-E-Utilities": None, "SUM": None, "": None, "2013": None, "p": None, "10-12-2013": None,
    }  # fmt: skip
    assert {text: find_industry(text, SET.names) for text in found} == found
    assert country_keys("CN-China") == country_keys("CHN") == country_keys("China") == {"CN"}
    assert country_keys("US-United States (North America)") == country_keys("USA") == {"US"}
    assert country_keys("CA-Canada Until 2010 included in US (North America)") & {"US", "CN"} == set()
    assert country_keys("PL-Poland") == {"PL", "POLAND"}
    assert named_countries("ifr_cn_installations") == named_countries("robots in China") == {"CN"}
    assert named_countries("united_states") == {"US"}
    assert [year_of(text) for text in ("2013", "X2013", "yr.2013", "2013-12-31")] == [2013] * 4
    assert [year_of(text) for text in ("20131", "1013", "")] == [None] * 3


# --- the long form --------------------------------------------------------------------------------------------------


def long_file(tmp_path, name="robots.csv", header=HEADER, rows=None):
    return write_csv(tmp_path / name, [header, *(rows or long_rows())])


def test_long_csv(tmp_path):
    assert read_robots(long_file(tmp_path), "CN", YEARS, 0.0) == expected()


def test_long_columns_in_any_order_and_case_with_more_of_them(tmp_path):
    rows = [[r[6], "x", r[4], r[3], r[2], r[1], r[0], r[5]] for r in long_rows()]
    header = ["OP_STOCK", "note", "Country", "Country Code", "Industry", "IndustryCode", "YEAR", "Delivered"]
    assert read_robots(long_file(tmp_path, header=header, rows=rows), "CN", YEARS, 0.0) == expected()


@pytest.mark.parametrize("country", ["CN", "china", "CHN", "China"])
def test_long_with_several_countries(tmp_path, country):
    rows = long_rows(countries=(("JP", "Japan"), ("CN", "China"), ("PL", "Poland")))
    for row in rows[:88]:
        row[5] = "-7"  # another country's mistakes are not this one's
    assert read_robots(long_file(tmp_path, rows=rows), country, YEARS, 0.0) == expected()


def test_a_country_of_no_list_by_its_name(tmp_path):
    path = long_file(tmp_path, rows=long_rows(countries=(("CN", "China"), ("PL", "Poland"))))
    assert read_robots(path, "poland", YEARS, 0.0) == expected()


def test_long_xlsx_with_numbers_and_a_code_taken_for_a_date(tmp_path, caplog):
    rows = [[int(v) if v.isdigit() and j != 1 else v for j, v in enumerate(row)] for row in long_rows()]
    for row in rows:
        row[1] = {"10-12": datetime.datetime(2024, 10, 12), "29": 29, "000": 0}.get(row[1], row[1])
    path = write_xlsx(tmp_path / "robots.xlsx", {"IFR": [HEADER, *rows], "Notes": [["Licensed"]]})
    with caplog.at_level(logging.WARNING, "study"):
        assert read_robots(path, "CN", YEARS, 0.0) == expected()
    assert "10-12 that a spreadsheet took for a date" in caplog.text


def test_long_dta(tmp_path):
    table = pd.DataFrame(long_rows(), columns=HEADER)
    table[["Year", "delivered", "op_stock"]] = table[["Year", "delivered", "op_stock"]].astype("int32")
    table.to_stata(tmp_path / "robots.dta", write_index=False)
    assert read_robots(tmp_path / "robots.dta", "CN", YEARS, 0.0) == expected()


def test_long_dta_with_names_alone(tmp_path):
    table = pd.DataFrame(long_rows(), columns=HEADER).drop(columns=["industrycode", "countrycode"])
    table[["Year", "delivered", "op_stock"]] = table[["Year", "delivered", "op_stock"]].astype(float)
    table.to_stata(tmp_path / "robots.dta", write_index=False)
    assert read_robots(tmp_path / "robots.dta", "CN", YEARS, 0.0) == expected()


def test_long_with_semicolons_decimal_commas_and_stock_alone(tmp_path):
    rows = [[r[0], r[1], r[2], r[3], f"{r[6]},0"] for r in long_rows()]
    header = ["Year", "industry", "Industry", "country", "Operational stock"]
    path = write_csv(tmp_path / "ifr.csv", [header, *rows], ";")
    assert read_robots(path, "CN", YEARS, 0.0, measure="operational_stock") == expected(installations=None)
    with pytest.raises(InputError, match="row 1: no column delivered"):
        read_robots(path, "CN", YEARS, 0.0)


def test_long_with_a_column_of_measures(tmp_path):
    rows = [[r[0], r[1], r[3], m, v] for r in long_rows() for m, v in (("delivered", r[5]), ("op_stock", r[6]))]
    path = long_file(tmp_path, header=["year", "industrycode", "countrycode", "variable", "value"], rows=rows)
    assert read_robots(path, "CN", YEARS, 0.0) == expected()


def test_a_measure_that_is_not_used_may_be_bad(tmp_path, caplog):
    rows = long_rows()
    rows[5][6] = "many"
    with caplog.at_level(logging.WARNING, "study"):
        found = read_robots(long_file(tmp_path, rows=rows), "CN", YEARS, 0.0, measure="installations")
    assert found == expected(operational_stock=None)
    assert "operational_stock of CN are left empty" in caplog.text
    with pytest.raises(InputError, match=r"row 7, column G: found 'many'"):
        read_robots(tmp_path / "robots.csv", "CN", YEARS, 0.0, measure="operational_stock")


# --- the wide form --------------------------------------------------------------------------------------------------


def test_wide_with_semicolons_and_decimal_commas(tmp_path):
    """The country stands in the header's first cell, the measure in the file's name; rows are indented."""
    for name, times in (("ifr_installations.csv", 1), ("ifr_op_stock.csv", 5)):
        rows = [[f"    {row[0]}", *(f"{n},00" for n in row[1:])] for row in wide_rows(times=times)[1:]]
        write_csv(tmp_path / "cn" / name, [["CN", *YEARS], *rows, ["", "", ""], ["Source: IFR", "", ""]], ";")
    assert read_robots(tmp_path / "cn", "CN", YEARS, 0.0) == expected()


def test_wide_sheets_of_one_workbook(tmp_path):
    sheets = {"Installations": wide_rows(), "Operational stock": [["Robots of China"], [], *wide_rows(times=5)]}
    assert read_robots(write_xlsx(tmp_path / "china.xlsx", sheets), "CN", YEARS, 0.0) == expected()


def test_wide_blocks_below_each_other(tmp_path):
    rows = [["Robots delivered, China"], *wide_rows(), [], ["Operational stock"], *wide_rows(times=5)]
    assert read_robots(write_csv(tmp_path / "robots.csv", rows), "CN", YEARS, 0.0) == expected()


def test_wide_with_columns_of_country_and_measure(tmp_path):
    rows = [["Variable", "Country", "Code", "Industry", "X2010", "X2011"]]
    for country, factor in (("China", 1), ("Japan", 3)):
        for measure, times in (("delivered", 1), ("op_stock", 5)):
            rows += [
                [measure, country, row[0].split("-")[0], *[row[0], *(n * factor for n in row[1:])]]
                for row in wide_rows(times=times)[1:]
            ]
    for row in rows:
        del row[2]
    assert read_robots(write_csv(tmp_path / "robots.csv", rows), "CN", YEARS, 0.0) == expected()


def test_wide_names_without_codes_and_figures_with_thousands(tmp_path):
    rows = [[label(c).partition("-")[2] if c != "000" else "Total", *(f"{counts(y)[c]:,}" for y in YEARS)]
            for c in ("000", "D", "29", "F", "P")]  # fmt: skip
    rows += wide_rows([c for c in SET.uses if len(c) < 4 and c not in ("000", "D", "29", "F", "P")] + ["2931"])[1:]
    rows += wide_rows(["10-12", "13-15", "17-18", "19-22", "20-21", "24-28", "26-27"])[1:]
    path = write_csv(tmp_path / "china_delivered.csv", [["", *YEARS], *rows])
    found = read_robots(path, "CN", YEARS, 0.0, measure="installations")
    assert found == expected(operational_stock=None)


def test_blank_cells_are_zero_where_the_total_leaves_nothing(tmp_path, caplog):
    rows = wide_rows()
    for row in rows[1:]:
        by_year = [counts(year) for year in YEARS]
        if row[0].startswith("E-"):
            row[1:] = ["", ""]
        if row[0] == "All Industries":
            row[1:] = [n["000"] - n["E"] for n in by_year]
    path = write_csv(tmp_path / "china_installations.csv", rows)
    with caplog.at_level(logging.WARNING, "study"):
        found = read_robots(path, "CN", YEARS, 0.0, measure="installations")
    assert [row for row in found if row[0] == "E"] == [("E", 2010, 0.0, None), ("E", 2011, 0.0, None)]
    assert "no installations of E in 2010; the total leaves none" in caplog.text


# --- the form by industry -------------------------------------------------------------------------------------------


def test_workbooks_by_industry_in_folders_of_measures(tmp_path):
    write_industries(tmp_path / "ifr" / "installations", columns=("US-United States (North America)", "CN-China"))
    write_industries(tmp_path / "ifr" / "operational_stock", times=5)
    (tmp_path / "ifr" / "installations" / "~$industry_29.xlsx").write_bytes(b"lock")
    (tmp_path / "ifr" / ".hidden").mkdir()
    (tmp_path / "ifr" / ".hidden" / "note.txt").write_text("x")
    assert close(read_robots(tmp_path / "ifr", "CN", YEARS, 0.0), expected(installations=2))
    assert close(read_robots(tmp_path / "ifr", "US", range(2011, 2012), 0.0, measure="installations"),
                 expected(range(2011, 2012), operational_stock=None))  # fmt: skip


def test_workbooks_by_industry_with_sheets_of_measures_as_a_list_of_files(tmp_path):
    files = []
    for code in SET.uses:
        sheets = {"Installations": industry_rows(code), "Operational stock": industry_rows(code, 5)}
        files.append(write_xlsx(tmp_path / f"industry_{code}.xlsx", sheets))
    assert read_robots([str(file) for file in files], "CN", YEARS, 0.0) == expected()


def test_by_industry_as_csv_named_by_measure(tmp_path):
    for code in SET.uses:
        rows = [["", "", ""], ["", "", ""], ["", "China", "Japan"], *industry_rows(code)[4:-1]]
        rows[3:] = [[row[0], *row[2:]] for row in rows[3:]]
        write_csv(tmp_path / f"delivered_{code} - {PRINTED[code].replace('/', ' ')}.csv", rows)
    found = read_robots(tmp_path, "CN", YEARS, 0.0, measure="installations")
    assert found == expected(operational_stock=None)


# --- parents, breaks, unspecified -----------------------------------------------------------------------------------


def changed(tmp_path, change, years=YEARS, drop=(), country=("CN", "China")):
    """The long form with rows changed: (code, year) -> installations and stock alike; `drop` are (code, year)."""
    rows = []
    for row in long_rows(years, (country,)):
        key = (row[1], int(row[0]))
        if key in drop:
            continue
        if key in change:
            row[5] = row[6] = str(change[key])
        rows.append(row)
    return long_file(tmp_path, rows=rows)


def test_a_parents_rest_is_divided_by_the_shares_of_the_nearest_year(tmp_path, caplog):
    path = changed(tmp_path, {}, range(2010, 2014), drop={(c, 2011) for c in ("19", "20-21")})
    made = []
    with caplog.at_level(logging.WARNING, "study"):
        found = {(c, y): n for c, y, n, _ in read_robots(path, "CN", range(2011, 2012), 0.0, made=made)}
    assert [cell[:3] for cell in made if cell[2] == "installations"] == [
        ("19", 2011, "installations"), ("20-21", 2011, "installations"),
    ]  # fmt: skip
    assert {cell[4] for cell in made} == {"part of 19-22 by the shares of 2010"}
    assert all(found[code, year] == robots for code, year, one, robots, _ in made if one == "installations")
    rest = counts(2011)["19"] + counts(2011)["20-21"]
    share = counts(2010)["19"] / (counts(2010)["19"] + counts(2010)["20-21"])
    assert found["19", 2011] == pytest.approx(rest * share)
    assert found["20-21", 2011] == pytest.approx(rest * (1 - share))
    assert f"{rest:.6g} robots of 19-22 are divided by their shares of 2010" in caplog.text


def test_formulas_are_refused_or_their_stored_values_taken_and_listed(tmp_path):
    rows = long_rows()
    at = next(i for i, row in enumerate(rows, 1) if row[:2] == ["2011", "29"])
    rows = [[float(cell) if column in (5, 6) and cell else cell for column, cell in enumerate(row)] for row in rows]
    path, made = write_xlsx(tmp_path / "china.xlsx", {"a": [HEADER, *rows]}), []
    with_formulas(path, [f"F{at + 1}"])
    with pytest.raises(InputError, match=rf"row {at + 1}, column F: found the formula .* cleaning\.formulas: values"):
        read_robots(path, "CN", YEARS, 0.0)
    assert read_robots(path, "CN", YEARS, 0.0, made=made, formulas="values") == expected()
    assert made == [("29", 2011, "installations", counts(2011)["29"], STORED)]
    # of a year that the study does not have it is left alone
    assert read_robots(path, "CN", range(2010, 2011), 0.0) == [row for row in expected() if row[1] == 2010]


def test_the_unspecified_rest_has_its_share_too(tmp_path):
    missing = ("24", "25", "28", "289")
    path = changed(tmp_path, {}, range(2010, 2014), drop={(c, 2013) for c in missing})
    found = {(c, y): n for c, y, n, _ in read_robots(path, "CN", range(2013, 2014), 0.0)}
    n = counts(2013)
    assert found["24", 2013] == pytest.approx(n["24"])
    assert found["99", 2013] == pytest.approx(n["99"] + n["229"] + n["289"])


def test_a_parent_whose_leaves_are_never_there_is_refused_until_it_is_a_leaf(tmp_path):
    missing = {(c, y) for c in ("19", "20-21", "22", "229") for y in YEARS}
    path = changed(tmp_path, {}, drop=missing)
    with pytest.raises(InputError, match=r"19-22 has \d+ installations in 2010 that belong to 19, 20-21, 22"):
        read_robots(path, "CN", YEARS, 0.0)
    text = LEAF_SETS.read_text("utf-8").replace("parent,19-22", "leaf,19-22")
    for code in ("19", "20-21", "22"):
        text = text.replace(f",leaf,{code},", f",part,{code},")
    (tmp_path / "leaves.csv").write_text(text, encoding="utf-8")
    found = read_robots(path, "CN", YEARS, 0.0, leaf_sets=tmp_path / "leaves.csv")
    assert {(c, y): n for c, y, n, _ in found}["19-22", 2010] == counts(2010)["19-22"]
    assert "19" not in {row[0] for row in found}


def test_a_leaf_from_parts_of_parts(tmp_path):
    path = changed(tmp_path, {}, drop={(c, y) for c in ("29", "293") for y in YEARS})
    assert read_robots(path, "CN", YEARS, 0.0) == expected()


def test_breaks_and_unspecified_robots_are_reported(tmp_path, caplog):
    path = changed(tmp_path, {}, range(2005, 2012))
    with caplog.at_level(logging.INFO, "study"):
        read_robots(path, "CN", range(2005, 2008), 0.0)
    assert "not split by industry before 2006, nearly all are unspecified" in caplog.text
    assert "the study uses 2005\n" in caplog.text
    n, rest = counts(2007), sum(counts(2007)[code] for code in UNSPECIFIED)
    share = f"installations of 2007 without a stated industry {rest:.6g}, {100 * rest / n['000']:.2f}%"
    assert share in caplog.text
    assert "operational_stock of 2007 without a stated industry" in caplog.text
    caplog.clear()
    us = changed(tmp_path, {}, range(2005, 2012), country=("USA", "United States, North America"))
    with caplog.at_level(logging.WARNING, "study"):
        read_robots(us, "US", range(2009, 2012), 0.0)
    assert "US means North America (with Canada and Mexico) until 2010" in caplog.text
    assert "the study uses 2009 to 2010" in caplog.text
    assert "before 2004" not in caplog.text


def test_mostly_unspecified_robots_are_warned_about(tmp_path, caplog):
    extra = 20 * counts(2010)["000"]
    path = changed(tmp_path, {("99", 2010): counts(2010)["99"] + extra, ("000", 2010): counts(2010)["000"] + extra})
    with caplog.at_level(logging.WARNING, "study"):
        read_robots(path, "CN", range(2010, 2011), 0.0, measure="installations")
    assert "installations of 2010 without a stated industry" in caplog.text


def test_a_wrong_group_is_told_where_the_total_is_right(tmp_path, caplog):
    with caplog.at_level(logging.WARNING, "study"):
        found = read_robots(changed(tmp_path, {("D", 2010): 9}), "CN", YEARS, 0.0, measure="installations")
    assert [row[:3] for row in found] == [row[:3] for row in expected()]
    assert "D has 9 installations in 2010" in caplog.text


# --- what is refused ------------------------------------------------------------------------------------------------


def spoil(code, column, text, year="2010"):
    """A change of one cell of the long form."""

    def change(rows):
        next(row for row in rows if row[:2] == [year, code])[column] = text

    return change


def drop(*codes, year="2010"):
    def change(rows):
        rows[:] = [row for row in rows if not (row[0] == year and row[1] in codes)]

    return change


def both(*changes):
    return lambda rows: [change(rows) for change in changes]


def fill(column, text):
    """A change of a whole column."""
    return lambda rows: [row.__setitem__(column, text) for row in rows]


def add(*row):
    return lambda rows: rows.append(list(row))


def unsplit(rows):
    for row in rows:
        if row[0] == "2010" and row[1] not in ("000", "99"):
            row[5:] = ["0", "0"]
        elif row[0] == "2010":
            row[5:] = ["900", "900"]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (spoil("24", 5, "-1"), r"row 17, column F: found '-1', expected a number of robots"),
        (spoil("24", 6, "-0.5"), r"row 17, column G: found '-0.5'"),
        (spoil("24", 5, "many"), r"row 17, column F: found 'many'"),
        (spoil("24", 5, "1e308"), r"row 17, column F: found '1e308'"),
        (spoil("24", 5, "1e999"), r"row 17, column F: found '1e999'"),
        (spoil("24", 5, "12 345"), r"row 17, column F: found '12 345'"),
        (spoil("30", 5, ""), r"column F: found '', expected a number of robots"),
        (spoil("30", 5, "n.a."), r"column F: found 'n.a.'"),
        (spoil("24", 0, ""), r"row 17, column A: no year; found ''"),
        (spoil("24", 0, "2010/11"), r"row 17, column A: no year; found '2010/11'"),
        (spoil("24", 1, ""), r"row 17, column B: figures without an industry"),
        (spoil("24", 3, "DE"), r"row 17: DE and China are two countries"),
        (both(fill(3, ""), fill(4, "")), r"row 2, column D: figures without a country"),
        (spoil("90", 2, "91-All other manufacturing branches"), r"'90' and the name '91-All other man.* are two indus"),
        (spoil("90", 2, "All other manufacturing branches"), r"two industries, 90 and 91"),
        (add("2010", "24", "", "CN", "", "1", "1", "9"), r"row 92, column H: found '9'"),
        (spoil("24", 5, "7"), r"24-28 has \d+ installations in 2010, its children \(24, 25, 28, 289\) add up to"),
        (spoil("24-28", 6, "7"), r"24-28 has 7 operational_stock in 2010"),
        (spoil("26-27", 5, "99999"), r"26-27 has 99999 installations"),
        (spoil("2931", 5, "99999"), r"293 has \d+ installations in 2010, its children"),
        (spoil("30", 5, "99999"), r"installations of 2010 over industries adds up to \d+, the printed total says"),
        (spoil("000", 5, "0"), r"installations of 2010 over industries adds up to"),
        (drop("30"), r"no row for industry 30 in 2010 \(installations\)"),
        (drop("26-27", "260", "261", "000", "D"), r"no row for industry 26-27 in 2010"),
        (add("2010", "D", "", "CN", "", "1", "1"), r"row 92, column F: installations of industry D in 2010 st"),
        (add("2010", "AB", "", "CN", "", "1", "1"), r"A-B in 2010 stand already in .*row 3, column F; keep one"),
        (lambda rows: rows.__delitem__(slice(45, None)), r"no rows of CN for 2011; the study needs 2010 to 2011"),
        (both(fill(3, "JP"), fill(4, "Japan")), r"no rows of country CN; the file has JP"),
        (unsplit, r"installations of CN in 2010 are not split by industry"),
        (both(drop("000"), add("2010", "77", "Odd", "CN", "China", "1", "1")), r"row 91: '77' is no industry"),
        (both(drop("000"), spoil("D", 5, "9")), r"D has 9 installations in 2010"),
        (drop("19", "20-21", "22", "229", "19-22"), r"no row for industry 19 in 2010"),
    ],
)  # fmt: skip
def test_bad_long_tables_are_refused(tmp_path, change, message):
    rows = long_rows()
    change(rows)
    with pytest.raises(InputError, match=message) as error:
        read_robots(long_file(tmp_path, rows=rows), "CN", YEARS, TOLERANCE)
    assert "robots.csv" in str(error.value)


@pytest.mark.parametrize(
    ("name", "rows", "message"),
    [
        ("china.csv", wide_rows(), r"china.csv: does not say whether these are installations or the operational stock"),
        ("installations.csv", wide_rows(), r"installations.csv: does not say which country's robots these are"),
        ("installations.csv", wide_rows(first="DK"), r"no rows of country CN; the file has DK"),
        ("stock.csv", [["China delivered"], *wide_rows()], r"'China delivered' and 'stock' are two measures"),
        ("china_stock.csv", [*wide_rows(), *wide_rows(["29"])[1:]], r"column B: operational_stock of industry 29"),
        ("china_stock.csv", [*wide_rows(), ["SUM", 1, 2, 3]], r"row 47, column D: found '3'"),
        ("china_stock.csv", [*wide_rows(), ["", 5, 5]], r"row \d+, column A: figures without an industry"),
        ("china_stock.csv", [["Industry", 2010, 2010], *wide_rows()[1:]], r"row 2, column C: .* stand already in"),
        ("china_stock.csv", [*wide_rows()[:5], ["16-Wood and furniture", 5, "five"]], r"row 6, column C: found 'five'"),
        ("china_stock.csv", wide_rows(years=range(2010, 2011)), r"no rows of CN for 2011"),
        ("x.csv", [["Variable", *wide_rows()[0]], *(["?", *r] for r in wide_rows()[1:])], r"which country's robots"),
        ("china.csv", [["Variable", *wide_rows()[0]], *(["?", *r] for r in wide_rows()[1:])], r"column A: found '\?'"),
        ("china.csv", [["a", "b"], ["1", "2"]], r"row 1: no table of robots; it begins 'a \| b'"),
        ("china.csv", [["Year", "GDP"], [2010, 3]], r"no table of robots"),
        ("29.csv", industry_rows("29"), r"29.csv: does not say whether these are installations"),
        ("stock_30.csv", industry_rows("29"), r"'29-Automotive' and 'stock_30' are different industries"),
        ("stock.csv", industry_rows("29")[2:], r"neither title nor file name says which industry it is"),
        ("stock.csv", industry_rows("29", columns=("JP-Japan",)), r"no rows of country CN; the file has JP"),
        ("stock.csv", industry_rows("29", columns=("CN-China", "China")), r"row 3, column D: CN-China and China are"),
        ("stock.csv", [*industry_rows("29"), ["", "", 7, 8]], r"row \d+, column A: no year; found ''"),
        ("stock.csv", [*industry_rows("29"), [2011, "", 7, 8]], r"stock of industry 29 in 2011 stand already"),
        ("stock.csv", industry_rows("29"), r"no row for industry A-B in 2010 \(operational_stock\)"),
        ("x.csv", [[*HEADER, "Delivered"], *long_rows()], r"row 1, column H: a second column of installations"),
        ("x.csv", [["Year", "industry", "countrycode"], [2010, "29", "CN"]], r"row 1: no column op_stock"),
        ("x.csv", [["Year", "sector", "country", "measure", "value"], [2010, "29", "CN", "?", 1]], r"column D: found"),
        ("china_stock.csv", [["", *YEARS], ["Delivered"], *wide_rows()[1:]], r"'Delivered' and 'china_stock' are two"),
    ],
)  # fmt: skip
def test_bad_tables_of_any_form_are_refused(tmp_path, name, rows, message):
    path = write_csv(tmp_path / name, rows)
    with pytest.raises(InputError, match=message) as error:
        read_robots(path, "CN", YEARS, TOLERANCE, measure="operational_stock")
    assert str(path) in str(error.value)


def test_missing_empty_and_alien_files_are_refused(tmp_path):
    with pytest.raises(InputError, match="file not found"):
        read_robots(tmp_path / "none.csv", "CN", YEARS, TOLERANCE)
    (tmp_path / "ifr").mkdir()
    with pytest.raises(InputError, match="no file of the table"):
        read_robots([], "CN", YEARS, TOLERANCE)
    with pytest.raises(InputError, match="the folder is empty of tables"):
        read_robots(tmp_path / "ifr", "CN", YEARS, TOLERANCE)
    long_file(tmp_path / "ifr")
    (tmp_path / "ifr" / "report.pdf").write_bytes(b"%PDF-1.4")
    assert read_robots(tmp_path / "ifr", "CN", YEARS, TOLERANCE)  # as the plan finds files, by their endings
    with pytest.raises(InputError, match=r"report\.pdf: this is a PDF"):
        read_robots(sorted((tmp_path / "ifr").iterdir()), "CN", YEARS, TOLERANCE)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (",leaf,24,", ",blade,24,", r"row 17: found the use 'blade'"),
        ("all,1993,,leaf,24", "all,199x,,leaf,24", r"row 17: '199x' to '' are no years"),
        ("all,1993,,leaf,24", "all,2011,,leaf,24", r"are not the same from 2010 to 2011 \(24\)"),
        ("24;25;28;289", "24;25;28;280", r"row 16: 280, children of 24-28"),
        (",use,", ",role,", r"row 2: no use"),
    ],
)
def test_a_spoilt_leaf_set_is_refused(tmp_path, old, new, message):
    path = tmp_path / "leaves.csv"
    path.write_text(LEAF_SETS.read_text("utf-8").replace(old, new, 1), encoding="utf-8")
    with pytest.raises(InputError, match=message):
        read_robots(long_file(tmp_path), "CN", YEARS, TOLERANCE, leaf_sets=path)


CELLS = st.one_of(
    st.text(max_size=12),
    st.text(string.digits + "-.,eE+ ", max_size=8),
    st.sampled_from(
        ["", "CN", "China", "DE", "2010", "29", "10-12", "A-B", "000", "99", "n.a.", "1e308", "-1", "D-", "０"]
    ),
)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.integers(0, 88), st.integers(0, 6), CELLS), min_size=1, max_size=4))
def test_no_cell_breaks_the_reader(tmp_path, changes):
    """Whatever a cell holds, the table is read with the right total or refused in one message."""
    rows = [list(HEADER), *long_rows()]
    for line, column, text in changes:
        rows[line][column] = text
    path = write_csv(tmp_path / "china.csv", rows)
    try:
        found = read_robots(path, "CN", YEARS, TOLERANCE)
    except InputError as error:
        assert str(tmp_path) in str(error)
        return
    for year in YEARS:
        total = sum(row[2] for row in found if row[1] == year)
        assert total == pytest.approx(counts(year)["000"], rel=2 * TOLERANCE, abs=1)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.lists(CELLS | st.sampled_from(["Year", "industry", "CN-China", "2011"]), max_size=6), max_size=8))
def test_no_small_table_breaks_the_reader(tmp_path, rows):
    path = write_csv(tmp_path / "china_stock.csv", rows)
    with pytest.raises(InputError):
        read_robots(path, "CN", YEARS, TOLERANCE, measure="operational_stock")
