"""Certificates: what is left of a solver's proposal after recomputing it from the data.

A solver only proposes a basis (or a ray). Scores, slacks, intensities and multipliers are solved again from the basis
in own-value form, and the proposal counts only if the primal point, the reduced costs of all columns and the duality
gap bound the score's error by CERTIFIED_VIOLATION (or the ray proves that there is no feasible point).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np

from study.dea.programs import Programs

CERTIFIED_VIOLATION = 1e-9  # largest violation of a certified result, in own-value terms
FINE = 1e-12  # a gap below this is rounding
OUT_OF_REACH = 1e3  # a unit that had to retreat by more than this many of its own values is out of reach
DUST = 1e-12  # a share of the own value below this is rounding, and is zero
TILE = (1024, 512)  # units and columns priced at once


@dataclass
class Results:
    """Certified results of n programs.

    `gap` (n,) bounds the error of `objective` (n,) relative to 1 + |objective| and is the largest violation in
    own-value terms; infinite where nothing is proved. `feasible` (n,). `point` (n, m): values of the basic columns
    `basis` (n, m), technology columns first, then local ones; -1 - r is row r's logical. `multipliers` (n, m) of the
    rows in own-value form.
    """

    gap: np.ndarray
    objective: np.ndarray
    feasible: np.ndarray
    basis: np.ndarray
    point: np.ndarray
    multipliers: np.ndarray


def column_sizes(programs: Programs) -> tuple[np.ndarray, np.ndarray]:
    """Size (J,) of each technology column and (n,) of each unit: its geometric mean in typical sizes."""
    technology, variables = programs.technology, len(programs.signs)
    scaled = technology.columns[:variables] / technology.scale[:variables, None]
    positive = scaled > 0
    logs = np.log(np.where(positive, scaled, 1.0)).sum(axis=0) / positive.sum(axis=0)
    units = np.log(programs.own[:, :variables] / technology.scale[:variables]).mean(axis=1)
    return np.exp(logs), np.exp(units)


def price_sizes(programs: Programs) -> tuple[np.ndarray, np.ndarray]:
    """Sizes (J,) and (n,) per which reduced costs bound a score: 1 if convex, for then intensities are shares.

    Under constant returns a reference observation may be scaled at will, and a price means something only per size.
    """
    if programs.technology.convex is None:
        return column_sizes(programs)
    return np.ones(programs.technology.columns.shape[1]), np.ones(len(programs))


def basis_matrices(programs: Programs, basis: np.ndarray) -> np.ndarray:
    """Columns (n, m, m) of the bases in own-value form."""
    count = programs.technology.columns.shape[1]
    width = programs.local.shape[2]
    matrices = programs.technology.columns.T[np.clip(basis, 0, count - 1)] / programs.own[:, None, :]
    place = np.clip(basis - count, 0, width - 1)
    locals_ = np.broadcast_to(programs.local, (len(basis), *programs.local.shape[1:])).swapaxes(1, 2)
    matrices = np.where((basis >= count)[:, :, None], np.take_along_axis(locals_, place[:, :, None], 1), matrices)
    logicals = np.eye(basis.shape[1])[np.clip(-1 - basis, 0, basis.shape[1] - 1)]
    return np.where((basis < 0)[:, :, None], logicals, matrices).swapaxes(1, 2)


def basic_costs(costs: np.ndarray, count: int, basis: np.ndarray) -> np.ndarray:
    """Costs (n, k) of columns by number (n, k), from those of local ones (n, L); the first `count` cost nothing."""
    place = np.clip(basis - count, 0, costs.shape[1] - 1)
    return np.where(basis >= count, np.take_along_axis(costs, place, 1), 0.0)


def inverses(matrices: np.ndarray) -> np.ndarray:
    """Inverse of each matrix (n, m, m); nan where it is singular."""
    try:
        return np.linalg.inv(matrices)
    except np.linalg.LinAlgError:
        if len(matrices) == 1:
            return np.full_like(matrices, np.nan)
        half = len(matrices) // 2
        return np.concatenate([inverses(matrices[:half]), inverses(matrices[half:])])


def solve_refined(inverse: np.ndarray, matrices: np.ndarray, right: np.ndarray) -> np.ndarray:
    """Solutions (n, m) of small systems from their inverses, residuals in extended precision where there is any."""
    extended = matrices.astype(np.longdouble)
    solution = np.zeros_like(right)
    for _ in range(3):
        residual = (right - np.einsum("nij,nj->ni", extended, solution)).astype(float)
        solution = solution + np.einsum("nij,nj->ni", inverse, residual)
    return solution


def price_columns(programs: Programs, multipliers: np.ndarray) -> np.ndarray:
    """Largest excess (n,) of a technology column's reduced cost over zero, per size."""
    sizes, units = price_sizes(programs)
    prices = multipliers / programs.own * units[:, None]
    _, lowest = lowest_prices(prices, programs.technology.columns / sizes, programs)
    return np.maximum(-lowest, 0.0)


