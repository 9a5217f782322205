# From raw robot counts and yearbook tables to every table and figure of the study; see README.md.
from snakemake.utils import min_version, validate

min_version("9.18")


configfile: "config.yaml"


validate(config, "rules/config.schema.yaml")


report: "rules/captions/workflow.rst"


include: "rules/common.smk"


if "panel" in config:

    include: "rules/import.smk"

else:

    include: "rules/clean.smk"
    include: "rules/derive.smk"


include: "rules/productivity.smk"
include: "rules/panel.smk"
include: "rules/estimate.smk"
include: "rules/present.smk"


rule all:
    default_target: True
    input:
        all_results(),
