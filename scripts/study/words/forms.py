"""The forms in which publishers give raw tables: which ones a theme may have, and what a file of another looks like."""

from __future__ import annotations

import re
from collections.abc import Iterable

# Theme -> the form that its tables have, or may have beside a yearbook's; `clean_<form>` is the rule that reads it, so
# that a change in the readers of one publisher's form reruns no table of another's.
FORMS = {
    "energy": "balances",
    "electricity": "balances",
    "activities": "balances",
    "inventory": "inventory",
    "patents": "patents",
    "robots": "robots",
    "census": "census",
    "us_employment": "foreign_employment",
}
# Form -> words in letters and digits only, all of which it prints, and what it is.
LOOKS = {
    "inventory": (
        ("rawcoalcleanedcoal", "totalemission|totalconsumption|scope1total"),
        "an emission inventory by sector and fuel; that is the table co2_inventory",
    ),
    "balances": (
        ("平衡表|energybalance|加工转换|transformation", "终端消费|finalconsumption|实物量|physicalquantity"),
        "an energy balance; fuels, electricity and the flows between provinces are the tables that are taken from it",
    ),
    "patents": (
        ("ipc|分类号|绿色.{0,9}专利|green.{0,9}patent", "ipc|分类号|地级市|城市(?!化)|(?<!electri)city"),
        "a count of green patents by city or class; that is the table green_patents",
    ),
}


def form_of(theme: str) -> str:
    """The form whose readers a theme's tables are read with: `yearbook` or a value of FORMS."""
    return FORMS.get(theme, "yearbook")


def other_form(cells: Iterable[str], form: str) -> str:
    """A sentence that says what the cells of a file look like; empty where they may be of `form` themselves."""
    text = re.sub("[^a-z0-9㐀-鿿]", "", "".join(cells).lower())
    looks = [name for name, (words, _) in LOOKS.items() if all(re.search(word, text) for word in words)]
    if not looks or form in looks:
        return ""
    return f" It looks like {LOOKS[looks[0]][1]}; save the right one under this name."
