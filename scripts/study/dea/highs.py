"""The hot engine: a program stated once with PuLP, held by HiGHS and re-aimed at one unit after another."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import highspy
import numpy as np
import pulp

from study.dea.programs import Programs, Proposal

# Presolve would hide the ray of an infeasible program; matrix entries under 1e-9 would be dropped silently.
COMMON = {
    "threads": 1,
    "parallel": "off",
    "presolve": "off",
    "solver": "simplex",
    "small_matrix_value": 1e-12,
}
FIRST_OPTIONS = COMMON | {"primal_feasibility_tolerance": 1e-9, "dual_feasibility_tolerance": 1e-9}
TIGHT_OPTIONS = COMMON | {"primal_feasibility_tolerance": 1e-10, "dual_feasibility_tolerance": 1e-10}
RETRIES = (
    TIGHT_OPTIONS | {"simplex_strategy": 1},
    TIGHT_OPTIONS | {"simplex_strategy": 4},
)  # dual, then primal simplex


@contextmanager
def _quiet() -> Iterator[None]:
    """Silence file descriptor 1: HiGHS prints its banner before its output can be switched off."""
    sys.stdout.flush()
    kept = os.dup(1)
    try:
        with open(os.devnull, "w") as nowhere:  # noqa: PTH123
            os.dup2(nowhere.fileno(), 1)
        yield
    finally:
        os.dup2(kept, 1)
        os.close(kept)


def _state(programs: Programs, local: np.ndarray, scale: np.ndarray, options: Mapping):
    """HiGHS holding a program: rows divided by `scale` (m,), local columns (m, L), right-hand sides still 1."""
    columns = programs.technology.columns / scale[:, None]
    rows, count = columns.shape
    problem = pulp.LpProblem("distance", pulp.LpMaximize)
    # PuLP orders columns by name: numbers are padded so that its order is ours.
    lambdas = [problem.add_variable(f"lambda_{j:07d}", 0) for j in range(count)]
    others = [problem.add_variable(f"local_{j:07d}", 0) for j in range(local.shape[1])]
    problem += pulp.LpAffineExpression(list(zip(others, programs.costs[0].tolist(), strict=True)))
    for row in range(rows):
        # a coefficient that is zero here may not be so for the next unit, but one that is zero by form always is
        terms = [(variable, value) for variable, value in zip(lambdas, columns[row].tolist(), strict=True) if value]
        terms += [(variable, value) for variable, value in zip(others, local[row].tolist(), strict=True) if value]
        problem += pulp.LpAffineExpression(terms) == 1, f"row_{row:07d}"
    solver = pulp.HiGHS(msg=False, **options)
    with _quiet():
        solver.createAndConfigureSolver(problem)
    solver.buildSolverModel(problem)
    if [variable.index for variable in lambdas + others] != list(range(count + local.shape[1])):
        raise RuntimeError("PuLP changed the order of the columns")
    return problem.solverModel


def propose(programs: Programs, options: Mapping = FIRST_OPTIONS, own_rows: bool = False) -> Proposal:
    """Solve n programs one after another from the last basis; rows divided by typical sizes, or by own values.

    With typical sizes another unit changes only right-hand sides and its local coefficients, so the last basis starts
    the next solve; with `own_rows` each program is stated anew.
    """
    if own_rows and len(programs) > 1:
        each = [propose(programs.take(np.array([unit])), options, own_rows=True) for unit in range(len(programs))]
        return Proposal(
            np.vstack([one.basis for one in each]),
            np.vstack([one.rays for one in each]),
            [status for one in each for status in one.status],
        )
    scale = programs.own[0] if own_rows else programs.technology.scale
    factor = programs.own / scale
    right = np.broadcast_to(programs.right, factor.shape) * factor
    local = np.broadcast_to(programs.local, (len(programs), *programs.local.shape[1:]))
    places = [tuple(place) for place in np.argwhere((programs.local != 0).any(axis=0))]
    at_rows, at_columns = np.array(places).T
    values = local[:, at_rows, at_columns] * factor[:, at_rows]
    varying = (values != values[0]).any(axis=0)
    highs = _state(programs, local[0] * factor[0][:, None], scale, options)
    count = programs.technology.columns.shape[1]
    changes = [(int(row), int(count + column)) for (row, column), vary in zip(places, varying, strict=True) if vary]
    changing = values[:, varying].tolist()
    rows = np.arange(len(scale), dtype=np.int32)
    columns = np.arange(count, count + programs.costs.shape[1], dtype=np.int32)
    basis = np.full(factor.shape, -1 - len(rows))
    rays = np.full(factor.shape, np.nan)
    statuses = [""] * len(programs)
    hidden = np.array([], dtype=np.int32)
    for unit in neighbours(np.log(programs.own)):
        highs.changeRowsBounds(len(rows), rows, right[unit], right[unit])
        for (row, column), value in zip(changes, changing[unit], strict=True):
            highs.changeCoeff(row, column, value)
        if len(programs.costs) > 1:
            highs.changeColsCost(len(columns), columns, -programs.costs[unit])  # PuLP hands a maximum over as a minimum
        if programs.excluded.ndim:
            hidden = _hide(highs, programs, unit, hidden)
        highs.run()
        status = highs.getModelStatus()
        found, basic = highs.getBasicVariables()
        if found == highspy.HighsStatus.kOk:
            basis[unit] = basic
        if status != highspy.HighsModelStatus.kOptimal:
            _, exists, multipliers = highs.getDualRay()
            if exists:
                rays[unit] = np.array(multipliers) * factor[unit]
        statuses[unit] = highs.modelStatusToString(status)
    return Proposal(basis, rays, statuses)


def neighbours(places: np.ndarray) -> list[int]:
    """Order in which each point (n, k) is followed by the nearest one left: a near unit's basis needs few pivots."""
    passed = np.zeros(len(places))
    order = [0]
    for _ in range(len(places) - 1):
        passed[order[-1]] = np.inf
        apart = places - places[order[-1]]
        order.append(int((np.einsum("ij,ij->i", apart, apart) + passed).argmin()))
    return order


def _hide(highs, programs: Programs, unit: int, hidden: np.ndarray) -> np.ndarray:
    """Fix the columns that the unit's reference leaves out at zero, and free those of the unit before."""
    for column in hidden:
        highs.changeColBounds(int(column), 0.0, highspy.kHighsInf)
    columns = np.flatnonzero(programs.technology.observation == programs.excluded[unit])
    for column in columns:
        highs.changeColBounds(int(column), 0.0, 0.0)
    return columns
