"""`snakemake why`: a sentence a cause, from the reasons that Snakemake records for its jobs."""

from base64 import urlsafe_b64encode

import pytest
from conftest import snakemake
from study.plan.causes import changed_settings, counted, differences, explain, grouped, split_reason
from study.plan.dry_run import Job, forces, no_such_target, without_targets

PARAMS = "Params have changed since last execution: Union of exclusive params before and now across all output: "
BELOW = "Input files updated by another job: "
CODE = ("../workflow/scripts/study/helpers.py",)
CONFIG = {
    "study": {"years": [2013, 2018]},
    "cleaning": {"winsorise": {"lower": 5, "upper": 97.5}},
    "tables": {"table_2": {"columns": ["y ~ x", "y ~ x + z"]}},
    "productivity": {"models": [{"name": "gml", "returns": "crs"}, {"name": "ml", "returns": "vrs"}]},
}


def job(rule: str, inputs: str, outputs: str, reason: str) -> Job:
    return Job(rule, (*inputs.split(), *CODE), tuple(outputs.split()), reason)


def chain(first: str, *, raw: str = "raw/energy/raw_coal.csv") -> list[Job]:
    """A raw table, its cleaning, the variable, the programs of five provinces, their index."""
    files = [f"results/dea/gml/{name}.csv" for name in "abcde"]
    reason = BELOW + "results/clean/raw_coal.csv"
    return [
        Job(
            "clean_balances", (raw, *CODE), ("results/clean/raw_coal.csv", "results/clean/imputed/raw_coal.csv"), first
        ),
        job("derive_co2", "results/clean/raw_coal.csv", "results/derived/co2.csv", reason),
        *(job("solve_dea", "results/derived/co2.csv", file, BELOW + "results/derived/co2.csv") for file in files),
        job("index_productivity", " ".join(files), "results/productivity/gml.csv", BELOW + ", ".join(files)),
    ]


FOLLOWING = "and from there 5 jobs of linear programs and 2 other jobs."


def test_nothing_is_outdated():
    assert explain([], CONFIG, "..") == ["Nothing is outdated."]


def test_a_changed_raw_table_is_one_sentence():
    jobs = chain("Updated input files: raw/energy/raw_coal.csv")
    told = f"raw/energy/raw_coal.csv was changed: results/clean/raw_coal.csv is made again, {FOLLOWING}"
    assert explain(jobs, CONFIG, "../workflow") == [told]


def test_a_path_may_hold_a_comma_and_blanks():
    raw = "my data, 2022/coal; new.csv"
    (told,) = explain(chain(f"Updated input files: {raw}", raw=raw), CONFIG, "../workflow")
    assert told.startswith(f"{raw} was changed: results/clean/raw_coal.csv is made again")


def test_a_module_is_named_from_the_workflows_folder_and_provinces_are_counted():
    jobs = [
        Job("solve_dea", CODE, (f"results/dea/gml/{name}.csv",), f"Updated input files: {CODE[0]}") for name in "ab"
    ]
    told = explain(jobs, CONFIG, "../workflow")
    assert told == ["scripts/study/helpers.py was changed: 2 jobs of linear programs run again."]


OLD = {"raw/a.csv": "content-1", "raw/b.csv": "content-2", "scripts": "content-3"}


@pytest.mark.parametrize(
    ("now", "told"),
    [
        ({"raw/a.csv": "content-9"}, "raw/a.csv was changed: results/clean/a.csv is made again."),
        ({"raw/a.csv": "content-8", "raw/b.csv": "content-9"},
         "raw/a.csv and raw/b.csv were changed: results/clean/a.csv is made again."),
        ({"scripts": "content-9"}, "the workflow's scripts were changed: results/clean/a.csv is made again."),
    ],
)  # fmt: skip
def test_a_change_that_dates_do_not_tell_is_told_by_the_file(now, told):
    reason = f"{PARAMS}before: {OLD!r} now: {OLD | now!r} "
    assert explain([job("clean_a", "raw/a.csv raw/b.csv", "results/clean/a.csv", reason)], CONFIG, "..") == [told]


def test_results_of_a_version_without_marks_are_of_other_scripts():
    reason = f"{PARAMS}before: <nothing exclusive> now: {OLD!r} "
    (told,) = explain([job("clean_a", "raw/a.csv", "results/clean/a.csv", reason)], CONFIG, "..")
    assert told.startswith("the workflow's scripts were changed: ")


@pytest.mark.parametrize("before", ["[1, 99]", "5", "{'provinces': 'sha256-1'}", "'w'"])
def test_marks_are_set_beside_marks_alone(before):
    """Snakemake says params without names: what is gone may be of any other."""
    causes = changed_settings(f"x: before: {before} now: {OLD!r} ", CONFIG)
    assert ("scripts", "") in causes
    assert len(causes) == 2
    assert ("rows", "provinces") in changed_settings(f"x: before: {before} now: {{'provinces': 'sha256-2'}} ", CONFIG)


