"""A host set up in the other ways that settings allow: sudo, HTTPS, a database elsewhere."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from lab.machines import Machine
from tests.lab import backups, installed
from tests.lab.conftest import MakeMachine
from tests.lab.installed import DEFAULT, INSTALL_SECONDS, WEB_HOST, Combination
from tests.lab.suites import Suite, clone

CERTIFICATE, KEY = "/etc/ssl/lists.pem", "/etc/ssl/lists.key"
PASSWORD = "given-by-a-file-0123456789"
_ACCOUNT = """
apt-get -q update && DEBIAN_FRONTEND=noninteractive apt-get -q -y install sudo openssl
useradd --create-home --shell /bin/bash operator-account
install -d -o operator-account -m 700 ~operator-account/.ssh
install -o operator-account -m 600 /root/.ssh/authorized_keys ~operator-account/.ssh/
echo 'operator-account ALL=(ALL) NOPASSWD: ALL' > /etc/sudoers.d/operator
"""
_DATABASE_SERVER = f"""
apt-get -q update && DEBIAN_FRONTEND=noninteractive apt-get -q -y install postgresql
cd /etc/postgresql/*/main
echo "listen_addresses = '*'" >> postgresql.conf
echo 'host all all all scram-sha-256' >> pg_hba.conf
systemctl restart postgresql
for name in mailman mailmanweb; do
    runuser -u postgres -- psql -c "CREATE ROLE $name LOGIN PASSWORD '{PASSWORD}'"
    runuser -u postgres -- createdb --owner $name --encoding UTF8 --template template0 $name
done
"""


@pytest.fixture(scope="module")
def database_server(new_module_machine: MakeMachine) -> Machine:
    """A PostgreSQL server with both databases, on a machine of its own."""
    machine = new_module_machine(suite="trixie")
    machine.run(_DATABASE_SERVER)
    return machine


@pytest.fixture(scope="module")
def secret_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file on the control machine that holds the databases' password."""
    path = tmp_path_factory.mktemp("secrets") / "password"
    path.write_text(f"{PASSWORD}\n")
    return path


@pytest.mark.full
def test_sudo_https_and_a_database_elsewhere(
    new_module_machine: MakeMachine, database_server: Machine, secret_file: Path
) -> None:
    machine = new_module_machine(suite="bookworm")
    machine.run(_ACCOUNT)
    machine.run(
        f"openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN={WEB_HOST}"
        f" -addext subjectAltName=DNS:{WEB_HOST} -keyout {KEY} -out {CERTIFICATE}"
    )
    data = {
        **DEFAULT.data,
        "ssh_user": "operator-account",
        "_sudo": True,
        "mailman_tls_certificate": CERTIFICATE,
        "mailman_tls_key": KEY,
        "mailman_database": "postgresql",
        "mailman_database_host": database_server.address,
        "mailman_database_core_password": f"file:{secret_file}",
        "mailman_database_web_password": f"file:{secret_file}",
    }

    first = installed.converge(machine, data, ("-y", "-vvv"), timeout=INSTALL_SECONDS)
    second = installed.converge(machine, data)

    assert first.returncode == 0, first.stdout
    assert PASSWORD not in first.stdout
    assert installed.changes(second.stdout) == []
    assert "Core's schema matches its code" in second.stdout
    suite = Suite(machine, DEFAULT)
    suite.add_reader()
    assert _redirect(machine) == f"https://{WEB_HOST}/archives/"
    assert "Available lists" in _page_by_https(machine)
    _assert_no_pause_without_a_copy(suite, data)


def _assert_no_pause_without_a_copy(suite: Suite, data: dict[str, Any]) -> None:
    """Debian 12's pg_dump is older than Debian 13's server."""
    before = suite.processes()
    refused = backups.make(suite, data)
    assert refused.returncode != 0
    assert "found pg_dump (PostgreSQL) 15" in refused.stdout, refused.stdout
    assert "expected 17 or newer" in refused.stdout
    assert suite.processes() == before


@pytest.mark.full
def test_database_passwords_are_renewed_after_they_were_removed() -> None:
    with clone(Combination("bookworm", "postgresql", DEFAULT.release)) as suite:
        suite.wait_until_serving()
        before = suite.secrets()
        suite.run("rm /etc/mailman3/secrets/database_*_password")

        done = suite.converge()

        assert done.returncode == 0, done.stdout
        changed = {name for name, value in suite.secrets().items() if value != before[name]}
        assert changed == {"database_core_password", "database_web_password"}
        suite.delivers()
        assert installed.changes(suite.converge().stdout) == []


@pytest.mark.full
def test_postgresql_may_be_there_before_the_suite(new_module_machine: MakeMachine) -> None:
    machine = new_module_machine(suite="bookworm")
    machine.run(
        "apt-get -q update && DEBIAN_FRONTEND=noninteractive apt-get -qy install postgresql"
    )
    data = {**DEFAULT.data, "mailman_database": "postgresql"}

    # With change detection, as an operator runs it: every fact is asked before anything is there.
    planned = installed.converge(machine, data, ("--dry",))
    done = installed.converge(machine, data, timeout=INSTALL_SECONDS)

    assert planned.returncode == 0, planned.stdout
    assert done.returncode == 0, done.stdout
    assert installed.changes(installed.converge(machine, data).stdout) == []


def _page_by_https(machine: Machine) -> str:
    """The archive's front page as a browser sees it that trusts the site's certificate."""
    asked = (
        f"curl --silent --fail --cacert {CERTIFICATE} --resolve {WEB_HOST}:443:127.0.0.1"
        f" https://{WEB_HOST}/archives/"
    )
    machine.run("DEBIAN_FRONTEND=noninteractive apt-get -q -y install curl")
    return machine.run(asked).stdout


def _redirect(machine: Machine) -> str:
    """Where plain HTTP sends a visitor."""
    asked = f"curl --silent -o /dev/null -w '%{{redirect_url}}' -H 'Host: {WEB_HOST}'"
    machine.run("DEBIAN_FRONTEND=noninteractive apt-get -q -y install curl")
    return machine.run(f"{asked} http://127.0.0.1/archives/").stdout
