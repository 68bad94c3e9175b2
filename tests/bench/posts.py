"""Runs on a machine of the lab: posts to a list with many members, and follows them. Prints JSON.

`python3 - DOMAIN POSTS`: the members' mail goes to Postfix's own smtp-sink, which keeps it.
"""

import base64
import collections
import glob
import json
import os
import pathlib
import re
import smtplib
import subprocess
import sys
import time
import urllib.parse
import urllib.request

MEMBERS = 100
SENDERS = 4
SINK = pathlib.Path("/run/sink")
VAR = pathlib.Path("/opt/mailman/mm/var")
CONFIG = pathlib.Path("/etc/mailman3/mailman.cfg")
WAITING = ("queue/*/*", "archives/hyperkitty/spool/*")
# Groups of processes by the words that they run, or by their title.
KINDS = {
    r"--runner=(\w+)|^runner:(\w+)": "Core's runner {}",
    r"uwsgi|gunicorn|mailmanweb": "web",
    r"qcluster": "worker",
    r"postgres": "PostgreSQL",
    r"^(smtpd|smtp|qmgr|cleanup|lmtp|trivial-rewrite|pickup|bounce|proxymap)\b": "Postfix",
}


def called(path, fields=None):
    """A request to Core's REST API."""
    password = re.search(r"^admin_pass: *(\S+)$", CONFIG.read_text(), re.MULTILINE)[1]
    pair = base64.b64encode(f"restadmin:{password}".encode()).decode()
    data = urllib.parse.urlencode(fields).encode() if fields else None
    request = urllib.request.Request(f"http://127.0.0.1:8001/3.1/{path}", data=data)
    request.add_header("Authorization", f"Basic {pair}")
    urllib.request.urlopen(request, timeout=60)


def prepare(domain):
    """The list with its members, and the way to where their mail goes."""
    SINK.mkdir(exist_ok=True)
    way = "inline:{sink.test=smtp:[127.0.0.1]:2525}"
    maps = subprocess.run(["postconf", "-h", "transport_maps"], capture_output=True, text=True)
    subprocess.run(["postconf", "-e", f"transport_maps = {maps.stdout.strip()} {way}"], check=True)
    subprocess.run(["postfix", "reload"], capture_output=True, check=True)
    sink = ["smtp-sink", "-u", "root", "-d", f"{SINK}/", "127.0.0.1:2525", "256"]
    subprocess.Popen(sink, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    called("lists", {"fqdn_listname": f"load@{domain}"})
    told = {"pre_verified": True, "pre_confirmed": True, "pre_approved": True}
    for number in range(MEMBERS):
        member = f"member{number}@sink.test"
        called("members", {"list_id": f"load.{domain}", "subscriber": member, **told})
    time.sleep(15)  # Postfix looks for new tables every ten seconds


def post(domain, number):
    """So many posts by members, each as its own message, over a few connections."""
    for first in range(SENDERS):
        with smtplib.SMTP("127.0.0.1", 25, timeout=60) as server:
            for one in range(first, number, SENDERS):
                sender = f"member{one % MEMBERS}@sink.test"
                head = f"From: {sender}\nTo: load@{domain}\nSubject: Post {one}\n"
                text = f"{head}Message-ID: <{one}.load@{domain}>\n\nThe text of post {one}.\n"
                server.sendmail(sender, [f"load@{domain}"], text)


def copies(seen, found):
    """Adds to `found` the (message, recipient) pairs of files that the sink has written since."""
    for path in glob.glob(f"{SINK}/*"):
        if path not in seen:
            text = pathlib.Path(path).read_text(errors="replace")
            message = re.search(r"^Message-ID: *(\S+)", text, re.MULTILINE | re.IGNORECASE)
            if message:
                seen.add(path)
                rcpt = re.findall(r"^X-Rcpt-Args: <([^>]*)>", text, re.MULTILINE)
                found.update((message[1], one) for one in rcpt)


def spent():
    """Processor seconds of each process by (pid, kind)."""
    found = {}
    for place in glob.glob("/proc/[0-9]*"):
        try:
            words = pathlib.Path(place, "cmdline").read_bytes().replace(b"\0", b" ").decode()
            stat = pathlib.Path(place, "stat").read_text()
        except OSError:
            continue
        name, _, rest = stat.partition("(")[2].rpartition(")")
        fields = rest.split()
        for pattern, kind in KINDS.items():
            if match := re.search(pattern, words) or re.search(pattern, name):
                runner = next((one for one in match.groups() if one), "") if match.groups() else ""
                seconds = (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
                found[int(place[6:]), kind.format(runner)] = seconds
                break
    return found


def memory():
    """MiB of all processes of Core's account, with what several share divided among them."""
    pids = subprocess.run(["pgrep", "-u", "mailman"], capture_output=True, text=True).stdout.split()
    total = 0
    for pid in pids:
        try:
            rollup = pathlib.Path("/proc", pid, "smaps_rollup").read_text()
        except OSError:
            continue
        total += int(re.search(r"^Pss:\s+(\d+)", rollup, re.MULTILINE)[1])
    return total / 1024


def main(domain, number):
    """All posts at once; the time until the last copy came, and until the archive has all."""
    prepare(domain)
    seen, found = set(), collections.Counter()
    begin, before, pss = time.monotonic(), spent(), memory()
    post(domain, number)
    accepted = time.monotonic() - begin
    while sum(found.values()) < number * MEMBERS:
        if time.monotonic() - begin > 60 + number * 20:
            break
        time.sleep(0.5)
        copies(seen, found)
    delivered = time.monotonic() - begin
    while any(glob.glob(f"{VAR}/{pattern}") for pattern in WAITING):
        if time.monotonic() - begin > 120 + number * 40:
            break
        time.sleep(0.5)
    archived = time.monotonic() - begin
    used = collections.Counter()
    for (pid, kind), seconds in spent().items():
        used[kind] += seconds - before.get((pid, kind), 0)
    print(
        json.dumps(
            {
                "accepted": accepted,
                "delivered": delivered,
                "archived": archived,
                "missing": number * MEMBERS - len(found),
                "doubled": sum(count - 1 for count in found.values()),
                "spent": dict(used.most_common()),
                "pss": [pss, memory()],
            }
        )
    )


main(sys.argv[1], int(sys.argv[2]))
