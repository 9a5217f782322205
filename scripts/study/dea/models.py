"""Productivity models: what an entry of `productivity.models` may say, its defaults, what makes no sense together."""

from __future__ import annotations

from collections.abc import Mapping

from study.helpers import InputError

ROLES = ("inputs", "good_outputs", "bad_outputs")
SLACK_MEASURES = ("sbm_ddf", "nddf", "additive")  # maximise weighted slacks along a direction
RATIO_MEASURES = ("sbm", "super_sbm")  # Tone's ratio of mean contraction to mean expansion
MODEL_OPTIONS = {
    "measure": (*SLACK_MEASURES, "ddf", *RATIO_MEASURES),
    "returns": ("crs", "vrs"),
    "disposability": ("strong", "weak", "weak_kuosmanen", "weak_uniform"),
    "technology": ("global", "contemporaneous", "sequential", "window", "biennial"),
    "index": ("malmquist_luenberger", "luenberger", "malmquist", "malmquist_emission"),
    "infeasible": ("missing", "biennial", "super"),
}
# Amounts of one for all units; lists and mappings name variables themselves.
OWN_DIRECTIONS = ("own_values", "inputs", "outputs", "bads")
RANGES = ("range", "range_inputs", "range_outputs")
FIXED_DIRECTIONS = ("ones", "mean", *RANGES)
VALUE_SIGNS = ("any sign", "not negative", "above zero")
NEGATIVE = (
    "Negative values have a meaning under variable returns, along a direction that is no share of them: write returns "
    "vrs and direction range, which with measure ddf is the range directional measure."
)
WEIGHTS = ("equal_blocks", "thirds", "ones")
DEFAULTS = {
    "direction": "own_values",
    "weights": "equal_blocks",
    "returns": "crs",
    "disposability": "strong",
    "technology": "global",
    "index": "malmquist_luenberger",
    "infeasible": "missing",
}
BLOCK = 200  # units of a large job that are solved together
FILE_ENDINGS = ("_infeasible", "_scale", "_bootstrap")  # endings of other files of results/productivity/


def model_variables(model: Mapping) -> tuple[str, ...]:
    """Variables of a model in the order of the programs' rows: inputs, goods, bads."""
    return tuple(name for role in ROLES for name in model[role])


def complete_model(model: Mapping) -> dict:
    """The model with its defaults written out, keys in one order: writing a default out is no change.

    An additive measure sums slacks, so its default weights are ones.
    """
    defaults = DEFAULTS | ({"weights": "ones"} if model["measure"] == "additive" else {})
    whole = {"width": int(model["width"])} if "width" in model else {}  # a schema's integer may be 3.0
    return dict(sorted((defaults | dict(model) | whole).items()))


def program_options(model: Mapping) -> dict:
    """What of a model shapes its linear programs: the index and its base year do not."""
    return {key: value for key, value in model.items() if key not in ("index", "base_year")}


def directed(model: Mapping) -> tuple[str, ...]:
    """Variables that the direction of a completed model moves, in the order of the rows."""
    direction = model["direction"]
    if isinstance(direction, str):
        roles = {"inputs": ROLES[:1], "outputs": ROLES[1:], "bads": ROLES[2:]}
        roles = roles.get(direction.removeprefix("range_"), ROLES)
        chosen = {name for role in roles for name in model[role]}
    else:
        chosen = set(direction)
    return tuple(name for name in model_variables(model) if name in chosen)


def own_valued(model: Mapping) -> tuple[str, ...]:
    """Variables measured in the unit's own value: zero or negative there, the program has no meaning."""
    fixed = isinstance(model["direction"], Mapping) or model["direction"] in FIXED_DIRECTIONS
    return () if fixed else directed(model)


def range_directional(model: Mapping) -> bool:
    """Whether the measure is the range directional one, which moves a unit towards the reference set's best values."""
    return model["measure"] == "ddf" and isinstance(model["direction"], str) and model["direction"] in RANGES


