"""A folder of files as downloaded, in every publisher's form and under any name, gives the study's very numbers."""

import csv
import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from conftest import ROOT, default_config, small_config, snakemake, write_config
from openpyxl import Workbook

ZH = {"beijing": "北京", "hebei": "河北", "shanxi": "山西", "shaanxi": "陕西"}
FUELS = {
    "raw_coal": "原煤", "coke": "焦炭", "crude_oil": "原油", "gasoline": "汽油", "kerosene": "煤油", "diesel": "柴油",
    "fuel_oil": "燃料油", "lpg": "液化石油气", "natural_gas": "天然气", "net_heat": "热力", "electricity": "电力",
}  # fmt: skip
PHYSICAL = [key for key in FUELS if key not in ("net_heat", "electricity")]
YEARS = range(2013, 2019)


def cells(study: Path, *keys: str) -> dict[tuple[str, str, int], float]:
    """(key, province, year) -> value of cleaned tables."""
    return {
        (key, row["province"], int(row["year"])): float(row["value"])
        for key in keys
        for row in csv.DictReader((study / "results" / "clean" / f"{key}.csv").open(encoding="utf-8"))
    }


def text(path: Path, lines, encoding="gbk") -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes("".join(",".join(map(str, line)) + "\r\n" for line in lines).encode(encoding))


def workbook(path: Path, **sheets) -> None:
    book = Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(list(row))
    path.parent.mkdir(parents=True, exist_ok=True)
    book.save(path)


def energy_balance(province: str, year: int, energy: dict) -> list[list]:
    """A province's balance: total consumption of each fuel, of which the greater part is transformed."""
    units = {"天然气": "亿立方米", "热力": "万百万千焦", "电力": "亿千瓦小时"}
    totals = [energy.get((key, province, year), 0) or None for key in FUELS]
    final = [value and value / 4 for value in totals]
    none: list = [None] * len(FUELS)
    rows = [
        ["一、可供本地区消费的能源量", *totals],
        ["外省(区、市)调入量", *none],
        ["本省(区、市)调出量(-)", *none],
        ["二、加工转换投入(-)产出(+)量", *none],
        ["1.火力发电", *[None if value is None else -value / 2 for value in totals[:9]]],
        ["2.供热", *none],
        ["三、损失量", *none],
        ["四、终端消费量", *final],
        ["1.工业", *final],
        ["2.建筑业", *none],
        ["3.交通运输、仓储和邮政业", *none],
        ["五、平衡差额", *none],
        ["六、消费量合计", *totals],
    ]
    head = [
        [f"5-1 {ZH[province]}能源平衡表(实物量)-{year}"],
        ["项 目", *FUELS.values()],
        [None, *(units.get(fuel, "万吨") for fuel in FUELS.values())],
    ]
    return [*head, *rows, ["注：空白为零。"]]


