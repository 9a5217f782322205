"""The batched engine: primal simplex for a block of units at once on a small pool of columns, in numpy.

All programs of a technology share its columns, so one matrix product prices a pool of columns for a block of units. A
block is solved on the pool; then all columns are priced, each unit's worst is added to the pool, and the units that it
concerns go on from their bases. Only observations on or near the frontier ever enter, so that the pool stays small and
serves the next block. The result is a proposal: certified by `dea.certificate`, doubtful units handed to HiGHS.
"""

from __future__ import annotations

import numpy as np

from study.dea.certificate import column_sizes, lowest_prices
from study.dea.programs import Programs, Proposal

OPTIMAL = 1e-11  # reduced costs below this are no gain
ZERO = 1e-11  # basic values below this are zero
PIVOT = 1e-9  # a pivot element below this is rounding
TIE = 1e-12  # ratios this close are equal, and the perturbation decides
STEPS = 150  # pivots of a unit before it is left to HiGHS
UNITS_AT_ONCE = 1024  # units solved at once


class Block:
    """Simplex states of a block of units: bases, inverses, values and multipliers of both phases.

    `state` (n, m + 2, m + 2): the inverse of the basis; beside it the basic values, and those of a right-hand side of
    random numbers, which breaks ties as an infinitesimal perturbation would, so that degenerate units do not cycle;
    below, the multipliers and objectives of the costs and of the artificial costs (phase 1 drives the sum of
    artificials to zero).
    """

    def __init__(self, programs: Programs, columns: np.ndarray, units: np.ndarray):
        """States of all programs at the basis of singleton local columns and artificials.

        `columns` (m, J): technology columns divided by their sizes, in the precision to compute in; `units` (n,): the
        units' own sizes. In extended precision the tolerances are a thousandth.
        """
        self.programs, self.columns = programs, columns
        finer = np.finfo(columns.dtype).eps < np.finfo(float).eps
        self.optimal, self.zero, self.pivot, self.tie = (
            tolerance / (1000 if finer else 1) for tolerance in (OPTIMAL, ZERO, PIVOT, TIE)
        )
        count, rows = programs.own.shape
        self.local = np.broadcast_to(programs.local, (count, *programs.local.shape[1:]))
        self.costs = np.broadcast_to(programs.costs, (count, programs.costs.shape[1]))
        right = np.broadcast_to(programs.right, (count, rows))
        self.prices = units[:, None] / programs.own  # multiplies multipliers before they meet scaled columns
        self.basis = np.tile(-1 - np.arange(rows), (count, 1))
        self.state = np.zeros((count, rows + 2, rows + 2), dtype=columns.dtype)
        self.relaxed = np.zeros(count, dtype=bool)
        filled = (programs.local != 0).any(axis=0)
        diagonal = np.ones((count, rows))
        costs = np.zeros((count, rows))
        for column in np.flatnonzero(filled.sum(axis=0) == 1):
            row = filled[:, column].argmax()
            free = (self.basis[:, row] < 0) & (self.local[:, row, column] > 0)
            self.basis[free, row] = self.columns.shape[1] + column
            diagonal[free, row] = self.local[free, row, column]
            costs[free, row] = self.costs[free, column]
        artificial = self.basis < 0
        places = np.arange(rows)
        self.state[:, places, places] = 1 / diagonal
        self.state[:, :rows, rows] = right / diagonal
        perturbation = np.random.default_rng(0).uniform(1, 2, rows) * relaxing(programs)
        self.state[:, :rows, rows + 1] = perturbation / diagonal
        self.state[:, rows, rows + 1] = (costs * perturbation / diagonal).sum(axis=1)
        self.state[:, rows + 1, rows + 1] = -(artificial * perturbation).sum(axis=1)
        self.state[:, rows, :rows] = costs / diagonal
        self.state[:, rows + 1, :rows] = -artificial.astype(float)
        self.state[:, rows, rows] = (costs * right / diagonal).sum(axis=1)
        self.state[:, rows + 1, rows] = -(artificial * right).sum(axis=1)
        self.basic = costs  # of the basic columns
        self.infeasible = np.zeros(count, dtype=bool)
        self.steps = np.zeros(count, dtype=int)

    def solve(self, pool: np.ndarray) -> np.ndarray:
        """Solve all units over all columns, beginning with those of `pool` (numbers); returns the pool, grown."""
        pending = np.arange(len(self.basis))
        while len(pending):
            self.improve(pending, pool)
            worst, excess = self._price_all(pending)
            pending = pending[excess > 10 * self.optimal]
            new = np.setdiff1d(worst[excess > 10 * self.optimal], pool)
            if not len(new):
                break  # done, or what is left did not converge
            self.infeasible[pending] = False
            pool = np.concatenate([pool, new])
        return pool

    def improve(self, units: np.ndarray, pool: np.ndarray) -> None:
        """Pivot `units` (places) to optimality over the pool (column numbers) and the local columns."""
        rows = self.basis.shape[1]
        pooled = np.ascontiguousarray(self.columns[:, pool])
        active = units
        while len(active):
            state, basis, basic = self.state[active], self.basis[active], self.basic[active]
            local, costs, prices = self.local[active], self.costs[active], self.prices[active]
            running = np.ones(len(active), dtype=bool)
            while np.count_nonzero(running) > 0.6 * len(running):
                broken = state[:, rows + 1, rows] < -self.pivot
                phase_one = broken | ((state[:, rows + 1, rows + 1] < -self.pivot) & ~self.relaxed[active])
                cost_row = np.where(phase_one, rows + 1, rows)
                multipliers = state[np.arange(len(state)), cost_row, :rows]
                entering, gain, column = self._enter(active, multipliers, phase_one, pool, pooled, local, costs, prices)
                better = gain > self.optimal
                self.infeasible[active[~better & broken & running]] = True
                self.relaxed[active[~better & phase_one & ~broken]] = True
                running &= (better | (phase_one & ~broken)) & (self.steps[active] < STEPS)
                if not running.any():
                    break
                moving = running & better
                leaving, blocked = self._leave(state, basis, column, phase_one)
                running &= blocked | ~moving
                moving &= blocked
                self._pivot(state, basis, basic, column, entering, leaving, moving, costs)
                self.steps[active[running]] += 1
            self.state[active], self.basis[active], self.basic[active] = state, basis, basic
            active = active[running]

    def _price_all(self, units: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Worst technology column (n,) of each unit (place) over all columns, and its gain (n,)."""
        rows = self.basis.shape[1]
        phase = np.where(self.infeasible[units], rows + 1, rows)
        prices = self.state[units, phase, :rows] * self.prices[units]
        worst, lowest = lowest_prices(prices, self.columns, self.programs.take(units))
        return worst, -lowest

    def _enter(self, active, multipliers, phase_one, pool, pooled, local, costs, prices):
        """Entering column number, its gain per unit and its column in own-value form, for each active unit."""
        places = np.arange(len(active))
        reduced = (multipliers * prices) @ pooled
        if self.programs.excluded.ndim:
            reduced[self.programs.excluded[active, None] == self.programs.technology.observation[pool]] = np.inf
        best = reduced.argmin(axis=1)
        gain = -reduced[places, best]
        own = np.where(phase_one[:, None], 0.0, costs) - np.matmul(multipliers[:, None, :], local)[:, 0]
        best_own = own.argmax(axis=1)
        gain_own = own[places, best_own]
        use_own = gain_own > gain
        entering = np.where(use_own, self.columns.shape[1] + best_own, pool[best])
        column = np.where(use_own[:, None], local[places, :, best_own], pooled.T[best] * prices)
        return entering, np.where(use_own, gain_own, gain), column

    def _leave(self, state, basis, column, phase_one):
        """Leaving row of each unit and whether there is one; `column` (n, m) becomes the direction of the basic values.

        In phase 2 an artificial at zero must stay there, so any movement of it blocks at once.
        """
        rows = basis.shape[1]
        column[:] = np.matmul(state[:, :rows, :rows], column[:, :, None])[:, :, 0]
        values = state[:, :rows, rows]
        values = np.where(values > self.zero, values, 0.0)
        held = (basis < 0) & ~phase_one[:, None] & (np.abs(column) > self.pivot)
        falling = column > self.pivot
        ratios = np.where(falling, values / np.where(falling, column, 1.0), np.inf)
        ratios[held] = 0.0
        least = ratios.min(axis=1)
        tied = (ratios <= least[:, None] * (1 + self.tie) + self.tie) & np.isfinite(ratios)
        perturbed = state[:, :rows, rows + 1] / np.where(tied, column, 1.0)
        return np.where(tied, perturbed, np.inf).argmin(axis=1), np.isfinite(least)

    def _pivot(self, state, basis, basic, direction, entering, leaving, running, costs):
        """Exchange one column of each running unit's basis; `direction` (n, m) the entering column in basic terms."""
        rows = basis.shape[1]
        places = np.arange(len(basis))
        count = self.columns.shape[1]
        element = direction[places, leaving]
        step = np.empty((len(basis), rows + 2), dtype=state.dtype)
        step[:, :rows] = direction
        # what the entering column gains in either phase: cost less multipliers times column
        gained = np.where(entering >= count, costs[places, np.maximum(entering - count, 0)], 0.0)
        step[:, rows] = (basic * direction).sum(axis=1) - gained
        step[:, rows + 1] = -((basis < 0) * direction).sum(axis=1)
        step[places, leaving] -= 1.0
        pivot = state[places, leaving] / np.where(running, element, 1.0)[:, None]
        step[~running] = 0.0
        state -= step[:, :, None] * pivot[:, None, :]
        changed = places[running], leaving[running]
        basis[changed], basic[changed] = entering[running], gained[running]


def relaxing(programs: Programs) -> np.ndarray:
    """Sign (m,) of the right-hand side's change that makes each row easier: +1, -1, or 0 for an equation."""
    filled = (programs.local != 0).any(axis=0)
    single = programs.local[0][:, filled.sum(axis=0) == 1]
    return (single > 0).any(axis=1).astype(float) - (single < 0).any(axis=1)


def propose(programs: Programs, extended: bool = False) -> Proposal:
    """Bases and rays of all programs; the multipliers of phase 1 are the ray of an infeasible one.

    `extended` computes in the machine's longest floating-point numbers: slow, for units that are all but degenerate.
    """
    columns = programs.technology.columns
    sizes, units = column_sizes(programs)
    scaled = (columns / sizes).astype(np.longdouble if extended else float)
    count, rows = programs.own.shape
    basis = np.empty((count, rows), dtype=int)
    rays = np.full((count, rows), np.nan)
    pool = extreme_columns(programs, scaled)
    for start in range(0, count, UNITS_AT_ONCE):
        chosen = np.arange(start, min(start + UNITS_AT_ONCE, count))
        block = Block(programs.take(chosen), scaled, units[chosen])
        pool = block.solve(pool)
        basis[chosen] = block.basis
        rays[chosen[block.infeasible]] = block.state[block.infeasible, rows + 1, :rows]
    return Proposal(basis, rays, ["batched, extended" if extended else "batched"] * count)


def extreme_columns(programs: Programs, scaled: np.ndarray, wanted: int = 64) -> np.ndarray:
    """Columns to begin with: those that make most of a good, or a random mix of goods, from least of the others.

    `scaled` (m, J) technology columns per size. A small technology is taken whole.
    """
    variables = len(programs.signs)
    count = scaled.shape[1]
    if count <= 8 * wanted:
        return np.arange(count)
    amounts = scaled[:variables] / programs.technology.scale[:variables, None]
    mixes = np.random.default_rng(0).dirichlet(np.ones(variables), wanted) * -programs.signs
    return np.unique((mixes @ np.log(np.maximum(amounts, 1e-300))).argmax(axis=1))
