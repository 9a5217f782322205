"""What the study does not use never stops it, and what it uses and cannot be read has a way out in the config."""

import io
import re
import shutil
import zipfile
from pathlib import Path

import openpyxl
import pytest
import test_balance
import test_inventory
from conftest import ROOT, small_config, snakemake, write_config
from study.checks.catalog_table import clean_table
from study.checks.not_observed import INTERPOLATED, LEFT_OUT, STORED
from study.checks.printed_tables import print_tables, printed_table
from study.files.catalog_entries import load_catalog
from study.helpers import InputError, read_rows
from study.plan.sources import find_sources, source
from study.publishers.every_form import every_reader, reader_tables, theme_reader

CASES = ROOT / "tests" / "data" / "not_used"
CATALOG = load_catalog(ROOT / "resources" / "catalog.csv")
TABLES = reader_tables(*(ROOT / "resources" / f"{name}.csv" for name in ("provinces", "balance", "cities")))
NAMES = {"beijing": "北京市", "hebei": "河北省", "shanxi": "山西省", "shaanxi": "陕西省", "tibet": "西藏自治区"}


def clean(path, key, provinces=("beijing", "hebei"), years=range(2013, 2016), formulas="refuse", **choices):
    """Value of each cell, and the rules of those that are listed."""
    rules = {}
    read = theme_reader(CATALOG[key].theme, TABLES, formulas)
    chosen = {"interpolation": "linear", "total_tolerance": None, "rules": rules} | choices
    rows = clean_table(source([str(path)], "name"), CATALOG[key], CATALOG, read, list(provinces), years, **chosen)
    return {row[:2]: row[3] for row in rows}, {cell[:2]: rule for cell, rule in rules.items()}


def figures(first=2011, last=2017, level=30000.0, names=NAMES):
    """Rows of a table by region: growing, each province on a level of its own."""
    years = range(last, first - 1, -1)
    body = [
        [name, *(round(level * (i + 1) ** 0.5 * 1.08 ** (year - 2011) + i, 2) for year in years)]
        for i, name in enumerate(names.values())
    ]
    return [["地区", *(f"{year}年" for year in years)], *body]


def text(rows, title="地区生产总值(亿元)") -> str:
    return "\n".join(["数据库：分省年度数据", f"指标：{title}", *(",".join(map(str, row)) for row in rows), ""])


def write(path: Path, content) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8"))
    return path


def put(rows, province, year, value):
    """The rows with another figure in one cell."""
    column = rows[0].index(f"{year}年")
    return [[*row[:column], value, *row[column + 1 :]] if row[0] == NAMES[province] else row for row in rows]


def workbook(rows, stored=(), *others) -> bytes:
    """A workbook of a table and of other sheets. stored : figures of it that are made formulas, their value kept."""
    book, file, out = openpyxl.Workbook(), io.BytesIO(), io.BytesIO()
    for line in [["指标：地区生产总值(亿元)"], *rows]:
        book.active.append(line)
    for lines in others:
        sheet = book.create_sheet()
        for line in lines:
            sheet.append(line)
    book.save(file)
    with zipfile.ZipFile(file) as whole, zipfile.ZipFile(out, "w") as target:
        for name in whole.namelist():
            part = whole.read(name)
            for figure in stored if name == "xl/worksheets/sheet1.xml" else ():
                value = f"<v>{figure:g}</v>".encode()
                assert part.count(value) == 1
                part = part.replace(value, b"<f>B5*1.08</f>" + value)
            target.writestr(name, part)
    return out.getvalue()


# --- formulas -----------------------------------------------------------------------------------------------------


def test_formulas_that_no_table_needs_are_left_alone(tmp_path):
    values, rules = clean(CASES / "formula_on_other_sheet.xlsx", "gdp", suspects="warning")
    assert values["beijing", 2015] == 300 and values["hebei", 2013] == 286
    plain = figures()
    rows = put(put(plain, "beijing", 2017, "=B3*2"), "tibet", 2014, "=1/0")  # after the study; of no province of it
    rows = [[*row, f"=B{i}/C{i}"] if i else row for i, row in enumerate(rows)]  # right of the last header
    other = [["地区", "2015年"], ["=A1", "=B1"]]
    values, rules = clean(write(tmp_path / "t.xlsx", workbook(rows, (), other, [["mean"], ["=1+1"]])), "gdp")
    assert values["beijing", 2015] == plain[1][3] and not rules


