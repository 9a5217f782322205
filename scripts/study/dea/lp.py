"""Distances of many units against one technology: two engines behind one function, every score certified.

`solve` has a solver propose bases, certifies them from the data and solves what is doubtful again, more tightly;
`measure` states the programs of a model's measure and reads its score, slacks, peers and shadow prices from them.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from functools import partial

import numpy as np

from study.dea.certificate import CERTIFIED_VIOLATION, DUST, FINE, Results, certify_infeasible, certify_optima
from study.dea.highs import RETRIES
from study.dea.highs import propose as propose_hot
from study.dea.models import RATIO_MEASURES, ROLES
from study.dea.programs import Programs, direction_amounts, lift, state_programs, state_technology
from study.dea.simplex import propose as propose_batched
from study.helpers import InputError

BATCH = 100  # programs against one technology from which the batched engine is the faster


class CertificateError(InputError):
    """No solve of a program gave an optimum or an infeasibility that could be verified; `unit` is its place."""

    def __init__(self, message: str, unit: int):
        super().__init__(message)
        self.unit = unit


@dataclass
class Distances:
    """Certified distances of n units.

    `status` (n,): `optimal` or `infeasible`; `score` (n,); `gap` (n,): largest violation in own-value terms; `slacks`
    (n, R) in the variables' units; `shadow_prices` (n, I) of each bad in units of the first good, nan where not unique;
    all nan where infeasible.
    `peers`: for each unit pairs of a reference observation and its intensity. `attempts` (n,): solves it took.
    """

    status: np.ndarray
    score: np.ndarray
    gap: np.ndarray
    slacks: np.ndarray
    shadow_prices: np.ndarray
    peers: list[list[tuple[int, float]]]
    attempts: np.ndarray


def solve(programs: Programs, engine: str = "auto") -> tuple[Results, np.ndarray]:
    """Certified results of all programs and the solves (n,) each took.

    `engine`: `highs` (hot-started HiGHS), `batched` (numpy simplex on many units at once) or `auto`, by size; scores
    are the same to 1e-9. What an engine leaves unverified, or verified with more than rounding, goes to the other one;
    what both leave is stated anew with rows divided by the unit's own values, under tighter tolerances, by dual and
    then primal simplex, and at last pivoted in extended precision. Raises CertificateError if nothing is verified; in
    particular if no feasible point is found for a unit of the reference set itself, for no ray can prove that.
    """
    if engine == "auto":
        engine = "batched" if len(programs) >= BATCH else "highs"
    ways = [propose_hot, propose_batched]
    if engine == "batched":
        ways.reverse()
    ways += [partial(propose_hot, options=options, own_rows=True) for options in RETRIES]
    ways.append(partial(propose_batched, extended=True))
    results, attempts = None, np.zeros(len(programs), dtype=int)
    pending = np.arange(len(programs))
    tried: list[list[str]] = [[] for _ in pending]
    for way, propose in enumerate(ways):
        these = programs if results is None else programs.take(pending)
        proposal = propose(these)
        found = certify(these, proposal)
        attempts[pending] += 1
        for place, status, gap in zip(pending, proposal.status, found.gap, strict=True):
            tried[place].append(f"{status} (violation {gap:.2g})")
        if results is None:
            results = found
        else:
            better = found.gap < results.gap[pending]
            for name in (item.name for item in fields(Results)):
                getattr(results, name)[pending[better]] = getattr(found, name)[better]
        pending = np.flatnonzero(results.gap > (FINE if way == 0 else CERTIFIED_VIOLATION))
        if not len(pending):
            return results, attempts
    raise CertificateError(
        f"no solution verified to {CERTIFIED_VIOLATION:g} of own values: {'; '.join(tried[pending[0]])}. Values many "
        "orders of magnitude out of line with the reference set's, such as one typed in another unit, can be the cause",
        int(pending[0]),
    )


def certify(programs: Programs, proposal) -> Results:
    """Results of a proposal: its bases as optima and, where these fail, its rays as proofs of infeasibility."""
    results = certify_optima(programs, proposal.basis)
    claimed = np.flatnonzero((results.gap > CERTIFIED_VIOLATION) & np.isfinite(proposal.rays).all(axis=1))
    if len(claimed):
        violation = certify_infeasible(programs.take(claimed), proposal.rays[claimed])
        proved = violation <= CERTIFIED_VIOLATION
        results.feasible[claimed[proved]] = False
        results.gap[claimed] = np.where(proved, violation, np.minimum(results.gap[claimed], violation))
    return results


def measure(
    reference: np.ndarray,
    units: np.ndarray,
    members: np.ndarray,
    panel: np.ndarray,
    model: Mapping,
    engine: str = "auto",
    outside: bool = False,
) -> Distances:
    """Distances of `units` (R, n) to the technology of `reference` (R, J), rows inputs, goods, bads, in any units.

    `members` (n,): place of each unit in the reference, -1 if it is not there; `panel` (R, N): all observations, for
    directions that take their mean or range, and for what is added to variables with negative values. `outside` gives
    the super-efficiency scores of units out of reach. The measure super_sbm is Tone's (2002): the slacks-based
    efficiency of inefficient units, and for units on the frontier or beyond it the super-efficiency against the others.
    """
    amounts = direction_amounts(units, panel, model, reference)
    constants = lift(panel)
    units = units + constants
    technology = state_technology(reference + constants, model)
    programs = state_programs(technology, units, amounts, model, outside=outside)
    results, attempts = solve(programs, engine)
    distances = read(programs, results, attempts, model)
    if model["measure"] == "super_sbm" and not outside:
        beyond = np.flatnonzero((distances.status == "infeasible") | (distances.score >= 1 - CERTIFIED_VIOLATION))
        if len(beyond):
            programs = state_programs(
                technology, units[:, beyond], amounts[:, beyond], model, outside=True, excluded=members[beyond]
            )
            try:
                again = read(programs, *solve(programs, engine), model)
            except CertificateError as error:
                raise CertificateError(str(error), int(beyond[error.unit])) from error
            for item in fields(Distances):
                mine, other = getattr(distances, item.name), getattr(again, item.name)
                for place, value in zip(beyond, other, strict=True):
                    mine[place] = value
    return distances


def read(programs: Programs, results: Results, attempts: np.ndarray, model: Mapping) -> Distances:
    """Score, slacks, peers and shadow prices of certified results."""
    technology, variables = programs.technology, len(programs.signs)
    count, rows = len(technology.observation), results.basis.shape[1]
    optimal = results.feasible
    point = np.zeros((len(programs), programs.local.shape[2]))
    for place in range(rows):
        own = results.basis[:, place] >= count
        point[own, results.basis[own, place] - count] = results.point[own, place]
    divisor = np.ones((len(programs), variables))
    intensity = np.ones(len(programs))
    if programs.divisor is not None:
        intensity = np.where(point[:, programs.divisor] > 0, point[:, programs.divisor], 1.0)
        # Charnes and Cooper's divides all slacks, the abatement factor those of the rows it stands in
        divided = programs.linearised | (programs.local[:, :variables, programs.divisor] != 0).any(axis=0)
        divisor = np.where(divided, intensity[:, None], 1.0)
    local = programs.local[:, :variables] * programs.moves
    slacks = programs.signs * np.einsum("nrl,nl->nr", np.broadcast_to(local, (len(programs), *local.shape[1:])), point)
    slacks = np.where(np.abs(slacks) < DUST, 0.0, slacks) / divisor * programs.own[:, :variables]

    ratio = model["measure"] in RATIO_MEASURES
    score = np.where(optimal, results.objective * programs.value * (-1 if ratio else 1), np.nan) + 0.0
    goods, bads = (slice(*_span(model, role)) for role in ROLES[1:])
    prices = results.multipliers[:, :variables] / programs.own[:, :variables]
    good = results.multipliers[:, goods.start]
    with np.errstate(divide="ignore", invalid="ignore"):
        # a basic value of zero, as on the frontier, leaves a choice of multipliers, and so of prices
        unique = (results.point > DUST).all(axis=1) & (np.abs(good) > CERTIFIED_VIOLATION)
        shadow = np.where(unique[:, None], -prices[:, bads] / prices[:, [goods.start]], np.nan) + 0.0
    return Distances(
        np.where(optimal, "optimal", "infeasible"),
        score,
        results.gap,
        np.where(optimal[:, None], slacks + 0.0, np.nan),
        np.where(optimal[:, None], shadow, np.nan),
        _peers(programs, results, intensity),
        attempts,
    )


def _span(model: Mapping, role: str) -> tuple[int, int]:
    """First and last-plus-one row of a role's variables."""
    start = sum(len(model[other]) for other in ROLES[: ROLES.index(role)])
    return start, start + len(model[role])


