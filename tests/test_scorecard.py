"""The scorecard's reasons: pairs whose units differ are not compared, and the page opens with what differs and why."""

import re
from types import SimpleNamespace

import pytest
import yaml
from compare_published import compare_rows, main
from conftest import ROOT
from plot_comparison import coefficient_rows, left_out
from study.helpers import InputError, read_rows
from study.output.reasons import check_columns, check_reasons, read_reasons
from study.output.scorecard import differs, render_scorecard, summarise
from test_compare import ours, printed

CODEBOOK = {"ai": {"symbol": "AI"}, "ai_us": {"symbol": "IV"}, "energy_efficiency": {"symbol": "Efficiency"}}
UNIT = {"why": "unit", "reason": "the unit is not given"}
OPEN = {"why": "definition", "reason": "the scope is open"}


def pair(column, term, mine, theirs, dependent="AI"):
    """Ours and the published row: (estimate, t, stars, standard error) and (estimate, t, stars)."""
    key = ("4", column, dependent, "", term)
    return (
        ours(*key, **dict(zip(("estimate", "statistic", "stars", "std_error"), mine, strict=True))),
        printed(*key, **dict(zip(("estimate", "statistic", "stars"), theirs, strict=True))),
    )


PAIRS = [
    pair("1", "IV", ("0.630", "7.2", "***", "0.0871"), ("25.995", "3.664", "***")),
    pair("1", "N", ("300", "", "", ""), ("300", "", "")),
    pair("2", "AI", ("-0.324", "-0.99", "", "0.327"), ("-1.469", "-2.183", "**"), "Co2"),
    pair("2", "Open", ("-0.5", "-5", "***", "0.1"), ("0.200", "1.0", ""), "Co2"),
    pair("2", "R2", ("0.9", "", "", ""), ("0.265", "", ""), "Co2"),
    pair("3", "AI", ("0.60", "3", "***", "0.2"), ("0.610", "3.0", "***"), "GTFP"),
]


def scored(*entries):
    mine, theirs = map(list, zip(*PAIRS, strict=True))
    return compare_rows(mine, theirs, read_reasons(entries, CODEBOOK))


def test_a_pair_of_other_units_is_shown_and_not_compared():
    row, *others = scored(UNIT | {"columns": [1], "terms": ["ai_us"]})
    assert (row["published"], row["estimate"], row["not_compared"]) == ("25.995", "0.630", "the unit is not given")
    assert not {"same_sign", "same_stars", "difference_in_se", "why"} & set(row)
    assert not any("not_compared" in other for other in others)


def test_it_is_out_of_every_summary():
    entry = UNIT | {"columns": [1], "terms": ["ai_us"]}
    assert list(summarise(scored()).values()) == ["4", "6", "6", "4", "3", "2", "1", "5.251"]
    assert list(summarise(scored(entry)).values()) == ["4", "6", "5", "3", "2", "1", "1", "3.502"]
    html = render_scorecard(scored(entry), "")
    table = html[html.index("Summary") :]
    line = next(line for line in table.splitlines() if "25.995" in line)
    assert line.startswith("<tr>") and "not compared: the unit is not given" in line
    assert "-291" not in html and "−291" not in html
    assert render_scorecard(scored(), "").count('class="good"') == html.count('class="good"') + 1 == 2
    assert [row["label"] for rows in coefficient_rows(scored(entry), "IV").values() for row in rows] == []
    assert left_out(scored(entry), "IV") == "Left out, as the units differ: Table 4 (1)."
    assert left_out(scored(entry), "AI") == ""


def test_a_unit_without_terms_is_that_of_the_coefficients():
    rows = scored(UNIT | {"columns": ["2"]})
    assert [row["term"] for row in rows if row.get("not_compared")] == ["AI", "Open"]
    rows = scored(UNIT | {"columns": [2], "terms": ["R2"]})
    assert [row["term"] for row in rows if row.get("not_compared")] == ["R2"]
    assert len([row for row in scored(UNIT) if row.get("not_compared")]) == 4


def test_other_reasons_leave_a_pair_compared():
    row = scored(OPEN | {"columns": [2], "terms": ["ai"]}, {"why": "vintage", "reason": "an old yearbook"})[2]
    assert row["why"] == "definition: the scope is open | vintage: an old yearbook"
    assert row["same_sign"] == "1" and "not_compared" not in row


@pytest.mark.parametrize(
    "entry", [{"columns": [9]}, {"terms": ["energy_efficiency"]}, {"columns": [1], "terms": ["ai"]}]
)
def test_a_reason_for_no_number_is_refused(entry):
    reasons = read_reasons([UNIT | entry], CODEBOOK)
    with pytest.raises(
        InputError, match=r"^table_4, differs: no number .* It has columns 1, 2, 3; terms IV, N, AI, Open"
    ):
        check_reasons("table_4", reasons, [theirs for _, theirs in PAIRS])


def test_what_differs():
    rows = {(row["column"], row["term"]): differs(row) for row in scored(UNIT | {"terms": ["ai_us"]})}
    assert rows == {
        ("1", "IV"): False,  # not compared
        ("1", "N"): False,
        ("2", "AI"): True,  # stars, and 3.5 standard errors
        ("2", "Open"): True,  # sign
        ("2", "R2"): True,
        ("3", "AI"): False,
    }
    [mean] = compare_rows(
        [ours("1", "mean", "", "", "Y", estimate="10.4714")], [printed("1", "mean", "", "", "Y", estimate="10.471")]
    )
    assert not differs(mean)  # by rounding alone