def test_one_table_among_68_sheets_is_read_and_the_others_are_told_alone(tmp_path, caplog):
    others = [
        [[f"表{n} 各地区某项目{n}"], ["地区", "2014年", "2015年"], ["北京", f"=A{n}", n], ["某地", "n.d.", "=1/0"]]
        if n % 3
        else [["目录"], [f"第{n}章"], ["=SUM(B1:B9)"]]
        for n in range(1, 68)
    ]
    caplog.set_level("INFO")
    values, rules = clean(write(tmp_path / "t.xlsx", workbook(figures(), (), *others)), "gdp")
    printed = dict(zip(NAMES, figures()[1:], strict=True))
    assert values == {(p, y): printed[p][2018 - y] for p in ("beijing", "hebei") for y in range(2013, 2016)}
    assert not rules and "row 4, column A: unknown province '某地'" in caplog.text
    told = [record.getMessage() for record in caplog.records if "left out" in record.getMessage()]
    assert [text.rpartition("left out")[2] for text in told] == [", and so are 21 more.", ", and so are 44 more."]


def test_a_needed_formula_is_refused_or_its_value_taken_and_listed(tmp_path):
    rows = put(figures(), "hebei", 2014, 54321.5)
    path = write(tmp_path / "t.xlsx", workbook(rows, [54321.5]))
    with pytest.raises(InputError) as error:
        clean(path, "gdp")
    assert "hebei 2014" in str(error.value) and "row 4, column E: found the formula '=B5*1.08'" in str(error.value)
    assert "cleaning.formulas: values" in str(error.value) and "cleaning.missing: {gdp: [hebei 2014]}" in str(
        error.value
    )
    values, rules = clean(path, "gdp", formulas="values")
    assert values["hebei", 2014] == 54321.5 and rules == {("hebei", 2014): STORED}
    values, rules = clean(path, "gdp", left_out=["hebei 2014"])
    assert values["hebei", 2014] == pytest.approx((rows[2][3] + rows[2][5]) / 2)
    assert rules == {("hebei", 2014): LEFT_OUT}


def test_the_way_out_that_works_is_named(tmp_path):
    twice = put(figures(2013, 2015), "hebei", 2014, 1)[2]
    path = write(tmp_path / "t.xlsx", workbook([*figures(2013, 2015), twice]))
    with pytest.raises(InputError, match=r"add hebei to study\.excluded_provinces") as error:
        clean(path, "gdp")
    assert "take one out" in str(error.value) and "cleaning.missing" not in str(error.value)
    rows = put(put(figures(2013, 2015), "hebei", 2014, "n.d."), "beijing", 2015, "n.d.")
    with pytest.raises(InputError, match=r"missing: \{gdp: \[hebei 2014\]\}\. Correct the file for beijing whose"):
        clean(write(path, workbook(rows)), "gdp")
    with pytest.raises(InputError, match="Correct the file for beijing, hebei whose") as error:
        clean(path, "gdp", interpolation="none")
    assert "cleaning.missing" not in str(error.value)


def test_a_formula_with_an_empty_text_stored_is_an_empty_cell(tmp_path):
    content = workbook(put(figures(), "hebei", 2014, 54321.5), [54321.5])
    path = tmp_path / "t.xlsx"
    for kind, says in ((b' t="str"', ""), (b' t="n"', "without a value stored")):
        with zipfile.ZipFile(io.BytesIO(content)) as whole, zipfile.ZipFile(changed := io.BytesIO(), "w") as target:
            for name in whole.namelist():
                part = whole.read(name)
                # `<c r="E4" t="n"><f>..</f><v>54321.5</v>` with the value taken away
                part = re.sub(rb' t="n">(<f>[^<]*</f>)<v>54321.5</v>', kind + rb">\1<v></v>", part)
                target.writestr(name, part)
        write(path, changed.getvalue())
        if says:
            with pytest.raises(InputError, match=says):
                clean(path, "gdp", formulas="values")
        else:
            values, rules = clean(path, "gdp", formulas="values")
            assert rules == {("hebei", 2014): INTERPOLATED} and 50000 < values["hebei", 2014] < 54321


