"""Two vintages of one raw table in one study, by config alone, on genuine exports.

Government intervention, budget expenditure / GDP (Jiang 2025, 4.2.3), once with GDP as revised after the fifth census
and once with GDP as it stood before the fourth. 2013-2017 is what both exports have of the paper's 2013-2022.
"""

import shutil

import pytest
from conftest import ROOT, SHARED, needs_shared, snakemake, write_config
from study.helpers import read_rows

REAL = SHARED / "real" / "nbs"
# where the study has a file <- the export
FILES = {
    "yearbook/gdp.csv": "gdp_gbk_crlf_20years.csv",
    "yearbook/gdp_printed.csv": "gdp_gbk_lf_quoted_note.csv",
    "spending.csv": "budget_expenditure_newsite_utf8bom_tabs.csv",
}
CONFIG = {
    "study": {"years": [2013, 2017], "excluded_provinces": ["tibet"]},
    "inputs": "raw",
    # the export says neither what it is nor its unit
    "sources": {"budget_expenditure": {"file": "spending.csv", "unit": "亿元"}},
    "catalog": {
        "own": [
            {
                "key": "gdp_printed",
                "theme": "accounts",
                "file": "yearbook/gdp_printed.csv",
                "title_zh": "地区生产总值",
                "title_en": "Gross regional product, before the fourth economic census",
                "unit": "10^8 CNY",
                "conversion": "亿元=1",
                "years": "1993-2017",
                "where": "data.stats.gov.cn, annual data by province: national accounts",
                "sign": "positive",
                "minimum": 5,
                "maximum": 300000,
                "change": 1.6,
            }
        ]
    },
    "variables": {
        "own": [
            {
                "name": "gov_printed",
                "symbol": "GovPrinted",
                "label_en": "Government intervention, GDP before the census",
                "label_zh": "政府干预程度（普查前GDP）",
                "unit": "ratio",
                "formula": "budget_expenditure / gdp_printed",
                "definition": "General public budget expenditure over GDP before the fourth economic census",
                "source": "National Bureau of Statistics",
            }
        ]
    },
    "describe": {"variables": ["gov", "gov_printed"]},
}
# computed from the text of the files with csv and statistics of the standard library
MOMENTS = {
    "Gov": {"n": 150, "mean": 0.263410, "sd": 0.113600, "min": 0.122768, "max": 0.737555},
    "GovPrinted": {"n": 150, "mean": 0.250018, "sd": 0.101562, "min": 0.120776, "max": 0.626863},
}


@pytest.fixture(scope="module")
def results(tmp_path_factory):
    """Results folder after Table 1 was asked for."""
    folder = tmp_path_factory.mktemp("vintages")
    for name, export in FILES.items():
        target = folder / "raw" / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(REAL / export, target)
    write_config(folder, CONFIG)
    run = snakemake(ROOT / "Snakefile", folder, "--cores", "2", "results/tables/table_1.csv")
    assert run.returncode == 0, run.stdout + run.stderr
    return folder / "results"


def moments(path):
    """Symbol -> statistic -> figure of a Table 1."""
    table = {}
    for row in read_rows(path):
        table.setdefault(row["term"], {})[row["column"]] = float(row["estimate"])
    return table


@needs_shared
def test_each_variable_has_the_moments_of_its_own_vintage(results):
    made = moments(results / "tables" / "table_1.csv")
    assert made.keys() == MOMENTS.keys()
    for symbol, expected in MOMENTS.items():
        assert made[symbol] == pytest.approx(expected, abs=5e-7), symbol


@needs_shared
def test_a_cell_of_each_vintage(results):
    # Qinghai 2015: 1515.16 over 2054.3 as revised, over 2417.05 as it stood
    for name, expected in (("gov", 0.737555), ("gov_printed", 0.626863)):
        rows = read_rows(results / "derived" / f"{name}.csv")
        assert len(rows) == 150
        (cell,) = [row[name] for row in rows if (row["province"], row["year"]) == ("qinghai", "2015")]
        assert float(cell) == pytest.approx(expected, abs=5e-7)


@needs_shared
def test_the_revised_vintage_cannot_be_the_published_one(results):
    # extremes of 2013-2017 lie within the published ones of 2013-2022, to the three digits printed
    published = moments(SHARED / "published" / "table_1.csv")["Gov"]
    made = moments(results / "tables" / "table_1.csv")
    assert published["min"] <= round(made["GovPrinted"]["min"], 3)
    assert round(made["GovPrinted"]["max"], 3) <= published["max"] < round(made["Gov"]["max"], 3)
