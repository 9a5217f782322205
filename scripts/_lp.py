"""Slacks-based directional distance programs: stated with PuLP, re-solved by HiGHS in process, certified.

The program of unit o against a technology spanned by J reference observations (Fukuyama and Weber 2009,
Socio-Econ. Plan. Sci. 43, direction = the unit's own values), with R variables (inputs, goods, bads):

    S = max  sum_r w_r s_r
        s.t. sum_j v_rj lambda_j + sign_r v_ro s_r = v_ro   for every variable r
             sum_j lambda_j = 1                             under variable returns only
             lambda, s >= 0

where s_r is a slack as a share of the unit's own value, sign_r is +1 for inputs and bads and -1 for goods.

Two forms of the same rows are used. The solver's form divides row r by one scale of the whole technology,
so that another unit changes only right-hand sides and its slacks' coefficients and the last basis starts the
next solve. Own-value form divides row r by v_ro: right-hand sides are 1, slack columns are +1 or -1, and a
violation reads as a share of what the unit itself uses or makes. Certificates are in own-value form and use
the data, never the solver's arithmetic: the solver only proposes a basis (or a ray).
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

import highspy
import numpy as np
import pulp

TOLERANCE = 1e-9  # largest violation of a certified result, in own-value terms
DUST = 1e-12  # a slack below this share of the unit's own value is rounding, and is zero

# Presolve would hide the ray of an infeasible program; matrix entries under 1e-9 would be dropped silently.
COMMON = {
    "threads": 1,
    "parallel": "off",
    "presolve": "off",
    "solver": "simplex",
    "small_matrix_value": 1e-12,
}
FIRST = COMMON | {"primal_feasibility_tolerance": 1e-9, "dual_feasibility_tolerance": 1e-9}
TIGHT = COMMON | {"primal_feasibility_tolerance": 1e-10, "dual_feasibility_tolerance": 1e-10}
RETRIES = (TIGHT | {"simplex_strategy": 1}, TIGHT | {"simplex_strategy": 4})  # dual, then primal simplex


class CertificateError(RuntimeError):
    """No solve of a program gave an optimum or an infeasibility that could be verified."""


class Distance(NamedTuple):
    """Result of one program."""

    status: str  # `optimal` or `infeasible`
    score: float  # S; nan if infeasible
    gap: float  # largest violation of the certificate, in own-value terms
    slacks: np.ndarray  # (R,) shares of the unit's own values; nan if infeasible
    attempts: int  # solves it took; more than 1 means that a certificate failed


class OwnProgram(NamedTuple):
    """One unit's program in own-value form: max costs @ x subject to columns @ x = 1, x >= 0."""

    columns: np.ndarray  # (R or R + 1, J + R): intensities first, then slacks; last row the convexity row
    costs: np.ndarray  # (J + R,)
    signs: np.ndarray  # (R,)


class Certificate(NamedTuple):
    """What is left of a proposed result after recomputing it from the data."""

    gap: float  # bounds the error; infinite if nothing is proved
    score: float
    slacks: np.ndarray  # (R,) shares of the unit's own values


def slack_signs(inputs: int, goods: int, bads: int) -> np.ndarray:
    """Sign (R,) of each slack in its balance, rows in the order inputs, goods, bads: only goods grow."""
    return np.array([1.0] * inputs + [-1.0] * goods + [1.0] * bads)


def block_weights(inputs: int, goods: int, bads: int) -> np.ndarray:
    """Weights (R,) of Fukuyama and Weber (2009): half on inputs, half on outputs, equal inside each half."""
    return np.array([0.5 / inputs] * inputs + [0.5 / (goods + bads)] * (goods + bads))


def own_program(
    reference: np.ndarray, unit: np.ndarray, signs: np.ndarray, weights: np.ndarray, returns: str
) -> OwnProgram:
    """Program of `unit` (R,) against `reference` (R, J) with each row divided by the unit's own value."""
    columns = np.hstack([reference / unit[:, None], np.diag(signs)])
    intensities = reference.shape[1]
    if returns == "vrs":
        convexity = np.r_[np.ones(intensities), np.zeros(len(unit))]
        columns = np.vstack([columns, convexity])
    return OwnProgram(columns, np.r_[np.zeros(intensities), weights], signs)


def reach(program: OwnProgram, amounts: np.ndarray) -> float:
    """Upper bound of sum_j lambda_j amounts_j over all feasible intensities, for `amounts` (J,) >= 0.

    In a row of an input, a bad or the convexity constraint sum_j a_rj lambda_j <= 1, hence the sum is at most
    max_j amounts_j / a_rj; the smallest such bound holds. It makes a reduced cost a statement on the score,
    whatever the size of the reference observation it belongs to.
    """
    intensities = program.columns.shape[1] - len(program.signs)
    bounded = np.ones(len(program.columns), dtype=bool)
    bounded[: len(program.signs)] = program.signs > 0
    return float((amounts / program.columns[bounded, :intensities]).max(axis=1).min())


