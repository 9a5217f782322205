"""Distances of one province, or one chunk of units, in one model, every score certified."""

import csv
import math
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from study.dea.lp import CertificateError, Distances, fingerprint, measure
from study.dea.models import BLOCK, check_model, complete_model, reference_names, reference_periods
from study.dea.production import Panel, read_production
from study.files.whole import run_job
from study.helpers import InputError, each_row, logger, start_log
from study.words.slugs import slug


def find_units(panel: Panel, wanted: str, per_job: int) -> np.ndarray:
    """Places of a job's units: the one whose slug is `wanted`, or the run of `per_job` units numbered so (from 1).

    Raises InputError if no unit, or more than one, has that slug.
    """
    if per_job > 1:
        first = (int(wanted) - 1) * per_job
        return np.arange(first, min(first + per_job, len(panel.units)))
    found = [place for place, unit in enumerate(panel.units) if slug(unit) == wanted]
    if len(found) != 1:
        which = " and ".join(panel.units[place] for place in found) or f"no unit of {', '.join(panel.units[:5])}, ..."
        raise InputError(f"{which} has the file name {wanted}; exactly one must.")
    return np.array(found)


def solve_units(panel: Panel, units: np.ndarray, model: Mapping, engine: str = "auto") -> list[dict]:
    """Rows of the result table for some units (places), ordered by unit, period and reference.

    Each row: `province`, `year`, `reference`, `score`, `status`, `gap`, `slack_<variable>` in the variable's units (how
    far the unit is from the frontier point it is compared with), `shadow_price_<bad>` in units of the first good,
    `technology` (a fingerprint), `attempts`, and `peers`: pairs of an observation's place and its intensity. An
    infeasible program has None for numbers; with `infeasible: super` a row `<reference>_super` follows with the
    super-efficiency score. Each technology is stated once for all the observations held against it. Raises
    CertificateError, naming the program, when a result cannot be verified.
    """
    held: dict[tuple[int, int], list[tuple[int, str]]] = {}
    for at in np.flatnonzero(np.isin(panel.unit, units)):
        for reference in reference_names(model):
            places = reference_periods(model, reference, int(panel.period[at]), len(panel.periods))
            if places:
                held.setdefault((places.start, places.stop), []).append((int(at), reference))
    rows = {}
    for span, cells in held.items():
        observations = panel.spanned(range(*span))
        technology = panel.values[:, observations]
        mark = fingerprint(technology, model)
        pending, suffix = cells, ""
        while pending:
            found = _measure_cells(panel, observations, pending, model, engine, outside=bool(suffix))
            for place, (at, reference) in enumerate(pending):
                rows[at, reference + suffix] = result_row(
                    panel, at, reference + suffix, found, place, observations.start
                )
                rows[at, reference + suffix]["technology"] = mark
            lost = [cell for cell, status in zip(pending, found.status, strict=True) if status == "infeasible"]
            again = model["infeasible"] == "super" and model["measure"] != "ddf" and not suffix
            pending, suffix = (lost, "_super") if again else ([], suffix)
    names = [name + suffix for name in reference_names(model) for suffix in ("", "_super")]
    order = {name: place for place, name in enumerate(names)}
    return [
        rows[key] for key in sorted(rows, key=lambda key: (panel.unit[key[0]], panel.period[key[0]], order[key[1]]))
    ]


def solve_blocks(panel: Panel, units: np.ndarray, model: Mapping, engine: str = "auto") -> list[dict]:
    """Rows of `solve_units`, solved in blocks of units.

    Which columns an engine tries, and how a product of matrices is rounded, depends on what is solved together: jobs of
    whole blocks give a unit the same digits whatever their size.
    """
    return [
        row
        for first in range(0, len(units), BLOCK)
        for row in solve_units(panel, units[first : first + BLOCK], model, engine)
    ]


