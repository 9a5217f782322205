"""The hypotheses of a study: the columns that speak to each, and a verdict from their numbers, ours and published."""

from collections.abc import Mapping, Sequence
from html import escape
from itertools import groupby
from pathlib import Path

from _helpers import logger, read_rows, start_log, write_rows
from _pages import html_table, page
from _tables import entry, read_codebook, shown, shown_p_value, table_number
from scipy.special import ndtr

LEVEL = 0.05
INDIRECT = "indirect"  # the term of the config that means a column's indirect effect
FIELDS = ("hypothesis", "claim", "table", "column", "dependent", "term", "expected", "estimate", "statistic", "p_value")
FIELDS += ("reading", "published", "published_statistic", "published_p_value", "published_reading")
FIELDS += ("verdict", "published_verdict")


def read_evidence(
    hypotheses: Sequence[Mapping],
    tables: Mapping[str, Sequence[Mapping[str, str]]],
    published: Mapping[str, Sequence[Mapping[str, str]]],
    codebook: Mapping[str, Mapping[str, str]],
) -> list[dict[str, str]]:
    """One row a coefficient that speaks to a hypothesis, by FIELDS.

    tables, published : rows of our tables and of the published ones they are compared with, by table name. A reading is
    `for` if the coefficient has the expected sign and p < 0.05, `against` if it has the other sign and p < 0.05, else
    `silent`; published p-values are the normal ones of the printed t. `missing`: there is no such number.
    """
    rows = []
    for hypothesis in hypotheses:
        found = []
        for evidence in hypothesis["evidence"]:
            indirect = evidence["term"] == INDIRECT
            term = "Indirect effect" if indirect else entry(codebook, evidence["term"], "symbol")
            for column in map(str, evidence["columns"]):
                ours = _find(tables.get(evidence["table"], []), column, term) or {}
                if not ours:
                    logger.warning("%s: %s has no %s in column %s", hypothesis["name"], evidence["table"], term, column)
                theirs = _find(published.get(evidence["table"], []), column, term) or {}
                p_value = str(2 * ndtr(-abs(float(theirs["statistic"])))) if theirs.get("statistic") else ""
                found.append(
                    {
                        "hypothesis": hypothesis["name"],
                        "claim": hypothesis["claim"],
                        "table": table_number(evidence["table"]),
                        "column": column,
                        "dependent": ours.get("dependent", theirs.get("dependent", "")),
                        "term": term,
                        "expected": evidence["sign"],
                        **{name: ours.get(name, "") for name in ("estimate", "statistic", "p_value")},
                        "reading": read_sign(ours.get("estimate", ""), ours.get("p_value", ""), evidence["sign"]),
                        "published": theirs.get("estimate", ""),
                        "published_statistic": theirs.get("statistic", ""),
                        "published_p_value": f"{float(p_value):.12g}" if p_value else "",
                        "published_reading": read_sign(theirs.get("estimate", ""), p_value, evidence["sign"]),
                    }
                )
        verdicts = {
            "verdict": judge([row["reading"] for row in found]),
            "published_verdict": judge([row["published_reading"] for row in found]),
        }
        rows += [row | verdicts for row in found]
    return rows


def read_sign(estimate: str, p_value: str, expected: str) -> str:
    """`for`, `against`, `silent`, or `missing` without a number."""
    if not (estimate and p_value):
        return "missing"
    if float(p_value) >= LEVEL:
        return "silent"
    return "for" if (float(estimate) > 0) == (expected == "positive") else "against"


def judge(readings: Sequence[str]) -> str:
    """What the readings say together."""
    count = {reading: readings.count(reading) for reading in ("for", "against", "missing")}
    share = f"{count['for']} of {len(readings)} for"
    if count["missing"]:
        share += f", {count['missing']} not shown"
    if count["for"] and count["against"]:
        return f"mixed ({share}, {count['against']} against)"
    if count["against"]:
        return f"contradicted ({count['against']} of {len(readings)} against)"
    if count["for"] == len(readings):
        return f"supported ({share})"
    return f"partly supported ({share})" if count["for"] else f"not supported ({share})"


def render_hypotheses(rows: Sequence[Mapping[str, str]], note: str) -> str:
    """The page: a line a hypothesis with both verdicts, then its evidence."""
    hypotheses = [list(group) for _, group in groupby(rows, key=lambda row: row["hypothesis"])]
    first = [[g[0]["hypothesis"], g[0]["claim"], g[0]["verdict"], g[0]["published_verdict"]] for g in hypotheses]
    classes = {
        number: "good" if row["verdict"].startswith("supported") else "bad"
        for number, (row, *_) in enumerate(hypotheses)
        if row["verdict"].startswith(("supported", "contradicted", "not supported"))
    }
    body = [
        "<main>",
        "<h1>Hypotheses</h1>",
        "<p>A coefficient speaks for a claim if it has the expected sign and p &lt; 0.05, against it with the other "
        "sign and p &lt; 0.05; otherwise it is silent. A claim is supported if every column speaks for it. The verdict "
        "counts columns; it does not weigh designs, and columns that share data are not independent evidence.</p>",
        html_table(("", "Claim", "Our numbers", "Published numbers"), first, text_columns=(1, 2, 3), classes=classes),
    ]
    for group in hypotheses:
        cells = [
            (
                f"Table {row['table']} ({row['column']})",
                *(row[name] for name in ("dependent", "term", "expected")),
                shown(float(row["estimate"])) if row["estimate"] else "",
                shown_p_value(float(row["p_value"])) if row["p_value"] else "",
                row["reading"],
                row["published"],
                shown_p_value(float(row["published_p_value"])) if row["published_p_value"] else "",
                row["published_reading"],
            )
            for row in group
        ]
        header = ("Column", "Dependent", "Term", "Expected", "Ours", "p", "Reading", "Published", "p", "Reading")
        body.append(f"<h2>{escape(group[0]['hypothesis'])}: {escape(group[0]['claim'])}</h2>")
        body.append(html_table(header, cells))
    return page("Hypotheses", "\n".join([*body, "</main>"]), note)


def _find(rows: Sequence[Mapping[str, str]], column: str, term: str) -> Mapping[str, str] | None:
    return next((row for row in rows if row["column"] == column and row["term"] == term), None)


def main(snakemake) -> None:
    start_log(snakemake)
    params = snakemake.params
    tables = {name: read_rows(path) for name, path in zip(params.tables, snakemake.input.tables, strict=True)}
    published = {name: read_rows(path) for name, path in zip(params.compared, snakemake.input.published, strict=True)}
    rows = read_evidence(params.hypotheses, tables, published, read_codebook(snakemake.input.codebook))
    write_rows(snakemake.output.csv, list(FIELDS), [tuple(row[name] for name in FIELDS) for row in rows])
    Path(snakemake.output.html).write_text(render_hypotheses(rows, params.note), encoding="utf-8")


if "snakemake" in globals():
    main(snakemake)  # noqa: F821