def solve_refined(matrix: np.ndarray, right: np.ndarray) -> np.ndarray:
    """Solution of a small square system, its residuals in extended precision where the machine has it."""
    solution = np.linalg.solve(matrix, right)
    extended = matrix.astype(np.longdouble)
    for _ in range(2):
        residual = (right - extended @ solution).astype(float)
        solution = solution + np.linalg.solve(matrix, residual)
    return solution


def certify_optimum(program: OwnProgram, basis: np.ndarray) -> Certificate:
    """Score and slacks of a basis recomputed from the data, with a bound on their error.

    `basis` holds one column number a row, or -(r + 1) where row r's own logical is basic. Primal and dual
    solutions are solved from the basis; negative values are cut to zero before the balances are checked, so
    the score belongs to a point whose only fault is the residual of its balances. `gap` is the largest of
    three, or infinite when the basis is singular:
    - primal: the residual, times the multipliers' sum over 1 + S where that is more than 1. The true score
      is no lower than S - primal (1 + S); 1 + S is what the indices take ratios of;
    - dual: reduced costs of the wrong sign, each times the most its column can reach;
    - the duality gap. The true score is no higher than S + dual + duality gap.
    """
    rows, intensities = len(program.columns), len(program.costs) - len(program.signs)
    nothing = Certificate(np.inf, np.nan, np.full(len(program.signs), np.nan))
    logicals = np.where(basis < 0, -basis - 1, 0)
    matrix = np.where(basis >= 0, program.columns[:, basis], np.eye(rows)[:, logicals])
    try:
        values = solve_refined(matrix, np.ones(rows))
        multipliers = solve_refined(matrix.T, np.where(basis >= 0, program.costs[basis], 0.0))
    except np.linalg.LinAlgError:
        return nothing
    if not (np.isfinite(values).all() and np.isfinite(multipliers).all()):
        return nothing

    point = np.zeros(len(program.costs))
    structural = basis >= 0
    point[basis[structural]] = np.maximum(values[structural], 0.0)
    slacks = point[intensities:]
    slacks[slacks < DUST] = 0.0
    score = float(program.costs @ point)
    residual = np.abs(program.columns @ point - 1).max()

    excess = np.maximum(program.costs - multipliers @ program.columns, 0.0)
    slack_reach = np.ones(len(program.signs))  # an input or a bad cannot shrink by more than itself
    for good in np.flatnonzero(program.signs < 0):
        slack_reach[good] = max(1.0, reach(program, program.columns[good, :intensities]))
    dual = reach(program, excess[:intensities]) + excess[intensities:] @ slack_reach
    primal = residual * max(1.0, np.abs(multipliers).sum() / (1 + score))
    return Certificate(float(max(primal, dual, abs(multipliers.sum() - score))), score, slacks.copy())


def certify_infeasibility(program: OwnProgram, ray: np.ndarray) -> Certificate:
    """Proof by a Farkas ray (one multiplier a row, own-value form) that no intensities reach the unit.

    With y scaled to |y| = 1 and its signs right on the slack columns, a feasible point would need
    y.1 >= -reach(violations of y.A >= 0), while y.1 = -distance: a contradiction if the distance is larger.
    The distance is the share by which the unit's own values would have to change to become feasible; below
    the tolerance the program is not called infeasible. `gap` is the violation, infinite if nothing is proved.
    """
    intensities = len(program.costs) - len(program.signs)
    multipliers = ray if ray.sum() < 0 else -ray
    variables = slice(len(program.signs))
    multipliers = multipliers.copy()
    multipliers[variables] = program.signs * np.maximum(program.signs * multipliers[variables], 0.0)
    size = np.abs(multipliers).sum()
    missing = np.full(len(program.signs), np.nan)
    if not (np.isfinite(size) and size > 0):
        return Certificate(np.inf, np.nan, missing)
    multipliers = multipliers / size
    distance = -multipliers.sum()
    violation = reach(program, np.maximum(-multipliers @ program.columns[:, :intensities], 0.0))
    proved = distance > TOLERANCE and violation < distance / 2
    return Certificate(violation if proved else np.inf, np.nan, missing)


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