def test_the_page_opens_with_what_differs_largest_first():
    rows = scored(UNIT | {"columns": [1], "terms": ["ai_us"]}, OPEN | {"columns": [2], "terms": ["ai"]})
    html = render_scorecard(rows, "", inputs="simulated")
    top = html[html.index("What differs, and why it can") : html.index("Every number")]
    assert "compared with ours: 5, of which coefficients: 3. Of these with another sign: 1; with other stars: 2" in top
    assert "Shown and not compared, as the units differ: 1." in top
    text = re.sub("<[^>]+>", "|", top)
    assert re.search(r"inputs simulated: [^|]*\|+all\|+5\|+3\|", text)
    assert re.search(r"definition: the scope is open\|+4 \(2\)\|+1\|+1\|+3\.502", text)
    assert re.search(r"unit: the unit is not given\|+4 \(1\)\|+1\|+not compared", text)
    # 7 standard errors go before 3.5
    assert top.index("−7.000") < top.index("3.502", top.index("Coefficients that differ"))
    assert "definition: the scope is open; inputs simulated" in text
    assert "class=" not in top.replace('class="text"', "")
    panel = render_scorecard(rows, "", inputs="panel")
    assert "inputs simulated" not in panel and "the config names no reason" in panel


def test_published_standard_errors_stand_beside_ours():
    key = ("2", "1", "Y", "", "AI")
    row = dict(zip(("table", "column", "dependent", "group", "term"), key, strict=True))
    row |= {"estimate": "0.011", "statistic": "", "stars": "**", "std_error": "0.006"}
    [found] = compare_rows([ours(*key, estimate="0.02", statistic="2", stars="**", std_error="0.01")], [row])
    assert (found["published_std_error"], found["published_statistic"]) == ("0.006", "")
    assert "<td>(SE 0.006)</td>" in render_scorecard([found], "")
    [rows] = coefficient_rows([found], "AI").values()
    assert rows[0]["published"] == (0.011, 0.006)


def test_published_intervals_have_the_coverage_of_the_config():
    key = ("2", "1", "Y", "", "AI")
    row = printed(*key, estimate="0.5") | {"ci_low": "0.0", "ci_high": "1.0"}
    mine = ours(*key, estimate="0.5", statistic="2", stars="**", std_error="0.25")
    found = [float(compare_rows([mine], [row], (), level)[0]["published_std_error"]) for level in (90, 95)]
    assert found == pytest.approx([0.5 / 1.644854, 0.5 / 1.959964], rel=1e-5)


def test_the_paper_does_not_give_some_units(tmp_path):
    """The default study's config against the published tables themselves, with a standard error of one half."""
    config = yaml.safe_load((ROOT / "config.yaml").read_text("utf-8"))
    names = ["table_4", "table_5", "table_6"]
    published = [ROOT / "resources" / "published" / f"{name}.csv" for name in names]
    mine = []
    for path in published:
        rows = read_rows(path)
        mine.append(tmp_path / path.name)
        lines = [",".join([*rows[0], "std_error"])]
        lines += [",".join([*row.values(), "0.5" if row["statistic"] else ""]) for row in rows]
        mine[-1].write_text("\n".join(lines) + "\n", encoding="utf-8")
    codebook = tmp_path / "codebook.csv"
    codebook.write_text("name,symbol\nai,AI\nai_us,IV\nintelligence_index,AI\n", encoding="utf-8")
    settings = [{"name": name, "note": "", "differs": config["tables"][name]["differs"]} for name in names]
    output = SimpleNamespace(csv=tmp_path / "scorecard.csv", html=tmp_path / "scorecard.html")
    main(
        SimpleNamespace(
            rule="compare_published",
            log=[tmp_path / "log"],
            input=SimpleNamespace(tables=mine, published=published, codebook=codebook),
            output=output,
            params=SimpleNamespace(note="", settings=settings, inputs="simulated", interval=95),
        )
    )
    rows = read_rows(output.csv)
    aside = [(row["table"], row["column"], row["term"]) for row in rows if row["not_compared"]]
    assert [place for place in aside if place[0] != "6"] == [
        ("4", "1", "IV"),
        ("4", "3", "IV"),
        ("5", "1", "AI"),
        ("5", "2", "AI"),
    ]
    assert {(column, term) for table, column, term in aside if table == "6"} == {
        (column, term)
        for column in "12"
        for term in ("AI", "Open", "Density", "Fin", "Gov", "Energy", "Urban", "_cons")
    }
    assert not any(
        row["same_sign"] or row["same_stars"] or row["difference_in_se"] for row in rows if row["not_compared"]
    )


def test_a_column_that_the_published_table_lacks_is_told_at_start():
    published = [{"column": "1", "term": "AI"}, {"column": "2", "term": "AI"}]
    check_columns("table_4", [{"columns": [1, 2], "reason": "r"}, {"terms": ["ai"], "reason": "r"}], published)
    with pytest.raises(InputError, match=r"table_4, differs: the published table has no column 3 .r.. It has 1, 2"):
        check_columns("table_4", [{"columns": [1, 3], "reason": "r"}], published)
