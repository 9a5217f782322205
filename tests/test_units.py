"""Printed units: spellings, quantities, scales, indices on a fixed base, figures that contradict their header."""

import logging
from pathlib import Path

import pytest
from study.checks.cleaning import convert_units
from study.checks.units import convert
from study.files.catalog_entries import catalog_entry, load_catalog
from study.files.series import Yearbook
from study.helpers import InputError, read_rows
from study.words.units import Unit, find_index_base, find_unit, load_units, unit_key

ROOT = Path(__file__).parents[1]
CATALOG = load_catalog(ROOT / "resources" / "catalog.csv")


def table(rows, unit, first=2013):
    """A yearbook table from province -> figures of consecutive years."""
    years = list(range(first, first + len(next(iter(rows.values())))))
    values = {(p, y): v for p, series in rows.items() for y, v in zip(years, series, strict=True)}
    places = {(p, y): f"table.csv, row {i + 5}" for i, p in enumerate(rows) for y in years}
    return Yearbook("table.csv", "classic", "", unit, years, values, places)


@pytest.mark.parametrize(
    ("printed", "dimension", "factor"),
    [
        ("亿元", "CNY", 1e8),
        ("亿 元", "CNY", 1e8),
        ("单位：万元", "CNY", 1e4),
        ("（千元）", "CNY", 1e3),
        ("元", "CNY", 1),
        ("百万元", "CNY", 1e6),
        ("万亿元", "CNY", 1e12),
        ("人民币亿元", "CNY", 1e8),
        ("(100 million yuan)", "CNY", 1e8),
        ("RMB 100 million yuan", "CNY", 1e8),
        ("10,000 yuan", "CNY", 1e4),
        ("10^8 CNY", "CNY", 1e8),
        ("10⁸ CNY", "CNY", 1e8),
        ("million yuan", "CNY", 1e6),
        ("billion yuan", "CNY", 1e9),
        ("亿美元", "USD", 1e8),
        ("万美元", "USD", 1e4),
        ("(1000 US dollars)", "USD", 1e3),
        ("USD million", "USD", 1e6),
        ("USD 100 million", "USD", 1e8),
        ("万人", "persons", 1e4),
        ("人", "persons", 1),
        ("千人", "persons", 1e3),
        ("(10 000 persons)", "persons", 1e4),
        ("10000persons", "persons", 1e4),
        ("百万人", "persons", 1e6),
        ("万吨", "mass", 1e4),
        ("千吨", "mass", 1e3),
        ("千克", "mass", 1e-3),
        ("10^4 t", "mass", 1e4),
        ("10⁴ t", "mass", 1e4),
        ("(10 000 tons)", "mass", 1e4),
        ("104 tn", "mass", 1e4),
        ("Mt", "mass", 1e6),
        ("万吨 (10 000 tons)", "mass", 1e4),
        ("亿立方米", "gas volume", 1e8),
        ("万立方米", "gas volume", 1e4),
        ("10^8 m3", "gas volume", 1e8),
        ("10⁸ m³", "gas volume", 1e8),
        ("(100 million cu.m)", "gas volume", 1e8),
        ("108 cu.m", "gas volume", 1e8),
        ("万吨标准煤", "energy", 1e4),
        ("吨标准煤", "energy", 1),
        ("(10000 tons of SCE)", "energy", 1e4),
        ("10 000 tce", "energy", 1e4),
        ("10^4 tce", "energy", 1e4),
        ("Mtce", "energy", 1e6),
        ("亿千瓦时", "electricity", 1e8),
        ("亿千瓦小时", "electricity", 1e8),
        ("万千瓦时", "electricity", 1e4),
        ("千瓦时", "electricity", 1),
        ("(100 million kwh)", "electricity", 1e8),
        ("108 kW·h", "electricity", 1e8),
        ("GWh", "electricity", 1e6),
        ("百亿千焦", "heat", 1e10),
        ("万百万千焦", "heat", 1e10),
        ("10^10 kJ", "heat", 1e10),
        ("％", "share", 0.01),
        ("percent", "share", 0.01),
        ("百分比", "share", 0.01),
        ("share", "share", 1),
        ("万公里", "length", 1e4),
        ("公里", "length", 1),
        ("千米", "length", 1),
        ("万平方公里", "area", 1e4),
        ("sq.km", "area", 1),
        ("(10 000 sq.km)", "area", 1e4),
        ("件", "items", 1),
        ("项", "items", 1),
        ("(item)", "items", 1),
        ("万个", "pieces of equipment", 1e4),
        ("10^4 ports", "pieces of equipment", 1e4),
        ("万重量箱", "weight cases", 1e4),
        ("(10000 weight cases)", "weight cases", 1e4),
        ("元/百美元", "CNY per USD", 0.01),
    ],
)
def test_a_unit_is_known_in_every_spelling(printed, dimension, factor):
    assert find_unit(printed) == Unit(dimension, pytest.approx(factor, rel=1e-12))


