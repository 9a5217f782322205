"""Do the estimates recover a truth that is known? Simulated data sets through the project's own floors.

    python tests/benchmarks/monte_carlo.py --draws 200 --jobs 2 --output monte_carlo.csv

Every draw is another economy of the example's generator, with the seed `--seed`, `--seed` + 1, ...: figures rounded
and with gaps as printed, then cleaning, derived variables, panel, winsorising and the columns of config.yaml that
EQUATIONS names, by the functions that the workflow's rules call; only the parsing of files is left out. The truth,
CO2_COEFFICIENTS of scripts/simulate/economy.py, is exact for ln CO2 on the winsorised regressors. The study winsorises
ln CO2 too, and then no truth is exact, so each column is estimated twice: with ln CO2 `as_made`, to test the
estimators, and `winsorised`, to see what that step does. Exposure is exogenous in these economies: IV is right like FE,
only wider, and that it cures endogeneity is not tested.

`bias` is the mean estimate less the truth, `bias_se` its Monte Carlo standard error and `bias_t` their ratio; `sd` is
the standard deviation of the estimates over draws, `mean_se` their mean standard error, `coverage` the share of draws
whose 95% interval holds the truth, with its own `coverage_se`. The last table has quantiles over draws of the
first-stage F (Kleibergen and Paap's, robust). Where a draw's F is near zero, IV estimates have no bounds: read the
median, not the mean and `sd`, of many draws.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from pathlib import Path

for library in ("OMP", "OPENBLAS", "MKL"):  # before the first import of numpy: processes share the cores
    os.environ.setdefault(f"{library}_NUM_THREADS", "1")
ROOT = Path(__file__).parents[2]
sys.path += [str(ROOT / "scripts" / floor) for floor in ("", "derive")]

import numpy as np  # noqa: E402
import pandas as pd  # noqa: E402
import simulate_example as example  # noqa: E402
import yaml  # noqa: E402
from derive_co2 import fuel_emissions  # noqa: E402
from derive_exposure import province_exposure  # noqa: E402
from derive_instrument import foreign_exposure  # noqa: E402
from simulate import facts  # noqa: E402
from simulate.economy import CO2_COEFFICIENTS, YEARS, province_facts, seeded  # noqa: E402
from simulate.robots import Robots, simulate_employment_2004, simulate_robots, simulate_us_employment  # noqa: E402
from simulate.tables import Table, raw_tables  # noqa: E402
from study.checks.cleaning import convert_units, select_cells  # noqa: E402
from study.checks.variable_range import check_range  # noqa: E402
from study.files.catalog_entries import CatalogEntry, load_catalog  # noqa: E402
from study.files.series import Yearbook  # noqa: E402
from study.helpers import read_rows  # noqa: E402
from study.plan.schema import read_schema, with_defaults  # noqa: E402
from study.plan.study import Study  # noqa: E402
from study.publishers.ifr import LEAVES, UNSPECIFIED  # noqa: E402
from study.regression.formula import Regression, parse_column  # noqa: E402
from study.regression.instruments import instrument_tests  # noqa: E402
from study.regression.least_squares import estimate, prepare  # noqa: E402
from study.variables.emissions import emission_factors  # noqa: E402
from study.variables.formulas import evaluate, parse_formula  # noqa: E402
from study.variables.panel_columns import join_tables  # noqa: E402
from study.variables.shift_share import load_crosswalk  # noqa: E402
from study.variables.winsorised import winsorise_panel  # noqa: E402

SEED = 10_001  # of the first draw; the example's, chosen for its estimates, is none of them
EQUATIONS = {"FE": ("table_2", 2), "IV lagged AI": ("table_3", 2), "IV US robots": ("table_4", 2)}  # table, column
COVARIANCES = {"robust": (), "cluster": ("province",)}
OUTCOMES = ("as_made", "winsorised")  # ln CO2
QUANTILES = (0, 0.05, 0.25, 0.5, 0.75, 0.95)
RESOURCES = ROOT / "resources"


def load_config() -> dict:
    """The default study."""
    return yaml.safe_load((ROOT / "config.yaml").read_text("utf-8"))


# --- the clean floor, from figures in place of files -----------------------------------------------------------------


def as_read(table: Table, entry: CatalogEntry, provinces: Sequence[str]) -> Yearbook:
    """What the reader makes of a table's file."""
    rows = dict(zip(provinces, table.values, strict=True))
    if table.national is not None:
        rows = {"china": table.national} | rows
    values = {
        (province, year): None if np.isnan(value) else float(value)
        for province, figures in rows.items()
        for year, value in zip(table.years, figures, strict=True)
    }
    places = {cell: f"{entry.file}, {cell}" for cell in values}
    return Yearbook(entry.file, "", "", next(iter(entry.conversion)), list(table.years), values, places)


