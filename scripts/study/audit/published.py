"""Published tables as they are typed: where they lie, one csv read and checked, differences of their coefficients.

The tables are tidy (`PUBLISHED_COLUMNS`, and `UNCERTAINTY` where t is not what is printed), one row a printed number;
resources/published/README.md says what the columns hold.
"""

from __future__ import annotations

import csv
import math
import re
import unicodedata
from pathlib import Path

from study.helpers import InputError

PUBLISHED_COLUMNS = ("table", "column", "dependent", "group", "term", "estimate", "statistic", "stars")
# What papers print in place of t: columns that a file may have.
UNCERTAINTY = ("std_error", "p_value", "ci_low", "ci_high")
MOMENTS = ("n", "mean", "sd", "min", "max")
ANSWERS = ("Yes", "No")
STARS = ("", "*", "**", "***")
TYPED_NUMBER = re.compile(r"[+-]?(\d+(\.(\d*))?|\.(\d+))([eE]([+-]?\d+))?")
PLACE = "resources/published"

_COMMA_THOUSANDS = re.compile(r"[+-]?[1-9]\d{0,2}(,\d{3})+(\.\d*)?")
_MINUS = str.maketrans(dict.fromkeys("−–‐‑", "-"))
# Rows with a p-value alone that are tests, no coefficients.
# A table as typed has some hundred rows of a hundred bytes; a paper has some ten tables.
LARGEST_TYPED = 8 * 2**20
MOST_TYPED = 2_000
_TEST = re.compile(
    r"\b(n|f|r2\w*|lm|lr|j|wald|chi2|ar ?\(\d\))\b|kleibergen|cragg|hansen|sargan|hausman|over-?id|test|statistic",
    re.IGNORECASE,
)
_EXPECTED = {
    "estimate": "a number, Yes or No",
    "statistic": "a t statistic or nothing",
    "std_error": "a standard error or nothing",
    "p_value": "a p-value, one after < or >, or nothing",
    "ci_low": "an end of the interval or nothing",
    "ci_high": "an end of the interval or nothing",
}

Numbers = tuple[float | str, float | str | None] | tuple[float, float | None, float | None]


def find_published(place: str | Path, may_be_empty: bool = False) -> tuple[dict[str, Path], list[str]]:
    """Typed tables of a folder by their file's name without `.csv`, and the names of csv files there that are none.

    A file is one if its header has `term` and `estimate`, or half of `PUBLISHED_COLUMNS`; a study's panel beside them
    is left aside. `place` may be a csv file, which then is the table. Raises InputError where there is none, but for a
    folder that `may_be_empty`.
    """
    place = Path(place)
    if place.is_file() and place.suffix.lower() == ".csv":
        return {place.stem: place}, []
    if not place.is_dir():
        raise InputError(
            f"published: there is no folder and no csv file {place}; paths are relative to {Path.cwd()}, and tables "
            f"are typed as {PLACE}/README.md of the workflow says."
        )
    files = sorted(path for path in place.iterdir() if path.suffix.lower() == ".csv" and path.is_file())
    if len(files) > MOST_TYPED:
        raise InputError(
            f"published: the folder {place} holds {len(files):,} csv files; name a folder of typed tables alone."
        )
    tables = {path.stem: path for path in files if _looks_typed(path)}
    aside = [path.name for path in files if path not in tables.values()]
    if not tables and not may_be_empty:
        raise InputError(
            f"published: the folder {place} holds no typed table, a csv file with the columns "
            + ", ".join(PUBLISHED_COLUMNS)
            + (f"; {', '.join(aside)} has other columns." if aside else ".")
        )
    return tables, aside


def _looks_typed(path: Path) -> bool:
    with path.open(newline="", encoding="utf-8-sig", errors="replace") as file:
        header = {name.strip().lower() for name in next(csv.reader([file.readline(csv.field_size_limit())]), [])}
    return {"term", "estimate"} <= header or 2 * len(header & set(PUBLISHED_COLUMNS)) >= len(PUBLISHED_COLUMNS)


