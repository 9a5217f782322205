"""What an Excel 97-2003 file (.xls) holds that its reader would pass over: formulas, error cells, absurd sizes.

The reader gives a formula's last result as any figure and nothing for an error, and takes the sizes a damaged file
states at their word. So the records are looked through first. Layouts: Microsoft, [MS-CFB] (the container) and
[MS-XLS] (the records).
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field

ERRORS = {0: "#NULL!", 7: "#DIV/0!", 15: "#VALUE!", 23: "#REF!", 29: "#NAME?", 36: "#NUM!", 42: "#N/A"}
# records of one cell that hold a value: RK, NUMBER, LABEL, LABELSST, RSTRING, BOOLERR; MULRK holds several
VALUES = {0x027E, 0x0203, 0x0204, 0x00FD, 0x00D6, 0x0205, 0x00BD}
FORMULAS = {0x0006, 0x0206, 0x0406}
BOF, EOF, DIMENSIONS, BOUNDSHEET, SST, FILEPASS = 0x0809, 0x000A, 0x0200, 0x0085, 0x00FC, 0x002F


class Locked(ValueError):
    """The workbook has a password."""


@dataclass
class SpecialCells:
    """Cells of a sheet by (row, column) from 0: the errors, as `#DIV/0!`, and where formulas stand."""

    errors: dict[tuple[int, int], str] = field(default_factory=dict)
    formulas: set[tuple[int, int]] = field(default_factory=set)


def special_cells(data: bytes, most_cells: int) -> list[SpecialCells]:
    """The errors and formulas of each sheet, in the workbook's order.

    Raises Locked, or ValueError with what is damaged: a broken container, no workbook in it, a record beyond the end,
    more than `most_cells` cells.
    """
    try:
        return _special_cells(_workbook(data), most_cells)
    except (struct.error, IndexError):
        raise ValueError("cut off") from None


def _workbook(data: bytes) -> bytes:
    """The workbook's stream out of the container."""
    shift, mini_shift = struct.unpack_from("<HH", data, 30)
    if not (7 <= shift <= 16 and 2 <= mini_shift <= shift):
        raise ValueError("impossible sector size")
    directory, _, cutoff, first_mini, _, first_difat = struct.unpack_from("<6I", data, 48)
    last = (len(data) >> shift) + 1

    def sector(number: int) -> bytes:
        start = (number + 1) << shift
        if number > last or start >= len(data):
            raise ValueError("a sector beyond the end")
        return data[start : start + (1 << shift)]

    def integers(block: bytes) -> tuple[int, ...]:
        return struct.unpack(f"<{len(block) // 4}I", block)

    places = list(struct.unpack_from("<109I", data, 76))
    seen = 0
    while first_difat < 0xFFFFFFFA and seen <= last:
        *more, first_difat = integers(sector(first_difat))
        places += more
        seen += 1
    if seen > last:
        raise ValueError("a circle of sectors")
    table = [entry for place in places if place < 0xFFFFFFFA for entry in integers(sector(place))]

    def chain(start: int, links: list[int]) -> Iterator[int]:
        steps = 0
        while start < 0xFFFFFFFA:
            if steps > len(links):
                raise ValueError("a circle of sectors")
            yield start
            start = links[start]
            steps += 1

    def stream(start: int) -> bytes:
        return b"".join(sector(number) for number in chain(start, table))

    entries = {}
    listing = stream(directory)
    if len(listing) % 128:
        raise ValueError("cut off")
    for at in range(0, len(listing) - 127, 128):
        length, kind = struct.unpack_from("<HB", listing, at + 64)
        start, size = struct.unpack_from("<II", listing, at + 116)
        name = listing[at : at + max(0, min(length, 64) - 2)].decode("utf-16-le", "replace")
        entries.setdefault("/" if kind == 5 else name.lower(), (start, size))
    if "encryptedpackage" in entries:
        raise Locked
    if "workbook" not in entries and "book" not in entries:
        raise ValueError("no workbook in it")
    start, size = entries.get("workbook") or entries["book"]
    if size >= cutoff:
        content = stream(start)
    else:
        minis, links = stream(entries["/"][0]), list(integers(stream(first_mini)))
        content = b"".join(minis[number << mini_shift : (number + 1) << mini_shift] for number in chain(start, links))
    if len(content) < size:
        raise ValueError("cut off")
    return content[:size]


def _records(book: bytes, at: int) -> Iterator[tuple[int, bytes]]:
    """(type, body) of the records of one substream, from its BOF to its EOF; charts inside it are passed over."""
    depth = 0
    while True:
        kind, length = struct.unpack_from("<HH", book, at)
        body = book[at + 4 : at + 4 + length]
        if len(body) < length:
            raise ValueError("a record beyond the end")
        depth += (kind == BOF) - (kind == EOF)
        if depth <= 1:
            yield kind, body
        if depth <= 0:
            return
        at += 4 + length


def _special_cells(book: bytes, most_cells: int) -> list[SpecialCells]:
    sheets = []
    for kind, body in _records(book, 0):
        if kind == FILEPASS:
            raise Locked
        if kind == SST and struct.unpack_from("<I", body, 4)[0] > len(book) // 3:
            raise ValueError("more texts than fit in the file")
        if kind == BOUNDSHEET:
            sheets.append(struct.unpack_from("<I", body)[0])
    return [_of_sheet(book, start, most_cells) for start in sheets]


def _of_sheet(book: bytes, start: int, most_cells: int) -> SpecialCells:
    found, rows, columns = SpecialCells(), set(), set()
    excel_97 = True
    for kind, body in _records(book, start):
        if kind == BOF:
            excel_97 = struct.unpack_from("<H", body)[0] >= 0x0600
        elif kind == DIMENSIONS:
            top, bottom, left, right = struct.unpack_from("<IIHH" if excel_97 else "<4H", body)
            if bottom > 65536 or right > 256 or top > bottom or left > right:
                raise ValueError("impossible size of a sheet")
        elif kind in VALUES or kind in FORMULAS:
            row, column = struct.unpack_from("<HH", body)
            rows.add(row)
            columns.add(column)
            if kind == 0x0205 and body[7] == 1:
                found.errors[row, column] = ERRORS.get(body[6], "#N/A")
            if kind in FORMULAS:
                found.formulas.add((row, column))
                # eight bytes of the last result: FFFF at their end says that it is no number, 2 at their begin an error
                if body[12:14] == b"\xff\xff" and body[6] == 2:
                    found.errors[row, column] = ERRORS.get(body[8], "#N/A")
    # the reader makes the whole rectangle
    if rows and (max(rows) - min(rows) + 1) * (max(columns) - min(columns) + 1) > most_cells:
        raise ValueError(f"more than {most_cells:,} cells")
    return found
