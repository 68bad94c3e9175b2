"""Finds whatever runs as Mailman on a host, or would once started, in any directory.

`look`: {"programs": [...], "data": [...]}, the places, in order, that somebody may own, and
{"configurations": [...]}, Core's and Postfix's. ->
{"traces": [{"what", "name", "place", "below"}]}: `place` is the program or directory with all links
followed, `below` the first of those places that it lies in, or "". Reads only files. A program
is known by what it is: Mailman's own scripts, anything of a virtual environment that holds Mailman,
and a server of pages whose words, files or environment name Mailman's applications.
"""

from __future__ import annotations

import glob
import os
import re
from collections.abc import Iterator

from mailman_suite.host.base import verbs
from mailman_suite.host.wire.inspection import Trace, Traces, TracesQuestion

Seen = tuple[str, str, str]  # what, its name, its place

_SCRIPTS = {"mailman", "mailman3", "mailman-web", "mailmanctl", "qrunner"}  # the last two are 2.1's
_RUNNING = {"master", "runner"}  # names that others have, too
_OF_CORE = ("-C", "--config", "--runner", "-r")  # their options, or files beside `mailman`
_PACKAGES = ("mailman", "mailman_web", "postorius", "hyperkitty")
_DJANGO = re.compile(r"mailman_web|MAILMAN_WEB_CONFIG|postorius|hyperkitty|django_mailman3")
_SERVER = re.compile(
    r"uwsgi|gunicorn|waitress|daphne|uvicorn|mod_wsgi|manage\.py|django-admin", re.I
)
_INTERPRETER = re.compile(r"(python|pypy|perl|bash|dash|sh$|env$)")
_SYSTEM = ("/", "/usr", "/usr/local")  # everybody's programs, not one environment's
_PATH = ("/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin")
_HOME = re.compile(r"^\s*(?:virtualenv|venv|home|chdir)\s*=\s*(/\S+)", re.MULTILINE)
_LONGEST = 65536  # of a file that somebody wrote by hand
# systemd.unit(5), in its order: of two files with one name the first counts.
_LOADED = ("/etc", "/run", "/usr/local/lib", "/usr/lib", "/lib")
_GENERATED = ("/run/systemd/generator", "/run/systemd/generator.late", "/etc/systemd/user")
_UNITS = (*(f"{one}/systemd/system" for one in _LOADED), "/run/systemd/transient", *_GENERATED)
_SUPERVISED = ("/etc/supervisor/conf.d/*", "/etc/supervisord.d/*")
_EXEC = re.compile(r"^(?:Exec\w+|command)\s*=\s*[-@+!:|]*(.+)$", re.MULTILINE)
_FOLDER = re.compile(r"^(?:WorkingDirectory|directory)\s*=\s*-?(\S+)", re.MULTILINE)
_CD = re.compile(r"\bcd\s+([^\s;&|\"']+)")
_CRON = ("/etc/crontab", "/etc/cron.d/*", "/var/spool/cron/crontabs/*", "/var/spool/cron/*")
_JOB = re.compile(r"^\s*(?:@\w+|[-\d*/,\w]+(?:\s+[-\d*/,\w]+){4})\s+(\S.*)$", re.MULTILINE)
_SITES = (
    *("/etc/nginx/nginx.conf", "/etc/nginx/sites-enabled/*", "/etc/nginx/conf.d/*.conf"),
    *("/etc/apache2/sites-enabled/*", "/etc/apache2/conf-enabled/*", "/etc/httpd/conf.d/*.conf"),
)
# What only Mailman has in a directory of static files, or of 2.1's CGI programs.
_PAGES = ("postorius", "hyperkitty", "static/postorius", "static/hyperkitty", "listinfo")
# What Core's configuration calls its data, and what Postfix's names below them.
_MAP = r"(?=/[^\s,:]+/(?:postfix_|virtual-mailman))"
_DATA = re.compile(rf"(?:^var_dir\s*[:=]\s*|{_MAP})(/[^\s,:]+)", re.MULTILINE)


