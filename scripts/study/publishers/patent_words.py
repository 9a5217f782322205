"""Words by which tables of patents say what they count, in headings, above the header, in sheets' and files' names."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from study.files.preamble import stated_unit
from study.files.sheets import Sheet
from study.publishers.yearbook import PLAIN_SHEET
from study.words.headings import bare_heading
from study.words.notes import begins_note
from study.words.printed import squeeze
from study.words.titles import changes_in, is_ratio, read_words, unit_behind, word_pattern
from study.words.units import find_unit
from study.words.years import YEAR_INSIDE

APPLIED = re.compile(r"申请(?![人日号])|appl(y|ied|ic)|filed|filing")
# a grant is announced (公告); what is 公开 is an application of a year before
GRANTED = re.compile(r"授权|获得|获批|公告|grant|authori[sz]")
GREEN = re.compile(r"绿色|green")
PATENT = re.compile(r"专利(?!权人|号)|patent|发明(?!人)|实用新型|invention|utility")
# What the heading of a count consists of, beside the words that stand beside any name (`words.title_words`).
COUNT_WORDS = word_pattern(
    "绿色|专利|发明|实用新型|外观设计|申请|受理|授权|获得|获批|独立|联合|合作|公告|国内|技术|型|类|件|项|个|小计",
    "green|patents?|inventions?|utility|utilities|models?|designs?|applications?|applied|apply|app|filed|filings?|granted|"
    "grants?|authori[sz](?:ed|ation)|joint(?:ly)?|independent(?:ly)?|sole|counts?|num(?:ber)?s?|no|n|cnt|technolog(?:y|ies)|"
    "tech|domestic|ipc|inv|um|gp|quantity|pieces?|sum",
)
PATENT_KINDS = (
    ("invention", re.compile(r"发明|invention")),
    ("utility", re.compile(r"实用新型|utility")),
    ("design", re.compile(r"外观|design")),
)
# Words of titles that read as a change, or a part, in the name of a measure: 各城市, by IPC class.
_OF_TITLES = re.compile(
    r"(各|地级|分)?(城市|市)(层面|级)?|单位[:：]|申请单位|(ipc|patent)?[ _]?(class(es)?|types?)", re.IGNORECASE
)


def kind_of(text: str) -> str:
    """Inventions, utility models or designs that a heading or label names, else empty."""
    return next((name for name, words in PATENT_KINDS if words.search(text.lower())), "")


def counts_green(heading: str) -> bool:
    """Whether a heading is wholly one of applications for green patents."""
    text = bare_heading(heading)
    return bool(GREEN.search(text)) and not GRANTED.search(text) and read_words(heading, COUNT_WORDS).is_it


def is_count(unit: str) -> bool:
    """Whether a unit, if any is printed, is that of single patents: `件`, `个`, `件（项）`."""
    reading = read_words(unit, COUNT_WORDS)
    found = find_unit(reading.unit)
    single = found is not None and found.factor == 1 and found.dimension in ("items", "pieces of equipment")
    return reading.is_it and (single or not reading.unit)


@dataclass(frozen=True)
class Around:
    """What is said around a table: the unit above its header, and its titles: the lines above the header, the sheet's
    name and the file's, each empty where it says nothing."""

    unit: str
    above: str
    sheet: str
    file: str

    @property
    def titles(self) -> tuple[str, ...]:
        """The titles, nearest first."""
        return tuple(filter(None, (self.above, self.sheet, self.file)))

    @property
    def names_patents(self) -> bool:
        """Whether the nearest title is one of patents."""
        return any(PATENT.search(title.lower()) for title in self.titles[:1])

    @property
    def says_green(self) -> bool:
        """Whether a title names green patents."""
        return any(GREEN.search(title.lower()) for title in self.titles)

    @property
    def stage(self) -> tuple[str, str]:
        """`applied` or `granted`, and the nearest title that says one of them alone; else two empty texts."""
        for title in self.titles:
            applied, granted = APPLIED.search(title.lower()), GRANTED.search(title.lower())
            if bool(applied) != bool(granted):
                return ("applied" if applied else "granted"), title
        return "", ""

    def changes(self) -> tuple[str, set[str]]:
        """The title that says what was done to the figures, and what that is; both empty where none does."""
        for title in filter(None, (self.above, self.sheet)):
            if said := _changes(title):
                return title, said
        # a file's name is no title: it counts where all of it is understood
        reading = read_words(YEAR_INSIDE.sub(" ", self.file), COUNT_WORDS)
        return (self.file, set()) if reading.unknown else (self.file, set(reading.changes))


def around(sheet: Sheet, header_at: int) -> Around:
    """What is said around the table whose header is a row of a sheet; notes say nothing."""
    lines = [cell for row in sheet.rows[:header_at] if not begins_note(row.cells) for cell in row.cells if cell]
    unit = next(filter(None, [*map(stated_unit, lines), *map(unit_behind, lines)]), "")
    above = " ".join(line for line in lines if not stated_unit(line) or PATENT.search(line.lower()))
    file = Path(sheet.source.removesuffix(f", sheet {sheet.name}")).stem
    return Around(
        unit,
        above,
        "" if PLAIN_SHEET.fullmatch(sheet.name) else sheet.name,
        file if any(words.search(file.lower()) for words in (PATENT, GREEN, APPLIED, GRANTED)) else "",
    )


def _changes(title: str) -> set[str]:
    """What a title says was done to the counts of patents; of several measures in it, to those that are of patents."""
    found: set[str] = set()
    for piece in re.split("[与和及、，,；;+&]", _OF_TITLES.sub(" ", title)):
        text = squeeze(piece).lower()
        if APPLIED.search(text) or PATENT.search(text):
            found |= changes_in(piece)
        elif len(text) > 1:
            reading = read_words(piece, COUNT_WORDS)
            found |= set() if reading.unknown else set(reading.changes)
        if any(map(is_ratio, _words(piece))):
            found.add("figures per head, area or unit")
    return found


def _words(text: str) -> Iterable[str]:
    return filter(None, re.split(r"[\s()（）\[\]【】_:：]+", text))
