"""The hypotheses of a study: the columns that speak to each, and a verdict from their numbers, ours and published."""

import json
from collections.abc import Mapping, Sequence
from itertools import groupby
from pathlib import Path

from scipy.special import ndtr
from study.audit.coefficients import p_values
from study.audit.published import is_coefficient, read_published_rows
from study.audit.rounding import read_cell
from study.files.whole import run_job
from study.helpers import logger, read_rows, start_log, workflow_table, write_rows
from study.output.in_print import shown, shown_p_value
from study.output.pages import PlainTable, render
from study.output.symbols import read_codebook, symbol
from study.output.tidy import exact, table_number
from study.regression.stars import STAR_LEVELS, stars_of
from study.regression.terms import CONSTANT, names_of, term_of
from study.regression.tf import adjusted_p, read_critical_values

LEVEL = 0.05
INDIRECT = "indirect"  # the term of the config that means a column's indirect effect
HYPOTHESIS_COLUMNS = ("hypothesis", "claim", "table", "column", "dependent", "term", "expected", "necessary")
HYPOTHESIS_COLUMNS += ("estimate", "statistic", "p_value", "test", "reading")
HYPOTHESIS_COLUMNS += ("published", "published_statistic", "published_p_value", "published_test", "published_reading")
HYPOTHESIS_COLUMNS += ("verdict", "published_verdict")
_SIDES = (("verdict", "reading"), ("published_verdict", "published_reading"))

Rows = Sequence[Mapping[str, str]]


def read_evidence(
    hypotheses: Sequence[Mapping],
    estimates: Mapping[str, Sequence[Mapping]],
    published: Mapping[str, Rows],
    audit: Rows,
    codebook: Mapping[str, Mapping[str, str]],
    critical_values: Sequence[tuple[float, float]],
    levels: Sequence[float] = STAR_LEVELS,
    interval: float = 95,
) -> list[dict[str, str]]:
    """One row a coefficient that speaks to a hypothesis, by HYPOTHESIS_COLUMNS.

    estimates : columns of results/estimates/{table}.json. published : rows of the published tables that ours are
    compared with. Both by our table's name. audit : rows of the published tables' audit, whose tF-adjusted p-values the
    published instrumental-variables columns take, the largest where their first stage is uncertain. A reading is `for`
    if the coefficient has the expected sign and p < 0.05, `against` if it has the other sign and p < 0.05, else
    `silent`; `missing`: there is no such number. levels :
    what one, two and three published stars mean. interval : coverage of published confidence intervals in percent.
    """
    symbols = [row["symbol"] for row in codebook.values()]
    rows = []
    for hypothesis in hypotheses:
        found = []
        for evidence in hypothesis["evidence"]:
            meant = evidence_term(evidence["term"])
            term = "Indirect effect" if meant == INDIRECT else symbol(codebook, meant)
            shared = symbols.count(term) > 1 and meant in codebook
            for column in map(str, evidence["columns"]):
                columns = estimates.get(evidence["table"], [])
                ours = _our_reading(columns, column, meant, codebook, critical_values)
                if evidence["table"] not in estimates:
                    logger.warning("%s: this study has no table %s", hypothesis["name"], evidence["table"])
                elif not ours:
                    logger.warning("%s: %s has no %s in column %s", hypothesis["name"], evidence["table"], term, column)
                theirs = _published_reading(published.get(evidence["table"], []), column, term, audit, levels, interval)
                found.append(
                    {
                        "hypothesis": hypothesis["name"],
                        "claim": hypothesis["claim"],
                        "table": table_number(evidence["table"]),
                        "column": column,
                        "dependent": ours.get("dependent") or theirs.get("dependent", ""),
                        "term": f"{term} ({meant})" if shared else term,
                        "expected": evidence["sign"],
                        "necessary": str(int(evidence.get("necessary", False))),
                        **{name: ours.get(name, "") for name in ("estimate", "statistic", "p_value", "test")},
                        "reading": read_sign(ours, evidence["sign"]),
                        "published": theirs.get("estimate", ""),
                        **{f"published_{name}": theirs.get(name, "") for name in ("statistic", "p_value", "test")},
                        "published_reading": read_sign(theirs, evidence["sign"]),
                    }
                )
        verdicts = {name: judge([(row[key], row["necessary"] == "1") for row in found]) for name, key in _SIDES}
        rows += [row | verdicts for row in found]
    return rows