def lowest_prices(prices: np.ndarray, columns: np.ndarray, programs: Programs) -> tuple[np.ndarray, np.ndarray]:
    """Column (n,) in which `prices` (n, m) @ `columns` (m, J) is lowest, and the value (n,), over a unit's reference.

    Priced in tiles that stay in the processor's cache: several times faster than whole rows, and memory stays linear.
    """
    worst = np.zeros(len(prices), dtype=np.intp)
    lowest = np.full(len(prices), np.inf)
    observation, excluded = programs.technology.observation, programs.excluded
    for first in range(0, len(prices), TILE[0]):
        block = slice(first, first + TILE[0])
        for start in range(0, columns.shape[1], TILE[1]):
            tile = slice(start, start + TILE[1])
            reduced = prices[block] @ columns[:, tile]
            if excluded.ndim:
                reduced[excluded[block, None] == observation[tile]] = np.inf
            place = reduced.argmin(axis=1)
            value = reduced[np.arange(len(place)), place]
            worst[block] = np.where(value < lowest[block], start + place, worst[block])
            lowest[block] = np.minimum(value, lowest[block])
    return worst, lowest


class Reaches(NamedTuple):
    """Upper bounds over all optimal points: sums of intensities per size and as shares (n,), local columns (n, L).

    `shares` is infinite under constant returns.
    """

    sizes: np.ndarray
    shares: np.ndarray
    local: np.ndarray


def reaches(programs: Programs, objective: np.ndarray) -> Reaches:
    """How far intensities and local columns can go at points at least as good as `objective` (n,).

    A row without negative coefficients bounds what stands in it by its right-hand side, and what is bounded bounds
    others in turn. Columns that only cost are bounded by the objective. So a wrong reduced cost becomes a statement on
    the score.
    """
    technology = programs.technology
    sizes, units = column_sizes(programs)
    per_size = [
        bound * units[:, None] / programs.own
        for bound in ((technology.columns / sizes).min(axis=1), (technology.columns / sizes).max(axis=1))
    ]
    highest = technology.columns.max(axis=1) / programs.own
    positive, negative = np.maximum(programs.local, 0.0), np.maximum(-programs.local, 0.0)
    caps = np.full((len(programs), programs.costs.shape[1]), np.inf)
    if (programs.costs <= 0).all():
        with np.errstate(divide="ignore", invalid="ignore"):
            caps = np.where(programs.costs < 0, np.maximum(-objective, 0.0)[:, None] / -programs.costs, np.inf)
    elif programs.retreat is not None:
        caps[:, programs.retreat] = np.maximum(-objective, 0.0) / -programs.costs[:, programs.retreat]
    with np.errstate(divide="ignore", invalid="ignore"):
        for _ in range(4):
            before = caps
            room = programs.right + _sum_product(negative, caps)
            bound = np.where(positive > 0, room[:, :, None] / positive, np.inf).min(axis=1)
            caps = np.minimum(caps, bound)
            reach = _size_reach(programs, room, per_size[0])
            shares = np.full(len(programs), np.inf) if technology.convex is None else room[:, technology.convex]
            carried = np.minimum(_times(reach, per_size[1]), _times(shares, highest))
            above = _sum_product(positive, caps) + carried - programs.right
            bound = np.where(negative > 0, above[:, :, None] / negative, np.inf).min(axis=1)
            caps = np.minimum(caps, np.maximum(bound, 0.0))
            if np.array_equal(before, caps):
                break
    return Reaches(reach, shares, caps)


