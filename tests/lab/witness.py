"""What tests give Core to run on a machine: a runner that tells what it sees, and two plugins."""

import gc
import json
import locale
import os
import resource
import signal
import sys
import threading

from mailman.core.runner import Runner
from mailman.interfaces.plugin import IPlugin
from zope.interface import implementer

_SIGNALS = ("HUP", "INT", "TERM", "USR1", "USR2", "ALRM", "CHLD", "PIPE", "QUIT")


def seen():
    """Everything that an exec gives a process and a fork might not."""
    with open("/proc/self/status") as text:
        status = dict(line.split(":", 1) for line in text)
    return {
        "environment": dict(os.environ),
        "arguments": sys.argv,
        "directory": os.getcwd(),
        "umask": os.umask(os.umask(0o077)),
        "signals": {one: _handler(getattr(signal, f"SIG{one}")) for one in _SIGNALS},
        "masks": {name: status[name].strip() for name in ("SigBlk", "SigIgn", "SigPnd")},
        "accounts": [os.getresuid(), os.getresgid(), os.getgroups()],
        "limits": {
            name: resource.getrlimit(getattr(resource, name))
            for name in dir(resource)
            if name.startswith("RLIMIT_")
        },
        "standard": [os.readlink(f"/proc/self/fd/{number}") for number in range(3)],
        "path": sys.path,
        "locale": locale.setlocale(locale.LC_ALL),
        "encodings": [
            locale.getpreferredencoding(False).lower(),
            sys.getfilesystemencoding(),
            *(f"{one.encoding} {one.errors}" for one in (sys.stdin, sys.stdout, sys.stderr)),
        ],
        "threads": threading.active_count(),
        "collector": [gc.isenabled(), gc.get_threshold()],
        "alarm": signal.alarm(0),
        "priority": os.nice(0),
    }


def _handler(signum):
    handler = signal.getsignal(signum)
    return getattr(handler, "__qualname__", str(handler))


class Witness(Runner):
    """Writes what it sees, and waits for its end."""

    is_queue_runner = False

    def _do_periodic(self):
        if not os.path.exists("/tmp/witness.json"):
            with open("/tmp/witness.json.new", "w") as text:
                json.dump(seen(), text)
            os.rename("/tmp/witness.json.new", "/tmp/witness.json")


@implementer(IPlugin)
class Plugin:
    """A plugin that does nothing."""

    name = "witness"
    resource = None

    def pre_hook(self):
        """Nothing to do."""

    def post_hook(self):
        """Nothing to do."""


class Threaded(Plugin):
    """A plugin with a thread in each process that initialises."""

    def pre_hook(self):
        """Starts the thread."""
        threading.Thread(target=threading.Event().wait, daemon=True).start()
