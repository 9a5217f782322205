"""Writes into the pages of this folder what they take from the code: config reference, rule graph, rules, rooms.

    uv run python docs/generate.py            writes them
    uv run python docs/generate.py --check    names the pages that are out of date, and fails if there are any

A page marks the place with `<!-- generated: NAME -->` and `<!-- end -->`; what stands between is replaced.
"""

from __future__ import annotations

import argparse
import ast
import os
import re
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import yaml

sys.path.append(str(Path(__file__).resolve().parents[1] / "scripts"))
from study.output.codebook import codebook_rows
from study.output.graphs import as_mermaid
from study.plan.dry_run import planned_jobs
from study.plan.graphs import floor_of, rule_graph
from study.plan.schema import with_defaults
from study.plan.study import Study

DOCS = Path(__file__).resolve().parent
ROOT = DOCS.parent
SCRIPTS = ROOT / "scripts"
SCHEMA = yaml.safe_load((ROOT / "rules/config.schema.yaml").read_text("utf-8"))
FLOORS = ("clean", "derive", "productivity", "panel", "estimate", "present")
BLOCK = re.compile(r"(<!-- generated: (.+?) -->\n).*?(<!-- end -->)", re.DOTALL)
RULE = re.compile(r'^rule (\w+):\n    """(.*?)"""', re.MULTILINE | re.DOTALL)

Rows = list[tuple[str, ...]]
HEADER = ("key", "takes", "default", "what it is")


def table(header: tuple[str, ...], rows: Rows) -> str:
    """A Markdown table; a bar inside a cell would end it."""
    lines = [header, ("---",) * len(header), *rows]
    escaped = [[cell.replace("|", r"\|") for cell in line] for line in lines]
    return "".join(f"| {' | '.join(line)} |\n" for line in escaped)


# --- the config reference -------------------------------------------------------------------------------------------


def config_reference() -> str:
    """Every key of rules/config.schema.yaml: one section a key of the top level, one table a level of mappings."""
    parts = []
    for name, key in SCHEMA["properties"].items():
        parts += [f"## `{name}`\n", f"{prose(key['description'])}\n"]
        if "properties" in key:
            parts.append(table(HEADER, key_rows(key, name)))
        else:
            default = f" Default: {as_yaml(key['default'])}." if "default" in key else ""
            parts.append(f"Takes {takes(key, name)}.{default}\n")
        for path, level in inner_levels(name, key):
            parts += [f"### {one_of(path)}\n", table(HEADER, key_rows(level, path))]
    return "\n".join(parts)


def one_of(path: str) -> str:
    """Heading of the level below a key that takes a list of mappings, or mappings by name."""
    return f"One of `{path}`"


def anchor(heading: str) -> str:
    """The anchor that GitHub gives a heading."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


def entry_of(key: Mapping) -> Mapping | None:
    """What a key takes in a list or by names of the user's, if that is a mapping of known keys."""
    parts = [key.get("items"), key.get("additionalProperties")]
    return next((part for part in parts if isinstance(part, dict) and "properties" in part), None)


def inner_levels(path: str, key: Mapping) -> Iterator[tuple[str, Mapping]]:
    """(path, schema) of such entries at and below a key, each before those below itself."""
    if entry := entry_of(key):
        yield path, entry
        yield from inner_levels(path, {"properties": entry["properties"]})
    for name, part in key.get("properties", {}).items():
        yield from inner_levels(f"{path}.{name}", part)


def key_rows(level: Mapping, path: str, inside: str = "") -> Rows:
    """Rows of one level, with the keys of mappings inside it by their dotted names."""
    rows = []
    for name, key in level["properties"].items():
        default = "*needed*" if name in level.get("required", []) else ""
        default = as_yaml(key["default"]) if "default" in key else default
        rows.append((f"`{inside}{name}`", takes(key, f"{path}.{name}"), default, prose(key["description"])))
        if "properties" in key:
            rows += key_rows(key, f"{path}.{name}", f"{inside}{name}.")
    return rows


def prose(text: str) -> str:
    """A description with formulas, files and `<names>` as code."""
    parts = re.split(r"(`[^`]*`)", text.strip())
    code = re.compile(r"\by ~ [^;,]*[^;, ]|\b(?:resources|results|rules)/[\w./<>]*\w|[\w]*<\w+>\w*")
    return "".join(part if part.startswith("`") else code.sub(lambda found: f"`{found[0]}`", part) for part in parts)


def as_yaml(value: object) -> str:
    """A value on one line, as code."""
    text = yaml.safe_dump(value, default_flow_style=True, width=1000, sort_keys=False)
    return f"`{text.removesuffix('...' + chr(10)).strip()}`"


def takes(key: Mapping, path: str) -> str:
    """What a key takes, in words."""
    if entry_of(key):
        listed = "a list of mappings" if "items" in key else "mappings by name"
        as_below = f"[as below](#{anchor(one_of(path))})"
        return f"{listed}, each {'text or ' if 'string' in entry_of(key)['type'] else ''}{as_below}"
    if "enum" in key:
        return ", ".join(f"`{choice}`" for choice in key["enum"])
    kinds = key["type"] if isinstance(key["type"], list) else [key["type"]]
    return " or ".join(kind_in_words(kind, key, path) for kind in kinds)


