"""One vocabulary under all readers: the same footers, years, units and numbers are the same to each of them."""

import csv
from functools import partial
from pathlib import Path

import pytest
import test_balance
import test_employment_forms as employment
import test_ifr
import test_inventory
from _rendered import FOOTERS, LAYOUTS, YEARS, Measure
from study.files.finding import chosen_sheets, table_files
from study.files.sheets import read_sheets
from study.helpers import InputError
from study.publishers.census import read_census
from study.publishers.employment_counts import find_factor, persons_in
from study.publishers.every_form import every_reader, reader_tables
from study.publishers.ifr import read_robots
from study.publishers.us_employment import read_major_groups
from study.words.headings import exact_kind
from study.words.printed import is_figure, parse_count
from study.words.regions import is_no_province, is_outside, known_province
from study.words.years import year_of

RESOURCES = Path(__file__).parents[1] / "resources"
TABLES = reader_tables(*(RESOURCES / f"{name}.csv" for name in ("provinces", "balance", "cities")))
GDP = Measure("gdp", "地区生产总值", "亿元", 1)
PRINTED = {(name, year): str(1000 + 100 * k + year) for k, name in enumerate(("北京市", "天津市")) for year in YEARS}
CITIES = [
    [province, city, str(year), "B01D", str(10 * k + year - 2000)]
    for k, (province, city) in enumerate((("河北省", "石家庄市"), ("河北省", "唐山市"), ("北京市", "北京市")))
    for year in (2013, 2014)
]
DIVISIONS = [["Employment by industry"], ["(In thousands)"], ["SIC", "Industry", "Employment"]]


def by_province_and_year(path):
    return [table.parse().values for table in every_reader(TABLES)(str(path))]


def census(path):
    return read_census(path, employment.NAMES, employment.UNITS, 0.001, titles=employment.TITLES)


def major_groups(path):
    return read_major_groups(path, employment.US_UNITS, 0.001, industries=employment.GROUPS, year=1990)


def robots(path):
    return read_robots(path, "CN", test_ifr.YEARS, test_ifr.TOLERANCE, measure="installations")


def provinces_down():
    codes = sorted(employment.TITLES)
    rows = [["2004年各地区分行业从业人员"], ["单位：人"], ["地区", *(employment.TITLES[code] for code in codes)]]
    return rows + [
        [row["name_zh"], *(employment.PERSONS[slug, code] for code in codes)]
        for slug, row in employment.PRINTED.items()
    ]


# Form -> rows of a table without its footer, and how a file of it is read; `parts` are several files of one table.
FORMS = {
    **{f"yearbook, {name}": (lay(PRINTED, GDP, "{}({u})"), by_province_and_year) for name, lay in LAYOUTS.items()},
    "patents": ([["省份", "城市", "年份", "IPC分类号", "绿色专利申请数"], *CITIES], by_province_and_year),
    "patents across": (
        [
            ["各市绿色专利申请数"],
            ["城市", "省份", "2013", "2014"],
            *([row[1], row[0], row[4], "7"] for row in CITIES[::2]),
        ],
        by_province_and_year,
    ),
    "balance": (test_balance.chinese(), by_province_and_year),
    "inventory": (test_inventory.inventory()[: -len(test_inventory.REFERENCES)], by_province_and_year),
    "census across": (list(employment.across())[:-1], census),
    "census down": (provinces_down(), census),
    "census, a data set": ([employment.LONG_HEAD, *employment.long()], census),
    "SIC below divisions": ([*DIVISIONS, *([code, "x", n] for code, n in employment.THOUSANDS.items())], major_groups),
    "SIC, a data set": (employment.PLAIN, major_groups),
    "employment statistics": (list(employment.series()), major_groups),
    "accounts": (list(employment.accounts())[:-2], major_groups),
    "robots, long": ([test_ifr.HEADER, *test_ifr.long_rows()], robots),
    "robots, wide": (test_ifr.wide_rows(), robots),
}
STEMS = {"robots, wide": "china_installations"}


