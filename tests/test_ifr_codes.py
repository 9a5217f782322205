"""The federation's genuine codes and labels (invented figures), read by every way in."""

import csv
import logging
import random
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
from derive_exposure import province_exposure
from study.helpers import InputError
from study.publishers.ifr import LEAF_SETS, LEAVES, load_leaf_set, read_robots
from study.publishers.ifr_labels import find_industry
from study.variables.shift_share import load_crosswalk

ROOT = Path(__file__).parents[1]
GENUINE = ROOT / "tests" / "data" / "ifr_long_299_2999.csv"
YEARS = range(2013, 2015)
with GENUINE.open(newline="", encoding="utf-8") as file:
    HEADER, *ROWS = list(csv.reader(file))
SET = load_leaf_set(LEAF_SETS, "CN", YEARS)


def write(path, rows, header=HEADER):
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([header, *rows])
    return path


def changed(code, *, row=None, drop=False):
    """The genuine rows with those of one code replaced by what `row` makes of each, or dropped."""
    made = []
    for one in ROWS:
        if one[1] != code:
            made.append(list(one))
        elif not drop:
            made.append(row(list(one)))
    return made


def put(**cells):
    """Sets columns of a row by their place, as in put(_1="2998")."""

    def change(row):
        for column, text in cells.items():
            row[int(column[1:])] = text
        return row

    return change


def robots(path, country="CN"):
    return read_robots(path, country, YEARS, 0.0)


EXPECTED = robots(GENUINE)


def test_every_code_and_label_is_the_genuine_one():
    """Labels are cut off after fifty letters in the export, and may end in a blank."""
    printed = {row[1]: row[2].strip() for row in ROWS}
    assert set(printed) == set(SET.titles)
    assert all(SET.titles[code] == label or (len(label) == 50 and SET.titles[code].startswith(label))
               for code, label in printed.items())  # fmt: skip
    assert {code: find_industry(label, SET.names) for code, label in printed.items()} == {
        code: code for code in printed
    }
    assert SET.children["29"] == ("291", "293", "299")
    assert SET.children["293"] == ("2931", "2932", "2933", "2934", "2939", "2999")
    assert find_industry("Unspecified", SET.names) == "99"
    # a shorter label is not looked for among the longer ones it begins
    assert find_industry("Rubber and plastic", SET.names) is None


@pytest.mark.parametrize("country", [("CN", "China"), ("US", "United States")])
def test_leaves_add_up_to_the_total_in_each_year_and_measure(tmp_path, country):
    path = write(tmp_path / "robots.csv", [[*row[:3], *country, *row[5:]] for row in ROWS])
    rows = robots(path, country[0])
    assert [row[:2] for row in rows] == [(code, year) for year in YEARS for code in (*LEAVES, "99")]
    for year in YEARS:
        assert sum(row[2] for row in rows if row[1] == year) == 115
        assert sum(row[3] for row in rows if row[1] == year) == 345
    assert {row[2:] for row in rows if row[0] == "29"} == {(40, 120)}
    assert {row[2:] for row in rows if row[0] == "99"} == {(5, 15)}


def test_parts_of_the_automotive_industry_are_summed_where_it_has_no_row(tmp_path):
    """29 is 291, 293 and 299; 293 is its parts with 2999."""
    without = [row for row in ROWS if row[1] not in ("29", "293")]
    assert robots(write(tmp_path / "robots.csv", without)) == EXPECTED


def numbers(path):
    """A workbook whose codes are numbers where they look like numbers: 000 becomes 0, 299 stays 299."""
    book = openpyxl.Workbook()
    for row in [HEADER, *ROWS]:
        book.active.append([int(cell) if cell.isdigit() else cell for cell in row])
    book.save(path.with_suffix(".xlsx"))
    return path.with_suffix(".xlsx")


def floats(path):
    return write(path, [[row[0], f"{row[1]}.0" if row[1].isdigit() else row[1], *row[2:]] for row in ROWS])


def shuffled(path):
    return write(path, random.Random(1).sample(ROWS, len(ROWS)))


