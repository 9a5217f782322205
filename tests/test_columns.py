"""Printed columns: statistics of instruments, notes, dropped terms, indirect effects, published pairs."""

import json

import pytest
from _dense import simulate
from _printed import AI, CODEBOOK, CONSTANT, OPEN, estimated, parsed, printed
from conftest import ROOT
from estimate_table import estimate_table, to_json
from study.helpers import InputError, read_rows
from study.output.in_print import shown
from study.output.printed_regressions import in_order, pair_columns, read_column
from study.output.symbols import symbol
from study.output.tables import render_html, render_tex
from tabulate_table import lay_out_table, tidy_table, write_notes

SYMBOLS = CODEBOOK | {"y": {"symbol": "Co2"}, "d": {"symbol": "AI"}, "e": {"symbol": "AI"}, "z1": {"symbol": "Z_1"}}
STOCK_YOGO = read_rows(ROOT / "resources" / "stock_yogo.csv")
BOOTSTRAP = {"replications": 40, "block": "province", "level": 90, "seed": 1}
RICH = [
    {"formula": "y ~ x1 | province + year | d ~ z1", "vcov": {"cluster": "province"}, "sample": "sector < 5"},
    {"formula": "y ~ x1 + twice | province | d + e ~ z1 + z2 + z3", "collinear": "drop", "sample": "sector < 5"},
    {"formula": "y ~ x1 + x1:high + d + x2 | province", "split": {"by": "weight"}, "weights": "weight"},
    {"formula": "y ~ d + x2 + x1 | province", "indirect": {"of": "d", "through": "x2"}},
    {"formula": "y ~ d + x2 + x1 | province", "indirect": {"of": "x1", "through": "d"}},
    {"formula": "y ~ x1 | province + year | e ~ z1", "vcov": {"cluster": ["province", "sector"]}},
]


@pytest.fixture(scope="module")
def rich():
    """Estimates of columns with everything there is, as tabulate_table reads them."""
    data = simulate()
    data["twice"] = 2 * data["x1"]
    return json.loads(to_json(estimate_table(data, "t", RICH, bootstrap=BOOTSTRAP, critical_values=STOCK_YOGO)))


def test_csv_names_the_statistics_of_instrumented_columns(rich):
    rows = tidy_table([read_column(column, SYMBOLS) for column in rich], "t")
    cells = {(row["term"], row["column"]): row for row in rows}
    names = ["N", "R2", "R2_within", "R2_within_entity", "F", "First-stage F", "First-stage F (AI)"]
    names += ["Kleibergen-Paap rk LM", "Kleibergen-Paap rk Wald F", "Cragg-Donald Wald F", "Stock-Yogo 10% size"]
    names += ["Overidentification"]
    assert in_order([[row["term"] for row in rows][-40:]])[-12:] == names
    stats = rich[0]["stats"]
    lm = cells["Kleibergen-Paap rk LM", "1"]
    assert float(lm["estimate"]) == pytest.approx(stats["kleibergen_paap_lm"], rel=1e-11)
    assert float(lm["p_value"]) == pytest.approx(stats["kleibergen_paap_lm_p_value"], rel=1e-11)
    assert lm["stars"] == "***"
    assert float(cells["First-stage F", "1"]["estimate"]) == pytest.approx(
        rich[0]["first_stages"][0]["stats"]["f"], rel=1e-11
    )
    assert float(cells["Kleibergen-Paap rk Wald F", "1"]["estimate"]) == pytest.approx(
        stats["kleibergen_paap_f"], rel=1e-11
    )
    assert cells["Stock-Yogo 10% size", "1"]["estimate"] == "16.38"
    assert ("Overidentification", "1") not in cells
    assert float(cells["Overidentification", "2"]["p_value"]) == pytest.approx(
        rich[1]["stats"]["overid_p_value"], rel=1e-11
    )
    assert {column for name, column in cells if name == "R2_within_entity"} == {"1", "2", "6"}
    assert cells["twice", "2"]["estimate"] == "dropped"
    assert cells["twice", "2"]["statistic"] == cells["twice", "2"]["stars"] == ""
    # d and e share a symbol in column 2
    assert float(cells["AI (e)", "2"]["estimate"]) == pytest.approx(rich[1]["terms"][1]["estimate"], rel=1e-11)
    assert ("x1 × High", "3") in cells


def test_notes_say_what_a_column_is(rich):
    text = " ".join(write_notes(rich, SYMBOLS, None, True))
    counts = [rich[at]["stats"][f"n_clusters_{name}"] for at, name in ((0, "province"), (5, "province"), (5, "sector"))]
    for said in (
        f"standard errors: clustered by province, {counts[0]} clusters (column 1)",
        "heteroskedasticity-robust (columns 2, 3, 4, 5)",
        f"clustered by province, {counts[1]} clusters and sector, {counts[2]} clusters (column 6)",
        "Sample of columns 1, 2: sector < 5.",
        "High of column 3: weight > ",
        "Weights of column 3: weight.",
        "AI is d in columns 1, 2, 3, 4, 5, e in columns 2, 6.",
        "Dropped as collinear in column 2: twice.",
        "Instrumented in columns 1, 6: AI by Z_1.",
        "Instrumented in column 2: AI and AI by Z_1 and z2 and z3.",
        "neither it nor an F tests exogeneity",
        "else Hansen's J",
        "90% percentile interval from 40 bootstrap draws of whole units",
        "difference of two published coefficients",
    ):
        assert said in text, said
    plain = " ".join(write_notes([estimated("1", {"ai": AI})], CODEBOOK, None, False))
    for word in ("Sample", "Weights", "Instrumented", "Hansen", "Indirect", "published", " is ", "collinear"):
        assert word not in plain


