"""The host of a web in a directory: its window runs as on a machine, between programs that pretend.

`systemctl` keeps each unit's state in a file, the release's interpreter answers what Core's host
said last, and a server on loopback gives the pages. Every command is written down.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from mailman_suite.base import layout
from mailman_suite.base.declared_files import DeclaredFiles, ManagedFile
from mailman_suite.host.window.journal import Journal
from mailman_suite.inspection.group_data import declared_settings
from mailman_suite.inspection.suites import suite_of
from mailman_suite.windows import upgrade
from tests.bad_settings import GOOD
from tests.plans.suite_on_paper import SPLIT, look
from tests.unit.kept_states import DEBIAN_12

OLD, NEW = "3.3.10-py3.11-0123456789ab", "3.3.10+forked"
RUN = "20261127T120000-3f2a1c"
ID = f"20261127T120005-{NEW}"
OLD_FILE, NEW_FILE = "of the old release\n", "of the new release\n"

_SYSTEMCTL = """#!/bin/sh
echo "systemctl $*" >>"$HOST/commands"
verb= names=
while [ $# -gt 0 ]; do
  case $1 in
    --property) shift ;;
    -*) ;;
    *) if [ -z "$verb" ]; then verb=$1; else names="$names${names:+ }$1"; fi ;;
  esac
  shift
done
for name in $names; do
  case $verb in
    start | restart) echo active >"$HOST/units/$name" ;;
    stop) echo inactive >"$HOST/units/$name" ;;
    show)
      state=inactive
      if [ -e "$HOST/units/$name" ]; then read -r state <"$HOST/units/$name"; fi
      [ "$name" = "${names%% *}" ] || printf '\\n'
      printf 'Id=%s\\nLoadState=loaded\\nActiveState=%s\\nSubState=x\\n' "$name" "$state"
      printf 'UnitFileState=enabled\\nNeedDaemonReload=no\\nMainPID=0\\n'
      ;;
  esac
done
exit 0
"""
_JOURNALCTL = "#!/bin/sh\necho 'last words'\n"
_PYTHON = """#!/bin/sh
program=${3##*run(\\"mailman_suite.host.}; program=${program%%\\"*}
echo "python $program $4" >>"$HOST/commands"
if [ -e "$HOST/word" ]; then read -r word <"$HOST/word"; else word={}; fi
case "$program $4" in "window.peers say")
  case $word in *RUN*) ;; *) word='{"state": "given up"}' ;; esac
esac
echo "$word"
""".replace("RUN", RUN)
_RUNUSER = """#!/bin/sh
[ "$1 $2 $3" = "-u mailman --" ] || exit 1
shift 3
exec "$@"
"""
_PROGRAMS = {
    "runuser": _RUNUSER,
    "systemctl": _SYSTEMCTL,
    "journalctl": _JOURNALCTL,
    "python": _PYTHON,
}


class WebHost:
    """What stands in the directory, and the order of a window there."""

    def __init__(self, root: Path, port: int) -> None:
        self.root, self.port = root, port
        self.place = root / "window"
        for name in ("bin", "units", "window", "etc", "releases/old", "releases/new", "state"):
            (root / name).mkdir(parents=True)
        for name in (layout.WEB_UNIT, layout.QCLUSTER_UNIT):
            (root / "units" / name).write_text("active\n")
        for name, text in _PROGRAMS.items():
            (root / "bin" / name).write_text(text)
            (root / "bin" / name).chmod(0o755)
        (root / "etc/settings.py").write_text(OLD_FILE)
        (root / "venv").symlink_to(root / "releases/old")

    @property
    def journal(self) -> Journal:
        return Journal(self.place)

    def order(self, *, awaits: bool = True, **more: Any) -> dict[str, Any]:
        """The window of a change of release, as the controller writes it, but for the places."""
        address = {"mailman_address": "10.0.0.12"}
        settings = declared_settings({**GOOD, **SPLIT, **address})
        suite = replace(suite_of(settings, look(DEBIAN_12, OLD)), awaits=awaits)
        written = upgrade.order(suite, ID, {"units": {}, "stamps": str(self.root / "stamps")})
        units = (layout.WEB_UNIT, layout.QCLUSTER_UNIT)
        unit = {"state": "running", "inputs": [], "reload": False, "pid_file": ""}
        return {
            **written,
            "run": RUN,
            "python": str(self.root / "bin/python"),
            "link": str(self.root / "venv"),
            "target": str(self.root / "releases/new"),
            "closed": str(self.root / "state/closed"),
            "paths": [f"{self.root}/etc/*", f"{self.root}/venv", f"{self.root}/state/files.json"],
            "files": self._files(),
            "declared_units": {**written["declared_units"], "units": dict.fromkeys(units, unit)},
            "invariants": {**written["invariants"], "var": str(self.root / "var")},
            "var": str(self.root / "var"),
            "patience": {"core": 0.3, "web": 0.3},
            "web_questions": {**written["web_questions"], "port": self.port},
            **more,
        }

    def _files(self) -> dict[str, Any]:
        file = ManagedFile(f"{self.root}/etc/settings.py", NEW_FILE, mode="640")
        places = {name: str(self.root / name) for name in ("secrets", "state", "copies")}
        return {**DeclaredFiles(files=(file,)).with_content(), **places}

    def said(self, word: str) -> None:
        """What Core's host said last, as JSON."""
        (self.root / "word.new").write_text(f"{word}\n")
        (self.root / "word.new").rename(self.root / "word")  # in one step

    def runs(self, name: str) -> bool:
        """Whether a unit runs."""
        return (self.root / "units" / name).read_text().strip() == "active"

    @property
    def commands(self) -> list[str]:
        """Every command that was given so far."""
        return (self.root / "commands").read_text().splitlines()

    @property
    def release(self) -> str:
        """The release that the link leads to: `old` or `new`."""
        return (self.root / "venv").resolve().name

    @property
    def configuration(self) -> str:
        return (self.root / "etc/settings.py").read_text()

    @property
    def is_closed(self) -> bool:
        return (self.root / "state/closed").exists()

    @property
    def steps(self) -> list[str]:
        """The steps that came to their end."""
        return [line["step"] for line in self.journal.lines() if line["event"] == "done"]


@contextmanager
def pages(status: dict[str, int]) -> Iterator[int]:
    """A server on loopback that answers each path with its status, 200 for others; its port."""

    class Page(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(status.get(self.path, 200))
            self.send_header("Content-Type", "text/html")
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Page) as server:
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        yield server.server_port
        server.shutdown()
