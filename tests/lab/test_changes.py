"""What an operator changes, in group data or by hand, takes effect; what would break is refused."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from mailman_suite.base import layout
from tests.lab.installed import DEFAULT, EVERY_DAY, LIST, changes
from tests.lab.suites import CORE, QCLUSTER, SERVICES, WEB, Suite, clone

OTHER = next(one for one in EVERY_DAY if one.database != DEFAULT.database)
ETC, UNITS = "/etc/mailman3", "/etc/systemd/system"
COPIES = "/var/backups/mailman3"
CORE_LMTP = f"lmtp:[{layout.LOOPBACK}]:{layout.LMTP_PORT}"
WRONG = "wrong-and-still-nobody-else-s-business"


# Another database and another system than the machine has that is interrupted while it is changed.
MACHINES = [
    pytest.param(OTHER, id=str(OTHER), marks=pytest.mark.xdist_group("changes")),
    pytest.param(
        DEFAULT, id=str(DEFAULT), marks=[pytest.mark.xdist_group("changes-too"), pytest.mark.full]
    ),
]


@pytest.fixture(scope="module", params=MACHINES)
def suite(request: pytest.FixtureRequest) -> Iterator[Suite]:
    with clone(request.param) as suite:
        suite.wait_until_serving()
        yield suite


def restarted(suite: Suite, before: dict[str, list[str]]) -> set[str]:
    """The services whose main process is another one than before."""
    after = suite.processes()
    return {name for name in SERVICES if before[name] != after[name]}


def edited(suite: Suite, path: str, lines: str = "# by hand\n") -> str:
    """What the file held before these lines were added to it."""
    before = suite.run(f"cat {path}")
    suite.run(f"cat >> {path}", stdin=lines)
    return before


@pytest.mark.parametrize(
    ("paths", "services"),
    [
        ([f"{ETC}/mailman.cfg", f"{ETC}/mailman-hyperkitty.cfg"], {CORE}),
        ([f"{ETC}/settings.py"], {WEB, QCLUSTER}),
        ([f"{ETC}/uwsgi.ini", f"{UNITS}/{WEB}", "/etc/logrotate.d/mailman3"], {WEB}),
    ],
)
def test_hand_edits_are_shown_kept_and_undone(
    suite: Suite, paths: list[str], services: set[str]
) -> None:
    processes = suite.processes()
    declared = {path: edited(suite, path) for path in paths}

    done = suite.converge()

    assert done.returncode == 0, done.stdout
    assert "-# by hand" in done.stdout
    for path, text in declared.items():
        assert f"{path} was edited by hand" in done.stdout
        assert suite.run(f"cat {path}") == text
        assert newest_copy(suite, path) == f"{text}# by hand\n"
    assert restarted(suite, processes) == services


def test_a_hand_edit_of_the_proxy_reloads_it(suite: Suite) -> None:
    path = "/etc/nginx/conf.d/mailman3.conf"
    suite.run(f"sed -i 's|location = /favicon.ico|location = /gone.ico|' {path}")
    suite.run("systemctl reload nginx")
    before = suite.processes()

    done = suite.converge()

    assert f"{path} was edited by hand" in done.stdout
    assert "-    location = /gone.ico {" in done.stdout
    assert suite.visitor.get("/favicon.ico").status == 200
    assert suite.visitor.get("/gone.ico").status == 404
    assert restarted(suite, before) == set()


def test_secrets_in_hand_edits_are_not_shown(suite: Suite) -> None:
    for path, lines in _WITH_SECRETS.items():
        edited(suite, path, lines)

    done = suite.converge(options=("-y", "-vvv"))

    assert done.returncode == 0, done.stdout
    for path, lines in _WITH_SECRETS.items():
        assert f"{path} was edited by hand" in done.stdout
        assert [line for line in lines.splitlines() if line.split()[0] not in done.stdout] == []
        assert WRONG in newest_copy(suite, path), "the copy has it, for root"
    assert WRONG not in done.stdout
    assert suite.run(f"stat -c '%U %a' {COPIES}").split() == ["root", "700"]
    assert set(suite.run(f"stat -c '%U-%a' {COPIES}/etc_*").split()) == {"root-600"}


_WITH_SECRETS = {
    f"{ETC}/mailman.cfg": (
        f"[webservice]\nadmin_pass: {WRONG}\n"
        f"[database]\nurl: postgresql://mailman:{WRONG}@localhost:5432/mailman?x=y\n"
    ),
    f"{ETC}/mailman-hyperkitty.cfg": f"api_key: {WRONG}\n",
    f"{ETC}/settings.py": (
        f'SECRET_KEY = "{WRONG}"\n'
        f'EMAIL_HOST_PASSWORD = "{WRONG}"\n'
        f'OPTIONS = {{"password": "{WRONG}"}}\n'
    ),
}


def test_what_was_stopped_removed_or_opened_is_put_right(suite: Suite) -> None:
    units = f"{CORE} {QCLUSTER} mailman-digests.timer"
    suite.run(f"systemctl disable --now --quiet {units}")
    suite.run(f"chmod 644 {ETC}/mailman.cfg; rm {ETC}/uwsgi.ini")
    # As a power cut leaves them:
    suite.run(f"rm /etc/aliases /etc/aliases.db; : > {layout.LMTP_MAP}.db")
    suite.run(f": > /etc/__db.aliases.db; : > {layout.CORE_DATA}/__db.postfix_lmtp.db")

    done = suite.converge()

    assert done.returncode == 0, done.stdout
    assert suite.run(f"systemctl is-active {units}").split() == ["active"] * 3
    assert suite.run(f"systemctl is-enabled {units}").split() == ["enabled"] * 3
    assert suite.run(f"stat -c '%U %G %a' {ETC}/mailman.cfg").split() == ["root", "mailman", "640"]
    assert suite.run(f"cat {ETC}/uwsgi.ini")
    assert suite.run("postalias -q postmaster hash:/etc/aliases").split() == ["root"]
    assert suite.run(f"postmap -q {LIST} hash:{layout.LMTP_MAP}").split() == [CORE_LMTP]


def test_a_given_secret_replaces_the_generated_one_and_is_never_shown(
    suite: Suite, monkeypatch: pytest.MonkeyPatch
) -> None:
    generated = suite.secrets()["rest_password"]
    monkeypatch.setenv("GIVEN_TO_THE_TEST", WRONG)

    done = suite.converge({"mailman_rest_password": "env:GIVEN_TO_THE_TEST"}, ("-y", "-vvv"))

    assert done.returncode == 0, done.stdout
    assert suite.secrets()["rest_password"] == WRONG
    assert [secret for secret in (WRONG, generated) if secret in done.stdout] == []
    assert suite.rest("GET", "lists")[0] == 200, "Core and who asks it agree on the new one"


def test_a_proxy_that_would_not_start_is_refused_and_everything_stays(suite: Suite) -> None:
    files = "/etc/mailman3/* /etc/systemd/system/mailman* /etc/nginx/conf.d/*"
    digest = f"cat {files} 2>/dev/null | sha256sum"
    suite.run(
        "mkdir -p /etc/ssl/broken; echo nonsense | tee /etc/ssl/broken/cert /etc/ssl/broken/key"
    )
    before, processes = suite.run(digest), suite.processes()
    paths = {"certificate": "/etc/ssl/broken/cert", "key": "/etc/ssl/broken/key"}

    done = suite.converge({f"mailman_tls_{what}": path for what, path in paths.items()})

    assert done.returncode != 0
    assert "nginx -t" in done.stdout
    assert "/etc/ssl/broken/cert" in done.stdout, "Nginx' own words are shown"
    assert suite.run(digest) == before
    assert suite.processes() == processes
    assert suite.visitor.get("/mailman3/lists/").status == 200
    assert suite.converge().returncode == 0, "without the mistake all is well"


def test_the_escape_hatches_take_effect_and_restart_only_whom_they_concern(suite: Suite) -> None:
    core = {"mailman_core_config": {"mta": {"max_recipients": 37}}}
    web = {"mailman_web_settings": {"TIME_ZONE": "Europe/Berlin"}}
    ask = "from django.conf import settings; print(settings.TIME_ZONE)"

    before = suite.processes()
    assert suite.converge(core).returncode == 0
    assert restarted(suite, before) == {CORE}
    assert "max_recipients: 37" in suite.run("mailman conf -s mta")

    before = suite.processes()
    assert suite.converge({**core, **web}).returncode == 0
    assert restarted(suite, before) == {WEB, QCLUSTER}
    assert "Europe/Berlin" in suite.run(f"mailman-web shell -c '{ask}'")

    assert changes(suite.converge({**core, **web}).stdout) == []


def newest_copy(suite: Suite, path: str) -> str:
    """What the last kept copy of a file holds."""
    stem = path.strip("/").replace("/", "_")
    return suite.run(f'cat "$(ls -t {COPIES}/{stem}.* | head -1)"')
