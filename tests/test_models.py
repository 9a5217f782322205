"""What a productivity model may say: defaults, directions, weights, references, and what makes no sense together."""

import re

import pytest
from conftest import ROOT, planned_jobs, snakemake, write_config
from study.dea.models import (
    check_model,
    complete_model,
    directed,
    model_variables,
    own_valued,
    program_options,
    reference_names,
    reference_periods,
    scale_pairs,
    slack_weights,
)
from study.helpers import InputError

SHORT = {
    "name": "m",
    "measure": "sbm_ddf",
    "inputs": ["k", "l"],
    "good_outputs": ["y"],
    "bad_outputs": ["b", "c"],
}
NO_BADS = {"bad_outputs": []}
DDF_INPUTS = {"measure": "ddf", "direction": "inputs"}
WEAK_VRS = {"returns": "vrs", "disposability": "weak_uniform"}


def complete(**options):
    return complete_model(SHORT | options)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"measure": "bcc"}, "measure 'bcc' is not one of sbm_ddf, nddf, additive, ddf, sbm, super_sbm"),
        ({"returns": "nirs"}, "returns 'nirs' is not one of crs, vrs"),
        ({"disposability": "free"}, "disposability 'free' is not one of strong, weak"),
        ({"technology": "meta"}, "technology 'meta' is not one of global, contemporaneous"),
        ({"index": "fisher"}, "index 'fisher' is not one of malmquist_luenberger"),
        ({"infeasible": "one"}, "infeasible 'one' is not one of missing, biennial, super"),
        ({"name": "gml_infeasible"}, "a model's name must not end in _infeasible, which other results use"),
        ({"name": "gml_scale"}, "must not end in _scale"),
        ({"name": "gml_bootstrap"}, "must not end in _bootstrap"),
        ({"inputs": []}, "needs at least one input and one good output"),
        ({"good_outputs": []}, "needs at least one input and one good output"),
        ({"bad_outputs": ["b", "l", "k"]}, "has k, l in two roles"),
        # direction and weights
        ({"direction": "output"}, "direction 'output' is not one of own_values, inputs, outputs, bads, ones, mean"),
        ({"weights": "equal"}, "weights 'equal' are not one of equal_blocks, thirds, ones"),
        ({"direction": ["y", "g"]}, "direction names g, which is none of its variables k, l, y, b, c"),
        ({"direction": {"y": 1, "g": 2}}, "direction names g, which is none of its variables k, l, y, b, c"),
        ({"weights": {"g": 1}}, "weights names g, which is none of its variables k, l, y, b, c"),
        ({"direction": {"y": 1, "b": 0}}, "direction must give amounts above zero"),
        ({"weights": {"y": 1, "b": -0.5}}, "weights must give amounts above zero"),
        ({"direction": []}, "its direction moves no variable"),
        ({"direction": {}}, "its direction moves no variable"),
        (NO_BADS | {"direction": "bads"}, "its direction moves no variable; it has no bad output"),
        ({"direction": ["y", "b"], "weights": {"y": 1, "b": 1, "k": 1}}, "weights names k, which the direction"),
        ({"direction": ["y", "b"], "weights": {"y": 1}}, "the direction moves b without a weight"),
        # measure
        ({"measure": "sbm", "direction": "mean"}, "sbm takes slacks in shares of the unit's own values"),
        ({"measure": "sbm", "direction": {"k": 1}}, "or a list ([energy, co2]), and no amounts"),
        (
            {"measure": "super_sbm", "direction": "inputs", "technology": "contemporaneous"},
            "super_sbm has no direction to choose",
        ),
        ({"measure": "sbm", "weights": "ones"}, "sbm has no weights to choose"),
        (
            {"measure": "super_sbm", "disposability": "weak", "technology": "contemporaneous"},
            "super_sbm has no disposability to choose",
        ),
        ({"measure": "ddf", "weights": "ones"}, "ddf moves all variables by one factor and has no weights; nddf has"),
        (NO_BADS | {"weights": "thirds"}, "thirds are of inputs, goods and bads; it has no bad output"),
        (NO_BADS | {"disposability": "weak"}, "weak disposability is of bads; it has no bad output"),
        ({"returns": "vrs", "disposability": "weak"}, "choose weak_kuosmanen (an abatement factor an observation)"),
        ({"disposability": "weak_kuosmanen"}, "under crs weak_kuosmanen is B lambda = b alone; write weak"),
        ({"disposability": "weak_uniform"}, "under crs weak_uniform is B lambda = b alone; write weak"),
        (WEAK_VRS, "linear only when the direction leaves the inputs alone"),
        (WEAK_VRS | {"direction": ["l", "y"]}, "linear only when the direction leaves the inputs alone"),
        # index
        (DDF_INPUTS | {"index": "malmquist"}, "a Malmquist index has no place for bad outputs"),
        (NO_BADS | {"index": "malmquist"}, "a Malmquist index is radial: measure ddf with direction inputs or outputs"),
        (NO_BADS | {"index": "malmquist", "measure": "ddf"}, "a Malmquist index is radial"),
        (NO_BADS | {"index": "malmquist", "measure": "ddf", "direction": ["k"]}, "a Malmquist index is radial"),
        (NO_BADS | {"index": "malmquist", "measure": "ddf", "direction": {"y": 1}}, "a Malmquist index is radial"),
        ({"index": "malmquist_emission", "direction": "bads"}, "malmquist_emission contracts bads radially"),
        ({"index": "malmquist_emission", "measure": "ddf", "direction": "outputs"}, "contracts bads radially"),
        ({"index": "malmquist_emission", "measure": "ddf", "direction": {"b": 1}}, "contracts bads radially"),
        ({"index": "luenberger", "measure": "sbm"}, "a Luenberger indicator takes differences of inefficiencies"),
        # technology
        ({"technology": "window"}, "a window technology needs an odd width of 3 periods or more"),
        ({"technology": "window", "width": 4}, "a window technology needs an odd width"),
        ({"technology": "window", "width": 1}, "a window technology needs an odd width"),
        ({"technology": "sequential", "width": 3}, "width belongs to technology window, not sequential"),
        ({"measure": "super_sbm"}, "super-efficiency takes the unit out of its own reference set"),
        ({"infeasible": "super"}, "super-efficiency takes the unit out of its own reference set"),
        ({"measure": "super_sbm", "technology": "biennial"}, "but a biennial technology is one set"),
        (
            {"infeasible": "super", "measure": "sbm", "technology": "contemporaneous"},
            "infeasible super is for slack measures; with sbm choose measure super_sbm",
        ),
    ],
)
def test_a_senseless_model_is_refused_with_its_name_and_the_reason(options, message):
    model = complete(**options)
    with pytest.raises(InputError) as error:
        check_model(model)
    assert str(error.value).startswith(f"productivity.models: {model['name']}: ")
    assert message in str(error.value)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"measure": "nddf", "direction": ["y", "b"], "weights": {"y": 0.5, "b": 0.5}},
        {"weights": "thirds", "disposability": "weak"},
        WEAK_VRS | {"direction": "outputs"},
        {"returns": "vrs", "disposability": "weak_kuosmanen", "direction": {"k": 2, "b": 1}},
        NO_BADS | DDF_INPUTS | {"index": "malmquist"},
        NO_BADS | {"measure": "ddf", "direction": ["y"], "index": "malmquist"},
        {"measure": "ddf", "direction": ["c"], "index": "malmquist_emission"},
        {"measure": "super_sbm", "technology": "sequential"},
        {"technology": "window", "width": 3, "infeasible": "super"},
        {"measure": "additive", "direction": "ones", "index": "luenberger"},
    ],
)
def test_a_model_that_makes_sense_is_accepted(options):
    check_model(complete(**options))


