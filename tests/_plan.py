"""Studies as the plan sees them, made without Snakemake."""

import copy

import yaml
from conftest import ROOT, default_config
from study.plan.schema import check_schema, with_defaults
from study.plan.study import Study

SCHEMA = yaml.safe_load((ROOT / "rules" / "config.schema.yaml").read_text("utf-8"))
EXAMPLE = str(ROOT / "resources" / "example")
PANEL = {
    "panel": {"path": "panel.csv", "columns": {"province": "city", "year": "period"}},
    "tables": {"main": {"title": "Main", "columns": ["y ~ x + z | city + period"]}},
}
MODEL = {"name": "gml", "measure": "sbm_ddf", "inputs": ["x"], "good_outputs": ["y"], "bad_outputs": ["z"]}


def raw_study(*command, **sections):
    """The default study on the example's tables with keys of its sections changed; a section of None is left out."""
    return made(default_config() | {"inputs": EXAMPLE}, command, sections)


def panel_study(*command, **sections):
    """A study of panel.csv in the working directory."""
    return made(copy.deepcopy(PANEL), command, sections)


def made(config, command, sections):
    for name, section in sections.items():
        mapped = isinstance(section, dict) and name not in ("tables", "figures")
        config[name] = config.get(name, {}) | section if mapped else section
    config = {name: section for name, section in config.items() if section is not None}
    check_schema(config, SCHEMA)
    return Study(with_defaults(config, SCHEMA), ROOT, command)


def write_panel(folder, rows=None, header="city,period,y,x,z"):
    """panel.csv of three cities and four years, or of `rows`."""
    years = range(2010, 2014)
    rows = rows or [f"City {u},{t},{1 + u * t % 7},{1 + (u + t) % 5},{1 + t % 3}" for u in "123" for t in years
                    for u in [int(u)]]  # fmt: skip
    (folder / "panel.csv").write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
