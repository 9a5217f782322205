"""The pages show the workflow as it is: what is generated is up to date, what is named is there, what is shown runs."""

import re
import subprocess
import sys
from fractions import Fraction
from itertools import product
from pathlib import Path

import pandas as pd
import pytest
import yaml
from check_panel import PANEL_CHECK_COLUMNS
from conftest import ROOT, copy_workflow, default_config, planned_jobs, snakemake, write_config
from study.dea.indices import scale_components
from study.dea.models import check_model, complete_model
from study.helpers import InputError, read_rows
from study.output.inspection import INSPECTION_COLUMNS
from study.plan.refusals import check_study
from study.plan.schema import check_schema, with_defaults
from study.plan.study import Study
from study.regression.formula import parse_column
from study.variables.formulas import FUNCTIONS, QUALIFIERS, parse_formula, scale_to

SCHEMA = yaml.safe_load((ROOT / "rules" / "config.schema.yaml").read_text("utf-8"))
PAGES = {path.relative_to(ROOT).as_posix(): path.read_text("utf-8") for path in (
    *ROOT.glob("*.md"), *ROOT.glob("docs/*.md"), *ROOT.glob("resources/*/README.md"),
) if path.name != "CHANGELOG.md"}  # fmt: skip
README, CHINESE = PAGES["README.md"], PAGES["README.zh.md"]
RUN = "pip install uv && uv run snakemake --cores 8"
# What stands for a name of the study's in a path -> one of the default study's.
NAMES = {"<key>": "gdp", "<model>": "gml", "<province>": "anhui", "<table>": "table_2"}
NAMES |= {"<name>": "gml", "<variable>": "co2"}
# Results that are made only when they are asked for, or of other studies.
ON_DEMAND = {
    "results/check.csv",
    "results/check.html",
    "results/graphs/",
    "results/graphs/lineage_table_2.svg",
    "results/productivity/gml_bootstrap.csv",
    "results/productivity/gml_scale.csv",
}


def without_fences(text: str) -> str:
    return re.sub(r"^```.*?^```", "", text, flags=re.DOTALL | re.MULTILINE)


def fences(text: str, language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", text, re.DOTALL | re.MULTILINE)


def code(text: str) -> list[str]:
    """Code spans of a page; a bar in a table is escaped."""
    return [span.replace(r"\|", "|") for span in re.findall(r"(?<!`)`([^`\n]+)`(?!`)", without_fences(text))]


def links(text: str) -> list[str]:
    """Targets of the links and images that point into the repository."""
    targets = re.findall(r"\]\(([^)\s]+)\)", without_fences(text))
    return [target for target in targets if not re.match(r"[a-z]+:", target)]


def anchors(text: str) -> set[str]:
    """The anchors that GitHub gives a page's headings."""
    found: list[str] = []
    for heading in re.findall(r"^#+ (.+)$", without_fences(text), re.MULTILINE):
        plain = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading).strip().lower()
        found.append(re.sub(r"[^\w\- ]", "", plain).replace(" ", "-"))
    times = [found[:at].count(name) for at, name in enumerate(found)]
    return {f"{name}-{before}" if before else name for name, before in zip(found, times, strict=True)}


def test_generated_parts_are_up_to_date():
    run = subprocess.run([sys.executable, "docs/generate.py", "--check"], capture_output=True, text=True, cwd=ROOT)
    assert run.returncode == 0, run.stderr


def test_the_rule_graph_joins_the_floors():
    (graph,) = fences(PAGES["docs/how-it-works.md"], "mermaid")
    edges = set(re.findall(r"^ +(\w+) --> (\w+)$", graph, re.MULTILINE))
    assert len(edges) > 20
    assert {("clean_balances", "derive_co2"), ("solve_dea", "index_productivity")} <= edges
    assert {one for edge in edges for one in edge} <= set(re.findall(r"^ {8}(\w+)\[", graph, re.MULTILINE))


