"""Starts Core's master by hand on a machine, does something to it, and tells what came of it.

Sent to the machine and run there as root, while the service is stopped: `python3 - VERB JSON`
prints JSON. The master runs as `mailman` in a session of its own, so that everything it started is
known by its session, whoever its parent is by then.
"""

import contextlib
import glob
import itertools
import json
import os
import pwd
import signal
import subprocess
import sys
import time

MASTER = "/opt/mailman/venv/bin/master"
CONFIG = "/etc/mailman3/mailman.cfg"
EXTRA = "/run/core-by-hand.cfg"
MODULES = "/run/witness"  # where tests put modules of their own
VAR = "/opt/mailman/mm/var"
RUNNERS = 12
PROCESSES = 1 + RUNNERS + 2  # the master, its runners, REST's workers
PATIENCE = 60  # seconds; what has not come by then has been lost


def started(extra="", **environment):
    """A master that was just started, with sections that change its configuration."""
    with open(EXTRA, "w") as text:
        text.write(extra)
    os.chmod(EXTRA, 0o644)
    account = pwd.getpwnam("mailman")
    return subprocess.Popen(
        [MASTER, "--force", "-C", CONFIG],
        cwd="/",
        env={"HOME": VAR, "PATH": "/usr/bin:/bin", "MAILMAN_EXTRA_TESTING_CFG": EXTRA}
        | environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
        user=account.pw_uid,
        group=account.pw_gid,
        extra_groups=[],
    )


def session(master):
    """pid -> (parent, name, words) of what lives in the master's session."""
    found = {}
    for place in glob.glob("/proc/[0-9]*"):
        with contextlib.suppress(OSError), open(f"{place}/stat") as stat:
            before, _, after = stat.read().rpartition(")")
            state, parent, _, leader = after.split()[:4]
            if int(leader) == master.pid and state != "Z":
                with open(f"{place}/cmdline") as words:
                    name, said = before.partition("(")[2], words.read().split("\0")
                found[int(os.path.basename(place))] = (int(parent), name, said)
    return found


def runners(master):
    """Runner -> pids of the master's children that are it."""
    found = {}
    for pid, (parent, name, words) in session(master).items():
        told = [word.partition("=")[2].split(":")[0] for word in words if "--runner=" in word]
        if parent == master.pid and (told or name.startswith("runner:")):
            found.setdefault((told or [name.partition(":")[2]])[0], []).append(pid)
    return found


def waited(holds):
    """What `holds` gave once it was true; nothing when it did not come in time."""
    deadline = time.monotonic() + PATIENCE
    while not (found := holds()) and time.monotonic() < deadline:
        time.sleep(0.02)
    return found


def grown(master, number):
    """Returns when the master's session has so many processes."""
    waited(lambda: len(session(master)) >= number)


def complete(master):
    """Returns when all runners and REST's workers are there."""
    waited(lambda: len(runners(master)) == RUNNERS and len(session(master)) >= PROCESSES)


def stopped(master, signum=signal.SIGTERM):
    """Ends a master: seconds until it was gone, its status, and what it left."""
    begun = time.monotonic()
    master.send_signal(signum)
    try:
        status = master.wait(PATIENCE)
    except subprocess.TimeoutExpired:
        status = "hung"
    took = time.monotonic() - begun
    left = [" ".join((name, *words)) for _, name, words in session(master).values()]
    locks = [one for one in os.listdir(f"{VAR}/locks") if "lck" in one]
    pid_file = ["master.pid"] if os.path.exists(f"{VAR}/master.pid") else []
    with contextlib.suppress(ProcessLookupError):
        os.killpg(master.pid, signal.SIGKILL)
    master.wait()
    return {"seconds": round(took, 2), "status": status, "left": left + locks + pid_file}


