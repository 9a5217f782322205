"""Checks of instrumental-variable columns: the instrument's strength, what it leaves of the second stage."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations

from scipy.special import chdtrc

from study.audit.coefficients import degrees_of_freedom
from study.audit.printed_tables import Column, Setting, Tables, row_of, say, say_p, say_range
from study.audit.rounding import Cell, Interval
from study.regression.stars import stars_of
from study.regression.terms import CONSTANT
from study.regression.tf import CriticalValues, adjusted_p, critical_value

# Stock and Yogo (2005, table 5.2): one endogenous regressor, one instrument, 10% maximal size of a 5% test.
STOCK_YOGO = 16.38
# A slope of a regressor on its own kin (a lag, another country's) outside these limits speaks of other units.
UNIT_RATIO = 10.0

# Rows that print the instrument's strength, the surely robust one first; tests that need several instruments.
_STRENGTH_F = (r"(kleibergen|\bkp\b).*\bf\b", r"^first.stage f\b")
_SEVERAL = r"hansen|sargan|over-?id"


def _single_instrument(column: Column, tables: Tables) -> tuple[Column, str] | None:
    """The first stage of an IV column and its one instrument, if the table prints them."""
    stage = tables.first_stage(column)
    instruments = tables.instruments(stage, column) if stage else []
    return (stage, instruments[0]) if len(instruments) == 1 else None


def _printed_strength(column: Column, tables: Tables) -> Cell | None:
    """The F printed for the instrument of an IV column without a first stage; None if it tells of several."""
    if tables.first_stage(column) or column.figure(_SEVERAL) or re.search(r"first.stage|phase.one", column.group, re.I):
        return None
    for pattern in _STRENGTH_F:
        found = [cell for name, cell in column.figures.items() if re.search(pattern, name, re.IGNORECASE)]
        if found:
            return found[0] if len(found) == 1 else None
    return None


def _iv_columns(tables: Tables) -> list[Column]:
    return [column for column in tables.columns if tables.is_iv(column) and column.slopes]


@dataclass(frozen=True)
class Strength:
    """The first stage's F: of the figures as they stand (None where they leave it open), and what rounding admits."""

    f: float | None
    range: Interval
    assumes_normal: bool = False

    @classmethod
    def of_t(cls, cell: Cell) -> Strength:
        """The square of the one instrument's t."""
        low, high = cell.sizes.low, cell.sizes.high
        return cls(None if cell.t is None else cell.t**2, Interval(low**2, high**2), cell.assumes_normal)


def check_first_stage(tables: Tables) -> Iterator[dict]:
    """Robust F of a single instrument, t squared, beside the printed Cragg-Donald F, which assumes equal variances.

    Without a first stage the F that the IV column prints, if it has one instrument: an inference.
    """
    for column in _iv_columns(tables):
        found = _single_instrument(column, tables)
        if not found:
            strength = _printed_strength(column, tables)
            if strength:
                yield _strength_row(strength)
            continue
        stage, instrument = found
        cell = stage.coefficients[instrument]
        strength = Strength.of_t(cell)
        f, bounds = strength.f, strength.range
        numbers = {"recomputed": "" if f is None else f, "low": bounds.low, "high": bounds.high}
        numbers["kind"] = "inference" if strength.assumes_normal else "fact"
        source = f"t = {cell.statistic.text}" if cell.kind == "t" else cell.pair
        finding = f"first-stage F from {source}: {_say_f(f, bounds, cell)}"
        weak, strong = bounds.high < STOCK_YOGO, bounds.low >= STOCK_YOGO
        printed = column.figure(r"cragg|\bcd\b")
        if printed is None:
            finding += f", {'below' if weak else 'above' if strong else 'by rounding below or above'} {STOCK_YOGO}."
            verdict = "differs" if weak else "agrees" if strong else "borderline"
            yield row_of("first_stage_f", cell, finding, verdict, severity="A" * weak, **numbers)
            continue
        classical = printed.estimate
        numbers["printed"] = classical.text
        ratio = (classical.range / bounds) if bounds.low > 0 and math.isfinite(bounds.high) else None
        finding += f"; printed Cragg-Donald F {classical.text}, which assumes equal variances."
        if ratio and f and classical.value > 0 and 1 not in ratio:
            finding += (
                " t is therefore not classical: ratio of its standard error to the classical "
                f"{say(math.sqrt(classical.value / f))}."
            )
        masked = bounds.high < STOCK_YOGO <= classical.range.low
        if weak:
            finding += f" The F that goes with t is below the {STOCK_YOGO} of 10% maximal size"
            finding += ", the printed one above." if masked else "."
        verdict, severity = ("differs", "A") if weak else ("agrees", "") if strong else ("borderline", "")
        yield row_of("first_stage_f", column, finding, verdict, term=printed.term, severity=severity, **numbers)


