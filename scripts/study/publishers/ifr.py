"""Robots by industry, each robot once, from the tables of the International Federation of Robotics (IFR).

The tables list parents and children in one column. resources/robots.csv says which industries are counted, the leaves,
and how parents and parts hang together. What the federation could not place (`99`, and the unspecified rests of
chemicals and metal) is one row `99`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from study.checks.not_observed import STORED
from study.checks.totals import check_sum
from study.files.workbooks import FORMULAS_REFUSED
from study.helpers import RESOURCES, InputError, logger, workflow_lines
from study.publishers.ifr_counts import MEASURES, Counts, is_missing
from study.publishers.ifr_forms import MEASURE_HEADINGS, common_folder, read_counts
from study.publishers.ifr_labels import ALIASES, TOTAL, country_keys, industry_names, letters
from study.words.printed import Formula, parse_count

LEAF_SETS = RESOURCES / "robots.csv"
# The leaf set of all countries in resources/robots.csv, and what makes its row `99`.
LEAVES = (
    "A-B", "C", "10-12", "13-15", "16", "17-18", "19", "20-21", "22", "23", "24", "25", "26-27", "28", "29", "30", "91",
    "E", "F", "P", "90",
)  # fmt: skip
UNSPECIFIED = ("99", "229", "289")
MOST_ROBOTS = 1e8  # in one cell: some twenty times what the world has
MOST_UNKNOWN = 10  # labels listed in a message
ONE_ROBOT = 1.0  # by which a parent may differ from its children whatever the tolerance: rounded estimates of stocks


@dataclass(frozen=True)
class LeafSet:
    """Industries of one country and period, from resources/robots.csv.

    `leaves` are counted; `children` maps a code to its own; `uses` a code to its use; `names` any label to its code,
    `titles` a code to its name; `breaks` are (first year, last year, note).
    """

    leaves: tuple[str, ...]
    children: dict[str, tuple[str, ...]]
    uses: dict[str, str]
    names: dict[str, str]
    titles: dict[str, str]
    breaks: list[tuple[int, int, str]]

    def of_use(self, use: str) -> list[str]:
        """Codes of one use, in the file's order."""
        return [code for code, its in self.uses.items() if its == use]

    def holder(self, code: str) -> str | None:
        """The leaf that an unlisted code is a part of by its first two digits; None where there is none."""
        division = re.match(r"\d\d", code)
        for leaf in self.leaves if division else ():
            first, _, last = leaf.partition("-")
            if first.isdigit() and int(first) <= int(division[0]) <= int(last or first):
                return leaf
        return None

    @property
    def unspecified(self) -> list[str]:
        """Codes whose robots have no stated leaf."""
        rests = [child for parent in self.of_use("parent") for child in self.children[parent]]
        return self.of_use("unspecified") + [code for code in rests if self.uses[code] == "rest"]


def load_leaf_set(path: str | Path, country: str, years: range) -> LeafSet:
    """The leaf set of a country: its own rows of the file where it has some, else those of `all`.

    Raises InputError where the rows do not cover the years, or are not one set over all of them.
    """
    keys, rows = country_keys(country), _checked_rows(path)
    own = [row for row in rows if country_keys(row["country"]) & keys]
    breaks = [row for row in own if row["use"] == "break"]
    industries = [row for row in own if row["use"] != "break"] or [row for row in rows if row["country"] == "all"]
    used = [row for row in industries if int(row["first"]) <= years[-1] and int(row["last"] or years[-1]) >= years[0]]
    partly = [row["code"] for row in used if int(row["first"]) > years[0] or int(row["last"] or years[-1]) < years[-1]]
    if partly or not used:
        raise InputError(
            f"{path}: the industries of {country} are not the same from {years[0]} to {years[-1]} "
            f"({', '.join(partly) or 'no rows'}); one study needs one set."
        )
    titles = {row["code"]: row["name"] for row in used}
    return LeafSet(
        leaves=tuple(row["code"] for row in used if row["use"] == "leaf"),
        children={row["code"]: tuple(row["children"].split(";")) for row in used if row["children"]},
        uses={row["code"]: row["use"] for row in used},
        names={"total": TOTAL} | industry_names(titles),
        titles=titles,
        breaks=[(int(row["first"]), int(row["last"]), row["note"]) for row in breaks],
    )