def signed(model: Mapping) -> tuple[str, ...]:
    """Variables that may have any sign: under variable returns what is moved neither by own values nor by the mean.

    Adding a constant to such a variable changes nothing, for intensities add up to 1 (Ali and Seiford 1990, Oper. Res.
    Lett. 9; Pastor 1996, Ann. Oper. Res. 66). Not so with an abatement factor, which scales what it is added to.
    """
    if model["returns"] != "vrs" or model["disposability"] != "strong" or model["direction"] == "mean":
        return ()
    return tuple(name for name in model_variables(model) if name not in own_valued(model))


def needed_sign(model: Mapping, name: str) -> str:
    """What a variable's values must be in a model: `any sign`, `not negative` or `above zero`, from loose to strict."""
    if name in own_valued(model):
        return VALUE_SIGNS[2]
    return VALUE_SIGNS[0] if name in signed(model) else VALUE_SIGNS[1]


def slack_weights(model: Mapping) -> dict[str, float]:
    """Weight of each directed variable in a slack measure.

    `equal_blocks` (Fukuyama and Weber 2009): half on inputs, half on outputs, good and bad; `thirds` (Zhou, Ang and
    Wang 2012): a third each on inputs, goods and bads; equal inside a block. A block that the direction leaves out
    drops, the others share the whole. `ones`: one each.
    """
    names = directed(model)
    if isinstance(model["weights"], Mapping):
        return {name: float(model["weights"].get(name, 0)) for name in names}
    if model["weights"] == "ones":
        return dict.fromkeys(names, 1.0)
    inputs, goods, bads = ([name for name in names if name in model[role]] for role in ROLES)
    blocks = [inputs, goods, bads] if model["weights"] == "thirds" else [inputs, goods + bads]
    blocks = [block for block in blocks if block]
    return {name: 1 / len(blocks) / len(block) for block in blocks for name in block}


def check_base_year(model: Mapping, periods: list[str]) -> None:
    """Raise InputError where a model's base year is none of the periods."""
    if "base_year" in model and str(model["base_year"]) not in periods:
        raise InputError(
            f"productivity.models: {model['name']}: base_year {model['base_year']} is none of the periods "
            f"{', '.join(periods)}."
        )


def check_model(model: Mapping) -> None:
    """Raise InputError with the reason where a completed model is unknown, incomplete or makes no sense."""

    def refuse(reason: str) -> None:
        raise InputError(f"productivity.models: {model['name']}: {reason}.")

    for option, values in MODEL_OPTIONS.items():
        if model[option] not in values:
            refuse(f"{option} {model[option]!r} is not one of {', '.join(values)}")
    for ending in FILE_ENDINGS:
        if model["name"].endswith(ending):
            refuse(f"a model's name must not end in {ending}, which other results use")
    variables = model_variables(model)
    if not model["inputs"] or not model["good_outputs"]:
        refuse("needs at least one input and one good output")
    twice = sorted({name for name in variables if variables.count(name) > 1})
    if twice:
        refuse(f"has {', '.join(twice)} in two roles")
    _check_direction(model, variables, refuse)
    _check_measure(model, refuse)
    _check_index(model, refuse)
    _check_technology(model, refuse)


