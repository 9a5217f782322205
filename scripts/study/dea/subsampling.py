"""Which models have a bootstrap, and how its subsamples are shared out; light, for it is read when the study starts."""

from __future__ import annotations

from collections.abc import Mapping

from study.dea.models import RATIO_MEASURES, range_directional
from study.helpers import InputError


def check_bootstrap(model: Mapping) -> None:
    """Raise InputError where the bootstrap has no meaning for a completed model."""
    name = model["name"]
    if model["technology"] != "global":
        raise InputError(
            f"productivity.bootstrap: model {name} has technology {model['technology']}; the bootstrap draws units "
            "with all their years and needs technology global. Give the model technology global, or leave it out."
        )
    if model["measure"] in RATIO_MEASURES:
        raise InputError(
            f"productivity.bootstrap: model {name} has measure {model['measure']}; a unit outside a subsample's "
            "technology has no score on that scale. Choose sbm_ddf, nddf, additive or ddf, or leave it out."
        )
    if range_directional(model):
        raise InputError(
            f"productivity.bootstrap: model {name} moves each unit towards the best observed values (ddf, direction "
            f"{model['direction']}), which are others in each subsample: its scores do not compare. Choose another "
            "direction, or leave it out."
        )


def check_asked(name: str, models: Mapping[str, Mapping], settings: Mapping, provinces: int) -> None:
    """Raise InputError with the reason where results/productivity/<name>_bootstrap.csv cannot be made.

    `models`: the study's completed models by name; `settings`: `productivity.bootstrap`; `provinces`: the study's
    number of units.
    """
    if name not in models:
        raise InputError(
            f"results/productivity/{name}_bootstrap.csv: productivity.models has no {name!r}; its models: "
            f"{', '.join(models) or 'none'}."
        )
    check_bootstrap(models[name])
    subsample_size(provinces, settings["subsample"])
    block_replicates(settings["replications"], settings["blocks"], 1)


def subsample_size(provinces: int, power: float) -> int:
    """Provinces of a subsample, m = n^power rounded; InputError unless 1 <= m < n."""
    if not 0 < power < 1:
        raise InputError(f"productivity.bootstrap: subsample {power} must lie between 0 and 1: m = n^subsample.")
    size = round(provinces**power)
    if size >= provinces:
        raise InputError(
            f"productivity.bootstrap: {provinces} units to the power {power} is a subsample of {size}, which is "
            "all of them; lower subsample, or use more units."
        )
    return size


def block_replicates(replications: int, blocks: int, block: int) -> range:
    """Numbers (from 1) of the replicates of a block (from 1); blocks differ by one replicate at most."""
    if blocks > replications:
        raise InputError(f"productivity.bootstrap: {blocks} blocks of {replications} replications; lower blocks.")
    return range(1 + replications * (block - 1) // blocks, 1 + replications * block // blocks)
