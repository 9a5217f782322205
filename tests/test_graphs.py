"""Pictures of the workflow: places of boxes and lines, what is collapsed, and the same bytes at each call."""

import random
import re
import shutil
from itertools import combinations
from xml.etree import ElementTree

import pytest
from conftest import snakemake
from study.output.graphs import FLOOR_COLOURS, Graph, Node, as_mermaid, as_svg, box_size
from study.output.layered import Lane, columns_of, crossings, heights, ordered, spread, with_lanes
from study.plan.dry_run import Job
from study.plan.graphs import file_graph, lineage, rule_graph, shortened

CODE = ("../workflow/scripts/study/helpers.py", "../workflow/scripts/study/output/templates/page.html")
FOLDERS = ["results", "raw", "../workflow"]
UNITS = [f"unit_{number}" for number in range(6)]


def job(rule: str, inputs: str, outputs: str) -> Job:
    return Job(rule, (*inputs.split(), *CODE), tuple(outputs.split()), "Forced execution")


DEA = [f"results/dea/gml/{unit}.csv" for unit in UNITS]
JOBS = [
    job("clean_balances", "raw/energy/coke.csv", "results/clean/coke.csv results/clean/imputed/coke.csv"),
    job("clean_balances", "raw/energy/raw_coal.csv", "results/clean/raw_coal.csv results/clean/imputed/raw_coal.csv"),
    job("derive_co2", "results/clean/coke.csv results/clean/raw_coal.csv", "results/derived/co2.csv"),
    job("derive_production", "results/derived/co2.csv", "results/derived/production.csv"),
    *(job("solve_dea", "results/derived/production.csv", f"{path} {path.replace('dea', 'peers')}") for path in DEA),
    job("index_productivity", " ".join(DEA), "results/productivity/gml.csv"),
    job("build_codebook", "", "results/codebook.csv"),
    job("estimate_table", "results/derived/co2.csv results/productivity/gml.csv", "results/estimates/table_2.json"),
    job(
        "tabulate_table",
        "results/estimates/table_2.json results/codebook.csv ../workflow/resources/published/table_2.csv",
        "results/tables/table_2.csv results/tables/table_2.html results/tables/table_2.tex",
    ),
]
RULES = rule_graph(JOBS, FOLDERS)
FILES = file_graph(JOBS, FOLDERS)
LINEAGE = lineage(JOBS, FOLDERS, "results/tables/table_2.csv", {"co2": "CO2 emissions", "gml": "gtfp"})


def text_of(graph: Graph) -> dict[str, str]:
    return {name: " ".join(node.lines) for name, node in graph.nodes.items()}


def test_rules_are_collapsed_with_the_number_of_their_jobs():
    texts = text_of(RULES)
    assert texts["solve_dea"] == "solve_ dea ×6"
    assert texts["clean_balances"] == "clean_ balances ×2"
    assert texts["derive_co2"] == "derive_ co2"
    assert RULES.nodes["solve_dea"].floor == "productivity"
    assert ("derive_co2", "estimate_table") in RULES.edges
    assert len(RULES.edges) == 8


def test_files_are_collapsed_by_folder_and_modules_left_out():
    texts = text_of(FILES)
    assert texts["solve_dea results/dea/gml"] == "dea/gml/ 6 files by solve_dea"
    assert texts[" raw/energy"] == "energy/ coke raw_coal"
    assert texts["tabulate_table results/tables"] == "tables/ table_2 (csv, html, tex)"
    assert texts[" ../workflow/resources/published"] == "resources/published/ table_2"
    assert FILES.nodes[" raw/energy"].floor == "raw"
    assert not any("scripts" in text for text in texts.values())
    assert (" raw/energy", "clean_balances results/clean/imputed") in FILES.edges


