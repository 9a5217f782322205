"""The config against its schema: one message with key, line and what is meant; names that files can have."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from difflib import get_close_matches
from pathlib import Path

import yaml

from study.dea.models import FILE_ENDINGS
from study.helpers import InputError
from study.plan.yaml_faults import full_width_hint

# Other words for a key -> where it is, or what to write.
SYNONYMS = {
    **dict.fromkeys(
        ("winsor", "winsorization", "winsorisation", "winsor2", "trim", "truncate", "truncation"), "winsorise"
    ),
    **dict.fromkeys(
        ("exclude", "excluded", "exclude_province", "exclude_provinces", "drop_provinces"), "excluded_provinces"
    ),
    **dict.fromkeys(("fill", "fill_gaps", "impute", "imputation", "gaps"), "interpolation"),
    **dict.fromkeys(("se", "std_errors", "standard_errors", "errors", "robust", "cluster", "clusters", "vce"), "vcov"),
    **dict.fromkeys(("if", "subset", "filter", "where", "condition", "subsample"), "sample"),
    **dict.fromkeys(("heterogeneity", "groups", "subgroup", "by"), "split"),
    **dict.fromkeys(("mediation", "mediator", "mechanism"), "indirect"),
    **dict.fromkeys(("aweight", "aweights", "pweight"), "weights"),
    **dict.fromkeys(("fe", "fixed_effects", "effects", "absorb", "absorbed", "dependent", "depvar", "y"), "formula"),
    **dict.fromkeys(("regressors", "independent", "x", "iv", "instruments", "endogenous", "reghdfe"), "formula"),
    **dict.fromkeys(("covariates", "control_variables", "controlled"), "controls"),
    **dict.fromkeys(("regressions", "regression", "estimates", "models_table"), "tables"),
    **dict.fromkeys(("describe_variables", "summary", "descriptives", "descriptive"), "describe"),
    **dict.fromkeys(("dea", "efficiency", "gtfp"), "productivity"),
    **dict.fromkeys(("undesirable", "undesirable_outputs", "bads", "pollutants"), "bad_outputs"),
    **dict.fromkeys(("desirable", "desirable_outputs", "goods", "outputs", "output"), "good_outputs"),
    **dict.fromkeys(("rts", "returns_to_scale", "scale"), "returns"),
    **dict.fromkeys(("reference", "frontier", "tech"), "technology"),
    **dict.fromkeys(("file", "data", "filename"), "path"),
    **dict.fromkeys(("rename", "names", "mapping"), "columns"),
    **dict.fromkeys(("reps", "samples", "draws", "n"), "replications"),
    **dict.fromkeys(("caption", "heading"), "title"),
    **dict.fromkeys(("period", "periods", "time", "span"), "years"),
    **dict.fromkeys(("input", "raw", "folder"), "inputs"),
    **dict.fromkeys(("low", "min", "p_low"), "lower"),
    **dict.fromkeys(("high", "max", "p_high"), "upper"),
}
LONGEST_NAME = 200  # bytes; with endings such as `_infeasible.csv` a file name has at most 255
# What ends a script of a web page, or makes it run on: Snakemake writes the parameters into scripts of its report.
SCRIPT_MARK = re.compile("</script|<!--", re.IGNORECASE)
RESERVED = {"con", "prn", "aux", "nul", *(f"{port}{number}" for port in ("com", "lpt") for number in range(1, 10))}


def read_schema(path: Path) -> dict:
    """A schema of the workflow, by YAML's fast reader where PyYAML was built with it."""
    return yaml.load(path.read_text("utf-8"), getattr(yaml, "CSafeLoader", yaml.SafeLoader))


def place_of(path: Sequence, places: Mapping[tuple, tuple[int, int]]) -> str:
    """`config.yaml, line 3: study.years`, by the nearest key that `places` knows; `config: study.years` by none."""
    known = next((tuple(path[:end]) for end in range(len(path), 0, -1) if tuple(path[:end]) in places), None)
    where = f"config.yaml, line {places[known][0]}" if known else "config"
    return f"{where}: {dotted(path)}" if path else where


