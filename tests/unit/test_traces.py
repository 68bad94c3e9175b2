"""Whatever runs as Mailman is found by what it is, and what is not Mailman is not taken for it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from mailman_suite.base import layout
from mailman_suite.host.inspect.traces import Host
from mailman_suite.parts.proxy import nginx
from mailman_suite.parts.wsgi import uwsgi
from mailman_suite.preflight.traces import foreign
from mailman_suite.suite.places import TRACED

SRV = "/srv/mailman"
PACKAGE = "venv/lib/python3.11/site-packages/mailman/__init__.py"
KINDS = ("none", "guide", "packages", "ours", "containers")


class Paper:
    """A directory that stands for a host."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def file(self, path: str, text: str = "") -> None:
        place = self.root / path.lstrip("/")
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text)

    def link(self, path: str, target: str) -> None:
        place = self.root / path.lstrip("/")
        place.parent.mkdir(parents=True, exist_ok=True)
        place.symlink_to(os.path.relpath(self.root / target.lstrip("/"), place.parent))

    def unit(self, name: str, command: str, more: str = "", folder: str = "/etc") -> None:
        self.file(f"{folder}/systemd/system/{name}", f"[Service]\n{more}\nExecStart={command}\n")

    def process(self, *words: str, cwd: str = "/", environment: str = "") -> None:
        pid = str(800 + len(list(self.root.glob("proc/*"))))
        self.file(f"/proc/{pid}/cmdline", "\0".join(words) + "\0")
        self.file(f"/proc/{pid}/environ", environment)
        (self.root / "proc" / pid / "cwd").symlink_to(self.root / cwd.lstrip("/"))

    def traces(self) -> list[dict[str, str]]:
        found = Host(str(self.root)).found(TRACED)["traces"]
        return [dict(one) for one in found]

    def told(self, kind: str) -> str:
        reasons = list(foreign({"suite": {"kind": kind}, "traces": self.traces()}))
        return " ".join(one.found for one in reasons)


@pytest.fixture
def paper(tmp_path: Path) -> Paper:
    """A host with nothing on it but what every host has."""
    paper = Paper(tmp_path)
    paper.unit("ssh.service", "/usr/sbin/sshd -D $SSHD_OPTS", folder="/usr/lib")
    paper.unit("postfix.service", "/usr/lib/postfix/sbin/master -w", folder="/usr/lib")
    paper.process("/sbin/init")
    paper.process("/usr/lib/postfix/sbin/master", "-w")
    paper.process("nginx: master process /usr/sbin/nginx")
    paper.file("/etc/crontab", "17 * * * * root cd / && run-parts --report /etc/cron.hourly\n")
    paper.file("/etc/nginx/sites-enabled/default", "server { root /var/www/html; }\n")
    paper.file("/etc/postfix/main.cf", "alias_maps = hash:/etc/aliases\n")
    return paper


def suite(paper: Paper, home: str, venv: str) -> None:
    """Core, web and archiver as upstream's guide has them, but in some directory."""
    paper.file(f"{venv}/lib/python3.11/site-packages/mailman/__init__.py")
    for name in ("mailman", "mailman-web", "master", "runner", "uwsgi"):
        paper.file(f"{venv}/bin/{name}", f"#!{venv}/bin/python\n")
    paper.file(f"{home}/mm/var/data/postfix_lmtp")
    paper.file(f"{home}/web/static/postorius/main.css")


