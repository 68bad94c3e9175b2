"""The programs of a host that is a directory: systemctl, Postfix's, Nginx's and a release's.

    pretending.py ROOT PROGRAM ARGUMENTS

Each does to the files below ROOT what the real one would do to a host's, keeps what else it has to
remember in ROOT/pretended, and writes every command down. `answer` is called within a test; only
`runuser` runs as a program of its own, with the standard library.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parents[2]))

from tests.windows import pretended_core, pretended_postfix
from tests.windows.units import is_masked, set_state, state, unit_file

Answer = tuple[int, str]  # exit status and what is printed
_SHOWN = "Id={}\nLoadState={}\nActiveState={}\nSubState=x\nUnitFileState={}\nMainPID={}\n"
_WANTS = "etc/systemd/system/multi-user.target.wants"
_CORE = "mailman3.service"
_WAIT = ("start", "restart", "reload-or-restart")  # for a service that a boot holds back


def answer(root: Path, words: Sequence[str]) -> Answer:
    """What a program says; its name is the first word, with or without a path."""
    name = os.path.basename(words[0])
    with (root / "pretended/commands").open("a") as commands:
        commands.write(" ".join([name, *words[1:]]).replace(str(root), "") + "\n")
    return PROGRAMS[name](root, list(words))


def commands(root: Path) -> list[str]:
    """Every command so far; paths are those of a host."""
    return (root / "pretended/commands").read_text().splitlines()


def _systemctl(root: Path, words: list[str]) -> Answer:
    names = [word for word in words[1:] if not word.startswith("-")]
    if "--property" in words:
        names.remove(words[words.index("--property") + 1])
    verb, names = names[0], names[1:]
    if verb == "is-system-running":
        return 0, "stopping\n" if (root / "pretended/stopping").exists() else "running\n"
    if verb == "show":
        return 0, "\n".join(_shown(root, name) for name in names)
    missing = [name for name in names if unit_file(root, name) is None]
    if missing and verb not in ("reset-failed", "try-reload-or-restart", "disable"):
        return 5, f"Unit {missing[0]} not found.\n"
    if verb in _WAIT and "--no-block" not in words and (root / "pretended/booting").exists():
        raise AssertionError(f"{' '.join(words)} waits for ever: they wait for the recovery")
    for name in names:
        _UNIT_VERBS[verb](root, name)
    return 0, ""


def _shown(root: Path, name: str) -> str:
    unit = state(root, name)
    file = unit_file(root, name)
    loaded = "not-found" if file is None else "masked" if is_masked(file) else "loaded"
    enabled = "enabled" if os.path.lexists(root / _WANTS / name) else "disabled"
    shown = _SHOWN.format(name, loaded, unit["state"], enabled, unit.get("pid", 0))
    return f"{shown}NeedDaemonReload=no\n"


def start(root: Path, name: str) -> None:
    """A unit runs, with what stands on the host now; during a boot it waits for its end."""
    file = unit_file(root, name)
    assert file is not None, f"{name} is no unit"
    if is_masked(file) or state(root, name)["state"] == "active":
        return
    if (root / "pretended/booting").exists():
        with (root / "pretended/booting").open("a") as waiting:
            waiting.write(f"{name}\n")
        return
    prefix = pretended_core.release_of(file.read_text())
    # A process that this is not tells by its number when it began.
    runs = {"state": "active", "pid": str(time.time())}
    runs["configuration"] = pretended_core.configuration(root)
    began = pretended_core.begin(root, prefix) if name == _CORE and prefix else {}
    set_state(root, name, **{**runs, "release": pretended_core.about(prefix)["name"], **began})
    if name == _CORE:
        pretended_core.work(root, state(root, name))
    if name == pretended_postfix.UNIT:
        pretended_postfix.read_transports(root)


def stop(root: Path, name: str) -> None:
    """A unit does not run any more."""
    if name == _CORE and state(root, name)["state"] == "active":
        pretended_core.end(root, state(root, name))
    set_state(root, name, state="inactive")


def _restart(root: Path, name: str) -> None:
    stop(root, name)
    start(root, name)


def _reload(root: Path, name: str) -> None:
    if name == pretended_postfix.UNIT:
        pretended_postfix.read_transports(root)


def _enable(root: Path, name: str) -> None:
    (root / _WANTS).mkdir(parents=True, exist_ok=True)
    if not os.path.lexists(root / _WANTS / name):
        (root / _WANTS / name).symlink_to(str(unit_file(root, name)))


def _disable(root: Path, name: str) -> None:
    (root / _WANTS / name).unlink(missing_ok=True)


def power_off(root: Path) -> None:
    """Nothing runs any more, and what was in memory is gone."""
    for unit in list((root / "pretended/units").iterdir()):
        set_state(root, unit.name, state="inactive")
    (root / "run/mailman3-suite/closed").unlink(missing_ok=True)
    (root / "pretended/transports").unlink(missing_ok=True)


def begin_boot(root: Path) -> None:
    """Units that are started from now on wait for the recovery."""
    (root / "pretended/booting").write_text("")


def end_boot(root: Path) -> None:
    """What is enabled and what waited is started."""
    waiting = (root / "pretended/booting").read_text().split()
    (root / "pretended/booting").unlink()
    enabled = [path.name for path in (root / _WANTS).iterdir()]
    for name in dict.fromkeys([*waiting, *enabled]):
        if unit_file(root, name) is not None and "-recovery." not in name:
            start(root, name)


def _runuser(root: Path, words: list[str]) -> Answer:
    """A release's interpreter is the real one, with what it is handed on standard input."""
    command = words[words.index("--") + 1 :]
    if os.path.basename(command[0]) in PROGRAMS:
        return answer(root, command)
    done = subprocess.run(command, capture_output=True, text=True)
    return done.returncode, done.stderr if done.returncode else done.stdout


