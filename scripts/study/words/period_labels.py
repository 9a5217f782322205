"""What the labels of periods say of time: years, quarters, months, dates and numbered periods, English and Chinese.

All labels of a panel are read as one kind. Each becomes a whole number of that kind's unit (a quarter 4 x year + 1 to
4), whose differences are distances in time.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from datetime import date
from fractions import Fraction
from typing import NamedTuple

from study.helpers import InputError
from study.words.years import year_name

MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH_NAMES = (
    r"jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|"
    r"nov(?:ember)?|dec(?:ember)?"
)
_BETWEEN = r"[\s\-_/.:]*"
_YEAR_LABEL = r"(?:[fc]y\s*)?(?P<y>\d{4}|\d\d)(?:/\d\d)?(?:年度?)?"
_HALF = r"(?:h[y]?\s*(?P<n>[12])|(?P<n2>[12])\s*h|s(?P<n3>[12])|第?(?P<n4>[12])半年)"
_QUARTER = (
    r"(?:q(?:uarter|tr|rt)?\.?\s*(?P<n>[1-4])|(?P<n2>[1-4])\s*(?:st|nd|rd|th)?\s*q(?:uarter|tr|rt)?\.?|"
    r"第?(?P<n3>[1-4])季度?)"
)
_MONTH = rf"(?:m(?:onth)?\s*(?P<n>\d\d?)|第?(?P<n2>\d\d?)月[份末底]?|(?P<name>{_MONTH_NAMES})\.?)"
_WEEK = r"(?:w(?:eek|k)?\.?\s*(?P<n>\d\d?)|第?(?P<n2>\d\d?)(?:周|星期))"
_CLOCK = r"(?:[t ](?P<hour>\d\d?):(?P<minute>\d\d)(?::(?P<second>\d\d)(?:\.0*)?)?z?)?"
# Words after or before a number that count backward.
_BACKWARD = re.compile(r"ago|before|prior|until|left|minus|lag|\bpre|\bb\.?c|前|倒")
_CHINESE_DIGITS = {**{char: place for place, char in enumerate("〇一二三四五六七八九")}, "零": 0, "两": 2}
_CHINESE_NUMERAL = re.compile(r"[〇零一二两三四五六七八九十百]+")
# Numerals count as such where a counter or nothing stands around them: 第一期, 一月, 一; not the 一 of 统一.
_NUMERAL = re.compile(
    rf"(?<![一-鿿])第?({_CHINESE_NUMERAL.pattern})(?=[年月季周期阶轮次波批日号半个\W]|$)|(?<=[年月第期])({_CHINESE_NUMERAL.pattern})"
)


class Reading(NamedTuple):
    """Labels read as one kind: `keys`, label -> number in units of `unit`, which is None if distances say nothing."""

    kind: str
    unit: str | None
    keys: dict[str, Fraction | int]


class Kind(NamedTuple):
    """A way to read labels: the plural that messages use, what the numbers count, and label -> number or None."""

    name: str
    unit: str | None
    read: Callable[[str], Fraction | int | None]


def read_labels(labels: Sequence[str]) -> Reading | None:
    """The labels (each once) as times of one kind; None where they say no time.

    Raises InputError where two labels mean the same time, and where there are two ways to read them that differ, as of
    03/04/2013, or of 2013.10 beside 2013.2.
    """
    plain = {label: _folded(label) for label in labels}
    calendar = [reading for reading in (_read_as(kind, plain) for kind in _CALENDAR) if reading]
    if calendar:
        reading = calendar[0]
        for other in calendar[1:]:
            dates = reading.kind.startswith("dates") and other.kind.startswith("dates")
            if dates and other.keys != reading.keys:
                raise _ambiguous_dates(plain, reading, other)
            if (reading.kind, other.kind) == ("months", "spans of years"):
                reading = reading._replace(unit=None)  # 2000-05 and 2005-10, in the same order
    else:
        _refuse_short_years(plain)
        reading = _read_decimals(labels, plain) or _read_numbers(plain) or _read_numbered(plain)
    if reading and (same := _same_key(reading.keys)):
        raise InputError(f"the periods {same[0]!r} and {same[1]!r} are the same time; write them alike.")
    return reading


def kind_of(label: str) -> str:
    """The kind of the calendar that a label alone can be read as, else whether it is a `number` or a `word`."""
    text = _folded(label)
    found = next((kind.name for kind in _CALENDAR if kind.read(text) is not None), None)
    return found or ("number" if any(map(str.isdigit, text)) else "word")


def _ambiguous_dates(plain: dict[str, str], *readings: Reading) -> InputError:
    """The refusal of dates that can be read in two ways, with one that differs."""
    example = next(label for label in plain if len({reading.keys[label] for reading in readings}) > 1)
    reader = {kind.name: kind.read for kind in _CALENDAR}
    said = [f"{date.fromordinal(int(reader[reading.kind](plain[example])))} ({reading.kind})" for reading in readings]
    return InputError(f"the period {example!r} can be {' or '.join(said)}; write dates as 2013-03-31.")


def _same_key(keys: dict[str, Fraction | int]) -> tuple[str, str] | None:
    """The first two labels with one key."""
    seen: dict[Fraction | int, str] = {}
    for label, key in keys.items():
        if key in seen:
            return seen[key], label
        seen[key] = label
    return None


def _ranks(keys: dict[str, Fraction | int]) -> list[str]:
    return sorted(keys, key=keys.get)


def _folded(label: str) -> str:
    """A label in lower case, half width, single blanks, Chinese numerals as digits."""
    text = " ".join(unicodedata.normalize("NFKC", label).lower().replace(",", " ").replace("'", " ").split())
    text = re.sub(r" ?([一-鿿]+) ?", r"\1", text).replace("上半年", "h1").replace("下半年", "h2")
    return _NUMERAL.sub(lambda found: found[0].replace(found[1] or found[2], _numeral(found[1] or found[2])), text)


def _numeral(text: str) -> str:
    """A Chinese numeral below 1000 in digits: 十二 is 12, 二〇一三 is 2013; what is none, such as 十一五, as it is."""
    if not re.search("[十百]", text):
        return "".join(str(_CHINESE_DIGITS[char]) for char in text)
    found = re.fullmatch("(?:(.?)百)?零?(?:(.?)十)?(.?)", text)
    if not found or any(digit and digit not in _CHINESE_DIGITS for digit in found.groups()):
        return text
    hundreds, tens, ones = (_CHINESE_DIGITS[digit] if digit else None for digit in found.groups())
    number = (hundreds or 1) * 100 if "百" in text else 0
    number += (tens or 1) * 10 if "十" in text else 0
    return str(number + (ones or 0))


def _read_as(kind: Kind, plain: dict[str, str]) -> Reading | None:
    """The labels as one kind, None unless all can be."""
    keys = {}
    for label, text in plain.items():
        if (key := kind.read(text)) is None:
            return None
        keys[label] = key
    unit = kind.unit
    if unit == "day":
        unit, keys = _coarser(keys)
    elif unit == "month" and _may_be_quarters(plain, keys):
        unit = None
    return Reading(kind.name, unit, keys)


def _coarser(keys: dict[str, Fraction | int]) -> tuple[str, dict[str, Fraction | int]]:
    """Dates as months where no month has two of them, on whatever days."""
    days = {label: date.fromordinal(int(key)) for label, key in keys.items()}
    months = {label: 12 * day.year + day.month for label, day in days.items()}
    starts = {day.day for day in days.values()}
    ends = {(date.fromordinal(day.toordinal() + 1)).day for day in days.values()}
    regular = len(starts) == 1 or ends == {1}
    return ("month", months) if regular and len(set(months.values())) == len(months) else ("day", keys)


def _may_be_quarters(plain: dict[str, str], keys: dict[str, Fraction | int]) -> bool:
    """Whether 2013-1 to 2013-4 in several years may number quarters or half-years, so that distances are not known."""
    numbers = {(key - 1) % 12 + 1 for key in keys.values()}
    years = {(key - 1) // 12 for key in keys.values()}
    bare = not any(re.search(r"[^\W\d_]", text) for text in plain.values())
    return bare and len(years) > 1 and numbers in ({1, 2}, {1, 2, 3}, {1, 2, 3, 4})


def _read_decimals(labels: Sequence[str], plain: dict[str, str]) -> Reading | None:
    """2013.1 to 2013.12 as months, where they can be nothing else; None where they are no months, or numbers as well.

    Raises InputError where months and decimal years (2013.25) would have different orders.
    """
    months, numbers = _read_as(Kind("months", "month", _read_decimal_month), plain), _read_numbers(plain)
    if months is None or numbers is None or _ranks(months.keys) == _ranks(numbers.keys):
        return None
    if _same_key(numbers.keys):
        return None if _same_key(months.keys) else months
    example = max(labels, key=len)
    raise InputError(
        f"the period {example!r} can be a month (that of its year after the point) or a decimal number, and the orders "
        "differ; write months as 2013-02."
    )


def _refuse_short_years(plain: dict[str, str]) -> None:
    """Raise InputError for 98, 99, 00, 01: years across a century, or numbers, whose orders differ."""
    numbers = {label: int(text) for label, text in plain.items() if re.fullmatch(r"\d\d", text)}
    early = [label for label, number in numbers.items() if number >= 69]
    late = [label for label, number in numbers.items() if number < 30]
    padded = any(plain[label].startswith("0") for label in late)
    if padded and early and len(early) + len(late) == len(plain):
        raise InputError(
            f"the periods {early[0]!r} and {late[0]!r} can be the years {_year(plain[early[0]])} and "
            f"{_year(plain[late[0]])} or plain numbers, and the orders differ; write years with four digits."
        )


def _read_numbers(plain: dict[str, str]) -> Reading | None:
    """Plain numbers, among them years in decimals (2013.25) and event time (-1, 0, 1)."""
    if not all(re.fullmatch(r"[+-]?\d+(\.\d+)?", text) for text in plain.values()):
        return None
    keys = {label: Fraction(text) for label, text in plain.items()}
    whole = all(key.denominator == 1 for key in keys.values())
    # 20131 to 20134 number the quarters of a year: their order is that of the numbers, their distances are not.
    parts = len(plain) > 1 and all(re.fullmatch(r"(19|20)\d{3,}", text) for text in plain.values())
    return Reading("numbers", "period" if whole and not parts else None, keys)


def _read_numbered(plain: dict[str, str]) -> Reading | None:
    """Labels that differ in one number (wave 1, 第2期, t10), in a year and a number (2013-Z1), or event time (t-1)."""
    shapes = {re.sub(r"\s*\d+\s*", "#", text) for text in plain.values()}
    signed = {label: re.fullmatch(r"([^\W\d_])\s*([+-]\s*\d+|0?)", text) for label, text in plain.items()}
    if all(signed.values()) and len({found[1] for found in signed.values()}) == 1:
        keys = {label: Fraction(found[2].replace(" ", "") or 0) for label, found in signed.items()}
        # with a minus before each, it may part the letter from the number
        return Reading("event time", "period", keys) if max(keys.values()) >= 0 else None
    if len(shapes) != 1 or _BACKWARD.search(shape := shapes.pop()) or re.match(r"[^\W\d_]?-#", shape):
        return None
    numbers = {label: tuple(map(int, re.findall(r"\d+", text))) for label, text in plain.items()}
    if len(set(map(len, numbers.values()))) > 1:  # a label has the mark of a number in it
        return None
    columns = list(zip(*numbers.values(), strict=True))
    varying = [place for place, column in enumerate(columns) if len(set(column)) > 1]
    if columns and len(varying) < 2:
        at = varying[0] if varying else 0
        return Reading("numbered periods", "period", {label: Fraction(all_[at]) for label, all_ in numbers.items()})
    years = [place for place in varying if all(1000 <= number < 3000 for number in columns[place])]
    if len(varying) != 2 or len(years) != 1:
        return None
    [year], [part] = years, [place for place in varying if place not in years]
    width = max(columns[part]) + 1
    keys = {label: Fraction(all_[year] * width + all_[part]) for label, all_ in numbers.items()}
    return Reading("numbered parts of years", None, keys)


# --- kinds of the calendar ------------------------------------------------------------------------------------------


def _year(text: str) -> int:
    """A year of four digits, or of two: 69 to 99 of the last century, as POSIX reads them."""
    return int(text) if len(text) == 4 else int(text) + (2000 if int(text) < 69 else 1900)


def _part_of_year(part: str, per_year: int, *, alone: bool = False) -> Callable[[str], int | None]:
    """Reader of a year and a part of it, in either order: 2013Q1, Q1 2013; of the part `alone`, within a year."""
    forms = [part] if alone else [f"{_YEAR_LABEL}{_BETWEEN}{part}", f"{part}{_BETWEEN}{_YEAR_LABEL}"]

    def read(text: str) -> int | None:
        found = _first_match(forms, text)
        number = _number(found) if found else 0
        if not 0 < number <= per_year:
            return None
        return number if alone else _year(found["y"]) * per_year + number

    return read


def _first_match(forms: Iterable[str], text: str) -> re.Match | None:
    """How the first form reads all of a text; None where none does."""
    return next(filter(None, (re.fullmatch(form, text) for form in forms)), None)


def _number(found: re.Match) -> int:
    """The number of a part of a year, or of a month's name."""
    groups = found.groupdict()
    if groups.get("name"):
        return 1 + MONTHS.index(groups["name"][:3])
    return int(next(groups[key] for key in ("n", "n2", "n3", "n4") if groups.get(key)))


