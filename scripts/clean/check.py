"""What is to be said of the raw tables or of a ready panel, printed."""

import textwrap
from collections import Counter

from study.checks.not_observed import MADE, count_lines
from study.files.whole import run_job
from study.helpers import InputError, read_rows, start_log
from study.output.in_print import shortened_list

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
    remarked = [row for row in rows if row["remarks"]]
    lines += ["", f"remarks: {len(remarked)}"] if remarked else []
    for row in remarked:
        lines += [
            f"  {row['table']}",
            *(f"    {line}" for text in row["remarks"].splitlines() for line in _wrapped(text)),
        ]
    counts = ", ".join(f"{number} {status}" for status, number in Counter(row["status"] for row in rows).items())
    made = [(row["table"], name.replace("_", " "), int(row[name])) for row in rows for name in MADE if row[name]]
    listed = [line for text in count_lines(cell for cell in made if cell[2]) for line in _wrapped(text)]
    lines += ["", "Cells made up, calculated or accepted:", *(f"  {line}" for line in listed)] if listed else []
    return "\n".join([*lines, "", f"Raw tables: {counts}. More in results/check.html and check.csv"])


def panel_summary(rows: list[dict[str, str]]) -> str:
    """The problems of a panel, what looks wrong with its columns, then its units and periods."""
    lines = []
    for status in ("problem", "warnings"):
        chosen = [row for row in rows if row["status"] == status]
        if chosen:
            lines += ["", f"{status}: {len(chosen)}"]
        for row in chosen:
            name = f"{row['column']}: " if row["column"] else ""
            lines += [f"  {line}" for text in row["remarks"].splitlines() for line in _wrapped(f"{name}{text}")]
    whole = [row["remarks"].splitlines()[0] for row in rows if row["kind"] == "panel"]
    kinds = Counter(row["kind"] for row in rows if row["column"])
    counts = ", ".join(f"{number} of {kind}" for kind, number in kinds.items())
    lines += ["", *(f"Panel: {text}" for text in whole), *([f"Columns: {counts}"] if counts else [])]
    return "\n".join([*lines, "More in results/check.html and check.csv"])


def _wrapped(text: str) -> list[str]:
    return textwrap.wrap(text, WIDTH, subsequent_indent="  ", break_long_words=False, break_on_hyphens=False)


def main(snakemake) -> None:
    """Print the summary; InputError where a panel has problems, so that the command fails as the study would."""
    start_log(snakemake)
    rows = read_rows(snakemake.input.table)
    if "column" not in rows[0]:
        print(summary(rows))
        return
    print(panel_summary(rows))
    problems = sum(row["status"] == "problem" for row in rows)
    if problems:
        raise InputError(f"{problems} problem{'s' if problems > 1 else ''} of the panel, listed above.")


if "snakemake" in globals():
    run_job(main, snakemake)  # noqa: F821
