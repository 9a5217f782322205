"""Another unit, figures per head or shares of the nation: by the level that the nation's totals and the provinces'
size suggest."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace
from statistics import pstdev

from study.checks.cross_section import LIKE_SPREAD, MANY, CrossSection, Reading
from study.checks.levels import expected_figure, known_levels
from study.checks.likeness import Figures, log_ratios, log_spread, means, median_distance, order_likeness
from study.words.units import find_unit

ABOUT_AS_WELL = 0.45  # in logarithms: 10^4 US dollars and 10^5 CNY are nearer to each other than that
FAR_ALONE = math.log(5)  # of one or two provinces: industry in Tibet, trade in Guizhou
PJ_PER_10_4_TCE = 0.293076  # 29.3076 GJ a tce, GB/T 2589
# Units that such tables come in beside the catalog's, as a user names them under `sources`.
OTHER_UNITS = {
    "元": "CNY", "千元": "10^3 CNY", "万元": "10^4 CNY", "十万元": "10^5 CNY", "百万元": "10^6 CNY",
    "千万元": "10^7 CNY", "亿元": "10^8 CNY", "十亿元": "10^9 CNY", "百亿元": "10^10 CNY", "万亿元": "10^12 CNY",
    "美元": "US dollars", "万美元": "10^4 US dollars", "百万美元": "10^6 US dollars", "亿美元": "10^8 US dollars",
    "十亿美元": "10^9 US dollars",
    "人": "persons", "千人": "10^3 persons", "万人": "10^4 persons", "百万人": "10^6 persons", "亿人": "10^8 persons",
    "吨": "t", "千吨": "10^3 t", "万吨": "10^4 t", "百万吨": "10^6 t", "亿吨": "10^8 t",
    "吨标准煤": "tce", "万吨标准煤": "10^4 tce", "百万吨标准煤": "10^6 tce", "亿吨标准煤": "10^8 tce",
    "千瓦时": "kWh", "万千瓦时": "10^4 kWh", "百万千瓦时": "10^6 kWh", "亿千瓦时": "10^8 kWh",
    "十亿千瓦时": "10^9 kWh",
}  # fmt: skip
SHARES_IN_PERCENT = "shares of the national total, %"
PER_HEAD = {  # dimension -> scales of figures per head, in base units a person
    "CNY": ((1, " (yuan)"), (1e-4, " (10^4 yuan)")),
    "USD": ((1, " (US dollars)"),),
    "persons": ((1, " (a share of the population)"), (100, " (% of the population)")),
    "mass": ((1, " (t)"), (1e3, " (kg)")),
    "energy": ((1, " (tce)"), (1e3, " (kgce)")),
    "electricity": ((1, " (kWh)"),),
}


def _candidates(section: CrossSection) -> Iterator[tuple[Reading, Figures]]:
    """Other units of the table, figures per head and shares, each with the figures that would be expected."""
    key, amounts = section.entry.key, {c: v * section.factor for c, v in section.expected.items()}
    own = find_unit(section.entry.unit)
    rate = known_levels()["exchange_rate"]
    for text, words in OTHER_UNITS.items():
        unit = find_unit(text)
        if unit.dimension == own.dimension:
            if not math.isclose(unit.factor, own.factor * section.factor):
                yield Reading(words, "", text), {c: v * own.factor / unit.factor for c, v in amounts.items()}
        elif {unit.dimension, own.dimension} == {"CNY", "USD"}:
            power = 1 if unit.dimension == "CNY" else -1
            rates = {year: rate.at(year) for year in {year for _, year in amounts}}
            yield (
                Reading(words, ""),
                {c: v * own.factor / unit.factor * rates[c[1]] ** power for c, v in amounts.items() if rates[c[1]]},
            )
    if own.dimension == "energy":
        yield Reading("PJ", ""), {c: v * PJ_PER_10_4_TCE * own.factor / 1e4 for c, v in amounts.items()}
    sizes = {cell: section.sizes[cell] for cell in amounts if cell in section.sizes}
    for scale, words in ((100, SHARES_IN_PERCENT), (1, "shares of the national total, as fractions")):
        yield Reading(words, ""), {c: scale * v for c, v in sizes.items()}
    if key != "population":
        persons = {cell: expected_figure("population", *cell) for cell in amounts}
        head = {c: v * own.factor / (persons[c] * 1e4) for c, v in amounts.items() if persons[c]}
        for scale, words in PER_HEAD.get(own.dimension, ((1, ""),)):
            yield Reading(f"figures per head{words}", ""), {c: scale * v for c, v in head.items()}


def other_unit(section: CrossSection) -> Reading | None:
    """The unit or measure whose expected figures are nearest, where level, spread and order fit it and not amounts."""
    if not section.expected:
        return None
    found = []
    for reading, expected in _candidates(section):
        ratios = log_ratios(section.figures, expected)
        if ratios and _fits(section, expected, ratios):
            found.append((median_distance(ratios.values()), reading, ratios))
    if not found:
        return _unknown_unit(section)
    distance, best, ratios = min(found, key=lambda one: one[0])
    if distance > _nearest(section) - 0.5:
        return None
    near = [r.words for d, r, _ in sorted(found, key=lambda one: one[0]) if d < distance + ABOUT_AS_WELL][:3]
    if section.provinces < 3 and SHARES_IN_PERCENT in near:
        near.append("rates of growth, %")  # which are about as large as a province's share
    words = " or ".join(near)
    return Reading(words, _distance_in_words(section), best.unit)


def per_head_of_few(section: CrossSection) -> Reading | None:
    """Figures per head of a few provinces whose level is about that of amounts: they fit each province, and amounts do
    not. A possibility, for a few provinces may have amounts like these."""
    if not 3 <= section.provinces < MANY:
        return None

    def worst(expected: Figures) -> float:
        return max(map(abs, means(log_ratios(section.figures, expected), 0).values()), default=math.inf)

    heads = [(worst(e), reading) for reading, e in _candidates(section) if reading.words.startswith("figures per head")]
    distance, best = min(heads, key=lambda one: one[0], default=(math.inf, None))
    if distance > 0.6 or worst(section.expected) < max(0.9, distance + 0.4):
        return None
    return replace(best, evidence=f"the figures are {section.range}", is_certain=False)


def _unknown_unit(section: CrossSection) -> Reading | None:
    """Amounts, by their spread and order, of a level that no known unit has."""
    alike = section.spread is not None and LIKE_SPREAD[0] < section.spread < LIKE_SPREAD[1]
    if not alike or section.order is None or section.order < 0.75 or not section.may_be_other:
        return None
    return Reading(f"{section.entry.key} in another unit than {section.entry.unit}", _distance_in_words(section))


def _distance_in_words(section: CrossSection) -> str:
    """How far the figures are from amounts, with a typical cell."""
    ratios = log_ratios(section.figures, section.expected)
    cell = min(ratios, key=lambda c: abs(ratios[c] - section.off))
    return (
        f"typical ones are {math.exp(section.off):.2g} times what the nation's total and the provinces' size suggest "
        f"({cell[0]} {cell[1]}: printed {section.figures[cell]:.6g}, about {section.expected[cell]:.3g} expected)"
    )


def _nearest(section: CrossSection) -> float:
    """How far a typical figure is from the level of amounts."""
    return median_distance(log_ratios(section.figures, section.expected).values())


def _fits(section: CrossSection, expected: Figures, ratios: Figures) -> bool:
    """Whether figures have the level, and as far as provinces and years show it, the pattern of those expected."""
    distance = median_distance(ratios.values())
    if section.provinces >= MANY:
        order, own = order_likeness(section.figures, expected), section.order
        other_order = order is not None and own is not None and order > 0.6 and order > own + 0.3
        spread, wanted = log_spread(section.figures), log_spread(expected)
        if not spread or not wanted:
            return False
        if wanted < 0.1:  # a share of the population, about the same everywhere
            return section.may_be_other and spread < 0.4 and distance < 0.4
        like = order is not None and order > 0.6 and LIKE_SPREAD[0] < spread / wanted < LIKE_SPREAD[1]
        return like and (section.may_be_other or other_order) and distance < (1.2 if order > 0.75 else 0.6)
    if not section.may_be_other:
        return False
    of_provinces, of_years = means(ratios, 0), means(ratios, 1)
    if section.provinces >= 3:
        logs = {cell: math.log(expected[cell]) for cell in ratios}
        over, wanted = pstdev(list(of_provinces.values())), pstdev(list(means(logs, 0).values()))
        return distance < 0.5 and over < 0.15 + 0.4 * wanted
    far = section.off is not None and abs(section.off) > FAR_ALONE
    return far and distance < 0.35 and len(of_years) >= 3 and pstdev(list(of_years.values())) < 0.2
