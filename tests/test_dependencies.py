"""pyproject.toml, the requirements, envs/environment.yaml and the Dockerfile name the same versions."""

import re
import tomllib
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[1]
PIN = re.compile(r"([A-Za-z0-9_.-]+)==([^\s;\\]+)")


def pins(lines) -> dict[str, str]:
    found = {}
    for line in lines:
        match = PIN.match(line.strip())
        assert match, f"no pin: {line}"
        assert match[1].lower() not in found, f"two versions of {match[1]}"
        found[match[1].lower()] = match[2]
    return found


# What a cluster needs beside the rest: every start of Snakemake would load it.
SLURM = "snakemake-executor-plugin-slurm"
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
DIRECT = pins(PROJECT["project"]["dependencies"] + PROJECT["dependency-groups"]["dev"])
INDIRECT = pins(PROJECT["tool"]["uv"]["constraint-dependencies"])
ON_CLUSTERS = pins(PROJECT["dependency-groups"]["slurm"])
ON_CLUSTERS[f"{SLURM}-jobstep"] = INDIRECT.pop(f"{SLURM}-jobstep")
REQUIREMENTS = {
    "requirements.txt": DIRECT | INDIRECT,
    "envs/slurm/requirements.txt": ON_CLUSTERS,
}


@pytest.mark.parametrize("name", REQUIREMENTS)
def test_requirements_have_the_projects_versions_and_hashes(name):
    text = (ROOT / name).read_text("utf-8")
    lines = [line for line in text.splitlines() if line and line[0] not in "# "]
    assert pins(lines) == REQUIREMENTS[name]
    blocks = re.split(r"\n(?=\S)", text.strip())
    assert all("--hash=sha256:" in block for block in blocks if "==" in block)


def test_conda_environment_has_the_projects_versions():
    environment = yaml.safe_load((ROOT / "envs" / "environment.yaml").read_text("utf-8"))
    by_pip = next(entry["pip"] for entry in environment["dependencies"] if isinstance(entry, dict))
    assert pins(by_pip) == DIRECT | INDIRECT


def test_one_range_of_pythons_everywhere():
    least = PROJECT["project"]["requires-python"].removeprefix(">=")
    environment = yaml.safe_load((ROOT / "envs" / "environment.yaml").read_text("utf-8"))
    assert f"python >={least},<3.15" in environment["dependencies"]
    image = re.search(r"^FROM python:([\d.]+)-", (ROOT / "Dockerfile").read_text("utf-8"), re.MULTILINE)
    assert tuple(map(int, least.split("."))) <= tuple(map(int, image[1].split("."))) < (3, 15)


def test_no_file_names_a_download_address():
    for name in (*REQUIREMENTS, "envs/environment.yaml", "Dockerfile"):
        assert "http" not in (ROOT / name).read_text("utf-8"), name
