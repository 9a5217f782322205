"""Published tables typed by hand, as files and as the audit reads them."""

from pathlib import Path

from study.audit.printed_tables import Setting, read_published
from study.audit.published import PUBLISHED_COLUMNS
from study.regression.tf import read_critical_values

CRITICAL = read_critical_values(Path(__file__).parents[1] / "resources" / "tf_critical_values.csv")
EFFECTS = ("1,Y,,Province,Yes,,", "1,Y,,Year,Yes,,")
HEADER = ",".join(PUBLISHED_COLUMNS)
SETTING = Setting.of({"units": 30, "periods": 10})


def typed(tmp_path, *lines: str):
    """Tables from lines without their first cell, the table's number 9."""
    path = tmp_path / "table.csv"
    path.write_text("\n".join([HEADER, *(f"9,{line}" for line in lines)]) + "\n", encoding="utf-8")
    return read_published([path])


def one(rows) -> dict:
    [row] = rows
    return row
