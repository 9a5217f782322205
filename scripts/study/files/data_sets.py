"""Data sets of statistical programs (Stata .dta, parquet) as columns of values."""

from __future__ import annotations

import re
import warnings
from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import date, time
from numbers import Number
from pathlib import Path
from types import NoneType
from typing import TYPE_CHECKING

from study.files.bounds import (
    MOST_CELLS_READ,
    MOST_UNPACKED,
    TABLES_ALONE,
    check_characters,
    check_shape,
    check_text,
)
from study.helpers import InputError, logger

if TYPE_CHECKING:
    import pandas as pd
    from pandas.io.stata import StataReader
    from pyarrow import ChunkedArray
    from pyarrow.parquet import ParquetFile

HIGH_BYTES = re.compile(r"[\x80-\xff]+")


def said(error: BaseException) -> str:
    """What a library says of a damaged file, on one line and not at length."""
    return " ".join(str(error).split())[:200]


def read_stata(
    path: Path, labelled: Collection[str] | None, most_cells: int
) -> tuple[list[str], list[list[object]], list[str]]:
    """Names, values and labels of the variables of a Stata file of any version; missing ones (., .a to .z) are None.

    labelled : the variables that come as their value labels, None for all that have labels. Raises InputError where
    the file is damaged or has more than `most_cells`.
    """
    import pandas as pd

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of encodings, which `_decoder` mends, and of odd dates
            with pd.io.stata.StataReader(path, convert_categoricals=False) as reader:
                titles = reader.variable_labels()
                check_shape(path, 1, len(titles), most_cells)
                # one row more than are read tells that there are more, whatever the header says
                table = _first_rows(reader, most_cells // max(1, len(titles)) + 1)
                check_shape(path, *table.shape, most_cells)
                labels = reader.value_labels()
            _check_end(path, labels)
            columns = _columns(table)
            check_characters(path, columns, most_cells)
            texts = [*table.columns, *titles.values(), *(text for known in labels.values() for text in known.values())]
            decode = _decoder(text for column in (texts, *columns) for text in column if isinstance(text, str))
            names = [decode(name) for name in table.columns]
            for place, name in enumerate(names if labels else []):
                if labelled is None or name in labelled:
                    columns[place] = _label(path, table.columns[place], name, columns[place])
            check_characters(path, columns, most_cells)
    except InputError:
        raise
    except Exception as error:
        raise InputError(
            f"{path}: a Stata file that cannot be read, damaged or cut off ({type(error).__name__}: "
            f"{said(error)}); save it anew."
        ) from None
    values = [[decode(value) for value in column] for column in columns]
    return names, values, [decode(titles.get(name, "")) for name in table.columns]


def _first_rows(reader: StataReader, count: int) -> pd.DataFrame:
    """The first rows of a Stata file, `count` of them or all."""
    try:
        return reader.read(count)
    except StopIteration:  # of a file without rows
        return reader.read(0)


def _check_end(path: Path, labels: Mapping[str, Mapping[int, str]]) -> None:
    """Raise ValueError where the file's last part, the value labels, is cut: pandas takes what is left of it."""
    data = path.read_bytes()
    tagged = data.startswith(b"<stata_dta>")
    whole = data.rstrip().endswith(b"</stata_dta>") if tagged else data.endswith(b"\0") or not labels
    if not whole or any("" in known.values() for known in labels.values()):
        raise ValueError("the end is missing")


def _label(path: Path, stored: str, name: str, codes: list[object]) -> list[object]:
    """The value labels of a variable; its numbers where two of them have one label."""
    import pandas as pd

    try:
        return _columns(pd.read_stata(path, columns=[stored]))[0]
    except ValueError as error:
        if "not unique" not in str(error):
            raise
        logger.warning("%s: two values of %s have one label; the numbers are taken", path, name)
        return codes


def _decoder(texts: Iterable[str]) -> Callable[[object], object]:
    """What mends the text of a file that names no encoding, read as Latin-1: GBK or UTF-8 where all of it is.

    Chinese editions before Stata 14 wrote GBK. Its characters are pairs of high bytes; those of Western languages stand
    alone among ASCII letters.
    """
    high = [run for text in set(texts) for run in HIGH_BYTES.findall(text)]
    for encoding in ("utf-8", "gb2312"):
        try:
            for run in high:
                run.encode("latin-1").decode(encoding)
        except UnicodeDecodeError:
            continue

        def decode(value: object, encoding: str = "gb18030" if encoding == "gb2312" else encoding) -> object:
            try:
                return value.encode("latin-1").decode(encoding) if isinstance(value, str) else value
            except UnicodeError:
                return value

        return decode
    return lambda value: value


def read_parquet(path: Path, most_cells: int) -> tuple[list[str], list[list[object]]]:
    """Names and values of the columns of a parquet file, a named index among them; missing values are None.

    Raises InputError where the file is damaged, has more than `most_cells`, or holds lists or bytes.
    """
    import pandas as pd
    from pyarrow import int8, int16, int32, int64, types, uint64
    from pyarrow.parquet import ParquetFile

    try:
        with ParquetFile(path) as file:
            _check_parquet(path, file, most_cells)
            schema = file.schema_arrow
        texts = [column.name for column in schema if types.is_string(column.type)]
        with ParquetFile(path, read_dictionary=texts) as file:
            # whole numbers beside missing ones stay whole: as doubles, codes of 17 digits and more would merge
            whole = {kind(): pd.Int64Dtype() for kind in (int8, int16, int32, int64)} | {uint64(): pd.UInt64Dtype()}
            stored = file.read(use_threads=False)
            check_text(path, sum(map(_length, stored.columns)), most_cells)
            table = stored.cast(schema).to_pandas(types_mapper=whole.get)
        if any(table.index.names):
            table = table.reset_index()
        columns = _columns(table)
        check_characters(path, columns, most_cells)
    except InputError:
        raise
    except Exception as error:
        raise InputError(
            f"{path}: a damaged parquet file ({type(error).__name__}: {said(error)}); write it anew."
        ) from None
    for name, column in zip(table.columns, columns, strict=True):
        odd = next((value for value in column if not isinstance(value, (NoneType, Number, str, date, time))), None)
        if odd is not None:
            raise InputError(f"{path}, column {name}: found {str(odd)[:60]!r}, expected a number or text; write it so.")
    return [str(name) for name in table.columns], columns


def _check_parquet(path: Path, file: ParquetFile, most_cells: int) -> None:
    """InputError where a parquet file is too large or holds no plain columns, told by its footer."""
    from pyarrow import types

    footer = file.metadata
    cure = f"{TABLES_ALONE} As csv, a panel of few different values may have more."
    check_shape(path, footer.num_rows, footer.num_columns, most_cells, cure)
    for column in file.schema_arrow:
        if types.is_nested(column.type):
            raise InputError(
                f"{path}, column {column.name}: found {str(column.type)!r}, expected a number or text; write it so."
            )
    groups = [footer.row_group(number) for number in range(footer.num_row_groups)]
    unpacked = sum(
        group.column(place).total_uncompressed_size for group in groups for place in range(group.num_columns)
    )
    if unpacked > MOST_UNPACKED * (most_cells / MOST_CELLS_READ):
        raise InputError(f"{path}: unpacks to {unpacked / 2**20:,.0f} MB; {TABLES_ALONE}")


def _length(column: ChunkedArray) -> int:
    """Bytes of a column's text cells, where each text is stored once."""
    from pyarrow import compute, types

    if not types.is_dictionary(column.type) or not types.is_string(column.type.value_type):
        return 0
    counts = (compute.sum(compute.binary_length(part.dictionary).take(part.indices)).as_py() for part in column.chunks)
    return sum(filter(None, counts))


def _columns(table: pd.DataFrame) -> list[list[object]]:
    """Each column's values, missing ones as None."""
    columns = []
    for place in range(table.shape[1]):
        column = table.iloc[:, place]
        columns.append([None if gone else value for value, gone in zip(column.tolist(), column.isna(), strict=True)])
    return columns
