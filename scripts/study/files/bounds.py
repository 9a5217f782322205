"""How large a table may be: far above any genuine one, and low enough that a file beyond is refused in seconds.

A file of some kilobytes may expand to gigabytes, so what its format says of sizes is looked at before its data.
"""

from __future__ import annotations

import zipfile
from collections.abc import Iterable
from pathlib import Path

from study.helpers import InputError

# The largest genuine table (a census by county) is far below these; beyond them a file is no yearbook table.
MOST_BYTES = 64 * 2**20
MOST_UNPACKED = 256 * 2**20  # of a compressed file: four million cells of a workbook are 160 MB
MOST_CELLS_READ = 4_000_000
CELLS_A_BYTE = 2  # of a file that is larger than a raw table: a column that repeats itself takes next to nothing
CHARACTERS_A_CELL = 64  # over all cells: a text may be stored once and stand in a million of them
MOST_COLUMNS = 120_000  # of Stata/MP; a worksheet of Excel has 16,384
MOST_ROWS = 1_048_576  # of a worksheet
LONGEST_CELL = 10_000  # characters; notes of a page are in it
MOST_SHEETS = 4_096  # a sheet a county would be 2,900
# Parts of a workbook that are loaded whole: formats and names, of which Excel allows some 65,000.
MOST_ELEMENTS = 1_000_000
MOST_MEMBERS = 50_000  # files in the archive; a sheet has up to four beside it
# Zip makes repetitive tables of a workbook some 40 times smaller, and nothing but a bomb 200 times.
LEAST_RATIO = 200
FROM_BYTES = 2**20  # of a part, from which its ratio counts
CHUNK = 2**20
READ_BY_ROWS = ("xl/worksheets/", "xl/sharedstrings")  # parts of which only one row or text is held at a time
TABLES_ALONE = "is this the right file?"


def most_cells(size: int, times: int) -> int:
    """How many cells are read of a file of `size` bytes that may be so many `times` as large as a raw table."""
    return max(MOST_CELLS_READ, min(times * MOST_CELLS_READ, CELLS_A_BYTE * size))


def check_cells(path: str | Path, count: int, most: int = MOST_CELLS_READ) -> None:
    """InputError for more cells, blank ones among them, than `most`."""
    if count > most:
        raise InputError(f"{path}: more than {most:,} cells, blank ones counted; {TABLES_ALONE}")


def check_row(path: str | Path, line: int, columns: int, longest: int) -> None:
    """InputError for a row of more columns, or with a cell of more characters, than are read."""
    if columns > MOST_COLUMNS:
        raise InputError(f"{path}, row {line}: more than {MOST_COLUMNS:,} columns; {TABLES_ALONE}")
    if longest > LONGEST_CELL:
        raise InputError(
            f"{path}, row {line}: a cell of {longest:,} characters, where a table has at most {LONGEST_CELL:,}; "
            f"{TABLES_ALONE}"
        )


def check_shape(path: str | Path, rows: int, columns: int, most_cells: int) -> None:
    """InputError for a data set of more columns or cells than are read."""
    check_row(path, 1, columns, 0)
    check_cells(path, rows * columns, most_cells)


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
        whole = [
            member
            for member in members
            if member.filename.lower().endswith((".xml", ".rels"))
            and not member.filename.lower().startswith(READ_BY_ROWS)
        ]
        for member in whole:
            elements, sheets = _count(archive, member, b"<", b"sheetId=")
            if elements > MOST_ELEMENTS or sheets > MOST_SHEETS:
                found = f"{sheets:,} sheets" if sheets > MOST_SHEETS else f"{elements:,} formats and names"
                raise InputError(f"{path}: {member.filename} in it lists {found}; {TABLES_ALONE}")
    return [member.filename for member in members]


def _count(archive: zipfile.ZipFile, member: zipfile.ZipInfo, *marks: bytes) -> list[int]:
    """How often each of the marks stands in a member of an archive, but for those that run over a chunk's end."""
    counts = [0] * len(marks)
    with archive.open(member) as file:
        while data := file.read(CHUNK):
            counts = [count + data.count(mark) for count, mark in zip(counts, marks, strict=True)]
    return counts
