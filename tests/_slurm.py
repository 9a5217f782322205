"""A Slurm cluster of one node on this machine: `python tests/_slurm.py start`, and `stop`; as root, on Linux.

Debian: `apt-get install --no-install-recommends slurm-wlm munge`. Accounting is off, as on clusters without slurmdbd,
and nothing holds jobs to their memory. A configuration that another program or person wrote is never touched.
"""

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

# Steps of a job do not inherit SLURM_CONF, so only the default path serves them too.
CONFIG = Path("/etc/slurm/slurm.conf")
MARK = "# Written by tests/_slurm.py of green-transition-workflow, which takes it away again."
PROGRAMS = ("munged", "slurmctld", "slurmd", "sbatch", "srun", "squeue", "scancel", "scontrol")
TEMPLATE = """{mark}
ClusterName=one-node
SlurmctldHost={host}(127.0.0.1)
SlurmctldPort={ports[0]}
SlurmdPort={ports[1]}
SlurmUser=root
SlurmdUser=root
AuthType=auth/munge
AuthInfo=socket={state}/munge.socket
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core_Memory
SchedulerParameters=sched_interval=2
# more processors than the machine may have, so that a group of several fits
SlurmdParameters=config_overrides
StateSaveLocation={state}/controller
SlurmdSpoolDir={state}/node
SlurmctldPidFile={state}/slurmctld.pid
SlurmdPidFile={state}/slurmd.pid
SlurmctldLogFile={state}/slurmctld.log
SlurmdLogFile={state}/slurmd.log
ReturnToService=2
KillWait=5
NodeName={host} NodeAddr=127.0.0.1 CPUs={cpus} RealMemory={memory}
PartitionName=all Nodes={host} Default=YES MaxTime=60 State=UP
"""


def missing() -> str:
    """Why a cluster cannot be started here, in a few words; empty if it can."""
    if sys.platform != "linux":
        return "no Linux"
    if os.geteuid() != 0:
        return "not root"
    if absent := [name for name in PROGRAMS if shutil.which(name) is None]:
        return f"no {', '.join(absent)}; Debian has them in slurm-wlm and munge"
    if CONFIG.exists() and MARK not in CONFIG.read_text("utf-8"):
        return f"{CONFIG} belongs to another cluster"
    return ""


def start(cpus: int = 8, memory: int = 16000) -> Path:
    """Start the daemons and wait until the node takes jobs; the folder of their state and logs.

    `cpus` and `memory` (MB) are what the node says it has. RuntimeError if it is not idle within a minute.
    """
    if why := missing():
        raise RuntimeError(f"no Slurm: {why}")
    if CONFIG.exists():
        stop()
    state = Path(tempfile.mkdtemp(prefix="slurm-"))
    host = socket.gethostname().partition(".")[0]
    text = TEMPLATE.format(mark=MARK, host=host, state=state, cpus=cpus, memory=memory, ports=_free_ports(2))
    for name in ("controller", "node"):
        (state / name).mkdir()
    CONFIG.parent.mkdir(exist_ok=True)
    CONFIG.write_text(text, "utf-8")
    # a key and a socket of its own: the machine's own munge is left alone
    key = state / "munge.key"
    key.write_bytes(os.urandom(128))
    key.chmod(0o400)
    munge = ["munged", "--force", f"--socket={state}/munge.socket"]
    munge += [f"--{name}-file={state}/munge.{name}" for name in ("key", "pid", "log", "seed")]
    for command in (munge, ["slurmctld"], ["slurmd", "-N", host]):
        subprocess.run(command, check=True, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    for _ in range(60):
        found = subprocess.run(["sinfo", "-h", "-o", "%T"], capture_output=True, text=True)
        if found.stdout.strip() == "idle":
            return state
        time.sleep(1)
    logs = "\n".join(path.read_text("utf-8", "replace")[-2000:] for path in sorted(state.glob("*.log")))
    stop()
    raise RuntimeError(f"Slurm's node is not idle after a minute:\n{logs}")


def stop() -> None:
    """End the jobs, the daemons that `start` started, and take their configuration and state away."""
    if not CONFIG.exists() or MARK not in (text := CONFIG.read_text("utf-8")):
        return
    state = Path(text.partition("StateSaveLocation=")[2].splitlines()[0]).parent
    subprocess.run(["scancel", "--user=root"], capture_output=True, timeout=60)
    _wait(lambda: not subprocess.run(["squeue", "-h"], capture_output=True, text=True, timeout=60).stdout.strip())
    for name in ("slurmd", "slurmctld", "munge"):
        _end(state / f"{name}.pid")
    CONFIG.unlink()
    shutil.rmtree(state, ignore_errors=True)


def _free_ports(count: int) -> list[int]:
    sockets = [socket.socket() for _ in range(count)]
    for each in sockets:
        each.bind(("127.0.0.1", 0))
    ports = [each.getsockname()[1] for each in sockets]
    for each in sockets:
        each.close()
    return ports


def _end(pid_file: Path) -> None:
    """End the process of a pid file and wait until it is gone."""
    if not pid_file.exists():
        return
    process = Path("/proc") / pid_file.read_text("utf-8").strip()
    for signal in (15, 9):
        if process.exists():
            os.kill(int(process.name), signal)
            _wait(lambda: not process.exists())


def _wait(done) -> None:
    """Wait up to 20 seconds."""
    for _ in range(200):
        if done():
            return
        time.sleep(0.1)


if __name__ == "__main__":
    {"start": start, "stop": stop}[sys.argv[1]]()