def _check_direction(model: Mapping, variables: tuple[str, ...], refuse) -> None:
    """The direction and the weights name the model's variables and move at least one."""
    direction, weights = model["direction"], model["weights"]
    if isinstance(direction, str) and direction not in OWN_DIRECTIONS + FIXED_DIRECTIONS:
        refuse(
            f"direction {direction!r} is not one of {', '.join(OWN_DIRECTIONS + FIXED_DIRECTIONS)}; or list variables "
            "([gdp, co2]: their own values), or give amounts ({gdp: 1, co2: 0.5})"
        )
    if isinstance(weights, str) and weights not in WEIGHTS:
        refuse(f"weights {weights!r} are not one of {', '.join(WEIGHTS)}; or give them ({{gdp: 0.5, co2: 0.5}})")
    for option in ("direction", "weights"):
        value = model[option]
        if isinstance(value, str):
            continue
        unknown = [name for name in value if name not in variables]
        if unknown:
            refuse(f"{option} names {', '.join(unknown)}, which is none of its variables {', '.join(variables)}")
        if isinstance(value, Mapping) and not all(amount > 0 for amount in value.values()):
            refuse(f"{option} must give amounts above zero; leave out a variable that does not move")
    if not directed(model):
        refuse("its direction moves no variable" + ("; it has no bad output" if direction == "bads" else ""))
    if isinstance(weights, Mapping):
        idle = [name for name in weights if name not in directed(model)]
        if idle:
            refuse(f"weights names {', '.join(idle)}, which the direction does not move")
        unweighted = [name for name in directed(model) if name not in weights]
        if unweighted:
            refuse(f"the direction moves {', '.join(unweighted)} without a weight; leave it out of the direction")


def _check_measure(model: Mapping, refuse) -> None:
    """Direction, weights and disposability fit the measure."""
    measure, bads = model["measure"], model["bad_outputs"]
    if measure in RATIO_MEASURES:
        fixed = ("weights", "disposability") if measure == "sbm" else ("direction", "weights", "disposability")
        for option in fixed:
            if model[option] != DEFAULTS[option]:
                refuse(f"{measure} has no {option} to choose: it is the mean contraction over the mean expansion")
        if directed(model) != own_valued(model):
            refuse(
                "sbm takes slacks in shares of the unit's own values: its direction says of which variables, as "
                "inputs, outputs, bads or a list ([energy, co2]), and no amounts"
            )
    if range_directional(model):
        _check_range(model, refuse)
    if measure == "ddf" and model["weights"] != DEFAULTS["weights"]:
        refuse("ddf moves all variables by one factor and has no weights; nddf has")
    if model["weights"] == "thirds" and not bads:
        refuse("thirds are of inputs, goods and bads; it has no bad output")
    weak = model["disposability"] != "strong"
    if weak and not bads:
        refuse("weak disposability is of bads; it has no bad output")
    if model["disposability"] == "weak" and model["returns"] == "vrs":
        refuse(
            "under vrs, B lambda = b and sum lambda = 1 is not a weakly disposable technology; choose weak_kuosmanen "
            "(an abatement factor an observation) or weak_uniform (one for all)"
        )
    if model["disposability"] in ("weak_kuosmanen", "weak_uniform") and model["returns"] == "crs":
        refuse(f"under crs {model['disposability']} is B lambda = b alone; write weak")
    if model["disposability"] == "weak_uniform" and set(directed(model)) & set(model["inputs"]):
        refuse(
            "with a uniform abatement factor the program is linear only when the direction leaves the inputs alone; "
            "choose direction outputs or bads, or weak_kuosmanen"
        )


def _check_range(model: Mapping, refuse) -> None:
    """The range directional measure is of variable returns, and of reference sets that hold the unit."""
    direction, technology = model["direction"], model["technology"]
    if model["returns"] != "vrs":
        refuse(
            f"ddf with direction {direction} is the range directional measure, which is of variable returns: write "
            "returns vrs, or give the amounts to move by ({gdp: 1, co2: 0.5})"
        )
    if model["disposability"] != "strong":
        refuse(f"ddf with direction {direction} is the range directional measure, with bads as inputs: write strong")
    if technology not in ("global", "biennial"):
        refuse(
            f"the range directional measure (ddf with direction {direction}) moves a unit towards the best values of "
            f"its reference set; a unit held against another period's ({technology} technology) may lie beyond them. "
            "Choose technology global or biennial"
        )


