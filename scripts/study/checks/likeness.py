"""How alike two sets of figures by province and year are: spread over provinces, order of provinces, distance."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from statistics import StatisticsError, correlation, fmean, linear_regression, median, pstdev

Figures = Mapping[tuple[str, int], float]


def by_year(figures: Figures) -> dict[int, dict[str, float]]:
    """Year -> province -> figure, in the order of years."""
    years: dict[int, dict[str, float]] = {}
    for province, year in sorted(figures, key=lambda cell: (cell[1], cell[0])):
        years.setdefault(year, {})[province] = figures[province, year]
    return years


def slope_and_correlation(x: Sequence[float], y: Sequence[float]) -> tuple[float, float]:
    """Slope of y on x and their correlation; 0 where one of them does not vary."""
    try:
        return linear_regression(x, y).slope, correlation(x, y)
    except StatisticsError:
        return 0.0, 0.0


def ranks(values: Sequence[float]) -> list[float]:
    """Ranks from 1, equal values sharing the mean of theirs."""
    return [sum(other < value for other in values) + (values.count(value) + 1) / 2 for value in values]


def rank_correlation(x: Sequence[float], y: Sequence[float]) -> float:
    """Spearman's correlation; 0 where one of the two does not vary."""
    return slope_and_correlation(ranks(x), ranks(y))[1]


def over_years(figures: Figures, measure: Callable[[dict[str, float]], float], least: int = 3) -> float | None:
    """Median over years of a measure of a year's provinces, of years with `least` of them; None without any."""
    found = [measure(of_year) for of_year in by_year(figures).values() if len(of_year) >= least]
    return median(found) if found else None


def log_spread(figures: Figures) -> float | None:
    """Standard deviation of logarithms over the provinces of a year, the median over years."""
    logs = {cell: math.log(value) for cell, value in figures.items() if value > 0}
    return over_years(logs, lambda of_year: pstdev(of_year.values()))


def order_likeness(figures: Figures, reference: Figures) -> float | None:
    """Rank correlation over the provinces of a year with those of a reference, the median over years."""
    both = {cell: value for cell, value in figures.items() if cell in reference}
    found = [
        rank_correlation(list(of_year.values()), [reference[province, year] for province in of_year])
        for year, of_year in by_year(both).items()
        if len(of_year) >= 3
    ]
    return median(found) if found else None


def log_ratios(figures: Figures, reference: Figures) -> dict[tuple[str, int], float]:
    """Logarithm of a figure over the reference's, of the cells that both have above zero."""
    both = {cell: value for cell, value in figures.items() if value > 0 and cell in reference}
    return {cell: math.log(value / reference[cell]) for cell, value in both.items()}


def means(figures: Figures, by: int) -> dict[str | int, float]:
    """Mean of the figures of each province (`by` 0) or year (`by` 1)."""
    groups: dict[str | int, list[float]] = {}
    for cell, value in figures.items():
        groups.setdefault(cell[by], []).append(value)
    return {name: fmean(values) for name, values in groups.items()}


def median_distance(ratios: Iterable[float]) -> float:
    """Median of absolute log ratios: how far off a typical cell is."""
    return median([abs(ratio) for ratio in ratios])
