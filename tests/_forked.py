"""Snakemake commands that run no job, each in a forked child of a process that has imported Snakemake and nothing of
ours: the import is most of what a dry run costs, and a child leaves no module behind for the next.

Run as a script it is that process: a line of JSON in, an exit code out.
"""

import json
import os
import subprocess
import sys
import tempfile
from functools import cache
from pathlib import Path

LONGEST = 900  # seconds that one command may take


def run_forked(arguments: list[str], folder: Path, environment: dict[str, str]) -> subprocess.CompletedProcess:
    """As `python -m snakemake ARGUMENTS` in `folder`, without the import."""
    server = _server()
    with tempfile.TemporaryDirectory() as kept:
        printed = [str(Path(kept) / name) for name in ("stdout", "stderr")]
        print(json.dumps([arguments, str(folder), environment, *printed]), file=server.stdin, flush=True)
        code = int(server.stdout.readline())
        texts = [Path(path).read_text("utf-8") for path in printed]
    return subprocess.CompletedProcess(["snakemake", *arguments], code, *texts)


@cache
def _server() -> subprocess.Popen:
    # threads of a numerical library would not survive a fork
    environment = os.environ | {"OPENBLAS_NUM_THREADS": "1"}
    command = [sys.executable, __file__]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment)


def serve() -> None:
    """Answer each line of standard input with the exit code of its command."""
    import snakemake.api
    import snakemake.cli
    import snakemake.dag
    import snakemake.workflow  # noqa: F401

    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            _run(*json.loads(line))
        print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)


def _run(arguments: list[str], folder: str, environment: dict[str, str], *printed: str) -> None:
    """One command in the child, which ends with it."""
    import signal

    from snakemake.cli import main

    signal.alarm(LONGEST)
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    sys.argv, sys.path[0] = ["snakemake", *arguments], folder
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    for number, path in enumerate(printed, 1):
        os.dup2(os.open(path, os.O_WRONLY | os.O_CREAT), number)
    code = 1
    try:
        main(arguments)
    except SystemExit as ended:
        code = ended.code if isinstance(ended.code, int) else int(ended.code is not None)
    except BaseException:
        sys.excepthook(*sys.exc_info())
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


if __name__ == "__main__":
    serve()