def test_a_header_of_formulas_is_read_by_its_values(tmp_path):
    rows = [["地区", 2015, 2014, 2013], *(row[:1] + row[3:6] for row in figures()[1:])]
    content = workbook(rows, [2014])
    path = write(tmp_path / "t.xlsx", content)
    with pytest.raises(InputError, match=r"row 2, column C: found the formula '=B5\*1.08'"):
        clean(path, "gdp")
    values, rules = clean(path, "gdp", formulas="values")
    assert values["beijing", 2014] == rows[1][2] and not rules


def test_a_book_keeps_what_is_known_of_its_cells(tmp_path):
    rows = put(put(figures(), "hebei", 2014, 54321.5), "beijing", 2014, "n.d.")
    path = write(tmp_path / "t.xlsx", workbook(rows, [54321.5]))
    entry = {"key": "gdp", "title_zh": "地区生产总值", "conversion": "亿元=1"}
    entry = {name: entry.get(name, "") for name in read_rows(ROOT / "resources" / "catalog.csv")[0]}
    for formulas in ("refuse", "values"):
        read = theme_reader("accounts", TABLES, formulas)
        print_tables({"gdp": {"source": source([str(path)], "name"), "entry": entry}}, read, tmp_path / formulas)
        table = printed_table(tmp_path / formulas, "gdp")
        assert "found 'n.d.'" in table.faults["beijing", 2014] and table.values["beijing", 2014] is None
        assert (("hebei", 2014) in table.faults) == (formulas == "refuse")
        assert (("hebei", 2014) in table.formulas) == (formulas == "values")


def test_what_a_user_has_calculated_beside_a_table_is_left_out(tmp_path):
    rows = [[*row[:4], f"=B{i}/C{i}" if i else "增速", *row[4:]] for i, row in enumerate(figures())]
    rows += [["均值", *["=AVERAGE(B3:B7)"] * 8], ["", *["=SUM(B3:B7)"] * 8]]
    path = write(tmp_path / "t.xlsx", workbook(rows))
    assert clean(path, "gdp")[0] == clean(write(tmp_path / "plain.xlsx", workbook(figures())), "gdp")[0]
    typed = write(tmp_path / "typed.xlsx", workbook([*figures(), ["均值", *[1.0] * 7]]))
    assert clean(typed, "gdp")[0] == clean(path, "gdp")[0]
    typed = write(tmp_path / "other.xlsx", workbook([*figures(), ["某地", *[1.0] * 7]]))
    with pytest.raises(InputError, match="unknown province '某地'"):
        clean(typed, "gdp")


def test_a_row_printed_twice_is_judged_by_its_province(tmp_path):
    rows = [*figures(), figures()[5]]
    assert clean(write(tmp_path / "t.csv", text(rows)), "gdp")[0]["beijing", 2013] == rows[1][5]
    with pytest.raises(
        InputError, match=r"3 figures of gdp .*\n  tibet 2013, tibet 2014, tibet 2015: .* stands already"
    ):
        clean(tmp_path / "t.csv", "gdp", ("tibet",))


# --- cells and years that are not needed --------------------------------------------------------------------------


@pytest.mark.parametrize("cell", ["n.d.", "1e300", "5,4,3"])
def test_a_cell_that_cannot_be_read_stops_where_it_is_needed(tmp_path, cell):
    quoted = f'"{cell}"'
    good, _ = clean(write(tmp_path / "good.csv", text(figures())), "gdp")
    for province, year in (("tibet", 2014), ("beijing", 2012), ("beijing", 2017)):
        remarks = []
        path = write(tmp_path / "t.csv", text(put(figures(), province, year, quoted)))
        assert clean(path, "gdp", remarks=remarks) == (good, {})
        assert len(remarks) == 1 and "1 cell of gdp that the study does not use cannot be read" in remarks[0]
    bad = put(put(figures(), "hebei", 2014, quoted), "beijing", 2015, quoted)
    path = write(tmp_path / "t.csv", text(put(bad, "tibet", 2014, quoted)))
    with pytest.raises(InputError) as error:
        clean(path, "gdp")
    assert "2 figures of gdp cannot be taken" in str(error.value) and "tibet" not in str(error.value)
    assert "row 5, column E: found" in str(error.value)
    assert "cleaning.missing: {gdp: [beijing 2015, hebei 2014]}" in str(error.value)
    values, rules = clean(path, "gdp", left_out=["beijing 2015", "hebei 2014"])
    assert rules == dict.fromkeys([("beijing", 2015), ("hebei", 2014)], LEFT_OUT)
    assert values["hebei", 2014] == pytest.approx((good["hebei", 2013] + good["hebei", 2015]) / 2)


