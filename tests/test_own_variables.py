"""Variables and raw tables that a study adds by a row, in the workflow's table or in its config; what stops what."""

import csv
import json
import re
import shutil

from _plan import EXAMPLE
from conftest import ROOT, copy_workflow, planned_jobs, snakemake, write_config
from study.helpers import read_rows

PROVINCES = ["beijing", "hebei", "shanxi", "shaanxi", "hubei", "yunnan"]
OTHERS = [row["province"] for row in read_rows(ROOT / "resources/provinces.csv") if row["province"] not in PROVINCES]
SHORT = {
    "study": {"years": [2013, 2018], "excluded_provinces": OTHERS},
    "inputs": "raw",
    "controls": ["urban"],
    "describe": {"variables": ["gov", "urban"]},
    "tables": {"main": {"title": "Government and cities", "columns": ["gov ~ urban | province + year"]}},
}


def make(folder, config):
    """A study folder with the example's tables."""
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copytree(EXAMPLE, folder / "raw")
    write_config(folder, config)
    return folder


def run(folder, *arguments, snakefile=ROOT / "Snakefile"):
    return snakemake(snakefile, folder, "--cores", "2", *arguments)


def made(folder, *arguments, snakefile=ROOT / "Snakefile"):
    done = run(folder, *arguments, snakefile=snakefile)
    assert done.returncode == 0, done.stdout + done.stderr
    return done


def figures(folder, name, column="value"):
    """(Province, year) -> figure of a cleaned table or a derived variable."""
    floor = "clean" if column == "value" else "derived"
    rows = read_rows(folder / "results" / floor / f"{name}.csv")
    return {(row["province"], row["year"]): float(row[column]) for row in rows}


def codebook(folder):
    return {row["name"]: row for row in read_rows(folder / "results/codebook.csv")}


def printed(path):
    """Text of an export in whichever encoding."""
    content = path.read_bytes()
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("gb18030")


def row_of(lines, name):
    """Place of a province's line."""
    return next(at for at, line in enumerate(lines) if re.sub(r"[\s\u3000]", "", line).startswith(name))


def export(folder, name, title, unit, change):
    """A yearbook's export under another name and title, its figures changed: text of a figure -> text."""
    rows = list(csv.reader(printed(folder / "raw/yearbook/gdp.csv").splitlines()))
    header = next(at for at, row in enumerate(rows) if row and row[0] == "地区")
    for at, row in enumerate(rows):
        if row and row[0].startswith("指标"):
            rows[at] = [f"指标：{title}({unit})"]
        elif at > header and len(row) > 2:
            rows[at] = [row[0], *(change(cell) if cell else cell for cell in row[1:])]
    with (folder / "raw/yearbook" / f"{name}.csv").open("w", newline="", encoding="gb18030") as file:
        csv.writer(file).writerows(rows)


def test_a_study_of_two_ratios_is_a_short_config(tmp_path):
    study = make(tmp_path / "study", SHORT)
    (study / "config.yaml").write_text(
        (study / "config.yaml").read_text("utf-8") + "sources: {loans: {file: nowhere.xlsx}}\n", "utf-8"
    )
    made(study)
    header = next(csv.reader((study / "results/panel.csv").open(encoding="utf-8")))
    assert header == ["province", "year", "gov", "urban"]
    cleaned = sorted(path.stem for path in (study / "results/clean").glob("*.csv"))
    assert cleaned == ["budget_expenditure", "gdp", "urbanisation"]
    assert min(row["year"] for row in read_rows(study / "results/clean/gdp.csv")) == "2013", "no base year is asked for"
    assert planned_jobs(run(study, "-n")) == {}


