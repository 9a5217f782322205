"""The published tables checked against themselves: what their figures admit, and what they contradict."""

from pathlib import Path

from study.audit.coefficients import (
    check_decimals,
    check_figures,
    check_quotients,
    check_signs,
    check_standard_errors,
    check_stars,
)
from study.audit.constants import check_constants, check_implied_means
from study.audit.moments import check_growth, check_log_totals, check_moments, check_shares, check_sizes
from study.audit.printed_tables import ROW_FIELDS, Setting, Tables, natural, read_published, refuse_unknown_names
from study.audit.ratios import check_r2, check_ratios
from study.audit.samples import (
    check_effect_names,
    check_group_differences,
    check_reversals,
    check_sample_sizes,
    check_splits,
)
from study.audit.stages import (
    check_duplicates,
    check_first_stage,
    check_first_stage_samples,
    check_instruments,
    check_iv_constants,
    check_printed_f,
    check_rank_test,
    check_tf,
)
from study.files.whole import run_job
from study.helpers import logger, start_log, workflow_table, write_rows
from study.output.audit_page import CHECKS, render_audit
from study.regression.tf import CriticalValues, read_critical_values


def audit(tables: Tables, setting: Setting, critical_values: CriticalValues) -> list[dict]:
    """All rows (keys `ROW_FIELDS`), by check, table and column; within a column in the printed order."""
    rows = [
        *check_quotients(tables),
        *check_signs(tables),
        *check_figures(tables),
        *check_standard_errors(tables),
        *check_decimals(tables),
        *check_stars(tables, setting),
        *check_first_stage(tables),
        *check_tf(tables, critical_values, setting),
        *check_rank_test(tables, setting),
        *check_duplicates(tables),
        *check_first_stage_samples(tables, setting),
        *check_instruments(tables, setting),
        *check_printed_f(tables),
        *check_iv_constants(tables),
        *check_ratios(tables),
        *check_r2(tables, setting),
        *check_sample_sizes(tables, setting),
        *check_splits(tables, setting),
        *check_group_differences(tables),
        *check_reversals(tables),
        *check_effect_names(tables, setting),
        *check_moments(tables, setting),
        *check_log_totals(tables, setting),
        *check_shares(tables, setting),
        *check_growth(tables, setting),
        *check_constants(tables),
        *check_implied_means(tables),
        *check_sizes(tables, setting),
    ]
    order = {name: place for place, name in enumerate(CHECKS)}
    return sorted(rows, key=lambda row: (order[row["check"]], natural(row["table"]), natural(row["column"])))


def main(snakemake) -> None:
    start_log(snakemake)
    for name in snakemake.params.untyped:
        logger.info("%s in %s has other columns than a typed table and is left aside", name, snakemake.params.place)
    tables = read_published(snakemake.input.published, snakemake.params.audit.get("interval", 95))
    for table, decimals in tables.quotients.items():
        logger.warning(
            "published table %s: every t is its coefficient over a number of %d decimals, as if divided before typing; "
            "type the printed standard errors in a column std_error, and leave statistic empty",
            table,
            decimals,
        )
    setting = Setting.of(snakemake.params.audit)
    refuse_unknown_names(snakemake.params.audit, tables)
    rows = audit(tables, setting, read_critical_values(workflow_table("tf_critical_values")))
    write_rows(
        snakemake.output.csv, list(ROW_FIELDS), [tuple(row[name] for name in ROW_FIELDS) for row in rows], digits=12
    )
    files = [Path(path).name for path in snakemake.input.published]
    Path(snakemake.output.html).write_text(render_audit(rows, setting, files, snakemake.params.place), encoding="utf-8")
    severe = {level: sum(row["severity"] == level for row in rows) for level in "ABC"}
    logger.info("%d rows from %d files; findings by severity: %s", len(rows), len(files), severe)


if "snakemake" in globals():
    run_job(main, snakemake)  # noqa: F821