def test_a_year_that_a_gap_is_interpolated_from_is_needed(tmp_path):
    rows = put(put(figures(), "beijing", 2015, ""), "beijing", 2016, "n.d.")
    path = write(tmp_path / "t.csv", text(rows))
    with pytest.raises(InputError, match=r"found 'n.d.'.*It is gdp of beijing 2016"):
        clean(path, "gdp")
    values, _ = clean(path, "gdp", left_out=["beijing 2016"])  # then 2017 ends the gap
    assert values["beijing", 2015] == pytest.approx(rows[1][4] + (rows[1][1] - rows[1][4]) / 3)


def test_a_figure_that_a_gap_is_interpolated_from_is_judged(tmp_path):
    rows = put(figures(), "beijing", 2015, "")
    path = write(tmp_path / "t.csv", text(put(rows, "beijing", 2016, 9e6)))
    with pytest.raises(InputError, match=r"beijing 2016 is 9e\+06, plausible are"):
        clean(path, "gdp")
    values, _ = clean(write(tmp_path / "u.csv", text(put(figures(), "beijing", 2016, 9e6))), "gdp")
    assert values["beijing", 2015] == figures()[1][3]


def test_two_figures_of_a_province_year_are_judged_where_they_are_needed(tmp_path):
    first = write(tmp_path / "a.csv", text(figures()))
    second = write(tmp_path / "b.csv", text(put(figures(), "beijing", 2011, 1.0)))
    read = theme_reader("accounts", TABLES)
    one = source([str(first), str(second)], "name")
    assert clean_table(one, CATALOG["gdp"], CATALOG, read, ["beijing"], range(2013, 2016), "linear", None)
    with pytest.raises(InputError, match=r"1 for beijing 2011, but 30000 in .*keep one of the two"):
        clean_table(one, CATALOG["gdp"], CATALOG, read, ["beijing"], range(2011, 2016), "linear", None)


def test_the_nations_figure_is_needed_where_a_variable_needs_it(tmp_path):
    rows = [*figures(), ["全国", 900000, 800000, 700000, "n.d.", 600000, 500000, 400000]]
    path = write(tmp_path / "t.csv", text(rows))
    values, _ = clean(path, "gdp")
    assert ("beijing", 2014) in values and ("china", 2014) not in values
    with pytest.raises(InputError, match=r"found 'n.d.'.*It is gdp of china 2014"):
        clean(path, "gdp", national=True)


def test_a_blank_row_with_a_figure_left_out_is_not_nil(tmp_path):
    rows = figures(level=300.0)
    rows = [[NAMES["beijing"], *[""] * 7] if row[0] == NAMES["beijing"] else row for row in rows]
    nil, rules = clean(write(tmp_path / "t.csv", text(rows, "原煤消费量(万吨)")), "raw_coal", blank_is_nil=True)
    assert nil["beijing", 2014] == 0 and rules["beijing", 2014] == "blank read as nil"
    path = write(tmp_path / "t.csv", text(put(rows, "beijing", 2014, "n.d."), "原煤消费量(万吨)"))
    with pytest.raises(InputError, match="the row of beijing is empty"):
        clean(path, "raw_coal", blank_is_nil=True, left_out=["beijing 2014"])


