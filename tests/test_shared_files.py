"""Files that hold many tables are read once, by the job of a book; what comes of it is what each job would read."""

import re
import shutil

import pytest
from _plan import raw_study
from conftest import ROOT, copy_workflow, planned_jobs, small_config, snakemake, write_config
from openpyxl import load_workbook
from study.checks.printed_tables import print_tables, printed_table
from study.checks.raw_parts import read_raw
from study.files.catalog_entries import load_catalog
from study.helpers import InputError, read_rows
from study.plan.books import FEWEST_BYTES_READ_AGAIN, find_books
from study.plan.imports import imports_of, script_of
from study.plan.sources import source
from study.publishers.every_form import reader_tables, theme_reader
from test_balance import COLUMN, FUELS, ROW, ROWS, bilingual, write
from test_workflow import changed

CATALOG = load_catalog(ROOT / "resources" / "catalog.csv")
TABLES = reader_tables(*(ROOT / "resources" / f"{name}.csv" for name in ("provinces", "balance", "cities")))
PROVINCES = {"beijing": "北京", "hebei": "河北", "shanxi": "山西", "shaanxi": "陕西"}
YEARS = range(2013, 2019)
IN_BALANCES = small_config()["emissions"]["fuels"]
IN_DATA_SET = ["budget_expenditure", "loans", "trade"]
WANTED = [f"results/clean/{key}.csv" for key in (*IN_BALANCES, *IN_DATA_SET)]
MADE = [*WANTED, *(path.replace("clean/", "clean/imputed/") for path in WANTED)]
DATA_SET = "data set.xlsx"


def example(key):
    """One table of the shipped example as read."""
    path = ROOT / "resources" / "example" / CATALOG[key].file
    return read_raw(source([str(path)]), CATALOG[key], theme_reader(CATALOG[key].theme, TABLES))


def write_balances(folder):
    """A workbook a province, a sheet a year, each fuel's consumption the example's."""
    folder.mkdir()
    fuel_of = {row["key"]: row["fuel"].split(";")[0] for row in read_rows(ROOT / "resources" / "balance.csv")}
    consumed = {fuel_of[key]: example(key).values for key in IN_BALANCES}
    for slug, name in PROVINCES.items():
        sheets = {}
        for year in YEARS:
            page = [[None] * len(FUELS) for _ in ROWS]
            for fuel, column in COLUMN.items():
                value = consumed.get(fuel, {}).get((slug, year)) or 7.3
                page[ROW["final"]][column] = page[ROW["total"]][column] = value
            sheets[str(year)] = bilingual(f"{name}能源平衡表(实物量)-{year}", page)
        write(folder / f"{slug}.xlsx", sheets)


def write_data_set(path):
    """Indicators across, a row a province and year."""
    tables = {key: example(key) for key in IN_DATA_SET}
    lines = [["省份", "年份", *(f"{CATALOG[key].title_zh}({table.unit or '亿元'})" for key, table in tables.items())]]
    for slug, name in PROVINCES.items():
        lines += [[name, year, *(table.values[slug, year] for table in tables.values())] for year in YEARS]
    write(path, {"Sheet1": lines})


def workflow(folder, fewest):
    """The workflow, with another number of bytes from which on a book is worth its job."""
    snakefile = copy_workflow(folder)
    module = folder / "scripts" / "study" / "plan" / "books.py"
    text, count = re.subn(
        r"(?m)^FEWEST_BYTES_READ_AGAIN = .*", f"FEWEST_BYTES_READ_AGAIN = {fewest}", module.read_text()
    )
    assert count == 1
    module.write_text(text)
    return snakefile


@pytest.fixture(scope="module")
def studies(tmp_path_factory):
    """{with books or without: (Snakefile, study folder)} of one study whose tables share files, after a run."""
    made = {}
    for name, fewest in (("shared", 0), ("alone", 2**40)):
        folder = tmp_path_factory.mktemp(name)
        shutil.copytree(ROOT / "resources" / "example", folder / "raw")
        for key in (*IN_BALANCES, *IN_DATA_SET):
            (folder / "raw" / CATALOG[key].file).unlink()
        write_balances(folder / "raw" / "balances")
        write_data_set(folder / "raw" / DATA_SET)
        write_config(folder, small_config())
        made[name] = workflow(tmp_path_factory.mktemp("workflow"), fewest), folder
        assert planned(made[name]) == {
            **({"clean_balance_book": 1, "clean_book": 1} if name == "shared" else {}),
            **{"clean_balances": len(IN_BALANCES), "clean_yearbook": len(IN_DATA_SET)},
        }
        run = snakemake(*made[name], "--cores", "2", *WANTED)
        assert run.returncode == 0, run.stdout + run.stderr
    return made


