"""Profiles: what Snakemake takes where the command line says nothing, here and on a cluster."""

import re

import yaml
from conftest import ROOT

DEFAULT, SLURM = (
    yaml.safe_load((ROOT / folder / "config.yaml").read_text("utf-8")) for folder in ("profiles/default", "envs/slurm")
)
TEXTS = [path.read_text("utf-8") for path in (ROOT / "rules").glob("*.smk")]
RULES = {name for text in TEXTS for name in re.findall(r"^rule (\w+):", text, re.MULTILINE)}
LIGHT = {
    name
    for text in TEXTS
    for names in re.findall(r"^localrules:\n((?:    \w+,\n)+)", text, re.MULTILINE)
    for name in re.findall(r"\w+", names)
}


def test_the_cluster_keeps_what_the_default_says():
    """`--workflow-profile` replaces profiles/default as a whole."""
    assert DEFAULT.keys() <= SLURM.keys()
    # all processors of this machine, but no more than those of one node for a job of Slurm
    assert {key for key in DEFAULT if SLURM[key] != DEFAULT[key]} == {"cores"}


def test_each_heavy_rule_asks_for_memory_and_time():
    asked = SLURM["set-resources"]
    assert LIGHT < RULES
    assert asked.keys() == RULES - LIGHT
    assert all(set(each) == {"mem_mb", "runtime"} for each in asked.values())
    assert min(each["mem_mb"] for each in asked.values()) >= 500
    assert min(each["runtime"] for each in asked.values()) >= 5


def test_groups_are_of_heavy_rules_and_of_a_known_size():
    assert set(SLURM["groups"]) <= RULES - LIGHT
    assert SLURM["group-components"].keys() == set(SLURM["groups"].values())


def test_jobs_are_asked_after_where_no_accounting_answers():
    assert SLURM["executor"] == "slurm"
    assert SLURM["slurm-status-command"] == "squeue"
