"""Mail at a steady rate to a list with local members, and the count of where it went."""

from __future__ import annotations

import json
import smtplib
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial

from tests.lab.installed import LIST_ID
from tests.lab.suites import Suite, eventually

MEMBERS = ("flow1", "flow2")
_QUEUES = "/opt/mailman/mm/var/queue /opt/mailman/mm/var/archives/hyperkitty/spool"
_ARCHIVED = """
import json
from hyperkitty.models import Email
found = Email.objects.filter(message_id__endswith="@suite.test")
print(json.dumps(list(found.values_list("message_id", flat=True))))
"""


def add_members(suite: Suite) -> list[str]:
    """The addresses of local accounts that are members of the list."""
    domain = suite.run("postconf -h myhostname").strip()
    told = {"pre_verified": True, "pre_confirmed": True, "pre_approved": True}
    for name in MEMBERS:
        suite.run(f"useradd --create-home {name}")
        member = {"list_id": LIST_ID, "subscriber": f"{name}@{domain}", **told}
        assert suite.rest("POST", "members", member)[0] == 201
    return [f"{name}@{domain}" for name in MEMBERS]


class Flow:
    """What was accepted, and what was not, since the flow began."""

    def __init__(self, suite: Suite, sender: str, per_second: float) -> None:
        self.accepted: list[str] = []
        self.refused: list[str] = []
        self._suite, self._sender, self._pause = suite, sender, 1 / per_second
        self._end = threading.Event()

    def run(self) -> None:
        """Sends until told to stop."""
        due = time.monotonic()
        while not self._end.wait(max(0, due - time.monotonic())):
            due += self._pause
            try:
                self.accepted.append(self._suite.post(self._sender))
            except (OSError, smtplib.SMTPException) as error:
                self.refused.append(f"{type(error).__name__}: {error}")

    def stop(self) -> None:
        """No more is sent from now on."""
        self._end.set()


@contextmanager
def steady(suite: Suite, sender: str, per_second: float = 2) -> Iterator[Flow]:
    """Posts to the list at this rate while the block runs."""
    flow = Flow(suite, sender, per_second)
    thread = threading.Thread(target=flow.run)
    thread.start()
    try:
        yield flow
    finally:
        flow.stop()
        thread.join()


def delivered(suite: Suite, name: str) -> Counter[str]:
    """Message-ID -> how often it is in a member's mailbox."""
    lines = suite.run(f"grep -i '^message-id:' /var/mail/{name} || true").splitlines()
    return Counter(line.split(":", 1)[1].strip() for line in lines)


def archived(suite: Suite) -> Counter[str]:
    """Message-ID -> how often it is in the archive."""
    shell = "cd / && runuser -u mailman -- /opt/mailman/venv/bin/mailman-web shell"
    said = suite.run(f"{shell} 2>/dev/null", stdin=_ARCHIVED)
    return Counter(f"<{name}>" for name in json.loads(said.splitlines()[-1]))


Places = Mapping[str, Callable[[], Counter[str]]]  # what is where, a copy each


def _mailboxes(suite: Suite) -> Places:
    return {name: partial(delivered, suite, name) for name in MEMBERS}


def assert_each_once(suite: Suite, accepted: Sequence[str]) -> None:
    """Every accepted message is in each mailbox and in the archive exactly once."""
    _assert_once(suite, accepted, {**_mailboxes(suite), "archive": partial(archived, suite)})


def assert_in_mailboxes_once(suite: Suite, accepted: Sequence[str]) -> None:
    """As `assert_each_once`, where the archive goes back to what it was before."""
    _assert_once(suite, accepted, _mailboxes(suite))


def _assert_once(suite: Suite, accepted: Sequence[str], places: Places) -> None:
    wanted = Counter(accepted)
    try:
        _wait_while_mail_comes(wanted, places)
    except AssertionError as error:
        raise AssertionError(f"{error}\n{_whereabouts(suite, wanted, places)}") from None
    time.sleep(3)  # a second copy would come after the first
    for place, look in places.items():
        found = look()
        assert {one: found[one] for one in accepted if found[one] != 1} == {}, place


def _wait_while_mail_comes(wanted: Counter[str], places: Places) -> None:
    """Returns when nothing is missing; AssertionError when two minutes brought no more of it.

    How long a pause's whole backlog takes is the computer's affair: about a second a message.
    """
    lacking = [len(places) * wanted.total() + 1]

    def more_came() -> bool:
        lacking.append(sum((wanted - look()).total() for look in places.values()))
        return lacking[-1] < lacking[-2]

    while lacking[-1]:
        eventually(more_came, f"more of {lacking[-1]} missing copies come", 120)


def _whereabouts(suite: Suite, wanted: Counter[str], places: Places) -> str:
    """What each place lacks, and what waits in Postfix, in Core's queues and for the archive."""
    rows = [f"{place} lacks {sorted(wanted - look())}" for place, look in places.items()]
    waiting = f"date; postqueue -p; find {_QUEUES} -type f -printf '%T+ %p\\n'"
    return "\n".join([*rows, suite.machine.run(waiting, check=False).stdout])