def test_zeros_before_the_study_are_not_judged():
    years, provinces = range(2001, 2004), ("beijing", "jiangxi")
    remarks = []
    values, _ = clean(CASES / "zero_before_study.csv", "retail_price_index", provinces, years, remarks=remarks)
    assert (
        len(remarks) == 1 and "1 cell of retail_price_index that the study does not use cannot be right" in remarks[0]
    )
    assert values["jiangxi", 2001] == 101.8 and values["beijing", 2003] == 101.0
    with pytest.raises(InputError) as error:
        clean(CASES / "zero_before_study.csv", "retail_price_index", provinces, range(1999, 2004))
    assert "jiangxi 1999 is 0, figures of retail_price_index have to be above zero" in str(error.value)
    assert "cleaning.accept: {retail_price_index: [jiangxi 1999]}" in str(error.value)


def test_a_sign_that_is_accepted_is_taken_and_counted(tmp_path):
    path = write(tmp_path / "t.csv", text(put(figures(level=300.0), "hebei", 2014, -5), "原煤消费量(万吨)"))
    with pytest.raises(InputError, match=r"cleaning.accept: \{raw_coal: \[hebei 2014\]\}"):
        clean(path, "raw_coal", suspects="warning")
    values, rules = clean(path, "raw_coal", suspects="warning", accepted=["hebei 2014"])
    assert values["hebei", 2014] == -5 and rules["hebei", 2014] == "accepted in cleaning.accept (sign)"


def test_jumps_before_the_study_are_not_judged(tmp_path):
    rows = put(put(figures(), "hebei", 2011, 3.0), "hebei", 2012, 200.0)
    values, _ = clean(write(tmp_path / "t.csv", text(rows)), "gdp")
    assert values["hebei", 2013] == rows[2][5]
    with pytest.raises(InputError, match="hebei 2011"):
        clean(tmp_path / "t.csv", "gdp", years=range(2011, 2016))


def test_an_index_on_a_fixed_base_is_judged_in_the_years_that_it_is_divided_by(tmp_path):
    base = [["地区", *(f"{year}年" for year in range(2017, 2010, -1))]]
    rows = [*base, *([name, *(round(300 * 1.07**k, 3) for k in range(7, 0, -1))] for name in NAMES.values())]
    title = "地区生产总值指数(1978=100)"
    values, _ = clean(write(tmp_path / "t.csv", text(put(rows, "hebei", 2011, 0), title)), "gdp_index")
    assert values["hebei", 2013] == pytest.approx(107)
    path = write(tmp_path / "t.csv", text(put(rows, "hebei", 2012, 0), title))
    with pytest.raises(InputError, match=r"found 0, an index.*It is gdp_index of hebei 2013"):
        clean(path, "gdp_index")


def test_persons_outside_the_study_say_nothing_of_the_unit(tmp_path):
    rows = put(put(figures(level=4e7), "beijing", 2011, 12.0), "tibet", 2014, 12.0)
    values, _ = clean(write(tmp_path / "t.csv", text(rows, "年末常住人口(人)")), "population")
    assert values["beijing", 2013] == pytest.approx(rows[1][5] / 1e4)
    with pytest.raises(InputError, match="the header gives the unit '人'"):
        clean(tmp_path / "t.csv", "population", years=range(2011, 2016))


# --- balances -----------------------------------------------------------------------------------------------------


def balances(changes: dict[tuple[str, int], tuple[str, str, object]]) -> bytes:
    """Balances of two provinces and three years; (province, year) -> row, fuel and figure that are changed there."""
    pages = {}
    for name, province in (("北京", "beijing"), ("河北", "hebei")):
        for year in (2013, 2014, 2015):
            table = test_balance.figures(1 + (year - 2013) / 20)
            if change := changes.get((province, year)):
                row, fuel, value = change
                table[test_balance.ROW[row]][test_balance.COLUMN[fuel]] = value
            pages[f"{name}{year}"] = test_balance.chinese(f"5-1 {name}能源平衡表(实物量)-{year}", table)
    book, file = openpyxl.Workbook(), io.BytesIO()
    book.remove(book.active)
    for name, lines in pages.items():
        sheet = book.create_sheet(name)
        for line in lines:
            sheet.append(line)
    book.save(file)
    return file.getvalue()


