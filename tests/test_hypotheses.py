"""Hypotheses and their verdicts, and the figure of published coefficients against ours."""

import json
from types import SimpleNamespace

import pytest
from compare_hypotheses import HYPOTHESIS_COLUMNS, judge, main, read_evidence, read_sign, render_hypotheses
from conftest import ROOT
from plot_comparison import coefficient_rows, plot_comparison
from study.helpers import read_rows
from study.regression.tf import read_critical_values

CODEBOOK = {"ai": {"symbol": "AI"}, "index": {"symbol": "AI"}}
CRITICAL = read_critical_values(ROOT / "resources" / "tf_critical_values.csv")
COLUMNS = ("column", "dependent", "term", "estimate", "statistic", "p_value")


def cells(*rows):
    """Rows of a tidy table; its number is the paper's Table 4."""
    return [dict(zip(COLUMNS, row, strict=True)) | {"table": "4"} for row in rows]


def hypothesis(*evidence):
    keys = ("table", "columns", "term", "sign")
    return [{"name": "H1", "claim": "It works", "evidence": [dict(zip(keys, e, strict=True)) for e in evidence]}]


@pytest.mark.parametrize(
    ("estimate", "p_value", "expected", "reading"),
    [
        ("0.5", "0.01", "positive", "for"),
        ("0.5", "0.01", "negative", "against"),
        ("-0.5", "0.049", "negative", "for"),
        ("-0.5", "0.05", "negative", "silent"),
        ("", "", "negative", "missing"),
        ("300", "", "positive", "missing"),
    ],
)
def test_a_coefficient_speaks_if_it_is_significant(estimate, p_value, expected, reading):
    assert read_sign({"estimate": estimate, "p_value": p_value}, expected) == reading


@pytest.mark.parametrize(
    ("readings", "necessary", "verdict"),
    [
        (["for", "for"], "00", "supported (2 of 2 for)"),
        (["for", "silent"], "00", "partly supported (1 of 2 for)"),
        (["for", "missing", "missing"], "000", "partly supported (1 of 3 for, 2 not shown)"),
        (["for", "missing", "missing"], "011", "not tested (1 of 3 for, 2 not shown)"),
        (["for", "silent"], "01", "not supported (1 of 2 for)"),
        (["silent", "for"], "01", "partly supported (1 of 2 for)"),
        (["for", "for"], "01", "supported (2 of 2 for)"),
        (["silent", "missing"], "00", "not supported (0 of 2 for, 1 not shown)"),
        (["missing", "missing"], "00", "not tested (0 of 2 for, 2 not shown)"),
        (["against", "missing"], "11", "not supported (0 of 2 for, 1 against, 1 not shown)"),
        (["for", "against"], "01", "not supported (1 of 2 for, 1 against)"),
        (["silent", "silent"], "00", "not supported (0 of 2 for)"),
        (["silent", "against"], "00", "not supported (0 of 2 for, 1 against)"),
        (["for", "against", "silent"], "000", "mixed (1 of 3 for, 1 against)"),
    ],
)
def test_verdicts(readings, necessary, verdict):
    assert judge([(reading, flag == "1") for reading, flag in zip(readings, necessary, strict=True)]) == verdict


def estimated(number, *terms, **more):
    names = ("term", "estimate", "statistic", "p_value")
    rows = [dict(zip(names, term, strict=True)) for term in terms]
    return {"column": number, "dependent": "ln_co2", "terms": rows} | more


def test_evidence_is_read_from_our_estimates_and_the_published_tables(caplog):
    indirect = {"effect": -0.2, "p_value": 0.02}
    estimates = {
        "table_2": [estimated("1", ("ai", -0.6, -3.0, 0.003)), estimated("2", ("ai", -0.1, -0.5, 0.6))],
        "table_6b": [estimated("1", ("ai", -0.5, -2.0, 0.05), indirect=indirect)],
        "table_7b": [estimated("1", ("ai", -0.5, -2.0, 0.05), ("ai:high", -0.3, -3.0, 0.003))],
        "table_5": [estimated("1", ("index", -0.01, -3.0, 0.003))],
    }
    published = {"table_2": cells(("1", "Co2", "AI", "-0.677", "-3.782", ""))}
    claims = hypothesis(
        ("table_2", [1, 2], "ai", "negative"),
        ("table_6b", [1], "indirect", "positive"),
        ("table_7b", [1], "ai:high", "negative"),
        ("table_5", [1], "ai", "negative"),  # the index has the symbol AI, but is not ai
        ("table_9", [1], "index", "negative"),
    )
    rows = read_evidence(claims, estimates, published, [], CODEBOOK, CRITICAL)
    assert [row["reading"] for row in rows] == ["for", "silent", "against", "for", "missing", "missing"]
    assert [row["published_reading"] for row in rows] == ["for", *["missing"] * 5]
    assert float(rows[0]["published_p_value"]) == pytest.approx(0.000156, abs=5e-7)
    assert {row["verdict"] for row in rows} == {"mixed (2 of 6 for, 1 against, 2 not shown)"}
    assert [row["table"] for row in rows] == ["2", "2", "6b", "7b", "5", "9"]
    # two variables have the symbol AI
    assert [row["term"] for row in rows[:4]] == ["AI (ai)", "AI (ai)", "Indirect effect", "AI × High"]
    assert "H1: table_5 has no AI in column 1" in caplog.text
    assert "H1: this study has no table table_9" in caplog.text
    html = render_hypotheses(rows, "Simulated inputs.")
    assert html.index("Simulated inputs.") < html.index("It works")
    assert "<td>−0.677</td><td>&lt;0.001</td><td>for</td>" in html
    alone = render_hypotheses(read_evidence(claims, estimates, {}, [], CODEBOOK, CRITICAL), "")
    assert "Published" not in alone


