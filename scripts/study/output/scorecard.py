"""The scorecard as a page: what differs and why it can, largest first, then every number."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from statistics import median

from study.audit.printed_tables import natural
from study.audit.published import half_unit
from study.output.in_print import shown
from study.output.pages import PlainTable, render
from study.regression.terms import CONSTANT

SUMMARY = ("Table", "Published numbers", "Ours", "Coefficients", "Same sign", "Same stars", "Within 1.96 SE", "Median")
# Why any pair of a study may differ, by where its data are from.
GENERAL = {
    "simulated": "inputs simulated: the raw tables are invented, not the paper's data",
    "raw": "vintage: yearbooks are revised, and the paper may have used other editions",
    "panel": "",
}
JOINT = " | "  # between the reasons of one pair
WITHIN = 1.96
MOST_COEFFICIENTS, MOST_OTHERS = 25, 15
_OURS = ("estimate", "statistic", "difference_in_se")

Row = Mapping[str, str]


def summarise(scorecard: Sequence[Row]) -> dict[str, str]:
    """One line a table, by the headings of the page: how many numbers meet, and how the coefficients agree.

    A coefficient is within 1.96 of our standard errors if the published one lies in our 95% interval; the median is
    that of |difference| in standard errors. Pairs that are not compared count among the published numbers alone.
    """
    tested = [row for row in scorecard if row.get("same_sign")]
    distance = [_distance(row) for row in tested]
    counts = (
        len(scorecard),
        sum(bool(row.get("estimate")) and not row.get("not_compared") for row in scorecard),
        len(tested),
        sum(row["same_sign"] == "1" for row in tested),
        sum(row["same_stars"] == "1" for row in tested),
        sum(value <= WITHIN for value in distance),
    )
    values = [scorecard[0]["table"], *map(str, counts), shown(median(distance)) if distance else ""]
    return dict(zip(SUMMARY, values, strict=True))


def differs(row: Row) -> bool:
    """Whether a compared pair differs.

    A coefficient in sign, in stars or by more than 1.96 of our standard errors; any other number in stars or beyond the
    rounding of the published one.
    """
    if row.get("not_compared") or not row.get("estimate"):
        return False
    if row.get("same_sign"):
        return row["same_sign"] == "0" or row["same_stars"] == "0" or _distance(row) > WITHIN
    return row.get("same_stars") == "0" or _gap(row) > half_unit(row["published"]) * (1 + 1e-9)


def render_scorecard(
    scorecard: Sequence[Row], note: str, notes: Mapping[str, str] | None = None, inputs: str = "panel"
) -> str:
    """The page: what differs and why it can, a summary line a table, then every number.

    What disagrees in sign is coloured, and what agrees; a pair that is not compared is not. note : a warning to print
    first. notes : what our table says of itself, by the number of the published one. inputs : a key of `GENERAL`.
    """
    tables = [list(rows) for _, rows in groupby(scorecard, key=lambda row: row["table"])]
    lines = [list(summarise(rows).values()) for rows in tables]
    notes = notes or {}
    return render(
        "scorecard.html",
        note=note,
        counts=_counts(scorecard),
        differences=_differences(scorecard, GENERAL[inputs]),
        summary=PlainTable([*SUMMARY[:-1], "Median |difference|, SE"], lines, "Summary"),
        tables=[(_numbers(rows), notes.get(rows[0]["table"], "")) for rows in tables],
    )


def _parts(scorecard: Sequence[Row]) -> tuple[list[Row], list[Row], list[Row]]:
    """Pairs that are compared, the coefficients among them, and pairs that are not compared."""
    compared = [row for row in scorecard if row.get("estimate") and not row.get("not_compared")]
    return compared, [row for row in compared if row.get("same_sign")], [r for r in scorecard if r.get("not_compared")]


def _differences(scorecard: Sequence[Row], general: str) -> list[PlainTable]:
    """The opening: reasons, coefficients and other numbers that differ, pairs that are not compared."""
    compared, tested, aside = _parts(scorecard)
    apart = sorted((row for row in tested if differs(row)), key=_distance, reverse=True)
    others = sorted((row for row in compared if not row.get("same_sign") and differs(row)), key=_relative, reverse=True)
    found = []
    reasons = _reasons(scorecard, compared, general)
    if reasons:
        header = ["Reason", "Tables (columns)", "Numbers", "Of these differ", "Largest, SE"]
        found.append(PlainTable(header, reasons, "Why numbers can differ", (0, 1)))
    header = ["Column", "Dependent", "Term", "Published", "Ours"]
    if apart:
        lines = [
            [*_place(row), *_both(row), shown(float(row["difference_in_se"])), _how(row), _why(row, general)]
            for row in apart[:MOST_COEFFICIENTS]
        ]
        caption = f"Coefficients that differ, largest first{_of(len(apart), MOST_COEFFICIENTS)}"
        found.append(PlainTable([*header, "Difference, SE", "Differs in", "Why it can"], lines, caption, (6, 7)))
    if others:
        lines = [
            [*_place(row), *_both(row), f"{_relative(row):.1%}", _why(row, general)] for row in others[:MOST_OTHERS]
        ]
        caption = f"Moments, N, R² and test statistics that differ, largest first{_of(len(others), MOST_OTHERS)}"
        found.append(PlainTable([*header, "Of the published", "Why it can"], lines, caption, (6,)))
    if aside:
        lines = [[*_place(row), *_both(row), row["not_compared"]] for row in aside]
        found.append(PlainTable([*header, "Why not"], lines, "Shown, not compared: the units differ", (5,)))
    return found


def _counts(scorecard: Sequence[Row]) -> str:
    compared, tested, aside = _parts(scorecard)
    flips = sum(row["same_sign"] == "0" for row in tested)
    stars = sum(row["same_stars"] == "0" for row in tested)
    far = sum(_distance(row) > WITHIN for row in tested)
    others = sum(differs(row) for row in compared if not row.get("same_sign"))
    text = (
        f"Published numbers compared with ours: {len(compared)}, of which coefficients: {len(tested)}. Of these with "
        f"another sign: {flips}; with other stars: {stars}; more than {WITHIN} of our standard errors away: {far}. "
        f"Other numbers that differ beyond rounding: {others}."
    )
    return text + (f" Shown and not compared, as the units differ: {len(aside)}." if aside else "")


def _reasons(scorecard: Sequence[Row], compared: Sequence[Row], general: str) -> list[list[str]]:
    """Lines of the reasons, that of most differing numbers first; pairs not compared last."""
    lines = []
    if general:
        lines.append((general, "all", compared))
    for text in _in_order(text for row in scorecard for text in _own(row)):
        rows = [row for row in compared if text in _own(row)]
        lines.append((text, _where(rows), rows))
    ordered = sorted(lines, key=lambda line: sum(map(differs, line[2])), reverse=True)
    found = []
    for text, where, rows in ordered:
        distance = max((_distance(row) for row in rows if row.get("same_sign")), default=None)
        largest = "" if distance is None else shown(distance)
        found.append([text, where, str(len(rows)), str(sum(map(differs, rows))), largest])
    for text in _in_order(row["not_compared"] for row in scorecard if row.get("not_compared")):
        rows = [row for row in scorecard if row.get("not_compared") == text]
        found.append([f"unit: {text}", _where(rows), str(len(rows)), "not compared", ""])
    return found


def _own(row: Row) -> list[str]:
    """What the config says of a pair."""
    return row["why"].split(JOINT) if row.get("why") else []


def _why(row: Row, general: str) -> str:
    """What the config says of a pair, and the kind of what holds for all."""
    return "; ".join([*_own(row), *([general.partition(":")[0]] if general else [])]) or "the config names no reason"


def _where(rows: Sequence[Row]) -> str:
    """`4 (1, 3); 6 (1, 2)`."""
    columns: dict[str, list[str]] = {}
    for row in rows:
        if row["column"] not in columns.setdefault(row["table"], []):
            columns[row["table"]].append(row["column"])
    return "; ".join(f"{table} ({', '.join(sorted(numbers, key=natural))})" for table, numbers in columns.items())


def _in_order(texts: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(texts))


def _of(count: int, most: int) -> str:
    return f" ({most} of {count}; all stand below)" if count > most else f" ({count})"


def _how(row: Row) -> str:
    """`sign, stars, 9.3 SE`."""
    words = [word for word, key in (("sign", "same_sign"), ("stars", "same_stars")) if row[key] == "0"]
    return ", ".join([*words, *(["size"] if _distance(row) > WITHIN else [])])


def _distance(row: Row) -> float:
    return abs(float(row["difference_in_se"]))


def _gap(row: Row) -> float:
    return abs(float(row["estimate"]) - float(row["published"]))


def _relative(row: Row) -> float:
    """Difference over the published number's size, at least one unit of its last digit."""
    return _gap(row) / max(abs(float(row["published"])), 2 * half_unit(row["published"]))