def clean_cells(
    tables: Mapping[str, Table],
    catalog: Mapping[str, CatalogEntry],
    provinces: Sequence[str],
    study: Sequence[str],
    years: range,
    interpolation: str | Mapping,
) -> pd.DataFrame:
    """The long table of the clean floor for `study` and `years`; `provinces` are the tables' rows."""
    rows = []
    for key, table in tables.items():
        entry = catalog[key]
        read = as_read(table, entry, provinces)
        values = convert_units(read, entry)
        wanted = [*study, "china"] if key == "electricity" else list(study)
        # a table without years, land area, has one column that holds in every year
        printed = years if entry.years else range(read.years[-1], read.years[-1] + 1)
        blank_is_nil = entry.theme == "energy" and entry.sign != "positive"
        for province, year, value, _ in select_cells(read, values, wanted, printed, interpolation, blank_is_nil, key):
            rows += [(province, str(at), key, value) for at in ([year] if entry.years else years)]
    rate, at = catalog["exchange_rate"], YEARS.index(years[0])
    factor = next(iter(rate.conversion.values()))
    printed = facts.EXCHANGE_RATE[at : at + len(years)]
    rows += [("china", str(year), "exchange_rate", value * factor) for year, value in zip(years, printed, strict=True)]
    return pd.DataFrame(rows, columns=["province", "year", "indicator", "value"])


def clean_robots(robots: Robots) -> pd.DataFrame:
    """Installations and stock by industry and year, each robot once, those of no stated industry as `99`."""
    return pd.DataFrame(
        [
            (code, str(year), *(sum(measure[part][at] for part in parts) for measure in robots[1:]))
            for code, parts in {**{leaf: (leaf,) for leaf in LEAVES}, "99": UNSPECIFIED}.items()
            for at, year in enumerate(robots.years)
        ],
        columns=["industry", "year", "installations", "operational_stock"],
    )