def planned(study):
    return planned_jobs(snakemake(*study, "-n", *WANTED))


def with_cell(path, cell, value):
    """The bytes of a workbook with another value in a cell of its first sheet."""
    book = load_workbook(path)
    book.worksheets[0][cell] = value
    copy = path.with_name("~copy.tmp")
    book.save(copy)
    content = copy.read_bytes()
    copy.unlink()
    return content


# --- runs -----------------------------------------------------------------------------------------------------------


def test_tables_of_books_have_the_bytes_of_tables_read_alone(studies):
    (_, shared), (_, alone) = studies["shared"], studies["alone"]
    for path in MADE:
        assert (shared / path).read_bytes() == (alone / path).read_bytes(), path
    beijing = next(
        row for row in read_rows(shared / WANTED[0]) if (row["province"], row["year"]) == ("beijing", "2013")
    )
    assert float(beijing["value"]) == example("raw_coal").values["beijing", 2013]
    assert len(list((shared / "results/printed").iterdir())) == 2
    assert not (alone / "results/printed").exists()
    assert planned(studies["shared"]) == planned(studies["alone"]) == {}


def test_a_figure_reruns_its_book_and_the_tables_of_it_alone(studies):
    path = studies["shared"][1] / "raw" / DATA_SET
    with changed(path, with_cell(path, "C2", 5000)):
        assert planned(studies["shared"]) == {"clean_book": 1, "clean_yearbook": len(IN_DATA_SET)}
    path = studies["shared"][1] / "raw" / "balances" / "hebei.xlsx"
    with changed(path, with_cell(path, "D20", 1)):
        assert planned(studies["shared"]) == {"clean_balance_book": 1, "clean_balances": len(IN_BALANCES)}


def test_a_bad_indicator_stops_its_own_table_alone(studies, tmp_path):
    told = {}
    for name, (snakefile, folder) in studies.items():
        study = snakefile, tmp_path / name
        shutil.copytree(folder, study[1])
        path = study[1] / "raw" / DATA_SET
        path.write_bytes(with_cell(path, "D3", "n/k"))
        run = snakemake(*study, "--cores", "2", "--keep-going", *WANTED)
        assert run.returncode == 1
        told[name] = re.findall(r"^Error in clean_yearbook: .*", run.stdout + run.stderr, re.MULTILINE)
        lacking = [path for path in WANTED if not (study[1] / path).exists()]
        assert lacking == ["results/clean/loans.csv"]
        assert (study[1] / "results/clean/trade.csv").read_bytes() == (folder / "results/clean/trade.csv").read_bytes()
    assert told["shared"] == told["alone"]
    assert told["alone"][0].startswith("Error in clean_yearbook: raw/data set.xlsx, row 3, column D: found 'n/k'")


def test_a_deleted_file_is_told_after_a_run_too(studies, tmp_path):
    snakefile, folder = studies["shared"]
    shutil.copytree(folder, tmp_path / "study")
    (tmp_path / "study" / "raw" / DATA_SET).unlink()
    run = snakemake(snakefile, tmp_path / "study", "--cores", "2", *WANTED)
    assert run.returncode == 1
    assert "raw tables not found" in run.stdout + run.stderr
    assert "loans: raw/yearbook/loans.csv" in run.stdout + run.stderr


# --- what is a book -------------------------------------------------------------------------------------------------