def kind_in_words(kind: str, key: Mapping, path: str) -> str:
    """One JSON type of a key, with its limits."""
    if kind == "array":
        many = f" of {key['minItems']}" if key.get("minItems") == key.get("maxItems", -1) else ""
        return f"list{many} ({takes(key['items'], path)})"
    if kind == "object":
        part = key.get("additionalProperties")
        return f"mapping (name: {takes(part, path)})" if isinstance(part, dict) else "mapping"
    if kind == "string":
        choices = re.fullmatch(r"\^\(([\w|]+)\)\$", key.get("pattern", ""))
        return ", ".join(f"`{choice}`" for choice in choices[1].split("|")) if choices else "text"
    if kind == "boolean":
        return "true or false"
    return {"integer": "whole number", "number": "number"}[kind] + limits(key)


def limits(key: Mapping) -> str:
    """` from 1 to 3`, ` above 0`; empty for a number without limits."""
    words = {"minimum": "from", "exclusiveMinimum": "above", "maximum": "to", "exclusiveMaximum": "below"}
    return "".join(f" {word} {key[limit]}" for limit, word in words.items() if limit in key)


# --- rules and their graph ------------------------------------------------------------------------------------------


def rules_table() -> str:
    """Every rule with its script and what its job gives, floor by floor."""
    texts = [path.read_text("utf-8") for path in sorted((ROOT / "rules").glob("*.smk"))]
    rules = [found for text in texts for found in RULE.findall(text)]
    rows = [
        (floor, f"[`{rule}`](../scripts/{floor}/{rule}.py)", " ".join(gives.split()))
        for floor in FLOORS
        for rule, gives in rules
        if rule != "all" and floor_of(rule) == floor
    ]
    return table(("floor", "rule and script", "what a job gives"), rows)


def default_rule_graph() -> str:
    """The default study's rules and what they read of one another."""
    jobs = planned_jobs([], str(ROOT), [], "--forceall")
    return f"```mermaid\n{as_mermaid(rule_graph(jobs, ['.']))}```\n"


# --- variables ------------------------------------------------------------------------------------------------------


def variables() -> str:
    """Every variable that resources/variables.csv knows, as the default study's codebook says what it is."""
    config = yaml.safe_load((ROOT / "config.yaml").read_text("utf-8"))
    study = Study(with_defaults(config, SCHEMA), ROOT)
    known = study.variables.known
    names = list(dict.fromkeys([*known, *study.panel_indices]))
    formulas = {name: f"`{known[name].row['formula']}`" for name in study.variables.formulas}
    made_by = {name: f"rule `{variable.row['rule']}`" for name, variable in known.items()} | formulas
    rows = codebook_rows(names, study.codebook_rows, study.codebook_choices, "", "")
    shown = [(f"`{row[0]}`", row[2], row[3], row[4], row[5], made_by.get(row[0], made_by["gtfp"])) for row in rows]
    return table(("name", "variable", "变量", "unit", "definition", "formula or rule"), shown)


# --- rooms and modules ----------------------------------------------------------------------------------------------


def says(path: Path) -> str:
    """First sentence or line of a module's docstring."""
    text = ast.get_docstring(ast.parse(path.read_text("utf-8"))) or ""
    paragraph = " ".join(text.split("\n\n")[0].split())
    return re.split(r"(?<=[^.]\.) (?=[A-Z`])", paragraph)[0]


def rooms() -> str:
    """The rooms of the package with their modules."""
    parts = []
    for room in sorted(path for path in (SCRIPTS / "study").iterdir() if (path / "__init__.py").exists()):
        link = f"../scripts/study/{room.name}"
        modules = [path for path in sorted(room.glob("*.py")) if path.name != "__init__.py"]
        rows = [(f"[`{path.stem}`]({link}/{path.name})", says(path)) for path in modules]
        parts.append(f"**[`{room.name}`]({link})**: {says(room / '__init__.py')}\n")
        parts.append(table(("module", "what it holds"), rows))
    return "\n".join(parts)


GENERATED: dict[str, Callable[[], str]] = {
    "config reference": config_reference,
    "rules": rules_table,
    "rule graph": default_rule_graph,
    "variables": variables,
    "rooms": rooms,
}


def generated_pages() -> dict[Path, str]:
    """Every page that has such a place -> its text as it should be."""
    made = {name: make() for name, make in GENERATED.items()}
    pages = {path: path.read_text("utf-8") for path in sorted(DOCS.glob("*.md"))}
    return {
        path: BLOCK.sub(lambda block: f"{block[1]}\n{made[block[2]]}\n{block[3]}", text)
        for path, text in pages.items()
        if BLOCK.search(text)
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--check", action="store_true", help="write nothing; fail if a page is out of date")
    check = parser.parse_args().check
    os.chdir(ROOT)  # the default study's folder
    stale = {path: text for path, text in generated_pages().items() if path.read_text("utf-8") != text}
    if check and stale:
        names = ", ".join(f"docs/{path.name}" for path in stale)
        sys.exit(f"out of date: {names}; run `uv run python docs/generate.py`")
    for path, text in stale.items():
        path.write_text(text, encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
