"""Programs per second of our engines and of the packages that pip installs, side by side in one run.

    python -m pip install -r tests/benchmarks/requirements.txt
    python tests/benchmarks/dea.py --sizes 300 3000 --limit 60

Every unit is held against all n units: 3 inputs, 1 good output, 1 bad output, variable returns. A peer computes the
model nearest to the slacks-based directional distance that it has, and its scores are compared with our engine's on
that very model; `model` names it in our vocabulary (dea/models.py). A slow peer is timed on a random sample of
the units, still against all n: `timed` says how many programs ran. One process, one thread; the stating of programs
counts, imports do not.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

for library in ("OMP", "OPENBLAS", "MKL"):  # before the first import of numpy: one thread for everybody
    os.environ.setdefault(f"{library}_NUM_THREADS", "1")

import numpy as np  # noqa: E402

sys.path.append(str(Path(__file__).parents[2] / "scripts"))
from study.dea.lp import solve  # noqa: E402
from study.dea.models import complete_model  # noqa: E402
from study.dea.programs import direction_amounts, state_programs, state_technology  # noqa: E402

SIZES = (300, 3_000, 30_000)
LIMIT = 120.0  # seconds that a peer, or one of our engines on one model, may take at one size
SAMPLE = 300  # programs a peer is timed on at most
SEED = 1

INPUTS, GOOD, BAD = ["capital", "labour", "energy"], "gdp", "co2"
VARIABLES = [*INPUTS, GOOD, BAD]  # rows of the data
MODEL = {"inputs": INPUTS, "good_outputs": [GOOD], "bad_outputs": [BAD], "returns": "vrs", "technology": "global"}
SBM_DDF = MODEL | {"name": "sbm_ddf", "measure": "sbm_ddf"}
SBM = MODEL | {"name": "sbm", "measure": "sbm"}
# Pyfrontier makes the weights of inputs, the bad among them, sum to 1, and those of outputs.
ADDITIVE = MODEL | {
    "name": "additive",
    "measure": "additive",
    "direction": "mean",
    "weights": {name: 1.0 if name == GOOD else 0.25 for name in VARIABLES},
}

BASIC_UNITS = np.array([[1e8], [1e4], [1e7], [1e8], [1e7]])  # a yearbook's units in yuan, persons, kilograms

# Our engines -> programs that one is timed on at most. The scores of the first are what the others are compared with.
ENGINES = {"batched": 30_000, "highs": 2_000}


def certified_scores(engine: str, data: np.ndarray, units: np.ndarray, model: dict) -> np.ndarray:
    """Certified scores of some units (places) against all of `data` (5, n) by one of our engines."""
    model = complete_model(model)
    evaluated = data[:, units]
    programs = state_programs(
        state_technology(data, model), evaluated, direction_amounts(evaluated, data, model), model
    )
    results, _ = solve(programs, engine)
    return results.objective * programs.value * (-1 if model["measure"] == "sbm" else 1)


def simulate(units: int, seed: int) -> np.ndarray:
    """Data (5, units), all positive, of regions in a yearbook's units; rows 3 inputs, good output, bad output.

    Sizes are lognormal. Output is Cobb-Douglas with half-normal inefficiency, the bad output goes with energy.
    """
    random = np.random.default_rng(seed)
    size = random.lognormal(0, 0.8, units)
    levels = np.array([[15_000.0], [2_000.0], [12_000.0]])  # 10^8 yuan, 10^4 persons, 10^4 t of coal equivalent
    inputs = levels * size * random.lognormal(0, 0.3, (3, units))
    exponents = np.array([[0.45], [0.3], [0.2]])
    frontier = 12_000 * np.prod((inputs / levels) ** exponents, axis=0)  # 10^8 yuan
    good = frontier * np.exp(-np.abs(random.normal(0, 0.4, units)))
    bad = 2.5 * inputs[2] * random.lognormal(0, 0.3, units)  # 10^4 t
    return np.vstack([inputs, good, bad])


def naive_pulp(data: np.ndarray, units: np.ndarray, solver) -> np.ndarray:
    """Slacks-based directional distances in raw units, a new `LpProblem` a unit, solved by the PuLP solver `solver`.

    Stated with `lpDot` and `lpSum`, as PuLP's own examples do; that takes most of the time.
    """
    import pulp

    signs = [1, 1, 1, -1, 1]
    weights = [1 / 6, 1 / 6, 1 / 6, 1 / 4, 1 / 4]
    scores = []
    for unit in units:
        own = data[:, unit]
        problem = pulp.LpProblem("distance", pulp.LpMaximize)
        lambdas = [pulp.LpVariable(f"lambda_{j}", 0) for j in range(data.shape[1])]
        slacks = [pulp.LpVariable(f"slack_{r}", 0) for r in range(5)]
        problem += pulp.lpSum(weights[r] / own[r] * slacks[r] for r in range(5))
        for r in range(5):
            problem += pulp.lpDot(lambdas, data[r].tolist()) + signs[r] * slacks[r] == own[r]
        problem += pulp.lpSum(lambdas) == 1
        problem.solve(solver)
        optimal = problem.status == pulp.LpStatusOptimal
        scores.append(pulp.value(problem.objective) if optimal else np.nan)
    return np.array(scores, dtype=float)


def naive_highs_scores(data: np.ndarray, units: np.ndarray) -> np.ndarray:
    """The naive loop with HiGHS in process."""
    import pulp

    return naive_pulp(data, units, pulp.HiGHS(msg=False, threads=1))


def naive_cbc_scores(data: np.ndarray, units: np.ndarray) -> np.ndarray:
    """The naive loop with the CBC that PuLP brings, a process and a file a unit."""
    import pulp

    return naive_pulp(data, units, pulp.PULP_CBC_CMD(msg=False, threads=1))


class Enough(Exception):
    """The units asked for are solved."""


class CountingSolver:
    """A solver of DEAPack that stops the package after so many programs, for it can only be asked for all units."""

    def __init__(self, solver, programs: int):
        self.solver, self.programs, self.name = solver, programs, solver.name
        self.objectives = []

    def solve(self, problem):
        """Solution of the next program; raises Enough when the last one is done."""
        if len(self.objectives) == self.programs:
            raise Enough
        solution = self.solver.solve(problem)
        self.objectives.append(solution.objective)
        return solution


def deapack_scores(data: np.ndarray, units: np.ndarray) -> np.ndarray:
    """Tone's SBM with bad outputs (`UndesirableSBM`), whose score is the objective of its program."""
    import deapack
    import pandas as pd
    from deapack.solvers import SciPyHiGHSSolver

    others = np.setdiff1d(np.arange(data.shape[1]), units)
    frame = pd.DataFrame(data[:, [*units, *others]].T, columns=VARIABLES)
    observations = deapack.DEAData.from_frame(frame, inputs=INPUTS, outputs=[GOOD], bad_outputs=[BAD])
    solver = CountingSolver(SciPyHiGHSSolver(), len(units))
    try:
        result = deapack.UndesirableSBM(returns_to_scale="vrs", solver=solver).fit(observations)
    except Enough:
        return np.array(solver.objectives, dtype=float)
    return result.summary()["score"].to_numpy(dtype=float)


