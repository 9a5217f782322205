# From raw robot counts and yearbook tables to every table and figure of the study; see README.md and docs/how-it-works.md.
import sys
from pathlib import Path

from snakemake.exceptions import WorkflowError
from snakemake.utils import min_version

sys.path.append(str(Path(workflow.basedir) / "scripts"))
from study.helpers import InputError
from study.plan.advice import adviser
from study.plan.read_config import plain_config, same_config, study_config
from study.plan.refusals import check_study
from study.plan.schema import check_file_names, check_schema, read_schema, with_defaults
from study.plan.study import Study

min_version("9.18")

# Snakemake's errors leave with what they mean for a study.
logger.addFilter(adviser(sys.argv[1:]))

# The study's own file is read here, not by `configfile:`, so that what is wrong in it is told by line and column.
try:
    STUDY_CONFIG = study_config(config, workflow.config_settings)
    same_config(STUDY_CONFIG.values, config, workflow.config_settings, workflow.is_main_process)
    SCHEMA = read_schema(Path(workflow.basedir) / "rules/config.schema.yaml")
    check_schema(STUDY_CONFIG.values, SCHEMA, STUDY_CONFIG.places)
    check_file_names(STUDY_CONFIG.values)
    config = with_defaults(STUDY_CONFIG.values, SCHEMA)
    STUDY = Study(config, Path(workflow.basedir), tuple(sys.argv[1:]))
    check_study(STUDY, main=workflow.is_main_process)
except InputError as error:
    raise WorkflowError(str(error)) from None
workflow.configfiles.extend(plain_config())  # for the report, and for jobs on machines without this disk


report: "rules/captions/workflow.rst"


include: "rules/common.smk"


if "panel" in config:

    include: "rules/import.smk"
    include: "rules/check_panel.smk"

else:

    include: "rules/clean.smk"
    include: "rules/derive.smk"
    include: "rules/check_inputs.smk"


include: "rules/check.smk"
include: "rules/productivity.smk"
include: "rules/panel.smk"
include: "rules/estimate.smk"
include: "rules/present.smk"
include: "rules/graphs.smk"
include: "rules/why.smk"


rule all:
    default_target: True
    input:
        all_results(STUDY),


rule refresh:
    """Cleaned tables and variables alone: what comes out as it was reruns nothing in the run after it."""
    input:
        refreshed(STUDY),


rule rulegraph:
    """Picture of the rules."""
    input:
        multiext("results/graphs/rulegraph", ".svg", ".mmd"),


rule filegraph:
    """Picture of the files."""
    input:
        multiext("results/graphs/filegraph", ".svg", ".mmd"),
