"""Tables as people and programs read them, and the figure of trends."""

import csv
import re

import pandas as pd
import pytest
from _printed import AI, CODEBOOK, CONSTANT, OPEN, estimated, parsed, printed, tidy
from plot_trends import period_positions, plot_trends, save, summarise_by_year
from study.helpers import InputError
from study.output.in_print import shown
from study.output.symbols import entry
from study.output.tables import render_html, render_tex, tex
from study.output.tidy import TIDY_COLUMNS, exact, table_number, write_tidy
from tabulate_description import describe, lay_out_description, tidy_description

NOTE = "Simulated inputs: 100% made up & for show"
COLUMNS = [
    estimated("1", {"ai": AI, "_cons": CONSTANT}),
    estimated("2", {"ai": AI, "open": OPEN, "my_var": OPEN, "_cons": CONSTANT}, ["province"], singletons=5),
]


def written(rows, path):
    write_tidy(rows, path)
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_csv_follows_the_contract(tmp_path):
    rows = written(tidy(COLUMNS, "table_2"), tmp_path / "t.csv")
    assert tuple(rows[0]) == TIDY_COLUMNS
    assert tuple(rows[0])[:8] == (
        "table",
        "column",
        "dependent",
        "group",
        "term",
        "estimate",
        "statistic",
        "stars",
    )
    assert {row["table"] for row in rows} == {"2"}
    assert {row["dependent"] for row in rows} == {"Co2"}
    assert [(row["term"], row["column"]) for row in rows] == [
        *[("AI", "1"), ("AI", "2"), ("Open", "2"), ("my_var", "2"), ("_cons", "1"), ("_cons", "2")],
        *[(name, column) for name in ("Province", "Year", "N", "R2", "R2_within") for column in "12"],
    ]
    first = rows[0]
    assert (first["estimate"], first["statistic"], first["stars"]) == ("-0.482123456789", "-3.509", "***")
    assert (first["std_error"], first["p_value"]) == ("0.13745", "0.0005")
    by_term = {(row["term"], row["column"]): row for row in rows}
    assert by_term["Year", "1"]["estimate"] == "Yes"
    assert by_term["Year", "2"]["estimate"] == "No"
    assert by_term["N", "1"]["estimate"] == "300"
    assert by_term["R2_within", "1"]["estimate"] == "0.333333333333"
    assert by_term["R2", "1"]["std_error"] == by_term["R2", "1"]["p_value"] == by_term["R2", "1"]["stars"] == ""


def test_html_reads_as_a_journal_table():
    html = render_html(printed(COLUMNS, title="Baseline <1>", warning=NOTE))
    rows = parsed(html)
    assert rows[:2] == [["", "(1)", "(2)"], ["", "Co2", "Co2"]]
    assert rows[2:6] == [
        ["AI", "−0.482***", "−0.482***"],
        ["", "(−3.509)", "(−3.509)"],
        ["Open", "", "−0.159"],
        ["", "", "(−1.051)"],
    ]
    assert rows[8] == ["Constant", "10.598***", "10.598***"]
    assert rows[-5:] == [
        ["Province effects", "Yes", "Yes"],
        ["Year effects", "Yes", "No"],
        ["N", "300", "300"],
        ["R²", "0.980", "0.980"],
        ["Within R²", "0.333", "0.333"],
    ]
    assert "<caption>Table 2. Baseline &lt;1&gt;</caption>" in html
    assert '<p class="warning">Simulated inputs: 100% made up &amp; for show</p>' in html
    assert "t statistics in parentheses; standard errors: heteroskedasticity-robust." in html
    assert "*** p &lt; 0.01, ** p &lt; 0.05, * p &lt; 0.1." in html
    assert "Dropped singleton observations: 5 in column 2." in html
    assert not re.search(r"(src|href)=|url\(|@import", html)


