"""The scorecard: our numbers beside the published ones."""

import csv
import logging
from pathlib import Path
from types import SimpleNamespace

import pytest
from compare_published import SCORECARD_COLUMNS, compare_rows, main
from study.helpers import InputError
from study.output.scorecard import render_scorecard, summarise

KEYS = ("table", "column", "dependent", "group", "term")
PUBLISHED = Path(__file__).parents[1] / "resources" / "published"


def ours(*key, estimate, statistic="", stars="", std_error=""):
    numbers = {"estimate": estimate, "statistic": statistic, "stars": stars, "std_error": std_error}
    return dict(zip(KEYS, key, strict=True)) | numbers


def printed(*key, estimate, statistic="", stars=""):
    return dict(zip(KEYS, key, strict=True)) | {"estimate": estimate, "statistic": statistic, "stars": stars}


def test_difference_in_standard_errors():
    key = ("2", "2", "Co2", "", "AI")
    [row] = compare_rows(
        [ours(*key, estimate="-0.532", statistic="-2.66", stars="***", std_error="0.2")],
        [printed(*key, estimate="-0.482", statistic="-3.509", stars="***")],
    )
    assert row == {
        **dict(zip(KEYS, key, strict=True)),
        "published": "-0.482",
        "published_statistic": "-3.509",
        "published_stars": "***",
        "estimate": "-0.532",
        "statistic": "-2.66",
        "stars": "***",
        "same_sign": "1",
        "same_stars": "1",
        "difference_in_se": "-0.25",
    }


def test_sign_and_stars_that_differ():
    key = ("2", "4", "GTFP", "", "Open")
    [row] = compare_rows(
        [ours(*key, estimate="-0.1", statistic="-1", std_error="0.1")],
        [printed(*key, estimate="0.283", statistic="1.700", stars="*")],
    )
    assert (row["same_sign"], row["same_stars"], row["difference_in_se"]) == ("0", "0", "-3.83")


@pytest.mark.parametrize(
    "key", [("2", "1", "Co2", "", "N"), ("2", "1", "Co2", "", "R2"), ("1", "mean", "", "Carbon", "Co2")]
)
def test_numbers_without_a_standard_error_are_only_set_side_by_side(key):
    [row] = compare_rows([ours(*key, estimate="0.9")], [printed(*key, estimate="0.98")])
    assert row["estimate"] == "0.9"
    assert not {"same_sign", "same_stars", "difference_in_se"} & set(row)


def test_yes_rows_are_left_out_and_a_missing_number_is_logged(caplog):
    rows = [
        printed("2", "1", "Co2", "", "Year", estimate="Yes"),
        printed("2", "1", "Co2", "", "AI", estimate="-0.677", statistic="-3.782", stars="***"),
    ]
    sample = printed("2", "1", "Co2", "", "N", estimate="300")
    with caplog.at_level(logging.WARNING, logger="study"):
        [row, _] = compare_rows([ours("2", "1", "Co2", "", "N", estimate="300")], [*rows, sample])
    assert row["term"] == "AI"
    assert "estimate" not in row
    assert "table 2, column 1: no AI of ours" in caplog.text


def test_groups_only_matter_where_they_tell_rows_apart():
    label = compare_rows(
        [ours("1", "mean", "", "Our label", "Co2", estimate="1")],
        [printed("1", "mean", "", "Total Carbon Emissions", "Co2", estimate="2")],
    )
    assert (label[0]["group"], label[0]["estimate"]) == ("Total Carbon Emissions", "1")
    stages = [ours("3", "1", "Co2", group, "AI", estimate=value) for group, value in (("First", "1"), ("Second", "2"))]
    [second] = compare_rows(stages, [printed("3", "1", "Co2", "Second", "AI", estimate="3")])
    assert second["estimate"] == "2"


def test_unreadable_published_number_is_refused(tmp_path):
    published = tmp_path / "table_2.csv"
    row = printed("2", "1", "Co2", "", "AI", estimate="-0.67x")
    published.write_text(f"{','.join(row)}\n{','.join(row.values())}\n", encoding="utf-8")
    codebook = tmp_path / "codebook.csv"
    codebook.write_text("name,symbol\n", encoding="utf-8")
    inputs = SimpleNamespace(tables=[published], published=[published], codebook=codebook)
    params = SimpleNamespace(settings=[{"name": "table_2", "note": "", "differs": ""}], interval=95)
    with pytest.raises(InputError, match=r"table_2\.csv, line 2, column `estimate`: found '-0.67x'"):
        main(SimpleNamespace(rule="compare_published", log=[tmp_path / "log"], input=inputs, params=params))


