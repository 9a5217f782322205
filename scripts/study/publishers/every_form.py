"""Files of any publisher read by every form: to find which tables they hold, and to say what is wrong with them.

The rules' scripts take the readers of their own tables alone (`publishers.forms`), so that a change in one reader
reruns what it reads.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from study.files.series import Draft, Yearbook
from study.files.workbooks import FORMULAS_REFUSED
from study.publishers.balance import balance_form
from study.publishers.balance_items import load_balance_items
from study.publishers.cities import Cities, load_cities
from study.publishers.forms import Form, form, reader
from study.publishers.inventory import is_inventory, read_inventories
from study.publishers.patents import patent_form
from study.words.forms import form_of
from study.words.regions import province_names


@dataclass(frozen=True)
class ReaderTables:
    """What the readers know: printed province names -> slugs, the items of energy balances, cities -> provinces."""

    provinces: dict[str, str]
    balance: dict
    cities: Cities


def reader_tables(provinces: str | Path, balance: str | Path, cities: str | Path) -> ReaderTables:
    """The tables from resources/provinces.csv, balance.csv and cities.csv."""
    return ReaderTables(province_names(provinces), load_balance_items(balance), load_cities(cities))


def special_forms(tables: ReaderTables) -> dict[str, Form]:
    """The forms beside a yearbook's tables, by name (`words.forms`), in the order in which they are looked for."""
    return {
        "balances": balance_form(tables.provinces, tables.balance),
        "inventory": form(is_inventory, lambda pages, stem: [read_inventories(pages, tables.provinces, stem)]),
        "patents": patent_form(tables.provinces, tables.cities),
    }


def every_reader(
    tables: ReaderTables, formulas: str = FORMULAS_REFUSED
) -> Callable[[str, str], list[Draft | Yearbook]]:
    """How a file of any form is read (`forms.reader`)."""
    return reader(tables.provinces, *special_forms(tables).values(), formulas=formulas)


def theme_reader(
    theme: str, tables: ReaderTables, formulas: str = FORMULAS_REFUSED
) -> Callable[[str, str], list[Draft | Yearbook]]:
    """How the rule of a theme's tables reads a file: by its own form alone."""
    forms, named = special_forms(tables), form_of(theme)
    return reader(tables.provinces, *([forms[named]] if named in forms else []), named=named, formulas=formulas)