def describe_unknown(counts: Counts, leaf_set: LeafSet) -> str:
    """Each label that is no known industry: its place and figures, and what it would be counted to."""
    lines = []
    for label, unknown in list(counts.unknown.items())[:MOST_UNKNOWN]:
        name = f" {unknown.name!r}" if unknown.name else ""
        host = unknown.counted or leaf_set.holder(label)
        titled = f"{host} ({leaf_set.titles[host]})" if host else ""
        if unknown.counted:
            to = f"counted to {titled} by its name"
        elif not host:
            to = "left out: its code is part of no industry that is counted"
        elif any(code == host for code, *_ in counts.cells):
            to = f"left out: by its code it is part of {titled}, which has a row of its own"
        else:
            to = f"left out: by its code it would be counted to {titled}"
        lines.append(f"  {label!r}{name} ({unknown.where}): {unknown.listed()}; {to}")
    more = len(counts.unknown) - MOST_UNKNOWN
    return "\n".join(lines + ([f"  and {more} more"] if more > 0 else []))


USES = ("total", "group", "parent", "leaf", "part", "rest", "unspecified", "break")


def _checked_rows(path: str | Path) -> list[dict[str, str]]:
    """Rows of resources/robots.csv; InputError for one that is not as the others."""
    lines = workflow_lines(path)
    for place, (line, row) in enumerate(lines):
        where = f"{path}, row {line}"
        cut = [name for name in ("country", "first", "last", "use", "code", "name", "children", "note")
               if not isinstance(row.get(name), str)]  # fmt: skip
        if cut:
            raise InputError(f"{where}: no {', '.join(cut)}; the row is cut off or the header has changed.")
        if not re.fullmatch(r"\d{4}", row["first"], re.ASCII) or not re.fullmatch(r"(\d{4})?", row["last"], re.ASCII):
            raise InputError(f"{where}: {row['first']!r} to {row['last']!r} are no years.")
        if row["use"] not in USES or (row["use"] == "parent" and not row["children"]):
            raise InputError(
                f"{where}: found the use {row['use']!r}, expected {', '.join(USES)}; a parent has children."
            )
        later = {other.get("code") for _, other in lines[place + 1 :]}
        unknown = [code for code in row["children"].split(";") if code and code not in later]
        if unknown:
            raise InputError(f"{where}: {', '.join(unknown)}, children of {row['code']}, have no rows below it.")
    return [row for _, row in lines]


def read_robots(
    path: str | Path | Sequence[str | Path],
    country: str,
    years: range,
    tolerance: float,
    measure: str | None = None,
    leaf_sets: str | Path = LEAF_SETS,
    made: list[tuple[str, int, str, float, str]] | None = None,
    formulas: str = FORMULAS_REFUSED,
) -> list[tuple[str, int, float | None, float | None]]:
    """Rows (industry, year, installations, operational stock) of one country: the leaves and one row `99` a year.

    path : a file, files, or a folder of files, in any form of `ifr_forms`. measure : the one the study uses; where the
    other cannot be read its figures are None. None wants both. made : takes (industry, year, measure, robots, rule) of
    each figure that is not printed, or is the value stored with a formula. formulas : the config's cleaning.formulas.
    Robots are counted in units. Raises InputError naming file and place for a table that cannot be read, a missing year
    or industry, a figure that is no count, a year that is not split by industry, and parents or a total that the leaves
    do not add up to within `tolerance`.
    """
    country = ALIASES.get(letters(country), country.upper())
    leaf_set = load_leaf_set(leaf_sets, country, years)
    counts = read_counts(path, country, leaf_set.names, formulas)
    if not isinstance(path, str | Path):
        path = path[0] if len(path) == 1 else common_folder(path)
    if counts.countries and not counts.met:
        found = ", ".join(sorted(counts.countries))
        raise InputError(f"{path}: no rows of country {country}; the file has {found}.")
    if counts.unknown:
        logger.warning("%s: no industries of resources/robots.csv:\n%s", path, describe_unknown(counts, leaf_set))
    for first, last, note in leaf_set.breaks:
        touched = [year for year in years if first <= year <= last]
        if touched:
            logger.warning("%s: %s; the study uses %s", path, note, _spans(touched))
    columns = {}
    for one in MEASURES:
        try:
            series = _Series(str(path), country, one, counts, leaf_set, tolerance)
            columns[one] = series.by_year(years)
            if made is not None:
                made += series.listed(columns[one])
        except InputError as error:
            if measure in (None, one):
                raise
            logger.warning("%s of %s are left empty, the study does not use them: %s", one, country, error)
            columns[one] = {}
    _check_stock(str(path), country, columns, years)
    return [
        (code, year, *(columns[one].get(year, {}).get(code) for one in MEASURES))
        for year in years
        for code in (*leaf_set.leaves, "99")
    ]


def _check_stock(path: str, country: str, columns: dict, years: range) -> None:
    """Raise InputError where most years have more installations than robots at work: the measures are swapped.

    The operational stock is what was installed in the last twelve years, this one among them (World Robotics).
    """
    sums = [[sum(columns[one].get(year, {}).values()) for one in MEASURES] for year in years]
    both = [(installed, stock) for installed, stock in sums if installed and stock]
    swapped = [(installed, stock) for installed, stock in both if installed > stock]
    if len(swapped) > len(both) / 2:
        installed, stock = swapped[0]
        raise InputError(
            f"{path}: {country} has more installations than operational stock in {len(swapped)} of {len(both)} years "
            f"(the first {installed:.6g} and {stock:.6g}); have the columns or titles of the two been swapped?"
        )