def test_a_book_is_worth_its_job(tmp_path):
    large, small = str(tmp_path / "EPS 数据.xlsx"), str(tmp_path / "small.xlsx")
    (tmp_path / "EPS 数据.xlsx").write_bytes(bytes(FEWEST_BYTES_READ_AGAIN // 2 + 1))
    (tmp_path / "small.xlsx").write_bytes(bytes(1000))
    files = {"a": [large], "b": [small], "c": [large], "d": [small], "e": [large], "f": [large], "g": [large], "h": []}
    forms = dict.fromkeys("abcdh", "yearbook") | {"e": "yearbook", "f": "balances", "g": "patents"}
    (book,) = find_books(files, forms).items()
    assert re.fullmatch("eps_数据_[0-9a-f]{8}", book[0])
    assert book[1] == ("yearbook", (large,), ("a", "c", "e"))
    # half a megabyte read again by one job is not worth a job
    assert find_books({key: files[key] for key in "ac"}, forms) == {}
    # of another form it is another book, and a table more changes no name
    other = find_books({key: files[key] for key in "ace"}, dict.fromkeys("ace", "balances"))
    assert not {book[0]} & set(other)
    assert set(find_books({**files, "i": [large]}, {**forms, "i": "yearbook"})) == {book[0]}


def test_tables_that_stand_alone_make_no_book():
    assert raw_study().raw_tables.books == {}


def test_a_book_knows_no_more_of_a_table_than_it_is_read_by(studies, monkeypatch):
    monkeypatch.chdir(studies["shared"][1])
    monkeypatch.setattr("study.plan.books.FEWEST_BYTES_READ_AGAIN", 0)
    raw = raw_study(**small_config()).raw_tables
    (name,) = raw.books_of("balances")
    assert raw.books[name].keys == tuple(IN_BALANCES)
    assert {raw.printed(key)[0] for key in IN_BALANCES} == {f"results/printed/{name}"}
    assert raw.own_files("raw_coal") == []
    assert raw.own_files("population") == ["raw/yearbook/population.csv"]
    assert raw.printed("population") == []
    entry = raw.book_job(name)["raw_coal"]["entry"]
    assert entry["title_zh"] == "分地区原煤消费量"
    assert {column for column, cell in entry.items() if cell} == {
        "key",
        "title_zh",
        "title_en",
        "conversion",
        "aliases",
    }


def test_readers_of_balances_are_no_code_of_a_yearbooks_book():
    codes = {rule: {path.stem for path in imports_of(script_of(rule, ROOT / "scripts"), ROOT / "scripts")}
             for rule in ("clean_book", "clean_yearbook", "clean_balance_book")}  # fmt: skip
    assert not {"balance", "balance_items"} & (codes["clean_book"] | codes["clean_yearbook"])
    assert {"balance", "balance_items"} <= codes["clean_balance_book"]
    # what is plausible is asked of a table by its own job
    assert not {"plausibility", "cleaning", "gaps"} & (codes["clean_book"] | codes["clean_balance_book"])


# --- a table between the two jobs -----------------------------------------------------------------------------------


def test_a_table_comes_out_of_a_book_as_it_went_in(studies, tmp_path):
    raw = studies["alone"][1] / "raw"
    rows = {row["key"]: row for row in read_rows(ROOT / "resources" / "catalog.csv")}
    balances = source(sorted(map(str, (raw / "balances").iterdir())))
    cases = {"raw_coal": balances, "natural_gas": balances, "loans": source([str(raw / DATA_SET)]),
             "gdp": source([str(raw / CATALOG["gdp"].file)])}  # fmt: skip
    for key, where in cases.items():
        read = theme_reader(CATALOG[key].theme, TABLES)
        print_tables({key: {"source": where, "entry": rows[key]}}, read, tmp_path)
        table, printed = read_raw(where, CATALOG[key], read), printed_table(tmp_path, key)
        assert printed == table
        assert list(printed.values) == list(table.values)
    assert printed_table(tmp_path, "raw_coal").values["hebei", 2018] == example("raw_coal").values["hebei", 2018]


def test_a_refusal_is_told_by_who_asks_for_the_table(tmp_path):
    rows = {row["key"]: row for row in read_rows(ROOT / "resources" / "catalog.csv")}
    path = tmp_path / "a.csv"
    path.write_text("no table\n", encoding="utf-8")
    read = theme_reader("accounts", TABLES)
    tables = {key: {"source": source([str(path)]), "entry": rows[key]} for key in ("gdp", "loans")}
    print_tables(tables, read, tmp_path / "book")
    with pytest.raises(InputError) as alone:
        read_raw(source([str(path)]), CATALOG["gdp"], read)
    assert "no header row found" in str(alone.value)
    for key in tables:
        with pytest.raises(InputError) as shared:
            printed_table(tmp_path / "book", key)
        assert str(shared.value) == str(alone.value)


def test_a_refused_file_is_not_read_again(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("no table\n", encoding="utf-8")
    read = theme_reader("accounts", TABLES)
    for _ in range(2):
        with pytest.raises(InputError, match="no header row found"):
            read(str(path), "")
        path.unlink(missing_ok=True)
