"""The same inputs give the same bytes, whatever the machine's settings, the folder or the number of the run."""

import random
import shutil

import pytest
from conftest import ROOT, assert_same_bytes, copy_workflow, default_config, snakemake, write_config

pytestmark = pytest.mark.slow

TARGETS = ("all", "results/productivity/gml_bootstrap.csv")
THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
# Tables of the workflow whose order says something: of columns, of parents and what they hold, of printed weights.
ORDERED = ("catalog", "variables", "indicators", "robots", "us_industries")
SETTINGS = [
    # name of the clone's folder, cores, hash seed, threads of a job, time zone, language
    ("plain", "1", "7", "1", "Asia/Shanghai", "zh_CN.UTF-8"),
    ("a clone, 复制", "8", "0", "4", "America/St_Johns", "C"),
]


def new_study(folder):
    """The default study and its bootstrap, cut short, in a folder of its own; raw tables beside the config."""
    folder.mkdir()
    shutil.copytree(ROOT / "resources" / "example", folder / "raw")
    config = default_config()
    config["inputs"] = "raw"
    config["productivity"]["bootstrap"] = {"replications": 20, "blocks": 2}
    write_config(folder, config)
    return folder


def results_of(snakefile, folder, *arguments, **environment):
    run = snakemake(snakefile, folder, *arguments, *TARGETS, **environment)
    assert run.returncode == 0, run.stdout + run.stderr
    return folder / "results"


@pytest.fixture(scope="module")
def expected(tmp_path_factory):
    """Results of the study with two cores and what this machine says of the rest."""
    folder = tmp_path_factory.mktemp("expected")
    return results_of(ROOT / "Snakefile", new_study(folder / "study"), "--cores", "2")


@pytest.mark.parametrize(("name", "cores", "seed", "threads", "zone", "language"), SETTINGS)
def test_any_settings_and_any_clone(expected, tmp_path, name, cores, seed, threads, zone, language):
    clone = tmp_path / name
    clone.mkdir()
    environment = {"PYTHONHASHSEED": seed, "TZ": zone, "LANG": language, "LC_ALL": language}
    environment |= dict.fromkeys(THREADS, threads)
    ours = results_of(copy_workflow(clone), new_study(clone / "study"), "--cores", cores, **environment)
    assert_same_bytes(ours, expected)


def test_the_order_of_rows_that_have_none_changes_no_byte(expected, tmp_path):
    snakefile = copy_workflow(tmp_path / "workflow")
    for path in sorted((tmp_path / "workflow" / "resources").glob("*.csv")):
        if path.stem not in ORDERED:
            header, *rows = path.read_text("utf-8").rstrip("\n").split("\n")
            rows = random.Random(5).sample(rows, len(rows))
            path.write_text("\n".join([header, "# in another order", *rows]) + "\n", encoding="utf-8")
    assert_same_bytes(results_of(snakefile, new_study(tmp_path / "study"), "--cores", "2"), expected)


def test_a_second_run_over_the_first(expected, tmp_path):
    shutil.copytree(expected.parent, tmp_path / "again")
    assert_same_bytes(results_of(ROOT / "Snakefile", tmp_path / "again", "--forceall", "--cores", "2"), expected)