def dotted(path: Sequence) -> str:
    """A path of keys and item numbers as text, items counted from 1: `tables.main, column 2`, `controls, item 1`."""
    text = ""
    for at, part in enumerate(path):
        if isinstance(part, int):
            column = at == 3 and path[0] == "tables" and path[2] == "columns"
            text = f"{text.removesuffix('.columns')}, column {part + 1}" if column else f"{text}, item {part + 1}"
        else:
            text += f"{'' if not at else ', ' if isinstance(path[at - 1], int) else '.'}{part}"
    return text


def check_schema(config: Mapping, schema: Mapping, places: Mapping[tuple, tuple[int, int]] | None = None) -> None:
    """Raise InputError for the first value that does not fit `schema` (JSON Schema) or that no config can hold.

    places : path of keys and item numbers -> line and column in the file (`plan.read_config.Config`).
    """
    from jsonschema import Draft202012Validator

    places = places or {}
    check_values(config, places)
    errors = list(Draft202012Validator(schema).iter_errors(config))
    if not errors:
        return
    # a misspelt key is often why another is missing
    order = {"additionalProperties": 0, "required": 2}
    error = min(errors, key=lambda error: (order.get(error.validator, 1), len(error.path)))
    path, message = list(error.absolute_path), error.message
    if error.validator == "additionalProperties" and error.validator_value is False:
        key = next(key for key in error.instance if key not in error.schema.get("properties", {}))
        hint = meant_key(key, list(error.schema.get("properties", {})), schema)
        raise InputError(f"{place_of([*path, key], places)}: unknown key `{key}`{hint}")
    if error.validator == "required":
        message = f"the key {error.message.split(' is a ')[0]} is missing"
        if not path:
            message += "; a study of raw tables needs it, one of a ready panel has `panel` in its place"
    if error.instance is None:
        message = "nothing stands after the colon, or what is meant to is not indented below it"
    raise InputError(f"{place_of(path, places)}: {message}{_meant_value(error)}")


def with_defaults(value: object, schema: Mapping) -> object:
    """A copy of a config that fits `schema` with the defaults written out, below keys that are left out, too."""
    if isinstance(value, Mapping):
        known, others = schema.get("properties", {}), schema.get("additionalProperties")
        defaults = {key: part["default"] for key, part in known.items() if key not in value and "default" in part}
        parts = dict.fromkeys(value, others if isinstance(others, Mapping) else {}) | known
        return {key: with_defaults(part, parts[key]) for key, part in (dict(value) | defaults).items()}
    if isinstance(value, list):
        return [with_defaults(part, schema.get("items", {})) for part in value]
    return value


def check_values(value: object, places: Mapping[tuple, tuple[int, int]], path: tuple = ()) -> None:
    """Raise InputError for a key below `value` that is no text or has a control character, for what is no number or is
    a date, and for text that would run as a script in the report."""
    if isinstance(value, Mapping):
        for key, part in value.items():
            if not isinstance(key, str):
                raise InputError(f"{place_of(path, places)}: the key {key!r} is no text; put it in quotes.")
            if not key.isprintable() or key != key.strip():
                raise InputError(
                    f"{place_of(path, places)}: the key {key!r} has a line break, an outer blank or a control "
                    "character."
                )
            _refuse_script(key, (*path, key), places)
            check_values(part, places, (*path, key))
    elif isinstance(value, list):
        for number, part in enumerate(value):
            check_values(part, places, (*path, number))
    elif isinstance(value, float) and not math.isfinite(value):
        raise InputError(
            f"{place_of(path, places)}: found {value}, which is no number; write one, or leave the key out."
        )
    elif isinstance(value, date):
        raise InputError(f"{place_of(path, places)}: YAML takes {value} for a date; put it in quotes, '{value}'.")
    elif isinstance(value, str):
        _refuse_script(value, path, places)


def _refuse_script(text: str, path: tuple, places: Mapping[tuple, tuple[int, int]]) -> None:
    if found := SCRIPT_MARK.search(text):
        raise InputError(
            f"{place_of(path, places)}: found {found[0]!r}, which in the report would end a script of its page and run "
            "what stands behind it; leave it out, or put a blank after the <."
        )