def test_published_tables_against_themselves(tmp_path):
    """Every printed number finds itself; table 2 has 20 coefficients."""
    files = []
    for name in ("table_1", "table_2"):
        with (PUBLISHED / f"{name}.csv").open(encoding="utf-8") as file:
            rows = list(csv.DictReader(file))
        for row in rows:
            row["std_error"] = "0.5" if row["statistic"] else ""
        files.append(tmp_path / f"{name}.csv")
        with files[-1].open("w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, list(rows[0]))
            writer.writeheader()
            writer.writerows(rows)
    output, codebook = tmp_path / "scorecard.csv", tmp_path / "codebook.csv"
    codebook.write_text("name,symbol\n", encoding="utf-8")
    settings = [{"name": f"table_{n}", "note": note, "differs": ""} for n, note in ((1, ""), (2, "Of Table 2."))]
    published = [PUBLISHED / f"{path.name}" for path in files]
    main(
        SimpleNamespace(
            rule="compare_published",
            log=[tmp_path / "log"],
            input=SimpleNamespace(tables=files, published=published, codebook=codebook),
            output=SimpleNamespace(csv=output, html=tmp_path / "scorecard.html"),
            params=SimpleNamespace(note="Simulated inputs.", settings=settings, inputs="simulated", interval=95),
        )
    )
    with output.open(encoding="utf-8") as file:
        scorecard = list(csv.DictReader(file))
    assert tuple(scorecard[0]) == SCORECARD_COLUMNS
    assert len(scorecard) == 45 + 20 + 4 + 4
    assert {row["difference_in_se"] for row in scorecard} == {"", "0"}
    assert list(summarise(scorecard[45:]).values()) == ["2", "28", "28", "20", "20", "20", "20", "0.000"]
    assert "coefficients: 20; same sign: 20" in (tmp_path / "log").read_text()
    html = (tmp_path / "scorecard.html").read_text(encoding="utf-8")
    assert html.index("Simulated inputs.") < html.index("Summary") < html.index("Of Table 2.")


def test_the_r2_of_an_instrumental_variables_column_is_the_one_such_tables_print():
    rows = [ours("4", "2", "Co2", "", term, estimate=value) for term, value in (("R2", "0.98"), ("N", "300"))]
    published = [printed("4", "2", "Co2", "", "R2", estimate="0.265")]
    assert compare_rows(rows, published)[0]["estimate"] == "0.98"
    rows.append(ours("4", "2", "Co2", "", "R2_within_entity", estimate="0.2"))
    [row] = compare_rows(rows, published)
    assert (row["term"], row["estimate"]) == ("R2", "0.2")


def test_the_page_has_a_line_a_table_and_colours_what_agrees():
    key = ("2", "1", "Co2", "", "AI")
    published = printed(*key, estimate="-0.677", statistic="-3.782", stars="***")
    near = ours(*key, estimate="-0.7", statistic="-3.5", stars="***", std_error="0.2")
    far = ours(*key, estimate="0.1", statistic="0.5", std_error="0.2")
    scorecard = [row for mine in (near, far) for row in compare_rows([mine], [published])]
    assert list(summarise(scorecard).values()) == ["2", "2", "2", "2", "1", "1", "1", "2.000"]
    html = render_scorecard(scorecard, "")
    assert html.count('class="good"') == html.count('class="bad"') == 1
    assert "<td>−0.677***</td><td>−3.782</td><td>−0.700***</td><td>−3.500</td><td>−0.115</td>" in html


def test_a_table_that_meets_no_published_number_is_an_error():
    with pytest.raises(InputError, match="published table 2: none of its numbers"):
        compare_rows(
            [ours("9", "1", "GTFP", "", "AI", estimate="1", std_error="1")],
            [printed("2", "1", "Co2", "", "AI", estimate="-0.677", statistic="-3.782", stars="***")],
        )


def test_tables_meet_by_the_config_not_by_their_number():
    [row] = compare_rows(
        [ours("robust", "1", "Co2", "", "AI", estimate="-0.7", std_error="0.1", stars="***")],
        [printed("2", "1", "Co2", "", "AI", estimate="-0.6", statistic="-3", stars="***")],
    )
    assert (row["table"], row["difference_in_se"]) == ("2", "-1")
