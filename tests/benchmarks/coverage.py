"""How often the bootstrap's intervals hold the truth: Monte Carlo on a known technology, through our own functions.

    python tests/benchmarks/coverage.py --measures sbm_ddf ddf inputs --powers .5 .6 .7 .8 --provinces 30 --runs 25

`inputs` is the radial distance of inputs without bads, whose index is Malmquist's.

The true technology of period t is y <= exp(progress t) prod x^a b^c, convex, with a + c summing to 1 (CRS) or 0.8
(VRS); bads are inputs to it, as under strong disposability. The true global technology is the last period's. A
province lies log-distance w = u + progress (T - 1 - t) below it, u its persistent inefficiency, and since the frontier
is Cobb-Douglas, both true scores depend on w alone. Each run draws a new panel; shares are over its observations and
over runs, their standard error is over runs. `below` and `above` are the shares of truths that lie below and above the
interval; `width` is its mean length, `error` the mean of score less truth, of the estimate and of the corrected one.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from pathlib import Path

for library in ("OMP", "OPENBLAS", "MKL"):  # before the first import of numpy
    os.environ.setdefault(f"{library}_NUM_THREADS", "1")
sys.path += [str(Path(__file__).parents[2] / "scripts" / floor) for floor in ("", "productivity")]

import numpy as np  # noqa: E402
import pandas as pd  # noqa: E402
from index_bootstrap import bootstrap_table  # noqa: E402
from scipy.optimize import minimize  # noqa: E402
from study.dea.bootstrap import draw, largest_scores, replicate_scores  # noqa: E402
from study.dea.indices import efficiency, program_levels  # noqa: E402
from study.dea.models import complete_model  # noqa: E402
from study.dea.production import Panel  # noqa: E402
from study.dea.subsampling import subsample_size  # noqa: E402

SHARES = {"capital": 0.35, "labour": 0.3, "energy": 0.2, "co2": 0.15}  # elasticities under CRS
VRS = 0.8  # their sum under VRS
PROGRESS = 0.02  # log growth of the frontier a period
QUANTITIES = ("score", "index", "cumulative")
MEASURES = {
    "sbm_ddf": {"measure": "sbm_ddf", "bad_outputs": ["co2"]},
    "ddf": {"measure": "ddf", "bad_outputs": ["co2"]},
    "inputs": {"measure": "ddf", "bad_outputs": [], "direction": "inputs", "index": "malmquist"},
}


def elasticities(model: dict) -> np.ndarray:
    """Elasticity of the good in each input and the bad."""
    shares = np.array([SHARES[name] for name in [*model["inputs"], *model["bad_outputs"]]])
    return shares / shares.sum() * (VRS if model["returns"] == "vrs" else 1.0)


def true_scores(distance: np.ndarray, model: dict) -> np.ndarray:
    """True scores at log-distances w >= 0 below the frontier.

    Factors v of the good and f of inputs and bad reach the frontier where log v = w + sum a log f. Radial: 1 + S = v,
    1 - S = f; f alone along inputs. Slacks-based: S = max 1/2 [mean_x (1 - f) + ((v - 1) + (1 - f_b)) / 2], a concave
    program over f <= 1 <= v.
    """
    powers = elasticities(model)
    if model["direction"] == "inputs":
        return 1 - np.exp(-distance / powers.sum())
    grid = np.linspace(0, distance.max() + 1e-9, 200)
    if model["measure"] == "ddf":
        scores = np.linspace(0, 0.999, 20_000)
        return np.interp(distance, np.log1p(scores) - powers.sum() * np.log1p(-scores), scores)
    weights = np.append(np.full(len(powers) - 1, 0.5 / (len(powers) - 1)), 0.25)
    values = []
    for w in grid:
        found = minimize(
            lambda f, w=w: -(weights @ (1 - f) + (np.exp(w + powers @ np.log(f)) - 1) / 4),
            np.full(len(powers), np.exp(-w / 2)),
            bounds=[(1e-6, 1)] * len(powers),
            constraints={"type": "ineq", "fun": lambda f, w=w: w + powers @ np.log(f)},
            method="SLSQP",
            options={"ftol": 1e-12, "maxiter": 500},
        )
        values.append(-found.fun)
    return np.interp(distance, grid, values)


def simulate(provinces: int, periods: int, model: dict, random: np.random.Generator) -> tuple[Panel, np.ndarray]:
    """A panel and each observation's log-distance (N,) below the true global frontier."""
    size, inefficiency = random.normal(0, 0.8, provinces), np.abs(random.normal(0, 0.25, provinces))
    mix = random.normal(0, 0.3, (len(elasticities(model)), provinces))
    values, distance = [], []
    for period in range(periods):
        inefficiency = np.abs(0.9 * inefficiency + random.normal(0, 0.05, provinces))
        mix = mix + random.normal(0, 0.05, mix.shape)
        inputs = np.exp(size + mix)
        good = np.exp(PROGRESS * period - inefficiency + elasticities(model) @ np.log(inputs))
        count = len(model["inputs"])
        values.append(np.vstack([inputs[:count], good, inputs[count:]]))
        distance.append(inefficiency + PROGRESS * (periods - 1 - period))
    names = tuple(f"{place:04d}" for place in range(max(provinces, periods)))
    panel = Panel(
        (*model["inputs"], *model["good_outputs"], *model["bad_outputs"]),
        names[:periods],
        names[:provinces],
        np.hstack(values),
        np.tile(np.arange(provinces), periods),
        np.repeat(np.arange(periods), provinces),
        np.arange(periods + 1) * provinces,
    )
    return panel, np.concatenate(distance)


