"""What a large panel costs: planning it, reading it, its linear programs on one and on two slots, its index.

    python tests/benchmarks/large.py --models own_technology --index
    python tests/benchmarks/large.py --models global_technology --chunk 200
    python tests/benchmarks/large.py --models own_technology --chunk 2000 --slurm

The panel is simulated with a fixed seed (`dea.simulate`). Each stage is a run of Snakemake by itself. CPU is user and
system of all its processes, memory that of the largest one (maxrss, in MB): neighbours on a busy machine make the clock
slower and hardly the CPU. Of each technology `--jobs` chunks are solved on one slot and as many others on two; with
`--index` the rest of the contemporaneous one and its index follow. The first chunk is solved again in smaller ones and
compared byte for byte. With `--slurm` (as root, with the plugin of the group `slurm`) the linear programs are jobs of a
Slurm that `tests/_slurm.py` starts on this machine: CPU and memory are then those of Snakemake alone, and what a job
takes is told from its benchmark file.
"""

from __future__ import annotations

import argparse
import csv
import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path

import yaml
from dea import GOOD, INPUTS, SEED, VARIABLES, simulate
from study_copy import ROOT, Run, check_bytecode, run

BAD = VARIABLES[-1]
FIRST_YEAR = 1001
MODEL = {"measure": "sbm_ddf", "inputs": INPUTS, "good_outputs": [GOOD], "bad_outputs": [BAD], "returns": "vrs"}
OWN, GLOBAL = "own_technology", "global_technology"
# Chunks are jobs by themselves, with room for a million observations and 600,000 programs.
SLURM = ["--workflow-profile", str(ROOT / "envs/slurm"), "--group-components", "programs=1"]
SLURM += ["--set-resources", "solve_dea:mem_mb=2000", "solve_dea:runtime=30"]


def make_study(folder: Path, units: int, periods: int, chunk: int) -> None:
    """A study folder with a simulated panel, rows by unit and period."""
    data = simulate(units * periods, SEED).T
    with (folder / "simulated.csv").open("w", newline="", encoding="utf-8") as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow(["province", "year", *VARIABLES])
        for at, row in enumerate(data):
            unit, period = divmod(at, periods)
            table.writerow([f"simulated {unit:06d}", FIRST_YEAR + period, *map(repr, row.tolist())])
    models = [MODEL | {"name": OWN, "technology": "contemporaneous"}, MODEL | {"name": GLOBAL, "technology": "global"}]
    config = {"panel": {"path": "simulated.csv"}, "productivity": {"units_per_job": chunk, "models": models}}
    (folder / "config.yaml").write_text(yaml.safe_dump(config), encoding="utf-8")


def snakemake(folder: Path, *arguments: str) -> Run:
    """Run Snakemake on the study; stops where it fails."""
    return run([sys.executable, "-m", "snakemake", "--snakefile", str(ROOT / "Snakefile"), *arguments], folder)


def show(what: str, spent: Run, programs: int = 0, job: str = "") -> None:
    """A line of the report. job : what each job took, where its CPU is not among what was spent."""
    rates = f"  {programs:>9,} programs, {programs / spent.wall:,.0f} /s, " if programs else ""
    if programs:
        rates += f"a job {job}" if job else f"{programs / spent.cpu:,.0f} /CPU s"
    print(f"{what:38s} {spent.wall:8.1f} s {spent.cpu:8.1f} CPU s {spent.memory:7,.0f} MB{rates}", flush=True)


def count_programs(files: list[Path]) -> int:
    """Rows of tables of scores."""
    total = 0
    for path in files:
        with path.open("rb") as file:
            total += sum(1 for _ in file) - 1
    return total


def scores(model: str, chunks: range) -> list[str]:
    """The tables of scores of some chunks."""
    return [f"results/dea/{model}/{chunk:05d}.csv" for chunk in chunks]


def solve(folder: Path, model: str, chunks: range, slots: int, slurm: bool) -> float:
    """Solve chunks on so many slots, print it, and return programs a second on the clock."""
    files = scores(model, chunks)
    where = [*SLURM, "--jobs", str(slots), "--"] if slurm else ["--cores", str(slots)]
    spent = snakemake(folder, *where, *files)
    programs = count_programs([folder / file for file in files])
    job = largest(folder, model, chunks) if slurm else ""
    show(f"{model}, {len(chunks)} jobs, {slots} slot{'s' * (slots > 1)}", spent, programs, job)
    return programs / spent.wall