def test_a_new_control_is_one_row(tmp_path):
    snakefile = copy_workflow(tmp_path / "workflow")
    table = snakefile.parent / "resources/variables.csv"
    header = table.read_text("utf-8").splitlines()[0].split(",")
    row = {
        "name": "services", "symbol": "Services", "label_en": "Share of Services", "label_zh": "服务业比重",
        "unit": "share", "definition": "Value added of the tertiary industry / GDP",
        "source": "National Bureau of Statistics", "transformation": "none",
        "formula": "value_added_tertiary / gdp", "sign": "positive", "maximum": "1",
    }  # fmt: skip
    with table.open("a", encoding="utf-8", newline="") as file:
        csv.DictWriter(file, header, lineterminator="\n").writerow(row)
    study = make(tmp_path / "study", SHORT | {"controls": ["urban", "services"]} | {"tables": {
        "main": {"title": "Government", "columns": ["gov ~ $controls | province + year"]}
    }})  # fmt: skip
    made(study, snakefile=snakefile)
    services, value_added, gdp = (
        figures(study, "services", "services"), figures(study, "value_added_tertiary"), figures(study, "gdp")
    )  # fmt: skip
    assert len(services) == 36 and services == {cell: value_added[cell] / gdp[cell] for cell in services}
    assert codebook(study)["services"]["label_zh"] == "服务业比重"
    (column,) = json.loads((study / "results/estimates/main.json").read_text("utf-8"))
    assert [term["term"] for term in column["terms"]] == ["urban", "services", "_cons"]
    assert "Services" in (study / "results/tables/main.csv").read_text("utf-8")


LOANS = {
    "key": "green_loans", "file": "yearbook/green_loans.csv", "title_zh": "绿色贷款余额", "title_en": "Green loans",
    "years": "2000-", "unit": "10^8 CNY", "where": "People's Bank of China", "minimum": 0.1,
    "maximum": 100000, "change": 3,
}  # fmt: skip
GREEN = {
    "name": "green_finance", "symbol": "GreenFin", "label_en": "Green finance", "label_zh": "绿色金融", "unit": "%",
    "formula": "green_loans / gdp", "sign": "positive",
}  # fmt: skip


def test_a_mediator_from_a_new_raw_table_by_config_alone(tmp_path):
    config = SHORT | {
        "catalog": {"own": [LOANS]},
        "variables": {"own": [GREEN, {"name": "ln_loans", "unit": "ln(10^8 CNY)", "formula": "log(green_loans)"}]},
        "describe": {"variables": ["gov", "green_finance", "ln_loans"]},
        "tables": {
            "main": {
                "bootstrap": {"replications": 100, "block": "province", "level": 95, "seed": 1},
                "columns": [
                    "green_finance ~ urban | province + year",
                    {
                        "formula": "gov ~ urban + green_finance | province + year",
                        "indirect": {"of": "urban", "through": "green_finance"},
                    },
                ],
            }
        },
    }
    study = make(tmp_path / "study", config)
    export(study, "green_loans", "绿色贷款余额", "万元", lambda cell: f"{float(cell) * 1000:.2f}")
    made(study, "all", "check")
    loans, gdp, green = (
        figures(study, "green_loans"),
        figures(study, "gdp"),
        figures(study, "green_finance", "green_finance"),
    )
    observed = [row for row in read_rows(study / "results/clean/green_loans.csv") if row["imputed"] == "0"]
    assert len(observed) >= 35 and all(abs(loans[cell] / gdp[cell] - 0.1) < 1e-6 for cell in green if gdp[cell])
    assert green == {cell: loans[cell] / gdp[cell] * 100 for cell in green}, "in per cent, as its unit says"
    described = codebook(study)["green_finance"]
    assert (described["unit"], described["definition"]) == ("%", "green_loans / gdp")
    assert described["source"].startswith("Simulated inputs") and "People's Bank of China" in described["source"]
    columns = json.loads((study / "results/estimates/main.json").read_text("utf-8"))
    assert columns[1]["indirect"]
    checked = {row["table"]: row for row in read_rows(study / "results/check.csv")}
    assert checked["green_loans"]["status"] == "found" and checked["green_loans"]["unit_printed"] == "万元"
    assert checked["green_loans"]["needed_by"] == "main, table_1"