@pytest.mark.parametrize("kind", ["none", "packages", "guide", "ours"])
@pytest.mark.parametrize(
    ("name", "command", "more"),
    [
        ("mailman3.service", "/srv/mailman/venv/bin/mailman -C /etc/m.cfg start", ""),
        ("lists.service", "-/srv/mailman/venv/bin/master --force -C /etc/m.cfg", ""),
        ("lists.service", "/srv/mailman/venv/bin/python -m anything", ""),
        ("lists.service", "bin/mailman start", "WorkingDirectory=/srv/mailman/venv"),
        ("lists.service", "/bin/sh -c 'cd /srv/mailman/venv && exec bin/mailman start'", ""),
        ("lists.service", "/usr/local/sbin/start-lists", ""),
        (
            "lists.service",
            "/usr/bin/runuser -u list -- \\\n /srv/mailman/venv/bin/mailman start",
            "",
        ),
        ("pages.service", "/srv/mailman/venv/bin/uwsgi --ini /etc/uwsgi.ini", ""),
        ("pages.service", "/usr/bin/uwsgi --ini=/srv/mailman/web/uwsgi.ini", ""),
        ("pages.service", "/usr/bin/gunicorn -b :8000 wsgi", "WorkingDirectory=/srv/mailman/web"),
        ("pages.service", "/usr/bin/python3 /srv/mailman/web/manage.py qcluster", ""),
        ("pages.service", "/usr/bin/gunicorn mailman_web.wsgi", "WorkingDirectory=/srv/mailman"),
        ("old.service", "/srv/mailman/bin/mailmanctl -s start", ""),
    ],
    ids=str,
)
def test_a_stopped_unit_of_any_name_is_found(
    paper: Paper, kind: str, name: str, command: str, more: str
):
    suite(paper, SRV, f"{SRV}/venv")
    paper.file(
        "/usr/local/sbin/start-lists", "#!/bin/sh\nexec /srv/mailman/venv/bin/mailman start\n"
    )
    paper.file("/srv/mailman/web/uwsgi.ini", "[uwsgi]\nmodule = mailman_web.wsgi\n")
    paper.file("/srv/mailman/web/settings.py", "INSTALLED_APPS = ['postorius']\n")
    paper.unit(name, command, more)
    assert f"unit {name} (/srv/mailman" in paper.told(kind)


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["/srv/mailman/venv/bin/python3", "/srv/mailman/venv/bin/master", "-C", "/x.cfg"], {}),
        (
            ["/srv/mailman/venv/bin/python3", "bin/runner", "--runner=in:0:1"],
            {"cwd": f"{SRV}/venv"},
        ),
        (["/srv/mailman/venv/bin/python", "-m", "mailman.bin.master"], {}),
        (["/srv/mailman/venv/bin/uwsgi", "--ini", "/x.ini"], {}),
        (["/srv/mailman/venv/bin/python", "manage.py", "qcluster"], {"cwd": f"{SRV}/web"}),
        (["/usr/bin/python3", "/usr/bin/gunicorn", "mailman_web.wsgi"], {"cwd": SRV}),
        (["gunicorn: master [mailman_web.wsgi:application]"], {"cwd": SRV}),
        (
            ["/usr/bin/uwsgi", "--http", ":8000"],
            {"cwd": SRV, "environment": "MAILMAN_WEB_CONFIG=x"},
        ),
        (["/usr/bin/python2", "/srv/mailman/bin/qrunner", "--runner=VirginRunner:0:1", "-s"], {}),
        (["/usr/bin/python3", "/srv/mailman/bin/mailman", "shell"], {}),
    ],
    ids=str,
)
def test_a_process_is_found_without_any_unit(paper: Paper, words: list[str], told: dict[str, str]):
    suite(paper, SRV, f"{SRV}/venv")
    paper.process(*words, **told)
    assert "process 803 (/srv/mailman" in paper.told("none")


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("/etc/cron.d/lists", "@daily mailman /srv/mailman/venv/bin/mailman digests --send\n"),
        ("/var/spool/cron/crontabs/list", "0 8 * * * cd /srv/mailman/venv && bin/mailman notify\n"),
        ("/etc/postfix/main.cf", "transport_maps =\n hash:/srv/mailman/mm/var/data/postfix_lmtp\n"),
        ("/etc/mailman3/mailman.cfg", "[paths.here]\nvar_dir: /srv/mailman/mm/var\n"),
        ("/etc/nginx/conf.d/x.conf", "location /static { alias /srv/mailman/web/static/; }\n"),
        ("/etc/apache2/sites-enabled/x.conf", "WSGIScriptAlias / /srv/mailman/web/wsgi.py\n"),
        ("/etc/supervisor/conf.d/x.conf", "command=/srv/mailman/venv/bin/mailman start\n"),
    ],
    ids=str,
)
def test_what_points_at_another_place_is_found(paper: Paper, path: str, text: str):
    suite(paper, SRV, f"{SRV}/venv")
    paper.file("/srv/mailman/web/wsgi.py", "os.environ['X'] = 'mailman_web.settings'\n")
    paper.file(path, text)
    assert f"{path} (/srv/mailman" in paper.told("none")
    paper.file(path, f"# {text}".replace("\n h", "\n# h").replace("\nv", "\n# v"))
    assert not paper.told("none"), "a comment is no configuration"


