"""Hosts that the suite cannot be brought onto as they are, and what has to be said about them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from tests.bad_settings import GOOD

GIB = 1024**3
RUNNING = "3.3.10+forked-py3.11-0123456789ab"
TLS = {
    "mailman_tls_certificate": "/etc/ssl/fullchain.pem",
    "mailman_tls_key": "/etc/ssl/key.pem",
}


@dataclass(frozen=True)
class Trouble:
    """What is wrong with a host, and parts of what is said to be found, expected and to be done.

    `look` replaces parts of what a good Debian 12 machine answers; None stands for no answer.
    """

    look: dict[str, Any] | None
    found: str
    expected: str
    remedy: str
    data: dict[str, Any] = field(default_factory=dict)

    @property
    def declared(self) -> dict[str, Any]:
        """The whole group data of this host."""
        return {**GOOD, **self.data}


def _runs(name: str, **os_release: str) -> Trouble:
    return Trouble(
        {"os_release": {**os_release, "pretty_name": name}},
        f"the host runs {name}",
        "one of Debian 11, Debian 12, Debian 13",
        "move the suite to a host with one of these",
    )


def _taken(port: int, command: str, unit: str, **more: Any) -> Trouble:
    listeners = {str(port): {"command": command, "unit": unit, "pid": "812"}}
    shown = f"{command} ({unit})" if unit else command
    return Trouble(
        {"listeners": listeners},
        f"port {port} is in use by {shown}",
        "no listener, or",
        f"stop the program that listens on port {port}, or move it to another port",
        more,
    )


def _packages(look: dict[str, Any], found: str, expected: str, remedy: str) -> Trouble:
    seen = {"suite": {"kind": "packages", "release": "", "database": "sqlite"}, **look}
    return Trouble(seen, found, expected, remedy, {"mailman_moves_packages": True})


def _has(kind: str, found: str, remedy: str, release: str = "", expected: str = "") -> Trouble:
    return Trouble(
        {"suite": {"kind": kind, "release": release}},
        found,
        expected or "a host without Mailman 3",
        remedy,
    )


def _elsewhere(kind: str, what: str, name: str, place: str) -> Trouble:
    traces = [{"what": what, "name": name, "place": place, "below": ""}]
    return Trouble(
        {"traces": traces, "suite": {"kind": kind, "release": RUNNING if kind == "ours" else ""}},
        f"another Mailman on the host: {what} {name} ({place})",
        "none, or one suite: in /opt/mailman/venv by upstream's guide",
        "docs/runbooks/adopt-a-suite.md",
    )


_OLDER = {"kind": "ours", "release": "3.3.9-py3.11-0123456789ab"}


def _window(
    state: str,
    found: str,
    expected: str,
    remedy: str,
    runs: dict[str, str] = _OLDER,
    kind: str = "release",
) -> Trouble:
    window = {
        "id": "20261121T030000-3.3.10",
        "kind": kind,
        "to": _OLDER["release"],
        "state": state,
        "reason": "disk full",
    }
    return Trouble({"window": window, "suite": runs}, found, expected, remedy)


def _backup(state: str, found: str, expected: str, remedy: str) -> Trouble:
    seen = {"backup": {"id": "20261121T030000-3.3.10", "state": state, "reason": ""}}
    return Trouble(seen, f"the backup 20261121T030000-3.3.10 {found}", expected, remedy)


AT_IT = {
    "run": "20261121T210355-3f2a1c",
    "who": "anna@laptop",
    "deploy": "mailman",
    "began": "2026-11-21T21:03:55Z",
    "ended": "",
    "seconds": 724.1,
}
TROUBLES = {
    "Alpine": _runs("Alpine Linux v3.20", id="alpine", version_id="3.20.3"),
    "Debian 10": _runs("Debian GNU/Linux 10 (buster)", id="debian", version_id="10"),
    "Arch, which has no version": _runs("Arch Linux", id="arch"),
    "RHEL 8": _runs("Rocky Linux 8.10", id="rocky", version_id="8.10", id_like="rhel centos"),
    "no os-release": Trouble(
        {"os_release": {}}, "the host runs an unknown system", "one of Debian 11", "move the suite"
    ),
    "a Python that the release has no lock for": Trouble(
        {"interpreters": {"/usr/bin/python3": [3, 9, 2]}},
        "Python 3.9",
        "Python 3.10 to 3.13 for release 3.3.10+forked",
        'set mailman_release = "3.3.10" for this host',
    ),
    "a Python that no release has a lock for": Trouble(
        {"interpreters": {"/usr/bin/python3": [3, 14, 0]}},
        "Python 3.14",
        "Python 3.10 to 3.13",
        "use an operating system whose Python is in that range",
    ),
    "a new suite of a release that newer ones have replaced": Trouble(
        {},
        "no suite yet, and release 3.3.9 of Core 3.3.9 on Django 4.1",
        "a release with the newest Core",
        'set mailman_release = "3.3.10" or mailman_release = "3.3.10+django52" or '
        'mailman_release = "3.3.10+forked"; or, to '
        "continue anyway, acknowledge it in group_data: "
        'mailman_acknowledged = {"3.3.9": ["replaced_release"]}',
        {"mailman_release": "3.3.9"},
    ),
    "an interpreter that is not there": Trouble(
        {"interpreters": {"/usr/bin/python3": [3, 11, 2], "/opt/python/bin/python3": None}},
        "no working interpreter at /opt/python/bin/python3",
        "the Python of Debian 12",
        "correct mailman_python",
        {"mailman_python": "/opt/python/bin/python3"},
    ),
    "too little disk": Trouble(
        {"free_bytes": GIB},
        "1.0 GiB free under /opt/mailman",
        "at least 2.0 GiB",
        "free some space",
    ),
    "too little disk for a converged host": Trouble(
        {
            "free_bytes": GIB // 4,
            "suite": {"kind": "ours", "release": RUNNING},
        },
        "0.2 GiB free",
        "at least 0.5 GiB",
        "free some space",
    ),
    "too little memory": Trouble(
        {"memory_bytes": GIB * 9 // 10}, "0.9 GiB of memory", "at least 1 GiB", "more memory"
    ),
    "another mail server": _taken(25, "exim4", "exim4.service"),
    "another web server": _taken(80, "apache2", "apache2.service"),
    "something where Core's REST API belongs": _taken(8001, "node", ""),
    "something where Core's LMTP server belongs": _taken(8024, "python3", "tool.service"),
    "something that has only the name of Core's unit": _taken(8001, "python3", "mailman3.service"),
    "something that has only the name of the web's unit": _taken(8000, "x", "mailmanweb.service"),
    "a stopped suite elsewhere": _elsewhere("none", "unit", "lists.service", "/srv/m/bin/mailman"),
    "a suite elsewhere, running": _elsewhere("none", "process", "812", "/srv/m/bin/master"),
    "a suite elsewhere beside one by the guide": _elsewhere("guide", "unit", "x", "/srv/m/bin/x"),
    "a suite elsewhere beside ours": _elsewhere(
        "ours", "cron job", "/etc/cron.d/x", "/srv/m/bin/x"
    ),
    "Postfix' maps of a suite elsewhere": _elsewhere(
        "none", "configuration", "/etc/postfix/main.cf", "/srv/m/var/data/postfix_lmtp"
    ),
    "something where uWSGI belongs": _taken(8000, "python3", "django.service"),
    "a web server on the port for TLS": _taken(443, "haproxy", "haproxy.service", **TLS),
    "something where PostgreSQL belongs": _taken(
        5432, "docker-proxy", "docker.service", mailman_database="postgresql"
    ),
    "commands do not run as root": Trouble(
        {"root": False, "listeners": {"25": {"command": "an unknown process", "unit": ""}}},
        "commands on the host do not run as root",
        "root",
        "_sudo = True",
    ),
    "not booted with systemd": Trouble(
        {"systemd": False}, "not booted with systemd", "systemd as PID 1", "use a whole machine"
    ),
    "no Python at all": Trouble(
        None, "no python3 on the host", "the distribution's Python 3", "install the package python3"
    ),
    "the distribution's own packages": _has(
        "packages", "the distribution's own Mailman 3 packages", "use another host"
    ),
    "packages to be moved, whose data is in MariaDB": _packages(
        {"suite": {"kind": "packages", "release": "", "database": "mysql"}},
        "keep Core's data in mysql",
        "SQLite or PostgreSQL",
        "move the data to PostgreSQL first",
    ),
    "packages to be moved, whose pages Apache serves": _packages(
        {"listeners": {"443": {"command": "apache2", "unit": "apache2.service"}}},
        "apache2 serves the packages' pages",
        "Nginx",
        "the packages' own configuration",
    ),
    "Mailman in containers": Trouble(
        {
            "suite": {"kind": "containers", "release": "", "containers": ["c (mailman-core:0.4)"]},
            "listeners": {"8001": {"command": "docker-proxy", "unit": "docker.service"}},
        },
        "Mailman in containers: c (mailman-core:0.4)",
        "a host without Mailman 3",
        "upgrade guide, 'Docker images'",
    ),
    "one role for both on the host's own server": Trouble(
        {},
        "Core and web both use the role 'mailman'",
        "two roles",
        "give mailman_database_core_user and mailman_database_web_user two names",
        {"mailman_database": "postgresql", "mailman_database_web_user": "mailman"},
    ),
    "another operator at it": Trouble(
        {"run": {"last": AT_IT["run"], "busy": AT_IT}},
        "(run 20261121T210355-3f2a1c) has been running deploys/mailman.py since "
        "2026-11-21T21:03:55Z",
        "one run at a time",
        "--data mailman_break_run=20261121T210355-3f2a1c",
    ),
    "a change of release in progress": _window(
        "open", "is in progress on the host", "one run at a time", "then run again"
    ),
    "a change of release that never ended": _window(
        "interrupted", "was interrupted", "a window that has ended", "journalctl -u"
    ),
    "a take-over that was rolled back": _window(
        "rolled back",
        "was rolled back: disk full",
        "an acknowledgement",
        'set mailman_acknowledged_window = "20261121T030000-3.3.10"',
        {"kind": "guide", "release": ""},
    ),
    "a change of release that was rolled back": _window(
        "rolled back",
        "was rolled back: disk full",
        "an acknowledgement",
        'set mailman_acknowledged_window = "20261121T030000-3.3.10"',
    ),
    "a change of the web's release that was rolled back": _window(
        "rolled back",
        "the change of release 20261121T030000-3.3.10 was rolled back: disk full",
        "an acknowledgement",
        'set mailman_acknowledged_window = "20261121T030000-3.3.10"',
        kind="web",
    ),
    "a change of release that was taken back": _window(
        "finished",
        "the rollback 20261121T030000-3.3.10 returned to 3.3.9-py3.11-0123456789ab on purpose",
        "or an acknowledgement",
        'set mailman_release = "3.3.9"; to change it again, set mailman_acknowledged_window = "',
        kind="rollback",
    ),
    "a main.cf that somebody deleted": Trouble(
        {"lost_configurations": ["/etc/postfix/main.cf"]},
        "no file /etc/postfix/main.cf on the host, although its package is installed",
        "the host's own file",
        "restore it from a backup, or from a copy that a run kept (ls -t /var/backups/mailman3",
    ),
    "a restore in progress": _window(
        "open", "the restore 20261121T030000-3.3.10", "one run at a time", "wait", kind="restore"
    ),
    "a backup that is being made": _backup("open", "is being made", "one run at a time", "wait"),
    "a backup that never ended": _backup(
        "interrupted", "was interrupted", "a backup that has ended", "mailman-backup-recovery"
    ),
    "data in another kind of database": Trouble(
        {"suite": {"kind": "ours", "release": RUNNING, "database": "postgresql"}},
        "the suite keeps its data in postgresql, and mailman_database is 'sqlite'",
        "mailman_database = 'postgresql'",
        "no data is moved",
    ),
    "data in another database of the same kind": Trouble(
        {
            "suite": {
                "kind": "ours",
                "release": RUNNING,
                "database": "postgresql",
                "database_place": "localhost:5432/mailman",
            }
        },
        "Core keeps its data in localhost:5432/mailman, and localhost:5432/lists is declared",
        "the database that holds the lists",
        "sed -i 's|@localhost:5432/mailman$|@localhost:5432/lists|' /etc/mailman3/mailman.cfg",
        {"mailman_database": "postgresql", "mailman_database_core_name": "lists"},
    ),
    "a certificate that is not there": Trouble(
        {"missing_files": ["/etc/ssl/fullchain.pem"]},
        "no file /etc/ssl/fullchain.pem on the host",
        "the TLS certificate and key",
        "put it there",
        TLS,
    ),
}