def _read_year(text: str) -> int | None:
    """2013, 2013年度, FY2013, FY13; a financial or school year that spans two, 2013/14, counts as its first."""
    span = re.fullmatch(r"(?:fy|ay|sy)?\s*(\d{4})\s*[-/–—~]\s*(\d{4}|\d\d)(?:学年|财年|年度?)?", text)
    if span:
        first, second = int(span[1]), span[2]
        return first if second in (str(first + 1), f"{(first + 1) % 100:02d}") else None
    if (year := year_name(text)) is not None:
        return year
    found = re.fullmatch(r"(?:year\s*|[as]y\s*)?(\d{4})(?:\.0+)?\s*(?:财年|学年|fy)?", text)
    if found and 1000 <= int(found[1]) < 3000:
        return int(found[1])
    short = re.fullmatch(r"[fc]y\s*(\d\d)", text)
    return _year(short[1]) if short else None


def _read_years_apart(text: str) -> int | None:
    """Several years in one period, 2011-2015 or 1990-94, by the first."""
    found = re.fullmatch(r"(\d{4})\s*年?\s*[-/–—~至到]\s*(\d{4}|\d\d)\s*年?", text)
    if not found:
        return None
    first, last = int(found[1]), int(found[2] if len(found[2]) == 4 else found[1][:2] + found[2])
    return first if 1000 <= first < last < 3000 else None