def test_groups_and_kinds_of_standard_errors_are_said():
    columns = [
        estimated("1", {"ai": AI}, group="East"),
        estimated("2", {"ai": AI}, group="East", vcov="iid"),
        estimated("3", {"ai": AI}, group="West"),
    ]
    layout = printed(columns, "robustness", "Robustness")
    html = render_html(layout)
    assert '<th scope="colgroup" class="span" colspan="2">East</th><th scope="col">West</th>' in html
    assert "standard errors: heteroskedasticity-robust (columns 1, 3), homoskedastic (column 2)." in html
    assert "<caption>Robustness</caption>" in html
    assert 'warning">' not in html
    lines = render_tex(layout).splitlines()
    assert r" & \multicolumn{2}{c}{East} & West \\" in lines
    assert r"\cmidrule(lr){2-3}" in lines


def test_latex_is_well_formed():
    text = render_tex(printed(COLUMNS, title="Baseline & more", warning=NOTE))
    assert r"\caption{Baseline \& more}" in text
    assert r"\label{tab:table_2}" in text
    assert r"AI & $-$0.482\textsuperscript{***} & $-$0.482\textsuperscript{***} \\" in text
    assert r"my\_var &  & $-$0.159 \\" in text
    assert r"\textbf{Simulated inputs: 100\% made up \& for show}" in text
    rules = [line for line in text.splitlines() if line in (r"\toprule", r"\midrule", r"\bottomrule")]
    assert rules == [r"\toprule", r"\midrule", r"\midrule", r"\bottomrule"]
    body = text[text.index(r"\toprule") : text.index(r"\bottomrule")]
    assert {line.count(" & ") for line in body.splitlines() if line.endswith(r"\\")} == {2}
    assert re.findall(r"\\begin{(\w+)}", text) == ["table", "tabular", "minipage"]
    assert re.findall(r"\\end{(\w+)}", text) == ["tabular", "minipage", "table"]
    unescaped = re.sub(r"\\.", "", text)
    assert unescaped.count("{") == unescaped.count("}")
    assert unescaped.count("$") % 2 == 0


def test_latex_escapes_every_special_character():
    assert tex(r"a_b & 5% #1 {x} ^ ~ $ \ <") == (
        r"a\_b \& 5\% \#1 \{x\} \textasciicircum{} \textasciitilde{} \$ \textbackslash{} \textless{}"
    )


def test_numbers():
    assert [exact(x) for x in (300, 0.1 + 0.2, 1e-7, None, float("nan"))] == ["300", "0.3", "1e-07", "", ""]
    assert [shown(x) for x in (-0.4821, 0, 0.0004, -2.5e-7, 3.2e7, None)] == [
        *["−0.482", "0.000", "0.0004", "−2.5e−07", "3.2e+07", ""]
    ]
    assert [table_number(name) for name in ("table_2", "robustness")] == ["2", "robustness"]
    assert [entry(CODEBOOK, name, "label_en") for name in ("ai", "open", "gone")] == [
        *["Level of Artificial Intelligence", "open", "gone"]
    ]


# Descriptive statistics ------------------------------------------------------------------------------------


@pytest.fixture
def panel():
    return pd.DataFrame(
        {
            "province": ["a", "b", "c", "d"] * 2,
            "year": ["2013"] * 4 + ["2014"] * 4,
            "ai": [1.0, 2.0, 3.0, 4.0, 2.0, 4.0, 6.0, None],
            "words": list("abcdefgh"),
        }
    )


def test_description(panel, tmp_path):
    described = describe(panel, ["ai"])
    assert described["ai"] == pytest.approx({"n": 7, "mean": 22 / 7, "sd": 2.8095238**0.5, "min": 1, "max": 6})
    rows = written(tidy_description(described, "table_1", CODEBOOK), tmp_path / "t.csv")
    assert tuple(rows[0]) == TIDY_COLUMNS
    assert [row["column"] for row in rows] == ["n", "mean", "sd", "min", "max"]
    assert {(row["table"], row["dependent"], row["group"], row["term"]) for row in rows} == {
        ("1", "", "Level of Artificial Intelligence", "AI")
    }
    assert [rows[i]["estimate"] for i in (0, 1)] == ["7", "3.14285714286"]
    assert {row["std_error"] + row["p_value"] + row["statistic"] + row["stars"] for row in rows} == {""}
    layout = lay_out_description(described, "table_1", "Descriptive statistics", CODEBOOK, NOTE)
    assert parsed(render_html(layout)) == [
        ["Variable", "Symbol", "N", "Mean", "SD", "Min", "Max"],
        ["Level of Artificial Intelligence", "AI", "7", "3.143", "1.676", "1.000", "6.000"],
    ]
    assert r"Level of Artificial Intelligence & AI & 7 & 3.143 & 1.676 & 1.000 & 6.000 \\" in render_tex(layout)