def published_path(name: str, tables: dict[str, Path]) -> Path | None:
    """The typed table that a table's `published` names: one of `tables`, or a csv file by its path; None if neither."""
    path = Path(name)
    if name in tables:
        return tables[name]
    if path.suffix.lower() == ".csv":
        return path if path.is_file() else tables.get(path.stem)
    return None


def read_published_rows(path: str | Path, seen: set[tuple[str, ...]] | None = None) -> list[dict[str, str]]:
    """Rows of one published table, keys `PUBLISHED_COLUMNS` and `UNCERTAINTY`, every cell stripped text.

    An estimate is a number, Yes or No; beside a number stand none, one or more of t, standard error, p-value and both
    ends of an interval, and the stars are among `STARS`. Numbers come back as plain decimal text with the digits that
    were typed. Raises InputError naming file, line, column, what was found and what was expected; also for a number
    that is there twice, but for moments, of which a variable may have several descriptions.

    seen : places (the first five cells) that must not come again, to which these are added, where files go together.
    """
    path = Path(path)
    seen = set() if seen is None else seen
    rows = []
    for line, row in _rows(path):
        where = f"{path.name}, line {line}"
        if row["estimate"] not in ANSWERS:
            _read_numbers(where, row)
        place = tuple(row[name] for name in PUBLISHED_COLUMNS[:5])
        if not is_moment(row):
            if place in seen:
                raise InputError(f"{where}, column `term`: {row['term']!r} is there twice in column {row['column']}.")
            seen.add(place)
        rows.append(row)
    return rows


def is_moment(row: dict[str, str]) -> bool:
    """Whether a row describes a variable rather than a regression."""
    alone = not any(row.get(name) for name in ("statistic", *UNCERTAINTY))
    return row["column"] in MOMENTS and alone and row["estimate"] not in ANSWERS


def is_coefficient(row: dict[str, str]) -> bool:
    """Whether a row is a coefficient: it has a t, standard error or interval, or a p-value and no test's name."""
    if row["estimate"] in ANSWERS:
        return False
    if any(row.get(name) for name in ("statistic", "std_error", "ci_low")):
        return True
    return bool(row.get("p_value")) and not _TEST.search(row["term"])


def half_unit(text: str) -> float:
    """Half a unit of the last digit of a printed number, a plain decimal."""
    match = TYPED_NUMBER.fullmatch(text)
    return 0.5 * 10.0 ** (int(match[6] or 0) - len(match[3] or match[4] or ""))


def _rows(path: Path) -> list[tuple[int, dict[str, str]]]:
    if path.stat().st_size > LARGEST_TYPED:
        raise InputError(
            f"{path.name}: {path.stat().st_size / 2**20:,.0f} MB, and a typed table has less than "
            f"{LARGEST_TYPED / 2**20:.0f}; is this the right file?"
        )
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:  # spreadsheets put a mark before UTF-8
            reader = csv.DictReader(file)
            header = reader.fieldnames or []
            missing = [name for name in PUBLISHED_COLUMNS if name not in header]
            if missing == ["statistic"] and not {"std_error", "p_value", "ci_low"}.isdisjoint(header):
                missing = []
            if missing:
                found = ", ".join(header) or "an empty file"
                raise InputError(
                    f"{path.name}, line 1: no column {', '.join(missing)}; found {found}; expected "
                    f"{', '.join(PUBLISHED_COLUMNS)}, and where they are printed {', '.join(UNCERTAINTY)}."
                )
            rows = [(reader.line_num, row) for row in reader]
    except UnicodeDecodeError:
        raise InputError(f"{path.name}: the text is not UTF-8; save it as `CSV UTF-8`.") from None
    except csv.Error as error:
        raise InputError(f"{path.name}: no table of comma-separated text ({error}); save it as CSV UTF-8.") from None
    for line, row in rows:
        if None in row or None in row.values():
            raise InputError(f"{path.name}, line {line}: expected {len(header)} cells; a comma in a name needs quotes.")
    return [(line, {name: row.get(name, "").strip() for name in PUBLISHED_COLUMNS + UNCERTAINTY}) for line, row in rows]