def deabook_scores(data: np.ndarray, units: np.ndarray) -> np.ndarray:
    """Tone's SBM with bad outputs (`SBM`, all directions), by Pyomo with HiGHS: its default, MOSEK, needs a licence.

    It states all programs before it solves the first; a few units at a time keep them in memory.
    """
    import pandas as pd
    from deabook import SBM as slacks_based
    from deabook.constant import RTS_VRS1

    count = data.shape[1]
    frame = pd.DataFrame(data.T, columns=VARIABLES).assign(unit=range(count))
    together = max(1, 30_000 // count)
    scores = []
    for start in range(0, len(units), together):
        chosen = units[start : start + together].tolist()
        model = slacks_based.SBM(
            frame,
            f"{' '.join(INPUTS)} = {GOOD} : {BAD}",
            gx=[1, 1, 1],
            gy=[1],
            gb=[1],
            rts=RTS_VRS1,
            baseindex=f"unit={chosen}",
        )
        scores.append(model.optimize(solver="appsi_highs")["rho"].loc[chosen])
    return pd.concat(scores).to_numpy(dtype=float)


def pyfrontier_scores(data: np.ndarray, units: np.ndarray) -> np.ndarray:
    """Additive model of values over their means, the bad output as an input.

    `AdditiveDEA.fit` evaluates all units by the method that is called here for some. It gives slacks, rounded to six
    decimals, and no score.
    """
    from Pyfrontier.domain import DMUSet
    from Pyfrontier.solver import AdditiveSolver

    relative = (data / data.mean(axis=1, keepdims=True)).T
    inputs, goods = relative[:, [0, 1, 2, 4]], relative[:, [3]]
    solver = AdditiveSolver("VRS", DMUSet(inputs, goods), np.ones(4), np.ones(1))
    results = [solver._solve_problem(unit) for unit in units.tolist()]
    return np.array([np.mean(result.x_slack) + result.y_slack[0] for result in results])


class Peer(NamedTuple):
    """A package, the model nearest to ours that it has, and what computes it."""

    name: str
    model: dict
    scores: Callable[[np.ndarray, np.ndarray], np.ndarray]  # of data (5, n) and unit numbers (k,): scores (k,)


BASELINE = "pulp_highs"
PEERS = {
    BASELINE: Peer("PuLP + HiGHS loop", SBM_DDF, naive_highs_scores),  # first: the ratios need it
    "pulp_cbc": Peer("PuLP + CBC loop", SBM_DDF, naive_cbc_scores),
    "deapack": Peer("DEAPack", SBM, deapack_scores),
    "deabook": Peer("deabook", SBM, deabook_scores),
    "pyfrontier": Peer("Pyfrontier", ADDITIVE, pyfrontier_scores),
}


class Run(NamedTuple):
    """What was timed: the scores of some units, and seconds; or the reason why nothing was."""

    units: np.ndarray
    scores: np.ndarray
    seconds: float
    reason: str = ""

    @property
    def speed(self) -> float:
        """Programs per second."""
        return len(self.units) / self.seconds if len(self.units) else np.nan


def nothing(reason: str) -> Run:
    """A run that was not made."""
    return Run(np.array([], dtype=int), np.array([]), np.nan, reason)


@contextmanager
def quiet() -> Iterator[None]:
    """Silence file descriptors 1 and 2: solvers and their processes write past Python."""
    streams = (sys.stdout, sys.stderr)
    for stream in streams:
        stream.flush()
    kept = [os.dup(stream) for stream in (1, 2)]
    nowhere = os.open(os.devnull, os.O_WRONLY)
    try:
        for stream in (1, 2):
            os.dup2(nowhere, stream)
        yield
    finally:
        for stream in streams:
            stream.flush()
        for stream, copy in zip((1, 2), kept, strict=True):
            os.dup2(copy, stream)
            os.close(copy)
        os.close(nowhere)


def timed(function: Callable, *arguments) -> tuple[np.ndarray, float]:
    """Result of a silenced call, and its seconds."""
    with quiet():
        start = time.perf_counter()
        result = function(*arguments)
        return result, time.perf_counter() - start


def run_peer(peer: Peer, data: np.ndarray, limit: float) -> Run:
    """Time a peer on as many units as one program's time lets expect within `limit` seconds."""
    try:
        timed(peer.scores, simulate(20, SEED), np.arange(2))  # imports
        shuffled = np.random.default_rng(SEED).permutation(data.shape[1])
        _, first = timed(peer.scores, data, shuffled[:1])
        programs = min(data.shape[1], SAMPLE, int(limit / first))
        if programs == 0:
            return nothing(f"one program took {first:.0f} s")
        units = np.sort(shuffled[:programs])
        return Run(units, *timed(peer.scores, data, units))
    except ImportError as error:
        return nothing(f"not installed ({error.name})")
    except Exception as error:  # a benchmark of many packages reports what one of them cannot do
        return nothing(f"{type(error).__name__}: {str(error).splitlines()[0] if str(error) else ''}")


def run_engine(engine: str, data: np.ndarray, model: dict) -> Run:
    """Time an engine of ours on all units, or on a sample where it has a limit; the mean of a second's repeats."""
    shuffled = np.random.default_rng(SEED).permutation(data.shape[1])
    units = np.sort(shuffled[: ENGINES[engine]])
    certified_scores(engine, data, units[:100], model)  # first calls touch new memory
    seconds: list[float] = []
    while sum(seconds) < 1:
        scores, once = timed(certified_scores, engine, data, units, model)
        seconds.append(once)
    return Run(units, scores, float(np.mean(seconds)))


def difference(run: Run, ours: np.ndarray | None) -> tuple[str, str]:
    """Largest difference of a run's scores from ours (n,), and a note on scores that it lacks."""
    if ours is None or not len(run.units):
        return "-", ""
    gaps = np.abs(run.scores - ours[run.units])
    missing = int(np.isnan(gaps).sum())
    largest = "-" if missing == len(gaps) else f"{np.nanmax(gaps):.1e}"
    return largest, f"{missing} without a score" if missing else ""


def print_row(count: int, name: str, model: dict, run: Run, ours: np.ndarray | None, baseline: float) -> None:
    """One row of the table."""
    largest, note = difference(run, ours)
    speed = f"{run.speed:,.1f}" if len(run.units) else "-"
    ratio = f"{run.speed / baseline:.2f}" if np.isfinite(run.speed / baseline) else "-"
    timed_programs = len(run.units) or "-"
    row = f"{count:>6}  {name:<18} {model['name']:<9} {timed_programs:>6} {speed:>12} {ratio:>9} {largest:>11}"
    print(f"{row}  {run.reason or note}".rstrip(), flush=True)


def main() -> None:
    """Print the table: all engines on every model a chosen peer computes, then the peers, size by size."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES, help="numbers of units")
    parser.add_argument("--limit", type=float, default=LIMIT, help="seconds for a peer or an engine at one size")
    parser.add_argument("--peers", nargs="*", choices=PEERS, default=list(PEERS), help="peers to run")
    parser.add_argument("--basic-units", action="store_true", help="state the data in yuan, persons and kilograms")
    arguments = parser.parse_args()
    peers = {key: peer for key, peer in PEERS.items() if key in arguments.peers}
    models = {model["name"]: model for model in (SBM_DDF, *(peer.model for peer in peers.values()))}

    heads = ("n", "engine", "model", "timed", "programs/s", "/ loop", "difference")
    print("{:>6}  {:<18} {:<9} {:>6} {:>12} {:>9} {:>11}".format(*heads))
    for count in sorted(arguments.sizes):
        data = simulate(count, SEED) * (BASIC_UNITS if arguments.basic_units else 1)
        loop = run_peer(peers[BASELINE], data, arguments.limit) if BASELINE in peers else nothing("not asked for")
        ours: dict[str, np.ndarray] = {}
        for engine in ENGINES:
            for model in models.values():
                run = run_engine(engine, data, model)
                print_row(count, engine, model, run, ours.get(model["name"]), loop.speed)
                ours.setdefault(model["name"], run.scores)
        for key, peer in peers.items():
            run = loop if key == BASELINE else run_peer(peer, data, arguments.limit)
            print_row(count, peer.name, peer.model, run, ours.get(peer.model["name"]), loop.speed)


if __name__ == "__main__":
    main()