def meant_key(key: str, known: list[str], schema_root: Mapping) -> str:
    """What to write for an unknown key: one of this level (`known`), another level's, or the keys that there are."""
    if hint := full_width_hint(key):
        return f": {hint}."
    if ":" in key and key.split(":")[0] in known:
        return f"; a colon needs a blank after it, `{key.replace(':', ': ', 1)}`."
    plain = key.strip().lower().replace("-", "_").replace(" ", "_")
    same = [name for name in known if name.lower() == plain]
    other = SYNONYMS.get(plain, plain)
    if meant := next(iter([*same, *([other] if other in known else []), *get_close_matches(plain, known, n=1)]), ""):
        examples = {
            "vcov": ", as in `vcov: {cluster: province}`",
            "formula": ", `y ~ x | effects | endogenous ~ instruments`",
        }
        return f"; did you mean `{meant}`{examples.get(meant, '') if meant != plain else ''}?"
    paths = [path for path in _key_paths(schema_root, ()) if len(path) > 1]
    near = get_close_matches(other, sorted({path[-1] for path in paths}), n=1, cutoff=0.8)
    elsewhere = next((".".join(path) for path in paths if near and path[-1] == near[0]), "")
    there = f"here stand {', '.join(known)}." if known else "nothing can stand here."
    return f"; `{elsewhere}` is where it belongs; {there}" if elsewhere else f"; {there}"


def _key_paths(schema: Mapping, path: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    """The path of every key that a schema describes; a name of the user's is `<name>`."""
    for name, part in schema.get("properties", {}).items():
        yield (*path, name)
        yield from _key_paths(part, (*path, name))
    for kind in ("items", "additionalProperties"):
        if isinstance(schema.get(kind), Mapping):
            yield from _key_paths(schema[kind], (*path, "<name>") if kind == "additionalProperties" else path)


def _meant_value(error) -> str:
    """The end of a message on a value that does not fit: what it is likely meant to be."""
    value = error.instance
    if error.validator == "type" and isinstance(value, bool):
        return "; YAML takes a bare yes, no, on or off for a truth value: put it in quotes."
    if error.validator == "type" and isinstance(value, str):
        if hint := full_width_hint(value):
            return f"; {hint}."
        if value.startswith("-") and "array" in error.validator_value:
            return "; an item of a list begins with a hyphen and a blank."
    if error.validator == "enum" and isinstance(value, str):
        plain = value.strip().lower().replace("-", "_").replace(" ", "_")
        near = get_close_matches(plain, [choice for choice in error.validator_value if isinstance(choice, str)], n=1)
        return f"; did you mean {near[0]}?" if near else "."
    return "."


def check_file_names(config: Mapping) -> None:
    """Raise InputError for a table, figure or model whose name cannot be part of a file name on every system, or would
    be another's on one that does not tell capitals apart."""
    models = [model["name"] for model in config.get("productivity", {}).get("models", [])]
    named = {
        "tables": list(config.get("tables", {})),
        "figures": list(config.get("figures", {})),
        "productivity.models": models,
    }
    for where, names in named.items():
        seen: dict[str, str] = {}
        for name in names:
            if not name.isprintable():
                raise InputError(f"{where}: the name {name!r} has a line break or another control character.")
            if len(name.encode()) > LONGEST_NAME:
                raise InputError(
                    f"{where}: the name {name[:40]}... has {len(name.encode())} bytes; files take {LONGEST_NAME}. "
                    "Shorten it and put the rest in the title."
                )
            if name.lower() in RESERVED:
                raise InputError(f"{where}: {name} is no file's name on Windows; choose another.")
            other = seen.setdefault(name.lower(), name)
            if other != name:
                raise InputError(
                    f"{where}: {other} and {name} differ in capitals alone and would be one file on macOS and Windows; "
                    "rename one."
                )
    for name in models:
        for ending in FILE_ENDINGS:
            if name.lower().endswith(ending) and name.lower().removesuffix(ending) in map(str.lower, models):
                raise InputError(
                    f"productivity.models: results/productivity/{name}.csv is a file of the model "
                    f"{name[: -len(ending)]}; choose another name."
                )
