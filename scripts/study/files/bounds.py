"""How large a table may be: far above any genuine one, and low enough that a file beyond is refused in seconds.

A file of some kilobytes may expand to gigabytes, so what its format says of sizes is looked at before its data.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterable
from pathlib import Path

from study.helpers import InputError

# The largest genuine table (a census by county) is far below these; beyond them a file is no yearbook table.
MOST_BYTES = 64 * 2**20
MOST_UNPACKED = 256 * 2**20  # of a compressed file: four million cells of a workbook are 160 MB
MOST_CELLS_READ = 4_000_000
CELLS_A_BYTE = 8  # of a file that is larger than a raw table: an indicator takes a bit, a column of one value nothing
CHARACTERS_A_CELL = 64  # over all cells: a text may be stored once and stand in a million of them
MOST_COLUMNS = 120_000  # of Stata/MP; a worksheet of Excel has 16,384
MOST_ROWS = 1_048_576  # of a worksheet
LONGEST_CELL = 10_000  # characters; notes of a page are in it
LONGEST_LINE = 16 * 2**20  # bytes of text; the widest of 120,000 columns have some megabytes
MOST_SHEETS = 4_096  # a sheet a county would be 2,900
# Elements of a workbook's part that are in memory together: formats and names, of which Excel allows some 65,000; in
# sheets those of a row, some hundred thousand.
MOST_ELEMENTS = 1_000_000
MOST_MEMBERS = 50_000  # files in the archive; a sheet has up to four beside it
# Zip makes repetitive tables of a workbook some 40 times smaller, and nothing but a bomb 200 times.
LEAST_RATIO = 200
FROM_BYTES = 2**20  # of a part, from which its ratio counts
CHUNK = 2**20
# Parts that are read piece by piece, and how a piece begins, after a name space's prefix or without one.
PIECES = {"xl/worksheets/": re.compile(rb"<(?:\w+:)?row\b"), "xl/sharedstrings": re.compile(rb"<(?:\w+:)?si\b")}
TABLES_ALONE = "is this the right file?"


def most_cells(size: int, times: int) -> int:
    """How many cells are read of a file of `size` bytes that may be so many `times` as large as a raw table."""
    return max(MOST_CELLS_READ, min(times * MOST_CELLS_READ, CELLS_A_BYTE * size))


def check_cells(path: str | Path, count: int, most: int = MOST_CELLS_READ, cure: str = TABLES_ALONE) -> None:
    """InputError for more cells, blank ones among them, than `most`."""
    if count > most:
        raise InputError(f"{path}: more than {most:,} cells, blank ones counted; {cure}")


def check_row(path: str | Path, line: int, columns: int, longest: int) -> None:
    """InputError for a row of more columns, or with a cell of more characters, than are read."""
    if columns > MOST_COLUMNS:
        raise InputError(f"{path}, row {line}: more than {MOST_COLUMNS:,} columns; {TABLES_ALONE}")
    if longest > LONGEST_CELL:
        raise InputError(
            f"{path}, row {line}: a cell of {longest:,} characters, where a table has at most {LONGEST_CELL:,}; "
            f"{TABLES_ALONE}"
        )


def check_shape(path: str | Path, rows: int, columns: int, most_cells: int, cure: str = TABLES_ALONE) -> None:
    """InputError for a data set of more columns or cells than are read."""
    check_row(path, 1, columns, 0)
    check_cells(path, rows * columns, most_cells, cure)


def check_characters(path: str | Path, columns: Iterable[Iterable[object]], most: int) -> None:
    """InputError where the text of a data set's columns is longer than is read, in one cell or in `most` cells."""
    together = 0
    for column in columns:
        lengths = [len(value) for value in column if isinstance(value, str)]
        together += sum(lengths)
        if max(lengths, default=0) > LONGEST_CELL:
            row = next(
                row for row, value in enumerate(column, 2) if isinstance(value, str) and len(value) > LONGEST_CELL
            )
            check_row(path, row, 1, max(lengths))
    check_text(path, together, most)


def check_text(path: str | Path, characters: int, most: int = MOST_CELLS_READ) -> None:
    """InputError for more characters than are read of a file of at most `most` cells."""
    if characters > CHARACTERS_A_CELL * most:
        longest = CHARACTERS_A_CELL * most // 10**6
        raise InputError(f"{path}: text of more than {longest:,} million characters; {TABLES_ALONE}")


def check_archive(path: Path) -> list[str]:
    """Names of the files in a zip archive, told by its directory; InputError where unpacked they are too many, too
    large, or hold more formats, names and sheets than a workbook has. Raises what `zipfile` does on a damaged one."""
    if path.read_bytes().count(b"PK\1\2") > MOST_MEMBERS:  # each begins an entry of the directory
        raise InputError(f"{path}: an archive of more than {MOST_MEMBERS:,} files; {TABLES_ALONE}")
    with zipfile.ZipFile(path) as archive:
        members = archive.infolist()
        unpacked = sum(member.file_size for member in members)
        if unpacked > MOST_UNPACKED:
            raise InputError(f"{path}: unpacks to {unpacked / 2**20:,.0f} MB; {TABLES_ALONE}")
        for member in members:
            if member.file_size > max(FROM_BYTES, LEAST_RATIO * member.compress_size):
                raise InputError(
                    f"{path}: {member.filename} in it unpacks to {member.file_size // max(1, member.compress_size):,} "
                    f"times its size, as no table does; {TABLES_ALONE}"
                )
        for member in members:
            if member.filename.lower().endswith((".xml", ".rels")) and (found := _beyond(archive, member)):
                raise InputError(f"{path}: {member.filename} in it lists {found}; {TABLES_ALONE}")
    return [member.filename for member in members]


def _beyond(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> str:
    """What a part of a workbook has too many of, empty where it has not; a mark over a chunk's end is not seen."""
    name = member.filename.lower()
    begin = next((begin for folder, begin in PIECES.items() if name.startswith(folder)), None)
    elements = count = sheets = 0
    with archive.open(member) as file:
        while data := file.read(CHUNK):
            pieces = [piece.count(b"<") for piece in (begin.split(data) if begin else [data])]
            most = max(elements + pieces[0], *pieces)
            elements = pieces[-1] if len(pieces) > 1 else most
            count += len(pieces) - 1
            sheets += 0 if begin else data.count(b"sheetId=")
            if sheets > MOST_SHEETS:
                return f"more than {MOST_SHEETS:,} sheets"
            if count > MOST_CELLS_READ:
                return f"more than {MOST_CELLS_READ:,} texts or rows"
            if most > MOST_ELEMENTS:
                return f"more than {MOST_ELEMENTS:,} formats and names"
    return ""
