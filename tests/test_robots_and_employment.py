"""Readers of robot counts, the census of employment and employment by SIC major group."""

from pathlib import Path

import pytest
from study.helpers import InputError
from study.publishers.census import read_census
from study.publishers.ifr import LEAVES, read_robots
from study.publishers.us_employment import read_major_groups
from study.words.regions import province_names

NAMES = province_names(Path(__file__).parents[1] / "resources" / "provinces.csv")

ROBOTS = "Year,industrycode,industry,countrycode,country,delivered,op_stock\n"


def robot_file(tmp_path, changes=(), drop=()):
    """One year in which leaf k has k+1 robots; `changes` and `drop` spoil it."""
    counts = {code: k + 1 for k, code in enumerate(LEAVES)}
    counts |= {"99": 5, "229": 2, "289": 3}
    counts["000"] = sum(counts.values())
    counts["D"] = 1000  # a parent, never read
    counts |= dict(changes)
    lines = [f"2013,{code},x,CN,China,{n},{n}" for code, n in counts.items() if code not in drop]
    path = tmp_path / "robots.csv"
    path.write_text(ROBOTS + "\n".join(lines) + "\n", encoding="utf-8")
    return path


def test_every_robot_is_counted_once(tmp_path):
    rows = read_robots(robot_file(tmp_path), "CN", range(2013, 2014), 0.0)
    assert [row[0] for row in rows] == [*LEAVES, "99"]
    assert rows[-1] == ("99", 2013, 10, 10)
    assert sum(row[2] for row in rows) == sum(range(1, len(LEAVES) + 1)) + 10


def test_a_leaf_listed_by_its_children_is_their_sum(tmp_path):
    path = robot_file(tmp_path, changes={"291": 10, "293": 4, "299": 1}, drop={"29"})
    rows = read_robots(path, "CN", range(2013, 2014), 0.0)
    assert {row[0]: row[2] for row in rows}["29"] == LEAVES.index("29") + 1


@pytest.mark.parametrize(
    ("changes", "drop", "expected"),
    [
        ({"24": 99}, (), "installations of 2013 over industries adds up to"),
        ({"24": -1}, (), "number of robots"),
        ({"24": "many"}, (), "'many'"),
        ({"24": ""}, (), "''"),
        ({}, ("24",), "no row for industry 24 in 2013"),
    ],
)
def test_bad_robot_tables_are_refused(tmp_path, changes, drop, expected):
    with pytest.raises(InputError, match=expected):
        read_robots(robot_file(tmp_path, changes, drop), "CN", range(2013, 2014), 0.001)


def test_robot_years_countries_and_headers_are_checked(tmp_path):
    path = robot_file(tmp_path)
    with pytest.raises(InputError, match="no rows of CN for 2014"):
        read_robots(path, "CN", range(2013, 2015), 0.001)
    with pytest.raises(InputError, match="no rows of country US; the file has CN"):
        read_robots(path, "US", range(2013, 2014), 0.001)
    path.write_text(path.read_text().replace("delivered", "supplied"), encoding="utf-8")
    with pytest.raises(InputError, match="row 1: no column delivered"):
        read_robots(path, "CN", range(2013, 2014), 0.001)


CENSUS = (
    "表\n单位：万人\n代码,行业,全国,北京,天津\n,总计,10,6,4\nA,农业部门,7,4,3\n01,农业,7,4,3\n06,煤炭,3,2,1\n注：。\n"
)


TWO = {"全国": "china", "北京": "beijing", "天津": "tianjin"}


def test_a_census_needs_every_province(tmp_path):
    path = tmp_path / "census.csv"
    path.write_bytes(CENSUS.encode("gbk"))
    with pytest.raises(InputError, match="no figures for anhui, chongqing"):
        read_census(path, NAMES, {"万人": 1e4}, 0.001)


def test_census_divisions_in_persons(tmp_path):
    path = tmp_path / "census.csv"
    path.write_bytes(CENSUS.encode("gbk"))
    rows = read_census(path, TWO, {"人": 1, "万人": 1e4}, 0.001)
    assert rows == [("beijing", "01", 4e4), ("beijing", "06", 2e4), ("tianjin", "01", 3e4), ("tianjin", "06", 1e4)]


def test_other_words_for_codes_and_units_are_the_same_table(tmp_path):
    path = tmp_path / "census.csv"
    path.write_bytes(CENSUS.replace("代码", "编号").replace("单位：万人", "（10 000 persons）").encode("gbk"))
    assert read_census(path, TWO, {"万人": 1e4}, 0.001)[0] == ("beijing", "01", 4e4)
    path.write_text(GROUPS.replace("thousands", "millions"))
    assert read_major_groups(path, {"thousands": 1000}, 0.001) == [("20", 1661.5e6), ("21", 10e6)]


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("06,煤炭", "01,煤炭", "row 7, column C: division 01 of china stands already in .*row 6, column C"),
        ("06,煤炭", "6,煤炭", "row 7, column A: code '6' has lost its leading zero"),
        ("7,4,3\n06", "7,4,x\n06", "'x'"),
        ("06,煤炭,3,2,1", "06,煤炭,3,2,2", "adds up to"),
        ("单位：万人", "单位：户", "户"),
        ("天津", "北京", "row 3, column E: '北京' stands already in .*row 3, column D"),
        ("代码,行业,全国,北京,天津\n", "", "no header row found above the industries|says the province"),
    ],
)
def test_bad_census_tables_are_refused(tmp_path, old, new, expected):
    path = tmp_path / "census.csv"
    path.write_bytes(CENSUS.replace(old, new, 1).encode("gbk"))
    with pytest.raises(InputError, match=expected):
        read_census(path, TWO, {"人": 1, "万人": 1e4}, 0.001)


GROUPS = '(In thousands)\nSIC,Industry,Employment\nD,Factories,"1,671.5"\n20,Food,"1,661.5"\n21,Tobacco,10\nSource: x\n'


def test_major_groups_in_persons(tmp_path):
    path = tmp_path / "us.csv"
    path.write_text(GROUPS)
    assert read_major_groups(path, {"thousands": 1000}, 0.001) == [("20", 1661500), ("21", 10000)]


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("thousands", "dozens", "row 2: no unit of 'Employment'"),
        ("21,Tobacco,10\n", "", "division D over major groups adds up to 1661.5"),
        ("21,Tobacco", "20,Tobacco", "row 5, column C: SIC 20 stands already in .*row 4, column C"),
        ("21,Tobacco,10", "21,Tobacco,", "row 5, column C"),
    ],
)
def test_bad_major_groups_are_refused(tmp_path, old, new, expected):
    path = tmp_path / "us.csv"
    path.write_text(GROUPS.replace(old, new, 1))
    with pytest.raises(InputError, match=expected):
        read_major_groups(path, {"thousands": 1000}, 0.001)
