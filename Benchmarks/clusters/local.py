#!/usr/bin/env python3
"""Makes a cluster of this one machine, runs a command that leads it, and takes it down.

The hosts n1, n2, … are network namespaces, joined by a bridge. The command runs beside them, on a machine of its own to
them (10.77.255.254), and reaches them as a cluster's user does:

  netns   by `ip netns exec n1`
  ssh     by `ssh n1`: each host has an sshd, with keys made for the occasion
  slurm   by `srun`, within an allocation of all hosts: a munged, a slurmctld and, in each host, a slurmd

Nothing of it can be seen or reached from outside, and nothing can be left of it. This program has namespaces of its own
for processes, mounts and networks, and all files are on a tmpfs in them: when its first process ends, or is killed, the
kernel ends every process and takes the rest away. Needs root and Linux. See ../README.md.
"""

from __future__ import annotations

import argparse
import ctypes
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NoReturn

EXAMPLES = """examples:
  local.py netns -- iomodes run quick --hosts n1,n2,n3 --launch netns
  local.py ssh -- iomodes run quick --hosts n1,n2,n3
  local.py slurm -- iomodes run quick --launch slurm
  local.py ssh -- iomodes doctor --hosts n1,n2,n3
  local.py slurm --hosts 5 -- srun --nodes 5 hostname

The exit code is the command's; 77 if this machine cannot have such a cluster.
"""

# What each needs, and the package that has it.
COMMON = ["ip", "mount", "nsenter", "unshare"]
PROGRAMS = {
    "netns": COMMON,
    "ssh": [*COMMON, "ssh", "ssh-keygen", "sshd"],
    "slurm": [*COMMON, "munged", "salloc", "sinfo", "slurmctld", "slurmd", "squeue", "srun"],
}
PACKAGES = {
    "ip": "iproute2", "mount": "mount", "nsenter": "util-linux", "unshare": "util-linux", "munged": "munge",
    "ssh": "openssh-client", "ssh-keygen": "openssh-client", "sshd": "openssh-server",
}
SLURM = "slurm-wlm"

# The exit code for what is no failure of anything, but not to be had here; as Automake's tests have it.
ABSENT = 77

SIGNALS = [signal.SIGINT, signal.SIGTERM, signal.SIGHUP]
# Seconds that the command has to end in after a signal, and a daemon to start in.
GRACE = 30
PATIENCE = 30

# On a tmpfs that nobody else sees.
FOLDER = Path("/run/cluster")
LEADER = "10.77.255.254"
SSH_PORT = 22
SLURMCTLD_PORT = 6817


def fail(text: str, code: int = 1) -> NoReturn:
    print(f"{Path(sys.argv[0]).name}: {text}", file=sys.stderr)
    sys.exit(code)


def do(*words: str, code: int = 1) -> None:
    """Runs a command that has to succeed."""
    done = subprocess.run(words, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    if done.returncode != 0:
        fail(f"'{' '.join(words)}' failed: {done.stderr.strip() or done.returncode}", code)


def exit_code(status: int) -> int:
    """As a shell has it, of what wait(2) tells."""
    code = os.waitstatus_to_exitcode(status)
    return code if code >= 0 else 128 - code


# A world of its own

CLONE_NEWNS = 0x00020000
CLONE_NEWPID = 0x20000000
CLONE_NEWNET = 0x40000000
PR_SET_PDEATHSIG = 1


def called(name: str, *arguments: int) -> None:
    """Calls a function of the C library that Python does not have in all versions."""
    library = ctypes.CDLL(None, use_errno=True)
    if getattr(library, name)(*arguments) != 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))


def handle(handler: Callable[[int, object], object]) -> None:
    """Handles the signals that ask to end, which may have been blocked."""
    for number in SIGNALS:
        signal.signal(number, handler)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, SIGNALS)


