"""What readers of tables share: an indicator's cells by province and year, the rows between header and notes."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from itertools import permutations

from study.helpers import InputError
from study.words.headings import TOTALS
from study.words.printed import Formula, parse_number, squeeze
from study.words.titles import changes_in, same_unit


@dataclass
class Yearbook:
    """One table as printed. `values[(province, year)]` is the figure or None for an empty cell, in `unit`.

    `places` names each cell for messages; `title` and `unit` are empty where the file does not say them. `notes` are
    the lines below the table, `nil` the empty cells that mean zero (an energy balance leaves out what is not used),
    `forms` other ways to say the title (`Draft.names`).
    `faults` are the cells without a figure because it cannot be read, `doubts` those whose figure contradicts others of
    its page, each with what is to be said of it; they are judged where the study needs them (`checks.needed`).
    `clashes` are the faulty cells that have two figures instead of one that cannot be read.
    `formulas` are the cells whose figure is the value stored with a formula, `left_out` those that the config does.
    """

    path: str
    form: str
    title: str
    unit: str
    years: list[int]
    values: dict[tuple[str, int], float | None] = field(default_factory=dict)
    places: dict[tuple[str, int], str] = field(default_factory=dict)
    notes: str = ""
    nil: set[tuple[str, int]] = field(default_factory=set)
    forms: list[str] = field(default_factory=list)
    faults: dict[tuple[str, int], str] = field(default_factory=dict)
    doubts: dict[tuple[str, int], str] = field(default_factory=dict)
    clashes: set[tuple[str, int]] = field(default_factory=set, compare=False)
    formulas: set[tuple[str, int]] = field(default_factory=set)
    left_out: set[tuple[str, int]] = field(default_factory=set)

    @property
    def provinces(self) -> list[str]:
        """Slugs in printed order, `china` for a national row."""
        return list(dict.fromkeys(province for province, _ in self.values))

    def names(self) -> list[str]:
        """Ways to say the title."""
        return self.forms or ([self.title] if self.title else [])

    def parse(self) -> Yearbook:
        """A copy that may be changed: the figures are read already."""
        own = ("values", "places", "nil", "faults", "doubts", "clashes", "formulas", "left_out")
        return replace(self, **{name: getattr(self, name).copy() for name in own})

    def refuse(self, cell: tuple[str, int], fault: str) -> None:
        """Leave a cell without a figure, for a reason that is told where the study needs it."""
        self.values[cell] = None
        self.faults.setdefault(cell, fault)
        self.nil.discard(cell)
        self.formulas.discard(cell)


@dataclass
class Draft:
    """An indicator's cells as text, parsed only when the study takes it: a page may hold others that are no figures.

    `parts` are the header cells that make the title, outermost first; `english` is what stands beside it, `label`
    another name for it, `page` the title of the page where that says what all its figures are. `below_heading`: the
    outer part heads a section and has no figures of its own. `problem` is what is told once the study takes it,
    `clashes` what is told of single cells.
    """

    path: str
    form: str
    parts: tuple[str, ...]
    unit: str
    cells: dict[tuple[str, int], tuple[str, str]] = field(default_factory=dict)
    notes: str = ""
    label: str = ""
    english: str = ""
    page: str = ""
    below_heading: bool = False
    problem: str = ""
    clashes: dict[tuple[str, int], str] = field(default_factory=dict)

    @property
    def title(self) -> str:
        """The printed title without its unit."""
        return "".join(self.parts)

    def names(self) -> list[str]:
        """Ways to say the title: its parts in any order, for a header may put the sector or the quantity first, and
        each under the one before it."""
        parts = list(self.parts)
        if len(parts) > 1:
            # a total says no more than what it stands under
            parts = [part for part in parts if squeeze(part).lower() not in TOTALS] or parts
        names = ["".join(order) for order in (permutations(parts) if len(parts) <= 3 else [parts])]
        names += [":".join(parts)] if len(parts) > 1 else []
        names += [parts[-1]] if self.below_heading and not changes_in("".join(parts[:-1])) else []
        if len(self.parts) == 1:  # English below a header of several levels translates one of them
            names = [f"{name} {self.english}".strip() for name in names if name]
        names = [f"{self.page}:{name}" for name in names] if self.page else names
        return list(dict.fromkeys(filter(None, (*names, self.label))))

    def add(self, province: str, year: int, text: str, where: str, clash: str = "") -> None:
        """A printed cell; a province-year that is there already with another figure has none that can be taken, nor has
        one with a `clash`."""
        if clash:
            self.clashes.setdefault((province, year), clash)
        elif (province, year) in self.cells and self.cells[province, year][0] != text:
            before, place_before = self.cells[province, year]
            self.clashes[province, year] = (
                f"{where}: {self.title or 'the table'} of {province} in {year} is {text!r} here and {before!r} in "
                f"{place_before}; keep one of the two (two vintages of the same series?)."
            )
        self.cells.setdefault((province, year), (text, where))

    def in_unit(self, unit: str, where: str) -> None:
        """A row's unit; another one than that of the rows above is a problem of the indicator."""
        if unit and self.unit and unit != self.unit and not same_unit(unit, self.unit):
            self.problem = self.problem or (
                f"{where}: {self.title or 'the table'} is in {unit} here and in {self.unit} above; bring the figures "
                "into one unit."
            )
        self.unit = self.unit or unit

    def parse(self) -> Yearbook:
        """The figures; a cell that is none is a fault of the table. Raises InputError where all of it is refused."""
        if self.problem:
            raise InputError(self.problem)
        forms = self.names()
        table = Yearbook(self.path, self.form, self.title, self.unit, [], notes=self.notes, forms=forms)
        table.clashes = set(self.clashes)
        for (province, year), (text, where) in self.cells.items():
            cell = province, year
            table.places[cell] = where
            try:
                if cell in self.clashes:
                    raise InputError(self.clashes[cell])
                table.values[cell] = parse_number(text, where)
            except InputError as error:
                table.refuse(cell, str(error))
                continue
            if isinstance(text, Formula) and table.values[cell] is not None:
                table.formulas.add(cell)
        table.years = sorted({year for _, year in table.values})
        return table


def merge_draft(drafts: dict[tuple[str, str], Draft], draft: Draft) -> None:
    """Put a draft's cells to those of the same indicator and unit."""
    whole = drafts.setdefault((squeeze(draft.title).lower(), draft.unit), draft)
    if whole is not draft:
        for (province, year), (text, where) in draft.cells.items():
            whole.add(province, year, text, where)
        whole.clashes |= draft.clashes
        whole.notes = "\n".join(dict.fromkeys(filter(None, (whole.notes, draft.notes))))


class NoTable(InputError):
    """A sheet in which no header of a table was found."""