_named_month = _part_of_year(_MONTH, 12)
_DAY_OR_YEAR = re.compile(rf"\d\d{_BETWEEN}(?:{_MONTH_NAMES})")
_MONTH_FORMS = (
    r"(?P<y>\d{4})[-/ _:](?P<n>\d\d?)",
    r"(?P<n>\d\d?)[-/. ](?P<y>\d{4})",
    r"(?P<y>(?:1[89]|20)\d\d)(?P<n>0[1-9]|1[0-2]|[1-9])",
)


def _read_month(text: str) -> int | None:
    """2013m1, Jan 2013, Jan-13, 2013年1月, 2013-01, 01/2013, 201301."""
    if found := _first_match(_MONTH_FORMS, text):
        number = int(found["n"])
        return int(found["y"]) * 12 + number if 1 <= number <= 12 else None
    return None if _DAY_OR_YEAR.fullmatch(text) else _named_month(text)  # 13-Jan is a day as well


def _read_plan(text: str) -> int | None:
    """China's five-year plans: 十五 (folded to 15) is the tenth, 十一五 the eleventh."""
    found = re.fullmatch(r"(?:15|十([一二三四五六七八九]?)五)(?:规划|计划|时期|期间)?", text)
    return 10 + _CHINESE_DIGITS.get(found[1], 0) if found else None