def test_many_scripts_are_one_cause_and_a_few_are_named():
    def told(count):
        names = [f"../workflow/scripts/study/{at}.py" for at in range(count)]
        jobs = [
            Job("derive_a", (name,), (f"results/{at}.csv",), f"Updated input files: {name}")
            for at, name in enumerate(names)
        ]
        return explain(jobs, CONFIG, "../workflow")

    assert told(4) == ["the workflow's scripts were changed: results/ (4 files) are made again."]
    assert told(3)[0] == "scripts/study/0.py was changed: results/0.csv is made again."


def test_missing_files_are_told_by_folder_and_what_is_made_of_them_is_not():
    jobs = chain(BELOW + "raw")
    jobs = [part._replace(reason=f"Missing output files: {part.outputs[0]}; {part.reason}") for part in jobs[2:]]
    jobs.append(job("estimate_table", "results/productivity/gml.csv", "results/estimates/table_2.json", BELOW + "x"))
    assert explain(jobs, CONFIG, "..") == [
        "results/dea/gml/ (5 files) are missing: they are made again, and from there 2 other jobs."
    ]
    assert explain(jobs[:-1], CONFIG, "..") == [
        "Nothing of it has been made yet: 5 jobs of linear programs and 1 other job."
    ]


def test_inputs_of_a_missing_file_are_no_cause():
    # Snakemake calls every input updated where an output is not there
    part = job("build_panel", "results/x.csv", "results/panel.csv", "")
    reason = f"Missing output files: results/panel.csv; Updated input files: results/x.csv, {CODE[0]}"
    after = job("winsorise_panel", "results/panel.csv", "results/panel_winsorised.csv", BELOW + "results/panel.csv")
    assert explain([part._replace(reason=reason), after], CONFIG, "..") == [
        "results/panel.csv is missing: it is made again, and from there 1 other job."
    ]


def test_half_made_files_and_a_changed_set_of_files():
    set_changed = "Set of input files has changed since last execution"
    lacking = ["raw_coal: energy/raw_coal.csv", "loans: yearbook/loans.csv"]
    assert explain(chain(set_changed), CONFIG, "..", lacking) == [
        "files were added or taken away (raw tables, variables or modules): results/clean/raw_coal.csv is made again, "
        + FOLLOWING,
        "Not there: raw_coal: energy/raw_coal.csv. The jobs that clean them fail, and nothing is made of them.",
    ]
    half = explain(chain("Incomplete output files: results/clean/raw_coal.csv"), CONFIG, "..")
    assert half == [
        f"results/clean/raw_coal.csv is half made, for a run was interrupted: it is made again, {FOLLOWING}"
    ]


def test_several_causes_are_in_order_of_what_follows_and_summed_up():
    jobs = chain("Updated input files: raw/energy/raw_coal.csv")
    jobs.append(job("build_codebook", "", "results/codebook.csv", f"Updated input files: {CODE[0]}"))
    told = explain(jobs, CONFIG, "../workflow")
    assert [text.split(" ")[0] for text in told] == ["raw/energy/raw_coal.csv", "scripts/study/helpers.py", "All"]
    assert told[-1] == "All together: 5 jobs of linear programs and 4 other jobs."


@pytest.mark.parametrize(
    ("before", "now", "told"),
    [
        ({"lower": 5, "upper": 99}, {"lower": 5, "upper": 97.5}, ("config", "cleaning.winsorise.upper", "99", "97.5")),
        ({"returns": "crs"}, {"returns": "vrs"}, ("config", "productivity.models, item 2, returns", "crs", "vrs")),
        (["y ~ x"], ["y ~ x", "y ~ x + z"], ("config", "tables.table_2.columns", "", "y ~ x + z")),
        (["y ~ w", "y ~ x + z"], ["y ~ x", "y ~ x + z"], ("config", "tables.table_2, column 1", "y ~ w", "y ~ x")),
        (2019, 2018, ("config", "study.years, item 2", "2019", "2018")),
        (6, 5, ("told", "", "6", "5")),
        (("gtfp", "G" * 70, "growth a year"), ("gtfp", "G" * 70, "a level"), ("told", "", "growth a year", "a level")),
        ("G" * 70 + "of a year", "G" * 70 + "of a level",
         ("told", "", f"...{'G' * 15}of a year", f"...{'G' * 15}of a level")),
        ("G" * 70, None, ("told", "", f"{'G' * 60}...", "")),
        ({"provinces": "sha256-1", "fuels:co2": "sha256-2"}, {"provinces": "sha256-1", "fuels:co2": "sha256-3"},
         ("rows", "fuels")),
    ],
)  # fmt: skip
def test_a_changed_setting_is_found_in_the_config(before, now, told):
    assert changed_settings(f"{PARAMS[42:]}before: {before!r} now: {now!r} ", CONFIG) == [told]


def test_settings_are_told_apart_by_what_they_have_in_common():
    text = "x: before: ['a', 'b'],{'lower': 5, 'upper': 99},'z' now: {'lower': 5, 'upper': 97.5},['a', 'c', 'b'] "
    assert set(changed_settings(text, CONFIG)) == {
        ("config", "cleaning.winsorise.upper", "99", "97.5"),
        ("told", "", "", "c"),
        ("told", "", "z", ""),
    }