def _say_f(f: float | None, bounds: Interval, cell: Cell) -> str:
    """The F, with what rounding admits where a standard error is printed."""
    if cell.kind == "t":
        return say(f, 2)
    ends = say_range(bounds, 2) if math.isfinite(bounds.high) else f"{say(bounds.low, 2)} or more"
    return ends if f is None else f"{say(f, 2)} {ends}"


def _strength_row(printed: Cell) -> dict:
    f = printed.estimate
    weak = f.range.high < STOCK_YOGO
    finding = (
        f"printed {printed.term} {f.text}, {'below' if weak else 'not below'} {STOCK_YOGO}, if it is the robust F of "
        "one instrument; no first stage is printed."
    )
    numbers = {"printed": f.text, "recomputed": f.value, "low": f.range.low, "high": f.range.high, "kind": "inference"}
    return row_of("first_stage_f", printed, finding, "differs" if weak else "agrees", severity="A" * weak, **numbers)


def check_tf(tables: Tables, table: CriticalValues, setting: Setting) -> Iterator[dict]:
    """Second-stage t against the 5% critical value that the first stage's robust F leaves (single instrument).

    A column without a first stage of its own is held against the F that it prints, else against every other first stage
    of its endogenous regressor: inferences.
    """
    stages = {}
    for column in _iv_columns(tables):
        found = _single_instrument(column, tables)
        if found:
            cell = found[0].coefficients[found[1]]
            stages.setdefault((found[0].dependent, found[0].table, cell.pair), cell)
    for column in _iv_columns(tables):
        own = _single_instrument(column, tables)
        if own:
            cell = own[0].coefficients[own[1]]
            yield _tf_row(column.coefficients[own[0].dependent], Strength.of_t(cell), "", table, setting)
            continue
        if tables.first_stage(column) or column.figure(_SEVERAL):
            continue  # several instruments: the tF test is for one
        cell, strength = column.coefficients[column.focus], _printed_strength(column, tables)
        if strength:
            condition = f"if the printed {strength.term} is the robust F of one instrument"
            f = strength.estimate
            yield _tf_row(cell, Strength(f.value, f.range), condition, table, setting)
            continue
        for (endogenous, *_), first in stages.items():
            if endogenous == column.focus:
                condition = f"if its first stage is that of Table {first.table} ({first.column})"
                yield _tf_row(cell, Strength.of_t(first), condition, table, setting)


def _tf_row(cell: Cell, strength: Strength, condition: str, table: CriticalValues, setting: Setting) -> dict:
    """Lost is a coefficient that no t and F within the rounding make significant although its stars say so."""
    starred = len(cell.stars) >= len(stars_of(0.05 - 1e-9, setting.levels)) > 0
    below = cell.sizes.high < critical_value(strength.range.high, table)
    may_be_below = cell.sizes.low < critical_value(strength.range.low, table)
    verdict = "differs" if starred and below else "borderline" if starred and may_be_below else "agrees"
    numbers = {
        "printed": cell.shown,
        "recomputed": "",
        "severity": ("B" if condition else "A") * (verdict == "differs"),
    }
    numbers["kind"] = "inference" if condition or cell.assumes_normal or strength.assumes_normal else "fact"
    finding = f"{condition + ': ' if condition else ''}"
    f, t = strength.f, cell.t
    if f is None or t is None:
        finding += f"the rounding of {cell.pair} or of its first stage leaves t or F open"
        finding += ": not significant at 5% for any." if below else "."
        return row_of("tf", cell, finding, verdict, **numbers)
    critical, p = critical_value(f, table), adjusted_p(t, f, table)
    limit = f"{critical:.2f}" if math.isfinite(critical) else "infinite"
    finding += (
        f"at F = {say(f, 2)} the 5% critical |t| is {limit}; printed {_said_t(cell)}, "
        f"tF-adjusted {say_p(p)}: {'not ' if abs(t) < critical else ''}significant at 5%"
    )
    finding += "; the rounding of the printed figures admits either." if verdict == "borderline" else "."
    numbers["recomputed"] = p
    if math.isfinite(critical):
        numbers |= {"low": critical, "high": critical}
    return row_of("tf", cell, finding, verdict, **numbers)


def _said_t(cell: Cell) -> str:
    return f"{cell.t:g}" if cell.kind == "t" else f"{cell.pair}, t = {say(cell.t)}"


