"""resources/variables.csv: what each column may hold."""

import pytest
from conftest import ROOT
from study.helpers import InputError, read_rows
from study.plan.variable_rows import check_rows

ROWS = read_rows(ROOT / "resources" / "variables.csv")
CATALOG = [row["key"] for row in read_rows(ROOT / "resources" / "catalog.csv")]
CHOICES = ["energy_efficiency", "industrial_upgrading", "intelligence", "own"]


def with_row(name, cells):
    return [row | cells if row["name"] == name else row for row in ROWS]


def test_the_table_as_it_is_fits():
    assert check_rows(enumerate(ROWS, 2), CATALOG, CHOICES) == ROWS
    assert all(
        (ROOT / "scripts" / "derive" / f"{row['rule']}.py").is_file() for row in ROWS if row["rule"][:6] == "derive"
    )


@pytest.mark.parametrize(
    ("name", "cells", "says"),
    [
        ("gov", {"name": "Gov"}, "row 12, column name: found 'Gov', expected lower-case letters"),
        ("gov", {"name": "lag"}, "nothing can be called lag"),
        ("gov", {"name": "high"}, "nothing can be called high"),
        ("gov", {"name": "fin"}, "fin stands already in a row above"),
        ("gov", {"formula": ""}, "gov needs a formula or a rule that makes it"),
        ("gov", {"rule": "derive_gov"}, "gov needs a formula or a rule that makes it, one of the two"),
        ("gov", {"choice": "budget"}, "gov is no key of `variables` in rules/config.schema.yaml"),
        ("gov", {"sign": "+"}, "column sign: found '+', expected any, positive, zero_or_more"),
        ("gov", {"minimum": "low"}, "column minimum: found 'low', expected a number or nothing"),
        ("gov", {"maximum": "inf"}, "column maximum: found 'inf'"),
        ("gov", {"minimum": "2", "maximum": "1"}, "the minimum 2 is above the maximum 1"),
        ("co2", {"since": "2000"}, "column since: found '2000', expected capital.base_year, study.years"),
        ("co2", {"sections": "emission"}, "column sections: found 'emission', expected capital, emissions"),
        ("co2", {"raw_tables": "{emision}"}, "column raw_tables: found 'emision', expected activities"),
        ("co2", {"raw_tables": "raw_cole"}, "column raw_tables: found 'raw_cole'"),
        ("co2", {"checked_against": "gdp; nonsense"}, "column checked_against: found 'nonsense'"),
        ("gov", {None: ["x"]}, "more or fewer cells than the header has columns"),
        ("gov", {"maximum": None}, "more or fewer cells than the header has columns"),
    ],
)  # fmt: skip
def test_a_row_that_cannot_be_right_is_refused(name, cells, says):
    with pytest.raises(InputError) as error:
        check_rows(enumerate(with_row(name, cells), 2), CATALOG, CHOICES)
    assert str(error.value).startswith("resources/variables.csv, row ") and says in str(error.value)


def test_a_table_without_a_column_is_refused():
    with pytest.raises(InputError, match="row 1: no column formula"):
        rows = [{key: cell for key, cell in row.items() if key != "formula"} for row in ROWS]
        check_rows(enumerate(rows, 2), CATALOG, CHOICES)
