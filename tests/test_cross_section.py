"""A column without a printed unit: what its figures look like over provinces and years."""

import csv
import logging
import math
import random
import statistics
from pathlib import Path

import pytest
from _tables import read_yearbook
from study.checks.cleaning import convert_units
from study.checks.levels import expected_figure, known_levels, known_shares, load_levels, load_shares
from study.checks.likeness import rank_correlation, ranks, slope_and_correlation
from study.checks.unstated_units import check_cross_section
from study.files.catalog_entries import load_catalog
from study.files.series import Yearbook
from study.helpers import InputError
from study.words.regions import province_names

ROOT = Path(__file__).parents[1]
REAL = ROOT.parent / "shared" / "real" / "nbs"
CATALOG = load_catalog(ROOT / "resources" / "catalog.csv")
NAMES = province_names(ROOT / "resources" / "provinces.csv")
PROVINCES = list(known_shares()["persons"])
KEYS = [key for key in known_levels() if key != "exchange_rate"]
SMALL_STUDY = ("beijing", "hebei", "guangdong", "qinghai"), range(2013, 2019)


def catalog_unit(key):
    """How a table's own unit is printed: that of a conversion by 1."""
    return next(unit for unit, factor in CATALOG[key].conversion.items() if factor == 1)


def refusal(key, figures, unit=""):
    """The message that refuses figures read as a table in its own unit; empty where they pass."""
    try:
        check_cross_section("a.csv", figures, CATALOG[key], unit or catalog_unit(key))
    except InputError as error:
        return str(error)
    return ""


def genuine_like(key, provinces=PROVINCES, years=range(2000, 2021)):
    """Figures of a table's level, each province off it by its own factor and by a random walk."""
    draw, figures = random.Random(key), {}
    for province in PROVINCES:
        off = draw.gauss(0, 0.25)
        for year in range(2000, 2021):
            off += draw.gauss(0, 0.02)
            amount = expected_figure(key, province, year)
            if amount and province in provinces and year in years:
                figures[province, year] = amount * math.exp(off)
    return figures


def each(figures, change):
    return {cell: change(value, *cell) for cell, value in figures.items()}


def index(figures):
    """Previous year = 100, with some noise."""
    draw = random.Random(5)
    return {
        (p, y): 100 * value / figures[p, y - 1] * math.exp(draw.gauss(0, 0.02))
        for (p, y), value in figures.items()
        if (p, y - 1) in figures
    }


def fixed_base(figures, base):
    first = min(year for _, year in figures)
    return each(figures, lambda value, p, _: base * value / figures[p, first])


def standardised(figures):
    mean, deviation = statistics.mean(figures.values()), statistics.stdev(figures.values())
    return each(figures, lambda value, *_: (value - mean) / deviation)


def standardised_by_year(figures):
    years = {year for _, year in figures}
    parts = [standardised({cell: v for cell, v in figures.items() if cell[1] == year}) for year in years]
    return {cell: value for part in parts for cell, value in part.items()}


def in_other_currency(figures, key):
    rate = known_levels()["exchange_rate"]
    power = 1 if key == "trade" else -1
    return each(figures, lambda value, _, year: value * rate.at(year) ** power)


def share(figures, key, scale):
    return each(figures, lambda value, _, year: scale * value / known_levels()[key].at(year))


TRANSFORMED = {
    "logarithms": (lambda f, _: each(f, lambda v, *_: math.log(v)), "natural logarithms"),
    "logarithms of yuan": (lambda f, _: each(f, lambda v, *_: math.log(v * 1e4)), "natural logarithms"),
    "log10": (lambda f, _: each(f, lambda v, *_: math.log10(v)), "logarithms to base 10"),
    "index": (lambda f, _: index(f), "an index, previous year = 100"),
    "index of 1": (lambda f, _: each(index(f), lambda v, *_: v / 100), "an index, previous year = 1"),
    "fixed base": (lambda f, _: fixed_base(f, 100), "an index on a fixed base, {first} = 100"),
    "fixed base of 1": (lambda f, _: fixed_base(f, 1), "an index on a fixed base, {first} = 1"),
    "growth": (lambda f, _: each(index(f), lambda v, *_: v - 100), "rates of growth, "),
    "growth as fractions": (lambda f, _: each(index(f), lambda v, *_: v / 100 - 1), "rates of growth, "),
    "standardised": (lambda f, _: standardised(f), "standardised figures"),
    "standardised by year": (lambda f, _: standardised_by_year(f), "standardised figures"),
    "share": (lambda f, key: share(f, key, 1), "shares of the national total, as fractions"),
    "share in %": (lambda f, key: share(f, key, 100), "shares of the national total, %"),
}