def test_a_link_of_our_name_to_another_virtual_environment_is_not_ours(paper: Paper):
    suite(paper, SRV, f"{SRV}/venv")
    paper.link(layout.VENV, f"{SRV}/venv")
    paper.unit("mailman3.service", f"{layout.BIN}/mailman start")
    assert "unit mailman3.service (/srv/mailman/venv/bin/mailman)" in paper.told("guide")


def ours(paper: Paper) -> None:
    """What the repository's own suite has, running."""
    release = f"{layout.RELEASES}/3.3.10-py3.11-abc/venv"
    suite(paper, layout.HOME, release)
    paper.link(layout.VENV, release)
    paper.file(layout.CORE_CONFIG, f"[paths.here]\nvar_dir: {layout.VAR}\n")
    paper.file(layout.COMMANDS[0], f"#!/bin/sh\nexec {layout.BIN}/mailman -C x\n")
    declared_units(paper)
    for name in ("master", "runner"):
        paper.process(f"{layout.BIN}/python3", f"{layout.BIN}/{name}", "-C", layout.CORE_CONFIG)
    paper.process(f"{layout.BIN}/uwsgi", "--ini", uwsgi.ANSWER.configuration)
    paper.process(f"{layout.BIN}/python3", f"{layout.BIN}/mailman-web", "qcluster")
    paper.process("/usr/bin/python3", "-s", "-m", "mailman_suite.host.window.program", "run")
    paper.process("sh", "-c", f"python3 -c '\n{layout.BIN}/mailman start' look")
    paper.process("python3", "-I", "-c", "\nimport postorius", "look")
    paper.file("/etc/cron.d/own", f"@daily root {layout.COMMANDS[0]} status\n")
    paper.file(nginx.ANSWER.site, f"alias {layout.STATIC}/;\n")
    paper.file("/etc/postfix/main.cf", f"transport_maps = hash:{layout.LMTP_MAP}\n")


def declared_units(paper: Paper) -> None:
    paper.unit("mailman3.service", f"{layout.BIN}/master --force -C {layout.CORE_CONFIG}")
    paper.unit("mailmanweb.service", f"{layout.BIN}/uwsgi --ini {uwsgi.ANSWER.configuration}")
    paper.file(uwsgi.ANSWER.configuration, "[uwsgi]\nmodule = mailman_web.wsgi\n")
    paper.unit("mailmanweb-qcluster.service", f"{layout.BIN}/mailman-web qcluster")


def test_our_own_suite_is_no_other(paper: Paper):
    ours(paper)
    assert len(paper.traces()) > 10
    assert not paper.told("ours")


def test_our_own_suite_beside_packages_that_were_moved_is_no_other(paper: Paper):
    ours(paper)
    packages(paper)
    assert not paper.told("ours")


def test_our_own_suite_half_installed_is_no_other(paper: Paper):
    declared_units(paper)
    paper.file(layout.CORE_CONFIG, f"[paths.here]\nvar_dir: {layout.VAR}\n")
    paper.file(layout.LMTP_MAP)
    assert not paper.told("none")


def test_a_suite_whose_home_is_elsewhere_by_a_link_is_no_other(paper: Paper):
    (paper.root / "data/mailman").mkdir(parents=True)
    paper.link(layout.HOME, "/data/mailman")
    ours(paper)
    assert not paper.told("ours")


