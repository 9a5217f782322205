"""Snakemake's commands and the scripts of their jobs, each in a forked child of a process that has imported what they
import and nothing of ours: imports are most of what a small study costs, and a child leaves no module behind.

Each process of tests has two such servers: one has imported Snakemake and runs commands, one the libraries of the
scripts and runs jobs. Snakemake starts a job as ever, by a shell; only the Python that it names is `_hand_over.py`.
Run as a script this file is a server: it prints the path of its socket and answers until its standard input ends.
"""

import importlib
import json
import os
import runpy
import select
import shlex
import signal
import socket
import subprocess
import sys
import tempfile
from functools import cache
from pathlib import Path
from socketserver import BaseRequestHandler, ForkingMixIn, UnixStreamServer

from _hand_over import hand_over

LONGEST = 900  # seconds that one command may take
IMPORTED = {
    "commands": "snakemake.cli snakemake.workflow snakemake.report.html_reporter pandas jsonschema smart_open yte",
    "jobs": "snakemake.script linearmodels matplotlib.pyplot pandas pulp highspy jinja2 openpyxl yaml",
}
# Threads would not survive a fork: those of OpenBLAS, and the one that tidies Arrow's memory.
NO_THREADS = {"OPENBLAS_NUM_THREADS": "1", "JE_ARROW_MALLOC_CONF": "background_thread:false"}
RUNNING: list[subprocess.Popen] = []  # a process that nothing refers to would lose its standard input


def run_forked(arguments: list[str], folder: Path) -> subprocess.CompletedProcess:
    """As `python -m snakemake ARGUMENTS` in `folder`, without the imports."""
    python = [sys.executable, "-I", "-S", str(Path(__file__).with_name("_hand_over.py")), server("jobs")]
    with tempfile.TemporaryFile() as stdin, tempfile.TemporaryFile() as stdout, tempfile.TemporaryFile() as stderr:
        streams = [stdin.fileno(), stdout.fileno(), stderr.fileno()]
        command = [shlex.join(python), *arguments]
        code = hand_over(server("commands"), command, str(folder), dict(os.environ), streams)
        texts = [os.pread(stream, os.fstat(stream).st_size, 0).decode("utf-8") for stream in streams[1:]]
    return subprocess.CompletedProcess(["snakemake", *arguments], code, *texts)


@cache
def server(kind: str) -> str:
    """Path of the socket of a server, which is started when it is first asked for and ends with this process."""
    process = subprocess.Popen(
        [sys.executable, __file__, kind],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=os.environ | NO_THREADS,
    )
    RUNNING.append(process)
    return process.stdout.readline().strip()


class Server(ForkingMixIn, UnixStreamServer):
    """Takes each command in a child, which waits for the command's own process."""

    socket_type = socket.SOCK_SEQPACKET  # a message is read whole

    def __init__(self, path: str, kind: str):
        super().__init__(path, Handler)
        self.run = {"commands": run_command, "jobs": run_job}[kind]

    def service_actions(self):
        super().service_actions()
        if select.select([sys.stdin], [], [], 0)[0]:
            sys.exit()


class Handler(BaseRequestHandler):
    def handle(self):
        message, streams, _, _ = socket.recv_fds(self.request, 2**20, 3)
        child = os.fork()
        if child == 0:
            in_child(self.server.run, *json.loads(message), streams)
        ended = os.pidfd_open(child)
        if ended not in select.select([self.request, ended], [], [])[0]:
            os.kill(child, signal.SIGKILL)  # who asked is gone
        code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        self.request.send(str(code).encode())


def in_child(run, arguments: list[str], folder: str, environment: dict[str, str], streams: list[int]) -> None:
    """One command in a process that ends with it."""
    signal.alarm(LONGEST)
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    for number, stream in enumerate(streams):
        os.dup2(stream, number)
    code = 1
    try:
        run(arguments)
        code = 0
    except SystemExit as ended:
        code = ended.code if isinstance(ended.code, int) else int(ended.code is not None)
    except BaseException:
        sys.excepthook(*sys.exc_info())
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def run_command(arguments: list[str]) -> None:
    from snakemake.cli import main

    sys.executable, *arguments = arguments
    sys.argv, sys.path[0] = ["snakemake", *arguments], str(Path.cwd())
    main(arguments)


def run_job(arguments: list[str]) -> None:
    sys.argv, sys.path[0] = arguments, str(Path(arguments[0]).parent)
    runpy.run_path(arguments[0], run_name="__main__")


if __name__ == "__main__":
    served = sys.argv[1]
    for name in IMPORTED[served].split():
        importlib.import_module(name)
    # a socket's path holds 107 bytes, which TMPDIR may pass
    with tempfile.TemporaryDirectory(dir="/tmp") as directory, Server(f"{directory}/{served}", served) as answering:
        print(answering.server_address, flush=True)
        answering.serve_forever()
