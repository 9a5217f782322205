"""Indices of productivity change from distance scores: ratio indices and the Luenberger indicator.

A score is an inefficiency S, 0 on the frontier, or with the measures `sbm` and `super_sbm` an efficiency rho, 1 on
the frontier. Each becomes a level: log E of an efficiency E for the indices that take ratios, -S for the Luenberger
indicator, which takes differences. A change is then a difference of levels in every index. A model is a completed
one of `dea.models`, with `base_year` if the study names one.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from study.dea.models import RATIO_MEASURES, directed
from study.files.tables import KEYS
from study.helpers import InputError
from study.words.periods import Periods, order_periods

CHANGES = ["index", "efficiency_change", "technical_change"]
INDEX_COLUMNS = [*KEYS, *CHANGES, "cumulative", "status"]
SCORE_COLUMNS = [*KEYS, "reference", "score", "status"]  # of the tables of scores, what an index is made of
PROGRAM_COLUMNS = [*KEYS, "reference", "rule", "score", "treatment"]
MIXED = ("previous", "next")
# References of each way to make the index; `own` is what efficiency change needs.
REFERENCES = {
    "global": ("own", "global"),
    "biennial": ("own", "biennial_previous", "biennial_next"),
    "mixed": ("own", *MIXED),
}
CHANGE_MISSING, SUPER, BIENNIAL, UNUSED = TREATMENTS = (
    "change missing",
    "super score",
    "index on the biennial technology",
    "no change uses it",
)
GAP = "change over a gap"  # no program, but listed with them
SUPER_ENDING = "_super"


def contracts(model: Mapping) -> bool:
    """Whether the index reads a score S as the radial factor 1 - S of inputs (or bads), not as 1 / (1 + S) of goods."""
    if model["index"] == "malmquist":
        return set(directed(model)) <= set(model["inputs"])
    return model["index"] == "malmquist_emission"


def efficiency(score: pd.Series, model: Mapping) -> pd.Series:
    """Efficiency E of scores, 1 on the frontier; nan where it is missing or would not be above zero.

    E = rho of a ratio measure; else 1 / (1 + S), whose ratios are those of the Malmquist-Luenberger index (Chung,
    Färe and Grosskopf 1997, J. Environ. Manage. 51), and of Malmquist's with the goods expanded; E = 1 - S, the
    inverse of Shephard's distance, where a Malmquist index contracts inputs or bads (Zhou, Ang and Han 2010, Energy
    Econ. 32).
    """
    if model["measure"] in RATIO_MEASURES:
        return score.where(score > 0)
    if contracts(model):
        return (1 - score).where(score < 1)
    return 1 / (1 + score).where(score > -1)


def observed_periods(table: pd.DataFrame) -> Periods:
    """The periods of a table with `province, year`, whose rows of a unit are in their order."""
    return order_periods(table[KEYS].drop_duplicates().itertuples(index=False, name=None))


def program_levels(scores: pd.DataFrame, model: Mapping) -> pd.DataFrame:
    """One row a program with its level, sorted by unit, period and reference as solved; *_super rows folded in.

    `scores` has `province, year, reference, score, status` (text keys), one row a program. Added: `place`, the
    period's position in the panel's list; `super`, the usable super-efficiency score of an infeasible program;
    `level`, -S or log E of the score or of its stand-in, nan where there is none; `used`, False for a program
    against a neighbouring period in which the unit itself is not observed.
    """
    blank = scores["score"].isna() != (scores["status"] == "infeasible")
    if blank.any():
        cells = scores.loc[blank, [*KEYS, "reference"]].agg(" ".join, axis=1)
        raise ValueError(f"scores and statuses disagree: {', '.join(cells)}")
    substitute = scores["reference"].str.endswith(SUPER_ENDING)
    supers = scores.loc[substitute, [*KEYS, "reference", "score"]].rename(columns={"score": "super"})
    supers["reference"] = supers["reference"].str.removesuffix(SUPER_ENDING)
    # At S = -1 or below even a Luenberger's super score says nothing: the unit is beyond any frontier.
    supers["super"] = supers["super"].where(efficiency(supers["super"], model).notna())
    programs = scores.loc[~substitute, [*KEYS, "reference", "score", "status"]]
    programs = programs.merge(supers, how="left", on=[*KEYS, "reference"], validate="one_to_one")
    taken = programs["score"].fillna(programs["super"])
    programs["level"] = -taken if model["index"] == "luenberger" else np.log(efficiency(taken, model))

    programs["place"] = programs["year"].map(observed_periods(programs).places)
    step = programs["reference"].str.endswith("next").astype(int) - programs["reference"].str.endswith("previous")
    observed = pd.MultiIndex.from_frame(programs[["province", "place"]])
    compared = pd.MultiIndex.from_arrays([programs["province"], programs["place"] + step])
    programs["used"] = compared.isin(observed)
    return programs.sort_values(["province", "place"], kind="stable", ignore_index=True)


def index_technology(programs: pd.DataFrame, model: Mapping) -> str:
    """How the index of a whole model is made, a key of `REFERENCES`; `mixed` compares each period with the next.

    With the rule `biennial` one mixed-period program without a level that a change uses moves every unit and period to
    the biennial technology: changes against different technologies do not compare. `programs` from `program_levels`.
    """
    if model["technology"] in ("global", "biennial"):
        return model["technology"]
    lost = programs["used"] & programs["reference"].isin(MIXED) & programs["level"].isna()
    return "biennial" if model["infeasible"] == "biennial" and lost.any() else "mixed"


def after_gap(levels: pd.DataFrame) -> pd.Series:
    """True in a unit's first period after some without an observation; `province, place` sorted by unit and period."""
    return levels.groupby("province")["place"].diff() > 1


