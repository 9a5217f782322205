"""Certificates: what is left of a solver's proposal after recomputing it from the data.

A solver only proposes a basis (or a ray). Scores, slacks, intensities and multipliers are solved again from the basis
in own-value form, and the proposal counts only if the primal point, the reduced costs of all columns and the duality
gap bound the score's error by TOLERANCE (or the ray proves that there is no feasible point).

"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from _programs import Programs

TOLERANCE = 1e-9  # largest violation of a certified result, in own-value terms
FAR = 1e3  # a unit that had to retreat by more than this many of its own values is out of reach
DUST = 1e-12  # a share of the own value below this is rounding, and is zero
TILE = (1024, 512)  # units and columns priced at once


@dataclass
class Results:
    """Certified results of n programs.

    `gap` (n,) bounds the error of `objective` (n,) relative to `worth` + |objective| and is the largest violation in
    own-value terms; infinite where nothing is proved. `feasible` (n,). `point` (n, m): values of the basic columns
    `basis` (n, m), technology columns first, then local ones; -1 - r is row r's logical. `multipliers` (n, m) of the
    rows in own-value form. `worst` (n,): the technology column whose price is most wrong, `excess` (n,) by how much.
    """

    gap: np.ndarray
    objective: np.ndarray
    feasible: np.ndarray
    basis: np.ndarray
    point: np.ndarray
    multipliers: np.ndarray
    worst: np.ndarray
    excess: np.ndarray


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


def price_columns(programs: Programs, multipliers: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Largest excess (n,) of a technology column's reduced cost over zero, per size, and that column (n,)."""
    sizes, units = price_sizes(programs)
    prices = multipliers / programs.own * units[:, None]
    worst, lowest = lowest_prices(prices, programs.technology.columns / sizes, programs)
    return np.maximum(-lowest, 0.0), worst


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