def test_a_suite_by_the_guide_is_none_that_is_refused(paper: Paper):
    suite(paper, layout.HOME, layout.VENV)
    declared_units(paper)
    paper.process(f"{layout.BIN}/python3", f"{layout.BIN}/master", "-C", layout.CORE_CONFIG)
    paper.unit("cluster.service", f"{layout.BIN}/mailman-web qcluster")
    paper.file("/etc/postfix/main.cf", "transport_maps = hash:/srv/data/postfix_lmtp\n")
    paper.file("/srv/data/postfix_lmtp")
    assert not paper.told("guide"), "data elsewhere are the adoption's business"


def packages(paper: Paper) -> None:
    """Debian's own."""
    core, web = layout.PACKAGED_PROGRAMS
    paper.file(f"{core}/bin/mailman", "#!/usr/bin/python3\n")
    paper.file(f"{core}/bin/master", "#!/usr/bin/python3\n")
    paper.link("/usr/bin/mailman", f"{core}/bin/mailman")
    paper.file(f"{web}/settings.py", "INSTALLED_APPS = ['postorius']\n")
    paper.file("/etc/mailman3/uwsgi.ini", f"[uwsgi]\nchdir = {web}\nmodule = wsgi\n")
    paper.unit("mailman3.service", f"{core}/bin/mailman start --force", folder="/usr/lib")
    paper.unit(
        "mailman3-web.service", "/usr/bin/uwsgi --ini /etc/mailman3/uwsgi.ini", folder="/lib"
    )
    paper.process("/usr/bin/python3", f"{core}/bin/master", "-C", layout.CORE_CONFIG)
    paper.process("/usr/bin/python3", f"{web}/manage.py", "qcluster")
    paper.file("/etc/cron.d/mailman3", "@daily list [ -x /usr/bin/mailman ] && mailman digests\n")
    paper.file(f"{web}/manage.py", "#!/usr/bin/python3\nfrom django.core import management\n")
    job = f"flock -n /run/mailman3-web/cron.daily {web}/manage.py runjobs daily"
    paper.file("/etc/cron.d/mailman3-web", f"@daily www-data [ -f /usr/bin/x ] && {job}\n")


def test_debians_packages_are_no_other_where_they_may_be_moved(paper: Paper):
    packages(paper)
    assert not paper.told("packages")
    assert "/usr/lib/mailman3/bin" in paper.told("guide")


def test_a_masked_unit_starts_nothing(paper: Paper):
    suite(paper, SRV, f"{SRV}/venv")
    paper.unit("lists.service", f"{SRV}/venv/bin/mailman start", folder="/usr/lib")
    assert paper.told("none")
    (paper.root / "etc/systemd/system").mkdir(parents=True)
    (paper.root / "etc/systemd/system/lists.service").symlink_to("/dev/null")
    assert not paper.told("none")


@pytest.mark.parametrize("kind", KINDS)
def test_a_host_without_mailman_has_no_trace_of_it(paper: Paper, kind: str):
    paper.process("/usr/bin/python3", "/opt/actions/bin/runner")
    paper.process("/usr/bin/vim", "/srv/mailman/venv/bin/mailman")
    paper.process("/usr/bin/uwsgi", "--ini", "/etc/uwsgi/shop.ini", cwd="/srv/shop")
    paper.file("/etc/uwsgi/shop.ini", "[uwsgi]\nmodule = shop.wsgi\n")
    paper.unit("backup.service", "/usr/bin/tar -c /var/lib/mailman /srv/mailman/venv")
    paper.file("/etc/cron.d/x", "@daily mailman /usr/local/bin/backup /srv/mailman\n")
    paper.file("/etc/nginx/conf.d/x.conf", "location /mailman3/ { root /srv/www/mailman; }\n")
    (paper.root / "srv/www/mailman").mkdir(parents=True)
    assert paper.traces() == []
    assert not paper.told(kind)


def test_many_processes_are_told_once_for_each_program(paper: Paper):
    suite(paper, SRV, f"{SRV}/venv")
    for _ in range(12):
        paper.process(f"{SRV}/venv/bin/python", f"{SRV}/venv/bin/runner", "--runner=in:0:1")
    assert "process 803 (/srv/mailman/venv/bin/runner)" in paper.told("none")
    assert paper.told("none").count("process") == 1
