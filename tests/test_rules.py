"""The rules keep the house's order: one name for rule, script, log and benchmark, and every import an input."""

import ast
import re
from pathlib import Path

import pytest
from _imports import imports_of

ROOT = Path(__file__).parents[1]
RULE = re.compile(r"^rule (\w+):\n(.*?)(?=^\S|\Z)", re.MULTILINE | re.DOTALL)
RULES = {
    name: body
    for file in sorted((ROOT / "rules").glob("*.smk"))
    for name, body in RULE.findall(file.read_text("utf-8"))
}


def imported_modules(path: Path) -> set[str]:
    """Names of the shared modules a file imports, directly or through another."""
    names = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            names.add(node.module)
    found = {name for name in names if (path.parent / f"{name}.py").is_file()}
    return found.union(*(imported_modules(path.parent / f"{name}.py") for name in found))


def test_the_walk_finds_the_rules():
    assert {
        "solve_dea",
        "index_productivity",
        "build_panel",
        "winsorise_panel",
        "estimate_table",
        "tabulate_table",
    } <= set(RULES)


@pytest.mark.parametrize("rule", RULES)
def test_every_imported_module_is_an_input(rule):
    script = ROOT / "scripts" / f"{rule}.py"
    assert f'code=imports_of("{rule}")' in RULES[rule]
    assert {path.stem for path in imports_of(script)} == {rule} | imported_modules(script)


@pytest.mark.parametrize("rule", RULES)
def test_rule_script_log_and_benchmark_have_one_name(rule):
    body = RULES[rule]
    assert f'"../scripts/{rule}.py"' in body
    assert re.search(rf'log:\s+"results/logs/{rule}[./]', body)
    # a benchmark is an output, and a rule without outputs runs at each call
    assert rule == "check" or re.search(rf'benchmark:\s+"results/benchmarks/{rule}[./]', body)
    assert "conda:" in body
    assert "run:" not in body
    assert "message:" not in body


@pytest.mark.parametrize("rule", RULES)
def test_scripts_run_after_snakemakes_preamble(rule):
    # Snakemake puts lines before a script, after which a __future__ import is a syntax error.
    assert "from __future__" not in (ROOT / "scripts" / f"{rule}.py").read_text("utf-8")


def test_module_names_do_not_hide_packages():
    import importlib.metadata

    packages = set(importlib.metadata.packages_distributions())
    assert not packages & {path.stem for path in (ROOT / "scripts").glob("*.py")}


@pytest.mark.parametrize("handler", ["onstart", "onsuccess", "onerror"])
def test_a_handler_stands_once(handler):
    # Snakemake keeps the last of several and says nothing
    files = [ROOT / "Snakefile", *(ROOT / "rules").glob("*.smk")]
    assert sum(len(re.findall(rf"^{handler}:", file.read_text("utf-8"), re.MULTILINE)) for file in files) <= 1
