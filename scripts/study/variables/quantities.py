"""Units of formulas: what quantity a unit's text measures, products and quotients of them, exact scales."""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction

from study.words.units import PREVIOUS_YEAR, find_unit

# Units of a pure number. `first year = 1` is that of a cumulative index.
PURE = re.compile(r"|ratio|share")
# Numbers on a scale of their own, which no power of ten converts.
OWN_SCALE = re.compile(r"index|0 or 1|points, 0 to 100|first .* = 1")
CONSTANT_PRICES = re.compile(r" of (\S+) prices\b")
SCALED_UNIT = re.compile(r"(10\^(\d{1,2})|\d+(?:\.\d+)?)\s+(.+)")
MONEY = ("CNY", "USD")
# Dimension of resources/units.csv -> how messages write it.
SYMBOLS = {
    "mass": "t",
    "energy": "tce",
    "length": "km",
    "electricity": "kWh",
    "heat": "kJ",
    "gas volume": "m3",
    "pieces of equipment": "units",
}


@dataclass(frozen=True)
class Quantity:
    """A unit as an exact `scale` times base units, (name, power) sorted by name; none for a pure number.

    Money at constant prices is another base than current money; a logarithm's base is `ln(<unit>)`.
    """

    scale: Fraction = Fraction(1)
    bases: tuple[tuple[str, int], ...] = ()

    def times(self, other: Quantity, power: int = 1) -> Quantity:
        """The product with another one to a `power`, -1 for the quotient."""
        powers = dict(self.bases)
        for base, exponent in other.bases:
            powers[base] = powers.get(base, 0) + power * exponent
        bases = tuple(sorted((base, exponent) for base, exponent in powers.items() if exponent))
        return Quantity(self.scale * other.scale**power, bases)

    def __str__(self) -> str:
        above = [_base(base, exponent) for base, exponent in self.bases if exponent > 0]
        below = [_base(base, -exponent) for base, exponent in self.bases if exponent < 0]
        scale = "" if self.scale == 1 else scale_text(self.scale)
        text = " ".join(filter(None, (scale, " ".join(above)))) or "1"
        return f"{text} per {' per '.join(below)}" if below else "a pure number" if text == "1" else text


def _base(base: str, exponent: int) -> str:
    return f"{base}{exponent if exponent > 1 else ''}"


def scale_text(scale: Fraction) -> str:
    """An exact scale as text, `10^4` where it is a power of ten."""
    power = power_of_ten(scale)
    return f"10^{power}" if power is not None else f"{float(scale):g}"


def power_of_ten(scale: Fraction) -> int | None:
    """k where the scale is 10^k, None for another."""
    for number, sign in ((scale.numerator, 1), (scale.denominator, -1)):
        digits = str(number)
        if Fraction(number) ** sign == scale and digits == f"1{'0' * (len(digits) - 1)}":
            return sign * (len(digits) - 1)
    return None


def is_amount(unit: str) -> bool:
    """Whether figures in a unit can be summed over provinces: no shares, indices and quotients."""
    bases = parse_unit(unit).bases
    return bool(bases) and all(exponent > 0 for _, exponent in bases)


def logarithm(unit: Quantity) -> Quantity:
    """The unit of a quantity's natural logarithm."""
    return Quantity(bases=((f"ln({unit})" if unit.bases or unit.scale != 1 else "ln", 1),))


def parse_unit(text: str) -> Quantity:
    """The quantity of a unit as codebook and catalog write it, such as `10^4 persons per km2`.

    Units that resources/units.csv knows are those of its dimensions; other words are each a base unit of their own.
    """
    text = " ".join(text.split())
    if text == "ln":
        return logarithm(Quantity())
    if inner := re.fullmatch(r"ln\((.+)\)", text):
        return logarithm(parse_unit(inner[1]))
    prices = CONSTANT_PRICES.search(text)
    year = prices[1] if prices else ""
    above, *below = CONSTANT_PRICES.sub("", text).split(" per ")
    unit = _part(above, year)
    for part in below:
        unit = unit.times(_part(part, year), -1)
    return unit


def _is_word(text: str) -> bool:
    """Whether a word is a unit of resources/units.csv or a power of one."""
    return find_unit(text) is not None or (text[-1:] in "234" and find_unit(text[:-1]) is not None)


def _part(text: str, year: str) -> Quantity:
    """A unit without `per`; year : of the constant prices that its money is in."""
    if PURE.fullmatch(text) or OWN_SCALE.fullmatch(text):
        return Quantity()
    if text == PREVIOUS_YEAR:
        return Quantity(Fraction(1, 100))
    if known := find_unit(text):
        scale = Fraction(repr(known.factor))
        if known.dimension == "share":
            return Quantity(scale)
        if known.dimension == "area":
            return Quantity(scale, (("km", 2),))
        base = SYMBOLS.get(known.dimension, known.dimension)
        return Quantity(scale, ((f"{base} of {year} prices" if year and base in MONEY else base, 1),))
    if match := SCALED_UNIT.fullmatch(text):
        scale = Fraction(10) ** int(match[2]) if match[2] else Fraction(match[1])
        return Quantity(scale).times(_part(match[3], year))
    power = re.fullmatch(r"(.*\D)([2-4])", text)
    if power and (find_unit(power[1]) or power[1].startswith("ln(")):
        inner, product = parse_unit(power[1]), Quantity()
        for _ in range(int(power[2])):
            product = product.times(inner)
        return product
    words = text.split(" ")
    if len(words) > 1 and all(map(_is_word, words)):
        product = Quantity()
        for word in words:
            product = product.times(_part(word, year))
        return product
    return Quantity(bases=((text, 1),))
