"""What is to be said of the raw tables, printed."""

import textwrap
from collections import Counter

from _helpers import read_rows, shortened_list, start_log

WIDTH = 118


def summary(rows: list[dict[str, str]]) -> str:
    """The tables that need a hand, with what to do, then how many there are of each status."""
    lines = []
    for status in ("missing", "refused", "contradiction", "warnings", "unused file"):
        chosen = [row for row in rows if row["status"] == status]
        if chosen:
            lines += ["", f"{status}: {len(chosen)}"]
        for row in chosen:
            title = " / ".join(filter(None, (row["title_zh"], row["title_en"])))
            lines += [f"  {row['table']}: {title}"] if title else [f"  {row['file']}"] if row["file"] else []
            if status == "missing":
                lines += [f"    expected at {row['file']}", f"    published in {row['published']}"]
            else:
                lines += [f"    {line}" for text in row["warnings"].splitlines() for line in _wrapped(text)]
            if row["needed_by"]:
                lines += [f"    {line}" for line in _wrapped(f"needed by {shortened_list(row['needed_by'])}")]
    counts = ", ".join(f"{number} {status}" for status, number in Counter(row["status"] for row in rows).items())
    return "\n".join([*lines, "", f"Raw tables: {counts}. More in results/check.html and check.csv"])


def _wrapped(text: str) -> list[str]:
    return textwrap.wrap(text, WIDTH, subsequent_indent="  ", break_long_words=False, break_on_hyphens=False)


def main(snakemake) -> None:
    """Print the summary."""
    start_log(snakemake)
    print(summary(read_rows(snakemake.input.table)))


if "snakemake" in globals():
    main(snakemake)  # noqa: F821
