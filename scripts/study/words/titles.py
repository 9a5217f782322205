"""Printed names of figures, read whole: what is measured, in which unit, and what was done to the figures.

A name such as `人均GDP(元)`, `GreenPatent_ln` or `分地区原煤消费量_万吨` is a known name with something before and
behind it. Every such remainder has to be a unit, a word that changes nothing (`年末`, `by region`) or one that says
what was done to the figures (`取对数`, `per capita`); whatever else is left makes the name another one.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from study.words.printed import CHINESE, HALF_WIDTH, squeeze
from study.words.title_words import CHANGE_WORDS, HARMLESS_WORDS, SECTION_WORDS
from study.words.units import find_index_base, find_unit, unit_key

LINKS = {"and", "at", "by", "for", "in", "of", "on", "region", "province", "the", "to"}
SHORTEST_TRANSLATION = 4  # letters; what is shorter is a sign
_RAISED = re.compile(r"[①-⑳⑴-⒇*※]+$|[\[(]注?\d?[)\]]$")  # of a footnote; a raised 2 may be a square
MARKS = " \t\n\r_-–—/,，、;；:：.·|*#\\'\"’‘“”"
BRACKETS = "()[]{}（）【】"


@dataclass(frozen=True)
class Reading:
    """A printed name as `name` and what stands beside it: unit, changes (of `title_words`), words not known."""

    name: str
    unit: str = ""
    changes: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()

    @property
    def is_it(self) -> bool:
        """Whether the figures are what the name alone says."""
        return not self.changes and not self.unknown

    def describe(self) -> str:
        """What keeps the figures from being those of the name, for messages."""
        said = [f"reads as {change}" for change in self.changes]
        return " and ".join(said + [f"has {word!r}, which is not known" for word in self.unknown])


def word_pattern(chinese: str, latin: str) -> re.Pattern:
    """Words as `title_words` has them: Chinese ones anywhere, Latin ones as words of their own."""
    return re.compile(rf"{chinese}|(?<![a-z])(?:{latin})(?![a-z])")


_CHANGED = [(meaning, word_pattern(*words)) for meaning, words in CHANGE_WORDS.items()]
_HARMLESS, _HEADED = word_pattern(*HARMLESS_WORDS), word_pattern(*SECTION_WORDS)


def read_title(text: str, names: Iterable[str]) -> Reading | None:
    """A printed name by the longest of `names` in it; None where it has none of them.

    Levels (`资本形成总额:固定资本形成总额`) are read by the last one; those above have to say no more than it does.
    """
    text = bare_label(_RAISED.sub("", text.translate(HALF_WIDTH).strip()))[0]
    text = re.sub(r"^(?:19|20)\d\d年(?!价)", "", text)
    whole, known = plain_name(text), {plain_name(name): name for name in names}
    if whole in known:
        return Reading(known[whole])
    inside = sorted((name for name in known if name and name in whole), key=len, reverse=True)
    return min((_around(text, name, known) for name in inside), key=_left_over, default=None)


def best_reading(texts: Iterable[str], names: Collection[str]) -> Reading | None:
    """The reading of several forms of one printed name that leaves least over; None where none has one of `names`."""
    return min(filter(None, (read_title(text, names) for text in texts)), key=_left_over, default=None)


def named_by(texts: Collection[str], names: Mapping[str, Collection[str]]) -> list[str]:
    """Keys of `names` whose measure a printed name, in several forms, is: those that it is word for word, else those
    whose longest name it is with words beside it that leave the figures what they are."""
    plain = {plain_name(text) for text in texts}
    if exact := [key for key, its in names.items() if plain & set(map(plain_name, its))]:
        return exact
    read = {key: reading for key, its in names.items() if (reading := best_reading(texts, its)) and reading.is_it}
    longest = max((len(plain_name(reading.name)) for reading in read.values()), default=0)
    return [key for key, reading in read.items() if len(plain_name(reading.name)) == longest]


def _left_over(reading: Reading) -> int:
    return len(reading.unknown) + len(reading.changes)


@lru_cache(maxsize=8192)
def plain_name(text: str) -> str:
    """A name as names are compared: no blanks, marks and brackets; half width, lower case."""
    return "".join(c for c in squeeze(text).lower() if c not in MARKS and c not in BRACKETS)


def changes_in(text: str) -> set[str]:
    """What a text says was done to figures (keys of CHANGE_WORDS)."""
    text = text.translate(HALF_WIDTH)
    forms = (_spaced(text), text.lower())
    return {meaning for meaning, pattern in _CHANGED if any(map(pattern.search, forms))}


def _around(text: str, name: str, known: Mapping[str, str]) -> Reading:
    """The reading of a text around the last place where a name stands in it; another of the names beside it says the
    same again."""
    kept = [(c, at) for at, char in enumerate(text) for c in plain_name(char)]
    at = "".join(c for c, _ in kept).rfind(name)
    before, behind = text[: kept[at][1]], text[kept[at + len(name) - 1][1] + 1 :]
    *levels, before = re.split("[:]", before)
    rest = _Rest()
    for level in levels:
        above = read_words(level, _HEADED)
        rest.changes += above.changes
        rest.unknown += [word for word in above.unknown if plain_name(word) not in name]
    # 1美元兑人民币: how many dollars the yuan are for is a part of the unit
    dollars = re.fullmatch(r"\s*(1|一|每)?(00|百)?\s*", before) if name.startswith("美元") else None
    if dollars and before.strip():
        rest.unit = "元/100美元" if dollars[2] else "元/美元"
    else:
        rest.read("" if plain_name(before) in known else before)
    same = plain_name(behind) in known or (behind[:1] in " \n" and translates(behind, known.values()))
    rest.read("" if same else behind)
    return Reading(known[name], rest.unit, tuple(dict.fromkeys(rest.changes)), tuple(dict.fromkeys(rest.unknown)))


def _spaced(text: str) -> str:
    """Small letters, a blank between words that only a capital parts: `GreenPatentLn`."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", text).lower()