def _size_reach(programs: Programs, room: np.ndarray, low: np.ndarray) -> np.ndarray:
    """Bound (n,) of the sum of intensities per size, from the `room` (n, m) in each row and least coefficients `low`.

    Where every row has a zero somewhere, rows are added up: no observation is zero in all of them.
    """
    reach = np.where(low > 0, room / low, np.inf).min(axis=1)
    lost = np.flatnonzero(~np.isfinite(reach))
    if len(lost):
        sizes, units = column_sizes(programs)
        bounded = np.isfinite(room[lost]) & (programs.technology.columns.max(axis=1) > 0)
        prices = bounded * units[lost, None] / programs.own[lost]
        _, lowest = lowest_prices(prices, programs.technology.columns / sizes, programs.take(lost))
        total = np.where(bounded, room[lost], 0.0).sum(axis=1)
        reach[lost] = np.where(lowest > 0, total / lowest, np.inf)
    return reach


def _times(reach: np.ndarray, coefficients: np.ndarray) -> np.ndarray:
    """Largest contribution (n, m) of the technology to each row; a row of zeros takes nothing, however far it goes."""
    return np.where(coefficients > 0, reach[:, None] * coefficients, 0.0)


def _dual_error(programs: Programs, multipliers: np.ndarray, excess: np.ndarray, reach: Reaches) -> np.ndarray:
    """Most (n,) that technology columns with reduced costs of the wrong sign can add to the objective.

    Under variable returns an excess counts at most as a share. That overstates rounding in the price of an observation
    which is larger by orders of magnitude; where it matters each column's excess is divided by the larger of 1 and its
    size relative to the unit.
    """
    if programs.technology.convex is None:
        return np.where(excess > 0, excess * reach.sizes, 0.0)
    error = excess * reach.shares
    sizes, units = column_sizes(programs)
    for unit in np.flatnonzero(error > FINE):
        reduced = -(multipliers[unit] / programs.own[unit]) @ programs.technology.columns
        if programs.excluded.ndim:
            reduced[programs.technology.observation == programs.excluded[unit]] = 0.0
        shares = reduced / np.maximum(1.0, sizes / units[unit])
        error[unit] = min(error[unit], max(shares.max(), 0.0) * (reach.shares[unit] + reach.sizes[unit]))
    return error


def _sum_product(coefficients: np.ndarray, caps: np.ndarray) -> np.ndarray:
    """Row sums (n, m) of non-negative coefficients times caps; zero times infinity is nothing."""
    return np.where(coefficients > 0, coefficients * caps[:, None, :], 0.0).sum(axis=2)


def certify_optima(programs: Programs, basis: np.ndarray) -> Results:
    """Objective and solution of proposed bases (n, m), with a bound on their error.

    Negative values are cut to zero before the balances are checked, so the objective belongs to a point whose only
    fault is the residual of its balances. `gap` is the larger of the residual and, relative to 1 + |objective|,
    the sum of: the residual times the multipliers; reduced costs of the wrong sign, each times the most its column can
    reach; the duality gap. The optimum is no higher than the last two say; how much lower a residual lets it be is
    exact to first order. A basis that holds an excluded observation is none.
    """
    technology = programs.technology
    count = technology.columns.shape[1]
    matrices = basis_matrices(programs, basis)
    with np.errstate(invalid="ignore", over="ignore", divide="ignore"):
        inverse = inverses(matrices)
        right = np.broadcast_to(programs.right, programs.own.shape)
        costs = basic_costs(np.broadcast_to(programs.costs, (len(basis), programs.costs.shape[1])), count, basis)
        point = solve_refined(inverse, matrices, right)
        multipliers = solve_refined(inverse.swapaxes(1, 2), matrices.swapaxes(1, 2), costs)
        sound = np.isfinite(point).all(axis=1) & np.isfinite(multipliers).all(axis=1)
        point = np.where(basis >= 0, np.maximum(np.where(sound[:, None], point, 0.0), 0.0), 0.0)
        multipliers = np.where(sound[:, None], multipliers, 0.0)
        point[(point < DUST) & (basis >= count)] = 0.0
        objective = (costs * point).sum(axis=1)
        residual = np.abs(np.einsum("nij,nj->ni", matrices, point) - right)
        excess = price_columns(programs, multipliers)
        reach = reaches(programs, objective)
        local = programs.costs - np.einsum(
            "nm,nml->nl", multipliers, np.broadcast_to(programs.local, (len(basis), *programs.local.shape[1:]))
        )
        wrong = np.where(local > 0, local * reach.local, 0.0).sum(axis=1)
        dual = _dual_error(programs, multipliers, excess, reach) + wrong
        duality = np.abs((multipliers * right).sum(axis=1) - objective)
        score_error = (np.abs(multipliers) * residual).sum(axis=1) + dual + duality
        gap = np.maximum(residual.max(axis=1), score_error / (1 + np.abs(objective)))
        barred = (basis >= 0) & (basis < count) & (point > 0)
        barred &= technology.observation[np.clip(basis, 0, count - 1)] == programs.excluded.reshape(-1, 1)
    gap = np.where(sound & np.isfinite(gap) & ~barred.any(axis=1), gap, np.inf)
    return Results(gap, objective, np.ones(len(basis), dtype=bool), basis, point, multipliers)