@pytest.mark.parametrize("page", ["README.md", "README.zh.md"])
def test_a_first_page_is_short_and_begins_with_the_two_commands(page):
    text = PAGES[page]
    assert len(text.splitlines()) <= 200
    assert f"```\n{RUN}\nuv run pytest\n```" in text[:1500]
    assert text.count("![") == 1
    assert text.index("WSL") < text.index("PowerShell") < text.index("docs/images/trends.png")


def test_both_first_pages_say_the_same():
    for language in ("", "yaml"):
        assert fences(CHINESE, language) == fences(README, language)
    commands = [[span for span in code(text) if "snakemake" in span] for text in (README, CHINESE)]
    assert commands[0] == commands[1]

    def targets(text):
        return {target for target in links(text) if target[0] != "#"} - {"README.md", "README.zh.md"}

    assert targets(README) == targets(CHINESE)
    assert len(re.findall("^## ", README, re.MULTILINE)) == len(re.findall("^## ", CHINESE, re.MULTILINE))


def test_every_page_is_listed_on_the_first():
    assert {page for page in PAGES if page.startswith("docs/")} <= {link.split("#")[0] for link in links(README)}


@pytest.mark.parametrize("page", PAGES)
def test_links_and_anchors_exist(page):
    for target in links(PAGES[page]):
        path, _, anchor = target.partition("#")
        file = (ROOT / page).parent / path if path else ROOT / page
        assert file.exists(), f"{page} links to {target}"
        if anchor:
            assert anchor in anchors(file.read_text("utf-8")), f"{page} links to {target}"


@pytest.mark.parametrize("page", PAGES)
def test_named_files_exist(page):
    named = re.findall(r"(?<![\w./<])(?:resources|rules|scripts|envs|docs|tests|profiles)/[\w./-]*[\w/]", PAGES[page])
    for path in named:
        assert (ROOT / path).exists() or list(ROOT.glob(f"{path}*")), f"{page} names {path}"


def test_messages_name_pages_that_exist():
    files = [*ROOT.glob("scripts/**/*.py"), *ROOT.glob("rules/**/*"), ROOT / "config.yaml", ROOT / "Snakefile"]
    texts = {path: path.read_text("utf-8") for path in files if path.is_file()}
    named = {(path, page) for path, text in texts.items() for page in re.findall(r"docs/[\w-]+\.md", text)}
    assert named
    for path, page in named:
        assert page in PAGES, f"{path} names {page}"
    readers = [path for path, text in texts.items() if re.search(r"\bREADME\b(?!\.md)", text)]
    assert not readers, "name the page"


@pytest.mark.parametrize("name", ["cost", "coverage", "dea", "monte_carlo", "reruns"])
def test_programs_that_the_pages_name_start(name):
    assert any(f"tests/benchmarks/{name}.py" in text for text in PAGES.values())
    program = ROOT / "tests" / "benchmarks" / f"{name}.py"
    run = subprocess.run([sys.executable, program, "--help"], capture_output=True, text=True)
    assert run.returncode == 0, run.stderr


# --- config ---------------------------------------------------------------------------------------------------------


def loose(schema: dict) -> dict:
    """The schema without what a whole study needs, for a part of a config; entries of lists and names stay whole."""
    part = {key: value for key, value in schema.items() if key not in ("required", "if", "else")}
    if "properties" in part:
        part["properties"] = {key: loose(value) for key, value in part["properties"].items()}
    return part


def check_part(config: dict) -> None:
    check_schema(config, loose(SCHEMA))
    for name, table in config.get("tables", {}).items():
        for column in table["columns"]:
            assert parse_column(column, ["open"]).dependent, name
    for model in config.get("productivity", {}).get("models", []):
        check_model(complete_model(model))


SNIPPETS = [(page, text) for page in PAGES for text in fences(PAGES[page], "yaml")]


@pytest.mark.parametrize(("page", "text"), SNIPPETS, ids=[page for page, _ in SNIPPETS])
def test_parts_of_a_config_are_what_the_schema_takes(page, text):
    check_part(yaml.safe_load(text))


def test_a_misspelt_part_would_be_refused():
    with pytest.raises(Exception, match="winsorize"):
        check_part({"cleaning": {"winsorize": {"lower": 5, "upper": 95}}})


