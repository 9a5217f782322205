"""The house's order: floors of scripts over one package, whose rooms import one another one way only."""

import ast
import importlib.metadata
import re
import sys
from pathlib import Path

import pytest
from jinja2 import meta
from study.output.pages import TEMPLATES, environment
from study.plan.imports import imports_of, script_of

SCRIPTS = Path(__file__).parents[1] / "scripts"
FLOORS = ("clean", "derive", "productivity", "panel", "estimate", "present")
# A room imports from itself and from the steps below its own; `scripts` are the floors.
STEPS = (
    {"scripts"},
    {"plan"},
    {"publishers", "audit", "output"},
    {"checks", "variables", "dea", "regression"},
    {"files", "words"},
    {"helpers"},
)
STEP = {room: step for step, rooms in enumerate(STEPS) for room in rooms}
FILES = sorted(SCRIPTS.rglob("*.py"))
MODULES = [path for path in sorted((SCRIPTS / "study").rglob("*.py")) if path.name != "__init__.py"]
PAGES = SCRIPTS / "study/output/pages.py"  # the one module that knows Jinja
PRINTED = sorted(TEMPLATES.glob("*.html"))
RULES = sorted(path.stem for floor in FLOORS for path in (SCRIPTS / floor).glob("*.py"))


def imported(path: Path) -> set[tuple[str, ...]]:
    """What a file imports: names of modules, split at their points, wherever the import stands."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found |= {tuple(alias.name.split(".")) for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, f"{path}: a relative import"
            found.add(tuple(node.module.split(".")))
    return found


def room_of(path: Path) -> str:
    parts = path.relative_to(SCRIPTS).with_suffix("").parts
    return parts[1] if parts[0] == "study" else "scripts"


def test_each_script_stands_on_a_floor_and_each_module_in_a_room():
    assert {path.relative_to(SCRIPTS).parts[0] for path in FILES} == {
        *FLOORS,
        "study",
        "simulate",
        "simulate_example.py",
        "snakemake_logger_plugin_planned",  # where and as Snakemake looks for it
    }
    assert {room_of(path) for path in MODULES} == set(STEP) - {"scripts"}
    assert len(RULES) == len(set(RULES))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.relative_to(SCRIPTS).as_posix())
def test_imports_go_one_way(path):
    floors = {path.stem for floor in FLOORS for path in (SCRIPTS / floor).glob("*.py")} | set(FLOORS)
    for name in imported(path):
        assert name[0] not in floors, f"{path} imports the script {name}"
        assert name[0] != "importlib" or room_of(path) == "scripts", f"{path}: imports have to be found by their text"
        if name[0] == "study" and path.relative_to(SCRIPTS).parts[0] != "simulate":
            assert STEP[name[1]] >= STEP[room_of(path)], f"{path} imports {'.'.join(name)}, a room above its own"


def test_rooms_import_one_another_without_a_circle():
    from graphlib import TopologicalSorter

    rooms = {room: set() for room in STEP}
    for path in MODULES:
        rooms[room_of(path)] |= {name[1] for name in imported(path) if name[0] == "study"} - {room_of(path)}
    assert len(list(TopologicalSorter(rooms).static_order())) == len(STEP)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.relative_to(SCRIPTS).as_posix())
def test_the_package_is_imported_in_one_form(path):
    """`from study.room.module import name`: what the rules' lists of code are read from."""
    text = path.read_text("utf-8")
    named = {name for name in imported(path) if name[0] == "study"}
    assert all((SCRIPTS / Path(*name)).with_suffix(".py").is_file() for name in named), "import from a module"
    assert len(re.findall(r"^[ \t]*(?:import|from) study\b", text, re.MULTILINE)) >= len(named)
    assert not re.search(r"^[ \t]*import study\b|\bimportlib\b|\b__import__\b|\\$", text, re.MULTILINE)


