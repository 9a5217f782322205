"""Studies as the plan sees them, made without Snakemake."""

import copy

from conftest import ROOT, default_config
from study.plan.schema import check_schema, read_schema, with_defaults
from study.plan.study import Study

SCHEMA = read_schema(ROOT / "rules" / "config.schema.yaml")
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
        if mapped:
            config[name] = {key: part for key, part in config[name].items() if part is not None}
    config = {name: section for name, section in config.items() if section is not None}
    check_schema(config, SCHEMA)
    return Study(with_defaults(config, SCHEMA), ROOT, command)


def write_panel(folder, rows=None, header="city,period,y,x,z"):
    """panel.csv of three cities and four years, or of `rows`."""
    if rows is None:
        rows = [
            f"City {city},{year},{1 + city * year % 7},{1 + (city + year) % 5},{1 + year % 3}"
            for city in (1, 2, 3)
            for year in range(2010, 2014)
        ]
    (folder / "panel.csv").write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