def test_a_lineage_names_each_file_and_variable_and_what_leads_elsewhere_is_left_out():
    assert set(text_of(LINEAGE).values()) == {
        *("energy/coke.csv", "energy/raw_coal.csv", "coke.csv", "raw_coal.csv", "co2.csv CO2 emissions"),
        *("production.csv", "dea/gml/ linear programs ×6", "productivity/gml.csv gtfp", "estimates/table_2.json"),
        *("codebook.csv", "resources/published/table_2.csv", "tables/table_2.csv"),
        *("resources/balance.csv", "resources/provinces.csv", "resources/units.csv"),
        *("resources/fuels.csv", "resources/stock_yogo.csv", "resources/levels.csv", "resources/shares.csv"),
    }
    assert ("results/dea/gml", "results/productivity/gml.csv") in LINEAGE.edges
    assert len(LINEAGE.edges) == 26


def made_of(graph: Graph, table: str) -> set[str]:
    """What a picture shows to be made of one of the workflow's own tables."""
    return {target for source, target in graph.edges if source == f"../workflow/resources/{table}.csv"}


def test_the_workflows_own_tables_are_grey_boxes_before_what_is_made_with_them():
    jobs = [*JOBS, job("derive_exposure", "results/clean/robots_china.csv", "results/derived/ai.csv")]
    files, table = file_graph(jobs, FOLDERS), lineage(jobs, FOLDERS, "results/derived/ai.csv", {})
    assert made_of(LINEAGE, "fuels") == {"results/derived/co2.csv"}
    assert made_of(table, "industries") == {"results/derived/ai.csv"}
    assert made_of(files, "fuels") == {"derive_co2 results/derived"}
    assert made_of(files, "industries") == {"derive_exposure results/derived"}
    assert files.nodes["../workflow/resources/fuels.csv"] == Node(("resources/", "fuels"), "raw")
    assert made_of(table, "fuels") == set()
    assert not any("resources" in name for name in RULES.nodes)


def test_own_tables_of_which_many_boxes_are_made_share_one():
    cleaned = [f"results/clean/fuel_{number}.csv" for number in range(5)]
    jobs = [job("clean_balances", "", path) for path in cleaned]
    graph = lineage([*jobs, job("derive_co2", " ".join(cleaned), "co2.csv")], FOLDERS, "co2.csv", {})
    own = {name: node for name, node in graph.nodes.items() if "resources" in name}
    assert own.keys() == {"../workflow/resources", "../workflow/resources/fuels.csv"}
    assert own["../workflow/resources"] == Node(
        ("resources/", "balance", "levels", "provinces", "shares", "units"), "raw"
    )
    assert {target for source, target in graph.edges if source == "../workflow/resources"} == {*cleaned, "co2.csv"}
    assert {stop for edge in graph.edges for stop in edge} == graph.nodes.keys()


@pytest.mark.parametrize("units", [1, 3])
def test_few_units_are_one_box_as_many_are(units):
    programs = [job("solve_dea", "results/derived/production.csv", path) for path in DEA[:units]]
    jobs = [*programs, job("index_productivity", " ".join(DEA[:units]), "results/productivity/gml.csv")]
    count = "1 file" if units == 1 else f"{units} files"
    assert text_of(file_graph(jobs, FOLDERS))["solve_dea results/dea/gml"] == f"dea/gml/ {count} by solve_dea"
    texts = text_of(lineage(jobs, FOLDERS, "results/productivity/gml.csv", {}))
    assert texts["results/dea/gml"] == f"dea/gml/ linear programs ×{units}"


def test_a_path_is_shown_from_the_first_folder_that_holds_it():
    assert shortened("results/clean/coke.csv", ["results/clean", "results"]) == "coke.csv"
    assert shortened("results", ["results"]) == "results"
    assert shortened("elsewhere/x.csv", FOLDERS) == "elsewhere/x.csv"