@pytest.fixture(scope="module")
def wild(small_study, tmp_path_factory):
    """(study folder, inputs) with the small study's tables in other forms, under names of their own."""
    study, folder = small_study[1], tmp_path_factory.mktemp("wild")
    raw = folder / "我的 downloads"
    shutil.copytree(study / "raw", raw)
    accounts, energy = cells(study, "gdp", "gdp_index"), cells(study, *PHYSICAL)
    controls = cells(study, "loans", "budget_expenditure", "population", "urbanisation", "area", "trade")
    capital, labour = cells(study, "investment_price_index"), cells(study, "employment")
    yearbook = raw / "yearbook"
    # one page a province, of several indicators
    base = range(2000, 2019)
    for name in ("gdp", "gdp_index", "population", "loans", "budget_expenditure", "urbanisation", "employment", "area"):
        (yearbook / f"{name}.csv").unlink()
    for slug, zh in ZH.items():
        page = [["数据库：分省年度数据"], [f"地区：{zh}市" if slug == "beijing" else f"地区：{zh}省"], ["时间："]]
        page += [["指标", *(f"{year}年" for year in base)]]
        page += [["地区生产总值(亿元)", *(accounts["gdp", slug, year] for year in base)]]
        index = (accounts.get(("gdp_index", slug, year), "") for year in base)
        page += [["地区生产总值指数(上年=100)", *index], ["数据来源：国家统计局"]]
        text(raw / "分省" / f"{zh}.csv", page)
    # many tables in one Stata file and one parquet file
    frame = [
        {"province": zh, "year": year}
        | {name: controls[name, slug, year] for name in ("loans", "budget_expenditure")}
        | {"note": "own compilation", "employment": labour["employment", slug, year]}
        for slug, zh in ZH.items()
        for year in YEARS
    ]
    pd.DataFrame(frame).to_stata(raw / "bank and budget.dta", write_index=False, version=118)
    frame = [
        {"地区": zh, "年份": year, "年末常住人口(万人)": controls["population", slug, year]}
        | {"城镇化率(%)": 100 * controls["urbanisation", slug, year]}
        for slug, zh in ZH.items()
        for year in YEARS
    ]
    pd.DataFrame(frame).to_parquet(raw / "人口.parquet")
    workbook(
        raw / "土地面积2018.xlsx",
        说明=[["来源：统计年鉴"]],
        表=[["地区", "土地面积(平方公里)"], *([zh, 1e4 * controls["area", slug, 2018]] for slug, zh in ZH.items())],
    )
    # a vendor's series, transposed exports, the 2025-26 site under the table's name
    (yearbook / "investment_price_index.csv").unlink()
    series = [
        [f"{zh}:固定资产投资价格指数" for zh in ZH.values()],
        ["年"] * 4,
        ["上年=100"] * 4,
        ["M1", "M2", "M3", "M4"],
    ]
    rows = [["指标名称", *series[0]], ["频率", *series[1]], ["单位", *series[2]], ["指标ID", *series[3]]]
    rows += [
        [f"{year}-12-31", *(capital["investment_price_index", slug, year] for slug in ZH)] for year in range(2001, 2019)
    ]
    text(raw / "wind" / "series.csv", [*rows, ["数据来源：Wind"]])
    (yearbook / "trade.csv").unlink()
    rows = [["数据库：分省年度数据"], ["指标：经营单位所在地进出口总额(亿美元)"], ["时间："], ["时间", *ZH.values()]]
    text(raw / "t.csv", [*rows, *([f"{year}年", *(controls["trade", slug, year] for slug in ZH)] for year in YEARS)])
    # fuels: a balance for each province and year
    for name in PHYSICAL:
        (raw / "energy" / f"{name}.csv").unlink()
    for year in YEARS:
        pages = {ZH[slug]: energy_balance(slug, year, energy) for slug in ZH}
        workbook(raw / "能源平衡表" / f"{year}.xlsx", **pages)
    # robots: a wide file a measure, figures with decimal commas
    rows = list(csv.DictReader((raw / "ifr" / "china.csv").open(encoding="utf-8")))
    (raw / "ifr" / "china.csv").unlink()
    years = sorted({row["year"] if "year" in row else row["Year"] for row in rows})
    for column, measure in (("delivered", "installations"), ("op_stock", "operational stock")):
        counts = {(row["industry"], row["industrycode"], row["Year"]): row[column] for row in rows}
        names = list(dict.fromkeys((row["industry"], row["industrycode"]) for row in rows))
        lines = [f"China, {measure}", ";".join(["Industry", *years])]
        for industry, code in names:
            label = industry if industry.startswith(code) else f"{code}-{industry}"
            lines.append(";".join([label, *(f"{counts[industry, code, year]},0" for year in years)]))
        path = raw / "ifr" / "china" / f"{measure}.csv"
        path.parent.mkdir(exist_ok=True)
        path.write_text("\n".join(lines), "utf-8")
    # tables without a title, under names of their own
    (raw / "ifr" / "united_states.csv").rename(raw / "World Robotics (1).csv")
    (raw / "census" / "employment_2004.csv").rename(raw / "第一次经济普查.csv")
    (raw / "census" / "us_employment_1990.csv").rename(raw / "bls.csv")
    config = small_config()
    config["inputs"] = str(raw)
    config["tables"]["iv"] = {"columns": ["ln_co2 ~ open | province + year | ai ~ ai_us"]}
    write_config(folder, config)
    return small_study[0], folder, raw