def write(path, rows, footer="", padded=False):
    """Comma-separated text; `padded`: as a spreadsheet saves it, each line as wide as the table."""
    width = max(map(len, rows)) if padded else 0
    lines = [*rows, *([line] for line in footer.split("\n") if line)]
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([*line, *[""] * (width - len(line))] for line in lines)
    return path


@pytest.mark.parametrize("form", sorted(FORMS))
def test_every_reader_ends_at_the_same_footers(tmp_path, form):
    rows, read = FORMS[form]
    path = tmp_path / f"{STEMS.get(form, 'Beijing2019')}.csv"
    without = read(write(path, rows))
    assert without
    for k, footer in enumerate((*FOOTERS, "说明：口径有调整\n发明与实用新型合计", "*注：a，b")):
        assert read(write(path, rows, footer, padded=k % 2 == 0)) == without, footer


def test_footers_below_parts_of_a_table(tmp_path):
    """A sheet a province, a sheet an industry, robots by industry."""
    for footer in FOOTERS[3:7]:
        lines = [[line] for line in footer.split("\n")]
        sheets = {row["short_zh"]: [*list(employment.one_province(slug))[:-1], *lines]
                  for slug, row in employment.PRINTED.items()}  # fmt: skip
        assert census(employment.book(tmp_path / "census.xlsx", sheets)) == employment.EXPECTED
    for code in test_ifr.SET.uses:
        rows = [*test_ifr.industry_rows(code)[:-1], ["来源：联合会"], ["附注：不含服务机器人"]]
        test_ifr.write_csv(tmp_path / "installations" / f"industry_{code} - x.csv", rows)
    assert test_ifr.close(robots(tmp_path / "installations"), test_ifr.expected(operational_stock=None))


@pytest.mark.parametrize("form", ["patents", "census across", "SIC, a data set", "census, a data set", "accounts"])
def test_figures_below_the_notes_are_refused(tmp_path, form):
    rows, read = FORMS[form]
    path = write(tmp_path / "table.csv", [*rows, ["来源：国家统计局"], rows[-1]])
    with pytest.raises(InputError, match=f"row {len(rows) + 2}: .* stands below the notes; keep one table on a sheet"):
        read(path)


# --- years --------------------------------------------------------------------------------------------------------

YEAR_FORMS = (
    "{}",
    "{}年",
    "{}年度",
    "{}年底",
    "X{}",
    "yr.{}",
    "{}-12-31",
    "{}.0",
    "FY{}",
    "{}年(快报)",
)


def with_years(form, rows):
    """Cells that are a year of a table, printed in another form."""
    known = {str(year) for year in (*YEARS, 1989, 1990, 2004, 2010, 2011)}
    return [[form.format(cell) if str(cell) in known else cell for cell in row] for row in rows]


@pytest.mark.parametrize("printed", YEAR_FORMS)
def test_every_reader_takes_the_same_years(tmp_path, printed):
    assert year_of(printed.format(2022)) == 2022
    for name in ("yearbook, provinces_down", "yearbook, data_set", "yearbook, by_name", "patents", "SIC, a data set",
                 "employment statistics", "accounts", "robots, long", "robots, wide"):  # fmt: skip
        rows, read = FORMS[name]
        rows = [[cell.removesuffix("年") if isinstance(cell, str) else cell for cell in row] for row in rows]
        path = tmp_path / f"{STEMS.get(name, 'table')}.csv"
        assert read(write(path, with_years(printed, rows))) == read(write(path, rows)), name
    rows = [["年份", *employment.LONG_HEAD], *employment.long(year=printed.format(2004))]
    path = write(tmp_path / "census.csv", rows)
    long = partial(read_census, path, employment.NAMES, employment.UNITS, 0.001, titles=employment.TITLES)
    assert long(year=2004) == employment.EXPECTED
    with pytest.raises(InputError, match="no rows of 2008"):
        long(year=2008)


def test_the_number_of_a_standard_is_no_year(tmp_path):
    rows = [["按GB/T 4754-2002行业大类分的就业人员"], *list(employment.across())[1:]]
    path = write(tmp_path / "census.csv", rows)
    assert read_census(path, employment.NAMES, employment.UNITS, 0.001, year=2004) == employment.EXPECTED
    write(path, [["按行业大类分的就业人员 2008"], *rows[1:]])
    with pytest.raises(InputError, match="the title says 2008; the study needs 2004"):
        read_census(path, employment.NAMES, employment.UNITS, 0.001, year=2004)