@pytest.mark.parametrize(("name", "message"), [("gdp", "no variable `gdp`"), ("words", "`words` must hold numbers")])
def test_description_and_figure_refuse_what_they_cannot_use(panel, name, message):
    with pytest.raises(InputError, match=message):
        describe(panel, ["ai", name])
    with pytest.raises(InputError, match=message):
        summarise_by_year(panel, name)


# Trends --------------------------------------------------------------------------------------------------


def test_summary_by_year(panel):
    summary = summarise_by_year(panel, "ai")
    assert summary.to_dict("list") == {
        "year": ["2013", "2014"],
        "lower": [1.75, 3.0],
        "median": [2.5, 4.0],
        "upper": [3.25, 5.0],
    }


def test_periods_sort_as_numbers_and_text_periods_are_evenly_spaced(panel):
    early = panel.replace({"year": {"2013": "10", "2014": "9"}})
    assert summarise_by_year(early, "ai")["year"].tolist() == ["9", "10"]
    assert period_positions(["2000", "2005", "2006"]) == [2000, 2005, 2006]
    assert period_positions(["11th plan", "12th plan"]) == [0, 1]
    with pytest.raises(InputError, match="`ai` has no value"):
        summarise_by_year(panel.assign(ai=float("nan")), "ai")


def test_figure_says_what_it_shows_and_is_reproducible(panel, tmp_path):
    def draw(name):
        figure = plot_trends(panel.assign(ln_co2=panel["ai"]), ["ai", "ln_co2"] * 2, "Trends", CODEBOOK, NOTE)
        paths = tmp_path / f"{name}.png", tmp_path / f"{name}.svg"
        save(figure, *map(str, paths))
        return figure, [path.read_bytes() for path in paths]

    figure, first = draw("first")
    assert draw("second")[1] == first
    assert b"dc:date" not in first[1]
    assert [text.get_text() for text in figure.texts] == ["Trends", NOTE]
    assert [text.get_text() for text in figure.legends[0].get_texts()] == [
        "Middle half of provinces (25th to 75th percentile)",
        "Median province",
    ]
    axis = figure.axes[0]
    assert axis.get_title(loc="left") == "Level of Artificial Intelligence"
    assert (axis.get_xlabel(), axis.get_ylabel()) == ("Year", "AI, per 1,000 workers")
    assert figure.axes[1].get_ylabel() == "Co2, ln 10⁴ t"
    assert [label.get_text() for label in axis.get_xticklabels()] == ["2013", "2014"]


def test_a_figure_prints_a_title_as_it_is_typed(tmp_path):
    panel = pd.DataFrame({"province": ["a", "b"], "year": ["2013", "2013"], "ai": [1.0, 2.0]})
    figure = plot_trends(panel, ["ai"], r"Costs, $ and US$ $\foo$", CODEBOOK, r"$\note$")
    save(figure, tmp_path / "f.png", tmp_path / "f.svg")
    assert not any(text.get_parse_math() for text in [*figure.texts, figure.axes[0].title])


def test_winsorising_is_said():
    html = render_html(printed(COLUMNS, percentiles={"lower": 5, "upper": 97.5}))
    assert "winsorised at percentiles 5 and 97.5" in html
    assert "not winsorised" in render_html(printed(COLUMNS))


def test_columns_without_a_group_have_no_rule_above_them():
    three = [*COLUMNS, estimated("3", {"ai": AI})]
    columns = [column | {"group": group} for column, group in zip(three, ["", "", "own"], strict=True)]
    text = render_tex(printed(columns))
    assert "own" in text
    assert r"\cmidrule" not in text
