"""The rules keep the house's order: one name for rule, script, log and benchmark; the code is an input."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
from study.plan.imports import script_of, tables_read

ROOT = Path(__file__).parents[1]
SCRIPTS = ROOT / "scripts"
RULE = re.compile(r"^rule (\w+):\n(.*?)(?=^\S|\Z)", re.MULTILINE | re.DOTALL)
RULES = {
    name: body
    for file in sorted((ROOT / "rules").glob("*.smk"))
    for name, body in RULE.findall(file.read_text("utf-8"))
}


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
def test_the_code_of_a_rule_is_its_input(rule):
    assert f'code=imports_of("{rule}")' in RULES[rule]


@pytest.mark.parametrize("rule", sorted({*RULES} - {"check", "why"}))  # these run at each call
def test_a_rule_depends_on_the_contents_of_its_code_and_of_what_the_user_brings(rule):
    # a lambda, so that a start reads what its jobs need alone; not of `input`, for Snakemake would not compare that
    given = re.search(
        rf'contents=lambda wildcards: contents_of\(\s*"{rule}"(?:,\s*(.*?))?\s*\),\n', RULES[rule], re.DOTALL
    )
    inputs = re.search(r"^    input:\n(.*?)^    \w", RULES[rule], re.MULTILINE | re.DOTALL)[1]
    brought = re.findall(r"^        (?:raw|panel|published)=(?:lambda wildcards: )?(.*),\n", inputs, re.MULTILINE)
    assert [given[1] or ""] == ([files for files in brought if '"results/' not in files] or [""])


def tables_of(rule):
    """The workflow's tables whose rows are marked in a rule's params, and the one that is named there."""
    marked = re.search(r"rows=marks_of\(([^)]*)\)", RULES[rule])
    parts = re.findall(r'"(\w+)(?::\w+)?"', marked[1]) if marked else []
    return {*parts, *re.findall(r'from_workflow\("resources/(\w+)\.csv"\)', RULES[rule])}


def test_the_rows_that_a_rule_reads_of_the_workflows_tables_are_marked_in_its_params():
    found = {rule: set(tables_read(script_of(rule, SCRIPTS), SCRIPTS)) for rule in RULES}
    tables = {"units", "us_industries", "robots", "provinces", "balance", "cities", "fuels", "industries"}
    assert tables | {"levels", "shares", "stock_yogo", "tf_critical_values"} == set().union(*found.values())
    for rule, names in found.items():
        assert names == tables_of(rule) - {"catalog"}, rule


def test_no_file_of_resources_is_an_input():
    # its bytes would count: comments, blank lines, the order of rows
    for rule, body in RULES.items():
        inputs = re.split(r"^    (?:in|out)put:", body, flags=re.MULTILINE)[1]
        assert "resources/" not in inputs, rule


@pytest.mark.parametrize("rule", RULES)
def test_rule_script_log_and_benchmark_have_one_name(rule):
    body = RULES[rule]
    assert f'"../scripts/{script_of(rule, SCRIPTS).relative_to(SCRIPTS).as_posix()}"' in body
    assert re.search(rf'log:\s+"results/logs/{rule}[./]', body)
    # a benchmark is an output, and a rule without outputs runs at each call
    assert rule in ("check", "why") or re.search(rf'benchmark:\s+"results/benchmarks/{rule}[./]', body)
    assert "conda:" in body
    assert "run:" not in body
    assert "message:" not in body


@pytest.mark.parametrize("rule", RULES)
def test_scripts_run_after_snakemakes_preamble(rule):
    # Snakemake puts lines before a script, after which a __future__ import is a syntax error.
    assert "from __future__" not in script_of(rule, SCRIPTS).read_text("utf-8")


@pytest.mark.parametrize("handler", ["onstart", "onsuccess", "onerror"])
def test_a_handler_stands_once(handler):
    # Snakemake keeps the last of several and says nothing
    files = [ROOT / "Snakefile", *(ROOT / "rules").glob("*.smk")]
    assert sum(len(re.findall(rf"^{handler}:", file.read_text("utf-8"), re.MULTILINE)) for file in files) <= 1


def test_rules_files_hold_no_functions():
    # what rules ask is `study.plan`, which is tested as functions
    files = [ROOT / "Snakefile", *(ROOT / "rules").glob("*.smk")]
    assert not [file.name for file in files if re.search(r"^\s*(def|class) ", file.read_text("utf-8"), re.MULTILINE)]


def test_what_refuses_a_study_is_told_in_one_place():
    files = [ROOT / "Snakefile", *(ROOT / "rules").glob("*.smk")]
    assert sum(file.read_text("utf-8").count("raise WorkflowError") for file in files) == 1


LIGHT = (
    *("clean_yearbook", "clean_balances", "clean_book", "clean_balance_book", "clean_inventory", "clean_patents"),
    *("clean_robots", "clean_census", "clean_foreign_employment", "derive_variable", "derive_real_gdp"),
    *("derive_production", "derive_regions", "derive_imputed", "build_codebook"),
)


@pytest.mark.parametrize("rule", LIGHT)
def test_a_small_job_loads_no_heavy_library(rule):
    script = script_of(rule, SCRIPTS)
    code = (
        f"import runpy, sys; sys.path.insert(0, {str(SCRIPTS)!r}); runpy.run_path({str(script)!r})\n"
        "print(*sorted({'numpy', 'pandas', 'matplotlib', 'pulp', 'linearmodels'} & sys.modules.keys()))"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == ""
