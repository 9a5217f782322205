"""The linear program of each productivity measure, in own-value form, for many units against one technology.

Every program here has the form

    max  costs @ x   s.t.  sum_j a_j lambda_j + local @ x = right,   lambda, x >= 0

with one row a variable (inputs, goods, bads) and, where the technology asks for them, rows of convexity, of
normalisation (Charnes and Cooper 1962) or of the abatement factor. `lambda` are the intensities of the reference
observations and cost nothing; the few local columns (slacks, the radial factor) are the unit's own. Row r of a variable
is divided by the unit's own value, so that right-hand sides are 1 and a slack reads as a share of what the unit uses or
makes; where the own value is zero, by the variable's typical size.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import NamedTuple

import numpy as np

from study.dea.models import RANGES, RATIO_MEASURES, ROLES, directed, model_variables, range_directional, slack_weights


@dataclass(frozen=True)
class Technology:
    """Reference observations as columns of a program.

    `columns` (m, J): rows of variables in the data's units, extra rows as they stand. `observation` (J,): the reference
    observation of each column; Kuosmanen's technology has two columns an observation, active and idle. `scale` (m,):
    typical size of each row. `convex`: place of the convexity row, or None under constant returns.
    """

    columns: np.ndarray
    observation: np.ndarray
    scale: np.ndarray
    convex: int | None


@dataclass(frozen=True)
class Programs:
    """Programs of n units against one technology, rows divided by `own` (n, m).

    `local` (n or 1, m, L), `right` (n or 1, m), `costs` (n or 1, L); the objective times `value` (n or 1,) is the
    measure's. `signs` (R,) of each variable's slack in its balance.
    `moves` (L,): whether a local column moves its variable, so that it counts as slack. `divisor`: the column that
    intensities and slacks are divided by (Charnes-Cooper's if `linearised`, else the abatement factor), or None.
    `outside`: super-efficiency. `retreat`: column of the negative part of a radial factor, or None. `excluded` (n,):
    observation left out of the unit's reference, or -1.
    """

    technology: Technology
    own: np.ndarray
    local: np.ndarray
    right: np.ndarray
    costs: np.ndarray
    value: np.ndarray
    signs: np.ndarray
    moves: np.ndarray
    divisor: int | None = None
    linearised: bool = False
    outside: bool = False
    retreat: int | None = None
    excluded: np.ndarray = field(default_factory=lambda: np.array(-1))

    def __len__(self) -> int:
        return len(self.own)

    def take(self, units) -> Programs:
        """The programs of some units, given by place."""

        def pick(array):
            return array[units] if len(array) == len(self) else array

        excluded = self.excluded[units] if self.excluded.ndim else self.excluded
        picked = {name: pick(getattr(self, name)) for name in ("local", "right", "costs", "value")}
        return replace(self, own=self.own[units], excluded=excluded, **picked)


class Proposal(NamedTuple):
    """What a solver says of n programs: to be certified, never believed.

    `basis` (n, m): technology columns first, then local ones, -1 - r for row r's logical, -1 - m where there is none.
    `rays` (n, m): multipliers in own-value form of programs called infeasible, nan elsewhere. Under extreme data HiGHS
    answers `Unknown` and yet holds a sound ray or basis, so that both can be there.
    """

    basis: np.ndarray
    rays: np.ndarray
    status: list[str]


def variable_signs(model: Mapping) -> np.ndarray:
    """Sign (R,) of each variable's slack in its balance, rows in the order inputs, goods, bads: only goods grow."""
    counts = [len(model[role]) for role in ROLES]
    return np.repeat([1.0, -1.0, 1.0], counts)


def typical_sizes(reference: np.ndarray) -> np.ndarray:
    """Geometric mean of each row's positive values; 1 where there is none."""
    positive = reference > 0
    logs = np.log(np.where(positive, reference, 1.0)).sum(axis=1)
    return np.exp(logs / np.maximum(positive.sum(axis=1), 1))


def state_technology(reference: np.ndarray, model: Mapping) -> Technology:
    """Technology spanned by observations `reference` (R, J) in the data's units, as `model` (completed) sees it.

    Strong disposability treats bads as inputs (B lambda <= b). Weak disposability is B lambda = b under constant
    returns; under variable returns Kuosmanen's (2005, Am. J. Agric. Econ. 87): X (lambda + mu) <= x, Y lambda >= y,
    B lambda = b, sum (lambda + mu) = 1; or one abatement factor theta for all, with lambda already multiplied by it:
    X lambda <= theta x, Y lambda >= y, B lambda = b, sum lambda = theta <= 1 (Fare and Grosskopf 2003, ibid. 85).
    """
    columns, scale = reference, typical_sizes(reference)
    observation = np.arange(reference.shape[1])
    if model["disposability"] == "weak_kuosmanen":
        inputs = np.arange(len(reference)) < len(model["inputs"])
        columns = np.hstack([columns, np.where(inputs[:, None], reference, 0.0)])
        observation = np.tile(observation, 2)
    extra = []
    if model["returns"] == "vrs":
        extra.append(np.ones(columns.shape[1]))
    if model["measure"] in RATIO_MEASURES or model["disposability"] == "weak_uniform":
        extra.append(np.zeros(columns.shape[1]))
    convex = len(reference) if model["returns"] == "vrs" else None
    return Technology(np.vstack([columns, *extra]), observation, np.r_[scale, np.ones(len(extra))], convex)


def lift(panel: np.ndarray) -> np.ndarray:
    """Constants (R, 1) that make variables with negative observations positive, between one and two of their ranges.

    Zero for the other rows of `panel` (R, N), all observations. Only variables that may have any sign (`signed`) have
    negative ones: where intensities add up to 1, a constant added to the reference and to the unit cancels.
    """
    low = panel.min(axis=1, keepdims=True)
    spread = np.ptp(panel, axis=1, keepdims=True)
    return np.where(low < 0, np.where(spread > 0, spread, -low) - low, 0.0)


def direction_amounts(
    units: np.ndarray, panel: np.ndarray, model: Mapping, reference: np.ndarray | None = None
) -> np.ndarray:
    """Amounts (R, n) that the direction moves variables by, zero where it moves none.

    `units` (R, n): the evaluated units; `panel` (R, N): all observations, over which `mean` and the slack measures'
    `range` (Cooper, Park and Pastor 1999, J. Prod. Anal. 11) are taken; `reference` (R, J): the technology's, to whose
    best values the range directional measure moves units, `panel` where absent. Values as observed, of any sign.
    """
    direction, names = model["direction"], model_variables(model)
    moved = np.isin(names, directed(model))[:, None]
    if range_directional(model):
        amounts = _possible_improvement(units, panel if reference is None else reference, moved, model)
    elif isinstance(direction, Mapping):
        amounts = np.array([float(direction.get(name, 0)) for name in names])[:, None]
    elif direction == "ones":
        amounts = np.ones((len(names), 1))
    elif direction == "mean":
        amounts = panel.mean(axis=1, keepdims=True)
    elif direction in RANGES:
        amounts = np.ptp(panel, axis=1, keepdims=True)
    else:
        amounts = units
    return np.where(moved, np.broadcast_to(amounts, units.shape), 0.0)


def _possible_improvement(units: np.ndarray, reference: np.ndarray, moved: np.ndarray, model: Mapping) -> np.ndarray:
    """Amounts (R, n) from each unit to each variable's best value (Portela, Thanassoulis and Simpson 2004, JORS 55).

    x - min x and max y - y, bads like inputs; zero where the unit has the best value, and its row stays. A unit that
    has the best value of all that moves is best in any direction: it gets the range instead (one where there is none),
    which gives it the score 0 from a program with an optimum.
    """
    signs = variable_signs(model)[:, None]
    best = signs * (signs * reference).min(axis=1, keepdims=True)
    amounts = signs * (units - best)
    ideal = (amounts <= 0)[moved[:, 0]].all(axis=0)
    spread = np.ptp(reference, axis=1, keepdims=True)
    spread = np.where((spread > 0) | (spread[moved] > 0).any(), spread, 1.0)
    return np.where(ideal, spread, amounts)


def state_programs(
    technology: Technology,
    units: np.ndarray,
    amounts: np.ndarray,
    model: Mapping,
    *,
    outside: bool = False,
    excluded: np.ndarray | None = None,
) -> Programs:
    """Programs of `units` (R, n) along a direction of `amounts` (R, n) against a technology.

    `outside` states the super-efficiency program of units that the technology does not reach: the smallest weighted
    retreat that brings it in reach. `excluded` (n,) leaves one observation out of each unit's reference.
    """
    variables, count = units.shape
    rows = len(technology.columns)
    own = np.ones((count, rows))
    own[:, :variables] = np.where(units > 0, units, technology.scale[:variables, None]).T
    ratio_measure = model["measure"] in RATIO_MEASURES
    pattern = _ratio_columns if ratio_measure else _radial_columns if model["measure"] == "ddf" else _slack_columns
    columns = pattern(model, outside)
    divisor = None
    right = np.ones((count, rows))
    right[:, :variables] = (units > 0).T
    divided = ratio_measure or model["disposability"] == "weak_uniform"
    if divided:
        divisor = len(columns)
        columns += _divisor_columns(model, rows)
    local, costs, value = _assemble(columns, own, amounts, right, rows)
    if divided:
        # what the divisor multiplies is no right-hand side any more
        right = right * ~(local[:, :, divisor] < 0)
    if all((array == array[:1]).all() for array in (local, right, costs, value)):
        local, right, costs, value = local[:1], right[:1], costs[:1], value[:1]
    return Programs(
        technology,
        own,
        local,
        right,
        costs,
        value,
        variable_signs(model),
        np.array([column.moves for column in columns]),
        divisor=divisor,
        linearised=ratio_measure,
        outside=outside,
        retreat=1 if model["measure"] == "ddf" else None,
        excluded=np.array(-1) if excluded is None else excluded,
    )


@dataclass(frozen=True)
class _Column:
    """A local column: its cost, its coefficients by row, and what they count in: directions, values, or themselves."""

    cost: float
    rows: Mapping[int, float]
    unit: str = "own"
    moves: bool = True


def _disposal(model: Mapping, weighted: set[int]) -> list[_Column]:
    """Free disposal of each variable that has no slack already; none for a weakly disposable bad."""
    signs, names = variable_signs(model), model_variables(model)
    weak = model["disposability"] != "strong"
    return [
        _Column(0.0, {row: sign})
        for row, (sign, name) in enumerate(zip(signs, names, strict=True))
        if row not in weighted and not (weak and name in model["bad_outputs"])
    ]


def _slack_columns(model: Mapping, outside: bool) -> list[_Column]:
    """Weighted slacks (Fukuyama and Weber 2009; Zhou, Ang and Wang 2012; Cooper, Park and Pastor 1999).

    max sum_r w_r s_r with a_r lambda + sign_r g_r s_r = v_r. Outside the technology: max -sum_r w_r t_r with
    a_r lambda - sign_r g_r t_r + sign_r d_r = v_r, d the free disposal. With a weighted slack, B lambda = b and
    B lambda <= b coincide.
    """
    signs, names, weights = variable_signs(model), model_variables(model), slack_weights(model)
    moved = {names.index(name): weight for name, weight in weights.items()}
    way = -1.0 if outside else 1.0
    slacks = [_Column(way * weight, {row: way * signs[row]}, "direction") for row, weight in moved.items()]
    if outside:
        slacks += [_Column(0.0, {row: signs[row]}) for row in moved]
    return slacks + _disposal(model, set(moved))


def _radial_columns(model: Mapping, outside: bool) -> list[_Column]:
    """One factor for the whole direction (Chambers, Chung and Fare 1996): max beta, of either sign.

    A unit inside the technology has beta >= 0; outside, a negative beta is its distance back, so `outside` is the same.
    """
    signs, names = variable_signs(model), model_variables(model)
    moved = [names.index(name) for name in directed(model)]
    ahead = _Column(1.0, {row: signs[row] for row in moved}, "direction")
    back = _Column(-1.0, {row: -signs[row] for row in moved}, "direction")
    return [ahead, back, *_disposal(model, set())]


def _ratio_columns(model: Mapping, outside: bool) -> list[_Column]:
    """Tone's slacks-based measure, with bads (Tone 2001, 2003), and its super-efficiency (Tone 2002), linearised.

    rho = min (1 - mean s^x/x) / (1 + (sum s^y/y + sum s^b/b)/(M + I)); outside the technology
    delta = min (1 + mean t^x/x) / (1 - (sum t^y/y + sum t^b/b)/(M + I)). The last row normalises the denominator to 1.
    Means are over the variables that the direction names, M + I are the outputs among them; the others keep their
    balance with a slack that counts nothing, and a side without any contributes 1.
    """
    signs, names = variable_signs(model), model_variables(model)
    chosen = [names.index(name) for name in directed(model)]
    inputs = sum(row < len(model["inputs"]) for row in chosen)
    outputs, last = len(chosen) - inputs, len(signs) + (model["returns"] == "vrs")
    way = -1.0 if outside else 1.0
    columns = []
    for row in chosen:
        sign = signs[row]
        cost, weight = (way / inputs, {}) if row < len(model["inputs"]) else (0.0, {last: way / outputs})
        columns.append(_Column(cost, {row: way * sign} | weight))
        if outside:
            columns.append(_Column(0.0, {row: sign}))
    return columns + _disposal(model, set(chosen))


def _divisor_columns(model: Mapping, rows: int) -> list[_Column]:
    """The multiplier of the right-hand sides: Charnes-Cooper's, or the uniform abatement factor of the inputs."""
    last, variables = rows - 1, len(variable_signs(model))
    if model["measure"] in RATIO_MEASURES:
        coefficients = dict.fromkeys(range(last), -1.0) | {last: 1.0}
        return [_Column(-1.0, coefficients, "value", moves=False)]
    coefficients = dict.fromkeys([*range(len(model["inputs"])), variables], -1.0) | {last: 1.0}
    return [
        _Column(0.0, coefficients, "value", moves=False),
        _Column(0.0, {last: 1.0}, moves=False),
    ]


def _assemble(columns: list[_Column], own: np.ndarray, amounts: np.ndarray, right: np.ndarray, rows: int):
    """Local matrix (n, m, L), costs (n, L) and value of the objective (n,) of a list of columns.

    A column along the direction counts in the own value of the variable that bounds it most, whatever the direction's
    amounts: its largest coefficient is 1. Where amounts are fixed, the dearest column then has cost 1.
    """
    variables = len(amounts)
    share = np.ones_like(own)
    share[:, :variables] = amounts.T / own[:, :variables]
    factors = {"own": np.ones_like(own), "direction": share, "value": right}
    local = np.zeros((len(own), rows, len(columns)))
    costs = np.tile([column.cost for column in columns], (len(own), 1))
    for place, column in enumerate(columns):
        for row, coefficient in column.rows.items():
            local[:, row, place] = coefficient * factors[column.unit][:, row]
        if column.unit == "direction":
            size = np.abs(local[:, :, place]).max(axis=1)
            local[:, :, place] /= size[:, None]
            costs[:, place] /= size
    value = np.maximum(np.abs(costs).max(axis=1), 1.0)
    return local, costs / value[:, None], value
