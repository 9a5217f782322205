"""`snakemake --dry-run --logger planned`: each planned job as a line of JSON, what stops it on standard error.

A logger plugin, for only there Snakemake gives files as lists; `study.plan.dry_run` puts this folder on the path.
"""

import json
import logging
import sys

from snakemake_interface_logger_plugins.base import LogHandlerBase
from snakemake_interface_logger_plugins.common import LogEvent

FIELDS = ("rule_name", "input", "output", "reason")


class LogHandler(LogHandlerBase):
    """Takes the place of what Snakemake prints."""

    writes_to_stream = has_filter = has_formatter = True
    writes_to_file = needs_rulegraph = False

    def emit(self, record: logging.LogRecord) -> None:
        """A job as JSON; an error as it is; nothing of the rest."""
        if getattr(record, "event", None) == LogEvent.JOB_INFO:
            print(json.dumps({name: getattr(record, name) for name in FIELDS}))
        elif record.levelno >= logging.ERROR:
            print(record.getMessage(), file=sys.stderr)