def _spans(years: list[int]) -> str:
    return f"{years[0]} to {years[-1]}" if len(years) > 1 else str(years[0])


class _Series:
    """One measure of one country."""

    def __init__(
        self, path: str, country: str, measure: str, counts: Counts, leaf_set: LeafSet, tolerance: float
    ) -> None:
        self.path, self.country, self.measure, self.tolerance = path, country, measure, tolerance
        self.set = leaf_set
        self.left_out = {label: one for label, one in counts.unknown.items() if not one.counted}
        self.unlisted = (
            f"\nNo industries of resources/robots.csv:\n{describe_unknown(counts, leaf_set)}" if counts.unknown else ""
        )
        self.cells = {(code, year): cell for (code, year, its), cell in counts.cells.items() if its == measure}
        if not self.cells:
            raise InputError(
                counts.lacking.get(measure)
                or f"{path}: no {measure} of {country}; add the federation's table of {MEASURE_HEADINGS[measure]}."
            )
        self.made: dict[tuple[str, int], str] = {}
        self.figures: dict[tuple[str, int], float] = {}

    def _read_figures(self, years: range) -> None:
        """Make numbers of the cells; those of other years that are none are left out, for nothing needs them."""
        for (code, year), cell in self.cells.items():
            try:
                if not is_missing(cell):
                    self.figures[code, year] = parse_count(cell.text, cell.where, "of robots", MOST_ROBOTS)
            except InputError as error:
                if year in years:
                    raise
                logger.info("%s Of no year of the study, left out.", error)
            if isinstance(cell.text, Formula) and (code, year) in self.figures and year in years:
                self.made[code, year] = STORED

    def listed(self, columns: dict[int, dict[str, float]]) -> list[tuple[str, int, str, float, str]]:
        """(Industry, year, measure, robots, rule) of the figures that are not printed, or values of formulas."""
        robots = {(code, year): columns[year].get(code, self.figures.get((code, year))) for code, year in self.made}
        return [(*cell, self.measure, robots[cell], rule) for cell, rule in self.made.items()]

    def by_year(self, years: range) -> dict[int, dict[str, float]]:
        """Robots by year and industry: the leaves and `99`."""
        self._read_figures(years)
        for year in years:
            if not any(year == at for _, at in self.figures):
                raise InputError(
                    f"{self.path}: no rows of {self.country} for {year}; the study needs {years[0]} to {years[-1]}."
                )
        unsplit = [year for year in years if not self._is_split(year)]
        if unsplit:
            raise InputError(
                f"{self.path}: {self.measure} of {self.country} in {', '.join(map(str, unsplit))} are not split by "
                "industry, all robots stand under the total or unspecified; begin the study later (a lag takes a year)."
            )
        return {year: self._of_year(year) for year in years}

    def _is_split(self, year: int) -> bool:
        stated = [self._printed(code, year) for code in (*self.set.leaves, *self.set.of_use("parent"))]
        unstated = [self.figures.get((code, year)) for code in (TOTAL, "99")]
        return any(stated) or not any(unstated)

    def _printed(self, code: str, year: int) -> float | None:
        """The figure of an industry, or the sum of those of its children that have one."""
        if (code, year) in self.figures:
            return self.figures[code, year]
        children = self.set.children.get(code, ())
        parts = {child: self._printed(child, year) for child in children}
        there = [part for part in parts.values() if part is not None]
        lacking = [child for child, part in parts.items() if part is None and self.set.uses.get(child) != "rest"]
        # a country may have none of some part, which the total then shows
        may_lack = self.set.uses[code] in ("leaf", "part") and (TOTAL, year) in self.figures
        return sum(there) if there and (may_lack or not lacking) else None

    def _of_year(self, year: int) -> dict[str, float]:
        self._check_parents(year)
        robots = {code: self._printed(code, year) for code in (*self.set.leaves, *self.set.unspecified)}
        for parent in self.set.of_use("parent"):
            children = [code for code in self.set.children[parent] if code in self.set.leaves]
            missing = [code for code in children if robots[code] is None]
            if missing and (parent, year) in self.figures:
                robots |= self._split_rest(parent, missing, year, robots)
        missing = [code for code in self.set.leaves if robots[code] is None]
        total = self.figures.get((TOTAL, year))
        if missing:
            if total is None or abs(total - sum(filter(None, robots.values()))) > ONE_ROBOT / 2:
                raise self._missing(missing[0], year)
            logger.warning("%s: no %s of %s in %d; the total leaves none, read as 0", self.path, self.measure,
                           ", ".join(missing), year)  # fmt: skip
            self.made |= {(code, year): "not printed, the total leaves none" for code in missing}
        leaves = {code: robots[code] or 0.0 for code in self.set.leaves}
        rest = sum(robots[code] or 0.0 for code in self.set.unspecified)
        self._check_total(year, sum(leaves.values()) + rest, total)
        share = 100 * rest / max(sum(leaves.values()) + rest, ONE_ROBOT)
        log = logger.warning if share > 50 else logger.info
        log("%s: %s of %d without a stated industry %.6g, %.2f%%", self.path, self.measure, year, rest, share)
        return leaves | {"99": rest}

    def _split_rest(self, parent: str, missing: list[str], year: int, robots: dict) -> dict[str, float]:
        """What a parent has beyond its children that are printed, by their shares in the nearest year that has them."""
        children = self.set.children[parent]
        rest = self.figures[parent, year] - sum(robots.get(code) or 0.0 for code in children)
        if rest <= 0:
            logger.warning("%s: no %s of %s in %d; %s leaves none, read as 0", self.path, self.measure,
                           ", ".join(missing), year, parent)  # fmt: skip
            self.made |= {(code, year): f"not printed, {parent} leaves none" for code in missing}
            return dict.fromkeys(missing, 0.0)
        known = {}
        for other in {at for _, at in self.figures}:
            parts = {code: self._printed(code, other) for code in children if robots.get(code) is None}
            if all(parts[code] is not None for code in missing) and sum(filter(None, parts.values())) > 0:
                known[other] = {code: part or 0.0 for code, part in parts.items()}
        if not known:
            lost = ", ".join(missing)
            raise InputError(
                f"{self.path}: {parent} has {rest:.6g} {self.measure} in {year} that belong to {lost}, and no year has "
                f"figures of {lost}: nothing says how to divide them. Export {lost} too, or make {parent} one "
                "industry, both in resources/robots.csv and resources/industries.csv."
            )
        nearest = min(known, key=lambda other: (abs(other - year), other))
        parts = known[nearest]
        logger.warning("%s: no %s of %s in %d; %.6g robots of %s are divided by their shares of %d", self.path,
                       self.measure, ", ".join(missing), year, rest, parent, nearest)  # fmt: skip
        leaves = [code for code in missing if code in self.set.leaves]
        self.made |= {(code, year): f"part of {parent} by the shares of {nearest}" for code in leaves}
        return {code: rest * part / sum(parts.values()) for code, part in parts.items()}

    def _missing(self, code: str, year: int) -> InputError:
        cell = self.cells.get((code, year))
        if cell:
            return InputError(f"{cell.where}: found {cell.text!r}, expected a number of robots (0 if none).")
        return InputError(
            f"{self.path}: no row for industry {code} in {year} ({self.measure}); the export has to list "
            f"{', '.join(self.set.leaves)}, or the parents 19-22 and 24-28 where their parts are missing."
            f"{self.unlisted}"
        )

    def _check_parents(self, year: int) -> None:
        """Compare every printed parent with its children where all are printed, or where they exceed it."""
        for parent, children in self.set.children.items():
            printed = self.figures.get((parent, year))
            parts = {child: self._printed(child, year) for child in children}
            there = sum(filter(None, parts.values()))
            whole = all(part is not None or self.set.uses.get(child) == "rest" for child, part in parts.items())
            allowed = max(self.tolerance * (printed or 0.0), ONE_ROBOT)
            if printed is None or not (there - printed > allowed or (whole and printed - there > allowed)):
                continue
            message = (
                f"{self.cells[parent, year].where}: {parent} has {printed:.6g} {self.measure} in {year}, its children "
                f"({', '.join(child for child, part in parts.items() if part is not None)}) add up to {there:.6g}"
            )
            if self.set.uses[parent] == "group" and (TOTAL, year) in self.figures:
                logger.warning("%s; the leaves are checked against the total alone", message)
            else:
                raise InputError(
                    f"{message}. Look for a mistyped or missing one, or raise cleaning.total_tolerance.{self.unlisted}"
                )

    def _check_total(self, year: int, parts: float, total: float | None) -> None:
        """Log the gap between the industries and `000`; raise InputError beyond the tolerance."""
        if total is None:
            if self.left_out:
                label, unknown = next(iter(self.left_out.items()))
                raise InputError(
                    f"{unknown.where}: {label!r} is no industry of resources/robots.csv, and without a total (000) of "
                    f"{year} nothing shows whether its robots count elsewhere; add the total, or remove the row."
                    f"{self.unlisted}"
                )
            logger.warning("%s: no total (000) in %d, the sum of industries is not checked", self.path, year)
            return
        what = f"the table of {self.measure} of {year} over industries"
        check_sum(self.path, what, parts, total, self.tolerance, self.unlisted)
