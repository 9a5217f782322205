"""Writes into the pages of this folder what they take from the code: config reference, rule graph, rules, rooms.

    uv run python docs/generate.py            writes them
    uv run python docs/generate.py --check    names the pages that are out of date, and fails if there are any

A page marks the place with `<!-- generated: NAME -->` and `<!-- end -->`; what stands between is replaced.
"""

from __future__ import annotations

import argparse
import ast
import re
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import yaml

DOCS = Path(__file__).resolve().parent
ROOT = DOCS.parent
SCRIPTS = ROOT / "scripts"
FLOORS = ("clean", "derive", "productivity", "panel", "estimate", "present")
BLOCK = re.compile(r"(<!-- generated: (.+?) -->\n).*?(<!-- end -->)", re.DOTALL)
RULE = re.compile(r'^rule (\w+):\n    """(.*?)"""', re.MULTILINE | re.DOTALL)

Rows = list[tuple[str, ...]]


def table(header: tuple[str, ...], rows: Rows) -> str:
    """A Markdown table; a bar inside a cell would end it."""
    lines = [header, ("---",) * len(header), *rows]
    escaped = [[cell.replace("|", r"\|") for cell in line] for line in lines]
    return "".join(f"| {' | '.join(line)} |\n" for line in escaped)


# --- the config reference -------------------------------------------------------------------------------------------


def config_reference() -> str:
    """Every key of rules/config.schema.yaml: one section a key of the top level, one table a level of mappings."""
    schema = yaml.safe_load((ROOT / "rules/config.schema.yaml").read_text("utf-8"))
    parts = []
    for name, key in schema["properties"].items():
        parts.append(f"## `{name}`\n")
        for title, level in levels(name, key):
            heading = f"### {title}\n\n" if title else ""
            parts.append(f"{heading}{sentence(level.get('description', ''))}\n")
            if rows := list(key_rows(level)):
                parts.append(table(("key", "takes", "default", "what it is"), rows))
            elif not title and "properties" not in level:
                parts.append(f"Takes {takes(level)}.{default_sentence(level)}\n")
    return "\n".join(parts)


def levels(name: str, key: Mapping) -> Iterator[tuple[str, Mapping]]:
    """(heading, schema) of a key and of the mappings that stand in it under names of the user's or in lists."""
    yield "", key
    yield from inner_levels(name, key)


def inner_levels(path: str, key: Mapping) -> Iterator[tuple[str, Mapping]]:
    """Those below one key, each before those below itself."""
    for kind, shown in (("additionalProperties", f"{path}.<name>"), ("items", f"{path}[]")):
        part = key.get(kind)
        if isinstance(part, dict) and "properties" in part:
            yield f"`{shown}`", part
            yield from inner_levels(shown, part)
    for name, part in key.get("properties", {}).items():
        yield from inner_levels(f"{path}.{name}", part)


def key_rows(level: Mapping, path: str = "") -> Iterator[tuple[str, ...]]:
    """Rows of one level, with the keys of mappings inside it by their dotted paths."""
    for name, key in level.get("properties", {}).items():
        needed = "*needed*" if name in level.get("required", []) else ""
        yield f"`{path}{name}`", takes(key), written(key["default"]) if "default" in key else needed, described(key)
        yield from key_rows(key, f"{path}{name}.")


def described(key: Mapping) -> str:
    """The description of a key; formulas in it are code."""
    return sentence(re.sub(r"(?<!`)\by ~ [^;,]*", lambda match: f"`{match[0].strip()}`", key["description"]))


def sentence(text: str) -> str:
    """A description with `<` kept from being taken for a tag."""
    return re.sub(r"(?<!`)<(\w+)>", r"`<\1>`", text.strip())


def written(value: object) -> str:
    """A value as YAML has it on one line."""
    text = yaml.safe_dump(value, default_flow_style=True, width=1000)
    return f"`{text.removesuffix('...' + chr(10)).strip()}`"


def default_sentence(key: Mapping) -> str:
    return f" Default: {written(key['default'])}." if "default" in key else ""


def takes(key: Mapping) -> str:
    """What a key takes, in words."""
    if "enum" in key:
        return ", ".join(f"`{choice}`" for choice in key["enum"])
    kinds = key["type"] if isinstance(key["type"], list) else [key["type"]]
    return " or ".join(kind_in_words(kind, key) for kind in kinds)


def kind_in_words(kind: str, key: Mapping) -> str:
    """One JSON type of a key, with its limits."""
    if kind == "array":
        count = key.get("minItems") if key.get("minItems") == key.get("maxItems") else None
        listed = takes(key["items"])
        return f"{count} of: {listed}" if count else "a list of mappings" if listed == "a mapping" else f"list: {listed}"
    if kind == "object":
        part = key.get("additionalProperties")
        return f"names with {takes(part)} each" if isinstance(part, dict) else "a mapping"
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


def floor_of(rule: str) -> str:
    """The floor on which a rule's script stands."""
    return next(SCRIPTS.glob(f"*/{rule}.py")).parent.name


def rules_table() -> str:
    """Every rule with its script and what its job gives, floor by floor."""
    rules = [found for path in sorted((ROOT / "rules").glob("*.smk")) for found in RULE.findall(path.read_text("utf-8"))]
    rows = [
        (floor, f"[`{rule}`](../scripts/{floor}/{rule}.py)", " ".join(gives.split()))
        for floor in FLOORS
        for rule, gives in rules
        if rule != "all" and floor_of(rule) == floor
    ]
    return table(("floor", "rule and script", "what a job gives"), rows)


def rule_graph() -> str:
    """Snakemake's graph of the default study's rules, by floor; `all`, which needs every result, is left out."""
    command = [sys.executable, "-m", "snakemake", "--rulegraph", "mermaid-js"]
    run = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", cwd=ROOT, check=False)
    if run.returncode:
        sys.exit(run.stderr)
    names = dict(re.findall(r"^\s*(id\d+)\[(\w+)\]", run.stdout, re.MULTILINE))
    edges = [(names[a], names[b]) for a, b in re.findall(r"^\s*(id\d+) --> (id\d+)", run.stdout, re.MULTILINE)]
    lines = ["flowchart LR"]
    for floor in FLOORS:
        rules = sorted(rule for rule in names.values() if rule != "all" and floor_of(rule) == floor)
        lines += [f"    subgraph {floor}", *(f"        {rule}" for rule in rules), "    end"]
    lines += [f"    {a} --> {b}" for a, b in sorted(edges) if b != "all"]
    return "```mermaid\n" + "\n".join(lines) + "\n```\n"


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
        parts += [f"**[`{room.name}`]({link})**: {says(room / '__init__.py')}\n", table(("module", "what it holds"), rows)]
    return "\n".join(parts)


GENERATED: dict[str, Callable[[], str]] = {
    "config reference": config_reference,
    "rules": rules_table,
    "rule graph": rule_graph,
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
    stale = {path: text for path, text in generated_pages().items() if path.read_text("utf-8") != text}
    if check and stale:
        names = ", ".join(f"docs/{path.name}" for path in stale)
        sys.exit(f"out of date: {names}; run `uv run python docs/generate.py`")
    for path, text in stale.items():
        path.write_text(text, encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
