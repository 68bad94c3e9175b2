"""Runs on a machine of the lab: what one start and one stop of Core cost. Prints JSON.

`python3 - fork` or `python3 - exec`: writes that way into Core's configuration, restarts the unit.
"""

import json
import pathlib
import re
import subprocess
import sys
import time
import urllib.error
import urllib.request

UNIT = "mailman3.service"
CONFIG = pathlib.Path("/etc/mailman3/mailman.cfg")
RUNNERS = 12


def show(name):
    """A property of Core's unit."""
    shown = subprocess.run(
        ["systemctl", "show", "-P", name, UNIT], stdout=subprocess.PIPE, text=True, check=True
    )
    return shown.stdout.strip()


def cpu_seconds():
    """Processor seconds of the unit since it was started."""
    return int(show("CPUUsageNSec")) / 1e9


def processes():
    """The unit's processes."""
    group = pathlib.Path("/sys/fs/cgroup" + show("ControlGroup"), "cgroup.procs")
    return group.read_text().split()


def pss():
    """MiB of memory, with what several processes share divided among them."""
    rollups = [pathlib.Path("/proc", pid, "smaps_rollup").read_text() for pid in processes()]
    return sum(int(re.search(r"^Pss:\s+(\d+)", one, re.MULTILINE)[1]) for one in rollups) / 1024


def answers():
    """Whether REST does; it is the last of the runners to."""
    try:
        urllib.request.urlopen("http://127.0.0.1:8001/3.1/system/versions", timeout=10)
    except urllib.error.HTTPError as error:
        return error.code == 401
    except OSError:
        return False
    return True


def main(way):
    """One start until REST answers and all runners are there, ten idle seconds, one stop."""
    text = re.sub(r"^runner_start:.*\n", "", CONFIG.read_text(), flags=re.MULTILINE)
    CONFIG.write_text(text.replace("[mailman]\n", f"[mailman]\nrunner_start: {way}\n", 1))
    subprocess.run(["systemctl", "stop", UNIT], check=True)
    begun = time.monotonic()
    subprocess.run(["systemctl", "start", UNIT], check=True)
    while not answers() or len(processes()) < RUNNERS + 3:
        time.sleep(0.05)
    ready = time.monotonic() - begun
    time.sleep(5)  # exec'd runners go on after REST answers
    found = {"ready": ready, "start_cpu": cpu_seconds(), "pss": pss()}
    begun = time.monotonic()
    subprocess.run(["systemctl", "stop", UNIT], check=True)
    found["stop"] = time.monotonic() - begun
    found["stop_cpu"] = consumed() - found["start_cpu"]
    print(json.dumps(found))


def consumed():
    """Processor seconds of the unit's whole life, as systemd wrote them to the journal."""
    written = subprocess.run(
        ["journalctl", "-u", UNIT, "-n", "20", "-o", "json"],
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    entries = [json.loads(line) for line in written.stdout.splitlines()]
    (*_, last) = [int(one["CPU_USAGE_NSEC"]) for one in entries if "CPU_USAGE_NSEC" in one]
    return last / 1e9


main(sys.argv[1])
