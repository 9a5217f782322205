"""The workflow's own tables: comments and blank lines are no rows, and jobs depend on the rows that they read."""

import random
import shutil

import pytest
from _plan import SCHEMA
from conftest import ROOT, default_config
from study.helpers import InputError, workflow_lines, workflow_rows
from study.plan.schema import with_defaults
from study.plan.study import Study
from study.plan.workflow_tables import ESTIMATED, READ

FILES = sorted({part.partition(":")[0] for part in READ})
ORDERED = {"robots", "us_industries"}  # parents stand above what they hold


@pytest.fixture
def home(tmp_path, monkeypatch):
    """A copy of the workflow's tables, from which the marks are taken."""
    shutil.copytree(ROOT / "resources", tmp_path / "resources", ignore=shutil.ignore_patterns("example", "published"))
    shutil.copytree(ROOT / "rules", tmp_path / "rules")
    monkeypatch.chdir(tmp_path)
    return tmp_path


CONFIG = with_defaults(default_config() | {"inputs": str(ROOT / "resources" / "example")}, SCHEMA)


def planned(home):
    return Study(CONFIG, home)


def marks(home):
    return planned(home).marks_of(*READ)


def changed_parts(home, files, change):
    """Parts whose mark another text of these tables' lines changes."""
    before = marks(home)
    for path in (home / "resources" / f"{file}.csv" for file in files):
        path.write_text("".join(change(path.read_text("utf-8").splitlines(keepends=True))), encoding="utf-8")
    after = marks(home)
    return {part for part in READ if before[part] != after[part]}


def test_comments_and_blank_lines_are_no_rows(tmp_path):
    path = tmp_path / "table.csv"
    path.write_text('# above, the "header\nname,factor\n\na,1\n,\n  # b,2\n"# c, d",3\nb#,4\n', encoding="utf-8-sig")
    assert workflow_lines(path) == [(4, {"name": "a", "factor": "1"}), (8, {"name": "b#", "factor": "4"})]


def test_comments_and_blank_lines_change_no_mark(home):
    def comment(lines):
        blank = ["\n", "," * lines[0].count(",") + "\n"]
        return [lines[0], "# checked against the source\n", *lines[1:3], *blank, *lines[3:]]

    assert changed_parts(home, FILES, comment) == set()


def test_the_order_of_rows_changes_no_mark_where_it_says_nothing(home):
    def shuffled(lines):
        return [lines[0], *random.Random(7).sample(lines[1:], len(lines) - 1)]

    def read():
        study = planned(home)
        return {part: READ[part](home / "resources" / f"{part.partition(':')[0]}.csv", study) for part in READ}

    before = read()
    assert changed_parts(home, FILES, shuffled) == ORDERED
    # nor what the readers give, lists in their order
    assert {part for part, rows in read().items() if rows != before[part]} == ORDERED


@pytest.mark.parametrize(
    ("file", "old", "new", "parts"),
    [
        ("fuels", "20908,kJ/kg,26.37", "20908,kJ/kg,26.38", {"fuels:co2", "fuels:scopes"}),
        ("fuels", "GB/T 2589-2008", "GB/T 2589", set()),
        ("industries", "橡胶制品业,22,", "橡胶制品业,23,", {"industries:gbt4754_2002"}),
        ("industries", "Chemicals and allied products,19", "Chemicals,19", set()),
        ("industries", "橡胶制品业", "橡胶制品", {"industries:divisions"}),
        ("provinces", "Tianjin,,120000,1", "Tianjin,,120000,0", {"provinces:regions"}),
        ("provinces", "Tianjin,,120000", "Tianjin,Tientsin,120000", {"provinces"}),
        ("units", "元,CNY,yuan,1\n", "元,CNY,yuan,1\n圜,CNY,yuan,1\n", {"units"}),
        ("levels", "10^8 CNY,gdp,18900", "10^8 CNY,gdp,18800", {"levels"}),
        ("levels", "loans of financial institutions", "loans", set()),
        ("shares", "tibet,300,", "tibet,301,", {"shares"}),
        ("stock_yogo", "16.38", "16.39", {"stock_yogo"}),
    ],
)
def test_a_cell_changes_the_marks_of_what_is_made_of_it(home, file, old, new, parts):
    assert old in (home / "resources" / f"{file}.csv").read_text("utf-8")
    assert changed_parts(home, [file], lambda lines: "".join(lines).replace(old, new, 1)) == parts


def test_a_ready_panel_reads_two_of_the_tables(home):
    study = Study({"panel": {"path": "panel.csv", "columns": {}}}, home)
    assert study.marks_of(*ESTIMATED).keys() == {"stock_yogo", "tf_critical_values"}


def test_a_message_names_the_line_of_a_row_below_a_comment(home):
    path = home / "resources" / "catalog.csv"
    lines = path.read_text("utf-8").replace("positive,5,300000", "positive,five,300000").splitlines(keepends=True)
    place = next(number for number, line in enumerate(lines, 1) if "five" in line)
    path.write_text("".join([lines[0], "# one\n", "\n", *lines[1:]]), encoding="utf-8")
    with pytest.raises(InputError, match=rf"catalog\.csv, row {place + 2}, column minimum"):
        _ = planned(home).raw_tables.catalog


def test_every_table_of_the_workflow_can_have_a_comment():
    for path in (ROOT / "resources").glob("*.csv"):
        assert workflow_rows(path), path