def test_defaults_are_written_out_in_one_order_of_keys():
    model = complete()
    assert model == SHORT | {
        "direction": "own_values",
        "weights": "equal_blocks",
        "returns": "crs",
        "disposability": "strong",
        "technology": "global",
        "index": "malmquist_luenberger",
        "infeasible": "missing",
    }
    written = complete_model({"infeasible": "missing", "weights": "equal_blocks"} | SHORT)
    assert list(written.items()) == list(model.items())
    assert list(model) == sorted(model)
    assert complete_model(model) == model


def test_an_additive_measure_sums_slacks_unless_weights_are_given():
    assert complete(measure="additive")["weights"] == "ones"
    assert complete(measure="additive", weights="thirds")["weights"] == "thirds"


def test_only_what_shapes_programs_is_a_program_option():
    model = complete(base_year=2015, width=3)
    assert set(model) - set(program_options(model)) == {"index", "base_year"}
    assert program_options(complete(index="luenberger")) == program_options(complete())
    assert program_options(complete(infeasible="super")) != program_options(complete())


@pytest.mark.parametrize(
    ("direction", "moved", "in_own_values"),
    [
        ("own_values", "klybc", True),
        ("inputs", "kl", True),
        ("outputs", "ybc", True),
        ("bads", "bc", True),
        (["c", "y"], "yc", True),
        ("ones", "klybc", False),
        ("mean", "klybc", False),
        ("range", "klybc", False),
        ({"b": 0.5, "k": 2}, "kb", False),
    ],
)
def test_direction_moves_its_variables_in_the_order_of_the_rows(direction, moved, in_own_values):
    model = complete(direction=direction)
    assert model_variables(model) == tuple("klybc")
    assert directed(model) == tuple(moved)
    assert own_valued(model) == (tuple(moved) if in_own_values else ())


