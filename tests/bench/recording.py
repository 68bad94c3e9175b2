"""What a real suite answers to each remote command of a run, kept for machines that replay it."""

from __future__ import annotations

import io
import subprocess
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from lab import access
from lab.machines import Machine

REPLAY = Path(__file__).with_name("replay")
_HERE = "/var/lib/bench"  # on the machine
_CONFIGURATION = "/etc/ssh/sshd_config.d/bench.conf"
_FORCED = f"ForceCommand . {_HERE}/record.bash\n"


@contextmanager
def recorded(host: Machine, place: Path) -> Iterator[None]:
    """Afterwards `place/answers` has every answer that the machine gave meanwhile.

    They are what our commands print: no secrets, since those are not printed.
    """
    for name in ("key.bash", "record.bash"):
        _install(host, f"{_HERE}/{name}", (REPLAY / name).read_text(encoding="utf-8"))
    _install(host, _CONFIGURATION, _FORCED)
    # A restart, unlike a reload, has ended when the new server listens.
    host.run("systemctl restart ssh")
    try:
        yield
    finally:
        host.run(f"rm {_CONFIGURATION} && systemctl restart ssh")
    words = [*access.ssh(host.name, "-T"), "--", f"tar --create --directory={_HERE} answers"]
    archive = subprocess.run(words, check=True, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE)
    with tarfile.open(fileobj=io.BytesIO(archive.stdout)) as answers:
        answers.extractall(place, filter="data")


def _install(host: Machine, path: str, text: str) -> None:
    host.run(f"install -D -m 644 /dev/stdin {path}", stdin=text)