def test_a_config_cause_stands_for_what_follows_from_it_in_the_same_job():
    others = "Set of input files has changed since last execution"
    reason = f"{others}; {PARAMS}before: ['y ~ x'],'w' now: ['y ~ x', 'y ~ x + z'] "
    assert explain([job("estimate_table", "", "results/estimates/table_2.json", reason)], CONFIG, "..") == [
        "config: tables.table_2.columns: y ~ x + z was added: results/estimates/table_2.json is made again."
    ]


def test_a_reason_that_is_not_known_is_told_as_it_is():
    assert split_reason("Moon is full") == {"other": "Moon is full"}
    assert explain([job("all_of_it", "", "results/a.csv", "Moon is full")], CONFIG, "..") == [
        "Moon is full: results/a.csv is made again."
    ]


def test_differences_inside_settings():
    old, new = {"a": 1, "b": {"c": [1, 2]}}, {"b": {"c": [1, 3]}, "d": 4}
    assert list(differences(old, new)) == [(("a",), 1, None), (("b", "c", 1), 2, 3), (("d",), None, 4)]


def test_files_of_a_folder_are_collapsed_and_jobs_counted():
    paths = [f"results/dea/gml/{name}.csv" for name in "abcd"]
    assert grouped([*paths, "results/panel.csv", paths[0]]) == ["results/dea/gml/ (4 files)", "results/panel.csv"]
    assert counted([job("solve_dea", "", "a", "")]) == "1 job of linear programs"


@pytest.mark.parametrize(
    ("command", "rest"),
    [
        ("why --cores 2", "--cores 2"),
        ("--directory why why -n", "--directory why -n"),
        ("why --directory why", "--directory why"),
        ("why why --config a=b -- all", "--config a=b"),
        ("--snakefile x/Snakefile --config ask={} --cores 1 why", "--snakefile x/Snakefile --config ask={} --cores 1"),
    ],
)
def test_targets_are_taken_from_a_command(command, rest):
    assert without_targets(command.split()) == rest.split()


@pytest.mark.parametrize(
    ("command", "forced"),
    [
        ("why --cores 2", False),
        ("why --config force=1 --rerun-incomplete", False),
        ("why -F", True),
        ("why -f", True),
        ("why --forcerun build_panel", True),
        ("why --forcea", True),
    ],
)
def test_options_that_force_jobs(command, forced):
    assert forces(command.split()) == forced


def test_a_file_that_a_killed_run_left_is_half_made(small_study):
    """Under `rerun-incomplete` Snakemake calls its job forced."""
    snakefile, folder = small_study
    target = "results/tables/table_2.csv"
    mark = folder / ".snakemake/incomplete" / urlsafe_b64encode(target.encode()).decode()
    mark.write_text('{"external_jobid": null}')
    try:
        run = snakemake(snakefile, folder, "why", "--cores", "1", "--config", f"ask={{target: {target}}}")
        forced = snakemake(snakefile, folder, "why", "--cores", "1", "--config", f"ask={{target: {target}}}", "-f")
    finally:
        mark.unlink()
    assert f"{target}" in run.stdout and "half made, for a run was interrupted" in run.stdout, run.stderr
    assert "an option of the command asks for it" in forced.stdout
    assert "half made" not in forced.stdout


def test_an_unknown_target_is_told_with_the_likeliest():
    known = ["results/tables/table_2.csv", "results/panel.csv"]
    assert no_such_target("results/tables/tabel_2.csv", known).endswith("is `results/tables/table_2.csv` meant?")
    assert no_such_target("xyz", known).endswith("to ask for all.")


def test_why_asks_with_the_commands_own_config_and_changes_nothing(small_study):
    snakefile, folder = small_study
    ask = ["why", "--cores", "1", "--config", "ask={target: results/tables/table_2.csv}"]
    before = {path: path.stat().st_mtime_ns for path in (folder / "results").rglob("*.csv")}
    quiet = ["--quiet", "rules", "progress"]
    run = snakemake(snakefile, folder, *ask, "cleaning={winsorise: {upper: 97.5}}", *quiet)
    assert run.returncode == 0, run.stderr
    told = "results/estimates/table_2.json is made again, and from there 1 other job."
    assert run.stdout.splitlines() == [f"config: cleaning.winsorise.upper was 95, is 97.5: {told}"]
    assert {path: path.stat().st_mtime_ns for path in (folder / "results").rglob("*.csv")} == before


def test_a_mistyped_target_is_one_message(small_study):
    snakefile, folder = small_study
    run = snakemake(snakefile, folder, "why", "--cores", "1", "--config", "ask={target: results/tables/tabel_2.csv}")
    assert run.returncode != 0
    assert (
        "Error in why: ask.target: no rule makes `results/tables/tabel_2.csv`; is `results/tables/table_2.csv` meant?"
        in run.stderr
    )
    assert "Traceback" not in run.stderr