def test_html_and_latex_of_instrumented_columns(rich):
    layout = lay_out_table([read_column(c, SYMBOLS) for c in rich], "t", "T", write_notes(rich, SYMBOLS, None, False))
    html, text = render_html(layout), render_tex(layout)
    rows = {row[0]: row[1:] for row in parsed(html)}
    assert rows["twice"] == ["", "dropped", "", "", "", ""]
    assert rows["Stock–Yogo value, 10% size"][0] == "16.380"
    assert rows["Kleibergen–Paap rk LM"][0].endswith("***")
    assert [cell != "" for cell in rows["AI → mediator"]] == [False, False, False, True, False, False]
    assert [cell != "" for cell in rows["x1 → mediator"]] == [False, False, False, False, True, False]
    assert [cell != "" for cell in rows["Indirect effect"]] == [False, False, False, True, True, False]
    interval = parsed(html)[[row[0] for row in parsed(html)].index("Indirect effect") + 1]
    ends = [f"{shown(rich[3]['indirect'][key])}" for key in ("ci_low", "ci_high")]
    assert interval[4] == f"[{ends[0]}, {ends[1]}]"
    assert "Sample of columns 1, 2: sector &lt; 5." in html
    assert r"sector \textless{} 5" in text
    assert r"Z\_1" in text
    assert r"Stock--Yogo value, 10\% size & 16.380" in text
    assert "{[}" in text
    assert text.count("{") - text.count(r"\{") == text.count("}") - text.count(r"\}")


def test_csv_of_indirect_effects(rich):
    cells = {(row["term"], row["column"]): row for row in tidy_table([read_column(c, SYMBOLS) for c in rich], "t")}
    found = rich[3]["indirect"]
    for name, key in (
        ("AI -> mediator", "a"),
        ("Indirect effect", "effect"),
        ("Indirect effect, 5%", "ci_low"),
        ("Indirect effect, 95%", "ci_high"),
    ):
        assert float(cells[name, "4"]["estimate"]) == pytest.approx(found[key], rel=1e-11)
    assert float(cells["AI -> mediator", "4"]["statistic"]) == pytest.approx(found["a_statistic"], rel=1e-11)
    assert float(cells["Indirect effect", "4"]["std_error"]) == pytest.approx(found["std_error"], rel=1e-11)
    assert float(cells["Indirect effect", "4"]["p_value"]) == pytest.approx(found["p_value"], rel=1e-11)


@pytest.mark.parametrize(
    ("table", "pair", "z", "p_value"),
    [("7", (1, 3), -0.63, 0.53), ("7", (2, 4), 3.54, 0.0004), ("8", (1, 3), -0.03, 0.97), ("8", (2, 4), -5.97, 0.0)],
)
def test_differences_of_the_papers_columns(table, pair, z, p_value):
    [column] = pair_columns(read_rows(ROOT / "resources" / "published" / f"table_{table}.csv"), [pair])
    found = column.terms["AI × High"]
    assert found["statistic"] == pytest.approx(z, abs=0.005)
    assert found["p_value"] == pytest.approx(p_value, abs=0.005)
    assert (column.column, column.published) == (f"{pair[0]}-{pair[1]}", True)
    assert column.group == f"published table {table}"


def test_differences_of_columns_that_print_standard_errors():
    names = ("table", "column", "dependent", "group", "term", "estimate", "statistic", "stars", "std_error")
    published = [
        dict(zip(names, ("7", column, "Y", "", "AI", b, "", "", se), strict=True))
        for column, b, se in (("1", "0.600", "0.300"), ("3", "0.000", "0.400"))
    ]
    [column] = pair_columns(published, [[1, 3]])
    assert column.terms["AI × High"]["std_error"] == pytest.approx(0.5)
    assert column.terms["AI × High"]["statistic"] == pytest.approx(1.2)


def test_a_pair_is_printed_beside_our_columns():
    published = read_rows(ROOT / "resources" / "published" / "table_7.csv")
    pairs = pair_columns(published, [[1, 3]])
    assert pairs[0].terms["AI × High"]["estimate"] == pytest.approx(-0.424 + 0.191)
    assert pairs[0].terms["AI × High"]["std_error"] == pytest.approx(0.3689, abs=1e-4)
    assert "High" not in pairs[0].terms  # constants of two samples have no counterpart
    ours = estimated("1", {"ai": AI, "ai:high": OPEN, "_cons": CONSTANT})
    rows = {row[0]: row[1:] for row in parsed(render_html(printed([ours], pairs=pairs)))}
    assert rows["AI × High"] == ["−0.159", "−0.233"]
    assert rows["Province effects"] == ["Yes", ""]
    assert "(z −0.632, p 0.528)" in render_html(printed([ours], pairs=pairs))
    with pytest.raises(InputError, match="table 7 has no coefficients in column 9; its columns are 1, 2, 3, 4"):
        pair_columns(published, [[1, 9]])
    with pytest.raises(InputError, match="column 1 explains Co2, column 2 GTFP"):
        pair_columns(published, [[1, 2]])


def test_symbols_of_terms():
    assert [symbol(CODEBOOK, term) for term in ("ai:high", "province^high", "open:gone")] == [
        *["AI × High", "Province × High", "Open × gone"]
    ]