def _check_index(model: Mapping, refuse) -> None:
    """The index can be made of the measure."""
    index, measure, moved = model["index"], model["measure"], set(directed(model))
    radial = measure == "ddf" and own_valued(model)
    if index == "malmquist":
        if model["bad_outputs"]:
            refuse(
                "a Malmquist index has no place for bad outputs; use malmquist_luenberger, or malmquist_emission with "
                "direction bads"
            )
        if not radial or moved not in (set(model["inputs"]), set(model["good_outputs"])):
            refuse("a Malmquist index is radial: measure ddf with direction inputs or outputs")
    if index == "malmquist_emission" and not (radial and moved <= set(model["bad_outputs"])):
        refuse("malmquist_emission contracts bads radially: measure ddf with direction bads (or some of the bads)")
    if index == "luenberger" and measure in RATIO_MEASURES:
        refuse(f"a Luenberger indicator takes differences of inefficiencies; {measure} is a ratio")


def _check_technology(model: Mapping, refuse) -> None:
    """Width and the rule for infeasible programs fit the technology."""
    technology, measure, infeasible = model["technology"], model["measure"], model["infeasible"]
    width = model.get("width")
    if technology == "window" and not (width and width >= 3 and width % 2 == 1):
        refuse("a window technology needs an odd width of 3 periods or more: the period itself in the middle")
    if technology != "window" and width is not None:
        refuse(f"width belongs to technology window, not {technology}")
    if technology in ("global", "biennial") and (measure == "super_sbm" or infeasible == "super"):
        refuse(
            f"super-efficiency takes the unit out of its own reference set, but a {technology} technology is one set "
            "for the periods it compares and holds the unit in each: nothing is infeasible, and sets without the unit "
            f"do not compare; choose another technology{'' if measure == 'super_sbm' else ', or infeasible missing'}"
        )
    if infeasible == "super" and measure in RATIO_MEASURES:
        refuse(f"infeasible super is for slack measures; with {measure} choose measure super_sbm")


def reference_names(model: Mapping) -> tuple[str, ...]:
    """References that each unit is held against: what its index needs, in the order of the results.

    With `infeasible: biennial` the biennial ones are solved beside the mixed periods: the whole index may move there.
    """
    biennial = ("biennial_previous", "biennial_next")
    if model["technology"] == "global":
        return ("own", "global")
    if model["technology"] == "biennial":
        return ("own", *biennial)
    return ("own", "previous", "next", *(biennial if model["infeasible"] == "biennial" else ()))


def reference_periods(model: Mapping, reference: str, place: int, count: int) -> range:
    """Places of the periods that span a technology, seen from the period at `place` of `count`; empty where none.

    `previous` and `next` are the technologies of the neighbours in the panel's own list of periods, whatever their
    distance in years. A window is centred and cut at the panel's ends; a sequential technology is all periods so far.
    """
    if reference == "global":
        return range(count)
    if reference.startswith("biennial"):
        first = place - (reference == "biennial_previous")
        return range(first, first + 2) if first >= 0 and first + 2 <= count else range(0)
    centre = place + {"own": 0, "previous": -1, "next": 1}[reference]
    if not 0 <= centre < count:
        return range(0)
    if model["technology"] == "sequential":
        return range(centre + 1)
    reach = model["width"] // 2 if model["technology"] == "window" else 0
    return range(max(0, centre - reach), min(count, centre + reach + 1))


def scale_pairs(models: Mapping[str, Mapping]) -> dict[str, str]:
    """CRS model -> VRS model that differs from it in returns (and the form of weak disposability) alone."""

    def rest(model: Mapping) -> dict:
        kept = {key: value for key, value in model.items() if key not in ("name", "returns", "base_year")}
        return kept | {"disposability": model["disposability"].split("_")[0]}

    variable = [model for model in models.values() if model["returns"] == "vrs"]
    pairs = {}
    for name, model in models.items():
        twins = [twin["name"] for twin in variable if model["returns"] == "crs" and rest(twin) == rest(model)]
        if twins:
            pairs[name] = twins[0]
    return pairs