@pytest.mark.parametrize(
    ("options", "weights"),
    [
        ({}, {"k": 1 / 4, "l": 1 / 4, "y": 1 / 6, "b": 1 / 6, "c": 1 / 6}),
        (NO_BADS, {"k": 1 / 4, "l": 1 / 4, "y": 1 / 2}),
        ({"direction": "outputs"}, {"y": 1 / 3, "b": 1 / 3, "c": 1 / 3}),
        ({"direction": ["l", "b"]}, {"l": 1 / 2, "b": 1 / 2}),
        ({"weights": "thirds"}, {"k": 1 / 6, "l": 1 / 6, "y": 1 / 3, "b": 1 / 6, "c": 1 / 6}),
        ({"weights": "thirds", "direction": "outputs"}, {"y": 1 / 2, "b": 1 / 4, "c": 1 / 4}),
        ({"weights": "thirds", "direction": ["k", "b"]}, {"k": 1 / 2, "b": 1 / 2}),
        ({"weights": "ones", "direction": ["k", "y"]}, {"k": 1, "y": 1}),
        ({"measure": "additive"}, {"k": 1, "l": 1, "y": 1, "b": 1, "c": 1}),
        ({"direction": ["y", "b"], "weights": {"b": 2, "y": 1}}, {"y": 1, "b": 2}),
    ],
)
def test_slack_weights(options, weights):
    found = slack_weights(complete(**options))
    assert list(found) == list(weights)
    assert found == pytest.approx(weights, abs=1e-15)


BIENNIAL = ["biennial_previous", "biennial_next"]


@pytest.mark.parametrize(
    ("options", "names"),
    [
        ({}, ["own", "global"]),
        ({"technology": "biennial"}, ["own", *BIENNIAL]),
        ({"technology": "contemporaneous"}, ["own", "previous", "next"]),
        ({"technology": "sequential"}, ["own", "previous", "next"]),
        ({"technology": "window", "width": 3}, ["own", "previous", "next"]),
        ({"technology": "sequential", "infeasible": "super"}, ["own", "previous", "next"]),
        ({"technology": "contemporaneous", "infeasible": "biennial"}, ["own", "previous", "next", *BIENNIAL]),
        ({"infeasible": "biennial"}, ["own", "global"]),
    ],
)
def test_references_are_what_the_index_needs(options, names):
    assert list(reference_names(complete(**options))) == names


# Places of the technology's periods seen from the first, a middle and the last of seven periods.
PERIODS = {
    ("contemporaneous", None): {
        "own": ["0", "3", "6"],
        "previous": ["", "2", "5"],
        "next": ["1", "4", ""],
        "biennial_previous": ["", "23", "56"],
        "biennial_next": ["01", "34", ""],
    },
    ("biennial", None): {
        "own": ["0", "3", "6"],
        "biennial_previous": ["", "23", "56"],
        "biennial_next": ["01", "34", ""],
    },
    ("sequential", None): {
        "own": ["0", "0123", "0123456"],
        "previous": ["", "012", "012345"],
        "next": ["01", "01234", ""],
    },
    ("window", 3): {"own": ["01", "234", "56"], "previous": ["", "123", "456"], "next": ["012", "345", ""]},
    ("window", 5): {"own": ["012", "12345", "456"], "previous": ["", "01234", "3456"], "next": ["0123", "23456", ""]},
    ("global", None): {"own": ["0", "3", "6"], "global": ["0123456"] * 3},
}


