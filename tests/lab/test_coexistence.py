"""A host with other duties keeps them; one that cannot be shared is refused untouched."""

from __future__ import annotations

import smtplib
from email.message import EmailMessage

import pytest

from tests.lab import installed
from tests.lab.conftest import MakeMachine
from tests.lab.installed import DEFAULT, INSTALL_SECONDS, LIST
from tests.lab.suites import Suite, eventually
from tests.lab.visitor import Visitor

_OTHER_SITE = """\
server {
    listen 80;
    server_name other.test;
    root /srv/other;
}
"""
# A mail server that somebody set up before: aliases, a relay, a route of its own, local users.
_OTHER_MAIL = """
install -d /srv/other && echo 'the other site' > /srv/other/index.html
useradd --create-home keeper
cd /etc/postfix
echo 'info@virtual.test keeper@localhost' > virtual && postmap virtual
echo 'relayed.test discard:relayed' > transport && postmap transport
echo 'routed.test discard:routed' >> transport && postmap transport
postconf -e 'virtual_alias_domains = virtual.test' \
    'virtual_alias_maps = hash:/etc/postfix/virtual' \
    'transport_maps = hash:/etc/postfix/transport' 'relay_domains = relayed.test' \
    'mydestination = local.test, localhost'
systemctl restart postfix nginx
"""
_INSTALL = "DEBIAN_FRONTEND=noninteractive apt-get update -q && apt-get install -q -y"


@pytest.fixture(scope="module")
def shared(new_module_machine: MakeMachine) -> Suite:
    """A host with a web site and a mail server of its own, and then the suite."""
    machine = new_module_machine(suite=DEFAULT.suite)
    machine.run(f"{_INSTALL} --no-install-recommends nginx postfix")
    machine.run("cat > /etc/nginx/sites-available/other", stdin=_OTHER_SITE)
    machine.run("ln -s ../sites-available/other /etc/nginx/sites-enabled/other")
    machine.run(_OTHER_MAIL)
    done = installed.converge(machine, DEFAULT.data, timeout=INSTALL_SECONDS)
    assert done.returncode == 0, done.stdout
    suite = Suite(machine, DEFAULT)
    suite.wait_until_serving()
    return suite


def test_the_suite_works_beside_the_others(shared: Suite) -> None:
    shared.run("useradd --create-home reader")
    member = {"list_id": installed.LIST_ID, "subscriber": "reader@local.test"}
    told = {"pre_verified": True, "pre_confirmed": True, "pre_approved": True}
    assert shared.rest("POST", "members", {**member, **told})[0] == 201

    message_id = shared.post("reader@local.test", LIST)

    eventually(lambda: shared.has_mail(message_id), "the post reaches the member's mailbox")


def test_another_site_and_the_default_site_stay(shared: Suite) -> None:
    other = Visitor(shared.machine.address, "other.test").get("/")
    default = Visitor(shared.machine.address, "unknown.test").get("/")

    assert (other.status, other.text) == (200, "the other site\n")
    assert "Welcome to nginx" in default.text


@pytest.mark.parametrize("recipient", ["keeper@local.test", "info@virtual.test"])
def test_local_users_and_aliases_keep_their_mail(shared: Suite, recipient: str) -> None:
    message_id = shared.post("friend@elsewhere.test", recipient)

    seen = f"grep -qF -e '{message_id}' /var/mail/keeper"
    eventually(lambda: shared.machine.run(seen, check=False).returncode == 0, recipient)


def test_relayed_mail_keeps_its_way_whoever_it_is_for(shared: Suite) -> None:
    message_id = shared.post("friend@elsewhere.test", "anybody@relayed.test")

    eventually(
        lambda: "status=sent (relayed)" in mail_log(shared, message_id), "the relay's own route"
    )


def test_a_route_of_its_own_stays(shared: Suite) -> None:
    message = EmailMessage()
    message["Message-ID"] = "<routed@local.test>"
    message["To"] = "anybody@routed.test"
    shared.run("/usr/sbin/sendmail -t", stdin=message.as_string())

    eventually(
        lambda: "status=sent (routed)" in mail_log(shared, "<routed@local.test>"), "its own route"
    )


def test_unknown_local_recipients_are_still_refused(shared: Suite) -> None:
    for recipient in ("nobody-here@local.test", "nobody-here@virtual.test"):
        with pytest.raises(smtplib.SMTPRecipientsRefused):
            shared.post("friend@elsewhere.test", recipient)


def test_postfix_has_no_complaint(shared: Suite) -> None:
    checked = shared.machine.run("postfix check", check=False)

    assert (checked.returncode, checked.stdout + checked.stderr) == (0, "")


def mail_log(suite: Suite, message_id: str) -> str:
    """What Postfix logged about one message's way out."""
    lines = suite.run("journalctl --no-pager --output=cat -t postfix/cleanup -t postfix/discard")
    queued = [line.split(":")[0] for line in lines.splitlines() if message_id in line]
    return "\n".join(line for line in lines.splitlines() if line.startswith(tuple(queued)))


_TAKEN = "systemd-run --quiet python3 -m http.server --bind 127.0.0.1"
REFUSED = {
    "port 80": (f"{_TAKEN} 80", "port 80 is in use by python3"),
    "port 25": (f"{_TAKEN} 25", "port 25 is in use by python3"),
    "port 8001": (f"{_TAKEN} 8001", "port 8001 is in use by python3"),
    "exim": (f"{_INSTALL} --no-install-recommends exim4-daemon-light", "exim4"),
    "no suite": ("python3 -m venv --without-pip /opt/mailman/venv", "no package mailman in"),
}
# Everything but what a login alone changes.
_DIGEST = r"""
find / -xdev \( -path /proc -o -path /sys -o -path /run -o -path /tmp -o -path /dev \
    -o -path /var/log -o -path /var/cache/apt/archives -o -path /var/cache/pip \
    -o -path /var/lib/systemd \) -prune -o -printf '%p %m %u %g %s %C@\n' | sort
"""


@pytest.mark.parametrize("occupied", REFUSED)
def test_a_host_that_cannot_be_shared_is_refused_untouched(
    new_machine: MakeMachine, occupied: str
) -> None:
    preparation, reason = REFUSED[occupied]
    machine = new_machine(suite=DEFAULT.suite)
    machine.wait_booted()
    machine.run(preparation)
    before = machine.run(_DIGEST).stdout

    done = installed.converge(machine, DEFAULT.data)

    assert done.returncode != 0
    assert reason in done.stdout
    assert "expected" in done.stdout
    assert machine.run(_DIGEST).stdout == before


def test_the_digest_notices_a_file(new_machine: MakeMachine) -> None:
    machine = new_machine(suite=DEFAULT.suite)
    before = machine.run(_DIGEST).stdout

    machine.run("touch /etc/something")

    assert machine.run(_DIGEST).stdout != before
