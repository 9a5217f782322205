"""All productivity models side by side: what each is, what had no solution, what it says on average."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pandas as pd
from study.dea.indices import BIENNIAL, CHANGES, GAP, SUPER, observed_periods
from study.files.tables import read_table, write_table
from study.files.whole import run_job
from study.helpers import start_log
from study.output.in_print import shown
from study.output.tables import Layout, render_html
from study.words.periods import describe_order, describe_steps

# Column of the CSV -> heading of the page.
HEADINGS = {
    "model": "Model",
    "measure": "Measure",
    "direction": "Direction",
    "returns": "Returns",
    "disposability": "Disposability",
    "technology": "Technology",
    "index": "Index",
    "infeasible": "Rule if infeasible",
    "changes": "Changes",
    "changes_missing": "Missing",
    "infeasible_programs": "Infeasible programs",
    "super_scores": "Super scores",
    "moved_to_biennial": "Moved to biennial",
    "mean_index": "Mean index",
    "mean_efficiency_change": "Mean efficiency change",
    "mean_technical_change": "Mean technical change",
    "mean_cumulative": "Mean cumulative, last period",
}
SHOWN_OPTIONS = ("measure", "returns", "disposability", "index", "infeasible")
MODEL_NOTES = (
    "Means of the changes are geometric (Luenberger: arithmetic), over the unit-periods whose index and decomposition "
    "are complete, so that mean efficiency and technical change multiply (add) to the mean index; they are 1 (0) "
    "where nothing changes.",
    "The mean cumulative level is arithmetic, over the units that have one in the panel's last period.",
    "Infeasible programs include those whose score makes no efficiency above zero; each is a row of "
    "results/productivity/<model>_infeasible.csv.",
)


def direction_text(direction: str | list[str] | Mapping[str, float]) -> str:
    """A model's direction in one cell: its name, the variables, or the variables with their amounts."""
    if isinstance(direction, str):
        return direction
    if isinstance(direction, Mapping):
        return ", ".join(f"{name} {amount:g}" for name, amount in direction.items())
    return ", ".join(direction)


def mean_changes(index: pd.DataFrame, form: str) -> dict[str, float]:
    """Mean index, efficiency and technical change over the rows that have all three; nan if none has.

    Geometric for ratios, arithmetic for a Luenberger indicator: the means of the parts then combine to the index's.
    """
    complete = index[CHANGES].dropna()
    means = complete.mean() if form == "luenberger" else np.exp(np.log(complete).mean())
    return means.add_prefix("mean_").to_dict()


def summarise(model: Mapping, index: pd.DataFrame, infeasible: pd.DataFrame) -> dict:
    """One row of the table, keys of `HEADINGS`, from a model's two files in results/productivity."""
    last = index["year"] == observed_periods(index).names[-1]
    width = f" of {model['width']}" if model.get("width") else ""
    row = {
        "model": model["name"],
        "direction": direction_text(model["direction"]),
        "technology": model["technology"] + width,
        "changes": int((index["status"] != "first").sum()),
        "changes_missing": int(index["status"].isin(["infeasible", "gap"]).sum()),
        "infeasible_programs": int((infeasible["treatment"] != GAP).sum()),
        "super_scores": int((infeasible["treatment"] == SUPER).sum()),
        "moved_to_biennial": "yes" if (infeasible["treatment"] == BIENNIAL).any() else "no",
        "mean_cumulative": index.loc[last, "cumulative"].mean(),
        **{option: model[option] for option in SHOWN_OPTIONS},
        **mean_changes(index, model["index"]),
    }
    return {name: row[name] for name in HEADINGS}


def gap_note(indices: Mapping[str, pd.DataFrame]) -> tuple[str, ...]:
    """A note of the changes over gaps among those that are missing, by model (name -> its index); none without any."""
    counts = {name: int((index["status"] == "gap").sum()) for name, index in indices.items()}
    counted = ", ".join(f"{count} of {name}" for name, count in counts.items() if count)
    if not counted:
        return ()
    return (
        f"Missing changes include those of units that are not observed the period before ({counted}), status gap in "
        "results/productivity/<model>.csv; their scores are there, and their observations span the technologies.",
    )


def order_notes(index: pd.DataFrame) -> tuple[str, ...]:
    """Notes of the periods' order, and of how far apart they are where that differs."""
    periods = observed_periods(index)
    order = f"A change is over the period before. {describe_order(periods)}"
    return tuple(filter(None, (order, describe_steps(periods))))


def lay_out_productivity(table: pd.DataFrame, note: str = "", more: tuple[str, ...] = ()) -> Layout:
    """The printed table: a column a model, under the config's own words; measures keep three decimals.

    `more`: notes of what `gap_note` and `order_notes` say.
    """

    def text(cell: str | int | float) -> str:
        return shown(cell) if isinstance(cell, float) else str(cell)

    names, *rest = HEADINGS
    rows = [[HEADINGS[name], *map(text, table[name])] for name in rest]
    header = [(HEADINGS[names], 1), *((name, 1) for name in table[names])]
    return Layout("productivity", "Productivity models", [header], [rows], (*MODEL_NOTES, *more), note)


def main(snakemake) -> None:
    start_log(snakemake)
    models = snakemake.params.models
    indices = {model["name"]: read_table(path) for model, path in zip(models, snakemake.input.index, strict=True)}
    lists = map(read_table, snakemake.input.infeasible)
    rows = [summarise(model, indices[model["name"]], lost) for model, lost in zip(models, lists, strict=True)]
    table = pd.DataFrame(rows, columns=list(HEADINGS))
    write_table(table, snakemake.output.csv, keys=(), digits=12)
    notes = (*gap_note(indices), *order_notes(next(iter(indices.values()))))
    layout = lay_out_productivity(table, snakemake.params.note, notes)
    Path(snakemake.output.html).write_text(render_html(layout), encoding="utf-8")


if "snakemake" in globals():
    run_job(main, snakemake)  # noqa: F821