def evidence_term(text: str) -> str:
    """The estimates' term that a hypothesis names, where any text may be a variable's name.

    `indirect` and `_cons` are the column's indirect effect and its constant; a variable _cons stands in backticks.
    """
    return text if text in (INDIRECT, CONSTANT) else term_of(names_of(text))


def read_sign(numbers: Mapping[str, str], expected: str) -> str:
    """`for`, `against`, `silent`, or `missing` without a number and its p-value."""
    if not (numbers.get("estimate") and numbers.get("p_value")):
        return "missing"
    if not numbers.get("significant", float(numbers["p_value"]) < LEVEL):
        return "silent"
    return "for" if (float(numbers["estimate"]) > 0) == (expected == "positive") else "against"


def judge(readings: Sequence[tuple[str, bool]]) -> str:
    """What readings say together; the flag marks one without which the claim does not stand."""
    kinds = [reading for reading, _ in readings]
    needed = [reading for reading, necessary in readings if necessary]
    count = {kind: kinds.count(kind) for kind in ("for", "against", "missing")}
    share = f"{count['for']} of {len(kinds)} for"
    share += f", {count['against']} against" if count["against"] else ""
    share += f", {count['missing']} not shown" if count["missing"] else ""
    if "against" not in needed and ("missing" in needed or count["missing"] == len(kinds)):
        return f"not tested ({share})"
    if any(reading != "for" for reading in needed) or not count["for"]:
        return f"not supported ({share})"
    if count["against"]:
        return f"mixed ({share})"
    return f"{'supported' if count['for'] == len(kinds) else 'partly supported'} ({share})"


def render_hypotheses(rows: Sequence[Mapping[str, str]], note: str) -> str:
    """The page: a line a hypothesis with both verdicts, then its evidence."""
    compared = any(row["published"] for row in rows)
    hypotheses = [list(group) for _, group in groupby(rows, key=lambda row: row["hypothesis"])]
    first = [[g[0]["hypothesis"], g[0]["claim"], g[0]["verdict"], g[0]["published_verdict"]] for g in hypotheses]
    classes = {
        number: "good" if row["verdict"].startswith("supported") else "bad"
        for number, (row, *_) in enumerate(hypotheses)
        if row["verdict"].startswith(("supported", "not supported", "mixed"))
    }
    header = ["", "Claim", "Our numbers", "Published numbers"]
    verdicts = PlainTable(_cut(header, compared, 1), [_cut(row, compared, 1) for row in first], "", (1, 2, 3), classes)
    header = ["Column", "Dependent", "Term", "Expected", "Ours", "p", "Reading", "Published", "p", "Reading"]
    evidence = []
    for group in hypotheses:
        cells = [
            [
                f"Table {row['table']} ({row['column']})",
                row["dependent"],
                row["term"],
                row["expected"] + (", necessary" if row["necessary"] == "1" else ""),
                shown(float(row["estimate"])) if row["estimate"] else "",
                _shown_p(row["p_value"], row["test"]),
                row["reading"],
                row["published"].replace("-", "−"),
                _shown_p(row["published_p_value"], row["published_test"]),
                row["published_reading"],
            ]
            for row in group
        ]
        heading = f"{group[0]['hypothesis']}: {group[0]['claim']}"
        table = PlainTable(_cut(header, compared, 3), [_cut(row, compared, 3) for row in cells])
        evidence.append((heading, table))
    by_stars = any(row["published_test"] == "stars" for row in rows)
    return render("hypotheses.html", note=note, by_stars=by_stars, verdicts=verdicts, hypotheses=evidence)