def test_files_as_downloaded_give_the_same_study(small_study, wild, tmp_path):
    snakefile, folder, _ = wild
    run = snakemake(snakefile, folder, "--cores", "2", "results/panel.csv", "results/check.csv")
    assert run.returncode == 0, run.stdout + run.stderr
    ours, theirs = (path / "results" / "clean" for path in (folder, small_study[1]))
    for path in sorted(theirs.glob("*.csv")):
        rows, expected = (
            # a national row beside the provinces is printed in some forms only
            [row for row in csv.reader((side / path.name).open(encoding="utf-8")) if row[0] != "china"]
            for side in (ours, theirs)
        )
        assert len(rows) == len(expected)
        for row, other in zip(rows, expected, strict=True):
            for cell, wanted in zip(row, other, strict=True):
                # units were changed and changed back
                assert cell == wanted or float(cell) == pytest.approx(float(wanted), rel=1e-11), (path.name, row, other)
    panel, small = (pd.read_csv(study / "results" / "panel.csv") for study in (folder, small_study[1]))
    pd.testing.assert_frame_equal(panel[small.columns], small, rtol=1e-6)
    # the exposure has all provinces' workers, in a study of a few too
    write_config(tmp_path, default_config() | {"inputs": str(ROOT / "resources" / "example")})
    run = snakemake(ROOT / "Snakefile", tmp_path, "--cores", "2", "results/derived/ai_us.csv")
    assert run.returncode == 0, run.stdout + run.stderr
    whole = pd.read_csv(tmp_path / "results" / "derived" / "ai_us.csv")
    assert whole["province"].nunique() == 30
    both = panel.merge(whole, on=["province", "year"], suffixes=("", "_of_all"))
    assert len(both) == len(panel) == 24
    np.testing.assert_allclose(both["ai_us"], both["ai_us_of_all"], rtol=1e-11)
    table = {row["table"]: row for row in csv.DictReader((folder / "results" / "check.csv").open(encoding="utf-8"))}
    assert not {"missing", "refused", "unused file"} & {row["status"] for row in table.values()}
    assert table["gdp"]["found_by"] == table["loans"]["found_by"] == table["raw_coal"]["found_by"] == "title"
    assert {table[key]["found_by"] for key in ("robots_us", "employment_2004", "us_employment_1990")} == {"title"}
    assert table["robots_china"]["found_by"] == "name"
    assert table["gdp"]["file"].endswith("分省/北京.csv and 3 more")
    assert "no unit printed" not in table["gdp"]["warnings"]


def test_what_is_missing_is_told_and_the_rest_is_built(small_study, tmp_path):
    shutil.copytree(small_study[1] / "raw", tmp_path / "raw")
    for name in ("yearbook/loans.csv", "ifr/united_states.csv"):
        (tmp_path / "raw" / name).unlink()
    (tmp_path / "raw" / "notes.csv").write_text("a,b\n1,2\n")
    config = small_config()
    config["tables"] = {
        "short": {"columns": ["ln_co2 ~ ai + open | province + year"]},
        "long": {"columns": ["ln_co2 ~ ai + fin | province + year"]},
        "iv": {"columns": ["ln_co2 ~ open | province + year | ai ~ ai_us"]},
    }
    config |= {"controls": [], "hypotheses": [], "figures": {}}
    config["productivity"]["models"] = config["productivity"]["models"][:1]
    del config["describe"]
    write_config(tmp_path, config)
    run = snakemake(small_study[0], tmp_path, "--cores", "2", "check")
    assert run.returncode == 0, run.stdout + run.stderr
    for part in (
        "missing: 2",
        "loans: 金融机构人民币各项贷款余额 / Outstanding loans of financial institutions at year-end",
        "expected at raw/yearbook/loans.csv",
        "published in provincial statistical yearbooks, banking",
        "needed by long",
        "needed by iv",
        "raw/notes.csv: no header row found",
    ):
        assert part in run.stdout + run.stderr
    table = {row["table"]: row for row in csv.DictReader((tmp_path / "results" / "check.csv").open(encoding="utf-8"))}
    assert (table["loans"]["status"], table["gdp"]["status"]) == ("missing", "found")
    assert table["fixed_asset_investment_growth"]["vintage"].startswith("to 20")
    page = (tmp_path / "results" / "check.html").read_text("utf-8")
    assert "金融机构人民币各项贷款余额" in page
    assert "imulated inputs" in page
    run = snakemake(small_study[0], tmp_path, "--cores", "2", "--keep-going")
    assert run.returncode != 0
    assert "loans: raw/yearbook/loans.csv" in run.stdout + run.stderr
    assert "long lacks raw tables: loans" in run.stdout + run.stderr
    assert "iv lacks raw tables: robots_us" in run.stdout + run.stderr
    assert "short lacks" not in run.stdout + run.stderr
    assert "Traceback" not in run.stdout + run.stderr
    made = {path.stem for path in (tmp_path / "results" / "tables").glob("*.csv")}
    assert made == {"short", "productivity"}
    assert "fin" not in (tmp_path / "results" / "panel.csv").read_text().splitlines()[0].split(",")
    # a target of its own that does not need them
    assert snakemake(small_study[0], tmp_path, "--cores", "2", "results/tables/short.csv").returncode == 0