def score_table(panel: Panel, scores: np.ndarray, model: dict) -> pd.DataFrame:
    """Scores (N,) against the global technology as `program_levels` gives them, by province and period."""
    table = pd.DataFrame(
        {
            "province": np.array(panel.units)[panel.unit],
            "year": np.array(panel.periods)[panel.period],
            "reference": "global",
            "score": scores,
            "status": "optimal",
        }
    )
    return program_levels(table, model)


def coverage_run(model: dict, options: argparse.Namespace, run: int) -> list[dict]:
    """Coverage of one panel: a row a power, level and quantity."""
    random = np.random.default_rng([options.seed, run])
    panel, distance = simulate(options.provinces, options.periods, model, random)
    everyone = np.arange(options.provinces)
    order = np.lexsort((panel.period, panel.unit))
    levels = score_table(panel, replicate_scores(panel, model, everyone), model)
    largest = largest_scores(panel, model)[order]
    true = true_scores(distance[order], model).reshape(options.provinces, options.periods)
    efficient = efficiency(pd.DataFrame(true), model).to_numpy()
    change = np.full_like(true, np.nan)
    change[:, 1:] = efficient[:, 1:] / efficient[:, :-1]
    truth = {"score": true, "index": change, "cumulative": efficient / efficient[:, :1]}
    moving = {"score": 0, "index": 1, "cumulative": 1}  # first periods have no change
    rows = []
    for power in options.powers:
        size = subsample_size(options.provinces, power)
        draws = (draw(run, number, options.provinces, size) for number in range(1, options.replications + 1))
        replicates = np.array([replicate_scores(panel, model, provinces)[order] for provinces in draws])
        for level in options.levels:
            table = bootstrap_table(levels, replicates, largest, model, {"subsample": power, "level": level})
            for name in QUANTITIES:
                low, high, at = (
                    values.reshape(true.shape)[:, moving[name] :]
                    for values in (table[f"{name}_low"].to_numpy(), table[f"{name}_high"].to_numpy(), truth[name])
                )
                row = {"subsample": power, "level": level, "quantity": name}
                row |= {"below": (at < low).mean(), "above": (at > high).mean(), "width": (high - low).mean()}
                row["coverage"] = 1 - row["below"] - row["above"]
                if name == "score":
                    row["error"] = (table["score"].to_numpy() - true.ravel()).mean()
                    row["error_corrected"] = (table["score_corrected"].to_numpy() - true.ravel()).mean()
                rows.append(row | {"run": run})
    return rows


def main() -> None:
    """Print the coverage of each measure, returns, power, level and quantity."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--measures", nargs="+", default=list(MEASURES), choices=list(MEASURES))
    parser.add_argument("--returns", default="crs", choices=["crs", "vrs"])
    parser.add_argument("--inputs", type=int, default=3, choices=[1, 2, 3])
    parser.add_argument("--powers", nargs="+", type=float, default=[0.5, 0.6, 0.7, 0.8])
    parser.add_argument("--levels", nargs="+", type=float, default=[90, 95])
    parser.add_argument("--provinces", type=int, default=30)
    parser.add_argument("--periods", type=int, default=10)
    parser.add_argument("--runs", type=int, default=25)
    parser.add_argument("--replications", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    for measure in options.measures:
        model = complete_model(
            {
                "name": measure,
                **MEASURES[measure],
                "inputs": list(SHARES)[: options.inputs],
                "good_outputs": ["gdp"],
                "returns": options.returns,
            }
        )
        start = time.perf_counter()
        rows = pd.DataFrame([row for run in range(1, options.runs + 1) for row in coverage_run(model, options, run)])
        groups = rows.groupby(["quantity", "level", "subsample"])
        table = groups[["coverage", "below", "above", "width", "error", "error_corrected"]].mean()
        table.insert(1, "se", groups["coverage"].std() / np.sqrt(options.runs))
        seconds = time.perf_counter() - start
        print(
            f"\n{measure} {options.returns}, {options.inputs} inputs, {options.provinces} x {options.periods}, "
            f"{options.runs} runs of {options.replications} replications, {seconds:.0f} s"
        )
        print(table.to_string(float_format="%.3f", na_rep=""), flush=True)


if __name__ == "__main__":
    main()