def _read_decimal_month(text: str) -> int | None:
    """2013.10, where the point parts year and month."""
    found = re.fullmatch(r"(\d{4})\.(\d\d?)", text)
    return int(found[1]) * 12 + int(found[2]) if found and 1 <= int(found[2]) <= 12 else None


_plain_week = _part_of_year(_WEEK, 53)


def _read_week(text: str) -> int | None:
    """2013-W05 as the number of its week, counted from ISO's Monday; week 53 of a year that has none is no week."""
    key = _plain_week(text)
    if key is None:
        return None
    year, week = divmod(key - 1, 53)
    try:
        return date.fromisocalendar(year, week + 1, 1).toordinal() // 7
    except ValueError:
        return None


def _dated(*forms: str) -> Callable[[str], Fraction | None]:
    """Reader of dates: groups y, n (or name) and d, and the time of day."""

    def read(text: str) -> Fraction | None:
        found = _first_match((form + _CLOCK for form in forms), text)
        if not found:
            return None
        try:
            day = date(_year(found["y"]), _number(found), int(found["d"]))
        except ValueError:
            return None
        hours, minutes, seconds = (int(found[part] or 0) for part in ("hour", "minute", "second"))
        return day.toordinal() + Fraction(hours * 3600 + minutes * 60 + seconds, 86400)

    return read