def _said(text: str) -> Callable[[Path, list[str]], Answer]:
    return lambda root, words: (0, text)


def _nginx(root: Path, words: list[str]) -> Answer:
    """`nginx -t`; what a test put there is wrong with the configuration."""
    wrong = root / "pretended/nginx-says"
    return (1, wrong.read_text()) if wrong.exists() else (0, "")


def _mailman(root: Path, words: list[str]) -> Answer:
    return _migrate(root, words, "core")


def _mailman_web(root: Path, words: list[str]) -> Answer:
    return _migrate(root, words, "web")


def _migrate(root: Path, words: list[str], which: str) -> Answer:
    """Any of Core's commands migrates; none may while a service works with the database.

    One of the side that the release leaves alone may run.
    """
    left = root / "pretended/left"
    goes_on = pretended_core.SERVICES[left.read_text()] if left.exists() else ()
    services = [path.name for path in (root / "pretended/units").glob("mailman*.service")]
    at_work = [
        name for name in services if state(root, name)["state"] == "active" and name not in goes_on
    ]
    if others := [name for name in at_work if "-window" not in name]:
        return 1, f"{', '.join(others)} works with the database\n"
    return pretended_core.migrate(root, Path(words[0]).parents[1], which)


_UNIT_VERBS = {
    "start": start,
    "stop": stop,
    "restart": _restart,
    "reload-or-restart": _reload,
    "try-reload-or-restart": _reload,
    "enable": _enable,
    "disable": _disable,
    "reset-failed": lambda root, name: None,
}
PROGRAMS = {
    "systemctl": _systemctl,
    "journalctl": _said("last words\n"),
    "nginx": _nginx,
    "postconf": pretended_postfix.postconf,
    "postfix": pretended_postfix.postfix,
    "postqueue": pretended_postfix.postqueue,
    "runuser": _runuser,
    "mailman": _mailman,
    "mailman-web": _mailman_web,
}

if __name__ == "__main__":
    status, text = answer(Path(sys.argv[1]), sys.argv[2:])
    print(text, end="", file=sys.stderr if status else sys.stdout)
    sys.exit(status)