def level_changes(levels: pd.DataFrame, technology: str) -> pd.DataFrame:
    """Index, efficiency change and technical change of each row over the period before, as differences of levels L.

    `levels` has `province`, `place` and one column a reference, sorted by unit and period; superscript the technology's
    period:
    - global (Oh 2010, J. Prod. Anal. 34): L^G_t+1 - L^G_t;
    - biennial (Pastor, Asmild and Lovell 2011, Socio-Econ. Plan. Sci. 45): L^B_t+1 - L^B_t, B the union of t and t+1,
      which is `biennial_previous` of t+1 and `biennial_next` of t;
    - mixed (Chung, Färe and Grosskopf 1997; Chambers, Färe and Grosskopf 1996, Pac. Econ. Rev. 1): half of
      (L^t_t+1 - L^t_t) + (L^t+1_t+1 - L^t+1_t), which are `previous` and `own` of t+1, `own` and `next` of t.
    Efficiency change is L^t+1_t+1 - L^t_t, so it stands where only another reference's score is missing; technical
    change is the rest of the index. nan in a unit's first period, and where the unit is not observed the period before:
    what lies on both sides of a gap is not change of one period.
    """
    now = levels.reindex(columns=list(REFERENCES[technology]))  # a one-period panel has no neighbours
    before = now.groupby(levels["province"]).shift().where(~after_gap(levels))
    if technology == "global":
        index = now["global"] - before["global"]
    elif technology == "biennial":
        index = now["biennial_previous"] - before["biennial_next"]
    else:
        index = (now["previous"] - before["own"] + now["own"] - before["next"]) / 2
    catching_up = now["own"] - before["own"]
    return pd.DataFrame(dict(zip(CHANGES, (index, catching_up, index - catching_up), strict=True)))


def base_rows(table: pd.DataFrame, model: Mapping) -> pd.Series:
    """True where the cumulative index is 1: the unit's row of the model's `base_year`, or its first.

    Raises InputError naming the model and the periods when `base_year` is none of them.
    """
    if model.get("base_year") is None:
        return ~table["province"].duplicated()
    base, periods = str(model["base_year"]), observed_periods(table).names
    if base not in periods:
        periods = ", ".join(periods)
        raise InputError(f"productivity.models: {model['name']}: base_year {base} is none of the periods {periods}.")
    return table["year"] == base


def since_base(values: pd.Series, provinces: pd.Series, base: pd.Series) -> pd.Series:
    """Each value less the unit's value in its `base` row; nan for a unit that has none."""
    return values - provinces.map(values[base].set_axis(provinces[base]))


def chain(index: pd.Series, provinces: pd.Series, base: pd.Series) -> pd.Series:
    """Sum of the changes between the base row and each row, negative backward; nan where a missing one lies between."""
    steps = index.mask(~provinces.duplicated(), 0.0)
    total = since_base(steps.fillna(0).groupby(provinces).cumsum(), provinces, base)
    missing = since_base(steps.isna().groupby(provinces).cumsum(), provinces, base)
    return total.where(missing == 0)