def _measure_cells(
    panel: Panel, observations: slice, cells: list[tuple[int, str]], model: Mapping, engine: str, outside: bool
) -> Distances:
    """Distances of observations (place, reference) to the technology of a run of observations."""
    at = np.array([place for place, _ in cells])
    members = np.where((at >= observations.start) & (at < observations.stop), at - observations.start, -1)
    try:
        technology, units = panel.values[:, observations], panel.values[:, at]
        return measure(technology, units, members, panel.values, model, engine, outside)
    except CertificateError as error:
        place, reference = cells[error.unit]
        unit, period = panel.units[panel.unit[place]], panel.periods[panel.period[place]]
        program = f"model {model['name']}, {unit} in {period}, reference {reference}"
        raise CertificateError(f"{program}: {error}", error.unit) from error


def result_row(panel: Panel, at: int, reference: str, found: Distances, place: int, first: int) -> dict:
    """Row of one program; `first` is the place of the technology's first observation in the panel."""
    bads = panel.variables[len(panel.variables) - found.shadow_prices.shape[1] :]
    numbers = {"score": found.score[place]}
    numbers |= {f"slack_{name}": value for name, value in zip(panel.variables, found.slacks[place], strict=True)}
    numbers |= {f"shadow_price_{name}": value for name, value in zip(bads, found.shadow_prices[place], strict=True)}
    return {
        "province": panel.units[panel.unit[at]],
        "year": panel.periods[panel.period[at]],
        "reference": reference,
        "status": str(found.status[place]),
        "gap": float(found.gap[place]),
        **{name: None if math.isnan(value) else float(value) for name, value in numbers.items()},
        "attempts": int(found.attempts[place]),
        "peers": [(first + observation, weight) for observation, weight in found.peers[place]],
    }


def write_scores(rows: Sequence[dict], panel: Panel, path: str | Path) -> None:
    """Write rows as CSV: numbers to the last bit, two digits of `gap`, empty where there is no number."""
    prices = [name for name in (rows[0] if rows else {}) if name.startswith("shadow_price_")]
    slacks = [f"slack_{name}" for name in panel.variables]
    columns = ["province", "year", "reference", "score", "status", "gap", *slacks, *prices, "technology"]
    with Path(path).open("w", newline="", encoding="utf-8") as file:
        table = csv.DictWriter(file, columns, extrasaction="ignore", lineterminator="\n")
        table.writeheader()
        for row in rows:
            numbers = {name: repr(value) for name, value in row.items() if isinstance(value, float)}
            table.writerow(row | numbers | {"gap": f"{row['gap']:.2g}"})


def write_peers(rows: Sequence[dict], panel: Panel, path: str | Path) -> None:
    """Write each program's peers as CSV: who spans the frontier point that the unit is compared with, and how much."""
    with Path(path).open("w", newline="", encoding="utf-8") as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow(["province", "year", "reference", "peer_province", "peer_year", "intensity"])
        for row in rows:
            for at, intensity in row["peers"]:
                peer = panel.units[panel.unit[at]], panel.periods[panel.period[at]]
                table.writerow([row["province"], row["year"], row["reference"], *peer, repr(float(intensity))])


def main(snakemake) -> None:
    """Solve one job's programs of one model."""
    start_log(snakemake)
    model = complete_model(snakemake.params.model)
    check_model(model)
    panel = read_production(each_row(snakemake.input.production), model, snakemake.input.production)
    units = find_units(panel, snakemake.wildcards.province, snakemake.params.units_per_job)
    rows = solve_blocks(panel, units, model, snakemake.params.engine)
    write_scores(rows, panel, snakemake.output.scores)
    write_peers(rows, panel, snakemake.output.peers)
    lost = [f"{row['province']} {row['year']} {row['reference']}" for row in rows if row["status"] == "infeasible"]
    logger.info(
        "model %s, %d units: %d programs (%s technology, %s), largest gap %.2g, infeasible: %s",
        *(model["name"], len(units), len(rows), model["technology"], model["returns"]),
        max((row["gap"] for row in rows), default=0.0),
        ", ".join(lost) or "none",
    )
    repeated = [f"{row['province']} {row['year']} {row['reference']}" for row in rows if row["attempts"] > 1]
    if repeated:
        logger.warning("solved again after a failed certificate, now verified: %s", ", ".join(repeated))


if "snakemake" in globals():
    run_job(main, snakemake)  # noqa: F821