def clean_employment(provinces: Sequence[str]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Persons employed by province and division in 2004, and by US major group in 1990 (printed in thousands)."""
    census = [
        (province, code, count)
        for code, counts in simulate_employment_2004().items()
        for province, count in zip(provinces, counts, strict=True)
    ]
    groups = [(code, thousands * 1000) for code, thousands in simulate_us_employment().items()]
    return (
        pd.DataFrame(census, columns=["province", "industry", "employment"]),
        pd.DataFrame(groups, columns=["industry", "employment"]),
    )


# --- derived variables and panel ------------------------------------------------------------------------------------


def exposure_columns(config: Mapping, provinces: Sequence[str], study: Sequence[str], years: range) -> pd.DataFrame:
    """`ai`, its lag and the instrument by province-year."""
    census, american = clean_employment(provinces)
    crosswalk = load_crosswalk(RESOURCES / "industries.csv", "gbt4754_2002")
    foreign = load_crosswalk(RESOURCES / "industries.csv", "sic1987")
    choices = config["exposure"]
    how = (choices["robots"], choices["per_workers"], choices["unspecified"])
    country = choices["instrument"]["country"]
    ours = province_exposure(clean_robots(simulate_robots("china")), census, crosswalk, *how)
    theirs = foreign_exposure(clean_robots(simulate_robots(country)), american, census, crosswalk, foreign, *how)
    return pd.DataFrame(
        [
            (
                province,
                str(year),
                ours.at[province, str(year)],
                ours.at[province, str(year - 1)],
                theirs.at[province, str(year)],
            )
            for province in study
            for year in years
        ],
        columns=["province", "year", "ai", "ai_lag1", f"ai_{country}"],
    )


def formula_columns(config: Mapping, tables: Mapping[str, Mapping], cells: Sequence[tuple[str, int]]) -> pd.DataFrame:
    """ln CO2 and the controls at `cells`, by their rows of resources/variables.csv.

    tables : raw table or variable -> figures by (province, year), the nation's under `china`.
    """
    variables = Study(with_defaults(config, read_schema(ROOT / "rules" / "config.schema.yaml")), ROOT).variables
    columns = {}
    for name in ("ln_co2", *config["controls"]):
        job = variables.job(name)
        formula = parse_formula(job["formula"], job["where"])
        columns[name] = evaluate(formula, tables, cells, job["units"], job["unit"], job["where"])
        check_range(name, columns[name], job)
    keys = [(province, str(year)) for province, year in cells]
    table = pd.DataFrame(keys, columns=["province", "year"])
    return table.assign(**{name: list(figures.values()) for name, figures in columns.items()})


def simulate_panel(config: Mapping) -> pd.DataFrame:
    """The study's panel, without productivity and mechanisms, of the economy whose streams are open."""
    years = range(config["study"]["years"][0], config["study"]["years"][1] + 1)
    economy = example.simulate(read_rows(RESOURCES / "industries.csv"))
    study = [name for name in economy.provinces if name not in config["study"]["excluded_provinces"]]
    printed = raw_tables(economy, province_facts()["coal"], example.co2_factors(read_rows(RESOURCES / "fuels.csv")))
    fuels = config["emissions"]["fuels"]
    catalog = load_catalog(RESOURCES / "catalog.csv")
    keys = ("gdp", "electricity", *fuels, *(key for key in printed if catalog[key].theme == "controls"))
    used = {key: printed[key] for key in keys}
    cells = clean_cells(used, catalog, economy.provinces, study, years, config["cleaning"]["interpolation"])

    of_fuels = cells["indicator"].isin(fuels)
    factors = pd.Series(emission_factors(RESOURCES / "fuels.csv", config["emissions"]["factors"]))
    series = {"co2": fuel_emissions(cells[of_fuels], factors, fuels)}
    series |= {
        key: rows.set_index(["province", "year"])["value"] for key, rows in cells[~of_fuels].groupby("indicator")
    }
    figures = {
        name: {(province, int(year)): value for (province, year), value in one.items()} for name, one in series.items()
    }
    made = formula_columns(config, figures, [(province, year) for province in study for year in years])
    return join_tables([made, exposure_columns(config, economy.provinces, study, years)])


# --- estimates ------------------------------------------------------------------------------------------------------


def equations(config: Mapping) -> dict[str, Regression]:
    """The regressions of EQUATIONS as config.yaml has them."""
    columns = {name: config["tables"][table]["columns"][at - 1] for name, (table, at) in EQUATIONS.items()}
    return {name: parse_column(column, config["controls"]) for name, column in columns.items()}


def run_draw(seed: int) -> pd.DataFrame:
    """Estimates of one economy: a row an equation, outcome, covariance and term."""
    config = load_config()
    with seeded(seed):
        panel = simulate_panel(config)
    winsorised = winsorise_panel(panel, **config["cleaning"]["winsorise"])
    data = {"as_made": winsorised.assign(ln_co2=panel["ln_co2"]), "winsorised": winsorised}
    tables = []
    for name, regression in equations(config).items():
        for outcome in OUTCOMES:
            for vcov, clusters in COVARIANCES.items():
                design = prepare(data[outcome], replace(regression, vcov=vcov, clusters=clusters))
                table = estimate(design).table.set_index("term").loc[list(CO2_COEFFICIENTS)].reset_index()
                table.insert(0, "seed", seed)
                table.insert(1, "equation", name)
                table.insert(2, "ln_co2", outcome)
                table.insert(3, "vcov", vcov)
                instrumented = regression.endogenous and vcov == "robust"
                table["first_stage_f"] = instrument_tests(design, ())["kleibergen_paap_f"] if instrumented else np.nan
                tables.append(table)
    return pd.concat(tables, ignore_index=True)


def run_draws(seeds: Iterable[int], jobs: int = 1) -> pd.DataFrame:
    """Estimates of every draw, in the order of seeds, whatever the number of processes."""
    if jobs == 1:
        return pd.concat(map(run_draw, seeds), ignore_index=True)
    with ProcessPoolExecutor(jobs) as pool:
        return pd.concat(pool.map(run_draw, seeds), ignore_index=True)


def summarise(draws: pd.DataFrame) -> pd.DataFrame:
    """Truth, bias and coverage: a row an equation, outcome, covariance and term."""
    draws = draws.assign(truth=draws["term"].map(CO2_COEFFICIENTS))
    draws["covered"] = (draws["ci_low"] <= draws["truth"]) & (draws["truth"] <= draws["ci_high"])
    groups = draws.groupby(["equation", "ln_co2", "vcov", "term"], sort=False)
    table = groups.agg(
        draws=("seed", "count"),
        truth=("truth", "first"),
        mean=("estimate", "mean"),
        median=("estimate", "median"),
        sd=("estimate", "std"),
        mean_se=("std_error", "mean"),
        coverage=("covered", "mean"),
    ).reset_index()
    table.insert(8, "bias", table["mean"] - table["truth"])
    table.insert(9, "bias_se", table["sd"] / np.sqrt(table["draws"]))
    table.insert(10, "bias_t", table["bias"] / table["bias_se"])
    table["coverage_se"] = np.sqrt(table["coverage"] * (1 - table["coverage"]) / table["draws"])
    return table


def first_stage_quantiles(draws: pd.DataFrame) -> pd.DataFrame:
    """Quantiles over draws of each IV equation's first-stage F, and the share of draws where it is below 10."""
    one = draws.dropna(subset=["first_stage_f"]).drop_duplicates(["seed", "equation"])
    f = one.groupby("equation", sort=False)["first_stage_f"]
    return f.quantile(list(QUANTILES)).unstack().assign(below_10=f.agg(lambda values: (values < 10).mean()))


def main(arguments: Sequence[str] | None = None) -> None:
    """Print estimates and first stages; write the estimates."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--draws", type=int, default=200)
    parser.add_argument("--seed", type=int, default=SEED, help=f"of the first draw; {SEED} by default")
    parser.add_argument("--jobs", type=int, default=1, help="processes; results do not depend on them")
    parser.add_argument("--output", type=Path, help="csv of the estimates")
    options = parser.parse_args(arguments)
    start = time.perf_counter()
    draws = run_draws(range(options.seed, options.seed + options.draws), options.jobs)
    table = summarise(draws)
    seconds = time.perf_counter() - start
    for (outcome, vcov), part in table.groupby(["ln_co2", "vcov"], sort=False):
        print(f"\nln CO2 {outcome}, {vcov} standard errors")
        print(part.drop(columns=["ln_co2", "vcov", "draws"]).to_string(index=False, float_format="%.3f"))
    print("\nFirst-stage F, quantiles over draws")
    print(first_stage_quantiles(draws).to_string(float_format="%.2f"))
    print(f"\n{options.draws} draws from seed {options.seed}, {options.jobs} processes: {seconds:.0f} s")
    if options.output:
        table.to_csv(options.output, index=False, float_format="%.12g", lineterminator="\n")


if __name__ == "__main__":
    main()