def labels_alone(path):
    return write(path, [[row[0], *row[2:]] for row in ROWS], [HEADER[0], *HEADER[2:]])


def codes_alone(path):
    return write(path, [[*row[:2], *row[3:]] for row in ROWS], [*HEADER[:2], *HEADER[3:]])


def codes_before_labels(path):
    """The older form of the labels."""
    return write(path, [[*row[:2], f"{row[1]}-{row[2]}", *row[3:]] for row in ROWS])


def wide(path):
    table = pd.DataFrame(ROWS, columns=HEADER).astype({"Year": int, "delivered": int, "op_stock": int})
    with pd.ExcelWriter(path.with_suffix(".xlsx")) as writer:
        for measure, sheet in (("delivered", "Installations"), ("op_stock", "Operational stock")):
            pages = table.pivot(index=["industrycode", "industry"], columns="Year", values=measure).reset_index()
            pages.rename(columns={"industrycode": "China", "industry": "industry name"}).to_excel(
                writer, sheet_name=sheet, index=False
            )
    return path.with_suffix(".xlsx")


@pytest.mark.parametrize("form", [numbers, floats, shuffled, labels_alone, codes_alone, codes_before_labels, wide])
def test_the_same_robots_in_other_forms(tmp_path, form):
    assert robots(form(tmp_path / "china.csv")) == EXPECTED


def test_an_unlisted_code_that_another_row_counts_is_shown(tmp_path, caplog):
    """2999 split in two: 293 and 29 have rows of their own, which count it."""
    rows = changed("2999", row=put(_1="2998", _2="Tyres (AutoParts)"))
    with caplog.at_level(logging.WARNING, "study"), pytest.raises(InputError) as error:
        robots(write(tmp_path / "robots.csv", rows))
    line = (
        "'2998' 'Tyres (AutoParts)' (" + str(tmp_path / "robots.csv") + ", row 35): installations 2013 2, 2014 2; "
        "operational_stock 2013 6, 2014 6; left out: by its code it is part of 29 "
        "(Automotive), which has a row of its own"
    )
    assert line in caplog.text
    assert line in str(error.value)  # 293 does not add up without it
    assert "293 has 18 installations in 2013, its children (2931, 2932, 2933, 2934, 2939) add up to 16" in str(
        error.value
    )
    caplog.clear()
    extra = [["2013", "2998", "Tyres (AutoParts)", "CN", "China", "2", "6"]]
    with caplog.at_level(logging.WARNING, "study"):
        assert robots(write(tmp_path / "robots.csv", [*ROWS, *extra])) == EXPECTED
    assert "'2998' 'Tyres (AutoParts)'" in caplog.text
    assert "installations 2013 2; operational_stock 2013 6; left out: by its code it is part of 29" in caplog.text


@pytest.mark.parametrize(
    ("code", "new", "message"),
    [
        ("30", ("31", "Ships"), r"no row for industry 30 in 2013"),
        ("F", ("FF", "Works"), r"no row for industry F in 2013"),
        ("99", ("98", "Unplaced"), r"over industries adds up to 110, the printed total says 115"),
    ],
)
def test_an_unlisted_code_whose_robots_are_missed_is_refused_with_its_figures(tmp_path, code, new, message):
    rows = changed(code, row=put(_1=new[0], _2=new[1]))
    with pytest.raises(InputError, match=message) as error:
        robots(write(tmp_path / "robots.csv", rows))
    figures = next(row[5] for row in ROWS if row[1] == code)
    assert f"{new[0]!r} {new[1]!r}" in str(error.value)
    assert f"installations 2013 {figures}, 2014 {figures}" in str(error.value)
    assert "its code is part of no industry that is counted" in str(error.value)


def test_an_unlisted_code_with_a_known_label_is_counted_by_it_once(tmp_path, caplog):
    rows = changed("30", row=put(_1="3X"))
    with caplog.at_level(logging.WARNING, "study"):
        assert robots(write(tmp_path / "robots.csv", rows)) == EXPECTED
    assert "'3X' 'Other vehicles'" in caplog.text
    assert (
        "installations 2013 1, 2014 1; operational_stock 2013 3, 2014 3; counted to 30 (Other vehicles)" in caplog.text
    )
    twice = [*ROWS, ["2013", "3X", "Other vehicles", "CN", "China", "7", "9"]]
    with pytest.raises(
        InputError, match=r"'3X' 'Other vehicles' is no code.*installations 2013 7.*counted to 30, which"
    ):
        robots(write(tmp_path / "robots.csv", twice))


