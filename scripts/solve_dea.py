"""Distances of one province to the frontier: every period, every technology the model's index needs."""

import csv
import math
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from _helpers import InputError, logger, period_key, read_rows, slug, start_log
from _lp import CertificateError, SlackProgram, block_weights, slack_signs

# What each option of a model may be here; the first is the default of the config schema.
SUPPORTED = {
    "measure": ("sbm_ddf",),
    "direction": ("own_values",),
    "weights": ("equal_blocks",),
    "returns": ("crs", "vrs"),
    "disposability": ("strong",),  # coincides with equality: every bad carries a weighted slack
    "technology": ("global", "contemporaneous"),
    "index": ("malmquist_luenberger",),
    "infeasible": ("missing",),
}

# Reference sets of each period: the global index splits with `own`; the chained one needs the neighbours.
REFERENCES = {"global": ("global", "own"), "contemporaneous": ("own", "previous", "next")}


class Panel(NamedTuple):
    """Observations of a model's variables; unbalanced panels have fewer keys."""

    variables: tuple[str, ...]  # inputs, goods, bads
    periods: tuple[str, ...]  # every period of the panel, in order
    units: tuple[str, ...]  # names, sorted
    values: dict[tuple[str, str], np.ndarray]  # (unit, period) -> (R,) in the variables' units


def model_variables(model: dict) -> tuple[str, ...]:
    """A model's variables in the order of the program's rows: inputs, good outputs, bad outputs."""
    return (*model["inputs"], *model["good_outputs"], *model["bad_outputs"])


def check_model(model: dict) -> None:
    """Refuse a model this solver does not have, naming the option; InputError."""
    for option, values in SUPPORTED.items():
        if model[option] not in values:
            raise InputError(
                f"model {model['name']}: {option} `{model[option]}` is not available; use {' or '.join(values)}"
            )
    variables = model_variables(model)
    if not model["inputs"] or not model["good_outputs"]:
        raise InputError(f"model {model['name']}: needs at least one input and one good output")
    for variable in variables:
        if variables.count(variable) > 1:
            raise InputError(f"model {model['name']}: variable {variable} has more than one role")


def read_production(rows: Sequence[dict[str, str]], model: dict, source: str = "production.csv") -> Panel:
    """Panel of a model's variables from rows of text with `province` and `year`.

    Raises InputError for a column that is missing, a province-year given twice, and, before anything is
    solved, for values that are missing, not finite, zero or negative: own values are the program's direction,
    and a slack relative to nothing has no meaning.
    """
    variables = model_variables(model)
    columns = list(rows[0]) if rows else []
    for column in ("province", "year", *variables):
        if column not in columns:
            raise InputError(
                f"model {model['name']}: {source} has no column {column}; its columns: {', '.join(columns) or 'none'}"
            )
    values, refused = {}, []
    for row in rows:
        key = (row["province"], row["year"])
        if key in values:
            raise InputError(f"{source}: {key[0]} has more than one row for {key[1]}")
        numbers = [_number(row[variable]) for variable in variables]
        values[key] = np.array(numbers)
        refused += [
            f"{variable} of {key[0]} in {key[1]} is {row[variable] or 'missing'}"
            for variable, number in zip(variables, numbers, strict=True)
            if not (math.isfinite(number) and number > 0)
        ]
    if refused:
        rest = f"; and {len(refused) - 5} more" if len(refused) > 5 else ""
        raise InputError(
            f"model {model['name']}: {'; '.join(refused[:5])}{rest}. "
            "With the direction own_values every value must be a finite number above zero."
        )
    order = period_key(year for _, year in values)
    return Panel(variables, tuple(sorted(order, key=order.get)), tuple(sorted({u for u, _ in values})), values)


def _number(text: str | None) -> float:
    """A cell as a number; nan if it is empty or no number."""
    try:
        return float(text or "nan")
    except ValueError:
        return math.nan


def find_unit(panel: Panel, wanted: str) -> str:
    """Name of the unit whose slug is `wanted`; InputError if there is none, or more than one."""
    found = [unit for unit in panel.units if slug(unit) == wanted]
    if len(found) != 1:
        which = " and ".join(found) if found else "no province"
        raise InputError(f"{which} in the panel has the file name {wanted}; exactly one must")
    return found[0]