@pytest.mark.parametrize("key", KEYS)
@pytest.mark.parametrize("form", TRANSFORMED)
def test_another_measure_is_refused_with_its_name(key, form):
    figures = genuine_like(key)
    change, words = TRANSFORMED[form]
    message = refusal(key, change(figures, key))
    assert f"looks like {words.format(first=2000)}" in message, message
    assert f"sources: {{{key}: {{file: ..., unit: {catalog_unit(key)}}}}}" in message


OTHER_SCALES = {
    "CNY": [(10, "10^9 CNY"), (1e-4, "10^4 CNY"), (1e-8, "CNY"), (100, "10^10 CNY")],
    "USD": [(1e-4, "10^4 US dollars"), (10, "10^9 US dollars")],
    "persons": [(1e-4, "persons"), (100, "10^6 persons"), (10, "in another unit than 10^4 persons")],
    "t": [(1e-4, "t"), (100, "10^6 t"), (10, "in another unit than 10^4 t")],
    "tce": [(1e-4, "tce"), (100, "10^6 tce")],
    "kWh": [(1e-4, "10^4 kWh"), (10, "10^9 kWh")],
}


@pytest.mark.parametrize("key", KEYS)
def test_another_unit_is_refused_with_its_name(key):
    for factor, words in OTHER_SCALES[CATALOG[key].unit.split()[-1]]:
        message = refusal(key, each(genuine_like(key), lambda v, *_, f=factor: v / f))
        likely = message.partition("looks like ")[2].partition(":")[0]
        assert words in likely.replace(f"{key} in", "in").split(" or "), (words, message)


def test_a_unit_that_can_be_read_is_named():
    message = refusal("gdp", each(genuine_like("gdp"), lambda v, *_: v * 1e4))
    assert "looks like 10^4 CNY: typical ones are 9.5e+03 times" in message
    assert "if they are in 万元, say so: sources: {gdp: {file: ..., unit: 万元}}" in message


@pytest.mark.parametrize("key", [key for key in KEYS if "CNY" in CATALOG[key].unit or key == "trade"])
def test_another_currency_is_refused(key):
    currency = "10^8 CNY" if key == "trade" else "10^8 US dollars"
    assert currency in refusal(key, in_other_currency(genuine_like(key), key)).partition("looks like ")[2].partition(
        ":"
    )[0].split(" or ")


@pytest.mark.parametrize(
    ("key", "scale"),
    [
        *((key, 1e4) for key in KEYS if "CNY" in CATALOG[key].unit),
        ("electricity", 1e4),
        ("trade", 1e4),
        ("energy_total", 1),
        ("employment", 1),
    ],
)
def test_figures_per_head_are_refused(key, scale):
    figures = each(genuine_like(key), lambda v, *cell: scale * v / expected_figure("population", *cell))
    assert "figures per head" in refusal(key, figures)


@pytest.mark.parametrize("key", KEYS)
def test_amounts_pass_without_a_word(key, caplog):
    assert refusal(key, genuine_like(key)) == ""
    assert refusal(key, genuine_like(key, *SMALL_STUDY)) == ""
    for province in PROVINCES:
        assert refusal(key, genuine_like(key, [province])) == "", province
    assert caplog.text == ""


@pytest.mark.parametrize("form", ["logarithms", "log10", "index", "fixed base", "standardised", "share in %"])
def test_a_small_study_is_told_too(form):
    change, words = TRANSFORMED[form]
    for key in KEYS:
        message = refusal(key, change(genuine_like(key, *SMALL_STUDY), key))
        assert words.format(first=2013) in message, (key, message)


def test_other_units_of_a_small_study():
    figures = genuine_like("gdp", *SMALL_STUDY)
    assert "10^9 CNY" in refusal("gdp", each(figures, lambda v, *_: v / 10))
    assert "10^4 CNY" in refusal("gdp", each(figures, lambda v, *_: v * 1e4))
    assert "10^8 US dollars" in refusal("gdp", in_other_currency(figures, "gdp"))


def series_of(table):
    return {cell: value for cell, value in table.values.items() if value is not None and cell[0] != "china"}