def enter() -> None:
    """Goes on as the first process of namespaces of its own. The outer process hands on its signals and its exit code.

    The kernel kills all processes in the namespaces when the first one ends. That one is killed if the outer one is."""
    try:
        called("unshare", CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWNET)
    except OSError as error:
        fail(f"namespaces cannot be made here ({error.strerror}); use a machine of its own, or a privileged container",
             ABSENT)
    signal.pthread_sigmask(signal.SIG_BLOCK, SIGNALS)
    inner = os.fork()
    if inner != 0:
        handle(lambda number, _: os.kill(inner, number))
        _, status = os.waitpid(inner, 0)
        sys.exit(exit_code(status))
    # The terminal's signals come through the outer process, and so once.
    os.setsid()
    called("prctl", PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    # The first process of a namespace does not get signals that it does not handle.
    handle(lambda number, _: sys.exit(128 + number))
    do("mount", "--make-rprivate", "/", code=ABSENT)
    do("mount", "-t", "proc", "proc", "/proc", code=ABSENT)
    do("mount", "-t", "tmpfs", "-o", "mode=755", "tmpfs", "/run", code=ABSENT)
    FOLDER.mkdir(mode=0o755)


# Hosts


def address(host: int) -> str:
    return f"10.77.{host // 250}.{host % 250 + 1}"


def connect(hosts: Sequence[str]) -> None:
    """Makes the hosts, and joins them and the leader by a bridge."""
    do("ip", "link", "set", "lo", "up", code=ABSENT)
    do("ip", "link", "add", "name", "br0", "type", "bridge", code=ABSENT)
    do("ip", "addr", "add", f"{LEADER}/16", "dev", "br0")
    do("ip", "link", "set", "br0", "up")
    for index, host in enumerate(hosts):
        do("ip", "netns", "add", host, code=ABSENT)
        do("ip", "link", "add", f"port{index}", "type", "veth", "peer", "name", "eth0", "netns", host, code=ABSENT)
        do("ip", "link", "set", f"port{index}", "master", "br0", "up")
        do("ip", "-n", host, "addr", "add", f"{address(index)}/16", "dev", "eth0")
        do("ip", "-n", host, "link", "set", "eth0", "up")
        do("ip", "-n", host, "link", "set", "lo", "up")


def on(host: str, *command: str) -> list[str]:
    """The words that run a command in a host's network, under its name.

    `ip netns exec` would mount a new /sys, too, without the control groups that Slurm looks for."""
    return ["nsenter", f"--net=/run/netns/{host}", "unshare", "--uts", "sh", "-c",
            'echo "$0" >/proc/sys/kernel/hostname && exec "$@"', host, *command]


# Daemons


class Daemon:
    """A program in the background. It ends with the namespaces."""

    def __init__(self, name: str, words: Sequence[str]) -> None:
        self.name = name
        self.log = FOLDER / f"{name}.log"
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(words, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                                            start_new_session=True)

    def wait(self, is_up: Callable[[], bool]) -> None:
        end = time.monotonic() + PATIENCE
        while not is_up():
            if self.process.poll() is not None or time.monotonic() > end:
                why = "is not up" if self.process.poll() is None else f"ended with exit code {self.process.returncode}"
                said = self.log.read_text(errors="replace").strip().splitlines()
                fail(f"{self.name} {why}" + (f": {' / '.join(said[-3:])}" if said else ""))
            time.sleep(0.02)


def program(name: str) -> str:
    """The path of a program; sshd insists on it."""
    return shutil.which(name) or name


def answers(host: str, port: int) -> bool:
    try:
        socket.create_connection((host, port), timeout=1).close()
    except OSError:
        return False
    return True


def start_ssh(hosts: Sequence[str]) -> None:
    """An sshd in each host, and a configuration by which `ssh HOST` reaches it, in place of this machine's own."""
    for key in ["host", "client"]:
        do("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", key, "-f", f"{FOLDER}/{key}")
    Path("/run/sshd").mkdir(mode=0o755)
    daemons = []
    for index, host in enumerate(hosts):
        settings = FOLDER / f"{host}.sshd_config"
        settings.write_text(f"""ListenAddress {address(index)}:{SSH_PORT}
HostKey {FOLDER}/host
AuthorizedKeysFile {FOLDER}/client.pub
UsePAM no
PidFile none
MaxStartups 1000
""")
        daemons.append(Daemon(f"sshd-{host}", on(host, program("sshd"), "-D", "-e", "-f", str(settings))))
    kind, key = (FOLDER / "host.pub").read_text().split()[:2]
    (FOLDER / "known_hosts").write_text(f"* {kind} {key}\n")
    names = "".join(f"Host {host}\n  HostName {address(index)}\n" for index, host in enumerate(hosts))
    (FOLDER / "ssh_config").write_text(f"""{names}Host *
  User root
  IdentityFile {FOLDER}/client
  IdentitiesOnly yes
  IdentityAgent none
  UserKnownHostsFile {FOLDER}/known_hosts
  StrictHostKeyChecking yes
""")
    do("mount", "--bind", f"{FOLDER}/ssh_config", "/etc/ssh/ssh_config")
    # A home without keys of its own, and without scripts that a shell would run at each login.
    home = FOLDER / "home"
    home.mkdir(mode=0o700)
    users = Path("/etc/passwd").read_text()
    (FOLDER / "passwd").write_text(re.sub(r"(?m)^root:.*$", f"root:x:0:0:root:{home}:/bin/sh", users))
    do("mount", "--bind", f"{FOLDER}/passwd", "/etc/passwd")
    for index, daemon in enumerate(daemons):
        daemon.wait(lambda: answers(address(index), SSH_PORT))


def start_slurm(hosts: Sequence[str]) -> None:
    """munged, which knows no network; slurmctld beside the leader; and a slurmd in each host.

    A task is a child of its node's slurmd, and so in its network, too: nothing has to enter it."""
    key = FOLDER / "munge.key"
    key.write_bytes(os.urandom(128))
    key.chmod(0o400)
    gate = FOLDER / "munge.socket"
    munged = Daemon("munged", [
        "munged", "--foreground", f"--key-file={key}", f"--socket={gate}", f"--pid-file={FOLDER}/munged.pid",
        f"--seed-file={FOLDER}/munged.seed"])
    munged.wait(gate.exists)
    (FOLDER / "state").mkdir()
    nodes = "".join(f"NodeName={host} NodeAddr={address(index)} CPUs={os.cpu_count()}\n"
                    for index, host in enumerate(hosts))
    settings = FOLDER / "slurm.conf"
    # Of control groups there is one set for the machine, which is not three: processes are tracked by their parents.
    settings.write_text(f"""ClusterName=local
SlurmctldHost={socket.gethostname().split('.')[0]}({LEADER})
SlurmctldPort={SLURMCTLD_PORT}
SlurmctldPidFile={FOLDER}/slurmctld.pid
SlurmdPidFile={FOLDER}/%n.pid
SlurmdSpoolDir={FOLDER}/%n
StateSaveLocation={FOLDER}/state
SlurmUser=root
AuthType=auth/munge
AuthInfo=socket={gate}
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
SlurmdParameters=config_overrides
ReturnToService=2
MpiDefault=none
{nodes}PartitionName=all Nodes=ALL Default=YES MaxTime=INFINITE State=UP
""")
    os.environ["SLURM_CONF"] = str(settings)
    slurmctld = Daemon("slurmctld", ["slurmctld", "-D", "-f", str(settings)])
    slurmctld.wait(lambda: answers(LEADER, SLURMCTLD_PORT))
    daemons = [Daemon(f"slurmd-{host}", on(host, "slurmd", "-D", "-N", host, "-f", str(settings))) for host in hosts]

    def is_idle(host: str) -> bool:
        """Whether the node may be allocated."""
        told = subprocess.run(["sinfo", "--noheader", "--nodes", host, "--format", "%T"], stdin=subprocess.DEVNULL,
                              capture_output=True, text=True)
        return told.stdout.strip() == "idle"

    for host, daemon in zip(hosts, daemons):
        daemon.wait(lambda: is_idle(host))
    allocate(len(hosts))


def allocate(nodes: int) -> None:
    """An allocation of all nodes, of which the environment tells as within `salloc`.

    `salloc COMMAND` would keep the signals for itself, give up the allocation, and let the command go on without."""
    granted = subprocess.run(["salloc", "--no-shell", f"--nodes={nodes}", "--exclusive"], stdin=subprocess.DEVNULL,
                             capture_output=True, text=True)
    job = re.search(r"Granted job allocation (\d+)", granted.stderr)
    if not job:
        fail(f"Slurm has not allocated the nodes: {granted.stderr.strip() or granted.returncode}")
    names = subprocess.run(["squeue", "--noheader", "--jobs", job[1], "--format", "%N"], stdin=subprocess.DEVNULL,
                           capture_output=True, text=True).stdout.strip()
    os.environ.update(SLURM_JOB_ID=job[1], SLURM_JOB_NODELIST=names, SLURM_JOB_NUM_NODES=str(nodes))


START: dict[str, Callable[[Sequence[str]], None]] = {
    "netns": lambda hosts: None, "ssh": start_ssh, "slurm": start_slurm,
}


# The command


def lead(command: Sequence[str]) -> int:
    """Runs the command, which gets the signals that come, and returns its exit code."""
    process = subprocess.Popen(command, start_new_session=True)

    def hand_on(number: int, _: object) -> None:
        try:
            os.killpg(process.pid, number)
        except ProcessLookupError:
            pass
        signal.alarm(GRACE)

    signal.signal(signal.SIGALRM, lambda *_: fail(f"'{command[0]}' had not ended {GRACE} s after a signal"))
    handle(hand_on)
    ended = 0
    # The first process of a namespace has all orphans to bury.
    while ended != process.pid:
        ended, status = os.wait()
    return exit_code(status)


def number_of_hosts(text: str) -> int:
    if not text.isdecimal() or not 2 <= int(text) <= 250:
        raise argparse.ArgumentTypeError(f"'{text}' is not a number of hosts, from 2 to 250")
    return int(text)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, epilog=EXAMPLES,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("launcher", choices=PROGRAMS, help="how the hosts are reached")
    parser.add_argument("--hosts", type=number_of_hosts, default=3, metavar="N", help="n1 to nN; 3 unless given")
    parser.add_argument("command", nargs="+", metavar="COMMAND", help="after --: what to run, and its options")
    arguments = parser.parse_args()
    os.environ["PATH"] = os.environ.get("PATH", os.defpath) + ":/usr/sbin:/sbin"
    if os.geteuid() != 0:
        fail("network namespaces need root; run it with sudo", ABSENT)
    missing = [name for name in PROGRAMS[arguments.launcher] if not shutil.which(name)]
    if missing:
        packages = sorted({PACKAGES.get(name, SLURM) for name in missing})
        fail(f"{', '.join(missing)}: not installed; apt-get install {' '.join(packages)}", ABSENT)
    if not shutil.which(arguments.command[0]):
        fail(f"'{arguments.command[0]}' is no program; name one by its path, or build it first")
    enter()
    hosts = [f"n{number}" for number in range(1, arguments.hosts + 1)]
    connect(hosts)
    START[arguments.launcher](hosts)
    sys.exit(lead(arguments.command))


if __name__ == "__main__":
    main()
