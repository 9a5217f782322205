# From raw robot counts and yearbook tables to every table and figure of the study; see README.md.
import sys
from pathlib import Path

from snakemake.exceptions import WorkflowError
from snakemake.utils import min_version, validate

sys.path.append(str(Path(workflow.basedir) / "scripts"))
from _config import short_message

min_version("9.18")


configfile: "config.yaml"


try:
    validate(config, "rules/config.schema.yaml")
except WorkflowError as error:
    raise WorkflowError(short_message(str(error))) from None


report: "rules/captions/workflow.rst"


include: "rules/common.smk"
include: "rules/raw.smk"


if "panel" in config:

    include: "rules/import.smk"

else:

    include: "rules/clean.smk"
    include: "rules/derive.smk"
    include: "rules/check.smk"


include: "rules/productivity.smk"
include: "rules/panel.smk"
include: "rules/estimate.smk"
include: "rules/present.smk"


rule all:
    default_target: True
    input:
        all_results(),
