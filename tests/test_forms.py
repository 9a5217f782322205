"""Forms of raw tables: each is read by the rule of its own, and refused by name where it stands for another table."""

from pathlib import Path

import pytest
import test_balance
import test_inventory
import test_patents
from study.checks.cleaning import check_title
from study.checks.raw_parts import read_raw
from study.files.catalog_entries import load_catalog
from study.helpers import InputError, read_rows
from study.plan.imports import imports_of, script_of
from study.plan.sources import source
from study.publishers.every_form import every_reader, reader_tables, theme_reader
from study.words.forms import FORMS, form_of, other_form

ROOT = Path(__file__).parents[1]
SCRIPTS = ROOT / "scripts"
TABLES = reader_tables(*(ROOT / "resources" / f"{name}.csv" for name in ("provinces", "balance", "cities")))
CATALOG = load_catalog(ROOT / "resources" / "catalog.csv")
READERS = {"yearbook": "yearbook", "balances": "balance", "inventory": "inventory", "patents": "patents"}


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    """A file of each form by the key of the first table in it."""
    folder = tmp_path_factory.mktemp("forms")
    patents = folder / "patents.csv"
    patents.write_text(test_patents.LONG, encoding="utf-8-sig")
    employment = folder / "employment.csv"
    employment.write_text("年末就业人员(万人)\n地区,2014年,2013年\n北京市,1156,1141\n", encoding="utf-8")
    return {
        "raw_coal": test_balance.write(folder / "balance.xlsx", {"北京2019": test_balance.bilingual()}),
        "co2_inventory": test_inventory.write(folder / "inventory.xlsx", {"Beijing2019": test_inventory.inventory()}),
        "green_patents": patents,
        "employment": employment,
    }


def read(path, key):
    return read_raw(source([str(path)]), CATALOG[key], theme_reader(CATALOG[key].theme, TABLES))


@pytest.mark.parametrize("key", ["raw_coal", "co2_inventory", "green_patents", "employment"])
def test_a_table_is_read_by_its_own_form_and_found_by_any(files, key):
    table = read(files[key], key)
    assert table.values
    assert set(table.values) <= {cell for draft in every_reader(TABLES)(str(files[key])) for cell in cells(draft)}


def cells(draft):
    return getattr(draft, "values", None) or draft.cells


LOOKS = {
    "raw_coal": "It looks like an energy balance",
    "co2_inventory": "It looks like an emission inventory .* the table co2_inventory",
    "green_patents": "It looks like a count of green patents .* the table green_patents",
}


@pytest.mark.parametrize(
    ("held", "key"), [(held, key) for held in LOOKS for key in (*LOOKS, "employment") if key != held]
)
def test_a_file_of_another_form_is_refused_by_what_it_is(files, held, key):
    with pytest.raises(InputError, match=f"{files[held].name}.*{LOOKS[held]}.*save the right one under this name"):
        read(files[held], key)


def test_granted_inventions_are_a_table_of_their_own_and_no_green_patents(tmp_path):
    """`snakemake check` and the job read a table alike: the readers of patents leave it to those of yearbooks."""
    path = tmp_path / "invention_patents.csv"
    path.write_text("省份,年份,国内发明专利申请授权量\n北京,2013,4\n浙江,2013,6\n", encoding="utf-8")
    assert read(path, "invention_patents").values == {("beijing", 2013): 4, ("zhejiang", 2013): 6}
    with pytest.raises(InputError, match="the table of invention_patents"):
        check_title(read(path, "green_patents"), CATALOG["green_patents"], CATALOG)


def test_tables_that_mention_a_form_are_not_taken_for_it():
    coal = ["Total Consumption of Raw Coal by Region", "Region", "2013"]
    panel = ["省份", "年份", "绿色专利申请量", "城市化率", "electricity"]
    assert other_form(coal, "yearbook") == other_form(panel, "yearbook") == ""
    balance = ["能源平衡表(实物量)", "原煤", "终端消费量"]
    assert other_form(balance, "balances") == ""
    assert "an energy balance" in other_form(balance, "inventory")


def test_every_table_that_a_balance_has_is_read_from_balances():
    keys = [row["key"] for row in read_rows(ROOT / "resources" / "balance.csv")]
    assert {form_of(CATALOG[key].theme) for key in keys} == {"balances"}
    assert set(FORMS) <= {entry.theme for entry in CATALOG.values()}


@pytest.mark.parametrize("form", sorted(READERS))
def test_a_rule_imports_the_readers_of_its_form_alone(form):
    code = {path.stem for path in imports_of(script_of(f"clean_{form}", SCRIPTS), SCRIPTS)}
    others = {"balance", "inventory", "patents", "cities", "ifr", "census", "us_employment", "every_form"}
    assert READERS[form] in code
    assert not code & (others - {READERS[form]} - ({"cities"} if form == "patents" else set()))


@pytest.mark.parametrize(
    ("rule", "foreign"),
    [
        ("clean_robots", {"yearbook", "census", "us_employment", "cleaning"}),
        ("clean_census", {"us_employment", "major_groups", "yearbook", "cleaning"}),
        ("clean_foreign_employment", {"census", "census_layout", "divisions", "yearbook", "cleaning"}),
    ],
)
def test_robots_and_employment_import_no_reader_of_another(rule, foreign):
    modules = {path.stem for path in SCRIPTS.rglob("*.py")}
    assert foreign <= modules
    assert not foreign & {path.stem for path in imports_of(script_of(rule, SCRIPTS), SCRIPTS)}
