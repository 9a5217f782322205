"""Write the simulated raw tables of resources/example, byte for byte the same each time.

    python scripts/simulate_example.py [--output resources/example]

The economy behind them is in simulate/economy.py (the truth), simulate/robots.py, simulate/tables.py and
simulate/facts.py (typed rough levels); tables beyond the baseline are in simulate/mechanisms.py, the publishers'
forms in simulate/files.py.
"""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from pathlib import Path

from simulate import facts
from simulate import files as forms
from simulate.economy import SEED, YEARS, Economy, province_facts, simulate_economy
from simulate.mechanisms import mechanism_tables
from simulate.robots import china_exposure, simulate_employment_2004, simulate_robots, simulate_us_employment
from simulate.tables import Table, account_tables, raw_tables
from study.helpers import RESOURCES, read_rows

TABLES = ("catalog", "provinces", "industries", "fuels", "activities")  # the workflow's own tables the generator reads

SIMULATED = (
    "These raw tables are simulated (scripts/simulate_example.py, seed {seed}); they only have the form of the "
    "publishers' exports, and no figure in them is a statistic.\n"
)

Rows = Sequence[Mapping[str, str]]


def co2_factors(fuels: Rows, factor_set: str = "china") -> dict[str, float]:
    """kg CO2 per kg (natural gas: per m3) = NCV x carbon content x oxidation x 44/12, from resources/fuels.csv."""
    return {
        row["fuel"]: float(row["ncv"]) * float(row["carbon_content"]) * float(row["oxidation"]) * 44 / 12 / 1e6
        for row in fuels
        if row["factor_set"] == factor_set
    }


def activity_factors(activities: Rows, fuels: Mapping[str, float]) -> dict[str, float]:
    """10^4 t CO2 per catalog unit of each activity: the fuel's factor or the row's own, times its scale."""
    return {
        row["key"]: (fuels[row["fuel"]] if row["fuel"] else float(row["factor"])) * float(row["scale"])
        for row in activities
    }


def all_tables(economy: Economy, catalog: Rows, fuels: Rows, activities: Rows) -> dict[str, Table]:
    """Every table by province, the baseline's first: their numbers in the energy yearbook stay."""
    factors, typed = co2_factors(fuels), province_facts()
    by_unit = activity_factors(activities, factors)
    # a printed weight case is a twentieth of a tonne
    by_unit["plate_glass"] *= forms.first_conversion(next(row for row in catalog if row["key"] == "plate_glass"))
    in_energy_form = frozenset(row["key"] for row in catalog if row["file"].startswith("energy/"))
    gdp = account_tables(economy)["gdp"].values
    tables = raw_tables(economy, typed["coal"], factors)
    return tables | mechanism_tables(economy, gdp, typed, by_unit, in_energy_form)


def simulate(crosswalk: Rows) -> Economy:
    """The simulated economy, with the exposure the crosswalk gives."""
    exposure = china_exposure(simulate_robots("china"), simulate_employment_2004(), crosswalk)
    return simulate_economy(exposure)


def example_files(catalog: Rows, provinces: Rows, industries: Rows, fuels: Rows, activities: Rows) -> dict[str, bytes]:
    """Every file of the example, {path inside its folder: bytes}; arguments are the rows of resources/*.csv."""
    entries = {row["key"]: row for row in catalog}
    economy = simulate(industries)
    by_slug = {row["province"]: row for row in provinces}
    ordered = [by_slug[province] for province in economy.provinces]
    names = [row["name_zh"] for row in ordered]

    files = {}
    energy_number = 3  # the first table's number in its chapter
    for key, table in all_tables(economy, catalog, fuels, activities).items():
        path = entries[key]["file"]
        if path.startswith("energy/"):
            files[path] = forms.energy_form(key, energy_number, table, entries[key], ordered)
            energy_number += 1
        elif key in forms.NEW_SITE:
            files[path] = forms.new_site_form(key, table, names)
        else:
            files[path] = forms.classic_form(key, table, entries[key], names)
    rate = entries["exchange_rate"]
    files[rate["file"]] = forms.national_form("exchange_rate", YEARS, facts.EXCHANGE_RATE, rate)

    titles = {(row["source"], row["code"]): row["name"] for row in industries}
    chinese = {code: name for (source, code), name in titles.items() if source == "gbt4754_2002"}
    american = {code: name for (source, code), name in titles.items() if source == "sic1987"}
    files[entries["robots_china"]["file"]] = forms.robot_form(simulate_robots("china"), "CN", "China")
    files[entries["robots_us"]["file"]] = forms.robot_form(simulate_robots("us"), "US", "United States")
    files[entries["employment_2004"]["file"]] = forms.census_form(simulate_employment_2004(), chinese, ordered)
    files[entries["us_employment_1990"]["file"]] = forms.us_employment_form(simulate_us_employment(), american)
    files["SIMULATED.txt"] = SIMULATED.format(seed=SEED).encode()
    return files


def main(arguments: Sequence[str] | None = None) -> None:
    """Write the files; `arguments` as on the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--output", type=Path, default=RESOURCES / "example")
    output = parser.parse_args(arguments).output
    tables = {name: read_rows(RESOURCES / f"{name}.csv") for name in TABLES}
    for path, content in example_files(**tables).items():
        target = output / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)


if __name__ == "__main__":
    main()
