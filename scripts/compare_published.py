"""Our tables beside the published ones, number by number: the scorecard of a replication, as CSV and as a page."""

from collections.abc import Iterable
from html import escape
from itertools import groupby
from pathlib import Path
from statistics import median

from _formula import CONSTANT
from _helpers import InputError, logger, read_rows, start_log, write_rows
from _pages import html_table, page
from _published import ANSWERS, read_published_rows
from _tables import shown, table_number

FIELDS = (
    "table",
    "column",
    "dependent",
    "group",
    "term",
    "published",
    "published_statistic",
    "published_stars",
    "estimate",
    "statistic",
    "stars",
    "same_sign",
    "same_stars",
    "difference_in_se",
)
_KEY = ("column", "dependent", "term")
# What a column's printed R2 is where ours has this row: xtivreg's, province means taken out, not the overall one.
_IV_R2 = "R2_within_entity"
_NUMBERS = ("estimate", "statistic", "difference_in_se")
_SUMMARY = ("Table", "Published numbers", "Ours", "Coefficients", "Same sign", "Same stars", "Within 1.96 SE", "Median")


def compare_rows(ours: list[dict[str, str]], published: list[dict[str, str]]) -> list[dict[str, str]]:
    """One row a published number of one table, in the published order, ours beside it.

    Rows meet on column, dependent and term, and on the group where those leave several; the R2 of an
    instrumental-variables column is the one such tables print. Ours is empty, and a warning logged, for a number we do
    not have. difference_in_se = (ours - published) / our SE. Raises InputError where not one number meets.

    published : rows of `read_published_rows`, which has refused what is no number.
    """
    by_key: dict[tuple[str, ...], list[dict[str, str]]] = {}
    for row in ours:
        by_key.setdefault(tuple(row[name] for name in _KEY), []).append(row)
    scorecard = []
    for row in published:
        if row["estimate"] in ANSWERS:
            continue
        key = tuple(row[name] for name in _KEY)
        candidates = [candidate for candidate in by_key.get(key, []) if candidate["estimate"] != "dropped"]
        if row["term"] == "R2":
            candidates = by_key.get((*key[:-1], _IV_R2), candidates)
        if len(candidates) > 1:
            candidates = [candidate for candidate in candidates if candidate["group"] == row["group"]]
        if not candidates:
            logger.warning("table %(table)s, column %(column)s: no %(term)s of ours to compare", row)
        scorecard.append(_compare(candidates[0] if candidates else None, row))
    if scorecard and not any("estimate" in row for row in scorecard):
        raise InputError(
            f"published table {published[0]['table']}: none of its numbers has a counterpart; is `published` set on "
            "the right table, with its columns in the published order?"
        )
    return scorecard


def _compare(ours: dict[str, str] | None, published: dict[str, str]) -> dict[str, str]:
    row = {name: published[name] for name in ("table", "column", "dependent", "group", "term")}
    row |= {"published": published["estimate"], "published_statistic": published["statistic"]}
    row |= {"published_stars": published["stars"]}
    if ours is None:
        return row
    row |= {name: ours[name] for name in ("estimate", "statistic", "stars")}
    if ours["std_error"]:
        estimate, value = float(ours["estimate"]), float(published["estimate"])
        row["same_sign"] = str(int((estimate > 0) == (value > 0)))
        row["same_stars"] = str(int(ours["stars"] == published["stars"]))
        row["difference_in_se"] = f"{(estimate - value) / float(ours['std_error']):.12g}"
    elif published["stars"] or ours["stars"]:
        row["same_stars"] = str(int(ours["stars"] == published["stars"]))
    return row