def test_sources_in_the_config_name_file_title_unit_and_sheet(small_study, tmp_path):
    shutil.copytree(small_study[1] / "raw", tmp_path / "raw")
    (tmp_path / "raw" / "yearbook" / "loans.csv").unlink()
    loans = cells(small_study[1], "loans")
    rows = [["地区", *YEARS], *([zh, *(1e4 * loans["loans", slug, year] for year in YEARS)] for slug, zh in ZH.items())]
    other = [["地区", *YEARS], *([zh, *[1] * 6] for zh in ZH.values())]
    workbook(tmp_path / "raw" / "bank.xlsx", deposits=other, loans=rows)
    config = small_config()
    config["sources"] = {"loans": {"file": "bank.xlsx", "sheet": "loans", "unit": "万元"}}
    write_config(tmp_path, config)
    run = snakemake(small_study[0], tmp_path, "--cores", "2", "results/clean/loans.csv")
    assert run.returncode == 0, run.stdout + run.stderr
    assert cells(tmp_path, "loans") == pytest.approx(loans, rel=1e-11)
    for source, message in (
        ({"file": "nowhere.xlsx"}, "sources.loans: there is no file raw/nowhere.xlsx"),
        ({"file": "bank.xlsx", "sheet": "credit"}, "no sheet 'credit'; those that are filled: deposits, loans"),
        ({"file": "bank.xlsx", "sheet": "loans", "title": "贷款"}, "the file does not say what it is of"),
    ):
        write_config(tmp_path, config | {"sources": {"loans": source}})
        run = snakemake(small_study[0], tmp_path, "--cores", "2", "results/clean/loans.csv")
        assert run.returncode != 0
        assert message in run.stdout + run.stderr
        assert "Traceback" not in run.stdout + run.stderr
        assert not (tmp_path / "results" / "clean" / "loans.csv").exists()


def test_inventories_stand_in_for_the_fuels(small_study, tmp_path):
    shutil.copytree(small_study[1] / "raw", tmp_path / "raw")
    for name in PHYSICAL:
        (tmp_path / "raw" / "energy" / f"{name}.csv").unlink()
    english = {"beijing": "Beijing", "hebei": "Hebei", "shanxi": "Shanxi", "shaanxi": "Shaanxi"}
    for year in YEARS:
        pages = {}
        for number, (slug, name) in enumerate(english.items(), 1):
            coal, process = 100.0 * number + year - 2013, 5.0
            pages[f"{name}{year}"] = [
                ["Emission_Inventory", "Raw_Coal", "Process", "Scope_1_Total"],
                ["Unit", "Mt", "Mt", "Mt"],
                ["TotalEmissions", coal, process, coal + process],
                ["Farming", 1.0, 0.0, 1.0],
                ["Nonmetal Mineral Products", coal - 1, process, coal - 1 + process],
            ]
            del slug
        workbook(tmp_path / "raw" / "energy" / "co2_inventory" / f"Emission inventories {year}.xlsx", **pages)
    config = small_config()
    config["emissions"]["source"] = "ceads"
    write_config(tmp_path, config)
    run = snakemake(small_study[0], tmp_path, "--cores", "2", "results/derived/co2.csv")
    assert run.returncode == 0, run.stdout + run.stderr
    rows = list(csv.DictReader((tmp_path / "results" / "derived" / "co2.csv").open(encoding="utf-8")))
    assert {(row["province"], row["year"]): float(row["co2"]) for row in rows}["hebei", "2015"] == 100 * (202 + 5)