def test_one_instrument_takes_the_p_value_of_its_first_stage():
    stage = {"dependent": "ai", "stats": {"f": 13.42}}
    one = estimated("2", ("ai", -1.4, -2.183, 0.03), instruments=["z"], first_stages=[stage])
    claims = hypothesis(("table_4", [2], "ai", "negative"))
    keys = ("check", "table", "column", "term", "recomputed")
    audit = [dict(zip(keys, ("tf", "4", "2", "AI", p), strict=True)) for p in ("0.03", "0.1527")]
    printed = {"table_4": cells(("2", "Co2", "AI", "-1.469", "-2.183", ""))}
    [row] = read_evidence(claims, {"table_4": [one]}, printed, audit, CODEBOOK, CRITICAL)
    assert (row["test"], row["reading"], row["published_test"], row["published_reading"]) == ("tF", "silent") * 2
    assert float(row["p_value"]) == pytest.approx(0.1527, abs=1e-4)
    assert row["published_p_value"] == "0.1527"
    several, unknown = {"instruments": ["z", "w"]}, {"first_stages": [{"stats": {"f": None}}]}
    for change, reading in ((several, "for"), (unknown, "missing")):
        [row] = read_evidence(claims, {"table_4": [one | change]}, {}, [], CODEBOOK, CRITICAL)
        assert row["reading"] == reading


@pytest.mark.parametrize(
    ("printed", "stars", "reading", "test"),
    [
        ({"std_error": "0.200"}, "**", "for", "t"),
        ({"std_error": "0.800"}, "", "silent", "t"),
        ({"std_error": "0.3", "estimate": "0.6"}, "**", "for", "stars"),  # t of 1.57 to 2.6
        ({"std_error": "0.3", "estimate": "0.6"}, "*", "silent", "stars"),
        ({"std_error": "0.0"}, "***", "for", "t"),
        ({"p_value": "0.03"}, "**", "for", "t"),
        ({"p_value": "<0.05"}, "**", "for", "t"),
        ({"p_value": "0.05"}, "**", "for", "stars"),
        ({"ci_low": "0.10", "ci_high": "0.90"}, "**", "for", "t"),
        ({"ci_low": "-0.10", "ci_high": "1.10"}, "", "silent", "t"),
    ],
)
def test_published_coefficients_are_read_from_whatever_is_printed(printed, stars, reading, test):
    row = dict.fromkeys((*COLUMNS, "std_error", "ci_low", "ci_high", "stars"), "")
    row |= {
        "table": "2",
        "column": "1",
        "dependent": "Co2",
        "term": "AI",
        "estimate": "0.500",
        "stars": stars,
    } | printed
    claims = hypothesis(("table_2", [1], "ai", "positive"))
    [found] = read_evidence(claims, {}, {"table_2": [row]}, [], CODEBOOK, CRITICAL)
    assert (found["published_reading"], found["published_test"]) == (reading, test)
    assert ("the printed stars decide" in render_hypotheses([found], "")) == (test == "stars")


def test_files(tmp_path):
    table, codebook = tmp_path / "table_2.json", tmp_path / "codebook.csv"
    table.write_text(json.dumps([estimated("1", ("ai", -0.6, -3.0, 0.003))]), encoding="utf-8")
    codebook.write_text("name,symbol\nai,AI\n", encoding="utf-8")
    output = SimpleNamespace(csv=tmp_path / "h.csv", html=tmp_path / "h.html")
    params = SimpleNamespace(
        hypotheses=hypothesis(("table_2", [1], "ai", "negative")),
        tables=["table_2"],
        compared=[],
        levels=[0.1, 0.05, 0.01],
        interval=95,
        note="",
    )
    critical = ROOT / "resources" / "tf_critical_values.csv"
    inputs = SimpleNamespace(estimates=[table], published=[], codebook=codebook, audit=[], critical_values=critical)
    main(SimpleNamespace(rule="compare_hypotheses", log=[tmp_path / "log"], input=inputs, output=output, params=params))
    [row] = read_rows(output.csv)
    assert tuple(row) == HYPOTHESIS_COLUMNS
    assert row["verdict"] == "supported (1 of 1 for)"


def scored(**row):
    keys = (
        "table",
        "column",
        "dependent",
        "group",
        "term",
        "published",
        "published_statistic",
        "estimate",
        "statistic",
    )
    return dict.fromkeys(keys, "") | row


def test_figure_has_a_row_a_coefficient_that_both_sides_have():
    both = {"published": "-0.6", "published_statistic": "-3", "estimate": "-0.5", "statistic": "-2.5"}
    scorecard = [
        scored(table="2", column="1", dependent="Co2", term="AI", **both),
        scored(table="7", column="1", dependent="Co2", term="AI", group="high", **both),
        scored(table="2", column="3", dependent="GTFP", term="AI", **both | {"estimate": "", "statistic": ""}),
        scored(table="2", column="1", dependent="Co2", term="Open", **both),
    ]
    panels = coefficient_rows(scorecard, "AI")
    assert list(panels) == ["Co2"]
    assert [row["label"] for row in panels["Co2"]] == ["Table 2 (1)", "Table 7 (1) high"]
    assert panels["Co2"][0]["published"] == pytest.approx((-0.6, 0.2))
    assert panels["Co2"][0]["ours"] == pytest.approx((-0.5, 0.2))
    figure = plot_comparison(panels, "AI", "Both", "Simulated inputs.")
    texts = [text.get_text() for text in figure.texts]
    assert "Both" in texts and "Simulated inputs." in texts
    assert [label.get_text() for label in figure.axes[0].get_yticklabels()] == ["Table 2 (1)", "Table 7 (1) high"]
    assert not figure.axes[1].axison