def productivity_change(scores: pd.DataFrame, model: Mapping) -> pd.DataFrame:
    """Table `province, year, index, efficiency_change, technical_change, cumulative, status` from scores.

    `scores` as `program_levels` takes them. A unit's first period has no change and status `first`; later ones are
    `optimal`, `gap` where the unit is not observed the period before, or `infeasible` when a score of the index is
    missing. `cumulative` is 1 in the unit's first period, or in `base_year`, and chains the changes from there
    (Luenberger: adds them); beyond a missing change it is empty. A global chain must telescope to E^G_t / E^G_base
    (S^G_base - S^G_t), ArithmeticError if it does not to 1e-12; so it needs no chain, and goes on after a gap.
    """
    programs = program_levels(scores, model)
    technology = index_technology(programs, model)
    levels = programs.pivot(index=["province", "place", "year"], columns="reference", values="level").reset_index()
    changes = level_changes(levels, technology)
    provinces, base = levels["province"], base_rows(levels, model)
    cumulative, gap = chain(changes["index"], provinces, base), after_gap(levels)
    if technology == "global":
        direct = since_base(levels["global"], provinces, base)
        slack = 1e-12 * max(1.0, levels["global"].abs().max())
        if not np.allclose(cumulative, direct.where(cumulative.notna()), rtol=0, atol=slack, equal_nan=True):
            raise ArithmeticError("the cumulative global index does not telescope")
        broken = gap.groupby(provinces).transform("any")
        cumulative = cumulative.where(~broken, direct)
    if model["index"] == "luenberger":
        cumulative = 1 + cumulative
    else:
        changes, cumulative = np.exp(changes), np.exp(cumulative)
    first = ~provinces.duplicated()
    status = np.select([first, gap, changes["index"].isna()], ["first", "gap", "infeasible"], "optimal")
    return pd.concat([levels[KEYS], changes], axis=1).assign(cumulative=cumulative, status=status)[INDEX_COLUMNS]


def infeasible_programs(scores: pd.DataFrame, model: Mapping) -> pd.DataFrame:
    """Table `province, year, reference, rule, score, treatment` of the programs that gave the index no level.

    They are infeasible, or their score makes no efficiency above zero. `rule` is the model's `infeasible`, `score` the
    super-efficiency score that stands in, if one does; `treatment` is one of `TREATMENTS`. Mixed-period programs are
    listed whether or not the index moved away from them, others where the index uses them. Infeasible `own` or
    `global` programs leave at least efficiency or technical change missing.
    """
    programs = program_levels(scores, model)
    technology = index_technology(programs, model)
    unusable = (programs["status"] == "infeasible") | programs["level"].isna()
    table = programs[unusable & programs["reference"].isin({*MIXED, *REFERENCES[technology]})]
    moved = (technology == "biennial") & table["reference"].isin(MIXED)
    treatment = np.select([~table["used"], moved, table["super"].notna()], [UNUSED, BIENNIAL, SUPER], CHANGE_MISSING)
    score = table["super"].where(treatment == SUPER)
    return table.assign(rule=model["infeasible"], score=score, treatment=treatment)[PROGRAM_COLUMNS].reset_index(
        drop=True
    )


def gap_changes(index: pd.DataFrame) -> pd.DataFrame:
    """The changes over gaps of a table of `productivity_change`, in the columns of `infeasible_programs`.

    They have no program: `reference` and `rule` are empty, and `treatment` says that the change is one over a gap.
    """
    over = index.loc[index["status"] == "gap", KEYS].reset_index(drop=True)
    return over.assign(treatment=GAP).reindex(columns=PROGRAM_COLUMNS)


def scale_components(crs: pd.DataFrame, vrs: pd.DataFrame, index: str, comparable: bool = True) -> pd.DataFrame:
    """Pure and scale parts of changes under constant returns (Simar and Wilson 1998; Zofio 2007, J. Prod. Anal. 27).

    `crs` and `vrs` are tables of `productivity_change` of two models that differ in returns alone, `index` is the
    models'. Pure changes are those under variable returns; scale efficiency change EC_crs / EC_vrs, scale technical
    change TC_crs / TC_vrs (Luenberger: differences). The four multiply (add) to the CRS index; ArithmeticError if
    they do not to 1e-12. Where only one index moved to the biennial technology (not `comparable`), technical changes
    have no parts.
    """
    both = crs.merge(vrs, on=KEYS, suffixes=("_crs", "_vrs"), validate="one_to_one")
    combine, part = (np.add, np.subtract) if index == "luenberger" else (np.multiply, np.divide)
    table = both[KEYS].copy()
    for kind in ("efficiency", "technical"):
        table[f"pure_{kind}_change"] = both[f"{kind}_change_vrs"]
        table[f"scale_{kind}_change"] = part(both[f"{kind}_change_crs"], both[f"{kind}_change_vrs"])
    parts = table.drop(columns=KEYS)
    product = combine.reduce(parts.to_numpy(), axis=1)
    largest = np.fmax(1, np.abs(both[[f"{name}_crs" for name in CHANGES]]).max(axis=1))
    error = np.abs(product - both["index_crs"]) / largest
    if (error > 1e-12).any():
        raise ArithmeticError("the scale components do not combine to the index under constant returns")
    if not comparable:
        table[["pure_technical_change", "scale_technical_change"]] = np.nan
    return table
