"""Known values, printed in any layout, unit style, encoding and surroundings, are read back."""

import tempfile
from pathlib import Path

import pytest
from _rendered import FOOTERS, LAYOUTS, UNIT_STYLES, YEARS, Measure, write_text, write_workbook
from conftest import ROOT
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from study.checks.catalog_table import clean_table
from study.files.catalog_entries import load_catalog
from study.helpers import read_rows
from study.plan.sources import find_sources, source
from study.publishers.every_form import reader_tables, theme_reader

CATALOG = load_catalog(ROOT / "resources" / "catalog.csv")
ROWS = {row["key"]: row for row in read_rows(ROOT / "resources" / "catalog.csv")}
TABLES = reader_tables(*(ROOT / "resources" / f"{name}.csv" for name in ("provinces", "balance", "cities")))
PROVINCES = read_rows(ROOT / "resources" / "provinces.csv")
NAMES = ("name_zh", "short_zh", "name_en")
MEASURES = [
    Measure("gdp", "地区生产总值", "亿元", 1),
    Measure("gdp", "GDP", "百亿元", 100),
    Measure("population", "年末常住人口", "万人", 1),
    Measure("population", "常住人口", "人", 1e-4),
    Measure("gross_fixed_capital_formation", "资本形成总额:固定资本形成总额", "亿元", 1),
    Measure("trade", "进出口总额", "千美元", 1e-5),
    Measure("energy_total", "能源消费总量", "万吨标准煤", 1),
    Measure("natural_gas", "天然气消费量", "亿立方米", 1),
    Measure("retail_price_index", "商品零售价格指数", "上年=100", 1),
    Measure("urbanisation", "城镇化率", "%", 0.01),
    Measure("green_patents", "绿色专利申请量", "件", 1),
]
# In the catalog's unit: a province's size or level, far apart for amounts as genuine ones are.
LEVELS = {"retail_price_index": (98.0, 0.2), "urbanisation": (0.35, 0.014)}


def known(measure):
    """(Province, year) -> figure in the catalog's unit, exact in the printed one."""
    base, step = LEVELS.get(measure.key, (300.0, 0.0))
    figures = {}
    for k, row in enumerate(PROVINCES):
        for year in YEARS:
            size = base + step * k if step else base * 1.12**k * 1.03 ** (year - 2013)
            size += 0.1 * (year % 4) * step
            printed = round(size / measure.factor, 0 if measure.unit in ("件", "人", "千美元") else 2)
            figures[row["province"], year] = f"{printed:.10g}"
    return figures


def clean(files, measure):
    rows = clean_table(
        source([str(file) for file in files]), CATALOG[measure.key], CATALOG,
        theme_reader(CATALOG[measure.key].theme, TABLES), [row["province"] for row in PROVINCES],
        range(min(YEARS), max(YEARS) + 1), "linear", None, suspects="warning",
    )  # fmt: skip
    return {(province, year): value for province, year, _, value, _ in rows if province != "china"}


def check(folder, measure, layout, names, style, footer, kind):
    figures = known(measure)
    printed = {row["province"]: row[names] for row in PROVINCES}
    rows = LAYOUTS[layout]({(printed[p], y): text for (p, y), text in figures.items()}, measure, style)
    if kind.startswith("xlsx"):
        path = write_workbook(folder / "table.xlsx", rows, footer, kind == "xlsx with others")
    else:
        mark = "\t" if kind == "utf-16" else ","
        path = write_text(folder / "table.csv", rows, footer, kind, mark)
    expected = {cell: float(text) * measure.factor for cell, text in figures.items()}
    assert clean([path], measure) == pytest.approx(expected, rel=1e-12)
    # and it is found by what it says inside
    found = find_sources(str(folder), {measure.key: ROWS[measure.key]}, {}, TABLES, folder / "cache.json")
    assert found[measure.key]["files"] == [str(path)]


KINDS = ["utf-8", "utf-8-sig", "gb18030", "utf-16", "xlsx", "xlsx with others"]


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("measure", MEASURES, ids=lambda measure: f"{measure.key} {measure.unit}")
def test_every_layout_gives_back_every_measure(tmp_path, layout, measure):
    k = MEASURES.index(measure) + list(LAYOUTS).index(layout)
    style, footer = UNIT_STYLES[k % len(UNIT_STYLES)], FOOTERS[k % len(FOOTERS)]
    check(tmp_path, measure, layout, NAMES[k % 3], style, footer, KINDS[k % len(KINDS)])


@settings(max_examples=60, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.sampled_from(MEASURES), st.sampled_from(list(LAYOUTS)), st.sampled_from(NAMES), st.sampled_from(UNIT_STYLES),
    st.sampled_from(FOOTERS), st.sampled_from(KINDS),
)  # fmt: skip
def test_any_rendering_is_read_back(measure, layout, names, style, footer, kind):
    with tempfile.TemporaryDirectory() as folder:
        check(Path(folder), measure, layout, names, style, footer, kind)