@pytest.mark.parametrize(
    "printed", ["", "亿", "人次", "人/平方公里", "元/人", "mt", "芯公里", "万吨 (persons)", "TEU", "2022年"]
)
def test_what_is_no_unit_or_two_is_unknown(printed):
    assert find_unit(printed) is None


@pytest.mark.parametrize(
    ("printed", "base"),
    [
        ("上年=100", (None, 100)),
        ("上年＝100", (None, 100)),
        ("(preceding year=100)", (None, 100)),
        ("上年=100 (preceding year=100)", (None, 100)),
        ("The same period last year=100", (None, 100)),
        ("(Preceding year=100)(%)", (None, 100)),
        ("上年=1", (None, 1)),
        ("1952=1", (1952, 1)),
        ("1978年=100", (1978, 100)),
        ("year 2000=100", (2000, 100)),
        ("以1978年为100", (1978, 100)),
        ("美元=100", None),
        ("%", None),
        ("亿元", None),
        ("1978=100 (preceding year=100)", None),
    ],
)
def test_the_base_of_an_index(printed, base):
    assert find_index_base(printed) == base


@pytest.mark.parametrize(
    ("key", "printed", "factor"),
    [
        ("gdp", "亿元", 1),
        ("gdp", "万元", 1e-4),
        ("gdp", "(100 million yuan)", 1),
        ("gdp", "billion yuan", 10),
        ("trade", "千美元", 1e-5),
        ("trade", "USD million", 0.01),
        ("trade", "(1000 US dollars)", 1e-5),
        ("exchange_rate", "元/100美元", 0.01),
        ("exchange_rate", "yuan/100 usd", 0.01),
        ("exchange_rate", "元/美元", 1),
        ("exchange_rate", "美元=100", 0.01),
        ("urbanisation", "%", 0.01),
        ("urbanisation", "percent", 0.01),
        ("urbanisation", "share", 1),
        ("ecommerce_enterprises", "％", 0.01),
        ("fixed_asset_investment_growth", "percent", 1),
        ("plate_glass", "万重量箱", 0.05),
        ("plate_glass", "重量箱", 0.05e-4),
        ("plate_glass", "吨", 1e-4),
        ("raw_coal", "104 tn", 1),
        ("raw_coal", "Mt", 100),
        ("natural_gas", "万立方米", 1e-4),
        ("energy_total", "吨标准煤", 1e-4),
        ("electricity", "亿千瓦时", 1),
        ("electricity", "万千瓦时", 1e-4),
        ("green_patents", "(item)", 1),
        ("broadband_ports", "个", 1e-4),
        ("optical_cable", "km", 1e-4),
        ("area", "平方公里", 1e-4),
        ("population", "10000persons", 1),
        ("population", "千人", 0.1),
        ("gdp_index", "(preceding year=100)", 1),
        ("gdp_index", "上年=1", 100),
        ("net_heat", "吉焦", 1e-4),
    ],
)
def test_a_known_unit_becomes_the_catalogs(key, printed, factor):
    rule = convert(printed, CATALOG[key], "table.csv")
    assert rule.factor == pytest.approx(factor, rel=1e-12) and rule.base_year is None