@pytest.mark.parametrize(
    ("technology", "width", "reference", "spans"),
    [(*options, reference, spans) for options, rows in PERIODS.items() for reference, spans in rows.items()],
)
def test_periods_that_span_a_technology_at_the_ends_and_in_the_middle(technology, width, reference, spans):
    model = complete(technology=technology, **({"width": width} if width else {}))
    found = [reference_periods(model, reference, place, 7) for place in (0, 3, 6)]
    assert ["".join(map(str, places)) for places in found] == spans


def test_one_period_has_no_neighbours():
    model = complete(technology="contemporaneous", infeasible="biennial")
    spans = {reference: list(reference_periods(model, reference, 0, 1)) for reference in reference_names(model)}
    assert spans == {"own": [0], "previous": [], "next": [], "biennial_previous": [], "biennial_next": []}


def test_scale_pairs_differ_in_returns_and_the_form_of_weak_disposability_alone():
    weak = {"measure": "ddf", "direction": "outputs"}
    entries = [
        {"name": "strong_crs"},
        {"name": "strong_vrs", "returns": "vrs"},
        {"name": "weak_crs", "disposability": "weak", **weak},
        {"name": "weak_vrs", "disposability": "weak_kuosmanen", "returns": "vrs", **weak},
        {"name": "alone_crs", "technology": "contemporaneous"},
        {"name": "alone_vrs", "technology": "contemporaneous", "returns": "vrs", "infeasible": "super"},
    ]
    models = {entry["name"]: complete(**entry) for entry in entries}
    assert scale_pairs(models) == {"strong_crs": "strong_vrs", "weak_crs": "weak_vrs"}


# --- through the workflow ------------------------------------------------------------------------------------------


def dry_run(folder, *, emissions="0.5", **options):
    """A dry run of a study of two units and two periods; `emissions` are those of b in 2002."""
    rows = ["province,year,k,l,y,b,c", "a,2001,1,2,3,4,5", "a,2002,1,2,4,4,5"]
    rows += ["b,2001,2,2,3,4,5", f"b,2002,2,3,3,{emissions},5"]
    (folder / "panel.csv").write_text("\n".join([*rows, ""]), encoding="utf-8")
    models = {"models": [SHORT | options]}
    write_config(folder, {"panel": {"path": "panel.csv", "columns": {}}, "productivity": models})
    return snakemake(ROOT / "Snakefile", folder, "--dry-run")


def refusal(run):
    """The one line of a refused run's one message."""
    said = run.stdout + run.stderr
    assert run.returncode != 0, said
    assert "Traceback" not in said
    (message,) = re.findall(r"^WorkflowError in file .*\n(.*)\n  File", said, re.MULTILINE)
    return message


def test_a_senseless_combination_is_refused_before_anything_runs(tmp_path):
    message = refusal(dry_run(tmp_path, measure="ddf", index="malmquist"))
    assert message.startswith("productivity.models: m: a Malmquist index has no place for bad outputs")
    assert not (tmp_path / "results").exists()


def test_a_base_year_that_is_no_period_is_refused_before_anything_runs(tmp_path):
    message = refusal(dry_run(tmp_path, base_year=2003))
    assert message == "productivity.models: m: base_year 2003 is none of the periods 2001, 2002."


def test_whole_numbers_may_be_written_with_a_point():
    assert repr(complete(technology="window", width=3.0)["width"]) == "3"


def test_a_zero_under_an_own_value_direction_is_refused_with_its_row_and_column(tmp_path):
    message = refusal(dry_run(tmp_path, emissions="0"))
    assert re.match(r"panel\.csv, row 5, column b \(\w+, \d+\): found '0', expected a number above zero", message)


def test_a_zero_where_the_direction_does_not_move_the_variable_is_accepted(tmp_path):
    jobs = planned_jobs(dry_run(tmp_path, emissions="0", direction=["y", "c"]))
    assert jobs["solve_dea"] == 2