def reference_periods(reference: str, period: str, periods: Sequence[str]) -> tuple[str, ...]:
    """Periods whose observations span the technology `reference` seen from `period`; () where there is none.

    `previous` and `next` are the neighbours in the panel's own list of periods, whatever their distance in
    years and whether or not the unit itself is observed then.
    """
    at = periods.index(period)
    if reference == "global":
        return tuple(periods)
    shift = {"own": 0, "previous": -1, "next": 1}[reference]
    return (periods[at + shift],) if 0 <= at + shift < len(periods) else ()


def reference_set(panel: Panel, periods: Sequence[str]) -> np.ndarray:
    """All observations (R, J) of some periods, ordered by period and unit."""
    keys = [(unit, period) for period in periods for unit in panel.units if (unit, period) in panel.values]
    return np.column_stack([panel.values[key] for key in keys])


def solve_unit(panel: Panel, unit: str, model: dict) -> list[dict]:
    """Rows of the result table for one unit, ordered by period and reference.

    Each row: `province`, `year`, `reference`, `score` (S of Fukuyama and Weber 2009, 0 on the frontier),
    `status`, `gap`, `slack_<variable>` in the variable's units, and `attempts`; an infeasible program has
    None for score and slacks. Each technology is stated once and re-solved for all periods held against it.
    Raises CertificateError, naming the program, when a result cannot be verified.
    """
    counts = [len(model[role]) for role in ("inputs", "good_outputs", "bad_outputs")]
    observed = [period for period in panel.periods if (unit, period) in panel.values]
    programs: dict[tuple[str, ...], list[tuple[str, str]]] = {}
    for period in observed:
        for reference in REFERENCES[model["technology"]]:
            spanned = reference_periods(reference, period, panel.periods)
            if spanned:
                programs.setdefault(spanned, []).append((period, reference))

    rows = {}
    for spanned, cells in programs.items():
        technology = SlackProgram(
            reference_set(panel, spanned), slack_signs(*counts), block_weights(*counts), model["returns"]
        )
        for period, reference in cells:
            own = panel.values[unit, period]
            try:
                result = technology.solve(own)
            except CertificateError as error:
                raise CertificateError(
                    f"model {model['name']}, {unit} in {period}, reference {reference}: {error}"
                ) from error
            feasible = result.status == "optimal"
            rows[period, reference] = {
                "province": unit,
                "year": period,
                "reference": reference,
                "score": result.score if feasible else None,
                "status": result.status,
                "gap": result.gap,
                **{
                    f"slack_{variable}": slack if feasible else None
                    for variable, slack in zip(panel.variables, result.slacks * own, strict=True)
                },
                "attempts": result.attempts,
            }
    order = {name: place for place, name in enumerate(REFERENCES[model["technology"]])}
    return [rows[key] for key in sorted(rows, key=lambda key: (panel.periods.index(key[0]), order[key[1]]))]


def write_scores(rows: Sequence[dict], variables: Sequence[str], path: str | Path) -> None:
    """Write a unit's rows as CSV: twelve significant digits, two for `gap`, empty where infeasible."""
    columns = ["province", "year", "reference", "score", "status", "gap", *(f"slack_{v}" for v in variables)]
    with Path(path).open("w", newline="", encoding="utf-8") as file:
        table = csv.DictWriter(file, columns, extrasaction="ignore", lineterminator="\n")
        table.writeheader()
        for row in rows:
            numbers = {name: f"{value:.12g}" for name, value in row.items() if isinstance(value, float)}
            table.writerow(row | numbers | {"gap": f"{row['gap']:.2g}"})


def main(snakemake) -> None:
    """Solve one province's programs of one model."""
    start_log(snakemake)
    model = snakemake.params.model
    check_model(model)
    panel = read_production(read_rows(snakemake.input.production), model, snakemake.input.production)
    unit = find_unit(panel, snakemake.wildcards.province)
    rows = solve_unit(panel, unit, model)
    write_scores(rows, panel.variables, snakemake.output[0])
    infeasible = [f"{row['year']} {row['reference']}" for row in rows if row["status"] == "infeasible"]
    logger.info(
        "model %s, %s: %d programs (%s technology, %s), largest gap %.2g, infeasible: %s",
        *(model["name"], unit, len(rows), model["technology"], model["returns"]),
        max((row["gap"] for row in rows), default=0.0),
        ", ".join(infeasible) or "none",
    )
    repeated = [f"{row['year']} {row['reference']}" for row in rows if row["attempts"] > 1]
    if repeated:
        logger.warning("solved again after a failed certificate, now verified: %s", ", ".join(repeated))


if "snakemake" in globals():
    main(snakemake)  # noqa: F821