def check_rank_test(tables: Tables, setting: Setting) -> Iterator[dict]:
    """Kleibergen-Paap rk LM with one instrument: its bound under clustering, and its stars on chi-squared(1).

    It is (sum of scores)^2 / sum of squared scores over clusters, hence at most the number of clusters
    (Cauchy-Schwarz); over observations at most N.
    """
    for column in _iv_columns(tables):
        printed = column.figure(r"(kleibergen|\bkp\b).*lm|\brk lm\b")
        found = _single_instrument(column, tables)
        if printed is None or found is None:
            continue
        lm = printed.estimate
        degrees = degrees_of_freedom(column, tables, setting)
        units = round(degrees.units.high) if degrees else setting.units
        numbers = {"printed": lm.text, "recomputed": units, "high": units}
        excluded = [
            f"{name} ({count})"
            for name, count in (("unit", units), ("period", setting.periods))
            if lm.range.low > count
        ]
        if column.n and lm.range.low > column.n:
            finding = f"The rk LM {lm.text} is above N = {column.n}, which it cannot exceed with one instrument."
            yield row_of("kp_bound", printed, finding, "impossible", severity="B", **numbers)
        elif excluded:
            finding = (
                f"The rk LM {lm.text} exceeds the number of clusters by {' and by '.join(excluded)}: scores not "
                "clustered so."
            )
            severity = "C" if lm.range.low > units else ""
            yield row_of("kp_bound", printed, finding, "note", severity=severity, **numbers)
        else:
            finding = f"The rk LM {lm.text} is within every bound; it says nothing of clustering."
            yield row_of("kp_bound", printed, finding, "agrees", **numbers)
        p = float(chdtrc(1, lm.value))
        stars = stars_of(p, setting.levels)
        most, least = (stars_of(float(chdtrc(1, end)), setting.levels) for end in (lm.range.high, lm.range.low))
        admitted = len(least) <= len(printed.stars) <= len(most)
        finding = (
            f"The rk LM {lm.text} on chi-squared(1): {say_p(p)}, {stars or 'no star'}; printed "
            f"{printed.stars or 'none'}."
        )
        fits = stars == printed.stars or not printed.stars
        verdict, severity = ("agrees", "") if fits else ("borderline", "") if admitted else ("differs", "B")
        numbers = {"printed": f"{lm.text}{printed.stars}", "recomputed": p}
        yield row_of("kp_stars", printed, finding, verdict, severity=severity, **numbers)


def check_duplicates(tables: Tables) -> Iterator[dict]:
    """Two columns with one dependent and the same numbers are one regression printed twice."""
    for first, second in combinations(tables.columns, 2):
        if (first.table, first.dependent) == (second.table, second.dependent) and _numbers(first) == _numbers(second):
            finding = f"every number equals that of column ({first.column}): one regression printed twice."
            # figures may round alike
            yield row_of("duplicate", second, finding, "note", kind="inference", severity="C")


def _numbers(column: Column) -> dict[str, tuple[str, ...]]:
    cells = {**column.coefficients, **column.figures}
    return {
        term: (cell.estimate.text, *(figure.text for figure in cell.figures), cell.stars)
        for term, cell in cells.items()
    }


def partial_r2(stage: Column, cragg_donald: Interval, df: float) -> Interval:
    """R2 of the first stage without its one instrument: R2 - F (1 - R2) / df."""
    r2 = stage.figures["R2"].estimate.range
    # rises with R2 and falls with F, so that the ends meet the ends
    return Interval(
        r2.low - cragg_donald.high * (1 - r2.low) / df,
        r2.high - cragg_donald.low * (1 - r2.high) / df,
    )


def check_first_stage_samples(tables: Tables, setting: Setting) -> Iterator[dict]:
    """First-stage R2 without the instrument, from Cragg-Donald and R2: equal where sample and controls are."""
    known = []
    for column in _iv_columns(tables):
        found, printed = _single_instrument(column, tables), column.figure(r"cragg|\bcd\b")
        if not found or not printed or "R2" not in found[0].figures:
            continue
        stage = found[0]
        degrees = degrees_of_freedom(stage, tables, setting)
        if not degrees or not degrees.exact or any(_numbers(stage) == _numbers(other) for other, *_ in known):
            continue
        df, f = degrees.residual.high, printed.estimate.range
        window = partial_r2(stage, f, df)
        known.append((stage, f, df, window))
    for stage, f, df, window in known:
        finding = f"R2 without the instrument {say_range(window, 4)} with {df:.0f} degrees of freedom"
        others = [entry for entry in known if entry[0] is not stage and entry[0].dependent == stage.dependent]
        apart = [other for other, *_, its in others if not window.meets(its)]
        if others:
            places = ", ".join(other.place for other in (apart or [entry[0] for entry in others]))
            finding += f"; {'not ' if apart else ''}the same as in {places}"
        if others and not apart and _lagged(stage) and df > setting.units:
            # one period less: the units' observations go and that period's effect
            shorter = partial_r2(stage, f, df - setting.units + 1)
            alone = not any(shorter.meets(its) for *_, its in others)
            finding += (
                f"; one period less would give {say_range(shorter, 4)}, {'which would not be' if alone else 'also'} "
                "the same"
            )
        numbers = {"low": window.low, "high": window.high, "printed": stage.figures["R2"].estimate.text}
        verdict = "differs" if apart else "agrees" if others else "note"
        severity = "B" if apart else ""
        yield row_of(
            "partial_r2", stage, finding + ".", verdict, term="R2", kind="inference", severity=severity, **numbers
        )