def pieces(figures):
    """All of a table, each province alone, and some of its provinces in some years."""
    provinces, years = sorted({p for p, _ in figures}), sorted({y for _, y in figures})
    draw = random.Random(3)
    chosen = [(provinces, years), (provinces, years[:1]), (provinces, years[-1:]), (provinces[:4], years[-6:])]
    chosen += [([province], period) for province in provinces for period in (years, years[:3])]
    for count in (2, 3, 4, 5, 8, 12):
        chosen += [(draw.sample(provinces, min(count, len(provinces))), years[i : i + 6]) for i in (0, len(years) // 2)]
    for some, period in chosen:
        yield {(p, y): v for (p, y), v in figures.items() if p in some and y in period}


EXAMPLES = [
    key
    for key, entry in CATALOG.items()
    if entry.theme not in ("robots", "census", "us_employment", "inventory") and entry.level != "national"
]


@pytest.mark.parametrize("key", EXAMPLES)
def test_tables_of_the_example_pass_whole_and_in_pieces(key):
    table = read_yearbook(ROOT / "resources" / "example" / CATALOG[key].file, NAMES)
    unit = table.unit or next(iter(CATALOG[key].conversion))
    for piece in pieces(series_of(table)):
        assert refusal(key, piece, unit) == ""


@pytest.mark.skipif(not REAL.is_dir(), reason="genuine yearbooks are not part of the repository")
@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("gdp_gbk_crlf_20years.csv", "gdp"),
        ("gdp_gbk_lf_quoted_note.csv", "gdp"),
        ("gdp_biff8.xls", "gdp"),
        ("budget_expenditure_newsite_utf8bom_tabs.csv", "budget_expenditure"),
        ("secondary_value_added_resaved_utf8.csv", "value_added_secondary"),
        ("population_english.csv", "population"),
    ],
)
def test_genuine_tables_pass_and_what_is_made_of_them_does_not(name, key, caplog):
    figures = series_of(read_yearbook(REAL / name, NAMES))
    for piece in pieces(figures):
        assert refusal(key, piece) == ""
    caplog.clear()
    assert refusal(key, figures) == "" and caplog.text == ""
    for form, (change, words) in TRANSFORMED.items():
        first = min(year for _, year in figures)
        # of revised vintages, a year's index is no index
        if not form.startswith(("growth", "index", "share")) or key == "gdp":
            if form == "share in %":
                figures = {cell: value for cell, value in figures.items() if cell[1] <= 2022}
            assert words.format(first=first) in refusal(key, change(figures, key)), form


