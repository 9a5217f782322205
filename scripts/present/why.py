"""What is outdated and why, printed."""

from study.files.whole import run_job
from study.helpers import InputError, start_log
from study.plan.causes import explain
from study.plan.dry_run import no_such_target, planned_jobs


def main(snakemake) -> None:
    """Print a sentence a cause; InputError for a target that no rule makes."""
    start_log(snakemake)
    params = snakemake.params
    targets = [params.target] if params.target else []
    try:
        jobs = planned_jobs(params.command, params.start, targets)
    except InputError as error:
        if targets and "MissingRuleException" in str(error):
            raise InputError(no_such_target(params.target, params.known)) from None
        raise
    print("\n".join(explain(jobs, params.config, params.home, params.lacking)))


if "snakemake" in globals():
    run_job(main, snakemake)  # noqa: F821