@pytest.mark.parametrize(
    ("key", "printed", "found"),
    [
        ("gdp", "亿美元", "a unit of USD, not of CNY"),
        ("gdp", "万人", "a unit of persons, not of CNY"),
        ("gdp", "1978=100", "an index (1978=100)"),
        ("trade", "亿元", "a unit of CNY, not of USD"),
        ("raw_coal", "万吨标准煤", "a unit of energy, not of mass"),
        ("energy_total", "万吨", "a unit of mass, not of energy"),
        ("exchange_rate", "美元", "a unit of USD, not of CNY"),
        ("exchange_rate", "元", "a unit of CNY, not of CNY per USD"),
        ("population", "人/平方公里", "does not know"),
        ("optical_cable", "芯公里", "does not know"),
        ("gdp_index", "%", "a unit of share, not of previous year = 100"),
        ("gdp_index", "亿元", "a unit of CNY"),
    ],
)
def test_another_quantity_is_refused(key, printed, found):
    with pytest.raises(InputError) as error:
        convert(printed, CATALOG[key], "data/table.csv")
    message = str(error.value)
    assert message.startswith(f"data/table.csv: the header gives the unit {printed!r}, ")
    assert found in message and key in message and next(iter(CATALOG[key].conversion)) in message


def test_the_catalogs_own_conversion_comes_first():
    entry = catalog_entry(read_rows(ROOT / "resources" / "catalog.csv")[0] | {"conversion": "亿元=1;万元=0.5"})
    assert convert("万元", entry, "t").factor == 0.5


def test_every_unit_of_the_catalog_is_known():
    for entry in CATALOG.values():
        if entry.theme in ("robots", "us_employment"):
            continue
        for printed, factor in entry.conversion.items():
            assert convert(printed, entry, "t").factor == factor
            assert find_unit(printed) or find_index_base(printed), printed


def test_every_row_of_units_reads_back():
    for row in read_rows(ROOT / "resources" / "units.csv"):
        assert find_unit(row["printed"]) == Unit(row["dimension"], float(row["factor"]))


def test_a_bad_factor_in_the_units_is_refused(tmp_path):
    path = tmp_path / "units.csv"
    path.write_text("printed,dimension,base,factor\n亩,area,km2,0\n", encoding="utf-8")
    with pytest.raises(InputError, match="factor of '亩' is '0'"):
        load_units(path)


def test_unit_keys():
    assert unit_key("(10 000 tons)") == unit_key("10,000 tons") == "10000tons"
    assert unit_key("10^8 cu.m") == unit_key("10⁸ cu.m") == unit_key("108 cu. m") == "108cum"


def test_conversions_are_logged(caplog):
    with caplog.at_level(logging.INFO, logger="study"):
        values = convert_units(table({"beijing": [3e8, None]}, "万元"), CATALOG["gdp"])
    assert values == {("beijing", 2013): 30000.0, ("beijing", 2014): None}
    assert "亿元 from 万元, x 0.0001" in caplog.text


def test_a_file_without_unit_is_logged(caplog):
    with caplog.at_level(logging.INFO, logger="study"):
        convert_units(table({"beijing": [30000.0]}, ""), CATALOG["gdp"])
    assert "no unit printed, read as 亿元" in caplog.text


def test_persons_become_10000_persons_where_every_figure_fits(caplog):
    with caplog.at_level(logging.WARNING, logger="study"):
        values = convert_units(table({"beijing": [21_540_000.0], "tibet": [3_440_000.0]}, "人"), CATALOG["population"])
    assert values == {("beijing", 2013): pytest.approx(2154), ("tibet", 2013): pytest.approx(344)}
    assert "万人 from 人, x 0.0001" in caplog.text


def test_10000_persons_under_a_header_in_persons_are_refused():
    with pytest.raises(
        InputError, match=r"gives the unit '人', the figures look like 万人: beijing 2013 would be 0\.2154"
    ):
        convert_units(table({"beijing": [2154.0], "tibet": [344.0]}, "人"), CATALOG["population"])


def test_a_sample_survey_in_persons_is_refused():
    # the yearbook's sample of about 0.8 per thousand
    with pytest.raises(InputError, match=r"sample survey.*population.*2 of 2 figures"):
        convert_units(table({"beijing": [17_031.0], "hebei": [60_441.0]}, "人"), CATALOG["population"])