def feasibility_form(programs: Programs) -> Programs:
    """The programs without Charnes and Cooper's divisor where it only scales feasible points: where slacks add to 1.

    In super-efficiency programs the denominator may be nil or negative for every point, and the divisor stays.
    """
    if not programs.linearised or programs.outside:
        return programs
    technology = replace(programs.technology, columns=programs.technology.columns[:-1])
    return replace(
        programs,
        technology=technology,
        own=programs.own[:, :-1],
        local=programs.local[:, :-1, programs.moves],
        right=-programs.local[:, :-1, programs.divisor],
        costs=np.zeros((1, int(programs.moves.sum()))),
        moves=programs.moves[programs.moves],
        divisor=None,
        linearised=False,
    )


def certify_infeasible(programs: Programs, rays: np.ndarray) -> np.ndarray:
    """Violation (n,) of proofs by Farkas rays (n, m) that no point is feasible; infinite where nothing is proved.

    With the ray y scaled to |y| = 1 and y.local >= 0 made exact, a feasible point would need y.right >= -reach x
    (violation of y.a_j >= 0), while y.right = -distance: a contradiction where the distance is larger. The distance is
    the share by which the unit's own values would have to change to become feasible; at or below the tolerance a
    program is not called infeasible. A unit that would have to retreat by more than `OUT_OF_REACH` is so.
    """
    plain = feasibility_form(programs)
    full = np.broadcast_to(programs.right, programs.own.shape)
    rays = np.where((rays * full).sum(axis=1, keepdims=True) < 0, rays, -rays)[:, : plain.own.shape[1]]
    with np.errstate(invalid="ignore", divide="ignore", over="ignore"):
        _admit_local_columns(plain, rays)
        rays = rays / np.abs(rays).sum(axis=1, keepdims=True)
        distance = -(rays * plain.right).sum(axis=1)
        sound = np.isfinite(rays).all(axis=1)
        rays = np.where(sound[:, None], rays, 0.0)
        excess = price_columns(plain, rays)
        reach = reaches(plain, np.full(len(plain), -OUT_OF_REACH))
        violation = _dual_error(plain, rays, excess, reach)
        proved = sound & (distance > CERTIFIED_VIOLATION) & (violation < distance / 2)
    return np.where(proved, violation, np.inf)


def _admit_local_columns(programs: Programs, rays: np.ndarray) -> None:
    """Change rays (n, m) in place so that no local column has a negative price; none of it makes a false ray true."""
    local = np.broadcast_to(programs.local, (len(rays), *programs.local.shape[1:]))
    filled = (programs.local != 0).any(axis=0)
    single = filled.sum(axis=0) == 1
    for column in np.flatnonzero(single):  # a column of one row gives that row's sign
        row = filled[:, column].argmax()
        sign = np.sign(local[:, row, column])
        rays[:, row] = np.where(sign != 0, sign * np.maximum(sign * rays[:, row], 0.0), rays[:, row])
    if programs.retreat is not None:  # a factor of either sign has price zero
        factor = local[:, :, programs.retreat]
        free = filled[:, programs.retreat] & ~filled[:, single].any(axis=1)
        if free.any():
            row = free.argmax()
            rays[:, row] -= (rays * factor).sum(axis=1) / factor[:, row]
        else:
            rays[factor != 0] = 0.0
    if programs.divisor is None:
        return
    if not programs.linearised:  # the abatement factor stands in the last row, at most 1
        rays[:, -1] += np.maximum(-(rays * local[:, :, programs.divisor]).sum(axis=1), 0.0)
        return
    for column in np.flatnonzero(~single & programs.moves):  # retreats of outputs stand in the normalisation too
        rays[:, -1] += np.minimum((rays * local[:, :, column]).sum(axis=1), 0.0) / -local[:, -1, column]
    price = np.minimum((rays * local[:, :, programs.divisor]).sum(axis=1), 0.0)
    if programs.technology.convex is None:
        rays[price < 0] = np.nan
    else:  # the divisor's price is made good in the convexity row, whose sign is free
        rays[:, programs.technology.convex] += price
