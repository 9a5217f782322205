"""Our tables beside the published ones, number by number: the scorecard of a replication."""

from _helpers import InputError, logger, read_rows, start_log, write_rows

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
_ANSWERS = ("Yes", "No")


def compare_rows(ours: list[dict[str, str]], published: list[dict[str, str]]) -> list[dict[str, str]]:
    """One row a published number of one table, in the published order, ours beside it.

    Rows meet on column, dependent and term, and on the group where those leave several. Ours is empty, and a
    warning logged, for a number we do not have. difference_in_se = (ours - published) / our SE. Raises InputError
    for a published cell that is neither a number nor Yes or No, and where not one number meets.
    """
    by_key: dict[tuple[str, ...], list[dict[str, str]]] = {}
    for row in ours:
        by_key.setdefault(tuple(row[name] for name in _KEY), []).append(row)
    scorecard = []
    for row in published:
        if row["estimate"] in _ANSWERS:
            continue
        candidates = by_key.get(tuple(row[name] for name in _KEY), [])
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
    value = _number(published, "published")
    row |= {"published": published["estimate"], "published_statistic": published["statistic"]}
    row |= {"published_stars": published["stars"]}
    if ours is None:
        return row
    row |= {name: ours[name] for name in ("estimate", "statistic", "stars")}
    if ours["std_error"]:
        estimate = _number(ours, "our")
        row["same_sign"] = str(int((estimate > 0) == (value > 0)))
        row["same_stars"] = str(int(ours["stars"] == published["stars"]))
        row["difference_in_se"] = f"{(estimate - value) / float(ours['std_error']):.12g}"
    return row


def _number(row: dict[str, str], whose: str) -> float:
    try:
        return float(row["estimate"])
    except ValueError:
        raise InputError(
            f"table {row['table']}, column {row['column']}, {row['term']}: the {whose} estimate is "
            f"{row['estimate']!r}; expected a number, `Yes` or `No`."
        ) from None


def summarise(scorecard: list[dict[str, str]]) -> str:
    """One line: how many numbers we have, and of the coefficients how many agree."""
    have = sum(bool(row.get("estimate")) for row in scorecard)
    tested = [row for row in scorecard if row.get("same_sign")]
    signs = sum(row["same_sign"] == "1" for row in tested)
    stars = sum(row["same_stars"] == "1" for row in tested)
    return (
        f"{have} of {len(scorecard)} published numbers compared; of {len(tested)} coefficients "
        f"{signs} have the same sign and {stars} the same stars."
    )


def main(snakemake) -> None:
    start_log(snakemake)
    scorecard = []
    for ours, published in zip(snakemake.input.tables, snakemake.input.published, strict=True):
        scorecard += compare_rows(read_rows(ours), read_rows(published))
    write_rows(
        snakemake.output[0],
        list(FIELDS),
        [tuple(row.get(name, "") for name in FIELDS) for row in scorecard],
    )
    logger.info("%s", summarise(scorecard))


if "snakemake" in globals():
    main(snakemake)  # noqa: F821