def _place(row: Row) -> list[str]:
    return [f"Table {row['table']} {_column(row)}", row["dependent"] or row["group"], _term(row)]


def _both(row: Row) -> list[str]:
    ours = _shown(row["estimate"]) + row["stars"] if row.get("estimate") else ""
    return [row["published"].replace("-", "−") + row["published_stars"], ours]


def _column(row: Row) -> str:
    return f"({row['column']})" if row["column"].isdigit() else row["column"]


def _term(row: Row) -> str:
    return "Constant" if row["term"] == CONSTANT else row["term"]


def _numbers(rows: Sequence[Row]) -> PlainTable:
    """Every number of one table; the published uncertainty is t, or the standard error in brackets."""
    header = ["Column", "Dependent", "Term", "Published", "t", "Ours", "t", "Difference, SE", "Same sign", "Same stars"]
    remarked = any(row.get("not_compared") for row in rows)
    cells, classes = [], {}
    for number, row in enumerate(rows):
        value = {name: _shown(row.get(name, "")) for name in _OURS}
        uncertainty = row["published_statistic"].replace("-", "−")
        if not uncertainty and row.get("published_std_error"):
            uncertainty = f"(SE {_shown(row['published_std_error'])})"
        published = [row["published"].replace("-", "−") + row["published_stars"], uncertainty]
        agreement = [{"1": "yes", "0": "no"}.get(row.get(name, ""), "") for name in ("same_sign", "same_stars")]
        ours = [value["estimate"] + row.get("stars", ""), value["statistic"], value["difference_in_se"]]
        remark = [f"not compared: {row['not_compared']}" if row.get("not_compared") else ""] if remarked else []
        cells.append([_column(row), row["dependent"], _term(row), *published, *ours, *agreement, *remark])
        if agreement == ["yes", "yes"] or agreement[0] == "no":
            classes[number] = "good" if agreement[0] == "yes" else "bad"
    header += ["Remark"] if remarked else []
    return PlainTable(header, cells, f"Table {rows[0]['table']}", (10,) if remarked else (), classes)


def _shown(text: str) -> str:
    return shown(float(text)) if "." in text else text