def made_up(seed: int, nodes: int = 24, edges: int = 40) -> Graph:
    """A graph of random edges, most of them from floor to floor."""
    source = random.Random(seed)
    floors = list(FLOOR_COLOURS)
    boxes = {f"n{at:02d}": Node((f"box {at}" * source.randint(1, 3),), source.choice(floors)) for at in range(nodes)}
    pairs = {tuple(source.sample(sorted(boxes), 2)) for _ in range(edges)}
    forward = {pair for pair in pairs if floors.index(boxes[pair[0]].floor) <= floors.index(boxes[pair[1]].floor)}
    return Graph(boxes, forward)


def test_what_is_read_stands_left_and_floors_keep_their_order():
    floors = {"raw": 0, "a": 1, "b": 1, "c": 1, "table": 5}
    edges = {("raw", "a"), ("a", "b"), ("b", "c"), ("raw", "table"), ("c", "table")}
    assert columns_of(floors, edges) == {"raw": 0, "a": 1, "b": 2, "c": 3, "table": 4}
    # a circle, as of two rules that read one another's files, still has places
    assert set(columns_of({"a": 0, "b": 0}, {("a", "b"), ("b", "a")}).values()) == {0, 1}


def test_long_lines_of_one_source_share_their_lanes():
    columns = {"a": 0, "b": 1, "c": 2, "d": 3, "e": 3}
    edges = with_lanes(columns, {("a", "d"), ("a", "e"), ("a", "b")})
    assert edges == [
        ("a", "b"),
        ("a", Lane("a", 1)),
        (Lane("a", 1), Lane("a", 2)),
        (Lane("a", 2), "d"),
        (Lane("a", 2), "e"),
    ]


def test_the_order_undoes_crossings():
    edges = [("a", "z"), ("b", "y"), ("c", "x")]
    assert crossings([["a", "b", "c"], ["x", "y", "z"]], edges) == 3
    assert crossings(ordered([["a", "b", "c"], ["x", "y", "z"]], edges), edges) == 0


def test_places_are_the_nearest_that_keep_their_distance():
    assert spread([5, 5, 20], [0, 2, 4]) == [4, 6, 20]
    assert spread([0, 10, 30], [0, 2, 4]) == [0, 10, 30]
    middles = heights([["a"], ["b", "c"]], [("a", "b"), ("a", "c")], {"a": 10, "b": 10, "c": 10}, 4)
    assert middles["c"] - middles["b"] == pytest.approx(14)
    assert middles["a"] == pytest.approx((middles["b"] + middles["c"]) / 2)


def rectangles(svg: str) -> list[tuple[float, float, float, float]]:
    """Left, top, right, bottom of each box and heading; the ground is left out."""
    found = []
    for box in ElementTree.fromstring(svg).iter("{http://www.w3.org/2000/svg}rect"):
        x, y, width, height = (float(box.get(name)) for name in ("x", "y", "width", "height"))
        found.append((x, y, x + width, y + height))
    return found[1:]


def points(path: str) -> list[tuple[float, float]]:
    """Ends of a line's level parts, which are those that pass boxes."""
    x, y, found = 0.0, 0.0, []
    for letter, numbers in re.findall(r"([MHC])([^MHC]*)", path):
        values = [float(number) for number in numbers.split()]
        before = (x, y)
        x, y = (values[0], y) if letter == "H" else values[-2:]
        found += [before, (x, y)] if letter == "H" else []
    return found


@pytest.mark.parametrize("graph", [RULES, FILES, LINEAGE, *map(made_up, range(3))], ids=lambda graph: len(graph.edges))
def test_no_box_lies_on_another_and_no_line_goes_through_one(graph):
    svg = as_svg(graph, "made")
    boxes = rectangles(svg)
    for one, other in combinations(boxes, 2):
        apart = one[2] <= other[0] or other[2] <= one[0] or one[3] <= other[1] or other[3] <= one[1]
        assert apart, (one, other)
    for path in ElementTree.fromstring(svg).iter("{http://www.w3.org/2000/svg}path"):
        level = points(path.get("d"))
        for (x0, y), (x1, _) in zip(level[::2], level[1::2], strict=True):
            inside = [box for box in boxes if box[0] < x1 - 0.2 and x0 + 0.2 < box[2] and box[1] < y < box[3]]
            assert not inside, (path.get("d"), inside)