_D, _M, _WRITTEN_MONTH = r"(?P<d>\d\d?)", r"(?P<n>\d\d?)", rf"(?P<name>{_MONTH_NAMES})"
_Y, _Y2 = r"(?P<y>\d{4})", r"(?P<y>\d\d)"
_ORDINAL = r"(?:st|nd|rd|th)?"
_CLEAR_DATES = (
    rf"{_Y}[-/. ]{_M}[-/. ]{_D}",
    rf"{_Y}年{_M}月{_D}[日号]?",
    r"(?P<y>(?:1[89]|20)\d\d)(?P<n>\d\d)(?P<d>\d\d)",
    rf"{_D}{_ORDINAL}[\s\-./]*{_WRITTEN_MONTH}[\s\-./]*{_Y}",
    rf"{_WRITTEN_MONTH}\.?\s*{_D}{_ORDINAL}[\s\-]+{_Y}",
    rf"{_Y}[\s\-]*{_WRITTEN_MONTH}[\s\-]*{_D}",
)
_DAY_FIRST = tuple(rf"{_D}[-/. ]{_M}[-/. ]{year}" for year in (_Y, _Y2))
_MONTH_FIRST = tuple(rf"{_M}[-/. ]{_D}[-/. ]{year}" for year in (_Y, _Y2))
_CALENDAR = (
    Kind("years", "year", _read_year),
    Kind("half-years", "half-year", _part_of_year(_HALF, 2)),
    Kind("quarters", "quarter", _part_of_year(_QUARTER, 4)),
    Kind("months", "month", _read_month),
    Kind("weeks", "week", _read_week),
    Kind("dates", "day", _dated(*_CLEAR_DATES)),
    Kind("dates with the day first", "day", _dated(*_DAY_FIRST, *_CLEAR_DATES)),
    Kind("dates with the month first", "day", _dated(*_MONTH_FIRST, *_CLEAR_DATES)),
    Kind("dates with the year first", "day", _dated(rf"{_Y2}[-/. ]{_M}[-/. ]{_D}")),
    Kind("half-years of one year", "half-year", _part_of_year(_HALF, 2, alone=True)),
    Kind("quarters of one year", "quarter", _part_of_year(_QUARTER, 4, alone=True)),
    Kind("months of one year", "month", _part_of_year(_MONTH, 12, alone=True)),
    Kind("weeks of one year", "week", _part_of_year(_WEEK, 53, alone=True)),
    Kind("spans of years", None, _read_years_apart),
    Kind("five-year plans", "plan", _read_plan),
)