class Host:
    """The host whose root is the directory `root`."""

    def __init__(self, root: str = "/") -> None:
        """Nothing is read yet."""
        self.root = os.path.realpath(root).rstrip("/")

    def text(self, path: str) -> str:
        """The text of a file of ordinary size; "" if there is none, or for a device."""
        path = self.root + path
        try:
            if not os.path.isfile(path) or os.path.getsize(path) > _LONGEST:
                return ""
            with open(path, encoding="utf-8", errors="replace") as text:
                return text.read()
        except OSError:
            return ""

    def lines(self, path: str) -> str:
        """A configuration without its comments, and with continued lines made one."""
        return re.sub(r"^\s*[#;].*$", "", self.text(path).replace("\\\n", " "), flags=re.MULTILINE)

    def files(self, *patterns: str) -> list[str]:
        """The files of some patterns, as the host names them."""
        found = [path for one in patterns for path in sorted(glob.glob(self.root + one))]
        return [path[len(self.root) :] for path in found]

    def resolved(self, path: str) -> str:
        """The path with its links followed; of an interpreter, only those to its directory.

        A virtual environment's own `python` is a link to the system's.
        """
        folder, name = os.path.split(os.path.normpath(path))
        if _INTERPRETER.match(name):
            return os.path.join(self.resolved(folder), name)
        try:
            found = os.path.realpath(self.root + path)
        except OSError:  # a process that has ended
            return path
        return found[len(self.root) :] if found.startswith(f"{self.root}/") else found

    # A program and its place

    def place(self, program: str, words: list[str]) -> str | None:
        """The place of the Mailman that a program belongs to; None if it belongs to none."""
        if self.is_mailmans(program):
            wrapped = self.wrapped(program) if prefix_of(program) in _SYSTEM else None
            return wrapped or self.resolved(program)
        folder, name = os.path.split(program)
        told = any(word.startswith(_OF_CORE) for word in words)
        if name in _RUNNING and (told or self.files(f"{glob.escape(folder)}/mailman")):
            return self.resolved(program)
        return self.wrapped(program)

    def is_mailmans(self, program: str) -> bool:
        """Whether a program is in a directory of programs, and Mailman's by name or environment."""
        known = os.path.basename(program) in _SCRIPTS or self.holds_mailman(prefix_of(program))
        return known and os.path.basename(os.path.dirname(program)) == "bin"

    def holds_mailman(self, prefix: str) -> bool:
        """Whether a directory is a virtual environment with one of the suite's packages."""
        if prefix in _SYSTEM:
            return False
        libraries = glob.escape(self.root + prefix) + "/lib*/python*/*-packages/"
        return any(glob.glob(libraries + name) for name in _PACKAGES)

    def wrapped(self, script: str) -> str | None:
        """The place of the Mailman that another script calls."""
        text = self.text(script)
        if not text.startswith("#!"):
            return None
        called = re.findall(r"/[^\s\"';&|()=:`!]+/bin/[\w.-]+", text)
        return next((self.resolved(one) for one in called if self.is_mailmans(one)), None)

    def served(self, words: list[str], folder: str, environment: str = "") -> str | None:
        """The place of the pages that another server serves, if they are Mailman's."""
        if not any(_SERVER.match(os.path.basename(word)) for word in words[:4]):
            return None
        told = [os.path.join(folder, word.rpartition("=")[2]) for word in words]
        beside = {folder, *(os.path.dirname(path) for path in told if path.endswith(".py"))} - {"/"}
        settings = self.files(*(f"{glob.escape(one)}/*.py" for one in sorted(beside)))
        texts = [self.text(path) for path in told]
        if not any(map(_DJANGO.search, (*words, environment, *texts, *map(self.text, settings)))):
            return None
        own = [one for one in words[:2] if one.startswith("/") and prefix_of(one) not in _SYSTEM]
        files = [path for path, text in zip(told, texts) if _DJANGO.search(text)]
        files += [os.path.dirname(path) for path in settings if _DJANGO.search(self.text(path))]
        return self.resolved([*own, *_HOME.findall("\n".join(texts)), *files, folder][0])

    def processes(self) -> Iterator[Seen]:
        """Whatever runs."""
        for directory in self.files("/proc/[0-9]*"):
            # Not words that are a whole program: that is how we ask.
            told = self.text(f"{directory}/cmdline").split("\0")
            words = [word for word in told if word and "\n" not in word]
            folder, program = self.resolved(f"{directory}/cwd"), self.resolved(f"{directory}/exe")
            place = self.run(words, folder, program, self.text(f"{directory}/environ"))
            if place:
                yield "process", os.path.basename(directory), place

    def run(self, words: list[str], folder: str, program: str, environment: str) -> str | None:
        """The place of the Mailman that a process is of; only its program counts, no argument."""
        its = words[:1]
        if _INTERPRETER.match(os.path.basename("".join(its))):
            if re.match(r"-m mailman(?!_suite)", " ".join(words[1:3])):
                return self.resolved(os.path.join(folder, its[0]))
            its += [word for word in words[1:] if not word.startswith("-")][:1]
        for one in (*reversed(its), program):
            place = self.place(os.path.join(folder, one), words) if "/" in one else None
            if place:
                return place
        return self.served(words, folder, environment) if words else None

    def units(self) -> Iterator[Seen]:
        """Whatever systemd, or a supervisor beside it, would start."""
        seen: set[str] = set()
        for path in self.files(*(f"{one}/*.service" for one in _UNITS)):
            name = os.path.basename(path)
            if name not in seen:
                yield from self.started(name, path)
            seen.add(name)
        for path in self.files(*(f"{one}/*.service.d/*.conf" for one in _UNITS), *_SUPERVISED):
            yield from self.started(path, path)

    def started(self, name: str, path: str) -> Iterator[Seen]:
        """What the commands of one unit's file start."""
        text = self.lines(path)
        folder = (_FOLDER.findall(text) or ["/"])[-1]
        for command in _EXEC.findall(text):
            place = self.called(command, folder, text)
            if place:
                yield "unit", name, place

    def called(self, command: str, folder: str = "/", environment: str = "") -> str | None:
        """The place of the Mailman that a command line calls, also inside of a shell's words."""
        folder = (_CD.findall(command) or [folder])[-1]
        for part in re.split(r"[;&|()`]+", command):
            words = [word for word in re.split(r"[\s\"']+", part) if word]
            bare = [f"{one}/{word}" for word in words[:1] for one in _PATH if "/" not in word]
            paths = [os.path.join(folder, word) for word in words if "/" in word]
            for path in (*self.files(*bare), *paths):
                place = self.place(path, words)
                if place:
                    return place
            place = self.served(words, folder, environment)
            if place:
                return place
        return None

    def jobs(self) -> Iterator[Seen]:
        """Whatever cron would run."""
        for path in self.files(*_CRON):
            for command in _JOB.findall(self.lines(path)):
                # A system's crontab names a user before the command, who may be called mailman.
                words = command if "/spool/" in path else command.partition(" ")[2]
                place = self.called(words)
                if place:
                    yield "cron job", path, place

    def data(self, asked: TracesQuestion) -> Iterator[Seen]:
        """Data and pages of a Mailman that configuration of the host names."""
        for file in asked["configurations"]:
            for path in _DATA.findall(self.lines(file)):
                if self.files(glob.escape(path)):
                    yield "configuration", file, self.resolved(path)
        for file in self.files(*_SITES):
            for path in re.findall(r"(?<![\w:/])/[^\s;\"'{}]+", self.lines(file)):
                if self.files(*(f"{glob.escape(path)}/{one}" for one in _PAGES)) or (
                    path.endswith((".py", ".wsgi")) and _DJANGO.search(self.text(path))
                ):
                    yield "proxy site", file, self.resolved(path)

    def found(self, asked: TracesQuestion) -> Traces:
        """All traces, each with its place."""
        places = {one: self.resolved(one) for one in asked["data"]}
        for one in asked["programs"]:  # where a link of its own name leads is another place
            folder, name = os.path.split(one)
            places[one] = os.path.join(self.resolved(folder), name)
        traces = (*self.processes(), *self.units(), *self.jobs(), *self.data(asked))
        found: list[Trace] = []
        for what, name, path in traces:
            inside = (one for one, place in places.items() if f"{path}/".startswith(f"{place}/"))
            found.append({"what": what, "name": name, "place": path, "below": next(inside, "")})
        return {"traces": found}


def prefix_of(program: str) -> str:
    """The directory above a program's own."""
    return os.path.dirname(os.path.dirname(program))


if __name__ == "__main__":
    verbs.main({"look": lambda asked: Host().found(asked)})