def test_keys_in_the_text_are_keys_of_the_config():
    keys = 0
    for page, text in PAGES.items():
        for span in code(text):
            if (found := re.match(r"(\w+): +[\[{]", span)) and found[1] in SCHEMA["properties"]:
                check_part(yaml.safe_load(span))
                keys += 1
            elif re.fullmatch(r"\w+(\.\w+)+", span) and span.split(".")[0] in SCHEMA["properties"]:
                if span.endswith((".csv", ".html", ".py", ".yaml")):
                    continue
                level = SCHEMA
                for part in span.split("."):
                    inner = (level.get("items"), level.get("additionalProperties"))
                    keys_here = next((one for one in inner if isinstance(one, dict)), level)["properties"]
                    assert part in keys_here, f"{page}: {span}"
                    level = keys_here[part]
                keys += 1
    assert keys > 20


def test_the_panel_study_of_the_page_is_planned(tmp_path):
    (text,) = [text for text in fences(PAGES["docs/own-panel.md"], "yaml") if text.startswith("# my_study/config.yaml")]
    folder = tmp_path / "my_study"
    folder.mkdir()
    (folder / "config.yaml").write_text(text, encoding="utf-8")
    lines = ["city,period,K,L,E,Y,CO2,treated"]
    for city, quarter in product(range(1, 7), range(1, 5)):
        amounts = (city + quarter, 2 + city % 3, 1 + quarter, city + 3, 1 + city * quarter)
        lines.append(f"City {city},2013Q{quarter},{','.join(map(str, amounts))},{int(city % 2 and quarter > 2)}")
    (folder / "my_panel.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    jobs = planned_jobs(snakemake(ROOT / "Snakefile", folder, "-n"))
    assert jobs["solve_dea"] == 6
    assert jobs["tabulate_table"] == 1


def test_the_regressions_of_the_pages_are_planned(tmp_path):
    config = default_config() | {"inputs": str(ROOT / "resources" / "example")}
    shown = [text for page in ("README.md", "docs/regressions.md") for text in fences(PAGES[page], "yaml")]
    for at, text in enumerate(shown):
        tables = yaml.safe_load(text).get("tables", {})
        # the table `names` is of a panel that has them
        config["tables"] |= {f"{name}_{at}": table for name, table in tables.items() if name != "names"}
    write_config(tmp_path, config)
    jobs = planned_jobs(snakemake(ROOT / "Snakefile", tmp_path, "-n"))
    assert len(config["tables"]) == len(default_config()["tables"]) + 3
    assert jobs["estimate_table"] == len(config["tables"])


VARIABLES = PAGES["docs/variables.md"]


@pytest.fixture(scope="module")
def with_the_control(tmp_path_factory):
    """The workflow with the control of docs/variables.md as one more line of resources/variables.csv."""
    home = copy_workflow(tmp_path_factory.mktemp("control")).parent
    (row,) = fences(VARIABLES, "csv")
    with (home / "resources/variables.csv").open("a", encoding="utf-8", newline="") as file:
        file.write(row)
    return home


SHORT = "# my_study/config.yaml"  # how a whole config begins on the page, not a part of one


def study_of(config: dict, home: Path) -> Study:
    """The study of a config on the example's tables, after the checks of a start."""
    config = config | {"inputs": str(ROOT / "resources" / "example")}
    check_schema(config, SCHEMA)
    study = Study(with_defaults(config, SCHEMA), home)
    check_study(study)
    return study


@pytest.mark.parametrize("text", [text for text in fences(VARIABLES, "yaml") if not text.startswith(SHORT)])
def test_variables_and_raw_tables_of_the_page_are_taken(with_the_control, text):
    part = yaml.safe_load(text)
    own, tables = part.get("variables", {}).get("own", []), part.get("catalog", {}).get("own", [])
    config = default_config() | part
    if "productivity" in part:
        config = {key: config[key] for key in ("study", "emissions", "capital", *part)}
        config["tables"] = {"main": {"columns": ["gtfp ~ urban | province + year"]}}
    elif "tables" in part:
        config["tables"] = default_config()["tables"] | part["tables"]
    study = study_of(config, with_the_control)
    assert {row["name"] for row in own} <= set(study.derived.made) | {"open_cny"}  # which the page uses nowhere
    for row in tables:
        assert row["key"] in {key for one in own for key in study.derived.needs_of(one["name"])}
    if "controls" in part:
        assert "services" in study.derived.panel_columns
        assert "value_added_tertiary" in study.derived.needs_of("services")


def test_the_short_config_of_the_page_asks_for_three_raw_tables():
    (text,) = [text for text in fences(VARIABLES, "yaml") if text.startswith(SHORT)]
    study = study_of(yaml.safe_load(text), ROOT)
    assert study.derived.panel_columns == ["province", "year", "gov", "urban"]
    assert sorted(study.derived.raw_needs) == ["budget_expenditure", "gdp", "urbanisation"]


def test_formulas_of_the_page_are_what_it_says():
    allowed = VARIABLES.split("## Formulas")[1].split("\n## ")[0]
    assert set(re.findall(r"`(\w+)\(x\)`", allowed)) == {*FUNCTIONS, *QUALIFIERS}
    units = {"population": "10^4 persons", "area": "10^4 km2"}
    assert scale_to(parse_formula("population / area", ""), units, "10^4 persons per km2", "") == Fraction(1, 10000)
    with pytest.raises(InputError, match="CNY per CNY of 2000 prices"):
        units = {"budget_expenditure": "10^8 CNY", "real_gdp": "10^8 CNY of 2000 prices"}
        scale_to(parse_formula("budget_expenditure / real_gdp", ""), units, "ratio", "")


def test_columns_of_a_row_are_those_of_the_file():
    rows = re.findall(r"^\| ((?:`\w+`(?:, )?)+) \|.*\| (.+) \|$", VARIABLES, re.MULTILINE)
    columns = {name: own for names, own in rows for name in re.findall(r"\w+", names)}
    assert list(columns) == list(read_rows(ROOT / "resources/variables.csv")[0])
    own = SCHEMA["properties"]["variables"]["properties"]["own"]["items"]
    assert {name for name, text in columns.items() if text != "not there"} == {*own["properties"]}
    assert {name for name, text in columns.items() if text == "needed"} == {*own["required"]}


# --- numbers, files, columns ----------------------------------------------------------------------------------------


def test_functions_stand_where_the_pages_say():
    found = 0
    for page, text in PAGES.items():
        english = re.findall(r"((?:`\w+`(?: and | or )?)+)\s+(?:in|of)\s+\[`\w+\.py`\]\(([^)]+)\)", text)
        chinese = re.findall(r"\[`\w+\.py`\]\(([^)]+)\) 的 ((?:`\w+`(?: 和 )?)+)", text)
        for names, path in [*english, *((names, path) for path, names in chinese)]:
            source = ((ROOT / page).parent / path).read_text("utf-8")
            for name in re.findall(r"`(\w+)`", names):
                stands = rf"^(?:(?:def|class) {name}\b|{name}(?:: [^=]+)? = )"
                assert re.search(stands, source, re.MULTILINE), f"{page}: {name} in {path}"
                found += 1
    assert found > 20


def test_columns_of_the_workflows_tables_are_there():
    for page in ("README.md", "README.zh.md"):
        english = re.findall(r"column `(\w+)` of \[`[\w.]+`\]\((resources/\w+\.csv)\)", PAGES[page])
        chinese = [(name, path) for path, name in re.findall(r"\]\((resources/\w+\.csv)\) 的 `(\w+)` 列", PAGES[page])]
        assert len(english + chinese) == 2
        for name, path in english + chinese:
            assert name in read_rows(ROOT / path)[0], f"{page}: {name} of {path}"


def in_default_study(path: str) -> str:
    for placeholder, name in NAMES.items():
        path = path.replace(placeholder, name)
    return path


def header(results: Path, path: str) -> list[str]:
    return list(pd.read_csv(results.parent / path, nrows=0, encoding="utf-8").columns)


def documented_columns() -> list[tuple[str, list[str], bool]]:
    """(File, columns, whether these are all) of each row of docs/results.md that lists columns."""
    rows = []
    for line in PAGES["docs/results.md"].splitlines():
        if line.startswith("| `results/"):
            files, columns = line.strip("| ").split(" | ")
            names = re.findall(r"`(\w+)`", re.sub(r"\([^()]*\)", "", columns))
            named = re.findall(r"`(results/[^`]+\.csv)`", files)
            rows += [(in_default_study(file), names, "then" not in columns) for file in named if names]
    return rows


def test_columns_are_those_of_a_run(default_study):
    seen = set()
    for path, columns, whole in documented_columns():
        if path not in ON_DEMAND:
            found = header(default_study, path)
            assert (found if whole else found[: len(columns)]) == columns, path
            seen.add(path)
    assert len(seen) > 25


def test_columns_of_what_is_made_on_demand():
    documented = [(path, columns) for path, columns, _ in documented_columns() if path in ON_DEMAND]
    checks = [columns for path, columns in documented if path == "results/check.csv"]
    assert checks == [INSPECTION_COLUMNS, PANEL_CHECK_COLUMNS]
    changes = pd.DataFrame({"province": ["a"], "year": [1], "index": 1.0})
    changes = changes.assign(efficiency_change=1.0, technical_change=1.0)
    split = scale_components(changes, changes, "malmquist_luenberger")
    assert dict(documented)["results/productivity/gml_scale.csv"] == list(split.columns)


def test_results_that_the_pages_name_are_made(default_study):
    named = {}
    for page, text in PAGES.items():
        for path in re.findall(r"results/[\w./<>-]*[\w/>]", without_fences(text)):
            named.setdefault(in_default_study(path), page)
    absent = {path for path in named if not (default_study.parent / path).exists()}
    assert absent <= ON_DEMAND, {path: named[path] for path in absent - ON_DEMAND}
    assert len(named) > 50
    for text in (README, CHINESE):
        for path, names in re.findall(r"`(results/[^`]+\.csv)`(?:, |，)(?:columns?|列) ((?:`\w+`(?:, |、)?)+)", text):
            assert set(re.findall(r"\w+", names)) <= set(header(default_study, path)), path


def test_eight_numbers_are_where_the_first_page_says(default_study):
    """A Kleibergen-Paap statistic, a CO2 factor, the winsorising rule, a cumulative index, the rule of an imputed cell,
    a star level, an exposure weight, a unit conversion."""
    table = pd.read_csv(default_study / "tables" / "table_3.csv", dtype=str)
    for term in ("Kleibergen-Paap rk LM", "Kleibergen-Paap rk Wald F"):
        assert f"`{term}`" in README
        assert table.loc[table["term"] == term, "estimate"].astype(float).gt(0).sum() == 2
    assert "raw_coal: 1.9003 kg CO2 per kg" in (default_study / "logs" / "derive_co2.log").read_text("utf-8")
    assert pd.read_csv(default_study / "winsorised.csv")["below"].max() == 15
    gml = pd.read_csv(default_study / "productivity" / "gml.csv")
    panel = pd.read_csv(default_study / "panel.csv")
    assert gml["cumulative"].tolist() == panel["gtfp"].tolist()
    assert "linear interpolation inside the series" in set(pd.read_csv(default_study / "imputed.csv")["rule"])
    assert "*** p &lt; 0.01" in (default_study / "tables" / "table_2.html").read_text("utf-8")
    employment = pd.read_csv(default_study / "clean" / "employment_2004.csv")
    shares = employment["employment"] / employment.groupby("province")["employment"].transform("sum")
    assert shares.between(0, 1).all()
    assert " from 千美元, x 1e-05" in (default_study / "logs" / "clean_yearbook" / "trade.log").read_text("utf-8")


def test_rules_of_imputed_cells_are_listed(default_study):
    listed = PAGES["docs/results.md"].split("### Rules of imputed cells")[1].split("\n## ")[0]
    for rule in read_rows(default_study / "imputed_counts.csv"):
        assert f"`{rule['rule']}`" in listed, rule