def test_two_vintages_of_one_table_and_two_currencies_stand_beside_each_other(tmp_path):
    config = SHORT | {
        "catalog": {
            "own": [
                {
                    "key": "gdp_printed", "theme": "accounts", "file": "yearbook/gdp_printed.csv",
                    "title_zh": "地区生产总值", "title_en": "GDP as first printed", "unit": "10^8 CNY",
                    "years": "2000-", "where": "yearbooks",
                },
                {
                    "key": "trade_cny", "file": "yearbook/trade_cny.csv", "title_zh": "进出口总额(人民币)",
                    "title_en": "Imports and exports in CNY", "unit": "10^8 CNY", "years": "2000-", "where": "customs",
                },
            ]
        },
        "variables": {
            "own": [
                {"name": "open", "unit": "ratio", "formula": "trade * exchange_rate / gdp_printed"},
                {"name": "open_cny", "unit": "ratio", "formula": "trade_cny / gdp"},
            ]
        },
        "describe": {"variables": ["gov", "open", "open_cny"]},
    }  # fmt: skip
    study = make(tmp_path / "study", config)
    export(study, "gdp_printed", "地区生产总值", "亿元", lambda cell: f"{float(cell) * 0.9:.2f}")
    export(study, "trade_cny", "进出口总额(人民币)", "亿元", lambda cell: f"{float(cell) * 0.3:.2f}")
    made(study)
    trade, rate = figures(study, "trade"), figures(study, "exchange_rate")
    gdp, printed = figures(study, "gdp"), figures(study, "gdp_printed")
    ours, gov = figures(study, "open", "open"), figures(study, "gov", "gov")
    assert ours == {cell: trade[cell] * rate["china", cell[1]] / printed[cell] for cell in ours}
    budget = figures(study, "budget_expenditure")
    assert gov == {cell: budget[cell] / gdp[cell] for cell in gov}
    assert all(abs(value - 0.3) < 1e-4 for value in figures(study, "open_cny", "open_cny").values())
    assert codebook(study)["open"]["definition"] == "trade * exchange_rate / gdp_printed"


def test_a_partial_a_missing_and_a_suspect_table_stop_what_uses_them_and_nothing_else(tmp_path):
    config = SHORT | {
        "capital": {
            "base_year": 2010, "depreciation": 0.1, "initial_stock": "tenth",
            "price_continued_by": "retail_price_index", "investment_continued_by": "fixed_asset_investment_growth",
        },
        "describe": {"variables": ["gov", "fin"]},
        "tables": {
            "budget": {"columns": ["gov ~ urban | province + year"]},
            "people": {"columns": ["density ~ urban | province + year"]},
            "growth": {"columns": ["energy_efficiency ~ urban | province + year"]},
            "trade": {"columns": ["open ~ urban | province + year"]},
        },
    }  # fmt: skip
    study = make(tmp_path / "study", config)
    whole = (study / "raw/yearbook/population.csv").read_bytes()
    lines = printed(study / "raw/yearbook/population.csv").splitlines()
    del lines[row_of(lines, "河北")]
    (study / "raw/yearbook/population.csv").write_text("\n".join(lines), "utf-8")
    (study / "raw/yearbook/gdp_index.csv").unlink()
    lines = printed(study / "raw/yearbook/trade.csv").splitlines()
    cells = lines[row_of(lines, "河北")].split(",")
    cells[6] = str(int(cells[6]) * 1000)
    lines[row_of(lines, "河北")] = ",".join(cells)
    (study / "raw/yearbook/trade.csv").write_text("\n".join(lines), "utf-8")
    failed = run(study, "--keep-going")
    said = failed.stdout + failed.stderr
    assert failed.returncode != 0 and "Traceback" not in said
    assert "population.csv: no row for hebei" in said and "gdp_index: raw/yearbook/gdp_index.csv" in said
    assert "1 suspect figure of trade" in said
    assert sorted(path.stem for path in (study / "results/tables").glob("*.csv")) == ["budget", "table_1"]
    (study / "raw/yearbook/population.csv").write_bytes(whole)
    again = run(study, "--keep-going", "-n", "results/tables/people.csv")
    assert planned_jobs(again) == {
        "clean_yearbook": 1, "derive_variable": 1, "estimate_table": 1, "tabulate_table": 1
    }  # fmt: skip