def reaches(programs: Programs, objective: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Upper bounds of sum_j lambda_j per size (n,), and of each local column (n, L), over all optimal points.

    A row without negative coefficients bounds what stands in it by its right-hand side, and what is bounded bounds
    others in turn. Columns that only cost are bounded by the objective, for an optimum is at least that good; with them
    a wrong reduced cost becomes a statement on the score.
    """
    sizes, units = price_sizes(programs)
    scaled = programs.technology.columns / sizes
    low, high = scaled.min(axis=1) * units[:, None] / programs.own, scaled.max(axis=1) * units[:, None] / programs.own
    positive, negative = np.maximum(programs.local, 0.0), np.maximum(-programs.local, 0.0)
    caps = np.full((len(programs), len(programs.costs)), np.inf)
    if (programs.costs <= 0).all():
        costly = programs.costs < 0
        caps[:, costly] = np.maximum(-objective, 0.0)[:, None] / -programs.costs[costly]
    elif programs.retreat is not None:
        caps[:, programs.retreat] = np.maximum(-objective, 0.0)
    with np.errstate(divide="ignore", invalid="ignore"):
        for _ in range(4):
            before = caps
            room = programs.right + _sum_product(negative, caps)
            bound = np.where(positive > 0, room[:, :, None] / positive, np.inf).min(axis=1)
            caps = np.minimum(caps, bound)
            reach = np.where(low > 0, room / low, np.inf).min(axis=1)
            above = _sum_product(positive, caps) + np.where(high > 0, reach[:, None] * high, 0.0) - programs.right
            bound = np.where(negative > 0, above[:, :, None] / negative, np.inf).min(axis=1)
            caps = np.minimum(caps, np.maximum(bound, 0.0))
            if np.array_equal(before, caps):
                break
    return reach, caps


def _sum_product(coefficients: np.ndarray, caps: np.ndarray) -> np.ndarray:
    """Row sums (n, m) of non-negative coefficients times caps; zero times infinity is nothing."""
    return np.where(coefficients > 0, coefficients * caps[:, None, :], 0.0).sum(axis=2)


def worth(programs: Programs) -> np.ndarray:
    """What a whole own value of the most valued variable adds to the objective (n or 1,), at least 1.

    It is 1 in directions of own values; along amounts of one, a score is in the variables' units and this its scale.
    """
    valued = programs.local[:, : len(programs.signs), programs.costs != 0]
    costs = np.broadcast_to(np.abs(programs.costs[programs.costs != 0]), valued.shape)
    ratios = np.divide(costs, np.abs(valued), out=np.zeros(valued.shape), where=valued != 0)
    return np.maximum(ratios.max(axis=(1, 2)), 1.0)


def certify_optima(programs: Programs, basis: np.ndarray) -> Results:
    """Objective and solution of proposed bases (n, m), with a bound on their error.

    Negative values are cut to zero before the balances are checked, so the objective belongs to a point whose only
    fault is the residual of its balances. `gap` is the largest of: the residual; the residual times the multipliers;
    reduced costs of the wrong sign, each times the most its column can reach; the duality gap; the last three relative
    to `worth` + |objective|.
    """
    count = programs.technology.columns.shape[1]
    matrices = basis_matrices(programs, basis)
    with np.errstate(invalid="ignore", over="ignore", divide="ignore"):
        inverse = inverses(matrices)
        right = np.broadcast_to(programs.right, programs.own.shape)
        costs = np.where(basis >= count, programs.costs[np.clip(basis - count, 0, len(programs.costs) - 1)], 0.0)
        point = solve_refined(inverse, matrices, right)
        multipliers = solve_refined(inverse.swapaxes(1, 2), matrices.swapaxes(1, 2), costs)
        sound = np.isfinite(point).all(axis=1) & np.isfinite(multipliers).all(axis=1)
        point = np.where(basis >= 0, np.maximum(np.where(sound[:, None], point, 0.0), 0.0), 0.0)
        multipliers = np.where(sound[:, None], multipliers, 0.0)
        point[(point < DUST) & (basis >= count)] = 0.0
        objective = (costs * point).sum(axis=1)
        residual = np.abs(np.einsum("nij,nj->ni", matrices, point) - right)
        excess, worst = price_columns(programs, multipliers)
        reach, caps = reaches(programs, objective)
        local = programs.costs - np.einsum(
            "nm,nml->nl", multipliers, np.broadcast_to(programs.local, (len(basis), *programs.local.shape[1:]))
        )
        wrong = np.where(local > 0, local * caps, 0.0).sum(axis=1)
        dual = np.where(excess > 0, excess * reach, 0.0) + wrong
        duality = np.abs((multipliers * right).sum(axis=1) - objective)
        score_error = np.maximum(np.maximum((np.abs(multipliers) * residual).sum(axis=1), dual), duality)
        gap = np.maximum(residual.max(axis=1), score_error / (worth(programs) + np.abs(objective)))
    gap = np.where(sound & np.isfinite(gap), gap, np.inf)
    return Results(gap, objective, np.ones(len(basis), dtype=bool), basis, point, multipliers, worst, excess)


def feasibility_form(programs: Programs) -> Programs:
    """The programs without Charnes and Cooper's divisor, which scales feasible points and makes none."""
    if programs.divisor is None or not programs.linearised:
        return programs
    technology = replace(programs.technology, columns=programs.technology.columns[:-1])
    return replace(
        programs,
        technology=technology,
        own=programs.own[:, :-1],
        local=programs.local[:, :-1, programs.moves],
        right=-programs.local[:, :-1, programs.divisor],
        costs=np.zeros(int(programs.moves.sum())),
        moves=programs.moves[programs.moves],
        divisor=None,
    )


def certify_infeasible(programs: Programs, rays: np.ndarray) -> np.ndarray:
    """Violation (n,) of proofs by Farkas rays (n, m) that no point is feasible; infinite where nothing is proved.

    With the ray y scaled to |y| = 1 and y.local >= 0 made exact, a feasible point would need y.right >= -reach x
    (violation of y.a_j >= 0), while y.right = -distance: a contradiction where the distance is larger. The distance is
    the share by which the unit's own values would have to change to become feasible; at or below the tolerance a
    program is not called infeasible.
    """
    plain = feasibility_form(programs)
    rays = rays[:, : plain.own.shape[1]].copy()
    if programs.linearised:  # the sign of a ray is that of the dropped row, which is its right-hand side
        rays = np.where(rays.sum(axis=1, keepdims=True) < 0, rays, -rays)
    else:
        rays = np.where((rays * plain.right).sum(axis=1, keepdims=True) < 0, rays, -rays)
    with np.errstate(invalid="ignore", divide="ignore", over="ignore"):
        _admit_local_columns(plain, rays)
        rays /= np.abs(rays).sum(axis=1, keepdims=True)
        distance = -(rays * plain.right).sum(axis=1)
        excess, _ = price_columns(plain, np.where(np.isfinite(rays), rays, 0.0))
        reach, _ = reaches(plain, np.broadcast_to(-FAR * worth(programs), len(plain)))
        violation = np.where(excess > 0, excess * reach, 0.0)
        proved = (distance > TOLERANCE) & (violation < distance / 2)
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
    free = filled[:, ~single].any(axis=1) & ~filled[:, single].any(axis=1)
    if programs.retreat is not None:  # a factor of either sign has price zero
        factor = local[:, :, programs.retreat]
        if free.any():
            row = free.argmax()
            rays[:, row] -= (rays * factor).sum(axis=1) / factor[:, row]
        else:
            rays[factor != 0] = 0.0
    elif programs.divisor is not None:  # the abatement factor stands in the last row, at most 1
        price = (rays * local[:, :, programs.divisor]).sum(axis=1)
        rays[:, -1] += np.maximum(-price, 0.0)
