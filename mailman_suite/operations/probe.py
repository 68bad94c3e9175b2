"""A test message takes the path of every post: SMTP, LMTP, Core, a mailbox, the archive."""

from __future__ import annotations

import secrets
from collections.abc import Generator

from pyinfra.api import StringCommand, operation

from mailman_suite.base import layout
from mailman_suite.base.host_program import program
from mailman_suite.checks import posting
from mailman_suite.checks.verification import proxy
from mailman_suite.operations.shown import ShownCommand
from mailman_suite.suite.suite import Suite


@operation(is_idempotent=False)
def arrives(suite: Suite, member_domain: str) -> Generator[StringCommand, None, None]:
    """A post to a hidden list reaches a mailbox and the archive; then all of it is removed.

    + suite: the host's suite; the list is made in its first domain
    + member_domain: a domain whose mail the host delivers itself
    """
    address = f"{layout.PROBE_ACCOUNT}-{secrets.token_hex(6)}@{suite.settings.domains[0]}"
    member = f"{layout.PROBE_ACCOUNT}@{member_domain}"
    order = posting.post(address, member, posting.arrival(suite.settings), proxy(suite))
    probe = posting.probe(address, member)
    yield ShownCommand(
        f"exec 9>{layout.PROBE_LOCK}; flock -n 9 ||",
        "{ echo 'another probe is running on this host' >&2; exit 1; };",
        "clean() {",
        program("check.probe", "clean", probe),
        f"&& MAILMAN_WEB_CONFIG={layout.WEB_SETTINGS}",
        program("check.probe", "forget", probe, python=_release_python(), as_user=layout.USER),
        "&&",
        program("check.probe", "leave", probe),
        "; };",
        f"if getent passwd {layout.PROBE_ACCOUNT} >/dev/null; then",
        "echo 'removing the remains of an interrupted probe'; clean || exit 1; fi;",
        # Whatever happens from here on, what was made is removed again.
        "trap 'exit 1' HUP INT TERM;",
        "trap 'status=$?; if clean; then echo \"the list, its message and the account are "
        "removed\"; else status=1; fi; exit $status' EXIT;",
        program("check.probe", "make", probe),
        "&&",
        program("check.post", "send", order),
    )


def _release_python() -> str:
    return f"{layout.BIN}/python"
