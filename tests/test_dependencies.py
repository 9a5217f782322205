"""pyproject.toml, requirements.txt and envs/environment.yaml name the same versions."""

import re
import tomllib
from pathlib import Path

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


PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
DIRECT = pins(PROJECT["project"]["dependencies"] + PROJECT["dependency-groups"]["dev"])
INDIRECT = pins(PROJECT["tool"]["uv"]["constraint-dependencies"])
REQUIREMENTS = (ROOT / "requirements.txt").read_text("utf-8")


def test_requirements_have_the_projects_versions_and_hashes():
    lines = [line for line in REQUIREMENTS.splitlines() if line and line[0] not in "# "]
    assert pins(lines) == DIRECT | INDIRECT
    blocks = re.split(r"\n(?=\S)", REQUIREMENTS.strip())
    assert all("--hash=sha256:" in block for block in blocks if "==" in block)


def test_conda_environment_has_the_projects_versions():
    environment = yaml.safe_load((ROOT / "envs" / "environment.yaml").read_text("utf-8"))
    by_pip = next(entry["pip"] for entry in environment["dependencies"] if isinstance(entry, dict))
    assert pins(by_pip) == DIRECT | INDIRECT


def test_no_file_names_a_download_address():
    for text in (REQUIREMENTS, (ROOT / "envs" / "environment.yaml").read_text("utf-8")):
        assert "http" not in text
