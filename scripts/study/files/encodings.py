"""Text of a file whose encoding nobody says."""

from __future__ import annotations

from itertools import islice
from pathlib import Path

from study.files.bounds import LONGEST_LINE, TABLES_ALONE
from study.helpers import InputError

UTF_16_MARKS = (b"\xff\xfe", b"\xfe\xff")
CONTROL_CHARACTERS = bytes({*range(0x20)} - {*b"\t\n\v\f\r", 0x1A})
LETTERS_LOOKED_AT = 100_000  # of a text, to tell its encoding


def decode(path: str | Path) -> str:
    """Text of a file: by its byte order mark, else UTF-8, else GB18030 (which contains GBK and GB2312).

    Raises InputError naming the likely encoding where it is none of these.
    """
    _check_bytes(Path(path))
    data = Path(path).read_bytes()
    marked = data.startswith(UTF_16_MARKS)
    text = None
    for encoding in ("utf-16",) if marked else ("utf-8", "gb18030"):
        try:
            text = data.decode(encoding)
            break
        except UnicodeDecodeError:
            continue
    # a table may hold a stray control character, never NUL
    coded = data if text is None or not marked else text.encode()
    noise = len(coded) - len(coded.translate(None, CONTROL_CHARACTERS))
    if noise > len(data) / 100 or "\0" in (text or ""):
        raise _no_text(path)
    if text is None or (encoding == "gb18030" and not _is_chinese(text)):
        from charset_normalizer import from_bytes

        guess = from_bytes(data[:20000]).best()
        likely = f" (it looks like {guess.encoding})" if guess else ""
        raise InputError(
            f"{path}: neither UTF-8 nor GBK text{likely}, or cut off inside a character; save it as CSV UTF-8, or "
            "download it again."
        )
    return text.lstrip("\ufeff")


def _no_text(path: str | Path) -> InputError:
    return InputError(
        f"{path}: this is no text file and no workbook that can be read; export the table as csv or xlsx."
    )


def _check_bytes(path: Path) -> None:
    """InputError for a NUL or a line longer than is read, before a large file is in memory several times over."""
    with path.open("rb") as file:
        # UTF-16 has two zero bytes in a row between characters, three only in a NUL
        nul = b"\0" * (3 if file.read(2) in UTF_16_MARKS else 1)
        file.seek(0)
        while data := file.read(LONGEST_LINE):
            if nul in data:
                raise _no_text(path)
            if len(data) == LONGEST_LINE and b"\n" not in data and b"\r" not in data:
                raise InputError(f"{path}: a line of more than {LONGEST_LINE / 2**20:.0f} MB; {TABLES_ALONE}")


def _is_chinese(text: str) -> bool:
    """Whether text read as GB18030 is that: most of its characters are in GB2312, the common ones.

    Western and Big5 text often decodes as GB18030 too, to rare characters.
    """
    coded = [char.encode("gb18030") for char in islice((c for c in text if not c.isascii()), LETTERS_LOOKED_AT)]
    common = sum(len(code) == 2 and 0xA1 <= code[0] <= 0xF7 and code[1] >= 0xA1 for code in coded)
    return common >= 0.8 * len(coded)