def summarise(scorecard: list[dict[str, str]]) -> dict[str, str]:
    """One line a table, by the headings of the page: how many numbers meet, and how the coefficients agree.

    A coefficient is within 1.96 of our standard errors if the published one lies in our 95% interval; the median is
    that of |difference| in standard errors.
    """
    tested = [row for row in scorecard if row.get("same_sign")]
    distance = [abs(float(row["difference_in_se"])) for row in tested]
    counts = (
        len(scorecard),
        sum(bool(row.get("estimate")) for row in scorecard),
        len(tested),
        sum(row["same_sign"] == "1" for row in tested),
        sum(row["same_stars"] == "1" for row in tested),
        sum(value <= 1.96 for value in distance),
    )
    values = [scorecard[0]["table"], *map(str, counts), shown(median(distance)) if distance else ""]
    return dict(zip(_SUMMARY, values, strict=True))


def render_scorecard(scorecard: list[dict[str, str]], note: str, notes: dict[str, str] | None = None) -> str:
    """The page: a summary line a table, then every number; what disagrees in sign is coloured, and what agrees.

    note : a warning to print first. notes : what our table says of itself, by the number of the published one.
    """
    tables = [list(rows) for _, rows in groupby(scorecard, key=lambda row: row["table"])]
    lines = [list(summarise(rows).values()) for rows in tables]
    body = [
        "<main>",
        "<h1>Published numbers and ours</h1>",
        "<p>Ours less published, in our standard errors. The R² of an instrumental-variables column is set beside our "
        "R2_within_entity, province means taken out, where we have it: such tables print that one. F is ours of all "
        "slopes; the first stage's is in our table. Empty where we have no such number, and the difference for "
        "descriptive statistics, N, R² and test statistics.</p>",
        html_table([*_SUMMARY[:-1], "Median |difference|, SE"], lines, "Summary"),
    ]
    for rows in tables:
        body.append(_render_table(rows))
        if notes and rows[0]["table"] in notes:
            body.append(f"<p>{escape(notes[rows[0]['table']])}</p>")
    return page("Scorecard", "\n".join([*body, "</main>"]), note)


def _render_table(rows: list[dict[str, str]]) -> str:
    header = ["Column", "Dependent", "Term", "Published", "t", "Ours", "t", "Difference, SE", "Same sign", "Same stars"]
    cells, classes = [], {}
    for number, row in enumerate(rows):
        value = {name: _shown(row.get(name, "")) for name in _NUMBERS}
        published = [row["published"] + row["published_stars"], row["published_statistic"]]
        published = [text.replace("-", "−") for text in published]
        term = "Constant" if row["term"] == CONSTANT else row["term"]
        agreement = [{"1": "yes", "0": "no"}.get(row.get(name, ""), "") for name in ("same_sign", "same_stars")]
        column = f"({row['column']})" if row["column"].isdigit() else row["column"]
        ours = [value["estimate"] + row.get("stars", ""), value["statistic"], value["difference_in_se"]]
        cells.append([column, row["dependent"], term, *published, *ours, *agreement])
        if agreement == ["yes", "yes"] or agreement[0] == "no":
            classes[number] = "good" if agreement[0] == "yes" else "bad"
    return html_table(header, cells, f"Table {rows[0]['table']}", classes=classes)


def _shown(text: str) -> str:
    return shown(float(text)) if "." in text else text


def _all_rows(pairs: Iterable[tuple[str, str]]) -> list[dict[str, str]]:
    return [row for ours, published in pairs for row in compare_rows(read_rows(ours), read_published_rows(published))]


def main(snakemake) -> None:
    start_log(snakemake)
    scorecard = _all_rows(zip(snakemake.input.tables, snakemake.input.published, strict=True))
    rows = [tuple(row.get(name, "") for name in FIELDS) for row in scorecard]
    write_rows(snakemake.output.csv, list(FIELDS), rows)
    notes = {table_number(name): text for name, text in snakemake.params.notes.items()}
    html = render_scorecard(scorecard, snakemake.params.note, notes)
    Path(snakemake.output.html).write_text(html, encoding="utf-8")
    for _, table in groupby(scorecard, key=lambda row: row["table"]):
        logger.info("%s", "; ".join(f"{name.lower()}: {value}" for name, value in summarise(list(table)).items()))


if "snakemake" in globals():
    main(snakemake)  # noqa: F821