def rendered(path: Path) -> set[str]:
    """Names of the templates that a module makes pages of."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Call) and ast.unparse(node.func).split(".")[-1] == "render" and path != PAGES:
            assert ast.unparse(node.func) == "render", f"{path}: `render` is called by its name alone"
            assert isinstance(node.args[0], ast.Constant), f"{path}: the template's name is written out"
            found.add(node.args[0].value)
    return found


@pytest.mark.parametrize("rule", RULES)
def test_the_code_of_a_rule_is_all_that_it_uses(rule):
    def walk(path: Path, found: set[Path]) -> set[Path]:
        found.add(path)
        if path.suffix == ".html":
            names = meta.find_referenced_templates(environment().parse(path.read_text("utf-8")))
            used = [TEMPLATES / name for name in names]  # a None would be a name that is computed
        else:
            names = [name for name in imported(path) if name[0] == "study"]
            used = [(SCRIPTS / Path(*name)).with_suffix(".py") for name in names]
            used += [TEMPLATES / name for name in rendered(path)]
        for file in used:
            if file not in found:
                walk(file, found)
        return found

    script = script_of(rule, SCRIPTS)
    assert set(imports_of(script, SCRIPTS)) == walk(script, set())


def test_each_template_is_code_of_a_rule_that_prints_and_of_no_other():
    users = {
        path: {rule for rule in RULES if path in imports_of(script_of(rule, SCRIPTS), SCRIPTS)} for path in PRINTED
    }
    assert set(TEMPLATES.iterdir()) == set(PRINTED)
    assert users[TEMPLATES / "audit.html"] == {"tabulate_audit"}
    assert users[TEMPLATES / "table.html"] == {"tabulate_table", "tabulate_description", "tabulate_productivity"}
    assert users[TEMPLATES / "page.html"] == {
        *("check_inputs", "check_panel", "tabulate_table", "tabulate_description", "tabulate_productivity"),
        *("compare_hypotheses", "compare_published", "tabulate_audit"),
    }
    assert all(users.values())


def test_html_is_written_in_templates_alone():
    for path in FILES:
        if room_of(path) in ("output", "scripts"):  # files of others, which readers read, have tags
            assert not re.search(r"</\w", path.read_text("utf-8")), path
        printers = {name[0] for name in imported(path)} & {"html", "jinja2", "markupsafe"}
        assert printers == ({"jinja2"} if path == PAGES else set()), path


@pytest.mark.parametrize("path", PRINTED, ids=lambda path: path.name)
def test_templates_escape_all_and_stand_alone(path):
    text = path.read_text("utf-8")
    assert environment().autoescape is True
    assert not re.search(r"\|\s*(safe|forceescape)\b|\bautoescape\b|\bMarkup\b", text)
    assert not re.search(r"<script|\b(src|href|on\w+)\s*=|url\(|@import|https?:", text)


def test_rooms_say_what_they_hold_and_do_nothing():
    for path in (SCRIPTS / "study").rglob("__init__.py"):
        body = ast.parse(path.read_text("utf-8")).body
        assert len(body) == 1, path
        assert ast.get_docstring(ast.Module(body, [])), path


def test_module_names_do_not_hide_packages():
    packages = set(importlib.metadata.packages_distributions()) | set(sys.stdlib_module_names)
    assert not packages & {path.stem for path in SCRIPTS.iterdir()}


def constants(path: Path) -> set[str]:
    """Names of a module's constants, without the underscore of those it keeps to itself."""
    found = set()
    for node in ast.parse(path.read_text("utf-8")).body:
        targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
        names = [name for target in targets for name in (target.elts if isinstance(target, ast.Tuple) else [target])]
        found |= {name.id.lstrip("_") for name in names if isinstance(name, ast.Name)}
    return {name for name in found if re.fullmatch("[A-Z][A-Z0-9_]*", name)}


def test_a_constants_name_has_one_meaning():
    stands: dict[str, list[str]] = {}
    for path in FILES:
        for name in constants(path):
            stands.setdefault(name, []).append(path.relative_to(SCRIPTS).as_posix())
    assert len(stands) > 500
    assert {name: paths for name, paths in stands.items() if len(paths) > 1} == {}


def test_star_levels_stand_once():
    for path in [
        *FILES,
        *PRINTED,
        *(SCRIPTS.parent / "rules").rglob("*.smk"),
        *(SCRIPTS.parent / "rules").rglob("*.rst"),
    ]:
        levels = re.findall(
            r"p (?:<|&lt;) 0?\.01\b|\.1, 0?\.05, 0?\.01\b|\.01, 0?\.05, 0?\.1\b", path.read_text("utf-8")
        )
        assert bool(levels) == (path.name == "stars.py"), path