class _Solver:
    """HiGHS holding the program of one technology, re-aimed at one unit after another."""

    def __init__(self, reference, signs, weights, returns, scale, options):
        """State the program for a unit whose values are `scale` (R,), and build it in HiGHS."""
        self.signs, self.scale = signs, scale
        variables, intensities = reference.shape
        problem = pulp.LpProblem("distance", pulp.LpMaximize)
        # PuLP orders columns by name: numbers are padded so that its order is ours.
        lambdas = [problem.add_variable(f"lambda_{j:07d}", 0) for j in range(intensities)]
        slacks = [problem.add_variable(f"slack_{r:07d}", 0) for r in range(variables)]
        problem += pulp.LpAffineExpression(list(zip(slacks, weights.tolist(), strict=True)))
        scaled = reference / scale[:, None]
        for r in range(variables):
            terms = [*zip(lambdas, scaled[r].tolist(), strict=True), (slacks[r], float(signs[r]))]
            problem += pulp.LpAffineExpression(terms) == 1, f"balance_{r:07d}"
        if returns == "vrs":
            problem += pulp.LpAffineExpression([(j, 1.0) for j in lambdas]) == 1, "convexity"
        solver = pulp.HiGHS(msg=False, **options)
        with _quiet():
            solver.createAndConfigureSolver(problem)
        solver.buildSolverModel(problem)
        self.highs = problem.solverModel
        if [variable.index for variable in lambdas + slacks] != list(range(intensities + variables)):
            raise RuntimeError("PuLP changed the order of the columns")
        self.slack_columns = range(intensities, intensities + variables)
        self.rows = np.arange(variables, dtype=np.int32)

    def propose(self, unit: np.ndarray) -> tuple[str, np.ndarray | None, np.ndarray | None]:
        """Solve for `unit` (R,): the solver's status, its last basis and, if not optimal, its ray (own form).

        All three are proposals: under extreme data HiGHS answers `Unknown` and yet holds a sound ray.
        """
        values = unit / self.scale
        self.highs.changeRowsBounds(len(values), self.rows, values, values)
        for row, column in enumerate(self.slack_columns):
            self.highs.changeCoeff(row, column, float(self.signs[row] * values[row]))
        self.highs.run()
        status = self.highs.getModelStatus()
        found, basis = self.highs.getBasicVariables()
        ray = None
        if status != highspy.HighsModelStatus.kOptimal:
            _, exists, multipliers = self.highs.getDualRay()
            if exists:
                ray = np.array(multipliers)
                ray[: len(values)] *= values  # from rows divided by `scale` to rows divided by own values
        sound = found == highspy.HighsStatus.kOk
        return self.highs.modelStatusToString(status), basis if sound else None, ray

    def forget(self) -> None:
        """Drop the basis, so that the next solve starts cold."""
        self.highs.clearSolver()


class SlackProgram:
    """Directional distance programs of many units against one technology.

    `reference` (R, J) holds the observations that span the technology, rows in the order inputs, goods,
    bads, all positive, in any units; `signs` and `weights` (R,) as `slack_signs` and `block_weights` give
    them; `returns` is `crs` or `vrs`. The weights make the measure: equal blocks give the slacks-based
    distance, unit weights the non-radial one.
    """

    def __init__(self, reference: np.ndarray, signs: np.ndarray, weights: np.ndarray, returns: str = "crs"):
        self._statement = (reference, signs, weights, returns)
        # A variable's geometric mean puts its row near 1 in whatever unit it comes.
        self._typical = np.exp(np.log(reference).mean(axis=1))
        self._solver = _Solver(*self._statement, self._typical, FIRST)

    def solve(self, unit: np.ndarray) -> Distance:
        """Certified score and slacks of `unit` (R,), or its certified infeasibility.

        A solve whose certificate fails is repeated from scratch, rows divided by the unit's own values, under
        tighter tolerances and by another method. Raises CertificateError if none is verified; in particular
        if the solver finds no feasible point for a unit that is itself in the reference set: no ray can prove
        that.
        """
        reference, signs, weights, returns = self._statement
        program = own_program(reference, unit, signs, weights, returns)
        tried = []
        for attempt, options in enumerate((None, *RETRIES), start=1):
            solver = _Solver(*self._statement, unit, options) if options else self._solver
            status, basis, ray = solver.propose(unit)
            claims = []
            if basis is not None:
                claims.append(("optimal", certify_optimum(program, basis)))
            if ray is not None:
                claims.append(("infeasible", certify_infeasibility(program, ray)))
            for claim, proof in claims:
                if proof.gap <= TOLERANCE:
                    return Distance(claim, proof.score, proof.gap, proof.slacks, attempt)
            tried.append(f"{status} (violation {min((proof.gap for _, proof in claims), default=np.inf):.2g})")
            self._solver.forget()
        raise CertificateError(
            f"no solution verified to {TOLERANCE:g} of own values: {'; '.join(tried)}. Values far out of "
            "line with the reference set's, such as one typed in another unit, can be the cause"
        )
