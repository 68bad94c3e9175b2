"""What an operator changes, in group data or by hand, takes effect; what would break is refused."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from installed import COMBINATIONS, changes
from suites import CORE, QCLUSTER, SECRETS, SERVICES, WEB, Suite, clone

COPIES = "/var/backups/mailman3"
WRONG = "wrong-and-still-nobody-else-s-business"


@pytest.fixture(scope="module", params=[COMBINATIONS[0], pytest.param(COMBINATIONS[3])], ids=str)
def suite(request: pytest.FixtureRequest) -> Iterator[Suite]:
    with clone(request.param) as suite:
        suite.wait_until_serving()
        yield suite


@pytest.fixture(autouse=True)
def _as_declared_afterwards(suite: Suite) -> Iterator[None]:
    yield
    done = suite.converge()
    assert done.returncode == 0, done.stdout
    assert changes(suite.converge().stdout) == []


def restarted(suite: Suite, before: dict[str, list[str]]) -> set[str]:
    """The services whose main process is another one than before."""
    after = suite.processes()
    return {name for name in SERVICES if before[name] != after[name]}


def test_any_key_of_core_can_be_set_and_only_core_restarts(suite: Suite) -> None:
    before = suite.processes()

    done = suite.converge({"mailman_core_config": {"mta": {"max_recipients": 37}}})

    assert done.returncode == 0, done.stdout
    assert "max_recipients: 37" in suite.run("mailman conf -s mta")
    assert restarted(suite, before) == {CORE}


def test_any_django_setting_can_be_set_and_only_the_web_side_restarts(suite: Suite) -> None:
    before = suite.processes()

    done = suite.converge({"mailman_web_settings": {"TIME_ZONE": "Europe/Berlin"}})

    assert done.returncode == 0, done.stdout
    ask = "from django.conf import settings; print(settings.TIME_ZONE)"
    assert "Europe/Berlin" in suite.run(f"mailman-web shell -c '{ask}'")
    assert restarted(suite, before) == {WEB, QCLUSTER}


@pytest.mark.parametrize(
    ("path", "services"),
    [
        ("/etc/mailman3/mailman.cfg", {CORE}),
        ("/etc/mailman3/mailman-hyperkitty.cfg", {CORE}),
        ("/etc/mailman3/settings.py", {WEB, QCLUSTER}),
        ("/etc/mailman3/uwsgi.ini", {WEB}),
        ("/etc/systemd/system/mailmanweb.service", {WEB}),
        ("/etc/logrotate.d/mailman3", set()),
    ],
)
def test_a_hand_edit_is_shown_kept_and_undone(suite: Suite, path: str, services: set[str]) -> None:
    declared, before = suite.run(f"cat {path}"), suite.processes()
    suite.run(f"echo '# by hand' >> {path}")

    done = suite.converge()

    assert done.returncode == 0, done.stdout
    assert f"{path} was edited by hand" in done.stdout
    assert "-# by hand" in done.stdout
    assert suite.run(f"cat {path}") == declared
    assert newest_copy(suite, path) == f"{declared}# by hand\n"
    assert restarted(suite, before) == services


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


@pytest.mark.parametrize(
    ("path", "line"),
    [
        ("/etc/mailman3/mailman.cfg", f"admin_pass: {WRONG}"),
        ("/etc/mailman3/mailman.cfg", f"url: postgresql://mailman:{WRONG}@db.test/mailman"),
        ("/etc/mailman3/mailman-hyperkitty.cfg", f"api_key: {WRONG}"),
        ("/etc/mailman3/settings.py", f'SECRET_KEY = "{WRONG}"'),
        ("/etc/mailman3/settings.py", f'EMAIL_HOST_PASSWORD = "{WRONG}"'),
        ("/etc/mailman3/settings.py", f'OPTIONS = {{"password": "{WRONG}"}}'),
    ],
)
def test_a_secret_in_a_hand_edit_is_not_shown(suite: Suite, path: str, line: str) -> None:
    suite.run(f"cat >> {path}", stdin=f"{line}\n")

    done = suite.converge(options=("-y", "-vvv"))

    assert f"{path} was edited by hand" in done.stdout
    assert line.split()[0] in done.stdout
    assert WRONG not in done.stdout
    assert WRONG in newest_copy(suite, path), "the copy has it, for root"
    assert suite.run(f"stat -c '%U %a' {COPIES}/*").split() == ["root", "600"] * copies(suite)


def test_a_changed_mode_and_a_missing_file_are_put_right(suite: Suite) -> None:
    path = "/etc/mailman3/mailman.cfg"
    suite.run(f"chmod 644 {path}; rm /etc/mailman3/uwsgi.ini")

    done = suite.converge()

    assert done.returncode == 0, done.stdout
    assert suite.run(f"stat -c '%U %G %a' {path}").split() == ["root", "mailman", "640"]
    assert suite.run("cat /etc/mailman3/uwsgi.ini")


def test_a_stopped_or_disabled_service_runs_again(suite: Suite) -> None:
    suite.run(f"systemctl disable --now --quiet {CORE} {QCLUSTER} mailman-digests.timer")

    done = suite.converge()

    assert done.returncode == 0, done.stdout
    units = f"{CORE} {QCLUSTER} mailman-digests.timer"
    assert suite.run(f"systemctl is-active {units}").split() == ["active"] * 3
    assert suite.run(f"systemctl is-enabled {units}").split() == ["enabled"] * 3


def test_a_given_secret_replaces_the_generated_one_and_is_never_shown(
    suite: Suite, monkeypatch: pytest.MonkeyPatch
) -> None:
    generated = suite.secrets()["rest_password"]
    monkeypatch.setenv("GIVEN_TO_THE_TEST", WRONG)

    done = suite.converge({"mailman_rest_password": "env:GIVEN_TO_THE_TEST"}, ("-y", "-vvv"))

    assert done.returncode == 0, done.stdout
    assert suite.secrets()["rest_password"] == WRONG
    assert [secret for secret in (WRONG, generated) if secret in done.stdout] == []
    suite.wait_until_serving()
    suite.run(f"rm {SECRETS}/rest_password")


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


def newest_copy(suite: Suite, path: str) -> str:
    """What the last kept copy of a file holds."""
    stem = path.strip("/").replace("/", "_")
    return suite.run(f'cat "$(ls -t {COPIES}/{stem}.* | head -1)"')


def copies(suite: Suite) -> int:
    """How many copies were kept so far."""
    return len(suite.run(f"ls {COPIES}").split())