def index_of_grp():
    with (ROOT / "tests/data/raw_cases/index_as_gdp.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    slugs = {name.lower(): slug for name, slug in NAMES.items()}
    return {(slugs[row["Province"].lower().replace(" ", "")], int(row["Year"])): float(row["GRP"]) for row in rows}


def yearbook(figures, unit=""):
    places = dict.fromkeys(figures, "a.csv, row 2")
    return Yearbook("a.csv", "data set", "GRP", unit, sorted({y for _, y in figures}), dict(figures), places)


def test_an_index_is_not_read_as_gdp_unless_the_unit_is_stated():
    figures = index_of_grp()
    assert len(figures) == 744
    with pytest.raises(InputError, match=r"a\.csv: no unit .* looks like an index, previous year = 100: .* 103 to 113"):
        convert_units(yearbook(figures), CATALOG["gdp"])
    assert convert_units(yearbook(figures, "亿元"), CATALOG["gdp"]) == figures


def test_what_is_unlike_and_nothing_else_is_told_and_read(caplog):
    flat = {
        (province, year): 280.0 + 3 * i + year - 2013 for i, province in enumerate(PROVINCES) for year in (2013, 2014)
    }
    with caplog.at_level(logging.WARNING, logger="study"):
        assert convert_units(yearbook(flat), CATALOG["budget_expenditure"]) == flat
    (warning,) = [text for text in caplog.messages if "unlike" in text]
    assert "the provinces are more alike (280 to 371) than amounts are" in warning
    assert "in 2014 the largest are xinjiang, ningxia, qinghai, the smallest beijing, tianjin, hebei" in warning
    assert "typical figures are 0.09" in warning


def uneven(seed=2, top=3000.0, provinces=PROVINCES):
    """Amounts of a table whose level is not known, one of them zero."""
    draw = random.Random(seed)
    sizes = {
        province: top * known_shares()["energy"].get(province, 0) * draw.lognormvariate(0, 0.7)
        for province in provinces
    }
    return {
        (p, y): round(size * draw.lognormvariate(0, 0.1), 2) for p, size in sizes.items() for y in range(2013, 2019)
    }


def span(values, top):
    return {
        cell: top * (value - min(values.values())) / (max(values.values()) - min(values.values()))
        for cell, value in values.items()
    }


def ranked(figures):
    rows = [{cell: v for cell, v in figures.items() if cell[1] == year} for year in {y for _, y in figures}]
    return {cell: rank for row in rows for cell, rank in zip(row, ranks(list(row.values())), strict=True)}


@pytest.mark.parametrize("key", ["gdp", "loans", "budget_expenditure", "gross_fixed_capital_formation"])
def test_figures_per_head_of_three_provinces_are_told(key, caplog):
    figures = genuine_like(key, ["beijing", "hebei", "guangdong"], range(2013, 2019))
    assert refusal(key, figures) == "" and caplog.text == ""
    assert refusal(key, each(figures, lambda v, *cell: 1e4 * v / expected_figure("population", *cell))) == ""
    assert "they may be figures per head (yuan) (the figures are" in caplog.text


def test_readings_that_fit_about_as_well_are_both_named():
    growth = dict(zip([("guangdong", year) for year in range(2013, 2018)], (8.6, 8.0, 7.7, 7.6, 6.7), strict=True))
    assert "or shares of the national total, % or rates of growth, %: " in refusal("gdp", growth)
    message = refusal("gdp", each(genuine_like("gdp"), lambda v, *_: 1000 * v))
    assert "10^5 CNY or 10^4 US dollars: " in message and "unit: 十万元" in message


def test_a_few_amounts_without_a_level_that_are_alike_are_told_and_read(caplog):
    few = {("fujian", 2015): 95.45, ("jilin", 2015): 101.3, ("sichuan", 2015): 119.2}
    assert refusal("kerosene", few) == "" and "they may be an index, previous year = 100" in caplog.text


CODED = {
    "a dummy": lambda f: each(f, lambda v, *_: float(v > 60)),
    "ranks": ranked,
    "figures brought to the span of 0 to 1": lambda f: span(f, 1),
    "figures brought to the span of 0 to 100": lambda f: span(f, 100),
    "differences from year to year": lambda f: {(p, y): v - f[p, y - 1] for (p, y), v in f.items() if (p, y - 1) in f},
}


@pytest.mark.parametrize("key", ["diesel", "coke", "natural_gas", "green_patents", "gdp"])
@pytest.mark.parametrize("words", CODED)
def test_what_no_amounts_are_is_told_without_a_level(key, words):
    figures = uneven() if key != "green_patents" else each(uneven(), lambda v, *_: float(round(v)))
    assert f"looks like {words}: " in refusal(key, CODED[words](figures))


@pytest.mark.parametrize("key", ["diesel", "coke", "natural_gas", "green_patents"])
def test_amounts_without_a_level_pass(key):
    for seed in range(20):
        for provinces in (PROVINCES, CENTRAL, ["beijing", "tibet", "hainan"]):
            figures = each(uneven(seed, 300.0, provinces), lambda v, *_: float(round(v)))
            assert refusal(key, figures) == ""
    small = {(p, y): float(y % 2) for p in ("tibet", "qinghai") for y in range(2003, 2010)}
    assert refusal(key, small) == ""


CENTRAL = ["shanxi", "anhui", "jiangxi", "henan", "hubei", "hunan", "jilin", "heilongjiang"]


@pytest.mark.parametrize("key", ["pollution_control_investment", "coke", "kerosene"])
def test_small_uneven_amounts_of_a_region_are_told_and_read(key, caplog):
    for seed in range(40):
        draw, figures = random.Random(seed), {}
        for province in CENTRAL:
            size = 200 * known_shares()["secondary"][province] * math.exp(draw.gauss(0, 0.5))
            figures |= {(province, year): size * math.exp(draw.gauss(0, 0.6)) for year in range(2011, 2019)}
        assert refusal(key, figures) == ""
    assert "they may be rates of growth, % (the figures are" in caplog.text


@pytest.mark.parametrize("years_before", [13, 35])
def test_an_index_without_its_base_year_is_refused(years_before):
    draw, figures = random.Random(1), {}
    for province in PROVINCES:
        level = 100 * math.exp(years_before * draw.gauss(0.098, 0.009))
        for year in range(2013, 2023):
            figures[province, year] = level
            level *= 1 + draw.gauss(0.075, 0.012)
    assert "looks like an index on a fixed base that is not in the table: " in refusal("gdp", figures)
    assert refusal("gdp", {cell: value for cell, value in figures.items() if cell[0] in ("hebei", "tibet")}) == ""


def test_indices_and_shares_on_another_scale():
    years = range(2013, 2019)
    chain = {
        (p, y): 100 * 1.07 ** (y - 2013) * (1 + i * (y - 2013) / 3000) for i, p in enumerate(PROVINCES) for y in years
    }
    assert "unit: 2013=100}" in refusal("gdp_index", chain, "上年=100")
    ratio = {(p, y): 1.05 + i / 1000 for i, p in enumerate(PROVINCES) for y in years}
    assert "unit: 上年=1}" in refusal("gdp_index", ratio, "上年=100")
    assert refusal("gdp_index", each(ratio, lambda v, *_: 100 * v), "上年=100") == ""
    urban = {(p, y): 0.4 + i / 100 for i, p in enumerate(PROVINCES) for y in years}
    assert "looks like fractions, not %" in refusal("urbanisation", urban, "%")
    assert refusal("urbanisation", each(urban, lambda v, *_: 100 * v), "%") == ""
    with pytest.raises(InputError, match="unit: share"):
        convert_units(yearbook(urban), CATALOG["urbanisation"])
    assert convert_units(yearbook(urban, "share"), CATALOG["urbanisation"]) == pytest.approx(urban)


def test_counts_of_one_everywhere_are_no_index():
    counts = {(p, y): 1.0 if y == 2013 else 2.0 + i % 3 for i, p in enumerate(PROVINCES) for y in (2013, 2014, 2015)}
    assert refusal("green_patents", counts) == ""


def test_levels_and_shares_of_the_workflow():
    for key in KEYS:
        assert known_levels()[key].unit == CATALOG[key].unit
    assert known_levels()["gdp"].at(2015) == 689000
    assert known_levels()["population"].at(2005) == 131000
    assert known_levels()["gdp"].at(1984) is None
    assert 412000 < known_levels()["gdp"].at(2012) < 689000
    for part in known_shares().values():
        assert math.fsum(part.values()) == pytest.approx(1)
        assert set(part) <= set(PROVINCES)
    assert "tibet" not in known_shares()["energy"] and len(PROVINCES) == 31
    assert expected_figure("population", "tibet", 2010) == pytest.approx(134000 * 300 / 133278, rel=0.01)
    assert expected_figure("exchange_rate", "beijing", 2015) is None


@pytest.mark.parametrize("cell", ["-5", "many", "0"])
def test_a_level_that_is_no_number_is_refused(tmp_path, cell):
    (tmp_path / "levels.csv").write_text(f"table,unit,shares,2000,2010,source\ngdp,u,gdp,1,{cell},s\n", "utf-8")
    with pytest.raises(InputError, match=f"2010 of gdp is '{cell}', expected a number above zero"):
        load_levels(tmp_path / "levels.csv")
    (tmp_path / "shares.csv").write_text(f"province,gdp\nhebei,{cell}\n", "utf-8")
    with pytest.raises(InputError, match="gdp of hebei is"):
        load_shares(tmp_path / "shares.csv")


def test_a_level_of_one_year_is_refused(tmp_path):
    (tmp_path / "levels.csv").write_text("table,unit,shares,2000,2010,source\ngdp,u,gdp,1,,s\n", "utf-8")
    with pytest.raises(InputError, match="gdp has a figure of 1 years, expected two or more"):
        load_levels(tmp_path / "levels.csv")


def test_correlations():
    assert ranks([3.0, 1.0, 3.0, 2.0]) == [3.5, 1.0, 3.5, 2.0]
    assert rank_correlation([1.0, 2.0, 3.0], [1.0, 10.0, 11.0]) == pytest.approx(1)
    assert rank_correlation([1.0, 1.0, 1.0], [1.0, 10.0, 11.0]) == 0
    assert slope_and_correlation([0.0, 1.0, 2.0], [1.0, 3.0, 5.0]) == pytest.approx((2, 1))
