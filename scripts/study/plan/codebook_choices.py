"""What the codebook's definitions say of a study's own choices."""

from __future__ import annotations

from typing import TYPE_CHECKING

from study.words.periods import describe_steps

if TYPE_CHECKING:
    from study.plan.study import Study


def codebook_choices(study: Study) -> dict:
    """Placeholder of the definitions in resources/variables.csv -> the study's choice; only of sections that it has."""
    choices = {"variables": "; ".join(study.model_signs), "keys": study.key_names}
    choices["indices"] = {
        column: {"model": name}
        | {key: study.models[name].get(key, "") for key in ("measure", "returns", "technology", "index")}
        for column, name in study.panel_indices.items()
    }
    choices["steps"] = describe_steps(study.periods)
    if not study.is_raw:
        return choices
    choices |= {
        "intelligence": study.given["variables"]["intelligence"]["method"],
        "indicators": len(study.raw_tables.indicators),
    }
    if emissions := study.given.get("emissions"):
        choices |= {"fuels": len(emissions["fuels"]), "factors": emissions["factors"]}
        choices["scopes"] = " + ".join(map(str, emissions["scopes"]))
    if "capital" in study.given:
        choices["real_year"] = study.given["capital"]["base_year"]
    if exposure := study.given.get("exposure"):
        choices |= {key: exposure[key] for key in ("robots", "per_workers", "base_year", "unspecified")}
        choices |= {"country": study.raw_tables.country, "foreign_base_year": exposure["instrument"]["base_year"]}
    return choices
