"""A wide panel is told that it is wide, and how to make it long."""

import re

import pandas as pd
import pytest
from conftest import ROOT, snakemake, write_config
from study.files.panel import read_panel
from study.helpers import InputError


def refusal(path, columns=None):
    with pytest.raises(InputError) as error:
        read_panel(path, columns)
    return str(error.value)


@pytest.mark.parametrize(
    ("header", "shown", "stata", "pandas"),
    [
        ("province,2013,2014", "2013, 2014", "reshape long gdp, i(province)", "table.melt('province', var_name='year'"),
        ("地区,2013年,2014年", "2013年, 2014年", "reshape long gdp, i(地区)", "table.melt('地区', var_name='year'"),
        ("city,gdp2013,gdp2014", "gdp2013, gdp2014", "reshape long gdp, i(city)", "['gdp'], i='city', j='year')"),
        ("city,gdp_2013,gdp_2014", "gdp_2013, gdp_2014", "reshape long gdp_, i(city)", "i='city', j='year', sep='_'"),
        ("id,a.2013,a.2014,b.2013,b.2014", "a.2013, a.2014, b.2013, ...", "reshape long a b, i(id)", "['a', 'b']"),
        ("city,2013GDP,2014GDP", "2013GDP, 2014GDP", "reshape long GDP_, i(city)", "['GDP'], i='city'"),
        ("city,x2013Q1,x2013Q2", "x2013Q1, x2013Q2", "reshape long x, i(city)", "wide_to_long(table, ['x']"),
        ("city,gdp(2013),gdp(2014)", "gdp(2013), gdp(2014)", "reshape long gdp_, i(city)", "['gdp'], i='city'"),
        ("city,Q1 2013,Q2 2013", "Q1 2013, Q2 2013", "reshape long gdp, i(city)", "table.melt('city', var_name='year'"),
        ("city,2013-01,2013-02", "2013-01, 2013-02", "reshape long gdp, i(city)", "table.melt('city', var_name='year'"),
        ("city,201301,201302", "201301, 201302", "reshape long gdp, i(city)", "table.melt('city', var_name='year'"),
        ("地区,2013年1季度,2013年2季度", "2013年1季度, 2013年2季度", "reshape long gdp", "table.melt('地区', var_name"),
        ("A table of GDP\ncity,gdp2013,gdp2014", "gdp2013, gdp2014", "reshape long gdp", "wide_to_long"),
    ],
)  # fmt: skip
def test_periods_across(tmp_path, header, shown, stata, pandas):
    path = tmp_path / "panel.csv"
    count = header.splitlines()[-1].count(",")
    path.write_text(f"{header}\na,{','.join('1' * count)}\nb,{','.join('2' * count)}\n", encoding="utf-8")
    said = refusal(path)
    assert f"the file is wide, with a column a period ({shown})" in said
    assert stata in said and pandas in said and "\n" not in said
    assert refusal(path, {"province": header.splitlines()[-1].split(",")[0]}) == said


@pytest.mark.parametrize("header", ["城市,年份,gdp,pop,opened", ",城市,年份,gdp,pop"])
def test_amounts_that_look_like_years_make_no_file_wide(tmp_path, header):
    path = tmp_path / "panel.csv"
    path.write_text(f"{header}\n1,a,2013,1987,2045\n2,a,2014,2001,1999\n", encoding="utf-8")
    assert "is wide" not in refusal(path)


def test_pandas_makes_it_long_as_the_message_says(tmp_path):
    table = pd.DataFrame(
        {"city": ["a", "b"], "gdp_2013": [1, 2], "gdp_2014": [3, 4], "co2_2013": [5, 6], "co2_2014": 7}
    )
    table.to_csv(tmp_path / "panel.csv", index=False)
    command = re.search(r"pandas\.wide_to_long\(.*\)\.reset_index\(\)", refusal(tmp_path / "panel.csv"))[0]
    long = eval(command, {"pandas": pd, "table": table})
    long.to_csv(tmp_path / "long.csv", index=False)
    header, rows, _ = read_panel(tmp_path / "long.csv", {"province": "city"})
    assert header == ["province", "year", "gdp", "co2"]
    assert sorted(rows)[:2] == [["a", "2013", "1", "5"], ["a", "2014", "3", "7"]]


def test_a_workbook_with_a_wide_sheet_a_variable(tmp_path):
    path = tmp_path / "panel.xlsx"
    with pd.ExcelWriter(path) as book:
        for name in ("gdp", "co2"):
            pd.DataFrame({"province": ["a", "b"], "2013": [1, 2], "2014": [3, 4]}).to_excel(
                book, sheet_name=name, index=False
            )
    said = refusal(path)
    assert "the file is wide, with a column a period (2013, 2014)" in said and "gdp" in said


def test_units_across(tmp_path):
    path = tmp_path / "panel.csv"
    path.write_text("year,Beijing,Hebei,Shanxi\n2013,1,2,3\n2014,2,3,4\n", encoding="utf-8")
    said = refusal(path)
    assert "no column 'province'" in said
    assert "if the file is wide, with a column a unit (Beijing, Hebei, Shanxi), make it long" in said
    assert "table.melt('year', var_name='province', value_name='gdp')" in said


@pytest.mark.parametrize(
    "text",
    [
        "province,period,gdp\na,2013,1\n",  # the key has another name
        "province,period,gdp2013\na,2013,1\n",  # one column of a base year
        "when,a2013,b2014\n2013,1,2\n",  # no variable twice
    ],
)
def test_a_long_file_whose_period_has_another_name_is_not_called_wide(tmp_path, text):
    path = tmp_path / "panel.csv"
    path.write_text(text, encoding="utf-8")
    assert "wide" not in refusal(path)
    path.write_text("province,year,gdp_2013,gdp_2014\na,2013,1,2\n", encoding="utf-8")
    assert read_panel(path)[0] == [
        "province",
        "year",
        "gdp_2013",
        "gdp_2014",
    ]  # constants of base years beside a period


def test_a_wide_panel_is_refused_at_start(tmp_path):
    (tmp_path / "panel.csv").write_text("province,gdp2013,gdp2014\na,1,2\nb,2,3\n", encoding="utf-8")
    write_config(tmp_path, {"panel": {"path": "panel.csv", "columns": {}}})
    run = snakemake(ROOT / "Snakefile", tmp_path, "--cores", "1")
    said = run.stdout + run.stderr
    assert run.returncode != 0 and "panel.csv, row 1: the file is wide" in said and "Traceback" not in said
    assert not (tmp_path / "results").exists()