def test_the_older_form_of_299_is_told_from_the_genuine_one(tmp_path):
    """299 named as 2999 is two industries; in one label its code holds, and its parents' sums tell where it belongs."""
    old = [row for row in changed("299", row=put(_2="Unspecified AutoParts")) if row[1] != "2999"]
    with pytest.raises(
        InputError, match=r"the code '299' and the name 'Unspecified AutoParts' are two industries, 299"
    ):
        robots(write(tmp_path / "robots.csv", old))
    of_29 = [[*row[:2], f"{row[1]}-{row[2]}", *row[3:]] for row in old]
    for row in of_29:
        row[5:] = {"293": ["16", "48"], "299": ["4", "12"]}.get(row[1], row[5:])
    assert robots(write(tmp_path / "robots.csv", of_29)) == EXPECTED
    of_293 = [[*row[:2], f"{row[1]}-{row[2]}", *row[3:]] for row in old]
    for row in of_293:
        row[5:] = {"293": ["20", "60"], "299": ["4", "12"]}.get(row[1], row[5:])
    with pytest.raises(InputError, match=r"29 has 40 installations in 2013, its children .* add up to 44"):
        robots(write(tmp_path / "robots.csv", of_293))


def test_parts_with_each_others_names_are_refused(tmp_path):
    rows = changed("2931", row=put(_2="Glass (AutoParts)"))
    with pytest.raises(InputError, match=r"'2931' and the name 'Glass .AutoParts.' are two industries, 2931 and 2934"):
        robots(write(tmp_path / "robots.csv", rows))


@pytest.mark.parametrize(("measure", "robots_of_29"), [("installations", 40), ("operational_stock", 120)])
def test_exposure_from_the_genuine_file(measure, robots_of_29):
    """A province with all of the nation's workers has every robot that has an industry; one with a tenth a tenth."""
    crosswalk = load_crosswalk(ROOT / "resources" / "industries.csv", "gbt4754_2002")
    codes = crosswalk["code"].unique()
    employment = pd.DataFrame(
        [(province, code, workers) for province, workers in (("a", 900.0), ("b", 100.0)) for code in codes],
        columns=["province", "industry", "employment"],
    )
    table = pd.DataFrame(EXPECTED, columns=["industry", "year", "installations", "operational_stock"])
    found = province_exposure(table, employment, crosswalk, measure, 1000, "drop")
    placed = {"installations": 110, "operational_stock": 330}[measure]
    assert found.to_numpy() == pytest.approx(placed / (1000 * len(codes)) * 1000)
    spread = province_exposure(table, employment, crosswalk, measure, 1000, "spread")
    assert spread.to_numpy() == pytest.approx(placed * 1.045454545 / (1000 * len(codes)) * 1000, rel=1e-8)
    alone = table.assign(**{measure: table[measure].where(table["industry"] == "29", 0)})
    assert province_exposure(alone, employment, crosswalk, measure, 1000, "drop").to_numpy() == pytest.approx(
        robots_of_29 / (1000 * len(codes)) * 1000
    )


def test_the_example_has_the_genuine_codes_and_labels():
    """Its labels begin with their codes, and no robots are of unspecified parts."""
    genuine = {(code, label if code == "000" else f"{code}-{label.strip()}") for _, code, label, *_ in ROWS}
    for name in ("china", "united_states"):
        with (ROOT / "resources" / "example" / "ifr" / f"{name}.csv").open(newline="", encoding="utf-8") as file:
            printed = {(row["industrycode"], row["industry"]) for row in csv.DictReader(file)}
        assert {code for code, _ in genuine - printed} <= {"2999", "23", "263"}
        assert {code for code, _ in printed - genuine} <= {"23", "263"}  # labels that are cut off elsewhere