def storm(times, busy, extra):
    """Stops that come at each stage of a start in turn, by the number of processes that there are.

    `busy` processes compute meanwhile. -> one row for each stop, with the number as it was then.
    """
    burning = [subprocess.Popen(["sh", "-c", "while :; do :; done"]) for _ in range(busy)]
    rows = []
    try:
        stages = itertools.cycle(range(PROCESSES + 1))
        ways = itertools.cycle((signal.SIGTERM, signal.SIGTERM, signal.SIGINT))
        for number, stage, how in zip(range(times), stages, ways):
            master = started(extra)
            time.sleep(0.11 * (number % 13) if stage < 2 else 0)  # while it is still alone
            grown(master, min(stage, PROCESSES))
            there = len(session(master))
            rows.append({"stage": there, **stopped(master, how)})
    finally:
        for one in burning:
            one.kill()
            one.wait()
    return rows


def signalled(extra):
    """What each signal does to the master and to two runners: a line for each."""
    lines = []
    for name, target in itertools.product(
        ("SIGHUP", "SIGINT", "SIGTERM", "SIGUSR1", "SIGUSR2", "SIGKILL"), ("in", "rest", "master")
    ):
        master = started(extra)
        complete(master)
        before = runners(master)
        time.sleep(2)  # an interpreter that was just started has no handlers yet
        pid = master.pid if target == "master" else before[target][0]
        os.kill(pid, getattr(signal, name))
        lines.append(f"{name} to {target}: {_outcome(master, before)}")
        stopped(master)
    return lines


def _outcome(master, before):
    """What is there once nothing has changed for two seconds."""
    seen, since = None, time.monotonic()
    while time.monotonic() < since + 2:
        now = (master.poll(), runners(master))
        if now != seen:
            seen, since = now, time.monotonic()
        time.sleep(0.1)
    status, after = seen
    if status is not None:
        return f"ends with {status}"
    gone = [name for name in sorted(before) if name not in after]
    new = [name for name in sorted(after) if after[name] != before.get(name)]
    return f"new {' '.join(new) or '-'}, gone {' '.join(gone) or '-'}"


def witnessed(extra):
    """What a runner sees of its own process, as `WITNESS` tells it."""
    told = "/tmp/witness.json"
    with contextlib.suppress(FileNotFoundError):
        os.remove(told)
    master = started(f"{extra}\n[runner.witness]\nclass: witness.Witness\n", PYTHONPATH=MODULES)
    waited(lambda: os.path.exists(told))
    stopped(master)
    with open(told) as text:
        return json.load(text)


def way(extra):
    """runner -> how often it is there, and whether by `fork` or by `exec`."""
    master = started(extra, PYTHONPATH=MODULES)
    complete(master)
    time.sleep(2)  # until the last one has passed from fork to exec
    known, found = session(master), runners(master)
    stopped(master)
    said = {one: " ".join(known[pids[0]][2]) for one, pids in found.items()}
    return {
        one: [len(pids), "exec" if "--runner=" in said[one] else "fork"]
        for one, pids in found.items()
    }


def held(extra):
    """What the master has open when all runners serve, and which sockets processes share."""
    master = started(extra)
    complete(master)
    time.sleep(5)  # every runner has asked its database by then
    its = [os.readlink(one) for one in glob.glob(f"/proc/{master.pid}/fd/*")]
    holders = {}
    for pid, (_, name, _) in session(master).items():
        for one in glob.glob(f"/proc/{pid}/fd/*"):
            with contextlib.suppress(OSError):
                holders.setdefault(os.readlink(one), set()).add(name)
    stopped(master)
    sockets = {one: sorted(names) for one, names in holders.items() if one.startswith("socket:")}
    return {"master": its, "shared": [names for names in sockets.values() if len(names) > 1]}


if __name__ == "__main__":
    verb, given = sys.argv[1:]
    known = {one.__name__: one for one in (storm, signalled, witnessed, way, held)}
    print(json.dumps(known[verb](**json.loads(given))))
