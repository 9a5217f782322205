"""Rows of one's own, of raw tables and variables, as the plan reads them: what is refused, what they leave alone."""

import pytest
from _plan import panel_study, raw_study, write_panel
from study.helpers import InputError
from study.plan.refusals import check_study

LOANS = {
    "key": "green_loans", "file": "yearbook/green_loans.csv", "title_zh": "绿色贷款余额", "title_en": "Green loans",
    "years": "2000-", "unit": "10^8 CNY", "where": "People's Bank of China", "minimum": 0.1,
    "maximum": 100000, "change": 3,
}  # fmt: skip


def own(variables=(), tables=(), **sections):
    return raw_study(variables={"own": list(variables)}, catalog={"own": list(tables)}, **sections)


@pytest.mark.parametrize(
    ("variables", "tables", "says"),
    [
        ([{"name": "x", "unit": "ratio", "formula": "gpd / area"}], [], "names 'gpd', no raw table or variable"),
        (
            [{"name": "x", "unit": "ratio", "formula": "gdp / area"}],
            [],
            "is in 10^4 CNY per km2, the unit says 'ratio'",
        ),
        ([{"name": "x", "unit": "ratio", "formula": "budget_expenditure / real_gdp"}], [], "CNY of 2000 prices"),
        ([{"name": "x", "unit": "ratio", "formula": "gdp + area"}], [], "other units"),
        ([{"name": "x", "unit": "ratio", "formula": "__import__('os')"}], [], "calls __import__()"),
        ([{"name": "x", "unit": "ratio", "formula": "gtfp / gdp"}], [], "names 'gtfp'"),
        (
            [{"name": "x", "unit": "ratio", "formula": "labour / national(labour)"}],
            [],
            "national(labour) is of a variable",
        ),
        ([], [LOANS | {"conversion": "万元=1;万元=2"}], "catalog.own, item 1 (green_loans): the conversion"),
        (
            [{"name": "x", "unit": "ratio", "formula": "lag(y)"}, {"name": "y", "unit": "ratio", "formula": "x"}],
            [],
            "x -> y -> x goes in a circle",
        ),
        ([{"name": "co2", "unit": "10^4 t", "formula": "raw_coal"}], [], "is made by a rule of the workflow"),
        ([{"name": "production", "unit": "ratio", "formula": "gov"}], [], "nothing can be called production"),
        ([{"name": "x", "unit": "ratio", "formula": "gov"}] * 2, [], "x stands twice"),
        ([{"name": "lag", "unit": "ratio", "formula": "gov"}], [], "nothing can be called lag"),
        ([{"name": "x", "unit": "ratio", "formula": "gov", "minimum": 5, "maximum": 1}], [], "minimum 5 is above"),
        ([{"name": "x", "unit": "persons", "formula": "employment_2004"}], [], "is no table by province and year"),
        ([{"name": "x", "unit": "robots", "formula": "robots_china"}], [], "is no table by province and year"),
        (
            [{"name": "gov", "unit": "ratio", "formula": "lag(late) / gdp"}],
            [LOANS | {"key": "late", "years": "2016-"}],
            "the formula needs late of 2012 to 2022, and its row says that it is published for 2016 to now",
        ),
        (
            [{"name": "gov", "unit": "ratio", "formula": "ended / gdp"}],
            [LOANS | {"key": "ended", "years": "1990-2005"}],
            "published for 1990 to 2005",
        ),
        (
            [{"name": "gov", "unit": "points, 0 to 100", "formula": "lag(intelligence_index)"}],
            [],
            "intelligence_index of 2012 is needed, for lag() or growth() in another one's formula, but it is made",
        ),
        ([], [LOANS | {"key": "import"}], "nothing can be called import"),
        ([], [LOANS | {"theme": "account"}], "column theme: found 'account', expected nothing or accounts"),
        ([], [LOANS | {"theme": "census"}], "column theme: found 'census'"),
        (
            [{"name": "x", "unit": "ratio", "formula": "green_patents / gov"}],
            [],
            "(green_patents / population); write raw(green_patents) or variable(green_patents)",
        ),
        ([], [LOANS | {"key": "gdp"}], "catalog.own, item 1 (gdp), column key: 'gdp' stands already in row 2"),
        ([], [LOANS | {"unit": "\t"}], "column unit"),
        ([], [LOANS | {"years": "20-"}], "catalog.own, item 1 (green_loans), column years"),
        ([], [LOANS | {"file": "../loans.csv"}], "catalog.own, item 1 (green_loans), column file"),
        ([], [LOANS | {"minimum": 10, "maximum": 1}], "minimum 10 above the maximum 1"),
    ],
)
def test_a_row_of_ones_own_that_cannot_be_right_is_refused(tmp_path, monkeypatch, variables, tables, says):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(InputError) as error:
        check_study(own(variables, tables))
    assert says in str(error.value)


def test_a_variable_of_ones_own_takes_no_name_away_from_those_of_the_workflow(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    study = own(
        [
            {"name": "loans", "unit": "ln(10^8 CNY)", "formula": "log(loans)"},
            {"name": "energy_total", "unit": "10^4 tce", "formula": "raw(energy_total) * 1"},
            {"name": "both", "unit": "10^8 CNY", "formula": "raw(loans)"},
        ],
        [LOANS | {"key": "real_gdp"}],
    )
    check_study(study)
    assert study.variables.known["fin"].tables == {"loans": 0, "gdp": 0}
    assert study.variables.known["energy_efficiency"].variables == {"real_gdp": 0}
    with pytest.raises(InputError, match=r"variables\.own, item 2 \(x\): 'loans' is a raw table and a variable"):
        check_study(
            own(
                [
                    {"name": "loans", "unit": "ratio", "formula": "loans / gdp"},
                    {"name": "x", "unit": "ratio", "formula": "loans / gdp"},
                ]
            )
        )


def test_a_table_may_be_called_as_robots_are(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    study = own([{"name": "gov", "unit": "10^8 CNY", "formula": "robots_output"}], [LOANS | {"key": "robots_output"}])
    check_study(study)
    assert "robots_output" in study.raw_tables.read_by("yearbook")
    assert study.raw_tables.read_by("robots") == ["robots_china", "robots_us"]


def test_a_section_that_a_variable_needs_is_named(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(InputError, match="is made as the section `exposure` of the config says"):
        check_study(raw_study(exposure=None))
    with pytest.raises(InputError, match=r"productivity\.models: capital is made as the section `capital`"):
        check_study(raw_study(capital=None))


def test_a_model_may_use_a_variable_of_ones_own(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    model = {
        "name": "gml",
        "measure": "ddf",
        "inputs": ["labour", "power"],
        "good_outputs": ["real_gdp"],
        "bad_outputs": [],
    }
    study = own([{"name": "power", "unit": "10^8 kWh", "formula": "electricity"}], productivity={"models": [model]})
    assert study.production == ["labour", "real_gdp", "power"]
    assert {"electricity", "employment", "gdp_index"} <= set(study.derived.needs_of("gtfp"))


def test_a_ready_panel_has_no_rows_of_ones_own(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    write_panel(tmp_path)
    with pytest.raises(InputError, match=r"variables\.own: rows are for studies of raw tables"):
        check_study(panel_study(variables={"own": [{"name": "x2", "unit": "ratio", "formula": "gdp / gdp"}]}))