def test_one_figure_outside_refuses_persons_but_not_money():
    with pytest.raises(InputError, match=r"tibet 2013.*1 of 3 figures"):
        rows = {"beijing": [2.1e7], "hebei": [7.4e7], "tibet": [344.0]}
        convert_units(table(rows, "人"), CATALOG["population"])
    values = convert_units(table({"beijing": [3e8], "hebei": [3e8], "tibet": [1.0]}, "万元"), CATALOG["gdp"])
    assert values["tibet", 2013] == pytest.approx(1e-4)


def test_money_whose_figures_contradict_the_header_is_refused():
    with pytest.raises(InputError, match=r"'元', the figures look like 亿元"):
        convert_units(table({"beijing": [33105.97], "tibet": [1548.39]}, "元"), CATALOG["gdp"])


def test_a_national_row_does_not_contradict_a_unit():
    rows = {"china": [1.4e9], "beijing": [2.154e7]}
    assert convert_units(table(rows, "人"), CATALOG["population"])["china", 2013] == pytest.approx(140_000)


def test_an_index_on_a_fixed_base_becomes_one_on_the_previous_year():
    index = table({"beijing": [100.0, 108.0, 118.8], "hebei": [100.0, None, 121.0]}, "2000=100", first=2000)
    assert convert_units(index, CATALOG["gdp_index"]) == {
        ("beijing", 2001): pytest.approx(108), ("beijing", 2002): pytest.approx(110),
        ("hebei", 2001): None, ("hebei", 2002): None,
    }  # fmt: skip
    assert index.years == [2001, 2002] and ("beijing", 2000) not in index.values


def test_an_index_of_1952_as_1():
    index = table({"beijing": [120.0, 126.0]}, "1952=1", first=2012)
    assert convert_units(index, CATALOG["gdp_index"]) == {("beijing", 2013): pytest.approx(105)}


def test_a_fixed_base_index_has_to_have_its_base():
    with pytest.raises(InputError, match=r"says 2000=100, but beijing 2000 is 108\.2"):
        convert_units(
            table({"beijing": [108.2, 107.0], "hebei": [105.0, 110.0]}, "2000=100", first=2000), CATALOG["gdp_index"]
        )
    rows = {"beijing": [108.2, 107.0, 110.0], "hebei": [100.0, 107.0, 110.0], "tibet": [100.0, 107.0, 110.0]}
    index = table(rows, "2000=100", first=2000)
    values = convert_units(index, CATALOG["gdp_index"])
    assert values["beijing", 2001] is None and values["beijing", 2002] == pytest.approx(100 * 110 / 107)
    assert list(index.faults) == [("beijing", 2001)]
    assert "says 2000=100, but beijing 2000 is 108.2" in index.faults["beijing", 2001]


def test_a_fixed_base_index_without_consecutive_years_is_refused():
    index = table({"beijing": [120.0]}, "1978=100", first=2012)
    with pytest.raises(InputError, match="no two years here follow each other"):
        convert_units(index, CATALOG["gdp_index"])


def test_a_fixed_base_index_of_nil_is_refused():
    index = table({"beijing": [0.0, 120.0, 132.0]}, "1978=100")
    values = convert_units(index, CATALOG["gdp_index"])
    assert list(values.values()) == [None, pytest.approx(110)]
    assert "row 5: found 0, an index" in index.faults["beijing", 2014]


@pytest.mark.parametrize(
    ("change", "match"),
    [
        ({"minimum": "low"}, "minimum of gdp is 'low'"),
        ({"maximum": "inf"}, "maximum of gdp is 'inf'"),
        ({"minimum": "9", "maximum": "3"}, "minimum 9 above the maximum 3"),
        ({"change": "0.8"}, "change of gdp is 0.8, expected a ratio above 1"),
        ({"conversion": "亿元"}, "conversion of gdp is '亿元'"),
        ({"conversion": "亿元="}, "conversion of gdp"),
    ],
)
def test_bad_numbers_in_the_catalog_are_refused(change, match):
    with pytest.raises(InputError, match=match):
        catalog_entry(read_rows(ROOT / "resources" / "catalog.csv")[0] | change)


def test_limits_of_the_catalog():
    gdp, net = CATALOG["gdp"], CATALOG["net_electricity"]
    assert (gdp.minimum, gdp.maximum, gdp.change) == (5, 300000, 1.6)
    assert (net.minimum, net.maximum, net.change) == (None, None, None)
