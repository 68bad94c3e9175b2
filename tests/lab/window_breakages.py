"""What can make a window fail: how it comes about on the host, and what the window then says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

WINDOWS = "/var/lib/mailman3-suite/windows"
WEB = "/opt/mailman/web"
SERVICES = "mailman3 mailmanweb mailmanweb-qcluster"
FILL = "fallocate -l $(df --output=avail -B1 {0} | tail -1) {0}/filler"
# Takes Core's LMTP port as soon as Core is gone, and gives it back when the window does.
THIEF = """
import glob, socket, time
thief = socket.socket()
thief.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
held = False
while not any("going back" in open(path).read() for path in glob.glob(JOURNALS)[-1:]):
    try:
        if not held:
            thief.bind(("127.0.0.1", 8024))
            thief.listen()
            held = True
    except OSError:
        pass
    time.sleep(0.02)
""".replace("JOURNALS", '"/var/lib/mailman3-suite/window/journal.jsonl"')


@dataclass(frozen=True)
class Breakage:
    """`before` is a command on the host before the run, `then` one when `step` begins in it.

    `mend` undoes both; `words` are in the reason; `core_goes_on` where nothing was stopped.
    """

    words: str
    before: str = "true"
    step: str = "There is space for the snapshot and a rollback"
    then: str = "true"
    mend: str = "true"
    settings: Mapping[str, Any] = field(default_factory=dict)
    core_goes_on: bool = False


def _on_small_disk(path: str, size: str) -> str:
    """The content of a directory is on a file system of this size."""
    keep = f"cp -a {path} {path}.kept && mount -t tmpfs -o size={size},mode=700 tmpfs {path}"
    own = f"chown --reference={path}.kept {path} && chmod --reference={path}.kept {path}"
    return f"{keep} && {own} && cp -a {path}.kept/. {path}/"


def _on_its_own_disk(path: str) -> str:
    """The content of the directory of before the small disk is back."""
    return f"umount -l {path} && rm -rf {path}.kept"


BREAKAGES = {
    "no room for the snapshot": Breakage(
        "snapshot and rollback need",
        before=f"mkdir -p {WINDOWS} && {_on_small_disk(WINDOWS, '9m')}",
        mend=_on_its_own_disk(WINDOWS),
        core_goes_on=True,
    ),
    "the snapshot's disk fills up": Breakage(
        "No space left on device",
        before=_on_small_disk(WINDOWS, "60m"),
        step="Core is stopped",
        then=FILL.format(WINDOWS),
        mend=_on_its_own_disk(WINDOWS),
    ),
    "the web's disk fills up": Breakage(
        "disk is full",
        before=f"systemctl stop {SERVICES} && {_on_small_disk(WEB, '200m')}"
        f" && systemctl start {SERVICES}",
        step="The link leads to the new release",
        then=FILL.format(WEB),
        mend=f"rm -f {WEB}/filler && systemctl stop {SERVICES} && {_on_its_own_disk(WEB)}"
        f" && systemctl start {SERVICES}",
    ),
    "the web's pages fail": Breakage(
        "after 90 s still: /archives/",
        settings={"mailman_web_settings": {"SESSION_ENGINE": "no.such.engine"}},
    ),
    "another program has Core's LMTP port": Breakage(
        "after 180 s still",
        step="Core is stopped",
        then=f"systemd-run --collect --quiet python3 -c '{THIEF}'",
    ),
}
