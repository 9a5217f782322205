"""README shows the workflow as it is."""

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text("utf-8")


def edges(graph: str) -> set[tuple[str, str]]:
    """(rule, rule that needs it) of a Mermaid flow chart."""
    names = dict(re.findall(r"^\s*(id\d+)\[(\w+)\]", graph, re.MULTILINE))
    return {(names[a], names[b]) for a, b in re.findall(r"^\s*(id\d+) --> (id\d+)", graph, re.MULTILINE)}


def test_the_rule_graph_is_snakemakes():
    run = subprocess.run(
        [sys.executable, "-m", "snakemake", "--rulegraph", "mermaid-js"], capture_output=True, text=True, cwd=ROOT
    )
    assert run.returncode == 0, run.stderr
    shown = re.search(r"```mermaid\n(.*?)```", README, re.DOTALL)[1]
    assert len(edges(shown)) > 20
    assert edges(shown) == edges(run.stdout)


def test_the_two_commands_stand_on_the_first_screen():
    first_screen = README[:1500]
    assert "pip install uv && uv run snakemake --cores 8" in first_screen
    assert "uv run pytest" in first_screen


def test_files_that_the_readme_names_exist():
    for path in re.findall(r"(?:resources|rules|scripts|envs)/[\w./]+\w", README):
        assert (ROOT / path).exists(), path