def largest(folder: Path, model: str, chunks: range) -> str:
    """Seconds and memory of the jobs' scripts, the largest of each, by Snakemake's benchmark files; these know no
    memory of jobs under half a second."""
    rows = []
    for chunk in chunks:
        with (folder / f"results/benchmarks/solve_dea/{model}/{chunk:05d}.tsv").open(encoding="utf-8") as file:
            rows += csv.DictReader(file, delimiter="\t")
    memory = max((float(row["max_rss"]) for row in rows if row["max_rss"] not in ("NA", "-")), default=0.0)
    return f"{max(float(row['s']) for row in rows):.0f} s, {memory:,.0f} MB"


def check_bytes(folder: Path, model: str, chunk: int, other: int) -> None:
    """Solve the first chunk again as chunks of `other` units; stops unless the rows have the same bytes."""
    before = (folder / scores(model, range(1, 2))[0]).read_bytes()
    config = yaml.safe_load((folder / "config.yaml").read_text("utf-8"))
    config["productivity"]["units_per_job"] = other
    (folder / "config.yaml").write_text(yaml.safe_dump(config), encoding="utf-8")
    files = scores(model, range(1, chunk // other + 1))
    snakemake(folder, "--cores", "1", *files)
    parts = [(folder / file).read_bytes().split(b"\n", 1) for file in files]
    if parts[0][0] + b"\n" + b"".join(rows for _, rows in parts) != before:
        sys.exit(f"{model}: other bytes with {other} units a job than with {chunk}")
    print(f"{model}: the same bytes with {other} units a job as with {chunk}")


@contextmanager
def slurm_cluster() -> Iterator[None]:
    """A Slurm of one node on this machine, stopped at the end."""
    sys.path.append(str(ROOT / "tests"))
    import _slurm

    try:
        _slurm.start()
        yield
    finally:
        _slurm.stop()


def measure(options: argparse.Namespace, folder: Path) -> None:
    """Measure all stages in a folder, and print."""
    make_study(folder, options.units, options.periods, options.chunk)
    size = (folder / "simulated.csv").stat().st_size / 2**20
    print(f"{options.units * options.periods:,} simulated observations, {size:,.0f} MB of CSV, {os.cpu_count()} cores")
    target, chunks = scores(OWN, range(1, 2)), -(-options.units // options.chunk)
    show("first start (dry run)", snakemake(folder, "-n", *target))
    show("later start, or a job's own (dry run)", snakemake(folder, "-n", *target))
    show("import_panel", snakemake(folder, "--cores", "1", "results/derived/production.csv"))
    sample = min(options.jobs, chunks // 2)
    for model in options.models:
        one = solve(folder, model, range(1, sample + 1), 1, options.slurm)
        two = solve(folder, model, range(sample + 1, 2 * sample + 1), 2, options.slurm)
        print(f"{model}: two slots are {two / one:.2f} times as fast as one")
    if options.index:
        if rest := range(2 * sample + 1, chunks + 1):
            solve(folder, OWN, rest, 2, options.slurm)
        show("index_productivity", snakemake(folder, "--cores", "1", f"results/productivity/{OWN}.csv"))
    check_bytes(folder, options.models[0], options.chunk, options.chunk // options.parts)


def main() -> None:
    """Print what a large panel costs."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--units", type=int, default=10_000)
    parser.add_argument("--periods", type=int, default=100)
    parser.add_argument("--chunk", type=int, default=1_000, help="units a job, a multiple of 200")
    parser.add_argument("--parts", type=int, default=5, help="parts into which the first chunk is split again")
    parser.add_argument("--jobs", type=int, default=2, help="chunks that are timed on one slot, and as many on two")
    parser.add_argument("--models", nargs="+", choices=(OWN, GLOBAL), default=[OWN, GLOBAL])
    parser.add_argument("--index", action="store_true", help="the whole contemporaneous technology and its index")
    parser.add_argument("--slurm", action="store_true", help="chunks as jobs of a Slurm on this machine; as root")
    options = parser.parse_args()
    check_bytecode()
    with tempfile.TemporaryDirectory() as folder, slurm_cluster() if options.slurm else nullcontext():
        measure(options, Path(folder))


if __name__ == "__main__":
    main()
