"""Names that the floors share, wildcard constraints, and what a run says at its end."""

import sys

from study.plan.command import answer_to_sigterm, last_words
from study.plan.contents import Contents
from study.plan.targets import all_results, comparisons, one_of, refreshed, table_files, trends

from_workflow = STUDY.from_workflow
imports_of = STUDY.imports_of
contents_of = Contents(STUDY.imports_of).of_rule
marks_of = STUDY.marks_of
raw = STUDY.raw_tables.files
files_of = STUDY.derived.files_of


wildcard_constraints:
    key="[a-z0-9_]+",
    variable=one_of(STUDY.variables.formulas if STUDY.is_raw else []),
    country="[a-z_]+",
    province=one_of(STUDY.jobs),
    model=one_of(STUDY.models),
    block="[0-9]+",
    table=one_of(STUDY.tables),
    figure=one_of(trends(STUDY)),
    graph=one_of(["rulegraph", "filegraph", *(f"lineage_{table}" for table in table_files(STUDY))]),
    comparison=one_of(comparisons(STUDY)),


# Of several handlers Snakemake keeps the last alone: all that a run does at its start and says at its end stands here.
onstart:
    answer_to_sigterm()


onsuccess:
    print(last_words(STUDY, workflow.dag_settings.targets), end="", file=sys.stderr)


onerror:
    print(last_words(STUDY, workflow.dag_settings.targets, failed=True), end="", file=sys.stderr)
