"""What every reader of a publisher's export needs: decoding, cells with their places, numbers, province names."""

from __future__ import annotations

import csv
import io
import math
import re
import unicodedata
from dataclasses import dataclass
from pathlib import Path

from _helpers import InputError, read_rows

NUMBER = re.compile(r"[+-]?(\d+|\d{1,3}(,\d{3})+)(\.\d*)?([eE][+-]?\d+)?|[+-]?\.\d+")


@dataclass(frozen=True)
class Row:
    """One line of an export: its line number in the file (from 1) and its cells, outer blanks removed."""

    line: int
    cells: tuple[str, ...]

    def get(self, column: int) -> str:
        """The cell of a column (from 0), empty where the line is shorter."""
        return self.cells[column] if column < len(self.cells) else ""


def read_export(path: str | Path) -> list[Row]:
    """Decode a delimited text export (UTF-8 with or without BOM, else GB18030, which contains GBK).

    Raises InputError where the file is missing, empty, no text, or quoted wrongly.
    """
    path = Path(path)
    if not path.is_file():
        raise InputError(f"{path}: file not found.")
    data = path.read_bytes()
    if not data.strip():
        raise InputError(f"{path}: the file is empty; download the table again.")
    if b"\0" in data:
        raise InputError(f"{path}: this is no text file (a workbook saved as .csv?); export it as CSV.")
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = data.decode(encoding)
            break
        except UnicodeDecodeError:
            continue
    else:
        raise InputError(f"{path}: neither UTF-8 nor GBK text; save it as CSV UTF-8.")
    lines = [line for line in text.splitlines() if line.strip()]
    for mark, name in ((";", "semicolons"), ("\t", "tabs")):
        if sum(line.count(mark) > max(1, line.count(",")) for line in lines) > len(lines) / 2:
            raise InputError(f"{path}: the cells are parted by {name}; save it as a comma-separated file.")
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    rows = []
    try:
        for cells in reader:
            # The line number is that of the record's last line; exports keep a record on one line.
            rows.append(Row(reader.line_num, tuple(cell.strip() for cell in cells)))
    except csv.Error as error:
        raise InputError(f"{path}, row {reader.line_num}: broken quoting ({error}).") from None
    return rows


def place(path: str | Path, line: int, column: int | None = None) -> str:
    """How messages name a cell: file, row from 1 and spreadsheet column letter."""
    if column is None:
        return f"{path}, row {line}"
    letters = ""
    number = column + 1
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return f"{path}, row {line}, column {letters}"


def parse_number(text: str, where: str) -> float | None:
    """A printed figure as a number, None for an empty cell; thousands separators are allowed.

    Raises InputError naming the place for anything else.
    """
    if text == "":
        return None
    number = float(text.replace(",", "")) if NUMBER.fullmatch(text) else math.nan
    if not math.isfinite(number):
        raise InputError(f"{where}: found {text!r}, expected a number or an empty cell.")
    return number


def squeeze(text: str) -> str:
    """A name without any blanks, full-width forms folded: `北　京` and `北 京` are `北京`."""
    return "".join(unicodedata.normalize("NFKC", text).split())


def province_names(path: str | Path) -> dict[str, str]:
    """Every printed form of a province's name -> slug (resources/provinces.csv), and 全国 -> `china`."""
    names = {"全国": "china", "nationaltotal": "china"}
    for row in read_rows(path):
        forms = [row["province"], row["name_zh"], row["short_zh"], row["name_en"], *row["aliases"].split(";")]
        names.update({squeeze(form).lower(): row["province"] for form in forms if form})
    return names


def find_province(name: str, names: dict[str, str], where: str) -> str:
    """The slug of a printed province name; InputError with the near spellings where there is none."""
    slug = names.get(squeeze(name).lower())
    if slug is None:
        import difflib

        near = difflib.get_close_matches(squeeze(name).lower(), names, n=3)
        hint = f" (did you mean {', '.join(near)}?)" if near else ""
        raise InputError(f"{where}: unknown province {name!r}{hint}; resources/provinces.csv lists the names.")
    return slug