def read_words(text: str, words: re.Pattern) -> Reading:
    """A text that should consist of `words` (`word_pattern`) and of what stands beside names."""
    rest = _Rest(words)
    rest.read(text.translate(HALF_WIDTH))
    return Reading("", rest.unit, tuple(dict.fromkeys(rest.changes)), tuple(dict.fromkeys(rest.unknown)))


class _Rest:
    """What stands before and behind a name, word by word; `words` are those of a name that is not known as a whole."""

    def __init__(self, words: re.Pattern | None = None) -> None:
        self.words, self.unit, self.changes, self.unknown = words, "", [], []

    def read(self, text: str) -> None:
        """Take a remainder apart: at each place the longest unit, else the longest word that is known."""
        printed, text = _plain_marks(text), _plain_marks(_spaced(text))
        at = 0
        while at < len(text):
            if text[at] in MARKS or text[at] in BRACKETS:
                at += 1
                continue
            # capitals tell Mt from mt; where a blank was put between words the text has another length
            source = printed if len(printed) == len(text) else text
            end = self._unit_at(source, at) or self._word_at(text, at)
            if not end:
                end = next((i for i in range(at + 1, len(text)) if _parts(text, i)), len(text))
                self.unknown.append(text[at:end].strip())
            at = end

    def _unit_at(self, text: str, at: int) -> int:
        """Where a unit that begins at a place ends; 0 where none does."""
        if at and not _parts(text, at):
            return 0
        for end in [i for i in range(len(text), at, -1) if i == len(text) or _parts(text, i)]:
            unit = text[at:end].strip(MARKS + BRACKETS)
            if not unit or text[end - 1] in MARKS:
                continue
            # `share` and `cum` are in the table of units, and behind a name say what was done
            if any(word.fullmatch(unit) for _, word in _CHANGED):
                continue
            if find_unit(unit) or find_index_base(unit):
                self.unit = self.unit or unit
                return end
            if is_ratio(unit):
                self.changes.append("figures per head, area or unit")
                return end
        return 0

    def _word_at(self, text: str, at: int) -> int:
        """Where the longest known word that begins at a place ends; 0 where there is none."""
        found = [(match.end(), meaning) for meaning, word in _CHANGED if (match := word.match(text, at))]
        harmless = [pattern.match(text, at) for pattern in (_HARMLESS, self.words) if pattern]
        end, meaning = max(found, default=(0, ""))
        longest = max((match.end() for match in harmless if match), default=0)
        if longest >= end:
            return longest
        if end:
            self.changes.append(meaning)
        return end


def _plain_marks(text: str) -> str:
    return text.replace("\u3000", " ")


def _parts(text: str, at: int) -> bool:
    """Whether a word may begin at a place: after a mark or a bracket, or where the script changes."""
    before, here = text[at - 1], text[at]
    if {before, here} & set(MARKS + BRACKETS):
        return True
    return bool(CHINESE.match(before)) != bool(CHINESE.match(here))


def is_ratio(unit: str) -> bool:
    """Whether a unit is one per another, such as `件/万人`, and none that the table of units has as a whole."""
    if find_unit(unit):
        return False
    above, mark, below = re.sub(r"^每|\bper\b", "/", unit).rpartition("/")
    below = below.strip()
    return bool(mark) and bool(find_unit(below) or find_unit(f"1{below}")) and bool(not above or find_unit(above))


# --- a title and its unit -----------------------------------------------------------------------------------------

_LAST_BRACKETS = re.compile(r"(.*\S)\s*[(（\[【]([^()（）\[\]【】]+)[)）\]】]", re.DOTALL)


