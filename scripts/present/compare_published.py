"""Our tables beside the published ones, number by number: the scorecard of a replication, as CSV and as a page."""

from collections.abc import Sequence
from itertools import groupby
from pathlib import Path

from study.audit.published import ANSWERS, is_coefficient, read_published_rows
from study.audit.rounding import read_cell
from study.files.whole import run_job
from study.helpers import InputError, logger, read_rows, start_log, write_rows
from study.output.reasons import UNIT_DIFFERS, Reason, check_reasons, read_reasons
from study.output.scorecard import JOINT, render_scorecard, summarise
from study.output.symbols import read_codebook
from study.output.tidy import NOT_ESTIMATED, exact

SCORECARD_COLUMNS = (
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
    "published_std_error",
    "not_compared",
    "why",
)
_MATCHED_BY = ("column", "dependent", "term")
# What a column's printed R2 is where ours has this row: xtivreg's, province means taken out, not the overall one.
_IV_R2 = "R2_within_entity"


def compare_rows(
    ours: list[dict[str, str]], published: list[dict[str, str]], reasons: Sequence[Reason] = (), interval: float = 95
) -> list[dict[str, str]]:
    """One row a published number of one table, in the published order, ours beside it.

    Rows meet on column, dependent and term, and on the group where those leave several; the R2 of an
    instrumental-variables column is the one such tables print. Ours is empty, and a warning logged, for a number we do
    not have. difference_in_se = (ours - published) / our SE. Raises InputError where not one number meets, unless a
    column of ours could not be estimated.

    published : rows of `read_published_rows`, which has refused what is no number. reasons : why they may differ; a
    pair whose units differ is shown with that in not_compared, and not compared. interval : coverage of published
    confidence intervals in percent.
    """
    by_key: dict[tuple[str, ...], list[dict[str, str]]] = {}
    for row in ours:
        by_key.setdefault(tuple(row[name] for name in _MATCHED_BY), []).append(row)
    scorecard = []
    for row in published:
        if row["estimate"] in ANSWERS:
            continue
        key = tuple(row[name] for name in _MATCHED_BY)
        candidates = [candidate for candidate in by_key.get(key, []) if candidate["estimate"] != "dropped"]
        if row["term"] == "R2":
            candidates = by_key.get((*key[:-1], _IV_R2), candidates)
        if len(candidates) > 1:
            candidates = [candidate for candidate in candidates if candidate["group"] == row["group"]]
        if not candidates:
            logger.warning("table %(table)s, column %(column)s: no %(term)s of ours to compare", row)
        holding = [reason for reason in reasons if reason.holds_for(row)]
        if is_coefficient(row) and not row["statistic"]:
            row = row | {"std_error": exact(read_cell(row, interval / 100).std_error)}
        scorecard.append(_compare(candidates[0] if candidates else None, row, holding))
    failed = any(row["term"] == NOT_ESTIMATED for row in ours)
    if scorecard and not failed and not any("estimate" in row for row in scorecard):
        raise InputError(
            f"published table {published[0]['table']}: none of its numbers has a counterpart; is `published` set on "
            "the right table, with its columns in the published order?"
        )
    return scorecard


def _compare(ours: dict[str, str] | None, published: dict[str, str], reasons: Sequence[Reason]) -> dict[str, str]:
    row = {name: published[name] for name in ("table", "column", "dependent", "group", "term")}
    row |= {"published": published["estimate"], "published_statistic": published["statistic"]}
    row |= {"published_stars": published["stars"]}
    if published.get("std_error") and not published["statistic"]:
        row["published_std_error"] = published["std_error"]
    said = {
        "not_compared": JOINT.join(reason.sentence for reason in reasons if reason.why == UNIT_DIFFERS),
        "why": JOINT.join(reason.said for reason in reasons if reason.why != UNIT_DIFFERS),
    }
    row |= {name: text for name, text in said.items() if text}
    if ours is None:
        return row
    row |= {name: ours[name] for name in ("estimate", "statistic", "stars")}
    if said["not_compared"]:
        return row
    if ours["std_error"]:
        estimate, value = float(ours["estimate"]), float(published["estimate"])
        row["same_sign"] = str(int((estimate > 0) == (value > 0)))
        row["same_stars"] = str(int(ours["stars"] == published["stars"]))
        row["difference_in_se"] = f"{(estimate - value) / float(ours['std_error']):.12g}"
    elif published["stars"] or ours["stars"]:
        row["same_stars"] = str(int(ours["stars"] == published["stars"]))
    return row


def main(snakemake) -> None:
    start_log(snakemake)
    source, params = snakemake.input, snakemake.params
    codebook = read_codebook(source.codebook)
    scorecard, notes = [], {}
    for ours, path, settings in zip(source.tables, source.published, params.settings, strict=True):
        published = read_published_rows(path)
        reasons = read_reasons(settings["differs"] or [], codebook)
        check_reasons(settings["name"], reasons, published)
        rows = compare_rows(read_rows(ours), published, reasons, params.interval)
        scorecard += rows
        notes |= {row["table"]: settings["note"] for row in rows if settings["note"]}
    rows = [tuple(row.get(name, "") for name in SCORECARD_COLUMNS) for row in scorecard]
    write_rows(snakemake.output.csv, list(SCORECARD_COLUMNS), rows)
    html = render_scorecard(scorecard, params.note, notes, params.inputs)
    Path(snakemake.output.html).write_text(html, encoding="utf-8")
    for _, table in groupby(scorecard, key=lambda row: row["table"]):
        logger.info("%s", "; ".join(f"{name.lower()}: {value}" for name, value in summarise(list(table)).items()))


if "snakemake" in globals():
    run_job(main, snakemake)  # noqa: F821