def _read_numbers(where: str, row: dict[str, str]) -> None:
    """Put plain numbers in place of those typed as printed, and refuse what is none."""
    for name in ("estimate", "statistic", *UNCERTAINTY):
        if row[name] or name == "estimate":
            row[name] = _plain(where, name, row[name])
    if row["stars"] not in STARS:
        raise InputError(f"{where}, column `stars`: found {row['stars']!r}; expected nothing, *, ** or ***.")
    if row["std_error"].startswith("-"):
        raise InputError(f"{where}, column `std_error`: found {row['std_error']}; a standard error is not negative.")
    if row["p_value"] and not 0 <= float(row["p_value"].lstrip("<>")) <= 1:
        raise InputError(f"{where}, column `p_value`: found {row['p_value']}; a p-value is between 0 and 1.")
    ends = [row["ci_low"], row["ci_high"]]
    if bool(ends[0]) != bool(ends[1]):
        raise InputError(f"{where}, columns `ci_low` and `ci_high`: one is empty; an interval has both ends.")
    if ends[0] and float(ends[0]) > float(ends[1]):
        raise InputError(f"{where}, columns `ci_low` and `ci_high`: {ends[0]} is above {ends[1]}.")


def _plain(where: str, name: str, typed: str) -> str:
    """`(1,234.50)` as `1234.50`: brackets, marks of thousands, typographic minus signs and wide characters go."""
    text = unicodedata.normalize("NFKC", typed).translate(_MINUS)
    if name in UNCERTAINTY:
        text = text.strip("()[]; ")
    if _COMMA_THOUSANDS.fullmatch(text):
        text = text.replace(",", "")
    side = ""
    if name == "p_value" and text[:1] in ("<", ">"):
        side, text = text[0], text[1:].strip()
    if TYPED_NUMBER.fullmatch(text):
        return side + text
    cure = ""
    if name == "statistic" and text[:1] in "([" and TYPED_NUMBER.fullmatch(text.strip("()[] ")):
        cure = " Brackets hold t or a standard error: type t without them, a standard error in the column `std_error`."
    elif re.fullmatch(r"[+-]?\d+,\d+", text):
        cure = " Decimals stand after a point."
    elif text.endswith("%") and TYPED_NUMBER.fullmatch(text[:-1].strip()):
        cure = " Type it without %, as all figures of its variable."
    raise InputError(f"{where}, column `{name}`: found {typed!r}; expected {_EXPECTED[name]}.{cure}")


def published_std_error(estimate: float, statistic: float) -> float | None:
    """|estimate / t|, what a table that prints t leaves of a standard error; None where either is printed as zero."""
    return abs(estimate / statistic) if estimate and statistic else None


def published_difference(first: Numbers, second: Numbers) -> tuple[float, float, float, float] | None:
    """(difference, std_error, z, p_value) of first - second, each (estimate, t) or (estimate, t, standard error).

    z = (b_1 - b_2) / sqrt(se_1^2 + se_2^2), se = |b / t| where none is given, the two estimates being independent
    (disjoint samples); p_value is two-sided, from the normal distribution. None where a standard error cannot be
    formed: no t, or an estimate or t printed as zero.
    """
    errors = [_std_error(*numbers) for numbers in (first, second)]
    if None in errors:
        return None
    difference, std_error = float(first[0]) - float(second[0]), math.hypot(*errors)
    z = difference / std_error
    return difference, std_error, z, math.erfc(abs(z) / math.sqrt(2))


def _std_error(estimate: float | str, t: float | str | None, std_error: float | None = None) -> float | None:
    if std_error or t in (None, ""):
        return std_error
    return published_std_error(float(estimate), float(t))