class Title(NamedTuple):
    """A printed name: in Chinese where it is bilingual, its unit, the English beside it."""

    name: str
    unit: str
    english: str


def split_title(text: str) -> Title:
    """A printed name and the unit in its last brackets, of each language; two that differ are both the unit, which is
    then none that is known. Brackets that are no unit (`取对数`, `年末`, `出口`) stay with the name."""
    name, unit = _last_unit(text.strip())
    name, english = halves(name)
    if english:
        name, own = _last_unit(name)
        unit = f"{own}; {unit}" if own and unit and not same_unit(own, unit) else own or unit
    return Title(name, unit, english)


def split_unit(text: str) -> tuple[str, str]:
    """Name and unit of `split_title`."""
    return split_title(text)[:2]


def _last_unit(text: str) -> tuple[str, str]:
    """A text without its last brackets and the unit in them, which may have a word beside it (`亿元，当年价`)."""
    match = _LAST_BRACKETS.fullmatch(text)
    unit = read_unit(match[2]) if match else ""
    return (match[1].strip(), unit) if unit else (text, "")


def read_unit(text: str) -> str:
    """The unit that a text is, perhaps with a word that changes nothing beside it; empty for any other."""
    rest = _Rest()
    rest.read(text.translate(HALF_WIDTH))
    return squeeze(rest.unit) if not rest.changes and not rest.unknown else ""


def same_unit(one: str, other: str) -> bool:
    """Whether two printed units mean the same."""
    meant = [(find_unit(unit), find_index_base(unit)) for unit in (one, other)]
    return unit_key(one) == unit_key(other) or meant[0] == meant[1] != (None, None)


def unit_behind(text: str) -> str:
    """The unit in the last brackets or behind the last mark of a name that is known as a whole: `GRP of 2020_亿元`,
    `人民币对美元汇率(美元=100)`; empty where none is there."""
    title, printed = split_unit(text)
    printed = printed or re.split(r"[_/，,\n]", title)[-1].strip()
    return printed if printed != text.strip() and (find_unit(printed) or find_index_base(printed)) else ""


def halves(text: str) -> tuple[str, str]:
    """Chinese and English of a bilingual cell: `第一产业 Primary Industry`; `人均GDP` is whole.

    English that is a unit, a sign that is joined (`专利_x`), or says what was done to figures where the Chinese is
    silent (`专利 growth`) stays with the Chinese.
    """
    match = re.search(r"[A-Za-z][A-Za-z0-9\s,.'&/()-]*$", text)
    if not match or not CHINESE.search(text[: match.start()]):
        return text, ""
    before, english = text[: match.start()], match[0].strip()
    if re.search(r"[(（\[【][^)）\]】]*$", before):
        return text, ""  # the end of a unit in brackets
    if find_unit(english) or changes_in(english) - changes_in(before) or before[-1] in "_/":
        return text, ""
    if before[-1] in " \n\u3000)）]":
        return before.strip(), english
    # 年末population is one name, 人口Population two
    own = read_words(before, _HARMLESS).unknown
    long = len(english) >= SHORTEST_TRANSLATION and re.search("[a-z]", english)
    return (before, english) if own and long else (text, "")


def page_says(page: str, title: str) -> str:
    """The title of a page where it says of its columns what that of one does not (`农村就业人员` above 就业人员);
    empty for a page of several things (`地区生产总值及指数`)."""
    if re.search("及|和|与|、|主要|基本情况|概况|综合|,|and", page):
        return ""
    words = re.sub(r"\b[A-Za-z]{1,3}\b", " ", page)
    return page if changes_in(words) - changes_in(title) else ""


def translates(text: str, names: Iterable[str]) -> bool:
    """Whether English words are one of the names, in any order, with words beside it that change nothing."""
    words = _content(text)
    found = [own for name in names if (own := _content(name)) and own <= words]
    return any(all(_HARMLESS.fullmatch(word) for word in words - own) for own in found)


def _content(text: str) -> set[str]:
    """The English words of a text that are not harmless, in the singular; all where none is left."""
    words = {word.rstrip("s") for word in re.findall("[a-z]+", _spaced(text))} - LINKS
    return {word for word in words if not _HARMLESS.fullmatch(word)} or words


def bare_label(text: str) -> tuple[str, bool]:
    """A name without the marks of a sub-item (`#`, `其中：`) or its number (`一、`, `1.`); whether it is a sub-item."""
    bare = re.sub(r"^\s*(#|＃|\*|其中[:：]?|of which[:：]?)\s*", "", text, flags=re.IGNORECASE)
    inner = bare != text
    bare = re.sub(
        r"^([一二三四五六七八九十]+[、.．]|[(（][一二三四五六七八九十\d]+[)）]|\d{1,2}[、.．])\s*(?=\D)", "", bare
    )
    return bare.strip(), inner