@pytest.mark.parametrize("graph", [RULES, FILES, LINEAGE], ids=["rules", "files", "lineage"])
def test_an_arrowhead_stands_before_each_box_that_is_made_of_others(graph):
    svg = as_svg(graph, "made")
    heads = [head.get("points") for head in ElementTree.fromstring(svg).iter("{http://www.w3.org/2000/svg}polygon")]
    corners = [[tuple(map(float, corner.split(","))) for corner in head.split()] for head in heads]
    tips = {tip for tip, *_ in corners}
    assert len(tips) == len(heads) == len({target for _, target in graph.edges})
    boxes = rectangles(svg)
    for tip, *back in corners:
        assert any(tip[0] == pytest.approx(box[0]) and box[1] < tip[1] < box[3] for box in boxes), tip
        assert all(x < tip[0] for x, _ in back)
    paths = [path.get("d") for path in ElementTree.fromstring(svg).iter("{http://www.w3.org/2000/svg}path")]
    ends = {tuple(map(float, path.split()[-2:])) for path in paths if " C " in path and path.count("H") == 1}
    assert ends == tips


def test_texts_fit_into_their_boxes():
    assert box_size(Node(("abcd",), "raw"))[0] > 4 * 0.602 * 14
    assert box_size(Node(("规上工业",), "raw"))[0] > 4 * 14
    assert box_size(Node(("a", "b"), "raw"))[1] > box_size(Node(("a",), "raw"))[1]


def test_the_default_studys_size_is_readable_on_a_page():
    # 14 pixels of a picture as wide as a slide or A4 page (28 cm) are 5 points at least
    width = float(re.search(r'viewBox="0 0 (\d+)', as_svg(LINEAGE, "x"))[1])
    assert 14 / width * 280 / 0.353 > 5


def test_the_same_graph_has_the_same_bytes_and_escapes_its_texts():
    graph = Graph({"a": Node(('<b> & "c"',), "raw"), "b": Node(("d",), "clean")}, {("a", "b")})
    back = Graph(dict(reversed(graph.nodes.items())), graph.edges)
    assert as_svg(graph, "t") == as_svg(back, "t")
    assert [text.text for text in ElementTree.fromstring(as_svg(graph, "t")).iter() if text.text and "<b>" in text.text]
    assert as_mermaid(graph) == as_mermaid(back)
    assert 'a["<b> & #quot;c#quot;"]' in as_mermaid(graph)
    assert as_mermaid(graph).endswith("    a --> b\n")


def test_pictures_are_made_by_name_and_rerun_nothing(small_study):
    snakefile, folder = small_study
    made = folder / "results" / "graphs"
    try:
        run = snakemake(snakefile, folder, "rulegraph", "results/graphs/lineage_table_2.svg", "--cores", "2")
        assert run.returncode == 0, run.stderr
        names = {path.name for path in made.iterdir()}
        assert names == {f"{graph}.{form}" for graph in ("rulegraph", "lineage_table_2") for form in ("svg", "mmd")}
        assert "solve_dea ×8" in (made / "rulegraph.mmd").read_text("utf-8")
        text = (made / "lineage_table_2.svg").read_text("utf-8")
        assert all(name in text for name in ("raw_coal.csv", "Population Density", "linear programs ×4", "gtfp"))
        assert all(f">resources/{name}.csv<" in text for name in ("fuels", "industries", "robots"))
        assert not re.search(r"scripts/|\.py\b", text)
        again = snakemake(snakefile, folder, "rulegraph", "all", "--dry-run", "--keep-going")
        assert "Nothing to be done" in again.stdout + again.stderr
    finally:
        shutil.rmtree(made, ignore_errors=True)