def test_a_balance_is_judged_by_the_figures_that_are_taken(tmp_path):
    # a text in coke's industry, LPG's total below its parts, an input of raw coal that is positive
    changes = {("beijing", 2014): ("industry", "焦炭", "五"), ("hebei", 2014): ("final", "液化石油气", 900)}
    path = write(tmp_path / "b.xlsx", balances(changes | {("hebei", 2015): ("thermal", "原煤", 40)}))
    for key in ("raw_coal", "coke", "industry_diesel", "natural_gas"):
        values, rules = clean(path, key, suspects="warning")
        assert len(values) == 6 and not rules
    with pytest.raises(
        InputError,
        match=r"found '五'.* It is industry_coke of beijing 2014.\n.*cleaning.missing: ",
    ):
        clean(path, "industry_coke", suspects="warning")
    with pytest.raises(
        InputError, match=r"the input of 原煤 is 40.*\n.*cleaning.accept: \{power_raw_coal: \[hebei 2015"
    ):
        clean(path, "power_raw_coal", suspects="warning")
    with pytest.raises(InputError) as error:
        clean(path, "lpg", suspects="warning")
    assert "终端消费量 of 液化石油气 is 900, above the 消费量合计" in str(error.value)
    assert "cleaning.accept: {lpg: [hebei 2014]}" in str(error.value)
    values, rules = clean(path, "lpg", suspects="warning", accepted=["hebei 2014"])
    assert values["hebei", 2014] == pytest.approx(22 * 12 * 1.05)
    assert rules == {("hebei", 2014): "accepted in cleaning.accept (contradiction)"}
    assert clean(path, "lpg", ("beijing",), suspects="warning")[1] == {}
    values, rules = clean(path, "lpg", suspects="warning", left_out=["hebei 2014"])
    assert rules == {("hebei", 2014): LEFT_OUT}


def test_an_inventory_is_judged_by_its_province_year(tmp_path):
    sheets = {f"{name}{year}": test_inventory.inventory() for name in ("Beijing", "Hebei") for year in (2013, 2014)}
    sheets["Tibet2013"] = [["no data"]]
    sheets["Hebei2012"] = test_inventory.change(3, 8, 900)["Hebei2018"]
    path = test_inventory.write(tmp_path / "i.xlsx", sheets)
    values, _ = clean(path, "co2_inventory", years=range(2013, 2015), suspects="warning")
    assert len(values) == 4
    with pytest.raises(InputError, match=r"the total is 900, its 7 sectors .*\n.*\{co2_inventory: \[hebei 2012\]\}"):
        clean(path, "co2_inventory", ("hebei",), range(2012, 2015), suspects="warning")


# --- files and sheets ---------------------------------------------------------------------------------------------


def found_by_title(folder, key, tmp_path):
    rows = {row["key"]: row for row in read_rows(ROOT / "resources" / "catalog.csv")}
    return find_sources(str(folder), {key: rows[key]}, {}, TABLES, tmp_path / "cache.json")[key]["files"]


def test_a_sheet_or_file_that_cannot_be_read_stops_no_table_of_another(tmp_path, caplog):
    broken = [["地区", "2015年"], ["北惊市", 3]]
    path = write(tmp_path / "raw" / "x.xlsx", workbook(figures(), (), broken, [["a"]]))
    write(tmp_path / "raw" / "broken.xlsx", b"PK\3\4 no workbook")
    write(tmp_path / "raw" / "broken.csv", b"\xff\xfe\xfd")
    assert found_by_title(tmp_path / "raw", "gdp", tmp_path) == [str(path)]
    with caplog.at_level("WARNING", logger="study"):
        assert clean(path, "gdp")[0]["beijing", 2015] == figures()[1][3]
    assert "unknown province '北惊市'" in caplog.text and "The sheet is left out" in caplog.text


def test_standardised_columns_of_patents_stop_no_other_column(tmp_path):
    shutil.copy(CASES / "panel_z_patents.csv", write(tmp_path / "raw" / "x.csv", ""))
    assert found_by_title(tmp_path / "raw", "gdp", tmp_path) == [str(tmp_path / "raw" / "x.csv")]
    assert "gdp" in {name for draft in every_reader(TABLES)(tmp_path / "raw" / "x.csv") for name in draft.names()}


# --- the rules ----------------------------------------------------------------------------------------------------