def _peers(programs: Programs, results: Results, intensity: np.ndarray) -> list[list[tuple[int, float]]]:
    """Reference observations whose intensity counts, with it, for each unit; none where infeasible."""
    technology, variables = programs.technology, len(programs.signs)
    count = len(technology.observation)
    columns = np.clip(results.basis, 0, count - 1)
    shares = (technology.columns[:variables].T[columns] / programs.own[:, None, :variables]).max(axis=2)
    used = (results.basis >= 0) & (results.basis < count) & (results.point * shares > DUST) & results.feasible[:, None]
    peers: list[list[tuple[int, float]]] = [[] for _ in range(len(programs))]
    for unit, place in zip(*np.nonzero(used), strict=True):
        observation = int(technology.observation[columns[unit, place]])
        peers[unit].append((observation, float(results.point[unit, place] / intensity[unit])))
    return [_merged(pairs) for pairs in peers]


def _merged(pairs: list[tuple[int, float]]) -> list[tuple[int, float]]:
    """Pairs by observation, intensities of one observation (active and idle) added."""
    total: dict[int, float] = {}
    for observation, weight in pairs:
        total[observation] = total.get(observation, 0.0) + weight
    return sorted(total.items())


def fingerprint(reference: np.ndarray, model: Mapping) -> str:
    """Twelve hexadecimal digits that stand for a technology: its observations in order and how they are used."""
    parts = [*(str(len(model[role])) for role in ROLES), model["returns"], model["disposability"]]
    digest = hashlib.sha256(" ".join(parts).encode())
    digest.update(np.ascontiguousarray(reference, dtype="<f8").tobytes())
    return digest.hexdigest()[:12]
