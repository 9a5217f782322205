"""The one indicator of a file, read for tests."""

from study.files.sheets import read_sheets
from study.helpers import InputError
from study.publishers.yearbook import read_drafts


def read_yearbook(path, names):
    """The table of a file that holds one indicator; `names` maps printed provinces to slugs."""
    (draft,) = read_drafts(path, read_sheets(path), names)
    table = draft.parse()
    for fault in table.faults.values():
        raise InputError(fault)
    return table