def test_the_rules_refuse_and_have_a_way_out(tmp_path):
    config = small_config()
    shutil.copytree(ROOT / "resources" / "example", tmp_path / "raw")
    raw, span = tmp_path / "raw" / "yearbook", {"first": 2009, "last": 2020}
    for old in ("gdp", "retail_price_index", "budget_expenditure"):
        (raw / f"{old}.csv").unlink(missing_ok=True)
    gdp = put(put(figures(**span), "hebei", 2014, 54321.5), "beijing", 2020, "=B3*2")
    write(raw / "gdp.xlsx", workbook(gdp, [54321.5], [["地区", "2015年"], ["=A1", "=B1"]]))
    index = [[row[0], *(101.0 + i / 10 + k / 7 for k in range(12))] for i, row in enumerate(gdp[1:])]
    index = put([gdp[0], *index], "hebei", 2010, 0)
    write(raw / "retail_price_index.csv", text(index, "商品零售价格指数(上年=100)"))
    budget = put(put(figures(**span, level=5000.0), "beijing", 2015, "n.d."), "tibet", 2015, "n.d.")
    write(raw / "budget_expenditure.csv", text(budget, "地方财政一般预算支出(亿元)"))
    pages = balances({("hebei", 2014): ("final", "液化石油气", 900)})
    write(tmp_path / "raw" / "energy" / "balances.xlsx", pages)
    config["study"] |= {"years": [2013, 2015]}
    config["study"]["excluded_provinces"] += ["shanxi", "shaanxi"]
    config["sources"] = {"lpg": {"file": "energy/balances.xlsx"}}
    config["cleaning"]["suspects"] = "warning"
    config["capital"] |= {"base_year": 2013, "initial_stock": "tenth"}
    keys = ("gdp", "retail_price_index", "budget_expenditure", "lpg")
    targets = [f"results/clean/{key}.csv" for key in keys]

    def run(*more):
        write_config(tmp_path, config)
        done = snakemake(ROOT / "Snakefile", tmp_path, "--cores", "2", "--keep-going", *targets, *more)
        return done, {key: (tmp_path / target).exists() for key, target in zip(keys, targets, strict=True)}

    done, made = run()
    said = done.stdout + done.stderr
    assert done.returncode and "Traceback" not in said
    assert made == {"gdp": False, "retail_price_index": True, "budget_expenditure": False, "lpg": False}, said
    for way_out in (
        "or set cleaning.formulas: values",
        "cleaning.missing: {budget_expenditure: [beijing 2015]}",
        "cleaning.accept: {lpg: [hebei 2014]}",
    ):
        assert way_out in said
    config["cleaning"] |= {"formulas": "values", "missing": {"budget_expenditure": ["北京 2015", "西藏 2015"]}}
    config["cleaning"] |= {"accept": {"lpg": ["河北 2014"], "gdp": ["beijing 2014"]}}
    done, made = run("results/check.csv")
    assert done.returncode == 0 and all(made.values()), done.stdout + done.stderr
    cells = {row["province"] + row["year"]: row for row in read_rows(tmp_path / "results" / "clean" / "gdp.csv")}
    assert (cells["hebei2014"]["value"], cells["hebei2014"]["imputed"]) == ("54321.5", "0")
    listed = [row for key in keys for row in read_rows(tmp_path / "results" / "clean" / "imputed" / f"{key}.csv")]
    assert {(row["indicator"], row["province"], row["year"], row["rule"]) for row in listed} == {
        ("gdp", "hebei", "2014", STORED),
        ("budget_expenditure", "beijing", "2015", LEFT_OUT),
        ("lpg", "hebei", "2014", "accepted in cleaning.accept (contradiction)"),
    }
    checked = {row["table"]: row for row in read_rows(tmp_path / "results" / "check.csv") if row["table"]}
    assert (checked["gdp"]["from_formulas"], checked["gdp"]["accepted"]) == ("1", "0")
    assert "cleaning.accept: beijing 2014 of gdp is in no doubt" in checked["gdp"]["remarks"], checked["gdp"]
    assert "in no doubt" not in "".join(row["remarks"] for key, row in checked.items() if key != "gdp")
    assert "1 cell of gdp that the study does not use cannot be read" in checked["gdp"]["remarks"]
    assert checked["lpg"]["accepted"] == "1" and checked["budget_expenditure"]["interpolated"] == "1"