def _our_reading(
    columns: Sequence[Mapping],
    number: str,
    term: str,
    codebook: Mapping[str, Mapping[str, str]],
    critical_values: Sequence[tuple[float, float]],
) -> dict[str, str]:
    """Our coefficient of a variable; with one instrument its p-value is the tF-adjusted one."""
    column = next((column for column in columns if column["column"] == number), {})
    if term == INDIRECT:
        found, test = column.get("indirect", {}), "bootstrap"
        numbers = {"estimate": found.get("effect"), "p_value": found.get("p_value")}
    else:
        numbers, test = next((one for one in column.get("terms", []) if one["term"] == term), {}), "t"
        stages = column.get("first_stages", [])
        if len(stages) == len(column.get("instruments", [])) == 1:
            f, t = stages[0]["stats"]["f"], numbers.get("statistic")
            test, p_value = "tF", adjusted_p(t, f, critical_values) if t is not None and f is not None else None
            numbers = numbers | {"p_value": p_value}
    if numbers.get("estimate") is None:
        return {}
    found = {name: exact(numbers.get(name)) for name in ("estimate", "statistic", "p_value")}
    return found | {"dependent": symbol(codebook, column["dependent"]), "test": test}


def _published_reading(
    rows: Rows, column: str, term: str, audit: Rows, levels: Sequence[float], interval: float
) -> dict[str, str | bool]:
    """The published coefficient; its p-value is the audit's tF-adjusted one, else the normal one of what is printed.

    Where rounding admits p-values on both sides of 5% the printed stars, which know the figures unrounded, decide.
    """
    found = _find(rows, column, term)
    if found is None:
        return {}
    key = {"check": "tf", "table": found["table"], "column": column, "term": term}
    found_in = [row for row in audit if all(row[name] == key[name] for name in key)]
    adjusted = [float(row["recomputed"]) for row in found_in if row["recomputed"]]
    if adjusted:
        return dict(found) | {"p_value": f"{max(adjusted):.12g}", "test": "tF"}
    if not is_coefficient(found):
        return dict(found) | {"p_value": "", "test": "t"}
    cell = read_cell(found, interval / 100)
    admitted = p_values(cell, None)
    exact_p = cell.p_value.value if cell.kind == "p" else None if cell.t is None else 2 * ndtr(-abs(cell.t))
    numbers = {"p_value": f"{admitted.high if exact_p is None else exact_p:.12g}", "test": "t"}
    numbers |= {"statistic": found["statistic"] or exact(cell.t)}
    if cell.kind == "t":
        return dict(found) | numbers
    if admitted.low < LEVEL <= admitted.high:
        starred = len(found["stars"]) >= len(stars_of(LEVEL - 1e-9, levels)) > 0
        return dict(found) | numbers | {"significant": starred, "test": "stars"}
    return dict(found) | numbers | {"significant": admitted.high < LEVEL}


def _find(rows: Rows, column: str, term: str) -> Mapping[str, str] | None:
    return next((row for row in rows if row["column"] == column and row["term"] == term), None)


def _shown_p(p_value: str, test: str) -> str:
    if not p_value:
        return ""
    return shown_p_value(float(p_value)) + (" (tF)" if test == "tF" else "")


def _cut(row: Sequence[str], compared: bool, published: int) -> list[str]:
    """A row without its last cells, those of the published numbers, where there are none to compare with."""
    return list(row) if compared else list(row[:-published])


def main(snakemake) -> None:
    start_log(snakemake)
    params, source = snakemake.params, snakemake.input
    paths = zip(params.tables, source.estimates, strict=True)
    estimates = {name: json.loads(Path(path).read_text(encoding="utf-8")) for name, path in paths}
    published = {name: read_published_rows(path) for name, path in zip(params.compared, source.published, strict=True)}
    audit = read_rows(source.audit) if source.audit else []
    codebook = read_codebook(source.codebook)
    critical_values = read_critical_values(workflow_table("tf_critical_values"))
    meaning = {"levels": params.levels, "interval": params.interval}
    rows = read_evidence(params.hypotheses, estimates, published, audit, codebook, critical_values, **meaning)
    write_rows(
        snakemake.output.csv,
        list(HYPOTHESIS_COLUMNS),
        [tuple(row[name] for name in HYPOTHESIS_COLUMNS) for row in rows],
    )
    Path(snakemake.output.html).write_text(render_hypotheses(rows, params.note), encoding="utf-8")


if "snakemake" in globals():
    run_job(main, snakemake)  # noqa: F821