def _lagged(stage: Column) -> bool:
    """Whether the instrument is called a lag, in the heading or by its name (`L.x`, `Lx` of the dependent x)."""
    names = [stage.group, *stage.slopes]
    own = re.escape(stage.dependent)
    return any(re.search(rf"lag|^l\d*[._]|^l{own}$", name, re.IGNORECASE) for name in names)


def check_instruments(tables: Tables, setting: Setting) -> Iterator[dict]:
    """The first stage's slope (units of instrument and regressor), and a lag that would need a period more."""
    seen = []
    for column in _iv_columns(tables):
        found = _single_instrument(column, tables)
        if not found or _numbers(found[0]) in seen or not found[0].coefficients[found[1]].estimate.value:
            continue
        stage, instrument = found
        seen.append(_numbers(stage))
        cell = stage.coefficients[instrument]
        slope, admitted = abs(cell.estimate.value), cell.estimate.range.magnitude
        far = admitted.high < 1 / UNIT_RATIO or admitted.low > UNIT_RATIO
        finding = f"a unit of {instrument} goes with {cell.estimate.text} of {stage.dependent}"
        finding += f": the units of the two must differ by about {_power_of_ten(slope)}." if far else "."
        verdict, severity = ("differs", "B") if far else ("agrees", "")
        numbers = {"printed": cell.estimate.text, "kind": "inference", "severity": severity}
        yield row_of("unit_ratio", cell, finding, verdict, **numbers)
        full, left = setting.full, setting.full - setting.units * setting.series
        if stage.n == full and _lagged(stage):
            sizes = " x ".join(map(str, (setting.units, setting.periods, *setting.further.values())))
            finding = (
                f"N = {full} = {sizes} with a lag, which inside the {setting.periods} periods leaves {left}: data of a "
                "period before the first were used."
            )
            numbers = {"printed": stage.figures["N"].estimate.text, "recomputed": left}
            yield row_of("lag_sample", stage, finding, "note", term="N", kind="inference", severity="C", **numbers)


def _power_of_ten(ratio: float) -> str:
    power = math.floor(abs(math.log10(ratio)))
    return f"{10**power:,}-{10 ** (power + 1):,}"


def check_printed_f(tables: Tables) -> Iterator[dict]:
    """An `F` in IV columns that could share one first stage is not that stage's if it differs between them."""
    groups: dict[tuple, list[Column]] = {}
    for column in _iv_columns(tables):
        if "F" in column.figures and not tables.first_stage(column):
            groups.setdefault((column.table, column.focus, column.n, tuple(column.slopes)), []).append(column)
    for columns in groups.values():
        printed = [column.figures["F"].estimate for column in columns]
        texts = [f.text for f in printed]
        if len(columns) < 2:
            continue
        same = max(f.range.low for f in printed) <= min(f.range.high for f in printed)
        finding = f"F in the IV columns: {', '.join(texts)}; the same instrument, regressors and N give one first stage"
        finding += "." if same else ", so this is not (everywhere) its F: the instrument's strength is not printed."
        verdict, severity = ("agrees", "") if same else ("differs", "C")
        yield row_of("printed_f", columns[0], finding, verdict, term="F", printed="; ".join(texts), severity=severity)


def check_iv_constants(tables: Tables) -> Iterator[dict]:
    """A constant beside IV and absorbed effects says which program it was."""
    for column in _iv_columns(tables):
        if CONSTANT in column.coefficients and "Yes" in column.answers.values():
            finding = (
                "an IV column with fixed effects prints a constant: a program that partials the effects out has none, "
                "one that keeps period dummies as regressors has."
            )
            cell = column.coefficients[CONSTANT]
            yield row_of(
                "iv_constant", cell, finding, "note", kind="inference", severity="C", printed=cell.estimate.text
            )