def test_a_nation_that_cannot_be_summed_stops_shares_of_it_alone(tmp_path):
    per_head = {"name": "power_per_head", "unit": "10^4 kWh per persons", "formula": "electricity / population"}
    config = SHORT | {
        "study": {"years": [2013, 2018], "excluded_provinces": ["tibet"]},
        "variables": {"own": [per_head]},
        "describe": {"variables": ["power_per_head"]},
        "tables": {
            "shares": {"columns": ["energy ~ urban | province + year"]},
            "heads": {"columns": ["power_per_head ~ urban | province + year"]},
        },
    }
    study = make(tmp_path / "study", config)
    path = study / "raw/energy/electricity.csv"
    lines = printed(path).splitlines()
    name, *cells = lines[row_of(lines, "西藏")].split(",")
    lines[row_of(lines, "西藏")] = ",".join([name, *("" for _ in cells)])
    del lines[row_of(lines, "全国")]
    path.write_text("\n".join(lines), "utf-8")
    failed = run(study, "--keep-going")
    said = failed.stdout + failed.stderr
    assert failed.returncode != 0 and "Traceback" not in said
    assert "energy: electricity has no figure of the nation for 2013, 2014" in said
    assert "none is printed for tibet" in said and "exclude china" not in said and "china to study" not in said
    assert sorted(path.stem for path in (study / "results/tables").glob("*.csv")) == ["heads", "table_1"]


def test_a_year_is_said_to_be_asked_for_by_the_key_that_asks(tmp_path):
    capital = {
        "base_year": 1995, "depreciation": 0.1, "initial_stock": "tenth", "price_continued_by": "retail_price_index",
        "investment_continued_by": "fixed_asset_investment_growth",
    }  # fmt: skip
    config = SHORT | {"capital": capital | {"base_year": 2000}, "describe": {"variables": ["energy_efficiency"]}}
    study = make(tmp_path / "study", config)
    path = study / "raw/yearbook/gdp.csv"
    rows = list(csv.reader(printed(path).splitlines()))
    with path.open("w", newline="", encoding="gb18030") as file:
        csv.writer(file).writerows([row[:-3] if len(row) > 4 else row for row in rows])
    failed = run(study, "results/derived/energy_efficiency.csv")
    said = failed.stdout + failed.stderr
    assert failed.returncode != 0 and "needs 2000 to 2018 (capital.base_year)" in said
    assert "change capital.base_year (the first) or study.years (the last)" in said


def test_a_lag_of_what_is_the_same_in_every_year_and_an_accepted_figure_in_a_short_config(tmp_path):
    config = SHORT | {
        "cleaning": {"accept": {"gdp": ["beijing 2013"]}},
        "variables": {"own": [{"name": "dense_before", "unit": "10^4 persons per km2", "formula": "lag(density)"}]},
        "catalog": {"own": [LOANS | {"key": "all_years", "file": "yearbook/gdp.xlsx"}]},
        "describe": {"variables": ["dense_before", "gov"]},
    }
    study = make(tmp_path / "study", config)
    made(study)
    before, density = figures(study, "dense_before", "dense_before"), figures(study, "density", "density")
    assert before["beijing", "2014"] == density["beijing", "2013"] and ("beijing", "2012") in density


def test_years_are_those_that_are_printed_where_a_row_says_none(tmp_path):
    row = {
        "key": "printed",
        "file": "yearbook/printed.csv",
        "title_zh": "数",
        "title_en": "X",
        "unit": "10^8 CNY",
        "where": "y",
    }
    config = SHORT | {
        "catalog": {"own": [row]},
        "variables": {"own": [{"name": "ours", "unit": "ratio", "formula": "printed / gdp"}]},
        "describe": {"variables": ["ours"]},
    }
    study = make(tmp_path / "study", config)
    export(study, "printed", "数", "亿元", lambda cell: cell)
    made(study, "results/derived/ours.csv")
    assert set(figures(study, "ours", "ours").values()) == {1.0}
    assert len({figures(study, "printed")["beijing", str(year)] for year in range(2013, 2019)}) == 6


def test_a_nation_is_not_the_sum_of_shares_or_indices(tmp_path):
    config = SHORT | {
        "study": {"years": [2013, 2018], "excluded_provinces": ["tibet"]},
        "variables": {"own": [{"name": "x", "unit": "ratio", "formula": "urbanisation / national(urbanisation)"}]},
        "describe": {"variables": ["x"]},
    }
    study = make(tmp_path / "study", config)
    failed = run(study, "--keep-going")
    said = failed.stdout + failed.stderr
    assert failed.returncode != 0 and "urbanisation has no figure of the nation for 2013" in said
    assert (study / "results/tables/main.csv").exists(), "urban itself is made"