# --- units, numbers, regions, headings ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("printed", "persons"),
    [
        ("人", 1), ("万人", 1e4), ("千人", 1e3), ("个、人", 1), ("单位：万人", 1e4), ("10 000 persons", 1e4),
        ("Thousands of employees", 1e3), ("In thousands", 1e3), ("thousands", 1e3), ("In persons", 1),
        ("millions", 1e6), ("万元", None), ("户", None), ("Millions of dollars", None), ("2004", None), ("", None),
    ],
)  # fmt: skip
def test_persons_in_a_printed_unit(printed, persons):
    assert persons_in(printed) == persons


def test_the_unit_of_a_table_of_employment():
    assert find_factor(["x (户)", "Employees [thousands]", "单位：人"], ["人"], "t") == 1e3
    assert find_factor(["2004年", "(2004)"], ["人"], "t") is None
    with pytest.raises(InputError, match="t: the unit is 万元; expected one of 人, 万人"):
        find_factor(["单位：万元"], ["人", "万人"], "t")


def test_figures_and_counts():
    assert all(map(is_figure, ("1", "-2", "1,234.5", "１２", "1e5", ".5", " 7 ")))
    assert not any(map(is_figure, ("", "-", "n.a.", "12人", "1,2", "..")))
    assert parse_count("1,234", "t", "employed") == 1234
    assert parse_count("", "t", "employed", empty=True) is None
    for text, most in (("", 10), ("-1", 10), ("11", 10), ("x", 10)):
        with pytest.raises(InputError, match=f"^t: found '{text}', expected a number"):
            parse_count(text, "t", "of robots", most)


def test_places_that_are_no_province():
    assert all(map(is_outside, ("台湾省", "香港特别行政区", "国外", "其他", "其他国家", "Hong Kong", "Others", "未知")))
    assert not any(map(is_outside, ("海南", "合计", "东部", "国际大都市圈上海", "北京", "")))
    assert all(map(is_no_province, ("东部地区", "合计", "澳门", "新疆生产建设兵团")))


def test_sums_of_provinces_in_two_languages(tmp_path):
    assert {known_province(name, employment.NAMES) for name in ("全 国 Total", "全国 National Total")} == {"china"}
    assert known_province("北京 Total", employment.NAMES) is None
    rows = [[f"{cell} Total" if cell == "全国" else cell for cell in row] for row in employment.across()]
    assert census(write(tmp_path / "census.csv", rows)) == employment.EXPECTED
    rows = provinces_down()
    rows.append(["合 计 Total", *(sum(row[c] for row in rows[3:]) for c in range(1, len(rows[2])))])
    path = write(tmp_path / "census.csv", rows)
    assert read_census(path, employment.NAMES, employment.UNITS, 0.001, year=2004) == employment.EXPECTED


def test_headings_of_industry_codes():
    assert {exact_kind(head) for head in ("行业代码", "SIC", "industry_code", "sic87", "大类代码")} == {"industry code"}
    assert exact_kind("countrycode") == "country"
    assert exact_kind("代码") == "code"


# --- files and sheets ---------------------------------------------------------------------------------------------


def test_files_and_sheets_are_found_alike(tmp_path):
    for name in ("b/2.csv", "b/1.xlsx", "b/.hidden.csv", "b/~$lock.xlsx", "b/notes.pdf", "a.csv"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("x,1\n")
    found = [path.relative_to(tmp_path).as_posix() for path in table_files([tmp_path / "a.csv", tmp_path / "b"])]
    assert found == ["a.csv", "b/1.xlsx", "b/2.csv"]
    sheets = read_sheets(tmp_path / "a.csv")
    assert chosen_sheets("a.csv", sheets, "") == sheets
    with pytest.raises(InputError, match=r"a\.csv: no sheet 'x'; those that are filled: none"):
        chosen_sheets("a.csv", sheets, "x")
